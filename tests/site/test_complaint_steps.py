"""The life of a complaint: which step follows which, for whom, and whichever way it is asked for."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import frappe
import pytest
from complaint_factories import WAY, bring_to, make_complaint
from frappe.desk.doctype.kanban_board.kanban_board import update_order_for_single_card

from partner_relations.customer_care import complaint_steps, complaints
from partner_relations.customer_care.api import complaints as api
from partner_relations.customer_care.complaint_steps import (
	ACKNOWLEDGED,
	AGENT,
	CLOSED,
	COMPLAINT,
	CONFIRMED,
	CUSTOMER,
	INVESTIGATION,
	JOB,
	MANAGER,
	OPEN,
	PERSON,
	PROPOSED,
	RECEIVED,
	REJECTED,
	RESOLVED,
	STEPS,
	next_steps,
	take_step,
)

BOARD = "Complaints by Step"

# What the issue says, and not what the code does: step -> (from where, to where, who).
FOLLOWS = {
	"acknowledge": ({RECEIVED}, ACKNOWLEDGED, {AGENT, MANAGER, JOB}),
	"investigate": ({ACKNOWLEDGED, PROPOSED}, INVESTIGATION, {AGENT, MANAGER}),
	"propose_resolution": ({ACKNOWLEDGED, INVESTIGATION}, PROPOSED, {AGENT, MANAGER}),
	"resolve": ({PROPOSED}, RESOLVED, {AGENT, MANAGER}),
	"confirm": ({RESOLVED}, CONFIRMED, {AGENT, MANAGER, CUSTOMER}),
	"close": ({CONFIRMED}, CLOSED, {AGENT, MANAGER, JOB}),
	"reject": (set(OPEN), REJECTED, {AGENT, MANAGER}),
	"reopen": ({RESOLVED, CONFIRMED, CLOSED, REJECTED}, INVESTIGATION, {AGENT, MANAGER, CUSTOMER}),
	"respond": (set(OPEN), None, {AGENT, MANAGER}),
	"wait": (set(OPEN), None, {AGENT, MANAGER}),
	"go_on": (set(OPEN), None, {AGENT, MANAGER, CUSTOMER, JOB}),
}
ALL_STATES = (*OPEN, RESOLVED, CONFIRMED, CLOSED, REJECTED)
WITHOUT_RIGHT = ("Sales User", "Sales Manager", "Accounts User", "Supplier Quality Manager", "Stock User")
DETAILS = {"reason": "A reason", "via": "Link"}


@pytest.fixture
def agent(make_user) -> str:
	return make_user("complaint.agent@example.com", AGENT)


@pytest.fixture
def manager(make_user) -> str:
	return make_user("complaint.manager@example.com", MANAGER)


@contextmanager
def acting_as(user: str) -> Iterator[None]:
	before = frappe.session.user
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user(before)


def put(complaint, step: str, **values) -> None:
	"""Put a complaint into a step, whatever its way there."""
	told = {"step": step, "waiting": 0, "responded_on": None, "proposed_resolution": "<p>Sorry.</p>"}
	frappe.db.set_value(COMPLAINT, complaint.name, {**told, **values}, update_modified=False)


def state(complaint) -> str:
	return frappe.db.get_value(COMPLAINT, complaint.name, "step")


def attempt(complaint, step: str, actor: str) -> str | None:
	"""Take a step and undo it; returns what was wrong, or None."""
	frappe.db.savepoint("attempt")
	try:
		take_step(complaint.name, step, DETAILS, actor)
	except (frappe.ValidationError, frappe.PermissionError) as error:
		return f"{type(error).__name__}: {error}"
	finally:
		frappe.db.rollback(save_point="attempt")
		frappe.clear_messages()
	return None


# The table


def test_a_complaint_goes_from_receipt_to_closure():
	complaint = make_complaint()
	assert complaint.step == RECEIVED
	done = bring_to(complaint, "close")
	assert done.step == CLOSED
	assert [row.step for row in done.step_log] == ["receive", *WAY]
	assert [row.from_step for row in done.step_log][1:] == [
		*(RECEIVED, ACKNOWLEDGED, INVESTIGATION, PROPOSED, RESOLVED, CONFIRMED)
	]
	assert done.acknowledged_on and done.responded_on and done.resolved_on and done.confirmed_on
	assert done.closed_on and done.confirmed_via == "On the customer's behalf"
	assert [step["name"] for step in next_steps(done)] == ["reopen"]


def test_the_tests_know_every_step():
	assert set(STEPS) == set(FOLLOWS)


def test_between_two_steps_there_is_one_way():
	ways = [(origin, step.target) for step in STEPS.values() if step.target for origin in step.origins]
	assert len(ways) == len(set(ways))


@pytest.mark.parametrize("who", [AGENT, MANAGER, *WITHOUT_RIGHT, "System Manager", CUSTOMER, JOB])
def test_every_step_from_every_state_by_everybody(who, make_user):
	"""Whoever the table doesn't name is refused, and from wherever it doesn't name."""
	actor = who if who in (CUSTOMER, JOB) else PERSON
	user = make_user("complaint.somebody@example.com", *([who] if actor == PERSON else []))
	complaint = make_complaint()
	for step, (origins, _target, people) in FOLLOWS.items():
		for origin in ALL_STATES:
			put(complaint, origin, waiting=int(step == "go_on"))
			with acting_as(user):
				wrong = attempt(complaint, step, actor)
			allowed = origin in origins and who in people
			if (step, origin) == ("close", RESOLVED):
				allowed = who in (MANAGER, JOB)  # the customer hasn't answered
			assert (wrong is None) == allowed, (step, origin, wrong)
			if origin not in origins and who in people and (step, origin) != ("close", RESOLVED):
				assert "isn't possible there" in wrong


def test_who_may_not_write_complaints_is_refused_before_the_table(make_user):
	complaint = make_complaint()
	with acting_as(make_user("complaint.seller@example.com", "Sales User")):
		assert frappe.get_doc(COMPLAINT, complaint.name).has_permission("read")
		with pytest.raises(frappe.PermissionError):
			api.take_step(complaint.name, "acknowledge")
		assert next_steps(complaint) == []
		made = frappe.get_doc(
			doctype=COMPLAINT, subject="By sales", company=complaint.company, channel="Sales"
		).insert()
		assert made.step == RECEIVED
		with pytest.raises(frappe.PermissionError):
			made.save()


def test_there_is_no_other_step():
	complaint = make_complaint()
	for name in ("receive", "escalate", "", "__class__"):
		with pytest.raises(frappe.ValidationError, match="no such step"):
			take_step(complaint.name, name)


@pytest.mark.parametrize("severity", ["High", "Critical"])
def test_only_a_manager_rejects_what_must_be_investigated(severity, agent, manager):
	complaint = make_complaint(severity=severity)
	with acting_as(agent):
		assert "Only a manager rejects it" in attempt(complaint, "reject", PERSON)
		offered = {step["name"]: step["refused"] for step in next_steps(complaint)}
		assert "Only a manager rejects it" in offered["reject"]
	with acting_as(manager):
		assert attempt(complaint, "reject", PERSON) is None


@pytest.mark.parametrize("step, origin", [("reject", RECEIVED), ("reopen", RESOLVED), ("wait", RECEIVED)])
def test_steps_that_need_a_reason(step, origin):
	complaint = make_complaint()
	put(complaint, origin)
	for reason in (None, "", "  \n"):
		with pytest.raises(frappe.ValidationError, match=r"Say (why|what we wait for)"):
			take_step(complaint.name, step, {"reason": reason})
	assert state(complaint) == origin


def test_a_resolution_is_proposed_to_a_customer_who_is_known_and_in_words():
	complaint = complaints.create({"subject": "By mail", "company": make_complaint().company}, "Email")
	take_step(complaint.name, "acknowledge")
	with pytest.raises(frappe.ValidationError, match=r"which customer.*proposed resolution"):
		take_step(complaint.name, "propose_resolution")


def test_a_customer_confirms_by_link_or_portal():
	complaint = bring_to(make_complaint(), "resolve")
	for via in (None, "On the customer's behalf", "Phone"):
		with pytest.raises(frappe.ValidationError, match="how the customer confirmed"):
			take_step(complaint.name, "confirm", {"via": via}, CUSTOMER)
	assert take_step(complaint.name, "confirm", {"via": "Portal"}, CUSTOMER).confirmed_via == "Portal"


def test_what_the_step_does_not_name_is_no_detail():
	complaint = take_step(
		make_complaint().name, "acknowledge", {"reason": "x", "handler": "Guest", "step": CLOSED}
	)
	assert (complaint.step, complaint.handler) == (ACKNOWLEDGED, "Administrator")


def test_closing_without_an_answer_takes_a_manager_and_a_reason(manager):
	complaint = bring_to(make_complaint(), "resolve")
	with acting_as(manager):
		with pytest.raises(frappe.ValidationError, match="Say why"):
			take_step(complaint.name, "close")
		closed = take_step(complaint.name, "close", {"reason": "No answer for weeks"})
	assert (closed.step, closed.confirmed_via, closed.confirmed_on) == (CLOSED, "No answer", None)


def test_reopening_counts_and_forgets_how_it_ended():
	complaint = bring_to(make_complaint(), "close")
	reopened = take_step(complaint.name, "reopen", {"reason": "It leaks again"})
	assert (reopened.step, reopened.reopened_count, reopened.reopen_reason) == (
		INVESTIGATION,
		1,
		"It leaks again",
	)
	assert not (reopened.resolved_on or reopened.confirmed_on or reopened.confirmed_via or reopened.closed_on)
	assert reopened.acknowledged_on and reopened.responded_on
	again = take_step(bring_to_resolved(reopened).name, "reopen", {"reason": "Still"})
	assert again.reopened_count == 2


def bring_to_resolved(complaint):
	take_step(complaint.name, "propose_resolution")
	return take_step(complaint.name, "resolve")


def test_reasons_stand_in_the_timeline_without_their_scripts():
	complaint = make_complaint()
	take_step(complaint.name, "reject", {"reason": "<script>alert(1)</script> Not ours"})
	comments = frappe.get_all(
		"Comment",
		{"reference_doctype": COMPLAINT, "reference_name": complaint.name, "comment_type": "Info"},
		pluck="content",
	)
	assert any("Not ours" in text for text in comments)
	assert not any("<script" in text for text in comments)


# Waiting


def test_waiting_for_the_customer_ends_with_the_next_step():
	complaint = bring_to(make_complaint(), "investigate")
	waiting = take_step(complaint.name, "wait", {"reason": "Photos"})
	assert (waiting.waiting, waiting.step) == (1, INVESTIGATION)
	assert [(row.reason, row.to_time) for row in waiting.holds] == [("Photos", None)]
	with pytest.raises(frappe.ValidationError, match="waits for the customer already"):
		take_step(complaint.name, "wait", {"reason": "More"})
	frappe.db.set_value(COMPLAINT, complaint.name, "proposed_resolution", "<p>Sorry</p>")
	going = take_step(complaint.name, "propose_resolution")
	assert going.waiting == 0 and going.holds[0].to_time
	with pytest.raises(frappe.ValidationError, match="wait for the customer"):
		take_step(complaint.name, "go_on")


def test_acknowledging_keeps_waiting():
	complaint = make_complaint()
	take_step(complaint.name, "wait", {"reason": "The order number"})
	assert take_step(complaint.name, "acknowledge").waiting == 1


# Who handles it


def test_who_acknowledges_handles_it_and_has_a_task(agent):
	complaint = make_complaint()
	with acting_as(agent):
		assert take_step(complaint.name, "acknowledge").handler == agent
	assert tasks(complaint) == {agent: "Open"}
	bring_to(complaint, "close")
	assert tasks(complaint) == {agent: "Closed"}


def test_the_task_goes_with_the_handler(agent, manager):
	complaint = make_complaint(handler=agent)
	assert tasks(complaint) == {agent: "Open"}
	complaint.handler = manager
	complaint.save()
	assert tasks(complaint) == {agent: "Cancelled", manager: "Open"}


def tasks(complaint) -> dict[str, str]:
	return dict(
		frappe.get_all(
			"ToDo",
			{"reference_type": COMPLAINT, "reference_name": complaint.name},
			["allocated_to", "status"],
			as_list=True,
		)
	)


def test_only_who_may_handle_complaints_gets_them(make_user, agent):
	complaint = make_complaint()
	complaint.handler = make_user("complaint.stranger@example.com", "Sales User")
	with pytest.raises(frappe.ValidationError, match="can't handle complaints"):
		complaint.save()
	complaint.reload()
	frappe.db.set_value("User", agent, "enabled", 0)
	frappe.clear_document_cache("User", agent)
	complaint.handler = agent
	with pytest.raises(frappe.ValidationError, match="can't handle complaints"):
		complaint.save()


# Other ways to a step: the table is the same


def test_saving_with_another_step_takes_the_one_that_leads_there(agent):
	"""frappe.client.set_value, as the API, the list's bulk edit and Kanban do."""
	from frappe.client import set_value

	complaint = make_complaint()
	with acting_as(agent):
		for origin in ALL_STATES:
			for target in ALL_STATES:
				put(complaint, origin)
				frappe.db.savepoint("drag")
				wrong = None
				try:
					set_value(COMPLAINT, complaint.name, "step", target)
				except frappe.ValidationError as error:
					wrong = str(error)
				reached = state(complaint)
				frappe.db.rollback(save_point="drag")
				frappe.clear_messages()
				leads = [
					step
					for step, (origins, to, who) in FOLLOWS.items()
					if to == target and origin in origins and AGENT in who
				]
				if origin == target:
					assert (wrong, reached) == (None, origin)
				elif leads and leads[0] in ("reject", "reopen"):
					assert "Say why" in wrong
				elif leads:
					assert (wrong, reached) == (None, target)
				else:
					assert wrong and reached == origin, (origin, target)


