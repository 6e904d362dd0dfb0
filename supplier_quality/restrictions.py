"""Supplier restrictions: made and lifted by grades, released by managers, enforced on RFQs and POs."""

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, format_date, get_link_to_form, getdate, now, today
from pypika import Order
from pypika.terms import Criterion

from partner_relations.common.bulk import insert_rows, reserve_names
from partner_relations.supplier_quality.evaluation import EVALUATION

RESTRICTION = "Supplier Restriction"
SERIES = "SRS-.YYYY.-.#####"
ACTION_FIELDS = {"Request for Quotation": "rfq_action", "Purchase Order": "po_action"}


def follow_evaluations(suppliers: Sequence[str]) -> None:
	"""Bring the restrictions that come from evaluations in line with what is published.

	Per company the newest rated evaluation decides; "Not Rated" decides nothing. A worse or equal grade
	supersedes the old row by one that names the new evaluation, a better one lifts it. What a manager
	released stays released until a later evaluation. Rows made by hand or by others are left alone.
	"""
	deciding = _deciding_evaluations(suppliers)
	restriction = frappe.qb.DocType(RESTRICTION)
	concerned = (restriction.supplier.isin(list(suppliers))) & (restriction.status == "Active")
	if deciding:
		concerned |= restriction.source_name.isin([row.name for row in deciding.values()])
	rows = (
		frappe.qb.from_(restriction)
		.where(concerned & (restriction.source_type == EVALUATION))
		.select(
			restriction.name,
			restriction.supplier,
			restriction.company,
			restriction.document_type,
			restriction.status,
			restriction.source_name,
		)
		.for_update()
	).run(as_dict=True)
	# A superseded row acts again by a new one, when the evaluation that superseded it was cancelled.
	known = {
		(row.source_name, row.document_type)
		for row in rows
		if row.status in ("Active", "Released", "Expired")
	}
	active: dict[tuple[str, str, str], list[Any]] = {}
	for row in rows:
		if row.status == "Active":
			active.setdefault((row.supplier, row.company, row.document_type), []).append(row)

	superseded, lifted, wanted = [], [], []
	for key in set(active) | {
		(supplier, company, document_type)
		for supplier, company in deciding
		for document_type in ACTION_FIELDS
	}:
		supplier, company, document_type = key
		evaluation = deciding.get((supplier, company))
		action = evaluation[ACTION_FIELDS[document_type]] if evaluation else None
		restricts = action in ("Warn", "Prevent")
		for row in active.get(key, ()):
			if restricts and row.source_name == evaluation.name:
				continue
			(superseded if restricts else lifted).append(row.name)
		if restricts and (evaluation.name, document_type) not in known:
			wanted.append((evaluation, document_type, action))
	_end(superseded, "Superseded")
	_end(lifted, "Lifted")
	_make(wanted)


def _deciding_evaluations(suppliers: Sequence[str]) -> dict[tuple[str, str], Any]:
	"""The newest rated published evaluation by supplier and company.

	That is the current one, unless it is "Not Rated": only then the history is read.
	"""
	evaluation = frappe.qb.DocType(EVALUATION)
	current = _evaluations(evaluation.supplier.isin(list(suppliers)) & (evaluation.is_current == 1))
	deciding = {(row.supplier, row.company): row for row in current}
	unrated = {key for key, row in deciding.items() if not row.has_score}
	if unrated:
		of_suppliers = evaluation.supplier.isin(sorted({supplier for supplier, _company in unrated}))
		for key in unrated:
			del deciding[key]
		for row in _evaluations(of_suppliers & (evaluation.has_score == 1)):
			if (row.supplier, row.company) in unrated:
				deciding.setdefault((row.supplier, row.company), row)
	return deciding


