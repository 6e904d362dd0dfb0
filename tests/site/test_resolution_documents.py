"""From the sale to the complaint to ERPNext's own documents, and what they do to stock and ledger."""

from decimal import Decimal

import frappe
import pytest
from factories import COMPANY, make_service, unique, warehouse
from penalty_factories import acting, balance, make_account
from resolution_factories import (
	agent,
	complaint_about,
	grant,
	made,
	make_allowance_item,
	now,
	row_of,
	set_limit,
	status,
	use_settings,
)
from sales_factories import (
	credit,
	deliver,
	make_batch,
	make_contact,
	make_customer,
	make_invoice,
	make_sales_order,
	make_tracked_item,
	put_in_stock,
	return_delivery,
	sell,
	serial_numbers,
)

from partner_relations.customer_care import resolution_documents, resolution_effects, resolutions


def owed(customer: str) -> float:
	"""What a customer owes by the ledger, in company currency."""
	entries = frappe.get_all(
		"GL Entry",
		filters={"party_type": "Customer", "party": customer, "is_cancelled": 0},
		fields=["debit", "credit"],
	)
	return round(sum(entry.debit - entry.credit for entry in entries), 2)


def income(voucher, account: str) -> float:
	"""Credit less debit of an account by one voucher."""
	entries = frappe.get_all(
		"GL Entry",
		filters={"voucher_no": voucher.name, "account": account, "is_cancelled": 0},
		fields=["debit", "credit"],
	)
	return round(sum(entry.credit - entry.debit for entry in entries), 2)


def in_stock(item: str) -> float:
	return frappe.db.get_value("Bin", {"item_code": item, "warehouse": warehouse()}, "actual_qty")


def customer_in_euro() -> str:
	account = make_account(
		"Debtors", "Accounts Receivable", account_type="Receivable", account_currency="EUR"
	)
	return make_customer(default_currency="EUR", accounts=[{"company": COMPANY, "account": account}])


def tax(rate: float = 20, **values) -> list[dict]:
	account = frappe.get_doc(
		doctype="Account",
		account_name=unique("VAT"),
		parent_account="Duties and Taxes - TC",
		company=COMPANY,
		account_type="Tax",
	).insert()
	return [
		{
			"charge_type": "On Net Total",
			"account_head": account.name,
			"description": "VAT",
			"rate": rate,
			**values,
		}
	]


# Credit note


def test_credit_note_of_the_quantity_complained_from_draft_to_ledger_and_back():
	customer = make_customer()
	bill = sell(customer, quantity=10, rate=20).invoice
	sales_account = bill.items[0].income_account
	sold = balance(sales_account)
	complaint = complaint_about(bill, quantity=3)
	row = grant(complaint, "Credit Note")
	assert row_of(complaint, row).amount == 60

	note = made(complaint, row)

	assert (note.docstatus, note.is_return, note.return_against) == (0, 1, bill.name)
	assert [(item.qty, item.rate, item.sales_invoice_item) for item in note.items] == [
		(-3, 20, bill.items[0].name)
	]
	assert note.customer_complaint == complaint.name
	line = row_of(complaint, row)
	assert (line.status, line.document_type, line.document_name) == ("Made", "Sales Invoice", note.name)
	assert (owed(customer), now(complaint).resolution_cost) == (200, 0)

	note.submit()

	assert (row_of(complaint, row).status, row_of(complaint, row).cost) == ("Done", 60)
	assert now(complaint).resolution_cost == 60
	assert owed(customer) == 140
	assert frappe.db.get_value("Sales Invoice", bill.name, "outstanding_amount") == 140
	assert balance(sales_account) == sold + 60
	assert income(note, sales_account) == -60

	note.cancel()

	assert (row_of(complaint, row).status, row_of(complaint, row).cost) == ("Cancelled", 0)
	assert now(complaint).resolution_cost == 0
	assert owed(customer) == 200
	assert balance(sales_account) == sold


def test_credit_note_for_a_delivery_finds_the_invoice():
	sale = sell(make_customer(), quantity=4, rate=5)
	complaint = complaint_about(sale.delivery, quantity=2)
	assert made(complaint, grant(complaint, "Credit Note")).return_against == sale.invoice.name


