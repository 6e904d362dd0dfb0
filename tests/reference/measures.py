"""Every measure of DESIGN §3 in plain Python: loops over documents, exact fractions, no SQL.

Written from the text of the design, so that a mistake in a query and a mistake here are unlikely to agree.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from partner_relations.supplier_quality.kpis import KpiSettings, Scope
from tests.reference.documents import ORDER_LINK, Row, World

# Quantities and rates have nine decimals; a product of two that differs by less than this is the same.
SAME = Fraction(1, 1_000_000)

Totals = tuple[Fraction, Fraction, int]
"""Numerator, denominator, sample size."""


@dataclass(frozen=True)
class Fact:
	supplier: str
	numerator: Fraction
	denominator: Fraction
	counts: int = 1


def expected(measure: str, world: World, scope: Scope, settings: KpiSettings) -> dict[str, Totals]:
	"""Numerator, denominator and sample size by supplier; suppliers without a fact are absent."""
	totals: dict[str, Totals] = {}
	for fact in {**_MEASURES, **_VALUES}[measure](_Reader(world, scope, settings)):
		if scope.parties and fact.supplier not in scope.parties:
			continue
		numerator, denominator, sample = totals.get(fact.supplier, (Fraction(0), Fraction(0), 0))
		totals[fact.supplier] = (
			numerator + fact.numerator,
			denominator + fact.denominator,
			sample + fact.counts,
		)
	return totals


def disagreements(
	found: Mapping[str, tuple[Any, Any, Any]], wanted: Mapping[str, Totals], within: float = 1e-9
) -> list[str]:
	"""What differs by more than `within` (relative), a line for each; empty when all agree."""
	lines = []
	for supplier in sorted({*found, *wanted}):
		if supplier not in found or supplier not in wanted:
			lines.append(f"{supplier}: found {found.get(supplier)}, wanted {_shown(wanted.get(supplier))}")
			continue
		for name, one, other in zip(
			("numerator", "denominator", "sample size"), found[supplier], wanted[supplier], strict=True
		):
			difference = abs(Fraction(str(one)) - other)
			if difference > Fraction(str(within)) * max(1, abs(other)):
				lines.append(f"{supplier}: {name} {one}, wanted {float(other)}")
	return lines


def _shown(totals: Totals | None) -> tuple[float, ...] | None:
	return totals and tuple(float(number) for number in totals)


def _number(value: Any) -> Fraction:
	return Fraction(str(value or 0))


def _day(value: str | None) -> date | None:
	return date.fromisoformat(value) if value else None


@dataclass(frozen=True)
class Arrival:
	"""A receipt line in stock UOM."""

	doctype: str
	document: Row
	line: Row
	day: date
	order_line: str | None
	accepted: Fraction
	rejected: Fraction

	@property
	def received(self) -> Fraction:
		return self.accepted + self.rejected


class _Reader:
	"""The documents of the scope's company, and what DESIGN §3 calls facts."""

	def __init__(self, world: World, scope: Scope, settings: KpiSettings):
		self.world, self.scope, self.settings = world, scope, settings
		self.by_name = {doctype: {row["name"]: row for row in rows} for doctype, rows in world.items()}
		self.children: dict[str, dict[str, list[Row]]] = {
			doctype: defaultdict(list) for doctype, rows in world.items() if rows and "parent" in rows[0]
		}
		for doctype, families in self.children.items():
			for row in world[doctype]:
				families[row["parent"]].append(row)

	def submitted(self, doctype: str) -> Iterator[Row]:
		for row in self.world[doctype]:
			if row["docstatus"] == 1 and row["company"] == self.scope.company:
				yield row

	def lines(self, doctype: str, document: Row) -> list[Row]:
		return self.children.get(doctype, {}).get(document["name"], [])

	def in_period(self, day: date | None) -> bool:
		return day is not None and self.scope.from_date <= day <= self.scope.to_date

	def wants_item(self, item_code: str | None) -> bool:
		if not self.scope.item_groups:
			return True
		item = self.by_name["Item"].get(item_code or "")
		return item is not None and item["item_group"] in self.scope.item_groups

	def is_stock_item(self, item_code: str | None) -> bool:
		item = self.by_name["Item"].get(item_code or "")
		return bool(item and item["is_stock_item"])

	def is_service(self, item_code: str | None) -> bool:
		item = self.by_name["Item"].get(item_code or "")
		return bool(item and not item["is_stock_item"])

	# Receipts and returns

	def arrivals(self) -> Iterator[Arrival]:
		"""Receipt lines of the company, of any date and item."""
		yield from self._goods_lines(is_return=False)

	def _goods_lines(self, is_return: bool) -> Iterator[Arrival]:
		for doctype, link in ORDER_LINK.items():
			for document in self.submitted(doctype):
				if bool(document["is_return"]) is not is_return:
					continue
				if doctype == "Purchase Receipt" and document["subcontracting_receipt"]:
					continue
				if doctype == "Purchase Invoice" and not document["update_stock"]:
					continue
				for line in self.lines(f"{doctype} Item", document):
					if line.get("is_scrap_item"):
						continue
					factor = _number(line["conversion_factor"])
					yield Arrival(
						doctype,
						document,
						line,
						_day(document["posting_date"]),
						line[link] or None,
						_number(line["qty"]) * factor,
						_number(line["rejected_qty"]) * factor,
					)

	def receipt_lines(self) -> Iterator[Arrival]:
		"""Receipt lines posted in the period, of the scope's item groups."""
		for arrival in self.arrivals():
			if self.in_period(arrival.day) and self.wants_item(arrival.line["item_code"]):
				yield arrival

	def returned(self) -> Iterator[Arrival]:
		"""Lines sent back in the period, except goods that had been rejected on arrival."""
		for line in self._goods_lines(is_return=True):
			if not self.in_period(line.day) or not self.wants_item(line.line["item_code"]):
				continue
			if not self._out_of_rejects(line):
				yield line

	def _out_of_rejects(self, arrival: Arrival) -> bool:
		if arrival.doctype == "Purchase Receipt":
			return bool(arrival.line["return_qty_from_rejected_warehouse"])
		if arrival.doctype == "Subcontracting Receipt":
			name = arrival.line["subcontracting_receipt_item"] or ""
			original = self.by_name["Subcontracting Receipt Item"].get(name)
			rejects = original and original["rejected_warehouse"]
			return bool(rejects) and arrival.line["warehouse"] == rejects
		return False

	# Orders

	def order_lines(self) -> Iterator[tuple[Row, Row]]:
		"""(order, line) of outside suppliers' orders that come to us and are not on hold."""
		for order in self.submitted("Purchase Order"):
			if order["status"] == "On Hold" or order["is_internal_supplier"]:
				continue
			for line in self.lines("Purchase Order Item", order):
				if not line["delivered_by_supplier"] and self.wants_item(
					line["fg_item"] or line["item_code"]
				):
					yield order, line

	def due(self, line: Row) -> date | None:
		current = _day(line["expected_delivery_date"] or line["schedule_date"])
		first = _day(line["first_due_date"])
		return first if self.settings.use_first_due_date and first else current

	def last_day(self, due: date) -> date:
		return due + timedelta(days=self.settings.late_days)

	def inside_window(self, day: date, due: date) -> bool:
		early = self.settings.early_days
		return day <= self.last_day(due) and (early is None or day >= due - timedelta(days=early))


