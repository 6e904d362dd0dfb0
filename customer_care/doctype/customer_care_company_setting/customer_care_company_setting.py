from frappe.model.document import Document


class CustomerCareCompanySetting(Document):
	pass
