"""Customers at Risk: no order for longer than their own buying rhythm explains."""

from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Avg, Count, Max, Min, Sum
from frappe.utils import add_months, cint, date_diff, flt, fmt_money, format_date, getdate, today
from pypika import CustomFunction
from pypika.analytics import Lag
from pypika.queries import QueryBuilder

from partner_relations.common.facts.query import union_all
from partner_relations.customer_care.metrics import MARIADB, METRICS, MetricSettings, Scope, Sql
from partner_relations.customer_care.report.display import COLORS, customer_columns, visible_customers

FEWEST_ORDERS = 4
FACTOR = 2.0
MONTHS = 36
LEAST_SPREAD = 0.1
"""A rhythm that was kept to the day may slip by a tenth of it before anybody is called."""

BARS = 10


def execute(filters: dict[str, Any] | None = None):
	"""Filters: company; orders at least, factor, months looked back; customer_group, territory,
	account_manager, customer_tier; "all" shows customers within their rhythm too.

	A customer is at risk when the days since its last order exceed mean + factor x spread of the days between
	its orders (the sample standard deviation, at least a tenth of the mean). Days with several orders count
	once. Orders are what the metric "frequency" counts: sales orders, and invoices made without one.
	"""
	filters = frappe._dict(filters or {})
	if not filters.company:
		frappe.throw(_("Choose the company whose customers are to be looked at."))
	frappe.has_permission("Company", "read", filters.company, throw=True)
	frappe.has_permission("Sales Order", "read", throw=True)
	filters.fewest = max(cint(filters.fewest or FEWEST_ORDERS), 3)
	filters.factor = flt(filters.factor if filters.factor not in (None, "") else FACTOR)
	filters.months = cint(filters.months or MONTHS)
	if filters.factor < 0:
		frappe.throw(_("The factor can't be negative."))
	customers = visible_customers(filters)
	judged = [judge(row, filters) for row in rhythms(filters) if _counts(customers.get(row.customer))]
	for row in judged:
		row.update({key: customers[row.customer][key] for key in ("customer_name", "customer_tier")})
		row.account_manager = customers[row.customer].account_manager
	at_risk = [row for row in judged if row.at_risk]
	shown = judged if cint(filters.get("all")) else at_risk
	shown.sort(key=lambda row: (not row.at_risk, -row.yearly_value, row.customer))
	currency = frappe.get_cached_value("Company", filters.company, "default_currency")
	if not shown:
		return columns(shown), [], empty_message(filters, judged)
	return columns(shown), shown, how(filters), chart(at_risk, currency), summary(at_risk, judged, currency)


def _counts(customer: Any) -> bool:
	return bool(customer and not customer.disabled)


def rhythms(filters: frappe._dict) -> list[Any]:
	"""How each customer buys, in one query: orders (days), first and last, mean and spread of the gaps
	between them in days, and what was ordered; for customers with as many orders as the filters ask for."""
	day = getdate(today())
	scope = Scope(filters.company, getdate(add_months(day, -filters.months)), day, day)
	sql = Sql(MARIADB, scope, MetricSettings())
	buying = _days(sql)
	before = Lag(buying.day).over(buying.customer).orderby(buying.day)
	gaps = (
		sql.from_(buying)
		.select(buying.customer, buying.day, buying.amount, sql.days_between(buying.day, before).as_("gap"))
		.as_("gaps")
	)
	spread = CustomFunction("STDDEV_SAMP", ["gap"])
	query = (
		sql.from_(gaps)
		.groupby(gaps.customer)
		.having(Count("*") >= sql.value(filters.fewest))
		.select(
			gaps.customer,
			Count("*").as_("orders"),
			Min(gaps.day).as_("first_order"),
			Max(gaps.day).as_("last_order"),
			Avg(gaps.gap).as_("mean_gap"),
			spread(gaps.gap).as_("spread"),
			Sum(gaps.amount).as_("ordered"),
		)
	)
	return frappe.db.sql(query.get_sql(), sql.values, as_dict=True)


def _days(sql: Sql) -> QueryBuilder:
	"""The days on which customers bought, with the amount in company currency: the purchases that the metric
	"frequency" counts, so that report and tiers mean the same."""
	every = union_all(
		[
			purchase.source.select(
				purchase.party.as_("customer"),
				purchase.evidence["date"].as_("day"),
				purchase.evidence["amount"].as_("amount"),
			)
			for purchase in METRICS["frequency"].facts(sql).branches
		]
	).as_("every")
	return (
		sql.from_(every)
		.groupby(every.customer, every.day)
		.select(every.customer, every.day, Sum(every.amount).as_("amount"))
		.as_("buying")
	)


