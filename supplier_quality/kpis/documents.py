"""ERPNext's purchasing documents as the measures see them: order lines, receipt lines, returns.

Checked against ERPNext 15 (DESIGN §3, "Facts"). Quantities are in stock UOM: on a receipt line `stock_qty`
holds the accepted part only, so both parts are `qty` and `rejected_qty` times the conversion factor.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pypika import Case, Table
from pypika.functions import Coalesce, NullIf
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Term

from partner_relations.common.facts.query import Sql

RECEIPT_DOCTYPES = ("Purchase Receipt", "Purchase Invoice", "Subcontracting Receipt")
ORDER_DOCTYPES = ("Purchase Order",)


@dataclass(frozen=True)
class ReceiptTables:
	"""One of the three kinds of document by which goods arrive, joined to its lines.

	`order_line` is the line's link to `Purchase Order Item`; `amount` is the line's net amount in company
	currency, where the document has one. `counts` says which documents and lines are receipts of this kind.
	"""

	doctype: str
	parent: Table
	line: Table
	order_line: Term
	amount: Term | None
	counts: Criterion

	@property
	def accepted(self) -> Term:
		return self.line.qty * self.line.conversion_factor

	@property
	def rejected(self) -> Term:
		return self.line.rejected_qty * self.line.conversion_factor

	@property
	def received(self) -> Term:
		return (self.line.qty + self.line.rejected_qty) * self.line.conversion_factor

	def join(self, sql: Sql) -> QueryBuilder:
		"""Lines of submitted documents of the scope, of any date, returns included."""
		return (
			sql.from_dated(self.parent)
			.join(self.line)
			.on(self.line.parent == self.parent.name)
			.where(
				(self.parent.docstatus == 1)
				& sql.of_company(self.parent)
				& self.counts
				& sql.of_parties(self.parent.supplier)
				& sql.of_item_groups(self.line.item_code)
			)
		)


def purchase_receipts(sql: Sql, receipt_alias: str = "pr", line_alias: str = "pri") -> ReceiptTables:
	"""Purchase receipts; one made by a subcontracting receipt would count twice."""
	receipt = sql.table("Purchase Receipt", receipt_alias)
	line = sql.table("Purchase Receipt Item", line_alias)
	return ReceiptTables(
		"Purchase Receipt",
		receipt,
		line,
		line.purchase_order_item,
		line.base_net_amount,
		Coalesce(receipt.subcontracting_receipt, "") == "",
	)


def receipt_tables(sql: Sql) -> Iterator[ReceiptTables]:
	"""The three kinds of receipt."""
	yield purchase_receipts(sql)
	parent, line = sql.table("Purchase Invoice", "pi"), sql.table("Purchase Invoice Item", "pii")
	yield ReceiptTables(
		"Purchase Invoice", parent, line, line.po_detail, line.base_net_amount, parent.update_stock == 1
	)
	parent, line = (
		sql.table("Subcontracting Receipt", "scr"),
		sql.table("Subcontracting Receipt Item", "scri"),
	)
	yield ReceiptTables(
		"Subcontracting Receipt", parent, line, line.purchase_order_item, None, line.is_scrap_item == 0
	)


def receipts(sql: Sql) -> Iterator[tuple[ReceiptTables, QueryBuilder]]:
	"""Receipt lines posted in the period, a query for each kind of document."""
	for tables in receipt_tables(sql):
		yield (
			tables,
			tables.join(sql).where(
				(tables.parent.is_return == 0) & sql.in_period(tables.parent.posting_date)
			),
		)


def returns(sql: Sql) -> Iterator[tuple[ReceiptTables, QueryBuilder]]:
	"""Return lines posted in the period, without goods that had been rejected on arrival.

	A purchase receipt marks those itself. A subcontracting return has no mark: it leaves from the rejected
	warehouse of the line that it returns. A return's rejected part is in `rejected_qty`, not `qty`.
	"""
	for tables in receipt_tables(sql):
		query = tables.join(sql)
		if tables.doctype == "Purchase Receipt":
			from_rejected = tables.line.return_qty_from_rejected_warehouse == 0
			query = query.where(from_rejected)
		elif tables.doctype == "Subcontracting Receipt":
			original = sql.table("Subcontracting Receipt Item", "returned_line")
			query = (
				query.left_join(original)
				.on(original.name == tables.line.subcontracting_receipt_item)
				.where(
					original.name.isnull()
					| (Coalesce(original.rejected_warehouse, "") == "")
					| (original.rejected_warehouse != tables.line.warehouse)
				)
			)
		yield (
			tables,
			query.where((tables.parent.is_return == 1) & sql.in_period(tables.parent.posting_date)),
		)


@dataclass(frozen=True)
class OrderTables:
	"""Purchase orders joined to their lines."""

	order: Table
	line: Table

	def counts(self, sql: Sql) -> Criterion:
		"""Submitted orders of the company to outside suppliers, not on hold, lines that come to us."""
		return (
			(self.order.docstatus == 1)
			& sql.of_company(self.order)
			& (self.order.status != "On Hold")
			& (self.order.is_internal_supplier == 0)
			& (self.line.delivered_by_supplier == 0)
			& sql.of_parties(self.order.supplier)
			& sql.of_item_groups(self.item_code)
		)

	@property
	def subcontracted(self) -> Criterion:
		return (self.order.is_subcontracted == 1) & (self.order.is_old_subcontracting_flow == 0)

	@property
	def item_code(self) -> Term:
		"""What arrives: on a subcontracted line the finished good, not the service."""
		return Coalesce(NullIf(self.line.fg_item, ""), self.line.item_code)

	@property
	def ordered(self) -> Term:
		return Case().when(self.subcontracted, self.line.fg_item_qty).else_(self.line.stock_qty)

	def due(self, sql: Sql) -> Term:
		"""The day the line is due: as first promised, or as it stands now, by the KPI's choice."""
		current = Coalesce(self.line.expected_delivery_date, self.line.schedule_date)
		return Coalesce(self.line.first_due_date, current) if sql.settings.use_first_due_date else current

	def due_in_period(self, sql: Sql) -> Criterion:
		"""`due` inside the period, written so that each date column's index can serve."""
		line = self.line
		current = sql.in_period(line.expected_delivery_date) | (
			line.expected_delivery_date.isnull() & sql.in_period(line.schedule_date)
		)
		if not sql.settings.use_first_due_date:
			return current
		return sql.in_period(line.first_due_date) | (line.first_due_date.isnull() & current)

	def settled(self, sql: Sql) -> Criterion:
		"""The line's window (due date plus late tolerance) has closed: it is no longer pending."""
		closed_for = sql.days_between(sql.value(sql.scope.as_of), self.due(sql))
		return closed_for > sql.value(sql.settings.late_days)


def order_tables(sql: Sql) -> OrderTables:
	return OrderTables(sql.table("Purchase Order", "po"), sql.table("Purchase Order Item", "poi"))
