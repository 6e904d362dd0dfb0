"""From facts to a tier: the four methods, floors and ceilings, hysteresis, and the checks of a policy."""

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from partner_relations.customer_care.tiering import (
	DEFAULT_CELLS,
	DEFAULT_CLASSES,
	METRICS,
	NOTHING_BOUGHT,
	AbcRule,
	Bound,
	Change,
	Code,
	Comparison,
	Condition,
	CustomerFacts,
	Definition,
	DefinitionError,
	Hysteresis,
	Limit,
	MatrixRule,
	Method,
	MetricDefinition,
	Outcome,
	PotentialScale,
	RfmRule,
	Scoring,
	TierBand,
	Totals,
	assess,
	assess_each,
	rfm_cuts,
	with_lapsed,
)

TIERS = ("Strategic", "Key", "Regular")
PERCENT = ((Decimal(0), Decimal(0)), (Decimal(100), Decimal(100)))


def d(number) -> Decimal:
	return Decimal(str(number))


def metric(name: str, weight=0, curve=()) -> MetricDefinition:
	return MetricDefinition(name, METRICS[name].scale, d(weight), tuple((d(x), d(y)) for x, y in curve))


def totals(numerator, denominator=1, sample=1) -> Totals:
	return Totals(d(numerator), d(denominator), sample)


def facts(current: str | None = None, **more) -> CustomerFacts:
	"""Metrics by name, as a number, (numerator, denominator) or Totals; anything else of CustomerFacts."""
	own = {name: more.pop(name) for name in tuple(more) if name not in METRICS}
	metrics = {
		name: value
		if isinstance(value, Totals)
		else totals(*value)
		if isinstance(value, tuple)
		else totals(value)
		for name, value in more.items()
	}
	return CustomerFacts(metrics, current=current, **own)


def bands(key=50, strategic=80) -> tuple[TierBand, ...]:
	return (
		TierBand("Strategic", d(strategic), d(100)),
		TierBand("Key", d(key), d(strategic)),
		TierBand("Regular", d(0), d(key)),
	)


# The revenue itself is the score, so that an example can be read.
BY_REVENUE = Definition(
	Method.WEIGHTED,
	TIERS,
	(metric("revenue", 100, PERCENT), metric("complaint_rate")),
	bands=bands(),
	default_tier="Regular",
)
BY_FOUR = Definition(
	Method.WEIGHTED,
	TIERS,
	(
		metric("revenue", 50, ((0, 0), (1000, 100))),
		metric("gross_margin", 20, ((0, 0), (50, 100))),
		metric("payment_punctuality", 20, PERCENT),
		metric("return_rate", 10, ((0, 100), (20, 0))),
	),
	bands=bands(),
	minimum_coverage=Decimal(60),
	default_tier="Regular",
)
BY_RFM = Definition(
	Method.RFM,
	TIERS,
	(metric("recency"), metric("frequency"), metric("revenue")),
	rfm=RfmRule(),
	default_tier="Regular",
)
BY_ABC = Definition(Method.ABC, TIERS, (metric("revenue"),), abc=AbcRule(DEFAULT_CLASSES))
BY_MATRIX = Definition(
	Method.MATRIX,
	TIERS,
	(metric("revenue", 100, PERCENT),),
	matrix=MatrixRule(DEFAULT_CELLS, (d(33), d(67)), (d(33), d(67))),
)
EVERY_METHOD = (BY_REVENUE, BY_FOUR, BY_RFM, BY_ABC, BY_MATRIX)


def one(definition: Definition, customer: CustomerFacts) -> Outcome:
	return assess(definition, {"Acme": customer})["Acme"]


def codes(outcome: Outcome) -> list[str]:
	return [reason.code.value for reason in outcome.reasons]


def values_of(outcome: Outcome, code: Code) -> dict:
	(found,) = (reason.values for reason in outcome.reasons if reason.code == code)
	return dict(found)


# The weighted score


