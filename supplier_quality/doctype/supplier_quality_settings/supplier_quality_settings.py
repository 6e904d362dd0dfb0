from frappe.model.document import Document

from partner_relations.supplier_quality import reward_penalty


class SupplierQualitySettings(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		breach_message: DF.TextEditor | None
		breach_subject: DF.Data | None
		notice_message: DF.TextEditor | None
		notice_subject: DF.Data | None
		penalty_message: DF.TextEditor | None
		penalty_subject: DF.Data | None
		recheck_months: DF.Int
		reward_message: DF.TextEditor | None
		reward_subject: DF.Data | None
	# end: auto-generated types

	def validate(self):
		reward_penalty.check_company_settings(self.companies)
