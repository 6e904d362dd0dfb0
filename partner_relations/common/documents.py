"""Small help for controllers."""

from collections.abc import Iterator
from typing import Any

from frappe.model import no_value_fields


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
		doc.set(field.fieldname, [] if field.fieldtype == "Table" else field.default)


def _computed_fields(doc, also_set_once: bool = False) -> Iterator[Any]:
	for field in doc.meta.fields:
		if (field.read_only or (also_set_once and field.set_only_once)) and (
			field.fieldtype not in no_value_fields or field.fieldtype == "Table"
		):
			yield field
