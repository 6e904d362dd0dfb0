"""Using the Desk in a browser as a person does: for the browser tests."""

import re

from playwright.sync_api import Locator, Page, expect

# On an idle machine a screen takes one or two seconds; CI's may be busy.
expect.set_options(timeout=30_000)


def control(page: Page | Locator, field: str) -> Locator:
	"""The visible field of a form or dialog."""
	return page.locator(f"[data-fieldname='{field}']:visible").first


def choose(page: Page, within: Page | Locator, field: str, value: str) -> None:
	"""Type a document's name into a link field, and take it from the list that opens."""
	entry = control(within, field).locator("input:visible").first
	entry.click()
	entry.fill(value)
	option = page.locator(f"[role=option]:visible:has-text('{value}')").first
	option.click()
	expect(entry).to_have_value(value)


def table_row(page: Page, table: str, number: int) -> Locator:
	"""A row of a table in a form; the first one is 1."""
	return page.locator(f"[data-fieldname='{table}'] .grid-body .grid-row[data-idx='{number}']:visible")


def fill_cell(row: Locator, field: str, value: str) -> None:
	row.locator(f".grid-static-col[data-fieldname='{field}']").click()
	entry = row.locator(f"input[data-fieldname='{field}']")
	entry.fill(value)
	entry.blur()  # Tab on the last column would add a row


def button(page: Page, text: str) -> Locator:
	"""A button above the form that is open."""
	return page.locator(".page-actions:visible button:visible", has_text=re.compile(rf"^\s*{text}\s*$")).first


def dialog(page: Page) -> Locator:
	"""The dialog that is open on top."""
	return page.locator(".modal.show:visible").last


def confirm(page: Page) -> None:
	"""Say yes to the question that is asked."""
	dialog(page).locator(".btn-primary:visible", has_text="Yes").click()


def opened(page: Page) -> str:
	"""The name of the document that is open."""
	return page.url.rsplit("/", 1)[-1]


# Forms ask the server one thing after another, and draw themselves anew in between. (A row of a table that is
# open darkens what is behind it.)
QUIET = """() => {
	const now = performance.now();
	const frozen = document.querySelector("#freeze:not(.grid-form)");
	if (frappe.request?.ajax_count || frozen || !window.quiet_since) {
		window.quiet_since = now;
	}
	return now - window.quiet_since > 400;
}"""


def settled(page: Page) -> None:
	"""Wait until the page has asked the server nothing for a moment."""
	page.evaluate("window.quiet_since = 0")
	page.wait_for_function(QUIET)
