"""Runs that the scheduler makes: which periods, of which companies, once, also after a pause (DESIGN §3)."""

from contextlib import contextmanager
from datetime import date, datetime

import frappe
import pytest
from factories import (
	COMPANY,
	day,
	evaluate,
	evaluations,
	make_company,
	make_receipt,
	make_supplier,
	make_template,
	make_user,
)
from frappe.utils import get_system_timezone, getdate, now_datetime

from partner_relations.supplier_quality import api, runs, schedule, templates
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.rating import Period
from partner_relations.supplier_quality.runs import RUN


@pytest.fixture(autouse=True)
def only_our_templates():
	"""The default template makes runs of its own; here only those of the test count."""
	frappe.db.set_value("Supplier Evaluation Template", {"create_runs": 1}, "create_runs", 0)


@contextmanager
def today_is(monkeypatch, day: date):
	"""Let the app take a day for today: the one thing that a test can't wait for."""
	with monkeypatch.context() as patched:
		for module in (schedule, templates, runs):
			if hasattr(module, "today"):
				patched.setattr(module, "today", lambda: str(day))
		yield


def due_runs(monkeypatch, day: date) -> list[tuple]:
	"""What the daily job makes on a day: company, first and last day, in order."""
	with today_is(monkeypatch, day):
		names = schedule.create_due_runs()
	rows = [frappe.get_doc(RUN, name) for name in names]
	return [(row.company, getdate(row.from_date), getdate(row.to_date)) for row in rows]


def periods(monkeypatch, day: date) -> list[tuple]:
	return [(first, last) for _company, first, last in due_runs(monkeypatch, day)]


def scheduled(company: str = COMPANY, **values):
	return make_template(create_runs=1, companies=[{"company": company}], **values)


@pytest.mark.parametrize(
	("period", "first", "last"),
	[
		("Month", date(2026, 7, 1), date(2026, 7, 31)),
		("Quarter", date(2026, 4, 1), date(2026, 6, 30)),
		("Half-Year", date(2026, 1, 1), date(2026, 6, 30)),
		("Year", date(2025, 1, 1), date(2025, 12, 31)),
	],
)
def test_periods_of_the_calendar(monkeypatch, period, first, last):
	scheduled(period=period)
	assert periods(monkeypatch, date(2026, 8, 20)) == [(first, last)]


@pytest.mark.parametrize(
	("period", "first", "last"),
	[
		("Quarter", date(2026, 4, 1), date(2026, 6, 30)),
		("Half-Year", date(2025, 10, 1), date(2026, 3, 31)),
		("Year", date(2025, 4, 1), date(2026, 3, 31)),
	],
)
def test_periods_of_a_fiscal_year_from_april(monkeypatch, period, first, last):
	company = april_company()
	scheduled(company, period=period, period_basis="Fiscal Year")
	assert due_runs(monkeypatch, date(2026, 8, 20)) == [(company, first, last)]


def april_company(currency: str = "INR") -> str:
	"""A company whose fiscal years start on 1 April."""
	company = make_company(currency)
	for year in (2024, 2025, 2026):
		frappe.get_doc(
			doctype="Fiscal Year",
			year=f"April {year} {company}",
			year_start_date=date(year, 4, 1),
			year_end_date=date(year + 1, 3, 31),
			companies=[{"company": company}],
		).insert()
	return company


def test_companies_with_different_currencies_and_fiscal_years(monkeypatch):
	company = april_company("EUR")
	template = make_template(
		create_runs=1,
		period="Year",
		period_basis="Fiscal Year",
		companies=[{"company": COMPANY}, {"company": company}],
	)
	assert frappe.db.get_value("Company", company, "default_currency") == "EUR"
	assert sorted(due_runs(monkeypatch, date(2026, 8, 20)), key=str) == sorted(
		[
			(COMPANY, date(2025, 1, 1), date(2025, 12, 31)),
			(company, date(2025, 4, 1), date(2026, 3, 31)),
		],
		key=str,
	)
	run = frappe.get_doc(RUN, {"template": template.name, "company": company})
	assert run.period_label == "2025-04-01 … 2026-03-31"


def test_company_without_fiscal_years_does_not_stop_the_others(monkeypatch):
	company = make_company("EUR")
	make_template(
		create_runs=1,
		period="Year",
		period_basis="Fiscal Year",
		companies=[{"company": company}, {"company": COMPANY}],
	)
	real = templates._fiscal_year_starts
	monkeypatch.setattr(templates, "_fiscal_year_starts", lambda name: [] if name == company else real(name))
	assert due_runs(monkeypatch, date(2026, 8, 20)) == [(COMPANY, date(2025, 1, 1), date(2025, 12, 31))]


def test_a_period_closes_some_days_after_its_end(monkeypatch):
	scheduled(period="Month", close_after_days=5)
	assert periods(monkeypatch, date(2026, 8, 5)) == [(date(2026, 6, 1), date(2026, 6, 30))]
	assert periods(monkeypatch, date(2026, 8, 5)) == []
	assert periods(monkeypatch, date(2026, 8, 6)) == [(date(2026, 7, 1), date(2026, 7, 31))]


def test_without_waiting_it_closes_the_day_after(monkeypatch):
	scheduled(period="Month", close_after_days=0)
	assert periods(monkeypatch, date(2026, 7, 31)) == [(date(2026, 6, 1), date(2026, 6, 30))]
	assert periods(monkeypatch, date(2026, 8, 1)) == [(date(2026, 7, 1), date(2026, 7, 31))]