def test_a_weighted_score_by_hand():
	"""Ratings 60, 50, 90 and 75 at 50, 20, 20 and 10 %: 30 + 10 + 18 + 7.5 = 65.5."""
	outcome = one(
		BY_FOUR,
		facts(
			"Regular",
			revenue=600,
			gross_margin=(150, 600),
			payment_punctuality=(18, 20),
			return_rate=(5, 100),
		),
	)
	assert (outcome.score, outcome.coverage, outcome.proposed) == (d("65.5"), 100, "Key")
	assert [row.value for row in outcome.metrics] == [600, 25, 90, 5]
	assert [row.rating for row in outcome.metrics] == [60, 50, 90, 75]
	assert [row.points for row in outcome.metrics] == [30, 10, 18, d("7.5")]
	assert outcome.change == Change.UP
	assert values_of(outcome, Code.BAND) == {"score": d("65.5"), "coverage": 100, "tier": "Key"}


def test_what_is_missing_is_left_out_and_the_rest_weighs_more():
	"""60 at 50 and 90 at 20 of 70 %: (30 + 18) / 0.7."""
	outcome = one(BY_FOUR, facts(revenue=600, payment_punctuality=(18, 20), return_rate=(0, 0)))
	assert outcome.coverage == d("70")
	assert outcome.score == d("68.571428571")
	assert [row.basis for row in outcome.metrics] == ["measured", "no data", "measured", "no data"]


def test_below_the_minimum_coverage_a_customer_is_not_rated():
	outcome = one(BY_FOUR, facts("Key", revenue=1000))
	assert (outcome.not_rated, outcome.coverage, outcome.score) == ("coverage", 50, None)
	assert (outcome.proposed, outcome.change, outcome.found) == ("Key", Change.SAME, None)
	assert values_of(outcome, Code.NOT_RATED) == {"cause": "coverage", "coverage": 50, "minimum": 60}
	assert codes(outcome) == ["not rated", "keeps tier"]


def test_below_the_minimum_sample_a_customer_is_not_rated():
	few = replace(BY_REVENUE, minimum_sample=3)
	assert one(few, facts("Key", revenue=totals(90, 1, 2))).not_rated == "sample"
	assert one(few, facts("Key", revenue=totals(90, 1, 3))).proposed == "Strategic"


@pytest.mark.parametrize("definition", (BY_REVENUE, BY_RFM))
def test_a_new_customer_without_history_gets_the_default_tier(definition):
	outcome = one(definition, facts())
	assert (outcome.proposed, outcome.change, outcome.not_rated) == ("Regular", Change.NEW, "no data")
	assert codes(outcome) == ["not rated", "default tier"]


def test_without_a_default_tier_nothing_is_proposed():
	outcome = one(replace(BY_REVENUE, default_tier=None), facts())
	assert (outcome.proposed, outcome.change) == (None, Change.SAME)


def test_a_new_customer_with_history_gets_what_it_earns_at_once():
	held = replace(BY_REVENUE, hysteresis=Hysteresis(d(5), 3))
	outcome = one(held, facts(revenue=81))
	assert (outcome.proposed, outcome.change) == ("Strategic", Change.NEW)


def test_a_tier_that_the_policy_does_not_know_holds_nothing():
	outcome = one(replace(BY_REVENUE, hysteresis=Hysteresis(d(5), 3)), facts("Gold", revenue=81))
	assert (outcome.proposed, outcome.change) == ("Strategic", Change.NEW)
	assert values_of(outcome, Code.UNKNOWN_TIER) == {"tier": "Gold", "field": "current"}
	assert one(BY_REVENUE, facts("Gold")).proposed == "Gold"


# RFM, ABC and matrix as policies


def test_rfm_names_scores_segment_and_tier():
	customers = {
		f"C{n}": facts("Regular", recency=10 * n, frequency=11 - n, revenue=100 * (11 - n))
		for n in range(1, 11)
	}
	outcomes = assess(BY_RFM, customers)
	assert (outcomes["C1"].rfm, outcomes["C1"].segment) == ((5, 5, 5), "Champions")
	assert (outcomes["C10"].rfm, outcomes["C10"].segment) == ((1, 1, 1), "Lost")
	assert outcomes["C1"].proposed == "Strategic"
	assert values_of(outcomes["C10"], Code.SEGMENT) == {
		"recency": 1,
		"frequency": 1,
		"monetary": 1,
		"segment": "Lost",
		"tier": "Regular",
	}
	assert rfm_cuts(BY_RFM, customers).recency == tuple(map(Decimal, (28, 46, 64, 82)))


