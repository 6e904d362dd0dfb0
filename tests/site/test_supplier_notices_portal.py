"""The supplier's page of notices: its own breaches, rewards and penalties, to read and to answer once."""

import socket
from collections.abc import Iterator
from typing import Any

import frappe
import pytest
import requests
from factories import LAST_YEAR, make_supplier, make_user
from frappe.utils import add_days, now, set_request, today
from frappe.utils.password import update_password
from frappe.website.serve import get_response
from frappe.www.printview import validate_print_permission
from notice_factories import make_breach, make_decision, portal_user

from partner_relations.supplier_quality import letters, portal
from partner_relations.supplier_quality.api.supplier_portal import answer
from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.notices import NOTICES
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY

LIST = "supplier-notices"
MAKE = {BREACH: make_breach, REWARD_PENALTY: make_decision}
BOTH = pytest.mark.parametrize("doctype", [BREACH, REWARD_PENALTY])
ANSWER_METHOD = "api/method/partner_relations.supplier_quality.api.supplier_portal.answer"


@pytest.fixture(autouse=True)
def _no_request_after(_on_the_site: None) -> Iterator[None]:
	yield
	if hasattr(frappe.local, "request"):
		del frappe.local.request
	frappe.local.form_dict = frappe._dict()


def told(doctype: str, supplier: str | None = None, respond_in: int = 7, **values: Any):
	"""A notice that went out today, to be answered within so many days."""
	return MAKE[doctype](
		supplier or make_supplier(),
		**{
			"status": "Notified",
			"notice_status": "Sent",
			"notice_on": now(),
			"respond_by": add_days(today(), respond_in),
			**values,
		},
	)


def owner_of(notice) -> str:
	"""A portal user of the supplier that the notice is about."""
	return portal_user(notice.party if notice.doctype == BREACH else notice.supplier)


def page(user: str, path: str = LIST):
	frappe.set_user(user)
	frappe.local.session.data.csrf_token = "token-of-the-session"
	frappe.local.form_dict = frappe._dict()
	set_request(method="GET", path=path)
	return get_response(path)


def page_of(user: str, notice):
	return page(user, f"{letters.ROUTES[notice.doctype]}/{notice.name}")


def names(user: str) -> list[str]:
	return [row.name for row in portal.notices_of(user)]


# The list


def test_list_shows_what_the_own_suppliers_were_told_newest_first():
	supplier, second = make_supplier(), make_supplier()
	breach = told(BREACH, supplier, notice_on=add_days(now(), -3))
	penalty = told(REWARD_PENALTY, supplier, notice_on=add_days(now(), -1))
	other = told(REWARD_PENALTY, second)
	assert names(portal_user(supplier)) == [penalty.name, breach.name]
	assert names(portal_user(supplier, second)) == [other.name, penalty.name, breach.name]
	assert names(portal_user()) == names("Guest") == names("Administrator") == []


def test_what_was_not_told_is_not_shown():
	supplier = make_supplier()
	told(BREACH, supplier, status="Detected", notice_status=None, notice_on=None)
	told(REWARD_PENALTY, supplier, status="Proposed", docstatus=0)
	told(REWARD_PENALTY, supplier, status="Approved", notice_status="Not sent", notice_on=None)
	customer = frappe.get_doc(doctype="Customer", customer_name=supplier).insert().name
	assert customer == supplier  # a customer of the same name is somebody else
	told(BREACH, supplier, party_type="Customer")
	assert names(portal_user(supplier)) == []
	# the decision to tell a breach releases it, though the mail is not out yet
	breach = told(BREACH, supplier, notice_status="Not sent", notice_on=None)
	assert names(portal_user(supplier)) == [breach.name]


@pytest.mark.parametrize(
	("doctype", "values", "shown"),
	[
		(BREACH, {}, "Answer by"),
		(BREACH, {"respond_in": -1}, "Not answered in time"),
		(BREACH, {"status": "Withdrawn"}, "Withdrawn"),
		(BREACH, {"status": "Penalised"}, "Penalty claimed"),
		(REWARD_PENALTY, {"status": "Posted"}, "Booked"),
		(REWARD_PENALTY, {"status": "Cancelled", "docstatus": 2}, "Cancelled"),
		(
			REWARD_PENALTY,
			{"status": "Disputed", "answer": "Disputed", "response_by": "a@b.example"},
			"Disputed by you",
		),
		(
			REWARD_PENALTY,
			{"status": "Approved", "answer": "Disputed", "response_by": "a@b.example"},
			"Upheld after your dispute",
		),
	],
)
def test_status_is_in_the_suppliers_words(doctype, values, shown):
	(row,) = portal.notices_of(owner_of(told(doctype, **values)))
	assert row.status.startswith(shown)
	assert row.answerable == (shown == "Answer by")


