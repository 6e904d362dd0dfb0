"""Invoices: do they say what was ordered and received?"""

from pypika import Case, Table
from pypika.analytics import Preceding
from pypika.analytics import Sum as RunningSum
from pypika.functions import Abs, Coalesce, NullIf, Sum
from pypika.queries import QueryBuilder
from pypika.terms import ValueWrapper

from partner_relations.supplier_quality.kpis.documents import EQUAL_WITHIN, flag, receipt_tables, text
from partner_relations.supplier_quality.kpis.query import Branch, Facts, Sql, union_all


def invoice_accuracy(sql: Sql) -> Facts:
	"""Invoice lines with the order's price and no more than was received / invoice lines for an order.

	The quantity is what has been invoiced for the receipt line (else the order line) up to and including
	this line, corrections by debit notes deducted, against all that was received for it. Lines of non-stock
	items are judged by price only; lines without an order have nothing to be compared with and don't count.
	"""
	every = _billed(sql).as_("billed")
	order_line, order = sql.table("Purchase Order Item", "ordered"), sql.table("Purchase Order", "po")
	item, received = sql.table("Item", "item"), _received(sql).as_("received")
	ordered_rate = order_line.rate / order_line.conversion_factor
	invoiced_rate = (
		Case()
		.when(every.currency == order.currency, every.rate)
		.else_(every.base_rate / order.conversion_rate)
		/ every.conversion_factor
	)
	allowed = ordered_rate * sql.value(sql.settings.price_tolerance / 100) + sql.value(EQUAL_WITHIN)
	price_right = Abs(invoiced_rate - ordered_rate) <= allowed
	quantity_right = (item.is_stock_item == 0) | (
		every.invoiced <= Coalesce(received.quantity, 0) + sql.value(EQUAL_WITHIN)
	)
	source = (
		sql.from_(every)
		.join(order_line)
		.on(order_line.name == every.order_line)
		.join(order)
		.on(order.name == order_line.parent)
		.left_join(item)
		.on(item.name == every.item_code)
		.left_join(received)
		.on(received.receipt_key == every.receipt_key)
		.where(
			(every.is_return == 0)
			& sql.in_period(every.date)
			& (order.docstatus == 1)
			& (order_line.conversion_factor > 0)
			& (every.conversion_factor > 0)
		)
	)
	return Facts(
		[
			Branch(
				source,
				every.supplier,
				flag(price_right & quantity_right),
				ValueWrapper(1),
				{
					"date": every.date,
					"document_type": text("Purchase Invoice"),
					"document": every.document,
					"line": every.line,
					"item_code": every.item_code,
					"purchase_order": order.name,
					"price": invoiced_rate,
					"ordered_price": ordered_rate,
					"invoiced": every.invoiced,
					"received": received.quantity,
				},
			)
		]
	)


def _billed(sql: Sql) -> QueryBuilder:
	"""Invoice lines of all receipt (else order) lines charged in the period, with running quantity."""
	parts = []
	for link, keys in (("pr_detail", _charged_receipt_lines(sql)), ("po_detail", _charged_order_lines(sql))):
		charged = keys.as_("charged")
		invoice, line = sql.table("Purchase Invoice", "pi"), sql.table("Purchase Invoice Item", "pii")
		receipt_line = sql.table("Purchase Receipt Item", "billed_receipt")
		query = (
			sql.from_(charged)
			.join(line)
			.on(line[link] == charged.receipt_key)
			.join(invoice)
			.on(invoice.name == line.parent)
			.left_join(receipt_line)
			.on(receipt_line.name == line.pr_detail)
			.where(
				(invoice.docstatus == 1)
				& sql.of_company(invoice)
				& sql.of_suppliers(invoice.supplier)
				& sql.of_item_groups(line.item_code)
			)
		)
		if link == "po_detail":
			query = query.where(Coalesce(line.pr_detail, "") == "")
		parts.append(
			query.select(
				invoice.supplier,
				invoice.name.as_("document"),
				invoice.posting_date.as_("date"),
				invoice.creation,
				invoice.is_return,
				invoice.currency,
				line.name.as_("line"),
				line.idx,
				line.item_code,
				line.rate,
				line.base_rate,
				line.conversion_factor,
				(line.qty * line.conversion_factor).as_("quantity"),
				Coalesce(NullIf(line.po_detail, ""), receipt_line.purchase_order_item).as_("order_line"),
				charged.receipt_key,
			)
		)
	part = Table("billed_part")
	return sql.from_(union_all(parts).as_("billed_part")).select(
		part.star,
		RunningSum(part.quantity)
		.over(part.receipt_key)
		.orderby(part.date)
		.orderby(part.creation)
		.orderby(part.document)
		.orderby(part.idx)
		.rows(Preceding())
		.as_("invoiced"),
	)


def _charged_receipt_lines(sql: Sql) -> QueryBuilder:
	"""Receipt lines that an invoice of the period charges."""
	return _charged(sql, "pr_detail")


def _charged_order_lines(sql: Sql) -> QueryBuilder:
	"""Order lines that an invoice of the period charges without naming a receipt line."""
	query = _charged(sql, "po_detail")
	return query.where(Coalesce(sql.table("Purchase Invoice Item", "period_pii").pr_detail, "") == "")


def _charged(sql: Sql, link: str) -> QueryBuilder:
	invoice, line = (
		sql.table("Purchase Invoice", "period_pi"),
		sql.table("Purchase Invoice Item", "period_pii"),
	)
	return (
		sql.from_(invoice)
		.join(line)
		.on(line.parent == invoice.name)
		.where(
			(invoice.docstatus == 1)
			& (invoice.is_return == 0)
			& sql.of_company(invoice)
			& sql.of_suppliers(invoice.supplier)
			& sql.in_period(invoice.posting_date)
			& (Coalesce(line[link], "") != "")
		)
		.select(line[link].as_("receipt_key"))
		.distinct()
	)


def _received(sql: Sql) -> QueryBuilder:
	"""Received quantity by receipt line, and by order line for invoices that name only the order."""
	parts = []
	for tables in receipt_tables(sql):
		links = [(tables.order_line, _charged_order_lines(sql))]
		if tables.doctype == "Purchase Receipt":
			links.append((tables.line.name, _charged_receipt_lines(sql)))
		for key, keys in links:
			charged = keys.as_("charged")
			parts.append(
				sql.from_(charged)
				.join(tables.line)
				.on(key == charged.receipt_key)
				.join(tables.parent)
				.on(tables.parent.name == tables.line.parent)
				.where((tables.parent.docstatus == 1) & (tables.parent.is_return == 0) & tables.counts)
				.groupby(charged.receipt_key)
				.select(charged.receipt_key, Sum(tables.received).as_("quantity"))
			)
	part = Table("received_part")
	return (
		sql.from_(union_all(parts).as_("received_part"))
		.groupby(part.receipt_key)
		.select(part.receipt_key, Sum(part.quantity).as_("quantity"))
	)