def test_who_lacks_a_metric_is_not_part_of_the_scored_customers():
	customers = {f"C{n}": facts(recency=n, frequency=n, revenue=n) for n in range(1, 6)}
	more = {**customers, "new": facts(recency=1000, frequency=1000)}
	assert {name: outcome for name, outcome in assess(BY_RFM, more).items() if name != "new"} == assess(
		BY_RFM, customers
	)
	assert assess(BY_RFM, more)["new"].not_rated == "no data"


def test_abc_counts_the_margin_in_money_not_in_percent():
	by_margin = replace(
		BY_ABC, metrics=(metric("gross_margin"),), abc=AbcRule(DEFAULT_CLASSES, "gross_margin")
	)
	customers = {"large": facts(gross_margin=(900, 9000)), "small": facts(gross_margin=(100, 200))}
	outcomes = assess(by_margin, customers)
	assert [outcomes[name].abc_class for name in customers] == ["A", "B"]
	assert [outcomes[name].metrics[0].value for name in customers] == [10, 50]
	assert outcomes["small"].share == 90


@pytest.mark.parametrize(
	("score", "potential", "cell", "tier"),
	[
		(90, 90, "Partners", "Strategic"),
		(90, 10, "Harvest", "Key"),
		(10, 90, "Question marks", "Regular"),
		# A number at a cut belongs to the band above it
		(67, 67, "Partners", "Strategic"),
		("66.999999999", 67, "Stars to be", "Key"),
		(0, 0, "Occasional", "Regular"),
		(100, 100, "Partners", "Strategic"),
	],
)
def test_the_cells_of_a_matrix(score, potential, cell, tier):
	outcome = one(BY_MATRIX, facts(revenue=score, potential=d(potential)))
	assert (outcome.cell, outcome.proposed, outcome.potential) == (cell, tier, d(potential))


def test_potential_in_marks():
	marks = replace(BY_MATRIX.matrix, potential_cuts=(d(2), d(4)), potential_scale=PotentialScale.MARKS)
	by_marks = replace(BY_MATRIX, matrix=marks)
	assert one(by_marks, facts(revenue=90, potential=d(4))).cell == "Partners"
	outside = one(by_marks, facts("Key", revenue=90, potential=d(40)))
	assert (outside.not_rated, outside.proposed) == ("potential outside its scale", "Key")
	assert one(by_marks, facts("Key", revenue=90)).not_rated == "no potential"


# Floors and ceilings

LARGE = Limit(Bound.FLOOR, "Key", (Condition("revenue", Comparison.AT_LEAST, d(40), d(5)),))
COMPLAINS = Limit(Bound.CEILING, "Regular", (Condition("complaint_rate", Comparison.ABOVE, d(20)),))
LIMITED = replace(BY_REVENUE, limits=(LARGE, COMPLAINS))


def test_a_floor_lifts_and_says_why():
	outcome = one(LIMITED, facts("Regular", revenue=40))
	assert (outcome.found, outcome.proposed) == ("Regular", "Key")
	assert values_of(outcome, Code.FLOOR) == {
		"tier": "Key",
		"instead_of": "Regular",
		"row": 1,
		"customer_group": None,
		"conditions": [{"metric": "revenue", "comparison": "is at least", "number": 40, "value": 40}],
	}
	json.dumps([reason.to_dict() for reason in outcome.reasons])


def test_a_floor_that_holds_already_says_nothing():
	assert codes(one(LIMITED, facts("Key", revenue=60))) == ["band"]


def test_where_they_collide_the_ceiling_wins():
	outcome = one(LIMITED, facts("Key", revenue=45, complaint_rate=(3, 100)))
	assert (outcome.proposed, codes(outcome)) == ("Regular", ["band", "floor", "ceiling"])


@pytest.mark.parametrize(("current", "revenue", "proposed"), [
	("Regular", 39, "Regular"),
	("Key", 39, "Key"),
	("Key", 35, "Key"),
	("Key", "34.99", "Regular"),
])  # fmt: skip
def test_a_limit_that_binds_holds_within_its_margin(current, revenue, proposed):
	assert one(LIMITED, facts(current, revenue=revenue)).proposed == proposed


