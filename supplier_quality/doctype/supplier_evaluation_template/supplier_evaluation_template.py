import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from partner_relations.supplier_quality.rating.numbers import decimal
from partner_relations.supplier_quality.renames import refuse_merge, rename_in_definitions

ALL_WEIGHTS = 100


class SupplierEvaluationTemplate(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from partner_relations.supplier_quality.doctype.supplier_evaluation_template_company.supplier_evaluation_template_company import (
			SupplierEvaluationTemplateCompany,
		)
		from partner_relations.supplier_quality.doctype.supplier_evaluation_template_criterion.supplier_evaluation_template_criterion import (
			SupplierEvaluationTemplateCriterion,
		)
		from partner_relations.supplier_quality.doctype.supplier_evaluation_template_evaluator.supplier_evaluation_template_evaluator import (
			SupplierEvaluationTemplateEvaluator,
		)
		from partner_relations.supplier_quality.doctype.supplier_evaluation_template_item_group.supplier_evaluation_template_item_group import (
			SupplierEvaluationTemplateItemGroup,
		)
		from partner_relations.supplier_quality.doctype.supplier_evaluation_template_supplier_group.supplier_evaluation_template_supplier_group import (
			SupplierEvaluationTemplateSupplierGroup,
		)

		close_after_days: DF.Int
		companies: DF.TableMultiSelect[SupplierEvaluationTemplateCompany]
		create_runs: DF.Check
		criteria: DF.Table[SupplierEvaluationTemplateCriterion]
		description: DF.SmallText | None
		disabled: DF.Check
		evaluators: DF.Table[SupplierEvaluationTemplateEvaluator]
		grade_scale: DF.Link
		is_default: DF.Check
		item_groups: DF.TableMultiSelect[SupplierEvaluationTemplateItemGroup]
		minimum_coverage: DF.Percent
		minimum_sample: DF.Int
		missing_data: DF.Literal["Leave out and re-weight", "Score zero", "Carry the last rating forward"]
		period: DF.Literal["Month", "Quarter", "Half-Year", "Year"]
		period_basis: DF.Literal["Calendar", "Fiscal Year"]
		supplier_groups: DF.TableMultiSelect[SupplierEvaluationTemplateSupplierGroup]
		template_name: DF.Data
		total_weight: DF.Float
	# end: auto-generated types

	def validate(self):
		self.validate_content()
		self.validate_default()
		self.validate_supplier_groups()

	def before_rename(self, old: str, new: str, merge: bool = False):
		refuse_merge(merge)

	def after_rename(self, old: str, new: str, merge: bool = False):
		rename_in_definitions(self.doctype, old, new)

	def validate_content(self):
		"""What decides a score; also for an unsaved template that is only tried."""
		self.validate_kpis()
		self.validate_weights()
		self.validate_knock_outs()
		self.validate_limits()
		self.validate_evaluators()

	def validate_kpis(self):
		if not self.criteria:
			frappe.throw(_("Add at least one criterion."))
		seen = set()
		for row in self.criteria:
			if not row.kpi:
				frappe.throw(_("Row {0}: choose a KPI.").format(row.idx))
			if row.kpi in seen:
				frappe.throw(
					_("Row {0}: the KPI {1} is in the table already. Keep one of the two rows.").format(
						row.idx, frappe.bold(row.kpi)
					)
				)
			seen.add(row.kpi)
			if not frappe.db.exists("Supplier KPI", row.kpi):
				frappe.throw(_("Row {0}: there is no KPI {1}.").format(row.idx, frappe.bold(row.kpi)))
			if frappe.get_cached_value("Supplier KPI", row.kpi, "disabled"):
				frappe.throw(
					_("Row {0}: the KPI {1} is disabled. Enable it or choose another one.").format(
						row.idx, frappe.bold(row.kpi)
					)
				)

	def validate_weights(self):
		for row in self.criteria:
			if flt(row.weight) <= 0:
				frappe.throw(_("Row {0}: the weight must be above 0.").format(row.idx))
		total = sum(decimal(row.weight) for row in self.criteria)
		self.total_weight = total
		if total != ALL_WEIGHTS:
			frappe.throw(
				_("The weights sum to {0}, not to 100. Change them by {1} in all.").format(
					_plain(total), _plain(ALL_WEIGHTS - total)
				)
			)

	def validate_knock_outs(self):
		if not self.grade_scale or not frappe.db.exists("Supplier Grade Scale", self.grade_scale):
			frappe.throw(_("Choose a grade scale."))
		scale = frappe.get_cached_doc("Supplier Grade Scale", self.grade_scale)
		grades = [row.grade for row in scale.grades]
		for row in self.criteria:
			if not row.has_knock_out:
				continue
			if not 0 < flt(row.knock_out_rating) <= 100:
				frappe.throw(
					_("Row {0}: the knock-out rating must lie above 0 and not above 100.").format(row.idx)
				)
			if row.knock_out_grade and row.knock_out_grade not in grades:
				frappe.throw(
					_("Row {0}: the scale {1} has no grade {2}. Choose one of {3}.").format(
						row.idx,
						frappe.bold(self.grade_scale),
						frappe.bold(row.knock_out_grade),
						", ".join(grades),
					)
				)

	def validate_limits(self):
		if not 0 <= flt(self.minimum_coverage) <= 100:
			frappe.throw(_("The minimum coverage must lie between 0 and 100 percent."))
		for field in ("minimum_sample", "close_after_days"):
			if (self.get(field) or 0) < 0:
				frappe.throw(_("{0} cannot be negative.").format(frappe.bold(_(self.meta.get_label(field)))))

	def validate_evaluators(self):
		seen = set()
		for row in self.evaluators:
			if flt(row.weight) <= 0:
				frappe.throw(_("Evaluators, row {0}: the weight must be above 0.").format(row.idx))
			if row.role in seen:
				frappe.throw(
					_("Evaluators, row {0}: the role {1} is in the table already.").format(
						row.idx, frappe.bold(row.role)
					)
				)
			seen.add(row.role)

	def validate_default(self):
		if not self.is_default or self.disabled:
			return
		other = frappe.db.get_value(
			self.doctype, {"is_default": 1, "disabled": 0, "name": ("!=", self.name)}, "name"
		)
		if other:
			frappe.throw(
				_("{0} is the default template already. Take the mark off there first.").format(
					frappe.bold(other)
				)
			)

	def validate_supplier_groups(self):
		"""A supplier group has one template, else it would be chance which one counts."""
		if self.disabled:
			return
		for row in self.supplier_groups:
			others = frappe.get_all(
				"Supplier Evaluation Template Supplier Group",
				filters={
					"supplier_group": row.supplier_group,
					"parent": ("!=", self.name),
					"parenttype": self.doctype,
				},
				pluck="parent",
			)
			taken = frappe.get_all(
				self.doctype, filters={"name": ("in", others), "disabled": 0}, pluck="name"
			)
			if others and taken:
				frappe.throw(
					_("The supplier group {0} has the template {1} already. Take it off there first.").format(
						frappe.bold(row.supplier_group), frappe.bold(taken[0])
					)
				)


def _plain(number) -> str:
	text = format(decimal(number), "f")
	return text.rstrip("0").rstrip(".") if "." in text else text
