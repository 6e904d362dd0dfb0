"""Reports on tiers: who moved, what customers are worth, who stays away; what the customer's form says."""

import json
from datetime import timedelta

import frappe
import pytest
from factories import COMPANY, make_user, unique
from frappe.utils import add_days, getdate, today
from sales_factories import make_customer, make_customer_group, make_sales_order, sell
from support.statements import statements

from partner_relations.common.bulk import insert_documents
from partner_relations.customer_care import tier_overview, tiers
from partner_relations.customer_care.api import tiers as api
from partner_relations.customer_care.report.customer_value import customer_value
from partner_relations.customer_care.report.customers_at_risk import customers_at_risk
from partner_relations.customer_care.report.tier_distribution_and_migration import (
	tier_distribution_and_migration as migration,
)

ASSESSMENT = "Customer Tier Assessment"


def grouped(count: int = 1) -> tuple[str, list[str]]:
	"""A customer group of its own, so that reports can be narrowed to it, with new customers."""
	group = make_customer_group(is_group=0)
	return group, [make_customer(customer_group=group) for _number in range(count)]


def move(customer: str, tier: str, days_ago: int = 0) -> None:
	tiers.move([tiers.TierMove(customer, tier, tiers.ASSESSMENT, "Score.")])
	name = frappe.get_last_doc(tiers.CHANGE, {"customer": customer}, order_by="name desc").name
	frappe.db.set_value(tiers.CHANGE, name, "changed_on", add_days(today(), -days_ago))


def there_for(customer: str, days: int, first_tier_days_ago: int) -> None:
	frappe.db.set_value("Customer", customer, "creation", add_days(today(), -days), update_modified=False)
	name = frappe.db.get_value(tiers.CHANGE, {"customer": customer, "source": "First Tier"})
	frappe.db.set_value(tiers.CHANGE, name, "changed_on", add_days(today(), -first_tier_days_ago))


# Distribution and migration


def run_migration(group: str, from_days: int = 30, to_days: int = 0, **filters):
	return migration.execute(
		{
			"from_date": add_days(today(), -from_days),
			"to_date": add_days(today(), -to_days),
			"customer_group": group,
			**filters,
		}
	)


def test_who_was_where_at_the_start_and_at_the_end():
	group, (riser, faller, stayer, new, late) = grouped(5)
	for customer in (riser, faller, stayer):
		there_for(customer, 400, 400)
	move(faller, "Strategic", 200)
	move(riser, "Key", 20)
	move(faller, "Key", 10)
	there_for(new, 20, 20)
	columns, rows, _message, chart, summary = run_migration(group)
	cells = {
		(row["from_tier"], column["label"]): row[column["fieldname"]]
		for row in rows
		for column in columns[1:-1]
	}
	assert {key: count for key, count in cells.items() if count} == {
		("Regular", "To Key"): 1,
		("Regular", "To Regular"): 1,
		("Strategic", "To Key"): 1,
		("No tier", "To Regular"): 2,
		("At the End", "To Key"): 2,
		("At the End", "To Regular"): 3,
	}
	assert [row["total"] for row in rows] == [1, 0, 2, 2, 5]
	assert {item["label"]: item["value"] for item in summary} == {
		"Customers": 5,
		"Moved Up": 1,
		"Moved Down": 1,
		"First Tier": 2,
		"Set by Hand Now": 0,
	}
	assert chart["data"]["datasets"][1]["values"][:3] == [0, 2, 3]
	assert late in frappe.get_all("Customer", {"customer_group": group}, pluck="name")


def test_a_period_in_the_past_ends_with_the_tiers_of_then():
	group, (customer,) = grouped()
	there_for(customer, 400, 400)
	move(customer, "Key", 5)
	columns, rows, *_rest = run_migration(group, from_days=60, to_days=30)
	assert rows[-1]["total"] == 1
	key = next(column["fieldname"] for column in columns if column["label"] == "To Regular")
	assert rows[-1][key] == 1
	assert run_migration(group, from_days=900, to_days=800)[1] == []  # was not there yet


def test_customers_without_the_account_manager_their_tier_needs():
	group, (customer, _regular) = grouped(2)
	move(customer, "Strategic")
	assert "that have none: 1." in run_migration(group)[2]
	frappe.db.set_value("Customer", customer, "account_manager", "Administrator")
	assert run_migration(group)[2] is None


