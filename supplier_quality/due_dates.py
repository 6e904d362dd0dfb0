"""The first promised date of an order line, frozen when the order is submitted."""

import frappe
from frappe.query_builder.functions import Coalesce


def freeze_first_due_dates(doc, method: str | None = None) -> None:
	"""`before_submit` and `before_update_after_submit` of Purchase Order: no query.

	Lines added to a submitted order (Update Items) get theirs at that moment; nobody else writes the field.
	"""
	before = doc.get_doc_before_save() if method == "before_update_after_submit" else None
	frozen = {row.name: row.first_due_date for row in before.items} if before else {}
	for row in doc.items:
		row.first_due_date = frozen.get(row.name) or row.expected_delivery_date or row.schedule_date


def freeze_existing() -> None:
	"""At install: what is promised today is the best known first promise of the orders that exist."""
	line = frappe.qb.DocType("Purchase Order Item")
	(
		frappe.qb.update(line)
		.set(line.first_due_date, Coalesce(line.expected_delivery_date, line.schedule_date))
		.where((line.docstatus == 1) & line.first_due_date.isnull())
	).run()
