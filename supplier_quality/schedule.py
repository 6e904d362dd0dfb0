"""What the scheduler does: runs that a template's period calls for, restarts, daily checks."""

from collections.abc import Iterator

import frappe
from frappe.utils import getdate

from partner_relations.supplier_quality import runs
from partner_relations.supplier_quality.rating import Period
from partner_relations.supplier_quality.runs import RUN
from partner_relations.supplier_quality.templates import (
	TEMPLATE,
	companies_of,
	last_closed_period,
	next_period,
)

MOST_PERIODS_CAUGHT_UP = 12


def create_due_runs() -> list[str]:
	"""Scheduled daily: make and start a run for each template, company and period that has closed.

	A paused scheduler is caught up once: every period since the template's last run, at most twelve; where
	there was none yet, the last closed one. The requester is the template's owner. Returns the runs' names.
	"""
	created = []
	for name in frappe.get_all(TEMPLATE, filters={"create_runs": 1, "disabled": 0}, pluck="name"):
		template = frappe.get_doc(TEMPLATE, name)
		for company in companies_of(template.as_dict()):
			try:
				for period in _due_periods(template.as_dict(), company):
					run = runs.create_run(
						name,
						company,
						period.from_date,
						period.to_date,
						started_by="Schedule",
						requested_by=template.owner,
					)
					runs.enqueue(run)
					created.append(run)
			except frappe.ValidationError:  # a company without fiscal years must not stop the others
				frappe.log_error(title=f"No evaluation run for {name}, {company}")
	return created


def _due_periods(template: dict, company: str) -> Iterator[Period]:
	"""Closed periods since the last one that the schedule made a run for, oldest first.

	Runs by hand don't count: they may cover any range, and a second run over a period makes no doubles.
	"""
	latest = last_closed_period(template, company)
	last_end = frappe.db.get_value(
		RUN,
		{
			"template": template["name"],
			"company": company,
			"started_by": "Schedule",
		},
		"to_date",
		order_by="to_date desc",
	)
	if last_end is None:
		yield latest
		return
	if getdate(last_end) >= latest.to_date:
		return
	period = next_period(template, company, Period(getdate(last_end), getdate(last_end)))
	missed = []
	while period.to_date < latest.to_date:
		if period.from_date > getdate(last_end):
			missed.append(period)
		period = next_period(template, company, period)
	yield from [*missed, latest][-MOST_PERIODS_CAUGHT_UP:]
