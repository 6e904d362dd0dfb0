from frappe.model.document import Document


class ComplaintCause(Document):
	pass
