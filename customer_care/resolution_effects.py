"""What becomes of the documents made for complaints in ERPNext, and what they cost.

Handlers of ERPNext's documents: they cost nothing where the document names no complaint, and never refuse a
cancel. What a document costs is read from the ledgers:

- a credit note or price allowance: what it takes from income and expense accounts (net total, freight, what
  is rounded; no taxes, and not what goods that came back with it are worth);
- a replacement: what its goods were worth in stock;
- a repair: the amount of its row, once the claim is closed;
- a return and an apology: nothing. What goods that came back are still worth shows when they are inspected.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Sum
from frappe.utils import escape_html, get_link_to_form

from partner_relations.customer_care.complaint_steps import COMPLAINT
from partner_relations.customer_care.resolution_documents import CLAIM, FIELD, check_worth, given
from partner_relations.customer_care.resolution_lines import DELIVERY, INVOICE, ORDER
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

LEDGER = "Stock Ledger Entry"
DOCUMENTS_PER_STATEMENT = 1000


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
	"""Nobody gives more than was approved, by changing the draft."""
	if doc.get(FIELD):
		complaint, row = _row_of(doc)
		if row:
			check_worth(complaint, row, doc)


def after_submit(doc: Any, method: str | None = None) -> None:
	"""The resolution is done, and has its cost. A replacement has nothing to bill, so it is closed."""
	if not doc.get(FIELD):
		_follow_orders(doc)
		return
	complaint, row = _row_of(doc)
	if row is None:
		return
	if doc.doctype == DELIVERY and row.kind == REPLACEMENT:
		_warn_of_same_batch(complaint, doc)
		if not doc.grand_total:
			doc.update_status("Closed")
	_move(complaint, row, doc, DONE)


def _warn_of_same_batch(complaint: Document, note: Document) -> None:
	"""ERPNext picks batches by age: the oldest may be the one that is complained."""
	complained = {row.batch_no for row in complaint.items if row.batch_no}
	if not complained:
		return
	lines = frappe.get_all(
		f"{DELIVERY} Item", filters={"parent": note.name}, fields=["batch_no", "serial_and_batch_bundle"]
	)
	bundles = [line.serial_and_batch_bundle for line in lines if line.serial_and_batch_bundle]
	sent = {line.batch_no for line in lines} | set(
		frappe.get_all("Serial and Batch Entry", filters={"parent": ("in", bundles)}, pluck="batch_no")
		if bundles
		else ()
	)
	if same := sorted(complained & sent):
		frappe.msgprint(
			_(
				"The replacement is of the batch that is complained: {0}. Check that these goods are sound."
			).format(", ".join(escape_html(batch) for batch in same)),
			title=_("The Same Batch Again"),
			indicator="orange",
		)


def after_cancel(doc: Any, method: str | None = None) -> None:
	"""The resolution is cancelled and costs nothing. Never refuses."""
	if not doc.get(FIELD):
		_follow_orders(doc)
		return
	complaint, row = _row_of(doc)
	if row:
		_move(complaint, row, doc, CANCELLED)


def _follow_orders(doc: Any) -> None:
	"""A replacement that was ordered costs what is delivered of it. No query where all goods have a price."""
	column = {DELIVERY: "against_sales_order", INVOICE: "sales_order"}.get(doc.doctype)
	orders = {item.get(column) for item in doc.items if item.get(column) and not item.rate} if column else ()
	if not orders:
		return
	for name, complaint in frappe.get_all(
		ORDER,
		filters={"name": ("in", sorted(orders)), FIELD: ("is", "set")},
		fields=["name", FIELD],
		as_list=True,
	):
		order = frappe._dict({"doctype": ORDER, "name": name, FIELD: complaint})
		document, row = _row_of(order)
		if row and row.status == DONE:
			_write_cost(document, row)


def after_delete(doc: Any, method: str | None = None) -> None:
	"""`on_trash`, and `on_discard` of a draft (from Frappe 16 on).

	Without its draft the resolution may be made again; without an amendment's it is cancelled still.
	"""
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
	cost = document_cost(row, complaint.company) if status == DONE else Decimal(0)
	write(complaint, row, status=status, cost=float(cost))
	sentence = {
		DONE: _("completed {1} ({0})."),
		CANCELLED: _("cancelled {1} ({0})."),
		MADE: _("reopened {1} ({0})."),
	}[status]
	link = get_link_to_form(doc.doctype, doc.name)
	complaint.add_comment("Info", sentence.format(_(row.kind, context=RESOLUTION), link))


# Cost


def document_cost(row: Document, company: str) -> Decimal:
	"""What the submitted document of a resolution costs the company, in its currency."""
	name = row.document_name
	if row.kind in (CREDIT_NOTE, ALLOWANCE):
		note = frappe.get_doc(INVOICE, name)
		return given(note) - (
			decimal(note.base_rounding_adjustment) if note.base_rounded_total else Decimal(0)
		)
	if row.kind == REPLACEMENT:
		worth = worth_of_orders([name]) if row.document_type == ORDER else worth_of_deliveries([name])
		return rounded(worth.get(name, Decimal(0)), company)
	return decimal(row.amount) if row.document_type == CLAIM else Decimal(0)


def worth_of_deliveries(names: Sequence[str]) -> dict[str, Decimal]:
	"""By delivery note what left the stock by it."""
	entry = frappe.qb.DocType(LEDGER)
	rows = (
		frappe.qb.from_(entry)
		.where(
			(entry.voucher_type == DELIVERY) & entry.voucher_no.isin(list(names)) & (entry.is_cancelled == 0)
		)
		.groupby(entry.voucher_no)
		.select(entry.voucher_no, Sum(entry.stock_value_difference))
	).run()
	return {name: -decimal(worth) for name, worth in rows}


def worth_of_orders(names: Sequence[str]) -> dict[str, Decimal]:
	"""By sales order what left the stock for it, less what came back; product bundles by their parts."""
	order_of: dict[str, str] = {}
	for doctype, column in ((DELIVERY, "against_sales_order"), (INVOICE, "sales_order")):
		order_of |= dict(
			frappe.get_all(
				f"{doctype} Item",
				filters={column: ("in", list(names)), "docstatus": 1},
				fields=["name", column],
				as_list=True,
			)
		)
	if not order_of:
		return {}
	parts = frappe.get_all(
		"Packed Item",
		filters={"parent_detail_docname": ("in", list(order_of)), "docstatus": 1},
		fields=["name", "parent_detail_docname"],
		as_list=True,
	)
	order_of |= {part: order_of[line] for part, line in parts}
	entries = frappe.get_all(
		LEDGER,
		filters={"voucher_detail_no": ("in", list(order_of)), "is_cancelled": 0},
		fields=["voucher_detail_no", "stock_value_difference"],
		as_list=True,
	)
	worth: dict[str, Decimal] = {}
	for line, difference in entries:
		worth[order_of[line]] = worth.get(order_of[line], Decimal(0)) - decimal(difference)
	return worth


def refresh_costs() -> None:
	"""Scheduled daily: ERPNext values deliveries anew when older receipts come in; what replacements cost
	follows."""
	done = frappe.get_all(
		RESOLUTION,
		filters={"kind": REPLACEMENT, "status": DONE, "parenttype": COMPLAINT},
		fields=["name", "parent", "document_type", "document_name", "cost"],
		limit_page_length=0,
	)
	worth: dict[str, Decimal] = {}
	for doctype, read in ((DELIVERY, worth_of_deliveries), (ORDER, worth_of_orders)):
		names = [row.document_name for row in done if row.document_type == doctype]
		for start in range(0, len(names), DOCUMENTS_PER_STATEMENT):
			worth |= read(names[start : start + DOCUMENTS_PER_STATEMENT])
	for entry in done:
		if abs(worth.get(entry.document_name, Decimal(0)) - decimal(entry.cost)) > Decimal("0.005"):
			complaint = lock(entry.parent)
			for row in complaint.resolutions:
				if row.name == entry.name and row.status == DONE:
					_write_cost(complaint, row)


def _write_cost(complaint: Document, row: Document) -> None:
	write(complaint, row, cost=float(document_cost(row, complaint.company)))
