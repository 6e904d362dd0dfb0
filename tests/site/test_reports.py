"""Reports, charts, cards, the print format and the workspace, on real purchases evaluated and published."""

import json
import shutil
from datetime import date, timedelta
from types import SimpleNamespace

import frappe
import pytest
from erpnext.buying.doctype.purchase_order.purchase_order import make_purchase_receipt
from erpnext.buying.doctype.request_for_quotation.request_for_quotation import (
	make_supplier_quotation_from_rfq,
)
from erpnext.stock.doctype.purchase_receipt.purchase_receipt import make_purchase_invoice
from frappe.desk import query_report
from frappe.translate import print_language
from frappe.utils import getdate
from frappe.utils.pdf import get_pdf
from frappe.www.printview import get_rendered_template

from partner_relations.supplier_quality import api
from partner_relations.supplier_quality.dashboard_chart_source.supplier_grades_by_period import (
	supplier_grades_by_period,
)
from partner_relations.supplier_quality.dashboard_chart_source.suppliers_by_grade import suppliers_by_grade
from partner_relations.supplier_quality.measures import all_measures
from partner_relations.supplier_quality.number_card.blocked_suppliers.blocked_suppliers import (
	blocked_suppliers,
)
from partner_relations.supplier_quality.report.supplier_kpi_trend.supplier_kpi_trend import overlap

COMPANY = "Test Co"
OTHER_COMPANY = "Report Branch"
ITEM = "Report Test Bolt"
OTHER_ITEM = "Report Test Nut"
TEMPLATE = "Report Test Template"
ON_TIME, DEFECTS = "On-Time Delivery", "Defects per Million"
YEAR = date.today().year - 1
SPRING = (date(YEAR, 4, 1), date(YEAR, 6, 30))
SUMMER = (date(YEAR, 7, 1), date(YEAR, 9, 30))
ANALYST, MANAGER = "report-analyst@example.com", "report-manager@example.com"


@pytest.fixture
def purchasing(make_user) -> SimpleNamespace:
	"""Two items, a template of two measured KPIs (60 and 40 percent), an evaluator and a publisher."""
	for code in (ITEM, OTHER_ITEM):
		frappe.get_doc(
			doctype="Item", item_code=code, item_group="Products", stock_uom="Nos", is_stock_item=1
		).insert()
	frappe.get_doc(
		doctype="Supplier Evaluation Template",
		template_name=TEMPLATE,
		grade_scale="A to D",
		period="Quarter",
		criteria=[{"kpi": ON_TIME, "weight": 60}, {"kpi": DEFECTS, "weight": 40}],
	).insert()
	make_user(ANALYST, "Supplier Quality User", "Purchase User")
	make_user(MANAGER, "Supplier Quality Manager", "Purchase Manager", "Purchase User")
	return SimpleNamespace(supplier=make_supplier, deliver=deliver, publish=evaluate_and_publish)


def make_supplier(name: str, group: str = "Raw Material") -> str:
	return (
		frappe.get_doc(
			doctype="Supplier", supplier_name=name, supplier_group=group, evaluation_template=TEMPLATE
		)
		.insert()
		.name
	)


def deliver(
	supplier: str,
	due: date,
	days_late: int = 0,
	quantity: float = 10,
	rejected: float = 0,
	item: str = ITEM,
	company: str = COMPANY,
):
	"""A submitted purchase order due on a day; returns its submitted receipt so many days later."""
	abbreviation = frappe.get_cached_value("Company", company, "abbr")
	order = frappe.get_doc(
		doctype="Purchase Order",
		company=company,
		supplier=supplier,
		transaction_date=due - timedelta(days=10),
		schedule_date=due,
		items=[
			{
				"item_code": item,
				"qty": quantity,
				"rate": 5,
				"schedule_date": due,
				"warehouse": f"Stores - {abbreviation}",
			}
		],
	)
	order.insert()
	order.submit()
	receipt = make_purchase_receipt(order.name)
	receipt.update({"set_posting_time": 1, "posting_date": due + timedelta(days=days_late)})
	receipt.items[0].update({"qty": quantity - rejected, "rejected_qty": rejected})
	if rejected:
		receipt.items[0].rejected_warehouse = f"Finished Goods - {abbreviation}"
	receipt.insert()
	receipt.submit()
	return receipt


