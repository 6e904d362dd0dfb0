"""Price: against the supplier's own past, and against its competitors."""

from datetime import timedelta

from pypika import Case, Order, Table
from pypika.analytics import Count, Min, RowNumber
from pypika.functions import Sum
from pypika.queries import QueryBuilder

from partner_relations.common.facts.query import Branch, Facts, Sql, union_all
from partner_relations.common.facts.terms import text
from partner_relations.supplier_quality.kpis.documents import receipt_tables


def price_index(sql: Sql) -> Facts:
	"""This period's quantities at its prices / at those of the period of equal length before it (Paasche).

	One fact per item bought in both, at net amounts in company currency per stock unit of accepted goods.
	"""
	bought = _bought(sql)
	source = sql.from_(bought).where(
		(bought.quantity > 0) & (bought.previous_quantity > 0) & (bought.previous_amount > 0)
	)
	return Facts(
		[
			Branch(
				source,
				bought.supplier,
				bought.amount,
				bought.quantity * bought.previous_amount / bought.previous_quantity,
				{
					"document_type": text("Item"),
					"document": bought.item_code,
					"quantity": bought.quantity,
					"amount": bought.amount,
					"price": bought.amount / bought.quantity,
					"previous_quantity": bought.previous_quantity,
					"previous_price": bought.previous_amount / bought.previous_quantity,
				},
			)
		]
	)


def _bought(sql: Sql) -> QueryBuilder:
	"""Accepted quantity and net amount by supplier and item, in the period and in the one before it.

	Of the receipts that carry a price. Both periods are read at once: the purchases of one can't be looked up
	in those of the other by index.
	"""
	scope = sql.scope
	length = scope.to_date - scope.from_date + timedelta(days=1)
	sums = ("quantity", "amount", "previous_quantity", "previous_amount")
	parts = []
	for tables in receipt_tables(sql):
		if tables.amount is None:
			continue
		posted = tables.parent.posting_date
		now, earlier = posted >= sql.value(scope.from_date), posted < sql.value(scope.from_date)
		terms = [
			Sum(Case().when(period, term).else_(0))
			for period in (now, earlier)
			for term in (tables.accepted, tables.amount)
		]
		parts.append(
			tables.join(sql)
			.where(
				(tables.parent.is_return == 0)
				& (posted >= sql.value(scope.from_date - length))
				& (posted <= sql.value(scope.to_date))
			)
			.groupby(tables.parent.supplier, tables.line.item_code)
			.select(
				tables.parent.supplier,
				tables.line.item_code,
				*(term.as_(name) for name, term in zip(sums, terms, strict=True)),
			)
		)
	part = Table("part")
	return (
		sql.from_(union_all(parts).as_("part"))
		.groupby(part.supplier, part.item_code)
		.select(part.supplier, part.item_code, *(Sum(part[name]).as_(name) for name in sums))
		.as_("bought")
	)


def price_competitiveness(sql: Sql) -> Facts:
	"""Lowest / own amount over the requested items that at least two suppliers quoted.

	A supplier's latest submitted quotation for a requested item counts, at its net rate in company currency
	per stock unit times the requested quantity.
	"""
	request, wanted = (
		sql.table("Request for Quotation", "rfq"),
		sql.table("Request for Quotation Item", "rfqi"),
	)
	quotation, quoted = sql.table("Supplier Quotation", "sq"), sql.table("Supplier Quotation Item", "sqi")
	amount = quoted.base_net_rate * wanted.stock_qty / quoted.conversion_factor
	offers = (
		sql.from_dated(request)
		.join(wanted)
		.on(wanted.parent == request.name)
		.join(quoted)
		.on(quoted.request_for_quotation_item == wanted.name)
		.join(quotation)
		.on(quotation.name == quoted.parent)
		.where(
			(request.docstatus == 1)
			& sql.of_company(request)
			& sql.in_period(request.transaction_date)
			& (quotation.docstatus == 1)
			& sql.of_company(quotation)
			& (quoted.conversion_factor > 0)
			& sql.of_item_groups(wanted.item_code)
		)
		.select(
			quotation.supplier,
			quotation.name.as_("quotation"),
			quotation.transaction_date.as_("date"),
			quoted.name.as_("line"),
			request.name.as_("request"),
			wanted.name.as_("wanted"),
			wanted.item_code,
			amount.as_("amount"),
			RowNumber()
			.over(wanted.name, quotation.supplier)
			.orderby(quotation.transaction_date, order=Order.desc)
			.orderby(quotation.creation, order=Order.desc)
			.orderby(quoted.name, order=Order.desc)
			.as_("newest"),
		)
	)
	offer, latest = Table("offer"), Table("latest")
	compared = (
		sql.from_(offers.as_("offer"))
		.where((offer.newest == 1) & (offer.amount > 0))
		.select(
			offer.star,
			Min(offer.amount).over(offer.wanted).as_("lowest"),
			Count(offer.supplier).over(offer.wanted).as_("offers"),
		)
	)
	return Facts(
		[
			Branch(
				sql.from_(compared.as_("latest")).where(
					(latest.offers > 1) & sql.of_parties(latest.supplier)
				),
				latest.supplier,
				latest.lowest,
				latest.amount,
				{
					"date": latest.date,
					"document_type": text("Supplier Quotation"),
					"document": latest.quotation,
					"line": latest.line,
					"item_code": latest.item_code,
					"request": latest.request,
					"amount": latest.amount,
					"lowest": latest.lowest,
					"offers": latest.offers,
				},
			)
		]
	)
