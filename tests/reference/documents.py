"""Purchasing documents as lists of dictionaries by document type, in the ERP's column names.

`Books` writes them one by one, for tests that say what they are about; `random_world` writes a small
company's papers with all the odd cases that the measures must get right, and `random_question` says what to
ask about them.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from partner_relations.preview.shapes import PURCHASES, default
from partner_relations.supplier_quality.kpis import KpiSettings, Scope

Row = dict[str, Any]
World = dict[str, list[Row]]

COMPANY = "Our Company"
SUPPLIER = "Supplier 1"

# Which column of a receipt line names its order line.
ORDER_LINK = {
	"Purchase Receipt": "purchase_order_item",
	"Purchase Invoice": "po_detail",
	"Subcontracting Receipt": "purchase_order_item",
}


def iso(day: date | str | None) -> str | None:
	"""A date as the tables hold it."""
	return day.isoformat() if isinstance(day, date) else day


class Books:
	"""Documents being written: every method adds rows to `world` and returns the last one."""

	shapes = PURCHASES
	partner = ("supplier", SUPPLIER)
	"""The column that names the partner, and whom it names unless a document says otherwise."""

	def __init__(self) -> None:
		self.world: World = {doctype: [] for doctype in self.shapes}
		self._counters: Counter[str] = Counter()

	def add(self, doctype: str, **columns: Any) -> Row:
		"""A row with the ERP's defaults for what isn't said. Raises KeyError for an unknown column."""
		shape = self.shapes[doctype]
		unknown = sorted(set(columns) - set(shape))
		if unknown:
			raise KeyError(f"{doctype} has no {', '.join(unknown)}")
		self._counters[doctype] += 1
		row = {name: default(name, type_) for name, type_ in shape.items()}
		row["name"] = f"{doctype} {self._counters[doctype]:04d}"
		if "idx" in shape:
			self._counters[columns["parent"]] += 1
			row["idx"] = self._counters[columns["parent"]]
		if "company" in shape:
			row["company"] = COMPANY
		column, partner = self.partner
		if column in shape:
			row[column] = partner
		row.update(
			{name: iso(value) if isinstance(value, date) else value for name, value in columns.items()}
		)
		self.world[doctype].append(row)
		return row

	def item(self, name: str, group: str = "Goods", stock: bool = True) -> Row:
		return self.add("Item", name=name, item_group=group, is_stock_item=int(stock))

	def order(self, **columns: Any) -> Row:
		return self.add(
			"Purchase Order",
			**{
				"status": "To Receive and Bill",
				"transaction_date": "2025-01-01",
				"currency": "USD",
				**columns,
			},
		)

	def order_line(
		self, order: Row | None = None, due: date | str | None = None, qty: Any = 10, **columns: Any
	) -> Row:
		"""A line due on `due` (its required-by date); without an order it gets one of its own."""
		columns = {
			"item_code": "Item",
			"qty": qty,
			"conversion_factor": 1,
			"schedule_date": due,
			"rate": 10,
			**columns,
		}
		# The ERP multiplies, and its columns keep nine decimals.
		columns.setdefault("stock_qty", _nine(columns["qty"], columns["conversion_factor"]))
		columns.setdefault("base_net_amount", _nine(columns["qty"], columns["rate"]))
		return self.add("Purchase Order Item", parent=(order or self.order())["name"], **columns)

	def receipt(self, day: date | str, doctype: str = "Purchase Receipt", **columns: Any) -> Row:
		"""A document by which goods arrive; an invoice then updates stock."""
		if doctype == "Purchase Invoice":
			columns = {"update_stock": 1, "currency": "USD", "creation": f"{iso(day)} 12:00:00", **columns}
		return self.add(doctype, posting_date=day, **columns)

	def receipt_line(
		self,
		receipt: Row,
		order_line: Row | None = None,
		accepted: Any = 10,
		rejected: Any = 0,
		doctype: str = "Purchase Receipt",
		**columns: Any,
	) -> Row:
		"""A line of a receipt, for an order line or for none."""
		columns = {"item_code": "Item", "qty": accepted, "rejected_qty": rejected, **columns}
		if order_line:
			columns.setdefault(ORDER_LINK[doctype], order_line["name"])
		return self.add(f"{doctype} Item", parent=receipt["name"], **columns)

	def received(
		self,
		day: date | str,
		order_line: Row | None = None,
		accepted: Any = 10,
		rejected: Any = 0,
		**line: Any,
	) -> Row:
		"""A receipt of one line."""
		doctype = line.get("doctype", "Purchase Receipt")
		return self.receipt_line(self.receipt(day, doctype), order_line, accepted, rejected, **line)

	def invoice(self, day: date | str, **columns: Any) -> Row:
		"""An invoice that doesn't move stock."""
		columns = {"currency": "USD", "creation": f"{iso(day)} 12:00:00", **columns}
		return self.add("Purchase Invoice", posting_date=day, **columns)

	def invoice_line(self, invoice: Row, qty: Any = 10, rate: Any = 10, **columns: Any) -> Row:
		columns = {"item_code": "Item", "qty": qty, "rate": rate, "base_rate": rate, **columns}
		columns.setdefault("base_net_amount", _nine(qty, columns["base_rate"]))
		return self.add("Purchase Invoice Item", parent=invoice["name"], **columns)

	def request(self, day: date | str, suppliers: Sequence[str] = (SUPPLIER,), **columns: Any) -> Row:
		"""A request for quotation sent to suppliers; without items yet."""
		request = self.add("Request for Quotation", transaction_date=day, **columns)
		for supplier in suppliers:
			self.add("Request for Quotation Supplier", parent=request["name"], supplier=supplier)
		return request

	def requested(self, request: Row, stock_qty: Any = 10, item_code: str = "Item") -> Row:
		return self.add(
			"Request for Quotation Item", parent=request["name"], item_code=item_code, stock_qty=stock_qty
		)

	def quotation(self, day: date | str, supplier: str = SUPPLIER, **columns: Any) -> Row:
		columns = {"creation": f"{iso(day)} 12:00:00", **columns}
		return self.add("Supplier Quotation", transaction_date=day, supplier=supplier, **columns)

	def quoted(self, quotation: Row, wanted: Row, rate: Any = 10, **columns: Any) -> Row:
		return self.add(
			"Supplier Quotation Item",
			parent=quotation["name"],
			**{
				"item_code": wanted["item_code"],
				"base_net_rate": rate,
				"request_for_quotation": wanted["parent"],
				"request_for_quotation_item": wanted["name"],
				**columns,
			},
		)


