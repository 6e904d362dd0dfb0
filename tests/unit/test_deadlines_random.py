"""The clock against a reference that looks at every minute, and what is true of any calendar and holds."""

from datetime import datetime, time, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from partner_relations.customer_care.deadlines import (
	Hold,
	ServiceCalendar,
	breach,
	due,
	time_used,
	warn_at,
)

UTC = timezone.utc
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NEVER = datetime.max.replace(tzinfo=UTC)

# Besides the plain ones: half an hour (Lord Howe) and two hours (Troll) of daylight saving, changes at
# midnight (Havana, Beirut, St. John's at 00:01 until 2011), odd offsets, backward for Ramadan, a day left out
# (Apia).
ZONES = (
	"Europe/Berlin",
	"America/New_York",
	"Asia/Shanghai",
	"Australia/Lord_Howe",
	"Antarctica/Troll",
	"America/Havana",
	"Asia/Beirut",
	"America/St_Johns",
	"Asia/Kathmandu",
	"Africa/Casablanca",
	"Pacific/Apia",
	"Pacific/Chatham",
	"UTC",
)
FIRST, LAST = datetime(2009, 1, 1, tzinfo=UTC), datetime(2028, 12, 31, tzinfo=UTC)


def changes(zone):
	"""When the clocks of a zone are changed: the first quarter of an hour with another offset, in UTC."""
	found, moment = [], FIRST
	while moment < LAST:
		if offset(zone, moment) != offset(zone, moment + DAY):
			step = moment
			while offset(zone, step) == offset(zone, moment):
				step += 15 * MINUTE
			found.append(step)
		moment += DAY
	return found


def offset(zone, moment):
	return moment.astimezone(ZoneInfo(zone)).utcoffset()


CHANGES = {zone: changes(zone) for zone in ZONES}


