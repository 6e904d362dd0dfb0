"""What a letter to a partner says: the same in print, on the supplier's own page and in Chinese.

Print formats call `breach_letter` and `reward_penalty_letter` (hook `jinja`); the page at /supplier-notices
shows parts of the same. Sentences are in the language of the moment (`frappe.local.lang`): who writes to a
partner sets the partner's. Nothing here is escaped, but for addresses, which are HTML: templates escape.
"""

from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe import _
from frappe.contacts.doctype.address.address import get_default_address, render_address
from frappe.utils import cint, flt, fmt_money, format_date, get_url, getdate

from partner_relations.supplier_quality import remedy_schemes
from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY

ROUTES = {BREACH: "supplier-notices/breaches", REWARD_PENALTY: "supplier-notices/decisions"}
"""Where the supplier finds its own documents of a type; the name follows."""


@dataclass(frozen=True)
class Fact:
	"""A line of the table of facts."""

	label: str
	value: str
	emphasis: bool = False


@dataclass(frozen=True)
class Step:
	"""A line of the calculation; the amount is formatted, empty where a step has none."""

	text: str
	amount: str = ""


@dataclass(frozen=True)
class Address:
	"""Name, and what stands below it as HTML (empty without an address)."""

	name: str
	html: str = ""


@dataclass(frozen=True)
class Letter:
	"""A letter in the order in which it is read."""

	sender: Address
	recipient: Address
	number: str
	date: str
	subject: str
	opening: list[str]
	facts: list[Fact]
	steps: list[Step] = field(default_factory=list)
	total: str = ""
	amount_note: str = ""
	consequences: list[str] = field(default_factory=list)
	answer: list[str] = field(default_factory=list)
	banner: str = ""


# Breaches


def breach_letter(doc) -> Letter:
	"""The letter about a Contract Breach: what was promised, what was found, and until when to answer."""
	return Letter(
		sender=_address("Company", doc.company, doc.company),
		recipient=_address(doc.party_type, doc.party, doc.party_name),
		number=doc.name,
		date=_date_of(doc, doc.detected_on),
		subject=breach_subject(doc),
		opening=_breach_opening(doc),
		facts=breach_facts(doc),
		consequences=_breach_consequences(doc),
		answer=how_to_answer(doc),
		banner=_banner(doc),
	)


def breach_subject(doc) -> str:
	"""The subject of the letter about a breach."""
	return _("Breach of contract: {0}").format(doc.obligation)


def breach_facts(doc) -> list[Fact]:
	"""What was promised and what was found, with the window and the figures behind it."""
	facts = [
		Fact(_("Contract"), doc.contract or ""),
		Fact(_("Promise", context="Letter"), _promise(doc), emphasis=True),
	]
	if doc.due_date:
		facts.append(Fact(_("Due By", context="Letter"), day_in_words(doc.due_date)))
		if doc.delivered_on:
			facts.append(Fact(_("Delivered On", context="Letter"), day_in_words(doc.delivered_on)))
		if cint(doc.days_late):
			facts.append(
				Fact(
					_("Found", context="Letter"),
					_("{0} days late").format(cint(doc.days_late)),
					emphasis=True,
				)
			)
		return facts
	facts.append(Fact(_("Period", context="Letter"), _period(doc.from_date, doc.to_date)))
	if doc.has_value:
		facts.append(Fact(_("Found", context="Letter"), _value(doc.value, doc.unit), emphasis=True))
		if flt(doc.denominator):
			facts.append(
				Fact(
					_("Calculated From", context="Letter"),
					f"{_number(doc.numerator)} / {_number(doc.denominator)}",
				)
			)
		if cint(doc.sample_size):
			facts.append(Fact(_("Facts Counted"), str(cint(doc.sample_size))))
	return facts


def _promise(doc) -> str:
	if not doc.kpi:
		return doc.obligation or ""
	limit = _value(doc.target, doc.unit)
	words = _("{0}: at most {1}") if doc.comparison == "At most" else _("{0}: at least {1}")
	return words.format(_(doc.kpi), limit)


def _breach_opening(doc) -> list[str]:
	if doc.due_date:
		return [
			_("What our contract provides for by {0} has not been done in time.").format(
				day_in_words(doc.due_date)
			)
		]
	return [
		_(
			"A promise of our contract was not kept in the period from {0} to {1}. Below you find what was"
			" promised and what our records show."
		).format(day_in_words(doc.from_date), day_in_words(doc.to_date))
	]


def _breach_consequences(doc) -> list[str]:
	said = [_("We ask you to put this right and to keep the promise from now on.")]
	if doc.penalty or frappe.parse_json(doc.definition or "{}").get("remedy_scheme"):
		said.append(
			_("The contract provides for a penalty. Should we claim it, you will get a letter of its own.")
		)
	if doc.terminates:
		said.append(_("The contract allows us to terminate it for this breach. We reserve this right."))
	return said


# Rewards and penalties


