"""What complaints are about: a tree. Groups are for reports, complaints get what is below them."""

import frappe
from frappe import _
from frappe.utils import escape_html
from frappe.utils.nestedset import NestedSet


class ComplaintCategory(NestedSet):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		category_name: DF.Data
		default_severity: DF.Literal["", "Low", "Medium", "High", "Critical"]
		disabled: DF.Check
		is_group: DF.Check
		lft: DF.Int
		old_parent: DF.Data | None
		parent_complaint_category: DF.Link | None
		rgt: DF.Int
	# end: auto-generated types

	nsm_parent_field = "parent_complaint_category"

	def validate(self):
		self.validate_parent()
		self.validate_group()

	def validate_parent(self):
		parent = self.parent_complaint_category
		if parent and not frappe.db.get_value(self.doctype, parent, "is_group"):
			frappe.throw(
				_("{0} is no group. Choose a group above this category, or make {0} one.").format(
					escape_html(_(parent))
				)
			)

	def validate_group(self):
		"""A group with categories stays one; a category that complaints have doesn't become one."""
		if self.is_new() or not self.has_value_changed("is_group"):
			return
		if not self.is_group and frappe.db.exists(self.doctype, {"parent_complaint_category": self.name}):
			frappe.throw(_("There are categories in this group. Move them elsewhere first."))
		if self.is_group and frappe.db.exists("Customer Complaint", {"category": self.name}):
			frappe.throw(_("Complaints have this category, so it can't become a group. Make a new one."))
