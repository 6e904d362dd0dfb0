"""Every text of the app that people read, with the places where it stands: what translations have to cover.

Reads the sources alone, so it needs no Frappe. The preview and the demo data speak English by design: they
run in a terminal, outside of any user's language.
"""

import ast
import json
import re
import runpy
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from partner_relations.customer_care.metrics import METRICS
from partner_relations.customer_care.metrics.suppliers import SUPPLIER_COMPLAINT_RATE
from partner_relations.supplier_quality.kpis import MEASURES

ROOT = Path(__file__).resolve().parents[2]
# The package links to the other three, so links are not followed.
SOURCES = ("partner_relations", "supplier_quality", "customer_care", "fixtures")
ENGLISH = (Path("partner_relations/preview"), Path("partner_relations/demo"))
BUILT = Path("partner_relations/public/dist")

READ = {".py", ".js", ".html", ".json", ".txt"}
PYTHON_MARKS = {"_", "_lt"}
SAYS_TO_PEOPLE = {"throw", "msgprint"}
SHOWN_KEYS = {"label", "title", "description", "message", "placeholder"}
JAVASCRIPT_MARK = re.compile(r"(?<![\w$.])__\(")
JAVASCRIPT_SHOWN = (
	re.compile(
		r"\b(?:label|title|description|message|placeholder|primary_action_label):\s*"
		r"(?P<text>\"[^\"]*[A-Za-z][^\"]*\"|'[^']*[A-Za-z][^']*')"
	),
	re.compile(
		r"\b(?:throw|msgprint|show_alert|confirm|prompt|set_intro|set_headline|empty_state|set_primary_action"
		r"|add_custom_button|add_inner_button|add_actions_menu_item)\(\s*(?P<text>[\"'`][A-Za-z])"
	),
	# Words between two tags. An arrow function has neither a tag before it nor plain words after it.
	re.compile(r"<[\w/][^<>{}]*>\s*(?P<text>[A-Za-z][\w ,.!?]*)\s*<"),
)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
TAG = re.compile(r"<[^>]+>")
LETTER = re.compile(r"[A-Za-z]")


@dataclass
class Strings:
	"""What was found: `places` by text and context, and what no translation can reach.

	Frappe looks a text up in its context first (that which the code names, or a field's document type), then
	without. `dynamic` are the marked expressions that aren't literals, `unmarked` the literals without a mark
	that people read, both with their places. `bare` are texts with a context that Frappe looks up without it
	too: options of fields that are read-only or in a grid, and the heading of a list.
	"""

	places: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
	dynamic: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
	unmarked: list[str] = field(default_factory=list)
	bare: set[str] = field(default_factory=set)

	def add(self, text: Any, place: str, context: str = "") -> None:
		"""Note a text; one without letters (a sign, a number) is the same in every language."""
		if isinstance(text, str) and LETTER.search(text):
			self.places[(text.strip(), context)].append(place)


def collect(root: Path = ROOT) -> Strings:
	"""Read all sources of the app."""
	found = Strings()
	for path in sources(root):
		place = path.relative_to(root).as_posix()
		text = path.read_text(encoding="utf-8")
		if path.suffix == ".py":
			read_python(found, text, place)
		elif path.suffix == ".js":
			read_javascript(found, text, place)
		elif path.suffix == ".html":
			read_template(found, text, place)
		elif path.suffix == ".json":
			read_records(found, json.loads(text), place)
		elif path.name == "modules.txt":
			for module in text.split("\n"):
				found.add(module, place)
	for measure in (*MEASURES.values(), *METRICS.values(), SUPPLIER_COMPLAINT_RATE):
		# As the options of the form where a policy chooses its metrics.
		context = "Customer Tiering Metric" if measure.name in METRICS else ""
		found.add(measure.label, f"measure {measure.name}", context)
		for text in (measure.unit, measure.description):
			found.add(text, f"measure {measure.name}")
	return found


def sources(root: Path) -> Iterator[Path]:
	"""The files of the app, each once."""
	for name in SOURCES:
		if not (root / name).is_dir():
			continue
		for path in sorted((root / name).rglob("*")):
			inside = path.relative_to(root)
			linked = any((root / parent).is_symlink() for parent in inside.parents)
			in_english = any(part in inside.parents for part in (*ENGLISH, BUILT))
			if path.suffix in READ and path.is_file() and not linked and not in_english:
				yield path


# Python


