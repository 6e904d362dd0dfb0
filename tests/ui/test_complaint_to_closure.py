"""A complaint from the portal to its closure, and on the board: typed and clicked by those whose it is.

The customer files it with a photo and follows it in the portal, the agent takes its steps in the Desk, the
mailed link confirms it without a login, and the mark follows. The sale before it comes through the API. What
these tests write stays on the site, under names of this session alone.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from email import message_from_string
from io import BytesIO

import frappe
import pytest
from complaint_factories import make_complaint
from customer_side_factories import html_of, make_mailbox, queued
from frappe.utils import getdate, nowdate
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from sales_factories import make_customer, return_delivery, sell
from support.desk import (
	button,
	choose,
	dialog,
	fresh,
	opened,
	select,
	settled,
	shown,
	tab,
	write,
	write_text,
)
from support.waiting import eventually

from partner_relations.customer_care.complaint_steps import (
	ACKNOWLEDGED,
	AGENT,
	CLOSED,
	COMPLAINT,
	CONFIRMED,
	INVESTIGATION,
	PROPOSED,
	RECEIVED,
	RESOLVED,
)

pytestmark = pytest.mark.commits

BOARD = "Complaints by Step"


@dataclass(frozen=True)
class Ground:
	"""What the tests find: the agent, the customer with its portal user, and what it bought."""

	agent: str
	portal_user: str
	customer: str
	delivery: str
	mark: str


@pytest.fixture(scope="module")
def ground(site: str, make_user) -> Iterator[Ground]:
	"""People, a sale, and a mailbox to send from; committed. The mailbox goes at the end."""
	frappe.set_user("Administrator")
	mark = frappe.generate_hash(length=6)
	# The same people each time: Frappe lets no more than 60 users be made in an hour.
	agent = make_user("complaint-agent@example.com", AGENT, "Stock User")
	portal_user = make_user("complaint-customer@example.com", "Customer")
	frappe.db.set_value("User", portal_user, "user_type", "Website User")
	frappe.db.delete("Portal User", {"user": portal_user})
	customer = make_customer(f"Leaking Labs {mark}", portal_users=[{"user": portal_user}])
	sale = sell(customer, on=getdate(nowdate()) - timedelta(days=3), quantity=4, rate=50)
	mailbox = make_mailbox(f"complaints-{mark}@test-co.example", default_outgoing=1)
	frappe.db.commit()
	yield Ground(agent, portal_user, customer, sale.delivery.name, mark)
	frappe.db.rollback()
	frappe.db.delete("Email Account", {"name": mailbox.name})
	frappe.db.commit()


def test_from_the_portal_to_closure(open_desk, open_page, ground: Ground, picture):
	portal = open_desk(ground.portal_user, "/complaints")
	name = customer_files_it(portal, ground, picture)
	agent = open_desk(ground.agent, "/app/customer-complaint")
	agent_finds_and_acknowledges_it(agent, name, ground, picture)
	agent_investigates(agent, name, ground, picture)
	agent_proposes_and_resolves(agent, name, picture)
	customer_confirms_by_the_link(open_page(), name, picture)
	agent_closes_it(agent, name, picture)
	customer_sees_the_end(portal, name)


def customer_files_it(page: Page, ground: Ground, picture) -> str:
	"""With a photo, about a delivery; returns its name."""
	page.get_by_role("link", name="New Complaint").click()
	page.fill("#complaint-subject", f"Housings leak {ground.mark}")
	page.select_option("#complaint-document", f"Delivery Note:{ground.delivery}")
	page.select_option("#complaint-remedy", "Replacement")
	page.fill("#complaint-description", "Two of four drip.\nSee the photo.")
	page.set_input_files("#complaint-files", photo(ground.mark))
	picture(page, "portal-form")
	page.get_by_role("button", name="Send").click()
	page.wait_for_url(re.compile(r"/complaints/CUC-"))
	expect(page.locator("h3", has_text=f"Housings leak {ground.mark}")).to_be_visible()
	expect(page.locator("a", has_text=f"leak-{ground.mark}.png").first).to_be_visible()
	picture(page, "portal-filed")
	complaint = fresh(COMPLAINT, opened(page))
	assert (complaint.customer, complaint.channel, complaint.step) == (ground.customer, "Portal", RECEIVED)
	assert (complaint.raised_by_user, complaint.remedy_sought) == (ground.portal_user, "Replacement")
	assert [row.document_name for row in complaint.items] == [ground.delivery]
	return complaint.name


def photo(mark: str) -> dict:
	"""A file to upload; of the same content Frappe would keep the first one alone."""
	content = BytesIO()
	Image.new("RGB", (64, 48), f"#{int(mark, 16) % 0x1000000:06x}").save(content, "PNG")
	return {"name": f"leak-{mark}.png", "mimeType": "image/png", "buffer": content.getvalue()}


def agent_finds_and_acknowledges_it(page: Page, name: str, ground: Ground, picture) -> None:
	"""The list says what is due next, the form what to do."""
	row = page.locator(".list-row-container:visible", has_text=f"Housings leak {ground.mark}")
	expect(row).to_contain_text("Acknowledge in")
	picture(page, "list")
	row.locator(".list-subject a").first.click()
	page.wait_for_url(f"**/customer-complaint/{name}")
	expect(card(page, "Acknowledge")).to_contain_text("in")
	expect(card(page, "Customer")).to_contain_text(ground.customer)
	seen = page.locator(".pr-photos:visible img")
	expect(seen).to_have_attribute("alt", f"leak-{ground.mark}.png")
	page.wait_for_function("() => document.querySelector('.pr-photos img')?.naturalWidth === 64")
	picture(page, "form")
	step_button(page, "Acknowledge")
	expect_step(page, ACKNOWLEDGED)
	expect(card(page, "Acknowledge")).to_contain_text("Done")
	complaint = fresh(COMPLAINT, name)
	assert (complaint.handler, complaint.acknowledge_missed) == (ground.agent, 0)


def agent_investigates(page: Page, name: str, ground: Ground, picture) -> None:
	"""What is severe can't be resolved before the investigation is complete: its form asks for it."""
	select(page, "severity", "High")
	save(page)
	step_button(page, "Investigate")
	expect_step(page, INVESTIGATION)
	tab(page, "Investigation")
	write(page, "containment", "The lot is blocked in the warehouse.")
	select(page, "responsibility", "Own")
	fill_row(page, "whys", {"why": "Why do they leak?", "because": "A seal is missing."})
	write(page, "root_cause", "Seals are placed by hand and nobody counts them.")
	choose(page, page, "cause", frappe.get_all("Complaint Cause", {"disabled": 0}, pluck="name")[0])
	write(page, "escape_point", "Final inspection looks at one in fifty.")
	add_row(page, "actions")
	with row_form(page, "actions") as form:
		select(form, "kind", "Corrective")
		write(form, "action", "Count the seals before packing.")
		choose(page, form, "action_owner", ground.agent)
		write(form, "due_on", shown(date.today() + timedelta(days=7)))
	save(page)
	picture(page, "investigation")
	complaint = fresh(COMPLAINT, name)
	assert complaint.investigation_required and complaint.whys[0].because == "A seal is missing."
	assert [(row.action_owner, row.done_on) for row in complaint.actions] == [(ground.agent, None)]


