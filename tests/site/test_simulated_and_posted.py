"""What a simulation says is what the ledger gets: from a rule's past periods to the accounts, to the cent."""

import random
from decimal import Decimal

import frappe
import pytest
from compliance_factories import breaches_of, promise, promising, this_year
from factories import invoice, make_order, make_receipt, make_supplier, make_template, make_user, publish
from incentive_factories import grade_is, make_history, make_rule, make_scheme, proposals, quarter
from penalty_factories import RECORD, acting, approved, balance, use_accounts

from partner_relations.supplier_quality import compliance, incentives, posting
from partner_relations.supplier_quality.incentives import simulate

PERCENT = {"rate_type": "Percent of the basis"}
THE_PAST = (quarter(0)["from_date"], this_year(12, 31))


def simulated(rule) -> dict[str, Decimal]:
	"""Amounts by source."""
	rows = simulate(rule.as_dict(no_nulls=False), *THE_PAST)["rows"]
	return {row["source_name"]: Decimal(str(row["amount"])) for row in rows}


def posted(rule, account: str) -> dict[str, Decimal]:
	"""Approve and post what the rule proposed, each by somebody else; amounts on the account by source."""
	approver, accountant = make_user("Supplier Quality Manager"), make_user("Accounts User")
	found = {}
	for row in proposals(rule=rule.name):
		approved(frappe.get_doc(RECORD, row.name), by=approver)
		with acting(accountant):
			entry = frappe.get_doc("Journal Entry", posting.post(row.name))
		assert entry.docstatus == 1
		(line,) = [line for line in entry.accounts if line.account == account]
		found[row.source_name] = Decimal(str(line.debit or line.credit))
	return found


def switch_on(rule) -> None:
	rule.enabled = 1
	rule.save()


# Kind, measure, the scheme's values: every method, basis and limit that the amounts of a rule can have.
CASES = {
	"amount per breach": ("Penalty", "Chargeback", {"rate": 33.33}),
	"points missed": ("Penalty", "Chargeback", {"counts": "Points missed", "rate": 3.337}),
	"percent of orders": ("Penalty", "Price Reduction", {"basis": "Order value", "rate": 1.257, **PERCENT}),
	"capped in percent": (
		*("Penalty", "Chargeback"),
		{"basis": "Order value", "rate": 7.5, "has_cap_percent": 1, "cap_percent": 3.333, **PERCENT},
	),
	"capped as amount": ("Penalty", "Chargeback", {"rate": 100, "has_cap_amount": 1, "cap_amount": 66.669}),
	"capped per year": ("Penalty", "Chargeback", {"rate": 70.07, "has_yearly_cap": 1, "yearly_cap": 150.005}),
	"steps with a minimum": (
		*("Penalty", "Chargeback"),
		{
			"method": "Steps",
			"counts": "Points missed",
			"steps": [{"threshold": 10, "rate": 12.34}, {"threshold": 20, "rate": 56.78}],
			"has_minimum": 1,
			"minimum_amount": 20.02,
		},
	),
	"bonus per grade": (
		*("Reward", "Bonus"),
		{
			"method": "Bonus per grade",
			"basis": "Invoice value",
			"grade_bonuses": [{"grade": "A", "rate": 2.225}, {"grade": "B", "rate": 1.115}],
			**PERCENT,
		},
	),
	"rebate": (
		*("Reward", "Rebate"),
		{
			"method": "Volume rebate",
			"basis": "Invoice value",
			"tier_mode": "The part above each threshold",
			"steps": [{"threshold": 100, "rate": 3.333}, {"threshold": 500, "rate": 5.555}],
			**PERCENT,
		},
	),
}


@pytest.mark.parametrize("case", CASES)
def test_what_publishing_proposes_is_posted_as_it_was_simulated(case):
	kind, measure, values = CASES[case]
	chance = random.Random(case)
	accounts = use_accounts()
	template = make_template()
	grades = [[chance.choice("ABCDD") for _quarter in range(4)] for _supplier in range(3)]
	suppliers, made = make_history(grades, template=template.name, publish_each=False)
	for supplier in suppliers:
		for number in range(4):
			on = quarter(number)["from_date"]
			order = make_order(supplier, quantity=chance.randint(5, 90), rate=13.37, ordered_on=on, due=on)
			invoice(order, on=on)
	if kind == "Reward":
		conditions = [grade_is("B", "is at least")]
	else:
		conditions = [{"what": "Score", "comparison": "is at most", "number": chance.choice([70, 75, 80])}]
	scheme = make_scheme(kind, **values)
	rule = make_rule(*conditions, kind=kind, measure=measure, remedy_scheme=scheme, enabled=0)
	for documents in made:
		publish(*(document.name for document in documents.values()))
	expected = simulated(rule)
	assert expected, "histories and rules that never meet prove nothing"

	switch_on(rule)
	incentives.propose_for_evaluations(
		[document.name for documents in made for document in documents.values()]
	)
	account = accounts.reward_account if measure == "Bonus" else accounts.penalty_account
	assert posted(rule, account) == expected
	sign = 1 if measure == "Bonus" else -1
	assert Decimal(str(balance(account))) == sign * sum(expected.values())


@pytest.mark.parametrize("breaches_needed", [1, 2])
def test_what_breaches_propose_is_posted_as_it_was_simulated(breaches_needed):
	chance = random.Random(breaches_needed)
	accounts = use_accounts()
	contracts = []
	for _number in range(2):
		supplier = make_supplier()
		contract = promising(supplier, promise())
		for month in (1, 2, 3):
			bad = chance.randint(6, 40)
			make_receipt(supplier, accepted=100 - bad, rejected=bad, rate=5.55, on=this_year(month, 10))
		compliance.judge_contract(contract.name)
		contracts.append(contract)
	scheme = make_scheme(counts="Points missed", rate=2.345, has_yearly_cap=1, yearly_cap=99.99)
	rule = make_rule(
		looks_at="Contract breach",
		measure="Chargeback",
		remedy_scheme=scheme,
		breaches_needed=breaches_needed,
		within_months=12,
		enabled=0,
	)
	expected = simulated(rule)
	assert expected

	switch_on(rule)
	incentives.propose_for_breaches([row.name for contract in contracts for row in breaches_of(contract)])
	assert posted(rule, accounts.penalty_account) == expected
	assert Decimal(str(balance(accounts.penalty_account))) == -sum(expected.values())
