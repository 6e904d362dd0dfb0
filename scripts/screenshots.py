"""Take pictures of the real Desk into docs/images/: `screenshots.py [NAME...]`, on the site in PR_SITE.

Run by `make screenshots`, which makes a site with the demo data. Each picture is taken at 1366x768, and those
marked so on a phone too. A page with an uncaught exception or a failed request stops the run: such a picture
belongs in no README.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import frappe
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, sync_playwright

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from tests.support.servers import CHROMIUM_ARGUMENTS, Bench, find_chromium  # noqa: E402

IMAGES = CHECKOUT / "docs" / "images"
DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


# Below the navigation bar, which stays on top of every page.
SCROLL_TO = """selector => {
	const bar = document.querySelector(".navbar").getBoundingClientRect().bottom;
	window.scrollBy(0, document.querySelector(selector).getBoundingClientRect().top - bar);
}"""


@dataclass(frozen=True)
class Picture:
	"""One screen: where it is, what must be visible before the picture is taken, the tab of the form to open
	first, what the page is scrolled to, and whether it is taken on a phone, too."""

	name: str
	path: str
	shows: str
	tab: str = ""
	top: str = ""
	phone: bool = False


def pictures() -> list[Picture]:
	"""Return the screens to show, with documents of the demo data: the worst supplier tells the most."""
	evaluation = frappe.get_all(
		"Supplier Evaluation",
		filters={"docstatus": 1, "has_score": 1},
		fields=["name", "supplier"],
		order_by="to_date desc, score asc",
		limit=1,
	)
	if not evaluation:
		sys.exit(
			"The site has no published evaluation: bench --site SITE execute partner_relations.demo.make"
		)
	name, supplier = evaluation[0].name, evaluation[0].supplier
	return [*evaluation_pictures(name, supplier), *contract_pictures(), *care_pictures()]


def evaluation_pictures(name: str, supplier: str) -> list[Picture]:
	"""Evaluations and what they lead to."""
	return [
		Picture("workspace", "/app/supplier-quality", ".frappe-chart .dataset-units"),
		Picture(
			"supplier", f"/app/supplier/{supplier}", ".pr-history-plot svg", "Supplier Quality", phone=True
		),
		Picture("evaluation", f"/app/supplier-evaluation/{name}", ".pr-criteria tbody tr", phone=True),
		Picture("ranking", "/app/query-report/Supplier%20Ranking", ".datatable .dt-row"),
	]


def contract_pictures() -> list[Picture]:
	"""From the contract to the ledger: a breach that nobody was told of yet, and a penalty that is posted."""
	posted = frappe.get_all(
		"Supplier Reward Penalty",
		filters={"status": "Posted", "source_type": "Contract Breach"},
		fields=["name", "contract"],
		order_by="name",
		limit=1,
	)
	if not posted:
		sys.exit("The site has no penalty that is posted: make the demo data on a site without it.")
	penalty, contract = posted[0].name, posted[0].contract
	breach = frappe.get_all(
		"Contract Breach",
		filters={"contract": contract, "status": "Detected", "penalty": ("is", "set")},
		order_by="from_date desc",
		limit=1,
		pluck="name",
	)[0]
	amended = frappe.get_all("Contract Amendment", {"docstatus": 1}, pluck="contract", limit=1)[0]
	form = f"/app/contract/{contract}"
	return [
		Picture("contract", form, ".pr-obligations .pr-window", "Obligations"),
		Picture("contract-clauses", form, "[data-fieldname='clauses'] .grid-row", "Clauses"),
		Picture(
			"contract-life",
			f"/app/contract/{amended}",
			"[data-fieldname='life_overview'] .pr-panel",
			"Life of the Contract",
		),
		Picture("breach", f"/app/contract-breach/{breach}", ".pr-promise"),
		Picture("penalty", f"/app/supplier-reward-penalty/{penalty}", ".pr-calculation .pr-sum"),
		Picture(
			"obligation-compliance",
			"/app/query-report/Obligation%20Compliance",
			".datatable .dt-row",
			top=".report-summary",
		),
		Picture(
			"register",
			"/app/query-report/Reward%20and%20Penalty%20Register",
			".datatable .dt-row",
			top=".report-summary",
		),
	]


def care_pictures() -> list[Picture]:
	"""Customers in tiers, and a complaint that was traced to a supplier's batch."""
	complaint = frappe.get_all(
		"Customer Complaint",
		filters={"responsibility": "Supplier", "step": "Under Investigation"},
		order_by="received_on desc",
		limit=1,
		pluck="name",
	)
	assessment = frappe.get_all(
		"Customer Tier Assessment",
		filters={"status": "Proposed", "has_score": 1},
		order_by="score desc",
		limit=1,
		pluck="name",
	)
	if not complaint or not assessment:
		sys.exit("The site has no complaints in tiers: make the demo data on a site without it.")
	form = f"/app/customer-complaint/{complaint[0]}"
	return [
		Picture("customer-care", "/app/customer-care", ".frappe-chart .dataset-units"),
		Picture("complaint", form, ".pr-way", phone=True),
		Picture(
			"complaint-trace", form, ".pr-trace-entry", "Goods and Contact", top="[data-fieldname='items']"
		),
		Picture("tier-assessment", f"/app/customer-tier-assessment/{assessment[0]}", ".pr-table tbody tr"),
		Picture(
			"complaint-pareto",
			"/app/query-report/Complaint%20Pareto?by=Main%20Category",
			".datatable .dt-row",
			top=".report-summary",
		),
	]


