from frappe.model.document import Document


class CustomerCareSettings(Document):
	pass
