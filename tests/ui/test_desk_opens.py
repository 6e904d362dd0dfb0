"""The ground under the other browser tests: the Desk opens, its socket connects, the app's module is
there."""

import frappe
from support.waiting import eventually


def test_desk_opens_with_its_socket(open_desk, make_user):
	user = make_user("desk-opener@example.com", "Purchase Manager", "System Manager")
	frappe.db.commit()
	page = open_desk(user, "/app/supplier")
	page.wait_for_selector(".page-title")
	assert page.evaluate("frappe.session.user") == user
	page.wait_for_function("() => frappe.realtime.socket && frappe.realtime.socket.connected")


def test_worker_takes_jobs_of_the_site(server):
	from frappe.utils.background_jobs import get_job

	job = frappe.enqueue("frappe.utils.now", queue="short", job_id="partner-relations-worker-probe")
	probe = "partner-relations-worker-probe"
	assert eventually(lambda: get_job(probe).get_status(refresh=True) == "finished"), job.id
