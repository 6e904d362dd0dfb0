"""Business time and the clock of a promise: examples worked out by hand, in the zone's wall time."""

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from partner_relations.customer_care.deadlines import (
	Breach,
	CalendarError,
	Due,
	Hold,
	ServiceCalendar,
	Target,
	breach,
	due,
	dues,
	time_used,
	warn_at,
)

BERLIN, NEW_YORK, SHANGHAI = "Europe/Berlin", "America/New_York", "Asia/Shanghai"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WORKDAYS = range(5)
EVERY_DAY = range(7)


def calendar(hours="09-17", days=WORKDAYS, zone=BERLIN, holidays=()):
	"""`hours` such as "09-12 13:30-17" on each of the days."""
	intervals = [tuple(clock_time(part) for part in span.split("-")) for span in hours.split()]
	return ServiceCalendar(zone, {day: intervals for day in days}, frozenset(holidays))


def clock_time(text):
	hour, _colon, minute = text.partition(":")
	return time(int(hour) % 24, int(minute or 0))


def at(text, zone=BERLIN, fold=0):
	"""The moment at which a clock on the wall shows this; in UTC, where differences are real time."""
	return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(timezone.utc)


def utc(text):
	return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def intervals(service, start, until):
	return [
		(opens.isoformat(" ", "minutes")[:16], closes.isoformat(" ", "minutes")[:16])
		for opens, closes in service.open_intervals(utc(start), utc(until))
	]


