"""Rewards and penalties in the ledger: Journal Entry, reversal, debit note. Each record is posted once.

Whoever posts needs ERPNext's own rights to do so; who approves doesn't. What ERPNext refuses (a closed
period, frozen accounts, a missing right) comes back as one message, and nothing is left half done.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import frappe
from erpnext.accounts.doctype.journal_entry.journal_entry import make_reverse_journal_entry
from erpnext.accounts.party import get_party_account
from erpnext.setup.utils import get_exchange_rate
from frappe import _
from frappe.model.meta import get_field_precision
from frappe.query_builder.functions import Sum
from frappe.utils import escape_html, format_date, get_link_to_form, getdate, now, today

from partner_relations.common.refusals import nothing_half_done
from partner_relations.supplier_quality.reward_penalty import (
	ACCEPTED,
	APPROVED,
	DISPUTED,
	NOTIFIED,
	POSTED,
	REVERSED,
	REWARD_PENALTY,
	SETTINGS,
	company_setting,
	label,
	lock,
	move,
	write,
)

JOURNAL_ENTRY = "Journal Entry"
PURCHASE_INVOICE = "Purchase Invoice"
FIELD = "supplier_reward_penalty"
"""Custom field of both: which record a voucher posts."""

MOST_INVOICES = 50
"""Set off by one entry; ERPNext submits entries of more than 100 rows in the background."""


@dataclass(frozen=True)
class Invoice:
	"""An outstanding purchase invoice; `outstanding` is in the currency of its payable account."""

	name: str
	account: str
	currency: str
	outstanding: Decimal


@dataclass(frozen=True)
class Share:
	"""A row of the supplier: so much on a payable account, for an invoice or (None) on account."""

	account: str
	currency: str
	amount: Decimal
	invoice: str | None = None


# Journal Entry


def post(name: str, posting_date: date | str | None = None) -> str:
	"""Post a record by a Journal Entry of this date (default: today); returns the entry's name.

	The user must be allowed to create and submit Journal Entries. Raises frappe.ValidationError where the
	record isn't ready, an account is missing, or ERPNext refuses.
	"""
	document = lock(name)
	document.check_permission("read")
	_check_right(JOURNAL_ENTRY, "create", "submit")
	check_ready(document)
	if document.debit_note:
		_refuse(
			_("It is left to the debit note {0}. Submit that, or delete it first.").format(
				get_link_to_form(PURCHASE_INVOICE, document.debit_note)
			)
		)
	day = getdate(posting_date or today())
	account = ledger_account(document)
	with _nothing_half_done(_("{0} was not posted.").format(name)):
		entry = _journal_entry(document, account, day)
		entry.flags.by_reward_penalty = True
		entry.insert()
		entry.submit()
	move(
		document,
		POSTED,
		journal_entry=entry.name,
		posting_date=entry.posting_date,
		posting_account=account,
		posted_amount=document.amount,
		posted_by=frappe.session.user,
		posted_on=now(),
	)
	return entry.name


def check_ready(document) -> None:
	"""Raise frappe.ValidationError unless the record may be posted now, by entry or debit note."""
	objection = objection_to_posting(document)
	if objection:
		_refuse(objection)


def objection_to_posting(document) -> str | None:
	"""Why the record can't be posted now, as a sentence; None if it can."""
	if not document.is_financial:
		return _("It moves no money, so there is nothing to post.")
	if document.docstatus == 0:
		return _("It must be approved first.")
	if document.status in (POSTED, REVERSED):
		return _("It is posted already.")
	if document.status == DISPUTED:
		return _("The supplier disputes it. Decide on the dispute first.")
	if document.docstatus != 1 or document.status not in (APPROVED, NOTIFIED, ACCEPTED):
		return _("It is “{0}”.").format(label(document.status))
	return _waiting_for(document)


def _waiting_for(document) -> str | None:
	"""Where the supplier is to pay, it may answer first; a decided dispute has been answered."""
	if document.paid_by != "Supplier" or document.answer or document.decision_on_dispute:
		return None
	if not frappe.get_cached_doc(SETTINGS).wait_for_answer:
		return None
	if document.status == APPROVED:
		return _("The supplier must be notified first, and may answer.")
	if document.respond_by and getdate(document.respond_by) >= getdate(today()):
		return _("The supplier may answer until {0}.").format(format_date(document.respond_by))
	return None


