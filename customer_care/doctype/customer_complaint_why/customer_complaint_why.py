from frappe.model.document import Document


class CustomerComplaintWhy(Document):
	pass
