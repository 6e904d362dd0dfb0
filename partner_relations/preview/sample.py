"""Makes the sample that comes with the preview: two years of purchases from fifteen made-up suppliers, and of
sales to customers (`sample_sales`).

`python -m partner_relations.preview.sample [DIR]` writes them. They are the same on every machine: only
`Random.random` is drawn from, which Python keeps stable. `SUPPLIERS` tells each supplier's story.
"""

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from partner_relations.preview.columns import FILES, SALES_LINES, SUPPLIER_FILES
from partner_relations.preview.sample_draw import Course, Draw, drift, steady
from partner_relations.preview.sample_sales import sales_rows

SEED = 20241101
FIRST_MONTH, MONTHS = (2024, 11), 24
LAST_DAY = date(2026, 10, 31)
COMPANY = "Hafenkran Maschinenbau GmbH"


@dataclass(frozen=True)
class Item:
	code: str
	group: str
	price: float
	lots: tuple[int, ...]
	per_pack: int = 1  # stock units in one ordered unit


@dataclass(frozen=True)
class Supplier:
	"""A supplier's story. Shares are between 0 and 1; `late` deliveries are 1 to `late_by` days behind."""

	name: str
	group: str
	orders_per_month: float = 2.0
	late: Course = field(default=steady(0.08))
	late_by: int = 6
	split: float = 0.06  # of the lines come in two deliveries
	short: float = 0.01  # of the lines never arrive in full
	defects: Course = field(default=steady(0.02))  # of the lots
	defective: float = 0.02  # of the units in such a lot
	returned: float = 0.01
	price: Course = field(default=steady(1.0))
	answers: float = 0.9
	answer_days: int = 6
	overcharged: float = 0.02
	overbilled: float = 0.01
	currency: str = "EUR"
	exchange_rate: float = 1.0


ITEMS = (
	Item("BRG-6204", "Bearings", 4.85, (100, 200, 400)),
	Item("BRG-6308", "Bearings", 12.4, (40, 80, 120)),
	Item("BRG-NU210", "Bearings", 38.5, (20, 40, 60)),
	Item("CST-HOUSING-12", "Castings", 86.0, (10, 20, 30)),
	Item("CST-FLANGE-80", "Castings", 23.5, (40, 60, 100)),
	Item("CST-BRACKET-3", "Castings", 11.2, (80, 120, 200)),
	Item("ELC-DRIVE-2K2", "Electronics", 214.0, (5, 10, 15)),
	Item("ELC-SENSOR-M12", "Electronics", 31.9, (30, 50, 100)),
	Item("ELC-RELAY-24", "Electronics", 7.6, (100, 200, 250)),
	Item("FST-M8X30", "Fasteners", 6.9, (10, 20, 50), 100),
	Item("FST-M12X60", "Fasteners", 18.4, (5, 10, 20), 100),
	Item("FST-PIN-6", "Fasteners", 9.75, (10, 20, 30), 250),
	Item("PKG-CRATE-L", "Packaging", 42.0, (20, 40, 60)),
	Item("PKG-CARTON-40", "Packaging", 1.15, (500, 1000, 1500)),
	Item("PKG-FOAM-2", "Packaging", 3.4, (200, 300, 400)),
)

