"""Rewards and penalties in the ledger: what is posted, what is refused, and that undoing leaves no trace."""

import frappe
import pytest
from factories import COMPANY, make_supplier, make_user, unique
from penalty_factories import (
	RECORD,
	acting,
	approved,
	balance,
	in_days,
	ledger,
	make_account,
	make_bill,
	make_penalty,
	outstanding,
	use_accounts,
)

from partner_relations.supplier_quality import posting, reward_penalty

CREDITORS = "Creditors - TC"


@pytest.fixture
def accounts():
	return use_accounts()


def entry_rows(name: str) -> list[tuple]:
	rows = frappe.get_doc("Journal Entry", name).accounts
	return [(row.account, row.debit, row.credit, row.reference_name) for row in rows]


def test_penalty_sets_off_an_invoice_and_cancelling_leaves_the_ledger_as_before(accounts):
	supplier = make_supplier()
	bill = make_bill(supplier, 500)
	before = ledger(supplier)
	record = approved(make_penalty(supplier, 120.55))

	name = posting.post(record.name)

	record.reload()
	assert record.status == "Posted"
	assert (record.journal_entry, record.posted_amount, record.posting_account) == (
		name,
		120.55,
		accounts.penalty_account,
	)
	assert frappe.db.get_value("Journal Entry", name, "supplier_reward_penalty") == record.name
	assert entry_rows(name) == [
		(CREDITORS, 120.55, 0, bill.name),
		(accounts.penalty_account, 0, 120.55, None),
	]
	assert outstanding(bill) == 379.45
	assert balance(CREDITORS, supplier) == -379.45
	assert balance(accounts.penalty_account) == -120.55

	record.cancel()

	assert record.status == "Cancelled"
	assert frappe.db.get_value("Journal Entry", name, "docstatus") == 2
	assert outstanding(bill) == 500
	assert balance(accounts.penalty_account) == 0
	assert ledger(supplier) == before


def test_named_invoice_first_then_the_oldest_and_the_rest_on_account(accounts):
	supplier = make_supplier()
	new = make_bill(supplier, 30)
	old = make_bill(supplier, 40, on=in_days(-20))
	older = make_bill(supplier, 50, on=in_days(-40))
	make_bill(make_supplier(), 1000, on=in_days(-60))
	record = approved(make_penalty(supplier, 150, purchase_invoice=new.name))

	name = posting.post(record.name)

	assert entry_rows(name) == [
		(CREDITORS, 30, 0, new.name),
		(CREDITORS, 50, 0, older.name),
		(CREDITORS, 40, 0, old.name),
		(CREDITORS, 30, 0, None),
		(accounts.penalty_account, 0, 150, None),
	]
	assert [outstanding(bill) for bill in (new, old, older)] == [0, 0, 0]
	assert balance(CREDITORS, supplier) == 30


def test_what_is_on_account_is_offered_to_the_next_invoice(accounts):
	supplier = make_supplier()
	posting.post(approved(make_penalty(supplier, 25)).name)
	bill = make_bill(supplier, 100, allocate_advances_automatically=1)
	assert outstanding(bill) == 75


def test_an_invoice_paid_in_part_takes_only_what_is_outstanding(accounts):
	supplier = make_supplier()
	bill = make_bill(supplier, 100)
	posting.post(approved(make_penalty(supplier, 70)).name)
	second = posting.post(approved(make_penalty(supplier, 70)).name)
	assert [row[1] for row in entry_rows(second)] == [30, 40, 0]
	assert outstanding(bill) == 0


def test_bonus_is_owed_to_the_supplier(accounts):
	supplier = make_supplier()
	make_bill(supplier, 100)
	record = approved(make_penalty(supplier, 80, kind="Reward", measure="Bonus"))
	name = posting.post(record.name)
	assert entry_rows(name) == [(CREDITORS, 0, 80, None), (accounts.reward_account, 80, 0, None)]
	assert balance(CREDITORS, supplier) == -180
	assert balance(accounts.reward_account) == 80
	assert posting.ledger_amounts([record.name]) == {record.name: 80}


def test_rebate_of_the_supplier_is_a_reward_that_it_pays(accounts):
	supplier = make_supplier()
	posting.post(approved(make_penalty(supplier, 60, kind="Reward", measure="Rebate")).name)
	assert balance(CREDITORS, supplier) == 60
	assert balance(accounts.penalty_account) == -60


