from frappe.model.document import Document


class SupplierEvaluatorMark(Document):
	pass
