"""Reads SCMS Delivery History: one purchase-order line with its one delivery per row of the file.

What is dirty in it is said here once, for both loaders: dates come in two spellings and sometimes as words,
order dates are often missing or later than the delivery, some lines are free of charge, vendors are spelled
as they were typed.
"""

import csv
import os
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from pathlib import Path
from typing import NoReturn

DEFAULT_FILE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "scms_delivery_history.csv"
NO_FILE = "The file of real deliveries is not here; name it by SCMS_DELIVERY_HISTORY=FILE."

_COLUMNS = (
	"ID",
	"PO / SO #",
	"ASN/DN #",
	"PO Sent to Vendor Date",
	"Scheduled Delivery Date",
	"Delivered to Client Date",
	"Product Group",
	"Vendor",
	"Item Description",
	"Line Item Quantity",
	"Pack Price",
)
_DATE_SPELLINGS = ("%d-%b-%y", "%m/%d/%y")


class BadFile(Exception):
	"""The file can't be read; the message names file, row and column."""


@dataclass(frozen=True)
class Line:
	"""A row: quantity in packs, price per pack in US dollars. `row` counts from 1, the header."""

	row: int
	id: str
	order: str
	delivery: str
	vendor: str
	item: str
	item_group: str
	quantity: Decimal
	price: Decimal
	ordered_on: date | None
	due: date
	delivered: date

	@property
	def on_time(self) -> bool:
		return self.delivered <= self.due


def data_file() -> Path:
	"""The file to read unless an argument names one: `SCMS_DELIVERY_HISTORY`, else beside the checkout."""
	return Path(os.environ.get("SCMS_DELIVERY_HISTORY") or DEFAULT_FILE)


def read(path: Path) -> list[Line]:
	"""All rows of the file, in its order. Raises `BadFile`."""
	try:
		with path.open(encoding="utf-8-sig", newline="") as file:
			rows = csv.DictReader(file)
			missing = [name for name in _COLUMNS if name not in (rows.fieldnames or ())]
			if missing:
				raise BadFile(f"{path}, row 1: no column {', '.join(missing)}.")
			lines = [_line(path, rows.line_num, values) for values in rows]
	except OSError as error:
		raise BadFile(f"{path}: {error.strerror}.") from error
	_refuse_doubles(path, lines)
	return lines


def orders(lines: Iterable[Line]) -> dict[str, list[Line]]:
	"""Lines by order number, in the order of their first row."""
	grouped: dict[str, list[Line]] = {}
	for line in lines:
		grouped.setdefault(line.order, []).append(line)
	return grouped


def order_date(lines: list[Line]) -> date:
	"""The day on which an order is taken to be placed.

	It is known for less than half of the lines, and sometimes lies after the delivery. An order can't be
	placed after its goods are due or delivered, so the earliest of the days known bounds it; no measure
	that is compared reads it.
	"""
	known = [line.ordered_on for line in lines if line.ordered_on]
	return min([*known, *(line.due for line in lines), *(line.delivered for line in lines)])


def sample(lines: list[Line], size: int) -> list[Line]:
	"""About `size` lines that show what is odd in the file, the same ones each time; whole orders only.

	First one order of each oddity, then orders of every vendor in turn, late and punctual ones alternating.
	"""
	by_order = orders(lines)
	chosen: dict[str, None] = {}
	for oddity in _ODDITIES:
		found = next((number for number, group in by_order.items() if oddity(group)), None)
		if found is not None:
			chosen[found] = None
	count = sum(len(by_order[number]) for number in chosen)
	queues = [deque(queue) for queue in _alternating(by_order).values()]
	while count < size and any(queues):
		for queue in queues:
			if not queue or count >= size:
				continue
			number = queue.popleft()
			if number not in chosen:
				chosen[number] = None
				count += len(by_order[number])
	return [line for line in lines if line.order in chosen]