def test_the_period_of_a_migration_is_checked():
	with pytest.raises(frappe.ValidationError, match="Choose both dates"):
		migration.execute({})
	with pytest.raises(frappe.ValidationError, match="ends before it starts"):
		run_migration("", from_days=1, to_days=2)


# Customers at risk


def at_risk(group: str, **filters):
	return customers_at_risk.execute({"company": COMPANY, "customer_group": group, "all": 1, **filters})


def buys(customer: str, *days_ago: int, **values) -> None:
	for days in days_ago:
		make_sales_order(customer, on=getdate(today()) - timedelta(days=days), **values)


def test_who_has_not_ordered_for_longer_than_usual():
	group, (quiet, usual, few) = grouped(3)
	buys(quiet, 150, 130, 110, 90)  # every 20 days, then not for 90
	buys(usual, 70, 50, 25, 10)
	buys(few, 200, 190, 180)
	_columns, rows, message, chart, summary = at_risk(group)
	by_name = {row.customer: row for row in rows}
	assert set(by_name) == {quiet, usual}
	row = by_name[quiet]
	assert (row.orders, row.days_since, row.mean_gap, row.spread) == (4, 90, 20, 2)  # a tenth of the mean
	assert (row.expected_within, row.overdue, row.at_risk) == (24, 3.75, 1)
	assert "90 days ago" in row.why and "20 + 2 × 2 = 24 days" in row.why
	row = by_name[usual]  # gaps of 20, 25 and 15 days: mean 20, sample standard deviation 5
	assert (row.mean_gap, row.spread, row.expected_within, row.at_risk) == (20, 5, 30, 0)
	assert [row.customer for row in at_risk(group, all=0)[1]] == [quiet]
	assert [item["value"] for item in summary[:2]] == [1, 2]
	assert len(chart["data"]["labels"]) == 1 and "fewer than 4 orders" in message


def test_what_counts_as_an_order():
	group, (customer,) = grouped()
	buys(customer, 90, 60, 60, 30)  # two on one day count once
	make_sales_order(customer, on=getdate(today()) - timedelta(days=20), submit=False)
	make_sales_order(customer, on=getdate(today()) - timedelta(days=19)).cancel()
	assert at_risk(group)[1] == []
	(row,) = at_risk(group, fewest=3)[1]
	assert (row.orders, row.ordered, row.days_since) == (3, 400, 30)
	sale = sell(customer, on=getdate(today()) - timedelta(days=5), delivery=False)
	(row,) = at_risk(group)[1]  # an order and its invoice are one purchase
	assert (row.orders, row.ordered) == (4, 500)
	assert sale.invoice.docstatus == 1


def test_what_the_tiers_count_as_a_purchase_counts_here():
	"""One definition: given up, adjusted and internal sales are none."""
	group, (customer, internal) = grouped(2)
	for one in (customer, internal):
		buys(one, 150, 130, 110, 90)
	given_up = make_sales_order(customer, on=getdate(today()) - timedelta(days=9))
	given_up.update_status("Closed")
	adjusted = sell(customer, on=getdate(today()) - timedelta(days=120), delivery=False).invoice
	frappe.db.set_value(
		"Sales Invoice", adjusted.name, {"is_debit_note": 1, "posting_date": add_days(today(), -8)}
	)
	frappe.db.set_value("Sales Invoice Item", {"parent": adjusted.name}, "sales_order", None)
	frappe.db.set_value("Sales Order", {"customer": internal}, "is_internal_customer", 1)
	(row,) = at_risk(group)[1]
	assert (row.customer, row.days_since) == (customer, 90)


def test_at_risk_shows_what_the_user_may_see():
	group, (seen, hidden) = grouped(2)
	for customer in (seen, hidden):
		buys(customer, 150, 130, 110, 90)
	user = make_user("Sales User")
	frappe.get_doc(doctype="User Permission", user=user, allow="Customer", for_value=seen).insert()
	frappe.set_user(user)
	assert [row.customer for row in at_risk(group)[1]] == [seen]
	frappe.set_user(make_user("Customer Care Agent"))
	with pytest.raises(frappe.PermissionError):
		at_risk(group)


# Customer value


