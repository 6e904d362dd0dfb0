"""Where goods came from and where they went, through ERPNext's own documents, in both directions."""

import frappe
import pytest
from complaint_factories import make_complaint
from factories import day, inspect, make_item, make_supplier, make_user, return_goods
from frappe.desk import query_report
from sales_factories import (
	credit,
	deliver,
	make_batch,
	make_customer,
	make_invoice,
	make_sales_order,
	make_tracked_item,
	put_in_stock,
	return_delivery,
	sell,
	serial_numbers,
)
from support.statements import statements
from trace_factories import (
	buy,
	buy_with_invoice,
	in_old_shape,
	make,
	sell_packed,
	subcontracted,
	transfer,
	work_order,
)

from partner_relations.customer_care.api import traceability as api
from partner_relations.customer_care.traceability import (
	DELIVERIES,
	Number,
	trace,
	trace_all,
	visible,
)


def bought(batch_item: str | None = None, quantity: float = 20, **values):
	item = batch_item or make_tracked_item(batches=True)
	batch = make_batch(item)
	return item, batch, buy(item, quantity, batch=batch, **values)


def test_a_batch_is_traced_back_to_receipt_inspection_and_supplier():
	supplier = make_supplier()
	item, batch, receipt = bought(supplier=supplier)
	inspection = inspect(receipt, status="Accepted")
	sale = sell(make_customer(), item=item, quantity=4, batch=batch, on=day(1, 5))
	assert not sale.delivery.items[0].batch_no, "the number is in the bundle only"
	way = trace(item, batch_no=batch)
	(found,) = way.receipts
	assert (found.document_type, found.document_name) == ("Purchase Receipt", receipt.name)
	assert (found.supplier, found.date, found.quantity, found.returned) == (supplier, day(1, 1), 20, 0)
	assert [(one.name, one.status) for one in way.inspections] == [(inspection.name, "Accepted")]
	assert way.suppliers == (supplier,)


def test_a_batch_is_traced_forward_to_every_customer_who_got_it_less_what_came_back():
	item, batch, _receipt = bought()
	one, two, three = make_customer(), make_customer(), make_customer()
	first = sell(one, item=item, quantity=4, batch=batch, on=day(1, 5))
	second = sell(two, item=item, quantity=3, batch=batch, on=day(1, 6), fields_on_line=True)
	other = make_batch(item)
	buy(item, 5, batch=other)
	sell(three, item=item, quantity=5, batch=other, on=day(1, 7))
	return_delivery(first.delivery, quantity=1, on=day(1, 9))
	back = return_delivery(second.delivery, quantity=3, on=day(1, 9))
	way = trace(item, batch_no=batch)
	assert [
		(row.customer, row.document_name, row.date, row.quantity, row.returned, row.kept)
		for row in way.deliveries
	] == [
		(one, first.delivery.name, day(1, 5), 4, 1, 3),
		(two, second.delivery.name, day(1, 6), 3, 3, 0),
	]
	assert way.customers == (one,)
	back.reload()
	back.cancel()
	assert trace(item, batch_no=batch).customers == (one, two)


def test_a_cancelled_delivery_was_none():
	item, batch, _receipt = bought()
	order = make_sales_order(make_customer(), item=item, quantity=2)
	note = deliver(order, batch=batch, on=day(1, 5))
	assert len(trace(item, batch_no=batch).deliveries) == 1
	note.reload()
	note.cancel()
	assert trace(item, batch_no=batch).deliveries == ()


def test_a_serial_number_is_traced_in_both_directions():
	item = make_tracked_item(serials=True)
	numbers = serial_numbers(item, 4)
	supplier, customer = make_supplier(), make_customer()
	receipt = buy(item, 4, serials=numbers, supplier=supplier)
	sale = sell(customer, item=item, quantity=2, serials=numbers[:2], on=day(1, 5))
	way = trace(item, serial_no=numbers[1])
	assert [(row.document_name, row.supplier, row.quantity) for row in way.receipts] == [
		(receipt.name, supplier, 1)
	]
	assert [(row.document_name, row.customer, row.quantity) for row in way.deliveries] == [
		(sale.delivery.name, customer, 1)
	]
	assert trace(item, serial_no=numbers[3]).deliveries == ()


