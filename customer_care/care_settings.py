"""What the settings of customer care check when they are saved."""

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, comma_or, escape_html, flt

from partner_relations.common.company_settings import (
	check_account,
	check_cost_center,
	check_once_each,
	refuse,
)
from partner_relations.customer_care.complaint_steps import AGENT, MANAGER

MOST_DAYS = 366
"""Nobody waits longer for an answer; a link that is valid for longer is as good as a password."""
LARGEST_FILE = 50
"""In megabytes, what a web form may take."""
MOST_FILES = 20
NEVER_TAKEN = (
	"exe",
	"bat",
	"cmd",
	"com",
	"js",
	"html",
	"htm",
	"svg",
	"xml",
	"php",
	"sh",
	"ps1",
	"vbs",
	"jar",
)
"""Kinds of files that a browser or a computer would run."""


def check_handler(settings: Document) -> None:
	"""Who gets complaints that nobody is assigned to may handle them."""
	user = settings.default_handler
	if not user:
		return
	enabled = frappe.db.get_value("User", user, "enabled")
	if not enabled or not {AGENT, MANAGER} & set(frappe.get_roles(user)):
		frappe.throw(
			_("{0} can't handle complaints. Choose somebody with the role {1}.").format(
				escape_html(frappe.utils.get_fullname(user)), _(AGENT)
			)
		)


def check_times(settings: Document) -> None:
	"""The share of the time after which to warn, and days that make sense."""
	if not 0 < flt(settings.warn_share) < 100:
		frappe.throw(_("Warn after a share of the time between 0 and 100 percent, say 75."))
	if not 0 <= cint(settings.close_after_days) <= MOST_DAYS:
		frappe.throw(
			_("Close complaints without an answer after {0} days at most; 0 never does.").format(MOST_DAYS)
		)
	if not 1 <= cint(settings.link_days) <= MOST_DAYS:
		frappe.throw(_("Links to customers are valid for 1 to {0} days.").format(MOST_DAYS))
	if not 0 <= cint(settings.bad_mark) <= 5:
		frappe.throw(_("Marks go from 1 to 5. Follow up from one of them, or enter 0 to follow up none."))


def check_web_form(settings: Document) -> None:
	"""What guests may send: how often, and files of what kind and size."""
	if settings.web_form_open and cint(settings.web_form_limit) < 1:
		frappe.throw(_("Say how many complaints an address may send in an hour, or close the web form."))
	if not 0 <= cint(settings.attachment_size) <= LARGEST_FILE:
		frappe.throw(_("A file can have {0} MB at most.").format(LARGEST_FILE))
	if not 0 <= cint(settings.attachment_count) <= MOST_FILES:
		frappe.throw(_("A complaint can have {0} files at most.").format(MOST_FILES))
	kinds = file_kinds(settings.attachment_kinds)
	for kind in kinds:
		if not kind.isalnum() or kind in NEVER_TAKEN:
			frappe.throw(
				_("Files of the kind {0} can't be taken. Name endings such as {1}.").format(
					frappe.bold(escape_html(kind)), comma_or(["jpg", "png", "pdf"], add_quotes=False)
				)
			)
	settings.attachment_kinds = ", ".join(kinds)


def file_kinds(text: str | None) -> list[str]:
	"""The endings of files that are taken, in small letters and without a dot."""
	kinds = (kind.strip().lstrip(".").lower() for kind in (text or "").replace("\n", ",").split(","))
	return list(dict.fromkeys(filter(None, kinds)))


def check_companies(rows: Sequence[Any]) -> None:
	"""Each company once, with account, cost centre and item of its own."""
	check_once_each(rows)
	for row in rows:
		check_account(row, "allowance_account")
		check_cost_center(row)
		_check_item(row)


def _check_item(row: Any) -> None:
	if not row.allowance_item:
		return
	item = frappe.get_cached_value(
		"Item",
		row.allowance_item,
		["is_stock_item", "is_fixed_asset", "is_sales_item", "disabled", "has_variants"],
		as_dict=True,
	)
	if item.is_stock_item or item.is_fixed_asset:
		reason = _(
			"Row {0}: {1} is kept in stock or an asset. Choose an item for allowances that is neither."
		)
	elif not item.is_sales_item or item.disabled or item.has_variants:
		reason = _(
			"Row {0}: {1} isn't sold: it is disabled, a template, or for purchase only. Choose another."
		)
	else:
		return
	refuse(reason, row, row.allowance_item)