def _evaluations(condition: Criterion) -> list[Any]:
	"""Evaluations in force, the newest first."""
	evaluation = frappe.qb.DocType(EVALUATION)
	return (
		frappe.qb.from_(evaluation)
		.where(condition & (evaluation.docstatus == 1) & (evaluation.status == "Published"))
		.select(
			evaluation.name,
			evaluation.supplier,
			evaluation.company,
			evaluation.has_score,
			evaluation.grade,
			evaluation.score,
			evaluation.period_label,
			evaluation.rfq_action,
			evaluation.po_action,
		)
		.orderby(evaluation.to_date, order=Order.desc)
		.orderby(evaluation.published_on, order=Order.desc)
		.orderby(evaluation.name, order=Order.desc)
		.for_update()
	).run(as_dict=True)


def _end(names: Sequence[str], status: str, **values) -> None:
	if not names:
		return
	restriction = frappe.qb.DocType(RESTRICTION)
	query = (
		frappe.qb.update(restriction)
		.set(restriction.status, status)
		.set(restriction.released_by, frappe.session.user)
		.set(restriction.released_on, now())
		.set(restriction.modified, now())
		.set(restriction.modified_by, frappe.session.user)
		.where(restriction.name.isin(list(names)))
	)
	for field, value in values.items():
		query = query.set(restriction[field], value)
	query.run()


def _make(wanted: Sequence[tuple[Any, str, str]]) -> None:
	columns = (
		"name owner modified_by creation modified docstatus supplier company document_type action status "
		"from_date reason source_type source_name grade"
	).split()
	user, stamp = frappe.session.user, now()
	rows = []
	for name, (evaluation, document_type, action) in zip(
		reserve_names(SERIES, len(wanted)) if wanted else (), wanted, strict=True
	):
		reason = _("Grade {0} (score {1}) in the evaluation of {2}.").format(
			evaluation.grade,
			frappe.format_value(evaluation.score, {"fieldtype": "Float", "precision": 2}),
			evaluation.period_label,
		)
		rows.append(
			(
				name, user, user, stamp, stamp, 0, evaluation.supplier, evaluation.company, document_type,
				action, "Active", today(), reason, EVALUATION, evaluation.name, evaluation.grade,
			)
		)  # fmt: skip
	insert_rows(RESTRICTION, columns, rows)


def impose(
	*,
	supplier: str,
	company: str | None,
	from_date: Any,
	until: Any,
	reason: str,
	source_type: str,
	source_name: str,
) -> None:
	"""Prevent requests for quotation and purchase orders to a supplier, through the day `until`.

	For documents other than evaluations, whose decision this is; it lasts until then, or until `lift` or a
	release. Once per source: what a manager released stays released.
	"""
	if frappe.db.exists(RESTRICTION, {"source_type": source_type, "source_name": source_name}):
		return
	columns = (
		"name owner modified_by creation modified docstatus supplier company document_type action status "
		"from_date until reason source_type source_name"
	).split()
	user, stamp = frappe.session.user, now()
	insert_rows(
		RESTRICTION,
		columns,
		(
			(
				name, user, user, stamp, stamp, 0, supplier, company, document_type, "Prevent", "Active",
				from_date, until, reason, source_type, source_name,
			)
			for name, document_type in zip(
				reserve_names(SERIES, len(ACTION_FIELDS)), ACTION_FIELDS, strict=True
			)
		),
	)  # fmt: skip


def lift(source_type: str, source_name: str, status: str = "Lifted") -> None:
	"""End the restrictions that a document has imposed and that still act."""
	names = frappe.get_all(
		RESTRICTION,
		filters={"source_type": source_type, "source_name": source_name, "status": "Active"},
		pluck="name",
	)
	_end(names, status)


