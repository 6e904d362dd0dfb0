"""Tier assessments: made in bulk by a run, decided on by a person who didn't propose them, with evidence."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha1
from itertools import islice
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, format_date, getdate, now, today

from partner_relations.common.bulk import insert_documents
from partner_relations.common.documents import without_scripts
from partner_relations.common.evidence import fact_of, facts_behind
from partner_relations.common.facts.query import Scope
from partner_relations.customer_care import tiers
from partner_relations.customer_care.metrics import MEASURES
from partner_relations.customer_care.tiering import NOTHING_BOUGHT, Change, Outcome
from partner_relations.customer_care.tiering.placing import plain
from partner_relations.customer_care.tiering_policies import CustomerInfo, Policy
from partner_relations.customer_care.tiering_sentences import metric_label, reasons_said
from partner_relations.customer_care.tiers import TIER, TierMove

ASSESSMENT = "Customer Tier Assessment"
SERIES = "CTA-.YYYY.-.########"
ROWS_PER_STATEMENT = 2000
COMPANY_CURRENCY = "company currency"


# Made by a run


def insert_assessments(
	run: Any,
	outcomes: Sequence[tuple[str, Outcome]],
	customers: Mapping[str, CustomerInfo],
) -> int:
	"""Insert what the core has found for customers; returns how many of them are to move.

	`run` is the Customer Tiering Run. Who stays in its tier needs no decision.
	"""
	rows = [_row(run, customers[name], outcome) for name, outcome in outcomes]
	insert_documents(ASSESSMENT, SERIES, rows)
	return sum(row["status"] == "Proposed" for row in rows)


def _row(run: Any, customer: CustomerInfo, outcome: Outcome) -> dict[str, Any]:
	stays = outcome.change == Change.SAME
	by_potential = outcome.potential is not None
	return {
		"customer": customer.name,
		"customer_name": customer.customer_name,
		"policy": run.policy,
		"run": run.name,
		"company": run.company,
		"from_date": run.from_date,
		"to_date": run.to_date,
		"status": "Unchanged" if stays else "Proposed",
		"current_tier": customer.current,
		"proposed_tier": outcome.proposed,
		"change": outcome.change.value,
		"has_score": int(outcome.score is not None),
		"score": outcome.score or 0,
		"coverage": outcome.coverage or 0,
		"rfm": "".join(map(str, outcome.rfm)) if outcome.rfm else None,
		"segment": outcome.segment or outcome.abc_class or outcome.cell,
		"has_potential": int(by_potential),
		"potential": outcome.potential or 0,
		"potential_by": customer.potential_by if by_potential else None,
		"figures": json.dumps(_figures(outcome)),
		"reasons": json.dumps([reason.to_dict() for reason in outcome.reasons], ensure_ascii=False),
		"indicated_tier": outcome.indicated,
		"requested_by": run.requested_by,
		"policy_editor": run.policy_editor,
		"unique_key": sha1(f"{run.name}\x1f{customer.name}".encode()).hexdigest(),
	}


def _figures(outcome: Outcome) -> dict[str, Any]:
	"""What the evidence and the form show; numbers as text, which loses nothing."""
	figures: dict[str, Any] = {
		"metrics": {
			row.criterion: {
				"value": row.value,
				"numerator": row.fact.numerator if row.fact else None,
				"denominator": row.fact.denominator if row.fact else None,
				"sample_size": row.fact.sample_size if row.fact else 0,
				"rating": row.rating,
				"points": row.points,
				"weight": row.weight,
			}
			for row in outcome.metrics
		}
	}
	if outcome.rfm:
		figures["rfm"] = dict(zip("rfm", outcome.rfm, strict=True))
	if outcome.share is not None:
		figures["share"] = outcome.share
	return plain(figures)


def supersede_open(run: Any, customers: Sequence[str]) -> None:
	"""What a run finds takes the place of what earlier runs by its policy proposed and nobody decided on."""
	for batch in _batches(customers):
		_supersede(
			frappe.get_all(
				ASSESSMENT,
				filters={
					"customer": ("in", batch),
					"status": "Proposed",
					"policy": run.policy,
					"company": run.company,
					"to_date": ("<=", run.to_date),
					"run": ("!=", run.name),
				},
				pluck="name",
				order_by="name asc",
			)
		)


def _supersede(names: Sequence[str]) -> None:
	"""Mark proposals that are still open, by their names: an index on the status would lock others' rows."""
	assessment = frappe.qb.DocType(ASSESSMENT)
	for batch in _batches(names):
		(
			frappe.qb.update(assessment)
			.set(assessment.status, "Superseded")
			.where(assessment.name.isin(batch) & (assessment.status == "Proposed"))
		).run()


# Decided on by people


def approve(names: Sequence[str]) -> dict[str, Any]:
	"""Move customers to the tiers proposed; those that the user may not decide on are listed with the reason.

	Returns {"decided": [name], "held": [customer], "skipped": [{"name", "customer", "reason"}]}; customers
	that are held keep the tier that a person has set by hand, until that ends. Older open proposals of the
	customers are superseded. The number of SQL statements doesn't depend on how many they are (batches
	aside). Checks the right to decide, and the user's permissions on each.
	"""
	return _decide(names, "Approved", None)


