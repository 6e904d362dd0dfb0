"""What customers got for their orders: returns, complaints, orders without a fault."""

from functools import reduce
from operator import add

from pypika import Table
from pypika.functions import Coalesce, Count, Date, Min, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Case, Criterion, Term, ValueWrapper

from partner_relations.common.facts.query import Branch, Facts, Sql, union_all
from partner_relations.common.facts.terms import EQUAL_WITHIN, flag, on_time, smaller, text
from partner_relations.customer_care.metrics.documents import (
	COMPLAINT,
	DeliveryTables,
	OrderTables,
	about_item_groups,
	complaints,
	delivery_tables,
	is_goods,
	order_tables,
	received_in_period,
)

# Instead of a quantity where goods came back: less than any delivery could make up for.
GIVEN_BACK = -1_000_000_000_000


def return_rate(sql: Sql) -> Facts:
	"""Returned / delivered quantity in stock units, both by the posting date of their own document.

	Lines of goods on delivery notes and on sales invoices that update stock. A credit note that brings no
	goods back is no return.
	"""
	branches = []
	for tables in delivery_tables(sql):
		returned = tables.parent.is_return == 1
		branches.append(
			Branch(
				_posted(sql, tables),
				tables.parent.customer,
				Case().when(returned, tables.quantity * -1).else_(0),
				Case().when(returned, 0).else_(tables.quantity),
				{**_delivery_evidence(tables), "quantity": tables.quantity},
				sample=Case().when(returned, 0).else_(1),
			)
		)
	return Facts(branches)


def complaint_rate(sql: Sql) -> Facts:
	"""Complaints received in the period / delivery lines posted in it (scaled to a thousand).

	Complaints count from receipt, unless they were rejected; deliveries are the lines that `return_rate`
	takes as delivered.
	"""
	delivered = [
		Branch(
			_posted(sql, tables).where(tables.parent.is_return == 0),
			tables.parent.customer,
			ValueWrapper(0),
			ValueWrapper(1),
			{**_delivery_evidence(tables), "step": text("")},
		)
		for tables in delivery_tables(sql)
	]
	complaint, counts = complaints(sql)
	source = sql.from_(complaint).where(
		counts
		& received_in_period(sql, complaint)
		& (Coalesce(complaint.customer, "") != "")
		& sql.of_parties(complaint.customer)
		& about_item_groups(sql, complaint)
	)
	evidence = {
		"date": Date(complaint.received_on),
		"document_type": text(COMPLAINT),
		"document": complaint.name,
		"line": text(""),
		"item_code": text(""),
		"step": complaint.step,
	}
	complained = Branch(
		source, complaint.customer, ValueWrapper(1), ValueWrapper(0), evidence, sample=ValueWrapper(0)
	)
	return Facts([*delivered, complained])


def _posted(sql: Sql, tables: DeliveryTables) -> QueryBuilder:
	return tables.join(sql).where(sql.in_period(tables.parent.posting_date))


def _delivery_evidence(tables: DeliveryTables) -> dict[str, Term]:
	return {
		"date": tables.parent.posting_date,
		"document_type": text(tables.doctype),
		"document": tables.parent.name,
		"line": tables.line.name,
		"item_code": tables.line.item_code,
	}


def perfect_order_rate(sql: Sql) -> Facts:
	"""Orders delivered without a fault / orders due in the period.

	An order is due on its delivery date, the latest of its lines'. It is perfect if what was delivered of
	each line inside the window around the line's own date reaches the ordered quantity (less the tolerance),
	nothing of it came back, and no complaint that wasn't rejected names the order, a delivery note or an
	invoice for it (the note or invoice by the item complained about, where the complaint says which).

	Lines of goods count that come from us (no services, nothing that the supplier delivers directly), of
	orders that are not on hold and don't skip the delivery note. What a closed order still lacked is not
	held against us: its lines count as far as they were delivered. Undelivered orders fail once their
	window has closed; until then they are pending and don't count.
	"""
	orders, complained = _orders_due(sql), _complained_orders(sql)
	perfect = (orders.lines_kept == orders.lines_due) & complained.sales_order.isnull()
	return Facts(
		[
			Branch(
				sql.from_(orders).left_join(complained).on(complained.sales_order == orders.sales_order),
				orders.customer,
				flag(perfect),
				ValueWrapper(1),
				{
					"date": orders.due_date,
					"document_type": text("Sales Order"),
					"document": orders.sales_order,
					"lines_due": orders.lines_due,
					"lines_kept": orders.lines_kept,
					"complaints": Coalesce(complained.complaints, 0),
				},
			)
		]
	)


