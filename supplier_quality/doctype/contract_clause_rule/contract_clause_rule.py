from frappe.model.document import Document


class ContractClauseRule(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

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
		company: DF.Link | None
		disabled: DF.Check
		has_minimum_value: DF.Check
		minimum_value: DF.Float
		note: DF.SmallText | None
		party_type: DF.Literal["", "Supplier", "Customer"]
		supplier_group: DF.Link | None

	# end: auto-generated types
	def validate(self):
		self.clear_what_does_not_apply()

	def clear_what_does_not_apply(self):
		"""A field that the form no longer shows must not go on deciding."""
		if self.party_type != "Supplier":
			self.supplier_group = None
		if not self.has_minimum_value:
			self.minimum_value = 0