def agent_proposes_and_resolves(page: Page, name: str, picture) -> None:
	"""What the customer reads is written first; the form says so to who forgets."""
	step_button(page, "Propose Resolution")
	told = page.locator(".modal.show", has_text="Write the proposed resolution")
	expect(told).to_be_visible()
	told.locator(".btn-modal-close:visible").click()
	tab(page, "Resolution and Answer")
	write_text(page, "proposed_resolution", "Four new housings leave today.")
	save(page)
	step_button(page, "Propose Resolution")
	expect_step(page, PROPOSED)
	step_button(page, "Resolve")
	expect_step(page, RESOLVED)
	tab(page, "Details")
	expect(card(page, "Resolve")).to_contain_text("Done")
	picture(page, "resolved")
	complaint = fresh(COMPLAINT, name)
	assert (complaint.deadline_status, complaint.resolve_missed) == ("Met", 0)


def customer_confirms_by_the_link(page: Page, name: str, picture) -> None:
	"""Without a login: the link is good for one answer, and leads on to the question on satisfaction."""
	link = answer_link(name)
	page.goto(link)
	expect(page.get_by_text("Four new housings leave today.")).to_be_visible()
	picture(page, "link")
	assert fresh(COMPLAINT, name).step == RESOLVED  # looking changes nothing
	page.get_by_role("button", name="Yes, it is settled").click()
	expect(page.get_by_text("We are glad that it is settled.")).to_be_visible()
	complaint = fresh(COMPLAINT, name)
	assert (complaint.step, complaint.confirmed_via) == (CONFIRMED, "Link")
	page.get_by_label("4").check()
	page.fill("#answer-comment", "Quick.")
	page.get_by_role("button", name="Send").click()
	expect(page.get_by_text("Thank you for your answer.")).to_be_visible()
	picture(page, "rated")
	complaint = fresh(COMPLAINT, name)
	assert (complaint.satisfaction, complaint.satisfaction_comment) == ("4", "Quick.")
	page.goto(link)
	expect(page.get_by_text("This link can't be used")).to_be_visible()


