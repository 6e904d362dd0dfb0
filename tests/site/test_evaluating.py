"""From documents to draft evaluations: one supplier, many, again, and what is left out (DESIGN §3, §4.1)."""

import sys
from datetime import date, timedelta
from types import ModuleType

import frappe
import pytest
from factories import (
	ACCEPTED,
	COMPANY,
	FROM_DATE,
	LAST_YEAR,
	TO_DATE,
	day,
	evaluate,
	evaluations,
	grade_supplier,
	make_company,
	make_item,
	make_item_group,
	make_kpi,
	make_receipt,
	make_run,
	make_scale,
	make_supplier,
	make_supplier_group,
	make_template,
	make_user,
	publish,
	rate,
	unique,
)
from frappe.utils import getdate
from support.statements import statements

from partner_relations.common.facts.query import Branch, Facts
from partner_relations.common.facts.terms import flag, text
from partner_relations.supplier_quality import api, runs
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.kpis import Measure
from partner_relations.supplier_quality.runs import RUN

SERVICE = "Test Service Mark"


def rated_kpi() -> str:
	"""A KPI rated by evaluators from 1 (worst) to 5 (best)."""
	return make_kpi(SERVICE, None, ((1, 0), (5, 100)), lowest_mark=1, highest_mark=5)


def supplier_of(template: str, accepted: float | None = None, **values) -> str:
	"""A supplier with the template, and a receipt of 100 with so many accepted."""
	supplier = make_supplier(evaluation_template=template, **values)
	if accepted is not None:
		make_receipt(supplier, accepted=accepted, rejected=100 - accepted)
	return supplier


def counts(run) -> dict[str, int]:
	fields = (
		"suppliers_total",
		"evaluations_made",
		"skipped_without_facts",
		"skipped_disabled",
		"skipped_existing",
		"failed_count",
	)
	return {field: run.get(field) for field in fields}


# One supplier


def test_one_supplier_from_its_documents_of_the_period():
	supplier = supplier_of(make_template().name)
	make_receipt(supplier, accepted=80, rejected=20, on=FROM_DATE)
	make_receipt(supplier, accepted=94, rejected=6, on=TO_DATE)
	for outside in (FROM_DATE - timedelta(days=1), TO_DATE + timedelta(days=1)):
		make_receipt(supplier, accepted=1, rejected=99, on=outside)
	make_receipt(supplier, accepted=1, rejected=99, submit=False)
	make_receipt(supplier, accepted=1, rejected=99).cancel()

	answer = api.evaluate_supplier(supplier, COMPANY, str(FROM_DATE), str(TO_DATE))

	evaluation = frappe.get_doc(EVALUATION, answer["evaluation"])
	assert answer["message"] is None
	assert evaluation.docstatus == 0 and evaluation.status == "Draft" and not evaluation.is_current
	assert (evaluation.supplier, evaluation.supplier_name) == (
		supplier,
		frappe.db.get_value("Supplier", supplier, "supplier_name"),
	)
	assert (evaluation.company, evaluation.run, evaluation.version) == (COMPANY, answer["run"], 1)
	assert (evaluation.from_date, evaluation.to_date) == (FROM_DATE, TO_DATE)
	assert evaluation.period_label == f"{LAST_YEAR} Q1"
	assert evaluation.as_of == getdate()
	assert evaluation.requested_by == "Administrator"
	assert (evaluation.has_score, evaluation.score, evaluation.grade) == (1, 87, "B")
	assert (evaluation.coverage, evaluation.capped, evaluation.trend) == (100, 0, "New")
	assert (evaluation.rfq_action, evaluation.po_action) == ("Allow", "Allow")
	(row,) = evaluation.criteria
	assert (row.kpi, row.measure, row.unit, row.basis) == (ACCEPTED, "accepted_quantity", "%", "Measured")
	assert (row.numerator, row.denominator, row.sample_size) == (174, 200, 2)
	assert (row.has_value, row.value, row.has_rating, row.rating) == (1, 87, 1, 87)
	assert (row.weight, row.points) == (100, 87)
	run = frappe.get_doc(RUN, answer["run"])
	assert (run.status, run.progress, run.evaluations_made, run.started_by) == (
		"Completed",
		100,
		1,
		"By hand",
	)


