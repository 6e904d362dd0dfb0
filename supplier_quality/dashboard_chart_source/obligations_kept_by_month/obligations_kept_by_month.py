"""How many obligations of suppliers were kept and broken, by the month in which their window ended."""

from collections import Counter
from typing import Any

import frappe
from frappe import _

from partner_relations.common.months import (
	aggregated,
	begin_of_first,
	company_of,
	last_months,
	month_of,
)
from partner_relations.supplier_quality.compliance import RESULT
from partner_relations.supplier_quality.contract_obligations import PARTNER

OUTCOMES = ("Kept", "Breached")


@frappe.whitelist()
def get(filters: Any = None, **_chart: Any) -> dict[str, Any]:
	"""Labels (months, oldest first) and a dataset per outcome. `filters` may name a company; the other
	arguments of the chart (its name, dates, whether to refresh) have no meaning here."""
	frappe.has_permission(RESULT, "read", throw=True)
	rows = aggregated(
		RESULT,
		"COUNT",
		"name",
		["to_date", "outcome"],
		{
			"party_type": "Supplier",
			"owed_by": PARTNER,
			"outcome": ("in", OUTCOMES),
			"to_date": (">=", begin_of_first()),
			**company_of(filters),
		},
	)
	if not rows:
		return {}
	counts: Counter[tuple[str, str]] = Counter()
	for row in rows:
		counts[(row.outcome, month_of(row.to_date))] += row.total
	months = last_months()
	return {
		"labels": months,
		"datasets": [
			{
				"name": _(outcome, context=RESULT),
				"values": [counts[(outcome, month)] for month in months],
			}
			for outcome in OUTCOMES
		],
	}
