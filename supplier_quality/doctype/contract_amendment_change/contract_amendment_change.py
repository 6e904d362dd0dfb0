from frappe.model.document import Document


class ContractAmendmentChange(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		action: DF.Literal["Replace", "Add", "Remove"]
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
		comparison: DF.Literal["At least", "At most"]
		definition: DF.Code | None
		delivered_on: DF.Date | None
		due_date: DF.Date | None
		entry_key: DF.Autocomplete | None
		entry_title: DF.Data | None
		evidence: DF.Attach | None
		judged_each: DF.Literal["Month", "Quarter", "Half-Year", "Year"]
		kind: DF.Literal["KPI promise", "Dated deliverable"]
		kpi: DF.Link | None
		minimum_sample: DF.Int
		owed_by: DF.Literal["Partner", "Us"]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		remedy_scheme: DF.Link | None
		subject: DF.Literal["Clause", "Obligation"]
		target: DF.Float
		text: DF.TextEditor | None
		title: DF.Data | None
		version: DF.Int
		windows_begin: DF.Literal["Calendar", "Start of the contract"]
	# end: auto-generated types
	pass