def test_score_keeps_nine_decimals():
	supplier = supplier_of(make_template().name)
	make_receipt(supplier, accepted=2, rejected=1)
	evaluation = evaluations(evaluate(template_of(supplier), supplier=supplier))[supplier]
	assert evaluation.score == 66.666666667
	assert evaluation.grade == "C"


def template_of(supplier: str) -> str:
	return frappe.db.get_value("Supplier", supplier, "evaluation_template")


def test_nothing_to_evaluate_is_said_and_nothing_is_made():
	supplier = supplier_of(make_template().name)
	answer = api.evaluate_supplier(supplier, COMPANY, str(FROM_DATE), str(TO_DATE))
	assert answer["evaluation"] is None
	assert answer["message"] == (
		f"No purchasing documents of {supplier} in {LAST_YEAR} Q1: there is nothing to evaluate."
	)
	frappe.db.set_value("Supplier", supplier, "disabled", 1)
	make_receipt_of_disabled(supplier)
	answer = api.evaluate_supplier(supplier, COMPANY, str(FROM_DATE), str(TO_DATE))
	assert answer["evaluation"] is None and "disabled" in answer["message"]


def make_receipt_of_disabled(supplier: str) -> None:
	"""ERPNext takes no document of a disabled supplier, so it is disabled after the receipt."""
	frappe.db.set_value("Supplier", supplier, "disabled", 0)
	frappe.clear_document_cache("Supplier", supplier)
	make_receipt(supplier)
	frappe.db.set_value("Supplier", supplier, "disabled", 1)


def test_second_evaluation_of_a_period_points_to_the_first():
	supplier = supplier_of(make_template().name, 90)
	first = api.evaluate_supplier(supplier, COMPANY, str(FROM_DATE), str(TO_DATE))
	second = api.evaluate_supplier(supplier, COMPANY, str(FROM_DATE), str(TO_DATE))
	assert second["evaluation"] is None
	assert second["message"] == (
		f"{supplier} has an evaluation for {LAST_YEAR} Q1 already. Open it and choose Evaluate Again."
	)
	assert frappe.get_all(EVALUATION, {"supplier": supplier}, pluck="name") == [first["evaluation"]]


def test_without_dates_it_is_the_last_closed_period():
	template = make_template(period="Month", close_after_days=0).name
	supplier = supplier_of(template)
	period = api.default_period(template, COMPANY)
	last_month = getdate().replace(day=1) - timedelta(days=1)
	assert (period["from_date"], period["to_date"]) == (last_month.replace(day=1), last_month)
	assert period["period_label"] == f"{last_month:%Y-%m}"
	make_receipt(supplier, accepted=75, rejected=25, on=last_month)
	answer = api.evaluate_supplier(supplier, COMPANY)
	evaluation = frappe.get_doc(EVALUATION, answer["evaluation"])
	assert (evaluation.to_date, evaluation.score, evaluation.grade) == (last_month, 75, "B")


@pytest.mark.parametrize(
	("from_date", "to_date", "sentence"),
	[
		(day(3, 31), day(1, 1), "The period ends before it starts."),
		(day(1, 1), None, "Give both the first and the last day of the period, or neither."),
	],
)
def test_wrong_periods_are_refused(from_date, to_date, sentence):
	supplier = supplier_of(make_template().name)
	with pytest.raises(frappe.ValidationError, match=sentence):
		api.evaluate_supplier(supplier, COMPANY, from_date and str(from_date), to_date and str(to_date))


def test_unknown_supplier_is_refused():
	with pytest.raises(frappe.DoesNotExistError, match="nobody"):
		api.evaluate_supplier("nobody", COMPANY, str(FROM_DATE), str(TO_DATE))


def test_supplier_without_any_template_is_told_what_to_do():
	frappe.db.set_value("Supplier Evaluation Template", {"is_default": 1}, "is_default", 0)
	supplier = make_supplier()
	with pytest.raises(frappe.ValidationError, match="Mark one Supplier Evaluation Template as the default"):
		api.evaluate_supplier(supplier, COMPANY, str(FROM_DATE), str(TO_DATE))


# Many suppliers


