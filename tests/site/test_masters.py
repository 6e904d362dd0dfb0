"""What an admin configures: refused with a sentence that names row and mend; which template applies."""

import frappe
import pytest
from factories import (
	ACCEPTED,
	COMPANY,
	make_item_group,
	make_kpi,
	make_scale,
	make_supplier,
	make_supplier_group,
	make_template,
)
from frappe.utils.data import strip_html

from partner_relations.install import insert_defaults
from partner_relations.supplier_quality import api, templates
from partner_relations.supplier_quality.templates import supplier_templates

KPI, SCALE, TEMPLATE = "Supplier KPI", "Supplier Grade Scale", "Supplier Evaluation Template"


def refusal(document) -> str | None:
	"""Why saving is refused, without markup; None where it is not."""
	try:
		document.save() if document.get("name") and not document.is_new() else document.insert()
	except frappe.ValidationError as error:
		return strip_html(str(error))
	return None


def kpi(**values):
	values = {"kpi_name": "Tried", "kind": "Measured from documents", "measure": "otif", **values}
	values.setdefault("curve", [{"value": 0, "rating": 0}, {"value": 100, "rating": 100}])
	return frappe.get_doc({"doctype": KPI, **values})


@pytest.mark.parametrize(
	("values", "sentence"),
	[
		({"measure": "no_such"}, "There is no measure no_such. Choose one from the list."),
		({"measure": None}, "There is no measure . Choose one from the list."),
		({"measure": "evaluator_mark"}, "There is no measure evaluator_mark. Choose one from the list."),
		({"late_tolerance_days": -1}, "Days Late Allowed cannot be negative."),
		({"quantity_tolerance": 101}, "The quantity tolerance cannot be more than 100 percent."),
		({"measure": "rfq_response_days"}, "Set the maximum days: they stand for requests"),
		(
			{"kind": "Rated by evaluators", "lowest_mark": 5, "highest_mark": 5},
			"The lowest mark must be below the highest mark.",
		),
		(
			{"curve": [{"value": 1, "rating": 0}, {"value": 2, "rating": 101}]},
			"Row 2 of the rating curve: the rating must lie between 0 and 100.",
		),
		(
			{"curve": [{"value": 1, "rating": 0}, {"value": 2, "rating": 9}, {"value": 1, "rating": 5}]},
			"Row 3 of the rating curve: this measured value is there already. Keep one",
		),
	],
)
def test_kpi_is_refused(values, sentence):
	assert refusal(kpi(**values)).startswith(sentence)


def test_kpi_without_a_curve():
	assert "Curve" in refusal(kpi(curve=[])) or "rating curve has no points" in refusal(kpi(curve=[]))


def test_kpi_takes_its_unit_from_the_measure():
	document = kpi(measure="defect_ppm", unit="%").insert()
	assert document.unit == "ppm"
	rated = kpi(kpi_name="Rated", kind="Rated by evaluators", measure="otif").insert()
	assert (rated.measure, rated.unit) == (None, "mark")
	names = {row["name"] for row in api.measures()}
	assert names >= {"on_time_delivery", "otif", "defect_ppm"} and len(names) == len(api.measures())


def scale(*bands):
	return frappe.get_doc(
		{
			"doctype": SCALE,
			"scale_name": "Tried",
			"grades": [{"grade": grade, "lower": lower, "upper": upper} for grade, lower, upper in bands],
		}
	)


@pytest.mark.parametrize(
	("bands", "sentence"),
	[
		((("A", 60, 100), ("B", 0, 50)), "Row 1: there is a gap below this grade."),
		((("A", 50, 100), ("B", 0, 60)), "Row 1: this grade overlaps the one below it."),
		((("A", 50, 100), ("B", 10, 50)), "Row 2: the lowest grade must start at 0."),
		((("A", 50, 90), ("B", 0, 50)), "Row 1: the highest grade must end at 100."),
		((("A", 50, 50), ("B", 0, 50)), "Row 1: the upper limit must be above the lower limit."),
		((("A", 50, 100), ("A", 0, 50)), "Row 2: this grade is in the table already."),
	],
)
def test_scale_is_refused(bands, sentence):
	assert refusal(scale(*bands)).startswith(sentence)


def test_scale_in_any_order_of_rows():
	assert refusal(scale(("D", 0, 33.3), ("A", 66.6, 100), ("B", 33.3, 66.6))) is None


def other_kpi() -> str:
	return make_kpi("Other", "defect_ppm", ((0, 100), (1000, 0)))


def criteria(*rows):
	return [{"kpi": name, "weight": weight, **more} for name, weight, more in rows]


def test_template_is_refused():
	make_kpi(), other_kpi()
	cases = [
		([], "Add at least one criterion."),
		(
			[(ACCEPTED, 60, {}), ("Other", 30, {})],
			"The weights sum to 90, not to 100. Change them by 10 in all.",
		),
		(
			[(ACCEPTED, 60.5, {}), ("Other", 40, {})],
			"The weights sum to 100.5, not to 100. Change them by -0.5",
		),
		([(ACCEPTED, 100, {}), ("Other", 0, {})], "Row 2: the weight must be above 0."),
		([(ACCEPTED, 120, {}), ("Other", -20, {})], "Row 2: the weight must be above 0."),
		(
			[(ACCEPTED, 50, {}), (ACCEPTED, 50, {})],
			f"Row 2: the KPI {ACCEPTED} is in the table already. Keep one of the two rows.",
		),
		([("No such", 100, {})], "Row 1: there is no KPI No such."),
		(
			[(ACCEPTED, 100, {"has_knock_out": 1, "knock_out_rating": 0})],
			"Row 1: the knock-out rating must lie above 0 and not above 100.",
		),
		(
			[(ACCEPTED, 100, {"has_knock_out": 1, "knock_out_rating": 10, "knock_out_grade": "F"})],
			"Row 1: the scale Test A to D has no grade F. Choose one of A, B, C, D.",
		),
	]
	for rows, sentence in cases:
		found = refusal(make_template(criteria=criteria(*rows), save=False))
		assert found and sentence.lower() in found.lower(), (rows, found)
	for values, sentence in (
		({"minimum_coverage": 101}, "The minimum coverage must lie between 0 and 100 percent."),
		({"minimum_sample": -1}, " cannot be negative."),
		({"close_after_days": -1}, "cannot be negative."),
		(
			{"evaluators": [{"role": "Purchase User", "weight": 1}, {"role": "Purchase User", "weight": 2}]},
			"Evaluators, row 2: the role Purchase User is in the table already.",
		),
		(
			{"evaluators": [{"role": "Purchase User", "weight": 0}]},
			"Evaluators, row 1: the weight must be above 0.",
		),
		({"grade_scale": "None of ours"}, "Could not find Grade Scale: None of ours"),
	):
		found = refusal(make_template(save=False, **values))
		assert found and sentence in found, (values, found)


