from frappe.model.document import Document


class SupplierEvaluationCriterion(Document):
	pass