def _nine(*factors: Any) -> float:
	"""The product, with the nine decimals that a column keeps."""
	product = Decimal(1)
	for factor in factors:
		product *= Decimal(str(factor))
	return float(round(product, 9))


# at random

FIRST_DAY, LAST_DAY = date(2025, 1, 1), date(2025, 6, 30)
COMPANIES = (COMPANY, "Another Company")
SUPPLIERS = ("Supplier 1", "Supplier 2", "Supplier 3")
ITEM_GROUPS = ("Raw Material", "Spare Parts", "Services")
TEMPLATE, RATED_KPIS = "Strategic Supplier", ("Service", "Cooperation")
ROLES = ("Purchase User", "Supplier Quality User", "Stock User")
PERIODS = (
	(date(2025, 1, 1), date(2025, 3, 31)),
	(date(2025, 4, 1), date(2025, 6, 30)),
	(date(2025, 2, 1), date(2025, 2, 28)),
	(date(2025, 1, 1), date(2025, 6, 30)),
)
_EXCHANGE = {"USD": 1, "EUR": 1.25, "JPY": 0.008}
_FACTORS = (1, 1, 1, 12, 2.5, 0.333333333)


def random_world(random: Random, orders: int = 6) -> World:
	"""A company's (and its sister's) documents of half a year; the same seed gives the same documents."""
	return _Clerk(random).write(orders)


