from frappe.model.document import Document

from partner_relations.supplier_quality import amending


class ContractAmendment(Document):
	def validate(self):
		amending.prepare(self)

	def before_submit(self):
		amending.confirm(self)

	def on_submit(self):
		amending.take_effect(self)

	def on_cancel(self):
		self.db_set("status", "Cancelled")
		amending.take_effect(self)
