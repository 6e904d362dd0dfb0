from frappe.model.document import Document


class CustomerTierAssessment(Document):
	pass
