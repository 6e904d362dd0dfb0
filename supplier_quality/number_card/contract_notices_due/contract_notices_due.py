"""Contracts whose notice period ends soon: who wants them to end must say so by then."""

from typing import Any

import frappe
from frappe.utils import add_days, today

DAYS = 60


@frappe.whitelist()
def contract_notices_due(filters: Any = None) -> dict[str, Any]:
	"""The card's number and where a click leads to. `filters`, which every card gets, has no meaning here."""
	frappe.has_permission("Contract", "read", throw=True)
	conditions = {
		"life_cycle": "In Force",
		"notice_by": ("between", (today(), add_days(today(), DAYS))),
	}
	names = frappe.get_list("Contract", filters=conditions, pluck="name", limit_page_length=0)
	return {
		"value": len(names),
		"fieldtype": "Int",
		"route": ["List", "Contract"],
		"route_options": conditions,
	}