def test_run_over_many_counts_whom_it_skips():
	template = make_template().name
	good, poor = supplier_of(template, 95), supplier_of(template, 50)
	without = supplier_of(template)
	disabled = supplier_of(template, 80)
	frappe.db.set_value("Supplier", disabled, "disabled", 1)
	existing = supplier_of(template, 70)
	first = evaluate(template, supplier=existing)
	elsewhere = supplier_of(make_template().name, 90)

	run = evaluate(template)

	assert counts(run) == {
		"suppliers_total": 5,
		"evaluations_made": 2,
		"skipped_without_facts": 1,
		"skipped_disabled": 1,
		"skipped_existing": 1,
		"failed_count": 0,
	}
	assert (run.status, run.progress) == ("Completed", 100)
	made = evaluations(run)
	assert {name: (row.score, row.grade) for name, row in made.items()} == {good: (95, "A"), poor: (50, "D")}
	assert len({row.unique_key for row in made.values()}) == 2
	assert without not in made and elsewhere not in made
	assert list(evaluations(first)) == [existing]

	again = evaluate(template)
	assert counts(again)["evaluations_made"] == 0 and counts(again)["skipped_existing"] == 3


def test_run_over_a_supplier_group_takes_the_groups_below():
	parent = make_supplier_group()
	child = make_supplier_group(parent)
	template = make_template().name
	inside = supplier_of(template, 90, supplier_group=child)
	supplier_of(template, 90)
	run = evaluate(template, supplier_group=parent)
	assert list(evaluations(run)) == [inside]
	assert run.suppliers_total == 1


def test_only_facts_of_the_company_count():
	company = make_company("EUR")
	supplier = supplier_of(make_template().name, 90)
	make_receipt(supplier, accepted=40, rejected=60, company=company)
	template = template_of(supplier)
	assert evaluations(evaluate(template))[supplier].score == 90
	assert evaluations(evaluate(template, company))[supplier].score == 40


def test_failed_supplier_is_listed_while_the_others_finish():
	"""A price that rose by more than the database can hold makes one supplier fail."""
	kpi = make_kpi("Test Price Index", "price_index", ((100, 100), (200, 0)))
	template = make_template({kpi: 100}).name
	fine, broken = supplier_of(template), supplier_of(template)
	before = date(LAST_YEAR - 1, 11, 1)
	item = make_item(is_stock_item=0)
	for supplier, old_rate, new_rate in ((fine, 10, 12), (broken, 0.01, 10_000_000)):
		quantity = 1 if supplier == fine else 1_000_000
		receipt = make_receipt(supplier, item=item, accepted=quantity, rate=old_rate, on=before)
		if supplier == broken:
			# Less than a cent per thousand: ERPNext keeps the amount, rounded to cents, not the rate.
			frappe.db.set_value("Purchase Receipt Item", receipt.items[0].name, "base_net_amount", 0.001)
		make_receipt(supplier, item=item, accepted=1, rate=new_rate)

	run = evaluate(template)

	assert run.status == "Completed with Failures"
	assert counts(run)["evaluations_made"] == 1 and counts(run)["failed_count"] == 1
	(made,) = evaluations(run).values()
	assert (made.supplier, made.criteria[0].value, made.score) == (fine, 120, 80)
	(failure,) = run.failures
	assert failure.supplier == broken
	assert "Test Price Index" in failure.reason and "more than the database can hold" in failure.reason


def test_statements_do_not_grow_with_the_suppliers():
	template = make_template({make_kpi(): 60, rated_kpi(): 40}).name
	suppliers = [supplier_of(template) for _number in range(30)]
	for supplier in suppliers[:3]:
		rate(supplier, template, {SERVICE: 3})
	first, second = make_run(template), make_run(template)
	with statements() as for_three:
		runs.evaluate_now(first.name)
	assert first.reload().evaluations_made == 3
	frappe.db.delete(EVALUATION, {"run": first.name})
	for supplier in suppliers[3:]:
		rate(supplier, template, {SERVICE: 3})
	with statements() as for_thirty:
		runs.evaluate_now(second.name)
	assert second.reload().evaluations_made == 30
	assert len(for_thirty) <= len(for_three)


def test_the_run_stands_by_the_definition_it_started_with():
	template = make_template()
	supplier = supplier_of(template.name, 80)
	run = evaluate(template.name)
	frozen = frappe.parse_json(run.definition)
	assert frozen["template"] == template.name
	assert [(row["kpi"], row["weight"]) for row in frozen["criteria"]] == [(ACCEPTED, "100")]
	kpi = frappe.get_doc("Supplier KPI", ACCEPTED)
	kpi.curve[1].rating = 50
	kpi.save()
	assert frappe.parse_json(run.reload().definition) == frozen
	assert evaluations(run)[supplier].score == 80
	assert api.evaluate_again(evaluations(run)[supplier].name)["evaluation"]
	assert frappe.db.get_value(EVALUATION, {"supplier": supplier, "version": 2}, "score") == 40


