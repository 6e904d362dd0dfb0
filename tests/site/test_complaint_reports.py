"""The reports on complaints: what they add up to, to whom they are shown, the lists behind their numbers."""

import json
from datetime import date
from types import SimpleNamespace

import frappe
import pytest
from complaint_factories import bring_to, make_complaint, make_tier
from factories import COMPANY, day, make_company, make_item, make_item_group, make_supplier, make_user, unique
from frappe.desk import query_report
from frappe.utils import add_days, flt, getdate
from sales_factories import make_customer, make_customer_group, put_in_stock, return_delivery, sell
from support.statements import statements

from partner_relations.customer_care.complaint_steps import COMPLAINT, take_step

PARETO, DEADLINES = "Complaint Pareto", "Deadline Compliance"
PER_1000, COST = "Complaints per 1000 Deliveries", "Cost of Complaints"
REPORTS = (PARETO, DEADLINES, PER_1000, COST)

FROM, UNTIL = day(1, 1), day(3, 31)


def run(report: str, user: str = "Administrator", **filters) -> SimpleNamespace:
	"""A report as the Desk runs it, for the first quarter of last year."""
	filters = {"company": COMPANY, "from_date": str(FROM), "to_date": str(UNTIL), **filters}
	frappe.set_user(user)
	try:
		result = query_report.run(report, filters=filters)
	finally:
		frappe.set_user("Administrator")
	rows = result["result"]
	return SimpleNamespace(
		rows=[row for row in rows if not row.get("is_total")],
		total=next((row for row in rows if row.get("is_total")), None),
		by={row.get("group"): row for row in rows},
		message=result["message"],
		chart=result["chart"],
		columns=[column["fieldname"] for column in result["columns"]],
		summary={item["label"]: item["value"] for item in result["report_summary"] or []},
	)


def listed(behind: dict[str, str]) -> set[str]:
	"""The complaints that the list shows whose address holds these filters, as the Desk reads them."""
	filters = []
	for field, value in behind.items():
		doctype, _dot, name = field.rpartition(".")
		operator, value = json.loads(value) if value.startswith("[") else ("=", value)
		filters.append([doctype or COMPLAINT, name, operator, value])
	return set(frappe.get_list(COMPLAINT, filters=filters, pluck="name", limit_page_length=0))


def received(on: date = FROM, **values) -> str:
	"""The name of a complaint received at ten o'clock of a day."""
	return make_complaint(received_on=f"{on} 10:00:00", **values).name


def categories(count: int) -> list[str]:
	"""New categories below one of their own, which comes first."""
	new = lambda **values: frappe.get_doc(  # noqa: E731
		doctype="Complaint Category", category_name=unique("Kind"), **values
	).insert()
	top = new(is_group=1).name
	return [top, *(new(parent_complaint_category=top).name for _number in range(count))]


def with_cost(complaint: str, cost: float, **values) -> str:
	"""What the services for resolutions write when a document made for a complaint is submitted."""
	document = frappe.get_doc(COMPLAINT, complaint)
	row = document.append(
		"resolutions",
		{"kind": "Credit Note", "status": "Done", "amount": cost, "cost": cost, **values},
	)
	row.parent, row.parenttype, row.parentfield = complaint, COMPLAINT, "resolutions"
	row.db_insert()
	total = sum(flt(row.cost) for row in document.resolutions)
	frappe.db.set_value(COMPLAINT, complaint, "resolution_cost", total)
	return row.name


# Pareto


