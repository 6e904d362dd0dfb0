"""From measured facts to a score and a grade: DESIGN §3, "How a rating is made"."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from partner_relations.supplier_quality.rating import (
	Criterion,
	Fact,
	GradeScale,
	MissingData,
	Policy,
	RatingCurve,
	evaluate,
)

SCALE = GradeScale.of([("A", 90, 100), ("B", 75, 90), ("C", 60, 75), ("D", 0, 60)])
PERCENT = RatingCurve.of([(0, 0), (100, 100)])
LEAVE_OUT, SCORE_ZERO, CARRY = (Policy(missing) for missing in MissingData)


def criterion(name: str, weight, **more) -> Criterion:
	return Criterion(name, Decimal(weight), more.pop("curve", PERCENT), **more)


def fact(numerator, denominator=100, sample=1) -> Fact:
	return Fact(Decimal(numerator), Decimal(denominator), sample)


names = st.sampled_from(("Delivery", "Quality", "Price", "Service", "Invoices"))
facts = st.builds(
	Fact,
	st.decimals(0, 1000, places=2),
	st.decimals("0.01", 1000, places=2),
	st.integers(1, 50),
)


@st.composite
def criteria(draw, knock_outs: bool = False) -> list[Criterion]:
	found = []
	for name in draw(st.lists(names, min_size=1, max_size=5, unique=True)):
		weight = draw(st.decimals("0.5", 100, places=2))
		xs = draw(st.lists(st.integers(0, 200), min_size=2, max_size=3, unique=True))
		ys = draw(st.lists(st.integers(0, 100), min_size=len(xs), max_size=len(xs)))
		curve = RatingCurve.of(zip(xs, ys, strict=True))
		more = {}
		if knock_outs and draw(st.booleans()):
			more = {
				"knock_out": draw(st.decimals(0, 100, places=1)),
				"knock_out_grade": draw(st.sampled_from((None, "A", "B", "C", "D"))),
			}
		found.append(criterion(name, weight, curve=curve, **more))
	return found


@st.composite
def cases(draw, knock_outs: bool = False) -> tuple[list[Criterion], dict[str, Fact]]:
	"""Criteria, and what was measured for some of them."""
	rows = draw(criteria(knock_outs))
	return rows, {row.name: draw(facts) for row in rows if draw(st.sampled_from((True, True, True, False)))}


policies = st.builds(Policy, st.sampled_from(list(MissingData)))
last_ratings = st.dictionaries(names, st.decimals(0, 100, places=9))


# The arithmetic


def test_value_rating_points_and_total():
	score = evaluate(
		[
			criterion("Delivery", 60),
			criterion("Defects", 40, curve=RatingCurve.of([(0, 100), (10, 0)]), scale=1),
		],
		{"Delivery": fact(9, 10, 10), "Defects": fact(20, 5, 5)},
		LEAVE_OUT,
		SCALE,
	)
	delivery, defects = score.criteria
	assert (delivery.value, delivery.rating, delivery.points) == (90, 90, 54)
	assert (defects.value, defects.rating, defects.points) == (4, 60, 24)
	assert (score.total, score.grade, score.coverage, score.reason) == (78, "B", 100, None)


def test_weights_need_not_sum_to_one_hundred():
	score = evaluate(
		[criterion("Delivery", 1), criterion("Quality", 3)],
		{"Delivery": fact(40), "Quality": fact(80)},
		LEAVE_OUT,
		SCALE,
	)
	assert score.total == 70


def test_a_curve_is_read_at_the_exact_value():
	"""2/3 of the way is not 0.67 of the way: nothing is rounded before the last step."""
	score = evaluate([criterion("Delivery", 1)], {"Delivery": fact(2, 3)}, LEAVE_OUT, SCALE)
	assert score.criteria[0].value == Decimal("66.666666667")
	assert score.total == Decimal("66.666666667")


def test_sevenths_that_add_up_to_ninety_are_ninety():
	rows = [criterion("Delivery", 1), criterion("Quality", 2), criterion("Price", 4)]
	score = evaluate(rows, {row.name: fact(90) for row in rows}, LEAVE_OUT, SCALE)
	assert (score.total, score.grade) == (90, "A")


def test_a_rate_over_several_periods_comes_from_totals():
	"""1 of 1 and 0 of 9 are 10 %, not 50 %."""
	months = [fact(1, 1, 1), fact(0, 9, 9)]
	year = Fact(
		sum(month.numerator for month in months),
		sum(month.denominator for month in months),
		sum(month.sample_size for month in months),
	)
	score = evaluate([criterion("Delivery", 1)], {"Delivery": year}, LEAVE_OUT, SCALE)
	assert score.total == 10


@given(cases(), policies, last_ratings, st.sampled_from([Decimal(n) for n in ("0.01", "3", "1000")]))
def test_weights_are_scale_invariant(case, policy, last, factor):
	rows, found = case
	heavier = [replace(row, weight=row.weight * factor) for row in rows]
	one, other = (evaluate(some, found, policy, SCALE, last) for some in (rows, heavier))
	assert (one.total, one.grade, one.coverage, one.reason) == (
		other.total,
		other.grade,
		other.coverage,
		other.reason,
	)
	assert [row.points for row in one.criteria] == [row.points for row in other.criteria]


@given(cases(), policies, last_ratings, st.randoms(use_true_random=False))
def test_the_order_of_the_criteria_does_not_matter(case, policy, last, random):
	rows, found = case
	shuffled = random.sample(rows, len(rows))
	one, other = (evaluate(some, found, policy, SCALE, last) for some in (rows, shuffled))
	assert (one.total, one.grade, one.coverage) == (other.total, other.grade, other.coverage)


@given(cases(), policies, last_ratings)
def test_points_add_up_to_the_total(case, policy, last):
	rows, found = case
	score = evaluate(rows, found, policy, SCALE, last)
	assume(score.total is not None)
	points = [row.points for row in score.criteria if row.points is not None]
	assert abs(sum(points) - score.total) <= Decimal("1e-9") * len(points)
	assert 0 <= score.total <= 100


@given(cases())
def test_the_total_lies_between_the_ratings(case):
	rows, found = case
	score = evaluate(rows, found, LEAVE_OUT, SCALE)
	assume(score.total is not None)
	ratings = [row.rating for row in score.criteria if row.rating is not None]
	assert min(ratings) <= score.total <= max(ratings)


@given(cases(), st.sampled_from((1, 5, 20)), st.sampled_from((0, 1, 2, 3, 4)))
def test_a_better_measured_value_never_lowers_the_score(case, more, index):
	rows, found = case
	"""With curves that rise, more of the numerator is never less of a score."""
	rows = [replace(row, curve=PERCENT) for row in rows]
	row = rows[index % len(rows)]
	assume(row.name in found)
	better = replace(found[row.name], numerator=found[row.name].numerator + more)
	before = evaluate(rows, found, LEAVE_OUT, SCALE)
	after = evaluate(rows, {**found, row.name: better}, LEAVE_OUT, SCALE)
	assert after.total >= before.total
	assert SCALE.rank(after.grade) >= SCALE.rank(before.grade)


# Missing data


def test_no_data_is_left_out_and_the_others_weigh_more():
	rows = [criterion("Delivery", 50), criterion("Quality", 30), criterion("Price", 20)]
	score = evaluate(rows, {"Delivery": fact(80), "Price": fact(10)}, LEAVE_OUT, SCALE)
	assert score.total == 60  # (50 x 80 + 20 x 10) / 70
	assert score.coverage == 70
	assert [row.basis for row in score.criteria] == ["measured", "no data", "measured"]
	missing = score.criteria[1]
	assert (missing.value, missing.rating, missing.points, missing.knocked_out) == (None, None, None, False)


def test_no_data_scores_zero_where_the_template_says_so():
	rows = [criterion("Delivery", 50), criterion("Quality", 50)]
	score = evaluate(rows, {"Delivery": fact(80)}, SCORE_ZERO, SCALE)
	assert (score.total, score.coverage) == (40, 50)
	assert (score.criteria[1].basis, score.criteria[1].rating) == ("scored zero", 0)
	assert score.criteria[1].value is None


def test_no_data_carries_the_last_rating_forward():
	rows = [criterion("Delivery", 50), criterion("Quality", 50)]
	score = evaluate(
		rows, {"Delivery": fact(80)}, CARRY, SCALE, {"Quality": Decimal(60), "Delivery": Decimal(5)}
	)
	assert (score.total, score.coverage) == (70, 50)
	assert [row.basis for row in score.criteria] == ["measured", "carried forward"]
	assert (score.criteria[1].value, score.criteria[1].rating) == (None, 60)


def test_without_a_last_rating_there_is_nothing_to_carry():
	rows = [criterion("Delivery", 50), criterion("Quality", 50)]
	score = evaluate(rows, {"Delivery": fact(80)}, CARRY, SCALE, {})
	assert (score.total, score.criteria[1].basis) == (80, "no data")


def test_last_ratings_are_used_by_carry_forward_only():
	rows = [criterion("Delivery", 50), criterion("Quality", 50)]
	last = {"Quality": Decimal(0)}
	assert evaluate(rows, {"Delivery": fact(80)}, LEAVE_OUT, SCALE, last).total == 80


@pytest.mark.parametrize("policy", [LEAVE_OUT, SCORE_ZERO, CARRY])
def test_a_denominator_of_zero_is_no_data(policy):
	"""ERPNext's own scorecard gives a supplier without data 100."""
	score = evaluate(
		[criterion("Delivery", 1)], {"Delivery": fact(0, 0, 0)}, policy, SCALE, {"Delivery": Decimal(100)}
	)
	assert (score.total, score.grade, score.reason, score.coverage) == (None, None, "no data", 0)


