from frappe.model.document import Document


class ContractBreach(Document):
	pass
