from frappe.model.document import Document


class ContractClauseRule(Document):
	def validate(self):
		self.clear_what_does_not_apply()

	def clear_what_does_not_apply(self):
		"""A field that the form no longer shows must not go on deciding."""
		if self.party_type != "Supplier":
			self.supplier_group = None
		if not self.has_minimum_value:
			self.minimum_value = 0
