"""Breaches of contract: detected by a job, answered by the partner, decided by people, withdrawn by facts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import frappe
from frappe import _
from frappe.utils import add_days, cint, getdate, now, today

from partner_relations.common.bulk import add_comments, insert_documents, update_rows
from partner_relations.common.documents import without_scripts
from partner_relations.supplier_quality import breach_sentences, remedy_schemes, reward_penalty
from partner_relations.supplier_quality.agreements.obligations import Outcome, points_missed
from partner_relations.supplier_quality.breach_sentences import said, sentence
from partner_relations.supplier_quality.contract_obligations import DELIVERABLE, PARTNER
from partner_relations.supplier_quality.evidence import differs
from partner_relations.supplier_quality.incentive_cases import Occasion, cases
from partner_relations.supplier_quality.kpis.values import late_lines_behind
from partner_relations.supplier_quality.rating import Fact, Period
from partner_relations.supplier_quality.rating.definition import settings_from_dict
from partner_relations.supplier_quality.rating.numbers import as_text, decimal
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY, Proposal

BREACH = "Contract Breach"
SERIES = "CBR-.YYYY.-.#####"

DETECTED, NOTIFIED, ACCEPTED, DISPUTED = "Detected", "Notified", "Accepted", "Disputed"
PENALISED, WAIVED, CLOSED, WITHDRAWN = "Penalised", "Waived", "Closed", "Withdrawn"
OPEN = (DETECTED, NOTIFIED, ACCEPTED, DISPUTED)
DECIDED = (PENALISED, WAIVED, CLOSED)

NEXT_STATUSES: dict[str, tuple[str, ...]] = {
	DETECTED: (NOTIFIED, ACCEPTED, DISPUTED, PENALISED, WAIVED, CLOSED, WITHDRAWN),
	NOTIFIED: (ACCEPTED, DISPUTED, PENALISED, WAIVED, CLOSED, WITHDRAWN),
	ACCEPTED: (DISPUTED, PENALISED, WAIVED, CLOSED, WITHDRAWN),
	DISPUTED: (ACCEPTED, PENALISED, WAIVED, CLOSED, WITHDRAWN),
	# Back when the penalty is cancelled or reversed.
	PENALISED: (*OPEN, WAIVED, CLOSED),
	WAIVED: (CLOSED,),
	CLOSED: (),
	# Back when the facts are as they were.
	WITHDRAWN: OPEN,
}
"""Which status may follow which: for the form, the API, the portal and the jobs alike."""

TAKES_EFFECT = (reward_penalty.POSTED, reward_penalty.IN_EFFECT)
NOT_OWED = (reward_penalty.WAIVED, reward_penalty.REVERSED, reward_penalty.CANCELLED)


@dataclass(frozen=True)
class Finding:
	"""An obligation judged in a window, ready to be recorded; `settled`: it can't get any later.

	`proposer` is who answers for the contract, and so for what follows from it.
	"""

	unique_key: str
	obligation_key: str
	contract: str
	party_type: str
	party: str
	party_name: str
	company: str
	proposer: str
	obligation: str
	kind: str
	owed_by: str
	kpi: str | None
	comparison: str | None
	target: Decimal
	unit: str | None
	definition: str
	period: Period
	outcome: Outcome
	value: Decimal | None
	fact: Fact
	due_date: date | None = None
	delivered_on: date | None = None
	evidence: str | None = None
	days_late: int = 0
	settled: bool = True

	# What results and breaches have in common.
	SAME: ClassVar = (
		"unique_key", "obligation_key", "contract", "party_type", "party", "party_name", "company",
		"obligation", "kind", "owed_by", "kpi", "comparison", "target", "unit", "definition", "due_date",
		"delivered_on", "days_late",
	)  # fmt: skip
	COLUMNS: ClassVar = (
		*SAME, "from_date", "to_date", "has_value", "value", "numerator", "denominator", "sample_size"
	)  # fmt: skip

	def columns(self) -> dict[str, Any]:
		"""The values of `COLUMNS`, in their order."""
		return {
			**{name: getattr(self, name) for name in self.SAME},
			"from_date": self.period.from_date,
			"to_date": self.period.to_date,
			"has_value": int(self.value is not None),
			"value": self.value or 0,
			"numerator": self.fact.numerator,
			"denominator": self.fact.denominator,
			"sample_size": self.fact.sample_size,
		}


# What the facts say


def follow_facts(findings: Sequence[Finding]) -> dict[str, str]:
	"""Bring the breaches in line with what was found; returns their names by unique key.

	A broken promise makes a breach, or brings a withdrawn one back; a kept one withdraws it. What is
	penalised, waived or closed stays as people decided, with a note that the facts have changed. The caller
	holds the lock on the contracts.
	"""
	known = {row.unique_key: row for row in _lock_by_key([finding.unique_key for finding in findings])}
	bound = _bound([row.name for row in known.values()])
	new: list[Finding] = []
	moved: dict[str, tuple[str, str | None]] = {}
	figures: dict[str, Finding] = {}
	notes: dict[str, str] = {}
	cleared: list[str] = []
	detected: list[str] = []
	settled: list[str] = []
	for finding in findings:
		row = known.get(finding.unique_key)
		broken = finding.outcome is Outcome.BREACHED
		if row is None:
			if broken:
				new.append(finding)
		elif row.status == WITHDRAWN:
			if broken:
				moved[row.name] = (status_from_answers(row), None)
				figures[row.name] = finding
				if finding.owed_by == PARTNER:
					detected.append(row.name)
		elif row.status in OPEN and not broken and row.name not in bound:
			moved[row.name] = (WITHDRAWN, _why_withdrawn(row, finding))
			figures[row.name] = finding
		elif row.status in OPEN and broken and not row.penalty:
			figures[row.name] = finding
			if finding.due_date and finding.settled and not row.delivered_on:
				settled.append(row.name)
		elif note := _note(row, finding):
			notes[row.name] = note
		elif row.facts_changed:
			cleared.append(row.name)
	names = _detect(new)
	named = {**{row.unique_key: row.name for row in known.values()}, **names}
	_write_figures(figures)
	_move(moved)
	_note_changes(notes, cleared, known)
	_waive_proposals({name: None for name, (_status, why) in moved.items() if why})
	detected += [names[finding.unique_key] for finding in new if finding.owed_by == PARTNER]
	_tell(detected)
	_tell(settled)
	return named


def _lock_by_key(keys: Sequence[str]) -> list[Any]:
	"""The breaches as they are now, locked by name: no gap of an index is locked, where others insert."""
	breach = frappe.qb.DocType(BREACH)
	names = [
		name
		for (name,) in frappe.qb.from_(breach)
		.where(breach.unique_key.isin(list(keys)))
		.select(breach.name)
		.run()
	]
	return _locked(names)


def _locked(names: Sequence[str]) -> list[Any]:
	if not names:
		return []
	breach = frappe.qb.DocType(BREACH)
	return (
		frappe.qb.from_(breach)
		.where(breach.name.isin(list(names)))
		.select("*")
		.orderby(breach.name)
		.for_update()
	).run(as_dict=True)


def _bound(names: Sequence[str]) -> set[str]:
	"""Breaches with a penalty that was approved and still holds: people decide about those."""
	if not names:
		return set()
	record = frappe.qb.DocType(REWARD_PENALTY)
	rows = (
		frappe.qb.from_(record)
		.where(
			(record.source_type == BREACH)
			& record.source_name.isin(list(names))
			& (record.docstatus == 1)
			& record.status.notin(NOT_OWED)
		)
		.select(record.source_name)
	).run()
	return {name for (name,) in rows}


def status_from_answers(row: Mapping[str, Any]) -> str:
	"""Where an open breach stands by what happened to it: answered, notified, or only detected."""
	if row["answer"]:
		return row["answer"]
	return NOTIFIED if row["notice_status"] else DETECTED


def _detect(findings: Sequence[Finding]) -> dict[str, str]:
	stamp = now()
	rows = [{**finding.columns(), "status": DETECTED, "detected_on": stamp} for finding in findings]
	names = insert_documents(BREACH, SERIES, rows)
	return {finding.unique_key: name for finding, name in zip(findings, names, strict=True)}


def _write_figures(figures: Mapping[str, Finding]) -> None:
	stamp = now()
	update_rows(
		BREACH,
		[*Finding.COLUMNS, "facts_changed", "facts_changed_finding", "modified"],
		{name: [*finding.columns().values(), 0, None, stamp] for name, finding in figures.items()},
	)


def _move(moved: Mapping[str, tuple[str, str | None]]) -> None:
	"""Give breaches another status, with the finding that is the reason (or None), and a comment on it."""
	stamp, user = now(), frappe.session.user
	update_rows(
		BREACH,
		["status", "decision_reason", "decision_finding", "decided_by", "decided_on", "modified"],
		{
			name: [status, None, why, user if why else None, stamp if why else None, stamp]
			for name, (status, why) in moved.items()
		},
	)
	back = _("The facts are as they were: the promise was not kept.")
	add_comments(BREACH, {name: said(why) or back for name, (_status, why) in moved.items()})


def _why_withdrawn(row: Mapping[str, Any], finding: Finding) -> str:
	"""What the facts of today say for the partner, as a stored finding."""
	if finding.due_date and finding.delivered_on:
		return breach_sentences.finding(
			breach_sentences.DELIVERED_IN_TIME, day=finding.delivered_on.isoformat()
		)
	if finding.outcome is Outcome.NOT_MEASURED:
		return breach_sentences.finding(breach_sentences.NOT_MEASURED)
	return _compared(breach_sentences.KEPT_BY_NOW, row, finding)


def _compared(key: str, row: Mapping[str, Any], finding: Finding) -> str:
	value = None if finding.value is None else as_text(finding.value)
	return breach_sentences.finding(key, value=value, before=as_text(row["value"]), unit=finding.unit)


def _note(row: Mapping[str, Any], finding: Finding) -> str | None:
	"""What the facts of today say against a breach that people have decided on; None if nothing."""
	if finding.outcome is not Outcome.BREACHED:
		return _why_withdrawn(row, finding)
	if row["status"] in (WAIVED, CLOSED):
		return None
	if finding.due_date:
		if finding.days_late == row["days_late"]:
			return None
		return breach_sentences.finding(
			breach_sentences.DELAY_CHANGED, value=finding.days_late, before=row["days_late"]
		)
	then = Fact(decimal(row["numerator"]), decimal(row["denominator"]), row["sample_size"])
	if not differs(then, finding.fact):
		return None
	return _compared(breach_sentences.VALUE_CHANGED, row, finding)


def _note_changes(notes: Mapping[str, str], cleared: Sequence[str], known: Mapping[str, Any]) -> None:
	noted = {row.name: row.facts_changed_finding for row in known.values()}
	news = {name: note for name, note in notes.items() if noted[name] != note}
	update_rows(
		BREACH, ["facts_changed", "facts_changed_finding"], {name: [1, note] for name, note in news.items()}
	)
	update_rows(BREACH, ["facts_changed", "facts_changed_finding"], {name: [0, None] for name in cleared})


def _waive_proposals(reasons: Mapping[str, str | None]) -> None:
	"""Penalties that nobody approved yet fall with their breach; if it comes back, they are proposed anew.

	`reasons` are those that a person gave, by breach; None where the breach was withdrawn by the facts.
	"""
	if not reasons:
		return
	record = frappe.qb.DocType(REWARD_PENALTY)
	rows = (
		frappe.qb.from_(record)
		.where(
			(record.source_type == BREACH)
			& record.source_name.isin(list(reasons))
			& (record.docstatus == 0)
			& record.status.isin([reward_penalty.PROPOSED, reward_penalty.SECOND])
		)
		.select(record.name, record.source_name)
		.for_update()
	).run()
	stamp, user = now(), frappe.session.user
	update_rows(
		REWARD_PENALTY,
		["status", "waiver_reason", "waived_by", "waived_on", "unique_key", "modified"],
		{name: [reward_penalty.WAIVED, reasons[breach], user, stamp, None, stamp] for name, breach in rows},
	)
	update_rows(BREACH, ["penalty"], {breach: [None] for _name, breach in rows})


def _tell(names: Sequence[str]) -> None:
	"""Those who act on breaches of partners hear of new ones, in the transaction that makes them.

	And of deliverables that have come at last, whose delay no longer grows.

	What one of them can't do is logged; the breaches are recorded all the same.
	"""
	if not names:
		return
	for path in frappe.get_hooks("contract_breaches_detected"):
		_guarded(path, frappe.get_attr(path), list(names))


def _guarded(about: str, work, names: list[str]) -> None:
	frappe.db.savepoint("breaches_detected")
	try:
		work(names)
	except Exception:
		frappe.db.rollback(save_point="breaches_detected")
		frappe.log_error(title=f"Breaches detected, but not followed up: {about}"[:140])


def withdraw_of_contract(contract: str) -> None:
	"""The contract was cancelled: its open breaches are withdrawn, decided ones get a note."""
	breach = frappe.qb.DocType(BREACH)
	names = frappe.qb.from_(breach).where(breach.contract == contract).select(breach.name).run(pluck=True)
	rows = [row for row in _locked(names) if row.status != WITHDRAWN]
	bound = _bound([row.name for row in rows])
	why = breach_sentences.finding(breach_sentences.CONTRACT_CANCELLED)
	open_ = [row.name for row in rows if row.status in OPEN and row.name not in bound]
	_move({name: (WITHDRAWN, why) for name in open_})
	_waive_proposals(dict.fromkeys(open_))
	noted = {row.name: [1, why] for row in rows if row.name not in open_ and row.status != WAIVED}
	update_rows(BREACH, ["facts_changed", "facts_changed_finding"], noted)


# Penalties


def propose_detected(names: Sequence[str]) -> None:
	"""Hook `contract_breaches_detected`: what the contract says about a breach is proposed at once.

	In the name of who answers for the contract. A deliverable that hasn't come yet gets later every day: its
	penalty is proposed when it has come, or by hand.
	"""
	rows = [row for row in _locked(names) if not (row.due_date and not row.delivered_on)]
	contract = frappe.qb.DocType("Contract")
	owners = dict(
		frappe.qb.from_(contract)
		.where(contract.name.isin(list({row.contract for row in rows})))
		.select(
			contract.name, frappe.query_builder.functions.Coalesce(contract.contract_owner, contract.owner)
		)
		.run()
		if rows
		else ()
	)
	_propose(rows, {row.name: owners.get(row.contract) or frappe.session.user for row in rows})


def propose_penalty(names: Sequence[str]) -> list[str]:
	"""Propose the penalties that the contracts call for; returns the names of the new ones.

	The number of statements doesn't grow with the number of breaches. Left out are those without a remedy
	scheme, those that are decided, those with a penalty already, and those whose calculation gives nothing
	(noted on the breach). The user is the proposer, and so can't approve them.
	"""
	rows = _locked(names)
	return _propose(rows, {row.name: frappe.session.user for row in rows})


def _propose(rows: Sequence[Any], proposers: Mapping[str, str]) -> list[str]:
	by_remedy: dict[str, list[tuple[Any, Mapping[str, Any]]]] = defaultdict(list)
	for row in rows:
		if row.status in OPEN and row.party_type == "Supplier" and row.owed_by == PARTNER and not row.penalty:
			definition = frappe.parse_json(row.definition)
			if definition.get("remedy"):
				by_remedy[frappe.as_json(definition["remedy"])].append((row, definition))
	suppliers = {row.party for members in by_remedy.values() for row, _definition in members}
	if suppliers:
		remedy_schemes.lock_years(suppliers)  # all at once: group by group, two could wait for each other
	languages = _languages(suppliers)
	starts = _starts_of_contracts(
		{row.contract for members in by_remedy.values() for row, _definition in members if row.due_date}
	)
	proposals, terminates, nothing = [], [], {}
	for members in by_remedy.values():
		remedy = members[0][1]["remedy"]
		found = cases(remedy, [occasion(row, definition, starts) for row, definition in members])
		used = _used_this_year(remedy, members)
		for row, definition in members:
			currency = frappe.get_cached_value("Company", row.company, "default_currency")
			account = (row.party, row.company, definition["remedy_scheme"])
			case = replace(found[row.name], already_in_year=used[account])
			assessment = remedy_schemes.assess(remedy, case, currency)
			if assessment.terminates:
				terminates.append(row.name)
			if assessment.amount <= 0:
				nothing[row.name] = _("The remedy scheme {0} gives no penalty for this breach.").format(
					definition["remedy_scheme"]
				)
				continue
			used[account] += assessment.amount
			proposals.append(
				Proposal(
					supplier=row.party,
					company=row.company,
					kind="Penalty",
					measure="Liquidated Damages",
					# People may edit it, and the supplier reads it: it is in the supplier's language.
					reason=sentence(row, languages.get(row.party)),
					source_type=BREACH,
					source_name=row.name,
					origin=row.obligation_key,
					proposed_by=proposers[row.name],
					amount=assessment.amount,
					remedy_scheme=definition["remedy_scheme"],
					definition=remedy,
					calculation=assessment.calculation,
					ceiling=assessment.ceiling,
					details={"contract": row.contract},
				)
			)
	made = reward_penalty.propose(proposals)
	_note_penalties(made, terminates)
	add_comments(BREACH, nothing)
	return made


def occasion(row: Mapping[str, Any], definition: Mapping[str, Any], starts: Mapping[str, date]) -> Occasion:
	"""What the scheme is applied to: the window; for a deliverable, the contract up to its due date."""
	values: dict[str, Any] = {
		"name": row.name,
		"supplier": row.party,
		"company": row.company,
		"from_date": row.from_date,
		"to_date": row.to_date,
		"day": getdate(today()),
		"exempt_days": Decimal(row.exempt_days or 0),
	}
	if row.kind == DELIVERABLE:
		return Occasion(
			**{**values, "from_date": starts.get(row.contract) or row.from_date}, days_late=row.days_late
		)
	return Occasion(
		**values,
		points=points_missed(row.target, row.value),
		settings=settings_from_dict(definition["settings"]),
		late=late_lines_behind(definition["measure"]),
	)


def _starts_of_contracts(names: set[str]) -> dict[str, date]:
	if not names:
		return {}
	contract = frappe.qb.DocType("Contract")
	return dict(
		frappe.qb.from_(contract)
		.where(contract.name.isin(list(names)))
		.select(contract.name, contract.start_date)
		.run()
	)


def _languages(suppliers: set[str]) -> dict[str, str | None]:
	if not suppliers:
		return {}
	filters = {"name": ("in", sorted(suppliers))}
	return dict(frappe.get_all("Supplier", filters=filters, fields=["name", "language"], as_list=True))


def _used_this_year(
	remedy: Mapping[str, Any], members: Sequence[tuple[Any, Mapping[str, Any]]]
) -> dict[tuple[str, str, str], Decimal]:
	"""What counts against a yearly cap already; nobody asks where there is none."""
	used: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
	if remedy.get("yearly_cap") is not None:
		used.update(
			remedy_schemes.amounts_in_year(
				today(),
				suppliers=sorted({row.party for row, _definition in members}),
				companies=sorted({row.company for row, _definition in members}),
				schemes=sorted({definition["remedy_scheme"] for _row, definition in members}),
			)
		)
	return used


def _note_penalties(penalties: Sequence[str], terminates: Sequence[str]) -> None:
	update_rows(BREACH, ["terminates"], {name: [1] for name in terminates})
	if not penalties:
		return
	record = frappe.qb.DocType(REWARD_PENALTY)
	rows = (
		frappe.qb.from_(record)
		.where(record.name.isin(list(penalties)))
		.select(record.source_name, record.name)
		.run()
	)
	update_rows(BREACH, ["penalty"], {breach: [name] for breach, name in rows})


def follow_penalty(breach: str, status: str) -> None:
	"""What became of a penalty for a breach, by the penalty's status; never stops the penalty.

	In effect or posted, the breach is penalised; waived, it is waived too, unless another penalty for it is
	alive; taken back, it is open again.
	"""
	document = frappe.get_doc(BREACH, breach, for_update=True) if frappe.db.exists(BREACH, breach) else None
	if document is None or document.status == WITHDRAWN:
		return
	if status in TAKES_EFFECT:
		target, why = PENALISED, None
	elif status == reward_penalty.ENDED:
		target, why = CLOSED, breach_sentences.PENALTY_ENDED
	elif _bound([breach]) and status in NOT_OWED:
		return
	elif status == reward_penalty.WAIVED:
		target, why = WAIVED, breach_sentences.PENALTY_WAIVED
	elif document.status == PENALISED:
		target, why = status_from_answers(document.as_dict()), None
	else:
		return
	if target != document.status and target in NEXT_STATUSES[document.status]:
		decision = _decision(finding=breach_sentences.finding(why)) if why else {}
		_write(document, status=target, **decision)


# What people decide


def notify(
	name: str, recipients: Sequence[str] | str | None = None, message: str | None = None
) -> dict[str, str | None]:
	"""Tell the partner of a breach by mail; returns {"status": "Sent" | "Not sent", "error"}.

	From then on the partner may answer, on its page too; what can't be sent is tried again every day. Checks
	the right to mail it.
	"""
	from partner_relations.supplier_quality import notices  # which may import this one

	document = _lock(name)
	document.check_permission("email")
	if document.owed_by != PARTNER:
		frappe.throw(_("This is our own promise. There is nothing to tell the partner."))
	if document.status not in (*OPEN, PENALISED):
		frappe.throw(
			_("This breach is {0}. There is nothing to tell the partner any more.").format(
				label(document.status)
			)
		)
	if document.status == DETECTED:
		_write(
			document,
			status=NOTIFIED,
			respond_by=add_days(today(), cint(_settings().answer_days)),
			notice_status="Not sent",
		)
	return notices.send(BREACH, name, recipients, message)


def record_response(name: str, answer: str, text: str | None, by: str) -> None:
	"""Note the partner's answer: "Accepted" or "Disputed" (with what it objects to), and who gave it.

	The caller checks that the user may answer for this partner or write the breach.
	"""
	document = _lock(name)
	text = without_scripts(text)
	if answer not in (ACCEPTED, DISPUTED):
		frappe.throw(_("The answer is either “Accepted” or “Disputed”."))
	if document.owed_by != PARTNER:
		frappe.throw(_("This is our own promise. There is nothing to tell the partner."))
	if answer == DISPUTED and not text:
		frappe.throw(_("Say what is disputed."))
	_check_step(document, answer)
	_write(document, status=answer, answer=answer, response=text or None, response_by=by, responded_on=now())


def waive(name: str, reason: str) -> None:
	"""Let a breach go, with the reason; penalties that nobody approved fall with it.

	For those who may approve penalties. Raises frappe.ValidationError where one is in force.
	"""
	document = _decidable(name, WAIVED)
	reason = _given(reason)
	_waive_proposals({name: reason})
	_write(document, status=WAIVED, penalty=None, **_decision(reason))


def close(name: str, reason: str) -> None:
	"""Close a breach as settled otherwise, or after its penalty, with the reason. For the same people."""
	document = _decidable(name, CLOSED)
	reason = _given(reason)
	if document.status != PENALISED:
		_waive_proposals({name: reason})
	_write(document, status=CLOSED, **_decision(reason))


def exempt_days(name: str, days: int, reason: str) -> None:
	"""Accept days of a delay as force majeure, with the reason; a penalty not yet approved is computed anew.

	For those who may approve penalties. The penalty is proposed in the name of the user.
	"""
	document = _decidable(name, None)
	if document.status not in OPEN:
		frappe.throw(
			_("This breach is {0}. Days can be exempt only while it is open.").format(label(document.status))
		)
	days = cint(days)
	if days < 0:
		frappe.throw(_("The number of days must not be negative."))
	reason = _given(reason)
	proposed = bool(document.penalty)
	_waive_proposals({name: reason})
	_write(document, exempt_days=days, exempt_reason=reason, penalty=None)
	if proposed:
		propose_penalty([name])


def _decidable(name: str, status: str | None):
	"""The breach, locked, if the user may decide about it and no approved penalty stands in the way."""
	document = _lock(name)
	document.check_permission("write")
	frappe.has_permission(REWARD_PENALTY, "submit", throw=True)
	if status:
		_check_step(document, status)
	if document.status != PENALISED and _bound([name]):
		frappe.throw(
			_("There is an approved penalty for this breach. Waive or cancel that one first."),
			title=_("Penalty Approved"),
		)
	return document


def _lock(name: str):
	return frappe.get_doc(BREACH, name, for_update=True)


def _check_step(document, status: str) -> None:
	if status not in NEXT_STATUSES[document.status]:
		frappe.throw(
			_("{0} is “{1}”. It can't become “{2}” from there.").format(
				document.name, label(document.status), label(status)
			)
		)


def label(status: str) -> str:
	"""A status in the reader's language."""
	return _(status, context=BREACH)


def _given(reason: str | None) -> str:
	reason = without_scripts(reason)
	if not reason:
		frappe.throw(_("Say why; the reason is kept."))
	return reason


def _decision(reason: str | None = None, finding: str | None = None) -> dict[str, Any]:
	"""What is kept of a decision: the reason that a person gave, or the finding of a service."""
	return {
		"decision_reason": reason,
		"decision_finding": finding,
		"decided_by": frappe.session.user,
		"decided_on": now(),
	}


def _write(document, **values: Any) -> None:
	"""Write fields that only services write, and keep what changed on record."""
	document.load_doc_before_save()
	document.db_set(values, notify=True)
	document.save_version()


def _settings():
	return frappe.get_cached_doc("Supplier Quality Settings")