@pytest.fixture
def euro_supplier():
	"""A supplier who is owed euros: 1 EUR is 1.10 USD today."""
	frappe.get_doc(
		doctype="Currency Exchange",
		date=in_days(-1),
		from_currency="EUR",
		to_currency="USD",
		exchange_rate=1.1,
		for_buying=1,
		for_selling=1,
	).insert()
	account = make_account(
		"Creditors EUR", "Accounts Payable", account_type="Payable", account_currency="EUR"
	)
	return make_supplier(default_currency="EUR", accounts=[{"company": COMPANY, "account": account}]), account


def test_in_another_currency_the_penalty_account_shows_exactly_the_approved_amount(accounts, euro_supplier):
	supplier, payable = euro_supplier
	bill = make_bill(supplier, 300, currency="EUR", rate=1.25)
	before = ledger(supplier)
	record = approved(make_penalty(supplier, 100.01))

	name = posting.post(record.name)

	# 100.01 USD at 1.10 are 90.92 EUR, which were booked at 1.25: 113.65 USD
	assert balance(accounts.penalty_account) == -100.01
	assert balance(payable, supplier, currency=True) == -209.08
	assert outstanding(bill) == 209.08
	exchange = frappe.get_cached_value("Company", COMPANY, "exchange_gain_loss_account")
	assert (exchange, 0, 13.64, None) in entry_rows(name)
	record.reload().cancel()
	assert ledger(supplier) == before


def test_in_another_currency_on_account_rounding_goes_to_the_round_off_account(accounts, euro_supplier):
	supplier, payable = euro_supplier
	record = approved(make_penalty(supplier, 100.01))
	name = posting.post(record.name)
	assert balance(payable, supplier, currency=True) == 90.92  # that is 100.012 USD
	assert balance(accounts.penalty_account) == -100.01
	assert sum(row[1] - row[2] for row in entry_rows(name)) == pytest.approx(0)
	record = approved(make_penalty(supplier, 100))  # 90.91 EUR are 100.001 USD
	posting.post(record.name)
	assert posting.ledger_amounts([record.name]) == {record.name: 100}
	record = approved(make_penalty(supplier, 0.05))  # 0.05 EUR are 0.055 USD, rounded 0.06
	name = posting.post(record.name)
	round_off = frappe.get_cached_value("Company", COMPANY, "round_off_account")
	assert [row[0] for row in entry_rows(name)] == [payable, accounts.penalty_account, round_off]


def test_without_an_exchange_rate_it_says_so(accounts, euro_supplier):
	supplier, _payable = euro_supplier
	frappe.db.delete("Currency Exchange")
	frappe.db.set_single_value("Currency Exchange Settings", "disabled", 1)
	frappe.clear_document_cache("Currency Exchange Settings", "Currency Exchange Settings")
	record = approved(make_penalty(supplier, 100))
	with pytest.raises(frappe.ValidationError, match="no exchange rate from EUR to USD"):
		posting.post(record.name)


def test_missing_account_says_where_to_set_it(accounts):
	settings = frappe.get_doc("Supplier Quality Settings")
	settings.companies[0].penalty_account = None
	settings.save()
	record = approved(make_penalty(make_supplier()))
	with pytest.raises(frappe.ValidationError, match=r"No account for penalties.*Supplier Quality Settings"):
		posting.post(record.name)
	settings.companies = []
	settings.save()
	record = approved(make_penalty(make_supplier(), kind="Reward", measure="Bonus"))
	with pytest.raises(frappe.ValidationError, match="No account for rewards"):
		posting.post(record.name)


def nothing_was_posted(record, supplier, before) -> bool:
	record.reload()
	named = frappe.get_all("Journal Entry", {"supplier_reward_penalty": record.name})
	return (
		record.status == "Approved" and not record.journal_entry and not named and ledger(supplier) == before
	)


def close_period(day) -> None:
	frappe.get_doc(
		doctype="Accounting Period",
		period_name=unique("Closed"),
		company=COMPANY,
		start_date=day,
		end_date=day,
		closed_documents=[{"document_type": "Journal Entry", "closed": 1}],
	).insert()


