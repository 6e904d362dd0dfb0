"""Remedy schemes: published worked examples, and what must hold for every scheme and every case."""

import json
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from partner_relations.supplier_quality.remedies import Case, Item, Scheme, SchemeError, compute
from partner_relations.supplier_quality.remedies.scheme import (
	Basis,
	Counts,
	GraceMode,
	Method,
	MinimumMode,
	PartialUnits,
	Purpose,
	RateType,
	TierMode,
)

CENT = Decimal("0.01")
STEP_TABLE = ((1, 5), (2, 10), (10, 50))  # more than 1, 2, 10 days late: 5, 10, 50 percent


def scheme(**values) -> Scheme:
	"""A Remedy Scheme as the form holds it: tables as rows, a Check beside each limit that is given."""
	checks = {
		check: 1
		for limit, check in {
			"minimum_amount": "has_minimum",
			"cap_percent": "has_cap_percent",
			"cap_amount": "has_cap_amount",
			"yearly_cap": "has_yearly_cap",
			"termination_percent": "has_termination_threshold",
		}.items()
		if limit in values
	}
	if "steps" in values:
		values["steps"] = [{"threshold": threshold, "rate": rate} for threshold, rate in values["steps"]]
	if "grade_bonuses" in values:
		values["grade_bonuses"] = [{"grade": grade, "rate": rate} for grade, rate in values["grade_bonuses"]]
	return Scheme.from_document({"scheme_name": "Any", **checks, **values})


def late(days, value=200, exempt=0, reference="PO-1") -> Case:
	return Case((Item(reference, Decimal(str(value)), Decimal(str(days)), Decimal(str(exempt))),))


def amount_of(scheme: Scheme, case: Case) -> Decimal:
	return compute(scheme, case).amount


# Published worked examples


@pytest.mark.parametrize(("days", "amount"), [(5, "52.50"), (345, "110.00")])
def test_ten_and_a_half_percent_per_two_days_up_to_55_percent(days, amount):
	damages = scheme(method="Rate", basis="Order value", rate=10.5, per_units=2, cap_percent=55)
	assert amount_of(damages, late(days, 200)) == Decimal(amount)


@pytest.mark.parametrize(
	("days", "amount"),
	[(-4, "0"), (0, "0"), (1, "0"), (2, "100"), (3, "200"), (10, "200"), (11, "1000"), (400, "1000")],
)
def test_a_table_of_steps_begins_above_each_threshold(days, amount):
	assert amount_of(scheme(method="Steps", steps=STEP_TABLE), late(days, 2000)) == Decimal(amount)


def test_one_hundred_per_day_for_two_days():
	damages = scheme(method="Rate", basis="Fixed amount", rate_type="Amount", rate=100)
	assert amount_of(damages, late(2, 0)) == Decimal("200.00")


@pytest.mark.parametrize(
	("tier_mode", "amount"), [("The whole volume", 3000), ("The part above each threshold", 500)]
)
def test_five_percent_on_sixty_thousand_once_above_fifty_thousand(tier_mode, amount):
	rebate = scheme(
		purpose="Reward",
		method="Volume rebate",
		basis="Invoice value",
		tier_mode=tier_mode,
		steps=[(50000, 5)],
	)
	assert amount_of(rebate, Case(volume=Decimal(60000))) == amount
	assert amount_of(rebate, Case(volume=Decimal(50000))) == 0, "not above it yet"


# Each rule by itself


@pytest.mark.parametrize(
	("partial_units", "days", "amount"),
	[
		("Counts in proportion", 10, "142.86"),
		("Counts in full", 10, "200.00"),
		("Does not count", 10, "100.00"),
		("Counts in full", 14, "200.00"),
		("Does not count", 14, "200.00"),
		("Does not count", 6, "0"),
	],
)
def test_a_part_of_a_week_in_each_of_three_ways(partial_units, days, amount):
	damages = scheme(method="Rate", rate=10, per_units=7, partial_units=partial_units)
	assert amount_of(damages, late(days, 1000)) == Decimal(amount)


@pytest.mark.parametrize(
	("grace_mode", "days", "amount"),
	[
		("Count what exceeds it", 3, 0),
		("Count what exceeds it", 5, 20),
		("Count from the first", 3, 0),
		("Count from the first", 5, 50),
	],
)
def test_grace_costs_nothing_until_it_is_used_up(grace_mode, days, amount):
	damages = scheme(method="Rate", rate=1, grace_units=3, grace_mode=grace_mode)
	assert amount_of(damages, late(days, 1000)) == amount


