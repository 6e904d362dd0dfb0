"""Obligations of real contracts, judged by real receipts: results, breaches, late facts, penalties, roles."""

from datetime import timedelta
from decimal import Decimal

import frappe
import pytest
from compliance_factories import (
	breaches_of,
	deliverable,
	make_remedy,
	on_time,
	penalties_of,
	promise,
	promising,
	results_of,
	this_year,
)
from contract_factories import acting_as, amend, buyer, make_contract
from factories import (
	COMPANY,
	make_kpi,
	make_order,
	make_receipt,
	make_service,
	make_supplier,
	make_user,
	receive,
	unique,
)
from frappe.utils import add_days, getdate, today
from support.statements import statements

from partner_relations.supplier_quality import (
	breaches,
	compliance,
	contract_obligations,
	reward_penalty,
)
from partner_relations.supplier_quality.api import obligations as api
from partner_relations.supplier_quality.breach_sentences import said
from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.report.obligation_compliance import obligation_compliance


def test_windows_are_judged_by_the_facts_of_the_window():
	supplier = make_supplier()
	make_receipt(supplier, accepted=96, rejected=4, on=this_year(1, 10))
	make_receipt(supplier, accepted=90, rejected=10, on=this_year(2, 28))
	contract = promising(supplier, promise(), start_date=this_year(1, 5), end_date=this_year(3, 15))
	compliance.judge_contract(contract.name)
	found = results_of(contract)
	assert [(row.from_date, row.to_date, row.outcome) for row in found] == [
		(this_year(1, 5), this_year(1, 31), "Kept"),
		(this_year(2, 1), this_year(2, 28), "Breached"),
		(this_year(3, 1), this_year(3, 15), "Not Measured"),
	]
	kept, broken, unmeasured = found
	assert (kept.value, kept.numerator, kept.denominator, kept.sample_size) == (96, 96, 100, 1)
	assert (unmeasured.has_value, unmeasured.breach, kept.breach) == (0, None, None)
	(breach,) = breaches_of(contract)
	assert broken.breach == breach.name
	assert (breach.status, breach.value, breach.target, breach.comparison) == (
		"Detected",
		90,
		95,
		"At least",
	)
	assert (breach.party, breach.company) == (supplier, COMPANY)
	assert (breach.kpi, breach.unit) == ("Test Accepted Quantity", "%")
	assert breach.obligation_key == contract.reload().obligations[0].obligation_key


def judged(supplier, *rows, **values):
	"""A contract in force since January with its windows judged."""
	contract = promising(supplier, *rows, **values)
	compliance.judge_contract(contract.name)
	return contract


def broken_promise(**row):
	"""A supplier that accepted-quantity-wise broke its promise in February: contract and breach."""
	supplier = make_supplier()
	make_receipt(supplier, accepted=90, rejected=10, on=this_year(2, 10))
	contract = judged(supplier, promise(**row))
	(breach,) = breaches_of(contract)
	return contract, breach


def again(contract):
	compliance.judge_contract(contract.name)
	return breaches_of(contract)


# Nothing twice


def test_judging_again_makes_nothing_twice_and_writes_nothing():
	contract, breach = broken_promise()
	before = results_of(contract)
	with statements() as seen:
		assert again(contract) == [breach]
	assert results_of(contract) == before
	assert not [text for text in seen.writes if "tabContract" in text]


def test_windows_close_only_after_the_days_for_late_postings():
	supplier = make_supplier()
	make_receipt(supplier, accepted=90, rejected=10, on=this_year(1, 10))
	ended = add_days(today(), -3)
	frappe.db.set_single_value("Supplier Quality Settings", "obligation_close_days", 5)
	contract = judged(supplier, promise(judged_each="Year"), end_date=ended)
	assert results_of(contract) == []
	frappe.db.set_single_value("Supplier Quality Settings", "obligation_close_days", 2)
	assert len(again(contract)) == 1


def test_one_query_serves_all_suppliers_of_a_group():
	kpi = make_kpi()

	def queries(count):
		suppliers = [make_supplier() for _number in range(count)]
		for supplier in suppliers:
			make_receipt(supplier, accepted=90, rejected=10, on=this_year(1, 10))
		contracts = [
			promising(supplier, promise(kpi, title="The same"), end_date=this_year(1, 31)).name
			for supplier in suppliers
		]
		with statements() as seen:
			compliance._judge(contracts, compliance._saved)
		assert all(len(breaches_of(contract)) == 1 for contract in contracts)
		return len(seen), len(seen.of("Purchase Receipt Item"))

	assert queries(2) == queries(7)


