"""Incentive rules on a real site: what publishing proposes, what the simulation says, what is refused."""

import random
from collections import Counter
from decimal import Decimal

import frappe
import pytest
from compliance_factories import breaches_of, deliverable, promise, promising, this_year
from factories import (
	COMPANY,
	LAST_YEAR,
	day,
	evaluate,
	evaluations,
	grade_supplier,
	make_kpi,
	make_order,
	make_receipt,
	make_supplier,
	make_supplier_group,
	make_template,
	make_user,
	publish,
	receive,
	unique,
)
from factories import invoice as make_invoice
from frappe.permissions import update_permission_property
from frappe.utils import add_days, format_date, getdate, today
from incentive_factories import (
	SCORES,
	grade_is,
	make_history,
	make_rule,
	make_scheme,
	proposals,
	quarter,
)
from support.statements import statements

from partner_relations.supplier_quality import compliance, incentives
from partner_relations.supplier_quality.api import evaluate_again
from partner_relations.supplier_quality.api.incentives import simulate as simulate_in_form
from partner_relations.supplier_quality.incentives import RULE, simulate

EVERYTHING = (quarter(0)["from_date"], quarter(11)["to_date"])


def asked(rule, period=EVERYTHING):
	return simulate(rule.as_dict(no_nulls=False), *period)


def told(rows) -> list[tuple]:
	"""What a simulation says, to compare with `proposed`."""
	return sorted((row["supplier"], row["source_name"], Decimal(str(row["amount"] or 0))) for row in rows)


def proposed(rule) -> list[tuple]:
	return sorted(
		(record.supplier, record.source_name, Decimal(str(record.amount)))
		for record in proposals(rule=rule.name)
	)


# What publishing proposes


def test_publishing_proposes_what_the_rule_says_and_only_once():
	rule = make_rule(grade_is("D"))
	supplier = make_supplier()
	evaluation = grade_supplier(supplier, 40)
	(record,) = proposals(supplier=supplier)
	assert (record.kind, record.measure, record.status, record.docstatus) == (
		"Penalty",
		"Warning Letter",
		"Proposed",
		0,
	)
	assert (record.source_type, record.source_name, record.rule) == (
		"Supplier Evaluation",
		evaluation.name,
		rule.name,
	)
	assert record.proposed_by == evaluation.published_by
	assert record.reason == f"Evaluation of {evaluation.period_label}: grade D."
	assert incentives.propose_for_evaluations([evaluation.name]) == []
	assert len(proposals(supplier=supplier)) == 1


def test_a_rule_that_is_off_or_does_not_hold_proposes_nothing():
	make_rule(grade_is("D"), enabled=0)
	make_rule(grade_is("A"), kind="Reward", measure="Preferred Status", duration_days=30)
	supplier = make_supplier()
	grade_supplier(supplier, 40)
	assert proposals(supplier=supplier) == []


def test_the_reason_and_the_details_are_those_of_the_rule():
	make_rule(
		grade_is("D"), measure="Suspension", duration_days=90, hold_payments=1, reason="Too many rejects."
	)
	supplier = make_supplier()
	grade_supplier(supplier, 40)
	(record,) = proposals(supplier=supplier)
	assert record.reason == "Too many rejects."
	assert record.hold_payments == 1
	assert getdate(record.until) == getdate(add_days(today(), 90))


def test_the_finding_is_told_in_the_language_of_the_supplier():
	make_rule(grade_is("D"))
	supplier = make_supplier(language="zh")
	evaluation = grade_supplier(supplier, 40)
	(record,) = proposals(supplier=supplier)
	assert evaluation.period_label in record.reason
	assert "评估" in record.reason and "D" in record.reason


def test_a_row_of_periods_and_a_fall_are_told_with_their_periods():
	make_rule(grade_is("D"), periods_in_a_row=2)
	make_rule({"what": "Change of score", "comparison": "fell", "number": 10}, grade_is("D"))
	(supplier,), made = make_history(["BDD"])
	labels = [documents[supplier].period_label for documents in made]
	reasons = [record.reason for record in proposals(supplier=supplier)]
	assert reasons == [
		f"Evaluation of {labels[1]}: the score fell by 40 to 40; grade D.",
		f"In 2 periods in a row the following was found. Evaluation of {labels[1]}: grade D. "
		f"Evaluation of {labels[2]}: grade D.",
	]


