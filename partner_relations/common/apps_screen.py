"""Who sees the app on the screen of apps."""

import frappe


def has_permission() -> bool:
	"""Whether the user may read anything that the app keeps."""
	kept = ("Supplier Evaluation", "Customer Complaint")
	return any(frappe.has_permission(doctype, "read") for doctype in kept)
