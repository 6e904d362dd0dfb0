import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, today

from partner_relations.common.documents import clear_computed_fields, keep_computed_fields


class SupplierRestriction(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		action: DF.Literal["Warn", "Prevent"]
		company: DF.Link | None
		document_type: DF.Literal["Request for Quotation", "Purchase Order"]
		from_date: DF.Date
		grade: DF.Data | None
		reason: DF.SmallText
		release_reason: DF.SmallText | None
		released_by: DF.Link | None
		released_on: DF.Datetime | None
		source_name: DF.Data | None
		source_type: DF.Data | None
		status: DF.Literal["Active", "Lifted", "Superseded", "Released", "Expired"]
		supplier: DF.Link
		until: DF.Date | None
	# end: auto-generated types

	def validate(self):
		self.keep_what_was_decided()
		self.validate_dates()

	def keep_what_was_decided(self):
		"""Restrictions end by a grade, a date or a release, so that who ended them and why is kept.

		Services write that, and where the restriction came from; people set dates and a reason.
		"""
		if self.flags.releasing:
			return
		if self.is_new():
			if not self.flags.ignore_permissions:
				clear_computed_fields(self)
			self.status = "Active"
			return
		keep_computed_fields(self)
		if self.source_name:
			before = self.get_doc_before_save()
			self.from_date, self.reason = before.from_date, before.reason
			if self.has_value_changed("until"):
				frappe.throw(
					_("A restriction from an evaluation ends by a better grade. Release it and say why.")
					if self.source_type == "Supplier Evaluation"
					else _(
						"The last day of this restriction was approved with its source. "
						"Release it and say why, or waive the source."
					)
				)

	def validate_dates(self):
		if self.until and getdate(self.until) < getdate(self.from_date):
			frappe.throw(_("The restriction ends before it starts. Change one of the two dates."))
		if self.until and self.has_value_changed("until") and getdate(self.until) < getdate(today()):
			frappe.throw(_("The last day has passed. To end the restriction now, use Release and say why."))

	def on_trash(self):
		if self.source_name:
			frappe.throw(
				_("A restriction that came from another document stays on record. Release it instead.")
			)
		if self.status == "Active":
			frappe.throw(_("This restriction is active. Release it and say why before you delete it."))
