"""What the reports share: colours of grades, labels, and who may be shown."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.utils import fmt_money

GRADE_COLORS = {
	"green": "#38a169",
	"blue": "#3182ce",
	"yellow": "#d9a514",
	"orange": "#e8833a",
	"red": "#dc4a4a",
	"purple": "#8257c5",
	"gray": "#98a1a9",
}
"""The colours an administrator can give to a grade, as charts draw them."""

NOT_RATED_COLOR = "gray"

EVALUATION = "Supplier Evaluation"


def grade_color(color: str | None) -> str:
	"""The hex code of a grade's colour; that of "Not Rated" for an unknown or missing one."""
	return GRADE_COLORS.get(color or "", GRADE_COLORS[NOT_RATED_COLOR])


def supplier_groups(suppliers: Iterable[str]) -> dict[str, str | None]:
	"""Supplier groups by supplier, of those that the user may see: one query.

	An evaluation can be restricted by supplier and company, a supplier also by its group or country: whoever
	may read suppliers sees only evaluations of those suppliers. A role that reads evaluations but no
	suppliers (they are named on the evaluation anyway) sees them all.
	"""
	names = list(set(suppliers))
	if not names:
		return {}
	if frappe.has_permission("Supplier", "read"):
		rows = frappe.get_list(
			"Supplier",
			filters={"name": ("in", names)},
			fields=["name", "supplier_group"],
			limit_page_length=0,
		)
		return {row.name: row.supplier_group for row in rows}
	supplier = frappe.qb.DocType("Supplier")
	return dict(
		frappe.qb.from_(supplier)
		.where(supplier.name.isin(names))
		.select(supplier.name, supplier.supplier_group)
		.run()
	)


def visible_names(doctype: str, names: Iterable[str]) -> set[str]:
	"""The suppliers or customers (`doctype`) that the user may see, of those named: one query at most.

	As with `supplier_groups`: whose role reads none of them sees all those that a document names.
	"""
	wanted = set(names)
	if not wanted or not frappe.has_permission(doctype, "read"):
		return wanted
	filters = {"name": ("in", list(wanted))}
	return set(frappe.get_list(doctype, filters=filters, pluck="name", limit_page_length=0))


def groups_within(supplier_group: str) -> set[str]:
	"""The supplier group and all groups below it."""
	group, ancestor = frappe.qb.DocType("Supplier Group"), frappe.qb.DocType("Supplier Group").as_("ancestor")
	rows = (
		frappe.qb.from_(group)
		.join(ancestor)
		.on((group.lft >= ancestor.lft) & (group.rgt <= ancestor.rgt))
		.where(ancestor.name == supplier_group)
		.select(group.name)
	).run()
	return {name for (name,) in rows}


def check_period(from_date: Any, to_date: Any) -> None:
	"""Raise frappe.ValidationError for a period that ends before it starts; either day may be None."""
	if from_date and to_date and from_date > to_date:
		frappe.throw(_("The period ends before it starts: {0} is after {1}.").format(from_date, to_date))


def two_decimals(number: float) -> str:
	"""The number as the user writes numbers, with two decimals: the cards above a report show three."""
	return fmt_money(number, precision=2)


def as_list(value: Any) -> list[str]:
	"""The values of a filter that holds several: a list, JSON of a list, or a single name."""
	if not value:
		return []
	if isinstance(value, str):
		value = frappe.parse_json(value) if value.startswith("[") else [value]
	return [str(entry) for entry in value]