def evaluate_and_publish(
	*suppliers: str, period: tuple[date, date] = SPRING, company: str = COMPANY, publish: bool = True
) -> list[str]:
	"""Evaluate as one user, publish as another; the names of the evaluations in the suppliers' order."""
	names = []
	frappe.set_user(ANALYST)
	for supplier in suppliers:
		outcome = api.evaluate_supplier(supplier, company, *(str(day) for day in period))
		assert outcome["evaluation"], outcome["message"]
		names.append(outcome["evaluation"])
	if publish:
		frappe.set_user(MANAGER)
		assert api.publish(names)["published"] == names
	frappe.set_user("Administrator")
	return names


def run(report: str, user: str = MANAGER, **filters) -> SimpleNamespace:
	"""A report as the Desk runs it, for a user."""
	frappe.set_user(user)
	try:
		return SimpleNamespace(**query_report.run(report, filters=filters))
	finally:
		frappe.set_user("Administrator")


def limit_to(user: str, doctype: str, value: str) -> None:
	frappe.get_doc(doctype="User Permission", user=user, allow=doctype, for_value=value).insert()


def summary_of(result: SimpleNamespace) -> dict:
	return {item["label"]: item["value"] for item in result.report_summary}


@pytest.fixture
def other_company() -> str:
	"""A second company with another currency, without perpetual inventory."""
	frappe.get_doc(
		doctype="Currency Exchange",
		date=date(YEAR, 1, 1),
		from_currency="USD",
		to_currency="EUR",
		exchange_rate=0.9,
		for_buying=1,
		for_selling=1,
	).insert()
	frappe.get_doc(
		doctype="Company",
		company_name=OTHER_COMPANY,
		abbr="RB",
		default_currency="EUR",
		country="Germany",
		create_chart_of_accounts_based_on="Standard Template",
		chart_of_accounts="Standard",
		enable_perpetual_inventory=0,
	).insert()
	return OTHER_COMPANY


# Supplier Ranking


def test_the_best_supplier_comes_first_and_equal_scores_share_a_place(purchasing):
	good, twin, bad = (purchasing.supplier(f"Ranked {name}") for name in ("Good", "Twin", "Bad"))
	for supplier in (good, twin):
		purchasing.deliver(supplier, SPRING[0] + timedelta(days=20))
	purchasing.deliver(bad, SPRING[0] + timedelta(days=20), days_late=9, rejected=5)
	purchasing.publish(bad, good, twin)

	result = run("Supplier Ranking", template=TEMPLATE, company=COMPANY)
	assert [(row.rank, row.supplier, row.grade) for row in result.result] == [
		(1, good, "A"),
		(1, twin, "A"),
		(3, bad, "D"),
	]
	assert [row.score for row in result.result] == [100, 100, 0]
	assert result.result[2].restrictions == "Orders and requests prevented"
	summary = summary_of(result)
	assert summary["Suppliers Evaluated"] == 3
	assert summary["Mean of the Scores"] == "66.67"
	assert (summary["Grades A · D"], summary["Suppliers Blocked"]) == ("2 · 1", 1)


def test_the_chart_has_a_dataset_in_the_colour_of_each_grade(purchasing):
	good, bad = purchasing.supplier("Charted Good"), purchasing.supplier("Charted Bad")
	purchasing.deliver(good, SPRING[0])
	purchasing.deliver(bad, SPRING[0], days_late=3)
	purchasing.publish(good, bad)

	chart = run("Supplier Ranking", template=TEMPLATE).chart
	assert chart["data"]["labels"] == [good, bad]
	assert chart["data"]["datasets"] == [
		{"name": "A", "values": [100, 0]},
		{"name": "D", "values": [0, 40]},
	]
	assert chart["colors"] == ["#38a169", "#dc4a4a"]


def test_an_unrated_supplier_comes_last_without_a_place(purchasing):
	frappe.db.set_value("Supplier Evaluation Template", TEMPLATE, "minimum_sample", 2)
	frappe.clear_document_cache("Supplier Evaluation Template", TEMPLATE)
	rated, unrated = purchasing.supplier("Measured Often"), purchasing.supplier("Measured Once")
	for supplier, times in ((rated, 2), (unrated, 1)):
		for time in range(times):
			purchasing.deliver(supplier, SPRING[0] + timedelta(days=time), days_late=30)
	purchasing.publish(rated, unrated)

	result = run("Supplier Ranking", template=TEMPLATE)
	assert [(row.rank, row.supplier, row.score) for row in result.result] == [
		(1, rated, 40),
		(None, unrated, None),
	]
	assert summary_of(result)["Not Rated"] == 1
	assert summary_of(result)["Mean of the Scores"] == "40.00"


