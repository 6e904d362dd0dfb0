"""Tiering, as the browser asks for it. Each function checks permission first, then calls one service."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from partner_relations.common.evidence import permitted
from partner_relations.customer_care import (
	metric_evidence,
	tier_assessments,
	tiering_policies,
	tiering_runs,
	tiering_try,
)
from partner_relations.customer_care.tier_assessments import ASSESSMENT
from partner_relations.customer_care.tiering_policies import POLICY
from partner_relations.customer_care.tiering_runs import RUN

NAMED_PER_MOVE = 10


# Policies


@frappe.whitelist()
def suggestions(method: str) -> dict[str, Any]:
	"""What the tables of a method may begin with, by the site's own tiers."""
	frappe.has_permission(POLICY, "write", throw=True)
	if method not in tiering_policies.METHODS:
		frappe.throw(_("There is no such method."))
	return tiering_policies.suggestions(method)


@frappe.whitelist()
def metric_units() -> list[dict[str, str]]:
	"""The metrics that a policy can weigh: label as stored, unit, and what they count."""
	frappe.has_permission(POLICY, "read", throw=True)
	return tiering_policies.metric_units()


@frappe.whitelist()
def policy_for_preview(policy: str) -> dict[str, Any]:
	"""A policy in the format of the preview's --policy."""
	document = frappe.get_doc(POLICY, policy)
	document.check_permission("read")
	return tiering_policies.for_preview(document.as_dict())


@frappe.whitelist()
def default_period(policy: str) -> dict[str, Any]:
	"""The last whole months of a policy."""
	document = frappe.get_cached_doc(POLICY, policy)
	document.check_permission("read")
	from_date, to_date = tiering_policies.period_of(document.as_dict())
	return {"from_date": from_date, "to_date": to_date}


@frappe.whitelist(methods=["POST"])
def try_policy(
	policy: dict | str, company: str, from_date: str | None = None, to_date: str | None = None
) -> dict[str, Any]:
	"""What an unsaved policy would move; saves nothing. For those who may change policies."""
	frappe.has_permission(POLICY, "write", throw=True)
	frappe.get_cached_doc("Company", company).check_permission("read")
	period = None
	if from_date or to_date:
		if not (from_date and to_date):
			frappe.throw(_("Give both the first and the last day of the period, or neither."))
		period = (getdate(from_date), getdate(to_date))
	return tiering_try.try_policy(frappe.parse_json(policy), company, period)


# Runs


@frappe.whitelist(methods=["POST"])
def start_run(run: str) -> None:
	"""Start a run in the background, or continue one whose worker was killed."""
	frappe.get_doc(RUN, run).check_permission("write")
	tiering_runs.enqueue(run)


@frappe.whitelist()
def moves_of_run(run: str) -> list[dict[str, Any]]:
	"""What a run proposes, by tier so far and proposed tier, as far as the user may see it.

	Each: {"from_tier", "to_tier", "change", "count", "open" (not decided on), "customers" (the first few)}.
	"""
	frappe.get_doc(RUN, run).check_permission("read")
	rows = frappe.get_list(
		ASSESSMENT,
		filters={"run": run, "status": ("!=", "Unchanged")},
		fields=["name", "customer_name", "current_tier", "proposed_tier", "change", "status"],
		order_by="has_score desc, score desc, name asc",
		limit_page_length=0,
	)
	moves: dict[tuple, dict[str, Any]] = {}
	for row in rows:
		entry = moves.setdefault(
			(row.current_tier, row.proposed_tier),
			{
				"from_tier": row.current_tier,
				"to_tier": row.proposed_tier,
				"change": row.change,
				"count": 0,
				"open": 0,
				"customers": [],
			},
		)
		entry["count"] += 1
		entry["open"] += row.status == "Proposed"
		if len(entry["customers"]) < NAMED_PER_MOVE:
			entry["customers"].append({"assessment": row.name, "customer_name": row.customer_name})
	return sorted(moves.values(), key=lambda entry: -entry["count"])


# Assessments


@frappe.whitelist()
def assessment_overview(assessment: str) -> dict[str, Any]:
	"""Why an assessment proposes its tier; `tier_assessments.overview` checks the right to it."""
	frappe.has_permission(ASSESSMENT, "read", assessment, throw=True)
	return tier_assessments.overview(assessment)


@frappe.whitelist()
def evidence(assessment: str, metric: str) -> dict[str, Any]:
	"""The lines behind a metric of an assessment, with the columns to show them by.

	Lines of documents that the user may not read are counted in `hidden`.
	"""
	frappe.has_permission(ASSESSMENT, "read", assessment, throw=True)
	found = frappe._dict(tier_assessments.evidence(assessment, metric))
	shown = metric_evidence.columns(found)
	found.rows = permitted(found, shown)
	return {**found, "columns": shown}


@frappe.whitelist(methods=["POST"])
def approve(names: list | str) -> dict[str, Any]:
	"""Approve assessments; `tier_assessments.approve` checks the right to each."""
	frappe.has_permission(ASSESSMENT, "write", throw=True)
	return tier_assessments.approve(_names(names))


@frappe.whitelist(methods=["POST"])
def reject(names: list | str, reason: str) -> dict[str, Any]:
	"""Reject assessments; `tier_assessments.reject` checks the right to each."""
	frappe.has_permission(ASSESSMENT, "write", throw=True)
	return tier_assessments.reject(_names(names), reason)


@frappe.whitelist(methods=["POST"])
def approve_moves(run: str, from_tier: str | None = None, to_tier: str | None = None) -> dict[str, Any]:
	"""Approve the open proposals of a run: all, or those of one move from tier to tier."""
	frappe.has_permission(ASSESSMENT, "write", throw=True)
	frappe.get_doc(RUN, run).check_permission("read")
	return tier_assessments.approve(tier_assessments.open_of_run(run, from_tier, to_tier))


@frappe.whitelist(methods=["POST"])
def reject_moves(
	run: str, reason: str, from_tier: str | None = None, to_tier: str | None = None
) -> dict[str, Any]:
	"""Reject the open proposals of a run: all, or those of one move from tier to tier."""
	frappe.has_permission(ASSESSMENT, "write", throw=True)
	frappe.get_doc(RUN, run).check_permission("read")
	return tier_assessments.reject(tier_assessments.open_of_run(run, from_tier, to_tier), reason)


def _names(names: list | str) -> list[str]:
	if isinstance(names, str):
		names = frappe.parse_json(names) if names.startswith("[") else [names]
	return [str(name) for name in names]
