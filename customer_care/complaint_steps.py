"""What may follow what in the life of a complaint: one table for form, Kanban, API, import, mail and jobs.

| step | from | to | who | what it demands |
|---|---|---|---|---|
| acknowledge | Received | Acknowledged | A M job | |
| investigate | Acknowledged, Resolution Proposed | Under Investigation | A M | |
| propose_resolution | Acknowledged, Under Investigation | Resolution Proposed | A M | customer, text |
| resolve | Resolution Proposed | Resolved | A M | the investigation; that what was granted is done |
| confirm | Resolved | Confirmed by Customer | A M customer | how the customer did it |
| close | Confirmed by Customer | Closed | A M job | the investigation; no open action or resolution |
| close | Resolved (the customer didn't answer) | Closed | M job | the same; a reason, of people |
| reject | each open step | Rejected | A M; M if an investigation is due | a reason; no open resolution |
| reopen | from Resolved on, or Rejected | Under Investigation | A M customer | a reason |
| respond | each open step | stays | A M | that nobody has answered the customer yet |
| wait | each open step | stays | A M | what we wait for, and that we don't yet |
| go_on | each open step | stays | A M customer job | that we wait |

A and M are the roles Customer Care Agent and Customer Care Manager with the right to write the complaint. The
customer acts through a link or the portal, which know whose complaint it is; a job acts for nobody. What the
investigation and the resolutions still need is asked of their services. Every step but `acknowledge` and
`wait` ends the waiting for the customer.

`take_step` takes a step by name. Saving a complaint with another step (Kanban, API, import) takes the one
that leads there.
"""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _, _lt
from frappe.model.document import Document
from frappe.utils import comma_or, escape_html, now

from partner_relations.common.steps import Step, StepTable, all_of, described, no_reason, say_why

COMPLAINT = "Customer Complaint"
SETTINGS = "Customer Care Settings"

RECEIVED, ACKNOWLEDGED, INVESTIGATION = "Received", "Acknowledged", "Under Investigation"
PROPOSED, RESOLVED = "Resolution Proposed", "Resolved"
CONFIRMED, CLOSED, REJECTED = "Confirmed by Customer", "Closed", "Rejected"

OPEN = (RECEIVED, ACKNOWLEDGED, INVESTIGATION, PROPOSED)
"""Steps in which it is our turn (or we wait for the customer): their deadlines run."""
FINISHED = (CLOSED, REJECTED)

AGENT, MANAGER = "Customer Care Agent", "Customer Care Manager"
CUSTOMER, JOB = "customer", "job"
PERSON = "person"
"""Who acts: a user of the Desk with a role, the customer, or a job."""

ON_BEHALF, NO_ANSWER = "On the customer's behalf", "No answer"
VIA = ("Link", "Portal", ON_BEHALF)

SEVERITIES = ("Low", "Medium", "High", "Critical")


# Who may


def _may(*who: str):
	"""The objection to everybody but these: roles of people, CUSTOMER and JOB."""
	roles = [one for one in who if one not in (CUSTOMER, JOB)]

	def objection(complaint: Document, user: str) -> str | None:
		actor = actor_of(complaint)
		if actor != PERSON:
			return None if actor in who else _("Only the people who handle the complaint can do this.")
		if set(roles) & set(frappe.get_roles(user)):
			return None
		return _("This takes the role {0}.").format(comma_or([_(role) for role in roles], add_quotes=False))

	return objection


def _may_close(complaint: Document, user: str) -> str | None:
	if complaint.step == CONFIRMED:
		return _may(AGENT, MANAGER, JOB)(complaint, user)
	if actor_of(complaint) == PERSON and MANAGER not in frappe.get_roles(user):
		return _("The customer hasn't confirmed the resolution yet. Until then only a manager closes it.")
	return _may(MANAGER, JOB)(complaint, user)


def _may_reject(complaint: Document, user: str) -> str | None:
	if demands_investigation(complaint.severity) and MANAGER not in frappe.get_roles(user):
		return _("The severity of this complaint demands an investigation. Only a manager rejects it.")
	return _may(AGENT, MANAGER)(complaint, user)


# What is missing


