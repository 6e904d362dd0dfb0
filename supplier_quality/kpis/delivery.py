"""Delivery: on time, in full, how late."""

from pypika import Table
from pypika.functions import Max, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Case, NullValue, Term, ValueWrapper

from partner_relations.common.facts.query import Branch, Facts, Sql, union_all
from partner_relations.common.facts.terms import EQUAL_WITHIN, flag, larger, on_time, smaller, text
from partner_relations.supplier_quality.kpis.documents import ReceiptTables, order_tables, receipt_tables


def on_time_delivery(sql: Sql) -> Facts:
	"""One fact per order line and receipt posted in the period: in time, and not wholly rejected."""

	def kept(delivery: Table) -> Term:
		return flag(on_time(sql, delivery.date, delivery.due_date) & (delivery.accepted > 0))

	return Facts([_delivery_branch(sql, tables, kept) for tables in receipt_tables(sql)])


def days_late(sql: Sql) -> Facts:
	"""Days after the due date, early ones as zero, over all receipts of the period."""

	def late(delivery: Table) -> Term:
		return larger(sql.days_between(delivery.date, delivery.due_date), ValueWrapper(0))

	return Facts([_delivery_branch(sql, tables, late) for tables in receipt_tables(sql)])


def _delivery_branch(sql: Sql, tables: ReceiptTables, numerator) -> Branch:
	"""Deliveries by one kind of document; two rows of a document for one order line are one delivery."""
	orders = order_tables(sql)
	deliveries = (
		tables.join(sql)
		.join(orders.line)
		.on(orders.line.name == tables.order_line)
		.join(orders.order)
		.on(orders.order.name == orders.line.parent)
		.where(
			(tables.parent.is_return == 0)
			& sql.in_period(tables.parent.posting_date)
			& orders.counts(sql)
			& orders.due(sql).notnull()
		)
		.select(
			tables.parent.supplier,
			tables.parent.name.as_("document"),
			Max(tables.line.name).as_("line"),
			Max(tables.line.item_code).as_("item_code"),
			orders.line.parent.as_("purchase_order"),
			tables.parent.posting_date.as_("date"),
			orders.due(sql).as_("due_date"),
			Sum(tables.accepted).as_("accepted"),
			Sum(tables.rejected).as_("rejected"),
		)
		.groupby(tables.parent.name, orders.line.name)
	)
	delivery = Table("delivery")
	return Branch(
		source=sql.from_(deliveries.as_("delivery")),
		party=delivery.supplier,
		numerator=numerator(delivery),
		denominator=ValueWrapper(1),
		evidence={
			"date": delivery.date,
			"document_type": text(tables.doctype),
			"document": delivery.document,
			"line": delivery.line,
			"item_code": delivery.item_code,
			"purchase_order": delivery.purchase_order,
			"due_date": delivery.due_date,
			"days_late": sql.days_between(delivery.date, delivery.due_date),
			"accepted": delivery.accepted,
			"rejected": delivery.rejected,
		},
	)


def otif(sql: Sql) -> Facts:
	"""Order lines due in the period that arrived in full inside the window; undelivered lines fail."""
	promise = promises(sql)
	wanted = promise.ordered * sql.value((100 - sql.settings.quantity_tolerance) / 100)
	# Ten tenths are a whole, on SQLite too; and the ordered stock quantity is rounded, receipts aren't.
	in_full = smaller(promise.in_window, promise.ordered) + sql.value(EQUAL_WITHIN) >= wanted
	return Facts([_promise_branch(sql, promise, flag(in_full), ValueWrapper(1))])


def fill_rate(sql: Sql) -> Facts:
	"""Quantity accepted by the due date, capped at what was ordered, over the quantity ordered."""
	promise = promises(sql)
	on_time_quantity = smaller(promise.by_due_date, promise.ordered)
	return Facts([_promise_branch(sql, promise, on_time_quantity, promise.ordered)])


