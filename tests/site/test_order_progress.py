"""Mails on the progress of orders: to whom, in which language, and that none of them can fail a save."""

import email
from collections.abc import Iterator
from datetime import timedelta

import frappe
import pytest
from frappe.utils import getdate, today
from sales_factories import deliver, make_contact, make_customer, make_sales_order, return_delivery

from partner_relations.customer_care import order_progress, tiers


@pytest.fixture
def outgoing_account() -> Iterator[None]:
	"""A default outgoing account; saved past its check, which would connect to the server."""
	frappe.db.delete("Email Account", {"default_outgoing": 1})
	frappe.get_doc(
		doctype="Email Account",
		name="Outgoing",
		email_account_name="Outgoing",
		email_id="sales@company.example",
		enable_outgoing=1,
		default_outgoing=1,
		smtp_server="mail.company.example",
		no_smtp_authentication=1,
	).db_insert()
	yield


def make_informed(tier: str = "Key", **values) -> str:
	"""A customer of a tier that is told how its orders are doing."""
	customer = make_customer(**values)
	make_contact(customer, "buyer@customer.example", is_primary_contact=1)
	tiers.move([tiers.TierMove(customer, tier, tiers.ASSESSMENT, "Score.")])
	return customer


def order_of(customer: str, **values):
	return make_sales_order(customer, on=getdate(today()), **values)


def mails(document) -> list[str]:
	"""The texts of the mails in the queue about a document, with subject."""
	names = frappe.get_all(
		"Email Queue",
		{"reference_doctype": document.doctype, "reference_name": document.name},
		pluck="name",
		order_by="creation",
	)
	return [_text(frappe.db.get_value("Email Queue", name, "message")) for name in names]


def _text(source: str) -> str:
	message = email.message_from_string(source)
	parts = [str(email.header.make_header(email.header.decode_header(message["Subject"])))]
	for part in message.walk():
		if part.get_content_type() == "text/html":
			parts.append(part.get_payload(decode=True).decode())
	return "\n".join(parts)


def test_an_order_is_confirmed_and_its_delivery_told(outgoing_account):
	order = order_of(make_informed(), po_no="PO-77 & 78")
	assert order.reload().progress_notice == "Not Sent"  # the job has not run yet
	assert order_progress.send(order.doctype, order.name) is None
	assert order.reload().progress_notice == "Sent"
	(mail,) = mails(order)
	assert mail.startswith("Your order PO-77 & 78 is confirmed\n")
	assert "plan to deliver it by" in mail and "PO-77 &amp; 78" in mail
	note = deliver(order)
	order_progress.send(note.doctype, note.name)
	(mail,) = mails(note)
	assert "have left our warehouse" in mail and "Test Service" in mail
	order_progress.send(note.doctype, note.name)
	assert len(mails(note)) == 1


def test_the_mail_is_in_the_language_of_the_customer(outgoing_account):
	order = order_of(make_informed(language="zh"))
	order_progress.send(order.doctype, order.name)
	(mail,) = mails(order)
	assert "感谢您的订单" in mail and frappe.local.lang == "en"


def test_what_cannot_be_sent_is_kept_and_tried_again(outgoing_account):
	frappe.db.set_value("Email Account", "Outgoing", "enable_outgoing", 0)
	order = order_of(make_informed())
	order_progress.send(order.doctype, order.name)
	order.reload()
	assert order.docstatus == 1 and order.progress_notice == "Not Sent"
	assert "no default outgoing e-mail account" in order.progress_notice_error
	frappe.db.set_value("Email Account", "Outgoing", "enable_outgoing", 1)
	order_progress.retry_unsent()
	order.reload()
	assert (order.progress_notice, order.progress_notice_error) == ("Sent", None)
	assert len(mails(order)) == 1


def test_a_mail_that_cannot_be_written_is_kept_too(outgoing_account, monkeypatch):
	order = order_of(make_informed())

	def broken(*_args, **_values):
		raise frappe.ValidationError("The <b>mail</b> server is down")

	with monkeypatch.context() as patched:
		patched.setattr(frappe, "sendmail", broken)
		order_progress.send(order.doctype, order.name)
	assert order.reload().progress_notice_error == "The mail server is down"


def test_a_customer_without_an_address(outgoing_account):
	customer = make_customer()
	tiers.move([tiers.TierMove(customer, "Key", tiers.ASSESSMENT, "Score.")])
	order = order_of(customer)
	order_progress.send(order.doctype, order.name)
	assert "no e-mail address" in order.reload().progress_notice_error


def test_who_is_not_told(outgoing_account):
	regular = order_of(make_informed(tier="Regular"))
	old = make_sales_order(make_informed(), on=getdate(today()) - timedelta(days=30))
	order = order_of(make_informed())
	back = return_delivery(deliver(order), quantity=1)
	for document in (regular, old, back):
		assert not document.reload().progress_notice
		assert order_progress.send(document.doctype, document.name) is None
		assert mails(document) == []


def test_a_cancelled_order_is_not_told_of(outgoing_account):
	order = order_of(make_informed())
	order.cancel()
	order_progress.send(order.doctype, order.name)
	order_progress.retry_unsent()
	assert mails(order) == []
	assert not frappe.copy_doc(order, ignore_no_copy=False).progress_notice


def test_the_job_is_queued_when_the_order_is_saved():
	order = make_sales_order(make_informed(), on=getdate(today()), submit=False)
	before = len(frappe.db.after_commit._functions)
	order.submit()
	assert len(frappe.db.after_commit._functions) > before
