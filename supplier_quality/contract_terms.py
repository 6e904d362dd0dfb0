"""How long a contract lasts: its end with amendments and renewals, expiry, reminders of the notice date."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.desk.form import assign_to
from frappe.model.document import Document
from frappe.utils import add_days, cint, date_diff, escape_html, flt, format_date, getdate, now, today
from pypika import Case
from pypika.terms import Criterion

from partner_relations.supplier_quality import amendments
from partner_relations.supplier_quality.agreements import amendments as text
from partner_relations.supplier_quality.agreements import terms
from partner_relations.supplier_quality.agreements.terms import Renewal
from partner_relations.supplier_quality.contract_steps import (
	CANCELLED,
	CONTRACT,
	DRAFTING,
	EXPIRED,
	IN_FORCE,
	SETTINGS,
	SIGNING,
	STEPS,
)


def refresh_terms(contract: str) -> None:
	"""Compute end, value and notice date anew, as after an amendment was confirmed or cancelled.

	A contract that had expired, and by this hasn't, is in force again.
	"""
	document = frappe.get_doc(CONTRACT, contract, for_update=True)
	agreed = amendments.of_contracts([contract], for_update=True)[contract]
	values = terms_of(document, agreed)
	resume = STEPS["resume"]
	if document.life_cycle in resume.origins and not _is_over(values["effective_end_date"]):
		values["life_cycle"] = resume.target
	document.db_set(values, notify=True)


def terms_of(contract: Document, agreed: Sequence[text.Amendment]) -> dict[str, Any]:
	"""The computed fields of a contract: end, value, notice date and number of renewals."""
	end_date = getdate(contract.end_date) if contract.end_date else None
	term = terms.term(
		end_date,
		agreed,
		renewals_of(contract),
		getdate(contract.terminated_on) if contract.terminated_on else None,
	)
	return {
		"effective_end_date": term.end,
		"effective_value": flt(text.value_as_of(Decimal(str(flt(contract.contract_value))), agreed)),
		"notice_by": terms.notice_by(term.end, cint(contract.notice_days)),
		"times_renewed": term.renewals,
	}


def renewals_of(contract: Document | Mapping[str, Any]) -> list[Renewal]:
	"""The renewals that happened, the first one first."""
	return [
		Renewal(getdate(row["ended_on"]), cint(row["months"]))
		for row in json.loads(contract.get("renewals") or "[]")
	]


def _is_over(end: date | None) -> bool:
	return end is not None and getdate(end) < getdate(today())


# The daily job


def check_terms_daily() -> None:
	"""Scheduled daily: contracts end or renew, and owners are reminded before the notice period ends.

	It may be run again on the same day, and catches up what was missed while the scheduler was off.
	"""
	renew_due()
	expire_due()
	remind_owners()


def renew_due() -> list[str]:
	"""Renew contracts in force whose end has passed and that renew automatically; returns their names."""
	renewed = []
	for name in _ended(renewing=True):
		with _alone(f"Contract {name} could not be renewed"):
			if _renew(name):
				renewed.append(name)
	return renewed


def _renew(name: str) -> bool:
	contract = frappe.get_doc(CONTRACT, name, for_update=True)
	if contract.life_cycle != IN_FORCE or not contract.auto_renew or contract.terminated_on:
		return False
	# Locked, and so as they are now: one may have been confirmed since the job began to read.
	agreed = amendments.of_contracts([name], for_update=True)[name]
	before = renewals_of(contract)
	end_date = getdate(contract.end_date) if contract.end_date else None
	due = terms.due_renewals(end_date, agreed, before, cint(contract.renewal_months), getdate(today()))
	if not due:
		return False
	contract.renewals = json.dumps(
		[{"ended_on": str(row.ended_on), "months": row.months} for row in (*before, *due)]
	)
	values = terms_of(contract, agreed)
	contract.db_set({"renewals": contract.renewals, **values}, notify=True)
	for renewal in due:
		contract.add_comment(
			"Info",
			_("Renewed by {0} months after {1}.").format(renewal.months, format_date(renewal.ended_on)),
		)
	return True


def expire_due() -> None:
	"""Mark contracts whose last day has passed: Terminated where notice had been given, else Expired."""
	names = _ended(renewing=False)
	if not names:
		return
	contract = frappe.qb.DocType(CONTRACT)
	(
		frappe.qb.update(contract)
		.set(
			contract.life_cycle,
			Case()
			.when(contract.terminated_on.isnotnull(), STEPS["end_after_notice"].target)
			.else_(STEPS["expire"].target),
		)
		.set(contract.modified, now())
		.set(contract.modified_by, frappe.session.user)
		.where(contract.name.isin(names) & _past_its_end(contract))
	).run()
	for name in names:
		frappe.clear_document_cache(CONTRACT, name)


def _ended(renewing: bool) -> list[str]:
	"""Names of contracts in force whose end has passed; those that renew, or the others."""
	contract = frappe.qb.DocType(CONTRACT)
	renews = (contract.auto_renew == 1) & (contract.renewal_months > 0) & contract.terminated_on.isnull()
	rows = (
		frappe.qb.from_(contract)
		.where(_past_its_end(contract) & (renews if renewing else renews.negate()))
		.select(contract.name)
		.orderby(contract.name)
	).run()
	return [name for (name,) in rows]


def _past_its_end(contract: Any) -> Criterion:
	return (
		(contract.docstatus == 1)
		& (contract.life_cycle == IN_FORCE)
		& (contract.effective_end_date < today())
	)


def remind_owners() -> list[str]:
	"""Remind owners of contracts whose notice period ends soon, once per notice date; returns the contracts.

	A date that passed while the scheduler was off is told too, as long as the contract runs.
	"""
	contract = frappe.qb.DocType(CONTRACT)
	days = cint(frappe.get_cached_doc(SETTINGS).reminder_days)
	rows = (
		frappe.qb.from_(contract)
		.where(
			(contract.docstatus == 1)
			& (contract.life_cycle == IN_FORCE)
			& contract.terminated_on.isnull()
			& (contract.notice_by <= add_days(today(), days))
			& (contract.effective_end_date >= today())
			& (contract.reminded_for.isnull() | (contract.reminded_for != contract.notice_by))
		)
		.select(contract.name)
		.orderby(contract.notice_by)
		.orderby(contract.name)
	).run()
	reminded = []
	for (name,) in rows:
		with _alone(f"The owner of contract {name} could not be reminded"):
			if _remind(name):
				reminded.append(name)
	return reminded


def _remind(name: str) -> bool:
	contract = frappe.get_doc(CONTRACT, name, for_update=True)
	if contract.reminded_for == contract.notice_by:
		return False
	user = _responsible(contract)
	if user is None:
		return False
	_assign(contract, user, reminder_text(contract))
	contract.db_set("reminded_for", contract.notice_by, update_modified=False)
	return True


def reminder_text(contract: Document) -> str:
	"""What the owner is told, as HTML, in the language of the site."""
	party = frappe.bold(escape_html(contract.party_full_name or contract.party_name))
	name, end, notice = contract.name, format_date(contract.effective_end_date), contract.notice_by
	if getdate(notice) < getdate(today()):
		sentence = _("The notice period of contract {0} with {1} ended on {2}; the contract ends on {3}.")
	else:
		sentence = _("Contract {0} with {1} can be given notice of until {2}; it ends on {3}.")
	sentence = sentence.format(name, party, format_date(notice), end)
	if contract.auto_renew:
		sentence += " " + _("Without notice it renews by {0} months.").format(contract.renewal_months)
	return sentence


def _responsible(contract: Document) -> str | None:
	"""The owner of the contract; where that user is disabled or missing, who drafted or entered it."""
	for user in (contract.contract_owner, contract.drafted_by, contract.owner):
		if user and user != "Guest" and frappe.get_cached_value("User", user, "enabled"):
			return user
	return None


def _assign(contract: Document, user: str, description: str) -> None:
	"""A to-do for the user. Frappe assigns a document to a person once: an earlier one may still be open."""
	open_already = frappe.db.exists(
		"ToDo",
		{
			"reference_type": CONTRACT,
			"reference_name": contract.name,
			"allocated_to": user,
			"status": "Open",
		},
	)
	if open_already:
		frappe.get_doc(
			{
				"doctype": "ToDo",
				"allocated_to": user,
				"reference_type": CONTRACT,
				"reference_name": contract.name,
				"description": description,
				"date": contract.notice_by,
				"priority": "High",
				"assigned_by": frappe.session.user,
			}
		).insert(ignore_permissions=True)
		return
	assign_to.add(
		{
			"assign_to": [user],
			"doctype": CONTRACT,
			"name": contract.name,
			"description": description,
			"date": contract.notice_by,
			"priority": "High",
		},
		ignore_permissions=True,
	)


@contextmanager
def _alone(title: str) -> Iterator[None]:
	"""What fails inside is rolled back and logged; it must not stop the other contracts."""
	frappe.db.savepoint("one_contract")
	try:
		yield
	except Exception:
		frappe.db.rollback(save_point="one_contract")
		frappe.log_error(title=title)
	else:
		frappe.db.release_savepoint("one_contract")


# Contracts that were there before


def backfill() -> None:
	"""Give contracts from before the app their place in the life cycle, in one statement.

	Signed and submitted ones are in force or expired, submitted ones without signature await it.
	"""
	contract = frappe.qb.DocType(CONTRACT)
	over = contract.end_date.isnotnull() & (contract.end_date < today())
	signed = contract.is_signed == 1
	(
		frappe.qb.update(contract)
		.set(
			contract.life_cycle,
			Case()
			.when(contract.docstatus == 0, DRAFTING)
			.when(contract.docstatus == 2, CANCELLED)
			.when(signed & over, EXPIRED)
			.when(signed, IN_FORCE)
			.else_(SIGNING),
		)
		.set(contract.effective_end_date, contract.end_date)
		.set(contract.notice_by, contract.end_date)
		.set(contract.effective_value, contract.contract_value)
		.set(contract.drafted_by, contract.owner)
		.where(
			(contract.party_type != "Employee") & (contract.life_cycle.isnull() | (contract.life_cycle == ""))
		)
	).run()


def days_to_notice(contract: Mapping[str, Any]) -> int | None:
	"""Days until notice must be given, negative once that is past; None where it doesn't apply."""
	if contract.get("life_cycle") != IN_FORCE or contract.get("terminated_on"):
		return None
	return date_diff(contract["notice_by"], today()) if contract.get("notice_by") else None
