"""What the print of a contract says beside its clauses: the parties with their addresses, the obligations.

With the print setting `as_of` any print of a contract shows what it says on that day, amendments included:
/printview?doctype=Contract&name=...&format=Contract with Clauses&settings={"as_of": "2026-05-01"}
"""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.contacts.doctype.address.address import get_default_address, render_address
from frappe.model.document import Document
from frappe.utils import flt, fmt_money

from partner_relations.supplier_quality.amendments import AMENDMENT
from partner_relations.supplier_quality.clauses import long_date, values, write_text
from partner_relations.supplier_quality.contract_text import text_on


def show_as_of(contract: Document, method: str | None, settings: Mapping[str, Any] | None = None) -> None:
	"""`before_print` of Contract: with the setting `as_of`, the document prints as it reads on that day.

	It is changed in memory only. Whoever may print the contract may; reading it, or a link that was shared,
	isn't enough.
	"""
	if not (settings or {}).get("as_of"):
		return
	contract.check_permission("print")
	text = text_on(contract, settings["as_of"])
	contract.set("clauses", [_printed(row, "entry_key") for row in text["clauses"]])
	contract.set("obligations", [_printed(row, "obligation_key") for row in text["obligations"]])
	if contract.clauses:
		write_text(contract)
	contract.end_date, contract.contract_value = text["end_date"], text["value"]
	contract.flags.text_as_of = text


def _printed(row: Mapping[str, Any], key_field: str) -> dict[str, Any]:
	return {**row, key_field: row["key"], "amended_by": row["amendment"]}


def contract_letter(contract: Document) -> dict[str, Any]:
	"""For the print format, in the language of the print.

	`ours` and `theirs` (role, name, tax id, address as HTML), `obligations` (title, promise, remedy, note as
	sentences, amended_by), `signed_on`, what placeholders stand for: start_date, end_date, value, currency.
	`as_of` is the day for which it is printed (`show_as_of`), None for the contract as it was signed;
	`amendments` are those in effect on that day, or all confirmed ones: name, title, days as text and who
	confirmed.
	"""
	text = contract.flags.text_as_of
	return {
		**values(contract, frappe.local.lang),
		"as_of": long_date(text["day"], frappe.local.lang) if text else None,
		"amendments": _amendments(contract, text),
		"signed_on": long_date(contract.get("signed_on"), frappe.local.lang),
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


def _amendments(contract: Document, text: Mapping[str, Any] | None) -> list[dict[str, Any]]:
	filters: dict[str, Any] = {"contract": contract.name, "docstatus": 1}
	if text:
		filters["name"] = ("in", [row["name"] for row in text["amendments"]])
	# Who may print the contract may see what it was amended by.
	rows = frappe.get_all(
		AMENDMENT,
		filters=filters,
		fields=[
			"name",
			"title",
			"effective_from",
			"party_confirmed_by",
			"party_confirmed_on",
			"confirmed_by",
		],
		order_by="effective_from, confirmed_on, name",
	)
	lang = frappe.local.lang
	return [
		{
			"name": row.name,
			"title": row.title,
			"effective_from": long_date(row.effective_from, lang),
			"party_confirmed_by": row.party_confirmed_by,
			"party_confirmed_on": long_date(row.party_confirmed_on, lang),
			"confirmed_by": frappe.utils.get_fullname(row.confirmed_by),
		}
		for row in rows
	]


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
		"amended_by": row.get("amended_by"),
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
