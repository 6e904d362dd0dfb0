"""Customers that haven't ordered for longer than their own rhythm explains, as the report counts them."""

from typing import Any

import frappe

from partner_relations.customer_care.report.customers_at_risk import customers_at_risk as report

KEPT_FOR = 3600
"""Seconds: who is at risk changes from day to day, and every visit to the workspace asks."""


@frappe.whitelist()
def get(filters: Any = None) -> dict[str, Any]:
	"""The card's number, for the user's own company, and where a click leads to. `filters`, which every card
	gets, has no meaning here. Who may not read sales orders gets no number."""
	frappe.has_permission("Customer", "read", throw=True)
	company = frappe.defaults.get_user_default("Company")
	route = {"route": ["query-report", "Customers at Risk"], "route_options": {"company": company}}
	allowed = frappe.has_permission("Sales Order", "read") and (
		company and frappe.has_permission("Company", "read", company)
	)
	if not allowed:
		return {"value": "–", "fieldtype": "Data", **route}
	key = f"customers_at_risk:{frappe.session.user}:{company}"
	number = frappe.cache.get_value(key, expires=True)
	if number is None:
		number = _count(company)
		frappe.cache.set_value(key, number, expires_in_sec=KEPT_FOR)
	return {"value": number, "fieldtype": "Int", **route}


def _count(company: str) -> int:
	_columns, rows, *_rest = report.execute({"company": company})
	return len(rows)