def release(name: str, reason: str) -> None:
	"""A manager lifts a restriction; who, when and why are kept. Checks the right to write it."""
	document = frappe.get_doc(RESTRICTION, name)
	document.check_permission("write")
	if not (reason or "").strip():
		frappe.throw(_("Say why the restriction is released."))
	if document.status != "Active":
		frappe.throw(_("This restriction is no longer active."))
	document.update(
		{
			"status": "Released",
			"release_reason": reason.strip(),
			"released_by": frappe.session.user,
			"released_on": now(),
		}
	)
	document.flags.releasing = True
	document.save()


def expire() -> None:
	"""Scheduled daily: restrictions whose last day has passed are marked so (they stopped acting by then)."""
	# "is set": Frappe compares an empty date as if it were the first of all days.
	names = frappe.get_all(
		RESTRICTION,
		filters=[["status", "=", "Active"], ["until", "is", "set"], ["until", "<", today()]],
		pluck="name",
	)
	_end(names, "Expired")


def check_purchase_order(doc, method: str | None = None) -> None:
	"""`before_validate` of Purchase Order: one indexed query."""
	enforce(doc.doctype, [doc.supplier], doc.company)


def check_request_for_quotation(doc, method: str | None = None) -> None:
	"""`before_validate` of Request for Quotation: one indexed query for all its suppliers."""
	enforce(doc.doctype, [row.supplier for row in doc.suppliers if row.supplier], doc.company)


def enforce(document_type: str, suppliers: Sequence[str | None], company: str | None) -> None:
	"""Warn of, or refuse, a document to restricted suppliers; per supplier the strictest one speaks."""
	for row in strictest(document_type, [name for name in suppliers if name], company):
		message = _sentence(row, document_type)
		if row.action == "Prevent":
			frappe.throw(
				"<br><br>".join(
					[
						message,
						_(
							"A Supplier Quality Manager can release the restriction {0}, with a reason."
						).format(get_link_to_form(RESTRICTION, row.name)),
					]
				),
				title=_("Supplier Restricted"),
			)
		frappe.msgprint(message, title=_("Supplier Restricted"), indicator="orange")


def strictest(document_type: str, suppliers: Sequence[str], company: str | None) -> list[Any]:
	"""The strictest active restriction of each supplier for documents of this type, preventing ones first."""
	if not suppliers:
		return []
	restriction = frappe.qb.DocType(RESTRICTION)
	rows = (
		frappe.qb.from_(restriction)
		.where(
			restriction.supplier.isin(sorted(set(suppliers)))
			& (restriction.status == "Active")
			& (restriction.document_type == document_type)
			& (restriction.company.isnull() | restriction.company.isin(["", company or ""]))
			& (restriction.from_date <= today())
			& (restriction.until.isnull() | (restriction.until >= today()))
		)
		.select(
			restriction.name, restriction.supplier, restriction.action, restriction.reason, restriction.until
		)
	).run(as_dict=True)
	rows.sort(
		key=lambda row: (
			row.action != "Prevent",
			row.until is not None,
			-getdate(row.until or today()).toordinal(),
		)
	)
	found: dict[str, Any] = {}
	for row in rows:
		found.setdefault(row.supplier, row)
	return list(found.values())


def in_force(row: Any) -> bool:
	"""Whether an active restriction acts today: it has begun, and its last day has not passed."""
	day = getdate(today())
	return getdate(row.from_date) <= day and (not row.until or getdate(row.until) >= day)


def _sentence(row: Any, document_type: str) -> str:
	supplier = frappe.bold(escape_html(row.supplier))
	reason = escape_html(row.reason)
	if row.action == "Prevent":
		if document_type == "Purchase Order":
			text = _("Purchase orders to {0} are not allowed. {1}")
		else:
			text = _("Requests for quotation to {0} are not allowed. {1}")
	elif document_type == "Purchase Order":
		text = _("Purchase orders to {0} should be avoided. {1}")
	else:
		text = _("Requests for quotation to {0} should be avoided. {1}")
	sentence = text.format(supplier, reason)
	if row.until:
		sentence += " " + _("This holds until {0}.").format(format_date(row.until))
	return sentence