def test_an_invoice_that_moves_stock_receives_and_delivers():
	item = make_tracked_item(batches=True)
	batch, supplier, customer = make_batch(item), make_supplier(), make_customer()
	invoice = buy_with_invoice(item, 9, supplier=supplier, batch=batch)
	order = make_sales_order(customer, item=item, quantity=2, on=day(1, 3))
	bill = make_invoice(order, on=day(1, 4), submit=False, update_stock=1)
	for line in bill.items:
		line.update({"use_serial_batch_fields": 1, "batch_no": batch})
	bill.save()
	bill.submit()
	way = trace(item, batch_no=batch)
	assert [(row.document_type, row.document_name) for row in way.receipts] == [
		("Purchase Invoice", invoice.name)
	]
	assert [(row.document_type, row.document_name, row.kept) for row in way.deliveries] == [
		("Sales Invoice", bill.name, 2)
	]
	credit(bill, quantity=2, on=day(1, 8))
	assert trace(item, batch_no=batch).customers == ()


def test_an_invoice_for_a_delivery_is_not_a_second_one():
	item, batch, _receipt = bought()
	sale = sell(make_customer(), item=item, quantity=4, batch=batch, on=day(1, 5))
	assert sale.invoice is not None
	(row,) = trace(item, batch_no=batch).deliveries
	assert row.document_name == sale.delivery.name


def test_a_batch_may_come_from_several_suppliers_and_go_back_to_one():
	one, two = make_supplier(), make_supplier()
	item, batch, first = bought(supplier=one)
	second = buy(item, 5, batch=batch, supplier=two, on=day(1, 2))
	return_goods(first, quantity=6, on=day(1, 3))
	way = trace(item, batch_no=batch)
	assert [(row.document_name, row.supplier, row.quantity, row.returned) for row in way.receipts] == [
		(first.name, one, 20, 6),
		(second.name, two, 5, 0),
	]


def test_what_was_made_here_is_traced_to_what_went_into_it():
	supplier = make_supplier()
	part, part_batch, receipt = bought(supplier=supplier)
	inspection = inspect(receipt)
	product = make_tracked_item(batches=True)
	product_batch = make_batch(product)
	entry = make(product, 5, batch=product_batch, used={part: (10, part_batch)}, on=day(1, 2))
	way = trace(product, batch_no=product_batch)
	(made,) = way.productions
	assert (made.document_name, made.purpose, made.quantity) == (entry.name, "Repack", 5)
	assert made.components == (Number(part, part_batch),)
	(found,) = way.receipts
	assert (found.document_name, found.supplier, found.made_into) == (receipt.name, supplier, entry.name)
	assert [one.name for one in way.inspections] == [inspection.name]


def test_opening_stock_came_from_nobody():
	item = make_tracked_item(batches=True)
	batch = make_batch(item)
	entry = put_in_stock(item, 5, batch=batch)
	(row,) = trace(item, batch_no=batch).receipts
	assert (row.document_name, row.supplier) == (entry.name, None)


@pytest.mark.parametrize("kind", ["batches", "serials"])
def test_numbers_of_before_the_bundles_are_found_on_the_ledger(kind: str):
	item = make_tracked_item(**{kind: True})
	if kind == "batches":
		number = {"batch_no": make_batch(item)}
		receipt = buy(item, 6, batch=number["batch_no"])
		sale = sell(make_customer(), item=item, quantity=2, batch=number["batch_no"], on=day(1, 5))
		quantities = (6, 2)
	else:
		serials = serial_numbers(item, 3)
		number = {"serial_no": serials[1]}
		receipt = buy(item, 3, serials=serials)
		sale = sell(make_customer(), item=item, quantity=2, serials=serials[:2], on=day(1, 5))
		quantities = (1, 1)
	expected = trace(item, **number)
	in_old_shape(receipt)
	in_old_shape(sale.delivery)
	way = trace(item, **number)
	assert way == expected
	assert (way.receipts[0].quantity, way.deliveries[0].quantity) == quantities


