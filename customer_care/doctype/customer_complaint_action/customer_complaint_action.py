from frappe.model.document import Document


class CustomerComplaintAction(Document):
	pass
