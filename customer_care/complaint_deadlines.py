"""When a complaint must be acknowledged, answered and resolved: in business time, by tier and severity.

What the tier promises is frozen with the complaint when it comes in, and anew when its customer or the
customer's tier changes: a policy that is edited later doesn't move what was promised. The times of all
severities are kept, for the severity may change. Deadlines are reckoned anew from the whole history whenever
something happens to the complaint; a promise that was kept, in time or not, stays as it was.

The job `check_due` finds by an index what has become due, and neither loads nor saves a complaint for it: it
warns, marks what is missed and escalates by the rules, once each.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, get_datetime, now_datetime

from partner_relations.common.bulk import add_comments, update_rows
from partner_relations.customer_care import complaint_escalation, tiers
from partner_relations.customer_care.complaint_escalation import (
	MISSED,
	MISSED_SINCE,
	WARNING,
	Happened,
	matching,
)
from partner_relations.customer_care.complaint_steps import COMPLAINT, OPEN, SETTINGS
from partner_relations.customer_care.deadlines import CalendarError, Hold, ServiceCalendar, due, warn_at
from partner_relations.customer_care.service_calendars import aware, calendar, naive

ON_TIME, DUE_SOON, OVERDUE, ON_HOLD, MET = "On Time", "Due Soon", "Overdue", "On Hold", "Met"
"""Of the deadlines of a complaint; and MISSED, as the moment when that happens."""

ROWS_PER_CHUNK = 2000
AN_INSTANT = timedelta(microseconds=1)
"""What is done at the very moment it is due is in time: missed it is right after."""


@dataclass(frozen=True)
class Promise:
	"""One of the deadlines, and the fields of a complaint that hold it."""

	name: str
	key: str
	by: str
	kept: str
	missed: str


PROMISES = (
	Promise("Acknowledge", "acknowledge", "acknowledge_by", "acknowledged_on", "acknowledge_missed"),
	Promise("Respond", "respond", "respond_by", "responded_on", "respond_missed"),
	Promise("Resolve", "resolve", "resolve_by", "resolved_on", "resolve_missed"),
)

RESULT = (
	*(promise.by for promise in PROMISES),
	*(promise.missed for promise in PROMISES),
	*("next_deadline", "next_due", "deadline_status", "next_check"),
)
"""What is written when deadlines are looked at."""

READ = (
	*("name", "subject", "customer", "customer_tier", "severity", "step", "waiting", "handler"),
	*("received_on", "closed_on", "service_terms", "warned_for", "escalations_done"),
	*(promise.kept for promise in PROMISES),
	*RESULT,
)
"""What is read of a complaint."""

MOMENTS = (
	*("received_on", "closed_on", "next_due", "next_check"),
	*(field for promise in PROMISES for field in (promise.by, promise.kept)),
)
"""Of what is read, the moments."""

NOTED = (*(field for field in RESULT if field != "next_check"), "warned_for", "escalations_done")
"""What the job changes, and when it looks again."""

Values = dict[str, Any]
Terms = dict[str, Any]
"""What a tier promises: tier, calendar, times ({severity: {promise: seconds}}), warn ({promise: moment})."""


# When a complaint is saved


def refresh(complaint: Document) -> None:
	"""For `validate`, after the step was taken: terms, deadlines, and what is due next."""
	before = complaint.get_doc_before_save()
	if before is None or before.customer != complaint.customer or not complaint.service_terms:
		tier = complaint.customer and frappe.db.get_value("Customer", complaint.customer, "customer_tier")
		complaint.update(_promised(tier or None))
	if before and complaint.reopened_count != before.reopened_count:
		complaint.update({"warned_for": None, "escalations_done": None})
	values = {field: complaint.get(field) for field in READ}
	for field in MOMENTS:  # what comes from a form is text
		values[field] = get_datetime(values[field]) if values[field] else None
	terms = _reckon(values, before or {}, complaint.holds)
	clock = _clock_of(values, terms, complaint.holds)
	_judge(values, terms, now_datetime())
	_plan(values, _events(values, terms, complaint_escalation.rules(), clock))
	complaint.update({field: values[field] for field in (*RESULT, "service_terms")})


def note_answer(communication: Document, method: str | None = None) -> None:
	"""`after_insert` of Communication: a mail that somebody sent to the customer is a first answer.

	The complaint isn't saved: whoever has its form open goes on working there.
	"""
	if (
		communication.reference_doctype != COMPLAINT
		or communication.communication_type != "Communication"
		or communication.sent_or_received != "Sent"
	):
		return
	rows = _locked(lambda table: table.name == communication.reference_name)
	moment = now_datetime()
	for values in rows:
		if values["responded_on"] or values["step"] not in OPEN:
			continue
		before = dict(values)
		values["responded_on"] = moment
		values["acknowledged_on"] = values["acknowledged_on"] or moment
		_reckon_all([values], {values["name"]: before}, moment, ("acknowledged_on", "responded_on"))


def follow_tier_moves(customers: Sequence[str]) -> None:
	"""Hook `customer_tiers_moved`: open complaints of these customers get what the new tier promises."""
	tier_of = dict(
		frappe.get_all(
			"Customer",
			filters={"name": ("in", customers)},
			fields=["name", "customer_tier"],
			as_list=True,
			limit_page_length=0,
		)
	)
	names = frappe.get_all(
		COMPLAINT,
		filters={"customer": ("in", customers), "step": ("in", OPEN)},
		pluck="name",
		limit_page_length=0,
	)
	promised = cache(_promised)
	for chunk in _chunks(names):
		rows = _locked(lambda table, chunk=chunk: table.name.isin(chunk) & table.step.isin(OPEN))
		before = {values["name"]: dict(values) for values in rows}
		for values in rows:
			values.update(promised(tier_of.get(values["customer"]) or None))
		_reckon_all(rows, before, now_datetime(), ("customer_tier", "priority"))


def _reckon_all(
	rows: Sequence[Values], before: Mapping[str, Values], moment: datetime, also: Sequence[str]
) -> None:
	"""Reckon anew for complaints that aren't loaded, and write what comes of it and the fields `also`."""
	rules = complaint_escalation.rules()
	holds = _holds([values["name"] for values in rows])
	columns = (*RESULT, "service_terms", *also)
	for values in rows:
		own = holds.get(values["name"], ())
		terms = _reckon(values, before[values["name"]], own)
		_judge(values, terms, moment)
		_plan(values, _events(values, terms, rules, _clock_of(values, terms, own)))
	update_rows(COMPLAINT, columns, {row["name"]: [row[column] for column in columns] for row in rows})


