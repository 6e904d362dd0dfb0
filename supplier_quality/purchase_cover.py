"""Which contract covers a purchase order, and whether its prices are those that were agreed.

Saving an order costs at most two indexed queries here, whatever the number of its lines: one for the
supplier's contracts, then one for the prices of the Blanket Orders that name them, or, without any, whether
the company has contracts with suppliers at all. An order that is saved again
without a change of supplier, company, date, total or prices costs none, and isn't talked about again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt, fmt_money, format_date, get_link_to_form, getdate
from pypika import Order
from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from partner_relations.supplier_quality.contract_steps import (
	CONTRACT,
	EXPIRED,
	IN_FORCE,
	SETTINGS,
	SIGNING,
	TERMINATED,
)

IGNORE, WARN, REFUSE = "Ignore", "Warn", "Refuse"
CONTRACTS_NAMED = 3
LINES_NAMED = 20


@dataclass(frozen=True)
class Cover:
	"""The contracts of a supplier on a day: those that cover it, the deciding one first, and the others."""

	covering: tuple[Any, ...]
	others: tuple[Any, ...]

	@property
	def contract(self) -> str | None:
		return self.covering[0].name if self.covering else None


def check_purchase_order(doc: Document, method: str | None = None) -> None:
	"""`validate` and `before_update_after_submit` of Purchase Order: its contract, and what departs from it.

	Whoever submits an order that was warned about before isn't warned again, but what is refused stays so.
	"""
	before = doc.get_doc_before_save()
	draft = method == "validate"
	same = before is not None and _asked(doc) == _asked(before)
	if same and not (draft and doc.docstatus == 1):
		if draft:
			doc.contract = before.contract
		return
	if not doc.supplier or doc.get("is_internal_supplier"):
		if draft:
			doc.contract = None
		return
	settings = frappe.get_cached_doc(SETTINGS)
	cover = cover_of(doc.supplier, doc.company, doc.transaction_date)
	if draft:
		doc.contract = cover.contract
		if not cover.covering and flt(doc.base_net_total) > flt(settings.contract_needed_above):
			_say_uncovered(settings.po_without_contract or WARN, doc, cover, quiet=same)
	action = settings.price_departure or WARN
	if cover.covering and action != IGNORE:
		tolerance = flt(settings.agreed_price_tolerance)
		lines, number = departures(doc, cover.covering, tolerance, most=LINES_NAMED)
		if number > len(lines):
			lines.append(_("And {0} more rows.").format(number - len(lines)))
		_say(action, lines, _("Prices Other Than Agreed"), quiet=same)


def cover_of(supplier: str, company: str | None, day: Any) -> Cover:
	"""What contracts a supplier has on a day: one query.

	A contract covers a day between its start and its effective end, both included, if it was in force then:
	also one that has expired since. Of several the one made for this company decides, then the one that began
	last; the prices of all of them hold.
	"""
	contract = frappe.qb.DocType(CONTRACT)
	rows = (
		frappe.qb.from_(contract)
		.where(
			(contract.party_type == "Supplier")
			& (contract.party_name == supplier)
			& _approved(contract, company)
		)
		.select(
			contract.name,
			contract.company,
			contract.currency,
			contract.life_cycle,
			contract.is_signed,
			contract.start_date,
			contract.effective_end_date,
			contract.notice_by,
			contract.terminated_on,
			contract.auto_renew,
		)
		.orderby(contract.start_date, order=Order.desc)
		.orderby(contract.name, order=Order.desc)
	).run(as_dict=True)
	on = getdate(day)
	covering = sorted((row for row in rows if _covers(row, on)), key=lambda row: not row.company)
	return Cover(tuple(covering), tuple(row for row in rows if not _covers(row, on)))


def _approved(contract: Any, company: str | None) -> Criterion:
	"""Contracts that were approved, whatever became of them since, for this company or for any."""
	return (
		(contract.docstatus == 1)
		& contract.life_cycle.isin([SIGNING, IN_FORCE, EXPIRED, TERMINATED])
		& (contract.company.isnull() | contract.company.isin(["", company or ""]))
	)


def buys_by_contract(company: str | None) -> bool:
	"""Whether a contract with any supplier was ever approved for this company: one query, for one row."""
	contract = frappe.qb.DocType(CONTRACT)
	query = (
		frappe.qb.from_(contract)
		.where((contract.party_type == "Supplier") & _approved(contract, company))
		.select(contract.name)
		.limit(1)
	)
	return bool(query.run())


def _covers(contract: Any, day: date) -> bool:
	return (
		bool(contract.is_signed)
		and contract.life_cycle != SIGNING
		and (contract.start_date is None or getdate(contract.start_date) <= day)
		and (contract.effective_end_date is None or day <= getdate(contract.effective_end_date))
	)


def _asked(doc: Document) -> tuple:
	"""What decides about the contract and the prices; compared as text, for a browser sends dates as such."""
	return (
		doc.supplier,
		doc.company,
		str(doc.transaction_date),
		doc.currency,
		flt(doc.conversion_rate, 9),
		flt(doc.base_net_total, 2),
		tuple((row.item_code, flt(row.rate, 9), flt(row.conversion_factor, 9)) for row in doc.items),
	)


# Words


def sentences(supplier: str, day: Any, cover: Cover, name: Any = escape_html) -> list[str]:
	"""Why no contract covers a supplier on a day: which lapsed and when, begins later or isn't signed.

	`name` makes what is shown of a contract's name.
	"""
	on = getdate(day)
	found = []
	for row in cover.others[:CONTRACTS_NAMED]:
		if row.life_cycle == SIGNING:
			found.append(_("Contract {0} isn't signed yet.").format(name(row.name)))
		elif row.effective_end_date and getdate(row.effective_end_date) < on:
			found.append(
				_("Contract {0} ended on {1}.").format(name(row.name), format_date(row.effective_end_date))
			)
		elif row.start_date and getdate(row.start_date) > on:
			found.append(_("Contract {0} begins on {1}.").format(name(row.name), format_date(row.start_date)))
	return [
		_("No contract with {0} covers an order of {1}.").format(
			frappe.bold(escape_html(supplier)), format_date(on)
		),
		*found,
	]


def _say_uncovered(action: str, doc: Document, cover: Cover, quiet: bool) -> None:
	"""Warn or refuse; to warn of each order would be noise where nobody makes contracts with suppliers."""
	if action == WARN and (quiet or not (cover.others or buys_by_contract(doc.company))):
		return
	_say(action, [_uncovered(doc, cover)], _("No Contract"), quiet)


def _uncovered(doc: Document, cover: Cover) -> str:
	return " ".join(
		sentences(
			doc.supplier_name or doc.supplier,
			doc.transaction_date,
			cover,
			name=_link,
		)
	)


def _say(action: str, lines: Sequence[str], title: str, quiet: bool) -> None:
	"""Warn or refuse; `quiet` for what was warned about when it was entered."""
	if not lines or action == IGNORE:
		return
	if action == REFUSE:
		refusal = _("By the Supplier Quality Settings such an order is refused.")
		frappe.throw("<br>".join([*lines, refusal]), title=title)
	if not quiet:
		frappe.msgprint("<br>".join(lines), title=title, indicator="orange")


# Prices


def _link(contract: str) -> str:
	return get_link_to_form(CONTRACT, contract)


def departures(
	doc: Document,
	contracts: Sequence[Any],
	tolerance: float,
	name: Callable[[str], str] = _link,
	most: int | None = None,
) -> tuple[list[str], int]:
	"""A sentence for each line whose price is another than agreed, by more than so many percent.

	Returns the first `most` of them (None: all), and how many there are: to put hundreds of prices into words
	takes longer than to compare them. `name` makes what is shown of a contract's name.
	"""
	departing = list(_departing(doc, contracts, tolerance))
	sentences = [
		_("Row {0}, {1}: {2} per {3} instead of {4}, as agreed in {5}.").format(
			row.idx,
			escape_html(row.item_code),
			_money(own, doc.currency),
			escape_html(row.stock_uom or ""),
			_money(price.rate, doc.currency),
			name(price.contract),
		)
		for row, own, price in departing[:most]
	]
	return sentences, len(departing)


def _departing(
	doc: Document, contracts: Sequence[Any], tolerance: float
) -> Iterator[tuple[Document, float, Any]]:
	"""Lines at another price than agreed: the line, its price per stock unit, the agreed price."""
	agreed = _agreed_prices(doc, contracts)
	for row in doc.items:
		price = agreed.get(row.item_code)
		if price is None or row.get("is_free_item"):
			continue
		factor = flt(row.conversion_factor) or 1
		own, limit = flt(row.rate) / factor, price.rate * tolerance / 100
		# A price is entered in whole cents of the line's unit.
		rounding = 0.5 * 10 ** -row.precision("rate") / factor
		if abs(own - price.rate) > limit + rounding + 1e-9:
			yield row, own, price


def _money(amount: float, currency: str) -> str:
	"""Prices per stock unit may be smaller than a cent."""
	return fmt_money(amount, precision=2 if abs(amount - flt(amount, 2)) < 1e-9 else 4, currency=currency)


def _agreed_prices(doc: Document, contracts: Sequence[Any]) -> dict[str, Any]:
	"""Agreed prices by item, per stock unit and in the order's currency: one query.

	They are those of submitted Blanket Orders that name one of the contracts and run on the order's date; of
	several the one for the deciding contract, then the one that began last. A Blanket Order has no currency:
	its rates are in the contract's, or the company's where the contract names none. What can't be converted
	isn't compared.
	"""
	items = {row.item_code for row in doc.items if row.item_code}
	if not items:
		return {}
	company_currency = frappe.get_cached_value("Company", doc.company, "default_currency")
	places = {row.name: place for place, row in enumerate(contracts)}
	known = {None, "", doc.currency, company_currency}
	converted = any(row.currency not in known for row in contracts)
	rows = _blanket_rates(doc, places, items, company_currency if converted else None)
	rows.sort(key=lambda row: (places[row.contract], -getdate(row.from_date).toordinal(), row.order_name))
	found: dict[str, Any] = {}
	for row in rows:
		rate = _in_order_currency(row, doc, company_currency)
		if rate is not None:
			found.setdefault(row.item_code, frappe._dict(rate=rate, contract=row.contract))
	return found


def _blanket_rates(
	doc: Document, contracts: Iterable[str], items: set[str], converted_to: str | None
) -> list[Any]:
	"""Agreed rates, with the exchange rate to a currency where one is given."""
	order, line = frappe.qb.DocType("Blanket Order"), frappe.qb.DocType("Blanket Order Item")
	contract = frappe.qb.DocType(CONTRACT)
	query = (
		frappe.qb.from_(order)
		.join(line)
		.on((line.parent == order.name) & (line.parenttype == "Blanket Order"))
		.join(contract)
		.on(contract.name == order.contract)
		.where(
			order.contract.isin(list(contracts))
			& (order.docstatus == 1)
			& (order.blanket_order_type == "Purchasing")
			& (order.supplier == doc.supplier)
			& (order.company == doc.company)
			& (order.from_date <= doc.transaction_date)
			& (order.to_date >= doc.transaction_date)
			& line.item_code.isin(sorted(items))
		)
		.select(
			order.name.as_("order_name"),
			order.contract,
			order.from_date,
			line.item_code,
			line.rate,
			contract.currency,
		)
	)
	if converted_to:
		rate = _exchange_rate(contract.currency, converted_to, doc.transaction_date)
		query = query.select(rate.as_("exchange_rate"))
	return query.run(as_dict=True)


def _exchange_rate(currency: Any, company_currency: str, day: Any) -> QueryBuilder:
	"""The newest Currency Exchange by a day, inside of the query: nothing is asked from the internet."""
	exchange = frappe.qb.DocType("Currency Exchange")
	return (
		frappe.qb.from_(exchange)
		.where(
			(exchange.from_currency == currency)
			& (exchange.to_currency == company_currency)
			& (exchange.for_buying == 1)
			& (exchange.date <= day)
		)
		.select(exchange.exchange_rate)
		.orderby(exchange.date, order=Order.desc)
		.limit(1)
	)


def _in_order_currency(row: Any, doc: Document, company_currency: str) -> float | None:
	currency = row.currency or company_currency
	if currency == doc.currency:
		return flt(row.rate)
	to_company = 1 if currency == company_currency else flt(row.exchange_rate)
	return flt(row.rate) * to_company / (flt(doc.conversion_rate) or 1) if to_company else None
