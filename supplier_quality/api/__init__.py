"""What the browser may call. Each function checks permission first, then calls one service."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from partner_relations.supplier_quality import notices, publishing, restrictions, runs, what_if
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.measures import all_measures
from partner_relations.supplier_quality.rating import Period
from partner_relations.supplier_quality.runs import RUN
from partner_relations.supplier_quality.supplier_agreements import agreements_of
from partner_relations.supplier_quality.templates import (
	TEMPLATE,
	freeze,
	last_closed_period,
	period_label,
	supplier_templates,
)

PERIODS_SHOWN = 8


@frappe.whitelist()
def measures() -> list[dict[str, Any]]:
	"""All measures, for the choice on a Supplier KPI."""
	frappe.has_permission("Supplier KPI", "read", throw=True)
	return [
		{
			"name": measure.name,
			"label": _(measure.label),
			"unit": measure.unit,
			"uses": list(measure.uses),
			"description": _(measure.description),
		}
		for measure in all_measures().values()
	]


@frappe.whitelist()
def supplier_overview(supplier: str) -> dict[str, Any]:
	"""Standing per company, last periods, restrictions and drafts of a supplier, if the user may see them.

	With them the contracts that run, open breaches, rewards and penalties (`agreements_of`).
	"""
	_must_be_readable("Supplier", supplier)
	return {**_standing_of(supplier), **agreements_of(supplier)}


def _standing_of(supplier: str) -> dict[str, Any]:
	if not frappe.has_permission(EVALUATION, "read"):
		return {"companies": [], "history": [], "restrictions": [], "template": None, "pending": []}
	fields = [
		"name as evaluation",
		"company",
		"period_label",
		"to_date",
		"has_score",
		"score",
		"grade",
		"grade_color",
		"coverage",
		"trend",
		"has_previous",
		"change",
		"is_current",
		"facts_changed",
		"published_on",
	]
	published = frappe.get_list(
		EVALUATION,
		filters={"supplier": supplier, "docstatus": 1, "status": "Published"},
		fields=fields,
		order_by="to_date desc, published_on desc",
		limit_page_length=200,
	)
	history: dict[str, list[Any]] = {}
	for row in published:
		if len(history.setdefault(row.company, [])) < PERIODS_SHOWN:
			history[row.company].append(row)
	return {
		"companies": [row for row in published if row.is_current],
		"history": [row for rows in history.values() for row in reversed(rows)],
		"restrictions": _restrictions_in_force(supplier),
		"template": supplier_templates((supplier,))[supplier].template,
		"pending": frappe.get_list(
			EVALUATION,
			filters={"supplier": supplier, "docstatus": 0, "status": "Draft"},
			fields=["name", "company", "period_label"],
			order_by="creation desc",
			limit_page_length=20,
		),
	}


@frappe.whitelist()
def default_period(template: str, company: str) -> dict[str, Any]:
	"""The last closed period of a template."""
	_must_be_readable(TEMPLATE, template)
	_must_be_readable("Company", company)
	period = last_closed_period(frappe.get_cached_doc(TEMPLATE, template).as_dict(), company)
	return _period_as_dict(period)


@frappe.whitelist(methods=["POST"])
def evaluate_supplier(
	supplier: str, company: str, from_date: str | None = None, to_date: str | None = None
) -> dict[str, Any]:
	"""Evaluate one supplier now by its template, over the last closed period unless one is given."""
	_must_be_readable("Supplier", supplier)
	_must_be_readable("Company", company)
	frappe.has_permission(RUN, "create", throw=True)
	template = supplier_templates((supplier,))[supplier].template
	if not template:
		frappe.throw(
			_(
				"No template applies to {0}. Mark one Supplier Evaluation Template as the default, "
				"or choose one on the supplier or its group."
			).format(frappe.bold(supplier))
		)
	period = _given_period(from_date, to_date) or last_closed_period(
		frappe.get_cached_doc(TEMPLATE, template).as_dict(), company
	)
	return _evaluate_one(template, company, period, supplier, replaces=False)


@frappe.whitelist(methods=["POST"])
def evaluate_again(evaluation: str) -> dict[str, Any]:
	"""A new version of an evaluation from today's facts and today's template; the old one is kept."""
	document = frappe.get_doc(EVALUATION, evaluation)
	document.check_permission("read")
	frappe.has_permission(RUN, "create", throw=True)
	period = Period(getdate(document.from_date), getdate(document.to_date))
	return _evaluate_one(document.template, document.company, period, document.supplier, replaces=True)


def _evaluate_one(
	template: str, company: str, period: Period, supplier: str, replaces: bool
) -> dict[str, Any]:
	run = runs.create_run(
		template,
		company,
		period.from_date,
		period.to_date,
		supplier=supplier,
		started_by="Evaluate again" if replaces else "By hand",
		replaces=replaces,
	)
	runs.evaluate_now(run)
	document = frappe.get_doc(RUN, run)
	return {
		"run": run,
		"evaluation": frappe.db.get_value(EVALUATION, {"run": run, "supplier": supplier}),
		"message": _outcome(document, supplier),
	}


def _outcome(run, supplier: str) -> str | None:
	"""Why a run over one supplier made no evaluation, as a sentence."""
	if run.evaluations_made:
		return None
	label = period_label(run.from_date, run.to_date)
	if run.failures:
		return _("{0} could not be evaluated: {1}").format(supplier, run.failures[0].reason)
	if run.skipped_disabled:
		return _("{0} is disabled and was not evaluated.").format(supplier)
	if run.skipped_existing:
		return _("{0} has an evaluation for {1} already. Open it and choose Evaluate Again.").format(
			supplier, label
		)
	if not run.suppliers_total:
		return _("{0} no longer falls under the template {1}.").format(supplier, run.template)
	return _("No purchasing documents of {0} in {1}: there is nothing to evaluate.").format(supplier, label)


@frappe.whitelist(methods=["POST"])
def start_run(run: str) -> None:
	"""Start a run in the background, or continue one whose worker was killed."""
	frappe.get_doc(RUN, run).check_permission("write")
	runs.enqueue(run)


@frappe.whitelist(methods=["POST"])
def publish(names: list | str) -> dict[str, list]:
	"""Publish draft evaluations; `publishing.publish` checks the right to each."""
	frappe.has_permission(EVALUATION, "submit", throw=True)
	if isinstance(names, str):
		names = frappe.parse_json(names) if names.startswith("[") else [names]
	return publishing.publish([str(name) for name in names])


@frappe.whitelist(methods=["POST"])
def publish_run(run: str) -> dict[str, list]:
	"""Publish all drafts of a run."""
	frappe.has_permission(EVALUATION, "submit", throw=True)
	frappe.get_doc(RUN, run).check_permission("read")
	return publishing.publish(publishing.drafts_of_run(run))


@frappe.whitelist()
def try_template(
	template: dict | str,
	company: str,
	supplier: str | None = None,
	from_date: str | None = None,
	to_date: str | None = None,
) -> dict[str, Any]:
	"""What an unsaved template would give; saves nothing. For those who may change templates."""
	frappe.has_permission(TEMPLATE, "write", throw=True)
	_must_be_readable("Company", company)
	if supplier:
		_must_be_readable("Supplier", supplier)
	return what_if.try_template(
		frappe.parse_json(template), company, supplier or None, _given_period(from_date, to_date)
	)


@frappe.whitelist()
def template_definition(template: str) -> dict[str, Any]:
	"""A template in the format of the preview's --template."""
	document = frappe.get_doc(TEMPLATE, template)
	document.check_permission("read")
	return freeze(document.as_dict()).to_dict()


