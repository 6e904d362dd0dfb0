"""Every customer metric in plain Python: loops over documents, exact fractions, no SQL.

Written from the text of the metrics' docstrings, so that a mistake in a query and a mistake here are unlikely
to agree.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from partner_relations.customer_care.metrics import MetricSettings, Scope
from tests.reference.documents import Row, World
from tests.reference.measures import SAME, Totals
from tests.reference.sales import by


@dataclass(frozen=True)
class Fact:
	customer: str
	numerator: Fraction
	denominator: Fraction
	counts: int = 1


def expected_of_customers(
	metric: str, world: World, scope: Scope, settings: MetricSettings
) -> dict[str, Totals]:
	"""Numerator, denominator and sample size by customer; customers without a fact are absent."""
	facts: dict[str, list[Fact]] = defaultdict(list)
	for fact in _METRICS[metric](_Reader(world, scope, settings)):
		if not scope.parties or fact.customer in scope.parties:
			facts[fact.customer].append(fact)
	return {customer: _combined(metric, rows) for customer, rows in facts.items()}


def _combined(metric: str, facts: list[Fact]) -> Totals:
	numerators = [fact.numerator for fact in facts]
	whole = Fraction(1) if metric in OVER_ONE else sum((fact.denominator for fact in facts), Fraction(0))
	numerator = min(numerators) if metric == "recency" else sum(numerators, Fraction(0))
	return numerator, whole, sum(fact.counts for fact in facts)


OVER_ONE = ("revenue", "recency", "frequency", "gross_margin_amount")


def _number(value: object) -> Fraction:
	return Fraction(str(value or 0))


def _day(value: str | None) -> date | None:
	return date.fromisoformat(value[:10]) if value else None


@dataclass(frozen=True)
class Delivery:
	"""A line of goods on a delivery note or on an invoice that updates stock."""

	doctype: str
	document: Row
	line: Row
	day: date
	quantity: Fraction


class _Reader:
	def __init__(self, world: World, scope: Scope, settings: MetricSettings):
		self.world, self.scope, self.settings = world, scope, settings

	@cached_property
	def items(self) -> dict[str, Row]:
		return {row["name"]: row for row in self.world["Item"]}

	@cached_property
	def lines(self) -> dict[str, dict[str, list[Row]]]:
		return {
			doctype: by(rows, "parent")
			for doctype, rows in self.world.items()
			if rows and "parent" in rows[0]
		}

	def lines_of(self, doctype: str, document: Row) -> list[Row]:
		return self.lines.get(doctype, {}).get(document["name"], [])

	def submitted(self, doctype: str) -> Iterator[Row]:
		"""Submitted documents of the company with customers outside the group."""
		for row in self.world[doctype]:
			if row["docstatus"] == 1 and row["company"] == self.scope.company:
				if not row["is_internal_customer"]:
					yield row

	def in_period(self, day: date | None) -> bool:
		return day is not None and self.scope.from_date <= day <= self.scope.to_date

	def wants_item(self, item_code: str | None) -> bool:
		if not self.scope.item_groups:
			return True
		item = self.items.get(item_code or "")
		return item is not None and item["item_group"] in self.scope.item_groups

	def is_stock_item(self, item_code: str | None) -> bool:
		return bool(self.items.get(item_code or "", {}).get("is_stock_item"))

	def packed_items(self, line: Row) -> list[Row]:
		return [
			row
			for row in self.world["Packed Item"]
			if row["parent_detail_docname"] == line["name"] and row["parent"] == line["parent"]
		]

	def is_goods(self, line: Row) -> bool:
		return self.is_stock_item(line["item_code"]) or bool(self.packed_items(line))

	def invoices(self) -> Iterator[Row]:
		for invoice in self.submitted("Sales Invoice"):
			if invoice["is_opening"] != "Yes":
				yield invoice

	def invoice_lines(self, first: date) -> Iterator[tuple[Row, Row]]:
		"""(invoice, line) posted from a day to the end of the period, of the item groups asked for."""
		for invoice in self.invoices():
			if first <= _day(invoice["posting_date"]) <= self.scope.to_date:
				for line in self.lines_of("Sales Invoice Item", invoice):
					if self.wants_item(line["item_code"]):
						yield invoice, line

	@cached_property
	def deliveries(self) -> list[Delivery]:
		"""Of any customer and item group, sent and sent back."""
		found = []
		for doctype in ("Delivery Note", "Sales Invoice"):
			for document in self.world[doctype]:
				if document["docstatus"] != 1 or document["company"] != self.scope.company:
					continue
				if doctype == "Sales Invoice" and not document["update_stock"]:
					continue
				for line in self.lines_of(f"{doctype} Item", document):
					if line.get("delivered_by_supplier") or line.get("dn_detail"):
						continue
					day = _day(document["posting_date"])
					found.append(Delivery(doctype, document, line, day, _number(line["stock_qty"])))
		return found

	@cached_property
	def deliveries_of_order_line(self) -> dict[str, list[Delivery]]:
		found: dict[str, list[Delivery]] = defaultdict(list)
		for delivery in self.deliveries:
			if delivery.line["so_detail"]:
				found[delivery.line["so_detail"]].append(delivery)
		return found

	def delivered(self) -> Iterator[Delivery]:
		"""Lines of goods posted in the period, of the item groups asked for."""
		for row in self.deliveries:
			if row.document["is_internal_customer"] or not self.in_period(row.day):
				continue
			if self.is_goods(row.line) and self.wants_item(row.line["item_code"]):
				yield row

	def complaints(self) -> Iterator[Row]:
		for row in self.world["Customer Complaint"]:
			if row["company"] == self.scope.company and row["step"] != "Rejected":
				yield row


# sales


def _revenue(reader: _Reader) -> Iterator[Fact]:
	# By the line or by the invoice: the sums are the same, the number of facts is not.
	if reader.scope.item_groups:
		for invoice, line in reader.invoice_lines(reader.scope.from_date):
			yield Fact(invoice["customer"], _number(line["base_net_amount"]), Fraction(1))
		return
	for invoice in reader.invoices():
		if reader.in_period(_day(invoice["posting_date"])):
			yield Fact(invoice["customer"], _sum_of_lines(reader, invoice), Fraction(1))


def _sum_of_lines(reader: _Reader, invoice: Row) -> Fraction:
	lines = reader.lines_of("Sales Invoice Item", invoice)
	return sum((_number(line["base_net_amount"]) for line in lines), Fraction(0))


def _growth(reader: _Reader) -> Iterator[Fact]:
	scope = reader.scope
	days = (scope.to_date - scope.from_date).days + 1
	before = (scope.from_date - timedelta(days=days), scope.from_date - timedelta(days=1))
	for invoice in reader.invoices():
		day = _day(invoice["posting_date"])
		if not before[0] <= day <= scope.to_date:
			continue
		if scope.item_groups:
			lines = reader.lines_of("Sales Invoice Item", invoice)
			amounts = [
				_number(line["base_net_amount"]) for line in lines if reader.wants_item(line["item_code"])
			]
		else:
			amounts = [_sum_of_lines(reader, invoice)]
		for amount in amounts:
			if day > before[1]:
				yield Fact(invoice["customer"], amount, Fraction(0))
			else:
				yield Fact(invoice["customer"], -amount, amount)


def _margins(reader: _Reader) -> Iterator[tuple[str, Fraction, Fraction]]:
	for invoice, line in reader.invoice_lines(reader.scope.from_date):
		cost = _cost(reader, invoice, line)
		if cost is not None:
			amount = _number(line["base_net_amount"])
			yield invoice["customer"], amount - cost, amount


def _gross_margin(reader: _Reader) -> Iterator[Fact]:
	for customer, margin, amount in _margins(reader):
		yield Fact(customer, margin, amount)


def _gross_margin_amount(reader: _Reader) -> Iterator[Fact]:
	for customer, margin, _amount in _margins(reader):
		yield Fact(customer, margin, Fraction(1))


def _cost(reader: _Reader, invoice: Row, line: Row) -> Fraction | None:
	if line["delivered_by_supplier"]:
		return None
	notes = {row["name"]: row for row in reader.world["Delivery Note"]}
	note_lines = {row["name"]: row for row in reader.world["Delivery Note Item"]}
	billed = note_lines.get(line["dn_detail"] or "")
	quantity = _number(line["stock_qty"])
	if not reader.is_stock_item(line["item_code"]):
		if invoice["is_return"] and not line["sales_invoice_item"]:
			return Fraction(0)
		if billed and reader.packed_items(billed) and billed["stock_qty"]:
			return _packed_cost(reader, billed) * quantity / _number(billed["stock_qty"])
		return _packed_cost(reader, line) if reader.packed_items(line) else None
	if invoice["update_stock"]:
		return quantity * _number(line["incoming_rate"])
	if billed:
		return quantity * _number(billed["incoming_rate"])
	for link, wanted in (("so_detail", line["so_detail"]), ("si_detail", line["name"])):
		sent = [
			row
			for row in note_lines.values()
			if wanted
			and row[link] == wanted
			and notes[row["parent"]]["docstatus"] == 1
			and not notes[row["parent"]]["is_return"]
		]
		whole = sum((_number(row["stock_qty"]) for row in sent), Fraction(0))
		if whole:
			value = sum(
				(_number(row["stock_qty"]) * _number(row["incoming_rate"]) for row in sent), Fraction(0)
			)
			return quantity * value / whole
	return quantity * _number(line["incoming_rate"]) if line["incoming_rate"] else None


def _packed_cost(reader: _Reader, line: Row) -> Fraction:
	return sum(
		(_number(row["qty"]) * _number(row["incoming_rate"]) for row in reader.packed_items(line)),
		Fraction(0),
	)


# purchases


def _purchases(reader: _Reader, first: date) -> Iterator[tuple[str, date]]:
	"""(customer, day) of orders, and of invoices for nothing that was ordered."""
	documents = []
	for order in reader.submitted("Sales Order"):
		given_up = order["status"] == "Closed" and not order["per_delivered"] and not order["per_billed"]
		if not given_up:
			documents.append((order, _day(order["transaction_date"]), "Sales Order Item"))
	for invoice in reader.invoices():
		lines = reader.lines_of("Sales Invoice Item", invoice)
		if invoice["is_return"] or invoice["is_debit_note"] or any(line["sales_order"] for line in lines):
			continue
		documents.append((invoice, _day(invoice["posting_date"]), "Sales Invoice Item"))
	for document, day, child in documents:
		if _number(document["base_net_total"]) <= 0:
			continue
		wanted = any(reader.wants_item(line["item_code"]) for line in reader.lines_of(child, document))
		if first <= day <= reader.scope.to_date and (wanted or not reader.scope.item_groups):
			yield document["customer"], day


def _frequency(reader: _Reader) -> Iterator[Fact]:
	for customer, _on in _purchases(reader, reader.scope.from_date):
		yield Fact(customer, Fraction(1), Fraction(1))


def _recency(reader: _Reader) -> Iterator[Fact]:
	for customer, on in _purchases(reader, reader.scope.to_date - timedelta(days=1095)):
		yield Fact(customer, Fraction((reader.scope.to_date - on).days), Fraction(1))


# payments


def _payment_punctuality(reader: _Reader) -> Iterator[Fact]:
	terms = by(reader.world["Payment Schedule"], "parent")
	entries = by(reader.world["Payment Ledger Entry"], "against_voucher_no")
	patience = timedelta(days=reader.settings.payment_days)
	for invoice in reader.invoices():
		if invoice["is_return"] or invoice["is_pos"]:
			continue
		booked = [row for row in entries.get(invoice["name"], ()) if not row["delinked"]]
		if not booked:
			continue
		total = _booked(invoice, "base_")
		own_currency = invoice["party_account_currency"] == invoice["currency"]
		in_account = _booked(invoice, "") if own_currency else total
		to_company = total / in_account
		notes = [row for row in reader.world["Sales Invoice"] if row["return_against"] == invoice["name"]]
		counted = (_booked(row, "base_") for row in notes if row["docstatus"] == 1 and row["is_return"])
		credited = -sum(counted, Fraction(0))
		payments = [row for row in booked if not _is_credit(reader, invoice, row)]
		of_invoice = sorted(terms.get(invoice["name"], ()), key=lambda row: (row["due_date"], row["idx"]))
		# What isn't scheduled (advances, write-offs) is settled before the first term.
		paid_before = total - sum((_number(row["base_payment_amount"]) for row in of_invoice), Fraction(0))
		for term in of_invoice:
			amount, due = _number(term["base_payment_amount"]), _day(term["due_date"])
			owed = max(Fraction(0), min(amount, total - credited - paid_before))
			open_then = sum(
				(
					_number(row["amount_in_account_currency"])
					for row in payments
					if _day(row["posting_date"]) <= due + patience
				),
				Fraction(0),
			)
			paid = (in_account - open_then) * to_company
			in_time = max(Fraction(0), min(paid - paid_before, owed))
			paid_before += amount
			settled = reader.scope.as_of > due + patience
			if owed > SAME and settled and reader.in_period(due):
				yield Fact(invoice["customer"], in_time, owed)


def _is_credit(reader: _Reader, invoice: Row, entry: Row) -> bool:
	if entry["voucher_type"] == "Sales Invoice":
		return entry["voucher_no"] != invoice["name"]
	journals = {row["name"]: row["voucher_type"] for row in reader.world["Journal Entry"]}
	return entry["voucher_type"] == "Journal Entry" and journals.get(entry["voucher_no"]) == "Credit Note"


def _booked(invoice: Row, prefix: str) -> Fraction:
	rounded = invoice[f"{prefix}rounded_total"]
	rounds = invoice[f"{prefix}rounding_adjustment"] and rounded
	return _number(rounded if rounds else invoice[f"{prefix}grand_total"])


# service


def _return_rate(reader: _Reader) -> Iterator[Fact]:
	for row in reader.delivered():
		if row.document["is_return"]:
			yield Fact(row.document["customer"], -row.quantity, Fraction(0), counts=0)
		else:
			yield Fact(row.document["customer"], Fraction(0), row.quantity)


def _complaint_rate(reader: _Reader) -> Iterator[Fact]:
	for row in reader.delivered():
		if not row.document["is_return"]:
			yield Fact(row.document["customer"], Fraction(0), Fraction(1))
	for complaint in reader.complaints():
		about = reader.lines_of("Customer Complaint Item", complaint)
		if reader.scope.item_groups and not any(reader.wants_item(row["item_code"]) for row in about):
			continue
		if complaint["customer"] and reader.in_period(_day(complaint["received_on"])):
			yield Fact(complaint["customer"], Fraction(1), Fraction(0), counts=0)


def _perfect_order_rate(reader: _Reader) -> Iterator[Fact]:
	complained = _complained_orders(reader)
	for order in reader.submitted("Sales Order"):
		due = _day(order["delivery_date"])
		if not reader.in_period(due) or order["status"] == "On Hold" or order["skip_delivery_note"]:
			continue
		if reader.scope.as_of <= due + timedelta(days=reader.settings.late_days):
			continue
		kept = []
		for line in reader.lines_of("Sales Order Item", order):
			if line["delivered_by_supplier"] or not reader.is_goods(line):
				continue
			if reader.wants_item(line["item_code"]):
				verdict = _line_kept(reader, order, line)
				kept += [] if verdict is None else [verdict]
		if kept:
			perfect = all(kept) and order["name"] not in complained
			yield Fact(order["customer"], Fraction(perfect), Fraction(1))


def _line_kept(reader: _Reader, order: Row, line: Row) -> bool | None:
	"""Whether an order line came complete, in time and stayed; None where it promised nothing."""
	deliveries = reader.deliveries_of_order_line[line["name"]]
	sent = [row for row in deliveries if row.quantity > 0]
	promised = _number(line["stock_qty"])
	if order["status"] == "Closed":
		promised = min(promised, sum((row.quantity for row in sent), Fraction(0)))
	if promised <= 0:
		return None
	due = _day(line["delivery_date"] or order["delivery_date"])
	settings = reader.settings
	in_window = [
		row.quantity
		for row in sent
		if row.day <= due + timedelta(days=settings.late_days)
		and (settings.early_days is None or row.day >= due - timedelta(days=settings.early_days))
	]
	wanted = promised * (1 - _number(settings.quantity_tolerance) / 100)
	came_back = any(row.quantity < 0 for row in deliveries)
	return sum(in_window, Fraction(0)) >= wanted - SAME and not came_back


def _complained_orders(reader: _Reader) -> set[str]:
	orders: set[str] = set()
	for complaint in reader.complaints():
		for about in reader.lines_of("Customer Complaint Item", complaint):
			doctype, name = about["document_type"], about["document_name"]
			if doctype == "Sales Order":
				orders.add(name)
				continue
			link = "against_sales_order" if doctype == "Delivery Note" else "sales_order"
			for line in reader.lines.get(f"{doctype} Item", {}).get(name, ()):
				if line[link] and about["item_code"] in (None, "", line["item_code"]):
					orders.add(line[link])
	return orders


_METRICS: dict[str, Callable[[_Reader], Iterator[Fact]]] = {
	"revenue": _revenue,
	"gross_margin": _gross_margin,
	"growth": _growth,
	"recency": _recency,
	"frequency": _frequency,
	"payment_punctuality": _payment_punctuality,
	"return_rate": _return_rate,
	"complaint_rate": _complaint_rate,
	"perfect_order_rate": _perfect_order_rate,
	"gross_margin_amount": _gross_margin_amount,
}
REFERENCED = tuple(_METRICS)
"""The metrics that have a reference."""
