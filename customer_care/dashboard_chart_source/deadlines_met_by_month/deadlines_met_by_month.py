"""Which promises to customers were met, by the month in which they complained: as in Deadline Compliance."""

from typing import Any

import frappe
from frappe.utils import today

from partner_relations.common.months import begin_of_first, company_of
from partner_relations.customer_care.complaint_steps import COMPLAINT
from partner_relations.customer_care.report.deadline_compliance import deadline_compliance as report


@frappe.whitelist()
def get(filters: Any = None, **_chart: Any) -> dict[str, Any]:
	"""Labels (months, oldest first) and a dataset per promise, in percent. `filters` may name a company; the
	other arguments of the chart (its name, dates, whether to refresh) have no meaning here."""
	frappe.has_permission(COMPLAINT, "read", throw=True)
	asked = {"from_date": begin_of_first(), "to_date": today(), **company_of(filters)}
	_columns, _rows, _message, *rest = report.execute(asked)
	chart = rest[0] if rest else None
	return chart["data"] if chart else {}
