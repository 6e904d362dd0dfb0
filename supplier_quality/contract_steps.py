"""What may follow what in the life of a contract: one table for the form, the API, imports and the daily job.

`take_step` takes a step by name. Approval is submitting, so that ERPNext's button and API do the same.
"""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _, _lt
from frappe.model.document import Document
from frappe.utils import format_date, get_datetime, getdate, now, now_datetime, today

from partner_relations.common.steps import Step, StepTable, all_of, described, no_reason, say_why

CONTRACT = "Contract"
SETTINGS = "Supplier Quality Settings"

DRAFTING, LEGAL_REVIEW, AWAITING_APPROVAL = "Drafting", "Legal Review", "Awaiting Approval"
SIGNING, IN_FORCE = "Signing", "In Force"
EXPIRED, TERMINATED, CANCELLED = "Expired", "Terminated", "Cancelled"


def _incomplete(contract: Document, details: Mapping[str, Any]) -> list[str]:
	"""What a contract must say before others spend time on it."""
	empty = [
		_(contract.meta.get_label(field))
		for field in ("company", "currency", "contract_owner", "start_date")
		if not contract.get(field)
	]
	if not empty:
		return []
	return [_("Fill in first: {0}.").format(frappe.utils.comma_and(empty, add_quotes=False))]


def _review_skipped(contract: Document, details: Mapping[str, Any]) -> list[str]:
	if needs_review() and not contract.reviewed_by:
		return [_("Contracts need a legal review. Request it first.")]
	return []


def _not_signed(contract: Document, details: Mapping[str, Any]) -> list[str]:
	missing = []
	if not details.get("signed_file"):
		missing.append(_("Attach the signed contract."))
	elif not frappe.db.exists("File", {"file_url": details["signed_file"]}):
		missing.append(_("There is no file {0}. Attach the signed contract.").format(details["signed_file"]))
	if not (details.get("signee") or "").strip():
		missing.append(_("Say who signed for the partner."))
	if not details.get("signed_on"):
		missing.append(_("Give the date of the signature."))
	elif get_datetime(details["signed_on"]) > now_datetime():
		missing.append(_("The date of the signature lies in the future."))
	return missing


def _not_terminable(contract: Document, details: Mapping[str, Any]) -> list[str]:
	missing = no_reason(contract, details)
	day = getdate(details["terminated_on"]) if details.get("terminated_on") else None
	if day is None:
		missing.append(_("Give the last day of the contract."))
	elif contract.start_date and day < getdate(contract.start_date):
		missing.append(
			_("The contract begins on {0} and can't end before. Cancel it instead.").format(
				format_date(contract.start_date)
			)
		)
	elif contract.effective_end_date and day > getdate(contract.effective_end_date):
		missing.append(_("The contract ends on {0} anyway.").format(format_date(contract.effective_end_date)))
	if contract.terminated_on:
		missing.append(_("It is terminated already. Withdraw the termination first."))
	return missing


def _no_termination(contract: Document, details: Mapping[str, Any]) -> list[str]:
	missing = no_reason(contract, details)
	if not contract.terminated_on:
		missing.append(_("No notice of termination was given."))
	return missing


def _drafted(contract: Document, user: str) -> str | None:
	"""Who drafts a contract, or changed it last, neither reviews nor approves it: Administrator included."""
	if user == contract.drafted_by and user != contract.owner:
		return _("You changed this contract last, so somebody else must do this.")
	if user in (contract.owner, contract.drafted_by):
		return _("You drafted this contract, so somebody else must do this.")
	return None


def _note_review(contract: Document, details: Mapping[str, Any]) -> None:
	contract.update(
		{
			"reviewed_by": frappe.session.user,
			"reviewed_on": now(),
			"review_comment": (details.get("comment") or "").strip() or None,
		}
	)


def _note_return(contract: Document, details: Mapping[str, Any]) -> None:
	"""A text that changes needs another review."""
	contract.update({"reviewed_by": None, "reviewed_on": None, "review_comment": None})


def _note_approval(contract: Document, details: Mapping[str, Any]) -> None:
	contract.update({"approved_by": frappe.session.user, "approved_on": now()})


def _note_signature(contract: Document, details: Mapping[str, Any]) -> None:
	"""ERPNext makes its own status from `is_signed`."""
	contract.update(
		{
			"signed_file": details["signed_file"],
			"signee": details["signee"].strip(),
			"signed_on": details["signed_on"],
			"is_signed": 1,
			"archived_by": frappe.session.user,
			"archived_on": now(),
		}
	)


def _note_termination(contract: Document, details: Mapping[str, Any]) -> None:
	"""Notice may be given long before: until its last day the contract stays in force."""
	day = getdate(details["terminated_on"])
	contract.update({"terminated_on": day, "termination_reason": details["reason"].strip()})
	if contract.flags.previous_life_cycle == IN_FORCE and day > getdate(today()):
		contract.life_cycle = IN_FORCE


def _withdraw_termination(contract: Document, details: Mapping[str, Any]) -> None:
	contract.update({"terminated_on": None, "termination_reason": None})


