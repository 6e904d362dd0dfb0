"""From what a method found to the tier that is proposed: hysteresis, then floors, then ceilings.

Every step that changes something leaves a `Reason`: a code and its values, of which a service makes a
sentence in the reader's language.

Each border between two tiers is a switch of its own. It goes over only where the plain result lies on that
side too, so a customer never moves where it wouldn't have moved without hysteresis, and over any history all
its moves together cross no more borders than without.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

from partner_relations.supplier_quality.rating.numbers import EXACT, as_text

ZERO = Decimal(0)


class Code(str, Enum):
	"""What a reason says. The values each one carries:

	- BAND: score, coverage, tier
	- SEGMENT: recency, frequency, monetary (scores), segment, tier
	- CLASS: metric, share (percent before the customer), abc_class, tier
	- CELL: score, coverage, potential, cell, tier
	- NOT_RATED: cause, and with "coverage" and "sample" what there is (`coverage`) and the `minimum`
	- KEEPS_TIER, DEFAULT_TIER: tier (after NOT_RATED)
	- WITHIN_MARGIN: tier (stays or moves only that far), instead_of, number (score or share), margin
	- UNCONFIRMED: tier (likewise), instead_of, times (assessments in a row that called for a move that way),
	  needed
	- FLOOR, CEILING: tier, instead_of, row (of the policy's table, 0: set for the customer itself),
	  customer_group, conditions (a list of metric, comparison, number, value)
	- UNKNOWN_TIER: tier, field ("current", "floor" or "ceiling"): unknown to the policy and ignored
	"""

	BAND = "band"
	SEGMENT = "segment"
	CLASS = "class"
	CELL = "cell"
	NOT_RATED = "not rated"
	KEEPS_TIER = "keeps tier"
	DEFAULT_TIER = "default tier"
	WITHIN_MARGIN = "within margin"
	UNCONFIRMED = "unconfirmed"
	FLOOR = "floor"
	CEILING = "ceiling"
	UNKNOWN_TIER = "unknown tier"


@dataclass(frozen=True)
class Reason:
	code: Code
	values: Mapping[str, Any]

	def to_dict(self) -> dict[str, Any]:
		"""{"code", "values"}, ready for JSON; numbers as text, which loses nothing."""
		return {"code": self.code.value, "values": plain(self.values)}


def plain(value: Any) -> Any:
	"""Dictionaries, lists, texts, whole numbers and booleans, as JSON has them; decimal numbers as text."""
	kind = type(value)
	if kind in _PLAIN:  # most of what a run stores; a run stores a lot
		return value
	if kind is Decimal:
		return as_text(value)
	if isinstance(value, Enum):
		return value.value
	if isinstance(value, Mapping):
		return {name: plain(entry) for name, entry in value.items()}
	if isinstance(value, (list, tuple)):
		return [plain(entry) for entry in value]
	return value


_PLAIN = (str, int, bool, type(None))


class Comparison(str, Enum):
	AT_LEAST = "is at least"
	ABOVE = "is above"
	AT_MOST = "is at most"
	BELOW = "is below"


@dataclass(frozen=True)
class Condition:
	"""A metric compared with a number.

	`margin` keeps a limit from flapping: where it already binds (the customer has the floor's tier or a
	better one, the ceiling's or a worse one), the value may miss the number by so much.
	"""

	metric: str
	comparison: Comparison
	number: Decimal
	margin: Decimal = ZERO

	def holds(self, value: Decimal | None, binds_already: bool = False) -> bool:
		"""Whether a value meets it; no data meets nothing."""
		if value is None:
			return False
		slack = self.margin if binds_already else ZERO
		if self.comparison == Comparison.AT_LEAST:
			return value >= EXACT.subtract(self.number, slack)
		if self.comparison == Comparison.ABOVE:
			return value > EXACT.subtract(self.number, slack)
		if self.comparison == Comparison.AT_MOST:
			return value <= EXACT.add(self.number, slack)
		return value < EXACT.add(self.number, slack)


class Bound(str, Enum):
	FLOOR = "At least"
	CEILING = "At most"


@dataclass(frozen=True)
class Limit:
	"""A floor or a ceiling: customers of one of the groups who meet all conditions get at least, or at most,
	the tier. Without groups it looks at everyone; `customer_groups` must hold the descendants too."""

	bound: Bound
	tier: str
	conditions: tuple[Condition, ...] = ()
	customer_groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hysteresis:
	"""What keeps a customer near a border from going to and fro.

	`margin` is in points of the score, or of the share before a customer: to move across a border a customer
	must be so far beyond it, or exactly so far. `confirmations` is how many assessments in a row, this one
	included, must call for a move that way; the customer then moves as far as all of them agree.
	"""

	margin: Decimal = ZERO
	confirmations: int = 1


@dataclass(frozen=True)
class Ladder:
	"""The tiers, best first."""

	tiers: tuple[str, ...]
	ranks: Mapping[str, int] = field(init=False, compare=False)

	def __post_init__(self):
		object.__setattr__(self, "ranks", {tier: rank for rank, tier in enumerate(self.tiers)})

	def __contains__(self, tier: str | None) -> bool:
		return tier in self.ranks

	def rank(self, tier: str) -> int:
		"""0 for the best tier, counting up. Raises KeyError for an unknown one."""
		return self.ranks[tier]

	def best(self, tiers: Sequence[str]) -> str:
		return min(tiers, key=self.rank)

	def worst(self, tiers: Sequence[str]) -> str:
		return max(tiers, key=self.rank)

	def between(self, tier: str, one: str, other: str) -> str:
		"""The tier, or the nearer end where it lies outside of what `one` and `other` enclose."""
		best, worst = self.best((one, other)), self.worst((one, other))
		return self.worst((best, self.best((worst, tier))))


def beyond_margin(
	ladder: Ladder, current: str, found: str, weaker: Callable[[Decimal], str], margin: Decimal
) -> str:
	"""How far the customer may move from `current` towards `found`, by the margin.

	`weaker(points)` is the tier of the same customer were its result so many points weaker (stronger, if
	negative). A customer moves up to what it would have with a result weaker by the margin, down to what it
	would have with one stronger by it.
	"""
	if found == current or not margin:
		return found
	rises = ladder.rank(found) < ladder.rank(current)
	return ladder.between(weaker(margin if rises else -margin), current, found)


def confirmed(
	ladder: Ladder, current: str, indicated: str, earlier: Sequence[str], needed: int
) -> tuple[str, int]:
	"""How far the customer may move by the assessments in a row, and how many of them point that way.

	`earlier` are the tiers that the assessments before indicated, the latest first; only the first
	`needed` - 1 of them matter.
	"""
	if indicated == current:
		return current, 0
	rises = ladder.rank(indicated) < ladder.rank(current)
	row = [indicated]
	for tier in earlier[: needed - 1]:
		if tier not in ladder or tier == current or (ladder.rank(tier) < ladder.rank(current)) != rises:
			break
		row.append(tier)
	if len(row) < needed:
		return current, len(row)
	return (ladder.worst(row) if rises else ladder.best(row)), len(row)
