import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt, fmt_money, get_link_to_form, getdate, now

from partner_relations.common.documents import clear_computed_fields, keep_computed_fields
from partner_relations.supplier_quality import effects, posting, reward_penalty

SUPPLIER_FIELDS = {
	"Supplier Evaluation": "supplier",
	"Contract Breach": "party",
	"Purchase Order": "supplier",
	"Purchase Receipt": "supplier",
	"Purchase Invoice": "supplier",
	"Supplier Quotation": "supplier",
	"Customer Complaint": "supplier",
}
"""Where a source document says whom it is about; a Quality Inspection says it by its own reference."""

ORIGIN = ("supplier", "company", "source_type", "source_name")
DECIDED = (*ORIGIN, "kind", "measure", "paid_by", "amount", "reason", "from_date", "until", "hold_payments",
	"order_share", "payment_terms_template", "purchase_invoice")  # fmt: skip
"""What is approved: an approver who changes it has to let somebody else approve."""


class SupplierRewardPenalty(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		amended_from: DF.Link | None
		amount: DF.Currency
		amount_note: DF.SmallText | None
		answer: DF.Literal["", "Accepted", "Disputed", "No answer"]
		approved_by: DF.Link | None
		approved_on: DF.Datetime | None
		calculated_amount: DF.Currency
		calculation: DF.Code | None
		company: DF.Link
		contract: DF.Data | None
		currency: DF.Link | None
		debit_note: DF.Data | None
		decision_date: DF.Date
		decision_on_dispute: DF.SmallText | None
		definition: DF.Code | None
		first_approved_on: DF.Datetime | None
		first_approver: DF.Link | None
		from_date: DF.Date | None
		held_payments: DF.Check
		highest_amount: DF.Currency
		hold_payments: DF.Check
		is_financial: DF.Check
		journal_entry: DF.Data | None
		kind: DF.Literal["", "Reward", "Penalty"]
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
		needs_two_approvals: DF.Check
		notice_error: DF.SmallText | None
		notice_message: DF.TextEditor | None
		notice_on: DF.Datetime | None
		notice_status: DF.Literal["", "Sent", "Not sent"]
		notice_to: DF.SmallText | None
		order_share: DF.Percent
		paid_by: DF.Literal["", "Company", "Supplier"]
		payment_terms_template: DF.Link | None
		posted_amount: DF.Currency
		posted_by: DF.Link | None
		posted_on: DF.Datetime | None
		posting_account: DF.Link | None
		posting_date: DF.Date | None
		previous_payment_terms: DF.Link | None
		proposed_by: DF.Link | None
		purchase_invoice: DF.Data | None
		reason: DF.SmallText
		remedy_scheme: DF.Link | None
		respond_by: DF.Date | None
		responded_on: DF.Datetime | None
		response: DF.SmallText | None
		response_by: DF.Data | None
		reversal_entry: DF.Data | None
		rule: DF.Link | None
		source_name: DF.Data | None
		source_type: DF.Literal[
			"",
			"Supplier Evaluation",
			"Contract Breach",
			"Purchase Order",
			"Purchase Receipt",
			"Purchase Invoice",
			"Quality Inspection",
			"Supplier Quotation",
			"Customer Complaint",
		]
		status: DF.Literal[
			"Proposed",
			"Awaiting Second Approval",
			"Approved",
			"Notified",
			"Accepted",
			"Disputed",
			"Posted",
			"In Effect",
			"Ended",
			"Waived",
			"Reversed",
			"Cancelled",
		]
		supplier: DF.Link
		supplier_name: DF.Data | None
		unique_key: DF.Data | None
		until: DF.Date | None
		waived_by: DF.Link | None
		waived_on: DF.Datetime | None
		waiver_reason: DF.SmallText | None

	# end: auto-generated types
	def validate(self):
		self.keep_what_services_write()
		self.validate_open()
		self.set_what_follows()
		self.validate_kind()
		self.validate_amount()
		self.validate_measure()
		self.validate_source()
		self.validate_invoice()
		self.set_key()

	def before_submit(self):
		self.validate_approval()
		self.status = reward_penalty.APPROVED
		self.approved_by = frappe.session.user
		self.approved_on = now()

	def on_submit(self):
		effects.take_effect(self)
		reward_penalty.tell_source(self)

	def before_update_after_submit(self):
		keep_computed_fields(self)

	def before_cancel(self):
		reward_penalty.check_step(self, reward_penalty.CANCELLED)
		posting.undo(self)

	def on_cancel(self):
		was_in_effect = self.status in (reward_penalty.IN_EFFECT, reward_penalty.DISPUTED)
		self.db_set("status", reward_penalty.CANCELLED)
		if was_in_effect:
			effects.lift(self)
		reward_penalty.tell_source(self)

	def on_trash(self):
		if not reward_penalty.made_by_hand(self) and not self.amended_from:
			frappe.throw(
				_("{0} stays on record, lest it is proposed again. Waive it and say why.").format(self.name)
			)
		reward_penalty.give_key_back(self)

	def notice_sent(self):
		"""Run by `notices.send` once the letter has gone out."""
		reward_penalty.notice_sent(reward_penalty.lock(self.name))

	def keep_what_services_write(self):
		if self.is_new():
			amended_from = self.amended_from
			clear_computed_fields(self)
			self.amended_from = amended_from
			reward_penalty.begin(self)
		else:
			keep_computed_fields(self)

	def validate_open(self):
		"""A decided proposal stays as it was; an edit voids the first of two approvals."""
		if self.docstatus == 0 and self.status == reward_penalty.WAIVED:
			frappe.throw(_("{0} was waived. Make a new one if it is to be taken up again.").format(self.name))
		if self._action == "save" and self.first_approver:
			self.update(
				{"status": reward_penalty.PROPOSED, "first_approver": None, "first_approved_on": None}
			)

	def set_what_follows(self):
		self.is_financial = int(self.measure in reward_penalty.FINANCIAL)
		self.paid_by = reward_penalty.payer(self.kind, self.measure, self.paid_by)
		self.currency = frappe.get_cached_value("Company", self.company, "default_currency")
		if self.has_value_changed("remedy_scheme") and not self.is_new():
			self.update({"definition": None, "calculation": None})
			self.update({"calculated_amount": 0, "highest_amount": 0})
		if not self.is_financial:
			self.update({"amount": 0, "amount_note": None, "remedy_scheme": None, "purchase_invoice": None})
		if self.measure not in reward_penalty.RESTRICTING:
			self.hold_payments = 0
		self.needs_two_approvals = int(reward_penalty.needs_two_approvals(self))

	def validate_kind(self):
		if self.measure in (
			reward_penalty.NEVER_REWARDS if self.kind == "Reward" else reward_penalty.NEVER_PENALTIES
		):
			frappe.throw(
				_("“{0}” can't be a reward. Choose another measure, or make it a penalty.").format(
					_(self.measure)
				)
				if self.kind == "Reward"
				else _("“{0}” can't be a penalty. Choose another measure, or make it a reward.").format(
					_(self.measure)
				)
			)
		if self.kind == "Penalty" and self.paid_by == "Company":
			frappe.throw(_("A penalty is paid by the supplier."))

	def validate_amount(self):
		if not self.is_financial:
			return
		places = self.precision("amount")
		self.amount = flt(self.amount, places)
		if self.amount <= 0:
			frappe.throw(_("Enter the amount; it must be greater than zero."))
		departs = self.calculation and self.amount != flt(self.calculated_amount, places)
		if departs and not (self.amount_note or "").strip():
			frappe.throw(
				_("The scheme gives {0}. Say why the amount departs from it.").format(
					fmt_money(self.calculated_amount, currency=self.currency)
				)
			)
		if self.remedy_scheme:
			reward_penalty.check_purpose(self)
			reward_penalty.check_caps(self)

	def validate_measure(self):
		if self.measure in reward_penalty.WITH_END and not self.until:
			frappe.throw(_("Say until when “{0}” is to last.").format(_(self.measure)))
		if self.until and self.from_date and getdate(self.until) < getdate(self.from_date):
			frappe.throw(_("The measure ends before it starts. Change one of the two dates."))
		if self.measure == "Payment Terms" and not self.payment_terms_template:
			frappe.throw(_("Choose the payment terms that the supplier is to have."))
		if "Order Share" in (self.measure or "") and not 0 < flt(self.order_share) <= 100:
			frappe.throw(_("Enter the share of the orders, above 0 and up to 100 percent."))

	def validate_source(self):
		"""The source exists and is about this supplier; that of a proposal by rule or contract stays."""
		if bool(self.source_type) != bool(self.source_name):
			frappe.throw(_("Give both the kind of source document and its name, or neither."))
		if self.amended_from and self.is_new():
			before = frappe.get_doc(self.doctype, self.amended_from)
			proposed = not reward_penalty.made_by_hand(self)
		else:
			before = self.get_doc_before_save()
			proposed = before and not reward_penalty.made_by_hand(before)
		if proposed:
			changed = [
				self.meta.get_label(field)
				for field in (*ORIGIN, *(("remedy_scheme",) if before.remedy_scheme else ()))
				if (self.get(field) or "") != (before.get(field) or "")
			]
			if changed:
				frappe.throw(
					_("{0} of a proposal can't be changed. Waive this one and make another by hand.").format(
						", ".join(_(label) for label in changed)
					)
				)
			return
		if not self.source_name:
			return
		if not frappe.db.exists(self.source_type, self.source_name):
			frappe.throw(
				_("There is no {0} named {1}.").format(
					_(self.source_type), frappe.bold(escape_html(self.source_name))
				)
			)
		if self.source_type in SUPPLIER_FIELDS:
			self._must_match(self.source_type, self.source_name, SUPPLIER_FIELDS[self.source_type])
		if self.source_type == "Contract Breach":
			reward_penalty.check_breach(self)

	def validate_invoice(self):
		if not self.purchase_invoice or self.docstatus == 1:
			return
		if frappe.db.get_value("Purchase Invoice", self.purchase_invoice, "docstatus") != 1:
			frappe.throw(
				_("There is no submitted Purchase Invoice {0}.").format(
					frappe.bold(escape_html(self.purchase_invoice))
				)
			)
		self._must_match("Purchase Invoice", self.purchase_invoice, "supplier")

	def _must_match(self, doctype: str, name: str, supplier_field: str):
		supplier, company = frappe.db.get_value(doctype, name, [supplier_field, "company"])
		if (supplier, company) != (self.supplier, self.company):
			frappe.throw(
				_("{0} is about {1} and {2}. Choose a document of the same supplier and company.").format(
					get_link_to_form(doctype, name),
					frappe.bold(escape_html(supplier or "–")),
					frappe.bold(escape_html(company)),
				)
			)

	def set_key(self):
		"""The key follows what a person changes; a rule's or a contract's stays."""
		before = self.get_doc_before_save()
		if before and self.docstatus == 0 and reward_penalty.made_by_hand(before):
			reward_penalty.claim_key(self)

	def validate_approval(self):
		before = self.get_doc_before_save()
		if before is None:
			frappe.throw(_("Save it first; somebody else must approve it."), title=_("Not Approved"))
		reward_penalty.check_open(before)
		reward_penalty.check_approver(self, before.modified_by)
		if any(self.has_value_changed(field) for field in DECIDED):
			frappe.throw(_("You edited it. Save it; somebody else must approve it."), title=_("Not Approved"))
		if self.needs_two_approvals and not self.first_approver:
			frappe.throw(
				_("Two persons approve this amount. Use “Approve” to give the first approval."),
				title=_("Not Approved"),
			)


def on_doctype_update():
	"""The ceiling per year and the supplier's overview ask what a supplier got or owes, and when."""
	frappe.db.add_index(reward_penalty.REWARD_PENALTY, ["supplier", "decision_date"])
