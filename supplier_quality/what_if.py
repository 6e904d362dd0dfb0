"""What a template would give, without saving anything: the administrator's "Try it"."""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, today

from partner_relations.supplier_quality.evaluation import (
	EVALUATION,
	Outcome,
	previous_evaluations,
	read_facts,
	scope_of,
	score_suppliers,
	why_not_rated,
)
from partner_relations.supplier_quality.measures import all_measures
from partner_relations.supplier_quality.rating import Period
from partner_relations.supplier_quality.rating.definition import Definition
from partner_relations.supplier_quality.templates import (
	TEMPLATE,
	freeze,
	last_closed_period,
	period_label,
	supplier_templates,
)


def try_template(
	template: Mapping[str, Any],
	company: str,
	supplier: str | None = None,
	period: Period | None = None,
) -> dict[str, Any]:
	"""Score suppliers by an edited, unsaved template, over its last closed period unless one is given.

	With no supplier: all that fall under the saved template (for a new one: all). Returns the period, the
	rows by score with the published result of the same period beside them, and the number without facts.
	"""
	document = _validated(template)
	period = period or last_closed_period(document, company)
	definition = freeze(document)
	scope = scope_of(
		definition,
		company,
		period.from_date,
		period.to_date,
		getdate(today()),
		(supplier,) if supplier else (),
	)
	scorer, facts = read_facts(definition, scope)
	suppliers = supplier_templates((supplier,) if supplier else ())
	if not supplier and document.get("name") in {info.template for info in suppliers.values()}:
		suppliers = {name: info for name, info in suppliers.items() if info.template == document["name"]}
	visible = set(frappe.get_list("Supplier", pluck="name", limit_page_length=0))
	wanted = [name for name, info in suppliers.items() if not info.disabled and name in visible]
	with_facts = [name for name in wanted if name in facts]
	previous = previous_evaluations(company, period.from_date)
	outcomes, failures = score_suppliers(scorer, facts, with_facts, previous)
	published = _published(company, period, with_facts)
	rows = [
		_row(outcome, definition, suppliers[outcome.supplier].supplier_name, published.get(outcome.supplier))
		for outcome in outcomes
	]
	rows.sort(key=lambda row: (row["score"] is None, -(row["score"] or 0), row["supplier"]))
	return {
		"from_date": period.from_date,
		"to_date": period.to_date,
		"period_label": period_label(period.from_date, period.to_date),
		"as_of": today(),
		"skipped_without_facts": len(wanted) - len(with_facts),
		"failures": [{"supplier": name, "reason": reason} for name, reason in failures.items()],
		"rows": rows,
	}


def _validated(template: Mapping[str, Any]) -> dict[str, Any]:
	"""The template as a dictionary, refused with the same words as on save if it is wrong."""
	document = frappe.get_doc({**template, "doctype": TEMPLATE})
	document.validate_content()
	data = document.as_dict(no_nulls=False)
	data["name"] = template.get("name") or document.template_name or _("New template")
	return data


def _published(company: str, period: Period, suppliers: list[str]) -> dict[str, Any]:
	if not suppliers:
		return {}
	rows = frappe.get_list(
		EVALUATION,
		filters={
			"company": company,
			"from_date": period.from_date,
			"to_date": period.to_date,
			"docstatus": 1,
			"status": "Published",
			"supplier": ("in", suppliers),
		},
		fields=["supplier", "has_score", "score", "grade"],
		limit_page_length=0,
	)
	return {row.supplier: row for row in rows}


def _row(outcome: Outcome, definition: Definition, supplier_name: str, published: Any) -> dict[str, Any]:
	score = outcome.score
	grade = definition.grade_definition(score.grade)
	before = published.score if published and published.has_score else None
	measures = all_measures()
	return {
		"supplier": outcome.supplier,
		"supplier_name": supplier_name,
		"score": _float(score.total),
		"grade": score.grade,
		"grade_color": grade.color if grade else None,
		"capped": score.capped,
		"coverage": float(score.coverage),
		"reason": why_not_rated(score, definition),
		"published_score": before,
		"published_grade": published.grade if published and published.has_score else None,
		"change": None if before is None or score.total is None else float(score.total) - before,
		"criteria": [
			{
				"kpi": row.criterion,
				"unit": measures[definition.criteria[index].measure].unit,
				"value": _float(row.value),
				"rating": _float(row.rating),
				"weight": float(row.weight),
				"points": _float(row.points),
				"sample_size": row.fact.sample_size if row.fact else 0,
				"knocked_out": row.knocked_out,
			}
			for index, row in enumerate(score.criteria)
		],
	}


def _float(number) -> float | None:
	return None if number is None else float(number)
