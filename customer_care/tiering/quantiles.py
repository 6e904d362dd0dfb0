"""Sample quantiles, exact."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from partner_relations.supplier_quality.rating.numbers import EXACT

QUINTILES = (Decimal("0.2"), Decimal("0.4"), Decimal("0.6"), Decimal("0.8"))


def quantiles(values: Iterable[Decimal], probabilities: Sequence[Decimal] = QUINTILES) -> tuple[Decimal, ...]:
	"""The sample quantiles of type 7 of `values` (in any order), one for each probability (0 to 1).

	With the n values in ascending order x[0] to x[n - 1] and h = (n - 1) x p, the quantile is
	x[j] + (h - j) x (x[j + 1] - x[j]) where j is the whole part of h. This is definition 7 of R. J. Hyndman
	and Y. Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50 (1996) 361-365; the
	default of R's `quantile`, of NumPy and pandas, and Excel's PERCENTILE.INC.

	Raises ValueError without values, or for a probability outside 0 to 1.
	"""
	ordered = sorted(values)
	if not ordered:
		raise ValueError("quantiles of no values")
	return tuple(_quantile(ordered, probability) for probability in probabilities)


def _quantile(ordered: Sequence[Decimal], probability: Decimal) -> Decimal:
	if not 0 <= probability <= 1:
		raise ValueError(f"a probability lies between 0 and 1, not at {probability}")
	place = EXACT.multiply(Decimal(len(ordered) - 1), probability)
	below = int(place)
	part = EXACT.subtract(place, Decimal(below))
	if not part:
		return ordered[below]
	distance = EXACT.subtract(ordered[below + 1], ordered[below])
	return EXACT.add(ordered[below], EXACT.multiply(part, distance))
