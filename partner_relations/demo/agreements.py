"""The demo's contracts, from a template of library clauses through review and approval to the signed file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.utils import add_days, get_datetime

from partner_relations.demo.cast import (
	AMENDMENTS,
	BUYER,
	CONTRACTS,
	COUNSEL,
	HEAD,
	PRODUCTS,
	SUPPLIERS,
	AmendmentRole,
	ContractRole,
	Promise,
)
from partner_relations.demo.quarters import Calendar
from partner_relations.demo.site import Context
from partner_relations.supplier_quality import amendments, contract_terms
from partner_relations.supplier_quality.agreements.amendments import REPLACE
from partner_relations.supplier_quality.amendments import AMENDMENT
from partner_relations.supplier_quality.contract_steps import CONTRACT, take_step

TEMPLATE = "Contract Template"
TITLE = "Supply Agreement"
REVIEW_COMMENT = "Liability and applicable law are as in our standard."

# Who takes which step, in this order.
STEPS = (
	("request_review", BUYER),
	("pass_review", COUNSEL),
	("approve", HEAD),
	("archive", BUYER),
)


def exist(company: str) -> bool:
	"""Whether the demo's contracts have been made."""
	return bool(frappe.db.exists(CONTRACT, {"company": company, "owner": BUYER[0]}))


def make(context: Context, calendar: Calendar, say: Callable[[str], None]) -> dict[str, int]:
	"""Draft the contracts and take each to its last step, without committing; returns how many were made."""
	template = make_template()
	for role in CONTRACTS:
		contract = _draft(context, calendar, role, template)
		_take_steps(contract, role, calendar)
		if role.agreed_prices:
			_agree_prices(contract, role, context)
	for role in AMENDMENTS:
		_amend(context, calendar, role)
	contract_terms.check_terms_daily()
	say(f"{len(CONTRACTS)} contracts, from a legal review to one that has expired")
	say(f"{len(AMENDMENTS)} amendments, one of them awaits its confirmation by both sides")
	return {CONTRACT: len(CONTRACTS), AMENDMENT: len(AMENDMENTS)}


def make_template() -> str:
	"""A template of the library's clauses in English, those that are approved; returns its name."""
	if not frappe.db.exists(TEMPLATE, TITLE):
		clauses = frappe.get_all(
			"Contract Clause",
			filters={"language": "en", "status": "Approved", "is_starting_point": 1},
			order_by="creation, name",
			pluck="name",
		)
		frappe.get_doc(
			doctype=TEMPLATE,
			title=TITLE,
			contract_terms="As the clauses say.",
			clauses=[{"clause": clause} for clause in clauses],
		).insert()
	return TITLE


@contextmanager
def acting_as(person: tuple[str, str, tuple[str, ...]]) -> Iterator[None]:
	"""Do something as one of the demo's users."""
	frappe.set_user(person[0])
	try:
		yield
	finally:
		frappe.set_user("Administrator")


def _draft(context: Context, calendar: Calendar, role: ContractRole, template: str) -> Any:
	start = _first_day(calendar, role.quarters_back)
	with acting_as(BUYER):
		return frappe.get_doc(
			doctype=CONTRACT,
			party_type="Supplier",
			party_name=context.suppliers[role.supplier],
			company=context.company,
			currency=context.currency,
			contract_value=role.value,
			contract_owner=BUYER[0],
			contract_template=template,
			start_date=str(start),
			end_date=str(calendar.today + timedelta(days=role.ends_in_days)),
			notice_days=role.notice_days,
			auto_renew=int(bool(role.renewal_months)),
			renewal_months=role.renewal_months,
			obligations=[
				_obligation(promise, start, calendar.today)
				for promise in role.promises
				if not promise.kpi or frappe.db.exists("Supplier KPI", promise.kpi)
			],
		).insert()


def _first_day(calendar: Calendar, quarters_back: int) -> date:
	"""The first day of the quarter so many before the one that awaits publishing; the first one at most."""
	return calendar.quarters[max(0, len(calendar.quarters) - 1 - quarters_back)].from_date


