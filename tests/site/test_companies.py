"""Several companies: each by its own fiscal year and in its own currency; the supplier shows the worst."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import frappe
import pytest
from factories import (
	COMPANY,
	FROM_DATE,
	LAST_YEAR,
	TO_DATE,
	day,
	evaluate,
	evaluations,
	grade_supplier,
	make_company,
	make_item,
	make_item_group,
	make_kpi,
	make_order,
	make_receipt,
	make_supplier,
	make_template,
	publish,
	unique,
)

from partner_relations.preview.template import default_definition, read_definition
from partner_relations.supplier_quality import api, due_dates
from partner_relations.supplier_quality.rating import Period
from partner_relations.supplier_quality.rating.definition import Definition
from partner_relations.supplier_quality.templates import (
	TEMPLATE,
	freeze,
	last_closed_period,
	next_period,
)

BEFORE = LAST_YEAR - 1


@pytest.fixture(autouse=True)
def _fiscal_years(_on_the_site: None) -> Iterator[None]:
	"""ERPNext keeps the fiscal years of a company in Redis, which no rollback reaches."""
	yield
	frappe.cache.delete_value("fiscal_years")


def make_fiscal_year(company: str, first: date, last: date) -> None:
	frappe.get_doc(
		doctype="Fiscal Year",
		year=unique("Year"),
		year_start_date=first,
		year_end_date=last,
		is_short_year=int((last - first).days < 364),
		companies=[{"company": company}],
	).insert()


def reserve_calendar_years() -> None:
	"""The site's fiscal years become those of Test Co only: ERPNext wants that before others may overlap."""
	for name in frappe.get_all("Fiscal Year", pluck="name"):
		year = frappe.get_doc("Fiscal Year", name)
		year.append("companies", {"company": COMPANY})
		year.save()


def indian_company() -> str:
	"""A company in rupees whose years run from April to March."""
	reserve_calendar_years()
	company = make_company("INR")
	for year in range(LAST_YEAR - 3, LAST_YEAR + 3):
		make_fiscal_year(company, date(year, 4, 1), date(year + 1, 3, 31))
	return company


def template(**values) -> dict:
	return make_template(period_basis="Fiscal Year", close_after_days=10, **values).as_dict()


# Fiscal years


@pytest.mark.parametrize(
	("kind", "on", "calendar", "april"),
	[
		(
			"Year",
			date(LAST_YEAR, 7, 1),
			(date(BEFORE, 1, 1), date(BEFORE, 12, 31)),
			(date(BEFORE, 4, 1), date(LAST_YEAR, 3, 31)),
		),
		(
			"Half-Year",
			date(LAST_YEAR, 9, 1),
			(date(LAST_YEAR, 1, 1), date(LAST_YEAR, 6, 30)),
			(date(BEFORE, 10, 1), date(LAST_YEAR, 3, 31)),
		),
		(
			"Quarter",
			date(LAST_YEAR, 5, 20),
			(date(LAST_YEAR, 1, 1), date(LAST_YEAR, 3, 31)),
			(date(LAST_YEAR, 1, 1), date(LAST_YEAR, 3, 31)),
		),
	],
)
def test_last_closed_period_follows_each_companys_fiscal_year(kind, on, calendar, april):
	company = indian_company()
	by_fiscal_year = template(period=kind)
	assert last_closed_period(by_fiscal_year, COMPANY, on) == Period(*calendar)
	assert last_closed_period(by_fiscal_year, company, on) == Period(*april)
	by_calendar = {**by_fiscal_year, "period_basis": "Calendar"}
	assert last_closed_period(by_calendar, company, on) == Period(*calendar)


def test_period_closes_some_days_after_its_end():
	company = indian_company()
	yearly = template(period="Year")
	end = date(LAST_YEAR, 3, 31)
	closed = Period(date(BEFORE, 4, 1), end)
	open_still = Period(date(BEFORE - 1, 4, 1), date(BEFORE, 3, 31))
	for days, period in ((10, open_still), (11, closed)):
		assert last_closed_period(yearly, company, end + timedelta(days=days)) == period
	assert next_period(yearly, company, open_still) == closed


