"""From ERPNext's own sales documents to an approved tier, by each method."""

from datetime import date, timedelta
from decimal import Decimal

import frappe
import pytest
from factories import COMPANY, FROM_DATE, TO_DATE, day, make_company, make_item, make_user
from sales_factories import credit, make_customer, make_customer_group, put_in_stock, sell
from support.statements import statements
from tiering_factories import (
	approve,
	assess,
	assessments,
	group_of,
	make_policy,
	make_tiering_run,
	policy_values,
	tier_of,
)

from partner_relations.customer_care import tier_assessments, tiering_runs, tiers
from partner_relations.customer_care.api import tiering as api
from partner_relations.customer_care.tier_assessments import ASSESSMENT
from partner_relations.customer_care.tiering_policies import period_of


def customer_of(policy, **values) -> str:
	return make_customer(customer_group=group_of(policy), **values)


def test_from_sales_to_an_approved_tier():
	policy = make_policy()
	customer, small, absent = (customer_of(policy) for _number in range(3))
	sale = sell(customer, quantity=100, rate=10)
	credit(sale.invoice, quantity=10)
	sell(small, quantity=10, rate=10)

	found = assess(policy)

	assert set(found) == {customer, small, absent}
	made = found[customer]
	assert (made.current_tier, made.proposed_tier, made.change, made.status) == (
		"Regular",
		"Strategic",
		"Up",
		"Proposed",
	)
	assert (made.has_score, made.score, made.coverage) == (1, 90, 100)
	overview = tier_assessments.overview(made.name)
	assert overview["reasons"] == ["The score is 90 of 100: Strategic."]
	(metric,) = overview["metrics"]
	assert (metric["label"], metric["value"], metric["rating"], metric["sample_size"]) == (
		"Revenue",
		"900",
		"90",
		2,
	)
	assert (found[small].status, found[small].change) == ("Unchanged", "Same")
	assert tier_assessments.overview(found[absent].name)["reasons"] == [
		"There are no facts to assess the customer by.",
		"The customer keeps the tier Regular.",
	]

	done = approve(made.name)

	assert done["decided"] == [made.name] and done["skipped"] == []
	assert tier_of(customer) == "Strategic" and tier_of(small) == "Regular"
	change = frappe.get_last_doc("Customer Tier Change", {"customer": customer})
	assert (change.from_tier, change.to_tier, change.source, change.assessment, change.reason) == (
		"Regular",
		"Strategic",
		"Assessment",
		made.name,
		"The score is 90 of 100: Strategic.",
	)
	assert made.reload().status == "Approved" and made.decided_by and made.decided_on


# The methods


def test_weighted_score_of_several_metrics_with_a_floor_and_a_ceiling():
	policy = make_policy(
		metrics=[("Revenue", 60, 0, 1000), ("Frequency", 40, 0, 4)],
		limits=[
			{"kind": "At Least", "tier": "Key", "metric": "Revenue", "comparison": "At least", "value": 400},
			{"kind": "At Most", "tier": "Key", "metric": "Recency", "comparison": "At least", "value": 80},
		],
	)
	many, late, single = (customer_of(policy) for _number in range(3))
	for month in (1, 2, 2, 3):
		sell(many, quantity=25, rate=10, on=day(month, 10))
	sell(late, quantity=100, rate=10, on=day(1, 2))
	sell(single, quantity=40, rate=10, on=day(3, 10))

	found = assess(policy)

	assert {name: (row.score, row.proposed_tier) for name, row in found.items()} == {
		many: (100, "Strategic"),
		late: (70, "Key"),
		single: (34, "Key"),
	}
	assert tier_assessments.overview(found[single].name)["reasons"] == [
		"The score is 34 of 100: Regular.",
		"At least Key: Revenue is 400, at least 400 (Floors and Ceilings, row 1).",
	]


