"""What the app adds to saving sales documents: at most three indexed queries, none per line (DESIGN §5)."""

import time

import frappe
import pytest
from factories import make_item
from sales_factories import deliver, make_customer, make_quotation, make_sales_order
from test_save_budget import MOST_QUERIES, MOST_SECONDS, sent_by, without_our_hooks

from partner_relations.customer_care import order_progress, tier_on_documents, tiers, visits


def added(document) -> int:
	"""Statements that the app adds to saving a draft."""
	document.save()  # what is cached after the first time
	with without_our_hooks():
		bare = sent_by(document.save)
	return len(sent_by(document.save)) - len(bare)


def informed(**values) -> str:
	"""A customer of a tier with mails on the progress of orders: the longest way."""
	customer = make_customer(**values)
	tiers.move([tiers.TierMove(customer, "Key", tiers.ASSESSMENT, "Score.")])
	return customer


@pytest.mark.parametrize("make", [make_quotation, make_sales_order])
@pytest.mark.parametrize("lines", [1, 25])
def test_drafts(make, lines):
	items = [make_item() for _number in range(lines)]
	document = make(informed(), submit=False, lines=[{"item_code": item} for item in items])
	assert 1 <= added(document) <= MOST_QUERIES


@pytest.mark.parametrize("lines", [1, 10])
def test_a_delivery_note(lines):
	order = make_sales_order(informed(), lines=[{}] * lines)
	assert 1 <= added(deliver(order, submit=False)) <= MOST_QUERIES


def test_submitting_an_order_of_which_the_customer_is_told():
	customer = informed()
	today = frappe.utils.getdate()
	make_sales_order(customer, on=today)  # what is cached after the first time
	bare, full = (make_sales_order(customer, on=today, submit=False) for _number in range(2))
	with without_our_hooks():
		without = sent_by(bare.submit)
	assert 1 <= len(sent_by(full.submit)) - len(without) <= MOST_QUERIES


def test_a_customer():
	customer = frappe.get_doc("Customer", informed())
	customer.save()
	with without_our_hooks():
		bare = sent_by(customer.save)
	assert len(sent_by(customer.save)) == len(bare)


def test_the_columns_looked_at_are_indexed():
	for doctype, column in (
		("Customer", "customer_tier"),
		("Customer", "tier_override_until"),
		("Sales Order", "customer_tier"),
		("Sales Order", "progress_notice"),
		("Event Participants", "reference_docname"),
	):
		indexed = {row.Column_name for row in frappe.db.sql(f"SHOW INDEX FROM `tab{doctype}`", as_dict=True)}
		assert column in indexed, (doctype, column)


def test_time_of_our_handlers():
	"""The best of twenty, so that a busy machine doesn't count."""
	customer = frappe.get_doc("Customer", informed())
	order = make_sales_order(customer.name, submit=False, on=frappe.utils.getdate())
	order.items = order.items * 100
	best = []
	for _number in range(20):
		started = time.perf_counter()
		tier_on_documents.set_tier(order)
		order_progress.note_progress(order)
		tiers.keep_tier(customer)
		visits.hand_over(customer)
		best.append(time.perf_counter() - started)
	assert min(best) < MOST_SECONDS
