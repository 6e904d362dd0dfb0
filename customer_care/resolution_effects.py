"""What becomes of the documents made for complaints in ERPNext, and what they cost.

Handlers of ERPNext's documents: they cost nothing where the document names no complaint, and never refuse a
cancel. What a document costs is read from the ledgers:

- a credit note or price allowance: its net total in company currency;
- a replacement: what its goods were worth in stock;
- a repair: the amount of its row, once the claim is closed;
- a return and an apology: nothing. What goods that came back are still worth shows when they are inspected.
"""

from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Coalesce, Sum
from frappe.utils import get_link_to_form

from partner_relations.customer_care.complaint_steps import COMPLAINT
from partner_relations.customer_care.resolution_documents import CLAIM, FIELD, check_worth
from partner_relations.customer_care.resolution_lines import DELIVERY, INVOICE
from partner_relations.customer_care.resolutions import (
	ALLOWANCE,
	APPROVED,
	CANCELLED,
	CREDIT_NOTE,
	DONE,
	MADE,
	REPLACEMENT,
	RESOLUTION,
	decimal,
	lock,
	rounded,
	write,
)


def keep_name(doc: Any, method: str | None = None) -> None:
	"""`validate`: only resolutions name a complaint, and what amends a cancelled document of one.

	No query, but for new amendments.
	"""
	if doc.flags.by_complaint:
		return
	before = doc.get_doc_before_save()
	name = before.get(FIELD) if before else None
	if before is None and doc.get("amended_from"):
		name = frappe.db.get_value(doc.doctype, doc.amended_from, FIELD)
	doc.set(FIELD, name)


def after_insert(doc: Any, method: str | None = None) -> None:
	"""The draft that amends a cancelled document takes its place."""
	if doc.flags.by_complaint or not doc.get(FIELD) or not doc.get("amended_from"):
		return
	complaint, row = _row_of(doc, doc.amended_from)
	if row and row.status == CANCELLED:
		write(complaint, row, status=MADE, document_name=doc.name)


def before_submit(doc: Any, method: str | None = None) -> None:
	"""A credit note gives no more than was approved."""
	if doc.get(FIELD):
		complaint, row = _row_of(doc)
		if row:
			check_worth(complaint, row, doc)


def after_submit(doc: Any, method: str | None = None) -> None:
	"""The resolution is done, and has its cost. A replacement has nothing to bill, so it is closed."""
	if not doc.get(FIELD):
		return
	complaint, row = _row_of(doc)
	if row is None:
		return
	if row.kind == REPLACEMENT and not doc.grand_total:
		doc.update_status("Closed")
	_move(complaint, row, doc, DONE)


def after_cancel(doc: Any, method: str | None = None) -> None:
	"""The resolution is cancelled and costs nothing. Never refuses."""
	if doc.get(FIELD):
		complaint, row = _row_of(doc)
		if row:
			_move(complaint, row, doc, CANCELLED)


def after_delete(doc: Any, method: str | None = None) -> None:
	"""`on_trash`: without its draft the resolution may be made again; an amendment's leaves it cancelled."""
	if not doc.get(FIELD):
		return
	complaint, row = _row_of(doc)
	if row is None:
		return
	former = doc.get("amended_from")
	if former and frappe.db.exists(doc.doctype, former):
		write(complaint, row, status=CANCELLED, document_name=former, cost=0)
		return
	status = CANCELLED if row.status == CANCELLED else APPROVED
	write(complaint, row, status=status, document_type=None, document_name=None, cost=0)


def after_claim_update(doc: Any, method: str | None = None) -> None:
	"""`on_update` of Warranty Claim, which isn't submitted: it is closed, cancelled or open."""
	if not doc.get(FIELD):
		return
	status = {"Closed": DONE, "Cancelled": CANCELLED}.get(doc.status, MADE)
	before = doc.get_doc_before_save()
	if before is None or before.status == doc.status:
		return
	complaint, row = _row_of(doc)
	if row and row.status != status:
		_move(complaint, row, doc, status)


def _row_of(doc: Any, name: str | None = None) -> tuple[Any, Any]:
	"""The locked complaint that a document names, and its row for it; None where they are gone."""
	if not frappe.db.exists(COMPLAINT, doc.get(FIELD)):
		return None, None
	complaint = lock(doc.get(FIELD))
	for row in complaint.resolutions:
		if row.document_type == doc.doctype and row.document_name == (name or doc.name):
			return complaint, row
	return complaint, None


def _move(complaint: Document, row: Document, doc: Any, status: str) -> None:
	cost = documents_cost(row, doc.doctype, doc.name, complaint.company) if status == DONE else Decimal(0)
	write(complaint, row, status=status, cost=float(cost))
	sentence = {
		DONE: _("{0}: {1} is done."),
		CANCELLED: _("{0}: {1} was cancelled."),
		MADE: _("{0}: {1} is open again."),
	}[status]
	link = get_link_to_form(doc.doctype, doc.name)
	complaint.add_comment("Info", sentence.format(_(row.kind), link))


# Cost


def documents_cost(row: Document, doctype: str, name: str, company: str) -> Decimal:
	"""What a submitted document costs the company, in its currency."""
	if row.kind in (CREDIT_NOTE, ALLOWANCE):
		return -decimal(frappe.db.get_value(INVOICE, name, "base_net_total"))
	if row.kind == REPLACEMENT:
		return rounded(_worth_in_stock([name]).get(name, Decimal(0)), company)
	return decimal(row.amount) if doctype == CLAIM else Decimal(0)


def refresh_costs() -> None:
	"""Scheduled daily: ERPNext values deliveries anew when older receipts come in; what replacements cost
	follows. One query for all that differ."""
	row, complaint, entry = (
		frappe.qb.DocType(name) for name in (RESOLUTION, COMPLAINT, "Stock Ledger Entry")
	)
	worth = Coalesce(Sum(entry.stock_value_difference), 0)
	changed = (
		frappe.qb.from_(row)
		.join(complaint)
		.on(complaint.name == row.parent)
		.join(entry)
		.on(
			(entry.voucher_type == DELIVERY)
			& (entry.voucher_no == row.document_name)
			& (entry.is_cancelled == 0)
		)
		.where((row.kind == REPLACEMENT) & (row.status == DONE))
		.groupby(row.name, row.parent, row.cost)
		.having((worth + row.cost > 0.005) | (worth + row.cost < -0.005))
		.select(row.parent, row.name)
	).run()
	for parent, name in changed:
		document = lock(parent)
		for entry_row in document.resolutions:
			if entry_row.name == name and entry_row.status == DONE:
				cost = documents_cost(entry_row, DELIVERY, entry_row.document_name, document.company)
				write(document, entry_row, cost=float(cost))


def _worth_in_stock(deliveries: list[str]) -> dict[str, Decimal]:
	"""By delivery note what left the stock by it."""
	entry = frappe.qb.DocType("Stock Ledger Entry")
	rows = (
		frappe.qb.from_(entry)
		.where(
			(entry.voucher_type == DELIVERY) & entry.voucher_no.isin(deliveries) & (entry.is_cancelled == 0)
		)
		.groupby(entry.voucher_no)
		.select(entry.voucher_no, Sum(entry.stock_value_difference))
	).run()
	return {name: -decimal(worth) for name, worth in rows}
