from frappe.model.document import Document


class SupplierEvaluation(Document):
	pass
