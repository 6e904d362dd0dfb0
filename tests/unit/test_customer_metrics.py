"""Customer metrics on documents where a person has counted what must come out."""

import sqlite3
from dataclasses import fields
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from partner_relations.customer_care.metrics import (
	GROSS_MARGIN_AMOUNT,
	INDEXED_FIELDS,
	MARIADB,
	METRICS,
	NAMES,
	SQLITE,
	MetricSettings,
	Scope,
	lines,
	totals,
)
from partner_relations.customer_care.tiering import METRICS as MEANINGS
from partner_relations.preview.shapes import SALES
from tests.reference.customer_metrics import expected_of_customers
from tests.reference.documents import COMPANY
from tests.reference.measures import disagreements
from tests.reference.on_sqlite import combined, database, read_lines, read_totals
from tests.reference.sales import BOOKED, CUSTOMER, CUSTOMERS, SalesBooks, random_sales

EVERY = {**METRICS, GROSS_MARGIN_AMOUNT.name: GROSS_MARGIN_AMOUNT}
_SCOPE = {"company", "from_date", "to_date", "as_of", "parties", "item_groups"}
Triple = tuple[float, float, int]


@pytest.fixture
def books() -> SalesBooks:
	written = SalesBooks()
	written.item("Item")
	written.item("Other Item", "Machines")
	written.item("Service", "Services", stock=False)
	written.item("Bundle", stock=False)
	return written


def ask(books: SalesBooks, metric: str, **question: Any) -> Triple | None:
	"""Numerator, denominator and sample size of the only customer, on which query, lines and reference agree.

	`question` holds fields of Scope and MetricSettings; the period is June 2025, read long afterwards, unless
	it says otherwise. None: no fact.
	"""
	return ask_all(books, metric, **question).get(CUSTOMER)


def ask_all(books: SalesBooks, metric: str, **question: Any) -> dict[str, Triple]:
	"""The same for each customer."""
	scope = {"company": COMPANY, "from_date": "2025-06-01", "to_date": "2025-06-30", "as_of": "2025-12-31"}
	scope |= {name: value for name, value in question.items() if name in _SCOPE}
	for name in ("from_date", "to_date", "as_of"):
		scope[name] = date.fromisoformat(str(scope[name]))
	asked = Scope(**scope)
	settings = MetricSettings(**{name: value for name, value in question.items() if name not in _SCOPE})
	connection = database(books.world)
	measure = EVERY[metric]
	found = read_totals(connection, measure, asked, settings)
	wanted = expected_of_customers(metric, books.world, asked, settings)
	assert not disagreements(found, wanted)
	facts = read_lines(connection, measure, asked, settings)
	assert not disagreements(combined(measure, facts, asked, settings), wanted)
	return {
		customer: (round(numerator, 6), round(denominator, 6), sample)
		for customer, (numerator, denominator, sample) in found.items()
	}


# revenue, growth


def test_revenue_is_what_was_invoiced_less_what_was_credited(books):
	books.sold("2025-06-01", 1000)
	books.sold("2025-06-30", 250)
	books.sold("2025-06-15", -100)
	books.sold("2025-07-01", 5000)
	assert ask(books, "revenue") == (1150, 1, 3)


@pytest.mark.parametrize(
	"other",
	[
		{"docstatus": 0},
		{"docstatus": 2},
		{"is_opening": "Yes"},
		{"is_internal_customer": 1},
		{"company": "Another Company"},
	],
)
def test_what_is_no_revenue(books, other):
	books.sold("2025-06-15", 100)
	books.sold("2025-06-15", 7, **other)
	assert ask(books, "revenue") == (100, 1, 1)


def test_revenue_of_some_item_groups(books):
	invoice = books.invoice("2025-06-15", base_net_total=130)
	books.invoice_line(invoice, 100)
	books.invoice_line(invoice, 30, item_code="Other Item")
	assert ask(books, "revenue") == (130, 1, 1)
	assert ask(books, "revenue", item_groups=("Machines",)) == (30, 1, 1)


def test_growth_from_400_to_500_is_25_percent(books):
	# June has 30 days: the period before begins on 2 May.
	books.sold("2025-05-01", 9999)
	books.sold("2025-05-02", 150)
	books.sold("2025-05-31", 250)
	books.sold("2025-06-01", 600)
	books.sold("2025-06-30", -100)
	assert ask(books, "growth") == (100, 400, 4)


