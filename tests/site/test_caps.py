"""No amount exceeds a cap: not by two who propose at once, not by a note, not by an edit before approval."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import frappe
import pytest
from compliance_factories import BREACH, breaches_of, penalties_of, promise, promising, this_year
from factories import make_receipt, make_supplier, make_user
from incentive_factories import grade_is, make_rule, make_scheme
from penalty_factories import RECORD, acting, approved, make_penalty
from race_factories import Outcome, all_gone_afterwards, race
from support.servers import Bench

from partner_relations.supplier_quality import breaches, compliance, reward_penalty

USER, MANAGER = "Supplier Quality User", "Supplier Quality Manager"
PERCENT = {"basis": "Order value", "rate_type": "Percent of the basis", "rate": 2}


# Two at once


@pytest.fixture
def at_once(bench: Bench, tmp_path: Path) -> Iterator[Callable[..., list[Outcome]]]:
	"""Commit what was made so far, race, and remove it all at the end."""

	def start(*calls: tuple) -> list[Outcome]:
		frappe.db.commit()
		outcomes = race(bench, tmp_path, *calls)
		assert [outcome.error for outcome in outcomes] == [None] * len(outcomes)
		return outcomes

	with all_gone_afterwards():
		yield start


def broken_promise(supplier: str, scheme: str, month: int) -> str:
	"""A breach in a month of a contract of its own, whose penalty nobody has proposed yet."""
	window = {"start_date": this_year(month, 1), "end_date": this_year(month, 28)}
	contract = promising(supplier, promise(remedy_scheme=scheme), **window)
	make_receipt(supplier, accepted=90, rejected=10, on=this_year(month, 10))
	compliance.judge_contract(contract.name)
	(row,) = breaches_of(contract)
	frappe.db.delete(RECORD, {"source_name": row.name})
	frappe.db.set_value(BREACH, row.name, "penalty", None)
	return row.name


@pytest.mark.commits
def test_two_breaches_proposed_at_once_stay_within_the_yearly_cap(at_once):
	scheme = make_scheme(rate=100, has_yearly_cap=1, yearly_cap=150)
	supplier = make_supplier()
	broken = [broken_promise(supplier, scheme, month) for month in (1, 2)]
	at_once(*((make_user(USER), "obligations.propose_penalty", [breach]) for breach in broken))
	amounts = sorted(row.amount for breach in broken for row in penalties_of(breach))
	assert amounts == [50, 100]


@pytest.mark.commits
def test_two_amounts_computed_at_once_stay_within_the_yearly_cap(at_once):
	scheme = make_scheme(rate=10, has_yearly_cap=1, yearly_cap=150)
	supplier = make_supplier()
	records = [make_penalty(supplier, 1, remedy_scheme=scheme) for _number in range(2)]
	at_once(*((make_user(MANAGER), "rewards.calculate", record.name, 0, 10) for record in records))
	amounts = [record.reload().amount for record in records]
	# The other one still had its amount of 1 when the first was computed.
	assert sorted(amounts) == [50, 100]


# By hand


def noted(record, amount: float):
	"""Enter another amount than the scheme's, with the reason."""
	record.reload().update({"amount": amount, "amount_note": "Agreed on the phone"})
	return record.save()


@pytest.mark.parametrize(
	("caps", "value", "units", "highest"),
	[
		({"has_cap_amount": 1, "cap_amount": 120}, 0, 1, 120),
		({"has_cap_percent": 1, "cap_percent": 5, **PERCENT}, 1000, 2, 50),
		(
			{"has_cap_percent": 1, "cap_percent": 5, "has_cap_amount": 1, "cap_amount": 30, **PERCENT},
			1000,
			2,
			30,
		),
		({"has_yearly_cap": 1, "yearly_cap": 150}, 0, 1, 150),
	],
)
def test_a_note_lifts_no_cap(caps, value, units, highest):
	record = make_penalty(make_supplier(), 1, remedy_scheme=make_scheme(**caps))
	reward_penalty.calculate(record.name, Decimal(value), Decimal(units))
	noted(record, highest)
	with pytest.raises(
		frappe.ValidationError, match=rf"can be \$ {highest}\.00 at most.*{record.remedy_scheme}"
	):
		noted(record, highest + 0.01)
	assert approved(record.reload()).amount == highest


