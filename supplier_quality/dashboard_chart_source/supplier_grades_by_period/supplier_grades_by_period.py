"""How the grades changed from period to period."""

from typing import Any

import frappe

from partner_relations.supplier_quality.dashboard_chart_source.grades import best_first, counted, datasets
from partner_relations.supplier_quality.report.display import EVALUATION

PERIODS = 8


@frappe.whitelist()
def get(filters: Any = None, **_chart: Any) -> dict[str, Any]:
	"""Labels (the last periods, oldest first) and datasets. `filters` may name a company; the other arguments
	of the chart (its name, dates, whether to refresh) have no meaning here."""
	frappe.has_permission(EVALUATION, "read", throw=True)
	filters = frappe.parse_json(filters) or {}
	company = filters.get("company") if isinstance(filters, dict) else None
	rows = counted(["to_date", "from_date", "period_label"], {"company": company} if company else {})
	if not rows:
		return {}
	for row in rows:
		row.period = (row.to_date, row.from_date)
	labels = {row.period: row.period_label for row in rows}
	periods = sorted(labels)[-PERIODS:]
	shown = [row for row in rows if row.period in periods]
	return {
		"labels": [labels[period] or f"{period[1]} – {period[0]}" for period in periods],
		"datasets": datasets(shown, periods, "period", best_first(shown)),
	}
