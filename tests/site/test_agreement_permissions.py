"""Who may do what with contracts, breaches, rewards and penalties: each role, each function, and nobody else.

The table of docs/administration.md says the same in words.
"""

import inspect
from collections.abc import Callable
from typing import Any

import frappe
import frappe.client
import pytest
from clause_factories import make_approved, make_clause, make_contract_template
from compliance_factories import (
	breaches_of,
	deliverable,
	make_remedy,
	promise,
	promising,
	results_of,
	this_year,
)
from contract_factories import (
	acting_as,
	approve,
	attach,
	contract_in_force,
	make_amendment,
	make_contract,
	review,
)
from factories import COMPANY, make_company, make_kpi, make_receipt, make_supplier, make_user, unique
from frappe.client import get, insert, submit
from frappe.desk.query_report import run as run_report
from frappe.utils import add_days, now_datetime, today
from incentive_factories import make_rule
from notice_factories import make_breach, portal_user
from penalty_factories import approved, make_measure, make_penalty, use_accounts

from partner_relations.supplier_quality import compliance, portal, posting
from partner_relations.supplier_quality.api import (
	clauses,
	contracts,
	incentives,
	obligations,
	remedies,
	rewards,
	supplier_portal,
)
from partner_relations.supplier_quality.contract_steps import STEPS, take_step

MODULES = (clauses, contracts, incentives, obligations, remedies, rewards, supplier_portal)
RECORD, BREACH, RESULT = "Supplier Reward Penalty", "Contract Breach", "Contract Obligation Result"
AMENDMENT, CLAUSE, RULE = "Contract Amendment", "Contract Clause", "Supplier Incentive Rule"
SETTINGS = "Supplier Quality Settings"

# Frappe shows no report with a supplier or a company to somebody who may not read those: Purchase User may.
ROLES = {
	"M": ("Supplier Quality Manager", "Purchase User"),
	"U": ("Supplier Quality User", "Purchase User"),
	"P": ("Purchase Manager", "Purchase User"),
	"B": ("Purchase User",),
	"A": ("Accounts Manager",),
	"C": ("Accounts User",),
	"S": ("Sales User",),
	"V": ("Supplier",),  # a vendor's user on the website, of the very supplier
	"-": (),
}


@pytest.fixture(autouse=True)
def _many_users(monkeypatch):
	"""Frappe lets sixty be made in an hour."""
	monkeypatch.setitem(frappe.conf, "throttle_user_limit", 1000)


def world() -> frappe._dict:
	"""One of everything, each in the state in which somebody who may can do something with it."""
	use_accounts()
	supplier = make_supplier(email_id="sales@supplier.example")
	clause = make_clause()
	template = make_contract_template(make_approved())
	library = make_approved()
	newer = frappe.get_doc(CLAUSE, clauses.new_version(library.name))
	newer.update({"body": "<p>Newer.</p>"})
	newer.save()
	remedy = make_remedy(basis="Fixed amount", rate_type="Amount", counts="Breaches", rate=100)
	promised = promising(supplier, promise(remedy_scheme=remedy), deliverable(this_year(12, 30)))
	for month in (1, 2):
		make_receipt(supplier, accepted=90, rejected=10, on=this_year(month, 10))
	compliance.judge_contract(promised.name)
	punished, unpunished = (row.name for row in breaches_of(promised))
	frappe.db.delete(RECORD, {"source_name": unpunished})
	frappe.db.set_value(BREACH, unpunished, "penalty", None)
	in_force = contract_in_force(supplier)
	given_notice = contract_in_force(supplier)
	take_step(given_notice.name, "terminate", {"terminated_on": add_days(today(), 9), "reason": "Why not."})
	in_review = make_contract(supplier)
	with acting_as(in_review.owner):
		take_step(in_review.name, "request_review")
	posted = approved(make_penalty(supplier))
	posting.post(posted.name)
	disputed = approved(make_penalty(supplier))
	disputed.db_set({"status": "Disputed", "answer": "Disputed", "response": "No."})
	notified = approved(make_penalty(supplier))
	notified.db_set({"status": "Notified", "notice_status": "Sent", "notice_on": today()})
	with_scheme = make_penalty(supplier, remedy_scheme=remedy)
	told = make_breach(
		supplier,
		status="Notified",
		notice_status="Sent",
		notice_on=now_datetime(),
		respond_by=add_days(today(), 9),
	)
	return frappe._dict(
		supplier=supplier,
		user=portal_user(supplier),
		clause=clause.name,
		newer=newer.name,
		library=make_approved().name,
		template=template.name,
		draft=make_contract(supplier).name,
		other_draft=make_contract(supplier).name,
		in_review=in_review.name,
		reviewed=review(make_contract(supplier)).name,
		approved_contract=approve(make_contract(supplier)).name,
		in_force=in_force.name,
		given_notice=given_notice.name,
		promised=promised.name,
		deliverable=promised.obligations[1].obligation_key,
		amendment=make_amendment(in_force, new_end_date=add_days(in_force.end_date, 9)).name,
		breach=punished,
		unpunished=unpunished,
		told=told.name,
		result=results_of(promised)[0].name,
		proposed=make_penalty(supplier).name,
		with_scheme=with_scheme.name,
		approved=approved(make_penalty(supplier)).name,
		posted=posted.name,
		disputed=disputed.name,
		notified=notified.name,
		measure=approved(make_measure(supplier, "Suspension", until=add_days(today(), 9))).name,
		rule=make_rule().name,
		rule_document=make_rule(save=False).as_json(),
		remedy=remedy,
		scheme=frappe.get_doc("Remedy Scheme", remedy).as_json(),
		file=attach(),
		kpi=make_kpi(),
	)


