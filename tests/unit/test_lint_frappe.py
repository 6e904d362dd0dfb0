"""scripts/lint_frappe.py: each rule finds what it is for, and lets the right way pass."""

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "lint_frappe.py"
specification = importlib.util.spec_from_file_location("lint_frappe", SCRIPT)
lint_frappe = importlib.util.module_from_spec(specification)
# Its dataclasses look their own module up by name.
sys.modules["lint_frappe"] = lint_frappe
specification.loader.exec_module(lint_frappe)

WHITELISTED = "import frappe\n@frappe.whitelist({options})\ndef answer({arguments}):\n\t{body}\n"


def rules(text: str, file: str = "a.py") -> list[str]:
	"""Return the names of the rules that `text` breaks."""
	return [found.rule for found in lint_frappe.check(file, text)]


def whitelisted(
	arguments: str = "", body: str = "frappe.only_for('System Manager')", options: str = ""
) -> str:
	"""Return the source of a whitelisted function."""
	return WHITELISTED.format(arguments=arguments, body=body, options=options)


@pytest.mark.parametrize(
	("text", "broken"),
	[
		(whitelisted("supplier: str"), []),
		(whitelisted("supplier"), ["whitelist-types"]),
		(whitelisted("*, supplier"), ["whitelist-types"]),
		(whitelisted(body="return 1"), ["whitelist-permission"]),
		(whitelisted(body="frappe.get_doc('Supplier', 'A').check_permission('read')"), []),
		("def may():\n\tfrappe.only_for('A')\n" + whitelisted(body="may()"), []),
		("def may():\n\treturn 1\n" + whitelisted(body="may()"), ["whitelist-permission"]),
		(whitelisted(options="allow_guest=True"), ["whitelist-guest"]),
		("import frappe\nclass A:\n\tdef on_update(self):\n\t\tself.score = 1\n", ["lost-change"]),
		("import frappe\nclass A:\n\tdef validate(self):\n\t\tself.score = 1\n", []),
		("def f():\n\tfrappe.db.commit()\n", ["manual-commit"]),
		("def f():\n\tfrappe.db.commit()  # nosemgrep: a job ends here\n", []),
		("def f():\n\tfrappe.db.commit()  # nosemgrep\n", ["manual-commit"]),
		("def f(x):\n\tfrappe.db.sql(f'select {x}')\n", ["built-sql"]),
		("def f(x):\n\tfrappe.db.sql('select %s' % x)\n", ["built-sql"]),
		("def f(x):\n\tfrappe.db.sql('select %s', x)\n", []),
		("def f(x):\n\t_(f'No {x}')\n", ["translated-built"]),
		("def f(x):\n\t_('No {0}'.format(x))\n", ["translated-built"]),
		("def f(x):\n\t_('No {0}').format(x)\n", []),
		("def f(x):\n\t_('No {name}').format(name=x)\n", ["translated-placeholder"]),
		("def f():\n\t_('No ')\n", ["translated-spaces"]),
		("def f():\n\t_('')\n", ["translated-empty"]),
		("import frappe\nCOMPANIES = frappe.get_all('Company')\n", ["import-time-read"]),
		("import frappe\nfrappe.utils.now = None\n", ["monkey-patch"]),
		("import frappe\ndef f():\n\tfrappe.local.lang = 'zh'\n", []),
		("override_doctype_class = {}\n", ["override-class"]),
		(
			"import frappe\nfrom functools import lru_cache\n@lru_cache\ndef f():\n\treturn 1\n",
			["process-cache"],
		),
		("from functools import cache\n@cache\ndef f():\n\treturn 1\n", []),
		("from supplier_quality.rating import curve\n", ["top-level-import"]),
		("from partner_relations.supplier_quality.rating import curve\n", []),
	],
)
def test_python_rules(text: str, broken: list[str]):
	assert rules(text) == broken


@pytest.mark.parametrize(
	("text", "broken"),
	[
		("frappe.throw(__('No data'));", []),
		("frappe.throw('No data');", ["untranslated"]),
		("__(`No ${supplier}`);", ["translated-built"]),
		("__('No ' + supplier);", ["translated-built"]),
		("__('No {0}', [supplier]);", []),
		("__('No {supplier}');", ["translated-placeholder"]),
		("cur_frm.refresh();", ["cur-frm"]),
		("console.log(1); // nosemgrep: the tests read it", []),
	],
)
def test_javascript_rules(text: str, broken: list[str]):
	assert rules(text, "a.js") == broken


def test_finding_names_file_and_line():
	found = lint_frappe.check("x.py", "\n\neval('1')\n")
	assert [str(each) for each in found] == ["x.py:3: eval: use frappe.safe_eval"]