def test_the_number_of_queries_does_not_grow():
	items = [bought() for _ in range(4)]
	for item, batch, _receipt in items:
		sell(make_customer(), item=item, quantity=1, batch=batch, on=day(1, 5))
	numbers = [Number(item, batch) for item, batch, _receipt in items]
	trace_all(numbers[:1])  # what Frappe reads about document types once
	with statements() as one:
		trace_all(numbers[:1])
	with statements() as all_of_them:
		found = trace_all(numbers)
	assert len(all_of_them) == len(one)
	assert all(way.receipts and way.deliveries for way in found.values())


def test_what_somebody_may_not_read_is_counted_and_not_shown():
	item, batch, receipt = bought()
	inspect(receipt)
	mine, other = make_customer(), make_customer()
	for customer in (mine, other):
		sell(customer, item=item, quantity=2, batch=batch, on=day(1, 5), invoice=False)
	user = make_user("Customer Care Agent", "Sales User", "Stock User")
	frappe.get_doc(doctype="User Permission", user=user, allow="Customer", for_value=mine).insert()
	nobody = make_user("Customer Care Agent")
	way = trace(item, batch_no=batch)
	frappe.set_user(user)
	seen = visible(way)
	frappe.set_user(nobody)
	hidden = visible(way)
	frappe.set_user("Administrator")
	assert [row.customer for row in seen.deliveries] == [mine]
	assert (seen.hidden.deliveries, seen.hidden.receipts) == (1, 0)
	assert hidden.deliveries == hidden.receipts == hidden.inspections == ()
	assert (hidden.hidden.deliveries, hidden.hidden.receipts, hidden.hidden.inspections) == (2, 1, 1)
	assert visible(way) == way


def test_a_complaint_says_where_its_goods_came_from():
	supplier, customer = make_supplier(), make_customer()
	item, batch, receipt = bought(supplier=supplier)
	inspection = inspect(receipt)
	sale = sell(customer, item=item, quantity=4, batch=batch, on=day(1, 5))
	complaint = make_complaint(
		customer=customer,
		items=[{"document_type": "Sales Invoice", "document_name": sale.invoice.name, "item_code": item}],
	)
	(row,) = complaint.items
	assert (row.batch_no, row.delivery_note) == (batch, sale.delivery.name)
	assert row.item_name == frappe.db.get_value("Item", item, "item_name")
	assert (row.purchase_receipt, row.supplier) == (receipt.name, supplier)
	assert (row.received_on, row.quality_inspection) == (day(1, 1), inspection.name)


def test_a_batch_of_two_suppliers_is_blamed_on_neither():
	customer = make_customer()
	item, batch, _receipt = bought()
	buy(item, 5, batch=batch, on=day(1, 2))
	sell(customer, item=item, quantity=4, batch=batch, on=day(1, 5))
	(row,) = make_complaint(customer=customer, items=[{"batch_no": batch}]).items
	assert (row.item_code, row.supplier, row.purchase_receipt) == (item, None, None)


def test_a_receipt_after_the_delivery_is_not_where_it_came_from():
	customer, supplier = make_customer(), make_supplier()
	item, batch, receipt = bought(supplier=supplier)
	sell(customer, item=item, quantity=4, batch=batch, on=day(1, 5))
	buy(item, 5, batch=batch, on=day(2, 1))
	(row,) = make_complaint(customer=customer, items=[{"batch_no": batch}]).items
	assert (row.supplier, row.purchase_receipt) == (supplier, receipt.name)


def test_goods_without_numbers_are_not_traced():
	customer, item = make_customer(), make_item()
	put_in_stock(item, 5)
	sale = sell(customer, item=item, quantity=2, on=day(1, 5))
	(row,) = make_complaint(
		customer=customer, items=[{"document_type": DELIVERIES[0], "document_name": sale.delivery.name}]
	).items
	assert (row.item_code, row.supplier, row.purchase_receipt) == (item, None, None)


# What was made of it, and on the way


