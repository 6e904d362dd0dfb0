"""Rewards and penalties from proposal to answer: who may do what, what is refused, and the register."""

from datetime import date
from decimal import Decimal

import frappe
import pytest
from factories import COMPANY, make_supplier, make_user
from frappe.utils import add_days
from penalty_factories import (
	RECORD,
	SETTINGS,
	acting,
	approved,
	in_days,
	make_bill,
	make_measure,
	make_penalty,
	use_accounts,
)

from partner_relations.supplier_quality import posting, reward_penalty
from partner_relations.supplier_quality.api import rewards
from partner_relations.supplier_quality.report.reward_and_penalty_register import (
	reward_and_penalty_register as register,
)
from partner_relations.supplier_quality.reward_penalty import NEXT_STATUSES, Proposal

MANAGER = "Supplier Quality Manager"


@pytest.fixture
def accounts():
	return use_accounts(wait_for_answer=1)


@pytest.fixture
def supplier() -> str:
	return make_supplier()


def proposal(supplier: str, **values) -> Proposal:
	return Proposal(
		**{
			"supplier": supplier,
			"company": COMPANY,
			"kind": "Penalty",
			"measure": "Chargeback",
			"reason": "Late",
			"source_type": "Purchase Order",
			"source_name": "PO-1",
			"origin": "rule",
			"proposed_by": "Administrator",
			"amount": Decimal(50),
			**values,
		}
	)


def notified(record, given_on: date | None = None):
	reward_penalty.record_notice(record.name, given_on or in_days(), "By registered letter")
	return record.reload()


# What is refused on save


@pytest.mark.parametrize(
	("values", "message"),
	[
		({"amount": 0}, "greater than zero"),
		({"amount": 0.004}, "greater than zero"),
		({"measure": "Suspension"}, "Say until when"),
		({"measure": "Disqualification"}, "Say until when"),
		({"measure": "Preferred Status", "kind": "Reward"}, "Say until when"),
		(
			{"measure": "Suspension", "from_date": "2026-05-02", "until": "2026-05-01"},
			"ends before it starts",
		),
		({"measure": "Payment Terms"}, "Choose the payment terms"),
		({"measure": "Smaller Order Share"}, "share of the orders"),
		({"measure": "Smaller Order Share", "order_share": 101}, "share of the orders"),
		({"measure": "Bonus"}, "can't be a penalty"),
		({"measure": "Suspension", "kind": "Reward", "until": "2099-01-01"}, "can't be a reward"),
		({"paid_by": "Company"}, "paid by the supplier"),
		({"source_type": "Purchase Order"}, "neither"),
		({"source_type": "Purchase Order", "source_name": "None such"}, "no Purchase Order named"),
		({"purchase_invoice": "None such"}, "no submitted Purchase Invoice"),
	],
)
def test_bad_input_is_refused_with_the_mend(supplier, values, message):
	with pytest.raises(frappe.ValidationError, match=message):
		make_penalty(supplier, **values)


def test_source_and_invoice_are_of_the_same_supplier(supplier):
	bill = make_bill(make_supplier(), 10)
	with pytest.raises(frappe.ValidationError, match="same supplier and company"):
		make_penalty(supplier, purchase_invoice=bill.name)
	with pytest.raises(frappe.ValidationError, match="same supplier and company"):
		make_penalty(supplier, source_type="Purchase Invoice", source_name=bill.name)


def test_what_services_write_is_not_the_browsers_to_send(supplier):
	record = make_penalty(
		supplier,
		status="Posted",
		proposed_by="Administrator",
		approved_by="Administrator",
		posted_amount=5,
		unique_key="mine",
		calculation='[{"key": "rounded"}]',
	)
	assert (record.status, record.proposed_by) == ("Proposed", record.owner)
	assert not (record.approved_by or record.posted_amount or record.calculation)
	assert record.unique_key != "mine"
	record.update({"status": "Posted", "proposed_by": "Guest", "journal_entry": "JE"})
	record.save()
	assert (record.status, record.proposed_by, record.journal_entry) == ("Proposed", record.owner, None)
	approved(record)
	record.update({"status": "Posted", "posted_amount": 100, "answer": "Accepted"})
	record.save()
	record.reload()
	assert (record.status, record.posted_amount, record.answer) == ("Approved", 0, None)


