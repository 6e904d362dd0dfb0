"""Clauses of a contract: taken from its template, text frozen, what is mandatory, the contract's text.

Employee contracts have none of this, and a contract without clauses keeps the text that people wrote.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import frappe
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from erpnext.setup.utils import get_exchange_rate
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html, flt, getdate, now, today
from frappe.utils.nestedset import get_ancestors_of

from partner_relations.common.documents import keep_computed_rows
from partner_relations.supplier_quality.agreements import clauses as core
from partner_relations.supplier_quality.agreements import placeholders
from partner_relations.supplier_quality.clause_library import (
	CLAUSE,
	clauses_named,
	current_versions,
	objection,
)

RULE = "Contract Clause Rule"
ENTRY = "Contract Clause Entry"
DRAFTING = "Drafting"
OVERRIDES = "Supplier Quality Manager"
"""The role that may let a contract be submitted without a mandatory clause."""


def prepare(contract: Document, method: str | None = None) -> None:
	"""`before_validate` of Contract, while it is a draft: all that follows from its table of clauses.

	From the review on no text changes any more, not even because the partner was renamed.
	"""
	if contract.party_type != "Employee":
		if not contract.get("life_cycle") or contract.life_cycle == DRAFTING:
			set_language(contract)
			take_from_template(contract)
			give_keys(contract)
			freeze_texts(contract)
		else:
			keep_what_is_frozen(contract)
		note_missing(contract)
		keep_override(contract)
		write_text(contract)
	require_text(contract)


def require_mandatory(contract: Document, method: str | None = None) -> None:
	"""`before_submit` of Contract: refused while a mandatory type is missing and no manager overrode it."""
	if contract.party_type == "Employee":
		return
	note_missing(contract)
	if contract.missing_clauses and not contract.clause_override_by:
		types = [_(name, context=CLAUSE) for name in missing_types(contract)]
		frappe.throw(
			_(
				"Clauses of these types are mandatory for this contract and missing: {0}. Add them, or let a "
				"Supplier Quality Manager enter under Missing Clauses why it may be submitted without them."
			).format(frappe.bold(frappe.utils.comma_and(types, add_quotes=False))),
			title=_("Mandatory Clauses Are Missing"),
		)


def validate_template(template: Document, method: str | None = None) -> None:
	"""`validate` of Contract Template: approved clauses only, each once, in their newest version."""
	rows = template.get("clauses") or []
	library = clauses_named(row.clause for row in rows if row.clause)
	current = current_versions(clause.family for clause in library.values())
	seen: dict[str, int] = {}
	for row in rows:
		clause = library.get(row.clause)
		if clause is None:
			continue  # Frappe has its own words for a link to nothing
		newest = current.get(clause.family)
		if clause.status == "Retired" and newest:
			clause = newest
			row.clause = newest.name
		_refuse_unapproved(clause, row.idx)
		if clause.family in seen:
			frappe.throw(
				_("Row {0}: this clause is in row {1} already. Delete one of the two.").format(
					row.idx, seen[clause.family]
				)
			)
		seen[clause.family] = row.idx
		row.update({field: clause[field] for field in ("clause_type", "title", "language", "version")})


# Taking clauses


def frozen_row(name: str, contract: Mapping[str, Any] | Document) -> dict[str, Any]:
	"""What a contract (or its amendment) keeps of an approved clause, the text filled in for this contract.

	Keys: clause, clause_type, title, version, language, text, library_text. Raises frappe.ValidationError if
	the clause isn't approved, frappe.DoesNotExistError if there is none.
	"""
	clause = clauses_named([name]).get(name)
	if clause is None:
		frappe.throw(_("There is no clause {0}.").format(escape_html(name)), frappe.DoesNotExistError)
	reason = objection(clause)
	if reason:
		frappe.throw(reason, title=_("Clause Not Approved"))
	return _row(clause, contract)


def rows_of_template(template: str, contract: Mapping[str, Any] | Document) -> list[dict[str, Any]]:
	"""The rows that a contract takes from a template, as `frozen_row` makes them, in the template's order.

	Of each clause the newest approved version; one that is retired for good is left out. Of each type those
	in the language of the contract, where there are any: one template serves partners of two languages.
	"""
	names = frappe.get_all(
		"Contract Template Clause",
		filters={"parent": template, "parenttype": "Contract Template"},
		pluck="clause",
		order_by="idx asc",
	)
	library = clauses_named(names)
	current = current_versions(clause.family for clause in library.values())
	families = dict.fromkeys(library[name].family for name in names if name in library)
	clauses = [current[family] for family in families if family in current]
	language = language_of(contract)
	spoken = {clause.clause_type for clause in clauses if _same_language(clause.language, language)}
	return [
		_row(clause, contract)
		for clause in clauses
		if clause.clause_type not in spoken or _same_language(clause.language, language)
	]


def take_from_template(contract: Document) -> None:
	"""Take the clauses of the template when it is chosen and there are none yet.

	The form takes them itself as soon as a template is chosen, and leaves alone what a person changed.
	"""
	if contract.get("clauses") or not contract.contract_template or contract.get("amended_from"):
		return
	if contract.is_new() or contract.has_value_changed("contract_template"):
		contract.extend("clauses", rows_of_template(contract.contract_template, contract))


def give_keys(contract: Document) -> None:
	"""Each row has a key by which amendments name it. It survives ERPNext's own amending, but not a copy."""
	earlier = _earlier_rows(contract)
	free = {row.entry_key for row in earlier if row.entry_key}
	by_name = {row.name: row.entry_key for row in earlier}
	for number, row in enumerate(contract.get("clauses") or [], start=1):
		row.idx = number  # as the text counts them, also where an API took a row out
		key = row.entry_key or by_name.get(row.name)
		if key not in free:
			key = frappe.generate_hash(length=12)
		free.discard(key)
		row.entry_key = key


