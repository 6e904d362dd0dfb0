"""The demo's rewards and penalties: proposed by rules and breaches, decided, told, answered and posted."""

from collections.abc import Callable
from typing import Any

import frappe
from frappe.utils import today

from partner_relations.demo.agreements import acting_as
from partner_relations.demo.cast import ACCOUNTANT, HEAD, MANAGER
from partner_relations.demo.quarters import Calendar
from partner_relations.demo.site import Context
from partner_relations.supplier_quality import breaches, compliance, incentives, posting, reward_penalty
from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.contract_steps import CONTRACT
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY, SETTINGS

RULE = "Supplier Incentive Rule"
RULES = (
	"Bonus after Four Periods at A",
	"Warning Letter When Falling to D",
	"Suspension after Two Periods at D",
)
QUARTERS_WITH_RULES = 2
SECOND_APPROVAL_ABOVE = 1000
BY_LETTER = "By registered letter to the managing director"
DISPUTE = "Two of these deliveries waited at your gate until the next morning."
WAIVER = "We changed the dates ourselves in this quarter; agreed with the supplier by telephone."


def exist(company: str) -> bool:
	"""Whether anybody has decided about the demo's rewards and penalties."""
	return bool(frappe.db.exists(REWARD_PENALTY, {"company": company, "docstatus": 1}))


def make(context: Context, calendar: Calendar, say: Callable[[str], None]) -> dict[str, int]:
	"""Let rules and contracts propose, and decide about some of it, without committing; returns counts."""
	_make_company_setting(context)
	_switch_rules_on(context.company)
	incentives.propose_for_evaluations(_lately_published(context.company, calendar))
	for contract in frappe.get_all(
		CONTRACT, {"company": context.company, "docstatus": 1, "party_type": "Supplier"}, pluck="name"
	):
		compliance.judge_contract(contract)
	_decide_on_delays(context.suppliers["Marlow Electric Motors"], context.company)
	_answer_for(context.suppliers["Redfern Plating Works"], context.company)
	_decide_on_rules(context.company)
	counts = {
		doctype: frappe.db.count(doctype, {"company": context.company})
		for doctype in (BREACH, REWARD_PENALTY)
	}
	say(f"{counts[BREACH]} breaches of contract, {counts[REWARD_PENALTY]} rewards and penalties")
	return counts


def _switch_rules_on(company: str) -> None:
	"""As copies for this company alone: the rules that come with the app stay as they are."""
	for name in RULES:
		own = f"{name}, {company}"
		if frappe.db.exists(RULE, name) and not frappe.db.exists(RULE, own):
			rule = frappe.copy_doc(frappe.get_doc(RULE, name))
			rule.update({"rule_name": own, "company": company, "enabled": 1})
			rule.insert()


def _lately_published(company: str, calendar: Calendar) -> list[str]:
	"""Evaluations of the quarters since the rules are on; the last quarter awaits publishing."""
	return frappe.get_all(
		EVALUATION,
		filters={
			"company": company,
			"status": "Published",
			"from_date": (">=", calendar.quarters[-1 - QUARTERS_WITH_RULES :][0].from_date),
		},
		order_by="from_date, name",
		pluck="name",
	)


def _decide_on_delays(supplier: str, company: str) -> None:
	"""The oldest delay is paid, the second let go, the third disputed, the fourth told; the rest wait."""
	found = _penalties(supplier, company)
	for row in found[:1]:
		_approve(row.name, told=True)
		_answer(row.name, reward_penalty.ACCEPTED)
		_post(row.name)
	for row in found[1:2]:
		with acting_as(HEAD):
			breaches.waive(row.source_name, WAIVER)
	for row in found[2:4]:
		_approve(row.name, told=True)
	for row in found[2:3]:
		_answer(row.name, reward_penalty.DISPUTED, DISPUTE)


def _answer_for(supplier: str, company: str) -> None:
	"""A supplier that admits the oldest breach."""
	names = frappe.get_all(
		BREACH,
		filters={"party": supplier, "company": company, "status": breaches.DETECTED},
		order_by="from_date, name",
		pluck="name",
		limit=1,
	)
	for name in names:
		breaches.record_response(name, breaches.ACCEPTED, "We know, and have hired a second shift.", supplier)


def _decide_on_rules(company: str) -> None:
	"""Of what rules propose, the latest of each kind is approved; a bonus is posted, a letter given."""
	proposed = frappe.get_all(
		REWARD_PENALTY,
		filters={
			"company": company,
			"rule": ("is", "set"),
			"docstatus": 0,
			"status": reward_penalty.PROPOSED,
		},
		fields=["name", "measure"],
		order_by="decision_date, name",
	)
	latest = {row.measure: row.name for row in proposed}
	for measure, name in latest.items():
		status = _approve(name, told=measure == "Warning Letter")
		if measure == "Bonus" and status == reward_penalty.APPROVED:
			_post(name)


def _penalties(supplier: str, company: str) -> list[Any]:
	"""Proposed for breaches, by the period of the breach."""
	rows = frappe.get_all(
		REWARD_PENALTY,
		filters={"supplier": supplier, "company": company, "source_type": BREACH, "docstatus": 0},
		fields=["name", "source_name"],
	)
	periods = dict(
		frappe.get_all(
			BREACH,
			filters={"name": ("in", [row.source_name for row in rows])},
			fields=["name", "from_date"],
			as_list=True,
		)
	)
	return sorted(rows, key=lambda row: periods[row.source_name])


def _approve(name: str, told: bool) -> str:
	"""By the head of purchasing, and above the limit by the quality manager too; returns the status."""
	with acting_as(HEAD):
		status = reward_penalty.approve(name)
	if status == reward_penalty.SECOND:
		with acting_as(MANAGER):
			status = reward_penalty.approve(name)
	if told:
		with acting_as(HEAD):
			reward_penalty.record_notice(name, today(), BY_LETTER)
	return status


def _answer(name: str, answer: str, text: str | None = None) -> None:
	reward_penalty.record_response(name, answer, text, frappe.db.get_value(REWARD_PENALTY, name, "supplier"))


def _post(name: str) -> None:
	with acting_as(ACCOUNTANT):
		posting.post(name)


def _make_company_setting(context: Context) -> None:
	settings = frappe.get_doc(SETTINGS)
	if any(row.company == context.company for row in settings.companies):
		return
	settings.append(
		"companies",
		{
			"company": context.company,
			"penalty_account": _account(context.company, "Supplier Penalties", "Income"),
			"reward_account": _account(context.company, "Supplier Bonuses", "Expense"),
			"has_second_approval": 1,
			"second_approval_above": SECOND_APPROVAL_ABOVE,
		},
	)
	settings.save()


def _account(company: str, account_name: str, root_type: str) -> str:
	"""An account of this name under the last group of its root; returns it."""
	found = frappe.db.get_value("Account", {"company": company, "account_name": account_name})
	if found:
		return found
	parents = frappe.get_all(
		"Account",
		filters={"company": company, "root_type": root_type, "is_group": 1},
		order_by="lft desc",
		limit=1,
		pluck="name",
	)
	account = frappe.get_doc(
		doctype="Account", company=company, account_name=account_name, parent_account=parents[0]
	)
	return account.insert().name
