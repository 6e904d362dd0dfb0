from frappe.model.document import Document


class SupplierEvaluatorRating(Document):
	pass
