"""Killed, restarted and concurrent work, with real processes: no doubles, no gaps (DESIGN §4.1).

What is committed here has names of its own and is removed at the end.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import frappe
import pytest
from factories import (
	COMPANY,
	FROM_DATE,
	SCALE,
	TO_DATE,
	day,
	evaluations,
	make_kpi,
	make_run,
	make_supplier,
	make_template,
	make_user,
	rate,
	unique,
)
from frappe.database import get_db
from support.servers import finished, wait_for

from partner_relations.common.ownership import is_alive, worker_id
from partner_relations.supplier_quality import api, runs
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.restrictions import RESTRICTION
from partner_relations.supplier_quality.runs import RUN

SUPPLIERS = 23
SERVICE = "Test Mark of the Kill Tests"
pytestmark = pytest.mark.commits


@pytest.fixture(scope="module")
def template(site: str) -> Iterator[str]:
	"""A committed template with suppliers that have marks for the period; removed with what came of it."""
	kpi = make_kpi(SERVICE, None, ((1, 0), (5, 100)), lowest_mark=1, highest_mark=5)
	name = make_template({kpi: 100}, name=unique("Killed")).name
	suppliers = [make_supplier(unique("Killed"), evaluation_template=name) for _number in range(SUPPLIERS)]
	for number, supplier in enumerate(suppliers):
		rate(supplier, name, {SERVICE: 1 + number % 5})
	frappe.db.commit()
	yield name
	frappe.db.rollback()
	own = {"template": name}
	for doctype in (EVALUATION, RUN, "Supplier Evaluator Rating"):
		names = frappe.get_all(doctype, own, pluck="name")
		for table in frappe.get_meta(doctype).get_table_fields():
			frappe.db.delete(table.options, {"parent": ("in", names)})
		frappe.db.delete(doctype, own)
	frappe.db.delete(RESTRICTION, {"supplier": ("in", suppliers)})
	frappe.db.delete("Supplier", {"name": ("in", suppliers)})
	for doctype, gone in (
		("Supplier Evaluation Template", name),
		("Supplier KPI", kpi),
		("Supplier Grade Scale", SCALE),
	):
		frappe.delete_doc(doctype, gone, force=True)
	frappe.db.commit()


@pytest.fixture(autouse=True)
def nothing_evaluated(template: str) -> Iterator[None]:
	"""Each test starts with suppliers that have no evaluations."""
	yield
	frappe.db.rollback()
	names = frappe.get_all(EVALUATION, {"template": template}, pluck="name")
	frappe.db.delete("Supplier Evaluation Criterion", {"parent": ("in", names)})
	frappe.db.delete(EVALUATION, {"template": template})
	frappe.db.delete(RUN, {"template": template})
	frappe.db.commit()


def committed_run(template: str, **values) -> str:
	run = make_run(template, **values).name
	frappe.db.commit()
	return run


def read(run: str):
	"""The run as others have committed it."""
	frappe.db.rollback()
	return frappe.get_doc(RUN, run)


def evaluated(template: str) -> list[str]:
	"""The suppliers of all live evaluations of the template, doubles included."""
	frappe.db.rollback()
	return sorted(frappe.get_all(EVALUATION, {"template": template, "docstatus": ("<", 2)}, pluck="supplier"))


def all_suppliers(template: str) -> list[str]:
	return sorted(frappe.get_all("Supplier", {"evaluation_template": template}, pluck="name"))


def hanging(run: str, marker: Path) -> str:
	"""Code that works on a run in chunks of five and stops in the third, its rows not yet committed."""
	return f"""
	from partner_relations.supplier_quality import runs
	runs.SUPPLIERS_PER_CHUNK = 5
	real, calls = runs.insert_drafts, []
	def insert_drafts(*args, **kwargs):
		real(*args, **kwargs)
		calls.append(1)
		if len(calls) == 3:
			open({str(marker)!r}, "w").close()
			time.sleep(300)
	runs.insert_drafts = insert_drafts
	runs.execute_run({run!r})
	"""


def test_killed_in_the_middle_and_run_again(template, start_python, tmp_path):
	run, marker = committed_run(template), tmp_path / "in the middle"
	process = start_python(hanging(run, marker))
	wait_for(marker.exists, process)

	# Alive: nobody else gets at its scope.
	at_work = read(run)
	assert (at_work.status, at_work.evaluations_made) == ("Running", 10)
	assert 0 < at_work.progress < 100
	with pytest.raises(frappe.ValidationError, match="This run is being worked on"):
		api.start_run(run)
	frappe.db.rollback()
	second = committed_run(template)
	runs.execute_run(second)
	assert (read(second).status, read(second).evaluations_made) == ("Failed", 0)
	assert read(second).error == f"The run {run} works on the same template, company and period."
	with pytest.raises(frappe.ValidationError, match=f"The run {run} works on the same template"):
		api.evaluate_supplier(all_suppliers(template)[0], COMPANY, str(FROM_DATE), str(TO_DATE))
	frappe.db.rollback()
	finished(start_python(f"frappe.get_attr('partner_relations.supplier_quality.runs.execute_run')({run!r})"))
	assert read(run).worker == at_work.worker and len(evaluated(template)) == 10
	with pytest.raises(frappe.ValidationError, match="being worked on"):
		frappe.delete_doc(RUN, run)
	# Another period is another scope.
	elsewhere = committed_run(template, from_date=day(4, 1), to_date=day(6, 30))
	runs.execute_run(elsewhere)
	assert read(elsewhere).status == "Completed"

	process.kill()

	assert len(evaluated(template)) == 10  # the third five went with it
	finished(start_python(f"frappe.get_attr('partner_relations.supplier_quality.runs.execute_run')({run!r})"))
	done = read(run)
	assert (done.status, done.progress, done.worker) == ("Completed", 100, None)
	assert (done.suppliers_total, done.evaluations_made, done.skipped_existing) == (SUPPLIERS, SUPPLIERS, 0)
	assert evaluated(template) == all_suppliers(template)
	made = evaluations(run)
	assert {row.version for row in made.values()} == {1}
	assert all(len(row.criteria) == 1 for row in made.values())
	assert {row.as_of for row in made.values()} == {done.as_of}
	# Once more: it has finished, nothing changes.
	with pytest.raises(frappe.ValidationError, match="This run has finished"):
		api.start_run(run)
	frappe.db.rollback()
	runs.execute_run(run)
	assert evaluated(template) == all_suppliers(template)


def test_real_worker_killed_and_another_one_takes_over(template, start_worker):
	"""A worker of the queue, stopped at its work by a lock on the naming series, then killed by kill -9."""
	run = committed_run(template)
	api.start_run(run)
	assert frappe.db.get_value(RUN, run, "status") == "Queued"
	frappe.db.commit()
	blocking = get_db(
		host=frappe.conf.db_host,
		port=frappe.conf.db_port,
		socket=frappe.conf.db_socket,
		user=frappe.conf.db_user or frappe.conf.db_name,
		password=frappe.conf.db_password,
		cur_db_name=frappe.conf.db_name,
	)
	series = f"SEV-{frappe.utils.now_datetime():%Y}-"
	blocking.sql("SELECT `current` FROM `tabSeries` WHERE `name` = %s FOR UPDATE", series)
	worker = start_worker()
	wait_for(lambda: read(run).status == "Running", worker)
	at_work = read(run)
	assert at_work.evaluations_made == 0 and at_work.definition
	worker.kill()
	_kill_work_horse(at_work.worker)
	blocking.rollback()
	blocking.close()
	assert evaluated(template) == []

	start_worker()
	runs.restart_stalled()  # what the scheduler does every ten minutes
	frappe.db.commit()
	wait_for(lambda: read(run).status == "Completed")

	assert evaluated(template) == all_suppliers(template)
	assert read(run).evaluations_made == SUPPLIERS


def _kill_work_horse(worker: str) -> None:
	"""The queue's worker works in a child with a session of its own; the run knows its process id."""
	try:
		os.kill(int(worker.split("|")[1]), signal.SIGKILL)
	except ProcessLookupError:
		return
	wait_for(lambda: not is_alive(worker, frappe.utils.now_datetime()))


