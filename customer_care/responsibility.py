"""What follows when a supplier is responsible for a complaint: a penalty, or a request to improve.

A penalty is a draft of our own; the request is ERPNext's Quality Action, with a letter to the supplier that
asks for an answer in eight disciplines (8D). Both name the complaint, and the complaint's form lists them.
"""

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, escape_html, format_date, get_link_to_form, getdate, strip_html, today

from partner_relations.common import mails
from partner_relations.common.documents import without_scripts
from partner_relations.customer_care.complaint_steps import COMPLAINT
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY

ACTION = "Quality Action"
DAYS_TO_ANSWER = 14
"""What a supplier usually needs for an 8D report."""


def penalty_values(complaint: Document) -> dict[str, Any]:
	"""What a new penalty for a complaint begins with: its source, and what the complaint has cost so far.

	Raises frappe.ValidationError unless a supplier is responsible.
	"""
	supplier = _responsible_supplier(complaint)
	cost = complaint.resolution_cost or 0
	return {
		"supplier": supplier,
		"company": complaint.company,
		"kind": "Penalty",
		"measure": "Chargeback" if cost > 0 else "Warning Letter",
		"paid_by": "Supplier" if cost > 0 else None,
		"amount": cost if cost > 0 else 0,
		"source_type": COMPLAINT,
		"source_name": complaint.name,
		"reason": in_short(complaint),
	}


def request_improvement(complaint: Document, answer_by: date, problem: str) -> tuple[str, str | None]:
	"""Make a Quality Action for the responsible supplier, and ask it by mail for an 8D report.

	`problem` is what the supplier reads (see `in_short`); the mail adds nothing about the customer.
	The caller has locked the complaint: of two who ask at once the second finds the request of the first.
	Returns the name of the action, and a sentence why no mail could be sent (None: it is on its way): a
	failing mail doesn't keep the request from being made. Needs the right to create Quality Actions.
	Raises frappe.ValidationError unless a supplier is responsible, or while another request to it is open.
	"""
	supplier = _responsible_supplier(complaint)
	_refuse_second_request(complaint, supplier)
	if getdate(answer_by) < getdate(today()):
		frappe.throw(_("The day by which the supplier answers has passed already."))
	problem = without_scripts(problem)
	if not problem:
		frappe.throw(_("Say what the problem is. The supplier reads it."))
	action = frappe.get_doc(
		{
			"doctype": ACTION,
			"corrective_preventive": "Corrective",
			"date": today(),
			"supplier": supplier,
			"customer_complaint": complaint.name,
			"resolutions": [
				{
					"problem": problem,
					"status": "Open",
					"responsible": complaint.handler,
					"completion_by": answer_by,
				}
			],
		}
	).insert()
	failed = _ask_supplier(complaint, action, supplier, answer_by, problem)
	action.add_comment(
		"Info",
		escape_html(failed) if failed else _("The supplier was asked for an 8D report by mail."),
	)
	return action.name, failed


def follow_ups(complaint: str) -> list[dict[str, Any]]:
	"""Penalties and improvement requests for a complaint that the session's user may read."""
	found = []
	for doctype, filters, fields in (
		(
			REWARD_PENALTY,
			{"source_type": COMPLAINT, "source_name": complaint},
			["name", "status", "measure as label", "supplier"],
		),
		(ACTION, {"customer_complaint": complaint}, ["name", "status", "supplier"]),
	):
		if frappe.has_permission(doctype, "read"):
			found += [
				{"doctype": doctype, **row}
				for row in frappe.get_list(doctype, filters=filters, fields=fields, order_by="creation asc")
			]
	return found


def _refuse_second_request(complaint: Document, supplier: str) -> None:
	# Locked, the table is read as it is now and not as it was when the transaction began.
	asked = frappe.db.get_value(
		ACTION,
		{"customer_complaint": complaint.name, "supplier": supplier, "status": "Open"},
		for_update=True,
	)
	if asked:
		frappe.throw(
			_(
				"The supplier has been asked already, by {0}. Complete that request before you make another."
			).format(get_link_to_form(ACTION, asked)),
			title=_("Asked Already"),
		)


def _responsible_supplier(complaint: Document) -> str:
	if complaint.responsibility != "Supplier" or not complaint.supplier:
		frappe.throw(
			_("Say first that a supplier is responsible for complaint {0}, and which.").format(complaint.name)
		)
	return complaint.supplier


def in_short(complaint: Document) -> str:
	"""What a supplier needs to know, to begin with: what it delivered and what was wrong with it.

	To whom it was sold isn't said, unless somebody wrote it into the subject or the root cause.
	"""
	lines = [strip_html(complaint.subject or "")]
	for row in complaint.items:
		numbers = ", ".join(
			number for number in (row.batch_no, row.serial_no, row.purchase_receipt) if number
		)
		if row.item_code:
			lines.append(f"{row.item_name or row.item_code} ({numbers})" if numbers else row.item_code)
	if complaint.root_cause:
		lines.append(_("Root cause: {0}").format(strip_html(complaint.root_cause)))
	return "\n".join(lines)


def _ask_supplier(
	complaint: Document, action: Document, supplier: str, answer_by: date, problem: str
) -> str | None:
	addresses = mails.partner_addresses("Supplier", supplier)
	missing = mails.what_is_missing("Supplier", addresses)
	if missing:
		return missing
	with mails.in_language(frappe.db.get_value("Supplier", supplier, "language")):
		subject = _("Request for an 8D report: {0}").format(action.name)
		html = _letter(complaint.company, action.name, answer_by, problem)
	try:
		mails.queue_mail(action, addresses, subject, html)
	except Exception as error:
		action.log_error("The supplier could not be asked for an 8D report")
		return mails.in_words(error)
	return None


def _letter(company: str, number: str, answer_by: date, problem: str) -> str:
	parts = (
		("D1", _("Who works on it (team)")),
		("D2", _("What exactly the problem is")),
		("D3", _("What you did at once so that nobody else is affected")),
		("D4", _("The root cause, and why it wasn't found before delivery")),
		("D5", _("Which corrective actions you have chosen")),
		("D6", _("Which of them are carried out, and whether they work")),
		("D7", _("What keeps it from happening again")),
		("D8", _("Your conclusion")),
	)
	paragraphs = (
		_("One of our customers complains about goods that you delivered to us:"),
		problem,
		_("Please answer by {0}, with the number {1}, and tell us:").format(format_date(answer_by), number),
	)
	html = [f"<p>{escape_html(text).replace(chr(10), '<br>')}</p>" for text in paragraphs]
	items = "".join(f"<li>{code}: {escape_html(text)}</li>" for code, text in parts)
	return "".join([*html, f"<ul>{items}</ul>", f"<p>{escape_html(company)}</p>"])


def default_answer_date() -> str:
	"""When a supplier's answer is usually due."""
	return add_days(today(), DAYS_TO_ANSWER)
