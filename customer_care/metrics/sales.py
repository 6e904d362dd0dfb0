"""What was sold: revenue, its growth, and the margin on it."""

from dataclasses import dataclass
from datetime import date, timedelta

from pypika import Table
from pypika.functions import Coalesce, Max, NullIf, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Case, Criterion, Term, ValueWrapper

from partner_relations.common.facts.query import Branch, Facts, Sql
from partner_relations.common.facts.terms import text
from partner_relations.customer_care.metrics.documents import InvoiceTables, invoice_tables


def revenue(sql: Sql) -> Facts:
	"""Net totals of the sales invoices posted in the period, credit notes deducted / 1."""
	sales = _sales(sql, sql.scope.from_date)
	branch = Branch(sales.source, sales.customer, sales.amount, ValueWrapper(1), sales.evidence)
	return Facts([branch], denominators=Max)


def growth(sql: Sql) -> Facts:
	"""Revenue of the period less that of the period of equal length before it / revenue of the latter.

	An invoice of the period adds its amount to the numerator, one of the previous period takes it from there
	and adds it to the denominator. Without revenue before there is nothing to grow from, and no value.
	"""
	sales = _sales(sql, previous_from(sql))
	now = sales.date >= sql.value(sql.scope.from_date)
	branch = Branch(
		sales.source,
		sales.customer,
		Case().when(now, sales.amount).else_(sales.amount * -1),
		Case().when(now, 0).else_(sales.amount),
		sales.evidence,
	)
	return Facts([branch])


def previous_from(sql: Sql) -> date:
	"""The first day of the period of equal length that ends the day before this one begins."""
	scope = sql.scope
	return scope.from_date - (scope.to_date - scope.from_date + timedelta(days=1))


def gross_margin(sql: Sql) -> Facts:
	"""Revenue less the cost of what was sold / revenue, over the lines whose cost is known.

	The cost of a line is its stock quantity at the rate that ERPNext valued it with when it left the
	warehouse (and keeps right when stock is revalued):

	- of a line that updates stock its own `incoming_rate`;
	- else that of the delivery note line that it bills (`dn_detail`);
	- else the average of the delivery note lines for the same order line (`so_detail`) or made from the
	  invoice line (`si_detail`);
	- else, invoiced and not delivered yet, the line's own `incoming_rate`, ERPNext's valuation of that day;
	- of a product bundle the sum over the packed items of the delivery note line that it bills, else its own.

	A credit note takes back what the line that it credits had cost.
	A credit for no line of an invoice and no stock item (a price allowance) costs nothing: it takes its whole
	amount from the margin. Services, goods that the supplier delivers directly, and goods without a valuation
	have no known cost: these lines are left out on both sides, or they would show as margin of 100 %.
	"""
	return Facts([_margin_branch(sql)])


def gross_margin_amount(sql: Sql) -> Facts:
	"""The margin in money of `gross_margin`, over the same lines / 1."""
	branch = _margin_branch(sql)
	return Facts(
		[
			Branch(branch.source, branch.party, branch.numerator, ValueWrapper(1), branch.evidence),
		],
		denominators=Max,
	)


@dataclass(frozen=True)
class _Sales:
	"""What was invoiced: a fact per invoice, or per line where only some item groups count."""

	source: QueryBuilder
	customer: Term
	date: Term
	amount: Term
	evidence: dict[str, Term]


def _sales(sql: Sql, first: date) -> _Sales:
	"""Sales from a day to the end of the period.

	An invoice's net total is what its lines add up to: reading it there costs a tenth of reading the lines.
	"""
	sold = invoice_tables(sql)
	invoice, line = sold.invoice, sold.line
	source, amount, lines = sql.from_(invoice).where(sold.counts(sql)), invoice.base_net_total, {}
	if sql.scope.item_groups:
		source, amount = sold.lines(sql), line.base_net_amount
		lines = {"line": line.name, "item_code": line.item_code}
	evidence = {
		"date": invoice.posting_date,
		"document_type": text("Sales Invoice"),
		"document": invoice.name,
		**lines,
		"amount": amount,
	}
	posted = _posted(sql, sold, first)
	return _Sales(source.where(posted), invoice.customer, invoice.posting_date, amount, evidence)


