"""How punctually a customer pays."""

from pypika import Table
from pypika.functions import Coalesce, NullIf, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Case, Term, ValueWrapper

from partner_relations.common.facts.query import Branch, Facts, Sql
from partner_relations.common.facts.terms import EQUAL_WITHIN, larger, smaller, text
from partner_relations.customer_care.metrics.documents import invoice_tables


def payment_punctuality(sql: Sql) -> Facts:
	"""Amounts paid by their due date / amounts due in the period, in company currency.

	One fact per payment term of an invoice (an invoice without terms has one that is all of it). What counts
	as paid are the entries of the payment ledger against the invoice posted by the due date plus the
	tolerance, advances first, then term by term. Shares are taken in the currency of the receivable account,
	so that exchange differences neither pay nor owe anything.

	A credit note for the invoice is no payment: it lowers what is due, the last term first, whether it was
	booked against the invoice, was reconciled with it later (a journal entry of type Credit Note), or still
	stands on its own, as ERPNext leaves one for an invoice that is partly paid.

	Not counted: what was paid at the till (POS), opening invoices, credit notes, terms whose window is still
	open on the day of reading, and terms that credit notes left nothing of. The scope's item groups don't
	matter: nobody pays by the item.
	"""
	paid = _terms(sql)
	# Of the invoice, before this term: advances, write-offs and the earlier terms.
	before = paid.total - paid.from_here
	owed = larger(
		smaller(paid.amount, paid.total - paid.credited - before),
		ValueWrapper(0),
	)
	in_time = larger(smaller(paid.paid_in_time - before, owed), ValueWrapper(0))
	source = sql.from_(paid).where(owed > sql.value(EQUAL_WITHIN))
	return Facts(
		[
			Branch(
				source,
				paid.customer,
				in_time,
				owed,
				{
					"date": paid.due_date,
					"document_type": text("Sales Invoice"),
					"document": paid.invoice,
					"line": paid.term,
					"due": owed,
					"paid_in_time": in_time,
				},
			)
		]
	)


def _terms(sql: Sql) -> QueryBuilder:
	"""Terms due in the period, with what was paid for their invoice in time for them.

	Company currency: `amount` of the term, `from_here` of it and the later ones, `total` of the invoice,
	`credited` by credit notes, `paid_in_time` for the invoice by the term's last day.
	"""
	term, entry = sql.table("Payment Schedule", "term"), sql.table("Payment Ledger Entry", "entry")
	invoices = invoice_tables(sql)
	invoice = invoices.invoice
	total = _rounded(invoice, "base_")
	# The receivable account is kept in the invoice's currency or in the company's.
	in_account = (
		Case().when(invoice.party_account_currency == invoice.currency, _rounded(invoice, "")).else_(total)
	)
	journal = sql.table("Journal Entry", "journal")
	credit = (entry.voucher_type == "Sales Invoice") & (entry.voucher_no != invoice.name)
	is_payment = (credit | (Coalesce(journal.voucher_type, "") == "Credit Note")).negate()
	posted_in_time = sql.days_between(entry.posting_date, term.due_date) <= sql.value(
		sql.settings.payment_days
	)
	open_then = Sum(Case().when(is_payment & posted_in_time, entry.amount_in_account_currency).else_(0))
	settled = sql.days_between(sql.value(sql.scope.as_of), term.due_date) > sql.value(
		sql.settings.payment_days
	)
	return (
		sql.from_dated(term)
		.join(invoice)
		.on(invoice.name == term.parent)
		.join(entry)
		.on(
			(entry.against_voucher_no == invoice.name)
			& (entry.against_voucher_type == "Sales Invoice")
			& (entry.delinked == 0)
		)
		.left_join(journal)
		.on((journal.name == entry.voucher_no) & (entry.voucher_type == "Journal Entry"))
		.where(
			(term.parenttype == "Sales Invoice")
			& sql.in_period(term.due_date)
			& settled
			& invoices.counts(sql)
			& (invoice.is_return == 0)
			& (invoice.is_pos == 0)
		)
		.groupby(term.name)
		.select(
			term.name.as_("term"),
			term.due_date,
			invoice.name.as_("invoice"),
			invoice.customer,
			term.base_payment_amount.as_("amount"),
			_from_here(sql, term).as_("from_here"),
			total.as_("total"),
			_credited(sql, invoice).as_("credited"),
			(total * (in_account - open_then) / NullIf(in_account, 0)).as_("paid_in_time"),
		)
		.as_("paid")
	)


def _rounded(invoice: Table, prefix: str) -> Term:
	"""What the customer owes by the invoice, as ERPNext books it: rounded where it rounds."""
	rounded, adjustment = invoice[f"{prefix}rounded_total"], invoice[f"{prefix}rounding_adjustment"]
	return Case().when((adjustment != 0) & (rounded != 0), rounded).else_(invoice[f"{prefix}grand_total"])


def _credited(sql: Sql, invoice: Table) -> Term:
	"""What credit notes for an invoice took off it."""
	note = sql.table("Sales Invoice", "credit_note")
	return Coalesce(
		sql.from_(note)
		.where((note.return_against == invoice.name) & (note.docstatus == 1) & (note.is_return == 1))
		.select(Sum(_rounded(note, "base_") * -1)),
		0,
	)


def _from_here(sql: Sql, term: Table) -> Term:
	"""The amounts of a term and those that fall due after it."""
	later = sql.table("Payment Schedule", "later")
	falls_later = (later.due_date > term.due_date) | (
		(later.due_date == term.due_date) & (later.idx >= term.idx)
	)
	return Coalesce(
		sql.from_(later)
		.where((later.parent == term.parent) & (later.parenttype == "Sales Invoice") & falls_later)
		.select(Sum(later.base_payment_amount)),
		0,
	)
