"""From facts to draft evaluations: reads facts for many suppliers at once, scores them, inserts drafts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha1
from typing import Any

import frappe
from frappe import _
from frappe.utils import now

from partner_relations.common.bulk import insert_rows, reserve_names
from partner_relations.supplier_quality.kpis import MARIADB, Scope
from partner_relations.supplier_quality.measures import all_measures, execute
from partner_relations.supplier_quality.rating import CriterionScore, Fact, Score
from partner_relations.supplier_quality.rating.definition import Definition, Execute, Scorer
from partner_relations.supplier_quality.templates import period_label

EVALUATION = "Supplier Evaluation"
CRITERION = "Supplier Evaluation Criterion"
SERIES = "SEV-.YYYY.-.######"

STEADY_WITHIN = Decimal(1)
"""A change of less than one point of 100 is no trend."""

LARGEST_STORED = Decimal(10) ** 12
"""Columns of scores and values hold twelve digits before the point; sums have a wider column."""

BASIS = {
	"measured": "Measured",
	"carried forward": "Carried forward",
	"scored zero": "Scored zero",
	"no data": "No data",
}


@dataclass(frozen=True)
class Previous:
	"""A supplier's last published evaluation before a period."""

	score: Decimal | None
	grade: str | None
	ratings: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
	"""One supplier's score with what it is compared to."""

	supplier: str
	score: Score
	previous: Previous | None

	@property
	def change(self) -> Decimal | None:
		"""Points gained or lost since the last evaluation; None where either isn't rated."""
		if self.score.total is None or self.previous is None or self.previous.score is None:
			return None
		return self.score.total - self.previous.score

	@property
	def trend(self) -> str:
		if self.change is None:
			return "New"
		if abs(self.change) < STEADY_WITHIN:
			return "Steady"
		return "Up" if self.change > 0 else "Down"


def scope_of(
	definition: Definition,
	company: str,
	from_date: date,
	to_date: date,
	as_of: date,
	suppliers: Iterable[str] = (),
) -> Scope:
	"""The core's scope for a definition."""
	return Scope(company, from_date, to_date, as_of, tuple(suppliers), definition.item_groups)


def read_facts(
	definition: Definition, scope: Scope, run_query: Execute = execute
) -> tuple[Scorer, dict[str, dict[str, Fact]]]:
	"""Facts by supplier and KPI, one query per criterion. Says which measure is missing, if one is."""
	measures = all_measures()
	for row in definition.criteria:
		if row.measure not in measures:
			frappe.throw(
				_(
					"The KPI {0} uses the measure {1}, which no installed app provides. "
					"Install that app again, or take the KPI out of the template."
				).format(frappe.bold(row.kpi), frappe.bold(row.measure))
			)
	scorer = definition.scorer(measures)
	return scorer, scorer.read(scope, MARIADB, run_query)


def score_suppliers(
	scorer: Scorer,
	facts: Mapping[str, Mapping[str, Fact]],
	suppliers: Iterable[str],
	previous: Mapping[str, Previous],
) -> tuple[list[Outcome], dict[str, str]]:
	"""Outcomes for the suppliers, and the reason by supplier of each that could not be scored."""
	outcomes, failures = [], {}
	for supplier in suppliers:
		before = previous.get(supplier)
		try:
			score = scorer.score(facts[supplier], before.ratings if before else None)
			_check_storable(score)
		except (ArithmeticError, ValueError) as error:
			failures[supplier] = str(error)
			continue
		outcomes.append(Outcome(supplier, score, before))
	return outcomes, failures


def _check_storable(score: Score) -> None:
	for row in score.criteria:
		if row.value is not None and abs(row.value) >= LARGEST_STORED:
			raise ValueError(
				_("The value of {0} is {1}, more than the database can hold.").format(
					row.criterion, row.value
				)
			)