def answer_link(name: str) -> str:
	"""Path and query of the link in the last mail, which the site's worker writes."""

	def is_written() -> bool:
		frappe.db.rollback()
		return not frappe.db.get_value(COMPLAINT, name, "mails_due")

	assert eventually(is_written), frappe.db.get_value(COMPLAINT, name, "mail_error")
	(path,) = re.findall(
		r'href="https?://[^/]+(/complaint-answer\?token=[^"]+)"',
		html_of(message_from_string(queued(name)[-1].message)),
	)
	return path


def agent_closes_it(page: Page, name: str, picture) -> None:
	"""Not while the action is open."""
	page.reload()
	expect_step(page, CONFIRMED)
	step_button(page, "Close")
	box = dialog(page)
	box.locator(".modal-footer .btn-primary:visible").click()
	told = page.locator(".modal.show", has_text="The action in row 1 is open")
	expect(told).to_be_visible()
	page.reload()
	expect_step(page, CONFIRMED)
	tab(page, "Investigation")
	with row_form(page, "actions") as form:
		write(form, "done_on", shown(date.today()))
	save(page)
	step_button(page, "Close")
	dialog(page).locator(".modal-footer .btn-primary:visible").click()
	expect_step(page, CLOSED)
	picture(page, "closed")
	complaint = fresh(COMPLAINT, name)
	assert [row.step for row in complaint.step_log] == [
		*("receive", "acknowledge", "investigate", "propose_resolution", "resolve", "confirm", "close")
	]
	assert {row.status for row in tasks(name)} == {"Closed"}


def tasks(name: str) -> list:
	return frappe.get_all("ToDo", {"reference_type": COMPLAINT, "reference_name": name}, ["status"])


def customer_sees_the_end(page: Page, name: str) -> None:
	page.reload()
	expect(page.locator(".indicator-pill", has_text="Closed").first).to_be_visible()
	expect(page.get_by_text("You gave us the mark 4 of 5.")).to_be_visible()


def test_a_complaint_begins_at_a_return(open_desk, ground: Ground):
	"""What came back is what it is about, by the delivery that it came from."""
	delivery = frappe.get_doc("Delivery Note", ground.delivery)
	returned = return_delivery(delivery, quantity=1, on=getdate(nowdate()))
	frappe.db.commit()
	page = open_desk(ground.agent, f"/app/delivery-note/{returned.name}")
	settled(page)
	page.locator(".page-actions:visible .inner-group-button button:visible", has_text="Create").click()
	page.locator(".page-actions .dropdown-menu.show").get_by_text("Customer Complaint", exact=True).click()
	page.wait_for_url("**/customer-complaint/new*")
	settled(page)
	write(page, "subject", f"Came back {ground.mark}")
	save(page)
	page.wait_for_url(re.compile(r"/customer-complaint/CUC-"))
	complaint = fresh(COMPLAINT, opened(page))
	assert (complaint.customer, complaint.channel, complaint.step) == (ground.customer, "Return", RECEIVED)
	assert [(row.document_name, row.item_code, row.qty) for row in complaint.items] == [
		(ground.delivery, delivery.items[0].item_code, 1)
	]