def test_list_page():
	supplier = make_supplier()
	user = portal_user(supplier)
	html = page(user).get_data(as_text=True)
	assert "Nothing has been sent to you yet." in html
	frappe.set_user("Administrator")
	breach = told(BREACH, supplier, obligation="<script>alert(1)</script>")
	penalty, foreign = told(REWARD_PENALTY, supplier), told(REWARD_PENALTY)
	html = page(user).get_data(as_text=True)
	assert breach.name in html and penalty.name in html and foreign.name not in html
	assert "Liquidated Damages $ 63.00" in html
	assert f"/supplier-notices/decisions/{penalty.name}" in html
	assert "&lt;script&gt;alert(1)" in html and "<script>alert(1)" not in html


def test_guest_is_sent_to_the_login():
	notice = told(BREACH)
	for response in (page("Guest"), page_of("Guest", notice)):
		assert response.status_code in (301, 302)
		assert response.headers["Location"].endswith(f"/login?redirect-to=/{LIST}")


def test_page_is_in_the_menu_of_suppliers():
	(entry,) = [row for row in frappe.get_hooks("standard_portal_menu_items") if row["route"] == f"/{LIST}"]
	assert entry["role"] == "Supplier"


# One notice


def test_page_of_a_breach_has_figures_and_a_form():
	breach = told(BREACH)
	response = page_of(owner_of(breach), breach)
	html = response.get_data(as_text=True)
	assert response.status_code == 200
	assert "On-Time Delivery: at least 95 %" in html and "87.5 %" in html and "35 / 40" in html
	assert f"January 1, {LAST_YEAR}" in html
	assert 'id="supplier-answer"' in html and f'data-name="{breach.name}"' in html
	assert 'frappe.csrf_token = "token-of-the-session"' in html


def test_page_of_a_penalty_has_the_steps_of_its_calculation():
	penalty = told(REWARD_PENALTY)
	html = page_of(owner_of(penalty), penalty).get_data(as_text=True)
	(step,) = letters.steps_of(penalty)
	assert step.text in html and "$ 63.00" in html and 'id="supplier-answer"' in html


@BOTH
def test_after_the_answer_the_page_shows_it_instead_of_the_form(doctype):
	notice = told(doctype)
	user = owner_of(notice)
	frappe.set_user(user)
	answer(doctype, notice.name, "Disputed", "<img src=x onerror=alert(1)> The lorry stood in your yard.")
	html = page_of(user, notice).get_data(as_text=True)
	assert 'id="supplier-answer"' not in html
	assert "&lt;img src=" in html and "<img src=" not in html
	assert "The lorry stood in your yard." in html and "Disputed by you" in html


@BOTH
def test_other_suppliers_pages_are_not_found(doctype):
	notice, own = told(doctype), told(doctype)
	stranger = owner_of(own)
	assert page_of(stranger, own).status_code == 200
	for path in (
		f"{letters.ROUTES[doctype]}/{notice.name}",
		f"{letters.ROUTES[doctype]}/NO-SUCH-NAME",
		f"{letters.ROUTES[doctype]}/' OR 1=1 --",
		f"{letters.ROUTES[BREACH if doctype == REWARD_PENALTY else REWARD_PENALTY]}/{own.name}",
		"supplier-notice",
	):
		response = page(stranger, path)
		assert response.status_code == 404, path
		assert notice.name not in response.get_data(as_text=True).replace(path, "")


def test_page_opens_no_other_document_type():
	supplier = make_supplier()
	frappe.set_user(portal_user(supplier))
	assert portal.notice_of(frappe.session.user, "Supplier", supplier) is None
	assert portal.notice_of(frappe.session.user, "User", frappe.session.user) is None


# The answer