def _orders_due(sql: Sql) -> QueryBuilder:
	"""Orders due in the period whose window has closed: their lines of goods, and how many were kept."""
	orders, item = order_tables(sql), sql.table("Item", "item")
	order, line = orders.order, orders.line
	closed_for = sql.days_between(sql.value(sql.scope.as_of), order.delivery_date)
	closed = Coalesce(order.status, "") == "Closed"
	counts = (
		sql.in_period(order.delivery_date)
		& (closed_for > sql.value(sql.settings.late_days))
		& orders.counts(sql)
		& (Coalesce(order.status, "") != "On Hold")
		& (order.skip_delivery_note == 0)
		& (line.delivered_by_supplier == 0)
		& is_goods(sql, item, line)
		& sql.of_item_groups(line.item_code)
		& (line.stock_qty > 0)
		& (closed.negate() | (_delivered(sql, orders) > 0))
	)
	return (
		sql.from_dated(order)
		.join(line)
		.on(line.parent == order.name)
		.join(item)
		.on(item.name == line.item_code)
		.where(counts)
		.groupby(order.name)
		.select(
			order.name.as_("sales_order"),
			order.customer,
			order.delivery_date.as_("due_date"),
			Count("*").as_("lines_due"),
			Sum(flag(_kept(sql, orders, closed))).as_("lines_kept"),
		)
		.as_("orders_due")
	)


def _kept(sql: Sql, orders: OrderTables, closed: Criterion) -> Criterion:
	"""What of an order line was delivered in its window is all that was promised, and nothing came back."""
	line = orders.line
	in_window = [
		_for_order_line(
			sql,
			tables,
			orders,
			Case()
			.when(Min(tables.quantity) < 0, GIVEN_BACK)
			.else_(
				Sum(
					Case()
					.when(on_time(sql, tables.parent.posting_date, orders.due), tables.quantity)
					.else_(0)
				)
			),
		)
		for tables in delivery_tables(sql)
	]
	promised = Case().when(closed, smaller(_delivered(sql, orders), line.stock_qty)).else_(line.stock_qty)
	wanted = promised * sql.value((100 - sql.settings.quantity_tolerance) / 100)
	# Ten tenths are a whole, on SQLite too.
	return reduce(add, in_window) + sql.value(EQUAL_WITHIN) >= wanted


def _delivered(sql: Sql, orders: OrderTables) -> Term:
	"""What was ever delivered of an order line, though it came back."""
	quantities = [
		_for_order_line(sql, tables, orders, Sum(Case().when(tables.quantity > 0, tables.quantity).else_(0)))
		for tables in delivery_tables(sql)
	]
	return reduce(add, quantities)


def _for_order_line(sql: Sql, tables: DeliveryTables, orders: OrderTables, quantity: Term) -> Term:
	"""A quantity over the lines of a kind of delivery document for an order line; 0 where there are none."""
	return Coalesce(
		sql.from_(tables.line)
		.join(tables.parent)
		.on(tables.parent.name == tables.line.parent)
		.where(
			(tables.line.so_detail == orders.line.name)
			& (tables.parent.docstatus == 1)
			& sql.of_company(tables.parent)
			& tables.counts
		)
		.select(quantity),
		0,
	)


def _complained_orders(sql: Sql) -> QueryBuilder:
	"""Orders that complaints name, themselves or by a delivery note or invoice for them."""
	about = []
	for doctype in ("Sales Order", *(tables.doctype for tables in delivery_tables(sql))):
		complaint, counts = complaints(sql)
		item = sql.table(f"{COMPLAINT} Item", "complained")
		source = (
			sql.from_(complaint)
			.join(item)
			.on(item.parent == complaint.name)
			.where(counts & (item.document_type == doctype))
		)
		order = item.document_name
		if doctype != "Sales Order":
			line = sql.table(f"{doctype} Item", "named")
			order = line.against_sales_order if doctype == "Delivery Note" else line.sales_order
			source = (
				source.join(line)
				.on(line.parent == item.document_name)
				.where((Coalesce(item.item_code, "") == "") | (item.item_code == line.item_code))
			)
		about.append(source.select(order.as_("sales_order"), complaint.name.as_("complaint")))
	named = Table("about")
	return (
		sql.from_(union_all(about).as_("about"))
		.where(Coalesce(named.sales_order, "") != "")
		.groupby(named.sales_order)
		.select(named.sales_order, Count(named.complaint).distinct().as_("complaints"))
		.as_("complained_orders")
	)
