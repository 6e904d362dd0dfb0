"""The form's view of the resolutions of a complaint: what was granted, what remains, what to do next."""

from typing import Any

import frappe
from frappe.model.document import Document

from partner_relations.customer_care.complaint_steps import AGENT, FINISHED, MANAGER
from partner_relations.customer_care.resolution_documents import (
	CLAIM,
	LETTER,
	doctype_for,
	objection_to_making,
)
from partner_relations.customer_care.resolutions import (
	APPROVED,
	AWAITING,
	company_currency,
	granted,
	limit,
	objection_to_deciding,
)


def overview(complaint: Document) -> dict[str, Any]:
	"""{"currency", "limit", "granted", "cost" (company currency), "may_propose", "rows"}.

	Each row: its fields, "document" ({"doctype", "name", "docstatus", "status", "amount", "currency"} or
	None),
	"may_decide", "may_withdraw", and for an approved one "refused": why this user can't make it, or None.
	"""
	user = frappe.session.user
	roles = set(frappe.get_roles(user))
	writes = bool(complaint.has_permission("write"))
	handles = writes and bool({AGENT, MANAGER} & roles)
	documents = _documents(complaint)
	return {
		"currency": company_currency(complaint.company),
		"limit": float(limit(complaint)),
		"granted": float(granted(complaint)),
		"cost": complaint.resolution_cost,
		"may_propose": handles and complaint.step not in FINISHED,
		"rows": [
			{
				**{field: row.get(field) for field in SHOWN},
				"proposed_by": _full_name(row.proposed_by),
				"approved_by": _full_name(row.approved_by),
				"document": documents.get((row.document_type, row.document_name)),
				"may_decide": writes and objection_to_deciding(complaint, row) is None,
				"may_withdraw": row.status in (AWAITING, APPROVED)
				and writes
				and (row.proposed_by == user or MANAGER in roles),
				"makes": doctype_for(row.kind),
				"refused": objection_to_making(complaint, row) if row.status == APPROVED else None,
			}
			for row in complaint.resolutions
		],
	}


SHOWN = (
	*("name", "idx", "kind", "status", "amount", "cost", "note", "source_type", "source_name"),
	*("proposed_on", "approved_on", "decision_reason"),
)

COLUMNS = {
	"Sales Invoice": ("status", "grand_total", "currency"),
	"Delivery Note": ("status", "grand_total", "currency"),
	"Sales Order": ("status", "grand_total", "currency"),
	CLAIM: ("status",),
	LETTER: ("delivery_status",),
}


def _documents(complaint: Document) -> dict[tuple[str, str], dict[str, Any]]:
	"""State and amount of the documents made, one query for each document type."""
	found = {}
	for doctype, columns in COLUMNS.items():
		names = [row.document_name for row in complaint.resolutions if row.document_type == doctype]
		if not names:
			continue
		for row in frappe.get_all(
			doctype, filters={"name": ("in", names)}, fields=["name", "docstatus", *columns]
		):
			found[doctype, row.name] = {
				"doctype": doctype,
				"name": row.name,
				"docstatus": row.docstatus,
				"status": row.get("status") or row.get("delivery_status"),
				"amount": row.get("grand_total"),
				"currency": row.get("currency"),
			}
	return found


def _full_name(user: str | None) -> str | None:
	return frappe.utils.get_fullname(user) if user else None