def test_short_fiscal_year_ends_where_the_next_one_starts():
	"""A company that moved from calendar years to April to March."""
	reserve_calendar_years()
	company = make_company("INR")
	make_fiscal_year(company, date(BEFORE, 1, 1), date(BEFORE, 12, 31))
	make_fiscal_year(company, date(LAST_YEAR, 1, 1), date(LAST_YEAR, 3, 31))
	make_fiscal_year(company, date(LAST_YEAR, 4, 1), date(LAST_YEAR + 1, 3, 31))
	yearly = template(period="Year")
	before = Period(date(BEFORE, 1, 1), date(BEFORE, 12, 31))
	short = Period(date(LAST_YEAR, 1, 1), date(LAST_YEAR, 3, 31))
	assert last_closed_period(yearly, company, date(LAST_YEAR, 6, 1)) == short
	assert next_period(yearly, company, before) == short
	assert next_period(yearly, company, short) == Period(date(LAST_YEAR, 4, 1), date(LAST_YEAR + 1, 3, 31))


def test_company_without_fiscal_years_is_told():
	reserve_calendar_years()
	company = make_company("EUR")
	yearly = template(period="Year")
	with pytest.raises(frappe.ValidationError, match="has none"):
		last_closed_period(yearly, company)
	assert last_closed_period(yearly, COMPANY)


def test_one_supplier_is_evaluated_by_each_companys_own_year():
	company = indian_company()
	yearly = make_template(period_basis="Fiscal Year", period="Year", close_after_days=0)
	supplier = make_supplier(evaluation_template=yearly.name)
	found = {}
	for name, accepted in ((COMPANY, 95), (company, 65)):
		period = last_closed_period(yearly.as_dict(), name)
		for on in (period.from_date, period.to_date):
			make_receipt(supplier, accepted=accepted, rejected=100 - accepted, company=name, on=on)
		before = period.from_date - timedelta(days=1)
		make_receipt(supplier, accepted=1, rejected=99, company=name, on=before)
		answer = api.evaluate_supplier(supplier, name)
		evaluation = found[name] = frappe.get_doc("Supplier Evaluation", answer["evaluation"])
		assert (evaluation.from_date, evaluation.to_date) == (period.from_date, period.to_date)
		assert (evaluation.company, evaluation.score) == (name, accepted)
		assert evaluation.criteria[0].denominator == 200
	assert (found[COMPANY].from_date.month, found[company].from_date.month) == (1, 4)


# Currencies


def buy(supplier: str, item: str, company: str, *, on: date, rate: float, currency: str, exchange: float):
	"""Ten pieces received at a rate in a currency."""
	receipt = make_receipt(supplier, item=item, accepted=10, rate=rate, company=company, on=on, submit=False)
	receipt.update({"currency": currency, "conversion_rate": exchange, "plc_conversion_rate": exchange})
	receipt.save().submit()
	assert receipt.items[0].base_net_amount == pytest.approx(10 * rate * exchange)


def test_prices_are_compared_in_the_currency_of_the_company():
	"""The price in euros stays; what it cost in dollars and rupees went different ways."""
	company = make_company("INR")
	kpi = make_kpi("Test Price Index", "price_index", ((90, 100), (140, 0)))
	template = make_template({kpi: 100}).name
	supplier, item = make_supplier(evaluation_template=template), make_item()
	earlier, now = date(BEFORE, 11, 15), day(2, 1)
	buy(supplier, item, COMPANY, on=earlier, rate=8, currency="EUR", exchange=1.0625)
	buy(supplier, item, COMPANY, on=now, rate=8, currency="EUR", exchange=1.25)
	buy(supplier, item, company, on=earlier, rate=8, currency="EUR", exchange=90)
	buy(supplier, item, company, on=now, rate=8, currency="EUR", exchange=81)

	dollars = evaluations(evaluate(template, COMPANY))[supplier]
	rupees = evaluations(evaluate(template, company))[supplier]

	(row,) = dollars.criteria
	assert (row.numerator, row.denominator) == (100, 85)
	assert row.value == 117.647058824
	(row,) = rupees.criteria
	assert (row.numerator, row.denominator, row.value) == (6480, 7200, 90)
	assert (rupees.score, rupees.grade) == (100, "A")
	assert dollars.score == pytest.approx((140 - 100 / 0.85) / 50 * 100, abs=1e-9)


# Standing


def test_supplier_shows_the_company_that_thinks_worst_of_it():
	company = make_company("EUR")
	supplier = make_supplier()
	good = grade_supplier(supplier, 95)
	bad = grade_supplier(supplier, 65, template=good.template, company=company)

	def shown() -> tuple:
		return frappe.db.get_value("Supplier", supplier, ["evaluation_score", "evaluation_grade"])

	assert shown() == (65, "C")
	standing = {row["company"]: row for row in api.supplier_overview(supplier)["companies"]}
	assert {name: (row["score"], row["grade"]) for name, row in standing.items()} == {
		COMPANY: (95, "A"),
		company: (65, "C"),
	}
	assert {good.reload().is_current, bad.reload().is_current} == {1}
	second_quarter = {"from_date": day(4, 1), "to_date": day(6, 30)}
	grade_supplier(supplier, 99, template=good.template, company=company, **second_quarter)
	assert shown() == (95, "A")
	assert frappe.db.get_value("Supplier Evaluation", good.name, "is_current") == 1


