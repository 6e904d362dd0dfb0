import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate


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
		self.validate_dates()
		self.validate_status()

	def validate_dates(self):
		if self.until and getdate(self.until) < getdate(self.from_date):
			frappe.throw(_("The restriction ends before it starts. Change one of the two dates."))

	def validate_status(self):
		"""Restrictions end by a grade, a date or a release, so that who ended them and why is kept."""
		if self.is_new():
			self.status = "Active"
		elif self.has_value_changed("status") and not self.flags.releasing:
			frappe.throw(_("Use Release and give a reason to end this restriction."))

	def on_trash(self):
		if self.source_name:
			frappe.throw(_("A restriction that came from an evaluation stays on record. Release it instead."))
