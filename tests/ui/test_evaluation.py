"""A supplier quality manager's work in the Desk: from a run to a refused purchase order, and back.

What the tests start from (receipts, earlier evaluations) is made through ERPNext's own API; what they are
about is typed and clicked. The rows stay on the site, under names of this session alone.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import frappe
import pytest
from frappe.utils import getdate
from playwright.sync_api import Page, expect
from support.desk import (
	button,
	choose,
	confirm,
	control,
	dialog,
	fill_cell,
	opened,
	settled,
	shown,
	table_row,
)

from partner_relations.supplier_quality import api
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.restrictions import RESTRICTION
from partner_relations.supplier_quality.runs import RUN
from tests.site import factories as make

pytestmark = pytest.mark.commits

ON_TIME = "Browser Test On Time"
ACCEPTED = "Browser Test Accepted"
LATE_BY = 12
PHONE = {"width": 390, "height": 844}
MANAGER = ("Supplier Quality Manager", "Purchase User", "Stock User")


@dataclass(frozen=True)
class Ground:
	"""What the tests find: who works, by which template, on whom.

	`good` and `bad` are evaluated by the test; `known` has published evaluations of the last three quarters,
	the last of them a D.
	"""

	proposer: str
	publisher: str
	template: str
	item: str
	from_date: date
	to_date: date
	good: str
	bad: str
	receipts: tuple[str, ...]
	known_template: str
	known: str
	scores: tuple[float, ...]
	evaluation: str
	restriction: str
	run: str


@pytest.fixture(scope="module")
def ground(site: str, make_user) -> Ground:
	"""Receipts of two suppliers in the last closed quarter, and a third one with a history; committed."""
	frappe.set_user("Administrator")
	mark = frappe.generate_hash(length=6)
	# The same people each time: Frappe lets no more than 60 users be made in an hour.
	proposer = make_user("proposer@example.com", *MANAGER)
	publisher = make_user("publisher@example.com", *MANAGER)
	kpis = [
		make.make_kpi(ON_TIME, "on_time_delivery"),
		make.make_kpi(ACCEPTED, "accepted_quantity"),
	]
	template = make.make_template({kpis[0]: 60, kpis[1]: 40}, name=f"Browser Test {mark}").name
	period = api.default_period(template, make.COMPANY)
	first, last = getdate(period["from_date"]), getdate(period["to_date"])
	item = make.make_item()

	def supplier(name: str, late: bool) -> tuple[str, list[str]]:
		made = make.make_supplier(f"{name} {mark}", evaluation_template=template)
		receipts = []
		for week in range(2):
			due = first + timedelta(days=20 + 7 * week)
			order = make.make_order(made, item=item, ordered_on=first, due=due)
			posted = due + timedelta(days=LATE_BY if late else 0)
			receipt = make.receive(order, on=posted, accepted=4 if late else 10, rejected=6 if late else 0)
			receipts.append(receipt.name)
		return made, receipts

	good, _receipts = supplier("Punctual Parts", late=False)
	bad, receipts = supplier("Tardy Tools", late=True)

	known_template = make.make_template({kpis[1]: 60, kpis[0]: 40}, name=f"Browser History {mark}").name
	known = make.make_supplier(f"Falling Forge {mark}", evaluation_template=known_template)
	scores = (92.0, 78.0, 41.0)
	quarters = [(first, last)]
	while len(quarters) < len(scores):
		end = quarters[0][0] - timedelta(days=1)
		quarters.insert(0, (end.replace(month=end.month - 2, day=1), end))
	for score, (begin, end) in zip(scores, quarters, strict=True):
		make.make_receipt(known, accepted=score, rejected=100 - score, on=begin)
		run = make.evaluate(known_template, supplier=known, from_date=begin, to_date=end)
		evaluation = make.evaluations(run)[known]
		make.publish(evaluation.name, by=publisher)
	restriction = frappe.db.get_value(
		RESTRICTION, {"supplier": known, "document_type": "Purchase Order", "status": "Active"}
	)
	frappe.db.commit()
	return Ground(
		proposer=proposer,
		publisher=publisher,
		template=template,
		item=item,
		from_date=first,
		to_date=last,
		good=good,
		bad=bad,
		receipts=tuple(receipts),
		known_template=known_template,
		known=known,
		scores=scores,
		evaluation=evaluation.name,
		restriction=restriction,
		run=evaluation.run,
	)


# The main job, from a run to the released restriction


def test_from_a_run_to_a_refused_order_and_its_release(open_desk, ground: Ground):
	run = proposer_runs_the_evaluation(open_desk(ground.proposer, "/app/supplier-evaluation-run/new"), ground)
	page = open_desk(ground.publisher, f"/app/supplier-evaluation-run/{run}")
	publisher_publishes(page, run)
	evidence_leads_to_the_receipts(page, ground, run)
	order_is_refused_until_the_restriction_is_released(page, ground)


def proposer_runs_the_evaluation(page: Page, ground: Ground) -> str:
	"""Creates a run, watches it to the end, and may not publish it; returns its name."""
	settled(page)
	choose(page, page, "template", ground.template)
	choose(page, page, "company", make.COMPANY)
	settled(page)
	expect(control(page, "from_date").locator("input")).to_have_value(shown(ground.from_date))
	expect(control(page, "to_date").locator("input")).to_have_value(shown(ground.to_date))
	button(page, "Save").click()
	page.wait_for_url(re.compile(r"/supplier-evaluation-run/SER-"))
	expect(button(page, "Start")).to_be_visible()
	expect(page.locator(".pr-progress")).to_be_visible()
	expect(page.get_by_text("Not started yet.")).to_be_visible()
	run = opened(page)

	button(page, "Start").click()
	expect(page.get_by_text("Done. Drafts waiting to be published: 2.")).to_be_visible(timeout=60_000)
	expect(page.locator(".pr-progress")).to_have_attribute("aria-valuenow", "100")
	expect(page.locator(".pr-card", has_text="Evaluations Made").locator(".pr-card-value")).to_have_text("2")
	frappe.db.rollback()
	assert frappe.db.get_value(RUN, run, "status") == "Completed"
	drafts = frappe.get_all(EVALUATION, {"run": run}, ["supplier", "docstatus", "grade"])
	assert {row.supplier: (row.docstatus, row.grade) for row in drafts} == {
		ground.good: (0, "A"),
		ground.bad: (0, "D"),
	}

	# Who proposes doesn't approve: told so, with the two that stay drafts.
	button(page, "Publish All Drafts").click()
	confirm(page)
	told = page.locator(".modal.show", has_text="Published Evaluations")
	expect(told).to_contain_text("Evaluations published: 0. Left as drafts: 2.")
	expect(told.locator("tbody tr")).to_have_count(2)
	frappe.db.rollback()
	assert frappe.db.count(EVALUATION, {"run": run, "docstatus": 1}) == 0
	return run


def publisher_publishes(page: Page, run: str) -> None:
	button(page, "Publish All Drafts").click()
	confirm(page)
	expect(page.get_by_text("Done. All evaluations are published.")).to_be_visible()
	frappe.db.rollback()
	assert frappe.db.count(EVALUATION, {"run": run, "docstatus": 1, "is_current": 1}) == 2


def evidence_leads_to_the_receipts(page: Page, ground: Ground, run: str) -> None:
	"""From the run's list of evaluations to the lines that were counted, and to a receipt."""
	button(page, "Show Evaluations").click()
	page.locator(".list-row-container:visible", has_text=ground.bad).locator(".list-subject a").first.click()
	page.wait_for_url(re.compile(r"/supplier-evaluation/SEV-"))
	row = page.locator(".pr-criteria tbody tr", has_text=ON_TIME)
	expect(row).to_contain_text("0 %")
	row.get_by_text("Evidence").click()

	lines = page.locator(".datatable:visible .dt-row[data-row-index]")
	expect(lines.filter(has_text=ground.receipts[0])).to_have_count(1)
	expect(lines.filter(has_text=ground.receipts[1])).to_have_count(1)
	expect(page.locator(".report-summary:visible")).to_contain_text("0 / 2")
	expect(page.locator(".report-summary:visible")).to_contain_text("Unchanged")
	lines.locator(f"a[href*='{ground.receipts[0]}']").click()
	page.wait_for_url(f"**/purchase-receipt/{ground.receipts[0]}")
	expect(page.locator(".title-text:visible")).to_contain_text(ground.bad)


