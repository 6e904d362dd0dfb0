"""Every customer metric on the site's MariaDB equals the plain-Python reference and the query on SQLite.

First on random documents, written straight into ERPNext's tables: all the odd cases of the unit tests. Then
on documents that ERPNext itself made, where a person has counted what must come out.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any

import frappe
import pytest
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.controllers.sales_and_purchase_return import make_return_doc
from erpnext.selling.doctype.sales_order.sales_order import update_status
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice
from factories import COMPANY, FROM_DATE, LAST_YEAR, TO_DATE, day, make_item, make_service, unique
from frappe.model.document import Document
from sales_factories import (
	credit,
	deliver,
	make_customer,
	make_invoice,
	make_sales_order,
	pay,
	put_in_stock,
	return_delivery,
	sell,
)

from partner_relations.common.bulk import insert_rows
from partner_relations.customer_care.metrics import (
	GROSS_MARGIN_AMOUNT,
	MARIADB,
	METRICS,
	MetricSettings,
	Scope,
	lines,
	totals,
)
from partner_relations.preview.shapes import SALES
from tests.reference.customer_metrics import REFERENCED, expected_of_customers
from tests.reference.documents import Row, World
from tests.reference.measures import disagreements
from tests.reference.on_sqlite import combined, database, read_lines, read_totals
from tests.reference.sales import random_sales, random_sales_question

WORLDS = 40
QUESTIONS = 20  # for each metric; each is put to several worlds, for writing the SQL takes longest

Triple = tuple[float, float, int]
"""Numerator, denominator, sample size."""

EVERY = {**METRICS, GROSS_MARGIN_AMOUNT.name: GROSS_MARGIN_AMOUNT}

_totals = lru_cache(maxsize=1024)(totals)
_lines = lru_cache(maxsize=1024)(lines)


def site_totals(metric: str, scope: Scope, settings: MetricSettings) -> dict[str, tuple]:
	"""What the grouped query finds on the site, by customer."""
	query = _totals(EVERY[metric], scope, settings, MARIADB)
	rows = frappe.db.sql(query.sql, query.values)
	found = {customer: (numerator, denominator, sample) for customer, numerator, denominator, sample in rows}
	assert len(found) == len(rows), "a customer has one row"
	return found


def site_lines(metric: str, scope: Scope, settings: MetricSettings) -> list[Row]:
	"""The facts themselves, as the evidence reads them."""
	query = _lines(EVERY[metric], scope, settings, MARIADB)
	return frappe.db.sql(query.sql, query.values, as_dict=True)


def assert_all_agree(
	world: World, connection: Any, metric: str, scope: Scope, settings: MetricSettings
) -> dict:
	"""The site's totals, after finding that its lines, SQLite and the reference say the same to 1e-9."""
	measure = EVERY[metric]
	wanted = expected_of_customers(metric, world, scope, settings)
	found = site_totals(metric, scope, settings)
	about = f"{metric}: {scope}, {settings}"
	assert not disagreements(found, wanted), f"totals, {about}"
	facts = site_lines(metric, scope, settings)
	assert not disagreements(combined(measure, facts, scope, settings), wanted), f"lines, {about}"
	assert not disagreements(read_totals(connection, measure, scope, settings), wanted), f"SQLite, {about}"
	facts = read_lines(connection, measure, scope, settings)
	assert not disagreements(combined(measure, facts, scope, settings), wanted), about
	return found


# On random documents


def test_every_metric_on_random_documents():
	values: dict[str, set[float]] = {metric: set() for metric in REFERENCED}
	for seed in range(1000, 1000 + WORLDS):  # others than those of the unit tests
		world = random_sales(Random(seed))
		frappe.db.savepoint("before_the_world")
		for doctype, rows in world.items():
			columns = list(SALES[doctype])
			insert_rows(doctype, columns, ([row[column] for column in columns] for row in rows))
		connection = database(world)
		for metric in REFERENCED:
			question = random_sales_question(Random(f"{metric} {seed % QUESTIONS}"))
			found = assert_all_agree(world, connection, metric, *question)
			values[metric] |= {
				float(numerator / denominator)
				for numerator, denominator, _sample in found.values()
				if denominator
			}
		connection.close()
		frappe.db.rollback(save_point="before_the_world")
	# Agreement means little where nothing is found, or all customers are perfect.
	assert set(values) == set(EVERY)
	assert all(len(different) >= 3 for different in values.values()), values


# On documents that ERPNext made