def test_the_greatest_comes_first_and_the_shares_add_up():
	top, scratched, late, wrong = categories(3)
	customer = make_customer()
	names = {
		scratched: [received(category=scratched, customer=customer) for _number in range(6)],
		late: [received(category=late, customer=customer) for _number in range(3)],
		wrong: [received(category=wrong, customer=customer)],
	}
	result = run(PARETO, customer=customer)
	assert [(row["group"], row["complaints"], row["share"]) for row in result.rows] == [
		(scratched, 6, 60),
		(late, 3, 30),
		(wrong, 1, 10),
	]
	assert [row["cumulative"] for row in result.rows] == [60, 90, 100]
	assert (result.total["complaints"], result.total["share"]) == (10, 100)
	assert result.summary["Behind 80 % of It"] == "2 of 3"
	for row in result.rows:
		assert listed(row["behind"]) == set(names[row["group"]])
	bars, line = result.chart["data"]["datasets"]
	assert (result.chart["type"], bars["chartType"], line["chartType"]) == ("axis-mixed", "bar", "line")
	assert (bars["values"], line["values"]) == ([60, 30, 10], [60, 90, 100])

	(main,) = run(PARETO, customer=customer, by="Main Category").rows
	assert (main["group"], main["complaints"]) == (top, 10)
	assert len(listed(main["behind"])) == 10
	assert len(run(PARETO, customer=customer, category=top).rows) == 3
	assert [row["group"] for row in run(PARETO, customer=customer, category=late).rows] == [late]


def test_by_cost_the_dearest_comes_first():
	_top, often, dear = categories(2)
	customer = make_customer()
	for _number in range(3):
		with_cost(received(category=often, customer=customer), 10)
	with_cost(received(category=dear, customer=customer), 70)
	result = run(PARETO, customer=customer, basis="Cost")
	assert [(row["group"], row["cost"], row["share"]) for row in result.rows] == [
		(dear, 70, 70),
		(often, 30, 30),
	]
	assert result.total["cost"] == 100
	assert [row["group"] for row in run(PARETO, customer=customer).rows] == [often, dear]


def test_a_complaint_about_several_items_counts_for_each_with_a_part_of_its_cost():
	customer, bolt, nut = make_customer(), make_item(item_name="Bolt"), make_item()
	both = received(
		customer=customer, items=[{"item_code": bolt}, {"item_code": nut}, {"item_code": bolt, "qty": 2}]
	)
	with_cost(both, 50)
	alone = received(customer=customer, items=[{"item_code": bolt}])
	silent = received(customer=customer)
	result = run(PARETO, customer=customer, by="Item")
	assert [(row["group"], row["complaints"], row["cost"]) for row in result.rows] == [
		(bolt, 2, 25),
		(nut, 1, 25),
		("Not said", 1, 0),
	]
	assert result.rows[0]["title"] == "Bolt"
	assert (result.total["complaints"], result.summary["Complaints"]) == (4, 3)
	assert "counts for each of them" in result.message
	assert listed(result.by[bolt]["behind"]) == {both, alone}
	assert silent in listed(result.by["Not said"]["behind"])


def test_by_supplier_those_count_for_which_one_is_responsible():
	customer, supplier = make_customer(), make_supplier()
	blamed = received(customer=customer, responsibility="Supplier", supplier=supplier)
	received(customer=customer, responsibility="Own")
	result = run(PARETO, customer=customer, by="Supplier")
	assert [(row["group"], row["complaints"]) for row in result.rows] == [(supplier, 1)]
	assert listed(result.rows[0]["behind"]) == {blamed}
	assert "a supplier is responsible" in result.message


def test_rejected_ones_count_only_if_asked_for():
	customer = make_customer()
	received(customer=customer)
	take_step(received(customer=customer), "reject", {"reason": "Not ours."})
	assert run(PARETO, customer=customer).total["complaints"] == 1
	everything = run(PARETO, customer=customer, include_rejected=1).total
	assert (everything["complaints"], everything["open"]) == (2, 1)


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize(
	("filters", "words"),
	[
		({"from_date": None}, "Choose both dates"),
		({"from_date": "2024-02-01", "to_date": "2024-01-01"}, "before it starts"),
	],
)
def test_a_period_that_cannot_be_is_refused(report, filters, words):
	with pytest.raises(frappe.ValidationError, match=words):
		run(report, **filters)


@pytest.mark.parametrize("report", [PARETO, PER_1000, COST])
def test_amounts_of_several_companies_are_not_added_up(report):
	with pytest.raises(frappe.ValidationError, match="Choose a company"):
		run(report, company=None)


@pytest.mark.parametrize("report", REPORTS)
def test_nothing_to_show_is_said(report):
	result = run(report, customer=make_customer())
	assert result.rows == [] and result.total is None and result.message


# Deadlines


