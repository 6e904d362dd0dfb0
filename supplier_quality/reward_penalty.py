"""Rewards and penalties: proposed by rule, breach or hand, then approved, notified, answered and posted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha1
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, cint, cstr, flt, fmt_money, get_link_to_form, getdate, now, today

from partner_relations.common.bulk import insert_rows, reserve_names
from partner_relations.common.company_settings import check_account, check_cost_center, check_once_each
from partner_relations.common.documents import without_scripts
from partner_relations.supplier_quality.rating.numbers import decimal

REWARD_PENALTY = "Supplier Reward Penalty"
SETTINGS = "Supplier Quality Settings"
SERIES = "SRP-.YYYY.-.#####"

FINANCIAL = ("Bonus", "Rebate", "Price Reduction", "Chargeback", "Liquidated Damages")
NEVER_REWARDS = (
	"Chargeback",
	"Liquidated Damages",
	"Smaller Order Share",
	"Warning Letter",
	"Suspension",
	"Disqualification",
)
NEVER_PENALTIES = ("Bonus", "Preferred Status", "Larger Order Share")
RESTRICTING = ("Suspension", "Disqualification")
WITH_END = (*RESTRICTING, "Preferred Status")
"""Measures that must say how long they last."""

PROPOSED, SECOND, APPROVED = "Proposed", "Awaiting Second Approval", "Approved"
NOTIFIED, ACCEPTED, DISPUTED = "Notified", "Accepted", "Disputed"
POSTED, REVERSED = "Posted", "Reversed"
IN_EFFECT, ENDED = "In Effect", "Ended"
WAIVED, CANCELLED = "Waived", "Cancelled"
NO_ANSWER = "No answer"

NEXT_STATUSES: dict[str, tuple[str, ...]] = {
	PROPOSED: (SECOND, APPROVED, WAIVED),
	SECOND: (PROPOSED, APPROVED, WAIVED),
	APPROVED: (NOTIFIED, POSTED, IN_EFFECT, WAIVED, CANCELLED),
	NOTIFIED: (ACCEPTED, DISPUTED, POSTED, IN_EFFECT, WAIVED, CANCELLED),
	ACCEPTED: (POSTED, IN_EFFECT, WAIVED, CANCELLED),
	# Upheld, it is as approved again; a measure in effect stayed so.
	DISPUTED: (APPROVED, IN_EFFECT, ENDED, WAIVED, CANCELLED),
	# Back when the accountants cancel the entry.
	POSTED: (REVERSED, APPROVED, NOTIFIED, ACCEPTED, CANCELLED),
	REVERSED: (POSTED, CANCELLED),
	IN_EFFECT: (DISPUTED, ENDED, WAIVED, CANCELLED),
	ENDED: (CANCELLED,),
	WAIVED: (CANCELLED,),
	CANCELLED: (),
}
"""Which status may follow which: for the form, the API, the portal and the jobs alike."""


@dataclass(frozen=True)
class Proposal:
	"""A reward or penalty that a rule or a contract calls for.

	`origin` says what called for it (the name of an incentive rule, the key of an obligation): source and
	origin make one proposal, however often the question is asked. `amount` is in the company's currency;
	`calculation` holds its steps (`remedy_schemes.assess`), `ceiling` the most that the caps of the scheme
	allow in this case, `definition` the scheme as it was then.
	`details` are further fields of the document (until, hold_payments, order_share, payment_terms_template,
	purchase_invoice, contract).
	"""

	supplier: str
	company: str
	kind: str
	measure: str
	reason: str
	source_type: str
	source_name: str
	origin: str
	proposed_by: str
	paid_by: str | None = None
	amount: Decimal = Decimal(0)
	remedy_scheme: str | None = None
	definition: Mapping[str, Any] | None = None
	calculation: Sequence[Mapping[str, Any]] = ()
	ceiling: Decimal | None = None
	rule: str | None = None
	decision_date: date | None = None
	details: Mapping[str, Any] = field(default_factory=dict)


def unique_key(source_type: str, source_name: str, origin: str) -> str:
	"""One reward or penalty per source and origin: nothing is proposed, and so posted, twice."""
	return sha1("\x1f".join((source_type, source_name, origin)).encode()).hexdigest()


def payer(kind: str, measure: str, paid_by: str | None = None) -> str | None:
	"""Who pays where nobody said: the company its bonuses, the supplier everything else; None if no money."""
	if measure not in FINANCIAL:
		return None
	return paid_by or ("Company" if kind == "Reward" and measure == "Bonus" else "Supplier")


def propose(proposals: Sequence[Proposal]) -> list[str]:
	"""Insert proposals as drafts, in a number of statements that doesn't depend on how many they are.

	Those that were proposed before are left out, whatever became of them. Returns the names of the new ones.
	"""
	wanted = {unique_key(row.source_type, row.source_name, row.origin): row for row in proposals}
	if not wanted:
		return []
	record = frappe.qb.DocType(REWARD_PENALTY)
	known = (
		frappe.qb.from_(record)
		.where(record.unique_key.isin(list(wanted)))
		.select(record.unique_key)
		.for_update()
	).run()
	for (key,) in known:
		del wanted[key]
	if not wanted:
		return []
	names = reserve_names(SERIES, len(wanted))
	rows = [_row(name, key, proposal) for name, (key, proposal) in zip(names, wanted.items(), strict=True)]
	_add_what_is_fetched(rows)
	insert_rows(REWARD_PENALTY, list(rows[0]), ([row[column] for column in rows[0]] for row in rows))
	return names


DETAILS = (
	"until",
	"hold_payments",
	"order_share",
	"payment_terms_template",
	"purchase_invoice",
	"contract",
)


def _row(name: str, key: str, proposal: Proposal) -> dict[str, Any]:
	stamp = now()
	unknown = set(proposal.details) - set(DETAILS)
	if unknown:
		raise ValueError(f"a proposal has no {', '.join(sorted(unknown))}")
	return {
		"name": name,
		"owner": proposal.proposed_by,
		"modified_by": proposal.proposed_by,
		"creation": stamp,
		"modified": stamp,
		"docstatus": 0,
		"status": "Proposed",
		"supplier": proposal.supplier,
		"company": proposal.company,
		"kind": proposal.kind,
		"measure": proposal.measure,
		"is_financial": int(proposal.measure in FINANCIAL),
		"paid_by": payer(proposal.kind, proposal.measure, proposal.paid_by),
		"amount": proposal.amount,
		"remedy_scheme": proposal.remedy_scheme,
		"definition": frappe.as_json(proposal.definition) if proposal.definition else None,
		"calculation": frappe.as_json(list(proposal.calculation)) if proposal.calculation else None,
		"calculated_amount": proposal.amount if proposal.calculation else 0,
		"highest_amount": proposal.ceiling or 0,
		"reason": proposal.reason,
		"source_type": proposal.source_type,
		"source_name": proposal.source_name,
		"rule": proposal.rule,
		"decision_date": proposal.decision_date or today(),
		"from_date": proposal.decision_date or today(),
		"proposed_by": proposal.proposed_by,
		"unique_key": key,
		**{detail: proposal.details.get(detail) for detail in DETAILS},
		"hold_payments": int(bool(proposal.details.get("hold_payments"))),
		"order_share": proposal.details.get("order_share") or 0,
	}


def _add_what_is_fetched(rows: list[dict[str, Any]]) -> None:
	"""What the form fetches from supplier and company."""
	names = dict(
		frappe.get_all(
			"Supplier",
			filters={"name": ("in", list({row["supplier"] for row in rows}))},
			fields=["name", "supplier_name"],
			as_list=True,
		)
	)
	for row in rows:
		row["supplier_name"] = names.get(row["supplier"])
		row["currency"] = frappe.get_cached_value("Company", row["company"], "default_currency")


BY_THE_SCHEME = ("definition", "calculation", "calculated_amount", "highest_amount")
"""What a Remedy Scheme gave, and nobody enters."""


# Made by hand


def begin(document) -> None:
	"""What a record that somebody inserts starts with: its proposer, and the key against a second one.

	An amendment takes over how the cancelled record came about, and its key: no rule proposes it again.
	"""
	document.status = PROPOSED
	document.proposed_by = frappe.session.user
	if document.amended_from:
		old = frappe.get_doc(REWARD_PENALTY, document.amended_from, for_update=True)
		if not old.unique_key:
			frappe.throw(
				_("{0} has been replaced by another record already. Edit that one.").format(
					get_link_to_form(REWARD_PENALTY, old.name)
				),
				title=_("Proposed Already"),
			)
		for fieldname in ("rule", "contract", *BY_THE_SCHEME):
			document.set(fieldname, old.get(fieldname))
		by_hand = made_by_hand(old)
		document.unique_key = old.unique_key
		old.db_set("unique_key", None, update_modified=False)
		if not by_hand:
			return
	claim_key(document)


def check_breach(document) -> None:
	"""Raise frappe.ValidationError if the breach behind a record isn't one to penalise the supplier for."""
	party_type, owed_by = frappe.db.get_value(
		"Contract Breach", document.source_name, ["party_type", "owed_by"]
	)
	breach = get_link_to_form("Contract Breach", document.source_name)
	if party_type != "Supplier":
		frappe.throw(
			_("{0} is about a contract with a customer. Only suppliers get rewards and penalties.").format(
				breach
			),
			title=_("Not the Supplier's Breach"),
		)
	if document.kind == "Penalty" and owed_by == "Us":
		frappe.throw(
			_("In {0} it was us who did not keep the contract. Nobody but us answers for it.").format(breach),
			title=_("Not the Supplier's Breach"),
		)


