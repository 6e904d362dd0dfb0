"""What was bought for how much, and what came late: the bases of penalties and rebates.

Facts like those of the measures, read by `totals` and `lines`, but nobody is rated by them: they are not
among the measures that a KPI can use. Amounts are net, in company currency.
"""

from collections.abc import Callable

from pypika import Table
from pypika.functions import Coalesce, Max, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Term, ValueWrapper

from partner_relations.common.facts.query import Branch, Facts, Measure, Sql
from partner_relations.common.facts.terms import EQUAL_WITHIN, smaller, text
from partner_relations.supplier_quality.kpis.delivery import promises
from partner_relations.supplier_quality.kpis.documents import (
	ORDER_DOCTYPES,
	RECEIPT_DOCTYPES,
	OrderTables,
	ReceiptTables,
	order_tables,
	receipt_tables,
)


def order_value(sql: Sql) -> Facts:
	"""Net amounts of the lines of orders to outside suppliers dated in the period; 1 each as denominator."""
	orders = order_tables(sql)
	order, line = orders.order, orders.line
	source = (
		sql.from_dated(order)
		.join(line)
		.on(line.parent == order.name)
		.where(
			(order.docstatus == 1)
			& sql.of_company(order)
			& (order.is_internal_supplier == 0)
			& sql.in_period(order.transaction_date)
			& sql.of_parties(order.supplier)
			& sql.of_item_groups(orders.item_code)
		)
	)
	evidence = {
		"date": order.transaction_date,
		"document_type": text("Purchase Order"),
		"document": order.name,
		"line": line.name,
		"item_code": line.item_code,
		"amount": line.base_net_amount,
	}
	return Facts([Branch(source, order.supplier, line.base_net_amount, ValueWrapper(1), evidence)])


def invoice_value(sql: Sql) -> Facts:
	"""Net amounts of the lines of invoices posted in the period, returns deducted.

	Debit notes by which a reward or penalty was charged are no purchases and leave the value as it is.
	"""
	invoice, line = sql.table("Purchase Invoice", "invoice"), sql.table("Purchase Invoice Item", "charge")
	source = (
		sql.from_dated(invoice)
		.join(line)
		.on(line.parent == invoice.name)
		.where(
			(invoice.docstatus == 1)
			& sql.of_company(invoice)
			& (invoice.is_internal_supplier == 0)
			& (Coalesce(invoice.supplier_reward_penalty, "") == "")
			& sql.in_period(invoice.posting_date)
			& sql.of_parties(invoice.supplier)
			& sql.of_item_groups(line.item_code)
		)
	)
	evidence = {
		"date": invoice.posting_date,
		"document_type": text("Purchase Invoice"),
		"document": invoice.name,
		"line": line.name,
		"item_code": line.item_code,
		"amount": line.base_net_amount,
	}
	return Facts([Branch(source, invoice.supplier, line.base_net_amount, ValueWrapper(1), evidence)])


def late_deliveries(sql: Sql) -> Facts:
	"""What arrived late in the period, whenever it was due: its value, over its days late.

	One fact per order line and receipt that is later than the tolerance; days count from the due date. The
	value is the accepted part of the order line, at the order's price. So the promises that count receipts
	(on-time delivery, days late) find the very deliveries that broke them.
	"""

	def posted_in_period(orders: OrderTables, tables: ReceiptTables) -> Criterion:
		return sql.in_period(tables.parent.posting_date)

	def from_receipts(orders: OrderTables, tables: ReceiptTables) -> QueryBuilder:
		return (
			sql.from_dated(tables.parent)
			.join(tables.line)
			.on(tables.line.parent == tables.parent.name)
			.join(orders.line)
			.on(orders.line.name == tables.order_line)
			.join(orders.order)
			.on(orders.order.name == orders.line.parent)
		)

	return Facts(
		[_late_branch(sql, tables, from_receipts, posted_in_period) for tables in receipt_tables(sql)]
	)


def late_lines(sql: Sql) -> Facts:
	"""What was due in the period and came late, or hasn't come by the day of reading: value over days late.

	One fact per order line and late receipt, and one for what of the line is still owed (late until the day
	of reading). Each line is due once, so no line is late in two periods.
	"""

	def due_in_period(orders: OrderTables, tables: ReceiptTables) -> Criterion:
		return orders.due_in_period(sql)

	def from_order_lines(orders: OrderTables, tables: ReceiptTables) -> QueryBuilder:
		# As with promises: little arrives by the other documents, the database may rather begin with those.
		source = sql.from_dated if tables.doctype == "Purchase Receipt" else sql.from_
		return (
			source(orders.line)
			.join(orders.order)
			.on(orders.order.name == orders.line.parent)
			.join(tables.line)
			.on(tables.order_line == orders.line.name)
			.join(tables.parent)
			.on(tables.parent.name == tables.line.parent)
		)

	late = [_late_branch(sql, tables, from_order_lines, due_in_period) for tables in receipt_tables(sql)]
	return Facts([*late, _owed_branch(sql)])


