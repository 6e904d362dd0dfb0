"""Telling the supplier by mail: with its PDF, in its language, and never in the way (DESIGN §4)."""

import email
import json
import re
import shutil
from collections.abc import Iterator
from email.message import Message

import frappe
import pytest
from factories import (
	ACCEPTED,
	COMPANY,
	LAST_YEAR,
	SCALE,
	day,
	grade_supplier,
	make_service,
	make_supplier,
	make_user,
	publish,
	unique,
)
from frappe.utils import add_days, getdate
from notice_factories import make_breach, make_decision, portal_user
from support.servers import Bench

from partner_relations.common.mails import in_language
from partner_relations.supplier_quality import api, letters, notices
from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY

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


def queued(name: str, doctype: str = EVALUATION) -> list:
	names = frappe.get_all(
		"Email Queue", {"reference_doctype": doctype, "reference_name": name}, pluck="name"
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
	with in_language("zh"):
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


# Breaches of contract, rewards and penalties are sent the same way

DECISION = {BREACH: make_breach, REWARD_PENALTY: make_decision}


def html_of(document, language: str = "en") -> str:
	"""The letter as it is printed."""
	with in_language(language):
		return frappe.get_print(
			document.doctype, document.name, notices.NOTICES[document.doctype].print_format
		)


def words_of(html: str) -> str:
	return " ".join(re.sub(r"<[^>]*>", " ", html.partition('<div class="pl">')[2]).split())


@pytest.mark.parametrize("doctype", [BREACH, REWARD_PENALTY])
def test_a_breach_and_a_decision_are_sent_with_their_letter(outgoing_account, doctype):
	document = DECISION[doctype](make_supplier(email_id="sales@supplier.example"))
	assert notices.send(doctype, document.name) == {"status": "Sent", "error": None}
	document.reload()
	assert (document.notice_status, document.notice_to) == ("Sent", "sales@supplier.example")
	assert getdate(document.notice_on) == getdate() and not document.notice_error
	message = parsed(queued(document.name, doctype)[0])
	(pdf,) = [part for part in message.walk() if part.get_content_type() == "application/pdf"]
	assert pdf.get_filename() == f"{document.name}.pdf"
	assert pdf.get_payload(decode=True).startswith(b"%PDF-")
	subject = {
		BREACH: f"Breach of contract {document.get('contract')}: On-time delivery",
		REWARD_PENALTY: f"Our decision {document.name}: Liquidated Damages $ 63.00",
	}[doctype]
	assert subject_of(message) == subject
	deadline = letters.day_in_words(add_days(getdate(), 14))
	assert f"Please tell us by {deadline} whether you accept or dispute this." in text_of(message)


@pytest.mark.parametrize("doctype", [BREACH, REWARD_PENALTY])
def test_what_cannot_be_sent_is_kept_and_sent_later(request, doctype):
	frappe.db.delete("Email Account", {"default_outgoing": 1})
	document = DECISION[doctype](make_supplier(email_id="sales@supplier.example"))
	before = document.status
	assert notices.send(doctype, document.name, message="About {company}.") == {
		"status": "Not sent",
		"error": NO_ACCOUNT,
	}
	document.reload()
	assert (document.status, document.notice_status) == (before, "Not sent")
	assert document.notice_error == NO_ACCOUNT and document.notice_on is None
	notices.retry_unsent()
	assert document.reload().notice_status == "Not sent"
	# the partner's time to answer runs from the letter, not from the first attempt
	document.db_set("respond_by", add_days(getdate(), 3))
	request.getfixturevalue("outgoing_account")
	notices.retry_unsent()
	document.reload()
	assert (document.notice_status, document.notice_error) == ("Sent", None)
	assert document.respond_by == add_days(getdate(), 14)
	(mail,) = queued(document.name, doctype)
	assert "About Test Co." in text_of(parsed(mail))
	notices.retry_unsent()
	assert len(queued(document.name, doctype)) == 1


def test_the_time_to_answer_is_not_moved_by_a_second_letter(outgoing_account):
	breach = make_breach(make_supplier(email_id="sales@supplier.example"))
	notices.send(BREACH, breach.name)
	breach.reload().db_set({"respond_by": add_days(getdate(), 2)})
	notices.send(BREACH, breach.name)
	assert breach.reload().respond_by == add_days(getdate(), 2)
	longer = make_breach(breach.party, respond_by=add_days(getdate(), 40))
	notices.send(BREACH, longer.name)
	assert longer.reload().respond_by == add_days(getdate(), 40)


@pytest.mark.parametrize("status", ["Waived", "Closed", "Withdrawn"])
def test_a_breach_that_is_over_is_not_sent(status):
	breach = make_breach(status=status, notice_status="Not sent")
	with pytest.raises(frappe.ValidationError, match="nothing to tell the partner any more"):
		notices.send(BREACH, breach.name)
	notices.retry_unsent()
	assert breach.reload().notice_error is None


def test_a_decision_is_sent_between_approval_and_its_end():
	with pytest.raises(frappe.ValidationError, match="has to be approved before"):
		notices.send(REWARD_PENALTY, make_decision(docstatus=0, status="Proposed").name)
	for status, docstatus in (("Waived", 1), ("Reversed", 1), ("Ended", 1), ("Cancelled", 2)):
		with pytest.raises(frappe.ValidationError, match="no longer in force"):
			notices.send(REWARD_PENALTY, make_decision(status=status, docstatus=docstatus).name)


def test_sending_needs_the_right_to_mail_the_document():
	documents = [make_breach(), make_decision()]
	frappe.set_user(make_user("Purchase User"))
	for document in documents:
		with pytest.raises(frappe.PermissionError):
			notices.send(document.doctype, document.name)


def test_a_customer_is_told_of_a_breach_in_its_language(outgoing_account):
	customer = frappe.get_doc(doctype="Customer", customer_name=unique("Customer"), language="zh")
	customer.insert()
	breach = make_breach(customer.name, party_type="Customer")
	answer = notices.send(BREACH, breach.name)
	assert answer["status"] == "Not sent" and "The customer has no e-mail address." in answer["error"]
	frappe.get_doc(
		doctype="Contact",
		first_name="Kunde",
		email_ids=[{"email_id": "buyer@customer.example", "is_primary": 1}],
		links=[{"link_doctype": "Customer", "link_name": customer.name}],
	).insert()
	assert notices.send(BREACH, breach.name)["status"] == "Sent"
	assert breach.reload().notice_to == "buyer@customer.example"
	message = parsed(queued(breach.name, BREACH)[0])
	assert subject_of(message) == f"合同 {breach.contract} 违约：On-time delivery"
	assert "尊敬的" in text_of(message)
	assert "supplier-notices" not in html_of(breach)  # that page is the suppliers'


def test_letter_of_a_breach_has_promise_window_and_figures():
	supplier = make_supplier()
	breach = make_breach(supplier, definition='{"remedy_scheme": "Late delivery"}', terminates=1)
	text = words_of(html_of(breach))
	for part in (
		f"Contract {breach.contract} Promise On-Time Delivery: at least 95 %",
		f"Period January 1, {LAST_YEAR} to March 31, {LAST_YEAR} Found 87.5 %",
		"Calculated From 35 / 40 Facts Counted 40",
		"The contract provides for a penalty.",
		"The contract allows us to terminate it for this breach.",
		"Please tell us within 14 days whether you accept or dispute this. Please reply to this letter",
	):
		assert part in text
	portal_user(supplier)
	page = f"/supplier-notices/breaches/{breach.name}. Or reply to this letter."
	assert page in words_of(html_of(breach))
	chinese = words_of(html_of(breach, "zh"))
	assert "准时交付率：不低于 95 %" in chinese and "87.5 %" in chinese and f"{LAST_YEAR}年1月1日" in chinese


def test_letter_of_a_late_deliverable():
	breach = make_breach(
		kind="Dated deliverable",
		kpi=None,
		has_value=0,
		obligation="Certificate of the steel works",
		due_date=day(3, 1),
		days_late=12,
	)
	text = words_of(html_of(breach))
	assert "Promise Certificate of the steel works" in text
	assert f"Due By March 1, {LAST_YEAR} Found 12 days late" in text
	assert "Calculated From" not in text


def test_letter_of_a_penalty_has_the_steps_of_its_calculation():
	breach = make_breach()
	penalty = make_decision(
		breach.party,
		source_type=BREACH,
		source_name=breach.name,
		amount=60,
		amount_note="Three dollars less, for the good cooperation.",
	)
	text = words_of(html_of(penalty))
	(step,) = letters.steps_of(penalty)
	assert step.amount == "$ 63.00" and f"{step.text} {step.amount} Amount $ 60.00" in text
	assert "Promise On-Time Delivery: at least 95 %" in text and "Found 87.5 %" in text
	assert "Why the amount departs from the calculation: Three dollars less" in text
	assert "We will set the amount off against what we owe you." in text
	assert "Without an answer by then" in text


MEASURES = {
	("Reward", "Bonus"): "In recognition of it we grant you a bonus of $ 63.00.",
	("Reward", "Preferred Status"): "you are a preferred supplier of Test Co.",
	("Reward", "Larger Order Share"): "we intend to place a larger share of our orders with you.",
	("Reward", "Payment Terms"): "the payment terms given below apply to new orders.",
	("Reward", "Rebate"): "a rebate of $ 63.00 is due to Test Co.",
	("Penalty", "Price Reduction"): "we reduce the price of what you delivered by $ 63.00.",
	("Penalty", "Chargeback"): "we charge you with costs of $ 63.00.",
	("Penalty", "Liquidated Damages"): "we claim the liquidated damages that were agreed, $ 63.00.",
	("Penalty", "Bonus"): "$ 63.00 is due to Test Co.",
	("Penalty", "Smaller Order Share"): "we place a smaller share of our orders with you",
	("Penalty", "Warning Letter"): "we give you a formal warning.",
	("Penalty", "Suspension"): "we suspend you as a supplier from",
	("Penalty", "Disqualification"): "you are disqualified as a supplier from",
}


@pytest.mark.parametrize(("kind", "measure"), MEASURES)
def test_each_measure_has_its_words(kind, measure):
	until = add_days(getdate(), 90)
	paid_by = "Company" if (kind, measure) == ("Reward", "Bonus") else "Supplier"
	decision = make_decision(kind=kind, measure=measure, until=until, paid_by=paid_by)
	text = words_of(html_of(decision))
	assert MEASURES[kind, measure] in text
	assert ("Thank you for your good work for us." in text) == (kind == "Reward")
	asked = "whether you accept or dispute this" in text
	assert asked == letters.wants_answer(decision)
	assert asked == (kind == "Penalty" or measure == "Rebate")
	if measure in ("Suspension", "Disqualification"):
		assert f"until {letters.day_in_words(until)}." in text
	chinese = words_of(html_of(decision, "zh"))
	assert "尊敬的" in chinese and "Thank you" not in chinese and "For the reason" not in chinese


def test_every_measure_was_looked_at():
	options = frappe.get_meta(REWARD_PENALTY).get_field("measure").options.split("\n")
	assert {measure for _kind, measure in MEASURES} == set(options) - {""}


def test_letters_have_addresses_and_what_is_stored_stays_text():
	supplier = make_supplier()
	for doctype, name, street in (
		("Supplier", supplier, "1 Harbour Road"),
		("Company", COMPANY, "2 Main St"),
	):
		frappe.get_doc(
			doctype="Address",
			address_title=unique("Address"),
			address_type="Office",
			address_line1=street,
			city="Town",
			country="United States",
			links=[{"link_doctype": doctype, "link_name": name}],
		).insert()
	html = html_of(
		make_decision(supplier, supplier_name="<b>Bold</b> Ltd", reason="<script>alert(1)</script>")
	)
	assert "1 Harbour Road" in html and "2 Main St" in html
	assert "&lt;b&gt;Bold" in html and "<b>Bold" not in html
	assert "&lt;script&gt;alert(1)" in html and "<script>alert(1)" not in html


def test_a_letter_says_when_it_is_not_in_force():
	for document, banner in (
		(make_decision(docstatus=0, status="Proposed"), "Draft: this has not been approved yet."),
		(make_decision(status="Waived"), "Waived: nothing more follows from this letter."),
		(make_decision(status="Reversed"), "Reversed: the amount was booked back."),
		(make_breach(status="Withdrawn"), "Withdrawn: later facts show that the promise was kept."),
	):
		text = words_of(html_of(document))
		assert banner in text
		if document.docstatus:
			assert "whether you accept or dispute this" not in text


def test_settings_have_the_words_of_each_letter(outgoing_account):
	settings = frappe.get_doc("Supplier Quality Settings")
	settings.breach_subject = "{contract} / {unknown}"
	settings.breach_message = "{partner}: {obligation}. {answer}"
	settings.penalty_subject = "{number}"
	settings.reward_message = "{decision} for {supplier}"
	settings.save()
	supplier = make_supplier("Nuts & Bolts", email_id="sales@supplier.example")
	breach = make_breach(supplier, party_name="Nuts {company} & Bolts")
	penalty = make_decision(supplier)
	reward = make_decision(supplier, kind="Reward", measure="Bonus", paid_by="Company")
	for document in (breach, penalty, reward):
		assert notices.send(document.doctype, document.name)["status"] == "Sent"
	told = {
		document.name: parsed(queued(document.name, document.doctype)[0])
		for document in (breach, penalty, reward)
	}
	assert subject_of(told[breach.name]) == f"{breach.contract} / {{unknown}}"
	assert "Nuts {company} &amp; Bolts: On-time delivery. Please tell us by" in text_of(told[breach.name])
	assert subject_of(told[penalty.name]) == penalty.name
	assert subject_of(told[reward.name]) == "Thank you: Bonus $ 63.00"
	assert "Bonus $ 63.00 for Nuts &amp; Bolts" in text_of(told[reward.name])
