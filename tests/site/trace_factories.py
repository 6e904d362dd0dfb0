"""Builders of goods with batch and serial numbers on their way from suppliers, for the site tests."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import frappe
from erpnext.buying.doctype.purchase_order.purchase_order import make_subcontracting_order
from erpnext.manufacturing.doctype.work_order.work_order import make_stock_entry
from erpnext.subcontracting.doctype.subcontracting_order.subcontracting_order import (
	make_subcontracting_receipt,
)
from factories import COMPANY, day, make_item, make_order, make_service, make_supplier, warehouse
from frappe.model.document import Document
from sales_factories import make_batch, make_tracked_item


def buy(
	item: str,
	quantity: float,
	*,
	supplier: str | None = None,
	batch: str | None = None,
	serials: Sequence[str] = (),
	on: date | None = None,
) -> Document:
	"""A purchase receipt without an order."""
	receipt = frappe.get_doc(
		doctype="Purchase Receipt",
		supplier=supplier or make_supplier(),
		company=COMPANY,
		currency="USD",
		conversion_rate=1,
		items=[_bought(item, quantity, batch, serials)],
	)
	return _posted(receipt, on)


def buy_with_invoice(
	item: str, quantity: float, *, supplier: str, batch: str, on: date | None = None
) -> Document:
	"""A purchase invoice that brings the goods into stock."""
	invoice = frappe.get_doc(
		doctype="Purchase Invoice",
		supplier=supplier,
		company=COMPANY,
		currency="USD",
		conversion_rate=1,
		update_stock=1,
		items=[_bought(item, quantity, batch, ())],
	)
	return _posted(invoice, on)


def make(
	item: str, quantity: float, *, batch: str, used: dict[str, tuple[float, str]], on: date | None = None
) -> Document:
	"""A stock entry that makes so many of an item from others: {item: (quantity, batch)}."""
	stores = warehouse()
	consumed = [
		_part(part, amount, part_batch, s_warehouse=stores) for part, (amount, part_batch) in used.items()
	]
	made = _part(item, quantity, batch, t_warehouse=stores, is_finished_item=1, basic_rate=10)
	return _stock_entry("Repack", on, [*consumed, made])


def transfer(item: str, quantity: float, *, batch: str, on: date | None = None) -> Document:
	"""A stock entry that takes goods from the stores to another warehouse."""
	line = {"s_warehouse": warehouse(), "t_warehouse": warehouse(name="Finished Goods")}
	return _stock_entry("Material Transfer", on, [_part(item, quantity, batch, **line)])


def work_order(
	item: str, quantity: float, *, batch: str, used: tuple[str, str], apart: bool, on: date | None = None
) -> Document:
	"""The entry by which a work order makes so many of an item, each of one `used` (item, batch).

	`apart`: what it uses up is posted by an entry of its own.
	"""
	part, part_batch = used
	bom = _bom(item, part)
	stores = warehouse()
	order = frappe.get_doc(
		doctype="Work Order",
		production_item=item,
		bom_no=bom,
		qty=quantity,
		company=COMPANY,
		skip_transfer=1,
		source_warehouse=stores,
		wip_warehouse=stores,
		fg_warehouse=stores,
		planned_start_date=str(on or day(1, 1)),
	)
	order.insert().submit()
	frappe.db.set_single_value("Manufacturing Settings", "material_consumption", int(apart))
	frappe.clear_document_cache("Manufacturing Settings", "Manufacturing Settings")
	if apart:
		_work("Material Consumption for Manufacture", order.name, quantity, {part: part_batch}, on)
	return _work(
		"Manufacture", order.name, quantity, {part: part_batch, item: batch}, on, part if apart else None
	)


def _work(
	purpose: str,
	order: str,
	quantity: float,
	batches: dict[str, str],
	on: date | None,
	without: str | None = None,
) -> Document:
	"""A stock entry as ERPNext proposes it for a work order, without the item that was used up before."""
	entry = frappe.get_doc(make_stock_entry(order, purpose, quantity))
	entry.items = [line for line in entry.items if line.item_code != without]
	for line in entry.items:
		line.update({"use_serial_batch_fields": 1, "batch_no": batches[line.item_code]})
	return _posted(entry, on)


def subcontracted(
	subcontractor: str, quantity: float, *, used: tuple[str, str], on: date
) -> tuple[str, str, Document]:
	"""(Product, its batch, subcontracting receipt) of goods each made of one `used` (item, batch)."""
	part, part_batch = used
	product = make_tracked_item(batches=True, is_sub_contracted_item=1)
	_bom(product, part)
	batch = make_batch(product)
	at_supplier = warehouse(name="Work In Progress")
	given = {"s_warehouse": warehouse(), "t_warehouse": at_supplier}
	_stock_entry("Material Transfer", day(1, 2), [_part(part, quantity, part_batch, **given)])
	order = make_order(
		subcontractor,
		is_subcontracted=1,
		supplier_warehouse=at_supplier,
		lines=[{"item_code": make_service(), "qty": quantity, "fg_item": product, "fg_item_qty": quantity}],
	)
	job = make_subcontracting_order(order.name)
	job.supplier_warehouse = at_supplier
	job.insert().submit()
	receipt = make_subcontracting_receipt(job.name)
	receipt.items[0].update({"use_serial_batch_fields": 1, "batch_no": batch, "warehouse": warehouse()})
	receipt.insert()
	receipt.supplied_items[0].update({"use_serial_batch_fields": 1, "batch_no": part_batch})
	_set_time(receipt, on)
	receipt.save()
	return product, batch, receipt.submit()


def sell_packed(customer: str, item: str, quantity: float, *, batch: str, on: date) -> Document:
	"""A delivery note of product bundles, each with one of an item in it."""
	bundle = make_item(is_stock_item=0)
	frappe.get_doc(
		doctype="Product Bundle", new_item_code=bundle, items=[{"item_code": item, "qty": 1}]
	).insert()
	note = frappe.get_doc(
		doctype="Delivery Note",
		customer=customer,
		company=COMPANY,
		currency="USD",
		items=[{"item_code": bundle, "qty": quantity, "rate": 10, "warehouse": warehouse()}],
	)
	_set_time(note, on)
	note.insert()
	note.packed_items[0].update({"use_serial_batch_fields": 1, "batch_no": batch})
	note.save()
	return note.submit()


def in_old_shape(document: Document) -> None:
	"""Leave a document as ERPNext 14 did: numbers on the lines and in the stock ledger, without bundles."""
	for line in document.items:
		entries = frappe.get_all(
			"Serial and Batch Entry",
			filters={"parent": line.serial_and_batch_bundle},
			fields=["batch_no", "serial_no"],
		)
		values = {
			"serial_and_batch_bundle": None,
			"batch_no": entries[0].batch_no,
			"serial_no": "\n".join(entry.serial_no for entry in entries if entry.serial_no) or None,
		}
		frappe.db.set_value(line.doctype, line.name, values)
		frappe.db.set_value("Stock Ledger Entry", {"voucher_detail_no": line.name}, values)
		frappe.db.delete("Serial and Batch Bundle", {"name": line.serial_and_batch_bundle})
		frappe.db.delete("Serial and Batch Entry", {"parent": line.serial_and_batch_bundle})


def _bought(item: str, quantity: float, batch: str | None, serials: Sequence[str]) -> dict:
	return {
		"item_code": item,
		"qty": quantity,
		"rate": 10,
		"warehouse": warehouse(),
		"use_serial_batch_fields": 1,
		"batch_no": batch,
		"serial_no": "\n".join(serials),
	}


def _part(item: str, quantity: float, batch: str, **values: Any) -> dict[str, Any]:
	return {"item_code": item, "qty": quantity, "use_serial_batch_fields": 1, "batch_no": batch, **values}


def _stock_entry(kind: str, on: date | None, lines: list[dict[str, Any]], **values: Any) -> Document:
	entry = frappe.get_doc(
		doctype="Stock Entry", stock_entry_type=kind, purpose=kind, company=COMPANY, items=lines, **values
	)
	return _posted(entry, on)


def _bom(item: str, part: str) -> str:
	bom = frappe.get_doc(
		doctype="BOM",
		item=item,
		company=COMPANY,
		currency="USD",
		items=[{"item_code": part, "qty": 1, "rate": 10}],
	)
	return bom.insert().submit().name


def _set_time(document: Document, on: date | None) -> None:
	document.set_posting_time = 1
	document.posting_date = on or day(1, 1)
	document.posting_time = "08:00:00"


def _posted(document: Document, on: date | None) -> Document:
	_set_time(document, on)
	if document.meta.has_field("due_date"):
		document.due_date = document.posting_date
	return document.insert().submit()