def test_a_gap_between_periods_breaks_the_row():
	make_rule(grade_is("D"), periods_in_a_row=2)
	(with_gap, without), _made = make_history([["D", None, "D"], ["B", "D", "D"]])
	assert proposals(supplier=with_gap) == []
	assert len(proposals(supplier=without)) == 1


def test_kpi_conditions_read_the_criteria():
	template = make_template()
	kpi = template.criteria[0].kpi
	make_rule({"what": "KPI value", "kpi": kpi, "comparison": "is at most", "number": 50})
	(bad, good), _made = make_history(["D", "A"], template=template.name)
	(record,) = proposals(supplier=bad)
	assert f"{kpi}: 40 %" in record.reason
	assert proposals(supplier=good) == []


def test_grades_at_most_compare_by_the_scale_that_the_run_used():
	make_rule(grade_is("C", "is at most"))
	suppliers, _made = make_history(["A", "B", "C", "D"])
	assert [len(proposals(supplier=supplier)) for supplier in suppliers] == [0, 0, 1, 1]


def test_the_scope_of_a_rule_is_its_template_its_company_and_its_group_with_those_below():
	group = make_supplier_group()
	below = make_supplier_group(parent=group, is_group=0)
	template = make_template().name
	rules = {
		"group": make_rule(supplier_group=group),
		"template": make_rule(template=make_template().name),
		"company": make_rule(company=COMPANY),
	}
	inside = make_supplier(supplier_group=below, evaluation_template=template)
	outside = make_supplier(evaluation_template=template)
	for supplier in (inside, outside):
		grade_supplier(supplier, 40, template=template)
	found = Counter((record.supplier, record.rule) for record in proposals())
	assert found[inside, rules["group"].name] == 1
	assert found[outside, rules["group"].name] == 0
	assert found[inside, rules["template"].name] == 0
	assert found[outside, rules["company"].name] == 1


# Amounts


def test_a_bonus_is_paid_on_the_invoices_of_the_period():
	scheme = make_scheme(
		"Reward",
		method="Bonus per grade",
		basis="Invoice value",
		rate_type="Percent of the basis",
		grade_bonuses=[{"grade": "A", "rate": 2}],
	)
	make_rule(grade_is("B", "is at least"), kind="Reward", measure="Bonus", remedy_scheme=scheme)
	supplier, other = make_supplier(), make_supplier()
	for name in (supplier, other):
		make_invoice(make_order(name, quantity=100, rate=25), on=day(2, 10))
	grade_supplier(supplier, 95)
	grade_supplier(other, 80)
	(record,) = proposals(supplier=supplier)
	assert (record.amount, record.paid_by, record.is_financial) == (50, "Company", 1)
	assert frappe.parse_json(record.calculation)[0]["key"] == "percent for the grade"
	assert frappe.parse_json(record.definition)["method"] == "Bonus per grade"
	assert proposals(supplier=other) == [], "a B earns no bonus, so there is nothing to propose"


def test_a_rebate_is_computed_on_the_volume_of_the_period():
	"""5 % on 60,000 once above 50,000, on the whole: 3,000."""
	scheme = make_scheme(
		"Reward",
		method="Volume rebate",
		basis="Invoice value",
		rate_type="Percent of the basis",
		steps=[{"threshold": 50_000, "rate": 5}],
	)
	make_rule(grade_is("A"), kind="Reward", measure="Rebate", remedy_scheme=scheme)
	supplier = make_supplier()
	make_invoice(make_order(supplier, quantity=600, rate=100), on=day(2, 10))
	grade_supplier(supplier, 95)
	(record,) = proposals(supplier=supplier)
	assert (record.amount, record.paid_by) == (3000, "Supplier")