@st.composite
def hours_of_a_day(draw, zone, change):
	"""Some intervals of whole minutes, which may touch; with a change of the clock, often at its edges."""
	minute = st.integers(0, 24 * 60) | st.just(24 * 60)
	if change:
		midnight = datetime.combine(change.date(), time(), UTC)
		edges = [change - midnight + offset(zone, at) for at in (change, change - 15 * MINUTE)]
		near = st.sampled_from([edge // MINUTE + n for edge in edges for n in (-15, -1, 0, 1, 15, 30, 45)])
		minute |= near.map(lambda minutes: minutes % (24 * 60))
	bounds = sorted(draw(st.lists(minute, max_size=6, unique=True)))
	times = [time(bound // 60 % 24, bound % 60) for bound in bounds]
	return list(pairwise(times)) if draw(st.booleans()) else list(zip(times[::2], times[1::2], strict=False))


def weeks(zone, change):
	hours = hours_of_a_day(zone, change)
	return (
		st.dictionaries(st.integers(0, 6), hours, min_size=1)
		| hours.map(lambda hours: dict.fromkeys(range(7), hours))
		| st.just({day: [(time(9), time(17))] for day in range(5)})
		| st.just({day: [(time(0), time(6)), (time(22), time(0))] for day in range(7)})
		| st.just({day: [(time(0), time(0))] for day in range(7)})
	).filter(lambda week: any(week.values()))


@st.composite
def cases(draw):
	"""(calendar, when something is opened): most of them shortly before a change of the clock."""
	zone = draw(st.sampled_from(ZONES))
	change = draw(st.sampled_from([None, *CHANGES[zone]]))
	if change:
		opened = change - draw(st.integers(-60, 2 * 24 * 60)) * MINUTE
	else:
		opened = FIRST + draw(st.integers(0, (LAST - FIRST) // MINUTE)) * MINUTE
	day = opened.date()
	holidays = draw(st.frozensets(st.integers(-2, 8).map(lambda days: day + days * DAY), max_size=3))
	return ServiceCalendar(zone, draw(weeks(zone, change)), holidays), opened


spans = st.lists(
	st.tuples(st.integers(-2000, 6000), st.integers(0, 3000) | st.integers(0, 600) | st.none()), max_size=4
)
"""Holds in minutes: (begin after the opening, length or None)."""
minutes = st.integers(0, 3000) | st.sampled_from((0, 60, 240, 480, 960, 1440, 2400))


def holds_of(opened, spans):
	return [
		Hold(opened + begin * MINUTE, None if length is None else opened + (begin + length) * MINUTE)
		for begin, length in spans
	]


def open_minutes(calendar, first, last):
	"""Which minutes (in UTC) a calendar is open, by looking at the clock on the wall at each of them.

	An interval lasts from the first minute that shows its start or later to the last one that shows less than
	its end.
	"""
	count = (last - first) // MINUTE
	zone = ZoneInfo(calendar.zone)
	shown = [(first + n * MINUTE).astimezone(zone).replace(tzinfo=None, fold=0) for n in range(count)]
	is_open = [False] * count
	day = shown[0].date() - DAY
	while day <= shown[-1].date() + DAY:
		for start, end in () if day in calendar.holidays else calendar.week.get(day.weekday(), ()):
			starts = datetime.combine(day, start)
			ends = datetime.combine(day, end) if end != time(0) else datetime.combine(day + DAY, end)
			first_open = next((n for n in range(count) if shown[n] >= starts), count)
			last_open = next((n for n in reversed(range(count)) if shown[n] < ends), -1)
			for n in range(first_open, last_open + 1):
				is_open[n] = True
		day += DAY
	return is_open


class Reference:
	"""Some days after the opening, minute by minute."""

	BEFORE, AFTER = 2 * DAY, 5 * DAY

	def __init__(self, calendar, opened, holds=()):
		self.opened, self.end = opened, opened + self.AFTER
		first = opened - self.BEFORE
		skip = self.BEFORE // MINUTE
		is_open = open_minutes(calendar, first, self.end)[skip:]
		self.open = [opened + n * MINUTE for n in range(len(is_open)) if is_open[n]]
		self.runs = [
			moment
			for moment in self.open
			if not any(hold.start <= moment and (hold.end is None or moment < hold.end) for hold in holds)
		]

	def used_up(self, allowed):
		"""When that many minutes have run; None if not in these days."""
		if not allowed:
			return self.opened
		return self.runs[allowed - 1] + MINUTE if allowed <= len(self.runs) else None

	def used(self, until):
		return sum(moment < until for moment in self.runs) * MINUTE


slow = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150)


@slow
@given(cases(), minutes, spans)
def test_due_is_that_of_the_minute_by_minute_reference(case, allowed, spans):
	calendar, opened = case
	holds = holds_of(opened, spans)
	reference = Reference(calendar, opened, holds)
	expected = reference.used_up(allowed)
	found = due(calendar, opened, allowed * MINUTE, holds)
	if expected is not None:
		assert found.at == expected
	else:
		assert found.at is None or found.at > reference.end


@slow
@given(cases(), spans, st.integers(0, 5 * 1440), minutes)
def test_used_time_is_that_of_the_reference(case, spans, later, allowed):
	calendar, opened = case
	holds = holds_of(opened, spans)
	reference = Reference(calendar, opened, holds)
	now = opened + later * MINUTE
	used = reference.used(now)
	assert time_used(calendar, opened, holds, now) == used
	state = due(calendar, opened, allowed * MINUTE, holds, now)
	assert (state.used, state.remaining) == (used, allowed * MINUTE - used)
	# Late: the time has been used up before, and what was used since.
	late = breach(calendar, opened, allowed * MINUTE, holds, None, now)
	expected = reference.used_up(allowed)
	if expected is None or expected >= now:
		assert late is None
	else:
		assert (late.at, late.late) == (expected, used - allowed * MINUTE)


@slow
@given(cases())
def test_open_intervals_are_the_minutes_of_the_reference(case):
	calendar, opened = case
	reference = Reference(calendar, opened)
	found, before = [], None
	for opens, closes in calendar.open_intervals(opened, reference.end):
		assert opens < closes
		assert before is None or before <= opens
		before = closes
		while opens < closes:
			found.append(opens)
			opens += MINUTE
	assert found == reference.open
	assert calendar.between(opened, reference.end) == len(found) * MINUTE
	if found:
		assert calendar.next_open(opened) == found[0]


durations = st.timedeltas(timedelta(0), timedelta(days=20)) | minutes.map(lambda count: count * MINUTE)


@given(cases(), durations)
def test_what_was_added_lies_between(case, duration):
	calendar, start = case
	end = calendar.add(start, duration)
	assert calendar.between(start, end) == duration
	# The first such moment: a moment before, it was less.
	if duration:
		assert calendar.between(start, end - timedelta.resolution) == duration - timedelta.resolution


@given(cases(), durations, durations)
@example(
	(ServiceCalendar("UTC", {0: [(time(9), time(17))]}), datetime(2026, 1, 5, 9, tzinfo=UTC)),
	480 * MINUTE,
	DAY,
)
def test_adding_twice_is_adding_the_sum(case, first, second):
	calendar, start = case
	assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)


@given(cases(), st.lists(st.timedeltas(timedelta(0), timedelta(days=400)), min_size=2, max_size=2))
def test_business_time_adds_up(case, lengths):
	calendar, start = case
	middle, end = (start + length for length in sorted(lengths))
	whole = calendar.between(start, end)
	assert whole == calendar.between(start, middle) + calendar.between(middle, end)
	assert timedelta(0) <= whole <= end - start
	assert whole == sum((b - a for a, b in calendar.open_intervals(start, end)), timedelta(0))


def moment_of(calendar, opened, allowed, holds):
	return due(calendar, opened, allowed * MINUTE, holds).at or NEVER


@given(cases(), minutes, minutes, spans)
def test_more_time_is_never_due_earlier(case, allowed, more, spans):
	calendar, opened = case
	holds = holds_of(opened, spans)
	assert moment_of(calendar, opened, allowed, holds) <= moment_of(calendar, opened, allowed + more, holds)


@given(cases(), minutes, minutes, spans)
def test_opened_later_is_never_due_earlier(case, allowed, later, spans):
	calendar, opened = case
	holds = holds_of(opened, spans)
	earlier = moment_of(calendar, opened, allowed, holds)
	assert earlier <= moment_of(calendar, opened + later * MINUTE, allowed, holds)


@given(cases(), minutes, spans, spans)
def test_another_hold_never_makes_it_due_earlier(case, allowed, spans, more):
	calendar, opened = case
	holds, others = holds_of(opened, spans), holds_of(opened, more)
	without = moment_of(calendar, opened, allowed, holds)
	assert without <= moment_of(calendar, opened, allowed, holds + others)
	assert without >= opened + (allowed * MINUTE if without != NEVER else timedelta(0))


@given(cases(), minutes, spans, st.randoms(use_true_random=False))
def test_the_order_of_holds_and_cutting_one_in_two_change_nothing(case, allowed, spans, random):
	calendar, opened = case
	holds = holds_of(opened, spans)
	pieces = []
	for hold in holds:
		cut = hold.start + (1000 * MINUTE if hold.end is None else (hold.end - hold.start) / 2)
		pieces += [Hold(hold.start, cut), Hold(cut, hold.end)]
	random.shuffle(pieces)
	assert due(calendar, opened, allowed * MINUTE, pieces) == due(calendar, opened, allowed * MINUTE, holds)


@given(cases(), minutes, spans, st.floats(0, 1))
def test_the_warning_comes_before_the_deadline(case, allowed, spans, share):
	calendar, opened = case
	holds = holds_of(opened, spans)
	warned = warn_at(calendar, opened, allowed * MINUTE, holds, share) or NEVER
	assert opened <= warned <= moment_of(calendar, opened, allowed, holds)


@given(cases(), minutes, spans, st.integers(0, 20000))
def test_the_deadline_does_not_depend_on_when_one_asks(case, allowed, spans, later):
	calendar, opened = case
	holds = holds_of(opened, spans)
	now = opened + later * MINUTE
	state = due(calendar, opened, allowed * MINUTE, holds, now)
	assert state.at == due(calendar, opened, allowed * MINUTE, holds).at
	assert state.used + state.remaining == allowed * MINUTE
	late = breach(calendar, opened, allowed * MINUTE, holds, None, now)
	assert (late is not None) == (state.at is not None and state.at < now)
	if late:
		assert late.late == -state.remaining >= timedelta(0)
