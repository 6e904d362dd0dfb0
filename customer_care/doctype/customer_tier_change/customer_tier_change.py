from frappe.model.document import Document


class CustomerTierChange(Document):
	pass
