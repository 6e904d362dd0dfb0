"""The report as a table for the terminal, and as JSON."""

import json
import textwrap
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any
from unicodedata import combining, east_asian_width

from partner_relations.preview.report import Report, reason_text, shown, shown_value

WIDEST_NAME = 32
WIDEST_HEADING = 10


def table(report: Report) -> Iterator[str]:
	"""The ranked table, line by line: rank, supplier, score, grade, coverage, one column per criterion."""
	criteria = report.definition.criteria
	headings = [
		["Rank"],
		["Supplier"],
		["Score"],
		["Grade"],
		["Cover-", "age"],
		*(_wrapped(_printable(row.kpi)) for row in criteria),
	]
	weights = ["", "weight", "", "", "", *(f"{row.weight}%" for row in criteria)]
	cells = []
	for result in report.results:
		score = result.score
		cells.append(
			[
				"–" if result.rank is None else str(result.rank),
				_cut(_printable(result.supplier), WIDEST_NAME),
				shown(score.total, 2),
				(_printable(score.grade) + ("*" if score.capped else "")) if score.grade else "–",
				f"{shown(score.coverage, 0)}%",
				*(shown_value(row, report.measure(row.criterion)) for row in score.criteria),
			]
		)
	height = max(len(heading) for heading in headings)
	top = [[""] * (height - len(heading)) + heading for heading in headings]
	rows = [*([heading[line] for heading in top] for line in range(height)), weights, *cells]
	widths = [max(_width(row[column]) for row in rows) for column in range(len(headings))]
	for number, row in enumerate(rows):
		if number == height + 1:
			yield "  ".join("─" * width for width in widths)
		line = "  ".join(
			_padded(cell, width, left=column == 1)
			for column, (cell, width) in enumerate(zip(row, widths, strict=True))
		)
		yield line.rstrip()


def remarks(report: Report) -> Iterator[str]:
	"""What to know when reading the table, one remark a line."""
	if any(result.score.capped for result in report.results):
		yield "* A knock-out criterion lowered the grade."
	for result in report.results:
		if result.rank is None:
			yield f"Not rated: {_printable(result.supplier)}: {reason_text(result.score, report.definition)}."
	yield from (_printable(note) for note in report.notes)


def heading(report: Report) -> Iterator[str]:
	"""What was evaluated, by what, over which days."""
	why = " (all days of the data; --from and --to choose others)" if report.period_is_whole_range else ""
	yield f"{_printable(report.company)}: suppliers by the template {_printable(report.definition.template)}"
	yield f"Period {report.from_date} to {report.to_date}{why}, as of {report.as_of}"
	counts = ", ".join(f"{name} {count:,}" for name, count in report.files.items())
	yield f"Rows read: {counts}"


def to_json(value: Any, indent: str = "") -> str:
	"""JSON text in which a Decimal is a plain number with all its digits (the json module would round it)."""
	if isinstance(value, str):
		return _json_text(value)
	if isinstance(value, Decimal):
		return _json_number(value)
	if isinstance(value, dict | list) and value:
		inner = indent + "  "
		if isinstance(value, list):
			opening, closing, parts = "[", "]", [to_json(part, inner) for part in value]
		else:
			opening, closing = "{", "}"
			parts = [f"{_json_text(key)}: {to_json(part, inner)}" for key, part in value.items()]
		return f"{opening}\n{inner}" + f",\n{inner}".join(parts) + f"\n{indent}{closing}"
	return json.dumps(value, allow_nan=False)


@lru_cache(maxsize=1000)
def _json_text(text: str) -> str:
	return json.dumps(text, ensure_ascii=False)


def _json_number(number: Decimal) -> str:
	text = format(number, "f")
	if "." in text:
		text = text.rstrip("0").rstrip(".")
	return "0" if text == "-0" else text


def _printable(text: str) -> str:
	"""Without characters that could steer a terminal."""
	return "".join(character if character.isprintable() else "?" for character in text)


def _width(text: str) -> int:
	"""Columns on a terminal: Chinese signs take two, combining marks none."""
	return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _wrapped(heading: str) -> list[str]:
	"""A heading on several lines, its long words hyphenated."""
	words = []
	for word in heading.split():
		while _width(word) > WIDEST_HEADING:
			words.append(word[: WIDEST_HEADING - 1] + "-")
			word = word[WIDEST_HEADING - 1 :]
		words.append(word)
	return textwrap.wrap(" ".join(words), WIDEST_HEADING, break_on_hyphens=False) or [""]


def _cut(text: str, width: int) -> str:
	if _width(text) <= width:
		return text
	while _width(text) > width - 1:
		text = text[:-1]
	return text + "…"


def _padded(text: str, width: int, left: bool) -> str:
	gap = " " * (width - _width(text))
	return text + gap if left else gap + text
