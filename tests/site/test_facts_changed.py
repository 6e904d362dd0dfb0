"""Facts that change after publishing are found, shown, and forgotten when they are as before (DESIGN §3)."""

from datetime import date

import frappe
import pytest
from factories import (
	ACCEPTED,
	FROM_DATE,
	LAST_YEAR,
	day,
	evaluate,
	evaluations,
	grade_supplier,
	make_kpi,
	make_order,
	make_receipt,
	make_supplier,
	make_template,
	make_user,
	publish,
	rate,
	receive,
	return_goods,
)
from frappe.utils import getdate
from support.statements import statements

from partner_relations.supplier_quality import api, evidence
from partner_relations.supplier_quality.evaluation import EVALUATION

SETTINGS = "Supplier Quality Settings"


@pytest.fixture(autouse=True)
def look_far_back():
	"""The period of the tests lies up to two years back."""
	frappe.db.set_single_value(SETTINGS, "recheck_months", 36)


def check(evaluation) -> tuple[int, str | None]:
	"""Whether the daily job finds changed facts, and what it says."""
	evidence.find_changed_facts()
	evaluation.reload()
	assert evaluation.facts_checked_on
	return evaluation.facts_changed, evaluation.facts_changed_note


def test_back_dated_receipt_is_found_and_forgotten_when_cancelled():
	supplier = make_supplier()
	evaluation = grade_supplier(supplier, 80)
	modified = evaluation.modified
	assert check(evaluation) == (0, None)

	late = make_receipt(supplier, accepted=60, rejected=40, on=day(3, 1))

	sentence = f"{ACCEPTED}: 80 of 100 when published, 140 of 200 today."
	assert check(evaluation) == (1, sentence)
	assert (evaluation.score, evaluation.status, evaluation.modified) == (80, "Published", modified)
	answer = evidence.evidence(evaluation.name, ACCEPTED)
	assert (answer["stored"]["numerator"], answer["stored"]["denominator"], answer["stored"]["value"]) == (
		*(80, 100, 80),
	)
	assert (answer["today"]["numerator"], answer["today"]["denominator"], answer["today"]["value"]) == (
		*(140, 200, 70),
	)
	assert sum(row["numerator"] for row in answer["rows"]) == 140
	assert check(evaluation) == (1, sentence)

	late.cancel()
	assert check(evaluation) == (0, None)


def test_cancelled_receipt_is_found():
	supplier = make_supplier()
	evaluation = grade_supplier(supplier, 80)
	receipt = frappe.get_doc("Purchase Receipt", {"supplier": supplier, "docstatus": 1})
	receipt.cancel()
	assert check(evaluation) == (1, f"{ACCEPTED}: 80 of 100 when published, 0 of 0 today.")


def test_late_delivery_of_an_order_line_is_found():
	"""On time in full looks at what arrives after the period too, inside its tolerance."""
	kpi = make_kpi("Test OTIF", "otif", late_tolerance_days=20)
	template = make_template({kpi: 100}).name
	supplier = make_supplier(evaluation_template=template)
	kept = make_order(supplier, due=day(2, 1))
	receive(kept, on=day(2, 1))
	open_line = make_order(supplier, due=day(3, 25))
	evaluation = evaluations(evaluate(template))[supplier]
	publish(evaluation.name)
	assert (evaluation.criteria[0].numerator, evaluation.criteria[0].denominator) == (1, 2)
	assert check(evaluation) == (0, None)
	receive(open_line, on=day(4, 10))
	assert check(evaluation) == (1, "Test OTIF: 1 of 2 when published, 2 of 2 today.")


def test_documents_outside_the_scope_change_nothing():
	supplier = make_supplier()
	evaluation = grade_supplier(supplier, 80)
	make_receipt(supplier, accepted=1, rejected=99, on=day(4, 1))
	make_receipt(supplier, accepted=1, rejected=99, on=date(LAST_YEAR - 1, 12, 31))
	make_receipt(make_supplier(), accepted=1, rejected=99)
	make_receipt(supplier, accepted=1, rejected=99, submit=False)
	assert check(evaluation) == (0, None)


