"""Grades as bars in their own colours.

A chart document has one list of colours for its datasets, whatever the grades are called; so there is a
dataset for each colour that an administrator can give, in the order of `SERIES` (the charts' custom options
name the hex codes in the same order). Nothing is cached: Frappe's cache for charts doesn't know who asks.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _

from partner_relations.common.months import aggregated
from partner_relations.supplier_quality.report.display import EVALUATION, NOT_RATED_COLOR

SERIES = ("green", "blue", "orange", "red", "gray", "yellow", "purple")


def counted(fields: list[str], filters: Mapping[str, Any]) -> list[frappe._dict]:
	"""Published evaluations that the user may see, counted by `fields`, with grade, grade_color and total."""
	filters = {"docstatus": 1, "status": "Published", **filters}
	rows = aggregated(EVALUATION, "COUNT", "name", [*fields, "grade", "grade_color"], filters)
	for row in rows:
		if not row.grade:
			row.grade, row.grade_color = _("Not Rated"), NOT_RATED_COLOR
	return rows


def best_first(rows: list[frappe._dict]) -> dict[str, str]:
	"""Colours by grade, best first: the grades counted, and the others of their scales."""
	occurring = {row.grade: row.grade_color for row in rows}
	bands = frappe.get_all(
		"Supplier Grade",
		filters={"parenttype": "Supplier Grade Scale"},
		fields=["parent", "grade", "color"],
		order_by="lower desc, parent asc",
	)
	scales = {band.parent for band in bands if band.grade in occurring}
	colors: dict[str, str] = {}
	for band in bands:
		if band.parent in scales:
			colors.setdefault(band.grade, occurring.get(band.grade) or band.color)
	for grade, color in occurring.items():
		colors.setdefault(grade, color)
	return colors


def datasets(
	rows: list[frappe._dict], labels: list[Any], label_of: str, colors: Mapping[str, str]
) -> list[dict[str, Any]]:
	"""A dataset per colour, counts in the order of `labels`; unused colours at the end are left out."""
	counts: dict[tuple[str, Any], int] = defaultdict(int)
	for row in rows:
		counts[(_known(row.grade_color), row[label_of])] += row.total
	used = {_known(color) for color in colors.values()}
	last = max((SERIES.index(color) for color in used), default=-1)
	return [
		{
			"name": ", ".join(grade for grade, own in colors.items() if _known(own) == color) or "–",
			"values": [counts[(color, label)] for label in labels],
		}
		for color in SERIES[: last + 1]
	]


def _known(color: str | None) -> str:
	return color if color in SERIES else NOT_RATED_COLOR
