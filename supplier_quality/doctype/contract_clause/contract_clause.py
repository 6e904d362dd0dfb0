import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from partner_relations.common.documents import clear_computed_fields, keep_computed_fields
from partner_relations.supplier_quality.agreements import placeholders
from partner_relations.supplier_quality.agreements.clauses import plain
from partner_relations.supplier_quality.clause_library import FROZEN


class ContractClause(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		approved_by: DF.Link | None
		approved_on: DF.Datetime | None
		body: DF.TextEditor
		change_note: DF.SmallText | None
		clause_type: DF.Literal[
			"",
			"Confidentiality",
			"Quality Standard",
			"Delivery",
			"Price",
			"Payment",
			"Return Policy",
			"After-Sales",
			"Warranty",
			"Liability",
			"Intellectual Property",
			"Compliance and Sustainability",
			"Termination",
			"Dispute Resolution",
			"Other",
		]
		family: DF.Data | None
		is_starting_point: DF.Check
		language: DF.Link
		previous_version: DF.Link | None
		retired_by: DF.Link | None
		retired_note: DF.SmallText | None
		retired_on: DF.Datetime | None
		status: DF.Literal["Draft", "Approved", "Retired"]
		title: DF.Data
		version: DF.Int

	# end: auto-generated types
	def validate(self):
		self.keep_what_was_decided()
		self.set_family()
		self.validate_body()

	def keep_what_was_decided(self):
		"""An approved text never changes; status and version are written by the library's service alone."""
		if self.flags.deciding:
			return
		if self.is_new():
			if not self.flags.ignore_permissions:  # a default record brings its status
				clear_computed_fields(self)
				self.update({"version": 1, "is_starting_point": 0})
			return
		self.refuse_changes_of_what_was_approved()
		keep_computed_fields(self)

	def refuse_changes_of_what_was_approved(self):
		before = self.get_doc_before_save()
		if before.status == "Draft":
			return
		changed = [_(self.meta.get_label(field)) for field in FROZEN if self.has_value_changed(field)]
		if changed:
			frappe.throw(
				_(
					"This clause is {0}, so its text never changes; contracts rely on it. "
					"Make a new version instead. You tried to change: {1}."
				).format(
					frappe.bold(_(before.status, context="Contract Clause")),
					frappe.bold(frappe.utils.comma_and(changed, add_quotes=False)),
				),
				title=_("Text Is Frozen"),
			)

	def set_family(self):
		if not self.family:
			self.family = self.name

	def validate_body(self):
		if not plain(self.body):
			frappe.throw(_("Enter the text of the clause."), frappe.MandatoryError)
		wrong = placeholders.unknown(self.body)
		if wrong:
			frappe.throw(
				_("There is no placeholder {0}. Those that a contract can fill in are: {1}.").format(
					frappe.bold(escape_html(", ".join(wrong))),
					", ".join(f"{{{name}}}" for name in placeholders.NAMES),
				),
				title=_("Unknown Placeholder"),
			)

	def on_trash(self):
		if self.status != "Draft":
			frappe.throw(
				_(
					"A clause that was approved stays in the library, for contracts may have it. "
					"Retire it instead."
				)
			)