SUPPLIERS = (
	# Keeps its promises.
	Supplier("Alpen Präzision AG", "Bearings", 3, steady(0.02), 2, 0.01, 0, steady(0.004), 0.01, 0,
		steady(1.01), 0.98, 3, 0.005, 0, "CHF", 1.04),
	Supplier("Baltic Bearings Oy", "Bearings", 2.5, late=steady(0.07), late_by=3),
	# Delivers castings with pores: many rejected lots, a few found only later.
	Supplier("Fonderie Castello S.p.A.", "Castings", 2.5, defects=steady(0.38), defective=0.22, returned=0.07,
		price=steady(0.9)),
	Supplier("Dunmore Castings Ltd", "Castings", 2, late=steady(0.16), split=0.1, currency="GBP",
		exchange_rate=1.17),
	# Chronically late.
	Supplier("Eastgate Electronics Co.", "Electronics", 3, late=steady(0.8), late_by=19, split=0.14,
		short=0.05, defects=steady(0.14), defective=0.16, price=steady(1.04), answer_days=10,
		currency="USD", exchange_rate=0.91),
	# Improving: late and sloppy two years ago, among the best now.
	Supplier("Ferrum Gusswerk GmbH", "Castings", 2.5, late=drift(0.75, -0.05), late_by=12, split=0.04,
		defects=drift(0.2, 0.0), defective=0.04),
	Supplier("Global Fasteners Inc.", "Fasteners", 3, late=steady(0.05), late_by=3, split=0.02,
		defects=steady(0.01), price=steady(0.92), answer_days=4, currency="USD", exchange_rate=0.91),
	# Good goods at prices that climb by half in two years.
	Supplier("Hanseatische Schrauben KG", "Fasteners", 2, late=steady(0.06), price=drift(0.98, 1.5)),
	Supplier("Embalajes Ibéricos S.L.", "Packaging", 2, late=steady(0.14), defects=steady(0.04)),
	# Never answers a request for quotation.
	Supplier("Jura Électronique SA", "Electronics", 2, late=steady(0.1), answers=0.0),
	# Delivers in parts and not in full.
	Supplier("Kestrel Circuits plc", "Electronics", 2, late=steady(0.12), split=0.42, short=0.16,
		currency="GBP", exchange_rate=1.17),
	# Invoices that don't match.
	Supplier("Lindqvist Packaging AB", "Packaging", 2.5, late=steady(0.08), overcharged=0.2, overbilled=0.12),
	# Was good, is getting worse.
	Supplier("Meridian Components s.r.o.", "Bearings", 2, late=drift(-0.05, 0.7), late_by=10,
		defects=drift(0.0, 0.12), defective=0.05),
	# Too little is known of these two: one has only quoted, one never even answered.
	Supplier("Nova Prototypes B.V.", "Castings", 0, price=steady(1.12), answers=0.3),
	Supplier("Orion Metals", "Fasteners", 0, answers=0.0),
)  # fmt: skip


