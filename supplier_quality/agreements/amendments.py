"""What a contract says on a day: its entries, changed by the amendments in effect by then.

An entry (a clause, an obligation) is any value under a key that never changes. Amendments may overlap: two
may touch one entry, and what was agreed later may take effect earlier. They act in the order in which they
take effect, those of one day in the order in which they were confirmed, and those of one moment by name. The
text is always made from the original entries, so an amendment that is taken out leaves no trace.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

Entry = TypeVar("Entry")

ADD, REPLACE, REMOVE = "Add", "Replace", "Remove"


@dataclass(frozen=True)
class Change(Generic[Entry]):
	"""One change of one entry; a removal needs no `entry`. `subject` tells clauses from obligations."""

	subject: str
	action: str
	key: str
	entry: Entry | None = None


@dataclass(frozen=True)
class Amendment(Generic[Entry]):
	"""A confirmed amendment. `end_date` and `value` are None where it leaves them as they are."""

	name: str
	effective_from: date
	confirmed_on: datetime
	changes: tuple[Change[Entry], ...] = ()
	end_date: date | None = None
	value: Decimal | None = None

	@property
	def order(self) -> tuple[date, datetime, str]:
		return (self.effective_from, self.confirmed_on, self.name)


@dataclass(frozen=True)
class Version(Generic[Entry]):
	"""An entry as it reads from a day until another, both included; None: from the beginning, without end."""

	effective_from: date | None
	effective_until: date | None
	entry: Entry


@dataclass(frozen=True)
class Acted:
	"""That an amendment changed an entry: `action` is what it did with it."""

	amendment: str
	effective_from: date
	action: str


@dataclass(frozen=True)
class Overlap:
	"""An entry that two amendments change; `acts_last` says whether ours has the last word from then on."""

	key: str
	other: str
	acts_last: bool


def in_order(amendments: Iterable[Amendment[Entry]]) -> list[Amendment[Entry]]:
	"""Amendments in the order in which they act."""
	return sorted(amendments, key=lambda amendment: amendment.order)


def as_of(
	entries: Mapping[str, Entry], amendments: Iterable[Amendment[Entry]], day: date, subject: str
) -> dict[str, Entry]:
	"""The entries of a subject as they read on `day`, by key, in their order in the contract.

	What is added comes last. A replacement of something that was removed before brings it back to its place,
	for both sides agreed that it reads so from then on; a removal of what isn't there changes nothing.
	"""
	# None keeps the place of what was removed.
	text: dict[str, Entry | None] = dict(entries)
	for amendment in in_order(amendments):
		if amendment.effective_from > day:
			break
		_apply(text, amendment, subject)
	return {key: entry for key, entry in text.items() if entry is not None}


def versions(
	entries: Mapping[str, Entry], amendments: Iterable[Amendment[Entry]], subject: str
) -> dict[str, list[Version[Entry]]]:
	"""How each entry of a subject read over time, oldest first: the same text as `as_of` gives for each day.

	Days on which an entry wasn't part of the contract lie in no version.
	"""
	text: dict[str, Entry | None] = dict(entries)
	# Per key the text with the day from which it holds.
	history: dict[str, list[tuple[date | None, Entry | None]]] = {
		key: [(None, entry)] for key, entry in entries.items()
	}
	for amendment in in_order(amendments):
		_apply(text, amendment, subject)
		for change in amendment.changes:
			if change.subject != subject:
				continue
			steps = history.setdefault(change.key, [])
			if steps and steps[-1][0] == amendment.effective_from:
				steps.pop()  # another amendment of the same day, which acts first
			steps.append((amendment.effective_from, text.get(change.key)))
	return {key: _periods(steps) for key, steps in history.items()}


def acted_on(amendments: Iterable[Amendment[Entry]], day: date, subject: str) -> dict[str, list[Acted]]:
	"""By entry the amendments that changed it by `day`, in the order in which they acted.

	Where there are several they overlap: the last one says how the entry reads.
	"""
	found: dict[str, list[Acted]] = {}
	for amendment in in_order(amendments):
		if amendment.effective_from > day:
			break
		for change in amendment.changes:
			if change.subject == subject:
				acted = Acted(amendment.name, amendment.effective_from, change.action)
				found.setdefault(change.key, []).append(acted)
	return found


def acting_before(amendment: Amendment[Entry], others: Iterable[Amendment[Entry]]) -> list[Amendment[Entry]]:
	"""The other amendments that have acted when `amendment` does, in order: what it finds is made by them."""
	return [
		other for other in in_order(others) if other.name != amendment.name and other.order < amendment.order
	]


def end_as_of(end_date: date | None, amendments: Iterable[Amendment], day: date = date.max) -> date | None:
	"""The agreed end date as known on `day`, before renewals and termination; None if there is none."""
	for amendment in in_order(amendments):
		if amendment.effective_from <= day and amendment.end_date is not None:
			end_date = amendment.end_date
	return end_date


def value_as_of(value: Decimal, amendments: Iterable[Amendment], day: date = date.max) -> Decimal:
	"""The contract's value as agreed on `day`, in the contract's currency."""
	for amendment in in_order(amendments):
		if amendment.effective_from <= day and amendment.value is not None:
			value = amendment.value
	return value


def overlaps(amendment: Amendment, others: Iterable[Amendment]) -> list[Overlap]:
	"""Entries that `amendment` changes and others change too, in the order of its changes."""
	others = in_order(other for other in others if other.name != amendment.name)
	return [
		Overlap(change.key, other.name, amendment.order > other.order)
		for change in amendment.changes
		for other in others
		if any(theirs.subject == change.subject and theirs.key == change.key for theirs in other.changes)
	]


def _apply(text: dict[str, Entry | None], amendment: Amendment[Entry], subject: str) -> None:
	for change in amendment.changes:
		if change.subject != subject:
			continue
		if change.action != REMOVE:
			text[change.key] = change.entry
		elif change.key in text:
			text[change.key] = None


def _periods(steps: list[tuple[date | None, Entry | None]]) -> list[Version[Entry]]:
	found = []
	for index, (effective_from, entry) in enumerate(steps):
		following = steps[index + 1][0] if index + 1 < len(steps) else None
		until = following - timedelta(days=1) if following else None
		if entry is not None:
			found.append(Version(effective_from, until, entry))
	return found
