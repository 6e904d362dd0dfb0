"""The guests' form, the portal and the links over HTTP, as browsers, mail scanners and attackers use them."""

import csv
import io
import json
import re
import socket
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from types import SimpleNamespace
from urllib.parse import urlsplit

import frappe
import pytest
import requests
from complaint_factories import bring_to, make_complaint
from customer_side_factories import portal_user
from factories import make_user, unique
from frappe.utils.password import update_password
from frappe.utils.xlsxutils import make_xlsx
from openpyxl import load_workbook
from sales_factories import make_contact, make_customer, sell

from partner_relations.customer_care import answer_links
from partner_relations.customer_care.complaint_steps import COMPLAINT, SETTINGS

pytestmark = [pytest.mark.commits, pytest.mark.usefixtures("_loopback_names")]

API = "api/method/partner_relations.customer_care.api.customer_answers"
PASSWORD = "partner-relations-test"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
FORMULA = "=cmd|' /C calc'!A0"
WAIT = 60


@pytest.fixture
def _loopback_names(monkeypatch) -> None:
	"""Names under .localhost are this machine (RFC 6761); not every resolver knows."""
	resolve = socket.getaddrinfo

	def look_up(host, *arguments, **options):
		return resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *arguments, **options)

	monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.fixture(scope="module")
def address(bench) -> Iterator[str]:
	process, address = bench.web()
	yield address
	process.stop()


@pytest.fixture
def settings() -> Iterator:
	"""Set fields of the settings; they are as before after the test."""
	before = {}

	def change(**values) -> None:
		document = frappe.get_doc(SETTINGS)
		for field in values:
			before.setdefault(field, document.get(field))
		document.update(values)
		document.save()
		frappe.db.commit()

	yield change
	change(**before)


class Browser(requests.Session):
	"""A browser at an address of its own, by which the form counts; logged in if a user is given."""

	def __init__(self, address: str, user: str | None = None):
		super().__init__()
		self.address = address
		self.headers["X-Forwarded-For"] = f"192.0.2.{frappe.generate_hash(length=12)}"
		if user:
			self.call("api/method/login", {"usr": user, "pwd": PASSWORD}, token=None)

	def page(self, path: str, **options) -> requests.Response:
		return self.get(f"{self.address}/{path}", timeout=WAIT, **options)

	def call(self, path: str, form: dict, files=(), token: str | None = "of the page") -> requests.Response:
		headers = {"Accept": "application/json"}
		if token:
			headers["X-Frappe-CSRF-Token"] = self.token() if token == "of the page" else token
		url = f"{self.address}/{path}"
		return self.post(url, data=form, files=list(files), headers=headers, timeout=WAIT)

	def token(self) -> str:
		html = self.page("complaints").text
		return html.partition('frappe.csrf_token = "')[2].partition('"')[0]

	def file(self, **values) -> requests.Response:
		form = {"subject": "Broken glass", "description": "Two panes.", **values}
		return self.call(f"{API}.file", form)

	def complain(self, *files: tuple[str, bytes], **values) -> requests.Response:
		form = {
			"name": "Ann",
			"email": f"{frappe.generate_hash(length=10)}@customer.example",
			"subject": unique("Broken glass"),
			"description": "Two panes.",
			**values,
		}
		return self.call(f"{API}.complain", form, [("files", one) for one in files], token=None)


@pytest.fixture(scope="module")
def people(bench, address) -> SimpleNamespace:
	"""A customer with a portal user, a complaint and a sale; another customer with the same."""
	one, other = ({}, {})
	for side in (one, other):
		side["customer"] = make_customer()
		side["user"] = portal_user(side["customer"])
		update_password(side["user"], PASSWORD)
		side["complaint"] = make_complaint(
			side["customer"], description=f"<p>Of {side['customer']}.</p>"
		).name
		side["sale"] = sell(side["customer"])
	frappe.db.commit()
	return SimpleNamespace(own=SimpleNamespace(**one), other=SimpleNamespace(**other))


def found(**filters):
	"""What a committed complaint has."""
	frappe.db.rollback()
	return frappe.get_all(COMPLAINT, filters=filters, fields=["*"])


