"""Why an incentive rule held, as a sentence for the supplier."""

from datetime import date
from decimal import Decimal
from itertools import groupby

import frappe
from frappe import _

from partner_relations.supplier_quality.remedies.rules import (
	BreachDecision,
	Decision,
	Finding,
	What,
)
from partner_relations.supplier_quality.templates import period_label


def evaluation_sentence(decision: Decision, language: str | None = None) -> str:
	"""What the evaluations of the row of periods said: "Evaluation of 2025 Q1: grade D; score fell ..."."""
	periods = [
		_("Evaluation of {0}: {1}.", language).format(
			period_label(*period), "; ".join(_found(finding, language) for finding in findings)
		)
		for period, findings in groupby(
			decision.findings, key=lambda finding: (finding.from_date, finding.to_date)
		)
	]
	if len(periods) == 1:
		return periods[0]
	heading = _("In {0} periods in a row the following was found.", language).format(len(periods))
	return " ".join([heading, *periods])


def breach_sentence(
	decision: BreachDecision,
	obligation: str,
	contract: str,
	period: tuple[date, date],
	language: str | None = None,
) -> str:
	"""Which obligation was not kept, and how many were within the rule's months."""
	broken = _("The obligation {0} of contract {1} was not kept in {2}.", language).format(
		obligation, contract, period_label(*period)
	)
	if len(decision.days) == 1:
		return broken
	number = _("It is breach number {0} since {1}.", language).format(
		len(decision.days), frappe.utils.format_date(decision.days[0])
	)
	return f"{broken} {number}"


def _found(finding: Finding, language: str | None) -> str:
	condition = finding.condition
	if condition.what == What.GRADE:
		return _("grade {0}", language).format(finding.found)
	if condition.what == What.SCORE:
		return _("score {0}", language).format(_number(finding.found))
	if condition.what == What.KPI_RATING:
		return _("rating of {0}: {1}", language).format(_(condition.kpi, language), _number(finding.found))
	if condition.what == What.KPI_VALUE:
		unit = frappe.get_cached_value("Supplier KPI", condition.kpi, "unit") or ""
		measured = f"{_number(finding.found)} {_(unit, language)}" if unit else _number(finding.found)
		return _("measured value of {0}: {1}", language).format(_(condition.kpi, language), measured)
	rose = finding.change > 0
	if condition.what == What.SCORE_CHANGE:
		text = (
			_("the score rose by {0} to {1}", language)
			if rose
			else _("the score fell by {0} to {1}", language)
		)
		return text.format(_number(abs(finding.change)), _number(finding.found))
	text = (
		_("the grade rose from {0} to {1}", language)
		if rose
		else _("the grade fell from {0} to {1}", language)
	)
	return text.format(finding.before, finding.found)


def _number(number: Decimal) -> str:
	"""With the site's number format, two decimals at most."""
	rounded = round(number, 2)
	places = max(0, -rounded.normalize().as_tuple().exponent)
	return frappe.utils.fmt_money(float(rounded), precision=places)
