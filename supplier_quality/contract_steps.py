"""What may follow what in the life of a contract: one table for the form, the API, imports and the daily job.

`take_step` takes a step by name. Approval is submitting, so that ERPNext's button and API do the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _, _lt
from frappe.model.document import Document
from frappe.utils import escape_html, format_date, get_datetime, getdate, now, now_datetime, today

CONTRACT = "Contract"
SETTINGS = "Supplier Quality Settings"

DRAFTING, LEGAL_REVIEW, AWAITING_APPROVAL = "Drafting", "Legal Review", "Awaiting Approval"
SIGNING, IN_FORCE = "Signing", "In Force"
EXPIRED, TERMINATED, CANCELLED = "Expired", "Terminated", "Cancelled"


@dataclass(frozen=True)
class Step:
	"""A step in the life of a contract: from one of `origins` to `target`.

	`right` is the permission on the contract that it takes; None: only the daily job takes it. `missing` says
	in sentences what the step still needs of the contract and of the details that come with it, `objection`
	why this user may not take it though permitted. `apply` writes the details to the contract.
	"""

	name: str
	label: Any
	origins: tuple[str, ...]
	target: str
	right: str | None
	missing: Callable[[Document, Mapping[str, Any]], list[str]] = lambda contract, details: []
	objection: Callable[[Document, str], str | None] = lambda contract, user: None
	apply: Callable[[Document, Mapping[str, Any]], None] = lambda contract, details: None
	details: tuple[str, ...] = ()


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


def _no_reason(contract: Document, details: Mapping[str, Any]) -> list[str]:
	return [] if (details.get("reason") or "").strip() else [_("Say why.")]


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
	missing = _no_reason(contract, details)
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
	missing = _no_reason(contract, details)
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


def _either(*rules: Callable) -> Callable[[Document, Mapping[str, Any]], list[str]]:
	return lambda contract, details: [sentence for rule in rules for sentence in rule(contract, details)]


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
			missing=_either(_incomplete, _review_skipped),
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
			missing=_no_reason,
			apply=_note_return,
			details=("reason",),
		),
		Step(
			"approve",
			_lt("Approve", context="Contract"),
			(AWAITING_APPROVAL,),
			SIGNING,
			"submit",
			missing=_either(_incomplete, _review_skipped),
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
	step = STEPS.get(name)
	if step is None or step.right is None:
		frappe.throw(_("There is no such step in the life of a contract."))
	document = frappe.get_doc(CONTRACT, contract, for_update=True)
	_refuse_employees(document)
	document.check_permission(step.right)
	_check_origin(document, step)  # to submit what is submitted would be an update to Frappe
	given = {key: (details or {}).get(key) for key in step.details}
	if name == "approve":
		document.submit()
	elif name == "cancel":
		document.cancel()
	else:
		check_and_apply(document, step, given)
		document.flags.contract_step = step
		document.save()
		document.flags.contract_step = None
		_say_why(document, step, given)
	return document


def next_steps(contract: Document, user: str | None = None) -> list[dict[str, Any]]:
	"""The steps that the table offers from where a contract stands, with why the user can't take one yet.

	Each is {"name", "label", "target", "details", "refused"}; `refused` is a sentence or None. What a dialog
	will ask for isn't counted as missing.
	"""
	user = user or frappe.session.user
	found: list[dict[str, Any]] = []
	if not is_managed(contract):
		return found
	for step in STEPS.values():
		if step.right is None or state_of(contract) not in step.origins:
			continue
		if not frappe.has_permission(CONTRACT, step.right, doc=contract, user=user):
			continue
		if step.name == "request_review" and not needs_review():
			continue
		if step.name == "request_approval" and _review_skipped(contract, {}):
			continue
		if step.name == "withdraw_termination" and not contract.terminated_on:
			continue
		if step.name == "terminate" and contract.terminated_on:
			continue
		missing = [] if step.details else step.missing(contract, {})
		refused = step.objection(contract, user) or (missing[0] if missing else None)
		found.append(
			{
				"name": step.name,
				"label": str(step.label),
				"target": step.target,
				"details": list(step.details),
				"refused": refused,
			}
		)
	return found


def needs_review() -> bool:
	"""Whether contracts need a legal review before their approval."""
	return bool(frappe.get_cached_doc(SETTINGS).require_legal_review)


def is_managed(contract: Document | Mapping[str, Any]) -> bool:
	"""Whether a contract has a life cycle: employee contracts are left to HR."""
	return contract.get("party_type") != "Employee"


def check_and_apply(contract: Document, step: Step, details: Mapping[str, Any]) -> None:
	"""Check a step and write it to the document, which the caller saves."""
	_check_origin(contract, step)
	reason = step.objection(contract, frappe.session.user)
	if reason:
		frappe.throw(reason, title=_("Somebody Else Must Do This"))
	missing = step.missing(contract, details)
	if missing:
		frappe.throw(
			"<br>".join(escape_html(sentence) for sentence in missing), title=_("Something Is Missing")
		)
	contract.flags.previous_life_cycle = state_of(contract)
	contract.life_cycle = step.target
	step.apply(contract, details)


def _check_origin(contract: Document, step: Step) -> None:
	state = state_of(contract)
	if state not in step.origins:
		frappe.throw(
			_("The contract is in the step {0}; “{1}” isn't possible there.").format(
				_(state, context=CONTRACT), step.label
			),
			title=_("Not Possible Now"),
		)


def _say_why(contract: Document, step: Step, details: Mapping[str, Any]) -> None:
	reason = (details.get("reason") or details.get("comment") or "").strip()
	if reason:
		contract.add_comment(
			"Info",
			_("{0}: {1}").format(escape_html(str(step.label)), escape_html(reason)),
		)


def state_of(contract: Document) -> str:
	"""Where a contract stands; one from before the app that was never saved since is a draft."""
	return contract.life_cycle or DRAFTING


def _refuse_employees(contract: Document) -> None:
	if not is_managed(contract):
		frappe.throw(_("Contracts with employees have no life cycle."))
