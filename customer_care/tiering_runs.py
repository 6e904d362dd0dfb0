"""Tiering runs: from the sales of many customers to one assessment for each, in the background."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import getdate
from pypika import Order
from pypika.analytics import DenseRank, RowNumber

from partner_relations.common import background
from partner_relations.common.background import RunKind
from partner_relations.common.facts.dialects import MARIADB
from partner_relations.common.facts.query import BoundQuery, Scope
from partner_relations.common.side_by_side import read_side_by_side
from partner_relations.customer_care.tier_assessments import ASSESSMENT, insert_assessments, supersede_open
from partner_relations.customer_care.tiering import (
	CustomerFacts,
	Definition,
	Method,
	Outcome,
	Totals,
	assess_each,
	rfm_cuts,
)
from partner_relations.customer_care.tiering import facts as core_facts
from partner_relations.customer_care.tiering.facts import RunAll
from partner_relations.customer_care.tiering.placing import plain
from partner_relations.customer_care.tiering_policies import (
	POLICY,
	CustomerInfo,
	Policy,
	customers_in_scope,
	freeze,
)

RUN = "Customer Tiering Run"
CUSTOMERS_PER_CHUNK = 5000
READING = 40
"""Percent of the progress that reading the facts makes up."""


def _frozen(document) -> dict[str, Any]:
	policy = frappe.get_doc(POLICY, document.policy)
	return {"definition": freeze(policy.as_dict()).to_text(), "policy_editor": policy.modified_by}


KIND = RunKind(
	doctype=RUN,
	job="partner_relations.customer_care.tiering_runs.execute_run",
	event="customer_tiering_run",
	scope=("policy", "company", "from_date", "to_date"),
	party="customer",
	freeze=_frozen,
	finished_words=lambda: _("This run has finished. Create a new run to assess again."),
	taken_words=lambda other: _("The run {0} works on the same policy, company and period.").format(other),
)


def enqueue(run: str) -> None:
	"""Hand a run to a background worker: see `background.enqueue`."""
	background.enqueue(KIND, run)


def execute_run(run: str) -> None:
	"""Assess the customers of a run, in chunks, each committed; what was done before a kill stays."""
	background.execute_run(KIND, run, _assess)


def assess_now(run: str) -> None:
	"""Assess a small run in the request of the user who waits for it; raises what goes wrong."""
	document = frappe.get_doc(RUN, run)
	other = background.worker_of_scope(KIND, document)
	if other:
		frappe.throw(KIND.taken_words(other))
	background.prepare(KIND, document)
	_assess(document, commit=False)


def restart_stalled() -> None:
	"""Scheduled: enqueue again the runs whose worker died, and those whose job got lost in the queue."""
	background.restart_stalled(KIND, lambda run: enqueue(run))


# What a run and "Try it" have in common


def read_facts(policy: Policy, scope: Scope, run_all: RunAll | None = None) -> dict[str, dict[str, Totals]]:
	"""What a policy measures customers by, as the site's documents have it today."""
	return core_facts.read_facts(
		policy.definition, policy.settings, scope, MARIADB, run_all or _one_after_the_other
	)


def _one_after_the_other(queries: Sequence[BoundQuery]) -> Iterator[list[tuple]]:
	return (frappe.db.sql(query.sql, query.values) for query in queries)


def customer_facts(
	customers: Mapping[str, CustomerInfo],
	facts: Mapping[str, Mapping[str, Totals]],
	earlier: Mapping[str, tuple[str, ...]],
) -> dict[str, CustomerFacts]:
	"""What the core judges customers by: disabled ones aside."""
	return {
		name: CustomerFacts(
			metrics=facts.get(name, {}),
			potential=info.potential,
			current=info.current,
			earlier_proposals=earlier.get(name, ()),
			customer_group=info.customer_group,
		)
		for name, info in customers.items()
		if not info.disabled
	}


def earlier_indications(
	policy: str, company: str, before: date, confirmations: int, customers: Iterable[str] = ()
) -> dict[str, tuple[str, ...]]:
	"""The tiers that this policy indicated for periods that ended `before`, the latest first.

	As many as `confirmations`, the one to come included, ask for: one query, or none. Of several runs over
	one period the last one counts.
	"""
	needed = confirmations - 1
	if needed < 1:
		return {}
	assessment = frappe.qb.DocType(ASSESSMENT)
	query = (
		frappe.qb.from_(assessment)
		.where(
			(assessment.policy == policy) & (assessment.company == company) & (assessment.to_date < before)
		)
		.select(
			assessment.customer,
			assessment.to_date,
			assessment.indicated_tier,
			RowNumber()
			.over(assessment.customer, assessment.to_date)
			.orderby(assessment.creation, order=Order.desc)
			.orderby(assessment.name, order=Order.desc)
			.as_("of_period"),
			DenseRank()
			.over(assessment.customer)
			.orderby(assessment.to_date, order=Order.desc)
			.as_("periods_ago"),
		)
	)
	names = tuple(customers)
	if names:
		query = query.where(assessment.customer.isin(names))
	ranked = query.as_("ranked")
	rows = (
		frappe.qb.from_(ranked)
		.where((ranked.of_period == 1) & (ranked.periods_ago <= needed))
		.select(ranked.customer, ranked.indicated_tier)
		.orderby(ranked.customer)
		.orderby(ranked.periods_ago)
	).run()
	found: dict[str, list[str]] = {}
	for customer, tier in rows:
		found.setdefault(customer, []).append(tier or "")
	return {customer: tuple(indicated) for customer, indicated in found.items()}


