"""What the browser may call about customers' tiers."""

from typing import Any

import frappe

from partner_relations.customer_care import tier_overview, tiers


@frappe.whitelist()
def overview(customer: str, company: str | None = None) -> dict[str, Any]:
	"""What the form of a customer shows of its tier; suggestions are those for `company`."""
	frappe.has_permission("Customer", "read", customer, throw=True)
	return tier_overview.overview(customer, company)


@frappe.whitelist(methods=["POST"])
def override(customer: str, tier: str, reason: str, until: str) -> None:
	"""Set a customer's tier by hand through the day `until`, for who may decide on assessments."""
	frappe.has_permission("Customer", "read", customer, throw=True)
	tiers.override(customer, tier, reason, until)


@frappe.whitelist(methods=["POST"])
def end_override(customer: str, reason: str | None = None) -> None:
	"""Let a customer go back to its assessed tier now, for who may decide on assessments."""
	frappe.has_permission("Customer", "read", customer, throw=True)
	tiers.end_override(customer, reason)


@frappe.whitelist(methods=["POST"])
def apply_suggestions(customer: str, company: str) -> None:
	"""Write the credit limit and payment terms that the tier suggests to a customer."""
	frappe.has_permission("Customer", "write", customer, throw=True)
	tier_overview.apply_suggestions(customer, company)