def test_a_dragged_card_takes_the_step_or_goes_back(agent):
	complaint = make_complaint()
	with acting_as(agent):
		drag(complaint, RECEIVED, ACKNOWLEDGED)
		taken = frappe.get_doc(COMPLAINT, complaint.name)
		assert (taken.step, taken.step_log[-1].step, taken.handler) == (ACKNOWLEDGED, "acknowledge", agent)
		with pytest.raises(frappe.ValidationError, match=r"Closed doesn't follow Acknowledged\. Possible"):
			drag(complaint, ACKNOWLEDGED, CLOSED)
	assert state(complaint) == ACKNOWLEDGED


def test_who_may_not_write_drags_nothing(make_user):
	complaint = make_complaint()
	with acting_as(make_user("complaint.seller@example.com", "Sales User")):
		with pytest.raises(frappe.PermissionError):
			drag(complaint, RECEIVED, ACKNOWLEDGED)


def drag(complaint, origin: str, target: str) -> None:
	board = frappe.get_doc("Kanban Board", BOARD)
	for column in board.columns:
		column.order = json.dumps([complaint.name] if column.column_name == origin else [])
	board.save(ignore_permissions=True)
	update_order_for_single_card(BOARD, complaint.name, origin, target, 0, 0)


def test_the_board_has_a_column_for_each_step():
	board = frappe.get_doc("Kanban Board", BOARD)
	options = frappe.get_meta(COMPLAINT).get_field("step").options.split("\n")
	assert [column.column_name for column in board.columns] == options
	assert not board.private


