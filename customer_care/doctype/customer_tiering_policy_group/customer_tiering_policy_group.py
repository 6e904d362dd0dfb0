from frappe.model.document import Document


class CustomerTieringPolicyGroup(Document):
	pass
