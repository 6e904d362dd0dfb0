"""Where goods came from and where they went, by batch or serial number, through ERPNext's own documents.

Backward: the receipt that brought them in, its supplier and its incoming inspection; of goods made here the
entry that made them, and the receipts of what went into them. Forward: every customer who got them, or goods
made of them, what came back deducted. Through making it goes `LEVELS` levels in both directions.

ERPNext 15 keeps the numbers of a line in a Serial and Batch Bundle, whatever the line's own fields say. What
was posted before (or without a bundle) has them in the stock ledger. Both are read; a movement has one of the
two. However many numbers are traced, the number of queries is the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Abs, Coalesce
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Term, ValueWrapper

from partner_relations.common.facts.terms import EQUAL_WITHIN

BUNDLE, ENTRY, LEDGER = "Serial and Batch Bundle", "Serial and Batch Entry", "Stock Ledger Entry"
INSPECTION = "Quality Inspection"

RECEIPTS = ("Purchase Receipt", "Purchase Invoice", "Subcontracting Receipt")
DELIVERIES = ("Delivery Note", "Sales Invoice")
STOCK_ENTRY, SUBCONTRACTED = "Stock Entry", "Subcontracting Receipt"
OTHER_ORIGINS = (STOCK_ENTRY, "Stock Reconciliation")
MAKING = ("Manufacture", "Repack")
CONSUMPTION = "Material Consumption for Manufacture"
"""A purpose of stock entries: what a work order uses up, where that is posted apart from what it makes."""

LEVELS = 5
"""So deep parts of parts are followed; bills of materials are seldom deeper."""


Voucher = tuple[str, str]
"""Document type and name."""


@dataclass(frozen=True)
class Number:
	"""A batch or a serial number of an item."""

	item_code: str
	batch_no: str | None = None
	serial_no: str | None = None


@dataclass(frozen=True)
class Movement:
	"""What a voucher moved of a number, in stock units: positive into stock, negative out of it."""

	number: Number
	document_type: str
	document_name: str
	line: str
	quantity: float

	@property
	def voucher(self) -> Voucher:
		return self.document_type, self.document_name


@dataclass(frozen=True)
class Receipt:
	"""How goods came into stock. `supplier` is None where they weren't bought (opening stock).

	`returned` went back to the supplier; `made_into` is the entry that used them up for the number traced,
	None if they are that number.
	"""

	number: Number
	document_type: str
	document_name: str
	date: date
	supplier: str | None
	supplier_name: str | None
	quantity: float
	returned: float = 0
	made_into: str | None = None


@dataclass(frozen=True)
class Production:
	"""An entry that made goods of a number, and the numbers that went into them."""

	document_type: str
	document_name: str
	date: date
	purpose: str
	work_order: str | None
	quantity: float
	components: tuple[Number, ...] = ()


@dataclass(frozen=True)
class Inspection:
	"""An incoming inspection of a receipt."""

	name: str
	document_type: str
	document_name: str
	date: date
	item_code: str
	status: str


@dataclass(frozen=True)
class Delivery:
	"""What a customer got, and gave back, in stock units.

	`made_in` is the entry that used up the number traced for what was delivered; None if it was that number.
	"""

	number: Number
	document_type: str
	document_name: str
	date: date
	customer: str
	customer_name: str | None
	quantity: float
	returned: float = 0
	made_in: str | None = None

	@property
	def kept(self) -> float:
		return self.quantity - self.returned


@dataclass(frozen=True)
class Hidden:
	"""How many documents of a trace the user may not read."""

	receipts: int = 0
	productions: int = 0
	inspections: int = 0
	deliveries: int = 0

	@property
	def total(self) -> int:
		return self.receipts + self.productions + self.inspections + self.deliveries


@dataclass(frozen=True)
class Trace:
	"""A number's way: rows in the order of their dates."""

	number: Number
	receipts: tuple[Receipt, ...] = ()
	productions: tuple[Production, ...] = ()
	inspections: tuple[Inspection, ...] = ()
	deliveries: tuple[Delivery, ...] = ()
	hidden: Hidden = field(default_factory=Hidden)

	@property
	def suppliers(self) -> tuple[str, ...]:
		"""Who delivered it, and what went into it."""
		return tuple(dict.fromkeys(row.supplier for row in self.receipts if row.supplier))

	@property
	def customers(self) -> tuple[str, ...]:
		"""Who has goods of it."""
		return tuple(dict.fromkeys(row.customer for row in self.deliveries if row.kept > EQUAL_WITHIN))