def test_rfm_by_quantiles_and_by_fixed_breaks():
	policy = make_policy("RFM")
	customers = [customer_of(policy) for _number in range(5)]
	for number, customer in enumerate(customers, start=1):
		for _order in range(number):
			sell(customer, quantity=10, rate=10, on=day(1, 31) + timedelta(days=10 * number))

	found = assess(policy)

	assert [found[customer].rfm for customer in customers] == ["111", "222", "333", "444", "555"]
	assert [found[customer].segment for customer in customers][-1] == "Champions"
	assert found[customers[-1]].proposed_tier == "Strategic"
	run = frappe.get_doc("Customer Tiering Run", found[customers[0]].run)
	assert [float(cut) for cut in frappe.parse_json(run.cuts)["frequency"]] == [1.8, 2.6, 3.4, 4.2]

	breaks = {"Recency": (10, 20, 30, 40), "Frequency": (1, 2, 3, 4), "Monetary": (100, 200, 300, 400)}
	fixed = make_policy(
		"RFM",
		group=group_of(policy),
		rfm_scores="Fixed breaks",
		breaks=[
			{"dimension": name, **{f"cut_{index}": cut for index, cut in enumerate(cuts, start=1)}}
			for name, cuts in breaks.items()
		],
	)
	assert [assess(fixed)[customer].rfm[1:] for customer in customers] == ["11", "22", "33", "44", "55"]


@pytest.mark.parametrize("metric", ["Revenue", "Gross Margin Amount"])
def test_abc_by_the_share_of_those_before(metric):
	policy = make_policy("ABC", abc_metric=metric)
	large, middle, small, none = (customer_of(policy) for _number in range(4))
	for customer, quantity in ((large, 80), (middle, 15), (small, 5)):
		if metric == "Revenue":
			sell(customer, quantity=quantity, rate=10)
		else:
			sell(customer, quantity=quantity, rate=10, item=stocked_item(quantity))

	found = assess(policy)

	assert [found[name].proposed_tier for name in (large, middle, small)] == ["Strategic", "Key", "Regular"]
	assert [found[name].segment for name in (large, middle, small)] == ["A", "B", "C"]
	label = "Revenue" if metric == "Revenue" else "Gross Margin Amount"
	assert tier_assessments.overview(found[middle].name)["reasons"] == [
		f"Customers with more {label} make up 80 % of the total: class B, Key."
	]
	assert (found[none].status, found[none].segment) == ("Unchanged", None)


def stocked_item(quantity: float) -> str:
	item = make_item()
	put_in_stock(item, quantity, rate=4)
	return item


def test_matrix_of_value_and_potential():
	policy = make_policy("Value-Potential Matrix")
	star, saturated, unrated = (customer_of(policy) for _number in range(3))
	for customer in (star, saturated, unrated):
		sell(customer, quantity=90, rate=10)
	rater = make_user("Sales Manager", "Sales User", "Sales Master Manager")
	frappe.set_user(rater)
	for customer, potential in ((star, 90), (saturated, 10)):
		document = frappe.get_doc("Customer", customer)
		document.update({"has_customer_potential": 1, "customer_potential": potential})
		document.save()
	frappe.set_user("Administrator")

	found = assess(policy)

	assert [found[name].proposed_tier for name in (star, saturated, unrated)] == [
		"Strategic",
		"Key",
		"Regular",
	]
	assert tier_assessments.overview(found[star].name)["reasons"] == [
		"Value 90 (High) and potential 90 (High): Strategic."
	]
	assert tier_assessments.overview(found[unrated].name)["reasons"][0] == (
		"The account manager has not given the potential a mark."
	)
	# Who rated the potential has a say in the result, and so none in the decision.
	(skipped,) = approve(found[star].name, by=rater)["skipped"]
	assert skipped["reason"] == "You rated the potential of this customer; somebody else must decide."
	assert approve(found[star].name)["decided"] == [found[star].name]


def test_a_customer_who_stopped_buying_falls():
	policy = make_policy(metrics=[("Revenue", 100, 0, 1000)], default_tier="Key")
	lapsed, never = customer_of(policy), customer_of(policy)
	sell(lapsed, quantity=100, rate=10)
	first = assess(policy)
	approve(first[lapsed].name)

	later = assess(policy, from_date=day(4, 1), to_date=day(6, 30))

	assert (later[lapsed].score, later[lapsed].proposed_tier, later[lapsed].change) == (0, "Regular", "Down")
	assert later[never].has_score == 0
	evidence = api.evidence(later[lapsed].name, "revenue")
	assert evidence["rows"] == [] and evidence["stored"] == evidence["today"]