# delivery


def _deliveries(reader: _Reader) -> Iterator[tuple[str, date, date, Fraction]]:
	"""(supplier, posted, due, accepted) for each order line and receipt of the period."""
	counted = {line["name"]: line for _order, line in reader.order_lines()}
	accepted: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
	documents: dict[tuple[str, str, str], Arrival] = {}
	for arrival in reader.receipt_lines():
		if arrival.order_line in counted and reader.due(counted[arrival.order_line]):
			key = (arrival.doctype, arrival.document["name"], arrival.order_line)
			accepted[key] += arrival.accepted
			documents[key] = arrival
	for key, arrival in documents.items():
		yield arrival.document["supplier"], arrival.day, reader.due(counted[key[2]]), accepted[key]


def _on_time_delivery(reader: _Reader) -> Iterator[Fact]:
	for supplier, posted, due, accepted in _deliveries(reader):
		kept = reader.inside_window(posted, due) and accepted > 0
		yield Fact(supplier, Fraction(kept), Fraction(1))


def _days_late(reader: _Reader) -> Iterator[Fact]:
	for supplier, posted, due, _accepted in _deliveries(reader):
		yield Fact(supplier, Fraction(max(0, (posted - due).days)), Fraction(1))


@dataclass(frozen=True)
class Promise:
	"""An order line due in the period whose window has closed."""

	supplier: str
	due: date
	ordered: Fraction
	arrivals: tuple[Arrival, ...]
	price: Fraction
	"""Net, in company currency, per stock unit of what was ordered."""


