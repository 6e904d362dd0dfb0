"""A remedy scheme: how the amount of a penalty or a reward is computed, checked once and then frozen.

`Scheme.from_document` reads a Remedy Scheme (the document as a dictionary: from the ERP, or the JSON file in
`fixtures/defaults/`) and refuses what makes no sense. `to_dict` and `from_dict` keep it beside the contracts
and amounts that were made by it, so that later edits don't rewrite history.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from typing import Any

from partner_relations.supplier_quality.rating.numbers import as_text, finite


class Purpose(str, Enum):
	PENALTY = "Penalty"
	REWARD = "Reward"


class Method(str, Enum):
	"""How the amount comes about: see `calculation`."""

	RATE = "Rate"
	STEPS = "Steps"
	VOLUME_REBATE = "Volume rebate"
	GRADE_BONUS = "Bonus per grade"


class Basis(str, Enum):
	"""What a percentage is taken of; the caller of `compute` gives its value in the company's currency."""

	ORDER_VALUE = "Order value"
	LATE_LINE_VALUE = "Late line value"
	INVOICE_VALUE = "Invoice value"
	FIXED_AMOUNT = "Fixed amount"


class RateType(str, Enum):
	PERCENT = "Percent of the basis"
	AMOUNT = "Amount"


class Counts(str, Enum):
	"""The unit of `Item.units`."""

	DAYS_LATE = "Days late"
	POINTS_MISSED = "Points missed"
	BREACHES = "Breaches"


class PartialUnits(str, Enum):
	"""What a part of `per_units` costs: with 10 % per 7 days, 10 days are 1.43, 2 or 1 times 10 %."""

	IN_PROPORTION = "Counts in proportion"
	IN_FULL = "Counts in full"
	NOT = "Does not count"


class TierMode(str, Enum):
	WHOLE_VOLUME = "The whole volume"
	PART_ABOVE = "The part above each threshold"


class GraceMode(str, Enum):
	EXCEEDING = "Count what exceeds it"
	FROM_THE_FIRST = "Count from the first"


class MinimumMode(str, Enum):
	RAISE = "Raise to the minimum"
	NOTHING = "Charge nothing"


BY_UNITS = (Method.RATE, Method.STEPS)
BY_THRESHOLD = (Method.STEPS, Method.VOLUME_REBATE)
REWARDS_ONLY = (Method.VOLUME_REBATE, Method.GRADE_BONUS)

# The fields of a Remedy Scheme that matter to some methods only; all others always do.
METHODS_OF_FIELD = {
	"counts": BY_UNITS,
	"rate": (Method.RATE,),
	"per_units": (Method.RATE,),
	"partial_units": (Method.RATE,),
	"steps": BY_THRESHOLD,
	"tier_mode": (Method.VOLUME_REBATE,),
	"grade_bonuses": (Method.GRADE_BONUS,),
	"grace_units": BY_UNITS,
	"grace_mode": BY_UNITS,
	"exempt_force_majeure": BY_UNITS,
}

# Optional limits: the Check that says whether one is set, the field that holds it.
LIMITS = {
	"minimum_amount": "has_minimum",
	"cap_percent": "has_cap_percent",
	"cap_amount": "has_cap_amount",
	"yearly_cap": "has_yearly_cap",
	"termination_percent": "has_termination_threshold",
}


class SchemeError(ValueError):
	"""A scheme that makes no sense.

	`reason` is a key for the message, `row` counts from 1 (0 where no table row is to blame), `field` is the
	field of the document (or of its row).
	"""

	def __init__(self, reason: str, row: int = 0, field: str = ""):
		super().__init__(f"remedy scheme, {f'row {row}' if row else field or 'as a whole'}: {reason}")
		self.reason = reason
		self.row = row
		self.field = field


