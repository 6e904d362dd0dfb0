from frappe.model.document import Document


class SupplierQualityCompanySetting(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		company: DF.Link
		cost_center: DF.Link | None
		has_second_approval: DF.Check
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		penalty_account: DF.Link | None
		reward_account: DF.Link | None
		second_approval_above: DF.Float
	# end: auto-generated types