def order_is_refused_until_the_restriction_is_released(page: Page, ground: Ground) -> None:
	page.goto("/app/purchase-order/new")
	expect(control(page, "supplier")).to_be_visible()
	settled(page)
	choose(page, page, "supplier", ground.bad)
	settled(page)
	required_by = control(page, "schedule_date").locator("input").first
	required_by.fill(shown(date.today() + timedelta(days=14)))
	required_by.press("Tab")
	row = table_row(page, "items", 1)
	row.locator(".grid-static-col[data-fieldname='item_code']").click()
	choose(page, row, "item_code", ground.item)
	settled(page)
	fill_cell(row, "qty", "5")
	settled(page)
	fill_cell(row, "rate", "10")
	settled(page)
	draft = page.url
	button(page, "Save").click()

	refusal = page.locator(".modal.show", has_text="Supplier Restricted")
	expect(refusal).to_contain_text(f"Purchase orders to {ground.bad} are not allowed.")
	expect(refusal).to_contain_text("Grade D (score 16) in the evaluation of")
	frappe.db.rollback()
	assert not frappe.db.exists("Purchase Order", {"supplier": ground.bad, "docstatus": 0})
	refusal.locator("a[href*='supplier-restriction']").click()

	page.wait_for_url(re.compile(r"/supplier-restriction/SRS-"))
	restriction = opened(page)
	button(page, "Release").click()
	box = dialog(page)
	box.locator("textarea").fill("The last batch of a type that nobody else makes.")
	box.locator(".btn-primary:visible").click()
	expect(page.locator(".indicator-pill:visible", has_text="Released").first).to_be_visible()
	frappe.db.rollback()
	kept = frappe.db.get_value(
		RESTRICTION, restriction, ["status", "released_by", "release_reason", "document_type"]
	)
	reason = "The last batch of a type that nobody else makes."
	assert kept == ("Released", ground.publisher, reason, "Purchase Order")

	page.go_back()
	page.wait_for_url(draft)
	settled(page)
	button(page, "Save").click()
	page.wait_for_url(re.compile(r"/purchase-order/PUR-ORD-"))
	frappe.db.rollback()
	(order,) = frappe.get_all("Purchase Order", {"supplier": ground.bad, "docstatus": 0}, ["total"])
	assert order.total == 50


