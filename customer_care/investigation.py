"""The investigation of a complaint: what a severe one demands, its actions, and whether they worked.

To be resolved, a severe complaint needs containment, a why chain, the root cause and its kind, where it
escaped, whose responsibility it is, and an action against the cause; to be closed, it needs them still. No
complaint is closed while an action is open, or one that didn't work has none that follows it. Which
complaints are severe the settings say.

An action is a task (ToDo) of its owner: who closes the task has done the action, and the other way round.
Whether it worked may be entered when the complaint is closed.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.desk.doctype.notification_log.notification_log import make_notification_logs
from frappe.desk.form.assign_to import notify_assignment
from frappe.model.document import Document
from frappe.query_builder.functions import Coalesce
from frappe.translate import get_user_lang
from frappe.utils import add_days, escape_html, format_date, getdate, strip_html, today
from pypika.terms import Criterion

from partner_relations.common.documents import keep_computed_rows
from partner_relations.customer_care.complaint_steps import (
	COMPLAINT,
	FINISHED,
	REJECTED,
	demands_investigation,
)

ACTION = "Customer Complaint Action"
CORRECTIVE = "Corrective"
WORKED, FAILED = "Yes", "No"

CHECK_FIELDS = ("check_on", "effective", "check_note")
"""What may still be entered about an action when the complaint is finished."""

REMIND_AGAIN_AFTER = 7
"""Days after which somebody is reminded of the same action once more."""


# What is missing


def what_is_missing(complaint: Document, step: str) -> list[str]:
	"""Sentences for what the investigation still lacks for a step ("resolve" or "close"); none: it may."""
	missing = []
	if step in ("resolve", "close") and demands_investigation(complaint.severity):
		missing += _not_investigated(complaint)
	if step == "close":
		missing += _not_done(complaint)
	return missing


def _not_investigated(complaint: Document) -> Iterator[str]:
	if _is_empty(complaint.containment):
		yield _("Say what was done at once so that nobody else is affected (Containment).")
	if not any(not _is_empty(row.why) and not _is_empty(row.because) for row in complaint.whys):
		yield _("Ask why it happened, and answer, until the cause is found (Why Chain).")
	if _is_empty(complaint.root_cause):
		yield _("Say in a sentence what the root cause is.")
	if not complaint.cause:
		yield _("Choose the kind of cause.")
	if _is_empty(complaint.escape_point):
		yield _("Say which check should have found it, and why it didn't (Where It Escaped).")
	if not complaint.responsibility:
		yield _("Say whose responsibility it is.")
	if not any(row.kind == CORRECTIVE for row in complaint.actions):
		yield _("Add a corrective action against the cause.")


def _not_done(complaint: Document) -> Iterator[str]:
	for row in complaint.actions:
		if is_open(row):
			yield _("The action in row {0} is open: {1}, {2}, due {3}.").format(
				row.idx, _shortened(row.action), _full_name(row.action_owner), format_date(row.due_on)
			)
		elif row.effective == FAILED and not _is_replaced(row, complaint.actions):
			yield _("The action in row {0} didn't work: {1}. Add one that does.").format(
				row.idx, _shortened(row.action)
			)


def is_open(action: Any) -> bool:
	"""Whether an action isn't done yet."""
	return not action.done_on


def _is_replaced(action: Any, actions: list[Any]) -> bool:
	"""Whether another action of the kind follows that hasn't failed too."""
	return any(
		row.idx > action.idx and row.kind == action.kind and row.effective != FAILED for row in actions
	)


# What makes sense


def check(complaint: Document) -> None:
	"""For `validate`, after the steps: raise frappe.ValidationError for what makes no sense."""
	_keep_what_is_ours(complaint)
	_check_responsibility(complaint)
	for row in complaint.actions:
		_check_action(complaint, row)
	_keep_finished(complaint)


def _keep_what_is_ours(complaint: Document) -> None:
	"""Who checked an action is who enters how it turned out, whatever a request says."""
	before = complaint.get_doc_before_save()
	keep_computed_rows(complaint.actions, before.actions if before else [])
	earlier = _by_name(before)
	for row in complaint.actions:
		former = earlier.get(row.name)
		if former is None:
			row.update({"checked_by": None, "reminded_on": None})
		if row.effective != (former.effective if former else None):
			row.checked_by = frappe.session.user if row.effective else None


