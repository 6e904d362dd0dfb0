"""The library of clauses: a text is drafted, approved by somebody else, replaced by a new version, retired.

An approved text never changes. All versions of a clause share its `family`, the name of the first.
"""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_link_to_form, now

CLAUSE = "Contract Clause"
FROZEN = ("title", "clause_type", "language", "body", "change_note", "is_starting_point")
"""What of a clause no longer changes once it is approved."""


def new_version(name: str) -> str:
	"""A draft of the next version with the same text, to be edited; returns its name.

	Raises if there is a draft of this clause already.
	"""
	_lock_family(name)
	clause = frappe.get_doc(CLAUSE, name)
	clause.check_permission("read")
	frappe.has_permission(CLAUSE, "create", throw=True)
	versions = _versions(clause.family)
	draft = next((row for row in versions if row.status == "Draft"), None)
	if draft:
		frappe.throw(
			_("Version {0} of this clause is being drafted already: {1}. Edit it instead.").format(
				draft.version, get_link_to_form(CLAUSE, draft.name)
			)
		)
	copy = frappe.new_doc(CLAUSE)
	copy.update({field: clause.get(field) for field in ("title", "clause_type", "language", "body")})
	copy.update(
		{
			"version": max(row.version for row in versions) + 1,
			"previous_version": clause.name,
			"family": clause.family,
		}
	)
	copy.flags.deciding = True
	return copy.insert().name


def approve(name: str) -> None:
	"""Approve a draft, by somebody who neither made nor last edited it; the version before it is retired.

	Of a starting point that came with the app, approving says that it was reviewed.
	"""
	_lock_family(name)
	clause = frappe.get_doc(CLAUSE, name, for_update=True)
	clause.check_permission("write")
	if clause.status == "Approved" and clause.is_starting_point:
		_decide(clause, is_starting_point=0, approved_by=frappe.session.user, approved_on=now())
		return
	_must_be(clause, "Draft")
	if frappe.session.user in (clause.owner, clause.modified_by):
		frappe.throw(
			_("You wrote or last edited this clause; somebody else must approve it."),
			frappe.PermissionError,
			title=_("Approval by Another Person"),
		)
	for row in _versions(clause.family):
		if row.status == "Approved":
			_decide(
				frappe.get_doc(CLAUSE, row.name, for_update=True),
				status="Retired",
				retired_by=frappe.session.user,
				retired_on=now(),
				retired_note=_("Replaced by version {0}").format(clause.version),
			)
	_decide(clause, status="Approved", approved_by=frappe.session.user, approved_on=now())


def retire(name: str, note: str) -> None:
	"""Take an approved clause out of use; contracts that have it keep it."""
	_lock_family(name)
	clause = frappe.get_doc(CLAUSE, name, for_update=True)
	clause.check_permission("write")
	_must_be(clause, "Approved")
	if not (note or "").strip():
		frappe.throw(_("Say why the clause is retired. The note is kept with it."))
	_decide(
		clause,
		status="Retired",
		retired_by=frappe.session.user,
		retired_on=now(),
		retired_note=note.strip(),
	)


def current_versions(families: Iterable[str]) -> dict[str, Any]:
	"""By family the approved clause (all fields of the library that a contract takes), where there is one."""
	rows = _clauses({"family": ("in", sorted(set(families))), "status": "Approved"})
	return {row.family: row for row in rows}


def clauses_named(names: Iterable[str]) -> dict[str, Any]:
	"""Clauses by name, of any status."""
	return {row.name: row for row in _clauses({"name": ("in", sorted(set(names)))})}


def _clauses(filters: dict) -> list[Any]:
	"""What contracts and templates need of clauses, for the server's own use: permissions aren't asked."""
	return frappe.get_all(
		CLAUSE,
		filters=filters,
		fields=[
			"name",
			"title",
			"clause_type",
			"language",
			"body",
			"status",
			"version",
			"family",
			"is_starting_point",
		],
		order_by="version asc",
		limit_page_length=0,
	)


def objection(clause: Any) -> str | None:
	"""Why a clause (of `clauses_named`) may not enter a contract or template, with the mend; None: it may."""
	if clause.status == "Approved":
		return None
	title, link = frappe.bold(escape_html(clause.title)), get_link_to_form(CLAUSE, clause.name)
	if clause.status == "Draft":
		return _("{0} ({1}) is a draft. Let it be approved first, or choose an approved clause.").format(
			title, link
		)
	successor = current_versions([clause.family]).get(clause.family)
	if successor:
		return _("Version {0} of {1} ({2}) is retired. Choose version {3} instead: {4}.").format(
			clause.version, title, link, successor.version, get_link_to_form(CLAUSE, successor.name)
		)
	return _("{0} ({1}) is retired. Choose another clause.").format(title, link)


def _versions(family: str) -> list[Any]:
	"""All versions of a clause as they are now, whatever this transaction has read before."""
	clause = frappe.qb.DocType(CLAUSE)
	return (
		frappe.qb.from_(clause)
		.where(clause.family == family)
		.select(clause.name, clause.version, clause.status)
		.orderby(clause.name)
		.for_update()
	).run(as_dict=True)


def _lock_family(name: str) -> None:
	"""Let one person after the other decide on a clause. A family never changes: it may be read unlocked."""
	family = frappe.db.get_value(CLAUSE, name, "family")
	if family:
		_versions(family)


def _must_be(clause: Document, status: str) -> None:
	if clause.status != status:
		frappe.throw(
			_("This clause is {0}; only one that is {1} can be changed so.").format(
				frappe.bold(_(clause.status, context=CLAUSE)), frappe.bold(_(status, context=CLAUSE))
			)
		)


def _decide(clause: Document, **values: Any) -> None:
	"""Save what was decided; the time line keeps it."""
	clause.update(values)
	clause.flags.deciding = True
	clause.save()
