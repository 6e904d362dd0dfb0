import frappe
from frappe import _
from frappe.model.document import Document

from partner_relations.supplier_quality.measures import all_measures
from partner_relations.supplier_quality.messages import curve_message
from partner_relations.supplier_quality.rating import CurveError, RatingCurve
from partner_relations.supplier_quality.rating.definition import EVALUATOR_MARK, RATED_BY_EVALUATORS
from partner_relations.supplier_quality.renames import refuse_merge, rename_in_definitions


class SupplierKPI(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from partner_relations.supplier_quality.doctype.supplier_kpi_rating_point.supplier_kpi_rating_point import (
			SupplierKPIRatingPoint,
		)

		blame_closed_orders: DF.Check
		curve: DF.Table[SupplierKPIRatingPoint]
		description: DF.SmallText | None
		disabled: DF.Check
		due_date_basis: DF.Literal["First promised date", "Current date"]
		early_tolerance_days: DF.Int
		has_early_tolerance: DF.Check
		has_maximum_days: DF.Check
		highest_mark: DF.Float
		kind: DF.Literal["Measured from documents", "Rated by evaluators"]
		kpi_name: DF.Data
		late_tolerance_days: DF.Int
		lowest_mark: DF.Float
		maximum_days: DF.Int
		measure: DF.Autocomplete | None
		price_tolerance: DF.Percent
		quantity_tolerance: DF.Percent
		unit: DF.Data | None
	# end: auto-generated types

	def validate(self):
		self.validate_measure()
		self.validate_tolerances()
		self.validate_marks()
		self.validate_curve()
		self.validate_disabled()

	def before_rename(self, old: str, new: str, merge: bool = False):
		refuse_merge(merge)

	def after_rename(self, old: str, new: str, merge: bool = False):
		rename_in_definitions(self.doctype, old, new)

	def validate_disabled(self):
		if not self.disabled or self.is_new():
			return
		criteria = frappe.get_all(
			"Supplier Evaluation Template Criterion", filters={"kpi": self.name}, pluck="parent"
		)
		used = frappe.get_all(
			"Supplier Evaluation Template", filters={"name": ("in", criteria), "disabled": 0}, pluck="name"
		)
		if used:
			frappe.throw(
				_("The template {0} uses this KPI. Take it out there before you disable it.").format(
					frappe.bold(used[0])
				)
			)

	def validate_measure(self):
		if self.kind == RATED_BY_EVALUATORS:
			self.measure = None
			self.unit = "mark"
			return
		measure = all_measures().get(self.measure or "")
		if measure is None or measure.name == EVALUATOR_MARK:
			frappe.throw(
				_("There is no measure {0}. Choose one from the list.").format(
					frappe.bold(self.measure or "")
				)
			)
		self.unit = measure.unit

	def validate_tolerances(self):
		for field in (
			"early_tolerance_days",
			"late_tolerance_days",
			"quantity_tolerance",
			"price_tolerance",
			"maximum_days",
		):
			if (self.get(field) or 0) < 0:
				frappe.throw(_("{0} cannot be negative.").format(frappe.bold(_(self.meta.get_label(field)))))
		if (self.quantity_tolerance or 0) > 100:
			frappe.throw(_("The quantity tolerance cannot be more than 100 percent."))
		if (
			self.kind != RATED_BY_EVALUATORS
			and self.measure == "rfq_response_days"
			and not self.has_maximum_days
		):
			frappe.throw(
				_(
					"Set the maximum days: they stand for requests that were never answered. "
					"Without them no answer would count as a quick one."
				)
			)

	def validate_marks(self):
		if self.kind == RATED_BY_EVALUATORS and self.lowest_mark >= self.highest_mark:
			frappe.throw(_("The lowest mark must be below the highest mark."))

	def validate_curve(self):
		try:
			RatingCurve.of((row.value, row.rating) for row in self.curve)
		except CurveError as error:
			frappe.throw(curve_message(error.reason, error.row), title=_("Rating Curve"))
