from frappe.model.document import Document


class SupplierGradeScale(Document):
	pass
