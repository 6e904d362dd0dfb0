"""Order progress: customers of tiers that promise it are told when an order is confirmed and when goods
leave.

Written by a job after the document is saved, so that no mail can fail a save. What can't be sent is kept on
the document and tried again every day, until it is no news any more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, cstr, date_diff, escape_html, flt, format_date, today

from partner_relations.common.mails import (
	in_language,
	in_words,
	partner_addresses,
	queue_mail,
	what_is_missing,
)
from partner_relations.customer_care.tiers import TIER

NEWS_FOR_DAYS = 7
"""A document that is dated further back is history that somebody enters: nobody is told of it."""

LINES_SHOWN = 20
SENT, NOT_SENT = "Sent", "Not Sent"


@dataclass(frozen=True)
class Progress:
	"""How one document type is told of: its date, and subject and first sentence of the mail."""

	dated: str
	subject: Callable[[Any], str]
	sentence: Callable[[Any], str]


def _order_sentence(order: Any) -> str:
	if order.delivery_date:
		return _("Thank you for your order. We have confirmed it and plan to deliver it by {0}.").format(
			format_date(order.delivery_date)
		)
	return _("Thank you for your order. We have confirmed it.")


def _delivery_sentence(delivery: Any) -> str:
	if delivery.get("transporter_name") or delivery.get("lr_no"):
		carrier = " ".join(filter(None, (delivery.get("transporter_name"), delivery.get("lr_no"))))
		return _("The following goods have left our warehouse with {0}.").format(escape_html(carrier))
	return _("The following goods have left our warehouse.")


PROGRESS = {
	"Sales Order": Progress(
		"transaction_date",
		lambda order: _("Your order {0} is confirmed").format(order.po_no or order.name),
		_order_sentence,
	),
	"Delivery Note": Progress(
		"posting_date",
		lambda delivery: _("Your delivery {0} is on its way").format(delivery.name),
		_delivery_sentence,
	),
}


def note_progress(doc: Any, method: str | None = None) -> None:
	"""`before_submit` of Sales Order and Delivery Note: whether the customer is to be told. No query."""
	doc.progress_notice = NOT_SENT if _is_news(doc) else None
	doc.progress_notice_error = None


def tell_customer(doc: Any, method: str | None = None) -> None:
	"""`on_submit` of Sales Order and Delivery Note: the mail is written when the document is saved."""
	if doc.progress_notice == NOT_SENT:
		frappe.enqueue(send, queue="short", enqueue_after_commit=True, doctype=doc.doctype, name=doc.name)


def _is_news(doc: Any) -> bool:
	if not doc.customer_tier or doc.get("is_return") or doc.get("is_internal_customer"):
		return False
	if frappe.flags.in_import or frappe.flags.in_migrate:
		return False
	if not frappe.get_cached_value(TIER, doc.customer_tier, "order_progress_notices"):
		return False
	return date_diff(today(), doc.get(PROGRESS[doc.doctype].dated)) <= NEWS_FOR_DAYS


def send(doctype: str, name: str) -> str | None:
	"""Mail the customer that its order is confirmed or delivered; returns why it could not be, as a sentence.

	Once: under a row lock, and only what is submitted and not sent yet.
	"""
	status = frappe.db.get_value(
		doctype, name, ["docstatus", "progress_notice"], as_dict=True, for_update=True
	)
	if not status or status.docstatus != 1 or status.progress_notice != NOT_SENT:
		return None
	document = frappe.get_doc(doctype, name)
	error = _send(document)
	document.db_set(
		{"progress_notice": NOT_SENT if error else SENT, "progress_notice_error": error},
		update_modified=False,
	)
	return error


def retry_unsent() -> None:
	"""Scheduled daily: try again what could not be sent and still is news."""
	for doctype, progress in PROGRESS.items():
		names = frappe.get_all(
			doctype,
			filters={
				"progress_notice": NOT_SENT,
				"docstatus": 1,
				progress.dated: (">=", add_days(today(), -NEWS_FOR_DAYS)),
			},
			pluck="name",
		)
		for name in names:
			send(doctype, name)


def _send(document: Any) -> str | None:
	addresses = (
		[document.contact_email]
		if document.get("contact_email")
		else partner_addresses("Customer", document.customer)
	)
	if missing := what_is_missing("Customer", addresses):
		return missing
	progress = PROGRESS[document.doctype]
	language = frappe.db.get_value("Customer", document.customer, "language") or document.get("language")
	try:
		with in_language(language):
			queue_mail(document, addresses, progress.subject(document), _message(document, progress))
	except Exception as error:
		frappe.log_error(title=f"Order progress of {document.name} not sent")
		frappe.clear_messages()
		return in_words(error)
	return None


def _message(document: Any, progress: Progress) -> str:
	"""Salutation, what has happened, the lines, and who writes; what people typed is escaped."""
	rows = "".join(
		f"<tr><td>{escape_html(cstr(line.item_name or line.item_code))}</td>"
		f"<td style='text-align: right'>{frappe.format_value(flt(line.qty), {'fieldtype': 'Float'})}</td>"
		f"<td>{escape_html(_(cstr(line.uom)))}</td></tr>"
		for line in document.items[:LINES_SHOWN]
	)
	more = len(document.items) - LINES_SHOWN
	parts = (
		_("Dear Sir or Madam,"),
		progress.sentence(document),
		f"<table cellpadding='4'>{rows}</table>" + (_("And {0} more rows.").format(more) if more > 0 else ""),
		_("Your reference: {0}").format(escape_html(document.po_no)) if document.po_no else "",
		f"{_('Kind regards')}<br>{escape_html(document.company)}",
	)
	return "<br><br>".join(part for part in parts if part)
