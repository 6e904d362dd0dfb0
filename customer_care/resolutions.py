"""What a customer gets for a complaint: proposed within the tier's limit or approved by somebody else.

Each row of the complaint's table Resolution is one: a credit note, a return, a replacement, a repair, a price
allowance or an apology. Its life:

	Awaiting Approval -> Approved -> Made (a draft in ERPNext) -> Done (submitted) -> Cancelled
	                  -> Rejected

Nothing is written to the table but by the services here, in `resolution_documents` (which makes the
documents) and in `resolution_effects` (which follows them): who granted what, when and why stays on record.
All of them lock the complaint first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.meta import get_field_precision
from frappe.utils import comma_or, cstr, escape_html, fmt_money, getdate, now

from partner_relations.common.documents import without_scripts
from partner_relations.common.exchange import entered_rate
from partner_relations.customer_care import resolution_lines
from partner_relations.customer_care.complaint_steps import AGENT, COMPLAINT, FINISHED, MANAGER
from partner_relations.customer_care.tiers import service_policy

RESOLUTION = "Customer Complaint Resolution"

CREDIT_NOTE, RETURN, REPLACEMENT = "Credit Note", "Return", "Replacement Delivery"
REPAIR, ALLOWANCE, APOLOGY = "Repair", "Price Allowance", "Apology"
KINDS = (CREDIT_NOTE, RETURN, REPLACEMENT, REPAIR, ALLOWANCE, APOLOGY)

OF_GOODS = (CREDIT_NOTE, RETURN, REPLACEMENT)
"""Kinds that are for a quantity, which is given once; what they are worth follows from it."""
WITH_AMOUNT = (REPAIR, ALLOWANCE)
"""Kinds whose amount somebody says."""

AWAITING, APPROVED, MADE, DONE = "Awaiting Approval", "Approved", "Made", "Done"
REJECTED, CANCELLED = "Rejected", "Cancelled"

GRANTED = (APPROVED, MADE, DONE)
IN_FORCE = (AWAITING, *GRANTED)

HIGHEST = Decimal(10) ** 12
"""No amount is above it: the database couldn't hold it exactly."""


def what_is_missing(complaint: Document, step: str) -> list[str]:
	"""Sentences for what the resolutions still lack for a step; those that end a complaint ask it of them.

	None may await its approval, and what was approved must have been done or withdrawn: once the complaint is
	finished nobody can decide on it or make it.
	"""
	if step not in ("resolve", "close", "reject"):
		return []
	missing = []
	for row in complaint.resolutions:
		if row.status == AWAITING:
			missing.append(
				_("Resolution {0} ({1}) awaits its approval. Have it approved or rejected, or withdraw it.")
			)
		elif row.status == MADE:
			missing.append(
				_(
					"Resolution {0} ({1}) is a draft in ERPNext. Submit it, or delete it and withdraw the"
					" resolution."
				)
			)
		elif row.status == APPROVED:
			missing.append(
				_("Resolution {0} ({1}) is approved and nothing was made of it yet. Make or withdraw it.")
			)
		else:
			continue
		missing[-1] = missing[-1].format(row.idx, _(row.kind, context=RESOLUTION))
	return missing


# Proposing


def propose(
	complaint: str,
	kind: str,
	amount: Any = None,
	note: str | None = None,
	lines: Sequence[Mapping[str, Any]] | None = None,
) -> list[str]:
	"""Add a resolution to a complaint; returns the names of its rows (one for each document to be made).

	`amount` (company currency) is for a repair and a price allowance; what the others are worth follows from
	their lines. `lines` are [{"row": name of a row of the complaint's items, "qty": quantity}]; without them
	it is for all lines with what is left of the quantity complained.

	A row within the limit of the customer's tier is approved at once, another awaits approval. Checks the
	right to write the complaint. Raises frappe.ValidationError with a sentence where it makes no sense.
	"""
	document = lock(complaint)
	document.check_permission("write")
	_check_role(AGENT, MANAGER)
	_check_open(document)
	if kind not in KINDS:
		frappe.throw(
			_("Choose what the customer gets: {0}.").format(
				", ".join(_(one, context=RESOLUTION) for one in KINDS)
			)
		)
	note = without_scripts(note) or None
	if kind == APOLOGY and not note:
		frappe.throw(_("Write the apology. The customer reads it."))
	names = []
	for part in _parts(document, kind, lines):
		worth = _amount_given(document, kind, amount, part) if kind in WITH_AMOUNT else part.worth
		names.append(_add(document, kind, rounded(worth, document.company), note, part))
	return names


def offers(complaint: Document) -> list[dict[str, Any]]:
	"""What the lines of a complaint allow: one dictionary by kind of resolution.

	{"kind", "amount" (what it is worth; None: somebody says), "refused" (why all lines together can't be, or
	None), "lines": [{"row", "qty"}] (those that may be chosen, with the most of each)}.
	"""
	return [offer(complaint, kind) for kind in KINDS]