def said(answer: requests.Response) -> tuple[int, str]:
	"""The status of an answer, and what it says to people."""
	messages = json.loads(answer.json().get("_server_messages", "[]"))
	return answer.status_code, " ".join(json.loads(message)["message"] for message in messages)


def text_of(response: requests.Response) -> str:
	"""A page without what is different each time."""
	return re.sub(r"(?s)<head>.*?</head>|<script>.*?</script>|\d+\.\d+", "", response.text)


# The guests' form


def test_a_guest_complains(address):
	browser = Browser(address)
	page = browser.page("complaint")
	assert page.status_code == 200 and 'data-method="complain"' in page.text
	subject = unique("Broken glass")
	answer = browser.complain(("photo.png", PNG), ("second.jpg", PNG), subject=subject, reference="SO-1")
	assert (answer.status_code, answer.json()) == (200, {})
	(complaint,) = found(subject=subject)
	assert (complaint.channel, complaint.customer, complaint.claimed_reference) == ("Web Form", None, "SO-1")
	files = frappe.get_all(
		"File", filters={"attached_to_name": complaint.name}, fields=["file_name", "is_private", "file_url"]
	)
	assert len(files) == 2 and all(file.is_private and file.file_name.endswith(".png") for file in files)
	for file in files:
		assert browser.page(file.file_url.lstrip("/")).status_code in (403, 404)


def test_nobody_learns_who_is_a_customer(address):
	"""The same answer and, as nothing is looked up, about the same time for a customer and for nobody."""
	known = f"{frappe.generate_hash(length=10)}@customer.example"
	make_contact(make_customer(), known)
	frappe.db.commit()
	unknown = f"{frappe.generate_hash(length=10)}@customer.example"
	answers, times = {}, {known: [], unknown: []}
	for _turn in range(6):
		for email in (known, unknown):
			browser = Browser(address)
			began = time.perf_counter()
			answer = browser.complain(email=email)
			times[email].append(time.perf_counter() - began)
			headers = sorted(set(answer.headers) - {"Date"})
			answers.setdefault(email, set()).add((answer.status_code, answer.text, tuple(headers)))
	assert len(answers[known]) == 1 and answers[known] == answers[unknown]
	slow, fast = sorted((statistics.median(times[known]), statistics.median(times[unknown])), reverse=True)
	assert slow < 3 * fast
	assert {row.customer for row in found(contact_email=("in", [known, unknown]))} == {None}


def test_the_form_is_limited_by_address(address, settings):
	settings(web_form_limit=3)
	browser, subject = Browser(address), unique("Flood")
	answers = [browser.complain(subject=subject).status_code for _ in range(5)]
	assert answers == [200, 200, 200, 429, 429]
	assert len(found(subject=subject)) == 3
	assert Browser(address).complain(subject=subject).status_code == 200


def test_who_fills_in_the_trap_leaves_nothing(address):
	subject = unique("Pills")
	answer = Browser(address).complain(subject=subject, website="http://pills.example")
	assert (answer.status_code, answer.json()) == (200, {}) and found(subject=subject) == []


def test_the_form_can_be_closed(address, settings):
	settings(web_form_open=0)
	assert Browser(address).page("complaint").status_code == 404
	subject = unique("Closed")
	assert Browser(address).complain(subject=subject).status_code == 403
	assert found(subject=subject) == []


def test_the_form_takes_posts_only(address):
	subject = unique("By GET")
	form = {"email": "ann@customer.example", "subject": subject, "description": "x", "name": "x"}
	for method in ("GET", "HEAD", "PUT", "DELETE"):
		answer = requests.request(method, f"{address}/{API}.complain", params=form, timeout=WAIT)
		assert answer.status_code in (403, 405), method
	assert found(subject=subject) == []


@pytest.mark.parametrize(
	"values",
	[
		{"email": ""},
		{"email": "nobody"},
		{"email": "a@b.example\nBcc: x@y.example"},
		{"email": "a@b.example, c@d.example"},
		{"subject": " "},
		{"subject": "<p></p>"},
		{"description": ""},
		{"description": "x" * 10_001},
	],
)
def test_what_is_missing_is_said_and_nothing_is_kept(address, values):
	key = unique("key")
	answer = Browser(address).complain(reference=key, **values)
	assert answer.status_code == 417 and said(answer)[1]
	assert found(claimed_reference=key) == []