# Screens


def test_supplier_shows_its_standing_and_the_last_periods(open_desk, ground: Ground):
	page = open_desk(ground.publisher, f"/app/supplier/{ground.known}")
	standing = page.locator(".pr-standing")
	expect(standing).to_contain_text("41")
	expect(standing).to_contain_text("Prevented for Test Co until the grade is better")
	page.locator(".form-tabs .nav-link", has_text="Supplier Quality").click()
	points = page.locator(".pr-history-plot svg a")
	expect(points).to_have_count(len(ground.scores))
	assert [float(text) for text in plotted(page)] == list(ground.scores)
	expect(page.locator(".pr-restricted .pr-row")).to_have_count(2)
	points.last.click()
	page.wait_for_url(f"**/supplier-evaluation/{ground.evaluation}")


def plotted(page: Page) -> list[str]:
	"""The figures beside the points of the chart, from left to right."""
	return page.locator(".pr-history-plot svg .pr-point-label").all_text_contents()


def test_try_it_shows_what_unsaved_weights_would_give(open_desk, ground: Ground):
	page = open_desk(ground.proposer, f"/app/supplier-evaluation-template/{ground.known_template}")
	made = frappe.db.count(EVALUATION)
	expect(button(page, "Try It")).to_be_visible()
	settled(page)
	for number, weight in ((1, "20"), (2, "80")):
		fill_cell(table_row(page, "criteria", number), "weight", weight)
	expect(page.get_by_text("The weights sum to 100.")).to_be_visible()

	button(page, "Try It").click()
	box = dialog(page)
	expect(control(box, "company")).to_be_visible()
	settled(page)
	choose(page, box, "company", make.COMPANY)
	choose(page, box, "supplier", ground.known)
	settled(page)
	box.locator(".modal-footer .btn-primary:visible").click()
	row = box.locator(".pr-tried > tbody > tr").first
	expect(row).to_contain_text(ground.known)
	cells = row.locator("td")
	# Only the first criterion has data, so that the score stays; it stands for less of the weight.
	expect(cells).to_have_text([ground.known, "41", re.compile("D"), "41 D", "→ 0", "20 %"])
	row.locator(".pr-expand").click()
	criteria = box.locator(".pr-tried .pr-criteria tbody tr")
	expect(criteria).to_have_count(2)
	expect(criteria.filter(has_text=ACCEPTED)).to_contain_text("20 %")
	frappe.db.rollback()
	assert frappe.db.count(EVALUATION) == made
	template = frappe.get_doc("Supplier Evaluation Template", ground.known_template)
	assert [row.weight for row in template.criteria] == [60, 40]


