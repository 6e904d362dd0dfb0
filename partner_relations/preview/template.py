"""Which criteria the preview scores by: the app's default template, or one from a JSON file.

The file has the format of `Definition.to_dict`, which the ERP keeps with every evaluation and exports from a
template's form; what it leaves out has the defaults of a new template. See docs/preview.md.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from partner_relations.preview.reading import InputError
from partner_relations.supplier_quality.kpis import MEASURES, KpiSettings
from partner_relations.supplier_quality.rating import (
	CurveError,
	GradeScaleError,
	MissingData,
	RatingCurve,
)
from partner_relations.supplier_quality.rating.definition import Definition
from partner_relations.supplier_quality.rating.numbers import decimal, finite

DEFAULTS = Path(__file__).resolve().parents[1] / "fixtures" / "defaults"
ACTIONS = ("Allow", "Warn", "Prevent")

_CURVE_REASONS = {
	"not a number": "is not a pair of numbers",
	"rating outside 0 to 100": "the rating lies outside 0 to 100",
	"same value twice": "the value is already in the curve, which would give it two ratings",
}
_SCALE_REASONS = {
	"not a number": "lower and upper must be numbers",
	"no name": "the grade has no name",
	"same name twice": "the grade's name is already taken",
	"empty band": "lower is not below upper",
	"gap": "there is a gap below this band: no score between the bands would have a grade",
	"overlap": "this band overlaps the one below it",
	"does not start at 0": "this is the lowest band and does not start at 0",
	"does not end at 100": "this is the highest band and does not end at 100",
}


def default_definition() -> Definition:
	"""The template that the app installs as the default, from its fixtures."""
	templates = shipped("supplier_evaluation_template")
	template = next(document for document in templates if document.get("is_default"))
	scales = {document["scale_name"]: document for document in shipped("supplier_grade_scale")}
	kpis = {document["kpi_name"]: document for document in shipped("supplier_kpi")}
	return Definition.from_documents(template, kpis, scales[template["grade_scale"]])


def shipped(name: str) -> list[dict[str, Any]]:
	"""The records of a kind that the app installs."""
	return json.loads((DEFAULTS / f"{name}.json").read_text(encoding="utf-8"))


def read_definition(path: Path) -> Definition:
	"""The definition in a JSON file. Raises InputError with one line that says what is wrong, and where."""
	return parse_definition(read_json(path), path.name)


def read_json(path: Path) -> Any:
	"""What a JSON file holds, its numbers exact. Raises InputError."""
	try:
		text = path.read_text(encoding="utf-8-sig")
	except UnicodeDecodeError as error:
		raise InputError(f"{path.name}: is not UTF-8") from error
	except OSError as error:
		raise InputError(f"{path}: can't be read ({error.strerror})") from error
	try:
		return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
	except json.JSONDecodeError as error:
		raise InputError(
			f"{path.name}, line {error.lineno}, column {error.colno}: is no valid JSON ({error.msg})"
		) from error
	except (ValueError, RecursionError) as error:
		reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
		raise InputError(f"{path.name}: is no valid JSON ({reason})") from error


def _no_constant(name: str) -> None:
	raise ValueError(f"{name} is not a number")


class Part(Mapping):
	"""An object of the file, with its place for messages; each key is read by what must be in it."""

	def __init__(self, place: str, data: Any, keys: tuple[str, ...]):
		self.place = place
		if not isinstance(data, dict):
			raise InputError(f"{place}: {as_json(data)} is not an object in braces")
		for key in data:
			if key not in keys:
				raise InputError(f"{place}: {as_json(key)} is unknown here; known are {', '.join(keys)}")
		self.data = data

	def __getitem__(self, key: str) -> Any:
		return self.data[key]

	def __iter__(self) -> Iterator[str]:
		return iter(self.data)

	def __len__(self) -> int:
		return len(self.data)

	def error(self, key: str, reason: str) -> InputError:
		return InputError(f"{self.place}, {key}: {reason}")

	def text(self, key: str, default: str | None = None, choices: tuple[str, ...] = ()) -> str:
		value = self.data.get(key, default)
		if value is None:
			raise self.error(key, "is missing")
		if not isinstance(value, str) or not value.strip():
			raise self.error(key, f"{as_json(value)} is not a text")
		if not _encodable(value):
			raise self.error(key, f"{as_json(value)} holds half a character")
		if choices and value not in choices:
			raise self.error(key, f"{as_json(value)} is none of {', '.join(choices)}")
		return value

	def number(self, key: str, default: str | None = None, low: int = 0, high: Decimal | int = 100) -> str:
		"""A number as the plain text that a Definition keeps; in the file it may be a number or a text."""
		value = self.data.get(key, default)
		if value is None:
			raise self.error(key, "is missing")
		exact = exact_number(value)
		if exact is None:
			raise self.error(key, f"{as_json(value)} is not a number")
		if not low <= exact <= high:
			raise self.error(key, f"{as_json(value)} is not between {low} and {high}")
		return plain(exact)

	def whole(self, key: str, default: int | None, high: int = 3650) -> int | None:
		value = self.data.get(key, default)
		if value is None and default is None:
			return None
		if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= high:
			raise self.error(key, f"{as_json(value)} is not a whole number between 0 and {high}")
		return value

	def flag(self, key: str, default: bool) -> bool:
		value = self.data.get(key, default)
		if not isinstance(value, bool):
			raise self.error(key, f"{as_json(value)} is neither true nor false")
		return value

	def rows(self, key: str) -> Sequence[Any]:
		value = self.data.get(key)
		if not isinstance(value, list | tuple) or not value:
			raise self.error(key, "must be a list with at least one row")
		return value


def _encodable(text: str) -> bool:
	"""Whether the text can be written: JSON's \\u escapes can name half a surrogate pair."""
	try:
		text.encode("utf-8")
	except UnicodeEncodeError:
		return False
	return True