def _promise_branch(sql: Sql, promise: QueryBuilder, numerator: Term, denominator: Term) -> Branch:
	orders = order_tables(sql)
	return Branch(
		# Where nothing is ordered, something arrived for a line that made no promise (pending, on hold).
		source=sql.from_(promise)
		.join(orders.line)
		.on(orders.line.name == promise.order_line)
		.where(promise.ordered > 0),
		party=promise.supplier,
		numerator=numerator,
		denominator=denominator,
		evidence={
			"date": orders.due(sql),
			"document_type": text("Purchase Order"),
			"document": orders.line.parent,
			"line": promise.order_line,
			"item_code": orders.item_code,
			"ordered": promise.ordered,
			"received": promise.received,
			"in_window": promise.in_window,
			"by_due_date": promise.by_due_date,
		},
	)


def promises(sql: Sql) -> QueryBuilder:
	"""Settled order lines due in the period, each with what arrived for it, by when.

	Promises and arrivals are entries of one list, added up by order line: one pass over the lines due in the
	period, where a join of the two leaves the database to guess with which to begin.
	"""
	entries = [_promised(sql), *(_arrived(sql, tables) for tables in receipt_tables(sql))]
	entry = Table("entry")
	ordered, received = Max(entry.ordered), Sum(entry.received)
	if not sql.settings.blame_closed_orders:
		ordered = Case().when((Max(entry.closed) == 1) & (received < ordered), received).else_(ordered)
	return (
		sql.from_(union_all(entries).as_("entry"))
		.groupby(entry.order_line)
		.having(Max(entry.counts) == 1)
		.select(
			entry.order_line,
			Max(entry.supplier).as_("supplier"),
			ordered.as_("ordered"),
			received.as_("received"),
			Sum(entry.accepted).as_("accepted"),
			Sum(entry.in_window).as_("in_window"),
			Sum(entry.by_due_date).as_("by_due_date"),
		)
		.as_("promise")
	)


def _promised(sql: Sql) -> QueryBuilder:
	"""Settled order lines due in the period; those of services count only if something arrives for them."""
	orders, item = order_tables(sql), sql.table("Item", "item")
	return (
		sql.from_dated(orders.line)
		.join(orders.order)
		.on(orders.order.name == orders.line.parent)
		.left_join(item)
		.on(item.name == orders.line.item_code)
		.where(orders.counts(sql) & orders.due_in_period(sql) & orders.settled(sql))
		.select(
			orders.line.name.as_("order_line"),
			orders.order.supplier,
			orders.ordered.as_("ordered"),
			flag(orders.order.status == "Closed").as_("closed"),
			flag((item.is_stock_item == 1) | (orders.order.is_subcontracted == 1)).as_("counts"),
			ValueWrapper(0).as_("received"),
			ValueWrapper(0).as_("accepted"),
			ValueWrapper(0).as_("in_window"),
			ValueWrapper(0).as_("by_due_date"),
		)
	)


def _arrived(sql: Sql, tables: ReceiptTables) -> QueryBuilder:
	"""What arrived by one kind of document, whenever, for the order lines due in the period."""
	orders = order_tables(sql)
	due = orders.due(sql)
	by_due_date = sql.days_between(tables.parent.posting_date, due) <= sql.value(sql.settings.late_days)
	# Little arrives by the other documents: the database may rather begin with those.
	source = sql.from_dated if tables.doctype == "Purchase Receipt" else sql.from_
	return (
		source(orders.line)
		.join(orders.order)
		.on(orders.order.name == orders.line.parent)
		.join(tables.line)
		.on(tables.order_line == orders.line.name)
		.join(tables.parent)
		.on(tables.parent.name == tables.line.parent)
		.where(
			orders.counts(sql)
			& orders.due_in_period(sql)
			& (tables.parent.docstatus == 1)
			& (tables.parent.is_return == 0)
			& sql.of_company(tables.parent)
			& tables.counts
		)
		.select(
			orders.line.name.as_("order_line"),
			NullValue().as_("supplier"),
			ValueWrapper(0).as_("ordered"),
			ValueWrapper(0).as_("closed"),
			ValueWrapper(1).as_("counts"),
			tables.received.as_("received"),
			tables.accepted.as_("accepted"),
			Case()
			.when(on_time(sql, tables.parent.posting_date, due), tables.accepted)
			.else_(0)
			.as_("in_window"),
			Case().when(by_due_date, tables.accepted).else_(0).as_("by_due_date"),
		)
	)
