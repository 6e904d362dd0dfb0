from frappe.model.document import Document


class SupplierEvaluationTemplateCriterion(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		has_knock_out: DF.Check
		kind: DF.Data | None
		knock_out_grade: DF.Data | None
		knock_out_rating: DF.Float
		kpi: DF.Link
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		unit: DF.Data | None
		weight: DF.Float
	# end: auto-generated types

	pass