def test_second_call_makes_no_second_run(monkeypatch):
	template = scheduled()
	assert len(due_runs(monkeypatch, date(2026, 8, 20))) == 1
	assert due_runs(monkeypatch, date(2026, 8, 20)) == []
	assert due_runs(monkeypatch, date(2026, 9, 20)) == []
	assert frappe.db.count(RUN, {"template": template.name}) == 1


def test_paused_scheduler_is_caught_up_once(monkeypatch):
	scheduled(period="Month", close_after_days=0)
	assert periods(monkeypatch, date(2026, 2, 1)) == [(date(2026, 1, 1), date(2026, 1, 31))]
	# Off from February to June: every month that was missed, oldest first, and none again.
	assert [last for _first, last in periods(monkeypatch, date(2026, 6, 15))] == [
		date(2026, 2, 28),
		date(2026, 3, 31),
		date(2026, 4, 30),
		date(2026, 5, 31),
	]
	assert periods(monkeypatch, date(2026, 6, 16)) == []


def test_a_pause_of_years_is_caught_up_for_twelve_periods(monkeypatch):
	scheduled(period="Month", close_after_days=0)
	periods(monkeypatch, date(2022, 2, 1))
	made = periods(monkeypatch, date(2026, 6, 15))
	assert len(made) == 12
	assert made[0] == (date(2025, 6, 1), date(2025, 6, 30))
	assert made[-1] == (date(2026, 5, 1), date(2026, 5, 31))


def test_runs_over_dates_of_ones_own_do_not_hold_up_the_schedule(monkeypatch):
	template = scheduled(period="Month", close_after_days=0)
	periods(monkeypatch, date(2026, 2, 1))
	for first, last in ((date(2026, 1, 1), date(2026, 12, 31)), (date(2026, 2, 10), date(2026, 2, 20))):
		runs.create_run(template.name, COMPANY, first, last)
	runs.create_run(template.name, COMPANY, date(2026, 2, 1), date(2026, 2, 28), supplier=make_supplier())
	assert periods(monkeypatch, date(2026, 3, 1)) == [(date(2026, 2, 1), date(2026, 2, 28))]


def test_run_made_by_hand_for_the_period_leads_to_no_doubles(monkeypatch):
	template = scheduled(period="Quarter", close_after_days=0)
	supplier = make_supplier(evaluation_template=template.name)
	make_receipt(supplier)
	evaluate(template.name)
	with today_is(monkeypatch, day(4, 1)):
		(name,) = schedule.create_due_runs()
	runs.evaluate_now(name)
	run = frappe.get_doc(RUN, name)
	assert (run.evaluations_made, run.skipped_existing) == (0, 1)
	assert frappe.db.count(EVALUATION, {"supplier": supplier}) == 1


def test_new_template_starts_with_the_last_closed_period(monkeypatch):
	scheduled(period="Month", close_after_days=0)
	assert len(periods(monkeypatch, date(2026, 6, 15))) == 1


def test_only_enabled_templates_that_ask_for_it(monkeypatch):
	scheduled(disabled=1)
	make_template(create_runs=0)
	assert due_runs(monkeypatch, date(2026, 8, 20)) == []


def test_requester_is_the_owner_of_the_template(monkeypatch):
	"""So the template's owner doesn't publish what the schedule evaluated; Administrator may."""
	owner = make_user("Supplier Quality Manager", "Purchase User")
	frappe.set_user(owner)
	template = scheduled(period="Quarter", close_after_days=0)
	frappe.set_user("Administrator")
	supplier = make_supplier(evaluation_template=template.name)
	make_receipt(supplier)
	with today_is(monkeypatch, day(4, 1)):
		(name,) = schedule.create_due_runs()
	run = frappe.get_doc(RUN, name)
	assert (run.requested_by, run.started_by, run.status) == (owner, "Schedule", "Queued")
	runs.evaluate_now(name)
	evaluation = evaluations(name)[supplier]
	assert evaluation.requested_by == owner
	frappe.set_user(owner)
	assert api.publish([evaluation.name])["published"] == []
	frappe.set_user("Administrator")
	assert api.publish([evaluation.name])["published"] == [evaluation.name]
	assert frappe.db.get_value(EVALUATION, evaluation.name, "published_by") == "Administrator"


def test_today_is_that_of_the_site():
	"""The site is in New York, the machine's clock elsewhere: a period ends at midnight there."""
	assert get_system_timezone() == "America/New_York"
	template = make_template(period="Month", close_after_days=0).as_dict()
	here = now_datetime().date()
	assert templates.last_closed_period(template, COMPANY) == templates.last_closed_period(
		template, COMPANY, here
	)
	assert isinstance(now_datetime(), datetime)


def test_fiscal_years_continue_before_the_first_and_after_the_last(monkeypatch):
	company = april_company()
	template = make_template(period="Quarter", period_basis="Fiscal Year").as_dict()
	assert templates.last_closed_period(template, company, date(2020, 5, 1)) == Period(
		date(2020, 1, 1), date(2020, 3, 31)
	)
	assert templates.last_closed_period({**template, "period": "Year"}, company, date(2031, 5, 1)) == Period(
		date(2030, 4, 1), date(2031, 3, 31)
	)


def test_jobs_are_what_the_scheduler_calls():
	events = frappe.get_hooks("scheduler_events", app_name="partner_relations")
	methods = list(events["daily_long"])
	for by_time in events["cron"] if isinstance(events["cron"], list) else [events["cron"]]:
		methods += [method for named in by_time.values() for method in named]
	assert "partner_relations.supplier_quality.schedule.create_due_runs" in methods
	for method in methods:
		assert callable(frappe.get_attr(method))
	stored = frappe.get_all("Scheduled Job Type", {"method": ("in", methods)}, pluck="method")
	assert sorted(stored) == sorted(methods)
