import frappe
from frappe import _
from frappe.model.document import Document

from partner_relations.common.documents import keep_computed_fields
from partner_relations.supplier_quality import breach_sentences


class ContractBreach(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		answer: DF.Literal["", "Accepted", "Disputed"]
		company: DF.Link | None
		comparison: DF.Literal["At least", "At most"]
		contract: DF.Link | None
		days_late: DF.Int
		decided_by: DF.Link | None
		decided_on: DF.Datetime | None
		decision_finding: DF.Code | None
		decision_reason: DF.SmallText | None
		definition: DF.Code | None
		delivered_on: DF.Date | None
		denominator: DF.Float
		detected_on: DF.Datetime | None
		due_date: DF.Date | None
		exempt_days: DF.Int
		exempt_reason: DF.SmallText | None
		facts_changed: DF.Check
		facts_changed_finding: DF.Code | None
		from_date: DF.Date | None
		has_value: DF.Check
		kind: DF.Literal["KPI promise", "Dated deliverable"]
		kpi: DF.Link | None
		notice_error: DF.SmallText | None
		notice_message: DF.TextEditor | None
		notice_on: DF.Datetime | None
		notice_status: DF.Literal["", "Sent", "Not sent"]
		notice_to: DF.SmallText | None
		numerator: DF.Float
		obligation: DF.Data | None
		obligation_key: DF.Data | None
		owed_by: DF.Literal["Partner", "Us"]
		party: DF.DynamicLink | None
		party_name: DF.Data | None
		party_type: DF.Literal["Supplier", "Customer"]
		penalty: DF.Data | None
		respond_by: DF.Date | None
		responded_on: DF.Datetime | None
		response: DF.SmallText | None
		response_by: DF.Data | None
		sample_size: DF.Int
		status: DF.Literal[
			"Detected", "Notified", "Accepted", "Disputed", "Penalised", "Waived", "Closed", "Withdrawn"
		]
		target: DF.Float
		terminates: DF.Check
		to_date: DF.Date | None
		unique_key: DF.Data | None
		unit: DF.Data | None
		value: DF.Float

	# end: auto-generated types
	def validate(self):
		self.refuse_by_hand()
		keep_computed_fields(self)

	def refuse_by_hand(self):
		if self.is_new():
			frappe.throw(_("Breaches are made by the daily check of the contracts' obligations."))

	@property
	def facts_changed_note(self) -> str:
		"""What changed, in the reader's language."""
		return breach_sentences.doubt(self.facts_changed_finding)

	@property
	def decision_by_facts(self) -> str:
		"""Why a service decided, in the reader's language."""
		return breach_sentences.said(self.decision_finding)

	def on_trash(self):
		frappe.throw(_("A breach stays on record. Waive or close it instead, and say why."))
