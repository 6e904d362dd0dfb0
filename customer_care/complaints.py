"""Complaints: how one begins, whoever brings it in, and what its saving keeps right.

The steps are in `complaint_steps`, the deadlines in `complaint_deadlines`.
"""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.desk.form import assign_to
from frappe.model.document import Document
from frappe.utils import comma_and, escape_html, get_datetime, now, now_datetime

from partner_relations.common.documents import changed_fields, clear_computed_fields, keep_computed_fields
from partner_relations.customer_care import complaint_items
from partner_relations.customer_care.complaint_steps import (
	AGENT,
	COMPLAINT,
	FINISHED,
	MANAGER,
	SETTINGS,
	SEVERITIES,
	demands_investigation,
)

BY_SERVICES = ("raised_by_user", "mailbox")
"""Read-only fields that whoever brings in a complaint for somebody else may give."""

AFTER_THE_END = frozenset({"step", "actions", "resolutions"})
"""What may change when a complaint is finished: whether an action worked shows later."""

OF_DOCUMENTS = ("customer", "company")
"""What documents made for the complaint rely on."""


def create(values: Mapping[str, Any], channel: str) -> Document:
	"""Insert a complaint that came in by mail, web form, portal or phone; returns it, saved.

	`values` are fields of Customer Complaint (rows of tables as dictionaries); what is missing is filled in:
	company, severity (the usual one of the category), tier, handler. `raised_by_user` may be given too.
	Permissions aren't asked: who calls this answers for that. Raises frappe.ValidationError where a value
	makes no sense.
	"""
	complaint = frappe.new_doc(COMPLAINT)
	complaint.update({**values, "channel": channel})
	if not values.get("severity"):
		complaint.severity = _usual_severity(complaint.category) or complaint.severity
	complaint.flags.by_service = True
	complaint.flags.language_given = bool(values.get("language"))
	complaint_items.refuse_unknown(complaint)
	complaint.insert(ignore_permissions=True)
	return complaint


def begin(complaint: Document) -> None:
	"""`before_insert`: a new complaint, whatever it was copied from or imported with."""
	given = {field: complaint.get(field) for field in BY_SERVICES if complaint.flags.by_service}
	clear_computed_fields(complaint)
	complaint.update(given)
	complaint.received_on = complaint.received_on or now()
	complaint.company = complaint.company or _company(complaint)
	complaint.handler = complaint.handler or frappe.get_cached_doc(SETTINGS).default_handler


def keep_what_is_ours(complaint: Document) -> None:
	"""First in `validate`: what services alone write stays as the database has it."""
	before = complaint.get_doc_before_save()
	# For `on_update`: what is written in between (`db_set`) makes Frappe forget what was there before.
	complaint.flags.stood = (before.step, before.handler) if before else (None, None)
	if before is None:
		return
	complaint.flags.step_reason = _reason_given(complaint, before)
	keep_computed_fields(complaint)


def fill_in(complaint: Document) -> None:
	"""What follows from the customer and the severity."""
	name, language = None, None
	if complaint.customer:
		name, language = frappe.get_cached_value(
			"Customer", complaint.customer, ["customer_name", "language"]
		)
	complaint.customer_name = name
	if _takes_language(complaint):
		complaint.language = language or complaint.language
	complaint.investigation_required = int(demands_investigation(complaint.severity))


def check_received(complaint: Document) -> None:
	"""The clock runs from here: not from the future, and moved later by a manager only."""
	before = complaint.get_doc_before_save()
	received = get_datetime(complaint.received_on)
	if received is None:
		frappe.throw(_("Say when the complaint was received."))
	if received > now_datetime():
		frappe.throw(_("The complaint can't have been received in the future."))
	if before and received != get_datetime(before.received_on):
		_managers_only(
			_("Deadlines are counted from when the complaint was received. Only a manager changes it.")
		)


def check_severity(complaint: Document) -> None:
	"""Who missed a deadline doesn't make it good by lowering the severity."""
	before = complaint.get_doc_before_save()
	if not before or before.severity == complaint.severity:
		return
	missed = before.acknowledge_missed or before.respond_missed or before.resolve_missed
	if missed and _rank(complaint.severity) < _rank(before.severity):
		_managers_only(_("A deadline of this complaint was missed. Only a manager lowers its severity now."))


