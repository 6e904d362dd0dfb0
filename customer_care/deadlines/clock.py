"""The clock of a promise: it runs in business time, stops while we can't act, and tells when it is due.

Nothing is counted up and stored: whatever changes (a hold begins or ends, a severity allows less time), the
same functions are asked again with the whole history. Where a complaint is reopened, the time between its
resolution and the reopening is a hold like waiting for the customer: the time used so far is kept, and the
rest runs on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from partner_relations.customer_care.deadlines.calendar import NOTHING, CalendarError, ServiceCalendar, utc


@dataclass(frozen=True)
class Hold:
	"""A time in which the clock stands: from `start` to `end`, or still (None). Kept in UTC.

	Raises CalendarError: "end before start" and those of `calendar.utc`.
	"""

	start: datetime
	end: datetime | None = None

	def __post_init__(self):
		object.__setattr__(self, "start", utc(self.start))
		if self.end is not None:
			object.__setattr__(self, "end", utc(self.end))
			if self.end < self.start:
				raise CalendarError("end before start", start=self.start, end=self.end)


@dataclass(frozen=True)
class Target:
	"""What is promised ("respond") and the business time it may take."""

	name: str
	allowed: timedelta


@dataclass(frozen=True)
class Due:
	"""When a promise is due, and what of its time is used.

	`at` is None while a hold that hasn't ended keeps it from being known. `used` and `remaining` add up to
	the time allowed; `remaining` is negative once the promise is overdue.
	"""

	at: datetime | None
	used: timedelta
	remaining: timedelta


@dataclass(frozen=True)
class Breach:
	"""A promise not kept: since when, and by how much business time.

	`late` is zero if what was due at closing time was done before the next opening.
	"""

	at: datetime
	late: timedelta


def due(
	calendar: ServiceCalendar,
	opened: datetime,
	allowed: timedelta,
	holds: Iterable[Hold] = (),
	now: datetime | None = None,
) -> Due:
	"""When a promise of `allowed` business time since `opened` is due. Holds may overlap, in any order.

	`at` is the first moment by which the time allowed is used up; it doesn't depend on `now`. Used and
	remaining time are as of `now`; without it, as they will be if nothing else happens: all is used, or what
	was used when the hold began that hasn't ended.

	Raises CalendarError: "negative duration", "beyond horizon" and those of `calendar.utc`.
	"""
	holds = list(holds)
	at = _used_up(calendar, opened, allowed, holds)
	if now is None and at is not None:
		return Due(at, allowed, NOTHING)
	used = time_used(calendar, opened, holds, now)
	return Due(at, used, allowed - used)


def dues(
	calendar: ServiceCalendar,
	opened: datetime,
	targets: Iterable[Target],
	holds: Iterable[Hold] = (),
	now: datetime | None = None,
) -> dict[str, Due]:
	"""`due` for each of several promises that run on the same clock, by their names."""
	holds = list(holds)
	return {target.name: due(calendar, opened, target.allowed, holds, now) for target in targets}


def warn_at(
	calendar: ServiceCalendar,
	opened: datetime,
	allowed: timedelta,
	holds: Iterable[Hold] = (),
	share: float = 0.75,
) -> datetime | None:
	"""When `share` (from 0 to 1) of the time allowed is used up; None while a hold keeps it from being known.

	Raises CalendarError: "share out of range" and those of `due`.
	"""
	if not 0 <= share <= 1:
		raise CalendarError("share out of range", share=share)
	return _used_up(calendar, opened, allowed * float(share), list(holds))


def breach(
	calendar: ServiceCalendar,
	opened: datetime,
	allowed: timedelta,
	holds: Iterable[Hold],
	met_at: datetime | None,
	now: datetime,
) -> Breach | None:
	"""Whether a promise was kept late, or is overdue: kept at `met_at`, or not yet (None) `now`.

	None if it was kept in time or may still be. What is done at the very moment it is due is in time.
	"""
	holds = list(holds)
	until = utc(now if met_at is None else met_at)
	at = _used_up(calendar, opened, allowed, holds)
	if at is None or until <= at:
		return None
	return Breach(at, time_used(calendar, opened, holds, until) - allowed)


def time_used(
	calendar: ServiceCalendar,
	opened: datetime,
	holds: Iterable[Hold] = (),
	until: datetime | None = None,
) -> timedelta:
	"""The business time from `opened` to `until` in which no hold stopped the clock.

	Without `until`: all of it, up to the hold that hasn't ended. CalendarError "beyond horizon" if there is
	none, for then the clock never stops.
	"""
	used = NOTHING
	until = None if until is None else utc(until)
	for start, end in _running(utc(opened), holds):
		if until is not None:
			if start >= until:
				break
			end = until if end is None else min(end, until)
		if end is None:
			raise CalendarError("beyond horizon", start=start)
		used += calendar.between(start, end)
	return used


def _used_up(
	calendar: ServiceCalendar, opened: datetime, allowed: timedelta, holds: list[Hold]
) -> datetime | None:
	"""The first moment by which `allowed` was used; None if that waits for the end of a hold."""
	opened = utc(opened)
	if allowed <= NOTHING:
		return calendar.add(opened, allowed)  # due at once, held or not; less than nothing is refused there
	left = allowed
	for start, end in _running(opened, holds):
		if end is None:
			return calendar.add(start, left)
		available = calendar.between(start, end)
		if left <= available:
			return calendar.add(start, left)
		left -= available
	return None


def _running(opened: datetime, holds: Iterable[Hold]) -> Iterator[tuple[datetime, datetime | None]]:
	"""The times between holds, in order: when the clock runs. The last has no end, unless a hold has none."""
	runs_from = opened
	for hold in sorted(holds, key=lambda hold: hold.start):
		if hold.start > runs_from:
			yield runs_from, hold.start
		if hold.end is None:
			return
		runs_from = max(runs_from, hold.end)
	yield runs_from, None
