"""The value-potential matrix: what a customer is worth now against what it could become."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from itertools import product


class PotentialScale(str, Enum):
	"""How account managers rate a customer's potential."""

	PERCENT = "0 to 100"
	MARKS = "1 to 5"

	@property
	def ends(self) -> tuple[int, int]:
		return (0, 100) if self is PotentialScale.PERCENT else (1, 5)


@dataclass(frozen=True)
class Cell:
	"""A cell of the matrix. `value` and `potential` count its bands from 1, the lowest."""

	value: int
	potential: int
	name: str
	tier: str


@dataclass(frozen=True)
class MatrixRule:
	"""Ascending cut points of both axes, which may differ in number, and a cell for each pair of bands.

	The value is the weighted score, 0 to 100. A number at a cut belongs to the band above it.
	"""

	cells: tuple[Cell, ...]
	value_cuts: tuple[Decimal, ...]
	potential_cuts: tuple[Decimal, ...]
	potential_scale: PotentialScale = PotentialScale.PERCENT

	def places(self) -> Iterable[tuple[int, int]]:
		"""(value band, potential band) of every cell that there must be."""
		return product(range(1, len(self.value_cuts) + 2), range(1, len(self.potential_cuts) + 2))

	def table(self) -> dict[tuple[int, int], Cell]:
		return {(cell.value, cell.potential): cell for cell in self.cells}

	def place(self, value: Decimal, potential: Decimal) -> tuple[int, int]:
		"""The bands, counted from 1, that hold a value score and a potential."""
		return 1 + bisect_right(self.value_cuts, value), 1 + bisect_right(self.potential_cuts, potential)


DEFAULT_CELLS = (
	Cell(3, 3, "Partners", "Strategic"),
	Cell(3, 2, "Mainstays", "Key"),
	Cell(3, 1, "Harvest", "Key"),
	Cell(2, 3, "Stars to be", "Key"),
	Cell(2, 2, "Solid", "Regular"),
	Cell(2, 1, "Saturated", "Regular"),
	Cell(1, 3, "Question marks", "Regular"),
	Cell(1, 2, "Small", "Regular"),
	Cell(1, 1, "Occasional", "Regular"),
)
