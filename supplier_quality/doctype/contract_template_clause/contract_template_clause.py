from frappe.model.document import Document


class ContractTemplateClause(Document):
	pass
