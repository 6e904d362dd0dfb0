"""Scores all suppliers of the loaded files: the same queries and the same rating core as in the ERP."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from partner_relations.preview.columns import ASSUMED, FILES_OF_MEASURE
from partner_relations.preview.load import Loaded
from partner_relations.preview.reading import COMPANY, InputError
from partner_relations.supplier_quality.kpis import MEASURES, SQLITE, KpiSettings, Measure, Scope, lines
from partner_relations.supplier_quality.rating import CriterionScore, Fact, Score
from partner_relations.supplier_quality.rating.definition import EVALUATOR_MARK, Definition


@dataclass(frozen=True)
class SupplierResult:
	"""One supplier's outcome. `rank` counts from 1, equal scores share it; None for "Not Rated"."""

	rank: int | None
	supplier: str
	score: Score


@dataclass(frozen=True)
class Trend:
	"""On-time delivery: (kept, all) by supplier and month (YYYY-MM); months without deliveries have none."""

	months: tuple[str, ...]
	by_supplier: Mapping[str, Mapping[str, tuple[float, float]]]


@dataclass(frozen=True)
class Report:
	"""Everything that the table, the JSON file and the page show."""

	definition: Definition
	company: str
	from_date: date
	to_date: date
	as_of: date
	period_is_whole_range: bool
	files: Mapping[str, int]
	notes: tuple[str, ...]
	results: tuple[SupplierResult, ...]

	def measure(self, kpi: str) -> Measure:
		return MEASURES[next(row.measure for row in self.definition.criteria if row.kpi == kpi)]

	@property
	def rated(self) -> list[SupplierResult]:
		return [result for result in self.results if result.rank is not None]


def make_report(
	loaded: Loaded,
	definition: Definition,
	from_date: date | None = None,
	to_date: date | None = None,
	as_of: date | None = None,
) -> Report:
	"""Score every supplier that the files name.

	A missing end of the period is that of the data, but not after `as_of`, which is today unless given.
	Raises InputError for a period that ends before it starts.
	"""
	as_of = as_of or date.today()
	first = from_date or _first_day(loaded, as_of, to_date)
	last = to_date or _last_day(loaded, as_of, first)
	if last < first:
		raise InputError(f"the period ends ({last}) before it starts ({first})")
	scope = Scope(
		company=COMPANY, from_date=first, to_date=last, as_of=as_of, item_groups=definition.item_groups
	)
	scorer = definition.scorer(MEASURES)
	missing = _without_data(definition, loaded.files)
	try:
		facts = scorer.read(scope, SQLITE, loaded.connection.execute)
		for by_kpi in facts.values():
			for kpi in missing:
				by_kpi.pop(kpi, None)
		scores = {supplier: scorer.score(facts.get(supplier, {})) for supplier in loaded.suppliers}
	except InvalidOperation as error:
		raise InputError(
			"the files hold numbers so large that their totals can't be computed exactly"
		) from error
	return Report(
		definition=definition,
		company=loaded.company,
		from_date=first,
		to_date=last,
		as_of=as_of,
		period_is_whole_range=from_date is None and to_date is None,
		files=loaded.files,
		notes=(*_notes(definition, loaded, missing, facts), *loaded.notes),
		results=tuple(_ranked(scores)),
	)


def _first_day(loaded: Loaded, as_of: date, to_date: date | None) -> date:
	latest = to_date or as_of
	return min(date.fromisoformat(loaded.first_date), latest) if loaded.first_date else latest


def _last_day(loaded: Loaded, as_of: date, first: date) -> date:
	last = min(date.fromisoformat(loaded.last_date), as_of) if loaded.last_date else as_of
	return max(first, last)


def _without_data(definition: Definition, files: Mapping[str, int]) -> dict[str, list[str]]:
	"""Criteria that need a file which isn't there, with the names of those files."""
	missing = {
		row.kpi: [file.name for file in FILES_OF_MEASURE[row.measure] if file.name not in files]
		for row in definition.criteria
	}
	return {kpi: names for kpi, names in missing.items() if names}


def _notes(
	definition: Definition,
	loaded: Loaded,
	missing: Mapping[str, list[str]],
	facts: Mapping[str, Mapping[str, Fact]],
) -> Iterator[str]:
	for name in sorted({name for names in missing.values() for name in names}):
		kpis = [kpi for kpi, names in missing.items() if name in names]
		yield f"{name} is missing: {listed(kpis)} {'has' if len(kpis) == 1 else 'have'} no data."
	for file, column, measures, assumption in ASSUMED:
		kpis = [row.kpi for row in definition.criteria if row.measure in measures]
		if kpis and column not in loaded.columns.get(file.name, {column}):
			yield f"{file.name} has no column {column}: for {listed(kpis)}, {assumption}."
	rated = [row.kpi for row in definition.criteria if row.measure == EVALUATOR_MARK]
	if rated:
		yield f"{listed(rated)} {'is' if len(rated) == 1 else 'are'} rated by people, in the ERP: no data."
	for row in definition.criteria:
		measured = any(row.kpi in by_kpi and by_kpi[row.kpi].denominator > 0 for by_kpi in facts.values())
		if measured or row.kpi in missing or row.measure == EVALUATOR_MARK:
			continue
		why = ""
		if row.measure == "price_index":
			why = " It compares with the equally long period before: name a period with data before it."
		yield f"{row.kpi} has no data for any supplier in the period.{why}"


