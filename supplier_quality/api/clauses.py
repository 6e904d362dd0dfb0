"""What the browser may call about clauses: the library, and what a contract takes from it."""

from typing import Any

import frappe
from frappe import _

from partner_relations.supplier_quality import clause_library, clauses
from partner_relations.supplier_quality.agreements.placeholders import NAMES
from partner_relations.supplier_quality.clause_library import CLAUSE


@frappe.whitelist()
def placeholders() -> list[dict[str, str]]:
	"""What may stand between braces in the text of a clause, with what it is filled in with."""
	frappe.has_permission(CLAUSE, "read", throw=True)
	labels = {
		"contract": _("Number of the contract"),
		"party": _("Name of the partner"),
		"company": _("Our company"),
		"start_date": _("First day of the contract"),
		"end_date": _("Last day of the contract"),
		"value": _("Contract value, without its currency"),
		"currency": _("Currency of the contract"),
		"notice_days": _("Notice period in days"),
		"renewal_months": _("Months by which it is renewed"),
		"contract_owner": _("Full name of the contract owner"),
	}
	return [{"name": name, "label": labels[name]} for name in NAMES]


@frappe.whitelist(methods=["POST"])
def approve(clause: str) -> None:
	"""Approve a draft, or say that a starting point was reviewed."""
	_must_be("write", clause)
	clause_library.approve(clause)


@frappe.whitelist(methods=["POST"])
def new_version(clause: str) -> str:
	"""A draft of the next version; returns its name."""
	_must_be("write", clause)
	return clause_library.new_version(clause)


@frappe.whitelist(methods=["POST"])
def retire(clause: str, note: str) -> None:
	"""Take an approved clause out of use, with the reason."""
	_must_be("write", clause)
	clause_library.retire(clause, note)


@frappe.whitelist()
def compare(clause: str) -> dict[str, Any]:
	"""A clause beside its previous version: {"version", "previous", "pieces"}."""
	document = _must_be("read", clause)
	if not document.previous_version:
		frappe.throw(_("This clause has no previous version."))
	previous = _must_be("read", document.previous_version)
	return {
		"version": document.version,
		"previous": previous.version,
		"pieces": clauses.pieces(previous.body, document.body),
	}


@frappe.whitelist()
def overview(contract: str) -> dict[str, Any]:
	"""What is mandatory, missing, departing, unreviewed or unfilled in a saved contract."""
	document = frappe.get_doc("Contract", contract)
	document.check_permission("read")
	return clauses.overview(document)


@frappe.whitelist()
def rows_of_template(template: str, contract: str) -> list[dict[str, Any]]:
	"""The clauses that a contract (JSON of the form) takes from a template, filled in."""
	frappe.has_permission("Contract Template", "read", template, throw=True)
	return clauses.rows_of_template(template, _from_form(contract))


@frappe.whitelist()
def frozen_row(clause: str, contract: str) -> dict[str, Any]:
	"""One clause of the library, filled in for a contract (JSON of the form)."""
	_must_be("read", clause)
	return clauses.frozen_row(clause, _from_form(contract))


def _must_be(permission: str, clause: str) -> Any:
	document = frappe.get_doc(CLAUSE, clause)
	document.check_permission(permission)
	return document


def _from_form(contract: str) -> dict[str, Any]:
	"""A contract as it stands in the form, perhaps never saved; the user must be allowed to see its party."""
	frappe.has_permission("Contract", "write", throw=True)
	document = frappe.parse_json(contract)
	if not isinstance(document, dict):
		frappe.throw(_("This is not a contract."))
	if document.get("party_type") not in ("Supplier", "Customer"):
		document["party_name"] = None
	elif document.get("party_name"):
		frappe.has_permission(document["party_type"], "read", document["party_name"], throw=True)
	if document.get("__islocal"):
		document["name"] = None
	return document
