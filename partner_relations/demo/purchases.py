"""Two years of purchases by ERPNext's own API: requests, orders, receipts, inspections, invoices, returns.

Plays the days in their order, as they would have been, so that stock and ledger need no reposting. What
happens is drawn from random numbers that are seeded per supplier: the same each time on the same day.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe

from partner_relations.demo.cast import MARKETS, PRODUCTS, SUPPLIERS, Product, SupplierRole
from partner_relations.demo.days import Chances, Days
from partner_relations.demo.quarters import Calendar, workday
from partner_relations.demo.site import Context
from partner_relations.supplier_quality.templates import period_label

SEED = 20
REQUESTS_PER_QUARTER = 2
LATE_INVOICE_FROM = "Osprey Controls"
CLOSED_ORDER_OF = "Hollis Steel & Bar"
POSTPONED_ORDER_OF = "Tri-County Packaging"
UNANSWERED_DRAFT_OF = "Summit Industrial Supply"
POOR = 0.65  # below this share of punctual deliveries, whole orders come late

_PRODUCTS = {product.code: product for product in PRODUCTS}


@dataclass
class OrderLine:
	"""A line of an order, with its name in ERPNext once it is submitted; quantity in the order's unit."""

	product: Product
	quantity: float
	price: float
	name: str = ""
	due: date | None = None

	@property
	def unit(self) -> str:
		return "Box" if self.product.box_of else self.product.unit

	@property
	def factor(self) -> int:
		return self.product.box_of or 1


@dataclass
class Delivered:
	"""What arrived for an order line."""

	line: OrderLine
	accepted: float
	rejected: float


def exist(company: str) -> bool:
	"""Whether the demo's purchases have been made in this company."""
	names = [supplier.name for supplier in SUPPLIERS]
	return bool(frappe.db.exists("Purchase Order", {"company": company, "supplier_name": ("in", names)}))


def make(context: Context, calendar: Calendar, say: Callable[[str], None]) -> dict[str, int]:
	"""Make all documents, without committing; returns how many of each type."""
	days = Days(calendar.today)
	counts: Counter[str] = Counter()
	for role in SUPPLIERS:
		_Business(role, context, calendar, days, counts).plan()
	_Requests(context, calendar, days, counts).plan()
	ends = [(period.to_date, period_label(period.from_date, period.to_date)) for period in calendar.quarters]
	for day in days.play():
		while ends and day > ends[0][0]:
			say(f"{ends.pop(0)[1]}: {sum(counts.values())} documents so far")
	for role in SUPPLIERS:
		if role.disabled:
			frappe.db.set_value("Supplier", context.suppliers[role.name], "disabled", 1)
	say("Purchases: " + ", ".join(f"{number} {doctype}" for doctype, number in counts.items()))
	return dict(counts)


def exchange_rate(role: SupplierRole, context: Context, progress: float) -> float:
	"""Units of company currency for one unit of the supplier's."""
	if role.currency in ("", context.currency):
		return 1.0
	return round(role.exchange_rate.at(progress), 4)


