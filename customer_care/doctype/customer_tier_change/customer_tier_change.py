"""One move of a customer between tiers: who, when, why. Written by `tiers.move` alone."""

import frappe
from frappe import _
from frappe.model.document import Document

from partner_relations.common.documents import keep_computed_fields


class CustomerTierChange(Document):
	def before_insert(self):
		frappe.throw(
			_("The history of tiers is written when a customer moves. Set the tier on the customer's form.")
		)

	def validate(self):
		keep_computed_fields(self)
