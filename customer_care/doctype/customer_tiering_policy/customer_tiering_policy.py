import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from partner_relations.customer_care.tiering_policies import freeze

LONGEST_PERIOD = 120


class CustomerTieringPolicy(Document):
	def validate(self):
		self.validate_content()

	def validate_content(self):
		"""What decides a tier; also for an unsaved policy that is only tried."""
		self.validate_period()
		self.validate_tolerances()
		freeze(self.as_dict(no_nulls=False))

	def validate_period(self):
		if not 1 <= cint(self.period_months) <= LONGEST_PERIOD:
			frappe.throw(_("The period must be between 1 and {0} months.").format(LONGEST_PERIOD))

	def validate_tolerances(self):
		for field in ("payment_days", "late_days"):
			if cint(self.get(field)) < 0:
				frappe.throw(_("{0} cannot be negative.").format(frappe.bold(_(self.meta.get_label(field)))))
		if not 0 <= (self.quantity_tolerance or 0) <= 100:
			frappe.throw(_("The quantity tolerance must lie between 0 and 100 percent."))
