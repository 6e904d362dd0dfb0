"""The core imports the standard library, pypika and itself: DESIGN §1, "Never frappe"."""

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = "partner_relations"
MODULES = ("supplier_quality", "customer_care")
# The folders that DESIGN §1 calls core; those of later issues count as soon as they exist.
CORE = ("rating", "kpis", "agreements", "remedies", "tiering", "deadlines", "metrics")
CORE_PACKAGES = (
	f"{APP}.preview",
	f"{APP}.common.facts",
	*(f"{APP}.{module}.{core}" for module in MODULES for core in CORE),
)
MAY_IMPORT = (*CORE_PACKAGES, "pypika")


def python_files(folder: Path) -> Iterator[Path]:
	"""Every module under a real folder. Links aren't followed: through them each file would come twice."""
	for parent, folders, files in os.walk(folder, followlinks=False):
		folders[:] = [name for name in folders if name != "__pycache__"]
		yield from (Path(parent) / name for name in sorted(files) if name.endswith(".py"))


def core_files() -> list[Path]:
	"""Core modules, and the packages above them: importing a module runs these too."""
	folders = [
		ROOT / APP / "preview",
		ROOT / APP / "common" / "facts",
		*(ROOT / module / core for module in MODULES for core in CORE),
	]
	above = [
		ROOT / APP / "__init__.py",
		ROOT / APP / "common" / "__init__.py",
		*(ROOT / module / "__init__.py" for module in MODULES),
	]
	return [*above, *(path for folder in folders for path in python_files(folder))]


def package_of(path: Path) -> str:
	"""The dotted name of the package that holds a file, as it is imported."""
	parts = path.relative_to(ROOT).parent.parts
	return ".".join(parts if parts[0] == APP else (APP, *parts))


def imported(source: str, package: str) -> Iterator[tuple[int, str]]:
	"""(line, dotted name) of everything that a module imports: at the top, in functions, or by name."""
	for node in ast.walk(ast.parse(source)):
		if isinstance(node, ast.Import):
			yield from ((node.lineno, alias.name) for alias in node.names)
		elif isinstance(node, ast.ImportFrom):
			base = node.module or ""
			if node.level:
				above = package.split(".")[: len(package.split(".")) - node.level + 1]
				base = ".".join((*above, base) if base else above)
			# `from a import b` may import the module a.b.
			yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
		elif isinstance(node, ast.Call):
			name = getattr(node.func, "attr", getattr(node.func, "id", ""))
			if (
				name in ("import_module", "__import__")
				and node.args
				and isinstance(node.args[0], ast.Constant)
			):
				yield node.lineno, str(node.args[0].value)


def forbidden_in_core(source: str, package: str) -> list[str]:
	return [f"line {line}: {name}" for line, name in imported(source, package) if not _may_import(name)]


def _may_import(name: str) -> bool:
	top = name.split(".")[0]
	if top == "__future__" or top in sys.stdlib_module_names:
		return True
	# The app's version is all that its root has to offer.
	return name == f"{APP}.__version__" or any(name == ok or name.startswith(f"{ok}.") for ok in MAY_IMPORT)


def test_the_walk_finds_the_core_and_each_file_once():
	files = core_files()
	names = {path.relative_to(ROOT).as_posix() for path in files}
	assert {"supplier_quality/kpis/delivery.py", "supplier_quality/rating/score.py"} <= names
	assert f"{APP}/preview/shapes.py" in names
	assert len({path.resolve() for path in files}) == len(files)


@pytest.mark.parametrize("path", core_files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_core_imports_only_the_standard_library_pypika_and_itself(path):
	assert forbidden_in_core(path.read_text(), package_of(path)) == []


@pytest.mark.parametrize("module", (APP, *MODULES, "tests"))
def test_modules_are_imported_by_their_full_name(module):
	"""A top-level `supplier_quality` would be a second copy of every class."""
	wrong = [
		f"{path.relative_to(ROOT)}: line {line}: {name}"
		for path in python_files(ROOT / module)
		for line, name in imported(path.read_text(), package_of(path))
		if name.split(".")[0] in MODULES
	]
	assert wrong == []


@pytest.mark.parametrize(
	"source",
	[
		"import frappe",
		"import frappe.utils as utils",
		"from frappe import _",
		"import json, erpnext",
		"def late():\n\timport frappe",
		"if True:\n\tfrom erpnext.stock import utils",
		"try:\n\timport frappe\nexcept ImportError:\n\tfrappe = None",
		"import importlib\nimportlib.import_module('frappe')",
		"__import__('frappe')",
		"import supplier_quality.kpis",
		"from customer_care.tiering import tiers",
		f"from {APP}.supplier_quality import evaluation",
		f"from {APP}.supplier_quality.evaluation import run",
		f"from {APP}.common import bulk",
		"from .. import evaluation",
		"from ..evaluation import run",
		"from ...common import bulk",
		"import requests",
	],
)
def test_the_check_sees_what_the_core_may_not_import(source):
	assert forbidden_in_core(source, f"{APP}.supplier_quality.kpis")


@pytest.mark.parametrize(
	"source",
	[
		"import sqlite3\nfrom collections.abc import Mapping",
		"from pypika.terms import Term",
		f"from {APP}.common.facts.query import Sql",
		f"from {APP}.preview.shapes import SHAPES",
		f"from {APP} import __version__",
		"from . import query",
		"from .query import Sql",
		"from ..rating.score import evaluate",
	],
)
def test_the_check_allows_what_the_core_needs(source):
	assert forbidden_in_core(source, f"{APP}.supplier_quality.kpis") == []
