"""Visits and calls in the account manager's calendar: when they are due, never twice, and who goes on with
them."""

from datetime import timedelta

import frappe
import pytest
from factories import make_user
from frappe.model.dynamic_links import fetch_distinct_link_doctypes
from frappe.utils import add_days, get_datetime, getdate, today
from race_factories import race
from sales_factories import make_customer
from support.statements import statements

from partner_relations.customer_care import tiers, visits


def make_managed(manager: str, tier: str = "Key", since: int = -400, **values) -> str:
	"""A customer that has been in a tier for so many days, with an account manager."""
	customer = make_customer(account_manager=manager, **values)
	tiers.move([tiers.TierMove(customer, tier, tiers.ASSESSMENT, "Score.")])
	frappe.db.set_value("Customer", customer, "customer_tier_since", add_days(today(), since))
	return customer


def events(customer: str) -> list:
	names = frappe.get_all(
		"Event Participants",
		{"reference_doctype": "Customer", "reference_docname": customer, "parenttype": "Event"},
		pluck="parent",
	)
	return [
		frappe.get_doc("Event", name)
		for name in frappe.get_all(
			"Event", {"name": ("in", names)}, pluck="name", order_by="event_category desc"
		)
	]


@pytest.fixture(autouse=True)
def as_in_a_new_request() -> None:
	"""Frappe remembers for each request which document types are linked dynamically."""
	frappe.local.dynamic_link_map = None


@pytest.fixture
def manager() -> str:
	return make_user("Sales User")


def test_a_due_visit_and_a_due_call_come_into_the_calendar(manager):
	customer = make_managed(manager)
	visits.plan_due()
	visit, call = events(customer)
	assert (visit.event_category, call.event_category) == ("Meeting", "Call")
	assert (visit.owner, visit.status, visit.planned_by_tier) == (manager, "Open", 1)
	assert getdate(visit.starts_on) >= getdate(today()) and getdate(visit.starts_on).weekday() < 5
	assert visit.subject == f"Visit {customer}"
	visit.add_comment("Comment", "Called ahead")
	visit.save()  # what was inserted is a document like any other
	frappe.set_user(manager)
	from frappe.desk.doctype.event.event import get_events

	in_calendar = get_events(getdate(visit.starts_on), getdate(visit.starts_on) + timedelta(days=1))
	assert visit.name in {event.name for event in in_calendar}


def test_nothing_is_planned_twice_nor_after_a_run_that_was_killed(manager):
	customer = make_managed(manager)
	frappe.db.savepoint("before_the_kill")
	visits.plan_due()
	frappe.db.rollback(save_point="before_the_kill")  # what is left of a run that was killed
	assert events(customer) == []
	visits.plan_due()
	visits.plan_due()
	assert len(events(customer)) == 2


@pytest.mark.parametrize("status", ["Completed", "Closed", "Cancelled"])
def test_the_next_one_is_due_so_long_after_the_last(manager, status):
	customer = make_managed(manager)
	visits.plan_due()
	for event in events(customer):
		event.status = status
		event.starts_on = get_datetime(add_days(today(), -20))
		event.ends_on = None
		event.save()
	visits.plan_due()
	assert len(events(customer)) == 2
	policy = tiers.service_policy("Key")
	due = visits.next_contacts(frappe.get_doc("Customer", customer), policy)
	assert {row["kind"]: row["on"] for row in due} == {
		"Visit": getdate(add_days(today(), 160)),
		"Call": getdate(add_days(today(), 40)),
	}
	call = events(customer)[1]
	call.db_set("starts_on", get_datetime(add_days(today(), -54)))
	visits.plan_due()
	assert len(events(customer)) == 3


def test_what_people_plan_themselves_counts(manager):
	customer = make_managed(manager)
	own = frappe.get_doc(
		doctype="Event",
		subject="Trade fair",
		event_category="Meeting",
		event_type="Public",
		starts_on=add_days(today(), 12),
		event_participants=[{"reference_doctype": "Customer", "reference_docname": customer}],
	).insert()
	visits.plan_due()
	assert [event.event_category for event in events(customer)] == ["Meeting", "Call"]
	(visit, _call) = visits.next_contacts(frappe.get_doc("Customer", customer), tiers.service_policy("Key"))
	assert visit["event"] == own.name and visit["on"] == getdate(add_days(today(), 12))


def test_for_whom_nothing_is_planned(manager):
	away = make_user("Sales User")
	customers = [
		make_managed(""),
		make_managed(manager, disabled=1),
		make_managed(manager, tier="Regular"),
		make_managed(manager, since=-2),
		make_managed(away),
	]
	frappe.db.set_value("User", away, "enabled", 0)
	visits.plan_due()
	assert [events(customer) for customer in customers] == [[]] * 5


def test_a_new_account_manager_goes_on_with_what_was_planned(manager):
	customer, successor = make_managed(manager), make_user("Sales User")
	visits.plan_due()
	done, _planned = events(customer)
	done.status = "Completed"
	done.save()
	document = frappe.get_doc("Customer", customer)
	document.account_manager = successor
	document.save()
	assert [event.owner for event in events(customer)] == [manager, successor]


