"""Demo data: suppliers with two years of purchases, customers with two years of sales, good and bad ones.

Published evaluations, contracts with promises kept and broken, rewards and penalties from the proposal to the
ledger. Customers in tiers, and complaints in every step, traced to the supplier and compensated.

	bench --site SITE execute partner_relations.demo.make

Made through ERPNext's own API, the same each time on the same day (seeded), with dates relative to today.
Meant for a site to try the app on; a site with purchases of its own is left alone unless a company is named.

Lets the site record what ERPNext refuses by default and the app measures: inspections after the receipt,
prices that differ from the order's, invoices of up to 15 % more (see `site.allow_what_is_measured`).
"""

import time

import frappe

from partner_relations.demo import agreements, care, consequences, evaluations, purchases, sales
from partner_relations.demo.cast import SUPPLIERS
from partner_relations.demo.quarters import QUARTERS_PUBLISHED
from partner_relations.demo.site import COMPANY, prepare_site, set_up_erpnext


def make(
	company: str | None = None, quarters: int = QUARTERS_PUBLISHED, commit: bool = True
) -> dict[str, int]:
	"""Make the demo data; what is there already is left as it is.

	Args:
		company: who buys. By default the site's default company; a site on which ERPNext's setup wizard
			hasn't run gets one (`site.COMPANY`).
		quarters: how many are evaluated and published; one more awaits publishing. Sales go back as far, by
			two years at most.
		commit: keep each stage as it is done. Without, nothing is committed (tests roll back); the setup
			wizard can't do without.

	Returns:
		How many documents of each type were made.
	"""
	started = time.monotonic()
	user, muted = frappe.session.user, frappe.flags.mute_emails
	frappe.set_user("Administrator")
	frappe.flags.mute_emails = True  # nobody must get mail from a demo
	try:
		if not frappe.db.a_row_exists("Company"):
			_say(f"Running ERPNext's setup wizard for {COMPANY}")
			set_up_erpnext()
		company = company or _own_company()
		if not frappe.db.exists("Company", company):
			raise frappe.ValidationError(f"There is no company {company} on this site.")
		calendar = evaluations.calendar(quarters)
		context = prepare_site(company, calendar)
		sold = sales.prepare(company, calendar.today, min(sales.MONTHS, 3 * (quarters + 1)))
		_keep(commit)
		made: dict[str, int] = {}
		for what, exists, work in (
			("purchases", purchases.exist, lambda: purchases.make(context, calendar, _say)),
			("contracts", agreements.exist, lambda: agreements.make(context, calendar, _say)),
			("evaluations", evaluations.exist, lambda: evaluations.make(context, calendar, _say)),
			("rewards and penalties", consequences.exist, lambda: consequences.make(context, calendar, _say)),
			("sales", sales.exist, lambda: sales.make(sold, _say)),
			("tiers and complaints", care.exist, lambda: care.make(sold, _say)),
		):
			if exists(company):
				_say(f"The {what} of {company} are there already.")
				continue
			for doctype, number in work().items():
				made[doctype] = made.get(doctype, 0) + number
			_keep(commit)
	finally:
		frappe.flags.mute_emails = muted
		frappe.set_user(user)
	_say(f"Done in {time.monotonic() - started:.0f} seconds.")
	return made


def _own_company() -> str:
	"""The company to buy for unless one is named; refuses to mix made-up purchases with real ones."""
	company = frappe.defaults.get_global_default("company") or frappe.get_all("Company", pluck="name")[0]
	demo_suppliers = [supplier.name for supplier in SUPPLIERS]
	foreign = frappe.db.exists("Purchase Order", {"supplier_name": ("not in", demo_suppliers)})
	if foreign:
		raise frappe.ValidationError(
			f"This site has purchase orders of its own, such as {foreign}. Try the app on another site, or "
			f"name the company that may get made-up purchases: --kwargs \"{{'company': '{company}'}}\"."
		)
	return company


def _keep(commit: bool) -> None:
	if commit:
		frappe.db.commit()  # nosemgrep: run from the command line, each stage is kept as it is done


def _say(text: str) -> None:
	print(text, flush=True)