def test_a_chargeback_counts_the_days_of_each_late_line():
	"""100 per day, 2 days: 200, once for the late one of two orders."""
	scheme = make_scheme(counts="Days late", rate=100)
	make_rule(grade_is("D"), measure="Chargeback", remedy_scheme=scheme)
	supplier = make_supplier()
	late = make_order(supplier, quantity=10, due=day(2, 1))
	receive(late, on=day(2, 3))
	receive(make_order(supplier, quantity=10, due=day(2, 10)), on=day(2, 10))
	template = make_template().name
	make_receipt(supplier, accepted=0, rejected=100, on=day(2, 1))
	frappe.db.set_value("Supplier", supplier, "evaluation_template", template)
	document = evaluations(evaluate(template, supplier=supplier))[supplier]
	publish(document.name)
	(record,) = proposals(supplier=supplier)
	assert record.amount == 200


def test_points_missed_are_those_below_the_line_of_the_condition():
	scheme = make_scheme(counts="Points missed", rate=10)
	make_rule(
		{"what": "Score", "comparison": "is at most", "number": 60},
		measure="Chargeback",
		remedy_scheme=scheme,
	)
	supplier = make_supplier()
	grade_supplier(supplier, 45)
	(record,) = proposals(supplier=supplier)
	assert record.amount == 150


def test_a_yearly_cap_counts_what_the_same_publishing_proposes_before():
	scheme = make_scheme(rate=100, has_yearly_cap=1, yearly_cap=250)
	rule = make_rule(grade_is("D"), measure="Chargeback", remedy_scheme=scheme)
	template = make_template().name
	(supplier,), made = make_history(["DDDD"], template=template, publish_each=False)
	publish(*(documents[supplier].name for documents in made))
	amounts = {record.source_name: record.amount for record in proposals(rule=rule.name)}
	assert [amounts.get(documents[supplier].name) for documents in made] == [100, 100, 50, None]


# The cost


def test_without_an_enabled_rule_there_is_one_query():
	supplier = make_supplier()
	evaluation = grade_supplier(supplier, 40)
	with statements() as seen:
		incentives.propose_for_evaluations([evaluation.name])
	# A savepoint and its release aside, which are no queries.
	assert len([text for text in seen if "savepoint" not in text.lower()]) == 1


def test_the_number_of_statements_does_not_depend_on_the_number_of_suppliers():
	scheme = make_scheme(
		basis="Invoice value", rate_type="Percent of the basis", has_yearly_cap=1, yearly_cap=9
	)
	template = make_template()
	make_rule(grade_is("C", "is at most"), periods_in_a_row=2, supplier_group=make_supplier_group())
	make_rule(
		{"what": "KPI rating", "kpi": template.criteria[0].kpi, "comparison": "is at most", "number": 70},
		measure="Chargeback",
		remedy_scheme=scheme,
	)
	make_rule({"what": "Change of grade", "comparison": "fell"})
	suppliers, made = make_history(["AD"] * 6, template=template.name, publish_each=False)
	for supplier in suppliers:
		make_invoice(make_order(supplier, quantity=1, rate=100), on=quarter(1)["from_date"])

	def count(members):
		names = [documents[supplier].name for documents in made for supplier in members]
		frappe.db.savepoint("count")
		evaluation = frappe.qb.DocType("Supplier Evaluation")
		frappe.qb.update(evaluation).set(evaluation.docstatus, 1).set(evaluation.status, "Published").where(
			evaluation.name.isin(names)
		).run()
		with statements() as seen:
			made_names = incentives.propose_for_evaluations(names)
		frappe.db.rollback(save_point="count")
		return len(seen), len(made_names)

	count(suppliers)  # what is cached once is cached
	few, few_made = count(suppliers[:1])
	many, many_made = count(suppliers)
	assert many_made == 6 * few_made > 0
	assert many == few


# What goes wrong