def claim_key(document) -> None:
	"""Give a record made by hand its key: one per source document and measure.

	Raises frappe.ValidationError if another one of them is in force; one that was waived or cancelled gives
	its key away.
	"""
	key = _key_by_hand(document)
	other = frappe.db.get_value(
		REWARD_PENALTY,
		{"unique_key": key, "name": ("!=", document.name)},
		["name", "status"],
		as_dict=True,
		for_update=True,
	)
	if other and other.status not in (WAIVED, CANCELLED):
		frappe.throw(
			_(
				"{0} has this measure for {1} already. Name another source document, "
				"such as the receipt or invoice concerned, or edit that record."
			).format(get_link_to_form(REWARD_PENALTY, other.name), frappe.bold(document.source_name)),
			title=_("Proposed Already"),
		)
	if other:
		frappe.db.set_value(REWARD_PENALTY, other.name, "unique_key", None, update_modified=False)
	document.unique_key = key


def made_by_hand(document) -> bool:
	"""Whether a person made this record, not a rule or a contract."""
	return document.unique_key == _key_by_hand(document)


def _key_by_hand(document) -> str:
	if document.source_type and document.source_name:
		return unique_key(document.source_type, document.source_name, f"By hand: {document.measure}")
	return unique_key("", document.name, "By hand")


