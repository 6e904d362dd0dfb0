"""One complaint of a customer, from its receipt to its closure."""

from frappe.model.document import Document

from partner_relations.customer_care import (
	complaint_deadlines,
	complaint_inbox,
	complaint_items,
	complaint_mails,
	complaint_steps,
	complaints,
	investigation,
)


class CustomerComplaint(Document):
	def before_insert(self):
		complaint_inbox.begin(self)
		complaints.begin(self)

	def validate(self):
		complaints.keep_what_is_ours(self)
		complaints.check_received(self)
		complaints.check_severity(self)
		complaints.check_changes(self)
		complaint_items.check_and_fill(self)
		complaint_steps.follow_table(self)
		investigation.check(self)
		complaints.check_handler(self)
		complaints.fill_in(self)
		complaint_deadlines.refresh(self)

	def after_insert(self):
		complaint_mails.note_receipt(self)

	def on_update(self):
		complaint_steps.announce(self)
		complaints.assign(self)
		investigation.keep_tasks(self)
