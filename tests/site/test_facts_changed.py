"""Facts that change after publishing: found every day, noted with both figures, cleared once undone."""

from collections.abc import Iterator

import frappe
import pytest
from factories import (
	ACCEPTED,
	FROM_DATE,
	TO_DATE,
	day,
	evaluate,
	evaluations,
	grade_supplier,
	make_company,
	make_kpi,
	make_order,
	make_receipt,
	make_supplier,
	make_template,
	make_user,
	publish,
	receive,
	return_goods,
)
from frappe.utils import add_months, getdate
from support.statements import statements

from partner_relations.supplier_quality import api
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.evidence import evidence, find_changed_facts

ON_TIME = "Test On Time"


@pytest.fixture(autouse=True)
def _long_recheck(_on_the_site: None) -> Iterator[None]:
	"""The tests' period lies up to two years back."""
	recheck(36)
	yield


def recheck(months: int) -> None:
	settings = frappe.get_doc("Supplier Quality Settings")
	settings.recheck_months = months
	settings.save()


def checked(evaluation) -> tuple[int, str | None]:
	"""Whether an evaluation's facts have changed, and the note, after today's check."""
	find_changed_facts()
	evaluation.reload()
	return evaluation.facts_changed, evaluation.facts_changed_note


def published(template: str, *suppliers: str) -> dict:
	"""The published evaluations of these suppliers by one run."""
	run = evaluate(template)
	found = evaluations(run)
	assert set(found) == set(suppliers)
	assert len(publish(*(row.name for row in found.values()))["published"]) == len(suppliers)
	return {supplier: row.reload() for supplier, row in found.items()}


# What is found


def test_nothing_has_changed():
	evaluation = grade_supplier(make_supplier(), 87)
	assert evaluation.facts_checked_on is None
	assert checked(evaluation) == (0, None)
	assert getdate(evaluation.facts_checked_on) == getdate()


def test_receipt_that_is_posted_late_into_the_period():
	evaluation = grade_supplier(make_supplier(), 87)
	late = make_receipt(evaluation.supplier, accepted=90, rejected=10, on=TO_DATE)
	assert checked(evaluation) == (1, f"{ACCEPTED}: 87 of 100 when published, 177 of 200 today.")
	late.cancel()
	assert checked(evaluation) == (0, None)


def test_receipt_outside_the_period_or_of_somebody_else_changes_nothing():
	evaluation = grade_supplier(make_supplier(), 87)
	make_receipt(evaluation.supplier, accepted=1, rejected=9, on=day(4, 1))
	make_receipt(evaluation.supplier, accepted=1, rejected=9, on=day(12, 31, FROM_DATE.year - 1))
	make_receipt(evaluation.supplier, accepted=1, rejected=9, submit=False)
	make_receipt(make_supplier(), accepted=1, rejected=9)
	other = make_company()
	make_receipt(evaluation.supplier, accepted=1, rejected=0, company=other)
	assert checked(evaluation) == (0, None)


def test_cancelled_receipts():
	evaluation = grade_supplier(make_supplier(), 80)
	only = frappe.get_doc("Purchase Receipt", {"supplier": evaluation.supplier, "docstatus": 1})
	only.cancel()
	assert checked(evaluation) == (1, f"{ACCEPTED}: 80 of 100 when published, 0 of 0 today.")
	make_receipt(evaluation.supplier, accepted=80, rejected=20, on=day(3, 1))
	assert checked(evaluation) == (0, None)


def test_same_rate_of_other_quantities_is_a_change():
	evaluation = grade_supplier(make_supplier(), 80)
	make_receipt(evaluation.supplier, accepted=4, rejected=1)
	assert checked(evaluation) == (1, f"{ACCEPTED}: 80 of 100 when published, 84 of 105 today.")


def test_due_date_that_is_edited_after_publishing():
	"""The KPI by the current due date sees it; the one by the first promise doesn't."""
	current = make_kpi("Test On Time, Current", "on_time_delivery", due_date_basis="Current date")
	first = make_kpi(ON_TIME, "on_time_delivery", due_date_basis="First promised date")
	template = make_template({current: 50, first: 50}).name
	supplier = make_supplier(evaluation_template=template)
	order = make_order(supplier, due=day(2, 1))
	receive(order, on=day(2, 3))
	evaluation = published(template, supplier)[supplier]
	assert [row.numerator for row in evaluation.criteria] == [0, 0]

	postpone(order, day(2, 5))
	assert checked(evaluation) == (
		1,
		"Test On Time, Current: 0 of 1 when published, 1 of 1 today.",
	)
	postpone(order, day(2, 1))
	assert checked(evaluation) == (0, None)


