"""What penalties and rewards were approved, by month of their date; each currency by itself."""

from collections import defaultdict
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
from partner_relations.supplier_quality.reward_penalty import CANCELLED, REVERSED, REWARD_PENALTY, WAIVED

KINDS = ("Penalty", "Reward")


@frappe.whitelist()
def get(filters: Any = None, **_chart: Any) -> dict[str, Any]:
	"""Labels (months, oldest first) and a dataset per kind and currency. `filters` may name a company; the
	other arguments of the chart (its name, dates, whether to refresh) have no meaning here."""
	frappe.has_permission(REWARD_PENALTY, "read", throw=True)
	rows = aggregated(
		REWARD_PENALTY,
		"SUM",
		"amount",
		["decision_date", "kind", "currency"],
		{
			"docstatus": 1,
			"is_financial": 1,
			"status": ("not in", (WAIVED, REVERSED, CANCELLED)),
			"decision_date": (">=", begin_of_first()),
			**company_of(filters),
		},
	)
	if not rows:
		return {}
	sums: dict[tuple[str, str, str], float] = defaultdict(float)
	for row in rows:
		sums[(row.currency, row.kind, month_of(row.decision_date))] += row.total
	labels = {"Penalty": _("Penalties"), "Reward": _("Rewards")}
	months = last_months()
	return {
		"labels": months,
		"datasets": [
			{
				"name": f"{labels[kind]} ({currency})",
				"values": [sums[(currency, kind, month)] for month in months],
			}
			for currency in sorted({row.currency for row in rows})
			for kind in KINDS
		],
	}