class Sample:
	"""The rows of the suppliers' files, as dictionaries by column name."""

	def __init__(self, seed: int = SEED):
		self.draw = Draw(seed)
		self.rows: dict[str, list[dict[str, Any]]] = {file.name: [] for file in SUPPLIER_FILES}
		self.numbers: dict[str, int] = {}
		for month in range(MONTHS):
			year, index = divmod(FIRST_MONTH[0] * 12 + FIRST_MONTH[1] - 1 + month, 12)
			first = date(year, index + 1, 1)
			when = month / (MONTHS - 1)
			self._requests(first, when)
			for supplier in SUPPLIERS:
				whole, part = divmod(supplier.orders_per_month, 1)
				for _order in range(int(whole) + self.draw.chance(part)):
					self._order(supplier, first, when)

	def _name(self, series: str) -> str:
		self.numbers[series] = self.numbers.get(series, 0) + 1
		return f"{series}-{self.numbers[series]:05}"

	def _add(self, file: str, **row: Any) -> None:
		self.rows[file].append(row)

	def _requests(self, first: date, when: float) -> None:
		"""In a month, one request for quotation for every second group of items."""
		for group in sorted({item.group for item in ITEMS}):
			if not self.draw.chance(0.55):
				continue
			rfq, sent = self._name("RFQ"), first + timedelta(days=self.draw.between(0, 12))
			items = [item for item in ITEMS if item.group == group]
			wanted = [
				(item, self.draw.among(item.lots) * 4 * item.per_pack)
				for item in items
				if self.draw.chance(0.6)
			]
			wanted = wanted or [(items[0], items[0].lots[-1] * items[0].per_pack)]
			for supplier in SUPPLIERS:
				if supplier.group == group:
					self._answer(supplier, rfq, sent, wanted, when)

	def _answer(
		self, supplier: Supplier, rfq: str, sent: date, wanted: Sequence[tuple[Item, int]], when: float
	) -> None:
		answered = self.draw.chance(supplier.answers)
		days = self.draw.between(1, 2 * supplier.answer_days - 1)
		quotation = self._name("SQ") if answered else ""
		for line, (item, quantity) in enumerate(wanted, start=1):
			rate = self.draw.around(item.price * supplier.price(when), 0.04) / supplier.exchange_rate
			self._add(
				"quotation_lines.csv",
				rfq=rfq,
				rfq_date=sent,
				supplier=supplier.name,
				item=item.code,
				item_group=item.group,
				quantity=quantity,
				rfq_line=line,
				quotation=quotation,
				quotation_date=sent + timedelta(days=days) if answered else "",
				rate=f"{rate:.2f}" if answered else "",
				conversion_factor=item.per_pack if answered else "",
				exchange_rate=supplier.exchange_rate if answered else "",
			)

	def _order(self, supplier: Supplier, first: date, when: float) -> None:
		draw = self.draw
		ordered = first + timedelta(days=draw.between(0, 27))
		due = ordered + timedelta(days=draw.between(14, 35))
		lines = draw.between(1, 2)
		items = [item for item in ITEMS if item.group == supplier.group]
		start = draw.between(0, len(items) - 1)
		if due > LAST_DAY - timedelta(days=6):
			return
		order = self._name("PO")
		short = False
		deliveries: dict[date, list[dict[str, Any]]] = {}
		order_rows = []
		for line in range(1, lines + 1):
			item = items[(start + line) % len(items)]
			quantity = draw.among(item.lots)
			rate = round(item.price * supplier.price(when) / supplier.exchange_rate, 2)
			# Now and then the buyer agrees to a later day; the first promise stays what is measured.
			moved = timedelta(days=draw.between(3, 9)) if draw.chance(0.03) else timedelta(0)
			order_rows.append(
				{
					"order": order,
					"line": line,
					"supplier": supplier.name,
					"item": item.code,
					"item_group": item.group,
					"quantity": quantity,
					"conversion_factor": item.per_pack,
					"rate": f"{rate:.2f}",
					"currency": supplier.currency,
					"exchange_rate": supplier.exchange_rate,
					"order_date": ordered,
					"first_due_date": due,
					"due_date": due + moved,
				}
			)
			for day, part in self._deliver(supplier, due, quantity, when):
				if day <= LAST_DAY:
					goods = {"order": order, "order_line": line, "item": item, "rate": rate, "quantity": part}
					deliveries.setdefault(day, []).append(goods)
			arrived = sum(
				goods["quantity"]
				for lot in deliveries.values()
				for goods in lot
				if goods["order_line"] == line
			)
			short = short or arrived < quantity
		status = ("Closed" if draw.chance(0.4) else "To Receive and Bill") if short else "Completed"
		for row in order_rows:
			self._add("order_lines.csv", **row, status=status, company=COMPANY)
		for day, lot in sorted(deliveries.items()):
			self._receive(supplier, day, lot, when)

	def _deliver(
		self, supplier: Supplier, due: date, quantity: int, when: float
	) -> Iterator[tuple[date, int]]:
		"""When how much of an order line arrives."""
		draw = self.draw
		if draw.chance(supplier.late(when)):
			day = due + timedelta(days=draw.between(1, supplier.late_by))
		else:
			day = due - timedelta(days=draw.between(0, 4))
		sent = quantity - (draw.between(1, max(1, quantity // 4)) if draw.chance(supplier.short) else 0)
		if draw.chance(supplier.split) and sent > 1:
			part = max(1, sent * draw.between(4, 8) // 10)
			yield day, part
			yield day + timedelta(days=draw.between(5, 14)), sent - part
		elif sent:
			yield day, sent

	def _receive(self, supplier: Supplier, day: date, lot: list[dict[str, Any]], when: float) -> None:
		draw = self.draw
		receipt = self._name("PR")
		worst = 0.0
		billed = []
		for line, goods in enumerate(lot, start=1):
			item, quantity = goods["item"], goods["quantity"]
			rejected = 0
			if draw.chance(supplier.defects(when)):
				rejected = min(quantity, max(1, round(draw.around(quantity * supplier.defective, 0.6))))
			worst = max(worst, rejected / quantity)
			row = {
				"receipt": receipt,
				"line": line,
				"date": day,
				"supplier": supplier.name,
				"order": goods["order"],
				"order_line": goods["order_line"],
				"item": item.code,
				"item_group": item.group,
				"accepted": quantity - rejected,
				"rejected": rejected,
				"conversion_factor": item.per_pack,
				"amount": f"{(quantity - rejected) * goods['rate'] * supplier.exchange_rate:.2f}",
				"is_return": 0,
			}
			self._add("receipt_lines.csv", **row)
			billed.append((row, goods))
			if draw.chance(supplier.returned) and quantity - rejected > 1:
				back = day + timedelta(days=draw.between(8, 30))
				sent_back = max(1, (quantity - rejected) // draw.between(4, 12))
				if back <= LAST_DAY:
					amount = f"{-sent_back * goods['rate'] * supplier.exchange_rate:.2f}"
					returned = {"accepted": -sent_back, "rejected": 0, "amount": amount, "is_return": 1}
					document = {"receipt": self._name("PRR"), "line": 1, "date": back}
					self._add("receipt_lines.csv", **{**row, **document, **returned})
		if draw.chance(0.65):
			self._add(
				"inspections.csv",
				inspection=self._name("QI"),
				date=min(day + timedelta(days=draw.between(0, 2)), LAST_DAY),
				result="Rejected" if worst > 0.015 else "Accepted",
				receipt=receipt,
				item=billed[0][0]["item"],
			)
		self._invoice(supplier, day, billed)

	def _invoice(
		self, supplier: Supplier, day: date, billed: list[tuple[Mapping[str, Any], Mapping[str, Any]]]
	) -> None:
		draw = self.draw
		posted = day + timedelta(days=draw.between(1, 10))
		if posted > LAST_DAY:
			return
		invoice = self._name("PI")
		for row, goods in billed:
			rate, quantity = goods["rate"], goods["quantity"]
			if draw.chance(supplier.overcharged):
				rate *= 1 + draw.between(1, 8) / 100
			if draw.chance(supplier.overbilled):
				quantity += draw.between(1, max(1, quantity // 10))
			self._add(
				"invoice_lines.csv",
				invoice=invoice,
				date=posted,
				supplier=supplier.name,
				order=row["order"],
				order_line=row["order_line"],
				receipt=row["receipt"],
				receipt_line=row["line"],
				item=row["item"],
				quantity=quantity,
				conversion_factor=row["conversion_factor"],
				rate=f"{rate:.2f}",
				currency=supplier.currency,
				exchange_rate=supplier.exchange_rate,
				is_return=0,
			)


def write(directory: Path) -> None:
	"""Write the files, each with the columns that its rows use, in the order of the documentation."""
	directory.mkdir(parents=True, exist_ok=True)
	every_row = sample_rows()
	for file in FILES:
		rows = every_row[file.name]
		used = [column.name for column in file.columns if any(column.name in row for row in rows)]
		with open(directory / file.name, "w", encoding="utf-8", newline="") as stream:
			writer = csv.DictWriter(stream, used, lineterminator="\n")
			writer.writeheader()
			writer.writerows(rows)


def sample_rows() -> dict[str, list[dict[str, Any]]]:
	"""The rows by file name."""
	return {**Sample().rows, SALES_LINES.name: sales_rows(FIRST_MONTH, MONTHS, LAST_DAY, COMPANY)}


if __name__ == "__main__":
	from partner_relations.preview.cli import SAMPLE

	write(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE)
