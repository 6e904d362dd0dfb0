"""Evidence: the lines behind a criterion or a promise, and whether they still add up to what was decided."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_months, getdate, now, today

from partner_relations.common.evidence import NOTHING, differs, fact_of, facts_behind
from partner_relations.supplier_quality.evaluation import (
	CRITERION,
	EVALUATION,
	read_facts,
	scope_of,
)
from partner_relations.supplier_quality.kpis import Scope
from partner_relations.supplier_quality.measures import all_measures
from partner_relations.supplier_quality.rating.definition import Definition, settings_from_dict


def evidence(evaluation: str, kpi: str, limit: int = 5000) -> dict[str, Any]:
	"""The lines counted for a KPI of an evaluation, as they stand today.

	Returns `columns` (names, in order), `rows` (dicts; the last columns are numerator and denominator),
	`stored` and `today` (numerator, denominator, sample_size, value), `hidden` (lines of documents that the
	user may not read), `truncated`, `measure`, `unit`, `scale`, `basis`. Checks the right to read the
	evaluation, and drops the lines of documents that the user may not read.
	"""
	document = frappe.get_doc(EVALUATION, evaluation)
	document.check_permission("read")
	row = next((row for row in document.criteria if row.kpi == kpi), None)
	if row is None:
		frappe.throw(_("The evaluation {0} has no criterion {1}.").format(evaluation, frappe.bold(kpi)))
	definition = definition_of_run(document.run)
	criterion = definition.criteria[row.idx - 1]
	measure = all_measures().get(criterion.measure)
	if measure is None:
		frappe.throw(_("No installed app provides the measure {0} any more.").format(criterion.measure))
	scope = scope_of(
		definition,
		document.company,
		getdate(document.from_date),
		getdate(document.to_date),
		getdate(today()),
		(document.supplier,),
	)
	stored_fact = fact_of((row.numerator, row.denominator, row.sample_size))
	return {**facts_behind(measure, scope, criterion.settings, stored_fact, limit), "basis": row.basis}


def window_evidence(doctype: str, name: str, limit: int = 5000) -> dict[str, Any]:
	"""The lines counted for a Contract Obligation Result or a Contract Breach, as they stand today.

	Returns what `evidence` does, without `basis`. Checks the right to read it, and drops the lines of
	documents that the user may not read.
	"""
	document = frappe.get_doc(doctype, name)
	document.check_permission("read")
	definition = frappe.parse_json(document.definition)
	if not definition.get("measure"):
		frappe.throw(_("A dated deliverable has no facts to count: see its due date and evidence."))
	measure = all_measures().get(definition["measure"])
	if measure is None:
		frappe.throw(_("No installed app provides the measure {0} any more.").format(definition["measure"]))
	scope = Scope(
		document.company,
		getdate(document.from_date),
		getdate(document.to_date),
		getdate(today()),
		(document.party,),
	)
	then = fact_of((document.numerator, document.denominator, document.sample_size))
	return facts_behind(measure, scope, settings_from_dict(definition["settings"]), then, limit)


def definition_of_run(run: str) -> Definition:
	"""The frozen definition that a run's evaluations were made by."""
	return Definition.from_dict(
		frappe.parse_json(frappe.db.get_value("Supplier Evaluation Run", run, "definition"))
	)


def find_changed_facts() -> None:
	"""Scheduled daily: compare published evaluations of recent periods with today's facts.

	One set of grouped queries per definition, company and period, however many suppliers they have.
	"""
	months = frappe.get_cached_doc("Supplier Quality Settings").recheck_months
	if not months:
		return
	run = frappe.qb.DocType("Supplier Evaluation Run")
	evaluation = frappe.qb.DocType(EVALUATION)
	rows = (
		frappe.qb.from_(evaluation)
		.where(
			(evaluation.docstatus == 1)
			& (evaluation.status == "Published")
			& (evaluation.to_date >= add_months(today(), -months))
		)
		.select(
			evaluation.name,
			evaluation.supplier,
			evaluation.company,
			evaluation.from_date,
			evaluation.to_date,
			evaluation.facts_changed,
			evaluation.facts_changed_note,
			evaluation.run,
		)
	).run(as_dict=True)
	definitions = dict(
		frappe.qb.from_(run)
		.where(run.name.isin(list({row.run for row in rows})))
		.select(run.name, run.definition)
		.run()
		if rows
		else ()
	)
	groups: dict[tuple, list[Any]] = defaultdict(list)
	for row in rows:
		groups[(definitions[row.run], row.company, row.from_date, row.to_date)].append(row)
	for (text, company, from_date, to_date), members in groups.items():
		try:
			_recheck(Definition.from_dict(frappe.parse_json(text)), company, from_date, to_date, members)
		except (frappe.ValidationError, ArithmeticError):  # say, a measure whose app is gone
			frappe.log_error(title="Supplier evaluations could not be compared with today's facts")


def _recheck(definition: Definition, company: str, from_date, to_date, members: list[Any]) -> None:
	scope = scope_of(definition, company, from_date, to_date, getdate(today()))
	_scorer, facts = read_facts(definition, scope)
	by_name = {row.name: row for row in members}
	criterion = frappe.qb.DocType(CRITERION)
	stored_rows = (
		frappe.qb.from_(criterion)
		.where(criterion.parent.isin(list(by_name)))
		.orderby(criterion.parent)
		.orderby(criterion.idx)
		.select(
			criterion.parent,
			criterion.idx,
			criterion.kpi,
			criterion.numerator,
			criterion.denominator,
			criterion.sample_size,
		)
	).run(as_dict=True)
	notes: dict[str, list[str]] = defaultdict(list)
	for row in stored_rows:
		kpi = definition.criteria[row.idx - 1].kpi
		then = fact_of((row.numerator, row.denominator, row.sample_size))
		now_ = facts.get(by_name[row.parent].supplier, {}).get(kpi, NOTHING)
		if differs(then, now_):
			notes[row.parent].append(
				_("{0}: {1} of {2} when published, {3} of {4} today.").format(
					row.kpi,
					*(
						_short(n)
						for n in (then.numerator, then.denominator, now_.numerator, now_.denominator)
					),
				)
			)
	_note_changes(by_name, notes)


def _note_changes(by_name: dict[str, Any], notes: dict[str, list[str]]) -> None:
	"""Write only what is news; the rest gets the time of the check in one statement."""
	stamp = now()
	for name, sentences in notes.items():
		note = "\n".join(sentences)
		if by_name[name].facts_changed and by_name[name].facts_changed_note == note:
			continue
		frappe.db.set_value(
			EVALUATION, name, {"facts_changed": 1, "facts_changed_note": note}, update_modified=False
		)
	evaluation = frappe.qb.DocType(EVALUATION)
	(
		frappe.qb.update(evaluation)
		.set(evaluation.facts_checked_on, stamp)
		.where(evaluation.name.isin(list(by_name)))
	).run()
	settled = [name for name, row in by_name.items() if row.facts_changed and name not in notes]
	if settled:
		(
			frappe.qb.update(evaluation)
			.set(evaluation.facts_changed, 0)
			.set(evaluation.facts_changed_note, None)
			.where(evaluation.name.isin(settled))
		).run()


def _short(number: Decimal) -> str:
	text = format(number, "f")
	return text.rstrip("0").rstrip(".") if "." in text else text
