"""Telling the supplier by mail: with its PDF, in its language, and never in the way (DESIGN §4)."""

import email
import json
import shutil
from collections.abc import Iterator
from email.message import Message

import frappe
import pytest
from factories import ACCEPTED, SCALE, grade_supplier, make_service, make_supplier, make_user, publish
from frappe.utils import getdate
from support.servers import Bench

from partner_relations.supplier_quality import api, notices
from partner_relations.supplier_quality.evaluation import EVALUATION

NO_ACCOUNT = "There is no default outgoing e-mail account. Set one up under Email Account."


@pytest.fixture(autouse=True)
def nothing_is_kept(request, monkeypatch):
	"""Printing commits Frappe's access log; here it doesn't, so that the test can be rolled back."""
	if not request.node.get_closest_marker("commits"):
		monkeypatch.setattr(frappe.db, "commit", lambda: None)


@pytest.fixture(scope="module")
def web_server(bench: Bench) -> Iterator[str]:
	"""The address of a web server: wkhtmltopdf takes the style sheets from there."""
	process, address = bench.web()
	yield f"http://127.0.0.1:{address.rpartition(':')[2]}"
	process.stop()


@pytest.fixture
def outgoing_account(web_server, monkeypatch):
	"""A default outgoing account; saved past its check, which would connect to the server."""
	account = frappe.get_doc(
		doctype="Email Account",
		name="Outgoing",
		email_account_name="Outgoing",
		email_id="quality@company.example",
		enable_outgoing=1,
		default_outgoing=1,
		smtp_server="mail.company.example",
		no_smtp_authentication=1,
	)
	account.db_insert()
	monkeypatch.setitem(frappe.local.conf, "host_name", web_server)
	return account


def queued(evaluation: str) -> list:
	names = frappe.get_all(
		"Email Queue", {"reference_doctype": EVALUATION, "reference_name": evaluation}, pluck="name"
	)
	return [frappe.get_doc("Email Queue", name) for name in names]


def parsed(mail) -> Message:
	"""The mail as it would be sent, attachments made."""
	from frappe.email.doctype.email_queue.email_queue import SendMailContext

	context = SendMailContext(mail)
	return email.message_from_bytes(context.build_message(mail.recipients[0].recipient))


def subject_of(message: Message) -> str:
	return str(email.header.make_header(email.header.decode_header(message["Subject"])))


def text_of(message: Message) -> str:
	return "".join(
		part.get_payload(decode=True).decode()
		for part in message.walk()
		if part.get_content_type() in ("text/plain", "text/html")
	)


def test_site_without_an_outgoing_account():
	frappe.db.delete("Email Account", {"default_outgoing": 1})
	supplier = make_supplier(email_id="sales@supplier.example")
	evaluation = grade_supplier(supplier, 80)
	frappe.clear_messages()

	assert api.send_to_supplier(evaluation.name) == {"status": "Not sent", "error": NO_ACCOUNT}

	evaluation.reload()
	assert (evaluation.status, evaluation.docstatus, evaluation.is_current) == ("Published", 1, 1)
	assert (evaluation.notice_status, evaluation.notice_error) == ("Not sent", NO_ACCOUNT)
	assert evaluation.notice_on is None
	assert queued(evaluation.name) == []
	notices.retry_unsent()
	assert evaluation.reload().notice_status == "Not sent"


def test_unsent_notice_is_sent_when_there_is_an_account(request):
	frappe.db.delete("Email Account", {"default_outgoing": 1})
	evaluation = grade_supplier(make_supplier(email_id="sales@supplier.example"), 80)
	api.send_to_supplier(evaluation.name, message="Please call us about {period}.")
	request.getfixturevalue("outgoing_account")

	notices.retry_unsent()

	evaluation.reload()
	assert (evaluation.notice_status, evaluation.notice_error) == ("Sent", None)
	assert evaluation.notice_to == "sales@supplier.example" and getdate(evaluation.notice_on) == getdate()
	(mail,) = queued(evaluation.name)
	assert f"Please call us about {evaluation.period_label}." in text_of(parsed(mail))
	notices.retry_unsent()
	assert len(queued(evaluation.name)) == 1


