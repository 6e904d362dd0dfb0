"""What complaints cost agrees with ERPNext's ledgers to the cent; closed periods leave nothing half done."""

from decimal import Decimal

import frappe
import pytest
from factories import COMPANY, make_user, unique, warehouse
from penalty_factories import acting
from resolution_factories import complaint_about, grant, made, now, row_of, set_limit, use_settings
from sales_factories import (
	make_batch,
	make_customer,
	make_invoice,
	make_sales_order,
	make_tracked_item,
	put_in_stock,
	sell,
	serial_numbers,
)
from test_resolution_documents import customer_in_euro, in_stock, owed, tax

from partner_relations.customer_care import resolution_effects, resolutions
from partner_relations.customer_care.report.cost_of_complaints import cost_of_complaints


def profit_and_loss(vouchers) -> Decimal:
	"""What vouchers took from the company's result, by the General Ledger."""
	entry, account = frappe.qb.DocType("GL Entry"), frappe.qb.DocType("Account")
	rows = (
		frappe.qb.from_(entry)
		.join(account)
		.on(account.name == entry.account)
		.where(
			entry.voucher_no.isin(vouchers)
			& (entry.is_cancelled == 0)
			& account.root_type.isin(["Income", "Expense"])
		)
		.select(entry.debit, entry.credit)
	).run()
	return sum((Decimal(str(debit)) - Decimal(str(credit)) for debit, credit in rows), Decimal(0))


def came_back(vouchers) -> Decimal:
	"""The worth of goods that vouchers brought into stock."""
	differences = frappe.get_all(
		"Stock Ledger Entry",
		filters={"voucher_no": ("in", vouchers), "is_cancelled": 0},
		pluck="stock_value_difference",
	)
	return sum((Decimal(str(difference)) for difference in differences), Decimal(0))


def freight(amount: float, **values) -> dict:
	"""A charge on an account of the company's own expense."""
	account = frappe.get_doc(
		doctype="Account",
		account_name=unique("Freight"),
		parent_account="Indirect Expenses - TC",
		company=COMPANY,
		account_type="Chargeable",
	).insert()
	return {
		"charge_type": "Actual",
		"account_head": account.name,
		"description": "Freight",
		"tax_amount": amount,
		**values,
	}


def report(customer: str, by: str = "Document") -> list:
	"""The rows of the report on one customer's complaints; the last adds up."""
	day = frappe.utils.today()
	filters = {"company": COMPANY, "from_date": day, "to_date": day, "by": by, "customer": customer}
	return cost_of_complaints.execute(filters)[1]


def bill_of(customer: str, rate: float, taxes: list[dict], **values):
	return make_invoice(make_sales_order(customer, quantity=10, rate=rate, **values), taxes=taxes)


def test_the_report_agrees_with_the_general_ledger_to_the_cent():
	use_settings()
	customer, item = make_customer(), make_tracked_item(batches=True)
	batch, sound = make_batch(item), make_batch(item)
	put_in_stock(item, 20, rate=6.37, batch=batch)
	put_in_stock(item, 20, rate=7.11, batch=sound)

	notes = []
	# A credit note of a part, with tax, freight, and a total that is rounded.
	complaint = complaint_about(bill_of(customer, 20.33, [*tax(19), freight(50)]), quantity=3)
	notes.append(made(complaint, grant(complaint, "Credit Note")).submit())
	# One whose freight is by piece.
	by_piece = freight(0, charge_type="On Item Quantity", rate=1.5)
	complaint = complaint_about(bill_of(customer, 31.01, [by_piece]), quantity=7)
	notes.append(made(complaint, grant(complaint, "Credit Note")).submit())
	# A price allowance on a bill with freight, which stays with the company.
	complaint = complaint_about(bill_of(customer, 17.77, [*tax(19), freight(33)]), quantity=5)
	row = grant(complaint, "Price Allowance", 12.34)
	notes.append(made(complaint, row).submit())
	assert row_of(complaint, row).cost == pytest.approx(12.34, abs=0.5)
	# A credit note that takes the goods back too.
	bill = make_invoice(
		make_sales_order(customer, item=item, quantity=5, rate=18.9), submit=False, update_stock=1
	)
	bill.items[0].update({"use_serial_batch_fields": 1, "batch_no": batch})
	bill.save()
	bill.submit()
	complaint = complaint_about(bill, quantity=2, batch_no=batch)
	notes.append(made(complaint, grant(complaint, "Credit Note")).submit())
	back = came_back([notes[-1].name])
	assert back == Decimal("12.74")
	# A replacement.
	sale = sell(customer, item=item, quantity=5, rate=20, batch=batch)
	complaint = complaint_about(sale.delivery, quantity=3)
	note = made(complaint, grant(complaint, "Replacement Delivery"))
	note.items[0].update({"use_serial_batch_fields": 1, "batch_no": sound})
	note.save()
	notes.append(note.submit())
	# What costs nothing: a return and a letter. And a draft that is to come.
	complaint = complaint_about(sale.delivery, quantity=1, batch_no=batch)
	returned = made(complaint, grant(complaint, "Return")).submit()
	grant(complaint, "Apology", note="We are sorry.")
	made(complaint, grant(complaint, "Credit Note"))

	*rows, total = report(customer)

	vouchers = [note.name for note in notes]
	cost = {row.document: Decimal(str(row.cost)) for row in rows}
	assert cost[returned.name] == 0
	for note in notes[:3]:
		assert cost[note.name] == profit_and_loss([note.name]), note.name
	assert cost[vouchers[4]] == profit_and_loss([vouchers[4]]) == Decimal("21.33")
	assert Decimal(str(total.cost)) == profit_and_loss(vouchers) + back
	assert (total.to_come, total.awaiting) == (20, 0)
	# By whatever it is added up, it is the same.
	for by in cost_of_complaints.BY:
		if by != "Supplier":
			assert report(customer, by)[-1].cost == total.cost, by

	for note in (*notes, returned):
		note.reload()
		note.cancel()
	assert report(customer)[-1].cost == 0
	assert profit_and_loss(vouchers) == 0


