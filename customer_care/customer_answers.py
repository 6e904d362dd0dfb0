"""What customers do with their complaints: file, add to, confirm, reopen, and say how satisfied they are.

By the portal, the guests' web form, or the link in a mail. Who calls these functions has made sure who the
customer is; the table of steps says what is possible.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, cint, cstr, get_datetime, now, now_datetime

from partner_relations.customer_care import (
	answer_links,
	complaint_files,
	complaint_talk,
	complaints,
	investigation,
	outside_text,
	resolutions,
)
from partner_relations.customer_care.answer_links import ANSWER, SATISFACTION
from partner_relations.customer_care.complaint_files import Upload
from partner_relations.customer_care.complaint_senders import customers_of
from partner_relations.customer_care.complaint_steps import (
	CLOSED,
	COMPLAINT,
	CONFIRMED,
	CUSTOMER,
	JOB,
	REJECTED,
	RESOLVED,
	SETTINGS,
	take_step,
)

LINK, PORTAL = "Link", "Portal"
CONFIRM, REOPEN, RATE = "confirm", "reopen", "rate"

MARKS = ("1", "2", "3", "4", "5")
LONGEST_ANSWER = 4000
DOCUMENTS = ("Sales Order", "Delivery Note", "Sales Invoice")


# What a customer may do now


def possible(complaint: Document) -> tuple[str, ...]:
	"""What the customer may do with a complaint as it stands: of CONFIRM, REOPEN, RATE."""
	actions = []
	if complaint.step == RESOLVED:
		actions.append(CONFIRM)
	if complaint.step in (RESOLVED, CONFIRMED, CLOSED, REJECTED):
		actions.append(REOPEN)
	if complaint.step in (CONFIRMED, CLOSED) and complaint.confirmed_on and not complaint.satisfaction:
		actions.append(RATE)
	return tuple(actions)


def confirm(complaint: str, via: str) -> Document:
	"""The customer says that it is settled; `via` is LINK or PORTAL."""
	return take_step(complaint, CONFIRM, {"via": via}, actor=CUSTOMER)


def reopen(complaint: str, reason: str) -> Document:
	"""The customer says that it isn't settled, and why."""
	reason = _answer(reason)
	if not reason:
		frappe.throw(_("Please say what is still missing."))
	return take_step(complaint, REOPEN, {"reason": reason}, actor=CUSTOMER)


def rate(complaint: str, mark: str, comment: str | None = None) -> None:
	"""The customer's mark from 1 (bad) to 5 (very good), once. A bad one gives somebody a task."""
	document = frappe.get_doc(COMPLAINT, complaint, for_update=True)
	if cstr(mark) not in MARKS:
		frappe.throw(_("Please choose a mark from 1 to 5."))
	if RATE not in possible(document):
		frappe.throw(_("This question was answered already. Thank you."))
	document.db_set(
		{
			"satisfaction": cstr(mark),
			"satisfaction_comment": _answer(comment) or None,
			"satisfaction_on": now(),
		}
	)
	document.add_comment("Info", _("The customer gave the mark {0} of 5.").format(mark))
	if cint(mark) <= cint(frappe.get_cached_doc(SETTINGS).bad_mark):
		complaint_talk.give_task(
			document,
			lambda language: _(
				"The customer is not satisfied with how complaint {0} was handled. Please call.", language
			),
		)


def _answer(text: str | None) -> str:
	text = outside_text.plain_text(text, LONGEST_ANSWER + 1)
	if len(text) > LONGEST_ANSWER:
		frappe.throw(_("Please shorten your text to {0} characters.").format(LONGEST_ANSWER))
	return text


# By link


def look(token: str | None) -> tuple[Document, tuple[str, ...]] | None:
	"""The complaint of a link and what may be done by it; None if it is good for nothing, whyever."""
	return _behind(token, for_update=False)


