"""The library of clauses, and what contracts make of it, on a real site."""

import frappe
import pytest
from clause_factories import (
	BODY,
	approve,
	as_user,
	make_approved,
	make_clause,
	make_contract,
	make_contract_template,
	make_next_version,
	make_rule,
	new_contract,
	submit,
	texts,
)
from factories import COMPANY, make_company, make_supplier, make_supplier_group, make_user
from frappe.utils.data import strip_html
from frappe.utils.pdf import get_pdf
from frappe.www.printview import get_rendered_template

from partner_relations.install import insert_defaults
from partner_relations.supplier_quality import clause_library, clauses, contract_steps
from partner_relations.supplier_quality.agreements.placeholders import BLANK
from partner_relations.supplier_quality.api import clauses as api
from partner_relations.supplier_quality.clause_library import CLAUSE


def refused(action, error=frappe.ValidationError) -> str:
	"""The sentence with which something is refused, without markup."""
	with pytest.raises(error) as refusal:
		action()
	return strip_html(str(refusal.value))


def clause_types() -> list[str]:
	return frappe.get_meta(CLAUSE).get_field("clause_type").options.strip().split("\n")


@pytest.fixture(autouse=True)
def _no_rules(_on_the_site):
	"""Only the rules of a test hold in it."""
	frappe.db.set_value("Contract Clause Rule", {"disabled": 0}, "disabled", 1)


# The library


def test_a_clause_starts_as_a_draft_whatever_its_author_says():
	clause = make_clause(status="Approved", version=7, is_starting_point=1, approved_by="Administrator")
	assert (clause.status, clause.version, clause.is_starting_point) == ("Draft", 1, 0)
	assert clause.approved_by is None and clause.family == clause.name
	clause.update({"status": "Approved", "version": 3, "family": "other", "body": "<p>New</p>"})
	clause.save().reload()
	assert (clause.status, clause.version, clause.family) == ("Draft", 1, clause.name)
	assert clause.body == "<p>New</p>"


@pytest.mark.parametrize(
	("body", "named"),
	[
		("<p>{party} pays {amount}</p>", "{amount}"),
		("<p>{start date}</p>", "{start date}"),
		("<p>{party</p>", "{"),
		("<p>{{ frappe.session.user }}</p>", "{ frappe.session.user }"),
	],
)
def test_an_unknown_placeholder_is_refused_and_named(body, named):
	sentence = refused(lambda: make_clause(body=body))
	assert sentence.startswith("There is no placeholder") and named in sentence and "{end_date}" in sentence


def test_a_clause_needs_a_text():
	assert "Enter the text" in refused(lambda: make_clause(body="<p> &nbsp;</p>"), frappe.MandatoryError)


def test_neither_author_nor_last_editor_approves():
	author, editor, manager = (make_user("Supplier Quality Manager") for _number in range(3))
	with as_user(author):
		clause = make_clause()
	with as_user(editor):
		clause.reload().update({"body": "<p>Edited</p>"})
		clause.save()
	for user in (author, editor):
		with as_user(user):
			sentence = refused(lambda: clause_library.approve(clause.name), frappe.PermissionError)
			assert "somebody else must approve it" in sentence
	with as_user(manager):
		clause_library.approve(clause.name)
	clause.reload()
	assert (clause.status, clause.approved_by) == ("Approved", manager) and clause.approved_on
	with as_user(make_user("Supplier Quality Manager")):
		assert "only one that is Draft" in refused(lambda: clause_library.approve(clause.name))


def test_administrator_does_not_approve_an_own_clause():
	clause = make_clause()
	assert "somebody else" in refused(lambda: clause_library.approve(clause.name), frappe.PermissionError)


@pytest.mark.parametrize(
	("field", "value"),
	[
		("title", "Another"),
		("clause_type", "Price"),
		("language", "zh"),
		("body", "<p>{party} keeps nothing.</p>"),
		("change_note", "Later"),
	],
)
@pytest.mark.parametrize("retired", [False, True])
def test_what_was_approved_never_changes(field, value, retired):
	clause = make_approved()
	if retired:
		clause_library.retire(clause.name, "Not needed any more")
		clause.reload()
	clause.set(field, value)
	sentence = refused(clause.save)
	assert "its text never changes" in sentence and "Make a new version" in sentence
	assert frappe.db.get_value(CLAUSE, clause.name, "body") == BODY