def test_one_bad_obligation_does_not_stop_the_others():
	supplier = make_supplier()
	make_receipt(supplier, accepted=90, rejected=10, on=this_year(2, 10))
	contract = promising(supplier, promise(), on_time(), promise(judged_each="Quarter"))
	bad, unreadable = contract.obligations[1].name, contract.obligations[2].name
	definition = frappe.parse_json(contract.obligations[1].definition)
	definition["measure"] = "of_an_app_that_is_gone"
	frappe.db.set_value("Contract Obligation", bad, "definition", frappe.as_json(definition))
	frappe.db.set_value("Contract Obligation", unreadable, "definition", "{")
	compliance.judge_contract(contract.name)
	assert [row.obligation for row in breaches_of(contract)] == [contract.obligations[0].title]
	logged = frappe.get_all("Error Log", pluck="method")
	assert any(contract.obligations[1].title in title for title in logged)
	assert any(contract.name in title for title in logged)


# Late facts


def test_late_facts_withdraw_a_breach_and_bring_it_back():
	contract, breach = broken_promise()
	late = make_receipt(breach.party, accepted=200, on=this_year(2, 20))
	(withdrawn,) = again(contract)
	assert (withdrawn.name, withdrawn.status) == (breach.name, "Withdrawn")
	assert "96.67 % instead of 90 %" in said(withdrawn.decision_finding).replace(".00", "")
	assert [row.outcome for row in results_of(contract)][1] == "Kept"
	late.cancel()
	(back,) = again(contract)
	assert (back.name, back.status, back.decision_finding, back.value) == (breach.name, "Detected", None, 90)
	texts = frappe.get_all("Comment", {"reference_name": breach.name}, pluck="content")
	assert len(texts) == 2


def test_late_facts_can_break_a_promise_that_was_kept():
	supplier = make_supplier()
	make_receipt(supplier, accepted=99, rejected=1, on=this_year(2, 10))
	contract = judged(supplier, promise())
	assert breaches_of(contract) == []
	make_receipt(supplier, accepted=0, rejected=50, on=this_year(2, 11))
	(breach,) = again(contract)
	assert (breach.status, breach.sample_size) == ("Detected", 2)


def test_a_breach_comes_back_to_where_it_was():
	contract, breach = broken_promise()
	frappe.db.set_value(BREACH, breach.name, {"status": "Notified", "notice_status": "Sent"})
	breaches.record_response(breach.name, "Disputed", "Counted wrongly.", "ann@example.com")
	late = make_receipt(breach.party, accepted=200, on=this_year(2, 20))
	assert again(contract)[0].status == "Withdrawn"
	late.cancel()
	assert again(contract)[0].status == "Disputed"


def test_windows_older_than_the_recheck_are_left_alone():
	contract, breach = broken_promise()
	frappe.db.set_single_value("Supplier Quality Settings", "recheck_months", 1)
	make_receipt(breach.party, accepted=200, on=this_year(2, 20))
	assert again(contract)[0].status == "Detected"


def test_what_people_decided_stays_and_they_are_told():
	contract, breach = broken_promise()
	breaches.waive(breach.name, "A new line was running in.")
	late = make_receipt(breach.party, accepted=200, on=this_year(2, 20))
	(row,) = again(contract)
	assert (row.status, row.facts_changed) == ("Waived", 1)
	note = frappe.get_doc(BREACH, breach.name).facts_changed_note
	assert "Decide whether the decision still stands" in note
	late.cancel()
	(row,) = again(contract)
	assert (row.status, row.facts_changed, row.facts_changed_finding) == ("Waived", 0, None)


# Life of the contract


def test_terminated_contracts_are_judged_up_to_their_end():
	contract, _breach = broken_promise()
	assert len(results_of(contract)) > 2
	end = this_year(1, 20)
	frappe.db.set_value(
		"Contract",
		contract.name,
		{"life_cycle": "Terminated", "terminated_on": end, "effective_end_date": end},
	)
	(row,) = again(contract)
	assert row.status == "Withdrawn"
	first, *others = results_of(contract)
	assert (first.from_date, first.to_date) == (this_year(1, 1), end)
	assert {other.outcome for other in others} == {"Not Measured"}


