"""Clauses of a contract: which types are mandatory, departures from the library, the numbered text."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from html import escape
from html.parser import HTMLParser
from typing import Literal

# Which types are mandatory


@dataclass(frozen=True)
class Rule:
	"""One line of the mandatory types; None holds for all."""

	clause_type: str
	party_type: str | None = None
	company: str | None = None
	supplier_group: str | None = None
	minimum_value: Decimal | None = None


@dataclass(frozen=True)
class Scope:
	"""What of a contract the rules ask for.

	`supplier_groups` are the supplier's group and all above it. `value` is in the currency of the company, 0
	if the contract names none; None where it can't be expressed in that currency, so that a rule with a
	minimum holds rather than being overlooked.
	"""

	party_type: str
	company: str | None = None
	supplier_groups: frozenset[str] = frozenset()
	value: Decimal | None = Decimal(0)


def holds(rule: Rule, scope: Scope) -> bool:
	"""Whether a rule asks for its type of clause in a contract."""
	return (
		rule.party_type in (None, scope.party_type)
		and rule.company in (None, scope.company)
		and (rule.supplier_group is None or rule.supplier_group in scope.supplier_groups)
		and (rule.minimum_value is None or scope.value is None or scope.value >= rule.minimum_value)
	)


def mandatory_types(rules: Iterable[Rule], scope: Scope) -> list[str]:
	"""The types of clauses that a contract must have, each once, in the order of the rules."""
	return list(dict.fromkeys(rule.clause_type for rule in rules if holds(rule, scope)))


# Where a text departs from the library

_BLOCKS = frozenset(
	"address article blockquote br dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre section table td th tr "
	"ul".split()
)
_UNSEEN = frozenset(("script", "style", "head", "title"))


class _Words(HTMLParser):
	def __init__(self) -> None:
		super().__init__(convert_charrefs=True)
		self.parts: list[str] = []
		self.unseen = 0

	def handle_starttag(self, tag: str, attrs: list) -> None:
		self.unseen += tag in _UNSEEN
		if tag in _BLOCKS:
			self.parts.append("\n")

	def handle_endtag(self, tag: str) -> None:
		self.unseen -= tag in _UNSEEN and self.unseen > 0
		if tag in _BLOCKS:
			self.parts.append("\n")

	def handle_data(self, data: str) -> None:
		if not self.unseen:
			# A line break in the source of HTML is no more than a space.
			self.parts.append(re.sub(r"\s+", " ", data))


def plain(html: str | None) -> str:
	"""The words of an HTML text: one line per paragraph, single spaces, no markup."""
	reader = _Words()
	reader.feed(html or "")
	reader.close()
	lines = (re.sub(r"\s+", " ", line).strip() for line in "".join(reader.parts).split("\n"))
	return "\n".join(line for line in lines if line)


def departs(text: str | None, library_text: str | None) -> bool:
	"""Whether two HTML texts have other words. How they look makes no difference."""
	return plain(text) != plain(library_text)


@dataclass(frozen=True)
class Piece:
	"""A part of a comparison: in both texts, only in the old one, or only in the new one."""

	kind: Literal["same", "removed", "added"]
	text: str


# A word, or a single sign. Chinese and Japanese have no spaces: each character counts as a word.
_CHARACTERS = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKENS = re.compile(rf"\n|[^\S\n]+|[{_CHARACTERS}]|[^\W{_CHARACTERS}]+|[^\w\s]")


def difference(old: str | None, new: str | None) -> tuple[Piece, ...]:
	"""What was removed and added from one HTML text to another, word by word, as plain text.

	Without the added pieces the rest is `plain(old)`, without the removed ones `plain(new)`.
	"""
	before, after = _TOKENS.findall(plain(old)), _TOKENS.findall(plain(new))
	pieces: list[Piece] = []
	removed, added = "", ""

	def note_change() -> None:
		nonlocal removed, added
		pieces.extend(Piece(kind, text) for kind, text in (("removed", removed), ("added", added)) if text)
		removed, added = "", ""

	opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
	for position, (kind, start, end, new_start, new_end) in enumerate(opcodes):
		old_text, new_text = "".join(before[start:end]), "".join(after[new_start:new_end])
		# "two days" for "one week" reads better than two changes with a space between them.
		between_changes = 0 < position < len(opcodes) - 1 and old_text.isspace()
		if kind != "equal" or between_changes:
			removed += old_text
			added += new_text
			continue
		note_change()
		pieces.append(Piece("same", old_text))
	note_change()
	return tuple(pieces)


# The text of the contract


def numbered(clauses: Sequence[tuple[str, str]]) -> str:
	"""The text of a contract: its clauses (title as plain text, HTML) numbered from 1."""
	return "\n".join(
		f"<h4>{number}. {escape(title)}</h4>\n{text}" for number, (title, text) in enumerate(clauses, start=1)
	)