def test_a_rule_that_fails_stops_neither_publishing_nor_the_other_rules():
	scheme = make_scheme()
	broken = make_rule(grade_is("D"), measure="Chargeback", remedy_scheme=scheme, priority=1)
	undecidable = make_rule(grade_is("D"), priority=2)
	works = make_rule(grade_is("D"), priority=3)
	frappe.db.set_value("Remedy Scheme", scheme, "rate", 0)
	frappe.db.set_value(
		"Supplier Incentive Condition",
		{"parent": undecidable.name},
		"comparison",
		"is like",
		update_modified=False,
	)
	supplier = make_supplier()
	evaluation = grade_supplier(supplier, 40)
	assert (evaluation.status, evaluation.docstatus) == ("Published", 1)
	assert [record.rule for record in proposals(supplier=supplier)] == [works.name]
	titles = frappe.get_all("Error Log", filters={"method": ("like", "Incentive rule%")}, pluck="method")
	assert {
		f"Incentive rule {broken.name} failed",
		f"Incentive rule {undecidable.name} cannot be decided",
	} <= set(titles)


# Evaluations that no longer stand


def again(evaluation, score):
	"""A later version of an evaluation, published: more was received in the period."""
	make_receipt(evaluation.supplier, accepted=score, rejected=0, on=evaluation.from_date)
	newer = frappe.get_doc("Supplier Evaluation", evaluate_again(evaluation.name)["evaluation"])
	publish(newer.name)
	return newer.reload()


def comments(record):
	return frappe.get_all(
		"Comment",
		filters={"reference_doctype": "Supplier Reward Penalty", "reference_name": record.name},
		pluck="content",
		order_by="creation asc",
	)


def test_an_open_proposal_says_that_its_evaluation_was_superseded_and_stays():
	make_rule(grade_is("D"))
	supplier = make_supplier()
	evaluation = grade_supplier(supplier, 40)
	newer = again(evaluation, 5000)
	assert newer.grade == "A"
	(record,) = proposals(supplier=supplier)
	assert record.status == "Proposed"
	first, second = record.reason.split("\n")
	assert first == (f"⚠ The evaluation {evaluation.name} was superseded. Check whether this still stands.")
	assert second == f"Evaluation of {evaluation.period_label}: grade D."
	assert len(comments(record)) == 1

	newer.reload().cancel()
	(record,) = proposals(supplier=supplier)
	assert record.reason == f"Evaluation of {evaluation.period_label}: grade D."
	assert comments(record)[-1] == f"The evaluation {evaluation.name} is in force again."


def test_an_open_proposal_says_that_its_evaluation_was_cancelled():
	make_rule(grade_is("D"))
	supplier = make_supplier()
	evaluation = grade_supplier(supplier, 40)
	evaluation.cancel()
	(record,) = proposals(supplier=supplier)
	assert record.status == "Proposed"
	assert record.reason.startswith(f"⚠ The evaluation {evaluation.name} was cancelled.")
	assert len(comments(record)) == 1


def test_a_later_version_proposes_again_unless_the_period_is_decided_on():
	make_rule(grade_is("D"))
	undecided, decided = make_supplier(), make_supplier()
	for supplier in (undecided, decided):
		evaluation = grade_supplier(supplier, 40)
		if supplier == decided:
			record = frappe.get_doc("Supplier Reward Penalty", {"supplier": supplier})
			record.db_set({"docstatus": 1, "status": "Approved"})
		assert again(evaluation, 10).grade == "D"
	assert len(proposals(supplier=undecided)) == 2
	(record,) = proposals(supplier=decided)
	assert record.docstatus == 1
	assert "superseded" in comments(record)[0]
	assert "⚠" not in record.reason, "what is approved stays as it was approved"


# Simulation


