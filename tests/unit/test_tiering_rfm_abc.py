"""RFM and ABC as published: quantiles, scores, segments, classes."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_relations.customer_care.tiering import DEFAULT_CLASSES, DEFAULT_SEGMENTS, AbcRule, RfmRule
from partner_relations.customer_care.tiering.abc import previous_shares
from partner_relations.customer_care.tiering.quantiles import quantiles
from partner_relations.customer_care.tiering.rfm import (
	Cuts,
	RfmScores,
	Scoring,
	Segment,
	combinations,
	never_reached,
	score,
	uncovered,
)

amounts = st.decimals(-1000, 1_000_000, places=2)


def numbers(*values) -> list[Decimal]:
	return [Decimal(str(value)) for value in values]


def ranged(name: str, recency, frequency, monetary) -> Segment:
	return Segment(
		name, "Key", *(tuple(Decimal(end) for end in ends) for ends in (recency, frequency, monetary))
	)


# Quantiles


@pytest.mark.parametrize(
	("values", "expected"),
	[
		# R: quantile(1:10, c(.2, .4, .6, .8)) is 2.8 4.6 6.4 8.2
		(range(1, 11), ("2.8", "4.6", "6.4", "8.2")),
		# R: quantile(c(1, 2, 3, 4), ...) is 1.6 2.2 2.8 3.4
		((4, 2, 3, 1), ("1.6", "2.2", "2.8", "3.4")),
		((7,), ("7", "7", "7", "7")),
		((5, 5, 5), ("5", "5", "5", "5")),
		# A place that is a whole number takes the value itself
		((10, 20, 30, 40, 50, 60), ("20", "30", "40", "50")),
	],
)
def test_quantiles_of_type_7(values, expected):
	assert quantiles(numbers(*values)) == tuple(numbers(*expected))


def test_quantiles_need_values_and_probabilities():
	with pytest.raises(ValueError):
		quantiles([])
	with pytest.raises(ValueError):
		quantiles(numbers(1, 2), (Decimal("1.1"),))


@given(st.lists(amounts, min_size=1, max_size=40), st.integers(0, 100))
def test_quantiles_are_exact(values, percent):
	"""The definition in fractions: x[j] + (h - j) (x[j + 1] - x[j]), h = (n - 1) p."""
	ordered = [Fraction(value) for value in sorted(values)]
	place = (len(ordered) - 1) * Fraction(percent, 100)
	below = place.numerator // place.denominator
	above = min(below + 1, len(ordered) - 1)
	expected = ordered[below] + (place - below) * (ordered[above] - ordered[below])
	(found,) = quantiles(values, (Decimal(percent) / 100,))
	assert Fraction(found) == expected


# RFM scores


def test_ten_customers_by_hand():
	"""Recency 10 to 100 days, 1 to 10 orders: the cuts are 2.8, 4.6, 6.4 and 8.2, two customers a score."""
	days = numbers(*range(10, 101, 10))
	orders = numbers(*range(1, 11))
	money = numbers(*(100 * n for n in range(1, 11)))
	cuts = RfmRule().cuts(list(zip(days, orders, money, strict=True)))
	assert cuts.recency == tuple(numbers(28, 46, 64, 82))
	scored = [score(*values, cuts) for values in zip(days, orders, money, strict=True)]
	assert [row.recency for row in scored] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
	assert [row.frequency for row in scored] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
	assert [row.monetary for row in scored] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


# The cuts of the 995 customers in the documentation of the R package rfm (its sample data, analysed as of
# 2006-12-31), and those of them it prints: days, orders, amount -> scores.
PUBLISHED_CUTS = Cuts(
	tuple(numbers(114, 180, "296.4", 481)),
	tuple(numbers(3, 4, 5, 7)),
	tuple(numbers("254.8", 381, "505.4", 665)),
)
PUBLISHED = {
	"Abbey O'Reilly": (205, 6, 472, (3, 4, 3)),
	"Add Senger": (140, 3, 340, (4, 1, 2)),
	"Aden Lesch": (194, 4, 405, (3, 2, 3)),
	"Aden Murphy": (98, 7, 596, (5, 4, 4)),
	"Admiral Senger": (132, 5, 448, (4, 3, 3)),
	"Agness O'Keefe": (90, 9, 843, (5, 5, 5)),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_scores_of_the_r_package(name):
	days, orders, money, expected = PUBLISHED[name]
	assert score(*numbers(days, orders, money), PUBLISHED_CUTS) == expected


@pytest.mark.parametrize(
	("value", "higher_is_better", "days"), [(10, 1, 5), ("10.01", 2, 4), (20, 2, 4), (40, 4, 2), (41, 5, 1)]
)
def test_a_value_at_a_cut_keeps_the_score_below_and_days_at_a_cut_the_better_one(
	value, higher_is_better, days
):
	cuts = Cuts(*(tuple(numbers(10, 20, 30, 40)),) * 3)
	(number,) = numbers(value)
	assert score(number, number, number, cuts) == (days, higher_is_better, higher_is_better)


def test_fixed_breaks_need_no_customers():
	rule = RfmRule(
		scoring=Scoring.FIXED_BREAKS,
		recency_breaks=tuple(numbers(30, 60, 90, 180)),
		frequency_breaks=tuple(numbers(1, 3, 6, 12)),
		monetary_breaks=tuple(numbers(100, 1000, 10000, 100000)),
	)
	assert score(*numbers(30, 2, 50000), rule.cuts([])) == (5, 2, 4)
	assert RfmRule().cuts([]) is None


# Segments


def test_the_default_table_covers_all_and_each_row_holds_someone():
	assert uncovered(DEFAULT_SEGMENTS) == []
	assert never_reached(DEFAULT_SEGMENTS) == []
	assert len(DEFAULT_SEGMENTS) == 11


@pytest.mark.parametrize(
	("scores", "segment"),
	[
		("555", "Champions"),
		("444", "Champions"),
		("155", "Can't Lose Them"),
		("511", "New Customers"),
		("411", "Promising"),
		("344", "Loyal Customers"),
		("533", "Loyal Customers"),
		("522", "Potential Loyalist"),
		("233", "Need Attention"),
		("211", "About To Sleep"),
		("133", "At Risk"),
		("122", "Hibernating"),
		("111", "Lost"),
		# Often but for little: F and M count by their mean, (5 + 1) / 2 = 3
		("551", "Loyal Customers"),
	],
)
def test_default_segments(scores, segment):
	assert RfmRule().table()[RfmScores(*map(int, scores))].name == segment


# The ten segments that version 0.3 of the R package prints, first match wins.
R_SEGMENTS = (
	ranged("Champions", (5, 5), (5, 5), (5, 5)),
	ranged("Potential Loyalist", (3, 5), (3, 5), (2, 5)),
	ranged("Loyal Customers", (2, 4), (2, 4), (2, 4)),
	ranged("Promising", (3, 4), (1, 3), (3, 5)),
	ranged("New Customers", (4, 5), (1, 3), (1, 5)),
	ranged("Can't Lose Them", (1, 2), (3, 4), (4, 5)),
	ranged("At Risk", (1, 2), (2, 5), (4, 5)),
	ranged("Need Attention", (1, 3), (3, 5), (3, 5)),
	ranged("About To Sleep", (2, 3), (1, 3), (1, 4)),
	ranged("Lost", (1, 1), (1, 5), (1, 5)),
)


@pytest.mark.parametrize(
	("scores", "segment"),
	[
		("343", "Potential Loyalist"),
		("412", "New Customers"),
		("323", "Loyal Customers"),
		("544", "Potential Loyalist"),
		("433", "Potential Loyalist"),
	],
)
def test_published_segments_of_the_r_package(scores, segment):
	assert RfmRule(R_SEGMENTS, others_tier="Regular").table()[RfmScores(*map(int, scores))].name == segment


def test_what_a_table_leaves_uncovered_is_named_or_others():
	missing = {"".join(map(str, scores)) for scores in uncovered(R_SEGMENTS)}
	assert missing == {"215", "241", "251", "252", "341", "351", "441", "451", "541", "551"}
	table = RfmRule(R_SEGMENTS, others_tier="Regular").table()
	assert table[RfmScores(5, 5, 1)].name == "Others" and table[RfmScores(5, 5, 1)].tier == "Regular"
	assert len(table) == 125 == len(list(combinations()))


def test_a_row_behind_a_wider_one_is_never_reached():
	rows = (ranged("All", (1, 5), (1, 5), (1, 5)), ranged("Best", (5, 5), (5, 5), (5, 5)))
	assert never_reached(rows) == ["Best"]


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 60), amounts), min_size=1, max_size=40))
def test_scores_follow_the_values(rows):
	values = [(Decimal(days), Decimal(orders), money) for days, orders, money in rows]
	cuts = RfmRule().cuts(values)
	scored = sorted((value, score(*value, cuts)) for value in values)
	for column, direction in ((0, -1), (1, 1), (2, 1)):
		pairs = sorted((value[column], direction * scores[column]) for value, scores in scored)
		for (lower, low_score), (upper, high_score) in pairwise(pairs):
			assert low_score <= high_score
			assert lower != upper or low_score == high_score
	assert all(1 <= number <= 5 for _value, scores in scored for number in scores)


@given(st.integers(1, 30), st.integers(0, 900), st.integers(1, 60), amounts)
def test_customers_who_are_all_equal_exceed_no_cut(count, days, orders, money):
	value = (Decimal(days), Decimal(orders), money)
	assert score(*value, RfmRule().cuts([value] * count)) == (5, 1, 1)


# ABC


def classes(totals: dict[str, Decimal]) -> dict[str, str]:
	rule = AbcRule(DEFAULT_CLASSES)
	return {name: rule.class_of(share).name for name, share in previous_shares(totals).items()}


def test_a_worked_example():
	"""1,000 in all: 400, 300, 150, 90, 40, 15, 5, so 0, 40, 70, 85, 94, 98 and 99.5 % before each."""
	totals = dict(zip("abcdefg", numbers(400, 300, 150, 90, 40, 15, 5), strict=True))
	assert list(previous_shares(totals).values()) == numbers(0, 40, 70, 85, 94, 98, "99.5")
	# c crosses the border of 80 % and e that of 95 %: they belong to the better class.
	assert "".join(classes(totals).values()) == "AAABBCC"


def test_exactly_at_a_border_is_the_next_class():
	totals = dict(zip("abcd", numbers(80, 15, 3, 2), strict=True))
	assert "".join(classes(totals).values()) == "ABCC"


def test_the_largest_customer_is_in_the_first_class_however_large():
	assert classes({"all": Decimal(99), "rest": Decimal(1)}) == {"all": "A", "rest": "C"}
	assert classes({"only": Decimal(1)}) == {"only": "A"}


def test_equal_totals_share_a_class_though_they_cross_the_border_together():
	"""Four of 25 %: nobody is before any of them."""
	assert set(classes(dict.fromkeys("abcd", Decimal(25))).values()) == {"A"}


def test_nothing_and_less_than_nothing_are_in_the_last_class_and_don_t_shrink_the_whole():
	totals = {"a": Decimal(80), "b": Decimal(20), "none": Decimal(0), "returns": Decimal(-50)}
	assert classes(totals) == {"a": "A", "b": "B", "none": "C", "returns": "C"}
	assert classes({"none": Decimal(0), "returns": Decimal(-1)}) == {"none": "C", "returns": "C"}
	assert previous_shares({}) == {}


totals_by_customer = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=4), amounts, max_size=30)


@given(totals_by_customer, st.randoms())
def test_shares_don_t_depend_on_the_order_and_are_the_sum_of_the_larger(totals, random):
	shuffled = list(totals.items())
	random.shuffle(shuffled)
	shares = previous_shares(totals)
	assert previous_shares(dict(shuffled)) == shares
	whole = sum(Fraction(total) for total in totals.values() if total > 0)
	for name, total in totals.items():
		if total <= 0:
			assert shares[name] == 100
		else:
			larger = sum(Fraction(other) for other in totals.values() if other > total)
			assert abs(Fraction(shares[name]) - 100 * larger / whole) <= Fraction(1, 10**9)
