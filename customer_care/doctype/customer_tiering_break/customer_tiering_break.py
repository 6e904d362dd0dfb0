from frappe.model.document import Document


class CustomerTieringBreak(Document):
	pass