MAIN_SCREENS = (
	("/app/supplier-quality", ".widget"),
	("/app/supplier/{known}", ".pr-standing"),
	("/app/supplier-evaluation", ".list-row-container"),
	("/app/supplier-evaluation/{evaluation}", ".pr-criteria tbody tr"),
	("/app/supplier-evaluation-run/{run}", ".pr-progress"),
	("/app/supplier-evaluation-template/{known_template}", "[data-fieldname='criteria'] .grid-row"),
	("/app/supplier-kpi", ".list-row-container"),
	("/app/supplier-restriction/{restriction}", "[data-fieldname='reason']"),
	("/app/query-report/Supplier%20Ranking?company=Test%20Co", ".datatable .dt-row"),
)

# What sticks out to the right, unless it can be scrolled to inside its box.
STICKING_OUT = """() => {
	const scrolls = (element) => {
		for (let parent = element.parentElement; parent; parent = parent.parentElement) {
			if (["auto", "scroll"].includes(getComputedStyle(parent).overflowX)) return true;
		}
		return false;
	};
	const width = document.documentElement.clientWidth;
	const found = document.documentElement.scrollWidth > width ? ["the page"] : [];
	for (const element of document.querySelectorAll("[class*='pr-'], .btn, h3, label")) {
		const box = element.getBoundingClientRect();
		if (box.width && element.checkVisibility() && box.right > width + 1 && !scrolls(element)) {
			found.push(`${element.className || element.tagName} ends at ${Math.round(box.right)}`);
		}
	}
	return found;
}"""


def test_main_screens_on_a_phone(open_desk, ground: Ground):
	page = open_desk(ground.publisher, viewport=PHONE)
	for path, shows in MAIN_SCREENS:
		page.goto(path.format(**vars(ground)))
		expect(page.locator(f"{shows}:visible").first).to_be_visible()
		settled(page)
		assert page.evaluate(STICKING_OUT) == [], path


@pytest.fixture(scope="module")
def chinese(checkout: Path) -> Callable[..., str]:
	"""A function `chinese(words, context="")` that gives what the app says for English words."""
	with (checkout / "partner_relations/translations/zh.csv").open(encoding="utf-8", newline="") as file:
		known = {(words, "".join(context)): text for words, text, *context in csv.reader(file)}
	return lambda words, context="": known[words, context]


@pytest.fixture
def chinese_reader(make_user) -> Iterator[str]:
	user = make_user("reader-zh@example.com", *MANAGER)
	frappe.db.set_value("User", user, "language", "zh")
	frappe.db.commit()
	yield user


def test_a_chinese_user_reads_chinese(
	open_desk, ground: Ground, chinese: Callable[..., str], chinese_reader: str
):
	page = open_desk(chinese_reader, f"/app/supplier-evaluation/{ground.evaluation}")
	assert page.evaluate("frappe.boot.lang") == "zh"
	words = [chinese("Score", EVALUATION), *map(chinese, ("Change", "Coverage", "Effect"))]
	expect(page.locator(".pr-card-label")).to_have_text(words)
	expect(page.locator(".pr-criteria thead th").first).to_have_text(chinese("Criterion"))
	expect(page.locator(".pr-criteria tbody a").first).to_have_text(chinese("Evidence"))
	expect(button(page, chinese("Evaluate Again"))).to_be_visible()

	page.goto(f"/app/supplier/{ground.known}")
	page.locator(".form-tabs .nav-link", has_text=chinese("Supplier Quality")).click()
	titles = page.locator(".pr-panel-title:visible")
	expect(titles).to_have_text([chinese("Score of the Last Periods"), chinese("Active Restrictions")])
