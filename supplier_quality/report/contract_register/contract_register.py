"""Contract Register: where contracts stand, how long until notice, and what became of their obligations."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, cint, flt, fmt_money, format_date, getdate, today
from pypika.functions import Max

from partner_relations.common.months import aggregated
from partner_relations.common.reports import as_list, check_period, visible_names
from partner_relations.supplier_quality import amendments
from partner_relations.supplier_quality.breaches import BREACH, OPEN
from partner_relations.supplier_quality.compliance import RESULT
from partner_relations.supplier_quality.contract_obligations import PARTNER
from partner_relations.supplier_quality.contract_steps import (
	AWAITING_APPROVAL,
	CANCELLED,
	CONTRACT,
	DRAFTING,
	EXPIRED,
	IN_FORCE,
	LEGAL_REVIEW,
	SETTINGS,
	SIGNING,
	TERMINATED,
)
from partner_relations.supplier_quality.contract_terms import days_to_notice
from partner_relations.supplier_quality.party_permissions import PARTY_TYPES
from partner_relations.supplier_quality.rating.periods import add_months
from partner_relations.supplier_quality.report.display import GRADE_COLORS

KEPT, BREACHED = "Kept", "Breached"
ORDER = (
	IN_FORCE,
	SIGNING,
	AWAITING_APPROVAL,
	LEGAL_REVIEW,
	DRAFTING,
	EXPIRED,
	TERMINATED,
	CANCELLED,
)
"""What runs comes first, then what is to run, then what is over."""

ENDED = (EXPIRED, TERMINATED, CANCELLED)
MONTHS = 12


def execute(filters: dict[str, Any] | None = None):
	"""Filters: company, party_type, party, life_cycle (one or several), contract_owner, within_days (in force
	and the notice due or the end within so many days), from_date and to_date (of the effective end).

	Returns columns, rows, message, chart, summary. Without a life cycle, cancelled contracts are left out.
	"""
	filters = frappe._dict(filters or {})
	soon = cint(filters.within_days) or cint(frappe.get_cached_doc(SETTINGS).reminder_days)
	rows = register(filters, soon)
	if not rows:
		return columns(rows), [], empty_message(filters)
	return columns(rows), rows, None, chart(rows), summary(rows, soon)


def register(filters: frappe._dict, soon: int) -> list[frappe._dict]:
	"""A row per contract that the user may see; as many queries for a thousand as for one.

	`days_to_notice` is None where no notice can be given, negative once its day has passed; `notice_soon`
	says that at most `soon` days are left. `value` is as amended, in the contract's currency; `company_value`
	at the newest exchange rate of the site, None without one. `obligations` counts those that hold today, or
	held on the last day. `judged` and `kept` count windows, `open_breaches` what the partner owes: None where
	the user may not read results or breaches.
	"""
	rows = contracts(filters)
	for row in rows:
		row.contract = row.name
		row.days_to_notice = days_to_notice(row)
		row.notice_soon = row.days_to_notice is not None and 0 <= row.days_to_notice <= soon
	if cint(filters.within_days) > 0:
		rows = [row for row in rows if row.notice_soon or _ends_within(row, cint(filters.within_days))]
	_add_values(rows)
	_add_obligations(rows)
	_add_missing_clauses(rows)
	rows.sort(key=_urgency)
	return rows


def contracts(filters: frappe._dict) -> list[frappe._dict]:
	"""The contracts that the user may see, with partners that the user may see. None of employees."""
	party_types = [name for name in PARTY_TYPES if filters.party_type in (None, "", name)]
	conditions: dict[str, Any] = {"party_type": ("in", party_types)}
	for field in ("company", "contract_owner"):
		if filters.get(field):
			conditions[field] = filters[field]
	if filters.party:
		conditions["party_name"] = filters.party
	if states := as_list(filters.life_cycle):
		conditions["life_cycle"] = ("in", states)
	else:
		conditions["docstatus"] = ("<", 2)
	from_date, to_date = (getdate(day) if day else None for day in (filters.from_date, filters.to_date))
	check_period(from_date, to_date)
	if from_date or to_date:
		conditions["effective_end_date"] = ("between", (from_date or "1900-01-01", to_date or "2999-12-31"))
	rows = frappe.get_list(
		CONTRACT,
		filters=conditions,
		fields=[
			"name",
			"party_type",
			"party_name as party",
			"party_full_name as party_title",
			"company",
			"contract_owner",
			"life_cycle",
			"start_date",
			"effective_end_date",
			"notice_by",
			"terminated_on",
			"auto_renew",
			"renewal_months",
			"currency",
			"effective_value",
			"missing_clauses",
			"clause_override_by",
		],
		order_by="name asc",
		limit_page_length=0,
	)
	for row in rows:
		row.life_cycle = row.life_cycle or DRAFTING
	return _of_visible_parties(rows)


def _of_visible_parties(rows: Sequence[frappe._dict]) -> list[frappe._dict]:
	"""Whoever may see, say, one group of suppliers only sees the contracts with those."""
	visible = {
		party_type: visible_names(party_type, [row.party for row in rows if row.party_type == party_type])
		for party_type in PARTY_TYPES
	}
	return [row for row in rows if row.party in visible[row.party_type]]


def _ends_within(row: frappe._dict, days: int) -> bool:
	if row.life_cycle != IN_FORCE or not row.effective_end_date:
		return False
	return getdate(today()) <= row.effective_end_date <= getdate(add_days(today(), days))


def _urgency(row: frappe._dict) -> tuple:
	place = ORDER.index(row.life_cycle) if row.life_cycle in ORDER else len(ORDER)
	return place, row.notice_by or date.max, row.name


# Values


def _add_values(rows: Iterable[frappe._dict]) -> None:
	rows = list(rows)
	for row in rows:
		own = frappe.get_cached_value("Company", row.company, "default_currency") if row.company else None
		row.company_currency = own or row.currency
		row.currency = row.currency or own
	rates = _rates(
		{(row.currency, row.company_currency) for row in rows if row.currency != row.company_currency}
	)
	for row in rows:
		row.value = flt(row.effective_value) or None  # no value was agreed
		row.company_value = row.value
		if row.currency != row.company_currency:
			rate = rates.get((row.currency, row.company_currency, row.party_type))
			row.company_value = flt(_decimal(row.value) * rate, 2) if row.value and rate else None


def _rates(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str, str], Decimal]:
	"""The newest Currency Exchange until today of each pair, for what we buy and what we sell: one query.

	ERPNext's own function asks the internet where the site has no rate, and once per contract.
	"""
	wanted = set(pairs)
	if not wanted:
		return {}
	exchange = frappe.qb.DocType("Currency Exchange")
	key = ("from_currency", "to_currency", "for_buying", "for_selling")
	newest = (
		frappe.qb.from_(exchange)
		.where(
			exchange.from_currency.isin(sorted({pair[0] for pair in wanted}))
			& exchange.to_currency.isin(sorted({pair[1] for pair in wanted}))
			& (exchange.date <= today())
		)
		.groupby(*(exchange[field] for field in key))
		.select(*(exchange[field] for field in key), Max(exchange.date).as_("date"))
	).as_("newest")
	same = exchange.date == newest.date
	for field in key:
		same &= exchange[field] == newest[field]
	rows = (
		frappe.qb.from_(exchange)
		.join(newest)
		.on(same)
		.select(*(exchange[field] for field in key), exchange.exchange_rate)
		.orderby(exchange.date)
	).run(as_dict=True)
	found = {}
	for row in rows:  # the newest comes last
		for purpose, party_type in (("for_buying", "Supplier"), ("for_selling", "Customer")):
			if row[purpose]:
				found[(row.from_currency, row.to_currency, party_type)] = _decimal(row.exchange_rate)
	return found


def _decimal(number: float | None) -> Decimal:
	return Decimal(str(number or 0))


# Obligations and clauses


def _add_obligations(rows: Sequence[frappe._dict]) -> None:
	names = [row.name for row in rows]
	versions = amendments.obligations_of(names)
	windows = _windows(names)
	breached = _open_breaches(names)
	for row in rows:
		day = getdate(today())
		if row.life_cycle in ENDED and row.effective_end_date:
			day = min(day, row.effective_end_date)
		row.obligations = sum(_holds(version, day) for version in versions.get(row.name, ()))
		row.update(judged=None, kept=None, kept_share=None, open_breaches=None)
		if windows is not None:
			counts = windows[row.name]
			row.kept, row.judged = counts[KEPT], counts[KEPT] + counts[BREACHED]
			row.kept_share = 100 * row.kept / row.judged if row.judged else None
		if breached is not None:
			row.open_breaches = breached[row.name]


def _holds(version: amendments.ObligationVersion, day: date) -> bool:
	begun = version.effective_from is None or version.effective_from <= day
	return begun and (version.effective_until is None or day <= version.effective_until)


def _windows(names: list[str]) -> Mapping[str, Counter[str]] | None:
	"""Windows kept and broken by contract, of the results that the user may see; None: may read none."""
	if not frappe.has_permission(RESULT, "read"):
		return None
	found: dict[str, Counter[str]] = defaultdict(Counter)
	if names:
		conditions = {"contract": ("in", names), "outcome": ("in", (KEPT, BREACHED))}
		for row in aggregated(RESULT, "COUNT", "name", ["contract", "outcome"], conditions):
			found[row.contract][row.outcome] = row.total
	return found


def _open_breaches(names: list[str]) -> Counter[str] | None:
	"""Open breaches that the partner owes, by contract, which the user may see; None: may read none."""
	if not frappe.has_permission(BREACH, "read"):
		return None
	if not names:
		return Counter()
	conditions = {"contract": ("in", names), "status": ("in", OPEN), "owed_by": PARTNER}
	rows = aggregated(BREACH, "COUNT", "name", ["contract"], conditions)
	return Counter({row.contract: row.total for row in rows})


def _add_missing_clauses(rows: Iterable[frappe._dict]) -> None:
	for row in rows:
		missing = [name for name in (row.missing_clauses or "").split("\n") if name]
		row.missing_clauses = ", ".join(_(name, context="Contract Clause") for name in missing)


# What is shown


def columns(rows: Sequence[frappe._dict]) -> list[dict[str, Any]]:
	"""What a reader may not see has no column: an empty one would say that there is nothing."""
	results, breaches = frappe.has_permission(RESULT, "read"), frappe.has_permission(BREACH, "read")
	foreign = any(row.currency != row.company_currency for row in rows)
	named_otherwise = any(row.party_title and row.party_title != row.party for row in rows)
	share, windows, open_ = [], [], []
	if results:
		share = [_column("kept_share", _("Obligations Kept"), "Percent", 140, precision=1)]
		windows = [
			_column("kept", _("Windows Kept"), "Int", 120),
			_column("judged", _("Windows Judged"), "Int", 145),
		]
	if breaches:
		open_ = [_column("open_breaches", _("Open Breaches"), "Int", 135)]
	return [
		_column("contract", _("Contract"), "Link", 155, options=CONTRACT),
		_column("party", _("Partner"), "Dynamic Link", 165, options="party_type"),
		_column("party_title", _("Partner Name"), "Data", 160, hidden=not named_otherwise),
		_column("life_cycle", _("Life Cycle"), "Data", 130, align="left"),
		_column("days_to_notice", _("Days to Notice"), "Int", 170),
		_column("notice_by", _("Give Notice By"), "Date", 125),
		_column("effective_end_date", _("Ends On", context="Contract"), "Date", 105),
		*share,
		*open_,
		_column("obligations", _("Obligations"), "Int", 105),
		*windows,
		_column("value", _("Contract Value"), "Currency", 130, options="currency"),
		_column(
			"company_value",
			_("Value in Company Currency"),
			"Currency",
			215,
			options="company_currency",
			hidden=not foreign,
		),
		_column("auto_renew", _("Renews Automatically"), "Check", 170),
		_column(
			"missing_clauses",
			_("Missing Clauses"),
			"Data",
			180,
			align="left",
			hidden=not any(row.missing_clauses for row in rows),
		),
		_column("start_date", _("Start Date"), "Date", 110),
		# No links: Frappe refuses a report to whoever may not read what one of its columns links to.
		_column("contract_owner", _("Contract Owner"), "Data", 160),
		_column("company", _("Company"), "Data", 130, hidden=_same(rows, "company")),
		_column("party_type", _("Party Type"), "Data", 100, hidden=_same(rows, "party_type")),
		_column("currency", _("Currency"), "Data", 90, hidden=not foreign),
	]


def _column(
	fieldname: str, label: str, fieldtype: str, width: int, hidden: bool = False, **more: Any
) -> dict[str, Any]:
	return {
		"fieldname": fieldname,
		"label": label,
		"fieldtype": fieldtype,
		"width": width,
		"hidden": int(hidden),
		**more,
	}


def _same(rows: Iterable[frappe._dict], field: str) -> bool:
	return len({row[field] for row in rows}) < 2


def chart(rows: Sequence[frappe._dict]) -> dict[str, Any] | None:
	"""Contracts in force whose notice is due and that end, by month of the coming year."""
	first = getdate(today()).replace(day=1)
	months = [add_months(first, number) for number in range(MONTHS)]
	running = [row for row in rows if row.life_cycle == IN_FORCE]
	notices = Counter(
		row.notice_by.replace(day=1)
		for row in running
		if row.days_to_notice is not None and row.days_to_notice >= 0
	)
	ends = Counter(row.effective_end_date.replace(day=1) for row in running if row.effective_end_date)
	if not any(notices[month] or ends[month] for month in months):
		return None
	return {
		"data": {
			"labels": [format_date(month, "MMM yy") for month in months],
			"datasets": [
				{"name": _("Notice due"), "values": [notices[month] for month in months]},
				{"name": _("Term ends"), "values": [ends[month] for month in months]},
			],
		},
		"type": "bar",
		"colors": [GRADE_COLORS["orange"], GRADE_COLORS["gray"]],
		"fieldtype": "Int",
		"title": _("Contracts in force by month of notice and end"),
	}


def summary(rows: Sequence[frappe._dict], soon: int) -> list[dict[str, Any]]:
	"""What is in force and its value per currency, what must be decided soon, what was kept and broken."""
	running = [row for row in rows if row.life_cycle == IN_FORCE]
	items: list[dict[str, Any]] = [{"label": _("Contracts in Force"), "value": len(running)}]
	totals: dict[str, Decimal] = defaultdict(Decimal)
	for row in running:
		if row.company_value:
			totals[row.company_currency] += _decimal(row.company_value)
	for currency, total in sorted(totals.items()):
		items.append(
			{
				"label": _("Value in Force ({0})").format(currency),
				"value": fmt_money(float(total), currency=currency),
			}
		)
	unconverted = sum(bool(row.value) and row.company_value is None for row in running)
	if unconverted:
		items.append(
			{"label": _("Not in the Value: No Exchange Rate"), "value": unconverted, "indicator": "Orange"}
		)
	due = sum(row.notice_soon for row in running)
	items.append(
		{
			"label": _("Notice Due within {0} Days").format(soon),
			"value": due,
			"indicator": "Orange" if due else "Green",
		}
	)
	judged, kept = (sum(row[field] or 0 for row in rows) for field in ("judged", "kept"))
	if judged:
		items.append(
			{
				"label": _("Obligations Kept"),
				"value": f"{100 * kept / judged:.1f} %",
				"indicator": "Green" if kept == judged else "Orange",
			}
		)
	if rows[0].open_breaches is not None:
		open_ = sum(row.open_breaches for row in rows)
		items.append({"label": _("Open Breaches"), "value": open_, "indicator": "Red" if open_ else "Green"})
	return [{"datatype": "Data", **item} for item in items]


def empty_message(filters: frappe._dict) -> str:
	if cint(filters.within_days) > 0:
		return _("No contract in force with these filters ends or needs notice within {0} days.").format(
			cint(filters.within_days)
		)
	return _(
		"No contract matches these filters. Make one in the list of contracts, or widen the filters. "
		"Contracts with employees are not in this register."
	)
