"""What customers do by link and in the portal, and what they see: their own, and no one else's."""

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO

import frappe
import pytest
from complaint_factories import bring_to, make_complaint
from customer_side_factories import make_mailbox, page, portal_user, sent
from factories import make_user, unique
from frappe.utils import add_days, now
from frappe.www.printview import validate_print_permission
from pypdf import PdfWriter
from sales_factories import make_contact, make_customer, sell

from partner_relations.customer_care import answer_links, complaint_files, customer_answers, outside_text
from partner_relations.customer_care.answer_links import ANSWER, SATISFACTION
from partner_relations.customer_care.api import customer_answers as api
from partner_relations.customer_care.complaint_files import Upload
from partner_relations.customer_care.complaint_steps import COMPLAINT, SETTINGS, take_step

ROUTE = "complaint-answer"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
HOSTILE = (
	SCRIPT,
	f'["{SCRIPT}"]',
	"<svg/onload=alert(3)>",
	'"><script>alert(4)</script>',
	"{{ 7*191 }}",
	"&lt;script&gt;alert(1)&lt;/script&gt;",
	"&amp;amp;lt;img src=x onerror=alert(2)&amp;amp;gt;",
	"&l<b>t;script&gt;alert(1)",
	"<<b>script>alert(1)<<b>/script>",
	"&#60;svg/onload=alert(3)&#x3e;",
)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def pdf(script: str = "") -> bytes:
	"""A PDF of one empty page, which runs a script when it is opened if one is given."""
	writer, content = PdfWriter(), BytesIO()
	writer.add_blank_page(72, 72)
	if script:
		writer.add_js(script)
	writer.write(content)
	return content.getvalue()


PDF = pdf()


@pytest.fixture(autouse=True)
def _no_request_after(_on_the_site: None) -> Iterator[None]:
	yield
	if hasattr(frappe.local, "request"):
		del frappe.local.request
	frappe.local.form_dict = frappe._dict()
	frappe.local.outgoing_email_account = {}


def resolved(**values) -> str:
	return bring_to(make_complaint(contact_email="ann@customer.example", **values), "resolve").name


def token_for(complaint: str, purpose: str = ANSWER) -> str:
	return answer_links.make_token(frappe.get_doc(COMPLAINT, complaint), purpose)


def get(token) -> str:
	return page("Guest", ROUTE, token=token).get_data(as_text=True)


def post(token, action: str, **form) -> str:
	html = page("Guest", ROUTE, "POST", token=token, action=action, **form).get_data(as_text=True)
	frappe.set_user("Administrator")
	return html


def next_token(html: str) -> str:
	return re.search('name="token" value="([^"]+)"', html)[1]


def state(complaint: str, *fields: str):
	return frappe.db.get_value(COMPLAINT, complaint, fields or "step")


# By link


def test_looking_changes_nothing():
	complaint = resolved(subject="Scratched & bent")
	token = token_for(complaint)
	before = state(complaint, "modified", "step", "answer_key")
	for _ in range(3):
		html = get(token)
	assert "Scratched &amp; bent" in html and "We apologise." in html and complaint in html
	assert html.count('method="post"') == 2
	assert state(complaint, "modified", "step", "answer_key") == before


def test_page_is_kept_by_nobody_and_tells_nobody():
	response = page("Guest", ROUTE, token=token_for(resolved()))
	assert "no-store" in response.headers["Cache-Control"]
	assert response.headers["Referrer-Policy"] == "no-referrer"
	assert "noindex" in response.headers["X-Robots-Tag"]
	html = response.get_data(as_text=True)
	assert 'name="robots" content="noindex' in html and 'name="referrer" content="no-referrer"' in html


def test_confirm_once_and_then_the_question():
	complaint = resolved()
	token = token_for(complaint)
	html = post(token, "confirm")
	assert "Thank you" in html
	assert state(complaint, "step", "confirmed_via") == ("Confirmed by Customer", "Link")
	asked = next_token(html)
	again = post(token, "confirm")
	assert "can't be used" in again.replace("&#39;", "'")
	assert "Thank you for your answer" in post(asked, "rate", mark="5", comment="Quick.")
	assert state(complaint, "satisfaction", "satisfaction_comment") == ("5", "Quick.")
	post(asked, "rate", mark="1")
	assert state(complaint, "satisfaction", "answer_key") == ("5", None)