def _nothing_to_read(complaint: Document, details: Mapping[str, Any]) -> list[str]:
	missing = []
	if not complaint.customer:
		missing.append(_("Say which customer complains."))
	if not frappe.utils.strip_html(complaint.proposed_resolution or "").strip():
		missing.append(_("Write the proposed resolution. The customer reads it."))
	return missing


def _unanswered(complaint: Document, details: Mapping[str, Any]) -> list[str]:
	if complaint.step == RESOLVED and actor_of(complaint) == PERSON:
		return no_reason(complaint, details)
	return []


def _answered_already(complaint: Document, details: Mapping[str, Any]) -> list[str]:
	return [_("The customer has been answered already.")] if complaint.responded_on else []


def _nothing_to_wait_for(complaint: Document, details: Mapping[str, Any]) -> list[str]:
	if complaint.waiting:
		return [_("The complaint waits for the customer already.")]
	return [] if (details.get("reason") or "").strip() else [_("Say what we wait for.")]


def _not_waiting(complaint: Document, details: Mapping[str, Any]) -> list[str]:
	return [] if complaint.waiting else [_("The complaint doesn't wait for the customer.")]


def _unknown_way(complaint: Document, details: Mapping[str, Any]) -> list[str]:
	via = details.get("via")
	if actor_of(complaint) == CUSTOMER and via not in ("Link", "Portal"):
		return [_("Say how the customer confirmed: {0}.").format(comma_or([_("Link"), _("Portal")]))]
	return []


def _asked_of(service: str, step: str):
	"""What a service of this module says is missing; found when it is asked, as services know this table."""

	def missing(complaint: Document, details: Mapping[str, Any]) -> list[str]:
		ask = frappe.get_attr(f"partner_relations.customer_care.{service}.what_is_missing")
		return ask(complaint, step)

	return missing


# What a step writes


def _acknowledge(complaint: Document, details: Mapping[str, Any]) -> None:
	complaint.acknowledged_on = now()
	if not complaint.handler and actor_of(complaint) == PERSON:
		complaint.handler = frappe.session.user


def _respond(complaint: Document, details: Mapping[str, Any]) -> None:
	"""An answer with substance; who gets one has been told that we have the complaint."""
	complaint.acknowledged_on = complaint.acknowledged_on or now()
	complaint.responded_on = complaint.responded_on or now()


def _resolve(complaint: Document, details: Mapping[str, Any]) -> None:
	complaint.resolved_on = now()


def _confirm(complaint: Document, details: Mapping[str, Any]) -> None:
	via = details["via"] if actor_of(complaint) == CUSTOMER else ON_BEHALF
	complaint.update({"confirmed_on": now(), "confirmed_via": via})


def _close(complaint: Document, details: Mapping[str, Any]) -> None:
	if complaint.flags.step_from == RESOLVED:
		complaint.confirmed_via = NO_ANSWER
	complaint.closed_on = now()


def _reject(complaint: Document, details: Mapping[str, Any]) -> None:
	_respond(complaint, details)
	complaint.update({"closed_on": now(), "rejection_reason": details["reason"].strip()})


def _reopen(complaint: Document, details: Mapping[str, Any]) -> None:
	"""The time since its resolution or rejection didn't count: it is a hold."""
	stood_since = complaint.resolved_on or complaint.closed_on
	if stood_since:
		complaint.append(
			"holds",
			{
				"from_time": stood_since,
				"to_time": now(),
				"reason": _(complaint.flags.step_from, context=COMPLAINT),
			},
		)
	complaint.update(
		{
			"reopened_count": (complaint.reopened_count or 0) + 1,
			"reopen_reason": details["reason"].strip(),
			"rejection_reason": None,
			"resolved_on": None,
			"confirmed_on": None,
			"confirmed_via": None,
			"closed_on": None,
		}
	)


def _wait(complaint: Document, details: Mapping[str, Any]) -> None:
	complaint.waiting = 1
	complaint.append("holds", {"from_time": now(), "reason": details["reason"].strip()})


def _go_on(complaint: Document, details: Mapping[str, Any]) -> None:
	complaint.waiting = 0
	for hold in complaint.holds:
		if not hold.to_time:
			hold.to_time = max(now(), str(hold.from_time))


