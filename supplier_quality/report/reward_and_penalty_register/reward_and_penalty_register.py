"""Reward and Penalty Register: what was approved, posted, and what the general ledger holds, to the cent."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.utils import fmt_money, getdate

from partner_relations.common.reports import as_list, check_period
from partner_relations.supplier_quality.posting import ledger_amounts
from partner_relations.supplier_quality.report.display import supplier_groups
from partner_relations.supplier_quality.reward_penalty import (
	POSTED,
	PROPOSED,
	REWARD_PENALTY,
	SECOND,
	WAIVED,
	label,
)

NOTHING = Decimal(0)
BARS = 12
"""More months can't be told apart under a chart as wide as a screen."""


def execute(filters: dict[str, Any] | None = None):
	"""Filters: company, from_date and to_date (of the decision), supplier, kind, status (one or several),
	money ("Financial" or "Other measures"), only_different.

	Returns columns, rows, message, chart, summary.
	"""
	filters = frappe._dict(filters or {})
	rows = register(filters)
	if filters.only_different:
		rows = [row for row in rows if row.differs]
	if not rows:
		return columns(rows), [], empty_message(filters)
	return columns(rows), rows, None, chart(rows), summary(rows)


def register(filters: frappe._dict) -> list[frappe._dict]:
	"""A row per record that the user may see, with what the ledger should hold of it and does.

	`approved` is the amount once it is approved and not waived; `posted` what the record says was posted and
	not reversed; `ledger` what the accounts say; `difference` is ledger less posted. Amounts are in the
	company's currency, positive in the direction of the record.
	"""
	rows = records(filters)
	visible = supplier_groups(row.supplier for row in rows)
	rows = [row for row in rows if row.supplier in visible]
	ledger = ledger_amounts([row.name for row in rows if row.is_financial])
	for row in rows:
		row.record = row.name
		row.voucher_type, row.voucher = _voucher(row)
		if not row.is_financial:
			row.update(amount=None, approved=None, posted=None, ledger=None, difference=None, differs=False)
			continue
		approved = row.docstatus == 1 and row.status != WAIVED
		row.approved = row.amount if approved else 0
		row.posted = row.posted_amount if row.status == POSTED and row.docstatus == 1 else 0
		row.ledger = float(ledger.get(row.name, NOTHING))
		row.difference = float(_decimal(row.ledger) - _decimal(row.posted))
		# Not only the ledger: a debit note may have been posted at another amount than was approved.
		row.differs = bool(row.difference) or (row.status == POSTED and row.posted != row.approved)
		row.note = _note(row)
	return rows


def records(filters: frappe._dict) -> list[frappe._dict]:
	"""The records that the user may see, newest decision first."""
	conditions: dict[str, Any] = {}
	for name in ("company", "supplier", "kind"):
		if filters.get(name):
			conditions[name] = filters[name]
	if statuses := as_list(filters.status):
		conditions["status"] = ("in", statuses)
	if filters.money:
		conditions["is_financial"] = int(filters.money == "Financial")
	from_date, to_date = (getdate(day) if day else None for day in (filters.from_date, filters.to_date))
	check_period(from_date, to_date)
	if from_date or to_date:
		conditions["decision_date"] = ("between", (from_date or "1900-01-01", to_date or "2999-12-31"))
	return frappe.get_list(
		REWARD_PENALTY,
		filters=conditions,
		fields=[
			"name",
			"decision_date",
			"supplier",
			"supplier_name",
			"company",
			"kind",
			"measure",
			"status",
			"docstatus",
			"is_financial",
			"paid_by",
			"amount",
			"currency",
			"posting_date",
			"posting_account",
			"posted_amount",
			"journal_entry",
			"debit_note",
			"source_type",
			"source_name",
			"until",
		],
		order_by="decision_date desc, name desc",
		limit_page_length=0,
	)


def _voucher(row: frappe._dict) -> tuple[str | None, str | None]:
	if row.debit_note:
		return "Purchase Invoice", row.debit_note
	return ("Journal Entry", row.journal_entry) if row.journal_entry else (None, None)


def _note(row: frappe._dict) -> str:
	"""What the accountants should look at, as a sentence."""
	if row.difference:
		return _("The ledger differs from what was posted.")
	if row.differs:
		return _("Posted at another amount than was approved.")
	return ""


def _decimal(number: float | None) -> Decimal:
	return Decimal(str(number or 0))


