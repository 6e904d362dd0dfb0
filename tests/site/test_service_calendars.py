"""Service calendars as people keep them: hours, Holiday List, time zone, and what makes no sense."""

from datetime import date, datetime, time, timedelta

import frappe
import pytest
from complaint_factories import make_calendar

from partner_relations.customer_care import service_calendars
from partner_relations.customer_care.api import complaints as api
from partner_relations.customer_care.service_calendars import CALENDAR, aware, calendar, naive


def rows(*hours: tuple[str, str, str]) -> list[dict[str, str]]:
	return [dict(zip(("weekday", "from_time", "to_time"), row, strict=True)) for row in hours]


@pytest.mark.parametrize(
	"intervals, sentence",
	[
		(
			[("Monday", "17:00:00", "09:00:00")],
			"Row 1, Monday: the hours from 17:00:00 end before",
		),
		([("Monday", "09:00:00", "09:00:00")], "Row 1, Monday: the hours from 09:00:00 end before"),
		(
			[("Tuesday", "09:00:00", "12:00:00"), ("Tuesday", "11:59:00", "17:00:00")],
			"Row 2, Tuesday: the hours from 09:00:00 and those from 11:59:00 overlap",
		),
		(
			[("Friday", "22:00:00", "00:00:00"), ("Friday", "23:00:00", "23:30:00")],
			"Row 2, Friday: the hours from 22:00:00 and those from 23:00:00 overlap",
		),
	],
)
def test_hours_that_make_no_sense_name_their_row(intervals, sentence):
	with pytest.raises(frappe.ValidationError, match=sentence):
		make_calendar(intervals=rows(*intervals))


def test_a_calendar_needs_hours():
	with pytest.raises(frappe.ValidationError, match="needs business hours on at least one day"):
		make_calendar(intervals=[])


@pytest.mark.parametrize("zone", ["Berlin", "UTC+2", "../etc/passwd", "<b>x</b>"])
def test_a_zone_that_does_not_exist(zone):
	with pytest.raises(frappe.ValidationError, match="is no time zone"):
		make_calendar(zone)


def test_every_zone_on_offer_can_be_chosen():
	zones = api.time_zones()
	assert {"Europe/Berlin", "America/New_York", "Asia/Shanghai"} <= set(zones)
	for zone in zones[::40]:
		make_calendar(zone)


def test_one_calendar_is_the_default():
	other = frappe.db.get_value(CALENDAR, {"is_default": 1}) or make_calendar(is_default=1)
	with pytest.raises(frappe.ValidationError, match="is the default calendar already"):
		make_calendar(is_default=1)
	assert calendar(None) == calendar(other)


def test_a_calendar_reckons_with_its_hours_and_holidays():
	holiday = date(2026, 3, 3)
	found = calendar(make_calendar(holidays=[holiday]))
	opens = found.add(aware("2026-03-02 16:00:00"), timedelta(hours=2))
	assert naive(opens) == datetime(2026, 3, 4, 10)
	assert found.holidays == {holiday}
	assert found.week[0] == ((time(9), time(17)),)


def test_a_change_is_seen_at_once():
	name = make_calendar()
	assert len(calendar(name).week) == 5
	document = frappe.get_doc(CALENDAR, name)
	document.append("intervals", {"weekday": "Saturday", "from_time": "10:00:00", "to_time": "12:00:00"})
	document.save()
	assert len(calendar(name).week) == 6


def test_the_form_shows_two_weeks():
	document = frappe.get_doc(CALENDAR, make_calendar("Europe/Berlin", holidays=[date(2026, 3, 30)]))
	document.append("intervals", {"weekday": "Sunday", "from_time": "22:00:00", "to_time": "00:00:00"})
	document.append("intervals", {"weekday": "Monday", "from_time": "00:00:00", "to_time": "06:00:00"})
	shown = service_calendars.open_hours(document, date(2026, 3, 29))
	assert len(shown) == service_calendars.DAYS_SHOWN
	assert shown[0] == {"date": date(2026, 3, 29), "holiday": None, "hours": [["22:00", "24:00"]]}
	assert shown[1] == {"date": date(2026, 3, 30), "holiday": "Founder's Day", "hours": []}
	assert shown[8]["hours"] == [["00:00", "06:00"], ["09:00", "17:00"]]


def test_hours_that_are_still_being_typed_show_nothing(make_user):
	assert api.open_hours({"time_zone": "Ber", "intervals": rows(("Monday", "09:00:00", "17:00:00"))}) is None
	assert api.open_hours({"intervals": rows(("Monday", "17:00:00", "09:00:00"))}) is None
	assert len(api.open_hours({"intervals": rows(("Monday", "09:00:00", "17:00:00"))})) == 14
	frappe.set_user(make_user("no.calendar@example.com", "Stock User"))
	with pytest.raises(frappe.PermissionError):
		api.open_hours({"intervals": []})
	with pytest.raises(frappe.PermissionError):
		api.time_zones()
