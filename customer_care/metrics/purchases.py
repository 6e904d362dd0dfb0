"""When and how often a customer bought."""

from collections.abc import Callable
from datetime import date, timedelta

from pypika import Table
from pypika.functions import Coalesce, Max, Min
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, ExistsCriterion, Term, ValueWrapper

from partner_relations.common.facts.query import ANYTHING, Branch, Facts, Sql
from partner_relations.common.facts.terms import text
from partner_relations.customer_care.metrics.documents import invoice_tables, order_tables

LOOK_BACK = timedelta(days=3 * 365)


def frequency(sql: Sql) -> Facts:
	"""Purchases made in the period / 1.

	A purchase is a sales order, by its date, or an invoice for nothing that was ordered (a sale over the
	counter), by its posting date. An order counts once however many deliveries and invoices it takes; one
	that was closed before anything was delivered or billed doesn't count, nor does what costs nothing: a
	sample, or a replacement after a complaint.
	"""
	branches = _purchases(sql, sql.scope.from_date, lambda day: ValueWrapper(1))
	return Facts(branches, denominators=Max)


def recency(sql: Sql) -> Facts:
	"""Days from the customer's last purchase to the end of the period / 1.

	Purchases are those of `frequency`, also from before the period. Who last bought more than three years
	before its end has no value: the history of a customer long lost isn't read again with every run.
	"""
	last_day = sql.value(sql.scope.to_date)
	first = min(sql.scope.from_date, sql.scope.to_date - LOOK_BACK)
	branches = _purchases(sql, first, lambda day: sql.days_between(last_day, day))
	return Facts(branches, numerators=Min, denominators=Max)


def _purchases(sql: Sql, first: date, counted: Callable[[Term], Term]) -> list[Branch]:
	"""Purchases from a day to the end of the period; `counted` makes the numerator of the purchase's day."""
	return [
		Branch(
			source.where((day >= sql.value(first)) & (day <= sql.value(sql.scope.to_date))),
			document.customer,
			counted(day),
			ValueWrapper(1),
			{
				"date": day,
				"document_type": text(doctype),
				"document": document.name,
				"amount": document.base_net_total,
			},
		)
		for doctype, document, day, source in (_orders(sql), _sales_without_order(sql))
	]


def _orders(sql: Sql) -> tuple[str, Table, Term, QueryBuilder]:
	orders = order_tables(sql)
	order = orders.order
	given_up = (Coalesce(order.status, "") == "Closed") & (order.per_delivered == 0) & (order.per_billed == 0)
	bought = (order.base_net_total > 0) & given_up.negate()
	source = sql.from_(order).where(orders.counts(sql) & bought & _has_item(sql, order, orders.line))
	return "Sales Order", order, order.transaction_date, source


def _sales_without_order(sql: Sql) -> tuple[str, Table, Term, QueryBuilder]:
	sold = invoice_tables(sql)
	invoice, ordered = sold.invoice, sql.table("Sales Invoice Item", "ordered")
	# No line that names an order: joined, for MariaDB runs a join in half the time of NOT EXISTS.
	source = (
		sql.from_(invoice)
		.left_join(ordered)
		.on((ordered.parent == invoice.name) & (Coalesce(ordered.sales_order, "") != ""))
		.where(
			sold.counts(sql)
			& (invoice.is_return == 0)
			& (invoice.is_debit_note == 0)
			& (invoice.base_net_total > 0)
			& ordered.name.isnull()
			& _has_item(sql, invoice, sold.line)
		)
	)
	return "Sales Invoice", invoice, invoice.posting_date, source


def _has_item(sql: Sql, document: Table, line: Table) -> Criterion:
	"""At least one line is of the item groups asked for."""
	if not sql.scope.item_groups:
		return ANYTHING
	return ExistsCriterion(
		sql.from_(line)
		.select(line.name)
		.where((line.parent == document.name) & sql.of_item_groups(line.item_code))
	)