def test_no_complaint_begins_in_the_middle():
	for step in ALL_STATES[1:]:
		with pytest.raises(frappe.ValidationError, match="begins with the step Received"):
			make_complaint(step=step)


def test_an_import_gives_the_reason_in_its_column():
	complaint = make_complaint()
	complaint.update({"step": REJECTED, "rejection_reason": "Not ours"})
	complaint.save()
	assert (complaint.step, complaint.rejection_reason) == (REJECTED, "Not ours")
	complaint.update({"step": INVESTIGATION, "reopen_reason": "It was ours"})
	complaint.save()
	assert (complaint.reopened_count, complaint.reopen_reason) == (1, "It was ours")


def test_what_services_write_nobody_else_writes(manager):
	complaint = bring_to(make_complaint(), "investigate")
	before = frappe.get_doc(COMPLAINT, complaint.name).as_dict()
	forged = {
		field.fieldname: {
			"Datetime": "2020-01-01 00:00:00",
			"Check": 1,
			"Int": 7,
			"Currency": 99,
		}.get(field.fieldtype, "Forged")
		for field in complaint.meta.fields
		if field.read_only and field.fieldtype not in ("Table", "Link", "Select", "HTML", "Code")
	}
	forged |= {"deadline_status": "Met", "next_deadline": "Resolve", "satisfaction": "5"}
	with acting_as(manager):
		document = frappe.get_doc(COMPLAINT, complaint.name)
		document.update(forged)
		document.append("holds", {"from_time": "2020-01-01 00:00:00", "to_time": "2030-01-01 00:00:00"})
		document.set("step_log", [])
		document.save()
	after = frappe.get_doc(COMPLAINT, complaint.name).as_dict()
	for field in forged:
		assert after[field] == before[field], field
	assert (after.holds, len(after.step_log)) == ([], len(before.step_log))