def _check_responsibility(complaint: Document) -> None:
	if complaint.responsibility != "Supplier":
		complaint.supplier = None
	elif not complaint.supplier:
		frappe.throw(_("Say which supplier is responsible."), title=_("Something Is Missing"))


def _check_action(complaint: Document, row: Any) -> None:
	former = _by_name(complaint.get_doc_before_save()).get(row.name)
	if former is None or former.action_owner != row.action_owner:
		if not frappe.get_cached_value("User", row.action_owner, "enabled"):
			_throw(
				row,
				_("{0} can't do anything here any more. Choose another owner.").format(
					escape_html(_full_name(row.action_owner))
				),
			)
	if row.done_on and getdate(row.done_on) > getdate(today()):
		_throw(row, _("An action can't have been done in the future. Leave the date empty until it is done."))
	if row.effective and not row.done_on:
		_throw(row, _("Enter when the action was done before you say whether it worked."))
	if row.effective and _is_empty(row.check_note):
		_throw(row, _("Say how it was checked that the action worked, or didn't."))
	if row.check_on and row.due_on and getdate(row.check_on) < getdate(row.due_on):
		_throw(row, _("Whether an action worked can't be checked before it is due."))


def _keep_finished(complaint: Document) -> None:
	before = complaint.get_doc_before_save()
	if before is None or before.step not in FINISHED or complaint.step != before.step:
		return
	earlier = _by_name(before)
	if {row.name for row in complaint.actions} != set(earlier) or any(
		_of_action(row) != _of_action(earlier[row.name]) for row in complaint.actions
	):
		frappe.throw(
			_("The complaint is finished. Only whether its actions worked can still be entered."),
			title=_("Not Possible Now"),
		)
	if any(row.effective == FAILED != earlier[row.name].effective for row in complaint.actions):
		frappe.msgprint(_("The cause is still there. Reopen the complaint, and add an action that works."))


def _of_action(row: Any) -> list[Any]:
	values = (row.kind, row.action, row.action_owner, row.result)
	return [value or None for value in values] + [
		row.due_on and getdate(row.due_on),
		row.done_on and getdate(row.done_on),
	]


def _throw(row: Any, sentence: str) -> None:
	frappe.throw(_("Actions, row {0}: {1}").format(row.idx, sentence))


# Tasks


def keep_tasks(complaint: Document) -> None:
	"""For `on_update`: each open action is one open ToDo of its owner, due when the action is.

	Costs two statements when nothing is to be done.
	"""
	wanted = {}
	if complaint.step not in FINISHED:
		wanted = {row.name: row for row in complaint.actions if is_open(row)}
	done = {row.name for row in complaint.actions if not is_open(row)}
	for task in _open_tasks(complaint.name):
		row = wanted.get(task.complaint_action)
		if row is not None and row.action_owner == task.allocated_to:
			del wanted[row.name]
			if getdate(row.due_on) != task.date:
				frappe.db.set_value("ToDo", task.name, "date", row.due_on)
		else:
			_end_task(task.name, "Closed" if task.complaint_action in done else "Cancelled")
	for row in wanted.values():
		_give_task(complaint, row)


def after_task_update(task: Document, method: str | None = None) -> None:
	"""Hook of ToDo: who closes the task of an action has done the action.

	Counted only if it is the action's owner, or who may write the complaint: others can make such tasks too.
	"""
	if not task.get("complaint_action") or task.status != "Closed" or task.flags.of_action:
		return
	if task.reference_type != COMPLAINT or not frappe.db.exists(
		ACTION, {"name": task.complaint_action, "parent": task.reference_name, "parenttype": COMPLAINT}
	):
		return
	complaint = frappe.get_doc(COMPLAINT, task.reference_name, for_update=True)
	row = next((row for row in complaint.actions if row.name == task.complaint_action), None)
	if row is None or not is_open(row) or complaint.step in FINISHED:
		return
	if frappe.session.user != row.action_owner and not complaint.has_permission("write"):
		return
	row.done_on = today()
	complaint.flags.ignore_permissions = True
	complaint.save()
	frappe.msgprint(
		_("The action “{0}” of complaint {1} is done.").format(
			escape_html(_shortened(row.action)), complaint.name
		),
		alert=True,
		indicator="green",
	)


