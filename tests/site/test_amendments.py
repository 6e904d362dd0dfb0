"""Contract Amendments: drafted, confirmed by both sides, overlapping, cancelled, and the text of any day."""

import json

import frappe
import pytest
from contract_factories import (
	END,
	START,
	acting_as,
	amend,
	approve,
	buyer,
	confirm,
	contract_in_force,
	make_amendment,
	make_contract,
)
from factories import make_kpi, make_user, unique
from frappe.utils import add_days, add_years, getdate, today
from support.statements import statements

from partner_relations.supplier_quality import amending, amendments, contract_terms, contract_text
from partner_relations.supplier_quality.contract_steps import take_step


def day(number: int):
	"""A day of the contract, counted from today."""
	return getdate(add_days(today(), number))


@pytest.fixture
def contract():
	"""In force from the first of January, with two clauses, a KPI promise and a deliverable."""
	return contract_in_force(
		start_date=START,
		end_date=add_years(END, 1),
		contract_value=1000,
		notice_days=30,
		clauses=[
			{"clause_type": "Price", "title": "Price", "text": "<p>Prices are fixed.</p>"},
			{"clause_type": "Delivery", "title": "Delivery", "text": "<p>Within 10 days.</p>"},
		],
		obligations=[
			{
				"kind": "KPI promise",
				"title": "Quality",
				"kpi": make_kpi(),
				"comparison": "At least",
				"target": 95,
				"judged_each": "Month",
				"windows_begin": "Calendar",
			},
			{"kind": "Dated deliverable", "title": "Certificate", "due_date": END},
		],
	)


def key(contract, title: str) -> str:
	rows = [*contract.clauses, *contract.obligations]
	return next(row.get("entry_key") or row.get("obligation_key") for row in rows if row.title == title)


def new_text(contract, title: str, text: str) -> dict:
	return {
		"subject": "Clause",
		"action": "Replace",
		"entry_key": key(contract, title),
		"text": f"<p>{text}</p>",
	}


def remove(contract, title: str, subject: str = "Clause") -> dict:
	return {"subject": subject, "action": "Remove", "entry_key": key(contract, title)}


def texts(contract, on) -> dict[str, str]:
	rows = amendments.clauses_as_of(contract.name, on)
	return {row["title"]: frappe.utils.strip_html(row["text"]).strip() for row in rows}


# The text of a day


def test_text_before_from_and_after(contract):
	amend(
		contract,
		new_text(contract, "Delivery", "Within 5 days."),
		{"subject": "Clause", "action": "Add", "title": "Audit", "clause_type": "Other", "text": "We audit."},
		remove(contract, "Price"),
		effective=day(30),
	)
	assert texts(contract, day(29)) == {"Price": "Prices are fixed.", "Delivery": "Within 10 days."}
	assert list(texts(contract, day(30)).items()) == [("Delivery", "Within 5 days."), ("Audit", "We audit.")]


def test_overlapping_amendments_and_one_that_is_cancelled(contract):
	"""Agreed in one order, in effect in another, and the middle one taken out again."""
	original = texts(contract, day(0))
	late = amend(contract, new_text(contract, "Delivery", "Within 3 days."), effective=day(60))
	early = amend(contract, new_text(contract, "Delivery", "Within 5 days."), effective=day(20))
	middle = amend(contract, remove(contract, "Delivery"), effective=day(40))
	expected = {10: "Within 10 days.", 20: "Within 5 days.", 45: None, 60: "Within 3 days."}
	assert {number: texts(contract, day(number)).get("Delivery") for number in expected} == expected
	middle.cancel()
	assert middle.status == "Cancelled"
	assert texts(contract, day(45))["Delivery"] == "Within 5 days."
	early.cancel()
	late.cancel()
	assert texts(contract, day(400)) == original


def test_of_the_same_day_what_was_confirmed_last_counts(contract):
	first = make_amendment(contract, new_text(contract, "Price", "first"), effective=day(10))
	second = make_amendment(contract, new_text(contract, "Price", "second"), effective=day(10))
	confirm(second)
	frappe.db.set_value("Contract Amendment", second.name, "confirmed_on", "2026-01-01 10:00:00")
	confirm(first)
	assert texts(contract, day(10))["Price"] == "first"


def test_a_draft_changes_nothing(contract):
	make_amendment(contract, new_text(contract, "Price", "Free."), effective=day(1))
	assert texts(contract, day(5))["Price"] == "Prices are fixed."