def test_in_a_period_the_last_evaluation_of_each_supplier_counts(purchasing):
	supplier = purchasing.supplier("Followed Through the Year")
	purchasing.deliver(supplier, SPRING[0])
	purchasing.deliver(supplier, SUMMER[0], days_late=5)
	purchasing.publish(supplier, period=SPRING)
	purchasing.publish(supplier, period=SUMMER)

	def score(until: date) -> float:
		result = run(
			"Supplier Ranking",
			template=TEMPLATE,
			standing="In a period",
			from_date=str(SPRING[1]),
			to_date=str(until),
		)
		assert len(result.result) == 1
		return result.result[0].score

	assert score(SPRING[1]) == 100
	assert score(SUMMER[1]) == 40
	current = run("Supplier Ranking", template=TEMPLATE).result[0]
	assert (current.score, current.change, current.trend) == (40, -60, "Down")


@pytest.mark.parametrize(
	("filters", "words"),
	[
		({"standing": "In a period"}, "both dates"),
		({"standing": "In a period", "from_date": "2024-02-01", "to_date": "2024-01-01"}, "before it starts"),
	],
)
def test_a_period_that_cannot_be_is_refused(filters, words):
	with pytest.raises(frappe.ValidationError, match=words):
		run("Supplier Ranking", user="Administrator", **filters)


def test_the_ranking_filters_by_group_with_those_below_and_by_grade(purchasing):
	parent = frappe.get_doc(
		doctype="Supplier Group", supplier_group_name="Report Metals", is_group=1
	).insert()
	child = frappe.get_doc(
		doctype="Supplier Group", supplier_group_name="Report Screws", parent_supplier_group=parent.name
	).insert()
	inside, outside = purchasing.supplier("Inside", child.name), purchasing.supplier("Outside", "Services")
	purchasing.deliver(inside, SPRING[0])
	purchasing.deliver(outside, SPRING[0], days_late=3)
	purchasing.publish(inside, outside)

	def suppliers(**filters) -> list[str]:
		return [row.supplier for row in run("Supplier Ranking", template=TEMPLATE, **filters).result]

	assert suppliers(supplier_group=parent.name) == [inside]
	assert suppliers(grade=["D"]) == [outside]
	assert suppliers(grade=["A", "D"]) == [inside, outside]


def test_drafts_are_not_ranked(purchasing):
	supplier = purchasing.supplier("Only Drafted")
	purchasing.deliver(supplier, SPRING[0])
	purchasing.publish(supplier, publish=False)
	result = run("Supplier Ranking", template=TEMPLATE)
	assert result.result == []
	assert "No published evaluation" in result.message


def test_a_released_restriction_is_shown_no_more(purchasing):
	supplier = purchasing.supplier("Released Early")
	purchasing.deliver(supplier, SPRING[0], days_late=3)
	purchasing.publish(supplier)
	frappe.set_user(MANAGER)
	for name in frappe.get_list("Supplier Restriction", filters={"supplier": supplier}, pluck="name"):
		api.release_restriction(name, "No other source for this part")
	row = run("Supplier Ranking", template=TEMPLATE).result[0]
	assert (row.restrictions, row.prevented) == ("", False)


# User Permissions


def test_a_user_of_one_company_sees_nothing_of_another(purchasing, other_company):
	supplier = purchasing.supplier("Known to Both")
	purchasing.deliver(supplier, SPRING[0])
	purchasing.deliver(supplier, SPRING[0], days_late=5, company=other_company)
	(here,) = purchasing.publish(supplier)
	(there,) = purchasing.publish(supplier, company=other_company)
	both = run("Supplier Ranking", template=TEMPLATE)
	assert {row.company for row in both.result} == {COMPANY, other_company}
	grades = suppliers_by_grade.get()["datasets"]

	limit_to(MANAGER, "Company", other_company)
	ranked = run("Supplier Ranking", template=TEMPLATE)
	assert [(row.evaluation, row.company) for row in ranked.result] == [(there, other_company)]
	assert summary_of(ranked)["Mean of the Scores"] == "40.00"
	assert run("Supplier Ranking", template=TEMPLATE, company=COMPANY).result == []
	assert run("Supplier KPI Trend", company=COMPANY, kpi=[ON_TIME]).result == []
	with pytest.raises(frappe.PermissionError):
		run("KPI Evidence", evaluation=here, kpi=ON_TIME)
	assert run("KPI Evidence", evaluation=there, kpi=ON_TIME).result

	frappe.set_user(MANAGER)
	seen = suppliers_by_grade.get()
	by_period = supplier_grades_by_period.get()
	frappe.set_user("Administrator")
	assert sum(sum(dataset["values"]) for dataset in seen["datasets"]) == 1
	assert sum(sum(dataset["values"]) for dataset in by_period["datasets"]) == 1
	assert sum(sum(dataset["values"]) for dataset in grades) >= 2