def test_mail_carries_the_pdf(outgoing_account):
	assert shutil.which("wkhtmltopdf"), "a bench needs wkhtmltopdf for PDFs"
	evaluation = grade_supplier(make_supplier("Bolts & Nuts", email_id="sales@supplier.example"), 80)
	assert api.send_to_supplier(evaluation.name) == {"status": "Sent", "error": None}
	(mail,) = queued(evaluation.name)
	assert [row.recipient for row in mail.recipients] == ["sales@supplier.example"]
	message = parsed(mail)
	assert subject_of(message) == f"Your supplier evaluation for {evaluation.period_label}"
	assert "our evaluation of Bolts &amp; Nuts for" in text_of(message) or (
		"our evaluation of Bolts & Nuts for" in text_of(message)
	)
	(pdf,) = [part for part in message.walk() if part.get_content_type() == "application/pdf"]
	assert pdf.get_filename() == f"{evaluation.name}.pdf"
	content = pdf.get_payload(decode=True)
	assert content.startswith(b"%PDF-") and len(content) > 5_000


@pytest.mark.commits
def test_what_cannot_be_printed_is_noted_not_raised(monkeypatch, tmp_path):
	"""As in production: printing has committed by the time that it fails."""
	account = frappe.get_all("Email Account", {"default_outgoing": 1}, pluck="name")
	supplier = make_supplier(email_id="sales@supplier.example")
	evaluation = grade_supplier(supplier, 80)
	if not account:
		frappe.get_doc(
			doctype="Email Account", name=supplier, enable_outgoing=1, default_outgoing=1
		).db_insert()
	try:
		monkeypatch.setenv("PATH", str(tmp_path))  # no wkhtmltopdf there
		answer = api.send_to_supplier(evaluation.name)
		assert answer["status"] == "Not sent" and "wkhtmltopdf" in answer["error"]
		evaluation.reload()
		assert (evaluation.status, evaluation.notice_status) == ("Published", "Not sent")
		assert queued(evaluation.name) == []
	finally:
		frappe.db.rollback()
		run, template = evaluation.run, evaluation.template
		receipt = frappe.get_doc("Purchase Receipt", {"supplier": supplier})
		receipt.cancel()
		for doctype, filters in (
			("Supplier Evaluation Criterion", {"parent": evaluation.name}),
			(EVALUATION, {"name": evaluation.name}),
			("Supplier Evaluation Run", {"name": run}),
			("Email Account", {"name": supplier}),
			("Purchase Receipt Item", {"parent": receipt.name}),
			("Purchase Receipt", {"name": receipt.name}),
			("Supplier", {"name": supplier}),
			("User", {"name": evaluation.published_by}),
		):
			frappe.db.delete(doctype, filters)
		for doctype, name in (
			("Supplier Evaluation Template", template),
			("Supplier KPI", ACCEPTED),
			("Supplier Grade Scale", SCALE),
			("Item", make_service()),
		):
			frappe.delete_doc(doctype, name, force=True)
		frappe.db.commit()


def test_mail_is_in_the_suppliers_language(outgoing_account):
	chinese = grade_supplier(make_supplier(email_id="zh@supplier.example", language="zh"), 80)
	english = grade_supplier(make_supplier(email_id="en@supplier.example"), 80)
	for evaluation in (chinese, english):
		api.send_to_supplier(evaluation.name)
	assert frappe.local.lang == "en"
	subjects = {
		evaluation.name: subject_of(parsed(queued(evaluation.name)[0])) for evaluation in (chinese, english)
	}
	assert subjects == {
		chinese.name: f"贵公司 {chinese.period_label} 的供应商评估",
		english.name: f"Your supplier evaluation for {english.period_label}",
	}
	assert "尊敬的" in text_of(parsed(queued(chinese.name)[0]))
	page = frappe.get_print(EVALUATION, chinese.name, notices.PRINT_FORMAT)
	with notices._language("zh"):
		assert frappe.get_print(EVALUATION, chinese.name, notices.PRINT_FORMAT) != page


def test_addresses(outgoing_account):
	supplier = make_supplier()
	evaluation = grade_supplier(supplier, 80)
	answer = api.send_to_supplier(evaluation.name)
	assert answer["status"] == "Not sent" and "has no e-mail address" in answer["error"]
	for primary, address in ((0, "office@supplier.example"), (1, "boss@supplier.example")):
		frappe.get_doc(
			doctype="Contact",
			first_name=address,
			is_primary_contact=primary,
			email_ids=[{"email_id": address, "is_primary": 1}],
			links=[{"link_doctype": "Supplier", "link_name": supplier}],
		).insert()
	notices.retry_unsent()
	assert evaluation.reload().notice_to == "boss@supplier.example"
	api.send_to_supplier(evaluation.name, json.dumps(["a@supplier.example", "b@supplier.example"]))
	last = queued(evaluation.name)
	assert {row.recipient for mail in last for row in mail.recipients} == {
		*("boss@supplier.example", "a@supplier.example", "b@supplier.example"),
	}
	with pytest.raises(frappe.InvalidEmailAddressError):
		api.send_to_supplier(evaluation.name, ["no address"])