@dataclass(frozen=True)
class Scheme:
	"""A remedy scheme that makes sense; SchemeError if it doesn't.

	Rates are percent or amounts in the company's currency, as `rate_type` says. `steps` are (threshold,
	rate) by threshold, `grade_bonuses` (grade, rate). A limit that isn't set is None.

	Reasons of SchemeError: "negative number", "no rate", "no units", "no steps", "same threshold twice",
	"falling rates", "no grades", "no grade", "same grade twice", "nothing but zeros", "percent of a fixed
	amount", "cap of a fixed amount", "termination of a fixed amount", "amount per part", "no volume",
	"no value of a grade", "reward only", "reward that terminates", "limit of zero", "minimum above cap".
	"""

	name: str = ""
	purpose: Purpose = Purpose.PENALTY
	method: Method = Method.RATE
	basis: Basis = Basis.LATE_LINE_VALUE
	rate_type: RateType = RateType.PERCENT
	counts: Counts = Counts.DAYS_LATE
	rate: Decimal = Decimal(0)
	per_units: Decimal = Decimal(1)
	partial_units: PartialUnits = PartialUnits.IN_PROPORTION
	steps: tuple[tuple[Decimal, Decimal], ...] = ()
	tier_mode: TierMode = TierMode.WHOLE_VOLUME
	grade_bonuses: tuple[tuple[str, Decimal], ...] = ()
	grace_units: Decimal = Decimal(0)
	grace_mode: GraceMode = GraceMode.EXCEEDING
	exempt_force_majeure: bool = True
	minimum_amount: Decimal | None = None
	minimum_mode: MinimumMode = MinimumMode.RAISE
	cap_percent: Decimal | None = None
	cap_amount: Decimal | None = None
	yearly_cap: Decimal | None = None
	termination_percent: Decimal | None = None

	def __post_init__(self):
		self._check_rates()
		self._check_basis()
		self._check_limits()
		if self.method in BY_THRESHOLD:
			self._check_steps()

	@classmethod
	def from_document(cls, document: Mapping[str, Any]) -> "Scheme":
		"""From a Remedy Scheme. What its method doesn't use, and a limit whose Check is off, is left out.

		Raises SchemeError, besides the reasons above for "not a number" and "unknown choice"; its row is that
		of the document's table.
		"""
		method = _choice(document, "method", Method, Method.RATE)
		used = {name for name, methods in METHODS_OF_FIELD.items() if method in methods}
		values: dict[str, Any] = {}
		for choice, kind in _CHOICES.items():
			if choice in used or choice not in METHODS_OF_FIELD:
				values[choice] = _choice(document, choice, kind, getattr(cls, choice))
		given = {name for name in used if document.get(name) is not None}
		for number in given & {"rate", "per_units", "grace_units"}:
			values[number] = _number(document, number)
		for limit, check in LIMITS.items():
			if document.get(check):
				values[limit] = _number(document, limit)
		if "exempt_force_majeure" in given:
			values["exempt_force_majeure"] = bool(document.get("exempt_force_majeure"))
		if "steps" in used:
			values["steps"] = _steps(document.get("steps") or ())
		if "grade_bonuses" in used:
			values["grade_bonuses"] = _grade_bonuses(document.get("grade_bonuses") or ())
		return cls(name=document.get("name") or document.get("scheme_name") or "", **values)

	@classmethod
	def from_dict(cls, data: Mapping[str, Any]) -> "Scheme":
		"""The inverse of `to_dict`."""
		values = dict(data)
		for choice, kind in _CHOICES.items():
			values[choice] = kind(values[choice])
		for name in ("rate", "per_units", "grace_units", *LIMITS):
			values[name] = None if values[name] is None else Decimal(values[name])
		values["steps"] = tuple((Decimal(threshold), Decimal(rate)) for threshold, rate in values["steps"])
		values["grade_bonuses"] = tuple((grade, Decimal(rate)) for grade, rate in values["grade_bonuses"])
		return cls(**values)

	def to_dict(self) -> dict[str, Any]:
		"""Plain lists, texts and booleans, ready for JSON; numbers as text, which loses nothing."""
		return {name: _plain(value) for name, value in asdict(self).items()}

	@property
	def is_percent(self) -> bool:
		return self.rate_type == RateType.PERCENT

	def _check_rates(self) -> None:
		for name in ("rate", "grace_units", "per_units"):
			if getattr(self, name) < 0:
				raise SchemeError("negative number", field=name)
		for table, field in (("steps", "threshold"), ("grade_bonuses", "")):
			for row, (key, rate) in enumerate(getattr(self, table), start=1):
				if field and key < 0:
					raise SchemeError("negative number", row, field)
				if rate < 0:
					raise SchemeError("negative number", row, "rate")
		if self.method == Method.RATE:
			if not self.rate:
				raise SchemeError("no rate", field="rate")
			if not self.per_units:
				raise SchemeError("no units", field="per_units")
		if self.method == Method.GRADE_BONUS:
			if not self.grade_bonuses:
				raise SchemeError("no grades", field="grade_bonuses")
			seen = set()
			for row, (grade, _rate) in enumerate(self.grade_bonuses, start=1):
				if not grade:
					raise SchemeError("no grade", row, "grade")
				if grade in seen:
					raise SchemeError("same grade twice", row, "grade")
				seen.add(grade)
			if not any(rate for _grade, rate in self.grade_bonuses):
				raise SchemeError("nothing but zeros", field="grade_bonuses")

	def _check_basis(self) -> None:
		if self.basis == Basis.FIXED_AMOUNT:
			if self.is_percent:
				raise SchemeError("percent of a fixed amount", field="rate_type")
			if self.cap_percent is not None:
				raise SchemeError("cap of a fixed amount", field="cap_percent")
			if self.termination_percent is not None:
				raise SchemeError("termination of a fixed amount", field="termination_percent")
		if self.method == Method.VOLUME_REBATE:
			if self.basis in (Basis.FIXED_AMOUNT, Basis.LATE_LINE_VALUE):
				raise SchemeError("no volume", field="basis")
			if self.tier_mode == TierMode.PART_ABOVE and not self.is_percent:
				raise SchemeError("amount per part", field="rate_type")
		if self.method == Method.GRADE_BONUS and self.basis == Basis.LATE_LINE_VALUE:
			raise SchemeError("no value of a grade", field="basis")
		if self.purpose == Purpose.PENALTY and self.method in REWARDS_ONLY:
			raise SchemeError("reward only", field="method")
		if self.purpose == Purpose.REWARD and self.termination_percent is not None:
			raise SchemeError("reward that terminates", field="termination_percent")

	def _check_limits(self) -> None:
		for name in LIMITS:
			limit = getattr(self, name)
			if limit is not None and limit < 0:
				raise SchemeError("negative number", field=name)
			if limit is not None and not limit:
				raise SchemeError("limit of zero", field=name)
		for name in ("cap_amount", "yearly_cap"):
			cap = getattr(self, name)
			if self.minimum_amount is not None and cap is not None and self.minimum_amount > cap:
				raise SchemeError("minimum above cap", field=name)

	def _check_steps(self) -> None:
		"""Each threshold once; more days late never cost less, a larger volume never earns less.

		Where only the part above each threshold earns the rate of its tier, rates may fall.
		"""
		if not self.steps:
			raise SchemeError("no steps", field="steps")
		rows = sorted(enumerate(self.steps, start=1), key=lambda entry: entry[1][0])
		for (_row, lower), (row, upper) in pairwise(rows):
			if lower[0] == upper[0]:
				raise SchemeError("same threshold twice", row, "threshold")
			if upper[1] < lower[1] and not self._pays_parts:
				raise SchemeError("falling rates", row, "rate")
		if not any(rate for _threshold, rate in self.steps):
			raise SchemeError("nothing but zeros", field="steps")
		# Frozen, so that a scheme in any order of its rows is the same scheme.
		object.__setattr__(self, "steps", tuple(step for _row, step in rows))

	@property
	def _pays_parts(self) -> bool:
		return self.method == Method.VOLUME_REBATE and self.tier_mode == TierMode.PART_ABOVE