# Tracing


def trace(item_code: str, batch_no: str | None = None, serial_no: str | None = None) -> Trace:
	"""The way of a batch or serial number, whoever asks: see `visible` for what a user may read of it.

	A serial number given with its batch is traced as the serial number.
	"""
	number = Number(item_code, None if serial_no else batch_no, serial_no)
	return trace_all([number])[number]


def trace_all(numbers: Iterable[Number]) -> dict[Number, Trace]:
	"""The ways of several numbers at once."""
	wanted = tuple(dict.fromkeys(numbers))
	web = _Web(wanted)
	return _with_inspections({number: web.trace(number) for number in wanted})


class _Web:
	"""What moved the numbers traced, what went into them, and what was made of them."""

	def __init__(self, wanted: Sequence[Number]):
		self.moves: dict[Number, list[Movement]] = {}
		self.headers: dict[Voucher, Any] = {}
		self.entries = _Entries()
		parts = products = wanted
		for _level in range(LEVELS):
			self._read({*parts, *products})
			self.entries.read(self.headers)
			parts = [part for number in parts for _entry, part in self._parts(number)]
			products = [product for number in products for _entry, product in self._products(number)]
			if not {*parts, *products} - set(self.moves):
				break

	def _read(self, numbers: set[Number]) -> None:
		unread = sorted(numbers - set(self.moves), key=str)
		self.moves |= {number: [] for number in unread}
		moves = _movements(unread)
		for move in moves:
			self.moves[move.number].append(move)
		self.headers |= _headers(move for move in moves if move.voucher not in self.headers)

	def _parts(self, number: Number) -> Iterator[tuple[str, Number]]:
		"""(Document, number) of what went into a number."""
		for move in self.moves.get(number, ()):
			if move.quantity > EQUAL_WITHIN:
				for part in self.entries.parts(move.voucher):
					if part != number:
						yield move.document_name, part

	def _products(self, number: Number) -> Iterator[tuple[str, Number]]:
		"""(Document, number) of what was made of a number."""
		for move in self.moves.get(number, ()):
			if move.quantity < -EQUAL_WITHIN:
				for (_doctype, name), product in self.entries.products(move.voucher):
					if product != number:
						yield name, product

	def trace(self, number: Number) -> Trace:
		own = self.moves[number]
		receipts = [
			*_receipts(own, self.headers),
			*(
				replace(receipt, made_into=entry)
				for entry, part in _all_along(number, self._parts)
				# Of parts what was bought: opening stock of them came from nobody.
				for receipt in _receipts(self.moves.get(part, ()), self.headers)
				if receipt.document_type in RECEIPTS
			),
		]
		deliveries = [
			*_deliveries(own, self.headers),
			*(
				replace(delivery, made_in=entry)
				for entry, product in _all_along(number, self._products)
				for delivery in _deliveries(self.moves.get(product, ()), self.headers)
			),
		]
		return Trace(
			number,
			tuple(sorted(receipts, key=_by_date)),
			tuple(self._productions(number)),
			deliveries=tuple(sorted(deliveries, key=_by_date)),
		)

	def _productions(self, number: Number) -> Iterator[Production]:
		for move in self.moves[number]:
			header = self.headers.get(move.voucher)
			if header is None or header.purpose not in MAKING or move.quantity <= EQUAL_WITHIN:
				continue
			parts = (part for part in self.entries.parts(move.voucher) if part != number)
			yield Production(
				*move.voucher, header.date, header.purpose, header.work_order, move.quantity, tuple(parts)
			)


def _all_along(
	number: Number, neighbours: Callable[[Number], Iterable[tuple[str, Number]]]
) -> Iterator[tuple[str, Number]]:
	"""All that is reached from a number over its neighbours, each once, the nearest first."""
	seen, level = {number}, [number]
	while level:
		following = []
		for one in level:
			for entry, neighbour in neighbours(one):
				if neighbour not in seen:
					seen.add(neighbour)
					following.append(neighbour)
					yield entry, neighbour
		level = following


