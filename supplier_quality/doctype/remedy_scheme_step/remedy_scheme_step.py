from frappe.model.document import Document


class RemedySchemeStep(Document):
	pass
