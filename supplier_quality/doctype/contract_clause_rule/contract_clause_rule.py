from frappe.model.document import Document


class ContractClauseRule(Document):
	pass
