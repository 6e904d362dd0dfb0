from frappe.model.document import Document


class CustomerComplaint(Document):
	pass
