"""What a supplier sees of itself on the website: its evaluations that were released to it, no one else's."""

from typing import Any

import frappe

from partner_relations.supplier_quality.evaluation import EVALUATION

RELEASED = ("Sent", "Not sent")
"""An evaluation is released by the decision to send it, even where the mail could not go out yet."""


def suppliers_of(user: str) -> list[str]:
	"""The suppliers whose portal user this is (table "Portal Users" on Supplier)."""
	if user == "Guest":
		return []
	return frappe.get_all("Portal User", filters={"user": user, "parenttype": "Supplier"}, pluck="parent")


def evaluations_of(user: str) -> list[dict[str, Any]]:
	"""Published evaluations released to the suppliers of a portal user, newest period first."""
	suppliers = suppliers_of(user)
	if not suppliers:
		return []
	return frappe.get_all(
		EVALUATION,
		filters={
			"supplier": ("in", suppliers),
			"docstatus": 1,
			"status": "Published",
			"notice_status": ("in", RELEASED),
		},
		fields=[
			"name",
			"supplier_name",
			"company",
			"period_label",
			"has_score",
			"score",
			"grade",
			"grade_color",
			"published_on",
		],
		order_by="to_date desc, published_on desc",
		limit_page_length=100,
	)


def has_website_permission(doc, ptype: str, user: str, verbose: bool = False) -> bool:
	"""Frappe's hook for documents on the website (the print view): reading its own released evaluations."""
	return (
		ptype in ("read", "print")
		and doc.docstatus == 1
		and doc.status == "Published"
		and doc.notice_status in RELEASED
		and doc.supplier in suppliers_of(user)
	)
