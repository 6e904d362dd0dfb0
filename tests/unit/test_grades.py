"""Grade scales: DESIGN §3, "bands are half-open [min, max), the last one includes 100"."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_relations.supplier_quality.rating import GradeScale, GradeScaleError

A_TO_D = (("A", 90, 100), ("B", 75, 90), ("C", 60, 75), ("D", 0, 60))
STEP = Decimal("0.000000001")  # the smallest difference that the ERP's columns keep

scores = st.decimals(0, 100, places=9)


@st.composite
def scales(draw) -> list[tuple[str, Decimal, Decimal]]:
	"""Bands that partition 0 to 100, in any order."""
	cuts = draw(st.lists(st.decimals(STEP, 100 - STEP, places=9), max_size=6, unique=True))
	edges = [Decimal(0), *sorted(cuts), Decimal(100)]
	bands = [(f"Grade {number}", *edge) for number, edge in enumerate(pairwise(edges), start=1)]
	return draw(st.permutations(bands))


@pytest.mark.parametrize(
	("score", "grade"),
	[
		(0, "D"),
		("59.999999999", "D"),
		(60, "C"),
		("74.999999999", "C"),
		(75, "B"),
		("89.999999999", "B"),
		(90, "A"),
		("99.999999999", "A"),
		(100, "A"),
	],
)
def test_a_band_holds_its_lower_bound_and_not_its_upper_one(score, grade):
	assert GradeScale.of(A_TO_D).grade(score) == grade


def test_one_hundred_belongs_to_the_topmost_band():
	"""ERPNext's own scorecard finds no standing for a score of exactly 100."""
	assert GradeScale.of([("Only", 0, 100)]).grade(100) == "Only"


@pytest.mark.parametrize("score", [-1, "-0.000000001", "100.000000001", 101])
def test_a_score_outside_0_to_100_has_no_grade(score):
	with pytest.raises(ValueError, match="between 0 and 100"):
		GradeScale.of(A_TO_D).grade(score)


@given(scales(), scores)
def test_every_score_has_exactly_one_grade(bands, score):
	holding = [
		grade for grade, lower, upper in bands if lower <= score < upper or (score == 100 and upper == 100)
	]
	assert [GradeScale.of(bands).grade(score)] == holding


@given(scales())
def test_bounds_divide_the_bands(bands):
	scale = GradeScale.of(bands)
	for grade, lower, upper in bands:
		assert scale.grade(lower) == grade
		assert scale.grade(upper - STEP) == grade
		assert (scale.grade(upper) == grade) is (upper == 100)


@given(scales(), scores, scores)
def test_a_higher_score_never_has_a_worse_grade(bands, one, other):
	scale = GradeScale.of(bands)
	low, high = sorted((one, other))
	assert scale.rank(scale.grade(low)) <= scale.rank(scale.grade(high))


@pytest.mark.parametrize(
	("bands", "row", "reason"),
	[
		([], 1, "no bands"),
		([("A", 50, 100), ("B", "low", 50)], 2, "not a number"),
		([("A", 50, None), ("B", 0, 50)], 1, "not a number"),
		([("A", 50, 100), ("", 0, 50)], 2, "no name"),
		([("A", 50, 100), ("A", 0, 50)], 2, "same name twice"),
		([("A", 50, 100), ("B", 50, 50), ("C", 0, 50)], 2, "empty band"),
		([("A", 100, 50), ("B", 0, 50)], 1, "empty band"),
		([("A", 60, 100), ("B", 0, 50)], 1, "gap"),
		([("A", "50.000000001", 100), ("B", 0, 50)], 1, "gap"),
		([("B", 0, 50), ("A", 40, 100)], 2, "overlap"),
		([("A", 0, 100), ("B", 0, 50)], 2, "overlap"),
		([("A", 50, 100), ("B", 1, 50)], 2, "does not start at 0"),
		([("A", 50, 100), ("B", -10, 50)], 2, "does not start at 0"),
		([("A", 50, 99), ("B", 0, 50)], 1, "does not end at 100"),
		([("A", 50, 120), ("B", 0, 50)], 1, "does not end at 100"),
	],
)
def test_a_scale_that_does_not_partition_is_refused_with_its_row(bands, row, reason):
	with pytest.raises(GradeScaleError) as refusal:
		GradeScale.of(bands)
	assert (refusal.value.row, refusal.value.reason) == (row, reason)


def test_rank_counts_up_from_the_worst():
	scale = GradeScale.of(A_TO_D)
	assert [scale.rank(grade) for grade in "DCBA"] == [0, 1, 2, 3]
	assert (scale.worse("A", "C"), scale.worse("C", "A")) == ("C", "C")
	with pytest.raises(ValueError, match="'E'"):
		scale.rank("E")
