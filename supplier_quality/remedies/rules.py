"""Incentive rules: which history of evaluations, or of breaches, calls for a reward or a penalty.

Pure decisions over what is handed in: publishing, the simulation and the tests call the same functions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from partner_relations.supplier_quality.rating.numbers import decimal, finite
from partner_relations.supplier_quality.rating.periods import add_months

ZERO = Decimal(0)

EVALUATIONS = "Published evaluation"
BREACHES = "Contract breach"


class What(str, Enum):
	"""What a condition looks at, as the document Supplier Incentive Condition calls it."""

	GRADE = "Grade"
	SCORE = "Score"
	KPI_VALUE = "KPI value"
	KPI_RATING = "KPI rating"
	SCORE_CHANGE = "Change of score"
	GRADE_CHANGE = "Change of grade"


class Comparison(str, Enum):
	"""How a condition compares, as the document calls it."""

	IS = "is"
	AT_LEAST = "is at least"
	AT_MOST = "is at most"
	ROSE = "rose"
	FELL = "fell"


LEVELS = (Comparison.IS, Comparison.AT_LEAST, Comparison.AT_MOST)
CHANGES = (Comparison.ROSE, Comparison.FELL)
OF_A_KPI = (What.KPI_VALUE, What.KPI_RATING)
OF_A_CHANGE = (What.SCORE_CHANGE, What.GRADE_CHANGE)
RATINGS = (What.SCORE, What.KPI_RATING, What.SCORE_CHANGE)
"""What lies on the scale from 0 to 100."""


class RuleError(ValueError):
	"""A rule that can't be decided. `row` counts the conditions from 1, None for the rule as a whole.

	`reason` is a key for the message: "no conditions", "no kpi", "no grade", "comparison", "not a number",
	"negative change", "part of a grade", "outside 0 to 100", "periods", "breaches", "months".
	"""

	def __init__(self, reason: str, row: int | None = None):
		super().__init__(f"row {row}: {reason}" if row else reason)
		self.reason = reason
		self.row = row


@dataclass(frozen=True)
class Condition:
	"""One row of a rule. `number` is a score, a rating, a value, or how far something rose or fell."""

	what: What
	comparison: Comparison
	kpi: str | None = None
	grade: str | None = None
	number: Decimal = ZERO


@dataclass(frozen=True)
class Rule:
	"""Everything that decides whether a rule holds.

	`count_anew`: what a rule has held for is used up, so that "four periods in a row" holds in the fourth
	and the eighth period, not in the fifth; otherwise it holds in every further one.
	"""

	looks_at: str
	conditions: tuple[Condition, ...] = ()
	periods_in_a_row: int = 1
	breaches_needed: int = 1
	within_months: int = 12
	count_anew: bool = False

	@classmethod
	def from_document(cls, document: Mapping[str, Any]) -> "Rule":
		"""From a Supplier Incentive Rule as a dictionary. Raises RuleError."""
		looks_at = document.get("looks_at") or EVALUATIONS
		count_anew = bool(document.get("count_anew"))
		if looks_at == BREACHES:
			return cls(
				looks_at,
				breaches_needed=_at_least_one(document, "breaches_needed", "breaches"),
				within_months=_at_least_one(document, "within_months", "months"),
				count_anew=count_anew,
			)
		rows = document.get("conditions") or ()
		if not rows:
			raise RuleError("no conditions")
		return cls(
			looks_at,
			conditions=tuple(_condition(row, place) for place, row in enumerate(rows, start=1)),
			periods_in_a_row=_at_least_one(document, "periods_in_a_row", "periods"),
			count_anew=count_anew,
		)

	@property
	def kpis(self) -> tuple[str, ...]:
		"""The KPIs that the conditions name."""
		return tuple(dict.fromkeys(row.kpi for row in self.conditions if row.kpi))

	@property
	def looks_back(self) -> bool:
		"""Whether periods before the one that is judged matter."""
		return self.periods_in_a_row > 1 or any(row.what in OF_A_CHANGE for row in self.conditions)


@dataclass(frozen=True)
class Outcome:
	"""What an evaluation said about a period; both days are inside it.

	`score` and `grade` are None where the supplier was Not Rated. `scale` holds the grades of the scale that
	was used, from the worst to the best. `values` and `ratings` are by KPI, without those not measured.
	"""

	from_date: date
	to_date: date
	score: Decimal | None = None
	grade: str | None = None
	scale: tuple[str, ...] = ()
	values: Mapping[str, Decimal] = field(default_factory=dict)
	ratings: Mapping[str, Decimal] = field(default_factory=dict)

	@property
	def is_rated(self) -> bool:
		return self.score is not None and self.grade is not None

	def rank(self, grade: str | None) -> int | None:
		"""A grade's place in the scale, 0 for the worst; None for one that the scale doesn't have."""
		return self.scale.index(grade) if grade in self.scale else None

	def follows(self, other: "Outcome") -> bool:
		"""Whether this period begins the day after the other one ended."""
		return self.from_date == other.to_date + timedelta(days=1)


@dataclass(frozen=True)
class Finding:
	"""What a condition found in a period.

	`found` is the grade, score, value or rating; for a change what it became, with `before` and `change`
	(in points, or in grades; negative for a fall). `obstacle` says why there was nothing to compare: "not
	rated", "not measured", "no period before", "not rated before", "other scale", "grade not in scale".
	"""

	condition: Condition
	from_date: date
	to_date: date
	holds: bool
	found: Decimal | str | None = None
	before: Decimal | str | None = None
	change: Decimal | None = None
	obstacle: str | None = None


@dataclass(frozen=True)
class Decision:
	"""Whether a rule holds for the last outcome of a history, and what that rests on.

	`findings` are those of the periods that make up the row, the oldest first; where the rule doesn't hold,
	those of the last period. `periods` is how many periods in a row fulfil the conditions, the last one
	included (counted no further than needed, unless the rule counts anew).
	"""

	holds: bool
	findings: tuple[Finding, ...]
	periods: int


@dataclass(frozen=True)
class BreachDecision:
	"""Whether a rule holds for the last of several breaches; `days` are those it counted, itself included."""

	holds: bool
	days: tuple[date, ...]


def decide(rule: Rule, history: Sequence[Outcome]) -> Decision:
	"""Whether a rule holds in the last period of a history, which is in order and has one series of periods.

	All conditions must hold in each of `periods_in_a_row` periods that adjoin: one that begins later than
	the day after the one before ended breaks the row, and so does one in which the supplier was Not Rated.
	Raises ValueError for an empty history.
	"""
	if not history:
		raise ValueError("there is no period to decide on")
	row: list[list[Finding]] = []
	last = len(history) - 1
	for place in range(last, -1, -1):
		outcome = history[place]
		if place < last and not history[place + 1].follows(outcome):
			break
		before = history[place - 1] if place and outcome.follows(history[place - 1]) else None
		findings = [_look(condition, outcome, before) for condition in rule.conditions]
		if not all(finding.holds for finding in findings):
			if place == last:
				return Decision(False, tuple(findings), 0)
			break
		row.append(findings)
		if len(row) == rule.periods_in_a_row and not rule.count_anew:
			break
	periods, needed = len(row), rule.periods_in_a_row
	holds = periods % needed == 0 if rule.count_anew else periods >= needed
	shown = row[:needed] if holds else row[:1]
	return Decision(holds, tuple(finding for findings in reversed(shown) for finding in findings), periods)


def decide_breaches(rule: Rule, days: Sequence[date]) -> BreachDecision:
	"""Whether a rule holds for the last of a supplier's breaches, given the days of all, in order.

	It does when as many breaches as needed lie within so many months up to the last one's day. Raises
	ValueError where there are none.
	"""
	if not days:
		raise ValueError("there is no breach to decide on")
	counted: list[date] = []
	holds = False
	for day in days:
		if holds and rule.count_anew:
			counted = []
		begin = add_months(day, -rule.within_months)
		counted = [other for other in counted if other > begin] + [day]
		holds = len(counted) >= rule.breaches_needed
	return BreachDecision(holds, tuple(counted))


def points_missed(findings: Sequence[Finding]) -> Decimal:
	"""How far the last period lies from what the conditions draw the line at, at most of all of them.

	Where a condition says "score is at most 60", a score of 52 misses 8 points; a fall of 12 points is 12.
	Grades have no distance. For remedy schemes that count points.
	"""
	missed = ZERO
	last = max((finding.to_date for finding in findings), default=None)
	for finding in findings:
		if finding.to_date != last or not finding.holds or finding.condition.what == What.GRADE_CHANGE:
			continue
		if finding.change is not None:
			missed = max(missed, abs(finding.change))
		elif isinstance(finding.found, Decimal):
			missed = max(missed, abs(finding.found - finding.condition.number))
	return missed


def _look(condition: Condition, outcome: Outcome, before: Outcome | None) -> Finding:
	def finding(holds: bool = False, **values: Any) -> Finding:
		return Finding(condition, outcome.from_date, outcome.to_date, holds, **values)

	if not outcome.is_rated:
		return finding(obstacle="not rated")
	if condition.what in OF_A_CHANGE:
		if before is None:
			return finding(obstacle="no period before")
		if not before.is_rated:
			return finding(obstacle="not rated before")
		if condition.what == What.SCORE_CHANGE:
			found, earlier = outcome.score, before.score
			change = outcome.score - before.score
		else:
			found, earlier = outcome.grade, before.grade
			if outcome.scale != before.scale:
				return finding(found=found, before=earlier, obstacle="other scale")
			places = outcome.rank(found), before.rank(earlier)
			if None in places:
				return finding(found=found, before=earlier, obstacle="grade not in scale")
			change = Decimal(places[0] - places[1])
		return finding(_moved(change, condition), found=found, before=earlier, change=change)
	if condition.what == What.GRADE:
		if condition.comparison == Comparison.IS:
			return finding(outcome.grade == condition.grade, found=outcome.grade)
		places = outcome.rank(outcome.grade), outcome.rank(condition.grade)
		if None in places:
			return finding(found=outcome.grade, obstacle="grade not in scale")
		return finding(_compare(*places, condition.comparison), found=outcome.grade)
	if condition.what == What.SCORE:
		found = outcome.score
	else:
		known = outcome.values if condition.what == What.KPI_VALUE else outcome.ratings
		found = known.get(condition.kpi)
		if found is None:
			return finding(obstacle="not measured")
	return finding(_compare(found, condition.number, condition.comparison), found=found)


def _compare(found: Any, limit: Any, comparison: Comparison) -> bool:
	if comparison == Comparison.IS:
		return found == limit
	return found >= limit if comparison == Comparison.AT_LEAST else found <= limit


def _moved(change: Decimal, condition: Condition) -> bool:
	"""Whether something moved in the direction, and as far as asked; no number asks for any movement."""
	moved = change if condition.comparison == Comparison.ROSE else -change
	return moved > 0 and moved >= condition.number


def _condition(row: Mapping[str, Any], place: int) -> Condition:
	try:
		what, comparison = What(row.get("what")), Comparison(row.get("comparison"))
	except ValueError:
		raise RuleError("comparison", place) from None
	if comparison not in (CHANGES if what in OF_A_CHANGE else LEVELS):
		raise RuleError("comparison", place)
	kpi = row.get("kpi") if what in OF_A_KPI else None
	if what in OF_A_KPI and not kpi:
		raise RuleError("no kpi", place)
	grade = (row.get("grade") or "").strip() or None if what == What.GRADE else None
	if what == What.GRADE:
		if not grade:
			raise RuleError("no grade", place)
		return Condition(what, comparison, grade=grade)
	number = finite(row.get("number") or 0)
	if number is None:
		raise RuleError("not a number", place)
	if what in OF_A_CHANGE and number < 0:
		raise RuleError("negative change", place)
	if what == What.GRADE_CHANGE and number != number.to_integral_value():
		raise RuleError("part of a grade", place)
	if what in RATINGS and not 0 <= number <= 100:
		raise RuleError("outside 0 to 100", place)
	return Condition(what, comparison, kpi=kpi, number=number)


def _at_least_one(document: Mapping[str, Any], name: str, reason: str) -> int:
	"""A count of the document; one that isn't given is 1 (12 for the months)."""
	given = document.get(name)
	if given in (None, ""):
		return 12 if reason == "months" else 1
	number = finite(given)
	if number is None or number < 1 or number != number.to_integral_value():
		raise RuleError(reason)
	return int(decimal(number))
