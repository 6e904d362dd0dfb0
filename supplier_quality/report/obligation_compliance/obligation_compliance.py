"""Obligation Compliance: which promises were kept, by partner and month, as a heat map."""

from collections import Counter, defaultdict
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import format_date, getdate

from partner_relations.common.reports import check_period
from partner_relations.supplier_quality.breaches import BREACH, OPEN
from partner_relations.supplier_quality.compliance import RESULT
from partner_relations.supplier_quality.contract_obligations import PARTNER
from partner_relations.supplier_quality.rating.periods import add_months
from partner_relations.supplier_quality.report.display import GRADE_COLORS, groups_within, supplier_groups

KEPT, BREACHED = "Kept", "Breached"
MOST_MONTHS = 24
"""More columns than that show nothing at a glance."""


def execute(filters: dict[str, Any] | None = None):
	"""Filters: company, from_date and to_date (windows that end in between, at most 24 months),
	party_type, supplier_group (with those below it), party, contract, kpi, owed_by (default: the partner, for
	what we ourselves did not keep says nothing about the partner).

	Returns columns, rows, message, chart, summary. A row has a cell per month with the windows kept and
	judged; what could not be measured counts neither way.
	"""
	filters = frappe._dict(filters or {})
	months = months_of(filters)
	results = judged(filters, months)
	if not results:
		return columns(filters, months), [], empty_message()
	rows = heat_map(results, months)
	return columns(filters, months), rows, None, chart(results, months), summary(results, rows)


def months_of(filters: frappe._dict) -> list[date]:
	"""The first days of the months between the two dates."""
	if not (filters.from_date and filters.to_date):
		frappe.throw(_("Choose both dates: the windows that ended in between are shown."))
	first, last = getdate(filters.from_date), getdate(filters.to_date)
	check_period(first, last)
	months = [first.replace(day=1)]
	while (following := add_months(months[-1], 1)) <= last:
		months.append(following)
	if len(months) > MOST_MONTHS:
		frappe.throw(_("Choose at most {0} months.").format(MOST_MONTHS))
	return months


def judged(filters: frappe._dict, months: list[date]) -> list[frappe._dict]:
	"""The results that the user may see, of partners that the user may see."""
	conditions: dict[str, Any] = {
		"to_date": ("between", (getdate(filters.from_date), getdate(filters.to_date))),
		"owed_by": filters.owed_by or PARTNER,
	}
	for name in ("company", "party_type", "party", "contract", "kpi"):
		if filters.get(name):
			conditions[name] = filters[name]
	rows = frappe.get_list(
		RESULT,
		filters=conditions,
		fields=[
			"party_type",
			"party",
			"party_name",
			"company",
			"to_date",
			"outcome",
			"breach",
		],
		order_by="to_date asc",
		limit_page_length=0,
	)
	groups = supplier_groups(row.party for row in rows if row.party_type == "Supplier")
	rows = [row for row in rows if row.party_type != "Supplier" or row.party in groups]
	if filters.supplier_group:
		wanted = groups_within(filters.supplier_group)
		rows = [row for row in rows if groups.get(row.party) in wanted]
	statuses = breach_statuses([row.breach for row in rows if row.breach])
	for row in rows:
		row.month = row.to_date.replace(day=1)
		row.supplier_group = groups.get(row.party)
		row.breach_status = statuses.get(row.breach)
	return rows


def breach_statuses(names: list[str]) -> dict[str, str]:
	"""The statuses of breaches that the user may see."""
	if not names or not frappe.has_permission(BREACH, "read"):
		return {}
	rows = frappe.get_list(
		BREACH, filters={"name": ("in", names)}, fields=["name", "status"], limit_page_length=0
	)
	return {row.name: row.status for row in rows}