def test_cancelling_a_contract_withdraws_its_open_breaches():
	contract, _breach = broken_promise()
	contract.reload().cancel()
	(row,) = breaches_of(contract)
	assert (row.status, said(row.decision_finding)) == ("Withdrawn", "The contract was cancelled.")
	assert again(contract)[0].status == "Withdrawn"


def test_drafts_and_unsigned_contracts_are_not_judged():
	supplier = make_supplier()
	make_receipt(supplier, accepted=90, rejected=10, on=this_year(2, 10))
	contract = make_contract(supplier, obligations=[promise()])
	assert again(contract) == [] == results_of(contract)


def test_an_amended_obligation_is_judged_by_the_version_of_the_windows_first_day():
	supplier = make_supplier()
	for month in (1, 2, 3):
		make_receipt(supplier, accepted=90, rejected=10, on=this_year(month, 20))
	contract = promising(supplier, promise(target=95), end_date=this_year(3, 31))
	row = contract.obligations[0]
	amend(
		contract,
		{
			"subject": "Obligation",
			"action": "Replace",
			"entry_key": row.obligation_key,
			"title": row.title,
			"kind": "KPI promise",
			"kpi": row.kpi,
			"comparison": "At least",
			"target": 85,
			"judged_each": "Month",
			"windows_begin": "Calendar",
		},
		effective=this_year(2, 10),
	)
	compliance.judge_contract(contract.name)
	assert [(one.target, one.outcome) for one in results_of(contract)] == [
		(95, "Breached"),
		(95, "Breached"),
		(85, "Kept"),
	]
	assert {one.obligation_key for one in results_of(contract)} == {row.obligation_key}


# Freezing


def test_what_was_promised_does_not_change_with_the_kpi_or_the_scheme():
	remedy = make_remedy()
	contract, breach = broken_promise(remedy_scheme=remedy)
	definition = frappe.parse_json(contract.obligations[0].definition)
	assert (definition["measure"], definition["target"], definition["unit"]) == (
		"accepted_quantity",
		"95",
		"%",
	)
	assert definition["remedy"]["rate"] == "5"
	kpi = frappe.get_doc("Supplier KPI", contract.obligations[0].kpi)
	kpi.measure = "return_rate"
	kpi.save()
	scheme = frappe.get_doc("Remedy Scheme", remedy)
	scheme.rate = 50
	scheme.save()
	make_receipt(breach.party, accepted=70, rejected=30, on=this_year(3, 3))
	assert [row.value for row in again(contract)] == [90, 70]
	assert frappe.parse_json(breach.definition)["remedy"]["rate"] == "5"


def test_keys_survive_saving_and_amending_but_not_copying():
	contract = promising(make_supplier(), promise())
	key = contract.obligations[0].obligation_key
	assert key
	copy = frappe.copy_doc(contract)
	copy.life_cycle = None
	with acting_as(buyer()):
		copy.insert()
	assert copy.obligations[0].obligation_key != key
	draft = make_contract(obligations=[promise(obligation_key=key)])
	own = draft.obligations[0].obligation_key
	assert own != key
	with acting_as(draft.owner):
		draft.obligations[0].obligation_key = key
		draft.obligations[0].definition = "{}"
		draft.save()
	assert (draft.obligations[0].obligation_key, draft.obligations[0].definition) == (own, None)
	contract.reload().cancel()
	amended = frappe.copy_doc(contract)
	amended.update({"amended_from": contract.name, "docstatus": 0, "life_cycle": None})
	amended.obligations[0].obligation_key = key
	with acting_as(buyer()):
		amended.insert()
	assert amended.obligations[0].obligation_key == key


@pytest.mark.parametrize(
	("row", "values", "message"),
	[
		({"target": 0}, {}, "A promise of at least 0 is always kept"),
		({"comparison": "At most", "target": -1}, {}, "must not be negative"),
		({}, {"start_date": None, "end_date": None}, "Enter the start date"),
		({}, {"party_type": "Customer"}, "Only suppliers are measured"),
	],
)
def test_promises_that_cannot_be_judged_are_refused(row, values, message):
	if values.get("party_type") == "Customer":
		customer = frappe.get_doc(
			doctype="Customer", customer_name=unique("Customer"), customer_type="Company"
		)
		values = {**values, "party_name": customer.insert().name}
	with pytest.raises(frappe.ValidationError, match=message):
		make_contract(obligations=[promise(**row)], **values)


