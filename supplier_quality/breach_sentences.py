"""What is said about breaches, in the language of whoever reads it.

What the facts say against a breach is stored as a finding, not as a sentence: a job in English finds what a
buyer reads in Chinese. A finding is {"key": ..., and the values that its sentence names}, as JSON.
"""

import json
from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils import format_date

DELIVERED_IN_TIME, NOT_MEASURED, KEPT_BY_NOW = "delivered in time", "not measured", "kept by now"
DELAY_CHANGED, VALUE_CHANGED = "delay changed", "value changed"
CONTRACT_CANCELLED = "contract cancelled"
PENALTY_ENDED, PENALTY_WAIVED = "penalty ended", "penalty waived"


def finding(key: str, **values: Any) -> str:
	"""A finding as it is stored: the same one gives the same text. Numbers and dates are given as text."""
	return json.dumps({"key": key, **values}, ensure_ascii=False, sort_keys=True)


def said(stored: str | None) -> str:
	"""A stored finding as a sentence in the reader's language; empty for none."""
	if not stored:
		return ""
	values = json.loads(stored)
	key = values["key"]
	if key == DELIVERED_IN_TIME:
		return _("It was delivered in time, on {0}.").format(format_date(values["day"]))
	if key == NOT_MEASURED:
		return _("By the facts of today there is not enough to judge, or the contract wasn't in force then.")
	if key == KEPT_BY_NOW:
		return _("By the facts of today the promise was kept: {0} instead of {1}.").format(*_figures(values))
	if key == DELAY_CHANGED:
		return _("{0} days late by now; {1} when the penalty was proposed.").format(
			values["value"], values["before"]
		)
	if key == VALUE_CHANGED:
		return _("{0} by the facts of today; {1} when the penalty was proposed.").format(*_figures(values))
	return {
		CONTRACT_CANCELLED: _("The contract was cancelled."),
		PENALTY_ENDED: _("The penalty has ended."),
		PENALTY_WAIVED: _("The penalty was waived."),
	}[key]


def doubt(stored: str | None) -> str:
	"""What the facts say against a breach that people have decided on, and what to do; empty for none."""
	if not stored:
		return ""
	text = said(stored)
	if json.loads(stored)["key"] in (DELAY_CHANGED, VALUE_CHANGED):
		return text
	return _("{0} Decide whether the decision still stands.").format(text)


def _figures(values: Mapping[str, Any]) -> tuple[str, str]:
	return _figure(values["value"], values["unit"]), _figure(values["before"], values["unit"])


def sentence(row: Mapping[str, Any], language: str | None = None) -> str:
	"""A breach in a sentence: what was promised, what was found, when. In the user's language by default."""
	if row["due_date"] and not row["delivered_on"]:
		return _("{0} was due on {1} and had not come {2} days later.", language).format(
			row["obligation"], format_date(row["due_date"]), row["days_late"]
		)
	if row["due_date"]:
		return _("{0} was due on {1} and came {2} days late.", language).format(
			row["obligation"], format_date(row["due_date"]), row["days_late"]
		)
	promise = (
		_("{0}: at least {1} promised", language)
		if row["comparison"] == "At least"
		else _("{0}: at most {1} promised", language)
	)
	return _("{0}, {1} found, from {2} to {3}.", language).format(
		promise.format(row["obligation"], _figure(row["target"], row["unit"], language)),
		_figure(row["value"], row["unit"], language),
		format_date(row["from_date"]),
		format_date(row["to_date"]),
	)


def _figure(value: Any, unit: str | None, language: str | None = None) -> str:
	if value is None:
		return _("no value", language)
	text = frappe.format_value(float(value), {"fieldtype": "Float", "precision": 2})
	return f"{text} {_(unit, language)}" if unit else text
