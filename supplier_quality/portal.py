"""What a supplier sees of itself on the website: what was released to it, and no one else's.

Evaluations, breaches of contract, rewards and penalties; the last three it may accept or dispute there.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, today

from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.letters import (
	BREACH,
	REWARD_PENALTY,
	ROUTES,
	amount_of,
	breach_subject,
	day_in_words,
	reward_penalty_subject,
)
from partner_relations.supplier_quality.notices import NOTICES

# Evaluations

RELEASED = ("Sent", "Not sent")
"""An evaluation is released by the decision to send it, even where the mail could not go out yet."""


def suppliers_of(user: str) -> list[str]:
	"""The suppliers whose portal user this is (table "Portal Users" on Supplier)."""
	if user == "Guest":
		return []
	return frappe.get_all("Portal User", filters={"user": user, "parenttype": "Supplier"}, pluck="parent")


def evaluations_of(user: str) -> list[dict[str, Any]]:
	"""Published evaluations released to the suppliers of a portal user, newest period first."""
	suppliers = suppliers_of(user)
	if not suppliers:
		return []
	return frappe.get_all(
		EVALUATION,
		filters={
			"supplier": ("in", suppliers),
			"docstatus": 1,
			"status": "Published",
			"notice_status": ("in", RELEASED),
		},
		fields=[
			"name",
			"supplier_name",
			"company",
			"period_label",
			"has_score",
			"score",
			"grade",
			"grade_color",
			"published_on",
		],
		order_by="to_date desc, published_on desc",
		limit_page_length=100,
	)


def has_website_permission(doc, ptype: str, user: str, verbose: bool = False) -> bool:
	"""Frappe's hook for documents on the website (the print view): reading its own released evaluations."""
	return (
		ptype in ("read", "print")
		and doc.docstatus == 1
		and doc.status == "Published"
		and doc.notice_status in RELEASED
		and doc.supplier in suppliers_of(user)
	)


# Breaches of contract, rewards and penalties

TOLD = ("Sent", "Not sent")
"""A notice is the supplier's to see once it was decided to send it, though the mail may not be out yet."""

LONGEST_ANSWER = 4000

_SHARED = ("name", "company", "status", "notice_on", "respond_by", "responded_on", "response")
_COLUMNS = {
	BREACH: (*_SHARED, "party_name", "obligation", "detected_on", "docstatus"),
	REWARD_PENALTY: (
		*_SHARED,
		*(
			"supplier_name",
			"kind",
			"measure",
			"is_financial",
			"amount",
			"currency",
			"decision_date",
			"docstatus",
		),
	),
}


@dataclass(frozen=True)
class ShownNotice:
	"""A row of the list of notices; `answerable` says whether the supplier may accept or dispute it now."""

	doctype: str
	name: str
	route: str
	subject: str
	company: str
	supplier: str
	on: date
	day: str
	amount: str
	status: str
	color: str
	answerable: bool
	respond_by: str


def notices_of(user: str) -> list[ShownNotice]:
	"""The breaches, rewards and penalties that the suppliers of a portal user were told of, newest first."""
	suppliers = suppliers_of(user)
	if not suppliers:
		return []
	own = {
		BREACH: {"party_type": "Supplier", "party": ("in", suppliers)},
		REWARD_PENALTY: {"supplier": ("in", suppliers), "docstatus": ("!=", 0)},
	}
	rows = [
		_shown(doctype, row)
		for doctype, filters in own.items()
		for row in frappe.get_all(
			doctype,
			filters={**filters, "notice_status": ("in", TOLD)},
			fields=list(_COLUMNS[doctype]),
			order_by="creation desc",
			limit_page_length=100,
		)
	]
	return sorted(rows, key=lambda row: (row.on, row.name), reverse=True)


def notice_of(user: str, doctype: str, name: str, for_update: bool = False):
	"""The document behind a notice that the user's supplier was told of; None for every other name."""
	if doctype not in ROUTES or not isinstance(name, str) or not frappe.db.exists(doctype, name):
		return None
	document = frappe.get_doc(doctype, name, for_update=for_update)
	return document if _was_told(document, user) else None


def shown(document) -> ShownNotice:
	"""A notice as the list shows it."""
	return _shown(document.doctype, document)


def is_answerable(notice) -> bool:
	"""Whether the supplier may accept or dispute: once, and until the deadline is over."""
	return (
		notice.status == "Notified"
		and not notice.responded_on
		and (not notice.respond_by or getdate(notice.respond_by) >= getdate(today()))
	)


def has_website_permission_for_notice(doc, ptype: str, user: str, verbose: bool = False) -> bool:
	"""Frappe's hook: reading and printing what the own supplier was told, in the form of the letter only."""
	return ptype in ("read", "print") and _was_told(doc, user) and _in_the_letter(doc)


def _in_the_letter(doc) -> bool:
	"""Another print format would show what the letter doesn't: who proposed and approved it, and why."""
	wanted = frappe.form_dict.get("format")
	return not wanted or wanted == NOTICES[doc.doctype].print_format


def _was_told(document, user: str) -> bool:
	if document.notice_status not in TOLD:
		return False
	if document.doctype == BREACH:
		supplier = document.party if document.party_type == "Supplier" else None
	else:
		supplier = document.supplier if document.docstatus != 0 else None
	return bool(supplier) and supplier in suppliers_of(user)


def _shown(doctype: str, row) -> ShownNotice:
	breach = doctype == BREACH
	status, color = _state(row)
	on = getdate(row.notice_on or (row.detected_on if breach else row.decision_date))
	return ShownNotice(
		doctype=doctype,
		name=row.name,
		route=f"/{ROUTES[doctype]}/{row.name}",
		subject=breach_subject(row) if breach else reward_penalty_subject(row),
		company=row.company,
		supplier=(row.party_name if breach else row.supplier_name) or "",
		on=on,
		day=day_in_words(on),
		amount="" if breach else amount_of(row),
		status=status,
		color=color,
		answerable=is_answerable(row),
		respond_by=day_in_words(row.respond_by),
	)


def _state(row) -> tuple[str, str]:
	"""How things stand in the supplier's eyes, and the colour for it."""
	if is_answerable(row):
		if row.respond_by:
			return _("Answer by {0}").format(day_in_words(row.respond_by)), "orange"
		return _("Answer expected"), "orange"
	if row.docstatus == 2:
		return _("Cancelled", context="Supplier Notice"), "gray"
	return {
		"Accepted": (_("Accepted by you"), "green"),
		"Disputed": (_("Disputed by you"), "yellow"),
		"Penalised": (_("Penalty claimed"), "red"),
		"Posted": (_("Booked", context="Supplier Notice"), "blue"),
		"In Effect": (_("In Effect", context="Supplier Notice"), "blue"),
		"Ended": (_("Ended", context="Supplier Notice"), "gray"),
		"Closed": (_("Closed", context="Supplier Notice"), "gray"),
		"Waived": (_("Waived", context="Supplier Notice"), "gray"),
		"Withdrawn": (_("Withdrawn", context="Supplier Notice"), "gray"),
		"Reversed": (_("Reversed", context="Supplier Notice"), "gray"),
		"Cancelled": (_("Cancelled", context="Supplier Notice"), "gray"),
	}.get(row.status, (_("Sent to you"), "gray"))