def test_credit_note_for_an_order_finds_the_invoice():
	sale = sell(make_customer(), quantity=4, rate=5, delivery=False)
	complaint = complaint_about(sale.order, quantity=2)
	assert made(complaint, grant(complaint, "Credit Note")).return_against == sale.invoice.name


def test_lines_of_two_invoices_become_two_credit_notes():
	customer, item = make_customer(), make_service()
	order = make_sales_order(customer, item=item, quantity=10, rate=7)
	bills = [make_invoice(order, quantity=6), make_invoice(order, quantity=4)]
	complaint = complaint_about(order, quantity=8)
	set_limit(complaint, 56)
	rows = resolutions.propose(complaint.name, "Credit Note")
	notes = [made(complaint, row) for row in rows]
	assert [(note.return_against, note.items[0].qty) for note in notes] == [
		(bills[0].name, -6),
		(bills[1].name, -2),
	]


def test_taxes_discount_and_freight_come_back_by_share():
	customer = make_customer()
	order = make_sales_order(customer, quantity=10, rate=20)
	freight = tax()[0] | {"charge_type": "Actual", "tax_amount": 50, "rate": 0, "description": "Freight"}
	bill = make_invoice(order, taxes=[*tax(20), freight], apply_discount_on="Net Total", discount_amount=40)
	assert (bill.net_total, bill.grand_total) == (160, 242)
	complaint = complaint_about(bill, quantity=5)
	row = grant(complaint, "Credit Note")
	assert row_of(complaint, row).amount == 80

	note = made(complaint, row).submit()

	assert (note.net_total, note.grand_total) == (-80, -121)
	assert row_of(complaint, row).cost == 80
	assert owed(customer) == 121


def test_what_is_credited_already_is_not_credited_again():
	bill = sell(make_customer(), quantity=5, rate=10).invoice
	complaint = complaint_about(bill, quantity=4)
	row = grant(complaint, "Credit Note")
	credit(bill, quantity=3, on=frappe.utils.getdate())
	with pytest.raises(frappe.ValidationError, match=r"only 2.* are left to return"):
		made(complaint, row)
	assert status(complaint, row) == "Approved"
	other = complaint_about(bill, quantity=4)
	with pytest.raises(frappe.ValidationError, match="only 2 of 4 are left on the invoice"):
		resolutions.propose(other.name, "Credit Note")


def test_an_invoice_of_somebody_else_is_never_credited():
	bill = sell(make_customer(), quantity=5, rate=10).invoice
	complaint = complaint_about(sell(make_customer(), quantity=1).invoice)
	line = complaint.items[0]
	line.db_set({"document_name": bill.name, "item_code": bill.items[0].item_code, "document_row": None})
	with pytest.raises(frappe.ValidationError, match="there is no submitted invoice for it"):
		resolutions.propose(complaint.name, "Credit Note")


def test_a_customer_in_another_currency():
	customer = customer_in_euro()
	bill = sell(customer, quantity=10, rate=100, currency="EUR", conversion_rate=1.1).invoice
	assert bill.base_net_total == 1100
	complaint = complaint_about(bill, quantity=2)
	set_limit(complaint, 500)
	row = grant(complaint, "Credit Note")
	assert row_of(complaint, row).amount == 220
	note = made(complaint, row).submit()
	assert (note.currency, note.net_total, note.base_net_total) == ("EUR", -200, -220)
	assert now(complaint).resolution_cost == 220
	assert owed(customer) == 880


def test_nobody_submits_more_than_was_approved():
	bill = sell(make_customer(), quantity=10, rate=20).invoice
	complaint = complaint_about(bill, quantity=3)
	note = made(complaint, grant(complaint, "Credit Note"))
	note.items[0].qty = -5
	note.save()
	with pytest.raises(frappe.ValidationError, match=r"but .*60.* is approved for the complaint"):
		note.submit()


def test_less_than_approved_is_submitted_and_costs_less():
	bill = sell(make_customer(), quantity=10, rate=20).invoice
	complaint = complaint_about(bill, quantity=3)
	row = grant(complaint, "Credit Note")
	note = made(complaint, row)
	note.items[0].qty = -1
	note.save()
	note.submit()
	assert (row_of(complaint, row).amount, row_of(complaint, row).cost) == (60, 20)


# Return


