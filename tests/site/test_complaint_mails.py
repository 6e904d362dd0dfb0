"""Mails to the customer about a complaint: which, when, in which language, and when none can go."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import timedelta

import frappe
import pytest
from complaint_factories import bring_to, make_complaint
from customer_side_factories import MAILBOX, html_of, make_mailbox, portal_user, queued, sent, subject_of
from factories import make_user, unique
from frappe.utils import add_days, add_to_date, now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sales_factories import make_contact, make_customer

from partner_relations.customer_care import answer_links, complaint_mails
from partner_relations.customer_care.complaint_steps import COMPLAINT, JOB, SETTINGS, take_step

ADDRESS = "ann@customer.example"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(autouse=True)
def _mailbox(_on_the_site: None) -> Iterator[None]:
	make_mailbox()
	yield
	frappe.local.outgoing_email_account = {}


def complaint_of_ann(**values):
	return make_complaint(contact_email=ADDRESS, **values)


def status(complaint: str):
	return frappe.db.get_value(COMPLAINT, complaint, ["mail_status", "mail_error", "mails_due"])


def test_receipt_is_acknowledged():
	complaint = complaint_of_ann()
	assert status(complaint.name) == ("Not Sent", None, "receive")
	(mail,) = sent(complaint.name)
	assert subject_of(mail) == f"We have received your complaint {complaint.name}"
	assert "Its number is" in html_of(mail) and complaint.name in html_of(mail)
	(queue,) = queued(complaint.name)
	assert [row.recipient for row in queue.recipients] == [ADDRESS]
	assert status(complaint.name) == ("Sent", None, None)
	assert len(sent(complaint.name)) == 1


def test_mails_say_that_a_machine_wrote_them_and_where_answers_go():
	(mail,) = sent(complaint_of_ann().name)
	assert mail["Auto-Submitted"] == "auto-generated"
	assert mail["X-Auto-Response-Suppress"] == "All"
	assert MAILBOX in mail["Reply-To"]


def test_what_people_write_about_a_complaint_is_not_marked():
	complaint = complaint_of_ann().name
	frappe.sendmail(recipients=[ADDRESS], subject="Hello", message="Hello", doctype=COMPLAINT, name=complaint)
	(mail,) = queued(complaint)
	assert "Auto-Submitted" not in mail.message


def test_each_step_that_matters_is_told_and_no_other():
	complaint = complaint_of_ann().name
	sent(complaint)
	told = {}
	for step in ("acknowledge", "investigate", "propose_resolution", "resolve", "confirm", "close"):
		before = len(queued(complaint))
		bring_to(complaint, step)
		told[step] = [subject_of(mail) for mail in sent(complaint)[before:]]
	assert told == {
		"acknowledge": [f"We are working on your complaint {complaint}"],
		"investigate": [],
		"propose_resolution": [f"Our proposal for your complaint {complaint}"],
		"resolve": [f"Your complaint {complaint}: is it settled for you?"],
		"confirm": [f"How did we handle your complaint {complaint}?"],
		"close": [],
	}


def test_rejection_gives_the_reason_and_a_link():
	complaint = complaint_of_ann().name
	take_step(complaint, "reject", {"reason": f"Worn out, 3 < 5 {SCRIPT}"})
	html = html_of(sent(complaint)[-1])
	assert "Worn out, 3 &lt; 5" in html and "<script" not in html and "onerror" not in html
	assert "/complaint-answer?token=" in html


def test_what_is_not_true_any_more_is_not_told():
	complaint = complaint_of_ann().name
	bring_to(complaint, "resolve")
	subjects = [subject_of(mail) for mail in sent(complaint)]
	assert subjects == [f"Your complaint {complaint}: is it settled for you?"]


def test_closed_without_an_answer():
	complaint = complaint_of_ann().name
	bring_to(complaint, "resolve")
	sent(complaint)
	take_step(complaint, "close", actor=JOB)
	assert subject_of(sent(complaint)[-1]) == f"We have closed your complaint {complaint}"


def test_reopened():
	complaint = complaint_of_ann().name
	bring_to(complaint, "resolve")
	take_step(complaint, "reopen", {"reason": "It broke again."})
	assert subject_of(sent(complaint)[-1]) == f"We have taken up your complaint {complaint} again"


# Language and words


def test_in_the_customers_language():
	customer = make_customer(language="zh")
	complaint = complaint_of_ann(customer=customer).name
	bring_to(complaint, "resolve")
	(mail,) = sent(complaint)
	assert re.search("[\u4e00-\u9fff]", subject_of(mail))
	assert "Please" not in html_of(mail) and "Kind regards" not in html_of(mail)
	assert frappe.local.lang == "en"


def test_of_the_complaint_first():
	customer = make_customer(language="zh")
	(mail,) = sent(complaint_of_ann(customer=customer, language="en").name)
	assert subject_of(mail).startswith("We have received")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_mail_is_in_one_language(language: str):
	complaint = complaint_of_ann(language=language).name
	bring_to(complaint, "resolve")
	document = frappe.get_doc(COMPLAINT, complaint)
	frappe.local.lang = language
	for mail in complaint_mails.MAILS.values():
		text = " ".join([mail.subject(document), *mail.paragraphs(document), mail.link_label()])
		text = text.replace("We apologise.", "")
		assert bool(re.search("[\u4e00-\u9fff]", text)) == (language == "zh")
		assert not (language == "zh" and re.search("[a-z]{3,} [a-z]{2,}", re.sub("<[^>]*>", "", text)))


def test_template_of_the_settings():
	template = frappe.get_doc(
		doctype="Email Template",
		name=unique("Thanks"),
		subject="Ticket {{ name }} for {{ contact_name }}",
		response="<p>{{ customer_name }}: {{ subject }} {{ text }} {{ handler }}</p>",
	).insert()
	frappe.db.set_single_value(SETTINGS, "acknowledgement", template.name)
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	complaint = complaint_of_ann(subject=f"Broken {SCRIPT}", contact_name="Ann")
	(mail,) = sent(complaint.name)
	assert subject_of(mail) == f"Ticket {complaint.name} for Ann"
	html = html_of(mail)
	assert complaint.customer_name in html and "Its number is" in html
	assert "<script" not in html and "<img src=x" not in html


def test_who_filled_in_the_web_form_is_not_quoted():
	complaint = make_complaint(
		customer=None, channel="Web Form", contact_email=ADDRESS, subject="Cheap pills", contact_name="Pills"
	)
	frappe.db.set_value(COMPLAINT, complaint.name, "customer", None)
	(mail,) = sent(complaint.name)
	assert "pills" not in mail.as_string().lower()


def test_portal_is_named_to_who_can_use_it():
	customer = make_customer()
	assert "/complaints/" not in html_of(sent(complaint_of_ann(customer=customer).name)[0])
	portal_user(customer)
	complaint = complaint_of_ann(customer=customer).name
	assert f"/complaints/{complaint}" in html_of(sent(complaint)[0])


# To whom


def test_without_an_address_of_its_own_the_customers_is_taken():
	customer = make_customer()
	contact = make_contact(customer)
	complaint = make_complaint(customer).name
	sent(complaint)
	assert queued(complaint)[0].recipients[0].recipient == contact.email_ids[0].email_id


@pytest.mark.parametrize("address", [None, MAILBOX])
def test_nobody_to_write_to(address):
	complaint = make_complaint(contact_email=address).name
	assert sent(complaint) == []
	state, error, due = status(complaint)
	assert (state, due) == ("Not Sent", "receive") and "address" in error
	frappe.db.set_value(COMPLAINT, complaint, "contact_email", ADDRESS)
	complaint_mails.send_due(complaint)
	assert status(complaint) == ("Sent", None, None)


def test_history_is_entered_in_silence():
	complaint = complaint_of_ann(received_on=add_days(now(), -30)).name
	assert sent(complaint) == [] and status(complaint) == (None, None, None)


def test_machines_dont_answer_each_other_for_ever():
	complaints = [complaint_of_ann().name for _ in range(complaint_mails.ACKNOWLEDGED_PER_HOUR + 2)]
	mails = [mail for complaint in complaints for mail in sent(complaint)]
	assert len(mails) == complaint_mails.ACKNOWLEDGED_PER_HOUR
	assert "two machines" in status(complaints[-1])[1]


# What goes wrong


def test_a_failing_mail_fails_no_step_and_is_tried_again(monkeypatch):
	template = frappe.get_doc(
		doctype="Email Template", name=unique("Broken"), subject="Hello", response="{{ text }}"
	).insert()
	template.db_set("response", "{{ nothing.at.all }}")
	frappe.db.set_single_value(SETTINGS, "acknowledgement", template.name)
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	complaint = complaint_of_ann().name
	before = frappe.db.count("Communication", {"reference_name": complaint})
	assert sent(complaint) == []
	state, error, due = status(complaint)
	assert (state, due) == ("Not Sent", "receive") and error
	assert frappe.db.count("Communication", {"reference_name": complaint}) == before
	take_step(complaint, "acknowledge")
	frappe.db.set_single_value(SETTINGS, "acknowledgement", None)
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	assert len(sent(complaint)) == 2
	assert status(complaint) == ("Sent", None, None)


def test_without_an_account():
	frappe.db.sql("UPDATE `tabEmail Account` SET enable_outgoing = 0, enable_incoming = 0")
	frappe.local.outgoing_email_account = {}
	complaint = complaint_of_ann().name
	complaint_mails.send_due(complaint)
	assert "outgoing e-mail account" in status(complaint)[1]


def test_nobody_sets_by_hand_what_is_due():
	complaint = complaint_of_ann()
	sent(complaint.name)
	complaint.reload()
	complaint.update({"mails_due": "reject", "mail_status": "Not Sent", "answer_key": "x"})
	complaint.save()
	assert status(complaint.name) == ("Sent", None, None)
	assert frappe.db.get_value(COMPLAINT, complaint.name, "answer_key") is None


# The timeline


def test_mails_are_in_the_timeline_and_are_no_answer_of_ours():
	complaint = complaint_of_ann().name
	bring_to(complaint, "acknowledge")
	(mail,) = [mail for mail in sent(complaint)][-1:]
	traces = frappe.get_all(
		"Communication",
		filters={"reference_name": complaint, "communication_type": "Automated Message"},
		fields=["message_id", "recipients", "sent_or_received"],
	)
	assert mail["Message-Id"].strip("<>") in [trace.message_id for trace in traces]
	assert {trace.recipients for trace in traces} == {ADDRESS}
	assert frappe.db.get_value(COMPLAINT, complaint, "responded_on") is None


def test_the_link_is_in_the_mail_and_not_in_the_timeline():
	complaint = complaint_of_ann().name
	bring_to(complaint, "resolve")
	(mail,) = sent(complaint)
	token = html_of(mail).partition("token=")[2].partition('"')[0]
	assert len(token) > 80
	contents = frappe.get_all("Communication", filters={"reference_name": complaint}, pluck="content")
	assert contents and not any("token=" in content for content in contents)


# The question on satisfaction


def test_who_confirmed_by_link_is_asked_by_mail_only_if_he_didnt_say():
	complaint = complaint_of_ann().name
	bring_to(complaint, "resolve")
	sent(complaint)
	take_step(complaint, "confirm", {"via": "Link"}, actor="customer")
	before = len(queued(complaint))
	assert len(sent(complaint)) == before and status(complaint) == ("Sent", None, "confirm")
	frappe.db.set_value(COMPLAINT, complaint, "confirmed_on", add_to_date(now(), hours=-21))
	assert subject_of(sent(complaint)[-1]) == f"How did we handle your complaint {complaint}?"
	assert status(complaint) == ("Sent", None, None)


def test_agents_read_status_of_mails():
	complaint = complaint_of_ann().name
	frappe.set_user(make_user("Customer Care Agent"))
	assert frappe.get_list(COMPLAINT, filters={"name": complaint}, pluck="mail_status") == ["Not Sent"]


# Links


def token_for(complaint: str, purpose: str = answer_links.ANSWER) -> str:
	return answer_links.make_token(frappe.get_doc(COMPLAINT, complaint), purpose)


def found(token: str) -> str | None:
	complaint = answer_links.complaint_of(answer_links.read(token))
	return complaint and complaint.name


def test_a_link_is_good_for_its_complaint():
	complaint, other = complaint_of_ann().name, complaint_of_ann().name
	token = token_for(complaint)
	token_for(other)
	assert found(token) == complaint
	assert answer_links.read(token).purpose == answer_links.ANSWER


def test_a_newer_link_takes_the_place_of_the_older():
	complaint = complaint_of_ann().name
	old, new = token_for(complaint), token_for(complaint)
	assert (found(old), found(new)) == (None, complaint)


def test_a_link_is_used_once():
	complaint = complaint_of_ann().name
	token = token_for(complaint)
	answer_links.use_up(answer_links.complaint_of(answer_links.read(token), for_update=True))
	assert found(token) is None


def test_a_link_expires(monkeypatch):
	frappe.db.set_single_value(SETTINGS, "link_days", 3)
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	complaint = complaint_of_ann().name
	token = token_for(complaint)
	for days, good in ((2.9, True), (3.1, False)):
		monkeypatch.setattr(
			answer_links, "now_datetime", lambda days=days: frappe.utils.now_datetime() + timedelta(days=days)
		)
		assert (found(token) == complaint) is good
	monkeypatch.undo()
	# withdrawn sooner than signed
	frappe.db.set_value(COMPLAINT, complaint, "answer_key_expires", add_days(now(), -1))
	assert found(token) is None


def test_a_forged_link_is_good_for_nothing():
	complaint, other = complaint_of_ann(), complaint_of_ann()
	token = token_for(complaint.name)
	content, signature = token.split(".")
	said = json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))
	forged = []
	for place, value in (
		(0, other.name),
		(1, answer_links.SATISFACTION),
		(2, ""),
		(3, "2999-01-01 00:00:00"),
	):
		changed = json.dumps([*said[:place], value, *said[place + 1 :]]).encode()
		forged.append(base64.urlsafe_b64encode(changed).rstrip(b"=").decode() + "." + signature)
	forged += [
		f"{content}.",
		f".{signature}",
		content,
		f"{content}.{signature}=",
		f"{content}.{signature[:-1]}",
	]
	forged += [token.swapcase(), token + "A", f"{token}.{signature}", "é.é", "\0.\0", "." * 5, "a" * 5000]
	for one in (*forged, "", None, 5, ["x"], {"a": 1}):
		assert answer_links.read(one) is None, one


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_text_is_a_link(content: str, signature: str):
	assert answer_links.read(f"{content}.{signature}") is None


def test_without_a_key_of_the_complaint_nothing_fits():
	"""An empty nonce, were it ever signed, is not the empty field of a complaint without a link."""
	complaint = complaint_of_ann().name
	assert answer_links.complaint_of(answer_links.Claim(complaint, answer_links.ANSWER, "")) is None
	assert answer_links.complaint_of(answer_links.Claim("NO-SUCH", answer_links.ANSWER, "x")) is None