def exact_number(value: Any) -> Decimal | None:
	"""The number, or None for what is none: no NaN, no "1_000", nothing far beyond what the ERP keeps."""
	if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
		return None
	if isinstance(value, str) and "_" in value:
		return None
	number = finite(value)
	if number is None or (number and not -30 <= number.adjusted() <= 12):
		return None
	return number


def plain(number: Decimal) -> str:
	"""Without exponent or trailing zeros."""
	text = format(number, "f")
	return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def as_json(value: Any) -> str:
	text = json.dumps(value, ensure_ascii=False, default=str)
	text = "".join(character if character.isprintable() else "?" for character in text[:60])
	return text if len(text) < 60 else text + "…"


def parse_definition(data: Any, name: str = "template") -> Definition:
	"""A Definition from what `Definition.to_dict` gives, or less.

	Raises InputError, its message beginning with `name`.
	"""
	root = Part(name, data, tuple(field.name for field in fields(Definition)))
	template = root.text("template")
	rows = [
		_criterion(f"{name}, criteria, row {number}", row, template)
		for number, row in enumerate(root.rows("criteria"), start=1)
	]
	seen: set[str] = set()
	for number, row in enumerate(rows, start=1):
		if row["kpi"] in seen:
			raise InputError(
				f"{name}, criteria, row {number}, kpi: {as_json(row['kpi'])} is already a criterion"
			)
		seen.add(row["kpi"])
	total = sum(decimal(row["weight"]) for row in rows)
	if total != 100:
		raise InputError(f"{name}, criteria: the weights must add up to 100, not {plain(total)}")
	grades = [
		_grade(f"{name}, grades, row {number}", row)
		for number, row in enumerate(root.rows("grades"), start=1)
	]
	for number, row in enumerate(rows, start=1):
		cap = row["knock_out_grade"]
		if cap is not None and cap not in [grade["grade"] for grade in grades]:
			raise InputError(
				f"{name}, criteria, row {number}, knock_out_grade: {as_json(cap)} is no grade of the scale"
			)
	item_groups = data.get("item_groups") or []
	if not isinstance(item_groups, list | tuple) or not all(
		isinstance(group, str) and _encodable(group) for group in item_groups
	):
		raise root.error("item_groups", "must be a list of names")
	definition = Definition.from_dict(
		{
			"template": template,
			"criteria": rows,
			"grades": grades,
			"missing_data": root.text(
				"missing_data", MissingData.LEAVE_OUT.value, tuple(policy.value for policy in MissingData)
			),
			"minimum_coverage": root.number("minimum_coverage", "0"),
			"minimum_sample": root.whole("minimum_sample", 0, 10**9),
			"item_groups": item_groups,
		}
	)
	with _reasons(f"{name}, grades", GradeScaleError, _SCALE_REASONS):
		_ = definition.scale
	return definition