def listed(names: list[str]) -> str:
	return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _ranked(scores: Mapping[str, Score]) -> Iterator[SupplierResult]:
	"""The best first, "Not Rated" last; by name where equal."""
	rated = sorted(
		((supplier, score) for supplier, score in scores.items() if score.total is not None),
		key=lambda entry: (-entry[1].total, entry[0]),
	)
	rank, before = 0, None
	for position, (supplier, score) in enumerate(rated, start=1):
		if score.total != before:
			rank, before = position, score.total
		yield SupplierResult(rank, supplier, score)
	for supplier, score in sorted(scores.items()):
		if score.total is None:
			yield SupplierResult(None, supplier, score)


def reason_text(score: Score, definition: Definition) -> str:
	"""Why a supplier is Not Rated, in words; empty for a rated one."""
	if score.reason == "coverage":
		return (
			f"only {shown(score.coverage, 0)} % of the weight could be measured, "
			f"{definition.minimum_coverage} % are needed"
		)
	if score.reason == "sample":
		return f"fewer than {definition.minimum_sample} facts in every criterion"
	return "no data in the period" if score.reason == "no data" else ""


def on_time_trend(loaded: Loaded, report: Report, suppliers: Sequence[str]) -> Trend | None:
	"""On-time delivery of some suppliers by month, from the KPI's own facts; None without its files."""
	if not suppliers or any(file.name not in loaded.files for file in FILES_OF_MEASURE["on_time_delivery"]):
		return None
	settings = next(
		(row.settings for row in report.definition.criteria if row.measure == "on_time_delivery"),
		KpiSettings(),
	)
	scope = Scope(
		COMPANY,
		report.from_date,
		report.to_date,
		report.as_of,
		parties=tuple(suppliers),
		item_groups=report.definition.item_groups,
	)
	query = lines(MEASURES["on_time_delivery"], scope, settings, SQLITE)
	monthly = (
		'SELECT party, SUBSTR("date", 1, 7), SUM(numerator), SUM(denominator)'
		f" FROM ({query.sql}) GROUP BY 1, 2"
	)
	by_supplier: dict[str, dict[str, tuple[float, float]]] = {}
	for supplier, month, kept, every in loaded.connection.execute(monthly, query.values):
		by_supplier.setdefault(supplier, {})[month] = (kept, every)
	seen = {month for months in by_supplier.values() for month in months}
	return Trend(tuple(_months(min(seen), max(seen))) if seen else (), by_supplier)


def _months(first: str, last: str) -> Iterator[str]:
	year, month = int(first[:4]), int(first[5:])
	while (name := f"{year:04}-{month:02}") <= last:
		yield name
		year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def shown(number: Decimal | None, places: int) -> str:
	"""A number for people, rounded; a dash for none."""
	return "–" if number is None else f"{number:,.{places}f}"


def shown_value(row: CriterionScore, measure: Measure) -> str:
	"""A measured value with its unit, short enough for a table cell."""
	if row.value is None:
		return {"scored zero": "no data: 0", "carried forward": "carried"}.get(row.basis, "–")
	if measure.unit == "%":
		return f"{shown(row.value, 1)}%"
	return shown(row.value, 0 if measure.unit == "ppm" else 1)


def to_dict(report: Report) -> dict[str, Any]:
	"""The report for the JSON file; numbers are Decimals of full stored precision."""
	return {
		"template": report.definition.template,
		"company": report.company,
		"from_date": report.from_date.isoformat(),
		"to_date": report.to_date.isoformat(),
		"as_of": report.as_of.isoformat(),
		"files": dict(report.files),
		"notes": list(report.notes),
		"suppliers": [_supplier_dict(report, result) for result in report.results],
	}


def _supplier_dict(report: Report, result: SupplierResult) -> dict[str, Any]:
	score = result.score
	return {
		"rank": result.rank,
		"supplier": result.supplier,
		"rated": score.total is not None,
		"score": score.total,
		"grade": score.grade,
		"coverage": score.coverage,
		"capped": score.capped,
		"reason": score.reason,
		"criteria": [
			{
				"kpi": definition.kpi,
				"measure": definition.measure,
				"numerator": row.fact.numerator if row.fact else None,
				"denominator": row.fact.denominator if row.fact else None,
				"value": row.value,
				"sample_size": row.fact.sample_size if row.fact else 0,
				"rating": row.rating,
				"weight": row.weight,
				"points": row.points,
				"basis": row.basis,
				"knocked_out": row.knocked_out,
			}
			for definition, row in zip(report.definition.criteria, score.criteria, strict=True)
		],
	}