def _by_date(row: Receipt | Delivery) -> tuple[date, str]:
	return row.date, row.document_name


def _with_inspections(traces: dict[Number, Trace]) -> dict[Number, Trace]:
	found = _inspections([receipt for one in traces.values() for receipt in one.receipts])
	for number, one in traces.items():
		mine = {
			row.name: row
			for receipt in one.receipts
			for row, batch in found[(receipt.document_type, receipt.document_name)]
			# An inspection that names a batch is about that one; a serial number may be of any.
			if row.item_code == receipt.number.item_code
			and (not batch or not receipt.number.batch_no or batch == receipt.number.batch_no)
		}
		traces[number] = replace(one, inspections=tuple(mine.values()))
	return traces


def _receipts(moves: Sequence[Movement], headers: Mapping[Voucher, Any]) -> Iterator[Receipt]:
	"""Purchases, their returns deducted, and what came into stock otherwise than by making or moving it."""
	returned = _returned(moves, headers, RECEIPTS, 1)
	for move in moves:
		header = headers.get(move.voucher)
		if header is None or move.quantity <= EQUAL_WITHIN:
			continue
		if move.document_type in RECEIPTS:
			if header.is_return:
				continue
		elif move.document_type not in OTHER_ORIGINS or header.purpose in MAKING:
			continue
		yield Receipt(
			move.number,
			move.document_type,
			move.document_name,
			header.date,
			header.party,
			header.party_name,
			move.quantity,
			returned.get((move.number, move.document_type, move.document_name), 0),
		)


def _deliveries(moves: Sequence[Movement], headers: Mapping[Voucher, Any]) -> Iterator[Delivery]:
	"""Deliveries, their returns deducted. A return that names no delivery stands for itself."""
	returned = _returned(moves, headers, DELIVERIES, -1)
	moved = {(move.number, move.document_type, move.document_name) for move in moves}
	for move in moves:
		header = headers.get(move.voucher)
		if header is None or move.document_type not in DELIVERIES:
			continue
		key = (move.number, move.document_type, move.document_name)
		if header.is_return:
			if (move.number, move.document_type, header.return_against) in moved:
				continue
			quantity, back = 0.0, move.quantity
		else:
			quantity, back = -move.quantity, returned.get(key, 0)
		yield Delivery(
			move.number, *move.voucher, header.date, header.party, header.party_name, quantity, back
		)


def _returned(
	moves: Sequence[Movement], headers: Mapping[Voucher, Any], doctypes: Sequence[str], sign: int
) -> dict[tuple[Number, str, str], float]:
	"""What came or went back, by the document that it is a return of. `sign` is that of what is returned."""
	back: dict[tuple[Number, str, str], float] = defaultdict(float)
	for move in moves:
		header = headers.get(move.voucher)
		if header is not None and move.document_type in doctypes and header.is_return:
			back[(move.number, move.document_type, header.return_against)] -= move.quantity * sign
	return back


# What the ERP has of it


def _movements(numbers: Sequence[Number]) -> list[Movement]:
	"""What each voucher moved of the numbers. A transfer within one voucher is no movement."""
	if not numbers:
		return []
	quantities: dict[tuple[Number, str, str, str], float] = defaultdict(float)
	batches = {number.batch_no: number for number in numbers if number.batch_no}
	serials = {(number.item_code, number.serial_no): number for number in numbers if number.serial_no}
	items = sorted({number.item_code for number in numbers})
	rows = [
		row
		for source in sources()
		for row in source.query.where(
			source.holds(batches, [serial for _item, serial in serials])
			& source.voucher.item_code.isin(items)
		).run(as_dict=True)
	]
	for row in rows:
		for number in _numbers_of(row, batches, serials):
			# A row of the old ledger holds several serial numbers.
			quantity = row.quantity if number.batch_no else (1 if row.quantity > 0 else -1)
			quantities[(number, row.document_type, row.document_name, row.line or "")] += quantity
	documents: dict[tuple[Number, str, str], float] = defaultdict(float)
	lines: dict[tuple[Number, str, str], str] = {}
	for (number, doctype, name, line), quantity in quantities.items():
		documents[(number, doctype, name)] += quantity
		lines.setdefault((number, doctype, name), line)
	return [
		Movement(number, doctype, name, lines[number, doctype, name], quantity)
		for (number, doctype, name), quantity in documents.items()
		if abs(quantity) > EQUAL_WITHIN
	]


