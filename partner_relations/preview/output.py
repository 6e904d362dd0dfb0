"""The report as a table for the terminal, and as JSON."""

import json
import textwrap
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any
from unicodedata import combining, east_asian_width

from partner_relations.preview.columns import SALES_LINES
from partner_relations.preview.report import Report, reason_text, shown, shown_value
from partner_relations.preview.tiers import TierReport, change_text, result_text, shown_metric, why

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
	yield from _laid_out(headings, weights, cells)


def tier_table(report: TierReport) -> Iterator[str]:
	"""The table of customers, line by line: customer, tier, change, result, one column per metric."""
	weights = {row.metric: row.weight for row in report.policy.definition.metrics}
	headings = [
		["Customer"],
		["Tier"],
		["Change"],
		["Result"],
		*(_wrapped(row.label) for row in report.metrics),
	]
	below = [
		"weight",
		"",
		"",
		"",
		*(f"{weights[row.name]}%" if weights[row.name] else "" for row in report.metrics),
	]
	cells = [
		[
			_cut(_printable(result.customer), WIDEST_NAME),
			_printable(result.outcome.proposed or "–"),
			change_text(result),
			_printable(result_text(result)),
			*(shown_metric(result.metric(row.name), row) for row in report.metrics),
		]
		for result in report.results
	]
	if not any(below[1:]):
		below = None
	yield from _laid_out(headings, below, cells, left=(0, 1, 2, 3))


def _laid_out(
	headings: list[list[str]], below: list[str] | None, cells: list[list[str]], left: tuple[int, ...] = (1,)
) -> Iterator[str]:
	"""Headings (each of some lines), a line below them, a rule and the rows, in columns."""
	height = max(len(heading) for heading in headings)
	top = [[""] * (height - len(heading)) + heading for heading in headings]
	head = [[heading[line] for heading in top] for line in range(height)] + ([below] if below else [])
	rows = [*head, *cells]
	widths = [max(_width(row[column]) for row in rows) for column in range(len(headings))]
	for number, row in enumerate(rows):
		if number == len(head):
			yield "  ".join("─" * width for width in widths)
		line = "  ".join(
			_padded(cell, width, left=column in left)
			for column, (cell, width) in enumerate(zip(row, widths, strict=True))
		)
		yield line.rstrip()


def tier_remarks(report: TierReport) -> Iterator[str]:
	"""What to know when reading the table of customers, one remark a line."""
	for result in report.results:
		if result.outcome.not_rated is not None:
			yield f"Not rated: {_printable(result.customer)}: {_printable(why(result))}."
	yield from (_printable(note) for note in report.notes)


def tier_heading(report: TierReport) -> Iterator[str]:
	"""Which customers were tiered, by what, over which days."""
	name, method = _printable(report.policy.name), report.policy.definition.method.value
	yield f"{_printable(report.company)}: customers by the policy {name} ({method})"
	yield f"Period {report.from_date} to {report.to_date}, as of {report.as_of}"
	yield f"Rows read: {SALES_LINES.name} {report.rows:,}"


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
	counts = ", ".join(
		f"{name} {count:,}" for name, count in report.files.items() if name != SALES_LINES.name
	)
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
