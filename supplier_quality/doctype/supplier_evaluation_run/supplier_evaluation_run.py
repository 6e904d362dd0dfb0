import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from partner_relations.common.background import AT_WORK
from partner_relations.common.documents import clear_computed_fields, keep_computed_fields
from partner_relations.supplier_quality.templates import companies_of, period_label


class SupplierEvaluationRun(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from partner_relations.supplier_quality.doctype.supplier_evaluation_run_failure.supplier_evaluation_run_failure import (
			SupplierEvaluationRunFailure,
		)

		as_of: DF.Date | None
		company: DF.Link
		definition: DF.Code | None
		error: DF.SmallText | None
		evaluations_made: DF.Int
		failed_count: DF.Int
		failures: DF.Table[SupplierEvaluationRunFailure]
		finished_on: DF.Datetime | None
		from_date: DF.Date
		heartbeat: DF.Datetime | None
		period_label: DF.Data | None
		progress: DF.Percent
		replaces: DF.Check
		requested_by: DF.Link | None
		skipped_disabled: DF.Int
		skipped_existing: DF.Int
		skipped_without_facts: DF.Int
		started_by: DF.Literal["By hand", "Schedule", "Evaluate again"]
		started_on: DF.Datetime | None
		status: DF.Literal[
			"Not Started", "Queued", "Running", "Completed", "Completed with Failures", "Failed"
		]
		supplier: DF.Link | None
		supplier_group: DF.Link | None
		suppliers_total: DF.Int
		template: DF.Link
		to_date: DF.Date
		worker: DF.Data | None
	# end: auto-generated types

	def before_insert(self):
		if not self.flags.ignore_permissions:  # people choose the scope; services may say more
			clear_computed_fields(self)
			self.requested_by = frappe.session.user

	def validate(self):
		keep_computed_fields(self)
		self.validate_period()
		self.validate_template()
		self.period_label = period_label(self.from_date, self.to_date)

	def validate_period(self):
		if getdate(self.to_date) < getdate(self.from_date):
			frappe.throw(_("The period ends before it starts. Change one of the two dates."))

	def validate_template(self):
		template = frappe.get_cached_doc("Supplier Evaluation Template", self.template)
		if template.disabled:
			frappe.throw(_("The template {0} is disabled.").format(frappe.bold(self.template)))
		if self.company not in companies_of(template.as_dict()):
			frappe.throw(
				_("The template {0} does not evaluate for company {1}.").format(
					frappe.bold(self.template), frappe.bold(self.company)
				)
			)

	def on_trash(self):
		if self.status in AT_WORK:
			frappe.throw(_("This run is being worked on and cannot be deleted."))
		if frappe.db.exists("Supplier Evaluation", {"run": self.name}):
			frappe.throw(_("This run made evaluations, which need it as evidence. It cannot be deleted."))


def on_doctype_update():
	"""Locking a scope must not lock every run."""
	frappe.db.add_index(
		"Supplier Evaluation Run", ["template", "company", "from_date", "to_date"], "scope_index"
	)
