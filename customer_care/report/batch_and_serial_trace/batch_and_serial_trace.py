"""Batch and Serial Trace: where the goods of a number came from and who got them, a line a document."""

from collections import Counter
from typing import Any

import frappe
from frappe import _

from partner_relations.customer_care import traceability
from partner_relations.customer_care.complaint_steps import COMPLAINT
from partner_relations.customer_care.report.complaints import BARS, COLORS
from partner_relations.customer_care.traceability import Number, Trace

CAME, MADE, WENT = "Received", "Made", "Delivered"

Row = dict[str, Any]


def execute(filters: dict | None = None) -> tuple[list[dict], list[Row], str | None, dict | None, list[dict]]:
	"""Filters: batch_no or serial_no (or both), item_code (of the number, if it isn't given).

	Returns columns, rows, message, chart, summary. Documents that the user may not read are counted in the
	message and not shown.
	"""
	wanted = number_asked_for(frappe._dict(filters or {}))
	if wanted is None:
		return columns(), [], _("Choose a batch or a serial number."), None, []
	one = traceability.visible(traceability.trace_all([wanted])[wanted])
	rows = rows_of(one)
	return columns(), rows, message(one), chart(rows), summary(one)


def number_asked_for(filters: frappe._dict) -> Number | None:
	"""The number that the filters name; None if they name none, or one of another item than they say."""
	doctype, name = ("Serial No", filters.serial_no) if filters.serial_no else ("Batch", filters.batch_no)
	if not name:
		return None
	item = frappe.db.get_value(doctype, name, "item_code" if doctype == "Serial No" else "item")
	if not item or (filters.item_code and filters.item_code != item):
		return None
	return Number(item, None if filters.serial_no else name, filters.serial_no or None)


def rows_of(one: Trace) -> list[Row]:
	"""Receipts with their inspection, what was made here, deliveries with the complaints about them."""
	complaints = complaints_by_customer(one.number)
	rows = []
	for receipt in one.receipts:
		inspections = [
			row
			for row in one.inspections
			if row.document_name == receipt.document_name and row.item_code == receipt.number.item_code
		]
		rows.append(
			{
				**_document(receipt, CAME),
				"party_type": "Supplier",
				"party": receipt.supplier,
				"party_name": receipt.supplier_name,
				**_quantities(receipt.quantity, receipt.returned),
				"inspection": inspections[-1].name if inspections else None,
				"inspection_status": _(inspections[-1].status) if inspections else None,
				**_number(receipt.number),
			}
		)
	for made in one.productions:
		rows.append({**_document(made, MADE), **_quantities(made.quantity, 0), **_number(one.number)})
	for delivery in one.deliveries:
		rows.append(
			{
				**_document(delivery, WENT),
				"party_type": "Customer",
				"party": delivery.customer,
				"party_name": delivery.customer_name,
				**_quantities(delivery.quantity, delivery.returned),
				"complaints": complaints.get(delivery.customer),
				**_number(one.number),
			}
		)
	return rows


def complaints_by_customer(number: Number) -> Counter:
	"""How many complaints that the user may read each customer has about the number."""
	field, name = ("serial_no", number.serial_no) if number.serial_no else ("batch_no", number.batch_no)
	found = frappe.get_list(
		COMPLAINT,
		filters=[[f"{COMPLAINT} Item", field, "=", name]],
		fields=["name", "customer"],
		distinct=True,
		limit_page_length=0,
	)
	return Counter(row.customer for row in found)


def _document(row: Any, direction: str) -> Row:
	return {
		"direction": _(direction, context="Trace"),
		"date": row.date,
		"document_type": row.document_type,
		"document": row.document_name,
	}


def _number(number: Number) -> Row:
	return {"item_code": number.item_code, "batch_no": number.batch_no, "serial_no": number.serial_no}


def _quantities(quantity: float, returned: float) -> Row:
	return {"quantity": quantity, "returned": returned, "left": quantity - returned}


def message(one: Trace) -> str | None:
	"""What isn't shown, as a sentence."""
	if not one.hidden.total:
		return None
	return _("Not shown, because you may not read them: {0}").format(one.hidden.total)


def chart(rows: list[Row]) -> dict[str, Any] | None:
	"""What customers have of it, the most first; None if nobody has any."""
	kept: Counter = Counter()
	for row in rows:
		if row.get("party_type") == "Customer":
			kept[row["party_name"] or row["party"]] += row["left"]
	most = [(name, quantity) for name, quantity in kept.most_common(BARS) if quantity > 0]
	if not most:
		return None
	return {
		"type": "bar",
		"data": {
			"labels": [name for name, _quantity in most],
			"datasets": [{"name": _("Kept"), "values": [quantity for _name, quantity in most]}],
		},
		"colors": [COLORS["blue"]],
	}


def summary(one: Trace) -> list[dict[str, Any]]:
	"""Suppliers, customers and quantities at a glance."""
	received = sum(row.quantity - row.returned for row in one.receipts if not row.made_into)
	made = sum(row.quantity for row in one.productions)
	rejected = sum(row.status == "Rejected" for row in one.inspections)
	return [
		{"label": _("Suppliers"), "value": len(one.suppliers), "datatype": "Int"},
		{"label": _("Received or Made"), "value": received + made, "datatype": "Float"},
		{
			"label": _("Rejected Inspections"),
			"value": rejected,
			"datatype": "Int",
			"indicator": "Red" if rejected else "Green",
		},
		{"label": _("Customers Who Have It"), "value": len(one.customers), "datatype": "Int"},
		{
			"label": _("Kept by Customers"),
			"value": sum(row.kept for row in one.deliveries),
			"datatype": "Float",
		},
	]


def columns() -> list[dict[str, Any]]:
	return [
		{"fieldname": "direction", "label": _("Direction"), "fieldtype": "Data", "width": 100},
		{"fieldname": "date", "label": _("Date"), "fieldtype": "Date", "width": 100},
		{
			"fieldname": "document",
			"label": _("Document"),
			"fieldtype": "Dynamic Link",
			"options": "document_type",
			"width": 170,
		},
		{
			"fieldname": "party",
			"label": _("Supplier or Customer"),
			"fieldtype": "Dynamic Link",
			"options": "party_type",
			"width": 190,
		},
		{"fieldname": "quantity", "label": _("Quantity"), "fieldtype": "Float", "width": 90},
		{"fieldname": "returned", "label": _("Returned"), "fieldtype": "Float", "width": 90},
		{"fieldname": "left", "label": _("Left"), "fieldtype": "Float", "width": 90},
		{
			"fieldname": "inspection",
			"label": _("Quality Inspection"),
			"fieldtype": "Link",
			"options": "Quality Inspection",
			"width": 150,
		},
		{"fieldname": "inspection_status", "label": _("Result"), "fieldtype": "Data", "width": 90},
		{"fieldname": "complaints", "label": _("Complaints"), "fieldtype": "Int", "width": 100},
		{
			"fieldname": "item_code",
			"label": _("Item"),
			"fieldtype": "Link",
			"options": "Item",
			"width": 140,
		},
		{
			"fieldname": "batch_no",
			"label": _("Batch"),
			"fieldtype": "Link",
			"options": "Batch",
			"width": 120,
		},
		{
			"fieldname": "serial_no",
			"label": _("Serial No"),
			"fieldtype": "Link",
			"options": "Serial No",
			"width": 120,
		},
	]