def _obligation(promise: Promise, start: date, today: date) -> dict[str, Any]:
	if promise.kpi:
		scheme = promise.scheme if frappe.db.exists("Remedy Scheme", promise.scheme) else None
		return {
			"kind": "KPI promise",
			"title": promise.title,
			"kpi": promise.kpi,
			"comparison": "At least",
			"target": promise.at_least,
			"judged_each": promise.each,
			"windows_begin": "Calendar",
			"remedy_scheme": scheme,
		}
	return {
		"kind": "Dated deliverable",
		"title": promise.title,
		"owed_by": promise.owed_by,
		"due_date": _day(promise.due_day, start, today),
		"delivered_on": _day(promise.handed_over_day, start, today) if promise.handed_over_day else None,
	}


def _day(number: int, start: date, today: date) -> date:
	return start + timedelta(days=number) if number > 0 else today + timedelta(days=number)


def _take_steps(contract: Any, role: ContractRole, calendar: Calendar) -> None:
	for step, person in STEPS:
		with acting_as(person):
			take_step(contract.name, step, _details(contract, step, role, calendar))
		if step == role.last_step:
			break


def _details(contract: Any, step: str, role: ContractRole, calendar: Calendar) -> dict[str, Any]:
	if step == "pass_review":
		return {"comment": REVIEW_COMMENT}
	if step != "archive":
		return {}
	return {
		"signed_file": _attach(contract, f"Here would be the scan of {contract.name}, signed by both sides."),
		"signee": role.signee,
		"signed_on": get_datetime(add_days(contract.start_date, -7)),
	}


def _attach(document: Any, content: str) -> str:
	file = frappe.get_doc(
		doctype="File",
		file_name=f"{document.name} signed.txt",
		content=content,
		is_private=1,
		attached_to_doctype=document.doctype,
		attached_to_name=document.name,
	).insert()
	return file.file_url


def _amend(context: Context, calendar: Calendar, role: AmendmentRole) -> None:
	"""Drafted by the buyer, confirmed by the partner, and for us by the head of purchasing."""
	supplier = context.suppliers[role.supplier]
	(name,) = frappe.get_all(CONTRACT, {"party_name": supplier, "company": context.company}, pluck="name")
	effective = add_days(calendar.today, role.in_days) if role.in_days else calendar.quarters[-1].from_date
	with acting_as(BUYER):
		amendment = frappe.get_doc(
			doctype=AMENDMENT,
			contract=name,
			title=role.title,
			reason=role.reason,
			effective_from=effective,
			has_new_value=int(bool(role.value)),
			new_value=role.value,
			changes=list(_changes(name, role, effective)),
		).insert()
		if not role.confirmed:
			return
		amendment.party_confirmed_by = _signee(role.supplier)
		amendment.party_confirmed_on = add_days(effective, -10)
		amendment.party_confirmation = _attach(
			amendment, f"Here would be the scan of {amendment.name}, signed by the partner."
		)
		amendment.save()
	with acting_as(HEAD):
		frappe.get_doc(AMENDMENT, amendment.name).submit()


def _changes(contract: str, role: AmendmentRole, effective: date) -> Iterator[dict[str, Any]]:
	for clause in amendments.clauses_as_of(contract, effective):
		if clause["clause_type"] == role.clause_type:
			yield {
				"subject": amendments.CLAUSE,
				"action": REPLACE,
				"entry_key": clause["entry_key"],
				"text": f"{clause['text']}<p>{role.sentence}</p>",
			}
			break
	for promise in amendments.obligations_as_of(contract, effective):
		if promise["title"] == role.promise:
			kept = ("kind", "title", "kpi", "comparison", "judged_each", "windows_begin", "remedy_scheme")
			yield {
				"subject": amendments.OBLIGATION,
				"action": REPLACE,
				"entry_key": promise["obligation_key"],
				**{field: promise[field] for field in kept},
				"target": role.at_least,
			}


def _signee(supplier: str) -> str:
	return next(role.signee for role in CONTRACTS if role.supplier == supplier)


def _agree_prices(contract: Any, role: ContractRole, context: Context) -> None:
	"""A Blanket Order over the contract's time at the usual prices: orders that depart from them are told."""
	(codes,) = (supplier.products for supplier in SUPPLIERS if supplier.name == role.supplier)
	frappe.get_doc(
		doctype="Blanket Order",
		blanket_order_type="Purchasing",
		supplier=contract.party_name,
		company=context.company,
		from_date=contract.start_date,
		to_date=contract.end_date,
		contract=contract.name,
		items=[
			{"item_code": context.items[product.code], "qty": 40 * product.lot, "rate": product.price}
			for product in PRODUCTS
			if product.code in codes
		],
	).submit()
