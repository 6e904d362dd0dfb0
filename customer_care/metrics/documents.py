"""ERPNext's sales documents as the metrics see them: invoices, deliveries, orders, complaints.

Checked against ERPNext 15. Only submitted documents of the company count, and none with an internal customer:
moving goods between companies of one group is no sale. Amounts are net, in company currency; quantities in
stock UOM.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from pypika import Table
from pypika.functions import Coalesce
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, ExistsCriterion, Term, ValueWrapper

from partner_relations.common.facts.query import ANYTHING, Sql

DELIVERY_DOCTYPES = ("Delivery Note", "Sales Invoice")
COMPLAINT = "Customer Complaint"


@dataclass(frozen=True)
class InvoiceTables:
	"""Sales invoices and their lines."""

	invoice: Table
	line: Table

	def counts(self, sql: Sql) -> Criterion:
		"""Submitted invoices of the scope, returns included, opening invoices not.

		An opening invoice brings a balance into the ERP, no sale. A POS invoice counts once, through the
		sales invoice that consolidates it.
		"""
		return of_scope(sql, self.invoice) & (Coalesce(self.invoice.is_opening, "No") != "Yes")

	def lines(self, sql: Sql) -> QueryBuilder:
		"""Lines of the item groups asked for."""
		return (
			sql.from_dated(self.invoice)
			.join(self.line)
			.on(self.line.parent == self.invoice.name)
			.where(self.counts(sql) & sql.of_item_groups(self.line.item_code))
		)


def invoice_tables(sql: Sql) -> InvoiceTables:
	return InvoiceTables(sql.table("Sales Invoice", "si"), sql.table("Sales Invoice Item", "sii"))


def of_scope(sql: Sql, parent: Table) -> Criterion:
	"""Submitted documents of the company with the customers asked for, none of them internal."""
	return (
		(parent.docstatus == 1)
		& sql.of_company(parent)
		& (parent.is_internal_customer == 0)
		& sql.of_parties(parent.customer)
	)


def bundled(sql: Sql, line: Table) -> Criterion:
	"""The line sells a product bundle: its goods are the packed items that belong to it."""
	packed = sql.table("Packed Item", "packed")
	return ExistsCriterion(
		sql.from_(packed)
		.select(packed.name)
		.where((packed.parent_detail_docname == line.name) & (packed.parent == line.parent))
	)


def is_goods(sql: Sql, item: Table, line: Table) -> Criterion:
	"""The line is of something that can be delivered and sent back: a stock item or a bundle, no service."""
	return (item.is_stock_item == 1) | bundled(sql, line)


@dataclass(frozen=True)
class DeliveryTables:
	"""One of the two kinds of document by which goods leave, joined to its lines.

	`order` is the line's sales order, `counts` says which documents and lines are deliveries of this kind.
	"""

	doctype: str
	parent: Table
	line: Table
	item: Table
	order: Term
	counts: Criterion

	@property
	def quantity(self) -> Term:
		"""Stock quantity, negative on returns."""
		return self.line.stock_qty

	def join(self, sql: Sql) -> QueryBuilder:
		"""Lines of goods on submitted documents of the scope, of any date, returns included."""
		return (
			sql.from_dated(self.parent)
			.join(self.line)
			.on(self.line.parent == self.parent.name)
			.join(self.item)
			.on(self.item.name == self.line.item_code)
			.where(
				of_scope(sql, self.parent)
				& self.counts
				& is_goods(sql, self.item, self.line)
				& sql.of_item_groups(self.line.item_code)
			)
		)


def delivery_tables(sql: Sql) -> Iterator[DeliveryTables]:
	"""Delivery notes, and sales invoices that update stock. What a supplier delivers directly isn't among
	them: it has no delivery of ours."""
	parent, line = sql.table("Delivery Note", "dn"), sql.table("Delivery Note Item", "dni")
	item = sql.table("Item", "item")
	yield DeliveryTables("Delivery Note", parent, line, item, line.against_sales_order, ANYTHING)
	invoices = invoice_tables(sql)
	parent, line = invoices.invoice, invoices.line
	# A line that bills a delivery note can't update stock: it is passed over before its invoice is looked up.
	not_billed = Coalesce(line.dn_detail, "") == ""
	counts = not_billed & (line.delivered_by_supplier == 0) & (parent.update_stock == 1)
	yield DeliveryTables("Sales Invoice", parent, line, item, line.sales_order, counts)


@dataclass(frozen=True)
class OrderTables:
	"""Sales orders joined to their lines."""

	order: Table
	line: Table

	def counts(self, sql: Sql) -> Criterion:
		"""Submitted orders of the scope."""
		return of_scope(sql, self.order)

	@property
	def due(self) -> Term:
		"""The day on which a line is promised; the order's own is the latest of its lines'."""
		return Coalesce(self.line.delivery_date, self.order.delivery_date)


def order_tables(sql: Sql) -> OrderTables:
	return OrderTables(sql.table("Sales Order", "so"), sql.table("Sales Order Item", "soi"))


def complaints(sql: Sql) -> tuple[Table, Criterion]:
	"""The company's complaints, without those that were rejected."""
	complaint = sql.table(COMPLAINT, "complaint")
	return complaint, sql.of_company(complaint) & (complaint.step != ValueWrapper("Rejected"))


def received_in_period(sql: Sql, complaint: Table) -> Criterion:
	"""The complaint was received on a day of the period, whatever the time."""
	received = complaint.received_on
	return (received >= sql.value(sql.scope.from_date)) & (
		received < sql.value(sql.scope.to_date + timedelta(days=1))
	)


def about_item_groups(sql: Sql, complaint: Table) -> Criterion:
	"""The complaint is about an item of the item groups asked for."""
	if not sql.scope.item_groups:
		return ANYTHING
	item = sql.table(f"{COMPLAINT} Item", "complained")
	about = sql.from_(item).select(item.parent).where(sql.of_item_groups(item.item_code))
	return complaint.name.isin(about)