def test_a_user_of_one_supplier_group_sees_only_its_suppliers_also_in_the_sums(purchasing):
	mine, other = (
		purchasing.supplier("Group Mine", "Electrical"),
		purchasing.supplier("Group Other", "Hardware"),
	)
	purchasing.deliver(mine, SPRING[0])
	purchasing.deliver(other, SPRING[0], days_late=5)
	purchasing.publish(mine, other)
	limit_to(MANAGER, "Supplier Group", "Electrical")

	ranked = run("Supplier Ranking", template=TEMPLATE)
	assert [row.supplier for row in ranked.result] == [mine]
	assert summary_of(ranked)["Suppliers Evaluated"] == 1
	trend = run("Supplier KPI Trend", company=COMPANY, template=TEMPLATE, kpi=[ON_TIME])
	assert [(row["supplier"], row["total"]) for row in trend.result] == [(mine, 100), ("All suppliers", 100)]


@pytest.mark.parametrize("report", ["Supplier Ranking", "Supplier KPI Trend", "KPI Evidence"])
def test_who_has_no_role_for_it_gets_no_report(report, make_user):
	nobody = make_user("report-nobody@example.com", "Employee")
	with pytest.raises(frappe.PermissionError):
		run(report, user=nobody, company=COMPANY)


# Supplier KPI Trend


def test_totals_are_made_of_totals_not_of_rates(purchasing):
	first, second = purchasing.supplier("Trend First"), purchasing.supplier("Trend Second")
	purchasing.deliver(first, SPRING[0])
	for day, late in ((0, 0), (1, 5), (2, 5)):
		purchasing.deliver(first, SUMMER[0] + timedelta(days=day), days_late=late)
	purchasing.deliver(second, SUMMER[0])
	purchasing.publish(first, period=SPRING)
	purchasing.publish(first, second, period=SUMMER)

	result = run("Supplier KPI Trend", company=COMPANY, template=TEMPLATE, kpi=[ON_TIME])
	labels = [column["label"] for column in result.columns if column["fieldname"].startswith("period_")]
	assert len(labels) == 2
	rows = {row["supplier"]: row for row in result.result}
	assert rows[first]["period_0"] == 100
	assert rows[first]["period_1"] == pytest.approx(100 / 3)
	assert rows[first]["total"] == pytest.approx(
		50
	)  # 2 of 4 deliveries; the mean of the rates would be 66.67
	assert rows[first]["sample_size"] == 4
	assert rows[second]["period_0"] is None
	every = rows["All suppliers"]
	assert [every["period_0"], every["period_1"], every["total"]] == pytest.approx([100, 50, 60])
	assert summary_of(result)[f"{ON_TIME}, all suppliers (%)"] == "60.00"
	assert result.chart["type"] == "bar"  # a line of the second supplier would begin at zero
	assert result.chart["data"]["datasets"][0] == {"name": first, "values": [100, pytest.approx(100 / 3)]}


def test_several_kpis_and_ratings(purchasing):
	supplier = purchasing.supplier("Trend of Two")
	purchasing.deliver(supplier, SPRING[0], rejected=1)
	purchasing.publish(supplier)
	filters = {"company": COMPANY, "template": TEMPLATE, "kpi": json.dumps([DEFECTS, ON_TIME])}

	values = run("Supplier KPI Trend", **filters)
	assert [(row["kpi"], row["unit"], row["period_0"]) for row in values.result] == [
		(DEFECTS, "ppm", 100000),
		(ON_TIME, "%", 100),
		(DEFECTS, "ppm", 100000),
		(ON_TIME, "%", 100),
	]
	assert values.chart is None
	assert "different units" in values.message
	ratings = run("Supplier KPI Trend", show="Rating", **filters)
	assert [row["period_0"] for row in ratings.result[:2]] == [0, 100]
	assert "period_0" not in ratings.result[2]  # a sum of ratings would mean nothing
	assert len(ratings.chart["data"]["datasets"]) == 2