def test_who_has_no_tier_and_no_facts_gets_the_policys_default():
	policy = make_policy(default_tier="Key")
	customer = customer_of(policy)
	frappe.db.set_value("Customer", customer, {"customer_tier": None, "assessed_tier": None})
	found = assess(policy)[customer]
	assert (found.current_tier, found.proposed_tier, found.change, found.status) == (
		None,
		"Key",
		"New",
		"Proposed",
	)
	approve(found.name)
	assert tier_of(customer) == "Key"


# Whose sales, of when


def test_customers_of_groups_and_those_below_without_internal_and_disabled_ones():
	above = make_customer_group()
	below = make_customer_group(above)
	policy = make_policy(group=above)
	inside = make_customer(customer_group=below)
	disabled = make_customer(customer_group=below, disabled=1)
	make_customer()
	internal = make_customer(customer_group=above)
	frappe.db.set_value("Customer", internal, "is_internal_customer", 1)

	run = make_tiering_run(policy)
	tiering_runs.assess_now(run.name)

	assert set(assessments(run.name)) == {inside}
	run.reload()
	assert (run.status, run.customers_total, run.assessments_made, run.skipped_disabled) == (
		"Completed",
		2,
		1,
		1,
	)
	assert disabled not in assessments(run.name)


def test_sales_of_another_company_do_not_count():
	policy = make_policy(metrics=[("Frequency", 100, 0, 1)])
	policy.company = None  # a new one is for the site's default company unless somebody clears it
	policy.save()
	customer = customer_of(policy)
	other = make_company()
	sell(customer, company=other, delivery=False, invoice=False)
	assert assess(policy)[customer].has_score == 0
	assert assess(policy, company=other)[customer].proposed_tier == "Strategic"


@pytest.mark.parametrize(
	("today", "months", "expected"),
	[
		(date(2026, 3, 31), 1, (date(2026, 2, 1), date(2026, 2, 28))),
		(date(2026, 3, 1), 12, (date(2025, 3, 1), date(2026, 2, 28))),
		(date(2024, 3, 15), 24, (date(2022, 3, 1), date(2024, 2, 29))),
	],
)
def test_period_is_whole_months_up_to_the_last_one_that_has_ended(today, months, expected):
	assert period_of({"period_months": months}, today) == expected


def test_a_run_without_dates_takes_the_period_and_the_company_of_its_policy():
	policy = make_policy(period_months=3)
	run = make_tiering_run(policy, from_date=None, to_date=None, company=None)
	from_date, to_date = period_of({"period_months": 3})
	assert (run.from_date, run.to_date, run.company) == (from_date, to_date, COMPANY)


def test_one_customer_alone_gets_what_it_gets_among_all():
	policy = make_policy("ABC")
	large, small = customer_of(policy), customer_of(policy)
	sell(large, quantity=90, rate=10)
	sell(small, quantity=10, rate=10)
	among_all = assess(policy)
	alone = assess(policy, customer=small)
	assert list(alone) == [small]
	assert alone[small].segment == among_all[small].segment == "B"
	weighted = make_policy(group=group_of(policy))
	assert list(assess(weighted, customer=small)) == [small]


# Stability


def test_a_margin_and_confirmations_keep_a_customer_from_going_to_and_fro():
	policy = make_policy(margin=5, confirmations=2)
	customer = customer_of(policy)
	sell(customer, quantity=53, rate=10)
	near = assess(policy)[customer]
	assert (near.proposed_tier, near.status) == ("Regular", "Unchanged")
	assert tier_assessments.overview(near.name)["reasons"][1] == (
		"The result is Key, but lies within 5 points of the border: Regular."
	)
	sell(customer, quantity=10, rate=10)
	once = assess(policy)[customer]
	again = assess(policy)[customer]  # the same period again confirms nothing
	assert [once.proposed_tier, again.proposed_tier] == ["Regular", "Regular"]
	assert tier_assessments.overview(once.name)["reasons"][1] == (
		"1 of 2 assessments in a row call for a move: Regular until then, not Key."
	)
	sell(customer, quantity=70, rate=10, on=day(4, 10))
	confirmed = assess(policy, from_date=day(4, 1), to_date=day(4, 30))[customer]
	assert (confirmed.proposed_tier, confirmed.status) == ("Key", "Proposed")