def test_a_simulation_writes_nothing_and_says_what_publishing_then_proposes():
	scheme = make_scheme(
		"Reward",
		method="Bonus per grade",
		basis="Order value",
		rate_type="Percent of the basis",
		grade_bonuses=[{"grade": "A", "rate": 1.5}],
		has_yearly_cap=1,
		yearly_cap=20,
	)
	rule = make_rule(
		grade_is("A"), kind="Reward", measure="Bonus", remedy_scheme=scheme, periods_in_a_row=2, enabled=0
	)
	template = make_template().name
	suppliers, made = make_history(["AAAA", "ABAA"], template=template)
	for supplier in suppliers:
		for number in range(4):
			make_order(
				supplier,
				quantity=10,
				rate=100,
				ordered_on=quarter(number)["from_date"],
				due=quarter(11)["to_date"],
			)
	with statements() as seen:
		result = asked(rule)
	assert not seen.writes
	assert result["looked_at"] == 8
	# Four periods at A, counted anew: the second and the fourth; the cap leaves 5 of the second bonus.
	assert [(row["supplier"], row["amount"]) for row in result["rows"]] == [
		(suppliers[0], 15),
		*sorted([(suppliers[0], 5), (suppliers[1], 15)], key=lambda row: told_name(made, 3, row[0])),
	]
	assert result["totals"] == [
		{"company": COMPANY, "currency": "USD", "count": 3, "suppliers": 2, "amount": 35.0}
	]
	assert [(row["count"], row["amount"]) for row in result["periods"]] == [(1, 15.0), (2, 20.0)]
	assert all(row["steps"] for row in result["rows"])

	rule.enabled = 1
	rule.save()
	for documents in made:
		incentives.propose_for_evaluations([document.name for document in documents.values()])
	assert proposed(rule) == told(result["rows"])


def told_name(made, number, supplier):
	return made[number][supplier].name


def random_rule(chance: random.Random, kpi: str, schemes: dict[str, str]):
	conditions = [
		chance.choice(
			[
				grade_is(chance.choice("ABCD"), chance.choice(["is", "is at least", "is at most"])),
				{"what": "Score", "comparison": "is at most", "number": chance.choice([50, 70, 90])},
				{"what": "KPI value", "kpi": kpi, "comparison": "is at least", "number": 60},
				{"what": "Change of score", "comparison": chance.choice(["rose", "fell"]), "number": 10},
				{"what": "Change of grade", "comparison": chance.choice(["rose", "fell"])},
			]
		)
		for _number in range(chance.randint(1, 2))
	]
	financial = chance.random() < 0.7
	return make_rule(
		*conditions,
		kind="Penalty",
		measure="Chargeback" if financial else "Warning Letter",
		remedy_scheme=chance.choice(list(schemes.values())) if financial else None,
		periods_in_a_row=chance.randint(1, 3),
		count_anew=chance.randint(0, 1),
		enabled=0,
	)


def test_over_random_histories_the_simulation_is_what_publishing_then_proposes():
	"""Published quarter by quarter or all at once: the same rules, suppliers and amounts, to the cent."""
	chance = random.Random(20261123)
	template = make_template()
	grades = [
		[chance.choice(["A", "B", "C", "D", "D", "A", None]) for _quarter in range(6)] for _row in range(8)
	]
	suppliers, made = make_history(grades, template=template.name, publish_each=False)
	schemes = {
		"capped": make_scheme(rate=70, has_yearly_cap=1, yearly_cap=200),
		"points": make_scheme(counts="Points missed", rate=3.33),
		"order": make_scheme(basis="Order value", rate_type="Percent of the basis", rate=1.25),
	}
	for supplier in suppliers:
		number = chance.randrange(6)
		make_order(
			supplier,
			quantity=chance.randint(1, 90),
			rate=13.37,
			ordered_on=quarter(number)["from_date"],
			due=quarter(11)["to_date"],
		)
	for documents in made:
		publish(*(document.name for document in documents.values()))
	rules = [random_rule(chance, template.criteria[0].kpi, schemes) for _number in range(16)]
	at_once = [document.name for documents in made for document in documents.values()]
	compared = 0
	for rule in rules:
		expected = told(asked(rule)["rows"])
		rule.enabled = 1
		rule.save()
		for way in ("quarter by quarter", "at once"):
			frappe.db.savepoint("way")
			if way == "at once":
				incentives.propose_for_evaluations(at_once)
			else:
				for documents in made:
					incentives.propose_for_evaluations([document.name for document in documents.values()])
			assert proposed(rule) == expected, (way, rule.as_dict())
			frappe.db.rollback(save_point="way")
		rule.enabled = 0
		rule.save()
		compared += len(expected)
	assert compared > 20, "histories and rules that hardly meet prove little"


