"""What the browser may call for the list of contracts."""

import frappe
from frappe.utils import cint

from partner_relations.supplier_quality.contract_steps import CONTRACT, SETTINGS


@frappe.whitelist()
def reminder_days() -> int:
	"""How many days before the notice date owners are reminded: from then on the list marks a contract."""
	frappe.has_permission(CONTRACT, "read", throw=True)
	return cint(frappe.get_cached_doc(SETTINGS).reminder_days)
