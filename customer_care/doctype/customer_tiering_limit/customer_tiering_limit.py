from frappe.model.document import Document


class CustomerTieringLimit(Document):
	pass
