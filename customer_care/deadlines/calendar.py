"""A service calendar: when people work, in their time zone, and how business time is added and measured.

Hours are what the clock on the wall of the calendar's zone shows; durations are time that really passes. An
interval opens when that clock first shows its start or later, and closes when the clock has shown less than
its end for the last time. This says what happens when the clock is changed:

- In a gap (02:00 to 03:00 in Berlin in March) neither time exists: both stand for the end of the gap. Hours
  from 02:30 to 06:00 begin at 03:00 on that day, hours from 02:15 to 02:45 don't occur.
- In a fold (02:00 to 03:00 twice in October) a start is the first and an end the second time it is shown.
  Hours from 22:00 to 06:00 last 9 hours then and 7 in March. An end at the very beginning of a fold has been
  reached when it is shown first: who closes at 02:00 doesn't work through the hour that is repeated.

Zones come from the standard library (`zoneinfo`, PEP 615), which reads the system's zone database. No package
does the rest as it is needed here: businesstimedelta (last released in 2019, for pytz) loses the part of a
night shift after midnight and never returns for hours from 00:00 to 24:00; pandas' BusinessHour has the same
hours on each day of the week; django-bizcal needs Django.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

UTC = timezone.utc
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
NOTHING = timedelta(0)
MIDNIGHT = time(0)

HORIZON_YEARS = 50
"""Nothing is looked for, and no time measured, further than this from where it starts. No deadline is meant
to be that far off, and a calendar whose holidays leave no working day shall say so, not be searched."""

YEARS = range(1900, 9000)
"""Moments outside are slips of the pen, and too close to the ends of what a date can hold."""

WEEKS_KEPT = 5000
HORIZON_WEEKS = HORIZON_YEARS * 366 // 7 + 1

Interval = tuple[datetime, datetime]


class CalendarError(ValueError):
	"""A calendar, a moment or a duration that makes no sense.

	`code` is a key for the message, `values` are what the message names.
	"""

	def __init__(self, code: str, **values: Any):
		told = ", ".join(f"{name} {value}" for name, value in values.items())
		super().__init__(f"{code}: {told}" if told else code)
		self.code = code
		self.values = values


class Week(NamedTuple):
	"""The open intervals of seven days from Monday, in order and apart from each other, and their length."""

	intervals: tuple[Interval, ...]
	total: timedelta


def utc(moment: datetime) -> datetime:
	"""The same moment in UTC. Differences of two datetimes of one zone would be those of their wall clocks.

	Raises CalendarError: "moment without zone", "year out of range".
	"""
	if moment.utcoffset() is None:
		raise CalendarError("moment without zone", moment=moment)
	if moment.year not in YEARS:
		raise CalendarError("year out of range", moment=moment, first=YEARS[0], last=YEARS[-1])
	return moment.astimezone(UTC)


@dataclass(frozen=True)
class ServiceCalendar:
	"""The hours of a week in a time zone, less holidays; CalendarError if they make no sense.

	`zone` is an IANA name ("Europe/Berlin"). `week` has the hours of each weekday (0 is Monday), in any
	order; an end of 00:00 is midnight at the end of the day, so a night shift is 22:00 to 00:00 and, on the
	next day, 00:00 to 06:00. `holidays` are days in the zone, closed from midnight to midnight.

	Moments go in with any zone and come out in UTC. Besides those of `utc`, the codes of CalendarError are
	"unknown zone", "unknown weekday", "empty interval", "overlapping intervals", "no hours", "negative
	duration", "end before start", "beyond horizon".
	"""

	zone: str
	week: Mapping[int, Sequence[tuple[time, time]]]
	holidays: frozenset[date] = frozenset()
	_zone: ZoneInfo = field(init=False, repr=False, compare=False)
	_weeks: dict[int, Week] = field(init=False, repr=False, compare=False, default_factory=dict)

	def __post_init__(self):
		# Frozen to the outside; whoever changes what was passed in doesn't change the calendar.
		object.__setattr__(self, "_zone", _zone(self.zone))
		object.__setattr__(self, "week", _checked(self.week))
		object.__setattr__(self, "holidays", frozenset(self.holidays))

	def open_intervals(self, start: datetime, until: datetime) -> Iterator[Interval]:
		"""When the calendar is open between two moments, in order, cut to them. Found as they are asked for.

		Intervals don't overlap; two that touch (at midnight) aren't joined.
		"""
		start, until = _span(start, until)
		for number in _numbers(start, until):
			for opens, closes in self._week(number).intervals:
				if closes > start and opens < until:
					yield max(opens, start), min(closes, until)

	def between(self, start: datetime, end: datetime) -> timedelta:
		"""How long the calendar is open between two moments."""
		start, end = _span(start, end)
		open_for = NOTHING
		for number in _numbers(start, end):
			intervals, total = self._week(number)
			if not intervals:
				continue
			if start <= intervals[0][0] and intervals[-1][1] <= end:
				open_for += total
				continue
			for opens, closes in intervals:
				if closes > start and opens < end:
					open_for += min(closes, end) - max(opens, start)
		return open_for

	def add(self, start: datetime, duration: timedelta) -> datetime:
		"""The first moment by which the calendar was open for `duration` since `start`.

		So a duration used up exactly at closing time ends there and not at the next opening, and no duration
		ends at the start itself, open or not.
		"""
		start = utc(start)
		if duration < NOTHING:
			raise CalendarError("negative duration", duration=duration)
		if not duration:
			return start
		left = duration
		for intervals, total in self._weeks_since(start):
			if intervals[0][0] >= start and total < left:
				left -= total
				continue
			for opens, closes in intervals:
				if closes <= start:
					continue
				opens = max(opens, start)
				if left <= closes - opens:
					return opens + left
				left -= closes - opens
		raise self._beyond(start)

	def next_open(self, moment: datetime) -> datetime:
		"""The moment itself if the calendar is open then, else when it opens next. At closing time it is
		closed."""
		moment = utc(moment)
		for intervals, _total in self._weeks_since(moment):
			for opens, closes in intervals:
				if closes > moment:
					return max(opens, moment)
		raise self._beyond(moment)

	def _weeks_since(self, start: datetime) -> Iterator[Week]:
		"""The weeks with working hours, from that of `start` to the horizon."""
		first = _first_week(start)
		for number in range(first, first + HORIZON_WEEKS):
			week = self._week(number)
			if week.intervals:
				yield week

	def _beyond(self, start: datetime) -> CalendarError:
		return CalendarError("beyond horizon", start=start, years=HORIZON_YEARS)

	def _week(self, number: int) -> Week:
		"""Week `number`, where 0 is that of 1 January of the year 1, a Monday.

		Kept, because thousands of complaints ask for the same few weeks.
		"""
		week = self._weeks.get(number)
		if week is None:
			if len(self._weeks) >= WEEKS_KEPT:
				self._weeks.clear()
			week = self._weeks[number] = self._find_week(number)
		return week

	def _find_week(self, number: int) -> Week:
		monday = date.fromordinal(number * 7 + 1)
		found: list[Interval] = []
		for weekday, hours in self.week.items():
			day = monday + weekday * DAY
			if day in self.holidays:
				continue
			for start, end in hours:
				opens = self._opens(datetime.combine(day, start))
				closes = self._closes(datetime.combine(day + DAY if end == MIDNIGHT else day, end))
				# In a fold, hours may begin before the end of those before them, even of the day before; but
				# not of the week before: at no place was a Monday ever turned back to Sunday but at 00:00.
				if found:
					opens = max(opens, found[-1][1])
				if opens < closes:
					found.append((opens, closes))
		return Week(tuple(found), sum((closes - opens for opens, closes in found), NOTHING))

	def _opens(self, wall: datetime) -> datetime:
		"""When the clock on the wall first shows this or later."""
		first, second = self._occurrences(wall)
		return first if first <= second else self._change(second, first)

	def _closes(self, wall: datetime) -> datetime:
		"""The end of the last moment at which the clock on the wall shows less than this."""
		first, second = self._occurrences(wall)
		if first == second:
			return first
		if first > second:
			return self._change(second, first)
		return second if self._change(first, second) < second else first

	def _occurrences(self, wall: datetime) -> Interval:
		"""Both readings of a wall time (PEP 495). They are one moment, but in a fold the first is the earlier
		one, and in a gap, where the time is never shown, the later one."""
		wall = wall.replace(tzinfo=self._zone)
		return wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)

	def _change(self, before: datetime, after: datetime) -> datetime:
		"""When the offset changes: later than `before`, by `after`. Zones change at whole seconds."""
		before, after = before.replace(microsecond=0), after.replace(microsecond=0)
		old = before.astimezone(self._zone).utcoffset()
		while after - before > SECOND:
			middle = before + (after - before) // SECOND // 2 * SECOND
			if middle.astimezone(self._zone).utcoffset() == old:
				before = middle
			else:
				after = middle
		return after


def _zone(name: str) -> ZoneInfo:
	try:
		return ZoneInfo(name)
	except (
		KeyError,
		ValueError,
		OSError,
		TypeError,
	):  # not there; no name of a zone; a folder of zones; None
		raise CalendarError("unknown zone", zone=name) from None


def _checked(week: Mapping[int, Sequence[tuple[time, time]]]) -> dict[int, tuple[tuple[time, time], ...]]:
	"""The hours of each weekday that has any, in order."""
	checked = {}
	for weekday in sorted(week):
		if weekday not in range(7):
			raise CalendarError("unknown weekday", weekday=weekday)
		intervals = tuple(sorted(week[weekday]))
		for start, end in intervals:
			if end != MIDNIGHT and start >= end:
				raise CalendarError("empty interval", weekday=weekday, start=start, end=end)
		for (start, end), (next_start, next_end) in pairwise(intervals):
			if next_start < end or end == MIDNIGHT:
				raise CalendarError(
					"overlapping intervals",
					weekday=weekday,
					start=start,
					end=end,
					next_start=next_start,
					next_end=next_end,
				)
		if intervals:
			checked[weekday] = intervals
	if not checked:
		raise CalendarError("no hours")
	return checked


def _span(start: datetime, end: datetime) -> Interval:
	start, end = utc(start), utc(end)
	if end < start:
		raise CalendarError("end before start", start=start, end=end)
	return start, end


def _numbers(start: datetime, end: datetime) -> range:
	"""The weeks whose hours may lie between two moments: a zone's day may be that before or after UTC's."""
	numbers = range(_first_week(start), end.toordinal() // 7 + 1)
	if len(numbers) > HORIZON_WEEKS:
		raise CalendarError("beyond horizon", start=start, years=HORIZON_YEARS)
	return numbers


def _first_week(start: datetime) -> int:
	"""The first week that may be open at a moment or later: where it is still the day before UTC's."""
	return (start.toordinal() - 2) // 7
