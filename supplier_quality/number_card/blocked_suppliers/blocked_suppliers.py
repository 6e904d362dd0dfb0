"""The number of suppliers whose requests or orders are prevented: each once, whatever their restrictions."""

from typing import Any

import frappe
from frappe.utils import getdate, today


@frappe.whitelist()
def blocked_suppliers(filters: Any = None) -> dict[str, Any]:
	"""The card's number and where a click leads to. `filters`, which every card gets, has no meaning here."""
	frappe.has_permission("Supplier Restriction", "read", throw=True)
	conditions = {"status": "Active", "action": "Prevent"}
	rows = frappe.get_list(
		"Supplier Restriction",
		filters=conditions,
		fields=["supplier", "from_date", "until"],
		limit_page_length=0,
	)
	day = getdate(today())
	return {
		"value": len(
			{
				row.supplier
				for row in rows
				if (not row.from_date or getdate(row.from_date) <= day)
				and (not row.until or getdate(row.until) >= day)
			}
		),
		"fieldtype": "Int",
		"route": ["List", "Supplier Restriction"],
		"route_options": conditions,
	}