def test_status_of_an_approved_clause_is_not_written_by_hand():
	clause = make_approved()
	clause.update({"status": "Draft", "approved_by": "Administrator"})
	clause.save().reload()
	assert clause.status == "Approved" and clause.approved_by != "Administrator"


def test_a_new_version_replaces_the_old_one_when_it_is_approved():
	clause = make_approved()
	draft = frappe.get_doc(CLAUSE, clause_library.new_version(clause.name))
	assert (draft.version, draft.status, draft.previous_version, draft.family) == (
		2,
		"Draft",
		clause.name,
		clause.name,
	)
	assert draft.body == clause.body and clause.reload().status == "Approved"
	sentence = refused(lambda: clause_library.new_version(clause.name))
	assert "Version 2" in sentence and draft.name in sentence
	draft.body = "<p>{party} keeps it for five years.</p>"
	approve(draft.save())
	assert (draft.status, clause.reload().status) == ("Approved", "Retired")
	assert clause.retired_by == draft.approved_by and clause.retired_note == "Replaced by version 2"
	third = make_next_version(clause, "<p>Third</p>")
	assert (third.version, third.previous_version, draft.reload().status) == (3, clause.name, "Retired")


def test_retiring_takes_a_reason():
	clause = make_approved()
	assert "Say why" in refused(lambda: clause_library.retire(clause.name, "  "))
	clause_library.retire(clause.name, "Law changed")
	clause.reload()
	assert (clause.status, clause.retired_by, clause.retired_note) == (
		"Retired",
		"Administrator",
		"Law changed",
	)
	assert "only one that is Approved" in refused(lambda: clause_library.retire(clause.name, "Again"))


def test_only_drafts_are_deleted():
	make_clause().delete()
	clause = make_approved()
	assert "Retire it instead" in refused(clause.delete)
	clause_library.retire(clause.name, "Law changed")
	assert "Retire it instead" in refused(clause.reload().delete)


def test_a_copy_is_a_clause_of_its_own():
	copy = frappe.copy_doc(make_approved()).insert()
	assert (copy.status, copy.version, copy.family, copy.approved_by) == ("Draft", 1, copy.name, None)


def test_versions_are_compared():
	clause = make_approved(body="<p>Kept for three years.</p>")
	newer = make_next_version(clause, "<p>Kept for five years.</p>")
	compared = api.compare(newer.name)
	assert (compared["previous"], compared["version"]) == (1, 2)
	assert [piece["text"] for piece in compared["pieces"] if piece["kind"] != "same"] == ["three", "five"]
	assert "no previous version" in refused(lambda: api.compare(clause.name))


# What comes with the app


def test_the_shipped_library_covers_every_type_in_english_and_chinese():
	frappe.db.delete(CLAUSE)
	frappe.db.delete("Contract Clause Rule")
	insert_defaults(("contract_clause", "contract_clause_rule"))
	rows = frappe.get_all(CLAUSE, fields=["*"])
	assert len(clause_types()) == 14
	assert sorted((row.clause_type, row.language) for row in rows) == sorted(
		(clause_type, language) for clause_type in clause_types() for language in ("en", "zh")
	)
	assert all(row.is_starting_point and row.status == "Approved" and not row.approved_by for row in rows)
	assert all(row.family == row.name and row.version == 1 for row in rows)
	rules = frappe.get_all("Contract Clause Rule", fields=["disabled", "clause_type"])
	assert rules and all(rule.disabled for rule in rules)
	insert_defaults(("contract_clause", "contract_clause_rule"))
	assert frappe.db.count(CLAUSE) == 28


def test_a_starting_point_is_marked_until_somebody_reviewed_it():
	frappe.db.delete(CLAUSE)
	insert_defaults(("contract_clause",))
	name = frappe.db.get_value(CLAUSE, {"clause_type": "Delivery", "language": "en"})
	contract = make_contract(frappe.get_doc(CLAUSE, name))
	assert api.overview(contract.name)["rows"][0]["starting_point"]
	manager = make_user("Supplier Quality Manager")
	with as_user(manager):
		api.approve(name)
	clause = frappe.get_doc(CLAUSE, name)
	assert (clause.is_starting_point, clause.status, clause.approved_by) == (0, "Approved", manager)
	assert not api.overview(contract.name)["rows"][0]["starting_point"]