def give_key_back(document) -> None:
	"""When the draft of an amendment is deleted, the cancelled record stands for the claim again."""
	if not (document.amended_from and document.unique_key):
		return
	old = frappe.get_doc(REWARD_PENALTY, document.amended_from, for_update=True)
	key = _key_by_hand(old) if made_by_hand(document) else document.unique_key
	frappe.db.set_value(REWARD_PENALTY, document.name, "unique_key", None, update_modified=False)
	if not frappe.db.exists(REWARD_PENALTY, {"unique_key": key}):
		old.db_set("unique_key", key, update_modified=False)


def calculate(
	name: str, value: Decimal, units: Decimal, exempt_units: Decimal = Decimal(0), grade: str | None = None
) -> Decimal:
	"""Compute the amount of a proposal by its Remedy Scheme, save it with its steps, and return it.

	`value` is that of the scheme's basis (or the volume) in company currency; `units` what the scheme counts.
	Checks the right to write. Like any edit it voids a first approval.
	"""
	from partner_relations.supplier_quality import remedy_schemes
	from partner_relations.supplier_quality.remedies import Case, Item

	document = lock_to_decide(name)
	document.check_permission("write")
	check_open(document)
	scheme = document.remedy_scheme
	if not scheme:
		frappe.throw(_("Choose the Remedy Scheme by which the amount is to be computed."))
	check_purpose(document)
	definition = remedy_schemes.freeze(scheme)
	already = remedy_schemes.already_in_year(
		document.supplier, document.company, scheme, document.decision_date, exclude=name
	)
	item = Item(document.source_name or "", value, units, exempt_units)
	case = Case((item,), grade=grade or None, already_in_year=already)
	assessment = remedy_schemes.assess(definition, case, document.currency)
	if not assessment.amount:
		steps = remedy_schemes.explain(assessment.calculation)
		frappe.throw(" ".join([_("The scheme gives nothing here."), *(step["text"] for step in steps)]))
	write(
		document,
		status=PROPOSED,
		first_approver=None,
		first_approved_on=None,
		definition=frappe.as_json(definition),
		calculation=frappe.as_json(assessment.calculation),
		calculated_amount=assessment.amount,
		highest_amount=assessment.ceiling or 0,
		amount=assessment.amount,
		amount_note=None,
	)
	return assessment.amount


