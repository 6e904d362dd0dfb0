"""What a supplier sees of itself on the website: what was released to it, and no one else's.

Evaluations, breaches of contract, rewards and penalties; the last three it may accept or dispute there.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, today

from partner_relations.supplier_quality import breaches, reward_penalty
from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.letters import (
	ROUTES,
	amount_of,
	breach_subject,
	day_in_words,
	reward_penalty_subject,
)
from partner_relations.supplier_quality.notices import NOTICES
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY

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

LONGEST_ANSWER = 4000

_SHARED = (
	*("name", "company", "status", "docstatus", "notice_status", "notice_on"),
	*("respond_by", "response_by", "answer"),
)
_COLUMNS = {
	BREACH: (*_SHARED, "party_name", "obligation", "detected_on"),
	REWARD_PENALTY: (*_SHARED, "supplier_name", "kind", "measure", "is_financial", "amount", "currency"),
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
		BREACH: {
			"party_type": "Supplier",
			"party": ("in", suppliers),
			"notice_status": ("in", RELEASED),
		},
		REWARD_PENALTY: {
			"supplier": ("in", suppliers),
			"docstatus": ("!=", 0),
			"notice_on": ("is", "set"),
		},
	}
	rows = [
		_shown(doctype, row)
		for doctype, filters in own.items()
		for row in frappe.get_all(
			doctype,
			filters=filters,
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


def is_answerable(doctype: str, row) -> bool:
	"""Whether the supplier may accept or dispute here: once, and until the deadline is over."""
	if row.response_by or (row.respond_by and getdate(row.respond_by) < getdate(today())):
		return False
	return row.status == breaches.NOTIFIED if doctype == BREACH else reward_penalty.may_answer(row)


def has_website_permission_for_notice(doc, ptype: str, user: str, verbose: bool = False) -> bool:
	"""Frappe's hook: reading and printing what the own supplier was told, in the form of the letter only."""
	return ptype in ("read", "print") and _was_told(doc, user) and _in_the_letter(doc)


def _in_the_letter(doc) -> bool:
	"""Another print format would show what the letter doesn't: who proposed and approved it, and why."""
	wanted = frappe.form_dict.get("format")
	return not wanted or wanted == NOTICES[doc.doctype].print_format


def _was_told(document, user: str) -> bool:
	"""A breach is told by the decision to tell it, though the mail may not be out yet; a reward or penalty,
	which is about money and orders, only by a letter."""
	if document.doctype == BREACH:
		told = document.notice_status in RELEASED
		supplier = document.party if document.party_type == "Supplier" else None
	else:
		told = bool(document.notice_on) and document.docstatus != 0
		supplier = document.supplier
	return told and bool(supplier) and supplier in suppliers_of(user)


def _shown(doctype: str, row) -> ShownNotice:
	breach = doctype == BREACH
	status, color = _state(doctype, row)
	on = getdate(row.notice_on or row.detected_on)
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
		answerable=is_answerable(doctype, row),
		respond_by=day_in_words(row.respond_by),
	)


def _state(doctype: str, row) -> tuple[str, str]:
	"""How things stand in the supplier's eyes, and the colour for it."""
	if is_answerable(doctype, row):
		if row.respond_by:
			return _("Answer by {0}").format(day_in_words(row.respond_by)), "orange"
		return _("Answer expected"), "orange"
	if row.docstatus == 2:
		return _("Cancelled", context="Supplier Notice"), "gray"
	if row.status == reward_penalty.APPROVED and row.answer == reward_penalty.DISPUTED:
		return _("Upheld after your dispute"), "blue"
	return {
		"Notified": (_("Not answered in time"), "gray"),
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
