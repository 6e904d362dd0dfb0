"""What the browser may call to choose what a complaint is about: only what its customer got from us."""

from dataclasses import asdict
from typing import Any

import frappe
from frappe.utils import cint, format_date

from partner_relations.customer_care import complaint_items, traceability
from partner_relations.customer_care.complaint_items import DATES, DELIVERY, INVOICE, ORDER

ITEMS_SHOWN = 20


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def documents(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict
) -> list[tuple]:
	"""For a link field: submitted orders, deliveries and invoices of the customer that the user may read."""
	customer = filters.get("customer")
	if doctype not in DATES or not customer:
		return []
	frappe.has_permission(doctype, "read", throw=True)
	like = ("like", f"%{txt}%")
	conditions = {"customer": customer, "docstatus": 1}
	if doctype != ORDER:
		conditions["is_return"] = 0
	rows = frappe.get_list(
		doctype,
		filters=conditions,
		or_filters={"name": like, "po_no": like} if txt else None,
		fields=["name", DATES[doctype], "po_no"],
		order_by=f"{DATES[doctype]} desc, name desc",
		start=cint(start),
		limit_page_length=cint(page_len),
	)
	return [(row.name, format_date(row[DATES[doctype]]), row.po_no) for row in rows]


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def items(doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict) -> list[tuple]:
	"""For a link field: the items of the customer's documents that the user may read, or of one of them."""
	customer, kind, name = (filters.get(key) for key in ("customer", "document_type", "document_name"))
	if not customer:
		return []
	found: dict[str, str] = {}
	for document_type in [kind] if kind in DATES and name else DATES:
		if not frappe.has_permission(document_type, "read"):
			continue
		child = f"{document_type} Item"
		conditions = [
			[document_type, "customer", "=", customer],
			[document_type, "docstatus", "=", 1],
		]
		if name:
			conditions.append([document_type, "name", "=", name])
		rows = frappe.get_list(
			document_type,
			filters=conditions,
			or_filters=[[child, "item_code", "like", f"%{txt}%"], [child, "item_name", "like", f"%{txt}%"]],
			fields=["items.item_code as item_code", "items.item_name as item_name"],
			distinct=True,
			order_by="item_code asc",
			limit_page_length=cint(start) + cint(page_len) or ITEMS_SHOWN,
		)
		found.update({row.item_code: row.item_name for row in rows if row.item_code})
	return sorted(found.items())[cint(start) : cint(start) + (cint(page_len) or ITEMS_SHOWN)]


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def batches(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict
) -> list[tuple]:
	"""For a link field: the batches that the customer got."""
	return _numbers("batch_no", txt, start, page_len, filters)


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def serials(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict
) -> list[tuple]:
	"""For a link field: the serial numbers that the customer got."""
	return _numbers("serial_no", txt, start, page_len, filters)


@frappe.whitelist()
def choices(document_type: str, document_name: str) -> list[dict[str, Any]]:
	"""The lines of a document with their batches and serial numbers, to pick from for a complaint."""
	if document_type not in DATES:
		return []
	document = frappe.get_doc(document_type, document_name)
	document.check_permission("read")
	return [asdict(one) for one in complaint_items.choices(document_type, document_name, document.customer)]


def _numbers(column: str, txt: str, start: int, page_len: int, filters: dict) -> list[tuple]:
	"""Numbers by deliveries that the user may read, newest first: number, item, delivery, day."""
	customer, kind, name = (filters.get(key) for key in ("customer", "document_type", "document_name"))
	if not customer or not (
		frappe.has_permission(DELIVERY, "read") or frappe.has_permission(INVOICE, "read")
	):
		return []
	of_document = complaint_items.deliveries_of(kind, name, customer) if kind in DATES and name else None
	sent = [
		one
		for one in complaint_items.sent_numbers(
			customer, item_code=filters.get("item_code"), documents=of_document
		)
		if getattr(one, column) and txt.lower() in getattr(one, column).lower()
	]
	may_read = {
		doctype: traceability.readable(
			doctype, [one.document_name for one in sent if one.document_type == doctype]
		)
		for doctype in (DELIVERY, INVOICE)
	}
	found = {
		getattr(one, column): (one.item_code, one.document_name, format_date(one.date))
		for one in sorted(sent, key=lambda one: one.date)
		if one.document_name in may_read[one.document_type]
	}
	rows = [(number, *about) for number, about in reversed(list(found.items()))]
	return rows[cint(start) : cint(start) + cint(page_len)]