def answer_by_link(
	token: str | None, action: str, form: Mapping[str, Any]
) -> tuple[Document, str | None] | None:
	"""Do what a link was made for, once; None if it is good for nothing.

	Returns the complaint as it is then, and a new token for the question on satisfaction if that is open.
	Raises frappe.ValidationError with a sentence if the form isn't complete: then the link stays good.
	"""
	behind = _behind(token, for_update=True)
	if behind is None or action not in behind[1]:
		return None
	complaint, _actions = behind
	if action == CONFIRM:
		confirm(complaint.name, LINK)
	elif action == REOPEN:
		reopen(complaint.name, form.get("reason"))
	else:
		rate(complaint.name, form.get("mark"), form.get("comment"))
	complaint.reload()
	answer_links.use_up(complaint)
	if RATE in possible(complaint):
		return complaint, answer_links.make_token(complaint, SATISFACTION)
	return complaint, None


def _behind(token: str | None, for_update: bool) -> tuple[Document, tuple[str, ...]] | None:
	claim = answer_links.read(token)
	complaint = answer_links.complaint_of(claim, for_update=for_update)
	if claim is None or complaint is None:
		return None
	meant = (CONFIRM, REOPEN) if claim.purpose == ANSWER else (RATE,)
	actions = tuple(action for action in possible(complaint) if action in meant)
	return (complaint, actions) if actions else None


# In the portal


def own(user: str, name: str) -> Document | None:
	"""A complaint of the user's customer; None for every other name."""
	if not isinstance(name, str) or not frappe.db.exists(COMPLAINT, name):
		return None
	complaint = frappe.get_doc(COMPLAINT, name)
	return complaint if complaint.customer and complaint.customer in customers_of(user) else None


def own_complaints(user: str) -> list[dict[str, Any]]:
	"""The complaints of the user's customers, newest first."""
	customers = customers_of(user)
	if not customers:
		return []
	return frappe.get_all(
		COMPLAINT,
		filters={"customer": ("in", customers)},
		fields=["name", "subject", "step", "received_on", "customer_name", "waiting", "company"],
		order_by="received_on desc",
		limit_page_length=200,
	)


def own_documents(customer: str) -> list[dict[str, Any]]:
	"""Orders, deliveries and invoices of the last two years that this customer can complain about."""
	rows = []
	for doctype, day in zip(DOCUMENTS, ("transaction_date", "posting_date", "posting_date"), strict=True):
		filters = {"customer": customer, "docstatus": 1, day: (">=", add_days(now(), -730))}
		if doctype != "Sales Order":
			filters["is_return"] = 0
		rows += [
			{"document_type": doctype, "name": row.name, "on": row.get(day), "reference": row.po_no}
			for row in frappe.get_all(
				doctype,
				filters=filters,
				fields=["name", day, "po_no"],
				order_by=f"{day} desc",
				limit_page_length=100,
			)
		]
	return sorted(rows, key=lambda row: (row["on"], row["name"]), reverse=True)


def file(user: str, values: Mapping[str, Any], uploads: Sequence[Upload]) -> Document:
	"""A portal user's complaint, for one of its customers.

	`values`: customer (where there are several), subject, description, category, remedy_sought, and document
	("Delivery Note:NAME") that it is about. Raises frappe.ValidationError with a sentence for what is
	missing.
	"""
	customers = customers_of(user)
	customer = cstr(values.get("customer")) or (customers[0] if customers else None)
	if customer not in customers:
		frappe.throw(_("Please choose your company."), frappe.PermissionError)
	uploads = complaint_files.check(uploads)
	person = frappe.db.get_value(
		"User", user, ["full_name", "email", "phone", "mobile_no", "language"], as_dict=True
	)
	complaint = complaints.create(
		{
			**_what_happened(values),
			"customer": customer,
			"category": _category(values.get("category")),
			"remedy_sought": _remedy(values.get("remedy_sought")),
			"items": _items(customer, values.get("document")),
			"company": _company(values.get("document")),
			"contact_name": outside_text.one_line(person.full_name),
			"contact_email": person.email,
			"contact_phone": outside_text.phone(person.phone or person.mobile_no),
			"language": person.language,
			"raised_by_user": user,
		},
		"Portal",
	)
	# Frappe sends what comes in by mail to a document's owner: our colleagues' mails, too.
	complaint.db_set("owner", "Administrator", update_modified=False)
	complaint_files.attach(complaint, uploads)
	return complaint