def freeze_accounts(day) -> None:
	frappe.db.set_single_value("Accounts Settings", "acc_frozen_upto", day)
	frappe.db.set_single_value("Accounts Settings", "frozen_accounts_modifier", None)


def close_books(day) -> None:
	"""As a submitted Period Closing Voucher does; ERPNext works its own off in the background."""
	voucher = frappe.new_doc("Period Closing Voucher")
	voucher.update(
		{
			"name": unique("PCV"),
			"company": COMPANY,
			"docstatus": 1,
			"period_start_date": day,
			"period_end_date": day,
			"transaction_date": day,
		}
	)
	voucher.db_insert()


@pytest.mark.parametrize(
	("close", "reason"),
	[
		(close_period, "closed Accounting Period"),
		(freeze_accounts, "not authorized to add or update entries"),
		(close_books, "Books have been closed"),
	],
)
def test_closed_books_refuse_and_leave_nothing_half_done(accounts, close, reason):
	supplier = make_supplier()
	make_bill(supplier, 500)
	before = ledger(supplier)
	record = approved(make_penalty(supplier))
	close(in_days())
	frappe.local.message_log = []
	with pytest.raises(frappe.ValidationError, match=f"{record.name} was not posted. .*{reason}"):
		posting.post(record.name)
	assert nothing_was_posted(record, supplier, before)
	assert len(frappe.local.message_log) == 1


@pytest.mark.parametrize("close", [close_period, freeze_accounts, close_books])
def test_in_a_closed_period_the_cancel_is_refused_and_a_reversing_entry_offered(accounts, close):
	supplier = make_supplier()
	bill = make_bill(supplier, 500, on=in_days(-5))
	record = approved(make_penalty(supplier))
	day = in_days(-3)
	name = posting.post(record.name, day)
	close(day)
	frappe.local.message_log = []

	with pytest.raises(frappe.ValidationError, match="reversing entry of another date"):
		frappe.get_doc(RECORD, record.name).cancel()

	assert frappe.local.message_log[-1]["primary_action"]["args"] == {"name": record.name}
	record.reload()
	assert (record.docstatus, record.status) == (1, "Posted")
	assert frappe.db.get_value("Journal Entry", name, "docstatus") == 1
	assert outstanding(bill) == 400

	reversal = posting.reverse(record.name, in_days())

	record.reload()
	assert (record.status, record.reversal_entry) == ("Reversed", reversal)
	assert frappe.get_doc("Journal Entry", reversal).posting_date == in_days()
	assert outstanding(bill) == 500
	assert balance(CREDITORS, supplier) == -500
	assert balance(accounts.penalty_account) == 0
	assert posting.ledger_amounts([record.name]) == {record.name: 0}
	with pytest.raises(frappe.ValidationError):
		posting.reverse(record.name)
	with pytest.raises(frappe.ValidationError, match="posted already"):
		posting.post(record.name)


def test_reversing_what_went_on_account(accounts):
	supplier = make_supplier()
	record = approved(make_penalty(supplier))
	posting.post(record.name)
	posting.reverse(record.name)
	assert balance(CREDITORS, supplier) == 0
	assert balance(accounts.penalty_account) == 0


def test_reversing_in_another_currency(accounts, euro_supplier):
	supplier, payable = euro_supplier
	make_bill(supplier, 30, currency="EUR", rate=1.25)
	record = approved(make_penalty(supplier, 77.77))
	posting.post(record.name)
	posting.reverse(record.name)
	assert balance(payable, supplier, currency=True) == -30
	assert balance(payable, supplier) == -37.5
	assert balance(accounts.penalty_account) == 0


def test_reversing_entry_is_not_older_than_the_posting(accounts):
	record = approved(make_penalty(make_supplier()))
	posting.post(record.name)
	with pytest.raises(frappe.ValidationError, match="can't be older"):
		posting.reverse(record.name, in_days(-1))


def test_nothing_is_posted_twice(accounts):
	record = approved(make_penalty(make_supplier()))
	posting.post(record.name)
	with pytest.raises(frappe.ValidationError, match="posted already"):
		posting.post(record.name)
	assert frappe.db.count("Journal Entry", {"supplier_reward_penalty": record.name}) == 1


