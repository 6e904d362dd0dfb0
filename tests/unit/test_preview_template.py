"""The preview's template file: what `Definition.to_dict` writes is read back, what is wrong gets one line."""

import contextlib
import copy
import inspect
import io
import json
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partner_relations.preview import template
from partner_relations.preview.cli import BAD_INPUT, main
from partner_relations.preview.reading import InputError
from partner_relations.preview.template import default_definition, parse_definition, read_definition
from partner_relations.supplier_quality.rating import CurveError, GradeScaleError
from partner_relations.supplier_quality.rating.definition import Definition

DOCUMENTATION = Path(__file__).resolve().parents[2] / "docs" / "preview.md"


RECEIPTS = "receipt,date,supplier,item,accepted,rejected\nR-1,2026-01-05,Acme,BOLT,90,10\n"


def small() -> dict:
	return {
		"template": "Small",
		"criteria": [
			{"kpi": "On time", "measure": "on_time_delivery", "weight": 60, "curve": [[0, 0], [100, 100]]},
			{"kpi": "Defects", "measure": "defect_ppm", "weight": 40, "curve": [[0, 100], [5e4, 0]]},
		],
		"grades": [
			{"grade": "Good", "lower": 70, "upper": 100},
			{"grade": "Bad", "lower": 0, "upper": 70},
		],
	}


def changed(path: str, value: object) -> dict:
	"""`small` with one value replaced, e.g. at "criteria.0.weight"; a value of Ellipsis removes it."""
	data = small()
	*parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
	target = data
	for part in parents:
		target = target[part]
	if value is ...:
		del target[last]
	else:
		target[last] = value
	return data


def test_the_default_is_the_shipped_default_template():
	definition = default_definition()
	assert definition.template == "General Supplier"
	assert sum(int(row.weight) for row in definition.criteria) == 100


def test_what_the_erp_exports_is_read_back_unchanged(tmp_path):
	definition = default_definition()
	path = tmp_path / "template.json"
	path.write_text(json.dumps(definition.to_dict()), encoding="utf-8")
	assert read_definition(path) == definition


def test_what_is_left_out_has_the_defaults_of_a_new_template():
	data = small()
	full = parse_definition(data).to_dict()
	assert full["missing_data"] == "Leave out and re-weight"
	assert (full["minimum_coverage"], full["minimum_sample"], full["item_groups"]) == ("0", 0, ())
	assert full["criteria"][0]["settings"]["late_days"] == 0
	assert full["criteria"][0]["settings"]["use_first_due_date"] is True
	assert full["criteria"][1]["curve"] == (("0", "100"), ("50000", "0"))
	assert full["grades"][0]["po_action"] == "Allow"
	assert parse_definition(full) == Definition.from_dict(full)


def test_the_documented_example_works():
	example = re.search(
		r"## The template.*?```json\n(.*?)```", DOCUMENTATION.read_text(encoding="utf-8"), re.S
	)
	definition = parse_definition(json.loads(example.group(1)))
	assert [row.kpi for row in definition.criteria] == ["On-Time Delivery", "Defects per Million"]
	assert definition.criteria[0].settings.early_days == 5


WRONG = [
	("template", ..., "t.json, template: is missing"),
	("template", 7, "t.json, template: 7 is not a text"),
	("template", "\ud800", 't.json, template: "?" holds half a character'),
	("criteria", [], "t.json, criteria: must be a list with at least one row"),
	("criteria.0", 5, "t.json, criteria, row 1: 5 is not an object in braces"),
	("criteria.1.weight", 35, "t.json, criteria: the weights must add up to 100, not 95"),
	("criteria.1.weight", "forty", 't.json, criteria, row 2, weight: "forty" is not a number'),
	("criteria.1.weight", True, "t.json, criteria, row 2, weight: true is not a number"),
	("criteria.1.weight", -40, "t.json, criteria, row 2, weight: -40 is not between 0 and 100"),
	("criteria.1.weight", ..., "t.json, criteria, row 2, weight: is missing"),
	("criteria.1.kpi", "On time", 't.json, criteria, row 2, kpi: "On time" is already a criterion'),
	(
		"criteria.1.wieght",
		40,
		't.json, criteria, row 2: "wieght" is unknown here; known are kpi, measure, weight, ',
	),
	(
		"criteria.1.measure",
		"magic",
		't.json, criteria, row 2, measure: "magic" is unknown; known are accepted_',
	),
	("criteria.1.curve", [], "t.json, criteria, row 2, curve: must be a list with at least one row"),
	(
		"criteria.1.curve.1",
		[0, 50],
		"t.json, criteria, row 2, curve, row 2: the value is already in the curve, which would "
		"give it two ratings",
	),
	(
		"criteria.1.curve.1",
		[1, 101],
		"t.json, criteria, row 2, curve, row 2: the rating lies outside 0 to 100",
	),
	(
		"criteria.1.curve.1",
		[1],
		"t.json, criteria, row 2, curve, row 2: [1] is not a pair [value, rating] of numbers",
	),
	("criteria.1.settings", {"late_days": 1.5}, "t.json, criteria, row 2, settings, late_days: "),
	("criteria.1.settings", {"late": 1}, 't.json, criteria, row 2, settings: "late" is unknown here; '),
	(
		"criteria.1.settings",
		{"use_first_due_date": "no"},
		"t.json, criteria, row 2, settings, use_first_due_date: ",
	),
	("criteria.1.knock_out", 120, "t.json, criteria, row 2, knock_out: 120 is not between 0 and 100"),
	(
		"criteria.1.knock_out_grade",
		"E",
		't.json, criteria, row 2, knock_out_grade: "E" is no grade of the scale',
	),
	("grades", ..., "t.json, grades: must be a list with at least one row"),
	("grades.0.lower", 80, "t.json, grades, row 1: there is a gap below this band: "),
	("grades.0.lower", 60, "t.json, grades, row 1: this band overlaps the one below it"),
	("grades.0.upper", 90, "t.json, grades, row 1: this is the highest band and does not end at 100"),
	("grades.1.lower", 10, "t.json, grades, row 2: this is the lowest band and does not start at 0"),
	("grades.1.lower", 70, "t.json, grades, row 2: lower is not below upper"),
	("grades.1.grade", "Good", "t.json, grades, row 2: the grade's name is already taken"),
	(
		"grades.1.po_action",
		"Stop",
		't.json, grades, row 2, po_action: "Stop" is none of Allow, Warn, Prevent',
	),
	(
		"missing_data",
		"Ignore",
		't.json, missing_data: "Ignore" is none of Leave out and re-weight, Score zero, ',
	),
	("minimum_coverage", 101, "t.json, minimum_coverage: 101 is not between 0 and 100"),
	("minimum_sample", -1, "t.json, minimum_sample: -1 is not a whole number between 0 and 1000000000"),
	("item_groups", "Bolts", "t.json, item_groups: must be a list of names"),
]