def test_returns_without_receipts_are_no_data():
	score = evaluate([criterion("Returns", 1)], {"Returns": fact(5, 0, 0)}, LEAVE_OUT, SCALE)
	assert score.reason == "no data"


def test_measured_as_zero_is_not_no_data():
	score = evaluate([criterion("Delivery", 1)], {"Delivery": fact(0, 7, 7)}, LEAVE_OUT, SCALE)
	assert (score.total, score.grade, score.coverage) == (0, "D", 100)


def test_a_criterion_without_weight_alone_is_no_data():
	score = evaluate([criterion("Delivery", 0)], {"Delivery": fact(5)}, LEAVE_OUT, SCALE)
	assert score.reason == "no data"


@given(cases(), st.decimals("0.5", 100, places=2))
def test_adding_a_criterion_without_data_changes_nothing_under_leave_out(case, weight):
	rows, found = case
	before = evaluate(rows, found, LEAVE_OUT, SCALE)
	added = criterion("Never measured", weight, knock_out=Decimal(100), knock_out_grade="D")
	after = evaluate([*rows, added], found, LEAVE_OUT, SCALE)
	assert (after.total, after.grade, after.capped) == (before.total, before.grade, before.capped)
	assert [row.points for row in after.criteria] == [*(row.points for row in before.criteria), None]
	assert after.coverage <= before.coverage