# Deciding


def test_who_proposes_does_not_approve_administrator_included():
	editor, requester = (make_user("Customer Care Manager", "Sales User") for _number in range(2))
	policy = make_policy()
	customer = customer_of(policy)
	sell(customer, quantity=100, rate=10)
	frappe.set_user(editor)
	policy.reload()
	policy.description = "Edited"
	policy.save()
	frappe.set_user(requester)
	made = assess(policy)[customer]
	frappe.set_user("Administrator")
	assert (made.requested_by, made.policy_editor) == (requester, editor)

	words = {}
	for user in (requester, editor):
		outcome = approve(made.name, by=user)
		assert outcome["decided"] == []
		words[user] = outcome["skipped"][0]["reason"]
	assert words == {
		requester: "You requested this assessment; somebody else must decide on it.",
		editor: "You edited the policy last; somebody else must decide on what it proposes.",
	}
	frappe.set_user(requester)
	with pytest.raises(frappe.ValidationError, match="Please give the reason"):
		tier_assessments.reject([made.name], " ")
	assert tier_assessments.reject([made.name], "no")["decided"] == []
	frappe.set_user("Administrator")
	assert tier_of(customer) == "Regular"

	own = make_policy(group=group_of(policy))
	by_administrator = assess(own)[customer]
	assert approve(by_administrator.name, by="Administrator")["skipped"][0]["reason"].startswith(
		"You requested"
	)


def test_rejecting_keeps_the_tier_and_the_reason():
	policy = make_policy()
	customer = customer_of(policy)
	sell(customer, quantity=100, rate=10)
	made = assess(policy)[customer]
	manager = make_user("Sales Manager", "Sales User")
	frappe.set_user(manager)
	assert api.reject([made.name], "A single <b>order</b><script>alert(1)</script>")["decided"] == [made.name]
	frappe.set_user("Administrator")
	made.reload()
	assert (made.status, made.decided_by) == ("Rejected", manager)
	assert "<script" not in made.decision_reason and "A single" in made.decision_reason
	assert tier_of(customer) == "Regular"
	(skipped,) = approve(made.name)["skipped"]
	assert skipped["reason"] == "It has been decided on already, or needs no decision."


def test_a_later_run_takes_the_place_of_open_proposals_and_an_approval_ends_older_ones():
	policy = make_policy()
	customer = customer_of(policy)
	sell(customer, quantity=60, rate=10)
	first = assess(policy)[customer]
	second = assess(policy)[customer]
	assert (first.reload().status, second.status) == ("Superseded", "Proposed")
	other = assess(make_policy(group=group_of(policy)))[customer]
	both = approve(second.name, other.name)
	assert both["decided"] == [other.name]
	assert both["skipped"][0]["reason"] == f"There is a later proposal for this customer, {other.name}."
	assert (second.reload().status, other.reload().status) == ("Superseded", "Approved")
	assert tier_of(customer) == "Key"


def test_a_tier_set_by_hand_holds_until_it_ends():
	policy = make_policy()
	customer = customer_of(policy)
	sell(customer, quantity=60, rate=10)
	tiers.override(customer, "Strategic", "Launch partner", frappe.utils.add_days(frappe.utils.today(), 5))
	made = assess(policy)[customer]
	assert (made.current_tier, made.proposed_tier) == ("Regular", "Key")
	assert "was set by hand until" in tier_assessments.overview(made.name)["held"]
	assert approve(made.name)["held"] == [customer]
	assert tier_of(customer) == "Strategic"
	frappe.db.set_value(
		"Customer", customer, "tier_override_until", frappe.utils.add_days(frappe.utils.today(), -1)
	)
	tiers.expire_overrides()
	assert tier_of(customer) == "Key"


def test_all_moves_of_a_run_or_those_of_one_kind():
	policy = make_policy()
	best, good = customer_of(policy), customer_of(policy)
	sell(best, quantity=100, rate=10)
	sell(good, quantity=60, rate=10)
	found = assess(policy)
	run = found[best].run
	frappe.set_user(make_user("Customer Care Manager", "Sales User"))
	moves = api.moves_of_run(run)
	assert [(row["from_tier"], row["to_tier"], row["count"], row["open"]) for row in moves] == [
		("Regular", "Strategic", 1, 1),
		("Regular", "Key", 1, 1),
	]
	assert moves[0]["customers"][0]["assessment"] == found[best].name
	assert api.approve_moves(run, "Regular", "Strategic")["decided"] == [found[best].name]
	assert api.reject_moves(run, "Not yet")["decided"] == [found[good].name]
	assert [row["open"] for row in api.moves_of_run(run)] == [0, 0]


