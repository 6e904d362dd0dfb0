"""A template as the core sees it: from documents, to JSON and back, and at work on a database."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_relations.supplier_quality.kpis import MEASURES, SQLITE, KpiSettings, Scope
from partner_relations.supplier_quality.rating import MissingData, Policy
from partner_relations.supplier_quality.rating.definition import (
	CriterionDefinition,
	Definition,
	GradeDefinition,
	settings_of,
)
from tests.reference.documents import COMPANY, Books
from tests.reference.on_sqlite import database

DEFAULTS = Path(__file__).resolve().parents[2] / "fixtures" / "defaults"


def shipped(doctype: str) -> list[dict]:
	return json.loads((DEFAULTS / f"{doctype}.json").read_text())


KPIS = {kpi["kpi_name"]: kpi for kpi in shipped("supplier_kpi")}
SCALE = shipped("supplier_grade_scale")[0]
TEMPLATES = shipped("supplier_evaluation_template")

texts = st.text(max_size=12)
numbers = st.decimals(-1_000_000, 1_000_000, places=9).map(lambda number: format(number, "f"))
tolerances = st.decimals(0, 100, places=9)
settings = st.builds(
	KpiSettings,
	early_days=st.none() | st.integers(0, 400),
	late_days=st.integers(0, 400),
	quantity_tolerance=tolerances,
	price_tolerance=tolerances,
	maximum_days=st.none() | st.integers(0, 400),
	use_first_due_date=st.booleans(),
	blame_closed_orders=st.booleans(),
	kpi=texts,
	template=texts,
)
definitions = st.builds(
	Definition,
	template=texts,
	criteria=st.lists(
		st.builds(
			CriterionDefinition,
			kpi=texts,
			measure=st.sampled_from(sorted(MEASURES)),
			weight=numbers,
			curve=st.lists(st.tuples(numbers, numbers), max_size=4).map(tuple),
			settings=settings,
			knock_out=st.none() | numbers,
			knock_out_grade=st.none() | texts,
		),
		max_size=3,
	).map(tuple),
	grades=st.lists(
		st.builds(
			GradeDefinition,
			texts,
			numbers,
			numbers,
			texts,
			st.sampled_from(("Allow", "Warn", "Prevent")),
			texts,
		),
		max_size=3,
	).map(tuple),
	missing_data=st.sampled_from([policy.value for policy in MissingData]),
	minimum_coverage=numbers,
	minimum_sample=st.integers(0, 1000),
	item_groups=st.lists(texts, max_size=3).map(tuple),
)


@given(definitions)
def test_a_definition_survives_json(definition):
	assert Definition.from_dict(json.loads(json.dumps(definition.to_dict()))) == definition


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template["template_name"])
def test_shipped_templates_make_a_definition_that_scores(template):
	definition = Definition.from_documents(template, KPIS, SCALE, ("Raw Material",))
	assert Definition.from_dict(json.loads(json.dumps(definition.to_dict()))) == definition
	assert definition.item_groups == ("Raw Material",)
	assert sum(Decimal(row.weight) for row in definition.criteria) == 100
	scorer = definition.scorer(MEASURES)
	score = scorer.score({})
	assert (score.reason, len(score.criteria)) == ("no data", len(template["criteria"]))


def test_every_measure_has_a_shipped_kpi_and_every_shipped_kpi_a_curve():
	shipped_measures = {kpi.get("measure", "evaluator_mark") for kpi in KPIS.values()}
	assert shipped_measures == set(MEASURES)
	for name in KPIS:
		template = {"template_name": "T", "criteria": [{"kpi": name, "weight": 100}]}
		Definition.from_documents(template, KPIS, SCALE).scorer(MEASURES)


def test_from_documents_reads_every_setting():
	kpi = {
		"kpi_name": "On Time",
		"kind": "Measured from documents",
		"measure": "otif",
		"due_date_basis": "Current date",
		"has_early_tolerance": 1,
		"early_tolerance_days": 5,
		"late_tolerance_days": 2,
		"quantity_tolerance": 1.5,
		"price_tolerance": 0.5,
		"has_maximum_days": 1,
		"maximum_days": 14,
		"blame_closed_orders": 1,
		"curve": [{"value": 0, "rating": 0}, {"value": 99.5, "rating": 100}],
	}
	template = {
		"name": "T",
		"criteria": [
			{
				"kpi": "On Time",
				"weight": 33.3,
				"has_knock_out": 1,
				"knock_out_rating": 0,
				"knock_out_grade": "C",
			}
		],
		"missing_data": "Score zero",
		"minimum_coverage": 60,
		"minimum_sample": 3,
	}
	definition = Definition.from_documents(template, {"On Time": kpi}, SCALE)
	assert definition.criteria == (
		CriterionDefinition(
			kpi="On Time",
			measure="otif",
			weight="33.3",
			curve=(("0", "0"), ("99.5", "100")),
			settings=KpiSettings(
				early_days=5,
				late_days=2,
				quantity_tolerance=Decimal("1.5"),
				price_tolerance=Decimal("0.5"),
				maximum_days=14,
				use_first_due_date=False,
				blame_closed_orders=True,
				kpi="On Time",
				template="T",
			),
			knock_out="0",
			knock_out_grade="C",
		),
	)
	assert definition.policy == Policy(MissingData.SCORE_ZERO, Decimal(60), 3)
	assert definition.scale.grade(100) == "A"
	assert definition.grade_definition("D").po_action == "Prevent"
	assert definition.grade_definition(None) is None


def test_a_number_whose_check_is_off_is_not_set():
	"""The ERP's number columns are never empty: 0 with the check off is "not set", with it on it is 0."""
	off = {"early_tolerance_days": 0, "maximum_days": 0}
	assert (settings_of(off).early_days, settings_of(off).maximum_days) == (None, None)
	on = {**off, "has_early_tolerance": 1, "has_maximum_days": 1}
	assert (settings_of(on).early_days, settings_of(on).maximum_days) == (0, 0)
	row = {"kpi": "Defects per Million", "weight": 1, "knock_out_rating": 40, "has_knock_out": 0}
	template = {"template_name": "T", "criteria": [row]}
	assert Definition.from_documents(template, KPIS, SCALE).criteria[0].knock_out is None


