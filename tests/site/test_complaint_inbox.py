"""Mails to the complaint address, as files from the wire through Frappe's own code that reads a mailbox."""

import base64
import re
import uuid
from collections.abc import Iterator

import frappe
import pytest
from complaint_factories import bring_to, make_complaint
from customer_side_factories import (
	MAILBOX,
	html_of,
	mail_file,
	make_mailbox,
	page,
	portal_user,
	queued,
	receive,
	sent,
	subject_of,
)
from factories import make_user, unique
from frappe.email.receive import InboundMail, SentEmailInInboxError
from sales_factories import make_contact, make_customer

from partner_relations.customer_care.complaint_mails import TRACE
from partner_relations.customer_care.complaint_steps import COMPLAINT, SETTINGS, take_step

ANN = "ann@customer.example"
FANG = "wang.fang@customer.example"


@pytest.fixture
def mailbox(_on_the_site: None) -> Iterator:
	yield make_mailbox()
	frappe.local.outgoing_email_account = {}
	if hasattr(frappe.local, "request"):
		del frappe.local.request
	frappe.local.form_dict = frappe._dict()


def complaint_of(message):
	assert message.reference_doctype == COMPLAINT, message.as_dict()
	return frappe.get_doc(COMPLAINT, message.reference_name)


def count() -> int:
	return frappe.db.count(COMPLAINT)


def anns_customer() -> str:
	customer = make_customer()
	make_contact(customer, ANN)
	return customer


def files_of(message) -> list[str]:
	filters = {"attached_to_doctype": "Communication", "attached_to_name": message.name}
	return sorted(frappe.get_all("File", filters=filters, pluck="file_name"))


def notes(complaint: str) -> str:
	filters = {"reference_name": complaint, "comment_type": "Info"}
	return " ".join(frappe.get_all("Comment", filters=filters, pluck="content"))


def answered(complaint: str) -> str:
	"""The id of our last mail about a complaint."""
	sent(complaint)
	filters = {"reference_name": complaint, "sent_or_received": "Sent"}
	return frappe.get_all("Communication", filters=filters, order_by="creation desc", pluck="message_id")[0]


def mail(account, subject: str, sender: str = ANN, text: str = "Hello."):
	return receive(
		account, "mail.eml", **{"from": sender}, subject=subject, text=text, id=f"mail-{uuid.uuid4()}"
	)


# A new complaint


def test_a_mail_becomes_a_complaint(mailbox):
	before = count()
	message = receive(mailbox, "plain.eml")
	complaint = complaint_of(message)
	assert count() == before + 1
	assert (complaint.channel, complaint.step, complaint.severity) == ("Email", "Received", "Medium")
	assert complaint.subject == "Scratched housing on order 4711"
	assert (complaint.contact_email, complaint.contact_name) == (ANN, "Ann Ashby")
	assert complaint.mailbox == mailbox.name and not complaint.customer
	assert "three housings" in complaint.description and "width &lt; 20 mm" in complaint.description
	assert (message.sender, message.sent_or_received) == (ANN, "Received")
	(acknowledgement,) = sent(complaint.name)
	assert subject_of(acknowledgement) == f"We have received your complaint {complaint.name}"
	assert queued(complaint.name)[0].recipients[0].recipient == ANN
	assert acknowledgement["In-Reply-To"] == "<plain-1@customer.example>"


def test_whose_it_is_follows_from_the_address(mailbox):
	customer = anns_customer()
	frappe.db.set_value("Customer", customer, "language", "zh")
	complaint = complaint_of(receive(mailbox, "plain.eml"))
	assert (complaint.customer, complaint.language) == (customer, "zh")
	assert complaint.contact and complaint.customer_name
	assert re.search("[\u4e00-\u9fff]", subject_of(sent(complaint.name)[0]))


def test_of_an_address_of_two_customers_nobody_is_assumed(mailbox):
	anns_customer()
	anns_customer()
	assert not complaint_of(receive(mailbox, "plain.eml")).customer


def test_a_photo_stays_and_a_picture_from_elsewhere_doesnt(mailbox):
	message = receive(mailbox, "photo.eml")
	complaint = complaint_of(message)
	assert files_of(message) == ["tins.png"]
	assert "tracker.example" not in frappe.db.get_value("Communication", message.name, "content")
	assert frappe.db.get_value("File", {"attached_to_name": message.name}, "is_private") == 1
	assert "<b>dented</b>" in complaint.description
	for active in ("<script", "tracker.example", "javascript:", "onclick", "<img", "<style"):
		assert active not in complaint.description
	assert "were left out" not in notes(complaint.name)


