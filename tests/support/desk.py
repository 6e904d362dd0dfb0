"""Using the Desk in a browser as a person does: for the browser tests."""

import re
from datetime import date

import frappe
from frappe.model.document import Document
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


def write(within: Page | Locator, field: str, value: str) -> None:
	"""Type into a field of a form or dialog."""
	entry = control(within, field).locator("input:visible, textarea:visible").first
	entry.fill(value)
	entry.blur()


def write_text(page: Page, field: str, value: str) -> None:
	"""Type into an editor of formatted text, which takes a moment to hand it to the form."""
	editor = control(page, field).locator(".ql-editor[contenteditable=true]")
	editor.click()
	page.keyboard.insert_text(value)
	page.wait_for_function(
		"([field, value]) => (cur_frm.doc[field] || '').includes(value)", arg=[field, value]
	)


def select(within: Page | Locator, field: str, value: str) -> None:
	"""Choose an option of a field."""
	control(within, field).locator("select:visible").first.select_option(value)


def tab(page: Page, name: str) -> None:
	"""Open a tab of the form."""
	page.locator(".form-tabs .nav-link:visible", has_text=name).click()


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


def next_step(page: Page, name: str) -> None:
	"""Choose a step from those that the form offers."""
	settled(page)
	page.locator(".page-actions:visible .inner-group-button button:visible", has_text="Next Step").click()
	page.locator(".page-actions .dropdown-menu.show").get_by_text(name, exact=True).click()


def fresh(doctype: str, name: str) -> Document:
	"""A document as it is in the database now."""
	frappe.db.rollback()
	return frappe.get_doc(doctype, name)


def shown(day: date) -> str:
	"""A date as the Desk shows it to our users."""
	return frappe.utils.format_date(day)