def ledger_account(document) -> str:
	"""The account that takes what the supplier or the company pays; says where to set a missing one."""
	setting = company_setting(document.company)
	field = "penalty_account" if document.paid_by == "Supplier" else "reward_account"
	account = setting and setting.get(field)
	if not account:
		text = (
			_("No account for penalties is set for {0}. Set it in the {1}.")
			if field == "penalty_account"
			else _("No account for rewards is set for {0}. Set it in the {1}.")
		)
		_refuse(text.format(frappe.bold(escape_html(document.company)), _settings_link()))
	return account


def _cost_center(company: str) -> str:
	setting = company_setting(company)
	cost_center = (setting and setting.cost_center) or frappe.get_cached_value(
		"Company", company, "cost_center"
	)
	if not cost_center:
		_refuse(
			_("No cost centre is set for {0}. Set it in the {1}.").format(
				frappe.bold(escape_html(company)), _settings_link()
			)
		)
	return cost_center


def _settings_link() -> str:
	return get_link_to_form(SETTINGS, SETTINGS, _(SETTINGS))


def _journal_entry(document, account: str, day: date):
	"""The unsaved entry: the supplier's rows, the account with exactly the approved amount, the difference
	between exchange rates if there is one."""
	pays = document.paid_by == "Supplier"
	amount = _decimal(document.amount)
	currency = frappe.get_cached_value("Company", document.company, "default_currency")
	cost_center = _cost_center(document.company)
	rates = _Rates(currency, day)
	invoices = _outstanding_invoices(document, day) if pays else []
	shares = settle(amount, invoices, rates, *_payable_account(document, currency))
	entry = frappe.new_doc(JOURNAL_ENTRY)
	entry.update(
		{
			"voucher_type": "Journal Entry",
			"company": document.company,
			"posting_date": day,
			"multi_currency": int(any(share.currency != currency for share in shares)),
			"user_remark": _remark(document),
			FIELD: document.name,
		}
	)
	side, other_side = ("debit", "credit") if pays else ("credit", "debit")
	for share in shares:
		entry.append(
			"accounts",
			{
				"account": share.account,
				"party_type": "Supplier",
				"party": document.supplier,
				f"{side}_in_account_currency": float(share.amount),
				"exchange_rate": float(rates[share.currency]),
				"reference_type": PURCHASE_INVOICE if share.invoice else None,
				"reference_name": share.invoice,
				# So that the supplier's next invoice finds what is on account.
				"is_advance": "Yes" if pays and not share.invoice else "No",
				"cost_center": cost_center,
			},
		)
	entry.append(
		"accounts",
		{
			"account": account,
			f"{other_side}_in_account_currency": float(amount),
			"exchange_rate": 1,
			"cost_center": cost_center,
		},
	)
	if entry.multi_currency:
		_balance(entry, document, cost_center, rates)
	return entry


def settle(
	amount: Decimal,
	invoices: Sequence[Invoice],
	rates: Mapping[str, Decimal],
	account: str,
	currency: str,
) -> list[Share]:
	"""Set an amount (in company currency) off against invoices, in their order, until it is used up.

	What remains goes on `account`, whose currency is given. `rates` are those of the day by currency. The
	shares are in the currencies of their accounts, and none is greater than what its invoice has outstanding.
	"""
	shares = []
	rest = amount
	for invoice in invoices:
		wanted = _rounded(rest / rates[invoice.currency], invoice.currency)
		part = min(wanted, invoice.outstanding)
		if part > 0:
			shares.append(Share(invoice.account, invoice.currency, part, invoice.name))
		if part == wanted:
			break
		rest -= part * rates[invoice.currency]
	else:
		part = _rounded(rest / rates[currency], currency)
		if part > 0:
			shares.append(Share(account, currency, part))
	if not shares:
		_refuse(_("The amount is too small for the supplier's currency."))
	return shares


