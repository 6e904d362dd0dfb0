"""Remedy schemes: frozen for a contract or rule, applied to a case, and explained to people step by step."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.meta import get_field_precision
from frappe.query_builder.functions import Sum
from frappe.utils import fmt_money, get_number_format_info, getdate

from partner_relations.supplier_quality.messages import scheme_message
from partner_relations.supplier_quality.remedies import Case, Scheme, SchemeError, compute
from partner_relations.supplier_quality.remedies.scheme import LIMITS, METHODS_OF_FIELD, Counts, Method
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY

REMEDY_SCHEME = "Remedy Scheme"
NOT_OWED = ("Waived", "Reversed", "Cancelled")

# Steps that say what counts or what follows; they add nothing to the amount.
NOTES = (
	"not late",
	"force majeure",
	"within grace",
	"above grace",
	"grace used up",
	"total",
	"may be terminated",
)


@dataclass(frozen=True)
class Assessment:
	"""What a scheme makes of a case: the amount in the company's currency and its steps, ready for JSON.

	`ceiling` is the highest amount that its caps allow in this case, that of the year aside; None without.
	"""

	amount: Decimal
	calculation: list[dict[str, str]]
	capped: bool
	terminates: bool
	ceiling: Decimal | None = None


def freeze(name: str) -> dict[str, Any]:
	"""The definition of a saved Remedy Scheme, ready for JSON: later edits of the scheme don't change it."""
	return Scheme.from_document(frappe.get_cached_doc(REMEDY_SCHEME, name).as_dict()).to_dict()


def assess(definition: Mapping[str, Any], case: Case, currency: str) -> Assessment:
	"""The amount of a case by a frozen scheme, rounded to the places of the company's `currency`."""
	result = compute(Scheme.from_dict(definition), case, currency_places(currency))
	return Assessment(
		result.amount,
		[step.to_dict() for step in result.steps],
		result.capped,
		result.terminates,
		result.ceiling,
	)


def why_refused(document: Document) -> str | None:
	"""Why a Remedy Scheme (the document, saved or not) makes no sense, for people; None where it does."""
	try:
		Scheme.from_document(document.as_dict())
	except SchemeError as error:
		return scheme_message(error.reason, error.row, _label(document, error))
	return None


def _label(document: Document, error: SchemeError) -> str:
	"""The label of the field that is to blame, as the form shows it."""
	meta = document.meta
	if error.row:
		table = "grade_bonuses" if document.method == Method.GRADE_BONUS.value else "steps"
		meta = frappe.get_meta(meta.get_field(table).options)
	return _(meta.get_label(error.field), context=meta.name)


def unused_fields(document: Document) -> list[str]:
	"""The fields that decide nothing, by the method and the Checks of a Remedy Scheme."""
	unused = [name for name, methods in METHODS_OF_FIELD.items() if document.method not in methods]
	return unused + [limit for limit, check in LIMITS.items() if not document.get(check)]


def first_user(name: str) -> frappe._dict | None:
	"""An enabled rule or a draft contract that needs the scheme, as {doctype, name}; None without one."""
	rule = frappe.db.get_value("Supplier Incentive Rule", {"remedy_scheme": name, "enabled": 1})
	if rule:
		return frappe._dict(doctype="Supplier Incentive Rule", name=rule)
	obligation, contract = frappe.qb.DocType("Contract Obligation"), frappe.qb.DocType("Contract")
	drafts = (
		frappe.qb.from_(obligation)
		.join(contract)
		.on((contract.name == obligation.parent) & (obligation.parenttype == "Contract"))
		.where((obligation.remedy_scheme == name) & (contract.docstatus == 0))
		.select(contract.name)
		.limit(1)
	).run()
	return frappe._dict(doctype="Contract", name=drafts[0][0]) if drafts else None


def try_scheme(values: Mapping[str, Any], case: Case, currency: str) -> dict[str, Any]:
	"""The amount of a case by an edited, unsaved scheme, explained; or `{"problem": why it is refused}`."""
	document = frappe.get_doc({**values, "doctype": REMEDY_SCHEME})
	problem = why_refused(document)
	if problem:
		return {"problem": problem}
	definition = Scheme.from_document(document.as_dict()).to_dict()
	assessment = assess(definition, case, currency)
	return {
		"amount": float(assessment.amount),
		"steps": explain(assessment.calculation),
		"capped": assessment.capped,
		"terminates": assessment.terminates,
	}


