"""From a clause to the ledger: a contract whose promise is broken, the penalty it calls for, and its posting.

The clause is written and approved, the contract drafted from a template, reviewed, approved and signed, the
breach told and answered by the supplier on its page, the penalty approved and posted: typed and clicked by
the five people whose work it is. Receipts and the daily check in between come through the API, as in life.
What these tests write stays on the site, under names of this session alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import frappe
import pytest
from frappe.utils import add_months, add_to_date, get_first_day, get_last_day, now_datetime
from playwright.sync_api import Page, expect
from support.desk import (
	button,
	choose,
	confirm,
	dialog,
	fresh,
	next_step,
	opened,
	select,
	settled,
	shown,
	tab,
	write,
	write_text,
)

from partner_relations.supplier_quality import compliance
from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY
from tests.site import factories as make

pytestmark = pytest.mark.commits

SETTINGS = "Supplier Quality Settings"
ON_TIME = "Browser Test On Time"
WORTH = 200
LATE_BY = 5
PENALTY = "52.50"
"""10.5 % per two days of what was late: five days late on 200 cost 52.50."""


@dataclass(frozen=True)
class Ground:
	"""What the test finds: who works, with which supplier, in which month that has passed."""

	drafter: str
	approver: str
	accountant: str
	portal_user: str
	supplier: str
	mark: str
	scheme: str
	item: str
	account: str
	from_date: date
	to_date: date


@pytest.fixture(scope="module")
def ground(site: str, make_user) -> Iterator[Ground]:
	"""People, supplier, remedy scheme and accounts; committed. The settings are put back."""
	frappe.set_user("Administrator")
	mark = frappe.generate_hash(length=6)
	# The same people each time: Frappe lets no more than 60 users be made in an hour.
	contracts = ("Supplier Quality Manager", "Purchase Manager", "Purchase User")
	drafter = make_user("contract-drafter@example.com", *contracts)
	approver = make_user("contract-approver@example.com", *contracts)
	accountant = make_user("contract-accountant@example.com", "Accounts Manager", "Accounts User")
	portal_user = make_user("contract-supplier@example.com", "Supplier")
	supplier = make.make_supplier(f"Delayed Dynamics {mark}", portal_users=[{"user": portal_user}])
	make.make_kpi(ON_TIME, "on_time_delivery")
	scheme = frappe.get_doc(
		{
			"doctype": "Remedy Scheme",
			"scheme_name": f"Delay {mark}",
			"purpose": "Penalty",
			"method": "Rate",
			"basis": "Late line value",
			"rate_type": "Percent of the basis",
			"counts": "Days late",
			"rate": 10.5,
			"per_units": 2,
			"partial_units": "Counts in proportion",
			"has_cap_percent": 1,
			"cap_percent": 55,
		}
	).insert()
	# A month whose late postings are awaited no longer.
	month = add_months(date.today() - timedelta(days=10), -1)
	before = frappe.get_doc(SETTINGS).as_dict()
	account = penalty_account(mark)
	item = make.make_item()
	frappe.db.commit()
	yield Ground(
		drafter=drafter,
		approver=approver,
		accountant=accountant,
		portal_user=portal_user,
		supplier=supplier,
		mark=mark,
		scheme=scheme.name,
		item=item,
		account=account,
		from_date=get_first_day(month),
		to_date=get_last_day(month),
	)
	frappe.db.rollback()
	settings = frappe.get_doc(SETTINGS)
	settings.set("companies", [row for row in before.companies if row.company == make.COMPANY])
	settings.wait_for_answer = before.wait_for_answer
	settings.save()
	frappe.db.commit()


def penalty_account(mark: str) -> str:
	"""An income account for the penalties of the test company, set in the settings."""
	abbreviation = frappe.get_cached_value("Company", make.COMPANY, "abbr")
	account = frappe.get_doc(
		doctype="Account",
		account_name=f"Penalties {mark}",
		parent_account=f"Indirect Income - {abbreviation}",
		company=make.COMPANY,
	).insert()
	settings = frappe.get_doc(SETTINGS)
	settings.companies = [row for row in settings.companies if row.company != make.COMPANY]
	settings.append("companies", {"company": make.COMPANY, "penalty_account": account.name})
	settings.wait_for_answer = 1
	settings.save()
	return account.name


def test_from_a_clause_to_the_ledger(open_desk, ground: Ground, picture):
	drafter = open_desk(ground.drafter, "/app/contract-clause/new")
	approver = open_desk(ground.approver)
	clause = drafter_writes_a_clause(drafter, ground)
	approver_approves_the_clause(approver, clause, picture)
	template = template_with(clause, ground)
	contract = drafter_drafts_a_contract(drafter, template, ground, picture)
	contract_is_reviewed_approved_and_signed(drafter, approver, contract, ground, picture)
	goods_come_late(ground)
	compliance.judge_due_obligations()
	breach = breach_is_found_and_told(approver, contract, ground, picture)
	penalty = penalty_is_approved_by_another(drafter, approver, breach, picture)
	supplier_accepts(open_desk(ground.portal_user, "/supplier-notices"), penalty, picture)
	accountant = open_desk(ground.accountant, f"/app/supplier-reward-penalty/{penalty}")
	entry = accountant_posts(accountant, penalty, ground, picture)
	ledger_and_register_agree(accountant, approver, entry, penalty, ground, picture)


def drafter_writes_a_clause(page: Page, ground: Ground) -> str:
	settled(page)
	write(page, "title", f"Delivery on Time {ground.mark}")
	select(page, "clause_type", "Delivery")
	write_text(page, "body", "The Supplier delivers on the agreed dates; of delays both sides learn at once.")
	button(page, "Save").click()
	expect(page.get_by_text("Somebody else must approve it")).to_be_visible()
	expect(button(page, "Approve")).to_have_count(0)
	frappe.db.rollback()
	(clause,) = frappe.get_all("Contract Clause", {"title": f"Delivery on Time {ground.mark}"}, pluck="name")
	return clause


def approver_approves_the_clause(page: Page, clause: str, picture) -> None:
	page.goto(f"/app/contract-clause/{clause}")
	button(page, "Approve").click()
	confirm(page)
	expect(page.locator(".indicator-pill:visible", has_text="Approved").first).to_be_visible()
	picture(page, "clause")
	assert fresh("Contract Clause", clause).status == "Approved"


def template_with(clause: str, ground: Ground) -> str:
	template = frappe.get_doc(
		doctype="Contract Template", title=f"Frame Contract {ground.mark}", clauses=[{"clause": clause}]
	).insert()
	frappe.db.commit()
	return template.name


def drafter_drafts_a_contract(page: Page, template: str, ground: Ground, picture) -> str:
	"""From the template, with one promise that has a remedy; returns the contract's name."""
	page.goto("/app/contract/new")
	settled(page)
	select(page, "party_type", "Supplier")
	choose(page, page, "party_name", ground.supplier)
	choose(page, page, "company", make.COMPANY)
	choose(page, page, "currency", "USD")
	choose(page, page, "contract_owner", ground.drafter)
	write(page, "start_date", shown(ground.from_date))
	write(page, "end_date", shown(add_months(ground.from_date, 24)))
	choose(page, page, "contract_template", template)
	settled(page)
	tab(page, "Obligations")
	page.locator("[data-fieldname='obligations'] .grid-add-row:visible").click()
	row = page.locator("[data-fieldname='obligations'] .grid-row[data-idx='1']")
	row.locator(".btn-open-row").click()
	form = row.locator(".grid-row-open, .form-in-grid").first
	write(form, "title", "Deliveries on time")
	settled(page)
	choose(page, form, "kpi", ON_TIME)
	settled(page)
	write(form, "target", "95")
	select(form, "judged_each", "Month")
	choose(page, form, "remedy_scheme", ground.scheme)
	picture(page, "obligation")
	row.locator(".grid-collapse-row:visible").first.click()
	button(page, "Save").click()
	page.wait_for_url(lambda url: "/contract/new" not in url)
	settled(page)
	contract = opened(page)
	document = fresh("Contract", contract)
	assert [row.title for row in document.clauses] == [f"Delivery on Time {ground.mark}"]
	assert document.life_cycle == "Drafting" and document.drafted_by == ground.drafter
	expect(button(page, "Submit")).to_have_count(0)  # which is the approval
	tab(page, "Clauses")
	picture(page, "contract-clauses")
	return contract