def previous_evaluations(
	company: str, before: date, suppliers: Iterable[str] | None = None
) -> dict[str, Previous]:
	"""Each supplier's last published evaluation of a period that ended before a day: two queries."""
	evaluation = frappe.qb.DocType(EVALUATION)
	newest = (
		frappe.qb.from_(evaluation)
		.where(
			(evaluation.company == company)
			& (evaluation.docstatus == 1)
			& (evaluation.status == "Published")
			& (evaluation.to_date < before)
		)
		.groupby(evaluation.supplier)
		.select(evaluation.supplier, frappe.query_builder.functions.Max(evaluation.to_date).as_("to_date"))
	)
	if suppliers is not None:
		newest = newest.where(evaluation.supplier.isin(list(suppliers)))
	criterion = frappe.qb.DocType(CRITERION)
	latest = frappe.qb.DocType(EVALUATION).as_("latest")
	rows = (
		frappe.qb.from_(latest)
		.join(newest)
		.on((newest.supplier == latest.supplier) & (newest.to_date == latest.to_date))
		.join(criterion)
		.on(criterion.parent == latest.name)
		.where((latest.company == company) & (latest.docstatus == 1) & (latest.status == "Published"))
		.orderby(latest.published_on)
		.orderby(latest.name)
		.select(
			latest.supplier,
			latest.name,
			latest.has_score,
			latest.score,
			latest.grade,
			criterion.kpi,
			criterion.has_rating,
			criterion.rating,
		)
	).run()
	found: dict[str, tuple[str, Previous]] = {}
	for supplier, name, has_score, score, grade, kpi, has_rating, rating in rows:
		if supplier not in found or found[supplier][0] != name:
			previous = Previous(_decimal(score) if has_score else None, grade if has_score else None, {})
			found[supplier] = (name, previous)
		if has_rating:
			found[supplier][1].ratings[kpi] = _decimal(rating)
	return {supplier: previous for supplier, (_name, previous) in found.items()}


def insert_drafts(
	outcomes: list[Outcome],
	*,
	definition: Definition,
	run: Mapping[str, Any],
	supplier_names: Mapping[str, str],
	versions: Mapping[str, int],
) -> list[str]:
	"""Insert draft evaluations, rows that the core has validated; returns their names.

	`run` gives company, template, from_date, to_date, as_of, name and requested_by. `versions` holds the
	highest version that a supplier has in this scope already.
	"""
	names = reserve_names(SERIES, len(outcomes))
	stamp, user = now(), run["requested_by"]
	label = period_label(run["from_date"], run["to_date"])
	parents, children = [], []
	version_of = {outcome.supplier: versions.get(outcome.supplier, 0) + 1 for outcome in outcomes}
	keys = _unique_keys(run, version_of)
	for name, outcome in zip(names, outcomes, strict=True):
		parent = _evaluation_row(outcome, definition)
		parent.update(
			name=name,
			owner=user,
			modified_by=user,
			creation=stamp,
			modified=stamp,
			docstatus=0,
			supplier=outcome.supplier,
			supplier_name=supplier_names.get(outcome.supplier),
			company=run["company"],
			template=run["template"],
			run=run["name"],
			from_date=run["from_date"],
			to_date=run["to_date"],
			as_of=run["as_of"],
			period_label=label,
			status="Draft",
			requested_by=user,
			version=version_of[outcome.supplier],
			unique_key=keys[outcome.supplier],
		)
		parents.append(parent)
		for idx, row in enumerate(outcome.score.criteria, start=1):
			child = criterion_row(row, definition.criteria[idx - 1].measure, outcome.previous)
			child.update(
				name=frappe.generate_hash(length=12),
				owner=user,
				modified_by=user,
				creation=stamp,
				modified=stamp,
				docstatus=0,
				parent=name,
				parenttype=EVALUATION,
				parentfield="criteria",
				idx=idx,
			)
			children.append(child)
	_insert(EVALUATION, parents)
	_add_units(children)
	_insert(CRITERION, children)
	return names