def test_growth_of_a_new_customer_and_of_a_lost_one(books):
	books.sold("2025-06-01", 600)
	books.sold("2025-05-20", 80, customer="Customer 2")
	assert ask_all(books, "growth") == {CUSTOMER: (600, 0, 1), "Customer 2": (-80, 80, 1)}


# margin


def test_margin_of_a_sale_from_stock(books):
	books.sold("2025-06-01", 100, 10, {"incoming_rate": 6}, update_stock=1)
	assert ask(books, "gross_margin") == (40, 100, 1)
	assert ask(books, "gross_margin_amount") == (40, 1, 1)


def test_margin_takes_the_cost_of_the_delivery_that_is_billed(books):
	note = books.delivered("2025-05-28", None, 10, incoming_rate=7)
	books.sold("2025-06-01", 50, 5, {"dn_detail": note["name"], "incoming_rate": 1})
	assert ask(books, "gross_margin") == (15, 50, 1)


def test_margin_takes_the_average_of_several_deliveries_of_the_order_line(books):
	line = books.ordered(10)
	books.delivered("2025-06-01", line, 6, incoming_rate=5)
	books.delivered("2025-06-20", line, 4, incoming_rate=10)
	books.delivered("2025-06-21", line, -4, incoming_rate=99)
	books.sold("2025-06-01", 100, 10, {"so_detail": line["name"], "incoming_rate": 1})
	assert ask(books, "gross_margin") == (30, 100, 1)


def test_margin_of_what_was_delivered_by_a_note_of_the_invoice(books):
	invoice = books.sold("2025-06-01", 100, 10, {"incoming_rate": 1})
	line = next(row for row in books.world["Sales Invoice Item"] if row["parent"] == invoice["name"])
	books.delivered("2025-06-02", None, 10, si_detail=line["name"], incoming_rate=8)
	assert ask(books, "gross_margin") == (20, 100, 1)


def test_margin_before_delivery_is_that_of_the_days_valuation(books):
	books.sold("2025-06-01", 100, 10, {"incoming_rate": 6.5})
	books.sold("2025-06-01", 77, 10, {"incoming_rate": 0})
	assert ask(books, "gross_margin") == (35, 100, 1)


def test_margin_of_a_product_bundle(books):
	note = books.delivered("2025-05-28", None, 4, item_code="Bundle")
	for item, qty, rate in (("Item", 8, 5), ("Other Item", 4, 2.5)):
		books.add(
			"Packed Item",
			parent=note["parent"],
			parent_detail_docname=note["name"],
			item_code=item,
			qty=qty,
			incoming_rate=rate,
		)
	# Half of the four bundles that cost 50.
	books.sold("2025-06-01", 60, 2, {"item_code": "Bundle", "dn_detail": note["name"]})
	assert ask(books, "gross_margin") == (35, 60, 1)


def test_margin_leaves_out_what_has_no_known_cost(books):
	books.sold("2025-06-01", 100, 10, {"incoming_rate": 6}, update_stock=1)
	books.sold("2025-06-01", 500, 1, {"item_code": "Service"})
	books.sold("2025-06-01", 300, 1, {"delivered_by_supplier": 1, "incoming_rate": 6})
	books.sold("2025-06-01", -500, -1, {"item_code": "Service", "sales_invoice_item": "the line above"})
	assert ask(books, "gross_margin") == (40, 100, 1)


def test_a_price_allowance_comes_off_the_margin_and_a_return_takes_its_cost_back(books):
	note = books.delivered("2025-05-28", None, 10, incoming_rate=6)
	books.sold("2025-06-01", 100, 10, {"dn_detail": note["name"]})
	books.sold("2025-06-10", -10, -1, {"item_code": "Service"})
	assert ask(books, "gross_margin") == (30, 90, 2)
	books.sold("2025-06-11", -20, -2, {"dn_detail": note["name"], "sales_invoice_item": "the sale"})
	assert ask(books, "gross_margin") == (22, 70, 3)


# purchases


def test_orders_and_sales_over_the_counter_are_purchases(books):
	order = books.order("2025-06-02")
	books.order_line(order)
	for day in ("2025-06-10", "2025-06-20"):
		books.sold(day, 50, 5, {"sales_order": order["name"]})
	books.sold("2025-06-25", 30)
	books.sold("2025-06-26", -30)
	books.sold("2025-06-27", 3, is_debit_note=1)
	assert ask(books, "frequency") == (2, 1, 2)
	assert ask(books, "recency") == (5, 1, 2)


