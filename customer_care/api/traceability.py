"""What the browser may call to see where the goods of a complaint came from and where they went."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import frappe
from frappe.model.document import Document

from partner_relations.customer_care import traceability
from partner_relations.customer_care.complaint_steps import COMPLAINT
from partner_relations.customer_care.traceability import Number, Trace

OTHERS_SHOWN = 20
NUMBERS_SHOWN = 20
ITEM_FIELDS = {"Batch": "item", "Serial No": "item_code"}
"""The kinds of numbers, with the field that names their item."""


@frappe.whitelist()
def trace(complaint: str) -> dict[str, Any]:
	"""The ways of all batches and serial numbers that a complaint names, as far as the user may read them.

	{"customer", "traces": [a Trace with item_name, uom, suppliers, customers, and item_name and uom in its
	rows], "untraced": [rows without a number], "others": [complaints of others about the same batches and
	serial numbers], "others_hidden"}
	"""
	document = frappe.get_doc(COMPLAINT, complaint)
	document.check_permission("read")
	numbers = numbers_of(document)
	shown = traceability.visible_all(traceability.trace_all(numbers))
	others, hidden = _others(document)
	return {
		"customer": document.customer,
		"traces": [_for_people(shown[number]) for number in numbers],
		"untraced": [row.idx for row in document.items if not (row.batch_no or row.serial_no)],
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
	"""The numbers of a complaint's lines; of a line with a serial number its batch too, which others have."""
	found: dict[Number, None] = {}
	for row in document.items:
		if row.item_code and row.serial_no:
			found[Number(row.item_code, serial_no=row.serial_no)] = None
		if row.item_code and row.batch_no:
			found[Number(row.item_code, batch_no=row.batch_no)] = None
	return list(found)


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


def _others(document: Document) -> tuple[list[dict[str, Any]], int]:
	"""Other complaints about the same numbers, newest first, and how many the user may not read."""
	about = [
		*_with("batch_no", (row.batch_no for row in document.items)),
		*_with("serial_no", (row.serial_no for row in document.items)),
	]
	if not about:
		return [], 0
	chosen = {
		"filters": {"name": ("!=", document.name)},
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