def test_a_new_version_of_a_starting_point_is_the_companys_own():
	frappe.db.delete(CLAUSE)
	insert_defaults(("contract_clause",))
	name = frappe.db.get_value(CLAUSE, {"clause_type": "Delivery", "language": "en"})
	draft = frappe.get_doc(CLAUSE, clause_library.new_version(name))
	assert not draft.is_starting_point and draft.version == 2


# Taking clauses into a contract


def test_a_contract_takes_the_clauses_of_its_template_with_their_text():
	first, second = make_approved("Price", "<p>{value} {currency}</p>"), make_approved("Delivery")
	supplier = make_supplier("Bolts & Nuts")
	contract = make_contract(
		supplier=supplier,
		contract_template=make_contract_template(first, second).name,
		contract_value=12345.6,
	)
	assert [(row.clause, row.version, row.clause_type, row.title) for row in contract.clauses] == [
		(first.name, 1, "Price", first.title),
		(second.name, 1, "Delivery", second.title),
	]
	name = frappe.utils.escape_html(frappe.db.get_value("Supplier", supplier, "supplier_name"))
	assert texts(contract) == [
		"<p>12,345.60 USD</p>",
		f"<p>{name} keeps what Test Co tells it to itself.</p>",
	]
	assert not any(row.departs for row in contract.clauses)
	assert len({row.entry_key for row in contract.clauses}) == 2
	contract.reload()
	assert contract.contract_terms == (
		f"<h4>1. {first.title}</h4>\n<p>12,345.60 USD</p>\n<h4>2. {second.title}</h4>\n{texts(contract)[1]}"
	)


def test_values_are_written_in_the_language_of_the_clause():
	body = "<p>{start_date} | {value} | {notice_days} | {contract_owner}</p>"
	english, chinese = make_approved(body=body), make_approved("Price", body, language="zh")
	contract = make_contract(
		english,
		chinese,
		contract_value=1234,
		currency="JPY",
		notice_days=1000,
		contract_owner="Administrator",
	)
	assert texts(contract) == [
		"<p>March 1, 2026 | 1,234 | 1,000 | Administrator</p>",
		"<p>2026年3月1日 | 1,234 | 1,000 | Administrator</p>",
	]


def test_the_text_follows_the_draft_until_a_person_changes_it():
	clause = make_approved(body="<p>From {start_date} until {end_date}.</p>")
	contract = make_contract(clause, clause_type="Other", end_date=None)
	assert texts(contract) == [f"<p>From March 1, 2026 until {BLANK}.</p>"]
	assert api.overview(contract.name)["rows"][0]["unfilled"] == ["end_date"]
	contract.update({"start_date": "2026-04-01", "end_date": "2026-12-31"})
	contract.save()
	assert texts(contract) == ["<p>From April 1, 2026 until December 31, 2026.</p>"]
	contract.clauses[0].text = "<p>From April 1, 2026 for ever.</p>"
	contract.save()
	assert contract.clauses[0].departs == 1
	contract.start_date = "2026-05-01"
	contract.save().reload()
	assert texts(contract) == ["<p>From April 1, 2026 for ever.</p>"]
	assert contract.clauses[0].library_text == "<p>From May 1, 2026 until December 31, 2026.</p>"
	changed = [
		piece["text"] for piece in api.overview(contract.name)["rows"][0]["pieces"] if piece["kind"] != "same"
	]
	assert changed == ["May", "April", "until December 31, 2026", "for ever"]
	contract.clauses[0].text = contract.clauses[0].library_text
	assert contract.save().clauses[0].departs == 0


def test_how_a_text_looks_is_no_departure():
	contract = make_contract(make_approved(body="<p>All goods are new.</p>"))
	contract.clauses[0].text = "<div class='ql-editor'><p><b>All goods</b> are&nbsp;new.</p></div>"
	contract.save()
	assert contract.clauses[0].departs == 0 and texts(contract) == ["<p>All goods are new.</p>"]