def reject(names: Sequence[str], reason: str) -> dict[str, Any]:
	"""Leave customers in their tiers; the reason is kept. Returns what `approve` does."""
	reason = without_scripts(reason)
	if not reason:
		frappe.throw(_("Please give the reason. It is kept with your name."))
	return _decide(names, "Rejected", reason)


def _decide(names: Sequence[str], status: str, reason: str | None) -> dict[str, Any]:
	frappe.has_permission(ASSESSMENT, "write", throw=True)
	names = list(dict.fromkeys(names))
	visible = _visible(names)
	open_rows = _lock_open(list(visible), {row.customer for row in visible.values()})
	refused = _objections(names, visible, open_rows, frappe.session.user, approves=status == "Approved")
	decided = [name for name in names if name not in refused]
	held: list[str] = []
	if decided:
		_write_decision(decided, status, reason)
		if status == "Approved":
			rows = [open_rows[name] for name in decided]
			held = tiers.move([_move(row) for row in rows]).held
			_supersede_older(rows, open_rows)
	return {
		"decided": decided,
		"held": held,
		"skipped": [
			{"name": name, "customer": visible[name].customer if name in visible else None, "reason": why}
			for name, why in refused.items()
		],
	}


def _visible(names: Sequence[str]) -> dict[str, Any]:
	"""Those of the assessments that the user may see, by name."""
	found = {}
	for batch in _batches(names):
		rows = frappe.get_list(
			ASSESSMENT,
			filters={"name": ("in", batch)},
			fields=["name", "customer", "status"],
			limit_page_length=0,
		)
		found.update({row.name: row for row in rows})
	return found


def _lock_open(names: Sequence[str], customers: Iterable[str]) -> dict[str, Any]:
	"""Lock the proposals and what else is open of their customers; returns what is open now, by name.

	Two people who decide on the same customers come one after the other, and the second finds them decided.
	Rows are locked by their names, in order: locks on the index of what is open would make the two wait for
	each other.
	"""
	wanted = set(names)
	for batch in _batches(sorted(customers)):
		wanted.update(
			frappe.get_all(ASSESSMENT, {"customer": ("in", batch), "status": "Proposed"}, pluck="name")
		)
	assessment = frappe.qb.DocType(ASSESSMENT)
	found = {}
	for batch in _batches(sorted(wanted)):
		rows = (
			frappe.qb.from_(assessment)
			.where(assessment.name.isin(batch))
			.select(
				assessment.name,
				assessment.customer,
				assessment.status,
				assessment.to_date,
				assessment.creation,
				assessment.proposed_tier,
				assessment.policy,
				assessment.reasons,
				assessment.requested_by,
				assessment.policy_editor,
				assessment.potential_by,
			)
			.orderby(assessment.name)
			.for_update()
		).run(as_dict=True)
		found.update({row.name: row for row in rows if row.status == "Proposed"})
	return found


def _objections(
	names: Sequence[str],
	visible: Mapping[str, Any],
	open_rows: Mapping[str, Any],
	user: str,
	approves: bool,
) -> dict[str, str]:
	"""Why the user may not decide on assessments, by name: who proposes does not approve.

	The proposers are who requested the run, who edited its policy last before it, and who rated the
	customer's potential. Of several proposals for a customer only the latest can be approved at once.
	"""
	refused: dict[str, str] = {}
	latest: dict[str, str] = {}
	usable = set(frappe.get_all(TIER, filters={"disabled": 0}, pluck="name"))
	for name in sorted(set(names) & set(open_rows), key=lambda name: _age(open_rows[name])):
		latest[open_rows[name].customer] = name
	for name in names:
		if name not in visible:
			refused[name] = _("There is no such assessment, or you may not see it.")
			continue
		row = open_rows.get(name)
		if row is None:
			refused[name] = _("It has been decided on already, or needs no decision.")
		elif objection := objection_to_deciding(row, user):
			refused[name] = objection
		elif approves and row.proposed_tier not in usable:
			refused[name] = _("The tier {0} is disabled by now. Assess the customer again.").format(
				row.proposed_tier
			)
		elif approves and latest[row.customer] != name:
			refused[name] = _("There is a later proposal for this customer, {0}.").format(
				latest[row.customer]
			)
	return refused


def objection_to_deciding(row: Any, user: str) -> str | None:
	"""Why this user may not decide on an assessment (anything with the fields of its proposers)."""
	if row.requested_by == user:
		return _("You requested this assessment; somebody else must decide on it.")
	if row.policy_editor == user:
		return _("You edited the policy last; somebody else must decide on what it proposes.")
	if row.potential_by == user:
		return _("You rated the potential of this customer; somebody else must decide.")
	return None


def _age(row: Any) -> tuple[date, Any, str]:
	return getdate(row.to_date), row.creation, row.name


