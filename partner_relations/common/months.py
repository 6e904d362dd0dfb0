"""The last months as the charts by month show them, and counting in lists that respect permissions."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import frappe
from frappe.utils import add_months, get_first_day, getdate, today

MONTHS = 13
"""So that this month stands beside the same one of last year."""


def last_months() -> list[str]:
	"""The last months, this one included, the oldest first: 2026-03."""
	first = get_first_day(today())
	return [month_of(add_months(first, -number)) for number in reversed(range(MONTHS))]


def begin_of_first() -> date:
	"""The first day of the first month shown."""
	return getdate(add_months(get_first_day(today()), 1 - MONTHS))


def month_of(day: Any) -> str:
	return getdate(day).strftime("%Y-%m")


def aggregated(
	doctype: str, function: str, field: str, by: list[str], filters: Mapping[str, Any]
) -> list[frappe._dict]:
	"""Rows with the fields of `by` and `total`, over what the user may see. `function` is COUNT or SUM."""
	# Frappe 16 takes functions as dictionaries only, Frappe 15 as text only.
	newer = int(frappe.__version__.split(".")[0]) >= 16
	total = {function: field, "as": "total"} if newer else f"{function.lower()}({field}) as total"
	return frappe.get_list(
		doctype,
		filters=dict(filters),
		fields=[*by, total],
		group_by=", ".join(by),
		order_by=by[0],
		limit_page_length=0,
	)


def company_of(filters: Any) -> dict[str, str]:
	"""The filter on a company, where a chart's filters name one."""
	filters = frappe.parse_json(filters) or {}
	company = filters.get("company") if isinstance(filters, dict) else None
	return {"company": company} if company else {}
