from frappe.model.document import Document


class ContractClauseEntry(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		clause: DF.Link | None
		clause_type: DF.Literal[
			"",
			"Confidentiality",
			"Quality Standard",
			"Delivery",
			"Price",
			"Payment",
			"Return Policy",
			"After-Sales",
			"Warranty",
			"Liability",
			"Intellectual Property",
			"Compliance and Sustainability",
			"Termination",
			"Dispute Resolution",
			"Other",
		]
		departs: DF.Check
		entry_key: DF.Data | None
		language: DF.Data | None
		library_text: DF.TextEditor | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		text: DF.TextEditor | None
		title: DF.Data
		version: DF.Int
	# end: auto-generated types
	pass
