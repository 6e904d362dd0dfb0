"""Runs in the background: safe against a kill, a restart, and a second run over the same scope.

A run is a document with `status`, `progress`, `worker`, `heartbeat`, `error`, `started_on`, `finished_on`,
`as_of`, `definition`, `requested_by` and a table `failures`. What it works by is frozen in `definition` at
its first start, and what it has made is committed in chunks: who goes on after a kill finds both.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime, today

from partner_relations.common.ownership import beat, is_alive, worker_id

AT_WORK = ("Queued", "Running")
FINISHED = ("Completed",)
BEAT_AFTER_SECONDS = 30
LOST_IN_QUEUE_AFTER_HOURS = 1

Execute = Callable[[str, Mapping[str, Any]], list[tuple]]


@dataclass(frozen=True)
class RunKind:
	"""What is different from one type of runs to another.

	`job` is the dotted path of the function that a worker calls with the name of a `run`; `event` the
	realtime message by which the browser follows it. Runs that are equal in the fields `scope` exclude one
	another. `party` is the field of the failures table that names who could not be worked on. `freeze` gives
	the values that a run keeps from its first start, `definition` among them. `finished_words` and
	`taken_words` (with the name of the other run) say why a run can't be started.
	"""

	doctype: str
	job: str
	event: str
	scope: tuple[str, ...]
	party: str
	freeze: Callable[[Document], Mapping[str, Any]]
	finished_words: Callable[[], str]
	taken_words: Callable[[str], str]


class TakenOver(Exception):
	"""Another worker took this one for dead and goes on with the run."""


def enqueue(kind: RunKind, run: str) -> None:
	"""Hand a run to a background worker; also continues one whose worker was killed, or that had failures.

	Raises frappe.ValidationError if it is being worked on, or finished.
	"""
	document = frappe.get_doc(kind.doctype, run, for_update=True)
	if document.status in FINISHED:
		frappe.throw(kind.finished_words())
	if document.status == "Running" and is_alive(document.worker, document.heartbeat):
		frappe.throw(_("This run is being worked on."))
	document.db_set({"status": "Queued", "error": None})
	frappe.enqueue(kind.job, queue="long", timeout=3600, enqueue_after_commit=True, run=run)


def execute_run(kind: RunKind, run: str, work: Callable[[Document], None]) -> None:
	"""Call `work` with the run, unless another worker has it or its scope, or nothing is left to do.

	A failure of the whole run is written on it, with the reason, and the run can be started again.
	"""
	if not _take(kind, run):
		return
	try:
		work(frappe.get_doc(kind.doctype, run))
	except TakenOver:
		frappe.db.rollback()
	except Exception as error:
		frappe.db.rollback()
		frappe.log_error(title=f"{kind.doctype} {run}", message=frappe.get_traceback())
		finish(kind, run, status="Failed", error=_plain(error))


def _take(kind: RunKind, run: str) -> bool:
	"""Own the run's scope, under a row lock; False if another worker has it or nothing is left to do."""
	document = frappe.get_doc(kind.doctype, run)
	frappe.db.rollback()  # what is read after the lock must be of after the lock
	rows = _lock_scope(kind, document)
	own = rows[run]
	if own.status in FINISHED or (
		own.status == "Running" and own.worker != worker_id() and is_alive(own.worker, own.heartbeat)
	):
		frappe.db.rollback()
		return False
	document.reload()
	other = _worker_of_scope(document, rows)
	if other:
		finish(kind, run, status="Failed", error=kind.taken_words(other))
		return False
	prepare(kind, document)
	frappe.db.commit()  # nosemgrep: others must see that the scope is taken
	return True


def worker_of_scope(kind: RunKind, document: Document) -> str | None:
	"""Another run of the scope that somebody works on at this moment; the scope is locked from then on."""
	return _worker_of_scope(document, _lock_scope(kind, document))


