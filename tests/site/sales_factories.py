"""Small builders for sales: customers, quotations, orders, deliveries, invoices, returns and payments.

Like `factories.py`: real documents through ERPNext's own API, nothing is committed, dates in the first
quarter of last year unless given. A service is sold unless an item is given: it needs no stock, and is quick.

    customer = make_customer()
    sell(customer, quantity=5, rate=20)                              # order, delivery and invoice, unpaid
    sale = sell(customer, on=day(2, 1), paid_on=day(2, 20))          # paid in time
    item = make_tracked_item(batches=True)
    put_in_stock(item, 10, batch=make_batch(item))
    sale = sell(customer, item=item, quantity=4, batch=batch)        # through a Serial and Batch Bundle
    return_delivery(sale.delivery, quantity=1); credit(sale.invoice, quantity=1)
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.controllers.sales_and_purchase_return import make_return_doc
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice as invoice_of_order
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice as invoice_of_delivery
from erpnext.stock.serial_batch_bundle import SerialBatchCreation
from factories import COMPANY, day, make_item, make_service, unique, warehouse
from frappe.model.document import Document
from frappe.utils import getdate


@dataclass(frozen=True)
class Sale:
	"""What `sell` made; None where it was told to stop earlier."""

	order: Document
	delivery: Document | None
	invoice: Document | None
	payment: Document | None


# Masters


def make_customer(name: str | None = None, **values: Any) -> str:
	"""A customer of the top customer group and territory."""
	values.setdefault("customer_group", _root("Customer Group"))
	values.setdefault("territory", _root("Territory"))
	values.setdefault("customer_type", "Company")
	customer = frappe.get_doc(doctype="Customer", customer_name=name or unique("Customer"), **values)
	return customer.insert().name


def make_customer_group(parent: str | None = None, is_group: int = 1) -> str:
	"""A customer group below `parent` (default: the top)."""
	group = frappe.get_doc(
		doctype="Customer Group",
		customer_group_name=unique("Group"),
		parent_customer_group=parent or _root("Customer Group"),
		is_group=is_group,
	)
	return group.insert().name


def make_contact(customer: str, email: str | None = None, **values: Any) -> Document:
	"""A contact of the customer with a mail address; the customer's primary one if `is_primary_contact`."""
	contact = frappe.get_doc(
		doctype="Contact",
		first_name=unique("Contact"),
		email_ids=[
			{"email_id": email or f"{frappe.generate_hash(length=8)}@customer.example", "is_primary": 1}
		],
		links=[{"link_doctype": "Customer", "link_name": customer}],
		**values,
	)
	return contact.insert()


def make_tracked_item(*, batches: bool = False, serials: bool = False, **values: Any) -> str:
	"""A stock item with batches, serial numbers or both."""
	return make_item(has_batch_no=int(batches), has_serial_no=int(serials), **values)


def make_batch(item: str, name: str | None = None, **values: Any) -> str:
	"""A batch of an item, without stock."""
	batch = frappe.get_doc(doctype="Batch", batch_id=name or unique("Batch"), item=item, **values)
	return batch.insert().name


def serial_numbers(item: str, count: int) -> list[str]:
	"""Names for serial numbers that don't exist yet: goods that come into stock make them."""
	return [f"{frappe.generate_hash(length=6)}-{number:03d}".upper() for number in range(count)]


def put_in_stock(
	item: str,
	quantity: float,
	*,
	rate: float = 10,
	on: date | None = None,
	batch: str | None = None,
	serials: Sequence[str] = (),
	company: str = COMPANY,
) -> Document:
	"""A material receipt into the stores, of no supplier."""
	entry = frappe.get_doc(
		doctype="Stock Entry",
		stock_entry_type="Material Receipt",
		company=company,
		items=[
			{
				"item_code": item,
				"qty": quantity,
				"t_warehouse": warehouse(company),
				"basic_rate": rate,
				"use_serial_batch_fields": 1,
				"batch_no": batch,
				"serial_no": "\n".join(serials),
			}
		],
	)
	_post(entry, on or day(1, 1))
	return entry.insert().submit()


