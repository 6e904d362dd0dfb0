"""Compliance: every promise of every contract is judged when its window has closed.

A daily job reads the facts by the same queries as the evaluation: one for all suppliers that share a promise,
a company and a window. Such a group is one transaction under a lock on its contracts, so that a kill leaves
nothing half done, and two jobs at once make nothing twice. Windows of recent months are judged again: late
facts can withdraw a breach, or make one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import sha1
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_months, cint, getdate, now, today

from partner_relations.common.bulk import insert_documents, update_rows
from partner_relations.supplier_quality import amendments, breaches
from partner_relations.supplier_quality.agreements.obligations import (
	Judgement,
	Outcome,
	Terms,
	judge,
	judge_deliverable,
	windows,
)
from partner_relations.supplier_quality.breaches import Finding
from partner_relations.supplier_quality.contract_obligations import (
	DELIVERABLE,
	KPI_PROMISE,
	PARTNER,
	definition_of,
	problem_of_evidence,
)
from partner_relations.supplier_quality.evaluation import LARGEST_STORED
from partner_relations.supplier_quality.evidence import NOTHING, differs
from partner_relations.supplier_quality.kpis import MARIADB, Scope, totals
from partner_relations.supplier_quality.measures import all_measures, execute
from partner_relations.supplier_quality.rating import Fact, Period
from partner_relations.supplier_quality.rating.definition import settings_from_dict
from partner_relations.supplier_quality.rating.numbers import decimal, stored

CONTRACT = "Contract"
RESULT = "Contract Obligation Result"
SERIES = "COR-.YYYY.-.######"

JUDGED = ("In Force", "Expired", "Terminated")
"""Contracts that were signed; what ended is judged up to its end."""

CAUGHT_UP_MONTHS = 36
"""How far back windows are judged that nobody judged yet: before that, facts are no longer looked at."""

NAMED_SUPPLIERS = 500
"""Of more, the query reads all: their names would be longer than what they save."""

CONTRACTS_AT_ONCE = 2000


@dataclass(frozen=True)
class Contract:
	"""What the judging needs of a contract. `end` is its last day after amendments, renewals, termination."""

	name: str
	company: str
	party_type: str
	party: str
	party_name: str
	proposer: str
	start: date
	end: date | None


@dataclass(frozen=True)
class Due:
	"""An obligation in a window that has closed; `title` is its own, or what it was when it was judged."""

	contract: Contract
	key: str
	unique_key: str
	title: str
	definition: Mapping[str, Any]
	period: Period
	due_date: date | None = None
	delivered_on: date | None = None
	evidence: str | None = None


@dataclass
class Plan:
	"""What there is to judge. `stale` are results of windows that the contract has no more."""

	promises: dict[tuple, list[Due]] = field(default_factory=lambda: defaultdict(list))
	deliverables: dict[str, list[Due]] = field(default_factory=lambda: defaultdict(list))
	stale: dict[str, list[Due]] = field(default_factory=lambda: defaultdict(list))


def judge_due_obligations() -> None:
	"""Scheduled daily: judge all windows that have closed, and those of recent months again.

	What can't be judged is logged and doesn't keep the others from it.
	"""
	names = frappe.get_all(CONTRACT, filters=_judged_contracts(), pluck="name", order_by="name asc")
	for start in range(0, len(names), CONTRACTS_AT_ONCE):
		_judge(names[start : start + CONTRACTS_AT_ONCE], _committed)


def judge_contract(contract: str) -> None:
	"""Judge one contract now, in the request of the user who waits for it. The caller checks permission."""
	_judge(frappe.get_all(CONTRACT, filters={**_judged_contracts(), "name": contract}, pluck="name"), _saved)


def _judged_contracts() -> dict[str, Any]:
	return {
		"docstatus": 1,
		"party_type": ("in", ("Supplier", "Customer")),
		"life_cycle": ("in", JUDGED),
	}


def _judge(names: Sequence[str], guarded: Callable[[str, Callable[[], None]], None]) -> None:
	plan = plan_of(names)
	for group in plan.promises.values():
		guarded(group[0].title, partial(_judge_promises, group))
	for company, group in plan.deliverables.items():
		guarded(company, partial(_judge_deliverables, group))
	for company, group in plan.stale.items():
		guarded(company, partial(_void, group))


def _committed(about: str, work: Callable[[], None]) -> None:
	"""Each group of the job is a transaction of its own; one that fails leaves nothing behind."""
	# The lock comes first in a transaction: what is read after it is of after the wait.
	frappe.db.commit()  # nosemgrep: ends the transaction in which the plan was made, with what it logged
	try:
		work()
	except Exception:
		frappe.db.rollback()
		_log(about)
	frappe.db.commit()  # nosemgrep: a group that is judged stays judged, whatever happens to the job


def _saved(about: str, work: Callable[[], None]) -> None:
	"""The same inside the transaction of a request."""
	frappe.db.savepoint("obligations")
	try:
		work()
	except Exception:
		frappe.db.rollback(save_point="obligations")
		_log(about)


def _log(about: str) -> None:
	frappe.log_error(title=f"Obligations not judged: {about}"[:140])


# What is due


def plan_of(names: Sequence[str]) -> Plan:
	"""The windows to judge of these contracts, in groups that share a query: a few queries in all."""
	plan = Plan()
	day = getdate(today())
	settings = frappe.get_cached_doc("Supplier Quality Settings")
	since = getdate(add_months(day, -CAUGHT_UP_MONTHS))
	recheck_since = getdate(add_months(day, -cint(settings.recheck_months)))
	contracts = {row.name: row for row in contracts_of(names)}
	versions = amendments.obligations_of(list(contracts)) if contracts else {}
	by_key: dict[tuple[str, str], list[Any]] = defaultdict(list)
	for name, rows in versions.items():
		for version in rows:
			if version.row["obligation_key"]:
				by_key[(name, version.row["obligation_key"])].append(version)
	known = _results_by_key({key for _contract, key in by_key})
	for (name, key), rows in by_key.items():
		try:
			_plan_obligation(
				plan, contracts[name], key, rows, known[key], day, since, recheck_since, settings
			)
		except Exception:  # say, a KPI that is gone: the other obligations are judged
			_log(f"{name}, {rows[-1].row.get('title')}")
	return plan


def _plan_obligation(plan, contract, key, versions, known, day, since, recheck_since, settings) -> None:
	close_days = cint(settings.obligation_close_days)
	current: set[date] = set()
	for version in versions:
		if version.row["kind"] != DELIVERABLE:
			continue
		due = getdate(version.row["due_date"])
		if not _in_force(version, due) or not _lasts(contract, due):
			continue
		current.add(due)
		delivered_on = version.row["delivered_on"] or known.get(due, {}).get("delivered_on")
		if due >= since:
			plan.deliverables[contract.company].append(
				Due(
					contract,
					key,
					unique_key(key, due),
					version.row["title"],
					_definition(version.row),
					Period(due, due),
					due,
					getdate(delivered_on) if delivered_on else None,
					version.row["evidence"],
				)
			)
	terms = [
		Terms(
			version.row["judged_each"],
			version.row["windows_begin"] == "Start of the contract",
			version.effective_from,
			version.effective_until,
			version.row,
		)
		for version in versions
		if version.row["kind"] == KPI_PROMISE
	]
	for period, version in windows(terms, contract.start, contract.end, day):
		current.add(period.from_date)
		result = known.get(period.from_date)
		if period.closes_on(close_days) > day or period.to_date < (recheck_since if result else since):
			continue
		definition = _definition(version.entry)
		facts_of = (
			definition["measure"],
			frappe.as_json(definition["settings"]),
			contract.company,
			period.from_date,
			period.to_date,
		)
		plan.promises[facts_of].append(
			Due(
				contract,
				key,
				unique_key(key, period.from_date),
				version.entry["title"],
				definition,
				period,
			)
		)
	for from_date, result in known.items():
		gone = from_date not in current and result["outcome"] != Outcome.NOT_MEASURED.value
		if gone and result["to_date"] >= recheck_since:
			plan.stale[contract.company].append(
				Due(
					contract,
					key,
					result["unique_key"],
					result["obligation"],
					frappe.parse_json(result["definition"]),
					Period(from_date, result["to_date"]),
					result["due_date"],
				)
			)


def _in_force(version, day: date) -> bool:
	return (version.effective_from is None or version.effective_from <= day) and (
		version.effective_until is None or day <= version.effective_until
	)


def _lasts(contract: Contract, day: date) -> bool:
	return contract.start <= day and (contract.end is None or day <= contract.end)


def _definition(row: Mapping[str, Any]) -> Mapping[str, Any]:
	"""As frozen with the contract; that of an amendment made before there was freezing, as of today."""
	return frappe.parse_json(row["definition"]) if row.get("definition") else definition_of(row)


def unique_key(obligation_key: str, from_date: date) -> str:
	"""One result and one breach per obligation and window.

	A window is known by its first day: it stays the same when a renewal or termination moves its last one.
	"""
	return sha1(f"{obligation_key}\x1f{from_date.isoformat()}".encode()).hexdigest()


def contracts_of(names: Sequence[str], for_update: bool = False) -> list[Contract]:
	"""The contracts that are judged, of those named; locked if asked."""
	if not names:
		return []
	table = frappe.qb.DocType(CONTRACT)
	query = (
		frappe.qb.from_(table)
		.where(
			table.name.isin(list(names))
			& (table.docstatus == 1)
			& table.life_cycle.isin(JUDGED)
			& table.start_date.notnull()
		)
		.select(
			table.name,
			table.company,
			table.party_type,
			table.party_name,
			table.party_full_name,
			table.contract_owner,
			table.owner,
			table.start_date,
			table.end_date,
			table.effective_end_date,
		)
		.orderby(table.name)
	)
	rows = (query.for_update() if for_update else query).run(as_dict=True)
	return [
		Contract(
			row.name,
			row.company,
			row.party_type,
			row.party_name,
			row.party_full_name or row.party_name,
			row.contract_owner or row.owner,
			getdate(row.start_date),
			getdate(row.effective_end_date or row.end_date)
			if row.effective_end_date or row.end_date
			else None,
		)
		for row in rows
	]


def _results_by_key(keys: Iterable[str]) -> dict[str, dict[date, Mapping[str, Any]]]:
	"""What was judged before, by obligation and first day of the window: one query."""
	found: dict[str, dict[date, Mapping[str, Any]]] = defaultdict(dict)
	if not keys:
		return found
	result = frappe.qb.DocType(RESULT)
	rows = (
		frappe.qb.from_(result)
		.where(result.obligation_key.isin(sorted(keys)))
		.select(
			result.obligation_key,
			result.obligation,
			result.unique_key,
			result.from_date,
			result.to_date,
			result.due_date,
			result.delivered_on,
			result.outcome,
			result.definition,
		)
	).run(as_dict=True)
	for row in rows:
		found[row.obligation_key][row.from_date] = row
	return found


# Judging


def _judge_promises(group: Sequence[Due]) -> None:
	"""One query for the facts of all suppliers of the group, then what follows from them."""
	group = _locked(group)
	if not group:
		return
	definition, period = group[0].definition, group[0].period
	measure = all_measures()[definition["measure"]]
	suppliers = sorted({due.contract.party for due in group})
	scope = Scope(
		group[0].contract.company,
		period.from_date,
		period.to_date,
		getdate(today()),
		tuple(suppliers) if len(suppliers) <= NAMED_SUPPLIERS else (),
	)
	query = totals(measure, scope, settings_from_dict(definition["settings"]), MARIADB)
	facts = {
		supplier: Fact(stored(decimal(numerator)), stored(decimal(denominator)), int(sample_size))
		for supplier, numerator, denominator, sample_size in execute(query.sql, query.values)
	}
	findings = []
	for due in group:
		fact = facts.get(due.contract.party, NOTHING)
		judgement = judge(
			due.definition["comparison"],
			due.definition["target"],
			fact,
			measure.scale,
			due.definition["minimum_sample"],
		)
		if judgement.value is not None and abs(judgement.value) >= LARGEST_STORED:
			frappe.log_error(
				title=f"Obligation not judged: {due.contract.name}, {due.title}"[:140],
				message=f"{judgement.value} is more than the database can hold.",
			)
			continue
		findings.append(_finding(due, judgement, fact))
	record(findings)


def _judge_deliverables(group: Sequence[Due]) -> None:
	findings = []
	day = getdate(today())
	for due in _locked(group):
		delivery = judge_deliverable(due.due_date, due.delivered_on, day)
		if delivery is not None:
			findings.append(
				_finding(due, Judgement(delivery.outcome), NOTHING, delivery.days_late, delivery.settled)
			)
	record(findings)


def _void(group: Sequence[Due]) -> None:
	"""Windows that lie outside the contract by now: a termination or an amendment was entered afterwards."""
	record([_finding(due, Judgement(Outcome.NOT_MEASURED), NOTHING) for due in _locked(group)])


def _locked(group: Sequence[Due]) -> list[Due]:
	"""Lock the contracts of a group; without what changed since the plan was made (the next job sees it)."""
	current = {row.name: row for row in contracts_of([due.contract.name for due in group], for_update=True)}
	return [due for due in group if current.get(due.contract.name) == due.contract]


def _finding(due: Due, judgement: Judgement, fact: Fact, days_late: int = 0, settled: bool = True) -> Finding:
	definition = due.definition
	return Finding(
		unique_key=due.unique_key,
		obligation_key=due.key,
		contract=due.contract.name,
		party_type=due.contract.party_type,
		party=due.contract.party,
		party_name=due.contract.party_name,
		company=due.contract.company,
		proposer=due.contract.proposer,
		obligation=due.title,
		kind=definition["kind"],
		owed_by=definition.get("owed_by") or PARTNER,
		kpi=definition.get("kpi"),
		comparison=definition.get("comparison"),
		target=decimal(definition.get("target") or 0),
		unit=definition.get("unit"),
		definition=frappe.as_json(definition),
		period=due.period,
		outcome=judgement.outcome,
		value=judgement.value,
		fact=fact,
		due_date=due.due_date,
		delivered_on=due.delivered_on,
		evidence=due.evidence,
		days_late=days_late,
		settled=settled,
	)


# Recording

RESULT_COLUMNS = (*Finding.COLUMNS, "outcome", "judged_on", "breach", "evidence")


def record(findings: Sequence[Finding]) -> None:
	"""Write what was found: results and breaches that are new or changed, in a few statements.

	The caller holds the lock on the contracts, so nobody else records the same windows.
	"""
	if not findings:
		return
	result = frappe.qb.DocType(RESULT)
	rows = (
		frappe.qb.from_(result)
		.where(result.unique_key.isin([finding.unique_key for finding in findings]))
		.select(
			result.name,
			result.unique_key,
			result.contract,
			result.outcome,
			result.to_date,
			result.days_late,
			result.delivered_on,
			result.numerator,
			result.denominator,
			result.sample_size,
		)
	).run(as_dict=True)
	known = {row.unique_key: row for row in rows}
	news = [finding for finding in findings if _is_news(known.get(finding.unique_key), finding)]
	if not news:
		return
	named = breaches.follow_facts(news)
	stamp = now()

	def values(finding: Finding) -> dict[str, Any]:
		return {
			**finding.columns(),
			"outcome": finding.outcome.value,
			"judged_on": stamp,
			"breach": named.get(finding.unique_key),
			"evidence": finding.evidence,
		}

	insert_documents(RESULT, SERIES, [values(one) for one in news if one.unique_key not in known])
	changed = {
		known[one.unique_key].name: list({**values(one), "modified": stamp}.values())
		for one in news
		if one.unique_key in known
	}
	update_rows(RESULT, [*RESULT_COLUMNS, "modified"], changed)


def _is_news(row: Mapping[str, Any] | None, finding: Finding) -> bool:
	if row is None:
		return True
	then = Fact(decimal(row["numerator"]), decimal(row["denominator"]), row["sample_size"])
	return (
		row["outcome"] != finding.outcome.value
		or row["contract"] != finding.contract
		or row["to_date"] != finding.period.to_date
		or row["days_late"] != finding.days_late
		or row["delivered_on"] != finding.delivered_on
		or row["sample_size"] != finding.fact.sample_size
		or differs(then, finding.fact)
	)


# What people and contracts do


def record_delivery(
	contract: str, obligation_key: str, delivered_on: date | str, evidence: str | None = None
) -> None:
	"""Note that a dated deliverable came, with the file that shows it, and judge the contract.

	Also for one that an amendment added. The caller checks the right to write the contract.
	"""
	delivered_on = getdate(delivered_on)
	if delivered_on > getdate(today()):
		frappe.throw(_("The delivery can't lie in the future."))
	if problem := problem_of_evidence(evidence):
		frappe.throw(problem)
	row = next(
		(
			row
			for row in reversed(amendments.obligations_of([contract]).get(contract, ()))
			if row.row["obligation_key"] == obligation_key
		),
		None,
	)
	if row is None or row.row["kind"] != DELIVERABLE:
		frappe.throw(_("The contract has no such deliverable."))
	values = {"delivered_on": delivered_on, **({"evidence": evidence} if evidence else {})}
	owners = contracts_of([contract], for_update=True)
	if not owners:
		frappe.throw(_("The contract is not in force."))
	original = frappe.db.get_value(
		"Contract Obligation", {"parent": contract, "obligation_key": obligation_key}
	)
	if original:
		frappe.db.set_value("Contract Obligation", original, values)
	due = getdate(row.row["due_date"])
	delivery = judge_deliverable(due, delivered_on, getdate(today()))
	# The result keeps the day too: what an amendment added has no row on the contract.
	finding = _finding(
		Due(
			owners[0],
			obligation_key,
			unique_key(obligation_key, due),
			row.row["title"],
			_definition(row.row),
			Period(due, due),
			due,
			delivered_on,
			evidence or row.row["evidence"],
		),
		Judgement(delivery.outcome),
		NOTHING,
		delivery.days_late,
	)
	record([finding])
	frappe.get_doc(CONTRACT, contract).add_comment(
		"Info",
		_("{0} was delivered on {1}.").format(
			frappe.utils.escape_html(row.row["title"]), frappe.utils.format_date(delivered_on)
		),
	)


def after_contract_cancel(doc, method: str | None = None) -> None:
	"""`on_cancel` of Contract: open breaches of a contract that doesn't hold any more are withdrawn."""
	if doc.party_type == "Employee":
		return
	breaches.withdraw_of_contract(doc.name)