# The key


def test_one_record_per_source_and_measure(supplier):
	bill = make_bill(supplier, 100)
	source = {"source_type": "Purchase Invoice", "source_name": bill.name}
	first = make_penalty(supplier, **source)
	with pytest.raises(frappe.ValidationError, match=f"{first.name}.*has this measure"):
		make_penalty(supplier, **source)
	make_measure(supplier, "Warning Letter", **source)
	reward_penalty.waive(first.name, "Mistaken")
	assert make_penalty(supplier, **source).unique_key
	assert not first.reload().unique_key


def test_editing_the_source_moves_the_key(supplier):
	bills = [make_bill(supplier, 100) for _number in range(2)]
	records = [
		make_penalty(supplier, source_type="Purchase Invoice", source_name=bill.name) for bill in bills
	]
	records[1].source_name = bills[0].name
	with pytest.raises(frappe.ValidationError, match="has this measure"):
		records[1].save()


def test_a_rules_proposal_is_made_once_and_keeps_its_source(supplier):
	(name,) = reward_penalty.propose([proposal(supplier), proposal(supplier)])
	assert reward_penalty.propose([proposal(supplier)]) == []
	record = frappe.get_doc(RECORD, name)
	record.source_name = "PO-2"
	with pytest.raises(frappe.ValidationError, match="can't be changed"):
		record.save()
	record.reload()
	record.supplier = make_supplier()
	with pytest.raises(frappe.ValidationError, match="can't be changed"):
		record.save()
	with pytest.raises(frappe.ValidationError, match="proposed again"):
		frappe.delete_doc(RECORD, name)
	reward_penalty.waive(name, "Mistaken")
	assert reward_penalty.propose([proposal(supplier)]) == []


def test_an_amendment_takes_the_key_over_and_gives_it_back(supplier):
	(name,) = reward_penalty.propose([proposal(supplier)])
	old = approved(frappe.get_doc(RECORD, name), make_user(MANAGER))
	key = old.unique_key
	old.cancel()
	amended = frappe.copy_doc(old)
	amended.amended_from = old.name
	amended.insert()
	assert (amended.unique_key, amended.status, old.reload().unique_key) == (key, "Proposed", None)
	assert reward_penalty.propose([proposal(supplier)]) == []
	frappe.delete_doc(RECORD, amended.name)
	assert old.reload().unique_key == key
	moved = frappe.copy_doc(old)
	moved.update({"amended_from": old.name, "supplier": make_supplier()})
	with pytest.raises(frappe.ValidationError, match="can't be changed"):
		moved.insert()


def test_an_amendment_by_hand_may_name_another_source(supplier):
	bills = [make_bill(supplier, 100).name for _number in range(2)]
	old = approved(make_penalty(supplier, source_type="Purchase Invoice", source_name=bills[0]))
	key = old.unique_key
	old.cancel()
	amended = frappe.copy_doc(old)
	amended.update({"amended_from": old.name, "source_name": bills[1]})
	amended.insert()
	assert reward_penalty.made_by_hand(amended)
	assert amended.unique_key not in (key, None)
	frappe.delete_doc(RECORD, amended.name)
	assert old.reload().unique_key == key


def test_merging_suppliers_keeps_every_record(supplier):
	other = make_supplier()
	for name in (supplier, other):
		reward_penalty.propose([proposal(name, source_name=f"PO of {name}")])
	frappe.rename_doc("Supplier", other, supplier, merge=True)
	assert frappe.db.count(RECORD, {"supplier": supplier}) == 2


# The amount and its calculation


