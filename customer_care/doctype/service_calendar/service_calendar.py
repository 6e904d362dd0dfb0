"""When people work: the business hours in which promises to customers are counted."""

from frappe.model.document import Document

from partner_relations.customer_care import service_calendars


class ServiceCalendar(Document):
	def before_validate(self):
		service_calendars.fill_in(self)

	def validate(self):
		service_calendars.check_default(self)
		service_calendars.check_hours(self)