def test_without_a_kpi_the_scores_are_shown(purchasing):
	supplier = purchasing.supplier("Trend of Scores")
	purchasing.deliver(supplier, SPRING[0], days_late=5)
	purchasing.publish(supplier)
	result = run("Supplier KPI Trend", company=COMPANY, template=TEMPLATE)
	assert [(row["supplier"], row["period_0"]) for row in result.result] == [(supplier, 40)]
	assert "Choose KPIs" in result.message


def test_facts_of_overlapping_periods_are_not_added_up(purchasing):
	supplier = purchasing.supplier("Trend Overlapping")
	purchasing.deliver(supplier, SPRING[0])
	purchasing.publish(supplier, period=SPRING)
	purchasing.publish(supplier, period=(SPRING[0], SUMMER[1]))
	result = run("Supplier KPI Trend", company=COMPANY, template=TEMPLATE, kpi=[ON_TIME])
	assert [row["total"] for row in result.result] == [None, None]
	assert "overlap" in result.message


def test_a_superseded_version_counts_no_more(purchasing):
	supplier = purchasing.supplier("Trend Evaluated Twice")
	purchasing.deliver(supplier, SPRING[0])
	(first,) = purchasing.publish(supplier)
	purchasing.deliver(supplier, SPRING[0] + timedelta(days=1), days_late=5)
	frappe.set_user(ANALYST)
	second = api.evaluate_again(first)["evaluation"]
	frappe.set_user(MANAGER)
	api.publish([second])
	frappe.set_user("Administrator")
	assert frappe.db.get_value("Supplier Evaluation", first, "status") == "Superseded"
	result = run("Supplier KPI Trend", company=COMPANY, template=TEMPLATE, kpi=[ON_TIME])
	assert [row["period_0"] for row in result.result] == [50, 50]
	assert [row["sample_size"] for row in result.result] == [2, 2]


def test_a_company_is_asked_for():
	with pytest.raises(frappe.ValidationError, match="Choose a company"):
		run("Supplier KPI Trend", user="Administrator")


def test_overlap():
	assert not overlap([SPRING, SUMMER])
	assert overlap([SUMMER, (SPRING[0], SUMMER[0])])
	assert not overlap([SPRING])


# KPI Evidence


@pytest.mark.parametrize("kpi", [ON_TIME, DEFECTS])
def test_the_lines_add_up_to_what_is_stored(purchasing, kpi):
	supplier = purchasing.supplier("Evidence Complete")
	receipts = [
		purchasing.deliver(supplier, SPRING[0] + timedelta(days=31 * n), days_late=late, rejected=rejected)
		for n, (late, rejected) in enumerate(((0, 0), (4, 2), (0, 1)))
	]
	(name,) = purchasing.publish(supplier)
	stored = next(row for row in frappe.get_doc("Supplier Evaluation", name).criteria if row.kpi == kpi)

	result = run("KPI Evidence", evaluation=name, kpi=kpi)
	assert [row["document"] for row in result.result] == [receipt.name for receipt in receipts]
	for part in ("numerator", "denominator"):
		assert sum(row[part] for row in result.result) == pytest.approx(stored.get(part), abs=1e-9)
	columns = {column["fieldname"]: column for column in result.columns}
	assert (columns["document"]["fieldtype"], columns["document"]["options"]) == (
		"Dynamic Link",
		"document_type",
	)
	assert (columns["item_code"]["fieldtype"], columns["item_code"]["options"]) == ("Link", "Item")
	assert columns["date"]["fieldtype"] == "Date"
	assert columns["numerator"]["fieldtype"] == "Float"
	summary = summary_of(result)
	assert summary["When Evaluated"] == summary["Today"]
	assert summary["Facts"] == "Unchanged"
	assert "Value = " in result.message


