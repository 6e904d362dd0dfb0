"""What the app adds to saving ERPNext's documents: at most three queries, none per line, 5 ms (DESIGN §5)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import frappe
import pytest
from contract_factories import contract_in_force, make_blanket_order
from factories import day, grade_supplier, make_item, make_order, make_supplier, request_quotations
from support.statements import Statements, statements

from partner_relations.supplier_quality import due_dates, publishing, purchase_cover, restrictions
from partner_relations.supplier_quality.restrictions import RESTRICTION

MOST_QUERIES = 3
MOST_SECONDS = 0.005


@contextmanager
def without_our_hooks() -> Iterator[None]:
	"""ERPNext as it would be without this app: its document events taken out."""
	before = frappe.get_doc_hooks()
	frappe.local.doc_events_hooks = {
		doctype: {
			event: [handler for handler in handlers if not handler.startswith("partner_relations.")]
			for event, handlers in events.items()
		}
		for doctype, events in before.items()
	}
	try:
		yield
	finally:
		frappe.local.doc_events_hooks = before


def sent_by(save: Callable[[], object]) -> Statements:
	with statements() as sent:
		save()
	return sent


def added(document) -> int:
	"""Statements that the app adds to saving a draft."""
	document.save()  # what is cached after the first time
	with without_our_hooks():
		bare = sent_by(document.save)
	full = sent_by(document.save)
	assert bare.of(RESTRICTION) == [] and len(full.of(RESTRICTION)) == 1
	return len(full) - len(bare)


@pytest.mark.parametrize("lines", [1, 25])
def test_a_purchase_order_that_changed(lines):
	"""Restrictions, contracts and agreed prices are looked at."""
	item = make_item()
	contract = contract_in_force(start_date=day(1, 1))
	grade_supplier(contract.party_name, 65)
	make_blanket_order(contract, {item: 7})
	order = make_order(contract.party_name, submit=False, lines=[{"item_code": item}] * lines)
	order.save()  # what is cached after the first time
	order.items[0].qty += 1
	with without_our_hooks():
		bare = sent_by(order.save)
	order.items[0].qty += 1
	assert len(sent_by(order.save)) - len(bare) == MOST_QUERIES


@pytest.mark.parametrize("lines", [1, 25])
def test_purchase_order(lines):
	supplier = make_supplier()
	grade_supplier(supplier, 65)  # restricted, with a warning: the longest way
	items = [make_item() for _number in range(lines)]
	order = make_order(supplier, submit=False, lines=[{"item_code": item} for item in items])
	assert 1 <= added(order) <= MOST_QUERIES


def test_submitting_and_changing_a_purchase_order():
	supplier, item = make_supplier(), make_item()
	make_order(supplier, item=item)  # what is cached after the first time
	bare, full = (make_order(supplier, item=item, submit=False) for _number in range(2))
	with without_our_hooks():
		without = sent_by(bare.submit)
	assert 1 <= len(sent_by(full.submit)) - len(without) <= MOST_QUERIES
	assert sent_by(full.save).of(RESTRICTION) == []  # a submitted order is not checked again


@pytest.mark.parametrize("suppliers", [1, 10])
def test_request_for_quotation(suppliers):
	request = request_quotations(
		[make_supplier() for _number in range(suppliers)], item=make_item(), submit=False
	)
	assert 1 <= added(request) <= MOST_QUERIES


def test_supplier():
	supplier = frappe.get_doc("Supplier", make_supplier())
	supplier.save()
	with without_our_hooks():
		bare = sent_by(supplier.save)
	assert len(sent_by(supplier.save)) == len(bare)


def test_query_is_indexed():
	indexed = {row.Column_name for row in frappe.db.sql(f"SHOW INDEX FROM `tab{RESTRICTION}`", as_dict=True)}
	assert {"supplier", "status"} <= indexed


def test_time_of_our_handlers():
	"""The best of twenty, so that a busy machine doesn't count."""
	supplier = make_supplier()
	grade_supplier(supplier, 65)
	order = make_order(supplier, submit=False, lines=[{"item_code": item} for item in [make_item()] * 1])
	order.items = order.items * 100
	handlers = (
		(restrictions.check_purchase_order, order, "before_validate"),
		(purchase_cover.check_purchase_order, order, "validate"),
		(due_dates.freeze_first_due_dates, order, "before_submit"),
		(publishing.keep_standing, frappe.get_doc("Supplier", supplier), "validate"),
	)
	best = []
	for _number in range(20):
		started = time.perf_counter()
		for handler, document, method in handlers:
			handler(document, method)
		best.append(time.perf_counter() - started)
	assert min(best) < MOST_SECONDS