def check_purpose(document) -> None:
	"""Raise frappe.ValidationError if the Remedy Scheme computes rewards and the record is a penalty, or the
	other way round."""
	purpose = frappe.get_cached_value("Remedy Scheme", document.remedy_scheme, "purpose")
	if purpose == document.kind:
		return
	sentence = (
		_("The remedy scheme {0} computes rewards. Choose one for penalties.")
		if purpose == "Reward"
		else _("The remedy scheme {0} computes penalties. Choose one for rewards.")
	)
	frappe.throw(sentence.format(frappe.bold(frappe.utils.escape_html(document.remedy_scheme))))


def check_caps(document) -> None:
	"""Raise frappe.ValidationError if the amount is above a cap of its Remedy Scheme, whatever the note says.

	Locks the supplier where there is a cap per year.
	"""
	from partner_relations.supplier_quality import remedy_schemes

	scheme = document.remedy_scheme
	definition = frappe.parse_json(document.definition) or remedy_schemes.freeze(scheme)
	amount = decimal(document.amount)
	if document.docstatus == 1 and definition["cap_percent"] is not None and not document.calculation:
		frappe.throw(
			_(
				"Compute the amount by the remedy scheme {0} before it is approved: its cap is a percentage."
			).format(frappe.bold(frappe.utils.escape_html(scheme)))
		)
	highest = decimal(document.highest_amount or definition["cap_amount"] or 0)
	if highest and amount > highest:
		_refuse_above_cap(
			_("The amount can be {0} at most: that is the cap of the remedy scheme {1} here."),
			_money(document, highest),
			frappe.bold(frappe.utils.escape_html(scheme)),
		)
	if definition["yearly_cap"] is None:
		return
	already = remedy_schemes.already_in_year(
		document.supplier, document.company, scheme, document.decision_date, exclude=document.name
	)
	cap = decimal(definition["yearly_cap"])
	if amount + already > cap:
		_refuse_above_cap(
			_(
				"The amount can be {0} at most: the remedy scheme {1} has a cap of {2} per calendar year, "
				"and {3} of it are used up."
			),
			_money(document, max(cap - already, Decimal(0))),
			frappe.bold(frappe.utils.escape_html(scheme)),
			_money(document, cap),
			_money(document, already),
		)


def _refuse_above_cap(sentence: str, *values: str) -> None:
	frappe.throw(sentence.format(*values), title=_("Above the Cap"))


def _money(document, amount: Decimal) -> str:
	return fmt_money(float(amount), currency=document.currency)


# The steps of its life


def lock(name: str):
	"""The record as it is now, locked until the transaction ends: whoever comes second finds what the first
	did."""
	return frappe.get_doc(REWARD_PENALTY, name, for_update=True)