def _numbers_of(
	row: Any, batches: Mapping[str, Number], serials: Mapping[tuple[str, str], Number]
) -> Iterator[Number]:
	batch = batches.get(row.batch_no)
	if batch and batch.item_code == row.item_code:
		yield batch
	for serial in serial_numbers(row.serial_no):
		if (row.item_code, serial) in serials:
			yield serials[(row.item_code, serial)]


def serial_numbers(text: str | None) -> list[str]:
	"""The serial numbers in a field with one a line, or separated by commas."""
	return [part.strip() for part in (text or "").replace(",", "\n").split("\n") if part.strip()]


@dataclass(frozen=True)
class Source:
	"""One of the two places where ERPNext keeps which numbers a voucher moved.

	`query` selects document_type, document_name, line, item_code, batch_no, serial_no and the quantity,
	negative out of stock; `voucher` and `numbers` are its tables, for conditions. In the ledger a row holds
	several serial numbers.
	"""

	query: QueryBuilder
	voucher: Any
	numbers: Any
	many_serials: bool

	def holds(self, batches: Iterable[str], serials: Iterable[str]) -> Criterion:
		"""Rows of one of these numbers. With `many_serials` there may be others: look at what you get."""
		serial_no = self.numbers.serial_no
		criteria = []
		if batches := list(batches):
			criteria.append(self.numbers.batch_no.isin(batches))
		if serials := list(serials):
			criteria += (
				[serial_no.like(f"%{_for_like(serial)}%") for serial in serials]
				if self.many_serials
				else [serial_no.isin(serials)]
			)
		return Criterion.any(criteria)


def sources() -> tuple[Source, Source]:
	"""Submitted bundles, and what is in the stock ledger without one."""
	bundle, entry, ledger = (frappe.qb.DocType(doctype) for doctype in (BUNDLE, ENTRY, LEDGER))
	out = bundle.type_of_transaction == "Outward"
	bundled = (
		frappe.qb.from_(entry)
		.join(bundle)
		.on(entry.parent == bundle.name)
		.select(
			*_voucher(bundle),
			*(entry.batch_no, entry.serial_no),
			Case().when(out, Abs(entry.qty) * -1).else_(Abs(entry.qty)).as_("quantity"),
		)
		.where((bundle.docstatus == 1) & (bundle.is_cancelled == 0) & (bundle.is_rejected == 0))
	)
	in_ledger = (
		frappe.qb.from_(ledger)
		.select(*_voucher(ledger), ledger.batch_no, ledger.serial_no, ledger.actual_qty.as_("quantity"))
		.where((ledger.is_cancelled == 0) & (Coalesce(ledger.serial_and_batch_bundle, "") == ""))
	)
	return Source(bundled, bundle, entry, False), Source(in_ledger, ledger, ledger, True)


def _voucher(table: Any) -> tuple[Term, ...]:
	return (
		table.voucher_type.as_("document_type"),
		table.voucher_no.as_("document_name"),
		table.voucher_detail_no.as_("line"),
		table.item_code,
	)


class _Entries:
	"""Which numbers documents used up, and which they made: stock entries and subcontracting receipts.

	What a work order uses up may be posted apart: it went into all that the order makes.
	"""

	def __init__(self) -> None:
		self.known: dict[Voucher, Any] = {}
		self.used: dict[Voucher, dict[Number, None]] = defaultdict(dict)
		self.made: dict[Voucher, dict[Number, None]] = defaultdict(dict)
		self.of_order: dict[str, list[Any]] = defaultdict(list)

	def read(self, headers: Mapping[Voucher, Any]) -> None:
		"""Those that make or use up something, and the others of the same work orders."""
		fresh = {
			voucher: header
			for voucher, header in headers.items()
			if voucher not in self.known
			and (header.purpose in (*MAKING, CONSUMPTION) or voucher[0] == SUBCONTRACTED)
		}
		orders = {header.work_order for header in fresh.values() if header.work_order}
		for row in _entries_of_orders(orders - set(self.of_order)):
			self.of_order[row.work_order].append(row)
			if (STOCK_ENTRY, row.name) not in self.known:
				fresh.setdefault((STOCK_ENTRY, row.name), row)
		self.known |= fresh
		for row in _numbers_in(fresh):
			side = self.used if row.quantity < 0 else self.made
			for number in _all_numbers_of(row):
				side[row.document_type, row.document_name][number] = None

	def parts(self, voucher: Voucher) -> list[Number]:
		"""What went into the goods that a document made."""
		if voucher not in self.known:
			return []
		entries = [voucher, *self._of_same_order(voucher, CONSUMPTION)]
		return list(dict.fromkeys(part for one in entries for part in self.used[one]))

	def products(self, voucher: Voucher) -> list[tuple[Voucher, Number]]:
		"""(Document, number) of what was made of the goods that a document used up."""
		if voucher not in self.known:
			return []
		apart = self.known[voucher].purpose == CONSUMPTION
		makers = self._of_same_order(voucher, *MAKING) if apart else [voucher]
		return [(maker, product) for maker in makers for product in self.made[maker]]

	def _of_same_order(self, voucher: Voucher, *purposes: str) -> list[Voucher]:
		order = self.known[voucher].work_order
		return [
			(STOCK_ENTRY, row.name)
			for row in (self.of_order[order] if order else ())
			if row.purpose in purposes
		]


