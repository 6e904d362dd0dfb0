import frappe
from frappe import _
from frappe.model.document import Document

from partner_relations.supplier_quality import remedy_schemes
from partner_relations.supplier_quality.renames import refuse_merge


class RemedyScheme(Document):
	def validate(self):
		self.validate_scheme()
		self.clear_what_is_not_used()
		self.validate_disabled()

	def before_rename(self, old: str, new: str, merge: bool = False):
		refuse_merge(merge)

	def validate_scheme(self):
		problem = remedy_schemes.why_refused(self)
		if problem:
			frappe.throw(problem, title=_("Remedy Scheme"))

	def clear_what_is_not_used(self):
		"""What another method left behind decides nothing, so nobody should read it either."""
		for fieldname in remedy_schemes.unused_fields(self):
			field = self.meta.get_field(fieldname)
			self.set(fieldname, [] if field.fieldtype == "Table" else field.default or 0)

	def validate_disabled(self):
		"""Contracts in force keep the scheme as it was when they were submitted; drafts and rules need it."""
		if not self.disabled or self.is_new():
			return
		user = remedy_schemes.first_user(self.name)
		if user:
			frappe.throw(
				_(
					"{0} {1} uses this scheme. Choose another scheme there before you disable this one."
				).format(_(user.doctype), frappe.bold(frappe.utils.escape_html(user.name)))
			)
