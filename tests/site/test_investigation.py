"""The investigation of complaints: what severe ones demand, actions as tasks, and whether they worked."""

from datetime import date, timedelta
from typing import Any

import frappe
import pytest
from complaint_factories import bring_to, make_complaint
from factories import make_user
from frappe.model.document import Document
from frappe.utils import getdate, today

from partner_relations.customer_care import investigation
from partner_relations.customer_care.complaint_steps import COMPLAINT, take_step


def in_days(days: int) -> date:
	return getdate(today()) + timedelta(days=days)


def an_action(**values: Any) -> dict[str, Any]:
	"""A corrective action; its dates are days from today."""
	action = {
		"kind": "Corrective",
		"action": "Line the boxes with foam",
		"action_owner": "Administrator",
		"due_on": 5,
		**values,
	}
	return {key: in_days(value) if key.endswith("_on") else value for key, value in action.items()}


def investigated(**values: Any) -> dict[str, Any]:
	"""All that a severe complaint demands, with an action that is done."""
	return {
		"containment": "All boxes in stock were opened and checked.",
		"whys": [{"why": "Why was it scratched?", "because": "The box had no lining."}],
		"root_cause": "The packing instruction doesn't ask for a lining.",
		"cause": make_cause(),
		"escape_point": "The final check looks at the goods before they are packed.",
		"responsibility": "Own",
		"actions": [an_action(done_on=0)],
		**values,
	}


def make_cause() -> str:
	if not frappe.db.exists("Complaint Cause", "Packing of a test"):
		frappe.get_doc(doctype="Complaint Cause", cause_name="Packing of a test").insert()
	return "Packing of a test"


def changed(complaint: Document, **values: Any) -> Document:
	document = frappe.get_doc(COMPLAINT, complaint.name)
	document.update(values)
	return document.save()


def tasks_of(complaint: Document, **filters: Any) -> list[Any]:
	return frappe.get_all(
		"ToDo",
		filters={"reference_name": complaint.name, "complaint_action": ("is", "set"), **filters},
		fields=["name", "allocated_to", "date", "status", "priority", "complaint_action"],
	)


@pytest.mark.parametrize("severity", ["High", "Critical"])
def test_a_severe_complaint_is_not_resolved_without_its_investigation(severity: str):
	complaint = bring_to(make_complaint(severity=severity), "propose_resolution")
	with pytest.raises(frappe.ValidationError) as refused:
		take_step(complaint.name, "resolve")
	for word in ("Containment", "Why Chain", "root cause", "kind of cause", "Where It Escaped", "corrective"):
		assert word in str(refused.value)
	assert len(investigation.what_is_missing(complaint, "resolve")) == 7


@pytest.mark.parametrize(
	"field", ["containment", "whys", "root_cause", "cause", "escape_point", "responsibility", "actions"]
)
def test_each_part_of_the_investigation_is_demanded(field: str):
	values = investigated()
	values[field] = [] if isinstance(values[field], list) else None
	complaint = make_complaint(severity="Critical", **values)
	assert len(investigation.what_is_missing(complaint, "resolve")) == 1
	assert len(investigation.what_is_missing(complaint, "propose_resolution")) == 0


def test_a_why_without_an_answer_is_no_chain():
	complaint = make_complaint(severity="High", **investigated(whys=[{"why": "Why?", "because": "<p> </p>"}]))
	assert len(investigation.what_is_missing(complaint, "resolve")) == 1


def test_an_investigated_severe_complaint_is_closed():
	complaint = make_complaint(severity="Critical", **investigated())
	assert bring_to(complaint, "close").step == "Closed"


def test_what_is_severe_the_settings_say():
	complaint = make_complaint(severity="Critical")
	frappe.db.set_single_value("Customer Care Settings", "investigate_from", "Never")
	frappe.clear_document_cache("Customer Care Settings", "Customer Care Settings")
	assert investigation.what_is_missing(complaint, "resolve") == []
	low = make_complaint(severity="Low")
	frappe.db.set_single_value("Customer Care Settings", "investigate_from", "Low")
	frappe.clear_document_cache("Customer Care Settings", "Customer Care Settings")
	assert len(investigation.what_is_missing(low, "resolve")) == 7


