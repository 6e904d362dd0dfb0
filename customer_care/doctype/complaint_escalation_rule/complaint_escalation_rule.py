from frappe.model.document import Document


class ComplaintEscalationRule(Document):
	pass
