"""What the Supplier form shows of contracts, breaches, rewards and penalties, as far as the user may see."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import date_diff, getdate, today

from partner_relations.supplier_quality import breaches
from partner_relations.supplier_quality.contract_obligations import PARTNER, US
from partner_relations.supplier_quality.reward_penalty import (
	CANCELLED,
	POSTED,
	PROPOSED,
	REVERSED,
	REWARD_PENALTY,
	SECOND,
	WAIVED,
)

CONTRACT = "Contract"
RUNNING = ("Signing", "In Force")
NOTHING_OWED = (WAIVED, REVERSED, CANCELLED)
LISTED = 20


def agreements_of(supplier: str) -> dict[str, Any]:
	"""Contracts that run, breaches that are open, rewards and penalties to date of one supplier.

	`breaches` are the supplier's, `ours` those by which we fail the supplier. Four queries at most. What the
	user may not read is left out: an empty list, as if there were nothing.
	"""
	records = _records(supplier)
	open_breaches = _open_breaches(supplier)
	return {
		"contracts": _contracts(supplier),
		"breaches": [row for row in open_breaches if row.owed_by == PARTNER],
		"ours": [row for row in open_breaches if row.owed_by == US],
		"waiting": [row for row in records if row.docstatus == 0 and row.status in (PROPOSED, SECOND)][
			:LISTED
		],
		"sums": sums(records),
		"preferred_until": _preferred_until(supplier),
	}


def sums(records: Iterable[Any]) -> list[dict[str, Any]]:
	"""Per company what was approved so far, in its currency: number and amount of rewards and penalties.

	`records` are rows with company, currency, kind, docstatus, status, amount and posted_amount. Waived,
	reversed and cancelled ones don't count; `posted` is what of the amounts is in the ledger.
	"""
	found: dict[str, dict[str, Any]] = {}
	for row in records:
		if row.docstatus != 1 or row.status in NOTHING_OWED:
			continue
		entry = found.setdefault(
			row.company,
			{"company": row.company, "currency": row.currency, "Reward": _zeros(), "Penalty": _zeros()},
		)
		entry[row.kind]["count"] += 1
		entry[row.kind]["amount"] += _decimal(row.amount)
		if row.status == POSTED:
			entry[row.kind]["posted"] += _decimal(row.posted_amount)
	for entry in found.values():
		for kind in ("Reward", "Penalty"):
			for figure in ("amount", "posted"):
				entry[kind][figure] = float(entry[kind][figure])
	return [found[company] for company in sorted(found)]


def _zeros() -> dict[str, Any]:
	return {"count": 0, "amount": Decimal(0), "posted": Decimal(0)}


def _contracts(supplier: str) -> list[Any]:
	rows = _visible(
		CONTRACT,
		filters={
			"party_type": "Supplier",
			"party_name": supplier,
			"docstatus": 1,
			"life_cycle": ("in", RUNNING),
		},
		fields=[
			"name",
			"company",
			"life_cycle",
			"start_date",
			"effective_end_date",
			"notice_by",
			"auto_renew",
		],
		order_by="life_cycle asc, effective_end_date asc",
	)
	for row in rows:
		row.days_to_notice = date_diff(row.notice_by, today()) if row.notice_by else None
		row.days_to_end = date_diff(row.effective_end_date, today()) if row.effective_end_date else None
	return rows


def _open_breaches(supplier: str) -> list[Any]:
	return _visible(
		breaches.BREACH,
		filters={
			"party_type": "Supplier",
			"party": supplier,
			"status": ("in", breaches.OPEN),
		},
		fields=[
			"name",
			"company",
			"contract",
			"obligation",
			"owed_by",
			"status",
			"from_date",
			"to_date",
			"due_date",
			"days_late",
			"has_value",
			"value",
			"target",
			"comparison",
			"unit",
			"penalty",
		],
		order_by="to_date desc",
	)


def _records(supplier: str) -> list[Any]:
	return _visible(
		REWARD_PENALTY,
		filters={"supplier": supplier, "docstatus": ("<", 2)},
		fields=[
			"name",
			"company",
			"currency",
			"kind",
			"measure",
			"status",
			"docstatus",
			"is_financial",
			"amount",
			"posted_amount",
			"decision_date",
		],
		order_by="decision_date desc, name desc",
	)


def _preferred_until(supplier: str) -> Any:
	until = frappe.get_cached_value("Supplier", supplier, "preferred_until")
	return until if until and getdate(until) >= getdate(today()) else None


def _visible(doctype: str, filters: dict[str, Any], fields: Sequence[str], order_by: str) -> list[Any]:
	if not frappe.has_permission(doctype, "read"):
		return []
	return frappe.get_list(
		doctype, filters=filters, fields=list(fields), order_by=order_by, limit_page_length=0
	)


def _decimal(number: Any) -> Decimal:
	return Decimal(str(number or 0))