def test_a_rated_kpi_is_measured_by_marks():
	template = {"template_name": "Strategic", "criteria": [{"kpi": "Service", "weight": 1}]}
	criterion = Definition.from_documents(template, KPIS, SCALE).criteria[0]
	assert criterion.measure == "evaluator_mark"
	assert (criterion.settings.kpi, criterion.settings.template) == ("Service", "Strategic")


def test_an_unknown_kpi_or_measure_is_named():
	template = {"template_name": "T", "criteria": [{"kpi": "Gone", "weight": 1}]}
	with pytest.raises(KeyError, match="Gone"):
		Definition.from_documents(template, KPIS, SCALE)
	template["criteria"][0]["kpi"] = "Fill Rate"
	with pytest.raises(KeyError, match="fill_rate"):
		Definition.from_documents(template, KPIS, SCALE).scorer({})


def test_one_query_per_criterion_whatever_the_number_of_suppliers():
	books = Books()
	for number in range(50):
		supplier = f"Supplier {number}"
		line = books.order_line(books.order(supplier=supplier), "2025-06-10", 10)
		receipt = books.receipt("2025-06-10" if number % 2 else "2025-06-11", supplier=supplier)
		books.receipt_line(receipt, line, 9, 1)
	connection = database(books.world)
	executed = []

	def execute(sql, values):
		executed.append(sql)
		return connection.execute(sql, values).fetchall()

	template = {
		"template_name": "T",
		"criteria": [{"kpi": "On-Time Delivery", "weight": 50}, {"kpi": "Accepted Quantity", "weight": 50}],
	}
	definition = Definition.from_documents(template, KPIS, SCALE)
	scope = Scope(COMPANY, date(2025, 6, 1), date(2025, 6, 30), date(2025, 7, 5))
	scorer = definition.scorer(MEASURES)
	facts = scorer.read(scope, SQLITE, execute)
	assert len(executed) == 2
	assert len(facts) == 50
	# Accepted quantity of 90 % rates 0 by the shipped curve.
	assert scorer.score(facts["Supplier 1"]).total == 50
	assert scorer.score(facts["Supplier 2"]).total == 0
	fact = facts["Supplier 1"]["Accepted Quantity"]
	assert (fact.numerator, fact.denominator, fact.sample_size) == (9, 10, 1)