def contract_is_reviewed_approved_and_signed(
	drafter: Page, approver: Page, contract: str, ground: Ground, picture
) -> None:
	"""Whoever drafted it asks for the review; all else is somebody else's to do."""
	next_step(drafter, "Request Legal Review")
	confirm(drafter)
	expect_life_cycle(drafter, "Legal Review")
	next_step(drafter, "Pass Legal Review")
	expect(dialog(drafter)).to_contain_text("You drafted this contract")
	assert fresh("Contract", contract).life_cycle == "Legal Review"

	approver.goto(f"/app/contract/{contract}")
	next_step(approver, "Pass Legal Review")
	write(dialog(approver), "comment", "No objection.")
	dialog(approver).locator(".btn-primary:visible").click()
	expect_life_cycle(approver, "Awaiting Approval")
	next_step(approver, "Approve")
	confirm(approver)
	expect_life_cycle(approver, "Signing")
	next_step(approver, "Archive Signed Contract")
	archive = dialog(approver)
	archive.locator(".btn-attach:visible").click()
	upload = approver.locator(".modal.show", has=approver.locator(".file-uploader"))
	upload.locator("input[type=file]").first.set_input_files(
		{
			"name": f"signed-{ground.mark}.txt",
			"mimeType": "text/plain",
			# of the same content Frappe keeps the first file alone
			"buffer": f"Signed by both sides: {ground.mark}".encode(),
		}
	)
	upload.locator(".modal-footer .btn-primary:visible").click()
	expect(archive.locator(".attached-file:visible")).to_contain_text(f"signed-{ground.mark}")
	write(archive, "signee", "Ann Partner")
	write(archive, "signed_on", frappe.utils.format_datetime(add_to_date(now_datetime(), hours=-1)))
	archive.locator(".modal-footer .btn-primary:visible").click()
	expect_life_cycle(approver, "In Force")
	picture(approver, "contract-in-force")
	document = fresh("Contract", contract)
	assert (document.drafted_by, document.reviewed_by, document.approved_by) == (
		ground.drafter,
		ground.approver,
		ground.approver,
	)
	assert document.docstatus == 1 and document.is_signed and document.signed_file


