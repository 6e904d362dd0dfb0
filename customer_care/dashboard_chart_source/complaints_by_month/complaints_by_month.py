"""How many complaints came in, by month and severity."""

from collections import Counter
from typing import Any

import frappe
from frappe import _

from partner_relations.common.months import aggregated, begin_of_first, company_of, last_months, month_of
from partner_relations.customer_care.complaint_steps import COMPLAINT, REJECTED, SEVERITIES


@frappe.whitelist()
def get(filters: Any = None, **_chart: Any) -> dict[str, Any]:
	"""Labels (months, oldest first) and a dataset per severity, the gravest first. `filters` may name a
	company; the other arguments of the chart (its name, dates, whether to refresh) have no meaning here."""
	frappe.has_permission(COMPLAINT, "read", throw=True)
	rows = aggregated(
		COMPLAINT,
		"COUNT",
		"name",
		["received_on", "severity"],
		{"received_on": (">=", begin_of_first()), "step": ("!=", REJECTED), **company_of(filters)},
	)
	if not rows:
		return {}
	counts: Counter[tuple[str, str]] = Counter()
	for row in rows:
		counts[(row.severity, month_of(row.received_on))] += row.total
	months = last_months()
	return {
		"labels": months,
		"datasets": [
			{
				"name": _(severity, context="Customer Complaint"),
				"values": [counts[(severity, month)] for month in months],
			}
			for severity in reversed(SEVERITIES)
		],
	}
