"""What the browser may call for rewards and penalties. The services check the right to each step again."""

from typing import Any

import frappe
from frappe.utils import cstr, flt

from partner_relations.supplier_quality import effects, posting, remedy_schemes, reward_penalty
from partner_relations.supplier_quality.rating.numbers import decimal
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY


@frappe.whitelist()
def overview(name: str) -> dict[str, Any]:
	"""What a record's form shows beside its fields: the calculation, what it does, what can follow."""
	document = _readable(name)
	return {
		"steps": remedy_schemes.explain(document.calculation),
		"effect": effects.describe(document),
		"objection_to_approving": reward_penalty.objection_to_approving(document, document.modified_by),
		"objection_to_posting": posting.objection_to_posting(document),
		"may_answer": reward_penalty.may_answer(document),
		"restrictions": _restrictions(name),
		"ledger_amount": float(posting.ledger_amounts([name]).get(name, 0)),
		"can_post": _may("Journal Entry", "create", "submit"),
		"can_make_debit_note": _may("Purchase Invoice", "create"),
	}


@frappe.whitelist(methods=["POST"])
def approve(names: list | str) -> dict[str, list]:
	"""Approve proposals; returns {"approved": [{"name", "status"}], "skipped": [{"name", "reason"}]}."""
	frappe.has_permission(REWARD_PENALTY, "submit", throw=True)
	if isinstance(names, str):
		names = frappe.parse_json(names) if names.startswith("[") else [names]
	return reward_penalty.approve_all([cstr(name) for name in names])


@frappe.whitelist(methods=["POST"])
def waive(name: str, reason: str) -> None:
	"""Reject a proposal, or waive what was approved."""
	frappe.has_permission(REWARD_PENALTY, "submit", name, throw=True)
	reward_penalty.waive(name, reason)


@frappe.whitelist(methods=["POST"])
def end(name: str, reason: str) -> None:
	"""End a measure that is in effect."""
	frappe.has_permission(REWARD_PENALTY, "submit", name, throw=True)
	reward_penalty.end(name, reason)


@frappe.whitelist(methods=["POST"])
def calculate(
	name: str, value: float = 0, units: float = 0, exempt_units: float = 0, grade: str | None = None
) -> dict[str, Any]:
	"""Compute the amount of a proposal by its Remedy Scheme, save it with the steps, and return it."""
	frappe.has_permission(REWARD_PENALTY, "write", name, throw=True)
	amount = reward_penalty.calculate(name, _number(value), _number(units), _number(exempt_units), grade)
	return {"amount": float(amount)}


@frappe.whitelist(methods=["POST"])
def send_notice(
	name: str, recipients: list | str | None = None, message: str | None = None
) -> dict[str, str | None]:
	"""Mail the notice to the supplier."""
	frappe.has_permission(REWARD_PENALTY, "email", name, throw=True)
	if isinstance(recipients, str) and recipients.startswith("["):
		recipients = frappe.parse_json(recipients)
	return reward_penalty.send_notice(name, recipients, message)


@frappe.whitelist(methods=["POST"])
def record_notice(name: str, given_on: str, how: str) -> None:
	"""Note that the supplier was told otherwise than by mail."""
	frappe.has_permission(REWARD_PENALTY, "submit", name, throw=True)
	reward_penalty.record_notice(name, given_on, how)


@frappe.whitelist(methods=["POST"])
def record_response(name: str, answer: str, text: str | None = None, by: str | None = None) -> None:
	"""Note an answer that the supplier gave otherwise than on its own page; `by` is who gave it."""
	frappe.has_permission(REWARD_PENALTY, "write", name, throw=True)
	reward_penalty.record_response(name, answer, text, reward_penalty.answered_by(by))


@frappe.whitelist(methods=["POST"])
def decide_dispute(name: str, decision: str, reason: str) -> None:
	"""Uphold or waive what the supplier disputes."""
	frappe.has_permission(REWARD_PENALTY, "submit", name, throw=True)
	reward_penalty.decide_dispute(name, decision, reason)


@frappe.whitelist(methods=["POST"])
def post(name: str, posting_date: str | None = None) -> str:
	"""Post by a Journal Entry; returns its name. `posting.post` checks the right to Journal Entries."""
	frappe.has_permission(REWARD_PENALTY, "read", name, throw=True)
	return posting.post(name, posting_date)


@frappe.whitelist(methods=["POST"])
def reverse(name: str, posting_date: str | None = None) -> str:
	"""Post a reversing Journal Entry; returns its name."""
	frappe.has_permission(REWARD_PENALTY, "read", name, throw=True)
	return posting.reverse(name, posting_date)


@frappe.whitelist(methods=["POST"])
def make_debit_note(name: str) -> str:
	"""Draft a debit note for the accountants; returns its name."""
	frappe.has_permission(REWARD_PENALTY, "read", name, throw=True)
	return posting.make_debit_note(name)


def _readable(name: str):
	document = frappe.get_doc(REWARD_PENALTY, name)
	document.check_permission("read")
	return document


def _restrictions(name: str) -> list[Any]:
	"""The restrictions that a record has imposed, as far as the user may see them."""
	if not frappe.has_permission("Supplier Restriction", "read"):
		return []
	return frappe.get_list(
		"Supplier Restriction",
		filters={"source_type": REWARD_PENALTY, "source_name": name},
		fields=["name", "document_type", "status", "until"],
		order_by="name asc",
	)


def _may(doctype: str, *rights: str) -> bool:
	return all(frappe.has_permission(doctype, right) for right in rights)


def _number(value: float):
	return decimal(flt(value))
