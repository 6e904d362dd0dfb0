"""Tiering runs killed, restarted and at once, with real processes: no doubles, no gaps, one owner of a scope.

What is committed here has names of its own and is removed at the end.
"""

from collections.abc import Iterator

import frappe
import pytest
from factories import make_user
from frappe.model.document import Document
from sales_factories import make_customer, make_sales_order
from support.servers import finished, wait_for
from tiering_factories import group_of, make_policy, make_tiering_run

from partner_relations.common.ownership import is_alive, worker_id
from partner_relations.customer_care import tiering_runs
from partner_relations.customer_care.api import tiering as api
from partner_relations.customer_care.tier_assessments import ASSESSMENT
from partner_relations.customer_care.tiering_runs import RUN

CUSTOMERS = 23
CHANGE = "Customer Tier Change"
pytestmark = pytest.mark.commits


@pytest.fixture(scope="module")
def policy(site: str) -> Iterator[Document]:
	"""A committed policy by quantiles with customers of a group of its own; removed with what came of it."""
	made = make_policy("RFM")
	customers = [make_customer(customer_group=group_of(made)) for _number in range(CUSTOMERS)]
	frappe.db.commit()
	yield made
	frappe.db.rollback()
	for doctype in (ASSESSMENT, CHANGE):
		frappe.db.delete(doctype, {"customer": ("in", customers)})
	frappe.db.delete(RUN, {"policy": made.name})
	frappe.db.delete("Customer", {"name": ("in", customers)})
	group = group_of(made)
	frappe.delete_doc("Customer Tiering Policy", made.name, force=True)
	frappe.delete_doc("Customer Group", group, force=True)
	frappe.db.commit()


@pytest.fixture(autouse=True)
def nothing_assessed(policy: Document) -> Iterator[None]:
	"""Each test starts with customers that have no assessments."""
	yield
	frappe.db.rollback()
	frappe.db.delete(ASSESSMENT, {"policy": policy.name})
	frappe.db.delete(RUN, {"policy": policy.name})
	frappe.db.commit()


def committed_run(policy: Document, **values) -> str:
	run = make_tiering_run(policy, **values).name
	frappe.db.commit()
	return run


def read(run: str) -> Document:
	"""The run as others have committed it."""
	frappe.db.rollback()
	return frappe.get_doc(RUN, run)


def assessed(run: str) -> list[str]:
	"""The customers of a run's assessments, doubles included."""
	frappe.db.rollback()
	return sorted(frappe.get_all(ASSESSMENT, {"run": run}, pluck="customer", limit_page_length=0))


def all_customers(policy: Document) -> list[str]:
	return sorted(frappe.get_all("Customer", {"customer_group": group_of(policy)}, pluck="name"))


def test_killed_in_the_middle_and_run_again(policy, start_python, tmp_path):
	run, marker = committed_run(policy), tmp_path / "in the middle"
	process = start_python(
		f"""
		from partner_relations.customer_care import tiering_runs
		tiering_runs.CUSTOMERS_PER_CHUNK = 5
		real, calls = tiering_runs.insert_assessments, []
		def insert_assessments(*args):
			made = real(*args)
			calls.append(1)
			if len(calls) == 3:
				open({str(marker)!r}, "w").close()
				time.sleep(300)
			return made
		tiering_runs.insert_assessments = insert_assessments
		tiering_runs.execute_run({run!r})
		"""
	)
	wait_for(marker.exists, process)

	# Alive: nobody else gets at its scope.
	at_work = read(run)
	assert (at_work.status, at_work.assessments_made) == ("Running", 10)
	assert tiering_runs.READING < at_work.progress < 100
	with pytest.raises(frappe.ValidationError, match="This run is being worked on"):
		api.start_run(run)
	frappe.db.rollback()
	second = committed_run(policy)
	tiering_runs.execute_run(second)
	assert (read(second).status, read(second).assessments_made) == ("Failed", 0)
	assert read(second).error == f"The run {run} works on the same policy, company and period."
	with pytest.raises(frappe.ValidationError, match="being worked on"):
		frappe.delete_doc(RUN, run)
	frappe.db.rollback()

	process.kill()

	assert len(assessed(run)) == 10  # the third five went with it
	tiering_runs.execute_run(run)
	done = read(run)
	assert (done.status, done.progress, done.worker) == ("Completed", 100, None)
	assert (done.customers_total, done.assessments_made) == (CUSTOMERS, CUSTOMERS)
	assert assessed(run) == all_customers(policy)
	with pytest.raises(frappe.ValidationError, match="This run has finished"):
		api.start_run(run)
	frappe.db.rollback()
	tiering_runs.execute_run(run)
	assert assessed(run) == all_customers(policy)


