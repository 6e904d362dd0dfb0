"""Builders of contracts for the site tests: real documents, taken through life by the people who may."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import frappe
from factories import COMPANY, day, make_supplier, make_user, unique
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime, today

from partner_relations.supplier_quality.contract_steps import take_step

START, END = date(date.today().year, 1, 1), date(date.today().year, 12, 31)


@contextmanager
def acting_as(user: str) -> Iterator[str]:
	"""Do something as another user."""
	before = frappe.session.user
	frappe.set_user(user)
	try:
		yield user
	finally:
		frappe.set_user(before)


def buyer() -> str:
	"""A new user who may draft, approve and amend contracts with suppliers."""
	return make_user("Purchase Manager", "Supplier Quality Manager")


def allow_any_clauses() -> None:
	"""Take the mandatory clauses out, for tests of what has nothing to do with clauses."""
	frappe.db.delete("Contract Clause Rule")


def make_contract(supplier: str | None = None, *, by: str | None = None, **values: Any) -> Document:
	"""A draft by a new buyer, over this calendar year; without clauses, unless given."""
	allow_any_clauses()
	values = {
		"party_type": "Supplier",
		"party_name": supplier or make_supplier(),
		"company": COMPANY,
		"currency": "USD",
		"start_date": START,
		"end_date": END,
		"contract_terms": "What both sides promise.",
		**values,
	}
	for field in ("start_date", "end_date"):  # ERPNext compares them as they come
		values[field] = str(values[field]) if values[field] else None
	with acting_as(by or buyer()):
		return frappe.get_doc(doctype="Contract", **values).insert()


def review(contract: Document, by: str | None = None) -> Document:
	"""Send a draft to legal review and let a lawyer pass it."""
	with acting_as(contract.owner):
		take_step(contract.name, "request_review")
	with acting_as(by or buyer()):
		return take_step(contract.name, "pass_review", {"comment": "No objection."})


def approve(contract: Document, by: str | None = None) -> Document:
	"""Review and submit a draft; the approver is another new user."""
	if contract.life_cycle == "Drafting":
		review(contract)
	with acting_as(by or buyer()):
		return take_step(contract.name, "approve")


def attach(contract: Document | None = None) -> str:
	"""The address of an uploaded file."""
	file = frappe.get_doc(
		doctype="File",
		file_name=f"{unique('signed')}.txt",
		content="Signed by both sides.",
		is_private=1,
		attached_to_doctype=contract.doctype if contract else None,
		attached_to_name=contract.name if contract else None,
	)
	return file.insert(ignore_permissions=True).file_url


def sign(contract: Document) -> Document:
	"""Archive an approved contract."""
	details = {"signed_file": attach(contract), "signee": "Ann Partner", "signed_on": now_datetime()}
	return take_step(contract.name, "archive", details)


def contract_in_force(supplier: str | None = None, **values: Any) -> Document:
	"""A contract that was drafted, reviewed, approved and signed."""
	return sign(approve(make_contract(supplier, **values)))


def make_amendment(
	contract: Document | str,
	*changes: Mapping[str, Any],
	effective: date | str | None = None,
	by: str | None = None,
	confirmed_by_party: bool = True,
	**values: Any,
) -> Document:
	"""A draft of an amendment by a new buyer, with the partner's confirmation unless told otherwise."""
	if confirmed_by_party:
		values = {
			"party_confirmed_by": "Ann Partner",
			"party_confirmed_on": today(),
			"party_confirmation": attach(),
			**values,
		}
	with acting_as(by or buyer()):
		return frappe.get_doc(
			doctype="Contract Amendment",
			contract=contract if isinstance(contract, str) else contract.name,
			title=values.pop("title", "Amendment"),
			reason=values.pop("reason", "Both sides want it."),
			effective_from=effective or add_days(today(), 30),
			changes=list(changes),
			**values,
		).insert()


def confirm(amendment: Document, by: str | None = None) -> Document:
	"""Submit an amendment as somebody else than its drafter."""
	with acting_as(by or buyer()):
		return frappe.get_doc(amendment.doctype, amendment.name).submit()


def amend(contract: Document | str, *changes: Mapping[str, Any], **values: Any) -> Document:
	"""A confirmed amendment."""
	return confirm(make_amendment(contract, *changes, **values))


def make_blanket_order(
	agreement: Document, rates: Mapping[str, float], *, submit: bool = True, **values: Any
) -> Document:
	"""Prices agreed in a contract, by item and stock unit, over two years."""
	order = frappe.get_doc(
		{
			"doctype": "Blanket Order",
			"blanket_order_type": "Purchasing",
			"supplier": agreement.party_name,
			"company": COMPANY,
			"from_date": day(1, 1),
			"to_date": END,
			"contract": agreement.name,
			"items": [{"item_code": item, "qty": 1000, "rate": rate} for item, rate in rates.items()],
			**values,
		}
	).insert()
	return order.submit() if submit else order
