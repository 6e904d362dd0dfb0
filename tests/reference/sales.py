"""Sales documents as lists of dictionaries by document type, in the ERP's column names.

`SalesBooks` writes them one by one, for tests that say what they are about; `random_sales` writes a small
company's papers with all the odd cases that the customer metrics must get right, and `random_sales_question`
says what to ask about them.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from partner_relations.customer_care.metrics import MetricSettings, Scope
from partner_relations.preview.shapes import SALES
from tests.reference.documents import COMPANIES, COMPANY, Books, Row, World, iso

CUSTOMER = "Customer 1"
CUSTOMERS = ("Customer 1", "Customer 2", "Customer 3")
ITEM_GROUPS = ("Machines", "Spare Parts", "Services")
PAID_IN = {"Delivery Note": "against_sales_order", "Sales Invoice": "sales_order"}
"""Which column of a delivery document's line names its order."""


class SalesBooks(Books):
	"""Sales documents being written: every method adds rows to `world` and returns the last one."""

	shapes = SALES
	partner = ("customer", CUSTOMER)

	def order(self, day: date | str = "2025-05-01", due: date | str = "2025-06-10", **columns: Any) -> Row:
		columns = {
			"status": "To Deliver and Bill",
			"transaction_date": day,
			"delivery_date": due,
			"base_net_total": 100,
			**columns,
		}
		return self.add("Sales Order", **columns)

	def order_line(self, order: Row, qty: Any = 10, **columns: Any) -> Row:
		"""A line due on the order's delivery date unless it says otherwise."""
		columns = {"item_code": "Item", "delivery_date": order["delivery_date"], **columns}
		return self.add("Sales Order Item", parent=order["name"], stock_qty=qty, **columns)

	def ordered(self, qty: Any = 10, due: date | str = "2025-06-10", **order: Any) -> Row:
		"""The line of an order that has only this one."""
		return self.order_line(self.order(due=due, **order), qty)

	def delivery(self, day: date | str, doctype: str = "Delivery Note", **columns: Any) -> Row:
		"""A document by which goods leave; an invoice then updates stock."""
		if doctype == "Sales Invoice":
			return self.invoice(day, **{"update_stock": 1, **columns})
		return self.add(doctype, posting_date=day, **columns)

	def delivery_line(
		self,
		delivery: Row,
		order_line: Row | None = None,
		qty: Any = 10,
		doctype: str = "Delivery Note",
		**columns: Any,
	) -> Row:
		if order_line:
			columns.setdefault("so_detail", order_line["name"])
			columns.setdefault(PAID_IN[doctype], order_line["parent"])
		columns = {"item_code": "Item", "stock_qty": qty, **columns}
		return self.add(f"{doctype} Item", parent=delivery["name"], **columns)

	def delivered(
		self,
		day: date | str,
		order_line: Row | None = None,
		qty: Any = 10,
		doctype: str = "Delivery Note",
		**line: Any,
	) -> Row:
		"""The line of a delivery (or, of less than nothing, of a return) that has only this one."""
		document = self.delivery(day, doctype, is_return=int(qty < 0))
		return self.delivery_line(document, order_line, qty, doctype, **line)

	def invoice(self, day: date | str, **columns: Any) -> Row:
		columns = {"is_opening": "No", "currency": "USD", "party_account_currency": "USD", **columns}
		return self.add("Sales Invoice", posting_date=day, **columns)

	def invoice_line(self, invoice: Row, amount: Any = 100, qty: Any = 10, **columns: Any) -> Row:
		columns = {"item_code": "Item", "stock_qty": qty, "base_net_amount": amount, **columns}
		return self.add("Sales Invoice Item", parent=invoice["name"], **columns)

	def sold(
		self, day: date | str, amount: Any = 100, qty: Any = 10, line: Row | None = None, **invoice: Any
	) -> Row:
		"""An invoice (or, of less than nothing, a credit note) of one line."""
		document = self.invoice(day, **{"is_return": int(amount < 0), "base_net_total": amount, **invoice})
		self.invoice_line(document, amount, qty, **(line or {}))
		return document

	def total(self, document: Row, doctype: str) -> None:
		"""The document's net total, as the ERP adds it up."""
		amounts = [
			Decimal(str(row["base_net_amount"]))
			for row in self.world[f"{doctype} Item"]
			if row["parent"] == document["name"]
		]
		document["base_net_total"] = float(sum(amounts, Decimal(0)))

	def owed(self, invoice: Row, amount: Any, *terms: tuple[date | str, Any], rate: Any = 1) -> None:
		"""What the customer owes by an invoice in company currency, and when it falls due.

		`rate` is company currency per unit of the receivable account's.
		"""
		invoice.update({"base_grand_total": amount, "grand_total": _nine(amount, rate)})
		for number, (due, part) in enumerate(terms, start=1):
			self.add(
				"Payment Schedule",
				parent=invoice["name"],
				parenttype="Sales Invoice",
				idx=number,
				due_date=due,
				base_payment_amount=part,
			)
		self.entry(invoice, invoice["posting_date"], invoice["grand_total"], "Sales Invoice", invoice["name"])

	def entry(
		self,
		invoice: Row,
		day: date | str,
		amount: Any,
		voucher_type: str = "Payment Entry",
		voucher: str = "Payment",
		**columns: Any,
	) -> Row:
		"""An entry of the payment ledger against an invoice, in the currency of the account."""
		return self.add(
			"Payment Ledger Entry",
			posting_date=day,
			voucher_type=voucher_type,
			voucher_no=voucher,
			against_voucher_type="Sales Invoice",
			against_voucher_no=invoice["name"],
			amount_in_account_currency=amount,
			company=invoice["company"],
			**columns,
		)

	def credit(
		self, invoice: Row, day: date | str, amount: Any, booked: str | None = None, **columns: Any
	) -> Row:
		"""A credit note for an invoice, in company currency; `booked` is the voucher of the ledger entry."""
		note = self.invoice(
			day,
			is_return=1,
			return_against=invoice["name"],
			company=invoice["company"],
			customer=invoice["customer"],
			currency=invoice["currency"],
			party_account_currency=invoice["party_account_currency"],
			base_grand_total=-amount,
			**columns,
		)
		voucher = note["name"]
		if booked == "Journal Entry":
			voucher = self.add("Journal Entry", voucher_type="Credit Note")["name"]
		if booked:
			self.entry(invoice, day, -amount, booked, voucher)
		return note

	def complaint(self, day: date | str, *about: tuple[str, str, str | None], **columns: Any) -> Row:
		"""A complaint about (document type, document, item)s."""
		columns = {"received_on": f"{iso(day)} 15:30:00", "step": "Received", **columns}
		complaint = self.add("Customer Complaint", **columns)
		for doctype, document, item in about:
			self.add(
				"Customer Complaint Item",
				parent=complaint["name"],
				document_type=doctype,
				document_name=document,
				item_code=item,
			)
		return complaint


