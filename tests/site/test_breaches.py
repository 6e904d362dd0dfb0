"""Whose breach it is, with whom the contract is, and in which language it is told: what follows from each."""

import frappe
import pytest
from compliance_factories import (
	breaches_of,
	deliverable,
	make_remedy,
	penalties_of,
	promise,
	promising,
	results_of,
	this_year,
)
from contract_factories import acting_as
from factories import COMPANY, make_receipt, make_supplier, make_user, unique
from frappe.desk.notifications import get_open_count
from frappe.utils import add_days, format_date, today
from incentive_factories import make_rule

from partner_relations.supplier_quality import breaches, compliance, reward_penalty
from partner_relations.supplier_quality.api import obligations as api
from partner_relations.supplier_quality.api import supplier_overview
from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.dashboard_chart_source.obligations_kept_by_month import (
	obligations_kept_by_month,
)
from partner_relations.supplier_quality.incentives import simulate
from partner_relations.supplier_quality.portal import notices_of
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY

CHINESE = "zh"


def judged(supplier, *rows, **values):
	contract = promising(supplier, *rows, **values)
	compliance.judge_contract(contract.name)
	return contract


def our_breach(supplier=None):
	contract = judged(supplier or make_supplier(), deliverable(add_days(today(), -2), owed_by="Us"))
	(breach,) = breaches_of(contract)
	return contract, breach


def claim(breach, kind="Penalty", measure="Chargeback", supplier=None):
	"""A reward or penalty that somebody asks for by hand because of a breach."""
	return frappe.get_doc(
		doctype=REWARD_PENALTY,
		supplier=supplier or breach.party,
		company=breach.company,
		kind=kind,
		measure=measure,
		amount=10,
		reason="What was agreed was not kept.",
		source_type=BREACH,
		source_name=breach.name,
	)


@pytest.fixture
def in_chinese():
	before = frappe.local.lang
	frappe.local.lang = CHINESE
	yield
	frappe.local.lang = before


# What we owe


def test_our_own_breach_is_shown_as_ours_and_held_against_nobody():
	supplier = make_supplier()
	chart = obligations_kept_by_month.get()
	contract, breach = our_breach(supplier)
	assert [row.breach for row in results_of(contract)] == [breach.name]
	overview = supplier_overview(supplier)
	assert (overview["breaches"], [row.name for row in overview["ours"]]) == ([], [breach.name])
	assert obligations_kept_by_month.get() == chart
	card = frappe.get_doc("Number Card", "Open Breaches")
	filters = [row[:4] for row in frappe.parse_json(card.filters_json)]
	assert breach.name not in frappe.get_all(BREACH, filters=filters, pluck="name")


def test_no_penalty_comes_of_our_own_breach():
	_contract, breach = our_breach()
	rule = make_rule(looks_at="Contract breach", breaches_needed=1, within_months=12, save=False)
	found = simulate(rule.as_dict(), this_year(1, 1), this_year(12, 31))
	assert breach.name not in [row["source_name"] for row in found["rows"]]
	assert api.propose_penalty([breach.name])["proposed"] == []
	with pytest.raises(frappe.ValidationError, match="us who did not keep"):
		claim(breach).insert()
	assert penalties_of(breach.name) == []
	# What we give for it is another matter.
	claim(breach, "Reward", "Bonus").insert()


def test_nobody_is_told_or_asked_about_our_own_breach():
	supplier = make_supplier()
	_contract, breach = our_breach(supplier)
	portal = make_user("Supplier")
	frappe.get_doc("Supplier", supplier).update({"portal_users": [{"user": portal}]}).save()
	overview = api.breach_overview(breach.name)
	assert not any(
		overview[step] for step in ("may_notify", "may_record_answer", "may_propose", "may_exempt")
	)
	assert overview["may_close"]
	with pytest.raises(frappe.ValidationError, match="our own promise"):
		breaches.notify(breach.name)
	with pytest.raises(frappe.ValidationError, match="our own promise"):
		breaches.record_response(breach.name, "Accepted", None, portal)
	assert notices_of(portal) == []
	breaches.close(breach.name, "Handed over, two days late.")
	assert frappe.db.get_value(BREACH, breach.name, "status") == "Closed"


# Contracts with customers


def customer_breach(owed_by="Partner"):
	customer = frappe.get_doc(doctype="Customer", customer_name=unique("Customer")).insert().name
	contract = judged(customer, deliverable(add_days(today(), -2), owed_by=owed_by), party_type="Customer")
	(breach,) = breaches_of(contract)
	return contract, breach