def test_return_brings_back_the_batch_complained():
	customer, item = make_customer(), make_tracked_item(batches=True)
	good, bad = make_batch(item), make_batch(item)
	for batch in (good, bad):
		put_in_stock(item, 10, batch=batch)
	sell(customer, item=item, quantity=4, batch=good)
	sale = sell(customer, item=item, quantity=4, batch=bad)
	complaint = complaint_about(sale.invoice, quantity=2, batch_no=bad)
	row = grant(complaint, "Return")

	note = made(complaint, row)

	assert (note.docstatus, note.return_against, note.items[0].qty) == (0, sale.delivery.name, -2)
	assert in_stock(item) == 12
	note.submit()
	assert in_stock(item) == 14
	bundle = frappe.db.get_value("Delivery Note Item", note.items[0].name, "serial_and_batch_bundle")
	entries = frappe.get_all(
		"Serial and Batch Entry", filters={"parent": bundle}, fields=["batch_no", "qty"], as_list=True
	)
	assert [tuple(entry) for entry in entries] == [(bad, 2)]
	assert (status(complaint, row), now(complaint).resolution_cost) == ("Done", 0)
	note.cancel()
	assert in_stock(item) == 12
	assert status(complaint, row) == "Cancelled"


def test_return_of_two_serial_numbers_of_one_line():
	customer, item = make_customer(), make_tracked_item(serials=True)
	serials = serial_numbers(item, 4)
	put_in_stock(item, 4, serials=serials)
	sale = sell(customer, item=item, quantity=4, serials=serials)
	complaint = complaint_about(sale.delivery, quantity=1, serial_no=serials[1])
	complaint.append(
		"items",
		{**complaint.items[0].as_dict(no_default_fields=True), "serial_no": serials[3], "name": None},
	)
	complaint.save()

	note = made(complaint, grant(complaint, "Return")).submit()

	assert [item.qty for item in note.items] == [-2]
	assert in_stock(item) == 2
	assert set(
		frappe.get_all("Serial No", filters={"item_code": item, "warehouse": ("is", "set")}, pluck="name")
	) == {serials[1], serials[3]}


def test_return_without_batches_takes_what_is_left():
	customer, item = make_customer(), make_tracked_item()
	put_in_stock(item, 10)
	sale = sell(customer, item=item, quantity=5)
	return_delivery(sale.delivery, quantity=4)
	complaint = complaint_about(sale.delivery, quantity=1)
	note = made(complaint, grant(complaint, "Return"))
	assert note.items[0].qty == -1
	with pytest.raises(frappe.ValidationError, match="only 1 of 2 are left on the delivery"):
		resolutions.propose(complaint_about(sale.delivery, quantity=2).name, "Return")


def test_credit_note_of_an_invoice_that_moved_stock_takes_the_goods_back():
	customer, item = make_customer(), make_tracked_item(batches=True)
	batch = make_batch(item)
	put_in_stock(item, 10, batch=batch)
	order = make_sales_order(customer, item=item, quantity=5, rate=8)
	bill = make_invoice(order, submit=False, update_stock=1)
	bill.items[0].update({"use_serial_batch_fields": 1, "batch_no": batch})
	bill.save()
	bill.submit()
	complaint = complaint_about(bill, quantity=2, batch_no=batch)
	with pytest.raises(frappe.ValidationError, match="no delivery note"):
		resolutions.propose(complaint.name, "Return")
	note = made(complaint, grant(complaint, "Credit Note")).submit()
	assert (note.update_stock, in_stock(item)) == (1, 7)


# Replacement


def test_replacement_leaves_the_stock_costs_what_it_was_worth_and_is_not_billed():
	customer, item = make_customer(), make_tracked_item()
	put_in_stock(item, 10, rate=6)
	sale = sell(customer, item=item, quantity=5, rate=20)
	complaint = complaint_about(sale.delivery, quantity=2)
	row = grant(complaint, "Replacement Delivery")
	assert row_of(complaint, row).amount == 12

	note = made(complaint, row)

	line = note.items[0]
	assert (note.docstatus, note.is_return, note.grand_total) == (0, 0, 0)
	assert (line.qty, line.rate, line.warehouse, line.is_free_item) == (2, 0, warehouse(), 1)
	assert in_stock(item) == 5
	note.save()
	assert note.grand_total == 0
	note.submit()
	note.reload()
	assert (in_stock(item), note.status) == (3, "Closed")
	assert (row_of(complaint, row).cost, now(complaint).resolution_cost) == (12, 12)
	assert owed(customer) == 100

	note.cancel()
	assert in_stock(item) == 5
	assert (status(complaint, row), now(complaint).resolution_cost) == ("Cancelled", 0)


