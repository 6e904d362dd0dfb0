"""Small builders for tiering: policies by each method, runs, and what came of them.

policy = make_policy(metrics=[("Revenue", 100, 0, 1000)])       # weighted: 80 Strategic, 50 Key
found = assess(policy)                                          # {customer: assessment}, in this process
approve(found[customer].name)                                   # as somebody who didn't propose it
"""

from typing import Any

import frappe
from factories import COMPANY, FROM_DATE, TO_DATE, make_user, unique
from frappe.model.document import Document
from sales_factories import make_customer_group

from partner_relations.customer_care import tier_assessments, tiering_runs
from partner_relations.customer_care.tier_assessments import ASSESSMENT
from partner_relations.customer_care.tiering_policies import POLICY, suggestions
from partner_relations.customer_care.tiering_runs import RUN

BANDS = (("Strategic", 80), ("Key", 50), ("Regular", 0))


def policy_values(method: str = "Weighted Score", **values: Any) -> dict[str, Any]:
	"""The fields of a policy that makes sense, not saved. `metrics` are (metric, weight, worst, best)."""
	metrics = values.pop("metrics", (("Revenue", 100, 0, 1000),))
	data: dict[str, Any] = {
		"doctype": POLICY,
		"policy_name": unique("Policy"),
		"company": COMPANY,
		"method": method,
		"period_months": 12,
		"margin": 0,
		"confirmations": 1,
		"minimum_coverage": 0,
	}
	if method in ("Weighted Score", "Value-Potential Matrix"):
		data["metrics"] = [
			{"metric": name, "weight": weight, "worst": worst, "best": best}
			for name, weight, worst, best in metrics
		]
	data.update(suggestions(method))
	if method == "Weighted Score":
		data["bands"] = [{"tier": tier, "from_score": start} for tier, start in BANDS]
	return {**data, **values}


def make_policy(method: str = "Weighted Score", *, group: str | None = None, **values: Any) -> Document:
	"""A policy for the customers of `group`; a new group where none is given, so that no others count."""
	values.setdefault("customer_groups", [{"customer_group": group or make_customer_group()}])
	return frappe.get_doc(policy_values(method, **values)).insert()


def group_of(policy: Document) -> str:
	"""The customer group that a policy is for."""
	return policy.customer_groups[0].customer_group


def make_tiering_run(policy: Document | str, **values: Any) -> Document:
	"""A run over the first quarter of last year, not started."""
	values.setdefault("company", COMPANY)
	values.setdefault("from_date", FROM_DATE)
	values.setdefault("to_date", TO_DATE)
	name = policy if isinstance(policy, str) else policy.name
	return frappe.get_doc({"doctype": RUN, "policy": name, **values}).insert()


def assess(policy: Document | str, **values: Any) -> dict[str, Document]:
	"""Run a policy in this process; its assessments by customer."""
	run = make_tiering_run(policy, **values)
	tiering_runs.assess_now(run.name)
	return assessments(run.name)


def assessments(run: str) -> dict[str, Document]:
	"""The assessments of a run by customer."""
	names = frappe.get_all(ASSESSMENT, filters={"run": run}, pluck="name", limit_page_length=0)
	documents = [frappe.get_doc(ASSESSMENT, name) for name in names]
	return {document.customer: document for document in documents}


def approve(*names: str, by: str | None = None) -> dict[str, Any]:
	"""Approve as a Customer Care Manager who proposed nothing (or as `by`)."""
	user = frappe.session.user
	frappe.set_user(by or make_user("Customer Care Manager", "Sales User"))
	try:
		return tier_assessments.approve(names)
	finally:
		frappe.set_user(user)


def tier_of(customer: str) -> str | None:
	return frappe.db.get_value("Customer", customer, "customer_tier")
