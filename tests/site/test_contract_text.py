"""The text of a contract on any day, its timeline and print, and what an amendment changes."""

import json
import random
from datetime import timedelta

import frappe
import pytest
from contract_factories import (
	END,
	START,
	acting_as,
	amend,
	attach,
	buyer,
	confirm,
	contract_in_force,
	make_amendment,
	make_contract,
)
from factories import make_kpi, make_user
from frappe.desk.form.save import savedocs
from frappe.utils import add_days, add_years, getdate, strip_html, today
from frappe.www.printview import get_html_and_style, get_rendered_template

from partner_relations.supplier_quality import contract_terms
from partner_relations.supplier_quality.agreements import amendments as core
from partner_relations.supplier_quality.agreements.amendments import Amendment, Change
from partner_relations.supplier_quality.api import contracts
from partner_relations.supplier_quality.contract_steps import take_step

FORMAT = "Contract with Clauses"


def day(number: int):
	return getdate(add_days(today(), number))


def clause(title: str) -> dict:
	return {"clause_type": "Other", "title": title, "text": f"<p>{title} as signed.</p>"}


@pytest.fixture
def contract():
	return contract_in_force(
		start_date=START,
		end_date=add_years(END, 1),
		contract_value=1000,
		clauses=[clause(title) for title in ("Price", "Delivery", "Warranty")],
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


def replace(contract, title: str, text: str) -> dict:
	return {"subject": "Clause", "action": "Replace", "entry_key": key(contract, title), "text": text}


def remove(contract, title: str, subject: str = "Clause") -> dict:
	return {"subject": subject, "action": "Remove", "entry_key": key(contract, title)}


def by_title(rows, title: str) -> dict:
	(found,) = [row for row in rows if row["title"] == title]
	return found


# As the form does it


def save_in_form(document: dict, action: str = "Save"):
	"""What the form's buttons call; returns the document as it is stored."""
	if "name" not in document:
		document = {**document, "__islocal": 1, "name": "new-contract-amendment-1"}
	frappe.response.docs = []
	savedocs(json.dumps(document, default=str), action)
	return frappe.get_doc("Contract Amendment", frappe.response.docs[-1].name)


def draft_in_form(contract, changes: list[dict], effective, **values):
	return save_in_form(
		{
			"doctype": "Contract Amendment",
			"contract": contract.name,
			"title": "Amendment",
			"reason": "Both sides want it.",
			"effective_from": effective,
			"party_confirmed_by": "Ann Partner",
			"party_confirmed_on": today(),
			"party_confirmation": values.pop("party_confirmation", None) or attach(),
			"changes": changes,
			**values,
		}
	)


def random_changes(dice: random.Random, number: int, offered: list[dict]) -> list[dict]:
	"""Some of what the form offers is replaced or taken out, and sometimes a clause comes new."""
	clauses = [row for row in offered if row["subject"] == "Clause"]
	changes: list[dict] = []
	for row in dice.sample(clauses, k=min(len(clauses), dice.randint(1, 2))):
		change = {"subject": "Clause", "entry_key": row["value"], "action": "Remove"}
		if dice.random() < 0.7:
			change.update(action="Replace", text=f"<p>Text {number} of it.</p>")
		changes.append(change)
	if dice.random() < 0.4 or not changes:
		new = f"Clause {number}"
		changes.append({"subject": "Clause", "action": "Add", **clause(new)})
	return changes


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_overlapping_amendments_of_the_form_read_as_the_core_says_on_any_day(contract, seed):
	"""Agreed in any order, from any day on; one is cancelled again: the expected text is made from what was
	agreed here, never from what is stored."""
	dice = random.Random(seed)
	drafter, approver, file = buyer(), buyer(), attach()
	original = {row.entry_key: strip_html(row.text).strip() for row in contract.clauses}
	agreed: list[Amendment] = []
	for number in range(6):
		effective = day(dice.randint(-20, 60))
		with acting_as(drafter):
			offered = contracts.amendable_entries(contract.name, str(effective))
			value = {"has_new_value": 1, "new_value": 1000 + number} if dice.random() < 0.5 else {}
			changes = random_changes(dice, number, offered)
			draft = draft_in_form(contract, changes, effective, party_confirmation=file, **value)
		with acting_as(approver):
			done = save_in_form(draft.as_dict(), "Submit")
		agreed.append(
			Amendment(
				done.name,
				effective,
				done.confirmed_on,
				tuple(
					Change(
						"Clause", sent["action"], stored.entry_key, strip_html(sent.get("text") or "").strip()
					)
					for sent, stored in zip(changes, done.changes, strict=True)
				),
				value=value.get("new_value"),
			)
		)
	overlapping = [one for one in agreed if core.overlaps(one, agreed)]
	assert overlapping, "amendments that don't meet show nothing"
	taken_out = dice.choice(overlapping)
	with acting_as(approver):
		frappe.get_doc("Contract Amendment", taken_out.name).cancel()
	agreed.remove(taken_out)
	boundaries = {one.effective_from + timedelta(days=step) for one in agreed for step in (-1, 0)}
	for on in sorted({*boundaries, *(day(dice.randint(-40, 90)) for _number in range(20))}):
		said = contracts.text_on(contract.name, str(on))
		expected = core.as_of(original, agreed, on, "Clause")
		assert [(row["key"], strip_html(row["text"]).strip()) for row in said["clauses"]] == list(
			expected.items()
		)
		assert said["value"] == core.value_as_of(1000, agreed, on)
		acting = [one.name for one in core.in_order(agreed) if one.effective_from <= on]
		assert [row["name"] for row in said["amendments"]] == acting
		assert len(said["amendments"]) + len(said["later"]) == len(agreed)
		for row in said["clauses"]:
			touched = [
				one.name for one in core.in_order(agreed) if one.name in acting and touches(one, row["key"])
			]
			assert [change["amendment"] for change in row["changes"]] == touched
			assert row["amendment"] == (touched[-1] if touched else None)
			assert bool(row["overlap"]) is (len(touched) > 1)


def touches(amendment: Amendment, entry_key: str) -> bool:
	return any(change.key == entry_key for change in amendment.changes)


@pytest.mark.parametrize(
	("role", "may"),
	[
		("Purchase Manager", True),
		# which sees no contract of ERPNext's
		("Supplier Quality Manager", False),
		("Supplier Quality User", False),
		("Purchase User", False),
	],
)
def test_who_confirms_in_the_form(contract, role, may):
	draft = make_amendment(contract, replace(contract, "Price", "x"))
	with acting_as(make_user(role)) as user:
		if may:
			done = save_in_form(draft.as_dict(), "Submit")
			assert (done.status, done.confirmed_by, done.party_confirmed_by) == (
				"Confirmed",
				user,
				"Ann Partner",
			)
			return
		with pytest.raises(frappe.PermissionError):
			save_in_form(draft.as_dict(), "Submit")
	assert draft.reload().status == "Draft"


def test_the_drafter_is_told_in_the_form_and_refused_all_the_same(contract):
	with acting_as(buyer()):
		draft = draft_in_form(contract, [replace(contract, "Price", "x")], day(5))
		assert contracts.changes(draft.name)["needed"] == [
			"You drafted this amendment, so somebody else must confirm it."
		]
		with pytest.raises(frappe.ValidationError, match="somebody else"):
			save_in_form(draft.as_dict(), "Submit")
	assert draft.reload().docstatus == 0


def test_both_sides_are_needed(contract):
	draft = make_amendment(contract, replace(contract, "Price", "x"), confirmed_by_party=False)
	with acting_as(buyer()):
		assert contracts.changes(draft.name)["needed"] == [
			"Say who confirmed the amendment for the partner.",
			"Give the day on which the partner confirmed it.",
			"Attach the partner's confirmation.",
		]
		with pytest.raises(frappe.ValidationError, match="who confirmed"):
			save_in_form(draft.as_dict(), "Submit")


# As of a day


def test_a_clause_keeps_its_type_when_an_amendment_has_none(contract):
	change = amend(contract, replace(contract, "Delivery", "Sooner."), effective=day(1))
	assert change.changes[0].clause_type == "Other"


def test_which_of_two_amendments_counts_is_said_in_words(contract):
	first = amend(contract, replace(contract, "Delivery", "first"), effective=day(10))
	second = amend(contract, replace(contract, "Delivery", "second"), effective=day(20))
	third = amend(contract, replace(contract, "Delivery", "third"), effective=day(20))
	on = {number: by_title(text(contract, number)["clauses"], "Delivery") for number in (15, 25)}
	assert on[15]["overlap"] is None
	assert on[25]["overlap"].startswith(
		f"Changed by {first.name}, {second.name} and {third.name}. {third.name} counts: of those of "
	)
	third.cancel()
	assert (
		f"{second.name} counts, for it took effect last"
		in by_title(text(contract, 25)["clauses"], "Delivery")["overlap"]
	)


def text(contract, number: int) -> dict:
	return contracts.text_on(contract.name, str(day(number)))


def test_what_was_taken_out_is_told_with_who_did(contract):
	first = amend(contract, remove(contract, "Warranty"), effective=day(10))
	second = amend(contract, remove(contract, "Certificate", "Obligation"), effective=day(20))
	assert text(contract, 9)["removed"] == []
	found = text(contract, 20)["removed"]
	assert [(row["subject"], row["title"], row["amendment"]) for row in found] == [
		("Clause", "Warranty", first.name),
		("Obligation", "Certificate", second.name),
	]
	back = amend(contract, replace(contract, "Warranty", "Two years."), effective=day(9))
	assert [row["title"] for row in text(contract, 20)["removed"]] == ["Warranty", "Certificate"]
	assert back.name in text(contract, 20)["removed"][0]["overlap"]


def test_end_and_value_name_what_set_them(contract):
	change = amend(
		contract, effective=day(10), new_end_date=add_years(END, 2), has_new_value=1, new_value=1500
	)
	before, after = text(contract, 9), text(contract, 10)
	assert (before["end_by"], before["value_by"], before["value"]) == (None, None, 1000)
	assert (after["end_by"], after["value_by"], after["value"]) == (change.name, change.name, 1500)
	assert (before["end_date"], after["end_date"]) == (getdate(add_years(END, 1)), getdate(add_years(END, 2)))
	assert [row["name"] for row in before["later"]] == [change.name]


def test_a_renewal_moves_the_end_from_its_day_on():
	ended = add_days(today(), -3)
	renewed = contract_in_force(start_date="2020-01-01", end_date=ended, auto_renew=1, renewal_months=12)
	contract_terms.renew_due()
	assert (text(renewed, -3)["end_date"], text(renewed, -3)["times_renewed"]) == (getdate(ended), 0)
	assert text(renewed, -2)["times_renewed"] == 1
	assert text(renewed, 0)["end_date"] == getdate(renewed.reload().effective_end_date)


def test_notes_about_days_outside_of_the_contract(contract):
	assert text(contract, 0)["notes"] == []
	before, after = add_days(START, -1), add_days(add_years(END, 1), 1)
	assert "begins on" in contracts.text_on(contract.name, str(before))["notes"][0]
	assert "ended on" in contracts.text_on(contract.name, str(after))["notes"][0]
	with acting_as(buyer()):
		take_step(contract.name, "terminate", {"terminated_on": day(30), "reason": "x"})
	said = contracts.text_on(contract.name, today())
	assert (said["end_date"], "last day" in said["notes"][0]) == (day(30), True)


def test_whoever_may_not_read_the_contract_reads_no_text(contract):
	with acting_as(make_user("Stock User")):
		for ask in (
			lambda: contracts.text_on(contract.name, today()),
			lambda: contracts.amendments(contract.name),
		):
			with pytest.raises(frappe.PermissionError):
				ask()


# The print of a day


def printed(contract, **settings) -> str:
	document = frappe.get_doc("Contract", contract.name)
	return get_rendered_template(
		document, frappe.get_doc("Print Format", FORMAT), no_letterhead=True, settings=settings
	)


def test_the_print_of_a_day_has_the_text_of_that_day(contract):
	change = amend(
		contract,
		replace(contract, "Delivery", "<p>Within 5 days.</p>"),
		remove(contract, "Warranty"),
		remove(contract, "Certificate", "Obligation"),
		effective=day(10),
		title="<b>Faster</b>",
		has_new_value=1,
		new_value=1500,
		new_end_date=add_years(END, 2),
	)
	before, after = (printed(contract, as_of=str(day(number))) for number in (9, 10))
	assert "Delivery as signed." in before and "Certificate" in before and change.name not in before
	assert "Within 5 days." in after and "Delivery as signed." not in after
	assert "Warranty" not in after and "Certificate" not in after
	assert "1,500.00" in after and "1,000.00" in before
	assert str(END.year + 2) in after
	assert f"As in amendment {change.name}" in after
	assert "&lt;b&gt;Faster" in after and "<b>Faster" not in after
	assert "Ann Partner" in after and "Text as of" in after
	stored = frappe.get_doc("Contract", contract.name)
	assert [row.title for row in stored.clauses] == ["Price", "Delivery", "Warranty"], (
		"printing changes nothing"
	)


def test_the_usual_print_is_what_was_signed_and_says_so(contract):
	plain = printed(contract)
	assert "As signed" not in plain and "Text as of" not in plain
	change = amend(contract, replace(contract, "Delivery", "<p>Within 5 days.</p>"), effective=day(-1))
	plain = printed(contract)
	assert "Delivery as signed." in plain and "Within 5 days." not in plain
	assert "As signed" in plain and change.name in plain


def test_any_print_format_follows_the_day(contract):
	amend(contract, replace(contract, "Delivery", "<p>Within 5 days.</p>"), effective=day(10))
	standard = get_html_and_style(
		"Contract", contract.name, "Standard", settings=json.dumps({"as_of": str(day(10))})
	)["html"]
	assert "Within 5 days." in standard


def test_a_draft_prints_as_it_is():
	draft = make_contract(clauses=[clause("Price")])
	frappe.db.set_single_value("Print Settings", "allow_print_for_draft", 1)
	assert "Price as signed." in printed(draft, as_of=today())


@pytest.fixture
def reader_role():
	"""A role that may read contracts, but not print them."""
	role = frappe.get_doc(
		doctype="Role", role_name=f"Contract Reader {frappe.generate_hash(length=5)}"
	).insert()
	frappe.permissions.add_permission("Contract", role.name, 0)
	frappe.clear_cache(doctype="Contract")
	yield role.name
	frappe.db.rollback()
	frappe.clear_cache(doctype="Contract")


def test_to_print_a_day_takes_the_right_to_print(contract, reader_role):
	frappe.db.set_value("Custom DocPerm", {"parent": "Contract", "role": reader_role}, "print", 0)
	frappe.clear_cache(doctype="Contract")
	settings = json.dumps({"as_of": today()})
	with acting_as(make_user(reader_role)):
		assert contracts.text_on(contract.name, today())["clauses"]
		with pytest.raises(frappe.PermissionError):
			get_html_and_style("Contract", contract.name, FORMAT, settings=settings)
	with acting_as(make_user("Purchase Manager")):
		assert (
			"Text as of" in get_html_and_style("Contract", contract.name, FORMAT, settings=settings)["html"]
		)


# Over time


def test_the_timeline_has_drafts_and_cancelled_ones_too(contract):
	later = amend(contract, replace(contract, "Price", "x"), effective=day(20), has_new_value=1, new_value=5)
	draft = make_amendment(contract, remove(contract, "Warranty"), effective=day(10))
	gone = amend(contract, effective=day(5), new_end_date=add_years(END, 2))
	gone.cancel()
	with acting_as(make_user("Purchase Manager")):
		found = contracts.amendments(contract.name)
	assert [(row.name, row.status) for row in found] == [
		(gone.name, "Cancelled"),
		(draft.name, "Draft"),
		(later.name, "Confirmed"),
	]
	assert found[1].changes == [{"subject": "Clause", "action": "Remove", "title": "Warranty"}]
	assert (found[2].has_new_value, found[2].new_value) == (1, 5)
	assert found[2].confirmed_by_name == frappe.utils.get_fullname(later.confirmed_by)


# By one amendment


def test_old_beside_new(contract):
	target = {
		"subject": "Obligation",
		"action": "Replace",
		"entry_key": key(contract, "Quality"),
		"kind": "KPI promise",
		"title": "Quality",
		"kpi": contract.obligations[0].kpi,
		"comparison": "At least",
		"target": 97.5,
		"judged_each": "Quarter",
		"windows_begin": "Calendar",
	}
	change = amend(
		contract,
		replace(contract, "Delivery", "<p>Delivery as agreed.</p>"),
		target,
		remove(contract, "Warranty"),
		{"subject": "Clause", "action": "Add", **clause("Audit")},
		{
			"subject": "Obligation",
			"action": "Add",
			"kind": "Dated deliverable",
			"title": "Report",
			"due_date": END,
			"owed_by": "Us",
		},
		effective=day(10),
		new_end_date=add_years(END, 2),
		has_new_value=1,
		new_value=1500,
	)
	found = contracts.changes(change.name)
	delivery, quality, warranty, audit, report = found["changes"]
	assert [piece["text"] for piece in delivery["pieces"] if piece["kind"] == "removed"] == ["signed"]
	assert [piece["text"] for piece in delivery["pieces"] if piece["kind"] == "added"] == ["agreed"]
	assert [(fact["label"], fact["old"], fact["new"]) for fact in quality["facts"]] == [
		("Target", "95 %", "97.5 %"),
		("Judged Each", "Month", "Quarter"),
	]
	assert {piece["kind"] for piece in warranty["pieces"]} == {"removed"}
	assert {piece["kind"] for piece in audit["pieces"]} == {"added"}
	facts = {fact["label"]: (fact["old"], fact["new"]) for fact in report["facts"]}
	assert facts["Owed By"] == ("", "Us") and "KPI" not in facts and "Promise" not in facts
	assert (found["value"], found["end"]) == (
		{"old": 1000, "new": 1500},
		{"old": getdate(add_years(END, 1)), "new": getdate(add_years(END, 2))},
	)
	assert found["needed"] == [] and found["confirmed_by_name"]


def test_old_is_what_acts_before_this_amendment(contract):
	"""Also where the other one was confirmed afterwards, or was drafted later for an earlier day."""
	late = amend(
		contract,
		replace(contract, "Delivery", "late"),
		effective=day(20),
		has_new_value=1,
		new_value=3000,
	)
	assert contracts.changes(late.name)["value"]["old"] == 1000
	early = amend(
		contract,
		replace(contract, "Delivery", "early"),
		effective=day(10),
		has_new_value=1,
		new_value=2000,
	)
	found = contracts.changes(late.name)
	assert found["value"]["old"] == 2000
	assert [piece["text"] for piece in found["changes"][0]["pieces"]] == ["early", "late"]
	(overlap,) = found["overlaps"]
	assert (overlap["amendment"], overlap["acts_last"], overlap["draft"]) == (early.name, True, False)
	draft = make_amendment(contract, replace(contract, "Delivery", "draft"), effective=day(30))
	assert {row["amendment"]: row["draft"] for row in contracts.changes(late.name)["overlaps"]} == {
		early.name: False,
		draft.name: True,
	}
	assert [piece["text"] for piece in contracts.changes(draft.name)["changes"][0]["pieces"]] == [
		"late",
		"draft",
	]


def test_the_changes_of_an_amendment_are_for_those_who_may_read_it_and_its_contract(contract):
	draft = make_amendment(contract, replace(contract, "Price", "x"))
	with acting_as(make_user("Sales User")), pytest.raises(frappe.PermissionError):
		contracts.changes(draft.name)
	confirm(draft)
	with acting_as(make_user("Purchase Manager")):
		assert contracts.changes(draft.name)["needed"] == []
