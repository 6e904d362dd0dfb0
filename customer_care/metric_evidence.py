"""How the lines behind a customer's metric are shown."""

from collections.abc import Mapping
from typing import Any

from frappe import _

LINKS = {"item_code": "Item"}
DATES = ("date",)
AMOUNTS = ("amount", "cost", "due", "paid_in_time")
NUMBERS = ("quantity", "lines_due", "lines_in_time", "lines_returned", "complaints")
TOTALS = ("numerator", "denominator")


def columns(found: Mapping[str, Any]) -> list[dict[str, Any]]:
	"""A column of a table for each evidence column of `facts_behind`; names of lines are left out."""
	known = _labels()
	result = []
	for name in found["columns"]:
		if name == "line":
			continue
		column = {"fieldname": name, "label": known.get(name, name), "fieldtype": "Data"}
		if name in LINKS:
			column |= {"fieldtype": "Link", "options": LINKS[name]}
		elif name == "document":
			column |= {"fieldtype": "Dynamic Link", "options": "document_type"}
		elif name in DATES:
			column["fieldtype"] = "Date"
		elif name in (*AMOUNTS, *NUMBERS, *TOTALS):
			column["fieldtype"] = "Float"
		result.append(column)
	return result


def _labels() -> dict[str, str]:
	return {
		"date": _("Date"),
		"document_type": _("Document Type", context="KPI Evidence"),
		"document": _("Document", context="KPI Evidence"),
		"item_code": _("Item"),
		"amount": _("Amount"),
		"cost": _("Cost"),
		"quantity": _("Quantity"),
		"step": _("Step"),
		"due": _("Amount Due"),
		"paid_in_time": _("Paid in Time"),
		"lines_due": _("Lines Due"),
		"lines_in_time": _("Lines Delivered in Time"),
		"lines_returned": _("Lines with Returns"),
		"complaints": _("Complaints"),
		"numerator": _("Numerator"),
		"denominator": _("Denominator"),
	}
