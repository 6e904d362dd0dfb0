"""The demo data that `make site` loads, on a shorter span of time: every screen has something to show."""

from collections import Counter

import frappe
import pytest
from frappe.utils import getdate, today

from partner_relations import demo
from partner_relations.demo import cast, evaluations
from partner_relations.demo.purchases import Chances
from partner_relations.demo.quarters import workday
from partner_relations.demo.site import forget_fiscal_years

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

	assert demo.make(COMPANY, quarters=QUARTERS, commit=False) == {}
	assert "are there already" in capsys.readouterr().out


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