def test_the_report_counts_another_currency_by_the_ledger():
	customer = customer_in_euro()
	bill = bill_of(
		customer,
		33.33,
		[*tax(19), freight(25)],
		currency="EUR",
		conversion_rate=1.1337,
		rounding_adjustment=0,
	)
	complaint = complaint_about(bill, quantity=4)
	set_limit(complaint, 10000)
	row = grant(complaint, "Credit Note")
	note = made(complaint, row).submit()
	cost = Decimal(str(row_of(complaint, row).cost))
	assert cost == profit_and_loss([note.name]) > 100
	assert Decimal(str(report(customer)[-1].cost)) == cost


# Drafts that were changed


def test_freight_is_in_what_is_approved_and_not_added_later():
	complaint = complaint_about(bill_of(make_customer(), 20, [freight(50), *tax(20)]), quantity=5)
	row = grant(complaint, "Credit Note")
	assert row_of(complaint, row).amount == 125
	note = made(complaint, row)
	note.taxes[0].tax_amount = -40
	note.save()
	with pytest.raises(frappe.ValidationError, match=r"comes to .*140.*, but .*125.* is approved"):
		note.submit()


def test_an_allowance_leaves_the_freight_where_it_is():
	use_settings()
	complaint = complaint_about(bill_of(make_customer(), 20, [freight(50), *tax(20)]), quantity=5)
	note = made(complaint, grant(complaint, "Price Allowance", 10))
	assert (note.net_total, note.taxes[0].tax_amount, note.taxes[1].tax_amount) == (-10, 0, -2)
	assert note.grand_total == -12


def test_no_more_goods_go_out_for_nothing_than_were_approved():
	customer, item, other = make_customer(), make_tracked_item(), make_tracked_item()
	put_in_stock(item, 20)
	put_in_stock(other, 20)
	complaint = complaint_about(sell(customer, item=item, quantity=5).delivery, quantity=2)
	row = grant(complaint, "Replacement Delivery")
	note = made(complaint, row)
	note.items[0].qty = 3
	note.save()
	with pytest.raises(frappe.ValidationError, match=r"3.0 of .* at no price, but 2.0 are approved"):
		note.submit()
	note.reload()
	note.items[0].qty = 1
	note.append(
		"items", {"item_code": other, "qty": 1, "rate": 0, "warehouse": warehouse(), "is_free_item": 1}
	)
	note.save()
	with pytest.raises(frappe.ValidationError, match=r"1.0 of .* at no price, but 0.0 are approved"):
		note.submit()
	note.reload()
	note.items = note.items[:1]
	note.save()
	note.submit()
	assert (row_of(complaint, row).status, row_of(complaint, row).cost) == ("Done", 10)


def test_a_replacement_from_the_batch_complained_is_said():
	customer, item = make_customer(), make_tracked_item(batches=True)
	batch = make_batch(item)
	put_in_stock(item, 10, batch=batch)
	complaint = complaint_about(
		sell(customer, item=item, quantity=4, batch=batch).delivery, quantity=1, batch_no=batch
	)
	note = made(complaint, grant(complaint, "Replacement Delivery"))
	note.items[0].update({"use_serial_batch_fields": 1, "batch_no": batch})
	note.save()
	frappe.local.message_log = []
	note.submit()
	assert any(
		"of the batch that is complained" in message["message"] for message in frappe.local.message_log
	)


