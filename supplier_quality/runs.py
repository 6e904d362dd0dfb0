"""Evaluation runs in the background: safe against a kill, a restart, and a second run over the same scope."""

import time
from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_datetime, getdate, now_datetime, today

from partner_relations.common.ownership import beat, is_alive, worker_id
from partner_relations.supplier_quality.evaluation import (
	EVALUATION,
	insert_drafts,
	previous_evaluations,
	read_facts,
	scope_of,
	score_suppliers,
)
from partner_relations.supplier_quality.measures import execute
from partner_relations.supplier_quality.rating.definition import Definition, Execute
from partner_relations.supplier_quality.templates import (
	TEMPLATE,
	SupplierInfo,
	freeze,
	supplier_templates,
)

RUN = "Supplier Evaluation Run"
SUPPLIERS_PER_CHUNK = 500
AT_WORK = ("Queued", "Running")
FINISHED = ("Completed",)
BEAT_AFTER_SECONDS = 30


def enqueue(run: str) -> None:
	"""Hand a run to a background worker; also continues one whose worker was killed, or that had failures.

	Raises frappe.ValidationError if it is being worked on, or finished.
	"""
	document = frappe.get_doc(RUN, run, for_update=True)
	if document.status in FINISHED:
		frappe.throw(_("This run has finished. Create a new run to evaluate again."))
	if document.status == "Running" and is_alive(document.worker, document.heartbeat):
		frappe.throw(_("This run is being worked on."))
	document.db_set({"status": "Queued", "error": None})
	frappe.enqueue(
		"partner_relations.supplier_quality.runs.execute_run",
		queue="long",
		timeout=3600,
		enqueue_after_commit=True,
		run=run,
	)


def execute_run(run: str) -> None:
	"""Evaluate the suppliers of a run, in chunks, each committed; what was done before a kill stays.

	A failure of the whole run is written on it, with the reason, and the run can be started again.
	"""
	if not _take(run):
		return
	try:
		_evaluate(frappe.get_doc(RUN, run))
	except TakenOver:
		frappe.db.rollback()
	except Exception as error:
		frappe.db.rollback()
		frappe.log_error(title=f"Supplier Evaluation Run {run}", message=frappe.get_traceback())
		_finish(run, status="Failed", error=_plain(error))


class TakenOver(Exception):
	"""Another worker took this one for dead and goes on with the run."""


def evaluate_now(run: str) -> None:
	"""Evaluate a small run (one supplier) in the request of the user who waits for it.

	Raises what goes wrong, so that the user sees it and nothing is kept.
	"""
	document = frappe.get_doc(RUN, run)
	other = _worker_of_scope(document, _lock_scope(document))
	if other:
		frappe.throw(
			_("The run {0} works on the same template, company and period right now. Try again soon.").format(
				other
			)
		)
	_prepare(document)
	try:
		_evaluate(document, commit=False)
	except Exception as error:
		if not (error.args and frappe.db.is_unique_key_violation(error)):
			raise
		frappe.throw(_("Somebody else evaluated this supplier at the same moment. Open their evaluation."))


def _take(run: str) -> bool:
	"""Own the run's scope, under a row lock; False if another worker has it or nothing is left to do."""
	document = frappe.get_doc(RUN, run)
	frappe.db.rollback()  # what is read after the lock must be of after the lock
	rows = _lock_scope(document)
	own = rows[run]
	if own.status in FINISHED or (
		own.status == "Running" and own.worker != worker_id() and is_alive(own.worker, own.heartbeat)
	):
		frappe.db.rollback()
		return False
	document.reload()
	other = _worker_of_scope(document, rows)
	if other:
		_finish(
			run,
			status="Failed",
			error=_("The run {0} works on the same template, company and period.").format(other),
		)
		return False
	_prepare(document)
	frappe.db.commit()  # nosemgrep: others must see that the scope is taken
	return True


