"""What the browser may call about the investigation of a complaint."""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from partner_relations.customer_care import investigation, responsibility
from partner_relations.customer_care.complaint_steps import COMPLAINT, demands_investigation
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY


@frappe.whitelist()
def state(complaint: str) -> dict[str, Any]:
	"""What the investigation of a complaint, as it is saved, still lacks.

	{"demanded": bool, "to_resolve": [sentences], "to_close": [sentences, without the former], "follow_ups":
	[penalties and improvement requests], "may_penalise": bool, "may_request": bool, "answer_by": date,
	"problem": what a supplier is told to begin with}
	"""
	document = _readable(complaint)
	to_resolve = investigation.what_is_missing(document, "resolve")
	return {
		"demanded": demands_investigation(document.severity),
		"to_resolve": to_resolve,
		"to_close": [
			sentence
			for sentence in investigation.what_is_missing(document, "close")
			if sentence not in to_resolve
		],
		"follow_ups": responsibility.follow_ups(complaint),
		"may_penalise": bool(frappe.has_permission(REWARD_PENALTY, "create")),
		"may_request": bool(
			frappe.has_permission(responsibility.ACTION, "create") and document.has_permission("write")
		),
		"answer_by": responsibility.default_answer_date(),
		"problem": responsibility.in_short(document),
	}


@frappe.whitelist()
def penalty_values(complaint: str) -> dict[str, Any]:
	"""What a new penalty for the supplier responsible for a complaint begins with."""
	frappe.has_permission(REWARD_PENALTY, "create", throw=True)
	return responsibility.penalty_values(_readable(complaint))


@frappe.whitelist(methods=["POST"])
def request_improvement(complaint: str, answer_by: str, problem: str) -> dict[str, Any]:
	"""Ask the responsible supplier for an 8D report: {"action": name, "not_sent": a sentence or None}."""
	document = frappe.get_doc(COMPLAINT, complaint, for_update=True)
	document.check_permission("write")
	action, not_sent = responsibility.request_improvement(document, getdate(answer_by), problem)
	return {"action": action, "not_sent": not_sent}


def _readable(complaint: str) -> Document:
	document = frappe.get_doc(COMPLAINT, complaint)
	document.check_permission("read")
	return document
