"""A template as the core needs it: frozen, complete, and the same for the ERP, its what-if and the preview.

`Definition.from_documents` reads a Supplier Evaluation Template with its Supplier KPIs and Supplier Grade
Scale (documents as dictionaries: from the ERP, or the JSON files in `fixtures/defaults/`). `to_dict` and
`from_dict` keep it beside the evaluations that were made by it, so that later edits don't rewrite history.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from partner_relations.supplier_quality.kpis import Dialect, KpiSettings, Measure, Scope, totals
from partner_relations.supplier_quality.rating.curve import RatingCurve
from partner_relations.supplier_quality.rating.grades import GradeScale
from partner_relations.supplier_quality.rating.numbers import as_text, decimal, stored
from partner_relations.supplier_quality.rating.score import (
	Criterion,
	Fact,
	MissingData,
	Policy,
	Score,
	evaluate,
)

RATED_BY_EVALUATORS = "Rated by evaluators"
EVALUATOR_MARK = "evaluator_mark"
FIRST_DUE_DATE = "First promised date"

Execute = Callable[[str, Mapping[str, Any]], Iterable[tuple]]
"""Runs SQL with named values; returns rows (supplier, numerator, denominator, sample size)."""


@dataclass(frozen=True)
class GradeDefinition:
	"""A band of the grade scale and what it does to the supplier's RFQs and POs (Allow, Warn, Prevent)."""

	grade: str
	lower: str
	upper: str
	color: str = "gray"
	rfq_action: str = "Allow"
	po_action: str = "Allow"


@dataclass(frozen=True)
class CriterionDefinition:
	"""A KPI with its weight in the template. Numbers are kept as text, which loses nothing in JSON."""

	kpi: str
	measure: str
	weight: str
	curve: tuple[tuple[str, str], ...]
	settings: KpiSettings = field(default_factory=KpiSettings)
	knock_out: str | None = None
	knock_out_grade: str | None = None


@dataclass(frozen=True)
class Definition:
	"""Everything that decides a score, except the facts."""

	template: str
	criteria: tuple[CriterionDefinition, ...]
	grades: tuple[GradeDefinition, ...]
	missing_data: str = MissingData.LEAVE_OUT.value
	minimum_coverage: str = "0"
	minimum_sample: int = 0
	item_groups: tuple[str, ...] = ()

	@classmethod
	def from_documents(
		cls,
		template: Mapping[str, Any],
		kpis: Mapping[str, Mapping[str, Any]],
		grade_scale: Mapping[str, Any],
		item_groups: Sequence[str] = (),
	) -> "Definition":
		"""From a Supplier Evaluation Template, its KPIs by name, its Grade Scale.

		`item_groups` are the template's, with all descendants. Raises KeyError for a KPI that isn't given.
		"""
		name = template.get("name") or template["template_name"]
		return cls(
			template=name,
			criteria=tuple(
				_criterion(row, kpis[row["kpi"]], template=name) for row in template.get("criteria") or ()
			),
			grades=tuple(
				GradeDefinition(
					grade=row["grade"],
					lower=as_text(row.get("lower")),
					upper=as_text(row.get("upper")),
					color=row.get("color") or "gray",
					rfq_action=row.get("rfq_action") or "Allow",
					po_action=row.get("po_action") or "Allow",
				)
				for row in grade_scale.get("grades") or ()
			),
			missing_data=template.get("missing_data") or MissingData.LEAVE_OUT.value,
			minimum_coverage=as_text(template.get("minimum_coverage")),
			minimum_sample=int(template.get("minimum_sample") or 0),
			item_groups=tuple(item_groups),
		)

	@classmethod
	def from_dict(cls, data: Mapping[str, Any]) -> "Definition":
		"""The inverse of `to_dict`."""
		return cls(
			template=data["template"],
			criteria=tuple(
				CriterionDefinition(
					**{
						**row,
						"curve": tuple((value, rating) for value, rating in row["curve"]),
						"settings": settings_from_dict(row["settings"]),
					}
				)
				for row in data["criteria"]
			),
			grades=tuple(GradeDefinition(**row) for row in data["grades"]),
			missing_data=data["missing_data"],
			minimum_coverage=data["minimum_coverage"],
			minimum_sample=data["minimum_sample"],
			item_groups=tuple(data["item_groups"]),
		)

	def to_dict(self) -> dict[str, Any]:
		"""Plain dictionaries, lists, texts and numbers, ready for JSON."""
		data = asdict(self)
		for row, criterion in zip(data["criteria"], self.criteria, strict=True):
			row["settings"] = settings_to_dict(criterion.settings)
		return data

	@cached_property
	def scale(self) -> GradeScale:
		return GradeScale.of([(row.grade, row.lower, row.upper) for row in self.grades])

	@cached_property
	def policy(self) -> Policy:
		return Policy(MissingData(self.missing_data), decimal(self.minimum_coverage), self.minimum_sample)

	def grade_definition(self, grade: str | None) -> GradeDefinition | None:
		"""The band of a grade; None for "Not Rated"."""
		return next((row for row in self.grades if row.grade == grade), None)

	def scorer(self, measures: Mapping[str, Measure]) -> "Scorer":
		return Scorer(self, measures)


