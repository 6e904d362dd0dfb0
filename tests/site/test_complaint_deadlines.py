"""When complaints are due: in business time, through the real document, calendar, Holiday List and job."""

from datetime import datetime
from zoneinfo import ZoneInfo

import frappe
import pytest
from complaint_factories import bring_to, make_calendar, make_complaint, make_rule, make_tier
from factories import COMPANY
from sales_factories import make_customer
from support.statements import statements

from partner_relations.customer_care import (
	complaint_deadlines,
	complaint_escalation,
	complaint_steps,
	complaints,
	tiers,
)
from partner_relations.customer_care.complaint_deadlines import (
	DUE_SOON,
	MET,
	MISSED,
	ON_HOLD,
	ON_TIME,
	OVERDUE,
	check_due,
)
from partner_relations.customer_care.complaint_escalation import RULE
from partner_relations.customer_care.complaint_steps import AGENT, COMPLAINT, MANAGER, take_step
from partner_relations.customer_care.service_calendars import aware

HOUR = 3600
MONDAY = datetime(2026, 3, 2, 9)
"""A Monday without a change of the clock near."""


@pytest.fixture
def world():
	"""A tier whose customers' complaints are due after 1, 4 and 8 hours of 09:00 to 17:00, site time."""
	calendar = make_calendar()
	tier = make_tier(calendar, Medium=(HOUR, 2 * HOUR, 4 * HOUR), High=(HOUR / 2, HOUR, 2 * HOUR))
	return frappe._dict(calendar=calendar, tier=tier, customer=make_customer_of(tier))


def make_customer_of(tier: str) -> str:
	customer = make_customer()
	tiers.move([tiers.TierMove(customer, tier, "Assessment", "Test")])
	return customer


@pytest.fixture
def at(monkeypatch):
	"""`at(moment)`: from here on complaints see this moment as now."""

	def freeze(moment: datetime) -> datetime:
		for module in (complaint_steps, complaints):
			monkeypatch.setattr(module, "now", lambda: str(moment))
		for module in (complaint_deadlines, complaints):
			monkeypatch.setattr(module, "now_datetime", lambda: moment)
		return moment

	return freeze


def complain(world, moment, **values):
	return make_complaint(world.customer, received_on=moment, **{"severity": "Medium", **values})


def read(complaint):
	return frappe.get_doc(COMPLAINT, complaint.name)


def march(day: int, hour: int, minute: int = 0) -> datetime:
	"""In March 2026, whose second day is a Monday."""
	return datetime(2026, 3, day, hour, minute)


# The clock


def test_waiting_stops_the_clock_in_business_time(world, at):
	"""The issue: opened Monday 09:00, 4 hours, on hold 10:00 to 15:00: due Tuesday 10:00."""
	complaint = complain(world, at(MONDAY))
	assert complaint.resolve_by == march(2, 13)
	at(march(2, 10))
	waiting = take_step(complaint.name, "wait", {"reason": "Photos"})
	assert (waiting.waiting, waiting.deadline_status, waiting.resolve_by) == (1, ON_HOLD, None)
	at(march(2, 15))
	going = take_step(complaint.name, "go_on")
	assert going.resolve_by == march(3, 10)
	assert going.next_deadline == "Acknowledge" and going.next_due == march(2, 10)


def test_all_three_deadlines_and_what_is_next(world, at):
	complaint = complain(world, at(MONDAY))
	assert (complaint.acknowledge_by, complaint.respond_by) == (march(2, 10), march(2, 11))
	assert (complaint.customer_tier, complaint.priority) == (world.tier, "High")
	assert (complaint.next_deadline, complaint.next_due) == ("Acknowledge", march(2, 10))
	assert complaint.deadline_status == ON_TIME
	at(march(2, 9, 50))
	taken = take_step(complaint.name, "acknowledge")
	assert (taken.next_deadline, taken.next_due) == ("Respond", march(2, 11))
	at(march(2, 12))
	taken = take_step(complaint.name, "respond", {"comment": "Told them by phone"})
	assert (taken.respond_missed, taken.next_deadline, taken.next_due) == (1, "Resolve", march(2, 13))
	done = bring_to(complaint, "resolve")
	assert (done.resolve_missed, done.deadline_status, done.next_due) == (0, MISSED, None)


