"""What the browser may call about the life of a contract and its amendments."""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from partner_relations.supplier_quality import amending, contract_steps, contract_text
from partner_relations.supplier_quality.amendments import AMENDMENT
from partner_relations.supplier_quality.contract_steps import CONTRACT


@frappe.whitelist()
def next_steps(contract: str) -> list[dict[str, Any]]:
	"""The steps that this user may take with a contract, or why one can't be taken yet."""
	return contract_steps.next_steps(_readable(contract))


@frappe.whitelist(methods=["POST"])
def take_step(contract: str, step: str, details: dict | str | None = None) -> None:
	"""Take a step in the life of a contract; `contract_steps.take_step` checks the right to each."""
	_readable(contract)
	contract_steps.take_step(contract, step, frappe.parse_json(details) if details else None)


@frappe.whitelist()
def text_on(contract: str, day: str) -> dict[str, Any]:
	"""What a contract says on a day, its confirmed amendments included."""
	return contract_text.text_on(_readable(contract), getdate(day))


@frappe.whitelist()
def amendments(contract: str) -> list[dict[str, Any]]:
	"""The amendments of a contract that the user may read, those that nobody has confirmed yet included."""
	return contract_text.amendments_of(_readable(contract))


@frappe.whitelist()
def changes(amendment: str) -> dict[str, Any]:
	"""What a saved amendment changes, old beside new, and what it still needs."""
	document = frappe.get_doc(AMENDMENT, amendment)
	document.check_permission("read")
	_readable(document.contract)
	return contract_text.changes_of(document)


@frappe.whitelist()
def amendable_entries(contract: str, day: str) -> list[dict[str, str]]:
	"""The clauses and obligations in force on a day, of which an amendment changes some."""
	_readable(contract)
	return [
		{"subject": subject, "value": key, "label": entry["title"]}
		for (subject, key), entry in amending.entries_on(contract, getdate(day)).items()
	]


def _readable(contract: str) -> Document:
	document = frappe.get_doc(CONTRACT, contract)
	document.check_permission("read")
	return document
