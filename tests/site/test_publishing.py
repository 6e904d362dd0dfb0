"""Publishing: who may, and what follows for evaluation, supplier and restrictions (DESIGN §4.1, §6)."""

import sys
from datetime import timedelta
from types import ModuleType

import frappe
import pytest
from factories import (
	COMPANY,
	FROM_DATE,
	LAST_YEAR,
	TO_DATE,
	day,
	evaluate,
	evaluations,
	grade_supplier,
	make_company,
	make_kpi,
	make_receipt,
	make_supplier,
	make_template,
	make_user,
	publish,
	rate,
	unique,
)
from frappe.utils import getdate
from support.statements import statements

from partner_relations.supplier_quality import api
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.restrictions import RESTRICTION

SECOND_QUARTER = {"from_date": day(4, 1), "to_date": day(6, 30)}
SERVICE = "Test Service Mark"

STANDING = (
	"evaluation_has_score",
	"evaluation_score",
	"evaluation_grade",
	"evaluation_grade_color",
	"evaluation_trend",
	"evaluated_on",
)


def draft(score: float = 80, supplier: str | None = None, template: str | None = None, **values):
	"""A draft evaluation of one supplier, made by the current user."""
	template = template or make_template().name
	supplier = supplier or make_supplier()
	frappe.db.set_value("Supplier", supplier, "evaluation_template", template)
	make_receipt(supplier, accepted=score, rejected=100 - score, on=values.get("from_date", FROM_DATE))
	return evaluations(evaluate(template, supplier=supplier, **values))[supplier]


def standing(supplier: str) -> dict:
	return frappe.db.get_value("Supplier", supplier, STANDING, as_dict=True)


def active(supplier: str) -> dict[str, str]:
	"""Active restrictions: action by document type."""
	rows = frappe.get_all(
		RESTRICTION, {"supplier": supplier, "status": "Active"}, ["document_type", "action"], as_list=True
	)
	assert len(rows) == len(dict(rows))
	return dict(rows)


def manager() -> str:
	return make_user("Supplier Quality Manager", "Purchase User")


# Who proposes does not approve


def refused(name: str, sentence: str) -> None:
	"""Assert that the current user can publish it neither in bulk nor by submitting it."""
	answer = api.publish([name])
	assert answer["published"] == []
	assert [row["reason"] for row in answer["skipped"]] == [sentence]
	document = frappe.get_doc(EVALUATION, name)
	with pytest.raises(frappe.ValidationError, match=sentence):
		document.submit()
	assert frappe.db.get_value(EVALUATION, name, ["docstatus", "status"]) == (0, "Draft")


def test_requester_does_not_publish_not_even_administrator():
	sentence = "You requested this evaluation; somebody else must publish it."
	refused(draft().name, sentence)
	template, supplier = make_template().name, make_supplier()
	user = manager()
	frappe.db.set_value("Supplier", supplier, "evaluation_template", template)
	make_receipt(supplier)
	frappe.set_user(user)
	evaluation = evaluations(evaluate(template, supplier=supplier))[supplier]
	assert evaluation.requested_by == user
	refused(evaluation.name, sentence)
	frappe.set_user("Administrator")
	assert api.publish([evaluation.name])["published"] == [evaluation.name]


def test_last_editor_does_not_publish():
	evaluation = draft()
	user = manager()
	frappe.set_user(user)
	evaluation = frappe.get_doc(EVALUATION, evaluation.name)
	evaluation.conclusion = "Fine."
	evaluation.save()
	refused(evaluation.name, "You edited this evaluation last; somebody else must publish it.")
	assert publish(evaluation.name)["published"] == [evaluation.name]


def test_who_edits_while_submitting_does_not_publish():
	evaluation = draft()
	frappe.set_user(manager())
	evaluation = frappe.get_doc(EVALUATION, evaluation.name)
	evaluation.conclusion = "Fine."
	with pytest.raises(frappe.ValidationError, match="You edited this evaluation"):
		evaluation.submit()


