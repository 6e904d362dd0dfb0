import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate, today

from partner_relations.supplier_quality.rating import Period
from partner_relations.supplier_quality.rating.definition import RATED_BY_EVALUATORS
from partner_relations.supplier_quality.templates import period_of


class SupplierEvaluatorRating(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from partner_relations.supplier_quality.doctype.supplier_evaluator_mark.supplier_evaluator_mark import (
			SupplierEvaluatorMark,
		)

		amended_from: DF.Link | None
		company: DF.Link
		evaluator: DF.Link | None
		evaluator_role: DF.Link | None
		from_date: DF.Date
		marks: DF.Table[SupplierEvaluatorMark]
		rated_on: DF.Date | None
		supplier: DF.Link
		template: DF.Link
		to_date: DF.Date
	# end: auto-generated types

	def before_insert(self):
		self.evaluator = frappe.session.user

	def validate(self):
		self.validate_evaluator()
		self.validate_period()
		self.validate_role()
		self.validate_marks()
		self.validate_once()

	def validate_evaluator(self):
		"""Marks are a person's own: who could write them for somebody else could then approve them."""
		before = self.get_doc_before_save()
		if before:
			self.evaluator = before.evaluator
		if self.evaluator != frappe.session.user:
			frappe.throw(_("Only {0} may change or submit these marks.").format(frappe.bold(self.evaluator)))

	def validate_period(self):
		from_date, to_date = getdate(self.from_date), getdate(self.to_date)
		if to_date < from_date:
			frappe.throw(_("The period ends before it starts. Change one of the two dates."))
		template = frappe.get_cached_doc("Supplier Evaluation Template", self.template).as_dict()
		if period_of(template, self.company, from_date) != Period(from_date, to_date):
			frappe.msgprint(
				_(
					"These dates are no period of {0}: the marks count only in evaluations of these very dates."
				).format(frappe.bold(self.template)),
				indicator="orange",
			)

	def validate_role(self):
		if self.evaluator_role and self.evaluator_role not in frappe.get_roles(self.evaluator):
			frappe.throw(
				_("{0} does not have the role {1} and cannot rate as such.").format(
					frappe.bold(self.evaluator), frappe.bold(self.evaluator_role)
				)
			)

	def validate_marks(self):
		if not self.marks:
			frappe.throw(_("Enter at least one mark."))
		rated = self._rated_kpis()
		seen = set()
		for row in self.marks:
			if row.kpi in seen:
				frappe.throw(_("Row {0}: {1} is rated already.").format(row.idx, frappe.bold(row.kpi)))
			seen.add(row.kpi)
			if row.kpi not in rated:
				frappe.throw(
					_("Row {0}: {1} is no KPI that evaluators rate by the template {2}.").format(
						row.idx, frappe.bold(row.kpi), frappe.bold(self.template)
					)
				)
			lowest, highest = rated[row.kpi]
			if row.not_applicable:
				row.mark = 0
			elif not lowest <= flt(row.mark) <= highest:
				frappe.throw(
					_(
						"Row {0}: the mark for {1} must lie between {2} and {3}. Tick N/A if you cannot judge it."
					).format(row.idx, frappe.bold(row.kpi), lowest, highest)
				)

	def validate_once(self):
		other = frappe.db.get_value(
			self.doctype,
			{
				"supplier": self.supplier,
				"company": self.company,
				"template": self.template,
				"from_date": self.from_date,
				"to_date": self.to_date,
				"evaluator": self.evaluator,
				"docstatus": ("<", 2),
				"name": ("!=", self.name),
			},
		)
		if other:
			frappe.throw(
				_("{0} has rated this supplier for this period already: {1}.").format(
					frappe.bold(self.evaluator), other
				)
			)

	def before_cancel(self):
		self.validate_evaluator()

	def on_trash(self):
		if self.docstatus or self.evaluator != frappe.session.user:
			frappe.throw(_("Marks that were submitted stay on record, and drafts are their evaluator's."))

	def before_submit(self):
		self.rated_on = today()

	def _rated_kpis(self) -> dict[str, tuple[float, float]]:
		"""Lowest and highest mark of the KPIs that the template lets people rate."""
		template = frappe.get_cached_doc("Supplier Evaluation Template", self.template)
		rows = frappe.get_all(
			"Supplier KPI",
			filters={"name": ("in", [row.kpi for row in template.criteria]), "kind": RATED_BY_EVALUATORS},
			fields=["name", "lowest_mark", "highest_mark"],
		)
		return {row.name: (row.lowest_mark, row.highest_mark) for row in rows}