def make_scheme() -> str:
	return (
		frappe.get_doc(
			{
				"doctype": "Remedy Scheme",
				"scheme_name": frappe.generate_hash(length=8),
				"purpose": "Penalty",
				"method": "Rate",
				"basis": "Order value",
				"rate_type": "Percent of the basis",
				"counts": "Days late",
				"rate": 10.5,
				"per_units": 2,
				"partial_units": "Counts in proportion",
				"has_cap_percent": 1,
				"cap_percent": 55,
			}
		)
		.insert()
		.name
	)


def test_a_calculated_amount_may_depart_with_a_reason_only(supplier):
	record = make_penalty(supplier, 1, remedy_scheme=make_scheme())
	assert reward_penalty.calculate(record.name, Decimal(200), Decimal(5)) == Decimal("52.50")
	record.reload()
	assert (record.amount, record.calculated_amount) == (52.5, 52.5)
	assert frappe.parse_json(record.calculation)
	record.amount = 40
	with pytest.raises(frappe.ValidationError, match="Say why the amount departs"):
		record.save()
	record.reload().update({"amount": 40, "amount_note": "Agreed on the phone"})
	record.save()
	record.remedy_scheme = None
	record.save()
	assert not record.calculation
	assert not record.calculated_amount


def test_calculating_again_takes_back_the_reason_and_nothing_owed_is_refused(supplier):
	record = make_penalty(supplier, 1, remedy_scheme=make_scheme())
	assert reward_penalty.calculate(record.name, Decimal(200), Decimal(345)) == Decimal("110.00")
	with pytest.raises(frappe.ValidationError, match="gives nothing"):
		reward_penalty.calculate(record.name, Decimal(200), Decimal(0))
	approved(record)
	with pytest.raises(frappe.ValidationError, match="approved already"):
		reward_penalty.calculate(record.name, Decimal(200), Decimal(1))


# Approval


def test_proposer_and_last_editor_do_not_approve_administrator_included(supplier):
	record = make_penalty(supplier, by=make_user(MANAGER))
	with acting(record.owner), pytest.raises(frappe.PermissionError, match="You proposed it"):
		reward_penalty.approve(record.name)
	with acting(record.owner), pytest.raises(frappe.PermissionError, match="You proposed it"):
		frappe.get_doc(RECORD, record.name).submit()
	record.reason = "Delivered damaged again"
	record.save()  # as Administrator
	with pytest.raises(frappe.PermissionError, match="You edited it last"):
		reward_penalty.approve(record.name)
	with pytest.raises(frappe.PermissionError, match="You edited it last"):
		frappe.get_doc(RECORD, record.name).submit()
	own = make_penalty(supplier, by="Administrator")
	with pytest.raises(frappe.PermissionError, match="You proposed it"):
		reward_penalty.approve(own.name)
	approved(record)
	assert record.approved_by not in (record.owner, "Administrator")


def test_who_changes_it_while_submitting_does_not_approve(supplier):
	record = make_penalty(supplier)
	with acting(make_user(MANAGER)):
		document = frappe.get_doc(RECORD, record.name)
		document.amount = 1
		with pytest.raises(frappe.ValidationError, match="You edited it"):
			document.submit()
	with pytest.raises(frappe.ValidationError, match="Save it first"):
		frappe.get_doc(
			{
				"doctype": RECORD,
				"supplier": supplier,
				"company": COMPANY,
				"kind": "Penalty",
				"measure": "Chargeback",
				"amount": 5,
				"reason": "Late",
				"docstatus": 1,
			}
		).insert()


@pytest.mark.parametrize("role", ["Supplier Quality User", "Purchase Manager", "Accounts Manager"])
def test_only_managers_decide(supplier, role):
	record = make_penalty(supplier)
	with acting(make_user(role)):
		for decide in (reward_penalty.approve, lambda name: reward_penalty.waive(name, "No")):
			with pytest.raises(frappe.PermissionError):
				decide(record.name)
		with pytest.raises(frappe.PermissionError):
			rewards.approve([record.name])
	assert record.reload().status == "Proposed"


