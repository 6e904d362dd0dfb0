"""Check the rules that the Frappe marketplace asks of apps and that ruff doesn't know: `lint_frappe.py
FILE...`.

The rules follow the marketplace's semgrep rules and are stricter on whitelisted methods. They read the syntax
tree of Python files and the text of JavaScript files, with the standard library alone, in under a second. A
line that is an exception says so by `# nosemgrep: why` (in JavaScript `// nosemgrep: why`), as semgrep has
it; the reason is required.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PERMISSION_CHECKS = {"has_permission", "check_permission", "only_for"}
# Methods of a document that run after it was written: what they set on it is lost.
AFTER_WRITE = {"after_insert", "on_update", "on_submit", "on_cancel", "on_update_after_submit", "on_change"}
OWN_MODULES_AT_TOP = {"supplier_quality", "customer_care"}
# The demo data is made in the name of the people who would make it, by someone at a terminal.
DEMO, DEMO_MAY = "partner_relations/demo/", {"set-user", "print"}
EXCEPTION = re.compile(r"(?:#|//)\s*nosemgrep(?P<reason>.*)")


@dataclass(frozen=True)
class Finding:
	"""One broken rule at one place."""

	file: str
	line: int
	rule: str
	message: str

	def __str__(self) -> str:
		return f"{self.file}:{self.line}: {self.rule}: {self.message}"


def dotted(node: ast.AST) -> str:
	"""Return `frappe.db.sql` for the expression frappe.db.sql, and "" for what is no plain dotted name."""
	if isinstance(node, ast.Name):
		return node.id
	if isinstance(node, ast.Attribute):
		base = dotted(node.value)
		return f"{base}.{node.attr}" if base else ""
	return ""


def calls(node: ast.AST) -> Iterator[ast.Call]:
	"""Every call inside `node`."""
	return (child for child in ast.walk(node) if isinstance(child, ast.Call))


def is_built_text(node: ast.AST) -> bool:
	"""Return whether an expression puts text together: an f-string, + or %, or .format()."""
	if isinstance(node, ast.JoinedStr):
		return True
	if isinstance(node, ast.BinOp):
		return isinstance(node.op, ast.Add | ast.Mod)
	return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def whitelist_decorator(node: ast.FunctionDef) -> ast.AST | None:
	"""Return the decorator that opens a function to the web, if there is one."""
	for decorator in node.decorator_list:
		call = decorator.func if isinstance(decorator, ast.Call) else decorator
		if dotted(call) in ("frappe.whitelist", "whitelist"):
			return decorator
	return None


def checks_permission(node: ast.AST) -> bool:
	"""Return whether a permission check is called anywhere inside `node`."""
	return any(
		isinstance(call.func, ast.Attribute) and call.func.attr in PERMISSION_CHECKS for call in calls(node)
	)


class PythonRules(ast.NodeVisitor):
	"""Walks a module and collects findings as (line, rule, message)."""

	def __init__(self, tree: ast.Module) -> None:
		self.found: list[tuple[int, str, str]] = []
		self.functions: list[ast.FunctionDef] = []
		# The module's own helpers that check, so that a check used ten times need not be written ten times.
		self.checkers = {
			node.name
			for node in tree.body
			if isinstance(node, ast.FunctionDef)
			and whitelist_decorator(node) is None
			and checks_permission(node)
		}

	def report(self, node: ast.AST, rule: str, message: str) -> None:
		self.found.append((node.lineno, rule, message))

	def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
		decorator = whitelist_decorator(node)
		if decorator is not None:
			self.check_whitelisted(node, decorator)
		for each in node.decorator_list:
			name = dotted(each.func if isinstance(each, ast.Call) else each)
			if name.split(".")[-1] in ("lru_cache", "cache") and not name.startswith("frappe."):
				self.report(node, "process-cache", "keeps one site's data for all sites of the process")
		if node.name in AFTER_WRITE and node.args.args and node.args.args[0].arg == "self":
			self.check_after_write(node)
		self.functions.append(node)
		self.generic_visit(node)
		self.functions.pop()

	visit_AsyncFunctionDef = visit_FunctionDef

	def check_whitelisted(self, node: ast.FunctionDef, decorator: ast.AST) -> None:
		arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
		for argument in [*arguments, node.args.vararg, node.args.kwarg]:
			if argument is not None and argument.annotation is None and argument.arg not in ("self", "cls"):
				self.report(node, "whitelist-types", f"{node.name}() takes {argument.arg} without a type")
		if not checks_permission(node) and not any(
			isinstance(call.func, ast.Name) and call.func.id in self.checkers for call in calls(node)
		):
			checks = ", ".join(sorted(PERMISSION_CHECKS))
			self.report(node, "whitelist-permission", f"{node.name}() checks no permission ({checks})")
		for keyword in getattr(decorator, "keywords", []):
			if keyword.arg == "allow_guest":
				self.report(node, "whitelist-guest", f"{node.name}() is open to anyone on the web")

	def check_after_write(self, node: ast.FunctionDef) -> None:
		for child in ast.walk(node):
			targets = child.targets if isinstance(child, ast.Assign) else []
			if isinstance(child, ast.AugAssign | ast.AnnAssign):
				targets = [child.target]
			for target in targets:
				if isinstance(target, ast.Attribute) and dotted(target.value) == "self":
					self.report(
						target, "lost-change", f"self.{target.attr} is set after the document was written"
					)

	def visit_Call(self, node: ast.Call) -> None:
		name = dotted(node.func)
		first = node.args[0] if node.args else None
		if name == "frappe.db.commit":
			self.report(node, "manual-commit", "Frappe commits at the end of a request or job")
		elif name in ("frappe.db.sql", "frappe.db.multisql", "frappe.db.sql_list") and first is not None:
			if is_built_text(first):
				self.report(
					node, "built-sql", "SQL put together from text; use the query builder or parameters"
				)
		elif name in ("_", "frappe._", "_lt", "frappe._lt") and first is not None:
			self.check_translated(node, first)
		elif name in ("eval", "exec"):
			self.report(node, "eval", "use frappe.safe_eval")
		elif name == "frappe.set_user":
			self.report(node, "set-user", "changes who is asked for permission in all that follows")
		elif name == "print":
			self.report(node, "print", "nobody reads a server's output; use frappe.logger or a message")
		if not self.functions and re.match(
			r"frappe\.(db\.|get_(doc|all|list|cached|value|single|meta|hooks))", name
		):
			self.report(node, "import-time-read", f"{name}() runs at import, for whichever site comes first")
		self.generic_visit(node)

	def check_translated(self, node: ast.Call, first: ast.AST) -> None:
		if is_built_text(first):
			self.report(
				node, "translated-built", "no translation is found for a text that is put together first"
			)
		elif isinstance(first, ast.Constant) and isinstance(first.value, str):
			if not first.value.strip():
				self.report(node, "translated-empty", "nothing to translate")
			elif first.value != first.value.strip():
				self.report(node, "translated-spaces", "spaces at the ends get lost in translation")
			elif re.search(r"\{(\D[^}]*)?\}", first.value):
				self.report(node, "translated-placeholder", "placeholders are positional: {0}, {1}")

	def visit_Assign(self, node: ast.Assign) -> None:
		for target in node.targets:
			name = dotted(target)
			if re.match(r"(frappe|erpnext)\.", name) and not re.match(r"frappe\.(local|flags)\.", name):
				self.report(node, "monkey-patch", f"{name} belongs to another app")
			if name == "override_doctype_class":
				self.report(
					node, "override-class", "the last app that overrides a class wins; use doc_events"
				)
		self.generic_visit(node)

	def visit_Import(self, node: ast.Import) -> None:
		for alias in node.names:
			self.check_import(node, alias.name)

	def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
		if not node.level:
			self.check_import(node, node.module or "")

	def check_import(self, node: ast.AST, module: str) -> None:
		if module.split(".")[0] in OWN_MODULES_AT_TOP:
			self.report(node, "top-level-import", f"import partner_relations.{module}")


def without_frappe(tree: ast.Module) -> bool:
	"""Return whether a module never imports frappe: then it is the core or a command, which may print."""
	for node in ast.walk(tree):
		if isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "frappe" for alias in node.names):
			return False
		if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "frappe":
			return False
	return True


def python_findings(text: str) -> list[tuple[int, str, str]]:
	"""Return (line, rule, message) for Python source."""
	tree = ast.parse(text)
	rules = PythonRules(tree)
	rules.visit(tree)
	if without_frappe(tree):
		return [found for found in rules.found if found[1] not in ("print", "process-cache")]
	return rules.found


JAVASCRIPT_RULES = (
	(
		"translated-built",
		r"\b__\(\s*`",
		"no translation is found for a template literal; use {0} and arguments",
	),
	(
		"translated-built",
		r"\b__\(\s*(\"[^\"]*\"|'[^']*')\s*\+",
		"no translation is found for a text put together",
	),
	("translated-empty", r"\b__\(\s*(\"\s*\"|'\s*')", "nothing to translate"),
	(
		"translated-placeholder",
		r"\b__\(\s*(\"[^\"]*\{[A-Za-z]|'[^']*\{[A-Za-z])",
		"placeholders are positional",
	),
	("untranslated", r"frappe\.(throw|msgprint|show_alert)\(\s*[\"'`]", "people read this: wrap it in __()"),
	("cur-frm", r"\bcur_frm\b", "use the frm that the handler is given"),
	("console", r"\bconsole\.log\(", "nobody reads a browser's console"),
	("debugger", r"^\s*debugger\b", "left from debugging"),
	("eval", r"\beval\(", "no eval"),
)


def javascript_findings(text: str) -> list[tuple[int, str, str]]:
	"""Return (line, rule, message) for JavaScript source. A call may go over several lines."""
	found = []
	for rule, pattern, message in JAVASCRIPT_RULES:
		for match in re.finditer(pattern, text, re.MULTILINE):
			found.append((text.count("\n", 0, match.start()) + 1, rule, message))
	return found


def check(file: str, text: str) -> list[Finding]:
	"""Return the findings of one file, without the lines that are marked as exceptions."""
	found = javascript_findings(text) if file.endswith(".js") else python_findings(text)
	lines = text.splitlines()
	kept = []
	for line, rule, message in sorted(found):
		if file.startswith(DEMO) and rule in DEMO_MAY:
			continue
		exception = EXCEPTION.search(lines[line - 1])
		if not exception:
			kept.append(Finding(file, line, rule, message))
		elif not exception["reason"].strip(" :"):
			kept.append(Finding(file, line, rule, f"{message} (nosemgrep needs a reason)"))
	return kept


def main(files: list[str]) -> int:
	"""Check files, print findings; 1 if there are any."""
	findings = [found for file in files for found in check(file, Path(file).read_text(encoding="utf-8"))]
	for found in findings:
		print(found)
	print(f"{len(files)} files, {len(findings)} findings")
	return 1 if findings else 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