def test_the_flag_of_a_departure_is_not_for_the_browser_to_set():
	contract = make_contract(make_approved())
	contract.clauses[0].update({"text": "<p>Nothing is secret.</p>", "library_text": "", "departs": 0})
	contract.clauses[0].update({"version": 9, "clause_type": "Price", "language": "zh"})
	contract.save()
	row = contract.clauses[0]
	assert (row.departs, row.version, row.clause_type, row.language) == (1, 1, "Confidentiality", "en")
	assert "keeps what" in row.library_text


def test_a_clause_of_its_own():
	contract = make_contract(
		clauses=[{"clause_type": "Other", "title": "Special", "text": "<p>We meet each May.</p>"}]
	)
	assert (contract.clauses[0].departs, contract.clauses[0].version) == (1, 0)
	assert api.overview(contract.name)["rows"][0]["own"]
	contract.clauses[0].text = ""
	assert "choose a clause of the library, or enter a text" in refused(contract.save)


def test_what_people_write_is_cleaned_and_titles_are_escaped():
	contract = make_contract(
		clauses=[{"clause_type": "Other", "title": "A < B", "text": "<p>x<script>alert(1)</script></p>"}]
	).reload()
	assert "<script" not in contract.clauses[0].text and "<script" not in contract.contract_terms
	assert "<h4>1. A &lt; B</h4>" in contract.contract_terms


def test_only_approved_clauses_enter_a_contract():
	draft = make_clause()
	assert "is a draft" in refused(lambda: make_contract(draft))
	clause = make_approved()
	newer = make_next_version(clause, "<p>Newer</p>")
	sentence = refused(lambda: make_contract(clause))
	assert "Row 1" in sentence and "Choose version 2 instead" in sentence and newer.name in sentence
	gone = make_approved("Price")
	clause_library.retire(gone.name, "Law changed")
	assert "Choose another clause" in refused(lambda: make_contract(gone))


def test_a_contract_keeps_a_version_that_is_replaced_and_says_so():
	clause = make_approved(body="<p>Old</p>")
	contract = make_contract(clause)
	newer = make_next_version(clause, "<p>New</p>")
	contract.save().reload()
	assert (texts(contract), contract.clauses[0].version) == (["<p>Old</p>"], 1)
	assert api.overview(contract.name)["rows"][0]["newer"] == {"clause": newer.name, "version": 2}
	contract.clauses[0].clause = newer.name
	contract.save()
	assert (texts(contract), contract.clauses[0].version) == (["<p>New</p>"], 2)
	assert contract.clauses[0].departs == 0


def test_a_row_takes_the_title_of_another_clause_and_keeps_one_of_its_own():
	first, second = make_approved(), make_approved("Price", "<p>Fixed</p>")
	contract = make_contract(first)
	contract.clauses[0].clause = second.name
	contract.save()
	assert (contract.clauses[0].title, texts(contract)) == (second.title, ["<p>Fixed</p>"])
	contract.clauses[0].title = "Our prices"
	assert contract.save().clauses[0].title == "Our prices"


def test_what_is_there_is_not_overwritten_by_the_template():
	special, usual = make_approved("Price"), make_approved("Delivery")
	template = make_contract_template(usual)
	contract = make_contract(special, contract_template=template.name)
	assert [row.clause for row in contract.clauses] == [special.name]
	contract.clauses = []
	contract.save()
	assert contract.clauses == [], "who takes them all out wants none"
	contract.contract_template = make_contract_template(special).name
	contract.save()
	assert [row.clause for row in contract.clauses] == [special.name], "another template was chosen"


def test_an_employees_contract_is_left_alone():
	employee = frappe.get_doc(
		doctype="Employee",
		first_name="Ada",
		company=COMPANY,
		gender="Female",
		date_of_birth="1990-01-01",
		date_of_joining="2020-01-01",
	).insert()
	make_rule("Confidentiality")
	contract = make_contract(
		party_type="Employee",
		party_name=employee.name,
		contract_terms="<p>Work.</p>",
		contract_template=make_contract_template(make_approved()).name,
	)
	assert (contract.clauses, contract.contract_terms, contract.missing_clauses) == ([], "<p>Work.</p>", None)
	contract.submit()
	assert contract.docstatus == 1


def test_a_contract_without_clauses_keeps_its_text_and_needs_one():
	contract = make_contract(contract_terms="<p>As agreed.</p>")
	assert contract.save().contract_terms == "<p>As agreed.</p>"
	contract.contract_terms = None
	assert "Enter the contract terms" in refused(contract.save, frappe.MandatoryError)