def test_stalled_runs_are_the_ones_nobody_works_on(template):
	alive, dead, queued, lost = (
		committed_run(template, from_date=day(month, 1), to_date=day(month, 28)) for month in (1, 2, 3, 4)
	)
	now = frappe.utils.now_datetime()
	hours_ago = frappe.utils.add_to_date(now, hours=-3)
	frappe.db.set_value(RUN, alive, {"status": "Running", "worker": worker_id(), "heartbeat": now})
	frappe.db.set_value(RUN, dead, {"status": "Running", "worker": "elsewhere|1|2", "heartbeat": hours_ago})
	frappe.db.set_value(RUN, queued, "status", "Queued")
	frappe.db.set_value(RUN, lost, "status", "Queued")
	frappe.db.set_value(RUN, lost, "modified", hours_ago, update_modified=False)
	enqueued = []
	real = runs.enqueue
	try:
		runs.enqueue = enqueued.append
		runs.restart_stalled()
	finally:
		runs.enqueue = real
	assert set(enqueued) & {alive, dead, queued, lost} == {dead, lost}


def test_processes_over_one_scope_at_the_same_moment(template, start_python, tmp_path):
	first, second = committed_run(template), committed_run(template)
	go = tmp_path / "go"
	processes = [
		start_python(
			f"""
			from partner_relations.supplier_quality import runs
			runs.SUPPLIERS_PER_CHUNK = 2
			print("ready", flush=True)
			while not os.path.exists({str(go)!r}):
				time.sleep(0.001)
			runs.execute_run({run!r})
			"""
		)
		for run in (first, first, second)
	]
	for process in processes:
		wait_for(lambda process=process: "ready" in process.log.read_text(), process)
	go.touch()
	for process in processes:
		finished(process)

	assert evaluated(template) == all_suppliers(template)
	outcome = sorted((read(run).evaluations_made, read(run).status) for run in (first, second))
	# The other one was refused, or came when all was done.
	assert outcome in (
		[(0, "Failed"), (SUPPLIERS, "Completed")],
		[(0, "Completed"), (SUPPLIERS, "Completed")],
	)