class _Rates(dict):
	"""The day's exchange rates into the company's currency, asked for as they are needed."""

	def __init__(self, company_currency: str, day: date):
		super().__init__({company_currency: Decimal(1)})
		self.company_currency = company_currency
		self.day = day

	def __missing__(self, currency: str) -> Decimal:
		rate = get_exchange_rate(currency, self.company_currency, self.day)
		if not rate:
			_refuse(
				_("There is no exchange rate from {0} to {1} for {2}. Enter it under {3}.").format(
					currency,
					self.company_currency,
					format_date(self.day),
					frappe.bold(_("Currency Exchange")),
				)
			)
		self[currency] = _decimal(rate)
		return self[currency]


def _payable_account(document, company_currency: str) -> tuple[str, str]:
	account = get_party_account("Supplier", document.supplier, document.company)
	if not account:
		_refuse(
			_("{0} has no payable account. Set one on the supplier, its group or the company.").format(
				frappe.bold(escape_html(document.supplier))
			)
		)
	return account, frappe.get_cached_value("Account", account, "account_currency") or company_currency


def _outstanding_invoices(document, day: date) -> list[Invoice]:
	"""The invoice that the record names, then the oldest that are outstanding on the day; locked."""
	invoice = frappe.qb.DocType(PURCHASE_INVOICE)
	query = (
		frappe.qb.from_(invoice)
		.where(
			(invoice.supplier == document.supplier)
			& (invoice.company == document.company)
			& (invoice.docstatus == 1)
			& (invoice.is_return == 0)
			& (invoice.outstanding_amount > 0)
			& ((invoice.posting_date <= day) | (invoice.name == (document.purchase_invoice or "")))
		)
		.select(
			invoice.name,
			invoice.credit_to,
			invoice.party_account_currency,
			invoice.outstanding_amount,
		)
		.orderby(invoice.posting_date)
		.orderby(invoice.name)
	)
	rows = query.for_update().run(as_dict=True)
	# ERPNext computes what is outstanding from what this transaction saw first.
	if rows != query.run(as_dict=True):
		_refuse(_("The supplier's invoices are being paid at this moment. Try again."))
	rows.sort(key=lambda row: row.name != document.purchase_invoice)
	return [
		Invoice(row.name, row.credit_to, row.party_account_currency, _decimal(row.outstanding_amount))
		for row in rows[:MOST_INVOICES]
	]


def _balance(entry, document, cost_center: str, rates: Mapping[str, Decimal]) -> None:
	"""Add what differs between the exchange rates of the invoices and that of the day, or is rounding.

	ERPNext takes each invoice's own rate for its row; the account of the record keeps the approved amount.
	"""
	entry.validate_multi_currency()
	entry.set_amounts_in_company_currency()
	entry.set_total_debit_credit()
	if not entry.difference:
		return
	rounding = all(row.exchange_rate == float(rates[row.account_currency]) for row in entry.accounts)
	fields = ["exchange_gain_loss_account", "round_off_account"]
	exchange, round_off = frappe.get_cached_value("Company", document.company, fields)
	account = (round_off or exchange) if rounding else (exchange or round_off)
	if not account:
		_refuse(
			_("{0} has no account for exchange gain or loss. Set it on the company.").format(
				get_link_to_form("Company", document.company)
			)
		)
	side = "credit" if entry.difference > 0 else "debit"
	entry.append(
		"accounts",
		{
			"account": account,
			f"{side}_in_account_currency": abs(entry.difference),
			"exchange_rate": 1,
			"cost_center": cost_center,
		},
	)


def _remark(document) -> str:
	return f"{_(document.kind)}, {_(document.measure)}: {document.reason} ({document.name})"


# Undoing