_CHOICES: dict[str, type[Enum]] = {
	"purpose": Purpose,
	"method": Method,
	"basis": Basis,
	"rate_type": RateType,
	"counts": Counts,
	"partial_units": PartialUnits,
	"tier_mode": TierMode,
	"grace_mode": GraceMode,
	"minimum_mode": MinimumMode,
}


def _choice(document: Mapping[str, Any], name: str, kind: type[Enum], default: Any) -> Any:
	try:
		return kind(document.get(name) or default)
	except ValueError:
		raise SchemeError("unknown choice", field=name) from None


def _number(document: Mapping[str, Any], name: str, row: int = 0) -> Decimal:
	number = finite(document.get(name) or 0)
	if number is None:
		raise SchemeError("not a number", row, name)
	return number


def _steps(rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[Decimal, Decimal], ...]:
	return tuple(
		(_number(row, "threshold", number), _number(row, "rate", number))
		for number, row in enumerate(rows, start=1)
	)


def _grade_bonuses(rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, Decimal], ...]:
	return tuple(
		((row.get("grade") or "").strip(), _number(row, "rate", number))
		for number, row in enumerate(rows, start=1)
	)


def _plain(value: Any) -> Any:
	if isinstance(value, Enum):
		return value.value
	if isinstance(value, Decimal):
		return as_text(value)
	if isinstance(value, tuple):
		return [_plain(entry) for entry in value]
	return value
