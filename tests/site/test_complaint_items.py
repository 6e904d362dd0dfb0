"""What a complaint may be about: its customer's own documents, items, batches and serial numbers."""

from typing import Any

import frappe
import pytest
from complaint_factories import bring_to, make_complaint
from factories import day, make_company, make_service, make_supplier, make_user
from sales_factories import (
	make_batch,
	make_customer,
	make_sales_order,
	make_tracked_item,
	put_in_stock,
	return_delivery,
	sell,
	serial_numbers,
)

from partner_relations.customer_care.api import complaint_items as api
from partner_relations.customer_care.complaint_steps import COMPLAINT

REFUSED = "is nothing that this customer got from us"


def batch_sold(customer: str, quantity: float = 4):
	"""(item, batch, sale) of a batch that the customer got."""
	item = make_tracked_item(batches=True)
	batch = make_batch(item)
	put_in_stock(item, 20, batch=batch)
	return item, batch, sell(customer, item=item, quantity=quantity, batch=batch, on=day(1, 5))


def serials_sold(customer: str):
	item = make_tracked_item(serials=True)
	numbers = serial_numbers(item, 3)
	put_in_stock(item, 3, serials=numbers)
	return item, numbers, sell(customer, item=item, quantity=2, serials=numbers[:2], on=day(1, 5))


def about(customer: str, *rows: dict[str, Any], **values: Any):
	return make_complaint(customer=customer, items=list(rows), **values)


# What is refused


@pytest.mark.parametrize("document", ["order", "delivery", "invoice"])
def test_another_customers_document_is_refused_like_one_that_does_not_exist(document: str):
	other = sell(make_customer(), on=day(1, 5))
	name = getattr(other, document).name
	refusals = []
	for named in (name, "SAL-0000"):
		row = {"document_type": getattr(other, document).doctype, "document_name": named}
		with pytest.raises(frappe.ValidationError, match=REFUSED) as refused:
			about(make_customer(), row)
		refusals.append(str(refused.value).replace(named, "?"))
	assert refusals[0] == refusals[1]


def test_another_customers_batch_and_serial_number_are_refused_like_what_does_not_exist():
	other = make_customer()
	_item, batch, _sale = batch_sold(other)
	_item, numbers, _sale = serials_sold(other)
	customer = make_customer()
	batch_sold(customer)
	for row, name in (
		({"batch_no": batch}, batch),
		({"serial_no": numbers[0]}, numbers[0]),
		({"serial_no": numbers[2]}, numbers[2]),
		({"batch_no": "NO-SUCH-BATCH"}, "NO-SUCH-BATCH"),
	):
		with pytest.raises(frappe.ValidationError) as refused:
			about(customer, row)
		assert str(refused.value).replace(name, "?") == f"Items, row 1: ? {REFUSED}. Choose it from the list."


def test_an_item_that_is_not_in_the_document_is_refused():
	customer = make_customer()
	sale = sell(customer, on=day(1, 5))
	other = make_tracked_item()
	row = {"document_type": "Delivery Note", "document_name": sale.delivery.name, "item_code": other}
	with pytest.raises(frappe.ValidationError, match=REFUSED):
		about(customer, row)


def test_a_batch_of_another_item_is_refused():
	customer = make_customer()
	_item, batch, _sale = batch_sold(customer)
	with pytest.raises(frappe.ValidationError, match=REFUSED):
		about(customer, {"item_code": make_service(), "batch_no": batch})


@pytest.mark.parametrize("state", ["draft", "cancelled", "return"])
def test_a_document_that_is_not_a_delivery_in_force_is_refused(state: str):
	customer = make_customer()
	if state == "return":
		_item, _batch, sale = batch_sold(customer)
		document = return_delivery(sale.delivery, quantity=1, on=day(1, 9))
	else:
		document = make_sales_order(customer, submit=False)
		if state == "cancelled":
			document.submit()
			document.cancel()
	with pytest.raises(frappe.ValidationError, match=REFUSED):
		about(customer, {"document_type": document.doctype, "document_name": document.name})


def test_numbers_need_a_customer():
	sale = sell(make_customer(), on=day(1, 5))
	row = {"document_type": "Delivery Note", "document_name": sale.delivery.name}
	complaint = make_complaint()
	complaint.update({"customer": None, "items": [row]})
	with pytest.raises(frappe.ValidationError, match="which customer complains"):
		complaint.save()


