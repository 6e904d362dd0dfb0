from frappe.model.document import Document


class CustomerTieringPolicy(Document):
	pass
