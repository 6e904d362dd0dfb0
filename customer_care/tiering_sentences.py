"""What is said about tiering, in the language of whoever reads it: faults of a policy, reasons of a tier.

The core says both by codes and values; reasons are stored like that, so that a run in English is read in
Chinese.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, escape_html, flt, fmt_money

from partner_relations.customer_care.metrics import MEASURES
from partner_relations.customer_care.tiering import Code, DefinitionError
from partner_relations.customer_care.tiering.documents import LEVELS

COMBINATIONS_NAMED = 5
COMBINATIONS = 125


def metric_label(name: str) -> str:
	"""A metric's name for people."""
	return _(MEASURES[name].label, context="Customer Tiering Metric") if name in MEASURES else name


def number(value: Any) -> str:
	"""A number with at most two decimals, as the site writes numbers."""
	rounded = flt(value, 2)
	return fmt_money(rounded, precision=0 if rounded == int(rounded) else 2)


# What is wrong with a policy


def fault(error: DefinitionError) -> str:
	"""A fault of a policy as a sentence that names the table, the row and the mend."""
	sentence = _FAULTS.get(error.code) or _other_fault
	return sentence(error)


# The tables of the form, by the core's names for them, and its fields.
_TABLES: dict[str, Callable[[], str]] = {
	"metrics": lambda: _("Metrics"),
	"bands": lambda: _("Tiers by Score"),
	"rfm": lambda: _("RFM"),
	"segments": lambda: _("Segments"),
	"abc": lambda: _("ABC"),
	"classes": lambda: _("ABC"),
	"matrix": lambda: _("Value and Potential"),
	"cells": lambda: _("Cells"),
	"limits": lambda: _("Floors and Ceilings"),
	"hysteresis": lambda: _("Stability"),
}
_FIELDS: dict[str, Callable[[], str]] = {
	"weight": lambda: _("Weight", context="Customer Tiering Metric"),
	"lower": lambda: _("From a Score Of"),
	"upper": lambda: _("From a Score Of"),
	"curve": lambda: _("Rated 0 At"),
	"recency": lambda: _("Recency"),
	"frequency": lambda: _("Frequency", context="Customer Tiering Metric"),
	"monetary": lambda: _("Monetary"),
	"frequency_monetary": lambda: _("FM"),
	"recency_breaks": lambda: _("Recency"),
	"frequency_breaks": lambda: _("Frequency", context="Customer Tiering Metric"),
	"monetary_breaks": lambda: _("Monetary"),
	"value_cuts": lambda: _("Value", context="Customer Tiering Cell"),
	"potential_cuts": lambda: _("Potential"),
	"number": lambda: _("Value", context="Customer Tiering Limit"),
	"margin": lambda: _("Margin", context="Customer Tiering Policy"),
	"confirmations": lambda: _("Assessments in a Row"),
	"minimum_coverage": lambda: _("Minimum Coverage"),
	"minimum_sample": lambda: _("Minimum Facts"),
	"scoring": lambda: _("Scores 1 to 5 By"),
	"method": lambda: _("Method"),
	"bound": lambda: _("Limit"),
	"comparison": lambda: _("Is", context="Customer Tiering Limit"),
	"metric": lambda: _("Metric"),
	"default_tier": lambda: _("Tier of Customers That Can't Be Assessed"),
}


def _field(error: DefinitionError) -> str:
	return _FIELDS[error.field]() if error.field in _FIELDS else error.field


def _place(error: DefinitionError) -> str:
	"""Where a fault is: "Metrics, row 2", "ABC, class B", "Metrics", or the field that stands alone."""
	if not error.table:
		return _field(error) or _("This policy")
	table = _TABLES[error.table]() if error.table in _TABLES else error.table
	if error.table == "classes" and error.row:
		return _("{0}, class {1}").format(table, "ABC"[error.row - 1])
	if error.table in ("rfm", "matrix") and error.field:
		return _("{0}, {1}").format(table, _field(error))
	return _("{0}, row {1}").format(table, error.row) if error.row else table


def _name(value: Any) -> str:
	return frappe.bold(escape_html(str(value)))


def _unknown_tier(error: DefinitionError) -> str:
	if not error.values["tier"]:
		return _("{0}: choose a tier.").format(_place(error))
	return _("{0}: the tier {1} is disabled or doesn't exist. Choose another one.").format(
		_place(error), _name(error.values["tier"])
	)


def _weights(error: DefinitionError) -> str:
	total = error.values["sum"]
	return _("{0}: the weights sum to {1}, not to 100. Change them by {2} in all.").format(
		_place(error), number(total), number(100 - total)
	)


def _bands(error: DefinitionError) -> str:
	sentences = {
		"no bands": _("{0}: add a row for each tier, the lowest one from a score of 0."),
		"overlap": _("{0}: another tier begins at the same score. Give each one a score of its own."),
		"same name twice": _("{0}: this tier is in the table already. Keep one of the two rows."),
		"does not start at 0": _("{0}: the lowest tier must begin at a score of 0."),
		"empty band": _("{0}: a tier must begin at a score below 100, or nobody could get it."),
	}
	sentence = sentences.get(error.values["reason"]) or _("{0}: enter a tier and the score it begins at.")
	place = _place(error) if error.values["reason"] != "no bands" else _TABLES["bands"]()
	return sentence.format(place)