@pytest.mark.parametrize(
	("file", "subject", "text"),
	[
		("gb2312.eml", "产品外壳有划痕，请处理", "本批次有三件产品外壳划伤，请尽快更换。"),
		("utf8.eml", "包装箱破损，货物受潮", "<b>货物受潮</b>"),
	],
)
def test_chinese(mailbox, file: str, subject: str, text: str):
	complaint = complaint_of(receive(mailbox, file))
	# Frappe reads no names but in Latin letters
	assert (complaint.subject, complaint.contact_email, complaint.contact_name) == (subject, FANG, None)
	assert text in complaint.description


def test_two_mails_with_one_subject_are_two_complaints(mailbox):
	first, second = (complaint_of(mail(mailbox, "Complaint", text=text)) for text in ("One", "Two"))
	assert first.name != second.name
	assert "One" in first.description and "Two" in second.description


@pytest.mark.parametrize("subject", ["", " ", "Re:", "RE: ", "%", "_", "'", "x" * 300])
def test_subjects_that_say_nothing(mailbox, subject: str):
	older = complaint_of(mail(mailbox, "Broken glass"))
	complaint = complaint_of(mail(mailbox, subject))
	assert complaint.name != older.name and 0 < len(complaint.subject) <= 140


def test_a_mail_that_is_fetched_twice_is_one_complaint(mailbox):
	first = receive(mailbox, "plain.eml")
	before = count()
	assert receive(mailbox, "plain.eml").name == first.name
	assert count() == before


@pytest.mark.parametrize("sender", ["Ann <ann@@customer>", "root", "undisclosed", "ann@localhost", "<>"])
def test_a_strange_sender_loses_no_mail(mailbox, sender: str):
	try:
		message = mail(mailbox, "Broken glass", sender)
	except AttributeError:  # Frappe reads no sender at all in it
		pytest.skip("Frappe itself can't read this address")
	complaint = complaint_of(message)
	assert complaint.subject == "Broken glass" and sent(complaint.name) == []


def test_what_is_hostile_is_stored_plainly_and_shown_escaped(mailbox):
	customer = anns_customer()
	message = receive(mailbox, "hostile.eml")
	complaint = complaint_of(message)
	assert complaint.customer == customer
	assert complaint.subject.startswith("'=HYPERLINK") and "<" not in complaint.subject
	assert complaint.contact_name[0] not in "=+-@" and "<" not in complaint.contact_name
	user = portal_user(customer)
	shown = [
		complaint.description,
		sent(complaint.name)[0].as_string(),
		*(
			re.sub(r"(?s)<head>.*?</head>|<script>.*?</script>", "", page(user, path).get_data(as_text=True))
			for path in ("complaints", f"complaints/{complaint.name}")
		),
	]
	kept = frappe.db.get_value("Communication", message.name, "content")
	for active in ("<script", " onerror", "evil.example", "<form", "<svg"):
		assert active not in kept, active
	for text in shown:
		assert "alert(1)</script>" not in text and "onerror" not in text and "<svg/" not in text
		assert "evil.example/x" not in text and 'action="https://evil' not in text and "1337" not in text


# Answers


def test_an_answer_attaches_and_ends_the_waiting(mailbox):
	customer = anns_customer()
	agent = make_user("Customer Care Agent")
	complaint = bring_to(make_complaint(customer, contact_email=ANN, handler=agent), "acknowledge").name
	take_step(complaint, "wait", {"reason": "Batch number"})
	before = count()
	message = receive(mailbox, "reply.eml", answered=answered(complaint))
	assert (message.reference_name, count()) == (complaint, before)
	assert frappe.db.get_value(COMPLAINT, complaint, "waiting") == 0
	assert frappe.db.exists("Notification Log", {"for_user": agent, "document_name": complaint})
	html = page(portal_user(customer), f"complaints/{complaint}").get_data(as_text=True)
	assert "Here is the batch number: B-77." in html


def test_lines_of_a_plain_mail_are_lines_in_the_portal(mailbox):
	customer = anns_customer()
	complaint = make_complaint(customer, contact_email=ANN).name
	mail(mailbox, f"Re: {complaint}", text="Three sacks.\n\nTorn & wet, 3 < 5.")
	html = page(portal_user(customer), f"complaints/{complaint}").get_data(as_text=True)
	assert re.search(r"Three sacks\.(<br>)+Torn &amp; wet, 3 &lt; 5\.", html)


