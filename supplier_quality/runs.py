"""Evaluation runs in the background: safe against a kill, a restart, and a second run over the same scope."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from partner_relations.common import background
from partner_relations.common.background import RunKind
from partner_relations.common.trees import with_descendants
from partner_relations.supplier_quality.evaluation import (
	EVALUATION,
	insert_drafts,
	previous_evaluations,
	read_facts,
	scope_of,
	score_suppliers,
)
from partner_relations.supplier_quality.measures import execute
from partner_relations.supplier_quality.rating.definition import Definition
from partner_relations.supplier_quality.templates import (
	TEMPLATE,
	SupplierInfo,
	freeze,
	supplier_templates,
)

RUN = "Supplier Evaluation Run"
SUPPLIERS_PER_CHUNK = 500


def _frozen(document) -> dict[str, Any]:
	template = frappe.get_doc(TEMPLATE, document.template).as_dict()
	return {"definition": frappe.as_json(freeze(template).to_dict())}


KIND = RunKind(
	doctype=RUN,
	job="partner_relations.supplier_quality.runs.execute_run",
	event="supplier_evaluation_run",
	scope=("template", "company", "from_date", "to_date"),
	party="supplier",
	freeze=_frozen,
	finished_words=lambda: _("This run has finished. Create a new run to evaluate again."),
	taken_words=lambda other: _("The run {0} works on the same template, company and period.").format(other),
)


def enqueue(run: str) -> None:
	"""Hand a run to a background worker: see `background.enqueue`."""
	background.enqueue(KIND, run)


def execute_run(run: str) -> None:
	"""Evaluate the suppliers of a run, in chunks, each committed; what was done before a kill stays."""
	background.execute_run(KIND, run, _evaluate)


def evaluate_now(run: str) -> None:
	"""Evaluate a small run (one supplier) in the request of the user who waits for it.

	Raises what goes wrong, so that the user sees it and nothing is kept.
	"""
	document = frappe.get_doc(RUN, run)
	other = background.worker_of_scope(KIND, document)
	if other:
		frappe.throw(
			_("The run {0} works on the same template, company and period right now. Try again soon.").format(
				other
			)
		)
	background.prepare(KIND, document)
	try:
		_evaluate(document, commit=False)
	except Exception as error:
		if not (error.args and frappe.db.is_unique_key_violation(error)):
			raise
		frappe.throw(_("Somebody else evaluated this supplier at the same moment. Open their evaluation."))


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
	run_query = background.beating(KIND, document.name, execute) if commit else execute
	scorer, facts = read_facts(definition, scope, run_query)

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
			background.keep(KIND, document.name, **counts)
			background.tell(KIND, document, status="Running", **counts)
	background.finish(
		KIND,
		document.name,
		status="Completed with Failures" if failures else "Completed",
		commit=commit,
		failures=failures,
		**{**counts, "progress": 100, "failed_count": len(failures)},
	)


def _suppliers_in_scope(document) -> dict[str, SupplierInfo]:
	"""The suppliers that fall under the run's template, of its supplier group or the one it names."""
	suppliers = supplier_templates((document.supplier,) if document.supplier else ())
	if document.supplier_group:
		below = set(with_descendants("Supplier Group", [document.supplier_group]))
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
	background.restart_stalled(KIND, lambda run: enqueue(run))