def _promised(tier: str | None) -> Values:
	"""What a tier promises today, to be frozen with a complaint."""
	policy = tiers.service_policy(tier)
	times = {
		severity: {key: int(allowed.total_seconds()) for key, allowed in row.items() if allowed}
		for severity, row in policy.times.items()
	}
	terms = {"tier": policy.tier, "calendar": policy.calendar, "times": times, "warn": {}}
	return {"customer_tier": tier, "priority": policy.priority, "service_terms": json.dumps(terms)}


def _reckon(values: Values, before: Mapping[str, Any], hold_rows: Iterable[Any]) -> Terms:
	"""Write the deadlines that follow from the whole history; returns the terms that they follow from.

	`before` is the complaint as it was, or {}.
	"""
	terms = json.loads(values["service_terms"])
	times = terms["times"].get(values["severity"], {})
	clock = Clock(calendar(terms["calendar"]), values["received_on"], hold_rows)
	share = flt(frappe.get_cached_doc(SETTINGS).warn_share) / 100
	terms["warn"] = {}
	for promise in PROMISES:
		if before.get(promise.kept) and values[promise.kept]:
			continue  # kept already, in time or not
		allowed = times.get(promise.key)
		values[promise.by] = clock.due(allowed) if allowed else None
		warn = clock.warn(allowed, share) if allowed and not values[promise.kept] else None
		if warn:
			terms["warn"][promise.key] = warn.isoformat(" ")
	values["service_terms"] = json.dumps(terms)
	return terms


class Clock:
	"""The clock of one complaint: moments go in and out as Frappe stores them."""

	def __init__(self, hours: ServiceCalendar, received_on: Any, hold_rows: Iterable[Any]):
		self.hours = hours
		self.opened = aware(received_on)
		self.holds = [_hold(row) for row in hold_rows]

	def due(self, seconds: float) -> datetime | None:
		"""When this much business time is used up; None while a hold keeps it from being known."""
		try:
			return naive(due(self.hours, self.opened, timedelta(seconds=seconds), self.holds).at)
		except CalendarError:  # a promise that no year to come can break; the complaint must be saved
			frappe.log_error("A deadline of a complaint can't be reckoned")
			return None

	def warn(self, seconds: float, share: float) -> datetime | None:
		"""When `share` of that time is used up."""
		try:
			return naive(
				warn_at(self.hours, self.opened, timedelta(seconds=seconds), self.holds, min(share, 1.0))
			)
		except CalendarError:
			return None


def _clock_of(values: Values, terms: Terms, hold_rows: Iterable[Any]) -> Callable[[], Clock]:
	"""The clock of a complaint, made when it is asked for: the job needs it for few of them."""
	return lambda: Clock(calendar(terms["calendar"]), values["received_on"], hold_rows)


def _hold(row: Any) -> Hold:
	"""The hour that is repeated in autumn has no mark in the database: no hold ends before it begins."""
	start = aware(row.from_time)
	return Hold(start, max(start, aware(row.to_time)) if row.to_time else None)