def test_met_and_missed_come_from_what_is_stored():
	"""An hour, eight hours and a week of business time; a complaint of last year has missed them all."""
	tier = make_tier(Low=(3600, 8 * 3600, 40 * 3600), High=(3600, 8 * 3600, 40 * 3600))
	customer = make_customer()
	frappe.db.set_value("Customer", customer, "customer_tier", tier)
	late = received(on=FROM, customer=customer)
	bring_to(late, "acknowledge")
	fresh = make_complaint(customer=customer, severity="Low").name
	bring_to(fresh, "acknowledge")

	old = run(DEADLINES, customer=customer)
	(row,) = old.rows
	assert (row["group"], row["acknowledge"], row["acknowledge_met"], row["acknowledge_judged"]) == (
		tier,
		0,
		0,
		1,
	)
	assert (row["resolve"], row["resolve_judged"]) == (0, 1)
	assert listed(row["acknowledge_behind"]) == {late}
	assert row[f"m{FROM.year}_{FROM.month:02}"] == 0

	today = getdate()
	now = run(DEADLINES, customer=customer, from_date=str(add_days(today, -1)), to_date=str(today))
	(row,) = now.rows
	assert (row["acknowledge"], row["acknowledge_judged"]) == (100, 1)
	assert (row["resolve"], row["resolve_judged"], row["resolve_pending"]) == (None, 0, 1)
	assert now.summary["Resolved in Time"] == "–"
	assert now.summary["Acknowledged in Time"] == "100.0 %"
	assert now.total["complaints"] == 1

	both = run(DEADLINES, customer=customer, from_date=str(add_days(today, -700)), to_date=str(today))
	assert both.total["acknowledge"] == 50, "of two complaints one"
	assert listed(both.total["behind"]) == {late, fresh}


def test_groups_stand_in_the_order_people_know():
	customer = make_customer()
	for severity in ("Low", "Critical", "Medium"):
		received(customer=customer, severity=severity)
	result = run(DEADLINES, customer=customer, by="Severity")
	assert [row["group"] for row in result.rows] == ["Critical", "Medium", "Low"]
	assert result.total["group"] == "All complaints"
	handler = make_user("Customer Care Agent")
	received(customer=customer, handler=handler)
	result = run(DEADLINES, customer=customer, by="Handler")
	assert [row["complaints"] for row in result.rows] == [1, 3]
	assert result.rows[-1]["group"] == "Not said"


def test_a_complaint_closed_in_time_leaves_nothing_to_be_met():
	customer = make_customer()
	name = make_complaint(customer=customer, severity="Low").name
	take_step(name, "reject", {"reason": "Not ours."})
	today = str(getdate())
	result = run(DEADLINES, customer=customer, from_date=today, to_date=today, include_rejected=1)
	assert result.total["resolve_pending"] == 0
	assert result.total["resolve"] in (None, 100)


def test_too_many_months_are_refused():
	with pytest.raises(frappe.ValidationError, match="at most 24 months"):
		run(DEADLINES, from_date=str(FROM.replace(year=FROM.year - 3)))


# Per thousand deliveries


@pytest.fixture
def deliveries() -> SimpleNamespace:
	"""Two customers of a group of their own: ten delivery lines of bolts, and thirty of nuts."""
	group, items = make_customer_group(is_group=0), make_item_group()
	bolt, nut = make_item(item_group=items), make_item()
	for item in (bolt, nut):
		put_in_stock(item, 100)
	few, many = make_customer(customer_group=group), make_customer(customer_group=group)
	lines = lambda item, count: [{"item_code": item, "qty": 1}] * count  # noqa: E731
	sell(few, lines=lines(bolt, 10), on=day(1, 15), invoice=False)
	many_sale = sell(many, lines=lines(nut, 30), on=day(2, 15), invoice=False)
	return_delivery(many_sale.delivery, quantity=1)
	return SimpleNamespace(
		group=group, items=items, bolt=bolt, nut=nut, few=few, many=many, note=many_sale.delivery
	)