def test_every_measure_has_evidence_that_adds_up(purchasing):
	"""All measured KPIs that the app brings, on a supplier with a document of each kind."""
	kpis = frappe.get_all("Supplier KPI", {"kind": "Measured from documents", "disabled": 0}, pluck="name")
	template = frappe.get_doc(
		doctype="Supplier Evaluation Template",
		template_name="Report Test Everything",
		grade_scale="A to D",
		period="Quarter",
		criteria=[{"kpi": kpi, "weight": 1} for kpi in kpis[1:]],
	)
	template.append("criteria", {"kpi": kpis[0], "weight": 101 - len(kpis)})
	template.insert()
	supplier, rival = purchasing.supplier("Evidence of All Kinds"), purchasing.supplier("Evidence Rival")
	frappe.db.set_value("Supplier", supplier, "evaluation_template", template.name)
	purchasing.deliver(supplier, SPRING[0] - timedelta(days=40))
	receipt = purchasing.deliver(supplier, SPRING[0] + timedelta(days=20), rejected=1)
	invoice = make_purchase_invoice(receipt.name)
	invoice.update(
		{"set_posting_time": 1, "posting_date": receipt.posting_date, "due_date": receipt.posting_date}
	)
	invoice.insert()
	invoice.submit()
	inspect(receipt)
	quote(SPRING[0] + timedelta(days=5), {supplier: 6, rival: 5})
	(name,) = purchasing.publish(supplier)

	measured = [row for row in frappe.get_doc("Supplier Evaluation", name).criteria if row.has_value]
	assert {row.measure for row in measured} == set(all_measures()) - {"evaluator_mark"}
	for row in measured:
		result = run("KPI Evidence", user="Administrator", evaluation=name, kpi=row.kpi)
		for part in ("numerator", "denominator"):
			total = sum(line[part] for line in result.result)
			assert total == pytest.approx(row.get(part), abs=1e-8), (row.kpi, part)
		assert summary_of(result)["Facts"] == "Unchanged", row.kpi
		for column in result.columns:
			if column["fieldtype"] in ("Link", "Dynamic Link"):
				for line in result.result:
					doctype = line.get(column["options"], column["options"])
					target = line[column["fieldname"]]
					assert not target or frappe.db.exists(doctype, target), (row.kpi, column, target)


def inspect(receipt) -> None:
	"""Accept an incoming inspection of a receipt's first line."""
	frappe.db.set_value("Item", receipt.items[0].item_code, "inspection_required_before_purchase", 1)
	inspection = frappe.get_doc(
		doctype="Quality Inspection",
		inspection_type="Incoming",
		reference_type="Purchase Receipt",
		reference_name=receipt.name,
		item_code=receipt.items[0].item_code,
		sample_size=1,
		report_date=receipt.posting_date,
		inspected_by="Administrator",
		status="Accepted",
	)
	inspection.insert()
	inspection.submit()


def quote(day: date, rates: dict[str, float]) -> None:
	"""A request for quotation of a day, answered two days later by each supplier at its rate."""
	request = frappe.get_doc(
		doctype="Request for Quotation",
		company=COMPANY,
		transaction_date=day,
		message_for_supplier="Please quote.",
		suppliers=[{"supplier": supplier, "send_email": 0} for supplier in rates],
		items=[
			{
				"item_code": ITEM,
				"qty": 10,
				"uom": "Nos",
				"conversion_factor": 1,
				"schedule_date": day + timedelta(days=30),
				"warehouse": "Stores - TC",
			}
		],
	)
	request.insert()
	request.submit()
	for supplier, rate in rates.items():
		quotation = make_supplier_quotation_from_rfq(request.name, for_supplier=supplier)
		quotation.transaction_date = day + timedelta(days=2)
		quotation.items[0].rate = rate
		quotation.insert()
		quotation.submit()


def test_a_fact_that_changed_is_shown(purchasing):
	supplier = purchasing.supplier("Evidence Changed")
	purchasing.deliver(supplier, SPRING[0])
	cancelled = purchasing.deliver(supplier, SPRING[0] + timedelta(days=1), days_late=5)
	(name,) = purchasing.publish(supplier)
	cancelled.cancel()

	result = run("KPI Evidence", evaluation=name, kpi=ON_TIME)
	summary = summary_of(result)
	assert summary["When Evaluated"] == "1 / 2"
	assert summary["Today"] == "1 / 1"
	assert (summary["Value When Evaluated"], summary["Value Today"]) == ("50 %", "100 %")
	assert summary["Facts"] == "Changed"
	assert "Documents have changed" in result.message
	assert len(result.result) == 1