def columns(rows: list[frappe._dict]) -> list[dict[str, Any]]:
	companies = {row.company for row in rows}

	def money(fieldname: str, text: str, width: int = 115) -> dict[str, Any]:
		return {
			"fieldname": fieldname,
			"label": text,
			"fieldtype": "Currency",
			"options": "currency",
			"width": width,
		}

	def link(fieldname: str, text: str, doctype: str, width: int) -> dict[str, Any]:
		return {
			"fieldname": fieldname,
			"label": text,
			"fieldtype": "Link",
			"options": doctype,
			"width": width,
		}

	return [
		link("record", _("Reward or Penalty"), REWARD_PENALTY, 150),
		{"fieldname": "decision_date", "label": _("Date"), "fieldtype": "Date", "width": 110},
		link("supplier", _("Supplier"), "Supplier", 180),
		{**link("company", _("Company"), "Company", 120), "hidden": int(len(companies) < 2)},
		{"fieldname": "kind", "label": _("Kind"), "fieldtype": "Data", "width": 80},
		{"fieldname": "measure", "label": _("Measure"), "fieldtype": "Data", "width": 155},
		{"fieldname": "status", "label": _("Status"), "fieldtype": "Data", "width": 120},
		{"fieldname": "paid_by", "label": _("Paid By"), "fieldtype": "Data", "width": 85},
		money("amount", _("Amount")),
		money("approved", _("Approved Amount"), 150),
		money("posted", _("Posted", context="Supplier Reward Penalty")),
		money("ledger", _("In the Ledger")),
		money("difference", _("Difference", context="Supplier Reward Penalty"), 100),
		{
			"fieldname": "note",
			"label": _("Note", context="Supplier Reward Penalty"),
			"fieldtype": "Data",
			"width": 230,
		},
		{"fieldname": "posting_date", "label": _("Posting Date"), "fieldtype": "Date", "width": 115},
		{
			"fieldname": "voucher",
			"label": _("Voucher"),
			"fieldtype": "Dynamic Link",
			"options": "voucher_type",
			"width": 170,
		},
		link("posting_account", _("Account"), "Account", 170),
	]


def chart(rows: list[frappe._dict]) -> dict[str, Any] | None:
	"""What was posted by month: paid by suppliers up, by the company down. One currency only."""
	currencies = {row.currency for row in rows if row.is_financial}
	totals: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
	for row in rows:
		if row.is_financial and row.ledger:
			month = getdate(row.posting_date or row.decision_date).strftime("%Y-%m")
			totals[month][row.paid_by] += _decimal(row.ledger)
	if len(currencies) != 1 or not totals:
		return None
	months = sorted(totals)[-BARS:]
	return {
		"data": {
			"labels": months,
			"datasets": [
				{
					"name": _("Suppliers"),
					"values": [float(totals[month]["Supplier"]) for month in months],
				},
				{
					"name": _("Company"),
					"values": [float(totals[month]["Company"]) for month in months],
				},
			],
		},
		"type": "bar",
		"colors": ["#dc4a4a", "#38a169"],
		"fieldtype": "Currency",
		"options": "currency",
		"currency": next(iter(currencies)),
		"title": _("In the ledger by month and by who pays"),
	}


def summary(rows: list[frappe._dict]) -> list[dict[str, Any]]:
	"""Per currency what was approved and what the ledger holds, by who pays; open ones; differences."""
	items = []
	financial = [row for row in rows if row.is_financial]
	currencies = sorted({row.currency for row in financial})
	for currency in currencies:
		for payer, text in (("Supplier", _("Paid by suppliers")), ("Company", _("Paid by the company"))):
			own = [row for row in financial if row.currency == currency and row.paid_by == payer]
			if own:
				approved = _money(own, "approved", currency)
				items.append(
					{
						"label": _("{0}: posted / approved").format(text),
						"value": f"{_money(own, 'ledger', currency)} / {approved}",
					}
				)
	waiting = sum(row.status in (PROPOSED, SECOND) for row in rows)
	items.append(
		{"label": _("Awaiting Approval"), "value": waiting, "indicator": "Orange" if waiting else "Green"}
	)
	differing = [row for row in financial if row.differs]
	if differing:
		items.append({"label": _("Records That Differ"), "value": len(differing), "indicator": "Red"})
	elif financial:
		items.append({"label": _("Ledger"), "value": _("agrees to the cent"), "indicator": "Green"})
	return [{"datatype": "Data", **item} for item in items]


def _money(rows: list[frappe._dict], field: str, currency: str) -> str:
	return fmt_money(float(sum(_decimal(row[field]) for row in rows)), currency=currency)


def empty_message(filters: frappe._dict) -> str:
	if filters.only_different:
		return _("Every record agrees with the ledger.")
	statuses = ", ".join(label(status) for status in as_list(filters.status))
	if statuses:
		return _("No reward or penalty with these filters is: {0}.").format(statuses)
	return _(
		"No reward or penalty matches these filters. Rules and contracts propose them, or you make one by "
		"hand."
	)
