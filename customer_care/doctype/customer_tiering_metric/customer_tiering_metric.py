from frappe.model.document import Document


class CustomerTieringMetric(Document):
	pass
