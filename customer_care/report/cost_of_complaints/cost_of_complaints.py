"""Cost of Complaints: what customers got for their complaints, from ERPNext's documents made for them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.utils import fmt_money

from partner_relations.common.reports import visible_names
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
	main_categories,
	money_column,
	month_label,
	month_of,
	months_of,
	not_said,
	of_month,
	read_complaints,
	share,
	titles,
	total_label,
)
from partner_relations.customer_care.resolutions import APPROVED, AWAITING, KINDS, MADE, RESOLUTION

KIND, CATEGORY, MAIN_CATEGORY = "Kind", "Category", "Main Category"
CUSTOMER, SUPPLIER, MONTH, DOCUMENT = "Customer", "Supplier", "Month", "Document"
BY = (KIND, CATEGORY, MAIN_CATEGORY, CUSTOMER, SUPPLIER, MONTH, DOCUMENT)
DOCTYPES = {
	CATEGORY: "Complaint Category",
	MAIN_CATEGORY: "Complaint Category",
	CUSTOMER: "Customer",
	SUPPLIER: "Supplier",
}
TITLES = {CUSTOMER: "customer_name", SUPPLIER: "supplier_name"}
TO_COME = (APPROVED, MADE)
"""Resolutions that are granted and not submitted yet: they will cost what they are worth."""

OF_RESOLUTION = ("kind", "status", "amount", "cost", "document_type", "document_name", "note")


def execute(filters: dict[str, Any] | None = None):
	"""Filters: company, from_date and to_date (of the complaint's receipt, at most 24 months), by (one of
	`BY`), kind, customer, category (with those below it), severity, supplier, include_rejected.

	Returns columns, rows, message, chart, summary. The last row adds up. What is granted and not submitted in
	ERPNext yet is to come; it costs nothing before.
	"""
	filters = frappe._dict(filters or {})
	company_of(filters)
	months = months_of(filters)
	by = filters.by if filters.by in BY else KIND
	rows = resolutions(filters, by)
	if not rows:
		return columns(by), [], _("No complaint of this period has led to a resolution yet.")
	found = documents(filters, rows) if by == DOCUMENT else grouped(filters, by, rows)
	total = _row(filters, rows).update({"group": total_label(), "is_total": 1, "share": 100.0})
	total.complaint = total.group
	return (
		columns(by),
		[*found, total],
		_("Only complaints for which a supplier is responsible are shown.") if by == SUPPLIER else None,
		chart(filters, by, found, rows, months),
		summary(filters, rows),
	)


def resolutions(filters: frappe._dict, by: str) -> list[Row]:
	"""Each resolution of the complaints asked for, with what the complaint says."""
	rows = read_complaints(
		filters,
		"category",
		"supplier",
		"responsibility",
		"customer_name",
		*(f"resolutions.{field} as resolution_{field}" for field in OF_RESOLUTION),
	)
	kinds = (filters.kind,) if filters.kind else KINDS
	rows = [row for row in rows if row.resolution_kind in kinds]
	if by == SUPPLIER:
		rows = [row for row in rows if row.responsibility == SUPPLIER]
	suppliers = visible_names(SUPPLIER, (row.supplier for row in rows if row.supplier))
	for row in rows:
		row.cost = _decimal(row.resolution_cost)
		row.amount = _decimal(row.resolution_amount)
		row.to_come = row.amount if row.resolution_status in TO_COME else Decimal(0)
		row.awaiting = row.amount if row.resolution_status == AWAITING else Decimal(0)
	return [row for row in rows if by != SUPPLIER or not row.supplier or row.supplier in suppliers]


def _decimal(number: float | None) -> Decimal:
	return Decimal(str(number or 0))


def grouped(filters: frappe._dict, by: str, rows: list[Row]) -> list[Row]:
	"""A row per group: the dearest first, months in their order; what isn't said last."""
	topmost = main_categories({row.category for row in rows}) if by == MAIN_CATEGORY else {}
	members: dict[Any, list[Row]] = defaultdict(list)
	for row in rows:
		members[_group(by, row, topmost)].append(row)
	names = titles(DOCTYPES[by], members, TITLES[by]) if by in TITLES else {}
	whole = sum(row.cost for row in rows)
	found = []
	for name, own in members.items():
		row = _row(filters, own, **_narrower(filters, by, name))
		row.group, row.title = _label(by, name), names.get(name) or _label(by, name)
		row.group_doctype = DOCTYPES.get(by) if name else None
		row.share = _percent(row.cost, whole)
		row.order = name
		found.append(row)
	if by == MONTH:
		found.sort(key=lambda row: row.order)
	else:
		found.sort(key=lambda row: (row.order is None, -row.cost, -row.to_come, row.group))
	for row in found:
		del row["order"]
	return found


def _group(by: str, row: Row, topmost: dict[str, str]) -> Any:
	if by == MONTH:
		return month_of(row.received_on)
	found = {
		KIND: row.resolution_kind,
		CATEGORY: row.category,
		MAIN_CATEGORY: topmost.get(row.category),
		CUSTOMER: row.customer,
		SUPPLIER: row.supplier,
	}
	return found[by] or None


def _label(by: str, name: Any) -> str:
	if not name:
		return not_said()
	if by == MONTH:
		return month_label(name)
	return _(name, context=RESOLUTION) if by == KIND else name


def _narrower(filters: frappe._dict, by: str, name: Any) -> dict[str, Any]:
	"""The filter on complaints that are in a group."""
	if by == KIND:
		return {"Customer Complaint Resolution.kind": name}
	if by == MONTH:
		return {"received_on": of_month(filters, name)}
	if by == MAIN_CATEGORY and name:
		return {"category": ("descendants of (inclusive)", name)}
	if by == SUPPLIER:
		return {"supplier": name, "responsibility": SUPPLIER}
	return {{CATEGORY: "category", MAIN_CATEGORY: "category", CUSTOMER: "customer"}[by]: name}


