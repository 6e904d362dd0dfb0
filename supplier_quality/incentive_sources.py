"""What incentive rules look at: evaluations and breaches in series, read for many suppliers at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.query_builder.functions import Coalesce
from frappe.utils import getdate, today
from pypika.terms import Criterion

from partner_relations.supplier_quality.contract_obligations import PARTNER
from partner_relations.supplier_quality.evaluation import CRITERION, EVALUATION
from partner_relations.supplier_quality.rating.definition import Definition
from partner_relations.supplier_quality.remedies.rules import Comparison, Outcome, Rule, What
from partner_relations.supplier_quality.runs import RUN
from partner_relations.supplier_quality.templates import TEMPLATE

BREACH = "Contract Breach"

FORGIVEN = ("Waived", "Withdrawn")
"""Breaches that no rule counts."""


@dataclass(frozen=True)
class Source:
	"""An evaluation or a breach as rules see it; `day` is when it was published or detected.

	`series` are those it is compared with: of the same supplier, company and template (a breach: and no
	template), in order of their periods. `outcome` is the evaluation's; `has_remedy` says that the contract
	names a remedy for the breach, `is_growing` that what is owed hasn't come yet and gets later every day.
	"""

	name: str
	supplier: str
	supplier_name: str
	supplier_group: str | None
	language: str | None
	company: str
	from_date: date
	to_date: date
	day: date
	by: str | None
	template: str | None = None
	kpi: str | None = None
	outcome: Outcome | None = None
	has_remedy: bool = False
	is_growing: bool = False
	row: Mapping[str, Any] = field(default_factory=dict)

	@property
	def series(self) -> tuple[str, str, str | None]:
		return self.supplier, self.company, self.template


History = Mapping[tuple, Sequence[Source]]
"""Whole series of sources, each in order of its periods."""


def evaluations_of(names: Sequence[str], rules: Sequence[Rule]) -> History:
	"""The evaluations named, and where a rule looks back all others in force of the same suppliers.

	Read under a lock, which sees what other publishers have committed meanwhile.
	"""
	evaluation = frappe.qb.DocType(EVALUATION)
	concerned = evaluation.name.isin(list(names))
	if any(rule.looks_back for rule in rules):
		named = frappe.qb.DocType(EVALUATION).as_("named")
		suppliers = frappe.qb.from_(named).where(named.name.isin(list(names))).select(named.supplier)
		concerned = evaluation.supplier.isin(suppliers)
	return evaluations(concerned, rules, lock=True)


def breaches_of(names: Sequence[str], rules: Sequence[Rule]) -> History:
	"""All breaches of the suppliers whose breaches are named."""
	breach, named = frappe.qb.DocType(BREACH), frappe.qb.DocType(BREACH).as_("named")
	parties = frappe.qb.from_(named).where(named.name.isin(list(names))).select(named.party)
	return breaches(breach.party.isin(parties))


def evaluations(concerned: Criterion, rules: Sequence[Rule], lock: bool = False) -> History:
	"""Evaluations in force by series, in order of their periods: at most four queries."""
	evaluation, supplier = frappe.qb.DocType(EVALUATION), frappe.qb.DocType("Supplier")
	query = (
		frappe.qb.from_(evaluation)
		.join(supplier)
		.on(supplier.name == evaluation.supplier)
		.where(concerned & (evaluation.docstatus == 1) & (evaluation.status == "Published"))
		.select(
			evaluation.name,
			evaluation.supplier,
			supplier.supplier_name,
			supplier.supplier_group,
			supplier.language,
			evaluation.company,
			evaluation.template,
			evaluation.run,
			evaluation.from_date,
			evaluation.to_date,
			evaluation.has_score,
			evaluation.score,
			evaluation.grade,
			evaluation.published_on,
			evaluation.published_by,
		)
		.orderby(evaluation.to_date)
		.orderby(evaluation.published_on)
		.orderby(evaluation.name)
	)
	rows = (query.for_update() if lock else query).run(as_dict=True)
	scales = _scales(rows) if rows and any(_needs_scale(rule) for rule in rules) else {}
	kpis = sorted({kpi for rule in rules for kpi in rule.kpis})
	criteria = _criteria(concerned, kpis) if kpis else {}
	found: dict[tuple, list[Source]] = defaultdict(list)
	for row in rows:
		values, ratings = criteria.get(row.name, ({}, {}))
		outcome = Outcome(
			row.from_date,
			row.to_date,
			_decimal(row.score) if row.has_score else None,
			row.grade if row.has_score else None,
			scales.get(row.name, ()),
			values,
			ratings,
		)
		source = Source(
			row.name,
			row.supplier,
			row.supplier_name,
			row.supplier_group,
			row.language,
			row.company,
			row.from_date,
			row.to_date,
			getdate(row.published_on or today()),
			row.published_by,
			template=row.template,
			outcome=outcome,
			row=row,
		)
		found[source.series].append(source)
	return found


def _needs_scale(rule: Rule) -> bool:
	return any(
		row.what == What.GRADE_CHANGE or (row.what == What.GRADE and row.comparison != Comparison.IS)
		for row in rule.conditions
	)


def _scales(rows: Sequence[Any]) -> dict[str, tuple[str, ...]]:
	"""The grades of the scale that each evaluation was made with, the worst first, by its name.

	The run has frozen it; where the run is gone, it is the template's of today.
	"""
	frozen: dict[str, tuple[str, ...]] = {}
	known: dict[str, tuple[str, ...]] = {}
	for run, definition in frappe.get_all(
		RUN,
		filters={"name": ("in", sorted({row.run for row in rows if row.run}))},
		fields=["name", "definition"],
		as_list=True,
	):
		if definition and definition not in known:
			scale = Definition.from_dict(frappe.parse_json(definition)).scale
			known[definition] = tuple(band.grade for band in scale.bands)
		frozen[run] = known.get(definition, ())
	missing = {row.template for row in rows if not frozen.get(row.run)}
	today_scales = {
		template: _scale_of_template(template)
		for template in missing
		if frappe.get_cached_value(TEMPLATE, template, "name")
	}
	return {row.name: frozen.get(row.run) or today_scales.get(row.template, ()) for row in rows}


def _scale_of_template(template: str) -> tuple[str, ...]:
	name = frappe.get_cached_value(TEMPLATE, template, "grade_scale")
	scale = frappe.get_cached_doc("Supplier Grade Scale", name)
	return tuple(row.grade for row in sorted(scale.grades, key=lambda row: row.lower))


def _criteria(concerned: Criterion, kpis: Sequence[str]) -> dict[str, tuple[dict, dict]]:
	"""Measured values and ratings by KPI, by the name of the evaluation."""
	evaluation, criterion = frappe.qb.DocType(EVALUATION), frappe.qb.DocType(CRITERION)
	rows = (
		frappe.qb.from_(evaluation)
		.join(criterion)
		.on(criterion.parent == evaluation.name)
		.where(
			concerned
			& (evaluation.docstatus == 1)
			& (evaluation.status == "Published")
			& criterion.kpi.isin(list(kpis))
		)
		.select(
			evaluation.name,
			criterion.kpi,
			criterion.has_value,
			criterion.value,
			criterion.has_rating,
			criterion.rating,
		)
	).run()
	found: dict[str, tuple[dict, dict]] = {}
	for name, kpi, has_value, value, has_rating, rating in rows:
		values, ratings = found.setdefault(name, ({}, {}))
		if has_value:
			values[kpi] = _decimal(value)
		if has_rating:
			ratings[kpi] = _decimal(rating)
	return found


def breaches(concerned: Criterion) -> History:
	"""What suppliers broke and nobody has forgiven, by supplier and company, in order of its days."""
	breach, supplier = frappe.qb.DocType(BREACH), frappe.qb.DocType("Supplier")
	contract = frappe.qb.DocType("Contract")
	rows = (
		frappe.qb.from_(breach)
		.join(supplier)
		.on(supplier.name == breach.party)
		.left_join(contract)
		.on(contract.name == breach.contract)
		.where(
			concerned
			& (breach.party_type == "Supplier")
			& (breach.owed_by == PARTNER)
			& breach.status.notin(FORGIVEN)
		)
		.select(
			breach.star,
			supplier.supplier_name,
			supplier.supplier_group,
			supplier.language,
			contract.start_date,
			Coalesce(contract.contract_owner, contract.owner).as_("answers"),
		)
		.orderby(breach.to_date)
		.orderby(breach.name)
	).run(as_dict=True)
	found: dict[tuple, list[Source]] = defaultdict(list)
	for row in rows:
		to_date = row.to_date or row.due_date
		row.frozen = frappe.parse_json(row.definition) or {}
		source = Source(
			row.name,
			row.party,
			row.supplier_name,
			row.supplier_group,
			row.language,
			row.company,
			row.from_date or to_date,
			to_date,
			getdate(row.detected_on or today()),
			row.answers,
			kpi=row.kpi,
			has_remedy=bool(row.frozen.get("remedy")),
			is_growing=bool(row.due_date and not row.delivered_on),
			row=row,
		)
		found[source.series].append(source)
	return found


class SupplierGroups:
	"""Supplier groups with those below them, asked for once per group."""

	def __init__(self):
		self._known: dict[str, set[str]] = {}

	def below(self, group: str) -> set[str]:
		if group not in self._known:
			edges = frappe.db.get_value("Supplier Group", group, ["lft", "rgt"])
			self._known[group] = (
				set(
					frappe.get_all(
						"Supplier Group",
						filters={"lft": (">=", edges[0]), "rgt": ("<=", edges[1])},
						pluck="name",
					)
				)
				if edges
				else set()
			)
		return self._known[group]


def _decimal(number: Any) -> Decimal:
	return Decimal(str(number or 0))