def test_reopen_with_a_reason():
	complaint = resolved()
	token = token_for(complaint)
	for reason in ("", "   ", "x" * 4001):
		html = post(token, "reopen", reason=reason)
		assert 'role="alert"' in html and state(complaint) == "Resolved"
	post(token, "reopen", reason=" It broke again. ")
	assert state(complaint, "step", "reopen_reason", "reopened_count") == (
		"Under Investigation",
		"It broke again.",
		1,
	)
	assert answer_links.complaint_of(answer_links.read(token)) is None


def test_a_rejection_can_be_contested():
	complaint = make_complaint().name
	take_step(complaint, "reject", {"reason": "Worn out. 3 < 5"})
	token = token_for(complaint)
	html = get(token)
	assert "Worn out. 3 &lt; 5" in html and html.count('method="post"') == 1
	post(token, "confirm")
	assert state(complaint) == "Rejected"
	post(token, "reopen", reason="It is new.")
	assert state(complaint) == "Under Investigation"


def test_whatever_is_wrong_with_a_link_the_page_is_the_same():
	used, expired, replaced, moved = (resolved() for _ in range(4))
	bad = [token_for(complaint) for complaint in (used, expired, replaced, moved)]
	post(bad[0], "confirm")
	frappe.db.set_value(COMPLAINT, expired, "answer_key_expires", add_days(now(), -1))
	token_for(replaced)
	take_step(moved, "reopen", {"reason": "An agent did."})
	bad += [token_for(resolved())[:-3], token_for(resolved(), SATISFACTION), "x", "", None]
	pages = set()
	for token in bad:
		for html in (
			get(token),
			*(post(token, action, reason="x", mark="1") for action in ("reopen", "rate")),
		):
			pages.add(re.sub(r"(?s)<head>.*?</head>|<script.*?</script>", "", html))
	assert len(pages) == 1
	assert "CUC-" not in pages.pop()
	assert [state(name) for name in (expired, replaced)] == ["Resolved", "Resolved"]


def test_a_link_does_only_what_it_is_for():
	complaint = resolved()
	token = token_for(complaint)
	for action in ("close", "reject", "rate", "", "__class__"):
		post(token, action, mark="5", reason="x")
	assert state(complaint) == "Resolved"
	post(token, "confirm")
	asked = token_for(complaint, SATISFACTION)
	post(asked, "reopen", reason="x")
	assert state(complaint) == "Confirmed by Customer"


@pytest.mark.parametrize("mark", ["0", "6", "5; DROP", "", None, "=1", "1.5"])
def test_marks_are_1_to_5(mark):
	complaint = bring_to(make_complaint(), "confirm").name
	token = token_for(complaint, SATISFACTION)
	assert 'role="alert"' in post(token, "rate", mark=mark)
	assert state(complaint, "satisfaction") is None
	post(token, "rate", mark="3")
	assert state(complaint, "satisfaction") == "3"


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_posted_runs_nothing(text):
	complaint = resolved()
	token = token_for(complaint)
	html = post(token, "reopen", reason=text + "x" * 4001)  # too long: shown again
	shown = re.sub("(?s)<script(?! >).*?</script>", "", html.split("answer-reason")[-1])
	assert "<img src" not in shown and "<svg" not in shown and "1337" not in shown
	post(token, "reopen", reason=text + " and more")
	kept = " ".join(
		[
			state(complaint, "reopen_reason"),
			*frappe.get_all("Comment", filters={"reference_name": complaint}, pluck="content"),
			*frappe.get_all("Customer Complaint Step", filters={"parent": complaint}, pluck="reason"),
		][:1]
	)
	assert "<" not in kept


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "|x"])
def test_no_text_of_a_customer_begins_as_a_formula(formula):
	complaint = resolved()
	post(token_for(complaint), "reopen", reason=formula)
	assert state(complaint, "reopen_reason").startswith("'")


# Satisfaction


