"""When an incentive rule holds: conditions over a history of periods, and breaches within months."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_relations.supplier_quality.rating.periods import add_months
from partner_relations.supplier_quality.remedies.rules import (
	BREACHES,
	Outcome,
	Rule,
	RuleError,
	decide,
	decide_breaches,
	points_missed,
)

SCALE = ("D", "C", "B", "A")
GRADE_OF = {"A": 95, "B": 80, "C": 65, "D": 40}


def quarter(number: int, year: int = 2024) -> tuple[date, date]:
	"""The quarter so many after the first of a year."""
	begin = add_months(date(year, 1, 1), 3 * number)
	return begin, add_months(begin, 3) - timedelta(days=1)


def outcome(number: int, grade: str | None, score: float | None = None, **values) -> Outcome:
	"""What a quarter's evaluation said; no grade is Not Rated."""
	score = GRADE_OF.get(grade) if score is None else score
	return Outcome(
		*quarter(number),
		score=None if score is None or grade is None else Decimal(str(score)),
		grade=grade,
		scale=values.pop("scale", SCALE),
		**values,
	)


def grades(*row: str | None, first: int = 0) -> list[Outcome]:
	return [outcome(first + place, grade) for place, grade in enumerate(row)]


def rule(*conditions: dict, **values) -> Rule:
	return Rule.from_document({"conditions": conditions, **values})


def grade_rule(grade: str, comparison: str = "is", **values) -> Rule:
	return rule({"what": "Grade", "comparison": comparison, "grade": grade}, **values)


# Grades, scores, KPIs


@pytest.mark.parametrize(
	("comparison", "grade", "holding"),
	[("is", "B", "B"), ("is at least", "B", "AB"), ("is at most", "C", "CD"), ("is at most", "A", "ABCD")],
)
def test_grades_compare_by_their_place_in_the_scale(comparison, grade, holding):
	asked = grade_rule(grade, comparison)
	assert "".join(one for one in "ABCD" if decide(asked, grades(one)).holds) == holding


def test_a_grade_that_the_scale_does_not_have_says_so():
	decision = decide(grade_rule("A+", "is at least"), grades("A"))
	assert not decision.holds
	assert decision.findings[0].obstacle == "grade not in scale"


@pytest.mark.parametrize(
	("comparison", "number", "holds"),
	[
		("is", 80, True),
		("is", "80.000000001", False),
		("is at least", 80, True),
		("is at least", 81, False),
		("is at most", 80, True),
		("is at most", "79.999999999", False),
	],
)
def test_scores_compare_exactly(comparison, number, holds):
	asked = rule({"what": "Score", "comparison": comparison, "number": number})
	assert decide(asked, grades("B")).holds is holds


def test_kpi_conditions_look_at_the_value_or_the_rating_of_their_kpi():
	measured = outcome(0, "B", values={"OTD": Decimal("87.5")}, ratings={"OTD": Decimal(70)})
	value = {"what": "KPI value", "kpi": "OTD", "comparison": "is at least", "number": 87.5}
	rating = {"what": "KPI rating", "kpi": "OTD", "comparison": "is at most", "number": 69}
	assert decide(rule(value), [measured]).holds
	assert decide(rule(value), [measured]).findings[0].found == Decimal("87.5")
	assert not decide(rule(rating), [measured]).holds
	assert decide(rule({**value, "kpi": "PPM"}), [measured]).findings[0].obstacle == "not measured"


def test_all_conditions_must_hold():
	both = rule(
		{"what": "Grade", "comparison": "is", "grade": "B"},
		{"what": "Score", "comparison": "is at least", "number": 85},
	)
	assert not decide(both, grades("B")).holds
	assert decide(both, [outcome(0, "B", 86)]).holds
	assert [finding.holds for finding in decide(both, grades("B")).findings] == [True, False]


# Rise and fall


