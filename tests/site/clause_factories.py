"""Clauses, contract templates and contracts for the site tests; like `factories`, nothing is committed."""

from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any

import frappe
from factories import COMPANY, make_supplier, make_user, unique
from frappe.model.document import Document

from partner_relations.supplier_quality import clause_library, contract_steps
from partner_relations.supplier_quality.clause_library import CLAUSE

BODY = "<p>{party} keeps what {company} tells it to itself.</p>"


@contextmanager
def as_user(user: str):
	"""What is inside is done by somebody else."""
	before = frappe.session.user
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user(before)


def make_clause(clause_type: str = "Confidentiality", body: str = BODY, **values: Any) -> Document:
	"""A draft of a clause by the current user."""
	values = {"title": unique(clause_type), "language": "en", **values}
	return frappe.get_doc(doctype=CLAUSE, clause_type=clause_type, body=body, **values).insert()


def approve(clause: Document) -> Document:
	"""Let a new Supplier Quality Manager approve a draft."""
	with as_user(make_user("Supplier Quality Manager")):
		clause_library.approve(clause.name)
	return clause.reload()


def make_approved(clause_type: str = "Confidentiality", body: str = BODY, **values: Any) -> Document:
	"""A clause that a contract can take."""
	return approve(make_clause(clause_type, body, **values))


def make_next_version(clause: Document, body: str, **values: Any) -> Document:
	"""The next version, approved."""
	draft = frappe.get_doc(CLAUSE, clause_library.new_version(clause.name))
	draft.update({"body": body, **values})
	return approve(draft.save())


def make_contract_template(*clauses: Document, **values: Any) -> Document:
	"""A contract template with these clauses."""
	return frappe.get_doc(
		doctype="Contract Template",
		title=unique("Template"),
		clauses=[{"clause": clause.name} for clause in clauses],
		**values,
	).insert()


def make_rule(clause_type: str, **values: Any) -> Document:
	"""A type of clause becomes mandatory."""
	return frappe.get_doc(doctype="Contract Clause Rule", clause_type=clause_type, **values).insert()


def new_contract(*clauses: Document, supplier: str | None = None, **values: Any) -> Document:
	"""A contract with these clauses, not saved. Without any it has a text of its own."""
	values = {
		"party_type": "Supplier",
		"party_name": supplier or make_supplier(),
		"company": COMPANY,
		"currency": "USD",
		"start_date": "2026-03-01",
		"end_date": "2027-02-28",
		"clauses": [{"clause": clause.name} for clause in clauses],
		**values,
	}
	if not values["clauses"] and not values.get("contract_template"):
		values.setdefault("contract_terms", "<p>As agreed.</p>")
	return frappe.get_doc(doctype="Contract", **values)


def make_contract(*clauses: Document, **values: Any) -> Document:
	"""A saved draft of a contract."""
	return new_contract(*clauses, **values).insert()


def submit(contract: Document, roles: Sequence[str] = ("Purchase Manager",)) -> Document:
	"""Request approval, and let somebody else approve, which is submitting."""
	frappe.db.set_single_value("Supplier Quality Settings", "require_legal_review", 0)
	if contract.life_cycle == "Drafting":
		contract_steps.take_step(contract.name, "request_approval")
		contract.reload()
	with as_user(make_user(*roles)):
		contract.submit()
	return contract


def texts(contract: Document) -> list[str]:
	"""The texts of a contract's clauses."""
	return [row.text for row in contract.clauses]
