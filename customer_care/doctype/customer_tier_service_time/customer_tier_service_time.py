from frappe.model.document import Document


class CustomerTierServiceTime(Document):
	pass
