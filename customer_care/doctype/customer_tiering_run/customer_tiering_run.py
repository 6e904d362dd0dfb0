import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, today

from partner_relations.common.background import AT_WORK
from partner_relations.common.documents import clear_computed_fields, keep_computed_fields
from partner_relations.customer_care.tiering_policies import POLICY, period_of


class CustomerTieringRun(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from partner_relations.customer_care.doctype.customer_tiering_run_failure.customer_tiering_run_failure import (
			CustomerTieringRunFailure,
		)

		as_of: DF.Date | None
		assessments_made: DF.Int
		company: DF.Link
		customer: DF.Link | None
		customers_total: DF.Int
		cuts: DF.Code | None
		definition: DF.Code | None
		error: DF.SmallText | None
		failed_count: DF.Int
		failures: DF.Table[CustomerTieringRunFailure]
		finished_on: DF.Datetime | None
		from_date: DF.Date | None
		heartbeat: DF.Datetime | None
		moves_proposed: DF.Int
		policy: DF.Link
		policy_editor: DF.Link | None
		progress: DF.Percent
		requested_by: DF.Link | None
		skipped_disabled: DF.Int
		started_on: DF.Datetime | None
		status: DF.Literal[
			"Not Started", "Queued", "Running", "Completed", "Completed with Failures", "Failed"
		]
		to_date: DF.Date | None
		worker: DF.Data | None

	# end: auto-generated types
	def before_insert(self):
		if not self.flags.ignore_permissions:  # people choose the scope; services may say more
			clear_computed_fields(self)
			self.requested_by = frappe.session.user

	def validate(self):
		keep_computed_fields(self)
		self.validate_policy()
		self.set_period()
		self.validate_period()
		self.validate_customer()

	def validate_policy(self):
		policy = frappe.get_cached_doc(POLICY, self.policy)
		if policy.disabled and self.is_new():
			frappe.throw(_("The policy {0} is disabled.").format(frappe.bold(self.policy)))
		self.company = self.company or policy.company
		if not self.company:
			frappe.throw(_("The policy is for every company. Choose the one whose sales count."))
		if policy.company and self.company != policy.company and self.is_new():
			frappe.throw(
				_("The policy {0} is for the company {1} only.").format(
					frappe.bold(self.policy), frappe.bold(policy.company)
				)
			)

	def set_period(self):
		if not self.from_date and not self.to_date:
			self.from_date, self.to_date = period_of(frappe.get_cached_doc(POLICY, self.policy).as_dict())

	def validate_period(self):
		if not (self.from_date and self.to_date):
			frappe.throw(_("Give both the first and the last day of the period, or neither."))
		if getdate(self.to_date) < getdate(self.from_date):
			frappe.throw(_("The period ends before it starts. Change one of the two dates."))
		if self.is_new() and getdate(self.to_date) > getdate(today()):
			frappe.throw(_("The period ends in the future. Choose a day up to today."))

	def validate_customer(self):
		if self.customer and self.is_new():
			frappe.get_cached_doc("Customer", self.customer).check_permission("read")

	def on_trash(self):
		if self.status in AT_WORK:
			frappe.throw(_("This run is being worked on and cannot be deleted."))
		if frappe.db.exists("Customer Tier Assessment", {"run": self.name}):
			frappe.throw(_("This run made assessments, which need it as evidence. It cannot be deleted."))


def on_doctype_update():
	"""Locking a scope must not lock every run."""
	frappe.db.add_index("Customer Tiering Run", ["policy", "company", "from_date", "to_date"], "scope_index")
