"""What the Supplier form and the workspace show of contracts, breaches, rewards and penalties."""

import frappe
import pytest
from compliance_factories import breaches_of, deliverable, promise, promising, this_year
from contract_factories import make_contract
from factories import COMPANY, make_company, make_receipt, make_supplier, make_user
from frappe.utils import add_days, getdate, today
from support.statements import statements

from partner_relations.common.months import last_months
from partner_relations.supplier_quality import compliance, reward_penalty
from partner_relations.supplier_quality.api import supplier_overview
from partner_relations.supplier_quality.dashboard_chart_source.obligations_kept_by_month import (
	obligations_kept_by_month,
)
from partner_relations.supplier_quality.dashboard_chart_source.rewards_and_penalties_by_month import (
	rewards_and_penalties_by_month,
)
from partner_relations.supplier_quality.number_card.contract_notices_due.contract_notices_due import (
	contract_notices_due,
)
from partner_relations.supplier_quality.number_card.ready_to_post.ready_to_post import ready_to_post


def propose(supplier, kind="Penalty", measure="Chargeback", company=COMPANY, **values):
	"""A proposed reward or penalty; written values as its status later."""
	(name,) = reward_penalty.propose(
		[
			reward_penalty.Proposal(
				supplier=supplier,
				company=company,
				kind=kind,
				measure=measure,
				reason="For the test.",
				source_type="Purchase Order",
				source_name=frappe.generate_hash(length=10),
				origin="test",
				proposed_by="Administrator",
				amount=values.pop("amount", 0),
			)
		]
	)
	if values:
		frappe.db.set_value(reward_penalty.REWARD_PENALTY, name, values)
	return name


def test_contracts_that_run_come_with_the_days_to_their_notice():
	supplier = make_supplier()
	contract = promising(supplier, end_date=add_days(today(), 100), notice_days=30)
	make_contract(supplier)
	promising(make_supplier())
	(shown,) = supplier_overview(supplier)["contracts"]
	assert (shown.name, shown.life_cycle, shown.company) == (contract.name, "In Force", COMPANY)
	assert shown.days_to_end == 100
	assert shown.days_to_notice == (getdate(contract.notice_by) - getdate(today())).days
	assert 0 < shown.days_to_notice < 100


def test_open_breaches_are_those_of_the_supplier_that_nobody_decided():
	supplier = make_supplier()
	contract = promising(
		supplier, promise(), deliverable(this_year(1, 20)), deliverable(this_year(1, 20), owed_by="Us")
	)
	for month in (1, 2):
		make_receipt(supplier, accepted=80, rejected=20, on=this_year(month, 10))
	compliance.judge_contract(contract.name)
	found = {breach.name: breach for breach in breaches_of(contract)}
	assert len(found) == 4
	waived = next(name for name, breach in found.items() if breach.kpi)
	frappe.db.set_value("Contract Breach", waived, "status", "Waived")
	ours = {name for name, breach in found.items() if breach.owed_by == "Us"}
	shown = {row.name for row in supplier_overview(supplier)["breaches"]}
	assert shown == set(found) - ours - {waived}


def test_rewards_and_penalties_add_up_per_company_in_its_currency():
	supplier, abroad = make_supplier(), make_company("EUR")
	approved = {"docstatus": 1, "status": "Approved"}
	propose(supplier, amount=100, **approved)
	propose(supplier, amount=50.25, **{**approved, "status": "Posted"}, posted_amount=50.25)
	propose(supplier, amount=1000, **{**approved, "status": "Waived"})
	propose(supplier, amount=1000, **{**approved, "status": "Reversed"})
	propose(supplier, "Reward", "Bonus", amount=7, **approved)
	propose(supplier, "Penalty", "Warning Letter", **{**approved, "status": "In Effect"})
	propose(supplier, amount=20, company=abroad, **approved)
	waiting = propose(supplier, amount=5)
	overview = supplier_overview(supplier)
	assert [row.name for row in overview["waiting"]] == [waiting]
	none = {"count": 0, "amount": 0, "posted": 0}
	assert {entry["company"]: entry for entry in overview["sums"]} == {
		COMPANY: {
			"company": COMPANY,
			"currency": "USD",
			"Penalty": {"count": 3, "amount": 150.25, "posted": 50.25},
			"Reward": {"count": 1, "amount": 7, "posted": 0},
		},
		abroad: {
			"company": abroad,
			"currency": "EUR",
			"Penalty": {"count": 1, "amount": 20, "posted": 0},
			"Reward": none,
		},
	}


def test_preferred_until_is_shown_until_it_has_passed():
	supplier = make_supplier()
	for day, shown in ((today(), True), (add_days(today(), -1), False), (None, False)):
		frappe.db.set_value("Supplier", supplier, "preferred_until", day)
		assert bool(supplier_overview(supplier)["preferred_until"]) is shown


