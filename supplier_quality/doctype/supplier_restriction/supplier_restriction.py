from frappe.model.document import Document


class SupplierRestriction(Document):
	pass