def test_a_proposal_a_waived_one_and_a_measure_are_not_posted(accounts):
	supplier = make_supplier()
	proposal = make_penalty(supplier)
	with pytest.raises(frappe.ValidationError, match="approved first"):
		posting.post(proposal.name)
	waived = approved(make_penalty(supplier))
	reward_penalty.waive(waived.name, "Goodwill")
	with pytest.raises(frappe.ValidationError, match="Waived"):
		posting.post(waived.name)
	letter = approved(make_penalty(supplier, 0, measure="Warning Letter"))
	with pytest.raises(frappe.ValidationError, match="moves no money"):
		posting.post(letter.name)


def test_only_who_may_post_journal_entries_posts(accounts):
	record = approved(make_penalty(make_supplier()))
	for roles in (("Supplier Quality Manager",), ("Supplier Quality User",), ("Purchase Manager",)):
		with acting(make_user(*roles)), pytest.raises(frappe.PermissionError):
			posting.post(record.name)
	assert record.reload().status == "Approved"
	with acting(make_user("Accounts User")):
		posting.post(record.name)
	assert record.reload().status == "Posted"


def test_user_permissions_of_the_accountant_hold(accounts):
	record = approved(make_penalty(make_supplier()))
	accountant = make_user("Accounts User")
	frappe.get_doc(
		doctype="User Permission",
		user=accountant,
		allow="Account",
		for_value="Cash - TC",
		apply_to_all_doctypes=1,
	).insert()
	with acting(accountant), pytest.raises(frappe.PermissionError):
		posting.post(record.name)
	assert record.reload().status == "Approved"
	assert not frappe.get_all("Journal Entry", {"supplier_reward_penalty": record.name})


def test_a_quality_manager_who_may_not_cancel_entries_is_told_so(accounts):
	record = approved(make_penalty(make_supplier()))
	posting.post(record.name)
	with (
		acting(make_user("Supplier Quality Manager")),
		pytest.raises(frappe.PermissionError, match="cancel Journal Entries"),
	):
		frappe.get_doc(RECORD, record.name).cancel()
	with acting(make_user("Supplier Quality Manager", "Accounts User", "Accounts Manager")):
		frappe.get_doc(RECORD, record.name).cancel()


def test_the_accountants_may_cancel_the_entry_themselves(accounts):
	supplier = make_supplier()
	bill = make_bill(supplier, 500)
	record = approved(make_penalty(supplier))
	name = posting.post(record.name)
	with acting(make_user("Accounts Manager")):
		frappe.get_doc("Journal Entry", name).cancel()
	record.reload()
	assert (record.status, record.journal_entry, record.posted_amount) == ("Approved", None, 0)
	assert outstanding(bill) == 500
	again = posting.post(record.name)
	assert again != name
	assert balance(accounts.penalty_account) == -100


def test_an_amended_entry_posts_the_record_too(accounts):
	record = approved(make_penalty(make_supplier()))
	first = frappe.get_doc("Journal Entry", posting.post(record.name))
	first.cancel()
	amended = frappe.copy_doc(first)
	amended.amended_from = first.name
	amended.insert().submit()
	record.reload()
	assert (record.status, record.journal_entry) == ("Posted", amended.name)
	assert posting.ledger_amounts([record.name]) == {record.name: 100}


def test_erpnexts_own_reversal_reverses_the_record(accounts):
	supplier = make_supplier()
	make_bill(supplier, 500)
	record = approved(make_penalty(supplier))
	reversal = posting.make_reverse_journal_entry(posting.post(record.name))
	reversal.posting_date = in_days()
	reversal.insert().submit()
	record.reload()
	assert (record.status, record.reversal_entry) == ("Reversed", reversal.name)
	assert posting.ledger_amounts([record.name]) == {record.name: 0}
	reversal.reload().cancel()
	record.reload()
	assert (record.status, record.reversal_entry) == ("Posted", None)


def test_nobody_writes_a_record_into_another_voucher(accounts):
	record = approved(make_penalty(make_supplier()))
	entry = frappe.get_doc(
		doctype="Journal Entry",
		company=COMPANY,
		posting_date=in_days(),
		supplier_reward_penalty=record.name,
		accounts=[
			{"account": "Cash - TC", "debit_in_account_currency": 5},
			{
				"account": accounts.penalty_account,
				"credit_in_account_currency": 5,
				"cost_center": "Main - TC",
			},
		],
	).insert()
	assert not entry.supplier_reward_penalty
	entry.supplier_reward_penalty = record.name
	entry.save()
	assert not entry.reload().supplier_reward_penalty


