"""Periods: DESIGN §3, "Periods follow the calendar or the company's Fiscal Year"."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from partner_relations.supplier_quality.rating.periods import (
	MONTHS,
	Period,
	add_months,
	period_containing,
	periods_between,
	previous_period,
)

kinds = st.sampled_from(sorted(MONTHS))
days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
CALENDAR = date(2025, 1, 1)


@pytest.mark.parametrize(
	("kind", "first", "last"),
	[
		("Month", date(2024, 2, 1), date(2024, 2, 29)),
		("Quarter", date(2024, 1, 1), date(2024, 3, 31)),
		("Half-Year", date(2024, 1, 1), date(2024, 6, 30)),
		("Year", date(2024, 1, 1), date(2024, 12, 31)),
	],
)
def test_calendar_periods(kind, first, last):
	assert period_containing(date(2024, 2, 29), kind, CALENDAR) == Period(first, last)


@pytest.mark.parametrize(
	("kind", "first", "last"),
	[
		("Month", date(2025, 3, 1), date(2025, 3, 31)),
		("Quarter", date(2025, 1, 1), date(2025, 3, 31)),
		("Half-Year", date(2024, 10, 1), date(2025, 3, 31)),
		("Year", date(2024, 4, 1), date(2025, 3, 31)),
	],
)
def test_periods_of_a_fiscal_year_from_april(kind, first, last):
	for year in (2019, 2024, 2031):  # whichever fiscal year the anchor is taken from
		assert period_containing(date(2025, 3, 31), kind, date(year, 4, 1)) == Period(first, last)


def test_a_year_from_the_sixth_of_april():
	assert period_containing(date(2025, 4, 5), "Quarter", date(2024, 4, 6)) == Period(
		date(2025, 1, 6), date(2025, 4, 5)
	)


def test_a_month_that_starts_on_the_31st_does_not_drift():
	anchor = date(2024, 12, 31)
	found = list(periods_between(date(2025, 1, 31), date(2025, 5, 1), "Month", anchor))
	assert found == [
		Period(date(2025, 1, 31), date(2025, 2, 27)),
		Period(date(2025, 2, 28), date(2025, 3, 30)),
		Period(date(2025, 3, 31), date(2025, 4, 29)),
		Period(date(2025, 4, 30), date(2025, 5, 30)),
	]


def test_previous_period_ended_before_the_day():
	assert previous_period(date(2025, 4, 1), "Quarter", CALENDAR) == Period(
		date(2025, 1, 1), date(2025, 3, 31)
	)
	assert previous_period(date(2025, 3, 31), "Quarter", CALENDAR) == Period(
		date(2024, 10, 1), date(2024, 12, 31)
	)


def test_a_period_closes_so_many_days_after_its_end():
	quarter = Period(date(2025, 1, 1), date(2025, 3, 31))
	assert quarter.closes_on(0) == date(2025, 4, 1)
	assert quarter.closes_on(5) == date(2025, 4, 6)


def test_all_periods_that_overlap_are_found_whole():
	found = list(periods_between(date(2025, 3, 31), date(2025, 7, 1), "Quarter", CALENDAR))
	assert found == [
		Period(date(2025, 1, 1), date(2025, 3, 31)),
		Period(date(2025, 4, 1), date(2025, 6, 30)),
		Period(date(2025, 7, 1), date(2025, 9, 30)),
	]
	assert list(periods_between(date(2025, 7, 1), date(2025, 3, 31), "Quarter", CALENDAR)) == []


@given(days, kinds, days)
@example(date(2025, 2, 28), "Month", date(2024, 1, 31))
@example(date(2024, 2, 29), "Year", date(2020, 2, 29))
@example(date(2025, 2, 28), "Year", date(2020, 2, 29))
@example(date(2025, 2, 27), "Half-Year", date(2023, 8, 31))
def test_a_day_lies_in_its_period(day, kind, anchor):
	period = period_containing(day, kind, anchor)
	assert period.from_date <= day <= period.to_date
	for edge in (period.from_date, period.to_date):
		assert period_containing(edge, kind, anchor) == period


@given(days, kinds, days)
@example(date(2025, 3, 31), "Month", date(2024, 1, 31))
@example(date(2024, 2, 29), "Year", date(2020, 2, 29))
@example(date(2024, 3, 1), "Quarter", date(2024, 11, 30))
def test_periods_tile_the_calendar_without_gap_or_overlap(day, kind, anchor):
	found = list(periods_between(day, day + timedelta(days=1500), kind, anchor))
	assert found[0].from_date <= day
	assert found[-1].to_date >= day + timedelta(days=1500)
	for one, following in pairwise(found):
		assert one.to_date + timedelta(days=1) == following.from_date
		assert previous_period(following.to_date, kind, anchor) == one


@given(days, kinds, days)
def test_a_year_is_so_many_whole_periods(day, kind, anchor):
	"""Quarters and months of a fiscal year never cross its end."""
	year = period_containing(day, "Year", anchor)
	parts = list(periods_between(year.from_date, year.to_date, kind, anchor))
	assert len(parts) == 12 // MONTHS[kind]
	assert (parts[0].from_date, parts[-1].to_date) == (year.from_date, year.to_date)


@given(days, st.integers(-600, 600))
def test_months_are_added_within_the_month(day, months):
	moved = add_months(day, months)
	assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
	assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(days=1)).day == 1)
