"""Rating curves: DESIGN §3, "points (value, rating 0-100), linear between, flat outside"."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_relations.supplier_quality.rating import CurveError, RatingCurve

values = st.decimals(-10_000_000, 10_000_000, places=3)
ratings = st.decimals(0, 100, places=2)


@st.composite
def curves(draw, monotone: bool = False):
	"""Points of a curve; of a rising one if `monotone`."""
	count = draw(st.integers(1, 6))
	xs = draw(st.lists(values, min_size=count, max_size=count, unique=True))
	ys = draw(st.lists(ratings, min_size=count, max_size=count))
	if monotone:
		xs, ys = sorted(xs), sorted(ys)
	return list(zip(xs, ys, strict=True))


def test_linear_between_points():
	curve = RatingCurve.of([(0, 100), (10, 0)])
	assert curve.rate(5) == 50
	assert curve.rate("2.5") == 75


def test_flat_outside_the_points():
	curve = RatingCurve.of([(50, 20), (100, 90)])
	assert curve.rate(-1_000_000) == 20
	assert curve.rate(1_000_000) == 90


def test_direction_follows_from_the_points():
	assert RatingCurve.of([(0, 0), (100, 100)]).rate(30) == 30
	assert RatingCurve.of([(0, 100), (100, 0)]).rate(30) == 70


def test_an_optimum_in_the_middle_is_a_curve_too():
	curve = RatingCurve.of([(0, 0), (100, 100), (200, 0)])
	assert [curve.rate(value) for value in (50, 100, 150)] == [50, 100, 50]


def test_one_point_rates_everything_alike():
	assert {RatingCurve.of([(3, 40)]).rate(value) for value in (-1, 3, 99)} == {Decimal(40)}


def test_a_float_counts_as_people_read_it():
	assert RatingCurve.of([(0, 0), (0.1, 100)]).rate(0.05) == 50
	assert RatingCurve.of([(0, 0), (1, 100)]).rate(0.07) == 7


def test_a_third_is_not_rounded():
	rating = RatingCurve.of([(0, 0), (3, 100)]).rate(1)
	assert abs(rating * 3 - 100) < Decimal("1e-30")


@pytest.mark.parametrize(
	("points", "row", "reason"),
	[
		([], 1, "no points"),
		([(0, 0), ("many", 100)], 2, "not a number"),
		([(0, 0), (None, 100)], 2, "not a number"),
		([(0, 0), (float("nan"), 100)], 2, "not a number"),
		([(0, 0), (float("inf"), 100)], 2, "not a number"),
		([(0, 0), (1, None)], 2, "not a number"),
		([(0, -1)], 1, "rating outside 0 to 100"),
		([(0, 0), (1, "100.000000001")], 2, "rating outside 0 to 100"),
		([(0, 0), (1, 50), ("1.000", 60)], 3, "same value twice"),
		([(5, 0), (1, 50), (5, 0)], 3, "same value twice"),
	],
)
def test_what_is_no_function_is_refused_with_its_row(points, row, reason):
	with pytest.raises(CurveError) as refusal:
		RatingCurve.of(points)
	assert (refusal.value.row, refusal.value.reason) == (row, reason)


@given(curves(monotone=True), values, values)
def test_rating_is_monotone_in_the_value_for_a_monotone_curve(points, one, other):
	curve = RatingCurve.of(points)
	low, high = sorted((one, other))
	assert curve.rate(low) <= curve.rate(high)
	falling = RatingCurve.of([(x, 100 - y) for x, y in points])
	assert falling.rate(low) >= falling.rate(high)


@given(curves(), values)
def test_a_rating_stays_between_the_lowest_and_the_highest_point(points, value):
	heights = [y for _x, y in points]
	assert min(heights) <= RatingCurve.of(points).rate(value) <= max(heights)


@given(curves())
def test_the_curve_goes_through_its_points(points):
	curve = RatingCurve.of(points)
	assert [curve.rate(x) for x, _y in points] == [y for _x, y in points]


@given(curves(), values, st.randoms(use_true_random=False))
def test_the_order_of_the_points_does_not_matter(points, value, random):
	shuffled = random.sample(points, len(points))
	assert RatingCurve.of(shuffled).rate(value) == RatingCurve.of(points).rate(value)


@given(curves(), st.decimals("0.01", "0.99", places=2), st.decimals(0, 1, places=2))
def test_a_point_on_the_curve_changes_nothing(points, share, elsewhere):
	low, high = min(points)[0], max(points)[0]
	value, between = low + (high - low) * share, low + (high - low) * elsewhere
	curve = RatingCurve.of(points)
	if value not in dict(points):
		points = [*points, (value, curve.rate(value))]
	assert abs(RatingCurve.of(points).rate(between) - curve.rate(between)) < Decimal("1e-20")
