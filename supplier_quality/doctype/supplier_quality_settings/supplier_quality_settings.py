from frappe.model.document import Document

from partner_relations.supplier_quality import reward_penalty


class SupplierQualitySettings(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from partner_relations.supplier_quality.doctype.supplier_quality_company_setting.supplier_quality_company_setting import (
			SupplierQualityCompanySetting,
		)

		agreed_price_tolerance: DF.Percent
		answer_days: DF.Int
		breach_message: DF.TextEditor | None
		breach_subject: DF.Data | None
		companies: DF.Table[SupplierQualityCompanySetting]
		contract_needed_above: DF.Float
		notice_message: DF.TextEditor | None
		notice_subject: DF.Data | None
		obligation_close_days: DF.Int
		penalty_message: DF.TextEditor | None
		penalty_subject: DF.Data | None
		po_without_contract: DF.Literal["Ignore", "Warn", "Refuse"]
		price_departure: DF.Literal["Ignore", "Warn", "Refuse"]
		recheck_months: DF.Int
		reminder_days: DF.Int
		require_legal_review: DF.Check
		reward_message: DF.TextEditor | None
		reward_subject: DF.Data | None
		wait_for_answer: DF.Check
	# end: auto-generated types

	def validate(self):
		reward_penalty.check_company_settings(self.companies)
