import frappe
from frappe import _
from frappe.model.document import Document

from partner_relations.common.documents import keep_computed_fields


class CustomerTierAssessment(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		change: DF.Literal["New", "Up", "Down", "Same"]
		company: DF.Link | None
		coverage: DF.Percent
		current_tier: DF.Link | None
		customer: DF.Link | None
		customer_name: DF.Data | None
		decided_by: DF.Link | None
		decided_on: DF.Datetime | None
		decision_reason: DF.SmallText | None
		figures: DF.Code | None
		from_date: DF.Date | None
		has_potential: DF.Check
		has_score: DF.Check
		indicated_tier: DF.Data | None
		policy: DF.Link | None
		policy_editor: DF.Link | None
		potential: DF.Float
		potential_by: DF.Link | None
		proposed_tier: DF.Link | None
		reasons: DF.Code | None
		requested_by: DF.Link | None
		rfm: DF.Data | None
		run: DF.Link | None
		score: DF.Float
		segment: DF.Data | None
		status: DF.Literal["Proposed", "Approved", "Rejected", "Superseded", "Unchanged"]
		to_date: DF.Date | None
		unique_key: DF.Data | None

	# end: auto-generated types
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
