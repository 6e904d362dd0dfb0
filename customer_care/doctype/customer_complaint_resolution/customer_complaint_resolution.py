from frappe.model.document import Document


class CustomerComplaintResolution(Document):
	pass
