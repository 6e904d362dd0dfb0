"""What the form of a purchase order says of contracts before it is saved: by what saving it would say."""

from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, date_diff, escape_html, flt, format_date, get_link_to_form, getdate, today

from partner_relations.supplier_quality.contract_steps import CONTRACT, IN_FORCE, SETTINGS
from partner_relations.supplier_quality.purchase_cover import (
	IGNORE,
	REFUSE,
	WARN,
	Cover,
	buys_by_contract,
	cover_of,
	departures,
	sentences,
)

PURCHASE_ORDER = "Purchase Order"
ORDER_FIELDS = ("supplier", "company", "transaction_date", "currency", "conversion_rate", "base_net_total")
LINE_FIELDS = (
	"idx",
	"item_code",
	"item_name",
	"rate",
	"uom",
	"stock_uom",
	"conversion_factor",
	"is_free_item",
)


def order_from(values: Mapping[str, Any]) -> Document:
	"""An order as far as contracts ask for it, in memory; of what a form sends nothing else is read."""
	order = frappe.new_doc(PURCHASE_ORDER)
	order.update({field: values.get(field) for field in ORDER_FIELDS})
	order.transaction_date = order.transaction_date or today()
	order.set("items", [])
	for row in values.get("items") or ():
		order.append("items", {field: row.get(field) for field in LINE_FIELDS})
	return order


def preview(order: Document) -> dict[str, Any]:
	"""The contract that covers an order as it stands in the form, and what departs from it.

	{"covered", "notice", "missing", "departures", "refused"}: `covered` is a sentence on the contract that
	decides, `notice` one if its notice period ends soon; `missing` says why there is none; `departures` has a
	sentence for each line with another price than agreed. They are HTML, with links to the contracts that the
	user may read. What the settings ignore is left out; `refused` says that such an order can't be saved.
	"""
	settings = frappe.get_cached_doc(SETTINGS)
	found: dict[str, Any] = {
		"covered": None,
		"notice": None,
		"missing": None,
		"departures": [],
		"refused": False,
	}
	if order.get("is_internal_supplier"):
		return found
	cover = cover_of(order.supplier, order.company, order.transaction_date)
	readable = _readable([*cover.covering, *cover.others])

	def name(contract: str) -> str:
		return get_link_to_form(CONTRACT, contract) if contract in readable else escape_html(contract)

	if not cover.covering:
		action = settings.po_without_contract or WARN
		if _needs_contract(order, settings, cover, action):
			found["missing"] = " ".join(
				sentences(_supplier_name(order.supplier), order.transaction_date, cover, name)
			)
			found["refused"] = action == REFUSE
		return found
	deciding = cover.covering[0]
	found["covered"] = _covered(deciding, name)
	found["notice"] = _notice(deciding, cint(settings.reminder_days))
	action = settings.price_departure or WARN
	if action != IGNORE:
		tolerance = flt(settings.agreed_price_tolerance)
		found["departures"], _number = departures(order, cover.covering, tolerance, name)
		found["refused"] = bool(found["departures"]) and action == REFUSE
	return found


def _needs_contract(order: Document, settings: Document, cover: Cover, action: str) -> bool:
	"""As on saving; but of an order without lines it is said at once, unless small ones need no contract."""
	limit = flt(settings.contract_needed_above)
	if action == IGNORE or (limit and flt(order.base_net_total) <= limit):
		return False
	return action == REFUSE or bool(cover.others) or buys_by_contract(order.company)


def _readable(contracts: Sequence[Any]) -> set[str]:
	if not contracts or not frappe.has_permission(CONTRACT, "read"):
		return set()
	names = [row.name for row in contracts]
	return set(frappe.get_list(CONTRACT, filters={"name": ("in", names)}, pluck="name", limit_page_length=0))


def _supplier_name(supplier: str) -> str:
	return frappe.get_cached_value("Supplier", supplier, "supplier_name") or supplier


def _covered(contract: Any, name: Any) -> str:
	if contract.effective_end_date:
		return _("Contract {0} covers this order. It runs until {1}.").format(
			name(contract.name), format_date(contract.effective_end_date)
		)
	return _("Contract {0} covers this order. It has no end.").format(name(contract.name))


def _notice(contract: Any, days: int) -> str | None:
	"""That notice must be given soon, in the time in which the owner of the contract is reminded of it."""
	if contract.life_cycle != IN_FORCE or contract.terminated_on or not contract.notice_by:
		return None
	left = date_diff(contract.notice_by, today())
	ended = getdate(contract.effective_end_date) < getdate(today())
	if left > days or ended:
		return None
	if left < 0:
		if contract.auto_renew:
			return _("The time for giving notice has passed: it renews.")
		return None
	return _("Notice may be given until {0}, in {1} days.").format(format_date(contract.notice_by), left)