def test_without_a_cap_a_note_suffices():
	record = make_penalty(make_supplier(), 1, remedy_scheme=make_scheme())
	reward_penalty.calculate(record.name, Decimal(0), Decimal(1))
	assert approved(noted(record, 5000)).amount == 5000


def test_what_a_cap_is_a_percentage_of_is_known_before_the_approval():
	scheme = make_scheme(has_cap_percent=1, cap_percent=5, **PERCENT)
	record = make_penalty(make_supplier(), 5000, remedy_scheme=scheme)
	with pytest.raises(frappe.ValidationError, match="before it is approved: its cap is a percentage"):
		approved(record)


def test_a_proposal_keeps_the_scheme_whose_cap_holds():
	supplier = make_supplier()
	scheme = make_scheme(has_cap_amount=1, cap_amount=120)
	(record,) = penalties_of(_proposed(supplier, scheme))
	record = frappe.get_doc(RECORD, record.name)
	assert (record.amount, record.highest_amount) == (100, 120)
	with pytest.raises(frappe.ValidationError, match="Remedy Scheme of a proposal can't be changed"):
		record.update({"remedy_scheme": None, "amount": 5000}).save()


def _proposed(supplier: str, scheme: str) -> str:
	breach = broken_promise(supplier, scheme, 1)
	breaches.propose_penalty([breach])
	return breach


def test_an_approval_looks_again_at_what_the_year_leaves():
	"""Amounts that were there before the scheme got its cap."""
	supplier, scheme = make_supplier(), make_scheme()
	record, other = (make_penalty(supplier, 80, remedy_scheme=scheme) for _number in range(2))
	frappe.get_doc("Remedy Scheme", scheme).update({"has_yearly_cap": 1, "yearly_cap": 150}).save()
	with pytest.raises(
		frappe.ValidationError, match=r"\$ 150\.00 per calendar year, and \$ 80\.00 of it are used"
	):
		approved(record)
	with acting(make_user(MANAGER)):
		reward_penalty.waive(other.name, "Agreed")
	assert approved(record.reload()).status == "Approved"


# Rewards by reward schemes, penalties by penalty schemes


@pytest.mark.parametrize(
	("kind", "measure", "purpose", "sentence"),
	[
		("Penalty", "Chargeback", "Reward", "computes rewards. Choose one for penalties."),
		("Reward", "Bonus", "Penalty", "computes penalties. Choose one for rewards."),
	],
)
def test_the_scheme_is_for_the_kind(kind, measure, purpose, sentence):
	right, wrong = make_scheme(kind), make_scheme(purpose)
	values = {"kind": kind, "measure": measure}
	with pytest.raises(frappe.ValidationError, match=sentence):
		make_penalty(make_supplier(), 1, remedy_scheme=wrong, **values)
	record = make_penalty(make_supplier(), 1, remedy_scheme=right, **values)
	frappe.db.set_value("Remedy Scheme", right, "purpose", purpose)
	frappe.clear_document_cache("Remedy Scheme", right)
	with pytest.raises(frappe.ValidationError, match=sentence):
		reward_penalty.calculate(record.name, Decimal(0), Decimal(1))


def test_a_scheme_that_is_needed_keeps_its_purpose():
	rule = make_rule(grade_is("D"), measure="Chargeback", remedy_scheme=make_scheme())
	scheme = frappe.get_doc("Remedy Scheme", rule.remedy_scheme)
	scheme.purpose = "Reward"
	with pytest.raises(frappe.ValidationError, match=rule.name):
		scheme.save()