# Which lines count


def test_item_groups_with_descendants_filter_the_lines():
	parent = make_item_group()
	inside = make_item(is_stock_item=0, item_group=make_item_group(parent))
	template = make_template(item_groups=[{"item_group": parent}]).name
	supplier = supplier_of(template, 10)
	make_receipt(supplier, item=inside, accepted=80, rejected=20)
	assert evaluations(evaluate(template))[supplier].score == 80


# What is missing


@pytest.mark.parametrize(
	("policy", "score", "basis"),
	[
		("Leave out and re-weight", 80, "No data"),
		("Score zero", 48, "Scored zero"),
		("Carry the last rating forward", 78, "Carried forward"),
	],
)
def test_missing_data(policy, score, basis):
	"""60 % of the weight is measured at 80; what evaluators rated 75 last quarter is not rated this time."""
	template = make_template({make_kpi(): 60, rated_kpi(): 40}, missing_data=policy).name
	supplier = supplier_of(template, 80)
	before = {"from_date": date(LAST_YEAR - 1, 10, 1), "to_date": date(LAST_YEAR - 1, 12, 31)}
	make_receipt(supplier, accepted=100, on=before["from_date"])
	rate(supplier, template, {SERVICE: 4}, **before)
	last = evaluations(evaluate(template, supplier=supplier, **before))[supplier]
	assert last.score == 90
	publish(last.name)

	evaluation = evaluations(evaluate(template, supplier=supplier))[supplier]

	assert evaluation.score == score
	assert evaluation.coverage == 60
	measured, missing = evaluation.criteria
	assert (measured.basis, measured.rating, missing.basis) == ("Measured", 80, basis)
	assert (missing.has_value, missing.sample_size) == (0, 0)
	assert missing.has_rating == (0 if basis == "No data" else 1)
	assert (evaluation.has_previous, evaluation.previous_score, evaluation.previous_grade) == (1, 90, "A")
	assert (evaluation.change, evaluation.trend) == (score - 90, "Down")
	assert (measured.has_previous, measured.previous_rating, measured.change) == (1, 100, -20)


def test_carried_ratings_come_from_published_evaluations_alone():
	template = make_template(
		{make_kpi(): 60, rated_kpi(): 40}, missing_data="Carry the last rating forward"
	).name
	supplier = supplier_of(template, 80)
	before = {"from_date": date(LAST_YEAR - 1, 10, 1), "to_date": date(LAST_YEAR - 1, 12, 31)}
	rate(supplier, template, {SERVICE: 4}, **before)
	evaluate(template, supplier=supplier, **before)  # stays a draft
	evaluation = evaluations(evaluate(template, supplier=supplier))[supplier]
	assert evaluation.criteria[1].basis == "No data"
	assert (evaluation.score, evaluation.has_previous, evaluation.trend) == (80, 0, "New")


def test_below_the_minimum_coverage_or_sample_it_is_not_rated():
	template = make_template({make_kpi(): 40, rated_kpi(): 60}, minimum_coverage=50).name
	supplier = supplier_of(template, 80)
	evaluation = evaluations(evaluate(template))[supplier]
	assert (evaluation.has_score, evaluation.score, evaluation.grade) == (0, 0, None)
	assert evaluation.coverage == 40
	assert evaluation.not_rated_reason == (
		"Only 40.0 % of the weight could be measured; the template asks for 50 %."
	)

	template = make_template(minimum_sample=2).name
	supplier = supplier_of(template, 80)
	evaluation = evaluations(evaluate(template))[supplier]
	assert evaluation.has_score == 0 and "Fewer than 2 facts" in evaluation.not_rated_reason
	make_receipt(supplier, accepted=60, rejected=40)
	frappe.delete_doc(EVALUATION, evaluation.name)
	evaluation = evaluations(evaluate(template))[supplier]
	assert (evaluation.has_score, evaluation.score) == (1, 70)


