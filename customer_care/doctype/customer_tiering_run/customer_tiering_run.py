from frappe.model.document import Document


class CustomerTieringRun(Document):
	pass