def _lock_scope(document) -> dict[str, Any]:
	"""Lock every run of the scope, so that two workers decide one after the other; their rows by name."""
	run = frappe.qb.DocType(RUN)
	rows = (
		frappe.qb.from_(run)
		.where(
			(run.template == document.template)
			& (run.company == document.company)
			& (run.from_date == document.from_date)
			& (run.to_date == document.to_date)
		)
		.select(run.name, run.status, run.worker, run.heartbeat)
		.orderby(run.name)
		.for_update()
	).run(as_dict=True)
	return {row.name: row for row in rows}


def _worker_of_scope(document, rows: dict[str, Any]) -> str | None:
	"""Another run of the scope that somebody works on at this moment."""
	return next(
		(
			row.name
			for row in rows.values()
			if row.name != document.name and row.status == "Running" and is_alive(row.worker, row.heartbeat)
		),
		None,
	)


def _prepare(document) -> None:
	"""Freeze the definition at the first start, and note who works on it since when."""
	values: dict[str, Any] = {
		"status": "Running",
		"worker": worker_id(),
		"heartbeat": now_datetime(),
		"error": None,
	}
	if not document.definition:
		template = frappe.get_doc(TEMPLATE, document.template).as_dict()
		values["definition"] = frappe.as_json(freeze(template).to_dict())
		values["as_of"] = today()
		values["started_on"] = now_datetime()
	document.db_set(values)


def _evaluate(document, commit: bool = True) -> None:
	definition = Definition.from_dict(frappe.parse_json(document.definition))
	run = document.as_dict()
	run.update(
		from_date=getdate(document.from_date),
		to_date=getdate(document.to_date),
		as_of=getdate(document.as_of),
	)
	suppliers = _suppliers_in_scope(document)
	named = tuple(suppliers) if document.supplier else ()
	scope = scope_of(definition, document.company, run.from_date, run.to_date, run.as_of, named)
	scorer, facts = read_facts(definition, scope, _beating(document.name) if commit else execute)

	in_scope = [name for name in sorted(suppliers) if name in facts]
	disabled = [name for name in in_scope if suppliers[name].disabled]
	existing = _existing_versions(document)
	by_this_run = {name for name, row in existing.items() if document.name in row.runs}
	already = {
		name
		for name, row in existing.items()
		if row.alive and not document.replaces and name not in by_this_run
	}
	todo = [
		name
		for name in in_scope
		if not suppliers[name].disabled and name not in already and name not in by_this_run
	]
	counts = {
		"suppliers_total": len(suppliers),
		"skipped_without_facts": len(suppliers) - len(in_scope),
		"skipped_disabled": len(disabled),
		"skipped_existing": len(already & set(in_scope) - set(disabled)),
		"evaluations_made": len(by_this_run),
	}
	previous = previous_evaluations(document.company, run.from_date, named or None)
	supplier_names = {name: info.supplier_name for name, info in suppliers.items()}
	versions = {name: row.version for name, row in existing.items()}
	failures: dict[str, str] = {}
	for start in range(0, len(todo), SUPPLIERS_PER_CHUNK):
		chunk = todo[start : start + SUPPLIERS_PER_CHUNK]
		outcomes, failed = score_suppliers(scorer, facts, chunk, previous)
		failures.update(failed)
		insert_drafts(
			outcomes, definition=definition, run=run, supplier_names=supplier_names, versions=versions
		)
		counts["evaluations_made"] += len(outcomes)
		counts["failed_count"] = len(failures)
		counts["progress"] = 100 * (start + len(chunk)) / len(todo)
		if commit:
			_beat(document.name, **counts)
			_tell(document, status="Running", **counts)
	_finish(
		document.name,
		status="Completed with Failures" if failures else "Completed",
		commit=commit,
		failures=failures,
		**{**counts, "progress": 100, "failed_count": len(failures)},
	)


def _beating(run: str) -> Execute:
	"""Runs the queries that read facts, and says in between that the run goes on."""
	last = time.monotonic()

	def read(sql: str, values: Mapping[str, Any]) -> list[tuple]:
		nonlocal last
		rows = execute(sql, values)
		if time.monotonic() - last > BEAT_AFTER_SECONDS:
			_beat(run)
			last = time.monotonic()
		return rows

	return read


