"""The demo's evaluations: rated, run and published quarter by quarter, by three people; the last waits."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import getdate, today

from partner_relations.demo.cast import BUYER, ENGINEER, MANAGER, SUPPLIERS
from partner_relations.demo.purchases import SEED, make_late_invoice
from partner_relations.demo.quarters import QUARTERS_PUBLISHED, Calendar
from partner_relations.demo.site import STRATEGIC, Context
from partner_relations.supplier_quality import evidence, publishing, restrictions, runs
from partner_relations.supplier_quality.rating import Period
from partner_relations.supplier_quality.rating.definition import RATED_BY_EVALUATORS
from partner_relations.supplier_quality.rating.periods import period_containing
from partner_relations.supplier_quality.templates import TEMPLATE, period_label, supplier_templates

CLOSE_AFTER_DAYS = 5
RELEASED_SUPPLIER = "Redfern Plating Works"
RELEASE_REASON = "Quotations for the last-time buy of chrome sleeves only, agreed with engineering."


def calendar(published: int = QUARTERS_PUBLISHED) -> Calendar:
	"""So many calendar quarters to publish and the one after them, the last that is closed today."""
	day = getdate(today())
	period = period_containing(day, "Quarter", day.replace(month=1, day=1))
	while period.closes_on(CLOSE_AFTER_DAYS) > day:
		period = _quarter_before(period)
	quarters = [period]
	while len(quarters) <= published:
		quarters.insert(0, _quarter_before(quarters[0]))
	return Calendar(tuple(quarters), day)


def _quarter_before(period: Period) -> Period:
	day = period.from_date - timedelta(days=1)
	return period_containing(day, "Quarter", day.replace(month=1, day=1))


def exist(company: str) -> bool:
	"""Whether the demo's evaluations have been made."""
	return bool(frappe.db.exists(runs.RUN, {"company": company, "requested_by": BUYER[0]}))


def make(context: Context, quarters: Calendar, say: Callable[[str], None]) -> dict[str, int]:
	"""Rate, evaluate and publish, without committing; returns how many documents were made."""
	assigned = supplier_templates(tuple(context.suppliers.values()))
	templates = sorted({info.template for info in assigned.values() if info.template})
	if not templates:
		say("No Supplier Evaluation Template applies to the demo's suppliers: nothing is evaluated.")
		return {}
	counts = {"Supplier Evaluator Rating": 0, "Supplier Evaluation": 0}
	for period in quarters.quarters:
		label = period_label(period.from_date, period.to_date)
		publish = period != quarters.quarters[-1]
		for template in templates:
			counts["Supplier Evaluator Rating"] += _rate(context, quarters, template, period)
			run = _evaluate(context.company, template, period)
			counts["Supplier Evaluation"] += run.evaluations_made
			if publish:
				_publish(run.name)
		say(f"{label}: evaluated and published" if publish else f"{label}: evaluated, awaits publishing")
	if _release(context):
		say(f"{RELEASED_SUPPLIER}: one restriction released, with the reason")
	if make_late_invoice(context, quarters):
		evidence.find_changed_facts()
		say("An invoice was posted into a published quarter: its evaluation says that facts have changed")
	return counts


def _evaluate(company: str, template: str, period: Period) -> Any:
	"""A run asked for by the buyer, done at once."""
	frappe.set_user(BUYER[0])
	try:
		run = frappe.get_doc(
			doctype=runs.RUN,
			template=template,
			company=company,
			from_date=period.from_date,
			to_date=period.to_date,
		).insert()
		runs.evaluate_now(run.name)
	finally:
		frappe.set_user("Administrator")
	return frappe.get_doc(runs.RUN, run.name)


def _publish(run: str) -> None:
	frappe.set_user(MANAGER[0])
	try:
		outcome = publishing.publish(publishing.drafts_of_run(run))
	finally:
		frappe.set_user("Administrator")
	if outcome["skipped"]:
		frappe.throw(outcome["skipped"][0]["reason"])


def _rate(context: Context, quarters: Calendar, template: str, period: Period) -> int:
	"""Marks by two people for each supplier of a template that has rated KPIs; returns how many ratings."""
	document = frappe.get_cached_doc(TEMPLATE, template)
	kpis = frappe.get_all(
		"Supplier KPI",
		filters={"name": ("in", [row.kpi for row in document.criteria]), "kind": RATED_BY_EVALUATORS},
		fields=["name", "lowest_mark", "highest_mark"],
		order_by="name",
	)
	roles = [role for role in SUPPLIERS if role.strategic and template == STRATEGIC]
	if not kpis:
		return 0
	for role in roles:
		chance = random.Random(f"{SEED} {role.name} {period.from_date}")
		for (email, _name, _roles), as_role, severity in (
			(BUYER, "Purchase User", 0.0),
			(ENGINEER, "Supplier Quality User", -0.4),
		):
			frappe.set_user(email)
			rating = frappe.get_doc(
				doctype="Supplier Evaluator Rating",
				supplier=context.suppliers[role.name],
				company=context.company,
				template=template,
				from_date=period.from_date,
				to_date=period.to_date,
				evaluator_role=as_role,
			)
			for kpi in kpis:
				mark = (
					role.service.at(quarters.progress(period.to_date)) + severity + chance.uniform(-0.5, 0.5)
				)
				rating.append(
					"marks",
					{
						"kpi": kpi.name,
						"mark": min(kpi.highest_mark, max(kpi.lowest_mark, round(mark))),
						# A buyer sees nothing of after-sales.
						"not_applicable": int(email == BUYER[0] and kpi.name == "After-Sales"),
					},
				)
			rating.submit()
	frappe.set_user("Administrator")
	return 2 * len(roles)


def _release(context: Context) -> bool:
	"""The manager lets one blocked supplier quote, and says why."""
	name = frappe.db.get_value(
		restrictions.RESTRICTION,
		{
			"supplier": context.suppliers[RELEASED_SUPPLIER],
			"company": context.company,
			"document_type": "Request for Quotation",
			"status": "Active",
		},
	)
	if not name:
		return False
	frappe.set_user(MANAGER[0])
	try:
		restrictions.release(name, RELEASE_REASON)
	finally:
		frappe.set_user("Administrator")
	return True
