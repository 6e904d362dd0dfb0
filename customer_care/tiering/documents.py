"""A tiering policy as the form has it, and as the core takes it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from partner_relations.customer_care.metrics import GROSS_MARGIN_AMOUNT, MEASURES, NAMES
from partner_relations.customer_care.tiering.definition import Definition, Method
from partner_relations.customer_care.tiering.rfm import RfmRule
from partner_relations.supplier_quality.rating.numbers import decimal

LABELS = {**NAMES, GROSS_MARGIN_AMOUNT.label: GROSS_MARGIN_AMOUNT.name}
"""Names of metrics by what the form calls them."""

METHODS = {
	"Weighted Score": Method.WEIGHTED,
	"RFM": Method.RFM,
	"ABC": Method.ABC,
	"Value-Potential Matrix": Method.MATRIX,
}
LEVELS = ("Low", "Medium", "High")
BOUNDS = {"At Least": "At least", "At Most": "At most"}
COMPARISONS = {"At least": "is at least", "At most": "is at most"}
DIMENSIONS = {"Recency": "recency_breaks", "Frequency": "frequency_breaks", "Monetary": "monetary_breaks"}
FULL = 100

Row = Mapping[str, Any]
Groups = Callable[[Sequence[str]], list[str]]


def definition_of(policy: Row, tiers: Sequence[str], groups_below: Groups = list) -> Definition:
	"""What a policy's document says. `tiers` are those it can give, best first; `groups_below` names customer
	groups with their descendants. Raises DefinitionError, its rows those of the document's tables."""
	return Definition.from_dict(_as_core(policy, tiers, groups_below))


def _as_core(policy: Row, tiers: Sequence[str], groups_below: Groups) -> dict[str, Any]:
	method = METHODS.get(policy.get("method"))
	data: dict[str, Any] = {
		"method": method.value if method else policy.get("method"),
		"tiers": list(tiers),
		"policy": policy.get("name") or policy.get("policy_name") or "",
		"limits": [_limit(row, groups_below) for row in policy.get("limits") or ()],
		"hysteresis": {
			# Scores of RFM are no points that a margin could be taken of.
			"margin": 0 if method == Method.RFM else policy.get("margin") or 0,
			"confirmations": policy.get("confirmations"),
		},
		"default_tier": policy.get("default_tier"),
	}
	if method in (Method.WEIGHTED, Method.MATRIX):
		data["minimum_coverage"] = policy.get("minimum_coverage")
		data["minimum_sample"] = policy.get("minimum_sample")
	if method == Method.WEIGHTED:
		data["bands"] = _bands(policy.get("bands") or ())
	elif method == Method.RFM:
		data["rfm"] = _rfm(policy)
	elif method == Method.ABC:
		data["abc"] = _abc(policy)
	elif method == Method.MATRIX:
		data["matrix"] = _matrix(policy)
	data["metrics"] = _metrics(policy, method, data)
	return data


def _metrics(policy: Row, method: Method | None, data: Row) -> list[dict]:
	"""The weighted metrics in the order of the table, then those that only the method or a limit looks at."""
	rows = []
	if method in (Method.WEIGHTED, Method.MATRIX):
		for row in policy.get("metrics") or ():
			name = LABELS.get(row.get("metric"), row.get("metric"))
			curve = [(row.get("worst") or 0, 0), (row.get("best") or 0, FULL)]
			rows.append({"metric": name, "weight": row.get("weight") or 0, "curve": curve})
	others = []
	if method == Method.RFM:
		others = list(RfmRule().metrics)
	elif method == Method.ABC:
		others = [data["abc"]["metric"]]
	others += [condition["metric"] for limit in data["limits"] for condition in limit["conditions"]]
	weighed = {row["metric"] for row in rows}
	rows += [{"metric": name} for name in dict.fromkeys(others) if name not in weighed]
	for row in rows:
		measure = MEASURES.get(row["metric"])
		row["scale"] = measure.scale if measure else 1
	return rows


def _bands(rows: Iterable[Row]) -> list[dict[str, Any]]:
	"""Each band ends where the next one begins, the topmost at 100."""
	rows = list(rows)
	starts = sorted(decimal(row.get("from_score") or 0) for row in rows)
	bands = []
	for row in rows:
		lower = decimal(row.get("from_score") or 0)
		upper = next((start for start in starts if start > lower), Decimal(FULL))
		bands.append({"tier": row.get("tier"), "lower": lower, "upper": upper})
	return bands


def _rfm(policy: Row) -> dict[str, Any]:
	rule: dict[str, Any] = {"scoring": policy.get("rfm_scores")}
	for row in policy.get("breaks") or ():
		if row.get("dimension") in DIMENSIONS:
			rule[DIMENSIONS[row["dimension"]]] = [row.get(f"cut_{number}") or 0 for number in range(1, 5)]
	rule["segments"] = [
		{
			"name": row.get("segment"),
			"tier": row.get("tier"),
			"recency": (row.get("r_from"), row.get("r_to")),
			"frequency": (row.get("f_from"), row.get("f_to")),
			"monetary": (row.get("m_from"), row.get("m_to")),
			"frequency_monetary": (row.get("fm_from"), row.get("fm_to")),
		}
		for row in policy.get("segments") or ()
	]
	return rule


def _abc(policy: Row) -> dict[str, Any]:
	below = {"A": policy.get("cut_a"), "B": policy.get("cut_b"), "C": FULL}
	return {
		"metric": LABELS.get(policy.get("abc_metric"), policy.get("abc_metric")),
		"classes": [
			{"name": name, "tier": policy.get(f"tier_{name.lower()}"), "below": number or 0}
			for name, number in below.items()
		],
	}


def _matrix(policy: Row) -> dict[str, Any]:
	return {
		"value_cuts": [policy.get("value_medium_from") or 0, policy.get("value_high_from") or 0],
		"potential_cuts": [policy.get("potential_medium_from") or 0, policy.get("potential_high_from") or 0],
		"cells": [
			{
				"value": _level(row.get("value_level")),
				"potential": _level(row.get("potential_level")),
				"name": f"{row.get('value_level')}/{row.get('potential_level')}",
				"tier": row.get("tier"),
			}
			for row in policy.get("cells") or ()
		],
	}


def _level(level: str | None) -> int:
	return LEVELS.index(level) + 1 if level in LEVELS else 0


def _limit(row: Row, groups_below: Groups) -> dict[str, Any]:
	conditions = []
	if row.get("metric"):
		conditions.append(
			{
				"metric": LABELS.get(row["metric"], row["metric"]),
				"comparison": COMPARISONS.get(row.get("comparison"), row.get("comparison")),
				"number": row.get("value") or 0,
				"margin": row.get("margin") or 0,
			}
		)
	group = row.get("customer_group")
	return {
		"bound": BOUNDS.get(row.get("kind"), row.get("kind")),
		"tier": row.get("tier"),
		"conditions": conditions,
		"customer_groups": groups_below([group]) if group else [],
	}