def test_a_copy_begins_anew():
	complaint = bring_to(make_complaint(), "close")
	copied = frappe.copy_doc(complaint, ignore_no_copy=False)
	copied.insert()
	assert (copied.step, copied.acknowledged_on) == (RECEIVED, None) and not copied.reopened_count
	assert [row.step for row in copied.step_log] == ["receive"]


# Around the steps


def test_other_apps_hear_of_each_step_once():
	heard = []
	real = frappe.get_hooks

	def hooks(name=None, *args, **kwargs):
		return ["heard"] if name == "customer_complaint_step_taken" else real(name, *args, **kwargs)

	def attr(path):
		return (
			(lambda doc, step, origin: heard.append((step, origin))) if path == "heard" else real_attr(path)
		)

	real_attr = frappe.get_attr
	with (
		patch.object(complaint_steps.frappe, "get_hooks", hooks),
		patch.object(complaint_steps.frappe, "get_attr", attr),
	):
		complaint = bring_to(make_complaint(), "investigate")
		complaint.subject = "Changed"
		complaint.save()
		take_step(complaint.name, "wait", {"reason": "Photos"})
	assert heard == [
		("acknowledge", RECEIVED),
		("investigate", ACKNOWLEDGED),
		("wait", INVESTIGATION),
	]


