"""The company that the site tests work in, made once by ERPNext's own setup wizard.

Run as a script it prepares the connected site and commits: `python -m support.erpnext_setup`.
"""

import os

import frappe
from frappe.utils import getdate

COMPANY = "Test Co"
ABBREVIATION = "TC"


def ensure_company() -> None:
	"""Make company "Test Co" (TC, USD, standard chart, perpetual inventory) with the calendar years from five
	years ago to next year as fiscal years. Does nothing that is done already; commits what it does."""
	if not frappe.db.a_row_exists("Company"):
		_run_setup_wizard()
	this_year = getdate().year
	for year in range(this_year - 5, this_year + 2):
		if not frappe.db.exists("Fiscal Year", {"year_start_date": f"{year}-01-01"}):
			frappe.get_doc(
				doctype="Fiscal Year",
				year=str(year),
				year_start_date=f"{year}-01-01",
				year_end_date=f"{year}-12-31",
			).insert()
	frappe.db.commit()


def _run_setup_wizard() -> None:
	from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

	year = getdate().year
	answer = setup_complete(
		{
			"currency": "USD",
			"country": "United States",
			# Not the machine's zone on purpose: a period that is reckoned by the clock of the server would
			# show.
			"timezone": "America/New_York",
			"language": "English",
			"company_name": COMPANY,
			"company_abbr": ABBREVIATION,
			"chart_of_accounts": "Standard",
			"domain": "Manufacturing",
			"fy_start_date": f"{year}-01-01",
			"fy_end_date": f"{year}-12-31",
			"enable_telemetry": 0,
			"setup_demo": 0,
		}
	)
	if not frappe.db.exists("Company", COMPANY):
		raise RuntimeError(f"ERPNext's setup wizard did not make the company: {answer}")
	settings = frappe.get_single("System Settings")
	settings.enable_telemetry = 0
	settings.disable_system_update_notification = 1
	settings.disable_change_log_notification = 1
	settings.save()


if __name__ == "__main__":
	frappe.init(site=os.environ["PR_SITE"], sites_path=os.environ["PR_SITES_PATH"])
	frappe.connect()
	frappe.set_user("Administrator")
	ensure_company()
	frappe.destroy()
