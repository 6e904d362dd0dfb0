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

	def validate_bands(self):
		try:
			GradeScale.of([(row.grade, row.lower, row.upper) for row in self.grades])
		except GradeScaleError as error:
			frappe.throw(grade_message(error.reason, error.row), title=_("Grades"))