class TestCalendar:
	"""5 January 2026 is a Monday."""

	@pytest.mark.parametrize(
		("start", "hours", "end"),
		[
			("2026-01-05 09:00", 4, "2026-01-05 13:00"),
			("2026-01-05 09:00", 8, "2026-01-05 17:00"),  # used up at closing time: not Tuesday 09:00
			("2026-01-05 09:00", 8.5, "2026-01-06 09:30"),
			("2026-01-05 16:00", 2, "2026-01-06 10:00"),
			("2026-01-05 07:00", 1, "2026-01-05 10:00"),
			("2026-01-05 17:00", 1, "2026-01-06 10:00"),
			("2026-01-09 16:00", 1, "2026-01-09 17:00"),
			("2026-01-09 16:00", 1.5, "2026-01-12 09:30"),  # over the weekend
			("2026-01-10 12:00", 1, "2026-01-12 10:00"),
			("2026-01-05 09:00", 40, "2026-01-09 17:00"),
			("2026-01-05 09:00", 80, "2026-01-16 17:00"),
			("2026-01-07 10:00", 40, "2026-01-14 10:00"),
			("2026-01-05 09:00", 0, "2026-01-05 09:00"),
			("2026-01-10 12:00", 0, "2026-01-10 12:00"),  # no time at all: due at once, open or not
		],
	)
	def test_hours_are_added_while_it_is_open(self, start, hours, end):
		assert calendar().add(at(start), hours * HOUR) == at(end)

	@pytest.mark.parametrize(
		("start", "end", "hours"),
		[
			("2026-01-05 09:00", "2026-01-05 17:00", 8),
			("2026-01-05 08:00", "2026-01-05 18:00", 8),
			("2026-01-05 10:00", "2026-01-05 11:30", 1.5),
			("2026-01-05 17:00", "2026-01-06 09:00", 0),
			("2026-01-09 16:00", "2026-01-12 10:00", 2),
			("2026-01-05 00:00", "2026-01-19 00:00", 80),
			("2026-01-05 12:00", "2026-01-05 12:00", 0),
		],
	)
	def test_business_time_between_two_moments(self, start, end, hours):
		assert calendar().between(at(start), at(end)) == hours * HOUR

	@pytest.mark.parametrize(
		("moment", "opens"),
		[
			("2026-01-05 08:00", "2026-01-05 09:00"),
			("2026-01-05 09:00", "2026-01-05 09:00"),
			("2026-01-05 12:34", "2026-01-05 12:34"),
			("2026-01-05 17:00", "2026-01-06 09:00"),
			("2026-01-09 17:00", "2026-01-12 09:00"),
		],
	)
	def test_next_open(self, moment, opens):
		assert calendar().next_open(at(moment)) == at(opens)

	def test_moments_come_out_in_utc_whatever_zone_they_come_in(self):
		tokyo = at("2026-01-05 09:00").astimezone(ZoneInfo("Asia/Tokyo"))
		end = calendar().add(tokyo, HOUR)
		assert end == at("2026-01-05 10:00")
		assert end.tzinfo is timezone.utc
		assert calendar().add(tokyo, timedelta(0)).tzinfo is timezone.utc

	def test_several_intervals_a_day_in_any_order(self):
		service = calendar("13:30-17 09-12")
		assert service.add(at("2026-01-05 11:00"), HOUR) == at("2026-01-05 12:00")
		assert service.add(at("2026-01-05 11:00"), 2 * HOUR) == at("2026-01-05 14:30")
		assert service.add(at("2026-01-05 09:00"), 6.5 * HOUR) == at("2026-01-05 17:00")
		assert service.between(at("2026-01-05 00:00"), at("2026-01-06 00:00")) == 6.5 * HOUR
		assert intervals(service, "2026-01-05 10:00", "2026-01-06 09:00") == [
			("2026-01-05 10:00", "2026-01-05 11:00"),
			("2026-01-05 12:30", "2026-01-05 16:00"),
			("2026-01-06 08:00", "2026-01-06 09:00"),
		]

	def test_each_weekday_has_its_own_hours(self):
		service = ServiceCalendar(BERLIN, {0: [(time(9), time(17))], 4: [(time(9), time(12))]})
		assert service.add(at("2026-01-05 16:00"), 3 * HOUR) == at("2026-01-09 11:00")
		assert service.add(at("2026-01-09 11:00"), 2 * HOUR) == at("2026-01-12 10:00")

	def test_a_night_shift_over_midnight(self):
		# Evenings of Monday to Friday and the mornings that follow them.
		week = {day: [(time(22), time(0))] for day in WORKDAYS}
		for day in range(1, 6):
			week[day] = [(time(0), time(6)), *week.get(day, ())]
		service = ServiceCalendar(BERLIN, week)
		assert service.add(at("2026-01-05 21:00"), 2 * HOUR) == at("2026-01-06 00:00")
		assert service.add(at("2026-01-05 23:00"), 3 * HOUR) == at("2026-01-06 02:00")
		assert service.add(at("2026-01-05 22:00"), 8 * HOUR) == at("2026-01-06 06:00")
		assert service.add(at("2026-01-10 05:00"), 2 * HOUR) == at("2026-01-12 23:00")
		assert service.next_open(at("2026-01-06 00:00")) == at("2026-01-06 00:00")
		assert service.next_open(at("2026-01-06 06:00")) == at("2026-01-06 22:00")
		assert service.between(at("2026-01-05 00:00"), at("2026-01-12 00:00")) == 5 * 8 * HOUR
		# The day before Epiphany ends at midnight, and its night goes on on the 7th only.
		closed = ServiceCalendar(BERLIN, week, frozenset({date(2026, 1, 6)}))
		assert closed.add(at("2026-01-05 23:00"), 3 * HOUR) == at("2026-01-07 02:00")

	def test_round_the_clock(self):
		service = calendar("00-24", EVERY_DAY)
		assert service.add(at("2026-01-05 17:23"), 100 * HOUR) == at("2026-01-09 21:23")
		assert service.next_open(at("2026-01-10 00:00")) == at("2026-01-10 00:00")

	def test_holidays_are_days_of_the_zone(self):
		service = calendar(holidays=[date(2026, 1, 6), date(2026, 1, 9), date(2026, 1, 10)])
		assert service.add(at("2026-01-05 16:00"), 2 * HOUR) == at("2026-01-07 10:00")
		assert service.add(at("2026-01-06 10:00"), HOUR) == at("2026-01-07 10:00")
		assert service.add(at("2026-01-08 16:30"), HOUR) == at("2026-01-12 09:30")
		assert service.between(at("2026-01-05 00:00"), at("2026-01-12 00:00")) == 24 * HOUR
		# 6 January in Shanghai is 5 January 16:00 to 6 January 16:00 in UTC.
		far_east = calendar("00-24", EVERY_DAY, SHANGHAI, [date(2026, 1, 6)])
		assert intervals(far_east, "2026-01-05 00:00", "2026-01-07 00:00") == [
			("2026-01-05 00:00", "2026-01-05 16:00"),
			("2026-01-06 16:00", "2026-01-07 00:00"),
		]

	def test_open_intervals_come_one_by_one(self):
		found = calendar().open_intervals(at("2026-01-05 10:00"), at("2070-01-01 00:00"))
		assert next(found) == (at("2026-01-05 10:00"), at("2026-01-05 17:00"))
		assert next(found) == (at("2026-01-06 09:00"), at("2026-01-06 17:00"))

	def test_twenty_years(self):
		# From Monday 5 January 2026: 1,043 weeks of 40 hours end on Friday 29 December 2045.
		for zone in (SHANGHAI, BERLIN, NEW_YORK):
			service = calendar(zone=zone)
			start, end = at("2026-01-05 09:00", zone), at("2045-12-29 17:00", zone)
			assert service.add(start, 1043 * 40 * HOUR) == end
			assert service.between(start, end) == 1043 * 40 * HOUR

	def test_what_was_asked_before_does_not_matter(self, monkeypatch):
		monkeypatch.setattr("partner_relations.customer_care.deadlines.calendar.WEEKS_KEPT", 3)
		service = calendar()
		expected = [calendar().add(at("2026-01-05 09:00"), hours * HOUR) for hours in range(0, 400, 37)]
		for _again in range(2):
			assert [service.add(at("2026-01-05 09:00"), h * HOUR) for h in range(0, 400, 37)] == expected

	def test_a_calendar_keeps_what_it_was_made_of(self):
		week = {0: [(time(9), time(17))]}
		service = ServiceCalendar(BERLIN, week)
		week[0].append((time(18), time(19)))
		week[1] = [(time(9), time(17))]
		assert service == ServiceCalendar(BERLIN, {0: [(time(9), time(17))], 1: []})


