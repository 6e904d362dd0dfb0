import frappe
from frappe import _
from frappe.model.document import Document

from partner_relations.common.documents import keep_computed_fields


class ContractObligationResult(Document):
	def validate(self):
		if self.is_new():
			frappe.throw(_("Results are made by the daily check of the contracts' obligations."))
		keep_computed_fields(self)
