"""How many suppliers stand at which grade now."""

from typing import Any

import frappe

from partner_relations.supplier_quality.dashboard_chart_source.grades import best_first, counted, datasets
from partner_relations.supplier_quality.report.display import EVALUATION


@frappe.whitelist()
def get(filters: Any = None, **_chart: Any) -> dict[str, Any]:
	"""Labels (grades, best first) and datasets. `filters` may name a company; the other arguments of the
	chart (its name, dates, whether to refresh) have no meaning here."""
	frappe.has_permission(EVALUATION, "read", throw=True)
	filters = frappe.parse_json(filters) or {}
	company = filters.get("company") if isinstance(filters, dict) else None
	rows = counted([], {"is_current": 1, **({"company": company} if company else {})})
	if not rows:
		return {}
	colors = best_first(rows)
	grades = list(colors)
	return {"labels": grades, "datasets": datasets(rows, grades, "grade", colors)}
