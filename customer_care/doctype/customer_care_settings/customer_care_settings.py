from frappe.model.document import Document

from partner_relations.customer_care import care_settings


class CustomerCareSettings(Document):
	def validate(self):
		care_settings.check_handler(self)
		care_settings.check_times(self)
		care_settings.check_web_form(self)
		care_settings.check_companies(self.companies)