def reward_penalty_letter(doc) -> Letter:
	"""The letter about a Supplier Reward Penalty: the decision, its reasons, how the amount was computed."""
	return Letter(
		sender=_address("Company", doc.company, doc.company),
		recipient=_address("Supplier", doc.supplier, doc.supplier_name),
		number=doc.name,
		date=_date_of(doc, doc.decision_date),
		subject=reward_penalty_subject(doc),
		opening=_decision(doc),
		facts=reward_penalty_facts(doc),
		steps=steps_of(doc),
		total=amount_of(doc),
		amount_note=(doc.amount_note or "") if doc.is_financial else "",
		consequences=_reward_penalty_consequences(doc),
		answer=how_to_answer(doc),
		banner=_banner(doc),
	)


def reward_penalty_subject(doc) -> str:
	"""The subject of the letter: the measure, and the amount of a financial one."""
	measure = _(doc.measure, context=REWARD_PENALTY)
	if not doc.is_financial:
		return measure
	return f"{measure} {amount_of(doc)}"


def amount_of(doc) -> str:
	"""The amount as people read it; empty for measures without money."""
	return fmt_money(doc.amount, currency=doc.currency) if doc.is_financial else ""


def steps_of(doc) -> list[Step]:
	"""The steps of the calculation, in words."""
	return [
		Step(row["text"], _step_amount(row["amount"], doc.currency))
		for row in remedy_schemes.explain(doc.calculation)
	]


def _step_amount(amount: float | None, currency: str) -> str:
	"""Formatted; empty for a note, and for what rounding took or gave when that is too little to show."""
	shown = "" if amount is None else fmt_money(amount, currency=currency)
	return "" if amount and shown.lstrip("-") == fmt_money(0, currency=currency) else shown


def reward_penalty_facts(doc) -> list[Fact]:
	"""Reason, source with its figures, and what is decided besides an amount."""
	facts = [Fact(_("Reason"), doc.reason or "", emphasis=True)]
	facts += _source_facts(doc)
	if doc.is_financial:
		facts.append(Fact(_("Amount"), amount_of(doc), emphasis=True))
	else:
		if doc.from_date:
			facts.append(Fact(_("From", context="Letter"), day_in_words(doc.from_date)))
		if doc.until:
			facts.append(Fact(_("Until", context="Letter"), day_in_words(doc.until), emphasis=True))
		if doc.measure in ("Larger Order Share", "Smaller Order Share"):
			facts.append(Fact(_("Order Share", context="Letter"), f"{_number(doc.order_share)} %"))
		if doc.measure == "Payment Terms":
			facts.append(Fact(_("Payment Terms"), doc.payment_terms_template or ""))
	return facts


def _source_facts(doc) -> list[Fact]:
	if doc.source_type == BREACH and frappe.db.exists(BREACH, doc.source_name):
		return breach_facts(frappe.get_doc(BREACH, doc.source_name))
	facts = [Fact(_("Contract"), doc.contract)] if doc.contract else []
	if doc.source_type == EVALUATION:
		evaluation = frappe.db.get_value(
			EVALUATION, doc.source_name, ["period_label", "has_score", "score", "grade"], as_dict=True
		)
		if evaluation:
			facts.append(Fact(_("Evaluation of"), evaluation.period_label or ""))
			if evaluation.has_score:
				result = _("Score {0}, grade {1}").format(_number(evaluation.score), evaluation.grade)
				facts.append(Fact(_("Result", context="Letter"), result))
	elif doc.source_type and doc.source_name:
		facts.append(Fact(_(doc.source_type), doc.source_name))
	return facts


def _decision(doc) -> list[str]:
	"""The sentences that say what was decided; rewards thank first."""
	amount, company = amount_of(doc), doc.company
	since, until = day_in_words(doc.from_date), day_in_words(doc.until)
	thanks = [_("Thank you for your good work for us.")] if doc.kind == "Reward" else []
	if doc.is_financial and doc.paid_by == "Company":
		said = {
			"Bonus": _("In recognition of it we grant you a bonus of {0}."),
			"Rebate": _("We grant you a rebate of {0}."),
		}.get(doc.measure, _("We credit you with {0}."))
		return [*thanks, said.format(amount)]
	said = {
		"Rebate": [_("For the reason given below a rebate of {0} is due to {1}.").format(amount, company)],
		"Price Reduction": [
			_("For the reason given below we reduce the price of what you delivered by {0}.").format(amount)
		],
		"Chargeback": [_("For the reason given below we charge you with costs of {0}.").format(amount)],
		"Liquidated Damages": [
			_("For the reason given below we claim the liquidated damages that were agreed, {0}.").format(
				amount
			)
		],
		"Preferred Status": [
			_("From {0} until {1} you are a preferred supplier of {2}.").format(since, until, company)
		],
		"Larger Order Share": [
			_("From {0} on we intend to place a larger share of our orders with you.").format(since)
		],
		"Smaller Order Share": [
			_(
				"For the reason given below we place a smaller share of our orders with you from {0} on."
			).format(since)
		],
		"Payment Terms": [_("From {0} on the payment terms given below apply to new orders.").format(since)],
		"Warning Letter": [
			_("For the reason given below we give you a formal warning."),
			_("Please put the cause right and tell us what you have done about it."),
			_("If it happens again, we may take further measures, up to a suspension."),
		],
		"Suspension": [
			_("For the reason given below we suspend you as a supplier from {0} until {1}.").format(
				since, until
			),
			_("In this time we send you no requests for quotation and place no new orders."),
			_("Orders that were placed before remain valid."),
		],
		"Disqualification": [
			_("For the reason given below you are disqualified as a supplier from {0} until {1}.").format(
				since, until
			),
			_("In this time we send you no requests for quotation and place no new orders."),
			_("After it you may apply to be approved again."),
		],
	}.get(doc.measure)
	if said is None:  # a bonus that the supplier pays
		said = [_("For the reason given below {0} is due to {1}.").format(amount, company)]
	return [*thanks, *said]