def offer(complaint: Document, kind: str, lines: Sequence[Mapping[str, Any]] | None = None) -> dict[str, Any]:
	"""What one kind of resolution would be of these lines, as `offers` says."""
	parts, refused, used = [], None, taken(complaint, kind)
	try:
		parts = resolution_lines.parts(complaint, kind, lines, used)
	except resolution_lines.NotPossible as error:
		refused = str(error)
	worth = sum((part.worth for part in parts), Decimal(0))
	return {
		"kind": kind,
		"amount": None if kind in WITH_AMOUNT else float(rounded(worth, complaint.company)),
		"refused": refused,
		"lines": [
			{"row": row, "qty": float(quantity)}
			for row, quantity in resolution_lines.left_over(complaint, kind, used).items()
		],
	}


def _parts(
	complaint: Document, kind: str, lines: Sequence[Mapping[str, Any]] | None
) -> list[resolution_lines.Part]:
	try:
		return resolution_lines.parts(complaint, kind, lines, taken(complaint, kind))
	except resolution_lines.NotPossible as error:
		frappe.throw(str(error), title=_("Not Possible Now"))


def taken(complaint: Document, kind: str) -> dict[str, Decimal]:
	"""By row of the complaint's items the quantity for which a resolution of this kind is in force."""
	quantities: dict[str, Decimal] = {}
	for row in complaint.resolutions:
		if row.kind == kind and row.status in IN_FORCE:
			for line in frappe.parse_json(row.lines) or []:
				quantities[line["row"]] = quantities.get(line["row"], Decimal(0)) + decimal(line["asked"])
	return quantities


def granted(complaint: Document) -> Decimal:
	"""What the resolutions in force that were approved come to, in company currency."""
	return sum(
		(
			max(decimal(row.amount), decimal(row.cost))
			for row in complaint.resolutions
			if row.status in GRANTED
		),
		Decimal(0),
	)


def limit(complaint: Document) -> Decimal:
	"""What an agent may grant for this complaint, in company currency; 0 if there is no rate for it."""
	policy = service_policy(complaint.customer_tier)
	if not policy.compensation_limit:
		return Decimal(0)
	currency = company_currency(complaint.company)
	if not policy.currency or policy.currency == currency:
		return policy.compensation_limit
	rate = entered_rate(policy.currency, currency, getdate(complaint.received_on))
	return rounded(policy.compensation_limit * decimal(rate or 0), complaint.company)


def _add(complaint: Document, kind: str, amount: Decimal, note: str | None, part: Any) -> str:
	room = limit(complaint) - granted(complaint)
	within = amount <= max(room, Decimal(0))
	row = complaint.append(
		"resolutions",
		{
			"kind": kind,
			"status": APPROVED if within else AWAITING,
			"amount": float(amount),
			"note": note,
			"source_type": part.source_type,
			"source_name": part.source_name,
			"lines": frappe.as_json([asdict(line) for line in part.lines]),
			"proposed_by": frappe.session.user,
			"proposed_on": now(),
		},
	)
	if within:
		row.update(
			{
				"approved_by": frappe.session.user,
				"approved_on": now(),
				"decision_reason": _("Within what the tier allows without approval ({0}).").format(
					money(limit(complaint), complaint.company)
				)
				if amount
				else _("It costs nothing."),
			}
		)
	row.db_insert()
	_touch(complaint)
	complaint.add_comment(
		"Info",
		_("proposed {0} of {1}: {2}.").format(
			_(kind, context=RESOLUTION), money(amount, complaint.company), _(row.status, context=RESOLUTION)
		),
	)
	return row.name


def _amount_given(complaint: Document, kind: str, amount: Any, part: resolution_lines.Part) -> Decimal:
	"""The amount that somebody says; allowances on an invoice don't exceed what its lines complained cost."""
	value = decimal(amount)
	if not value.is_finite() or not 0 <= value < HIGHEST or (kind == ALLOWANCE and not value):
		frappe.throw(
			_("Say how much the allowance is.")
			if kind == ALLOWANCE
			else _("Say what the repair will cost; 0 if it costs nothing.")
		)
	if kind != ALLOWANCE:
		return value
	already = sum(
		decimal(row.amount)
		for row in complaint.resolutions
		if row.kind == ALLOWANCE and row.status in IN_FORCE and row.source_name == part.source_name
	)
	if value + already > rounded(part.worth, complaint.company):
		frappe.throw(
			_(
				"The goods complained cost {0} on {1}; an allowance can't be more. Granted already: {2}."
			).format(
				money(part.worth, complaint.company), part.source_name, money(already, complaint.company)
			)
		)
	return value


# Deciding


def approve(complaint: str, row: str, reason: str | None = None) -> None:
	"""Approve a row that awaits it. A manager does, and nobody what they proposed themselves."""
	document, entry = find(complaint, row)
	_check_decider(document, entry)
	_decide(document, entry, APPROVED, without_scripts(reason) or None)


def reject(complaint: str, row: str, reason: str) -> None:
	"""Reject a row that awaits its approval, with a reason. Who may is as for `approve`."""
	document, entry = find(complaint, row)
	_check_decider(document, entry)
	_decide(document, entry, REJECTED, _reason(reason))