@BOTH
@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)> 3 < 5", '["<img onerror=alert(1)> 3 < 5"]'])
def test_answer_runs_nothing_in_the_desk_which_shows_texts_as_html(doctype, text):
	notice = told(doctype)
	frappe.set_user(owner_of(notice))
	answer(doctype, notice.name, "Disputed", text)
	response = frappe.db.get_value(doctype, notice.name, "response")
	assert "onerror" not in response and "3 &lt; 5" in response


@BOTH
@pytest.mark.parametrize("given", ["Accepted", "Disputed"])
def test_answer_is_kept_with_who_gave_it(doctype, given):
	notice = told(doctype)
	user = owner_of(notice)
	frappe.set_user(user)
	answer(doctype, notice.name, given, "  Because of the strike.  ")
	notice.reload()
	assert (notice.status, notice.answer) == (given, given)
	assert (notice.response, notice.response_by) == ("Because of the strike.", user)
	assert str(notice.responded_on).startswith(today())


@BOTH
def test_only_once(doctype):
	notice = told(doctype)
	frappe.set_user(owner_of(notice))
	answer(doctype, notice.name, "Accepted")
	with pytest.raises(frappe.ValidationError, match="was answered already"):
		answer(doctype, notice.name, "Disputed", "After all not.")
	assert notice.reload().answer == "Accepted"


@BOTH
def test_until_the_deadline_is_over(doctype):
	late, last_day = told(doctype, respond_in=-1), told(doctype, respond_in=0)
	frappe.set_user(owner_of(late))
	with pytest.raises(frappe.ValidationError, match="time to answer on this page is over"):
		answer(doctype, late.name, "Accepted")
	assert (late.reload().status, late.response_by) == ("Notified", None)
	frappe.set_user("Administrator")
	frappe.set_user(owner_of(last_day))
	answer(doctype, last_day.name, "Accepted")
	assert last_day.reload().status == "Accepted"


@BOTH
def test_only_by_its_own_supplier(doctype):
	notice, other = told(doctype), told(doctype)
	unsent = MAKE[doctype](other.get("party") or other.supplier)
	users = (owner_of(other), make_user("Supplier"), make_user("Supplier Quality Manager"), "Guest")
	for user in users:
		frappe.set_user(user)
		for name in (notice.name, unsent.name, "NO-SUCH-NAME"):
			with pytest.raises(frappe.PermissionError, match="does not exist or is not yours"):
				answer(doctype, name, "Accepted")
		for wrong in ("Supplier", "User", "No Such Type"):
			with pytest.raises(frappe.PermissionError, match="does not exist or is not yours"):
				answer(wrong, user, "Accepted")
	frappe.set_user("Administrator")
	assert notice.reload().status == "Notified" and not unsent.reload().response_by


@BOTH
def test_a_dispute_has_reasons_and_an_answer_is_one_of_two(doctype):
	notice = told(doctype)
	frappe.set_user(owner_of(notice))
	for given, text, message in (
		("Disputed", "   ", "Please give your reasons"),
		("Disputed", "x" * 4001, "shorten your text to 4000 characters"),
		("Waived", "Please.", "Please accept or dispute"),
		("", "", "Please accept or dispute"),
	):
		with pytest.raises(frappe.ValidationError, match=message):
			answer(doctype, notice.name, given, text)
	assert notice.reload().status == "Notified"


@pytest.mark.parametrize(
	("doctype", "values"),
	[
		(BREACH, {"status": "Withdrawn"}),
		(BREACH, {"status": "Waived"}),
		(REWARD_PENALTY, {"status": "Posted"}),
		(REWARD_PENALTY, {"status": "Cancelled", "docstatus": 2}),
	],
)
def test_what_is_decided_is_not_answered(doctype, values):
	notice = told(doctype, **values)
	frappe.set_user(owner_of(notice))
	with pytest.raises(frappe.ValidationError, match="time to answer on this page is over"):
		answer(doctype, notice.name, "Accepted")


# Reading and printing


@BOTH
def test_website_permission(doctype):
	notice = told(doctype)
	user, stranger = owner_of(notice), portal_user(make_supplier())

	def allowed(by: str, ptype: str = "read", document=notice) -> bool:
		return bool(frappe.has_website_permission(document, ptype, by))

	assert allowed(user) and allowed(user, "print")
	assert not any(allowed(user, ptype) for ptype in ("write", "submit", "cancel", "delete", "email"))
	assert not allowed(stranger) and not allowed("Guest")
	untold = frappe.get_doc(doctype, notice.name).update({"notice_status": None, "notice_on": None})
	assert not allowed(user, document=untold)


