"""Mail to partners: to whom, in which language, and all of it or nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import frappe
from frappe import _


def partner_addresses(party_type: str, party: str) -> list[str]:
	"""The own address of a supplier or customer, else that of its primary contact, else of any contact."""
	address = frappe.db.get_value(party_type, party, "email_id")
	if address:
		return [address]
	contact, link = frappe.qb.DocType("Contact"), frappe.qb.DocType("Dynamic Link")
	rows = (
		frappe.qb.from_(contact)
		.join(link)
		.on((link.parent == contact.name) & (link.parenttype == "Contact"))
		.where(
			(link.link_doctype == party_type)
			& (link.link_name == party)
			& contact.email_id.notnull()
			& (contact.email_id != "")
		)
		.orderby(contact.is_primary_contact, order=frappe.qb.desc)
		.select(contact.email_id)
		.limit(1)
	).run()
	return [rows[0][0]] if rows else []


def what_is_missing(party_type: str, addresses: Sequence[str]) -> str | None:
	"""Why nothing can be sent to a partner, as a sentence; None if there is an address and an account."""
	if not addresses:
		if party_type == "Customer":
			return _("The customer has no e-mail address. Enter one on the customer or its contact.")
		return _("The supplier has no e-mail address. Enter one on the supplier or its contact.")
	if not frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}):
		return _("There is no default outgoing e-mail account. Set one up under Email Account.")
	return None


@contextmanager
def in_language(language: str | None) -> Iterator[None]:
	"""The partner's language for the time of writing to it; without one, the language that is set already."""
	before = frappe.local.lang
	frappe.local.lang = language or before
	try:
		yield
	finally:
		frappe.local.lang = before


def queue_mail(
	document: Any,
	recipients: Sequence[str],
	subject: str,
	message: str,
	attachments: Sequence[dict] = (),
	**values: Any,
) -> None:
	"""Put a mail about a document into the queue, or nothing of it: what goes wrong is raised.

	`message` is HTML. Other arguments are those of `frappe.sendmail`.
	"""
	savepoint = "partner_mail"
	frappe.db.savepoint(savepoint)
	try:
		frappe.sendmail(
			recipients=list(recipients),
			subject=subject,
			message=message,
			attachments=list(attachments) or None,
			reference_doctype=document.doctype,
			reference_name=document.name,
			**values,
		)
	except Exception:
		frappe.db.rollback(save_point=savepoint)
		raise


def in_words(error: Exception) -> str:
	"""What went wrong, as one line without markup."""
	return frappe.utils.strip_html(str(error)) or type(error).__name__