def test_the_severity_that_is_raised_after_the_resolution_demands_it_to_close():
	complaint = bring_to(make_complaint(severity="Low"), "confirm")
	changed(complaint, severity="Critical")
	with pytest.raises(frappe.ValidationError, match="root cause"):
		take_step(complaint.name, "close")


def test_none_closes_while_an_action_is_open():
	complaint = bring_to(make_complaint(severity="Low", actions=[an_action()]), "confirm")
	with pytest.raises(frappe.ValidationError, match="row 1 is open: Line the boxes with foam"):
		take_step(complaint.name, "close")
	complaint.reload()
	complaint.step = "Closed"
	with pytest.raises(frappe.ValidationError, match="row 1 is open"):
		complaint.save()
	complaint = frappe.get_doc(COMPLAINT, complaint.name)
	complaint.actions[0].done_on = in_days(0)
	complaint.save()
	assert take_step(complaint.name, "close").step == "Closed"


def test_an_action_that_did_not_work_needs_another():
	failed = an_action(done_on=0, effective="No", check_note="Scratched again.")
	complaint = bring_to(make_complaint(actions=[failed]), "confirm")
	assert complaint.actions[0].checked_by == frappe.session.user
	with pytest.raises(frappe.ValidationError, match=r"row 1 didn.*work"):
		take_step(complaint.name, "close")
	document = frappe.get_doc(COMPLAINT, complaint.name)
	document.append("actions", an_action(action="Use wooden boxes", done_on=0))
	document.save()
	assert take_step(complaint.name, "close").step == "Closed"


@pytest.mark.parametrize(
	("values", "sentence"),
	[
		({"done_on": 1}, "in the future"),
		({"effective": "Yes", "check_note": "Seen."}, "when the action was done"),
		({"effective": "Yes", "done_on": 0}, "how it was checked"),
		({"check_on": -1}, "before it is due"),
	],
)
def test_an_action_that_makes_no_sense_is_refused(values: dict[str, Any], sentence: str):
	with pytest.raises(frappe.ValidationError, match=sentence):
		make_complaint(actions=[an_action(**values)])


def test_who_checked_is_who_entered_it():
	complaint = make_complaint(
		actions=[an_action(done_on=0, effective="Yes", check_note="Seen.", checked_by="Guest")]
	)
	assert complaint.actions[0].checked_by == frappe.session.user
	complaint.actions[0].checked_by = "Guest"
	complaint.save()
	assert complaint.actions[0].checked_by == frappe.session.user


def test_responsibility_of_a_supplier_names_it():
	with pytest.raises(frappe.ValidationError, match="which supplier"):
		make_complaint(responsibility="Supplier")


def test_whether_an_action_worked_is_entered_after_the_end_and_nothing_else():
	complaint = bring_to(make_complaint(actions=[an_action(done_on=0)]), "close")
	complaint.actions[0].update({"effective": "Yes", "check_note": "None came back.", "check_on": None})
	complaint.save()
	assert complaint.actions[0].checked_by == frappe.session.user
	complaint.append("actions", an_action())
	with pytest.raises(frappe.ValidationError, match="Only whether its actions worked"):
		complaint.save()
	complaint.reload()
	complaint.actions[0].action = "Something else"
	with pytest.raises(frappe.ValidationError, match="Only whether its actions worked"):
		complaint.save()


def test_the_owner_of_an_action_has_it_as_a_task_and_may_read_the_complaint():
	owner = make_user()
	complaint = make_complaint(severity="Critical", actions=[an_action(action_owner=owner)])
	(task,) = tasks_of(complaint)
	assert (task.allocated_to, task.date, task.priority) == (owner, in_days(5), "High")
	assert frappe.has_permission(COMPLAINT, "read", doc=complaint, user=owner)
	assert not frappe.has_permission(COMPLAINT, "write", doc=complaint, user=owner)
	complaint.reload()
	complaint.actions[0].due_on = in_days(9)
	complaint.save()
	(task,) = tasks_of(complaint)
	assert task.date == in_days(9)


