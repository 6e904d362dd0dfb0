from frappe.model.document import Document


class SupplierIncentiveRule(Document):
	pass