def _lock_scope(kind: RunKind, document: Document) -> dict[str, Any]:
	"""Lock every run of the scope, so that two workers decide one after the other; their rows by name."""
	run = frappe.qb.DocType(kind.doctype)
	query = frappe.qb.from_(run).select(run.name, run.status, run.worker, run.heartbeat)
	for field in kind.scope:
		query = query.where(run[field] == document.get(field))
	return {row.name: row for row in query.orderby(run.name).for_update().run(as_dict=True)}


def _worker_of_scope(document: Document, rows: Mapping[str, Any]) -> str | None:
	return next(
		(
			row.name
			for row in rows.values()
			if row.name != document.name and row.status == "Running" and is_alive(row.worker, row.heartbeat)
		),
		None,
	)


def prepare(kind: RunKind, document: Document) -> None:
	"""Freeze what the run works by at the first start, and note who works on it since when."""
	values: dict[str, Any] = {
		"status": "Running",
		"worker": worker_id(),
		"heartbeat": now_datetime(),
		"error": None,
	}
	if not document.definition:
		values |= {**kind.freeze(document), "as_of": today(), "started_on": now_datetime()}
	document.db_set(values)


def keep(kind: RunKind, run: str, **values: Any) -> None:
	"""Say that the work goes on, and write `values` on the run. Commits.

	Raises TakenOver if another worker has it by now.
	"""
	if frappe.db.get_value(kind.doctype, run, "worker", for_update=True) != worker_id():
		raise TakenOver
	beat(kind.doctype, run, **values)


def beating(kind: RunKind, run: str, execute: Execute) -> Execute:
	"""Runs queries as `execute` does, and says in between that the run goes on."""
	last = time.monotonic()

	def read(sql: str, values: Mapping[str, Any]) -> list[tuple]:
		nonlocal last
		rows = execute(sql, values)
		if time.monotonic() - last > BEAT_AFTER_SECONDS:
			keep(kind, run)
			last = time.monotonic()
		return rows

	return read


def tell(kind: RunKind, document: Document, **values: Any) -> None:
	"""Progress for the browser of the user who started the run."""
	frappe.publish_realtime(kind.event, {"run": document.name, **values}, user=document.requested_by)


def finish(
	kind: RunKind,
	run: str,
	*,
	status: str,
	commit: bool = True,
	failures: Mapping[str, str] | None = None,
	**values: Any,
) -> None:
	"""Write how a run ended: its status, `values`, and the reason for each party that failed."""
	document = frappe.get_doc(kind.doctype, run)
	document.db_set({"status": status, "finished_on": now_datetime(), "worker": None, **values})
	frappe.db.delete(document.meta.get_field("failures").options, {"parent": run})
	for party, reason in (failures or {}).items():
		document.append("failures", {kind.party: party, "reason": reason}).db_insert()
	tell(kind, document, status=status, **values)
	if commit:
		frappe.db.commit()  # nosemgrep: a background job ends here


def restart_stalled(kind: RunKind, start: Callable[[str], None]) -> None:
	"""`start` again the runs whose worker died, and those whose job got lost in the queue."""
	for row in frappe.get_all(
		kind.doctype,
		filters={"status": ("in", AT_WORK)},
		fields=["name", "status", "worker", "heartbeat", "modified"],
	):
		if row.status == "Running":
			stalled = not is_alive(row.worker, row.heartbeat)
		else:
			lost_before = frappe.utils.add_to_date(now_datetime(), hours=-LOST_IN_QUEUE_AFTER_HOURS)
			stalled = get_datetime(row.modified) < lost_before
		if not stalled:
			continue
		try:
			start(row.name)
		except frappe.ValidationError:  # somebody was faster; the others still have to be looked at
			frappe.log_error(title=f"{kind.doctype} {row.name} was not restarted")


def _plain(error: Exception) -> str:
	"""What went wrong, for a person: the error's own words without markup."""
	return frappe.utils.strip_html(str(error)) or type(error).__name__