def test_the_document_of_another_company_is_refused():
	customer = make_customer()
	sale = sell(customer, on=day(1, 5))
	row = {"document_type": "Delivery Note", "document_name": sale.delivery.name}
	with pytest.raises(frappe.ValidationError, match="Choose the same company"):
		about(customer, row, company=make_company())


def test_what_is_named_belongs_to_a_new_customer_too_or_is_refused():
	customer = make_customer()
	_item, batch, _sale = batch_sold(customer)
	complaint = about(customer, {"batch_no": batch})
	complaint.customer = make_customer()
	with pytest.raises(frappe.ValidationError, match=REFUSED):
		complaint.save()


# What is filled


def test_a_line_of_an_invoice_says_rate_currency_and_delivery():
	customer = make_customer()
	sale = sell(customer, item=None, quantity=3, rate=42, on=day(1, 5), delivered_on=day(1, 8))
	row = {"document_type": "Sales Invoice", "document_name": sale.invoice.name, "qty": 2}
	(filled,) = about(customer, row).items
	assert (filled.item_code, filled.rate, filled.currency) == (make_service(), 42, "USD")
	assert (filled.delivery_note, filled.delivered_on) == (sale.delivery.name, day(1, 8))
	assert filled.document_row == sale.invoice.items[0].name


def test_a_line_of_an_order_says_its_delivery():
	customer = make_customer()
	item, batch, sale = batch_sold(customer)
	(filled,) = about(customer, {"document_type": "Sales Order", "document_name": sale.order.name}).items
	assert (filled.item_code, filled.batch_no) == (item, batch)
	assert (filled.delivery_note, filled.delivered_on) == (sale.delivery.name, day(1, 5))


def test_a_serial_number_says_everything_else():
	customer = make_customer()
	item, numbers, sale = serials_sold(customer)
	(filled,) = about(customer, {"serial_no": numbers[1]}).items
	assert (filled.item_code, filled.document_name) == (item, sale.delivery.name)
	assert (filled.delivery_note, filled.rate) == (sale.delivery.name, 10)


def test_of_two_serial_numbers_none_is_guessed():
	customer = make_customer()
	_item, _numbers, sale = serials_sold(customer)
	row = {"document_type": "Delivery Note", "document_name": sale.delivery.name}
	(filled,) = about(customer, row).items
	assert filled.serial_no is None


def test_of_several_lines_that_with_the_number_is_meant():
	customer = make_customer()
	item = make_tracked_item(batches=True)
	batches = [make_batch(item), make_batch(item)]
	for batch in batches:
		put_in_stock(item, 5, batch=batch)
	order = make_sales_order(
		customer, lines=[{"item_code": item, "qty": 2, "rate": 10}, {"item_code": item, "qty": 2, "rate": 12}]
	)
	note = frappe.call("erpnext.selling.doctype.sales_order.sales_order.make_delivery_note", order.name)
	for line, batch in zip(note.items, batches, strict=True):
		line.update({"use_serial_batch_fields": 1, "batch_no": batch})
	note.insert().submit()
	row = {"document_type": "Delivery Note", "document_name": note.name, "batch_no": batches[1]}
	(filled,) = about(customer, row).items
	assert (filled.document_row, filled.rate) == (note.items[1].name, 12)


def test_what_follows_cannot_be_sent_along():
	customer = make_customer()
	sale = sell(customer, on=day(1, 5))
	forged = {"rate": 9999, "currency": "EUR", "delivery_note": "DN-X", "supplier": make_supplier()}
	row = {"document_type": "Delivery Note", "document_name": sale.delivery.name, **forged}
	complaint = about(customer, row)
	expected = {"rate": 10, "currency": "USD", "delivery_note": sale.delivery.name, "supplier": None}
	assert {field: complaint.items[0].get(field) for field in forged} == expected
	complaint.items[0].update(forged)
	complaint.save()
	assert {field: complaint.items[0].get(field) for field in forged} == expected


def test_a_complaint_stays_as_it_is_when_its_order_is_cancelled():
	customer = make_customer()
	order = make_sales_order(customer)
	complaint = about(customer, {"document_type": "Sales Order", "document_name": order.name})
	order.cancel()
	assert bring_to(complaint, "acknowledge").items[0].document_name == order.name