def test_other_obligations_that_are_refused():
	rated = make_kpi("Test Rated", None, ((1, 0), (5, 100)), lowest_mark=1, highest_mark=5)
	reward = make_remedy(purpose="Reward")
	late_value = make_remedy()
	twin = promise()
	for rows, message in (
		([promise(rated)], "is rated by people"),
		([twin, {**twin, "title": "Another"}], "the same is promised in row 1"),
		([deliverable(None)], "Enter the due date"),
		([deliverable(this_year(1, 1) - timedelta(days=1))], "outside the contract"),
		([deliverable(this_year(2, 1), delivered_on=add_days(today(), 1))], "yet to come"),
		([promise(remedy_scheme=reward)], "computes rewards"),
		([deliverable(this_year(2, 1), remedy_scheme=late_value)], "part of late order lines"),
		([deliverable(this_year(2, 1), owed_by="Us", remedy_scheme=reward)], "Only what a supplier owes"),
	):
		with pytest.raises(frappe.ValidationError, match=message):
			make_contract(obligations=rows)


def test_obligations_of_a_submitted_contract_change_by_amendment_only():
	contract = promising(make_supplier(), promise(), deliverable(this_year(12, 1)))
	with pytest.raises(frappe.ValidationError, match="Make a Contract Amendment"):
		contract.reload().append("obligations", promise())
		contract.save()
	contract.reload().obligations.pop()
	with pytest.raises(frappe.ValidationError, match="Make a Contract Amendment"):
		contract.save()
	with pytest.raises(frappe.ValidationError):
		contract.reload().obligations[0].target = 1
		contract.save()


# Deliverables


def test_a_deliverable_that_does_not_come_gets_later_until_it_comes():
	remedy = make_remedy(basis="Fixed amount", rate_type="Amount", rate=100)
	due = getdate(add_days(today(), -10))
	contract = judged(make_supplier(), deliverable(due, remedy_scheme=remedy))
	(breach,) = breaches_of(contract)
	assert (breach.due_date, breach.days_late, breach.status, breach.penalty) == (due, 10, "Detected", None)
	assert penalties_of(breach.name) == []
	compliance.record_delivery(contract.name, breach.obligation_key, add_days(due, 4))
	(breach,) = breaches_of(contract)
	assert (breach.days_late, breach.delivered_on) == (4, add_days(due, 4))
	(penalty,) = penalties_of(breach.name)
	assert (penalty.amount, penalty.name) == (400, breach.penalty)
	assert results_of(contract)[0].outcome == "Breached"


def test_a_deliverable_that_had_come_in_time():
	due = getdate(add_days(today(), -10))
	contract = judged(make_supplier(), deliverable(due))
	(breach,) = breaches_of(contract)
	compliance.record_delivery(contract.name, breach.obligation_key, add_days(due, -1))
	(breach,) = breaches_of(contract)
	assert breach.status == "Withdrawn"
	assert results_of(contract)[0].outcome == "Kept"


def test_what_we_owe_is_our_breach():
	contract = judged(make_supplier(), deliverable(add_days(today(), -2), owed_by="Us"))
	(breach,) = breaches_of(contract)
	assert (breach.owed_by, breach.days_late) == ("Us", 2)
	with pytest.raises(frappe.ValidationError, match="our own promise"):
		breaches.notify(breach.name)
	assert breaches.propose_penalty([breach.name]) == []


def test_a_deliverable_that_an_amendment_added():
	contract = promising(make_supplier(), promise())
	due = getdate(add_days(today(), -3))
	amend(
		contract,
		{
			"subject": "Obligation",
			"action": "Add",
			"entry_key": frappe.generate_hash(length=16),
			"title": "Test report",
			"kind": "Dated deliverable",
			"owed_by": "Partner",
			"due_date": due,
		},
		effective=add_days(due, -1),
	)
	compliance.judge_contract(contract.name)
	(breach,) = breaches_of(contract)
	assert (breach.obligation, breach.days_late) == ("Test report", 3)
	compliance.record_delivery(contract.name, breach.obligation_key, add_days(due, 1))
	compliance.judge_contract(contract.name)
	(breach,) = breaches_of(contract)
	assert (breach.days_late, breach.delivered_on) == (1, getdate(add_days(due, 1)))


