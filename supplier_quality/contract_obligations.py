"""The obligations of a contract: checked while it is drafted, frozen when it is submitted.

Each obligation has a key that survives amendments, by which its results and breaches name it. A copy of a
contract makes new promises, so it gets new keys. What a KPI measures and how a remedy is computed is frozen
with the contract: later edits of KPI or scheme change no promise that was made before.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, format_date, getdate, today

from partner_relations.supplier_quality import remedy_schemes
from partner_relations.supplier_quality.agreements.obligations import AT_LEAST, AT_MOST
from partner_relations.supplier_quality.measures import all_measures
from partner_relations.supplier_quality.rating.definition import (
	RATED_BY_EVALUATORS,
	settings_of,
	settings_to_dict,
)
from partner_relations.supplier_quality.rating.numbers import as_text
from partner_relations.supplier_quality.rating.periods import MONTHS
from partner_relations.supplier_quality.remedies.scheme import Basis

OBLIGATION = "Contract Obligation"
KPI_PROMISE, DELIVERABLE = "KPI promise", "Dated deliverable"
PARTNER, US = "Partner", "Us"

OF_KPI_PROMISES = ("kpi", "comparison", "target", "unit", "judged_each", "windows_begin", "minimum_sample")
OF_DELIVERABLES = ("due_date", "delivered_on", "evidence")


def prepare(doc, method: str | None = None) -> None:
	"""`before_validate` of Contract: give each obligation its key, and drop what its kind doesn't have."""
	_set_keys(doc)
	for row in doc.get("obligations") or ():
		for field in OF_DELIVERABLES if row.kind == KPI_PROMISE else OF_KPI_PROMISES:
			row.set(field, None)
		if row.kind == KPI_PROMISE:
			row.owed_by = PARTNER
		if doc.docstatus == 0:
			row.definition = None


def _set_keys(doc) -> None:
	"""Known keys stay, those of the amended contract are taken over; whatever else somebody sent is new."""
	rows = doc.get("obligations") or ()
	if not rows:
		return
	before = doc.get_doc_before_save()
	by_row = {row.name: row.obligation_key for row in (before.get("obligations") or ())} if before else {}
	inherited: set[str] = set()
	if doc.amended_from:
		inherited = set(
			frappe.get_all(OBLIGATION, filters={"parent": doc.amended_from}, pluck="obligation_key")
		)
	taken: set[str] = set()
	for row in rows:
		key = by_row.get(row.name) or (row.obligation_key if row.obligation_key in inherited else None)
		if not key or key in taken:
			key = new_key()
		taken.add(key)
		row.obligation_key = key


def new_key() -> str:
	"""A key that no other obligation has."""
	return frappe.generate_hash(length=16)


def validate(doc, method: str | None = None) -> None:
	"""`validate` of Contract: its obligations can be judged."""
	rows = doc.get("obligations") or ()
	if not rows:
		return
	_validate_contract(doc)
	for row in rows:
		for problem in problems(row, doc):
			frappe.throw(
				_("Obligation {0}, row {1}: {2}").format(
					frappe.bold(frappe.utils.escape_html(row.title or "")), row.idx, problem
				),
				title=_("Obligation Not Complete"),
			)
	_validate_no_duplicates(rows)


def _validate_contract(doc) -> None:
	if doc.party_type == "Employee":
		frappe.throw(_("Employee contracts have no obligations of this kind. Delete the rows."))
	if not doc.get("company"):
		frappe.throw(_("Enter the company: the obligations are judged by its documents."))
	if not doc.start_date:
		frappe.throw(_("Enter the start date: the obligations are judged from that day on."))


def problems(row: Mapping[str, Any], contract: Mapping[str, Any]) -> Iterator[str]:
	"""What keeps an obligation from being judged, as sentences; also for those of an amendment."""
	if row.get("kind") == KPI_PROMISE:
		yield from _problems_of_promise(row, contract)
	else:
		yield from _problems_of_deliverable(row, contract)
	if row.get("remedy_scheme"):
		yield from _problems_of_remedy(row, contract)
	if problem := problem_of_evidence(row.get("evidence")):
		yield problem


def problem_of_evidence(address: str | None) -> str | None:
	"""Why this can't show a delivery, as a sentence: Attach fields take any text, and forms link to it."""
	if not address or frappe.db.exists("File", {"file_url": address}):
		return None
	return _("There is no file {0}.").format(frappe.utils.escape_html(address))


def _problems_of_promise(row: Mapping[str, Any], contract: Mapping[str, Any]) -> Iterator[str]:
	if contract.get("party_type") != "Supplier":
		yield _("Only suppliers are measured by KPIs. Make it a dated deliverable.")
		return
	if not row.get("kpi"):
		yield _("Choose the KPI.")
		return
	kpi = frappe.get_cached_doc("Supplier KPI", row.get("kpi"))
	if kpi.kind == RATED_BY_EVALUATORS:
		yield _("The KPI {0} is rated by people. Choose one that is measured from documents.").format(
			frappe.bold(kpi.name)
		)
	elif kpi.measure not in all_measures():
		yield _("No installed app provides the measure {0} any more.").format(kpi.measure)
	if row.get("comparison") not in (AT_LEAST, AT_MOST):
		yield _("Choose whether the target is the least or the most that is allowed.")
	elif row.get("comparison") == AT_LEAST and flt(row.get("target")) <= 0:
		yield _("Enter the target. A promise of at least 0 is always kept.")
	elif flt(row.get("target")) < 0:
		yield _("The target must not be negative.")
	if row.get("judged_each") not in MONTHS:
		yield _("Choose how often it is judged.")


