"""What the reports on complaints share: which ones count, for whom, and the list behind a number."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_months, format_date, getdate

from partner_relations.common.reports import check_period, visible_names
from partner_relations.customer_care.complaint_steps import COMPLAINT, OPEN, REJECTED

EQUAL = ("company", "customer", "customer_tier", "severity", "handler", "supplier", "cause")
"""Filters that a complaint's own field must equal."""

FIELDS = ("name", "customer", "received_on", "step")
"""What is read of every complaint."""

MOST_MONTHS = 24
"""More columns than that show nothing at a glance."""

COLORS = {
	"blue": "#3182ce",
	"green": "#38a169",
	"orange": "#e8833a",
	"red": "#dc4a4a",
	"purple": "#8257c5",
	"cyan": "#3bb5c9",
	"yellow": "#d9a514",
	"pink": "#d53f8c",
	"gray": "#98a1a9",
}

BARS = 15
"""More can't be told apart in a chart as wide as a screen."""

Row = frappe._dict


def read_complaints(filters: frappe._dict, *fields: str) -> list[Row]:
	"""The complaints that the filters ask for and the user may see, the oldest first: two statements.

	`filters` hold from_date and to_date (of the receipt), those of `EQUAL`, category (with those below it),
	and include_rejected. Who may see some customers only sees their complaints, and those without a customer.
	A field of a table's rows (`items.item_code as item_code`) gives a row per row of that table.
	"""
	rows = frappe.get_list(
		COMPLAINT,
		filters=conditions(filters),
		fields=[*FIELDS, *fields],
		order_by="received_on asc, name asc",
		limit_page_length=0,
	)
	visible = visible_names("Customer", (row.customer for row in rows if row.customer))
	return [row for row in rows if not row.customer or row.customer in visible]


def conditions(filters: frappe._dict) -> dict[str, Any]:
	"""The filters of a list of complaints that say the same as those of a report."""
	found: dict[str, Any] = {field: filters[field] for field in EQUAL if filters.get(field)}
	if filters.category:
		found["category"] = ("descendants of (inclusive)", filters.category)
	if not filters.include_rejected:
		found["step"] = ("!=", REJECTED)
	found["received_on"] = ("between", period(filters))
	return found


def behind(filters: frappe._dict, **narrower: Any) -> dict[str, str]:
	"""The filters of the list that shows the complaints behind a number, as its address holds them.

	`narrower` are those of the row or cell: a value, or an operator with a value; None asks for complaints
	where the field is empty.
	"""
	chosen = {**conditions(filters), **narrower}
	return {field: _in_address(value) for field, value in chosen.items()}


def _in_address(value: Any) -> str:
	if value is None:
		value = ("is", "not set")
	return value if isinstance(value, str) else json.dumps(value, default=str)


def period(filters: Mapping[str, Any]) -> tuple[date, date]:
	"""The first and the last day on which complaints were received; raises frappe.ValidationError."""
	if not (filters.get("from_date") and filters.get("to_date")):
		frappe.throw(_("Choose both dates: complaints that were received in between are shown."))
	first, last = getdate(filters["from_date"]), getdate(filters["to_date"])
	check_period(first, last)
	return first, last


def months_of(filters: Mapping[str, Any]) -> list[date]:
	"""The first days of the months of the period; raises frappe.ValidationError if they are too many."""
	first, last = period(filters)
	months = [first.replace(day=1)]
	while (following := add_months(months[-1], 1)) <= last:
		months.append(following)
	if len(months) > MOST_MONTHS:
		frappe.throw(_("Choose at most {0} months.").format(MOST_MONTHS))
	return months


def of_month(filters: Mapping[str, Any], month: date) -> tuple[str, tuple[date, date]]:
	"""The days of a month that lie in the period, as a filter on when complaints were received."""
	first, last = period(filters)
	return "between", (max(first, month), min(last, add_months(month, 1) - timedelta(days=1)))


def month_of(moment: Any) -> date:
	"""The first day of the month of a day or moment."""
	return getdate(moment).replace(day=1)


def month_label(month: date) -> str:
	return format_date(month, "MMM yy")


def company_of(filters: Mapping[str, Any]) -> str:
	"""The company asked for: amounts of several can't be added up, and deliveries are a company's."""
	if not filters.get("company"):
		frappe.throw(_("Choose a company."))
	return filters["company"]


def currency_of(company: str) -> str:
	return frappe.get_cached_value("Company", company, "default_currency")


def is_open(row: Mapping[str, Any]) -> bool:
	return row["step"] in OPEN


def without_doubles(rows: Iterable[Row], *fields: str) -> list[Row]:
	"""The rows without those that say the same in these fields, in their order."""
	return list({tuple(row[field] for field in fields): row for row in reversed(list(rows))}.values())[::-1]


def titles(doctype: str, names: Iterable[str], field: str) -> dict[str, str]:
	"""What people know documents by, where it isn't their name: one query."""
	wanted = [name for name in set(names) if name]
	if not wanted:
		return {}
	rows = frappe.get_all(
		doctype, filters={"name": ("in", wanted)}, fields=["name", field], limit_page_length=0
	)
	return {row.name: row[field] or row.name for row in rows}


def main_categories(names: Iterable[str]) -> dict[str, str]:
	"""Each category's topmost one (itself, if it has none above it): one query."""
	parents = dict(
		frappe.get_all(
			"Complaint Category",
			fields=["name", "parent_complaint_category"],
			as_list=True,
			limit_page_length=0,
		)
	)

	def topmost(name: str) -> str:
		while parents.get(name):
			name = parents[name]
		return name

	return {name: topmost(name) for name in names if name}


def by_label(by: str) -> str:
	"""What a report groups complaints by, for people."""
	return {
		"Category": _("Category"),
		"Main Category": _("Main Category"),
		"Item": _("Item"),
		"Cause": _("Cause"),
		"Supplier": _("Supplier"),
		"Tier": _("Tier"),
		"Severity": _("Severity"),
		"Handler": _("Handled By"),
		"Month": _("Month"),
		"Customer Group": _("Customer Group"),
		"Item Group": _("Item Group"),
		"Customer": _("Customer"),
		"Kind": _("Kind", context="Customer Complaint"),
	}[by]


def total_label() -> str:
	"""What the row that adds up is called."""
	return _("Total", context="Customer Complaint")


def not_said() -> str:
	"""The group of complaints that don't say what they are grouped by."""
	return _("Not said")


def share(part: float, whole: float) -> float | None:
	"""In percent; None of nothing."""
	return 100 * part / whole if whole else None


def money_column(fieldname: str, label: str, width: int = 120) -> dict[str, Any]:
	return {
		"fieldname": fieldname,
		"label": label,
		"fieldtype": "Currency",
		"options": "currency",
		"width": width,
	}


def column(fieldname: str, label: str, fieldtype: str, width: int, **more: Any) -> dict[str, Any]:
	return {"fieldname": fieldname, "label": label, "fieldtype": fieldtype, "width": width, **more}


def cards(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
	"""The figures above a report."""
	return [{"datatype": "Data", **item} for item in items]


def nothing_received() -> str:
	return _("No complaint was received in this period that you may see and that fits the filters.")
