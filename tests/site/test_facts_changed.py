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
	publish,
	rate,
	receive,
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
