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


@frappe.whitelist()
def trace(complaint: str) -> dict[str, Any]:
	"""The ways of all batches and serial numbers that a complaint names, as far as the user may read them.

	{"customer", "traces": [a Trace with item_name, uom, suppliers, customers], "untraced": [rows without a
	number], "others": [complaints of others about the same batches and serial numbers], "others_hidden"}
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
	return {
		**asdict(one),
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
