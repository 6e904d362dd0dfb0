"""Every measure on the site's MariaDB equals the plain-Python reference and the same query on SQLite.

First on random documents, written straight into ERPNext's tables: all the odd cases of the unit tests, a few
hundred times. Then on documents that ERPNext itself made, where a person has counted what must come out.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any

import frappe
import pytest
from erpnext.buying.doctype.purchase_order.purchase_order import update_status
from erpnext.buying.doctype.request_for_quotation.request_for_quotation import create_supplier_quotation
from erpnext.controllers.sales_and_purchase_return import make_return_doc
from erpnext.stock.doctype.purchase_receipt.purchase_receipt import (
	make_purchase_invoice as make_invoice_of_receipt,
)
from erpnext.subcontracting.doctype.subcontracting_receipt.subcontracting_receipt import (
	make_purchase_receipt as make_service_receipt,
)
from erpnext.subcontracting.doctype.subcontracting_receipt.subcontracting_receipt import (
	make_subcontract_return_against_rejected_warehouse,
)
from factories import (
	COMPANY,
	FROM_DATE,
	LAST_YEAR,
	TO_DATE,
	day,
	inspect,
	invoice,
	make_item,
	make_order,
	make_receipt,
	make_service,
	make_supplier,
	make_user,
	quote,
	receive,
	request_quotations,
	return_goods,
	subcontract,
	unique,
)
from frappe.model.document import Document

from partner_relations.common.bulk import insert_rows
from partner_relations.preview.shapes import PURCHASES
from partner_relations.supplier_quality.kpis import (
	MARIADB,
	MEASURES,
	BoundQuery,
	KpiSettings,
	Scope,
	lines,
	totals,
)
from partner_relations.supplier_quality.kpis.values import VALUES
from partner_relations.supplier_quality.measures import execute
from tests.reference.documents import TEMPLATE, Row, World, random_question, random_world
from tests.reference.measures import MEASURED, VALUED, disagreements, expected
from tests.reference.on_sqlite import database, read_lines, read_totals, sums

WORLDS = 40
QUESTIONS = 20  # for each measure; each is put to several worlds, for writing the SQL takes longest

Triple = tuple[float, float, int]
"""Numerator, denominator, sample size."""

_MEASURES = {**MEASURES, **VALUES}

# Writing the SQL takes longer than running it on a few documents.
_totals = lru_cache(maxsize=1024)(totals)
_lines = lru_cache(maxsize=1024)(lines)


def site_totals(measure: str, scope: Scope, settings: KpiSettings) -> dict[str, tuple]:
	"""What the grouped query finds on the site, by supplier."""
	query: BoundQuery = _totals(_MEASURES[measure], scope, settings, MARIADB)
	rows = execute(query.sql, query.values)
	found = {supplier: (numerator, denominator, sample) for supplier, numerator, denominator, sample in rows}
	assert len(found) == len(rows), "a supplier has one row"
	return found


def site_lines(measure: str, scope: Scope, settings: KpiSettings) -> list[Row]:
	"""The facts themselves, as the evidence reads them."""
	query = _lines(_MEASURES[measure], scope, settings, MARIADB)
	return frappe.db.sql(query.sql, query.values, as_dict=True)


def assert_all_agree(
	world: World, connection: Any, measure: str, scope: Scope, settings: KpiSettings
) -> dict:
	"""The site's totals, after finding that its lines, SQLite and the reference say the same to 1e-9."""
	wanted = expected(measure, world, scope, settings)
	found = site_totals(measure, scope, settings)
	about = f"{measure}: {scope}, {settings}"
	assert not disagreements(found, wanted), f"totals, {about}"
	assert not disagreements(sums(site_lines(measure, scope, settings)), wanted), f"lines, {about}"
	assert not disagreements(read_totals(connection, measure, scope, settings), wanted), f"SQLite, {about}"
	assert not disagreements(sums(read_lines(connection, measure, scope, settings)), wanted), about
	return found


# On random documents


def random_questions(measure: str, seed: int) -> tuple[Scope, KpiSettings]:
	scope, settings = random_question(Random(f"{measure} {seed % QUESTIONS}"))
	if measure == "rfq_response_days" and settings.maximum_days is None:
		settings = replace(settings, maximum_days=7)  # without one, an unanswered request has no days
	return scope, settings


def write(world: World) -> None:
	"""Insert the documents' columns into the site's tables; no controller runs."""
	# A template of this name may be on the site, with its own evaluators.
	frappe.db.delete("Supplier Evaluation Template Evaluator", {"parent": TEMPLATE})
	for doctype, rows in world.items():
		columns = list(PURCHASES[doctype])
		insert_rows(doctype, columns, ([row[column] for column in columns] for row in rows))


