"""What was evaluated stays true and stays decided: renames, continued runs, marks, grades in use."""

import frappe
import pytest
from factories import (
	ACCEPTED,
	COMPANY,
	FROM_DATE,
	SCALE,
	TO_DATE,
	evaluate,
	evaluations,
	grade_supplier,
	make_item,
	make_item_group,
	make_kpi,
	make_receipt,
	make_supplier,
	make_template,
	make_user,
	publish,
	rate,
	unique,
)

from partner_relations.supplier_quality import publishing, runs, templates, what_if
from partner_relations.supplier_quality.evidence import evidence, find_changed_facts
from partner_relations.supplier_quality.rating import Period


def published_by_group_and_people() -> tuple[frappe._dict, str]:
	"""A published evaluation of one item group's receipts and a person's mark; (evaluation, item group)."""
	group = make_item_group()
	item = make_item(item_group=group)
	service = make_kpi(unique("Service"), None, ((1, 0), (5, 100)), lowest_mark=1, highest_mark=5)
	template = make_template({make_kpi(): 50, service: 50}, item_groups=[{"item_group": group}])
	supplier = make_supplier(evaluation_template=template.name)
	make_receipt(supplier, item_code=item, accepted=90, rejected=10)
	rate(supplier, template.name, {service: 5})
	evaluation = evaluations(evaluate(template.name, supplier=supplier))[supplier]
	publish(evaluation.name)
	return evaluation.reload(), group


def today_and_then(evaluation, kpi: str) -> tuple:
	found = evidence(evaluation.name, kpi)
	return found["today"], found["stored"]


@pytest.mark.parametrize("renamed", ["Item Group", "Supplier KPI", "Supplier Evaluation Template"])
def test_a_rename_changes_neither_evidence_nor_facts(renamed):
	evaluation, group = published_by_group_and_people()
	old = {
		"Item Group": group,
		"Supplier KPI": evaluation.criteria[1].kpi,
		"Supplier Evaluation Template": evaluation.template,
	}[renamed]
	frappe.rename_doc(renamed, old, unique("Renamed"), force=True)
	evaluation.reload()
	for row in evaluation.criteria:
		today, then = today_and_then(evaluation, row.kpi)
		assert today == then and then["sample_size"] == 1
	frappe.db.set_single_value("Supplier Quality Settings", "recheck_months", 36)
	find_changed_facts()
	assert not evaluation.reload().facts_changed


def test_kpis_and_templates_cannot_be_merged():
	first, second = make_kpi(unique("KPI")), make_kpi(unique("KPI"))
	with pytest.raises(frappe.ValidationError, match="one of this name already"):
		frappe.rename_doc("Supplier KPI", first, second, merge=True)


def test_a_run_with_failures_is_continued_for_those_who_failed():
	"""A price of nearly nothing makes an index too large to store; mended, the supplier is evaluated."""
	template = make_template({make_kpi(unique("Price"), "price_index", ((100, 100), (200, 0))): 100}).name
	fine, broken = (make_supplier(evaluation_template=template) for _count in range(2))
	item = make_item(is_stock_item=0)
	lines = {}
	for supplier in (fine, broken):
		earlier = make_receipt(supplier, item=item, rate=10, on=frappe.utils.add_months(FROM_DATE, -1))
		make_receipt(supplier, item=item, rate=12)
		lines[supplier] = earlier.items[0].name
	frappe.db.set_value("Purchase Receipt Item", lines[broken], "base_net_amount", 0.000000001)

	run = evaluate(template)
	assert (run.status, run.evaluations_made) == ("Completed with Failures", 1)
	assert [row.supplier for row in run.failures] == [broken]

	frappe.db.set_value("Purchase Receipt Item", lines[broken], "base_net_amount", 1000)
	runs.enqueue(run.name)
	runs.evaluate_now(run.name)
	run.reload()
	assert (run.status, run.evaluations_made, run.failures) == ("Completed", 2, [])
	assert sorted(evaluations(run)) == sorted([fine, broken])


def test_a_finished_run_is_not_started_again():
	template = make_template().name
	run = evaluate(template)
	with pytest.raises(frappe.ValidationError, match="has finished"):
		runs.enqueue(run.name)


def test_who_took_the_marks_back_still_does_not_publish():
	manager = make_user("Supplier Quality Manager")
	service = make_kpi(unique("Service"), None, ((1, 0), (5, 100)), lowest_mark=1, highest_mark=5)
	template = make_template({make_kpi(): 50, service: 50}).name
	supplier = make_supplier(evaluation_template=template)
	make_receipt(supplier, accepted=90, rejected=10)
	frappe.set_user(manager)
	rating = rate(supplier, template, {service: 5})
	frappe.set_user("Administrator")
	evaluation = evaluations(evaluate(template, supplier=supplier))[supplier]
	frappe.set_user(manager)
	rating.cancel()
	answer = publishing.publish([evaluation.name])
	assert answer["published"] == []
	assert "You rated this supplier" in answer["skipped"][0]["reason"]


