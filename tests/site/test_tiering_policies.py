"""A policy that makes no sense is refused on save with a sentence that names the row and the mend."""

import json
import re
from decimal import Decimal

import frappe
import pytest
from factories import make_user
from sales_factories import make_customer_group
from tiering_factories import make_policy, policy_values

from partner_relations.customer_care import tiering_sentences
from partner_relations.customer_care.api import tiering as api
from partner_relations.customer_care.tiering import CustomerFacts, DefinitionError, Totals, assess
from partner_relations.customer_care.tiering.placing import Code
from partner_relations.customer_care.tiering_policies import METHODS, Policy, freeze
from partner_relations.preview.policy import parse_policy


def refusal(method: str = "Weighted Score", **values) -> str:
	with pytest.raises(frappe.ValidationError) as refused:
		frappe.get_doc(policy_values(method, **values)).insert()
	return frappe.utils.strip_html(str(refused.value))


def bands(*rows):
	return [{"tier": tier, "from_score": start} for tier, start in rows]


def segment(**values):
	whole = {"r_from": 1, "r_to": 5, "f_from": 1, "f_to": 5, "m_from": 1, "m_to": 5, "fm_from": 1, "fm_to": 5}
	return {"segment": "All", "tier": "Key", **whole, **values}


def cells(without=None, **changed):
	rows = [
		{"value_level": value, "potential_level": potential, "tier": "Key"}
		for value in ("Low", "Medium", "High")
		for potential in ("Low", "Medium", "High")
		if (value, potential) != without
	]
	rows[0].update(changed)
	return rows


def limit(**values):
	return [
		{
			"kind": "At Least",
			"tier": "Key",
			"metric": "Revenue",
			"comparison": "At least",
			"value": 1,
			**values,
		}
	]


