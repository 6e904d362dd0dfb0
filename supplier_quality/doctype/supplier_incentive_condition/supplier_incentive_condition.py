from frappe.model.document import Document


class SupplierIncentiveCondition(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		comparison: DF.Literal["is", "is at least", "is at most", "rose", "fell"]
		grade: DF.Data | None
		kpi: DF.Link | None
		number: DF.Float
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		what: DF.Literal["Grade", "Score", "KPI value", "KPI rating", "Change of score", "Change of grade"]
	# end: auto-generated types

	pass