# Selling


def make_quotation(customer: str, *, submit: bool = True, **values: Any) -> Document:
	"""A quotation to a customer; keys as those of `make_sales_order`."""
	lines, values = _lines(values)
	on = values.pop("on", None) or day(1, 2)
	quotation = frappe.get_doc(
		doctype="Quotation",
		quotation_to="Customer",
		party_name=customer,
		transaction_date=on,
		valid_till=on + timedelta(days=60),
		items=lines,
		**_common(values),
	)
	quotation.insert()
	return quotation.submit() if submit else quotation


def make_sales_order(customer: str, *, submit: bool = True, **values: Any) -> Document:
	"""A sales order: `item`, `quantity`, `rate`, or several `lines` (keys as in Sales Order Item); `on` and
	`due` are its dates. Other arguments are fields of the order."""
	on = values.pop("on", None) or day(1, 2)
	due = values.pop("due", None) or on + timedelta(days=14)
	lines, values = _lines(values)
	order = frappe.get_doc(
		doctype="Sales Order",
		customer=customer,
		transaction_date=on,
		delivery_date=due,
		items=[{"delivery_date": due, **line} for line in lines],
		**_common(values),
	)
	order.insert()
	return order.submit() if submit else order


def deliver(
	order: Document,
	*,
	on: date | None = None,
	quantity: float | None = None,
	batch: str | None = None,
	serials: Sequence[str] = (),
	fields_on_line: bool = False,
	submit: bool = True,
) -> Document:
	"""A delivery note against an order; `quantity` holds for each line (default: all).

	Batch and serial numbers go into a Serial and Batch Bundle and leave the line's own fields empty; with
	`fields_on_line` they are entered on the line, and ERPNext makes the bundle.
	"""
	note = make_delivery_note(order.name)
	_post(note, on or order.transaction_date)
	for line in note.items:
		if quantity is not None:
			line.qty = quantity
	note.insert()
	if batch or serials:
		for line in note.items:
			_pick(note, line, batch, serials, fields_on_line)
		note.save()
	return note.submit() if submit else note


def make_invoice(
	source: Document,
	*,
	on: date | None = None,
	due: date | None = None,
	quantity: float | None = None,
	submit: bool = True,
	**values: Any,
) -> Document:
	"""A sales invoice against an order or a delivery note; `quantity` holds for each line."""
	make = invoice_of_delivery if source.doctype == "Delivery Note" else invoice_of_order
	invoice = make(source.name)
	invoice.payment_terms_template = None
	invoice.payment_schedule = []
	_post(invoice, on or source.get("posting_date") or source.transaction_date)
	invoice.due_date = due or invoice.posting_date + timedelta(days=30)
	invoice.update(values)
	for line in invoice.items:
		if quantity is not None:
			line.qty = quantity
	invoice.insert()
	return invoice.submit() if submit else invoice


def pay(invoice: Document, *, on: date | None = None, amount: float | None = None) -> Document:
	"""A payment of an invoice from the customer (default: all that is open, on the invoice's due date)."""
	payment = get_payment_entry("Sales Invoice", invoice.name, party_amount=amount)
	payment.posting_date = on or getdate(invoice.due_date)
	payment.reference_no = unique("Payment")
	payment.reference_date = payment.posting_date
	return payment.insert().submit()


def return_delivery(
	delivery: Document, *, quantity: float, on: date | None = None, submit: bool = True
) -> Document:
	"""A return of so many of the first line of a delivery note."""
	return _return(delivery, quantity, on, submit)


def credit(invoice: Document, *, quantity: float, on: date | None = None, submit: bool = True) -> Document:
	"""A credit note on so many of the first line of a sales invoice."""
	return _return(invoice, quantity, on, submit)