def contract_values(w: frappe._dict) -> dict[str, Any]:
	return {
		"doctype": "Contract",
		"party_type": "Supplier",
		"party_name": w.supplier,
		"company": COMPANY,
		"currency": "USD",
		"start_date": str(this_year(1, 1)),
		"end_date": str(this_year(12, 31)),
		"contract_terms": "What both sides promise.",
	}


def as_sent(doctype: str, name: str) -> dict[str, Any]:
	"""A document as the browser sends it back."""
	return frappe.get_doc(doctype, name).as_dict(convert_dates_to_str=True)


def period(**filters: Any) -> dict[str, Any]:
	return {"from_date": str(this_year(1, 1)), "to_date": str(this_year(12, 31)), **filters}


def step(contract: str, name: str, **details: Any) -> None:
	contracts.take_step(contract, name, details)


# What one does, how, and who may. Everything goes through what the browser may call.
Action = tuple[str, Callable[[frappe._dict], Any], str]
LIBRARY: list[Action] = [
	("read a clause", lambda w: get(CLAUSE, w.clause), "MUPB"),
	("know the placeholders", lambda w: clauses.placeholders(), "MUPB"),
	("compare versions of a clause", lambda w: clauses.compare(w.newer), "MUPB"),
	(
		"draft a clause",
		lambda w: insert(
			dict(doctype=CLAUSE, title=unique("T"), clause_type="Price", language="en", body="<p>x</p>")
		),
		"MP",
	),
	("draft a new version", lambda w: clauses.new_version(w.library), "MP"),
	("approve a clause", lambda w: clauses.approve(w.clause), "MP"),
	("retire a clause", lambda w: clauses.retire(w.library, "Outdated."), "MP"),
]
CONTRACTS: list[Action] = [
	("read a contract", lambda w: get("Contract", w.in_force), "P"),
	("see the steps of a contract", lambda w: contracts.next_steps(w.in_force), "P"),
	("read a contract as of a day", lambda w: contracts.text_on(w.in_force, today()), "P"),
	("see what can be amended", lambda w: contracts.amendable_entries(w.in_force, today()), "P"),
	("see the clauses of a contract", lambda w: clauses.overview(w.in_force), "P"),
	(
		"take clauses from a template",
		lambda w: clauses.rows_of_template(w.template, frappe.as_json(contract_values(w))),
		"P",
	),
	(
		"take a clause from the library",
		lambda w: clauses.frozen_row(w.library, frappe.as_json(contract_values(w))),
		"P",
	),
	("see the obligations of a contract", lambda w: obligations.overview(w.promised), "P"),
	("see the amendments of a contract", lambda w: contracts.amendments(w.in_force), "P"),
	("see what an amendment changes", lambda w: contracts.changes(w.amendment), "P"),
	("draft a contract", lambda w: insert(contract_values(w)), "P"),
	("request_review", lambda w: step(w.draft, "request_review"), "P"),
	("request_approval", lambda w: without_review(lambda: step(w.other_draft, "request_approval")), "P"),
	("pass_review", lambda w: step(w.in_review, "pass_review", comment="Good."), "P"),
	("return_to_drafting", lambda w: step(w.in_review, "return_to_drafting", reason="Prices."), "P"),
	("approve", lambda w: step(w.reviewed, "approve"), "P"),
	(
		"archive",
		lambda w: step(
			w.approved_contract, "archive", signed_file=w.file, signee="Ann", signed_on=str(now_datetime())
		),
		"P",
	),
	(
		"terminate",
		lambda w: step(w.in_force, "terminate", terminated_on=add_days(today(), 9), reason="Quality."),
		"P",
	),
	("withdraw_termination", lambda w: step(w.given_notice, "withdraw_termination", reason="Peace."), "P"),
	("cancel", lambda w: step(w.in_force, "cancel"), "P"),
	("read an amendment", lambda w: get(AMENDMENT, w.amendment), "P"),
	(
		"draft an amendment",
		lambda w: insert(
			dict(
				doctype=AMENDMENT,
				contract=w.in_force,
				title="Longer",
				reason="Both want it.",
				effective_from=add_days(today(), 3),
				new_end_date=str(this_year(12, 31)),
			)
		),
		"P",
	),
	("confirm an amendment", lambda w: submit(as_sent(AMENDMENT, w.amendment)), "P"),
]
BREACHES: list[Action] = [
	("read a result", lambda w: get(RESULT, w.result), "MUP"),
	("read a breach", lambda w: get(BREACH, w.breach), "MUP"),
	("see the overview of a breach", lambda w: obligations.breach_overview(w.breach), "MUP"),
	("see the evidence of a breach", lambda w: obligations.evidence(BREACH, w.breach), "MUP"),
	("judge obligations now", lambda w: obligations.judge_now(w.promised), "P"),
	(
		"record a delivery",
		lambda w: obligations.record_delivery(w.promised, w.deliverable, today(), w.file),
		"P",
	),
	("notify of a breach", lambda w: obligations.notify(w.unpunished), "MUP"),
	("record an answer", lambda w: obligations.record_answer(w.told, "Accepted", None, "Ann"), "MUP"),
	(
		"propose the penalty of a breach",
		lambda w: one_at_least(obligations.propose_penalty([w.unpunished])["proposed"]),
		"MU",
	),
	("waive a breach", lambda w: obligations.waive(w.breach, "A new line was running in."), "M"),
	("close a breach", lambda w: obligations.close(w.breach, "Settled."), "M"),
	("accept force majeure", lambda w: obligations.exempt_days(w.breach, 1, "Storm."), "M"),
]
REWARDS: list[Action] = [
	("read a penalty", lambda w: get(RECORD, w.proposed), "MUPAC"),
	("see the overview of a penalty", lambda w: rewards.overview(w.proposed), "MUPAC"),
	(
		"propose a penalty",
		lambda w: insert(
			dict(
				doctype=RECORD,
				supplier=w.supplier,
				company=COMPANY,
				kind="Penalty",
				measure="Chargeback",
				amount=5,
				reason="Damaged.",
			)
		),
		"MU",
	),
	("compute an amount", lambda w: rewards.calculate(w.with_scheme, 0, 2), "MU"),
	("approve a penalty", lambda w: one_at_least(rewards.approve([w.proposed])["approved"]), "M"),
	("reject or waive a penalty", lambda w: rewards.waive(w.approved, "A gift."), "M"),
	("end a measure", lambda w: rewards.end(w.measure, "Enough."), "M"),
	("decide a dispute", lambda w: rewards.decide_dispute(w.disputed, "Uphold", "It came late."), "M"),
	("send the notice of a penalty", lambda w: rewards.send_notice(w.approved), "MUPAC"),
	("note a notice by phone", lambda w: rewards.record_notice(w.approved, today(), "By phone"), "M"),
	(
		"note the answer to a penalty",
		lambda w: rewards.record_response(w.notified, "Accepted", None, "Ann"),
		"MU",
	),
	("post a penalty", lambda w: rewards.post(w.approved), "AC"),
	("reverse a posting", lambda w: rewards.reverse(w.posted), "AC"),
	("draft a debit note", lambda w: rewards.make_debit_note(w.approved), "AC"),
	("cancel a penalty", lambda w: frappe.client.cancel(RECORD, w.approved), "M"),
]
RULES: list[Action] = [
	("read a rule", lambda w: get(RULE, w.rule), "MUP"),
	("simulate a rule", lambda w: incentives.simulate(w.rule_document, **period()), "M"),
	("switch a rule on or off", lambda w: frappe.client.set_value(RULE, w.rule, "enabled", 0), "M"),
	("read a remedy scheme", lambda w: get("Remedy Scheme", w.remedy), "MUPBAC"),
	("try a remedy scheme", lambda w: remedies.try_scheme(w.scheme, 1), "MUPBAC"),
	(
		"change a remedy scheme",
		lambda w: frappe.client.set_value("Remedy Scheme", w.remedy, "rate", 90),
		"MP",
	),
	("change the settings", lambda w: frappe.client.set_value(SETTINGS, SETTINGS, "answer_days", 9), "M"),
]
REPORTS: list[Action] = [
	("Obligation Compliance", lambda w: run_report("Obligation Compliance", period()), "MUP"),
	("Contract Register", lambda w: run_report("Contract Register", {}), "P"),
	(
		"Reward and Penalty Register",
		lambda w: run_report("Reward and Penalty Register", period(company=COMPANY)),
		"MUPAC",
	),
]
WEBSITE: list[Action] = [
	("answer a notice", lambda w: supplier_portal.answer(BREACH, w.told, "Accepted"), "V"),
]
ACTIONS = [*LIBRARY, *CONTRACTS, *BREACHES, *REWARDS, *RULES, *REPORTS, *WEBSITE]


