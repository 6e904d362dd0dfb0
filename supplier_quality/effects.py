"""What measures without money do: restrictions, payment holds, preferred status, payment terms.

A measure takes effect on its first day, ends after its last one, and leaves the supplier as it found it,
unless somebody changed that meanwhile.
"""

from collections.abc import Sequence
from datetime import date

import frappe
from frappe import _
from frappe.query_builder.functions import Max
from frappe.utils import format_date, getdate, today

from partner_relations.supplier_quality import restrictions
from partner_relations.supplier_quality.reward_penalty import (
	ACCEPTED,
	APPROVED,
	DISPUTED,
	ENDED,
	IN_EFFECT,
	NOTIFIED,
	RESTRICTING,
	REWARD_PENALTY,
	lock,
	move,
)

ACTING = (IN_EFFECT, DISPUTED)
"""A disputed measure acts until the dispute is decided."""


def take_effect(document) -> None:
	"""Start a measure without money, once its first day has come; else the daily job starts it then."""
	if document.is_financial or getdate(document.from_date) > getdate(today()):
		return
	if document.until and getdate(document.until) < getdate(today()):
		frappe.throw(_("The last day of the measure has passed. Change it first, or waive the proposal."))
	move(document, IN_EFFECT)
	if document.measure in RESTRICTING:
		_restrict(document)
	elif document.measure == "Preferred Status":
		refresh_preferred([document.supplier])
	elif document.measure == "Payment Terms":
		_set_payment_terms(document)


def lift(document) -> None:
	"""Undo what a measure did, after it was waived, cancelled, or has ended. The record isn't acting now."""
	if document.measure in RESTRICTING:
		restrictions.lift(REWARD_PENALTY, document.name, "Expired" if document.status == ENDED else "Lifted")
		_release_payments(document)
	elif document.measure == "Preferred Status":
		refresh_preferred([document.supplier])
	elif document.measure == "Payment Terms":
		_restore_payment_terms(document)


def start_and_end_due() -> None:
	"""Scheduled daily: measures whose first day has come start, those whose last day has passed end."""
	for name in frappe.get_all(
		REWARD_PENALTY,
		filters=[
			["docstatus", "=", 1],
			["is_financial", "=", 0],
			["status", "in", [APPROVED, NOTIFIED, ACCEPTED]],
			["from_date", "<=", today()],
		],
		pluck="name",
	):
		_one(_start, name)
	for name in frappe.get_all(
		REWARD_PENALTY,
		filters=[
			["docstatus", "=", 1],
			["is_financial", "=", 0],
			["status", "in", ACTING],
			["until", "is", "set"],
			["until", "<", today()],
		],
		pluck="name",
	):
		_one(_end, name)


def _one(step, name: str) -> None:
	"""One record that can't start or end must not keep the others from it."""
	savepoint = "measure"
	frappe.db.savepoint(savepoint)
	try:
		step(lock(name))
	except frappe.ValidationError:
		frappe.db.rollback(save_point=savepoint)
		frappe.clear_messages()
		frappe.log_error(title=f"{name} neither started nor ended")


def _start(document) -> None:
	if document.until and getdate(document.until) < getdate(today()):
		move(document, IN_EFFECT)
		move(document, ENDED)
	elif document.status in (APPROVED, NOTIFIED, ACCEPTED):
		take_effect(document)


def _end(document) -> None:
	if document.status in ACTING:
		move(document, ENDED)
		lift(document)


# Suspension and disqualification


def _restrict(document) -> None:
	restrictions.impose(
		supplier=document.supplier,
		company=document.company,
		from_date=document.from_date,
		until=document.until,
		reason=document.reason,
		source_type=REWARD_PENALTY,
		source_name=document.name,
	)
	if document.hold_payments:
		_hold_payments(document)


def _hold_payments(document) -> None:
	"""ERPNext's own hold. One that somebody set by hand, or a longer one of another record, stays."""
	supplier = _locked_supplier(document.supplier)
	if supplier.on_hold and not _held_by_others(document):
		document.add_comment(
			"Comment", _("Payments to the supplier were on hold already; that was left as it is.")
		)
		return
	document.db_set("held_payments", 1)
	_write_hold(document.supplier, _last_day_of_hold(document.supplier))


def _release_payments(document) -> None:
	"""End the hold, or shorten it to what other records want; a hold that was changed since is left alone."""
	if not document.held_payments:
		return
	document.db_set("held_payments", 0)
	supplier = _locked_supplier(document.supplier)
	remaining = _last_day_of_hold(document.supplier)
	ours = {getdate(document.until), remaining}
	changed = (
		not supplier.on_hold
		or supplier.hold_type != "Payments"
		or not supplier.release_date
		or getdate(supplier.release_date) not in ours
	)
	if changed:
		document.add_comment(
			"Comment", _("The hold on payments to the supplier was changed since; it was left as it is.")
		)
		return
	_write_hold(document.supplier, remaining)