STEPS = {
	step.name: step
	for step in (
		Step(
			"request_review",
			_lt("Request Legal Review"),
			(DRAFTING,),
			LEGAL_REVIEW,
			"write",
			missing=_incomplete,
		),
		Step(
			"request_approval",
			_lt("Request Approval"),
			(DRAFTING,),
			AWAITING_APPROVAL,
			"write",
			missing=all_of(_incomplete, _review_skipped),
		),
		Step(
			"pass_review",
			_lt("Pass Legal Review"),
			(LEGAL_REVIEW,),
			AWAITING_APPROVAL,
			"write",
			objection=_drafted,
			apply=_note_review,
			details=("comment",),
		),
		Step(
			"return_to_drafting",
			_lt("Return to Drafting"),
			(LEGAL_REVIEW, AWAITING_APPROVAL),
			DRAFTING,
			"write",
			missing=no_reason,
			apply=_note_return,
			details=("reason",),
		),
		Step(
			"approve",
			_lt("Approve", context="Contract"),
			(AWAITING_APPROVAL,),
			SIGNING,
			"submit",
			missing=all_of(_incomplete, _review_skipped),
			objection=_drafted,
			apply=_note_approval,
		),
		Step(
			"archive",
			_lt("Archive Signed Contract"),
			(SIGNING,),
			IN_FORCE,
			"submit",
			missing=_not_signed,
			apply=_note_signature,
			details=("signed_file", "signee", "signed_on"),
		),
		Step(
			"terminate",
			_lt("Terminate"),
			(SIGNING, IN_FORCE),
			TERMINATED,
			"submit",
			missing=_not_terminable,
			apply=_note_termination,
			details=("terminated_on", "reason"),
		),
		Step(
			"withdraw_termination",
			_lt("Withdraw Termination"),
			(IN_FORCE,),
			IN_FORCE,
			"submit",
			missing=_no_termination,
			apply=_withdraw_termination,
			details=("reason",),
		),
		Step("expire", _lt("Expire"), (IN_FORCE,), EXPIRED, None),
		Step("end_after_notice", _lt("End After Notice"), (IN_FORCE,), TERMINATED, None),
		Step("resume", _lt("Resume"), (EXPIRED,), IN_FORCE, None),
		Step(
			"cancel",
			_lt("Cancel"),
			(SIGNING, IN_FORCE, EXPIRED, TERMINATED),
			CANCELLED,
			"cancel",
		),
	)
}
"""By name. Submitting is `approve`, cancelling in ERPNext `cancel`: the handlers of Contract guard both."""


def take_step(contract: str, name: str, details: Mapping[str, Any] | None = None) -> Document:
	"""Take a step with a contract; returns it as it is then. `details` are those that the step names.

	Raises frappe.ValidationError with a sentence for what is missing or in the way, frappe.PermissionError if
	the user may not. Of two who take steps at once the second finds the contract where the first left it.
	"""
	step = TABLE.find(name)
	document = frappe.get_doc(CONTRACT, contract, for_update=True)
	_refuse_employees(document)
	document.check_permission(step.right)
	TABLE.check_origin(document, step)  # to submit what is submitted would be an update to Frappe
	given = step.given(details)
	if name == "approve":
		document.submit()
	elif name == "cancel":
		document.cancel()
	else:
		check_and_apply(document, step, given)
		document.flags.contract_step = step
		document.save()
		document.flags.contract_step = None
		say_why(document, step, given)
	return document


def next_steps(contract: Document, user: str | None = None) -> list[dict[str, Any]]:
	"""The steps that the table offers from where a contract stands, with why the user can't take one yet.

	As `common.steps.described` describes each.
	"""
	user = user or frappe.session.user
	if not is_managed(contract):
		return []
	return [
		described(contract, step, user)
		for step in TABLE.offered(contract, user)
		if not _is_pointless(contract, step)
	]


def _is_pointless(contract: Document, step: Step) -> bool:
	"""Whether a step that is possible by the table makes no sense for this contract."""
	if step.name == "request_review":
		return not needs_review()
	if step.name == "request_approval":
		return bool(_review_skipped(contract, {}))
	if step.name == "withdraw_termination":
		return not contract.terminated_on
	return step.name == "terminate" and bool(contract.terminated_on)


def needs_review() -> bool:
	"""Whether contracts need a legal review before their approval."""
	return bool(frappe.get_cached_doc(SETTINGS).require_legal_review)


def is_managed(contract: Document | Mapping[str, Any]) -> bool:
	"""Whether a contract has a life cycle: employee contracts are left to HR."""
	return contract.get("party_type") != "Employee"


def check_and_apply(contract: Document, step: Step, details: Mapping[str, Any]) -> None:
	"""Check a step and write it to the document, which the caller saves."""
	TABLE.check_and_apply(contract, step, details)


def state_of(contract: Document) -> str:
	"""Where a contract stands; one from before the app that was never saved since is a draft."""
	return contract.life_cycle or DRAFTING


def _refuse_employees(contract: Document) -> None:
	if not is_managed(contract):
		frappe.throw(_("Contracts with employees have no life cycle."))


def _move(contract: Document, target: str) -> None:
	contract.flags.previous_life_cycle = state_of(contract)
	contract.life_cycle = target


TABLE = StepTable(
	STEPS,
	state_of,
	_move,
	say_state=lambda state: _(state, context=CONTRACT),
	unknown=_lt("There is no such step in the life of a contract."),
	not_here=_lt("The contract is in the step {0}; “{1}” isn't possible there."),
)