def test_force_majeure_days_are_taken_off_before_the_grace():
	damages = scheme(method="Rate", rate=1, grace_units=3, exempt_force_majeure=1)
	assert amount_of(damages, late(10, 1000, exempt=4)) == 30
	assert amount_of(damages, late(10, 1000, exempt=10)) == amount_of(damages, late(10, 1000, exempt=25)) == 0
	assert amount_of(scheme(method="Rate", rate=1, exempt_force_majeure=0), late(10, 1000, exempt=4)) == 100


def test_a_small_amount_is_raised_or_let_go_and_nothing_stays_nothing():
	raised = scheme(method="Rate", rate=1, minimum_amount=50)
	assert [amount_of(raised, late(days, 1000)) for days in (0, 1, 5, 6)] == [0, 50, 50, 60]
	let_go = scheme(method="Rate", rate=1, minimum_amount=50, minimum_mode="Charge nothing")
	assert [amount_of(let_go, late(days, 1000)) for days in (0, 1, 5, 6)] == [0, 0, 50, 60]


def test_a_minimum_never_lifts_the_amount_above_a_cap():
	damages = scheme(method="Rate", rate=1, minimum_amount=50, cap_percent=2)
	result = compute(damages, late(1, 1000))
	assert (result.amount, result.capped) == (20, True)


def test_the_percent_cap_holds_for_each_item_by_itself():
	"""A line that is a year late doesn't use up what others may still cost, nor eat into their cap."""
	damages = scheme(method="Rate", rate=1, cap_percent=10)
	case = Case(late(365, 1000).items + late(5, 3000, reference="PO-2").items)
	result = compute(damages, case)
	assert (result.amount, result.capped) == (100 + 150, True)


def test_the_yearly_cap_leaves_what_is_not_used_up():
	damages = scheme(method="Rate", rate=1, yearly_cap=120)
	for already, amount in ((0, 100), (20, 100), (50, 70), ("119.995", 0), (120, 0), (500, 0)):
		case = replace(late(10, 1000), already_in_year=Decimal(already))
		assert amount_of(damages, case) == amount, already


def test_a_cap_is_rounded_down_where_the_amount_would_be_rounded_up():
	damages = scheme(method="Rate", rate=1, cap_amount="52.505")
	result = compute(damages, late(99, 1000))
	assert result.amount == Decimal("52.50")
	assert result.steps[-1].key == "rounded down"


@pytest.mark.parametrize(("places", "amount"), [(0, "13"), (2, "12.50"), (3, "12.500")])
def test_amounts_round_half_up_to_the_places_of_the_currency(places, amount):
	result = compute(scheme(method="Rate", rate=1.25), late(1, 1000), places)
	assert str(result.amount) == amount


def test_the_termination_threshold_looks_at_the_amount_before_caps():
	damages = scheme(method="Rate", rate=1, cap_percent=5, termination_percent=10)
	assert [compute(damages, late(days, 1000)).terminates for days in (0, 9, 10, 11)] == [
		False,
		False,
		True,
		True,
	]
	assert compute(damages, late(11, 1000)).amount == 50


def test_rebate_tiers_pay_each_part_at_its_own_rate_or_the_whole_at_the_highest():
	tiers = [(100, 2), (50, 1), (200, 5)]
	parts = scheme(
		purpose="Reward",
		method="Volume rebate",
		basis="Order value",
		tier_mode="The part above each threshold",
		steps=tiers,
	)
	result = compute(parts, Case(volume=Decimal(260)))
	assert [step.amount for step in result.steps] == [Decimal("0.5"), 2, 3]
	whole = scheme(purpose="Reward", method="Volume rebate", basis="Order value", steps=tiers)
	assert amount_of(whole, Case(volume=Decimal(260))) == 13


def test_a_bonus_follows_the_grade():
	bonus = scheme(
		purpose="Reward",
		method="Bonus per grade",
		basis="Fixed amount",
		rate_type="Amount",
		grade_bonuses=[("A", 500), ("B", 100)],
	)
	assert [amount_of(bonus, Case(grade=grade)) for grade in ("A", "B", "C", None)] == [500, 100, 0, 0]
	percent = scheme(
		purpose="Reward", method="Bonus per grade", basis="Invoice value", grade_bonuses=[("A", 2)]
	)
	assert amount_of(percent, Case(volume=Decimal(1250), grade="A")) == 25
	assert amount_of(percent, Case((Item("PINV-1", Decimal(1250)),), grade="A")) == 25


def test_an_amount_counts_for_each_item():
	damages = scheme(method="Rate", basis="Fixed amount", rate_type="Amount", rate=100, counts="Breaches")
	case = Case((Item("Certificate", units=Decimal(1)), Item("Report", units=Decimal(1))))
	assert amount_of(damages, case) == 200