def test_what_is_planned_keeps_nobody_from_deleting_a_customer(manager):
	customer = make_managed(manager)
	visits.plan_due()
	planned = [event.name for event in events(customer)]
	frappe.delete_doc("Customer", customer)
	assert not any(frappe.db.exists("Event", name) for name in planned)


def test_what_was_done_keeps_its_customer(manager):
	customer = make_managed(manager)
	visits.plan_due()
	done, _planned = events(customer)
	done.status = "Completed"
	done.save()
	with pytest.raises(frappe.LinkExistsError):
		frappe.delete_doc("Customer", customer)


def test_planning_costs_as_many_statements_for_one_as_for_many(manager):
	def cost(count: int) -> int:
		for _number in range(count):
			make_managed(manager)
		with statements() as sent:
			assert visits.plan_due() == 2 * count
		return len(sent)

	visits.plan_due()
	cost(1)
	assert cost(1) == cost(6)


@pytest.mark.parametrize("overdue", [0, 500])
def test_a_deleted_visit_does_not_come_back(manager, overdue):
	"""As if it had been cancelled: the next one is due a whole rhythm later."""
	customer = make_managed(manager)
	visits.plan_due()
	visit, call = events(customer)
	starts_on = get_datetime(add_days(visit.starts_on, -overdue))
	visit.db_set("starts_on", starts_on)
	frappe.delete_doc("Event", visit.name)
	visits.plan_due()
	assert [event.name for event in events(customer)] == [call.name]
	document = frappe.get_doc("Customer", customer)
	document.visit_dropped_on = None  # a form that was open before
	document.save()
	(contact, _call) = visits.next_contacts(document, tiers.service_policy("Key"))
	assert contact["on"] == max(starts_on.date(), getdate(today())) + timedelta(days=180)
	assert not contact["planned"]


def test_who_did_a_visit_and_deletes_it_later_did_it(manager):
	customer = make_managed(manager)
	visits.plan_due()
	visit, _call = events(customer)
	visit.update({"status": "Completed", "starts_on": get_datetime(add_days(today(), -30)), "ends_on": None})
	visit.save()
	frappe.delete_doc("Event", visit.name)
	(contact, _call) = visits.next_contacts(frappe.get_doc("Customer", customer), tiers.service_policy("Key"))
	assert contact["on"] == getdate(add_days(today(), 150))


def test_what_somebody_deletes_of_their_own_was_no_visit(manager):
	customer = make_managed(manager)
	own = frappe.get_doc(
		doctype="Event",
		subject="Trade fair",
		event_category="Meeting",
		event_type="Public",
		starts_on=add_days(today(), 12),
		event_participants=[{"reference_doctype": "Customer", "reference_docname": customer}],
	).insert()
	frappe.delete_doc("Event", own.name)
	visits.plan_due()
	assert len(events(customer)) == 2


def test_others_learn_when_but_get_no_link_to_a_private_visit(manager):
	customer = frappe.get_doc("Customer", make_managed(manager))
	visits.plan_due()
	policy = tiers.service_policy("Key")
	for user, seen in ((manager, True), (make_user("Sales User"), False)):
		frappe.set_user(user)
		for contact in visits.next_contacts(customer, policy):
			assert (bool(contact["event"]), contact["planned"]) == (seen, True)


def test_a_merged_customer_keeps_what_was_planned(manager):
	customer, kept = make_managed(manager), make_managed(manager)
	visits.plan_due()
	planned = {event.name for event in (*events(customer), *events(kept))}
	frappe.rename_doc("Customer", customer, kept, merge=True)
	assert {event.name for event in events(kept)} == planned
	assert visits.plan_due() == 0


def test_what_was_planned_follows_a_customer_that_is_renamed(manager):
	"""Also where Frappe remembers that no event has a customer: ours are written without its documents."""
	customer = make_managed(manager)
	frappe.db.delete("Event Participants")
	frappe.cache.delete_value("dynamic_link_map::Event Participants::reference_doctype")
	assert fetch_distinct_link_doctypes("Event Participants", "reference_doctype") == []
	visits.plan_due()
	assert fetch_distinct_link_doctypes("Event Participants", "reference_doctype") == ["Customer"]
	renamed = f"{customer} & Sons"
	frappe.rename_doc("Customer", customer, renamed)
	assert len(events(renamed)) == 2


@pytest.mark.commits
def test_two_workers_plan_each_visit_once(bench, tmp_path):
	manager = make_user("Sales User")
	customers = [make_managed(manager) for _number in range(3)]
	frappe.db.commit()
	try:
		path = "partner_relations.customer_care.visits.plan_contacts"
		outcomes = race(bench, tmp_path, *[("Administrator", path)] * 2)
		assert [outcome.error for outcome in outcomes] == [None, None]
		assert [len(events(customer)) for customer in customers] == [2, 2, 2]
	finally:
		frappe.db.rollback()
		for customer in customers:
			for event in events(customer):
				frappe.delete_doc("Event", event.name, force=True)
			frappe.delete_doc("Customer", customer, force=True)
		frappe.delete_doc("User", manager, force=True)
		frappe.db.commit()
