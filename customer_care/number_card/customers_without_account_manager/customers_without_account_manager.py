"""Customers whose tier promises them an account manager, and who have none."""

from typing import Any

import frappe

from partner_relations.customer_care.tiers import TIER


@frappe.whitelist()
def get(filters: Any = None) -> dict[str, Any]:
	"""The card's number and where a click leads to. `filters`, which every card gets, has no meaning here."""
	frappe.has_permission("Customer", "read", throw=True)
	tiers = frappe.get_all(TIER, filters={"needs_account_manager": 1}, pluck="name")
	conditions = {
		"customer_tier": ("in", tiers or [""]),
		"account_manager": ("is", "not set"),
		"disabled": 0,
	}
	names = frappe.get_list("Customer", filters=conditions, pluck="name", limit_page_length=0)
	return {
		"value": len(names),
		"fieldtype": "Int",
		"route": ["List", "Customer"],
		"route_options": conditions,
	}