def test_the_text_is_frozen_from_the_review_on():
	supplier = make_supplier()
	clause = make_approved()
	contract = make_contract(clause, supplier=supplier)
	before = texts(contract), contract.contract_terms
	contract_steps.take_step(contract.name, "request_review")
	frappe.db.set_value("Supplier", supplier, "supplier_name", "Renamed")
	make_next_version(clause, "<p>Other</p>")
	with as_user(make_user("Purchase Manager")):
		contract_steps.take_step(contract.name, "pass_review")
	submit(contract.reload())
	contract.reload()
	assert (texts(contract), contract.contract_terms) == before and contract.docstatus == 1
	contract.clauses[0].text = "<p>Changed</p>"
	assert "Text" in refused(contract.save, frappe.UpdateAfterSubmitError)
	contract.reload().clauses = []
	refused(contract.save, frappe.ValidationError)
	contract.reload().append("clauses", {"clause_type": "Other", "title": "More", "text": "<p>More</p>"})
	refused(contract.save, frappe.ValidationError)
	contract.reload().contract_terms = "<p>Changed</p>"
	refused(contract.save, frappe.UpdateAfterSubmitError)


# Keys


def test_keys_survive_amending_but_not_copying():
	contract = submit(make_contract(make_approved(), make_approved("Price")))
	keys = [row.entry_key for row in contract.clauses]
	copy = frappe.copy_doc(contract)
	copy.update({"life_cycle": None, "docstatus": 0})
	assert not set(keys) & {row.entry_key for row in copy.insert().clauses}
	contract.reload().cancel()
	amended = frappe.copy_doc(contract)
	amended.update({"amended_from": contract.name, "docstatus": 0, "life_cycle": None})
	amended.append(
		"clauses", {"clause_type": "Other", "title": "New", "text": "<p>x</p>", "entry_key": keys[0]}
	)
	amended.insert()
	assert [row.entry_key for row in amended.clauses][:2] == keys
	assert len({row.entry_key for row in amended.clauses}) == 3


def test_an_amended_contract_keeps_clauses_that_were_retired_meanwhile():
	clause = make_approved(body="<p>Old</p>")
	contract = submit(make_contract(clause))
	make_next_version(clause, "<p>New</p>")
	contract.reload().cancel()
	amended = frappe.copy_doc(contract)
	amended.update({"amended_from": contract.name, "docstatus": 0, "life_cycle": None})
	assert texts(amended.insert()) == ["<p>Old</p>"]
	copy = frappe.copy_doc(contract)
	copy.update({"docstatus": 0, "life_cycle": None})
	assert "Choose version 2 instead" in refused(copy.insert)


def test_keys_stay_when_rows_come_without_them_and_are_given_once():
	contract = make_contract(make_approved(), make_approved("Price"))
	keys = [row.entry_key for row in contract.clauses]
	contract.clauses[0].entry_key = None
	contract.save()
	assert [row.entry_key for row in contract.clauses] == keys
	contract.append("clauses", {"clause_type": "Other", "title": "x", "text": "x", "entry_key": keys[1]})
	contract.save()
	assert [row.idx for row in contract.clauses] == [1, 2, 3]
	assert [row.entry_key for row in contract.clauses][:2] == keys
	assert contract.clauses[2].entry_key not in keys


def test_a_frozen_row_for_an_amendment():
	clause = make_approved(body="<p>From {start_date}, {party}</p>")
	contract = submit(make_contract(clause))
	row = clauses.frozen_row(clause.name, contract)
	name = frappe.db.get_value("Supplier", contract.party_name, "supplier_name")
	assert row == {
		"clause": clause.name,
		"clause_type": "Confidentiality",
		"title": clause.title,
		"version": 1,
		"language": "en",
		"text": f"<p>From March 1, 2026, {name}</p>",
		"library_text": f"<p>From March 1, 2026, {name}</p>",
	}
	assert "is a draft" in refused(lambda: clauses.frozen_row(make_clause().name, contract))
	assert "no clause" in refused(lambda: clauses.frozen_row("CCL-x", contract), frappe.DoesNotExistError)


# Contract templates