class Scorer:
	"""Scores many suppliers by one definition: curves and criteria are made once."""

	def __init__(self, definition: Definition, measures: Mapping[str, Measure]):
		"""Raises KeyError for a measure that isn't given (its app was uninstalled)."""
		self.definition = definition
		self.measures = {row.kpi: measures[row.measure] for row in definition.criteria}
		self.criteria = [
			Criterion(
				name=row.kpi,
				weight=decimal(row.weight),
				curve=RatingCurve.of(row.curve),
				scale=self.measures[row.kpi].scale,
				knock_out=None if row.knock_out is None else decimal(row.knock_out),
				knock_out_grade=row.knock_out_grade or None,
			)
			for row in definition.criteria
		]

	def read(self, scope: Scope, dialect: Dialect, execute: Execute) -> dict[str, dict[str, Fact]]:
		"""Facts by supplier and KPI: one grouped query per criterion, whatever the number of suppliers."""
		facts: dict[str, dict[str, Fact]] = {}
		for row in self.definition.criteria:
			query = totals(self.measures[row.kpi], scope, row.settings, dialect)
			for supplier, numerator, denominator, sample_size in execute(query.sql, query.values):
				facts.setdefault(supplier, {})[row.kpi] = Fact(
					stored(decimal(numerator)), stored(decimal(denominator)), int(sample_size)
				)
		return facts

	def score(self, facts: Mapping[str, Fact], last_ratings: Mapping[str, Decimal] | None = None) -> Score:
		"""The score of one supplier from its facts by KPI."""
		definition = self.definition
		return evaluate(self.criteria, facts, definition.policy, definition.scale, last_ratings)


def _criterion(row: Mapping[str, Any], kpi: Mapping[str, Any], template: str) -> CriterionDefinition:
	rated = kpi.get("kind") == RATED_BY_EVALUATORS
	return CriterionDefinition(
		kpi=row["kpi"],
		measure=EVALUATOR_MARK if rated else kpi["measure"],
		weight=as_text(row.get("weight")),
		curve=tuple(
			(as_text(point.get("value")), as_text(point.get("rating"))) for point in kpi.get("curve") or ()
		),
		settings=settings_of(kpi, template),
		knock_out=as_text(row.get("knock_out_rating")) if row.get("has_knock_out") else None,
		knock_out_grade=row.get("knock_out_grade") or None,
	)


def settings_of(kpi: Mapping[str, Any], template: str = "") -> KpiSettings:
	"""The tolerances of a Supplier KPI; numbers whose Check is off are not set."""
	return KpiSettings(
		early_days=int(kpi.get("early_tolerance_days") or 0) if kpi.get("has_early_tolerance") else None,
		late_days=int(kpi.get("late_tolerance_days") or 0),
		quantity_tolerance=decimal(kpi.get("quantity_tolerance") or 0),
		price_tolerance=decimal(kpi.get("price_tolerance") or 0),
		maximum_days=int(kpi.get("maximum_days") or 0) if kpi.get("has_maximum_days") else None,
		use_first_due_date=(kpi.get("due_date_basis") or FIRST_DUE_DATE) == FIRST_DUE_DATE,
		blame_closed_orders=bool(kpi.get("blame_closed_orders")),
		kpi=kpi.get("name") or kpi.get("kpi_name") or "",
		template=template,
	)


def settings_to_dict(settings: KpiSettings) -> dict[str, Any]:
	"""Ready for JSON; tolerances as text, which loses nothing."""
	data = asdict(settings)
	for name in _TOLERANCES:
		data[name] = as_text(data[name])
	return data


def settings_from_dict(data: Mapping[str, Any]) -> KpiSettings:
	"""The inverse of `settings_to_dict`."""
	return KpiSettings(**{**data, **{name: Decimal(data[name]) for name in _TOLERANCES}})


_TOLERANCES = ("quantity_tolerance", "price_tolerance")