def take(page: Page, picture: Picture, suffix: str) -> None:
	"""Open a screen, wait until it has settled, and keep its picture."""
	page.goto(picture.path)
	try:
		if picture.tab:
			page.locator(".form-tabs .nav-link", has_text=picture.tab).click(timeout=60_000)
		page.wait_for_selector(picture.shows, state="visible", timeout=60_000)
	except PlaywrightError:
		seen = CHECKOUT / ".cache" / "ui" / f"{picture.name}{suffix}.png"
		page.screenshot(path=seen)
		raise SystemExit(f"{picture.path} shows no {picture.shows}; what it shows: {seen}") from None
	page.wait_for_function("() => frappe.request.ajax_count === 0")
	page.wait_for_timeout(1500)  # charts and the sidebar are animated
	page.evaluate("() => document.activeElement && document.activeElement.blur()")
	if picture.top:
		page.evaluate(SCROLL_TO, picture.top)
		page.wait_for_timeout(500)
	target = IMAGES / f"{picture.name}{suffix}.png"
	page.screenshot(path=target)
	print(target.relative_to(CHECKOUT))


def main(wanted: list[str]) -> None:
	"""Start the servers, log in as Administrator, take the pictures."""
	sites_path, site = Path(os.environ["PR_SITES_PATH"]), os.environ["PR_SITE"]
	os.chdir(sites_path)
	frappe.init(site=site, sites_path=str(sites_path))
	frappe.connect()
	IMAGES.mkdir(parents=True, exist_ok=True)
	chosen = [picture for picture in pictures() if not wanted or picture.name in wanted]
	bench = Bench(sites_path, site)
	web, address = bench.web()
	socketio = bench.socketio()
	problems: list[str] = []
	try:
		with sync_playwright() as playwright:
			browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
			for viewport, suffix in ((DESKTOP, ""), (PHONE, "-phone")):
				context = browser.new_context(base_url=address, viewport=viewport, locale="en-US")
				page = context.new_page()
				page.on("pageerror", lambda error: problems.append(f"exception in the page: {error}"))
				page.on(
					"response",
					lambda answer: (
						answer.status >= 400 and problems.append(f"{answer.status} for {answer.url}")
					),
				)
				page.goto("/login")
				page.fill("#login_email", "Administrator")
				page.fill("#login_password", os.environ.get("ADMIN_PASSWORD", "admin"))
				page.click(".form-login .btn-login")
				page.wait_for_url(lambda url: "/login" not in url)
				for picture in chosen:
					if not suffix or picture.phone:
						take(page, picture, suffix)
				context.close()
			browser.close()
	finally:
		# Also when a picture could not be taken: this is most often the reason.
		print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
		for process in (socketio, web):
			if process:
				process.stop()
		frappe.destroy()
	if problems:
		sys.exit("The pages were in trouble, so the pictures are not to be trusted.")


if __name__ == "__main__":
	main(sys.argv[1:])