def test_a_new_owner_gets_the_task_and_the_former_one_is_rid_of_it():
	first, second = make_user(), make_user()
	complaint = make_complaint(actions=[an_action(action_owner=first)])
	complaint.actions[0].action_owner = second
	complaint.save()
	assert [(task.allocated_to) for task in tasks_of(complaint, status="Open")] == [second]
	assert [task.allocated_to for task in tasks_of(complaint, status="Cancelled")] == [first]


def test_who_closes_the_task_has_done_the_action():
	owner = make_user()
	complaint = make_complaint(actions=[an_action(action_owner=owner), an_action(action="Tell the packers")])
	(task,) = tasks_of(complaint, allocated_to=owner)
	frappe.set_user(owner)
	try:
		frappe.get_doc("ToDo", task.name).update({"status": "Closed"}).save()
	finally:
		frappe.set_user("Administrator")
	complaint.reload()
	assert [row.done_on for row in complaint.actions] == [in_days(0), None]


def test_somebody_elses_task_does_not_do_an_action():
	owner, other = make_user(), make_user()
	complaint = make_complaint(actions=[an_action(action_owner=owner)])
	frappe.set_user(other)
	try:
		task = frappe.get_doc(
			doctype="ToDo",
			allocated_to=other,
			description="Mine",
			complaint_action=complaint.actions[0].name,
		).insert()
		frappe.db.set_value(
			"ToDo", task.name, {"reference_type": COMPLAINT, "reference_name": complaint.name}
		)
		frappe.get_doc("ToDo", task.name).update({"status": "Closed"}).save()
	finally:
		frappe.set_user("Administrator")
	complaint.reload()
	assert complaint.actions[0].done_on is None


def test_an_action_that_is_done_in_the_form_closes_its_task_and_one_that_goes_cancels_it():
	complaint = make_complaint(actions=[an_action(), an_action(action="Tell the packers")])
	complaint.actions[0].done_on = in_days(0)
	complaint.remove(complaint.actions[1])
	complaint.save()
	assert sorted(task.status for task in tasks_of(complaint)) == ["Cancelled", "Closed"]


def test_rejecting_a_complaint_ends_the_tasks_but_does_none():
	complaint = make_complaint(actions=[an_action()])
	take_step(complaint.name, "reject", {"reason": "Not ours."})
	assert not tasks_of(complaint, status="Open")
	assert frappe.get_doc(COMPLAINT, complaint.name).actions[0].done_on is None
	take_step(complaint.name, "reopen", {"reason": "It is ours."})
	assert len(tasks_of(complaint, status="Open")) == 1


def reminders(user: str) -> list[str]:
	return frappe.get_all("Notification Log", filters={"for_user": user, "type": "Alert"}, pluck="subject")


def test_owners_are_reminded_of_what_is_due_once_a_week():
	owner = make_user()
	complaint = make_complaint(actions=[an_action(action_owner=owner, due_on=0)])
	later = make_complaint(actions=[an_action(action_owner=owner, due_on=1)])
	investigation.remind()
	(text,) = reminders(owner)
	assert complaint.name in text and later.name not in text and "Line the boxes" in text
	investigation.remind()
	assert len(reminders(owner)) == 1
	name = complaint.actions[0].name
	frappe.db.set_value("Customer Complaint Action", name, "reminded_on", in_days(-7))
	investigation.remind()
	assert len(reminders(owner)) == 2


def test_the_handler_is_reminded_of_the_check_even_when_the_complaint_is_closed():
	handler = make_user("Customer Care Agent")
	done = an_action(due_on=-1, done_on=-1, check_on=0)
	complaint = bring_to(make_complaint(handler=handler, actions=[done]), "close")
	investigation.remind()
	assert any("worked" in text and complaint.name in text for text in reminders(handler))
