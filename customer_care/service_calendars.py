"""Service calendars: the business hours that people keep in a form, as the core reckons with them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_datetime, get_system_timezone, get_time, getdate

from partner_relations.customer_care.deadlines import CalendarError, ServiceCalendar

CALENDAR = "Service Calendar"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_AND_NIGHT = tuple((weekday, ((time(0), time(0)),)) for weekday in range(7))
DAYS_SHOWN = 14

Week = tuple[tuple[int, tuple[tuple[time, time], ...]], ...]


def calendar(name: str | None) -> ServiceCalendar:
	"""The calendar of this name, else the default one; without any, time runs day and night.

	Raises CalendarError if the hours make no sense, which saving a calendar refuses.
	"""
	name = name or frappe.db.get_value(CALENDAR, {"is_default": 1})
	if not name:
		return _calendar(get_system_timezone(), DAY_AND_NIGHT, frozenset())
	return of_document(frappe.get_cached_doc(CALENDAR, name))


def of_document(document: Document) -> ServiceCalendar:
	"""The calendar that a Service Calendar, saved or not, describes; CalendarError if it makes no sense."""
	week: dict[int, list[tuple[time, time]]] = {}
	for row in document.intervals:
		hours = (get_time(row.from_time), get_time(row.to_time))
		week.setdefault(WEEKDAYS.index(row.weekday), []).append(hours)
	frozen = tuple((weekday, tuple(hours)) for weekday, hours in week.items())
	return _calendar(document.time_zone or get_system_timezone(), frozen, _holidays(document.holiday_list))


@lru_cache(maxsize=64)
def _calendar(  # nosemgrep: kept by its content, which is all of it, whatever site asks
	zone: str, week: Week, holidays: frozenset[date]
) -> ServiceCalendar:
	"""Kept by its content, for a calendar remembers the weeks that it has worked out."""
	return ServiceCalendar(zone, dict(week), holidays)


def _holidays(name: str | None) -> frozenset[date]:
	if not name:
		return frozenset()
	return frozenset(
		getdate(row.holiday_date) for row in frappe.get_cached_doc("Holiday List", name).holidays
	)


def time_zones() -> list[str]:
	"""The names of the zones that a calendar can be in, without those that only stand for another name."""
	return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))


# The site's time


def aware(moment: Any) -> datetime:
	"""A moment as Frappe stores it (the site's time, no zone), with its zone."""
	return get_datetime(moment).replace(tzinfo=_site_zone())


def naive(moment: datetime | None) -> datetime | None:
	"""A moment as Frappe stores it."""
	return moment and moment.astimezone(_site_zone()).replace(tzinfo=None)


def _site_zone() -> ZoneInfo:
	return ZoneInfo(get_system_timezone())


# The form


def fill_in(document: Document) -> None:
	"""A calendar that names no time zone (as the one that comes with the app) is in the site's."""
	document.time_zone = document.time_zone or get_system_timezone()


def check_hours(document: Document) -> None:
	"""Raise frappe.ValidationError with a sentence that names the row and the mend."""
	for row in document.intervals:
		if row.weekday not in WEEKDAYS:
			frappe.throw(_("Row {0}: choose a weekday.").format(row.idx))
	try:
		of_document(document)
	except CalendarError as error:
		frappe.throw(_sentence(document, error), title=_("Business Hours"))


def check_default(document: Document) -> None:
	"""Only one calendar is the default."""
	if not document.is_default:
		return
	other = frappe.db.get_value(CALENDAR, {"is_default": 1, "name": ("!=", document.name)}, for_update=True)
	if other:
		frappe.throw(
			_("{0} is the default calendar already. Take the mark off there first.").format(
				frappe.bold(escape_html(other))
			)
		)


def _sentence(document: Document, error: CalendarError) -> str:
	if error.code == "unknown zone":
		return _("{0} is no time zone. Choose one such as Europe/Berlin.").format(
			frappe.bold(escape_html(document.time_zone))
		)
	if error.code == "no hours":
		return _("A calendar needs business hours on at least one day.")
	values = error.values
	weekday = _(WEEKDAYS[values["weekday"]])
	row = _row(document, values["weekday"], values.get("next_start", values["start"]))
	if error.code == "empty interval":
		return _(
			"Row {0}, {1}: the hours from {2} end before they begin. A night shift ends at 00:00:00 and goes "
			"on in a row of the next day."
		).format(row, weekday, values["start"])
	return _("Row {0}, {1}: the hours from {2} and those from {3} overlap. Make one row of them.").format(
		row, weekday, values["start"], values["next_start"]
	)


def _row(document: Document, weekday: int, start: time) -> int:
	"""The number of the last row of a weekday that begins at a time."""
	return max(
		row.idx
		for row in document.intervals
		if row.weekday == WEEKDAYS[weekday] and get_time(row.from_time) == start
	)


def open_hours(document: Document, start: date, days: int = DAYS_SHOWN) -> list[dict[str, Any]]:
	"""For each day from `start`, what a person looks at: {"date", "holiday", "hours"}.

	`holiday` is the text of the Holiday List or None, `hours` [["09:00", "17:00"], ...] in the calendar's
	zone, the clock's changes included. Raises CalendarError if the hours make no sense.
	"""
	found = of_document(document)
	zone = ZoneInfo(found.zone)
	holidays = _holiday_names(document.holiday_list)
	shown = []
	for number in range(days):
		day = start + timedelta(days=number)
		midnight, next_midnight = (
			datetime.combine(moment, time(0), tzinfo=zone) for moment in (day, day + timedelta(days=1))
		)
		hours = [_wall(interval, zone) for interval in found.open_intervals(midnight, next_midnight)]
		shown.append({"date": day, "holiday": holidays.get(day), "hours": hours})
	return shown


def _wall(interval: Iterable[datetime], zone: ZoneInfo) -> list[str]:
	opens, closes = (moment.astimezone(zone).strftime("%H:%M") for moment in interval)
	return [opens, "24:00" if closes == "00:00" else closes]


def _holiday_names(name: str | None) -> Mapping[date, str]:
	if not name:
		return {}
	return {
		getdate(row.holiday_date): frappe.utils.strip_html(row.description or "")
		or _("Holiday", context="Service Calendar")
		for row in frappe.get_cached_doc("Holiday List", name).holidays
	}
