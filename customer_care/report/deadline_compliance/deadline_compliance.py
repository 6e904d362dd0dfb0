"""Deadline Compliance: which promises to customers were met, by tier, severity or handler, and month."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import frappe
from frappe import _

from partner_relations.customer_care.complaint_deadlines import PROMISES, Promise
from partner_relations.customer_care.complaint_steps import COMPLAINT, SEVERITIES
from partner_relations.customer_care.report.complaints import (
	COLORS,
	Row,
	behind,
	by_label,
	cards,
	column,
	is_open,
	month_label,
	month_of,
	months_of,
	not_said,
	nothing_received,
	of_month,
	read_complaints,
	share,
	titles,
)
from partner_relations.customer_care.tiers import tier_ranks

BY = {"Tier": "customer_tier", "Severity": "severity", "Handler": "handler"}
"""What complaints are grouped by, and the field."""

MET, MISSED, PENDING = "met", "missed", "pending"
PROMISE_OF = {promise.name: promise for promise in PROMISES}


def execute(filters: dict[str, Any] | None = None):
	"""Filters: company, from_date and to_date (of the receipt, at most 24 months), by (one of `BY`), deadline
	(Acknowledge, Respond or Resolve: the one of the columns by month; default Resolve), customer, category
	(with those below it), severity, customer_tier, handler, include_rejected.

	Returns columns, rows, message, chart, summary. A cell is the share met of those that were met or missed;
	a deadline that is still to come counts neither way. The last row is of all complaints.
	"""
	filters = frappe._dict(filters or {})
	filters.by = filters.by if filters.by in BY else "Tier"
	chosen = PROMISE_OF.get(filters.deadline) or PROMISES[-1]
	months = months_of(filters)
	complaints = read_complaints(filters, *BY.values(), *_fields())
	if not complaints:
		return columns(filters, chosen, months), [], nothing_received()
	return (
		columns(filters, chosen, months),
		table(filters, chosen, months, complaints),
		None,
		chart(complaints, months),
		summary(filters, complaints),
	)


def _fields() -> list[str]:
	return [field for promise in PROMISES for field in (promise.by, promise.kept, promise.missed)]


def outcome(complaint: Mapping[str, Any], promise: Promise) -> str | None:
	"""MET, MISSED or PENDING by what the complaint itself has stored; None if nothing was promised.

	A complaint that was rejected or closed in time needs no further answer: what was left of it is met.
	"""
	if not complaint[promise.by]:
		return None
	if complaint[promise.missed]:
		return MISSED
	return MET if complaint[promise.kept] or not is_open(complaint) else PENDING


def table(filters: frappe._dict, chosen: Promise, months: list[date], complaints: list[Row]) -> list[Row]:
	"""A row per tier, severity or handler, in their order, and one of all."""
	field = BY[filters.by]
	groups: dict[str | None, list[Row]] = defaultdict(list)
	for complaint in complaints:
		groups[complaint[field] or None].append(complaint)
	names = titles("User", groups, "full_name") if filters.by == "Handler" else {}
	ordered = sorted(groups, key=_order(filters.by, names))
	rows = []
	for name in ordered:
		shown = names.get(name) or (_(name, context=COMPLAINT) if name and filters.by == "Severity" else name)
		row = _row(filters, chosen, months, groups[name], {field: name})
		rows.append(row.update({"group": shown or not_said()}))
	total = _row(filters, chosen, months, complaints, {})
	return [*rows, total.update({"group": _("All complaints"), "is_total": 1})]


def _order(by: str, names: Mapping[str, str]):
	"""The best tier, the gravest severity, the first handler comes first; what isn't said last."""
	if by == "Tier":
		places = {tier: place for place, tier in enumerate(tier_ranks())}
		return lambda name: (name is None, places.get(name, len(places)), name or "")
	if by == "Severity":
		return lambda name: -SEVERITIES.index(name) if name in SEVERITIES else 1
	return lambda name: (name is None, (names.get(name) or name or "").lower())


