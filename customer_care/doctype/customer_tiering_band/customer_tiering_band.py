from frappe.model.document import Document


class CustomerTieringBand(Document):
	pass