def test_what_was_removed_can_be_amended_only_before(contract):
	amend(contract, remove(contract, "Price"), effective=day(20))
	with pytest.raises(frappe.ValidationError, match="isn't part of the contract"):
		make_amendment(contract, new_text(contract, "Price", "x"), effective=day(21))
	make_amendment(contract, new_text(contract, "Price", "x"), effective=day(19))


def test_what_one_amendment_added_another_changes(contract):
	added = amend(
		contract,
		{"subject": "Clause", "action": "Add", "title": "Audit", "clause_type": "Other", "text": "Yearly."},
		effective=day(10),
	)
	change = {
		"subject": "Clause",
		"action": "Replace",
		"entry_key": added.changes[0].entry_key,
		"text": "Twice a year.",
	}
	amend(contract, change, effective=day(20))
	assert texts(contract, day(15))["Audit"] == "Yearly."
	assert texts(contract, day(20))["Audit"] == "Twice a year."


def test_the_text_of_a_day_with_what_it_comes_from(contract):
	change = amend(
		contract,
		new_text(contract, "Delivery", "Within 5 days."),
		effective=day(20),
		has_new_value=1,
		new_value=1500,
		new_end_date=add_years(END, 2),
	)
	before, after = (contract_text.text_on(contract, day(number)) for number in (19, 20))
	assert (before["value"], after["value"]) == (1000, 1500)
	assert (before["end_date"], after["end_date"]) == (
		getdate(add_years(END, 1)),
		getdate(add_years(END, 2)),
	)
	assert before["amendments"] == []
	assert [row["name"] for row in after["amendments"]] == [change.name]
	delivery = after["clauses"][1]
	assert delivery["amendment"] == change.name
	assert {piece["kind"] for piece in delivery["pieces"]} == {"same", "removed", "added"}


# Obligations over time


def promise(**values) -> dict:
	return {
		"subject": "Obligation",
		"kind": "KPI promise",
		"kpi": make_kpi(),
		"comparison": "At least",
		"judged_each": "Month",
		"windows_begin": "Calendar",
		**values,
	}


def test_obligations_have_versions_that_meet_without_gap(contract):
	quality, certificate = key(contract, "Quality"), key(contract, "Certificate")
	amend(contract, promise(action="Replace", entry_key=quality, target=97), effective=day(30))
	amend(contract, remove(contract, "Certificate", "Obligation"), effective=day(10))
	versions = amendments.obligations_of([contract.name])[contract.name]
	found = [
		(row.row["title"], row.row["target"], row.effective_from, row.effective_until)
		for row in versions
		if row.row["obligation_key"] == quality
	]
	assert found == [("Quality", 95, None, day(29)), ("Quality", 97, day(30), None)]
	(ended,) = [row for row in versions if row.row["obligation_key"] == certificate]
	assert (ended.effective_from, ended.effective_until) == (None, day(9))
	assert [row["target"] for row in amendments.obligations_as_of(contract.name, day(30))] == [97]


def test_an_obligation_of_an_amendment_is_frozen_when_confirmed(contract):
	change = make_amendment(contract, promise(action="Add", title="More", target=80), effective=day(5))
	assert not change.changes[0].definition
	confirm(change)
	definition = json.loads(change.reload().changes[0].definition)
	assert (definition["target"], definition["measure"]) == ("80", "accepted_quantity")
	(row,) = [row for row in amendments.obligations_as_of(contract.name, day(5)) if row["title"] == "More"]
	assert json.loads(row["definition"]) == definition


def test_what_was_delivered_stays_delivered_when_the_words_change(contract):
	contract.obligations[1].delivered_on = today()
	contract.save()
	change = {
		"subject": "Obligation",
		"action": "Replace",
		"entry_key": key(contract, "Certificate"),
		"kind": "Dated deliverable",
		"title": "ISO certificate",
		"due_date": add_days(END, -5),
	}
	amend(contract, change, effective=day(1))
	(row,) = [
		row for row in amendments.obligations_as_of(contract.name, day(1)) if row["kind"] != "KPI promise"
	]
	assert (row["title"], getdate(row["delivered_on"])) == ("ISO certificate", getdate(today()))


@pytest.mark.parametrize("number", [1, 4])
def test_reading_all_versions_costs_the_same_for_any_number_of_contracts(contract, number):
	names = [contract.name]
	for _copy in range(number - 1):
		with acting_as(buyer()):
			copy = frappe.copy_doc(contract)
			copy.docstatus = 0
			names.append(copy.insert().name)
	amend(contract, remove(contract, "Certificate", "Obligation"))
	with statements() as sent:
		amendments.obligations_of(names)
	assert len(sent) == 3


