"""User Permissions on suppliers and customers, for documents that name them by a dynamic link.

Frappe applies User Permissions to plain links only, so whoever may see one supplier would see the contracts
and breaches of all. An amendment names no party: whoever may see the contract may see it.
"""

from typing import Any

import frappe
from frappe.model.db_query import DatabaseQuery

PARTY_TYPES = ("Supplier", "Customer")
PARTY_FIELDS = {
	"Contract": "party_name",
	"Contract Breach": "party",
	"Contract Obligation Result": "party",
}
ROWS = {
	"Contract Clause Entry": "Contract",
	"Contract Fulfilment Checklist": "Contract",
	"Contract Obligation": "Contract",
	"Contract Amendment Change": "Contract Amendment",
}

# Frappe 16 takes every other answer for a no; to 15 a yes is the last word, and no other app is asked.
ALLOWED = True if int(frappe.__version__.split(".")[0]) >= 16 else None


def has_permission(doc, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Hook `has_permission` of documents with a party: False for one that is hidden from the user."""
	parties = allowed_parties(doc.doctype, doc.get("party_type"), user)
	return ALLOWED if parties is None or doc.get(PARTY_FIELDS[doc.doctype]) in parties else False


def amendment_has_permission(doc, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Hook `has_permission` of Contract Amendment: it takes the right to the contract too.

	To confirm an amendment, or to cancel it, changes what was approved: that takes the right to approve.
	"""
	if not (doc.get("contract") and frappe.db.exists("Contract", doc.contract)):
		return ALLOWED
	right = "submit" if ptype in ("submit", "cancel") else "read"
	return ALLOWED if frappe.has_permission("Contract", right, doc.contract, user=user) else False


def contract_conditions(user: str | None = None) -> str:
	"""Hook `permission_query_conditions` of Contract."""
	return _party_conditions("Contract", user)


def breach_conditions(user: str | None = None) -> str:
	"""Hook `permission_query_conditions` of Contract Breach."""
	return _party_conditions("Contract Breach", user)


def result_conditions(user: str | None = None) -> str:
	"""Hook `permission_query_conditions` of Contract Obligation Result."""
	return _party_conditions("Contract Obligation Result", user)


def amendment_conditions(user: str | None = None) -> str:
	"""Hook `permission_query_conditions` of Contract Amendment: those of the contracts that the user sees."""
	return _of_visible("Contract", "`tabContract Amendment`.`contract`", user)


def row_conditions(user: str | None = None, doctype: str = "") -> str:
	"""Hook `permission_query_conditions` of the tables of Contract and its amendments.

	To list the rows of a table by itself, Frappe asks for a right to the parent's document type alone.
	"""
	return _of_visible(ROWS[doctype], f"`tab{doctype}`.`parent`", user)


def _of_visible(doctype: str, column: str, user: str | None) -> str:
	"""That a column names a document which the user may see, as SQL; "" where these are all."""
	if not frappe.has_permission(doctype, "read", user=user):
		return "1 = 0"
	conditions = DatabaseQuery(doctype, user=user).build_match_conditions()
	return f"{column} in (select `name` from `tab{doctype}` where {conditions})" if conditions else ""


def _party_conditions(doctype: str, user: str | None) -> str:
	kind, party = f"`tab{doctype}`.`party_type`", f"`tab{doctype}`.`{PARTY_FIELDS[doctype]}`"
	parts = []
	for party_type in PARTY_TYPES:
		parties = allowed_parties(doctype, party_type, user)
		if parties is not None:
			# Frappe takes conditions as text, and escapes its own in the same way.
			names = ", ".join(frappe.db.escape(name, percent=False) for name in sorted(parties))
			parts.append(f"({kind} != '{party_type}' or {party} in ({names}))")
	return " and ".join(parts)


def allowed_parties(doctype: str, party_type: str | None, user: str | None = None) -> set[str] | None:
	"""The suppliers or customers that a user may see in documents of this type; None: all of them."""
	if party_type not in PARTY_TYPES:
		return None  # contracts with employees are HR's
	permitted = frappe.permissions.get_user_permissions(user or frappe.session.user)
	rows: list[Any] = permitted.get(party_type) or []
	names = {row.get("doc") for row in rows if row.get("applicable_for") in (None, "", doctype)}
	return names or None