def test_drafts_and_superseded_ones_are_not_checked():
	supplier = make_supplier()
	old = grade_supplier(supplier, 80)
	make_receipt(supplier, accepted=60, rejected=40)
	new = frappe.get_doc(EVALUATION, api.evaluate_again(old.name)["evaluation"])
	assert check(old)[0] == 1
	publish(new.name)
	assert (old.reload().status, new.reload().facts_changed) == ("Superseded", 0)
	make_receipt(supplier, accepted=60, rejected=40)
	before = old.facts_changed_note
	assert check(new) == (1, f"{ACCEPTED}: 140 of 200 when published, 200 of 300 today.")
	assert old.reload().facts_changed_note == before


def test_only_periods_of_the_last_months():
	supplier = make_supplier()
	evaluation = grade_supplier(supplier, 80)
	make_receipt(supplier, accepted=60, rejected=40)
	months = (getdate().year - FROM_DATE.year) * 12 + getdate().month - 3
	for setting, found in ((0, 0), (months - 2, 0), (months + 2, 1)):
		frappe.db.set_single_value(SETTINGS, "recheck_months", setting)
		evidence.find_changed_facts()
		assert evaluation.reload().facts_changed == found


def test_a_measure_that_is_gone_does_not_stop_the_others():
	gone, here = make_supplier(), make_supplier()
	orphan, fine = grade_supplier(gone, 80), grade_supplier(here, 80)
	definition = frappe.db.get_value("Supplier Evaluation Run", orphan.run, "definition")
	broken = definition.replace('"accepted_quantity"', '"measure_of_an_app_that_went"')
	frappe.db.set_value("Supplier Evaluation Run", orphan.run, "definition", broken)
	make_receipt(here, accepted=60, rejected=40)
	assert check(fine)[0] == 1
	assert orphan.reload().facts_changed == 0


def test_statements_do_not_grow_with_the_evaluations():
	kpi = make_kpi("Test Mark", None, ((1, 0), (5, 100)), lowest_mark=1, highest_mark=5)
	template = make_template({kpi: 100}).name
	suppliers = [make_supplier(evaluation_template=template) for _number in range(12)]
	for supplier in suppliers:
		rate(supplier, template, {kpi: 3})
	names = [row.name for row in evaluations(evaluate(template)).values()]
	publish(*names[:2])
	evidence.find_changed_facts()
	with statements() as for_two:
		evidence.find_changed_facts()
	publish(*names[2:])
	with statements() as for_twelve:
		evidence.find_changed_facts()
	checked = frappe.get_all(EVALUATION, {"name": ("in", names), "facts_checked_on": ("is", "set")})
	assert len(checked) == 12
	assert len(for_twelve) <= len(for_two)


def test_reading_does_not_grow_with_the_suppliers_even_where_all_have_news():
	template = make_template().name

	def add(number: int) -> list[str]:
		suppliers = [make_supplier(evaluation_template=template) for _number in range(number)]
		for supplier in suppliers:
			make_receipt(supplier, accepted=90, rejected=10)
		made = evaluations(evaluate(template))
		assert set(made) == set(suppliers)
		publish(*(row.name for row in made.values()))
		return suppliers

	def check_all() -> list[str]:
		with statements() as seen:
			evidence.find_changed_facts()
		return seen

	suppliers = add(1)
	check_all()
	one = check_all()
	suppliers += add(8)
	assert len(check_all()) == len(one) > 0
	for supplier in suppliers:
		make_receipt(supplier, accepted=10)
	news = check_all()
	assert len(news) - len(news.writes) == len(one) - len(one.writes)
	assert frappe.db.count(EVALUATION, {"supplier": ("in", suppliers), "facts_changed": 1}) == 9
	assert len(check_all()) == len(one)  # known news are not written again


def test_due_date_that_is_edited_after_publishing():
	"""The KPI by the current due date sees it; the one by the first promise doesn't."""
	current = make_kpi("Test On Time, Current", "on_time_delivery", due_date_basis="Current date")
	first = make_kpi("Test On Time, First", "on_time_delivery", due_date_basis="First promised date")
	template = make_template({current: 50, first: 50}).name
	supplier = make_supplier(evaluation_template=template)
	order = make_order(supplier, due=day(2, 1))
	receive(order, on=day(2, 3))
	evaluation = evaluations(evaluate(template))[supplier]
	publish(evaluation.name)
	assert [row.numerator for row in evaluation.criteria] == [0, 0]

	def postpone(due: date) -> None:
		order.reload()
		order.schedule_date = order.items[0].schedule_date = due
		order.save()

	postpone(day(2, 5))
	assert check(evaluation) == (1, "Test On Time, Current: 0 of 1 when published, 1 of 1 today.")
	postpone(day(2, 1))
	assert check(evaluation) == (0, None)


