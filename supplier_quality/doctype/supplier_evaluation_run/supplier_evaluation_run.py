from frappe.model.document import Document


class SupplierEvaluationRun(Document):
	pass