# Penalties


def late_delivery(quantity=10, rate=20, days=5, **row):
	"""A line of 200, five days late in February, under a promise to be on time."""
	supplier = make_supplier()
	order = make_order(
		supplier, quantity=quantity, rate=rate, due=this_year(2, 10), ordered_on=this_year(2, 1)
	)
	receive(order, on=this_year(2, 10) + timedelta(days=days))
	contract = judged(supplier, on_time(**row))
	(breach,) = breaches_of(contract)
	return contract, breach


def test_a_breach_proposes_the_penalty_of_its_scheme():
	"""10.5 % per 2 days, value 200, five days late: 52.50."""
	contract, breach = late_delivery(
		remedy_scheme=make_remedy(rate=10.5, per_units=2, has_cap_percent=1, cap_percent=55)
	)
	(penalty,) = penalties_of(breach.name)
	assert (penalty.amount, penalty.status, penalty.kind) == (52.5, "Proposed", "Penalty")
	assert (penalty.measure, penalty.contract, penalty.supplier) == (
		"Liquidated Damages",
		contract.name,
		breach.party,
	)
	assert penalty.proposed_by == contract.contract_owner
	assert breach.penalty == penalty.name
	assert frappe.parse_json(penalty.calculation)
	assert breaches.propose_penalty([breach.name]) == []


@pytest.mark.parametrize(
	("scheme", "amount"),
	[
		({"basis": "Order value"}, 50),  # 5 % a day of the order of 200, 5 days
		({"basis": "Order value", "counts": "Breaches"}, 10),
		({"basis": "Fixed amount", "rate_type": "Amount", "rate": 7}, 35),
		({"basis": "Fixed amount", "rate_type": "Amount", "rate": 7, "counts": "Breaches"}, 7),
		({"basis": "Late line value", "rate": 1, "counts": "Points missed"}, 190),  # 95 points of 200
		({"grace_units": 2}, 30),
	],
)
def test_what_a_scheme_may_count_and_take_a_part_of(scheme, amount):
	_contract, breach = late_delivery(remedy_scheme=make_remedy(**scheme))
	assert [row.amount for row in penalties_of(breach.name)] == [amount]


def test_a_calculation_that_gives_nothing_proposes_nothing_and_says_so():
	_contract, breach = late_delivery(remedy_scheme=make_remedy(grace_units=5))
	assert penalties_of(breach.name) == []
	texts = frappe.get_all("Comment", {"reference_name": breach.name}, pluck="content")
	assert any("gives no penalty" in text for text in texts)


def test_force_majeure_computes_the_penalty_anew():
	_contract, breach = late_delivery(remedy_scheme=make_remedy())
	assert penalties_of(breach.name)[0].amount == 50
	breaches.exempt_days(breach.name, 3, "The port was closed.")
	first, second = penalties_of(breach.name)
	assert (first.status, second.status, second.amount) == ("Waived", "Proposed", 20)
	assert frappe.db.get_value(BREACH, breach.name, "penalty") == second.name


def test_a_yearly_cap_holds_over_all_breaches_of_a_batch():
	remedy = make_remedy(has_yearly_cap=1, yearly_cap=70)
	supplier = make_supplier()
	for month in (2, 3):
		order = make_order(
			supplier, quantity=10, rate=20, due=this_year(month, 10), ordered_on=this_year(month, 1)
		)
		receive(order, on=this_year(month, 15))
	contract = judged(supplier, on_time(remedy_scheme=remedy))
	amounts = [penalties_of(row.name)[0].amount for row in breaches_of(contract)]
	assert sorted(amounts) == [20, 50]


