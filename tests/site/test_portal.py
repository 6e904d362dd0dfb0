"""The supplier's own view on the website: its evaluations that were released to it, and nothing else."""

from collections.abc import Iterator

import frappe
import pytest
from factories import (
	COMPANY,
	LAST_YEAR,
	day,
	grade_supplier,
	make_receipt,
	make_supplier,
	make_user,
	publish,
)
from frappe.utils import set_request
from frappe.website.serve import get_response
from frappe.www.printview import validate_print_permission

from partner_relations.supplier_quality import api, portal
from partner_relations.supplier_quality.evaluation import EVALUATION

PATH = "supplier-evaluations"
SECOND_QUARTER = {"from_date": day(4, 1), "to_date": day(6, 30)}


@pytest.fixture(autouse=True)
def _no_mail(_on_the_site: None) -> Iterator[None]:
	"""No outgoing account, so that releasing an evaluation prints and commits nothing; no request after."""
	frappe.db.set_value("Email Account", {"default_outgoing": 1}, "default_outgoing", 0)
	yield
	if hasattr(frappe.local, "request"):
		del frappe.local.request


def portal_user(*suppliers: str) -> str:
	"""A website user of these suppliers, as ERPNext makes them."""
	user = make_user("Supplier")
	assert frappe.db.get_value("User", user, "user_type") == "Website User"
	for supplier in suppliers:
		document = frappe.get_doc("Supplier", supplier)
		document.append("portal_users", {"user": user})
		document.save()
	return user


def released(supplier: str, score: float = 87, **values):
	"""A published evaluation that was sent to the supplier, or would have been with a mail account."""
	evaluation = grade_supplier(supplier, score, **values)
	release(evaluation)
	return evaluation.reload()


def release(evaluation) -> None:
	assert api.send_to_supplier(evaluation.name, ["sales@supplier.example"])["status"] == "Not sent"


def superseded(supplier: str):
	"""A released evaluation whose newer version was published but not sent."""
	old = released(supplier)
	make_receipt(supplier, accepted=50, rejected=50)
	publish(api.evaluate_again(old.name)["evaluation"])
	old.reload()
	assert (old.status, old.notice_status) == ("Superseded", "Not sent")
	return old


def names(user: str) -> list[str]:
	return [row.name for row in portal.evaluations_of(user)]


def page(user: str):
	frappe.set_user(user)
	set_request(method="GET", path=PATH)
	return get_response(PATH)


# The list


def test_portal_user_sees_what_was_released_to_it_newest_period_first():
	supplier = make_supplier()
	user = portal_user(supplier)
	assert names(user) == []
	first = released(supplier)
	second = released(supplier, 95, template=first.template, **SECOND_QUARTER)
	assert names(user) == [second.name, first.name]
	assert frappe.db.get_value(EVALUATION, first.name, "is_current") == 0
	frappe.db.set_value(EVALUATION, first.name, "notice_status", "Sent")
	assert names(user) == [second.name, first.name]
	(row, _older) = portal.evaluations_of(user)
	assert (row.company, row.period_label, row.score, row.grade) == (COMPANY, f"{LAST_YEAR} Q2", 95, "A")


def test_drafts_unsent_superseded_cancelled_and_other_suppliers_ones_are_not_shown():
	supplier, other = make_supplier(), make_supplier()
	user, others = portal_user(supplier), portal_user(other)
	unsent = grade_supplier(supplier, 90)
	assert not unsent.notice_status
	own = released(other)
	assert (names(user), names(others)) == ([], [own.name])

	another = make_supplier()
	old, third = superseded(another), portal_user(another)
	assert names(third) == []
	newer = frappe.get_doc(EVALUATION, {"supplier": another, "status": "Published"})
	assert newer.name != old.name
	draft = frappe.get_doc(EVALUATION, api.evaluate_again(newer.name)["evaluation"])
	frappe.db.set_value(EVALUATION, draft.name, "notice_status", "Sent")
	assert names(third) == []
	release(newer)
	assert names(third) == [newer.name]
	newer.reload()
	newer.cancel()
	# the version before is in force again, and that one was released
	assert names(third) == [old.name]


