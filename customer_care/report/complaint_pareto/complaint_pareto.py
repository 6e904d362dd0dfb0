"""Complaint Pareto: the few categories, items, causes or suppliers behind most complaints or their cost."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import frappe
from frappe import _

from partner_relations.common.reports import two_decimals, visible_names
from partner_relations.customer_care.report.complaints import (
	BARS,
	COLORS,
	Row,
	behind,
	by_label,
	cards,
	column,
	company_of,
	currency_of,
	is_open,
	main_categories,
	money_column,
	not_said,
	nothing_received,
	read_complaints,
	share,
	titles,
	total_label,
)

CATEGORY, MAIN_CATEGORY, ITEM, CAUSE, SUPPLIER = "Category", "Main Category", "Item", "Cause", "Supplier"
FIELDS = {
	CATEGORY: "category",
	MAIN_CATEGORY: "category",
	ITEM: "items.item_code as item_code",
	CAUSE: "cause",
	SUPPLIER: "supplier",
}
"""What is read of a complaint to group it by."""
DOCTYPES = {
	CATEGORY: "Complaint Category",
	MAIN_CATEGORY: "Complaint Category",
	ITEM: "Item",
	CAUSE: "Complaint Cause",
	SUPPLIER: "Supplier",
}
BY_COST = "Cost"
VITAL = 80
"""Percent: the groups that make up so much of all are the vital few."""


@dataclass
class Group:
	"""What is counted of the complaints of one bar. Cost is exact, in the company's currency."""

	name: str | None
	complaints: int = 0
	open: int = 0
	cost: Decimal = field(default_factory=Decimal)


def execute(filters: dict[str, Any] | None = None):
	"""Filters: company, from_date and to_date (of the receipt), by (one of `FIELDS`), basis ("Complaints" or
	"Cost"), customer, category (with those below it), severity, include_rejected.

	Returns columns, rows, message, chart, summary. The last row adds up. A complaint about several items
	counts for each of them, with an equal part of its cost; by supplier those count for which one is
	responsible.
	"""
	filters = frappe._dict(filters or {})
	company_of(filters)
	by = filters.by if filters.by in FIELDS else CATEGORY
	complaints = read_complaints(filters, *fields_of(by))
	groups = grouped(by, complaints)
	if not groups:
		return columns(by), [], nothing_received()
	rows = pareto(filters, by, groups)
	distinct = {row.name: row for row in complaints}.values()
	return (
		columns(by),
		[*rows, total_row(filters, groups, distinct)],
		message(by, groups, distinct),
		chart(filters, rows),
		summary(filters, rows, distinct),
	)


def fields_of(by: str) -> list[str]:
	return ["resolution_cost", "responsibility", FIELDS[by]]


def grouped(by: str, complaints: Iterable[Row]) -> list[Group]:
	"""The complaints by what they are grouped by; those that don't say are a group without a name."""
	names = names_of(by, complaints)
	groups: dict[str | None, Group] = {}
	for complaint, own in names:
		part = Decimal(str(complaint.resolution_cost or 0)) / len(own)
		for name in own:
			group = groups.setdefault(name, Group(name))
			group.complaints += 1
			group.open += is_open(complaint)
			group.cost += part
	return list(groups.values())


def names_of(by: str, complaints: Iterable[Row]) -> list[tuple[Row, list[str | None]]]:
	"""Each complaint with the names of the groups that it belongs to; at least one, which may be None."""
	if by == SUPPLIER:
		attributed = [row for row in complaints if row.responsibility == SUPPLIER]
		visible = visible_names(SUPPLIER, (row.supplier for row in attributed if row.supplier))
		return [(row, [row.supplier]) for row in attributed if not row.supplier or row.supplier in visible]
	if by == ITEM:
		items: dict[str, tuple[Row, dict[str | None, None]]] = {}
		for row in complaints:
			items.setdefault(row.name, (row, {}))[1][row.item_code or None] = None
		return [(row, [name for name in own if name] or [None]) for row, own in items.values()]
	if by == MAIN_CATEGORY:
		topmost = main_categories({row.category for row in complaints})
		return [(row, [topmost.get(row.category)]) for row in complaints]
	return [(row, [row[FIELDS[by]] or None]) for row in complaints]