def test_a_withdrawn_breach_takes_its_proposal_with_it_and_comes_back_with_a_new_one():
	contract, breach = late_delivery(remedy_scheme=make_remedy())
	receipt = in_time(breach.party)
	(row,) = again(contract)
	assert (row.status, row.penalty) == ("Withdrawn", None)
	assert [one.status for one in penalties_of(breach.name)] == ["Waived"]
	receipt.cancel()
	(row,) = again(contract)
	assert row.status == "Detected"
	assert [one.status for one in penalties_of(breach.name)] == ["Waived", "Proposed"]
	assert row.penalty == penalties_of(breach.name)[1].name


def in_time(supplier, lines=40):
	"""So many lines delivered in time in February."""
	order = make_order(
		supplier, due=this_year(2, 20), lines=[{"item_code": make_service(), "qty": 1}] * lines
	)
	return receive(order, on=this_year(2, 20))


def approved_penalty():
	contract, breach = late_delivery(remedy_scheme=make_remedy())
	with acting_as(make_user("Supplier Quality Manager", "Purchase Manager", "Accounts Manager")):
		reward_penalty.approve(breach.penalty)
	return contract, breach


def test_an_approved_penalty_keeps_its_breach_and_people_are_told():
	contract, breach = approved_penalty()
	in_time(breach.party)
	(row,) = again(contract)
	assert (row.status, row.facts_changed, row.penalty) == ("Detected", 1, breach.penalty)
	with pytest.raises(frappe.ValidationError, match="approved penalty"):
		breaches.waive(breach.name, "Forget it.")


def test_a_breach_follows_its_penalty():
	_contract, breach = approved_penalty()

	def status():
		return frappe.db.get_value(BREACH, breach.name, "status")

	breaches.follow_penalty(breach.name, "Posted")
	assert status() == "Penalised"
	frappe.db.set_value("Supplier Reward Penalty", breach.penalty, "status", "Reversed")
	breaches.follow_penalty(breach.name, "Reversed")
	assert status() == "Detected"
	breaches.follow_penalty(breach.name, "Waived")
	assert status() == "Waived"
	breaches.follow_penalty(breach.name, "Posted")
	assert status() == "Waived"


# People


def test_every_decision_keeps_who_when_and_why():
	_contract, breach = broken_promise()
	manager = make_user("Supplier Quality Manager")
	with acting_as(manager):
		with pytest.raises(frappe.ValidationError, match="Say why"):
			breaches.waive(breach.name, " ")
		breaches.waive(breach.name, "A new line was running in.")
	row = frappe.get_doc(BREACH, breach.name)
	assert (row.status, row.decided_by, row.decision_reason) == (
		"Waived",
		manager,
		"A new line was running in.",
	)
	assert row.decided_on
	assert frappe.get_all("Version", {"docname": breach.name})
	with pytest.raises(frappe.ValidationError, match="can't become"):
		breaches.record_response(breach.name, "Accepted", None, "ann@example.com")


def test_statuses_follow_one_table():
	_contract, breach = broken_promise()
	with pytest.raises(frappe.ValidationError, match="Say what is disputed"):
		breaches.record_response(breach.name, "Disputed", "", "ann@example.com")
	with pytest.raises(frappe.ValidationError, match="either"):
		breaches.record_response(breach.name, "Perhaps", "", "ann@example.com")
	breaches.record_response(breach.name, "Disputed", "Counted wrongly.", "ann@example.com")
	breaches.record_response(breach.name, "Accepted", "We looked again.", "ann@example.com")
	row = frappe.get_doc(BREACH, breach.name)
	assert (row.status, row.answer, row.response, row.response_by) == (
		"Accepted",
		"Accepted",
		"We looked again.",
		"ann@example.com",
	)
	breaches.close(breach.name, "Settled in the quarterly talk.")
	with pytest.raises(frappe.ValidationError, match="can't become"):
		breaches.waive(breach.name, "Late.")


def test_a_notice_that_cannot_go_out_yet_is_kept_and_may_be_answered():
	frappe.db.set_single_value("Supplier Quality Settings", "answer_days", 10)
	_contract, breach = broken_promise()
	with acting_as(make_user("Supplier Quality Manager")):
		answer = api.notify(breach.name)  # the supplier has no address
	assert answer["status"] == "Not sent" and answer["error"]
	row = frappe.get_doc(BREACH, breach.name)
	assert (row.status, row.notice_status) == ("Notified", "Not sent")
	assert row.respond_by == getdate(add_days(today(), 10))
	user = make_user("Supplier Quality User")
	with acting_as(user):
		api.record_answer(breach.name, "Accepted", None, "Ann Partner")
	assert frappe.db.get_value(BREACH, breach.name, ["status", "response_by"]) == (
		"Accepted",
		f"Ann Partner, noted by {user}",
	)


