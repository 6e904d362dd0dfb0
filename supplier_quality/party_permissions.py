"""User Permissions on suppliers and customers, for documents that name them by a dynamic link.

Frappe applies User Permissions to plain links only, so whoever may see one supplier would see the breaches of
all.
"""

from typing import Any

import frappe

PARTY_TYPES = ("Supplier", "Customer")


def has_permission(doc, ptype: str | None = None, user: str | None = None) -> bool:
	"""Hook `has_permission` of documents with a party: False for one that is hidden from the user."""
	allowed = _allowed(doc.doctype, doc.get("party_type"), user or frappe.session.user)
	return allowed is None or doc.get("party") in allowed


def breach_conditions(user: str | None = None) -> str:
	"""Hook `permission_query_conditions` of Contract Breach."""
	return _conditions("Contract Breach", user)


def result_conditions(user: str | None = None) -> str:
	"""Hook `permission_query_conditions` of Contract Obligation Result."""
	return _conditions("Contract Obligation Result", user)


def _conditions(doctype: str, user: str | None) -> str:
	table, parts = f"`tab{doctype}`", []
	for party_type in PARTY_TYPES:
		allowed = _allowed(doctype, party_type, user or frappe.session.user)
		if allowed is not None:
			# Frappe takes conditions as text, and escapes its own in the same way.
			names = ", ".join(frappe.db.escape(name, percent=False) for name in sorted(allowed))
			parts.append(f"({table}.`party_type` != '{party_type}' or {table}.`party` in ({names}))")
	return " and ".join(parts)


def _allowed(doctype: str, party_type: str | None, user: str) -> set[str] | None:
	"""The parties that a user may see in this document type; None: all of them."""
	rows: list[Any] = frappe.permissions.get_user_permissions(user).get(party_type or "") or []
	names = {row.get("doc") for row in rows if row.get("applicable_for") in (None, "", doctype)}
	return names or None
