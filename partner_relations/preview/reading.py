"""Reads the preview's CSV files, strictly and fast: what is wrong is named with file, row and column."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any

from partner_relations.preview.columns import BadCell, Column, InputFile, quoted

COMPANY = "Company"
"""The company's name in the tables; what the files call it is `load.Loaded.company`."""

# Joins the parts of a key. No cell holds it: text with control characters is refused.
SEPARATOR = "\x1f"


# Rows that are read together, and values of a column that are remembered.
CHUNK = 4096
MOST_KNOWN = 100_000


class InputError(Exception):
	"""Input that can't be used. The message is one line: file, row, column, reason."""


def input_error(file: str, reason: str, row: int | None = None, column: str | None = None) -> InputError:
	place = file
	if row is not None:
		place += f", row {row}"
	if column is not None:
		place += f", column {column}"
	return InputError(f"{place}: {reason}")


class Reader:
	"""The rows of one file as lists of values, in the order of the file's columns.

	`number` is the row being read, counted as a spreadsheet does: the header is 1, empty rows count, line
	breaks in a cell don't. `count` is the number of rows with data.
	"""

	def __init__(self, path: Path, file: InputFile):
		self.path = path
		self.file = file
		self.number = 0
		self.count = 0
		self.columns: set[str] = set()
		self.values: list[Any] = []

	def __iter__(self) -> Iterator[list[Any]]:
		try:
			with open(self.path, encoding="utf-8-sig", newline="") as stream:
				yield from self._rows(csv.reader(stream, strict=True))
		except UnicodeDecodeError as error:
			raise self._not_utf_8() from error
		except OSError as error:
			raise input_error(self.file.name, f"can't be read ({error.strerror})") from error

	def error(self, column: str, reason: str) -> InputError:
		"""An error in the row being read."""
		return input_error(self.file.name, reason, self.number, column)

	def _rows(self, reader: Iterator[list[str]]) -> Iterator[list[Any]]:
		header = self._next(reader)
		if header is None:
			raise input_error(self.file.name, "is empty: it has no row of column names")
		names = self._column_names(header)
		self.columns = set(names)
		plan = [
			(_parser(column), names.index(column.name)) if column.name in names else (_absent(column), None)
			for column in self.file.columns
		]
		# Column by column over many rows is faster than cell by cell. Where it fails, row by row tells where.
		for numbers, rows in self._chunks(reader, names):
			try:
				cells = list(zip(*rows, strict=True))
				# What is absent never ends; the files have required columns, which do.
				columns = (
					repeat(parse("")) if index is None else map(parse, cells[index]) for parse, index in plan
				)
				read = list(zip(*columns, strict=False))
			except BadCell:
				read = self._row_by_row(numbers, rows, plan)
			for self.number, self.values in zip(numbers, read, strict=False):
				self.count += 1
				yield self.values

	def _chunks(
		self, reader: Iterator[list[str]], names: list[str]
	) -> Iterator[tuple[list[int], list[list[str]]]]:
		"""Rows with anything in them, and their numbers. What comes before an error is given out first."""
		width = len(names)
		numbers: list[int] = []
		rows: list[list[str]] = []
		error = None
		while error is None:
			try:
				row = self._next(reader)
			except (InputError, UnicodeDecodeError) as wrong:
				error = wrong
				break
			if row is None:
				break
			if len(row) != width:
				if any(row):
					error = self._ragged(row, names)
				continue
			if (not row[0] or row[0].isspace()) and not "".join(row).strip():
				continue
			numbers.append(self.number)
			rows.append(row)
			if len(rows) == CHUNK:
				yield numbers, rows
				numbers, rows = [], []
		if rows:
			yield numbers, rows
		if error is not None:
			raise error

	def _row_by_row(
		self, numbers: list[int], rows: list[list[str]], plan: Sequence[tuple[Callable, int | None]]
	) -> Iterator[list[Any]]:
		for number, row in zip(numbers, rows, strict=True):
			self.number = number
			values = []
			for (parse, index), column in zip(plan, self.file.columns, strict=True):
				try:
					values.append(parse("" if index is None else row[index]))
				except BadCell as error:
					raise self.error(column.name, str(error)) from None
			yield values

	def _next(self, reader: Iterator[list[str]]) -> list[str] | None:
		self.number += 1
		try:
			return next(reader, None)
		except csv.Error as error:
			reason = str(error)
			if "field limit" in reason or "unexpected end" in reason:
				reason = "a quotation mark is opened and not closed"
			elif "expected after" in reason:
				reason = "text follows a closing quotation mark (inside a cell, write it twice)"
			raise input_error(self.file.name, f"is no valid CSV: {reason}", self.number) from error

	def _column_names(self, header: list[str]) -> list[str]:
		names = ["_".join(cell.split()).lower() for cell in header]
		known = [column.name for column in self.file.columns]
		for name in known:
			if names.count(name) > 1:
				raise input_error(self.file.name, "appears twice", 1, name)
		for column in self.file.columns:
			if column.required and column.name not in names:
				reason = "this required column is missing"
				if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
					reason += f" (the header is one cell, {quoted(header[0])}: separate cells by commas)"
				raise input_error(self.file.name, reason, 1, column.name)
		return names

	def _ragged(self, row: list[str], names: list[str]) -> InputError:
		width = len(names)
		column = names[len(row)] if len(row) < width else str(width + 1)
		cells = "1 cell" if len(row) == 1 else f"{len(row)} cells"
		return self.error(column or str(len(row) + 1), f"the row has {cells}, the header has {width}")

	def _not_utf_8(self) -> InputError:
		"""Where the first byte stands that is no UTF-8: the text before it tells row and column."""
		data = self.path.read_bytes()
		try:
			data.decode("utf-8-sig")
			start = len(data)
		except UnicodeDecodeError as error:
			# With a byte order mark the offset counts from behind it.
			start = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
		before = list(csv.reader(data[:start].decode("utf-8-sig").splitlines(keepends=True)))
		if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
			return input_error(self.file.name, "is UTF-16, not UTF-8 (save it as CSV UTF-8)", 1, "1")
		if not before or data[:start].endswith((b"\n", b"\r")):
			row, cell = len(before) + 1, 0
		else:
			row, cell = len(before), len(before[-1]) - 1
		header = before[0] if len(before) > 1 or row > 1 else []
		column = header[cell].strip() if cell < len(header) else str(cell + 1)
		byte = f"0x{data[start]:02x}" if start < len(data) else "a byte"
		return input_error(self.file.name, f"is not UTF-8 ({byte}; save it as CSV UTF-8)", row, column)


