from frappe.model.document import Document


class SupplierEvaluationRunFailure(Document):
	pass