def unique_key(run: Mapping[str, Any], supplier: str, version: int, attempt: int = 0) -> str:
	"""One evaluation per template, company, period, supplier and version.

	A hash fixed at creation: merging two suppliers changes the link, not the key.
	"""
	parts = (run["template"], run["company"], run["from_date"], run["to_date"], supplier, version)
	parts += (attempt,) if attempt else ()
	return sha1("\x1f".join(str(part) for part in parts).encode()).hexdigest()


def _unique_keys(run: Mapping[str, Any], versions: Mapping[str, int]) -> dict[str, str]:
	"""The keys of new evaluations by supplier.

	Where a supplier, template or company was renamed and its old name is used again, the evaluation of the
	renamed one holds the key: then the next key that is free.
	"""
	keys: dict[str, str] = {}
	todo, attempt = dict(versions), 0
	while todo:
		keys.update({name: unique_key(run, name, version, attempt) for name, version in todo.items()})
		rows = frappe.get_all(
			EVALUATION,
			filters={"unique_key": ("in", [keys[name] for name in todo])},
			fields=["unique_key", "supplier", "template", "company"],
		)
		holder = {row.unique_key: (row.supplier, row.template, row.company) for row in rows}
		# The key of an evaluation of this very scope stays: inserting it twice must fail.
		scope = (run["template"], run["company"])
		todo = {
			name: version
			for name, version in todo.items()
			if holder.get(keys[name], (name, *scope)) != (name, *scope)
		}
		attempt += 1
	return keys


def why_not_rated(score: Score, definition: Definition) -> str | None:
	"""The reason as a sentence for people."""
	if score.reason is None:
		return None
	if score.reason == "coverage":
		return _("Only {0} % of the weight could be measured; the template asks for {1} %.").format(
			round(score.coverage, 1), definition.minimum_coverage
		)
	if score.reason == "sample":
		return _("Fewer than {0} facts in the period; the template asks for at least as many.").format(
			definition.minimum_sample
		)
	return _("No criterion could be measured in the period.")


def _evaluation_row(outcome: Outcome, definition: Definition) -> dict[str, Any]:
	score, previous = outcome.score, outcome.previous
	grade = definition.grade_definition(score.grade)
	return {
		"has_score": int(score.total is not None),
		"score": score.total or 0,
		"grade": score.grade,
		"grade_color": grade.color if grade else None,
		"rfq_action": grade.rfq_action if grade else None,
		"po_action": grade.po_action if grade else None,
		"not_rated_reason": why_not_rated(score, definition),
		"coverage": score.coverage,
		"capped": int(score.capped),
		"has_previous": int(outcome.change is not None),
		"previous_score": previous.score if previous and previous.score is not None else 0,
		"previous_grade": previous.grade if previous else None,
		"change": outcome.change or 0,
		"trend": outcome.trend,
	}


def criterion_row(row: CriterionScore, measure: str, previous: Previous | None) -> dict[str, Any]:
	"""A Supplier Evaluation Criterion as stored: each optional number with a Check that says it is set."""
	fact = row.fact
	before = previous.ratings.get(row.criterion) if previous else None
	compared = before is not None and row.rating is not None
	return {
		"kpi": row.criterion,
		"measure": measure,
		"has_value": int(row.value is not None),
		"value": row.value or 0,
		"has_rating": int(row.rating is not None),
		"rating": row.rating or 0,
		"weight": row.weight,
		"points": row.points or 0,
		"numerator": fact.numerator if fact else 0,
		"denominator": fact.denominator if fact else 0,
		"sample_size": fact.sample_size if fact else 0,
		"basis": BASIS[row.basis],
		"knocked_out": int(row.knocked_out),
		"has_previous": int(compared),
		"previous_rating": before if compared else 0,
		"change": row.rating - before if compared else 0,
	}


def _add_units(children: list[dict[str, Any]]) -> None:
	measures = all_measures()
	for child in children:
		child["unit"] = measures[child["measure"]].unit


def _insert(doctype: str, rows: list[dict[str, Any]]) -> None:
	if rows:
		columns = list(rows[0])
		insert_rows(doctype, columns, ([row[column] for column in columns] for row in rows))


def _decimal(number: Any) -> Decimal:
	return Decimal(str(number))