def heat_map(results: list[frappe._dict], months: list[date]) -> list[dict[str, Any]]:
	"""A row per partner and company, the worst first; in each month the share of windows kept, in percent."""
	by_party: dict[tuple, list[frappe._dict]] = defaultdict(list)
	for row in results:
		by_party[(row.party_type, row.party, row.company)].append(row)
	rows = []
	for (party_type, party, company), members in by_party.items():
		row: dict[str, Any] = {
			"party_type": party_type,
			"party": party,
			"party_name": members[0].party_name,
			"company": company,
			"supplier_group": members[0].supplier_group,
			"open_breaches": sum(member.breach_status in OPEN for member in members),
		}
		row.update(_share("all", members))
		for month in months:
			row.update(_share(fieldname(month), [member for member in members if member.month == month]))
		rows.append(row)
	rows.sort(key=lambda row: (row["all"] is None, row["all"] or 0, row["party_name"] or row["party"]))
	return rows


def _share(name: str, members: list[frappe._dict]) -> dict[str, Any]:
	outcomes = Counter(member.outcome for member in members)
	kept, count = outcomes[KEPT], outcomes[KEPT] + outcomes[BREACHED]
	return {
		name: 100 * kept / count if count else None,
		f"{name}_kept": kept,
		f"{name}_judged": count,
		f"{name}_unmeasured": len(members) - count,
	}


def fieldname(month: date) -> str:
	return f"m{month.year}_{month.month:02}"


def columns(filters: frappe._dict, months: list[date]) -> list[dict[str, Any]]:
	return [
		{
			"fieldname": "party",
			"label": _("Partner"),
			"fieldtype": "Dynamic Link",
			"options": "party_type",
			"width": 190,
		},
		{
			"fieldname": "company",
			"label": _("Company"),
			"fieldtype": "Link",
			"options": "Company",
			"width": 130,
			"hidden": int(bool(filters.company)),
		},
		{
			"fieldname": "all",
			"label": _("Kept", context="Contract Obligation Result"),
			"fieldtype": "Percent",
			"precision": 1,
			"width": 90,
		},
		{"fieldname": "open_breaches", "label": _("Open Breaches"), "fieldtype": "Int", "width": 135},
		*(
			{
				"fieldname": fieldname(month),
				"label": format_date(month, "MMM yy"),
				"fieldtype": "Percent",
				"precision": 0,
				"width": 82,
			}
			for month in months
		),
	]


def chart(results: list[frappe._dict], months: list[date]) -> dict[str, Any] | None:
	"""Stacked bars: windows kept and broken by month."""
	counts = Counter((row.month, row.outcome) for row in results)
	if not any(counts[(month, outcome)] for month in months for outcome in (KEPT, BREACHED)):
		return None
	return {
		"data": {
			"labels": [format_date(month, "MMM yy") for month in months],
			"datasets": [
				{
					"name": _(outcome, context="Contract Obligation Result"),
					"values": [counts[(month, outcome)] for month in months],
				}
				for outcome in (KEPT, BREACHED)
			],
		},
		"type": "bar",
		"colors": [GRADE_COLORS["green"], GRADE_COLORS["red"]],
		"barOptions": {"stacked": 1, "spaceRatio": 0.4},
		"fieldtype": "Int",
		"title": _("Windows kept and broken"),
	}


def summary(results: list[frappe._dict], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
	"""How many windows, how many kept, open breaches, and what could not be measured."""
	outcomes = Counter(row.outcome for row in results)
	count = outcomes[KEPT] + outcomes[BREACHED]
	open_ = sum(row["open_breaches"] for row in rows)
	share = f"{100 * outcomes[KEPT] / count:.1f} %" if count else "–"
	items = [
		{"label": _("Partners"), "value": len(rows)},
		{"label": _("Windows Judged"), "value": count},
		{
			"label": _("Kept", context="Contract Obligation Result"),
			"value": share,
			"indicator": "Orange" if outcomes[BREACHED] else "Green",
		},
		{
			"label": _("Broken"),
			"value": outcomes[BREACHED],
			"indicator": "Red" if outcomes[BREACHED] else "Green",
		},
		{"label": _("Open Breaches"), "value": open_, "indicator": "Orange" if open_ else "Green"},
	]
	unmeasured = len(results) - count
	if unmeasured:
		items.append({"label": _("Not Measured", context="Contract Obligation Result"), "value": unmeasured})
	return [{"datatype": "Data", **item} for item in items]


def empty_message() -> str:
	return _(
		"No obligation was judged in this period. Contracts in force are checked every day, "
		"when a window of one of their obligations has closed."
	)
