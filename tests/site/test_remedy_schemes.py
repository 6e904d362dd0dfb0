"""Remedy schemes on a site: refused in plain words, frozen, applied, explained, capped by the year."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import frappe
import pytest
from factories import COMPANY, make_supplier, make_user, unique
from frappe.utils.data import strip_html

from partner_relations.supplier_quality import remedy_schemes, reward_penalty
from partner_relations.supplier_quality.api import remedies
from partner_relations.supplier_quality.remedies import Case, Item
from partner_relations.supplier_quality.remedy_schemes import REMEDY_SCHEME

LATE = {
	"purpose": "Penalty",
	"method": "Rate",
	"basis": "Order value",
	"rate_type": "Percent of the basis",
	"rate": 10.5,
	"per_units": 2,
	"has_cap_percent": 1,
	"cap_percent": 55,
}
REBATE = {
	"purpose": "Reward",
	"method": "Volume rebate",
	"basis": "Invoice value",
	"steps": [{"threshold": 50000, "rate": 5}],
}


def make_scheme(**values):
	return frappe.get_doc({"doctype": REMEDY_SCHEME, "scheme_name": unique("Scheme"), **values}).insert()


def late(days, value=200, exempt=0, reference="PO-1", already=0) -> Case:
	item = Item(reference, Decimal(value), Decimal(days), Decimal(exempt))
	return Case((item,), already_in_year=Decimal(already))


def assessed(values: dict, case: Case, currency: str = "USD"):
	return remedy_schemes.assess(remedy_schemes.freeze(make_scheme(**values).name), case, currency)


def sentences(calculation) -> list[str]:
	return [row["text"] for row in remedy_schemes.explain(calculation)]


def test_the_worked_example_from_the_form_to_the_explained_amount():
	result = assessed(LATE, late(345))
	assert (result.amount, result.capped, result.terminates) == (Decimal("110.00"), True, False)
	stored = json.dumps(result.calculation)
	assert remedy_schemes.explain(stored) == [
		{
			"text": "PO-1: 10.5 % of 200 (Order value) per 2 days, 172.5 times for 345 days.",
			"amount": 3622.5,
		},
		{"text": "PO-1: Capped at 55 % of 200, which is 110.", "amount": -3512.5},
	]
	assert assessed(LATE, late(5)).amount == Decimal("52.50")
	assert remedy_schemes.explain(None) == remedy_schemes.explain("") == []


@pytest.mark.parametrize(
	("values", "case", "expected"),
	[
		(
			{**LATE, "grace_units": 3, "rate": 1, "per_units": 1, "has_cap_percent": 0},
			late(10, 1000, exempt=2),
			[
				"PO-1: 10 days less 2 days of force majeure: 8 days.",
				"PO-1: 8 days less the grace of 3 days: 5 days.",
				"PO-1: 1 % of 1,000 (Order value) × 5 days.",
			],
		),
		(
			{**LATE, "grace_units": 3, "grace_mode": "Count from the first"},
			late(4),
			[
				"PO-1: More than the grace of 3 days, so all count: 4 days.",
				"PO-1: 10.5 % of 200 (Order value) per 2 days, 2 times for 4 days.",
			],
		),
		(
			{**LATE, "grace_units": 3},
			late(2),
			["PO-1: 2 days within the grace of 3 days: nothing is owed."],
		),
		({**LATE}, late(-2), ["PO-1: Nothing is late or missed, so nothing is owed."]),
		(
			{
				"method": "Rate",
				"basis": "Fixed amount",
				"rate_type": "Amount",
				"rate": 100,
				"counts": "Breaches",
			},
			late(2),
			["PO-1: An amount of 100 × 2 breaches."],
		),
		(
			{"method": "Steps", "steps": [{"threshold": 2, "rate": 10}], "counts": "Points missed"},
			late("2.5", 2000),
			["PO-1: 2.5 points, more than 2 points: 10 % of 2,000 (Late line value)."],
		),
		(
			{"method": "Steps", "steps": [{"threshold": 2, "rate": 10}]},
			late(1),
			["PO-1: 1 day, not more than 2 days, where the steps begin: nothing is owed."],
		),
		(
			{
				"method": "Steps",
				"basis": "Fixed amount",
				"rate_type": "Amount",
				"steps": [{"threshold": 0, "rate": 75}],
			},
			late(1),
			["PO-1: 1 day, more than 0 days: an amount of 75."],
		),
		(
			REBATE,
			Case(volume=Decimal(60000)),
			["The volume of 60,000 is above 50,000: 5 % of the whole volume."],
		),
		(
			{**REBATE, "rate_type": "Amount"},
			Case(volume=Decimal(60000)),
			["The volume of 60,000 is above 50,000: an amount of 5."],
		),
		(
			{**REBATE, "tier_mode": "The part above each threshold"},
			Case(volume=Decimal(60000)),
			["5 % of 10,000, the part of the volume from 50,000 to 60,000."],
		),
		(
			REBATE,
			Case(volume=Decimal(50000)),
			["The volume of 50,000 is not above 50,000, so there is no rebate."],
		),
		(
			{
				"purpose": "Reward",
				"method": "Bonus per grade",
				"basis": "Invoice value",
				"grade_bonuses": [{"grade": "A", "rate": 2}],
			},
			Case(volume=Decimal(1250), grade="A"),
			["Grade A: 2 % of 1,250 (Invoice value)."],
		),
		(
			{
				"purpose": "Reward",
				"method": "Bonus per grade",
				"basis": "Fixed amount",
				"rate_type": "Amount",
				"grade_bonuses": [{"grade": "A", "rate": 500}],
			},
			Case(grade="A"),
			["Grade A: an amount of 500."],
		),
		(
			{
				"purpose": "Reward",
				"method": "Bonus per grade",
				"basis": "Invoice value",
				"grade_bonuses": [{"grade": "A", "rate": 2}],
			},
			Case(volume=Decimal(1250)),
			["The scheme has no bonus for this grade: Not Rated."],
		),
		(
			{**LATE, "has_minimum": 1, "minimum_amount": 60, "has_termination_threshold": 1}
			| {"termination_percent": 5},
			late(1),
			[
				"PO-1: 10.5 % of 200 (Order value) per 2 days, 0.5 times for 1 day.",
				"Raised to the minimum of 60.",
				"Before caps, 10.5 is at least 5 % of 200 (Order value): the contract may be terminated.",
			],
		),
		(
			{**LATE, "has_minimum": 1, "minimum_amount": 60, "minimum_mode": "Charge nothing"},
			late(1),
			[
				"PO-1: 10.5 % of 200 (Order value) per 2 days, 0.5 times for 1 day.",
				"10.5 is below the minimum of 60, so nothing is owed.",
			],
		),
		(
			{**LATE, "has_cap_percent": 0, "has_yearly_cap": 1, "yearly_cap": 100},
			late(20, already=80),
			[
				"PO-1: 10.5 % of 200 (Order value) per 2 days, 10 times for 20 days.",
				"Capped at 100 per calendar year: 80 used up, 20 left.",
			],
		),
		(
			{**LATE, "has_cap_percent": 0, "has_cap_amount": 1, "cap_amount": 33.333},
			late(20),
			[
				"PO-1: 10.5 % of 200 (Order value) per 2 days, 10 times for 20 days.",
				"Capped at 33.333.",
				"Rounded half up; decimal places: 2.",
			],
		),
	],
)
def test_every_step_is_a_sentence(values, case, expected):
	assert sentences(assessed(values, case).calculation) == expected


def test_several_lines_are_added_up_and_rounded_once():
	case = Case(late(1, "0.55").items + late(1, "0.55", reference="PO-2").items)
	result = assessed({**LATE, "per_units": 1, "rate": 1, "has_cap_percent": 0}, case)
	assert result.amount == Decimal("0.01")
	assert sentences(result.calculation)[2:] == [
		"2 items together: 0.011.",
		"Rounded half up; decimal places: 2.",
	]


def test_the_reader_reads_in_their_language():
	calculation = assessed(LATE, late(345)).calculation
	frappe.local.lang = "zh"
	assert sentences(calculation) == [
		"PO-1: 每 2 天按 200（订单金额）的 10.5 % 计，345 天计 172.5 倍。",
		"PO-1: 以 200 的 55 % 封顶，即 110。",
	]


def test_amounts_have_the_places_of_the_currency():
	frappe.db.set_value("Currency", "JPY", "number_format", "#,###")
	frappe.clear_document_cache("Currency", "JPY")
	assert remedy_schemes.currency_places("JPY") == 0
	assert remedy_schemes.currency_places("USD") == 2
	assert assessed(LATE, late(5, 205), "JPY").amount == Decimal("54")
	assert assessed(LATE, late(5, 205), "USD").amount == Decimal("53.81")


# What is refused


def refusal(**values) -> str:
	with pytest.raises(frappe.ValidationError) as error:
		make_scheme(**values)
	return strip_html(str(error.value))


@pytest.mark.parametrize(
	("values", "sentence"),
	[
		({**LATE, "rate": 0}, "Enter the rate: percent of the basis, or an amount."),
		({**LATE, "per_units": 0}, "Per So Many must be more than 0, such as 1 for a rate per day or 7"),
		({**LATE, "cap_percent": 0}, "Cap: Percent of the Basis is 0. Enter a number above 0, or clear"),
		(
			{**LATE, "basis": "Fixed amount"},
			"A fixed amount has no basis to take a percentage of. Set “Rate Is”",
		),
		(
			{**LATE, "has_minimum": 1, "minimum_amount": 60, "has_cap_amount": 1, "cap_amount": 50},
			"The minimum is above the limit “Cap: Amount”. Lower the one or raise the other.",
		),
		({"method": "Steps"}, "The table of steps is empty."),
		(
			{"method": "Steps", "steps": [{"threshold": 1, "rate": 5}, {"threshold": 2, "rate": 4}]},
			"Row 2: the rate is lower than that of a smaller threshold.",
		),
		(
			{"method": "Steps", "steps": [{"threshold": 1, "rate": 5}, {"threshold": 1, "rate": 6}]},
			"Row 2: this threshold is in the table already.",
		),
		(
			{"method": "Steps", "steps": [{"threshold": 1, "rate": 5}, {"threshold": 2, "rate": -6}]},
			"Row 2, Rate cannot be negative. Enter 0 or more.",
		),
		(
			{"method": "Steps", "steps": [{"threshold": -1, "rate": 5}]},
			"Row 1, More Than cannot be negative. Enter 0 or more.",
		),
		({**REBATE, "purpose": "Penalty"}, "This method computes rewards. Set the purpose to Reward"),
		({**REBATE, "basis": "Late line value"}, "A rebate is paid on a volume. Choose the order value"),
		(
			{
				"purpose": "Reward",
				"method": "Bonus per grade",
				"basis": "Order value",
				"grade_bonuses": [{"grade": "A", "rate": 1}, {"grade": "A", "rate": 2}],
			},
			"Row 2: this grade is in the table already.",
		),
	],
)
def test_a_scheme_that_makes_no_sense_is_refused_with_row_and_mend(values, sentence):
	assert refusal(**values).startswith(sentence)


@pytest.mark.parametrize("field", ["rate", "per_units", "grace_units", "cap_percent"])
def test_negative_numbers_are_refused(field):
	assert "negative" in refusal(**{**LATE, field: -1})


def test_what_another_method_left_behind_is_cleared():
	scheme = make_scheme(
		**REBATE, rate=7, per_units=3, grace_units=4, cap_amount=9, grade_bonuses=[{"grade": "A", "rate": 1}]
	)
	scheme.reload()
	assert (scheme.rate, scheme.per_units, scheme.grace_units, scheme.cap_amount) == (0, 1, 0, 0)
	assert not scheme.grade_bonuses and len(scheme.steps) == 1


def test_a_scheme_in_use_is_not_disabled():
	scheme = make_scheme(**LATE)
	contract = frappe.get_doc(
		doctype="Contract",
		party_type="Supplier",
		party_name=make_supplier(),
		company=COMPANY,
		start_date="2029-01-01",
		contract_terms="Terms",
		obligations=[
			{
				"kind": "Dated deliverable",
				"title": "Certificate",
				"due_date": "2030-01-01",
				"remedy_scheme": scheme.name,
			}
		],
	)
	contract.insert()
	scheme.disabled = 1
	with pytest.raises(frappe.ValidationError, match=r"uses this scheme\. Choose another scheme there"):
		scheme.save()
	contract.obligations[0].remedy_scheme = None
	contract.save()
	scheme.reload()
	scheme.disabled = 1
	scheme.save()


def test_two_schemes_do_not_become_one():
	one, other = make_scheme(**LATE), make_scheme(**LATE)
	with pytest.raises(frappe.ValidationError, match="one of this name already"):
		frappe.rename_doc(REMEDY_SCHEME, one.name, other.name, merge=True)


def test_a_frozen_scheme_does_not_follow_edits():
	scheme = make_scheme(**LATE)
	definition = json.loads(json.dumps(remedy_schemes.freeze(scheme.name)))
	scheme.rate = 1
	scheme.save()
	assert remedy_schemes.assess(definition, late(5), "USD").amount == Decimal("52.50")
	edited = remedy_schemes.freeze(scheme.name)
	assert remedy_schemes.assess(edited, late(5), "USD").amount == Decimal("5.00")


# The yearly cap


def propose(supplier: str, scheme: str, amount: str, day: date, source: str) -> str:
	(name,) = reward_penalty.propose(
		[
			reward_penalty.Proposal(
				supplier=supplier,
				company=COMPANY,
				kind="Penalty",
				measure="Liquidated Damages",
				reason="Late",
				source_type="Purchase Order",
				source_name=source,
				origin="test",
				proposed_by="Administrator",
				amount=Decimal(amount),
				remedy_scheme=scheme,
				decision_date=day,
			)
		]
	)
	return name


def test_what_was_owed_in_the_calendar_year_counts_against_the_yearly_cap():
	supplier, other = make_supplier(), make_supplier()
	scheme, another = make_scheme(**LATE).name, make_scheme(**LATE).name
	first = propose(supplier, scheme, "10.10", date(2025, 1, 1), unique("PO"))
	propose(supplier, scheme, "20.20", date(2025, 12, 31), unique("PO"))
	waived = propose(supplier, scheme, "1000", date(2025, 6, 1), unique("PO"))
	frappe.db.set_value("Supplier Reward Penalty", waived, "status", "Waived")
	propose(supplier, scheme, "500", date(2024, 12, 31), unique("PO"))
	propose(supplier, scheme, "500", date(2026, 1, 1), unique("PO"))
	propose(supplier, another, "5", date(2025, 5, 5), unique("PO"))
	propose(other, scheme, "7", date(2025, 5, 5), unique("PO"))

	day = date(2025, 7, 1)
	assert remedy_schemes.already_in_year(supplier, COMPANY, scheme, day) == Decimal("30.3")
	assert remedy_schemes.already_in_year(supplier, COMPANY, scheme, day, exclude=first) == Decimal("20.2")
	assert remedy_schemes.already_in_year(other, COMPANY, scheme, "2025-01-01") == 7
	assert remedy_schemes.already_in_year(other, COMPANY, another, day) == 0
	assert remedy_schemes.amounts_in_year(day, suppliers=[supplier, other]) == {
		(supplier, COMPANY, scheme): Decimal("30.3"),
		(supplier, COMPANY, another): 5,
		(other, COMPANY, scheme): 7,
	}
	assert remedy_schemes.amounts_in_year(day, suppliers=[]) == {}


# The form's "Try It"


def test_trying_an_unsaved_scheme_saves_nothing():
	values = {**LATE, "doctype": REMEDY_SCHEME, "scheme_name": "Only tried", "__islocal": 1}
	answer = remedies.try_scheme(json.dumps(values), units=345, value=200, currency="USD")
	assert (answer["amount"], answer["capped"], len(answer["steps"])) == (110.0, True, 2)
	assert not frappe.db.exists(REMEDY_SCHEME, "Only tried")
	values["rate"] = 0
	assert remedies.try_scheme(json.dumps(values)) == {
		"problem": "Enter the rate: percent of the basis, or an amount."
	}


def test_only_who_may_read_schemes_may_try_one():
	values = json.dumps({**LATE, "doctype": REMEDY_SCHEME, "scheme_name": "Only tried"})
	frappe.set_user(make_user("Stock User"))
	with pytest.raises(frappe.PermissionError):
		remedies.try_scheme(values, units=1, value=1)
	frappe.set_user(make_user("Supplier Quality User"))
	assert remedies.try_scheme(values, units=2, value=200, currency="USD")["amount"] == 21


def test_the_default_schemes_make_sense_and_compute():
	path = Path(frappe.get_app_path("partner_relations", "fixtures", "defaults", "remedy_scheme.json"))
	amounts = {}
	case = Case((Item("X", Decimal(10000), Decimal(10)),), volume=Decimal(120000), grade="A")
	for record in json.loads(path.read_text(encoding="utf-8")):
		name = record["scheme_name"]
		record["scheme_name"] = unique(name)
		scheme = frappe.get_doc(record).insert()
		amounts[name] = remedy_schemes.assess(remedy_schemes.freeze(scheme.name), case, "USD").amount
	assert amounts == {
		"Late Delivery, Percent per Day": 500,
		"Late Delivery, Steps": 300,
		"Volume Rebate": 2400,
		"Bonus per Grade": 1200,
	}
