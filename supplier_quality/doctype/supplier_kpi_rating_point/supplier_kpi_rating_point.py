from frappe.model.document import Document


class SupplierKPIRatingPoint(Document):
	pass