def test_what_is_kept_in_time_is_met(world, at):
	done = bring_to(complain(world, at(MONDAY)), "resolve")
	assert (done.deadline_status, done.next_deadline, done.next_check) == (MET, None, None)
	assert not (done.acknowledge_missed or done.respond_missed or done.resolve_missed)


def test_evenings_weekends_and_holidays_do_not_count(at):
	tier = make_tier(make_calendar(holidays=[march(9, 0).date()]), Low=(HOUR, 2 * HOUR, 10 * HOUR))
	at(march(6, 18))
	complaint = make_complaint(make_customer_of(tier), received_on=march(6, 16))
	assert complaint.acknowledge_by == march(6, 17)
	assert complaint.respond_by == march(10, 10)  # Monday the 9th is a holiday
	assert complaint.resolve_by == march(11, 10)


def test_hours_are_those_of_the_calendars_zone(at):
	"""09:00 in Berlin on the Monday after New York has changed its clock and Berlin has not: 04:00 there."""
	tier = make_tier(make_calendar("Europe/Berlin"), Low=(HOUR, 2 * HOUR, 8 * HOUR))
	at(march(8, 12))
	complaint = make_complaint(make_customer_of(tier), received_on=march(8, 12))
	zone = ZoneInfo("Europe/Berlin")
	assert aware(complaint.acknowledge_by) == datetime(2026, 3, 9, 10, tzinfo=zone)
	assert aware(complaint.resolve_by) == datetime(2026, 3, 9, 17, tzinfo=zone)


def test_a_severity_without_times_has_no_deadlines(world):
	complaint = make_complaint(world.customer, severity="Low")
	assert (complaint.acknowledge_by, complaint.next_deadline) == (None, None)
	assert (complaint.deadline_status, complaint.next_check) == (None, None)


def test_without_a_customer_the_tier_for_new_customers_promises():
	complaint = complaints.create({"subject": "By mail", "company": COMPANY, "severity": "High"}, "Email")
	allowed = tiers.service_policy(None).times["High"]["acknowledge"]
	assert complaint.customer_tier is None
	assert (complaint.acknowledge_by is not None) == bool(allowed)


def test_without_a_calendar_time_runs_day_and_night(at, monkeypatch):
	monkeypatch.setattr(frappe.db, "get_value", without_default(frappe.db.get_value))
	tier = make_tier(None, Low=(HOUR, 2 * HOUR, 24 * HOUR))
	complaint = make_complaint(make_customer_of(tier), received_on=at(march(7, 23)))
	assert complaint.acknowledge_by == march(8, 0)


def without_default(real):
	def get_value(doctype, filters=None, *args, **kwargs):
		if doctype == "Service Calendar" and filters == {"is_default": 1}:
			return None
		return real(doctype, filters, *args, **kwargs)

	return get_value


# What changes on the way


def test_another_severity_allows_other_times_from_the_beginning(world, at):
	complaint = complain(world, at(MONDAY))
	complaint.severity = "High"
	complaint.save()
	assert (complaint.acknowledge_by, complaint.resolve_by) == (march(2, 9, 30), march(2, 11))


def test_what_was_kept_in_time_is_not_missed_by_a_higher_severity(world, at):
	complaint = complain(world, at(MONDAY))
	at(march(2, 9, 45))
	complaint = take_step(complaint.name, "acknowledge")
	complaint.severity = "High"
	complaint.save()
	assert (complaint.acknowledge_by, complaint.acknowledge_missed) == (march(2, 10), 0)
	assert complaint.resolve_by == march(2, 11)


def test_only_a_manager_lowers_the_severity_after_a_miss(world, at, make_user):
	complaint = complain(world, at(MONDAY), severity="High")
	at(march(2, 12))
	check_due(march(2, 12))
	frappe.set_user(make_user("late.agent@example.com", AGENT))
	late = read(complaint)
	late.severity = "Medium"
	with pytest.raises(frappe.PermissionError, match="Only a manager lowers its severity"):
		late.save()
	frappe.set_user("Administrator")
	late = read(complaint)
	late.severity = "Medium"
	late.save()
	assert (late.resolve_missed, late.resolve_by) == (0, march(2, 13))


