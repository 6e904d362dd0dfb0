"""Exchange rates that were entered: a form that opens doesn't wait for a rate from the internet."""

from datetime import date

import frappe
from frappe.utils import flt


def entered_rate(from_currency: str, to_currency: str, on: date | str) -> float | None:
	"""How many units of `to_currency` one of `from_currency` is worth to who sells; None without a rate.

	The latest Currency Exchange that isn't of a later day than `on`, in either direction.
	"""
	if from_currency == to_currency:
		return 1.0
	pair = ("in", (from_currency, to_currency))
	rows = frappe.get_all(
		"Currency Exchange",
		filters={
			"from_currency": pair,
			"to_currency": pair,
			"for_selling": 1,
			"date": ("<=", on),
			"exchange_rate": (">", 0),
		},
		fields=["from_currency", "exchange_rate"],
		order_by="date desc",
		limit_page_length=1,
	)
	if not rows:
		return None
	rate = flt(rows[0].exchange_rate)
	return rate if rows[0].from_currency == from_currency else 1 / rate
