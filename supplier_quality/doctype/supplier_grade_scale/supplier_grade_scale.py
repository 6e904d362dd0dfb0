import frappe
from frappe import _
from frappe.model.document import Document

from partner_relations.supplier_quality.messages import grade_message
from partner_relations.supplier_quality.rating import GradeScale, GradeScaleError


class SupplierGradeScale(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from partner_relations.supplier_quality.doctype.supplier_grade.supplier_grade import SupplierGrade

		grades: DF.Table[SupplierGrade]
		scale_name: DF.Data
	# end: auto-generated types

	def validate(self):
		self.validate_bands()
		self.validate_knock_outs()

	def validate_bands(self):
		try:
			GradeScale.of([(row.grade, row.lower, row.upper) for row in self.grades])
		except GradeScaleError as error:
			frappe.throw(grade_message(error.reason, error.row), title=_("Grades"))

	def validate_knock_outs(self):
		"""A template's knock-out names a grade of its scale: it must not disappear."""
		if self.is_new():
			return
		grades = [row.grade for row in self.grades]
		templates = frappe.get_all(
			"Supplier Evaluation Template", filters={"grade_scale": self.name}, pluck="name"
		)
		for row in frappe.get_all(
			"Supplier Evaluation Template Criterion",
			filters={"parent": ("in", templates), "has_knock_out": 1, "knock_out_grade": ("is", "set")},
			fields=["parent", "idx", "knock_out_grade"],
		):
			if row.knock_out_grade not in grades:
				frappe.throw(
					_("The template {0} needs the grade {1} in its row {2}. Change it there first.").format(
						frappe.bold(row.parent), frappe.bold(row.knock_out_grade), row.idx
					)
				)