@pytest.mark.parametrize(("mark", "tasks"), [("1", 1), ("2", 1), ("3", 0), ("5", 0)])
def test_a_bad_mark_gives_somebody_a_task(mark, tasks):
	agent = make_user("Customer Care Agent")
	complaint = bring_to(make_complaint(handler=agent), "confirm").name
	customer_answers.rate(complaint, mark)
	todos = frappe.get_all(
		"ToDo",
		filters={"reference_name": complaint, "description": ("like", "%not satisfied%"), "status": "Open"},
		pluck="allocated_to",
	)
	assert todos == [agent] * tasks


def test_a_bad_mark_goes_to_the_account_manager_where_nobody_handles_it():
	manager = make_user("Sales User")
	customer = make_customer(account_manager=manager)
	frappe.db.set_single_value(SETTINGS, "default_handler", None)
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	complaint = bring_to(make_complaint(customer), "confirm").name
	frappe.db.set_value(COMPLAINT, complaint, "handler", None)
	customer_answers.rate(complaint, "1")
	unhappy = {"reference_name": complaint, "description": ("like", "%not satisfied%")}
	assert frappe.get_all("ToDo", filters=unhappy, pluck="allocated_to") == [manager]


# Nobody answers


def test_what_nobody_answers_is_closed_after_a_time():
	frappe.db.set_single_value(SETTINGS, "close_after_days", 10)
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	old, young, confirmed, busy = resolved(), resolved(), resolved(), resolved()
	take_step(confirmed, "confirm")
	for name, field in ((old, "resolved_on"), (confirmed, "confirmed_on"), (busy, "resolved_on")):
		frappe.db.set_value(COMPLAINT, name, field, add_days(now(), -11))
	action = frappe.get_doc(COMPLAINT, busy)
	action.append(
		"actions",
		{
			"kind": "Corrective",
			"action": "Pad the box",
			"action_owner": make_user("Customer Care Agent"),
			"due_on": add_days(now(), 5)[:10],
		},
	)
	action.save()
	due = customer_answers.unanswered()
	assert {name for name, _moment, _before in due} & {old, young, confirmed, busy} == {old, confirmed, busy}
	for name, moment, before in due:
		customer_answers.close_if_due(name, moment, before)
	assert state(old, "step", "confirmed_via") == ("Closed", "No answer")
	assert state(confirmed, "step", "confirmed_via") == ("Closed", "On the customer's behalf")
	assert (state(young), state(busy)) == ("Resolved", "Resolved")
	frappe.db.set_single_value(SETTINGS, "close_after_days", 0)
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	assert customer_answers.unanswered() == []


# The portal


def test_list_shows_the_own_customers_complaints():
	customer, second = make_customer(), make_customer()
	mine, hers, foreign = make_complaint(customer), make_complaint(second), make_complaint()
	html = page(portal_user(customer, second), "complaints").get_data(as_text=True)
	assert mine.name in html and hers.name in html and foreign.name not in html
	frappe.set_user("Administrator")
	html = page(portal_user(), "complaints").get_data(as_text=True)
	assert "CUC-" not in html and "belongs to no customer" in html


def test_guest_is_sent_to_the_login():
	complaint = make_complaint().name
	for path in ("complaints", "complaints/new", f"complaints/{complaint}"):
		response = page("Guest", path)
		assert response.status_code in (301, 302) and "/login" in response.headers["Location"]


def test_page_shows_what_concerns_the_customer_and_nothing_internal():
	customer = make_customer()
	complaint = make_complaint(customer, containment="SECRET containment")
	complaint.update({"root_cause": "SECRET cause", "proposed_resolution": "<p>SECRET draft</p>"})
	complaint.save()
	complaint.add_comment("Comment", "SECRET comment")
	for sender, to, sort in (
		("agent@test-co.example", "supplier@iron.example", "Sent"),
		("supplier@iron.example", "agent@test-co.example", "Received"),
	):
		talk(complaint.name, sender, to, sort, "SECRET mail")
	bring_to(complaint, "acknowledge")
	user = portal_user(customer)
	talk(complaint.name, "agent@test-co.example", user, "Sent", "Please send a <b>photo</b>.")
	html = page(user, f"complaints/{complaint.name}").get_data(as_text=True)
	assert "The housing came scratched." in html and "Please send a" in html
	assert "We took it up." in html and "SECRET" not in html