REFUSED = [
	("Weighted Score", {"metrics": []}, "Metrics: add at least one metric."),
	(
		"Weighted Score",
		{"metrics": [("Revenue", 60, 0, 10), ("Growth", 30, 0, 10)]},
		"Metrics: the weights sum to 90, not to 100. Change them by 10 in all.",
	),
	(
		"Weighted Score",
		{"metrics": [("Revenue", 50, 0, 10), ("Revenue", 50, 0, 10)]},
		"Metrics, row 2: Revenue is in the table already. Keep one of the two rows.",
	),
	(
		"Weighted Score",
		{"metrics": [("Revenue", 100, 10, 10)]},
		"Metrics, row 1: Rated 0 At and Rated",
	),
	(
		"Weighted Score",
		{"metrics": [("Revenue", 120, 0, 10), ("Growth", -20, 0, 10)]},
		"Metrics, row 2: Weight can't be below 0.",
	),
	("Weighted Score", {"bands": []}, "Tiers by Score: add a row for each tier"),
	("Weighted Score", {"bands": bands(("Key", 20))}, "row 1: the lowest tier must begin at a score of 0."),
	(
		"Weighted Score",
		{"bands": bands(("Strategic", 50), ("Key", 50), ("Regular", 0))},
		"another tier begins at the same score",
	),
	(
		"Weighted Score",
		{"bands": bands(("Key", 120), ("Regular", 0))},
		"row 1: a tier must begin at a score",
	),
	(
		"Weighted Score",
		{"bands": bands(("Key", 50), ("Strategic", 0))},
		"Key asks for a better result than Strategic, but is the lower tier. Exchange the two.",
	),
	("Weighted Score", {"bands": bands(("Key", 50), ("Key", 0))}, "this tier is in the table already"),
	("Weighted Score", {"minimum_coverage": 120}, "Minimum Coverage: enter a percentage between 0 and 100."),
	("Weighted Score", {"margin": 60}, "Margin: so far beyond the border at 80"),
	("Weighted Score", {"confirmations": 0}, "Assessments in a Row: enter at least 1."),
	("Weighted Score", {"period_months": 0}, "The period must be between 1 and 120 months."),
	("Weighted Score", {"quantity_tolerance": 120}, "The quantity tolerance must lie between 0 and 100"),
	("RFM", {"segments": []}, "Segments: add at least one segment with its tier."),
	("RFM", {"segments": [segment(r_from=4, r_to=2)]}, "Segments, row 1: Recency goes from 4 to 2."),
	(
		"RFM",
		{"segments": [segment(r_from=2)]},
		"Segments: 25 of the 125 combinations of scores (R, F, M) have no segment, such as 111, 112",
	),
	("RFM", {"segments": [segment(), segment()]}, "Segments, row 2: All is in the table already."),
	(
		"RFM",
		{"rfm_scores": "Fixed breaks"},
		"Breaks: the row for Recency is missing.",
	),
	(
		"RFM",
		{
			"rfm_scores": "Fixed breaks",
			"breaks": [
				{
					"dimension": name,
					"cut_1": 1,
					"cut_2": 2,
					"cut_3": 2 if name == "Monetary" else 3,
					"cut_4": 4,
				}
				for name in ("Recency", "Frequency", "Monetary")
			],
		},
		"Breaks, Monetary: cut 3 isn't above cut 2. The cuts must rise from 1 to 4.",
	),
	("ABC", {"cut_a": 96}, "ABC: the share of B must be above that of A, and below 100."),
	("ABC", {"cut_a": 0}, "ABC, class A: enter a percentage between 0 and 100."),
	("ABC", {"tier_b": None}, "ABC, class B: choose a tier."),
	("ABC", {"tier_a": "Regular", "tier_c": "Strategic"}, "ABC: Regular asks for a better result than Key"),
	(
		"Value-Potential Matrix",
		{"value_high_from": 30},
		"Value and Potential, Value: High must begin",
	),
	(
		"Value-Potential Matrix",
		{"potential_high_from": 120},
		"Value and Potential, Potential: Medium must begin above 0, and High not above 100.",
	),
	(
		"Value-Potential Matrix",
		{"cells": cells(without=("High", "Low"))},
		"Cells: the row for value High and potential Low is missing. Add it with its tier.",
	),
	(
		"Value-Potential Matrix",
		{"cells": cells(value_level="High", potential_level="High")},
		"Cells, row 9: this value and potential are in the table already.",
	),
	(
		"Weighted Score",
		{"limits": limit(metric=None)},
		"Floors and Ceilings, row 1: this would hold for every customer.",
	),
	("Weighted Score", {"limits": limit(margin=-1)}, "Floors and Ceilings, row 1: Margin can't be below 0."),
]


@pytest.mark.parametrize(("method", "values", "words"), REFUSED)
def test_what_makes_no_sense_is_refused_with_the_row_and_the_mend(method, values, words):
	assert words in refusal(method, **values)


def test_a_disabled_tier_can_no_longer_be_given():
	policy = make_policy()
	frappe.db.set_value("Customer Tier", "Key", "disabled", 1)
	with pytest.raises(frappe.ValidationError, match="the tier <strong>Key</strong> is disabled"):
		policy.save()


def test_every_code_of_the_core_has_its_sentence():
	codes = re.findall(r'"([a-z0-9 ]+)"', DefinitionError.__doc__)
	assert len(codes) > 25
	assert [code for code in codes if code not in tiering_sentences._FAULTS] == []
	assert set(tiering_sentences._REASONS) == set(Code)


