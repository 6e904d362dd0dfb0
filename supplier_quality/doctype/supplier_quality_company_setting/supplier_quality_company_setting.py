from frappe.model.document import Document


class SupplierQualityCompanySetting(Document):
	pass
