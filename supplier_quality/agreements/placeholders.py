"""Placeholders in the text of a clause: `{party}` stands for what the contract says its party is.

The text is HTML, the values are plain text. What stands between braces is a placeholder, nothing else: a
brace of its own is as wrong as an unknown name.
"""

import re
from collections.abc import Mapping
from html import escape

NAMES = (
	"contract",
	"party",
	"company",
	"start_date",
	"end_date",
	"value",
	"currency",
	"notice_days",
	"renewal_months",
	"contract_owner",
)
"""What a clause may refer to."""

BLANK = "________"
"""What stands for a value that the contract doesn't have (yet): a line to be filled in by hand."""

_BRACES = re.compile(r"\{([^{}]*)\}")


def used(text: str) -> list[str]:
	"""The known placeholders of a text, each once, in the order in which they come."""
	names = (match[1].strip() for match in _BRACES.finditer(text))
	return list(dict.fromkeys(name for name in names if name in NAMES))


def unknown(text: str) -> list[str]:
	"""What is no placeholder though it has braces, as it is written; braces without a partner as well."""
	wrong = [match[0] for match in _BRACES.finditer(text) if match[1].strip() not in NAMES]
	wrong += re.findall(r"[{}]", _BRACES.sub("", text))
	return list(dict.fromkeys(wrong))


def fill(text: str, values: Mapping[str, str]) -> str:
	"""The text with each known placeholder replaced by its value, escaped for HTML; `BLANK` for none.

	A value that looks like a placeholder stays as it is.
	"""

	def value_of(match: re.Match[str]) -> str:
		name = match[1].strip()
		if name not in NAMES:
			return match[0]
		return escape(values.get(name) or BLANK)

	return _BRACES.sub(value_of, text)


def unfilled(text: str, values: Mapping[str, str]) -> list[str]:
	"""The placeholders of a text that have no value."""
	return [name for name in used(text) if not values.get(name)]
