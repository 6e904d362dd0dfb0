from frappe.model.document import Document


class SupplierEvaluationTemplateEvaluator(Document):
	pass
