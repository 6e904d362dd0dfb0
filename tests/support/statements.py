"""Counting the SQL statements that a piece of code sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe

WRITES = ("insert", "update", "delete", "replace", "alter", "create", "drop", "truncate")


class Statements(list[str]):
	"""The statements in order, as they were sent."""

	@property
	def writes(self) -> list[str]:
		"""Those that change rows or tables."""
		return [text for text in self if text.lstrip(" (").lower().startswith(WRITES)]

	def of(self, table: str) -> list[str]:
		"""Those that name a document type's table."""
		return [text for text in self if f"`tab{table}`" in text]


@contextmanager
def statements() -> Iterator[Statements]:
	"""Collect every statement that goes through `frappe.db.sql`, which is all of them."""
	seen = Statements()
	real = frappe.db.sql

	def noted(query, *args, **kwargs):
		seen.append(str(query))
		return real(query, *args, **kwargs)

	frappe.db.sql = noted
	try:
		yield seen
	finally:
		frappe.db.sql = real
