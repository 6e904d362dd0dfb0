"""Small help for controllers."""

import re
from collections.abc import Container, Iterator, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model import no_value_fields, numeric_fieldtypes, table_fields
from frappe.utils import cast, sanitize_html

_TAG = re.compile("<[a-zA-Z/!?]")


def keep_computed_fields(doc) -> None:
	"""Put back what people can't change in the form: read-only fields are Frappe's word to the browser only.

	For documents whose read-only fields are written by services alone (which don't save the document).
	"""
	before = doc.get_doc_before_save()
	if before is None:
		return
	for field in _computed_fields(doc, also_set_once=True):
		doc.set(field.fieldname, before.get(field.fieldname))


def clear_computed_fields(doc) -> None:
	"""The same for a document that somebody inserts: what only services may write starts at its default."""
	for field in _computed_fields(doc):
		if field.fieldtype == "Table":
			doc.set(field.fieldname, [])
		elif field.fieldtype in numeric_fieldtypes:
			# 0 as in the database, lest the timeline tells of a change from 0 to nothing
			doc.set(field.fieldname, cast(field.fieldtype, field.default))
		else:
			doc.set(field.fieldname, field.default)


def _computed_fields(doc, also_set_once: bool = False) -> Iterator[Any]:
	for field in doc.meta.fields:
		if (field.read_only or (also_set_once and field.set_only_once)) and (
			field.fieldtype not in no_value_fields or field.fieldtype == "Table"
		):
			yield field


def without_scripts(text: str | None) -> str:
	"""A text that somebody entered, trimmed, and with nothing in it that a browser would run.

	Frappe does so when a document is saved. `db_set` and SQL don't, and the Desk shows read-only texts as
	HTML. Where it has no tags ("3 < 5") it stays as it is.
	"""
	text = (text or "").strip()
	# Frappe leaves out what is valid JSON, which a text with a script can be too.
	return sanitize_html(text, always_sanitize=True) if _TAG.search(text) else text


def changed_fields(doc, before, aside: Container[str] = ()) -> list[str]:
	"""Names of the fields that a person changed since `before`, read-only ones and those `aside` left out."""
	return [
		field.fieldname
		for field in doc.meta.fields
		if field.fieldname not in aside
		and not field.read_only
		and not field.is_virtual
		and (field.fieldtype not in no_value_fields or field.fieldtype in table_fields)
		and _comparable(doc, field) != _comparable(before, field)
	]


def guard_rows(rows: Sequence[Any], before: Sequence[Any], may_change: Container[str], advice: str) -> None:
	"""Refuse new, missing and changed rows of a submitted document's table, fields `may_change` aside.

	Frappe itself lets rows come and go where one of their fields may be changed after submission. Read-only
	fields are put back. `advice` is a sentence that says what to do instead.
	"""
	earlier = {row.name: row for row in before}
	if {row.name for row in rows} != set(earlier):
		frappe.throw(
			_("Rows can't be added or removed after submission. {0}").format(advice),
			frappe.UpdateAfterSubmitError,
		)
	for row in rows:
		if _row_values(row, may_change) != _row_values(earlier[row.name], may_change):
			frappe.throw(
				_("Row {0} can't be changed after submission. {1}").format(row.idx, advice),
				frappe.UpdateAfterSubmitError,
			)
	keep_computed_rows(rows, before)


def keep_computed_rows(rows: Sequence[Any], before: Sequence[Any]) -> None:
	"""Put back what people can't change in the rows that were there before: see `keep_computed_fields`."""
	earlier = {row.name: row for row in before}
	for row in rows:
		if row.name in earlier:
			for field in row.meta.fields:
				if field.read_only:
					row.set(field.fieldname, earlier[row.name].get(field.fieldname))


def _comparable(doc, field: Any) -> Any:
	if field.fieldtype in table_fields:
		return [_row_values(row) for row in doc.get(field.fieldname)]
	return _value(doc, field)


def _value(doc, field: Any) -> Any:
	"""The value in its own type, whether it came from the browser or the database; None where it is empty."""
	return (doc.get(field.fieldname) and doc.get_value(field.fieldname)) or None


def _row_values(row, aside: Container[str] = ()) -> dict[str, Any]:
	values = {
		field.fieldname: _value(row, field)
		for field in row.meta.fields
		if not field.read_only and field.fieldtype not in no_value_fields and field.fieldname not in aside
	}
	return {"name": row.name, "idx": row.idx, **values}
