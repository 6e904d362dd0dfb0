"""What the browser may call to see where the goods of a complaint came from and where they went."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import frappe
from frappe.model.document import Document

from partner_relations.customer_care import complaint_items, traceability
from partner_relations.customer_care.complaint_items import Line
from partner_relations.customer_care.complaint_steps import COMPLAINT
from partner_relations.customer_care.traceability import Number, Trace

OTHERS_SHOWN = 20
TRACES_SHOWN = 10
NUMBERS_SHOWN = 20
ITEM_FIELDS = {"Batch": "item", "Serial No": "item_code"}
"""The kinds of numbers, with the field that names their item."""


@frappe.whitelist()
def trace(complaint: str) -> dict[str, Any]:
	"""The ways of all batches and serial numbers that a complaint names, as far as the user may read them.

	{"customer", "traces": [a Trace with item_name, uom, suppliers, customers, and item_name and uom in its
	rows], "more": how many numbers aren't traced, "others": [complaints of others about the same batches and
	serial numbers], "others_hidden"}
	"""
	document = frappe.get_doc(COMPLAINT, complaint)
	document.check_permission("read")
	every = numbers_of(document)
	numbers = every[:TRACES_SHOWN]
	shown = traceability.visible_all(traceability.trace_all(numbers))
	others, hidden = _others(document.name, numbers)
	return {
		"customer": document.customer,
		"traces": [_for_people(shown[number]) for number in numbers],
		"more": len(every) - len(numbers),
		"others": others,
		"others_hidden": hidden,
	}


@frappe.whitelist()
def numbers(doctype: str, txt: str = "", item_code: str | None = None) -> list[dict[str, str]]:
	"""For a filter of the report: batches or serial numbers to choose from, the newest first.

	[{"value", "label"}]. Who may run the report may trace a number that stands on the goods, and so choose it
	here, without the right to read Batch or Serial No; but only numbers of items that they may read.
	"""
	frappe.has_permission(COMPLAINT, "report", throw=True)
	item_field = ITEM_FIELDS.get(doctype)
	if not item_field:
		return []
	filters = {"name": ("like", f"%{txt}%")}
	if item_code:
		filters[item_field] = item_code
	rows = frappe.get_all(
		doctype,
		filters=filters,
		fields=["name", f"{item_field} as item_code"],
		order_by="creation desc",
		limit_page_length=NUMBERS_SHOWN,
	)
	may_read = traceability.readable("Item", {row.item_code for row in rows if row.item_code})
	return [
		{"value": row.name, "label": f"{row.name} ({row.item_code})"}
		for row in rows
		if row.item_code in may_read
	]


def numbers_of(document: Document) -> list[Number]:
	"""The numbers that a complaint is about; of a line with a serial number its batch too, which others have.

	A line that names a document and no number is about all that left by it, if the user may read it.
	"""
	found: dict[Number, None] = {}
	for row in document.items:
		if row.item_code and row.serial_no:
			found[Number(row.item_code, serial_no=row.serial_no)] = None
		if row.item_code and row.batch_no:
			found[Number(row.item_code, batch_no=row.batch_no)] = None
	unnumbered = [row for row in document.items if row.document_name and not (row.batch_no or row.serial_no)]
	if not unnumbered:
		return list(found)
	names = defaultdict(set)
	for row in unnumbered:
		names[row.document_type].add(row.document_name)
	documents = {
		(doctype, name)
		for doctype, of_type in names.items()
		for name in traceability.readable(doctype, of_type)
	}
	for line, sent in complaint_items.numbers_sent(documents, document.customer):
		if any(_is_about(row, line) for row in unnumbered):
			number = {"batch_no": sent.batch_no} if sent.batch_no else {"serial_no": sent.serial_no}
			found[Number(sent.item_code, **number)] = None
	return list(found)


def _is_about(row: Any, line: Line) -> bool:
	named = (line.document_type, line.document_name) == (row.document_type, row.document_name)
	return named and (not row.item_code or row.item_code == line.item_code)


def _for_people(one: Trace) -> dict[str, Any]:
	item_name, uom = frappe.get_cached_value("Item", one.number.item_code, ["item_name", "stock_uom"])
	shown = asdict(one)
	for row in (*shown["receipts"], *shown["deliveries"]):
		item = row["number"]["item_code"]
		row["item_name"], row["uom"] = frappe.get_cached_value("Item", item, ["item_name", "stock_uom"])
	return {
		**shown,
		"item_name": item_name,
		"uom": uom,
		"suppliers": one.suppliers,
		"customers": one.customers,
	}


def _others(complaint: str, numbers: list[Number]) -> tuple[list[dict[str, Any]], int]:
	"""Other complaints about these numbers, newest first, and how many the user may not read."""
	about = [
		*_with("batch_no", (number.batch_no for number in numbers)),
		*_with("serial_no", (number.serial_no for number in numbers)),
	]
	if not about:
		return [], 0
	chosen = {
		"filters": {"name": ("!=", complaint)},
		"or_filters": about,
		"distinct": True,
		"limit_page_length": 0,
	}
	every = frappe.get_all(COMPLAINT, pluck="name", **chosen)
	rows = frappe.get_list(
		COMPLAINT,
		fields=["name", "subject", "customer", "customer_name", "step", "severity", "received_on"],
		order_by="received_on desc",
		**chosen,
	)
	return rows[:OTHERS_SHOWN], len(every) - len(rows)


def _with(field: str, values: Iterable[str | None]) -> list[list[Any]]:
	names = sorted({value for value in values if value})
	return [[f"{COMPLAINT} Item", field, "in", names]] if names else []
