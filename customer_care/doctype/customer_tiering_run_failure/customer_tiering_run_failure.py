from frappe.model.document import Document


class CustomerTieringRunFailure(Document):
	pass
