"""Two people at once on what a customer gets: one document, one grant, one decision."""

from collections.abc import Callable, Iterator
from pathlib import Path

import frappe
import pytest
from factories import make_user
from penalty_factories import acting
from race_factories import Outcome, all_gone_afterwards, one_wins, race
from resolution_factories import complaint_about, now, row_of, set_limit, status
from sales_factories import make_customer, sell
from support.servers import Bench

from partner_relations.customer_care import resolutions
from partner_relations.customer_care.complaint_steps import AGENT, MANAGER

pytestmark = pytest.mark.commits
API = "partner_relations.customer_care.api.resolutions"
SALES = ("Sales Order", "Sales Order Item", "Sales Invoice", "Sales Invoice Item", "Payment Schedule")
Race = Callable[..., list[Outcome]]


@pytest.fixture(scope="module", autouse=True)
def _clean(site: str) -> Iterator[None]:
	frappe.db.rollback()
	before = {table: set(frappe.get_all(table, pluck="name")) for table in SALES}
	tiers = frappe.get_all("Customer Tier", fields=["name", "compensation_limit", "currency"])
	with all_gone_afterwards():
		yield
	for table, names in before.items():
		new = set(frappe.get_all(table, pluck="name")) - names
		frappe.db.delete(table, {"name": ("in", list(new))})
	for tier in tiers:
		frappe.db.set_value("Customer Tier", tier.pop("name"), tier)
	frappe.db.commit()


@pytest.fixture(scope="module")
def users(_clean) -> list[str]:
	return [make_user(AGENT, MANAGER, "Accounts User") for _number in range(2)]


@pytest.fixture
def at_once(bench: Bench, tmp_path: Path) -> Race:
	"""Commit what was made so far, and race."""

	def start(*calls: tuple) -> list[Outcome]:
		frappe.db.commit()
		return race(bench, tmp_path, *calls)

	return start


def a_complaint(limit: float):
	complaint = complaint_about(
		sell(make_customer(), quantity=10, rate=20, delivery=False).invoice, quantity=6
	)
	set_limit(complaint, limit)
	return complaint


def test_two_who_make_one_resolution_make_one_document(users, at_once):
	complaint = a_complaint(1000)
	(row,) = resolutions.propose(complaint.name, "Credit Note")
	winner, _loser = one_wins(
		at_once(*((user, f"{API}.make", complaint.name, row) for user in users)),
		"was made for it already",
	)
	notes = frappe.get_all("Sales Invoice", {"customer_complaint": complaint.name}, pluck="name")
	assert notes == [winner.answer["name"]] == [row_of(complaint, row).document_name]


def test_a_button_pressed_twice_makes_one_document(users, at_once):
	complaint = a_complaint(1000)
	(row,) = resolutions.propose(complaint.name, "Credit Note")
	one_wins(
		at_once(*[(users[0], f"{API}.make", complaint.name, row)] * 2),
		"was made for it already",
	)
	assert frappe.db.count("Sales Invoice", {"customer_complaint": complaint.name}) == 1


def test_two_who_grant_the_same_goods_grant_them_once(users, at_once):
	complaint = a_complaint(1000)
	one_wins(
		at_once(*((user, f"{API}.propose", complaint.name, "Credit Note") for user in users)),
		"for everything that is complained already",
	)
	assert [row.amount for row in now(complaint).resolutions] == [120]


def test_two_who_grant_at_once_keep_to_the_limit_together(users, at_once):
	complaint = a_complaint(60)
	lines = [{"row": complaint.items[0].name, "qty": 3}]
	outcomes = at_once(
		*((user, f"{API}.propose", complaint.name, "Credit Note", None, None, lines) for user in users)
	)
	assert [outcome.error for outcome in outcomes] == [None, None]
	assert sorted(row.status for row in now(complaint).resolutions) == ["Approved", "Awaiting Approval"]


def test_who_approves_and_who_rejects_at_once(users, at_once):
	complaint = a_complaint(10)
	(row,) = resolutions.propose(complaint.name, "Credit Note")
	ann, bob = users
	winner, _loser = one_wins(
		at_once(
			(ann, f"{API}.approve", complaint.name, row),
			(bob, f"{API}.reject", complaint.name, row, "Too much"),
		),
		"awaits no approval",
	)
	entry = row_of(complaint, row)
	assert (entry.approved_by, entry.status) == (
		winner.user,
		"Approved" if winner.user == ann else "Rejected",
	)


def test_who_withdraws_and_who_makes_at_once(users, at_once):
	complaint = a_complaint(1000)
	ann, bob = users
	with acting(ann):
		(row,) = resolutions.propose(complaint.name, "Credit Note")
	winner, _loser = one_wins(
		at_once(
			(ann, f"{API}.withdraw", complaint.name, row, "Too much"),
			(bob, f"{API}.make", complaint.name, row),
		),
		"It is “",
	)
	made_one = winner.user == bob
	assert status(complaint, row) == ("Made" if made_one else "Cancelled")
	assert frappe.db.count("Sales Invoice", {"customer_complaint": complaint.name}) == int(made_one)
