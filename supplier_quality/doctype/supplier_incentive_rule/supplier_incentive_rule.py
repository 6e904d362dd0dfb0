import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt

from partner_relations.supplier_quality.messages import rule_message
from partner_relations.supplier_quality.remedies.rules import BREACHES, Rule, RuleError, What
from partner_relations.supplier_quality.reward_penalty import FINANCIAL

MANAGER = "Supplier Quality Manager"
REWARDS = ("Bonus", "Rebate", "Price Reduction", "Preferred Status", "Larger Order Share", "Payment Terms")
PENALTIES = (
	"Price Reduction",
	"Chargeback",
	"Liquidated Damages",
	"Smaller Order Share",
	"Payment Terms",
	"Warning Letter",
	"Suspension",
	"Disqualification",
)
MEASURES = {"Reward": REWARDS, "Penalty": PENALTIES}
NEEDS_END = ("Preferred Status", "Suspension", "Disqualification")
NEEDS_SHARE = ("Larger Order Share", "Smaller Order Share")


class SupplierIncentiveRule(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from partner_relations.supplier_quality.doctype.supplier_incentive_condition.supplier_incentive_condition import (
			SupplierIncentiveCondition,
		)

		breaches_needed: DF.Int
		company: DF.Link | None
		conditions: DF.Table[SupplierIncentiveCondition]
		count_anew: DF.Check
		description: DF.SmallText | None
		duration_days: DF.Int
		enabled: DF.Check
		hold_payments: DF.Check
		kind: DF.Literal["Reward", "Penalty"]
		kpi: DF.Link | None
		looks_at: DF.Literal["Published evaluation", "Contract breach"]
		measure: DF.Literal[
			"",
			"Bonus",
			"Rebate",
			"Price Reduction",
			"Chargeback",
			"Liquidated Damages",
			"Preferred Status",
			"Larger Order Share",
			"Smaller Order Share",
			"Payment Terms",
			"Warning Letter",
			"Suspension",
			"Disqualification",
		]
		order_share: DF.Percent
		paid_by: DF.Literal["", "Company", "Supplier"]
		payment_terms_template: DF.Link | None
		periods_in_a_row: DF.Int
		priority: DF.Int
		reason: DF.SmallText | None
		remedy_scheme: DF.Link | None
		rule_name: DF.Data
		supplier_group: DF.Link | None
		template: DF.Link | None
		within_months: DF.Int
	# end: auto-generated types

	def validate(self):
		self.validate_content()
		self.validate_enabling()

	def validate_content(self):
		"""What decides, and what is proposed; also for an unsaved rule that is only simulated."""
		self.clear_what_does_not_apply()
		self.validate_decision()
		self.validate_grades()
		self.validate_kpis()
		self.validate_measure()
		self.validate_scheme()
		self.validate_details()

	def clear_what_does_not_apply(self):
		"""Fields that the form hides keep no value that somebody entered before changing his mind."""
		if self.looks_at == BREACHES:
			self.template = None
			self.set("conditions", [])
		else:
			self.kpi = None
		for row in self.conditions:
			if row.what not in (What.KPI_VALUE, What.KPI_RATING):
				row.kpi = None
			if row.what == What.GRADE:
				row.number = 0
			else:
				row.grade = None
		if self.measure in FINANCIAL:
			self.duration_days = 0
		else:
			self.remedy_scheme = self.paid_by = None
		if self.measure not in ("Suspension", "Disqualification"):
			self.hold_payments = 0
		if self.measure not in NEEDS_SHARE:
			self.order_share = 0
		if self.measure != "Payment Terms":
			self.payment_terms_template = None

	def validate_decision(self):
		try:
			Rule.from_document(self.as_dict())
		except RuleError as error:
			frappe.throw(rule_message(error.reason, error.row), title=_("Incentive Rule"))

	def validate_grades(self):
		"""Grades exist: in the scale of the template, or where none is named in any scale.

		A rule that is off may wait for its scale, as one of the defaults does where the scale was deleted.
		"""
		scale = self.template and frappe.get_cached_value(
			"Supplier Evaluation Template", self.template, "grade_scale"
		)
		known = frappe.get_all(
			"Supplier Grade",
			filters={"parenttype": "Supplier Grade Scale", **({"parent": scale} if scale else {})},
			pluck="grade",
			order_by="parent asc, lower desc",
		)
		for row in self.conditions:
			if row.what != What.GRADE or row.grade.strip() in known:
				continue
			sentence = _("Row {0}: no grade scale has the grade {1}. Choose one of {2}.").format(
				row.idx, frappe.bold(escape_html(row.grade)), escape_html(", ".join(dict.fromkeys(known)))
			)
			if self.enabled:
				frappe.throw(sentence, title=_("Incentive Rule"))
			frappe.msgprint(sentence, title=_("Incentive Rule"), indicator="orange")

	def validate_kpis(self):
		for row in self.conditions:
			if row.kpi and not frappe.db.exists("Supplier KPI", row.kpi):
				frappe.throw(_("Row {0}: there is no KPI {1}.").format(row.idx, frappe.bold(row.kpi)))

	def validate_measure(self):
		if self.measure not in MEASURES.get(self.kind, ()):
			frappe.throw(
				_("{0} is no measure for a {1}. Choose one of {2}.").format(
					frappe.bold(_(self.measure or "")),
					_(self.kind or ""),
					", ".join(_(measure) for measure in MEASURES.get(self.kind, ())),
				)
			)

	def validate_scheme(self):
		if self.measure not in FINANCIAL:
			return
		if not self.remedy_scheme:
			frappe.throw(_("Choose a remedy scheme: it says how the amount is computed."))
		scheme = frappe.get_cached_doc("Remedy Scheme", self.remedy_scheme)
		if scheme.purpose != self.kind:
			frappe.throw(
				_(
					"The remedy scheme {0} is for a {1}, this rule proposes a {2}. Choose another scheme."
				).format(frappe.bold(scheme.name), _(scheme.purpose), _(self.kind))
			)
		if self.looks_at == BREACHES and scheme.method == "Bonus per grade":
			frappe.throw(
				_("A breach has no grade, so {0} cannot compute a bonus. Choose another scheme.").format(
					frappe.bold(scheme.name)
				)
			)
		if self.enabled and scheme.disabled:
			frappe.throw(
				_("The remedy scheme {0} is disabled. Enable it or choose another one.").format(
					frappe.bold(scheme.name)
				)
			)

	def validate_details(self):
		if (self.duration_days or 0) < 0:
			frappe.throw(_("{0} cannot be negative.").format(frappe.bold(_("For So Many Days"))))
		if self.measure in NEEDS_END and not self.duration_days:
			frappe.throw(
				_("Enter for how many days: a {0} has an end date.").format(frappe.bold(_(self.measure)))
			)
		if self.measure in NEEDS_SHARE and not 0 < flt(self.order_share) <= 100:
			frappe.throw(_("Enter the order share, above 0 and at most 100 percent."))
		if self.measure == "Payment Terms" and not self.payment_terms_template:
			frappe.throw(_("Choose the payment terms that the supplier is to have."))

	def validate_enabling(self):
		"""Rules lead to payments: a manager answers for those that are on."""
		before = self.get_doc_before_save()
		concerned = self.enabled or (before and before.enabled)
		if concerned and MANAGER not in frappe.get_roles():
			frappe.throw(
				_("Only a Supplier Quality Manager may switch a rule on or change one that is on."),
				frappe.PermissionError,
			)


def on_doctype_update():
	"""Publishing asks which rules are on."""
	frappe.db.add_index("Supplier Incentive Rule", ["enabled", "looks_at"])