class _Business:
	"""What we do with one supplier."""

	def __init__(
		self, role: SupplierRole, context: Context, calendar: Calendar, days: Days, counts: Counter[str]
	):
		self.role = role
		self.context = context
		self.calendar = calendar
		self.days = days
		self.counts = counts
		self.supplier = context.suppliers[role.name]
		self.random = random.Random(f"{SEED} {role.name}")
		self.readings = random.Random(f"{SEED} {role.name} readings")
		self.chances = Chances(self.random)
		self.closed = self.postponed = self.invoice_left_out = False

	def plan(self) -> None:
		"""Place orders through all quarters and the running one, so that each sees deliveries."""
		starts = [period.from_date for period in self.calendar.quarters]
		starts.append(self.calendar.quarters[-1].to_date + timedelta(days=1))
		for number, start in enumerate(starts):
			orders = self.role.orders_per_quarter
			if self.role.quarters is not None and number not in self.role.quarters:
				orders = 0
			for place in range(int(orders)):
				# Evenly over the quarter, by the day of delivery; the order goes out before.
				due = start + timedelta(days=int((place + self.random.uniform(0.1, 0.7)) * 90 / orders))
				placed = due - timedelta(days=self.role.lead_days + self.random.randint(0, 5))
				self.days.on(placed, self._order_for(workday(due)))

	def _order_for(self, due: date) -> Callable[[date], None]:
		return lambda day: self.order(day, due)

	def order(self, day: date, due: date) -> None:
		"""Order two or three items (one, if there is one only), due on a day; what follows is planned."""
		most = min(3, len(self.role.products))
		codes = self.random.sample(self.role.products, self.random.randint(min(2, most), most))
		lines = [self._line(_PRODUCTS[code], day) for code in codes]
		due = max(due, day)
		document = self._document("Purchase Order", day, transaction_date=day, schedule_date=due)
		for line in lines:
			line.due = due
			document.append("items", {**self._row(line), "qty": line.quantity, "schedule_date": due})
		self._submit(document)
		for line, row in zip(lines, document.items, strict=True):
			line.name = row.name
		self.deliver(document, lines)

	def deliver(self, order: Any, lines: list[OrderLine]) -> None:
		"""Plan how the supplier keeps its word: in time or late, in one part or two, or not in full."""
		role, due = self.role, lines[0].due
		punctual = role.punctual.at(self.calendar.progress(due))
		in_time = due - timedelta(days=self.random.randint(0, 2))
		late = due + timedelta(days=self.random.randint(2, role.latest))
		everything = [(line, line.quantity) for line in lines]
		if role.name == CLOSED_ORDER_OF and not self.closed:
			self.closed = True
			self._plan_arrival(in_time, order, [(line, max(1, round(line.quantity * 0.6))) for line in lines])
			self.days.on(due + timedelta(days=30), lambda day: self.close(order))
		elif role.name == POSTPONED_ORDER_OF and not self.postponed and self.calendar.progress(due) > 0.5:
			self.postponed = True
			self.days.on(due - timedelta(days=3), lambda day: self.postpone(order, lines))
			self._plan_arrival(due + timedelta(days=5), order, everything)
		elif not self.chances.happens("late", 1 - punctual):
			self._plan_arrival(in_time, order, everything)
		elif punctual < POOR or len(lines) == 1:
			self._plan_arrival(late, order, everything)
		elif self.chances.happens("in two parts", 0.5):
			# Of each line a part in time, the rest late.
			first = [(line, max(1, round(line.quantity * 0.6))) for line in lines]
			self._plan_arrival(in_time, order, first)
			rest = [(line, line.quantity - part) for line, part in first if line.quantity > part]
			if rest:
				self._plan_arrival(late, order, rest)
		else:
			# One line late, the others in time.
			self._plan_arrival(in_time, order, everything[1:])
			self._plan_arrival(late, order, everything[:1])

	def _plan_arrival(self, day: date, order: Any, parts: list[tuple[OrderLine, float]]) -> None:
		self.days.on(day, lambda day: self.receive(day, order, parts))

	def postpone(self, order: Any, lines: list[OrderLine]) -> None:
		"""A new date on a submitted order, as by its "Update Items": the first promise stays on record."""
		new_date = workday(lines[0].due + timedelta(days=7))
		order.reload()
		for row in order.items:
			row.schedule_date = new_date
		order.flags.ignore_validate_update_after_submit = True
		order.save()

	def close(self, order: Any) -> None:
		"""Nothing more is expected of the order."""
		order.reload()
		order.update_status("Closed")

	def receive(self, day: date, order: Any, parts: list[tuple[OrderLine, float]]) -> None:
		"""Goods arrive; some are rejected. Inspection, return and invoice follow."""
		delivered = [self._inspect(line, quantity, day) for line, quantity in parts]
		if self.role.invoices_on_delivery:
			receipt = self.invoice(day, order, delivered, None)
		else:
			receipt = self._receipt(day, order, delivered)
		for row, arrived in zip(receipt.items, delivered, strict=True):
			if arrived.line.product.inspected:
				self.record_inspection(day, receipt, row, arrived)
		if receipt.doctype == "Purchase Receipt":
			self._plan_return(day, receipt, delivered)
			self._plan_invoice(day, order, delivered, receipt)

	def _inspect(self, line: OrderLine, quantity: float, day: date) -> Delivered:
		bad = self.chances.happens("bad lot", self.role.bad_lots.at(self.calendar.progress(day)))
		share = self.role.defects * self.random.uniform(0.5, 1.5)
		rejected = min(quantity, max(1, round(quantity * share))) if bad else 0
		return Delivered(line, quantity - rejected, rejected)

	def _receipt(self, day: date, order: Any, delivered: list[Delivered]) -> Any:
		receipt = self._document(
			"Purchase Receipt",
			day,
			set_posting_time=1,
			posting_date=day,
			posting_time=self.days.time(day),
			supplier_delivery_note=f"{self.random.randint(10000, 99999)}",
		)
		for arrived in delivered:
			receipt.append(
				"items",
				{
					**self._arrived_row(arrived),
					"purchase_order": order.name,
					"purchase_order_item": arrived.line.name,
				},
			)
		return self._submit(receipt)

	def record_inspection(self, day: date, receipt: Any, row: Any, arrived: Delivered) -> None:
		"""An incoming inspection with readings; one bad sample rejects the lot."""
		inspection = frappe.get_doc(
			doctype="Quality Inspection",
			inspection_type="Incoming",
			reference_type=receipt.doctype,
			reference_name=receipt.name,
			child_row_reference=row.name,
			item_code=row.item_code,
			report_date=day,
			sample_size=5,
			inspected_by="Administrator",
		)
		inspection.get_item_specification_details()
		for reading in inspection.readings:
			if reading.numeric:
				limit = 0.18 if arrived.rejected else 0.08
				reading.reading_1 = f"{self.readings.uniform(0.01, 0.06):.3f}"
				reading.reading_2 = f"{limit * self.readings.choice((-1, 1)):.3f}"
			else:
				reading.reading_value = reading.value
		self._submit(inspection)

	def _plan_return(self, day: date, receipt: Any, delivered: list[Delivered]) -> None:
		if self.chances.happens("return", self.role.returns):
			share = self.random.uniform(0.02, 0.08)
			quantity = max(1, round(delivered[0].accepted * share))
			if quantity <= delivered[0].accepted:
				self.days.on(
					day + timedelta(days=self.random.randint(8, 20)),
					lambda day: self.send_back(day, receipt, quantity),
				)

	def send_back(self, day: date, receipt: Any, quantity: float) -> None:
		"""A return of part of the first line, by ERPNext's own mapping."""
		from erpnext.controllers.sales_and_purchase_return import make_return_doc

		back = make_return_doc("Purchase Receipt", receipt.name)
		back.update({"set_posting_time": 1, "posting_date": day, "posting_time": self.days.time(day)})
		back.items = back.items[:1]
		back.items[0].update({"qty": -quantity, "received_qty": -quantity, "rejected_qty": 0})
		self._submit(back)

	def _plan_invoice(self, day: date, order: Any, delivered: list[Delivered], receipt: Any) -> None:
		last_published = self.calendar.quarters[-2]
		if (
			self.role.name == LATE_INVOICE_FROM
			and not self.invoice_left_out
			and last_published.from_date <= day <= last_published.to_date - timedelta(days=7)
		):
			self.invoice_left_out = True  # see `make_late_invoice`
			return
		self.days.on(
			day + timedelta(days=self.random.randint(2, 8)),
			lambda day: self.invoice(day, order, delivered, receipt),
		)

	def invoice(self, day: date, order: Any, delivered: list[Delivered], receipt: Any | None) -> Any:
		"""Charge what was accepted; without a receipt the invoice itself takes the goods into stock."""
		wrong = self.chances.happens("price error", self.role.price_errors)
		invoice = self._document(
			"Purchase Invoice",
			day,
			set_posting_time=1,
			posting_date=day,
			posting_time=self.days.time(day),
			bill_no=f"R-{self.random.randint(100000, 999999)}",
			bill_date=day,
			due_date=day + timedelta(days=30),
			update_stock=0 if receipt else 1,
		)
		rows = receipt.items if receipt else [None] * len(delivered)
		for arrived, received in zip(delivered, rows, strict=True):
			row = {**self._arrived_row(arrived), "purchase_order": order.name, "po_detail": arrived.line.name}
			if received:
				row.update({"purchase_receipt": receipt.name, "pr_detail": received.name})
				row.update({"rejected_qty": 0, "received_qty": arrived.accepted, "rejected_warehouse": None})
			if wrong:
				row["rate"] = round(arrived.line.price * self.random.uniform(1.02, 1.08), 2) + 0.01
			if arrived.accepted:
				invoice.append("items", row)
		return self._submit(invoice) if invoice.items else None

	def _line(self, product: Product, day: date) -> OrderLine:
		progress = self.calendar.progress(day)
		price = product.price * (product.box_of or 1) * self.role.quotes
		price *= 1 + (self.role.drift - 1) * progress
		price *= self.random.uniform(0.99, 1.01)
		price /= exchange_rate(self.role, self.context, progress)
		lot = product.lot / (product.box_of or 1)
		step = 5 if lot >= 50 else 1
		return OrderLine(
			product, max(1, round(lot * self.random.uniform(0.6, 1.4) / step) * step), round(price, 2)
		)

	def _document(self, doctype: str, day: date, **values: Any) -> Any:
		rate = exchange_rate(self.role, self.context, self.calendar.progress(day))
		return frappe.get_doc(
			{
				"doctype": doctype,
				"company": self.context.company,
				"supplier": self.supplier,
				"currency": self.role.currency or self.context.currency,
				"conversion_rate": rate,
				"ignore_pricing_rule": 1,
				**values,
			}
		)

	def _row(self, line: OrderLine) -> dict[str, Any]:
		return {
			"item_code": self.context.items[line.product.code],
			"uom": line.unit,
			"conversion_factor": line.factor,
			"rate": line.price,
			"warehouse": self.context.warehouse,
		}

	def _arrived_row(self, arrived: Delivered) -> dict[str, Any]:
		row = self._row(arrived.line)
		row.update({"qty": arrived.accepted, "received_qty": arrived.accepted + arrived.rejected})
		if arrived.rejected:
			row.update(
				{"rejected_qty": arrived.rejected, "rejected_warehouse": self.context.rejected_warehouse}
			)
		return row

	def _submit(self, document: Any) -> Any:
		if document.doctype == "Purchase Order":
			document.insert()  # an order that is submitted without having been a draft keeps the status Draft
		document.submit()
		self.counts[document.doctype] += 1
		return document