def lock_to_decide(name: str):
	"""`lock` for who settles an amount: first its breach, then the supplier whose yearly cap it uses up.

	In this order the services that propose lock them; in another two transactions could wait for each other.
	"""
	from partner_relations.supplier_quality import remedy_schemes

	row = frappe.db.get_value(
		REWARD_PENALTY, name, ["supplier", "remedy_scheme", "source_type", "source_name"], as_dict=True
	)
	if row and row.remedy_scheme:
		if row.source_type == "Contract Breach":
			frappe.db.get_value(row.source_type, row.source_name, "name", for_update=True)
		remedy_schemes.lock_years([row.supplier])
	return lock(name)


def write(document, **values) -> None:
	"""Write fields that only services write, and keep what changed on record."""
	if (document.doctype, document.name) in frappe.flags.currently_saving:
		document.db_set(values)  # the document's own save keeps the record
		return
	document.load_doc_before_save()
	document.db_set(values, notify=True)
	document.save_version()


def move(document, status: str, **values) -> None:
	"""Give a record its next status and what goes with it; frappe.ValidationError if it can't follow."""
	check_step(document, status)
	write(document, status=status, **values)
	tell_source(document)


def check_step(document, status: str) -> None:
	"""Raise frappe.ValidationError if `status` can't follow the record's own."""
	if status != document.status and status not in NEXT_STATUSES[document.status]:
		frappe.throw(
			_("{0} is “{1}”. It can't become “{2}” from there.").format(
				document.name, label(document.status), label(status)
			)
		)


def tell_source(document) -> None:
	"""The breach that called for a penalty follows what becomes of it."""
	if document.source_type == "Contract Breach" and document.source_name:
		from partner_relations.supplier_quality import breaches

		breaches.follow_penalty(document.source_name, document.status)


def label(status: str) -> str:
	"""A status in the reader's language."""
	return _(status, context=REWARD_PENALTY)


def company_setting(company: str):
	"""The row of the settings with the company's accounts and limit, or None."""
	rows = frappe.get_cached_doc(SETTINGS).companies
	return next((row for row in rows if row.company == company), None)


# Approval


def approve(name: str) -> str:
	"""Approve a proposal; returns the new status.

	Above the amount set for the company the first approval is noted, and the second, by another person,
	submits. Who proposed or last edited it is refused, Administrator included. Checks the right to submit.
	"""
	document = lock_to_decide(name)
	document.check_permission("submit")
	check_open(document)
	check_approver(document, document.modified_by)
	if needs_two_approvals(document) and not document.first_approver:
		# Neither time stamp nor editor: who edited the proposal last must not give the second approval.
		document.load_doc_before_save()
		document.db_set(
			{
				"status": SECOND,
				"needs_two_approvals": 1,
				"first_approver": frappe.session.user,
				"first_approved_on": now(),
			},
			update_modified=False,
			notify=True,
		)
		document.save_version()
		return document.status
	document.submit()
	return document.status


def approve_all(names: Sequence[str]) -> dict[str, list]:
	"""Approve several; those that the user may not, or that aren't complete, are left and say why.

	Returns {"approved": [{"name", "status"}], "skipped": [{"name", "reason"}]}.
	"""
	approved, skipped = [], []
	savepoint = "reward_penalty_approval"
	for name in dict.fromkeys(names):
		frappe.db.savepoint(savepoint)
		messages = len(frappe.local.message_log)
		try:
			approved.append({"name": name, "status": approve(name)})
		except (frappe.ValidationError, frappe.PermissionError) as error:
			frappe.db.rollback(save_point=savepoint)
			del frappe.local.message_log[messages:]
			skipped.append({"name": name, "reason": cstr(error)})
	return {"approved": approved, "skipped": skipped}