def talk(complaint: str, sender: str, to: str, sort: str, text: str, medium: str = "Email"):
	return frappe.get_doc(
		doctype="Communication",
		communication_type="Communication",
		communication_medium=medium,
		sent_or_received=sort,
		sender=sender,
		recipients=to,
		subject="About it",
		content=text,
		reference_doctype=COMPLAINT,
		reference_name=complaint,
	).insert(ignore_permissions=True)


def test_other_customers_complaints_are_not_found():
	own, foreign = make_complaint(make_customer()), make_complaint()
	nobodys = make_complaint()
	frappe.db.set_value(COMPLAINT, nobodys.name, "customer", None)
	user = portal_user(own.customer)
	assert page(user, f"complaints/{own.name}").status_code == 200
	pages = set()
	for name in (foreign.name, nobodys.name, "NO-SUCH", "' OR 1=1 --", "../x"):
		response = page(user, f"complaints/{name}")
		assert response.status_code == 404, name
		pages.add(
			response.get_data(as_text=True).replace(name, "").replace(frappe.utils.escape_html(name), "")
		)
	assert page(user, "customer-complaint").status_code == 404
	assert page(user, "complaint-filing").status_code == 404
	frappe.set_user(user)
	for name in (foreign.name, nobodys.name, "NO-SUCH"):
		for act in (
			lambda name=name: api.confirm(name),
			lambda name=name: api.reopen(name, "x"),
			lambda name=name: api.say(name, "x"),
			lambda name=name: api.rate(name, "1"),
			lambda name=name: api.download(name, "x"),
		):
			with pytest.raises(frappe.PermissionError, match="does not exist or is not yours"):
				act()
	for stranger in (make_stranger(), "Guest"):
		frappe.set_user(stranger)
		with pytest.raises(frappe.PermissionError):
			api.confirm(own.name)
		with pytest.raises(frappe.PermissionError):
			api.file()


def make_stranger() -> str:
	frappe.set_user("Administrator")
	return make_user("Customer")


def test_desk_and_print_stay_closed():
	complaint = make_complaint(make_customer())
	user = portal_user(complaint.customer)
	frappe.set_user(user)
	assert not frappe.has_permission(COMPLAINT, "read", complaint.name)
	with pytest.raises(frappe.PermissionError):
		frappe.get_list(COMPLAINT)
	with pytest.raises(frappe.PermissionError):
		validate_print_permission(frappe.get_doc(COMPLAINT, complaint.name))


def test_confirm_reopen_and_rate_in_the_portal():
	complaint = resolved(customer=make_customer())
	user = portal_user(state(complaint, "customer"))
	frappe.set_user(user)
	api.confirm(complaint)
	assert state(complaint, "step", "confirmed_via") == ("Confirmed by Customer", "Portal")
	assert 'data-method="rate"' in page(user, f"complaints/{complaint}").get_data(as_text=True)
	api.rate(complaint, "4", "Fine")
	with pytest.raises(frappe.ValidationError, match="answered already"):
		api.rate(complaint, "1")
	api.reopen(complaint, "It broke again.")
	assert state(complaint, "step", "satisfaction") == ("Under Investigation", "4")
	with pytest.raises(frappe.ValidationError):
		api.confirm(complaint)


def test_a_message_ends_the_waiting_and_attaches():
	customer = make_customer()
	complaint = bring_to(make_complaint(customer), "acknowledge").name
	take_step(complaint, "wait", {"reason": "Photo"})
	user = portal_user(customer)
	frappe.set_user(user)
	frappe.local.form_dict = frappe._dict(complaint=complaint, text=f"Here it is. {SCRIPT}")
	api.say(complaint, f"Here it is. 3 < 5 {SCRIPT}")
	assert state(complaint, "waiting") == 0
	html = page(user, f"complaints/{complaint}").get_data(as_text=True)
	assert "Here it is. 3 &lt; 5" in html and "<img src=x" not in html and "<script>alert" not in html