def test_user_of_two_suppliers_sees_both_and_one_of_none_sees_nothing():
	first, second = released(make_supplier()), released(make_supplier())
	user = portal_user(first.supplier, second.supplier)
	assert set(names(user)) == {first.name, second.name}
	assert names(portal_user()) == []
	assert names("Guest") == names("Administrator") == []


# One evaluation


def test_website_permission():
	evaluation = released(make_supplier())
	user, stranger = portal_user(evaluation.supplier), portal_user(make_supplier())

	def allowed(by: str, ptype: str = "read", document=evaluation) -> bool:
		return bool(frappe.has_website_permission(document, ptype, by))

	assert allowed(user) and allowed(user, "print")
	assert not any(allowed(user, ptype) for ptype in ("write", "submit", "cancel", "delete", "email"))
	assert not allowed(stranger) and not allowed("Guest")
	assert not allowed(user, document=superseded(evaluation.supplier))


def test_website_permission_ends_with_what_released_it():
	evaluation = released(make_supplier())
	user = portal_user(evaluation.supplier)
	assert frappe.has_website_permission(evaluation, "read", user)
	for change in ({"notice_status": ""}, {"status": "Superseded"}, {"docstatus": 0}):
		document = frappe.get_doc(EVALUATION, evaluation.name).update(change)
		assert not frappe.has_website_permission(document, "read", user), change
	supplier = frappe.get_doc("Supplier", evaluation.supplier)
	supplier.portal_users = []
	supplier.save()
	assert not frappe.has_website_permission(evaluation, "read", user)


def test_print_view():
	evaluation, unsent = released(make_supplier()), grade_supplier(make_supplier(), 90)
	own, stranger = portal_user(evaluation.supplier), portal_user(unsent.supplier)
	frappe.set_user(own)
	assert validate_print_permission(frappe.get_doc(EVALUATION, evaluation.name)) is None
	for user, name in (
		(stranger, unsent.name),
		(stranger, evaluation.name),
		("Guest", evaluation.name),
	):
		frappe.set_user(user)
		with pytest.raises(frappe.PermissionError):
			validate_print_permission(frappe.get_doc(EVALUATION, name))


def test_desk_stays_closed():
	"""The website permission opens no list, no document and no service of the Desk."""
	evaluation = released(make_supplier())
	frappe.set_user(portal_user(evaluation.supplier))
	assert not frappe.has_permission(EVALUATION, "read")
	assert not frappe.has_permission(EVALUATION, "read", evaluation.name)
	with pytest.raises(frappe.PermissionError):
		frappe.get_list(EVALUATION)
	with pytest.raises(frappe.PermissionError):
		frappe.get_doc(EVALUATION, evaluation.name).check_permission("read")
	for call in (
		lambda: api.supplier_overview(evaluation.supplier),
		lambda: api.evaluate_again(evaluation.name),
		lambda: api.send_to_supplier(evaluation.name),
		lambda: api.publish([evaluation.name]),
	):
		with pytest.raises(frappe.PermissionError):
			call()


# The page


def test_page_shows_the_users_own_evaluations():
	supplier = make_supplier()
	evaluation, foreign = released(supplier), released(make_supplier())
	frappe.db.set_value(EVALUATION, evaluation.name, "supplier_name", "Bolts <i>& Sons</i>")
	response = page(portal_user(supplier))
	html = response.get_data(as_text=True)
	assert response.status_code == 200
	assert evaluation.name in html and f"{LAST_YEAR} Q1" in html and "87.00" in html
	assert foreign.name not in html
	assert "Bolts &lt;i&gt;&amp; Sons&lt;/i&gt;" in html and "Bolts <i>" not in html


def test_page_says_what_to_expect_where_there_is_nothing():
	response = page(portal_user(make_supplier()))
	assert response.status_code == 200
	assert "No evaluation has been sent to you yet." in response.get_data(as_text=True)


def test_guest_is_sent_to_the_login():
	response = page("Guest")
	assert response.status_code in (301, 302)
	assert response.headers["Location"].endswith(f"/login?redirect-to=/{PATH}")


def test_page_is_in_the_menu_of_suppliers():
	entries = [row for row in frappe.get_hooks("standard_portal_menu_items") if row["route"] == f"/{PATH}"]
	assert [(row["role"], row["reference_doctype"]) for row in entries] == [("Supplier", EVALUATION)]
