from frappe.model.document import Document


class ContractObligation(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		comparison: DF.Literal["At least", "At most"]
		definition: DF.Code | None
		delivered_on: DF.Date | None
		due_date: DF.Date | None
		evidence: DF.Attach | None
		judged_each: DF.Literal["Month", "Quarter", "Half-Year", "Year"]
		kind: DF.Literal["KPI promise", "Dated deliverable"]
		kpi: DF.Link | None
		minimum_sample: DF.Int
		note: DF.SmallText | None
		obligation_key: DF.Data | None
		owed_by: DF.Literal["Partner", "Us"]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		remedy_scheme: DF.Link | None
		target: DF.Float
		title: DF.Data
		unit: DF.Data | None
		windows_begin: DF.Literal["Calendar", "Start of the contract"]
	# end: auto-generated types
	pass