def postpone(order, due) -> None:
	order.reload()
	order.items[0].schedule_date = due
	order.items[0].expected_delivery_date = None
	order.schedule_date = due
	order.save()


def test_note_has_a_line_for_each_criterion_that_changed_and_is_kept_current():
	returned = make_kpi("Test Return Rate", "return_rate", ((0, 100), (100, 0)))
	template = make_template({make_kpi(): 60, returned: 40}).name
	supplier = make_supplier(evaluation_template=template)
	receipt = make_receipt(supplier, accepted=100)
	evaluation = published(template, supplier)[supplier]

	return_goods(receipt, quantity=10)
	assert checked(evaluation) == (1, "Test Return Rate: 0 of 100 when published, 10 of 100 today.")
	make_receipt(supplier, accepted=50, rejected=50)
	assert checked(evaluation) == (
		1,
		f"{ACCEPTED}: 100 of 100 when published, 150 of 200 today.\n"
		"Test Return Rate: 0 of 100 when published, 10 of 200 today.",
	)


def test_change_is_noted_and_changes_nothing_else():
	evaluation = grade_supplier(make_supplier(), 95)
	before = evaluation.as_dict()
	make_receipt(evaluation.supplier, accepted=0, rejected=900)
	assert checked(evaluation)[0] == 1
	after = evaluation.as_dict()
	noted = ("facts_changed", "facts_changed_note", "facts_checked_on")
	assert {key: value for key, value in after.items() if key not in noted} == {
		key: value for key, value in before.items() if key not in noted
	}
	assert frappe.db.get_value("Supplier", evaluation.supplier, "evaluation_grade") == "A"


def test_evaluation_is_compared_by_the_definition_that_made_it():
	"""An edit of the KPI afterwards is no change of facts."""
	kpi = make_kpi(ON_TIME, "on_time_delivery")
	template = make_template({kpi: 100}).name
	supplier = make_supplier(evaluation_template=template)
	receive(make_order(supplier, due=day(2, 1)), on=day(2, 3))
	evaluation = published(template, supplier)[supplier]
	document = frappe.get_doc("Supplier KPI", kpi)
	document.late_tolerance_days = 5
	document.save()
	assert checked(evaluation) == (0, None)
	again = frappe.get_doc(EVALUATION, api.evaluate_again(evaluation.name)["evaluation"])
	assert (evaluation.criteria[0].numerator, again.criteria[0].numerator) == (0, 1)


# Which are looked at


def test_periods_that_ended_too_long_ago_are_left():
	evaluation = grade_supplier(make_supplier(), 87)
	make_receipt(evaluation.supplier, accepted=100)
	months = next(n for n in range(1, 40) if getdate(add_months(getdate(), -n)) <= TO_DATE)
	recheck(months - 1)
	assert checked(evaluation) == (0, None)
	assert evaluation.facts_checked_on is None
	recheck(0)
	assert checked(evaluation) == (0, None)
	assert evaluation.facts_checked_on is None
	recheck(months)
	assert checked(evaluation)[0] == 1


def test_drafts_superseded_and_cancelled_ones_are_left():
	supplier = make_supplier()
	first = grade_supplier(supplier, 87)
	make_receipt(supplier, accepted=100)
	frappe.set_user(make_user("Supplier Quality Manager", "Purchase User"))
	again = api.evaluate_again(first.name)["evaluation"]
	frappe.set_user("Administrator")
	publish(again)
	first.reload()
	assert first.status == "Superseded"
	make_receipt(supplier, accepted=100)

	second = frappe.get_doc(EVALUATION, again)
	assert checked(second) == (1, f"{ACCEPTED}: 187 of 200 when published, 287 of 300 today.")
	first.reload()
	assert (first.facts_changed, first.facts_checked_on) == (0, None)

	draft = frappe.get_doc(EVALUATION, api.evaluate_again(second.name)["evaluation"])
	make_receipt(supplier, accepted=100)
	assert checked(draft) == (0, None)
	assert draft.facts_checked_on is None

	cancelled = grade_supplier(make_supplier(), 90)
	cancelled.cancel()
	make_receipt(cancelled.supplier, accepted=100)
	assert checked(cancelled) == (0, None)
	assert cancelled.facts_checked_on is None


