"""What most complaints of the last months were about."""

from typing import Any

import frappe
from frappe import _

from partner_relations.common.months import aggregated, begin_of_first, company_of
from partner_relations.customer_care.complaint_steps import COMPLAINT, REJECTED

BARS = 8


@frappe.whitelist()
def get(filters: Any = None, **_chart: Any) -> dict[str, Any]:
	"""Labels (categories, the most frequent first) and one dataset. `filters` may name a company; the other
	arguments of the chart (its name, dates, whether to refresh) have no meaning here."""
	frappe.has_permission(COMPLAINT, "read", throw=True)
	rows = aggregated(
		COMPLAINT,
		"COUNT",
		"name",
		["category"],
		{"received_on": (">=", begin_of_first()), "step": ("!=", REJECTED), **company_of(filters)},
	)
	if not rows:
		return {}
	rows.sort(key=lambda row: (-row.total, row.category or ""))
	return {
		"labels": [row.category or _("Not said") for row in rows[:BARS]],
		"datasets": [{"name": _("Complaints"), "values": [row.total for row in rows[:BARS]]}],
	}
