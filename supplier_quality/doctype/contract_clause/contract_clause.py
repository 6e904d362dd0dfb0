from frappe.model.document import Document


class ContractClause(Document):
	pass