def _late_branch(
	sql: Sql,
	tables: ReceiptTables,
	source: Callable[[OrderTables, ReceiptTables], QueryBuilder],
	concerned: Callable[[OrderTables, ReceiptTables], Criterion],
) -> Branch:
	"""Late deliveries by one kind of document; two rows of a document for one order line are one delivery."""
	orders = order_tables(sql)
	due = orders.due(sql)
	late_by = sql.days_between(tables.parent.posting_date, due)
	deliveries = (
		source(orders, tables)
		.where(
			(tables.parent.docstatus == 1)
			& (tables.parent.is_return == 0)
			& sql.of_company(tables.parent)
			& tables.counts
			& orders.counts(sql)
			& concerned(orders, tables)
			& (late_by > sql.value(sql.settings.late_days))
		)
		.groupby(tables.parent.name, orders.line.name)
		.select(
			Max(orders.order.supplier).as_("supplier"),
			tables.parent.name.as_("document"),
			orders.line.name.as_("line"),
			Max(orders.item_code).as_("item_code"),
			Max(orders.line.parent).as_("purchase_order"),
			Max(tables.parent.posting_date).as_("date"),
			Max(due).as_("due_date"),
			Max(late_by).as_("days_late"),
			Sum(tables.accepted).as_("accepted"),
			Max(orders.ordered).as_("ordered"),
			Max(orders.line.base_net_amount).as_("line_amount"),
			Max(orders.order.base_net_total).as_("order_amount"),
		)
	)
	delivery = Table("delivery")
	quantity = smaller(delivery.accepted, delivery.ordered)
	return Branch(
		source=sql.from_(deliveries.as_("delivery")).where((delivery.accepted > 0) & (delivery.ordered > 0)),
		party=delivery.supplier,
		numerator=quantity * delivery.line_amount / delivery.ordered,
		denominator=delivery.days_late,
		evidence=_late_evidence(
			date=delivery.date,
			document_type=text(tables.doctype),
			document=delivery.document,
			line=delivery.line,
			item_code=delivery.item_code,
			purchase_order=delivery.purchase_order,
			due_date=delivery.due_date,
			days_late=delivery.days_late,
			quantity=quantity,
			order_amount=delivery.order_amount,
		),
	)


def _owed_branch(sql: Sql) -> Branch:
	"""What of the lines due in the period had not been accepted by the day of reading."""
	promise, orders = promises(sql), order_tables(sql)
	owed = promise.ordered - promise.accepted
	due = orders.due(sql)
	days_late = sql.days_between(sql.value(sql.scope.as_of), due)
	return Branch(
		source=sql.from_(promise)
		.join(orders.line)
		.on(orders.line.name == promise.order_line)
		.join(orders.order)
		.on(orders.order.name == orders.line.parent)
		.where((promise.ordered > 0) & (owed > sql.value(EQUAL_WITHIN)) & (orders.ordered > 0)),
		party=promise.supplier,
		numerator=owed * orders.line.base_net_amount / orders.ordered,
		denominator=days_late,
		evidence=_late_evidence(
			date=due,
			document_type=text("Purchase Order"),
			document=orders.line.parent,
			line=promise.order_line,
			item_code=orders.item_code,
			purchase_order=orders.line.parent,
			due_date=due,
			days_late=days_late,
			quantity=owed,
			order_amount=orders.order.base_net_total,
		),
	)


def _late_evidence(**columns: Term) -> dict[str, Term]:
	"""The same columns in the same order for each branch."""
	names = (
		"date",
		"document_type",
		"document",
		"line",
		"item_code",
		"purchase_order",
		"due_date",
		"days_late",
		"quantity",
		"order_amount",
	)
	return {name: columns[name] for name in names}


_DELIVERY_DOCTYPES = ORDER_DOCTYPES + RECEIPT_DOCTYPES

ORDER_VALUE = Measure("order_value", "Order value", "", 1, ORDER_DOCTYPES, order_value)
INVOICE_VALUE = Measure("invoice_value", "Invoice value", "", 1, ("Purchase Invoice",), invoice_value)
LATE_DELIVERIES = Measure(
	"late_deliveries", "Late deliveries", "", 1, _DELIVERY_DOCTYPES, late_deliveries, ("late_days",)
)
LATE_LINES = Measure("late_lines", "Late lines", "", 1, _DELIVERY_DOCTYPES, late_lines, ("late_days",))

VALUES: dict[str, Measure] = {
	measure.name: measure for measure in (ORDER_VALUE, INVOICE_VALUE, LATE_DELIVERIES, LATE_LINES)
}
"""By name; their numerators are amounts, the denominators of the late ones are days."""

_COUNT_RECEIPTS = ("on_time_delivery", "days_late")


def late_lines_behind(measure: str) -> Measure:
	"""The late lines behind a promise about a measure: of the period's receipts, or of what was due."""
	return LATE_DELIVERIES if measure in _COUNT_RECEIPTS else LATE_LINES
