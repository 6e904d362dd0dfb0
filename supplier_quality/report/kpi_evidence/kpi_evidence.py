"""KPI Evidence: the document lines behind a criterion of an evaluation, and whether they still add up."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, flt, format_date

from partner_relations.common.evidence import DIFFERS_FROM, permitted
from partner_relations.supplier_quality.evidence import evidence
from partner_relations.supplier_quality.report.display import EVALUATION


def execute(filters: dict[str, Any] | None = None):
	"""Filters: evaluation and kpi, both required. Returns columns, rows, message, no chart, summary.

	Lines of documents that the user may not read are left out and counted; the totals hold them all.
	"""
	filters = frappe._dict(filters or {})
	if not (filters.evaluation and filters.kpi):
		frappe.throw(_("Choose an evaluation and one of its KPIs."))
	found = frappe._dict(evidence(filters.evaluation, filters.kpi))
	shown = columns(found)
	rows = permitted(found, shown)
	evaluation = frappe.db.get_value(
		EVALUATION, filters.evaluation, ["company", "from_date", "to_date", "status"], as_dict=True
	)
	currency = frappe.get_cached_value("Company", evaluation.company, "default_currency")
	for row in rows:
		row["currency"] = currency
	return shown, rows, message(found, evaluation), None, summary(found)


# Currency stands for company currency; amounts in the currency of an order are plain numbers.
LINKS = {
	"item_code": "Item",
	"purchase_order": "Purchase Order",
	"request": "Request for Quotation",
	"quotation": "Supplier Quotation",
	"not_counted": "Supplier Quotation",
	"evaluator": "User",
	"evaluator_role": "Role",
}
DATES = ("date", "due_date", "answered_on")
WHOLE_NUMBERS = ("days_late", "offers")
IN_COMPANY_CURRENCY = {
	"price_index": ("amount", "price", "previous_price"),
	"price_competitiveness": ("amount", "lowest"),
}
WIDTHS = {"document": 190, "document_type": 150, "item_code": 150, "purchase_order": 185, "comment": 260}


def labels() -> dict[str, str]:
	"""Labels of the evidence columns that the app's own measures have.

	Words with another meaning elsewhere in the ERP are translated in the context of this report.
	"""
	return {
		"date": _("Date"),
		"document_type": _("Document Type", context="KPI Evidence"),
		"document": _("Document", context="KPI Evidence"),
		"line": _("Line", context="KPI Evidence"),
		"item_code": _("Item"),
		"purchase_order": _("Purchase Order"),
		"due_date": _("Due Date", context="KPI Evidence"),
		"days_late": _("Days Late"),
		"accepted": _("Accepted Quantity"),
		"rejected": _("Rejected Quantity"),
		"ordered": _("Ordered Quantity"),
		"received": _("Received Quantity"),
		"in_window": _("Accepted in Time"),
		"by_due_date": _("Accepted by the Due Date"),
		"reference_type": _("Inspected Document Type"),
		"reference": _("Inspected Document"),
		"result": _("Result"),
		"quantity": _("Quantity"),
		"amount": _("Amount"),
		"price": _("Price"),
		"ordered_price": _("Price in the Order"),
		"invoiced": _("Invoiced Quantity"),
		"previous_quantity": _("Quantity in the Period Before"),
		"previous_price": _("Price in the Period Before"),
		"request": _("Request for Quotation"),
		"lowest": _("Lowest Amount"),
		"offers": _("Suppliers Quoting"),
		"answered_on": _("Answered On"),
		"quotation": _("Quotation"),
		"not_counted": _("Draft Quotation (Not Counted)"),
		"evaluator": _("Evaluator"),
		"evaluator_role": _("Rated As"),
		"mark": _("Mark"),
		"comment": _("Comment", context="KPI Evidence"),
		"numerator": _("Numerator"),
		"denominator": _("Denominator"),
	}


def columns(found: frappe._dict) -> list[dict[str, Any]]:
	"""A column for each evidence column; those of a measure of another app by their names and values."""
	known = labels()
	in_currency = IN_COMPANY_CURRENCY.get(found.measure, ())
	result = []
	for name in found.columns:
		column = {
			"fieldname": name,
			"label": known.get(name) or _(frappe.unscrub(name)),
			"fieldtype": "Data",
			"width": WIDTHS.get(name, 130),
		}
		if name in LINKS:
			column.update(fieldtype="Link", options=LINKS[name])
		elif name in ("document", "reference"):
			column.update(fieldtype="Dynamic Link", options=f"{name}_type")
		elif name in DATES:
			column.update(fieldtype="Date", width=115)
		elif name in in_currency:
			column.update(fieldtype="Currency", options="currency")
		elif name in WHOLE_NUMBERS:
			column.update(fieldtype="Int", width=100)
		elif name == "line":
			column["hidden"] = 1
		elif name not in ("document_type", "reference_type") and _numbers(found.rows, name):
			column.update(fieldtype="Float", width=150)
		result.append(column)
	if found.measure == "price_index":  # its documents are the items themselves
		for column in result:
			if column["fieldname"] == "document":
				column.update(label=_("Item"), fieldtype="Link", options="Item")
			elif column["fieldname"] == "document_type":
				column["hidden"] = 1
	return result


def _numbers(rows: list[dict[str, Any]], name: str) -> bool:
	values = [row[name] for row in rows if row[name] is not None]
	return bool(values) and all(isinstance(value, int | float) for value in values)


def changed(found: frappe._dict) -> bool:
	"""Whether the facts of today give another numerator or denominator than those evaluated."""
	return any(
		abs(found.stored[name] - found.today[name]) > DIFFERS_FROM for name in ("numerator", "denominator")
	)


def message(found: frappe._dict, evaluation: frappe._dict) -> str:
	"""How the value comes about, in a sentence, and what the reader doesn't see in the lines."""
	sentences = [_formula(found)]
	if found.basis == "Carried forward":
		sentences.append(_("There was no data, so the rating of the last evaluation was carried forward."))
	elif found.basis == "Scored zero":
		sentences.append(_("There was no data, so the criterion scored zero."))
	if changed(found):
		sentences.append(
			_(
				"Documents have changed since it was evaluated: the lines below are those of today. "
				"Evaluate again to make a new version."
			)
		)
	if found.hidden:
		sentences.append(
			_(
				"{0} lines belong to documents that you may not read. "
				"They are counted in the totals, but not shown."
			).format(found.hidden)
		)
	if found.truncated:
		sentences.append(
			_(
				"There are more lines than can be shown; these are the first {0}. "
				"The totals hold all of them."
			).format(len(found.rows))
		)
	period = _("Period {0} to {1}.").format(
		format_date(evaluation.from_date), format_date(evaluation.to_date)
	)
	return " ".join(escape_html(sentence) for sentence in [period, *sentences])