def test_a_customer_who_moves_gets_what_the_new_tier_promises(world, at):
	complaint, closed = complain(world, at(MONDAY)), bring_to(complain(world, MONDAY), "close")
	better = make_tier(world.calendar, Medium=(HOUR / 4, HOUR / 2, HOUR))
	tiers.move([tiers.TierMove(world.customer, better, "Assessment", "Grown")])
	moved = read(complaint)
	assert (moved.customer_tier, moved.resolve_by, moved.next_due) == (
		better,
		march(2, 10),
		march(2, 9, 15),
	)
	assert read(closed).customer_tier == world.tier
	assert str(moved.modified) == str(complaint.modified)  # whoever has it open can go on


def test_another_customer_brings_another_tier(world, at):
	complaint = complain(world, at(MONDAY))
	other = make_tier(world.calendar, Medium=(HOUR, HOUR, 8 * HOUR))
	complaint.customer = make_customer_of(other)
	complaint.save()
	assert (complaint.customer_tier, complaint.resolve_by) == (other, march(2, 17))


def test_a_policy_that_is_edited_later_moves_nothing(world, at):
	complaint = complain(world, at(MONDAY))
	tier = frappe.get_doc("Customer Tier", world.tier)
	for row in tier.service_times:
		row.resolve_within = 8 * HOUR
	tier.save()
	complaint.subject = "Changed"
	complaint.severity = "High"
	complaint.save()
	assert complaint.resolve_by == march(2, 11)
	assert complain(world, MONDAY).resolve_by == march(2, 17)


def test_reopened_it_goes_on_where_it_was(world, at):
	complaint = complain(world, at(MONDAY))
	at(march(2, 10))
	assert bring_to(complaint, "resolve").deadline_status == MET
	at(march(4, 9))
	reopened = take_step(complaint.name, "reopen", {"reason": "Leaks again"})
	assert reopened.resolve_by == march(4, 12)  # an hour of four was used
	assert [row.reason for row in reopened.holds] == ["Resolved"]
	assert (reopened.next_deadline, reopened.deadline_status) == ("Resolve", ON_TIME)


def test_rejected_in_time_is_met_and_too_late_is_missed(world, at):
	complaint, late = complain(world, at(MONDAY)), complain(world, MONDAY)
	at(march(2, 9, 30))
	assert take_step(complaint.name, "reject", {"reason": "Not ours"}).deadline_status == MET
	at(march(5, 9))
	rejected = take_step(late.name, "reject", {"reason": "Not ours"})
	assert (rejected.deadline_status, rejected.resolve_missed, rejected.acknowledge_missed) == (MISSED, 1, 1)


def test_a_mail_to_the_customer_is_an_answer(world, at):
	complaint = complain(world, at(MONDAY))
	at(march(2, 9, 30))
	mail(complaint, sent_or_received="Received")
	mail(complaint, communication_type="Automated Message")
	assert read(complaint).responded_on is None
	mail(complaint)
	answered = read(complaint)
	assert answered.responded_on == answered.acknowledged_on == march(2, 9, 30)
	assert (answered.next_deadline, answered.respond_missed) == ("Resolve", 0)
	assert str(answered.modified) == str(complaint.modified)


def mail(complaint, **values):
	frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Sent",
			"subject": "About your complaint",
			"content": "We are looking into it.",
			"reference_doctype": COMPLAINT,
			"reference_name": complaint.name,
			**values,
		}
	).insert()


# The job


def notified(user: str) -> list[str]:
	return frappe.get_all("Notification Log", {"for_user": user}, pluck="subject", order_by="creation")


def comments(complaint) -> list[str]:
	return frappe.get_all(
		"Comment",
		{"reference_doctype": COMPLAINT, "reference_name": complaint.name, "comment_type": "Info"},
		pluck="content",
	)


@pytest.fixture
def team(make_user):
	"""An agent and a manager whom nothing has been told yet."""
	suffix = frappe.generate_hash(length=6)
	return frappe._dict(
		agent=make_user(f"due.agent.{suffix}@example.com", AGENT),
		manager=make_user(f"due.manager.{suffix}@example.com", MANAGER),
	)


@pytest.fixture(autouse=True)
def _quiet(site, monkeypatch):
	"""The job commits each chunk; here nothing may stay. The site's own rules and complaints are aside."""
	monkeypatch.setattr(frappe.db, "commit", lambda: None)
	frappe.db.set_value(RULE, {"name": ("!=", "")}, "disabled", 1)
	frappe.db.set_value(COMPLAINT, {"name": ("!=", "")}, "next_check", None)


