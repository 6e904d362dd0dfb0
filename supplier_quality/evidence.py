"""Evidence: the lines behind a criterion or a promise, and whether they still add up to what was decided."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_months, getdate, now, today

from partner_relations.supplier_quality.evaluation import (
	CRITERION,
	EVALUATION,
	read_facts,
	scope_of,
)
from partner_relations.supplier_quality.kpis import MARIADB, KpiSettings, Measure, Scope, lines, totals
from partner_relations.supplier_quality.measures import all_measures, execute
from partner_relations.supplier_quality.rating import Fact
from partner_relations.supplier_quality.rating.definition import Definition, settings_from_dict
from partner_relations.supplier_quality.rating.numbers import EXACT, decimal, stored

NOTHING = Fact(Decimal(0), Decimal(0), 0)
DIFFERS_FROM = Decimal("0.00000001")
"""Sums are stored with nine decimals; a larger difference is a changed fact."""


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
	stored_fact = _fact((row.numerator, row.denominator, row.sample_size))
	return {**facts_behind(measure, scope, criterion.settings, stored_fact, limit), "basis": row.basis}


def facts_behind(
	measure: Measure, scope: Scope, settings: KpiSettings, then: Fact, limit: int = 5000
) -> dict[str, Any]:
	"""The lines of one supplier that a measure counts today, beside the stored sums: see `evidence`."""
	query = lines(measure, scope, settings, MARIADB, limit + 1)
	rows = frappe.db.sql(query.sql, query.values, as_dict=True)
	truncated = len(rows) > limit
	readable = _readable(rows[:limit])
	counted = totals(measure, scope, settings, MARIADB)
	fact = next((_fact(values) for _supplier, *values in execute(counted.sql, counted.values)), NOTHING)
	skip = ("party", "sample")
	return {
		"columns": [name for name in (rows[0] if rows else ()) if name not in skip],
		"rows": [{name: value for name, value in line.items() if name not in skip} for line in readable],
		"stored": _figures(then, measure),
		"today": _figures(fact, measure),
		"hidden": len(rows[:limit]) - len(readable),
		"truncated": truncated,
		"measure": measure.name,
		"unit": measure.unit,
		"scale": measure.scale,
	}


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
	then = _fact((document.numerator, document.denominator, document.sample_size))
	return facts_behind(measure, scope, settings_from_dict(definition["settings"]), then, limit)


def definition_of_run(run: str) -> Definition:
	"""The frozen definition that a run's evaluations were made by."""
	return Definition.from_dict(
		frappe.parse_json(frappe.db.get_value("Supplier Evaluation Run", run, "definition"))
	)


def _readable(rows: list[Any]) -> list[Any]:
	"""The lines whose document the user may read: one query per document type."""
	names: dict[str, set[str]] = defaultdict(set)
	for row in rows:
		names[row.document_type].add(row.document)
	allowed: dict[str, set[str]] = {}
	for doctype, wanted in names.items():
		allowed[doctype] = (
			set(
				frappe.get_list(
					doctype, filters={"name": ("in", list(wanted))}, pluck="name", limit_page_length=0
				)
			)
			if frappe.has_permission(doctype, "read")
			else set()
		)
	return [row for row in rows if row.document in allowed[row.document_type]]


def _fact(values: Iterable[Any]) -> Fact:
	numerator, denominator, sample_size = values
	return Fact(stored(decimal(numerator)), stored(decimal(denominator)), int(sample_size))


def _figures(fact: Fact, measure: Measure) -> dict[str, Any]:
	value = None
	if fact.denominator > 0:
		value = stored(EXACT.divide(measure.scale * fact.numerator, fact.denominator))
	return {
		"numerator": fact.numerator,
		"denominator": fact.denominator,
		"sample_size": fact.sample_size,
		"value": value,
	}


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
		then = _fact((row.numerator, row.denominator, row.sample_size))
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


def differs(then: Fact, now_: Fact) -> bool:
	"""Whether numerator or denominator are not the same any more."""
	return (
		abs(then.numerator - now_.numerator) > DIFFERS_FROM
		or abs(then.denominator - now_.denominator) > DIFFERS_FROM
	)


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