STEPS = {
	step.name: step
	for step in (
		Step(
			"acknowledge",
			_lt("Acknowledge"),
			(RECEIVED,),
			ACKNOWLEDGED,
			"write",
			objection=_may(AGENT, MANAGER, JOB),
			apply=_acknowledge,
		),
		Step(
			"investigate",
			_lt("Investigate"),
			(ACKNOWLEDGED, PROPOSED),
			INVESTIGATION,
			"write",
			objection=_may(AGENT, MANAGER),
		),
		Step(
			"propose_resolution",
			_lt("Propose Resolution"),
			(ACKNOWLEDGED, INVESTIGATION),
			PROPOSED,
			"write",
			missing=_nothing_to_read,
			objection=_may(AGENT, MANAGER),
			apply=_respond,
		),
		Step(
			"resolve",
			_lt("Resolve"),
			(PROPOSED,),
			RESOLVED,
			"write",
			missing=all_of(_asked_of("investigation", "resolve"), _asked_of("resolutions", "resolve")),
			objection=_may(AGENT, MANAGER),
			apply=_resolve,
		),
		Step(
			"confirm",
			_lt("Confirm for the Customer"),
			(RESOLVED,),
			CONFIRMED,
			"write",
			missing=_unknown_way,
			objection=_may(AGENT, MANAGER, CUSTOMER),
			apply=_confirm,
			details=("via", "comment"),
		),
		Step(
			"close",
			_lt("Close"),
			(RESOLVED, CONFIRMED),
			CLOSED,
			"write",
			missing=all_of(
				_unanswered, _asked_of("investigation", "close"), _asked_of("resolutions", "close")
			),
			objection=_may_close,
			apply=_close,
			details=("reason",),
		),
		Step(
			"reject",
			_lt("Reject"),
			OPEN,
			REJECTED,
			"write",
			missing=all_of(no_reason, _asked_of("resolutions", "reject")),
			objection=_may_reject,
			apply=_reject,
			details=("reason",),
		),
		Step(
			"reopen",
			_lt("Reopen"),
			(RESOLVED, CONFIRMED, CLOSED, REJECTED),
			INVESTIGATION,
			"write",
			missing=no_reason,
			objection=_may(AGENT, MANAGER, CUSTOMER),
			apply=_reopen,
			details=("reason",),
		),
		Step(
			"respond",
			_lt("Customer Was Answered"),
			OPEN,
			"",
			"write",
			missing=_answered_already,
			objection=_may(AGENT, MANAGER),
			apply=_respond,
			details=("comment",),
		),
		Step(
			"wait",
			_lt("Wait for the Customer"),
			OPEN,
			"",
			"write",
			missing=_nothing_to_wait_for,
			objection=_may(AGENT, MANAGER),
			apply=_wait,
			details=("reason",),
		),
		Step(
			"go_on",
			_lt("Go On"),
			OPEN,
			"",
			"write",
			missing=_not_waiting,
			objection=_may(AGENT, MANAGER, CUSTOMER, JOB),
			apply=_go_on,
		),
	)
}
"""By name."""

KEEP_WAITING = ("acknowledge", "wait", "go_on")
"""Steps that don't end the waiting for the customer, or end it themselves."""


def take_step(
	complaint: str, name: str, details: Mapping[str, Any] | None = None, actor: str = PERSON
) -> Document:
	"""Take a step with a complaint; returns it as it is then. `details` are those that the step names.

	`actor` is PERSON, the session's user; or CUSTOMER or JOB, for whom the caller answers: permissions on the
	complaint are not asked then, but the table is.

	Raises frappe.ValidationError with a sentence for what is missing or in the way, frappe.PermissionError if
	the user may not. Of two who take steps at once the second finds the complaint where the first left it.
	"""
	step = TABLE.find(name)
	document = frappe.get_doc(COMPLAINT, complaint, for_update=True)
	if actor == PERSON:
		document.check_permission(step.right)
	else:
		document.flags.ignore_permissions = True
	document.flags.step_actor = actor
	document.flags.complaint_step = (step, step.given(details))
	document.save()
	return document


def next_steps(complaint: Document, user: str | None = None) -> list[dict[str, Any]]:
	"""The steps that the table offers from where a complaint stands, with why the user can't take one yet.

	As `common.steps.described` describes each.
	"""
	user = user or frappe.session.user
	return [
		described(complaint, step, user)
		for step in TABLE.offered(complaint, user)
		if not _is_pointless(complaint, step)
	]


