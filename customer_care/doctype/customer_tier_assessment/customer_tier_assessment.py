import frappe
from frappe import _
from frappe.model.document import Document

from partner_relations.common.documents import keep_computed_fields


class CustomerTierAssessment(Document):
	def before_insert(self):
		# Runs insert rows that the core has validated, without this controller.
		frappe.throw(_("Assessments are made by a Customer Tiering Run. Create one for the policy."))

	def validate(self):
		keep_computed_fields(self)  # approving and rejecting are services of their own

	def on_trash(self):
		if self.status == "Approved":
			frappe.throw(_("An approved assessment stays on record: the customer's tier follows from it."))


def on_doctype_update():
	"""Deciding asks for a customer's open proposals, a run's form for its own, a run for those before."""
	frappe.db.add_index("Customer Tier Assessment", ["customer", "status"], "customer_status_index")
	frappe.db.add_index("Customer Tier Assessment", ["run", "status"], "run_status_index")
	frappe.db.add_index("Customer Tier Assessment", ["policy", "company", "to_date"], "policy_index")
