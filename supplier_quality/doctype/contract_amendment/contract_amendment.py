from frappe.model.document import Document

from partner_relations.supplier_quality import amending


class ContractAmendment(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from partner_relations.supplier_quality.doctype.contract_amendment_change.contract_amendment_change import (
			ContractAmendmentChange,
		)

		amended_from: DF.Link | None
		changes: DF.Table[ContractAmendmentChange]
		confirmed_by: DF.Link | None
		confirmed_on: DF.Datetime | None
		contract: DF.Link
		currency: DF.Link | None
		effective_from: DF.Date
		has_new_value: DF.Check
		new_end_date: DF.Date | None
		new_value: DF.Currency
		party_confirmation: DF.Attach | None
		party_confirmed_by: DF.Data | None
		party_confirmed_on: DF.Date | None
		reason: DF.SmallText
		status: DF.Literal["Draft", "Confirmed", "Cancelled"]
		title: DF.Data

	# end: auto-generated types
	def validate(self):
		amending.prepare(self)

	def before_submit(self):
		amending.confirm(self)

	def before_update_after_submit(self):
		amending.keep_what_was_confirmed(self)

	def on_submit(self):
		amending.take_effect(self)

	def on_cancel(self):
		self.db_set("status", "Cancelled")
		amending.take_effect(self)