def undo(document) -> None:
	"""Cancel what has posted a record that is being cancelled: the ledger is as before.

	In a closed period ERPNext refuses; then nothing changes, and a dated reversing entry is offered.
	"""
	if document.debit_note:
		_undo_debit_note(document)
	elif document.status == POSTED:
		_check_right(JOURNAL_ENTRY, "cancel")
		entry = frappe.get_doc(JOURNAL_ENTRY, document.journal_entry, for_update=True)
		entry.flags.by_reward_penalty = True
		with _nothing_half_done(
			_("The entry {0} could not be cancelled.").format(get_link_to_form(JOURNAL_ENTRY, entry.name)),
			_("You can post a reversing entry of another date instead."),
			primary_action={
				"label": _("Reverse…"),
				"client_action": "partner_relations.reverse_reward_penalty",
				"args": {"name": document.name},
				"hide_on_success": True,
			},
		):
			entry.cancel()


def reverse(name: str, posting_date: date | str | None = None) -> str:
	"""Post an entry of this date (default: today) that reverses the record's; returns its name.

	The user must be allowed to create and submit Journal Entries.
	"""
	document = lock(name)
	document.check_permission("read")
	_check_right(JOURNAL_ENTRY, "create", "submit")
	if document.status != POSTED or not document.journal_entry:
		_refuse(_("{0} isn't posted by a Journal Entry.").format(name))
	day = getdate(posting_date or today())
	if day < getdate(document.posting_date):
		_refuse(
			_("The reversing entry can't be older than the one of {0}.").format(
				format_date(document.posting_date)
			)
		)
	with _nothing_half_done(_("{0} was not reversed.").format(name)):
		entry = make_reverse_journal_entry(document.journal_entry)
		entry.update({"posting_date": day, "user_remark": _remark(document), FIELD: name})
		for row in entry.accounts:
			row.is_advance = "No"  # ERPNext refuses an advance on the other side
		entry.flags.by_reward_penalty = True
		entry.insert()
		entry.submit()
	move(document, REVERSED, reversal_entry=entry.name)
	return entry.name


def _before_posting(document) -> str:
	"""The status of a record whose entry is gone."""
	if document.answer == ACCEPTED:
		return ACCEPTED
	told = document.notice_status == "Sent" and not document.decision_on_dispute
	return NOTIFIED if told else APPROVED


# Debit note


def make_debit_note(name: str) -> str:
	"""Draft a debit note (a Purchase Invoice that is a return) for the accountants; returns its name.

	For what the supplier pays where tax must follow: they add it, and submit; then the record is posted.
	Until then no Journal Entry posts it. The user must be allowed to create Purchase Invoices.
	"""
	document = lock(name)
	document.check_permission("read")
	_check_right(PURCHASE_INVOICE, "create")
	check_ready(document)
	if document.paid_by != "Supplier":
		_refuse(_("A debit note is for what the supplier pays."))
	if document.debit_note:
		_refuse(
			_("There is a debit note already: {0}.").format(
				get_link_to_form(PURCHASE_INVOICE, document.debit_note)
			)
		)
	account = ledger_account(document)
	with _nothing_half_done(_("No debit note was made for {0}.").format(name)):
		note = _debit_note(document, account)
		note.flags.by_reward_penalty = True
		note.insert()
	write(document, debit_note=note.name, posting_account=account)
	return note.name


def _debit_note(document, account: str):
	company_currency = frappe.get_cached_value("Company", document.company, "default_currency")
	payable, currency = _payable_account(document, company_currency)
	rate = None
	if document.purchase_invoice:
		payable, currency, rate = frappe.db.get_value(
			PURCHASE_INVOICE, document.purchase_invoice, ["credit_to", "currency", "conversion_rate"]
		)
	rate = _decimal(rate) if rate else _Rates(company_currency, getdate(today()))[currency]
	note = frappe.new_doc(PURCHASE_INVOICE)
	note.update(
		{
			"is_return": 1,
			"return_against": document.purchase_invoice or None,
			"supplier": document.supplier,
			"company": document.company,
			"posting_date": today(),
			"currency": currency,
			"conversion_rate": float(rate),
			"credit_to": payable,
			"ignore_pricing_rule": 1,
			"disable_rounded_total": 1,
			"remarks": _remark(document),
			FIELD: document.name,
		}
	)
	note.append(
		"items",
		{
			"item_name": f"{_(document.measure)} {document.name}"[:140],
			"description": _remark(document),
			"qty": -1,
			"uom": frappe.db.get_single_value("Stock Settings", "stock_uom") or "Nos",
			"conversion_factor": 1,
			"rate": float(_rounded(_decimal(document.amount) / rate, currency)),
			"expense_account": account,
			"cost_center": _cost_center(document.company),
		},
	)
	note.set_missing_values()
	return note


