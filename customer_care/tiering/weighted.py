"""The weighted score of a customer: each metric rated by its curve, and the ratings weighted (DESIGN §3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from partner_relations.customer_care.tiering.metrics import ZERO, MetricScore, Totals, value_of
from partner_relations.supplier_quality.rating.curve import RatingCurve
from partner_relations.supplier_quality.rating.grades import GradeScale
from partner_relations.supplier_quality.rating.score import Criterion, MissingData, Policy, Score, evaluate

# What the score of a matrix is rated by, where no band decides the tier.
WHOLE_RANGE = GradeScale.of([("value", 0, 100)])


@dataclass(frozen=True)
class MetricDefinition:
	"""A metric as a policy uses it.

	`weight` is percent of the weighted score; 0 for a metric that only RFM, ABC or a condition looks at,
	which needs no curve. `curve` holds points (value, rating 0 to 100).
	"""

	metric: str
	scale: int = 1
	weight: Decimal = ZERO
	curve: tuple[tuple[Decimal, Decimal], ...] = ()


class Weighting:
	"""Scores many customers by the same metrics: curves are made once."""

	def __init__(
		self,
		metrics: Sequence[MetricDefinition],
		minimum_coverage: Decimal = ZERO,
		minimum_sample: int = 0,
		scale: GradeScale = WHOLE_RANGE,
	):
		"""Raises CurveError for a weighted metric whose curve is no function."""
		self.criteria = [
			Criterion(row.metric, row.weight, RatingCurve.of(row.curve), row.scale)
			for row in metrics
			if row.weight
		]
		self.others = [row for row in metrics if not row.weight]
		self.policy = Policy(MissingData.LEAVE_OUT, minimum_coverage, minimum_sample)
		self.scale = scale

	def score(self, totals: Mapping[str, Totals]) -> Score:
		"""The score of one customer, as a supplier's is made: missing metrics left out and re-weighted.

		Its `criteria` are the weighted metrics and then the others; its `grade` the band of `scale`.
		"""
		score = evaluate(self.criteria, totals, self.policy, self.scale)
		if not self.others:
			return score
		return Score(
			score.total,
			score.grade,
			score.coverage,
			score.capped,
			score.reason,
			score.criteria + measure(self.others, totals),
		)


def measure(metrics: Sequence[MetricDefinition], totals: Mapping[str, Totals]) -> tuple[MetricScore, ...]:
	"""The values of metrics without rating them."""
	rows = []
	for row in metrics:
		fact = totals.get(row.metric)
		value = value_of(fact, row.scale)
		basis = "no data" if value is None else "measured"
		rows.append(MetricScore(row.metric, row.weight, fact, value, None, None, basis, False))
	return tuple(rows)
