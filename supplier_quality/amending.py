"""A Contract Amendment from its draft to its confirmation: what is checked, filled in and frozen.

One side drafts what changes, the partner's confirmation is kept with it, and somebody else than the drafter
confirms it for us by submitting. What the contract says afterwards is made by `amendments` from all of them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, escape_html, flt, format_date, getdate, now, today

from partner_relations.common.documents import (
	changed_fields,
	clear_computed_fields,
	guard_rows,
	keep_computed_fields,
)
from partner_relations.supplier_quality import amendments, clauses, contract_obligations
from partner_relations.supplier_quality.agreements import amendments as core
from partner_relations.supplier_quality.agreements.amendments import ADD, REMOVE, Amendment
from partner_relations.supplier_quality.amendments import (
	AMENDMENT,
	CLAUSE,
	KEY_FIELDS,
	OBLIGATION,
)
from partner_relations.supplier_quality.contract_steps import CONTRACT, IN_FORCE, SIGNING, is_managed
from partner_relations.supplier_quality.contract_terms import refresh_terms

CONTENT_FIELDS = {
	CLAUSE: ("clause", "clause_type", "version", "text"),
	OBLIGATION: (
		"kind",
		"owed_by",
		"kpi",
		"comparison",
		"target",
		"judged_each",
		"windows_begin",
		"minimum_sample",
		"due_date",
		"delivered_on",
		"evidence",
		"remedy_scheme",
		"definition",
	),
}
"""The fields of a change that hold the new text of a clause, or the new obligation; both have a title."""


# Drafting


def prepare(amendment: Document) -> None:
	"""`validate` of Contract Amendment: what it changes exists, is complete, and says so in words."""
	before = amendment.get_doc_before_save()
	_keep_computed(amendment, before)
	contract = _contract_of(amendment, for_update=amendment.docstatus == 1)
	_check_contract(contract)
	_check_effective_day(amendment, contract)
	_check_terms(amendment, contract)
	if not (amendment.changes or amendment.new_end_date or amendment.has_new_value):
		frappe.throw(_("Say what changes: a clause, an obligation, the end date or the value."))
	_give_keys(amendment, before)
	_refuse_doubles(amendment)
	in_force = entries_on(amendment.contract, amendment.effective_from)
	earlier = {row.name: row for row in before.changes} if before else {}
	for row in amendment.changes:
		_fill(row, earlier.get(row.name), in_force, contract)
		_check_change(row, contract)
	if amendment.docstatus == 0:
		_warn_of_overlaps(amendment)


def entries_on(
	contract: str, day: Any, agreed: Iterable[Amendment] | None = None
) -> dict[tuple[str, str], dict[str, Any]]:
	"""The clauses and obligations in force on a day, by subject and key, in their order.

	By the contract's confirmed amendments, or by those of them that are given as `agreed`.
	"""
	return {
		(subject, entry[KEY_FIELDS[subject]]): entry
		for subject in (CLAUSE, OBLIGATION)
		for entry in amendments.entries_as_of(contract, day, subject, agreed)
	}


def overlaps_of(amendment: Document) -> list[dict[str, Any]]:
	"""Other amendments, confirmed or drafts, that change what this one changes.

	A row per entry and amendment: {"entry", "amendment", "effective_from", "acts_last"}; `acts_last` says
	that ours has the last word.
	"""
	every = amendments.of_contracts([amendment.contract], drafts=True)[amendment.contract]
	others = {one.name: one for one in every if one.name != amendment.name}
	titles = {row.entry_key: row.entry_title or row.title for row in amendment.changes}
	return [
		{
			"entry": titles.get(overlap.key),
			"amendment": overlap.other,
			"effective_from": others[overlap.other].effective_from,
			"acts_last": overlap.acts_last,
		}
		for overlap in core.overlaps(amendments.as_amendment(amendment), others.values())
	]


def _keep_computed(amendment: Document, before: Document | None) -> None:
	if before is None:
		clear_computed_fields(amendment)
		return
	for field in ("status", "confirmed_by", "confirmed_on", "amended_from"):
		amendment.set(field, before.get(field))


def _contract_of(amendment: Document, for_update: bool = False) -> Document:
	return frappe.get_doc(CONTRACT, amendment.contract, for_update=for_update)


def _check_contract(contract: Document) -> None:
	if not is_managed(contract):
		frappe.throw(_("Contracts with employees aren't amended in this way."))
	if contract.docstatus == 0:
		frappe.throw(_("The contract is a draft: change the draft itself."))
	if contract.docstatus == 2 or contract.life_cycle not in (SIGNING, IN_FORCE):
		frappe.throw(
			_("The contract is {0}. Only one that awaits signing or is in force can be amended.").format(
				_(contract.life_cycle, context=CONTRACT)
			)
		)


def _check_effective_day(amendment: Document, contract: Document) -> None:
	day = getdate(amendment.effective_from)
	if contract.start_date and day < getdate(contract.start_date):
		frappe.throw(
			_("The contract begins on {0}; it can't be amended before.").format(
				format_date(contract.start_date)
			)
		)
	# An extension may take effect on the day after the end.
	if contract.effective_end_date and day > add_days(getdate(contract.effective_end_date), 1):
		frappe.throw(
			_("The contract ends on {0}; an amendment takes effect by then.").format(
				format_date(contract.effective_end_date)
			)
		)


def _check_terms(amendment: Document, contract: Document) -> None:
	if amendment.new_end_date:
		if contract.terminated_on:
			frappe.throw(_("The contract is terminated. Withdraw the termination to give it another end."))
		if getdate(amendment.new_end_date) < getdate(amendment.effective_from):
			frappe.throw(_("The new end lies before the day from which the amendment takes effect."))
	if not amendment.has_new_value:
		amendment.new_value = 0
	elif flt(amendment.new_value) < 0:
		frappe.throw(_("The value of a contract can't be negative."))


def _give_keys(amendment: Document, before: Document | None) -> None:
	"""What an amendment adds gets a key of its own, kept also when the amendment itself is amended."""
	own = {row.name: row.entry_key for row in before.changes} if before else {}
	inherited: set[str] = set()
	if amendment.amended_from:
		inherited = set(
			frappe.get_all(
				"Contract Amendment Change",
				filters={"parent": amendment.amended_from, "action": ADD},
				pluck="entry_key",
			)
		)
	for row in amendment.changes:
		if row.action != ADD:
			continue
		known = own.get(row.name)
		if known and before and any(one.name == row.name and one.action == ADD for one in before.changes):
			row.entry_key = known
		elif row.entry_key not in inherited:
			row.entry_key = contract_obligations.new_key()


def _refuse_doubles(amendment: Document) -> None:
	seen: dict[tuple[str, str], int] = {}
	for row in amendment.changes:
		first = seen.setdefault((row.subject, row.entry_key), row.idx)
		if row.entry_key and first != row.idx:
			frappe.throw(
				_("Row {0} changes the same as row {1}. Keep one of the two.").format(row.idx, first)
			)


def _fill(
	row: Document, before: Document | None, in_force: Mapping[tuple[str, str], Any], contract: Document
) -> None:
	"""Complete a change: what it is about, the library's text, and nothing of what it isn't about."""
	entry = in_force.get((row.subject, row.entry_key)) if row.action != ADD else None
	if row.action != ADD:
		if not row.entry_key:
			frappe.throw(_("Row {0}: choose what it changes.").format(row.idx))
		if entry is None:
			frappe.throw(
				_(
					"Row {0}: this isn't part of the contract on the day from which the amendment takes "
					"effect. Choose one that is."
				).format(row.idx)
			)
	for subject, fields in CONTENT_FIELDS.items():
		if row.action == REMOVE or subject != row.subject:
			row.update(dict.fromkeys(fields))
	if row.action == REMOVE:
		row.title = None
	elif row.subject == CLAUSE:
		_fill_clause(row, before, entry, contract)
	else:
		row.title = row.title or (entry and entry["title"])
		row.definition = None
	row.entry_title = entry["title"] if entry else row.title


def _fill_clause(
	row: Document, before: Document | None, entry: Mapping[str, Any] | None, contract: Document
) -> None:
	"""A clause of the library brings its text, unless that was changed for this contract."""
	chosen_anew = before is None or before.clause != row.clause
	if row.clause and (chosen_anew or not row.text):
		frozen = clauses.frozen_row(row.clause, contract)
		row.version, row.clause_type = frozen["version"], frozen["clause_type"]
		row.title = row.title or frozen["title"]
		row.text = row.text if before is None and row.text else frozen["text"]
	elif row.clause and before is not None:
		row.version, row.clause_type = before.version, before.clause_type
	else:
		row.version = 0
	row.title = row.title or (entry and entry["title"])
	row.clause_type = row.clause_type or (entry and entry["clause_type"])


def _check_change(row: Document, contract: Document) -> None:
	if row.action == REMOVE:
		return
	problems = []
	if not (row.title or "").strip():
		problems.append(_("Enter a title."))
	if row.subject == CLAUSE:
		if not frappe.utils.strip_html(row.text or "").strip():
			problems.append(_("Choose a clause of the library, or enter a text."))
		if not row.clause_type:
			problems.append(_("Choose the type of the clause."))
	else:
		problems.extend(contract_obligations.problems(row, contract))
	if problems:
		frappe.throw(
			_("Row {0}: {1}").format(row.idx, " ".join(problems)),
			title=_("Change Not Complete"),
		)


def _warn_of_overlaps(amendment: Document) -> None:
	found = overlaps_of(amendment)
	if not found:
		return
	lines = []
	for row in found:
		words = (
			_("“{0}” is changed by {1} too, from {2} on. From the later of both days on this one counts.")
			if row["acts_last"]
			else _("“{0}” is changed by {1} too, from {2} on. From then on that one counts.")
		)
		lines.append(
			words.format(
				escape_html(row["entry"] or ""),
				frappe.utils.get_link_to_form(AMENDMENT, row["amendment"]),
				format_date(row["effective_from"]),
			)
		)
	frappe.msgprint(lines, title=_("Overlapping Amendments"), indicator="orange", as_list=len(lines) > 1)


# Confirming


def confirm(amendment: Document) -> None:
	"""`before_submit` of Contract Amendment: our confirmation, by another person than its drafter."""
	before = amendment.get_doc_before_save()
	if before is None:
		frappe.throw(_("Save the amendment as a draft first: somebody else confirms it."))
	reason = objection(before, frappe.session.user)
	if reason:
		frappe.throw(reason, title=_("Somebody Else Must Do This"))
	if changed_fields(amendment, before):
		frappe.throw(_("Save your changes first: somebody else confirms what you changed."))
	missing = _missing_confirmation(amendment)
	if missing:
		frappe.throw("<br>".join(missing), title=_("Confirmation of the Partner"))
	for row in amendment.changes:
		if row.subject == OBLIGATION and row.action != REMOVE:
			row.definition = frappe.as_json(contract_obligations.definition_of(row))
	amendment.update({"status": "Confirmed", "confirmed_by": frappe.session.user, "confirmed_on": now()})


def still_needed(amendment: Document, user: str) -> list[str]:
	"""What a saved draft lacks until this user can confirm it for us, as sentences."""
	reason = objection(amendment, user)
	return [*_missing_confirmation(amendment), *([reason] if reason else [])]


def objection(amendment: Document, user: str) -> str | None:
	"""Why this user may not confirm a saved draft: who proposes does not approve, Administrator included."""
	if user == amendment.owner:
		return _("You drafted this amendment, so somebody else must confirm it.")
	if user == amendment.modified_by:
		return _("You changed this amendment last, so somebody else must confirm it.")
	return None


def _missing_confirmation(amendment: Document) -> list[str]:
	missing = []
	if not (amendment.party_confirmed_by or "").strip():
		missing.append(_("Say who confirmed the amendment for the partner."))
	if not amendment.party_confirmed_on:
		missing.append(_("Give the day on which the partner confirmed it."))
	elif getdate(amendment.party_confirmed_on) > getdate(today()):
		missing.append(_("The day on which the partner confirmed it lies in the future."))
	if not amendment.party_confirmation:
		missing.append(_("Attach the partner's confirmation."))
	elif not frappe.db.exists("File", {"file_url": amendment.party_confirmation}):
		missing.append(_("There is no file {0}.").format(escape_html(amendment.party_confirmation)))
	return missing


def keep_what_was_confirmed(amendment: Document) -> None:
	"""`before_update_after_submit` of Contract Amendment: only what was delivered is still to be noted."""
	before = amendment.get_doc_before_save()
	keep_computed_fields(amendment)
	guard_rows(
		amendment.changes,
		before.changes,
		("delivered_on", "evidence"),
		_("Make another amendment, which both sides confirm."),
	)
	confirmed = {row.name: row for row in before.changes}
	for row in amendment.changes:
		problem = row.evidence != confirmed[row.name].evidence and contract_obligations.problem_of_evidence(
			row.evidence
		)
		if problem:
			frappe.throw(_("Row {0}: {1}").format(row.idx, problem))
		if row.delivered_on and getdate(row.delivered_on) > getdate(today()):
			frappe.throw(
				_("Row {0}: {1}").format(
					row.idx,
					_("It can't have been delivered on {0}, which is yet to come.").format(
						format_date(row.delivered_on)
					),
				)
			)


def take_effect(amendment: Document) -> None:
	"""`on_submit` and `on_cancel` of Contract Amendment: the contract's end and value follow."""
	if frappe.db.get_value(CONTRACT, amendment.contract, "docstatus") == 1:
		refresh_terms(amendment.contract)
