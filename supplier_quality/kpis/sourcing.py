"""Answering requests for quotation: whether, and how fast."""

from pypika.functions import Max, Min
from pypika.queries import QueryBuilder
from pypika.terms import Case, Term, ValueWrapper

from partner_relations.common.facts.query import Branch, Facts, Sql
from partner_relations.common.facts.terms import flag, larger, smaller, text


def rfq_response(sql: Sql) -> Facts:
	"""Requests answered by a submitted quotation / requests sent in the period."""
	return _requests(sql, lambda answered_on, days: flag(answered_on.notnull()))


def rfq_response_days(sql: Sql) -> Facts:
	"""Days to answer / requests sent; the KPI's maximum stands for no answer, and caps a late one."""

	def days_to_answer(answered_on: Term, days: Term) -> Term:
		days = larger(days, ValueWrapper(0))
		if sql.settings.maximum_days is None:
			return Case().when(answered_on.isnull(), 0).else_(days)
		maximum = sql.value(sql.settings.maximum_days)
		return Case().when(answered_on.isnull(), maximum).else_(smaller(days, maximum))

	return _requests(sql, days_to_answer)


def _requests(sql: Sql, numerator) -> Facts:
	request, asked = (
		sql.table("Request for Quotation", "rfq"),
		sql.table("Request for Quotation Supplier", "rfqs"),
	)
	answer = _answers(sql).as_("answer")
	days = sql.days_between(answer.answered_on, request.transaction_date)
	source = (
		sql.from_dated(request)
		.join(asked)
		.on(asked.parent == request.name)
		.left_join(answer)
		.on((answer.request == request.name) & (answer.supplier == asked.supplier))
		.where(
			(request.docstatus == 1)
			& sql.of_company(request)
			& sql.in_period(request.transaction_date)
			& sql.of_parties(asked.supplier)
		)
	)
	if sql.scope.item_groups:
		wanted = sql.table("Request for Quotation Item", "rfqi")
		source = source.where(
			request.name.isin(
				sql.from_(wanted).select(wanted.parent).where(sql.of_item_groups(wanted.item_code))
			)
		)
	if sql.settings.maximum_days is not None:
		open_for = sql.days_between(sql.value(sql.scope.as_of), request.transaction_date)
		source = source.where(open_for > sql.value(sql.settings.maximum_days))
	return Facts(
		[
			Branch(
				source,
				asked.supplier,
				numerator(answer.answered_on, days),
				ValueWrapper(1),
				{
					"date": request.transaction_date,
					"document_type": text("Request for Quotation"),
					"document": request.name,
					"line": asked.name,
					"answered_on": answer.answered_on,
					"quotation": answer.quotation,
					"not_counted": answer.draft,
				},
			)
		]
	)


def _answers(sql: Sql) -> QueryBuilder:
	"""First submitted quotation by request and supplier; an unsubmitted (portal) one beside it."""
	request = sql.table("Request for Quotation", "answered_request")
	quotation, quoted = sql.table("Supplier Quotation", "sq"), sql.table("Supplier Quotation Item", "sqi")
	submitted = quotation.docstatus == 1
	return (
		sql.from_dated(request)
		.join(quoted)
		.on(quoted.request_for_quotation == request.name)
		.join(quotation)
		.on(quotation.name == quoted.parent)
		.where((request.docstatus == 1) & sql.in_period(request.transaction_date) & (quotation.docstatus < 2))
		.groupby(request.name, quotation.supplier)
		.select(
			request.name.as_("request"),
			quotation.supplier,
			Min(Case().when(submitted, quotation.transaction_date)).as_("answered_on"),
			Min(Case().when(submitted, quotation.name)).as_("quotation"),
			Max(Case().when(quotation.docstatus == 0, quotation.name)).as_("draft"),
		)
	)
