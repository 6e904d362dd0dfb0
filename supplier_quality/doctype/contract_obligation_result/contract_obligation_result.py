from frappe.model.document import Document


class ContractObligationResult(Document):
	pass