def check_handler(complaint: Document) -> None:
	"""Who handles it may take its steps."""
	before = complaint.get_doc_before_save()
	if not complaint.handler or (before and before.handler == complaint.handler):
		return
	enabled = frappe.get_cached_value("User", complaint.handler, "enabled")
	if not enabled or not {AGENT, MANAGER} & set(frappe.get_roles(complaint.handler)):
		frappe.throw(
			_("{0} can't handle complaints. Choose somebody with the role {1}.").format(
				escape_html(frappe.utils.get_fullname(complaint.handler)), _(AGENT)
			)
		)


def check_changes(complaint: Document) -> None:
	"""What is finished stays as it is; documents made for a complaint keep its customer and company."""
	before = complaint.get_doc_before_save()
	if before is None:
		return
	changed = changed_fields(complaint, before, AFTER_THE_END)
	if before.step in FINISHED and complaint.step == before.step and changed:
		frappe.throw(
			_("The complaint is finished, and stays as it is: {0}. Reopen it first.").format(
				_labels(complaint, changed)
			),
			title=_("Not Possible Now"),
		)
	changed = [field for field in OF_DOCUMENTS if field in changed]
	if changed and any(row.document_name for row in before.resolutions):
		frappe.throw(
			_("Documents were made for this complaint already, so this can't change: {0}.").format(
				_labels(complaint, changed)
			)
		)


def assign(complaint: Document) -> None:
	"""`on_update`: the handler has it on the list of tasks, until the complaint is finished."""
	former_step, former = complaint.flags.stood
	if complaint.step in FINISHED:
		if former_step not in FINISHED:
			assign_to.close_all_assignments(COMPLAINT, complaint.name, ignore_permissions=True)
		return
	if former == complaint.handler and former_step not in FINISHED:
		return
	if former and former != complaint.handler:
		assign_to.remove(COMPLAINT, complaint.name, former, ignore_permissions=True)
	if complaint.handler and complaint.handler not in _assigned(complaint):
		assign_to.add(
			{
				"assign_to": [complaint.handler],
				"doctype": COMPLAINT,
				"name": complaint.name,
				"description": escape_html(complaint.subject),
			},
			ignore_permissions=True,
		)


def _assigned(complaint: Document) -> list[str]:
	return frappe.get_all(
		"ToDo",
		filters={"reference_type": COMPLAINT, "reference_name": complaint.name, "status": "Open"},
		pluck="allocated_to",
	)


def _takes_language(complaint: Document) -> bool:
	"""Whether the customer's language is taken: nobody chose another one.

	Frappe enters the site's language in each new document, so that one isn't a choice, unless a service gave
	it.
	"""
	before = complaint.get_doc_before_save()
	if before and before.customer == complaint.customer:
		return not complaint.language
	chosen = complaint.language not in (None, "", frappe.get_system_settings("language"))
	return not (chosen or complaint.flags.language_given)


def _company(complaint: Document) -> str | None:
	"""The company of a complaint that doesn't say: of the document it is about, else by the settings."""
	for row in complaint.items:
		if row.document_type and row.document_name:
			company = frappe.db.get_value(row.document_type, row.document_name, "company")
			if company:
				return company
	return (
		frappe.get_cached_doc(SETTINGS).default_company
		or frappe.defaults.get_user_default("Company")
		or frappe.defaults.get_global_default("company")
	)


def _usual_severity(category: str | None) -> str | None:
	return frappe.get_cached_value("Complaint Category", category, "default_severity") if category else None


def _reason_given(complaint: Document, before: Document) -> str | None:
	"""Why the step changes, where it changes without a dialog: an import has these columns."""
	for field in ("rejection_reason", "reopen_reason"):
		if complaint.get(field) and complaint.get(field) != before.get(field):
			return complaint.get(field)
	return None


def _managers_only(sentence: str) -> None:
	if MANAGER not in frappe.get_roles():
		frappe.throw(sentence, frappe.PermissionError, title=_("Somebody Else Must Do This"))


def _labels(complaint: Document, fields: list[str]) -> str:
	labels = [_(complaint.meta.get_label(field), context=COMPLAINT) for field in fields]
	return escape_html(comma_and(labels, add_quotes=False))


def _rank(severity: str | None) -> int:
	return SEVERITIES.index(severity) if severity in SEVERITIES else -1