def test_replacement_is_ordered_where_erpnext_demands_it_and_costs_what_is_delivered():
	frappe.db.set_single_value("Selling Settings", "so_required", "Yes")
	customer, item = make_customer(), make_tracked_item()
	put_in_stock(item, 10, rate=6)
	sale = sell(customer, item=item, quantity=5, rate=20)
	complaint = complaint_about(sale.delivery, quantity=2)
	row = grant(complaint, "Replacement Delivery")
	order = made(complaint, row).submit()
	assert (order.doctype, order.grand_total, order.customer_complaint) == ("Sales Order", 0, complaint.name)
	assert (status(complaint, row), now(complaint).resolution_cost) == ("Done", 0)

	note = deliver(order, on=frappe.utils.getdate())

	assert note.grand_total == 0
	assert now(complaint).resolution_cost == 12
	resolution_effects.refresh_costs()
	assert now(complaint).resolution_cost == 12
	note.cancel()
	assert now(complaint).resolution_cost == 0
	order.reload()
	order.cancel()
	assert status(complaint, row) == "Cancelled"


def test_what_a_replacement_costs_follows_a_new_valuation():
	customer, item = make_customer(), make_tracked_item()
	put_in_stock(item, 10, rate=6)
	sale = sell(customer, item=item, quantity=5, rate=20)
	complaint = complaint_about(sale.delivery, quantity=2)
	row = grant(complaint, "Replacement Delivery")
	note = made(complaint, row).submit()
	entry = frappe.get_all("Stock Ledger Entry", filters={"voucher_no": note.name}, pluck="name")[0]
	frappe.db.set_value("Stock Ledger Entry", entry, "stock_value_difference", -15)
	resolution_effects.refresh_costs()
	assert (row_of(complaint, row).cost, now(complaint).resolution_cost) == (15, 15)


# Price allowance


def test_allowance_is_booked_on_its_account_with_tax_and_without_stock():
	setting = use_settings()
	customer, item = make_customer(), make_tracked_item()
	put_in_stock(item, 10)
	order = make_sales_order(customer, item=item, quantity=5, rate=20)
	taxes = tax(20)
	bill = make_invoice(order, taxes=taxes)
	complaint = complaint_about(bill, quantity=5)
	row = grant(complaint, "Price Allowance", 15)

	note = made(complaint, row)
	assert (note.docstatus, note.is_return, note.return_against, note.update_stock) == (0, 1, bill.name, 0)
	note.submit()

	assert (note.base_net_total, note.grand_total) == (-15, -18)
	assert income(note, setting.allowance_account) == -15
	assert income(note, taxes[0]["account_head"]) == -3
	assert (owed(customer), in_stock(item)) == (102, 10)
	assert (row_of(complaint, row).cost, now(complaint).resolution_cost) == (15, 15)
	note.cancel()
	assert (owed(customer), balance(setting.allowance_account)) == (120, 0)


def test_allowance_of_an_item_in_another_currency_and_with_tax_in_the_price():
	item = make_allowance_item()
	setting = use_settings(allowance_item=item)
	customer = customer_in_euro()
	order = make_sales_order(customer, quantity=5, rate=24, currency="EUR", conversion_rate=1.25)
	bill = make_invoice(order, taxes=tax(20, included_in_print_rate=1))
	assert (bill.net_total, bill.base_net_total) == (100, 125)
	complaint = complaint_about(bill, quantity=5)
	set_limit(complaint, 1000)
	note = made(complaint, grant(complaint, "Price Allowance", 25)).submit()
	assert note.items[0].item_code == item
	assert (note.net_total, note.base_net_total, note.grand_total) == (-20, -25, -24)
	assert income(note, setting.allowance_account) == -25


