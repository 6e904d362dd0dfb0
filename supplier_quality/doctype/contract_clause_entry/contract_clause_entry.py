from frappe.model.document import Document


class ContractClauseEntry(Document):
	pass
