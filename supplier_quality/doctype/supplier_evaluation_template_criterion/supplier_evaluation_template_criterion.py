from frappe.model.document import Document


class SupplierEvaluationTemplateCriterion(Document):
	pass