def test_an_order_given_up_is_no_purchase(books):
	books.order("2025-06-20", status="Closed")
	books.order("2025-06-10", status="Closed", per_delivered=50)
	books.order("2025-06-25", docstatus=2)
	assert ask(books, "frequency") == (1, 1, 1)
	assert ask(books, "recency") == (20, 1, 1)


def test_what_costs_nothing_is_no_purchase(books):
	"""A replacement that was ordered after a complaint, a sample over the counter."""
	books.order("2025-06-10")
	books.order("2025-06-20", base_net_total=0)
	books.sold("2025-06-25", 0)
	assert ask(books, "frequency") == (1, 1, 1)
	assert ask(books, "recency") == (20, 1, 1)


def test_recency_looks_back_three_years(books):
	books.order("2022-07-01")
	books.order("2022-06-30", customer="Customer 2")
	books.order("2025-07-01", customer="Customer 3")
	assert ask_all(books, "recency") == {CUSTOMER: (1095, 1, 1)}
	assert ask_all(books, "frequency") == {}


def test_purchases_of_some_item_groups(books):
	books.order_line(books.order("2025-06-02"), item_code="Other Item")
	books.order_line(books.order("2025-06-03"))
	books.sold("2025-06-04", line={"item_code": "Other Item"})
	assert ask(books, "frequency", item_groups=("Machines",)) == (2, 1, 2)


# payments


def owing(books: SalesBooks, amount: Any, *terms: tuple[str, Any], **columns: Any) -> dict[str, Any]:
	"""An invoice of 1 May with its terms."""
	rate = columns.pop("rate", 1)
	invoice = books.invoice("2025-05-01", **columns)
	books.owed(invoice, amount, *terms, rate=rate)
	return invoice


def test_paid_by_the_due_date_or_later(books):
	invoice = owing(books, 1000, ("2025-06-10", 1000))
	books.entry(invoice, "2025-06-10", -600)
	books.entry(invoice, "2025-06-12", -400)
	assert ask(books, "payment_punctuality") == (600, 1000, 1)
	assert ask(books, "payment_punctuality", payment_days=1) == (600, 1000, 1)
	assert ask(books, "payment_punctuality", payment_days=2) == (1000, 1000, 1)


def test_never_paid_and_not_due_yet(books):
	owing(books, 1000, ("2025-06-10", 1000))
	assert ask(books, "payment_punctuality", as_of="2025-06-11") == (0, 1000, 1)
	assert ask(books, "payment_punctuality", as_of="2025-06-10") is None
	assert ask(books, "payment_punctuality", as_of="2025-06-12", payment_days=2) is None


def test_payment_terms_are_paid_one_after_the_other(books):
	invoice = owing(books, 900, ("2025-05-15", 300), ("2025-06-15", 300), ("2025-07-15", 300))
	books.entry(invoice, "2025-06-01", -400)
	books.entry(invoice, "2025-06-20", -500)
	# By mid-June 400 had come, of which 300 were for May's term.
	assert ask(books, "payment_punctuality") == (100, 300, 1)
	assert ask(books, "payment_punctuality", from_date="2025-05-01", to_date="2025-07-31") == (400, 900, 3)


def test_an_advance_was_never_due(books):
	# ERPNext schedules what the advance leaves open.
	invoice = owing(books, 1000, ("2025-06-10", 700))
	books.entry(invoice, "2025-04-01", -300)
	assert ask(books, "payment_punctuality") == (0, 700, 1)
	books.entry(invoice, "2025-06-10", -200)
	assert ask(books, "payment_punctuality") == (200, 700, 1)


@pytest.mark.parametrize("booked", BOOKED)
@pytest.mark.parametrize("day", ["2025-06-09", "2025-06-20"])
def test_a_credit_note_lowers_what_is_due(books, booked, day):
	invoice = owing(books, 1000, ("2025-06-10", 1000))
	books.credit(invoice, day, 250, booked)
	books.entry(invoice, "2025-06-10", -600)
	assert ask(books, "payment_punctuality") == (600, 750, 1)
	books.credit(invoice, day, 250, docstatus=2)
	assert ask(books, "payment_punctuality") == (600, 750, 1)
	books.credit(invoice, "2025-07-21", 750, booked)
	assert ask(books, "payment_punctuality") is None