def test_the_job_warns_once_and_marks_once(world, at, team):
	complaint = complain(world, at(MONDAY), handler=team.agent)
	before = len(notified(team.agent))
	assert check_due(march(2, 9, 44)) == 0
	check_due(march(2, 9, 45))  # three quarters of the hour
	assert read(complaint).deadline_status == DUE_SOON
	assert ["is due on" in text for text in notified(team.agent)[before:]] == [True]
	check_due(march(2, 9, 50))
	check_due(march(2, 10))  # the last moment is in time
	assert read(complaint).acknowledge_missed == 0
	check_due(march(2, 10, 5))
	missed = read(complaint)
	assert (missed.acknowledge_missed, missed.deadline_status) == (1, OVERDUE)
	assert comments(complaint) == ["The deadline “Acknowledge” was missed."]
	check_due(march(2, 10, 10))
	assert len(notified(team.agent)) - before == 2
	assert len(comments(complaint)) == 1
	assert str(missed.modified) == str(complaint.modified)


def test_what_was_missed_while_the_job_stood_still_is_told_once(world, at, team):
	complaint = complain(world, at(MONDAY), handler=team.agent)
	before = len(notified(team.agent))
	check_due(march(6, 9))
	texts = notified(team.agent)[before:]
	assert len(texts) == 3 and all("was missed" in text for text in texts)
	assert read(complaint).next_check is None
	assert check_due(march(6, 10)) == 0


def test_who_is_on_hold_is_neither_warned_nor_late(world, at, team):
	complaint = complain(world, at(MONDAY), handler=team.agent)
	at(march(2, 9, 30))
	take_step(complaint.name, "wait", {"reason": "Photos"})
	before = len(notified(team.agent))
	assert check_due(march(20, 9)) == 0
	assert len(notified(team.agent)) == before
	at(march(20, 9))
	assert take_step(complaint.name, "go_on").acknowledge_by == march(20, 9, 30)


def test_saving_does_not_swallow_what_the_job_has_to_tell(world, at, team):
	complaint = complain(world, at(MONDAY), handler=team.agent)
	before = len(notified(team.agent))
	at(march(2, 10, 20))
	complaint.subject = "Changed"
	complaint.save()
	assert (complaint.acknowledge_missed, complaint.deadline_status) == (1, OVERDUE)
	check_due(march(2, 10, 20))
	assert len(comments(complaint)) == 1
	assert len(notified(team.agent)) - before == 1


def test_nobody_is_told_of_what_is_finished(world, at, team):
	complaint = complain(world, at(MONDAY), handler=team.agent)
	bring_to(complaint, "resolve")
	assert check_due(march(20, 9)) == 0


def test_rules_escalate_by_severity_tier_and_moment_once(world, at, team):
	other = make_tier(world.calendar)
	make_rule("Warning", severity="Low", escalate_to=team.manager)
	make_rule("Warning", customer_tier=other, escalate_to=team.manager)
	make_rule("Missed", "Respond", escalate_to=team.manager)
	make_rule("Missed", severity="Medium", customer_tier=world.tier, escalate_to=team.manager)
	complaint = complain(world, at(MONDAY), handler=team.agent)
	bring_to(complaint, "acknowledge")
	take_step(complaint.name, "respond")
	check_due(march(2, 12, 30))
	assert notified(team.manager) == []
	check_due(march(2, 13, 5))
	assert len(notified(team.manager)) == 1 and "“Resolve” was due" in notified(team.manager)[0]
	check_due(march(3, 13, 5))
	assert len(notified(team.manager)) == 1


def test_a_rule_tells_everybody_with_a_role(world, at, team):
	make_rule("Missed", "Acknowledge", escalate_to_role=MANAGER)
	complain(world, at(MONDAY), handler=team.agent)
	check_due(march(2, 10, 5))
	assert len(notified(team.manager)) == 1


def test_a_rule_waits_some_business_hours(world, at, team):
	make_rule("Missed Since", "Acknowledge", after_hours=8, escalate_to=team.manager)
	complaint = complain(world, at(MONDAY), handler=team.agent)
	check_due(march(2, 10, 5))
	check_due(march(3, 9, 55))
	assert notified(team.manager) == []
	check_due(march(3, 10))
	assert ["is still open" in text for text in notified(team.manager)] == [True]
	check_due(march(4, 10))
	assert len(notified(team.manager)) == 1
	assert read(complaint).acknowledge_missed == 1