def file_as_guest(values: Mapping[str, Any], uploads: Sequence[Upload]) -> Document:
	"""A complaint of the web form, which anybody may fill in.

	Whose it may be is not looked up here but by a job: neither the answer nor its time says whether a
	customer exists. Raises frappe.ValidationError with a sentence for what is missing.
	"""
	address = outside_text.address(values.get("email"))
	if not address:
		frappe.throw(_("Please enter your e-mail address. We answer by mail."))
	uploads = complaint_files.check(uploads)
	complaint = complaints.create(
		{
			**_what_happened(values),
			"contact_name": outside_text.one_line(values.get("name")),
			"contact_email": address,
			"contact_phone": outside_text.phone(values.get("phone")),
			"claimed_reference": outside_text.one_line(values.get("reference")),
			"language": frappe.local.lang if frappe.db.exists("Language", frappe.local.lang) else None,
		},
		"Web Form",
	)
	complaint_files.attach(complaint, uploads)
	return complaint


def _what_happened(values: Mapping[str, Any]) -> dict[str, str]:
	subject = outside_text.one_line(values.get("subject"))
	description = cstr(values.get("description")).strip()
	if not subject:
		frappe.throw(_("Please say in a few words what it is about."))
	if not description:
		frappe.throw(_("Please describe what happened."))
	if len(description) > outside_text.LONGEST_TEXT:
		frappe.throw(_("Please shorten your text to {0} characters.").format(outside_text.LONGEST_TEXT))
	return {"subject": subject, "description": outside_text.as_html(description)}


def _category(name: Any) -> str | None:
	"""A category that complaints can have; the choice of the page offers no other."""
	filters = {"name": cstr(name), "is_group": 0, "disabled": 0}
	return frappe.db.get_value("Complaint Category", filters, "name") if name else None


def _remedy(remedy: Any) -> str | None:
	return cstr(remedy) if cstr(remedy) in remedies() else None


def remedies() -> list[str]:
	"""What a customer can ask for."""
	options = frappe.get_meta(COMPLAINT).get_field("remedy_sought").options
	return [option for option in options.split("\n") if option]


def _items(customer: str, document: Any) -> list[dict[str, str]]:
	doctype, name = _named(document)
	if not name:
		return []
	own_document = {"name": name, "customer": customer, "docstatus": 1}
	if doctype not in DOCUMENTS or not frappe.db.exists(doctype, own_document):
		frappe.throw(_("Please choose one of your own documents."))
	return [{"document_type": doctype, "document_name": name}]


def _company(document: Any) -> str | None:
	doctype, name = _named(document)
	return frappe.db.get_value(doctype, name, "company") if doctype in DOCUMENTS and name else None


def _named(document: Any) -> tuple[str, str]:
	doctype, _colon, name = cstr(document).partition(":")
	return doctype, name


# Nobody answers


def close_unanswered() -> None:
	"""Scheduled daily: close what was resolved or confirmed so long ago that the customer has nothing to add.

	Only what may be closed: a complaint with open actions stays.
	"""
	for name, moment, before in unanswered():
		try:
			close_if_due(name, moment, before)
		except frappe.ValidationError:  # what keeps one open must not stop the others
			frappe.db.rollback()
			frappe.clear_messages()
			frappe.log_error(title=f"Complaint {name} could not be closed")
		frappe.db.commit()  # nosemgrep: a background job; each complaint stands for itself


def unanswered() -> list[tuple[str, str, datetime]]:
	"""Complaints that wait for an answer for longer than the settings say (0 days: for ever): the name, the
	field with the moment since when, and the moment before which that has to lie.
	"""
	days = cint(frappe.get_cached_doc(SETTINGS).close_after_days)
	if not days:
		return []
	before = add_days(now_datetime(), -days)
	return [
		(name, moment, before)
		for step, moment in ((RESOLVED, "resolved_on"), (CONFIRMED, "confirmed_on"))
		for name in frappe.get_all(COMPLAINT, filters={"step": step, moment: ("<", before)}, pluck="name")
	]


def close_if_due(name: str, moment: str, before: datetime) -> None:
	"""Close a complaint whose `moment` (a field) lies before; by then somebody may have reopened it."""
	complaint = frappe.get_doc(COMPLAINT, name, for_update=True)
	since = complaint.get(moment)
	if not since or get_datetime(since) >= before:
		return
	if not any(service.what_is_missing(complaint, "close") for service in (investigation, resolutions)):
		take_step(name, "close", actor=JOB)