class _Requests:
	"""Requests for quotation, market by market, and their answers."""

	def __init__(self, context: Context, calendar: Calendar, days: Days, counts: Counter[str]):
		self.context = context
		self.calendar = calendar
		self.days = days
		self.counts = counts
		self.random = random.Random(f"{SEED} requests")
		self.chances = Chances(self.random)
		self.roles = {role.name: role for role in SUPPLIERS}
		self.draft_left = False

	def plan(self) -> None:
		number = 0
		for period in self.calendar.quarters:
			for place in range(REQUESTS_PER_QUARTER):
				items, suppliers = MARKETS[number % len(MARKETS)]
				day = period.from_date + timedelta(days=10 + place * 35 + self.random.randint(0, 15))
				self.days.on(day, self._request_for(items, suppliers))
				number += 1

	def _request_for(self, items: tuple[str, ...], suppliers: tuple[str, ...]) -> Callable[[date], None]:
		return lambda day: self.request(day, items, suppliers)

	def request(self, day: date, items: tuple[str, ...], suppliers: tuple[str, ...]) -> None:
		"""Ask some suppliers for prices; each answers after some days, or doesn't."""
		request = frappe.get_doc(
			doctype="Request for Quotation",
			company=self.context.company,
			transaction_date=day,
			schedule_date=day + timedelta(days=45),
			message_for_supplier="Please quote your best price and delivery time.",
			suppliers=[{"supplier": self.context.suppliers[name], "send_email": 0} for name in suppliers],
			items=[
				{
					"item_code": self.context.items[code],
					"qty": _PRODUCTS[code].lot,
					"uom": _PRODUCTS[code].unit,
					"stock_uom": _PRODUCTS[code].unit,
					"conversion_factor": 1,
					"warehouse": self.context.warehouse,
					"schedule_date": day + timedelta(days=45),
				}
				for code in items
			],
		)
		request.insert()
		request.submit()
		self.counts["Request for Quotation"] += 1
		for name in suppliers:
			role = self.roles[name]
			if self.chances.happens(f"answer of {name}", role.answers):
				self.days.on(day + timedelta(days=self.random.randint(1, 12)), self._answer_of(role, request))

	def _answer_of(self, role: SupplierRole, request: Any) -> Callable[[date], None]:
		return lambda day: self.answer(day, role, request)

	def answer(self, day: date, role: SupplierRole, request: Any) -> None:
		"""A quotation for all requested items; one in the demo is never submitted, and so not counted."""
		progress = self.calendar.progress(day)
		exchange = exchange_rate(role, self.context, progress)
		quotation = frappe.get_doc(
			doctype="Supplier Quotation",
			company=self.context.company,
			supplier=self.context.suppliers[role.name],
			transaction_date=day,
			valid_till=day + timedelta(days=60),
			currency=role.currency or self.context.currency,
			conversion_rate=exchange,
			ignore_pricing_rule=1,
			items=[
				{
					"item_code": row.item_code,
					"qty": row.qty,
					"uom": row.uom,
					"conversion_factor": 1,
					"rate": round(
						_PRODUCTS[row.item_code].price
						* role.quotes
						* (1 + (role.drift - 1) * progress)
						* self.random.uniform(0.97, 1.03)
						/ exchange,
						2,
					),
					"warehouse": self.context.warehouse,
					"request_for_quotation": request.name,
					"request_for_quotation_item": row.name,
				}
				for row in request.items
			],
		)
		if role.name == UNANSWERED_DRAFT_OF and not self.draft_left:
			self.draft_left = True
			quotation.insert()
		else:
			quotation.submit()
		self.counts["Supplier Quotation"] += 1


def make_late_invoice(context: Context, calendar: Calendar) -> str | None:
	"""Charge, with a wrong price and a date in the last published quarter, a receipt that was left uncharged.

	Made after publishing: facts of a published evaluation have changed. Returns the invoice's name.
	"""
	from erpnext.stock.doctype.purchase_receipt.purchase_receipt import make_purchase_invoice

	period = calendar.quarters[-2]
	receipt = frappe.db.get_value(
		"Purchase Receipt",
		{
			"supplier": context.suppliers[LATE_INVOICE_FROM],
			"company": context.company,
			"docstatus": 1,
			"is_return": 0,
			"per_billed": 0,
			"posting_date": ("between", [period.from_date, period.to_date]),
		},
	)
	if not receipt:
		return None
	invoice = make_purchase_invoice(receipt)
	invoice.update(
		{
			"set_posting_time": 1,
			"posting_date": period.to_date,
			"bill_no": "R-000117",
			"bill_date": period.to_date,
			"due_date": period.to_date + timedelta(days=30),
		}
	)
	for row in invoice.items:
		row.rate = round(row.rate * 1.12, 2)
	invoice.submit()
	return invoice.name