def test_the_overview_shows_what_the_user_may_read():
	supplier = make_supplier()
	contract = promising(supplier, promise())
	make_receipt(supplier, accepted=80, rejected=20, on=this_year(1, 10))
	compliance.judge_contract(contract.name)
	propose(supplier, amount=5, docstatus=1, status="Approved")

	def seen(*roles):
		frappe.set_user(make_user(*roles))
		try:
			overview = supplier_overview(supplier)
		finally:
			frappe.set_user("Administrator")
		return {part: bool(overview[part]) for part in ("contracts", "breaches", "sums")}

	assert seen("Supplier Quality Manager", "Purchase Manager") == {
		"contracts": True,
		"breaches": True,
		"sums": True,
	}
	assert seen("Accounts User") == {"contracts": False, "breaches": False, "sums": True}
	assert seen("Purchase User") == {"contracts": False, "breaches": False, "sums": False}
	with pytest.raises(frappe.PermissionError):
		seen("Sales User")


def test_a_user_permission_on_a_company_hides_the_others():
	supplier, abroad = make_supplier(), make_company("EUR")
	approved = {"docstatus": 1, "status": "Approved"}
	propose(supplier, amount=1, **approved)
	propose(supplier, amount=2, company=abroad, **approved)
	user = make_user("Supplier Quality Manager", "Purchase User")
	frappe.get_doc(doctype="User Permission", user=user, allow="Company", for_value=abroad).insert()
	frappe.set_user(user)
	assert [entry["company"] for entry in supplier_overview(supplier)["sums"]] == [abroad]


def test_the_overview_takes_as_many_statements_for_many_records_as_for_few():
	few, many = make_supplier(), make_supplier()
	for supplier, number in ((few, 1), (many, 9)):
		for _number in range(number):
			propose(supplier, amount=3, docstatus=1, status="Approved")
	counts = []
	for supplier in (few, many, few, many):  # the first look at a supplier reads the document too
		with statements() as seen:
			supplier_overview(supplier)
		counts.append(len(seen))
	assert counts[3] == counts[2]


# The workspace


def test_the_card_counts_contracts_whose_notice_is_due_in_sixty_days():
	before = contract_notices_due()["value"]
	contract = promising(make_supplier(), end_date=add_days(today(), 90), notice_days=40)
	assert contract_notices_due()["value"] == before + 1
	for notice_by, counted in ((60, 1), (61, 0), (0, 1), (-1, 0)):
		frappe.db.set_value("Contract", contract.name, "notice_by", add_days(today(), notice_by))
		assert contract_notices_due()["value"] == before + counted, notice_by


def test_the_card_counts_what_can_be_posted_now():
	before = ready_to_post()["value"]
	supplier = make_supplier()
	name = propose(supplier, amount=10)
	assert ready_to_post()["value"] == before

	def counted(**values):
		frappe.db.set_value(reward_penalty.REWARD_PENALTY, name, {"docstatus": 1, **values})
		answer = ready_to_post()
		options = answer["route_options"]
		listed = frappe.get_list(reward_penalty.REWARD_PENALTY, filters=options, pluck="name")
		assert not answer["value"] or len(listed) == answer["value"]
		assert (name in options.get("name", ((), ()))[1]) == (answer["value"] > before)
		return answer["value"] - before

	frappe.db.set_single_value("Supplier Quality Settings", "wait_for_answer", 1)
	assert counted(status="Approved") == 0, "the supplier has not been told"
	assert counted(status="Notified", respond_by=add_days(today(), 3)) == 0
	assert counted(status="Accepted", answer="Accepted") == 1
	assert counted(status="Notified", answer=None, respond_by=add_days(today(), -1)) == 1
	assert counted(status="Disputed") == 0
	assert counted(status="Posted") == 0


def test_the_charts_count_by_month():
	def kept():
		data = obligations_kept_by_month.get()
		return data["datasets"] if data else [{"values": [0] * 13}, {"values": [0] * 13}]

	before = kept()
	supplier = make_supplier()
	contract = promising(supplier, promise())
	for month, rejected in ((1, 0), (2, 20)):
		make_receipt(supplier, accepted=100 - rejected, rejected=rejected, on=this_year(month, 10))
	compliance.judge_contract(contract.name)
	after = kept()
	assert [data["name"] for data in after] == ["Kept", "Breached"]
	months = last_months()
	for position, month in enumerate((this_year(1, 31), this_year(2, 28))):
		place = months.index(month.strftime("%Y-%m"))
		for outcome in (0, 1):
			grown = after[outcome]["values"][place] - before[outcome]["values"][place]
			assert grown == (1 if outcome == position else 0)


def test_amounts_by_month_are_those_approved_in_each_currency():
	abroad = make_company("EUR")
	supplier = make_supplier()
	approved = {"docstatus": 1, "status": "Approved"}
	for amount, company in ((10, COMPANY), (5, abroad)):
		propose(supplier, amount=amount, company=company, **approved)
	propose(supplier, amount=99, company=abroad)
	propose(supplier, amount=99, company=abroad, **{**approved, "status": "Waived"})
	data = rewards_and_penalties_by_month.get({"company": abroad})
	assert data["labels"] == last_months() and len(data["labels"]) == 13
	assert [(entry["name"], entry["values"][-1]) for entry in data["datasets"]] == [
		("Penalties (EUR)", 5),
		("Rewards (EUR)", 0),
	]
	names = {entry["name"] for entry in rewards_and_penalties_by_month.get()["datasets"]}
	assert {"Penalties (EUR)", "Penalties (USD)"} <= names
	frappe.set_user(make_user("Sales User"))
	with pytest.raises(frappe.PermissionError):
		rewards_and_penalties_by_month.get()
