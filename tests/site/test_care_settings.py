"""What the settings of customer care check when they are saved."""

import frappe
import pytest
from factories import COMPANY, make_company, make_item, make_service, make_user
from penalty_factories import acting, make_account

from partner_relations.customer_care.complaint_steps import AGENT, MANAGER, SETTINGS


def settings(**values):
	document = frappe.get_doc(SETTINGS)
	document.update({"companies": [], **values})
	return document


def refused(sentence: str, **values) -> None:
	with pytest.raises(frappe.ValidationError, match=sentence):
		settings(**values).save()


def with_row(**values) -> list[dict]:
	return [{"company": COMPANY, **values}]


def test_what_is_shipped_is_saved_by_a_manager_and_read_by_agents():
	with acting(make_user(MANAGER)):
		settings().save()
	with acting(make_user(AGENT)):
		assert settings().has_permission("read")
		with pytest.raises(frappe.PermissionError):
			settings().save()


@pytest.mark.parametrize(
	("field", "value", "sentence"),
	[
		("warn_share", 0, "between 0 and 100 percent"),
		("warn_share", 100, "between 0 and 100 percent"),
		("close_after_days", 367, "after 366 days at most"),
		("link_days", 0, "valid for 1 to 366 days"),
		("link_days", 400, "valid for 1 to 366 days"),
		("bad_mark", 6, "Marks go from 1 to 5"),
		("bad_mark", -1, "Marks go from 1 to 5"),
		("web_form_limit", 0, "or close the web form"),
		("attachment_size", 51, "50 MB at most"),
		("attachment_count", 21, "20 files at most"),
		("attachment_kinds", "jpg, exe", "exe.* can't be taken"),
		("attachment_kinds", ".SVG", "svg.* can't be taken"),
		("attachment_kinds", "<b>", "&lt;b&gt;.* can't be taken"),
	],
)
def test_numbers_and_kinds_that_make_no_sense(field, value, sentence):
	refused(sentence, **{field: value})


def test_a_closed_web_form_needs_no_limit():
	assert settings(web_form_open=0, web_form_limit=0).save()


def test_kinds_of_files_are_tidied():
	document = settings(attachment_kinds=" .JPG,png\njpg , ,pdf").save()
	assert document.attachment_kinds == "jpg, png, pdf"


def test_who_gets_complaints_may_handle_them():
	refused("can't handle complaints", default_handler=make_user("Sales User"))
	user = make_user(AGENT)
	assert settings(default_handler=user).save()
	frappe.db.set_value("User", user, "enabled", 0)
	refused("can't handle complaints", default_handler=user)


def test_each_company_has_one_row():
	refused("has a row already", companies=with_row() + with_row())


def test_allowances_are_booked_on_an_account_of_income_or_expense_of_the_company():
	elsewhere = make_account("Elsewhere", "Direct Income")
	frappe.db.set_value("Account", elsewhere, "company", make_company())
	group = frappe.db.get_value("Account", {"company": COMPANY, "is_group": 1, "root_type": "Income"})
	receivable = frappe.db.get_value("Company", COMPANY, "default_receivable_account")
	for account, sentence in (
		(elsewhere, "another company's"),
		(group, "is a group"),
		(receivable, "neither an income nor an expense"),
		(make_account("Euro", "Direct Income", account_currency="EUR"), "isn't in the currency"),
	):
		assert account
		refused(sentence, companies=with_row(allowance_account=account))
	assert settings(companies=with_row(allowance_account=make_account("Allowances", "Direct Income"))).save()


def test_cost_centre_and_item_fit():
	other = make_company()
	center = frappe.db.get_value("Cost Center", {"company": other, "is_group": 0})
	refused("another company's", companies=with_row(cost_center=center))
	refused("kept in stock", companies=with_row(allowance_item=make_item()))
	bought = make_item(is_stock_item=0, is_sales_item=0)
	refused("isn't sold", companies=with_row(allowance_item=bought))
	own = frappe.db.get_value("Cost Center", {"company": COMPANY, "is_group": 0})
	assert settings(companies=with_row(cost_center=own, allowance_item=make_service())).save()
