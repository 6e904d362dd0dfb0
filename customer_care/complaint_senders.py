"""Who writes about a complaint: the customer of an address, and the addresses of a complaint's customer.

An address on a mail or in a form proves nothing: anybody can enter it. It says whose complaint it is, and
whom we answer; it opens no view on a customer's documents.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Lower
from frappe.utils import cstr, parse_addr

from partner_relations.customer_care.complaint_steps import COMPLAINT

MAILBOX = "Email Account"


@dataclass(frozen=True)
class Sender:
	"""What an address tells: each is None where it isn't known, or not without doubt."""

	customer: str | None = None
	contact: str | None = None
	language: str | None = None


def sender_of(address: str | None) -> Sender:
	"""The customer and contact that an address belongs to; nobody if it belongs to several customers."""
	address = plain(address)
	if not address:
		return Sender()
	contacts = _contacts(address)
	customers = {customer for _contact, customer in contacts}
	customers |= set(frappe.get_all("Customer", filters={"email_id": address}, pluck="name"))
	if len(customers) != 1:
		return Sender()
	(customer,) = customers
	contact = contacts[0][0] if contacts else None
	return Sender(customer, contact, _language(address, customer))


def recognise(complaint: Document) -> bool:
	"""Set the customer of a complaint that has none by the address it came from; returns whether it did.

	The caller saves the complaint.
	"""
	if complaint.customer or not complaint.contact_email:
		return False
	sender = sender_of(complaint.contact_email)
	if not sender.customer:
		return False
	complaint.update({"customer": sender.customer, "contact": complaint.contact or sender.contact})
	complaint.language = sender.language or complaint.language
	complaint.flags.language_given = bool(sender.language)
	return True


def addresses_of(complaint: Any) -> set[str]:
	"""All addresses of the customer's side: who complained, the customer's contacts and portal users."""
	found = {plain(complaint.contact_email)}
	if complaint.customer:
		contact, link = frappe.qb.DocType("Contact Email"), frappe.qb.DocType("Dynamic Link")
		found |= {
			plain(address)
			for (address,) in (
				frappe.qb.from_(contact)
				.join(link)
				.on((link.parent == contact.parent) & (link.parenttype == "Contact"))
				.where((link.link_doctype == "Customer") & (link.link_name == complaint.customer))
				.select(contact.email_id)
			).run()
		}
		found.add(plain(frappe.db.get_value("Customer", complaint.customer, "email_id")))
		found |= {plain(user) for user in portal_users_of(complaint.customer)}
	return found - {""}


def is_from_customer(complaint: Any, address: str | None) -> bool:
	"""Whether an address is one of the customer's side of this complaint."""
	return plain(address) in addresses_of(complaint)


def portal_users_of(customer: str) -> list[str]:
	"""The users of the website who see what concerns a customer."""
	return frappe.get_all("Portal User", filters={"parenttype": "Customer", "parent": customer}, pluck="user")


def customers_of(user: str) -> list[str]:
	"""The customers whose portal user this is (table "Portal Users" on Customer)."""
	if user == "Guest":
		return []
	return frappe.get_all(
		"Portal User",
		filters={"user": user, "parenttype": "Customer"},
		pluck="parent",
		order_by="creation",
	)


def our_mailboxes() -> set[str]:
	"""The addresses of this site: who writes from them isn't a customer."""
	return {plain(address) for address in frappe.get_all(MAILBOX, pluck="email_id")} - {""}


def complaint_mailbox() -> str | None:
	"""The address that complaints come to; None if there is none yet."""
	account = frappe.db.get_value(MAILBOX, {"enable_incoming": 1, "append_to": COMPLAINT}, "email_id")
	if account:
		return account
	folders = frappe.get_all("IMAP Folder", filters={"append_to": COMPLAINT}, pluck="parent")
	return frappe.db.get_value(MAILBOX, {"enable_incoming": 1, "name": ("in", folders)}, "email_id")


def plain(address: str | None) -> str:
	"""An address without a name, in small letters."""
	return (parse_addr(cstr(address))[1] or "").strip().lower()


def _contacts(address: str) -> list[tuple[str, str]]:
	"""Contact and customer of an address."""
	contact, link = frappe.qb.DocType("Contact Email"), frappe.qb.DocType("Dynamic Link")
	rows: Iterable[Any] = (
		frappe.qb.from_(contact)
		.join(link)
		.on((link.parent == contact.parent) & (link.parenttype == "Contact"))
		.where((link.link_doctype == "Customer") & (Lower(contact.email_id) == address))
		.select(contact.parent, link.link_name)
		.orderby(contact.parent)
	).run()
	return [(name, customer) for name, customer in rows]


def _language(address: str, customer: str) -> str | None:
	"""Of the person, where it is a user of the website; else of the customer."""
	return frappe.db.get_value("User", {"email": address}, "language") or frappe.db.get_value(
		"Customer", customer, "language"
	)
