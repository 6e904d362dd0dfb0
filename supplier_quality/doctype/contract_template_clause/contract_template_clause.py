from frappe.model.document import Document


class ContractTemplateClause(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		clause: DF.Link
		clause_type: DF.Data | None
		language: DF.Data | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		title: DF.Data | None
		version: DF.Int
	# end: auto-generated types
	pass
