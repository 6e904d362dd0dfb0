"""What a customer's form says of its tier: which and why, what is to be done next, what the tier suggests."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, flt, get_fullname, getdate, rounded, today

from partner_relations.common.exchange import entered_rate
from partner_relations.customer_care import visits
from partner_relations.customer_care.complaint_steps import COMPLAINT, FINISHED
from partner_relations.customer_care.tiers import CHANGE, OVERRIDE, TIER, may_decide, service_policy

ASSESSMENT = "Customer Tier Assessment"
CHANGES_SHOWN = 8


def overview(name: str, company: str | None = None) -> dict[str, Any]:
	"""Tier, reasons, visits, complaints and suggestions for the form of a customer that the user may see.

	What the user may not read (complaints, assessments, the history) is left out.
	"""
	customer = frappe.get_doc("Customer", name)
	policy = service_policy(customer.customer_tier)
	decides = may_decide()
	return {
		"tier": customer.customer_tier,
		"since": customer.customer_tier_since,
		"assessed_tier": customer.assessed_tier,
		"override": _override(customer),
		"changes": _changes(name),
		"assessment": _last_assessment(name),
		"account_manager": customer.account_manager and get_fullname(customer.account_manager),
		"needs_account_manager": policy.needs_account_manager and not customer.account_manager,
		"contacts": visits.next_contacts(customer, policy),
		"complaints": _complaints(name),
		"credit": _credit(customer, company),
		"may_decide": decides,
		"tiers": _choices() if decides else [],
	}


def _override(customer: Any) -> dict[str, Any] | None:
	if not customer.tier_override_until or getdate(customer.tier_override_until) < getdate(today()):
		return None
	by = frappe.db.get_value(
		CHANGE,
		{"customer": customer.name, "source": OVERRIDE, "ended_on": ("is", "not set")},
		"changed_by",
		order_by="changed_on desc",
	)
	return {
		"until": customer.tier_override_until,
		"reason": customer.tier_override_reason,
		"by": by and get_fullname(by),
	}


def _changes(customer: str) -> list[Any]:
	if not frappe.has_permission(CHANGE, "read"):
		return []
	rows = frappe.get_list(
		CHANGE,
		filters={"customer": customer},
		fields=[
			*("name", "changed_on", "from_tier", "to_tier", "direction", "source", "assessment", "reason"),
			*("changed_by", "until", "ended_on"),
		],
		order_by="changed_on desc, name desc",
		limit_page_length=CHANGES_SHOWN,
	)
	for row in rows:
		row.changed_by = get_fullname(row.changed_by)
	return rows


def _last_assessment(customer: str) -> Any:
	if not frappe.has_permission(ASSESSMENT, "read"):
		return None
	rows = frappe.get_list(
		ASSESSMENT,
		filters={"customer": customer, "status": ("!=", "Superseded")},
		fields=["name", "to_date", "status", "proposed_tier", "has_score", "score", "rfm", "segment"],
		order_by="to_date desc, creation desc",
		limit_page_length=1,
	)
	return rows[0] if rows else None


def _complaints(customer: str) -> dict[str, int] | None:
	if not frappe.has_permission(COMPLAINT, "read"):
		return None
	rows = frappe.get_list(
		COMPLAINT,
		filters={"customer": customer, "step": ("not in", list(FINISHED))},
		fields=["deadline_status"],
		limit_page_length=0,
	)
	late = sum(row.deadline_status in ("Overdue", "Missed") for row in rows)
	return {"open": len(rows), "late": late}


def _choices() -> list[Any]:
	return frappe.get_all(TIER, {"disabled": 0}, ["name", "color"], order_by="`rank` asc")


# Credit


def _credit(customer: Any, company: str | None) -> dict[str, Any] | None:
	"""What the tier suggests for a company, beside what is agreed; None where it suggests nothing."""
	if not (customer.customer_tier and company and frappe.has_permission("Company", "read", company)):
		return None
	tier = frappe.get_cached_doc(TIER, customer.customer_tier)
	currency = frappe.get_cached_value("Company", company, "default_currency")
	limit = _in_currency(tier.suggested_credit_limit, tier.currency, currency)
	row = next((row for row in customer.credit_limits if row.company == company), None)
	current = flt(row.credit_limit) if row else 0.0
	terms = tier.suggested_payment_terms
	if limit == 0 and not terms:
		return None
	return {
		"company": company,
		"currency": currency,
		"limit": limit,
		"without_rate": limit is None and {"limit": tier.suggested_credit_limit, "currency": tier.currency},
		"current_limit": current,
		"terms": terms,
		"current_terms": customer.payment_terms,
		"differs": bool((limit and limit != current) or (terms and terms != customer.payment_terms)),
		"may_apply": bool(customer.has_permission("write")),
	}


def _in_currency(amount: float, from_currency: str, to_currency: str) -> float | None:
	"""The amount in another currency, in whole units; None where the ERP has no rate."""
	if not amount or from_currency == to_currency:
		return flt(amount)
	rate = entered_rate(from_currency, to_currency, today())
	return rounded(flt(amount) * rate, 0) if rate else None


def apply_suggestions(name: str, company: str) -> None:
	"""Write the suggested credit limit and payment terms to a customer; ERPNext checks them as ever.

	Raises frappe.PermissionError for who may not write the customer, frappe.ValidationError if the tier
	suggests nothing.
	"""
	customer = frappe.get_doc("Customer", name, for_update=True)
	customer.check_permission("write")
	suggested = _credit(customer, company)
	if suggested and suggested["without_rate"] and not suggested["terms"]:
		frappe.throw(
			_("There is no exchange rate from {0} to {1}. Enter a Currency Exchange first.").format(
				suggested["without_rate"]["currency"], suggested["currency"]
			)
		)
	if not suggested:
		frappe.throw(
			_("The tier {0} suggests neither a credit limit nor payment terms for {1}.").format(
				frappe.bold(escape_html(customer.customer_tier or _("None"))),
				frappe.bold(escape_html(company)),
			)
		)
	if suggested["terms"]:
		customer.payment_terms = suggested["terms"]
	if suggested["limit"]:
		row = next((row for row in customer.credit_limits if row.company == company), None)
		if row is None:
			row = customer.append("credit_limits", {"company": company})
		row.credit_limit = suggested["limit"]
	customer.save()
