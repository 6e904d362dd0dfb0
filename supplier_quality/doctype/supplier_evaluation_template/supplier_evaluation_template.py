from frappe.model.document import Document


class SupplierEvaluationTemplate(Document):
	pass