def _open_tasks(complaint: str) -> list[Any]:
	return frappe.get_all(
		"ToDo",
		filters={
			"reference_type": COMPLAINT,
			"reference_name": complaint,
			"status": "Open",
			"complaint_action": ("is", "set"),
		},
		fields=["name", "allocated_to", "date", "complaint_action"],
	)


def _give_task(complaint: Document, row: Any) -> None:
	"""The owner gets the task, may read the complaint, and is told."""
	frappe.get_doc(
		{
			"doctype": "ToDo",
			"allocated_to": row.action_owner,
			"assigned_by": frappe.session.user,
			"reference_type": COMPLAINT,
			"reference_name": complaint.name,
			"complaint_action": row.name,
			"description": escape_html(row.action),
			"date": row.due_on,
			"priority": "High" if complaint.severity in ("High", "Critical") else "Medium",
		}
	).insert(ignore_permissions=True)
	if not frappe.has_permission(COMPLAINT, doc=complaint, user=row.action_owner):
		frappe.share.add_docshare(
			COMPLAINT, complaint.name, row.action_owner, flags={"ignore_share_permission": True}
		)
	notify_assignment(
		frappe.session.user,
		row.action_owner,
		COMPLAINT,
		complaint.name,
		action="ASSIGN",
		description=escape_html(row.action),
	)


def _end_task(name: str, status: str) -> None:
	task = frappe.get_doc("ToDo", name)
	task.status = status
	task.flags.of_action = True
	task.save(ignore_permissions=True)


# Reminders


def remind() -> None:
	"""Daily: owners learn of actions that are due, handlers of checks that are; again after a week."""
	now = getdate(today())
	due = _due_actions(now)
	for row in due:
		_remind(row)
	if due:
		action = frappe.qb.DocType(ACTION)
		frappe.qb.update(action).set(action.reminded_on, now).where(
			action.name.isin([row.name for row in due])
		).run()


def _due_actions(now: date) -> list[Any]:
	"""Actions to remind somebody of: open and due, or done and to be checked."""
	action, complaint = frappe.qb.DocType(ACTION), frappe.qb.DocType(COMPLAINT)
	never = getdate("1900-01-01")
	reminded = Coalesce(action.reminded_on, never)
	again = reminded <= add_days(now, -REMIND_AGAIN_AFTER)
	is_due = Criterion.all(
		[
			action.done_on.isnull(),
			action.due_on <= now,
			complaint.step.notin(FINISHED),
			(reminded < action.due_on) | again,
		]
	)
	to_check = Criterion.all(
		[
			action.done_on.notnull(),
			Coalesce(action.effective, "") == "",
			action.check_on <= now,
			complaint.step != REJECTED,
			(reminded < action.check_on) | again,
		]
	)
	return (
		frappe.qb.from_(action)
		.join(complaint)
		.on(action.parent == complaint.name)
		.select(
			action.name,
			action.action,
			action.action_owner,
			action.due_on,
			action.done_on,
			action.check_on,
			complaint.name.as_("complaint"),
			complaint.handler,
		)
		.where((action.parenttype == COMPLAINT) & (is_due | to_check))
		.run(as_dict=True)
	)


def _remind(row: Any) -> None:
	user = (row.handler or row.action_owner) if row.done_on else row.action_owner
	language = get_user_lang(user)
	if row.done_on:
		text = _("Complaint {0}: check whether the action “{1}” worked (planned for {2}).", language)
	else:
		text = _("Complaint {0}: the action “{1}” is due on {2}.", language)
	make_notification_logs(
		frappe._dict(
			{
				"type": "Alert",
				"document_type": COMPLAINT,
				"document_name": row.complaint,
				"from_user": frappe.session.user,
				"subject": text.format(
					row.complaint,
					escape_html(_shortened(row.action)),
					format_date(row.check_on if row.done_on else row.due_on),
				),
			}
		),
		[frappe.get_cached_value("User", user, "email")],
	)


def _by_name(complaint: Document | None) -> dict[str, Any]:
	return {row.name: row for row in complaint.actions} if complaint else {}


def _is_empty(text: str | None) -> bool:
	return not strip_html(text or "").strip()


def _shortened(text: str | None, length: int = 60) -> str:
	text = " ".join(strip_html(text or "").split())
	return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _full_name(user: str | None) -> str:
	return frappe.utils.get_fullname(user) if user else ""
