"""What the form of a complaint links to ("Connections")."""

from typing import Any

from frappe import _


def get_data() -> dict[str, Any]:
	"""The documents that were made for the complaint, by the field in which they name it."""
	return {
		"fieldname": "customer_complaint",
		"non_standard_fieldnames": {"Supplier Reward Penalty": "source_name"},
		"transactions": [
			{"label": _("Credit", context="Customer Complaint"), "items": ["Sales Invoice"]},
			{"label": _("Goods"), "items": ["Delivery Note", "Sales Order"]},
			{"label": _("Repair"), "items": ["Warranty Claim"]},
			{"label": _("For the Supplier"), "items": ["Supplier Reward Penalty", "Quality Action"]},
		],
	}
