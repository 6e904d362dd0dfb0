"""Two people who move one customer at the same moment: the second sees what the first has done."""

import frappe
import pytest
from factories import make_user, unique
from frappe.utils import add_days, today
from race_factories import race
from sales_factories import make_customer

from partner_relations.customer_care import tiers

pytestmark = pytest.mark.commits
API = "partner_relations.customer_care.api.tiers."


@pytest.fixture
def customer():
	"""A committed customer, gone afterwards."""
	name = make_customer(unique("Raced"))
	frappe.db.commit()
	yield name
	frappe.db.rollback()
	frappe.delete_doc("Customer", name, force=True)
	frappe.db.commit()


@pytest.fixture
def managers():
	users = [make_user("Customer Care Manager", "Sales User") for _number in range(2)]
	frappe.db.commit()
	yield users
	frappe.db.rollback()
	for user in users:
		frappe.delete_doc("User", user, force=True)
	frappe.db.commit()


def history(customer: str) -> list:
	return frappe.get_all(
		tiers.CHANGE,
		{"customer": customer, "source": ("!=", "First Tier")},
		["from_tier", "to_tier", "ended_on"],
		order_by="name",
	)


def test_two_managers_set_a_tier_by_hand(bench, tmp_path, customer, managers):
	until = add_days(today(), 10)
	outcomes = race(
		bench,
		tmp_path,
		(managers[0], API + "override", customer, "Key", "Because", until),
		(managers[1], API + "override", customer, "Strategic", "Because", until),
	)
	assert [outcome.error for outcome in outcomes] == [None, None]
	first, second = history(customer)
	assert first.from_tier == "Regular" and second.from_tier == first.to_tier
	assert first.ended_on and not second.ended_on
	row = frappe.get_doc("Customer", customer)
	assert (row.customer_tier, row.assessed_tier) == (second.to_tier, "Regular")


def test_two_managers_end_it(bench, tmp_path, customer, managers):
	tiers.override(customer, "Key", "Because", add_days(today(), 10))
	frappe.db.commit()
	outcomes = race(
		bench,
		tmp_path,
		(managers[0], API + "end_override", customer),
		(managers[1], API + "end_override", customer),
	)
	assert sorted(outcome.error or "" for outcome in outcomes) == ["", "ValidationError"]
	assert [row.to_tier for row in history(customer)] == ["Key", "Regular"]
