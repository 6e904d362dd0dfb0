"""The demo data that `make site` loads, on a shorter span of time: every screen has something to show."""

import json
from collections import Counter
from decimal import Decimal

import frappe
import pytest
from frappe.utils import getdate, now_datetime, today

from partner_relations import demo
from partner_relations.demo import care, cast, customers, evaluations
from partner_relations.demo.days import Chances
from partner_relations.demo.quarters import workday
from partner_relations.demo.site import forget_fiscal_years
from partner_relations.supplier_quality import contract_text

COMPANY = "Test Co"
QUARTERS = 1


@pytest.fixture
def made() -> dict[str, int]:
	yield demo.make(COMPANY, quarters=QUARTERS, commit=False)
	forget_fiscal_years()


def test_every_screen_has_something_to_show_and_a_second_call_adds_nothing(made: dict[str, int], capsys):
	ours = {"company": COMPANY, "docstatus": 1}
	assert frappe.db.count("Purchase Order", ours) == made["Purchase Order"] > 30
	assert frappe.db.count("Purchase Receipt", {**ours, "is_return": 1}) > 0
	assert frappe.db.count("Purchase Receipt", {**ours, "currency": "EUR"}) > 0
	assert frappe.db.count("Purchase Invoice", {**ours, "update_stock": 1}) > 0
	assert frappe.db.count("Purchase Order", {**ours, "status": "Closed"}) == 1
	assert frappe.db.count("Request for Quotation", ours) == 2 * (QUARTERS + 1)
	assert {row.status for row in frappe.get_all("Quality Inspection", {"docstatus": 1}, ["status"])} == {
		"Accepted",
		"Rejected",
	}
	dates = frappe.get_all("Purchase Receipt", ours, pluck="posting_date")
	assert max(dates) <= getdate(today())
	assert not frappe.get_all("Purchase Order", {**ours, "status": "Draft"}), "submitted orders are no drafts"

	published = frappe.get_all(
		"Supplier Evaluation",
		{"company": COMPANY, "status": "Published"},
		["supplier", "grade", "has_score", "period_label", "requested_by", "published_by", "facts_changed"],
	)
	drafts = frappe.get_all("Supplier Evaluation", {"company": COMPANY, "status": "Draft"}, ["period_label"])
	assert len({row.period_label for row in published}) == QUARTERS
	assert len({row.period_label for row in drafts}) == 1
	assert len(published) + len(drafts) == made["Supplier Evaluation"]
	assert all((row.requested_by, row.published_by) == (cast.BUYER[0], cast.MANAGER[0]) for row in published)
	grades = Counter(row.grade for row in published if row.has_score)
	assert grades["A"] and grades["D"] and len(grades) > 2, grades
	assert sum(row.facts_changed for row in published) == 1
	assert made["Supplier Evaluator Rating"] == 2 * 3 * (QUARTERS + 1)
	assert frappe.get_all("Supplier Evaluation Run", {"company": COMPANY}, pluck="status", distinct=True) == [
		"Completed"
	]

	restrictions = Counter(frappe.get_all("Supplier Restriction", {"company": COMPANY}, pluck="status"))
	assert restrictions["Active"] > 0 and restrictions["Released"] == 1
	standing = dict(
		frappe.get_all("Supplier", {"evaluation_has_score": 1}, ["name", "evaluation_grade"], as_list=True)
	)
	assert standing["Northgate Castings"] in ("A", "B")
	assert standing["Redfern Plating Works"] == "D"

	assert_whole_path_from_contract_to_ledger(made)
	assert_customers_in_tiers(made)
	assert_complaints_in_every_step(made)

	assert demo.make(COMPANY, quarters=QUARTERS, commit=False) == {}
	assert capsys.readouterr().out.count("are there already") == 6