@pytest.mark.parametrize(
	("path", "value", "line"), WRONG, ids=[f"{path}={value}" for path, value, _line in WRONG]
)
def test_a_wrong_template_gets_one_line(path, value, line):
	with pytest.raises(InputError) as error:
		parse_definition(changed(path, value), "t.json")
	assert str(error.value).startswith(line)
	assert "\n" not in str(error.value)


@pytest.mark.parametrize(
	("text", "line"),
	[
		('{"template": }', "t.json, line 1, column 14: is no valid JSON (Expecting value)"),
		("", "t.json, line 1, column 1: is no valid JSON (Expecting value)"),
		("[1, NaN]", "t.json: is no valid JSON (NaN is not a number)"),
		("[" * 100_000, "t.json: is no valid JSON (it is nested too deeply)"),
		("[]", "t.json: [] is not an object in braces"),
		(b"\xff\xfe{}", "t.json: is not UTF-8"),
	],
)
def test_a_file_that_is_no_template_gets_one_line(tmp_path, capsys, text, line):
	path = tmp_path / "t.json"
	path.write_bytes(text if isinstance(text, bytes) else text.encode())
	assert main(["--template", str(path), "--html", str(tmp_path / "page.html")]) == BAD_INPUT
	out = capsys.readouterr()
	assert (out.out, out.err) == ("", line + "\n")


def test_a_missing_template_file_gets_one_line(tmp_path, capsys):
	assert main(["--template", str(tmp_path / "none.json")]) == BAD_INPUT
	assert capsys.readouterr().err == f"{tmp_path / 'none.json'}: can't be read (No such file or directory)\n"


def paths(data: object, prefix: tuple = ()) -> list[tuple]:
	"""Where something can be replaced: every place inside nested lists and objects."""
	found = [prefix] if prefix else []
	entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
	for key, value in entries:
		found += paths(value, (*prefix, key))
	return found


_JSON = st.recursive(
	st.none()
	| st.booleans()
	| st.integers()
	| st.floats()
	| st.text(max_size=5)
	| st.sampled_from(["1e999999999", "-0", "٣", "1_0", "Infinity", 10**400, "100"]),
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
	max_leaves=4,
)


@settings(max_examples=300)
@given(data=st.data(), value=_JSON)
def test_nothing_in_a_template_breaks_the_command(data, value):
	"""Either a Definition that works, or one line; json.dumps writes NaN and Infinity too."""
	spoiled = json.loads(json.dumps(default_definition().to_dict()))
	target = spoiled
	*parents, last = data.draw(st.sampled_from(paths(spoiled)))
	for part in parents:
		target = target[part]
	target[last] = copy.deepcopy(value)
	with tempfile.TemporaryDirectory() as name:
		path, page = Path(name) / "t.json", Path(name) / "page.html"
		path.write_text(json.dumps(spoiled), encoding="utf-8")
		(Path(name) / "receipt_lines.csv").write_text(RECEIPTS, encoding="utf-8")
		out, err = io.StringIO(), io.StringIO()
		with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
			code = main([name, "--template", str(path), "--html", str(page)])
	assert code in (0, BAD_INPUT)
	assert err.getvalue().count("\n") == (1 if code else 0)


@pytest.mark.parametrize(
	("error", "words", "beside"),
	[(CurveError, "_CURVE_REASONS", {"no points"}), (GradeScaleError, "_SCALE_REASONS", {"no bands"})],
)
def test_the_reasons_of_the_core_are_all_put_into_words(error, words, beside):
	"""Each reason that the core can give has a sentence; empty lists are refused before."""
	source = inspect.getsource(inspect.getmodule(error))
	reasons = set(re.findall(error.__name__ + r'\([^"]+, "([^"]+)"\)', source)) - {""}
	assert reasons == set(getattr(template, words)) | beside