def test_evaluator_does_not_publish():
	kpi = make_kpi(SERVICE, None, ((1, 0), (5, 100)), lowest_mark=1, highest_mark=5)
	template = make_template({make_kpi(): 50, kpi: 50}).name
	supplier, user = make_supplier(), manager()
	frappe.set_user(user)
	rate(supplier, template, {SERVICE: 4})
	frappe.set_user("Administrator")
	evaluation = draft(supplier=supplier, template=template)
	frappe.set_user(user)
	refused(evaluation.name, "You rated this supplier; somebody else must publish the evaluation.")


def test_bulk_publishing_skips_and_lists_the_approvers_own():
	template = make_template().name
	first, second, third = (draft(score, template=template) for score in (80, 70, 60))
	user = manager()
	frappe.set_user(user)
	edited = frappe.get_doc(EVALUATION, second.name)
	edited.conclusion = "Seen."
	edited.save()

	answer = api.publish(frappe.as_json([first.name, second.name, third.name, "nothing"]))

	assert answer["published"] == [first.name, third.name]
	assert {row["name"]: (row["supplier"], row["reason"]) for row in answer["skipped"]} == {
		second.name: (second.supplier, "You edited this evaluation last; somebody else must publish it."),
		"nothing": (None, "There is no such evaluation, or you may not see it."),
	}
	assert standing(second.supplier).evaluation_grade is None
	again = api.publish([first.name, first.name])
	assert again["published"] == [] and again["skipped"][0]["reason"] == "It is Published already."


def test_run_is_published_at_once():
	template = make_template().name
	first, second = make_supplier(evaluation_template=template), make_supplier(evaluation_template=template)
	make_receipt(first, accepted=95, rejected=5)
	make_receipt(second, accepted=50, rejected=50)
	run = evaluate(template)
	frappe.set_user(manager())
	answer = api.publish_run(run.name)
	assert len(answer["published"]) == 2 and answer["skipped"] == []
	assert standing(first).evaluation_grade == "A" and active(first) == {}
	assert standing(second).evaluation_grade == "D"
	assert active(second) == {"Purchase Order": "Prevent", "Request for Quotation": "Prevent"}


def test_publishing_wants_the_right_to_submit():
	evaluation = draft()
	frappe.set_user(make_user("Supplier Quality User", "Purchase User"))
	with pytest.raises(frappe.PermissionError):
		api.publish([evaluation.name])
	with pytest.raises(frappe.PermissionError):
		frappe.get_doc(EVALUATION, evaluation.name).submit()


# What follows


def test_published_evaluation_says_who_and_when():
	evaluation, user = draft(score=80), manager()
	publish(evaluation.name, by=user)
	evaluation.reload()
	assert (evaluation.docstatus, evaluation.status, evaluation.is_current) == (1, "Published", 1)
	assert evaluation.published_by == user and getdate(evaluation.published_on) == getdate()
	assert standing(evaluation.supplier) == {
		"evaluation_has_score": 1,
		"evaluation_score": 80,
		"evaluation_grade": "B",
		"evaluation_grade_color": "gray",
		"evaluation_trend": "New",
		"evaluated_on": getdate(),
	}


def test_submitting_one_has_the_effects_of_publishing_many():
	template = make_template().name
	submitted, bulk = draft(55, template=template), draft(55, template=template)
	user = manager()
	publish(bulk.name, by=user)
	frappe.set_user(user)
	frappe.get_doc(EVALUATION, submitted.name).submit()
	frappe.set_user("Administrator")

	def facts(name: str) -> dict:
		document = frappe.get_doc(EVALUATION, name)
		own = ("name", "run", "supplier", "supplier_name", "unique_key", "parent")
		times = ("creation", "modified", "published_on")
		return {
			"evaluation": {
				key: value
				for key, value in document.as_dict().items()
				if key not in (*own, *times, "criteria")
			},
			"criteria": [
				{key: value for key, value in row.as_dict().items() if key not in (*own, *times)}
				for row in document.criteria
			],
			"standing": standing(document.supplier),
			"restrictions": frappe.get_all(
				RESTRICTION,
				{"supplier": document.supplier},
				["document_type", "action", "status", "grade", "reason", "owner", "company", "source_type"],
				order_by="document_type",
			),
		}

	assert facts(submitted.name) == facts(bulk.name)
	assert facts(bulk.name)["criteria"][0]["docstatus"] == 1
	assert len(facts(bulk.name)["restrictions"]) == 2


