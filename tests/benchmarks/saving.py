"""What the app adds to saving ERPNext's documents: its own handlers, timed on real unsaved documents."""

import statistics
from dataclasses import dataclass

import frappe
from frappe.utils import add_days, today

from partner_relations.supplier_quality import restrictions
from tests.benchmarks.meter import Meter

EVENTS = ("before_validate", "validate", "before_save", "before_submit", "on_update", "on_submit")
TIMES = 30


@dataclass
class Added:
	"""What the handlers add to saving and submitting a document; `save_ms` is the whole of ERPNext's save."""

	lines: int
	milliseconds: float
	statements: int
	save_ms: float


def purchase_order(supplier: str, company: str, lines: int) -> Added:
	"""A Purchase Order to a supplier that a restriction warns of, the slowest case that passes."""
	item = _item()
	_restrict(supplier, company)
	order = frappe.get_doc(
		doctype="Purchase Order",
		supplier=supplier,
		company=company,
		transaction_date=today(),
		schedule_date=add_days(today(), 10),
		items=[
			{"item_code": item, "qty": 1 + row, "rate": 10, "schedule_date": add_days(today(), 10)}
			for row in range(lines)
		],
	)
	with Meter() as saving:
		order.insert()
	costs = []
	for _time in range(TIMES):
		for row in order.items:
			row.first_due_date = None
		with Meter() as meter:
			for handler in _handlers(order.doctype):
				frappe.get_attr(handler)(order, "")
		costs.append(meter.cost)
		frappe.clear_messages()
	frappe.db.rollback()
	return Added(
		lines,
		1000 * statistics.median(cost.seconds for cost in costs),
		max(cost.statements for cost in costs),
		1000 * saving.cost.seconds,
	)


def _handlers(doctype: str) -> list[str]:
	"""The app's handlers of the events of a save and a submit."""
	hooks = frappe.get_hooks("doc_events", app_name="partner_relations").get(doctype, {})
	return [path for event in EVENTS for path in frappe.parse_json(hooks.get(event) or [])]


def _item() -> str:
	name = "BM-I-SAVED"
	if not frappe.db.exists("Item", name):
		frappe.get_doc(
			doctype="Item", item_code=name, item_group="All Item Groups", stock_uom="Nos", is_stock_item=0
		).insert()
	return name


def _restrict(supplier: str, company: str) -> None:
	frappe.get_doc(
		doctype=restrictions.RESTRICTION,
		supplier=supplier,
		company=company,
		document_type="Purchase Order",
		action="Warn",
		status="Active",
		from_date=today(),
		reason="Measured",
	).insert()
