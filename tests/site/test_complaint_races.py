"""Two agents at once on one complaint, the job beside them, a Data Import; what is committed is removed."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import frappe
import pytest
from complaint_factories import bring_to, make_complaint
from factories import make_user
from frappe.core.doctype.data_import.importer import Importer
from frappe.utils import add_to_date
from race_factories import Outcome, all_gone_afterwards, one_wins, race
from support.servers import Bench

from partner_relations.customer_care.complaint_steps import (
	ACKNOWLEDGED,
	AGENT,
	COMPLAINT,
	INVESTIGATION,
	RECEIVED,
	REJECTED,
	STEPS,
	take_step,
)

pytestmark = pytest.mark.commits
TAKE_STEP = "partner_relations.customer_care.api.complaints.take_step"
SET_VALUE = "frappe.client.set_value"
CHECK_DUE = "partner_relations.customer_care.complaint_deadlines.check_due"
Race = Callable[..., list[Outcome]]


@pytest.fixture(scope="module", autouse=True)
def _clean(site: str) -> Iterator[None]:
	with all_gone_afterwards():
		yield


@pytest.fixture(scope="module")
def agents(_clean) -> list[str]:
	return [make_user(AGENT), make_user(AGENT)]


@pytest.fixture
def at_once(bench: Bench, tmp_path: Path) -> Race:
	"""Commit what was made so far, and race."""

	def start(*calls: tuple) -> list[Outcome]:
		frappe.db.commit()
		return race(bench, tmp_path, *calls)

	return start


# What each step begins with, and what the second agent is told.
BEGINS = {
	"acknowledge": (None, "isn't possible there"),
	"investigate": ("acknowledge", "isn't possible there"),
	"propose_resolution": ("investigate", "isn't possible there"),
	"resolve": ("propose_resolution", "isn't possible there"),
	"confirm": ("resolve", "isn't possible there"),
	"close": ("confirm", "isn't possible there"),
	"reject": (None, "isn't possible there"),
	"reopen": ("close", "isn't possible there"),
	"respond": (None, "has been answered already"),
	"wait": (None, "waits for the customer already"),
	"go_on": ("wait", "wait for the customer"),
}


def beginning(last_step: str | None):
	complaint = make_complaint()
	if last_step == "wait":
		take_step(complaint.name, "wait", {"reason": "Photos"})
	elif last_step:
		bring_to(complaint, last_step)
	if last_step == "investigate":
		frappe.db.set_value(COMPLAINT, complaint.name, "proposed_resolution", "<p>Sorry</p>")
	return complaint.name


def test_every_step_is_raced():
	assert set(BEGINS) == set(STEPS)


@pytest.mark.parametrize("step", BEGINS)
def test_two_agents_take_one_step(step, at_once, agents):
	last_step, sentence = BEGINS[step]
	name = beginning(last_step)
	details = {"reason": "Photos"}
	outcomes = at_once(*((agent, TAKE_STEP, name, step, details) for agent in agents))
	winner, _loser = one_wins(outcomes, sentence)
	taken = [row for row in frappe.get_doc(COMPLAINT, name).step_log if row.step == step]
	assert [row.taken_by for row in taken][-1:] == [winner.user]
	assert len(taken) == 1
	assert len(frappe.get_doc(COMPLAINT, name).holds) <= 2


def test_one_drags_the_card_that_the_other_rejects(at_once, agents):
	name = beginning(None)
	ann, bob = agents
	outcomes = at_once(
		(ann, SET_VALUE, COMPLAINT, name, "step", ACKNOWLEDGED),
		(bob, TAKE_STEP, name, "reject", {"reason": "Not ours"}),
	)
	after = frappe.get_doc(COMPLAINT, name)
	if all(
		outcome.error is None for outcome in outcomes
	):  # dragged first: the rejection follows by the table
		assert [row.step for row in after.step_log] == ["receive", "acknowledge", "reject"]
	else:
		one_wins(outcomes, "doesn't follow", "modified")
	assert after.step in (ACKNOWLEDGED, REJECTED)


def test_the_job_and_an_agent_lose_nothing_of_each_other(at_once, agents):
	"""Whoever is first: the miss is marked, and the step is taken."""
	received = add_to_date(None, days=-60, as_datetime=True)
	complaint = make_complaint(received_on=received, severity="Medium", handler=agents[0])
	assert complaint.acknowledge_missed
	outcomes = at_once(("Administrator", CHECK_DUE), (agents[0], TAKE_STEP, complaint.name, "acknowledge"))
	assert [outcome.error for outcome in outcomes] == [None, None]
	after = frappe.get_doc(COMPLAINT, complaint.name)
	assert (after.step, after.acknowledge_missed) == (ACKNOWLEDGED, 1)
	assert after.next_check is None or after.next_check > received


def test_two_jobs_at_once_tell_once(at_once, agents):
	received = add_to_date(None, days=-60, as_datetime=True)
	complaint = make_complaint(received_on=received, severity="Medium", handler=agents[1])
	outcomes = at_once(("Administrator", CHECK_DUE), ("Administrator", CHECK_DUE))
	assert [outcome.error for outcome in outcomes] == [None, None]
	lines = frappe.get_all(
		"Comment",
		{"reference_doctype": COMPLAINT, "reference_name": complaint.name, "comment_type": "Info"},
		pluck="content",
	)
	assert len(lines) == 1 and "was missed" in lines[0]
	# The agent alone: of the site's managers some may hear of it by rule.
	told = {"document_name": complaint.name, "type": "Alert", "for_user": agents[1]}
	assert frappe.db.count("Notification Log", told) == 3


# A Data Import commits each row


def imported(kind: str, *rows: dict[str, str]) -> list[dict]:
	"""Import rows as the tool does; returns its log."""
	text = io.StringIO()
	writer = csv.DictWriter(text, rows[0])
	writer.writeheader()
	writer.writerows(rows)
	file = frappe.get_doc(doctype="File", file_name="complaints.csv", content=text.getvalue(), is_private=1)
	document = frappe.get_doc(
		doctype="Data Import",
		reference_doctype=COMPLAINT,
		import_type=kind,
		import_file=file.insert().file_url,
	).insert()
	Importer(COMPLAINT, data_import=document).import_data()
	file.delete()
	return frappe.get_all(
		"Data Import Log", {"data_import": document.name}, ["success", "messages"], order_by="log_index"
	)


def test_an_import_goes_through_the_table():
	moved, jumped, rejected = (make_complaint().name for _number in range(3))
	frappe.db.commit()
	log = imported(
		"Update Existing Records",
		{"ID": moved, "Step": ACKNOWLEDGED, "Why It Is Rejected": ""},
		{"ID": jumped, "Step": INVESTIGATION, "Why It Is Rejected": ""},
		{"ID": rejected, "Step": REJECTED, "Why It Is Rejected": "Not ours"},
	)
	assert [row.success for row in log] == [1, 0, 1]
	assert "doesn't follow" in frappe.parse_json(log[1].messages)[0]["message"]
	states = {name: frappe.db.get_value(COMPLAINT, name, "step") for name in (moved, jumped, rejected)}
	assert list(states.values()) == [ACKNOWLEDGED, RECEIVED, REJECTED]
	assert frappe.db.get_value(COMPLAINT, rejected, "rejection_reason") == "Not ours"


def test_an_import_begins_complaints_as_received():
	values = {"Subject": "Imported", "Severity": "Low", "Channel": "Email", "Company": "Test Co"}
	log = imported(
		"Insert New Records",
		{**values, "Step": "Received"},
		{**values, "Step": "Closed"},
	)
	assert [row.success for row in log] == [1, 0]
	assert "begins with the step" in frappe.parse_json(log[1].messages)[0]["message"]
