from frappe.model.document import Document


class CustomerComplaintStep(Document):
	pass