def _row(filters: frappe._dict, members: Iterable[Row], **narrower: Any) -> Row:
	"""What resolutions add up to. The list behind it is that of complaints that have any."""
	members = list(members)
	complaints = len({row.name for row in members})
	cost = sum(row.cost for row in members)
	if filters.get("kind"):
		narrower = {"Customer Complaint Resolution.kind": filters.kind, **narrower}
	return Row(
		complaints=complaints,
		resolutions=len(members),
		cost=float(cost),
		to_come=float(sum(row.to_come for row in members)),
		awaiting=float(sum(row.awaiting for row in members)),
		each=float(cost / complaints) if complaints else None,
		currency=currency_of(filters.company),
		behind=behind(filters, **{"Customer Complaint Resolution.kind": ("is", "set"), **narrower}),
	)


def documents(filters: frappe._dict, rows: list[Row]) -> list[Row]:
	"""Each resolution with the document that was made for it, the newest complaint first."""
	whole = sum(row.cost for row in rows)
	return [
		Row(
			complaint=row.name,
			received_on=row.received_on,
			customer=row.customer,
			customer_name=row.customer_name,
			kind=row.resolution_kind,
			status=row.resolution_status,
			document_type=row.resolution_document_type,
			document=row.resolution_document_name,
			note=row.resolution_note,
			cost=float(row.cost),
			to_come=float(row.to_come),
			awaiting=float(row.awaiting),
			share=_percent(float(row.cost), whole),
			currency=currency_of(filters.company),
		)
		for row in reversed(rows)
	]


def _percent(cost: float, whole: Decimal) -> float | None:
	return share(cost, float(whole))


def columns(by: str) -> list[dict[str, Any]]:
	money = [
		money_column("cost", _("Cost")),
		money_column("to_come", _("To Come"), 130),
		money_column("awaiting", _("Awaiting Approval"), 150),
	]
	if by == DOCUMENT:
		return [
			column("complaint", _("Complaint", context="Customer Complaint"), "Data", 160),
			column("received_on", _("Received On", context="Customer Complaint"), "Date", 115),
			column("customer", _("Customer"), "Data", 150),
			column("customer_name", _("Customer Name"), "Data", 170),
			column("kind", _("Kind", context="Customer Complaint"), "Data", 150),
			column("status", _("Status"), "Data", 140),
			column(
				"document",
				_("Document", context="Customer Complaint"),
				"Dynamic Link",
				170,
				options="document_type",
			),
			*money,
			column("note", _("Note", context="Customer Complaint"), "Data", 200),
		]
	return [
		column("group", by_label(by), "Data", 200),
		*([column("title", _("Name"), "Data", 190)] if by in TITLES else []),
		column("complaints", _("Complaints"), "Int", 110),
		column("resolutions", _("Resolutions", context="Customer Complaint"), "Int", 115),
		*money,
		column("share", _("Share", context="Customer Complaint"), "Percent", 90, precision=1),
		money_column("each", _("Per Complaint"), 130),
	]


def chart(
	filters: frappe._dict, by: str, found: list[Row], rows: list[Row], months: list[date]
) -> dict[str, Any] | None:
	"""By kind, month and document the cost by month, stacked by kind; of other groups the dearest as bars."""
	if not any(row.cost for row in rows):
		return None
	base = {
		"type": "bar",
		"fieldtype": "Currency",
		"options": "currency",
		"currency": currency_of(filters.company),
	}
	if by not in (KIND, MONTH, DOCUMENT):
		shown = [row for row in found if row.cost][:BARS]
		data = {
			"labels": [row.title or row.group for row in shown],
			"datasets": [{"name": _("Cost"), "values": [row.cost for row in shown]}],
		}
		return {**base, "data": data, "colors": [COLORS["red"]], "title": _("Cost")}
	totals: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
	for row in rows:
		totals[(row.resolution_kind, month_of(row.received_on))] += row.cost
	kinds = [kind for kind in KINDS if any(totals.get((kind, month)) for month in months)]
	data = {
		"labels": [month_label(month) for month in months],
		"datasets": [
			{
				"name": _(kind, context=RESOLUTION),
				"values": [float(totals.get((kind, month), 0)) for month in months],
			}
			for kind in kinds
		],
	}
	colors = dict(zip(KINDS, COLORS.values(), strict=False))
	return {
		**base,
		"data": data,
		"colors": [colors[kind] for kind in kinds],
		"barOptions": {"stacked": 1, "spaceRatio": 0.4},
		"title": _("Cost by month of the complaint's receipt and kind"),
	}


def summary(filters: frappe._dict, rows: list[Row]) -> list[dict[str, Any]]:
	"""What it cost, what is to come, what awaits an approval, and what a complaint cost."""
	total = _row(filters, rows)

	def money(amount: float) -> str:
		return fmt_money(amount, currency=total.currency)

	return cards(
		[
			{"label": _("Complaints"), "value": total.complaints},
			{"label": _("Cost"), "value": money(total.cost), "indicator": "Red" if total.cost else "Green"},
			{"label": _("To Come"), "value": money(total.to_come)},
			{
				"label": _("Awaiting Approval"),
				"value": money(total.awaiting),
				"indicator": "Orange" if total.awaiting else "Green",
			},
			{"label": _("Per Complaint"), "value": money(total.each or 0)},
		]
	)