def test_a_simulation_of_a_later_time_still_sees_the_periods_before_it():
	rule = make_rule(grade_is("D"), periods_in_a_row=3, enabled=0)
	(supplier,), made = make_history(["DDD"])
	rows = asked(rule, (quarter(2)["from_date"], quarter(2)["to_date"]))["rows"]
	assert [row["source_name"] for row in rows] == [made[2][supplier].name]


def test_an_unsaved_rule_is_simulated_by_managers_and_refused_in_the_words_of_saving():
	make_history(["D"])
	rule = make_rule(grade_is("D"), enabled=0, save=False)
	period = [str(date) for date in EVERYTHING]
	frappe.set_user(make_user("Supplier Quality Manager"))
	assert len(simulate_in_form(rule.as_json(), *period)["rows"]) >= 1
	rule.conditions[0].comparison = "rose"
	with pytest.raises(frappe.ValidationError, match="Row 1: choose rose or fell for a change"):
		simulate_in_form(rule.as_json(), *period)
	with pytest.raises(frappe.ValidationError, match="ends before it starts"):
		simulate_in_form(make_rule(save=False).as_json(), *reversed(period))
	frappe.set_user(make_user("Supplier Quality User"))
	with pytest.raises(frappe.PermissionError):
		simulate_in_form(rule.as_json(), *period)


def test_a_simulation_leaves_out_what_the_user_may_not_see():
	rule = make_rule(grade_is("D"), enabled=0)
	suppliers, _made = make_history(["D", "D"])
	user = make_user("Supplier Quality Manager")
	frappe.get_doc(doctype="User Permission", user=user, allow="Supplier", for_value=suppliers[0]).insert()
	frappe.set_user(user)
	result = asked(rule)
	assert {row["supplier"] for row in result["rows"]} == {suppliers[0]}
	assert result["looked_at"] == 1


# Breaches of contracts


def breach_rule(**values):
	values = {"looks_at": "Contract breach", "measure": "Warning Letter", **values}
	return make_rule(**values)


def broken_promises(supplier, months, **values):
	"""A contract whose promise was broken in these months of this year, judged month by month."""
	contract = promising(supplier, promise(**values))
	for month in months:
		make_receipt(supplier, accepted=80, rejected=20, rate=5, on=this_year(month, 10))
	compliance.judge_contract(contract.name)
	return contract


def test_a_breach_proposes_what_the_rule_says_in_the_name_of_the_contract_owner():
	rule = breach_rule()
	supplier, owner = make_supplier(), make_user("Supplier Quality Manager")
	contract = promising(supplier, promise(title="Accepted goods"), contract_owner=owner)
	make_receipt(supplier, accepted=80, rejected=20, on=this_year(1, 10))
	compliance.judge_contract(contract.name)
	(breach,) = breaches_of(contract)
	(record,) = proposals(supplier=supplier)
	assert (record.source_type, record.source_name, record.rule) == (
		"Contract Breach",
		breach.name,
		rule.name,
	)
	assert (record.proposed_by, record.contract) == (owner, contract.name)
	assert record.reason == (
		f"The obligation Accepted goods of contract {contract.name} was not kept in {LAST_YEAR + 1}-01."
	)
	compliance.judge_contract(contract.name)
	assert len(proposals(supplier=supplier)) == 1


def test_so_many_breaches_within_months():
	rule = breach_rule(breaches_needed=2, within_months=3)
	supplier = make_supplier()
	contract = broken_promises(supplier, [1, 2, 3, 8])
	breaches = breaches_of(contract)
	assert [breach.from_date.month for breach in breaches] == [1, 2, 3, 8]
	(record,) = proposals(supplier=supplier)
	assert record.source_name == breaches[1].name, "March begins to count anew, August is too late"
	assert f"It is breach number 2 since {format_date(breaches[0].to_date)}." in record.reason
	assert [row["source_name"] for row in this_year_of(rule)] == [breaches[1].name]