# End and value


def test_a_new_end_and_value_take_effect_and_go_again(contract):
	end = add_years(END, 2)
	change = amend(contract, effective=day(30), new_end_date=end, has_new_value=1, new_value=1500)
	contract.reload()
	assert getdate(contract.effective_end_date) == getdate(end)
	assert getdate(contract.notice_by) == getdate(add_days(end, -30))
	assert (contract.effective_value, contract.contract_value) == (1500, 1000)
	change.cancel()
	contract.reload()
	assert getdate(contract.effective_end_date) == getdate(add_years(END, 1))
	assert contract.effective_value == 1000


def test_an_end_that_moves_after_a_renewal(contract):
	short = contract_in_force(
		start_date="2020-01-01", end_date=add_days(today(), -3), auto_renew=1, renewal_months=12
	)
	contract_terms.renew_due()
	end = add_days(today(), 100)
	change = amend(short, effective=day(1), new_end_date=end)
	assert getdate(short.reload().effective_end_date) == getdate(end)
	change.cancel()
	assert short.reload().times_renewed == 1


def test_a_contract_that_expired_by_an_amendment_resumes_when_that_is_cancelled(contract):
	change = amend(contract, effective=add_days(today(), -9), new_end_date=add_days(today(), -1))
	contract_terms.expire_due()
	assert contract.reload().life_cycle == "Expired"
	change.cancel()
	assert contract.reload().life_cycle == "In Force"


# Who confirms


def test_the_drafter_does_not_confirm(contract):
	change = make_amendment(contract, new_text(contract, "Price", "x"))
	with pytest.raises(frappe.ValidationError, match="somebody else"):
		confirm(change, by=change.owner)
	editor = buyer()
	with acting_as(editor):
		change.reload().update({"reason": "Better words."})
		change.save()
	with pytest.raises(frappe.ValidationError, match="somebody else"):
		confirm(change, by=editor)
	who = buyer()
	done = confirm(change, by=who)
	assert (done.status, done.confirmed_by) == ("Confirmed", who)


def test_administrator_is_no_exception(contract):
	change = make_amendment(contract, new_text(contract, "Price", "x"), by="Administrator")
	with pytest.raises(frappe.ValidationError, match="somebody else"):
		confirm(change, by="Administrator")


def test_who_confirms_does_not_change_it_on_the_way(contract):
	change = make_amendment(contract, new_text(contract, "Price", "x"))
	with acting_as(buyer()):
		change.reload().changes[0].text = "<p>Something else.</p>"
		with pytest.raises(frappe.ValidationError, match="Save your changes first"):
			change.submit()


@pytest.mark.parametrize(
	("missing", "sentence"),
	[
		({"party_confirmed_by": None}, "who confirmed"),
		({"party_confirmed_on": None}, "day on which"),
		({"party_confirmed_on": "2099-01-01"}, "future"),
		({"party_confirmation": None}, "Attach the partner's confirmation"),
		({"party_confirmation": "/private/files/none.pdf"}, "no file"),
	],
)
def test_the_partner_must_have_confirmed(contract, missing, sentence):
	change = make_amendment(contract, new_text(contract, "Price", "x"), **missing)
	with pytest.raises(frappe.ValidationError, match=sentence):
		confirm(change)


def test_what_services_write_is_not_written_through_the_api(contract):
	change = make_amendment(
		contract, new_text(contract, "Price", "x"), status="Confirmed", confirmed_by="Administrator"
	)
	assert (change.status, change.confirmed_by) == ("Draft", None)


@pytest.mark.parametrize(
	("role", "may_read", "may_write"),
	[
		("Purchase Manager", True, True),
		# ERPNext lets these roles see no contract, and an amendment takes the right to its contract.
		("Supplier Quality Manager", False, False),
		("Supplier Quality User", False, False),
		("Purchase User", False, False),
		("Sales User", False, False),
		("Supplier", False, False),
	],
)
def test_rights_by_role(contract, role, may_read, may_write):
	change = make_amendment(contract, new_text(contract, "Price", "x"))
	user = make_user(role)
	assert bool(frappe.has_permission("Contract Amendment", "read", change, user=user)) is may_read
	for right in ("write", "submit", "cancel"):
		assert bool(frappe.has_permission("Contract Amendment", right, change, user=user)) is may_write
	if not may_write:
		with pytest.raises(frappe.PermissionError):
			confirm(change, by=user)


# What is refused


