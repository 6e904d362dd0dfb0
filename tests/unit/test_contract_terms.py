"""How long a contract lasts, and until when notice may be given."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_relations.supplier_quality.agreements.amendments import Amendment
from partner_relations.supplier_quality.agreements.terms import (
	Renewal,
	Term,
	after_months,
	due_renewals,
	notice_by,
	term,
)

END = date(2026, 12, 31)


def until(day: date, effective: date, name: str = "A") -> Amendment:
	return Amendment(name, effective, datetime(2026, 1, 1), end_date=day)


@pytest.mark.parametrize(
	("end", "months", "expected"),
	[
		("2026-12-31", 12, "2027-12-31"),
		("2026-09-30", 3, "2026-12-31"),  # three months from 1 October
		("2026-01-31", 1, "2026-02-28"),
		("2027-02-28", 12, "2028-02-29"),  # to the end of February
		("2028-02-29", 12, "2029-02-28"),
		("2026-06-14", 6, "2026-12-14"),
		("2026-01-30", 1, "2026-02-28"),  # from 31 January: the month has no such day
		("2026-01-29", 1, "2026-02-28"),
		("2026-01-27", 1, "2026-02-27"),
		("2026-11-30", 1, "2026-12-31"),
		("2026-12-15", 24, "2028-12-15"),
	],
)
def test_months_after_an_end(end, months, expected):
	assert after_months(date.fromisoformat(end), months) == date.fromisoformat(expected)


def test_without_anything_else_the_end_date_counts():
	assert term(END) == Term(END)
	assert term(None) == Term(None)


def test_the_last_amendment_to_take_effect_counts_even_if_it_takes_effect_later():
	extended = until(date(2027, 6, 30), date(2027, 1, 1))
	shortened = until(date(2026, 10, 31), date(2026, 5, 1), "B")
	assert term(END, [extended]).end == date(2027, 6, 30)
	assert term(END, [extended, shortened]).end == date(2027, 6, 30)
	assert term(END, [shortened]).end == date(2026, 10, 31)


def test_renewals_are_counted_from_the_agreed_end():
	"""31 January, one month each: not the 28th of each later month."""
	renewals = [Renewal(date(2026, 1, 31), 1), Renewal(date(2026, 2, 28), 1), Renewal(date(2026, 3, 31), 1)]
	assert term(date(2026, 1, 31), renewals=renewals) == Term(date(2026, 4, 30), 3)


def test_an_amendment_that_took_effect_before_makes_a_renewal_void_and_taken_out_lets_it_stand():
	renewals = [Renewal(END, 12)]
	shorter = until(date(2027, 3, 31), date(2026, 12, 1))
	assert term(END, (), renewals) == Term(date(2027, 12, 31), 1)
	assert term(END, [shorter], renewals) == Term(date(2027, 3, 31), 0)


def test_an_amendment_after_a_renewal_has_the_last_word():
	later = until(date(2027, 6, 30), date(2027, 2, 1))
	assert term(END, [later], [Renewal(END, 12)]) == Term(date(2027, 6, 30), 0)


def test_termination_ends_it_earlier_never_later():
	assert term(END, terminated_on=date(2026, 5, 5)).end == date(2026, 5, 5)
	assert term(END, terminated_on=date(2027, 5, 5)).end == END
	assert term(None, terminated_on=date(2026, 5, 5)).end == date(2026, 5, 5)


def test_missed_renewals_are_caught_up():
	renewals = due_renewals(date(2024, 2, 29), (), (), 12, today=date(2027, 1, 10))
	assert renewals == [
		Renewal(date(2024, 2, 29), 12),
		Renewal(date(2025, 2, 28), 12),
		Renewal(date(2026, 2, 28), 12),
	]
	assert term(date(2024, 2, 29), (), renewals) == Term(date(2027, 2, 28), 3)


@pytest.mark.parametrize(
	("end", "months", "today"),
	[
		(END, 12, END),  # it still holds on its last day
		(None, 12, END),
		(END, 0, END + timedelta(days=1)),
	],
)
def test_nothing_to_renew(end, months, today):
	assert due_renewals(end, (), (), months, today) == []


def test_notice_is_given_so_many_days_before_the_end():
	assert notice_by(END, 90) == date(2026, 10, 2)
	assert notice_by(END, 0) == END
	assert notice_by(None, 90) is None


dates = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(dates, st.integers(1, 36), dates)
def test_after_catching_up_the_contract_holds_today_and_nothing_more_is_due(end, months, today):
	renewals = due_renewals(end, (), (), months, today)
	reached = term(end, (), renewals)
	assert reached.end >= today or not renewals
	assert reached.renewals == len(renewals)
	assert due_renewals(end, (), renewals, months, today) == []
	if renewals:
		# One renewal fewer would not have been enough.
		assert term(end, (), renewals[:-1]).end < today


@given(dates, st.integers(1, 24), st.integers(1, 24))
def test_months_add_up(end, first, second):
	"""Renewing twice is renewing once by both, except that a month may be short in between."""
	once = after_months(end, first + second)
	twice = after_months(after_months(end, first), second)
	assert abs((once - twice).days) <= 3
	assert after_months(end, first) > end


@given(dates, st.lists(dates, max_size=4), st.data())
def test_the_order_of_amendments_and_renewals_does_not_matter(end, ends, data):
	amendments = [until(day, day - timedelta(days=30), str(number)) for number, day in enumerate(ends)]
	renewals = [Renewal(day, 3) for day in [end, *ends]]
	shuffled = term(end, data.draw(st.permutations(amendments)), data.draw(st.permutations(renewals)))
	assert shuffled == term(end, amendments, renewals)
