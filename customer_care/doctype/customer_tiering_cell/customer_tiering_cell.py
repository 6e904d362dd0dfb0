from frappe.model.document import Document


class CustomerTieringCell(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		potential_level: DF.Literal["Low", "Medium", "High"]
		tier: DF.Link
		value_level: DF.Literal["Low", "Medium", "High"]
	# end: auto-generated types

	pass