def _alternating(by_order: dict[str, list[Line]]) -> dict[str, list[str]]:
	"""Order numbers by vendor, late and punctual in turn; large orders, which use a sample up, are out."""
	late: dict[str, list[str]] = {}
	punctual: dict[str, list[str]] = {}
	for number, group in by_order.items():
		kind = punctual if all(line.on_time for line in group) else late
		kind.setdefault(group[0].vendor, [])
		if len(group) <= 4:
			kind[group[0].vendor].append(number)
	return {
		vendor: [
			number
			for pair in zip_longest(late.get(vendor, ()), punctual.get(vendor, ()))
			for number in pair
			if number
		]
		for vendor in {**punctual, **late}
	}


_ODDITIES = (
	lambda group: len({line.delivery for line in group}) > 1,  # one order in several deliveries
	lambda group: len({line.item for line in group}) < len(group) and len(group) < 8,  # an item twice
	lambda group: any(line.price == 0 for line in group),  # free of charge
	lambda group: any(line.ordered_on and line.ordered_on > line.delivered for line in group),
	lambda group: any(line.ordered_on and line.ordered_on > line.due for line in group),
	lambda group: all(line.ordered_on is None for line in group) and not group[0].on_time,
	lambda group: "  " in group[0].vendor,
	lambda group: "&" in group[0].vendor and not group[0].on_time,
	lambda group: any((line.delivered - line.due).days > 90 for line in group),
	lambda group: any((line.due - line.delivered).days > 90 for line in group),
	lambda group: any(line.on_time for line in group) and not all(line.on_time for line in group),
)


def _line(path: Path, row: int, values: dict[str, str]) -> Line:
	def fail(column: str) -> NoReturn:
		raise BadFile(f"{path}, row {row}, column {column}: can't read {values.get(column)!r}.")

	def text(column: str) -> str:
		return (values.get(column) or "").strip() or fail(column)

	def number(column: str) -> Decimal:
		try:
			amount = Decimal(text(column))
		except InvalidOperation:
			fail(column)
		if not amount.is_finite() or amount < 0:
			fail(column)
		return amount

	def day(column: str) -> date:
		return _day(text(column)) or fail(column)

	quantity = number("Line Item Quantity")
	if not quantity:
		fail("Line Item Quantity")
	return Line(
		row=row,
		id=text("ID"),
		order=text("PO / SO #"),
		delivery=text("ASN/DN #"),
		vendor=text("Vendor"),
		item=text("Item Description"),
		item_group=text("Product Group"),
		quantity=quantity,
		price=number("Pack Price"),
		# Words such as "Date Not Captured" or "N/A - From RDC" stand where there is no date.
		ordered_on=_day(text("PO Sent to Vendor Date")),
		due=day("Scheduled Delivery Date"),
		delivered=day("Delivered to Client Date"),
	)


def _day(text: str) -> date | None:
	for spelling in _DATE_SPELLINGS:
		try:
			return datetime.strptime(text, spelling).date()
		except ValueError:
			continue
	return None


def _refuse_doubles(path: Path, lines: list[Line]) -> None:
	"""An id is the row's key, an order has one vendor, a delivery one order and day: loaders rely on it."""
	ids: set[str] = set()
	vendors: dict[str, str] = {}
	deliveries: dict[str, tuple[str, date]] = {}
	for line in lines:
		if line.id in ids:
			raise BadFile(f"{path}, row {line.row}, column ID: {line.id} stands there twice.")
		ids.add(line.id)
		vendor = vendors.setdefault(line.order, line.vendor)
		if vendor != line.vendor:
			raise BadFile(f"{path}, row {line.row}, column Vendor: order {line.order} is {vendor}'s already.")
		if deliveries.setdefault(line.delivery, (line.order, line.delivered)) != (line.order, line.delivered):
			raise BadFile(
				f"{path}, row {line.row}, column ASN/DN #: {line.delivery} has another order or day already."
			)