def test_the_rate_is_of_totals_never_of_rates(deliveries):
	about_bolt = received(day(1, 20), customer=deliveries.few, items=[{"item_code": deliveries.bolt}])
	about_nut = received(day(2, 20), customer=deliveries.many, items=[{"item_code": deliveries.nut}])
	own = {"customer_group": deliveries.group}
	result = run(PER_1000, by="Customer", **own)
	assert [(row["group"], row["complaints"], row["deliveries"], row["rate"]) for row in result.rows] == [
		(deliveries.few, 1, 10, 100),
		(deliveries.many, 1, 30, pytest.approx(1000 / 30)),
	]
	total = result.total
	assert (total["complaints"], total["deliveries"], total["rate"]) == (2, 40, 50)  # the mean: 66.67
	assert result.summary["Complaints per 1,000 Deliveries"] == "50.00"
	assert listed(result.by[deliveries.few]["behind"]) == {about_bolt}
	assert listed(total["behind"]) == {about_bolt, about_nut}

	months = run(PER_1000, **own)
	assert [row["rate"] for row in months.rows] == [100, pytest.approx(1000 / 30), None]
	assert months.total["rate"] == 50
	assert listed(months.rows[0]["behind"]) == {about_bolt}
	(only,) = run(PER_1000, by="Customer Group", **own).rows
	assert (only["group"], only["rate"]) == (deliveries.group, 50)

	(bolts,) = run(PER_1000, by="Item Group", item_group=deliveries.items, **own).rows
	assert (bolts["group"], bolts["complaints"], bolts["deliveries"]) == (deliveries.items, 1, 10)
	assert run(PER_1000, customer=deliveries.many).total["deliveries"] == 30


def test_the_report_agrees_with_the_metric(deliveries):
	from partner_relations.customer_care.metrics import MARIADB, METRICS, MetricSettings, Scope, totals

	received(day(1, 20), customer=deliveries.few)
	scope = Scope(COMPANY, FROM, UNTIL, getdate(), parties=(deliveries.few, deliveries.many))
	query = totals(METRICS["complaint_rate"], scope, MetricSettings(), MARIADB)
	measured = {row[0]: (flt(row[1]), flt(row[2])) for row in frappe.db.sql(query.sql, query.values)}
	shown = run(PER_1000, by="Customer", customer_group=deliveries.group).rows
	assert {row["group"]: (row["complaints"], row["deliveries"]) for row in shown} == measured


def test_complaints_without_deliveries_have_no_rate():
	customer = make_customer()
	received(customer=customer)
	result = run(PER_1000, customer=customer)
	assert (result.total["complaints"], result.total["deliveries"], result.total["rate"]) == (1, 0, None)
	assert result.summary["Complaints per 1,000 Deliveries"] == "–"
	assert result.chart is None


def test_a_complaint_about_two_groups_counts_once_in_all(deliveries):
	received(
		day(1, 20),
		customer=deliveries.few,
		items=[{"item_code": deliveries.bolt}, {"item_code": deliveries.nut}],
	)
	result = run(PER_1000, by="Item Group", customer_group=deliveries.group)
	assert [row["complaints"] for row in result.rows] == [1, 1]
	assert result.total["complaints"] == 1


# Cost


def test_what_was_done_costs_and_what_is_granted_is_to_come():
	customer, supplier = make_customer(), make_supplier()
	first = received(day(1, 10), customer=customer, responsibility="Supplier", supplier=supplier)
	second = received(day(2, 10), customer=customer)
	with_cost(first, 100, document_type="Sales Invoice", document_name="SINV-1")
	with_cost(first, 20, kind="Price Allowance")
	with_cost(second, 0, kind="Repair", status="Approved", amount=40)
	with_cost(second, 0, kind="Repair", status="Awaiting Approval", amount=60)
	with_cost(second, 0, kind="Return", status="Rejected", amount=500)

	result = run(COST, customer=customer)
	assert [(row["group"], row["cost"], row["to_come"], row["awaiting"]) for row in result.rows] == [
		("Credit Note", 100, 0, 0),
		("Price Allowance", 20, 0, 0),
		("Repair", 0, 40, 60),
		("Return", 0, 0, 0),
	]
	total = result.total
	assert (total["cost"], total["to_come"], total["complaints"], total["each"]) == (120, 40, 2, 60)
	assert listed(result.by["Repair"]["behind"]) == {second}
	assert listed(total["behind"]) == {first, second}
	assert [dataset["name"] for dataset in result.chart["data"]["datasets"]] == [
		"Credit Note",
		"Price Allowance",
	]
	assert result.chart["data"]["datasets"][0]["values"] == [100, 0, 0]

	months = run(COST, customer=customer, by="Month")
	assert [row["cost"] for row in months.rows] == [120, 0]
	(blamed,) = run(COST, customer=customer, by="Supplier").rows
	assert (blamed["group"], blamed["cost"]) == (supplier, 120)
	documents = run(COST, customer=customer, by="Document")
	assert len(documents.rows) == 5
	assert {row["document"] for row in documents.rows} == {None, "SINV-1"}
	assert documents.total["cost"] == 120
	(repairs,) = run(COST, customer=customer, kind="Repair").rows
	assert (repairs["resolutions"], listed(repairs["behind"])) == (2, {second})


