from frappe.model.document import Document


class CustomerTieringBreak(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		cut_1: DF.Float
		cut_2: DF.Float
		cut_3: DF.Float
		cut_4: DF.Float
		dimension: DF.Literal["Recency", "Frequency", "Monetary"]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
	# end: auto-generated types

	pass
