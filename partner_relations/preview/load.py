"""Reads the preview's CSV files into SQLite tables that have ERPNext's shapes.

Strict: a cell, row or reference that makes no sense stops with an `InputError` that says where it is. Fast:
rows go from the CSV reader straight to SQLite, which checks the keys; indexes come last.
"""

import gc
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from partner_relations.preview import shapes
from partner_relations.preview.columns import (
	FILES,
	INSPECTIONS,
	INVOICE_LINES,
	ORDER_LINES,
	QUOTATION_LINES,
	RECEIPT_LINES,
	SALES_LINES,
	InputFile,
	quoted,
)
from partner_relations.preview.load_sales import Customer, SalesLines
from partner_relations.preview.reading import (
	COMPANY,
	SEPARATOR,
	Documents,
	InputError,
	Reader,
	input_error,
)


@dataclass
class Loaded:
	"""What was found in the folder."""

	connection: sqlite3.Connection
	files: dict[str, int]  # rows by file name, of the files that are there
	columns: dict[str, set[str]]  # the columns that they have
	company: str
	suppliers: list[str]
	first_date: str | None  # of what is known of suppliers
	last_date: str | None
	notes: list[str]
	customers: dict[str, Customer]
	last_sale: str | None


class Loader:
	"""Loads one folder. Files are read in the order in which they refer to each other."""

	def __init__(self, directory: Path):
		self.directory = directory
		self.connection = sqlite3.connect(":memory:", isolation_level=None)
		self.files: dict[str, int] = {}
		self.columns: dict[str, set[str]] = {}
		self.notes: list[str] = []
		self.company: str | None = None
		self.company_seen = ""
		self.items: dict[str, tuple[str | None, int | None]] = {}
		self.regrouped: set[str] = set()
		self.orders = Documents("order", ("supplier", "order_date", "currency", "exchange_rate", "status"))
		self.receipts = Documents("receipt", ("date", "supplier", "is_return"))
		self.invoices = Documents("invoice", ("date", "supplier", "currency", "exchange_rate", "is_return"))
		self.sales = SalesLines(self.connection, self._note_item, self._company)
		self.asked: set[str] = set()
		self.inspected: set[str] = set()

	def load(self) -> Loaded:
		"""Read every file that is there. Raises InputError at the first thing that is wrong."""
		present = [file for file in FILES if self._path(file).exists()]
		self._check_folder(present)
		connection = self.connection
		for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=MEMORY"):
			connection.execute(f"PRAGMA {pragma}")
		connection.execute("BEGIN")
		shapes.create_tables(connection)
		readers = {
			ORDER_LINES.name: self._order_lines,
			RECEIPT_LINES.name: self._receipt_lines,
			INSPECTIONS.name: self._inspections,
			INVOICE_LINES.name: self._invoice_lines,
			QUOTATION_LINES.name: self._quotation_lines,
			SALES_LINES.name: self.sales.read,
		}
		for file in present:
			reader = Reader(self._path(file), file)
			self.files[file.name] = 0
			readers[file.name](reader)
			self.files[file.name] = reader.count
			self.columns[file.name] = reader.columns
		shapes.insert_tuples(
			connection,
			"Item",
			("name", "item_group", "is_stock_item"),
			((name, group, 1 if stock is None else stock) for name, (group, stock) in self.items.items()),
		)
		shapes.create_indexes(connection)
		connection.execute("COMMIT")
		if self.regrouped:
			self.notes.append(
				f"{len(self.regrouped)} item(s), such as {min(self.regrouped)}, have rows that disagree on "
				"item_group or stock_item: the first one read counts."
			)
		first, last = self._date_range()
		suppliers = {said[index] for said, index in self._supplier_fields()} | self.asked | self.inspected
		return Loaded(
			connection,
			self.files,
			self.columns,
			self.company or COMPANY,
			sorted(suppliers),
			first,
			last,
			self.notes,
			self.sales.known_customers(),
			self.sales.last_day(),
		)

	def _path(self, file: InputFile) -> Path:
		return self.directory / file.name

	def _check_folder(self, present: list[InputFile]) -> None:
		if not self.directory.is_dir():
			raise InputError(f"{self.directory}: there is no such folder")
		known = [file.name for file in FILES]
		if not present:
			raise InputError(f"{self.directory}: the folder holds none of {', '.join(known)}")
		for path in sorted(self.directory.iterdir()):
			if path.suffix.lower() == ".csv" and path.name not in known:
				self.notes.append(f"{path.name} was not read: it is none of {', '.join(known)}.")

	def _supplier_fields(self) -> Iterator[tuple[tuple, int]]:
		for documents in (self.orders, self.receipts, self.invoices):
			index = documents.columns.index("supplier")
			for said, _row in documents.rows.values():
				yield said, index

	def _date_range(self) -> tuple[str | None, str | None]:
		"""The first and the last day on which the files say that something happened or was due."""
		columns = (
			("Purchase Order Item", 'COALESCE("first_due_date", "schedule_date")'),
			("Purchase Receipt", '"posting_date"'),
			("Quality Inspection", '"report_date"'),
			("Purchase Invoice", '"posting_date"'),
			("Request for Quotation", '"transaction_date"'),
		)
		selects = (f'SELECT MIN({term}), MAX({term}) FROM "tab{doctype}"' for doctype, term in columns)
		found = [self.connection.execute(select).fetchone() for select in selects]
		firsts = [first for first, _last in found if first is not None]
		lasts = [last for _first, last in found if last is not None]
		return min(firsts, default=None), max(lasts, default=None)

	# What several files have in common

	def _company(self, reader: Reader, company: str) -> None:
		if company == self.company:
			return
		if self.company is None:
			self.company, self.company_seen = company, f"{reader.file.name}, row {reader.number}"
		else:
			raise reader.error(
				"company",
				f"{quoted(company)} is another company than {quoted(self.company)} ({self.company_seen}); "
				"give the preview the files of one company",
			)

	def _note_item(self, item: str, group: str | None, stock: int | None) -> None:
		if self.items.get(item) != (group, stock):
			self._item(item, group, stock)

	def _item(self, item: str, group: str | None, stock: int | None) -> None:
		"""Remember the item's group and kind, from the first row that tells."""
		known_group, known_stock = self.items.get(item, (None, None))
		if (known_group and group and group != known_group) or (
			known_stock is not None and stock is not None and stock != known_stock
		):
			self.regrouped.add(item)
		self.items[item] = (known_group or group, known_stock if known_stock is not None else stock)

	def _insert(
		self, reader: Reader, doctype: str, columns: Sequence[str], rows: Iterator[tuple], key: Sequence[str]
	) -> None:
		"""Insert lines whose first column is the key; `key` names the CSV columns that it is made of."""
		try:
			shapes.insert_tuples(self.connection, doctype, columns, rows)
		except sqlite3.IntegrityError as error:
			names = [column.name for column in reader.file.columns]
			parts = [str(reader.values[names.index(column)]) for column in key]
			first = self.connection.execute(
				f'SELECT idx FROM "tab{doctype}" WHERE name = ?', (SEPARATOR.join(parts),)
			).fetchone()[0]
			of = f" of {key[0]} {quoted(parts[0])}" if len(parts) > 1 else ""
			raise reader.error(key[-1], f"{quoted(parts[-1])}{of} is already in row {first}") from error

	def _headers(self, doctype: str, columns: Sequence[str], rows: Iterator[tuple]) -> None:
		shapes.insert_tuples(
			self.connection, doctype, ("company", *columns), ((COMPANY, *row) for row in rows)
		)

	def _check_links(self, file: InputFile, doctype: str, link: str, column: str, target: str) -> None:
		"""Each line's link names a line that exists."""
		missing = self.connection.execute(
			f'SELECT idx, "{link}" FROM "tab{doctype}" AS line WHERE "{link}" IS NOT NULL AND NOT EXISTS'
			f' (SELECT 1 FROM "tab{target}" AS target WHERE target.name = line."{link}") ORDER BY idx LIMIT 1'
		).fetchone()
		if missing:
			row, key = missing
			parent, line = key.split(SEPARATOR)
			kind, source = (
				("order", ORDER_LINES) if target == "Purchase Order Item" else ("receipt", RECEIPT_LINES)
			)
			raise input_error(
				file.name, f"{source.name} has no line {quoted(line)} of {kind} {quoted(parent)}", row, column
			)

	def _reference(
		self,
		reader: Reader,
		documents: Documents,
		parent: str | None,
		line: str | None,
		supplier: str,
		of: str,
	) -> str | None:
		"""The key of the order or receipt line that a row names in its columns `of` and `of`_line."""
		if parent is None:
			if line is not None:
				raise reader.error(of, f"the cell is empty, but {of}_line is {quoted(line)}")
			return None
		if line is None:
			raise reader.error(f"{of}_line", f"the cell is empty, but {of} is {quoted(parent)}")
		if documents.rows:
			known = documents.rows.get(parent)
			if known is None:
				source = ORDER_LINES if of == "order" else RECEIPT_LINES
				raise reader.error(of, f"{source.name} has no {of} {quoted(parent)}")
			owner = known[0][documents.columns.index("supplier")]
			if owner != supplier:
				raise reader.error(
					"supplier", f"{of} {quoted(parent)} is of {quoted(owner)}, not {quoted(supplier)}"
				)
		return parent + SEPARATOR + line

	# The files

	def _order_lines(self, reader: Reader) -> None:
		orders, items = self.orders.rows, self.items

		def lines() -> Iterator[tuple]:
			for (
				order, line, supplier, item, quantity, due_date, first_due_date, order_date, factor, rate,
				currency, exchange_rate, status, item_group, stock_item, company,
			) in reader:  # fmt: skip
				said = (supplier, order_date, currency, exchange_rate, status)
				known = orders.get(order)
				if known is None:
					orders[order] = (said, reader.number)
				elif known[0] != said:
					raise self.orders.differs(reader, order, said)
				if items.get(item) != (item_group, stock_item):
					self._item(item, item_group, stock_item)
				if company is not None and company != self.company:
					self._company(reader, company)
				yield (
					order + SEPARATOR + line, order, reader.number, item, quantity, quantity * factor, factor,
					rate, due_date, first_due_date,
				)  # fmt: skip

		self._insert(
			reader,
			"Purchase Order Item",
			(
				"name", "parent", "idx", "item_code", "qty", "stock_qty", "conversion_factor", "rate",
				"schedule_date", "first_due_date",
			),
			lines(),
			("order", "line"),
		)  # fmt: skip
		self._headers(
			"Purchase Order",
			("name", "supplier", "transaction_date", "currency", "conversion_rate", "status", "docstatus"),
			(
				(name, *said, {"Draft": 0, "Cancelled": 2}.get(said[-1], 1))
				for name, (said, _row) in orders.items()
			),
		)

	def _receipt_lines(self, reader: Reader) -> None:
		receipts, items = self.receipts.rows, self.items

		def lines() -> Iterator[tuple]:
			for (
				receipt, date, supplier, item, accepted, rejected, line, order, order_line, factor, amount,
				is_return, from_rejected, item_group, stock_item, company,
			) in reader:  # fmt: skip
				said = (date, supplier, is_return)
				known = receipts.get(receipt)
				if known is None:
					receipts[receipt] = (said, reader.number)
				elif known[0] != said:
					raise self.receipts.differs(reader, receipt, said)
				if items.get(item) != (item_group, stock_item):
					self._item(item, item_group, stock_item)
				if company is not None and company != self.company:
					self._company(reader, company)
				if is_return:
					accepted, rejected = -abs(accepted), -abs(rejected)
				elif accepted < 0 or rejected < 0:
					column, number = ("accepted", accepted) if accepted < 0 else ("rejected", rejected)
					raise reader.error(column, f"'{number:g}' is negative, but is_return does not say yes")
				# A line without a number is still a line: nothing can refer to it, so its row is its key.
				name = receipt + SEPARATOR + (line if line is not None else f"{SEPARATOR}{reader.number}")
				yield (
					name, receipt, reader.number, item, accepted, rejected, factor, amount,
					self._reference(reader, self.orders, order, order_line, supplier, "order"), from_rejected,
				)  # fmt: skip

		self._insert(
			reader,
			"Purchase Receipt Item",
			(
				"name", "parent", "idx", "item_code", "qty", "rejected_qty", "conversion_factor",
				"base_net_amount", "purchase_order_item", "return_qty_from_rejected_warehouse",
			),
			lines(),
			("receipt", "line"),
		)  # fmt: skip
		self._headers(
			"Purchase Receipt",
			("name", "posting_date", "supplier", "is_return"),
			((name, *said) for name, (said, _row) in receipts.items()),
		)
		if ORDER_LINES.name in self.files:
			self._check_links(
				reader.file,
				"Purchase Receipt Item",
				"purchase_order_item",
				"order_line",
				"Purchase Order Item",
			)

	def _inspections(self, reader: Reader) -> None:
		receipts, with_receipts = self.receipts.rows, RECEIPT_LINES.name in self.files
		seen: dict[str, int] = {}
		unreceived: list[tuple] = []

		def lines() -> Iterator[tuple]:
			for inspection, date, result, receipt, supplier, item, item_group, company in reader:
				if inspection in seen:
					raise reader.error(
						"inspection", f"{quoted(inspection)} is already in row {seen[inspection]}"
					)
				seen[inspection] = reader.number
				if item is not None and items.get(item) != (item_group, None):
					self._item(item, item_group, None)
				if company is not None and company != self.company:
					self._company(reader, company)
				if receipt is not None and with_receipts:
					known = receipts.get(receipt)
					if known is None:
						raise reader.error(
							"receipt", f"{RECEIPT_LINES.name} has no receipt {quoted(receipt)}"
						)
					owner = known[0][1]
					if supplier is not None and supplier != owner:
						raise reader.error(
							"supplier",
							f"receipt {quoted(receipt)} is of {quoted(owner)}, not {quoted(supplier)}",
						)
				elif supplier is None:
					why = (
						f"there is no {RECEIPT_LINES.name} that tells whose receipt {quoted(receipt)} is"
						if receipt is not None
						else "the row names no receipt either"
					)
					raise reader.error("supplier", f"the cell is empty, and {why}")
				else:
					# The measure finds the supplier through the receipt: one without lines does for that.
					receipt = SEPARATOR + inspection
					unreceived.append((receipt, date, supplier))
					self.inspected.add(supplier)
				yield inspection, "Incoming", "Purchase Receipt", receipt, date, item, result

		items = self.items
		shapes.insert_tuples(
			self.connection,
			"Quality Inspection",
			(
				"name",
				"inspection_type",
				"reference_type",
				"reference_name",
				"report_date",
				"item_code",
				"status",
			),
			lines(),
		)
		self._headers("Purchase Receipt", ("name", "posting_date", "supplier"), iter(unreceived))

	def _invoice_lines(self, reader: Reader) -> None:
		invoices, items = self.invoices.rows, self.items

		def lines() -> Iterator[tuple]:
			for (
				invoice, date, supplier, item, quantity, rate, order, order_line, receipt, receipt_line,
				factor, currency, exchange_rate, is_return, item_group, stock_item, company,
			) in reader:  # fmt: skip
				said = (date, supplier, currency, exchange_rate, is_return)
				known = invoices.get(invoice)
				if known is None:
					invoices[invoice] = (said, reader.number)
				elif known[0] != said:
					raise self.invoices.differs(reader, invoice, said)
				if items.get(item) != (item_group, stock_item):
					self._item(item, item_group, stock_item)
				if company is not None and company != self.company:
					self._company(reader, company)
				if is_return:
					quantity = -abs(quantity)
				elif quantity < 0:
					raise reader.error(
						"quantity", f"'{quantity:g}' is negative, but is_return does not say yes"
					)
				yield (
					f"{invoice}{SEPARATOR}{reader.number}", invoice, reader.number, item, quantity, factor,
					rate, rate * exchange_rate,
					self._reference(reader, self.orders, order, order_line, supplier, "order"),
					self._reference(reader, self.receipts, receipt, receipt_line, supplier, "receipt"),
				)  # fmt: skip

		shapes.insert_tuples(
			self.connection,
			"Purchase Invoice Item",
			(
				"name", "parent", "idx", "item_code", "qty", "conversion_factor", "rate", "base_rate",
				"po_detail", "pr_detail",
			),
			lines(),
		)  # fmt: skip
		self._headers(
			"Purchase Invoice",
			("name", "posting_date", "supplier", "currency", "conversion_rate", "is_return", "creation"),
			((name, *said, f"{row:012}") for name, (said, row) in invoices.items()),
		)
		doctype = "Purchase Invoice Item"
		if ORDER_LINES.name in self.files:
			self._check_links(reader.file, doctype, "po_detail", "order_line", "Purchase Order Item")
		if RECEIPT_LINES.name in self.files:
			self._check_links(reader.file, doctype, "pr_detail", "receipt_line", "Purchase Receipt Item")
		self._check_ordered_rates(reader.file)

	def _check_ordered_rates(self, file: InputFile) -> None:
		"""An invoice line can only be judged where its order line has a price: nothing is guessed."""
		unpriced = self.connection.execute(
			'SELECT billed.idx, ordered.name FROM "tabPurchase Invoice Item" AS billed'
			' LEFT JOIN "tabPurchase Receipt Item" AS received ON received.name = billed.pr_detail'
			' JOIN "tabPurchase Order Item" AS ordered'
			" ON ordered.name = COALESCE(billed.po_detail, received.purchase_order_item)"
			" WHERE ordered.rate IS NULL ORDER BY billed.idx LIMIT 1"
		).fetchone()
		if unpriced:
			row, name = unpriced
			order, line = name.split(SEPARATOR)
			raise input_error(
				file.name,
				f"line {quoted(line)} of order {quoted(order)} has no rate in {ORDER_LINES.name}",
				row,
				"rate",
			)

	def _quotation_lines(self, reader: Reader) -> None:
		requests = Documents("rfq", ("rfq_date",))
		wanted = Documents("line", ("item", "quantity"))
		quotations = Documents("quotation", ("supplier", "quotation_date", "status"))
		asked: dict[tuple[str, str], None] = {}
		seen: dict[tuple[str | None, ...], int] = {}

		def agree(documents: Documents, name: str, said: tuple) -> None:
			if documents.rows.setdefault(name, (said, reader.number))[0] != said:
				raise documents.differs(reader, name, said)

		def lines() -> Iterator[tuple]:
			for (
				rfq, rfq_date, supplier, item, quantity, rfq_line, quotation, quotation_date, rate, factor,
				exchange_rate, status, item_group, company,
			) in reader:  # fmt: skip
				if company is not None and company != self.company:
					self._company(reader, company)
				agree(requests, rfq, (rfq_date,))
				asked[rfq, supplier] = None
				if item is not None and self.items.get(item) != (item_group, None):
					self._item(item, item_group, None)
				line = rfq_line if rfq_line is not None else item
				key = (rfq, line, supplier, quotation)
				if key in seen:
					raise reader.error(
						"quotation" if quotation is not None else "supplier",
						f"the same request, line, supplier and quotation are already in row {seen[key]}",
					)
				seen[key] = reader.number
				answer = {"item": item, "quantity": quantity, "quotation_date": quotation_date, "rate": rate}
				if quotation is None:
					for column in ("quotation_date", "rate"):
						if answer[column] is not None:
							raise reader.error("quotation", f"the cell is empty, but the row has a {column}")
				else:
					for column, value in answer.items():
						if value is None:
							raise reader.error(
								column, f"the cell is empty, but quotation is {quoted(quotation)}"
							)
				if item is not None and quantity is not None:
					agree(wanted, rfq + SEPARATOR + line, (item, quantity))
				if quotation is None:
					continue
				agree(quotations, quotation, (supplier, quotation_date, status))
				yield (
					f"{quotation}{SEPARATOR}{reader.number:012}", quotation, item, rate * exchange_rate,
					factor, rfq, rfq + SEPARATOR + line,
				)  # fmt: skip

		shapes.insert_tuples(
			self.connection,
			"Supplier Quotation Item",
			(
				"name", "parent", "item_code", "base_net_rate", "conversion_factor", "request_for_quotation",
				"request_for_quotation_item",
			),
			lines(),
		)  # fmt: skip
		self._headers(
			"Supplier Quotation",
			("name", "supplier", "transaction_date", "docstatus", "creation"),
			(
				(name, supplier, date, 0 if status == "Draft" else 1, f"{row:012}")
				for name, ((supplier, date, status), row) in quotations.rows.items()
			),
		)
		self._headers(
			"Request for Quotation",
			("name", "transaction_date"),
			((name, *said) for name, (said, _row) in requests.rows.items()),
		)
		shapes.insert_tuples(
			self.connection,
			"Request for Quotation Item",
			("name", "parent", "item_code", "stock_qty"),
			((name, name.split(SEPARATOR)[0], *said) for name, (said, _row) in wanted.rows.items()),
		)
		shapes.insert_tuples(
			self.connection,
			"Request for Quotation Supplier",
			("name", "parent", "supplier"),
			((rfq + SEPARATOR + supplier, rfq, supplier) for rfq, supplier in asked),
		)
		self.asked.update(supplier for _rfq, supplier in asked)


def load(directory: Path) -> Loaded:
	"""The folder's files in SQLite. Raises InputError."""
	# Millions of rows come and go, none in a cycle: looking for cycles would take a tenth of the time.
	collecting = gc.isenabled()
	gc.disable()
	try:
		return Loader(directory).load()
	finally:
		if collecting:
			gc.enable()
