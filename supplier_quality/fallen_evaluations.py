"""Rewards and penalties whose evaluation no longer stands: superseded, or cancelled."""

from collections.abc import Mapping, Sequence

import frappe
from frappe import _
from frappe.utils import now
from pypika.terms import Case

from partner_relations.common.bulk import add_comments
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY

NO_LONGER = ("Waived", "Reversed", "Cancelled")
DOUBT = "⚠ "
"""Begins the line of a proposal's reason which says that its evaluation no longer stands."""


def note_fallen(evaluations: Sequence[str], cancelled: bool = False) -> None:
	"""Say on what was proposed from evaluations that these were superseded or cancelled.

	Nothing is deleted: a person decides. An open proposal says it first thing in its reason, for whoever
	approves; what is approved already gets a comment. One query where nothing was proposed.
	"""
	record = frappe.qb.DocType(REWARD_PENALTY)
	rows = (
		frappe.qb.from_(record)
		.where(
			(record.source_type == EVALUATION)
			& record.source_name.isin(list(evaluations))
			& (record.docstatus < 2)
			& record.status.notin(NO_LONGER)
		)
		.select(record.name, record.source_name, record.reason, record.docstatus)
		.for_update()
	).run(as_dict=True)
	sentences = {}
	for row in rows:
		text = (
			_("The evaluation {0} was cancelled.") if cancelled else _("The evaluation {0} was superseded.")
		)
		sentences[row.name] = f"{text.format(row.source_name)} {_('Check whether this still stands.')}"
	_rewrite(
		{
			row.name: f"{DOUBT}{sentences[row.name]}\n{_without_doubt(row.reason)}"
			for row in rows
			if row.docstatus == 0
		}
	)
	add_comments(REWARD_PENALTY, sentences)


def note_standing(evaluations: Sequence[str]) -> None:
	"""The inverse: evaluations that are in force again, because what had superseded them was cancelled."""
	rows = frappe.get_all(
		REWARD_PENALTY,
		filters={
			"source_type": EVALUATION,
			"source_name": ("in", list(evaluations)),
			"docstatus": 0,
			"reason": ("like", f"{DOUBT}%"),
		},
		fields=["name", "source_name", "reason"],
	)
	_rewrite({row.name: _without_doubt(row.reason) for row in rows})
	add_comments(
		REWARD_PENALTY,
		{row.name: _("The evaluation {0} is in force again.").format(row.source_name) for row in rows},
	)


def _without_doubt(reason: str | None) -> str:
	return "\n".join(line for line in (reason or "").split("\n") if not line.startswith(DOUBT))


def _rewrite(reasons: Mapping[str, str]) -> None:
	"""One statement for all."""
	if not reasons:
		return
	record = frappe.qb.DocType(REWARD_PENALTY)
	chosen = Case()
	for name, reason in reasons.items():
		chosen = chosen.when(record.name == name, reason)
	(
		frappe.qb.update(record)
		.set(record.reason, chosen.else_(record.reason))
		.set(record.modified, now())
		.where(record.name.isin(list(reasons)))
	).run()
