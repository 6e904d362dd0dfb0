"""Complaints per 1,000 Deliveries: what went wrong for how much was delivered, always from totals.

Complaints count by receipt and deliveries by posting date, as for the metric `complaint_rate`: a delivery is
a line of goods on a delivery note or on an invoice that updates stock, no return; rejected complaints don't
count.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.core.doctype.user_permission.user_permission import get_user_permissions
from frappe.desk.reportview import build_match_conditions
from frappe.utils import getdate, today
from frappe.utils.nestedset import get_descendants_of
from pypika.functions import Count, Extract
from pypika.queries import QueryBuilder
from pypika.terms import Term, ValueWrapper

from partner_relations.common.facts.terms import text
from partner_relations.common.reports import two_decimals
from partner_relations.customer_care.metrics import MARIADB, MetricSettings, Scope, Sql
from partner_relations.customer_care.metrics.documents import DeliveryTables, delivery_tables
from partner_relations.customer_care.report.complaints import (
	BARS,
	COLORS,
	Row,
	behind,
	by_label,
	cards,
	column,
	company_of,
	month_label,
	month_of,
	months_of,
	not_said,
	of_month,
	period,
	read_complaints,
	titles,
	total_label,
)

MONTH, CUSTOMER_GROUP, ITEM_GROUP, CUSTOMER = "Month", "Customer Group", "Item Group", "Customer"
BY = (MONTH, CUSTOMER_GROUP, ITEM_GROUP, CUSTOMER)
MOST_NAMES = 150
"""The address of a list can't hold more."""


def execute(filters: dict[str, Any] | None = None):
	"""Filters: company, from_date and to_date (at most 24 months), by (one of `BY`), customer, customer_group
	and item_group (with those below them).

	Returns columns, rows, message, chart, summary. The last row is of all; it is computed from the totals,
	never the mean of the rates above it. A complaint about items of several groups counts for each of them,
	and once in all.
	"""
	filters = frappe._dict(filters or {}, include_rejected=0)
	company_of(filters)
	months = months_of(filters)
	by = filters.by if filters.by in BY else MONTH
	complaints = complaints_of(filters)
	delivered = deliveries(filters, by)
	if not complaints and not delivered:
		return columns(by, []), [], _("Nothing was delivered in this period, and no complaint was received.")
	rows = table(filters, by, months, complaints, delivered)
	everything = row_of(filters, total_label(), complaints, sum(delivered.values()))
	everything.is_total = 1
	return columns(by, rows), [*rows, everything], None, chart(by, rows), summary(everything)


# Complaints


def complaints_of(filters: frappe._dict) -> list[Row]:
	"""A row for each complaint and item that it is about, with the item's group and the customer's."""
	rows = read_complaints(filters, "items.item_code as item_code")
	customer_groups = titles("Customer", (row.customer for row in rows), "customer_group")
	item_groups = titles("Item", (row.item_code for row in rows), "item_group")
	for row in rows:
		row.customer_group = customer_groups.get(row.customer)
		row.item_group = item_groups.get(row.item_code)
	for doctype, field in ((CUSTOMER_GROUP, "customer_group"), (ITEM_GROUP, "item_group")):
		if filters.get(field):
			wanted = groups_within(doctype, filters[field])
			rows = [row for row in rows if row[field] in wanted]
	return rows


def _group(by: str, row: Row) -> Any:
	"""What a complaint is grouped by."""
	if by == MONTH:
		return month_of(row.received_on)
	return row[{CUSTOMER_GROUP: "customer_group", ITEM_GROUP: "item_group", CUSTOMER: "customer"}[by]] or None


def groups_within(doctype: str, group: str) -> tuple[str, ...]:
	"""A group of a tree, and all below it."""
	return (group, *get_descendants_of(doctype, group, ignore_permissions=True))


# Deliveries


def deliveries(filters: frappe._dict, by: str) -> Counter:
	"""How many lines were delivered, by group: one grouped query for each of the two kinds of document."""
	customers = customers_asked_for(filters)
	if customers == () or not may_see_deliveries_of(filters.company):
		return Counter()
	first, last = period(filters)
	scope = Scope(
		company=filters.company,
		from_date=first,
		to_date=last,
		as_of=getdate(today()),
		parties=customers or (),
		item_groups=groups_within(ITEM_GROUP, filters.item_group) if filters.item_group else (),
	)
	sql = Sql(MARIADB, scope, MetricSettings())
	found: Counter = Counter()
	for tables in delivery_tables(sql):
		query = _lines(sql, tables, filters, by)
		for group, year, month, lines in frappe.db.sql(query.get_sql(), sql.values):
			found[date(year, month, 1) if by == MONTH else group] += lines
	return found


