"""Breaches, rewards and penalties as they lie before the services that tell of them.

A breach is written by the daily job and a reward or penalty by its rule; a test of what is *told* needs their
rows alone, so these are inserted with the very columns that those write.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from factories import COMPANY, FROM_DATE, TO_DATE, make_supplier, make_user, unique
from frappe.model.document import Document
from frappe.utils import now

from partner_relations.supplier_quality import remedy_schemes
from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.remedies import Case, Item, Scheme
from partner_relations.supplier_quality.reward_penalty import FINANCIAL, REWARD_PENALTY

KPI_PROMISE = "On-Time Delivery"
TEN_PERCENT_PER_TWO_DAYS = {
	"scheme_name": "Late delivery",
	"purpose": "Penalty",
	"method": "Rate",
	"basis": "Order value",
	"rate_type": "Percent of the basis",
	"counts": "Days late",
	"rate": 10.5,
	"per_units": 2,
	"partial_units": "Counts in full",
	"has_cap_percent": 1,
	"cap_percent": 55,
}


def make_breach(party: str | None = None, party_type: str = "Supplier", **values: Any) -> Document:
	"""A breach of a KPI promise in the first quarter of last year: 35 of 40 lines on time, 95 % promised."""
	party = party or make_supplier()
	breach = frappe.get_doc(
		{
			"doctype": BREACH,
			"contract": unique("Contract"),
			"obligation": "On-time delivery",
			"obligation_key": frappe.generate_hash(length=10),
			"kind": "KPI promise",
			"kpi": KPI_PROMISE,
			"owed_by": "Partner",
			"party_type": party_type,
			"party": party,
			"party_name": party,
			"company": COMPANY,
			"status": "Detected",
			"detected_on": now(),
			"from_date": FROM_DATE,
			"to_date": TO_DATE,
			"has_value": 1,
			"value": 87.5,
			"comparison": "At least",
			"target": 95,
			"unit": "%",
			"numerator": 35,
			"denominator": 40,
			"sample_size": 40,
			"unique_key": frappe.generate_hash(length=20),
			**values,
		}
	)
	breach.db_insert()  # past its controller, as the job inserts it
	return breach


def make_decision(supplier: str | None = None, **values: Any) -> Document:
	"""An approved reward or penalty; liquidated damages of 63 with their calculation by default."""
	supplier = supplier or make_supplier()
	definition = frappe.get_doc({"doctype": "Remedy Scheme", **TEN_PERCENT_PER_TWO_DAYS})
	assessment = remedy_schemes.assess(
		Scheme.from_document(definition.as_dict()).to_dict(),
		Case((Item("PUR-ORD-1", value=Decimal(200), units=Decimal(5)),)),
		"USD",
	)
	financial = values.setdefault("measure", "Liquidated Damages") in FINANCIAL
	decision = frappe.get_doc(
		{
			"doctype": REWARD_PENALTY,
			"supplier": supplier,
			"supplier_name": supplier,
			"company": COMPANY,
			"kind": "Penalty",
			"status": "Approved",
			"docstatus": 1,
			"decision_date": date.today(),
			"from_date": date.today(),
			"reason": "Five deliveries were late.",
			"is_financial": int(financial),
			"paid_by": "Supplier" if financial else None,
			"amount": assessment.amount if financial else 0,
			"currency": "USD",
			"calculation": frappe.as_json(assessment.calculation) if financial else None,
			"proposed_by": "Administrator",
			"unique_key": frappe.generate_hash(length=20),
			**values,
		}
	)
	decision.db_insert()
	return decision


def portal_user(*suppliers: str) -> str:
	"""A website user of these suppliers, as ERPNext makes them."""
	user = make_user("Supplier")
	for supplier in suppliers:
		document = frappe.get_doc("Supplier", supplier)
		document.append("portal_users", {"user": user})
		document.save()
	return user