@pytest.mark.parametrize(
	("role", "reads", "makes"),
	[
		(MANAGER, True, True),
		("Supplier Quality User", True, True),
		("Purchase Manager", True, False),
		("Accounts User", True, False),
		("Purchase User", False, False),
		("Supplier", False, False),
	],
)
def test_who_reads_and_who_proposes(supplier, role, reads, makes):
	record = make_penalty(supplier)
	user = make_user(role)
	assert bool(frappe.has_permission(RECORD, "read", record.name, user=user)) is reads
	assert bool(frappe.has_permission(RECORD, "create", user=user)) is makes
	with acting(user):
		if reads:
			assert rewards.overview(record.name)["objection_to_posting"]
		else:
			with pytest.raises(frappe.PermissionError):
				rewards.overview(record.name)


@pytest.fixture
def two_approvals():
	return use_accounts(has_second_approval=1, second_approval_above=1000)


def test_above_the_limit_two_persons_approve(supplier, two_approvals):
	assert approved(make_penalty(supplier, 1000)).docstatus == 1
	record = make_penalty(supplier, 1000.01)
	first, second = make_user(MANAGER), make_user(MANAGER)
	with acting(first):
		with pytest.raises(frappe.ValidationError, match="Two persons"):
			frappe.get_doc(RECORD, record.name).submit()
		assert reward_penalty.approve(record.name) == "Awaiting Second Approval"
		with pytest.raises(frappe.PermissionError, match="first approval"):
			reward_penalty.approve(record.name)
		with pytest.raises(frappe.PermissionError, match="first approval"):
			frappe.get_doc(RECORD, record.name).submit()
	approved(record, second)
	assert (record.first_approver, record.approved_by, record.status) == (first, second, "Approved")


def test_the_last_editor_does_not_give_the_second_approval(supplier, two_approvals):
	record = make_penalty(supplier, 5000)
	editor = make_user(MANAGER)
	with acting(editor):
		document = frappe.get_doc(RECORD, record.name)
		document.reason = "Seen on arrival"
		document.save()
	approved(record)
	assert record.status == "Awaiting Second Approval"
	with acting(editor), pytest.raises(frappe.PermissionError, match="edited it last"):
		reward_penalty.approve(record.name)


def test_an_edit_voids_the_first_approval(supplier, two_approvals):
	record = approved(make_penalty(supplier, 5000))
	record.amount = 6000
	record.save()
	assert (record.status, record.first_approver) == ("Proposed", None)
	assert approved(record).status == "Awaiting Second Approval"
	assert approved(record).status == "Approved"


def test_approving_several_leaves_out_ones_own(supplier):
	manager = make_user(MANAGER)
	own, other = make_penalty(supplier, by=manager), make_penalty(supplier)
	with acting(manager):
		result = rewards.approve(frappe.as_json([own.name, other.name, "None such"]))
	assert result["approved"] == [{"name": other.name, "status": "Approved"}]
	assert [row["name"] for row in result["skipped"]] == [own.name, "None such"]
	assert "You proposed it" in result["skipped"][0]["reason"]


def test_two_approvals_of_one_are_refused(supplier):
	record = approved(make_penalty(supplier))
	with acting(make_user(MANAGER)), pytest.raises(frappe.ValidationError, match="approved already"):
		reward_penalty.approve(record.name)


# Waiver


def test_a_waived_proposal_stays_as_it_is(supplier):
	record = make_penalty(supplier)
	with pytest.raises(frappe.ValidationError, match="Say why"):
		reward_penalty.waive(record.name, "  ")
	with acting(make_user(MANAGER)) as manager:
		reward_penalty.waive(record.name, "Our own mistake")
	record.reload()
	assert (record.status, record.waiver_reason, record.waived_by) == ("Waived", "Our own mistake", manager)
	assert record.waived_on
	with pytest.raises(frappe.ValidationError, match="was waived"):
		record.save()
	with acting(make_user(MANAGER)), pytest.raises(frappe.ValidationError):
		reward_penalty.approve(record.name)