def expect_life_cycle(page: Page, name: str) -> None:
	expect(page.locator(".page-head:visible .indicator-pill:visible", has_text=name).first).to_be_visible()


def goods_come_late(ground: Ground) -> None:
	"""One order, received in full, but late: nothing was delivered on time in that month."""
	due = ground.from_date + timedelta(days=9)
	order = make.make_order(
		ground.supplier,
		item=ground.item,
		quantity=10,
		rate=WORTH / 10,
		ordered_on=ground.from_date,
		due=due,
	)
	make.receive(order, on=due + timedelta(days=LATE_BY))
	frappe.db.commit()


def breach_is_found_and_told(page: Page, contract: str, ground: Ground, picture) -> str:
	"""The daily check has made one breach and proposed its penalty; returns the breach's name."""
	frappe.db.rollback()
	((breach, kind),) = frappe.get_all(BREACH, {"contract": contract}, ["name", "kind"], as_list=True)
	assert kind == "KPI promise"
	page.goto(f"/app/contract/{contract}")
	tab(page, "Obligations")
	expect(page.locator("[data-fieldname='obligations_overview']:visible")).to_contain_text(
		"Deliveries on time"
	)
	picture(page, "contract-obligations")
	page.goto("/app/contract-breach")
	page.locator(".list-row-container:visible", has_text=ground.supplier).locator(
		".list-subject a"
	).first.click()
	page.wait_for_url(f"**/contract-breach/{breach}")
	overview = page.locator("[data-fieldname='overview']:visible")
	expect(overview).to_contain_text("0 of 1")
	expect(overview).to_contain_text("95 %")
	expect(overview).to_contain_text(PENALTY)
	picture(page, "breach")
	button(page, "Notify").click()
	write(dialog(page), "recipients", "sales@supplier.example")
	dialog(page).locator(".btn-primary:visible").click()
	# without an outgoing mail account it waits, and the breach is told on the supplier's page all the same
	expect(page.locator(".indicator-pill:visible", has_text="Notified").first).to_be_visible()
	document = fresh(BREACH, breach)
	assert (document.status, document.value, document.target) == ("Notified", 0, 95)
	assert (document.from_date, document.to_date) == (ground.from_date, ground.to_date)
	return breach