def _is_pointless(complaint: Document, step: Step) -> bool:
	"""Whether a step that is possible by the table makes no sense for this complaint."""
	if step.name == "respond":
		return bool(complaint.responded_on)
	return bool(complaint.waiting) if step.name == "wait" else step.name == "go_on" and not complaint.waiting


def follow_table(complaint: Document) -> None:
	"""For `validate`: a complaint begins as received, and its step changes by the table alone.

	The step that `take_step` names, or else the one that leads where the saved document wants to go.
	"""
	before = complaint.get_doc_before_save()
	if before is None:
		if (complaint.step or RECEIVED) != RECEIVED:
			frappe.throw(
				_("A complaint begins with the step {0}. Take the next ones when it is saved.").format(
					_(RECEIVED, context=COMPLAINT)
				),
				title=_("Not Possible Now"),
			)
		complaint.step = RECEIVED
		_log(complaint, "receive", "", None)
		return
	step, details = complaint.flags.complaint_step or _wanted(complaint, before)
	complaint.flags.complaint_step = None
	complaint.step = before.step
	if step is None:
		return
	complaint.flags.step_from = before.step
	TABLE.check_and_apply(complaint, step, details)
	if step.name not in KEEP_WAITING and complaint.waiting:
		_go_on(complaint, {})
	_log(complaint, step.name, before.step, details.get("reason") or details.get("comment"))
	complaint.flags.step_taken = (step, details)


def announce(complaint: Document) -> None:
	"""For `on_update`: tell the timeline and the hook `customer_complaint_step_taken` of the step taken.

	The functions of the hook get the complaint, the name of the step and the step it was in before.
	"""
	step, details = complaint.flags.step_taken or (None, {})
	complaint.flags.step_taken = None
	if step is None:
		return
	say_why(complaint, step, details)
	for path in frappe.get_hooks("customer_complaint_step_taken"):
		frappe.get_attr(path)(complaint, step.name, complaint.flags.step_from)


def actor_of(complaint: Document) -> str:
	"""Who acts on a complaint: PERSON unless a service said otherwise."""
	return complaint.flags.step_actor or PERSON


def demands_investigation(severity: str | None) -> bool:
	"""Whether complaints of this severity are investigated before a resolution is proposed."""
	lowest = frappe.get_cached_doc(SETTINGS).investigate_from or "High"
	if lowest not in SEVERITIES or severity not in SEVERITIES:
		return False
	return SEVERITIES.index(severity) >= SEVERITIES.index(lowest)


def _wanted(complaint: Document, before: Document) -> tuple[Step | None, dict[str, Any]]:
	"""The step that leads where a saved document wants to go, with what the document says for it."""
	wanted = complaint.step or before.step
	if wanted == before.step:
		return None, {}
	for step in STEPS.values():
		if before.step in step.origins and step.target == wanted:
			return step, step.given({"reason": complaint.flags.step_reason})
	ways = [
		_(step.target, context=COMPLAINT)
		for step in STEPS.values()
		if before.step in step.origins and step.target
	]
	frappe.throw(
		_("{0} doesn't follow {1}. Possible now: {2}.").format(
			escape_html(_(wanted, context=COMPLAINT)),
			_(before.step, context=COMPLAINT),
			comma_or(ways, add_quotes=False),
		),
		title=_("Not Possible Now"),
	)


def _log(complaint: Document, name: str, from_step: str, reason: str | None) -> None:
	complaint.append(
		"step_log",
		{
			"step": name,
			"from_step": from_step,
			"taken_on": now(),
			"taken_by": frappe.session.user,
			"reason": (reason or "").strip() or None,
		},
	)


def _move(complaint: Document, target: str) -> None:
	complaint.step = target


TABLE = StepTable(
	STEPS,
	state_of=lambda complaint: complaint.step or RECEIVED,
	move=_move,
	say_state=lambda state: _(state, context=COMPLAINT),
	unknown=_lt("There is no such step in the life of a complaint."),
	not_here=_lt("The complaint is in the step {0}; “{1}” isn't possible there."),
)