def _entries_of_orders(orders: Iterable[str]) -> list[Any]:
	orders = sorted(orders)
	if not orders:
		return []
	return frappe.get_all(
		STOCK_ENTRY,
		filters={"work_order": ("in", orders), "purpose": ("in", (*MAKING, CONSUMPTION)), "docstatus": 1},
		fields=["name", "purpose", "work_order"],
		order_by="posting_date asc, name asc",
		limit_page_length=0,
	)


def _numbers_in(vouchers: Iterable[Voucher]) -> list[Any]:
	"""What documents moved, as `sources` select it."""
	names = defaultdict(list)
	for doctype, name in sorted(vouchers):
		names[doctype].append(name)
	return [
		row
		for doctype, of_type in names.items()
		for source in sources()
		for row in source.query.where(
			(source.voucher.voucher_type == doctype) & source.voucher.voucher_no.isin(of_type)
		).run(as_dict=True)
	]


def _all_numbers_of(row: Any) -> Iterator[Number]:
	"""The batch of a row; without one its serial numbers."""
	if row.batch_no:
		yield Number(row.item_code, batch_no=row.batch_no)
	else:
		for serial in serial_numbers(row.serial_no):
			yield Number(row.item_code, serial_no=serial)


def _headers(moves: Iterable[Movement]) -> dict[Voucher, Any]:
	"""Date, party, return and purpose of the vouchers: one query for each kind of document."""
	names = defaultdict(set)
	for move in moves:
		names[move.document_type].add(move.document_name)
	headers = {}
	for doctype in (*RECEIPTS, *DELIVERIES, *OTHER_ORIGINS):
		if not names[doctype]:
			continue
		for row in _header_query(doctype, sorted(names[doctype])).run(as_dict=True):
			headers[(doctype, row.name)] = row
	return headers


def _header_query(doctype: str, names: list[str]) -> QueryBuilder:
	document = frappe.qb.DocType(doctype)
	nothing = ValueWrapper(None)
	party = {**dict.fromkeys(RECEIPTS, "supplier"), **dict.fromkeys(DELIVERIES, "customer")}.get(doctype)
	is_entry = doctype == STOCK_ENTRY
	return (
		frappe.qb.from_(document)
		.select(
			document.name,
			document.posting_date.as_("date"),
			(document[party] if party else nothing).as_("party"),
			(document[f"{party}_name"] if party else nothing).as_("party_name"),
			(document.is_return if party else ValueWrapper(0)).as_("is_return"),
			(document.return_against if party else nothing).as_("return_against"),
			(document.purpose if is_entry or doctype == "Stock Reconciliation" else nothing).as_("purpose"),
			(document.work_order if is_entry else nothing).as_("work_order"),
		)
		.where((document.docstatus == 1) & document.name.isin(names))
	)


