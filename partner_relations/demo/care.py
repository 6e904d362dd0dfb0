"""The demo's customers in their tiers, and what they complain about, from receipt to closure.

Everything is done by the app's own services, as the people who would do it. They note the moment in which a
step is taken; so that the charts have a past, the moments of each complaint are moved to its days afterwards,
and its deadlines judged anew.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe
from frappe.utils import get_datetime, now_datetime

from partner_relations.customer_care import (
	complaints,
	customer_answers,
	resolution_documents,
	resolutions,
	tier_assessments,
	tiering_runs,
	tiers,
	visits,
)
from partner_relations.customer_care.complaint_deadlines import Clock
from partner_relations.customer_care.complaint_steps import COMPLAINT, CUSTOMER, SETTINGS, take_step
from partner_relations.customer_care.service_calendars import calendar
from partner_relations.customer_care.tier_assessments import ASSESSMENT
from partner_relations.customer_care.tiering_policies import POLICY
from partner_relations.customer_care.tiering_runs import RUN
from partner_relations.customer_care.tiers import CHANGE
from partner_relations.demo.agreements import acting_as
from partner_relations.demo.customers import (
	ACCOUNT_MANAGER,
	AGENT,
	CARE_MANAGER,
	COMPLAINTS,
	PORTAL_USER,
	RAISED_BY_HAND,
	ComplaintRole,
)
from partner_relations.demo.quarters import workday
from partner_relations.demo.sales import SalesContext

POLICY_NAME = "Customer Value"
"""The tiering policy that comes with the app; the demo has customers that fit it."""
FIRST_RUN = 180
"""Days ago: customers were assessed then, and are again today."""
LEFT_TO_DECIDE = 2
OVERRIDE_REASON = "They open four more houses next year, and try us with the first one."
OVERRIDE_DAYS = 180
ALLOWANCES = "Sales Allowances"
BAD_BATCH_SINCE = 75
"""Days before today; the batch that came then is the faulty one."""

WAY = ("acknowledge", "investigate", "propose_resolution", "resolve", "confirm", "close")


def exist(company: str) -> bool:
	"""Whether the demo's customers have been assessed."""
	return bool(frappe.db.exists(RUN, {"company": company, "requested_by": ACCOUNT_MANAGER[0]}))


def make(context: SalesContext, say: Callable[[str], None]) -> dict[str, int]:
	"""Assess customers, let them complain, and assess them again, without committing; returns how many
	documents were made."""
	has_policy = frappe.db.exists(POLICY, POLICY_NAME)
	if has_policy:
		_assess_back_then(context)
	complained = _make_complaints(context)
	say(f"{complained} complaints of customers, in every step")
	if has_policy:
		_assess_today(context)
		planned = visits.plan_due()
		say(f"Customers assessed twice, {planned} visits and calls planned")
	else:
		say(f"There is no Customer Tiering Policy {POLICY_NAME}: no customer is assessed.")
	made = {ASSESSMENT: frappe.db.count(ASSESSMENT, {"company": context.company})}
	return {COMPLAINT: complained, **made}


# Tiers


