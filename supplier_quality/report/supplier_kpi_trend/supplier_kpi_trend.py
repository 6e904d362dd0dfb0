"""Supplier KPI Trend: suppliers by periods, with totals that are made of totals."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from partner_relations.common.reports import as_list, check_period, two_decimals
from partner_relations.supplier_quality.measures import all_measures
from partner_relations.supplier_quality.report.display import EVALUATION, groups_within, supplier_groups

RATING = "Rating"
CRITERION = "Supplier Evaluation Criterion"
LINES = 8
"""More lines in one chart can't be told apart."""

LINE_COLORS = ["#3182ce", "#e8833a", "#38a169", "#8257c5", "#dc4a4a", "#d9a514", "#2c9c95", "#98a1a9"]

Period = tuple[date, date]
"""(from_date, to_date), both inclusive."""


def execute(filters: dict[str, Any] | None = None):
	"""Filters: company (required), kpi (several), template, supplier (several), supplier_group, from_date and
	to_date (of the periods' ends), show ("Value" or "Rating"). Without a KPI the total scores are shown.

	Returns columns, rows, message, chart, summary. The column and the rows of totals hold
	scale x sum of numerators / sum of denominators, never a mean of rates.
	"""
	filters = frappe._dict(filters or {})
	if not filters.company:
		frappe.throw(_("Choose a company. Figures of different companies can't be added up."))
	from_date = getdate(filters.from_date) if filters.from_date else None
	to_date = getdate(filters.to_date) if filters.to_date else None
	check_period(from_date, to_date)
	kpis = as_list(filters.kpi)
	found = published(filters, kpis, from_date, to_date)
	if not found:
		message = _("No published evaluation matches these filters.")
		return [], [], message
	matrix = Matrix(found, kpis, filters.show == RATING)
	return matrix.columns(), matrix.rows(), matrix.message(), matrix.chart(), matrix.summary()


def published(
	filters: frappe._dict, kpis: list[str], from_date: date | None, to_date: date | None
) -> list[frappe._dict]:
	"""What was published, as far as the user may see it: a row per evaluation, or per evaluation and KPI."""
	conditions: list[list[Any]] = [
		[EVALUATION, "docstatus", "=", 1],
		[EVALUATION, "status", "=", "Published"],
		[EVALUATION, "company", "=", filters.company],
	]
	if filters.template:
		conditions.append([EVALUATION, "template", "=", filters.template])
	if suppliers := as_list(filters.supplier):
		conditions.append([EVALUATION, "supplier", "in", suppliers])
	if from_date:
		conditions.append([EVALUATION, "to_date", ">=", from_date])
	if to_date:
		conditions.append([EVALUATION, "to_date", "<=", to_date])
	fields = ["name", "supplier", "supplier_name", "template", "from_date", "to_date", "period_label"]
	if kpis:
		conditions.append([CRITERION, "kpi", "in", kpis])
		fields += [
			f"criteria.{name} as {alias}"
			for name, alias in {
				"kpi": "kpi",
				"measure": "measure",
				"unit": "unit",
				"has_value": "has_value",
				"value": "measured_value",
				"has_rating": "has_rating",
				"rating": "rating",
				"numerator": "numerator",
				"denominator": "denominator",
				"sample_size": "sample_size",
			}.items()
		]
	else:
		fields += ["has_score", "score"]
	rows = frappe.get_list(
		EVALUATION,
		filters=conditions,
		fields=fields,
		order_by=f"`tab{EVALUATION}`.published_on asc, `tab{EVALUATION}`.name asc",
		limit_page_length=0,
	)
	groups = supplier_groups(row.supplier for row in rows)
	wanted = groups_within(filters.supplier_group) if filters.supplier_group else None
	return [
		row for row in rows if row.supplier in groups and (wanted is None or groups[row.supplier] in wanted)
	]