def test_what_was_made_of_a_batch_is_traced_to_those_who_got_it():
	part, batch, _receipt = bought(quantity=30)
	bystander, bystander_batch, _receipt = bought(quantity=30)
	half, product = make_tracked_item(batches=True), make_tracked_item(batches=True)
	half_batch, product_batch, other_batch = make_batch(half), make_batch(product), make_batch(product)
	make(half, 5, batch=half_batch, used={part: (10, batch)}, on=day(1, 2))
	last = make(product, 5, batch=product_batch, used={half: (5, half_batch)}, on=day(1, 3))
	make(product, 5, batch=other_batch, used={bystander: (5, bystander_batch)}, on=day(1, 3))
	raw, made, untouched = make_customer(), make_customer(), make_customer()
	sold = sell(raw, item=part, quantity=1, batch=batch, on=day(1, 5))
	note = sell(made, item=product, quantity=2, batch=product_batch, on=day(1, 6), invoice=False).delivery
	sell(untouched, item=product, quantity=2, batch=other_batch, on=day(1, 6), invoice=False)
	way = trace(part, batch_no=batch)
	assert [
		(row.customer, row.document_name, row.number, row.quantity, row.made_in) for row in way.deliveries
	] == [
		(raw, sold.delivery.name, Number(part, batch), 1, None),
		(made, note.name, Number(product, product_batch), 2, last.name),
	]
	assert way.customers == (raw, made)
	return_delivery(note, quantity=2, on=day(1, 9))
	assert trace(part, batch_no=batch).customers == (raw,)


def test_parts_of_parts_are_traced_to_their_supplier():
	supplier = make_supplier()
	part, batch, receipt = bought(supplier=supplier)
	half, product = make_tracked_item(batches=True), make_tracked_item(batches=True)
	half_batch, product_batch = make_batch(half), make_batch(product)
	first = make(half, 5, batch=half_batch, used={part: (10, batch)}, on=day(1, 2))
	second = make(product, 5, batch=product_batch, used={half: (5, half_batch)}, on=day(1, 3))
	way = trace(product, batch_no=product_batch)
	assert [(row.document_name, row.supplier, row.made_into) for row in way.receipts] == [
		(receipt.name, supplier, first.name)
	]
	assert [made.document_name for made in way.productions] == [second.name]


@pytest.mark.parametrize("apart", [False, True], ids=["with the goods", "apart"])
def test_a_work_order_is_traced_both_ways(apart: bool):
	supplier, customer = make_supplier(), make_customer()
	part, batch, receipt = bought(supplier=supplier)
	product = make_tracked_item(batches=True)
	product_batch = make_batch(product)
	finished = work_order(product, 4, batch=product_batch, used=(part, batch), apart=apart, on=day(1, 2))
	sale = sell(customer, item=product, quantity=2, batch=product_batch, on=day(1, 6), invoice=False)
	back = trace(product, batch_no=product_batch)
	(made,) = back.productions
	assert (made.document_name, made.work_order) == (finished.name, finished.work_order)
	assert made.components == (Number(part, batch),)
	assert [(row.document_name, row.supplier, row.made_into) for row in back.receipts] == [
		(receipt.name, supplier, finished.name)
	]
	forward = trace(part, batch_no=batch)
	assert [(row.document_name, row.customer, row.made_in) for row in forward.deliveries] == [
		(sale.delivery.name, customer, finished.name)
	]


def test_what_a_subcontractor_made_is_traced_to_what_it_was_given():
	supplier, subcontractor, customer = make_supplier(), make_supplier(), make_customer()
	part, batch, receipt = bought(supplier=supplier)
	product, product_batch, made = subcontracted(subcontractor, 4, used=(part, batch), on=day(1, 4))
	sale = sell(customer, item=product, quantity=2, batch=product_batch, on=day(1, 6), invoice=False)
	back = trace(product, batch_no=product_batch)
	assert [(row.document_name, row.supplier, row.made_into) for row in back.receipts] == [
		(receipt.name, supplier, made.name),
		(made.name, subcontractor, None),
	]
	assert back.suppliers == (supplier, subcontractor)
	assert [row.document_name for row in trace(part, batch_no=batch).deliveries] == [sale.delivery.name]


