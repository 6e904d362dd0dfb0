"""Builders for the tests of incentive rules: rules, schemes, and suppliers with a history of grades."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import frappe
from factories import (
	LAST_YEAR,
	evaluate,
	evaluations,
	make_receipt,
	make_scale,
	make_supplier,
	make_template,
	publish,
	unique,
)
from frappe.model.document import Document

from partner_relations.supplier_quality.incentives import RULE
from partner_relations.supplier_quality.rating.periods import add_months

SCORES = {"A": 95, "B": 80, "C": 65, "D": 40}


def quarter(number: int) -> dict[str, date]:
	"""The quarter so many after the first of the year before last, as a run takes it."""
	begin = add_months(date(LAST_YEAR - 1, 1, 1), 3 * number)
	return {"from_date": begin, "to_date": add_months(begin, 3) - timedelta(days=1)}


def make_scheme(purpose: str = "Penalty", **values: Any) -> str:
	"""A remedy scheme; a fixed amount of 100 per breach unless given."""
	values = {
		"method": "Rate",
		"basis": "Fixed amount",
		"rate_type": "Amount",
		"counts": "Breaches",
		"rate": 100,
		"per_units": 1,
		**values,
	}
	scheme = frappe.get_doc(doctype="Remedy Scheme", scheme_name=unique("Scheme"), purpose=purpose, **values)
	return scheme.insert().name


def make_rule(*conditions: Mapping[str, Any], save: bool = True, **values: Any) -> Document:
	"""An enabled rule: a warning letter for grade D unless given."""
	make_scale()
	values = {"enabled": 1, "kind": "Penalty", "measure": "Warning Letter", **values}
	if values.get("looks_at") != "Contract breach":
		values["conditions"] = list(conditions) or [{"what": "Grade", "comparison": "is", "grade": "D"}]
	rule = frappe.new_doc(RULE, rule_name=unique("Rule"), **values)
	return rule.insert() if save else rule


def grade_is(grade: str, comparison: str = "is") -> dict[str, str]:
	return {"what": "Grade", "comparison": comparison, "grade": grade}


def make_history(
	grades: Sequence[Sequence[str | None]], template: str | None = None, publish_each: bool = True
) -> tuple[list[str], list[dict[str, Document]]]:
	"""Suppliers with a grade per quarter: a row per supplier, None where nothing was received.

	Returns the suppliers, and per quarter their evaluations, published quarter by quarter.
	"""
	template = template or make_template().name
	suppliers = [make_supplier(evaluation_template=template) for _row in grades]
	made = []
	for number in range(max(len(row) for row in grades)):
		period = quarter(number)
		for supplier, row in zip(suppliers, grades, strict=True):
			grade = row[number] if number < len(row) else None
			if grade:
				score = SCORES[grade]
				make_receipt(supplier, accepted=score, rejected=100 - score, rate=10, on=period["from_date"])
		documents = evaluations(evaluate(template, **period))
		if publish_each and documents:
			publish(*(document.name for document in documents.values()))
		made.append({supplier: document.reload() for supplier, document in documents.items()})
	return suppliers, made


def proposals(**filters: Any) -> list[Any]:
	"""Rewards and penalties, the oldest first."""
	return frappe.get_all(
		"Supplier Reward Penalty", filters=filters, fields=["*"], order_by="creation asc, name asc"
	)
