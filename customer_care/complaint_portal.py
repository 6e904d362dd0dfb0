"""Complaints as the customer sees them on the website: where each stands, what happened, what was said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe import _, _lt
from frappe.model.document import Document
from frappe.utils import format_date, get_datetime, strip_html

from partner_relations.customer_care import complaint_files, complaint_talk
from partner_relations.customer_care.complaint_senders import portal_users_of
from partner_relations.customer_care.complaint_steps import (
	ACKNOWLEDGED,
	CLOSED,
	COMPLAINT,
	CONFIRMED,
	INVESTIGATION,
	PROPOSED,
	RECEIVED,
	REJECTED,
	RESOLVED,
)

COLORS = {
	RECEIVED: "gray",
	ACKNOWLEDGED: "blue",
	INVESTIGATION: "blue",
	PROPOSED: "blue",
	RESOLVED: "orange",
	CONFIRMED: "green",
	CLOSED: "green",
	REJECTED: "red",
}

HAPPENED = {
	"receive": _lt("We received your complaint."),
	"acknowledge": _lt("We took it up."),
	"investigate": _lt("We are looking into it."),
	"propose_resolution": _lt("We proposed a resolution."),
	"resolve": _lt("We resolved it."),
	"confirm": _lt("You confirmed that it is settled."),
	"close": _lt("It was closed."),
	"reject": _lt("We could not accept it."),
	"reopen": _lt("It was taken up again."),
	"wait": _lt("We need something from you to go on."),
}
"""What the customer reads of a step; of others nothing."""


@dataclass(frozen=True)
class Shown:
	"""A row of the list of complaints."""

	name: str
	route: str
	subject: str
	customer: str
	company: str
	day: str
	status: str
	color: str


@dataclass(frozen=True)
class Entry:
	"""What happened, or was said (`text` is HTML then), on the page of a complaint."""

	on: datetime
	what: str
	who: str = ""
	from_us: bool = True
	text: str = ""
	files: tuple[tuple[str, str], ...] = ()


def shown(row: Any) -> Shown:
	"""A complaint as the list shows it."""
	return Shown(
		name=row.name,
		route=f"/complaints/{row.name}",
		subject=strip_html(row.subject or ""),
		customer=row.customer_name or "",
		company=row.company or "",
		day=format_date(row.received_on),
		status=status_of(row),
		color="orange" if _waits_for_customer(row) else COLORS.get(row.step, "gray"),
	)


def status_of(row: Any) -> str:
	"""Where a complaint stands, in words that make sense to the customer."""
	if _waits_for_customer(row):
		return _("We wait for you")
	return (
		_("Settled", context="Customer Complaint")
		if row.step == CONFIRMED
		else _(row.step, context=COMPLAINT)
	)


def _waits_for_customer(row: Any) -> bool:
	return row.step == RESOLVED or bool(row.waiting)


def history(complaint: Document) -> list[Entry]:
	"""Steps and public messages of a complaint, newest first. Who of us took a step is not told, nor why."""
	entries = [
		Entry(get_datetime(row.taken_on), str(HAPPENED[row.step]))
		for row in complaint.step_log
		if row.step in HAPPENED
	]
	entries += [
		Entry(message.on, "", message.who, message.from_us, message.text, message.files)
		for message in complaint_talk.messages_of(complaint)
	]
	return sorted(entries, key=lambda entry: entry.on, reverse=True)


def files(complaint: Document) -> list[Any]:
	"""The files that the customer sent with its complaint."""
	return complaint_files.from_customer(complaint.name, portal_users_of(complaint.customer))


def categories() -> list[dict[str, str]]:
	"""The categories that a complaint can have, in the order of the tree."""
	return frappe.get_all(
		"Complaint Category",
		filters={"is_group": 0, "disabled": 0},
		fields=["name", "parent_complaint_category"],
		order_by="lft",
		limit_page_length=0,
	)