def test_an_entry_taken_back_pays_nothing(books):
	invoice = owing(books, 100, ("2025-06-10", 100))
	books.entry(invoice, "2025-06-10", -100, delinked=1)
	assert ask(books, "payment_punctuality") == (0, 100, 1)


def test_exchange_differences_owe_nothing(books):
	# 100 EUR invoiced at 1.25, paid when a euro is worth 1.10: all was paid.
	euro = {"currency": "EUR", "party_account_currency": "EUR", "rate": 1.25}
	invoice = owing(books, 125, ("2025-06-10", 125), **euro)
	books.entry(invoice, "2025-06-01", -80)
	books.entry(invoice, "2025-06-11", -20)
	assert ask(books, "payment_punctuality") == (100, 125, 1)


@pytest.mark.parametrize("columns", [{"is_pos": 1}, {"is_return": 1}, {"is_opening": "Yes"}])
def test_what_is_not_owed_on_terms(books, columns):
	owing(books, 100, ("2025-06-10", 100), **columns)
	assert ask(books, "payment_punctuality") is None


# returns, complaints


def test_returned_of_delivered(books):
	books.delivered("2025-06-01", None, 60)
	books.delivered("2025-06-02", None, 40, "Sales Invoice")
	books.delivered("2025-06-20", None, -5)
	books.delivered("2025-06-21", None, -3, "Sales Invoice")
	assert ask(books, "return_rate") == (8, 100, 2)


def test_services_drop_shipments_and_mere_invoices_are_no_deliveries(books):
	books.delivered("2025-06-01", None, 10)
	books.delivered("2025-06-01", None, 7, item_code="Service")
	books.delivered("2025-06-01", None, 7, "Sales Invoice", delivered_by_supplier=1)
	books.sold("2025-06-01", 100, 7)
	books.sold("2025-06-01", -100, -7)
	assert ask(books, "return_rate") == (0, 10, 1)


def test_a_bundle_is_delivered_and_comes_back(books):
	for day, qty in (("2025-06-01", 4), ("2025-06-05", -1)):
		line = books.delivered(day, None, qty, item_code="Bundle")
		books.add("Packed Item", parent=line["parent"], parent_detail_docname=line["name"], qty=qty * 2)
	assert ask(books, "return_rate") == (1, 4, 1)


def test_complaints_per_delivery_line(books):
	for number in range(50):
		books.delivered("2025-06-02", None, 1 + number)
	books.complaint("2025-06-01", received_on="2025-06-01 00:00:00")
	books.complaint("2025-06-30", received_on="2025-06-30 23:59:59.999999", step="Closed")
	books.complaint("2025-06-15", step="Rejected")
	books.complaint("2025-07-01", received_on="2025-07-01 00:00:00")
	books.complaint("2025-06-15", company="Another Company")
	books.complaint("2025-06-15", customer=None)
	numerator, denominator, sample = ask(books, "complaint_rate")
	assert (numerator, denominator, sample) == (2, 50, 50)
	assert METRICS["complaint_rate"].scale * numerator / denominator == 40


def test_complaints_about_some_item_groups(books):
	books.delivered("2025-06-02")
	books.complaint("2025-06-15", ("Delivery Note", "x", "Other Item"), ("Delivery Note", "x", "Other Item"))
	books.complaint("2025-06-15")
	assert ask(books, "complaint_rate", item_groups=("Machines",)) == (1, 0, 0)


# perfect orders


def test_an_order_delivered_in_full_and_in_time_is_perfect(books):
	books.delivered("2025-06-09", books.ordered(10), 10)
	assert ask(books, "perfect_order_rate") == (1, 1, 1)


@pytest.mark.parametrize(
	("deliveries", "perfect"),
	[
		((("2025-06-10", 4), ("2025-06-10", 6)), 1),
		((("2025-06-11", 10),), 0),
		((("2025-06-10", 9),), 0),
		((("2025-06-10", 9), ("2025-06-11", 1)), 0),
		((("2025-06-01", 10), ("2025-06-20", -1)), 0),
		((("2025-06-01", 10), ("2025-06-20", -10), ("2025-06-20", 10)), 0),
		(tuple(("2025-06-01", 0.1) for _ in range(100)), 1),
		((), 0),
	],
)
def test_parts_delays_and_returns(books, deliveries, perfect):
	line = books.ordered(10)
	for day, quantity in deliveries:
		books.delivered(day, line, quantity)
	assert ask(books, "perfect_order_rate") == (perfect, 1, 1)


