"""Which template a supplier falls under, which period it calls for, and its frozen definition."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, getdate, today

from partner_relations.common.trees import with_descendants
from partner_relations.supplier_quality.rating import Period
from partner_relations.supplier_quality.rating.definition import Definition
from partner_relations.supplier_quality.rating.periods import MONTHS, add_months, period_containing

TEMPLATE = "Supplier Evaluation Template"


@dataclass(frozen=True)
class SupplierInfo:
	"""What a run needs to know of a supplier."""

	name: str
	supplier_name: str
	disabled: bool
	supplier_group: str | None
	template: str | None


def supplier_templates(suppliers: tuple[str, ...] = ()) -> dict[str, SupplierInfo]:
	"""Every supplier (or those named) with the template it falls under: three queries in all.

	The supplier's own template comes first, then that of its deepest supplier group that has one, then the
	default. Disabled templates don't count.
	"""
	templates = frappe.get_all(TEMPLATE, filters={"disabled": 0}, fields=["name", "is_default"])
	enabled = {row.name for row in templates}
	default = next((row.name for row in templates if row.is_default), None)
	by_group = _templates_by_group(enabled)
	rows = frappe.get_all(
		"Supplier",
		filters={"name": ("in", suppliers)} if suppliers else {},
		fields=["name", "supplier_name", "disabled", "supplier_group", "evaluation_template"],
	)
	return {
		row.name: SupplierInfo(
			row.name,
			row.supplier_name,
			bool(row.disabled),
			row.supplier_group,
			row.evaluation_template
			if row.evaluation_template in enabled
			else by_group.get(row.supplier_group) or default,
		)
		for row in rows
	}


def _templates_by_group(enabled: set[str]) -> dict[str, str]:
	"""The template of each supplier group, its own or that of its nearest ancestor with one."""
	own = {
		row.supplier_group: row.parent
		for row in frappe.get_all(
			f"{TEMPLATE} Supplier Group",
			filters={"parenttype": TEMPLATE},
			fields=["supplier_group", "parent"],
		)
		if row.parent in enabled
	}
	if not own:
		return {}
	groups = frappe.get_all("Supplier Group", fields=["name", "lft", "rgt"], order_by="lft asc")
	resolved: dict[str, str] = {}
	open_groups: list[tuple[int, str]] = []  # right edge and template of the ancestors that have one
	for group in groups:
		while open_groups and open_groups[-1][0] < group.lft:
			open_groups.pop()
		if group.name in own:
			open_groups.append((group.rgt, own[group.name]))
		if open_groups:
			resolved[group.name] = open_groups[-1][1]
	return resolved


def freeze(template: Mapping[str, Any]) -> Definition:
	"""The complete definition of a template (a document, saved or not) as it stands now."""
	kpi_names = [row["kpi"] for row in template.get("criteria") or ()]
	kpis = {name: frappe.get_cached_doc("Supplier KPI", name).as_dict() for name in kpi_names}
	scale = frappe.get_cached_doc("Supplier Grade Scale", template["grade_scale"]).as_dict()
	groups = [row["item_group"] for row in template.get("item_groups") or ()]
	return Definition.from_documents(
		template, kpis, scale, item_groups=with_descendants("Item Group", groups)
	)


def year_start(template: Mapping[str, Any], company: str, day: date) -> date:
	"""The first day of the (fiscal) year that holds `day`.

	A day before the company's first or after its last fiscal year continues the nearest one in both
	directions. Raises frappe.ValidationError if the company has no fiscal year at all.
	"""
	if template.get("period_basis") != "Fiscal Year":
		return date(day.year, 1, 1)
	starts = _fiscal_year_starts(company)
	if not starts:
		frappe.throw(
			_("The template {0} follows the fiscal year, but company {1} has none. Create one first.").format(
				frappe.bold(template.get("name") or template.get("template_name")), frappe.bold(company)
			)
		)
	before = [start for start in starts if start <= day]
	return before[-1] if before else starts[0]


def _fiscal_year_starts(company: str) -> list[date]:
	"""First days of the fiscal years that are the company's: those that name it, else those that name none.

	ERPNext allows both side by side: calendar years for all, and years from April for one company.
	"""
	years = frappe.get_all("Fiscal Year", filters={"disabled": 0}, fields=["name", "year_start_date"])
	restricted: dict[str, set[str]] = {}
	for row in frappe.get_all("Fiscal Year Company", fields=["parent", "company"]):
		restricted.setdefault(row.parent, set()).add(row.company)
	own = [year for year in years if company in restricted.get(year.name, ())]
	of_all = [year for year in years if year.name not in restricted]
	return sorted(getdate(year.year_start_date) for year in own or of_all)


def last_closed_period(template: Mapping[str, Any], company: str, day: date | None = None) -> Period:
	"""The latest period whose closing day has come by `day` (default: today in the site's time zone)."""
	day = getdate(day or today())
	wait = cint(template.get("close_after_days"))
	period = period_of(template, company, day)
	while period.closes_on(wait) > day:
		period = period_of(template, company, period.from_date - timedelta(days=1))
	return period


def next_period(template: Mapping[str, Any], company: str, period: Period) -> Period:
	"""The period that follows."""
	return period_of(template, company, period.to_date + timedelta(days=1))


def period_of(template: Mapping[str, Any], company: str, day: date) -> Period:
	"""The template's period that holds a day, for a company."""
	period = period_containing(day, template["period"], year_start(template, company, day))
	if template.get("period_basis") == "Fiscal Year":
		# A short fiscal year cuts its last period off.
		following = next((start for start in _fiscal_year_starts(company) if start > day), None)
		if following and period.to_date >= following:
			return Period(period.from_date, following - timedelta(days=1))
	return period


def period_label(from_date: date, to_date: date) -> str:
	"""A short name: 2026-03, 2026 Q1, 2026 H2, 2026 for periods of the calendar, else the two dates."""
	from_date, to_date = getdate(from_date), getdate(to_date)
	for kind, months in MONTHS.items():
		starts_period = from_date.day == 1 and (from_date.month - 1) % months == 0
		if starts_period and to_date == add_months(from_date, months) - timedelta(days=1):
			number = (from_date.month - 1) // months + 1
			if kind == "Month":
				return f"{from_date.year}-{from_date.month:02}"
			return {
				"Quarter": f"{from_date.year} Q{number}",
				"Half-Year": f"{from_date.year} H{number}",
				"Year": f"{from_date.year}",
			}[kind]
	return f"{from_date.isoformat()} … {to_date.isoformat()}"


def companies_of(template: Mapping[str, Any]) -> list[str]:
	"""The companies that a template evaluates for: those it names, else all that aren't groups."""
	named = [row["company"] for row in template.get("companies") or ()]
	return named or frappe.get_all("Company", filters={"is_group": 0}, pluck="name", order_by="name")
