from frappe.model.document import Document


class SupplierGrade(Document):
	pass
