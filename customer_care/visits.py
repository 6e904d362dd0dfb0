"""Visits and calls: the tier says how often, the account manager's calendar shows when.

A visit is an Event of the category Meeting, a call one of the category Call, with the customer among its
participants. Those that people enter themselves count like those planned here: the next one is due so many
days after the last that is done, cancelled or deleted, and while one is open none is planned.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.model.dynamic_links import invalidate_distinct_link_doctypes
from frappe.query_builder.functions import Max
from frappe.utils import escape_html, getdate, now, today
from pypika import Case

from partner_relations.common.bulk import insert_rows, reserve_names
from partner_relations.customer_care import service_calendars
from partner_relations.customer_care.deadlines import ServiceCalendar
from partner_relations.customer_care.tiers import TIER

EVENT, PARTICIPANT = "Event", "Event Participants"
PLANNED_AHEAD = timedelta(days=7)
"""So many days before it is due, a visit or call is put into the calendar: time to make an appointment."""


@dataclass(frozen=True)
class Kind:
	"""Visits or calls: the category of their events, the field of a tier that says how often, and that of a
	customer that remembers the one that somebody deleted."""

	category: str
	rhythm: str
	dropped: str


KINDS = {
	"Visit": Kind("Meeting", "visit_every_days", "visit_dropped_on"),
	"Call": Kind("Call", "call_every_days", "call_dropped_on"),
}


def plan_contacts() -> None:
	"""Scheduled daily: put visits and calls that come due into the account managers' calendars."""
	frappe.db.commit()  # nosemgrep: what another worker has planned meanwhile must be seen after the lock
	plan_due()


def plan_due() -> int:
	"""Make an Event for each visit and call that is due within a week and not planned; returns how many.

	For customers with an account manager whose user is enabled. All of it is one transaction, and one worker
	at a time does it: a killed run leaves nothing, and the next one makes what is missing. The number of
	statements doesn't grow with the number of customers.
	"""
	rhythms = _lock_rhythms()
	if not rhythms:
		return 0
	calendars = {name: service_calendars.calendar(row.service_calendar) for name, row in rhythms.items()}
	past = _past_contacts(None)
	due = []
	for customer in _customers(list(rhythms)):
		rhythm = rhythms[customer.customer_tier]
		for name, kind in KINDS.items():
			every, last = rhythm[kind.rhythm], past.get((customer.name, kind.category))
			if not every or (last and last.open_from):
				continue
			on = next_due(every, last, customer, kind)
			if on <= getdate(today()) + PLANNED_AHEAD:
				starts_on = _opening(calendars[customer.customer_tier], max(on, getdate(today())))
				due.append((name, customer, every, starts_on))
	_insert_events(due)
	return len(due)


def next_due(every_days: int, last: Any, customer: Any, kind: Kind) -> date:
	"""The day on which a customer's next visit or call is due: counted from the last one, and where there was
	none, from the day on which the customer came into its tier."""
	past = [getdate(day) for day in (last and last.last_on, customer.get(kind.dropped)) if day]
	base = max(past) if past else getdate(customer.customer_tier_since or customer.creation)
	return base + timedelta(days=every_days)


def _lock_rhythms() -> dict[str, Any]:
	"""The tiers with visits or calls; the lock on them lets one worker plan at a time."""
	tier = frappe.qb.DocType(TIER)
	rows = (
		frappe.qb.from_(tier)
		.where((tier.visit_every_days > 0) | (tier.call_every_days > 0))
		.select(tier.name, tier.visit_every_days, tier.call_every_days, tier.service_calendar)
		.orderby(tier.name)
		.for_update()
	).run(as_dict=True)
	return {row.name: row for row in rows}


def _customers(tiers: list[str]) -> list[Any]:
	customer, user = frappe.qb.DocType("Customer"), frappe.qb.DocType("User")
	return (
		frappe.qb.from_(customer)
		.join(user)
		.on((user.name == customer.account_manager) & (user.enabled == 1))
		.where(customer.customer_tier.isin(tiers) & (customer.disabled == 0))
		.select(
			customer.name,
			customer.customer_name,
			customer.customer_tier,
			customer.customer_tier_since,
			customer.creation,
			customer.account_manager,
			*(customer[kind.dropped] for kind in KINDS.values()),
			user.language,
		)
		.orderby(customer.name)
	).run(as_dict=True)


def _past_contacts(customer: str | None) -> dict[tuple[str, str], Any]:
	"""By customer and category of event: `last_on` (done or cancelled), `open_from` and `open_event`."""
	event, participant = frappe.qb.DocType(EVENT), frappe.qb.DocType(PARTICIPANT)
	is_open = event.status == "Open"
	query = (
		frappe.qb.from_(participant)
		.join(event)
		.on((event.name == participant.parent) & (participant.parenttype == EVENT))
		.where(participant.reference_doctype == "Customer")
		.where(event.event_category.isin([kind.category for kind in KINDS.values()]))
		.groupby(participant.reference_docname, event.event_category)
		.select(
			participant.reference_docname.as_("customer"),
			event.event_category,
			Max(Case().when(is_open, None).else_(event.starts_on)).as_("last_on"),
			Max(Case().when(is_open, event.starts_on)).as_("open_from"),
			Max(Case().when(is_open, event.name)).as_("open_event"),
		)
	)
	if customer:
		query = query.where(participant.reference_docname == customer)
	return {(row.customer, row.event_category): row for row in query.run(as_dict=True)}


