import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from partner_relations.customer_care.tiering_policies import freeze

LONGEST_PERIOD = 120


class CustomerTieringPolicy(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from partner_relations.customer_care.doctype.customer_tiering_band.customer_tiering_band import (
			CustomerTieringBand,
		)
		from partner_relations.customer_care.doctype.customer_tiering_break.customer_tiering_break import (
			CustomerTieringBreak,
		)
		from partner_relations.customer_care.doctype.customer_tiering_cell.customer_tiering_cell import (
			CustomerTieringCell,
		)
		from partner_relations.customer_care.doctype.customer_tiering_limit.customer_tiering_limit import (
			CustomerTieringLimit,
		)
		from partner_relations.customer_care.doctype.customer_tiering_metric.customer_tiering_metric import (
			CustomerTieringMetric,
		)
		from partner_relations.customer_care.doctype.customer_tiering_policy_group.customer_tiering_policy_group import (
			CustomerTieringPolicyGroup,
		)
		from partner_relations.customer_care.doctype.customer_tiering_segment.customer_tiering_segment import (
			CustomerTieringSegment,
		)

		abc_metric: DF.Literal["Revenue", "Gross Margin Amount"]
		bands: DF.Table[CustomerTieringBand]
		breaks: DF.Table[CustomerTieringBreak]
		cells: DF.Table[CustomerTieringCell]
		company: DF.Link | None
		confirmations: DF.Int
		customer_groups: DF.TableMultiSelect[CustomerTieringPolicyGroup]
		cut_a: DF.Percent
		cut_b: DF.Percent
		default_tier: DF.Link | None
		description: DF.SmallText | None
		disabled: DF.Check
		late_days: DF.Int
		limits: DF.Table[CustomerTieringLimit]
		margin: DF.Float
		method: DF.Literal["Weighted Score", "RFM", "ABC", "Value-Potential Matrix"]
		metrics: DF.Table[CustomerTieringMetric]
		minimum_coverage: DF.Percent
		minimum_sample: DF.Int
		payment_days: DF.Int
		period_months: DF.Int
		policy_name: DF.Data
		potential_high_from: DF.Float
		potential_medium_from: DF.Float
		quantity_tolerance: DF.Percent
		rfm_scores: DF.Literal["Quantiles", "Fixed breaks"]
		segments: DF.Table[CustomerTieringSegment]
		tier_a: DF.Link | None
		tier_b: DF.Link | None
		tier_c: DF.Link | None
		value_high_from: DF.Float
		value_medium_from: DF.Float

	# end: auto-generated types
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
