from frappe.model.document import Document


class CustomerTieringSegment(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		f_from: DF.Int
		f_to: DF.Int
		fm_from: DF.Float
		fm_to: DF.Float
		m_from: DF.Int
		m_to: DF.Int
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		r_from: DF.Int
		r_to: DF.Int
		segment: DF.Data
		tier: DF.Link
	# end: auto-generated types

	pass