def freeze_texts(contract: Document) -> None:
	"""Fill in the library's text of each row and say where the contract's own text departs from it.

	As long as nobody changed a row, its text follows the fields of the contract (a draft's start date may
	still change). Only approved clauses may come in; one that is in stays, also when the library has a newer
	version.
	"""
	rows = contract.get("clauses") or []
	library = clauses_named(row.clause for row in rows if row.clause)
	earlier = {row.entry_key: row for row in _earlier_rows(contract)}
	for row in rows:
		if not row.clause:
			_keep_own_text(row, contract)
			continue
		clause = library.get(row.clause)
		if clause is None:
			continue  # Frappe has its own words for a link to nothing
		before = earlier.get(row.entry_key)
		if before is None or before.clause != row.clause:
			_refuse_unapproved(clause, row.idx)
			if before is not None and row.title == before.title:
				row.title = None
		_freeze(row, clause, contract)


def keep_what_is_frozen(contract: Document) -> None:
	"""From the review on: what people may not write in a row stays as the library wrote it.

	That their own words stay is seen to by `contracts.prepare`.
	"""
	before = contract.get_doc_before_save()
	if before is not None:
		keep_computed_rows(contract.get("clauses") or [], before.get("clauses") or [])


def _freeze(row: Document, clause: Any, contract: Document) -> None:
	frozen = _row(clause, contract)
	untouched = not core.plain(row.text) or not core.departs(row.text, row.library_text)
	if untouched or not core.departs(row.text, frozen["text"]):
		row.text = frozen["text"]
	row.title = row.title or frozen["title"]
	row.update({field: frozen[field] for field in ("clause_type", "version", "language", "library_text")})
	row.departs = cint(core.departs(row.text, row.library_text))


def _keep_own_text(row: Document, contract: Document) -> None:
	"""A clause written for this contract alone: nothing of the library stands behind it."""
	if not core.plain(row.text):
		frappe.throw(
			_("Row {0} of the clauses: choose a clause of the library, or enter a text.").format(row.idx)
		)
	row.update({"version": 0, "language": language_of(contract), "library_text": None, "departs": 1})


def _row(clause: Any, contract: Mapping[str, Any] | Document) -> dict[str, Any]:
	text = placeholders.fill(clause.body, values(contract, clause.language))
	return {
		"clause": clause.name,
		"clause_type": clause.clause_type,
		"title": clause.title,
		"version": clause.version,
		"language": clause.language,
		"text": text,
		"library_text": text,
	}


def _refuse_unapproved(clause: Any, row: int) -> None:
	reason = objection(clause)
	if reason:
		frappe.throw(
			_("Row {0} of the clauses: {1}").format(cint(row), reason), title=_("Clause Not Approved")
		)


def _earlier_rows(contract: Document) -> Sequence[Any]:
	"""The rows of the contract before this save, or of the contract that it amends."""
	before = contract.get_doc_before_save()
	if before is not None:
		return before.get("clauses") or []
	if not contract.get("amended_from"):
		return []
	return frappe.get_all(
		ENTRY,
		filters={"parent": contract.amended_from, "parenttype": "Contract"},
		fields=["name", "entry_key", "clause", "title"],
	)


# Placeholders