def _inspections(receipts: list[Receipt]) -> dict[tuple[str, str], list[tuple[Inspection, str | None]]]:
	"""Submitted incoming inspections of receipts, with the batch that each names, by receipt."""
	found: dict[tuple[str, str], list[tuple[Inspection, str | None]]] = defaultdict(list)
	bought = [row for row in receipts if row.document_type in RECEIPTS]
	if not bought:
		return found
	for row in frappe.get_all(
		INSPECTION,
		filters={
			"docstatus": 1,
			"inspection_type": "Incoming",
			"reference_type": ("in", RECEIPTS),
			"reference_name": ("in", sorted({row.document_name for row in bought})),
			"item_code": ("in", sorted({row.number.item_code for row in bought})),
		},
		fields=[
			*("name", "reference_type", "reference_name", "report_date", "item_code", "status", "batch_no"),
		],
		order_by="report_date asc, name asc",
		limit_page_length=0,
	):
		inspection = Inspection(
			row.name, row.reference_type, row.reference_name, row.report_date, row.item_code, row.status
		)
		found[(row.reference_type, row.reference_name)].append((inspection, row.batch_no))
	return found


def _for_like(text: str) -> str:
	return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# What a user may read of it


def visible(one: Trace) -> Trace:
	"""The trace as the session's user may read it: what they may not read is counted, and nothing else."""
	return visible_all({one.number: one})[one.number]


def visible_all(traces: Mapping[Number, Trace]) -> dict[Number, Trace]:
	"""The same for several: one query for each kind of document."""
	named = defaultdict(set)
	for one in traces.values():
		for row in (*one.receipts, *one.productions, *one.deliveries):
			named[row.document_type].add(row.document_name)
		named[INSPECTION].update(row.name for row in one.inspections)
	may_read = {doctype: readable(doctype, names) for doctype, names in named.items()}

	def seen(rows: Sequence[Any]) -> tuple[Any, ...]:
		return tuple(row for row in rows if row.document_name in may_read[row.document_type])

	result = {}
	for number, one in traces.items():
		inspections = tuple(row for row in one.inspections if row.name in may_read[INSPECTION])
		shown = replace(
			one,
			receipts=seen(one.receipts),
			productions=seen(one.productions),
			inspections=inspections,
			deliveries=seen(one.deliveries),
		)
		result[number] = replace(
			shown,
			hidden=Hidden(
				len(one.receipts) - len(shown.receipts),
				len(one.productions) - len(shown.productions),
				len(one.inspections) - len(shown.inspections),
				len(one.deliveries) - len(shown.deliveries),
			),
		)
	return result


def readable(doctype: str, names: Iterable[str]) -> set[str]:
	"""Of these documents those that the session's user may read."""
	names = sorted(set(names))
	if not names or not frappe.has_permission(doctype, "read"):
		return set()
	return set(frappe.get_list(doctype, filters={"name": ("in", names)}, pluck="name", limit_page_length=0))


# On complaints


def number_of(row: Any) -> Number | None:
	"""What a line of a complaint is traced by: its serial number, or else its batch."""
	if not row.item_code or not (row.batch_no or row.serial_no):
		return None
	return Number(row.item_code, None if row.serial_no else row.batch_no, row.serial_no or None)


def trace_rows(rows: Iterable[Any]) -> None:
	"""Fill Where It Came From in lines of a complaint.

	The last receipt before the delivery. Where goods of a batch came from several suppliers nobody can say
	which of them, and the fields stay empty: the trace shows all.
	"""
	rows = list(rows)
	traces = trace_all([number for row in rows if (number := number_of(row))])
	for row in rows:
		row.update(dict.fromkeys(("purchase_receipt", "supplier", "received_on", "quality_inspection")))
		number = number_of(row)
		receipt = _likely_receipt(traces[number], row.delivered_on) if number else None
		if receipt is None:
			continue
		inspections = [
			one.name for one in traces[number].inspections if one.document_name == receipt.document_name
		]
		row.update(
			{
				"purchase_receipt": receipt.document_name,
				"supplier": receipt.supplier,
				"received_on": receipt.date,
				"quality_inspection": inspections[-1] if inspections else None,
			}
		)


def _likely_receipt(one: Trace, delivered_on: Any) -> Receipt | None:
	day = frappe.utils.getdate(delivered_on) if delivered_on else None
	bought = [
		row
		for row in one.receipts
		if row.supplier
		and not row.made_into
		and row.quantity - row.returned > EQUAL_WITHIN
		and (day is None or row.date <= day)
	]
	return bought[-1] if len({row.supplier for row in bought}) == 1 else None
