"""The life of a contract with a supplier or customer: what its saving, submitting and cancelling keep right.

The steps themselves are in `contract_steps`, its end and the daily job in `contract_terms`. Contracts with
employees have none of this.
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html, flt

from partner_relations.common.documents import changed_fields
from partner_relations.supplier_quality import amendments
from partner_relations.supplier_quality.contract_steps import (
	CANCELLED,
	CONTRACT,
	DRAFTING,
	STEPS,
	check_and_apply,
	is_managed,
)
from partner_relations.supplier_quality.contract_terms import terms_of

LIFE_FIELDS = (
	"life_cycle",
	"effective_end_date",
	"effective_value",
	"notice_by",
	"reminded_for",
	"times_renewed",
	"renewals",
	"drafted_by",
	"reviewed_by",
	"reviewed_on",
	"review_comment",
	"approved_by",
	"approved_on",
	"signed_file",
	"archived_by",
	"archived_on",
	"terminated_on",
	"termination_reason",
)
"""What services alone write: read-only in the form, which is no word to the API."""

SIGNATURE_FIELDS = ("is_signed", "signee", "signed_on")
"""ERPNext's own; ours once the contract is approved."""

# A manager may let a contract be submitted without a clause while it awaits approval: no change of its text.
BESIDE_THE_TEXT = frozenset(
	(*LIFE_FIELDS, "missing_clauses", "clause_override_reason", "clause_override_by", "clause_override_on")
)

# Documents with a link of ours to a contract, which must not stop its cancelling.
NAMING = ("Purchase Order", "Blanket Order")
LINKED = (*NAMING, amendments.AMENDMENT)


# Saving a draft


def prepare(contract: Document, method: str | None = None) -> None:
	"""`before_validate` of Contract, while it is a draft: life cycle, keys and terms are kept right."""
	before = contract.get_doc_before_save()
	if not is_managed(contract):
		_clear_life(contract)
		contract.company = None  # which Frappe fills in by default
		return
	if before is None or not before.life_cycle:
		_begin(contract)
	elif not contract.flags.contract_step:
		_keep_life(contract, before)
		_note_editor(contract, before)
	contract.update(terms_of(contract, ()))


def validate(contract: Document, method: str | None = None) -> None:
	"""`validate` of Contract: what it says of its own end and value makes sense."""
	if is_managed(contract):
		_check_terms(contract)


def approve(contract: Document, method: str | None = None) -> None:
	"""`before_submit` of Contract: submitting is the approval."""
	if not is_managed(contract):
		return
	if contract.get_doc_before_save() is None:
		frappe.throw(_("Save the contract as a draft first: somebody else approves it."))
	check_and_apply(contract, STEPS["approve"], {})
	if contract.amended_from:  # whose amendments it takes over
		agreed = amendments.of_contracts([contract.amended_from])
		contract.update(terms_of(contract, agreed[contract.amended_from]))


def follow_amended(contract: Document, method: str | None = None) -> None:
	"""`on_submit` of Contract: one that replaces a cancelled one takes over what named that."""
	if is_managed(contract) and contract.amended_from:
		_take_over(contract.amended_from, contract.name)


def _begin(contract: Document) -> None:
	"""A new draft, whatever it was copied from or imported with; or one that was an employee's until now."""
	_clear_life(contract)
	if contract.amended_from:
		contract.update(dict.fromkeys(SIGNATURE_FIELDS))
		contract.is_signed = 0
	contract.life_cycle = DRAFTING
	contract.drafted_by = frappe.session.user
	contract.contract_owner = contract.contract_owner or frappe.session.user
	if not contract.company:
		contract.company = frappe.defaults.get_user_default("Company")
	if not contract.currency and contract.company:
		contract.currency = frappe.get_cached_value("Company", contract.company, "default_currency")


def _clear_life(contract: Document) -> None:
	for field in LIFE_FIELDS:
		contract.set(field, 0 if field in ("times_renewed", "effective_value") else None)