@pytest.mark.parametrize(("current", "complaints", "proposed"), [
	("Key", 21, "Regular"),
	("Key", 19, "Key"),
	("Regular", 19, "Regular"),
	("Regular", 15, "Key"),
])  # fmt: skip
def test_a_ceiling_that_binds_holds_within_its_margin(current, complaints, proposed):
	condition = replace(COMPLAINS.conditions[0], margin=d(5))
	definition = replace(BY_REVENUE, limits=(replace(COMPLAINS, conditions=(condition,)),))
	outcome = one(definition, facts(current, revenue=60, complaint_rate=(complaints, 1000)))
	assert outcome.proposed == proposed


def test_no_data_meets_no_condition():
	assert one(LIMITED, facts("Key", revenue=90)).proposed == "Strategic"
	assert one(LIMITED, facts("Regular", complaint_rate=(1, 100))).proposed == "Regular"


def test_limits_of_customer_groups_and_of_the_customer_itself():
	grouped = replace(BY_REVENUE, limits=(Limit(Bound.FLOOR, "Key", customer_groups=("Hospitals",)),))
	outcome = one(grouped, facts(revenue=1, customer_group="Hospitals"))
	assert outcome.proposed == "Key"
	assert values_of(outcome, Code.FLOOR)["customer_group"] == "Hospitals"
	assert one(grouped, facts(revenue=1, customer_group="Shops")).proposed == "Regular"
	own = one(grouped, facts(revenue=1, customer_group="Hospitals", floor="Strategic", ceiling="Key"))
	assert (own.proposed, codes(own)) == ("Key", ["band", "floor", "ceiling"])
	assert values_of(own, Code.FLOOR)["row"] == 0
	unknown = one(BY_REVENUE, facts(revenue=1, floor="Gold"))
	assert (unknown.proposed, codes(unknown)) == ("Regular", ["band", "unknown tier"])


def test_limits_bind_those_without_a_rating_too():
	assert one(BY_REVENUE, facts("Regular", floor="Key")).proposed == "Key"
	assert one(replace(BY_REVENUE, default_tier=None), facts(floor="Key")).proposed == "Key"


# Hysteresis

HELD = replace(BY_REVENUE, hysteresis=Hysteresis(margin=d(3)))


@pytest.mark.parametrize(
	("current", "score", "proposed"),
	[
		("Regular", 50, "Regular"),
		("Regular", "52.9", "Regular"),
		("Regular", 53, "Key"),
		("Key", 47, "Key"),
		("Key", "46.9", "Regular"),
		# Far beyond the first border, not far enough beyond the second
		("Regular", 82, "Key"),
		("Regular", 83, "Strategic"),
		("Strategic", 48, "Key"),
		("Strategic", 46, "Regular"),
		("Key", 60, "Key"),
	],
)
def test_the_margin_around_the_borders(current, score, proposed):
	assert one(HELD, facts(current, revenue=score)).proposed == proposed


@pytest.mark.parametrize("score", (54, 56))
def test_a_margin_wider_than_a_band_moves_nobody_backwards(score):
	"""At 56 with a margin of 10 the customer has what is due at 46, but it rises: it keeps what it has."""
	definition = replace(HELD, bands=bands(50, 55), hysteresis=Hysteresis(margin=d(10)))
	assert one(definition, facts("Key", revenue=score)).proposed == "Key"


def test_what_the_margin_held_is_said():
	outcome = one(HELD, facts("Regular", revenue=82))
	assert (outcome.found, outcome.indicated, outcome.proposed) == ("Strategic", "Key", "Key")
	assert values_of(outcome, Code.WITHIN_MARGIN) == {
		"tier": "Key",
		"instead_of": "Strategic",
		"number": 82,
		"margin": 3,
	}


@pytest.mark.parametrize(
	("current", "share_before", "proposed"),
	[("Key", 79, "Key"), ("Key", 76, "Strategic"), ("Strategic", 82, "Strategic"), ("Strategic", 83, "Key")],
)
def test_the_margin_of_a_share_counts_the_other_way(current, share_before, proposed):
	definition = replace(BY_ABC, hysteresis=Hysteresis(margin=d(3)))
	rest = 100 - share_before - 10
	customers = {
		"large": facts(revenue=share_before),
		"this": facts(current, revenue=10),
		**{f"small {n}": facts(revenue=d(rest) / 10) for n in range(10)},
	}
	outcome = assess(definition, customers)["this"]
	assert (outcome.share, outcome.proposed) == (share_before, proposed)