def without_review(do: Callable[[], None]) -> None:
	"""While contracts need no legal review."""
	frappe.db.set_single_value(SETTINGS, "require_legal_review", 0)
	do()


def one_at_least(done: list) -> None:
	"""Functions for several documents leave out those that the user may not touch."""
	if not done:
		raise frappe.PermissionError


def who_may(w: frappe._dict) -> dict[str, str]:
	"""By action the letters of the roles that it lets through."""
	users = {letter: w.user if letter == "V" else make_user(*roles) for letter, roles in ROLES.items()}
	found = {}
	for name, act, _letters in ACTIONS:
		found[name] = "".join(letter for letter, user in users.items() if lets_through(user, act, w))
	return found


def lets_through(user: str, act: Callable[[frappe._dict], Any], w: frappe._dict) -> bool:
	frappe.db.savepoint("one_action")
	try:
		with acting_as(user):
			act(w)
		return True
	except frappe.PermissionError:
		return False
	finally:
		frappe.db.rollback(save_point="one_action")
		frappe.cache.delete_keys("document_cache::")
		frappe.db.value_cache.clear()
		frappe.clear_messages()


def test_each_role_and_each_action():
	found = who_may(world())
	assert found == {name: letters for name, _act, letters in ACTIONS}


def test_every_step_of_a_contract_is_in_the_table():
	named = {name for name, _act, _letters in CONTRACTS}
	assert {step.name for step in STEPS.values() if step.right} <= named