class Asker:
	"""Asks a metric about a customer; the documents are those made since the test began."""

	def __init__(self) -> None:
		self.began = frappe.utils.now()

	def __call__(self, metric: str, customer: str, **question: Any) -> Triple | None:
		"""Numerator, denominator and sample size of the last year's first quarter, read today; None where
		there is no fact. `question` holds fields of MetricSettings, `from_date`, `to_date` and `as_of`.

		MariaDB, SQLite and the reference have agreed on the answer.
		"""
		scope = Scope(
			COMPANY,
			question.pop("from_date", FROM_DATE),
			question.pop("to_date", TO_DATE),
			as_of=question.pop("as_of", date.today()),
			parties=(customer,),
		)
		world = self.world()
		connection = database(world)
		found = assert_all_agree(world, connection, metric, scope, MetricSettings(**question))
		connection.close()
		if customer not in found:
			return None
		numerator, denominator, sample = found[customer]
		return round(float(numerator), 6), round(float(denominator), 6), int(sample)

	def world(self) -> World:
		"""The documents as the reference and SQLite take them."""
		return {
			doctype: [
				{column: _plain(value) for column, value in row.items()}
				for row in frappe.get_all(
					doctype,
					filters={} if doctype == "Item" else {"creation": (">=", self.began)},
					fields=list(columns),
					limit=0,
					order_by="name",
				)
			]
			for doctype, columns in SALES.items()
		}


def _plain(value: Any) -> Any:
	if isinstance(value, Decimal):
		return float(value)
	return str(value) if isinstance(value, date | datetime) else value


@pytest.fixture
def ask() -> Asker:
	return Asker()


@pytest.fixture
def item() -> str:
	"""A stock item of which there is plenty, at 6 each."""
	code = make_item()
	put_in_stock(code, 1000, rate=6)
	return code


def posted(document: Document, on: date) -> Document:
	"""The document with its posting date set by hand."""
	document.update({"set_posting_time": 1, "posting_date": on, "posting_time": "12:00:00"})
	return document


def test_from_order_to_payment(ask, item):
	customer = make_customer()
	sell(customer, item=item, quantity=10, rate=10, on=day(2, 1), due=day(2, 10), paid_on=day(2, 20))

	assert ask("revenue", customer) == (100, 1, 1)
	assert ask("gross_margin", customer) == (40, 100, 1)
	assert ask("gross_margin_amount", customer) == (40, 1, 1)
	assert ask("growth", customer, from_date=day(4, 1), to_date=day(6, 30)) == (-100, 100, 1)
	assert ask("frequency", customer) == (1, 1, 1)
	assert ask("recency", customer) == ((TO_DATE - day(2, 1)).days, 1, 1)
	assert ask("payment_punctuality", customer) == (100, 100, 1)
	assert ask("return_rate", customer) == (0, 10, 1)
	assert ask("complaint_rate", customer) == (0, 1, 1)
	assert ask("perfect_order_rate", customer) == (1, 1, 1)


def test_late_delivery_late_payment_and_a_return(ask, item):
	customer = make_customer()
	dates = {"due": day(1, 10), "delivered_on": day(1, 12), "payment_due": day(2, 1)}
	sale = sell(customer, item=item, on=day(1, 5), **dates)
	pay(sale.invoice, on=day(1, 31), amount=70)
	pay(sale.invoice.reload(), on=day(2, 3))

	assert ask("payment_punctuality", customer) == (70, 100, 1)
	assert ask("payment_punctuality", customer, payment_days=2) == (100, 100, 1)
	assert ask("perfect_order_rate", customer) == (0, 1, 1)
	assert ask("perfect_order_rate", customer, late_days=2) == (1, 1, 1)
	return_delivery(sale.delivery, quantity=3, on=day(2, 10))
	assert ask("return_rate", customer) == (3, 10, 1)
	assert ask("perfect_order_rate", customer, late_days=2) == (0, 1, 1)
	assert ask("revenue", customer) == (100, 1, 1)
	credit(sale.invoice, quantity=3, on=day(2, 11))
	assert ask("revenue", customer) == (70, 1, 2)
	assert ask("gross_margin", customer) == (28, 70, 2)
	assert ask("return_rate", customer) == (3, 10, 1)


def test_an_invoice_that_updates_stock(ask, item):
	customer = make_customer()
	order = make_sales_order(customer, item=item, on=day(2, 1), due=day(2, 20))
	invoice = make_invoice(order, on=day(2, 20), update_stock=1)

	assert ask("gross_margin", customer) == (40, 100, 1)
	assert ask("return_rate", customer) == (0, 10, 1)
	assert ask("perfect_order_rate", customer) == (1, 1, 1)
	assert ask("perfect_order_rate", customer, early_days=5) == (1, 1, 1)
	credit(invoice, quantity=4, on=day(3, 1))
	assert ask("revenue", customer) == (60, 1, 2)
	assert ask("gross_margin", customer) == (24, 60, 2)
	assert ask("return_rate", customer) == (4, 10, 1)
	assert ask("perfect_order_rate", customer) == (0, 1, 1)