def assess(customer: str, *, days_ago: int = 0, **values) -> None:
	figures = values.pop("figures", {"metrics": {"revenue": {"value": 1000}, "recency": {"value": 12.5}}})
	row = {
		"customer": customer,
		"customer_name": customer,
		"company": COMPANY,
		"to_date": add_days(today(), -days_ago),
		"status": "Unchanged",
		"proposed_tier": "Regular",
		"has_score": 0,
		"score": 0,
		"rfm": None,
		"segment": None,
		"figures": json.dumps(figures),
		"unique_key": unique("key"),
		**values,
	}
	insert_documents(ASSESSMENT, "CTA-.YYYY.-.########", [row])


def value(group: str, **filters):
	return customer_value.execute({"customer_group": group, **filters})


def test_the_latest_assessments_best_first():
	group, (first, second, third) = grouped(3)
	assess(first, has_score=1, score=40, days_ago=90)
	assess(first, has_score=1, score=80)
	assess(second, has_score=1, score=90, status="Proposed", proposed_tier="Key")
	assess(second, has_score=1, score=95, status="Superseded")
	assess(third)
	columns, rows, message, chart, summary = value(group)
	assert [(row.customer, row.score) for row in rows] == [(second, 90), (first, 80), (third, None)]
	assert [rows[0].metric_revenue, rows[0].metric_recency] == [1000, 12.5]
	assert "Revenue (company currency)" in {column["label"] for column in columns}
	assert message is None and sum(chart["data"]["datasets"][0]["values"]) == 3
	assert [item["value"] for item in summary] == [3, 1]


def test_the_rfm_map_counts_and_filters():
	group, customers = grouped(4)
	for customer, code in zip(customers, ("555", "543", "543", "112"), strict=True):
		assess(customer, rfm=code, segment="Loyal <b>" if code == "543" else "Lost")
	picture = value(group)[2]
	assert picture.count("pr-rfm-cell") == 25 and "<b>" not in picture
	assert "Recency 5, frequency 4: customers 2" in picture
	assert "Recency 5, monetary value 3: customers 2" in value(group, map="Monetary Value")[2]
	_columns, rows, picture, _chart, _summary = value(group, recency="5", upwards="4")
	assert [row.rfm for row in rows] == ["543", "543"]
	assert picture.count("pr-rfm-chosen") == 1 and "Recency 1, frequency 1: customers 1" in picture
	assert [row.rfm for row in value(group, recency="1")[1]] == ["112"]
	assess(customers[0], rfm="112", segment="Lost", days_ago=90)  # it is something else by now
	lost = value(group, segment="Lost")
	assert [row.rfm for row in lost[1]] == ["555", "112"] and "pr-segment-chosen" in lost[2]


def test_segments_and_units_are_in_the_language_of_the_user():
	group, (customer,) = grouped()
	assess(customer, rfm="255", segment="At Risk")
	frappe.local.lang = "zh"
	try:
		columns, _rows, picture, _chart, summary = value(group, company=COMPANY)
		every = value(group)[0]
	finally:
		frappe.local.lang = "en"
	assert "有流失风险" in picture and "有流失风险" in {item["label"] for item in summary}
	labels = {column["fieldname"]: column["label"] for column in columns}
	assert labels["metric_revenue"] == "销售收入 (USD)"
	assert labels["metric_recency"].endswith("(天)")
	assert "(公司本位币)" in {column["fieldname"]: column["label"] for column in every}["metric_revenue"]


def test_value_shows_what_the_user_may_see():
	group, (seen, hidden) = grouped(2)
	for customer in (seen, hidden):
		assess(customer, has_score=1, score=50, rfm="333")
	user = make_user("Sales User")
	frappe.get_doc(doctype="User Permission", user=user, allow="Customer", for_value=seen).insert()
	frappe.set_user(user)
	_columns, rows, picture, *_rest = value(group)
	assert [row.customer for row in rows] == [seen] and "customers 1" in picture


@pytest.mark.parametrize(
	"run", [value, at_risk, run_migration], ids=["customer value", "at risk", "migration"]
)
def test_a_report_costs_as_many_statements_for_one_customer_as_for_many(run):
	def cost(count: int) -> int:
		group, customers = grouped(count)
		for customer in customers:
			buys(customer, 150, 130, 110, 90)
			assess(customer, rfm="333")
		with statements() as sent:
			assert run(group)[1]
		return len(sent)

	cost(1)
	assert cost(1) == cost(4)