def test_a_template_holds_approved_clauses_once_and_in_their_newest_version():
	clause, draft = make_approved(), make_clause("Price")
	assert "Row 1" in refused(lambda: make_contract_template(draft))
	assert "in row 1 already" in refused(lambda: make_contract_template(clause, clause))
	template = make_contract_template(clause)
	newer = make_next_version(clause, "<p>Newer</p>")
	template.reload().save()
	assert [(row.clause, row.version, row.title) for row in template.clauses] == [
		(newer.name, 2, newer.title)
	]
	clause_library.retire(newer.name, "Law changed")
	assert "is retired" in refused(template.reload().save)


def test_a_contract_takes_the_newest_version_though_the_template_names_an_older_one():
	clause, gone = make_approved(), make_approved("Price")
	template = make_contract_template(clause, gone)
	newer = make_next_version(clause, "<p>Newer</p>")
	clause_library.retire(gone.name, "Law changed")
	contract = make_contract(contract_template=template.name)
	assert [row.clause for row in contract.clauses] == [newer.name]


def test_of_each_type_a_contract_takes_the_clauses_in_its_language():
	english, chinese = make_approved("Price"), make_approved("Price", language="zh")
	only_english = make_approved("Delivery")
	template = make_contract_template(english, chinese, only_english).name
	for language, expected in (("zh", [chinese, only_english]), ("en", [english, only_english])):
		contract = make_contract(supplier=make_supplier(language=language), contract_template=template)
		assert contract.contract_language == language
		assert [row.clause for row in contract.clauses] == [clause.name for clause in expected]
	chosen = make_contract(contract_template=template, contract_language="zh")
	assert [row.clause for row in chosen.clauses] == [chinese.name, only_english.name]


def test_a_language_that_the_template_does_not_have():
	english = make_approved("Price")
	template = make_contract_template(english).name
	contract = make_contract(supplier=make_supplier(language="fr"), contract_template=template)
	assert [row.clause for row in contract.clauses] == [english.name]


# Mandatory types


def test_submission_is_refused_while_a_mandatory_type_is_missing():
	for clause_type in ("Confidentiality", "Payment", "Termination"):
		make_rule(clause_type, party_type="Supplier")
	contract = make_contract(make_approved())
	assert contract.missing_clauses == "Payment\nTermination"
	sentence = refused(lambda: submit(contract))
	assert "Payment and Termination" in sentence and "Confidentiality" not in sentence
	assert frappe.db.get_value("Contract", contract.name, "docstatus") == 0
	overview = api.overview(contract.name)
	assert [(row["clause_type"], row["present"]) for row in overview["mandatory"]] == [
		("Confidentiality", True),
		("Payment", False),
		("Termination", False),
	]
	contract_steps.take_step(contract.name, "return_to_drafting", {"reason": "Incomplete"})
	contract.reload()
	contract.append("clauses", {"clause": make_approved("Payment").name})
	contract.append("clauses", {"clause_type": "Termination", "title": "End", "text": "<p>Any time.</p>"})
	contract.save()
	assert not contract.missing_clauses
	assert submit(contract).docstatus == 1


def test_a_contract_with_a_text_but_no_clauses_is_refused_too():
	make_rule("Payment")
	assert "Payment" in refused(lambda: submit(make_contract()))


def test_rules_by_group_company_party_and_value():
	parent = make_supplier_group()
	group = make_supplier_group(parent, is_group=0)
	supplier = make_supplier(supplier_group=group)
	make_rule("Price", supplier_group=parent, party_type="Supplier")
	make_rule("Delivery", supplier_group=make_supplier_group(), party_type="Supplier")
	make_rule("Warranty", company=COMPANY)
	make_rule("Liability", company=make_company())
	make_rule("Payment", party_type="Customer")
	make_rule("Termination", has_minimum_value=1, minimum_value=1000)
	make_rule("Other", disabled=1)
	contract = make_contract(supplier=supplier, contract_value=999.99)
	assert clauses.mandatory_types(contract) == ["Price", "Warranty"]
	contract.contract_value = 1000
	assert clauses.mandatory_types(contract) == ["Price", "Warranty", "Termination"]