def _held_by_others(document) -> bool:
	"""Whether the supplier's hold is the one that other records have made."""
	supplier = _locked_supplier(document.supplier)
	last_day = _last_day_of_hold(document.supplier)
	return bool(
		last_day
		and supplier.hold_type == "Payments"
		and supplier.release_date
		and getdate(supplier.release_date) == last_day
	)


def _last_day_of_hold(supplier: str) -> date | None:
	"""The last day on which a record holds the supplier's payments; None if none does."""
	record = frappe.qb.DocType(REWARD_PENALTY)
	((last_day,),) = (
		frappe.qb.from_(record)
		.where(
			(record.supplier == supplier)
			& (record.docstatus == 1)
			& record.status.isin(ACTING)
			& (record.held_payments == 1)
		)
		.select(Max(record.until))
	).run()
	return getdate(last_day) if last_day else None


def _write_hold(supplier: str, last_day: date | None) -> None:
	"""ERPNext holds payments through `release_date`, that day included."""
	hold = {"on_hold": 1, "hold_type": "Payments", "release_date": last_day}
	_write_to_supplier(supplier, hold if last_day else {"on_hold": 0, "hold_type": "", "release_date": None})


# Preferred status


def refresh_preferred(suppliers: Sequence[str]) -> None:
	"""Write to the suppliers until when they are preferred, by all records in effect: two statements."""
	record, supplier = frappe.qb.DocType(REWARD_PENALTY), frappe.qb.DocType("Supplier")
	preferred = (
		frappe.qb.from_(record)
		.where(
			record.supplier.isin(list(suppliers))
			& (record.docstatus == 1)
			& record.status.isin(ACTING)
			& (record.measure == "Preferred Status")
		)
		.groupby(record.supplier)
		.select(record.supplier, Max(record.until).as_("until"))
	).as_("preferred")
	(
		frappe.qb.update(supplier)
		.left_join(preferred)
		.on(preferred.supplier == supplier.name)
		.set(supplier.preferred_until, preferred.until)
		.where(supplier.name.isin(list(suppliers)))
	).run()
	for name in suppliers:
		frappe.clear_document_cache("Supplier", name)


# Payment terms


def _set_payment_terms(document) -> None:
	before = _locked_supplier(document.supplier).payment_terms
	document.db_set("previous_payment_terms", before)
	_write_to_supplier(document.supplier, {"payment_terms": document.payment_terms_template})


def _restore_payment_terms(document) -> None:
	"""Give the supplier its former terms back, if it still has those of this record.

	If a later record gave it other terms, that one inherits what there was before.
	"""
	if (_locked_supplier(document.supplier).payment_terms or "") == document.payment_terms_template:
		_write_to_supplier(document.supplier, {"payment_terms": document.previous_payment_terms})
		return
	record = frappe.qb.DocType(REWARD_PENALTY)
	(
		frappe.qb.update(record)
		.set(record.previous_payment_terms, document.previous_payment_terms)
		.where(
			(record.supplier == document.supplier)
			& (record.docstatus == 1)
			& record.status.isin(ACTING)
			& (record.measure == "Payment Terms")
			& (record.previous_payment_terms == document.payment_terms_template)
		)
	).run()


# The supplier


def _locked_supplier(supplier: str):
	return frappe.db.get_value(
		"Supplier",
		supplier,
		["on_hold", "hold_type", "release_date", "payment_terms"],
		as_dict=True,
		for_update=True,
	)


def _write_to_supplier(supplier: str, values: dict) -> None:
	"""With a new time stamp: a form that was open is told so instead of writing the old values back.

	Not by saving the document, which might be refused for reasons of its own.
	"""
	frappe.get_doc("Supplier", supplier, for_update=True).db_set(values, notify=True)


def after_supplier_rename(doc, method: str, old: str, new: str, merge: bool = False) -> None:
	"""`after_rename` of Supplier: a merge keeps the preferred status of both."""
	if merge:
		refresh_preferred([new])


def describe(document) -> str | None:
	"""What a measure without money means for the supplier, as a sentence; None for one with money."""
	until = format_date(document.until) if document.until else None
	if document.measure == "Preferred Status":
		return _("Preferred supplier until {0}.").format(until)
	if document.measure in RESTRICTING:
		text = _("No requests for quotation and no purchase orders until {0}.").format(until)
		return f"{text} {_('Payments are held until then.')}" if document.hold_payments else text
	if document.measure == "Payment Terms":
		return _("Payment terms: {0}.").format(document.payment_terms_template)
	if "Order Share" in document.measure:
		return _("Share of the orders: {0} %.").format(
			frappe.format_value(document.order_share, {"fieldtype": "Float", "precision": 2})
		)
	return None