def test_disabled_kpi_is_not_taken():
	name = other_kpi()
	frappe.db.set_value(KPI, name, "disabled", 1)
	found = refusal(make_template(criteria=criteria((name, 100, {})), save=False))
	assert found == f"Row 1: the KPI {name} is disabled. Enable it or choose another one."


def test_thirds_add_up():
	names = [make_kpi(f"Third {number}") for number in range(3)]
	rows = criteria(*((name, weight, {}) for name, weight in zip(names, (33.33, 33.33, 33.34), strict=True)))
	assert refusal(make_template(criteria=rows, save=False)) is None


def test_one_default_template():
	shipped = frappe.db.get_value(TEMPLATE, {"is_default": 1, "disabled": 0})
	assert refusal(make_template(is_default=1, save=False)) == (
		f"{shipped} is the default template already. Take the mark off there first."
	)
	assert refusal(make_template(is_default=1, disabled=1, save=False)) is None
	frappe.db.set_value(TEMPLATE, shipped, "is_default", 0)
	assert refusal(make_template(is_default=1, save=False)) is None


def test_a_supplier_group_has_one_template():
	group = make_supplier_group()
	rows = [{"supplier_group": group}]
	first = make_template(supplier_groups=rows)
	assert refusal(make_template(supplier_groups=rows, save=False)) == (
		f"The supplier group {group} has the template {first.name} already. Take it off there first."
	)
	first.disabled = 1
	first.save()
	assert refusal(make_template(supplier_groups=rows, save=False)) is None
	first.disabled = 0
	assert refusal(first)


# Which template


def applies(supplier: str) -> str | None:
	return supplier_templates((supplier,))[supplier].template


def test_own_template_then_the_deepest_group_then_the_default():
	top = make_supplier_group()
	middle = make_supplier_group(top)
	bottom = make_supplier_group(middle)
	default = frappe.db.get_value(TEMPLATE, {"is_default": 1})
	of_top = make_template(supplier_groups=[{"supplier_group": top}])
	of_middle = make_template(supplier_groups=[{"supplier_group": middle}])
	own = make_template()
	suppliers = {group: make_supplier(supplier_group=group) for group in (top, middle, bottom)}
	outside = make_supplier()
	single = make_supplier(supplier_group=bottom, evaluation_template=own.name)

	assert applies(suppliers[top]) == of_top.name
	assert applies(suppliers[middle]) == applies(suppliers[bottom]) == of_middle.name
	assert applies(outside) == default
	assert applies(single) == own.name
	every = supplier_templates()
	assert {name: every[name].template for name in (*suppliers.values(), outside, single)} == {
		name: applies(name) for name in (*suppliers.values(), outside, single)
	}

	frappe.db.set_value(TEMPLATE, of_middle.name, "disabled", 1)
	assert applies(suppliers[bottom]) == of_top.name
	frappe.db.set_value(TEMPLATE, own.name, "disabled", 1)
	assert applies(single) == of_top.name
	frappe.db.set_value(TEMPLATE, default, "disabled", 1)
	assert applies(outside) is None


def test_companies_of_a_template():
	template = make_template()
	group = frappe.db.get_value("Company", {"is_group": 1})
	assert COMPANY in templates.companies_of(template.as_dict()) and group not in templates.companies_of(
		template.as_dict()
	)
	one = make_template(companies=[{"company": COMPANY}])
	assert templates.companies_of(one.as_dict()) == [COMPANY]


def test_definition_for_the_preview():
	parent = make_item_group()
	child = make_item_group(parent)
	template = make_template(item_groups=[{"item_group": parent}], minimum_coverage=40)
	definition = api.template_definition(template.name)
	assert definition["template"] == template.name
	assert sorted(definition["item_groups"]) == sorted([parent, child])
	assert definition["minimum_coverage"] == "40"
	assert [row["grade"] for row in definition["grades"]] == ["A", "B", "C", "D"]
	assert definition["criteria"][0]["measure"] == "accepted_quantity"
	assert frappe.get_cached_doc(SCALE, make_scale()).grades[0].po_action == "Allow"


@pytest.mark.parametrize(
	("name", "doctype"),
	[
		("contract_clause_rule", "Contract Clause Rule"),
		("supplier_incentive_rule", "Supplier Incentive Rule"),
	],
)
def test_rules_that_come_with_the_app_are_for_every_company(name, doctype):
	"""Though the site has a default company, which Frappe gives to new documents that name none."""
	assert frappe.defaults.get_defaults().company
	frappe.db.delete(doctype)
	insert_defaults([name])
	assert frappe.db.count(doctype) and not any(frappe.get_all(doctype, pluck="company"))