# Where a complaint stands


@dataclass(frozen=True)
class Event:
	"""Something that happens to a pending promise: a moment of `complaint_escalation`.

	`mark` is kept with the complaint, so that it happens once. It names the time allowed: where that changes,
	the deadline is another one. `rule` is set for "Missed Since".
	"""

	at: datetime
	promise: str
	moment: str
	mark: str
	rule: Any = None


def _judge(values: Values, terms: Terms, moment: datetime) -> None:
	"""Write what was missed, and what is due next."""
	is_open = values["step"] in OPEN
	for promise in PROMISES:
		by, until = values[promise.by], values[promise.kept] or (moment if is_open else values["closed_on"])
		values[promise.missed] = int(bool(by and until and until > by))
	pending = [promise for promise in PROMISES if _allowed(values, terms, promise)]
	pending.sort(key=lambda promise: values[promise.by] or datetime.max)
	values["next_deadline"] = pending[0].name if pending else None
	values["next_due"] = values[pending[0].by] if pending else None
	values["deadline_status"] = _status(values, terms, pending, moment)


def _plan(values: Values, events: Iterable[Event]) -> None:
	"""Write when the job looks again: when the next thing happens that it hasn't noted."""
	values["next_check"] = min((event.at for event in events), default=None)


def _allowed(values: Values, terms: Terms, promise: Promise) -> int | None:
	"""The seconds that a promise still to be kept may take; None if there is nothing to keep."""
	if values["step"] not in OPEN or values[promise.kept]:
		return None
	return terms["times"].get(values["severity"], {}).get(promise.key)


def _status(values: Values, terms: Terms, pending: Sequence[Promise], moment: datetime) -> str | None:
	if not pending:
		if any(values[promise.missed] for promise in PROMISES):
			return MISSED
		return MET if any(values[promise.by] for promise in PROMISES) else None
	if any(values[promise.missed] for promise in pending):
		return OVERDUE
	if values["waiting"]:
		return ON_HOLD
	warned = (terms["warn"].get(promise.key) for promise in pending)
	return DUE_SOON if any(at and datetime.fromisoformat(at) <= moment for at in warned) else ON_TIME


def _events(
	values: Values, terms: Terms, rules: Sequence[Any], clock: Callable[[], Clock]
) -> Iterator[Event]:
	"""What happens to a complaint if nobody does anything, or should have happened already."""
	marks = set((values["warned_for"] or "").split())
	done = set((values["escalations_done"] or "").splitlines())
	for promise in PROMISES:
		allowed = _allowed(values, terms, promise)
		if not allowed:
			continue
		warn, by = terms["warn"].get(promise.key), values[promise.by]
		for moment, at in (
			(WARNING, warn and datetime.fromisoformat(warn)),
			(MISSED, by and by + AN_INSTANT),
		):
			mark = f"{promise.key[:3]}:{moment[0]}:{allowed}"
			if at and mark not in marks:
				yield Event(at, promise.name, moment, mark)
		if not values[promise.missed]:
			continue
		for rule in matching(rules, values, promise.name, MISSED_SINCE):
			mark = complaint_escalation.mark(rule, promise.name)
			at = None if mark in done else clock().due(allowed + flt(rule.after_hours) * 3600)
			if at:
				yield Event(at, promise.name, MISSED_SINCE, mark, rule)


# The job


def check_due(moment: datetime | None = None) -> int:
	"""Job, every five minutes: warn, mark what is missed, escalate. Returns how many complaints it looked at.

	Commits each chunk, so that a job that is killed goes on where it was, and rows aren't locked for long.
	"""
	moment = moment or now_datetime()
	table = frappe.qb.DocType(COMPLAINT)
	due_now = table.next_check <= moment
	names = [
		name
		for (name,) in frappe.qb.from_(table)
		.where(due_now)
		.select(table.name)
		.orderby(table.next_check)
		.run()
	]
	for chunk in _chunks(names):
		_check(chunk, moment)
		frappe.db.commit()  # nosemgrep: a background job; what was noticed is noticed
	return len(names)


def _check(names: Sequence[str], moment: datetime) -> None:
	rows = _locked(lambda table: table.name.isin(names) & (table.next_check <= moment))
	rules = complaint_escalation.rules()
	holds = _holds([values["name"] for values in rows])
	happened: list[Happened] = []
	before = {values["name"]: dict(values) for values in rows}
	for values in rows:
		terms = json.loads(values["service_terms"])
		clock = _clock_of(values, terms, holds.get(values["name"], ()))
		_judge(values, terms, moment)
		events = list(_events(values, terms, rules, clock))
		happened += _happen(values, terms, rules, [event for event in events if event.at <= moment])
		_plan(values, (event for event in events if event.at > moment))
	_write_changes(rows, before)
	_say_missed(happened)
	complaint_escalation.escalate(happened)


