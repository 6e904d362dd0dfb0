"""What the form of a Remedy Scheme asks for."""

from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import flt

from partner_relations.supplier_quality import remedy_schemes
from partner_relations.supplier_quality.rating.numbers import decimal
from partner_relations.supplier_quality.remedies import Case, Item


@frappe.whitelist()
def try_scheme(
	scheme: str,
	units: float = 0,
	exempt_units: float = 0,
	value: float = 0,
	grade: str | None = None,
	already_in_year: float = 0,
	currency: str | None = None,
) -> dict[str, Any]:
	"""What a scheme, as it stands in the form, makes of one case. Nothing is read or saved but the currency.

	`scheme` is the document as JSON; `value` that of the basis, or the volume. Returns the amount with its
	steps, or `{"problem": ...}` with the sentence that saving would give.
	"""
	frappe.has_permission(remedy_schemes.REMEDY_SCHEME, "read", throw=True)
	item = Item("", _number(value), _number(units), _number(exempt_units))
	case = Case((item,), grade=grade, already_in_year=_number(already_in_year))
	return remedy_schemes.try_scheme(frappe.parse_json(scheme), case, currency or "")


def _number(value: float) -> Decimal:
	return decimal(flt(value))