def test_tolerances(books):
	line = books.ordered(10)
	books.delivered("2025-06-12", line, 9.5, "Sales Invoice")
	assert ask(books, "perfect_order_rate", late_days=2) == (0, 1, 1)
	assert ask(books, "perfect_order_rate", late_days=2, quantity_tolerance=Decimal(5)) == (1, 1, 1)
	early = books.ordered(10, customer="Customer 2")
	books.delivered("2025-06-01", early, 10)
	assert ask_all(books, "perfect_order_rate", early_days=5)["Customer 2"] == (0, 1, 1)
	assert ask_all(books, "perfect_order_rate", early_days=9)["Customer 2"] == (1, 1, 1)


def test_each_line_has_its_own_date_and_the_order_the_last(books):
	order = books.order(due="2025-06-20")
	first, second = books.order_line(order, delivery_date="2025-05-20"), books.order_line(order)
	books.delivered("2025-05-21", first)
	books.delivered("2025-06-20", second)
	assert ask(books, "perfect_order_rate") == (0, 1, 1)
	assert ask(books, "perfect_order_rate", late_days=1) == (1, 1, 1)
	assert ask(books, "perfect_order_rate", to_date="2025-06-19") is None


def test_an_open_window_is_pending(books):
	books.ordered(10)
	assert ask(books, "perfect_order_rate", as_of="2025-06-10") is None
	assert ask(books, "perfect_order_rate", as_of="2025-06-11", late_days=1) is None
	assert ask(books, "perfect_order_rate", as_of="2025-06-11") == (0, 1, 1)


def test_closed_orders_and_orders_on_hold(books):
	books.delivered("2025-06-10", books.ordered(10, status="Closed"), 6)
	books.ordered(10, status="Closed")
	books.ordered(10, status="On Hold")
	books.ordered(10, skip_delivery_note=1)
	assert ask(books, "perfect_order_rate") == (1, 1, 1)


def test_lines_that_are_not_delivered_by_us_do_not_matter(books):
	order = books.order()
	books.delivered("2025-06-10", books.order_line(order))
	books.order_line(order, item_code="Service")
	books.order_line(order, delivered_by_supplier=1)
	assert ask(books, "perfect_order_rate") == (1, 1, 1)


@pytest.mark.parametrize("step", ["Received", "Closed", "Rejected"])
@pytest.mark.parametrize("doctype", ["Sales Order", "Delivery Note", "Sales Invoice"])
@pytest.mark.parametrize("item", [None, "Item", "Other Item"])
def test_a_complaint_spoils_the_order(books, doctype, step, item):
	line = books.ordered(10)
	note = books.delivered("2025-06-10", line)
	invoice = books.sold("2025-06-10", line={"sales_order": line["parent"]})
	named = {"Sales Order": line["parent"], "Delivery Note": note["parent"], "Sales Invoice": invoice["name"]}
	books.complaint("2025-08-01", (doctype, named[doctype], item))
	books.world["Customer Complaint"][0]["step"] = step
	# Of another item the note and the invoice have nothing; the order itself was named.
	spoilt = step != "Rejected" and (item != "Other Item" or doctype == "Sales Order")
	assert ask(books, "perfect_order_rate") == (int(not spoilt), 1, 1)


def test_a_note_for_two_orders_and_a_complaint_about_the_item_of_one(books):
	first, second = books.ordered(10), books.order_line(books.order(), item_code="Other Item")
	note = books.delivery("2025-06-10")
	books.delivery_line(note, first)
	books.delivery_line(note, second, item_code="Other Item")
	books.complaint("2025-06-12", ("Delivery Note", note["name"], "Other Item"))
	assert ask(books, "perfect_order_rate") == (1, 2, 2)
	books.complaint("2025-06-12", ("Delivery Note", note["name"], ""))
	assert ask(books, "perfect_order_rate") == (0, 2, 2)


# what holds for all of them


def test_metrics_mean_what_tiering_takes_them_for():
	assert set(METRICS) == set(MEANINGS) == set(NAMES.values())
	for name, meaning in MEANINGS.items():
		assert (METRICS[name].scale, METRICS[name].unit) == (meaning.scale, meaning.unit)
	assert list(NAMES) == [measure.label for measure in METRICS.values()]