def test_a_message_after_the_end_is_a_task_and_reopens_nothing():
	agent = make_user("Customer Care Agent")
	complaint = bring_to(make_complaint(make_customer(), handler=agent), "close")
	frappe.set_user(portal_user(complaint.customer))
	api.say(complaint.name, "Thank you!")
	api.say(complaint.name, "Really.")
	assert state(complaint.name) == "Closed"
	tasks = frappe.get_all(
		"ToDo", filters={"reference_name": complaint.name, "status": "Open"}, pluck="allocated_to"
	)
	assert tasks == [agent]


def test_strangers_and_suppliers_mails_end_no_waiting():
	complaint = bring_to(make_complaint(make_customer()), "acknowledge")
	take_step(complaint.name, "wait", {"reason": "Photo"})
	talk(complaint.name, "supplier@iron.example", "x@test-co.example", "Received", "Our answer")
	assert state(complaint.name, "waiting") == 1
	contact = make_contact(complaint.customer)
	talk(complaint.name, contact.email_ids[0].email_id.upper(), "x@test-co.example", "Received", "Mine")
	assert state(complaint.name, "waiting") == 0


# Filing


def values(**more) -> dict[str, str]:
	return {"subject": "Broken glass", "description": "Two panes.\n\nSee photo.", **more}


def test_filing_in_the_portal():
	customer = make_customer()
	sale = sell(customer)
	user = portal_user(customer)
	frappe.set_user(user)
	complaint = customer_answers.file(
		user,
		values(document=f"Delivery Note:{sale.delivery.name}", remedy_sought="Replacement"),
		[Upload("photo.PNG", PNG)],
	)
	frappe.set_user("Administrator")
	complaint.reload()
	assert (complaint.channel, complaint.customer, complaint.step) == ("Portal", customer, "Received")
	assert (complaint.raised_by_user, complaint.contact_email) == (user, user)
	assert complaint.description == "<p>Two panes.</p><p>See photo.</p>"
	assert [row.document_name for row in complaint.items] == [sale.delivery.name]
	(file,) = frappe.get_all(
		"File", filters={"attached_to_name": complaint.name}, fields=["file_name", "is_private", "file_url"]
	)
	assert file.is_private and file.file_name.startswith("photo") and file.file_url.startswith("/private/")
	html = page(user, f"complaints/{complaint.name}").get_data(as_text=True)
	assert "photo" in html and "/private/files" not in html


def test_form_offers_the_own_documents_only():
	customer, other = make_customer(), make_customer()
	mine, foreign = sell(customer), sell(other)
	html = page(portal_user(customer), "complaints/new").get_data(as_text=True)
	for document in (mine.order, mine.delivery, mine.invoice):
		assert f"{document.doctype}:{document.name}" in html
	for document in (foreign.order, foreign.delivery, foreign.invoice):
		assert document.name not in html


def test_another_customers_numbers_are_refused_like_ones_that_dont_exist():
	customer, other = make_customer(), make_customer()
	foreign = sell(other, invoice=False)
	user = portal_user(customer)
	frappe.set_user(user)
	said = set()
	for document in (
		f"Delivery Note:{foreign.delivery.name}",
		"Delivery Note:NO-SUCH",
		f"Customer:{other}",
		"User:Administrator",
		"x",
		"No Such Type:x",
	):
		if ":" not in document:
			continue
		with pytest.raises(frappe.ValidationError) as refused:
			customer_answers.file(user, values(document=document), [])
		said.add(str(refused.value))
	assert said == {"Please choose one of your own documents."}
	with pytest.raises(frappe.PermissionError):
		customer_answers.file(user, values(customer=other), [])


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_is_filed_runs(text):
	customer = make_customer()
	user = portal_user(customer)
	frappe.set_user(user)
	complaint = customer_answers.file(
		user, values(subject=f"{text} it", description=text, category=text, remedy_sought=text), []
	)
	frappe.set_user("Administrator")
	make_mailbox()
	complaint.reload()
	# Frappe's Kanban decodes a title before it shows it
	decoded = unescape(unescape(unescape(complaint.subject)))
	assert "<" not in decoded and not complaint.category and not complaint.remedy_sought
	assert "<script" not in complaint.description and "<img" not in complaint.description
	(mail,) = sent(complaint.name)
	pages = [page(user, f"complaints/{complaint.name}"), page(user, "complaints")]
	for shown in (mail.as_string(), *(answer.get_data(as_text=True) for answer in pages)):
		assert "alert(1)</script>" not in shown and "onerror=alert(2)>" not in shown.replace("&gt;", "")
		assert "<svg/onload" not in shown and "1337" not in shown


