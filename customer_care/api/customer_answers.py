"""What customers may call: file a complaint, add to it, confirm, reopen and rate it, and get its files.

Portal users act on the complaints of their own customers; every other name gets the same refusal, so that
nobody learns which ones exist. The guests' form tells nobody anything.
"""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.rate_limiter import rate_limit
from frappe.utils import cint, cstr

from partner_relations.customer_care import complaint_files, complaint_talk, customer_answers, outside_text
from partner_relations.customer_care.complaint_senders import portal_users_of
from partner_relations.customer_care.complaint_steps import SETTINGS
from partner_relations.customer_care.customer_answers import PORTAL

TRAP = "website"
"""A field of the guests' form that people don't see. Who fills it in is a machine."""


def _limit() -> int:
	return cint(frappe.get_cached_doc(SETTINGS).web_form_limit)


@frappe.whitelist(allow_guest=True, methods=["POST"])
@rate_limit(limit=_limit, seconds=60 * 60)
def complain() -> None:  # nosemgrep: the guests' form, limited by address
	"""The guests' form: name, email, phone, reference, subject, description and files; nothing is returned.

	The same answer whether or not somebody is a customer.
	"""
	if not cint(frappe.get_cached_doc(SETTINGS).web_form_open):
		frappe.throw(_("This form is closed. Please write us a mail."), frappe.PermissionError)
	form = _form()
	if form.get(TRAP):
		return
	customer_answers.file_as_guest(form, complaint_files.uploaded())


@frappe.whitelist(methods=["POST"])
def file() -> str:  # nosemgrep: customer_answers.file takes the user's own customers only
	"""A portal user's complaint, with the fields of `customer_answers.file`; returns its name."""
	_portal_only()
	return customer_answers.file(frappe.session.user, _form(), complaint_files.uploaded()).name


@frappe.whitelist(methods=["POST"])
def say(complaint: str, text: str) -> None:  # nosemgrep: _own finds the user's own complaints only
	"""A message of the customer, with files."""
	document = _own(complaint)
	if not cstr(text).strip():
		frappe.throw(_("Please write something."))
	if len(text) > outside_text.LONGEST_TEXT:
		frappe.throw(_("Please shorten your text to {0} characters.").format(outside_text.LONGEST_TEXT))
	uploads = complaint_files.check(complaint_files.uploaded())
	complaint_talk.say(document, frappe.session.user, text, uploads)


@frappe.whitelist(methods=["POST"])
def confirm(complaint: str) -> None:  # nosemgrep: _own finds the user's own complaints only
	"""It is settled."""
	customer_answers.confirm(_own(complaint).name, PORTAL)


@frappe.whitelist(methods=["POST"])
def reopen(complaint: str, reason: str) -> None:  # nosemgrep: _own finds the user's own complaints only
	"""It isn't settled."""
	customer_answers.reopen(_own(complaint).name, reason)


@frappe.whitelist(methods=["POST"])
def rate(  # nosemgrep: _own finds the user's own complaints only
	complaint: str, mark: str, comment: str | None = None
) -> None:
	"""How satisfied the customer is, from 1 to 5, once."""
	customer_answers.rate(_own(complaint).name, mark, comment)


@frappe.whitelist()
def download(complaint: str, file: str) -> None:  # nosemgrep: _own finds the user's own complaints only
	"""A file that the customer sent with a complaint, or got with a mail about it."""
	document = _own(complaint)
	found = frappe.get_doc("File", file) if frappe.db.exists("File", file) else None
	if found is None or not complaint_talk.is_public_file(
		document, found, portal_users_of(document.customer)
	):
		_refuse()
	frappe.local.response.filename = found.file_name
	frappe.local.response.filecontent = found.get_content()
	frappe.local.response.type = "download"


def _own(complaint: str) -> Document:
	document = customer_answers.own(frappe.session.user, complaint)
	if document is None:
		_refuse()
	return document


def _portal_only() -> None:
	if not customer_answers.customers_of(frappe.session.user):
		_refuse()


def _refuse() -> None:
	frappe.throw(_("This complaint does not exist or is not yours."), frappe.PermissionError)


def _form() -> Mapping[str, Any]:
	"""What was filled in, as texts."""
	typed = outside_text.of_guest if frappe.session.user == "Guest" else cstr
	return {
		key: typed(cstr(value))
		for key, value in frappe.form_dict.items()
		if isinstance(value, str | int | float)
	}