class Matrix:
	"""Suppliers (and KPIs) by periods."""

	def __init__(self, found: list[frappe._dict], kpis: list[str], ratings: bool):
		"""`found` comes in the order of publishing: of two results for one cell the later stands."""
		self.kpis = kpis
		self.ratings = ratings
		self.cells: dict[tuple[str, str], dict[Period, frappe._dict]] = defaultdict(dict)
		labels: dict[Period, str] = {}
		self.names: dict[str, str] = {}
		for row in found:
			period = (getdate(row.from_date), getdate(row.to_date))
			self.cells[(row.supplier, row.kpi or "")][period] = row
			labels[period] = row.period_label or f"{period[0]} – {period[1]}"
			self.names[row.supplier] = row.supplier_name or row.supplier
		self.periods = sorted(labels, key=lambda period: (period[1], period[0]))
		seen: dict[str, int] = defaultdict(int)
		for label in labels.values():
			seen[label] += 1
		self.labels = {
			period: f"{label} ({period[0]} – {period[1]})" if seen[label] > 1 else label
			for period, label in labels.items()
		}
		self.keys = sorted(self.cells, key=lambda key: (key[1], self.names[key[0]], key[0]))
		self.measures = all_measures()
		self.overlapping = bool(kpis) and any(overlap(cells) for cells in self.cells.values())

	def units(self) -> dict[str, str]:
		"""Units by KPI."""
		return {row.kpi: row.unit for cells in self.cells.values() for row in cells.values() if self.kpis}

	def figure(self, row: frappe._dict | None) -> float | None:
		"""The number of one cell; None for no data."""
		if row is None:
			return None
		if not self.kpis:
			return row.score if row.has_score else None
		if self.ratings:
			return row.rating if row.has_rating else None
		return row.measured_value if row.has_value else None

	def total(self, rows: Iterable[frappe._dict]) -> float | None:
		"""scale x sum of numerators / sum of denominators of what was measured."""
		measured = [row for row in rows if row.has_value]
		denominator = sum(row.denominator for row in measured)
		measure = self.measures.get(measured[0].measure) if measured else None
		if not denominator or measure is None:  # without its app a measure's scale isn't known any more
			return None
		return measure.scale * sum(row.numerator for row in measured) / denominator

	def columns(self) -> list[dict[str, Any]]:
		columns = [
			{
				"fieldname": "supplier",
				"label": _("Supplier"),
				"fieldtype": "Link",
				"options": "Supplier",
				"width": 220,
			}
		]
		if any(name != supplier for supplier, name in self.names.items()):
			columns.append(
				{"fieldname": "supplier_name", "label": _("Supplier Name"), "fieldtype": "Data", "width": 180}
			)
		if self.kpis:
			columns += [
				{
					"fieldname": "kpi",
					"label": _("KPI"),
					"fieldtype": "Link",
					"options": "Supplier KPI",
					"width": 180,
				},
				{"fieldname": "unit", "label": _("Unit"), "fieldtype": "Data", "width": 70},
			]
		columns += [
			{
				"fieldname": f"period_{position}",
				"label": self.labels[period],
				"fieldtype": "Float",
				"precision": 2,
				"width": 110,
			}
			for position, period in enumerate(self.periods)
		]
		if self.kpis:
			columns += [
				{
					"fieldname": "total",
					"label": _("Value over All Periods"),
					"fieldtype": "Float",
					"precision": 2,
					"width": 170,
				},
				{
					"fieldname": "sample_size",
					"label": _("Facts Counted"),
					"fieldtype": "Int",
					"width": 140,
				},
			]
		return columns

	def rows(self) -> list[dict[str, Any]]:
		rows = []
		units = self.units()
		for supplier, kpi in self.keys:
			cells = self.cells[(supplier, kpi)]
			row = {"supplier": supplier, "supplier_name": self.names[supplier]}
			for position, period in enumerate(self.periods):
				row[f"period_{position}"] = self.figure(cells.get(period))
			if self.kpis:
				row.update(kpi=kpi, unit=_(units[kpi] or ""), **self._totals(cells.values()))
			rows.append(row)
		for kpi in self._kpis_in_order():
			rows.append(self._total_row(kpi, units[kpi]))
		return rows

	def _totals(self, rows: Iterable[frappe._dict]) -> dict[str, Any]:
		"""Over periods that overlap nothing is added up: facts would count twice."""
		rows = list(rows)
		return {
			"total": None if self.overlapping else self.total(rows),
			"sample_size": None
			if self.overlapping
			else sum(row.sample_size for row in rows if row.has_value),
		}

	def _kpis_in_order(self) -> list[str]:
		return sorted({kpi for _supplier, kpi in self.keys if kpi})

	def _total_row(self, kpi: str, unit: str) -> dict[str, Any]:
		every = [cells for (_supplier, name), cells in self.cells.items() if name == kpi]
		row: dict[str, Any] = {
			"supplier": _("All suppliers"),
			"supplier_name": "",
			"kpi": kpi,
			"unit": _(unit or ""),
			"is_total": 1,
		}
		if not self.ratings:
			for position, period in enumerate(self.periods):
				row[f"period_{position}"] = self.total(cells[period] for cells in every if period in cells)
		row.update(self._totals(line for cells in every for line in cells.values()))
		return row

	def message(self) -> str | None:
		sentences = []
		if not self.kpis:
			sentences.append(_("These are total scores. Choose KPIs to see measured values or ratings."))
		else:
			sentences.append(
				_(
					"Totals are the sum of all numerators over the sum of all denominators, "
					"not a mean of the rates."
				)
			)
		if self.overlapping:
			sentences.append(
				_(
					"Some periods overlap, so there are no totals over all periods. "
					"Choose a template whose periods don't overlap."
				)
			)
		if not self._one_axis():
			sentences.append(
				_("Values of different units have no common chart: choose one KPI, or show ratings.")
			)
		elif len(self.keys) > LINES:
			sentences.append(
				_("The chart shows the {0} with the most results. Choose suppliers to see others.").format(
					LINES
				)
			)
		return " ".join(sentences)

	def _one_axis(self) -> bool:
		return not self.kpis or self.ratings or len(set(self.units().values())) == 1

	def chart(self) -> dict[str, Any] | None:
		"""Lines of the suppliers with the most results.

		Bars where one of them has a period without a result: a line would go through zero there.
		"""
		if not self._one_axis():
			return None
		keys = sorted(self.keys, key=self._results, reverse=True)[:LINES]
		several = len(self._kpis_in_order()) > 1
		datasets = []
		for supplier, kpi in keys:
			cells = self.cells[(supplier, kpi)]
			values = [self.figure(cells.get(period)) for period in self.periods]
			if any(value is not None for value in values):
				name = f"{self.names[supplier]}, {_(kpi)}" if several else self.names[supplier]
				datasets.append({"name": name, "values": values})
		if not datasets:
			return None
		complete = all(value is not None for dataset in datasets for value in dataset["values"])
		return {
			"data": {"labels": [self.labels[period] for period in self.periods], "datasets": datasets},
			"type": "line" if complete and len(self.periods) > 1 else "bar",
			"colors": LINE_COLORS[: len(datasets)],
			"fieldtype": "Float",
		}

	def _results(self, key: tuple[str, str]) -> tuple[int, int]:
		rows = self.cells[key].values()
		return (
			sum(self.figure(row) is not None for row in rows),
			sum(row.sample_size or 0 for row in rows) if self.kpis else 0,
		)

	def summary(self) -> list[dict[str, Any]]:
		items = [
			{"label": _("Suppliers"), "value": len(self.names), "datatype": "Int"},
			{"label": _("Periods"), "value": len(self.periods), "datatype": "Int"},
		]
		units = self.units()
		for kpi in self._kpis_in_order():
			every = [
				row
				for (_supplier, name), cells in self.cells.items()
				if name == kpi
				for row in cells.values()
			]
			total = self._totals(every)["total"]
			if total is not None:
				items.append(
					{
						"label": _("{0}, all suppliers ({1})").format(_(kpi), _(units[kpi] or "")),
						"value": two_decimals(total),
						"datatype": "Data",
					}
				)
		return items


def overlap(periods: Iterable[Period]) -> bool:
	"""Whether any two of the periods share a day."""
	ordered = sorted(periods)
	return any(later[0] <= earlier[1] for earlier, later in pairwise(ordered))