def test_only_a_published_evaluation_is_sent(outgoing_account):
	supplier = make_supplier(email_id="sales@supplier.example")
	first = grade_supplier(supplier, 80)
	draft = api.evaluate_again(first.name)["evaluation"]
	with pytest.raises(frappe.ValidationError, match="Publish the evaluation before"):
		api.send_to_supplier(draft)
	frappe.set_user(make_user("Purchase User"))
	with pytest.raises(frappe.PermissionError):
		api.send_to_supplier(first.name)


def test_settings_have_the_words_and_markup_stays_text(outgoing_account):
	settings = frappe.get_doc("Supplier Quality Settings")
	settings.notice_subject = "{company}: {period}"
	settings.notice_message = "For {supplier} {unknown}"
	settings.save()
	supplier = make_supplier(email_id="sales@supplier.example")
	evaluation = grade_supplier(supplier, 80)
	evaluation.db_set("supplier_name", "<b>Bold</b> Ltd")
	api.send_to_supplier(evaluation.name)
	message = parsed(queued(evaluation.name)[0])
	assert subject_of(message) == f"Test Co: {evaluation.period_label}"
	assert "{unknown}" in text_of(message)
	html = "".join(
		part.get_payload(decode=True).decode()
		for part in message.walk()
		if part.get_content_type() == "text/html"
	)
	assert "<b>Bold</b>" not in html


def test_an_evaluation_that_is_no_longer_in_force_is_refused(outgoing_account):
	first = grade_supplier(make_supplier(email_id="sales@supplier.example"), 80)
	newer = frappe.get_doc(EVALUATION, api.evaluate_again(first.name)["evaluation"])
	publish(newer.name)
	with pytest.raises(frappe.ValidationError, match=r"no longer in force\. Send the newer one\."):
		api.send_to_supplier(first.name)
	newer.reload().cancel()
	with pytest.raises(frappe.ValidationError, match="Publish the evaluation before"):
		api.send_to_supplier(newer.name)
	assert not first.reload().notice_status and not newer.reload().notice_status


def test_chosen_recipients_wait_with_the_notice(request):
	frappe.db.delete("Email Account", {"default_outgoing": 1})
	evaluation = grade_supplier(make_supplier(email_id="sales@supplier.example"), 80)
	chosen = ["a@supplier.example", "b@supplier.example"]
	assert api.send_to_supplier(evaluation.name, json.dumps(chosen))["status"] == "Not sent"
	assert evaluation.reload().notice_to == ", ".join(chosen)
	request.getfixturevalue("outgoing_account")
	notices.retry_unsent()
	assert evaluation.reload().notice_status == "Sent"
	assert sorted(row.recipient for mail in queued(evaluation.name) for row in mail.recipients) == chosen


def test_one_bad_row_does_not_stop_the_others(outgoing_account):
	address = "sales@supplier.example"
	bad, overtaken, good = (grade_supplier(make_supplier(email_id=address), 80) for _number in range(3))
	without = grade_supplier(make_supplier(), 80)
	for evaluation in (bad, overtaken, without, good):
		frappe.db.set_value(EVALUATION, evaluation.name, "notice_status", "Not sent")
	frappe.db.set_value(EVALUATION, bad.name, "notice_to", "no address at all")
	frappe.db.set_value(EVALUATION, overtaken.name, "status", "Superseded")

	notices.retry_unsent()

	assert {row.name: row.reload().notice_status for row in (bad, overtaken, without, good)} == {
		bad.name: "Not sent",
		overtaken.name: "Not sent",
		without.name: "Not sent",
		good.name: "Sent",
	}
	assert "has no e-mail address" in without.notice_error
	assert [len(queued(row.name)) for row in (bad, overtaken, without, good)] == [0, 0, 0, 1]
	assert frappe.db.exists("Error Log", {"method": f"Supplier notice {bad.name} was not tried again"})
