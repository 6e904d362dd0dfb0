"""A customer tier with its service policy: how fast, how often, how much."""

from itertools import pairwise

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from partner_relations.customer_care.tiers import TIER

STEPS = ("acknowledge_within", "respond_within", "resolve_within")


class CustomerTier(Document):
	def before_insert(self):
		self.currency = self.currency or site_currency()

	def validate(self):
		self.validate_rank()
		self.validate_default()
		self.validate_disabled()
		self.validate_severities()
		self.validate_times()

	def before_rename(self, old: str, new: str, merge: bool = False):
		"""Two tiers made one would move customers without a word in their history."""
		if merge:
			frappe.throw(
				_("Tiers can't be merged. Move the customers to the other tier, and disable this one.")
			)

	def on_trash(self):
		self.require_no_customers(_("Move them to another tier before you delete this one."))

	def validate_rank(self):
		if self.rank < 1:
			frappe.throw(_("The rank begins with 1, which is the best tier."))
		other = frappe.db.get_value(TIER, {"rank": self.rank, "name": ("!=", self.name)}, "name")
		if other:
			frappe.throw(
				_(
					"{0} has the rank {1} already. Two tiers can't be equally good: choose another rank."
				).format(frappe.bold(escape_html(other)), self.rank)
			)

	def validate_default(self):
		"""New customers get one tier, else it would be chance which."""
		if not self.is_default:
			return
		if self.disabled:
			frappe.throw(
				_("The tier for new customers can't be disabled. Choose another one for them first.")
			)
		other = frappe.db.get_value(TIER, {"is_default": 1, "name": ("!=", self.name)}, "name")
		if other:
			frappe.throw(
				_("{0} is the tier for new customers already. Take the mark off there first.").format(
					frappe.bold(escape_html(other))
				)
			)

	def validate_disabled(self):
		if self.disabled and self.has_value_changed("disabled") and not self.is_new():
			self.require_no_customers(_("Move them to another tier before you disable this one."))

	def validate_severities(self):
		seen = set()
		for row in self.service_times:
			if row.severity in seen:
				frappe.throw(
					_("Row {0}: the severity {1} is there already. Keep one row for each severity.").format(
						row.idx, frappe.bold(_(row.severity))
					)
				)
			seen.add(row.severity)

	def validate_times(self):
		"""A first answer comes after the acknowledgement, and the resolution after both."""
		for row in self.service_times:
			times = [(step, row.get(step) or 0) for step in STEPS if row.get(step)]
			if not times:
				frappe.throw(_("Row {0}: enter a time, or remove the row.").format(row.idx))
			if any(time < 0 for _step, time in times):
				frappe.throw(_("Row {0}: a time can't be negative.").format(row.idx))
			for (earlier, shorter), (later, longer) in pairwise(times):
				if shorter > longer:
					frappe.throw(
						_(
							"Row {0}: {1} is longer than {2}. The later step needs at least as much time."
						).format(
							row.idx,
							frappe.bold(_(row.meta.get_label(earlier))),
							frappe.bold(_(row.meta.get_label(later))),
						)
					)

	def require_no_customers(self, advice: str):
		count = frappe.db.count("Customer", {"customer_tier": self.name}) or frappe.db.count(
			"Customer", {"assessed_tier": self.name}
		)
		if count:
			frappe.throw(
				_("{0} customers are in the tier {1}. {2}").format(
					count, frappe.bold(escape_html(self.name)), advice
				)
			)


def site_currency() -> str | None:
	"""The currency of the site's default company; of any company where none is the default."""
	company = frappe.db.get_single_value("Global Defaults", "default_company") or frappe.db.get_value(
		"Company", {}, "name"
	)
	return (company and frappe.db.get_value("Company", company, "default_currency")) or frappe.db.get_default(
		"currency"
	)