def _out_of_order(error: DefinitionError) -> str:
	return _("{0}: {1} asks for a better result than {2}, but is the lower tier. Exchange the two.").format(
		_place(error), _name(error.values["better"]), _name(error.values["worse"])
	)


def _not_ascending(error: DefinitionError) -> str:
	if error.table == "rfm":
		return _("Breaks, {0}: cut {1} isn't above cut {2}. The cuts must rise from 1 to 4.").format(
			_field(error), error.row, error.row - 1
		)
	if error.table == "classes":
		return _("{0}: the share of B must be above that of A, and below 100.").format(_TABLES["classes"]())
	return _("{0}: High must begin above Medium.").format(_place_without_row(error))


def _place_without_row(error: DefinitionError) -> str:
	return _("{0}, {1}").format(_TABLES[error.table](), _field(error))


def _range(error: DefinitionError) -> str:
	return _("{0}: {1} goes from {2} to {3}. Scores lie between 1 and 5, and From isn't above To.").format(
		_place(error), _field(error), number(error.values["lower"]), number(error.values["upper"])
	)


def _uncovered(error: DefinitionError) -> str:
	named = error.values["combinations"][:COMBINATIONS_NAMED]
	return _(
		"Segments: {0} of the {1} combinations of scores (R, F, M) have no segment, such as {2}. "
		"Add a last row for all that remain (from 1 to 5 each), or widen other rows."
	).format(error.values["count"], COMBINATIONS, ", ".join(named))


def _cell_missing(error: DefinitionError) -> str:
	value, potential = (_level(error.values[axis]) for axis in ("value", "potential"))
	return _("Cells: the row for value {0} and potential {1} is missing. Add it with its tier.").format(
		value, potential
	)


def _level(band: int) -> str:
	return _(LEVELS[band - 1])


def _outside_scale(error: DefinitionError) -> str:
	return _("{0}: Medium must begin above {1}, and High not above {2}.").format(
		_place(error), number(error.values["lower"]), number(error.values["upper"])
	)


def _margin_out_of_reach(error: DefinitionError) -> str:
	return _(
		"{0}: so far beyond the border at {1} nothing is left to be reached. Enter a smaller margin."
	).format(_field(error), number(error.values["border"]))


def _other_fault(error: DefinitionError) -> str:
	return _("{0}: this can't be used ({1}).").format(_place(error), error.code)


_FAULTS: dict[str, Callable[[DefinitionError], str]] = {
	"not a number": lambda error: _("{0}: {1} must be a number.").format(_place(error), _field(error)),
	"unknown choice": lambda error: _("{0}: choose one of the values offered for {1}.").format(
		_place(error), _field(error)
	),
	"no tiers": lambda error: _("There are no customer tiers in use. Create or enable them first."),
	"no name": lambda error: _("{0}: the name is missing. Fill it in, or delete the row.").format(
		_place(error)
	),
	"same name twice": lambda error: _("{0}: {1} is in the table already. Keep one of the two rows.").format(
		_place(error),
		_name(metric_label(error.values["name"]) if error.table == "metrics" else error.values["name"]),
	),
	"unknown tier": _unknown_tier,
	"no metrics": lambda error: _("{0}: add at least one metric.").format(_TABLES["metrics"]()),
	"unknown metric": lambda error: _("{0}: choose a metric.").format(_place(error)),
	"scale": lambda error: _("{0}: choose a metric.").format(_place(error)),
	"negative number": lambda error: _("{0}: {1} can't be below 0.").format(_place(error), _field(error)),
	"outside 0 to 100": lambda error: _("{0}: enter a percentage between 0 and 100.").format(_place(error)),
	"weights": _weights,
	"curve": lambda error: _(
		"{0}: Rated 0 At and Rated 100 At are the same number. Enter the value that earns nothing "
		"and the one that earns everything."
	).format(_place(error)),
	"bands": _bands,
	"tiers out of order": _out_of_order,
	"no rule": lambda error: _("{0}: fill in the section of the method.").format(_place(error)),
	"breaks": lambda error: _("Breaks: the row for {0} is missing. Add it with its four cuts.").format(
		_field(error)
	),
	"not ascending": _not_ascending,
	"no segments": lambda error: _("Segments: add at least one segment with its tier."),
	"range": _range,
	"uncovered": _uncovered,
	"no classes": lambda error: _("{0}: fill in the section of the method.").format(_place(error)),
	"last class": lambda error: _("{0}: fill in the section of the method.").format(_place(error)),
	"no cuts": lambda error: _("{0}: fill in where Medium and High begin.").format(_place(error)),
	"outside the scale": _outside_scale,
	"no such cell": lambda error: _("{0}: choose Low, Medium or High for value and potential.").format(
		_place(error)
	),
	"same cell twice": lambda error: _(
		"{0}: this value and potential are in the table already. Keep one of the two rows."
	).format(_place(error)),
	"cell missing": _cell_missing,
	"limit of everyone": lambda error: _(
		"{0}: this would hold for every customer. Choose a metric or a customer group."
	).format(_place(error)),
	"margin without a score": lambda error: _("{0}: RFM has no points. Enter 0.").format(_field(error)),
	"margin out of reach": _margin_out_of_reach,
	"confirmations": lambda error: _("{0}: enter at least 1.").format(_field(error)),
}