def _beat(run: str, **values) -> None:
	"""Keep the run, unless another worker has it by now."""
	if frappe.db.get_value(RUN, run, "worker", for_update=True) != worker_id():
		raise TakenOver
	beat(RUN, run, **values)


def _suppliers_in_scope(document) -> dict[str, SupplierInfo]:
	"""The suppliers that fall under the run's template, of its supplier group or the one it names."""
	suppliers = supplier_templates((document.supplier,) if document.supplier else ())
	if document.supplier_group:
		group = frappe.get_cached_doc("Supplier Group", document.supplier_group)
		below = set(
			frappe.get_all(
				"Supplier Group", filters={"lft": (">=", group.lft), "rgt": ("<=", group.rgt)}, pluck="name"
			)
		)
		suppliers = {name: info for name, info in suppliers.items() if info.supplier_group in below}
	return {name: info for name, info in suppliers.items() if info.template == document.template}


class _Existing:
	"""What a supplier has in a scope already."""

	def __init__(self) -> None:
		self.version = 0
		self.alive = False
		self.runs: set[str] = set()


def _existing_versions(document) -> dict[str, _Existing]:
	rows = frappe.get_all(
		EVALUATION,
		filters={
			"template": document.template,
			"company": document.company,
			"from_date": document.from_date,
			"to_date": document.to_date,
			**({"supplier": document.supplier} if document.supplier else {}),
		},
		fields=["supplier", "version", "docstatus", "run"],
	)
	existing: dict[str, _Existing] = {}
	for row in rows:
		entry = existing.setdefault(row.supplier, _Existing())
		entry.version = max(entry.version, row.version)
		entry.alive = entry.alive or row.docstatus < 2
		entry.runs.add(row.run)
	return existing


def _finish(
	run: str, *, status: str, commit: bool = True, failures: dict[str, str] | None = None, **values
) -> None:
	document = frappe.get_doc(RUN, run)
	document.db_set({"status": status, "finished_on": now_datetime(), "worker": None, **values})
	frappe.db.delete("Supplier Evaluation Run Failure", {"parent": run})
	for supplier, reason in (failures or {}).items():
		document.append("failures", {"supplier": supplier, "reason": reason}).db_insert()
	_tell(document, status=status, **values)
	if commit:
		frappe.db.commit()  # nosemgrep: a background job ends here


def _tell(document, **values) -> None:
	"""Progress for the browser of the user who started the run."""
	frappe.publish_realtime(
		"supplier_evaluation_run", {"run": document.name, **values}, user=document.requested_by
	)


def _plain(error: Exception) -> str:
	"""What went wrong, for a person: the error's own words without markup."""
	return frappe.utils.strip_html(str(error)) or type(error).__name__


def create_run(
	template: str,
	company: str,
	from_date,
	to_date,
	*,
	supplier: str | None = None,
	started_by: str = "By hand",
	requested_by: str | None = None,
	replaces: bool = False,
) -> str:
	"""Make a run without starting it; returns its name. Checks no permission: the caller does."""
	document = frappe.get_doc(
		{
			"doctype": RUN,
			"template": template,
			"company": company,
			"from_date": from_date,
			"to_date": to_date,
			"supplier": supplier,
			"started_by": started_by,
			"requested_by": requested_by or frappe.session.user,
			"replaces": int(replaces),
		}
	)
	document.insert(ignore_permissions=True)
	return document.name


def restart_stalled() -> None:
	"""Scheduled: enqueue again the runs whose worker died, and those whose job got lost in the queue."""
	for row in frappe.get_all(
		RUN, filters={"status": ("in", AT_WORK)}, fields=["name", "status", "worker", "heartbeat", "modified"]
	):
		if row.status == "Running":
			stalled = not is_alive(row.worker, row.heartbeat)
		else:
			stalled = get_datetime(row.modified) < frappe.utils.add_to_date(now_datetime(), hours=-1)
		if not stalled:
			continue
		try:
			enqueue(row.name)
		except frappe.ValidationError:  # somebody was faster; the others still have to be looked at
			frappe.log_error(title=f"Supplier Evaluation Run {row.name} was not restarted")