# The customer's form


def test_the_form_says_which_tier_and_why():
	customer = make_customer()
	move(customer, "Key")
	tiers.override(customer, "Strategic", "Opens a plant", add_days(today(), 30))
	assess(customer, has_score=1, score=70)
	shown = api.overview(customer, COMPANY)
	assert (shown["tier"], shown["assessed_tier"]) == ("Strategic", "Key")
	assert shown["override"]["reason"] == "Opens a plant" and shown["override"]["by"] == "Administrator"
	assert shown["changes"][0].source == "Override"
	assert shown["assessment"].score == 70
	assert shown["needs_account_manager"] and [row["kind"] for row in shown["contacts"]] == ["Visit", "Call"]
	assert shown["complaints"] == {"open": 0, "late": 0}
	assert [row.name for row in shown["tiers"]][:3] == ["Strategic", "Key", "Regular"]


def test_the_form_shows_no_more_than_the_user_may_see():
	customer = make_customer()
	frappe.set_user(make_user("Accounts User"))
	shown = api.overview(customer, COMPANY)
	assert shown["changes"] == [] and shown["assessment"] is None
	assert not shown["may_decide"] and shown["tiers"] == [] and not shown["credit"]["may_apply"]
	frappe.set_user(make_user("Employee"))
	with pytest.raises(frappe.PermissionError):
		api.overview(customer)


def test_the_suggested_credit_is_applied_by_who_may_write_the_customer():
	customer = make_customer()
	terms = frappe.get_doc(
		doctype="Payment Terms Template",
		template_name=unique("Terms"),
		terms=[{"invoice_portion": 100, "credit_days": 30, "due_date_based_on": "Day(s) after invoice date"}],
	).insert()
	frappe.db.set_value(tiers.TIER, "Regular", "suggested_payment_terms", terms.name)
	frappe.clear_document_cache(tiers.TIER, "Regular")
	credit = api.overview(customer, COMPANY)["credit"]
	assert (credit["limit"], credit["current_limit"], credit["differs"]) == (10000, 0, True)
	frappe.set_user(make_user("Accounts User"))
	with pytest.raises(frappe.PermissionError):
		api.apply_suggestions(customer, COMPANY)
	frappe.set_user("Administrator")
	api.apply_suggestions(customer, COMPANY)
	document = frappe.get_doc("Customer", customer)
	assert document.payment_terms == terms.name
	assert [(row.company, row.credit_limit) for row in document.credit_limits] == [(COMPANY, 10000)]
	assert api.overview(customer, COMPANY)["credit"]["differs"] is False


def test_a_limit_in_another_currency_is_converted():
	frappe.get_doc(
		doctype="Currency Exchange", from_currency="EUR", to_currency="USD", exchange_rate=1.25, date=today()
	).insert()
	assert tier_overview._in_currency(1000, "EUR", "USD") == 1250
	assert tier_overview._in_currency(1000, "USD", "USD") == 1000
	assert tier_overview._in_currency(1000, "USD", "EUR") == 800


def test_a_form_asks_nobody_on_the_internet_for_a_rate(monkeypatch):
	import requests

	monkeypatch.setattr(requests, "get", lambda *_args, **_values: pytest.fail("asked for a rate"))
	customer = make_customer()
	frappe.db.set_value(tiers.TIER, "Regular", "currency", "ISK")
	frappe.clear_document_cache(tiers.TIER, "Regular")
	credit = api.overview(customer, COMPANY)["credit"]
	assert credit["limit"] is None and not credit["differs"]
	assert credit["without_rate"] == {"limit": 10000, "currency": "ISK"}
	with pytest.raises(frappe.ValidationError, match="no exchange rate from ISK to USD"):
		api.apply_suggestions(customer, COMPANY)


def test_a_tier_that_suggests_nothing_says_so():
	customer = make_customer()
	frappe.db.set_value(tiers.TIER, "Regular", "suggested_credit_limit", 0)
	frappe.clear_document_cache(tiers.TIER, "Regular")
	with pytest.raises(frappe.ValidationError, match="suggests neither"):
		api.apply_suggestions(customer, COMPANY)
