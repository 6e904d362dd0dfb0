from frappe.model.document import Document


class SupplierIncentiveCondition(Document):
	pass