BOOKED = (None, "Sales Invoice", "Journal Entry")
"""How a credit note is booked: on its own, against its invoice, or reconciled with it later."""


def _nine(amount: Any, rate: Any) -> float:
	"""An amount at a rate, with the nine decimals that a column keeps."""
	return float(round(Decimal(str(amount)) / Decimal(str(rate)), 9))


# at random

FIRST_DAY, LAST_DAY = date(2025, 1, 1), date(2025, 6, 30)
PERIODS = (
	(date(2025, 1, 1), date(2025, 3, 31)),
	(date(2025, 4, 1), date(2025, 6, 30)),
	(date(2025, 2, 1), date(2025, 2, 28)),
	(date(2025, 1, 1), date(2025, 6, 30)),
)
HOURS = ("00:00:00", "12:00:00", "23:59:59.999999")
STEPS = ("Received", "Under Investigation", "Resolved", "Closed", "Rejected")


def random_sales(random: Random, orders: int = 10) -> World:
	"""A company's (and its sister's) sales of half a year; the same seed gives the same documents."""
	return _Clerk(random).write(orders)


def random_sales_question(random: Random) -> tuple[Scope, MetricSettings]:
	"""A scope and settings that make sense for `random_sales`."""
	if random.random() < 0.6:
		first, last = random.choice(PERIODS)
	else:
		first = FIRST_DAY + timedelta(days=random.randrange(150))
		last = min(first + timedelta(days=random.choice((0, 6, 29, 59, 89))), LAST_DAY)
	scope = Scope(
		company=COMPANY if random.random() < 0.9 else COMPANIES[1],
		from_date=first,
		to_date=last,
		as_of=last + timedelta(days=random.choice((-7, 0, 1, 2, 3, 5, 30, 30, 90))),
		parties=tuple(random.sample(CUSTOMERS, random.choice((1, 2)))) if random.random() < 0.3 else (),
		item_groups=tuple(random.sample(ITEM_GROUPS, random.choice((1, 2)))) if random.random() < 0.3 else (),
	)
	settings = MetricSettings(
		payment_days=random.choice((0, 0, 2, 10)),
		early_days=random.choice((None, None, 0, 3)),
		late_days=random.choice((0, 0, 1, 3)),
		quantity_tolerance=Decimal(random.choice(("0", "0", "5", "33.5"))),
	)
	return scope, settings


