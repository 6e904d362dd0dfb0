"""Small builders of complaints for the site tests, through the app's own services. Nothing is committed."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import frappe
from factories import COMPANY, unique
from frappe.model.document import Document
from sales_factories import make_customer

from partner_relations.customer_care import complaints
from partner_relations.customer_care.complaint_steps import COMPLAINT, take_step
from partner_relations.customer_care.service_calendars import WEEKDAYS

WAY = ("acknowledge", "investigate", "propose_resolution", "resolve", "confirm", "close")
"""The steps of a complaint that nobody disputes, in order."""


def make_complaint(customer: str | None = None, channel: str = "Phone", **values: Any) -> Document:
	"""A complaint as it comes in; fields of Customer Complaint go in."""
	return complaints.create(
		{
			"subject": unique("Scratched housing"),
			"customer": customer or make_customer(),
			"company": COMPANY,
			"severity": "Low",
			"description": "<p>The housing came scratched.</p>",
			**values,
		},
		channel,
	)


def bring_to(complaint: Document | str, last_step: str, **details: Any) -> Document:
	"""Take the usual steps up to one of `WAY`; those that were taken already are left out.

	The proposed resolution is written on the way. `details` go to the last step.
	"""
	name = complaint if isinstance(complaint, str) else complaint.name
	taken = set(frappe.get_all("Customer Complaint Step", filters={"parent": name}, pluck="step"))
	for step in WAY[: WAY.index(last_step) + 1]:
		if step in taken:
			continue
		if step == "propose_resolution":
			document = frappe.get_doc(COMPLAINT, name)
			if not document.proposed_resolution:
				document.proposed_resolution = "<p>We apologise.</p>"
				document.save()
		take_step(name, step, details if step == last_step else {})
	return frappe.get_doc(COMPLAINT, name)


def make_calendar(zone: str | None = None, holidays: Iterable[date] = (), **values: Any) -> str:
	"""A Service Calendar, Monday to Friday from 09:00 to 17:00 in `zone` (default: the site's)."""
	holiday_list = None
	if holidays:
		holiday_list = frappe.get_doc(
			doctype="Holiday List",
			holiday_list_name=unique("Holidays"),
			from_date=min(holidays),
			to_date=max(holidays),
			holidays=[{"holiday_date": day, "description": "Founder's Day"} for day in holidays],
		).insert()
	calendar = frappe.get_doc(
		doctype="Service Calendar",
		calendar_name=unique("Hours"),
		time_zone=zone,
		holiday_list=holiday_list and holiday_list.name,
		intervals=[
			{"weekday": weekday, "from_time": "09:00:00", "to_time": "17:00:00"} for weekday in WEEKDAYS[:5]
		],
	)
	calendar.update(values)
	return calendar.insert().name


def make_tier(calendar: str | None = None, **seconds: tuple[float, float, float]) -> str:
	"""A tier; by severity the seconds in which complaints are acknowledged, answered and resolved."""
	highest = frappe.db.sql("SELECT MAX(`rank`) FROM `tabCustomer Tier`")[0][0] or 0
	tier = frappe.get_doc(
		doctype="Customer Tier",
		tier_name=unique("Tier"),
		rank=highest + 1,
		priority="High",
		currency="USD",
		service_calendar=calendar,
		service_times=[
			{
				"severity": severity,
				"acknowledge_within": acknowledge,
				"respond_within": respond,
				"resolve_within": resolve,
			}
			for severity, (acknowledge, respond, resolve) in seconds.items()
		],
	)
	return tier.insert().name


def make_rule(moment: str, deadline: str = "Resolve", **values: Any) -> str:
	"""A Complaint Escalation Rule."""
	rule = frappe.get_doc(
		doctype="Complaint Escalation Rule",
		rule_name=unique("Rule"),
		moment=moment,
		deadline=deadline,
		**values,
	)
	return rule.insert().name
