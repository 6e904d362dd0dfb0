from frappe.model.document import Document


class ContractAmendment(Document):
	pass