def test_number_of_statements_depends_on_neither_customers_nor_decisions():
	def measured(customers: int) -> tuple[int, int]:
		group = make_customer_group()
		floor = {"kind": "At Least", "tier": "Key", "customer_group": group}  # so that all of them move
		policy = make_policy(group=group, limits=[floor])
		names = [customer_of(policy) for _number in range(customers)]
		for name in names[::5]:
			sell(name, quantity=100, rate=10, delivery=False)
		run = make_tiering_run(policy)
		manager = make_user("Customer Care Manager", "Sales User")
		with statements() as assessing:
			tiering_runs.assess_now(run.name)
		made = [row.name for row in assessments(run.name).values()]
		frappe.set_user(manager)
		with statements() as approving:
			assert len(tier_assessments.approve(made)["decided"]) == customers
		frappe.set_user("Administrator")
		return len(assessing), len(approving)

	measured(1)  # warms what Frappe caches
	assert measured(3) == measured(30)


# Evidence


def test_evidence_of_each_number_is_its_lines_and_respects_who_may_read_them():
	policy = make_policy(
		metrics=[("Revenue", 50, 0, 1000), ("Frequency", 20, 0, 4), ("Payment Punctuality", 30, 0, 100)]
	)
	customer = customer_of(policy)
	sale = sell(customer, quantity=50, rate=10, on=day(1, 5), payment_due=day(2, 1), paid_on=day(1, 20))
	made = assess(policy)[customer]
	rows = tier_assessments.overview(made.name)["metrics"]
	assert [row["metric"] for row in rows] == ["revenue", "frequency", "payment_punctuality"]
	for row in rows:
		found = api.evidence(made.name, row["metric"])
		assert found["stored"] == found["today"], row["metric"]
		assert found["stored"]["value"] == Decimal(row["value"])
		assert len(found["rows"]) == 1 and found["hidden"] == 0
		assert {column["fieldname"] for column in found["columns"]} >= {"date", "document", "numerator"}
	sell(customer, quantity=10, rate=10)
	changed = api.evidence(made.name, "revenue")
	assert (changed["stored"]["numerator"], changed["today"]["numerator"]) == (500, 600)

	agent = make_user("Customer Care Agent")
	frappe.set_user(agent)
	hidden = api.evidence(made.name, "revenue")
	assert hidden["rows"] == [] and hidden["hidden"] == 2
	assert hidden["today"]["numerator"] == 600
	with pytest.raises(frappe.ValidationError, match="has no metric"):
		api.evidence(made.name, "growth")
	frappe.set_user("Administrator")
	assert sale.invoice.name


# Try it


def test_try_it_tells_what_a_run_then_finds_and_saves_nothing():
	policy = make_policy()
	best, good, small = (customer_of(policy) for _number in range(3))
	for customer, quantity in ((best, 100), (good, 60), (small, 5)):
		sell(customer, quantity=quantity, rate=10)
	changed = policy.as_dict()
	changed["bands"][0]["from_score"] = 55
	before = {doctype: frappe.db.count(doctype) for doctype in (ASSESSMENT, "Customer Tiering Run")}

	tried = api.try_policy(frappe.as_json(changed), COMPANY, str(FROM_DATE), str(TO_DATE))

	assert (tried["customers"], tried["stay"], tried["not_rated"]) == (3, 1, 0)
	(move,) = tried["moves"]
	assert (move["from_tier"], move["to_tier"], move["count"]) == ("Regular", "Strategic", 2)
	assert {row["name"] for row in move["customers"]} == {best, good}
	assert move["customers"][0]["why"].startswith("The score is ")
	assert before == {doctype: frappe.db.count(doctype) for doctype in before}
	assert policy.reload().bands[0].from_score == 80
	policy.bands[0].from_score = 55
	policy.save()
	found = assess(policy)
	assert {name for name, row in found.items() if row.status == "Proposed"} == {best, good}


