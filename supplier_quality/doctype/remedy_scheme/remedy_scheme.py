from frappe.model.document import Document


class RemedyScheme(Document):
	pass