def test_a_finished_complaint_stays_as_it_is():
	complaint = bring_to(make_complaint(), "close")
	complaint.subject = "Something else"
	with pytest.raises(frappe.ValidationError, match=r"finished.*Subject.*Reopen it first"):
		complaint.save()


def test_the_clock_does_not_start_in_the_future_nor_anew(agent):
	with pytest.raises(frappe.ValidationError, match="in the future"):
		make_complaint(received_on=frappe.utils.add_to_date(None, hours=1, as_datetime=True))
	complaint = make_complaint()
	with acting_as(agent):
		document = frappe.get_doc(COMPLAINT, complaint.name)
		document.received_on = frappe.utils.add_to_date(None, hours=-1, as_datetime=True)
		with pytest.raises(frappe.PermissionError, match="Only a manager"):
			document.save()


def test_the_api_tells_what_may_follow(agent):
	complaint = make_complaint()
	with acting_as(agent):
		offered = {step["name"]: step for step in api.next_steps(complaint.name)}
		assert list(offered) == ["acknowledge", "reject", "respond", "wait"]
		assert offered["wait"]["details"] == ["reason"]
		api.take_step(complaint.name, "acknowledge", "{}")
	assert state(complaint) == ACKNOWLEDGED


def test_severity_follows_the_category_where_nobody_says_it():
	category = frappe.get_doc(
		doctype="Complaint Category",
		category_name=frappe.generate_hash(length=8),
		default_severity="Critical",
		parent_complaint_category=frappe.db.get_value("Complaint Category", {"is_group": 1}),
	).insert()
	values = {"subject": "x", "company": make_complaint().company, "category": category.name}
	assert complaints.create(values, "Email").severity == "Critical"
	assert complaints.create({**values, "severity": "Low"}, "Email").severity == "Low"
