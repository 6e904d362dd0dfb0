"""Supplier Ranking: the published evaluations, best score first."""

from collections import Counter
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from partner_relations.common.reports import as_list, check_period, two_decimals
from partner_relations.supplier_quality.report.display import (
	EVALUATION,
	NOT_RATED_COLOR,
	grade_color,
	groups_within,
	supplier_groups,
)
from partner_relations.supplier_quality.restrictions import in_force

IN_A_PERIOD = "In a period"
BARS = 10
"""More names can't be told apart under a chart as wide as a screen."""


def execute(filters: dict[str, Any] | None = None):
	"""Filters: company, template, standing ("Current standing", "In a period" with from_date and to_date),
	supplier_group (with those below it), grade (one or several).

	Returns columns, rows, message, chart, summary.
	"""
	filters = frappe._dict(filters or {})
	rows = ranked(filters)
	if not rows:
		return columns(filters, rows), [], empty_message()
	return columns(filters, rows), rows, None, chart(rows), summary(rows)


def ranked(filters: frappe._dict) -> list[frappe._dict]:
	"""A row per supplier and company with its place; those without a score come last and have no place."""
	rows = evaluations(filters)
	groups = supplier_groups(row.supplier for row in rows)
	rows = [row for row in rows if row.supplier in groups]
	for row in rows:
		row.supplier_group = groups[row.supplier]
	if filters.supplier_group:
		wanted = groups_within(filters.supplier_group)
		rows = [row for row in rows if row.supplier_group in wanted]
	rows.sort(key=lambda row: (not row.has_score, -(row.score or 0), row.supplier_name or row.supplier))
	actions = restrictions({row.supplier for row in rows})
	place, last_score = 0, None
	for position, row in enumerate(rows, start=1):
		row.evaluation = row.name
		row.restrictions, row.prevented = _restriction_text(actions.get(row.supplier, ()), row.company)
		if not row.has_score:
			row.update(rank=None, score=None, grade=None, grade_color=NOT_RATED_COLOR, change=None)
			continue
		if row.score != last_score:  # equal scores share a place
			place, last_score = position, row.score
		row.rank = place
		if not row.has_previous:
			row.change = None
	return rows


def evaluations(filters: frappe._dict) -> list[frappe._dict]:
	"""The published evaluations that the user may see: the current ones, or the last of each in a period."""
	conditions: dict[str, Any] = {"docstatus": 1, "status": "Published"}
	for name in ("company", "template"):
		if filters.get(name):
			conditions[name] = filters[name]
	if grades := as_list(filters.grade):
		conditions["grade"] = ("in", grades)
	if filters.standing == IN_A_PERIOD:
		if not (filters.from_date and filters.to_date):
			frappe.throw(_("Choose both dates of the period in which the evaluated periods end."))
		from_date, to_date = getdate(filters.from_date), getdate(filters.to_date)
		check_period(from_date, to_date)
		conditions["to_date"] = ("between", (from_date, to_date))
	else:
		conditions["is_current"] = 1
	rows = frappe.get_list(
		EVALUATION,
		filters=conditions,
		fields=[
			"name",
			"supplier",
			"supplier_name",
			"company",
			"template",
			"period_label",
			"has_score",
			"score",
			"grade",
			"grade_color",
			"has_previous",
			"change",
			"trend",
			"coverage",
			"facts_changed",
		],
		order_by="to_date asc, published_on asc, name asc",
		limit_page_length=0,
	)
	# In a period a supplier may have several; the last one stands.
	return list({(row.supplier, row.company): row for row in rows}.values())


def restrictions(suppliers: set[str]) -> dict[str, list[frappe._dict]]:
	"""Restrictions in force by supplier, as far as the user may see them."""
	if not suppliers or not frappe.has_permission("Supplier Restriction", "read"):
		return {}
	rows = frappe.get_list(
		"Supplier Restriction",
		filters={"supplier": ("in", list(suppliers)), "status": "Active"},
		fields=["supplier", "company", "document_type", "action", "from_date", "until"],
		limit_page_length=0,
	)
	found: dict[str, list[frappe._dict]] = {}
	for row in rows:
		if in_force(row):
			found.setdefault(row.supplier, []).append(row)
	return found


def _restriction_text(rows: list[frappe._dict], company: str) -> tuple[str, bool]:
	"""What is restricted in a company, in words, and whether anything is prevented (more than a warning)."""
	actions: dict[str, str] = {}
	for row in rows:
		if not row.company or row.company == company:
			if row.action == "Prevent" or row.document_type not in actions:
				actions[row.document_type] = row.action
	orders, requests = actions.get("Purchase Order"), actions.get("Request for Quotation")
	if orders and orders == requests:
		text = _("Orders and requests prevented") if orders == "Prevent" else _("Orders and requests warned")
	else:
		sentences = []
		if orders:
			sentences.append(_("Orders prevented") if orders == "Prevent" else _("Orders warned"))
		if requests:
			sentences.append(_("Requests prevented") if requests == "Prevent" else _("Requests warned"))
		text = ", ".join(sentences)
	return text, "Prevent" in actions.values()


