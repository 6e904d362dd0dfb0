from frappe.model.document import Document


class CustomerTieringLimit(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		comparison: DF.Literal["At least", "At most"]
		customer_group: DF.Link | None
		kind: DF.Literal["At Least", "At Most"]
		margin: DF.Float
		metric: DF.Literal[
			"Revenue",
			"Gross Margin",
			"Growth",
			"Recency",
			"Frequency",
			"Payment Punctuality",
			"Return Rate",
			"Complaint Rate",
			"Perfect-Order Rate",
		]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		tier: DF.Link
		value: DF.Float
	# end: auto-generated types

	pass