def test_statements_do_not_grow_with_the_evaluations():
	kpi = make_kpi(SERVICE, None, ((1, 0), (5, 100)), lowest_mark=1, highest_mark=5)
	template = make_template({kpi: 100}).name
	suppliers = [make_supplier(evaluation_template=template) for _number in range(30)]
	for supplier in suppliers:
		rate(supplier, template, {SERVICE: 2})
	names = [row.name for row in evaluations(evaluate(template)).values()]
	frappe.set_user(manager())
	api.publish(names[:1])  # what is cached after the first time
	with statements() as for_three:
		assert len(api.publish(names[1:4])["published"]) == 3
	with statements() as for_twenty_six:
		assert len(api.publish(names[4:])["published"]) == 26
	assert frappe.db.count(RESTRICTION, {"supplier": ("in", suppliers), "status": "Active"}) == 60
	assert len(for_twenty_six) <= len(for_three)


def test_hook_is_told_what_was_published(monkeypatch):
	told = []
	other_app = ModuleType("erpnext.after_evaluations")
	other_app.note = told.append
	monkeypatch.setitem(sys.modules, "erpnext.after_evaluations", other_app)
	real = frappe.get_hooks

	def hooks(hook=None, *args, **kwargs):
		if hook == "supplier_evaluations_published":
			return ["erpnext.after_evaluations.note"]
		return real(hook, *args, **kwargs)

	monkeypatch.setattr(frappe, "get_hooks", hooks)
	first, second, third = draft(), draft(), draft()
	publish(first.name, second.name)
	assert told == [[first.name, second.name]]
	frappe.set_user(manager())
	frappe.get_doc(EVALUATION, third.name).submit()
	assert told[1:] == [[third.name]]
	api.publish([third.name])
	assert len(told) == 2


# The supplier's standing


def test_change_and_trend_compare_with_the_period_before():
	template = make_template().name
	for first, second, change, trend in ((80, 90, 10, "Up"), (80, 60, -20, "Down"), (80, 80, 0, "Steady")):
		supplier = make_supplier()
		grade_supplier(supplier, first, template=template)
		evaluation = grade_supplier(supplier, second, template=template, **SECOND_QUARTER)
		assert (evaluation.has_previous, evaluation.previous_score) == (1, 80)
		assert (evaluation.change, evaluation.trend) == (change, trend)
		assert standing(supplier).evaluation_trend == trend


def test_older_period_published_later_is_not_the_standing():
	supplier, template = make_supplier(), make_template().name
	older = draft(50, supplier, template)
	newer = grade_supplier(supplier, 95, template=template, **SECOND_QUARTER)
	publish(older.name)
	assert (older.reload().status, older.is_current) == ("Published", 0)
	assert newer.reload().is_current == 1
	assert standing(supplier).evaluation_score == 95 and active(supplier) == {}


def test_standing_is_per_company_and_the_supplier_shows_the_worst():
	supplier, company = make_supplier(), make_company("EUR")
	here = grade_supplier(supplier, 95)
	there = grade_supplier(supplier, 65, company=company)
	assert here.reload().is_current == there.reload().is_current == 1
	assert standing(supplier).evaluation_score == 65
	assert [row.company for row in api.supplier_overview(supplier)["companies"]] == [company, COMPANY]
	rows = frappe.get_all(RESTRICTION, {"supplier": supplier}, ["company", "action"])
	assert [(row.company, row.action) for row in rows] == [(company, "Warn")] * 2
	# A better one here leaves the worst there.
	grade_supplier(supplier, 99, **SECOND_QUARTER)
	assert standing(supplier).evaluation_score == 65
	there.cancel()
	assert standing(supplier).evaluation_score == 99 and active(supplier) == {}


def test_not_rated_shows_on_the_supplier_only_if_there_is_no_score():
	supplier, company = make_supplier(), make_company("EUR")
	template = make_template(minimum_sample=2).name
	unrated = grade_supplier(supplier, 80, template=template)
	assert (unrated.has_score, unrated.is_current) == (0, 1)
	assert (standing(supplier).evaluation_has_score, standing(supplier).evaluation_grade) == (0, None)
	assert standing(supplier).evaluated_on == getdate()
	grade_supplier(supplier, 70, company=company)
	assert (standing(supplier).evaluation_has_score, standing(supplier).evaluation_score) == (1, 70)


