import frappe
from frappe import _
from frappe.model.document import Document

from partner_relations.common.documents import keep_computed_fields


class ContractBreach(Document):
	def validate(self):
		self.refuse_by_hand()
		keep_computed_fields(self)

	def refuse_by_hand(self):
		if self.is_new():
			frappe.throw(_("Breaches are made by the daily check of the contracts' obligations."))

	def on_trash(self):
		frappe.throw(_("A breach stays on record. Waive or close it instead, and say why."))
