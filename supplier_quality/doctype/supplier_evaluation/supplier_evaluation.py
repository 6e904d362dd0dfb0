import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now

from partner_relations.common.documents import keep_computed_fields
from partner_relations.supplier_quality import publishing
from partner_relations.supplier_quality.fallen_evaluations import note_fallen


class SupplierEvaluation(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from partner_relations.supplier_quality.doctype.supplier_evaluation_criterion.supplier_evaluation_criterion import (
			SupplierEvaluationCriterion,
		)

		as_of: DF.Date | None
		capped: DF.Check
		change: DF.Float
		company: DF.Link
		conclusion: DF.TextEditor | None
		coverage: DF.Percent
		criteria: DF.Table[SupplierEvaluationCriterion]
		facts_changed: DF.Check
		facts_changed_note: DF.SmallText | None
		facts_checked_on: DF.Datetime | None
		from_date: DF.Date
		grade: DF.Data | None
		grade_color: DF.Data | None
		has_previous: DF.Check
		has_score: DF.Check
		is_current: DF.Check
		not_rated_reason: DF.SmallText | None
		notice_error: DF.SmallText | None
		notice_message: DF.SmallText | None
		notice_on: DF.Datetime | None
		notice_status: DF.Literal["", "Sent", "Not sent"]
		notice_to: DF.SmallText | None
		period_label: DF.Data | None
		po_action: DF.Literal["Allow", "Warn", "Prevent"]
		previous_grade: DF.Data | None
		previous_score: DF.Float
		published_by: DF.Link | None
		published_on: DF.Datetime | None
		requested_by: DF.Link | None
		rfq_action: DF.Literal["Allow", "Warn", "Prevent"]
		run: DF.Link | None
		score: DF.Float
		status: DF.Literal["Draft", "Published", "Superseded", "Cancelled"]
		supplier: DF.Link
		supplier_name: DF.Data | None
		template: DF.Link
		to_date: DF.Date
		trend: DF.Literal["New", "Up", "Steady", "Down"]
		unique_key: DF.Data | None
		version: DF.Int
	# end: auto-generated types

	def before_insert(self):
		# Runs insert rows that the core has validated, without this controller.
		frappe.throw(_("Evaluations are made by a run. Use Evaluate on the supplier, or a new run."))

	def validate(self):
		keep_computed_fields(self)  # numbers come from the run alone; people add a conclusion

	def before_update_after_submit(self):
		keep_computed_fields(self)

	def before_submit(self):
		reasons = publishing.objections([self.name], frappe.session.user)
		if reasons:
			frappe.throw(reasons[self.name], title=_("Not Published"))
		before = self.get_doc_before_save()
		if before and (before.conclusion or "") != (self.conclusion or ""):
			frappe.throw(
				_("You edited this evaluation. Save it; somebody else must publish it."),
				title=_("Not Published"),
			)
		self.status = "Published"
		self.published_by = frappe.session.user
		self.published_on = now()

	def on_submit(self):
		publishing.take_effect([self.name])
		self.reload()

	def on_cancel(self):
		self.db_set({"status": "Cancelled", "is_current": 0})
		note_fallen([self.name], cancelled=True)
		publishing.reinstate_older(self)
		publishing.refresh_standing([self.supplier])

	def on_trash(self):
		if self.docstatus == 1:
			frappe.throw(_("A published evaluation stays on record."))


def on_doctype_update():
	"""Publishing and scoring ask what a supplier was evaluated for, and when."""
	frappe.db.add_index("Supplier Evaluation", ["supplier", "to_date"])