def _undo_debit_note(document) -> None:
	"""Cancel the debit note, or delete its draft."""
	note = frappe.get_doc(PURCHASE_INVOICE, document.debit_note, for_update=True)
	note.flags.by_reward_penalty = True
	right = "cancel" if note.docstatus == 1 else "delete"
	_check_right(PURCHASE_INVOICE, right)
	with _nothing_half_done(
		_("The debit note {0} could not be cancelled.").format(get_link_to_form(PURCHASE_INVOICE, note.name))
	):
		if right == "cancel":
			note.cancel()
		else:
			note.delete()


# What the accountants do to the vouchers themselves


def keep_name(doc, method: str | None = None) -> None:
	"""`validate` of Journal Entry and Purchase Invoice: only posting names a record. No query."""
	if not doc.flags.by_reward_penalty:
		before = doc.get_doc_before_save()
		doc.set(FIELD, before.get(FIELD) if before else None)


def before_debit_note_submit(doc, method: str | None = None) -> None:
	"""`before_submit` of Purchase Invoice: a debit note of ours waits as a Journal Entry would."""
	if doc.get(FIELD):
		document = _record(doc)
		if document:
			check_ready(document)


def after_submit(doc, method: str | None = None) -> None:
	"""`on_submit` of Journal Entry and Purchase Invoice: a debit note posts its record; so does what amends a
	cancelled voucher of a record, and what reverses one by ERPNext's own button reverses the record."""
	if doc.flags.by_reward_penalty:
		return
	if doc.get(FIELD):
		document = _record(doc)
		if document and doc.doctype == PURCHASE_INVOICE:
			_note_posted(document, doc)
	elif doc.get("reversal_of"):
		name = frappe.db.get_value(JOURNAL_ENTRY, doc.reversal_of, FIELD)
		document = name and _record(doc, name)
		if document and document.status == POSTED and document.journal_entry == doc.reversal_of:
			doc.db_set(FIELD, name, update_modified=False)
			move(document, REVERSED, reversal_entry=doc.name)
	elif doc.get("amended_from"):
		name = frappe.db.get_value(doc.doctype, doc.amended_from, FIELD)
		document = name and _record(doc, name)
		if document and not objection_to_posting(document) and not document.debit_note:
			doc.db_set(FIELD, name, update_modified=False)
			_note_posted(document, doc)


def after_cancel(doc, method: str | None = None) -> None:
	"""`on_cancel` of Journal Entry and Purchase Invoice: the record is no longer posted. Never refuses."""
	if doc.flags.by_reward_penalty or not doc.get(FIELD):
		return
	document = _record(doc)
	if document is None or document.docstatus != 1:
		return
	if document.reversal_entry == doc.name:
		move(document, POSTED, reversal_entry=None)
	elif doc.name in (document.journal_entry, document.debit_note) and document.status == POSTED:
		move(document, _before_posting(document), journal_entry=None, debit_note=None, **NOT_POSTED)
	else:
		return
	document.add_comment(
		"Comment", _("{0} was cancelled in the ledger.").format(get_link_to_form(doc.doctype, doc.name))
	)


def after_delete(doc, method: str | None = None) -> None:
	"""`on_trash` of Purchase Invoice: without its draft the record may be posted otherwise."""
	if doc.flags.by_reward_penalty or not doc.get(FIELD):
		return
	document = _record(doc)
	if document and document.debit_note == doc.name:
		write(document, debit_note=None, posting_account=None)


NOT_POSTED: dict[str, Any] = {
	"posting_date": None,
	"posting_account": None,
	"posted_amount": 0,
	"posted_by": None,
	"posted_on": None,
}


