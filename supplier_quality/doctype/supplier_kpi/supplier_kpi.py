from frappe.model.document import Document


class SupplierKPI(Document):
	pass
