"""The Desk in a real headless browser, against real servers of the site under test.

What these tests write is committed, for the servers could not see it otherwise: they run on a disposable
site, or on one whose owner doesn't mind.
"""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.jobs import forget_jobs
from support.servers import CHROMIUM_ARGUMENTS, Bench, find_chromium

playwright_api = pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright")

from support.desk import settled  # noqa: E402

# The builders of the site tests name one another without their folder.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "site"))

PASSWORD = "partner-relations-test"
DESKTOP = {"width": 1366, "height": 768}
# The pages of the website have no routes of the Desk.
READY = """() => window.frappe && frappe.boot && !frappe.is_ajax_busy
	&& (frappe.get_route || !location.pathname.startsWith("/app"))"""
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def server(bench: Bench) -> Iterator[str]:
	"""The site's address, with web server, socket server and one background worker running."""
	import frappe

	frappe.db.commit()
	forget_jobs()
	web, address = bench.web()
	others = [bench.worker(), bench.socketio()]
	yield address
	for process in (*others, web):
		if process:
			process.stop()


@pytest.fixture(autouse=True)
def _fresh_view(site: str) -> Iterator[None]:
	"""Each test starts in a new transaction of its own connection, and ends with nothing uncommitted.

	In between, call `frappe.db.rollback()` before reading what the browser has written: MariaDB shows a
	transaction the rows as they were at its first read.
	"""
	import frappe

	frappe.db.rollback()
	yield
	frappe.set_user("Administrator")
	frappe.db.rollback()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator["playwright_api.Browser"]:
	"""The system's Chromium, headless, with a profile of its own."""
	chromium = find_chromium()
	if not chromium:
		pytest.exit("The browser tests need Chromium: install it, or set CHROMIUM to its path.", 4)
	with playwright_api.sync_playwright() as playwright:
		started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS, headless=True)
		yield started
		started.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
	"""Let fixtures see whether the test has failed."""
	report = yield
	if report.when == "call":
		item.stash[_FAILED] = report.failed
	return report


_FAILED = pytest.StashKey[bool]()


@pytest.fixture
def open_page(
	server: str, browser: "playwright_api.Browser", checkout: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., "playwright_api.Page"]]:
	"""A function `open_page(viewport=DESKTOP)` that returns an empty page of a guest, in a browser context of
	its own.

	A page in trouble fails the test: an uncaught exception in the page, or a response of 500 and above, is
	raised at the end of the test. `page.problems` is the list. After a failed test a picture of each page is
	in `.cache/ui/`.
	"""
	contexts = []

	def open_one(viewport: dict | None = None) -> "playwright_api.Page":
		context = browser.new_context(base_url=server, viewport=viewport or DESKTOP, locale="en-US")
		contexts.append(context)
		page = context.new_page()
		page.set_default_timeout(20_000)
		page.problems = []
		page.on("pageerror", lambda error: page.problems.append(f"exception in the page: {error}"))
		page.on(
			"response",
			lambda response: (
				response.status >= 500
				and page.problems.append(f"{response.status} for {response.request.method} {response.url}")
			),
		)
		return page

	yield open_one
	problems = []
	for user, context in enumerate(contexts):
		for number, page in enumerate(context.pages):
			problems += getattr(page, "problems", [])
			if request.node.stash.get(_FAILED, False) or problems:
				name = re.sub(r"[^\w-]+", "-", f"{request.node.name}-{user}-{number}")
				page.screenshot(path=checkout / ".cache" / "ui" / f"{name}.png", full_page=True)
		context.close()
	if problems:
		pytest.fail("The page was in trouble:\n" + "\n".join(problems), pytrace=False)


@pytest.fixture
def open_desk(open_page: Callable[..., "playwright_api.Page"]) -> Callable[..., "playwright_api.Page"]:
	"""A function `open_desk(user, path="/app", password=..., viewport=DESKTOP)` that logs `user` in, on a
	page of `open_page`, and returns it at `path`."""

	def open_for(user: str, path: str = "/app", password: str = PASSWORD, viewport: dict | None = None):
		page = open_page(viewport)
		page.goto("/login")
		page.fill("#login_email", user)
		page.fill("#login_password", password)
		page.click(".form-login .btn-login")
		page.wait_for_url(lambda url: "/login" not in url)
		page.goto(path)
		page.wait_for_function(READY)
		return page

	return open_for


@pytest.fixture
def picture(checkout: Path, request: pytest.FixtureRequest) -> Callable[["playwright_api.Page", str], None]:
	"""A function `picture(page, name)` that keeps a screenshot in `.cache/ui/`, numbered in order."""
	folder = checkout / ".cache" / "ui"
	folder.mkdir(parents=True, exist_ok=True)
	journey = request.module.__name__.removeprefix("test_").replace("_", "-")
	taken: list[str] = []

	def take(page: "playwright_api.Page", name: str) -> None:
		taken.append(name)
		settled(page)
		page.screenshot(path=folder / f"{journey}-{len(taken):02}-{name}.png")

	return take
