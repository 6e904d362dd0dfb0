import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now

from partner_relations.common.documents import keep_computed_fields
from partner_relations.supplier_quality import publishing


class SupplierEvaluation(Document):
	def before_insert(self):
		if not self.run or not self.unique_key:
			frappe.throw(_("Evaluations are made by a run. Use Evaluate on the supplier, or a new run."))

	def validate(self):
		keep_computed_fields(self)  # numbers come from the run alone; people add a conclusion

	def before_update_after_submit(self):
		keep_computed_fields(self)

	def before_submit(self):
		reasons = publishing.objections([self.name], frappe.session.user)
		if reasons:
			frappe.throw(reasons[self.name], title=_("Not Published"))
		self.status = "Published"
		self.published_by = frappe.session.user
		self.published_on = now()

	def on_submit(self):
		publishing.take_effect([self.name])
		self.reload()

	def on_cancel(self):
		self.db_set({"status": "Cancelled", "is_current": 0})
		publishing.refresh_standing([self.supplier])

	def on_trash(self):
		if self.docstatus == 1:
			frappe.throw(_("A published evaluation stays on record."))
