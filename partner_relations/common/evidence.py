"""The lines behind a number that was decided on, and whether they still add up to it."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import frappe

from partner_relations.common.facts.dialects import MARIADB
from partner_relations.common.facts.query import Measure, Scope, lines, totals
from partner_relations.supplier_quality.rating import Fact
from partner_relations.supplier_quality.rating.numbers import EXACT, decimal, stored

NOTHING = Fact(Decimal(0), Decimal(0), 0)
DIFFERS_FROM = Decimal("0.00000001")
"""Sums are stored with nine decimals; a larger difference is a changed fact."""


def facts_behind(
	measure: Measure, scope: Scope, settings: Any, then: Fact, limit: int = 5000, nothing: Fact = NOTHING
) -> dict[str, Any]:
	"""The lines of one party that a measure counts today, beside the sums stored when it was decided on.

	Returns `columns` (names, in order), `rows` (dicts; the last columns are numerator and denominator),
	`stored` and `today` (numerator, denominator, sample_size, value), `hidden` (lines of documents that the
	user may not read, which are dropped), `truncated`, `measure`, `unit`, `scale`. `nothing` is what a party
	without facts has. Checks no permission but that to the lines' documents.
	"""
	query = lines(measure, scope, settings, MARIADB, limit + 1)
	rows = frappe.db.sql(query.sql, query.values, as_dict=True)
	truncated = len(rows) > limit
	readable = _readable(rows[:limit])
	counted = totals(measure, scope, settings, MARIADB)
	fact = next((fact_of(sums) for _party, *sums in frappe.db.sql(counted.sql, counted.values)), nothing)
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


def differs(then: Fact, now_: Fact) -> bool:
	"""Whether numerator or denominator are not the same any more."""
	return (
		abs(then.numerator - now_.numerator) > DIFFERS_FROM
		or abs(then.denominator - now_.denominator) > DIFFERS_FROM
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


def fact_of(values: Iterable[Any]) -> Fact:
	"""(numerator, denominator, sample_size) of any types as the core has them, rounded as stored."""
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


def permitted(found: frappe._dict, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
	"""The lines that no User Permission on a linked record, say an item, forbids.

	The report view would drop the others anyway, but silently; here they count as hidden.
	"""
	rows = found.rows
	restricted = frappe.permissions.get_user_permissions(frappe.session.user)
	for column in shown:
		if column["fieldtype"] != "Link" or column["options"] not in restricted:
			continue
		name = column["fieldname"]
		values = {row[name] for row in rows if row[name]}
		allowed = set(
			frappe.get_list(
				column["options"],
				filters={"name": ("in", list(values))},
				pluck="name",
				limit_page_length=0,
			)
			if values
			else ()
		)
		rows = [row for row in rows if not row[name] or row[name] in allowed]
	found.hidden += len(found.rows) - len(rows)
	return rows