def test_every_measure_on_random_documents():
	values: dict[str, set[float]] = {measure: set() for measure in MEASURED + VALUED}
	for seed in range(1000, 1000 + WORLDS):  # others than those of the unit tests
		world = random_world(Random(seed))
		frappe.db.savepoint("before_the_world")
		write(world)
		connection = database(world)
		for measure in MEASURED + VALUED:
			found = assert_all_agree(world, connection, measure, *random_questions(measure, seed))
			values[measure] |= {
				float(numerator / denominator)
				for numerator, denominator, _sample in found.values()
				if denominator
			}
		connection.close()
		frappe.db.rollback(save_point="before_the_world")
	# Agreement means little where nothing is found, or all suppliers are perfect.
	assert set(values) == set(_MEASURES)
	assert all(len(different) >= 3 for different in values.values()), values


# On documents that ERPNext made


class Asker:
	"""Asks a measure about suppliers; the documents are those made since the test began."""

	def __init__(self) -> None:
		self.began = frappe.utils.now()

	def __call__(self, measure: str, *suppliers: str, **question: Any) -> Triple | list[Triple | None] | None:
		"""Numerator, denominator and sample size of the last year's first quarter, read today; None where
		there is no fact. `question` holds fields of KpiSettings, `from_date` and `to_date`.

		Several suppliers give a list. MariaDB, SQLite and the reference have agreed on the answer.
		"""
		scope = Scope(
			COMPANY,
			question.pop("from_date", FROM_DATE),
			question.pop("to_date", TO_DATE),
			as_of=question.pop("as_of", date.today()),
			parties=suppliers,
		)
		settings = KpiSettings(
			**{
				name: Decimal(str(value)) if name.endswith("_tolerance") else value
				for name, value in question.items()
			}
		)
		world = self.world()
		connection = database(world)
		found = assert_all_agree(world, connection, measure, scope, settings)
		connection.close()
		answers = [
			supplier in found
			and (float(found[supplier][0]), float(found[supplier][1]), int(found[supplier][2]))
			for supplier in suppliers
		]
		answers = [answer or None for answer in answers]
		return answers[0] if len(suppliers) == 1 else answers

	def world(self) -> World:
		"""The documents as the reference and SQLite take them."""
		return {
			doctype: [
				{column: _plain(value) for column, value in row.items()}
				for row in frappe.get_all(
					doctype,
					filters={} if doctype == "Item" else {"creation": (">=", self.began)},
					fields=list(PURCHASES[doctype]),
					limit=0,
					order_by="name",
				)
			]
			for doctype in PURCHASES
		}


def _plain(value: Any) -> Any:
	if isinstance(value, Decimal):
		return float(value)
	return str(value) if isinstance(value, date) else value


@pytest.fixture
def ask() -> Asker:
	return Asker()


def test_parts_of_an_order_line(ask):
	supplier = make_supplier()
	order = make_order(supplier, quantity=100, due=day(2, 15))
	receive(order, on=day(2, 10), accepted=40)
	receive(order, on=day(2, 15), accepted=20, rejected=10)
	receive(order, on=day(2, 20), accepted=30)

	assert ask("on_time_delivery", supplier) == (2, 3, 3)
	assert ask("on_time_delivery", supplier, early_days=3) == (1, 3, 3)
	assert ask("on_time_delivery", supplier, early_days=5, late_days=5) == (3, 3, 3)
	assert ask("on_time_delivery", supplier, to_date=day(2, 14)) == (1, 1, 1)
	assert ask("days_late", supplier) == (5, 3, 3)
	assert ask("otif", supplier) == (0, 1, 1)
	assert ask("otif", supplier, late_days=5) == (0, 1, 1)
	assert ask("otif", supplier, late_days=5, quantity_tolerance=10) == (1, 1, 1)
	assert ask("fill_rate", supplier) == (60, 100, 1)
	assert ask("fill_rate", supplier, late_days=5) == (90, 100, 1)
	assert ask("accepted_quantity", supplier) == (90, 100, 3)
	assert ask("defect_ppm", supplier) == (10, 100, 3)


def test_a_wholly_rejected_receipt_is_not_on_time(ask):
	supplier = make_supplier()
	order = make_order(supplier, quantity=20, due=day(2, 15))
	receive(order, on=day(2, 15), accepted=0, rejected=10)
	receive(order, on=day(2, 15), accepted=10)

	assert ask("on_time_delivery", supplier) == (1, 2, 2)
	assert ask("otif", supplier) == (0, 1, 1)
	assert ask("fill_rate", supplier) == (10, 20, 1)
	assert ask("accepted_quantity", supplier) == (10, 20, 2)


