"""A notice that two send at the same moment goes out once; real processes, real PDFs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import frappe
import pytest
from factories import make_supplier, make_user, unique
from frappe.installer import update_site_config
from penalty_factories import RECORD, approved, make_penalty
from race_factories import Outcome, all_gone_afterwards, race
from support.servers import Bench

pytestmark = pytest.mark.commits
RETRY = "partner_relations.supplier_quality.notices.retry_unsent"
QUEUE = ("Email Queue", "Email Queue Recipient", "Access Log")


@pytest.fixture
def at_once(bench: Bench, tmp_path: Path) -> Iterator[Callable[..., list[Outcome]]]:
	"""Commit what was made so far, and race, with an account to send from and a server for PDFs."""
	server, address = bench.web()
	before = {table: set(frappe.get_all(table, pluck="name", order_by=None)) for table in QUEUE}
	earlier, account = frappe.conf.get("host_name"), unique("Outgoing")
	try:
		with all_gone_afterwards():
			update_site_config("host_name", f"http://127.0.0.1:{address.rpartition(':')[2]}")
			if not frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}):
				frappe.get_doc(
					doctype="Email Account",
					name=account,
					email_account_name=account,
					email_id="quality@company.example",
					enable_outgoing=1,
					default_outgoing=1,
					smtp_server="mail.company.example",
					no_smtp_authentication=1,
				).db_insert()

			def start(*calls: tuple) -> list[Outcome]:
				frappe.db.commit()
				return race(bench, tmp_path, *calls)

			yield start
	finally:
		update_site_config("host_name", earlier if earlier else "None")
		for table, names in before.items():
			made = set(frappe.get_all(table, pluck="name", order_by=None)) - names
			frappe.db.delete(table, {"name": ("in", list(made))})
		frappe.db.delete("Email Account", {"name": account})
		frappe.db.commit()
		server.stop()


def mails(record) -> int:
	return frappe.db.count("Email Queue", {"reference_doctype": RECORD, "reference_name": record.name})


def penalty():
	return approved(make_penalty(make_supplier(email_id="sales@supplier.example")))


def manager() -> str:
	return make_user("Supplier Quality Manager")


def test_two_who_send_a_notice_send_it_once(at_once):
	record = penalty()
	outcomes = at_once(*((manager(), "rewards.send_notice", record.name) for _number in range(2)))
	sent = [outcome for outcome in outcomes if outcome.error is None]
	(refused,) = [outcome for outcome in outcomes if outcome.error]
	assert [outcome.answer for outcome in sent] == [{"status": "Sent", "error": None}]
	assert "It was sent to sales@supplier.example at this very moment" in refused.message
	assert mails(record) == 1
	assert (record.reload().status, record.notice_status) == ("Notified", "Sent")


def test_the_daily_job_leaves_what_somebody_sends_at_that_moment(at_once):
	record = penalty()
	record.db_set("notice_status", "Not sent")
	errors = frappe.db.count("Error Log")
	job, person = at_once(("Administrator", RETRY), (manager(), "rewards.send_notice", record.name))
	assert job.error is None
	assert person.error in (None, "SentMeanwhile")
	assert mails(record) == 1
	assert record.reload().notice_status == "Sent"
	assert frappe.db.count("Error Log") == errors