def test_an_answer_by_subject_alone(mailbox):
	complaint = make_complaint(contact_email=ANN).name
	before = count()
	message = receive(mailbox, "reply_by_subject.eml", complaint=complaint)
	assert (message.reference_name, count()) == (complaint, before)
	chinese = make_complaint(contact_email=FANG, language="zh").name
	subject = sent(chinese)[0]["Subject"]
	message = receive(
		mailbox, "reply_by_chinese_subject.eml", subject=f"=?utf-8?q?=E5=9B=9E=E5=A4=8D?=: {subject}"
	)
	assert message.reference_name == chinese


@pytest.mark.parametrize("start", ["Re: ", "AW: ", "RE: Re: ", "回复：", "答复: ", "Re[2]: "])
def test_an_answer_that_repeats_the_subject(mailbox, start: str):
	subject = unique("Broken glass")
	first = complaint_of(mail(mailbox, subject))
	assert mail(mailbox, f"{start}{subject}").reference_name == first.name
	assert mail(mailbox, f"{start}{subject}", "eve@evil.example").reference_name != first.name


def test_a_colleague_of_the_customer_answers(mailbox):
	customer = anns_customer()
	make_contact(customer, "ben@customer.example")
	complaint = make_complaint(customer, contact_email=ANN).name
	message = mail(mailbox, f"Re: {complaint}", "Ben <BEN@customer.example>")
	assert message.reference_name == complaint


def test_who_was_asked_about_it_answers_and_the_customer_doesnt_read_it(mailbox):
	customer = anns_customer()
	complaint = make_complaint(customer, contact_email=ANN).name
	asked = frappe.get_doc(
		doctype="Communication",
		communication_type="Communication",
		communication_medium="Email",
		sent_or_received="Sent",
		sender="agent@test-co.example",
		recipients="Iron Works <Sales@iron.example>",
		subject="Your batch",
		content="What happened?",
		reference_doctype=COMPLAINT,
		reference_name=complaint,
		message_id=f"{uuid.uuid4()}@test-co.example",
	).insert(ignore_permissions=True)
	message = receive(
		mailbox,
		"forged.eml",
		subject="Re: Your batch",
		answered=asked.message_id,
	)
	assert message.reference_name != complaint  # not the one who was asked
	raw = mail_file("forged.eml", subject="Re: Your batch", answered=asked.message_id)
	raw = raw.replace(b"Mallory <mallory@evil.example>", b"sales@iron.example")
	raw = raw.replace(b"forged-1", b"iron-1")
	message = InboundMail(raw, mailbox).process()
	assert message.reference_name == complaint
	html = page(portal_user(customer), f"complaints/{complaint}").get_data(as_text=True)
	assert "Please tell me what you know" not in html


@pytest.mark.parametrize("last_step", ["close", "reject"])
def test_an_answer_after_the_end_reopens_nothing_and_is_a_task(mailbox, last_step: str):
	agent = make_user("Customer Care Agent")
	complaint = make_complaint(contact_email=ANN, handler=agent).name
	if last_step == "close":
		bring_to(complaint, "close")
	else:
		take_step(complaint, "reject", {"reason": "Worn out"})
	step = frappe.db.get_value(COMPLAINT, complaint, "step")
	message = receive(mailbox, "reply_by_subject.eml", complaint=complaint)
	assert message.reference_name == complaint
	assert frappe.db.get_value(COMPLAINT, complaint, "step") == step
	tasks = {"reference_name": complaint, "status": "Open", "description": ("like", "%was settled%")}
	assert frappe.get_all("ToDo", filters=tasks, pluck="allocated_to") == [agent]


# Somebody else's complaint


