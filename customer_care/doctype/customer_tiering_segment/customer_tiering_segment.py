from frappe.model.document import Document


class CustomerTieringSegment(Document):
	pass