def _assess_back_then(context: SalesContext) -> None:
	"""Half a year ago; all of it was approved."""
	span = (context.today - context.first_day).days
	then = context.today - timedelta(days=min(FIRST_RUN, span // 2))
	_approve(tier_assessments.open_of_run(_assess(context, then)))
	_move_back(then)


def _assess_today(context: SalesContext) -> None:
	"""Some of it awaits approval, and the manager has raised a customer by hand."""
	proposed = sorted(tier_assessments.open_of_run(_assess(context, context.today)))
	_approve(proposed[:-LEFT_TO_DECIDE])
	with acting_as(CARE_MANAGER):
		until = context.today + timedelta(days=OVERRIDE_DAYS)
		tiers.override(context.customers[RAISED_BY_HAND], "Key", OVERRIDE_REASON, until)


def _assess(context: SalesContext, until: date) -> str:
	"""A run over the year that ends with a day, asked for by the account manager and done at once."""
	with acting_as(ACCOUNT_MANAGER):
		run = tiering_runs.create_run(
			POLICY_NAME, context.company, from_date=until - timedelta(days=364), to_date=until
		)
		tiering_runs.assess_now(run)
	return run


def _approve(names: list[str]) -> None:
	if not names:
		return
	with acting_as(CARE_MANAGER):
		outcome = tier_assessments.approve(names)
	if outcome["skipped"]:
		frappe.throw(outcome["skipped"][0]["reason"])


def _move_back(day: date) -> None:
	"""Date the decisions that were made so far as if they had been made then."""
	moment = datetime.combine(workday(day), time(10, 30))
	customers = frappe.get_all(CHANGE, filters={"source": "Assessment"}, pluck="customer")
	for doctype, condition, values in (
		(CHANGE, {"source": "Assessment"}, {"changed_on": moment}),
		(ASSESSMENT, {"status": "Approved"}, {"decided_on": moment}),
		("Customer", {"name": ("in", customers)}, {"customer_tier_since": moment.date()}),
	):
		frappe.db.set_value(doctype, condition, values, update_modified=False)


# Complaints


def _make_complaints(context: SalesContext) -> int:
	"""Let customers complain and handle it; returns how many complaints there are.

	A complaint about a delivery that was never made, as the demo spans too short a time, is left out.
	"""
	_make_company_setting(context.company)
	made = 0
	for number, role in enumerate(COMPLAINTS):
		delivered = _delivered(context, role)
		if delivered:
			_Case(context, role, number, delivered).play()
			made += 1
	return made


def _make_company_setting(company: str) -> None:
	"""Where price allowances are booked, and who handles what nobody has taken."""
	settings = frappe.get_doc(SETTINGS)
	settings.default_handler = settings.default_handler or AGENT[0]
	if all(row.company != company for row in settings.companies):
		account = frappe.db.get_value("Account", {"account_name": ALLOWANCES, "company": company})
		if not account:
			income = frappe.get_cached_value("Company", company, "default_income_account")
			account = (
				frappe.get_doc(
					doctype="Account",
					account_name=ALLOWANCES,
					company=company,
					parent_account=frappe.db.get_value("Account", income, "parent_account"),
					account_type="Income Account",
				)
				.insert()
				.name
			)
		settings.append("companies", {"company": company, "allowance_account": account})
	settings.save()


def _delivered(context: SalesContext, role: ComplaintRole) -> Any:
	"""The line of the customer's last delivery of the item before it complains; None if there is none."""
	line, note = frappe.qb.DocType("Delivery Note Item"), frappe.qb.DocType("Delivery Note")
	query = (
		frappe.qb.from_(line)
		.join(note)
		.on(note.name == line.parent)
		.where(
			(note.docstatus == 1)
			& (note.is_return == 0)
			& (note.customer == context.customers[role.customer])
			& (note.posting_date < context.today - timedelta(days=role.days_back))
			& (line.item_code == role.item)
			& (line.qty >= role.quantity)
		)
		.select(note.name.as_("note"), line.name.as_("row"), line.uom, line.batch_no)
		.orderby(note.posting_date, order=frappe.qb.desc)
		.limit(1)
	)
	if role.bad_batch:
		query = query.where(note.posting_date > context.today - timedelta(days=BAD_BATCH_SINCE))
	return next(iter(query.run(as_dict=True)), None)


class _Case:
	"""One complaint, played to the step where its story ends."""

	def __init__(self, context: SalesContext, role: ComplaintRole, number: int, delivered: Any):
		self.context = context
		self.role = role
		self.delivered = delivered
		day = workday(context.today - timedelta(days=role.days_back))
		received = datetime.combine(day, time(9 + number % 6, 7 * number % 60))
		self.received = min(received, now_datetime() - timedelta(minutes=20))
		self.moments: dict[str, datetime] = {}
		self.name = ""

	def play(self) -> None:
		self.name = self._receive()
		for step in self._steps():
			if step == "propose_resolution":
				self._write_findings()
				self._grant()
			if step == "resolve":
				self._make_documents()
			self._take(step)
		if self.role.step in ("investigate", "wait"):
			self._write_findings()
		if self.role.mark:
			customer_answers.rate(self.name, str(self.role.mark), self.role.comment)
		self._move_back()

	def _receive(self) -> str:
		role = self.role
		values: dict[str, Any] = {
			"subject": role.subject,
			"description": f"<p>{role.text}</p>",
			"customer": self.context.customers[role.customer],
			"company": self.context.company,
			"category": role.category if frappe.db.exists("Complaint Category", role.category) else None,
			"received_on": self.received,
			"handler": AGENT[0],
			"contact": frappe.db.get_value(
				"Dynamic Link",
				{"parenttype": "Contact", "link_name": self.context.customers[role.customer]},
				"parent",
			),
			"items": [
				{
					"document_type": "Delivery Note",
					"document_name": self.delivered.note,
					"document_row": self.delivered.row,
					"item_code": role.item,
					"qty": role.quantity,
					"uom": self.delivered.uom,
					"batch_no": self.delivered.batch_no,
				}
			],
		}
		if role.severity:
			values["severity"] = role.severity
		if role.channel == "Portal":
			values["raised_by_user"] = PORTAL_USER[0]
		return complaints.create(values, role.channel).name

	def _steps(self) -> Iterator[str]:
		"""The steps up to the last one of the story."""
		last = self.role.step
		if last == "receive":
			return
		before = {"reject": 1, "wait": 2, "reopen": 4}.get(last)
		if before is None:
			yield from WAY[: WAY.index(last) + 1]
		else:
			yield from WAY[:before]
			yield last

	def _take(self, step: str) -> None:
		if step == "confirm":
			via = "Portal" if self.role.channel == "Portal" else "Link"
			take_step(self.name, step, {"via": via}, actor=CUSTOMER)
		elif step == "reopen":
			take_step(self.name, step, {"reason": self.role.reason}, actor=CUSTOMER)
		else:
			with acting_as(AGENT):
				take_step(self.name, step, {"reason": self.role.reason} if self.role.reason else {})

	def _write_findings(self) -> None:
		complaint, found = frappe.get_doc(COMPLAINT, self.name), self.role.found
		complaint.proposed_resolution = f"<p>{self.role.proposal}</p>" if self.role.proposal else None
		if found:
			cause = found.cause if frappe.db.exists("Complaint Cause", found.cause) else None
			complaint.update(
				{
					"responsibility": found.responsibility,
					"cause": cause,
					"root_cause": found.root_cause,
					"containment": found.containment,
					"escape_point": found.escape_point,
				}
			)
			if found.responsibility == "Supplier":
				complaint.supplier = complaint.items[0].supplier
			for why, because in found.whys:
				complaint.append("whys", {"why": why, "because": because})
			for kind, action, days, done in found.actions:
				due = self.received.date() + timedelta(days=days)
				complaint.append(
					"actions",
					{
						"kind": kind,
						"action": action,
						"action_owner": CARE_MANAGER[0] if kind == "Preventive" else AGENT[0],
						"due_on": due,
						"done_on": min(due, self.context.today) if done else None,
						"result": "Done." if done else None,
					},
				)
		with acting_as(AGENT):
			complaint.save()

	def _grant(self) -> None:
		"""What is within the agent's limit is approved at once; a manager approves the rest."""
		role = self.role
		if not role.remedy:
			return
		lines = frappe.get_doc(COMPLAINT, self.name).items
		with acting_as(AGENT):
			(row,) = resolutions.propose(
				self.name,
				role.remedy,
				role.amount or None,
				role.proposal if role.remedy == resolutions.APOLOGY else None,
				[{"row": lines[0].name, "qty": role.quantity}]
				if role.remedy in resolutions.OF_GOODS
				else None,
			)
		status = frappe.db.get_value(resolutions.RESOLUTION, row, "status")
		if status == resolutions.AWAITING and role.step != "propose_resolution":
			with acting_as(CARE_MANAGER):
				resolutions.approve(self.name, row)

	def _make_documents(self) -> None:
		"""As drafts by the agent; they are submitted on the day of the resolution."""
		for row in frappe.get_doc(COMPLAINT, self.name).resolutions:
			with acting_as(AGENT):
				doctype, name = resolution_documents.make(self.name, row.name)
			if row.kind == resolutions.APOLOGY:
				continue
			document = frappe.get_doc(doctype, name)
			if document.meta.has_field("set_posting_time"):
				day = self._after(self.role.hours[2]).date()
				document.update({"set_posting_time": 1, "posting_date": day, "due_date": day})
			document.submit()

	# The past

	def _after(self, hours: float) -> datetime:
		"""The moment so many hours of business after the receipt; not later than now."""
		terms = frappe.parse_json(frappe.db.get_value(COMPLAINT, self.name, "service_terms"))
		clock = Clock(calendar(terms["calendar"]), self.received, ())
		due = clock.due(hours * 3600)
		return min(get_datetime(due), now_datetime()).replace(microsecond=0)

	def _move_back(self) -> None:
		"""Date every step, and what it wrote, as it would have been."""
		complaint = frappe.get_doc(COMPLAINT, self.name)
		acknowledged, answered, resolved = self.role.hours
		at = {
			"receive": self.received,
			"acknowledge": self._after(acknowledged),
			"investigate": self._after((acknowledged + answered) / 2),
			"wait": self._after(answered),
			"propose_resolution": self._after(answered),
			"reject": self._after(answered),
			"resolve": self._after(resolved),
			"reopen": self._after(resolved + 24),
			"confirm": self._after(resolved + 12),
			"close": self._after(resolved + 16),
		}
		for entry in complaint.step_log:
			entry.db_set("taken_on", at[entry.step], update_modified=False)
		for hold in complaint.holds:
			# Since it waits for the customer; or, reopened, the time for which it counted as resolved.
			values = {"from_time": at["wait" if self.role.step == "wait" else "resolve"]}
			if hold.to_time:
				values["to_time"] = at["reopen"]
			hold.db_set(values, update_modified=False)
		for row in complaint.resolutions:
			values = {"proposed_on": at["propose_resolution"]}
			if row.approved_on:
				values["approved_on"] = at["propose_resolution"]
			row.db_set(values, update_modified=False)
		ended = {"close": at["close"], "reject": at["reject"]}.get(self.role.step)
		moments = {
			"acknowledged_on": at["acknowledge"],
			"responded_on": at["propose_resolution"],
			"resolved_on": at["resolve"],
			"confirmed_on": at["confirm"],
			"satisfaction_on": at["close"],
			"closed_on": ended,
		}
		complaint.db_set(
			{
				**{field: moment for field, moment in moments.items() if complaint.get(field)},
				# Nobody gets mail from a demo, not even when a job looks for what is due.
				"mails_due": None,
				"mail_status": None,
			},
			update_modified=False,
		)
		frappe.get_doc(COMPLAINT, self.name).save()