# The board


def test_a_card_goes_only_where_the_table_lets_it(open_desk, ground: Ground, picture):
	complaint = make_complaint(ground.customer, subject=f"On the board {ground.mark}")
	frappe.db.commit()
	page = open_desk(ground.agent, f"/app/customer-complaint/view/kanban/{BOARD}")
	drag(page, complaint.name, ACKNOWLEDGED)
	expect(column(page, ACKNOWLEDGED).locator(card_of(complaint.name))).to_be_visible()
	assert eventually(lambda: fresh(COMPLAINT, complaint.name).step == ACKNOWLEDGED)

	drag(page, complaint.name, RESOLVED)
	told = page.locator(".modal.show", has_text="Not Possible Now")
	expect(told).to_contain_text("Resolved doesn't follow Acknowledged. Possible now: ")
	picture(page, "board-refuses")
	told.locator(".btn-modal-close:visible").click()
	expect(column(page, ACKNOWLEDGED).locator(card_of(complaint.name))).to_be_visible()
	expect(column(page, RESOLVED).locator(card_of(complaint.name))).to_have_count(0)
	assert fresh(COMPLAINT, complaint.name).step == ACKNOWLEDGED


def column(page: Page, step: str) -> Locator:
	return page.locator(f".kanban-column[data-column-value='{step}']:visible")


def card_of(name: str) -> str:
	return f".kanban-card-wrapper[data-name='{name}']"


def drag(page: Page, name: str, step: str) -> None:
	"""Drag a card to another column, as a hand does: the board looks at each move on the way."""
	settled(page)  # the board draws itself anew when it has stored the order of its cards
	card = page.locator(f"{card_of(name)}:visible .kanban-card-doc")
	card.scroll_into_view_if_needed()
	target = column(page, step).locator(".kanban-column-header")
	start, end = card.bounding_box(), target.bounding_box()
	page.mouse.move(start["x"] + 20, start["y"] + 5)
	page.mouse.down()
	page.mouse.move(start["x"] + 60, start["y"] + 15, steps=5)
	page.mouse.move(end["x"] + 60, end["y"] + 100, steps=25)
	page.mouse.up()


# The form


def card(page: Page, label: str) -> Locator:
	"""A card of the form's first screen."""
	labels = page.locator(".pr-card-label", has_text=re.compile(rf"^\s*{label}\s*$"))
	return page.locator("[data-fieldname='overview']:visible .pr-card", has=labels)


def step_button(page: Page, label: str) -> None:
	settled(page)
	button(page, label).click()


def expect_step(page: Page, step: str) -> None:
	expect(page.locator(".page-head:visible .indicator-pill:visible", has_text=step).first).to_be_visible()
	settled(page)


def save(page: Page) -> None:
	settled(page)
	button(page, "Save").click()
	page.wait_for_function("() => !cur_frm.is_dirty()")
	settled(page)


def fill_row(page: Page, table: str, values: dict[str, str]) -> None:
	"""The first row of a table, in the form that opens for it."""
	add_row(page, table)
	with row_form(page, table) as form:
		for field, value in values.items():
			write(form, field, value)


def add_row(page: Page, table: str) -> None:
	page.locator(f"[data-fieldname='{table}']:visible .grid-add-row:visible").click()


@contextmanager
def row_form(page: Page, table: str) -> Iterator[Locator]:
	"""The form of the first row of a table."""
	row = page.locator(f"[data-fieldname='{table}']:visible .grid-row[data-idx='1']")
	row.locator(".btn-open-row").click()
	yield row.locator(".form-in-grid").first
	row.locator(".grid-collapse-row:visible").first.click()