def this_year_of(rule):
	return asked(rule, (this_year(1, 1), this_year(12, 31)))["rows"]


def test_a_waived_breach_counts_for_nothing():
	rule = breach_rule(breaches_needed=2, enabled=0)
	contract = broken_promises(make_supplier(), [1, 2])
	assert len(this_year_of(rule)) == 1
	frappe.db.set_value("Contract Breach", breaches_of(contract)[0].name, "status", "Waived")
	assert this_year_of(rule) == []


def test_a_rule_asks_for_money_only_where_the_contract_does_not():
	scheme = make_scheme(rate=70)
	rule = breach_rule(measure="Chargeback", remedy_scheme=scheme)
	letter = breach_rule()
	without, with_remedy = make_supplier(), make_supplier()
	broken_promises(without, [1])
	broken_promises(with_remedy, [1], remedy_scheme=make_scheme(rate=30))
	assert {(record.rule, record.amount) for record in proposals(supplier=without)} == {
		(rule.name, 70),
		(letter.name, 0),
	}
	assert {(record.rule, record.amount) for record in proposals(supplier=with_remedy)} == {
		(None, 30),
		(letter.name, 0),
	}
	assert {row["supplier"] for row in this_year_of(rule)} == {without}


def test_a_breach_of_another_kpi_is_none_of_the_rule():
	rule = breach_rule(kpi=make_kpi("Test Another", "return_rate"))
	supplier = make_supplier()
	broken_promises(supplier, [1])
	assert proposals(supplier=supplier) == []
	assert this_year_of(rule) == []


def test_money_for_a_late_deliverable_is_asked_when_it_has_come():
	rule = breach_rule(measure="Chargeback", remedy_scheme=make_scheme(counts="Days late", rate=10))
	supplier = make_supplier()
	due = getdate(add_days(today(), -20))
	contract = promising(supplier, deliverable(due))
	compliance.judge_contract(contract.name)
	assert len(breaches_of(contract)) == 1
	assert proposals(supplier=supplier) == []
	compliance.record_delivery(contract.name, contract.obligations[0].obligation_key, add_days(due, 7))
	compliance.judge_contract(contract.name)
	(record,) = proposals(supplier=supplier)
	assert (record.rule, record.amount) == (rule.name, 70)


def test_the_simulation_of_breaches_is_what_detecting_them_proposes():
	"""Breach after breach over random months: the same breaches and amounts."""
	chance = random.Random(3)
	contracts = []
	for _number in range(4):
		supplier = make_supplier()
		contracts.append(broken_promises(supplier, sorted(chance.sample(range(1, 10), 5))))
	names = [breach.name for contract in contracts for breach in breaches_of(contract)]
	points = make_scheme(counts="Points missed", rate=2, has_yearly_cap=1, yearly_cap=100)
	compared = 0
	for needed, months, anew in ((1, 12, 1), (2, 3, 1), (2, 3, 0), (3, 6, 1)):
		rule = breach_rule(
			breaches_needed=needed,
			within_months=months,
			count_anew=anew,
			measure="Chargeback",
			remedy_scheme=points,
			enabled=0,
		)
		expected = told(this_year_of(rule))
		rule.enabled = 1
		rule.save()
		frappe.db.savepoint("rule")
		incentives.propose_for_breaches(names)
		assert proposed(rule) == expected
		frappe.db.rollback(save_point="rule")
		rule.enabled = 0
		rule.save()
		compared += len(expected)
	assert compared > 10


# Rules that are refused


