"""What ERPNext refuses comes back as one message, and nothing is left half done."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe.utils import cstr


@contextmanager
def nothing_half_done(
	failed: str, *made: str, title: str, instead: str = "", **options: Any
) -> Iterator[None]:
	"""Undo all that was written inside when ERPNext refuses, and say so in one message with its reason.

	`failed` and `instead` are sentences for before and after the reason, `made` the document types that are
	made or changed inside. `options` are those of `frappe.msgprint`.
	"""
	savepoint = "nothing_half_done"
	messages = len(frappe.local.message_log)
	frappe.db.savepoint(savepoint)
	try:
		yield
	except (frappe.ValidationError, frappe.PermissionError) as error:
		frappe.db.rollback(save_point=savepoint)
		# A rolled-back name is given again: nothing of its first owner may stay cached.
		for doctype in made:
			frappe.clear_document_cache(doctype)
		told = frappe.local.message_log[messages:]
		del frappe.local.message_log[messages:]
		reason = told[-1].get("message") if told else cstr(error)
		frappe.msgprint(
			" ".join(filter(None, (failed, reason, instead))),
			title=title,
			indicator="red",
			raise_exception=type(error),
			**options,
		)