@contextmanager
def _reasons(place: str, error_type: Callable[..., Any], reasons: Mapping[str, str]) -> Iterator[None]:
	"""Says the core's reason as a sentence, with the row."""
	try:
		yield
	except (CurveError, GradeScaleError) as error:
		raise InputError(f"{place}, row {error.row}: {reasons.get(error.reason, error.reason)}") from error


def _criterion(place: str, data: Any, template: str) -> dict[str, Any]:
	row = Part(place, data, ("kpi", "measure", "weight", "curve", "settings", "knock_out", "knock_out_grade"))
	kpi, measure = row.text("kpi"), row.text("measure")
	if measure not in MEASURES:
		raise row.error("measure", f"{as_json(measure)} is unknown; known are {', '.join(sorted(MEASURES))}")
	points = row.rows("curve")
	for number, point in enumerate(points, start=1):
		if (
			not isinstance(point, list | tuple)
			or len(point) != 2
			or any(exact_number(part) is None for part in point)
		):
			raise InputError(
				f"{place}, curve, row {number}: {as_json(point)} is not a pair [value, rating] of numbers"
			)
	curve = [[plain(exact_number(value)), plain(exact_number(rating))] for value, rating in points]
	with _reasons(f"{place}, curve", CurveError, _CURVE_REASONS):
		RatingCurve.of([(value, rating) for value, rating in curve])
	has_knock_out = row.get("knock_out") is not None
	has_cap = row.get("knock_out_grade") is not None
	return {
		"kpi": kpi,
		"measure": measure,
		"weight": row.number("weight"),
		"curve": curve,
		"settings": _settings(f"{place}, settings", row.get("settings") or {}, kpi, template),
		"knock_out": row.number("knock_out") if has_knock_out else None,
		"knock_out_grade": row.text("knock_out_grade") if has_cap else None,
	}


def _settings(place: str, data: Any, kpi: str, template: str) -> dict[str, Any]:
	part = Part(place, data, tuple(field.name for field in fields(KpiSettings)))
	return {
		"early_days": part.whole("early_days", None),
		"late_days": part.whole("late_days", 0),
		"quantity_tolerance": part.number("quantity_tolerance", "0"),
		"price_tolerance": part.number("price_tolerance", "0"),
		"maximum_days": part.whole("maximum_days", None),
		"use_first_due_date": part.flag("use_first_due_date", True),
		"blame_closed_orders": part.flag("blame_closed_orders", False),
		"kpi": kpi,
		"template": template,
	}


def _grade(place: str, data: Any) -> dict[str, Any]:
	row = Part(place, data, ("grade", "lower", "upper", "color", "rfq_action", "po_action"))
	return {
		"grade": row.text("grade"),
		"lower": row.number("lower"),
		"upper": row.number("upper"),
		"color": row.text("color", "gray"),
		"rfq_action": row.text("rfq_action", "Allow", ACTIONS),
		"po_action": row.text("po_action", "Allow", ACTIONS),
	}
