from frappe.model.document import Document


class SupplierEvaluationTemplateSupplierGroup(Document):
	pass