def test_knock_out_caps_the_grade_and_leaves_the_score():
	ppm = make_kpi("Test PPM", "defect_ppm", ((0, 100), (100_000, 0)))
	template = make_template(
		criteria=[
			{"kpi": ppm, "weight": 10, "has_knock_out": 1, "knock_out_rating": 30, "knock_out_grade": "C"},
			{"kpi": make_kpi("Test Always Good", curve=((0, 100), (100, 100))), "weight": 90},
		]
	).name
	supplier = supplier_of(template, 92)  # 80,000 ppm rate 20
	evaluation = evaluations(evaluate(template))[supplier]
	assert (evaluation.score, evaluation.grade, evaluation.capped) == (92, "C", 1)
	assert [row.knocked_out for row in evaluation.criteria] == [1, 0]
	assert evaluation.criteria[0].value == 80_000
	assert evaluation.po_action == "Warn"


# Evaluators


def test_marks_of_evaluators_by_role_with_not_applicable():
	template = make_template(
		{rated_kpi(): 100},
		evaluators=[
			{"role": "Supplier Quality Manager", "weight": 3},
			{"role": "Supplier Quality User", "weight": 1},
		],
	).name
	supplier = supplier_of(template)
	for role, mark in (
		("Supplier Quality Manager", 5),
		("Supplier Quality User", 2),
		("Supplier Quality User", 4),
		("Supplier Quality User", None),
	):
		frappe.set_user(make_user("Supplier Quality Manager", "Supplier Quality User", "Purchase User"))
		rate(supplier, template, {SERVICE: mark}, role=role)
	withdrawn = rate_as_new_user(supplier, template, 1)
	withdrawn.cancel()
	frappe.set_user("Administrator")

	row = evaluations(evaluate(template))[supplier].criteria[0]

	assert row.value == (3 * 5 + 1 * (2 + 4) / 2) / (3 + 1) == 4.5
	assert (row.rating, row.sample_size, row.unit, row.measure) == (87.5, 3, "mark", "evaluator_mark")


def rate_as_new_user(supplier: str, template: str, mark: float):
	frappe.set_user(make_user("Supplier Quality User", "Purchase User"))
	return rate(supplier, template, {SERVICE: mark})


def test_evaluator_who_finds_nothing_applicable_gives_no_data():
	template = make_template({rated_kpi(): 100}).name
	supplier = supplier_of(template)
	rate(supplier, template, {SERVICE: None})
	run = evaluate(template)
	assert run.skipped_without_facts == 1 and evaluations(run) == {}


def test_rating_is_for_one_person_once_and_within_the_marks():
	template = make_template({make_kpi(): 50, rated_kpi(): 50}).name
	supplier = supplier_of(template)
	first = rate(supplier, template, {SERVICE: 3})
	assert first.evaluator == "Administrator" and getdate(first.rated_on) == getdate()
	with pytest.raises(frappe.ValidationError, match="has rated this supplier for this period already"):
		rate(supplier, template, {SERVICE: 4})
	other = supplier_of(template)
	for marks, sentence in (
		({SERVICE: 5.5}, "Row 1: the mark for .* must lie between 1.0 and 5.0. Tick N/A"),
		({ACCEPTED: 3}, "Row 1: .* is no KPI that evaluators rate by the template"),
		({}, "Enter at least one mark."),
	):
		with pytest.raises(frappe.ValidationError, match=sentence):
			rate(other, template, marks)
	frappe.set_user(make_user("Supplier Quality User", "Purchase User"))
	with pytest.raises(frappe.ValidationError, match="does not have the role"):
		rate(other, template, {SERVICE: 3}, role="Supplier Quality Manager")


def test_nobody_rates_in_the_name_of_another():
	"""Else who proposes could approve: rate as somebody else, then publish as oneself."""
	template = make_template({rated_kpi(): 100}).name
	supplier = supplier_of(template)
	somebody, another = (make_user("Supplier Quality Manager", "Purchase User") for _number in range(2))
	frappe.set_user(somebody)
	rating = frappe.get_doc(
		{
			"doctype": "Supplier Evaluator Rating",
			"supplier": supplier,
			"company": COMPANY,
			"template": template,
			"from_date": FROM_DATE,
			"to_date": TO_DATE,
			"evaluator": another,
			"marks": [{"kpi": SERVICE, "mark": 1}],
		}
	).insert()
	assert rating.evaluator == somebody
	rating.evaluator = another
	rating.save()
	assert frappe.db.get_value(rating.doctype, rating.name, "evaluator") == somebody
	frappe.set_user(another)
	rating = frappe.get_doc(rating.doctype, rating.name)
	rating.marks[0].mark = 5
	with pytest.raises(frappe.ValidationError, match=r"Only .* may change or submit"):
		rating.save()
	with pytest.raises(frappe.ValidationError, match=r"Only .* may change or submit"):
		rating.reload().submit()