def judge(row: Any, filters: frappe._dict) -> frappe._dict:
	"""The row with what follows from its rhythm: `days_since`, `expected_within`, `overdue` (their ratio),
	`at_risk`, `yearly_value`, and `why` in words."""
	mean = flt(row.mean_gap)
	spread = max(flt(row.spread), LEAST_SPREAD * mean)
	days_since = date_diff(today(), row.last_order)
	expected_within = mean + filters.factor * spread
	years = max(date_diff(today(), row.first_order), 365) / 365.25
	judged = frappe._dict(
		row,
		company=filters.company,
		days_since=days_since,
		spread=spread,
		mean_gap=mean,
		expected_within=expected_within,
		overdue=days_since / expected_within if expected_within else 0,
		at_risk=int(days_since > expected_within),
		yearly_value=flt(row.ordered) / years,
	)
	judged.why = _(
		"{0} orders since {1}, one every {2} days (give or take {3}). The last was {4} days ago; "
		"{2} + {5} × {3} = {6} days would be usual."
	).format(
		row.orders,
		format_date(row.first_order),
		_number(mean),
		_number(spread),
		days_since,
		_number(filters.factor),
		_number(expected_within),
	)
	return judged


def _number(value: float) -> str:
	return frappe.format_value(flt(value, 1), {"fieldtype": "Float", "precision": 1})


def columns(rows: list[Any]) -> list[dict[str, Any]]:
	days = {"fieldtype": "Float", "precision": 1, "width": 125}
	return [
		*customer_columns(rows),
		{"fieldname": "last_order", "label": _("Last Order"), "fieldtype": "Date", "width": 115},
		{"fieldname": "days_since", "label": _("Days Since"), "fieldtype": "Int", "width": 105},
		{"fieldname": "expected_within", "label": _("Usual Within (Days)"), **days, "width": 165},
		{"fieldname": "overdue", "label": _("Times the Usual"), **days, "width": 135},
		{
			"fieldname": "yearly_value",
			"label": _("Orders per Year"),
			"fieldtype": "Currency",
			"options": "Company:company:default_currency",
			"width": 130,
		},
		{"fieldname": "orders", "label": _("Orders"), "fieldtype": "Int", "width": 75},
		{"fieldname": "mean_gap", "label": _("Days Between"), **days},
		{"fieldname": "spread", "label": _("Spread (Days)"), **days},
		{"fieldname": "why", "label": _("Why"), "fieldtype": "Data", "width": 520},
	]


def chart(at_risk: list[Any], currency: str) -> dict[str, Any] | None:
	"""The customers at risk who order most."""
	most = at_risk[:BARS]
	if not most:
		return None
	return {
		"data": {
			"labels": [row.customer_name or row.customer for row in most],
			"datasets": [
				{
					"name": _("Orders per year ({0})").format(currency),
					"values": [flt(row.yearly_value, 2) for row in most],
				}
			],
		},
		"type": "bar",
		"colors": [COLORS["orange"]],
		"fieldtype": "Currency",
		"title": _("What is at stake"),
	}


def summary(at_risk: list[Any], judged: list[Any], currency: str) -> list[dict[str, Any]]:
	stake = sum(row.yearly_value for row in at_risk)
	return [
		{
			"label": _("Customers at Risk"),
			"value": len(at_risk),
			"datatype": "Int",
			"indicator": "Red" if at_risk else "Green",
		},
		{"label": _("Customers with a Rhythm"), "value": len(judged), "datatype": "Int"},
		{
			"label": _("Orders per Year at Stake"),
			"value": fmt_money(stake, precision=0, currency=currency),
			"datatype": "Data",
		},
	]


def how(filters: frappe._dict) -> str:
	return _(
		"At risk: more days since the last order than the mean of the days between orders plus {0} times "
		"their spread (the standard deviation, at least a tenth of the mean). Customers with fewer than {1} "
		"orders in {2} months have no rhythm yet and are left out."
	).format(_number(filters.factor), filters.fewest, filters.months)


def empty_message(filters: frappe._dict, judged: list[Any]) -> str:
	if judged:
		return _("Everybody buys as usual: customers with a rhythm {0}, at risk none.").format(len(judged))
	return _("No customer has {0} orders in {1} months for these filters, so there is no rhythm yet.").format(
		filters.fewest, filters.months
	)
