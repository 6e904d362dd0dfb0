"""What the form of a purchase order may ask about contracts."""

from typing import Any

import frappe
from frappe import _

from partner_relations.supplier_quality import order_contract


@frappe.whitelist()
def contract_of_order(order: dict | str) -> dict[str, Any]:
	"""Which contract covers an order (JSON of the form, perhaps never saved), and what departs from it.

	For who may write purchase orders and see the supplier; contracts are linked for those who may read them.
	"""
	values = frappe.parse_json(order)
	if not isinstance(values, dict):
		frappe.throw(_("This is not a purchase order."))
	document = order_contract.order_from(values)
	if not (document.supplier and document.company):
		frappe.throw(_("Choose the supplier and the company of the order first."))
	# With the document: neither for a company that User Permissions keep from the user.
	if not any(document.has_permission(right) for right in ("create", "write")):
		frappe.throw(_("You may not write purchase orders."), frappe.PermissionError)
	frappe.has_permission("Supplier", "read", document.supplier, throw=True)
	return order_contract.preview(document)