def _record(doc, name: str | None = None):
	"""The locked record that a voucher names, or None if it is gone."""
	name = name or doc.get(FIELD)
	return lock(name) if frappe.db.exists(REWARD_PENALTY, name) else None


def _note_posted(document, doc) -> None:
	field = "journal_entry" if doc.doctype == JOURNAL_ENTRY else "debit_note"
	account = document.posting_account or ledger_account(document)
	document.posting_account = account
	move(
		document,
		POSTED,
		**{field: doc.name},
		posting_date=doc.posting_date,
		posting_account=account,
		posted_amount=_voucher_amount(document, doc),
		posted_by=frappe.session.user,
		posted_on=now(),
	)


# The ledger


def _voucher_amount(document, doc) -> Decimal:
	"""What a voucher has put on the record's account, positive in the direction of the record."""
	entry = frappe.qb.DocType("GL Entry")
	((debit, credit),) = (
		frappe.qb.from_(entry)
		.where(
			(entry.voucher_type == doc.doctype)
			& (entry.voucher_no == doc.name)
			& (entry.account == document.posting_account)
			& (entry.is_cancelled == 0)
		)
		.select(Sum(entry.debit), Sum(entry.credit))
	).run()
	amount = _decimal(credit or 0) - _decimal(debit or 0)
	return amount if document.paid_by == "Supplier" else -amount


def ledger_amounts(names: Sequence[str]) -> dict[str, Decimal]:
	"""By record, what the ledger holds on its account through all vouchers that name it: one query.

	Positive in the direction of the record (income from a penalty, cost of a bonus), in company currency.
	Cancelled vouchers count nothing, a reversing one counts against.
	"""
	if not names:
		return {}
	entry, record = frappe.qb.DocType("GL Entry"), frappe.qb.DocType(REWARD_PENALTY)
	totals: dict[str, Decimal] = {}
	queries = []
	for doctype in (JOURNAL_ENTRY, PURCHASE_INVOICE):
		voucher = frappe.qb.DocType(doctype)
		queries.append(
			frappe.qb.from_(record)
			.join(voucher)
			.on(voucher[FIELD] == record.name)
			.join(entry)
			.on(
				(entry.voucher_type == doctype)
				& (entry.voucher_no == voucher.name)
				& (entry.account == record.posting_account)
				& (entry.is_cancelled == 0)
			)
			.where(record.name.isin(list(names)))
			.groupby(record.name, record.paid_by)
			.select(record.name, record.paid_by, Sum(entry.debit), Sum(entry.credit))
		)
	for name, paid_by, debit, credit in (queries[0] * queries[1]).run():
		amount = _decimal(credit) - _decimal(debit)
		totals[name] = totals.get(name, Decimal(0)) + (amount if paid_by == "Supplier" else -amount)
	return totals


# Small help


def _check_right(doctype: str, *rights: str) -> None:
	if all(frappe.has_permission(doctype, right) for right in rights):
		return
	if doctype == JOURNAL_ENTRY:
		text = (
			_("Only somebody who may cancel Journal Entries can do this. Ask the accountants.")
			if "cancel" in rights
			else _("Only somebody who may post Journal Entries can do this. Ask the accountants.")
		)
	elif "create" in rights:
		text = _("Only somebody who may make Purchase Invoices can do this. Ask the accountants.")
	else:
		text = _("Only somebody who may undo Purchase Invoices can do this. Ask the accountants.")
	frappe.throw(text, frappe.PermissionError)


def _refuse(reason: str) -> None:
	frappe.throw(reason, title=_("Not Posted"))


def _nothing_half_done(failed: str, instead: str = "", **options: Any) -> AbstractContextManager[None]:
	return nothing_half_done(
		failed, JOURNAL_ENTRY, PURCHASE_INVOICE, title=_("Not Posted"), instead=instead, **options
	)


def _decimal(number: Any) -> Decimal:
	return Decimal(str(number))


def _rounded(amount: Decimal, currency: str) -> Decimal:
	"""Rounded as ERPNext rounds amounts of this currency."""
	field = frappe.get_meta("Journal Entry Account").get_field("debit_in_account_currency")
	places = get_field_precision(field, currency=currency)
	return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