def _opening(calendar: ServiceCalendar, day: date) -> datetime:
	"""When people begin to work on that day or the next on which they do, in the site's time."""
	opens = calendar.next_open(service_calendars.aware(datetime.combine(day, time(0))))
	return service_calendars.naive(opens)


def _insert_events(due: list[tuple[str, Any, int, datetime]]) -> None:
	if not due:
		return
	names = reserve_names(frappe.get_meta(EVENT).autoname, len(due))
	stamp = now()
	columns = (
		"name owner modified_by creation modified docstatus subject event_category event_type status "
		"starts_on all_day send_reminder planned_by_tier description"
	).split()
	insert_rows(
		EVENT,
		columns,
		(
			(
				*(name, customer.account_manager, customer.account_manager, stamp, stamp, 0),
				*(_subject(kind, customer), KINDS[kind].category, "Private", "Open", starts_on, 1, 1, 1),
				_("Every {0} days in the tier {1}.", customer.language).format(
					every, escape_html(customer.customer_tier)
				),
			)
			for name, (kind, customer, every, starts_on) in zip(names, due, strict=True)
		),
	)
	columns = (
		"name owner modified_by creation modified docstatus parent parenttype parentfield idx "
		"reference_doctype reference_docname"
	).split()
	insert_rows(
		PARTICIPANT,
		columns,
		(
			(
				*(frappe.generate_hash(length=10), customer.account_manager, customer.account_manager),
				*(stamp, stamp, 0, name, EVENT, "event_participants", 1, "Customer", customer.name),
			)
			for name, (_kind, customer, _every, _starts_on) in zip(names, due, strict=True)
		),
	)
	# What Frappe remembers of dynamic links; without it a merge or deletion would pass these rows by.
	invalidate_distinct_link_doctypes(PARTICIPANT, "reference_doctype", "Customer")


def _subject(kind: str, customer: Any) -> str:
	name = customer.customer_name or customer.name
	if kind == "Visit":
		return _("Visit {0}", customer.language).format(name)
	return _("Call {0}", customer.language).format(name)


def next_contacts(customer: Any, rhythm: Any) -> list[dict[str, Any]]:
	"""What the customer's form says of visits and calls, for each that the tier has: `kind`, `every_days`,
	`on`, `planned` (it is in the calendar), `event` (if the user may see it there) and `overdue`. `rhythm` is
	a `ServicePolicy`."""
	if not (rhythm.visit_every_days or rhythm.call_every_days):
		return []
	past = _past_contacts(customer.name)
	found = []
	for name, kind in KINDS.items():
		every, last = getattr(rhythm, kind.rhythm), past.get((customer.name, kind.category))
		if every:
			open_from = last and last.open_from
			on = getdate(open_from) if open_from else next_due(every, last, customer, kind)
			found.append(
				{
					"kind": name,
					"every_days": every,
					"on": on,
					"planned": bool(open_from),
					"event": last.open_event if open_from and _may_see(last.open_event) else None,
					"overdue": on < getdate(today()),
				}
			)
	return found


def _may_see(event: str) -> bool:
	"""An account manager's visits are private: others learn when, and can't open them."""
	return bool(frappe.has_permission(EVENT, "read", event))


def note_dropped(doc: Any, method: str | None = None) -> None:
	"""`on_trash` of Event: who deletes a planned visit or call doesn't find it there again tomorrow.

	The next one is due so many days after it, as if it had been cancelled; one that was due long ago counts
	as dropped today.
	"""
	dropped = {kind.category: kind.dropped for kind in KINDS.values()}.get(doc.event_category)
	customers = [
		row.reference_docname for row in doc.event_participants if row.reference_doctype == "Customer"
	]
	if not (doc.planned_by_tier and dropped and customers):
		return
	day = getdate(doc.starts_on)
	if doc.status == "Open":
		day = max(day, getdate(today()))
	frappe.db.set_value("Customer", {"name": ("in", customers)}, dropped, day, update_modified=False)


def hand_over(doc: Any, method: str | None = None) -> None:
	"""`on_update` of Customer: what was planned for the account manager so far, the new one does."""
	before = doc.get_doc_before_save()
	if not (before and before.account_manager and doc.account_manager):
		return
	if before.account_manager == doc.account_manager:
		return
	event, participant = frappe.qb.DocType(EVENT), frappe.qb.DocType(PARTICIPANT)
	planned = (
		frappe.qb.from_(participant)
		.where((participant.reference_doctype == "Customer") & (participant.reference_docname == doc.name))
		.where(participant.parenttype == EVENT)
		.select(participant.parent)
	)
	(
		frappe.qb.update(event)
		.set(event.owner, doc.account_manager)
		.where(event.name.isin(planned) & (event.planned_by_tier == 1) & (event.status == "Open"))
	).run()


def withdraw(doc: Any, method: str | None = None) -> None:
	"""`on_trash` of Customer: what is planned goes with it, and keeps nobody from deleting it.

	What was done stays, and with it the customer: that is how it was.
	"""
	event, participant = frappe.qb.DocType(EVENT), frappe.qb.DocType(PARTICIPANT)
	names = (
		frappe.qb.from_(participant)
		.join(event)
		.on((event.name == participant.parent) & (participant.parenttype == EVENT))
		.where((participant.reference_doctype == "Customer") & (participant.reference_docname == doc.name))
		.where((event.planned_by_tier == 1) & (event.status == "Open"))
		.select(event.name)
	).run(pluck=True)
	if names:
		frappe.db.delete(PARTICIPANT, {"parenttype": EVENT, "parent": ("in", names)})
		frappe.db.delete(EVENT, {"name": ("in", names)})
