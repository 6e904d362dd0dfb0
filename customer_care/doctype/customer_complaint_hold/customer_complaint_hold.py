from frappe.model.document import Document


class CustomerComplaintHold(Document):
	pass
