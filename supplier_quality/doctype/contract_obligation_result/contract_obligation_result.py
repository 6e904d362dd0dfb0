import frappe
from frappe import _
from frappe.model.document import Document

from partner_relations.common.documents import keep_computed_fields


class ContractObligationResult(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		breach: DF.Data | None
		company: DF.Link | None
		comparison: DF.Literal["At least", "At most"]
		contract: DF.Link | None
		days_late: DF.Int
		definition: DF.Code | None
		delivered_on: DF.Date | None
		denominator: DF.Float
		due_date: DF.Date | None
		evidence: DF.Attach | None
		from_date: DF.Date | None
		has_value: DF.Check
		judged_on: DF.Datetime | None
		kind: DF.Literal["KPI promise", "Dated deliverable"]
		kpi: DF.Link | None
		numerator: DF.Float
		obligation: DF.Data | None
		obligation_key: DF.Data | None
		outcome: DF.Literal["Kept", "Breached", "Not Measured"]
		owed_by: DF.Literal["Partner", "Us"]
		party: DF.DynamicLink | None
		party_name: DF.Data | None
		party_type: DF.Literal["Supplier", "Customer"]
		sample_size: DF.Int
		target: DF.Float
		to_date: DF.Date | None
		unique_key: DF.Data | None
		unit: DF.Data | None
		value: DF.Float

	# end: auto-generated types
	def validate(self):
		if self.is_new():
			frappe.throw(_("Results are made by the daily check of the contracts' obligations."))
		keep_computed_fields(self)