def test_two_people_publish_the_same_run(template, start_python, tmp_path):
	"""Each evaluation is published by one of them, so that the hooks of other apps see it once."""
	run = committed_run(template)
	runs.execute_run(run)
	names = [row.name for row in evaluations(run).values()]
	users = [make_user("Supplier Quality Manager") for _number in range(2)]
	frappe.db.commit()
	go = tmp_path / "go"
	processes = [
		start_python(
			f"""
			from partner_relations.supplier_quality import publishing
			frappe.set_user({user!r})
			frappe.get_all("Supplier Evaluation", {{"name": ("in", {names!r})}})  # the transaction's snapshot
			print("ready", flush=True)
			while not os.path.exists({str(go)!r}):
				time.sleep(0.001)
			answer = publishing.publish({names!r})
			time.sleep(0.5)
			frappe.db.commit()
			print("published", *answer["published"])
			"""
		)
		for user in users
	]
	for process in processes:
		wait_for(lambda process=process: "ready" in process.log.read_text(), process)
	go.touch()
	for process in processes:
		finished(process)

	published = [name for process in processes for name in process.log.read_text().split() if name in names]
	assert sorted(published) == sorted(names)
	frappe.db.rollback()
	assert {row.status for row in evaluations(run).values()} == {"Published"}
	for user in users:
		frappe.delete_doc("User", user, force=True)
	frappe.db.commit()


def test_two_periods_of_a_supplier_published_at_the_same_moment(template, start_python):
	"""Who comes second waits, and sees what the first one published."""
	supplier = all_suppliers(template)[0]
	later = {"from_date": day(4, 1), "to_date": day(6, 30)}
	frappe.db.delete("Supplier Evaluator Rating", {"template": template, "from_date": later["from_date"]})
	rate(supplier, template, {SERVICE: 5}, **later)
	drafts = []
	for period in ({}, later):
		run = committed_run(template, supplier=supplier, **period)
		runs.execute_run(run)
		drafts.append(evaluations(run)[supplier])
	older, newer = drafts
	user, other = (make_user("Supplier Quality Manager") for _number in range(2))
	frappe.db.commit()

	frappe.set_user(user)
	assert api.publish([newer.name])["published"] == [newer.name]
	process = start_python(
		f"""
		from partner_relations.supplier_quality import publishing
		frappe.set_user({other!r})
		print("ready", flush=True)
		publishing.publish([{older.name!r}])
		frappe.db.commit()
		"""
	)
	wait_for(lambda: "ready" in process.log.read_text(), process)
	time.sleep(1)
	assert process.running()
	frappe.db.commit()
	finished(process)
	frappe.set_user("Administrator")
	frappe.db.rollback()
	assert (older.reload().status, older.is_current) == ("Published", 0)
	assert (newer.reload().status, newer.is_current) == ("Published", 1)
	assert frappe.db.get_value("Supplier", supplier, "evaluation_score") == newer.score
	assert frappe.get_all(RESTRICTION, {"supplier": supplier, "status": "Active"}) == []
	for name in (user, other):
		frappe.delete_doc("User", name, force=True)
	frappe.db.commit()
