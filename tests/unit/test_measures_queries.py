"""What holds for the queries of all measures: bound values, both dialects, order, other apps' measures."""

import sqlite3
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from pypika.terms import ValueWrapper

from partner_relations.common.facts.terms import flag
from partner_relations.preview.shapes import PURCHASES
from partner_relations.supplier_quality.kpis import (
	MARIADB,
	MEASURES,
	SQLITE,
	Branch,
	Facts,
	KpiSettings,
	Measure,
	Scope,
	lines,
	totals,
)
from tests.reference.documents import COMPANY, SUPPLIERS, Books, random_question, random_world
from tests.reference.on_sqlite import database, read_lines, read_totals, sums

NASTY = 'O\'Brien "& Söhne"; %s :p0 --'
SCOPE = Scope(NASTY, date(2025, 6, 1), date(2025, 6, 30), date(2025, 7, 31), (NASTY, "Other"), (NASTY,))
SETTINGS = KpiSettings(
	early_days=12345,
	late_days=23456,
	maximum_days=34567,
	kpi=NASTY,
	template=NASTY,
	price_tolerance=Decimal(7),
)


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("dialect", [MARIADB, SQLITE], ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("make", [totals, lines])
def test_no_value_is_written_into_the_sql(name, dialect, make):
	query = make(MEASURES[name], SCOPE, SETTINGS, dialect)
	for text in ("Brien", "2025", "12345", "23456", "34567"):
		assert text not in query.sql
	assert NASTY in query.values.values()
	marks = "%({})s" if dialect is MARIADB else ":{}"
	for parameter in query.values:
		assert marks.format(parameter) in query.sql


@pytest.mark.parametrize("name", MEASURES)
def test_names_with_quotes_are_names(name):
	"""A supplier, company, item group and KPI that break careless SQL."""
	connection = database(Books().world)
	assert read_totals(connection, name, SCOPE, SETTINGS) == {}
	assert read_lines(connection, name, SCOPE, SETTINGS) == []


@pytest.mark.parametrize("name", MEASURES)
def test_only_the_documents_named_are_read(name):
	"""`reads` decides whose read permission is asked, and which missing file the preview names."""
	measure = MEASURES[name]
	connection = database(Books().world)
	seen = set()
	connection.set_authorizer(lambda _action, table, *_rest: seen.add(table) or sqlite3.SQLITE_OK)
	read_totals(connection, measure, SCOPE, SETTINGS)
	read = {
		table.removeprefix("tab").removesuffix(" Item").removesuffix(" Supplier")
		for table in seen
		if table and table.startswith("tab")
	}
	# Items and the rows of a rating are master data and parts of what is named.
	parts = {"Item", "Supplier Evaluator Mark", "Supplier Evaluation Template Evaluator"}
	assert read - parts == set(measure.reads)


@pytest.mark.parametrize("name", MEASURES)
def test_settings_that_a_measure_does_not_name_do_not_matter(name):
	"""`uses` decides which fields the form offers."""
	measure = MEASURES[name]
	changes = {
		"early_days": 1,
		"late_days": 4,
		"quantity_tolerance": Decimal(20),
		"price_tolerance": Decimal(20),
		"maximum_days": 3,
		"use_first_due_date": False,
		"blame_closed_orders": True,
	}
	scope = Scope(COMPANY, date(2025, 1, 1), date(2025, 6, 30), date(2025, 12, 31))
	matters = set()
	for seed in range(12):
		connection = database(random_world(Random(seed), orders=12))
		plain = KpiSettings(kpi="Service", template="Strategic Supplier", maximum_days=30)
		before = read_totals(connection, measure, scope, plain)
		for setting, other in changes.items():
			changed = KpiSettings(**{**vars(plain), setting: other})
			if read_totals(connection, measure, scope, changed) != before:
				matters.add(setting)
	assert matters == set(measure.uses) - ({"maximum_days"} if name == "rfq_response" else set())


@pytest.mark.parametrize("name", MEASURES)
def test_reading_one_supplier_gives_what_reading_all_gives(name):
	"""Though competitors decide what the lowest price is."""
	scope, settings = random_question(Random(name))
	scope = replace(scope, company=COMPANY, from_date=date(2025, 1, 1), parties=(), item_groups=())
	for seed in range(15):
		connection = database(random_world(Random(seed)))
		every = read_totals(connection, name, scope, settings)
		for supplier in SUPPLIERS:
			alone = read_totals(connection, name, replace(scope, parties=(supplier,)), settings)
			assert alone.get(supplier) == every.get(supplier)
			assert not alone.keys() - {supplier}


@pytest.mark.parametrize("name", [name for name in MEASURES if name not in ("price_index", "evaluator_mark")])
def test_the_totals_of_months_add_up_to_those_of_the_quarter(name):
	"""A rate over several periods comes from totals (a comparison of periods, or marks for one, can't)."""
	months = [("01-01", "01-31"), ("02-01", "02-28"), ("03-01", "03-31")]
	settings = KpiSettings(early_days=3, late_days=1, maximum_days=10)

	def added_up(connection, periods):
		facts = []
		for first, last in periods:
			days = (date.fromisoformat(f"2025-{day}") for day in (first, last))
			scope = Scope(COMPANY, *days, as_of=date(2025, 12, 31))
			facts += read_lines(connection, name, scope, settings)
		return {supplier: [round(number, 6) for number in row] for supplier, row in sums(facts).items()}

	for seed in range(15):
		connection = database(random_world(Random(seed)))
		assert added_up(connection, [("01-01", "03-31")]) == added_up(connection, months)


def test_lines_come_by_date_and_document_and_can_be_limited():
	books = Books()
	for day in ("2025-06-20", "2025-06-03", "2025-06-11"):
		books.received(day)
	connection = database(books.world)
	scope = Scope(COMPANY, date(2025, 6, 1), date(2025, 6, 30), date(2025, 7, 31))
	facts = read_lines(connection, "accepted_quantity", scope, KpiSettings())
	assert [fact["date"] for fact in facts] == ["2025-06-03", "2025-06-11", "2025-06-20"]
	limited = read_lines(connection, "accepted_quantity", scope, KpiSettings(), limit=2)
	assert limited == facts[:2]


@pytest.mark.parametrize("name", MEASURES)
def test_evidence_names_its_document(name):
	for seed in range(10):
		world = random_world(Random(seed))
		connection = database(world)
		scope = Scope(COMPANY, date(2025, 1, 1), date(2025, 3, 31), date(2025, 12, 31))
		settings = KpiSettings(kpi="Service", template="Strategic Supplier")
		for fact in read_lines(connection, name, scope, settings):
			names = {row["name"] for row in world[fact["document_type"]]}
			assert fact["document"] in names


def test_ten_thousand_suppliers_are_bound_once_each():
	suppliers = tuple(f"Supplier {number}" for number in range(10_000))
	scope = Scope(COMPANY, date(2025, 6, 1), date(2025, 6, 30), date(2025, 7, 31), suppliers)
	query = totals(MEASURES["accepted_quantity"], scope, KpiSettings(), MARIADB)
	# Suppliers, company, two dates and the constants of three kinds of receipt.
	assert len(query.values) < 10_020
	assert set(suppliers) <= set(query.values.values())


def test_another_app_can_bring_a_measure():
	"""Share of orders without lines on hold: one branch over a table that the measures already read."""

	def orders_kept_going(sql) -> Facts:
		order = sql.table("Purchase Order", "po")
		source = sql.from_(order).where((order.docstatus == 1) & sql.of_company(order))
		going = flag(order.status != "On Hold")
		return Facts(
			[Branch(source, order.supplier, going, ValueWrapper(1), {"date": order.transaction_date})]
		)

	measure = Measure(
		"orders_kept_going", "Orders kept going", "%", 100, ("Purchase Order",), orders_kept_going
	)
	books = Books()
	for status in ("Completed", "On Hold", "To Bill"):
		books.order(status=status)
	connection = database(books.world)
	scope = Scope(COMPANY, date(2025, 6, 1), date(2025, 6, 30), date(2025, 7, 31))
	found = read_totals(connection, measure, scope, KpiSettings())
	assert found == {"Supplier 1": (2, 3, 3)}
	assert sums(read_lines(connection, measure, scope, KpiSettings())) == found


def test_books_refuse_a_column_that_the_tables_do_not_have():
	with pytest.raises(KeyError, match="recieved"):
		Books().add("Purchase Receipt Item", parent="x", recieved=1)
	assert set(Books().world) == set(PURCHASES)
