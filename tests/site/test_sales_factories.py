"""The builders of sales make what ERPNext makes: bundles, returns and payments included."""

import frappe
from factories import day
from sales_factories import (
	credit,
	make_batch,
	make_contact,
	make_customer,
	make_quotation,
	make_tracked_item,
	put_in_stock,
	return_delivery,
	sell,
	serial_numbers,
)


def test_a_service_is_ordered_delivered_billed_and_paid():
	customer = make_customer()
	make_contact(customer)
	sale = sell(customer, quantity=3, rate=20, on=day(2, 1), paid_on=day(2, 20))
	assert [sale.order.docstatus, sale.delivery.docstatus, sale.invoice.docstatus] == [1, 1, 1]
	assert sale.invoice.base_net_total == 60
	assert sale.invoice.reload().outstanding_amount == 0
	returned = return_delivery(sale.delivery, quantity=1)
	assert returned.items[0].stock_qty == -1
	assert credit(sale.invoice, quantity=1).base_net_total == -20
	assert make_quotation(customer).party_name == customer


def test_a_batch_leaves_through_a_bundle():
	item = make_tracked_item(batches=True)
	batch = make_batch(item)
	put_in_stock(item, 10, batch=batch)
	for fields_on_line in (False, True):
		sale = sell(make_customer(), item=item, quantity=2, batch=batch, fields_on_line=fields_on_line)
		line = sale.delivery.reload().items[0]
		entries = frappe.get_all(
			"Serial and Batch Entry", {"parent": line.serial_and_batch_bundle}, ["batch_no", "qty"]
		)
		assert [(entry.batch_no, entry.qty) for entry in entries] == [(batch, -2)]
		assert bool(line.batch_no) is fields_on_line
	returned = return_delivery(sale.delivery, quantity=1)
	assert returned.items[0].serial_and_batch_bundle


def test_serial_numbers_leave_through_a_bundle():
	item = make_tracked_item(serials=True)
	numbers = serial_numbers(item, 3)
	put_in_stock(item, 3, serials=numbers)
	sale = sell(make_customer(), item=item, quantity=2, serials=numbers[:2])
	bundle = sale.delivery.reload().items[0].serial_and_batch_bundle
	entries = frappe.get_all("Serial and Batch Entry", {"parent": bundle}, pluck="serial_no")
	assert sorted(entries) == sorted(numbers[:2])