def test_try_it_of_a_new_policy_refuses_what_saving_would_refuse():
	values = policy_values(bands=[{"tier": "Key", "from_score": 50}], name="new-customer-tiering-policy-1")
	with pytest.raises(frappe.ValidationError, match="Tiers by Score, row 1: the lowest tier must begin at"):
		api.try_policy(values, COMPANY)
	make_customer()
	assert api.try_policy(policy_values(), COMPANY)["customers"] > 0


# Permissions


def test_each_role_may_do_what_it_may():
	policy = make_policy()
	customer = customer_of(policy)
	sell(customer, quantity=100, rate=10)
	made = assess(policy)[customer]
	agent, manager, sales = (
		make_user(*roles)
		for roles in (("Customer Care Agent",), ("Customer Care Manager", "Sales User"), ("Sales User",))
	)
	for user in (agent, sales):
		frappe.set_user(user)
		assert api.assessment_overview(made.name)["may_decide"] is False
		for call in (
			lambda: api.approve([made.name]),
			lambda: api.reject([made.name], "no"),
			lambda: api.approve_moves(made.run),
			lambda: api.start_run(made.run),
			lambda: api.try_policy(policy.as_dict(), COMPANY),
			lambda: api.suggestions("ABC"),
		):
			with pytest.raises(frappe.PermissionError):
				call()
	frappe.set_user(make_user("Stock User"))
	for call in (
		lambda: api.assessment_overview(made.name),
		lambda: api.evidence(made.name, "revenue"),
		lambda: api.moves_of_run(made.run),
		lambda: api.metric_units(),
	):
		with pytest.raises(frappe.PermissionError):
			call()
	frappe.set_user(manager)
	assert api.assessment_overview(made.name)["may_decide"] is True
	assert api.try_policy(policy.as_dict(), COMPANY)["customers"] >= 0


def test_user_permissions_hide_customers_and_keep_them_from_being_decided_on():
	policy = make_policy()
	mine, other = customer_of(policy), customer_of(policy)
	for customer in (mine, other):
		sell(customer, quantity=100, rate=10)
	found = assess(policy)
	manager = make_user("Customer Care Manager", "Sales User")
	frappe.get_doc(
		doctype="User Permission", user=manager, allow="Customer", for_value=mine, apply_to_all_doctypes=1
	).insert()
	frappe.set_user(manager)
	assert [row["count"] for row in api.moves_of_run(found[mine].run)] == [1]
	assert api.try_policy(policy.as_dict(), COMPANY, str(FROM_DATE), str(TO_DATE))["customers"] == 1
	outcome = api.approve([found[mine].name, found[other].name])
	assert outcome["decided"] == [found[mine].name]
	assert outcome["skipped"][0]["reason"] == "There is no such assessment, or you may not see it."


def test_forms_cannot_write_what_only_services_write():
	policy = make_policy()
	customer = customer_of(policy)
	sell(customer, quantity=100, rate=10)
	made = assess(policy)[customer]
	frappe.set_user(make_user("Customer Care Manager"))
	document = frappe.get_doc(ASSESSMENT, made.name)
	document.update({"status": "Approved", "proposed_tier": "Key", "requested_by": "Guest"})
	document.save()
	assert (document.status, document.proposed_tier, document.requested_by) == (
		"Proposed",
		"Strategic",
		"Administrator",
	)
	with pytest.raises(frappe.PermissionError):
		frappe.get_doc(doctype=ASSESSMENT, customer=customer).insert()
	frappe.set_user("Administrator")
	with pytest.raises(frappe.ValidationError, match="Assessments are made by"):
		frappe.get_doc(doctype=ASSESSMENT, customer=customer).insert()
	run = frappe.get_doc(
		doctype="Customer Tiering Run",
		policy=policy.name,
		company=COMPANY,
		status="Completed",
		requested_by="Guest",
		definition="{}",
	).insert()
	assert (run.status, run.requested_by, run.definition) == ("Not Started", "Administrator", None)
	with pytest.raises(frappe.ValidationError, match="made assessments, which need it"):
		frappe.delete_doc("Customer Tiering Run", made.run)
