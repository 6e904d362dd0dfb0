"""Which step may follow which in the life of a document: one table for form, Kanban, API, import and job."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

Details = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
	"""A step in the life of a document: from one of `origins` to `target`.

	`right` is the permission on the document that it takes; None: people don't take it, only jobs do.
	`missing` says in sentences what the step still needs of the document and of the `details` that come with
	it, `objection` why this user may not take it though permitted. `apply` writes the details to the
	document. A step without a target leaves the document where it stands.
	"""

	name: str
	label: Any
	origins: tuple[str, ...]
	target: str
	right: str | None
	missing: Callable[[Document, Details], list[str]] = lambda document, details: []
	objection: Callable[[Document, str], str | None] = lambda document, user: None
	apply: Callable[[Document, Details], None] = lambda document, details: None
	details: tuple[str, ...] = ()

	def given(self, details: Details | None) -> dict[str, Any]:
		"""Of the details that came with a step those that it names; the others are nobody's to set."""
		return {key: (details or {}).get(key) for key in self.details}


@dataclass(frozen=True)
class StepTable:
	"""The steps of a document type by name.

	`state_of` reads where a document stands, `move` writes where a step leads, `say_state` is a state in the
	user's language. `unknown` and `not_here` are sentences, the latter with the state and the step's label.
	"""

	steps: Mapping[str, Step]
	state_of: Callable[[Document], str]
	move: Callable[[Document, str], None]
	say_state: Callable[[str], str]
	unknown: Any
	not_here: Any

	def find(self, name: str) -> Step:
		"""A step that people take; frappe.ValidationError if there is none of this name."""
		step = self.steps.get(name)
		if step is None or step.right is None:
			frappe.throw(str(self.unknown))
		return step

	def check_origin(self, document: Document, step: Step) -> None:
		"""Raise frappe.ValidationError unless the step is possible from where the document stands."""
		state = self.state_of(document)
		if state not in step.origins:
			frappe.throw(
				str(self.not_here).format(self.say_state(state), step.label), title=_("Not Possible Now")
			)

	def check_and_apply(self, document: Document, step: Step, details: Details) -> None:
		"""Check a step and write it to the document, which the caller saves.

		Raises frappe.ValidationError with sentences for what is missing or in the way.
		"""
		self.check_origin(document, step)
		reason = step.objection(document, frappe.session.user)
		if reason:
			frappe.throw(reason, title=_("Somebody Else Must Do This"))
		missing = step.missing(document, details)
		if missing:
			frappe.throw(
				"<br>".join(escape_html(sentence) for sentence in missing), title=_("Something Is Missing")
			)
		if step.target:
			self.move(document, step.target)
		step.apply(document, details)

	def offered(self, document: Document, user: str) -> Iterator[Step]:
		"""The steps that lead on from where a document stands, for which this user has the right."""
		for step in self.steps.values():
			if (
				step.right is not None
				and self.state_of(document) in step.origins
				and frappe.has_permission(document.doctype, step.right, doc=document, user=user)
			):
				yield step


def described(document: Document, step: Step, user: str) -> dict[str, Any]:
	"""A step for a button: {"name", "label", "target", "details", "refused"}.

	`refused` is a sentence why the user can't take it yet, or None. What a dialog will ask for isn't counted
	as missing.
	"""
	missing = [] if step.details else step.missing(document, {})
	return {
		"name": step.name,
		"label": str(step.label),
		"target": step.target,
		"details": list(step.details),
		"refused": step.objection(document, user) or (missing[0] if missing else None),
	}


def no_reason(document: Document, details: Details) -> list[str]:
	"""What is missing where a step takes a reason and got none."""
	return [] if (details.get("reason") or "").strip() else [_("Say why.")]


def all_of(*rules: Callable[[Document, Details], list[str]]) -> Callable[[Document, Details], list[str]]:
	"""What is missing by any of several rules."""
	return lambda document, details: [sentence for rule in rules for sentence in rule(document, details)]


def say_why(document: Document, step: Step, details: Details) -> None:
	"""A line in the document's timeline with the reason or comment that came with a step, if any."""
	reason = (details.get("reason") or details.get("comment") or "").strip()
	if reason:
		document.add_comment("Info", _("{0}: {1}").format(escape_html(str(step.label)), escape_html(reason)))