def test_note_has_a_line_for_each_criterion_that_changed_and_is_kept_current():
	returned = make_kpi("Test Return Rate", "return_rate", ((0, 100), (100, 0)))
	template = make_template({make_kpi(): 60, returned: 40}).name
	supplier = make_supplier(evaluation_template=template)
	receipt = make_receipt(supplier, accepted=100)
	evaluation = evaluations(evaluate(template))[supplier]
	publish(evaluation.name)

	return_goods(receipt, quantity=10)
	assert check(evaluation) == (1, "Test Return Rate: 0 of 100 when published, 10 of 100 today.")
	make_receipt(supplier, accepted=50, rejected=50)
	assert check(evaluation) == (
		1,
		f"{ACCEPTED}: 100 of 100 when published, 150 of 200 today.\n"
		"Test Return Rate: 0 of 100 when published, 10 of 200 today.",
	)


def test_same_rate_of_other_quantities_is_a_change():
	evaluation = grade_supplier(make_supplier(), 80)
	make_receipt(evaluation.supplier, accepted=4, rejected=1)
	assert check(evaluation) == (1, f"{ACCEPTED}: 80 of 100 when published, 84 of 105 today.")


def test_evaluation_is_compared_by_the_definition_that_made_it():
	"""An edit of the KPI afterwards is no change of facts; only a new evaluation follows it."""
	kpi = make_kpi("Test On Time", "on_time_delivery")
	template = make_template({kpi: 100}).name
	supplier = make_supplier(evaluation_template=template)
	receive(make_order(supplier, due=day(2, 1)), on=day(2, 3))
	evaluation = evaluations(evaluate(template))[supplier]
	publish(evaluation.name)
	document = frappe.get_doc("Supplier KPI", kpi)
	document.late_tolerance_days = 5
	document.save()
	assert check(evaluation) == (0, None)
	again = frappe.get_doc(EVALUATION, api.evaluate_again(evaluation.name)["evaluation"])
	assert (evaluation.criteria[0].numerator, again.criteria[0].numerator) == (0, 1)


def test_evidence_of_documents_that_are_gone():
	evaluation = grade_supplier(make_supplier(), 90)
	found = evidence.evidence(evaluation.name, ACCEPTED)
	figures = {"numerator": 90, "denominator": 100, "sample_size": 1, "value": 90}
	assert (found["stored"], found["today"]) == (figures, figures)
	assert found["columns"][-2:] == ["numerator", "denominator"]
	assert [list(row) for row in found["rows"]] == [found["columns"]]
	frappe.get_doc("Purchase Receipt", {"supplier": evaluation.supplier, "docstatus": 1}).cancel()
	found = evidence.evidence(evaluation.name, ACCEPTED)
	assert found["stored"] == figures
	assert found["today"] == {"numerator": 0, "denominator": 0, "sample_size": 0, "value": None}
	assert found["rows"] == []


def test_evidence_says_that_there_are_more_lines():
	evaluation = grade_supplier(make_supplier(), 90)
	for _number in range(2):
		make_receipt(evaluation.supplier, accepted=10)
	found = evidence.evidence(evaluation.name, ACCEPTED, limit=2)
	assert (len(found["rows"]), found["truncated"], found["today"]["denominator"]) == (2, True, 120)
	assert evidence.evidence(evaluation.name, ACCEPTED, limit=3)["truncated"] is False


def test_evidence_hides_lines_of_documents_that_the_user_may_not_read():
	evaluation = grade_supplier(make_supplier(), 90)
	frappe.set_user(make_user("Supplier Quality User"))
	assert not frappe.has_permission("Purchase Receipt", "read")
	found = evidence.evidence(evaluation.name, ACCEPTED)
	assert (found["rows"], found["hidden"], found["today"]["denominator"]) == ([], 1, 100)


def test_evidence_wants_the_right_to_read_the_evaluation_and_one_of_its_criteria():
	evaluation = grade_supplier(make_supplier(), 90)
	with pytest.raises(frappe.ValidationError, match="has no criterion"):
		evidence.evidence(evaluation.name, "Something else")
	frappe.set_user(make_user("Stock User"))
	with pytest.raises(frappe.PermissionError):
		evidence.evidence(evaluation.name, ACCEPTED)