def test_a_minimum_is_in_the_currency_of_the_company():
	make_rule("Liability", has_minimum_value=1, minimum_value=1000)
	frappe.get_doc(
		doctype="Currency Exchange",
		date="2026-01-01",
		from_currency="EUR",
		to_currency="USD",
		exchange_rate=2,
	).insert()
	assert make_contract(currency="EUR", contract_value=499).missing_clauses == ""
	assert make_contract(currency="EUR", contract_value=500).missing_clauses == "Liability"
	frappe.db.set_single_value("Currency Exchange Settings", "disabled", 1)
	assert make_contract(currency="INR", contract_value=1).missing_clauses == "Liability", "no rate is known"


def test_a_rule_forgets_what_its_form_no_longer_shows():
	group = make_supplier_group()
	rule = make_rule("Price", supplier_group=group, party_type="Customer", minimum_value=5)
	assert (rule.supplier_group, rule.minimum_value) == (None, 0)


def test_customers_have_rules_of_their_own():
	make_rule("Payment", party_type="Customer")
	make_rule("Price", party_type="Supplier")
	make_rule("Delivery")
	customer = frappe.get_doc(doctype="Customer", customer_name="Buyer of Bolts").insert()
	contract = make_contract(
		make_approved(body="<p>{party}</p>"), party_type="Customer", party_name=customer.name
	)
	assert texts(contract) == ["<p>Buyer of Bolts</p>"]
	assert contract.missing_clauses == "Payment\nDelivery", "a rule without a party type holds for all"


# The override


def test_a_manager_overrides_with_a_reason_that_is_kept():
	make_rule("Payment")
	contract = make_contract()
	manager = make_user("Supplier Quality Manager", "Purchase Manager")
	with as_user(manager):
		contract.clause_override_reason = "Paid in advance"
		contract.clause_override_by = "Administrator"
		contract.save()
	assert (contract.clause_override_by, contract.missing_clauses) == (manager, "Payment")
	assert contract.clause_override_on
	submit(contract)
	contract.reload()
	assert (contract.docstatus, contract.clause_override_reason, contract.clause_override_by) == (
		1,
		"Paid in advance",
		manager,
	)
	assert contract.missing_clauses == "Payment"
	assert api.overview(contract.name)["override"]["by"] == manager


def test_nobody_else_overrides():
	make_rule("Payment")
	buyer = make_user("Purchase Manager")
	contract = make_contract()
	with as_user(buyer):
		contract.clause_override_reason = "Please"
		sentence = refused(contract.save, frappe.PermissionError)
	assert sentence.startswith("Only a Supplier Quality Manager")
	contract.reload().clause_override_by = "Administrator"
	contract.save()
	assert contract.clause_override_by is None
	with as_user(buyer):
		refused(lambda: make_contract(clause_override_reason="Please"), frappe.PermissionError)


def test_an_override_lapses_when_another_type_goes_missing():
	make_rule("Payment")
	make_rule("Price")
	contract = make_contract(make_approved("Price"))
	contract.clause_override_reason = "Paid in advance"
	contract.save()
	contract.contract_value = 5
	assert contract.save().clause_override_by == "Administrator"
	contract.clauses = []
	contract.save()
	assert (contract.clause_override_by, contract.clause_override_reason) == (None, None)
	assert "Price and Payment" in refused(lambda: submit(contract)) or contract.missing_clauses


def test_an_override_is_possible_while_the_contract_awaits_approval():
	make_rule("Payment")
	contract = make_contract()
	refused(lambda: submit(contract))
	contract.reload()
	manager = make_user("Supplier Quality Manager", "Purchase Manager")
	with as_user(manager):
		contract.clause_override_reason = "Paid in advance"
		contract.save()
	assert submit(contract).docstatus == 1


def test_an_amended_contract_needs_a_reason_of_its_own():
	make_rule("Payment")
	contract = make_contract()
	contract.clause_override_reason = "Paid in advance"
	submit(contract.save()).reload().cancel()
	amended = frappe.copy_doc(contract)
	amended.update({"amended_from": contract.name, "docstatus": 0, "life_cycle": None})
	amended.insert()
	assert (amended.clause_override_reason, amended.clause_override_by) == (None, None)


# Roles