def test_nothing_delivered_fails_once_the_window_has_closed(ask):
	supplier = make_supplier()
	make_order(supplier, quantity=10, due=day(2, 15))

	assert ask("otif", supplier, late_days=2, as_of=day(2, 17)) is None
	assert ask("otif", supplier, late_days=2, as_of=day(2, 18)) == (0, 1, 1)
	assert ask("fill_rate", supplier) == (0, 10, 1)
	assert ask("on_time_delivery", supplier) is None


def test_the_first_promise_or_the_current_one(ask):
	supplier = make_supplier()
	order = make_order(supplier, quantity=10, due=day(2, 15))
	order.items[0].schedule_date = order.schedule_date = day(3, 15)
	order.save()
	receive(order.reload(), on=day(3, 1))

	assert ask("on_time_delivery", supplier) == (0, 1, 1)
	assert ask("on_time_delivery", supplier, use_first_due_date=False) == (1, 1, 1)
	assert ask("days_late", supplier) == (day(3, 1).toordinal() - day(2, 15).toordinal(), 1, 1)
	assert ask("otif", supplier, to_date=day(2, 28)) == (0, 1, 1)
	assert ask("otif", supplier, to_date=day(2, 28), use_first_due_date=False) is None


def test_quantities_in_stock_units(ask):
	supplier = make_supplier()
	item = make_item(uoms=[{"uom": "Box", "conversion_factor": 12}])
	order = make_order(
		supplier, quantity=5, lines=[{"item_code": item, "uom": "Box", "conversion_factor": 12}]
	)
	receive(order, accepted=2, rejected=1)

	assert ask("accepted_quantity", supplier) == (24, 36, 1)
	assert ask("fill_rate", supplier) == (24, 60, 1)


def test_lines_of_closed_orders_and_of_orders_on_hold(ask):
	supplier = make_supplier()
	order = make_order(supplier, quantity=10, lines=[{"item_code": make_item()}, {"item_code": make_item()}])
	receipt = receive(order, accepted=6, submit=False)
	receipt.items = receipt.items[:1]
	receipt.save().submit()
	open_order = ask("otif", supplier), ask("fill_rate", supplier)
	assert open_order == ((0, 2, 2), (6, 20, 2))

	update_status("Closed", order.name)
	assert ask("otif", supplier) == (1, 1, 1)
	assert ask("fill_rate", supplier) == (6, 6, 1)
	assert ask("otif", supplier, blame_closed_orders=True) == (0, 2, 2)
	assert ask("fill_rate", supplier, blame_closed_orders=True) == (6, 20, 2)
	assert ask("on_time_delivery", supplier) == (1, 1, 1)

	update_status("Submitted", order.name)
	assert (ask("otif", supplier), ask("fill_rate", supplier)) == open_order
	update_status("On Hold", order.name)
	assert ask("otif", supplier) is None and ask("on_time_delivery", supplier) is None
	assert ask("accepted_quantity", supplier) == (6, 6, 1)


def test_goods_sent_back(ask):
	supplier = make_supplier()
	receipt = make_receipt(supplier, accepted=90, rejected=10, item=make_item())
	rejects = make_return_doc("Purchase Receipt", receipt.name, return_against_rejected_qty=True)
	posted(rejects, day(2, 19)).insert().submit()
	assert (rejects.items[0].qty, rejects.items[0].return_qty_from_rejected_warehouse) == (-10, 1)
	return_goods(receipt, quantity=5, on=day(2, 20))
	return_goods(receipt, quantity=3, on=day(4, 1))

	assert ask("return_rate", supplier) == (5, 100, 1)
	assert ask("return_rate", supplier, from_date=day(4, 1), to_date=day(6, 30)) == (3, 0, 0)
	assert ask("return_rate", supplier, to_date=day(4, 30)) == (8, 100, 1)
	assert ask("accepted_quantity", supplier) == (90, 100, 1)
	assert ask("defect_ppm", supplier) == (10, 100, 1)


def test_a_return_takes_no_promise_back(ask):
	supplier = make_supplier()
	receipt = receive(make_order(supplier, quantity=10, due=day(2, 15)), on=day(2, 14))
	return_goods(receipt, quantity=10, on=day(2, 15))

	assert ask("on_time_delivery", supplier) == (1, 1, 1)
	assert ask("otif", supplier) == (1, 1, 1)
	assert ask("fill_rate", supplier) == (10, 10, 1)
	assert ask("return_rate", supplier) == (10, 10, 1)


