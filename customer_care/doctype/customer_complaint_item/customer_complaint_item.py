from frappe.model.document import Document


class CustomerComplaintItem(Document):
	pass