def test_the_job_is_on_the_scheduler():
	jobs = frappe.get_hooks("scheduler_events")["daily_long"]
	assert "partner_relations.supplier_quality.compliance.judge_due_obligations" in jobs


def test_fields_of_a_breach_are_not_written_by_hand():
	_contract, breach = broken_promise()
	document = frappe.get_doc(BREACH, breach.name)
	document.update({"status": "Closed", "value": 99, "decision_reason": "Because."})
	document.save()
	assert (document.status, document.value, document.decision_reason) == ("Detected", 90, None)
	with pytest.raises(frappe.ValidationError, match="daily check"):
		frappe.get_doc({"doctype": BREACH, "contract": breach.contract}).insert()
	with pytest.raises(frappe.ValidationError, match="stays on record"):
		frappe.delete_doc(BREACH, breach.name)


@pytest.mark.parametrize(
	("role", "reads", "decides"),
	[
		("Supplier Quality Manager", True, True),
		("Purchase Manager", True, False),
		("Supplier Quality User", True, False),
		("Purchase User", False, False),
		("Accounts User", False, False),
		("Supplier", False, False),
	],
)
def test_who_may_read_and_who_decides(role, reads, decides):
	_contract, breach = broken_promise()
	with acting_as(make_user(role)):
		assert bool(frappe.has_permission(BREACH, "read", breach.name)) is reads
		if reads:
			assert api.evidence(BREACH, breach.name)["stored"]["value"] == Decimal(90)
			assert api.breach_overview(breach.name)["may_waive"] is decides
		else:
			with pytest.raises(frappe.PermissionError):
				api.evidence(BREACH, breach.name)
			with pytest.raises(frappe.PermissionError):
				api.breach_overview(breach.name)
		if decides:
			api.waive(breach.name, "A new line was running in.")
		else:
			with pytest.raises(frappe.PermissionError):
				api.waive(breach.name, "A new line was running in.")
			with pytest.raises(frappe.PermissionError):
				api.exempt_days(breach.name, 1, "Storm.")


def test_user_permissions_hide_the_breaches_of_other_suppliers():
	_contract, own = broken_promise()
	_contract, other = broken_promise()
	user = make_user("Supplier Quality Manager")
	frappe.get_doc(doctype="User Permission", user=user, allow="Supplier", for_value=own.party).insert()
	with acting_as(user):
		assert frappe.get_list(BREACH, pluck="name") == [own.name]
		assert frappe.has_permission(BREACH, "read", own.name)
		assert not frappe.has_permission(BREACH, "read", other.name)
		parties = set(frappe.get_list(compliance.RESULT, pluck="party"))
		assert parties == {own.party}


def test_odd_names_in_user_permissions_stay_names():
	"""A quote or a backslash in a supplier's name ends no text of the query."""
	name = make_supplier(unique("O\\' or '1'='1"))
	_contract, other = broken_promise()
	user = make_user("Supplier Quality Manager")
	frappe.get_doc(doctype="User Permission", user=user, allow="Supplier", for_value=name).insert()
	with acting_as(user):
		assert frappe.get_list(BREACH, filters={"name": other.name}) == []


def test_evidence_is_the_same_query_and_hides_what_may_not_be_read():
	contract, breach = broken_promise()
	found = api.evidence(BREACH, breach.name)
	(line,) = found["rows"]
	assert (line["numerator"], line["denominator"]) == (90, 100)
	assert found["stored"] == found["today"]
	result = results_of(contract)[1]
	assert api.evidence(compliance.RESULT, result.name)["rows"] == found["rows"]
	make_receipt(breach.party, accepted=100, on=this_year(2, 12))
	assert api.evidence(BREACH, breach.name)["today"]["sample_size"] == 2
	user = make_user("Supplier Quality User")  # reads breaches, no receipts
	with acting_as(user):
		hidden = api.evidence(BREACH, breach.name)
	assert (hidden["rows"], hidden["hidden"]) == ([], 2)
	assert hidden["today"]["sample_size"] == 2