def test_moving_goods_between_warehouses_is_neither_receipt_nor_delivery():
	item, batch, receipt = bought()
	transfer(item, 5, batch=batch, on=day(1, 2))
	way = trace(item, batch_no=batch)
	assert [row.document_name for row in way.receipts] == [receipt.name]
	assert (way.productions, way.deliveries) == ((), ())


def test_a_bundle_of_products_delivers_the_batch_that_is_packed():
	customer = make_customer()
	item, batch, _receipt = bought()
	note = sell_packed(customer, item, 2, batch=batch, on=day(1, 5))
	assert [
		(row.document_name, row.customer, row.kept) for row in trace(item, batch_no=batch).deliveries
	] == [(note.name, customer, 2)]


# The view of a complaint, and the report


def complaint_in_the_middle():
	"""(complaint, batch, receipt, [sales to this customer and to another])."""
	mine, other = make_customer(), make_customer()
	item, batch, receipt = bought()
	inspect(receipt, status="Rejected")
	sales = [sell(who, item=item, quantity=2, batch=batch, on=day(1, 5)) for who in (mine, other)]
	complaint = make_complaint(customer=mine, items=[{"batch_no": batch}])
	return complaint, batch, receipt, sales


def as_user(user: str, function, *arguments, **named):
	frappe.set_user(user)
	try:
		return function(*arguments, **named)
	finally:
		frappe.set_user("Administrator")


def test_the_complaint_shows_both_directions_and_other_complaints_in_one_view():
	complaint, batch, receipt, (mine, other) = complaint_in_the_middle()
	second = make_complaint(customer=other.delivery.customer, items=[{"batch_no": batch}])
	view = api.trace(complaint.name)
	(one,) = view["traces"]
	assert [row["document_name"] for row in one["receipts"]] == [receipt.name]
	assert [row["status"] for row in one["inspections"]] == ["Rejected"]
	assert {row["document_name"] for row in one["deliveries"]} == {mine.delivery.name, other.delivery.name}
	assert set(one["customers"]) == {complaint.customer, other.delivery.customer}
	assert [row.name for row in view["others"]] == [second.name]
	assert (view["customer"], view["others_hidden"]) == (complaint.customer, 0)


def test_a_delivery_note_without_a_number_in_the_line_is_traced_by_all_that_left_with_it():
	customer = make_customer()
	item = make_tracked_item(serials=True)
	numbers = serial_numbers(item, 12)
	receipt = buy(item, 12, serials=numbers)
	sale = sell(customer, item=item, quantity=12, serials=numbers, on=day(1, 5), invoice=False)
	complaint = make_complaint(
		customer=customer,
		items=[{"document_type": "Delivery Note", "document_name": sale.delivery.name}],
	)
	assert not complaint.items[0].serial_no
	view = api.trace(complaint.name)
	assert {one["number"]["serial_no"] for one in view["traces"]} < set(numbers)
	assert (len(view["traces"]), view["more"]) == (api.TRACES_SHOWN, 2)
	assert {row["document_name"] for one in view["traces"] for row in one["receipts"]} == {receipt.name}
	blind = make_user("Customer Care Agent")
	assert as_user(blind, api.trace, complaint.name)["traces"] == []


def test_the_view_tells_nobody_more_than_they_may_read():
	complaint, batch, _receipt, (_mine, other) = complaint_in_the_middle()
	make_complaint(customer=other.delivery.customer, items=[{"batch_no": batch}])
	agent = make_user("Customer Care Agent", "Sales User")
	frappe.get_doc(
		doctype="User Permission", user=agent, allow="Customer", for_value=complaint.customer
	).insert()
	view = as_user(agent, api.trace, complaint.name)
	(one,) = view["traces"]
	assert [row["customer"] for row in one["deliveries"]] == [complaint.customer]
	assert (one["customers"], one["receipts"], one["inspections"]) == ((complaint.customer,), (), ())
	assert one["hidden"] == {"receipts": 1, "productions": 0, "inspections": 1, "deliveries": 1}
	assert (view["others"], view["others_hidden"]) == ([], 1)
	assert other.delivery.customer not in frappe.as_json(view)
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("Stock User"), api.trace, complaint.name)