@pytest.mark.parametrize(
	("name", "content"),
	[
		("photo.png", b"MZ\x90\0" + bytes(100)),
		("photo.png", b"<html><script>alert(1)</script>"),
		("photo.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
		("photo.jpg", b"PK\x03\x04" + bytes(100)),
		("photo.png", b""),
		("photo.pdf", b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj"),
		("page.html", b"\xff\xd8\xff"[:2]),
	],
)
def test_files_of_the_wrong_kind_are_refused(address, name, content):
	subject = unique("Files")
	answer = Browser(address).complain(("fine.png", PNG), (name, content), subject=subject)
	assert answer.status_code == 417 and "can't be taken" in answer.json()["_server_messages"].replace(
		"\\", ""
	)
	assert found(subject=subject) == []


def test_files_that_are_too_large_or_too_many_are_refused(address, settings):
	settings(attachment_size=1, attachment_count=2)
	subject = unique("Files")
	large = ("large.png", PNG + bytes(1024 * 1024))
	assert Browser(address).complain(large, subject=subject).status_code == 417
	assert Browser(address).complain(*[("a.png", PNG)] * 3, subject=subject).status_code == 417
	assert found(subject=subject) == []


@pytest.mark.parametrize(
	"text",
	[
		SCRIPT,
		FORMULA,
		f'["{SCRIPT}"]',
		"&lt;script&gt;alert(1)",
		"{{ 7*191 }}",
		"' OR 1=1 --",
		"\0\u202e\r\n=1",
	],
)
def test_what_is_hostile_is_kept_plainly_and_shown_escaped(address, people, text):
	email = f"{frappe.generate_hash(length=10)}@customer.example"
	answer = Browser(address).complain(
		email=email,
		**dict.fromkeys(("name", "phone", "reference", "subject"), f"{text} it"),
		description=text,
	)
	assert answer.status_code == 200
	(complaint,) = found(contact_email=email)
	assert re.fullmatch(r"[0-9+(). ,-]*", complaint.contact_phone or "")
	fields = ("subject", "contact_name", "claimed_reference")
	for field in fields:
		value = complaint[field] or "x"
		assert "<" not in unescape(unescape(value)) and value[0] not in "=+-@|%\t\r" and "\0" not in value, (
			field
		)
	assert "<script" not in complaint.description and "<img" not in complaint.description
	assert frappe.utils.strip_html(complaint.description)[0] not in "=+-@|%"
	frappe.db.set_value(COMPLAINT, complaint.name, "customer", people.own.customer)
	frappe.db.commit()
	browser = Browser(address, people.own.user)
	for path in ("complaints", f"complaints/{complaint.name}"):
		html = text_of(browser.page(path))
		assert complaint.name in html
		assert "<script>alert" not in html and "<img src=x" not in html and "1337" not in html
	_no_export_runs([complaint[field] for field in (*fields, "description")])


def _no_export_runs(row) -> None:
	"""What Frappe exports of these values, for spreadsheets, has no formula."""
	sheet = load_workbook(io.BytesIO(make_xlsx([row], "Complaints").getvalue())).active
	assert [cell.data_type for cell in sheet[1] if cell.data_type == "f"] == []
	text = io.StringIO()
	csv.writer(text).writerow(row)
	assert not any(str(cell or "x")[0] in "=+@-" for cell in next(csv.reader(io.StringIO(text.getvalue()))))


def test_what_guests_write_is_kept_as_they_wrote_it(address):
	subject = unique("Screws & <b>nuts</b> 3 < 5")
	assert (
		Browser(address).complain(subject=subject, description="A & B: 3 < 5 <b>really</b>").status_code
		== 200
	)
	(complaint,) = found(subject=subject.replace("<b>", "").replace("</b>", ""))
	assert complaint.description == "<p>A &amp; B: 3 &lt; 5 &lt;b&gt;really&lt;/b&gt;</p>"


# The portal


def test_a_portal_user_files_and_follows(address, people):
	browser = Browser(address, people.own.user)
	document = people.own.sale.delivery.name
	html = browser.page("complaints/new").text
	assert f"Delivery Note:{document}" in html and people.other.sale.delivery.name not in html
	answer = browser.file(subject="Broken & bent", document=f"Delivery Note:{document}")
	assert said(answer) == (200, "")
	name = answer.json()["message"]
	assert "Broken &amp; bent" in browser.page(f"complaints/{name}").text
	assert name in browser.page("complaints").text
	say = browser.call(f"{API}.say", {"complaint": name, "text": "One more."}, [("files", ("a.png", PNG))])
	assert say.status_code == 200
	html = browser.page(f"complaints/{name}").text
	assert "One more." in html
	link = re.search(r'href="(/api/method/[^"]*download[^"]*)"', html)[1].replace("&amp;", "&")
	assert browser.page(link.lstrip("/")).content == PNG
	other = Browser(address, people.other.user)
	assert other.page(link.lstrip("/")).status_code == 403
	assert Browser(address).page(link.lstrip("/")).status_code == 403


def test_menu_of_the_portal_leads_there(address, people):
	html = Browser(address, people.own.user).page("complaints").text
	assert re.search(r'<a[^>]*href="/complaints"', html)
	assert 'href="/complaints/new"' in html


def test_a_portal_user_gets_nothing_of_another_customer(address, people):
	browser, name = Browser(address, people.own.user), people.other.complaint
	pages = [browser.page(f"complaints/{one}") for one in (name, "CUC-1999-99999")]
	assert {page.status_code for page in pages} == {404}
	assert text_of(pages[0]).replace(name, "") == text_of(pages[1]).replace("CUC-1999-99999", "")
	assert name not in browser.page("complaints").text
	answers = set()
	for one in (name, "CUC-1999-99999"):
		for method, form in (
			("say", {"text": "x"}),
			("confirm", {}),
			("reopen", {"reason": "x"}),
			("rate", {"mark": "1"}),
		):
			answer = browser.call(f"{API}.{method}", {"complaint": one, **form})
			answers.add(said(answer))
		answers.add(said(browser.page(f"{API}.download?complaint={one}&file=x")))
	assert answers == {(403, "This complaint does not exist or is not yours.")}
	for path in (
		f"api/resource/{COMPLAINT}/{name}",
		f"api/resource/{COMPLAINT}",
		f"api/method/frappe.client.get?doctype={COMPLAINT}&name={name}",
		f"api/method/frappe.client.get_value?doctype={COMPLAINT}&fieldname=subject&filters={name}",
		f"printview?doctype={COMPLAINT}&name={name}",
		f"api/method/frappe.desk.form.load.getdoc?doctype={COMPLAINT}&name={name}",
		f"api/resource/{COMPLAINT}/{people.own.complaint}",
	):
		answer = browser.page(path)
		assert answer.status_code in (403, 404) and people.other.customer not in answer.text, path


def test_numbers_of_another_customer_are_answered_like_ones_that_dont_exist(address, people):
	browser = Browser(address, people.own.user)
	sale = people.other.sale
	answers = set()
	for document in (
		f"Delivery Note:{sale.delivery.name}",
		f"Sales Order:{sale.order.name}",
		f"Sales Invoice:{sale.invoice.name}",
		"Delivery Note:NO-SUCH",
		"Serial No:NO-SUCH",
		f"Customer Complaint:{people.other.complaint}",
	):
		answer = browser.file(document=document)
		answers.add(said(answer))
	assert answers == {(417, "Please choose one of your own documents.")}
	assert browser.file(customer=people.other.customer).status_code == 403
	# a guest's are taken as they are, and nothing is said of them
	for number in (sale.delivery.name, people.other.complaint, "NO-SUCH"):
		answer = Browser(address).complain(reference=number)
		assert (answer.status_code, answer.json()) == (200, {})


def test_posts_need_the_token_of_the_session(address, people):
	browser = Browser(address, people.own.user)
	browser.page("complaints/new")
	subject = unique("Without a token")
	form = {"subject": subject, "description": "x"}
	for token in (None, "wrong"):
		assert browser.call(f"{API}.file", form, token=token).status_code == 400
	assert browser.page(f"{API}.file", params=form).status_code == 403
	assert found(subject=subject) == []
	assert browser.call(f"{API}.file", form).status_code == 200


def test_guests_and_other_users_are_kept_out(address, people):
	stranger = make_user("Customer")
	update_password(stranger, PASSWORD)
	frappe.db.commit()
	for browser in (Browser(address), Browser(address, stranger)):
		for method in ("file", "say", "confirm", "reopen", "rate"):
			form = {"complaint": people.own.complaint, "text": "x", "reason": "x", "mark": "1"}
			assert (
				browser.call(f"{API}.{method}", {**form, "subject": "x", "description": "x"}).status_code
				== 403
			)


@pytest.mark.parametrize("path", ["complaints", "complaints/new", "complaints/x", "complaints//evil.example"])
def test_guests_are_sent_to_the_login_of_this_site_and_nowhere_else(address, path):
	answer = Browser(address).page(f"{path}?redirect-to=https://evil.example", allow_redirects=False)
	assert answer.status_code in (301, 302, 308, 404)
	there = urlsplit(answer.headers.get("Location", "/login"))
	assert not there.netloc or there.netloc == urlsplit(address).netloc
	assert there.path != "/login" or "evil.example" not in there.query


# Links


def link_of(complaint: str) -> str:
	"""The token of a link, as it stands in the mail."""
	token = answer_links.make_token(frappe.get_doc(COMPLAINT, complaint), answer_links.ANSWER)
	frappe.db.commit()
	return token


def resolved(people) -> str:
	name = bring_to(make_complaint(people.own.customer), "resolve").name
	frappe.db.commit()
	return name


def step_of(complaint: str) -> str:
	frappe.db.rollback()
	return frappe.db.get_value(COMPLAINT, complaint, "step")


def test_scanners_of_mails_change_nothing(address, people):
	complaint = resolved(people)
	token = link_of(complaint)
	url = f"{address}/complaint-answer?token={token}"
	before = found(name=complaint)
	for method in ("HEAD", "GET", "OPTIONS", "GET"):
		assert requests.request(method, url, timeout=WAIT).status_code in (200, 204)
	for action in ("confirm", "reopen"):
		requests.get(url, params={"action": action, "reason": "x"}, timeout=WAIT)
		requests.head(url, params={"action": action, "reason": "x"}, timeout=WAIT)
	assert found(name=complaint) == before
	answer = requests.post(
		f"{address}/complaint-answer", data={"token": token, "action": "confirm"}, timeout=WAIT
	)
	assert answer.status_code == 200 and "Thank you" in answer.text
	assert step_of(complaint) == "Confirmed by Customer"


def test_of_two_answers_at_once_one_counts(address, people):
	complaint = resolved(people)
	token = link_of(complaint)

	def post(action: str) -> str:
		form = {"token": token, "action": action, "reason": "Still broken."}
		return requests.post(f"{address}/complaint-answer", data=form, timeout=WAIT).text

	with ThreadPoolExecutor(4) as pool:
		pages = list(pool.map(post, ["confirm", "reopen"] * 2))
	assert sum("Thank you" in page for page in pages) == 1
	(row,) = found(name=complaint)
	assert (row.step, row.reopened_count) in (("Confirmed by Customer", 0), ("Under Investigation", 1))


def test_who_is_logged_in_answers_by_link_too_and_only_with_the_token_of_the_session(address, people):
	complaint = resolved(people)
	token = link_of(complaint)
	browser = Browser(address, people.own.user)
	html = browser.page(f"complaint-answer?token={token}").text
	of_session = re.search('name="csrf_token" value="([^"]+)"', html)[1]
	form = {"token": token, "action": "confirm"}
	url = f"{address}/complaint-answer"
	assert browser.post(url, data=form, timeout=WAIT).status_code == 400
	assert step_of(complaint) == "Resolved"
	assert browser.post(url, data={**form, "csrf_token": of_session}, timeout=WAIT).status_code == 200
	assert step_of(complaint) == "Confirmed by Customer"


def test_a_forged_link_gets_the_same_page_as_a_used_one(address, people):
	complaint = resolved(people)
	token = link_of(complaint)
	form = {"token": token, "action": "confirm"}
	requests.post(f"{address}/complaint-answer", data=form, timeout=WAIT)
	pages = {
		text_of(requests.get(f"{address}/complaint-answer", params={"token": one}, timeout=WAIT))
		for one in (token, token[:-2] + "xx", "x", "", "../../x", SCRIPT)
	}
	assert len(pages) == 1 and complaint not in pages.pop()