def test_a_matrix_has_its_margin_on_the_value():
	definition = replace(BY_MATRIX, hysteresis=Hysteresis(margin=d(3)))
	assert one(definition, facts("Key", revenue=69, potential=d(90))).proposed == "Key"
	assert one(definition, facts("Key", revenue=70, potential=d(90))).proposed == "Strategic"


@pytest.mark.parametrize(
	("current", "score", "earlier", "proposed"),
	[
		("Regular", 60, (), "Regular"),
		("Regular", 60, ("Key",), "Regular"),
		("Regular", 60, ("Key", "Key"), "Key"),
		("Regular", 60, ("Key", "Regular", "Key"), "Regular"),
		# As far as all of them agree
		("Regular", 90, ("Key", "Strategic"), "Key"),
		("Regular", 60, ("Strategic", "Strategic"), "Key"),
		("Strategic", 10, ("Key", "Regular"), "Key"),
		("Key", 10, ("Strategic", "Regular"), "Key"),
		# An assessment without a rating confirms nothing
		("Regular", 60, ("", "Key"), "Regular"),
	],
)
def test_confirmations(current, score, earlier, proposed):
	definition = replace(BY_REVENUE, hysteresis=Hysteresis(confirmations=3))
	assert one(definition, facts(current, revenue=score, earlier_proposals=earlier)).proposed == proposed


def test_what_waits_for_confirmation_is_said():
	definition = replace(BY_REVENUE, hysteresis=Hysteresis(confirmations=3))
	outcome = one(definition, facts("Regular", revenue=60, earlier_proposals=("Key",)))
	assert outcome.indicated == "Key"
	assert values_of(outcome, Code.UNCONFIRMED) == {
		"tier": "Regular",
		"instead_of": "Key",
		"times": 2,
		"needed": 3,
	}


def test_an_assessment_that_called_for_no_move_ends_the_row():
	definition = replace(BY_REVENUE, hysteresis=Hysteresis(confirmations=3))
	outcome = one(definition, facts("Key", revenue=10, earlier_proposals=("Key", "Regular")))
	assert (outcome.proposed, values_of(outcome, Code.UNCONFIRMED)["times"]) == ("Key", 1)


def history(definition: Definition, customers: Sequence[CustomerFacts], first: str) -> list[str]:
	"""The tiers of a customer who is moved as each assessment proposes."""
	tiers, earlier = [first], ()
	for customer in customers:
		outcome = one(definition, replace(customer, current=tiers[-1], earlier_proposals=earlier))
		earlier = (outcome.indicated or "", *earlier)
		tiers.append(outcome.proposed)
	return tiers


def crossed(tiers: Sequence[str], border: int) -> int:
	"""How often a history goes over the border below the tiers up to `border`."""
	above = [TIERS.index(tier) <= border for tier in tiers]
	return sum(before != after for before, after in pairwise(above))


scores = st.decimals(0, 100, places=1)
seen = st.builds(
	lambda score, complaints: facts(revenue=score, complaint_rate=(complaints, 1000)),
	st.one_of(scores, st.none()).map(lambda score: (0, 0) if score is None else score),
	st.integers(10, 30),
)
hystereses = st.builds(Hysteresis, st.decimals(0, 20, places=1), st.integers(1, 3))


@given(st.lists(seen, min_size=1, max_size=15), hystereses, st.booleans(), st.integers(51, 80))
def test_hysteresis_never_moves_more_often_than_without(customers, hysteresis, limited, strategic):
	"""Border by border: what moves with hysteresis moves without it too, sooner or at the same time."""
	without = replace(LIMITED if limited else BY_REVENUE, bands=bands(50, strategic))
	plain_limits = tuple(
		replace(limit, conditions=tuple(replace(row, margin=d(0)) for row in limit.conditions))
		for limit in without.limits
	)
	plain = history(replace(without, limits=plain_limits), customers, "Regular")
	held = history(replace(without, hysteresis=hysteresis), customers, "Regular")
	for border in (0, 1):
		assert crossed(held, border) <= crossed(plain, border)


@given(scores, st.sampled_from(TIERS), hystereses, st.lists(st.sampled_from(TIERS), max_size=3))
def test_hysteresis_stays_between_where_a_customer_is_and_where_it_would_go(
	score, current, hysteresis, earlier
):
	definition = replace(BY_REVENUE, hysteresis=hysteresis)
	outcome = one(definition, facts(current, revenue=score, earlier_proposals=tuple(earlier)))
	ends = sorted((TIERS.index(current), TIERS.index(outcome.found)))
	assert ends[0] <= TIERS.index(outcome.proposed) <= ends[1]
	assert (outcome.found == outcome.proposed) or codes(outcome)[1:]