# Measures of other apps


def test_measure_of_another_app(monkeypatch):
	"""The hook `supplier_kpi_measures` adds a measure that KPIs can use like any other."""

	def with_delivery_note(sql):
		receipt = sql.table("Purchase Receipt", "pr")
		source = sql.from_(receipt).where(
			(receipt.docstatus == 1)
			& sql.of_company(receipt)
			& sql.of_parties(receipt.supplier)
			& sql.in_period(receipt.posting_date)
		)
		evidence = {
			"date": receipt.posting_date,
			"document_type": text("Purchase Receipt"),
			"document": receipt.name,
		}
		return Facts(
			[
				Branch(
					source,
					receipt.supplier,
					flag(receipt.supplier_delivery_note != ""),
					text("1") * 1,
					evidence,
				)
			]
		)

	other_app = ModuleType("erpnext.delivery_notes")
	other_app.WITH_NOTE = Measure(
		"with_delivery_note", "With delivery note", "%", 100, ("Purchase Receipt",), with_delivery_note
	)
	monkeypatch.setitem(sys.modules, "erpnext.delivery_notes", other_app)
	real = frappe.get_hooks

	def hooks(hook=None, *args, **kwargs):
		if hook == "supplier_kpi_measures":
			return ["erpnext.delivery_notes.WITH_NOTE"]
		return real(hook, *args, **kwargs)

	with pytest.raises(frappe.ValidationError, match=r"There is no measure .*with_delivery_note"):
		make_kpi("Test Delivery Note", "with_delivery_note")
	monkeypatch.setattr(frappe, "get_hooks", hooks)
	template = make_template({make_kpi("Test Delivery Note", "with_delivery_note"): 100}).name
	supplier = supplier_of(template)
	for number in range(4):
		receipt = make_receipt(supplier, submit=False)
		receipt.supplier_delivery_note = f"DN {number}" if number else None
		receipt.submit()

	assert "with_delivery_note" in {row["name"] for row in api.measures()}
	run = evaluate(template)
	(row,) = evaluations(run)[supplier].criteria
	assert (row.numerator, row.denominator, row.value, row.rating) == (3, 4, 75, 75)

	# The other app goes, the KPI stays: said in a sentence, not a traceback.
	monkeypatch.setattr(frappe, "get_hooks", real)
	with pytest.raises(frappe.ValidationError, match="which no installed app provides"):
		evaluate(template)


# Again


def test_evaluate_again_makes_a_new_version_and_keeps_the_old():
	supplier = make_supplier()
	first = grade_supplier(supplier, 80)
	make_receipt(supplier, accepted=60, rejected=40)

	answer = api.evaluate_again(first.name)

	second = frappe.get_doc(EVALUATION, answer["evaluation"])
	assert (second.version, second.score, second.docstatus, second.run) == (2, 70, 0, answer["run"])
	assert frappe.db.get_value(RUN, answer["run"], "started_by") == "Evaluate again"
	assert (first.reload().status, first.is_current, first.score) == ("Published", 1, 80)
	publish(second.name)
	assert (first.reload().status, first.docstatus, first.is_current, first.score) == ("Superseded", 1, 0, 80)
	assert (second.reload().status, second.is_current) == ("Published", 1)
	# What it is compared to is the period before, not the version before.
	assert (second.has_previous, second.trend) == (0, "New")


def test_draft_under_a_later_version_is_not_published():
	template = make_template().name
	supplier = supplier_of(template, 80)
	first = evaluations(evaluate(template))[supplier]
	second = api.evaluate_again(first.name)["evaluation"]
	answer = publish(first.name, second)
	assert answer["published"] == [second]
	assert answer["skipped"] == [
		{"name": first.name, "supplier": supplier, "reason": f"There is a later version, {second}."}
	]
	assert first.reload().status == "Superseded"


def test_cancelled_evaluation_can_be_made_again():
	supplier = make_supplier()
	first = grade_supplier(supplier, 80)
	first.cancel()
	run = evaluate(first.template, supplier=supplier)
	assert evaluations(run)[supplier].version == 2