# What there is to choose from


def search(function: Any, doctype: str, txt: str = "", **filters: Any) -> list[str]:
	return [row[0] for row in function(doctype, txt, "name", 0, 20, filters)]


def test_the_lists_offer_the_customers_own_only():
	customer, other = make_customer(), make_customer()
	item, batch, sale = batch_sold(customer)
	serial_item, numbers, serial_sale = serials_sold(customer)
	batch_sold(other)
	serials_sold(other)
	documents = {doctype: search(api.documents, doctype, customer=customer) for doctype in api.DATES}
	assert set(documents["Delivery Note"]) == {sale.delivery.name, serial_sale.delivery.name}
	assert set(documents["Sales Invoice"]) == {sale.invoice.name, serial_sale.invoice.name}
	assert set(documents["Sales Order"]) == {sale.order.name, serial_sale.order.name}
	assert search(api.items, "Item", customer=customer) == sorted([item, serial_item])
	assert search(api.batches, "Batch", customer=customer) == [batch]
	assert sorted(search(api.serials, "Serial No", customer=customer)) == sorted(numbers[:2])


def test_the_lists_follow_what_was_chosen_and_typed():
	customer = make_customer()
	item, batch, sale = batch_sold(customer)
	_other_item, other_batch, other_sale = batch_sold(customer)
	chosen = {"document_type": "Sales Invoice", "document_name": other_sale.invoice.name}
	assert search(api.batches, "Batch", customer=customer, **chosen) == [other_batch]
	assert search(api.batches, "Batch", customer=customer, item_code=item) == [batch]
	assert search(api.batches, "Batch", batch[-6:], customer=customer) == [batch]
	assert search(
		api.items, "Item", customer=customer, document_type="Sales Order", document_name=sale.order.name
	) == [item]
	assert search(api.documents, "Delivery Note", sale.delivery.name, customer=customer) == [
		sale.delivery.name
	]
	assert search(api.documents, "Purchase Order", customer=customer) == []


def test_the_lists_show_nobody_what_they_may_not_read():
	customer = make_customer()
	batch_sold(customer)
	user = make_user("Customer Care Agent", "Sales User", "Stock User")
	frappe.get_doc(doctype="User Permission", user=user, allow="Customer", for_value=make_customer()).insert()
	agent = make_user("Customer Care Agent")
	try:
		frappe.set_user(user)
		assert search(api.documents, "Delivery Note", customer=customer) == []
		assert search(api.items, "Item", customer=customer) == []
		assert search(api.batches, "Batch", customer=customer) == []
		frappe.set_user(agent)
		assert search(api.batches, "Batch", customer=customer) == []
		assert search(api.items, "Item", customer=customer) == []
		with pytest.raises(frappe.PermissionError):
			search(api.documents, "Delivery Note", customer=customer)
	finally:
		frappe.set_user("Administrator")


def test_the_lines_of_a_document_are_offered_with_their_numbers():
	customer = make_customer()
	item, numbers, sale = serials_sold(customer)
	rows = api.choices("Sales Invoice", sale.invoice.name)
	assert [(row["item_code"], row["serial_no"], row["qty"]) for row in rows] == [
		(item, number, 1) for number in sorted(numbers[:2])
	]
	agent = make_user("Customer Care Agent")
	frappe.set_user(agent)
	try:
		with pytest.raises(frappe.PermissionError):
			api.choices("Sales Invoice", sale.invoice.name)
	finally:
		frappe.set_user("Administrator")


def test_a_complaint_with_chosen_lines_is_saved_by_an_agent():
	customer = make_customer()
	item, batch, sale = batch_sold(customer)
	agent = make_user("Customer Care Agent", "Sales User")
	frappe.set_user(agent)
	try:
		complaint = frappe.get_doc(
			doctype=COMPLAINT,
			subject="Scratched",
			customer=customer,
			company=sale.invoice.company,
			channel="Phone",
			items=[{"document_type": "Sales Invoice", "document_name": sale.invoice.name, "batch_no": batch}],
		).insert()
	finally:
		frappe.set_user("Administrator")
	assert complaint.items[0].item_code == item