def test_what_is_posted_is_not_waived(supplier, accounts):
	record = approved(make_penalty(supplier, kind="Reward", measure="Bonus"))
	posting.post(record.name)
	with pytest.raises(frappe.ValidationError, match="is posted"):
		reward_penalty.waive(record.name, "Goodwill")


def test_every_decision_is_on_record(supplier):
	record = approved(make_penalty(supplier))
	reward_penalty.waive(record.name, "Goodwill")
	versions = frappe.get_all("Version", {"docname": record.name}, pluck="data")
	assert any("Waived" in data for data in versions)
	assert any("Approved" in data for data in versions)


# Notice and answer


def test_posting_waits_for_the_notice_and_for_the_answer(supplier, accounts):
	record = approved(make_penalty(supplier))
	with pytest.raises(frappe.ValidationError, match="must be notified first"):
		posting.post(record.name)
	notified(record)
	assert (record.status, record.respond_by) == ("Notified", in_days(14))
	with pytest.raises(frappe.ValidationError, match="may answer until"):
		posting.post(record.name)
	reward_penalty.record_response(record.name, "Accepted", None, "sales@supplier.example")
	record.reload()
	assert (record.status, record.answer, record.response_by) == (
		"Accepted",
		"Accepted",
		"sales@supplier.example",
	)
	posting.post(record.name)
	frappe.get_doc("Journal Entry", record.reload().journal_entry).cancel()
	assert record.reload().status == "Accepted"


def test_a_bonus_waits_for_no_answer(supplier, accounts):
	posting.post(approved(make_penalty(supplier, kind="Reward", measure="Bonus")).name)


def test_silence_after_the_deadline_is_noted_and_lets_it_be_posted(supplier, accounts):
	today, over = (approved(make_penalty(supplier)) for _number in range(2))
	notified(today, in_days(-14))
	notified(over, in_days(-15))
	reward_penalty.note_silence()
	assert (today.reload().answer, over.reload().answer) == (None, "No answer")
	assert over.status == "Notified"
	with pytest.raises(frappe.ValidationError, match="may answer until"):
		posting.post(today.name)
	posting.post(over.name)


def test_a_late_answer_counts_until_it_is_posted(supplier, accounts):
	record = notified(approved(make_penalty(supplier)), in_days(-30))
	reward_penalty.note_silence()
	reward_penalty.record_response(record.name, "Disputed", "We were on holiday", "x@supplier.example")
	assert record.reload().status == "Disputed"


def test_the_answer_is_given_once_and_a_dispute_has_its_reason(supplier):
	record = approved(make_penalty(supplier))
	with pytest.raises(frappe.ValidationError, match="No answer to"):
		reward_penalty.record_response(record.name, "Accepted", None, "x")
	notified(record)
	with pytest.raises(frappe.ValidationError, match="Say what is disputed"):
		reward_penalty.record_response(record.name, "Disputed", " ", "x")
	with pytest.raises(frappe.ValidationError, match="either"):
		reward_penalty.record_response(record.name, "Perhaps", "Well", "x")
	reward_penalty.record_response(record.name, "Accepted", None, "x")
	with pytest.raises(frappe.ValidationError, match="No answer to"):
		reward_penalty.record_response(record.name, "Disputed", "On second thought", "x")


def test_an_upheld_dispute_is_posted_without_waiting_again(supplier, accounts):
	record = notified(approved(make_penalty(supplier)))
	reward_penalty.record_response(record.name, "Disputed", "Not our carrier", "x@supplier.example")
	with pytest.raises(frappe.ValidationError, match="disputes it"):
		posting.post(record.name)
	with acting(make_user("Supplier Quality User")), pytest.raises(frappe.PermissionError):
		reward_penalty.decide_dispute(record.name, "Uphold", "It was")
	with acting(make_user(MANAGER)):
		with pytest.raises(frappe.ValidationError, match="Say why"):
			reward_penalty.decide_dispute(record.name, "Uphold", "")
		reward_penalty.decide_dispute(record.name, "Uphold", "Delivery terms say so")
	record.reload()
	assert (record.status, record.decision_on_dispute) == ("Approved", "Delivery terms say so")
	posting.post(record.name)


