"""What customers got for their orders: returns, complaints, orders without a fault."""

from datetime import timedelta

from pypika import Table
from pypika.functions import Coalesce, Count, Date, Max, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Case, Criterion, Term, ValueWrapper

from partner_relations.common.facts.query import ANYTHING, Branch, Facts, Sql, union_all
from partner_relations.common.facts.terms import EQUAL_WITHIN, flag, on_time, smaller, text
from partner_relations.customer_care.metrics.documents import (
	COMPLAINT,
	DeliveryTables,
	OrderTables,
	complaints,
	delivery_tables,
	is_goods,
	order_tables,
)


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
	received = complaint.received_on
	in_period = (received >= sql.value(sql.scope.from_date)) & (
		received < sql.value(sql.scope.to_date + timedelta(days=1))
	)
	item = sql.table(f"{COMPLAINT} Item", "complained")
	source = sql.from_(complaint).where(
		counts
		& in_period
		& (Coalesce(complaint.customer, "") != "")
		& sql.of_parties(complaint.customer)
		& _about_item_groups(sql, complaint, item)
	)
	evidence = {
		"date": Date(received),
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


def _about_item_groups(sql: Sql, complaint: Table, item: Table) -> Criterion:
	"""The complaint is about an item of the item groups asked for."""
	if not sql.scope.item_groups:
		return ANYTHING
	about = sql.from_(item).select(item.parent).where(sql.of_item_groups(item.item_code))
	return complaint.name.isin(about)


def perfect_order_rate(sql: Sql) -> Facts:
	"""Orders delivered without a fault / orders due in the period.

	An order is due on its delivery date, the latest of its lines'. It is perfect if what was delivered of
	each line inside the window around the line's own date reaches the ordered quantity (less the tolerance),
	nothing of it came back, and no complaint that wasn't rejected names the order, a delivery note or an
	invoice for it (the invoice or note by the item complained about, where the complaint says which).

	Lines of goods count that come from us (no services, nothing that the supplier delivers directly), of
	orders that are not on hold and don't skip the delivery note. What a closed order still lacked is not
	held against us: its lines count as far as they were delivered. Undelivered orders fail once their
	window has closed; until then they are pending and don't count.
	"""
	line = _promised_lines(sql)
	wanted = line.ordered * sql.value((100 - sql.settings.quantity_tolerance) / 100)
	# Ten tenths are a whole, on SQLite too.
	in_full = smaller(line.in_window, line.ordered) + sql.value(EQUAL_WITHIN) >= wanted
	orders = (
		sql.from_(line)
		.where(line.ordered > 0)
		.groupby(line.sales_order)
		.select(
			line.sales_order,
			Max(line.customer).as_("customer"),
			Max(line.due_date).as_("due_date"),
			Sum(ValueWrapper(1)).as_("lines_due"),
			Sum(flag(in_full)).as_("lines_in_time"),
			Sum(flag(line.returned > 0)).as_("lines_returned"),
		)
		.as_("orders_due")
	)
	complained = _complained_orders(sql)
	complaints_made = Coalesce(complained.complaints, 0)
	perfect = (
		(orders.lines_in_time == orders.lines_due)
		& (orders.lines_returned == 0)
		& complained.sales_order.isnull()
	)
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
					"lines_in_time": orders.lines_in_time,
					"lines_returned": orders.lines_returned,
					"complaints": complaints_made,
				},
			)
		]
	)


def _promised_lines(sql: Sql) -> QueryBuilder:
	"""Order lines of orders due in the period, each with what was delivered for it, when, and what came back.

	Promises and deliveries are entries of one list, added up by order line, as the supplier side reads them.
	"""
	entries = [_promised(sql), *(_delivered(sql, tables) for tables in delivery_tables(sql))]
	entry = Table("entry")
	ordered, delivered = Max(entry.ordered), Sum(entry.delivered)
	settled = Case().when((Max(entry.closed) == 1) & (delivered < ordered), delivered).else_(ordered)
	return (
		sql.from_(union_all(entries).as_("entry"))
		.groupby(entry.order_line)
		.select(
			Max(entry.sales_order).as_("sales_order"),
			Max(entry.customer).as_("customer"),
			Max(entry.due_date).as_("due_date"),
			settled.as_("ordered"),
			Sum(entry.in_window).as_("in_window"),
			Sum(entry.returned).as_("returned"),
		)
		.as_("promised")
	)


def _due(sql: Sql, orders: OrderTables, item: Table) -> Criterion:
	"""Lines of goods of orders due in the period whose window has closed."""
	order = orders.order
	closed_for = sql.days_between(sql.value(sql.scope.as_of), order.delivery_date)
	return (
		sql.in_period(order.delivery_date)
		& (closed_for > sql.value(sql.settings.late_days))
		& orders.counts(sql)
		& (Coalesce(order.status, "") != "On Hold")
		& (order.skip_delivery_note == 0)
		& (orders.line.delivered_by_supplier == 0)
		& is_goods(sql, item, orders.line)
		& sql.of_item_groups(orders.line.item_code)
	)


def _promised(sql: Sql) -> QueryBuilder:
	orders, item = order_tables(sql), sql.table("Item", "item")
	order, line = orders.order, orders.line
	return (
		sql.from_dated(order)
		.join(line)
		.on(line.parent == order.name)
		.join(item)
		.on(item.name == line.item_code)
		.where(_due(sql, orders, item))
		.select(
			line.name.as_("order_line"),
			order.name.as_("sales_order"),
			order.customer,
			order.delivery_date.as_("due_date"),
			flag(order.status == "Closed").as_("closed"),
			line.stock_qty.as_("ordered"),
			*(ValueWrapper(0).as_(name) for name in ("delivered", "in_window", "returned")),
		)
	)


def _delivered(sql: Sql, tables: DeliveryTables) -> QueryBuilder:
	"""What left by one kind of document, whenever, for the lines of orders due in the period."""
	orders, item = order_tables(sql), sql.table("Item", "item")
	order, line = orders.order, orders.line
	sent = tables.parent.is_return == 0
	in_window = sent & on_time(sql, tables.parent.posting_date, orders.due)
	# Few invoices update stock: the database may rather begin with those.
	source = sql.from_dated if tables.doctype == "Delivery Note" else sql.from_
	return (
		source(order)
		.join(line)
		.on(line.parent == order.name)
		.join(item)
		.on(item.name == line.item_code)
		.join(tables.line)
		.on(tables.line.so_detail == line.name)
		.join(tables.parent)
		.on(tables.parent.name == tables.line.parent)
		.where(
			_due(sql, orders, item)
			& (tables.parent.docstatus == 1)
			& sql.of_company(tables.parent)
			& tables.counts
		)
		.select(
			line.name.as_("order_line"),
			order.name.as_("sales_order"),
			order.customer,
			order.delivery_date.as_("due_date"),
			ValueWrapper(0).as_("closed"),
			ValueWrapper(0).as_("ordered"),
			Case().when(sent, tables.quantity).else_(0).as_("delivered"),
			Case().when(in_window, tables.quantity).else_(0).as_("in_window"),
			Case().when(sent, 0).else_(tables.quantity * -1).as_("returned"),
		)
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
