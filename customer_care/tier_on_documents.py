"""The tier on sales documents and in the Desk: which customers come first is seen where the work is done."""

from typing import Any

import frappe

from partner_relations.customer_care.tiers import TIER


def set_tier(doc: Any, method: str | None = None) -> None:
	"""`validate` of Quotation, Sales Order and Delivery Note: the customer's tier, in one query by its
	name."""
	if doc.doctype == "Quotation":
		customer = doc.party_name if doc.quotation_to == "Customer" else None
	else:
		customer = doc.customer
	doc.customer_tier = frappe.db.get_value("Customer", customer, "customer_tier") if customer else None


def add_to_boot(bootinfo: Any) -> None:
	"""Hook `extend_bootinfo`: colours and ranks of the tiers, so that lists can show them without asking."""
	bootinfo.customer_tiers = (
		{
			row.name: {"color": (row.color or "Gray").lower(), "rank": row["rank"]}
			for row in frappe.get_all(TIER, fields=["name", "color", "rank"], limit_page_length=0)
		}
		if frappe.has_permission(TIER, "read")
		else {}
	)


def take_currency_of_site(args: Any = None) -> None:
	"""Hook `setup_wizard_complete`: where the app was there before the company, tiers learn its currency
	now."""
	from partner_relations.customer_care.doctype.customer_tier.customer_tier import site_currency

	currency = site_currency()
	for row in frappe.get_all(TIER, fields=["name", "currency", "creation", "modified"]):
		if currency and row.currency != currency and row.creation == row.modified:
			frappe.db.set_value(TIER, row.name, "currency", currency, update_modified=False)
			frappe.clear_document_cache(TIER, row.name)