def test_a_dispute_may_be_waived(supplier):
	record = notified(approved(make_penalty(supplier)))
	reward_penalty.record_response(record.name, "Disputed", "Not our carrier", "x@supplier.example")
	reward_penalty.decide_dispute(record.name, "Waive", "They are right")
	record.reload()
	assert (record.status, record.waiver_reason) == ("Waived", "They are right")
	with pytest.raises(frappe.ValidationError, match="is not disputed"):
		reward_penalty.decide_dispute(record.name, "Uphold", "No")


def test_a_notice_given_otherwise_says_how_and_when(supplier):
	record = approved(make_penalty(supplier))
	with pytest.raises(frappe.ValidationError, match="Say how"):
		reward_penalty.record_notice(record.name, in_days(), "")
	with pytest.raises(frappe.ValidationError, match="later day than today"):
		reward_penalty.record_notice(record.name, in_days(1), "By phone")
	notified(record, in_days(-2))
	assert (record.notice_to, record.respond_by) == ("By registered letter", in_days(12))


def test_the_answer_is_recorded_by_who_may_write(supplier):
	record = notified(approved(make_penalty(supplier)))
	with acting(make_user("Purchase Manager")), pytest.raises(frappe.PermissionError):
		rewards.record_response(record.name, "Accepted")
	with acting(make_user("Supplier Quality User")) as user:
		rewards.record_response(record.name, "Accepted", by="Jane Doe")
	assert record.reload().response_by == f"Jane Doe, noted by {user}"


# The table of statuses


def test_every_status_has_its_successors_in_the_table():
	options = frappe.get_meta(RECORD).get_field("status").options.split("\n")
	assert set(options) == set(NEXT_STATUSES)
	assert {status for following in NEXT_STATUSES.values() for status in following} <= set(options)


def test_a_status_that_can_not_follow_is_refused(supplier):
	record = make_penalty(supplier)
	with pytest.raises(frappe.ValidationError, match="can't become"):
		reward_penalty.move(record, "Posted")


# Settings


def test_settings_take_accounts_of_the_company_only():
	settings = frappe.get_doc(SETTINGS)
	good = {**use_accounts().as_dict(), "idx": None}

	def refused(message, **values):
		settings.set("companies", [])
		settings.append("companies", {**good, "name": None, **values})
		with pytest.raises(frappe.ValidationError, match=message):
			settings.validate()

	refused("is a group", penalty_account="Indirect Income - TC")
	refused("neither an income nor an expense", penalty_account="Cash - TC")
	refused("is a group", cost_center="Test Co - TC")
	settings.set("companies", [])
	for _number in range(2):
		settings.append("companies", {**good, "name": None})
	with pytest.raises(frappe.ValidationError, match=r"Row 2: .*has a row already"):
		settings.validate()


# The register


def run(**filters) -> tuple[dict, list, dict]:
	_columns, rows, _message, chart, summary = (*register.execute(filters), None, None)[:5]
	return {row.name: row for row in rows}, summary, chart


