import frappe
from frappe import _
from frappe.model.document import Document

from partner_relations.supplier_quality import remedy_schemes
from partner_relations.supplier_quality.renames import refuse_merge


class RemedyScheme(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from partner_relations.supplier_quality.doctype.remedy_scheme_grade_bonus.remedy_scheme_grade_bonus import (
			RemedySchemeGradeBonus,
		)
		from partner_relations.supplier_quality.doctype.remedy_scheme_step.remedy_scheme_step import (
			RemedySchemeStep,
		)

		basis: DF.Literal["Order value", "Late line value", "Invoice value", "Fixed amount"]
		cap_amount: DF.Float
		cap_percent: DF.Percent
		counts: DF.Literal["Days late", "Points missed", "Breaches"]
		description: DF.SmallText | None
		disabled: DF.Check
		exempt_force_majeure: DF.Check
		grace_mode: DF.Literal["Count what exceeds it", "Count from the first"]
		grace_units: DF.Float
		grade_bonuses: DF.Table[RemedySchemeGradeBonus]
		has_cap_amount: DF.Check
		has_cap_percent: DF.Check
		has_minimum: DF.Check
		has_termination_threshold: DF.Check
		has_yearly_cap: DF.Check
		method: DF.Literal["Rate", "Steps", "Volume rebate", "Bonus per grade"]
		minimum_amount: DF.Float
		minimum_mode: DF.Literal["Raise to the minimum", "Charge nothing"]
		partial_units: DF.Literal["Counts in proportion", "Counts in full", "Does not count"]
		per_units: DF.Float
		purpose: DF.Literal["Penalty", "Reward"]
		rate: DF.Float
		rate_type: DF.Literal["Percent of the basis", "Amount"]
		scheme_name: DF.Data
		steps: DF.Table[RemedySchemeStep]
		termination_percent: DF.Percent
		tier_mode: DF.Literal["The whole volume", "The part above each threshold"]
		yearly_cap: DF.Float

	# end: auto-generated types

	def validate(self):
		self.validate_scheme()
		self.clear_what_is_not_used()
		self.validate_purpose()
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

	def validate_purpose(self):
		"""Who chose it as a scheme for penalties doesn't pay rewards by it."""
		user = (
			self.has_value_changed("purpose") and not self.is_new() and remedy_schemes.first_user(self.name)
		)
		if user:
			frappe.throw(
				_("{0} {1} uses this scheme, so its purpose stays. Make another scheme.").format(
					_(user.doctype), frappe.bold(frappe.utils.escape_html(user.name))
				)
			)

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