def test_one_that_cannot_be_compared_does_not_stop_the_others():
	"""Say, the app that provided its measure is gone."""
	lost, kept = grade_supplier(make_supplier(), 87), grade_supplier(make_supplier(), 87)
	definition = frappe.db.get_value("Supplier Evaluation Run", lost.run, "definition")
	frappe.db.set_value(
		"Supplier Evaluation Run",
		lost.run,
		"definition",
		definition.replace('"accepted_quantity"', '"measure_of_another_app"'),
	)
	for evaluation in (lost, kept):
		make_receipt(evaluation.supplier, accepted=100)
	assert checked(kept)[0] == 1
	lost.reload()
	assert (lost.facts_changed, lost.facts_checked_on) == (0, None)
	assert frappe.db.exists(
		"Error Log", {"method": "Supplier evaluations could not be compared with today's facts"}
	)


# What it costs


def test_statements_do_not_grow_with_the_number_of_suppliers():
	template = make_template().name

	def add(number: int) -> list[str]:
		suppliers = [make_supplier(evaluation_template=template) for _ in range(number)]
		for supplier in suppliers:
			make_receipt(supplier, accepted=90, rejected=10)
		return suppliers

	def check():
		with statements() as seen:
			find_changed_facts()
		return seen

	first = add(1)
	published(template, *first)
	check()
	few = check()
	second = add(8)
	added = evaluations(evaluate(template))
	assert set(added) == set(second)
	publish(*(row.name for row in added.values()))
	many = check()
	assert len(many) == len(few) > 0
	assert len(many.of("Purchase Receipt Item")) == len(few.of("Purchase Receipt Item")) > 0

	for supplier in (*first, *second):
		make_receipt(supplier, accepted=10)
	news = check()
	assert len(news) - len(news.writes) == len(few) - len(few.writes)
	assert frappe.db.count(EVALUATION, {"supplier": ("in", [*first, *second]), "facts_changed": 1}) == 9
	known = check()
	assert len(known) == len(few)


# Evidence


def test_evidence_shows_what_was_stored_beside_today():
	evaluation = grade_supplier(make_supplier(), 90)
	found = evidence(evaluation.name, ACCEPTED)
	figures = {"numerator": 90, "denominator": 100, "sample_size": 1, "value": 90}
	assert (found["stored"], found["today"]) == (figures, figures)
	assert len(found["rows"]) == 1

	late = make_receipt(evaluation.supplier, accepted=50, rejected=50, on=FROM_DATE)
	found = evidence(evaluation.name, ACCEPTED)
	assert found["stored"] == figures
	assert found["today"] == {"numerator": 140, "denominator": 200, "sample_size": 2, "value": 70}
	assert (found["hidden"], found["truncated"], found["unit"], found["basis"]) == (
		0,
		False,
		"%",
		"Measured",
	)
	assert late.name in {row["document"] for row in found["rows"]}
	for figure in ("numerator", "denominator"):
		assert sum(row[figure] for row in found["rows"]) == found["today"][figure]
	assert found["columns"][-2:] == ["numerator", "denominator"]
	assert all(list(row) == found["columns"] for row in found["rows"])

	receipts = frappe.get_all("Purchase Receipt", {"supplier": evaluation.supplier}, pluck="name")
	for name in receipts:
		frappe.get_doc("Purchase Receipt", name).cancel()
	found = evidence(evaluation.name, ACCEPTED)
	assert found["stored"] == figures
	assert found["today"] == {"numerator": 0, "denominator": 0, "sample_size": 0, "value": None}
	assert found["rows"] == []


def test_evidence_says_that_there_are_more_lines():
	evaluation = grade_supplier(make_supplier(), 90)
	for _ in range(2):
		make_receipt(evaluation.supplier, accepted=10)
	found = evidence(evaluation.name, ACCEPTED, limit=2)
	assert (len(found["rows"]), found["truncated"]) == (2, True)
	assert found["today"]["denominator"] == 120
	assert evidence(evaluation.name, ACCEPTED, limit=3)["truncated"] is False


def test_evidence_hides_lines_of_documents_that_the_user_may_not_read():
	evaluation = grade_supplier(make_supplier(), 90)
	reader = make_user("Supplier Quality User")
	frappe.set_user(reader)
	if frappe.has_permission("Purchase Receipt", "read"):
		pytest.fail("This test needs a role without the right to read receipts.")
	found = evidence(evaluation.name, ACCEPTED)
	assert (found["rows"], found["hidden"]) == ([], 1)
	assert found["today"]["denominator"] == 100


def test_evidence_wants_the_right_to_read_the_evaluation_and_one_of_its_criteria():
	evaluation = grade_supplier(make_supplier(), 90)
	with pytest.raises(frappe.ValidationError, match="has no criterion"):
		evidence(evaluation.name, "Something else")
	frappe.set_user(make_user("Stock User"))
	with pytest.raises(frappe.PermissionError):
		evidence(evaluation.name, ACCEPTED)
