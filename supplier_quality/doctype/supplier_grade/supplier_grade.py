from frappe.model.document import Document


class SupplierGrade(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		color: DF.Literal["green", "blue", "yellow", "orange", "red", "purple", "gray"]
		grade: DF.Data
		lower: DF.Float
		meaning: DF.Data | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		po_action: DF.Literal["Allow", "Warn", "Prevent"]
		rfq_action: DF.Literal["Allow", "Warn", "Prevent"]
		upper: DF.Float
	# end: auto-generated types

	pass