# What a form may hold and a scheme may not


@pytest.mark.parametrize(
	("values", "reason", "row", "field"),
	[
		({"rate": -1}, "negative number", 0, "rate"),
		({"rate": 1, "grace_units": -1}, "negative number", 0, "grace_units"),
		({"rate": 1, "cap_percent": -5}, "negative number", 0, "cap_percent"),
		({"rate": "many"}, "not a number", 0, "rate"),
		({"rate": float("nan")}, "not a number", 0, "rate"),
		({"rate": 0}, "no rate", 0, "rate"),
		({"rate": 1, "per_units": 0}, "no units", 0, "per_units"),
		({"rate": 1, "counts": "Moons"}, "unknown choice", 0, "counts"),
		({"rate": 1, "cap_amount": 0}, "limit of zero", 0, "cap_amount"),
		({"rate": 1, "minimum_amount": 60, "cap_amount": 50}, "minimum above cap", 0, "cap_amount"),
		({"rate": 1, "minimum_amount": 60, "yearly_cap": 50}, "minimum above cap", 0, "yearly_cap"),
		({"rate": 1, "basis": "Fixed amount"}, "percent of a fixed amount", 0, "rate_type"),
		(
			{"rate": 1, "basis": "Fixed amount", "rate_type": "Amount", "cap_percent": 5},
			"cap of a fixed amount",
			0,
			"cap_percent",
		),
		(
			{"rate": 1, "basis": "Fixed amount", "rate_type": "Amount", "termination_percent": 5},
			"termination of a fixed amount",
			0,
			"termination_percent",
		),
		(
			{"rate": 1, "purpose": "Reward", "termination_percent": 5},
			"reward that terminates",
			0,
			"termination_percent",
		),
		({"method": "Steps"}, "no steps", 0, "steps"),
		({"method": "Steps", "steps": [(1, 5), (1, 6)]}, "same threshold twice", 2, "threshold"),
		({"method": "Steps", "steps": [(1, 5), (2, 4)]}, "falling rates", 2, "rate"),
		({"method": "Steps", "steps": [(2, 4), (1, 5)]}, "falling rates", 1, "rate"),
		({"method": "Steps", "steps": [(1, 5), (-2, 4)]}, "negative number", 2, "threshold"),
		({"method": "Steps", "steps": [(1, -5)]}, "negative number", 1, "rate"),
		({"method": "Steps", "steps": [(1, 5), ("x", 6)]}, "not a number", 2, "threshold"),
		({"method": "Steps", "steps": [(1, 0)]}, "nothing but zeros", 0, "steps"),
		(
			{"method": "Volume rebate", "basis": "Order value", "steps": [(1, 1)]},
			"reward only",
			0,
			"method",
		),
		(
			{"method": "Volume rebate", "purpose": "Reward", "steps": [(1, 1)]},
			"no volume",
			0,
			"basis",
		),
		(
			{
				"method": "Volume rebate",
				"purpose": "Reward",
				"basis": "Order value",
				"steps": [(1, 5), (2, 4)],
			},
			"falling rates",
			2,
			"rate",
		),
		(
			{
				"method": "Volume rebate",
				"purpose": "Reward",
				"basis": "Order value",
				"tier_mode": "The part above each threshold",
				"rate_type": "Amount",
				"steps": [(1, 5)],
			},
			"amount per part",
			0,
			"rate_type",
		),
		(
			{"method": "Bonus per grade", "purpose": "Reward", "grade_bonuses": [("A", 1)]},
			"no value of a grade",
			0,
			"basis",
		),
		(
			{"method": "Bonus per grade", "purpose": "Reward", "basis": "Order value"},
			"no grades",
			0,
			"grade_bonuses",
		),
		(
			{
				"method": "Bonus per grade",
				"purpose": "Reward",
				"basis": "Order value",
				"grade_bonuses": [("A", 1), (" A ", 2)],
			},
			"same grade twice",
			2,
			"grade",
		),
		(
			{
				"method": "Bonus per grade",
				"purpose": "Reward",
				"basis": "Order value",
				"grade_bonuses": [("", 1)],
			},
			"no grade",
			1,
			"grade",
		),
		(
			{
				"method": "Bonus per grade",
				"purpose": "Reward",
				"basis": "Order value",
				"grade_bonuses": [("A", 0)],
			},
			"nothing but zeros",
			0,
			"grade_bonuses",
		),
	],
)
def test_what_makes_no_sense_is_refused_with_its_row_and_field(values, reason, row, field):
	with pytest.raises(SchemeError) as refusal:
		scheme(**values)
	assert (refusal.value.reason, refusal.value.row, refusal.value.field) == (reason, row, field)