def random_question(random: Random) -> tuple[Scope, KpiSettings]:
	"""A scope and settings that make sense for a `random_world`."""
	if random.random() < 0.6:
		first, last = random.choice(PERIODS)
	else:
		first = FIRST_DAY + timedelta(days=random.randrange(150))
		last = min(first + timedelta(days=random.choice((0, 6, 29, 59, 89))), LAST_DAY)
	scope = Scope(
		company=COMPANY if random.random() < 0.9 else COMPANIES[1],
		from_date=first,
		to_date=last,
		as_of=last + timedelta(days=random.choice((-7, 0, 1, 2, 3, 4, 5, 30, 30))),
		parties=tuple(random.sample(SUPPLIERS, random.choice((1, 2)))) if random.random() < 0.3 else (),
		item_groups=tuple(random.sample(ITEM_GROUPS, random.choice((1, 2)))) if random.random() < 0.3 else (),
	)
	settings = KpiSettings(
		early_days=random.choice((None, None, 0, 2, 5)),
		late_days=random.choice((0, 0, 1, 3)),
		quantity_tolerance=Decimal(random.choice(("0", "0", "5", "10", "33.5"))),
		price_tolerance=Decimal(random.choice(("0", "0", "0.5", "2"))),
		maximum_days=random.choice((None, 5, 14)),
		use_first_due_date=random.random() < 0.5,
		blame_closed_orders=random.random() < 0.5,
		kpi=random.choice(RATED_KPIS),
		template=TEMPLATE,
	)
	return scope, settings