def _lines(sql: Sql, tables: DeliveryTables, filters: frappe._dict, by: str) -> QueryBuilder:
	"""The lines of one kind of document, counted by group, or by year and month."""
	posted = tables.parent.posting_date
	query = tables.join(sql).where(sql.in_period(posted) & (tables.parent.is_return == 0))
	customer = sql.table("Customer", "customer")
	if by == CUSTOMER_GROUP or filters.customer_group:
		query = query.join(customer).on(customer.name == tables.parent.customer)
	if filters.customer_group:
		wanted = groups_within(CUSTOMER_GROUP, filters.customer_group)
		query = query.where(customer.customer_group.isin([sql.value(name) for name in wanted]))
	terms: dict[str, Term] = {
		CUSTOMER_GROUP: customer.customer_group,
		ITEM_GROUP: tables.item.item_group,
		CUSTOMER: tables.parent.customer,
	}
	if by == MONTH:
		group, year, month = text(""), Extract("YEAR", posted), Extract("MONTH", posted)
		query = query.groupby(year, month)
	else:
		group, year, month = terms[by], ValueWrapper(0), ValueWrapper(0)
		query = query.groupby(group)
	return query.select(group, year, month, Count("*"))


def customers_asked_for(filters: frappe._dict) -> tuple[str, ...] | None:
	"""The customers whose deliveries count; None are all of them, an empty tuple is nobody.

	Who may see some customers only is shown only their deliveries, as it is their complaints.
	"""
	limited = frappe.has_permission("Customer", "read") and build_match_conditions("Customer")
	if not limited:
		return (filters.customer,) if filters.customer else None
	own = {"name": filters.customer} if filters.customer else {}
	return tuple(frappe.get_list("Customer", filters=own, pluck="name", limit_page_length=0))


def may_see_deliveries_of(company: str) -> bool:
	"""Whether the user's User Permissions leave the company's delivery notes to them."""
	held = [
		row["doc"]
		for row in get_user_permissions().get("Company", [])
		if not row.get("applicable_for") or row["applicable_for"] == "Delivery Note"
	]
	return not held or company in held


# The table


def table(
	filters: frappe._dict, by: str, months: list[date], complaints: list[Row], delivered: Counter
) -> list[Row]:
	"""A row per group. Months in their order; of others the highest rate first, what isn't said last."""
	members: dict[Any, list[Row]] = defaultdict(list)
	for complaint in complaints:
		members[_group(by, complaint)].append(complaint)
	if by == MONTH:
		return [
			row_of(filters, month_label(month), members[month], delivered[month], month) for month in months
		]
	names = titles("Customer", {*members, *delivered}, "customer_name") if by == CUSTOMER else {}
	rows = []
	for name in {*members, *delivered}:
		row = row_of(filters, name or not_said(), members[name], delivered[name])
		rows.append(row.update({"title": names.get(name, name), "group_doctype": by if name else None}))
	rows.sort(key=lambda row: (not row.group_doctype, row.rate is None, -(row.rate or 0), row.group))
	return rows


def row_of(
	filters: frappe._dict, group: str, complaints: Iterable[Row], lines: int, month: date | None = None
) -> Row:
	"""The rate of a group, from its totals."""
	names = sorted({complaint.name for complaint in complaints})
	return Row(
		group=group,
		complaints=len(names),
		deliveries=lines,
		rate=1000 * len(names) / lines if lines else None,
		behind=_behind(filters, names, month),
	)


def _behind(filters: frappe._dict, names: list[str], month: date | None) -> dict[str, str] | None:
	"""The list of these complaints; of a month by its days, which any number of complaints can have."""
	if month and not (filters.customer_group or filters.item_group):
		return behind(filters, received_on=of_month(filters, month))
	return behind(filters, name=("in", names)) if 0 < len(names) <= MOST_NAMES else None


def columns(by: str, rows: list[Row]) -> list[dict[str, Any]]:
	"""Customers have a column for what they are called only where that isn't how they are named."""
	named_otherwise = by == CUSTOMER and any(row.title and row.title != row.group for row in rows)
	return [
		column("group", by_label(by), "Data", 220),
		*([column("title", _("Name"), "Data", 220)] if named_otherwise else []),
		column("complaints", _("Complaints"), "Int", 120),
		column("deliveries", _("Delivery Lines"), "Int", 130),
		column("rate", _("Complaints per 1,000 Deliveries"), "Float", 260, precision=2),
	]


def chart(by: str, rows: list[Row]) -> dict[str, Any] | None:
	"""The rates: by month as a line, of groups as bars, the highest first."""
	shown = [row for row in rows if row.rate is not None]
	shown = shown if by == MONTH else shown[:BARS]
	if not shown:
		return None
	return {
		"data": {
			"labels": [row.title or row.group for row in shown],
			"datasets": [
				{
					"name": _("Complaints per 1,000 Deliveries"),
					"values": [round(row.rate, 2) for row in shown],
				}
			],
		},
		"type": "line" if by == MONTH and len(shown) > 1 else "bar",
		"colors": [COLORS["orange"]],
		"fieldtype": "Float",
		"title": _("Complaints per 1,000 Deliveries"),
	}


def summary(everything: Row) -> list[dict[str, Any]]:
	rate = everything.rate
	return cards(
		[
			{"label": _("Complaints"), "value": everything.complaints},
			{"label": _("Delivery Lines"), "value": everything.deliveries},
			{
				"label": _("Complaints per 1,000 Deliveries"),
				"value": "–" if rate is None else two_decimals(rate),
			},
		]
	)
