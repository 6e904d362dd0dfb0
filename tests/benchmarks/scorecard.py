"""ERPNext's own Supplier Scorecard over the same months: its documents, functions and standard variables."""

from contextlib import AbstractContextManager
from datetime import date
from unittest.mock import patch

import frappe
from erpnext.buying.doctype.supplier_scorecard import supplier_scorecard as module

SCORECARD = "Supplier Scorecard"
# Seven criteria, as many as the default template has, as near to its measures as ERPNext's variables come.
# Each guards against a division by nothing: ERPNext refuses to score on an error.
CRITERIA = {
	"On time": ("{on_time_shipment_num} / max({total_shipments}, 1) * 100", 25),
	"On time by value": ("{cost_of_on_time_shipments} / max({tot_cost_shipments}, 1) * 100", 15),
	"Rejected": ("100 - {total_rejected_items} / max({total_received_items}, 1) * 100", 20),
	"Accepted": ("{total_accepted_items} / max({total_received_items}, 1) * 100", 10),
	"Accepted by value": ("{total_accepted_amount} / max({total_received_amount}, 1) * 100", 10),
	"Quoted": ("{sq_total_items} / max({rfq_total_items}, 1) * 100", 10),
	"Days late": ("100 - {tot_days_late} / max({total_ordered}, 1) * 100", 10),
}
STANDINGS = (("Very Poor", 0, 30), ("Poor", 30, 50), ("Average", 50, 80), ("Excellent", 80, 100))


def make_criteria() -> None:
	"""The criteria; ERPNext's installation has made the variables and standings."""
	for name, (formula, _weight) in CRITERIA.items():
		if not frappe.db.exists(f"{SCORECARD} Criteria", name):
			frappe.get_doc(
				doctype=f"{SCORECARD} Criteria", criteria_name=name, formula=formula, max_score=100, weight=10
			).insert()
	frappe.db.commit()


def remove(suppliers: list[str]) -> None:
	"""Remove the suppliers' scorecards, so that they can be made again."""
	for supplier in suppliers:
		for period in frappe.get_all(f"{SCORECARD} Period", {"supplier": supplier}, pluck="name"):
			for doctype in (f"{SCORECARD} Scoring Criteria", f"{SCORECARD} Scoring Variable"):
				frappe.db.delete(doctype, {"parent": period})
			frappe.db.delete(f"{SCORECARD} Period", {"name": period})
		if frappe.db.exists(SCORECARD, supplier):
			frappe.delete_doc(SCORECARD, supplier, force=True)
	frappe.db.commit()


def make(supplier: str, day: date) -> None:
	"""Make a supplier's scorecard on a day before which no period has ended."""
	with _on(day):
		frappe.get_doc(
			doctype=SCORECARD,
			supplier=supplier,
			period="Per Month",
			weighting_function="{total_score} * max(0, min(1, (12 - {period_number}) / 12))",
			criteria=[
				{"criteria_name": name, "weight": weight} for name, (_formula, weight) in CRITERIA.items()
			],
			standings=[
				{"standing_name": name, "min_grade": low, "max_grade": high, "standing_color": "Blue"}
				for name, low, high in STANDINGS
			],
		).insert()
	frappe.db.commit()


def refresh(supplier: str, day: date) -> None:
	"""What ERPNext's daily job does for a scorecard: score the months that have ended by `day`."""
	with _on(day):
		if module.make_all_scorecards(supplier) > 0:
			frappe.get_doc(SCORECARD, supplier).save()
	frappe.db.commit()
	frappe.clear_messages()


def months(supplier: str) -> int:
	"""How many months of a supplier are scored."""
	return frappe.db.count(f"{SCORECARD} Period", {"supplier": supplier, "docstatus": 1})


def _on(day: date) -> AbstractContextManager:
	"""ERPNext's scorecard reads the clock; a month that is scored when it ends must find that day there."""
	return patch.object(module, "nowdate", return_value=day.isoformat())