def _write_changes(rows: Sequence[Values], before: Mapping[str, Values]) -> None:
	"""Write what has changed, in one statement for all complaints to which the same happened.

	When the job looks at them again differs from one to the next: that is written for many in one statement.
	"""
	same: dict[tuple, list[str]] = {}
	checks: dict[str, list[Any]] = {}
	for values in rows:
		name, old = values["name"], before[values["name"]]
		changed = tuple((field, values[field]) for field in NOTED if values[field] != old[field])
		if values["next_check"] is None:
			changed = (*changed, ("next_check", None))
		elif values["next_check"] != old["next_check"]:
			checks[name] = [values["next_check"]]
		if changed:
			same.setdefault(changed, []).append(name)
	table = frappe.qb.DocType(COMPLAINT)
	for changed, names in same.items():
		query = frappe.qb.update(table).where(table.name.isin(names))
		for field, value in changed:
			query = query.set(table[field], value)
		query.run()
	update_rows(COMPLAINT, ("next_check",), checks)


def _happen(values: Values, terms: Terms, rules: Sequence[Any], events: Sequence[Event]) -> list[Happened]:
	"""What has happened to a complaint, for whom it concerns; its marks are set.

	Who is told that a deadline was missed isn't warned of it at the same time.
	"""
	marks = [mark for mark in (values["warned_for"] or "").split() if _is_current(mark, values, terms)]
	values["warned_for"] = " ".join([*marks, *(event.mark for event in events if not event.rule)]) or None
	missed = {event.promise for event in events if event.moment == MISSED}
	done = (values["escalations_done"] or "").splitlines()
	happened = []
	for event in events:
		if event.moment == WARNING and event.promise in missed:
			continue
		wanted = [event.rule] if event.rule else matching(rules, values, event.promise, event.moment)
		new = [rule for rule in wanted if complaint_escalation.mark(rule, event.promise) not in done]
		done += [complaint_escalation.mark(rule, event.promise) for rule in new]
		promise = next(promise for promise in PROMISES if promise.name == event.promise)
		happened.append(
			Happened(
				complaint=values["name"],
				subject=values["subject"],
				handler=values["handler"],
				deadline=event.promise,
				moment=event.moment,
				due=values[promise.by],
				rules=tuple(new),
			)
		)
	values["escalations_done"] = "\n".join(done) or None
	return happened


def _is_current(mark: str, values: Values, terms: Terms) -> bool:
	"""Whether a mark is of a time that is still allowed; others would only fill the field."""
	times = terms["times"].get(values["severity"], {})
	return any(mark.startswith(key[:3]) and mark.endswith(f":{allowed}") for key, allowed in times.items())


def _say_missed(happened: Sequence[Happened]) -> None:
	"""A line in the timeline of each complaint that missed a deadline."""
	said: dict[str, str] = {}
	texts: dict[str, list[str]] = {}
	for one in happened:
		if one.moment != MISSED:
			continue
		if one.deadline not in said:
			said[one.deadline] = _("The deadline “{0}” was missed.").format(
				_(one.deadline, context=COMPLAINT)
			)
		texts.setdefault(one.complaint, []).append(said[one.deadline])
	add_comments(COMPLAINT, {name: " ".join(sentences) for name, sentences in texts.items()})


def look_again() -> None:
	"""Let the next job look at all complaints that are overdue: a rule has come or changed."""
	table = frappe.qb.DocType(COMPLAINT)
	(
		frappe.qb.update(table)
		.set(table.next_check, now_datetime())
		.where(table.step.isin(OPEN) & (table.deadline_status == OVERDUE))
	).run()


def _locked(condition: Callable[[Any], Any]) -> list[Values]:
	"""Complaints as they are now; nobody changes them until the transaction ends."""
	table = frappe.qb.DocType(COMPLAINT)
	return (
		frappe.qb.from_(table).where(condition(table)).select(*(table[field] for field in READ)).for_update()
	).run(as_dict=True)


def _holds(names: Sequence[str]) -> dict[str, list[Any]]:
	"""The times on hold of several complaints, by complaint."""
	if not names:
		return {}
	table = frappe.qb.DocType("Customer Complaint Hold")
	rows = (
		frappe.qb.from_(table)
		.where((table.parenttype == COMPLAINT) & table.parent.isin(names))
		.select(table.parent, table.from_time, table.to_time)
	).run(as_dict=True)
	found: dict[str, list[Any]] = {}
	for row in rows:
		found.setdefault(row.parent, []).append(row)
	return found


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
	for start in range(0, len(names), ROWS_PER_CHUNK):
		yield names[start : start + ROWS_PER_CHUNK]
