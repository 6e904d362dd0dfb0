"""Two people who ask the same supplier about one complaint, or penalise it, at once; all of it is removed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import frappe
import pytest
from complaint_factories import make_complaint
from factories import make_supplier, make_user
from frappe.utils import add_days, today
from race_factories import Outcome, all_gone_afterwards, one_wins, race
from support.servers import Bench

from partner_relations.customer_care.complaint_steps import AGENT, MANAGER
from partner_relations.customer_care.responsibility import ACTION, penalty_values
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY

pytestmark = pytest.mark.commits
REQUEST = "partner_relations.customer_care.api.investigation.request_improvement"
INSERT = "frappe.client.insert"
Race = Callable[..., list[Outcome]]


@pytest.fixture(autouse=True)
def _clean(site: str) -> Iterator[None]:
	with all_gone_afterwards():
		yield


@pytest.fixture
def at_once(bench: Bench, tmp_path: Path) -> Race:
	def start(*calls: tuple) -> list[Outcome]:
		frappe.db.commit()
		return race(bench, tmp_path, *calls)

	return start


def test_two_agents_ask_the_supplier_once(at_once: Race):
	agents = [make_user(AGENT), make_user(AGENT)]
	complaint = make_complaint(responsibility="Supplier", supplier=make_supplier())
	arguments = (REQUEST, complaint.name, str(add_days(today(), 14)), "Scratched")
	one_wins(at_once(*((agent, *arguments) for agent in agents)), "asked already")
	assert frappe.db.count(ACTION, {"customer_complaint": complaint.name}) == 1


def test_two_managers_start_one_penalty(at_once: Race):
	users = [make_user(MANAGER, "Supplier Quality Manager") for _ in range(2)]
	supplier = make_supplier()
	complaint = make_complaint(responsibility="Supplier", supplier=supplier)
	penalty = {"doctype": REWARD_PENALTY, **penalty_values(complaint)}
	outcomes = at_once(*((user, INSERT, penalty) for user in users))
	one_wins(outcomes, "has this measure for", "Duplicate", "unique", "Deadlock")
	assert frappe.db.count(REWARD_PENALTY, {"source_name": complaint.name}) == 1
