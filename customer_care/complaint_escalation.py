"""What happens when a deadline is near or missed: who is told, who takes over, by which rule."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.desk.doctype.notification_settings.notification_settings import is_notifications_enabled
from frappe.model.document import Document
from frappe.translate import get_user_lang
from frappe.utils import escape_html, format_datetime, get_url_to_list
from frappe.utils.user import get_users_with_role

from partner_relations.customer_care.complaint_steps import (
	AGENT,
	COMPLAINT,
	JOB,
	MANAGER,
	OPEN,
	SETTINGS,
	SEVERITIES,
)

RULE = "Complaint Escalation Rule"
WARNING, MISSED, MISSED_SINCE = "Warning", "Missed", "Missed Since"
TOLD_ONE_BY_ONE = 20
"""Who has more to be told at once gets one notification for all of it."""


@dataclass(frozen=True)
class Happened:
	"""A deadline of a complaint was near ("Warning"), missed, or missed for long; the rules that apply."""

	complaint: str
	subject: str
	handler: str | None
	deadline: str
	moment: str
	due: datetime | None
	rules: tuple[Any, ...] = ()


# Rules


def rules() -> list[Any]:
	"""The rules in force, in the order of their names."""
	return frappe.get_all(
		RULE,
		filters={"disabled": 0},
		fields=[
			*("name", "severity", "customer_tier", "deadline", "moment", "after_hours"),
			*("escalate_to", "escalate_to_role", "assign", "raise_severity"),
		],
		order_by="name asc",
		limit_page_length=0,
	)


def matching(
	candidates: Sequence[Any], complaint: Mapping[str, Any], deadline: str, moment: str
) -> Iterator[Any]:
	"""The rules for a moment of a deadline of a complaint."""
	for rule in candidates:
		if (
			rule.deadline == deadline
			and rule.moment == moment
			and rule.severity in (None, "", complaint["severity"])
			and rule.customer_tier in (None, "", complaint["customer_tier"])
		):
			yield rule


def mark(rule: Any, deadline: str) -> str:
	"""What a complaint remembers a rule by: each escalates a deadline once, unless it is reopened."""
	return f"{rule.name}: {deadline}"


def validate(rule: Document) -> None:
	"""Raise frappe.ValidationError for a rule that does nothing, or can't."""
	if rule.moment == MISSED_SINCE and not rule.after_hours:
		frappe.throw(_("Say how many business hours after the deadline was missed."))
	if rule.moment != MISSED_SINCE:
		rule.after_hours = 0
	if not (rule.escalate_to or rule.escalate_to_role or rule.raise_severity):
		frappe.throw(_("Say whom to tell, or let the severity be raised."))
	if rule.assign:
		if not rule.escalate_to:
			frappe.throw(_("Name the user who gets the complaint."))
		if not {AGENT, MANAGER} & set(frappe.get_roles(rule.escalate_to)):
			frappe.throw(
				_("{0} can't handle complaints. Choose somebody with the role {1}.").format(
					escape_html(frappe.utils.get_fullname(rule.escalate_to)), _(AGENT)
				)
			)


# What they do


def escalate(happened: Sequence[Happened]) -> None:
	"""Tell the handlers and whom the rules name; assign and raise where they say so."""
	for one in happened:
		for rule in one.rules:
			if rule.assign or rule.raise_severity:
				_hand_over(one, rule)
	_tell(happened)


def _hand_over(one: Happened, rule: Any) -> None:
	"""Assign a complaint, or raise its severity. One that can't be saved doesn't stop the others."""
	with _going_on(f"{one.complaint} could not be escalated"):
		complaint = frappe.get_doc(COMPLAINT, one.complaint, for_update=True)
		if complaint.step not in OPEN:
			return
		if rule.assign:
			complaint.handler = rule.escalate_to
		if rule.raise_severity:
			higher = SEVERITIES.index(complaint.severity) + 1
			complaint.severity = SEVERITIES[min(higher, len(SEVERITIES) - 1)]
		complaint.flags.step_actor = JOB
		complaint.flags.ignore_permissions = True
		complaint.save()
		complaint.add_comment("Info", _("Escalated by the rule {0}.").format(escape_html(rule.name)))


def _tell(happened: Sequence[Happened]) -> None:
	"""A notification for each user and event, or one for all where they are many."""
	to_tell: dict[str, list[Happened]] = {}
	with_role: dict[str, list[str]] = {}
	fallback = frappe.get_cached_doc(SETTINGS).default_handler
	for one in happened:
		users = {one.handler or fallback}
		for rule in one.rules:
			users.add(rule.escalate_to)
			role = rule.escalate_to_role
			if role:
				if role not in with_role:
					with_role[role] = get_users_with_role(role)
				users.update(with_role[role])
		for user in users - {None, ""}:
			to_tell.setdefault(user, []).append(one)
	for user, theirs in to_tell.items():
		if not is_notifications_enabled(user):
			continue
		language = get_user_lang(user)
		if len(theirs) > TOLD_ONE_BY_ONE:
			text = _("{0} complaints need you: their deadlines are near or were missed.", language)
			_notify(user, text.format(len(theirs)), {"link": get_url_to_list(COMPLAINT)})
			continue
		for one in theirs:
			about = {"document_type": COMPLAINT, "document_name": one.complaint}
			_notify(user, _sentence(one, language), about)


def _sentence(one: Happened, language: str) -> str:
	if one.moment == WARNING:
		text = _("Complaint {0} ({1}): “{2}” is due on {3}.", language)
	elif one.moment == MISSED:
		text = _("Complaint {0} ({1}): “{2}” was due on {3} and was missed.", language)
	else:
		text = _("Complaint {0} ({1}): “{2}” was due on {3} and is still open.", language)
	return text.format(
		one.complaint,
		escape_html(one.subject),
		_(one.deadline, language, context=COMPLAINT),
		format_datetime(one.due),
	)


def _notify(user: str, text: str, about: Mapping[str, Any]) -> None:
	"""In the transaction of what it tells. That a mail can't be sent stops nothing."""
	with _going_on(f"{user} could not be told of a deadline"):
		frappe.get_doc(
			{
				"doctype": "Notification Log",
				"type": "Alert",
				"for_user": user,
				"from_user": frappe.session.user,
				"subject": text,
				**about,
			}
		).insert(ignore_permissions=True)


@contextmanager
def _going_on(otherwise: str) -> Iterator[None]:
	"""What fails in here is undone and noted in the error log; the job goes on with the next complaint."""
	frappe.db.savepoint("before_escalation")
	try:
		yield
	except Exception:
		frappe.db.rollback(save_point="before_escalation")
		frappe.log_error(otherwise)
