"""Windows of obligations and what is judged in them."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_relations.supplier_quality.agreements.obligations import (
	AT_LEAST,
	AT_MOST,
	Delivery,
	Judgement,
	Outcome,
	Terms,
	judge,
	judge_deliverable,
	points_missed,
	windows,
)
from partner_relations.supplier_quality.rating import Fact
from partner_relations.supplier_quality.rating.periods import MONTHS

DAY = timedelta(days=1)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def found(versions, start, end, last):
	return [
		(period.from_date.isoformat(), period.to_date.isoformat())
		for period, _terms in windows(versions, start, end, last)
	]


def test_calendar_windows_are_cut_to_the_contract():
	assert found([Terms("Quarter")], date(2025, 2, 10), date(2025, 8, 15), date(2030, 1, 1)) == [
		("2025-02-10", "2025-03-31"),
		("2025-04-01", "2025-06-30"),
		("2025-07-01", "2025-08-15"),
	]


def test_windows_from_the_start_of_the_contract():
	terms = Terms("Month", from_contract_start=True)
	assert found([terms], date(2025, 1, 31), date(2025, 5, 10), date(2030, 1, 1)) == [
		("2025-01-31", "2025-02-27"),
		("2025-02-28", "2025-03-30"),
		("2025-03-31", "2025-04-29"),
		("2025-04-30", "2025-05-10"),
	]


def test_a_contract_without_end_has_the_windows_that_have_begun():
	assert found([Terms("Year")], date(2025, 7, 1), None, date(2026, 1, 1)) == [
		("2025-07-01", "2025-12-31"),
		("2026-01-01", "2026-12-31"),
	]
	assert found([Terms("Year")], date(2025, 7, 1), None, date(2025, 6, 30)) == []


def test_the_version_in_force_on_the_first_day_judges_the_window():
	before = Terms("Month", effective_until=date(2025, 2, 14), entry="before")
	after = Terms("Quarter", effective_from=date(2025, 2, 15), entry="after")
	rows = list(windows([before, after], date(2025, 1, 1), None, date(2025, 6, 30)))
	assert [(period.from_date, period.to_date, terms.entry) for period, terms in rows] == [
		(date(2025, 1, 1), date(2025, 1, 31), "before"),
		(date(2025, 2, 1), date(2025, 2, 28), "before"),
		(date(2025, 3, 1), date(2025, 3, 31), "after"),  # the rest of its first quarter
		(date(2025, 4, 1), date(2025, 6, 30), "after"),
	]


def test_an_obligation_that_is_added_later_or_taken_out():
	added = Terms("Month", effective_from=date(2025, 2, 15), effective_until=date(2025, 3, 20))
	again = Terms("Month", effective_from=date(2025, 6, 1))
	assert found([added, again], date(2025, 1, 1), None, date(2025, 6, 1)) == [
		("2025-02-15", "2025-02-28"),
		("2025-03-01", "2025-03-20"),
		("2025-06-01", "2025-06-30"),
	]
	assert found([], date(2025, 1, 1), None, date(2025, 6, 1)) == []


@given(
	days,
	st.integers(0, 900),
	st.sampled_from(tuple(MONTHS)),
	st.booleans(),
	st.lists(st.tuples(st.integers(1, 300), st.sampled_from(tuple(MONTHS)), st.booleans()), max_size=4),
)
def test_windows_cover_the_contract_without_gap_or_overlap(start, length, each, own, changes):
	"""However often an amendment changes the windows."""
	versions, begins = [Terms(each, own)], None
	for after, kind, from_start in changes:
		begins = (begins or start) + timedelta(days=after)
		versions[-1] = Terms(
			versions[-1].each,
			versions[-1].from_contract_start,
			versions[-1].effective_from,
			begins - DAY,
		)
		versions.append(Terms(kind, from_start, begins))
	end = start + timedelta(days=length)
	rows = list(windows(versions, start, end, date.max))
	assert rows[0][0].from_date == start and rows[-1][0].to_date == end
	for (earlier, _terms), (later, _later) in pairwise(rows):
		assert earlier.from_date <= earlier.to_date
		assert later.from_date == earlier.to_date + DAY
	for period, terms in rows:
		assert terms.in_force(period.from_date)


# Judging


def fact(numerator, denominator, sample=10):
	return Fact(Decimal(numerator), Decimal(denominator), sample)


@pytest.mark.parametrize(
	("comparison", "target", "numerator", "outcome"),
	[
		(AT_LEAST, 95, 95, Outcome.KEPT),
		(AT_LEAST, "95.000000001", 95, Outcome.BREACHED),
		(AT_LEAST, 95, 94, Outcome.BREACHED),
		(AT_MOST, 5, 5, Outcome.KEPT),
		(AT_MOST, 5, "5.000000001", Outcome.BREACHED),
		(AT_MOST, 0, 0, Outcome.KEPT),
	],
)
def test_a_value_that_equals_the_target_keeps_the_promise(comparison, target, numerator, outcome):
	assert judge(comparison, target, fact(numerator, 100), 100).outcome is outcome


def test_numbers_are_as_people_read_them():
	# In binary 0.1 + 0.2 is more than 0.3.
	assert judge(AT_MOST, 0.3, fact("0.1", 1), 3) == Judgement(Outcome.KEPT, Decimal("0.300000000"))
	# A third is decided on as it is stored and shown.
	assert judge(AT_LEAST, "33.333333333", fact(1, 3), 100).outcome is Outcome.KEPT


def test_without_enough_facts_nothing_is_judged():
	assert judge(AT_LEAST, 95, None, 100) == Judgement(Outcome.NOT_MEASURED)
	assert judge(AT_LEAST, 95, fact(0, 0), 100) == Judgement(Outcome.NOT_MEASURED)
	assert judge(AT_LEAST, 95, fact(1, 2, sample=4), 100, minimum_sample=5) == Judgement(
		Outcome.NOT_MEASURED, Decimal("50.000000000")
	)
	assert judge(AT_LEAST, 95, fact(1, 2, sample=5), 100, minimum_sample=5).outcome is Outcome.BREACHED


def test_an_unknown_comparison_is_refused():
	with pytest.raises(ValueError, match="At most"):
		judge("About", 95, fact(1, 2), 100)


def test_points_missed():
	assert points_missed(95, 90.5) == Decimal("4.5")
	assert points_missed(500, "3000.25") == Decimal("2500.25")


@given(st.integers(0, 1000), st.integers(1, 1000), st.integers(0, 100))
def test_a_promise_is_kept_or_broken_both_ways_only_at_the_target(numerator, denominator, target):
	outcomes = {
		comparison: judge(comparison, target, fact(numerator, denominator), 100)
		for comparison in (AT_LEAST, AT_MOST)
	}
	kept = [judgement.outcome is Outcome.KEPT for judgement in outcomes.values()]
	assert any(kept)
	assert all(kept) == (outcomes[AT_LEAST].value == target)


# Dated deliverables

DUE = date(2025, 6, 10)


@pytest.mark.parametrize(
	("delivered", "today", "expected"),
	[
		(None, DUE - DAY, None),
		(None, DUE, None),
		(None, DUE + DAY, Delivery(Outcome.BREACHED, 1, False)),
		(None, DUE + 30 * DAY, Delivery(Outcome.BREACHED, 30, False)),
		(DUE, DUE, Delivery(Outcome.KEPT, 0, True)),
		(DUE - 5 * DAY, DUE + 30 * DAY, Delivery(Outcome.KEPT, 0, True)),
		(DUE + 3 * DAY, DUE + 30 * DAY, Delivery(Outcome.BREACHED, 3, True)),
	],
)
def test_a_deliverable(delivered, today, expected):
	assert judge_deliverable(DUE, delivered, today) == expected