def currency_places(currency: str) -> int:
	"""Decimal places of amounts: the currency's own, and no more than the ledger of this site keeps."""
	ledger = get_field_precision(frappe._dict(fieldtype="Currency"))
	number_format = frappe.get_cached_value("Currency", currency, "number_format") if currency else None
	return min(ledger, get_number_format_info(number_format)[2]) if number_format else ledger


def already_in_year(
	supplier: str, company: str, scheme: str, day: str | date, exclude: str | None = None
) -> Decimal:
	"""What counts against the yearly cap of a scheme: amounts proposed or approved in the calendar year.

	Waived, reversed and cancelled ones don't count; `exclude` is one that is just being assessed. Locks the
	supplier as `amounts_in_year` does.
	"""
	amounts = amounts_in_year(
		day, suppliers=[supplier], companies=[company], schemes=[scheme], exclude=exclude
	)
	return amounts.get((supplier, company, scheme), Decimal(0))


def amounts_in_year(
	day: str | date,
	suppliers: Sequence[str],
	companies: Sequence[str] = (),
	schemes: Sequence[str] = (),
	exclude: str | None = None,
) -> dict[tuple[str, str, str], Decimal]:
	"""`already_in_year` of many suppliers by one query; keys are (supplier, company, scheme).

	Whoever asks adds to it: until the transaction ends, nobody else does so for these suppliers.
	"""
	if not suppliers:
		return {}
	lock_years(suppliers)
	year = getdate(day).year
	record = frappe.qb.DocType(REWARD_PENALTY)
	query = (
		frappe.qb.from_(record)
		.where(record.supplier.isin(list(suppliers)))
		.where(record.remedy_scheme.notnull() & (record.remedy_scheme != ""))
		.where(record.decision_date[date(year, 1, 1) : date(year, 12, 31)])
		.where(record.docstatus < 2)
		.where(record.status.notin(NOT_OWED))
		.groupby(record.supplier, record.company, record.remedy_scheme)
		.select(record.supplier, record.company, record.remedy_scheme, Sum(record.amount))
	)
	if companies:
		query = query.where(record.company.isin(list(companies)))
	if schemes:
		query = query.where(record.remedy_scheme.isin(list(schemes)))
	if exclude:
		query = query.where(record.name != exclude)
	rows = query.for_update().run()  # what others committed while this transaction waited, too
	return {(supplier, company, scheme): Decimal(str(amount)) for supplier, company, scheme, amount in rows}


def lock_years(suppliers: Iterable[str]) -> None:
	"""Let one after the other use up what the yearly caps of these suppliers leave.

	The supplier's row is the lock, as it is for publishing: the amounts of a first penalty have none.
	"""
	supplier = frappe.qb.DocType("Supplier")
	(
		frappe.qb.from_(supplier)
		.where(supplier.name.isin(sorted(set(suppliers))))
		.select(supplier.name)
		.orderby(supplier.name)
		.for_update()
	).run()


def explain(calculation: Sequence[Mapping[str, str]] | str | None) -> list[dict[str, Any]]:
	"""A stored calculation as sentences in the reader's language, to be escaped where HTML is made of them.

	Returns `[{"text": ..., "amount": ...}]`; the amount (in the company's currency) is what the step adds or
	takes away, None where it is a note.
	"""
	steps = json.loads(calculation) if isinstance(calculation, str) and calculation else calculation or []
	sentences = _sentences()
	return [
		{
			"text": _sentence(sentences, step),
			"amount": None if step["key"] in NOTES else float(step["amount"]),
		}
		for step in steps
	]


def _sentence(sentences: Mapping[str, tuple[str, tuple[str, ...]]], step: Mapping[str, str]) -> str:
	text, names = sentences[_key(step)]
	sentence = text.format(*(_shown(step, name) for name in names))
	reference = step.get("reference")
	return f"{reference}: {sentence}" if reference else sentence


def _key(step: Mapping[str, str]) -> str:
	"""The key of a step's sentence: what is due for each single day needs no "per" and "times"."""
	key = step["key"]
	if key in ("percent rate", "amount rate") and Decimal(step["per_units"]) == 1:
		if Decimal(step["times"]) == Decimal(step["units"]):
			return f"{key}, for each"
	return key


def _shown(step: Mapping[str, str], name: str) -> str:
	"""A value of a step as people read it: "3 days", "10.5", "Order value"."""
	value = step.get(name) or ""
	if name == "grade":
		return value or _("Not Rated")
	if name == "basis":
		return _(value, context=REMEDY_SCHEME)
	if name in UNITS and "counts" in step:
		return _units(step["counts"], Decimal(value))
	return _number(Decimal(value))