def test_invoiced_before_delivery(ask, item):
	customer = make_customer()
	order = make_sales_order(customer, item=item, on=day(2, 1), due=day(2, 20))
	make_invoice(order, on=day(2, 2))
	assert ask("gross_margin", customer) == (40, 100, 1)  # at the valuation of that day
	put_in_stock(item, 1000, rate=10, on=day(2, 3))
	deliver(order, on=day(2, 10))
	rate = frappe.db.get_value("Delivery Note Item", {"so_detail": order.items[0].name}, "incoming_rate")
	assert ask("gross_margin", customer) == (100 - 10 * rate, 100, 1)


def test_services_are_sold_without_cost_and_delivery(ask, item):
	customer = make_customer()
	lines = [{"item_code": item}, {"item_code": make_service(), "qty": 1, "rate": 500}]
	sell(customer, on=day(2, 1), lines=lines)

	assert ask("revenue", customer) == (600, 1, 1)
	assert ask("gross_margin", customer) == (40, 100, 1)
	assert ask("return_rate", customer) == (0, 10, 1)
	assert ask("perfect_order_rate", customer) == (1, 1, 1)


def test_a_product_bundle(ask, item):
	customer, bundle = make_customer(), make_service()
	other = make_item()
	put_in_stock(other, 100, rate=2.5)
	frappe.get_doc(
		doctype="Product Bundle",
		new_item_code=bundle,
		items=[{"item_code": item, "qty": 2}, {"item_code": other, "qty": 1}],
	).insert()
	sale = sell(customer, item=bundle, quantity=4, rate=30, on=day(2, 1))

	assert ask("gross_margin", customer) == (120 - 4 * (2 * 6 + 2.5), 120, 1)
	assert ask("return_rate", customer) == (0, 4, 1)
	assert ask("perfect_order_rate", customer) == (1, 1, 1)
	return_delivery(sale.delivery, quantity=1, on=day(2, 5))
	assert ask("return_rate", customer) == (1, 4, 1)
	assert ask("perfect_order_rate", customer) == (0, 1, 1)


def test_sales_over_the_counter(ask, item):
	customer = make_customer()
	cash = frappe.get_cached_value("Company", COMPANY, "default_cash_account")
	mode = "Cash"
	invoice = frappe.get_doc(
		doctype="Sales Invoice",
		customer=customer,
		company=COMPANY,
		is_pos=1,
		update_stock=1,
		currency="USD",
		items=[{"item_code": item, "qty": 10, "rate": 10}],
		payments=[{"mode_of_payment": mode, "account": cash, "amount": 100}],
	)
	invoice.set_warehouse = frappe.db.get_value("Warehouse", {"company": COMPANY, "warehouse_name": "Stores"})
	posted(invoice, day(2, 1)).insert().submit()
	assert (invoice.outstanding_amount, invoice.payment_schedule) == (0, [])

	assert ask("frequency", customer) == (1, 1, 1)
	assert ask("revenue", customer) == (100, 1, 1)
	assert ask("payment_punctuality", customer) is None


def test_payment_terms_advances_and_credit_notes(ask):
	customer = make_customer()
	order = make_sales_order(customer, quantity=10, rate=100, on=day(1, 2))
	invoice = make_invoice(order, on=day(1, 2), submit=False)
	invoice.payment_schedule = []
	for due in (day(1, 31), day(2, 28)):
		invoice.append("payment_schedule", {"due_date": due, "invoice_portion": 50})
	invoice.save().submit()
	pay(invoice, on=day(1, 20), amount=300)
	pay(invoice.reload(), on=day(2, 27), amount=500)

	assert ask("payment_punctuality", customer) == (300 + 300, 1000, 2)
	assert ask("payment_punctuality", customer, to_date=day(2, 1)) == (300, 500, 1)
	note = posted(make_return_doc("Sales Invoice", invoice.name), day(3, 10))
	note.items[0].qty = -1
	note.update({"payment_schedule": [], "due_date": day(3, 10)})
	note.insert().submit()
	assert note.update_outstanding_for_self, "ERPNext lets it stand on its own"
	assert ask("payment_punctuality", customer) == (600, 900, 2)


def test_an_advance_is_not_due(ask):
	customer = make_customer()
	order = make_sales_order(customer, quantity=10, rate=100, on=day(1, 2))
	advance = get_payment_entry("Sales Order", order.name, party_amount=400)
	advance.update(
		{"posting_date": day(1, 5), "reference_no": unique("Advance"), "reference_date": day(1, 5)}
	)
	advance.insert().submit()
	invoice = make_invoice(order, on=day(1, 20), due=day(2, 10), submit=False)
	invoice.set_advances()
	invoice.payment_schedule = []
	invoice.save().submit()
	assert invoice.payment_schedule[0].base_payment_amount == 600

	assert ask("payment_punctuality", customer) == (0, 600, 1)
	pay(invoice.reload(), on=day(2, 10), amount=100)
	assert ask("payment_punctuality", customer) == (100, 600, 1)


