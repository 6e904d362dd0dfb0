"""Rating curves: from a measured value to a rating between 0 and 100."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from partner_relations.supplier_quality.rating.numbers import EXACT, Number, decimal, finite


class CurveError(ValueError):
	"""A point that makes the curve no function. `row` counts from 1; `reason` is a key for the message."""

	def __init__(self, row: int, reason: str):
		super().__init__(f"rating curve, row {row}: {reason}")
		self.row = row
		self.reason = reason


@dataclass(frozen=True)
class RatingCurve:
	"""Points (value, rating), linear between them and flat outside; the direction follows from the points."""

	points: tuple[tuple[Decimal, Decimal], ...]

	@classmethod
	def of(cls, points: Iterable[tuple[Number, Number]]) -> "RatingCurve":
		"""A curve through the points, in any order.

		Raises CurveError("no points" | "not a number" | "rating outside 0 to 100" | "same value twice").
		"""
		rows: list[tuple[Decimal, Decimal]] = []
		for row, (value, rating) in enumerate(points, start=1):
			exact_value, exact_rating = finite(value), finite(rating)
			if exact_value is None or exact_rating is None:
				raise CurveError(row, "not a number")
			if not 0 <= exact_rating <= 100:
				raise CurveError(row, "rating outside 0 to 100")
			if any(exact_value == known for known, _rating in rows):
				raise CurveError(row, "same value twice")
			rows.append((exact_value, exact_rating))
		if not rows:
			raise CurveError(1, "no points")
		return cls(tuple(sorted(rows)))

	@cached_property
	def _values(self) -> list[Decimal]:
		return [value for value, _rating in self.points]

	def rate(self, value: Number) -> Decimal:
		"""The rating (0 to 100) of a measured value, unrounded."""
		value = decimal(value)
		right = bisect_left(self._values, value)
		if right == 0:
			return self.points[0][1]
		if right == len(self.points):
			return self.points[-1][1]
		(x0, y0), (x1, y1) = self.points[right - 1], self.points[right]
		if value == x1:
			return y1
		rise = EXACT.multiply(EXACT.subtract(y1, y0), EXACT.subtract(value, x0))
		return EXACT.add(y0, EXACT.divide(rise, EXACT.subtract(x1, x0)))