def assert_whole_path_from_contract_to_ledger(made: dict[str, int]) -> None:
	"""Contracts at several points of their life, promises broken, penalties at several points of theirs."""
	contracts = frappe.get_all(
		"Contract", {"company": COMPANY}, ["name", "life_cycle", "owner", "approved_by", "notice_by"]
	)
	assert len(contracts) == made["Contract"] == len(cast.CONTRACTS)
	states = Counter(row.life_cycle for row in contracts)
	assert states == {"In Force": 3, "Expired": 1, "Signing": 1, "Legal Review": 1}
	assert {(row.owner, row.approved_by) for row in contracts} == {
		(cast.BUYER[0], cast.HEAD[0]),
		(cast.BUYER[0], None),
	}
	clauses = frappe.get_all("Contract Clause Entry", {"parent": ("in", [row.name for row in contracts])})
	assert len(clauses) >= 10 * len(contracts)
	assert (
		frappe.db.count("Blanket Order", {"company": COMPANY, "contract": ("is", "set"), "docstatus": 1}) == 2
	)

	amendments = frappe.get_all("Contract Amendment", {}, ["contract", "status", "owner", "confirmed_by"])
	assert len(amendments) == made["Contract Amendment"] == len(cast.AMENDMENTS)
	assert {(row.status, row.owner, row.confirmed_by) for row in amendments} == {
		("Confirmed", cast.BUYER[0], cast.HEAD[0]),
		("Draft", cast.BUYER[0], None),
	}
	(amended,) = {row.contract for row in amendments}
	today_says = contract_text.text_on(frappe.get_doc("Contract", amended), today())
	assert today_says["value"] == cast.AMENDMENTS[0].value
	assert any(row["pieces"] for row in today_says["clauses"]), "a clause reads otherwise than signed"

	results = Counter(frappe.get_all("Contract Obligation Result", {"company": COMPANY}, pluck="outcome"))
	assert len(results) > 1, results
	breaches = frappe.get_all("Contract Breach", {"company": COMPANY}, ["status", "penalty"])
	assert len(breaches) == made["Contract Breach"] > 2
	assert {"Detected", "Accepted", "Penalised"} == {row.status for row in breaches}

	records = frappe.get_all(
		"Supplier Reward Penalty",
		{"company": COMPANY},
		["name", "status", "amount", "calculation", "proposed_by", "approved_by", "journal_entry"],
	)
	assert len(records) == made["Supplier Reward Penalty"]
	assert all(row.proposed_by != row.approved_by for row in records)
	posted = [row for row in records if row.status == "Posted"]
	assert posted and len(posted) < len(records), "there is something left to decide"
	for row in posted:
		assert sum(Decimal(step["amount"]) for step in json.loads(row.calculation)) == Decimal(
			str(row.amount)
		)
		booked = frappe.get_all(
			"GL Entry",
			{"voucher_no": row.journal_entry, "party_type": "Supplier", "is_cancelled": 0},
			["debit", "credit"],
		)
		assert sum(entry.debit - entry.credit for entry in booked) == pytest.approx(row.amount)
	rules = frappe.get_all("Supplier Incentive Rule", {"enabled": 1}, ["company"])
	assert rules and {row.company for row in rules} == {COMPANY}, "the rules of other companies stay off"


def demo_customers() -> list[str]:
	names = [role.name for role in customers.CUSTOMERS]
	return frappe.get_all("Customer", {"customer_name": ("in", names)}, pluck="name")


def assert_customers_in_tiers(made: dict[str, int]) -> None:
	"""Sales on which tiering has something to say; some of it is decided, some isn't."""
	# Other tests may have left sales of customers of their own.
	ours = {"company": COMPANY, "docstatus": 1, "customer": ("in", demo_customers())}
	assert frappe.db.count("Sales Order", ours) == made["Sales Order"] > 20
	assert frappe.db.count("Sales Invoice", {**ours, "status": "Paid"}) > 10
	assert not frappe.get_all("Sales Invoice", {**ours, "posting_date": (">", today())})

	assessments = frappe.get_all(
		"Customer Tier Assessment",
		{"company": COMPANY},
		["status", "proposed_tier", "has_score", "requested_by", "decided_by"],
	)
	assert len(assessments) == made["Customer Tier Assessment"] > 13
	assert "Approved" in {row.status for row in assessments}
	assert len({row.proposed_tier for row in assessments if row.proposed_tier}) > 1
	assert all(row.has_score for row in assessments if row.status == "Approved")
	assert {row.decided_by for row in assessments if row.status == "Approved"} == {customers.CARE_MANAGER[0]}
	assert {row.requested_by for row in assessments} == {customers.ACCOUNT_MANAGER[0]}
	raised = frappe.get_doc("Customer", {"customer_name": customers.RAISED_BY_HAND})
	assert (raised.customer_tier, raised.tier_override_reason) == ("Key", care.OVERRIDE_REASON)
	assert frappe.db.count("Event", {"planned_by_tier": 1}) > 0


