from frappe.model.document import Document


class CustomerTieringMetric(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		best: DF.Float
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
		weight: DF.Percent
		worst: DF.Float
	# end: auto-generated types

	pass