def test_every_function_that_the_browser_may_call_is_in_the_table():
	"""And each has typed arguments."""
	used = [
		set(code.co_names)
		for function in (step, *(act for _name, act, _letters in ACTIONS))
		for code in codes(function.__code__)
	]
	for module in MODULES:
		own = module.__name__.rsplit(".", 1)[-1]
		for name, function in inspect.getmembers(module, inspect.isfunction):
			if function not in frappe.whitelisted or function.__module__ != module.__name__:
				continue
			assert any({own, name} <= names for names in used), f"{own}.{name}"
			for parameter in inspect.signature(function).parameters.values():
				assert parameter.annotation is not inspect.Parameter.empty, (name, parameter)


def codes(code):
	"""The code of a function and of those inside of it."""
	yield code
	for constant in code.co_consts:
		if inspect.iscode(constant):
			yield from codes(constant)


def test_guests_may_do_nothing():
	w = world()
	functions = [function for module in MODULES for _name, function in inspect.getmembers(module)]
	assert not any(function in frappe.guest_methods for function in functions if callable(function))
	assert [name for name, act, _letters in ACTIONS if lets_through("Guest", act, w)] == []


# User Permissions

SUPPLIER_FIELDS = {
	"Contract": "party_name",
	AMENDMENT: None,
	BREACH: "party",
	RESULT: "party",
	RECORD: "supplier",
}
REPORT_FIELDS = {
	"Contract Register": ({}, "party"),
	"Obligation Compliance": (period(), "party"),
	"Reward and Penalty Register": (period(company=COMPANY), "supplier"),
}


@pytest.fixture
def limited():
	"""Somebody with every role, but for one supplier alone; and that supplier's world and another's."""
	own, other = world(), world()
	user = make_user("Supplier Quality Manager", "Purchase Manager", "Purchase User", "Accounts Manager")
	frappe.get_doc(doctype="User Permission", user=user, allow="Supplier", for_value=own.supplier).insert()
	return user, own, other