# Properties of all methods

amounts = st.decimals(-100, 1000, places=2)


@st.composite
def populations(draw, minimum=1, maximum=12) -> dict[str, CustomerFacts]:
	return {
		f"C{number}": facts(
			draw(st.sampled_from((None, *TIERS))),
			potential=draw(st.one_of(st.none(), st.integers(0, 100).map(Decimal))),
			earlier_proposals=tuple(draw(st.lists(st.sampled_from(TIERS), max_size=2))),
			**draw(
				st.fixed_dictionaries(
					{},
					optional={
						"revenue": amounts,
						"recency": st.integers(0, 900),
						"frequency": st.integers(0, 60),
						"gross_margin": st.tuples(amounts, st.integers(0, 1000)),
						"return_rate": st.tuples(st.integers(0, 5), st.integers(0, 100)),
						"complaint_rate": st.tuples(st.integers(0, 5), st.integers(0, 100)),
					},
				)
			),
		)
		for number in range(draw(st.integers(minimum, maximum)))
	}


@pytest.mark.parametrize("definition", EVERY_METHOD, ids=lambda row: row.method.value)
@given(populations(), st.randoms())
def test_the_order_of_the_customers_does_not_matter(definition, customers, random):
	shuffled = list(customers.items())
	random.shuffle(shuffled)
	assert assess(definition, dict(shuffled)) == assess(definition, customers)


@pytest.mark.parametrize("definition", EVERY_METHOD, ids=lambda row: row.method.value)
@given(populations(maximum=1), st.integers(2, 9))
def test_equal_customers_get_equal_outcomes(definition, population, count):
	"""Also where all are equal, and where there is one only."""
	(customer,) = population.values()
	outcomes = assess(definition, {str(number): customer for number in range(count)})
	assert all(outcome == outcomes["0"] for outcome in outcomes.values())
	assert one(definition, customer).found == outcomes["0"].found
	assert (outcomes["0"].found is None) == (outcomes["0"].not_rated is not None)


@pytest.mark.parametrize("definition", (BY_REVENUE, BY_FOUR, BY_ABC), ids=("revenue", "four", "ABC"))
@given(populations(), amounts, amounts)
def test_more_revenue_never_gives_a_lower_tier(definition, customers, less, more):
	assume(less < more)
	customer = replace(customers.pop("C0"), current=None)

	def found(revenue: Decimal) -> str | None:
		metrics = {**customer.metrics, "revenue": totals(revenue)}
		return assess(definition, {**customers, "this": replace(customer, metrics=metrics)})["this"].found

	before, after = found(less), found(more)
	# The other metrics decide what is measured, so both are rated or neither is.
	assert (before is None) == (after is None)
	assert before is None or TIERS.index(after) <= TIERS.index(before)


@given(populations())
def test_every_reason_goes_into_json(customers):
	for definition in EVERY_METHOD:
		for outcome in assess(definition, customers).values():
			said = [reason.to_dict() for reason in outcome.reasons]
			assert said and json.loads(json.dumps(said)) == said


def test_customers_come_one_by_one_as_well():
	customers = {"a": facts(revenue=90), "b": facts(revenue=10)}
	each = assess_each(BY_ABC, customers)
	assert next(each)[0] == "a"
	assert dict(assess_each(BY_ABC, customers)) == assess(BY_ABC, customers)


# The definition

FIXED = RfmRule(
	scoring=Scoring.FIXED_BREAKS,
	recency_breaks=tuple(map(Decimal, (30, 60, 90, 180))),
	frequency_breaks=tuple(map(Decimal, (1, 3, 6, 12))),
	monetary_breaks=tuple(map(Decimal, (100, 1000, 10000, 100000))),
)
FULL = replace(
	BY_FOUR,
	policy="Standard",
	rfm=None,
	limits=(
		Limit(
			Bound.FLOOR,
			"Key",
			(Condition("revenue", Comparison.AT_LEAST, d("100000.5"), d(10)),),
			("Hospitals", "Clinics"),
		),
	),
	hysteresis=Hysteresis(d("2.5"), 2),
	minimum_sample=4,
)