def test_cancelling_falls_back_to_the_one_before():
	supplier, template = make_supplier(), make_template().name
	first = grade_supplier(supplier, 50, template=template)
	second = grade_supplier(supplier, 95, template=template, **SECOND_QUARTER)
	assert active(supplier) == {}
	second.cancel()
	assert (second.reload().status, second.is_current, second.docstatus) == ("Cancelled", 0, 2)
	assert first.reload().is_current == 1
	assert standing(supplier).evaluation_score == 50
	assert active(supplier) == {"Purchase Order": "Prevent", "Request for Quotation": "Prevent"}
	first.reload().cancel()
	assert standing(supplier) == {
		"evaluation_has_score": 0,
		"evaluation_score": 0,
		"evaluation_grade": None,
		"evaluation_grade_color": None,
		"evaluation_trend": None,
		"evaluated_on": None,
	}
	assert active(supplier) == {}


def test_cancelling_a_worse_one_restores_the_restriction_of_the_one_before():
	supplier, template = make_supplier(), make_template().name
	grade_supplier(supplier, 65, template=template)
	worse = grade_supplier(supplier, 50, template=template, **SECOND_QUARTER)
	assert active(supplier)["Purchase Order"] == "Prevent"
	worse.cancel()
	assert active(supplier) == {"Purchase Order": "Warn", "Request for Quotation": "Warn"}


def test_cancelling_the_later_version_brings_the_earlier_back():
	supplier = make_supplier()
	first = grade_supplier(supplier, 50)
	make_receipt(supplier, accepted=250, rejected=0)
	second = api.evaluate_again(first.name)["evaluation"]
	publish(second)
	assert first.reload().status == "Superseded"
	frappe.get_doc(EVALUATION, second).cancel()
	assert (first.reload().status, first.is_current) == ("Published", 1)
	assert standing(supplier).evaluation_score == 50
	assert active(supplier)["Purchase Order"] == "Prevent"


def test_saving_an_old_supplier_form_keeps_the_standing():
	evaluation = draft(50)
	supplier = evaluation.supplier
	form = frappe.get_doc("Supplier", supplier)  # opened before publishing, saved after it
	publish(evaluation.name)
	form.website = "https://supplier.example"
	form.save()
	assert standing(supplier).evaluation_score == 50
	form = frappe.get_doc("Supplier", supplier)
	form.update({"evaluation_score": 100, "evaluation_grade": "A"})
	form.save()
	assert (standing(supplier).evaluation_score, standing(supplier).evaluation_grade) == (50, "D")
	new = make_supplier(evaluation_grade="A", evaluation_score=100, evaluation_has_score=1)
	assert standing(new).evaluation_grade is None and not standing(new).evaluation_has_score


def test_published_evaluation_stays_on_record():
	evaluation = grade_supplier(make_supplier(), 80)
	with pytest.raises(frappe.ValidationError):
		frappe.delete_doc(EVALUATION, evaluation.name)
	with pytest.raises(frappe.LinkExistsError):
		frappe.delete_doc("Supplier", evaluation.supplier)


# Suppliers change


def test_merging_two_suppliers_with_evaluations_of_one_scope():
	template = make_template().name
	gone, kept = make_supplier(), make_supplier()
	first = grade_supplier(gone, 50, template=template)
	second = grade_supplier(kept, 65, template=template)
	still_draft = draft(80, gone, template, **SECOND_QUARTER)
	assert active(gone)["Purchase Order"] == "Prevent"

	frappe.rename_doc("Supplier", gone, kept, merge=True)

	assert (first.reload().supplier, first.status, first.is_current) == (kept, "Superseded", 0)
	assert (second.reload().supplier, second.status, second.is_current) == (kept, "Published", 1)
	assert first.unique_key != second.unique_key
	assert still_draft.reload().supplier == kept
	assert standing(kept).evaluation_score == 65
	assert active(kept) == {"Purchase Order": "Warn", "Request for Quotation": "Warn"}
	publish(still_draft.name)
	assert standing(kept).evaluation_score == 80 and active(kept) == {}
	# The merged supplier's facts are those of both: a new version can be made of them.
	again = api.evaluate_again(second.name)
	version = frappe.get_doc(EVALUATION, again["evaluation"])
	assert (version.version, version.score) == (2, 57.5)