def check_open(document) -> None:
	"""Raise frappe.ValidationError unless the proposal still awaits a decision."""
	if document.docstatus == 1:
		frappe.throw(
			_("{0} was approved already, by {1}.").format(document.name, frappe.bold(document.approved_by)),
			title=_("Approved Already"),
		)
	if document.status not in (PROPOSED, SECOND):
		frappe.throw(_("{0} is “{1}”.").format(document.name, label(document.status)))


def check_approver(document, last_editor: str | None) -> None:
	"""Raise frappe.PermissionError if the user proposed the record, edited it last or approved it before."""
	reason = objection_to_approving(document, last_editor)
	if reason:
		frappe.throw(reason, frappe.PermissionError, title=_("Not Approved"))


def objection_to_approving(document, last_editor: str | None) -> str | None:
	"""Why the user may not approve the record, as a sentence; None if somebody else proposed it."""
	user = frappe.session.user
	if user in (document.proposed_by, document.owner):
		return _("You proposed it; somebody else must approve it.")
	if user == last_editor:
		return _("You edited it last; somebody else must approve it.")
	if user == document.first_approver:
		return _("You gave the first approval; somebody else must give the second.")
	return None


def needs_two_approvals(document) -> bool:
	"""Whether the amount is above the one from which the company wants two persons."""
	setting = company_setting(document.company)
	return bool(
		document.is_financial
		and setting
		and setting.has_second_approval
		and flt(document.amount) > flt(setting.second_approval_above)
	)


# Notice and answer


def send_notice(
	name: str, recipients: Sequence[str] | str | None = None, message: str | None = None
) -> dict[str, str | None]:
	"""Mail the notice, with the day by which the supplier may answer; returns {"status", "error"}.

	`notices.send` checks the right to mail it, and that there is something to tell. When the letter has gone
	out, now or at a later try, it runs the document's `notice_sent`.
	"""
	from partner_relations.supplier_quality import notices

	return notices.send(REWARD_PENALTY, name, recipients, message)


def record_notice(name: str, given_on: date | str, how: str) -> None:
	"""Note that the supplier was told otherwise than by mail; the days to answer count from then.

	`how` says who was told in which way. Checks the right to submit.
	"""
	document = lock(name)
	document.check_permission("submit")
	how = without_scripts(how)
	if not how:
		frappe.throw(_("Say how the supplier was told."))
	given_on = getdate(given_on)
	if given_on > getdate(today()):
		frappe.throw(_("The notice can't be given on a later day than today."))
	if document.docstatus != 1 or document.answer:
		frappe.throw(_("{0} is “{1}”.").format(document.name, label(document.status)))
	notice_sent(
		document,
		notice_status="Sent",
		notice_to=how,
		notice_on=given_on,
		notice_error=None,
		respond_by=add_days(given_on, cint(frappe.get_cached_doc(SETTINGS).answer_days)),
	)


def notice_sent(document, **values) -> None:
	"""The supplier was told: what was approved is Notified; what is in effect or posted stays so."""
	told = document.status == APPROVED and not document.decision_on_dispute
	status = NOTIFIED if told else document.status
	if values or status != document.status:
		move(document, status, **values)


def may_answer(document) -> bool:
	"""Whether an answer of the supplier is awaited or, after its deadline, still possible.

	A penalty without money can be disputed while it acts.
	"""
	return (
		document.docstatus == 1
		and document.notice_status in ("Sent", "Not sent")
		and (document.status == NOTIFIED or (document.status == IN_EFFECT and document.kind == "Penalty"))
		and document.answer in (None, "", NO_ANSWER)
	)


def record_response(name: str, answer: str, text: str | None, by: str) -> None:
	"""Note the supplier's answer: "Accepted" or "Disputed" (with what it objects to), and who gave it.

	Once, and until it is posted. The caller checks that the user may answer for this supplier or write the
	record.
	"""
	document = lock(name)
	text = without_scripts(text)
	if answer not in (ACCEPTED, DISPUTED):
		frappe.throw(_("The answer is either “Accepted” or “Disputed”."))
	if not may_answer(document):
		frappe.throw(_("No answer to {0} is awaited: it is “{1}”.").format(name, label(document.status)))
	if answer == DISPUTED and not text:
		frappe.throw(_("Say what is disputed."))
	stays = document.status == IN_EFFECT and answer == ACCEPTED
	move(
		document,
		IN_EFFECT if stays else answer,
		answer=answer,
		response=text or None,
		response_by=by,
		responded_on=now(),
	)


