"""How many customers are in each tier, in the tiers' own colours.

A chart document has one list of colours for its datasets, whatever the tiers are called; so there is a
dataset for each colour that an administrator can give, in the order of `COLORS`, as in the chart's custom
options.
"""

from typing import Any

import frappe
from frappe import _

from partner_relations.common.months import aggregated
from partner_relations.customer_care.report.display import COLORS, tier_colors


@frappe.whitelist()
def get(filters: Any = None, **_chart: Any) -> dict[str, Any]:
	"""Labels (tiers, the best first, and customers without one) and a dataset per colour. The arguments of
	the chart have no meaning here: a customer has the same tier in all companies. Who may not read customers
	sees an empty chart, for agents without that right see the workspace, too."""
	if not frappe.has_permission("Customer", "read"):
		return {}
	rows = aggregated("Customer", "COUNT", "name", ["customer_tier"], {"disabled": 0})
	counts = {row.customer_tier or "": row.total for row in rows}
	if not counts:
		return {}
	colors = tier_colors()
	labels = [tier for tier in colors if tier in counts]
	labels += [""] if "" in counts else []
	drawn = {**colors, "": COLORS["gray"]}
	return {
		"labels": [tier or _("No tier") for tier in labels],
		"datasets": [
			{
				"name": _("Customers", context="Customer Tiering Run"),
				"values": [counts[tier] if drawn[tier] == color else 0 for tier in labels],
			}
			for color in COLORS.values()
		],
	}