def compares_customers(definition: Definition) -> bool:
	"""Whether what one customer gets depends on the others: quantiles and shares do."""
	return definition.method in (Method.RFM, Method.ABC)


# The run


def _assess(document, commit: bool = True) -> None:
	policy = Policy.from_text(document.definition)
	definition = policy.definition
	from_date, to_date = getdate(document.from_date), getdate(document.to_date)
	only = (document.customer,) if document.customer else ()
	alone = only if only and not compares_customers(definition) else ()
	customers = customers_in_scope(policy.customer_groups, alone)
	scope = Scope(document.company, from_date, to_date, getdate(document.as_of), alone)
	facts = read_facts(policy, scope, _side_by_side(document) if commit else None)
	confirmations = definition.hysteresis.confirmations
	earlier = earlier_indications(document.policy, document.company, to_date, confirmations, only)
	known = customer_facts(customers, facts, earlier)

	made = _made_by(document.name)
	wanted = [name for name in known if not only or name in only]
	counts: dict[str, Any] = {
		"customers_total": len([name for name in customers if not only or name in only]),
		"skipped_disabled": sum(
			1 for name, info in customers.items() if info.disabled and (not only or name in only)
		),
		"assessments_made": made.total(),
		"moves_proposed": made["Proposed"] + made["Approved"] + made["Rejected"] + made["Superseded"],
	}
	done = set(frappe.get_all(ASSESSMENT, filters={"run": document.name}, pluck="customer")) if made else ()
	todo = {name for name in wanted if name not in done}
	total = len(todo)
	outcomes = ((name, outcome) for name, outcome in assess_each(definition, known) if name in todo)
	assessed = 0
	for chunk in _chunks(outcomes, CUSTOMERS_PER_CHUNK):
		supersede_open(document, [name for name, _outcome in chunk])
		moves = insert_assessments(document, chunk, customers)
		assessed += len(chunk)
		counts["assessments_made"] += len(chunk)
		counts["moves_proposed"] += moves
		counts["progress"] = READING + (100 - READING) * assessed / total
		if commit:
			background.keep(KIND, document.name, **counts)
			background.tell(KIND, document, status="Running", **counts)
	background.finish(
		KIND,
		document.name,
		status="Completed",
		commit=commit,
		**{**counts, "progress": 100, "failed_count": 0, "cuts": _cuts(definition, known)},
	)


def _cuts(definition: Definition, known: Mapping[str, CustomerFacts]) -> str | None:
	"""The cuts of R, F and M that customers were scored by, as JSON: the axes of the RFM map."""
	if definition.rfm is None:
		return None
	cuts = rfm_cuts(definition, known)
	return frappe.as_json(plain(cuts._asdict())) if cuts else None


def _made_by(run: str) -> Counter:
	"""How many assessments a run has made before it was interrupted, by status."""
	assessment = frappe.qb.DocType(ASSESSMENT)
	return Counter(
		dict(
			frappe.qb.from_(assessment)
			.where(assessment.run == run)
			.groupby(assessment.status)
			.select(assessment.status, Count("*"))
			.run()
		)
	)


def _side_by_side(document) -> RunAll:
	"""Reads facts as a job may, over connections of its own; says after each metric how far the run is."""

	def run_all(queries: Sequence[BoundQuery]) -> Iterator[list[tuple]]:
		found = read_side_by_side(queries, lambda: background.keep(KIND, document.name))
		for done, rows in enumerate(found, start=1):
			progress = READING * done / len(queries)
			background.keep(KIND, document.name, progress=progress)
			background.tell(KIND, document, status="Running", progress=progress)
			yield rows

	return run_all


def _chunks(outcomes: Iterator[tuple[str, Outcome]], size: int) -> Iterator[list[tuple[str, Outcome]]]:
	while chunk := list(islice(outcomes, size)):
		yield chunk


def create_run(
	policy: str,
	company: str | None = None,
	*,
	from_date: Any = None,
	to_date: Any = None,
	customer: str | None = None,
	requested_by: str | None = None,
) -> str:
	"""Make a run without starting it; returns its name. Checks no permission: the caller does."""
	document = frappe.get_doc(
		{
			"doctype": RUN,
			"policy": policy,
			"company": company,
			"from_date": from_date,
			"to_date": to_date,
			"customer": customer,
			"requested_by": requested_by or frappe.session.user,
		}
	)
	document.insert(ignore_permissions=True)
	return document.name