def test_run_of_one_company_leaves_the_other_alone():
	company = make_company("EUR")
	template = make_template().name
	supplier = make_supplier(evaluation_template=template)
	make_receipt(supplier, accepted=95, rejected=5)
	assert evaluations(evaluate(template, company)) == {}
	make_receipt(supplier, accepted=65, rejected=35, company=company)
	(there,) = evaluations(evaluate(template, company, from_date=FROM_DATE, to_date=TO_DATE)).values()
	(here,) = evaluations(evaluate(template, COMPANY)).values()
	assert (there.score, here.score) == (65, 95)
	publish(there.name, here.name)
	assert [row.reload().status for row in (there, here)] == ["Published", "Published"]


# Templates for the preview


def exported(name: str, folder: Path) -> Path:
	"""The file that the template's form offers for download."""
	path = folder / "template.json"
	path.write_text(json.dumps(api.template_definition(name)), encoding="utf-8")
	return path


def test_exported_template_is_what_the_preview_reads(tmp_path):
	group = make_item_group()
	below = make_item_group(group)
	late = make_kpi(
		"Test On Time, Wide",
		"on_time_delivery",
		((0, 0), (87.5, 60), (100, 100)),
		has_early_tolerance=1,
		early_tolerance_days=5,
		late_tolerance_days=2,
		due_date_basis="Current date",
	)
	prices = make_kpi("Test Invoices", "invoice_accuracy", price_tolerance=0.125)
	service = make_kpi("Test Service", None, ((1, 0), (5, 100)), lowest_mark=1, highest_mark=5)
	document = make_template(
		criteria=[
			{
				"kpi": late,
				"weight": 33.333,
				"has_knock_out": 1,
				"knock_out_rating": 40,
				"knock_out_grade": "C",
			},
			{"kpi": prices, "weight": 41.667},
			{"kpi": service, "weight": 25},
		],
		item_groups=[{"item_group": group}],
		minimum_coverage=60,
		minimum_sample=3,
	)
	answer = api.template_definition(document.name)
	frozen = freeze(document.as_dict())
	assert Definition.from_dict(answer) == frozen
	assert Definition.from_dict(json.loads(json.dumps(answer))).to_dict() == answer
	assert read_definition(exported(document.name, tmp_path)) == frozen
	assert set(frozen.item_groups) == {group, below}
	assert [row["measure"] for row in answer["criteria"]] == [
		"on_time_delivery",
		"invoice_accuracy",
		"evaluator_mark",
	]


def test_every_installed_template_can_be_exported(tmp_path):
	names = frappe.get_all(TEMPLATE, pluck="name")
	assert names
	for name in names:
		frozen = freeze(frappe.get_doc(TEMPLATE, name).as_dict())
		assert read_definition(exported(name, tmp_path)) == frozen


def test_preview_without_a_template_scores_by_the_installed_default():
	default = default_definition()
	assert Definition.from_dict(api.template_definition(default.template)) == default


def test_export_wants_the_right_to_read_the_template():
	name = make_template().name
	frappe.set_user("Guest")
	with pytest.raises(frappe.PermissionError):
		api.template_definition(name)


# Orders from before the app


def test_first_due_date_of_orders_that_existed_before():
	supplier, item = make_supplier(), make_item()
	expected = day(2, 20)
	order = make_order(
		supplier,
		lines=[
			{"item_code": item, "qty": 1, "rate": 1, "schedule_date": day(2, 1)},
			{
				"item_code": item,
				"qty": 2,
				"rate": 1,
				"schedule_date": day(2, 1),
				"expected_delivery_date": expected,
			},
			{"item_code": item, "qty": 3, "rate": 1, "schedule_date": day(2, 3)},
		],
	)
	draft = make_order(supplier, item=item, due=day(3, 1), submit=False)
	line = "Purchase Order Item"
	old, older, kept = (row.name for row in order.items)
	for name in (old, older):
		frappe.db.set_value(line, name, "first_due_date", None)
	frappe.db.set_value(line, kept, "first_due_date", day(1, 31))

	due_dates.freeze_existing()

	assert [frappe.db.get_value(line, name, "first_due_date") for name in (old, older, kept)] == [
		day(2, 1),
		expected,
		day(1, 31),
	]
	assert frappe.db.get_value(line, draft.items[0].name, "first_due_date") is None
