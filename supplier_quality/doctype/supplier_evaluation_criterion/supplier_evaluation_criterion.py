from frappe.model.document import Document


class SupplierEvaluationCriterion(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		basis: DF.Literal["Measured", "Carried forward", "Scored zero", "No data"]
		change: DF.Float
		denominator: DF.Float
		has_previous: DF.Check
		has_rating: DF.Check
		has_value: DF.Check
		knocked_out: DF.Check
		kpi: DF.Link | None
		measure: DF.Data | None
		numerator: DF.Float
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		points: DF.Float
		previous_rating: DF.Float
		rating: DF.Float
		sample_size: DF.Int
		unit: DF.Data | None
		value: DF.Float
		weight: DF.Float
	# end: auto-generated types

	pass