@pytest.mark.parametrize(
	("comparison", "number", "scores", "holds"),
	[
		("fell", 0, (80, 79.9), True),
		("fell", 0, (80, 80), False),
		("fell", 10, (80, 70), True),
		("fell", 10, (80, 70.1), False),
		("rose", 0, (80, 80.1), True),
		("rose", 5, (80, 84), False),
		("rose", 0, (80, 70), False),
	],
)
def test_a_change_of_score_is_measured_against_the_period_before(comparison, number, scores, holds):
	asked = rule({"what": "Change of score", "comparison": comparison, "number": number})
	history = [outcome(0, "B", scores[0]), outcome(1, "B", scores[1])]
	decision = decide(asked, history)
	assert decision.holds is holds
	assert decision.findings[0].change == Decimal(str(scores[1])) - Decimal(str(scores[0]))


def test_a_change_of_grade_counts_grades():
	one = rule({"what": "Change of grade", "comparison": "fell"})
	two = rule({"what": "Change of grade", "comparison": "fell", "number": 2})
	assert decide(one, grades("A", "B")).holds
	assert not decide(two, grades("A", "B")).holds
	assert decide(two, grades("A", "C")).holds
	assert decide(two, grades("A", "C")).findings[0].change == -2
	assert not decide(one, grades("C", "A")).holds


@pytest.mark.parametrize(
	("history", "obstacle"),
	[
		(grades("D"), "no period before"),
		([outcome(0, "A"), outcome(2, "D")], "no period before"),
		(grades(None, "D"), "not rated before"),
		([outcome(0, "A", scale=("B", "A")), outcome(1, "D")], "other scale"),
		(grades("A", None), "not rated"),
	],
)
def test_what_cannot_be_compared_does_not_hold_and_says_why(history, obstacle):
	decision = decide(rule({"what": "Change of grade", "comparison": "fell"}), history)
	assert not decision.holds
	assert decision.findings[0].obstacle == obstacle


def test_the_first_bad_grade_can_be_told_from_those_that_follow():
	first_d = rule(
		{"what": "Grade", "comparison": "is", "grade": "D"}, {"what": "Change of grade", "comparison": "fell"}
	)
	history = grades("B", "D", "D", "C", "D")
	assert [decide(first_d, history[: n + 1]).holds for n in range(5)] == [False, True, False, False, True]


# Periods in a row


def test_a_row_needs_periods_that_adjoin():
	asked = grade_rule("A", periods_in_a_row=4)
	assert decide(asked, grades("A", "A", "A", "A")).holds
	assert not decide(asked, grades("A", "A", "A")).holds
	gap = [*grades("A", "A"), *grades("A", "A", first=3)]
	assert not decide(asked, gap).holds
	assert decide(asked, gap).periods == 2


@pytest.mark.parametrize("breaking", ["B", None])
def test_another_grade_and_not_rated_break_the_row(breaking):
	asked = grade_rule("A", periods_in_a_row=2)
	assert not decide(asked, grades("A", breaking, "A")).holds
	assert decide(asked, grades("A", breaking, "A", "A")).holds


def test_a_row_counts_on_or_anew():
	history = grades(*"AAAAAAAA")
	on = grade_rule("A", periods_in_a_row=4)
	anew = replace(on, count_anew=True)
	assert [decide(on, history[: n + 1]).holds for n in range(8)] == [False] * 3 + [True] * 5
	assert [n + 1 for n in range(8) if decide(anew, history[: n + 1]).holds] == [4, 8]


def test_the_findings_of_a_row_name_each_of_its_periods_the_oldest_first():
	decision = decide(grade_rule("B", "is at least", periods_in_a_row=3), grades("C", "B", "A", "B"))
	assert decision.holds
	assert [(finding.from_date, finding.found) for finding in decision.findings] == [
		(quarter(1)[0], "B"),
		(quarter(2)[0], "A"),
		(quarter(3)[0], "B"),
	]


def test_a_year_that_begins_on_another_day_adjoins_too():
	"""A short fiscal year's periods adjoin by their days, whatever their length."""
	short = Outcome(date(2024, 3, 15), date(2024, 3, 31), Decimal(95), "A", SCALE)
	long = Outcome(date(2024, 4, 1), date(2025, 3, 31), Decimal(95), "A", SCALE)
	assert decide(grade_rule("A", periods_in_a_row=2), [short, long]).holds