class TestDaylightSaving:
	"""Berlin: 29 March 2026 02:00 -> 03:00, 25 October 2026 03:00 -> 02:00, both Sundays.
	New York: 8 March 2026 02:00 -> 03:00, 1 November 2026 02:00 -> 01:00."""

	@pytest.mark.parametrize(
		("zone", "spring", "autumn"),
		[
			(BERLIN, ("03-28", "03-29"), ("10-24", "10-25")),
			(NEW_YORK, ("03-07", "03-08"), ("10-31", "11-01")),
		],
	)
	def test_a_night_is_an_hour_shorter_or_longer(self, zone, spring, autumn):
		service = calendar("00-06 22-24", EVERY_DAY, zone)
		for (day, next_day), hours in ((spring, 7), (autumn, 9), (("01-05", "01-06"), 8)):
			evening = at(f"2026-{day} 22:00", zone)
			morning = at(f"2026-{next_day} 06:00", zone)
			assert service.between(evening, morning) == hours * HOUR
			assert service.add(evening, hours * HOUR) == morning

	def test_no_change_in_shanghai(self):
		service = calendar("00-24", EVERY_DAY, SHANGHAI)
		for month in range(1, 12):
			start, end = date(2026, month, 1), date(2026, month + 1, 1)
			open_for = service.between(at(start.isoformat(), SHANGHAI), at(end.isoformat(), SHANGHAI))
			assert open_for == end - start

	@pytest.mark.parametrize(
		("zone", "friday", "monday", "utc_friday", "utc_monday"),
		[
			(BERLIN, "2026-03-27 16:00", "2026-03-30 10:00", "2026-03-27 15:00", "2026-03-30 08:00"),
			(BERLIN, "2026-10-23 16:00", "2026-10-26 10:00", "2026-10-23 14:00", "2026-10-26 09:00"),
			(NEW_YORK, "2026-03-06 16:00", "2026-03-09 10:00", "2026-03-06 21:00", "2026-03-09 14:00"),
			(NEW_YORK, "2026-10-30 16:00", "2026-11-02 10:00", "2026-10-30 20:00", "2026-11-02 15:00"),
		],
	)
	def test_office_hours_keep_to_the_wall_clock(self, zone, friday, monday, utc_friday, utc_monday):
		assert at(friday, zone) == utc(utc_friday)
		assert calendar(zone=zone).add(at(friday, zone), 2 * HOUR) == utc(utc_monday) == at(monday, zone)

	@pytest.mark.parametrize(
		("hours", "opens_closes"),
		[
			("01-02", [("00:00", "01:00")]),
			("01-02:30", [("00:00", "01:00")]),
			("02-03", []),
			("02:15-02:45", []),
			("02:30-06", [("01:00", "04:00")]),
			("02-06", [("01:00", "04:00")]),
			("03-06", [("01:00", "04:00")]),
			("01-02:30 02:45-06", [("00:00", "01:00"), ("01:00", "04:00")]),
		],
	)
	def test_hours_that_begin_or_end_in_the_gap(self, hours, opens_closes):
		expected = [(f"2026-03-29 {opens}", f"2026-03-29 {closes}") for opens, closes in opens_closes]
		service = calendar(hours, [6])
		assert intervals(service, "2026-03-28 23:00", "2026-03-29 22:00") == expected

	@pytest.mark.parametrize(
		("hours", "opens_closes"),
		[
			("02:30-06", [("00:30", "05:00")]),  # from the first 02:30
			("01-02:30", [("23:00", "01:30")]),  # to the second
			("02:15-02:45", [("00:15", "01:45")]),
			("02-03", [("00:00", "02:00")]),
			("01-02", [("23:00", "00:00")]),  # 02:00 is reached when it is shown first
			("03-06", [("02:00", "05:00")]),
			("01-02:30 02:30-06", [("23:00", "01:30"), ("01:30", "05:00")]),  # no time counts twice
			("01-02:45 02:50-02:55 03-04", [("23:00", "01:45"), ("01:45", "01:55"), ("02:00", "03:00")]),
		],
	)
	def test_hours_that_begin_or_end_in_the_fold(self, hours, opens_closes):
		expected = [
			(f"2026-10-{24 if opens > '22' else 25} {opens}", f"2026-10-25 {closes}")
			for opens, closes in opens_closes
		]
		assert intervals(calendar(hours, [6]), "2026-10-24 22:00", "2026-10-25 23:00") == expected

	def test_both_readings_of_a_moment_in_the_fold(self):
		service = calendar("00-06", EVERY_DAY)
		assert service.add(at("2026-10-25 02:30"), HOUR) == at("2026-10-25 02:30", fold=1)
		assert service.between(at("2026-10-25 02:30"), at("2026-10-25 02:30", fold=1)) == HOUR
		assert service.add(at("2026-10-25 02:30", fold=1), HOUR) == at("2026-10-25 03:30")

	def test_a_fold_at_midnight_belongs_to_its_day(self):
		"""Havana, 1 November 2026: 01:00 -> 00:00. The Saturday ends when midnight is shown first, so a
		holiday on the Sunday is closed for all of its 25 hours."""
		service = calendar("22-24", EVERY_DAY, "America/Havana")
		assert service.between(utc("2026-11-01 00:00"), utc("2026-11-01 12:00")) == 2 * HOUR
		holiday = calendar("00-24", EVERY_DAY, "America/Havana", [date(2026, 11, 1)])
		assert holiday.between(utc("2026-10-31 04:00"), utc("2026-11-03 05:00")) == 48 * HOUR

	def test_a_fold_back_into_the_day_before(self):
		"""Beirut, 25 October 2026: 00:00 -> 23:00 on the 24th. Hours until midnight end at the only one."""
		service = calendar("22-24", EVERY_DAY, "Asia/Beirut")
		assert service.between(utc("2026-10-24 12:00"), utc("2026-10-25 06:00")) == 3 * HOUR
		# St. John's, 7 November 2010: 00:01 -> 23:01 on the 6th.
		service = calendar("00-24", EVERY_DAY, "America/St_Johns")
		found = intervals(service, "2010-11-06 12:00", "2010-11-08 12:00")
		assert found[0][1] == found[1][0] == "2010-11-07 03:30"
		assert service.between(utc("2010-11-06 12:00"), utc("2010-11-08 12:00")) == 48 * HOUR

	def test_a_day_that_did_not_exist(self):
		"""Samoa went from 29 to 31 December 2011."""
		service = calendar("09-17", EVERY_DAY, "Pacific/Apia")
		start = at("2011-12-29 16:00", "Pacific/Apia")
		assert service.add(start, 2 * HOUR) == at("2011-12-31 10:00", "Pacific/Apia")
		assert service.between(start, at("2012-01-01 00:00", "Pacific/Apia")) == 9 * HOUR


