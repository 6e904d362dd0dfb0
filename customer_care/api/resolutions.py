"""What the browser may call about what a customer gets for a complaint."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from partner_relations.customer_care import resolution_documents, resolution_overview, resolutions
from partner_relations.customer_care.complaint_steps import COMPLAINT


@frappe.whitelist()
def overview(complaint: str) -> dict[str, Any]:
	"""What was granted, the documents made of it, what else is possible: see `resolution_overview`."""
	return resolution_overview.overview(_readable(complaint))


@frappe.whitelist()
def offers(complaint: str) -> list[dict[str, Any]]:
	"""What the lines of a complaint allow, for the dialog that proposes it."""
	document = _readable(complaint)
	document.check_permission("write")
	return resolutions.offers(document)


@frappe.whitelist()
def worth(complaint: str, kind: str, lines: list | str | None = None) -> dict[str, Any]:
	"""What one kind of resolution would be worth of some lines, or why it can't be made of them."""
	document = _readable(complaint)
	document.check_permission("write")
	return resolutions.offer(document, kind, _lines(lines))


@frappe.whitelist(methods=["POST"])
def propose(
	complaint: str,
	kind: str,
	amount: float | str | None = None,
	note: str | None = None,
	lines: list | str | None = None,
) -> list[str]:
	"""Propose a resolution; `resolutions.propose` checks the right to."""
	_readable(complaint)
	return resolutions.propose(complaint, kind, amount, note, _lines(lines))


@frappe.whitelist(methods=["POST"])
def approve(complaint: str, row: str, reason: str | None = None) -> None:
	"""Approve a resolution that awaits it; `resolutions.approve` checks who may."""
	_readable(complaint)
	resolutions.approve(complaint, row, reason)


@frappe.whitelist(methods=["POST"])
def reject(complaint: str, row: str, reason: str) -> None:
	"""Reject a resolution that awaits its approval."""
	_readable(complaint)
	resolutions.reject(complaint, row, reason)


@frappe.whitelist(methods=["POST"])
def withdraw(complaint: str, row: str, reason: str) -> None:
	"""Take back a resolution of which nothing was made."""
	_readable(complaint)
	resolutions.withdraw(complaint, row, reason)


@frappe.whitelist(methods=["POST"])
def make(complaint: str, row: str) -> dict[str, str]:
	"""Make the document of an approved resolution; its doctype and name."""
	_readable(complaint)
	doctype, name = resolution_documents.make(complaint, row)
	return {"doctype": doctype, "name": name}


def _lines(lines: list | str | None) -> list[dict[str, Any]] | None:
	"""The lines chosen, as rows with names and quantities; None where nobody chose."""
	chosen = frappe.parse_json(lines) if lines else None
	if chosen is None:
		return None
	if not isinstance(chosen, list) or not all(isinstance(line, dict) for line in chosen):
		frappe.throw(_("Choose the lines again."))
	return chosen


def _readable(complaint: str) -> Document:
	document = frappe.get_doc(COMPLAINT, complaint)
	document.check_permission("read")
	return document