def test_only_a_contract_that_is_signed_or_being_signed_is_amended(contract):
	draft = make_contract()
	with pytest.raises(frappe.ValidationError, match="is a draft"):
		make_amendment(draft, effective=day(1), has_new_value=1, new_value=5)
	signing = approve(make_contract())
	amend(signing, effective=day(1), has_new_value=1, new_value=5)
	with acting_as(buyer()):
		take_step(contract.name, "terminate", {"terminated_on": today(), "reason": "x"})
	with pytest.raises(frappe.ValidationError, match="Terminated"):
		make_amendment(contract, effective=day(-1), has_new_value=1, new_value=5)


def test_a_contract_that_ended_meanwhile(contract):
	change = make_amendment(contract, effective=day(-1), has_new_value=1, new_value=5)
	with acting_as(buyer()):
		take_step(contract.name, "terminate", {"terminated_on": today(), "reason": "x"})
	with pytest.raises(frappe.ValidationError, match="Terminated"):
		confirm(change)


def test_an_amendment_must_change_something_inside_the_contract(contract):
	with pytest.raises(frappe.ValidationError, match="Say what changes"):
		make_amendment(contract)
	for effective, sentence in ((add_days(START, -1), "begins on"), (add_years(END, 3), "ends on")):
		with pytest.raises(frappe.ValidationError, match=sentence):
			make_amendment(contract, effective=effective, has_new_value=1)
	with pytest.raises(frappe.ValidationError, match="new end lies before"):
		make_amendment(contract, effective=day(30), new_end_date=day(10))
	with pytest.raises(frappe.ValidationError, match="negative"):
		make_amendment(contract, has_new_value=1, new_value=-1)


def test_an_extension_may_begin_on_the_day_after_the_end(contract):
	end = contract.effective_end_date
	amend(contract, effective=add_days(end, 1), new_end_date=add_days(end, 90))
	assert getdate(contract.reload().effective_end_date) == getdate(add_days(end, 90))


def test_incomplete_changes_are_refused_with_their_row(contract):
	price = key(contract, "Price")
	wrong = (
		([{"subject": "Clause", "action": "Replace"}], "Row 1: choose what it changes"),
		([{"subject": "Clause", "action": "Remove", "entry_key": "unknown"}], "isn't part"),
		([{"subject": "Obligation", "action": "Remove", "entry_key": price}], "isn't part"),
		([{"subject": "Clause", "action": "Add", "text": "x", "clause_type": "Other"}], "Enter a title"),
		([{"subject": "Clause", "action": "Add", "title": "x", "clause_type": "Other"}], "enter a text"),
		([promise(action="Add", title="x", target=-1)], "Row 1"),
		([new_text(contract, "Price", "a"), new_text(contract, "Price", "b")], "same as row 1"),
	)
	for changes, sentence in wrong:
		with pytest.raises(frappe.ValidationError, match=sentence):
			make_amendment(contract, *changes)


def test_overlaps_are_told_to_the_drafter(contract):
	first = amend(contract, new_text(contract, "Price", "first"), effective=day(10))
	frappe.clear_messages()
	second = make_amendment(contract, new_text(contract, "Price", "second"), effective=day(20))
	assert any(first.name in str(message) for message in frappe.get_message_log())
	(overlap,) = amending.overlaps_of(second)
	assert (overlap["entry"], overlap["amendment"], overlap["acts_last"]) == ("Price", first.name, True)


def test_cancelling_the_contract_is_not_stopped_by_its_amendments(contract):
	change = amend(contract, new_text(contract, "Price", "x"))
	contract.reload().cancel()
	assert contract.life_cycle == "Cancelled"
	change.reload().cancel()  # nor the other way round
	assert change.docstatus == 2


# The library


def test_a_clause_of_the_library_brings_its_text(contract):
	clause = frappe.get_doc(
		doctype="Contract Clause",
		title=unique("Warranty"),
		clause_type="Warranty",
		language="en",
		body="<p>Two years for {party}.</p>",
	)
	with acting_as(make_user("Supplier Quality Manager")):
		clause.insert()
	frappe.db.set_value("Contract Clause", clause.name, {"status": "Approved", "docstatus": clause.docstatus})
	change = make_amendment(contract, {"subject": "Clause", "action": "Add", "clause": clause.name})
	row = change.changes[0]
	assert (row.title, row.clause_type) == (clause.title, "Warranty")
	assert contract.party_full_name in row.text
	own = make_amendment(
		contract, {"subject": "Clause", "action": "Add", "clause": clause.name, "text": "<p>Our own.</p>"}
	)
	assert "Our own" in own.changes[0].text
