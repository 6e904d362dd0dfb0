from frappe.model.document import Document


class SupplierRewardPenalty(Document):
	pass