def values(contract: Mapping[str, Any] | Document, language: str) -> dict[str, str]:
	"""What the placeholders stand for in a contract: dates and numbers as the language writes them.

	Empty where the contract doesn't say.
	"""
	locale = _locale(language)
	currency, amount = contract.get("currency") or "", flt(contract.get("contract_value"))
	return {
		"contract": contract.get("name") or "",
		"party": _party_name(contract),
		"company": contract.get("company") or "",
		"start_date": long_date(contract.get("start_date"), language),
		"end_date": long_date(contract.get("end_date"), language),
		"value": (
			format_currency(amount, currency, "#,##0.00", locale=locale) if amount and currency else ""
		),
		"currency": currency,
		"notice_days": _whole(contract.get("notice_days"), locale),
		"renewal_months": _whole(contract.get("renewal_months"), locale),
		"contract_owner": frappe.get_cached_value("User", contract.get("contract_owner"), "full_name")
		if contract.get("contract_owner")
		else "",
	}


def _party_name(contract: Mapping[str, Any] | Document) -> str:
	party_type, party = contract.get("party_type"), contract.get("party_name")
	if not party_type or not party:
		return ""
	return (
		frappe.db.get_value(party_type, party, f"{party_type.lower()}_name")
		or contract.get("party_full_name")
		or party
	)


def long_date(day: Any, language: str) -> str:
	"""A date nobody can misread, as a language writes it: March 1, 2026; 2026年3月1日. Empty for none."""
	return format_date(getdate(day), format="long", locale=_locale(language)) if day else ""


def _whole(number: Any, locale: Locale) -> str:
	return format_decimal(cint(number), locale=locale) if cint(number) else ""


def _locale(language: str) -> Locale:
	try:
		return Locale.parse(language.replace("-", "_"))
	except (UnknownLocaleError, ValueError):
		return Locale("en")


# Language


def set_language(contract: Document) -> None:
	"""A contract is in the language of its party, unless a person chose another."""
	if not contract.get("contract_language"):
		contract.contract_language = language_of(contract)


def language_of(contract: Mapping[str, Any] | Document) -> str:
	"""The language of a contract, saved or not: its own, its party's, else the site's."""
	chosen = contract.get("contract_language")
	if not chosen and contract.get("party_type") in ("Supplier", "Customer") and contract.get("party_name"):
		chosen = frappe.db.get_value(contract.get("party_type"), contract.get("party_name"), "language")
	return chosen or frappe.get_cached_value("System Settings", "System Settings", "language") or "en"


def _same_language(one: str, other: str) -> bool:
	"""Regions aside: en-GB is English."""
	return one.split("-")[0] == other.split("-")[0]


# What is mandatory


def missing_types(contract: Document) -> list[str]:
	"""The mandatory types of clauses that a contract doesn't have."""
	present = {row.clause_type for row in contract.get("clauses") or []}
	return [name for name in mandatory_types(contract) if name not in present]


def mandatory_types(contract: Document) -> list[str]:
	"""The types of clauses that the rules ask for in a contract, in the order in which they were made."""
	rules = [
		core.Rule(
			row.clause_type,
			row.party_type or None,
			row.company or None,
			row.supplier_group or None,
			Decimal(str(row.minimum_value)) if row.has_minimum_value else None,
		)
		for row in frappe.get_all(
			RULE,
			filters={"disabled": 0},
			fields=[
				"clause_type",
				"party_type",
				"company",
				"supplier_group",
				"has_minimum_value",
				"minimum_value",
			],
			order_by="creation asc, name asc",
		)
	]
	return core.mandatory_types(rules, _scope(contract, rules)) if rules else []


def _scope(contract: Document, rules: Iterable[core.Rule]) -> core.Scope:
	"""What the rules ask for; groups and exchange rates are read only where a rule needs them."""
	company = contract.get("company") or None
	return core.Scope(
		contract.party_type,
		company,
		_supplier_groups(contract) if any(rule.supplier_group for rule in rules) else frozenset(),
		_value_for_company(contract, company)
		if any(rule.minimum_value is not None for rule in rules)
		else Decimal(0),
	)


def _supplier_groups(contract: Document) -> frozenset[str]:
	if contract.party_type != "Supplier":
		return frozenset()
	group = frappe.db.get_value("Supplier", contract.party_name, "supplier_group")
	return frozenset((group, *get_ancestors_of("Supplier Group", group))) if group else frozenset()


def _value_for_company(contract: Document, company: str | None) -> Decimal | None:
	"""The contract's value in the company's currency at its start (today's rate for a future one)."""
	amount, currency = Decimal(str(flt(contract.get("contract_value")))), contract.get("currency")
	if not amount:
		return amount
	if not company or not currency:
		return None
	rate = get_exchange_rate(
		currency,
		frappe.get_cached_value("Company", company, "default_currency"),
		min(getdate(contract.start_date or today()), getdate(today())),
	)
	return amount * Decimal(str(rate)) if rate else None


def note_missing(contract: Document) -> None:
	contract.missing_clauses = "\n".join(missing_types(contract))