def test_every_reason_that_the_core_gives_is_said_in_full():
	"""Its values are those that the sentence asks for."""
	group = frappe.get_all("Customer Group", filters={"is_group": 0}, pluck="name", limit=1)[0]
	limits = [
		*limit(tier="Strategic", value=90, customer_group=group),
		*limit(kind="At Most", tier="Regular", metric="Complaint Rate", value=5),
	]
	by_score = {"metrics": [("Revenue", 50, 0, 100), ("Growth", 50, 0, 100)], "minimum_coverage": 50}
	revenue, growth = Totals(Decimal(60), Decimal(1), 3), Totals(Decimal(1), Decimal(2), 3)
	whole = {"revenue": revenue, "growth": growth}
	complaints = {**whole, "complaint_rate": Totals(Decimal(1), Decimal(10), 1)}
	rich = {"revenue": Totals(Decimal(95), Decimal(1), 3), "growth": growth}
	bought = {"recency": growth, "frequency": revenue, "revenue": revenue}
	customers = [
		(
			"Weighted Score",
			{**by_score, "limits": limits, "default_tier": "Regular", "margin": 8},
			[
				CustomerFacts(whole, current="Regular"),
				CustomerFacts({"revenue": revenue}, floor="Strategic", ceiling="Regular"),
				CustomerFacts(),
				CustomerFacts(complaints, current="Platinum"),
				CustomerFacts(rich, customer_group=group),
			],
		),
		("Weighted Score", {**by_score, "confirmations": 2}, [CustomerFacts(whole, current="Regular")]),
		(
			"Weighted Score",
			{**by_score, "minimum_coverage": 60},
			[CustomerFacts({"growth": growth}, None, "Key")],
		),
		("Weighted Score", {**by_score, "minimum_sample": 9}, [CustomerFacts(whole)]),
		("RFM", {}, [CustomerFacts(bought)]),
		("ABC", {}, [CustomerFacts(bought)]),
		(
			"Value-Potential Matrix",
			{},
			[CustomerFacts(whole, Decimal(potential)) for potential in (50, 101)] + [CustomerFacts(whole)],
		),
	]
	said: dict[Code, set[str]] = {}
	for method, values, facts in customers:
		definition = freeze(make_policy(method, **values).as_dict()).definition
		for outcome in assess(definition, {str(number): one for number, one in enumerate(facts)}).values():
			rows = [frappe.parse_json(json.dumps(reason.to_dict())) for reason in outcome.reasons]
			for row, sentence in zip(rows, tiering_sentences.reason_sentences(rows), strict=True):
				assert sentence.endswith(".") and "{" not in sentence and "None" not in sentence, sentence
				said.setdefault(Code(row["code"]), set()).add(sentence)
	assert set(said) == set(Code)
	assert len(said[Code.NOT_RATED]) == 5
	assert f"At least Strategic: the customer is in the group {group}, Revenue is 95, at least 90" in str(
		said
	)


@pytest.mark.parametrize("method", METHODS)
def test_suggestions_make_a_policy_of_each_method_by_whatever_tiers_there_are(method):
	first = make_policy(method)
	assert Policy.from_text(freeze(first.as_dict()).to_text()) == freeze(first.as_dict())
	for name, rank in (("Gold", 11), ("Silver", 12), ("Bronze", 13), ("Tin", 14)):
		frappe.get_doc(
			doctype="Customer Tier", tier_name=name, rank=rank, currency="USD", priority="Low"
		).insert()
	for name in ("Strategic", "Key", "Regular"):
		frappe.db.set_value("Customer Tier", name, "disabled", 1)
	values = policy_values(method)
	values.update(api.suggestions(method))
	policy = frappe.get_doc(values).insert()
	assert freeze(policy.as_dict()).definition.tiers == ("Gold", "Silver", "Bronze", "Tin")


@pytest.mark.parametrize("method", METHODS)
def test_a_policy_downloaded_for_the_preview_means_there_what_it_means_here(method):
	above = make_customer_group()
	below = make_customer_group(above)
	limits = limit(metric="Frequency", value=2.5, margin=0.5)
	policy = make_policy(method, group=above, limits=limits, payment_days=4, late_days=2)
	downloaded = json.loads(json.dumps(api.policy_for_preview(policy.name)))
	there, here = parse_policy(downloaded), freeze(policy.as_dict())
	assert there.definition.to_dict() == here.definition.to_dict() | {"policy": policy.name}
	assert there.settings == here.settings
	assert set(there.customer_groups) == {above, below}
	assert there.months == policy.period_months
	frappe.set_user(make_user())
	with pytest.raises(frappe.PermissionError):
		api.policy_for_preview(policy.name)


def test_the_policies_that_come_with_the_app_make_sense():
	for name in ("Customer Value", "RFM Segments", "ABC by Revenue", "Value and Potential"):
		policy = frappe.get_doc("Customer Tiering Policy", name)
		policy.validate()
		assert not policy.company