@given(cases(), last_ratings)
def test_scoring_zero_never_raises_and_carrying_stays_between(case, last):
	rows, found = case
	left_out, zero, carried = (
		evaluate(rows, found, policy, SCALE, last) for policy in (LEAVE_OUT, SCORE_ZERO, CARRY)
	)
	assert left_out.coverage == zero.coverage == carried.coverage
	assert left_out.reason == zero.reason == carried.reason
	assume(left_out.total is not None)
	assert zero.total <= left_out.total
	for score in (zero, carried):
		assert [row.rating for row in score.criteria if row.basis == "measured"] == [
			row.rating for row in left_out.criteria if row.basis == "measured"
		]
	lost = {row.name for row in rows if row.name not in found and row.name in last}
	assert {row.criterion for row in carried.criteria if row.basis == "carried forward"} == lost


# Coverage and sample


@pytest.mark.parametrize(
	("minimum", "reason"),
	[("0", None), ("59.9", None), ("60", None), ("60.000000001", "coverage"), ("100", "coverage")],
)
def test_below_the_minimum_coverage_a_supplier_is_not_rated(minimum, reason):
	rows = [criterion("Delivery", 60), criterion("Quality", 40)]
	score = evaluate(rows, {"Delivery": fact(95)}, Policy(minimum_coverage=Decimal(minimum)), SCALE)
	assert score.reason == reason
	assert (score.total is None, score.grade is None) == (reason is not None, reason is not None)
	assert score.coverage == 60


@pytest.mark.parametrize("missing", [MissingData.SCORE_ZERO, MissingData.CARRY_FORWARD])
def test_what_was_not_measured_does_not_raise_the_coverage(missing):
	rows = [criterion("Delivery", 40), criterion("Quality", 60)]
	score = evaluate(
		rows, {"Delivery": fact(95)}, Policy(missing, Decimal(50)), SCALE, {"Quality": Decimal(100)}
	)
	assert (score.reason, score.coverage) == ("coverage", 40)


def test_below_the_minimum_sample_a_supplier_is_not_rated():
	rows = [criterion("Delivery", 40), criterion("Quality", 60)]
	found = {"Delivery": fact(95, 100, 4), "Quality": fact(95, 100, 2)}
	assert evaluate(rows, found, Policy(minimum_sample=4), SCALE).reason is None
	assert evaluate(rows, found, Policy(minimum_sample=5), SCALE).reason == "sample"


