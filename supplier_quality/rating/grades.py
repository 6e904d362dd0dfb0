"""Grade scales: half-open score bands that partition 0 to 100."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from partner_relations.supplier_quality.rating.numbers import Number, decimal, finite


class GradeScaleError(ValueError):
	"""Bands that don't partition 0 to 100. `row` counts from 1; `reason` is a key for the message."""

	def __init__(self, row: int, reason: str):
		super().__init__(f"grade scale, row {row}: {reason}")
		self.row = row
		self.reason = reason


@dataclass(frozen=True)
class Band:
	"""One grade: scores from `lower` (included) to `upper` (excluded; 100 belongs to the topmost band)."""

	grade: str
	lower: Decimal
	upper: Decimal


@dataclass(frozen=True)
class GradeScale:
	"""Bands from the worst to the best."""

	bands: tuple[Band, ...]

	@classmethod
	def of(cls, bands: Sequence[tuple[str, Number, Number]]) -> "GradeScale":
		"""A scale from (grade, lower, upper) in any order.

		Raises GradeScaleError, its row that of `bands`: "no bands", "not a number", "no name",
		"same name twice", "empty band" (lower not below upper), "gap", "overlap", "does not start at 0",
		"does not end at 100".
		"""
		rows: list[tuple[int, Band]] = []
		for row, (grade, lower, upper) in enumerate(bands, start=1):
			low, high = finite(lower), finite(upper)
			if low is None or high is None:
				raise GradeScaleError(row, "not a number")
			if not grade:
				raise GradeScaleError(row, "no name")
			if any(grade == band.grade for _row, band in rows):
				raise GradeScaleError(row, "same name twice")
			if low >= high:
				raise GradeScaleError(row, "empty band")
			rows.append((row, Band(grade, low, high)))
		if not rows:
			raise GradeScaleError(1, "no bands")
		rows.sort(key=lambda entry: entry[1].lower)
		if rows[0][1].lower != 0:
			raise GradeScaleError(rows[0][0], "does not start at 0")
		for (_row, below), (row, above) in pairwise(rows):
			if above.lower > below.upper:
				raise GradeScaleError(row, "gap")
			if above.lower < below.upper:
				raise GradeScaleError(row, "overlap")
		if rows[-1][1].upper != 100:
			raise GradeScaleError(rows[-1][0], "does not end at 100")
		return cls(tuple(band for _row, band in rows))

	def grade(self, score: Number) -> str:
		"""The grade whose band holds the score (0 to 100)."""
		score = decimal(score)
		if not 0 <= score <= 100:
			raise ValueError(f"a score lies between 0 and 100, not at {score}")
		return next(band.grade for band in reversed(self.bands) if band.lower <= score)

	def rank(self, grade: str) -> int:
		"""0 for the worst grade, counting up. Raises ValueError for a grade the scale doesn't have."""
		for rank, band in enumerate(self.bands):
			if band.grade == grade:
				return rank
		raise ValueError(f"the scale has no grade {grade!r}")

	def worse(self, one: str, other: str) -> str:
		return min(one, other, key=self.rank)
