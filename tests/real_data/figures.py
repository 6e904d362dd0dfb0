"""What preview and site find in the real deliveries, and where they disagree, also with the count."""

import contextlib
import io
import json
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from partner_relations.preview.cli import main as preview
from tests.real_data.lines import Line
from tests.real_data.to_preview import write

FIRST, LAST = date(2006, 1, 1), date(2015, 12, 31)
ON_TIME = "on_time_delivery"
CLOSE_ENOUGH = 1e-9

Figures = dict[str, Any]
"""Of one supplier: score, grade, coverage, and under `criteria` the figures by KPI name."""

_OF_SUPPLIER = ("score", "grade", "coverage")
_OF_CRITERION = ("numerator", "denominator", "value", "sample_size", "rating", "weight")


def preview_figures(
	lines: list[Line],
	definition: Mapping[str, Any] | None = None,
	from_date: date = FIRST,
	to_date: date = LAST,
) -> dict[str, Figures]:
	"""Run the preview on these lines, by a template in its format (default: its own); figures by vendor."""
	with tempfile.TemporaryDirectory() as folder:
		files, result = Path(folder, "files"), Path(folder, "result.json")
		write(lines, files)
		arguments = [str(files), "--json", str(result), "--html", str(Path(folder, "page.html"))]
		arguments += ["--from", from_date.isoformat(), "--to", to_date.isoformat()]
		if definition is not None:
			template = Path(folder, "template.json")
			template.write_text(json.dumps(definition, default=str), encoding="utf-8")
			arguments += ["--template", str(template)]
		with contextlib.redirect_stdout(io.StringIO()) as printed:
			status = preview(arguments)
		if status:
			raise RuntimeError(f"The preview ended with {status}: {printed.getvalue()}")
		suppliers = json.loads(result.read_text(encoding="utf-8"))["suppliers"]
	return {row["supplier"]: _figures(row, row["criteria"]) for row in suppliers}


def site_figures(run: str) -> dict[str, Figures]:
	"""The evaluations that a run made on the connected site; figures by vendor, the supplier's name."""
	import frappe

	evaluations = frappe.get_all(
		"Supplier Evaluation",
		filters={"run": run},
		fields=["name", "supplier_name", "has_score", "score", "grade", "coverage"],
	)
	criteria: dict[str, list[dict[str, Any]]] = {}
	for row in frappe.get_all(
		"Supplier Evaluation Criterion",
		filters={"parent": ("in", [row.name for row in evaluations])},
		fields=["parent", "kpi", "measure", "basis", "has_value", "has_rating", *_OF_CRITERION],
		order_by="parent, idx",
	):
		if not row.has_value:
			row.update({"numerator": None, "denominator": None, "value": None})
		if not row.has_rating:
			row["rating"] = None
		criteria.setdefault(row.parent, []).append(row)
	figures = {}
	for row in evaluations:
		if not row.has_score:
			row["score"] = row["grade"] = None
		figures[row.supplier_name] = _figures(row, criteria[row.name])
	return figures


def differences(left: Mapping[str, Figures], right: Mapping[str, Figures]) -> list[str]:
	"""Where two sets of figures disagree, a line each; empty if they are equal to 1e-9."""
	found = [f"{name}: only on one side" for name in sorted(set(left) ^ set(right))]
	for name in sorted(set(left) & set(right)):
		found += _disagreements(name, left[name], right[name], _OF_SUPPLIER)
		ours, theirs = left[name]["criteria"], right[name]["criteria"]
		found += [f"{name}, {kpi}: only on one side" for kpi in sorted(set(ours) ^ set(theirs))]
		for kpi in sorted(set(ours) & set(theirs)):
			found += _disagreements(f"{name}, {kpi}", ours[kpi], theirs[kpi], _OF_CRITERION)
	return found


def differences_from_count(figures: Mapping[str, Figures], count: Mapping[str, tuple[int, int]]) -> list[str]:
	"""Where on-time delivery isn't what was counted from the file, a line each."""
	found = [f"{name}: only on one side" for name in sorted(set(figures) ^ set(count))]
	for name in sorted(set(figures) & set(count)):
		if on_time(figures[name]) != count[name]:
			found.append(f"{name}: {on_time(figures[name])}, counted {count[name]}")
	return found


def on_time(figures: Figures) -> tuple[int, int]:
	"""(deliveries in time, deliveries) of a supplier."""
	row = next(row for row in figures["criteria"].values() if row["measure"] == ON_TIME)
	return row["numerator"] or 0, row["denominator"] or 0


def _figures(supplier: Mapping[str, Any], criteria: list[Mapping[str, Any]]) -> Figures:
	return {
		**{name: supplier[name] for name in _OF_SUPPLIER},
		"criteria": {row["kpi"]: {"measure": row["measure"], **_pick(row)} for row in criteria},
	}


def _pick(row: Mapping[str, Any]) -> dict[str, Any]:
	return {name: row[name] for name in _OF_CRITERION}


def _disagreements(where: str, left: Figures, right: Figures, names: tuple[str, ...]) -> list[str]:
	return [
		f"{where}: {name} {left[name]} and {right[name]}"
		for name in names
		if not _same(left[name], right[name])
	]


def _same(left: Any, right: Any) -> bool:
	if left is None or right is None or isinstance(left, str):
		return left == right
	return abs(left - right) <= CLOSE_ENOUGH * max(1, abs(left), abs(right))
