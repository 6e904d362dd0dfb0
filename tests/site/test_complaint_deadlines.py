"""When complaints are due: in business time, through the real document, calendar, Holiday List and job."""

from datetime import datetime, timedelta

import frappe
import pytest
from complaint_factories import bring_to, make_calendar, make_complaint, make_rule, make_tier
from sales_factories import make_customer

from partner_relations.customer_care import complaint_deadlines, complaint_steps, complaints, tiers
from partner_relations.customer_care.complaint_steps import COMPLAINT, take_step
from partner_relations.customer_care.deadlines import CalendarError

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


def test_waiting_stops_the_clock_in_business_time(world, at):
	"""DESIGN and the issue: Monday 09:00, 4 hours, on hold 10:00 to 15:00: due Tuesday 10:00."""
	at(MONDAY)
	complaint = complain(world, MONDAY)
	assert complaint.resolve_by == datetime(2026, 3, 2, 13)
	at(datetime(2026, 3, 2, 10))
	waiting = take_step(complaint.name, "wait", {"reason": "Photos"})
	assert (waiting.waiting, waiting.deadline_status, waiting.resolve_by) == (1, "On Hold", None)
	at(datetime(2026, 3, 2, 15))
	going = take_step(complaint.name, "go_on")
	assert going.resolve_by == datetime(2026, 3, 3, 10)
