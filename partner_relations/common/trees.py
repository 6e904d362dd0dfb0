"""Trees of ERPNext: item groups, customer groups."""

from collections.abc import Iterable

import frappe


def with_descendants(doctype: str, names: Iterable[str | None]) -> list[str]:
	"""The nodes of these names and all below them, each once, by name; empty names are left out."""
	names = [name for name in names if name]
	if not names:
		return []
	node, ancestor = frappe.qb.DocType(doctype), frappe.qb.DocType(doctype).as_("ancestor")
	rows = (
		frappe.qb.from_(node)
		.join(ancestor)
		.on((node.lft >= ancestor.lft) & (node.rgt <= ancestor.rgt))
		.where(ancestor.name.isin(names))
		.select(node.name)
		.distinct()
		.orderby(node.name)
	).run()
	return [name for (name,) in rows]
