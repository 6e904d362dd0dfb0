"""What a complaint is about: documents, items, batches and serial numbers that its customer got from us.

Another customer's numbers, and those that don't exist, are refused with the same sentence: a complaint is no
way to learn what others buy.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, escape_html
from pypika.terms import Criterion, Term

from partner_relations.common.documents import keep_computed_rows
from partner_relations.customer_care import traceability
from partner_relations.customer_care.traceability import serial_numbers

ORDER, DELIVERY, INVOICE = "Sales Order", "Delivery Note", "Sales Invoice"
DATES = {ORDER: "transaction_date", DELIVERY: "posting_date", INVOICE: "posting_date"}
"""The documents that a complaint can be about, with the field that dates each."""
MOVING = (DELIVERY, INVOICE)
"""Those by which goods leave."""

CHOSEN = ("document_type", "document_name", "item_code", "batch_no", "serial_no")
"""What people choose in a line; the rest follows from it."""
FOLLOWING = (
	*("document_row", "delivery_note", "delivered_on", "rate", "currency"),
	*("purchase_receipt", "supplier", "received_on", "quality_inspection"),
)


@dataclass(frozen=True)
class Line:
	"""A line of a document of the customer, or goods packed into one (`name` is the line's then)."""

	document_type: str
	document_name: str
	date: date
	company: str
	currency: str
	name: str
	item_code: str
	item_name: str | None
	qty: float
	uom: str | None
	rate: float | None
	moves_stock: bool
	delivery_note: str | None = None
	dn_detail: str | None = None


@dataclass(frozen=True)
class Sent:
	"""A batch or serial number that the customer got: by which document and line, and when."""

	document_type: str
	document_name: str
	line: str
	date: date
	item_code: str
	batch_no: str | None
	serial_no: str | None
	quantity: float = 0


# On saving


def check_and_fill(complaint: Document) -> None:
	"""For `validate`: refuse what isn't the customer's, and fill what follows from what was chosen.

	Only lines that changed are looked at: a complaint stays as it is when its invoice is cancelled.
	Raises frappe.ValidationError with a sentence that names the row.
	"""
	before = complaint.get_doc_before_save()
	keep_computed_rows(complaint.items, before.items if before else [])
	rows = _changed_rows(complaint, before)
	if not rows:
		return
	for row in rows:
		row.update({field: None for field in FOLLOWING if field != "document_row"})
	if any(row.document_name or row.batch_no or row.serial_no for row in rows) and not complaint.customer:
		frappe.throw(_("Say which customer complains before you name documents, batches or serial numbers."))
	_fill_from_numbers(complaint, rows)
	_fill_from_documents(complaint, rows)
	for row in rows:
		row.item_name = frappe.get_cached_value("Item", row.item_code, "item_name") if row.item_code else None
	traceability.trace_rows(rows)


def refuse_unknown(complaint: Document) -> None:
	"""Before a complaint from outside is inserted: Frappe would tell what exists from what doesn't."""
	named = defaultdict(set)
	for row in complaint.items:
		row.update(dict.fromkeys(FOLLOWING))
		for doctype, name in _names_in(row):
			if doctype not in (*DATES, "Item", "Batch", "Serial No"):
				_refuse(row, name)
			named[doctype].add(name)
	known = {
		(doctype, name.casefold())
		for doctype, names in named.items()
		for name in frappe.get_all(
			doctype, filters={"name": ("in", list(names))}, pluck="name", limit_page_length=0
		)
	}
	for row in complaint.items:
		for doctype, name in _names_in(row):
			if (doctype, name.casefold()) not in known:
				_refuse(row, name)


def _names_in(row: Any) -> Iterator[tuple[str, str]]:
	pairs = (
		(row.document_type, row.document_name),
		*(("Item", row.item_code), ("Batch", row.batch_no), ("Serial No", row.serial_no)),
	)
	for doctype, name in pairs:
		if name:
			yield cstr(doctype), cstr(name)


def _changed_rows(complaint: Document, before: Document | None) -> list[Any]:
	if before is None or before.customer != complaint.customer:
		return list(complaint.items)
	earlier = {row.name: row for row in before.items}
	return [
		row
		for row in complaint.items
		if row.name not in earlier
		or any((row.get(field) or None) != (earlier[row.name].get(field) or None) for field in CHOSEN)
	]


def _fill_from_numbers(complaint: Document, rows: Sequence[Any]) -> None:
	"""A batch or serial number says which item it is, and by which document the customer got it."""
	numbered = [row for row in rows if row.batch_no or row.serial_no]
	if not numbered:
		return
	sent = list(
		sent_numbers(
			complaint.customer,
			batches={row.batch_no for row in numbered if row.batch_no},
			serials={row.serial_no for row in numbered if row.serial_no},
		)
	)
	for row in numbered:
		mine = [one for one in sent if _is_of(one, row)]
		if not mine:
			_refuse(row, row.serial_no or row.batch_no)
		last = max(mine, key=lambda one: one.date)
		row.item_code = row.item_code or last.item_code
		row.batch_no = row.batch_no or last.batch_no
		if not row.document_name:
			row.update({"document_type": last.document_type, "document_name": last.document_name})


def _is_of(sent: Sent, row: Any) -> bool:
	"""Whether what was sent is what a row of a complaint names."""
	return (
		(not row.item_code or row.item_code == sent.item_code)
		and (not row.batch_no or row.batch_no == sent.batch_no)
		and (not row.serial_no or row.serial_no == sent.serial_no)
	)


def _fill_from_documents(complaint: Document, rows: Sequence[Any]) -> None:
	named = [row for row in rows if row.document_name]
	lines = list(_lines_of({(row.document_type, row.document_name) for row in named}, complaint.customer))
	deliveries = _Deliveries(lines)
	for row in rows:
		if not row.document_name:
			row.document_row = None
			continue
		of_document = [
			line
			for line in lines
			if (line.document_type, line.document_name) == (row.document_type, row.document_name)
		]
		if not of_document:
			_refuse(row, row.document_name)
		if of_document[0].company != complaint.company:
			frappe.throw(
				_("Items, row {0}: {1} is of {2}, the complaint of {3}. Choose the same company.").format(
					row.idx,
					escape_html(row.document_name),
					escape_html(of_document[0].company),
					escape_html(cstr(complaint.company)),
				)
			)
		_fill_from_line(row, of_document, deliveries)


def _fill_from_line(row: Any, of_document: Sequence[Line], deliveries: "_Deliveries") -> None:
	items = {line.item_code for line in of_document}
	if not row.item_code and len(items) == 1:
		(row.item_code,) = items
	row.currency = of_document[0].currency
	lines = [line for line in of_document if line.item_code == row.item_code]
	if row.item_code and not lines:
		_refuse(row, row.item_code)
	if not lines:
		row.document_row = None
		_fill_delivery(row, of_document[0], None)
		return
	line, sent = deliveries.best(row, lines)
	row.document_row = line.name
	row.rate = line.rate
	row.uom = row.uom or line.uom
	if not (row.batch_no or row.serial_no):
		row.batch_no, row.serial_no = deliveries.only_number(line)
	_fill_delivery(row, line, sent or deliveries.last(line))


def _fill_delivery(row: Any, line: Line, delivery: tuple[str, date] | None) -> None:
	if line.document_type == DELIVERY:
		row.delivery_note, row.delivered_on = line.document_name, line.date
	elif line.moves_stock:
		row.delivered_on = line.date
	elif delivery:
		row.delivery_note, row.delivered_on = delivery


def _refuse(row: Any, name: str) -> None:
	frappe.throw(
		_("Items, row {0}: {1} is nothing that this customer got from us. Choose it from the list.").format(
			row.idx, escape_html(cstr(name))
		),
		title=_("Not This Customer's"),
	)


class _Deliveries:
	"""By which delivery the goods of lines of orders and invoices left, and with which numbers."""

	def __init__(self, lines: Sequence[Line]):
		self.notes = _delivery_lines(lines)
		moving = [line.name for line in lines if line.moves_stock]
		moving += [note.line for notes in self.notes.values() for note in notes]
		tracked = any(_is_tracked(line.item_code) for line in lines)
		self.numbers = _numbers_by_line(moving) if tracked else {}

	def best(self, row: Any, lines: Sequence[Line]) -> tuple[Line, tuple[str, date] | None]:
		"""Of lines that sell the row's item the one named, else the one with its number, else the first."""
		for line in lines:
			for name, sent in self._moves(line):
				if (row.batch_no or row.serial_no) and any(
					_is_of(one, row) for one in self.numbers.get(name, ())
				):
					return line, sent
		named = [line for line in lines if line.name == row.document_row]
		return (named or lines)[0], None

	def last(self, line: Line) -> tuple[str, date] | None:
		"""The last delivery note of a line of an order or invoice."""
		notes = self.notes.get(line.name)
		return (notes[-1].document_name, notes[-1].date) if notes else None

	def only_number(self, line: Line) -> tuple[str | None, str | None]:
		"""Batch and serial number of a line where there is but one."""
		sent = {
			(one.batch_no, one.serial_no)
			for name, _sent in self._moves(line)
			for one in self.numbers.get(name, ())
		}
		batches = {batch for batch, _serial in sent}
		serials = {serial for _batch, serial in sent}
		return (
			batches.pop() if len(batches) == 1 else None,
			serials.pop() if len(serials) == 1 else None,
		)

	def sent(self, line: Line) -> list[Sent]:
		"""The numbers by which the goods of a line left."""
		return [one for name, _note in self._moves(line) for one in self.numbers.get(name, ())]

	def _moves(self, line: Line) -> Iterator[tuple[str, tuple[str, date] | None]]:
		if line.moves_stock:
			yield line.name, None
		for note in self.notes.get(line.name, ()):
			yield note.line, (note.document_name, note.date)


def _is_tracked(item: str) -> bool:
	has_batch, has_serial = frappe.get_cached_value("Item", item, ["has_batch_no", "has_serial_no"])
	return bool(has_batch or has_serial)


# What the customer got


def sent_numbers(
	customer: str,
	batches: Iterable[str] = (),
	serials: Iterable[str] = (),
	item_code: str | None = None,
	documents: Iterable[str] | None = None,
) -> Iterator[Sent]:
	"""Batches and serial numbers that a customer got, by delivery note or invoice, returns left out.

	Of these numbers, this item, these documents, where they are given. Permissions aren't asked.
	"""
	batches, serials = list(batches), list(serials)
	for doctype in MOVING:
		document = frappe.qb.DocType(doctype)
		for source in traceability.sources():
			voucher = source.voucher
			query = (
				source.query.join(document)
				.on((voucher.voucher_no == document.name) & (voucher.voucher_type == doctype))
				.select(document.posting_date.as_("date"))
				.where(
					(document.customer == customer) & (document.docstatus == 1) & (document.is_return == 0)
				)
			)
			if batches or serials:
				query = query.where(source.holds(batches, serials))
			if item_code:
				query = query.where(voucher.item_code == item_code)
			if documents is not None:
				query = query.where(document.name.isin(list(documents)))
			for row in query.run(as_dict=True):
				yield from _sent(row)


def _sent(row: Any) -> Iterator[Sent]:
	if not row.batch_no and not row.serial_no:
		return
	for serial in serial_numbers(row.serial_no) or [None]:
		yield Sent(
			row.document_type,
			row.document_name,
			row.line,
			row.date,
			row.item_code,
			row.batch_no or None,
			serial,
			1 if serial else -row.quantity,
		)


def _numbers_by_line(lines: Iterable[str]) -> dict[str, list[Sent]]:
	"""The numbers that lines of deliveries moved, by line; of packed goods by the line they belong to."""
	found: dict[str, list[Sent]] = defaultdict(list)
	lines = list(dict.fromkeys(lines))
	if not lines:
		return found
	packed = dict(
		frappe.get_all(
			"Packed Item",
			filters={"parent_detail_docname": ("in", lines)},
			fields=["name", "parent_detail_docname"],
			as_list=True,
			limit_page_length=0,
		)
	)
	for source in traceability.sources():
		of_lines = source.voucher.voucher_detail_no.isin([*lines, *packed])
		for row in source.query.where(of_lines & source.voucher.voucher_type.isin(MOVING)).run(as_dict=True):
			row.date = None
			for one in _sent(row):
				found[packed.get(row.line, row.line)].append(one)
	return found


def _lines_of(documents: Iterable[tuple[str, str]], customer: str) -> Iterator[Line]:
	"""Lines of submitted documents of the customer, returns left out, and goods packed into them."""
	names = defaultdict(list)
	for doctype, name in documents:
		names[doctype].append(name)
	for doctype in DATES:
		if names[doctype]:
			yield from _lines_of_kind(doctype, names[doctype], customer)


def _lines_of_kind(doctype: str, names: list[str], customer: str) -> Iterator[Line]:
	parent, child = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
	query = (
		frappe.qb.from_(child)
		.join(parent)
		.on(child.parent == parent.name)
		.select(
			*(parent.name.as_("document_name"), parent[DATES[doctype]].as_("date"), parent.company),
			*(
				parent.currency,
				child.name,
				child.item_code,
				child.item_name,
				child.qty,
				child.uom,
				child.rate,
			),
		)
		.where((parent.customer == customer) & (parent.docstatus == 1) & parent.name.isin(names))
		.orderby(child.idx)
	)
	if doctype != ORDER:
		query = query.where(parent.is_return == 0)
	if doctype == INVOICE:
		query = query.select(parent.update_stock, child.delivery_note, child.dn_detail)
	rows = {row.name: row for row in query.run(as_dict=True)}
	for row in rows.values():
		yield _line(doctype, row)
	for row in frappe.get_all(
		"Packed Item",
		filters={"parenttype": doctype, "parent_detail_docname": ("in", list(rows) or [""])},
		fields=["parent_detail_docname", "item_code", "item_name", "qty", "uom"],
		limit_page_length=0,
	):
		yield _line(doctype, {**rows[row.parent_detail_docname], **row, "rate": None})


def _line(doctype: str, row: Any) -> Line:
	return Line(
		doctype,
		*(row["document_name"], row["date"], row["company"], row["currency"], row["name"]),
		*(row["item_code"], row["item_name"], row["qty"], row["uom"], row["rate"]),
		moves_stock=doctype == DELIVERY or bool(row.get("update_stock")),
		delivery_note=row.get("delivery_note"),
		dn_detail=row.get("dn_detail"),
	)


def _delivery_lines(lines: Iterable[Line]) -> dict[str, list[Sent]]:
	"""By line of an order or invoice the delivery note lines by which its goods left, in order of date."""
	lines = [line for line in lines if not line.moves_stock]
	of_orders = {line.name for line in lines if line.document_type == ORDER}
	of_notes: dict[str, list[str]] = defaultdict(list)
	for line in lines:
		if line.dn_detail:
			of_notes[line.dn_detail].append(line.name)
	found: dict[str, list[Sent]] = defaultdict(list)
	if not (of_notes or of_orders):
		return found
	note, line = frappe.qb.DocType(DELIVERY), frappe.qb.DocType(f"{DELIVERY} Item")
	rows = (
		frappe.qb.from_(line)
		.join(note)
		.on(line.parent == note.name)
		.select(line.name, line.so_detail, line.item_code, line.parent, note.posting_date)
		.where(
			(note.docstatus == 1)
			& (note.is_return == 0)
			& _any_of({line.name: of_notes, line.so_detail: of_orders})
		)
		.orderby(note.posting_date)
	).run(as_dict=True)
	for row in rows:
		sent = Sent(DELIVERY, row.parent, row.name, row.posting_date, row.item_code, None, None)
		for sold in of_notes.get(row.name, ()):
			found[sold].append(sent)
		if row.so_detail in of_orders:
			found[row.so_detail].append(sent)
	return found


def _any_of(wanted: Mapping[Term, Iterable[str]]) -> Criterion:
	return Criterion.any([term.isin(list(values)) for term, values in wanted.items() if values])


# For choosing


@dataclass(frozen=True)
class Choice:
	"""A line of a document with one of its numbers, as somebody may pick it for a complaint."""

	row: str
	item_code: str
	item_name: str | None
	qty: float
	uom: str | None
	batch_no: str | None
	serial_no: str | None


def choices(document_type: str, document_name: str, customer: str) -> list[Choice]:
	"""What a document of the customer can be complained about: its lines, one for each number they hold."""
	lines = list(_lines_of([(document_type, document_name)], customer))
	deliveries = _Deliveries(lines)
	found = []
	for line in lines:
		sent = sorted(
			(one for one in deliveries.sent(line) if one.item_code == line.item_code),
			key=lambda one: (one.batch_no or "", one.serial_no or ""),
		)
		for one in sent or [None]:
			found.append(
				Choice(
					line.name,
					line.item_code,
					line.item_name,
					one.quantity if one else line.qty,
					line.uom,
					one.batch_no if one else None,
					one.serial_no if one else None,
				)
			)
	return found


def numbers_sent(documents: Iterable[tuple[str, str]], customer: str) -> Iterator[tuple[Line, Sent]]:
	"""The batches and serial numbers by which lines of documents of the customer left."""
	lines = list(_lines_of(documents, customer))
	deliveries = _Deliveries(lines)
	for line in lines:
		for sent in deliveries.sent(line):
			yield line, sent


def deliveries_of(document_type: str, document_name: str, customer: str) -> set[str]:
	"""The deliveries that belong to a document of the customer: itself, or its delivery notes."""
	lines = list(_lines_of([(document_type, document_name)], customer))
	notes = {note.document_name for notes in _delivery_lines(lines).values() for note in notes}
	return notes | {line.document_name for line in lines if line.moves_stock}
