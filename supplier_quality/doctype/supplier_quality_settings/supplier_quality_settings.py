from frappe.model.document import Document


class SupplierQualitySettings(Document):
	pass