@pytest.mark.parametrize("text", ["3 < 5 & 7 > 6", "AT&T", "a <b", "size <10 mm", "?a=1&copy=2", "I <3 it"])
def test_what_only_looks_hostile_stays(text):
	assert outside_text.one_line(text).replace(" <b", " b") == text.replace(" <b", " b")


# Files


def kinds(*kinds: str, size: int = 1, count: int = 3) -> None:
	for field, value in (
		("attachment_kinds", ", ".join(kinds)),
		("attachment_size", size),
		("attachment_count", count),
	):
		frappe.db.set_single_value(SETTINGS, field, value)
	frappe.clear_document_cache(SETTINGS, SETTINGS)


@pytest.mark.parametrize(
	("name", "content", "kept"),
	[
		("a.png", PNG, "a.png"),
		("a.html", PNG, "a.png"),
		("../../etc/passwd.png", PNG, "passwd.png"),
		("..\\..\\x<script>.png", PNG, "x.png"),
		(".htaccess", PNG, "file.png"),
		("照片.jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 40, "照片.jpg"),
		("=cmd.pdf", PDF, "_cmd.pdf"),
		("a.png", b"<script>alert(1)</script>", None),
		("a.png", b"MZ" + b"\0" * 100, None),
		("a.png", b"PK\x03\x04" + b"\0" * 100, None),
		("a.png", b"GIF89a" + b"\0" * 100, None),
		("a.pdf", b"%PDF-1.4\n not a PDF", None),
		("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", None),
		("a.png", b"", None),
		("a.png", PNG + b"\0" * 1024 * 1024, None),
	],
)
def test_files_are_judged_by_their_content(name, content, kept):
	kinds("png", "jpeg", "pdf")
	accepted, refused = complaint_files.accepted([Upload(name, content)])
	assert [upload.name.lstrip("_' ") for upload in accepted] == ([kept.lstrip("_' ")] if kept else [])
	assert len(refused) == (0 if kept else 1)
	if not kept:
		with pytest.raises(frappe.ValidationError):
			complaint_files.check([Upload(name, content)])


def test_files_are_counted():
	kinds("png", count=2)
	accepted, refused = complaint_files.accepted([Upload(f"{number}.png", PNG) for number in range(3)])
	assert len(accepted) == 2 and "2" in refused[0]


def test_a_pdf_that_runs_scripts_is_refused():
	kinds("pdf")
	assert complaint_files.accepted([Upload("a.pdf", pdf("app.alert(1)"))])[0] == []


def test_download_of_the_own_files_only():
	customer = make_customer()
	user, colleague = portal_user(customer), portal_user(customer)
	frappe.set_user(user)
	complaint = customer_answers.file(user, values(), [Upload("photo.png", PNG + b"mine")])
	frappe.set_user("Administrator")
	internal = frappe.get_doc(
		doctype="File",
		file_name=unique("report") + ".txt",
		attached_to_doctype=COMPLAINT,
		attached_to_name=complaint.name,
		is_private=1,
		content="SECRET",
	).insert()
	other = make_complaint()
	(photo,) = frappe.get_all(
		"File", filters={"attached_to_name": complaint.name, "owner": user}, pluck="name"
	)
	assert internal.file_name not in page(user, f"complaints/{complaint.name}").get_data(as_text=True)
	for own in (user, colleague):
		frappe.set_user(own)
		api.download(complaint.name, photo)
		assert frappe.local.response.filecontent == PNG + b"mine"
		frappe.local.response.filecontent = None
		for name, file in ((complaint.name, internal.name), (other.name, photo), (complaint.name, "x")):
			with pytest.raises(frappe.PermissionError):
				api.download(name, file)
	frappe.set_user(make_stranger())
	with pytest.raises(frappe.PermissionError):
		api.download(complaint.name, photo)
