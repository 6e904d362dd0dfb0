"""A tiering run in the Desk: from a policy to a customer that has moved, approved by somebody else.

The sales that the policy counts are made through ERPNext's own API; the run is tried, started, watched and
decided in the browser. What this test writes stays on the site, under names of this session alone.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

import frappe
import pytest
from factories import COMPANY
from playwright.sync_api import Page, expect
from sales_factories import make_customer, make_customer_group, sell
from support.desk import (
	button,
	choose,
	confirm,
	control,
	dialog,
	fill_cell,
	fresh,
	opened,
	settled,
	shown,
	table_row,
)
from tiering_factories import make_policy

from partner_relations.customer_care.tier_assessments import ASSESSMENT
from partner_relations.customer_care.tiering_policies import period_of
from partner_relations.customer_care.tiering_runs import RUN

pytestmark = pytest.mark.commits

CHANGE = "Customer Tier Change"
ROLES = ("Customer Care Manager", "Sales User", "Sales Manager")


@dataclass(frozen=True)
class Ground:
	"""What the test finds: two people, a policy by revenue (100 points for 1,000), and who bought what."""

	proposer: str
	approver: str
	policy: str
	from_date: date
	to_date: date
	big: str
	small: str
	item: str


@pytest.fixture(scope="module")
def ground(site: str, make_user) -> Ground:
	"""Committed. By what they bought, the big customer is Strategic and the small one stays Regular."""
	frappe.set_user("Administrator")
	mark = frappe.generate_hash(length=6)
	# The same people each time: Frappe lets no more than 60 users be made in an hour.
	proposer = make_user("tiering-proposer@example.com", *ROLES)
	approver = make_user("tiering-approver@example.com", *ROLES, "Accounts User")
	group = make_customer_group()
	policy = make_policy(group=group, policy_name=f"Revenue {mark}")
	first, last = period_of(policy.as_dict())
	big, small = (
		make_customer(f"{name} {mark}", customer_group=group) for name in ("Grown Goods", "Small Shop")
	)
	for customer, quantity in ((big, 90), (small, 10)):
		sale = sell(customer, on=last - timedelta(days=20), quantity=quantity, rate=10)
	frappe.db.commit()
	item = sale.order.items[0].item_code
	return Ground(proposer, approver, policy.name, first, last, big, small, item)


def test_from_a_policy_to_the_tier_on_an_order(open_desk, ground: Ground, picture):
	proposer = open_desk(ground.proposer, f"/app/customer-tiering-policy/{ground.policy}")
	policy_is_tried(proposer, ground, picture)
	run = proposer_starts_a_run(proposer, ground, picture)
	approver = open_desk(ground.approver, f"/app/customer-tiering-run/{run}")
	evidence_leads_to_the_invoice(approver, run, ground, picture)
	approver_moves_the_customer(approver, run, ground, picture)
	tier_is_seen_where_people_work(approver, ground, picture)


def policy_is_tried(page: Page, ground: Ground, picture) -> None:
	"""What it would move is shown, and nothing is saved."""
	settled(page)
	button(page, "Try It").click()
	box = dialog(page)
	expect(control(box, "company")).to_be_visible()
	settled(page)
	box.locator(".modal-footer .btn-primary:visible").click()
	expect(box.locator(".pr-card", has_text="Would Move").locator(".pr-card-value")).to_have_text("1")
	expect(box.locator(".pr-card", has_text="Would Stay").locator(".pr-card-value")).to_have_text("1")
	expect(box).to_contain_text(ground.big)
	picture(page, "tried")
	frappe.db.rollback()
	assert not frappe.db.exists(ASSESSMENT, {"policy": ground.policy})
	box.locator(".btn-modal-close:visible").click()


def proposer_starts_a_run(page: Page, ground: Ground, picture) -> str:
	"""From the policy; watches it to the end, and is told that somebody else decides. Returns its name."""
	button(page, "New Run").click()
	page.wait_for_url(re.compile(r"/customer-tiering-run/new"))
	settled(page)
	expect(control(page, "policy").locator("input")).to_have_value(ground.policy)
	expect(control(page, "company").locator("input")).to_have_value(COMPANY)
	expect(control(page, "from_date").locator("input")).to_have_value(shown(ground.from_date))
	expect(control(page, "to_date").locator("input")).to_have_value(shown(ground.to_date))
	button(page, "Save").click()
	page.wait_for_url(re.compile(r"/customer-tiering-run/CTR-"))
	expect(page.get_by_text("Not started yet.")).to_be_visible()
	run = opened(page)

	button(page, "Start").click()
	expect(page.get_by_text("Done. Somebody else must approve or reject the moves below.")).to_be_visible(
		timeout=60_000
	)
	expect(page.locator(".pr-progress:visible")).to_have_attribute("aria-valuenow", "100")
	cards = page.locator(".pr-card:visible")
	expect(cards.filter(has_text="Assessments Made").locator(".pr-card-value")).to_have_text("2")
	expect(cards.filter(has_text="Moves Proposed").locator(".pr-card-value")).to_have_text("1")
	settled(page)
	expect(button(page, "Approve All")).to_have_count(0)
	expect(page.locator("[data-decide]:visible")).to_have_count(0)
	picture(page, "run-of-the-proposer")
	document = fresh(RUN, run)
	assert (document.status, document.requested_by) == ("Completed", ground.proposer)
	found = frappe.get_all(ASSESSMENT, {"run": run}, ["customer", "status", "proposed_tier", "score"])
	assert {row.customer: (row.status, row.proposed_tier, row.score) for row in found} == {
		ground.big: ("Proposed", "Strategic", 90),
		ground.small: ("Unchanged", "Regular", 10),
	}
	return run


def evidence_leads_to_the_invoice(page: Page, run: str, ground: Ground, picture) -> None:
	"""Why the customer should move, in a sentence, and the lines behind the number."""
	(assessment,) = frappe.get_all(ASSESSMENT, {"run": run, "customer": ground.big}, pluck="name")
	page.locator(".pr-moves a:visible", has_text=ground.big).click()
	page.wait_for_url(f"**/customer-tier-assessment/{assessment}")
	expect(page.locator(".pr-reasons:visible")).to_contain_text("The score is 90 of 100: Strategic.")
	row = page.locator(".pr-criteria:visible tbody tr", has_text="Revenue")
	expect(row).to_contain_text("900")
	picture(page, "assessment")
	row.get_by_text("Evidence").click()
	(invoice,) = frappe.get_all("Sales Invoice", {"customer": ground.big, "docstatus": 1}, pluck="name")
	expect(dialog(page).locator("tbody tr", has_text=invoice)).to_have_count(1)
	picture(page, "evidence")


def approver_moves_the_customer(page: Page, run: str, ground: Ground, picture) -> None:
	page.goto(f"/app/customer-tiering-run/{run}")
	move = page.locator(".pr-moves:visible tbody tr", has_text="Strategic")
	expect(move).to_contain_text(ground.big)
	picture(page, "run-of-the-approver")
	move.locator("[data-decide=approve]").click()
	confirm(page)
	expect(page.get_by_text("Customers moved: 1.")).to_be_visible()
	expect(page.locator(".pr-moves:visible tbody tr", has_text="Strategic")).to_contain_text("decided")
	frappe.db.rollback()
	tiers = {
		name: frappe.db.get_value("Customer", name, "customer_tier") for name in (ground.big, ground.small)
	}
	assert tiers == {ground.big: "Strategic", ground.small: "Regular"}
	(change,) = frappe.get_all(
		CHANGE, {"customer": ground.big, "to_tier": "Strategic"}, ["source", "changed_by", "reason"]
	)
	assert (change.source, change.changed_by) == ("Assessment", ground.approver)
	assert change.reason == "The score is 90 of 100: Strategic."


def tier_is_seen_where_people_work(page: Page, ground: Ground, picture) -> None:
	"""On the customer, in the list, and on the next order as soon as it is saved."""
	page.goto(f"/app/customer/{ground.big}")
	expect(page.locator(".form-message .pr-tier:visible")).to_contain_text("Strategic")
	picture(page, "customer")

	page.goto("/app/sales-order/new")
	expect(control(page, "customer")).to_be_visible()
	settled(page)
	choose(page, page, "customer", ground.big)
	settled(page)
	wanted = control(page, "delivery_date").locator("input").first
	wanted.fill(shown(date.today() + timedelta(days=14)))
	wanted.press("Tab")
	row = table_row(page, "items", 1)
	row.locator(".grid-static-col[data-fieldname='item_code']").click()
	choose(page, row, "item_code", ground.item)
	settled(page)
	fill_cell(row, "qty", "5")
	settled(page)
	fill_cell(row, "rate", "10")
	settled(page)
	button(page, "Save").click()
	page.wait_for_url(re.compile(r"/sales-order/SAL-ORD-"))
	settled(page)
	expect(control(page, "customer_tier")).to_contain_text("Strategic")
	picture(page, "sales-order")
	assert fresh("Sales Order", opened(page)).customer_tier == "Strategic"

	page.goto(f"/app/sales-order?customer={ground.big}")
	expect(page.locator(".list-row-container:visible", has_text="Strategic").first).to_be_visible()
	picture(page, "orders")
