"""Tables of settings with a row per company: what their accounts and cost centres must be."""

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html


def check_once_each(rows: Sequence[Any]) -> None:
	"""Refuse a second row of a company, with a sentence that names it."""
	companies = set()
	for row in rows:
		if row.company in companies:
			refuse(_("Row {0}: {1} has a row already. Each company has one."), row, row.company)
		companies.add(row.company)


def check_account(row: Any, fieldname: str) -> None:
	"""Refuse what isn't an income or expense account that the row's company can book to in its currency."""
	name = row.get(fieldname)
	if not name:
		return
	account = frappe.get_cached_value(
		"Account", name, ["company", "is_group", "root_type", "account_currency", "disabled"], as_dict=True
	)
	currency = frappe.get_cached_value("Company", row.company, "default_currency")
	if account.company != row.company or account.is_group or account.disabled:
		reason = _("Row {0}: {1} is a group, disabled, or another company's. Choose an account of {2}.")
	elif account.root_type not in ("Income", "Expense"):
		reason = _("Row {0}: {1} is neither an income nor an expense account. Choose one of {2}.")
	elif (account.account_currency or currency) != currency:
		reason = _("Row {0}: {1} isn't in the currency of {2}. Choose an account that is.")
	else:
		return
	refuse(reason, row, name)


def check_cost_center(row: Any) -> None:
	"""Refuse a cost centre that the row's company can't book to."""
	if not row.cost_center:
		return
	center = frappe.get_cached_value(
		"Cost Center", row.cost_center, ["company", "is_group", "disabled"], as_dict=True
	)
	if center.company != row.company or center.is_group or center.disabled:
		refuse(
			_("Row {0}: {1} is a group, disabled, or another company's. Choose a cost centre of {2}."),
			row,
			row.cost_center,
		)


def refuse(reason: str, row: Any, name: str) -> None:
	"""Raise `reason` with the row's number, the name in question and the company as {0}, {1} and {2}."""
	frappe.throw(
		reason.format(row.idx, frappe.bold(escape_html(name)), frappe.bold(escape_html(row.company)))
	)