def answered_by(by: str | None) -> str:
	"""Who gave an answer that the user notes: a name, or None where the user alone is known."""
	by, user = (by or "").strip(), frappe.session.user
	return (_("{0}, noted by {1}").format(by, user) if by else user)[:140]


def decide_dispute(name: str, decision: str, reason: str) -> None:
	"""Decide on a dispute: "Uphold" or "Waive", with the reason. Checks the right to submit."""
	document = lock(name)
	document.check_permission("submit")
	if document.status != DISPUTED:
		frappe.throw(_("{0} is not disputed.").format(name))
	if decision not in ("Uphold", "Waive"):
		frappe.throw(_("A dispute is either upheld or waived."))
	reason = _given(reason, _("Say why you decide so; the reason is kept."))
	if decision == "Waive":
		_waive(document, reason, decision_on_dispute=reason)
	else:
		move(document, APPROVED if document.is_financial else IN_EFFECT, decision_on_dispute=reason)


def note_silence() -> None:
	"""Scheduled daily: where the deadline has passed without an answer, that is noted; it may be posted."""
	record = frappe.qb.DocType(REWARD_PENALTY)
	(
		frappe.qb.update(record)
		.set(record.answer, NO_ANSWER)
		.set(record.modified, now())
		.where(
			(record.docstatus == 1)
			& ((record.status == NOTIFIED) | ((record.status == IN_EFFECT) & (record.kind == "Penalty")))
			& (record.notice_status == "Sent")
			& (record.respond_by < today())
			& (record.answer.isnull() | (record.answer == ""))
		)
	).run()


# Waiver and end


def waive(name: str, reason: str) -> None:
	"""Reject a proposal, or waive what was approved; who, when and why are kept. Checks the right to submit.

	What is posted is cancelled or reversed instead.
	"""
	document = lock(name)
	document.check_permission("submit")
	if document.status in (POSTED, REVERSED):
		frappe.throw(_("{0} is posted. Cancel it, or reverse its entry.").format(name))
	_waive(document, _given(reason, _("Say why it is waived; the reason is kept.")))


def _waive(document, reason: str, **values) -> None:
	if document.debit_note:
		frappe.throw(
			_("There is a draft of a debit note, {0}. Delete it first.").format(
				get_link_to_form("Purchase Invoice", document.debit_note)
			)
		)
	had_effect = document.docstatus == 1 and not document.is_financial
	move(
		document,
		WAIVED,
		waiver_reason=reason,
		waived_by=frappe.session.user,
		waived_on=now(),
		**values,
	)
	if had_effect:
		effects().lift(document)


def end(name: str, reason: str) -> None:
	"""End a measure that is in effect today, with the reason. Checks the right to submit."""
	document = lock(name)
	document.check_permission("submit")
	if document.status != IN_EFFECT:
		frappe.throw(_("{0} is not in effect.").format(name))
	reason = _given(reason, _("Say why the measure ends; the reason is kept."))
	move(document, ENDED)
	document.add_comment("Comment", _("Ended: {0}").format(frappe.utils.escape_html(reason)))
	effects().lift(document)


def effects():
	"""The service that gives measures their effect; it asks this one what is in effect."""
	from partner_relations.supplier_quality import effects as service

	return service


def _given(reason: str | None, demand: str) -> str:
	reason = without_scripts(cstr(reason))
	if not reason:
		frappe.throw(demand)
	return reason


# Settings


def check_company_settings(rows: Sequence) -> None:
	"""Each company once, with accounts and a cost centre of its own; raises frappe.ValidationError by row."""
	check_once_each(rows)
	for row in rows:
		for fieldname in ("penalty_account", "reward_account"):
			check_account(row, fieldname)
		check_cost_center(row)
