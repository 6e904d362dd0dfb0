"""Incentive rules at work: what publishing an evaluation, or a breach, calls for is proposed.

`simulate` answers the same question over the past, with the same functions, and writes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import add_days, getdate, today

from partner_relations.supplier_quality import remedy_schemes, reward_penalty
from partner_relations.supplier_quality.breaches import occasion as occasion_of_breach
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.incentive_cases import Occasion, cases
from partner_relations.supplier_quality.incentive_sentences import breach_sentence, evaluation_sentence
from partner_relations.supplier_quality.incentive_sources import (
	BREACH,
	History,
	Source,
	SupplierGroups,
	breaches,
	breaches_of,
	evaluations,
	evaluations_of,
)
from partner_relations.supplier_quality.remedies.rules import (
	BREACHES,
	EVALUATIONS,
	BreachDecision,
	Decision,
	Rule,
	decide,
	decide_breaches,
	points_missed,
)
from partner_relations.supplier_quality.remedy_schemes import Assessment
from partner_relations.supplier_quality.reward_penalty import FINANCIAL, REWARD_PENALTY, Proposal
from partner_relations.supplier_quality.templates import period_label

RULE = "Supplier Incentive Rule"
CONDITION = "Supplier Incentive Condition"
NO_LONGER = ("Waived", "Reversed", "Cancelled")


YearAmounts = Callable[[str, Sequence[Source]], Mapping[tuple[str, str, int], Decimal]]
"""What counts against the yearly cap of a scheme already, by supplier, company and year of the sources."""


@dataclass(frozen=True)
class Call:
	"""A rule that held for a source: why, and where money is asked for the amount by the frozen scheme."""

	source: Source
	decision: Decision | BreachDecision
	assessment: Assessment | None = None
	definition: Mapping[str, Any] | None = None


# What publishing and detecting propose


def propose_for_evaluations(names: Sequence[str]) -> list[str]:
	"""Hook `supplier_evaluations_published`: what the enabled rules call for is proposed; returns the names.

	One query where no rule is enabled; else a number of statements that grows with the rules and with the
	companies and periods of the evaluations, not with the suppliers. A rule that fails is logged and stops
	neither the others nor the publishing.
	"""
	return _propose(EVALUATIONS, EVALUATION, names, evaluations_of, _decided_by_older_version)


def propose_for_breaches(names: Sequence[str]) -> list[str]:
	"""Hook `contract_breaches_detected`: the same for breaches of contracts."""
	return _propose(BREACHES, BREACH, names, breaches_of)


def _propose(
	looks_at: str,
	source_type: str,
	names: Sequence[str],
	read: Callable[[Sequence[str], Sequence[Rule]], History],
	settled: Callable[[Mapping[str, Any], Sequence[Source]], set[str]] | None = None,
) -> list[str]:
	"""`settled` tells the sources for which a rule has nothing left to propose."""
	made: list[str] = []
	if not names:
		return made
	with _logged("The incentive rules could not be asked"):
		documents = _enabled(looks_at)
		rules = []
		for document in documents:
			with _logged(f"Incentive rule {document.name} cannot be decided"):
				rules.append((document, Rule.from_document(document)))
		if not rules:
			return made
		history = _decided_today(read(names, [rule for _document, rule in rules]))
		groups = SupplierGroups()
		for document, rule in rules:
			with _logged(f"Incentive rule {document.name} failed"):
				calls = called_for(document, rule, history, set(names), groups, _amounts_of_the_year)
				done = settled(document, [call.source for call in calls]) if settled and calls else ()
				made += reward_penalty.propose(
					[_proposal(document, call, source_type) for call in calls if call.source.name not in done]
				)
	return made


def _decided_today(history: History) -> History:
	"""What is proposed now counts against the caps of this year, whenever a breach was detected."""
	day = getdate(today())
	return {key: [replace(source, day=day) for source in series] for key, series in history.items()}


@contextmanager
def _logged(title: str) -> Iterator[None]:
	"""Undo and log what fails inside, for publishing must go on. What it told the user is forgotten."""
	savepoint = f"incentives_{frappe.generate_hash(length=8)}"
	messages = len(frappe.local.message_log)
	frappe.db.savepoint(savepoint)
	try:
		yield
	except Exception:
		frappe.db.rollback(save_point=savepoint)
		del frappe.local.message_log[messages:]
		frappe.log_error(title=title)


def called_for(
	document: Mapping[str, Any],
	rule: Rule,
	history: History,
	names: Collection[str],
	groups: SupplierGroups,
	year_amounts: YearAmounts,
) -> list[Call]:
	"""What a rule calls for: publishing, detecting and the simulation all ask here, and nowhere else.

	`names` are the sources in question, whose whole series are in `history`. Against a yearly cap counts
	what `year_amounts` gives and, period by period, what this call adds. Where the scheme yields nothing,
	nothing is called for.
	"""
	held = [
		Call(source, decision)
		for series in history.values()
		for source, decision in _decisions(document, rule, series, names, groups)
		if decision.holds
	]
	held.sort(key=lambda call: (call.source.to_date, call.source.day, call.source.name))
	if document["measure"] not in FINANCIAL or not held:
		return held
	definition = remedy_schemes.freeze(document["remedy_scheme"])
	found = cases(definition, [_occasion(call) for call in held])
	already: dict[tuple[str, str, int], Decimal] = defaultdict(Decimal)
	if definition["yearly_cap"] is not None:
		already.update(year_amounts(document["remedy_scheme"], [call.source for call in held]))
	assessed = []
	for call in held:
		source = call.source
		year = (source.supplier, source.company, source.day.year)
		case = replace(found[source.name], already_in_year=already[year])
		currency = frappe.get_cached_value("Company", source.company, "default_currency")
		assessment = remedy_schemes.assess(definition, case, currency)
		already[year] += assessment.amount
		if assessment.amount:
			assessed.append(Call(source, call.decision, assessment, definition))
	return assessed


def _decisions(
	document: Mapping[str, Any],
	rule: Rule,
	series: Sequence[Source],
	names: Collection[str],
	groups: SupplierGroups,
) -> Iterator[tuple[Source, Decision | BreachDecision]]:
	"""Decisions on the named sources of a series, each from what came before it.

	Where the contract itself names a remedy for a breach, a rule doesn't ask for money for that breach a
	second time; one about repeated breaches punishes the repetition. For what hasn't come yet money is asked
	when it has.
	"""
	financial = document["measure"] in FINANCIAL
	if document.get("kpi"):
		series = [source for source in series if source.kpi == document["kpi"]]
	for place, source in enumerate(series):
		if source.name not in names or not _in_scope(document, source, groups):
			continue
		if financial and (source.is_growing or (source.has_remedy and rule.breaches_needed == 1)):
			continue
		past = series[: place + 1]
		if rule.looks_at == BREACHES:
			yield source, decide_breaches(rule, [other.to_date for other in past])
		else:
			yield source, decide(rule, [other.outcome for other in past])


def _in_scope(document: Mapping[str, Any], source: Source, groups: SupplierGroups) -> bool:
	for name in ("company", "template"):
		wanted = document.get(name)
		if wanted and source.row.get(name) != wanted:
			return False
	group = document.get("supplier_group")
	return not group or source.supplier_group in groups.below(group)


def _occasion(call: Call) -> Occasion:
	source = call.source
	if isinstance(call.decision, BreachDecision):
		starts = {source.row["contract"]: source.row["start_date"]}
		return replace(occasion_of_breach(source.row, source.row["frozen"], starts), day=source.day)
	return Occasion(
		source.name,
		source.supplier,
		source.company,
		source.from_date,
		source.to_date,
		source.day,
		points=points_missed(call.decision.findings),
		grade=source.outcome.grade,
	)


def _proposal(document: Mapping[str, Any], call: Call, source_type: str) -> Proposal:
	source, assessment = call.source, call.assessment
	details = {
		"hold_payments": document.get("hold_payments"),
		"order_share": document.get("order_share"),
		"payment_terms_template": document.get("payment_terms_template"),
		"contract": source.row.get("contract"),
	}
	if document.get("duration_days"):
		details["until"] = add_days(getdate(today()), document["duration_days"])
	return Proposal(
		supplier=source.supplier,
		company=source.company,
		kind=document["kind"],
		measure=document["measure"],
		reason=document.get("reason") or sentence(call, source.language),
		source_type=source_type,
		source_name=source.name,
		origin=document["name"],
		proposed_by=source.by or frappe.session.user,
		paid_by=document.get("paid_by") or None,
		amount=assessment.amount if assessment else Decimal(0),
		remedy_scheme=document["remedy_scheme"] if assessment else None,
		definition=call.definition,
		calculation=assessment.calculation if assessment else (),
		ceiling=assessment.ceiling if assessment else None,
		rule=document["name"],
		details=details,
	)


def sentence(call: Call, language: str | None = None) -> str:
	"""Why a rule held, in a language (default: the user's)."""
	if isinstance(call.decision, Decision):
		return evaluation_sentence(call.decision, language)
	source = call.source
	return breach_sentence(
		call.decision,
		source.row["obligation"],
		source.row["contract"],
		(source.from_date, source.to_date),
		language,
	)


def _enabled(looks_at: str) -> list[Mapping[str, Any]]:
	"""The enabled rules with their conditions, by priority: one query where there is none, else two."""
	documents = frappe.get_all(
		RULE,
		filters={"enabled": 1, "looks_at": looks_at},
		fields=["*"],
		order_by="priority asc, name asc",
	)
	if not documents:
		return []
	conditions: dict[str, list[Any]] = defaultdict(list)
	for row in frappe.get_all(
		CONDITION,
		filters={"parent": ("in", [document.name for document in documents]), "parenttype": RULE},
		fields=["parent", "what", "comparison", "kpi", "grade", "number"],
		order_by="parent asc, idx asc",
	):
		conditions[row.parent].append(row)
	for document in documents:
		document.conditions = conditions[document.name]
	return documents


def _amounts_of_the_year(scheme: str, sources: Sequence[Source]) -> dict[tuple[str, str, int], Decimal]:
	"""What this year's records of a scheme add up to: a query per year in question."""
	found = {}
	for year in sorted({source.day.year for source in sources}):
		amounts = remedy_schemes.amounts_in_year(
			date(year, 1, 1), suppliers=sorted({source.supplier for source in sources}), schemes=[scheme]
		)
		found.update(
			{(supplier, company, year): amount for (supplier, company, _of), amount in amounts.items()}
		)
	return found


def _decided_by_older_version(document: Mapping[str, Any], sources: Sequence[Source]) -> set[str]:
	"""Evaluations for whose period the rule's reward or penalty is decided on already, by an older version.

	An approved one stays when its evaluation is superseded; a second one would reward or punish twice.
	"""
	record, this, other = (
		frappe.qb.DocType(REWARD_PENALTY),
		frappe.qb.DocType(EVALUATION).as_("this"),
		frappe.qb.DocType(EVALUATION).as_("other"),
	)
	rows = (
		frappe.qb.from_(this)
		.join(other)
		.on(
			(other.supplier == this.supplier)
			& (other.company == this.company)
			& (other.template == this.template)
			& (other.from_date == this.from_date)
			& (other.to_date == this.to_date)
			& (other.name != this.name)
		)
		.join(record)
		.on((record.source_name == other.name) & (record.source_type == EVALUATION))
		.where(
			this.name.isin([source.name for source in sources])
			& (record.rule == document["name"])
			& (record.docstatus == 1)
			& record.status.notin(NO_LONGER)
		)
		.select(this.name)
		.distinct()
	).run()
	return {name for (name,) in rows}


# The past


def simulate(document: Mapping[str, Any], from_date: date, to_date: date) -> dict[str, Any]:
	"""What a rule, saved or not, would have proposed for periods (or breaches) that ended in [from, to].

	Period by period, as if each evaluation in force had been published in the order of its periods, with the
	function that production calls (`called_for`). Against a yearly cap counts only what the rule itself
	would have proposed. Nothing is written. Suppliers whose evaluations the user may not see are left out.

	Returns rows by period and supplier with the finding and the steps of the amount, totals per company, the
	sums per period, and how many evaluations or breaches were looked at.
	"""
	rule = Rule.from_document(document)
	if rule.looks_at == BREACHES:
		doctype = BREACH
		breach = frappe.qb.DocType(BREACH)
		history = breaches(breach.to_date <= to_date)
	else:
		doctype = EVALUATION
		evaluation = frappe.qb.DocType(EVALUATION)
		concerned = evaluation.to_date <= to_date
		if not rule.looks_back:
			concerned &= evaluation.to_date >= from_date
		if document.get("template"):
			concerned &= evaluation.template == document["template"]
		if document.get("company"):
			concerned &= evaluation.company == document["company"]
		history = evaluations(concerned, [rule])
	visible = frappe.get_list(
		doctype,
		filters={"to_date": ("between", (from_date, to_date))},
		pluck="name",
		limit_page_length=0,
	)
	groups = SupplierGroups()
	names = set(visible)
	looked_at = sum(
		source.name in names and _in_scope(document, source, groups)
		for series in history.values()
		for source in series
	)
	calls = called_for(document, rule, history, names, groups, lambda _scheme, _sources: {})
	return {
		"from_date": from_date,
		"to_date": to_date,
		"looked_at": looked_at,
		"rows": [_simulated(call, doctype) for call in calls],
		"totals": _totals(calls),
		"periods": _per_period(calls),
	}


def _simulated(call: Call, doctype: str) -> dict[str, Any]:
	source, assessment = call.source, call.assessment
	return {
		"supplier": source.supplier,
		"supplier_name": source.supplier_name,
		"company": source.company,
		"source_type": doctype,
		"source_name": source.name,
		"period_label": period_label(source.from_date, source.to_date),
		"from_date": source.from_date,
		"to_date": source.to_date,
		"finding": sentence(call),
		"amount": float(assessment.amount) if assessment else None,
		"currency": frappe.get_cached_value("Company", source.company, "default_currency"),
		"steps": remedy_schemes.explain(assessment.calculation) if assessment else [],
		"capped": bool(assessment and assessment.capped),
	}


def _totals(calls: Iterable[Call]) -> list[dict[str, Any]]:
	"""Per company: how many, for how many suppliers, how much."""
	by_company: dict[str, list[Call]] = defaultdict(list)
	for call in calls:
		by_company[call.source.company].append(call)
	return [
		{
			"company": company,
			"currency": frappe.get_cached_value("Company", company, "default_currency"),
			"count": len(members),
			"suppliers": len({call.source.supplier for call in members}),
			"amount": float(sum(call.assessment.amount for call in members if call.assessment)),
		}
		for company, members in sorted(by_company.items())
	]


def _per_period(calls: Iterable[Call]) -> list[dict[str, Any]]:
	"""Per period and company, in order."""
	found: dict[tuple[date, date, str], list[Call]] = defaultdict(list)
	for call in calls:
		found[(call.source.to_date, call.source.from_date, call.source.company)].append(call)
	return [
		{
			"period_label": period_label(begin, end),
			"company": company,
			"count": len(members),
			"amount": float(sum(call.assessment.amount for call in members if call.assessment)),
		}
		for (end, begin, company), members in sorted(found.items())
	]