def test_who_is_limited_to_a_supplier_may_do_nothing_with_another(limited):
	user, own, other = limited
	of_no_supplier = {name for name, _act, _letters in (*LIBRARY, *RULES, *REPORTS)}
	may = {name for name, act, _letters in ACTIONS if lets_through(user, act, other)}
	assert may == of_no_supplier
	may = {name for name, act, _letters in ACTIONS if lets_through(user, act, own)}
	assert may == {name for name, _act, letters in ACTIONS if set("MPA") & set(letters)}


def test_lists_and_reports_show_the_own_supplier_alone(limited):
	user, own, other = limited
	theirs = ("in", list(filter(None, other.values())))
	with acting_as(user):
		for doctype, field in SUPPLIER_FIELDS.items():
			names = frappe.get_list(doctype, pluck="name", limit_page_length=0)
			assert names and frappe.get_list(doctype, {"name": theirs}) == [], doctype
			if field:
				assert set(frappe.get_list(doctype, pluck=field, limit_page_length=0)) == {own.supplier}
			for table in frappe.get_meta(doctype).get_table_fields():
				rows = frappe.get_list(table.options, {"parent": theirs}, parent_doctype=doctype)
				assert rows == [], table.options
		for name, (filters, field) in REPORT_FIELDS.items():
			rows = [row for row in run_report(name, filters)["result"] if isinstance(row, dict)]
			assert {row.get(field) for row in rows if row.get(field)} == {own.supplier}, name


def test_who_is_limited_to_a_company_sees_no_amendment_of_another():
	mine, theirs = contract_in_force(), contract_in_force(company=make_company())
	amendments = [make_amendment(one, new_end_date=add_days(one.end_date, 9)).name for one in (mine, theirs)]
	user = make_user("Purchase Manager")
	frappe.get_doc(doctype="User Permission", user=user, allow="Company", for_value=COMPANY).insert()
	with acting_as(user):
		assert frappe.get_list(AMENDMENT, {"name": ("in", amendments)}, pluck="name") == amendments[:1]
		with pytest.raises(frappe.PermissionError):
			get(AMENDMENT, amendments[1])


def test_contracts_of_employees_and_customers_are_none_of_a_suppliers_user_permission():
	user = make_user("HR Manager", "Sales Manager")
	frappe.get_doc(doctype="User Permission", user=user, allow="Supplier", for_value=make_supplier()).insert()
	contract = make_contract()
	frappe.db.set_value("Contract", contract.name, {"party_type": "Employee", "party_name": "HR-EMP-1"})
	with acting_as(user):
		assert frappe.get_list("Contract", {"name": contract.name}, pluck="name") == [contract.name]
		assert get("Contract", contract.name)["party_name"] == "HR-EMP-1"


def test_odd_names_in_user_permissions_stay_names():
	"""A quote or a backslash in a supplier's name ends no text of a query; a percent sign stays one."""
	supplier = make_supplier(unique("100 %s O\\' or '1'='1"))
	contract, other = contract_in_force(supplier), contract_in_force()
	amendments = [
		make_amendment(one, new_end_date=add_days(one.end_date, 9)).name for one in (contract, other)
	]
	user = make_user("Purchase Manager")
	frappe.get_doc(doctype="User Permission", user=user, allow="Supplier", for_value=supplier).insert()
	with acting_as(user):
		assert frappe.get_list("Contract", pluck="name") == [contract.name]
		assert frappe.get_list(AMENDMENT, {"name": ("in", amendments)}, pluck="name") == amendments[:1]
		assert get("Contract", contract.name)["party_name"] == supplier


def test_whoever_reads_no_contracts_reads_no_amendments():
	amendment = make_amendment(contract_in_force(), title="Longer", new_end_date=str(this_year(12, 31)))
	with acting_as(make_user("Supplier Quality Manager", "Purchase User")):
		assert frappe.get_list(AMENDMENT) == []
		with pytest.raises(frappe.PermissionError):
			get(AMENDMENT, amendment.name)


def test_the_page_of_notices_shows_a_suppliers_own_alone():
	own, other = (
		make_breach(status="Notified", notice_status="Sent", notice_on=now_datetime()) for _number in "12"
	)
	assert [row.name for row in portal.notices_of(portal_user(own.party))] == [own.name]
	assert [row.name for row in portal.notices_of(portal_user(other.party))] == [other.name]
	for roles in ROLES.values():
		assert portal.notices_of(make_user(*roles)) == []
	assert portal.notices_of("Guest") == []
