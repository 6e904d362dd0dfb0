"""What a tiering policy would move, without saving anything: the administrator's "Try It"."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import frappe
from frappe.utils import getdate, today

from partner_relations.common.facts.query import Scope
from partner_relations.customer_care.tiering import Outcome, assess_each
from partner_relations.customer_care.tiering_policies import (
	POLICY,
	customers_in_scope,
	freeze,
	period_of,
	segments_never_reached,
)
from partner_relations.customer_care.tiering_runs import customer_facts, earlier_indications, read_facts
from partner_relations.customer_care.tiering_sentences import reason_sentences

NAMED_PER_MOVE = 50


def try_policy(
	policy: Mapping[str, Any], company: str, period: tuple[date, date] | None = None
) -> dict[str, Any]:
	"""Assess the customers by an edited, unsaved policy, over its last period unless one is given.

	Returns the period, how many customers there are, stay and can't be assessed, and `moves` from one tier to
	another: {"from_tier", "to_tier", "change", "count", "customers" (the first few, each with why)}. It goes
	through the functions that a run goes through; of customers that the user may not see nothing is told.
	"""
	document = frappe.get_doc({**policy, "doctype": POLICY})
	document.validate_content()
	content = document.as_dict(no_nulls=False)
	frozen = freeze(content)
	from_date, to_date = period or period_of(content)
	customers = customers_in_scope(frozen.customer_groups)
	facts = read_facts(frozen, Scope(company, from_date, to_date, getdate(today())))
	confirmations = frozen.definition.hysteresis.confirmations
	earlier = earlier_indications(policy.get("name") or "", company, to_date, confirmations)
	known = customer_facts(customers, facts, earlier)
	visible = set(frappe.get_list("Customer", pluck="name", limit_page_length=0))
	moves: dict[tuple[str | None, str | None], dict[str, Any]] = {}
	seen = stay = not_rated = 0
	for name, outcome in assess_each(frozen.definition, known):
		if name not in visible:
			continue
		seen += 1
		not_rated += outcome.not_rated is not None
		current = customers[name].current
		if outcome.proposed == current:
			stay += 1
			continue
		entry = moves.setdefault(
			(current, outcome.proposed),
			{
				"from_tier": current,
				"to_tier": outcome.proposed,
				"change": outcome.change.value,
				"count": 0,
				"customers": [],
			},
		)
		entry["count"] += 1
		if len(entry["customers"]) < NAMED_PER_MOVE:
			entry["customers"].append(_named(name, customers[name].customer_name, outcome))
	return {
		"from_date": from_date,
		"to_date": to_date,
		"customers": seen,
		"stay": stay,
		"not_rated": not_rated,
		"moves": sorted(moves.values(), key=lambda entry: -entry["count"]),
		"never_reached": segments_never_reached(frozen.definition),
	}


def _named(name: str, customer_name: str, outcome: Outcome) -> dict[str, str]:
	reasons = [reason.to_dict() for reason in outcome.reasons]
	return {"name": name, "customer_name": customer_name, "why": " ".join(reason_sentences(reasons))}