def _reward_penalty_consequences(doc) -> list[str]:
	said = []
	if doc.is_financial and doc.paid_by == "Company":
		said.append(_("We will credit the amount to your account with us."))
	elif doc.is_financial:
		said.append(_("We will set the amount off against what we owe you."))
	if doc.hold_payments:
		said.append(_("Payments to you are held for this time."))
	return said


# What both have


def wants_answer(doc) -> bool:
	"""Whether the partner is asked to accept or dispute: it isn't where it gets something."""
	return (
		doc.doctype == BREACH or doc.kind == "Penalty" or bool(doc.is_financial and doc.paid_by == "Supplier")
	)


def how_to_answer(doc) -> list[str]:
	"""Until when and where the partner may answer; nothing once it has."""
	if doc.responded_on or not _is_open(doc):
		return []
	page = page_of(doc)
	deadline = day_in_words(doc.respond_by) if doc.respond_by else None
	if not wants_answer(doc):
		return [_("If you have a question about this, please reply to this letter.")]
	said = [
		_("Please tell us by {0} whether you accept or dispute this.").format(deadline)
		if deadline
		else _("Please tell us within {0} days whether you accept or dispute this.").format(
			cint(frappe.get_cached_doc("Supplier Quality Settings").answer_days)
		)
	]
	said.append(
		_("You can answer, and look at the figures, at {0}. Or reply to this letter.").format(page)
		if page
		else _("Please reply to this letter, and give your reasons where you dispute it.")
	)
	said.append(_("Without an answer by then we go by what this letter says."))
	return said


def page_of(doc) -> str | None:
	"""The address of the document on the supplier's own page, where the supplier has users there."""
	supplier = doc.supplier if doc.doctype == REWARD_PENALTY else doc.party
	if doc.doctype == BREACH and doc.party_type != "Supplier":
		return None
	if not frappe.db.exists("Portal User", {"parent": supplier, "parenttype": "Supplier"}):
		return None
	return get_url(f"/{ROUTES[doc.doctype]}/{doc.name}")


def _is_open(doc) -> bool:
	return doc.status not in ("Waived", "Closed", "Withdrawn", "Cancelled", "Reversed", "Ended")


def _banner(doc) -> str:
	"""What a reader of the letter must know first, where it isn't in force."""
	if doc.docstatus == 2 or doc.status == "Cancelled":
		return _("Cancelled: this letter is no longer valid.")
	if doc.doctype == REWARD_PENALTY and doc.docstatus == 0:
		return _("Draft: this has not been approved yet.")
	return {
		"Waived": _("Waived: nothing more follows from this letter."),
		"Withdrawn": _("Withdrawn: later facts show that the promise was kept."),
		"Reversed": _("Reversed: the amount was booked back."),
	}.get(doc.status, "")


def day_in_words(day: Any) -> str:
	"""A date as no reader can mistake it: 1 February 2026, in the order of the language; empty for none."""
	return format_date(day, "long") if day else ""


def _date_of(doc, otherwise) -> str:
	"""The day of the letter: that on which it went out, else of the decision."""
	return day_in_words(getdate(doc.notice_on or otherwise))


def _period(from_date, to_date) -> str:
	return _("{0} to {1}", context="Letter").format(day_in_words(from_date), day_in_words(to_date))


def _number(value: Any) -> str:
	"""With as many decimals as it needs, two at most."""
	value = flt(value, 2)
	decimals = next(places for places in range(3) if flt(value, places) == value)
	return fmt_money(value, precision=decimals)


def _value(value: Any, unit: str | None) -> str:
	return f"{_number(value)} {_(unit or '')}".strip()


def _address(doctype: str, name: str, title: str | None) -> Address:
	# Who may print the letter may see the two addresses on it.
	address = get_default_address(doctype, name)
	return Address(title or name, (render_address(address, check_permissions=False) or "") if address else "")
