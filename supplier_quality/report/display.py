"""What the reports share: colours of grades, and which suppliers may be shown."""

from collections.abc import Iterable

import frappe

from partner_relations.common.trees import with_descendants

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


def groups_within(supplier_group: str) -> set[str]:
	"""The supplier group and all groups below it."""
	return set(with_descendants("Supplier Group", [supplier_group]))
