from frappe.model.document import Document


class CustomerTieringBand(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from_score: DF.Float
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		tier: DF.Link
	# end: auto-generated types

	pass
