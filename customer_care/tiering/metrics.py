"""What a customer is measured by: what the totals mean, not the SQL that reads them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from partner_relations.supplier_quality.rating.numbers import stored
from partner_relations.supplier_quality.rating.score import CriterionScore, Fact, measured_value

# A metric of a customer is kept as the totals of a KPI are: numerator, denominator and sample size. Its value
# is scale x numerator / denominator, so that a rate over many orders is never the mean of their rates.
Totals = Fact

# One row of an assessment: the metric (`criterion`), its weight, totals (`fact`), value, rating and points.
MetricScore = CriterionScore

ZERO = Decimal(0)


@dataclass(frozen=True)
class Metric:
	"""A metric that the app brings.

	`additive` says whether the numerators of several customers add up to a whole that a customer has a share
	of, which ABC needs. A money or day metric has 1 as its denominator.
	"""

	name: str
	unit: str
	scale: int
	higher_is_better: bool
	additive: bool = False


METRICS = {
	metric.name: metric
	for metric in (
		Metric("revenue", "company currency", 1, True, additive=True),
		# Numerator: margin in money, denominator: revenue. Shares are those of the margin in money.
		Metric("gross_margin", "percent", 100, True, additive=True),
		# Numerator: what this period's revenue is above the previous one's, denominator: the previous one's.
		Metric("growth", "percent", 100, True),
		Metric("recency", "days", 1, False),
		Metric("frequency", "orders", 1, True, additive=True),
		Metric("payment_punctuality", "percent", 100, True),
		Metric("return_rate", "percent", 100, False),
		Metric("complaint_rate", "per 1,000 deliveries", 1000, False),
		Metric("perfect_order_rate", "percent", 100, True),
	)
}


def value_of(totals: Totals | None, scale: int = 1) -> Decimal | None:
	"""scale x numerator / denominator with the nine decimals that are stored; None where there is no data."""
	exact = measured_value(totals, scale)
	return None if exact is None else stored(exact)


NOTHING_BOUGHT = Totals(Decimal(0), Decimal(1), 0)
IS_ZERO_WITHOUT_PURCHASES = ("revenue", "frequency")


def with_lapsed(
	customers: Mapping[str, Mapping[str, Totals]], bought_ever: Collection[str], metrics: Iterable[str]
) -> dict[str, dict[str, Totals]]:
	"""The totals by customer and metric, and zero revenue and frequency of those who only bought before.

	`bought_ever` are the customers with any purchase up to the end of the period, which recency tells. Of
	them it is known that they bought nothing in a period without sales: were that no data, a customer who
	went away would keep its tier for ever. Of a customer who never bought nothing is known.
	"""
	filled = {customer: dict(totals) for customer, totals in customers.items()}
	for metric in metrics:
		if metric in IS_ZERO_WITHOUT_PURCHASES:
			for customer in bought_ever:
				filled.setdefault(customer, {}).setdefault(metric, NOTHING_BOUGHT)
	return filled