def withdraw(complaint: str, row: str, reason: str) -> None:
	"""Take back a row of which no document was made, with a reason: who proposed it, or a manager."""
	document, entry = find(complaint, row)
	document.check_permission("write")
	if entry.proposed_by != frappe.session.user:
		_check_role(MANAGER)
	if entry.status not in (AWAITING, APPROVED):
		frappe.throw(
			_("It is “{0}”. Only what awaits approval, or is approved and not made, is withdrawn.").format(
				_(entry.status, context=RESOLUTION)
			),
			title=_("Not Possible Now"),
		)
	_decide(document, entry, CANCELLED, _reason(reason))


def objection_to_deciding(complaint: Document, row: Document, user: str | None = None) -> str | None:
	"""Why a user can't approve or reject a row, as a sentence; None if nothing is in the way."""
	user = user or frappe.session.user
	if row.status != AWAITING:
		return _("It is “{0}” and awaits no approval.").format(_(row.status, context=RESOLUTION))
	if complaint.step in FINISHED:
		return _("The complaint is finished. Reopen it first.")
	if row.proposed_by == user:
		return _("You proposed it. Somebody else approves or rejects it.")
	if MANAGER not in frappe.get_roles(user):
		return _("This takes the role {0}.").format(_(MANAGER))
	return None


def _check_decider(complaint: Document, row: Document) -> None:
	complaint.check_permission("write")
	objection = objection_to_deciding(complaint, row)
	if objection:
		frappe.throw(objection, title=_("Somebody Else Must Do This"))


def _decide(complaint: Document, row: Document, status: str, reason: str | None) -> None:
	values = {"status": status}
	if status == CANCELLED and row.status == APPROVED:
		# Who approved it stays; who took it back says so in the timeline.
		values["decision_reason"] = "\n".join(filter(None, (row.decision_reason, reason)))
	else:
		values |= {"approved_by": frappe.session.user, "approved_on": now(), "decision_reason": reason}
	write(complaint, row, **values)
	sentence = {
		APPROVED: _("approved {0} of {1}."),
		REJECTED: _("rejected {0} of {1}."),
		CANCELLED: _("withdrew {0} of {1}."),
	}[status].format(_(row.kind, context=RESOLUTION), money(row.amount, complaint.company))
	complaint.add_comment("Info", " ".join(filter(None, (sentence, escape_html(reason or "")))))


def _reason(reason: str | None) -> str:
	text = without_scripts(reason)
	if not text:
		frappe.throw(_("Say why. It is kept with your name."))
	return text


# Shared with the making and following of documents


def lock(complaint: str) -> Document:
	"""The complaint as it is now, locked until the transaction ends: who comes second finds what the first
	did."""
	return frappe.get_doc(COMPLAINT, complaint, for_update=True)


def find(complaint: str, row: str) -> tuple[Document, Document]:
	"""The locked complaint and one of its rows; frappe.DoesNotExistError if there is none of this name."""
	document = lock(complaint)
	for entry in document.resolutions:
		if entry.name == row:
			return document, entry
	frappe.throw(_("This resolution is gone. Load the complaint again."), frappe.DoesNotExistError)


def write(complaint: Document, row: Document, **values: Any) -> None:
	"""Write what only services write to a row, and the cost of the complaint that follows from its rows.

	The complaint's time stamp moves: a form that is open would write back what it had loaded.
	"""
	row.db_set(values, update_modified=False)
	_touch(complaint)


def _touch(complaint: Document) -> None:
	cost = sum((decimal(row.cost) for row in complaint.resolutions), Decimal(0))
	complaint.db_set("resolution_cost", float(cost), notify=True)


def decimal(number: Any) -> Decimal:
	"""A number from a form, the API or the database, exactly as it reads."""
	try:
		return Decimal(cstr(number or 0))
	except ArithmeticError:
		frappe.throw(_("{0} is not a number.").format(frappe.bold(escape_html(cstr(number)))))


def rounded(amount: Decimal, company: str) -> Decimal:
	"""An amount as the company's currency is rounded."""
	field = frappe.get_meta(RESOLUTION).get_field("amount")
	places = get_field_precision(field, currency=company_currency(company))
	return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def company_currency(company: str) -> str:
	return frappe.get_cached_value("Company", company, "default_currency")


def money(amount: Any, company: str) -> str:
	"""An amount in company currency for people."""
	return fmt_money(float(amount or 0), currency=company_currency(company))


def _check_open(complaint: Document) -> None:
	if complaint.step in FINISHED:
		frappe.throw(_("The complaint is finished. Reopen it first."), title=_("Not Possible Now"))
	if not complaint.customer:
		frappe.throw(_("Say which customer complains."), title=_("Something Is Missing"))


def _check_role(*roles: str) -> None:
	if not set(roles) & set(frappe.get_roles()):
		frappe.throw(
			_("This takes the role {0}.").format(comma_or([_(role) for role in roles], add_quotes=False)),
			frappe.PermissionError,
			title=_("Somebody Else Must Do This"),
		)
