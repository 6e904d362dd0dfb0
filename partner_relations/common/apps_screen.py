"""Who sees the app on the screen of apps."""

import frappe


def has_permission() -> bool:
	"""Whether the user may read anything that the app keeps."""
	return bool(frappe.has_permission("Supplier Evaluation", "read"))
