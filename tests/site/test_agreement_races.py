"""Two people at once: the same step of a contract, the same approval, the same posting. One wins, the other
is told why not, and nothing happens twice.

What is committed here is removed at the end.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import frappe
import pytest
from compliance_factories import (
	BREACH,
	breaches_of,
	make_remedy,
	penalties_of,
	promise,
	promising,
	this_year,
)
from contract_factories import (
	acting_as,
	approve,
	attach,
	buyer,
	contract_in_force,
	make_amendment,
	make_contract,
	review,
)
from factories import make_receipt, make_supplier, make_user
from frappe.utils import add_days, now_datetime, today
from penalty_factories import RECORD, approved, balance, make_bill, make_penalty, outstanding, use_accounts
from race_factories import Outcome, all_gone_afterwards, one_wins, race
from support.servers import Bench

from partner_relations.supplier_quality import compliance, posting
from partner_relations.supplier_quality.contract_steps import STEPS, take_step

pytestmark = pytest.mark.commits
Race = Callable[..., list[Outcome]]


@pytest.fixture(scope="module", autouse=True)
def _clean(site: str) -> Iterator[None]:
	with all_gone_afterwards():
		yield


@pytest.fixture
def at_once(bench: Bench, tmp_path: Path) -> Race:
	"""Commit what was made so far, and race."""

	def start(*calls: tuple) -> list[Outcome]:
		frappe.db.commit()
		return race(bench, tmp_path, *calls)

	return start


def history(doctype: str, name: str) -> tuple[int, int]:
	"""How many versions and comments a document has."""
	return (
		frappe.db.count("Version", {"ref_doctype": doctype, "docname": name}),
		frappe.db.count("Comment", {"reference_doctype": doctype, "reference_name": name}),
	)


# Steps of a contract


def in_review():
	contract = make_contract()
	with acting_as(contract.owner):
		return take_step(contract.name, "request_review")


def given_notice():
	contract = contract_in_force()
	return take_step(
		contract.name, "terminate", {"terminated_on": add_days(contract.end_date, -1), "reason": "Prices."}
	)


def signature() -> dict:
	return {"signed_file": attach(), "signee": "Ann Partner", "signed_on": str(now_datetime())}


def notice() -> dict:
	return {"terminated_on": add_days(today(), 5), "reason": "Quality."}


# Step, the contract that it is taken with, its details, what it adds to versions and comments, the refusal.
RACES = {
	"request_review": (make_contract, dict, (1, 0), "isn't possible there"),
	"pass_review": (in_review, lambda: {"comment": "Good."}, (1, 1), "isn't possible there"),
	"return_to_drafting": (in_review, lambda: {"reason": "Prices."}, (1, 1), "isn't possible there"),
	"approve": (lambda: review(make_contract()), dict, (1, 0), "isn't possible there"),
	"archive": (lambda: approve(make_contract()), signature, (1, 0), "isn't possible there"),
	"terminate": (contract_in_force, notice, (1, 1), "It is terminated already."),
	"withdraw_termination": (given_notice, lambda: {"reason": "Peace."}, (1, 1), "No notice of termination"),
	"cancel": (contract_in_force, dict, (1, 0), "isn't possible there"),
}


def test_every_step_is_raced():
	"""Requesting approval is the same as requesting a review, where none is needed."""
	by_people = {step.name for step in STEPS.values() if step.right}
	assert set(RACES) == by_people - {"request_approval"}


@pytest.mark.parametrize("step", RACES)
def test_two_people_take_the_same_step(at_once, step):
	make, details, added, refusal = RACES[step]
	contract, given = make(), details()
	before = history("Contract", contract.name)
	calls = [(buyer(), "contracts.take_step", contract.name, step, given) for _number in range(2)]

	winner, _loser = one_wins(at_once(*calls), refusal)

	contract.reload()
	goes_on = ("terminate", "withdraw_termination")
	assert contract.life_cycle == ("In Force" if step in goes_on else STEPS[step].target)
	assert contract.modified_by == winner.user
	after = history("Contract", contract.name)
	assert (after[0] - before[0], after[1] - before[1]) == added


def test_approved_by_one_and_returned_by_another(at_once):
	contract = review(make_contract())
	winner, loser = one_wins(
		at_once(
			(buyer(), "contracts.take_step", contract.name, "approve"),
			(buyer(), "contracts.take_step", contract.name, "return_to_drafting", {"reason": "Prices."}),
		),
		"isn't possible there",
	)
	contract.reload()
	if contract.docstatus:
		assert (contract.life_cycle, contract.approved_by) == ("Signing", winner.user)
	else:
		assert (contract.life_cycle, contract.approved_by, contract.reviewed_by) == ("Drafting", None, None)
	assert loser.user != winner.user


def test_two_daily_jobs_renew_expire_and_remind_once(at_once):
	ended = contract_in_force(
		start_date="2020-01-01", end_date=add_days(today(), -1), auto_renew=1, renewal_months=12
	)
	over = contract_in_force(start_date="2020-01-01", end_date=add_days(today(), -1))
	soon = contract_in_force(start_date="2020-01-01", end_date=add_days(today(), 20), notice_days=10)
	names = (ended.name, over.name, soon.name)
	before = {name: history("Contract", name) for name in names}
	errors = frappe.db.count("Error Log")
	job = "partner_relations.supplier_quality.contract_terms.check_terms_daily"

	outcomes = at_once(("Administrator", job), ("Administrator", job))

	assert [outcome.error for outcome in outcomes] == [None, None]
	assert frappe.db.count("Error Log") == errors
	ended.reload()
	assert (ended.life_cycle, ended.times_renewed) == ("In Force", 1)
	assert len(frappe.parse_json(ended.renewals)) == 1
	assert history("Contract", ended.name)[1] - before[ended.name][1] == 1
	assert over.reload().life_cycle == "Expired"
	todos = frappe.get_all("ToDo", {"reference_name": ("in", names)}, pluck="reference_name")
	assert todos == [soon.name]


def test_two_people_confirm_the_same_amendment(at_once):
	contract = contract_in_force()
	amendment = make_amendment(contract, new_end_date=add_days(contract.end_date, 30))
	document = frappe.get_doc(amendment.doctype, amendment.name).as_dict(convert_dates_to_str=True)
	winner, _loser = one_wins(
		at_once(*((buyer(), "frappe.client.submit", dict(document)) for _number in range(2))),
		"has been modified after you have opened it",
	)
	amendment.reload()
	assert (amendment.status, amendment.confirmed_by) == ("Confirmed", winner.user)
	assert str(contract.reload().effective_end_date) == str(amendment.new_end_date)


# Approving


def manager() -> str:
	return make_user("Supplier Quality Manager")


def accountant() -> str:
	return make_user("Accounts User")


@pytest.fixture
def accounts() -> Iterator[frappe._dict]:
	yield use_accounts(has_second_approval=1, second_approval_above=1000)


def decisions(outcomes: list[Outcome]) -> tuple[list[str], list[str]]:
	"""The statuses that approvals gave, and the reasons for refusing the others."""
	assert [outcome.error for outcome in outcomes] == [None] * len(outcomes)
	answers = [outcome.answer for outcome in outcomes]
	return (
		[row["status"] for answer in answers for row in answer["approved"]],
		[row["reason"] for answer in answers for row in answer["skipped"]],
	)


def test_two_approvers_give_one_approval(at_once, accounts):
	record = make_penalty(make_supplier(), 100)
	outcomes = at_once(*((manager(), "rewards.approve", [record.name]) for _number in range(2)))
	statuses, refusals = decisions(outcomes)
	record.reload()
	assert statuses == ["Approved"]
	assert len(refusals) == 1 and "was approved already" in refusals[0] and record.approved_by in refusals[0]
	assert (record.status, record.docstatus, record.first_approver) == ("Approved", 1, None)


def test_two_approvers_of_an_amount_that_takes_two_are_both_counted(at_once, accounts):
	record = make_penalty(make_supplier(), 5000)
	users = [manager(), manager()]
	statuses, refusals = decisions(at_once(*((user, "rewards.approve", [record.name]) for user in users)))
	record.reload()
	assert (sorted(statuses), refusals) == (["Approved", "Awaiting Second Approval"], [])
	assert {record.first_approver, record.approved_by} == set(users)


def test_one_approver_who_clicks_twice_gives_one_of_two_approvals(at_once, accounts):
	record = make_penalty(make_supplier(), 5000)
	user = manager()
	statuses, refusals = decisions(at_once(*((user, "rewards.approve", [record.name]) for _number in "12")))
	assert statuses == ["Awaiting Second Approval"]
	assert refusals == ["You gave the first approval; somebody else must give the second."]
	assert record.reload().docstatus == 0


def test_two_approvers_of_a_suspension_restrict_the_supplier_once(at_once, accounts):
	supplier = make_supplier()
	record = make_penalty(supplier, 0, measure="Suspension", until=add_days(today(), 30))
	statuses, refusals = decisions(
		at_once(*((manager(), "rewards.approve", [record.name]) for _number in range(2)))
	)
	assert (statuses, len(refusals)) == (["In Effect"], 1)
	documents = frappe.get_all("Supplier Restriction", {"supplier": supplier}, pluck="document_type")
	assert len(documents) == len(set(documents)) > 0


def test_approved_by_one_and_rejected_by_another(at_once, accounts):
	record = make_penalty(make_supplier(), 100)
	approval, waiver = at_once(
		(manager(), "rewards.approve", [record.name]), (manager(), "rewards.waive", record.name, "A gift.")
	)
	record.reload()
	assert approval.error is None
	if approval.answer["skipped"]:
		assert "“Waived”" in approval.answer["skipped"][0]["reason"]
		assert (record.status, record.docstatus) == ("Waived", 0)
	else:  # what is approved may be waived after all
		assert waiver.error is None
		assert (record.status, record.docstatus) == ("Waived", 1)
	assert record.waived_by == waiver.user


# Breaches


@pytest.fixture
def breach() -> str:
	"""A breach whose contract calls for a penalty that nobody has proposed yet."""
	supplier = make_supplier()
	remedy = make_remedy(basis="Fixed amount", rate_type="Amount", counts="Breaches", rate=100)
	contract = promising(supplier, promise(remedy_scheme=remedy), end_date=this_year(1, 31))
	make_receipt(supplier, accepted=90, rejected=10, on=this_year(1, 10))
	compliance.judge_contract(contract.name)
	(row,) = breaches_of(contract)
	frappe.db.delete(RECORD, {"source_name": row.name})
	frappe.db.set_value(BREACH, row.name, "penalty", None)
	return row.name


def test_two_who_propose_the_penalty_of_a_breach_make_one(at_once, breach):
	outcomes = at_once(
		*((make_user("Supplier Quality User"), "obligations.propose_penalty", [breach]) for _number in "12")
	)
	assert [outcome.error for outcome in outcomes] == [None, None]
	proposed = [name for outcome in outcomes for name in outcome.answer["proposed"]]
	assert proposed == [row.name for row in penalties_of(breach)]
	assert len(proposed) == 1 and frappe.db.get_value(BREACH, breach, "penalty") == proposed[0]


def test_two_who_close_a_breach(at_once, breach):
	winner, _loser = one_wins(
		at_once(
			(manager(), "obligations.close", breach, "Settled."),
			(manager(), "obligations.close", breach, "Forgotten."),
		),
		"It can't become “Closed” from there.",
	)
	document = frappe.get_doc(BREACH, breach)
	assert (document.status, document.decided_by) == ("Closed", winner.user)
	assert history(BREACH, breach)[0] == 1


# Posting


def entries(record) -> list[str]:
	return frappe.get_all("Journal Entry", {"supplier_reward_penalty": record.name}, pluck="name")


def test_two_who_post_make_one_entry(at_once, accounts):
	supplier = make_supplier()
	bill = make_bill(supplier, 500)
	record = approved(make_penalty(supplier, 100.55))

	winner, _loser = one_wins(
		at_once(*((accountant(), "rewards.post", record.name) for _number in range(2))),
		"It is posted already.",
	)

	record.reload()
	assert entries(record) == [winner.answer] == [record.journal_entry]
	assert (record.status, record.posted_by) == ("Posted", winner.user)
	assert balance(accounts.penalty_account) == -100.55
	assert outstanding(bill) == 399.45
	assert float(posting.ledger_amounts([record.name])[record.name]) == 100.55


def test_two_records_posted_at_once_do_not_overdraw_the_invoice(at_once, accounts):
	supplier = make_supplier()
	bill = make_bill(supplier, 100)
	records = [approved(make_penalty(supplier, 70)) for _number in range(2)]

	outcomes = at_once(*((accountant(), "rewards.post", record.name) for record in records))

	posted = [outcome for outcome in outcomes if outcome.error is None]
	for outcome in outcomes:
		if outcome.error:  # ERPNext computes from what the transaction saw first
			assert "are being paid at this moment. Try again." in outcome.message
	assert posted and outstanding(bill) == (0 if len(posted) == 2 else 30)
	assert balance(accounts.penalty_account) == -70 * len(posted)


def test_waived_or_posted_but_not_both(at_once, accounts):
	record = approved(make_penalty(make_supplier(), 100))
	one_wins(
		at_once(
			(accountant(), "rewards.post", record.name), (manager(), "rewards.waive", record.name, "A gift.")
		),
		"It is “Waived”.",
		"is posted. Cancel it, or reverse its entry.",
	)
	record.reload()
	posted = record.status == "Posted"
	assert posted or record.status == "Waived"
	assert len(entries(record)) == posted
	assert balance(accounts.penalty_account) == (-100 if posted else 0)


def test_an_entry_or_a_debit_note_but_not_both(at_once, accounts):
	record = approved(make_penalty(make_supplier(), 100))
	one_wins(
		at_once(
			(accountant(), "rewards.post", record.name),
			(accountant(), "rewards.make_debit_note", record.name),
		),
		"It is posted already.",
		"It is left to the debit note",
	)
	record.reload()
	notes = frappe.get_all("Purchase Invoice", {"supplier_reward_penalty": record.name})
	assert len(entries(record)) + len(notes) == 1
	assert bool(record.journal_entry) is not bool(record.debit_note)


def test_two_who_reverse_make_one_reversing_entry(at_once, accounts):
	record = approved(make_penalty(make_supplier(), 100))
	with acting_as(accountant()):
		entry = posting.post(record.name)
	winner, _loser = one_wins(
		at_once(*((accountant(), "rewards.reverse", record.name) for _number in range(2))),
		"isn't posted by a Journal Entry",
	)
	record.reload()
	assert (record.status, record.reversal_entry) == ("Reversed", winner.answer)
	assert sorted(entries(record)) == sorted([entry, winner.answer])
	assert balance(accounts.penalty_account) == 0


def test_disputed_by_the_supplier_or_posted(at_once, accounts):
	"""An answer that comes after the posting is too late, and says so; one before it stops the posting."""
	record = approved(make_penalty(make_supplier(), 100))
	frappe.db.set_value(RECORD, record.name, {"status": "Notified", "notice_status": "Sent"})
	one_wins(
		at_once(
			(accountant(), "rewards.post", record.name),
			(manager(), "rewards.record_response", record.name, "Disputed", "It came in time.", "Ann"),
		),
		"The supplier disputes it.",
		"No answer to",
	)
	record.reload()
	assert (record.status, len(entries(record))) in (("Posted", 1), ("Disputed", 0))
