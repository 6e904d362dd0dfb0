"""The amount of a penalty or reward, with every step of its calculation.

Exact decimal arithmetic: percentages and caps are exact, quotients are kept to twenty places, and the amount
is rounded once, at the end, half up. Caps round down, so that no amount ever exceeds one.

Order of the steps: each item by itself (force majeure, grace, rate or step, cap in percent of its value),
then together: minimum, cap in percent, cap as amount, yearly cap, rounding.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from itertools import pairwise

from partner_relations.supplier_quality.rating.numbers import as_text
from partner_relations.supplier_quality.remedies.scheme import (
	GraceMode,
	Method,
	MinimumMode,
	PartialUnits,
	Scheme,
	TierMode,
)

# Wide enough that no product or sum of amounts loses a digit.
_EXACT = Context(prec=120, rounding=ROUND_HALF_EVEN)
_QUOTIENT = Decimal("1E-20")
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Item:
	"""What is late, missed or broken: an order line, a whole order, an obligation.

	`value` is that of the scheme's basis in the company's currency; `units` are days late, points missed or
	breaches, as the scheme counts; `exempt_units` those of them accepted as force majeure. Negative numbers
	(early, a returned line) count as zero.
	"""

	reference: str
	value: Decimal = _NOTHING
	units: Decimal = _NOTHING
	exempt_units: Decimal = _NOTHING


@dataclass(frozen=True)
class Case:
	"""What a scheme is applied to.

	`volume` is what a rebate or a bonus is paid on; where it isn't given, the items' value. `grade` is that
	of the evaluation, for a bonus per grade. `already_in_year` counts against the yearly cap.
	"""

	items: tuple[Item, ...] = ()
	volume: Decimal | None = None
	grade: str | None = None
	already_in_year: Decimal = _NOTHING


@dataclass(frozen=True)
class Step:
	"""One line of the calculation: what it adds to the amount, and the numbers to check it by.

	`key` says what was done (see `compute`); `values` are its numbers, and names such as the item's.
	"""

	key: str
	amount: Decimal = _NOTHING
	values: Mapping[str, Decimal | str] = field(default_factory=dict)

	def to_dict(self) -> dict[str, str]:
		"""Ready for JSON, numbers as text."""
		return {
			"key": self.key,
			"amount": as_text(self.amount),
			**{
				name: as_text(value) if isinstance(value, Decimal) else value
				for name, value in self.values.items()
			},
		}


@dataclass(frozen=True)
class Amount:
	"""The amount, the steps that add up to it, whether a cap cut it and the contract may be terminated.

	`ceiling` is the lowest of the scheme's caps for this case, rounded down; None where it has none. That of
	the year isn't among them: it changes with every other amount.
	"""

	amount: Decimal
	steps: tuple[Step, ...]
	capped: bool
	terminates: bool
	ceiling: Decimal | None = None


@dataclass(frozen=True)
class _Part:
	"""What one item (or the whole volume) costs before any cap, by the steps that say so."""

	reference: str
	value: Decimal
	steps: tuple[Step, ...]

	@property
	def amount(self) -> Decimal:
		return _sum(step.amount for step in self.steps)


def compute(scheme: Scheme, case: Case, places: int = 2) -> Amount:
	"""The amount of a case in the company's currency, rounded to so many places. The steps add up to it.

	Steps of an item: "not late", "force majeure", "within grace", "above grace", "grace used up" (they add
	nothing, they say which units count), "percent rate", "amount rate", "percent step", "amount step",
	"below the steps", "item cap". Of a volume: "percent of the volume", "amount for the volume", "part of the
	volume", "below the tiers". Of a grade: "percent for the grade", "amount for the grade", "no bonus".
	Then: "total" (of several items), "raised to the minimum", "below the minimum", "cap in percent",
	"cap as amount", "yearly cap", "rounded", "rounded down", "may be terminated".
	"""
	parts = list(_parts(scheme, case))
	steps: list[Step] = []
	total = _NOTHING
	capped = False
	for part in parts:
		steps += part.steps
		amount = part.amount
		cap = _percent(part.value, scheme.cap_percent)
		if cap is not None and amount > cap:
			numbers = {"reference": part.reference, "value": part.value, "percent": scheme.cap_percent}
			steps.append(Step("item cap", _subtract(cap, amount), {**numbers, "cap": cap}))
			amount, capped = cap, True
		total = _add(total, amount)
	before_caps = _sum(part.amount for part in parts)
	value = _sum(part.value for part in parts)
	if len(parts) > 1:
		steps.append(Step("total", values={"total": total, "items": Decimal(len(parts))}))
	total = _apply_minimum(scheme, total, steps)
	caps = list(_caps(scheme, value, case.already_in_year))
	for key, cap, numbers in caps:
		if total > cap:
			steps.append(Step(key, _subtract(cap, total), {**numbers, "left": cap}))
			total, capped = cap, True
	total = _round(total, [cap for _key, cap, _numbers in caps], places, steps)
	terminates = _may_terminate(scheme, before_caps, value, steps)
	ceiling = min((cap for key, cap, _numbers in caps if key != "yearly cap"), default=None)
	return Amount(
		total, tuple(steps), capped, terminates, None if ceiling is None else _round_down(ceiling, places)
	)


def _parts(scheme: Scheme, case: Case) -> Iterator[_Part]:
	if scheme.method == Method.VOLUME_REBATE:
		yield _rebate(scheme, _volume(case))
	elif scheme.method == Method.GRADE_BONUS:
		yield _bonus(scheme, _volume(case), case.grade or "")
	else:
		for item in case.items:
			yield _by_units(scheme, item)


def _volume(case: Case) -> Decimal:
	if case.volume is not None:
		return _positive(case.volume)
	return _sum(_positive(item.value) for item in case.items)


def _by_units(scheme: Scheme, item: Item) -> _Part:
	value = _positive(item.value)
	labels = {"reference": item.reference, "counts": scheme.counts.value, "basis": scheme.basis.value}
	steps: list[Step] = []
	units = _counted_units(scheme, item, labels, steps)
	if units:
		charge = _rate if scheme.method == Method.RATE else _step
		steps.append(charge(scheme, value, units, labels))
	return _Part(item.reference, value, tuple(steps))


def _counted_units(scheme: Scheme, item: Item, labels: Mapping[str, str], steps: list[Step]) -> Decimal:
	"""The units that cost something: without those exempt, and the grace taken into account."""
	units = _positive(item.units)
	if not units:
		steps.append(Step("not late", values=labels))
		return _NOTHING
	exempt = min(_positive(item.exempt_units), units) if scheme.exempt_force_majeure else _NOTHING
	counted = _subtract(units, exempt)
	if exempt:
		numbers = {"units": units, "exempt": exempt, "counted": counted}
		steps.append(Step("force majeure", values={**labels, **numbers}))
	grace = scheme.grace_units
	if not grace or not counted:
		return counted
	numbers = {"units": counted, "grace": grace}
	if counted <= grace:
		steps.append(Step("within grace", values={**labels, **numbers}))
		return _NOTHING
	if scheme.grace_mode == GraceMode.FROM_THE_FIRST:
		steps.append(Step("grace used up", values={**labels, **numbers}))
		return counted
	left = _subtract(counted, grace)
	steps.append(Step("above grace", values={**labels, **numbers, "counted": left}))
	return left


def _rate(scheme: Scheme, value: Decimal, units: Decimal, labels: Mapping[str, str]) -> Step:
	"""The rate per so many units: value x rate x units / per_units, or only whole multiples of it."""
	numbers = {"units": units, "per_units": scheme.per_units, "rate": scheme.rate}
	if scheme.partial_units == PartialUnits.IN_PROPORTION:
		times, per = units, scheme.per_units
	else:
		rounding = ROUND_CEILING if scheme.partial_units == PartialUnits.IN_FULL else ROUND_FLOOR
		times, per = _whole(units, scheme.per_units, rounding), Decimal(1)
	numbers["times"] = _divide(times, per)
	if not scheme.is_percent:
		return Step("amount rate", _divide(_multiply(scheme.rate, times), per), {**labels, **numbers})
	amount = _divide(_multiply(value, scheme.rate, times), _multiply(per, Decimal(100)))
	return Step("percent rate", amount, {**labels, "value": value, **numbers})


def _step(scheme: Scheme, value: Decimal, units: Decimal, labels: Mapping[str, str]) -> Step:
	"""The highest step whose threshold is exceeded: "more than 2 days" is not reached by 2 days."""
	reached = [step for step in scheme.steps if units > step[0]]
	if not reached:
		numbers = {"units": units, "threshold": scheme.steps[0][0]}
		return Step("below the steps", values={**labels, **numbers})
	threshold, rate = reached[-1]
	numbers = {"units": units, "threshold": threshold, "rate": rate}
	if not scheme.is_percent:
		return Step("amount step", rate, {**labels, **numbers})
	return Step("percent step", _of_hundred(value, rate), {**labels, "value": value, **numbers})


def _rebate(scheme: Scheme, volume: Decimal) -> _Part:
	labels = {"basis": scheme.basis.value, "value": volume}
	reached = [step for step in scheme.steps if volume > step[0]]
	if not reached:
		return _Part(
			"", volume, (Step("below the tiers", values={**labels, "threshold": scheme.steps[0][0]}),)
		)
	if scheme.tier_mode == TierMode.PART_ABOVE:
		ends = [*(upper[0] for _lower, upper in pairwise(reached)), volume]
		return _Part(
			"",
			volume,
			tuple(
				Step(
					"part of the volume",
					_of_hundred(_subtract(end, threshold), rate),
					{"from": threshold, "to": end, "part": _subtract(end, threshold), "rate": rate},
				)
				for (threshold, rate), end in zip(reached, ends, strict=True)
			),
		)
	threshold, rate = reached[-1]
	numbers = {**labels, "threshold": threshold, "rate": rate}
	if scheme.is_percent:
		return _Part("", volume, (Step("percent of the volume", _of_hundred(volume, rate), numbers),))
	return _Part("", volume, (Step("amount for the volume", rate, numbers),))


def _bonus(scheme: Scheme, volume: Decimal, grade: str) -> _Part:
	rate = dict(scheme.grade_bonuses).get(grade)
	labels = {"grade": grade, "basis": scheme.basis.value}
	if not rate:
		return _Part("", volume, (Step("no bonus", values=labels),))
	if scheme.is_percent:
		numbers = {**labels, "value": volume, "rate": rate}
		return _Part("", volume, (Step("percent for the grade", _of_hundred(volume, rate), numbers),))
	return _Part("", volume, (Step("amount for the grade", rate, {**labels, "rate": rate}),))


def _apply_minimum(scheme: Scheme, total: Decimal, steps: list[Step]) -> Decimal:
	"""Where nothing is owed, a minimum owes nothing."""
	minimum = scheme.minimum_amount
	if minimum is None or not 0 < total < minimum:
		return total
	numbers = {"minimum": minimum, "total": total}
	if scheme.minimum_mode == MinimumMode.NOTHING:
		steps.append(Step("below the minimum", -total, numbers))
		return _NOTHING
	steps.append(Step("raised to the minimum", _subtract(minimum, total), numbers))
	return minimum


def _caps(
	scheme: Scheme, value: Decimal, already: Decimal
) -> Iterator[tuple[str, Decimal, dict[str, Decimal | str]]]:
	"""Caps of the whole amount: the key of their step, what they leave, their numbers."""
	of_value = _percent(value, scheme.cap_percent)
	if of_value is not None:
		numbers = {"value": value, "percent": scheme.cap_percent, "basis": scheme.basis.value}
		yield "cap in percent", of_value, numbers
	if scheme.cap_amount is not None:
		yield "cap as amount", scheme.cap_amount, {"cap": scheme.cap_amount}
	if scheme.yearly_cap is not None:
		already = _positive(already)
		left = _positive(_subtract(scheme.yearly_cap, already))
		yield "yearly cap", left, {"cap": scheme.yearly_cap, "already": already}


def _round(total: Decimal, caps: list[Decimal], places: int, steps: list[Step]) -> Decimal:
	unit = Decimal(1).scaleb(-places)
	rounded = total.quantize(unit, rounding=ROUND_HALF_UP, context=_EXACT)
	key = "rounded"
	if caps and rounded > min(caps):
		rounded = _round_down(min(caps), places)
		key = "rounded down"
	if rounded != total:
		steps.append(Step(key, _subtract(rounded, total), {"total": total, "places": Decimal(places)}))
	return rounded


def _round_down(number: Decimal, places: int) -> Decimal:
	return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN, context=_EXACT)


def _may_terminate(scheme: Scheme, before_caps: Decimal, value: Decimal, steps: list[Step]) -> bool:
	threshold = _percent(value, scheme.termination_percent)
	if threshold is None or not before_caps or before_caps < threshold:
		return False
	numbers = {"percent": scheme.termination_percent, "value": value, "before_caps": before_caps}
	steps.append(Step("may be terminated", values={**numbers, "basis": scheme.basis.value}))
	return True


def _percent(value: Decimal, percent: Decimal | None) -> Decimal | None:
	return None if percent is None else _of_hundred(value, percent)


def _of_hundred(value: Decimal, percent: Decimal) -> Decimal:
	return _multiply(value, percent).scaleb(-2, context=_EXACT)


def _positive(number: Decimal) -> Decimal:
	return max(number, _NOTHING)


def _multiply(first: Decimal, *others: Decimal) -> Decimal:
	for other in others:
		first = _EXACT.multiply(first, other)
	return first


def _divide(dividend: Decimal, divisor: Decimal) -> Decimal:
	"""The quotient: exact where it has no more than twenty places."""
	quotient = _EXACT.divide(dividend, divisor)
	if quotient.as_tuple().exponent >= -20:
		return quotient
	return quotient.quantize(_QUOTIENT, context=_EXACT)


def _whole(dividend: Decimal, divisor: Decimal, rounding: str) -> Decimal:
	return _EXACT.divide(dividend, divisor).quantize(Decimal(1), rounding=rounding, context=_EXACT)


def _add(one: Decimal, other: Decimal) -> Decimal:
	return _EXACT.add(one, other)


def _subtract(one: Decimal, other: Decimal) -> Decimal:
	return _EXACT.subtract(one, other)


def _sum(numbers: Iterator[Decimal]) -> Decimal:
	total = _NOTHING
	for number in numbers:
		total = _EXACT.add(total, number)
	return total
