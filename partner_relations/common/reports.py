"""What reports of both sides share: filters as people give them, and who may be shown."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.utils import fmt_money


def visible_names(doctype: str, names: Iterable[str]) -> set[str]:
	"""The suppliers or customers (`doctype`) that the user may see, of those named: one query at most.

	Whose role reads none of them sees all those that a document names: it names them anyway.
	"""
	wanted = set(names)
	if not wanted or not frappe.has_permission(doctype, "read"):
		return wanted
	filters = {"name": ("in", list(wanted))}
	return set(frappe.get_list(doctype, filters=filters, pluck="name", limit_page_length=0))


def check_period(from_date: Any, to_date: Any) -> None:
	"""Raise frappe.ValidationError for a period that ends before it starts; either day may be None."""
	if from_date and to_date and from_date > to_date:
		frappe.throw(_("The period ends before it starts: {0} is after {1}.").format(from_date, to_date))


def two_decimals(number: float) -> str:
	"""The number as the user writes numbers, with two decimals: the cards above a report show three."""
	return fmt_money(number, precision=2)


def as_list(value: Any) -> list[str]:
	"""The values of a filter that holds several: a list, JSON of a list, or a single name."""
	if not value:
		return []
	if isinstance(value, str):
		value = frappe.parse_json(value) if value.startswith("[") else [value]
	return [str(entry) for entry in value]