def read_python(found: Strings, text: str, place: str) -> None:
	"""Texts in _() and _lt(), in hooks, custom fields and roles; and those that lack the mark."""
	tree = ast.parse(text)
	for node in ast.walk(tree):
		if isinstance(node, ast.Call):
			_read_call(found, node, f"{place}:{node.lineno}")
		elif isinstance(node, ast.Assign | ast.AnnAssign) and node.col_offset == 0:
			target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
			_read_assignment(found, getattr(target, "id", ""), node.value, f"{place}:{node.lineno}")
	data = [
		node.value
		for node in tree.body
		if isinstance(node, ast.Assign | ast.AnnAssign)
		and (
			getattr(getattr(node, "target", None) or node.targets[0], "id", "") in READ_AS_DATA
			or "/customization/" in place  # parts of CUSTOM_FIELDS
		)
	]
	inside_data = {id(child) for value in data for child in ast.walk(value)}
	for node in ast.walk(tree):
		if isinstance(node, ast.Dict) and id(node) not in inside_data:
			for key, value in zip(node.keys, node.values, strict=True):
				if _constant(key) in SHOWN_KEYS and LETTER.search(_constant(value)):
					found.unmarked.append(f"{place}:{value.lineno}: {_constant(value)}")


def _read_call(found: Strings, call: ast.Call, place: str) -> None:
	name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
	first = call.args[0] if call.args else None
	if name in PYTHON_MARKS and first is not None:
		context = next((_constant(word.value) for word in call.keywords if word.arg == "context"), "")
		if isinstance(first, ast.Constant):
			found.add(first.value, place, context)
			if TAG.search(first.value):
				found.unmarked.append(
					f"{place}: Frappe looks a text with tags up without them: {first.value}"
				)
		else:
			found.dynamic[ast.unparse(first)].append(place)
	elif name in SAYS_TO_PEOPLE and first is not None:
		titles = [word.value for word in call.keywords if word.arg == "title"]
		for value in (first, *titles):
			if isinstance(value, ast.JoinedStr) or LETTER.search(_constant(value)):
				found.unmarked.append(f"{place}: {ast.unparse(value)}")


READ_AS_DATA = {"CUSTOM_FIELDS", "ROLES", "app_title", "standard_portal_menu_items", "add_to_apps_screen"}


def _read_assignment(found: Strings, name: str, value: ast.AST, place: str) -> None:
	if name not in READ_AS_DATA:
		return
	data = _evaluated(name, value, place)
	if name == "CUSTOM_FIELDS":
		for doctype, fields in data.items():
			_read_fields(found, fields, doctype, place)
	elif name == "app_title":
		found.add(data, place)
	else:
		for entry in data:
			found.add(entry if isinstance(entry, str) else entry["title"], place)


def _evaluated(name: str, value: ast.AST, place: str) -> Any:
	"""The value of an assignment; one put together from others takes running its module of plain data."""
	try:
		return ast.literal_eval(value)
	except ValueError:
		return runpy.run_path(str(ROOT / place.rpartition(":")[0]))[name]


def _constant(node: ast.AST | None) -> str:
	return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


# JavaScript and templates


def read_javascript(found: Strings, text: str, place: str) -> None:
	"""Texts in __(), however they are spread over lines, and labels that lack it."""
	for match in JAVASCRIPT_MARK.finditer(text):
		where = f"{place}:{text.count(chr(10), 0, match.start()) + 1}"
		_read_mark(found, split_arguments(text, match.end()), where)
	for pattern in JAVASCRIPT_SHOWN:
		for match in pattern.finditer(text):
			where = f"{place}:{text.count(chr(10), 0, match.start()) + 1}"
			found.unmarked.append(f"{where}: {match['text']}")


def read_template(found: Strings, text: str, place: str) -> None:
	"""Texts in {{ _() }}, and letters that stand in the page without it."""
	for expression in JINJA.finditer(text):
		inside = expression[0]
		if inside.startswith("{#"):
			continue
		where = f"{place}:{text.count(chr(10), 0, expression.start()) + 1}"
		for mark in re.finditer(r"(?<![\w$.])_\(", inside):
			_read_mark(found, split_arguments(inside, mark.end()), where)
	page = re.sub(r"<(style|script)\b.*?</\1>", "", JINJA.sub("", text), flags=re.DOTALL)
	for words in TAG.split(page):
		if LETTER.search(re.sub(r"&\w+;", "", words)):
			found.unmarked.append(f"{place}: {words.strip()}")


def _read_mark(found: Strings, arguments: list[str], place: str) -> None:
	text = string_literal(arguments[0])
	context = next(
		(
			string_literal(argument.removeprefix("context").strip(" ="))
			for position, argument in enumerate(arguments)
			if argument.startswith("context") or (position == 2 and argument)
		),
		None,
	)
	if text is None:
		found.dynamic[arguments[0]].append(place)
	else:
		found.add(text, place, context or "")


def split_arguments(text: str, start: int) -> list[str]:
	"""The arguments of the call whose opening bracket ends at `start`, as source text."""
	depth, quote, begin, arguments, position = 0, "", start, [], start
	while position < len(text):
		letter = text[position]
		if quote:
			if letter == "\\":
				position += 1
			elif letter == quote:
				quote = ""
		elif letter in "\"'`":
			quote = letter
		elif letter in "([{":
			depth += 1
		elif letter in ")]}" and depth:
			depth -= 1
		elif depth == 0 and letter in ",)":
			arguments.append(text[begin:position].strip())
			begin = position + 1
			if letter == ")":
				return arguments
		position += 1
	raise ValueError(f"the call is never closed: {text[start : start + 60]}")