@pytest.mark.parametrize("definition", (*EVERY_METHOD, replace(BY_RFM, rfm=FIXED), FULL))
def test_a_definition_survives_json(definition):
	stored = json.dumps(definition.to_dict())
	again = Definition.from_dict(json.loads(stored))
	assert again == definition
	assert json.dumps(again.to_dict()) == stored


def test_numbers_of_a_form_may_be_numbers():
	data = BY_REVENUE.to_dict()
	data["metrics"][0] |= {"weight": 100.0, "scale": 1, "curve": [[0, 0], [100, 100.0]]}
	data["minimum_sample"] = "0"
	assert Definition.from_dict(data) == BY_REVENUE


def changed(definition: Definition, path: str, value) -> dict:
	"""The definition as plain data, with what lies at a path ("bands.0.lower") replaced."""
	data = definition.to_dict()
	*above, last = [int(part) if part.isdigit() else part for part in path.split(".")]
	place = data
	for part in above:
		place = place[part]
	place[last] = value
	return data


LOW_BORDER = replace(BY_REVENUE, bands=bands(key=10))
EIGHT_CELLS = BY_MATRIX.to_dict()["matrix"]["cells"][:8]
SAME_SEGMENTS = [{"name": "Best", "tier": "Key"}] * 2


@pytest.mark.parametrize(
	("data", "code", "table", "row"),
	[
		(changed(BY_REVENUE, "method", "Gut feeling"), "unknown choice", "", 0),
		(changed(BY_REVENUE, "tiers", []), "no tiers", "tiers", 0),
		(changed(BY_REVENUE, "tiers", ["Strategic", "Key", "Regular", "Key"]), "same name twice", "tiers", 4),
		(changed(BY_REVENUE, "default_tier", "Gold"), "unknown tier", "", 0),
		(changed(BY_REVENUE, "metrics", []), "no metrics", "metrics", 0),
		(changed(BY_REVENUE, "metrics.1.metric", "revenue"), "same name twice", "metrics", 2),
		(changed(BY_REVENUE, "metrics.1.metric", ""), "no name", "metrics", 2),
		(changed(BY_REVENUE, "metrics.1.scale", 0), "scale", "metrics", 2),
		(changed(BY_REVENUE, "metrics.1.scale", "1.5"), "not a number", "metrics", 2),
		(changed(BY_REVENUE, "metrics.0.weight", "much"), "not a number", "metrics", 1),
		(changed(BY_REVENUE, "metrics.0.weight", "NaN"), "not a number", "metrics", 1),
		(changed(BY_REVENUE, "metrics.0.weight", -1), "negative number", "metrics", 1),
		(changed(BY_REVENUE, "metrics.0.weight", 95), "weights", "metrics", 0),
		(changed(BY_REVENUE, "metrics.0.curve", []), "curve", "metrics", 1),
		(changed(BY_REVENUE, "metrics.0.curve", [[1, 0], [1, 100]]), "curve", "metrics", 1),
		(changed(BY_REVENUE, "minimum_coverage", 101), "outside 0 to 100", "", 0),
		(changed(BY_REVENUE, "minimum_sample", -1), "negative number", "", 0),
		(changed(BY_REVENUE, "bands", []), "bands", "bands", 1),
		(changed(BY_REVENUE, "bands.1.lower", 55), "bands", "bands", 2),
		(changed(BY_REVENUE, "bands.2.tier", "Gold"), "unknown tier", "bands", 3),
		(changed(BY_REVENUE, "tiers", ["Key", "Strategic", "Regular"]), "tiers out of order", "bands", 0),
		(changed(BY_RFM, "rfm", None), "no rule", "rfm", 0),
		(changed(BY_RFM, "rfm.monetary", "turnover"), "unknown metric", "rfm", 0),
		(changed(BY_RFM, "rfm.segments", []), "no segments", "segments", 0),
		(changed(BY_RFM, "rfm.segments", SAME_SEGMENTS), "same name twice", "segments", 2),
		(changed(BY_RFM, "rfm.segments.2.tier", "Gold"), "unknown tier", "segments", 3),
		(changed(BY_RFM, "rfm.segments.2.recency", [4, 3]), "range", "segments", 3),
		(changed(BY_RFM, "rfm.segments.2.frequency", [0, 3]), "range", "segments", 3),
		(changed(BY_RFM, "rfm.segments.9.recency", [2, 2]), "uncovered", "segments", 0),
		(changed(BY_RFM, "hysteresis.margin", 1), "margin without a score", "hysteresis", 0),
		(changed(replace(BY_RFM, rfm=FIXED), "rfm.recency_breaks", [30, 60]), "breaks", "rfm", 0),
		(
			changed(replace(BY_RFM, rfm=FIXED), "rfm.recency_breaks", [30, 60, 60, 90]),
			"not ascending",
			"rfm",
			3,
		),
		(changed(BY_ABC, "abc.classes", []), "no classes", "classes", 0),
		(changed(BY_ABC, "abc.classes.1.below", 70), "not ascending", "classes", 2),
		(changed(BY_ABC, "abc.classes.1.below", 0), "outside 0 to 100", "classes", 2),
		(changed(BY_ABC, "abc.classes.2.below", 99), "last class", "classes", 3),
		(changed(BY_ABC, "abc.classes.2.tier", "Strategic"), "tiers out of order", "classes", 0),
		(changed(BY_MATRIX, "matrix.value_cuts", []), "no cuts", "matrix", 0),
		(changed(BY_MATRIX, "matrix.value_cuts", [67, 33]), "not ascending", "matrix", 2),
		(changed(BY_MATRIX, "matrix.potential_cuts", [0, 50]), "outside the scale", "matrix", 0),
		(changed(BY_MATRIX, "matrix.cells.0.value", 4), "no such cell", "cells", 1),
		(changed(BY_MATRIX, "matrix.cells.1.potential", 3), "same cell twice", "cells", 2),
		(changed(BY_MATRIX, "matrix.cells", EIGHT_CELLS), "cell missing", "cells", 0),
		(changed(LIMITED, "limits.1.tier", "Gold"), "unknown tier", "limits", 2),
		(changed(LIMITED, "limits.1.conditions", []), "limit of everyone", "limits", 2),
		(changed(LIMITED, "limits.1.conditions.0.metric", "growth"), "unknown metric", "limits", 2),
		(changed(LIMITED, "limits.1.conditions.0.comparison", "is nearly"), "unknown choice", "limits", 2),
		(changed(LIMITED, "limits.0.conditions.0.margin", -1), "negative number", "limits", 1),
		(changed(BY_REVENUE, "hysteresis.margin", -1), "negative number", "hysteresis", 0),
		(changed(BY_REVENUE, "hysteresis.margin", 21), "margin out of reach", "hysteresis", 0),
		(changed(LOW_BORDER, "hysteresis.margin", 10), "margin out of reach", "hysteresis", 0),
		(changed(BY_ABC, "hysteresis.margin", 6), "margin out of reach", "hysteresis", 0),
		(changed(BY_REVENUE, "hysteresis.confirmations", 0), "confirmations", "hysteresis", 0),
	],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_named(data, code, table, row):
	with pytest.raises(DefinitionError) as raised:
		Definition.from_dict(data)
	assert (raised.value.code, raised.value.table, raised.value.row) == (code, table, row)
	assert code in str(raised.value)


def test_errors_carry_what_the_message_tells():
	with pytest.raises(DefinitionError) as raised:
		Definition.from_dict(changed(BY_REVENUE, "metrics.0.weight", 95))
	assert raised.value.values == {"sum": 95}
	with pytest.raises(DefinitionError) as raised:
		Definition.from_dict(
			changed(BY_RFM, "rfm.segments", [{"name": "Best", "tier": "Key", "recency": [2, 5]}])
		)
	assert raised.value.values["count"] == 25
	assert raised.value.values["combinations"][0] == "111"


def test_who_only_bought_before_has_no_revenue_which_is_not_the_same_as_no_data():
	bought = Totals(Decimal(500), Decimal(1), 2)
	found = with_lapsed(
		{"Buys": {"revenue": bought}, "Pays": {"payment_punctuality": bought}},
		["Buys", "Pays", "Gone"],
		["revenue", "payment_punctuality"],
	)
	assert found == {
		"Buys": {"revenue": bought},
		"Pays": {"payment_punctuality": bought, "revenue": NOTHING_BOUGHT},
		"Gone": {"revenue": NOTHING_BOUGHT},
	}
	assert with_lapsed({}, ["Gone"], ["growth"]) == {}
