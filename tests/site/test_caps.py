"""No amount exceeds a cap: not by two who propose at once, not by a note, not by an edit before approval."""

from collections.abc import Callable, Iterator
from pathlib import Path

import frappe
import pytest
from compliance_factories import BREACH, breaches_of, penalties_of, promise, promising, this_year
from factories import make_receipt, make_supplier, make_user
from incentive_factories import make_scheme
from penalty_factories import RECORD, make_penalty
from race_factories import Outcome, all_gone_afterwards, race
from support.servers import Bench

from partner_relations.supplier_quality import compliance

USER, MANAGER = "Supplier Quality User", "Supplier Quality Manager"


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
	breaches = [broken_promise(supplier, scheme, month) for month in (1, 2)]
	at_once(*((make_user(USER), "obligations.propose_penalty", [breach]) for breach in breaches))
	amounts = sorted(row.amount for breach in breaches for row in penalties_of(breach))
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
