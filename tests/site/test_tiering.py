"""From ERPNext's own sales documents to an approved tier, by each method."""

import frappe
from sales_factories import credit, make_customer, sell
from tiering_factories import (
	approve,
	assess,
	group_of,
	make_policy,
	tier_of,
)

from partner_relations.customer_care import tier_assessments


def customer_of(policy, **values) -> str:
	return make_customer(customer_group=group_of(policy), **values)


def test_from_sales_to_an_approved_tier():
	policy = make_policy()
	customer, small, absent = (customer_of(policy) for _number in range(3))
	sale = sell(customer, quantity=100, rate=10)
	credit(sale.invoice, quantity=10)
	sell(small, quantity=10, rate=10)

	found = assess(policy)

	assert set(found) == {customer, small, absent}
	made = found[customer]
	assert (made.current_tier, made.proposed_tier, made.change, made.status) == (
		"Regular",
		"Strategic",
		"Up",
		"Proposed",
	)
	assert (made.has_score, made.score, made.coverage) == (1, 90, 100)
	overview = tier_assessments.overview(made.name)
	assert overview["reasons"] == ["The score is 90 of 100: Strategic."]
	(metric,) = overview["metrics"]
	assert (metric["label"], metric["value"], metric["rating"], metric["sample_size"]) == (
		"Revenue",
		"900",
		"90",
		2,
	)
	assert (found[small].status, found[small].change) == ("Unchanged", "Same")
	assert tier_assessments.overview(found[absent].name)["reasons"] == [
		"There are no facts to assess the customer by.",
		"The customer keeps the tier Regular.",
	]

	done = approve(made.name)

	assert done["decided"] == [made.name] and done["skipped"] == []
	assert tier_of(customer) == "Strategic" and tier_of(small) == "Regular"
	change = frappe.get_last_doc("Customer Tier Change", {"customer": customer})
	assert (change.from_tier, change.to_tier, change.source, change.assessment, change.reason) == (
		"Regular",
		"Strategic",
		"Assessment",
		made.name,
		"The score is 90 of 100: Strategic.",
	)
	assert made.reload().status == "Approved" and made.decided_by and made.decided_on
