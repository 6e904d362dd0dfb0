from frappe.model.document import Document


class ServiceCalendarInterval(Document):
	pass
