from frappe.model.document import Document


class SupplierEvaluationTemplateItemGroup(Document):
	pass
