"""Whom a complaint goes to when a deadline is near or missed."""

from frappe.model.document import Document

from partner_relations.customer_care import complaint_deadlines, complaint_escalation


class ComplaintEscalationRule(Document):
	def validate(self):
		complaint_escalation.validate(self)

	def on_update(self):
		complaint_deadlines.look_again()
