from frappe.model.document import Document


class SupplierEvaluationTemplateCompany(Document):
	pass