def string_literal(source: str) -> str | None:
	"""The value of a plain JavaScript or Jinja string; None for any other expression."""
	if len(source) < 2 or source[0] not in "\"'" or source[-1] != source[0]:
		return None
	inside = source[1:-1]
	if re.search(rf"(?<!\\){source[0]}", inside):
		return None  # two strings put together
	return ast.literal_eval(source)


# Records: document types, reports, workspaces, defaults


def read_records(found: Strings, data: Any, place: str) -> None:
	"""The texts of exported documents that Frappe translates, and the names of default records."""
	if isinstance(data, list):
		for record in data:
			read_records(found, record, place)
	elif isinstance(data, dict):
		reader = RECORDS.get(data.get("doctype", ""))
		if reader is None:
			raise ValueError(f"{place}: what of a {data.get('doctype')} do people read?")
		reader(found, data, place)


def _read_fields(found: Strings, fields: list[dict], doctype: str, place: str) -> None:
	for row in fields:
		for key in ("label", "description", "placeholder"):
			found.add(row.get(key), place, context=doctype)
		if row.get("in_list_view"):
			found.bare.add(row["label"])
		if row["fieldtype"] == "Select":
			for option in (row.get("options") or "").split("\n"):
				found.add(option, place, context=doctype)
				found.bare.add(option)
		elif row["fieldtype"] == "HTML":
			found.add(row.get("options"), place, context=doctype)
		# Data fields start with their default, which people see and may change.
		if row["fieldtype"] in ("Data", "Small Text", "Text Editor"):
			found.add(row.get("default"), place, context=doctype)


def _doctype(found: Strings, data: dict, place: str) -> None:
	found.add(data["name"], place)
	found.add(data.get("description"), place)
	_read_fields(found, data["fields"], data["name"], place)
	for link in data.get("links", []):
		found.add(link.get("group"), place)
	for action in data.get("actions", []):
		found.add(action.get("label"), place)
	for state in data.get("states", []):
		found.add(state.get("title"), place)


def _report(found: Strings, data: dict, place: str) -> None:
	found.add(data["report_name"], place)
	for row in [*data.get("columns", []), *data.get("filters", [])]:
		found.add(row.get("label"), place)


def _workspace(found: Strings, data: dict, place: str) -> None:
	found.add(data["label"], place)
	found.add(data["title"], place)
	for table in ("charts", "links", "number_cards", "quick_lists", "shortcuts"):
		for row in data.get(table, []):
			for key in ("label", "description", "format"):
				found.add(row.get(key), place)
	for block in json.loads(data["content"]):
		if text := block["data"].get("text"):
			# Frappe looks up what is inside the tags.
			found.add(TAG.sub("", text), place)


def _sidebar(found: Strings, data: dict, place: str) -> None:
	found.add(data.get("title"), place)
	for row in data["items"]:
		found.add(row.get("label"), place)


def _keys(*keys: str):
	def read(found: Strings, data: dict, place: str) -> None:
		for key in keys:
			found.add(data.get(key), place)

	return read


def _template(found: Strings, data: dict, place: str) -> None:
	found.add(data["template_name"], place)
	found.add(data.get("description"), place)


def _grade_scale(found: Strings, data: dict, place: str) -> None:
	found.add(data["scale_name"], place)
	for row in data["grades"]:
		found.add(
			row.get("meaning"), place, "Supplier Grade"
		)  # grades themselves are letters in every language


def _tiering_policy(found: Strings, data: dict, place: str) -> None:
	found.add(data["policy_name"], place)
	found.add(data.get("description"), place)
	for row in data.get("segments", ()):
		found.add(row["segment"], place, "Customer Tiering Segment")


RECORDS = {
	"Customer Tier": _keys("description"),
	"Customer Tiering Policy": _tiering_policy,
	"Service Calendar": _keys("calendar_name"),
	"Complaint Category": _keys("category_name"),
	"Complaint Cause": _keys("cause_name", "description"),
	"Complaint Escalation Rule": _keys("rule_name"),
	# The text of a clause is what contracts say, in the clause's own language; notes are the author's words.
	"Contract Clause": _keys(),
	"Contract Clause Rule": _keys(),
	"Dashboard Chart": _keys("chart_name"),
	"Dashboard Chart Source": _keys("source_name"),
	"Desktop Icon": _keys("label"),
	"DocType": _doctype,
	"Kanban Board": _keys("kanban_board_name"),
	"Number Card": _keys("label"),
	"Print Format": _keys("name"),
	"Remedy Scheme": _keys("scheme_name", "description"),
	"Report": _report,
	"Supplier Evaluation Template": _template,
	"Supplier Grade Scale": _grade_scale,
	"Supplier Incentive Rule": _keys("rule_name", "description"),
	"Supplier KPI": _keys("kpi_name", "description"),
	"Workspace": _workspace,
	"Workspace Sidebar": _sidebar,
}