def pareto(filters: frappe._dict, by: str, groups: list[Group]) -> list[Row]:
	"""A row per group, the greatest first, with its share of all and that of all up to it, in percent.

	What nothing is said about comes last, however much it is.
	"""
	measure = _measure(filters)
	ordered = sorted(groups, key=lambda group: (group.name is None, -measure(group), group.name or ""))
	whole = sum(measure(group) for group in groups)
	names = titles(ITEM, [group.name for group in groups], "item_name") if by == ITEM else {}
	names |= titles(SUPPLIER, [group.name for group in groups], "supplier_name") if by == SUPPLIER else {}
	rows, so_far = [], Decimal(0)
	for group in ordered:
		so_far += measure(group)
		rows.append(
			Row(
				group=group.name or not_said(),
				title=names.get(group.name) or group.name,
				group_doctype=DOCTYPES[by] if group.name else None,
				complaints=group.complaints,
				open=group.open,
				cost=float(group.cost),
				currency=currency_of(filters.company),
				share=_percent(measure(group), whole),
				cumulative=_percent(so_far, whole),
				behind=behind(filters, **_narrower(by, group.name)),
			)
		)
	return rows


def _measure(filters: frappe._dict):
	if filters.basis == BY_COST:
		return lambda group: group.cost
	return lambda group: Decimal(group.complaints)


def _percent(part: Decimal, whole: Decimal) -> float | None:
	found = share(part, whole)
	return None if found is None else float(found)


def _narrower(by: str, name: str | None) -> dict[str, Any]:
	"""The filter on complaints that are in a group."""
	if by == ITEM:
		return {"Customer Complaint Item.item_code": name}
	if by == MAIN_CATEGORY and name:
		return {"category": ("descendants of (inclusive)", name)}
	if by == SUPPLIER:
		return {"supplier": name, "responsibility": SUPPLIER}
	return {FIELDS[by]: name}


def total_row(filters: frappe._dict, groups: list[Group], complaints: Iterable[Row]) -> Row:
	"""What the groups add up to. Complaints that count for several groups count for each."""
	return Row(
		group=total_label(),
		is_total=1,
		complaints=sum(group.complaints for group in groups),
		open=sum(group.open for group in groups),
		cost=float(sum(group.cost for group in groups)),
		currency=currency_of(filters.company),
		share=100.0 if any(_measure(filters)(group) for group in groups) else None,
		cumulative=None,
		behind=None,
	)


def columns(by: str) -> list[dict[str, Any]]:
	titled = by in (ITEM, SUPPLIER)
	return [
		column("group", by_label(by), "Data", 220),
		*([column("title", _("Name"), "Data", 200)] if titled else []),
		column("complaints", _("Complaints"), "Int", 110),
		column("open", _("Open", context="Customer Complaint"), "Int", 90),
		money_column("cost", _("Cost")),
		column("share", _("Share", context="Customer Complaint"), "Percent", 100, precision=1),
		column("cumulative", _("Cumulative Share"), "Percent", 150, precision=1),
	]


def chart(filters: frappe._dict, rows: list[Row]) -> dict[str, Any] | None:
	"""Bars of the shares under the line of the cumulative share: both in percent, as they share an axis."""
	shown = [row for row in rows if row.share is not None][:BARS]
	if not shown:
		return None
	basis = _("Share of the cost") if filters.basis == BY_COST else _("Share of the complaints")
	return {
		"data": {
			"labels": [row.title or row.group for row in shown],
			"datasets": [
				{"name": basis, "chartType": "bar", "values": [round(row.share, 2) for row in shown]},
				{
					"name": _("Cumulative Share"),
					"chartType": "line",
					"values": [round(row.cumulative, 2) for row in shown],
				},
			],
		},
		"type": "axis-mixed",
		"colors": [COLORS["blue"], COLORS["orange"]],
		"fieldtype": "Percent",
		"title": basis,
	}


def summary(filters: frappe._dict, rows: list[Row], complaints: Iterable[Row]) -> list[dict[str, Any]]:
	"""How many complaints, what they cost, and how few groups are behind most of it."""
	measured = [row for row in rows if row.share]
	vital = next(
		(number for number, row in enumerate(measured, 1) if row.cumulative >= VITAL - 1e-9), len(measured)
	)
	cost = sum(Decimal(str(row.resolution_cost or 0)) for row in complaints)
	return cards(
		[
			{"label": _("Complaints"), "value": len(list(complaints))},
			{
				"label": _("Cost"),
				"value": f"{two_decimals(float(cost))} {currency_of(filters.company)}",
			},
			{
				"label": _("Behind {0} % of It").format(VITAL),
				"value": _("{0} of {1}").format(vital, len(measured)) if measured else "–",
			},
		]
	)


def message(by: str, groups: list[Group], complaints: Iterable[Row]) -> str | None:
	counted = sum(group.complaints for group in groups)
	if by == ITEM and counted > len(list(complaints)):
		return _(
			"A complaint about several items counts for each of them, with an equal part of its cost. "
			"So the numbers of complaints add up to more than there are."
		)
	if by == SUPPLIER:
		return _("Only complaints for which a supplier is responsible are shown.")
	return None
