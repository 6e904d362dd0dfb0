"""Delivery: on time, in full, how late."""

from pypika import Table
from pypika.functions import Coalesce, Max, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Case, Term, ValueWrapper

from partner_relations.supplier_quality.kpis.documents import (
	EQUAL_WITHIN,
	ReceiptTables,
	flag,
	larger,
	on_time,
	order_tables,
	receipt_tables,
	smaller,
	text,
)
from partner_relations.supplier_quality.kpis.query import Branch, Facts, Sql, union_all


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
		supplier=delivery.supplier,
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
	promise, source = _promises(sql)
	wanted = promise.ordered * sql.value((100 - sql.settings.quantity_tolerance) / 100)
	# Ten tenths are a whole, on SQLite too; and the ordered stock quantity is rounded, receipts aren't.
	in_full = smaller(promise.in_window, promise.ordered) + sql.value(EQUAL_WITHIN) >= wanted
	return Facts([_promise_branch(source, promise, flag(in_full), ValueWrapper(1))])


def fill_rate(sql: Sql) -> Facts:
	"""Quantity accepted by the due date, capped at what was ordered, over the quantity ordered."""
	promise, source = _promises(sql)
	return Facts(
		[_promise_branch(source, promise, smaller(promise.by_due_date, promise.ordered), promise.ordered)]
	)


def _promise_branch(source: QueryBuilder, promise: Table, numerator: Term, denominator: Term) -> Branch:
	return Branch(
		source=source,
		supplier=promise.supplier,
		numerator=numerator,
		denominator=denominator,
		evidence={
			"date": promise.due_date,
			"document_type": text("Purchase Order"),
			"document": promise.purchase_order,
			"line": promise.order_line,
			"item_code": promise.item_code,
			"ordered": promise.ordered,
			"received": promise.received,
			"in_window": promise.in_window,
			"by_due_date": promise.by_due_date,
		},
	)


def _promises(sql: Sql) -> tuple[Table, QueryBuilder]:
	"""Settled order lines due in the period, each with what arrived for it, by when."""
	orders = order_tables(sql)
	arrived = _arrivals(sql).as_("arrived")
	in_window, by_due_date, received = (
		Coalesce(arrived[name], 0) for name in ("in_window", "by_due_date", "received")
	)
	item = sql.table("Item", "item")
	ordered = orders.ordered
	if not sql.settings.blame_closed_orders:
		ordered = (
			Case()
			.when(orders.order.status == "Closed", smaller(received, orders.ordered))
			.else_(orders.ordered)
		)
	lines = (
		sql.from_(orders.line)
		.join(orders.order)
		.on(orders.order.name == orders.line.parent)
		.left_join(item)
		.on(item.name == orders.line.item_code)
		.left_join(arrived)
		.on(arrived.order_line == orders.line.name)
		.where(
			orders.counts(sql)
			& orders.due_in_period(sql)
			& orders.settled(sql)
			& (
				(item.is_stock_item == 1)
				| (orders.order.is_subcontracted == 1)
				| arrived.order_line.notnull()
			)
		)
		.select(
			orders.order.supplier,
			orders.order.name.as_("purchase_order"),
			orders.line.name.as_("order_line"),
			orders.item_code.as_("item_code"),
			orders.due(sql).as_("due_date"),
			ordered.as_("ordered"),
			received.as_("received"),
			in_window.as_("in_window"),
			by_due_date.as_("by_due_date"),
		)
	)
	promise = Table("promise")
	return promise, sql.from_(lines.as_("promise")).where(promise.ordered > 0)


def _arrivals(sql: Sql) -> QueryBuilder:
	"""What arrived, whenever, for the order lines due in the period: a row per order line."""
	branches = []
	for tables in receipt_tables(sql):
		orders = order_tables(sql)
		due = orders.due(sql)
		by_due_date = sql.days_between(tables.parent.posting_date, due) <= sql.value(sql.settings.late_days)
		branches.append(
			sql.from_(orders.line)
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
			.groupby(orders.line.name)
			.select(
				orders.line.name.as_("order_line"),
				Sum(tables.received).as_("received"),
				Sum(Case().when(on_time(sql, tables.parent.posting_date, due), tables.accepted).else_(0)).as_(
					"in_window"
				),
				Sum(Case().when(by_due_date, tables.accepted).else_(0)).as_("by_due_date"),
			)
		)
	every = Table("every_arrival")
	return (
		sql.from_(union_all(branches).as_("every_arrival"))
		.groupby(every.order_line)
		.select(
			every.order_line,
			*(Sum(every[name]).as_(name) for name in ("received", "in_window", "by_due_date")),
		)
	)
