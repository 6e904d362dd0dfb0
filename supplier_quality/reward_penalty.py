"""Rewards and penalties: proposed by rule, breach or hand, then approved, notified, answered and posted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha1
from typing import Any

import frappe
from frappe.utils import now, today

from partner_relations.common.bulk import insert_rows, reserve_names

REWARD_PENALTY = "Supplier Reward Penalty"
SERIES = "SRP-.YYYY.-.#####"
FINANCIAL = ("Bonus", "Rebate", "Price Reduction", "Chargeback", "Liquidated Damages")


@dataclass(frozen=True)
class Proposal:
	"""A reward or penalty that a rule or a contract calls for.

	`origin` says what called for it (the name of an incentive rule, the key of an obligation): source and
	origin make one proposal, however often the question is asked. `amount` is in the company's currency;
	`calculation` holds its steps (`remedy_schemes.assess`), `definition` the scheme as it was then.
	`details` are further fields of the document (until, hold_payments, order_share, payment_terms_template,
	purchase_invoice, contract).
	"""

	supplier: str
	company: str
	kind: str
	measure: str
	reason: str
	source_type: str
	source_name: str
	origin: str
	proposed_by: str
	paid_by: str | None = None
	amount: Decimal = Decimal(0)
	remedy_scheme: str | None = None
	definition: Mapping[str, Any] | None = None
	calculation: Sequence[Mapping[str, Any]] = ()
	rule: str | None = None
	decision_date: date | None = None
	details: Mapping[str, Any] = field(default_factory=dict)


def unique_key(source_type: str, source_name: str, origin: str) -> str:
	"""One reward or penalty per source and origin: nothing is proposed, and so posted, twice."""
	return sha1("\x1f".join((source_type, source_name, origin)).encode()).hexdigest()


def payer(kind: str, measure: str, paid_by: str | None = None) -> str | None:
	"""Who pays where nobody said: the company its bonuses, the supplier everything else; None if no money."""
	if measure not in FINANCIAL:
		return None
	return paid_by or ("Company" if kind == "Reward" and measure == "Bonus" else "Supplier")


def propose(proposals: Sequence[Proposal]) -> list[str]:
	"""Insert proposals as drafts, in a number of statements that doesn't depend on how many they are.

	Those that were proposed before are left out, whatever became of them. Returns the names of the new ones.
	"""
	wanted = {unique_key(row.source_type, row.source_name, row.origin): row for row in proposals}
	if not wanted:
		return []
	record = frappe.qb.DocType(REWARD_PENALTY)
	known = (
		frappe.qb.from_(record)
		.where(record.unique_key.isin(list(wanted)))
		.select(record.unique_key)
		.for_update()
	).run()
	for (key,) in known:
		del wanted[key]
	if not wanted:
		return []
	names = reserve_names(SERIES, len(wanted))
	rows = [_row(name, key, proposal) for name, (key, proposal) in zip(names, wanted.items(), strict=True)]
	_add_what_is_fetched(rows)
	insert_rows(REWARD_PENALTY, list(rows[0]), ([row[column] for column in rows[0]] for row in rows))
	return names


DETAILS = (
	"until",
	"hold_payments",
	"order_share",
	"payment_terms_template",
	"purchase_invoice",
	"contract",
)


def _row(name: str, key: str, proposal: Proposal) -> dict[str, Any]:
	stamp = now()
	unknown = set(proposal.details) - set(DETAILS)
	if unknown:
		raise ValueError(f"a proposal has no {', '.join(sorted(unknown))}")
	return {
		"name": name,
		"owner": proposal.proposed_by,
		"modified_by": proposal.proposed_by,
		"creation": stamp,
		"modified": stamp,
		"docstatus": 0,
		"status": "Proposed",
		"supplier": proposal.supplier,
		"company": proposal.company,
		"kind": proposal.kind,
		"measure": proposal.measure,
		"is_financial": int(proposal.measure in FINANCIAL),
		"paid_by": payer(proposal.kind, proposal.measure, proposal.paid_by),
		"amount": proposal.amount,
		"remedy_scheme": proposal.remedy_scheme,
		"definition": frappe.as_json(proposal.definition) if proposal.definition else None,
		"calculation": frappe.as_json(list(proposal.calculation)) if proposal.calculation else None,
		"reason": proposal.reason,
		"source_type": proposal.source_type,
		"source_name": proposal.source_name,
		"rule": proposal.rule,
		"decision_date": proposal.decision_date or today(),
		"from_date": proposal.decision_date or today(),
		"proposed_by": proposal.proposed_by,
		"unique_key": key,
		**{detail: proposal.details.get(detail) for detail in DETAILS},
		"hold_payments": int(bool(proposal.details.get("hold_payments"))),
		"order_share": proposal.details.get("order_share") or 0,
	}


def _add_what_is_fetched(rows: list[dict[str, Any]]) -> None:
	"""What the form fetches from supplier and company."""
	names = dict(
		frappe.get_all(
			"Supplier",
			filters={"name": ("in", list({row["supplier"] for row in rows}))},
			fields=["name", "supplier_name"],
			as_list=True,
		)
	)
	for row in rows:
		row["supplier_name"] = names.get(row["supplier"])
		row["currency"] = frappe.get_cached_value("Company", row["company"], "default_currency")