def test_an_empty_history_is_no_question():
	with pytest.raises(ValueError, match="no period"):
		decide(grade_rule("A"), [])


# How far off


def test_points_missed_are_those_between_the_line_and_what_was_found():
	low = rule({"what": "Score", "comparison": "is at most", "number": 60})
	assert points_missed(decide(low, [outcome(0, "D", 52)]).findings) == 8
	fall = rule({"what": "Change of score", "comparison": "fell", "number": 5})
	assert points_missed(decide(fall, [outcome(0, "B", 80), outcome(1, "C", 68)]).findings) == 12
	assert points_missed(decide(grade_rule("D"), grades("D")).findings) == 0


def test_points_missed_are_those_of_the_last_period():
	low = rule({"what": "Score", "comparison": "is at most", "number": 60}, periods_in_a_row=2)
	assert points_missed(decide(low, [outcome(0, "D", 10), outcome(1, "D", 55)]).findings) == 5


# Breaches


def breach_rule(needed: int, months: int = 12, **values) -> Rule:
	return Rule.from_document(
		{"looks_at": BREACHES, "breaches_needed": needed, "within_months": months, **values}
	)


def test_so_many_breaches_within_months():
	asked = breach_rule(3)
	days = [date(2024, 1, 31), date(2024, 6, 30), date(2025, 1, 30)]
	assert decide_breaches(asked, days).holds
	assert not decide_breaches(asked, [*days[:2], date(2025, 1, 31)]).holds
	assert decide_breaches(asked, days).days == tuple(days)


def test_breaches_count_on_or_anew():
	days = [date(2024, month, 1) for month in range(1, 7)]
	on, anew = breach_rule(3), breach_rule(3, count_anew=1)
	assert [decide_breaches(on, days[: n + 1]).holds for n in range(6)] == [
		False,
		False,
		True,
		True,
		True,
		True,
	]
	assert [n + 1 for n in range(6) if decide_breaches(anew, days[: n + 1]).holds] == [3, 6]


# What is refused


@pytest.mark.parametrize(
	("document", "reason", "row"),
	[
		({"conditions": []}, "no conditions", None),
		({"conditions": [{"what": "Mood", "comparison": "is"}]}, "comparison", 1),
		({"conditions": [{"what": "Grade", "comparison": "rose", "grade": "A"}]}, "comparison", 1),
		({"conditions": [{"what": "Change of score", "comparison": "is"}]}, "comparison", 1),
		({"conditions": [{"what": "Grade", "comparison": "is", "grade": " "}]}, "no grade", 1),
		({"conditions": [{"what": "KPI value", "comparison": "is"}]}, "no kpi", 1),
		({"conditions": [{"what": "Score", "comparison": "is", "number": "many"}]}, "not a number", 1),
		({"conditions": [{"what": "Score", "comparison": "is", "number": 101}]}, "outside 0 to 100", 1),
		(
			{"conditions": [{"what": "Change of score", "comparison": "fell", "number": -3}]},
			"negative change",
			1,
		),
		(
			{"conditions": [{"what": "Change of grade", "comparison": "fell", "number": 1.5}]},
			"part of a grade",
			1,
		),
		(
			{
				"conditions": [
					{"what": "Score", "comparison": "is", "number": 1},
					{"what": "Score", "comparison": "fell", "number": 1},
				]
			},
			"comparison",
			2,
		),
		(
			{"conditions": [{"what": "Score", "comparison": "is"}], "periods_in_a_row": 0},
			"periods",
			None,
		),
		({"looks_at": BREACHES, "breaches_needed": 0}, "breaches", None),
		({"looks_at": BREACHES, "within_months": 0}, "months", None),
	],
)
def test_a_rule_that_cannot_be_decided_is_refused_by_its_row(document, reason, row):
	with pytest.raises(RuleError) as refused:
		Rule.from_document(document)
	assert (refused.value.reason, refused.value.row) == (reason, row)


# Over random histories