def _parser(column: Column) -> Callable[[str], Any]:
	"""Reads a cell of the column; raises BadCell."""
	read, default, filled = column.kind.read, column.default, column.required or column.fill

	def parse(cell: str) -> Any:
		cell = cell.strip()
		if cell:
			return read(cell)
		if filled:
			raise BadCell("the cell is empty")
		return default

	return _Known(parse).__getitem__ if column.kind.repeats else parse


class _Known(dict):
	"""The values of cells seen before: looking one up is several times faster than reading it again."""

	def __init__(self, parse: Callable[[str], Any]):
		super().__init__()
		self.parse = parse

	def __missing__(self, cell: str) -> Any:
		value = self.parse(cell)
		if len(self) < MOST_KNOWN:
			self[cell] = value
		return value


def _absent(column: Column) -> Callable[[str], Any]:
	default = column.default
	return lambda _cell: default


@dataclass
class Documents:
	"""The documents that a file's lines belong to: what is said once per document, and in which row first.

	`columns` names the CSV columns whose values must be the same on all lines of a document.
	"""

	key: str
	columns: tuple[str, ...]
	rows: dict[str, tuple[tuple, int]] = field(default_factory=dict)

	def differs(self, reader: Reader, name: str, said: tuple) -> InputError:
		known, row = self.rows[name]
		column, one, other = next(
			entry for entry in zip(self.columns, said, known, strict=True) if entry[1] != entry[2]
		)
		called = " of ".join(quoted(part) for part in reversed(name.split(SEPARATOR)))
		return reader.error(
			column,
			f"{quoted(_shown(one))} is not what row {row} says of the same {self.key} {called}: "
			f"{quoted(_shown(other))}",
		)


def _shown(value: Any) -> str:
	if value is None:
		return ""
	return f"{value:g}" if isinstance(value, float) else str(value)