@pytest.mark.parametrize("role", ["Supplier Quality Manager", "Purchase Manager", "System Manager"])
def test_managers_keep_the_library(role):
	with as_user(make_user(role)):
		clause = make_clause()
		draft = clause.name
	with as_user(make_user(role)):
		api.approve(draft)
		newer = api.new_version(draft)
		frappe.delete_doc(CLAUSE, newer)
		api.retire(draft, "Law changed")
	assert frappe.db.get_value(CLAUSE, draft, "status") == "Retired"


@pytest.mark.parametrize("role", ["Supplier Quality User", "Purchase User", "Sales Manager"])
def test_others_read_it(role):
	clause, draft = make_approved(), make_clause("Price")
	with as_user(make_user(role)):
		assert frappe.get_list(CLAUSE, filters={"name": clause.name}, pluck="name") == [clause.name]
		assert api.placeholders()
		refused(make_clause, frappe.PermissionError)
		refused(lambda: api.approve(draft.name), frappe.PermissionError)
		refused(lambda: api.new_version(clause.name), frappe.PermissionError)
		refused(lambda: api.retire(clause.name, "No"), frappe.PermissionError)


def test_strangers_see_nothing():
	clause, contract = make_approved(), make_contract(make_approved("Price"))
	template = make_contract_template(clause)
	with as_user(make_user("Stock User")):
		for action in (
			lambda: frappe.get_list(CLAUSE),
			api.placeholders,
			lambda: api.overview(contract.name),
			lambda: api.compare(clause.name),
			lambda: api.frozen_row(clause.name, "{}"),
			lambda: api.rows_of_template(template.name, "{}"),
		):
			refused(action, frappe.PermissionError)


def test_a_form_does_not_read_what_its_user_may_not():
	clause = make_approved(body="<p>{party}</p>")
	supplier = make_supplier()
	form = frappe.as_json({"party_type": "Supplier", "party_name": supplier, "__islocal": 1})
	with as_user(make_user("Sales Manager")):
		refused(lambda: api.frozen_row(clause.name, form), frappe.PermissionError)
		other = frappe.as_json({"party_type": "User", "party_name": "Administrator"})
		assert api.frozen_row(clause.name, other)["text"] == f"<p>{BLANK}</p>"
	assert "not a contract" in refused(lambda: api.frozen_row(clause.name, "[]"))


def test_what_the_form_takes_is_what_saving_keeps():
	clause = make_approved(body="<p>{party}, {start_date}, {contract}</p>")
	template = make_contract_template(clause)
	contract = new_contract(contract_template=template.name, contract_terms=None)
	form = frappe.as_json({**contract.as_dict(), "name": "new-contract-1", "__islocal": 1})
	rows = api.rows_of_template(template.name, form)
	assert rows == [api.frozen_row(clause.name, form)]
	assert BLANK in rows[0]["text"] and "new-contract" not in rows[0]["text"]
	contract.extend("clauses", rows)
	contract.insert()
	assert contract.name in texts(contract)[0] and not contract.clauses[0].departs


# The print


def printed(contract) -> str:
	"""The HTML of the print. Frappe's own ways to it write an access log and commit that."""
	return get_rendered_template(
		contract, frappe.get_doc("Print Format", "Contract with Clauses"), no_letterhead=True
	)


@pytest.mark.parametrize(
	("language", "words"),
	[
		("en", ("Buyer", "Terms of the contract", "Obligations", "For Test Co", "Place and date")),
		("zh", ("买方", "合同条款", "义务", "Test Co", "地点和日期")),
	],
)
def test_the_print_has_parties_clauses_obligations_and_signatures(language, words):
	clause = make_approved(title="Secrets & more")
	contract = make_contract(
		clause,
		obligations=[
			{
				"kind": "Dated deliverable",
				"title": "Certificate",
				"owed_by": "Partner",
				"due_date": "2026-06-30",
			},
		],
	)
	frappe.local.lang = language
	html = printed(contract)
	for word in (
		*words,
		"Secrets &amp; more",
		"keeps what Test Co tells it to itself",
		"Certificate",
	):
		assert word in html
	assert strip_html(frappe.db.get_value("Supplier", contract.party_name, "supplier_name")) in html
	assert get_pdf(html).startswith(b"%PDF")


def test_a_contract_without_clauses_prints_its_text():
	contract = make_contract(contract_terms="<p>As agreed in Berlin.</p>")
	html = printed(contract)
	assert "As agreed in Berlin." in html