class _Clerk:
	def __init__(self, random: Random):
		self.random = random
		self.books = SalesBooks()
		self.customer_of: dict[str, Row] = {}

	def write(self, orders: int) -> World:
		self.items()
		for _ in range(orders):
			self.order()
		for line in list(self.books.world["Sales Order Item"]):
			self.deliveries(line)
		for line in list(self.books.world["Delivery Note Item"]):
			if self.chance(0.6):
				self.invoice_of_delivery(line)
		for line in list(self.books.world["Sales Order Item"]):
			if self.chance(0.25):
				self.invoice_of_order(line)
		for _ in range(self.random.randint(1, 5)):
			self.sale_without_order()
		for invoice in list(self.books.world["Sales Invoice"]):
			if not invoice["is_return"] and self.chance(0.3):
				self.credit_note(invoice)
		for invoice in self.books.world["Sales Invoice"]:
			self.books.total(invoice, "Sales Invoice")
		for invoice in list(self.books.world["Sales Invoice"]):
			self.payments(invoice)
		for _ in range(self.random.randint(1, 6)):
			self.complaint()
		return self.books.world

	def chance(self, probability: float) -> bool:
		return self.random.random() < probability

	def docstatus(self) -> int:
		"""Mostly submitted, now and then a draft or cancelled."""
		return self.random.choice((1,) * 9 + (0, 2))

	def nothing(self) -> str | None:
		"""The ERP stores an empty link as NULL or as an empty text."""
		return self.random.choice((None, ""))

	def day(self) -> date:
		"""A day of the half-year, often the first or the last of a month."""
		day = FIRST_DAY + timedelta(days=self.random.randrange((LAST_DAY - FIRST_DAY).days + 1))
		if self.chance(0.2):
			day = day.replace(day=1)
		elif self.chance(0.2):
			day = day.replace(day=1) - timedelta(days=1)
		return day

	def near(self, day: date | str, *offsets: int) -> date:
		return date.fromisoformat(str(day)) + timedelta(days=self.random.choice(offsets))

	def partner(self) -> Row:
		"""Whose document it is, of which company, and whether it counts at all."""
		return {
			"company": COMPANIES[0] if self.chance(0.85) else COMPANIES[1],
			"customer": self.random.choice(CUSTOMERS),
			"docstatus": self.docstatus(),
			"is_internal_customer": int(self.chance(0.06)),
		}

	def of(self, row: Row) -> Row:
		"""The same partner as an earlier document's; mostly submitted."""
		return {
			**{name: row[name] for name in ("company", "customer", "is_internal_customer")},
			"docstatus": self.random.choice((1,) * 9 + (2,)),
		}

	def item_code(self) -> str:
		return self.random.choice(("Item 1", "Item 1", "Item 2", "Item 3", "Item 4", "Bundle", "Service"))

	def items(self) -> None:
		for number in range(1, 5):
			self.books.item(f"Item {number}", self.random.choice(ITEM_GROUPS[:2]), stock=True)
		self.books.item("Bundle", "Machines", stock=False)
		self.books.item("Service", "Services", stock=False)
		self.books.item("Discount", "Services", stock=False)

	def packed(self, line: Row) -> None:
		"""A bundle's goods: two of one item and half of another, as the ERP writes them beside the line."""
		if line["item_code"] != "Bundle":
			return
		for item, times in (("Item 1", 2), ("Item 2", 0.5)):
			self.books.add(
				"Packed Item",
				parent=line["parent"],
				parent_detail_docname=line["name"],
				item_code=item,
				qty=line["stock_qty"] * times,
				incoming_rate=self.rate(),
			)

	def rate(self) -> float:
		return self.random.choice((0, 3, 4.5, 7.125, 9.99))

	def order(self) -> None:
		day = self.day()
		status = ("To Deliver and Bill", "To Bill", "Completed", "Closed", "Closed", "On Hold")
		order = self.books.order(
			day,
			**self.partner(),
			status=self.random.choice(status),
			skip_delivery_note=int(self.chance(0.06)),
			per_delivered=self.random.choice((0, 0, 50, 100)),
			per_billed=self.random.choice((0, 0, 100)),
			base_net_total=self.random.choice((100, 20, 0)),
		)
		dues = []
		for _ in range(self.random.randint(1, 3)):
			due = self.near(day, 0, 1, 10, 30, 60)
			dues.append(due)
			line = self.books.order_line(
				order,
				self.random.choice((1, 3, 10, 7.5)),
				item_code=self.item_code(),
				delivery_date=due if self.chance(0.95) else None,
				delivered_by_supplier=int(self.chance(0.06)),
				base_net_amount=self.random.choice((10, 250, 99.99)),
			)
			self.packed(line)
		order["delivery_date"] = iso(max(dues))
		self.books.total(order, "Sales Order")

	def deliveries(self, line: Row) -> None:
		order = next(row for row in self.books.world["Sales Order"] if row["name"] == line["parent"])
		parts = self.random.choice(
			((1,), (1,), (0.5, 0.5), (0.1,) * 10, (0.95,), (1.5,), (0.5,), (1, -0.3), (1, -1), (-0.2,), ())
		)
		due = line["delivery_date"] or order["delivery_date"]
		sent = False
		for part in parts:
			if part < 0 and not sent:
				continue
			doctype = "Delivery Note" if self.chance(0.75) else "Sales Invoice"
			partner = self.of(order)
			document = self.books.delivery(
				self.near(due, -20, -5, -3, 0, 0, 0, 1, 2, 3, 20), doctype, is_return=int(part < 0), **partner
			)
			quantity = float(Decimal(str(line["stock_qty"])) * Decimal(str(part)))
			delivered = self.books.delivery_line(
				document,
				line,
				quantity,
				doctype,
				item_code=line["item_code"],
				incoming_rate=self.rate(),
				base_net_amount=self.random.choice((100, 33.33)) * (-1 if part < 0 else 1),
			)
			self.packed(delivered)
			sent = sent or part > 0

	def invoice_of_delivery(self, line: Row) -> None:
		note = next(row for row in self.books.world["Delivery Note"] if row["name"] == line["parent"])
		invoice = self.new_invoice(self.near(note["posting_date"], 0, 1, 10, 40), note, note["is_return"])
		self.books.invoice_line(
			invoice,
			self.random.choice((100, 80.5, 12)) * (-1 if note["is_return"] else 1),
			line["stock_qty"] * self.random.choice((1, 1, 0.5)),
			item_code=line["item_code"],
			dn_detail=line["name"],
			so_detail=line["so_detail"],
			sales_order=line["against_sales_order"],
			incoming_rate=self.rate(),
			sales_invoice_item=self.nothing(),
		)

	def invoice_of_order(self, line: Row) -> None:
		order = next(row for row in self.books.world["Sales Order"] if row["name"] == line["parent"])
		invoice = self.new_invoice(self.near(order["transaction_date"], 0, 1, 10, 40), order)
		self.books.invoice_line(
			invoice,
			self.random.choice((100, 80.5, 12)),
			line["stock_qty"],
			item_code=line["item_code"],
			dn_detail=self.nothing(),
			so_detail=line["name"],
			sales_order=order["name"],
			delivered_by_supplier=line["delivered_by_supplier"],
			incoming_rate=self.rate(),
		)

	def new_invoice(self, day: date, like: Row, is_return: int = 0) -> Row:
		currency = self.random.choice(("USD", "EUR"))
		return self.books.invoice(
			day,
			**self.of(like),
			is_return=is_return,
			is_opening=self.random.choice(("No",) * 12 + ("Yes", None)),
			is_debit_note=int(not is_return and self.chance(0.05)),
			currency=currency,
			party_account_currency=self.random.choice((currency, "USD")),
		)

	def sale_without_order(self) -> None:
		"""Over the counter, or invoiced first and delivered by a note of the invoice."""
		invoice = self.new_invoice(self.day(), self.partner())
		invoice["update_stock"] = int(self.chance(0.5))
		invoice["is_pos"] = int(self.chance(0.3))
		for _ in range(self.random.randint(1, 2)):
			line = self.books.invoice_line(
				invoice,
				self.random.choice((100, 19.9)),
				self.random.choice((1, 4)),
				item_code=self.item_code(),
				incoming_rate=self.rate(),
				delivered_by_supplier=int(self.chance(0.06)),
				so_detail=self.nothing(),
				sales_order=self.nothing(),
			)
			self.packed(line)
			for _ in range(self.random.choice((0, 0, 1, 2)) if not invoice["update_stock"] else 0):
				note = self.books.delivery(self.near(invoice["posting_date"], 0, 3), **self.of(invoice))
				self.packed(
					self.books.delivery_line(
						note,
						None,
						line["stock_qty"] / 2,
						item_code=line["item_code"],
						si_detail=line["name"],
						incoming_rate=self.rate(),
					)
				)

	def credit_note(self, invoice: Row) -> None:
		credit = self.new_invoice(self.near(invoice["posting_date"], 0, 5, 40), invoice, is_return=1)
		credit["update_stock"] = invoice["update_stock"]
		for line in [
			row for row in self.books.world["Sales Invoice Item"] if row["parent"] == invoice["name"]
		]:
			columns = {
				name: line[name]
				for name in ("item_code", "dn_detail", "so_detail", "sales_order", "delivered_by_supplier")
			}
			self.packed(
				self.books.invoice_line(
					credit,
					-line["base_net_amount"],
					-line["stock_qty"],
					**columns,
					incoming_rate=self.rate(),
					sales_invoice_item=line["name"],
				)
			)
		if self.chance(0.4):
			self.books.invoice_line(credit, -7.5, -1, item_code="Discount", sales_invoice_item=self.nothing())

	def payments(self, invoice: Row) -> None:
		if invoice["is_return"] and self.chance(0.5):
			return
		amount = self.random.choice((100, 240, 333.33))
		rate = 1
		if invoice["currency"] == "EUR" and invoice["party_account_currency"] == "EUR":
			rate = self.random.choice((1.25, 0.9, 1.0837))
		shares = self.random.choice(((), (1,), (1,), (0.5, 0.5), (0.3, 0.3, 0.4)))
		advance = self.random.choice((0, 0, 0, 40))
		first = self.near(invoice["posting_date"], 0, 14, 30)
		step = self.random.choice((0, 7, 30))
		terms = [
			(first + timedelta(days=step * number), round((amount - advance) * share, 2))
			for number, share in enumerate(shares)
		]
		self.books.owed(invoice, amount, *terms, rate=rate)
		if invoice["party_account_currency"] != invoice["currency"]:
			# The account is kept in company currency, the invoice in another.
			invoice["grand_total"] = round(amount / 1.1, 2)
		if self.chance(0.2):
			invoice.update({"base_rounded_total": round(amount), "base_rounding_adjustment": -0.33})
			invoice.update(
				{"rounded_total": _nine(round(amount), rate), "rounding_adjustment": _nine(-0.33, rate)}
			)
		if advance:
			self.books.entry(invoice, self.near(invoice["posting_date"], -20), -_nine(advance, rate))
		for _ in range(self.random.randint(0, 3)):
			self.books.entry(
				invoice,
				self.near(first, -10, -1, 0, 0, 1, 2, 3, 9, 10, 11, 30),
				-_nine(self.random.choice((amount, amount / 2, 50, 10)), rate),
				self.random.choice(("Payment Entry", "Journal Entry")),
				delinked=int(self.chance(0.1)),
			)
		if self.chance(0.25) and not invoice["is_return"]:
			credited = self.random.choice((amount, amount / 2, 20))
			day, booked = self.near(first, -5, 5), self.random.choice(BOOKED)
			self.books.credit(invoice, day, credited, booked, docstatus=self.docstatus())

	def complaint(self) -> None:
		about = []
		for doctype in ("Sales Order", "Delivery Note", "Sales Invoice"):
			if self.books.world[doctype] and self.chance(0.35):
				document = self.random.choice(self.books.world[doctype])
				item = self.random.choice((None, "", "Item 1", "Item 2", "Bundle"))
				about.append((doctype, document["name"], item))
		self.books.complaint(
			self.day(),
			*about,
			company=COMPANIES[0] if self.chance(0.9) else COMPANIES[1],
			customer=self.random.choice((*CUSTOMERS, None, "")),
			step=self.random.choice(STEPS),
			received_on=f"{iso(self.day())} {self.random.choice(HOURS)}",
		)


def by(rows: list[Row], column: str) -> dict[str, list[Row]]:
	"""Rows by what a column holds; without those where it is empty."""
	found: dict[str, list[Row]] = defaultdict(list)
	for row in rows:
		if row[column]:
			found[row[column]].append(row)
	return found