class TestRefused:
	@pytest.mark.parametrize(
		("zone", "week", "code", "values"),
		[
			("Europe/Atlantis", {0: [(9, 17)]}, "unknown zone", {"zone": "Europe/Atlantis"}),
			("Europe", {0: [(9, 17)]}, "unknown zone", {"zone": "Europe"}),
			("../../etc/passwd", {0: [(9, 17)]}, "unknown zone", {"zone": "../../etc/passwd"}),
			("", {0: [(9, 17)]}, "unknown zone", {"zone": ""}),
			(None, {0: [(9, 17)]}, "unknown zone", {"zone": None}),
			(BERLIN, {}, "no hours", {}),
			(BERLIN, {0: [], 3: []}, "no hours", {}),
			(BERLIN, {7: [(9, 17)]}, "unknown weekday", {"weekday": 7}),
			(BERLIN, {1: [(9, 9)]}, "empty interval", {"weekday": 1, "start": time(9), "end": time(9)}),
			(BERLIN, {1: [(17, 9)]}, "empty interval", {"weekday": 1, "start": time(17), "end": time(9)}),
			(
				BERLIN,
				{2: [(12, 17), (9, 13)]},
				"overlapping intervals",
				{
					"weekday": 2,
					"start": time(9),
					"end": time(13),
					"next_start": time(12),
					"next_end": time(17),
				},
			),
			(
				BERLIN,
				{2: [(9, 0), (22, 23)]},
				"overlapping intervals",
				{
					"weekday": 2,
					"start": time(9),
					"end": time(0),
					"next_start": time(22),
					"next_end": time(23),
				},
			),
		],
	)
	def test_calendars_that_make_no_sense(self, zone, week, code, values):
		week = {day: [(time(start), time(end)) for start, end in spans] for day, spans in week.items()}
		with pytest.raises(CalendarError) as error:
			ServiceCalendar(zone, week)
		assert (error.value.code, error.value.values) == (code, values)

	def test_intervals_may_touch(self):
		service = calendar("09-12 12-17")
		assert service.add(at("2026-01-05 11:00"), 2 * HOUR) == at("2026-01-05 13:00")

	@pytest.mark.parametrize(
		("ask", "code"),
		[
			(lambda c, naive, good: c.add(naive, HOUR), "moment without zone"),
			(lambda c, naive, good: c.between(naive, good), "moment without zone"),
			(lambda c, naive, good: c.between(good, naive), "moment without zone"),
			(lambda c, naive, good: c.next_open(naive), "moment without zone"),
			(lambda c, naive, good: list(c.open_intervals(good, naive)), "moment without zone"),
			(lambda c, naive, good: Hold(naive), "moment without zone"),
			(lambda c, naive, good: Hold(good, naive), "moment without zone"),
			(lambda c, naive, good: due(c, naive, HOUR), "moment without zone"),
			(lambda c, naive, good: due(c, good, HOUR, now=naive), "moment without zone"),
			(lambda c, naive, good: breach(c, good, HOUR, [], naive, good), "moment without zone"),
			(lambda c, naive, good: c.add(good, -MINUTE), "negative duration"),
			(lambda c, naive, good: due(c, good, -MINUTE), "negative duration"),
			(lambda c, naive, good: due(c, good, -MINUTE, [Hold(good)]), "negative duration"),
			(lambda c, naive, good: c.between(good, good - MINUTE), "end before start"),
			(lambda c, naive, good: Hold(good, good - MINUTE), "end before start"),
			(lambda c, naive, good: warn_at(c, good, HOUR, share=1.5), "share out of range"),
			(lambda c, naive, good: warn_at(c, good, HOUR, share=-0.1), "share out of range"),
			(lambda c, naive, good: c.next_open(utc("0001-01-01")), "year out of range"),
			(lambda c, naive, good: c.next_open(utc("9999-12-31 23:59")), "year out of range"),
			(lambda c, naive, good: c.add(good, timedelta.max), "beyond horizon"),
			(lambda c, naive, good: c.add(utc("8999-12-31"), timedelta.max), "beyond horizon"),
			(lambda c, naive, good: c.between(utc("1900-01-01"), good), "beyond horizon"),
			(lambda c, naive, good: time_used(c, good), "beyond horizon"),
		],
	)
	def test_moments_and_durations_that_make_no_sense(self, ask, code):
		with pytest.raises(CalendarError) as error:
			ask(calendar(), datetime(2026, 1, 5, 9), at("2026-01-05 09:00"))
		assert error.value.code == code

	def test_holidays_that_leave_no_working_day(self):
		"""Mondays only, and each of them a holiday until long after the horizon."""
		first = date(2026, 1, 5)
		service = calendar(days=[0], holidays=[first + timedelta(weeks=week) for week in range(52 * 60)])
		start = at("2026-01-05 09:00")
		for ask in (lambda: service.add(start, MINUTE), lambda: service.next_open(start)):
			with pytest.raises(CalendarError) as error:
				ask()
			assert error.value.code == "beyond horizon"
			assert error.value.values == {"start": start, "years": 50}
		assert service.between(start, at("2040-01-01 00:00")) == timedelta(0)
		assert list(service.open_intervals(start, at("2040-01-01 00:00"))) == []
		assert due(service, start, HOUR, [Hold(start)]).at is None

	def test_a_calendar_that_is_closed_for_years_opens_again(self):
		first = date(2026, 1, 5)
		service = calendar(days=[0], holidays=[first + timedelta(weeks=week) for week in range(52 * 10)])
		opening = at("2035-12-24 09:00")
		assert service.next_open(at("2026-01-05 09:00")) == opening
		assert service.add(at("2026-01-05 09:00"), HOUR) == opening + HOUR


