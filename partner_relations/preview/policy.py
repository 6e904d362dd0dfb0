"""Which policy the preview tiers customers by: one that the app installs, by its name, or a JSON file.

The file has the fields of a Customer Tiering Policy, as its form downloads them; what it leaves out has the
defaults of a new policy. See docs/preview.md.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from partner_relations.customer_care.metrics import MetricSettings
from partner_relations.customer_care.tiering import Definition, DefinitionError
from partner_relations.customer_care.tiering.documents import LABELS, definition_of
from partner_relations.preview.reading import InputError
from partner_relations.preview.template import Part, as_json, exact_number, read_json, shipped
from partner_relations.supplier_quality.rating.numbers import as_text, decimal

POLICY = "customer_tiering_policy"
DEFAULT = "Customer Value"
DOCTYPES = Path(__file__).resolve().parents[1] / "customer_care" / "doctype"
MOST_MONTHS = 120
# What the ERP adds to every record.
BOOKKEEPING = (
	*("doctype", "name", "owner", "creation", "modified", "modified_by", "docstatus", "idx"),
	*("parent", "parentfield", "parenttype"),
)
NUMBERS = ("Int", "Float", "Percent", "Check")
NAMED = 8


@dataclass(frozen=True)
class TierPolicy:
	"""What customers are tiered by: the core's definition, tolerances, customer groups (none: all), months of
	its period, and the tiers' colours by name."""

	name: str
	definition: Definition
	settings: MetricSettings
	customer_groups: tuple[str, ...]
	months: int
	colors: Mapping[str, str]


def read_policy(name_or_path: str | None = None) -> TierPolicy:
	"""The policy that comes with the app under this name (default: `DEFAULT`), else the one in this file.

	Raises InputError with one line that says what is wrong, and where.
	"""
	policies = {document["policy_name"]: document for document in shipped(POLICY)}
	if name_or_path is None or name_or_path in policies:
		name = name_or_path or DEFAULT
		return parse_policy(policies[name], name)
	path = Path(name_or_path)
	if not path.exists():
		raise InputError(
			f"{name_or_path}: is neither a file nor a policy that comes with the app ({', '.join(policies)})"
		)
	return parse_policy(read_json(path), path.name)


def parse_policy(data: Any, name: str = "policy") -> TierPolicy:
	"""A policy from the fields of its form, or less. Raises InputError, its message beginning with `name`.

	`tiers` names the tiers that it can give, best first; without it they are those that the app installs.
	"""
	values = _read(name, data, POLICY, ("tiers",))
	tiers, colors = _tiers(name, values)
	months = int(values["period_months"])
	if not 1 <= months <= MOST_MONTHS:
		raise InputError(f"{name}, period_months: {months} is not between 1 and {MOST_MONTHS}")
	try:
		definition = definition_of(values, tiers)
	except DefinitionError as error:
		raise InputError(f"{name}{_words(error)}") from error
	return TierPolicy(
		name=values["policy_name"] or name,
		definition=definition,
		settings=MetricSettings(
			payment_days=int(values["payment_days"] or 0),
			late_days=int(values["late_days"] or 0),
			quantity_tolerance=decimal(values["quantity_tolerance"] or 0),
		),
		customer_groups=tuple(
			row["customer_group"] for row in values["customer_groups"] if row["customer_group"]
		),
		months=months,
		colors=colors,
	)


def _tiers(name: str, values: Mapping[str, Any]) -> tuple[list[str], dict[str, str]]:
	installed = sorted(shipped("customer_tier"), key=lambda tier: tier["rank"])
	colors = {tier["tier_name"]: tier["color"] for tier in installed}
	given = values["tiers"]
	if given is None:
		return list(colors), colors
	if not isinstance(given, list) or not given or not all(isinstance(tier, str) and tier for tier in given):
		raise InputError(f"{name}, tiers: must be a list of names, best first")
	return given, {tier: colors.get(tier, "") for tier in given}


@lru_cache
def _fields(doctype: str) -> dict[str, Mapping[str, Any]]:
	"""The fields of a form that hold something, as its definition has them."""
	text = (DOCTYPES / doctype / f"{doctype}.json").read_text(encoding="utf-8")
	layout = ("Section Break", "Column Break", "Tab Break", "HTML")
	return {row["fieldname"]: row for row in json.loads(text)["fields"] if row["fieldtype"] not in layout}