# Why a customer gets a tier


def reasons_said(stored: str | None) -> list[str]:
	"""The reasons of an assessment (JSON as stored) as sentences."""
	return reason_sentences(frappe.parse_json(stored or "[]"))


def reason_sentences(reasons: Sequence[Mapping[str, Any]]) -> list[str]:
	"""Reasons as dictionaries (`Reason.to_dict`) as sentences, in the order in which they decided."""
	return [_REASONS[Code(row["code"])](row["values"]) for row in reasons]


Values = Mapping[str, Any]


def _band(values: Values) -> str:
	text = _("The score is {0} of 100: {1}.").format(number(values["score"]), values["tier"])
	if flt(values["coverage"]) >= 100:
		return text
	return f"{text} " + _("{0} % of the weights could be measured.").format(number(values["coverage"]))


def _segment(values: Values) -> str:
	return _("Recency {0}, frequency {1}, monetary {2} of 5 each: segment {3}, {4}.").format(
		values["recency"],
		values["frequency"],
		values["monetary"],
		_(values["segment"], context="Customer Tiering Segment"),
		values["tier"],
	)


def _class(values: Values) -> str:
	return _("Customers with more {0} make up {1} % of the total: class {2}, {3}.").format(
		metric_label(values["metric"]), number(values["share"]), values["abc_class"], values["tier"]
	)


def _cell(values: Values) -> str:
	value, _separator, potential = str(values["cell"]).partition("/")
	return _("Value {0} ({1}) and potential {2} ({3}): {4}.").format(
		number(values["score"]), _(value), number(values["potential"]), _(potential), values["tier"]
	)


def _not_rated(values: Values) -> str:
	cause = values["cause"]
	if cause == "coverage":
		return _("Only {0} % of the weights could be measured; the policy asks for {1} %.").format(
			number(values["coverage"]), number(values["minimum"])
		)
	if cause == "sample":
		return _("There are fewer than {0} facts; the policy asks for at least as many.").format(
			values["minimum"]
		)
	if cause == "no potential":
		return _("The account manager has not given the potential a mark.")
	if cause == "potential outside its scale":
		return _("The potential lies outside its scale of 0 to 100.")
	return _("There are no facts to assess the customer by.")


def _held(values: Values) -> str:
	return _("The result is {0}, but lies within {1} points of the border: {2}.").format(
		values["instead_of"], number(values["margin"]), values["tier"]
	)


def _unconfirmed(values: Values) -> str:
	return _("{0} of {1} assessments in a row call for a move: {2} until then, not {3}.").format(
		cint(values["times"]), cint(values["needed"]), values["tier"], values["instead_of"]
	)


def _floor(values: Values) -> str:
	return _("At least {0}: {1}.").format(values["tier"], _because(values))


def _ceiling(values: Values) -> str:
	return _("At most {0}: {1}.").format(values["tier"], _because(values))


def _because(values: Values) -> str:
	parts: list[str] = []
	if not values["row"]:
		return _("it is set for this customer")
	if values["customer_group"]:
		parts.append(_("the customer is in the group {0}").format(values["customer_group"]))
	parts += _conditions(values["conditions"])
	return _("{0} (Floors and Ceilings, row {1})").format(", ".join(parts), values["row"])


def _conditions(rows: Sequence[Values]) -> list[str]:
	words = {
		"is at least": _("{0} is {1}, at least {2}"),
		"is above": _("{0} is {1}, above {2}"),
		"is at most": _("{0} is {1}, at most {2}"),
		"is below": _("{0} is {1}, below {2}"),
	}
	return [
		words[row["comparison"]].format(
			metric_label(row["metric"]), number(row["value"]), number(row["number"])
		)
		for row in rows
	]


def _unknown(values: Values) -> str:
	return _("The tier {0} isn't one that the policy gives, so it was not compared with.").format(
		values["tier"]
	)


_REASONS: dict[Code, Callable[[Values], str]] = {
	Code.BAND: _band,
	Code.SEGMENT: _segment,
	Code.CLASS: _class,
	Code.CELL: _cell,
	Code.NOT_RATED: _not_rated,
	Code.KEEPS_TIER: lambda values: _("The customer keeps the tier {0}.").format(values["tier"]),
	Code.DEFAULT_TIER: lambda values: _(
		"The customer has no tier yet and gets {0}, as the policy says of those that can't be assessed."
	).format(values["tier"]),
	Code.WITHIN_MARGIN: _held,
	Code.UNCONFIRMED: _unconfirmed,
	Code.FLOOR: _floor,
	Code.CEILING: _ceiling,
	Code.UNKNOWN_TIER: _unknown,
}