def test_what_the_method_does_not_use_is_left_out():
	"""A form keeps what was entered before the method was changed; it must not decide anything."""
	rebate = scheme(
		purpose="Reward",
		method="Volume rebate",
		basis="Invoice value",
		steps=[(10, 5)],
		rate=-3,
		grace_units=7,
		grade_bonuses=[("A", -1)],
	)
	assert (rebate.rate, rebate.grace_units, rebate.grade_bonuses) == (0, 0, ())
	assert Scheme.from_document({"rate": 1, "cap_amount": 5}).cap_amount is None, "its Check is off"


# Every scheme, every case

money = st.decimals(0, 1_000_000, places=2)
rates = st.decimals("0.0001", 300, places=4)
days = st.decimals(-30, 400, places=1)
limits = st.none() | st.decimals("0.001", 100_000, places=3)
percents = st.none() | st.decimals("0.01", 150, places=2)


@st.composite
def schemes(draw, methods=tuple(Method), minimum=True) -> Scheme:
	method = draw(st.sampled_from(methods))
	reward = method in (Method.VOLUME_REBATE, Method.GRADE_BONUS)
	bases = [Basis.ORDER_VALUE, Basis.INVOICE_VALUE]
	bases += [] if reward else [Basis.LATE_LINE_VALUE]
	bases += [] if method == Method.VOLUME_REBATE else [Basis.FIXED_AMOUNT]
	basis = draw(st.sampled_from(bases))
	fixed = basis == Basis.FIXED_AMOUNT
	rate_type = RateType.AMOUNT if fixed else draw(st.sampled_from(RateType))
	tier_modes = list(TierMode) if rate_type == RateType.PERCENT else [TierMode.WHOLE_VOLUME]
	thresholds = draw(st.lists(st.decimals(0, 300, places=1), min_size=1, max_size=4, unique=True))
	step_rates = sorted(draw(st.lists(rates, min_size=len(thresholds), max_size=len(thresholds))))
	cap_amount, yearly_cap = draw(limits), draw(limits)
	minimum = draw(limits) if minimum else None
	caps = [cap for cap in (cap_amount, yearly_cap) if cap is not None]
	assume(minimum is None or not caps or minimum <= min(caps))
	purpose = Purpose.REWARD if reward else Purpose.PENALTY
	return Scheme(
		name="Any",
		purpose=purpose,
		method=method,
		basis=basis,
		rate_type=rate_type,
		counts=draw(st.sampled_from(Counts)),
		rate=draw(rates),
		per_units=draw(st.decimals("0.5", 30, places=1)),
		partial_units=draw(st.sampled_from(PartialUnits)),
		steps=tuple(zip(sorted(thresholds), step_rates, strict=True)),
		tier_mode=draw(st.sampled_from(tier_modes)),
		grade_bonuses=tuple((grade, draw(rates)) for grade in "AB"),
		grace_units=draw(st.sampled_from([Decimal(0), Decimal(3), Decimal("7.5")])),
		grace_mode=draw(st.sampled_from(GraceMode)),
		exempt_force_majeure=draw(st.booleans()),
		minimum_amount=minimum,
		minimum_mode=draw(st.sampled_from(MinimumMode)),
		cap_percent=None if fixed else draw(percents),
		cap_amount=cap_amount,
		yearly_cap=yearly_cap,
		termination_percent=None if fixed or reward else draw(percents),
	)


items = st.builds(Item, st.sampled_from(["PO-1", "PO-2"]), money, days, st.decimals(0, 50, places=1))
cases = st.builds(
	Case,
	st.lists(items, max_size=4).map(tuple),
	st.none() | money,
	st.sampled_from(["A", "B", "C", None]),
	money,
)
any_places = st.sampled_from([0, 2, 3])
UNIT_METHODS = (Method.RATE, Method.STEPS)


@given(schemes(), cases, any_places)
def test_the_steps_add_up_to_the_amount(scheme, case, places):
	result = compute(scheme, case, places)
	assert sum((step.amount for step in result.steps), Decimal(0)) == result.amount
	assert result.amount >= 0
	assert result.amount == result.amount.quantize(Decimal(1).scaleb(-places))


