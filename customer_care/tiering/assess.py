"""The tiers of many customers by one policy: pure, and the same in whatever order the customers come."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from partner_relations.customer_care.tiering.abc import previous_shares
from partner_relations.customer_care.tiering.definition import Definition, Method
from partner_relations.customer_care.tiering.metrics import ZERO, MetricScore, Totals, value_of
from partner_relations.customer_care.tiering.placing import (
	Bound,
	Code,
	Ladder,
	Limit,
	Reason,
	beyond_margin,
	confirmed,
)
from partner_relations.customer_care.tiering.rfm import Cuts, RfmScores, score
from partner_relations.customer_care.tiering.weighted import Weighting, measure

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class CustomerFacts:
	"""What is known of one customer.

	`metrics` are totals by metric; one that is absent is no data. `potential` is the account manager's mark.
	`earlier_proposals` are the `Outcome.indicated` of the assessments before, the latest first ("" where one
	was not rated). `customer_group` is what the policy's limits look at; `floor` and `ceiling` are tiers that
	the customer itself must have at least, or at most.
	"""

	metrics: Mapping[str, Totals] = field(default_factory=dict)
	potential: Decimal | None = None
	current: str | None = None
	earlier_proposals: tuple[str, ...] = ()
	customer_group: str | None = None
	floor: str | None = None
	ceiling: str | None = None


class Change(str, Enum):
	"""From the current tier to the proposed one. New: there is none yet, or none that the policy knows."""

	UP = "Up"
	DOWN = "Down"
	SAME = "Same"
	NEW = "New"


@dataclass(frozen=True)
class Outcome:
	"""What an assessment found for one customer. What the method doesn't make is None.

	`score` is the weighted score (0 to 100, nine decimals), `coverage` percent of the weight measured,
	`share` the percentage that the customers before this one make up. `not_rated` says why there is no
	result: "no data", "coverage", "sample", "no potential", "potential outside its scale". `found` is the
	tier of the method's plain result, `indicated` that after the margin (to keep: later assessments ask for
	it as `earlier_proposals`), `proposed` what comes of it after confirmations, floors and ceilings; None
	where a customer is not rated, has no tier, and the policy has no default.
	"""

	proposed: str | None
	change: Change
	reasons: tuple[Reason, ...]
	metrics: tuple[MetricScore, ...]
	score: Decimal | None = None
	coverage: Decimal | None = None
	rfm: RfmScores | None = None
	segment: str | None = None
	share: Decimal | None = None
	abc_class: str | None = None
	potential: Decimal | None = None
	cell: str | None = None
	not_rated: str | None = None
	found: str | None = None
	indicated: str | None = None


@dataclass
class _Result:
	"""What the method says of one customer, before anything is placed.

	`weaker(points)` is the tier of a result so many points weaker; None where the method has no points.
	"""

	metrics: tuple[MetricScore, ...]
	tier: str | None = None
	reason: Reason | None = None
	number: Decimal | None = None
	weaker: Callable[[Decimal], str] | None = None
	fields: Mapping[str, object] = field(default_factory=dict)


def assess(definition: Definition, customers: Mapping[str, CustomerFacts]) -> dict[str, Outcome]:
	"""The outcome of each customer, in the order of `customers`.

	Quantiles (RFM) and shares (ABC) are taken over the customers given, so a part of them is another
	population; customers without data of the metrics are left out of it.
	"""
	return dict(assess_each(definition, customers))


def assess_each(
	definition: Definition, customers: Mapping[str, CustomerFacts]
) -> Iterator[tuple[str, Outcome]]:
	"""As `assess`, one customer after the other: a caller that stores them as they come needs no memory for
	all. What takes all customers together is done before the first."""
	judge = _METHODS[definition.method](definition, customers)
	ladder = Ladder(definition.tiers)
	for customer, facts in customers.items():
		yield customer, _place(definition, ladder, facts, judge(customer, facts))


def rfm_cuts(definition: Definition, customers: Mapping[str, CustomerFacts]) -> Cuts | None:
	"""The cuts by which `assess` scores these customers: what the RFM map of a run shows at its axes.

	None where the cuts are quantiles and no customer has all three metrics. Raises ValueError for a policy
	of another method.
	"""
	if definition.rfm is None:
		raise ValueError("only a policy by RFM has cuts")
	values = (_rfm_value(definition, facts) for facts in customers.values())
	return definition.rfm.cuts([value for value in values if value is not None])


# The methods: each looks at all customers where it must, and returns what judges one of them.

_Judge = Callable[[str, CustomerFacts], _Result]


def _weighted(definition: Definition, customers: Mapping[str, CustomerFacts]) -> _Judge:
	scale = definition.scale()
	weighting = Weighting(definition.metrics, definition.minimum_coverage, definition.minimum_sample, scale)

	def judge(customer: str, facts: CustomerFacts) -> _Result:
		made = weighting.score(facts.metrics)
		if made.total is None:
			return _not_rated(definition, made.criteria, made.reason, made.coverage)
		total, coverage, tier = made.total, made.coverage, made.grade
		return _Result(
			made.criteria,
			tier,
			Reason(Code.BAND, {"score": total, "coverage": coverage, "tier": tier}),
			total,
			lambda points: scale.grade(_within_scale(total - points)),
			{"score": total, "coverage": coverage},
		)

	return judge


def _matrix(definition: Definition, customers: Mapping[str, CustomerFacts]) -> _Judge:
	rule = definition.matrix
	cells = rule.table()
	weighting = Weighting(definition.metrics, definition.minimum_coverage, definition.minimum_sample)
	low, high = rule.potential_scale.ends

	def judge(customer: str, facts: CustomerFacts) -> _Result:
		made = weighting.score(facts.metrics)
		total, potential = made.total, facts.potential
		cause = made.reason
		if cause is None and potential is None:
			cause = "no potential"
		elif cause is None and not low <= potential <= high:
			cause = "potential outside its scale"
		fields = {"score": total, "potential": potential}
		if cause:
			return _not_rated(definition, made.criteria, cause, made.coverage, fields)
		cell = cells[rule.place(total, potential)]
		fields |= {"coverage": made.coverage, "cell": cell.name}
		return _Result(
			made.criteria,
			cell.tier,
			Reason(Code.CELL, {**fields, "tier": cell.tier}),
			total,
			lambda points: cells[rule.place(_within_scale(total - points), potential)].tier,
			fields,
		)

	return judge


def _rfm(definition: Definition, customers: Mapping[str, CustomerFacts]) -> _Judge:
	cuts = rfm_cuts(definition, customers)
	table = definition.rfm.table()

	def judge(customer: str, facts: CustomerFacts) -> _Result:
		metrics = measure(definition.metrics, facts.metrics)
		value = _rfm_value(definition, facts)
		if value is None:
			return _not_rated(definition, metrics, "no data")
		scores = score(*value, cuts)
		segment = table[scores]
		said = {**scores._asdict(), "segment": segment.name, "tier": segment.tier}
		fields = {"rfm": scores, "segment": segment.name}
		return _Result(metrics, segment.tier, Reason(Code.SEGMENT, said), fields=fields)

	return judge


def _rfm_value(definition: Definition, facts: CustomerFacts) -> tuple[Decimal, Decimal, Decimal] | None:
	"""(days, orders, money) of a customer that has all three, else None."""
	scales = definition.scales
	value = tuple(value_of(facts.metrics.get(name), scales[name]) for name in definition.rfm.metrics)
	return None if None in value else value


def _abc(definition: Definition, customers: Mapping[str, CustomerFacts]) -> _Judge:
	rule = definition.abc
	# Shares add up over totals, not over values: of a margin in percent the margin in money is what counts.
	shares = previous_shares(
		{
			customer: facts.metrics[rule.metric].numerator
			for customer, facts in customers.items()
			if rule.metric in facts.metrics
		}
	)

	def judge(customer: str, facts: CustomerFacts) -> _Result:
		metrics = measure(definition.metrics, facts.metrics)
		share = shares.get(customer)
		if share is None:
			return _not_rated(definition, metrics, "no data")
		found = rule.class_of(share)
		said = {"metric": rule.metric, "share": share, "abc_class": found.name, "tier": found.tier}
		return _Result(
			metrics,
			found.tier,
			Reason(Code.CLASS, said),
			share,
			lambda points: rule.class_of(_within_scale(share + points)).tier,
			{"share": share, "abc_class": found.name},
		)

	return judge


_METHODS = {Method.WEIGHTED: _weighted, Method.RFM: _rfm, Method.ABC: _abc, Method.MATRIX: _matrix}


def _within_scale(number: Decimal) -> Decimal:
	return min(max(number, ZERO), HUNDRED)


def _not_rated(
	definition: Definition,
	metrics: tuple[MetricScore, ...],
	cause: str,
	coverage: Decimal | None = None,
	fields: Mapping[str, object] | None = None,
) -> _Result:
	said: dict[str, object] = {"cause": cause}
	if cause == "coverage":
		said |= {"coverage": coverage, "minimum": definition.minimum_coverage}
	elif cause == "sample":
		said["minimum"] = definition.minimum_sample
	return _Result(
		metrics,
		reason=Reason(Code.NOT_RATED, said),
		fields={**(fields or {}), "coverage": coverage, "not_rated": cause},
	)


# Placing: from a result to a proposal


def _place(definition: Definition, ladder: Ladder, facts: CustomerFacts, result: _Result) -> Outcome:
	current = facts.current or None
	reasons = [result.reason]
	if current is not None and current not in ladder:
		reasons.append(Reason(Code.UNKNOWN_TIER, {"tier": current, "field": "current"}))
	indicated = None
	if result.tier is None:
		proposed = _without_result(definition, current, reasons)
	else:
		indicated = proposed = result.tier
		if current in ladder:
			indicated, proposed = _held(definition, ladder, facts, result, reasons)
	proposed = _limited(definition, ladder, facts, result, proposed, reasons)
	return Outcome(
		proposed,
		_change(ladder, current, proposed),
		tuple(reasons),
		result.metrics,
		found=result.tier,
		indicated=indicated,
		**result.fields,
	)


def _without_result(definition: Definition, current: str | None, reasons: list[Reason]) -> str | None:
	if current is not None:
		reasons.append(Reason(Code.KEEPS_TIER, {"tier": current}))
		return current
	if definition.default_tier is not None:
		reasons.append(Reason(Code.DEFAULT_TIER, {"tier": definition.default_tier}))
	return definition.default_tier


def _held(
	definition: Definition, ladder: Ladder, facts: CustomerFacts, result: _Result, reasons: list[Reason]
) -> tuple[str, str]:
	"""What hysteresis leaves of a move: the tier indicated after the margin, and the one confirmed."""
	current, found, hysteresis = facts.current, result.tier, definition.hysteresis
	indicated = found
	if result.weaker is not None:
		indicated = beyond_margin(ladder, current, found, result.weaker, hysteresis.margin)
		if indicated != found:
			said = {"tier": indicated, "instead_of": found, "number": result.number}
			reasons.append(Reason(Code.WITHIN_MARGIN, {**said, "margin": hysteresis.margin}))
	proposed, times = confirmed(ladder, current, indicated, facts.earlier_proposals, hysteresis.confirmations)
	if proposed != indicated:
		said = {"tier": proposed, "instead_of": indicated, "times": times}
		reasons.append(Reason(Code.UNCONFIRMED, {**said, "needed": hysteresis.confirmations}))
	return indicated, proposed


def _limited(
	definition: Definition,
	ladder: Ladder,
	facts: CustomerFacts,
	result: _Result,
	proposed: str | None,
	reasons: list[Reason],
) -> str | None:
	"""The tier after the best floor and then the worst ceiling: where they collide the ceiling wins."""
	if not definition.limits and not facts.floor and not facts.ceiling:
		return proposed
	if proposed is not None and proposed not in ladder:
		return proposed
	values = {row.criterion: row.value for row in result.metrics}
	for bound, own, code in (
		(Bound.FLOOR, facts.floor, Code.FLOOR),
		(Bound.CEILING, facts.ceiling, Code.CEILING),
	):
		binding = [
			(limit, row)
			for row, limit in enumerate(definition.limits, start=1)
			if limit.bound == bound and _binds(limit, ladder, facts, values)
		]
		if own in ladder:
			binding.insert(0, (Limit(bound, own), 0))
		elif own:
			reasons.append(Reason(Code.UNKNOWN_TIER, {"tier": own, "field": code.value}))
		if not binding:
			continue
		strictest = min if bound == Bound.FLOOR else max
		limit, row = strictest(binding, key=lambda entry: ladder.rank(entry[0].tier))
		if proposed is None:
			changes = bound == Bound.FLOOR
		else:
			better = ladder.rank(limit.tier) < ladder.rank(proposed)
			worse = ladder.rank(limit.tier) > ladder.rank(proposed)
			changes = better if bound == Bound.FLOOR else worse
		if changes:
			reasons.append(_limit_reason(code, limit, row, facts, values, proposed))
			proposed = limit.tier
	return proposed


def _binds(limit: Limit, ladder: Ladder, facts: CustomerFacts, values: Mapping[str, Decimal | None]) -> bool:
	if limit.customer_groups and facts.customer_group not in limit.customer_groups:
		return False
	already = False
	if facts.current in ladder:
		distance = ladder.rank(limit.tier) - ladder.rank(facts.current)
		already = distance >= 0 if limit.bound == Bound.FLOOR else distance <= 0
	return all(condition.holds(values.get(condition.metric), already) for condition in limit.conditions)


def _limit_reason(
	code: Code,
	limit: Limit,
	row: int,
	facts: CustomerFacts,
	values: Mapping[str, Decimal | None],
	instead_of: str | None,
) -> Reason:
	conditions = [
		{
			"metric": condition.metric,
			"comparison": condition.comparison.value,
			"number": condition.number,
			"value": values[condition.metric],
		}
		for condition in limit.conditions
	]
	group = facts.customer_group if limit.customer_groups else None
	said = {"tier": limit.tier, "instead_of": instead_of, "row": row}
	return Reason(code, {**said, "customer_group": group, "conditions": conditions})


def _change(ladder: Ladder, current: str | None, proposed: str | None) -> Change:
	if proposed == current:
		return Change.SAME
	if current not in ladder or proposed is None:
		return Change.NEW
	return Change.UP if ladder.rank(proposed) < ladder.rank(current) else Change.DOWN