class _Clerk:
	def __init__(self, random: Random):
		self.random = random
		self.books = Books()
		self.stock_items: list[str] = []
		self.order_of: dict[str, Row] = {}
		self.receipt_lines: list[tuple[str, Row, Row, Row | None]] = []
		"""(document type, receipt, line, order line)"""

	def write(self, orders: int) -> World:
		self.items()
		for _ in range(orders):
			self.order()
		for order_line in list(self.books.world["Purchase Order Item"]):
			self.deliveries(order_line)
		self.several_lines_of_an_order_in_one_receipt()
		for _ in range(self.random.randrange(3)):
			self.delivery_without_order()
		for entry in list(self.receipt_lines):
			if self.chance(0.25):
				self.goods_return(*entry)
		for entry in list(self.receipt_lines):
			if self.chance(0.5):
				self.invoices_for_receipt(*entry)
		for order_line in self.books.world["Purchase Order Item"]:
			if self.chance(0.3):
				self.invoices_for_order(order_line)
		if self.chance(0.3):
			self.books.invoice_line(self.invoice(SUPPLIERS[0]), 5, 10, item_code=self.stock_items[0])
		for doctype, receipt, line, _order_line in self.receipt_lines:
			if self.chance(0.4):
				self.inspection(doctype, receipt, line)
		for _ in range(self.random.randint(2, 6)):
			self.request()
		self.ratings()
		self.values()
		return self.books.world

	# What happens how often.

	def chance(self, probability: float) -> bool:
		return self.random.random() < probability

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

	def near(self, day: date, *offsets: int) -> date:
		return day + timedelta(days=self.random.choice(offsets))

	def company(self) -> str:
		return COMPANIES[0] if self.chance(0.85) else COMPANIES[1]

	def docstatus(self) -> int:
		"""Mostly submitted, now and then a draft or cancelled."""
		return self.random.choice((1, 1, 1, 1, 1, 1, 1, 1, 0, 2))

	def creation(self, day: str | date) -> str:
		"""Often at the same moment as another document of that day."""
		return f"{iso(day)} {self.random.choice((8, 9, 17)):02d}:00:00.000000"

	# The documents.

	def items(self) -> None:
		for number in range(1, 6):
			row = self.books.item(f"Item {number}", self.random.choice(ITEM_GROUPS[:2]), stock=True)
			self.stock_items.append(row["name"])
		self.books.item("Consultancy", "Services", stock=False)
		self.books.item("Galvanizing", "Services", stock=False)

	def order(self) -> None:
		docstatus = self.docstatus()
		subcontracted = self.chance(0.25)
		old_flow = subcontracted and self.chance(0.4)
		status = ("To Receive and Bill", "To Bill", "Completed", "Closed", "Closed", "On Hold", "Delivered")
		currency = self.random.choice(tuple(_EXCHANGE))
		order = self.books.order(
			docstatus=docstatus,
			company=self.company(),
			supplier=self.random.choice(SUPPLIERS),
			status=self.random.choice(status) if docstatus == 1 else ("Draft", "", "Cancelled")[docstatus],
			currency=currency,
			conversion_rate=_EXCHANGE[currency],
			is_internal_supplier=int(self.chance(0.08)),
			is_subcontracted=int(subcontracted),
			is_old_subcontracting_flow=int(old_flow),
		)
		for _ in range(self.random.randint(1, 3)):
			self.order_line(order, new_flow=subcontracted and not old_flow)

	def order_line(self, order: Row, new_flow: bool) -> None:
		due = self.day()
		qty = self.random.choice((1, 3, 10, 20, 100, 7.5))
		item = self.random.choice(self.stock_items) if self.chance(0.85) else "Consultancy"
		columns: Row = {"item_code": item, "fg_item": self.nothing()}
		if new_flow:
			columns = {
				"item_code": "Galvanizing",
				"fg_item": self.random.choice(self.stock_items),
				"fg_item_qty": self.random.choice((qty, qty, qty * 2)),
			}
		line = self.books.order_line(
			order,
			due if self.chance(0.9) else None,
			qty,
			conversion_factor=1 if new_flow else self.random.choice(_FACTORS),
			rate=self.random.choice((10, 12.5, 99.99, 0.37)),
			expected_delivery_date=self.near(due, -5, 0, 3, 30) if self.chance(0.35) else None,
			first_due_date=self.near(due, -8, 0, 0, 0, 2) if self.chance(0.7) else None,
			delivered_by_supplier=int(self.chance(0.08)),
			**columns,
		)
		self.order_of[line["name"]] = order

	def arrives(self, order_line: Row) -> tuple[str, Any, Any]:
		"""(item, quantity, conversion factor) that a complete receipt of the order line shows."""
		order = self.order_of[order_line["name"]]
		if order["is_subcontracted"] and not order["is_old_subcontracting_flow"]:
			return order_line["fg_item"], order_line["fg_item_qty"], 1
		return order_line["item_code"], order_line["qty"], order_line["conversion_factor"]

	def deliveries(self, order_line: Row) -> None:
		order = self.order_of[order_line["name"]]
		item, quantity, factor = self.arrives(order_line)
		parts = {
			"whole": ((1, 0),),
			"two parts": ((0.5, 0), (0.5, 0)),
			"many small parts": tuple((0.1, 0) for _ in range(10)),
			"nearly": ((0.95, 0),),
			"nine tenths": ((0.5, 0.1), (0.4, 0)),
			"some rejected": ((0.8, 0.2),),
			"all rejected": ((0, 1),),
			"all rejected, then whole": ((0, 1), (1, 0)),
			"too much": ((1.5, 0),),
			"half": ((0.5, 0),),
			"nothing": (),
		}[
			self.random.choice(
				(
					"whole",
					"whole",
					"two parts",
					"many small parts",
					"nearly",
					"nine tenths",
					"some rejected",
					"all rejected",
					"all rejected, then whole",
					"too much",
					"half",
					"nothing",
				)
			)
		]
		due = date.fromisoformat(
			order_line["first_due_date"] or order_line["schedule_date"] or order["transaction_date"]
		)
		together = self.chance(0.3)
		receipt = None
		for accepted, rejected in parts:
			if receipt is None or not together:
				doctype, receipt = self.receipt(order, self.near(due, *_OFFSETS))
			line = self.receipt_line(
				doctype,
				receipt,
				order_line,
				item,
				_nine(quantity, accepted),
				_nine(quantity, rejected),
				factor,
			)
			if doctype == "Subcontracting Receipt" and self.chance(0.4):
				self.service_receipt(receipt, line, order_line)
			if doctype == "Subcontracting Receipt" and self.chance(0.3):
				self.receipt_line(doctype, receipt, None, item, 3, 0, 1, is_scrap_item=1)

	def receipt(self, order: Row, day: date) -> tuple[str, Row]:
		new_flow = order["is_subcontracted"] and not order["is_old_subcontracting_flow"]
		doctype = "Purchase Receipt" if self.chance(0.7) else "Purchase Invoice"
		if new_flow:
			doctype = "Subcontracting Receipt"
		columns: Row = {
			"company": order["company"],
			"supplier": order["supplier"],
			"docstatus": self.docstatus(),
		}
		if doctype == "Purchase Invoice":
			columns |= {
				"currency": order["currency"],
				"conversion_rate": order["conversion_rate"],
				"creation": self.creation(day),
			}
		elif doctype == "Purchase Receipt":
			columns["subcontracting_receipt"] = self.nothing()
		return doctype, self.books.receipt(day, doctype, **columns)

	def receipt_line(
		self,
		doctype: str,
		receipt: Row,
		order_line: Row | None,
		item: str,
		accepted: float,
		rejected: float,
		factor: Any,
		**columns: Any,
	) -> Row:
		columns |= {"warehouse": "Stores", "rejected_warehouse": "Rejects" if rejected else self.nothing()}
		if order_line is None:
			columns[ORDER_LINK[doctype]] = self.nothing()
		if doctype != "Subcontracting Receipt":
			price = self.random.choice((10, 11, 12.5, 9.75))
			columns["base_net_amount"] = _nine(accepted, factor, price)
		if doctype == "Purchase Invoice":
			rate = (order_line or {"rate": 10})["rate"] * self.random.choice((1, 1, 1.02, 1.1))
			columns |= {
				"rate": _nine(rate),
				"base_rate": _nine(rate, receipt["conversion_rate"]),
				"pr_detail": self.nothing(),
			}
		line = self.books.receipt_line(
			receipt,
			order_line,
			accepted,
			rejected,
			doctype,
			item_code=item,
			conversion_factor=factor,
			**columns,
		)
		self.receipt_lines.append((doctype, receipt, line, order_line))
		return line

	def service_receipt(self, receipt: Row, line: Row, order_line: Row) -> None:
		"""The purchase receipt that a subcontracting receipt makes, for the same goods a second time."""
		made = self.books.receipt(
			receipt["posting_date"],
			company=receipt["company"],
			supplier=receipt["supplier"],
			docstatus=receipt["docstatus"],
			subcontracting_receipt=receipt["name"],
		)
		self.receipt_line(
			"Purchase Receipt",
			made,
			order_line,
			order_line["item_code"],
			line["qty"],
			line["rejected_qty"],
			1,
		)

	def several_lines_of_an_order_in_one_receipt(self) -> None:
		for order in self.books.world["Purchase Order"]:
			lines = [row for row in self.books.world["Purchase Order Item"] if row["parent"] == order["name"]]
			if len(lines) > 1 and self.chance(0.4):
				doctype, receipt = self.receipt(order, self.day())
				for order_line in lines:
					item, quantity, factor = self.arrives(order_line)
					self.receipt_line(doctype, receipt, order_line, item, quantity, 0, factor)

	def delivery_without_order(self) -> None:
		doctype = self.random.choice(("Purchase Receipt", "Purchase Invoice"))
		day = self.day()
		columns = {"company": self.company(), "supplier": self.random.choice(SUPPLIERS)}
		receipt = self.books.receipt(day, doctype, docstatus=self.docstatus(), **columns)
		for _ in range(self.random.randint(1, 2)):
			item = self.random.choice(self.stock_items)
			self.receipt_line(
				doctype, receipt, None, item, self.random.choice((5, 40)), self.random.choice((0, 0, 3)), 1
			)

	def goods_return(self, doctype: str, receipt: Row, line: Row, order_line: Row | None) -> None:
		day = self.near(date.fromisoformat(receipt["posting_date"]), 0, 1, 10, 40)
		columns: Row = {"is_return": 1}
		for name in (
			"company",
			"supplier",
			"update_stock",
			"currency",
			"conversion_rate",
			"subcontracting_receipt",
		):
			if name in receipt:
				columns[name] = receipt[name]
		if doctype == "Purchase Invoice":
			columns["creation"] = self.creation(day)
		document = self.books.receipt(day, doctype, docstatus=self.docstatus(), **columns)
		out_of_rejects = line["rejected_qty"] and doctype != "Purchase Invoice" and self.chance(0.5)
		share = self.random.choice((1, 0.5))
		columns = {
			name: line[name]
			for name in ("item_code", "conversion_factor", "rate", "base_rate", "pr_detail")
			if name in line
		}
		if out_of_rejects:
			qty, rejected = line["rejected_qty"], 0
			columns |= {"warehouse": line["rejected_warehouse"], "rejected_warehouse": ""}
		else:
			qty, rejected = line["qty"], line["rejected_qty"]
			columns |= {"warehouse": line["warehouse"], "rejected_warehouse": line["rejected_warehouse"]}
		if doctype == "Purchase Receipt":
			columns["return_qty_from_rejected_warehouse"] = int(bool(out_of_rejects))
		elif doctype == "Subcontracting Receipt":
			columns |= {
				"subcontracting_receipt_item": line["name"] if self.chance(0.9) else self.nothing(),
				"is_scrap_item": line["is_scrap_item"],
			}
		self.books.receipt_line(
			document,
			order_line if doctype != "Subcontracting Receipt" else None,
			-_nine(qty, share),
			-_nine(rejected, share),
			doctype,
			**columns,
		)

	def invoice(self, supplier: str, company: str = COMPANY, currency: str = "USD", **columns: Any) -> Row:
		day = columns.pop("day", None) or self.day()
		return self.books.invoice(
			day,
			docstatus=self.docstatus(),
			supplier=supplier,
			company=company,
			currency=currency,
			conversion_rate=_EXCHANGE[currency],
			creation=self.creation(day),
			**columns,
		)

	def invoices_for_receipt(self, doctype: str, receipt: Row, line: Row, order_line: Row | None) -> None:
		if doctype != "Purchase Receipt":
			return
		links = {
			"pr_detail": line["name"],
			"po_detail": order_line["name"] if order_line and self.chance(0.7) else self.nothing(),
		}
		total = line["qty"] + (line["rejected_qty"] if self.chance(0.5) else 0)
		self.invoices(receipt, line["item_code"], total, line["conversion_factor"], order_line, links)

	def invoices_for_order(self, order_line: Row) -> None:
		links = {"po_detail": order_line["name"], "pr_detail": self.nothing()}
		order = self.order_of[order_line["name"]]
		self.invoices(
			order,
			order_line["item_code"],
			order_line["qty"],
			order_line["conversion_factor"],
			order_line,
			links,
		)

	def invoices(
		self, source: Row, item: str, total: float, factor: Any, order_line: Row | None, links: Row
	) -> None:
		order = self.order_of.get(order_line["name"]) if order_line else None
		shares = self.random.choice(
			((1,), (1,), (0.5, 0.5), (1, 0.1), (0.5, -0.5, 1), (1, -0.25, 0.25), (1.1,))
		)
		invoice = None
		for share in shares:
			if invoice is None or share < 0 or invoice["is_return"] or self.chance(0.6):
				currency = (
					order["currency"] if order and self.chance(0.6) else self.random.choice(tuple(_EXCHANGE))
				)
				invoice = self.invoice(
					source["supplier"], source["company"], currency, is_return=int(share < 0)
				)
			rate, own_factor = (order_line or {"rate": 10})["rate"], factor
			ordered_in = order["conversion_rate"] if order else 1
			rate = rate * ordered_in / _EXCHANGE[invoice["currency"]]
			if self.chance(0.15):  # invoiced by the piece though ordered by the box
				rate, own_factor, share = rate / factor, 1, share * factor
			rate = _nine(rate * self.random.choice((1, 1, 1, 1, 1.003, 1.02, 0.98, 1.3)))
			self.books.invoice_line(
				invoice,
				_nine(total, share),
				rate,
				item_code=item,
				base_rate=_nine(rate, invoice["conversion_rate"]),
				conversion_factor=own_factor,
				**links,
			)

	def inspection(self, doctype: str, receipt: Row, line: Row) -> None:
		self.books.add(
			"Quality Inspection",
			docstatus=self.docstatus(),
			inspection_type=self.random.choice(
				("Incoming", "Incoming", "Incoming", "Outgoing", "In Process")
			),
			reference_type=doctype if self.chance(0.9) else "Stock Entry",
			reference_name=receipt["name"],
			report_date=self.near(date.fromisoformat(receipt["posting_date"]), 0, 0, 1, 7),
			item_code=line["item_code"],
			status=self.random.choice(("Accepted", "Accepted", "Rejected")),
		)

	def request(self) -> None:
		day = self.day()
		suppliers = self.random.sample(SUPPLIERS, self.random.choice((1, 2, 3, 3)))
		request = self.books.request(day, suppliers, docstatus=self.docstatus(), company=self.company())
		items = self.random.sample(self.stock_items, self.random.randint(1, 2))
		wanted = [self.books.requested(request, self.random.choice((10, 250, 7.5)), item) for item in items]
		for supplier in suppliers:
			for _ in range(self.random.choice((0, 1, 1, 2))):
				self.quotation(request, supplier, wanted)

	def quotation(self, request: Row, supplier: str, wanted: list[Row]) -> None:
		asked = date.fromisoformat(request["transaction_date"])
		day = self.near(asked, -1, 0, 1, 3, 3, 5, 6, 14, 20)
		quotation = self.books.quotation(
			day,
			supplier,
			docstatus=self.random.choice((1, 1, 1, 1, 0, 2)),
			company=request["company"],
			creation=self.creation(day),
		)
		for row in wanted:
			if self.chance(0.85):
				self.books.quoted(
					quotation,
					row,
					self.random.choice((10, 11.5, 120, 9.99, 0)),
					conversion_factor=self.random.choice((1, 1, 12)),
					request_for_quotation_item=row["name"] if self.chance(0.9) else self.nothing(),
				)

	def ratings(self) -> None:
		for role in ROLES[:2]:
			self.books.add(
				"Supplier Evaluation Template Evaluator",
				parent=TEMPLATE,
				role=role,
				weight=self.random.choice((1, 2, 0.5)),
			)
		self.books.add(
			"Supplier Evaluation Template Evaluator", parent="Another Template", role=ROLES[0], weight=9
		)
		for supplier in SUPPLIERS:
			for number in range(self.random.randrange(9)):
				first, last = self.random.choice(PERIODS[:3])
				rating = self.books.add(
					"Supplier Evaluator Rating",
					docstatus=self.docstatus(),
					supplier=supplier,
					company=self.company(),
					template=TEMPLATE if self.chance(0.9) else "Another Template",
					from_date=first,
					to_date=last,
					rated_on=last,
					evaluator=f"person{number}@example.com",
					evaluator_role=self.random.choice((*ROLES, self.nothing())),
				)
				for kpi in RATED_KPIS:
					self.books.add(
						"Supplier Evaluator Mark",
						parent=rating["name"],
						kpi=kpi,
						mark=self.random.choice((1, 2, 3, 4, 4.5, 5)),
						not_applicable=int(self.chance(0.15)),
					)

	def values(self) -> None:
		"""What decides about amounts, and about nothing else."""
		world = self.books.world
		for order in world["Purchase Order"]:
			order["transaction_date"] = iso(self.day())
			lines = [row for row in world["Purchase Order Item"] if row["parent"] == order["name"]]
			for line in lines:
				line["base_net_amount"] = _nine(line["qty"], line["rate"], order["conversion_rate"])
			order["base_net_total"] = round(sum(line["base_net_amount"] for line in lines), 9)
		for invoice in world["Purchase Invoice"]:
			invoice["is_internal_supplier"] = int(self.chance(0.08))
			charged = invoice["is_return"] and self.chance(0.3)
			invoice["supplier_reward_penalty"] = "SRP-0001" if charged else self.nothing()
			if invoice["is_return"]:
				for line in world["Purchase Invoice Item"]:
					if line["parent"] == invoice["name"]:
						line["base_net_amount"] = -abs(_nine(line["qty"], 10))


# From due date to receipt, in days: on and just beside the edges of the windows of `random_question`.
_OFFSETS = (-12, -6, -5, -4, -3, -2, -1, 0, 0, 0, 1, 2, 3, 4, 9, 30)