def _keep_life(contract: Document, before: Document) -> None:
	if (contract.life_cycle or "") != (before.life_cycle or ""):
		frappe.throw(
			_(
				"The life cycle of a contract isn't set by hand: the steps of its form, or take_step of the "
				"app's API, change it."
			),
			title=_("Life Cycle"),
		)
	for field in LIFE_FIELDS:
		contract.set(field, before.get(field))


def _note_editor(contract: Document, before: Document) -> None:
	"""The last one to change the text; from the review on the text stays as it is."""
	changed = changed_fields(contract, before, BESIDE_THE_TEXT)
	if not changed:
		return
	if before.life_cycle != DRAFTING:
		labels = [_(contract.meta.get_label(field)) for field in changed]
		frappe.throw(
			_(
				"The contract is in the step {0}, and what is reviewed and approved must not change: {1}. "
				"Return it to drafting first."
			).format(
				_(before.life_cycle, context=CONTRACT),
				escape_html(frappe.utils.comma_and(labels, add_quotes=False)),
			),
			title=_("Not Possible Now"),
		)
	contract.drafted_by = frappe.session.user


def _check_terms(contract: Document) -> None:
	if contract.auto_renew and cint(contract.renewal_months) <= 0:
		frappe.throw(_("Say by how many months the contract renews, or switch the renewal off."))
	if contract.auto_renew and not contract.end_date:
		frappe.throw(
			_("A contract without an end doesn't renew. Give its end date, or switch the renewal off.")
		)
	if flt(contract.contract_value) < 0:
		frappe.throw(_("The value of a contract can't be negative."))


# After submission


def guard_submitted(contract: Document, method: str | None = None) -> None:
	"""`before_update_after_submit` of Contract: what people may change, and the terms with amendments."""
	if not is_managed(contract):
		return
	before = contract.get_doc_before_save()
	if not contract.flags.contract_step:
		_keep_life(contract, before)
		_keep_signature(contract, before)
	_check_terms(contract)
	contract.update(terms_of(contract, amendments.of_contracts([contract.name])[contract.name]))


def _keep_signature(contract: Document, before: Document) -> None:
	if cint(contract.is_signed) == cint(before.is_signed):
		return
	if contract.is_signed:
		frappe.throw(_("Archive the signed contract instead of ticking “Signed”: its file is kept with it."))
	frappe.throw(_("A signed contract stays signed. Terminate or cancel it instead."))


def before_cancel(contract: Document, method: str | None = None) -> None:
	"""`before_cancel` of Contract: what names it doesn't stop it, employee contracts included."""
	contract.ignore_linked_doctypes = (*(contract.get("ignore_linked_doctypes") or ()), *LINKED)
	if is_managed(contract):
		contract.life_cycle = CANCELLED


def after_cancel(contract: Document, method: str | None = None) -> None:
	"""`on_cancel` of Contract: orders let go of it, or Frappe would let nobody update the submitted ones.

	They remember its name, so that a contract made by amending it takes them over.
	"""
	for doctype in NAMING:
		order = frappe.qb.DocType(doctype)
		(
			frappe.qb.update(order)
			.set(order.cancelled_contract, contract.name)
			.set(order.contract, None)
			.where(order.contract == contract.name)
		).run()


def after_rename(contract: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	"""`after_rename` of Contract: Frappe follows links, not names."""
	for doctype in NAMING:
		order = frappe.qb.DocType(doctype)
		frappe.qb.update(order).set(order.cancelled_contract, new).where(
			order.cancelled_contract == old
		).run()


def _take_over(old: str, new: str) -> None:
	"""What was agreed and ordered under a contract holds under the one that replaces it.

	Obligations keep their keys, so their results and breaches stay theirs.
	"""
	for doctype in NAMING:
		order = frappe.qb.DocType(doctype)
		(
			frappe.qb.update(order)
			.set(order.contract, new)
			.set(order.cancelled_contract, None)
			.where(order.cancelled_contract == old)
		).run()
	for doctype in (amendments.AMENDMENT, "Contract Obligation Result", "Contract Breach"):
		table = frappe.qb.DocType(doctype)
		frappe.qb.update(table).set(table.contract, new).where(table.contract == old).run()