def test_the_costs_of_the_kinds_are_those_of_the_complaints():
	"""Two reports, one sum: to the cent, though the parts are not."""
	customer = make_customer()
	for cents in (1, 33, 66):
		with_cost(received(customer=customer, items=[{"item_code": make_item()}] * 1), cents / 100)
	by_kind = run(COST, customer=customer).total["cost"]
	assert by_kind == run(PARETO, customer=customer, by="Item", basis="Cost").total["cost"] == 1


# Who sees what


def limit_to(user: str, doctype: str, value: str) -> None:
	frappe.get_doc(doctype="User Permission", user=user, allow=doctype, for_value=value).insert()


def test_a_user_of_one_customer_sees_only_what_is_its(deliveries):
	user = make_user("Customer Care Manager", "Sales User")
	mine = received(day(1, 20), customer=deliveries.few)
	with_cost(mine, 10)
	with_cost(received(day(1, 20), customer=deliveries.many), 90)
	limit_to(user, "Customer", deliveries.few)
	assert run(PARETO, user).total["cost"] == 10
	assert run(COST, user).total["cost"] == 10
	assert [row["complaints"] for row in run(DEADLINES, user).rows] == [1]
	rates = run(PER_1000, user, by="Customer")
	assert [(row["group"], row["deliveries"]) for row in rates.rows] == [(deliveries.few, 10)]
	assert rates.total["rate"] == 100


def test_a_user_of_one_customer_group_sees_only_its_customers(deliveries):
	user = make_user("Customer Care Manager", "Sales User")
	other = make_customer()
	received(customer=deliveries.few)
	received(customer=other)
	limit_to(user, "Customer Group", deliveries.group)
	assert {row["group"] for row in run(PER_1000, user, by="Customer").rows} == {
		deliveries.few,
		deliveries.many,
	}
	assert run(PARETO, user, customer=other).rows == []
	assert run(PER_1000, user, customer=other).rows == []


def test_a_user_of_another_company_sees_nothing_of_this(deliveries):
	user, elsewhere = make_user("Customer Care Manager"), make_company()
	with_cost(received(customer=deliveries.few), 10)
	limit_to(user, "Company", elsewhere)
	for report in REPORTS:
		assert run(report, user).rows == []


@pytest.mark.parametrize("report", REPORTS)
def test_who_has_no_role_for_it_gets_no_report(report):
	with pytest.raises(frappe.PermissionError):
		run(report, make_user("Employee"))


@pytest.mark.parametrize("report", REPORTS)
def test_the_number_of_statements_does_not_grow(report):
	def count() -> int:
		with statements() as seen:
			run(report, **({"by": "Customer"} if report in (PER_1000, COST) else {}))
		return len(seen)

	_top, *kinds = categories(4)
	user_made = [make_customer() for _number in range(4)]
	with_cost(received(customer=user_made[0], category=kinds[0], items=[{"item_code": make_item()}]), 1)
	run(report)
	few = count()
	for customer, kind in zip(user_made, kinds, strict=True):
		for _number in range(3):
			with_cost(received(customer=customer, category=kind, items=[{"item_code": make_item()}]), 1)
	assert count() <= few + 1