def test_stalled_runs_are_the_ones_nobody_works_on(policy):
	alive, dead, queued, lost = (committed_run(policy) for _number in range(4))
	now = frappe.utils.now_datetime()
	hours_ago = frappe.utils.add_to_date(now, hours=-3)
	frappe.db.set_value(RUN, alive, {"status": "Running", "worker": worker_id(), "heartbeat": now})
	frappe.db.set_value(RUN, dead, {"status": "Running", "worker": "elsewhere|1|2", "heartbeat": hours_ago})
	frappe.db.set_value(RUN, queued, "status", "Queued")
	frappe.db.set_value(RUN, lost, "status", "Queued")
	frappe.db.set_value(RUN, lost, "modified", hours_ago, update_modified=False)
	assert is_alive(worker_id(), now)
	enqueued = []
	real = tiering_runs.enqueue
	try:
		tiering_runs.enqueue = enqueued.append
		tiering_runs.restart_stalled()
	finally:
		tiering_runs.enqueue = real
	assert set(enqueued) & {alive, dead, queued, lost} == {dead, lost}


def test_processes_over_one_scope_at_the_same_moment(policy, start_python, tmp_path):
	first, second = committed_run(policy), committed_run(policy)
	go = tmp_path / "go"
	processes = [
		start_python(
			f"""
			from partner_relations.customer_care import tiering_runs
			tiering_runs.CUSTOMERS_PER_CHUNK = 2
			print("ready", flush=True)
			while not os.path.exists({str(go)!r}):
				time.sleep(0.001)
			tiering_runs.execute_run({run!r})
			"""
		)
		for run in (first, first, second)
	]
	for process in processes:
		wait_for(lambda process=process: "ready" in process.log.read_text(), process)
	go.touch()
	for process in processes:
		finished(process)

	for run in (first, second):
		done = read(run)
		# The other one was refused, or came when the first was done.
		assert done.status in ("Completed", "Failed")
		assert assessed(run) == (all_customers(policy) if done.status == "Completed" else [])
	assert "Completed" in (read(first).status, read(second).status)


def test_two_people_approve_the_same_proposals(policy, start_python, tmp_path):
	"""Each customer is moved by one of them, and has one change."""
	weighted = make_policy(group=group_of(policy), metrics=[("Frequency", 100, 0, 1)])
	movers = all_customers(policy)[:6]
	orders = [make_sales_order(customer).name for customer in movers]
	run = committed_run(weighted)
	tiering_runs.execute_run(run)
	names = frappe.get_all(ASSESSMENT, {"run": run, "status": "Proposed"}, pluck="name")
	assert len(names) == len(movers)
	users = [make_user("Customer Care Manager", "Sales User") for _number in range(2)]
	frappe.db.commit()
	go = tmp_path / "go"
	processes = [
		start_python(
			f"""
			from partner_relations.customer_care import tier_assessments
			frappe.set_user({user!r})
			frappe.get_all("Customer Tier Assessment", {{"name": ("in", {names!r})}})  # the snapshot
			print("ready", flush=True)
			while not os.path.exists({str(go)!r}):
				time.sleep(0.001)
			answer = tier_assessments.approve({names!r})
			time.sleep(0.5)
			frappe.db.commit()
			print("decided", *answer["decided"])
			"""
		)
		for user in users
	]
	for process in processes:
		wait_for(lambda process=process: "ready" in process.log.read_text(), process)
	go.touch()
	for process in processes:
		finished(process)

	decided = [name for process in processes for name in process.log.read_text().split() if name in names]
	frappe.db.rollback()
	changes = frappe.get_all(CHANGE, {"assessment": ("in", names)}, pluck="customer")
	tiers = set(frappe.get_all("Customer", {"name": ("in", movers)}, pluck="customer_tier"))
	for order in orders:
		frappe.get_doc("Sales Order", order).cancel()
		frappe.delete_doc("Sales Order", order, force=True)
	frappe.db.delete(ASSESSMENT, {"policy": weighted.name})
	frappe.db.delete(RUN, {"policy": weighted.name})
	frappe.delete_doc("Customer Tiering Policy", weighted.name, force=True)
	for user in users:
		frappe.delete_doc("User", user, force=True)
	frappe.db.commit()
	assert sorted(decided) == sorted(names)
	assert sorted(changes) == sorted(movers)
	assert tiers == {"Strategic"}