def test_allowance_is_divided_by_what_is_taxed_differently():
	use_settings()
	# ERPNext takes the rows of taxes from the items' templates.
	bill = make_invoice(
		make_sales_order(
			make_customer(),
			lines=[
				{"qty": 1, "rate": 30, "item_tax_template": tax_template(5)},
				{"qty": 1, "rate": 60, "item_tax_template": tax_template(20)},
			],
		)
	)
	assert bill.total_taxes_and_charges == 13.5
	complaint = complaint_about(bill, quantity=1)
	complaint.append(
		"items",
		{
			"document_type": "Sales Invoice",
			"document_name": bill.name,
			"document_row": bill.items[1].name,
			"item_code": bill.items[1].item_code,
			"qty": 1,
		},
	)
	complaint.save()
	note = made(complaint, grant(complaint, "Price Allowance", 10))
	assert sorted(item.amount for item in note.items) == [-6.67, -3.33]
	assert note.net_total == -10
	assert note.total_taxes_and_charges == -1.5


def tax_template(rate: float) -> str:
	account = tax(rate)[0]["account_head"]
	template = frappe.get_doc(
		doctype="Item Tax Template",
		title=unique("Rate"),
		company=COMPANY,
		taxes=[{"tax_type": account, "tax_rate": rate}],
	).insert()
	return template.name


def test_allowance_needs_an_account_and_is_no_more_than_the_price():
	settings = frappe.get_doc("Customer Care Settings")
	settings.companies = []
	settings.save()
	bill = sell(make_customer(), quantity=5, rate=10).invoice
	complaint = complaint_about(bill, quantity=2)
	set_limit(complaint, 100)
	with pytest.raises(frappe.ValidationError, match=r"cost .*20.* an allowance can't be more"):
		resolutions.propose(complaint.name, "Price Allowance", 20.01)
	row = grant(complaint, "Price Allowance", 15)
	with pytest.raises(frappe.ValidationError, match=r"Granted already: .*15"):
		resolutions.propose(complaint.name, "Price Allowance", 6)
	with pytest.raises(frappe.ValidationError, match="No account for price allowances is set"):
		made(complaint, row)
	assert status(complaint, row) == "Approved"


# Repair and apology


def test_repair_is_a_warranty_claim_and_costs_when_it_is_closed():
	customer, item = make_customer(), make_tracked_item(serials=True)
	serials = serial_numbers(item, 2)
	put_in_stock(item, 2, serials=serials)
	sale = sell(customer, item=item, quantity=2, serials=serials)
	complaint = complaint_about(sale.delivery, quantity=1, serial_no=serials[0])
	row = grant(complaint, "Repair", 35)
	claim = made(complaint, row)
	assert (claim.doctype, claim.customer, claim.item_code, claim.serial_no, claim.status) == (
		"Warranty Claim",
		customer,
		item,
		serials[0],
		"Open",
	)
	assert claim.customer_complaint == complaint.name
	assert resolutions.what_is_missing(now(complaint), "resolve")
	claim.status = "Closed"
	claim.save()
	assert (status(complaint, row), now(complaint).resolution_cost) == ("Done", 35)
	assert not resolutions.what_is_missing(now(complaint), "resolve")
	claim.status = "Work In Progress"
	claim.save()
	assert (status(complaint, row), now(complaint).resolution_cost) == ("Made", 0)
	claim.delete()
	assert (status(complaint, row), row_of(complaint, row).document_name) == ("Approved", None)


def test_apology_goes_into_the_timeline_and_the_mail_of_the_customer():
	customer = make_customer(language="de")
	contact = make_contact(customer, is_primary_contact=1)
	make_outgoing_account()
	complaint = complaint_about(sell(customer, quantity=1).invoice, contact_name="Ms <b>Brown</b>")
	row = grant(complaint, "Apology", note="We are sorry.\nIt won't happen again.")
	doctype, name = resolution_documents.make(complaint.name, row)
	letter = frappe.get_doc(doctype, name)
	assert letter.reference_name == complaint.name
	assert "We are sorry.<br>It won't happen again." in letter.content
	assert "<b>Brown" not in letter.content
	queued = frappe.get_all(
		"Email Queue Recipient", filters={"recipient": contact.email_ids[0].email_id}, pluck="parent"
	)
	assert len(queued) == 1
	assert (status(complaint, row), now(complaint).resolution_cost) == ("Done", 0)


def test_apology_without_an_address_is_a_letter_to_print():
	complaint = complaint_about(sell(make_customer(), quantity=1).invoice)
	row = grant(complaint, "Apology", note="We are sorry.")
	name = resolution_documents.make(complaint.name, row)[1]
	assert frappe.db.get_value("Communication", name, "communication_medium") == "Other"
	assert "Print it" in frappe.local.message_log[-1]["message"]


