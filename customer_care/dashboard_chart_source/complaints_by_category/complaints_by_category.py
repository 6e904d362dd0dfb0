"""What the complaints of the last months were about: by main category, whose names fit under a bar.

The report Complaint Pareto has the categories below them.
"""

from collections import Counter
from typing import Any

import frappe
from frappe import _

from partner_relations.common.months import aggregated, begin_of_first, company_of
from partner_relations.customer_care.complaint_steps import COMPLAINT, REJECTED
from partner_relations.customer_care.report.complaints import main_categories

BARS = 8


@frappe.whitelist()
def get(filters: Any = None, **_chart: Any) -> dict[str, Any]:
	"""Labels (main categories, the most frequent first) and one dataset. `filters` may name a company; the
	other arguments of the chart (its name, dates, whether to refresh) have no meaning here."""
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
	mains = main_categories(row.category for row in rows)
	counts: Counter[str] = Counter()
	for row in rows:
		counts[mains.get(row.category, "")] += row.total
	bars = sorted(counts.items(), key=lambda bar: (-bar[1], bar[0]))[:BARS]
	return {
		"labels": [_(name) if name else _("Not said") for name, _count in bars],
		"datasets": [{"name": _("Complaints"), "values": [count for _name, count in bars]}],
	}