def test_the_register_agrees_with_the_ledger_to_the_cent(supplier, two_approvals):
	bill = make_bill(supplier, 500)
	penalty = approved(make_penalty(supplier, 33.33, purchase_invoice=bill.name))
	bonus = approved(make_penalty(supplier, 66.67, kind="Reward", measure="Bonus"))
	reversed_ = approved(make_penalty(supplier, 10))
	open_, waived = make_penalty(supplier, 5), approved(make_penalty(supplier, 7))
	for record in (penalty, bonus, reversed_):
		posting.post(record.name)
	posting.reverse(reversed_.name)
	reward_penalty.waive(waived.name, "Goodwill")
	letter = approved(make_measure(supplier, "Warning Letter"))

	rows, summary, chart = run(supplier=supplier)

	figures = {
		record.name: tuple(
			rows[record.name][field] for field in ("approved", "posted", "ledger", "difference")
		)
		for record in (penalty, bonus, reversed_, open_, waived, letter)
	}
	assert figures == {
		penalty.name: (33.33, 33.33, 33.33, 0),
		bonus.name: (66.67, 66.67, 66.67, 0),
		reversed_.name: (10, 0, 0, 0),
		open_.name: (0, 0, 0, 0),
		waived.name: (0, 0, 0, 0),
		letter.name: (None, None, None, None),
	}
	assert not any(row.differs for row in rows.values())
	assert {"agrees to the cent", 1} <= {item["value"] for item in summary}
	assert [data["values"] for data in chart["data"]["datasets"]] == [[33.33], [66.67]]
	# The same sums straight from the accounts, which only this test uses.
	entry = frappe.qb.DocType("GL Entry")
	for account, sign, total in (
		(two_approvals.penalty_account, -1, 33.33),
		(two_approvals.reward_account, 1, 66.67),
	):
		amounts = (
			frappe.qb.from_(entry)
			.where((entry.account == account) & (entry.is_cancelled == 0))
			.select(entry.debit, entry.credit)
		).run()
		assert round(sign * sum(debit - credit for debit, credit in amounts), 2) == total


def test_the_register_flags_what_differs(supplier, two_approvals):
	record = approved(make_penalty(supplier, 100))
	name = posting.post(record.name)
	assert run(supplier=supplier, only_different=1)[0] == {}
	frappe.db.set_value(
		"GL Entry", {"voucher_no": name, "account": two_approvals.penalty_account}, "credit", 99.99
	)
	row = run(supplier=supplier, only_different=1)[0][record.name]
	assert (row.ledger, row.difference) == (99.99, -0.01)
	assert row.note


def test_a_debit_note_of_another_amount_is_flagged(supplier, two_approvals):
	record = approved(make_penalty(supplier, 100))
	note = frappe.get_doc("Purchase Invoice", posting.make_debit_note(record.name))
	note.items[0].rate = 90
	note.save().submit()
	row = run(supplier=supplier)[0][record.name]
	assert (row.approved, row.posted, row.ledger, row.difference, row.differs) == (100, 90, 90, 0, True)


def test_the_register_shows_what_the_user_may_see(supplier):
	record, other = make_penalty(supplier), make_penalty(make_supplier())
	user = make_user("Supplier Quality User")
	frappe.get_doc(doctype="User Permission", user=user, allow="Supplier", for_value=supplier).insert()
	with acting(user):
		rows = run()[0]
	assert record.name in rows
	assert other.name not in rows


def test_the_register_asks_the_ledger_once_however_many_records(supplier, two_approvals):
	def statements() -> int:
		count, real = 0, frappe.db.sql

		def counted(*args, **kwargs):
			nonlocal count
			count += 1
			return real(*args, **kwargs)

		frappe.db.sql = counted
		try:
			run(supplier=supplier)
		finally:
			frappe.db.sql = real
		return count

	def after_posting(records: int) -> int:
		for _number in range(records):
			posting.post(approved(make_penalty(supplier, 1)).name)
		run(supplier=supplier)  # fills the caches that posting emptied
		return statements()

	assert after_posting(1) == after_posting(4)


def test_register_filters(supplier):
	record = make_penalty(supplier, decision_date=add_days(in_days(), -10))
	assert record.name in run(supplier=supplier, from_date=in_days(-10), to_date=in_days(-10))[0]
	assert run(supplier=supplier, from_date=in_days(-9))[0] == {}
	assert run(supplier=supplier, status=["Posted"])[0] == {}
	assert run(supplier=supplier, money="Other measures")[0] == {}
	with pytest.raises(frappe.ValidationError, match="ends before it starts"):
		run(from_date=in_days(), to_date=in_days(-1))
