"""Contract amendments: what a contract says on a day, in clauses, obligations, end date and value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import get_datetime, getdate

from partner_relations.supplier_quality.agreements import amendments as core
from partner_relations.supplier_quality.agreements.amendments import Amendment, Change

AMENDMENT = "Contract Amendment"
CHANGE = "Contract Amendment Change"
CLAUSE, OBLIGATION = "Clause", "Obligation"

ENTRY_TABLES = {CLAUSE: "Contract Clause Entry", OBLIGATION: "Contract Obligation"}
KEY_FIELDS = {CLAUSE: "entry_key", OBLIGATION: "obligation_key"}
ENTRY_FIELDS = {
	CLAUSE: ("clause", "clause_type", "title", "version", "language", "departs", "text"),
	OBLIGATION: (
		"kind",
		"title",
		"owed_by",
		"kpi",
		"comparison",
		"target",
		"unit",
		"judged_each",
		"windows_begin",
		"minimum_sample",
		"due_date",
		"delivered_on",
		"evidence",
		"remedy_scheme",
		"note",
		"definition",
	),
}


@dataclass(frozen=True)
class ObligationVersion:
	"""An obligation as it reads from a day until another, both included; None: open.

	`row` has the fields of Contract Obligation, `obligation_key` among them, and `amendment`: the name of the
	Contract Amendment that it comes from, None for the contract itself.
	"""

	effective_from: date | None
	effective_until: date | None
	row: dict[str, Any]


def clauses_as_of(contract: str, day: date | str) -> list[dict[str, Any]]:
	"""The clauses on a day: rows like Contract Clause Entry, with `entry_key` and `amendment`."""
	return entries_as_of(contract, day, CLAUSE)


def obligations_as_of(contract: str, day: date | str) -> list[dict[str, Any]]:
	"""The obligations on a day: rows like Contract Obligation, with `obligation_key` and `amendment`."""
	return entries_as_of(contract, day, OBLIGATION)


def entries_as_of(
	contract: str, day: date | str, subject: str, agreed: Iterable[Amendment] | None = None
) -> list[dict[str, Any]]:
	"""The clauses or the obligations (`subject`) of a contract as they read on a day, in their order.

	By its confirmed amendments, or by those of them that are given as `agreed`.
	"""
	if agreed is None:
		agreed = of_contracts([contract])[contract]
	originals = _original_entries([contract], subject).get(contract, {})
	text = core.as_of(originals, agreed, getdate(day), subject)
	return [_with_delivery(key, entry, originals) for key, entry in text.items()]


def obligations_of(contracts: Sequence[str]) -> dict[str, list[ObligationVersion]]:
	"""All versions of all obligations of contracts, in three queries; contracts without any are left out."""
	originals = _original_entries(contracts, OBLIGATION)
	found = {}
	for contract, amendments in of_contracts(contracts).items():
		history = core.versions(originals.get(contract, {}), amendments, OBLIGATION)
		rows = [
			ObligationVersion(
				version.effective_from,
				version.effective_until,
				_with_delivery(key, version.entry, originals.get(contract, {})),
			)
			for key, versions in history.items()
			for version in versions
		]
		if rows:
			found[contract] = rows
	return found


def of_contracts(
	contracts: Sequence[str], for_update: bool = False, drafts: bool = False
) -> dict[str, list[Amendment]]:
	"""The confirmed amendments by contract (each of the given ones has a list), in two queries.

	With `drafts` those that nobody has confirmed yet too.
	"""
	found: dict[str, list[Amendment]] = {contract: [] for contract in contracts}
	if not found:
		return found
	amendment, change = frappe.qb.DocType(AMENDMENT), frappe.qb.DocType(CHANGE)
	states = (0, 1) if drafts else (1,)
	confirmed = amendment.contract.isin(list(found)) & amendment.docstatus.isin(states)
	query = (
		frappe.qb.from_(amendment)
		.where(confirmed)
		.select(
			amendment.name,
			amendment.contract,
			amendment.effective_from,
			amendment.confirmed_on,
			amendment.new_end_date,
			amendment.has_new_value,
			amendment.new_value,
		)
	)
	heads = (query.for_update() if for_update else query).run(as_dict=True)
	rows: list[Any] = []
	if heads:
		rows = (
			frappe.qb.from_(change)
			.where(change.parent.isin([head.name for head in heads]) & (change.parenttype == AMENDMENT))
			.select("*")
			.orderby(change.parent)
			.orderby(change.idx)
		).run(as_dict=True)
	changes: dict[str, list[Any]] = {}
	for row in rows:
		changes.setdefault(row.parent, []).append(row)
	units = _units(rows)
	for head in heads:
		found[head.contract].append(
			as_amendment({**head, "changes": changes.get(head.name, ())}, units=units)
		)
	return found


def as_amendment(document: Mapping[str, Any], units: Mapping[str, str] | None = None) -> Amendment:
	"""A Contract Amendment (document or row with `changes`) for the core; an unconfirmed one acts last."""
	units = units or {}
	return Amendment(
		name=document.get("name") or "",
		effective_from=getdate(document.get("effective_from")),
		confirmed_on=get_datetime(document.get("confirmed_on") or "9999-12-31"),
		changes=tuple(
			Change(
				row.get("subject"),
				row.get("action"),
				row.get("entry_key"),
				None if row.get("action") == core.REMOVE else _entry_of_change(row, document, units),
			)
			for row in document.get("changes") or ()
		),
		end_date=getdate(document.get("new_end_date")) if document.get("new_end_date") else None,
		value=Decimal(str(document.get("new_value") or 0)) if document.get("has_new_value") else None,
	)


def _original_entries(contracts: Sequence[str], subject: str) -> dict[str, dict[str, dict[str, Any]]]:
	"""By contract the entries that were submitted with it, by key."""
	if not contracts:
		return {}
	table = frappe.qb.DocType(ENTRY_TABLES[subject])
	key_field = KEY_FIELDS[subject]
	rows = (
		frappe.qb.from_(table)
		.where(table.parent.isin(list(contracts)) & (table.parenttype == "Contract"))
		.select(
			table.parent,
			table.name,
			table[key_field],
			*(table[field] for field in ENTRY_FIELDS[subject]),
		)
		.orderby(table.parent)
		.orderby(table.idx)
	).run(as_dict=True)
	found: dict[str, dict[str, dict[str, Any]]] = {}
	for row in rows:
		contract, name = row.pop("parent"), row.pop("name")
		row[key_field] = row[key_field] or name
		row["amendment"] = None
		found.setdefault(contract, {})[row[key_field]] = row
	return found


def _entry_of_change(
	row: Mapping[str, Any], amendment: Mapping[str, Any], units: Mapping[str, str]
) -> dict[str, Any]:
	subject = row.get("subject")
	entry = frappe._dict({field: row.get(field) for field in ENTRY_FIELDS[subject]})
	entry[KEY_FIELDS[subject]] = row.get("entry_key")
	entry["amendment"] = amendment.get("name")
	if subject == OBLIGATION:
		entry["unit"] = units.get(row.get("kpi"))
	return entry


def _with_delivery(
	key: str, entry: dict[str, Any], originals: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
	"""What was delivered stays delivered when an amendment changes the words of an obligation."""
	original = originals.get(key)
	if original and entry.get("amendment") and "delivered_on" in original and not entry.get("delivered_on"):
		entry = frappe._dict(entry, delivered_on=original["delivered_on"], evidence=original["evidence"])
	return entry


def _units(rows: Iterable[Any]) -> dict[str, str]:
	kpis = {row.kpi for row in rows if row.kpi}
	if not kpis:
		return {}
	return dict(
		frappe.get_all(
			"Supplier KPI", filters={"name": ("in", list(kpis))}, fields=["name", "unit"], as_list=True
		)
	)