def _write_decision(names: Sequence[str], status: str, reason: str | None) -> None:
	assessment, stamp, user = frappe.qb.DocType(ASSESSMENT), now(), frappe.session.user
	for batch in _batches(names):
		(
			frappe.qb.update(assessment)
			.set(assessment.status, status)
			.set(assessment.decided_by, user)
			.set(assessment.decided_on, stamp)
			.set(assessment.decision_reason, reason)
			.set(assessment.modified, stamp)
			.set(assessment.modified_by, user)
			.where(assessment.name.isin(batch))
		).run()


def _move(row: Any) -> TierMove:
	why = " ".join(reasons_said(row.reasons))
	return TierMove(row.customer, row.proposed_tier, tiers.ASSESSMENT, why, assessment=row.name)


def _supersede_older(approved: Sequence[Any], open_rows: Mapping[str, Any]) -> None:
	"""Open proposals older than the one approved say nothing any more, by whatever policy they were made."""
	latest = {row.customer: row for row in approved}
	names = {row.name for row in approved}
	older = [
		row.name
		for row in open_rows.values()
		if row.name not in names and row.customer in latest and _age(row) < _age(latest[row.customer])
	]
	_supersede(older)


def open_of_run(run: str, from_tier: str | None = None, to_tier: str | None = None) -> list[str]:
	"""Names of a run's open proposals that the user may see: all, or those of one move ("": no tier yet)."""
	filters: dict[str, Any] = {"run": run, "status": "Proposed"}
	if to_tier:
		filters["proposed_tier"] = to_tier
		filters["current_tier"] = from_tier or ("is", "not set")
	return frappe.get_list(
		ASSESSMENT, filters=filters, pluck="name", order_by="name asc", limit_page_length=0
	)


# What a person sees of one


def overview(name: str) -> dict[str, Any]:
	"""Why an assessment proposes its tier: sentences, metrics with what they count, what the user may do.

	Checks the right to read it.
	"""
	document = frappe.get_doc(ASSESSMENT, name)
	document.check_permission("read")
	figures = frappe.parse_json(document.figures or "{}")
	may_decide = document.status == "Proposed" and bool(document.has_permission("write"))
	objection = objection_to_deciding(document, frappe.session.user) if may_decide else None
	return {
		"reasons": reasons_said(document.reasons),
		"metrics": [
			_metric_shown(metric, row, document.company) for metric, row in figures.get("metrics", {}).items()
		],
		"rfm": figures.get("rfm"),
		"held": _held_words(document) if document.status in ("Proposed", "Approved") else None,
		"may_decide": may_decide and not objection,
		"objection": objection,
	}


def _metric_shown(metric: str, row: Mapping[str, Any], company: str) -> dict[str, Any]:
	measure = MEASURES.get(metric)
	return {
		**row,
		"metric": metric,
		"label": metric_label(metric),
		"unit": _unit(measure.unit, company) if measure else "",
		"description": _(measure.description) if measure else "",
	}


def _unit(unit: str, company: str) -> str:
	"""The unit of a metric; for money the currency that the company has."""
	return (
		frappe.get_cached_value("Company", company, "default_currency") if unit == COMPANY_CURRENCY else unit
	)


def _held_words(document: Any) -> str | None:
	"""That the customer's tier is set by hand, and until when; None if it isn't."""
	customer = frappe.db.get_value(
		"Customer", document.customer, ["customer_tier", "tier_override_until"], as_dict=True
	)
	until = customer and customer.tier_override_until
	if not until or getdate(until) < getdate(today()):
		return None
	return _("{0} was set by hand until {1}. An approved proposal takes effect after that.").format(
		customer.customer_tier, format_date(until)
	)


def evidence(name: str, metric: str, limit: int = 200) -> dict[str, Any]:
	"""The lines counted for a metric of an assessment, as they stand today.

	Returns what `common.evidence.facts_behind` does. Checks the right to read the assessment, and drops the
	lines of documents that the user may not read.
	"""
	document = frappe.get_doc(ASSESSMENT, name)
	document.check_permission("read")
	row = frappe.parse_json(document.figures or "{}").get("metrics", {}).get(metric)
	if row is None or metric not in MEASURES:
		frappe.throw(
			_("The assessment {0} has no metric {1}.").format(name, frappe.bold(escape_html(metric)))
		)
	policy = Policy.from_text(frappe.db.get_value("Customer Tiering Run", document.run, "definition"))
	scope = Scope(
		document.company,
		getdate(document.from_date),
		getdate(document.to_date),
		getdate(today()),
		(document.customer,),
	)
	then = fact_of(Decimal(row[part] or 0) for part in ("numerator", "denominator", "sample_size"))
	# Who bought nothing in the period has no lines, yet is known to have bought nothing.
	nothing = {"nothing": then} if then == NOTHING_BOUGHT else {}
	found = facts_behind(MEASURES[metric], scope, policy.settings, then, limit, **nothing)
	return {**found, "unit": _unit(found["unit"], document.company)}


def _batches(names: Iterable[str]) -> Iterable[list[str]]:
	iterator = iter(names)
	while batch := list(islice(iterator, ROWS_PER_STATEMENT)):
		yield batch
