"""What the browser may call about a complaint and its deadlines."""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import getdate, today

from partner_relations.customer_care import complaint_steps, service_calendars
from partner_relations.customer_care.complaint_steps import AGENT, COMPLAINT, MANAGER
from partner_relations.customer_care.deadlines import CalendarError


@frappe.whitelist()
def next_steps(complaint: str) -> list[dict[str, Any]]:
	"""The steps that this user may take with a complaint, or why one can't be taken yet."""
	return complaint_steps.next_steps(_readable(complaint))


@frappe.whitelist(methods=["POST"])
def take_step(complaint: str, step: str, details: dict | str | None = None) -> None:
	"""Take a step with a complaint; `complaint_steps.take_step` checks the right to each."""
	_readable(complaint)
	complaint_steps.take_step(complaint, step, frappe.parse_json(details) if details else None)


@frappe.whitelist()
def open_hours(calendar: dict | str) -> list[dict[str, Any]] | None:
	"""The hours of the next two weeks of a calendar as its form has it; None if they make no sense yet."""
	frappe.has_permission(service_calendars.CALENDAR, "read", throw=True)
	document = frappe.get_doc({**frappe.parse_json(calendar), "doctype": service_calendars.CALENDAR})
	try:
		return service_calendars.open_hours(document, getdate(today()))
	except (CalendarError, ValueError):
		return None


@frappe.whitelist()
def time_zones() -> list[str]:
	"""The time zones that a calendar can be in."""
	frappe.has_permission(service_calendars.CALENDAR, "read", throw=True)
	return service_calendars.time_zones()


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def handlers(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict | None
) -> list[list[str]]:
	"""For the field “Handled By”: enabled users with a role for complaints."""
	frappe.has_permission(COMPLAINT, "read", throw=True)
	user, role = frappe.qb.DocType("User"), frappe.qb.DocType("Has Role")
	like = f"%{txt}%"
	return (
		frappe.qb.from_(user)
		.join(role)
		.on((role.parent == user.name) & (role.parenttype == "User"))
		.where(role.role.isin((AGENT, MANAGER)) & (user.enabled == 1))
		.where(user.name.like(like) | user.full_name.like(like))
		.select(user.name, user.full_name)
		.distinct()
		.orderby(user.full_name)
		.limit(page_len)
		.offset(start)
	).run()


def _readable(complaint: str) -> Document:
	document = frappe.get_doc(COMPLAINT, complaint)
	document.check_permission("read")
	return document