def _posted(sql: Sql, sold: InvoiceTables, first: date) -> Criterion:
	"""Posted from a day to the end of the period."""
	posted = sold.invoice.posting_date
	return (posted >= sql.value(first)) & (posted <= sql.value(sql.scope.to_date))


def _margin_branch(sql: Sql) -> Branch:
	sold = invoice_tables(sql)
	item, billed = sql.table("Item", "item"), sql.table("Delivery Note Item", "billed")
	source = (
		sold.lines(sql)
		.where(_posted(sql, sold, sql.scope.from_date))
		.left_join(item)
		.on(item.name == sold.line.item_code)
		.left_join(billed)
		.on(billed.name == sold.line.dn_detail)
	)
	cost = _cost(sql, sold, item, billed)
	amount = sold.line.base_net_amount
	return Branch(
		source.where(cost.notnull()),
		sold.invoice.customer,
		amount - cost,
		amount,
		{
			"date": sold.invoice.posting_date,
			"document_type": text("Sales Invoice"),
			"document": sold.invoice.name,
			"line": sold.line.name,
			"item_code": sold.line.item_code,
			"amount": amount,
			"cost": cost,
		},
	)


def _cost(sql: Sql, sold: InvoiceTables, item: Table, billed: Table) -> Term:
	"""The cost of an invoice line in company currency, NULL where it isn't known."""
	line = sold.line
	rate = (
		Case()
		.when(sold.invoice.update_stock == 1, line.incoming_rate)
		.when(billed.name.notnull(), billed.incoming_rate)
		.else_(
			Coalesce(
				_delivered_at(sql, line, "so_detail"),
				_delivered_at(sql, line, "si_detail"),
				NullIf(line.incoming_rate, 0),
			)
		)
	)
	return (
		Case()
		.when(line.delivered_by_supplier == 1, None)
		.when(item.is_stock_item == 1, line.stock_qty * rate)
		.when(_is_allowance(sold), 0)
		.else_(_bundle_cost(sql, line, billed))
	)


def _is_allowance(sold: InvoiceTables) -> Criterion:
	"""A credit that names no line of an invoice: nothing comes back for it."""
	return (sold.invoice.is_return == 1) & (Coalesce(sold.line.sales_invoice_item, "") == "")


def _delivered_at(sql: Sql, line: Table, link: str) -> Term:
	"""The average rate of what was delivered for an invoice line by the delivery note lines that share its
	order line, or name the invoice line itself; NULL where there are none."""
	delivered, note = sql.table("Delivery Note Item", "delivered"), sql.table("Delivery Note", "note")
	wanted = line.so_detail if link == "so_detail" else line.name
	return (
		sql.from_(delivered)
		.join(note)
		.on(note.name == delivered.parent)
		.where((delivered[link] == wanted) & (wanted != "") & (note.docstatus == 1) & (note.is_return == 0))
		.select(Sum(delivered.stock_qty * delivered.incoming_rate) / NullIf(Sum(delivered.stock_qty), 0))
	)


def _bundle_cost(sql: Sql, line: Table, billed: Table) -> Term:
	"""The cost of the packed items of the delivery note line that an invoice line bills, else of its own."""
	packed, shipped = sql.table("Packed Item", "packed"), sql.table("Packed Item", "shipped")
	# Of the packed items that were shipped with a line of so many, the part for as many as are billed.
	share = line.stock_qty / NullIf(billed.stock_qty, 0)
	billed_cost = (
		sql.from_(shipped)
		.where((shipped.parent_detail_docname == billed.name) & (shipped.parent == billed.parent))
		.select(Sum(shipped.qty * shipped.incoming_rate * share))
	)
	own_cost = (
		sql.from_(packed)
		.where((packed.parent_detail_docname == line.name) & (packed.parent == line.parent))
		.select(Sum(packed.qty * packed.incoming_rate))
	)
	return Coalesce(billed_cost, own_cost)