# Debit note


def test_debit_note_is_a_draft_for_the_accountants_and_posts_the_record(accounts):
	supplier = make_supplier()
	bill = make_bill(supplier, 500)
	record = approved(make_penalty(supplier, 120, purchase_invoice=bill.name))
	before = ledger(supplier)

	name = posting.make_debit_note(record.name)

	note = frappe.get_doc("Purchase Invoice", name)
	assert (note.docstatus, note.is_return, note.return_against) == (0, 1, bill.name)
	assert (note.grand_total, note.items[0].expense_account) == (-120, accounts.penalty_account)
	assert ledger(supplier) == before
	with pytest.raises(frappe.ValidationError, match=name):
		posting.post(record.name)
	with pytest.raises(frappe.ValidationError, match="debit note already"):
		posting.make_debit_note(record.name)

	note.append(
		"taxes",
		{
			"charge_type": "On Net Total",
			"account_head": make_account("Input Tax", "Duties and Taxes", account_type="Tax"),
			"description": "Tax",
			"rate": 10,
		},
	)
	with acting(make_user("Accounts User")):
		note.save()
		note.submit()

	record.reload()
	assert (record.status, record.posted_amount) == ("Posted", 120)
	assert balance(accounts.penalty_account) == -120
	assert balance(CREDITORS, supplier) == -(500 - 132)
	assert posting.ledger_amounts([record.name]) == {record.name: 120}
	with pytest.raises(frappe.ValidationError, match="posted already"):
		posting.post(record.name)

	record.cancel()
	assert frappe.db.get_value("Purchase Invoice", name, "docstatus") == 2
	assert ledger(supplier) == before


def test_deleting_the_draft_frees_the_record(accounts):
	record = approved(make_penalty(make_supplier()))
	name = posting.make_debit_note(record.name)
	with pytest.raises(frappe.ValidationError, match="Delete it first"):
		reward_penalty.waive(record.name, "Goodwill")
	frappe.delete_doc("Purchase Invoice", name)
	assert not record.reload().debit_note
	posting.post(record.name)


def test_cancelling_the_record_deletes_the_draft_and_cancelling_the_note_frees_the_record(accounts):
	record = approved(make_penalty(make_supplier()))
	name = posting.make_debit_note(record.name)
	note = frappe.get_doc("Purchase Invoice", name).submit()
	note.cancel()
	record.reload()
	assert (record.status, record.debit_note) == ("Approved", None)
	other = posting.make_debit_note(record.name)
	record.reload().cancel()
	assert not frappe.db.exists("Purchase Invoice", other)


def test_debit_note_waits_for_the_dispute(accounts):
	record = approved(make_penalty(make_supplier()))
	name = posting.make_debit_note(record.name)
	reward_penalty.record_notice(record.name, in_days(), "By phone")
	reward_penalty.record_response(record.name, "Disputed", "Not our fault", "supplier@example.com")
	with pytest.raises(frappe.ValidationError, match="disputes it"):
		frappe.get_doc("Purchase Invoice", name).submit()


def test_debit_note_in_another_currency(accounts, euro_supplier):
	supplier, payable = euro_supplier
	record = approved(make_penalty(supplier, 110))
	note = frappe.get_doc("Purchase Invoice", posting.make_debit_note(record.name))
	assert (note.currency, note.grand_total, note.base_grand_total) == ("EUR", -100, -110)
	note.submit()
	assert balance(payable, supplier, currency=True) == 100
	assert balance(accounts.penalty_account) == -110


def test_debit_note_is_for_what_the_supplier_pays(accounts):
	record = approved(make_penalty(make_supplier(), kind="Reward", measure="Bonus"))
	with pytest.raises(frappe.ValidationError, match="what the supplier pays"):
		posting.make_debit_note(record.name)
	record = approved(make_penalty(make_supplier()))
	with acting(make_user("Supplier Quality Manager")), pytest.raises(frappe.PermissionError):
		posting.make_debit_note(record.name)
