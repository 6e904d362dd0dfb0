"""What tests of the customer's side share: mailboxes, portal users, mails that went out, pages."""

import email
import re
from email.message import Message
from pathlib import Path
from typing import Any

import frappe
from factories import make_user, unique
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.email.receive import InboundMail
from frappe.model.document import Document
from frappe.utils import set_request
from frappe.website.serve import get_response

from partner_relations.customer_care import complaint_mails
from partner_relations.customer_care.complaint_steps import COMPLAINT

MAILBOX = "complaints@test-co.example"
MAILS = Path(__file__).with_name("mails")


def make_mailbox(address: str = MAILBOX, **values: Any) -> EmailAccount:
	"""An Email Account that receives complaints (POP) and sends, without a server behind it."""
	account = frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": unique("Complaints"),
			"email_id": address,
			"enable_incoming": 1,
			"enable_outgoing": 1,
			"use_imap": 0,
			"email_server": "mail.test-co.example",
			"smtp_server": "mail.test-co.example",
			"append_to": COMPLAINT,
			"no_smtp_authentication": 1,
			"awaiting_password": 1,
			"track_email_status": 0,
			**values,
		}
	)
	account.db_insert()  # saving would ask the servers
	frappe.local.outgoing_email_account = {}  # Frappe's, for the life of a request
	return frappe.get_doc("Email Account", account.name)


def portal_user(*customers: str, **values: Any) -> str:
	"""A website user of these customers, as ERPNext makes them."""
	user = make_user("Customer")
	for field, value in values.items():
		frappe.db.set_value("User", user, field, value)
	for customer in customers:
		document = frappe.get_doc("Customer", customer)
		document.append("portal_users", {"user": user})
		document.save()
	return user


def queued(complaint: str) -> list[Document]:
	"""The mails about a complaint in the queue, oldest first."""
	return [
		frappe.get_doc("Email Queue", name)
		for name in frappe.get_all(
			"Email Queue",
			filters={"reference_doctype": COMPLAINT, "reference_name": complaint},
			order_by="creation",
			pluck="name",
		)
	]


def sent(complaint: str) -> list[Message]:
	"""Send what is due of a complaint; all its mails so far as messages, oldest first."""
	complaint_mails.send_due(complaint)
	return [email.message_from_string(mail.message) for mail in queued(complaint)]


def subject_of(message: Message) -> str:
	"""The subject of a mail in plain text."""
	return str(email.header.make_header(email.header.decode_header(message["Subject"])))


def html_of(message: Message) -> str:
	"""The HTML part of a mail."""
	(part,) = [part for part in message.walk() if part.get_content_type() == "text/html"]
	return part.get_payload(decode=True).decode(part.get_content_charset() or "utf-8")


def page(user: str, path: str, method: str = "GET", **form: Any):
	"""A page of the website as a user sees it."""
	frappe.set_user(user)
	frappe.local.session.data.csrf_token = "token-of-the-session"
	frappe.local.form_dict = frappe._dict(form)
	set_request(method=method, path=path)
	return get_response(path)


def mail_file(file: str, **words: Any) -> bytes:
	"""A mail of tests/site/mails as it comes from the wire; words in capitals stand for @@WORD@@ in it."""
	text = (MAILS / file).read_text(encoding="utf-8")
	for word, value in words.items():
		text = text.replace(f"@@{word.upper()}@@", str(value))
	assert not re.search("@@[A-Z]+@@", text), text
	return text.encode()


def receive(account: EmailAccount, file: str, **words: Any) -> Document:
	"""What Frappe makes of a mail that it found in a mailbox: the Communication."""
	return InboundMail(mail_file(file, **words), account).process()