def _promises(reader: _Reader) -> Iterator[Promise]:
	arrivals: dict[str, list[Arrival]] = defaultdict(list)
	for arrival in reader.arrivals():
		if arrival.order_line:
			arrivals[arrival.order_line].append(arrival)
	for order, line in reader.order_lines():
		due = reader.due(line)
		if not reader.in_period(due) or reader.scope.as_of <= reader.last_day(due):
			continue
		came = arrivals[line["name"]]
		if not (reader.is_stock_item(line["item_code"]) or order["is_subcontracted"] or came):
			continue
		ordered = _ordered(order, line)
		price = _price(order, line)
		if order["status"] == "Closed" and not reader.settings.blame_closed_orders:
			ordered = min(ordered, sum((arrival.received for arrival in came), Fraction(0)))
		if ordered > 0:
			yield Promise(order["supplier"], due, ordered, tuple(came), price)


def _ordered(order: Row, line: Row) -> Fraction:
	new_flow = order["is_subcontracted"] and not order["is_old_subcontracting_flow"]
	return _number(line["fg_item_qty"] if new_flow else line["stock_qty"])


def _price(order: Row, line: Row) -> Fraction:
	ordered = _ordered(order, line)
	return _number(line["base_net_amount"]) / ordered if ordered else Fraction(0)


def _otif(reader: _Reader) -> Iterator[Fact]:
	tolerance = _number(reader.settings.quantity_tolerance) / 100
	for promise in _promises(reader):
		in_window = sum(
			(row.accepted for row in promise.arrivals if reader.inside_window(row.day, promise.due)),
			Fraction(0),
		)
		in_full = min(in_window, promise.ordered) >= promise.ordered * (1 - tolerance) - SAME
		yield Fact(promise.supplier, Fraction(in_full), Fraction(1))


def _fill_rate(reader: _Reader) -> Iterator[Fact]:
	for promise in _promises(reader):
		in_time = sum(
			(row.accepted for row in promise.arrivals if row.day <= reader.last_day(promise.due)), Fraction(0)
		)
		yield Fact(promise.supplier, min(in_time, promise.ordered), promise.ordered)


# quality


def _accepted_quantity(reader: _Reader) -> Iterator[Fact]:
	for row in reader.receipt_lines():
		yield Fact(row.document["supplier"], row.accepted, row.received)


def _defect_ppm(reader: _Reader) -> Iterator[Fact]:
	for row in reader.receipt_lines():
		yield Fact(row.document["supplier"], row.rejected, row.received)


def _return_rate(reader: _Reader) -> Iterator[Fact]:
	for row in reader.receipt_lines():
		yield Fact(row.document["supplier"], Fraction(0), row.received)
	for row in reader.returned():
		# Quantities of returns are negative; the rejected part of a whole return is beside them.
		yield Fact(row.document["supplier"], abs(row.accepted), Fraction(0), counts=0)