@pytest.mark.parametrize(
	("conditions", "values", "sentence"),
	[
		([grade_is("Z")], {}, "Row 1: no grade scale has the grade"),
		([{"what": "KPI value", "comparison": "is"}], {}, "Row 1: choose the KPI"),
		(
			[grade_is("D"), {"what": "Change of score", "comparison": "is"}],
			{},
			"Row 2: choose rose or fell for a change",
		),
		([grade_is("D")], {"kind": "Reward"}, "is no measure for a Reward"),
		([grade_is("D")], {"measure": "Chargeback"}, "Choose a remedy scheme"),
		([grade_is("D")], {"measure": "Suspension"}, "for how many days"),
		([grade_is("D")], {"measure": "Smaller Order Share", "order_share": 120}, "above 0 and at most 100"),
		([grade_is("D")], {"measure": "Payment Terms"}, "Choose the payment terms"),
		([grade_is("D")], {"periods_in_a_row": 0}, "periods in a row must be"),
		([], {"looks_at": "Contract breach", "breaches_needed": 0}, "breaches must be"),
	],
)
def test_a_wrong_rule_is_refused_with_its_row_and_the_mend(conditions, values, sentence):
	rule = make_rule(*conditions, save=False, **values)
	with pytest.raises(frappe.ValidationError, match=sentence):
		rule.insert()


def test_a_rule_without_conditions_is_refused():
	rule = make_rule(save=False)
	rule.set("conditions", [])
	with pytest.raises(frappe.ValidationError, match="Add at least one condition"):
		rule.insert()


def test_the_scheme_fits_the_kind_and_is_enabled():
	reward = make_scheme("Reward")
	rule = make_rule(save=False, measure="Chargeback", remedy_scheme=reward)
	with pytest.raises(frappe.ValidationError, match="is for a Reward, this rule proposes a Penalty"):
		rule.insert()
	penalty = make_scheme("Penalty", disabled=1)
	with pytest.raises(frappe.ValidationError, match="is disabled"):
		make_rule(measure="Chargeback", remedy_scheme=penalty)
	make_rule(measure="Chargeback", remedy_scheme=penalty, enabled=0)


def test_a_grade_must_be_one_of_the_scale_of_the_template():
	template = make_template().name
	frappe.get_doc(
		doctype="Supplier Grade Scale",
		scale_name=unique("Scale"),
		grades=[{"grade": "Gold", "lower": 0, "upper": 100}],
	).insert()
	make_rule(grade_is("Gold"))
	with pytest.raises(frappe.ValidationError, match="Row 1: no grade scale has the grade"):
		make_rule(grade_is("Gold"), template=template)


def test_what_the_form_hides_is_cleared():
	rule = make_rule(
		grade_is("D"), order_share=10, hold_payments=1, paid_by="Company", remedy_scheme=make_scheme()
	)
	assert (rule.order_share, rule.hold_payments, rule.paid_by, rule.remedy_scheme) == (0, 0, None, None)


def test_only_a_manager_switches_a_rule_on_or_changes_one_that_is_on():
	update_permission_property(RULE, "Supplier Quality User", 0, "write", 1)
	rule = make_rule(enabled=0)
	on = make_rule()
	frappe.set_user(make_user("Supplier Quality User"))
	rule = frappe.get_doc(RULE, rule.name)
	rule.description = "Something"
	rule.save()
	rule.enabled = 1
	with pytest.raises(frappe.PermissionError, match="Only a Supplier Quality Manager"):
		rule.save()
	on = frappe.get_doc(RULE, on.name)
	on.enabled = 0
	with pytest.raises(frappe.PermissionError):
		on.save()
	frappe.set_user(make_user("Supplier Quality Manager"))
	frappe.get_doc(RULE, rule.name).update({"enabled": 1}).save()


def test_the_rules_that_the_app_brings_are_off():
	rules = frappe.get_all(
		RULE,
		filters={"name": ("in", ["Bonus after Four Periods at A", "Suspension after Two Periods at D"])},
		pluck="enabled",
	)
	assert not any(rules)


def test_scores_of_the_histories_are_what_the_grades_say():
	"""The builder of the tests above does what it says."""
	suppliers, made = make_history(list("ABCD"))
	assert [made[0][supplier].grade for supplier in suppliers] == list("ABCD")
	assert [made[0][supplier].score for supplier in suppliers] == [SCORES[grade] for grade in "ABCD"]
