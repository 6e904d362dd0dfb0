"""A tiering policy as the core needs it: checked once, complete, and frozen on each run made by it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

from partner_relations.customer_care.tiering.abc import AbcClass, AbcRule
from partner_relations.customer_care.tiering.matrix import Cell, MatrixRule, PotentialScale
from partner_relations.customer_care.tiering.placing import (
	Bound,
	Comparison,
	Condition,
	Hysteresis,
	Limit,
	plain,
)
from partner_relations.customer_care.tiering.rfm import (
	ANY,
	BREAKS,
	HIGHEST,
	LOWEST,
	Range,
	RfmRule,
	Scoring,
	Segment,
	uncovered,
)
from partner_relations.customer_care.tiering.weighted import MetricDefinition
from partner_relations.supplier_quality.rating.curve import CurveError, RatingCurve
from partner_relations.supplier_quality.rating.grades import GradeScale, GradeScaleError
from partner_relations.supplier_quality.rating.numbers import finite

ZERO, HUNDRED = Decimal(0), Decimal(100)
NO_HYSTERESIS = Hysteresis()
Choice = TypeVar("Choice", bound=Enum)


class Method(str, Enum):
	WEIGHTED = "Weighted score"
	RFM = "RFM"
	ABC = "ABC"
	MATRIX = "Value-potential matrix"


class DefinitionError(ValueError):
	"""A policy that makes no sense.

	`code` is a key for the message; `table` and `row` (from 1; 0: the table or the policy as a whole) say
	where, `field` which field; `values` are what the message tells.

	Codes: "not a number", "unknown choice", "no tiers", "no name", "same name twice", "unknown tier",
	"no metrics", "unknown metric", "scale", "negative number", "outside 0 to 100", "weights" (values: sum),
	"curve" (values: reason and point), "bands" (values: reason), "tiers out of order", "no rule", "breaks",
	"not ascending", "no segments", "range", "uncovered" (values: count, combinations), "no classes",
	"last class", "no cuts", "outside the scale", "no such cell", "same cell twice", "cell missing" (values:
	value, potential), "limit of everyone", "margin without a score", "margin out of reach" (values: border),
	"confirmations".
	"""

	def __init__(self, code: str, table: str = "", row: int = 0, field: str = "", **values: Any):
		where = " ".join(str(part) for part in (table, f"row {row}" if row else "", field) if part)
		told = ", ".join(f"{name} {value}" for name, value in values.items())
		super().__init__(f"tiering policy, {where or 'as a whole'}: {code}{f' ({told})' if told else ''}")
		self.code = code
		self.table = table
		self.row = row
		self.field = field
		self.values = values


@dataclass(frozen=True)
class TierBand:
	"""Weighted scores from `lower` (included) to `upper` (excluded; 100 belongs to the topmost band)."""

	tier: str
	lower: Decimal
	upper: Decimal


@dataclass(frozen=True)
class Definition:
	"""Everything that decides a tier, except the facts; DefinitionError if it makes no sense.

	`tiers` are all that customers may have, best first. Of `bands`, `rfm`, `abc` and `matrix` the method's
	own must be there. `metrics` are all that are measured; weighted score and matrix weigh those that have a
	weight. Below `minimum_coverage` (percent of the weight) or `minimum_sample` (facts of the metric with the
	most) a customer is not rated: it keeps its tier, or gets `default_tier` where it has none.
	"""

	method: Method
	tiers: tuple[str, ...]
	metrics: tuple[MetricDefinition, ...]
	policy: str = ""
	bands: tuple[TierBand, ...] = ()
	rfm: RfmRule | None = None
	abc: AbcRule | None = None
	matrix: MatrixRule | None = None
	limits: tuple[Limit, ...] = ()
	hysteresis: Hysteresis = NO_HYSTERESIS
	minimum_coverage: Decimal = ZERO
	minimum_sample: int = 0
	default_tier: str | None = None

	def __post_init__(self):
		self._check_tiers()
		self._check_metrics()
		self._check_method()
		self._check_limits()
		self._check_hysteresis()

	@classmethod
	def from_dict(cls, data: Mapping[str, Any]) -> "Definition":
		"""The inverse of `to_dict`; what is left out has its default. Numbers may be numbers or text.

		Raises DefinitionError, its rows those of the tables in `data`.
		"""
		return cls(
			method=_choice(Method, data.get("method"), "", 0, "method"),
			tiers=tuple(data.get("tiers") or ()),
			metrics=_rows(data, "metrics", _metric),
			policy=data.get("policy") or "",
			bands=_rows(data, "bands", _band),
			rfm=_part(data, "rfm", _rfm),
			abc=_part(data, "abc", _abc),
			matrix=_part(data, "matrix", _matrix),
			limits=_rows(data, "limits", _limit),
			hysteresis=_part(data, "hysteresis", _hysteresis) or NO_HYSTERESIS,
			minimum_coverage=_number(data, "minimum_coverage"),
			minimum_sample=_whole(data, "minimum_sample", 0),
			default_tier=data.get("default_tier") or None,
		)

	def to_dict(self) -> dict[str, Any]:
		"""Plain dictionaries, lists and texts, ready for JSON; numbers as text, which loses nothing."""
		return plain(asdict(self))

	def scale(self) -> GradeScale:
		"""The bands as a grade scale whose grades are tiers."""
		return GradeScale.of([(row.tier, row.lower, row.upper) for row in self.bands])

	@cached_property
	def scales(self) -> dict[str, int]:
		"""The scale of each metric: value = scale x numerator / denominator."""
		return {row.metric: row.scale for row in self.metrics}

	@property
	def weighs(self) -> bool:
		"""Whether the method makes a weighted score."""
		return self.method in (Method.WEIGHTED, Method.MATRIX)

	# The checks, in the order in which a form asks

	def _check_tiers(self) -> None:
		if not self.tiers:
			raise DefinitionError("no tiers", "tiers")
		_check_names(self.tiers, "tiers")
		if self.default_tier is not None:
			self._check_tier(self.default_tier, "", 0, "default_tier")

	def _check_metrics(self) -> None:
		if not self.metrics:
			raise DefinitionError("no metrics", "metrics")
		_check_names([row.metric for row in self.metrics], "metrics")
		for number, row in enumerate(self.metrics, start=1):
			if row.scale <= 0:
				raise DefinitionError("scale", "metrics", number, "scale")
			if row.weight < 0:
				raise DefinitionError("negative number", "metrics", number, "weight")
			if self.weighs and row.weight:
				try:
					RatingCurve.of(row.curve)
				except CurveError as error:
					raise DefinitionError(
						"curve", "metrics", number, "curve", reason=error.reason, point=error.row
					) from None
		if self.weighs:
			weights = sum((row.weight for row in self.metrics), ZERO)
			if weights != HUNDRED:
				raise DefinitionError("weights", "metrics", sum=weights)
		if not 0 <= self.minimum_coverage <= HUNDRED:
			raise DefinitionError("outside 0 to 100", field="minimum_coverage")
		if self.minimum_sample < 0:
			raise DefinitionError("negative number", field="minimum_sample")

	def _check_method(self) -> None:
		if self.method == Method.WEIGHTED:
			self._check_bands()
		elif self.method == Method.RFM:
			self._check_rfm(_rule(self.rfm, "rfm"))
		elif self.method == Method.ABC:
			self._check_abc(_rule(self.abc, "abc"))
		else:
			self._check_matrix(_rule(self.matrix, "matrix"))

	def _check_bands(self) -> None:
		for number, row in enumerate(self.bands, start=1):
			self._check_tier(row.tier, "bands", number, "tier")
		try:
			scale = self.scale()
		except GradeScaleError as error:
			raise DefinitionError("bands", "bands", error.row, reason=error.reason) from None
		self._check_order([band.grade for band in reversed(scale.bands)], "bands")

	def _check_rfm(self, rule: RfmRule) -> None:
		for field in ("recency", "frequency", "monetary"):
			self._check_metric(getattr(rule, field), "rfm", 0, field)
			if rule.scoring == Scoring.FIXED_BREAKS:
				breaks = getattr(rule, f"{field}_breaks")
				if len(breaks) != BREAKS:
					raise DefinitionError("breaks", "rfm", 0, f"{field}_breaks", needed=BREAKS)
				_check_ascending(breaks, "rfm", f"{field}_breaks")
		if not rule.segments:
			raise DefinitionError("no segments", "segments")
		_check_names([row.name for row in rule.segments], "segments")
		for number, row in enumerate(rule.segments, start=1):
			self._check_tier(row.tier, "segments", number, "tier")
			for field in _RANGES:
				low, high = getattr(row, field)
				if not LOWEST <= low <= high <= HIGHEST:
					raise DefinitionError("range", "segments", number, field, lower=low, upper=high)
		if rule.others_tier is not None:
			self._check_tier(rule.others_tier, "rfm", 0, "others_tier")
			return
		missing = uncovered(rule.segments)
		if missing:
			named = ["".join(map(str, scores)) for scores in missing]
			raise DefinitionError("uncovered", "segments", count=len(named), combinations=named)

	def _check_abc(self, rule: AbcRule) -> None:
		self._check_metric(rule.metric, "abc", 0, "metric")
		if not rule.classes:
			raise DefinitionError("no classes", "classes")
		_check_names([row.name for row in rule.classes], "classes")
		for number, row in enumerate(rule.classes, start=1):
			self._check_tier(row.tier, "classes", number, "tier")
			if not 0 < row.below <= HUNDRED:
				raise DefinitionError("outside 0 to 100", "classes", number, "below")
		_check_ascending([row.below for row in rule.classes], "classes", "below")
		if rule.classes[-1].below != HUNDRED:
			raise DefinitionError("last class", "classes", len(rule.classes), "below")
		self._check_order([row.tier for row in rule.classes], "classes")

	def _check_matrix(self, rule: MatrixRule) -> None:
		low, high = rule.potential_scale.ends
		for field, cuts, ends in (
			("value_cuts", rule.value_cuts, (0, 100)),
			("potential_cuts", rule.potential_cuts, (low, high)),
		):
			if not cuts:
				raise DefinitionError("no cuts", "matrix", 0, field)
			_check_ascending(cuts, "matrix", field)
			# A cut at the lower end would leave the lowest band without numbers.
			if not ends[0] < cuts[0] or not cuts[-1] <= ends[1]:
				raise DefinitionError("outside the scale", "matrix", 0, field, lower=ends[0], upper=ends[1])
		places = set(rule.places())
		seen = set()
		for number, cell in enumerate(rule.cells, start=1):
			self._check_tier(cell.tier, "cells", number, "tier")
			place = (cell.value, cell.potential)
			if place not in places:
				raise DefinitionError("no such cell", "cells", number)
			if place in seen:
				raise DefinitionError("same cell twice", "cells", number)
			seen.add(place)
		for value, potential in sorted(places - seen):
			raise DefinitionError("cell missing", "cells", value=value, potential=potential)

	def _check_limits(self) -> None:
		for number, limit in enumerate(self.limits, start=1):
			self._check_tier(limit.tier, "limits", number, "tier")
			if not limit.conditions and not limit.customer_groups:
				raise DefinitionError("limit of everyone", "limits", number)
			for condition in limit.conditions:
				self._check_metric(condition.metric, "limits", number, "metric")
				if condition.margin < 0:
					raise DefinitionError("negative number", "limits", number, "margin")

	def _check_hysteresis(self) -> None:
		margin = self.hysteresis.margin
		if self.hysteresis.confirmations < 1:
			raise DefinitionError("confirmations", "hysteresis", 0, "confirmations")
		if margin < 0:
			raise DefinitionError("negative number", "hysteresis", 0, "margin")
		if margin and self.method == Method.RFM:
			raise DefinitionError("margin without a score", "hysteresis", 0, "margin")
		for border in self._borders() if margin else ():
			# Beyond it lies nothing that a score could reach, so nobody could move across the border.
			if border + margin > HUNDRED or border - margin <= 0:
				raise DefinitionError("margin out of reach", "hysteresis", 0, "margin", border=border)

	def _borders(self) -> list[Decimal]:
		if self.method == Method.WEIGHTED:
			return [row.lower for row in self.bands if row.lower > 0]
		if self.method == Method.ABC and self.abc:
			return [row.below for row in self.abc.classes[:-1]]
		return list(self.matrix.value_cuts) if self.matrix else []

	def _check_tier(self, tier: str, table: str, row: int, field: str) -> None:
		if tier not in self.tiers:
			raise DefinitionError("unknown tier", table, row, field, tier=tier)

	def _check_metric(self, metric: str, table: str, row: int, field: str) -> None:
		if not any(metric == known.metric for known in self.metrics):
			raise DefinitionError("unknown metric", table, row, field, metric=metric)

	def _check_order(self, best_first: Sequence[str], table: str) -> None:
		"""A better result must not mean a worse tier."""
		for better, worse in pairwise(best_first):
			if self.tiers.index(better) > self.tiers.index(worse):
				raise DefinitionError("tiers out of order", table, better=better, worse=worse)


_RANGES = ("recency", "frequency", "monetary", "frequency_monetary")


def _rule(rule: Any, name: str) -> Any:
	if rule is None:
		raise DefinitionError("no rule", name)
	return rule


def _check_names(names: Iterable[str], table: str) -> None:
	seen = set()
	for row, name in enumerate(names, start=1):
		if not name:
			raise DefinitionError("no name", table, row)
		if name in seen:
			raise DefinitionError("same name twice", table, row, name=name)
		seen.add(name)


def _check_ascending(numbers: Sequence[Decimal], table: str, field: str) -> None:
	for row, (lower, upper) in enumerate(pairwise(numbers), start=2):
		if lower >= upper:
			raise DefinitionError("not ascending", table, row, field, number=upper)


# Reading plain data. Each reader knows its table and row, so that an error can name them.

Row = Mapping[str, Any]


def _rows(data: Row, table: str, read: Callable[[Row, str, int], Any]) -> tuple:
	return tuple(read(row, table, number) for number, row in enumerate(data.get(table) or (), start=1))


def _part(data: Row, name: str, read: Callable[[Row], Any]) -> Any:
	return read(data[name]) if data.get(name) else None


def _to_number(value: Any, table: str, row: int, field: str) -> Decimal:
	number = finite(value)
	if number is None:
		raise DefinitionError("not a number", table, row, field)
	return number


def _number(data: Row, field: str, table: str = "", row: int = 0, default: Decimal = ZERO) -> Decimal:
	value = data.get(field)
	return default if value is None or value == "" else _to_number(value, table, row, field)


def _whole(data: Row, field: str, default: int, table: str = "", row: int = 0) -> int:
	number = _number(data, field, table, row, Decimal(default))
	if number != number.to_integral_value():
		raise DefinitionError("not a number", table, row, field)
	return int(number)


def _numbers(data: Row, field: str, table: str) -> tuple[Decimal, ...]:
	return tuple(
		_to_number(value, table, row, field) for row, value in enumerate(data.get(field) or (), start=1)
	)


def _choice(kind: type[Choice], value: Any, table: str, row: int, field: str) -> Choice:
	try:
		return kind(value)
	except ValueError:
		raise DefinitionError("unknown choice", table, row, field, choice=value) from None


def _metric(data: Row, table: str, row: int) -> MetricDefinition:
	return MetricDefinition(
		metric=data.get("metric") or "",
		scale=_whole(data, "scale", 1, table, row),
		weight=_number(data, "weight", table, row),
		curve=tuple(
			(_to_number(value, table, row, "curve"), _to_number(rating, table, row, "curve"))
			for value, rating in data.get("curve") or ()
		),
	)


def _band(data: Row, table: str, row: int) -> TierBand:
	return TierBand(
		data.get("tier") or "", _number(data, "lower", table, row), _number(data, "upper", table, row)
	)


def _range(data: Row, field: str, table: str, row: int) -> Range:
	if data.get(field) is None:
		return ANY
	low, high = data[field]
	return _to_number(low, table, row, field), _to_number(high, table, row, field)


def _segment(data: Row, table: str, row: int) -> Segment:
	ranges = {field: _range(data, field, table, row) for field in _RANGES}
	return Segment(data.get("name") or "", data.get("tier") or "", **ranges)


def _rfm(data: Row) -> RfmRule:
	return RfmRule(
		segments=_rows(data, "segments", _segment),
		recency=data.get("recency") or RfmRule.recency,
		frequency=data.get("frequency") or RfmRule.frequency,
		monetary=data.get("monetary") or RfmRule.monetary,
		scoring=_choice(Scoring, data.get("scoring") or Scoring.QUANTILES, "rfm", 0, "scoring"),
		recency_breaks=_numbers(data, "recency_breaks", "rfm"),
		frequency_breaks=_numbers(data, "frequency_breaks", "rfm"),
		monetary_breaks=_numbers(data, "monetary_breaks", "rfm"),
		others_tier=data.get("others_tier") or None,
	)


def _class(data: Row, table: str, row: int) -> AbcClass:
	return AbcClass(
		data.get("name") or "", data.get("tier") or "", _number(data, "below", table, row, HUNDRED)
	)


def _abc(data: Row) -> AbcRule:
	return AbcRule(_rows(data, "classes", _class), data.get("metric") or AbcRule.metric)


def _cell(data: Row, table: str, row: int) -> Cell:
	return Cell(
		_whole(data, "value", 0, table, row),
		_whole(data, "potential", 0, table, row),
		data.get("name") or "",
		data.get("tier") or "",
	)


def _matrix(data: Row) -> MatrixRule:
	return MatrixRule(
		cells=_rows(data, "cells", _cell),
		value_cuts=_numbers(data, "value_cuts", "matrix"),
		potential_cuts=_numbers(data, "potential_cuts", "matrix"),
		potential_scale=_choice(
			PotentialScale,
			data.get("potential_scale") or PotentialScale.PERCENT,
			"matrix",
			0,
			"potential_scale",
		),
	)


def _limit(data: Row, table: str, row: int) -> Limit:
	return Limit(
		bound=_choice(Bound, data.get("bound"), table, row, "bound"),
		tier=data.get("tier") or "",
		conditions=tuple(
			Condition(
				condition.get("metric") or "",
				_choice(Comparison, condition.get("comparison"), table, row, "comparison"),
				_number(condition, "number", table, row),
				_number(condition, "margin", table, row),
			)
			for condition in data.get("conditions") or ()
		),
		customer_groups=tuple(data.get("customer_groups") or ()),
	)


def _hysteresis(data: Row) -> Hysteresis:
	return Hysteresis(_number(data, "margin", "hysteresis"), _whole(data, "confirmations", 1, "hysteresis"))