def _lot_acceptance(reader: _Reader) -> Iterator[Fact]:
	receipts = {
		(doctype, document["name"]): document
		for doctype in ORDER_LINK
		for document in reader.submitted(doctype)
	}
	for inspection in reader.world["Quality Inspection"]:
		receipt = receipts.get((inspection["reference_type"], inspection["reference_name"]))
		if inspection["docstatus"] != 1 or inspection["inspection_type"] != "Incoming" or receipt is None:
			continue
		if reader.in_period(_day(inspection["report_date"])) and reader.wants_item(inspection["item_code"]):
			yield Fact(receipt["supplier"], Fraction(inspection["status"] == "Accepted"), Fraction(1))


# price


def _price_index(reader: _Reader) -> Iterator[Fact]:
	first, last = reader.scope.from_date, reader.scope.to_date
	days = (last - first).days + 1
	now = _bought(reader, first, last)
	before = _bought(reader, first - timedelta(days=days), first - timedelta(days=1))
	for key, (quantity, amount) in now.items():
		old_quantity, old_amount = before.get(key, (0, 0))
		if quantity > 0 and old_quantity > 0 and old_amount > 0:
			yield Fact(key[0], amount, quantity * (old_amount / old_quantity))


def _bought(reader: _Reader, first: date, last: date) -> dict[tuple[str, str], tuple[Fraction, Fraction]]:
	"""Accepted quantity and net amount by supplier and item."""
	bought: dict[tuple[str, str], tuple[Fraction, Fraction]] = {}
	for row in reader.arrivals():
		if not first <= row.day <= last or row.doctype == "Subcontracting Receipt":
			continue
		if not reader.wants_item(row.line["item_code"]):
			continue
		key = (row.document["supplier"], row.line["item_code"])
		quantity, amount = bought.get(key, (Fraction(0), Fraction(0)))
		bought[key] = (quantity + row.accepted, amount + _number(row.line["base_net_amount"]))
	return bought


def _price_competitiveness(reader: _Reader) -> Iterator[Fact]:
	quotations = {row["name"]: row for row in reader.submitted("Supplier Quotation")}
	for request in reader.submitted("Request for Quotation"):
		if not reader.in_period(_day(request["transaction_date"])):
			continue
		for wanted in reader.lines("Request for Quotation Item", request):
			if not reader.wants_item(wanted["item_code"]):
				continue
			latest: dict[str, tuple[tuple[str, str, str], Fraction]] = {}
			for quoted in reader.world["Supplier Quotation Item"]:
				quotation = quotations.get(quoted["parent"])
				if quotation is None or quoted["request_for_quotation_item"] != wanted["name"]:
					continue
				age = (quotation["transaction_date"], quotation["creation"], quoted["name"])
				per_unit = _number(quoted["base_net_rate"]) / _number(quoted["conversion_factor"])
				amount = per_unit * _number(wanted["stock_qty"])
				supplier = quotation["supplier"]
				if supplier not in latest or age > latest[supplier][0]:
					latest[supplier] = (age, amount)
			# An offer of nothing for nothing is no offer.
			offers = {supplier: amount for supplier, (_age, amount) in latest.items() if amount > 0}
			if len(offers) > 1:
				for supplier, amount in offers.items():
					yield Fact(supplier, min(offers.values()), amount)


# sourcing


def _requests(reader: _Reader) -> Iterator[tuple[str, date, date | None]]:
	"""(supplier, asked, answered) for each supplier asked; what may still be answered is pending."""
	maximum = reader.settings.maximum_days
	for request in reader.submitted("Request for Quotation"):
		asked = _day(request["transaction_date"])
		if not reader.in_period(asked):
			continue
		items = reader.lines("Request for Quotation Item", request)
		if reader.scope.item_groups and not any(reader.wants_item(row["item_code"]) for row in items):
			continue
		if maximum is not None and reader.scope.as_of <= asked + timedelta(days=maximum):
			continue
		for supplier in reader.lines("Request for Quotation Supplier", request):
			yield supplier["supplier"], asked, _answered(reader, request, supplier["supplier"])


def _answered(reader: _Reader, request: Row, supplier: str) -> date | None:
	days = [
		_day(quotation["transaction_date"])
		for quotation in reader.submitted("Supplier Quotation")
		if quotation["supplier"] == supplier
		and any(
			line["request_for_quotation"] == request["name"]
			for line in reader.lines("Supplier Quotation Item", quotation)
		)
	]
	return min(days, default=None)