def test_merging_drafts_of_one_scope_leaves_one_in_force():
	template = make_template().name
	gone, kept = make_supplier(), make_supplier()
	first, second = draft(50, gone, template), draft(65, kept, template)
	frappe.rename_doc("Supplier", gone, kept, merge=True)
	publish(first.name, second.name)
	states = {row.reload().status: row.is_current for row in (first, second)}
	assert states == {"Published": 1, "Superseded": 0}


def test_renamed_supplier_keeps_standing_and_restrictions():
	supplier = make_supplier()
	evaluation = grade_supplier(supplier, 50)
	new = frappe.rename_doc("Supplier", supplier, unique("Renamed"))
	assert evaluation.reload().supplier == new and evaluation.is_current
	assert standing(new).evaluation_score == 50
	assert active(new)["Purchase Order"] == "Prevent"
	assert api.supplier_overview(new)["companies"][0].evaluation == evaluation.name


# User Permissions


def test_user_permission_by_company_hides_and_refuses():
	company, supplier = make_company("EUR"), make_supplier()
	template = make_template().name
	ours = draft(80, supplier, template)
	make_receipt(supplier, accepted=50, rejected=50, company=company)
	theirs = evaluations(evaluate(template, company))[supplier]
	user = manager()
	frappe.get_doc(doctype="User Permission", user=user, allow="Company", for_value=COMPANY).insert()
	frappe.set_user(user)

	assert frappe.get_list(EVALUATION, {"supplier": supplier}, pluck="name") == [ours.name]
	answer = api.publish([ours.name, theirs.name])
	assert answer["published"] == [ours.name]
	assert answer["skipped"] == [
		{
			"name": theirs.name,
			"supplier": None,
			"reason": "There is no such evaluation, or you may not see it.",
		}
	]
	with pytest.raises(frappe.PermissionError):
		frappe.get_doc(EVALUATION, theirs.name).check_permission("read")
	with pytest.raises(frappe.PermissionError):
		frappe.get_doc(EVALUATION, theirs.name).submit()
	with pytest.raises(frappe.PermissionError):
		api.publish_run(theirs.run)
	with pytest.raises(frappe.PermissionError):
		api.evaluate_supplier(supplier, company, str(FROM_DATE), str(TO_DATE))
	with pytest.raises(frappe.PermissionError):
		api.evaluate_again(theirs.name)
	with pytest.raises(frappe.PermissionError):
		api.try_template(frappe.get_doc("Supplier Evaluation Template", template).as_json(), company)
	frappe.set_user("Administrator")
	publish(theirs.name)
	frappe.set_user(user)
	overview = api.supplier_overview(supplier)
	assert [row.company for row in overview["companies"]] == [COMPANY]
	assert overview["history"] and overview["restrictions"] == []


def test_overview_holds_the_last_eight_periods():
	kpi = make_kpi(SERVICE, None, ((1, 0), (101, 100)), lowest_mark=1, highest_mark=101)
	template = make_template({kpi: 100}, period="Month").name
	supplier = make_supplier(evaluation_template=template)
	for month in range(1, 12):
		period = {"from_date": day(month, 1), "to_date": day(month + 1, 1) - timedelta(days=1)}
		rate(supplier, template, {SERVICE: 81 + month}, **period)
		waiting = evaluations(evaluate(template, supplier=supplier, **period))[supplier]
		if month < 11:
			publish(waiting.name)
	overview = api.supplier_overview(supplier)
	assert [row.score for row in overview["history"]] == list(range(83, 91))
	assert [row.period_label for row in overview["history"]][::7] == [f"{LAST_YEAR}-03", f"{LAST_YEAR}-10"]
	assert overview["template"] == template
	assert [row.name for row in overview["pending"]] == [waiting.name]
	(now,) = overview["companies"]
	assert (now.score, now.change, now.trend, now.company) == (90, 1, "Up", COMPANY)
