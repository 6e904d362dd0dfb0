"""The investigation of a complaint as an 8D report: the eight disciplines, each from what the complaint says.

The print format "8D Report" calls `eight_d_report` (hook `jinja`). Texts are in the language of the print;
nothing here is escaped but for `html`: the template escapes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, format_date, sanitize_html, strip_html

from partner_relations.customer_care.complaint_steps import COMPLAINT

ACTION = "Customer Complaint Action"


@dataclass(frozen=True)
class Table:
	"""Headings, and rows of as many texts."""

	headings: tuple[str, ...]
	rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Discipline:
	"""One of the eight: facts (label, text), a text as HTML, tables. Empty ones say that nothing is known."""

	code: str
	title: str
	facts: tuple[tuple[str, str], ...] = ()
	html: str = ""
	tables: tuple[Table, ...] = ()

	@property
	def is_empty(self) -> bool:
		return not (self.facts or strip_html(self.html).strip() or "<img" in self.html or self.tables)


@dataclass(frozen=True)
class Report:
	"""What stands at the top, and the disciplines in order."""

	number: str
	company: str
	subject: str
	facts: tuple[tuple[str, str], ...]
	disciplines: tuple[Discipline, ...] = field(default_factory=tuple)


def eight_d_report(complaint: Document) -> Report:
	"""The report on a Customer Complaint as it stands."""
	return Report(
		complaint.name,
		complaint.company or "",
		complaint.subject or "",
		_facts(
			(_("Customer"), complaint.customer_name or complaint.customer),
			(_("Received On", context="Customer Complaint"), _day(complaint.received_on)),
			(_("Severity"), _(complaint.severity, context=COMPLAINT)),
			(_("Step"), _(complaint.step, context=COMPLAINT)),
		),
		(
			_team(complaint),
			_problem(complaint),
			_containment(complaint),
			_root_cause(complaint),
			_chosen(complaint),
			_carried_out(complaint),
			_prevention(complaint),
			_conclusion(complaint),
		),
	)


def _team(complaint: Document) -> Discipline:
	owners = dict.fromkeys(row.action_owner for row in complaint.actions if row.action_owner)
	return Discipline(
		"D1",
		_("Team"),
		_facts(
			(_("Handled By"), _name(complaint.handler)),
			(_("Owners of Actions"), ", ".join(_name(owner) for owner in owners)),
		),
	)


def _problem(complaint: Document) -> Discipline:
	rows = [
		(
			row.item_name or row.item_code or "",
			_quantity(row),
			" / ".join(number for number in (row.batch_no, row.serial_no) if number),
			row.document_name or "",
			_day(row.delivered_on),
		)
		for row in complaint.items
	]
	headings = (
		_("Item"),
		_("Quantity"),
		_("Batch / Serial No"),
		_("Document", context="Customer Complaint Item"),
		_("Delivered On"),
	)
	return Discipline(
		"D2",
		_("Problem"),
		_facts((_("Category"), _(complaint.category) if complaint.category else "")),
		sanitize_html(complaint.description or "", always_sanitize=True),
		_tables(headings, rows),
	)


def _containment(complaint: Document) -> Discipline:
	return Discipline(
		"D3",
		_("Containment"),
		_facts((_("Done at Once"), complaint.containment)),
		tables=_actions(complaint, "Containment"),
	)


def _root_cause(complaint: Document) -> Discipline:
	whys = [(str(row.idx), row.why or "", row.because or "") for row in complaint.whys]
	return Discipline(
		"D4",
		_("Root Cause and Where It Escaped"),
		_facts(
			(_("Root Cause"), complaint.root_cause),
			(_("Kind of Cause"), _(complaint.cause) if complaint.cause else ""),
			(_("Where It Escaped"), complaint.escape_point),
			(_("Responsibility"), _responsibility(complaint)),
		),
		tables=_tables(("", _("Why?"), _("Because")), whys),
	)


def _chosen(complaint: Document) -> Discipline:
	rows = [(row.action, _name(row.action_owner), _day(row.due_on)) for row in _of(complaint, "Corrective")]
	headings = (
		_("Action", context="Customer Complaint Action"),
		_("Owner", context="Customer Complaint Action"),
		_("Due On"),
	)
	return Discipline("D5", _("Corrective Actions Chosen"), tables=_tables(headings, rows))


def _carried_out(complaint: Document) -> Discipline:
	rows = [
		(
			row.action,
			_day(row.done_on) or _("Open", context="Customer Complaint"),
			row.result or "",
			_effect(row),
		)
		for row in _of(complaint, "Corrective")
	]
	headings = (
		_("Action", context="Customer Complaint Action"),
		_("Done On"),
		_("Result"),
		_("Did It Work?"),
	)
	return Discipline("D6", _("Corrective Actions Carried Out"), tables=_tables(headings, rows))


def _prevention(complaint: Document) -> Discipline:
	return Discipline("D7", _("Prevention"), tables=_actions(complaint, "Preventive"))


def _conclusion(complaint: Document) -> Discipline:
	return Discipline(
		"D8",
		_("Conclusion", context="8D Report"),
		_facts(
			(_("Resolved On"), _day(complaint.resolved_on)),
			(_("Confirmed On"), _day(complaint.confirmed_on)),
			(_("Closed On"), _day(complaint.closed_on)),
			(_("Why It Is Rejected"), complaint.rejection_reason),
		),
		sanitize_html(complaint.proposed_resolution or "", always_sanitize=True),
	)


def _actions(complaint: Document, kind: str) -> tuple[Table, ...]:
	rows = [
		(
			row.action,
			_name(row.action_owner),
			_day(row.due_on),
			_day(row.done_on) or _("Open", context="Customer Complaint"),
			_effect(row),
		)
		for row in _of(complaint, kind)
	]
	return _tables(
		(
			_("Action", context="Customer Complaint Action"),
			_("Owner", context="Customer Complaint Action"),
			_("Due On"),
			_("Done On"),
			_("Did It Work?"),
		),
		rows,
	)


def _of(complaint: Document, kind: str) -> Iterable[Any]:
	return [row for row in complaint.actions if row.kind == kind]


def _effect(row: Any) -> str:
	if not row.effective:
		return _("To be checked on {0}").format(_day(row.check_on)) if row.check_on else ""
	result = _(row.effective, context=ACTION)
	return f"{result}: {row.check_note}" if row.check_note else result


def _responsibility(complaint: Document) -> str:
	if not complaint.responsibility:
		return ""
	whose = _(complaint.responsibility, context=COMPLAINT)
	return f"{whose}: {complaint.supplier}" if complaint.supplier else whose


def _quantity(row: Any) -> str:
	return f"{flt(row.qty):g} {_(row.uom) if row.uom else ''}".strip() if row.qty else ""


def _tables(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> tuple[Table, ...]:
	rows = tuple(rows)
	return (Table(headings, rows),) if rows else ()


def _facts(*pairs: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
	return tuple((label, text) for label, text in pairs if text)


def _day(value: Any) -> str:
	return format_date(value) if value else ""


def _name(user: str | None) -> str:
	return frappe.utils.get_fullname(user) if user else ""