def _read(place: str, data: Any, doctype: str, more: tuple[str, ...] = ()) -> dict[str, Any]:
	"""The values of a form, or of a row of a table: each of the kind that its field holds, or its default."""
	known = _fields(doctype)
	if isinstance(data, dict):
		data = {key: value for key, value in data.items() if key not in BOOKKEEPING}
	part = Part(place, data, (*known, *more))
	values: dict[str, Any] = {name: part.get(name) for name in more}
	for name, row in known.items():
		kind = row["fieldtype"]
		if kind in ("Table", "Table MultiSelect"):
			values[name] = list(_table(part, name, row["options"]))
		elif kind in NUMBERS:
			values[name] = _number(part, name, row.get("default"), whole=kind == "Int")
		else:
			values[name] = part.text(name) if part.get(name) else row.get("default")
	return values


def _table(part: Part, name: str, options: str) -> Iterator[dict[str, Any]]:
	rows = part.get(name) or []
	if not isinstance(rows, list):
		raise part.error(name, "must be a list of rows")
	doctype = options.lower().replace(" ", "_")
	for number, row in enumerate(rows, start=1):
		yield _read(f"{part.place}, {name}, row {number}", row, doctype)


def _number(part: Part, name: str, default: str | None, whole: bool) -> Decimal | int | None:
	value = part.get(name)
	if value is None or value == "":
		value = default
	if value is None:
		return None
	number = exact_number(int(value) if isinstance(value, bool) else value)
	if number is None:
		raise part.error(name, f"{as_json(value)} is not a number")
	if not whole:
		return number
	if number != number.to_integral_value():
		raise part.error(name, f"{as_json(value)} is not a whole number")
	return int(number)


# What is wrong with a policy, by the core's codes. The ERP says it at more length, and in more languages.
_REASONS = {
	"unknown choice": "{choice} is none of the values that the form offers",
	"no name": "the name is missing",
	"same name twice": "{name} is there already",
	"unknown tier": "{tier} is no tier; name one of `tiers`",
	"no metrics": "there must be at least one",
	"unknown metric": "{metric} is not a metric",
	"negative number": "is below 0",
	"outside 0 to 100": "is not between 0 and 100",
	"weights": "they add up to {sum}, not to 100",
	"curve": "worst and best are the same number",
	"bands": "{reason}",
	"tiers out of order": "{better} asks for a better result than {worse}, but is the lower tier",
	"breaks": "there must be four cuts",
	"not ascending": "the numbers must rise",
	"no segments": "there must be at least one",
	"range": "goes from {lower} to {upper}; scores lie between 1 and 5",
	"uncovered": "{count} combinations of scores have no segment, such as {combinations}",
	"outside the scale": "must lie above {lower} and not above {upper}",
	"no such cell": "value and potential are Low, Medium or High",
	"same cell twice": "this value and potential are there already",
	"cell missing": "there is none for value {value} and potential {potential} (1 is Low, 3 High)",
	"limit of everyone": "it would hold for every customer: name a metric or a customer group",
	"margin without a score": "RFM has no points; enter 0",
	"margin out of reach": "beyond the border at {border} so much is left nowhere",
	"confirmations": "must be at least 1",
}


def _words(error: DefinitionError) -> str:
	"""Where and what is wrong, as the rest of a line that begins with the file."""
	row = f"row {error.row}" if error.row else ""
	if error.table == "classes" and row:
		row = f"class {'ABC'[error.row - 1]}"
	place = "".join(f", {part}" for part in (error.table, row, error.field) if part)
	values = {name: _said(value) for name, value in error.values.items()}
	return f"{place}: {_REASONS.get(error.code, error.code).format(**values)}"


def _said(value: Any) -> str:
	if isinstance(value, list):
		return ", ".join(map(str, value[:NAMED]))
	if isinstance(value, Decimal):
		return as_text(value)
	return as_json(value) if isinstance(value, str) and value not in LABELS.values() else str(value)