# What a scheme counts, where a step counts something; the threshold of a rebate is an amount.
UNITS = ("units", "exempt", "counted", "grace", "threshold", "per_units")


def _units(counts: str, number: Decimal) -> str:
	one = number == 1
	text = {
		Counts.DAYS_LATE.value: _("{0} day") if one else _("{0} days"),
		Counts.POINTS_MISSED.value: _("{0} point") if one else _("{0} points"),
		Counts.BREACHES.value: _("{0} breach") if one else _("{0} breaches"),
	}[counts]
	return text.format(_number(number))


def _number(number: Decimal) -> str:
	"""In the site's number format, with as many decimals as it has, six at most."""
	rounded = round(number, 6).normalize()
	return fmt_money(float(rounded), precision=max(0, -rounded.as_tuple().exponent))


def _sentences() -> dict[str, tuple[str, tuple[str, ...]]]:
	"""By the key of a step (see `remedies.calculation.compute`): its sentence, and the values it names."""
	return {
		"not late": (_("Nothing is late or missed, so nothing is owed."), ()),
		"force majeure": (
			_("{0} less {1} of force majeure: {2}."),
			("units", "exempt", "counted"),
		),
		"within grace": (
			_("{0} within the grace of {1}: nothing is owed."),
			("units", "grace"),
		),
		"above grace": (
			_("{0} less the grace of {1}: {2}."),
			("units", "grace", "counted"),
		),
		"grace used up": (
			_("More than the grace of {1}, so all count: {0}."),
			("units", "grace"),
		),
		"percent rate": (
			_("{0} % of {1} ({2}) per {3}, {5} times for {4}."),
			("rate", "value", "basis", "per_units", "units", "times"),
		),
		"amount rate": (
			_("{0} per {1}, {3} times for {2}."),
			("rate", "per_units", "units", "times"),
		),
		"percent rate, for each": (_("{0} % of {1} ({2}) × {3}."), ("rate", "value", "basis", "units")),
		"amount rate, for each": (_("An amount of {0} × {1}."), ("rate", "units")),
		"percent step": (
			_("{0}, more than {1}: {2} % of {3} ({4})."),
			("units", "threshold", "rate", "value", "basis"),
		),
		"amount step": (
			_("{0}, more than {1}: an amount of {2}."),
			("units", "threshold", "rate"),
		),
		"below the steps": (
			_("{0}, not more than {1}, where the steps begin: nothing is owed."),
			("units", "threshold"),
		),
		"item cap": (_("Capped at {0} % of {1}, which is {2}."), ("percent", "value", "cap")),
		"percent of the volume": (
			_("The volume of {0} is above {1}: {2} % of the whole volume."),
			("value", "threshold", "rate"),
		),
		"amount for the volume": (
			_("The volume of {0} is above {1}: an amount of {2}."),
			("value", "threshold", "rate"),
		),
		"part of the volume": (
			_("{0} % of {1}, the part of the volume from {2} to {3}."),
			("rate", "part", "from", "to"),
		),
		"below the tiers": (
			_("The volume of {0} is not above {1}, so there is no rebate."),
			("value", "threshold"),
		),
		"percent for the grade": (_("Grade {0}: {1} % of {2} ({3})."), ("grade", "rate", "value", "basis")),
		"amount for the grade": (_("Grade {0}: an amount of {1}."), ("grade", "rate")),
		"no bonus": (_("The scheme has no bonus for this grade: {0}."), ("grade",)),
		"total": (_("{0} items together: {1}."), ("items", "total")),
		"raised to the minimum": (_("Raised to the minimum of {0}."), ("minimum",)),
		"below the minimum": (
			_("{0} is below the minimum of {1}, so nothing is owed."),
			("total", "minimum"),
		),
		"cap in percent": (_("Capped at {0} % of {1} ({2})."), ("percent", "value", "basis")),
		"cap as amount": (_("Capped at {0}."), ("cap",)),
		"yearly cap": (
			_("Capped at {0} per calendar year: {1} used up, {2} left."),
			("cap", "already", "left"),
		),
		"rounded": (_("Rounded half up; decimal places: {0}."), ("places",)),
		"rounded down": (_("Rounded down, so as not to exceed the cap; decimal places: {0}."), ("places",)),
		"may be terminated": (
			_("Before caps, {0} is at least {1} % of {2} ({3}): the contract may be terminated."),
			("before_caps", "percent", "value", "basis"),
		),
	}