def _rfq_response(reader: _Reader) -> Iterator[Fact]:
	for supplier, _asked, answered in _requests(reader):
		yield Fact(supplier, Fraction(answered is not None), Fraction(1))


def _rfq_response_days(reader: _Reader) -> Iterator[Fact]:
	maximum = reader.settings.maximum_days
	for supplier, asked, answered in _requests(reader):
		days = maximum
		if answered is not None:
			days = max(0, (answered - asked).days)
			days = days if maximum is None else min(days, maximum)
		if days is None:
			raise ValueError("an unanswered request has no days unless the KPI has a maximum")
		yield Fact(supplier, Fraction(days), Fraction(1))


# invoices


def _invoice_accuracy(reader: _Reader) -> Iterator[Fact]:
	tolerance = _number(reader.settings.price_tolerance) / 100
	charges = [
		(invoice, line)
		for invoice in reader.submitted("Purchase Invoice")
		for line in reader.lines("Purchase Invoice Item", invoice)
	]
	charges.sort(key=lambda row: (row[0]["posting_date"], row[0]["creation"], row[0]["name"], row[1]["idx"]))
	invoiced: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
	for invoice, line in charges:
		factor = _number(line["conversion_factor"])
		key = ("receipt", line["pr_detail"]) if line["pr_detail"] else ("order", line["po_detail"] or "")
		invoiced[key] += _number(line["qty"]) * factor
		if invoice["is_return"] or not reader.in_period(_day(invoice["posting_date"])):
			continue
		if not reader.wants_item(line["item_code"]):
			continue
		order_line = _charged_order_line(reader, line)
		order = order_line and reader.by_name["Purchase Order"].get(order_line["parent"])
		if not order or order["docstatus"] != 1:
			continue
		ordered_rate = _number(order_line["rate"]) / _number(order_line["conversion_factor"])
		if invoice["currency"] == order["currency"]:
			rate = _number(line["rate"]) / factor
		else:
			rate = _number(line["base_rate"]) / _number(order["conversion_rate"]) / factor
		price_right = abs(rate - ordered_rate) <= ordered_rate * tolerance + SAME
		never_received = reader.is_service(line["item_code"]) or order_line["delivered_by_supplier"]
		quantity_right = never_received or invoiced[key] <= _received_for(reader, key) + SAME
		yield Fact(invoice["supplier"], Fraction(price_right and quantity_right), Fraction(1))


def _charged_order_line(reader: _Reader, line: Row) -> Row | None:
	name = line["po_detail"]
	if not name and line["pr_detail"]:
		receipt_line = reader.by_name["Purchase Receipt Item"].get(line["pr_detail"])
		name = receipt_line and receipt_line["purchase_order_item"]
	return reader.by_name["Purchase Order Item"].get(name or "")


def _received_for(reader: _Reader, key: tuple[str, str]) -> Fraction:
	kind, name = key
	return sum(
		(
			arrival.received
			for arrival in reader.arrivals()
			if (
				arrival.doctype == "Purchase Receipt" and arrival.line["name"] == name
				if kind == "receipt"
				else arrival.order_line == name
			)
		),
		Fraction(0),
	)


# people


def _evaluator_mark(reader: _Reader) -> Iterator[Fact]:
	weights = {
		row["role"]: _number(row["weight"])
		for row in reader.world["Supplier Evaluation Template Evaluator"]
		if row["parent"] == reader.settings.template
	}
	marks: dict[tuple[str, str], list[Fraction]] = defaultdict(list)
	for rating in reader.submitted("Supplier Evaluator Rating"):
		period = (_day(rating["from_date"]), _day(rating["to_date"]))
		if rating["template"] != reader.settings.template:
			continue
		if period != (reader.scope.from_date, reader.scope.to_date):
			continue
		for mark in reader.lines("Supplier Evaluator Mark", rating):
			if mark["kpi"] == reader.settings.kpi and not mark["not_applicable"]:
				marks[rating["supplier"], rating["evaluator_role"] or ""].append(_number(mark["mark"]))
	for (supplier, role), given in marks.items():
		weight = weights.get(role, Fraction(1))
		for mark in given:
			yield Fact(supplier, weight / len(given) * mark, weight / len(given))