def sell(
	customer: str,
	*,
	on: date | None = None,
	delivered_on: date | None = None,
	invoiced_on: date | None = None,
	payment_due: date | None = None,
	paid_on: date | None = None,
	delivery: bool = True,
	invoice: bool = True,
	batch: str | None = None,
	serials: Sequence[str] = (),
	fields_on_line: bool = False,
	**values: Any,
) -> Sale:
	"""Order, delivery note, invoice, and a payment if `paid_on` is given; all submitted.

	`on` is the day of the order and, unless given, of delivery and invoice. Other arguments are those of
	`make_sales_order`.
	"""
	on = on or day(1, 2)
	order = make_sales_order(customer, on=on, **values)
	note = None
	if delivery:
		note = deliver(
			order, on=delivered_on or on, batch=batch, serials=serials, fields_on_line=fields_on_line
		)
	bill = (
		make_invoice(note or order, on=invoiced_on or delivered_on or on, due=payment_due)
		if invoice
		else None
	)
	payment = pay(bill, on=paid_on) if bill and paid_on else None
	return Sale(order, note, bill, payment)


def _lines(values: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
	"""The rows of a document of one line or several, and what is left of the arguments."""
	values = dict(values)
	item, quantity, rate = values.pop("item", None), values.pop("quantity", 10), values.pop("rate", 10)
	lines: Iterable[Mapping[str, Any]] = values.pop("lines", None) or [{}]
	return [
		{
			"item_code": line.get("item_code") or item or make_service(),
			"qty": quantity,
			"rate": rate,
			"warehouse": warehouse(values.get("company", COMPANY)),
			**line,
		}
		for line in lines
	], values


def _common(values: dict[str, Any]) -> dict[str, Any]:
	company = values.get("company", COMPANY)
	return {
		"company": company,
		"currency": frappe.get_cached_value("Company", company, "default_currency"),
		"conversion_rate": 1,
		"ignore_pricing_rule": 1,
		**values,
	}


def _pick(note: Document, line: Any, batch: str | None, serials: Sequence[str], fields_on_line: bool) -> None:
	"""Say which batch or serial numbers a line of a saved draft delivers."""
	if fields_on_line:
		line.use_serial_batch_fields = 1
		line.batch_no = batch
		line.serial_no = "\n".join(serials)
		return
	bundle = SerialBatchCreation(
		{
			"item_code": line.item_code,
			"warehouse": line.warehouse,
			"company": note.company,
			"posting_date": note.posting_date,
			"posting_time": note.posting_time,
			"voucher_type": note.doctype,
			"voucher_no": note.name,
			"voucher_detail_no": line.name,
			"qty": -line.stock_qty,
			"type_of_transaction": "Outward",
			"do_not_submit": True,
			"batches": frappe._dict({batch: line.stock_qty}) if batch and not serials else None,
			"serial_nos": list(serials) or None,
		}
	).make_serial_and_batch_bundle()
	# ERPNext's own dialog leaves the line so; what it had picked by itself goes.
	line.update({"use_serial_batch_fields": 0, "batch_no": None, "serial_no": None})
	line.serial_and_batch_bundle = bundle.name


def _return(source: Document, quantity: float, on: date | None, submit: bool) -> Document:
	document = make_return_doc(source.doctype, source.name)
	_post(document, on or source.posting_date)
	document.items = document.items[:1]
	document.items[0].qty = -quantity
	if document.meta.has_field("payment_schedule"):
		document.payment_schedule = []
		document.due_date = document.posting_date
	document.insert()
	return document.submit() if submit else document


def _post(document: Document, on: date | str) -> None:
	document.set_posting_time = 1
	document.posting_date = getdate(on)
	document.posting_time = "12:00:00"


def _root(doctype: str) -> str:
	return frappe.get_all(doctype, filters={"is_group": 1}, order_by="lft", limit=1, pluck="name")[0]