# Batches, serial numbers, bundles


def test_serial_numbers_and_batches_at_once_come_back_by_bundle():
	customer, item = make_customer(), make_tracked_item(batches=True, serials=True)
	batch, serials = make_batch(item), serial_numbers(item, 5)
	put_in_stock(item, 5, batch=batch, serials=serials)
	sale = sell(customer, item=item, quantity=4, batch=batch, serials=serials[:4])
	assert in_stock(item) == 1
	complaint = complaint_about(sale.invoice, quantity=1, batch_no=batch, serial_no=serials[2])
	note = made(complaint, grant(complaint, "Return")).submit()
	bundle = frappe.db.get_value("Delivery Note Item", note.items[0].name, "serial_and_batch_bundle")
	entries = frappe.get_all(
		"Serial and Batch Entry", filters={"parent": bundle}, fields=["batch_no", "serial_no"], as_list=True
	)
	assert [tuple(entry) for entry in entries] == [(batch, serials[2])]
	assert in_stock(item) == 2
	assert frappe.db.get_value("Serial No", serials[2], "warehouse") == warehouse()


# Closed periods, drafts that go


def test_a_closed_period_is_said_and_leaves_nothing_half_done():
	customer = make_customer()
	complaint = complaint_about(sell(customer, quantity=5, rate=10).invoice, quantity=2)
	row = grant(complaint, "Credit Note")
	day = frappe.utils.getdate()
	period = frappe.get_doc(
		doctype="Accounting Period",
		period_name=unique("Closed"),
		start_date=frappe.utils.get_first_day(day),
		end_date=frappe.utils.get_last_day(day),
		company=COMPANY,
		closed_documents=[{"document_type": "Sales Invoice", "closed": 1}],
	).insert()
	with pytest.raises(frappe.ValidationError) as refused:
		made(complaint, row)
	assert "No document was made for resolution 1 (Credit Note)." in str(refused.value)
	assert period.name in str(refused.value) or "closed" in str(refused.value).lower()
	assert not frappe.db.exists("Sales Invoice", {"customer": customer, "is_return": 1})
	entry = row_of(complaint, row)
	assert (entry.status, entry.document_name) == ("Approved", None)
	period.delete()
	assert made(complaint, row).docstatus == 0


def test_a_period_that_is_closed_after_the_draft_leaves_it_a_draft():
	customer = make_customer()
	complaint = complaint_about(sell(customer, quantity=5, rate=10).invoice, quantity=2)
	row = grant(complaint, "Credit Note")
	note = made(complaint, row)
	frappe.db.set_single_value("Accounts Settings", "acc_frozen_upto", frappe.utils.today())
	frappe.db.set_single_value("Accounts Settings", "frozen_accounts_modifier", "System Manager")
	frappe.db.savepoint("request")
	with acting(make_user("Accounts User")), pytest.raises(frappe.ValidationError, match="not authorized"):
		frappe.get_doc("Sales Invoice", note.name).submit()
	frappe.db.rollback(save_point="request")
	entry = row_of(complaint, row)
	assert (entry.status, entry.cost, now(complaint).resolution_cost) == ("Made", 0, 0)
	assert owed(customer) == 50


@pytest.mark.parametrize("kind", ["Credit Note", "Return", "Replacement Delivery"])
def test_a_draft_that_is_discarded_frees_the_resolution(kind):
	"""As Frappe 16 does: without a cancel."""
	customer, item = make_customer(), make_tracked_item()
	put_in_stock(item, 10)
	complaint = complaint_about(sell(customer, item=item, quantity=5).delivery, quantity=1)
	row = grant(complaint, kind)
	note = made(complaint, row)
	note.db_set("docstatus", 2)
	note.run_method("on_discard")
	assert (row_of(complaint, row).status, row_of(complaint, row).document_name) == ("Approved", None)
	note.delete()
	assert row_of(complaint, row).status == "Approved"
	assert made(complaint, row).docstatus == 0


def test_what_was_cancelled_may_be_granted_again():
	complaint = complaint_about(sell(make_customer(), quantity=5, rate=10).invoice, quantity=2)
	note = made(complaint, grant(complaint, "Credit Note")).submit()
	assert resolutions.offer(now(complaint), "Credit Note")["lines"] == []
	note.cancel()
	again = grant(complaint, "Credit Note")
	made(complaint, again).submit()
	assert now(complaint).resolution_cost == 20
	resolution_effects.refresh_costs()
	assert now(complaint).resolution_cost == 20