def _problems_of_deliverable(row: Mapping[str, Any], contract: Mapping[str, Any]) -> Iterator[str]:
	if not row.get("due_date"):
		yield _("Enter the due date.")
		return
	due, start = getdate(row.get("due_date")), getdate(contract.get("start_date"))
	end = contract.get("effective_end_date") or contract.get("end_date")
	if due < start or (end and due > getdate(end)):
		yield _("The due date lies outside the contract.")
	if row.get("delivered_on") and getdate(row.get("delivered_on")) > getdate(today()):
		yield _("It can't have been delivered on {0}, which is yet to come.").format(
			format_date(row.get("delivered_on"))
		)


def _problems_of_remedy(row: Mapping[str, Any], contract: Mapping[str, Any]) -> Iterator[str]:
	if contract.get("party_type") != "Supplier" or row.get("owed_by") == US:
		yield _("Only what a supplier owes can have a remedy scheme.")
		return
	scheme = frappe.get_cached_doc(remedy_schemes.REMEDY_SCHEME, row.get("remedy_scheme"))
	if scheme.disabled:
		yield _("The remedy scheme {0} is disabled. Choose another one.").format(frappe.bold(scheme.name))
	if scheme.purpose != "Penalty":
		yield _("The remedy scheme {0} computes rewards. Choose one for penalties.").format(
			frappe.bold(scheme.name)
		)
	if row.get("kind") == DELIVERABLE and scheme.basis == Basis.LATE_LINE_VALUE.value:
		yield _(
			"The remedy scheme {0} takes a part of late order lines, which a deliverable doesn't have. "
			"Choose one with another basis."
		).format(frappe.bold(scheme.name))


def _validate_no_duplicates(rows) -> None:
	seen: dict[tuple, int] = {}
	for row in rows:
		if row.kind == KPI_PROMISE:
			identity = (row.kind, row.kpi, row.comparison, row.judged_each, row.windows_begin)
		else:
			identity = (row.kind, (row.title or "").strip().casefold(), getdate(row.due_date))
		if identity in seen:
			frappe.throw(
				_(
					"Obligations, row {0}: the same is promised in row {1} already. Keep one of the two."
				).format(row.idx, seen[identity])
			)
		seen[identity] = row.idx


def freeze_obligations(doc, method: str | None = None) -> None:
	"""`before_submit` of Contract: keep with each obligation what KPI and remedy scheme mean today."""
	for row in doc.get("obligations") or ():
		row.definition = frappe.as_json(definition_of(row))


def definition_of(row: Mapping[str, Any]) -> dict[str, Any]:
	"""Everything that decides about an obligation, except the facts, ready for JSON.

	`row` is a row of Contract Obligation or one like it, of an amendment. Raises DoesNotExistError for a KPI
	or scheme that is gone, KeyError for a measure whose app is gone.
	"""
	data: dict[str, Any] = {
		"kind": row.get("kind"),
		"title": row.get("title"),
		"owed_by": row.get("owed_by") or PARTNER,
		"remedy_scheme": row.get("remedy_scheme") or None,
		"remedy": remedy_schemes.freeze(row.get("remedy_scheme")) if row.get("remedy_scheme") else None,
	}
	if row.get("kind") == DELIVERABLE:
		return {**data, "due_date": getdate(row.get("due_date")).isoformat()}
	kpi = frappe.get_cached_doc("Supplier KPI", row.get("kpi"))
	measure = all_measures()[kpi.measure]
	return {
		**data,
		"kpi": kpi.name,
		"measure": measure.name,
		"settings": settings_to_dict(settings_of(kpi.as_dict())),
		"unit": measure.unit,
		"comparison": row.get("comparison"),
		"target": as_text(row.get("target")),
		"minimum_sample": cint(row.get("minimum_sample")),
		"judged_each": row.get("judged_each"),
		"windows_begin": row.get("windows_begin"),
	}


def keep_what_was_agreed(doc, method: str | None = None) -> None:
	"""`before_update_after_submit` of Contract: what was agreed changes by a Contract Amendment only.

	Frappe refuses changed fields itself; rows of a table that may be updated it lets come and go.
	"""
	before = doc.get_doc_before_save()
	if before is None:
		return
	agreed = {row.name: row for row in before.get("obligations") or ()}
	if set(agreed) != {row.name for row in doc.get("obligations") or ()}:
		frappe.throw(
			_("Obligations of a submitted contract can't be added or removed. Make a Contract Amendment."),
			title=_("Agreed Already"),
		)
	for row in doc.get("obligations") or ():
		problem = row.evidence != agreed[row.name].evidence and problem_of_evidence(row.evidence)
		if problem:
			frappe.throw(_("Row {0}: {1}").format(row.idx, problem))
		if row.kind == DELIVERABLE and row.delivered_on and getdate(row.delivered_on) > getdate(today()):
			frappe.throw(
				_("Obligations, row {0}: it can't have been delivered on {1}, which is yet to come.").format(
					row.idx, format_date(row.delivered_on)
				)
			)