def report(**filters):
	result = query_report.run("Batch and Serial Trace", filters=filters)
	return result["result"], {item["label"]: item["value"] for item in result["report_summary"] or []}, result


def test_the_report_lists_both_directions():
	complaint, batch, receipt, (mine, other) = complaint_in_the_middle()
	return_delivery(other.delivery, quantity=2, on=day(1, 9))
	rows, summary, result = report(batch_no=batch)
	assert [
		(row["direction"], row["document"], row["quantity"], row["returned"], row["left"]) for row in rows
	] == [
		("Received", receipt.name, 20, 0, 20),
		("Delivered", mine.delivery.name, 2, 0, 2),
		("Delivered", other.delivery.name, 2, 2, 0),
	]
	assert (rows[0]["party"], rows[0]["inspection_status"]) == (receipt.supplier, "Rejected")
	assert [row.get("complaints") for row in rows] == [None, 1, None]
	assert summary == {
		"Suppliers": 1,
		"Received or Made": 20,
		"Rejected Inspections": 1,
		"Customers Who Have It": 1,
		"Kept by Customers": 2,
	}
	assert result["chart"]["data"]["datasets"][0]["values"] == [2]
	assert complaint.customer in (rows[1]["party"], rows[2]["party"])


def test_the_report_asks_for_a_number_and_says_when_there_is_none():
	_complaint, batch, _receipt, _sales = complaint_in_the_middle()
	assert report()[2]["message"] == "Choose a batch or a serial number."
	for filters in ({"batch_no": "NO-SUCH"}, {"batch_no": batch, "item_code": make_item()}):
		rows, _summary, result = report(**filters)
		assert (rows, result["message"].startswith("This item has no such")) == ([], True)


def test_the_report_shows_what_the_reader_may_read():
	_complaint, batch, _receipt, (mine, other) = complaint_in_the_middle()
	agent = make_user("Customer Care Agent", "Sales User")
	frappe.get_doc(
		doctype="User Permission", user=agent, allow="Customer", for_value=mine.delivery.customer
	).insert()
	rows, summary, result = as_user(agent, report, batch_no=batch)
	assert [row["document"] for row in rows] == [mine.delivery.name]
	assert (summary["Suppliers"], summary["Kept by Customers"]) == (0, 2)
	assert result["message"] == "Not shown, because you may not read them: 3"
	assert other.delivery.customer not in frappe.as_json(result)
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("Purchase User"), report, batch_no=batch)


def test_the_report_tells_goods_made_of_it_from_the_goods_themselves():
	part, batch, _receipt = bought()
	product = make_tracked_item(batches=True)
	product_batch = make_batch(product)
	make(product, 5, batch=product_batch, used={part: (10, batch)}, on=day(1, 2))
	sale = sell(make_customer(), item=product, quantity=3, batch=product_batch, on=day(1, 5))
	rows, summary, result = report(batch_no=batch)
	assert [(row["document"], row["item_code"], row["batch_no"]) for row in rows[1:]] == [
		(sale.delivery.name, product, product_batch)
	]
	assert (summary["Kept by Customers"], summary["Customers Who Have It"]) == (0, 1)
	assert result["chart"] is None


def test_who_may_run_the_report_finds_numbers_without_the_right_to_read_batches():
	item, batch, _receipt = bought()
	agent = make_user("Customer Care Agent", "Sales User")
	found = as_user(agent, api.numbers, "Batch", batch[:-1])
	assert {"value": batch, "label": f"{batch} ({item})"} in found
	assert as_user(agent, api.numbers, "Batch", batch, make_item()) == []
	assert as_user(agent, api.numbers, "User", "Admin") == []
	blind = make_user("Customer Care Agent")
	assert as_user(blind, api.numbers, "Batch", batch) == [], "of an item that they may not read"
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("Purchase User"), api.numbers, "Batch", batch)