def test_the_overview_of_a_contract_shows_its_windows():
	contract, _breach = broken_promise()
	(row,) = api.overview(contract.name)["obligations"]
	assert [window.outcome for window in row["windows"]][:3] == ["Not Measured", "Breached", "Not Measured"]
	assert row["windows"][1].breach_status == "Detected"
	with acting_as(make_user("Purchase User")), pytest.raises(frappe.PermissionError):
		api.overview(contract.name)


def test_employee_contracts_are_untouched():
	contract = frappe.new_doc("Contract")
	contract.update({"party_type": "Employee", "party_name": "EMP-1"})
	contract_obligations.validate(contract)
	compliance.after_contract_cancel(contract)


# The report


def report(**filters):
	filters = {"from_date": this_year(1, 1), "to_date": this_year(12, 31), **filters}
	return obligation_compliance.execute(filters)


def test_the_heat_map_counts_what_was_kept_by_supplier_and_month():
	good, bad = make_supplier(), make_supplier()
	for supplier, rejected in ((good, 1), (bad, 10)):
		for month in (1, 2):
			make_receipt(supplier, accepted=100 - rejected, rejected=rejected, on=this_year(month, 10))
	make_receipt(bad, accepted=300, on=this_year(2, 11))
	contracts = [
		judged(good, promise(), promise(target=90, judged_each="Quarter"), end_date=this_year(3, 31)),
		judged(bad, promise(), promise(target=90, judged_each="Quarter"), end_date=this_year(3, 31)),
	]
	year = this_year(1, 1).year
	cells = [f"m{year}_{month:02}" for month in (1, 2, 3)]
	for supplier, expected in ((good, [(1, 1), (1, 1), (1, 1)]), (bad, [(0, 1), (1, 1), (1, 1)])):
		_columns, rows, _message, _chart, _summary = report(party=supplier)
		(row,) = rows
		assert [(row[f"{cell}_kept"], row[f"{cell}_judged"]) for cell in cells] == expected
		assert row[f"{cells[2]}_unmeasured"] == 1  # nothing came in March
	columns, rows, _message, chart, summary = report(party=bad)
	assert rows[0]["open_breaches"] == 1
	assert round(rows[0]["all"], 6) == round(200 / 3, 6)
	assert sum(chart["data"]["datasets"][0]["values"]) == 2
	assert sum(chart["data"]["datasets"][1]["values"]) == 1
	assert {item["label"]: item["value"] for item in summary}["Windows Judged"] == 3
	assert len([column for column in columns if column["fieldname"].startswith("m")]) == 12
	# The worst comes first.
	names = [row["party"] for row in report()[1]]
	assert names.index(bad) < names.index(good)
	assert report(contract=contracts[0].name)[1][0]["party"] == good


def test_the_heat_map_counts_what_we_owe_apart():
	supplier = make_supplier()
	judged(supplier, deliverable(this_year(1, 20)), deliverable(this_year(1, 21), owed_by="Us"))
	for filters in ({}, {"owed_by": "Us"}):
		_columns, (row,), _message, _chart, summary = report(party=supplier, **filters)
		assert (row["party"], row["all_judged"], row["open_breaches"]) == (supplier, 1, 1)
		assert {item["label"]: item["value"] for item in summary}["Broken"] == 1
	assert report(party=supplier, party_type="Customer")[1] == []


def test_the_report_shows_only_what_the_user_may_see():
	_contract, own = broken_promise()
	_contract, other = broken_promise()
	user = make_user("Supplier Quality User", "Purchase User")
	frappe.get_doc(doctype="User Permission", user=user, allow="Supplier", for_value=own.party).insert()
	with acting_as(user):
		assert [row["party"] for row in report()[1]] == [own.party]
		assert report(party=other.party)[1] == []
		assert "No obligation was judged" in report(party=other.party)[2]


def test_the_report_refuses_periods_that_make_no_sense():
	with pytest.raises(frappe.ValidationError, match="Choose both dates"):
		report(from_date=None)
	with pytest.raises(frappe.ValidationError, match="at most 24 months"):
		report(from_date=this_year(1, 1) - timedelta(days=800))
	with pytest.raises(frappe.ValidationError, match="ends before it starts"):
		report(to_date=this_year(1, 1) - timedelta(days=1))
