"""Batch and Serial Trace: where the goods of a number came from and who got them, a line a document."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _

from partner_relations.customer_care import traceability
from partner_relations.customer_care.complaint_steps import COMPLAINT
from partner_relations.customer_care.report.complaints import BARS, COLORS
from partner_relations.customer_care.traceability import Number, Trace

Row = dict[str, Any]


def execute(filters: dict | None = None) -> tuple[list[dict], list[Row], str | None, dict | None, list[dict]]:
	"""Filters: batch_no or serial_no (or both), item_code (of the number, if it isn't given).

	Returns columns, rows, message, chart, summary. Documents that the user may not read are counted in the
	message and not shown.
	"""
	filters = frappe._dict(filters or {})
	wanted = number_asked_for(filters)
	if wanted is None:
		named = filters.batch_no or filters.serial_no
		sentence = (
			_("This item has no such batch or serial number. Empty the item, or choose another number.")
			if named
			else _("Choose a batch or a serial number.")
		)
		return columns(), [], sentence, None, []
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
	complaints = complaints_about({row.number for row in one.deliveries})
	rows = []
	for receipt in one.receipts:
		inspections = [
			row
			for row in one.inspections
			if row.document_name == receipt.document_name and row.item_code == receipt.number.item_code
		]
		rows.append(
			{
				**_document(receipt, _("Received", context="Trace")),
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
		rows.append(
			{
				**_document(made, _("Made", context="Trace")),
				**_quantities(made.quantity, 0),
				**_number(one.number),
			}
		)
	for delivery in one.deliveries:
		rows.append(
			{
				**_document(delivery, _("Delivered", context="Trace")),
				"made_in": delivery.made_in,
				"party_type": "Customer",
				"party": delivery.customer,
				"party_name": delivery.customer_name,
				**_quantities(delivery.quantity, delivery.returned),
				"complaints": complaints.get((delivery.customer, _name(delivery.number))),
				**_number(delivery.number),
			}
		)
	return rows


def complaints_about(numbers: Iterable[Number]) -> Counter:
	"""How many complaints that the user may read there are, by customer and batch or serial number."""
	names: dict[str, list[str]] = defaultdict(list)
	for number in numbers:
		names["serial_no" if number.serial_no else "batch_no"].append(_name(number))
	found: Counter = Counter()
	for field, wanted in names.items():
		rows = frappe.get_list(
			COMPLAINT,
			filters=[[f"{COMPLAINT} Item", field, "in", wanted]],
			fields=["name", "customer", f"items.{field} as number"],
			distinct=True,
			limit_page_length=0,
		)
		found.update((row.customer, row.number) for row in rows)
	return found


def _name(number: Number) -> str:
	return number.serial_no or number.batch_no


def _document(row: Any, direction: str) -> Row:
	return {
		"direction": direction,
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
		# Of goods made with it: so many of them, not of it.
		if row.get("party_type") == "Customer" and not row["made_in"]:
			kept[row["party_name"] or row["party"]] += row["left"]
	most = [(name, quantity) for name, quantity in kept.most_common(BARS) if quantity > 0]
	if not most:
		return None
	return {
		"type": "bar",
		"data": {
			"labels": [name for name, _quantity in most],
			"datasets": [{"name": _("Kept by Customers"), "values": [quantity for _name, quantity in most]}],
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
			"value": sum(row.kept for row in one.deliveries if not row.made_in),
			"datatype": "Float",
		},
	]


def _link(doctype: str) -> dict[str, str]:
	"""A column that leads to documents; mere text for who may read none, whom Frappe would refuse the whole
	report otherwise."""
	if frappe.has_permission(doctype, "read"):
		return {"fieldtype": "Link", "options": doctype}
	return {"fieldtype": "Data"}


def columns() -> list[dict[str, Any]]:
	return [
		{"fieldname": "direction", "label": _("Direction"), "fieldtype": "Data", "width": 100},
		{"fieldname": "date", "label": _("Date"), "fieldtype": "Date", "width": 115},
		{
			"fieldname": "document",
			"label": _("Document", context="Customer Complaint Item"),
			"fieldtype": "Dynamic Link",
			"options": "document_type",
			"width": 190,
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
		{"fieldname": "left", "label": _("Net Quantity"), "fieldtype": "Float", "width": 115},
		{
			"fieldname": "inspection",
			"label": _("Quality Inspection"),
			**_link("Quality Inspection"),
			"width": 180,
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
			**_link("Batch"),
			"width": 120,
		},
		{
			"fieldname": "serial_no",
			"label": _("Serial No"),
			**_link("Serial No"),
			"width": 120,
		},
	]