@BOTH
def test_print_shows_the_letter_and_no_other_format(doctype):
	notice = told(doctype)
	frappe.set_user(owner_of(notice))
	own = frappe.get_doc(doctype, notice.name)
	for wanted, allowed in ((NOTICES[doctype].print_format, True), (None, True), ("Standard", False)):
		frappe.local.form_dict = frappe._dict({"format": wanted})
		if allowed:
			assert validate_print_permission(own) is None
		else:
			with pytest.raises(frappe.PermissionError):
				validate_print_permission(own)
	assert frappe.get_meta(doctype).default_print_format == NOTICES[doctype].print_format
	frappe.local.form_dict = frappe._dict()
	for stranger in ("Guest", make_user("Supplier")):
		frappe.set_user(stranger)
		with pytest.raises(frappe.PermissionError):
			validate_print_permission(own)


@BOTH
def test_desk_stays_closed(doctype):
	notice = told(doctype)
	frappe.set_user(owner_of(notice))
	assert not frappe.has_permission(doctype, "read", notice.name)
	with pytest.raises(frappe.PermissionError):
		frappe.get_list(doctype)


# Over HTTP, as a browser does


@pytest.fixture
def loopback_names(monkeypatch):
	"""Names under .localhost are this machine (RFC 6761); not every resolver knows."""
	resolve = socket.getaddrinfo

	def look_up(host, *arguments, **options):
		return resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *arguments, **options)

	monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.commits
@pytest.mark.usefixtures("loopback_names")
def test_answer_over_http(bench):
	"""Logged in and with the token of the session; not by GET, as a guest, or without the token."""
	notice = told(BREACH)
	supplier, user = notice.party, owner_of(notice)
	update_password(user, "partner-relations-test")
	frappe.db.commit()
	process, address = bench.web()
	try:
		session = requests.Session()
		values = {"doctype": BREACH, "name": notice.name, "answer": "Accepted", "text": "Yes."}
		url, own_page = f"{address}/{ANSWER_METHOD}", f"{address}/{letters.ROUTES[BREACH]}/{notice.name}"
		assert requests.post(url, json=values, timeout=30).status_code == 403
		assert "/login" in requests.get(own_page, timeout=30).url
		login = {"usr": user, "pwd": "partner-relations-test"}
		assert session.post(f"{address}/api/method/login", data=login, timeout=30).status_code == 200
		html = session.get(own_page, timeout=30).text
		assert "On-Time Delivery: at least 95 %" in html
		token = html.partition('frappe.csrf_token = "')[2].partition('"')[0]
		assert len(token) > 20

		def tried(method: str = "post", **headers: str) -> int:
			return session.request(method, url, json=values, headers=headers, timeout=30).status_code

		assert tried() == 400
		assert tried(**{"X-Frappe-CSRF-Token": "wrong"}) == 400
		assert tried("get", **{"X-Frappe-CSRF-Token": token}) == 403
		frappe.db.rollback()
		assert notice.reload().status == "Notified"
		assert tried(**{"X-Frappe-CSRF-Token": token}) == 200
		assert tried(**{"X-Frappe-CSRF-Token": token}) == 417
		frappe.db.rollback()
		assert (notice.reload().status, notice.response_by, notice.response) == ("Accepted", user, "Yes.")
		letter = session.get(
			f"{address}/printview",
			params={"doctype": BREACH, "name": notice.name, "format": NOTICES[BREACH].print_format},
			timeout=30,
		)
		assert letter.status_code == 200 and "On-Time Delivery: at least 95 %" in letter.text
		other = session.get(
			f"{address}/printview",
			params={"doctype": BREACH, "name": notice.name, "format": "Standard"},
			timeout=30,
		)
		assert other.status_code == 403
	finally:
		process.stop()
		frappe.db.rollback()
		for doctype, filters in (
			(BREACH, {"name": notice.name}),
			("Version", {"ref_doctype": BREACH, "docname": notice.name}),
			("Portal User", {"parent": supplier}),
			("Supplier", {"name": supplier}),
			("User", {"name": user}),
		):
			frappe.db.delete(doctype, filters)
		frappe.db.commit()