def test_a_supplier_that_is_not_rated_still_shows_what_was_measured():
	score = evaluate([criterion("Delivery", 1)], {"Delivery": fact(95)}, Policy(minimum_sample=5), SCALE)
	row = score.criteria[0]
	assert (row.value, row.rating, row.points, row.basis) == (95, 95, None, "measured")


@given(cases(), policies, last_ratings)
def test_coverage_is_the_measured_share_of_the_weight(case, policy, last):
	rows, found = case
	score = evaluate(rows, found, policy, SCALE, last)
	assert 0 <= score.coverage <= 100
	assert (score.coverage == 100) is all(row.name in found for row in rows)
	assert (score.coverage == 0) is (not any(row.name in found for row in rows))


@given(cases(), names, facts)
def test_measuring_one_more_criterion_never_lowers_the_coverage(case, name, one_more):
	rows, found = case
	before = evaluate(rows, found, LEAVE_OUT, SCALE)
	after = evaluate(rows, {**found, name: one_more}, LEAVE_OUT, SCALE)
	assert after.coverage >= before.coverage


# Knock-out


@pytest.mark.parametrize(("rating", "grade", "capped"), [(39, "C", True), (40, "A", False), (41, "A", False)])
def test_a_rating_below_the_knock_out_caps_the_grade_whatever_the_total(rating, grade, capped):
	rows = [
		criterion("Delivery", 99),
		criterion("Defects", 1, knock_out=Decimal(40), knock_out_grade="C"),
	]
	score = evaluate(rows, {"Delivery": fact(100), "Defects": fact(rating)}, LEAVE_OUT, SCALE)
	assert (score.grade, score.capped) == (grade, capped)
	assert score.criteria[1].knocked_out is capped
	assert score.total > 99  # the total says how good the rest is


def test_without_a_grade_the_knock_out_means_the_worst():
	rows = [criterion("Delivery", 99), criterion("Defects", 1, knock_out=Decimal(40))]
	assert evaluate(rows, {"Delivery": fact(100), "Defects": fact(1)}, LEAVE_OUT, SCALE).grade == "D"


def test_a_knock_out_grade_above_the_earned_one_changes_nothing():
	rows = [criterion("Defects", 1, knock_out=Decimal(40), knock_out_grade="B")]
	score = evaluate(rows, {"Defects": fact(10)}, LEAVE_OUT, SCALE)
	assert (score.grade, score.capped, score.criteria[0].knocked_out) == ("D", False, True)


def test_the_strictest_of_several_knock_outs_counts():
	rows = [
		criterion("Delivery", 98),
		criterion("Defects", 1, knock_out=Decimal(40), knock_out_grade="C"),
		criterion("Returns", 1, knock_out=Decimal(40), knock_out_grade="B"),
	]
	found = {"Delivery": fact(100), "Defects": fact(0), "Returns": fact(0)}
	assert evaluate(rows, found, LEAVE_OUT, SCALE).grade == "C"


def test_no_data_knocks_nobody_out():
	rows = [criterion("Delivery", 50), criterion("Defects", 50, knock_out=Decimal(40), knock_out_grade="D")]
	score = evaluate(rows, {"Delivery": fact(100)}, LEAVE_OUT, SCALE)
	assert (score.grade, score.capped) == ("A", False)


def test_a_knock_out_of_zero_is_set_and_knocks_nobody_out():
	rows = [criterion("Defects", 1, knock_out=Decimal(0), knock_out_grade="D")]
	assert not evaluate(rows, {"Defects": fact(0)}, LEAVE_OUT, SCALE).criteria[0].knocked_out


@given(cases(knock_outs=True), policies, last_ratings)
def test_a_knock_out_never_raises_a_grade_nor_touches_the_total(case, policy, last):
	rows, found = case
	free = [replace(row, knock_out=None, knock_out_grade=None) for row in rows]
	capped, uncapped = (evaluate(some, found, policy, SCALE, last) for some in (rows, free))
	assert (capped.total, capped.coverage, capped.reason) == (
		uncapped.total,
		uncapped.coverage,
		uncapped.reason,
	)
	assume(capped.grade is not None)
	assert SCALE.rank(capped.grade) <= SCALE.rank(uncapped.grade)
	assert capped.capped is (capped.grade != uncapped.grade)
	for row, result in zip(rows, capped.criteria, strict=True):
		if result.knocked_out:
			assert SCALE.rank(capped.grade) <= SCALE.rank(row.knock_out_grade or "D")
