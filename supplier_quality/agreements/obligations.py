"""Obligations: over which windows a promise is judged, and whether it was kept. Without frappe.

The windows of an obligation follow each other without gap or overlap from the start of the contract to its
end. They are months, quarters, half-years or years, of the calendar or counted from the contract's start. The
first and the last one are cut to the contract: what happened before or after it breaks no promise of it. A
minimum sample keeps a short window with few facts from being judged.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from partner_relations.supplier_quality.rating.numbers import EXACT, Number, decimal, stored
from partner_relations.supplier_quality.rating.periods import Period, period_containing
from partner_relations.supplier_quality.rating.score import Fact

AT_LEAST, AT_MOST = "At least", "At most"
DAY = timedelta(days=1)


class Outcome(Enum):
	"""What became of a promise in a window."""

	KEPT = "Kept"
	BREACHED = "Breached"
	NOT_MEASURED = "Not Measured"


@dataclass(frozen=True)
class Terms:
	"""One version of an obligation: how long its windows are, and the days on which it is in force.

	`each` is a key of `rating.periods.MONTHS`. Both days are included; None means from the contract's start,
	or until its end. `entry` is the caller's own.
	"""

	each: str
	from_contract_start: bool = False
	effective_from: date | None = None
	effective_until: date | None = None
	entry: Any = None

	def in_force(self, day: date) -> bool:
		return (self.effective_from is None or self.effective_from <= day) and (
			self.effective_until is None or day <= self.effective_until
		)


def windows(
	versions: Sequence[Terms], start: date, end: date | None, last: date
) -> Iterator[tuple[Period, Terms]]:
	"""The windows that begin by `last`, in order, each with the version that judges it.

	That is the version in force on the window's first day; the next one begins when the window is over. An
	obligation that is taken out of the contract ends on that day, with its window. `start` and `end` are the
	contract's first and last day; None: it has no end.
	"""
	if end is not None:
		last = min(last, end)
	day = start
	while day <= last:
		version = next((terms for terms in versions if terms.in_force(day)), None)
		if version is None:
			following = [terms.effective_from for terms in versions if (terms.effective_from or start) > day]
			if not following:
				return
			day = min(following)
			continue
		anchor = start if version.from_contract_start else date(day.year, 1, 1)
		window_end = period_containing(day, version.each, anchor).to_date
		if end is not None:
			window_end = min(window_end, end)
		gone = _gone_from(versions, day)
		if gone is not None:
			window_end = min(window_end, gone - DAY)
		yield Period(day, window_end), version
		day = window_end + DAY


def _gone_from(versions: Sequence[Terms], day: date) -> date | None:
	"""The first day after `day` on which no version is in force; None: there is always one."""
	while version := next((terms for terms in versions if terms.in_force(day)), None):
		if version.effective_until is None:
			return None
		day = version.effective_until + DAY
	return day


@dataclass(frozen=True)
class Judgement:
	"""`value` is None where nothing was measured; with nine decimals, as it is stored."""

	outcome: Outcome
	value: Decimal | None = None


def judge(
	comparison: str, target: Number, fact: Fact | None, scale: int, minimum_sample: int = 0
) -> Judgement:
	"""Whether a promise of "At least" or "At most" a target was kept.

	The value is scale x numerator / denominator; one that equals the target keeps the promise. It is decided
	on the value as it is stored, so that what people see explains the outcome. Without facts, or with fewer
	than the minimum sample, a promise is neither kept nor broken. Raises ValueError for another comparison.
	"""
	if comparison not in (AT_LEAST, AT_MOST):
		raise ValueError(f"a promise compares by {AT_LEAST!r} or {AT_MOST!r}, not by {comparison!r}")
	if fact is None or fact.denominator <= 0:
		return Judgement(Outcome.NOT_MEASURED)
	value = stored(EXACT.divide(scale * fact.numerator, fact.denominator))
	if fact.sample_size < minimum_sample:
		return Judgement(Outcome.NOT_MEASURED, value)
	kept = value >= decimal(target) if comparison == AT_LEAST else value <= decimal(target)
	return Judgement(Outcome.KEPT if kept else Outcome.BREACHED, value)


def points_missed(target: Number, value: Number) -> Decimal:
	"""How far a value lies from the target, in the unit of the KPI."""
	return abs(decimal(target) - decimal(value))


@dataclass(frozen=True)
class Delivery:
	"""What became of a dated deliverable; `settled` once it is delivered: its delay grows no more."""

	outcome: Outcome
	days_late: int
	settled: bool


def judge_deliverable(due: date, delivered_on: date | None, today: date) -> Delivery | None:
	"""Whether a deliverable came by its due date; None while that day isn't over."""
	if delivered_on is not None and delivered_on <= due:
		return Delivery(Outcome.KEPT, 0, True)
	if today <= due:
		return None
	days_late = ((delivered_on or today) - due).days
	return Delivery(Outcome.BREACHED, days_late, delivered_on is not None)
