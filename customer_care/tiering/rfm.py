"""RFM: how recently (R), how often (F) and for how much (M) a customer bought, each scored 1 to 5.

The scores follow the published rule: cut points at the 20, 40, 60 and 80 % quantiles of all scored customers
(type 7), or four fixed breaks; a value above a cut gets the next score. Recency is counted in days and
reversed: days above a cut get the next lower score, so that days exactly at a cut still get the better one.
Equal values always get equal scores.

The R package `rfm` (rsquaredacademy) computes the same for whole numbers: it adds 1 to each quantile and
compares with `<`. Where a quantile is no whole number that shifts the border (254.8 becomes 255.8); here it
stays where it is. Of the 995 customers published with that package 992 get the same three scores here, and
the other three lie on such a border.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from itertools import product
from typing import NamedTuple

from partner_relations.customer_care.tiering.quantiles import quantiles

LOWEST, HIGHEST = 1, 5
SCORES = range(LOWEST, HIGHEST + 1)
BREAKS = len(SCORES) - 1


class RfmScores(NamedTuple):
	"""Each 1 (worst) to 5 (best)."""

	recency: int
	frequency: int
	monetary: int


class Scoring(str, Enum):
	"""Where the four cuts of each of R, F and M come from."""

	QUANTILES = "Quantiles"
	FIXED_BREAKS = "Fixed breaks"


class Cuts(NamedTuple):
	"""The four cuts of each, ascending: days, orders, money."""

	recency: tuple[Decimal, ...]
	frequency: tuple[Decimal, ...]
	monetary: tuple[Decimal, ...]


Range = tuple[Decimal, Decimal]
ANY: Range = (Decimal(LOWEST), Decimal(HIGHEST))


@dataclass(frozen=True)
class Segment:
	"""A row of the segment table: ranges of scores, both ends included, and the tier of who falls in them.

	`frequency_monetary` is a range of the mean of the F and the M score, which comes in steps of a half.
	"""

	name: str
	tier: str
	recency: Range = ANY
	frequency: Range = ANY
	monetary: Range = ANY
	frequency_monetary: Range = ANY

	def holds(self, scores: RfmScores) -> bool:
		mean = Decimal(scores.frequency + scores.monetary) / 2
		return (
			self.recency[0] <= scores.recency <= self.recency[1]
			and self.frequency[0] <= scores.frequency <= self.frequency[1]
			and self.monetary[0] <= scores.monetary <= self.monetary[1]
			and self.frequency_monetary[0] <= mean <= self.frequency_monetary[1]
		)


def _row(name: str, tier: str, recency: tuple[int, int], frequency_monetary: tuple[int, int]) -> Segment:
	low, high = recency
	mean_low, mean_high = frequency_monetary
	return Segment(
		name,
		tier,
		recency=(Decimal(low), Decimal(high)),
		frequency_monetary=(Decimal(mean_low), Decimal(mean_high)),
	)


# The eleven segments of Putler (putler.com/rfm-analysis), which ranges over the recency score and the mean of
# the frequency and the monetary score; the R package `rfm` took them into its first case study (2017). As
# published the ranges overlap, and in the published order the first match would leave New Customers,
# Promising, Can't Lose Them and Lost without a single customer. So here the narrower of two overlapping
# segments comes first (but Loyal Customers before Potential Loyalist, as published), and Lost, which on a
# scale from 1 covers just what Hibernating covers, holds those with the lowest score in all three, as its
# description says.
DEFAULT_SEGMENTS = (
	_row("Champions", "Strategic", (4, 5), (4, 5)),
	_row("Can't Lose Them", "Key", (1, 1), (4, 5)),
	_row("Promising", "Regular", (3, 4), (1, 1)),
	_row("New Customers", "Regular", (4, 5), (1, 1)),
	_row("Lost", "Regular", (1, 1), (1, 1)),
	_row("Need Attention", "Regular", (2, 3), (2, 3)),
	_row("About To Sleep", "Regular", (2, 3), (1, 2)),
	_row("Hibernating", "Regular", (1, 2), (1, 2)),
	_row("At Risk", "Key", (1, 2), (2, 5)),
	_row("Loyal Customers", "Key", (2, 5), (3, 5)),
	_row("Potential Loyalist", "Regular", (3, 5), (1, 3)),
)

OTHERS = "Others"
"""The segment of scores that no row holds, where a table allows that."""


@dataclass(frozen=True)
class RfmRule:
	"""How customers are scored and what their scores mean.

	`recency`, `frequency` and `monetary` name metrics. The breaks are used with `Scoring.FIXED_BREAKS` only:
	each is the highest value that still gets the score below (for recency: the better score). The first
	segment that holds the scores wins. `others_tier` is the tier of scores that no segment holds; None means
	that there must be none.
	"""

	segments: tuple[Segment, ...] = DEFAULT_SEGMENTS
	recency: str = "recency"
	frequency: str = "frequency"
	monetary: str = "revenue"
	scoring: Scoring = Scoring.QUANTILES
	recency_breaks: tuple[Decimal, ...] = ()
	frequency_breaks: tuple[Decimal, ...] = ()
	monetary_breaks: tuple[Decimal, ...] = ()
	others_tier: str | None = None

	@property
	def metrics(self) -> tuple[str, str, str]:
		return self.recency, self.frequency, self.monetary

	def cuts(self, values: Sequence[tuple[Decimal, Decimal, Decimal]]) -> Cuts | None:
		"""The cuts for customers with these (days, orders, money); None where quantiles have no customers."""
		if self.scoring == Scoring.FIXED_BREAKS:
			return Cuts(self.recency_breaks, self.frequency_breaks, self.monetary_breaks)
		if not values:
			return None
		return Cuts(*(quantiles(column) for column in zip(*values, strict=True)))

	def table(self) -> dict[RfmScores, Segment]:
		"""The segment of every combination of scores; those of no segment are left out, or Others."""
		found = {}
		for scores in combinations():
			segment = next((row for row in self.segments if row.holds(scores)), None)
			if segment is None and self.others_tier is not None:
				segment = Segment(OTHERS, self.others_tier)
			if segment is not None:
				found[scores] = segment
		return found


def combinations() -> Iterable[RfmScores]:
	"""All 125, from the lowest to the highest."""
	return (RfmScores(*scores) for scores in product(SCORES, repeat=3))


def score(days: Decimal, orders: Decimal, money: Decimal, cuts: Cuts) -> RfmScores:
	"""The scores of one customer: 1 + the number of cuts below the value; recency 5 - that number."""
	return RfmScores(
		HIGHEST - bisect_left(cuts.recency, days),
		LOWEST + bisect_left(cuts.frequency, orders),
		LOWEST + bisect_left(cuts.monetary, money),
	)


def uncovered(segments: Iterable[Segment]) -> list[RfmScores]:
	"""The combinations of scores that no segment holds."""
	rows = tuple(segments)
	return [scores for scores in combinations() if not any(row.holds(scores) for row in rows)]


def never_reached(segments: Iterable[Segment]) -> list[str]:
	"""Names of the segments that get no customer, because earlier rows hold all their combinations."""
	rows = tuple(segments)
	reached = {next((row.name for row in rows if row.holds(scores)), None) for scores in combinations()}
	return [row.name for row in rows if row.name not in reached]