def test_lines_of_documents_that_the_user_may_not_read_are_hidden_and_counted(purchasing, make_user):
	reader = make_user("report-reader@example.com", "Supplier Quality User")
	supplier = purchasing.supplier("Evidence Hidden")
	for day in range(3):
		purchasing.deliver(supplier, SPRING[0] + timedelta(days=day))
	(name,) = purchasing.publish(supplier)
	frappe.set_user(reader)
	readable = frappe.has_permission("Purchase Receipt", "read")
	frappe.set_user("Administrator")
	assert not readable, "the test needs a role that reads evaluations but no receipts"

	result = run("KPI Evidence", user=reader, evaluation=name, kpi=ON_TIME)
	assert result.result == []
	assert "3 lines belong to documents that you may not read" in result.message
	assert summary_of(result)["Today"] == "3 / 3"


def test_lines_of_items_that_the_user_may_not_see_are_hidden_and_counted(purchasing):
	supplier = purchasing.supplier("Evidence by Item")
	purchasing.deliver(supplier, SPRING[0])
	purchasing.deliver(supplier, SPRING[0] + timedelta(days=1), item=OTHER_ITEM)
	(name,) = purchasing.publish(supplier)
	limit_to(MANAGER, "Item", ITEM)
	result = run("KPI Evidence", evaluation=name, kpi=ON_TIME)
	assert [row["item_code"] for row in result.result] == [ITEM]
	assert "1 lines belong to documents that you may not read" in result.message
	assert summary_of(result)["Today"] == "2 / 2"


def test_a_kpi_that_the_evaluation_does_not_have_is_refused(purchasing):
	supplier = purchasing.supplier("Evidence of Nothing")
	purchasing.deliver(supplier, SPRING[0])
	(name,) = purchasing.publish(supplier)
	with pytest.raises(frappe.ValidationError, match="no criterion"):
		run("KPI Evidence", evaluation=name, kpi="Invoice Accuracy")
	with pytest.raises(frappe.ValidationError, match="Choose an evaluation"):
		run("KPI Evidence", evaluation=name)


# Cards and charts of the workspace


def test_a_supplier_that_is_blocked_twice_counts_once(purchasing):
	before = blocked_suppliers()["value"]
	supplier = purchasing.supplier("Blocked Twice")
	purchasing.deliver(supplier, SPRING[0], days_late=5)
	purchasing.publish(supplier)
	assert frappe.db.count("Supplier Restriction", {"supplier": supplier, "action": "Prevent"}) == 2
	assert blocked_suppliers()["value"] == before + 1
	frappe.db.set_value(
		"Supplier Restriction", {"supplier": supplier}, "until", getdate() - timedelta(days=1)
	)
	assert blocked_suppliers()["value"] == before


def test_the_charts_count_each_grade_in_its_colour(purchasing):
	good, bad = purchasing.supplier("Counted Good"), purchasing.supplier("Counted Bad")
	before = _counts()
	for period in (SPRING, SUMMER):
		purchasing.deliver(good, period[0])
		purchasing.deliver(bad, period[0], days_late=5)
	for period in (SPRING, SUMMER):
		purchasing.publish(good, bad, period=period)
	after = _counts()
	grown = {grade: after[grade] - before.get(grade, 0) for grade in after}
	assert {grade: count for grade, count in grown.items() if count} == {"A": 1, "D": 1}

	chart = json.loads(frappe.db.get_value("Dashboard Chart", "Suppliers by Grade", "custom_options"))
	data = suppliers_by_grade.get()
	red = chart["colors"].index("#dc4a4a")
	assert data["datasets"][red]["values"][data["labels"].index("D")] == after["D"]

	by_period = supplier_grades_by_period.get()
	assert len(by_period["labels"]) >= 2
	assert by_period["datasets"][red]["name"] == "D"


def _counts() -> dict[str, int]:
	data = suppliers_by_grade.get()
	return {
		label: sum(dataset["values"][position] for dataset in data["datasets"])
		for position, label in enumerate(data.get("labels", ()))
	}


def test_everything_that_the_workspace_names_exists():
	workspace = frappe.get_doc("Workspace", "Supplier Quality")
	for link in workspace.links:
		if link.type == "Link":
			assert frappe.db.exists(link.link_type, link.link_to), link.link_to
	for shortcut in workspace.shortcuts:
		assert frappe.db.exists(shortcut.type, shortcut.link_to), shortcut.link_to
		if shortcut.stats_filter:
			frappe.get_list(shortcut.link_to, filters=json.loads(shortcut.stats_filter), limit=1)
	for card in workspace.number_cards:
		document = frappe.get_doc("Number Card", card.number_card_name)
		assert document.is_standard
		if document.type == "Custom":
			assert isinstance(frappe.get_attr(document.method)()["value"], int)
		else:
			frappe.get_list(document.document_type, filters=json.loads(document.filters_json), limit=1)
	for chart in workspace.charts:
		source = frappe.db.get_value("Dashboard Chart", chart.chart_name, "source")
		assert frappe.db.exists("Dashboard Chart Source", source)
	blocks = json.loads(workspace.content)
	names = {
		"shortcut": {row.label for row in workspace.shortcuts},
		"number_card": {row.label for row in workspace.number_cards},
		"chart": {row.label for row in workspace.charts},
		"card": {row.label for row in workspace.links if row.type == "Card Break"},
	}
	for kind, known in names.items():
		assert {block["data"][f"{kind}_name"] for block in blocks if block["type"] == kind} == known