@frappe.whitelist(methods=["POST"])
def release_restriction(restriction: str, reason: str) -> None:
	"""Release a restriction; `restrictions.release` checks the right to it."""
	frappe.has_permission(restrictions.RESTRICTION, "write", restriction, throw=True)
	restrictions.release(restriction, reason)


@frappe.whitelist(methods=["POST"])
def send_to_supplier(
	evaluation: str, recipients: list | str | None = None, message: str | None = None
) -> dict[str, Any]:
	"""Mail a published evaluation to the supplier; `notices.send_to_supplier` checks the right to it."""
	frappe.has_permission(EVALUATION, "email", evaluation, throw=True)
	if isinstance(recipients, str) and recipients.startswith("["):
		recipients = frappe.parse_json(recipients)
	return notices.send_to_supplier(evaluation, recipients, message)


def _restrictions_in_force(supplier: str) -> list[Any]:
	if not frappe.has_permission(restrictions.RESTRICTION, "read"):
		return []
	rows = frappe.get_list(
		restrictions.RESTRICTION,
		filters={"supplier": supplier, "status": "Active"},
		fields=["name", "company", "document_type", "action", "reason", "from_date", "until"],
		order_by="creation desc",
		limit_page_length=100,
	)
	return [row for row in rows if restrictions.in_force(row)]


def _must_be_readable(doctype: str, name: str) -> None:
	"""Raises DoesNotExistError (for Administrator too, whom permissions don't stop) or PermissionError."""
	frappe.get_cached_doc(doctype, name).check_permission("read")


def _given_period(from_date: str | None, to_date: str | None) -> Period | None:
	if not from_date and not to_date:
		return None
	if not (from_date and to_date):
		frappe.throw(_("Give both the first and the last day of the period, or neither."))
	period = Period(getdate(from_date), getdate(to_date))
	if period.to_date < period.from_date:
		frappe.throw(_("The period ends before it starts."))
	return period


def _period_as_dict(period: Period) -> dict[str, Any]:
	return {
		"from_date": period.from_date,
		"to_date": period.to_date,
		"period_label": period_label(period.from_date, period.to_date),
	}