@given(schemes(), cases, any_places)
def test_no_amount_ever_exceeds_a_cap(scheme, case, places):
	result = compute(scheme, case, places)
	value = sum((max(item.value, Decimal(0)) for item in case.items), Decimal(0))
	if scheme.method not in UNIT_METHODS and case.volume is not None:
		value = case.volume
	caps = [scheme.cap_amount]
	if scheme.cap_percent is not None:
		caps.append(value * scheme.cap_percent / 100)
	of_the_case = [cap.quantize(Decimal(1).scaleb(-places), ROUND_DOWN) for cap in caps if cap is not None]
	assert result.ceiling == min(of_the_case, default=None)
	if scheme.yearly_cap is not None:
		caps.append(max(scheme.yearly_cap - case.already_in_year, Decimal(0)))
	for cap in caps:
		if cap is not None:
			assert result.amount <= cap
			assert result.amount <= cap.quantize(Decimal(1).scaleb(-places), ROUND_DOWN)


@given(schemes(UNIT_METHODS), cases, st.data(), any_places)
def test_more_days_late_never_cost_less(scheme, case, data, places):
	assume(case.items)
	worse = tuple(
		replace(item, units=item.units + data.draw(st.decimals(0, 50, places=1))) for item in case.items
	)
	more = compute(scheme, replace(case, items=worse), places)
	less = compute(scheme, case, places)
	assert more.amount >= less.amount
	assert more.terminates or not less.terminates


@given(schemes((Method.VOLUME_REBATE,)), money, money)
def test_a_larger_volume_never_earns_less(scheme, one, other):
	low, high = sorted((one, other))
	assert amount_of(scheme, Case(volume=low)) <= amount_of(scheme, Case(volume=high))


@given(schemes(UNIT_METHODS), st.lists(items, max_size=4))
def test_nothing_late_costs_nothing(scheme, rows):
	early = tuple(replace(item, units=-abs(item.units)) for item in rows)
	result = compute(scheme, Case(early))
	assert (result.amount, result.capped, result.terminates) == (0, False, False)


@given(schemes(UNIT_METHODS), cases, st.data())
def test_force_majeure_never_makes_it_dearer(scheme, case, data):
	exempt = tuple(
		replace(item, exempt_units=item.exempt_units + data.draw(st.decimals(0, 9, places=1)))
		for item in case.items
	)
	assert amount_of(scheme, replace(case, items=exempt)) <= amount_of(scheme, case)


@given(schemes(UNIT_METHODS, minimum=False), st.lists(items, max_size=4))
def test_what_items_cost_together_is_the_sum_of_what_each_costs(scheme, rows):
	"""Without limits of the whole amount; to more places than any rate here needs."""
	scheme = replace(scheme, cap_amount=None, yearly_cap=None)
	each = [compute(scheme, Case((item,)), places=20).amount for item in rows]
	assert compute(scheme, Case(tuple(rows)), places=20).amount == sum(each, Decimal(0))


@given(schemes(), cases)
def test_an_uncapped_amount_says_so(scheme, case):
	free = replace(scheme, cap_percent=None, cap_amount=None, yearly_cap=None)
	assert compute(free, case).capped is False
	result = compute(scheme, case)
	if not result.capped:
		assert abs(result.amount - compute(free, case).amount) <= CENT


@given(schemes(), cases)
def test_a_frozen_scheme_computes_the_same(scheme, case):
	thawed = Scheme.from_dict(json.loads(json.dumps(scheme.to_dict())))
	assert thawed == scheme
	assert compute(thawed, case) == compute(scheme, case)


@given(schemes(), cases)
def test_a_calculation_is_ready_for_json_and_loses_nothing(scheme, case):
	result = compute(scheme, case)
	rows = json.loads(json.dumps([step.to_dict() for step in result.steps]))
	assert sum((Decimal(row["amount"]) for row in rows), Decimal(0)) == result.amount


@given(schemes(UNIT_METHODS, minimum=False), items)
def test_every_step_of_an_item_can_be_checked_by_hand(scheme, item):
	"""The numbers that a step names give the amount that it adds."""
	for step in compute(scheme, Case((item,))).steps:
		values = step.values
		if step.key == "percent rate":
			by_hand = values["value"] * values["rate"] / 100 * values["times"]
		elif step.key == "amount rate":
			by_hand = values["rate"] * values["times"]
		elif step.key == "percent step":
			by_hand = values["value"] * values["rate"] / 100
			assert values["units"] > values["threshold"]
		elif step.key == "above grace":
			by_hand = step.amount
			assert values["units"] - values["grace"] == values["counted"]
		elif step.key == "force majeure":
			by_hand = step.amount
			assert values["units"] - values["exempt"] == values["counted"]
		else:
			continue
		assert abs(step.amount - by_hand) < Decimal("0.000001"), step
