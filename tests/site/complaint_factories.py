"""Small builders of complaints for the site tests, through the app's own services. Nothing is committed."""

from typing import Any

import frappe
from factories import COMPANY, unique
from frappe.model.document import Document
from sales_factories import make_customer

from partner_relations.customer_care import complaints
from partner_relations.customer_care.complaint_steps import COMPLAINT, take_step

WAY = ("acknowledge", "investigate", "propose_resolution", "resolve", "confirm", "close")
"""The steps of a complaint that nobody disputes, in order."""


def make_complaint(customer: str | None = None, channel: str = "Phone", **values: Any) -> Document:
	"""A complaint as it comes in; fields of Customer Complaint go in."""
	return complaints.create(
		{
			"subject": unique("Scratched housing"),
			"customer": customer or make_customer(),
			"company": COMPANY,
			"severity": "Low",
			"description": "<p>The housing came scratched.</p>",
			**values,
		},
		channel,
	)


def bring_to(complaint: Document | str, last_step: str, **details: Any) -> Document:
	"""Take the usual steps up to one of `WAY`; those that were taken already are left out.

	The proposed resolution is written on the way. `details` go to the last step.
	"""
	name = complaint if isinstance(complaint, str) else complaint.name
	taken = set(frappe.get_all("Customer Complaint Step", filters={"parent": name}, pluck="step"))
	for step in WAY[: WAY.index(last_step) + 1]:
		if step in taken:
			continue
		if step == "propose_resolution":
			document = frappe.get_doc(COMPLAINT, name)
			if not document.proposed_resolution:
				document.proposed_resolution = "<p>We apologise.</p>"
				document.save()
		take_step(name, step, details if step == last_step else {})
	return frappe.get_doc(COMPLAINT, name)
