"""What the customer and we say to each other about a complaint, as the customer sees it.

Public are the mails between us and the customer's addresses, and what the customer writes in the portal.
What colleagues, suppliers or machines write in the same timeline is not: comments never, mails only if the
customer sent or got them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import get_user_lang
from frappe.utils import cstr, escape_html, get_datetime, split_emails

from partner_relations.customer_care import complaint_files, outside_text
from partner_relations.customer_care.complaint_files import Upload
from partner_relations.customer_care.complaint_senders import addresses_of, our_mailboxes, plain
from partner_relations.customer_care.complaint_steps import (
	COMPLAINT,
	CUSTOMER,
	OPEN,
	SETTINGS,
	take_step,
)

MESSAGE = "Communication"


@dataclass(frozen=True)
class Message:
	"""One message: `text` is HTML that runs nothing; `files` are (name, file name)."""

	name: str
	on: datetime
	from_us: bool
	who: str
	text: str
	files: tuple[tuple[str, str], ...]


def messages_of(complaint: Document) -> list[Message]:
	"""The public messages of a complaint, oldest first."""
	rows = _public(complaint)
	files = _files([row.name for row in rows])
	return [
		Message(
			row.name,
			get_datetime(row.communication_date or row.creation),
			row.sent_or_received == "Sent",
			row.sender_full_name or row.sender or "",
			outside_text.of_mail(row.content),
			tuple((file.name, file.file_name) for file in files if file.attached_to_name == row.name),
		)
		for row in rows
	]


def is_public_file(complaint: Document, file: Any, owners: Sequence[str]) -> bool:
	"""Whether a File is one that the customer sent, or got with a mail; `owners` are its users."""
	if file.attached_to_doctype == COMPLAINT and file.attached_to_name == complaint.name:
		return file.owner in (*owners, "Guest")
	return file.attached_to_doctype == MESSAGE and file.attached_to_name in {
		row.name for row in _public(complaint)
	}


def say(complaint: Document, user: str, text: str, uploads: Sequence[Upload] = ()) -> Document:
	"""A message of the customer in the portal, with files that `complaint_files.check` gave."""
	name, address = frappe.db.get_value("User", user, ["full_name", "email"])
	message = frappe.get_doc(
		{
			"doctype": MESSAGE,
			"communication_type": "Communication",
			"communication_medium": "Other",
			"sent_or_received": "Received",
			"subject": complaint.subject,
			"content": outside_text.as_html(text),
			"sender": address,
			"sender_full_name": name,
			"reference_doctype": COMPLAINT,
			"reference_name": complaint.name,
			"has_attachment": int(bool(uploads)),
		}
	)
	message.flags.skip_add_signature = True
	message.insert(ignore_permissions=True)
	complaint_files.attach(message, uploads)
	return message


def note_message(message: Document, method: str | None = None) -> None:
	"""`after_insert` of Communication: the customer wrote, so we don't wait any more, and somebody must look.

	A complaint that is settled stays so: "thank you" reopens nothing. Its handler gets a task.
	"""
	if (
		message.reference_doctype != COMPLAINT
		or message.communication_type != "Communication"
		or message.sent_or_received != "Received"
	):
		return
	complaint = frappe.get_doc(COMPLAINT, message.reference_name)
	if plain(message.sender) not in addresses_of(complaint) - our_mailboxes():
		return
	if complaint.waiting:
		complaint = take_step(complaint.name, "go_on", actor=CUSTOMER)
	if complaint.step in OPEN:
		_notify_handler(complaint)
	else:
		give_task(
			complaint,
			lambda language: _(
				"The customer wrote about complaint {0}, which was settled. Reopen it if need be.",
				language,
			),
		)


def give_task(complaint: Document, text: Callable[[str], str]) -> None:
	"""A task about a complaint for whoever handles it, once; `text` by language, {0} is its number."""
	user = _responsible(complaint)
	about = {"reference_type": COMPLAINT, "reference_name": complaint.name}
	description = text(get_user_lang(user) if user else frappe.local.lang).format(escape_html(complaint.name))
	if frappe.db.exists("ToDo", {**about, "status": "Open", "description": description}):
		return
	frappe.get_doc(
		{
			"doctype": "ToDo",
			**about,
			"allocated_to": user,
			"assigned_by": "Administrator",
			"description": description,
			"priority": "High",
		}
	).insert(ignore_permissions=True)


def _responsible(complaint: Document) -> str | None:
	"""Who handles a complaint, else who handles those of nobody, else the customer's account manager."""
	return (
		complaint.handler
		or frappe.get_cached_doc(SETTINGS).default_handler
		or (complaint.customer and frappe.db.get_value("Customer", complaint.customer, "account_manager"))
		or None
	)


def _notify_handler(complaint: Document) -> None:
	user = _responsible(complaint)
	if not user or user == frappe.session.user:
		return
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"type": "Alert",
			"for_user": user,
			"from_user": frappe.session.user,
			"subject": _("The customer wrote about complaint {0}: {1}", get_user_lang(user)).format(
				escape_html(complaint.name), escape_html(complaint.subject)
			),
			"document_type": COMPLAINT,
			"document_name": complaint.name,
		}
	).insert(ignore_permissions=True)


def _public(complaint: Document) -> list[Any]:
	theirs = addresses_of(complaint) - our_mailboxes()
	rows = frappe.get_all(
		MESSAGE,
		filters={
			"reference_doctype": COMPLAINT,
			"reference_name": complaint.name,
			"communication_type": "Communication",
			"email_status": ("!=", "Spam"),
		},
		fields=[
			*("name", "creation", "communication_date", "sent_or_received", "sender", "sender_full_name"),
			*("recipients", "cc", "content"),
		],
		order_by="creation",
		limit_page_length=500,
	)
	return [row for row in rows if _takes_part(row, theirs)]


def _takes_part(row: Any, theirs: set[str]) -> bool:
	if row.sent_or_received == "Received":
		return plain(row.sender) in theirs
	to = split_emails(cstr(row.recipients)) + split_emails(cstr(row.cc))
	return bool({plain(address) for address in to} & theirs)


def _files(messages: Sequence[str]) -> list[Any]:
	if not messages:
		return []
	return frappe.get_all(
		"File",
		filters={"attached_to_doctype": MESSAGE, "attached_to_name": ("in", messages)},
		fields=["name", "file_name", "attached_to_name"],
		order_by="creation",
	)
