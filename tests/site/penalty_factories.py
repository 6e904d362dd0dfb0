"""Builders for the tests of rewards and penalties: accounts, invoices, records and the people who decide.

settings = use_accounts()                        # penalty and reward account of "Test Co"
record = approved(make_penalty(supplier, 100))   # by another person than who made it
posting.post(record.name)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import frappe
from factories import COMPANY, make_service, make_user, unique
from frappe.model.document import Document
from frappe.utils import add_days, getdate, today

from partner_relations.supplier_quality import reward_penalty

SETTINGS = "Supplier Quality Settings"
RECORD = "Supplier Reward Penalty"


def in_days(number: int = 0) -> date:
	"""The day so many days from today."""
	return getdate(add_days(today(), number))


def make_account(name: str, parent: str, company: str = COMPANY, **values: Any) -> str:
	"""An account below the group `parent` (without the company's abbreviation)."""
	abbr = frappe.get_cached_value("Company", company, "abbr")
	account = frappe.get_doc(
		doctype="Account",
		account_name=unique(name),
		parent_account=f"{parent} - {abbr}",
		company=company,
		**values,
	)
	return account.insert().name


def use_accounts(company: str = COMPANY, *, wait_for_answer: int = 0, **values: Any) -> frappe._dict:
	"""Set new accounts for penalties and rewards; returns the company's row of the settings."""
	settings = frappe.get_doc(SETTINGS)
	settings.companies = [row for row in settings.companies if row.company != company]
	settings.append(
		"companies",
		{
			"company": company,
			"penalty_account": make_account("Penalties", "Indirect Income", company),
			"reward_account": make_account("Bonuses", "Indirect Expenses", company),
			**values,
		},
	)
	settings.wait_for_answer = wait_for_answer
	settings.save()
	return reward_penalty.company_setting(company)


def make_penalty(supplier: str, amount: float = 100, **values: Any) -> Document:
	"""A proposed chargeback by hand, made by a new Supplier Quality User."""
	values = {"kind": "Penalty", "measure": "Chargeback", "reason": "Delivered damaged", **values}
	with acting(values.pop("by", None) or make_user("Supplier Quality User")):
		return frappe.get_doc(
			{"doctype": RECORD, "supplier": supplier, "company": COMPANY, "amount": amount, **values}
		).insert()


def make_measure(supplier: str, measure: str, **values: Any) -> Document:
	"""A proposed measure without money."""
	reward = measure in ("Preferred Status", "Larger Order Share")
	return make_penalty(supplier, 0, measure=measure, kind="Reward" if reward else "Penalty", **values)


def approved(record: Document, by: str | None = None) -> Document:
	"""Approve as another person (default: a new Supplier Quality Manager)."""
	with acting(by or make_user("Supplier Quality Manager")):
		reward_penalty.approve(record.name)
	return record.reload()


def make_bill(
	supplier: str,
	amount: float,
	*,
	on: date | None = None,
	currency: str = "USD",
	rate: float = 1,
	**values: Any,
) -> Document:
	"""A submitted purchase invoice of one service, without an order."""
	bill = frappe.get_doc(
		{
			"doctype": "Purchase Invoice",
			"supplier": supplier,
			"company": COMPANY,
			"set_posting_time": 1,
			"posting_date": on or in_days(),
			"due_date": on or in_days(),
			"currency": currency,
			"conversion_rate": rate,
			"bill_no": unique("Bill"),
			"ignore_pricing_rule": 1,
			"disable_rounded_total": 1,
			"items": [{"item_code": make_service(), "qty": 1, "rate": amount}],
			**values,
		}
	)
	return bill.insert().submit()


def balance(account: str, supplier: str | None = None, currency: bool = False) -> float:
	"""Debit less credit of an account in the ledger, of one supplier or of all; in the account's currency or
	the company's."""
	debit, credit = (
		("debit_in_account_currency", "credit_in_account_currency") if currency else ("debit", "credit")
	)
	entry = frappe.qb.DocType("GL Entry")
	query = (
		frappe.qb.from_(entry)
		.where((entry.account == account) & (entry.is_cancelled == 0))
		.select(entry[debit], entry[credit])
	)
	if supplier:
		query = query.where((entry.party_type == "Supplier") & (entry.party == supplier))
	return round(sum(row[0] - row[1] for row in query.run()), 2)


def ledger(supplier: str) -> list[tuple]:
	"""All that the ledger holds of a supplier: account and balances, by account."""
	entry = frappe.qb.DocType("GL Entry")
	vouchers = (
		frappe.qb.from_(entry)
		.where((entry.party == supplier) & (entry.is_cancelled == 0))
		.select(entry.voucher_no)
	)
	rows = (
		frappe.qb.from_(entry)
		.where(entry.voucher_no.isin(vouchers) & (entry.is_cancelled == 0))
		.groupby(entry.account)
		.orderby(entry.account)
		.select(
			entry.account,
			frappe.query_builder.functions.Sum(entry.debit),
			frappe.query_builder.functions.Sum(entry.credit),
		)
	).run()
	return [tuple(row) for row in rows]


def outstanding(bill: Document) -> float:
	"""What ERPNext says is outstanding of an invoice."""
	return frappe.db.get_value("Purchase Invoice", bill.name, "outstanding_amount")


@contextmanager
def acting(user: str) -> Iterator[str]:
	"""Act as another user for a while."""
	before = frappe.session.user
	frappe.set_user(user)
	try:
		yield user
	finally:
		frappe.set_user(before)