def test_what_a_customer_owes_is_its_breach_and_no_suppliers():
	contract, breach = customer_breach()
	assert (breach.party_type, breach.owed_by, breach.status) == ("Customer", "Partner", "Detected")
	assert (breach.penalty, penalties_of(breach.name)) == (None, [])
	overview = api.breach_overview(breach.name)
	assert (overview["may_notify"], overview["may_propose"]) == (True, False)
	with acting_as(make_user("Supplier Quality Manager")):
		assert api.propose_penalty([breach.name]) == {"proposed": [], "asked": 1}
	# A supplier of the same name is somebody else.
	supplier = frappe.get_doc(
		doctype="Supplier", supplier_name=breach.party, supplier_group="All Supplier Groups"
	)
	supplier.insert(set_name=breach.party)
	assert supplier_overview(supplier.name)["breaches"] == []
	with pytest.raises(frappe.ValidationError, match="contract with a customer"):
		claim(breach, supplier=supplier.name).insert()
	# It comes late, is told and answered like any other.
	compliance.record_delivery(contract.name, breach.obligation_key, today())
	assert api.notify(breach.name)["status"] == "Not sent"  # no address
	api.record_answer(breach.name, "Accepted", None, "Ann Customer")
	row = frappe.get_doc(BREACH, breach.name)
	assert (row.status, row.days_late) == ("Accepted", 2)
	assert row.response_by.startswith("Ann Customer")
	breaches.waive(breach.name, "A good customer.")
	assert frappe.db.get_value(BREACH, breach.name, "status") == "Waived"


def test_what_we_owe_a_customer_is_ours():
	contract, breach = customer_breach("Us")
	with pytest.raises(frappe.ValidationError, match="our own promise"):
		breaches.notify(breach.name)
	contract.reload().cancel()
	assert frappe.db.get_value(BREACH, breach.name, "status") == "Withdrawn"


def test_the_customer_leads_to_its_breaches():
	_contract, breach = customer_breach()
	links = frappe.get_meta("Customer").get_dashboard_data()
	assert [BREACH] in [group["items"] for group in links["transactions"]]
	counts = get_open_count("Customer", breach.party)["count"]["external_links_found"]
	assert {row["doctype"]: row["count"] for row in counts}[BREACH] == 1


# In the reader's language


def test_what_the_facts_say_is_said_in_the_readers_language(in_chinese):
	supplier = make_supplier()
	make_receipt(supplier, accepted=90, rejected=10, on=this_year(2, 10))
	frappe.local.lang = "en"  # the daily job
	contract = judged(supplier, promise())
	(breach,) = breaches_of(contract)
	make_receipt(supplier, accepted=200, on=this_year(2, 20))
	compliance.judge_contract(contract.name)
	document = frappe.get_doc(BREACH, breach.name)
	assert document.decision_by_facts.startswith("By the facts of today the promise was kept: 96.67 %")
	frappe.local.lang = CHINESE
	document = frappe.get_doc(BREACH, breach.name)
	assert document.as_dict()["decision_by_facts"].startswith("按今日业务数据")
	assert "96.67" in document.decision_by_facts and "90" in document.decision_by_facts
	assert not document.decision_reason


def test_doubts_about_a_decision_are_said_in_the_readers_language(in_chinese):
	due = add_days(today(), -3)
	contract = judged(make_supplier(), deliverable(due))
	(breach,) = breaches_of(contract)
	breaches.waive(breach.name, "An old partner.")
	frappe.local.lang = "en"
	compliance.record_delivery(contract.name, breach.obligation_key, add_days(due, -1))
	document = frappe.get_doc(BREACH, breach.name)
	day = format_date(add_days(due, -1))
	assert document.facts_changed_note == (
		f"It was delivered in time, on {day}. Decide whether the decision still stands."
	)
	frappe.local.lang = CHINESE
	note = frappe.get_doc(BREACH, breach.name).facts_changed_note
	assert day in note and "delivered" not in note
	assert document.decision_reason == "An old partner."


def test_a_service_says_why_it_closed_a_breach_in_the_readers_language(in_chinese):
	contract = judged(make_supplier(), deliverable(add_days(today(), -3)))
	(breach,) = breaches_of(contract)
	said = set()
	for status in (reward_penalty.WAIVED, reward_penalty.ENDED):
		breaches.follow_penalty(breach.name, status)
		for lang in ("en", CHINESE):
			frappe.local.lang = lang
			said.add(frappe.get_doc(BREACH, breach.name).decision_by_facts)
	assert {"The penalty was waived.", "The penalty has ended."} < said
	assert len(said) == 4


def test_a_penalty_gives_its_reason_in_the_suppliers_language():
	supplier = make_supplier()
	frappe.db.set_value("Supplier", supplier, "language", CHINESE)
	scheme = make_remedy(basis="Fixed amount", rate_type="Amount", rate=7, counts="Days late")
	contract = judged(supplier, deliverable(add_days(today(), -3), remedy_scheme=scheme))
	(breach,) = breaches_of(contract)
	breaches.propose_penalty([breach.name])
	(penalty,) = penalties_of(breach.name)
	assert penalty.company == COMPANY and penalty.amount == 21
	assert "天后仍未交付" in penalty.reason
	# Nobody approved it: it falls with its breach.
	compliance.record_delivery(contract.name, breach.obligation_key, add_days(today(), -4))
	(penalty,) = penalties_of(breach.name)
	assert (penalty.status, penalty.waiver_reason) == ("Waived", None)
