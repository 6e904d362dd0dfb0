"""Rewards and penalties that can be posted now: approved, and answered where that is awaited."""

from typing import Any

import frappe

from partner_relations.supplier_quality.posting import objection_to_posting
from partner_relations.supplier_quality.reward_penalty import ACCEPTED, APPROVED, NOTIFIED, REWARD_PENALTY


@frappe.whitelist()
def ready_to_post(filters: Any = None) -> dict[str, Any]:
	"""The card's number and where a click leads to. `filters`, which every card gets, has no meaning here."""
	frappe.has_permission(REWARD_PENALTY, "read", throw=True)
	candidates = {"docstatus": 1, "is_financial": 1, "status": ("in", (APPROVED, NOTIFIED, ACCEPTED))}
	rows = frappe.get_list(
		REWARD_PENALTY,
		filters=candidates,
		fields=[
			"name",
			"docstatus",
			"is_financial",
			"status",
			"paid_by",
			"answer",
			"decision_on_dispute",
			"respond_by",
		],
		limit_page_length=0,
	)
	ready = [row.name for row in rows if objection_to_posting(row) is None]
	return {
		"value": len(ready),
		"fieldtype": "Int",
		"route": ["List", REWARD_PENALTY],
		# With none ready the list shows those that wait for the supplier: an empty "in" is no filter to it.
		"route_options": {"name": ("in", ready)} if ready else candidates,
	}
