"""Tier Distribution and Migration: who was in which tier when a period began, and where it ended."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.utils import add_days, escape_html, getdate

from partner_relations.common.reports import check_period
from partner_relations.customer_care.report.display import COLORS, tier_colors, visible_customers
from partner_relations.customer_care.tiers import CHANGE, TIER, direction

START_COLOR, END_COLOR = COLORS["gray"], COLORS["blue"]


def execute(filters: dict[str, Any] | None = None):
	"""Filters: from_date, to_date, customer_group and territory (with those below them), account_manager.

	Returns columns, rows, message, chart, summary. A row per tier at the beginning of from_date (and one for
	customers that had none), a column per tier at the end of to_date.
	"""
	filters = frappe._dict(filters or {})
	if not (filters.from_date and filters.to_date):
		frappe.throw(_("Choose both dates of the period in which customers move."))
	check_period(getdate(filters.from_date), getdate(filters.to_date))
	filters.pop("customer_tier", None)
	customers = visible_customers(filters, ("creation",))
	moves = migrations(customers, filters)
	tiers = list(tier_colors())
	if None in {tier for pair in moves for tier in pair}:
		tiers.append(None)
	if not moves:
		return columns(tiers), [], _("There are no customers for these filters.")
	ends = [tier for tier in tiers if tier or any(after is None for _before, after in moves)]
	rows = matrix(moves, tiers, ends)
	return columns(ends), rows, without_manager(customers), chart(moves, tiers), summary(moves, customers)


def migrations(customers: dict[str, Any], filters: frappe._dict) -> Counter:
	"""How many customers went from tier to tier: {(at the start, at the end): count}; None is no tier.

	Read backwards from the tier of today: the first move on or after a day came from the tier of that day.
	"""
	start, after = getdate(filters.from_date), getdate(add_days(filters.to_date, 1))
	first_since: dict[str, str | None] = {}
	first_after: dict[str, str | None] = {}
	for row in frappe.get_list(
		CHANGE,
		filters={"changed_on": (">=", start)},
		fields=["customer", "from_tier", "changed_on"],
		order_by="changed_on asc, name asc",
		limit_page_length=0,
	):
		first_since.setdefault(row.customer, row.from_tier)
		if getdate(row.changed_on) >= after:
			first_after.setdefault(row.customer, row.from_tier)
	counts: Counter = Counter()
	for name, customer in customers.items():
		if getdate(customer.creation) >= after:
			continue  # was not there yet
		now = customer.customer_tier
		counts[(first_since.get(name, now) or None, first_after.get(name, now) or None)] += 1
	return counts


def columns(tiers: list[str | None]) -> list[dict[str, Any]]:
	return [
		{"fieldname": "from_tier", "label": _("From"), "fieldtype": "Data", "width": 190},
		*(
			{
				"fieldname": f"to_{position}",
				"label": _("To {0}", context="Customer Tier Change").format(_name(tier)),
				"fieldtype": "Int",
				"width": 130,
			}
			for position, tier in enumerate(tiers)
		),
		{"fieldname": "total", "label": _("At the Start"), "fieldtype": "Int", "width": 130},
	]


def matrix(moves: Counter, tiers: list[str | None], ends: list[str | None]) -> list[dict[str, Any]]:
	"""A row per tier at the start with a count for each of `ends`, and the totals at the end.

	`from_value`, `tiers` (of the rows) and `ends` (of the columns) are for the colours.
	"""
	rows = []
	for tier in tiers:
		counts = [moves[(tier, to)] for to in ends]
		rows.append({"from_tier": _name(tier), "from_value": tier, **_cells(counts), "total": sum(counts)})
	totals = [sum(moves[(tier, to)] for tier in tiers) for to in ends]
	rows.append({"from_tier": _("At the End"), "is_total": 1, **_cells(totals), "total": sum(moves.values())})
	for row in rows:
		row["tiers"], row["ends"] = tiers, ends
	return rows


def _cells(counts: list[int]) -> dict[str, int]:
	return {f"to_{position}": count for position, count in enumerate(counts)}


def _name(tier: str | None) -> str:
	return tier or _("No tier")


def chart(moves: Counter, tiers: list[str | None]) -> dict[str, Any]:
	"""The distribution at the start beside that at the end."""
	at_start, at_end = Counter(), Counter()
	for (before, after), count in moves.items():
		at_start[before] += count
		at_end[after] += count
	return {
		"data": {
			"labels": [_name(tier) for tier in tiers],
			"datasets": [
				{"name": _("At the Start"), "values": [at_start[tier] for tier in tiers]},
				{"name": _("At the End"), "values": [at_end[tier] for tier in tiers]},
			],
		},
		"type": "bar",
		"colors": [START_COLOR, END_COLOR],
		"fieldtype": "Int",
		"title": _("Customers by tier"),
	}


def summary(moves: Counter, customers: dict[str, Any]) -> list[dict[str, Any]]:
	"""How many moved up, down, and into their first tier; and whose tier is set by hand now."""
	ranks = {tier: position for position, tier in enumerate(tier_colors())}
	directions: Counter = Counter()
	for (before, after), count in moves.items():
		directions[direction(before, after, ranks)] += count
	overrides = len(
		set(
			frappe.get_list(
				CHANGE,
				filters={"source": "Override", "ended_on": ("is", "not set")},
				pluck="customer",
				limit_page_length=0,
			)
		)
		& set(customers)
	)
	return [
		{
			"label": _("Customers", context="Customer Tiering Run"),
			"value": sum(moves.values()),
			"datatype": "Int",
		},
		{"label": _("Moved Up"), "value": directions["Up"], "datatype": "Int", "indicator": "Green"},
		{
			"label": _("Moved Down"),
			"value": directions["Down"],
			"datatype": "Int",
			"indicator": "Red" if directions["Down"] else "Green",
		},
		{"label": _("First Tier"), "value": directions["New"], "datatype": "Int"},
		{"label": _("Set by Hand Now"), "value": overrides, "datatype": "Int"},
	]


def without_manager(customers: dict[str, Any]) -> str | None:
	"""Customers whose tier needs an account manager and that have none, with a link to the list of them."""
	needing = frappe.get_all(TIER, {"needs_account_manager": 1}, pluck="name")
	count = sum(
		customer.customer_tier in needing and not customer.account_manager and not customer.disabled
		for customer in customers.values()
	)
	if not count:
		return None
	query = urlencode(
		{
			"customer_tier": frappe.as_json(["in", needing], indent=None),
			"account_manager": frappe.as_json(["is", "not set"], indent=None),
			"disabled": 0,
		}
	)
	sentence = _("Customers whose tier needs an account manager and that have none: {0}.").format(count)
	return f'{sentence} <a href="/app/customer?{escape_html(query)}">{_("Show them")}</a>'