def assert_complaints_in_every_step(made: dict[str, int]) -> None:
	"""From receipt to closure, two traced to one batch of a supplier, one that a manager must decide."""
	rows = frappe.get_all(
		"Customer Complaint",
		{"company": COMPANY, "customer": ("in", demo_customers())},
		[
			"name",
			"step",
			"deadline_status",
			"satisfaction",
			"received_on",
			"mails_due",
			"supplier",
			"waiting",
		],
	)
	assert len(rows) == made["Customer Complaint"] > 10
	# In half a year not every customer has had a delivery of which it could complain.
	assert {"Acknowledged", "Under Investigation", "Resolution Proposed", "Closed"} <= {
		row.step for row in rows
	}
	assert {"Overdue", "Met"} <= {row.deadline_status for row in rows}
	assert any(row.satisfaction for row in rows)
	assert not any(row.mails_due for row in rows), "nobody gets mail from a demo"
	assert max(row.received_on for row in rows) <= now_datetime()

	supplier = frappe.db.get_value(
		"Supplier", {"supplier_name": customers.SUPPLIER_OF[customers.BAD_BATCH_OF]}
	)
	blamed = [frappe.get_doc("Customer Complaint", row.name) for row in rows if row.supplier == supplier]
	assert len(blamed) == 2, "the faulty batch went to two customers"
	assert len({complaint.items[0].batch_no for complaint in blamed}) == 1
	for complaint in blamed:
		assert complaint.items[0].supplier == supplier
		assert complaint.items[0].purchase_receipt and complaint.items[0].quality_inspection

	statuses = Counter(
		frappe.get_all(
			"Customer Complaint Resolution",
			{"parent": ("in", [row.name for row in rows])},
			pluck="status",
		)
	)
	assert statuses["Done"] and statuses["Awaiting Approval"] == 1
	notes = frappe.get_all(
		"Sales Invoice", {"customer_complaint": ("is", "set"), "is_return": 1, "docstatus": 1}, pluck="name"
	)
	assert notes
	for complaint in frappe.get_all(
		"Customer Complaint",
		{"step": "Closed", "name": ("in", [row.name for row in rows])},
		["received_on", "closed_on"],
	):
		assert complaint.received_on < complaint.closed_on <= now_datetime()


def test_real_purchases_are_not_mixed_with_made_up_ones_unless_a_company_is_named():
	supplier = frappe.get_doc(doctype="Supplier", supplier_name="Real One", supplier_group="Local").insert()
	item = frappe.get_doc(
		doctype="Item", item_code="REAL-1", item_group="Products", stock_uom="Nos", is_stock_item=0
	).insert()
	frappe.get_doc(
		doctype="Purchase Order",
		supplier=supplier.name,
		company=COMPANY,
		schedule_date=today(),
		items=[{"item_code": item.name, "qty": 1, "rate": 1}],
	).insert()
	with pytest.raises(frappe.ValidationError, match="purchase orders of its own, such as "):
		demo.make(commit=False)
	with pytest.raises(frappe.ValidationError, match="There is no company Nobody"):
		demo.make("Nobody", commit=False)
	assert not frappe.db.exists("Supplier", "Northgate Castings")


def test_the_calendar_ends_with_a_closed_quarter():
	calendar = evaluations.calendar(8)
	assert len(calendar.quarters) == 9
	assert calendar.quarters[-1].closes_on(evaluations.CLOSE_AFTER_DAYS) <= calendar.today
	assert all(
		(later.from_date - earlier.to_date).days == 1
		for earlier, later in zip(calendar.quarters, calendar.quarters[1:], strict=False)
	)
	assert calendar.progress(calendar.first_day) == 0 and calendar.progress(calendar.today) == 1


def test_events_are_spread_evenly():
	import random

	chances = Chances(random.Random(1))
	happened = [chances.happens("late", 0.25) for _number in range(40)]
	assert sum(happened) == 10
	assert all(sum(happened[start : start + 4]) == 1 for start in range(0, 37))


def test_nothing_happens_on_a_weekend():
	assert workday(getdate("2026-11-21")) == workday(getdate("2026-11-22")) == getdate("2026-11-23")
	assert workday(getdate("2026-11-20")) == getdate("2026-11-20")