MONDAY_9 = at("2026-01-05 09:00")


def hold(start, end=None):
	"""Days and times of the week of 5 January 2026: "05 10:00"."""
	return Hold(at(f"2026-01-{start}"), at(f"2026-01-{end}") if end else None)


def due_at(hours, *holds, opened=MONDAY_9):
	return due(calendar(), opened, hours * HOUR, holds).at


class TestClock:
	def test_the_example_of_the_issue(self):
		"""Opened Monday 09:00, 4 hours, on hold 10:00 to 15:00: 1 hour before, 2 after, 1 on Tuesday."""
		assert due_at(4, hold("05 10:00", "05 15:00")) == at("2026-01-06 10:00")

	@pytest.mark.parametrize(
		("hours", "holds", "expected"),
		[
			(4, [], "05 13:00"),
			(4, [("05 18:00", "06 08:00")], "05 13:00"),  # after it was due
			(12, [("05 17:00", "06 09:00")], "06 13:00"),  # outside business hours: stops nothing
			(12, [("05 16:00", "06 10:00")], "06 15:00"),
			(4, [("05 08:00", "05 10:00")], "05 14:00"),  # begun before it was opened
			(4, [("04 08:00", "05 08:00")], "05 13:00"),
			(4, [("05 10:00", "05 12:00"), ("05 11:00", "05 13:00")], "05 16:00"),  # overlap: once
			(4, [("05 11:00", "05 13:00"), ("05 10:00", "05 12:00")], "05 16:00"),
			(4, [("05 10:00", "05 14:00"), ("05 11:00", "05 12:00")], "05 17:00"),  # one within the other
			(4, [("05 10:00", "05 11:00"), ("05 11:00", "05 12:00")], "05 15:00"),
			(4, [("05 10:00", "05 10:00")], "05 13:00"),
			(4, [("05 13:00", "05 15:00")], "05 13:00"),  # due when the hold begins: used up by then
			(8, [("05 10:00", "08 10:00")], "08 17:00"),
			(4, [("05 12:30", "09 16:30")], "09 17:00"),
			(0, [("05 08:00", "05 10:00")], "05 09:00"),
		],
	)
	def test_holds_stop_the_clock_in_business_time(self, hours, holds, expected):
		assert due_at(hours, *(hold(*span) for span in holds)) == at(f"2026-01-{expected}")

	def test_used_and_remaining_add_up_as_of_now(self):
		held = [hold("05 10:00", "05 15:00")]
		for now, used in (
			("04 12:00", 0),  # before it was opened
			("05 09:30", 0.5),
			("05 12:00", 1),
			("05 16:00", 2),
			("05 20:00", 3),
			("06 10:00", 4),
			("06 12:00", 6),  # overdue by two hours
		):
			found = due(calendar(), MONDAY_9, 4 * HOUR, held, at(f"2026-01-{now}"))
			assert found == Due(at("2026-01-06 10:00"), used * HOUR, (4 - used) * HOUR)
		assert due(calendar(), MONDAY_9, 4 * HOUR, held) == Due(
			at("2026-01-06 10:00"), 4 * HOUR, timedelta(0)
		)

	def test_a_hold_that_has_not_ended(self):
		waiting = [hold("05 10:00")]
		assert due(calendar(), MONDAY_9, 4 * HOUR, waiting) == Due(None, HOUR, 3 * HOUR)
		later = at("2026-01-09 12:00")
		assert due(calendar(), MONDAY_9, 4 * HOUR, waiting, later) == Due(None, HOUR, 3 * HOUR)
		# Open since before it was opened; and beside one that ended.
		assert due(calendar(), MONDAY_9, 4 * HOUR, [hold("05 08:00")]) == Due(None, timedelta(0), 4 * HOUR)
		both = [hold("05 10:00"), hold("05 09:30", "05 12:00")]
		assert due(calendar(), MONDAY_9, 4 * HOUR, both) == Due(None, HOUR / 2, 3.5 * HOUR)

	def test_waiting_after_the_time_was_used_up_changes_nothing(self):
		waiting = [hold("05 13:00")]
		assert due_at(4, *waiting) == at("2026-01-05 13:00")
		found = due(calendar(), MONDAY_9, 4 * HOUR, waiting, at("2026-01-07 12:00"))
		assert found == Due(at("2026-01-05 13:00"), 4 * HOUR, timedelta(0))

	def test_reopened_time_so_far_and_new(self):
		"""Resolved after 3 of 8 hours, reopened on Thursday at 15:00: 2 hours on Thursday, 3 on Friday."""
		resolved = hold("05 12:00", "08 15:00")
		assert due_at(8, resolved) == at("2026-01-09 12:00")
		assert time_used(calendar(), MONDAY_9, [resolved], at("2026-01-08 16:00")) == 4 * HOUR
		# Resolved again.
		again = [resolved, hold("08 16:00")]
		assert time_used(calendar(), MONDAY_9, again) == 4 * HOUR

	def test_another_severity_allows_less_time(self):
		held = hold("05 10:00", "05 12:00")
		assert due_at(16, held) == at("2026-01-07 11:00")
		assert due_at(8, held) == at("2026-01-06 11:00")
		# Two hours were used up before anyone knew: it was due then.
		assert due_at(1, held) == at("2026-01-05 10:00")

	def test_several_promises_on_one_clock(self):
		targets = [Target("respond", HOUR), Target("resolve", 4 * HOUR)]
		found = dues(calendar(), MONDAY_9, targets, [hold("05 10:00")], at("2026-01-05 11:00"))
		assert found == {
			"respond": Due(at("2026-01-05 10:00"), HOUR, timedelta(0)),
			"resolve": Due(None, HOUR, 3 * HOUR),
		}

	def test_warned_at_a_share_of_the_time(self):
		held = [hold("05 10:00", "05 15:00")]
		assert warn_at(calendar(), MONDAY_9, 4 * HOUR, held) == at("2026-01-05 17:00")
		assert warn_at(calendar(), MONDAY_9, 4 * HOUR, held, 0.5) == at("2026-01-05 16:00")
		assert warn_at(calendar(), MONDAY_9, 4 * HOUR, held, 0) == MONDAY_9
		assert warn_at(calendar(), MONDAY_9, 4 * HOUR, held, 1) == due_at(4, *held)
		# Three hours aren't used before the hold, one is.
		assert warn_at(calendar(), MONDAY_9, 4 * HOUR, [hold("05 10:00")]) is None
		assert warn_at(calendar(), MONDAY_9, 4 * HOUR, [hold("05 10:00")], 0.25) == at("2026-01-05 10:00")

	@pytest.mark.parametrize(
		("met_at", "now", "late"),
		[
			("05 12:00", "09 12:00", None),
			("05 13:00", "09 12:00", None),  # at the very moment it was due
			("05 13:01", "09 12:00", 1),
			("05 18:00", "09 12:00", 240),  # until closing time
			("06 10:00", "09 12:00", 300),
			(None, "05 12:00", None),
			(None, "05 13:00", None),
			(None, "05 13:30", 30),
			(None, "06 09:30", 270),
		],
	)
	def test_late_in_business_time(self, met_at, now, late):
		found = breach(
			calendar(),
			MONDAY_9,
			4 * HOUR,
			[],
			met_at and at(f"2026-01-{met_at}"),
			at(f"2026-01-{now}"),
		)
		assert found == (None if late is None else Breach(at("2026-01-05 13:00"), late * MINUTE))

	def test_done_after_closing_time_what_was_due_by_then(self):
		found = breach(calendar(), MONDAY_9, 8 * HOUR, [], at("2026-01-05 19:00"), at("2026-01-06 09:00"))
		assert found == Breach(at("2026-01-05 17:00"), timedelta(0))

	def test_waiting_for_the_customer_makes_nobody_later(self):
		now = at("2026-01-07 12:00")
		assert breach(calendar(), MONDAY_9, 4 * HOUR, [hold("05 12:00")], None, now) is None
		held = [hold("05 14:00", "07 11:00")]
		assert breach(calendar(), MONDAY_9, 4 * HOUR, held, None, now) == Breach(
			at("2026-01-05 13:00"), 2 * HOUR
		)

	def test_a_hold_over_the_change_of_the_clock(self):
		"""Round the clock, opened Saturday 22:00 in Berlin, 6 hours; the night is an hour shorter, and the
		hold from 01:30 to 03:30 lasts one hour."""
		service = calendar("00-24", EVERY_DAY)
		held = [Hold(at("2026-03-29 01:30"), at("2026-03-29 03:30"))]
		assert due(service, at("2026-03-28 22:00"), 6 * HOUR, held).at == at("2026-03-29 06:00")
