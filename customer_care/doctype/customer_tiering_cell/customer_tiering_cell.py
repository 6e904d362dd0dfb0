from frappe.model.document import Document


class CustomerTieringCell(Document):
	pass
