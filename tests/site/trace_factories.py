"""Builders of goods with batch and serial numbers on their way from suppliers, for the site tests."""

from collections.abc import Sequence
from datetime import date

import frappe
from factories import COMPANY, day, make_supplier, warehouse
from frappe.model.document import Document


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
	entry = frappe.get_doc(
		doctype="Stock Entry",
		stock_entry_type="Repack",
		company=COMPANY,
		items=[
			*(
				{
					"item_code": part,
					"qty": amount,
					"s_warehouse": stores,
					"use_serial_batch_fields": 1,
					"batch_no": part_batch,
				}
				for part, (amount, part_batch) in used.items()
			),
			{
				"item_code": item,
				"qty": quantity,
				"t_warehouse": stores,
				"is_finished_item": 1,
				"basic_rate": 10,
				"use_serial_batch_fields": 1,
				"batch_no": batch,
			},
		],
	)
	return _posted(entry, on)


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


def _posted(document: Document, on: date | None) -> Document:
	document.set_posting_time = 1
	document.posting_date = on or day(1, 1)
	document.posting_time = "08:00:00"
	if document.meta.has_field("due_date"):
		document.due_date = document.posting_date
	return document.insert().submit()