NASTY = 'O\'Brien "& Söhne"; %s :p0 --'
NASTY_SCOPE = Scope(NASTY, date(2025, 6, 1), date(2025, 6, 30), date(2025, 7, 31), (NASTY, "Other"), (NASTY,))


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("dialect", [MARIADB, SQLITE], ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("make", [totals, lines])
def test_no_value_is_written_into_the_sql(name, dialect, make):
	settings = MetricSettings(12345, 23456, 34567, Decimal(7))
	query = make(EVERY[name], NASTY_SCOPE, settings, dialect)
	for text in ("Brien", "2025", "12345", "23456", "34567"):
		assert text not in query.sql
	assert NASTY in query.values.values()
	marks = "%({})s" if dialect is MARIADB else ":{}"
	for parameter in query.values:
		assert marks.format(parameter) in query.sql


@pytest.mark.parametrize("name", EVERY)
def test_names_with_quotes_are_names(name):
	connection = database(SalesBooks().world)
	assert read_totals(connection, EVERY[name], NASTY_SCOPE, MetricSettings()) == {}
	assert read_lines(connection, EVERY[name], NASTY_SCOPE, MetricSettings()) == []


@pytest.mark.parametrize("name", EVERY)
def test_only_the_documents_named_are_read(name):
	"""`reads` decides whose read permission is asked, and which missing file the preview names."""
	connection = database(SalesBooks().world)
	seen = set()
	connection.set_authorizer(lambda _action, table, *_rest: seen.add(table) or sqlite3.SQLITE_OK)
	scope = Scope(COMPANY, date(2025, 6, 1), date(2025, 6, 30), date(2025, 7, 31))
	read_totals(connection, EVERY[name], scope, MetricSettings())
	read = {
		table.removeprefix("tab").removesuffix(" Item") for table in seen if table and table.startswith("tab")
	}
	# Items are master data, packed items and payment terms parts of what is named.
	assert read - {"Item", "Packed", "Payment Schedule"} == set(EVERY[name].reads)


@pytest.mark.parametrize("name", EVERY)
def test_settings_that_a_metric_does_not_name_do_not_matter(name):
	changes = {"payment_days": 9, "early_days": 1, "late_days": 4, "quantity_tolerance": Decimal(40)}
	assert set(changes) == {field.name for field in fields(MetricSettings)}
	scope = Scope(COMPANY, date(2025, 1, 1), date(2025, 6, 30), date(2025, 12, 31))
	matters = set()
	for seed in range(12):
		connection = database(random_sales(Random(seed)))
		before = read_totals(connection, EVERY[name], scope, MetricSettings())
		for setting, other in changes.items():
			changed = MetricSettings(**{setting: other})
			if read_totals(connection, EVERY[name], scope, changed) != before:
				matters.add(setting)
	assert matters == set(EVERY[name].uses)


@pytest.mark.parametrize("name", EVERY)
def test_reading_one_customer_gives_what_reading_all_gives(name):
	for seed in range(15):
		connection = database(random_sales(Random(seed)))
		scope = Scope(COMPANY, date(2025, 1, 1), date(2025, 6, 30), date(2025, 12, 31))
		every = read_totals(connection, EVERY[name], scope, MetricSettings())
		for customer in CUSTOMERS:
			one = Scope(scope.company, scope.from_date, scope.to_date, scope.as_of, (customer,))
			alone = read_totals(connection, EVERY[name], one, MetricSettings())
			assert alone == {customer: every[customer]} if customer in every else alone == {}


@pytest.mark.parametrize("name", EVERY)
def test_evidence_names_its_document(name):
	for seed in range(10):
		world = random_sales(Random(seed))
		connection = database(world)
		scope = Scope(COMPANY, date(2025, 1, 1), date(2025, 6, 30), date(2025, 12, 31))
		facts = read_lines(connection, EVERY[name], scope, MetricSettings())
		assert [fact["date"] for fact in facts] == sorted(fact["date"] for fact in facts)
		for fact in facts:
			assert fact["document"] in {row["name"] for row in world[fact["document_type"]]}
			assert len(fact["date"]) == len("2025-06-30")


def test_indexes_are_of_columns_that_the_metrics_read():
	for doctype, columns in INDEXED_FIELDS.items():
		assert set(columns) <= set(SALES[doctype])
