"""What the print of a contract says beside its clauses: the parties with their addresses, the obligations."""

from typing import Any

import frappe
from frappe import _
from frappe.contacts.doctype.address.address import get_default_address, render_address
from frappe.model.document import Document
from frappe.utils import flt, fmt_money

from partner_relations.supplier_quality.clauses import long_date, values


def contract_letter(contract: Document) -> dict[str, Any]:
	"""For the print format, in the language of the print.

	`ours` and `theirs` (role, name, tax id, address as HTML), `obligations` (title, promise, remedy, note as
	sentences), and what placeholders stand for: start_date, end_date, value, currency.
	"""
	return {
		**values(contract, frappe.local.lang),
		"ours": _party(
			_("Seller") if contract.party_type == "Customer" else _("Buyer"),
			"Company",
			contract.get("company"),
			contract.get("company"),
		),
		"theirs": _party(
			_("Customer") if contract.party_type == "Customer" else _("Supplier"),
			contract.party_type,
			contract.party_name,
			contract.party_full_name or contract.party_name,
		),
		"obligations": [_obligation(row, contract) for row in contract.get("obligations") or []],
	}


def _party(role: str, doctype: str, name: str | None, full_name: str | None) -> dict[str, Any]:
	address = get_default_address(doctype, name) if name else None
	return {
		"role": role,
		"name": full_name or "",
		"tax_id": frappe.db.get_value(doctype, name, "tax_id") if name and doctype != "Employee" else None,
		# Who may print the contract may see where its parties sit.
		"address": render_address(address, check_permissions=False) if address else "",
	}


def _obligation(row: Document, contract: Document) -> dict[str, str]:
	return {
		"title": row.title,
		"promise": _deliverable(row, contract) if row.kind == "Dated deliverable" else _promise(row),
		"remedy": row.remedy_scheme or "",
		"note": row.note or "",
	}


def _deliverable(row: Document, contract: Document) -> str:
	who = contract.company if row.owed_by == "Us" else contract.party_full_name or contract.party_name
	return _("Owed by {0} by {1}").format(who, long_date(row.due_date, frappe.local.lang))


def _promise(row: Document) -> str:
	kpi, unit = row.kpi, row.unit or ""
	target = f"{fmt_money(row.target, precision=0 if flt(row.target).is_integer() else 2)} {_(unit)}"
	sentence = _("{0}: at most {1}") if row.comparison == "At most" else _("{0}: at least {1}")
	each = {
		"Month": _("judged each month"),
		"Quarter": _("judged each quarter"),
		"Half-Year": _("judged each half-year"),
		"Year": _("judged each year"),
	}[row.judged_each or "Quarter"]
	return f"{sentence.format(_(kpi), target.strip())}, {each}"