def test_marks_are_cancelled_and_deleted_by_their_giver_alone():
	service = make_kpi(unique("Service"), None, ((1, 0), (5, 100)), lowest_mark=1, highest_mark=5)
	template = make_template({service: 100}).name
	rating = rate(make_supplier(evaluation_template=template), template, {service: 5})
	frappe.set_user(make_user("Supplier Quality Manager"))
	with pytest.raises(frappe.ValidationError, match="may change or submit these marks"):
		rating.reload().cancel()
	frappe.set_user("Administrator")
	rating.reload().cancel()
	with pytest.raises(frappe.ValidationError, match="stay on record"):
		rating.delete()


def test_marks_for_dates_that_are_no_period_are_warned_of():
	service = make_kpi(unique("Service"), None, ((1, 0), (5, 100)), lowest_mark=1, highest_mark=5)
	template = make_template({service: 100}).name
	supplier = make_supplier(evaluation_template=template)
	rate(supplier, template, {service: 5})
	assert not frappe.get_message_log()
	frappe.set_user(make_user("Supplier Quality Manager"))
	rate(supplier, template, {service: 5}, to_date=frappe.utils.add_days(TO_DATE, -1))
	assert "no period of" in str(frappe.get_message_log())


def test_a_published_conclusion_is_final():
	evaluation = grade_supplier(make_supplier(), 90)
	evaluation.conclusion = "Something else"
	with pytest.raises(frappe.UpdateAfterSubmitError):
		evaluation.save()


def test_a_grade_that_a_knock_out_names_stays_in_its_scale():
	make_template(
		criteria=[
			{
				"kpi": make_kpi(),
				"weight": 100,
				"has_knock_out": 1,
				"knock_out_rating": 50,
				"knock_out_grade": "C",
			}
		]
	)
	scale = frappe.get_doc("Supplier Grade Scale", SCALE)
	next(row for row in scale.grades if row.grade == "C").grade = "Fair"
	with pytest.raises(frappe.ValidationError, match="needs the grade"):
		scale.save()


def test_a_kpi_in_use_is_not_disabled():
	template = make_template()
	kpi = frappe.get_doc("Supplier KPI", ACCEPTED)
	kpi.disabled = 1
	with pytest.raises(frappe.ValidationError, match="uses this KPI"):
		kpi.save()
	assert template.criteria[0].kpi == ACCEPTED


def test_what_if_shows_only_suppliers_that_the_user_may_see():
	template = make_template()
	seen, unseen = (make_supplier(evaluation_template=template.name) for _count in range(2))
	for supplier in (seen, unseen):
		make_receipt(supplier, accepted=80, rejected=20)
	manager = make_user("Supplier Quality Manager", "Purchase User")
	frappe.permissions.add_user_permission("Supplier", seen, manager)
	frappe.set_user(manager)
	answer = what_if.try_template(template.as_dict(), COMPANY, period=Period(FROM_DATE, TO_DATE))
	assert [row["supplier"] for row in answer["rows"]] == [seen]


def test_cancelling_the_newer_version_frees_its_older_draft():
	template = make_template().name
	supplier = make_supplier(evaluation_template=template)
	make_receipt(supplier, accepted=80, rejected=20)
	draft = evaluations(evaluate(template, supplier=supplier))[supplier]
	newer = evaluations(evaluate_again(template, supplier))[supplier]
	publish(newer.name)
	assert draft.reload().status == "Superseded"
	newer.reload().cancel()
	assert draft.reload().status == "Draft"


def evaluate_again(template: str, supplier: str):
	name = runs.create_run(template, COMPANY, FROM_DATE, TO_DATE, supplier=supplier, replaces=True)
	runs.evaluate_now(name)
	return frappe.get_doc(runs.RUN, name)


def test_an_active_restriction_is_not_deleted_but_released():
	restriction = frappe.get_doc(
		doctype="Supplier Restriction",
		supplier=make_supplier(),
		document_type="Purchase Order",
		action="Warn",
		reason="By hand",
	).insert()
	with pytest.raises(frappe.ValidationError, match="Release it"):
		restriction.delete()


def test_a_short_fiscal_year_cuts_its_last_period_off():
	company = frappe.get_doc("Company", COMPANY)
	for name, start, end in (
		("Short 1999", "1999-01-01", "1999-03-31"),
		("Long 1999", "1999-04-01", "2000-03-31"),
	):
		year = frappe.get_doc(
			doctype="Fiscal Year", year=name, year_start_date=start, year_end_date=end, is_short_year=1
		)
		year.append("companies", {"company": company.name})
		year.insert()
	template = {"name": "Any", "period": "Year", "period_basis": "Fiscal Year"}
	before = templates.period_of(template, COMPANY, frappe.utils.getdate("1999-02-10"))
	after = templates.period_of(template, COMPANY, frappe.utils.getdate("1999-05-10"))
	assert [str(day) for day in (before.from_date, before.to_date)] == ["1999-01-01", "1999-03-31"]
	assert [str(day) for day in (after.from_date, after.to_date)] == ["1999-04-01", "2000-03-31"]