def test_an_invoice_in_another_currency(ask):
	receivable = frappe.get_cached_value("Company", COMPANY, "default_receivable_account")
	account = frappe.get_doc(
		doctype="Account",
		account_name=unique("Debtors in EUR"),
		account_type="Receivable",
		account_currency="EUR",
		parent_account=frappe.db.get_value("Account", receivable, "parent_account"),
		company=COMPANY,
	).insert()
	customer = make_customer(default_currency="EUR")
	order = make_sales_order(customer, currency="EUR", conversion_rate=1.25, on=day(1, 2))
	invoice = make_invoice(order, on=day(1, 2), due=day(2, 1), debit_to=account.name)
	payment = pay_in_euro(invoice, on=day(1, 31), amount=80, rate=1.1)

	assert payment.difference_amount == 0
	assert ask("revenue", customer) == (125, 1, 1)
	assert ask("payment_punctuality", customer) == (100, 125, 1)


def pay_in_euro(invoice: Document, on: date, amount: float, rate: float) -> Document:
	payment = get_payment_entry("Sales Invoice", invoice.name, party_amount=amount)
	payment.update({"posting_date": on, "reference_no": unique("Payment"), "reference_date": on})
	payment.source_exchange_rate = rate
	payment.received_amount = amount * rate
	payment.insert()
	return payment.submit()


def test_orders_closed_and_on_hold(ask, item):
	customer = make_customer()
	order = make_sales_order(customer, item=item, on=day(2, 1), due=day(2, 10))
	assert ask("perfect_order_rate", customer) == (0, 1, 1)
	deliver(order, on=day(2, 5), quantity=6)
	update_status("Closed", order.name)
	assert ask("perfect_order_rate", customer) == (1, 1, 1)
	assert ask("frequency", customer) == (1, 1, 1)
	given_up = make_sales_order(customer, item=item, on=day(2, 1), due=day(2, 10))
	update_status("Closed", given_up.name)
	assert ask("frequency", customer) == (1, 1, 1)
	assert ask("perfect_order_rate", customer) == (1, 1, 1)
	update_status("Draft", order.name)
	frappe.get_doc("Sales Order", order.name).update_status("On Hold")
	assert ask("perfect_order_rate", customer) is None


def test_cancelled_documents_do_not_count(ask, item):
	customer = make_customer()
	sale = sell(customer, item=item, on=day(2, 1), due=day(2, 10))
	for document in (sale.invoice, sale.delivery, sale.order):
		document.reload().cancel()
	for metric in EVERY:
		assert ask(metric, customer) is None


def test_complaints_of_a_customer(ask, item):
	customer = make_customer()
	sale = sell(customer, item=item, on=day(2, 1), due=day(2, 10))
	complaint = frappe.get_doc(
		doctype="Customer Complaint",
		subject="Scratched",
		customer=customer,
		company=COMPANY,
		received_on=f"{day(2, 20)} 10:00:00",
		items=[{"document_type": "Delivery Note", "document_name": sale.delivery.name, "item_code": item}],
	).insert()

	assert ask("complaint_rate", customer) == (1, 1, 1)
	assert ask("perfect_order_rate", customer) == (0, 1, 1)
	frappe.db.set_value("Customer Complaint", complaint.name, "step", "Rejected")
	assert ask("complaint_rate", customer) == (0, 1, 1)
	assert ask("perfect_order_rate", customer) == (1, 1, 1)


def test_growth_over_a_year(ask):
	customer = make_customer()
	for year, quantity in ((LAST_YEAR - 1, 8), (LAST_YEAR, 10)):
		make_invoice(make_sales_order(customer, quantity=quantity, on=day(6, 1, year)), on=day(6, 1, year))
	begin, end = date(LAST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
	assert begin - (end - begin + timedelta(days=1)) <= date(LAST_YEAR - 1, 1, 2)
	assert ask("growth", customer, from_date=begin, to_date=end) == (20, 80, 2)


def test_the_same_invoice_of_two_deliveries(ask, item):
	customer = make_customer()
	order = make_sales_order(customer, item=item, on=day(2, 1), due=day(2, 10))
	first, second = deliver(order, on=day(2, 2), quantity=4), deliver(order, on=day(2, 3), quantity=6)
	invoice = make_sales_invoice(second.name, target_doc=make_sales_invoice(first.name))
	posted(invoice, day(2, 4)).insert().submit()

	assert len(invoice.items) == 2
	assert ask("revenue", customer) == (100, 1, 1)
	assert ask("gross_margin", customer) == (40, 100, 2)
	assert ask("perfect_order_rate", customer) == (1, 1, 1)
