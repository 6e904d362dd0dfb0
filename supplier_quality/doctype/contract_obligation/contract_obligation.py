from frappe.model.document import Document


class ContractObligation(Document):
	pass