def test_an_invoice_that_updates_stock_is_a_receipt(ask):
	supplier = make_supplier()
	order = make_order(supplier, quantity=10, due=day(2, 15))
	bill = invoice(order, on=day(2, 14), quantity=8, update_stock=1)
	invoice(make_order(supplier, quantity=10, due=day(2, 15)), on=day(2, 14))

	assert ask("on_time_delivery", supplier) == (1, 1, 1)
	assert ask("fill_rate", supplier) == (8, 20, 2)
	assert ask("accepted_quantity", supplier) == (8, 8, 1)
	assert ask("invoice_accuracy", supplier) == (1, 2, 2)  # nothing has been received for the second one

	debit_note = posted(make_return_doc("Purchase Invoice", bill.name), day(2, 20))
	debit_note.items[0].qty = debit_note.items[0].received_qty = -3
	debit_note.insert().submit()
	assert ask("return_rate", supplier) == (3, 8, 1)
	assert ask("accepted_quantity", supplier) == (8, 8, 1)
	assert ask("invoice_accuracy", supplier) == (1, 2, 2)


def test_invoices_against_order_and_receipt(ask):
	frappe.db.set_single_value("Buying Settings", "maintain_same_rate", 0)  # else it refuses what is measured
	supplier = make_supplier()
	order = make_order(supplier, quantity=10, rate=10)
	invoice(order, on=day(2, 2), quantity=4)
	assert ask("invoice_accuracy", supplier) == (0, 1, 1)

	receipt = receive(order, on=day(2, 3), accepted=10)
	assert ask("invoice_accuracy", supplier) == (1, 1, 1)

	dearer = posted(make_invoice_of_receipt(receipt.name), day(2, 4))
	dearer.update({"bill_no": unique("Bill"), "bill_date": day(2, 4)})
	dearer.items[0].update({"qty": 2, "rate": 10.2})
	dearer.insert().submit()
	assert dearer.items[0].pr_detail == receipt.items[0].name
	assert ask("invoice_accuracy", supplier) == (1, 2, 2)
	assert ask("invoice_accuracy", supplier, price_tolerance=2) == (2, 2, 2)
	assert ask("invoice_accuracy", supplier, price_tolerance=1.9) == (1, 2, 2)


def test_a_service_is_invoiced_without_receipt(ask):
	supplier = make_supplier()
	order = make_order(supplier, item=make_service(), quantity=10)
	invoice(order, on=day(2, 2), quantity=10)

	assert ask("invoice_accuracy", supplier) == (1, 1, 1)
	assert ask("otif", supplier) is None


def test_orders_and_invoices_in_another_currency(ask):
	frappe.db.set_single_value("Buying Settings", "maintain_same_rate", 0)
	supplier, item = make_supplier(), make_item()
	before = make_order(
		supplier,
		item=item,
		ordered_on=day(11, 2, LAST_YEAR - 1),
		due=day(11, 15, LAST_YEAR - 1),
		currency="EUR",
		conversion_rate=1.2,
	)
	old = receive(before, on=day(11, 10, LAST_YEAR - 1))
	now = make_order(supplier, item=item, quantity=5, currency="EUR", conversion_rate=1.25)
	new = receive(now, on=day(2, 1))
	assert (old.conversion_rate, new.conversion_rate) == (1.2, 1.25)
	assert ask("price_index", supplier) == (5 * 10 * 1.25, 5 * 10 * 1.2, 1)

	# The order's price in the order's currency is kept, whatever the exchange rate of the day.
	payable = payable_account("EUR")
	bill = invoice(now, on=day(3, 1), quantity=3, conversion_rate=1.4, credit_to=payable)
	assert (bill.currency, bill.items[0].base_rate) == ("EUR", 14)
	invoice(now, on=day(3, 2), quantity=2, rate=9.99, conversion_rate=1.25, credit_to=payable)
	assert ask("invoice_accuracy", supplier) == (1, 2, 2)


def payable_account(currency: str) -> str:
	"""An account for what is owed in a currency."""
	creditors = frappe.get_cached_value("Company", COMPANY, "default_payable_account")
	account = frappe.get_doc(
		doctype="Account",
		account_name=f"Creditors in {currency}",
		account_type="Payable",
		account_currency=currency,
		parent_account=frappe.db.get_value("Account", creditors, "parent_account"),
		company=COMPANY,
	)
	return account.insert().name


