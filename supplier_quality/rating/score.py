"""Ratings, weights, missing data, knock-outs: from facts to a total score and a grade (DESIGN §3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from partner_relations.supplier_quality.rating.curve import RatingCurve
from partner_relations.supplier_quality.rating.grades import GradeScale
from partner_relations.supplier_quality.rating.numbers import EXACT, stored

ZERO = Decimal(0)


class MissingData(str, Enum):
	"""What happens to a criterion that could not be measured."""

	LEAVE_OUT = "Leave out and re-weight"
	SCORE_ZERO = "Score zero"
	CARRY_FORWARD = "Carry the last rating forward"


@dataclass(frozen=True)
class Fact:
	"""What was measured for one supplier and criterion; the value is scale x numerator / denominator."""

	numerator: Decimal
	denominator: Decimal
	sample_size: int


@dataclass(frozen=True)
class Criterion:
	"""A KPI in a template. `knock_out` is a rating: below it the grade is at best `knock_out_grade`."""

	name: str
	weight: Decimal
	curve: RatingCurve
	scale: int = 100
	knock_out: Decimal | None = None
	knock_out_grade: str | None = None


@dataclass(frozen=True)
class Policy:
	"""What to do without data. `minimum_coverage` is percent of the weight, `minimum_sample` facts."""

	missing: MissingData = MissingData.LEAVE_OUT
	minimum_coverage: Decimal = ZERO
	minimum_sample: int = 0


@dataclass(frozen=True)
class CriterionScore:
	"""One row of an evaluation. `points` is the criterion's share of the total, in points of 100.

	`basis` says where the rating comes from: "measured", "carried forward", "scored zero" or "no data".
	"""

	criterion: str
	weight: Decimal
	fact: Fact | None
	value: Decimal | None
	rating: Decimal | None
	points: Decimal | None
	basis: str
	knocked_out: bool


@dataclass(frozen=True)
class Score:
	"""The outcome for one supplier. `total` and `grade` are None where the supplier is "Not Rated".

	`reason` says why not: "no data", "coverage" or "sample". `coverage` is percent of the weight measured.
	`capped` is true where a knock-out lowered the grade.
	"""

	total: Decimal | None
	grade: str | None
	coverage: Decimal
	capped: bool
	reason: str | None
	criteria: tuple[CriterionScore, ...]


def evaluate(
	criteria: Sequence[Criterion],
	facts: Mapping[str, Fact],
	policy: Policy,
	scale: GradeScale,
	last_ratings: Mapping[str, Decimal] | None = None,
) -> Score:
	"""Rate one supplier.

	`facts` holds a Fact by criterion name; one that is absent or has no denominator is no data.
	`last_ratings` are those of the last published evaluation, for `MissingData.CARRY_FORWARD`.
	The total is sum(weight x rating) / sum(weight) over the criteria with a rating. Coverage counts what
	was measured, so a carried or zero rating doesn't raise it; the sample is that of the criterion with
	the most facts.
	"""
	rated = [
		_rate(criterion, facts.get(criterion.name), policy, last_ratings or {}) for criterion in criteria
	]
	every_weight = measured_weight = weight = ZERO
	sample = 0
	for row in rated:
		every_weight += row.criterion.weight
		if row.rating is not None:
			weight += row.criterion.weight
		if row.basis == "measured":
			measured_weight += row.criterion.weight
			sample = max(sample, row.fact.sample_size)
	coverage = stored(EXACT.divide(100 * measured_weight, every_weight)) if every_weight else ZERO

	reason = None
	if not weight or not measured_weight:
		reason = "no data"
	elif coverage < policy.minimum_coverage:
		reason = "coverage"
	elif sample < policy.minimum_sample:
		reason = "sample"
	if reason:
		return Score(None, None, coverage, False, reason, tuple(row.scored(None) for row in rated))

	total = ZERO
	rows = []
	for row in rated:
		points = None
		if row.rating is not None:
			exact = EXACT.divide(EXACT.multiply(row.criterion.weight, row.rating), weight)
			total = EXACT.add(total, exact)
			points = stored(exact)
		rows.append(row.scored(points))
	total = stored(total)
	grade = uncapped = scale.grade(total)
	for criterion, row in zip(criteria, rows, strict=True):
		if row.knocked_out:
			cap = criterion.knock_out_grade or scale.bands[0].grade
			grade = scale.worse(grade, cap)
	return Score(total, grade, coverage, grade != uncapped, None, tuple(rows))


class _Rated(NamedTuple):
	"""A criterion with its rating, before it is known what the others weigh."""

	criterion: Criterion
	fact: Fact | None
	value: Decimal | None
	rating: Decimal | None
	basis: str

	def scored(self, points: Decimal | None) -> CriterionScore:
		criterion, rating = self.criterion, self.rating
		knocked_out = rating is not None and criterion.knock_out is not None and rating < criterion.knock_out
		return CriterionScore(
			criterion.name, criterion.weight, self.fact, self.value, rating, points, self.basis, knocked_out
		)


def measured_value(fact: Fact | None, scale: int = 1) -> Decimal | None:
	"""scale x numerator / denominator, unrounded; None without a fact or without a (positive) denominator."""
	if fact is None or fact.denominator <= 0:
		return None
	return EXACT.divide(EXACT.multiply(Decimal(scale), fact.numerator), fact.denominator)


def _rate(
	criterion: Criterion, fact: Fact | None, policy: Policy, last_ratings: Mapping[str, Decimal]
) -> _Rated:
	value = rating = None
	basis = "no data"
	exact = measured_value(fact, criterion.scale)
	if exact is not None:
		value = stored(exact)
		rating = stored(criterion.curve.rate(exact))
		basis = "measured"
	elif policy.missing is MissingData.SCORE_ZERO:
		rating, basis = ZERO, "scored zero"
	elif policy.missing is MissingData.CARRY_FORWARD and criterion.name in last_ratings:
		rating, basis = last_ratings[criterion.name], "carried forward"
	return _Rated(criterion, fact, value, rating, basis)