@pytest.mark.parametrize("way", ["subject", "hash", "answer", "same subject"])
def test_nobody_gets_into_another_customers_complaint(mailbox, way: str):
	complaint = make_complaint(anns_customer(), contact_email=ANN)
	ours = answered(complaint.name)
	subject = {
		"subject": f"Re: {complaint.name}",
		"hash": f"Re: x (#{complaint.name})",
		"answer": "Re: hello",
		"same subject": f"Re: {complaint.subject}",
	}[way]
	before = count(), len(queued(complaint.name))
	message = receive(
		mailbox, "forged.eml", subject=subject, answered=ours if way == "answer" else "none@evil.example"
	)
	new = complaint_of(message)
	assert new.name != complaint.name and count() == before[0] + 1
	assert (new.contact_email, new.customer) == ("mallory@evil.example", None)
	named = {"subject", "hash", "answer"}
	assert new.claimed_reference == (complaint.name if way in named else None)
	(acknowledgement,) = sent(new.name)
	assert complaint.name not in acknowledgement.as_string()
	assert len(queued(complaint.name)) == before[1]
	html = page(portal_user(complaint.customer), f"complaints/{complaint.name}").get_data(as_text=True)
	assert "Please tell me what you know" not in html


def test_numbers_that_dont_exist_are_answered_alike(mailbox):
	complaint = make_complaint(anns_customer(), contact_email=ANN)
	mails = []
	for name in (complaint.name, "CUC-1999-99999"):
		new = complaint_of(mail(mailbox, f"Re: {name}", "mallory@evil.example"))
		(acknowledgement,) = sent(new.name)
		text = html_of(acknowledgement).replace(new.name, "NUMBER")
		mails.append(re.sub(r"[\d:]+\s[AP]M|\b[0-9a-f-]{36}\b", "", text))
	assert mails[0] == mails[1]


def test_mails_of_colleagues_are_not_sent_on_to_the_customer(mailbox):
	"""Frappe sends a mail that comes in to the owner of the document, who is the customer in the portal."""
	from partner_relations.customer_care import customer_answers

	customer = make_customer()
	user = portal_user(customer)
	frappe.set_user(user)
	complaint = customer_answers.file(user, {"subject": "Broken", "description": "In two."}, [])
	frappe.set_user("Administrator")
	colleague = make_user("Customer Care Agent")
	message = mail(mailbox, f"Re: {complaint.name}", colleague, "Our margin is 80 %.")
	assert message.reference_name == complaint.name
	message.send_email(is_inbound_mail_communcation=True)
	for one in queued(complaint.name):
		assert user not in [row.recipient for row in one.recipients] or "margin" not in one.message
	html = page(user, f"complaints/{complaint.name}").get_data(as_text=True)
	assert "margin" not in html


# Machines


def test_an_absence_is_no_answer(mailbox):
	customer = anns_customer()
	complaint = bring_to(make_complaint(customer, contact_email=ANN), "acknowledge").name
	take_step(complaint, "wait", {"reason": "Photo"})
	before = count()
	message = receive(mailbox, "absence.eml", complaint=complaint, answered=answered(complaint))
	mails = len(queued(complaint))
	assert (message.reference_name, message.communication_type, count()) == (complaint, TRACE, before)
	assert frappe.db.get_value(COMPLAINT, complaint, "waiting") == 1
	assert len(sent(complaint)) == mails
	html = page(portal_user(customer), f"complaints/{complaint}").get_data(as_text=True)
	assert "out of the office" not in html


def test_what_comes_back_begins_no_complaint(mailbox):
	before = count()
	message = receive(mailbox, "bounce.eml")
	assert (message.reference_name, message.communication_type, count()) == (None, TRACE, before)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_a_mail_of_ours_that_comes_back_the_handler_hears(mailbox, language: str):
	customer = anns_customer()
	agent = make_user("Customer Care Agent")
	complaint = make_complaint(customer, contact_email=ANN, handler=agent, language=language).name
	(ours,) = sent(complaint)
	message = receive(mailbox, "returned.eml", subject=ours["Subject"])
	assert (message.reference_name, message.communication_type) == (complaint, TRACE)
	tasks = {"reference_name": complaint, "description": ("like", "%could not be delivered%")}
	assert frappe.get_all("ToDo", filters=tasks, pluck="allocated_to") == [agent]
	html = page(portal_user(customer), f"complaints/{complaint}").get_data(as_text=True)
	assert "mailbox full" not in html


@pytest.mark.parametrize(
	"subject",
	[
		"Automatic reply: Order",
		"Out of Office: back on Monday",
		"自动回复: 您好",
		"Undeliverable: hello",
		"Automatische Antwort: Hallo",
		"Delivery Status Notification (Failure)",
		"已读: 您好",
	],
)
def test_subjects_of_machines(mailbox, subject: str):
	before = count()
	encoded = subject if subject.isascii() else f"=?utf-8?b?{base64.b64encode(subject.encode()).decode()}?="
	assert mail(mailbox, encoded).reference_name is None
	assert count() == before