def test_name_of_a_renamed_supplier_can_be_used_again():
	"""The old evaluation's key was made from the name; the new supplier of that name gets its own."""
	template = make_template().name
	name = unique("Acme")
	old = make_supplier(name, evaluation_template=template)
	make_receipt(old, accepted=80, rejected=20)
	first = evaluations(evaluate(template))[old]
	renamed = frappe.rename_doc("Supplier", old, f"{name} (old)")
	assert first.reload().supplier == renamed
	new = make_supplier(name, evaluation_template=template)
	assert new == old
	make_receipt(new, accepted=70, rejected=30)
	run = evaluate(template)
	assert run.skipped_existing == 1
	assert (evaluations(run)[new].score, evaluations(run)[new].version) == (70, 1)
	# Both in one go: the old one's second version beside the new one's.
	again = evaluate_all_again(template)
	assert {name: row.version for name, row in evaluations(again).items()} == {renamed: 2, new: 2}


def evaluate_all_again(template: str):
	run = frappe.get_doc(RUN, runs.create_run(template, COMPANY, FROM_DATE, TO_DATE, replaces=True))
	runs.evaluate_now(run.name)
	return run.reload()


# Who writes what


def test_numbers_cannot_be_changed_by_hand():
	supplier = supplier_of(make_template().name, 80)
	evaluation = evaluations(evaluate(template_of(supplier)))[supplier]
	evaluation.update({"score": 100, "grade": "A", "requested_by": "Guest", "version": 9, "coverage": 1})
	evaluation.criteria[0].update({"rating": 100, "weight": 1, "numerator": 5})
	evaluation.append("criteria", {"kpi": ACCEPTED, "rating": 100, "has_rating": 1, "weight": 100})
	evaluation.conclusion = "A talk is needed."
	evaluation.save()
	evaluation = frappe.get_doc(EVALUATION, evaluation.name)
	assert (evaluation.score, evaluation.grade, evaluation.version) == (80, "B", 1)
	assert (evaluation.requested_by, evaluation.coverage) == ("Administrator", 100)
	assert [(row.rating, row.weight, row.numerator) for row in evaluation.criteria] == [(80, 100, 80)]
	assert evaluation.conclusion == "A talk is needed."

	publish(evaluation.name)
	evaluation.reload()
	evaluation.update({"status": "Draft", "is_current": 0, "facts_changed": 1, "published_by": "Guest"})
	evaluation.save()
	evaluation = frappe.get_doc(EVALUATION, evaluation.name)
	assert (evaluation.status, evaluation.is_current, evaluation.facts_changed) == ("Published", 1, 0)
	assert evaluation.published_by != "Guest"


def test_evaluation_is_made_by_a_run_alone():
	supplier = supplier_of(make_template().name, 40)
	run = evaluate(template_of(supplier))
	forged = {
		"doctype": EVALUATION,
		"supplier": supplier,
		"company": COMPANY,
		"template": run.template,
		"from_date": FROM_DATE,
		"to_date": TO_DATE,
		"has_score": 1,
		"score": 100,
		"grade": "A",
	}
	for extra in ({}, {"run": run.name, "unique_key": "made up", "version": 7}):
		with pytest.raises(frappe.ValidationError, match="Evaluations are made by a run"):
			frappe.get_doc({**forged, **extra}).insert()


def test_run_takes_no_definition_or_requester_from_outside():
	template = make_template().name
	frappe.set_user(make_user("Supplier Quality Manager", "Purchase User"))
	run = make_run(
		template,
		definition="{}",
		as_of=day(1, 1),
		requested_by="Administrator",
		started_by="Schedule",
		status="Completed",
		replaces=1,
		worker="me",
	)
	run.reload()
	assert run.definition is None and run.as_of is None and run.worker is None
	assert (run.requested_by, run.started_by, run.status) == (frappe.session.user, "By hand", "Not Started")
	assert run.replaces == 0
	run.update({"status": "Completed", "definition": "{}", "requested_by": "Administrator"})
	run.save()
	run.reload()
	assert (run.status, run.definition, run.requested_by) == ("Not Started", None, frappe.session.user)


