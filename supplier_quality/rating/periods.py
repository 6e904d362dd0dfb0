"""Evaluation periods: months, quarters, half-years and years of the calendar or of a fiscal year."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {"Month": 1, "Quarter": 3, "Half-Year": 6, "Year": 12}


@dataclass(frozen=True, order=True)
class Period:
	"""Both days are inside the period."""

	from_date: date
	to_date: date

	def closes_on(self, days_after: int) -> date:
		"""The first day on which late postings no longer wait for: `days_after` days after the end."""
		return self.to_date + timedelta(days=days_after + 1)


def add_months(day: date, months: int) -> date:
	"""The same day so many months later, or the month's last where it has no such day."""
	month = day.month - 1 + months
	year, month = day.year + month // 12, month % 12 + 1
	return date(year, month, min(day.day, monthrange(year, month)[1]))


def period_containing(day: date, kind: str, anchor: date) -> Period:
	"""The period that holds `day`, in steps of `kind` from `anchor`, the first day of a (fiscal) year.

	`kind` is a key of `MONTHS`. Starts are computed from the anchor itself, so that a year that begins on
	the 31st doesn't drift.
	"""
	months = MONTHS[kind]
	step = ((day.year - anchor.year) * 12 + day.month - anchor.month) // months
	while add_months(anchor, step * months) > day:
		step -= 1
	while add_months(anchor, (step + 1) * months) <= day:
		step += 1
	return Period(
		add_months(anchor, step * months), add_months(anchor, (step + 1) * months) - timedelta(days=1)
	)


def previous_period(day: date, kind: str, anchor: date) -> Period:
	"""The last period that ended before `day`."""
	return period_containing(period_containing(day, kind, anchor).from_date - timedelta(days=1), kind, anchor)


def periods_between(first: date, last: date, kind: str, anchor: date) -> Iterator[Period]:
	"""All whole periods that overlap [first, last], in order."""
	period = period_containing(first, kind, anchor)
	while period.from_date <= last:
		yield period
		period = period_containing(period.to_date + timedelta(days=1), kind, anchor)
