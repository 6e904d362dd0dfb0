"""What people are shown of a contract's text: as of a day, over time, and what one amendment changes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, comma_and, flt, fmt_money, format_date, getdate

from partner_relations.supplier_quality import amending, amendments, clauses
from partner_relations.supplier_quality.agreements import amendments as core
from partner_relations.supplier_quality.agreements import terms
from partner_relations.supplier_quality.agreements.amendments import REMOVE, Acted, Amendment
from partner_relations.supplier_quality.amendments import (
	AMENDMENT,
	CHANGE,
	CLAUSE,
	ENTRY_FIELDS,
	KEY_FIELDS,
	OBLIGATION,
)
from partner_relations.supplier_quality.contract_obligations import (
	KPI_PROMISE,
	OF_DELIVERABLES,
	OF_KPI_PROMISES,
)
from partner_relations.supplier_quality.contract_obligations import OBLIGATION as OBLIGATION_ROW
from partner_relations.supplier_quality.contract_steps import CONTRACT
from partner_relations.supplier_quality.contract_terms import renewals_of
from partner_relations.supplier_quality.rating.numbers import as_text

TABLES = {CLAUSE: "clauses", OBLIGATION: "obligations"}

OBLIGATION_FACTS = (
	"kind",
	"owed_by",
	"kpi",
	"comparison",
	"target",
	"judged_each",
	"windows_begin",
	"minimum_sample",
	"due_date",
	"remedy_scheme",
)
"""The fields of an obligation that are told apart beside its title, in the order in which they are shown."""


# As of a day


def text_on(contract: Document, day: Any) -> dict[str, Any]:
	"""What a contract says on a day, for a dialog or a print.

	{"day", "clauses", "obligations", "removed", "end_date", "end_by", "times_renewed", "value", "value_by",
	"currency", "amendments", "later", "notes"}. `amendments` are those in effect by then, `later` the
	confirmed ones that take effect afterwards. Entries name the `amendment` that they come from (None: the
	contract itself), `changes` of it so far, `pieces` where the text differs from the original, and
	`overlap`, a sentence on which amendment counts where several changed it. `end_by` and `value_by` name the
	amendment that set them; `notes` are sentences about the day.
	"""
	day = getdate(day)
	agreed = core.in_order(amendments.of_contracts([contract.name])[contract.name])
	acting = [one for one in agreed if one.effective_from <= day]
	term = _term(contract, acting, day)
	found: dict[str, Any] = {"removed": []}
	for subject, table in TABLES.items():
		entries = amendments.entries_as_of(contract.name, day, subject, acting)
		acted = core.acted_on(acting, day, subject)
		original = {row.get(KEY_FIELDS[subject]) or row.name: row for row in contract.get(table) or []}
		found[table] = [_shown(entry, subject, original, acted) for entry in entries]
		found["removed"] += _removed(entries, subject, original, acting, acted)
	return {
		**found,
		"day": day,
		"end_date": term.end,
		"end_by": _last_that(acting, lambda one: one.end_date is not None),
		"times_renewed": term.renewals,
		"value": flt(_value(contract, acting)),
		"value_by": _last_that(acting, lambda one: one.value is not None),
		"currency": contract.get("currency"),
		"amendments": [_named(one) for one in acting],
		"later": [_named(one) for one in agreed if one.effective_from > day],
		"notes": _notes(contract, day, term),
	}


def _named(amendment: Amendment) -> dict[str, Any]:
	return {"name": amendment.name, "effective_from": amendment.effective_from}


def _last_that(acting: Iterable[Amendment], sets: Any) -> str | None:
	names = [one.name for one in acting if sets(one)]
	return names[-1] if names else None


def _term(contract: Document, acting: Iterable[Amendment], day: date) -> terms.Term:
	"""How long the contract lasts by the amendments and renewals of a day, and by its termination."""
	return terms.term(
		getdate(contract.end_date) if contract.end_date else None,
		acting,
		[renewal for renewal in renewals_of(contract) if renewal.ended_on < day],
		getdate(contract.terminated_on) if contract.get("terminated_on") else None,
	)


def _value(contract: Document, acting: Iterable[Amendment]) -> Decimal:
	return core.value_as_of(Decimal(str(flt(contract.get("contract_value")))), acting)


def _notes(contract: Document, day: date, term: terms.Term) -> list[str]:
	notes = []
	if contract.start_date and day < getdate(contract.start_date):
		notes.append(_("The contract begins on {0}.").format(format_date(contract.start_date)))
	if term.end and term.end < day:
		notes.append(_("The contract ended on {0}.").format(format_date(term.end)))
	if contract.get("terminated_on"):
		notes.append(_("Notice was given. The last day is {0}.").format(format_date(contract.terminated_on)))
	return notes


def _shown(
	entry: Mapping[str, Any],
	subject: str,
	original: Mapping[str, Any],
	acted: Mapping[str, Sequence[Acted]],
) -> dict[str, Any]:
	key = entry[KEY_FIELDS[subject]]
	row = {field: entry.get(field) for field in ENTRY_FIELDS[subject] if field != "definition"}
	row.update(
		{
			"key": key,
			"amendment": entry.get("amendment"),
			"changes": [_acted(one) for one in acted.get(key, ())],
			"overlap": _overlap(acted.get(key, ())),
		}
	)
	if subject == CLAUSE:
		row["version"] = cint(row["version"])
		row["pieces"] = (
			clauses.pieces(original[key].text, entry["text"])
			if entry.get("amendment") and key in original and original[key].text != entry["text"]
			else []
		)
	return row


def _removed(
	entries: Iterable[Mapping[str, Any]],
	subject: str,
	original: Mapping[str, Any],
	acting: Iterable[Amendment],
	acted: Mapping[str, Sequence[Acted]],
) -> list[dict[str, Any]]:
	"""What was part of the contract until an amendment took it out."""
	there = {entry[KEY_FIELDS[subject]] for entry in entries}
	titles = {key: row.title for key, row in original.items()}
	for amendment in acting:
		for change in amendment.changes:
			if change.subject == subject and change.entry:
				titles[change.key] = change.entry["title"]
	return [
		{
			"subject": subject,
			"key": key,
			"title": titles[key],
			"amendment": changes[-1].amendment,
			"effective_from": changes[-1].effective_from,
			"overlap": _overlap(changes),
		}
		for key, changes in acted.items()
		if key not in there and key in titles
	]


def _acted(one: Acted) -> dict[str, Any]:
	return {"amendment": one.amendment, "effective_from": one.effective_from, "action": one.action}


def _overlap(acted: Sequence[Acted]) -> str | None:
	"""Which of several amendments of one entry counts, and why."""
	if len(acted) < 2:
		return None
	last, before = acted[-1], acted[-2]
	names = comma_and([one.amendment for one in acted], add_quotes=False)
	day = format_date(last.effective_from)
	if last.effective_from > before.effective_from:
		return _("Changed by {0}. {1} counts, for it took effect last, on {2}.").format(
			names, last.amendment, day
		)
	return _("Changed by {0}. {1} counts: of those of {2} it was confirmed last.").format(
		names, last.amendment, day
	)


# Over time


def amendments_of(contract: Document) -> list[dict[str, Any]]:
	"""The amendments of a contract that the user may read, by the day from which they hold, drafts included.

	Each with its own fields and `changes`: the subject, action and title of each row.
	"""
	if not frappe.has_permission(AMENDMENT, "read"):
		return []
	found = frappe.get_list(
		AMENDMENT,
		filters={"contract": contract.name},
		fields=[
			"name",
			"title",
			"status",
			"effective_from",
			"reason",
			"new_end_date",
			"has_new_value",
			"new_value",
			"currency",
			"party_confirmed_by",
			"party_confirmed_on",
			"confirmed_by",
			"confirmed_on",
		],
		order_by="effective_from asc, name asc",
		limit_page_length=0,
	)
	changes = frappe.get_all(
		CHANGE,
		filters={"parent": ("in", [row.name for row in found]), "parenttype": AMENDMENT},
		fields=["parent", "subject", "action", "entry_title", "title"],
		order_by="parent, idx",
	)
	for row in found:
		row.changes = [
			{"subject": change.subject, "action": change.action, "title": change.entry_title or change.title}
			for change in changes
			if change.parent == row.name
		]
		row.confirmed_by_name = frappe.utils.get_fullname(row.confirmed_by) if row.confirmed_by else None
	return found


# By one amendment


def changes_of(amendment: Document) -> dict[str, Any]:
	"""What a saved amendment changes, old beside new, and what it still needs.

	{"changes", "end", "value", "overlaps", "needed", "confirmed_by_name"}. A change has `subject`, `action`,
	`title`, `old_title`, `pieces` (the texts of a clause compared), `facts` (label, old and new of what
	differs in an obligation), `clause` and `version` of the library. `end` and `value` are {"old", "new"}, or
	None where it leaves them. Old is what the amendments say that act before this one.
	"""
	contract = frappe.get_doc(CONTRACT, amendment.contract)
	own = amendments.as_amendment(amendment)
	earlier = core.acting_before(own, amendments.of_contracts([contract.name])[contract.name])
	before = amending.entries_on(contract.name, own.effective_from, earlier)
	return {
		"changes": [
			_change(row, before.get((row.subject, row.entry_key)) or {}) for row in amendment.changes
		],
		"end": (
			{"old": _term(contract, earlier, own.effective_from).end, "new": own.end_date}
			if own.end_date is not None
			else None
		),
		"value": (
			{"old": flt(_value(contract, earlier)), "new": flt(own.value)} if own.value is not None else None
		),
		"overlaps": _overlaps(amendment) if amendment.docstatus < 2 else [],
		"needed": amending.still_needed(amendment, frappe.session.user) if amendment.docstatus == 0 else [],
		"confirmed_by_name": (
			frappe.utils.get_fullname(amendment.confirmed_by) if amendment.confirmed_by else None
		),
	}


def _overlaps(amendment: Document) -> list[dict[str, Any]]:
	"""As `amending.overlaps_of`, with `draft` where the other amendment was confirmed by nobody yet."""
	found = amending.overlaps_of(amendment)
	names = [row["amendment"] for row in found]
	drafts = frappe.get_all(AMENDMENT, {"name": ("in", names), "docstatus": 0}, pluck="name") if names else []
	return [{**row, "draft": row["amendment"] in drafts} for row in found]


def _change(row: Document, old: Mapping[str, Any]) -> dict[str, Any]:
	new = {} if row.action == REMOVE else row.as_dict()
	shown = {
		"subject": row.subject,
		"action": row.action,
		"title": new.get("title") or old.get("title") or row.entry_title,
		"old_title": old.get("title"),
		"clause": new.get("clause"),
		"version": cint(new.get("version")),
		"pieces": [],
		"facts": [],
	}
	if row.subject == CLAUSE:
		shown["pieces"] = clauses.pieces(old.get("text"), new.get("text"))
	else:
		shown["facts"] = _facts(old, new)
	return shown


def _facts(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, str]]:
	"""What differs between two obligations, in words; all of it where there is only one."""
	meta = frappe.get_meta(OBLIGATION_ROW)
	found: list[dict[str, str]] = []
	for field in OBLIGATION_FACTS:
		before, after = _in_words(meta, field, old), _in_words(meta, field, new)
		if before != after:
			label = meta.get_label(field)
			found.append({"label": _(label, context=meta.name), "old": before, "new": after})
	return found


def _in_words(meta: Any, field: str, obligation: Mapping[str, Any]) -> str:
	"""A field of an obligation for people; empty where its kind doesn't have it."""
	value = obligation.get(field)
	promise = obligation.get("kind") == KPI_PROMISE
	if not value or field in (("owed_by", *OF_DELIVERABLES) if promise else OF_KPI_PROMISES):
		return ""
	kind = meta.get_field(field).fieldtype
	if kind == "Date":
		return format_date(value)
	if kind in ("Float", "Int"):
		number = fmt_money(value, precision=len(as_text(flt(value)).partition(".")[2]))
		unit = _unit(obligation) if field == "target" else ""
		return f"{number} {_(unit)}" if unit else number
	return _(value, context=meta.name)


def _unit(obligation: Mapping[str, Any]) -> str:
	return frappe.get_cached_value("Supplier KPI", obligation["kpi"], "unit") or ""