def test_quotations_in_two_currencies(ask):
	ours, rival, item = make_supplier(), make_supplier(), make_item()
	request = request_quotations([ours, rival], item=item, quantity=10)
	quote(request, ours, rate=10)
	dearer = quote(request, rival, rate=9, submit=False)
	dearer.update({"currency": "EUR", "conversion_rate": 1.25})
	dearer.save().submit()
	assert dearer.items[0].base_net_rate == 11.25

	assert ask("price_competitiveness", ours, rival) == [(100, 100, 1), (100, 112.5, 1)]
	assert ask("price_competitiveness", rival) == (100, 112.5, 1)


def test_a_quotation_left_as_draft_by_the_portal_is_no_answer(ask):
	ours, rival = make_supplier(), make_supplier()
	request = request_quotations([ours, rival], item=make_item(), on=day(1, 10))
	quote(request, rival, rate=9, on=day(1, 12))
	frappe.set_user(make_user("Supplier"))
	draft = create_supplier_quotation(
		{
			"supplier": ours,
			"company": COMPANY,
			"currency": "USD",
			"items": [{**request.items[0].as_dict(), "rate": 10}],
		}
	)
	frappe.set_user("Administrator")
	assert frappe.db.get_value("Supplier Quotation", draft, "docstatus") == 0

	assert ask("rfq_response", ours, rival) == [(0, 1, 1), (1, 1, 1)]
	assert ask("rfq_response_days", ours, rival, maximum_days=7) == [(7, 1, 1), (2, 1, 1)]
	assert ask("price_competitiveness", ours, rival) == [None, None]
	scope = Scope(COMPANY, FROM_DATE, TO_DATE, date.today(), (ours,))
	(line,) = site_lines("rfq_response", scope, KpiSettings())
	assert (line["quotation"], line["not_counted"]) == (None, draft)

	quotation = frappe.get_doc("Supplier Quotation", draft)
	quotation.transaction_date = day(1, 15)
	quotation.save().submit()
	assert ask("rfq_response", ours, rival) == [(1, 1, 1), (1, 1, 1)]
	assert ask("rfq_response_days", ours, rival, maximum_days=7) == [(5, 1, 1), (2, 1, 1)]
	assert ask("price_competitiveness", ours, rival) == [(90, 100, 1), (90, 90, 1)]


def test_inspections_of_receipts(ask):
	supplier, other = make_supplier(), make_supplier()
	good, bad, later, undone = (make_receipt(supplier, item=make_item(), accepted=10) for _ in range(4))
	inspect(good)
	inspect(bad, status="Rejected")
	inspect(later, on=day(4, 1))
	inspect(undone, status="Rejected").cancel()
	bill = invoice(make_order(other), update_stock=1)
	inspect(bill, status="Rejected")

	assert ask("lot_acceptance", supplier, other) == [(1, 2, 2), (0, 1, 1)]
	assert ask("lot_acceptance", supplier, to_date=day(4, 1)) == (2, 3, 3)


def test_subcontracting_counts_the_goods_once(ask):
	supplier = make_supplier()
	order, _job, receipt = subcontract(supplier, quantity=10, service=5, rejected=2, on=day(2, 10))
	figures = {
		"on_time_delivery": (1, 1, 1),
		"otif": (0, 1, 1),
		"fill_rate": (8, 10, 1),
		"accepted_quantity": (8, 10, 1),
		"return_rate": (0, 10, 1),
	}
	assert {measure: ask(measure, supplier) for measure in figures} == figures
	assert ask("otif", supplier, quantity_tolerance=20) == (1, 1, 1)

	made = make_service_receipt(receipt.name, save=True, submit=True)
	assert (made.docstatus, made.subcontracting_receipt) == (1, receipt.name)
	assert made.items[0].purchase_order_item == order.items[0].name
	assert {measure: ask(measure, supplier) for measure in figures} == figures

	rejects = make_subcontract_return_against_rejected_warehouse(receipt.name)
	posted(rejects, day(2, 11)).insert().submit()
	assert ask("return_rate", supplier) == (0, 10, 1)
	back = posted(make_return_doc("Subcontracting Receipt", receipt.name), day(2, 12))
	back.items[0].qty, back.items[0].rejected_qty, back.items[0].received_qty = -3, 0, -3
	back.insert().submit()
	assert ask("return_rate", supplier) == (3, 10, 1)


def posted(document: Document, on: date) -> Document:
	"""The document with its posting date set by hand."""
	document.update({"set_posting_time": 1, "posting_date": on, "posting_time": "12:00:00"})
	return document