def columns(filters: frappe._dict, rows: list[frappe._dict]) -> list[dict[str, Any]]:
	named_otherwise = any(row.supplier_name and row.supplier_name != row.supplier for row in rows)
	return [
		{"fieldname": "rank", "label": _("Rank"), "fieldtype": "Int", "width": 65},
		{
			"fieldname": "supplier",
			"label": _("Supplier"),
			"fieldtype": "Link",
			"options": "Supplier",
			"width": 190,
		},
		{
			"fieldname": "supplier_name",
			"label": _("Supplier Name"),
			"fieldtype": "Data",
			"width": 180,
			"hidden": int(not named_otherwise),
		},
		{
			"fieldname": "company",
			"label": _("Company"),
			"fieldtype": "Link",
			"options": "Company",
			"width": 140,
			"hidden": int(bool(filters.company)),
		},
		{
			"fieldname": "supplier_group",
			"label": _("Supplier Group"),
			"fieldtype": "Link",
			"options": "Supplier Group",
			"width": 125,
		},
		{
			"fieldname": "score",
			"label": _("Score", context="Supplier Evaluation"),
			"fieldtype": "Float",
			"precision": 2,
			"width": 80,
		},
		{
			"fieldname": "grade",
			"label": _("Grade", context="Supplier Evaluation"),
			"fieldtype": "Data",
			"width": 95,
		},
		{"fieldname": "change", "label": _("Change"), "fieldtype": "Float", "precision": 2, "width": 90},
		{"fieldname": "trend", "label": _("Trend"), "fieldtype": "Data", "width": 90},
		{
			"fieldname": "coverage",
			"label": _("Coverage"),
			"fieldtype": "Percent",
			"precision": 0,
			"width": 90,
		},
		{
			"fieldname": "period_label",
			"label": _("Period", context="Supplier Evaluation"),
			"fieldtype": "Data",
			"width": 100,
		},
		{
			"fieldname": "restrictions",
			"label": _("Restrictions"),
			"fieldtype": "Data",
			"align": "left",
			"width": 230,
		},
		{
			"fieldname": "evaluation",
			"label": _("Evaluation"),
			"fieldtype": "Link",
			"options": EVALUATION,
			"width": 160,
		},
	]


def chart(rows: list[frappe._dict]) -> dict[str, Any] | None:
	"""Bars of the best scores, a colour for each grade: a dataset per grade, so that the legend names it."""
	rated = [row for row in rows if row.has_score][:BARS]
	if not rated:
		return None
	grades = {row.grade: row.grade_color for row in rated}  # in the order of the scores: best first
	return {
		"data": {
			"labels": [row.supplier_name or row.supplier for row in rated],
			"datasets": [
				{
					"name": grade or _("Not Rated"),
					"values": [round(row.score, 2) if row.grade == grade else 0 for row in rated],
				}
				for grade in grades
			],
		},
		"type": "bar",
		"colors": [grade_color(color) for color in grades.values()],
		"barOptions": {"stacked": 1, "spaceRatio": 0.4},
		"fieldtype": "Float",
		"title": _("The best {0} scores").format(len(rated)) if len(rated) == BARS else _("Scores"),
	}


def summary(rows: list[frappe._dict]) -> list[dict[str, Any]]:
	"""How many, their mean score (a plain mean over suppliers: it rates nobody), grades, who is blocked."""
	rated = [row for row in rows if row.has_score]
	counts = Counter(row.grade for row in rated)  # in the order of the scores: best first
	items = [{"label": _("Suppliers Evaluated"), "value": len({row.supplier for row in rows})}]
	if rated:
		mean = sum(row.score for row in rated) / len(rated)
		items += [
			{"label": _("Mean of the Scores"), "value": two_decimals(mean)},
			{
				"label": _("Grades {0}").format(" · ".join(grade or "–" for grade in counts)),
				"value": " · ".join(str(count) for count in counts.values()),
			},
		]
	if len(rated) < len(rows):
		items.append({"label": _("Not Rated"), "value": len(rows) - len(rated)})
	prevented = len({row.supplier for row in rows if row.prevented})
	items.append(
		{
			"label": _("Suppliers Blocked"),
			"value": prevented,
			"indicator": "Red" if prevented else "Green",
		}
	)
	return [{"datatype": "Data", **item} for item in items]


def empty_message() -> str:
	return _(
		"No published evaluation matches these filters. Evaluate suppliers by a Supplier Evaluation Run "
		"and publish the evaluations, or widen the filters."
	)