def keep_override(contract: Document) -> None:
	"""The reason to submit without mandatory clauses is a manager's, kept with who gave it and when.

	It holds for the types that were missing then: when another one goes missing, it lapses. A contract that
	amends another needs a reason of its own.
	"""
	before = contract.get_doc_before_save()
	reason = (contract.clause_override_reason or "").strip()
	if contract.is_new() and contract.get("amended_from"):
		reason = ""
	decided = before.get("clause_override_by") if before else None
	if not reason:
		_set_override(contract, None, None, None)
	elif decided and reason == (before.clause_override_reason or "").strip():
		if set(_lines(contract.missing_clauses)) <= set(_lines(before.missing_clauses)):
			_set_override(contract, reason, decided, before.clause_override_on)
			return
		_set_override(contract, None, None, None)
		frappe.msgprint(
			_(
				"Another mandatory clause is missing now, so the reason why the contract may be submitted "
				"without the others no longer holds. Add the clause, or give a new reason."
			),
			title=_("Missing Clauses"),
			indicator="orange",
		)
	elif OVERRIDES not in frappe.get_roles():
		frappe.throw(
			_("Only a Supplier Quality Manager may say why a contract is submitted without clauses."),
			frappe.PermissionError,
		)
	else:
		_set_override(contract, reason, frappe.session.user, now())


def _set_override(contract: Document, reason: str | None, by: str | None, on: Any) -> None:
	contract.update({"clause_override_reason": reason, "clause_override_by": by, "clause_override_on": on})


def _lines(text: str | None) -> list[str]:
	return [line for line in (text or "").split("\n") if line]


# The text of the contract


def write_text(contract: Document) -> None:
	"""The text of the contract is its clauses, numbered; without clauses it is what people wrote."""
	rows = contract.get("clauses") or []
	if rows:
		contract.contract_terms = core.numbered([(row.title or "", row.text or "") for row in rows])


def require_text(contract: Document) -> None:
	"""ERPNext asks for a text; the field isn't mandatory itself any more, for clauses may make it."""
	if not contract.contract_terms and not contract.flags.ignore_mandatory:
		frappe.throw(_("Enter the contract terms, or choose clauses."), frappe.MandatoryError)


# What people are shown


def overview(contract: Document) -> dict[str, Any]:
	"""What a person should look at before a contract is approved.

	{"mandatory": [{"clause_type", "present"}], "missing": [type], "override": {"reason", "by", "on"} or None,
	"rows": [...]} with a row per clause: its index, title, clause, version, `starting_point` (came with the
	app and was never reviewed), `own` (written for this contract), `pieces` where it departs from the
	library, and in a draft `newer` (the approved version that replaced it) and `unfilled` (placeholders
	without a value).
	The rules of today say nothing about what was submitted: then `mandatory` is empty.
	"""
	rows = contract.get("clauses") or []
	library = clauses_named(row.clause for row in rows if row.clause)
	draft = contract.docstatus == 0
	retired = [clause.family for clause in library.values() if clause.status == "Retired"]
	newest = current_versions(retired) if draft else {}
	present = {row.clause_type for row in rows}
	return {
		"mandatory": [
			{"clause_type": name, "present": name in present}
			for name in (mandatory_types(contract) if draft else ())
		],
		"missing": _lines(contract.missing_clauses),
		"override": {
			"reason": contract.clause_override_reason,
			"by": contract.clause_override_by,
			"on": contract.clause_override_on,
		}
		if contract.clause_override_by
		else None,
		"rows": [_row_overview(row, library.get(row.clause), newest, contract) for row in rows],
	}


def _row_overview(
	row: Document, clause: Any | None, newest: Mapping[str, Any], contract: Document
) -> dict[str, Any]:
	newer = newest.get(clause.family) if clause and clause.status == "Retired" else None
	unfilled = []
	if clause and contract.docstatus == 0 and not row.departs:
		unfilled = placeholders.unfilled(clause.body, values(contract, clause.language))
	return {
		"idx": row.idx,
		"name": row.name,
		"title": row.title,
		"clause": row.clause,
		"clause_type": row.clause_type,
		"version": row.version,
		"own": not row.clause,
		"starting_point": bool(clause and clause.is_starting_point),
		"pieces": pieces(row.library_text, row.text) if row.departs and row.clause else [],
		"newer": {"clause": newer.name, "version": newer.version} if newer else None,
		"unfilled": unfilled,
	}


def pieces(old: str | None, new: str | None) -> list[dict[str, str]]:
	"""The difference of two texts for the browser: [{"kind": same, removed or added, "text": plain text}]."""
	return [{"kind": piece.kind, "text": piece.text} for piece in core.difference(old, new)]