@pytest.mark.parametrize(
	("sender", "subject"),
	[
		(ANN, "Automatic door is broken"),
		(ANN, "The office chair came without wheels"),
		(ANN, "Delivery failed to arrive"),
		("bounce-house@customer.example", "Torn castle"),
		("noreply@customer.example", "Complaint of our system"),
		(ANN, "Autoclave leaks"),
		(ANN, "Reading lamp broken"),
	],
)
def test_subjects_of_people(mailbox, sender: str, subject: str):
	assert complaint_of(mail(mailbox, subject, sender)).channel == "Email"


def test_our_own_mails_that_come_back_make_no_loop(mailbox):
	with pytest.raises(SentEmailInInboxError):
		mail(mailbox, "We have received your complaint", MAILBOX)
	complaint = make_complaint(contact_email=ANN).name
	other = make_mailbox("sales@test-co.example", append_to="Issue")
	message = mail(mailbox, f"We have received your complaint {complaint}", other.email_id)
	assert (message.reference_name, message.communication_type) == (complaint, TRACE)
	# what a colleague forwards from a common mailbox is a complaint, whose sender is not answered
	forwarded = complaint_of(mail(mailbox, "Fwd: Broken glass", other.email_id))
	assert sent(forwarded.name) == []


def test_a_machine_that_isnt_known_is_answered_a_few_times(mailbox):
	complaints = [complaint_of(mail(mailbox, f"Ticket {number} opened")) for number in range(8)]
	assert len({complaint.name for complaint in complaints}) == 8
	assert sum(len(sent(complaint.name)) for complaint in complaints) == 5


# Files


def test_what_could_run_is_left_out(mailbox):
	message = receive(mailbox, "executable.eml")
	complaint = complaint_of(message)
	assert files_of(message) == ["pump.png"]
	said = notes(complaint.name)
	assert "invoice.pdf.exe" in said and "second.png" in said and "pump.png" not in said
	assert "<script" not in complaint.description


def test_what_is_too_large_is_left_out(mailbox):
	frappe.db.set_single_value(SETTINGS, "attachment_size", 1)
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	png = b"\x89PNG\r\n\x1a\n" + bytes(1024 * 1024)
	content = base64.encodebytes(png).decode()
	message = receive(mailbox, "large_photo.eml", content=content)
	complaint = complaint_of(message)
	assert files_of(message) == [] and "frame.png" in notes(complaint.name)
	assert "rust" in complaint.description


def test_what_is_larger_than_the_site_takes_loses_no_mail(mailbox, monkeypatch):
	monkeypatch.setitem(frappe.conf, "max_file_size", 1000)
	frappe.db.set_single_value("System Settings", "max_file_size", 0)
	content = base64.encodebytes(b"\x89PNG\r\n\x1a\n" + bytes(5000)).decode()
	message = receive(mailbox, "large_photo.eml", content=content)
	assert files_of(message) == []
	assert "larger than this site takes" in notes(complaint_of(message).name)


# Other mailboxes


def test_other_mailboxes_are_left_alone(_on_the_site):
	account = make_mailbox("sales@test-co.example", append_to=None)
	message = receive(account, "absence.eml", complaint="CUC-1", answered="x@y.example")
	assert (message.reference_doctype, message.communication_type) == (None, "Communication")


def test_a_folder_of_a_mailbox(_on_the_site):
	account = make_mailbox(append_to=None, use_imap=1)
	account.append("imap_folder", {"folder_name": "Complaints", "append_to": COMPLAINT})
	account.imap_folder[0].db_insert()
	complaint = make_complaint(contact_email=ANN).name
	for file, words in (("plain.eml", {}), ("reply_by_subject.eml", {"complaint": complaint})):
		message = InboundMail(mail_file(file, **words), account, append_to=COMPLAINT).process()
		assert (message.reference_name == complaint) is (file != "plain.eml")
		assert complaint_of(message).contact_email == ANN
	message = InboundMail(mail_file("bounce.eml"), account, append_to=COMPLAINT).process()
	assert message.reference_name is None


def test_people_begin_complaints_by_mail_only_by_mail():
	"""The field that Frappe enters for a mail does nothing where somebody else enters it."""
	complaint = frappe.get_doc(
		doctype=COMPLAINT, subject="Automatic reply: x", customer=make_customer(), mailbox="x", severity="Low"
	).insert()
	assert (complaint.channel, complaint.mailbox) == ("Phone", None)
