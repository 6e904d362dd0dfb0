"""Invoices: do they say what was ordered and received?"""

from functools import reduce
from operator import add

from pypika import Case, Table
from pypika.functions import Abs, Coalesce, NullIf, Sum
from pypika.terms import Criterion, Term, ValueWrapper

from partner_relations.common.facts.query import Branch, Facts, Sql
from partner_relations.common.facts.terms import EQUAL_WITHIN, flag, text
from partner_relations.supplier_quality.kpis.documents import ReceiptTables, purchase_receipts, receipt_tables


def invoice_accuracy(sql: Sql) -> Facts:
	"""Invoice lines with the order's price and no more than was received / invoice lines for an order.

	The quantity is what has been invoiced for the receipt line (else the order line) up to and including
	this line, corrections by debit notes deducted, against all that was received for it. What never comes to
	us (non-stock items, goods delivered by the supplier) is judged by price only; lines without an order have
	nothing to be compared with and don't count.
	"""
	invoice, line = (
		sql.table("Purchase Invoice", "invoice"),
		sql.table("Purchase Invoice Item", "invoice_line"),
	)
	billed = purchase_receipts(sql, "billed", "billed_line")
	order_line, order = sql.table("Purchase Order Item", "ordered"), sql.table("Purchase Order", "po")
	item = sql.table("Item", "item")
	ordered_rate = order_line.rate / order_line.conversion_factor
	invoiced_rate = (
		Case()
		.when(invoice.currency == order.currency, line.rate)
		.else_(line.base_rate / order.conversion_rate)
		/ line.conversion_factor
	)
	allowed = ordered_rate * sql.value(sql.settings.price_tolerance / 100) + sql.value(EQUAL_WITHIN)
	price_right = Abs(invoiced_rate - ordered_rate) <= allowed
	# One of the two is looked up for a line, by index.
	by_receipt = Coalesce(line.pr_detail, "") != ""
	invoiced = (
		Case()
		.when(by_receipt, _invoiced_so_far(sql, invoice, line, "pr_detail"))
		.else_(_invoiced_so_far(sql, invoice, line, "po_detail"))
	)
	received = Case().when(by_receipt, _received_at_once(billed)).else_(_received_for_order(sql, line))
	never_received = (item.is_stock_item == 0) | (order_line.delivered_by_supplier == 1)
	quantity_right = never_received | (invoiced <= received + sql.value(EQUAL_WITHIN))
	source = (
		sql.from_dated(invoice)
		.join(line)
		.on(line.parent == invoice.name)
		.left_join(billed.line)
		.on(billed.line.name == line.pr_detail)
		.left_join(billed.parent)
		.on(billed.parent.name == billed.line.parent)
		.join(order_line)
		.on(order_line.name == Coalesce(NullIf(line.po_detail, ""), billed.order_line))
		.join(order)
		.on(order.name == order_line.parent)
		.left_join(item)
		.on(item.name == line.item_code)
		.where(
			(invoice.docstatus == 1)
			& (invoice.is_return == 0)
			& sql.of_company(invoice)
			& sql.in_period(invoice.posting_date)
			& sql.of_parties(invoice.supplier)
			& sql.of_item_groups(line.item_code)
			& (order.docstatus == 1)
			& (order_line.conversion_factor > 0)
			& (line.conversion_factor > 0)
		)
	)
	return Facts(
		[
			Branch(
				source,
				invoice.supplier,
				flag(price_right & quantity_right),
				ValueWrapper(1),
				{
					"date": invoice.posting_date,
					"document_type": text("Purchase Invoice"),
					"document": invoice.name,
					"line": line.name,
					"item_code": line.item_code,
					"purchase_order": order.name,
					"price": invoiced_rate,
					"ordered_price": ordered_rate,
					"invoiced": invoiced,
					"received": received,
				},
			)
		]
	)


def _invoiced_so_far(sql: Sql, invoice: Table, line: Table, link: str) -> Term:
	"""What this and all earlier invoices charge for the receipt or order line that `link` names.

	Earlier means posted earlier, on the same day entered earlier, in the same document further up.
	"""
	earlier, charge = sql.table("Purchase Invoice", "earlier"), sql.table("Purchase Invoice Item", "charge")
	in_document = (earlier.name < invoice.name) | ((earlier.name == invoice.name) & (charge.idx <= line.idx))
	on_day = (earlier.creation < invoice.creation) | ((earlier.creation == invoice.creation) & in_document)
	so_far = (earlier.posting_date < invoice.posting_date) | (
		(earlier.posting_date == invoice.posting_date) & on_day
	)
	charges = (
		sql.from_(charge)
		.join(earlier)
		.on(earlier.name == charge.parent)
		.where((charge[link] == line[link]) & (earlier.docstatus == 1) & sql.of_company(earlier) & so_far)
		.select(Sum(charge.qty * charge.conversion_factor))
	)
	if link == "po_detail":
		charges = charges.where(Coalesce(charge.pr_detail, "") == "")
	return Coalesce(charges, 0)


def _received_at_once(billed: ReceiptTables) -> Term:
	"""What the billed receipt line received."""
	return Case().when(_is_receipt(billed), billed.received).else_(0)


def _received_for_order(sql: Sql, line: Table) -> Term:
	"""What was received, by all kinds of receipt, for the order line that an invoice line names."""
	quantities = [
		sql.from_(tables.line)
		.join(tables.parent)
		.on(tables.parent.name == tables.line.parent)
		.where((tables.order_line == line.po_detail) & _is_receipt(tables))
		.select(Sum(tables.received))
		for tables in receipt_tables(sql)
	]
	return reduce(add, (Coalesce(quantity, 0) for quantity in quantities))


def _is_receipt(tables: ReceiptTables) -> Criterion:
	return (tables.parent.docstatus == 1) & (tables.parent.is_return == 0) & tables.counts