def _row(
	filters: frappe._dict, chosen: Promise, months: list[date], members: list[Row], group: dict[str, Any]
) -> Row:
	row = Row(
		complaints=len(members),
		behind=behind(filters, **group),
	)
	by_month: dict[date, list[Row]] = defaultdict(list)
	for complaint in members:
		by_month[month_of(complaint.received_on)].append(complaint)
	for promise in PROMISES:
		_cell(row, promise.key, promise, members, behind(filters, **group, **{promise.missed: 1}))
	for month in months:
		list_of = behind(filters, **group, received_on=of_month(filters, month))
		_cell(row, fieldname(month), chosen, by_month[month], list_of)
	return row


def _cell(row: Row, name: str, promise: Promise, members: Iterable[Row], list_of: dict[str, str]) -> None:
	"""The share met, what it is made of, and the list of complaints behind it."""
	counts = Counter(outcome(complaint, promise) for complaint in members)
	judged = counts[MET] + counts[MISSED]
	row.update(
		{
			name: share(counts[MET], judged),
			f"{name}_met": counts[MET],
			f"{name}_judged": judged,
			f"{name}_pending": counts[PENDING],
			f"{name}_behind": list_of,
		}
	)


def fieldname(month: date) -> str:
	return f"m{month.year}_{month.month:02}"


def labels() -> dict[str, str]:
	"""What was done in time, by the key of the promise."""
	return {
		"acknowledge": _("Acknowledged in Time"),
		"respond": _("Answered in Time"),
		"resolve": _("Resolved in Time"),
	}


def columns(filters: frappe._dict, chosen: Promise, months: list[date]) -> list[dict[str, Any]]:
	return [
		column("group", by_label(filters.by), "Data", 170),
		column("complaints", _("Complaints"), "Int", 105),
		*(column(key, label, "Percent", 165, precision=1) for key, label in labels().items()),
		*(column(fieldname(month), month_label(month), "Percent", 82, precision=0) for month in months),
	]


def chart(complaints: list[Row], months: list[date]) -> dict[str, Any] | None:
	"""The share of each promise that was met, by month of receipt; months not judged yet are left out."""
	counts: Counter = Counter()
	for complaint in complaints:
		month = month_of(complaint.received_on)
		for promise in PROMISES:
			counts[(promise.key, month, outcome(complaint, promise))] += 1
	shown = [
		month
		for month in months
		if all(
			counts[(promise.key, month, MET)] + counts[(promise.key, month, MISSED)] for promise in PROMISES
		)
	]
	if not shown:
		return None
	return {
		"data": {
			"labels": [month_label(month) for month in shown],
			"datasets": [
				{"name": label, "values": [_met(counts, key, month) for month in shown]}
				for key, label in labels().items()
			],
		},
		"type": "line" if len(shown) > 1 else "bar",
		"colors": [COLORS["cyan"], COLORS["blue"], COLORS["green"]],
		"fieldtype": "Percent",
		"title": _("Met in time, by month of receipt"),
	}


def _met(counts: Counter, key: str, month: date) -> float:
	met, missed = counts[(key, month, MET)], counts[(key, month, MISSED)]
	return round(100 * met / (met + missed), 2)


def summary(filters: frappe._dict, complaints: list[Row]) -> list[dict[str, Any]]:
	"""How many complaints, and per promise the share met of those judged."""
	items: list[dict[str, Any]] = [{"label": _("Complaints"), "value": len(complaints)}]
	for promise in PROMISES:
		counts = Counter(outcome(complaint, promise) for complaint in complaints)
		judged = counts[MET] + counts[MISSED]
		items.append(
			{
				"label": labels()[promise.key],
				"value": f"{100 * counts[MET] / judged:.1f} %" if judged else "–",
				"indicator": "Red" if counts[MISSED] else "Green",
			}
		)
	pending = sum(
		any(outcome(complaint, promise) == PENDING for promise in PROMISES) for complaint in complaints
	)
	items.append({"label": _("Still Running"), "value": pending})
	return cards(items)
