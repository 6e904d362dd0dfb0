"""What the browser may call about the investigation of a complaint."""

from typing import Any

import frappe

from partner_relations.customer_care import investigation
from partner_relations.customer_care.complaint_steps import COMPLAINT, demands_investigation


@frappe.whitelist()
def state(complaint: str) -> dict[str, Any]:
	"""What the investigation of a complaint, as it is saved, still lacks.

	{"demanded": bool, "to_resolve": [sentences], "to_close": [sentences]}; the latter without the former.
	"""
	document = frappe.get_doc(COMPLAINT, complaint)
	document.check_permission("read")
	to_resolve = investigation.what_is_missing(document, "resolve")
	return {
		"demanded": demands_investigation(document.severity),
		"to_resolve": to_resolve,
		"to_close": [
			sentence
			for sentence in investigation.what_is_missing(document, "close")
			if sentence not in to_resolve
		],
	}
