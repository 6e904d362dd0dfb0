"""What the reports on customers share: who may be shown, and how tiers are drawn."""

from typing import Any

import frappe
from frappe import _

from partner_relations.customer_care.tiers import TIER

COLORS = {
	"green": "#38a169",
	"blue": "#3182ce",
	"yellow": "#d9a514",
	"orange": "#e8833a",
	"purple": "#8257c5",
	"pink": "#d53f8c",
	"cyan": "#3bb5c9",
	"gray": "#98a1a9",
}
"""The colours an administrator can give to a tier, as charts draw them."""

FILTERS = ("customer_group", "territory", "account_manager", "customer_tier")


def tier_colors() -> dict[str, str]:
	"""The hex code of each tier's colour, the best tier first."""
	rows = frappe.get_all(TIER, fields=["name", "color"], order_by="`rank` asc", limit_page_length=0)
	return {row.name: COLORS.get((row.color or "").lower(), COLORS["gray"]) for row in rows}


def visible_customers(filters: frappe._dict, fields: tuple[str, ...] = ()) -> dict[str, Any]:
	"""The customers that the user may see, by name: one query. `filters` are those of `FILTERS` that are set;
	a customer group or territory counts with all below it."""
	conditions: dict[str, Any] = {}
	for name in FILTERS:
		if filters.get(name):
			tree = name in ("customer_group", "territory")
			conditions[name] = ("descendants of (inclusive)", filters[name]) if tree else filters[name]
	rows = frappe.get_list(
		"Customer",
		filters=conditions,
		fields=["name", "customer_name", "customer_tier", "account_manager", "disabled", *fields],
		order_by="name asc",
		limit_page_length=0,
	)
	return {row.name: row for row in rows}


def customer_columns(rows: list[Any]) -> list[dict[str, Any]]:
	"""Customer, name (where any differs from the customer's own), tier and account manager."""
	named_otherwise = any(row.customer_name and row.customer_name != row.customer for row in rows)
	return [
		{
			"fieldname": "customer",
			"label": _("Customer"),
			"fieldtype": "Link",
			"options": "Customer",
			"width": 180,
		},
		{
			"fieldname": "customer_name",
			"label": _("Customer Name"),
			"fieldtype": "Data",
			"width": 170,
			"hidden": int(not named_otherwise),
		},
		{"fieldname": "customer_tier", "label": _("Tier"), "fieldtype": "Data", "width": 100},
		{
			"fieldname": "account_manager",
			"label": _("Account Manager"),
			"fieldtype": "Link",
			"options": "User",
			"width": 160,
		},
	]