# values


def _order_value(reader: _Reader) -> Iterator[Fact]:
	for order in reader.submitted("Purchase Order"):
		if order["is_internal_supplier"] or not reader.in_period(_day(order["transaction_date"])):
			continue
		for line in reader.lines("Purchase Order Item", order):
			if reader.wants_item(line["fg_item"] or line["item_code"]):
				yield Fact(order["supplier"], _number(line["base_net_amount"]), Fraction(1))


def _invoice_value(reader: _Reader) -> Iterator[Fact]:
	for invoice in reader.submitted("Purchase Invoice"):
		if invoice["is_internal_supplier"] or invoice["supplier_reward_penalty"]:
			continue
		if not reader.in_period(_day(invoice["posting_date"])):
			continue
		for line in reader.lines("Purchase Invoice Item", invoice):
			if reader.wants_item(line["item_code"]):
				yield Fact(invoice["supplier"], _number(line["base_net_amount"]), Fraction(1))


def _late_arrivals(reader: _Reader) -> Iterator[tuple[Row, date, date, Fraction, Fraction]]:
	"""(order, due, posted, price, quantity up to what was ordered) of each order line and late receipt."""
	lines = {line["name"]: (order, line) for order, line in reader.order_lines()}
	accepted: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
	posted: dict[tuple[str, str, str], date] = {}
	for arrival in reader.arrivals():
		if arrival.order_line in lines:
			key = (arrival.doctype, arrival.document["name"], arrival.order_line)
			accepted[key] += arrival.accepted
			posted[key] = arrival.day
	for key, quantity in accepted.items():
		order, line = lines[key[2]]
		due = reader.due(line)
		if due and quantity > 0 and _ordered(order, line) > 0 and posted[key] > reader.last_day(due):
			yield order, due, posted[key], _price(order, line), min(quantity, _ordered(order, line))


def _late_deliveries(reader: _Reader) -> Iterator[Fact]:
	for order, due, posted, price, quantity in _late_arrivals(reader):
		if reader.in_period(posted):
			yield Fact(order["supplier"], quantity * price, Fraction((posted - due).days))


def _late_lines(reader: _Reader) -> Iterator[Fact]:
	for order, due, posted, price, quantity in _late_arrivals(reader):
		if reader.in_period(due):
			yield Fact(order["supplier"], quantity * price, Fraction((posted - due).days))
	for promise in _promises(reader):
		owed = promise.ordered - sum((row.accepted for row in promise.arrivals), Fraction(0))
		if owed > SAME:
			days = (reader.scope.as_of - promise.due).days
			yield Fact(promise.supplier, owed * promise.price, Fraction(days))


_MEASURES: dict[str, Callable[[_Reader], Iterator[Fact]]] = {
	"on_time_delivery": _on_time_delivery,
	"otif": _otif,
	"fill_rate": _fill_rate,
	"days_late": _days_late,
	"accepted_quantity": _accepted_quantity,
	"defect_ppm": _defect_ppm,
	"lot_acceptance": _lot_acceptance,
	"return_rate": _return_rate,
	"price_index": _price_index,
	"price_competitiveness": _price_competitiveness,
	"rfq_response": _rfq_response,
	"rfq_response_days": _rfq_response_days,
	"invoice_accuracy": _invoice_accuracy,
	"evaluator_mark": _evaluator_mark,
}
MEASURED = tuple(_MEASURES)
"""The measures that have a reference."""

_VALUES: dict[str, Callable[[_Reader], Iterator[Fact]]] = {
	"order_value": _order_value,
	"invoice_value": _invoice_value,
	"late_deliveries": _late_deliveries,
	"late_lines": _late_lines,
}
VALUED = tuple(_VALUES)
"""The values of purchases and delays that have a reference."""