def make_outgoing_account():
	if not frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}):
		frappe.get_doc(
			doctype="Email Account",
			email_account_name=unique("Out"),
			email_id="care@test-co.example",
			enable_outgoing=1,
			default_outgoing=1,
			smtp_server="localhost",
			awaiting_password=1,
			enable_incoming=0,
		).insert(ignore_permissions=True)


# What becomes of the documents in ERPNext


def test_a_deleted_draft_may_be_made_again():
	complaint = complaint_about(sell(make_customer(), quantity=5, rate=10).invoice)
	row = grant(complaint, "Credit Note")
	note = made(complaint, row)
	with pytest.raises(frappe.ValidationError, match="was made for it already"):
		made(complaint, row)
	note.delete()
	assert (status(complaint, row), row_of(complaint, row).document_name) == ("Approved", None)
	assert made(complaint, row).name


def test_an_amendment_takes_the_place_of_what_was_cancelled():
	complaint = complaint_about(sell(make_customer(), quantity=5, rate=10).invoice, quantity=2)
	row = grant(complaint, "Credit Note")
	note = made(complaint, row).submit()
	note.cancel()

	amended = amend(note)

	assert amended.customer_complaint == complaint.name
	assert (status(complaint, row), row_of(complaint, row).document_name) == ("Made", amended.name)
	amended.submit()
	assert (status(complaint, row), now(complaint).resolution_cost) == ("Done", 20)
	amended.cancel()
	assert status(complaint, row) == "Cancelled"
	again = amend(amended)
	again.delete()
	assert (status(complaint, row), row_of(complaint, row).document_name) == ("Cancelled", amended.name)


def amend(document):
	"""As the form does: fields that aren't copied are left out."""
	new = frappe.copy_doc(document)
	new.update({"docstatus": 0, "amended_from": document.name, "customer_complaint": None})
	return new.insert()


def test_a_cancelled_document_may_be_deleted():
	complaint = complaint_about(sell(make_customer(), quantity=5, rate=10).invoice)
	row = grant(complaint, "Credit Note")
	note = made(complaint, row).submit()
	note.cancel()
	frappe.db.set_single_value("Accounts Settings", "delete_linked_ledger_entries", 1)
	note.delete()
	assert (status(complaint, row), row_of(complaint, row).document_name) == ("Cancelled", None)


def test_a_deleted_complaint_stops_no_cancel():
	complaint = complaint_about(sell(make_customer(), quantity=5, rate=10).invoice)
	note = made(complaint, grant(complaint, "Credit Note")).submit()
	frappe.db.delete("Customer Complaint", complaint.name)
	note.cancel()
	assert note.docstatus == 2


def test_nobody_names_a_complaint_in_a_document_by_hand():
	complaint = complaint_about(sell(make_customer(), quantity=5, rate=10).invoice)
	other = sell(make_customer(), quantity=1, invoice=False)
	bill = make_invoice(other.delivery, submit=False, customer_complaint=complaint.name)
	assert bill.customer_complaint is None
	copy = frappe.copy_doc(made(complaint, grant(complaint, "Credit Note")))
	assert copy.insert().customer_complaint is None


def test_documents_that_name_no_complaint_cost_no_query():
	note = make_invoice(sell(make_customer(), quantity=1, invoice=False).delivery, submit=False)
	statements = []
	original = frappe.db.sql
	frappe.db.sql = lambda *args, **values: statements.append(args) or original(*args, **values)
	try:
		for handler in (
			"keep_name",
			"after_insert",
			"before_submit",
			"after_submit",
			"after_cancel",
			"after_delete",
		):
			getattr(resolution_effects, handler)(note)
	finally:
		frappe.db.sql = original
	assert statements == []


def test_who_may_not_create_the_document_is_told_who_may():
	complaint = complaint_about(sell(make_customer(), quantity=5, rate=10).invoice)
	row = grant(complaint, "Credit Note")
	with acting(agent()), pytest.raises(frappe.PermissionError, match="may create a Sales Invoice"):
		made(complaint, row)
	assert Decimal(str(now(complaint).resolution_cost)) == 0