def test_the_files_for_frappe_16_name_what_exists(checkout):
	package = checkout / "partner_relations"
	sidebar = json.loads((package / "workspace_sidebar" / "supplier_quality.json").read_text())
	for item in sidebar["items"]:
		if item["type"] == "Link":
			assert frappe.db.exists(item["link_type"], item["link_to"]), item["link_to"]
	icons = {
		icon["name"]: icon
		for icon in (json.loads(path.read_text()) for path in (package / "desktop_icon").glob("*.json"))
	}
	assert icons["Supplier Quality"]["link_to"] == sidebar["name"] == "Supplier Quality"
	assert icons["Supplier Quality"]["parent_icon"] in icons
	logo = icons["Partner Relations"]["logo_url"].removeprefix("/assets/partner_relations/")
	assert (package / "public" / logo).is_file()


def test_the_apps_screen_shows_the_app_to_those_who_can_use_it(make_user):
	nobody = make_user("report-nobody@example.com", "Employee")
	(entry,) = frappe.get_hooks("add_to_apps_screen", app_name="partner_relations")
	may_see = frappe.get_attr(entry["has_permission"])
	assert may_see()
	frappe.set_user(nobody)
	assert not may_see()


# Print format


def printed(name: str, language: str = "en") -> str:
	"""The page as HTML, without the frame of the print view (whose access log commits)."""
	with print_language(language):
		return get_rendered_template(
			frappe.get_doc("Supplier Evaluation", name),
			print_format=frappe.get_doc("Print Format", "Supplier Scorecard"),
		)


def test_the_scorecard_is_the_default_print_format():
	assert frappe.get_meta("Supplier Evaluation").default_print_format == "Supplier Scorecard"


def test_the_scorecard_says_what_was_measured_and_what_it_means(purchasing):
	supplier = purchasing.supplier("Printed Sons")
	frappe.db.set_value("Supplier", supplier, "supplier_name", "Printed & Sons <b>Ltd</b>")
	purchasing.deliver(supplier, SPRING[0], rejected=1)
	purchasing.deliver(supplier, SUMMER[0], days_late=5)
	purchasing.publish(supplier, period=SPRING)
	(name,) = purchasing.publish(supplier, period=SUMMER)
	html = printed(name)
	assert "Printed &amp; Sons" in html
	assert "<b>Ltd</b>" not in html
	for words in (
		"Supplier Scorecard",
		COMPANY,
		ON_TIME,
		"40.00",
		"−20.00",
		"Grade D",
		"90 to 100",
		"60 to below 75",
	):
		assert words in html, words
	assert "{{" not in html and "{%" not in html
	assert "Draft:" not in html


def test_a_draft_and_an_unrated_supplier_are_printed_as_such(purchasing):
	frappe.db.set_value("Supplier Evaluation Template", TEMPLATE, "minimum_sample", 5)
	frappe.clear_document_cache("Supplier Evaluation Template", TEMPLATE)
	supplier = purchasing.supplier("Printed Too Early")
	purchasing.deliver(supplier, SPRING[0])
	(name,) = purchasing.publish(supplier, publish=False)
	html = printed(name)
	assert "Draft: this evaluation has not been published yet." in html
	assert "Not Rated" in html
	assert frappe.db.get_value("Supplier Evaluation", name, "not_rated_reason") in html


def test_the_scorecard_becomes_a_pdf(purchasing):
	if not shutil.which("wkhtmltopdf"):
		pytest.skip("needs wkhtmltopdf, which Frappe makes PDFs with")
	supplier = purchasing.supplier("Printed as PDF")
	purchasing.deliver(supplier, SPRING[0])
	(name,) = purchasing.publish(supplier)
	pdf = get_pdf(printed(name))
	assert pdf.startswith(b"%PDF")