def _formula(found: frappe._dict) -> str:
	stored = found.stored
	unit = _(found.unit)
	numerator, denominator = short(stored["numerator"]), short(stored["denominator"])
	if stored["value"] is None:
		return _("There is no value: nothing was counted in the denominator.")
	if found.scale == 1:
		return _("Value = numerator / denominator = {0} / {1} = {2} {3}.").format(
			numerator, denominator, short(stored["value"]), unit
		)
	return _("Value = {0} × numerator / denominator = {0} × {1} / {2} = {3} {4}.").format(
		short(found.scale), numerator, denominator, short(stored["value"]), unit
	)


def short(number: Any) -> str:
	"""The number with up to four decimals, in the user's format, without trailing zeros."""
	rounded = flt(number, 4)
	decimals = 0
	while decimals < 4 and flt(rounded, decimals) != rounded:
		decimals += 1
	return frappe.utils.fmt_money(rounded, precision=decimals)


def summary(found: frappe._dict) -> list[dict[str, Any]]:
	"""Stored and today's figures, side by side."""
	differs = changed(found)
	unit = _(found.unit)
	items = [
		{"label": _("When Evaluated"), "value": _fraction(found.stored)},
		{"label": _("Value When Evaluated"), "value": _value(found.stored, unit), "indicator": "Blue"},
		{"label": _("Today", context="KPI Evidence"), "value": _fraction(found.today)},
		{
			"label": _("Value Today"),
			"value": _value(found.today, unit),
			"indicator": "Orange" if differs else "Blue",
		},
		{
			"label": _("Facts"),
			"value": _("Changed") if differs else _("Unchanged", context="KPI Evidence"),
			"indicator": "Red" if differs else "Green",
		},
	]
	return [{"datatype": "Data", **item} for item in items]


def _fraction(figures: dict[str, Any]) -> str:
	return f"{short(figures['numerator'])} / {short(figures['denominator'])}"


def _value(figures: dict[str, Any], unit: str) -> str:
	return _("No data") if figures["value"] is None else f"{short(figures['value'])} {unit}"