CONDITIONS = st.one_of(
	st.builds(
		lambda comparison, grade: {"what": "Grade", "comparison": comparison, "grade": grade},
		st.sampled_from(["is", "is at least", "is at most"]),
		st.sampled_from(SCALE),
	),
	st.builds(
		lambda comparison, number: {"what": "Score", "comparison": comparison, "number": number},
		st.sampled_from(["is at least", "is at most"]),
		st.integers(0, 100),
	),
	st.builds(
		lambda what, comparison: {"what": what, "comparison": comparison, "number": 1},
		st.sampled_from(["Change of score", "Change of grade"]),
		st.sampled_from(["rose", "fell"]),
	),
)


@st.composite
def histories(draw) -> list[Outcome]:
	"""Quarters in order, some of them missing, some Not Rated."""
	numbers = sorted(draw(st.sets(st.integers(0, 14), min_size=1, max_size=12)))
	return [outcome(number, draw(st.sampled_from([*SCALE, *SCALE, None]))) for number in numbers]


rules = st.builds(
	lambda conditions, periods, anew: rule(*conditions, periods_in_a_row=periods, count_anew=anew),
	st.lists(CONDITIONS, min_size=1, max_size=2),
	st.integers(1, 4),
	st.booleans(),
)


def holds_alone(asked: Rule, history: Sequence[Outcome], place: int) -> bool:
	"""Whether the conditions hold in one period, told without the code under test."""
	this, before = history[place], history[place - 1] if place else None
	if this.grade is None:
		return False
	adjoining = before is not None and before.to_date + timedelta(days=1) == this.from_date
	for condition in asked.conditions:
		what, comparison = condition.what.value, condition.comparison.value
		if what.startswith("Change"):
			if not adjoining or before.grade is None:
				return False
			if what == "Change of score":
				moved = this.score - before.score
			else:
				moved = SCALE.index(this.grade) - SCALE.index(before.grade)
			if (moved if comparison == "rose" else -moved) < 1:
				return False
			continue
		found, limit = (
			(SCALE.index(this.grade), SCALE.index(condition.grade))
			if what == "Grade"
			else (this.score, condition.number)
		)
		if not {"is": found == limit, "is at least": found >= limit, "is at most": found <= limit}[
			comparison
		]:
			return False
	return True


@given(rules, histories())
def test_a_rule_holds_where_counting_period_by_period_says_so(asked, history):
	length = 0
	for place in range(len(history)):
		adjoins = place and history[place - 1].to_date + timedelta(days=1) == history[place].from_date
		length = (length if adjoins else 0) + 1 if holds_alone(asked, history, place) else 0
		needed = asked.periods_in_a_row
		expected = length >= needed and (not asked.count_anew or length % needed == 0)
		assert decide(asked, history[: place + 1]).holds is expected


@given(rules, histories())
def test_what_holds_is_explained_by_findings_that_all_hold(asked, history):
	decision = decide(asked, history)
	if decision.holds:
		assert all(finding.holds for finding in decision.findings)
		assert len(decision.findings) == asked.periods_in_a_row * len(asked.conditions)
		assert decision.findings[-1].to_date == history[-1].to_date
	else:
		assert decision.findings


@given(rules, histories(), histories())
def test_periods_before_a_gap_change_nothing(asked, history, earlier):
	moved = [
		replace(one, from_date=add_months(one.from_date, -72), to_date=add_months(one.to_date, -72))
		for one in earlier
	]
	assert decide(asked, [*moved, *history]) == decide(asked, history)


@given(
	st.lists(st.dates(date(2022, 1, 1), date(2025, 12, 31)), min_size=1, max_size=12).map(sorted),
	st.integers(1, 4),
	st.integers(1, 18),
	st.booleans(),
)
def test_breaches_hold_where_counting_says_so(days, needed, months, anew):
	asked = breach_rule(needed, months, count_anew=anew)
	used = 0
	for place, day in enumerate(days):
		begin = add_months(day, -months)
		inside = [n for n in range(place + 1) if days[n] > begin and n >= used]
		expected = len(inside) >= needed
		assert decide_breaches(asked, days[: place + 1]).holds is expected
		if expected and anew:
			used = place + 1