def penalty_is_approved_by_another(drafter: Page, approver: Page, breach: str, picture) -> str:
	"""Who answers for the contract proposed it, and may not approve it; returns its name."""
	penalty = fresh(BREACH, breach).penalty
	drafter.goto(f"/app/supplier-reward-penalty/{penalty}")
	expect(
		drafter.locator("[data-fieldname='overview']:visible .pr-card", has_text="Amount")
	).to_contain_text(PENALTY)
	settled(drafter)
	expect(button(drafter, "Approve")).to_have_count(0)
	picture(drafter, "penalty-of-the-proposer")
	approver.goto(f"/app/supplier-reward-penalty/{penalty}")
	button(approver, "Approve").click()
	confirm(approver)
	expect(approver.locator(".indicator-pill:visible", has_text="Approved").first).to_be_visible()
	button(approver, "Notice Given Otherwise").click()
	write(dialog(approver), "how", "Registered letter to the managing director")
	dialog(approver).locator(".btn-primary:visible").click()
	expect(approver.locator(".indicator-pill:visible", has_text="Notified").first).to_be_visible()
	picture(approver, "penalty-notified")
	document = fresh(REWARD_PENALTY, penalty)
	assert (document.docstatus, float(document.amount)) == (1, float(PENALTY))
	return penalty


def supplier_accepts(page: Page, penalty: str, picture) -> None:
	notice = page.locator(".list-group-item", has_text=penalty)
	expect(notice).to_contain_text(f"Liquidated Damages $ {PENALTY}")
	notice.click()
	page.wait_for_url(f"**/supplier-notices/decisions/{penalty}")
	picture(page, "supplier-page")
	page.on("dialog", lambda asked: asked.accept())
	page.locator("#supplier-answer-text").fill("We regret the delay.")
	page.get_by_role("button", name="Accept").click()
	expect(page.get_by_text("You accepted this.")).to_be_visible()
	assert fresh(REWARD_PENALTY, penalty).status == "Accepted"


def accountant_posts(page: Page, penalty: str, ground: Ground, picture) -> str:
	"""Returns the Journal Entry, which the accountant has opened."""
	button(page, "Post to Ledger").click()
	dialog(page).locator(".btn-primary:visible").click()
	expect(page.locator(".indicator-pill:visible", has_text="Posted").first).to_be_visible()
	picture(page, "penalty-posted")
	document = fresh(REWARD_PENALTY, penalty)
	assert document.posted_by == ground.accountant
	page.goto(f"/app/journal-entry/{document.journal_entry}")
	expect(
		page.locator("[data-fieldname='accounts'] .grid-row:visible", has_text=ground.account)
	).to_have_count(1)
	picture(page, "journal-entry")
	return document.journal_entry


def ledger_and_register_agree(
	accountant: Page, manager: Page, entry: str, penalty: str, ground: Ground, picture
) -> None:
	"""Debit to the supplier, credit to the penalties; the register finds the same in the ledger."""
	rows = frappe.get_all(
		"GL Entry", {"voucher_no": entry, "is_cancelled": 0}, ["account", "party", "debit", "credit"]
	)
	assert {(row.party or row.account, row.debit, row.credit) for row in rows} == {
		(ground.supplier, float(PENALTY), 0),
		(ground.account, 0, float(PENALTY)),
	}
	accountant.goto(f"/app/query-report/General%20Ledger?company=Test%20Co&voucher_no={entry}")
	lines = accountant.locator(".datatable:visible .dt-row[data-row-index]")
	expect(lines.filter(has_text=entry)).to_have_count(2)
	picture(accountant, "general-ledger")
	manager.goto(
		f"/app/query-report/Reward%20and%20Penalty%20Register?company=Test%20Co&supplier={ground.supplier}"
	)
	line = manager.locator(".datatable:visible .dt-row[data-row-index]", has_text=penalty)
	expect(line).to_have_count(1)
	expect(line).to_contain_text(PENALTY)
	expect(manager.locator(".report-summary:visible")).to_contain_text(f"$ {PENALTY} / $ {PENALTY}")
	expect(manager.locator(".report-summary:visible")).to_contain_text("agrees to the cent")
	picture(manager, "register")
