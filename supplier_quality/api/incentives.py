"""What the form of a Supplier Incentive Rule asks for."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from partner_relations.supplier_quality import incentives


@frappe.whitelist()
def simulate(rule: dict | str, from_date: str, to_date: str) -> dict[str, Any]:
	"""What a rule, as it stands in the form, would have proposed; saves nothing.

	For those who may change rules. `rule` is the document, refused with the same words as on save.
	"""
	frappe.has_permission(incentives.RULE, "write", throw=True)
	first, last = getdate(from_date), getdate(to_date)
	if not first or not last:
		frappe.throw(_("Give both the first and the last day."))
	if last < first:
		frappe.throw(_("The period ends before it starts."))
	document = frappe.get_doc({**frappe.parse_json(rule), "doctype": incentives.RULE})
	document.validate_content()
	return incentives.simulate(document.as_dict(no_nulls=False), first, last)