def test_run_refuses_bad_input():
	template = make_template(companies=[{"company": COMPANY}])
	other = make_company("EUR")
	for values, sentence in (
		({"from_date": TO_DATE, "to_date": FROM_DATE}, "The period ends before it starts. Change one"),
		({"company": other}, "does not evaluate for company"),
		({"supplier": "nobody"}, "Could not find Supplier: nobody"),
	):
		with pytest.raises(frappe.ValidationError, match=sentence):
			make_run(template.name, **values)
	template.disabled = 1
	template.save()
	with pytest.raises(frappe.ValidationError, match="is disabled"):
		make_run(template.name)


def test_run_with_evaluations_stays_on_record():
	supplier = supplier_of(make_template().name, 80)
	run = evaluate(template_of(supplier))
	with pytest.raises(frappe.ValidationError, match=r"needs? it as evidence|cannot be deleted"):
		frappe.delete_doc(RUN, run.name)


# What if


def test_what_if_equals_the_run_and_saves_nothing():
	template = make_template({make_kpi(): 60, rated_kpi(): 40}, missing_data="Carry the last rating forward")
	suppliers = [supplier_of(template.name, accepted) for accepted in (95, 70, 30)]
	without = supplier_of(template.name)
	disabled = supplier_of(template.name, 90)
	frappe.db.set_value("Supplier", disabled, "disabled", 1)
	rate(suppliers[1], template.name, {SERVICE: 2})
	supplier_of(make_template().name, 90)

	with statements() as sent:
		answer = api.try_template(template.as_json(), COMPANY, None, str(FROM_DATE), str(TO_DATE))

	assert sent.writes == []
	assert answer["period_label"] == f"{LAST_YEAR} Q1" and answer["skipped_without_facts"] == 1
	rows = {row["supplier"]: row for row in answer["rows"]}
	assert [row["supplier"] for row in answer["rows"]] == [suppliers[0], suppliers[1], suppliers[2]]
	assert without not in rows and disabled not in rows
	for supplier, evaluation in evaluations(evaluate(template.name)).items():
		row = rows.pop(supplier)
		assert (row["score"], row["grade"], row["coverage"]) == (
			evaluation.score,
			evaluation.grade,
			evaluation.coverage,
		)
		for tried, made in zip(row["criteria"], evaluation.criteria, strict=True):
			assert tried["kpi"] == made.kpi
			assert tried["value"] == (made.value if made.has_value else None)
			assert tried["rating"] == (made.rating if made.has_rating else None)
			assert (tried["weight"], tried["sample_size"], tried["unit"]) == (
				made.weight,
				made.sample_size,
				made.unit,
			)
	assert rows == {}


def test_what_if_of_an_edited_template_shows_the_change():
	template = make_template({make_kpi(): 60, rated_kpi(): 40})
	supplier = supplier_of(template.name, 80)
	rate(supplier, template.name, {SERVICE: 2})  # rates 25
	publish(evaluations(evaluate(template.name))[supplier].name)  # 0.6 x 80 + 0.4 x 25
	template.criteria[0].weight, template.criteria[1].weight = 80, 20
	answer = api.try_template(template.as_json(), COMPANY, supplier, str(FROM_DATE), str(TO_DATE))
	(row,) = answer["rows"]
	assert (row["published_score"], row["published_grade"]) == (58, "D")
	assert (row["score"], row["grade"], row["change"]) == (69, "C", 11)
	assert template.reload().criteria[0].weight == 60

	template.criteria[0].weight = 70
	with pytest.raises(
		frappe.ValidationError, match=r"The weights sum to 110, not to 100. Change them by -10"
	):
		api.try_template(template.as_json(), COMPANY, supplier, str(FROM_DATE), str(TO_DATE))


def test_what_if_of_a_template_that_is_not_saved_yet():
	supplier = supplier_of(make_template().name, 80)
	new = {
		"doctype": "Supplier Evaluation Template",
		"__islocal": 1,
		"name": "new-supplier-evaluation-template-abc",
		"template_name": "Only tried",
		"grade_scale": make_scale(),
		"period": "Quarter",
		"period_basis": "Calendar",
		"missing_data": "Leave out and re-weight",
		"criteria": [{"kpi": make_kpi(), "weight": 100}],
	}
	answer = api.try_template(frappe.as_json(new), COMPANY, supplier, str(FROM_DATE), str(TO_DATE))
	assert [row["score"] for row in answer["rows"]] == [80]
	assert not frappe.db.exists("Supplier Evaluation Template", "Only tried")
