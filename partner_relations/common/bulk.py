"""Writing many documents at once: names reserved in one step, rows inserted in batches.

For documents whose content the core has validated; no controller runs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import frappe
from frappe.model.naming import parse_naming_series
from frappe.utils import escape_html, get_fullname, now
from pypika import Case

ROWS_PER_STATEMENT = 2000
ROWS_PER_UPDATE = 200


def reserve_names(series: str, count: int) -> list[str]:
	"""The next `count` names of a naming series such as `SEV-.YYYY.-.######`, taken under a row lock.

	The lock is held until the transaction ends. Names of a rolled-back transaction are free again.
	"""
	prefix, digits = "", 0

	def note_prefix(name: str, length: int) -> str:
		nonlocal prefix, digits
		prefix, digits = name, length
		return ""

	parse_naming_series(series, number_generator=note_prefix)
	frappe.db.sql(  # atomic, also where two workers use a series for the first time
		"INSERT INTO `tabSeries` (`name`, `current`) VALUES (%(prefix)s, %(count)s) "
		"ON DUPLICATE KEY UPDATE `current` = `current` + %(count)s",
		{"prefix": prefix, "count": count},
	)
	last = frappe.db.sql("SELECT `current` FROM `tabSeries` WHERE `name` = %s FOR UPDATE", (prefix,))[0][0]
	return [f"{prefix}{number:0{digits}d}" for number in range(last - count + 1, last + 1)]


def insert_rows(doctype: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
	"""Insert rows (values in the order of `columns`) into a document type's table; returns how many.

	Faster than `frappe.db.bulk_insert`, which wraps each value in an object.
	"""
	for column in columns:
		if not column.isidentifier():
			raise ValueError(f"not a column name: {column}")
	if not frappe.db.table_exists(doctype):
		raise ValueError(f"no such document type: {doctype}")
	target = ", ".join(f"`{column}`" for column in columns)
	marks = f"({', '.join(['%s'] * len(columns))})"
	inserted = 0
	for batch in _batches(rows, ROWS_PER_STATEMENT):
		values = [value for row in batch for value in row]
		statement = "INSERT INTO `tab{}` ({}) VALUES {}".format(  # names checked above, values bound
			doctype, target, ", ".join([marks] * len(batch))
		)
		frappe.db.sql(statement, values)
		inserted += len(batch)
	return inserted


def _batches(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
	iterator = iter(rows)
	while batch := list(islice(iterator, size)):
		yield batch


def insert_documents(doctype: str, series: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
	"""Insert drafts named by a series, all with the same columns; returns their names, in order."""
	if not rows:
		return []
	names = reserve_names(series, len(rows))
	user, stamp = frappe.session.user, now()
	columns = ["name", "owner", "modified_by", "creation", "modified", "docstatus", *rows[0]]
	insert_rows(
		doctype,
		columns,
		([name, user, user, stamp, stamp, 0, *row.values()] for name, row in zip(names, rows, strict=True)),
	)
	return names


def add_comments(doctype: str, texts: Mapping[str, str]) -> None:
	"""A line in the timeline of each document (plain text by name), in one statement.

	For documents that are written without their controller.
	"""
	user, stamp = frappe.session.user, now()
	columns = (
		*("name", "owner", "modified_by", "creation", "modified", "docstatus", "comment_type"),
		*("comment_email", "comment_by", "reference_doctype", "reference_name", "content"),
	)
	full_name = get_fullname(user)
	insert_rows(
		"Comment",
		columns,
		(
			(
				*(frappe.generate_hash(length=10), user, user, stamp, stamp, 0, "Info"),
				*(user, full_name, doctype, name, escape_html(text)),
			)
			for name, text in texts.items()
		),
	)


def update_rows(doctype: str, columns: Sequence[str], rows: Mapping[str, Sequence[Any]]) -> None:
	"""Give documents (by name) new values in the order of `columns`: one statement for many rows."""
	table = frappe.qb.DocType(doctype)
	remaining = iter(rows.items())
	while batch := list(islice(remaining, ROWS_PER_UPDATE)):
		query = frappe.qb.update(table).where(table.name.isin([name for name, _values in batch]))
		for position, column in enumerate(columns):
			value = Case()
			for name, values in batch:
				value = value.when(table.name == name, values[position])
			query = query.set(table[column], value)
		query.run()