def test_a_rule_that_comes_later_finds_what_is_overdue(world, at, team):
	complain(world, at(MONDAY), handler=team.agent)
	check_due(march(6, 9))
	at(march(6, 10))
	make_rule("Missed Since", "Acknowledge", after_hours=2, escalate_to=team.manager)
	check_due(march(6, 10))
	assert len(notified(team.manager)) == 1


def test_a_rule_assigns_and_raises_the_severity(world, at, team):
	rule = make_rule("Missed", "Resolve", escalate_to=team.manager, assign=1, raise_severity=1)
	complaint = complain(world, at(MONDAY), handler=team.agent)
	at(march(2, 14))
	check_due(march(2, 14))
	escalated = read(complaint)
	assert (escalated.handler, escalated.severity) == (team.manager, "High")
	assert any(rule in text for text in comments(complaint))
	at(march(3, 14))
	check_due(march(3, 14))
	assert read(complaint).severity == "High"


def test_one_complaint_that_can_not_be_escalated_stops_no_other(world, at, team):
	make_rule("Missed", "Acknowledge", escalate_to=team.manager, assign=1)
	bad, good = (complain(world, at(MONDAY), handler=team.agent) for _number in range(2))
	frappe.db.set_value(COMPLAINT, bad.name, "category", "Gone", update_modified=False)
	check_due(march(2, 10, 5))
	assert (read(bad).handler, read(good).handler) == (team.agent, team.manager)
	assert read(bad).acknowledge_missed == 1


def test_many_at_once_are_one_notification(world, at, team):
	for _number in range(complaint_escalation.TOLD_ONE_BY_ONE + 1):
		complain(world, at(MONDAY), handler=team.agent)
	before = len(notified(team.agent))
	check_due(march(2, 10, 5))
	assert notified(team.agent)[before:] == [
		"21 complaints need you: their deadlines are near or were missed."
	]


def test_reopened_after_a_miss_it_is_told_again(world, at, team):
	complaint = complain(world, at(MONDAY), handler=team.agent)
	at(march(2, 14))
	check_due(march(2, 14))
	bring_to(complaint, "resolve")
	at(march(3, 9))
	reopened = take_step(complaint.name, "reopen", {"reason": "Leaks"})
	assert (reopened.resolve_missed, reopened.deadline_status) == (1, OVERDUE)
	before = len(notified(team.agent))
	check_due(march(3, 9, 5))
	assert len(notified(team.agent)) - before == 1


@pytest.mark.parametrize(
	"values, sentence",
	[
		({"moment": "Missed"}, "Say whom to tell"),
		({"moment": "Missed Since", "escalate_to": "Administrator"}, "how many business hours"),
		({"moment": "Missed", "escalate_to_role": MANAGER, "assign": 1}, "Name the user"),
		({"moment": "Missed", "escalate_to": "Guest", "assign": 1}, "can't handle complaints"),
	],
)
def test_a_rule_that_does_nothing_is_refused(values, sentence):
	with pytest.raises(frappe.ValidationError, match=sentence):
		make_rule(**values)


def test_the_job_finds_by_an_index_and_asks_for_all_at_once(world, at, team):
	indexed = {row.Column_name for row in frappe.db.sql(f"SHOW INDEX FROM `tab{COMPLAINT}`", as_dict=True)}
	assert "next_check" in indexed
	costs = []
	for count in (3, 15):
		for _number in range(count):
			complain(world, at(MONDAY))
		with statements() as sent:
			assert check_due(march(2, 10, 5)) == count
		costs.append(len([text for text in sent if "tabNotification" not in text]))
	assert costs[1] <= costs[0] + 2, costs


def test_two_runs_at_once_do_not_tell_twice(world, at, team):
	"""What another run has looked at since isn't due any more: found again under the lock."""
	complaint = complain(world, at(MONDAY), handler=team.agent)
	complaint_deadlines._check([complaint.name], march(2, 10, 5))
	told = len(notified(team.agent))
	complaint_deadlines._check([complaint.name], march(2, 10, 5))
	assert len(notified(team.agent)) == told
	assert len(comments(complaint)) == 1
