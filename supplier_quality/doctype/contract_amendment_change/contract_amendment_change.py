from frappe.model.document import Document


class ContractAmendmentChange(Document):
	pass
