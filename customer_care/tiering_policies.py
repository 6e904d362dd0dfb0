"""Tiering policies: their frozen definition, the customers and the period they are about, what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, getdate, today

from partner_relations.common.trees import with_descendants
from partner_relations.customer_care.metrics import MEASURES, NAMES, MetricSettings
from partner_relations.customer_care.tiering import (
	DEFAULT_SEGMENTS,
	Definition,
	DefinitionError,
	Method,
	never_reached,
)
from partner_relations.customer_care.tiering.documents import FULL, LEVELS, METHODS, definition_of
from partner_relations.customer_care.tiering_sentences import fault
from partner_relations.customer_care.tiers import TIER
from partner_relations.supplier_quality.rating.numbers import as_text, decimal
from partner_relations.supplier_quality.rating.periods import add_months

POLICY = "Customer Tiering Policy"


@dataclass(frozen=True)
class Policy:
	"""What a run works by: the core's definition, the tolerances of the metrics, the customer groups."""

	definition: Definition
	settings: MetricSettings
	customer_groups: tuple[str, ...] = ()

	def to_text(self) -> str:
		"""JSON that `from_text` reads; its top level is the definition's own."""
		settings = {**asdict(self.settings), "quantity_tolerance": as_text(self.settings.quantity_tolerance)}
		data = {
			**self.definition.to_dict(),
			"settings": settings,
			"customer_groups": list(self.customer_groups),
		}
		return frappe.as_json(data)

	@classmethod
	def from_text(cls, text: str) -> "Policy":
		data = frappe.parse_json(text)
		settings = {**data["settings"], "quantity_tolerance": Decimal(data["settings"]["quantity_tolerance"])}
		return cls(Definition.from_dict(data), MetricSettings(**settings), tuple(data["customer_groups"]))


# From the form to the core


def freeze(policy: Mapping[str, Any]) -> Policy:
	"""What a policy (a document as a dictionary, saved or not) says now, complete.

	Raises frappe.ValidationError with a sentence that names table, row and mend where it makes no sense.
	"""
	try:
		definition = definition_of(policy, best_tiers(), groups_below)
	except DefinitionError as error:
		frappe.throw(fault(error), title=_("Policy Not Complete"))
	settings = MetricSettings(
		payment_days=cint(policy.get("payment_days")),
		late_days=cint(policy.get("late_days")),
		quantity_tolerance=decimal(policy.get("quantity_tolerance") or 0),
	)
	groups = [row.get("customer_group") for row in policy.get("customer_groups") or ()]
	return Policy(definition, settings, tuple(groups_below(groups)))


def for_preview(policy: Mapping[str, Any]) -> dict[str, Any]:
	"""A policy (a document as a dictionary) as the preview reads it, with the tiers of this site.

	Customer groups come with those below them, which the preview knows nothing of. What makes no sense is
	refused, as on saving.
	"""
	frozen = freeze(policy)
	meta = frappe.get_meta(POLICY)
	values = {
		field.fieldname: policy.get(field.fieldname) for field in meta.fields if field.fieldtype in _KEPT
	}
	for field in meta.get_table_fields():
		fields = [row.fieldname for row in frappe.get_meta(field.options).fields if row.fieldtype in _KEPT]
		values[field.fieldname] = [
			{name: row.get(name) for name in fields} for row in policy.get(field.fieldname) or ()
		]
	values["customer_groups"] = [{"customer_group": group} for group in frozen.customer_groups]
	return {**values, "tiers": list(frozen.definition.tiers)}


_KEPT = ("Data", "Select", "Link", "Small Text", "Int", "Float", "Percent", "Check")
"""Types of fields that hold a value; tables aside."""


def best_tiers() -> list[str]:
	"""The tiers that a policy can give, best first."""
	return frappe.get_all(TIER, filters={"disabled": 0}, pluck="name", order_by="`rank` asc")


# Customers and period


@dataclass(frozen=True)
class CustomerInfo:
	"""What a run needs to know of a customer. `current` is the tier it is assessed in: a tier set by hand for
	a time doesn't count."""

	name: str
	customer_name: str
	disabled: bool
	customer_group: str | None
	current: str | None
	potential: Decimal | None
	potential_by: str | None


def customers_in_scope(groups: Sequence[str], customers: Sequence[str] = ()) -> dict[str, CustomerInfo]:
	"""Customers of the groups (none: all), in one query, by name; without internal customers."""
	customer = frappe.qb.DocType("Customer")
	query = (
		frappe.qb.from_(customer)
		.where(customer.is_internal_customer == 0)
		.select(
			customer.name,
			customer.customer_name,
			customer.disabled,
			customer.customer_group,
			customer.customer_tier,
			customer.assessed_tier,
			customer.tier_override_until,
			customer.has_customer_potential,
			customer.customer_potential,
			customer.customer_potential_by,
		)
		.orderby(customer.name)
	)
	if groups:
		query = query.where(customer.customer_group.isin(list(groups)))
	if customers:
		query = query.where(customer.name.isin(list(customers)))
	found = {}
	for name, title, disabled, group, tier, assessed, until, rated, potential, by in query.run():
		found[name] = CustomerInfo(
			name,
			title,
			bool(disabled),
			group,
			(assessed if until else tier) or None,
			decimal(potential) if rated else None,
			by if rated else None,
		)
	return found


def groups_below(groups: Sequence[str | None]) -> list[str]:
	"""The customer groups and all below them."""
	return with_descendants("Customer Group", groups)


def period_of(policy: Mapping[str, Any], day: date | None = None) -> tuple[date, date]:
	"""The policy's whole months up to the last one that has ended by `day` (default: today on the site)."""
	this_month = getdate(day or today()).replace(day=1)
	return add_months(this_month, -cint(policy.get("period_months"))), this_month - timedelta(days=1)


def metric_units() -> list[dict[str, str]]:
	"""The metrics that a policy can weigh: label as stored, name in the user's language, unit, meaning."""
	return [
		{
			"metric": label,
			"label": _(label),
			"unit": MEASURES[name].unit,
			"description": _(MEASURES[name].description),
		}
		for label, name in NAMES.items()
	]


# What a new policy begins with


def suggestions(method: str) -> dict[str, Any]:
	"""Values for the tables and fields of a method, by the site's own tiers: see `_tier_for`."""
	tiers = best_tiers()
	if not tiers:
		frappe.throw(_("There are no customer tiers. Create them first: the policy says who gets which."))
	return {key: value for key, value in _SUGGESTED[METHODS[method]](tiers).items() if value is not None}


def _tier_for(tiers: Sequence[str], shipped: str) -> str:
	"""The tier of the name that is shipped, else the one that stands at its place from the top."""
	if shipped in tiers:
		return shipped
	place = {"Strategic": 0, "Key": 1}.get(shipped, len(tiers) - 1)
	return tiers[min(place, len(tiers) - 1)]


def _suggested_bands(tiers: Sequence[str]) -> dict[str, Any]:
	starts = [80, 60] if len(tiers) == 3 else [FULL - FULL * n // len(tiers) for n in range(1, len(tiers))]
	return {
		"bands": [
			{"tier": tier, "from_score": start} for tier, start in zip(tiers, [*starts, 0], strict=True)
		]
	}


def _suggested_segments(tiers: Sequence[str]) -> dict[str, Any]:
	return {
		"segments": [
			{
				"segment": row.name,
				"tier": _tier_for(tiers, row.tier),
				"r_from": int(row.recency[0]),
				"r_to": int(row.recency[1]),
				"f_from": int(row.frequency[0]),
				"f_to": int(row.frequency[1]),
				"m_from": int(row.monetary[0]),
				"m_to": int(row.monetary[1]),
				"fm_from": float(row.frequency_monetary[0]),
				"fm_to": float(row.frequency_monetary[1]),
			}
			for row in DEFAULT_SEGMENTS
		]
	}


def _suggested_classes(tiers: Sequence[str]) -> dict[str, Any]:
	return {
		"tier_a": _tier_for(tiers, "Strategic"),
		"tier_b": _tier_for(tiers, "Key"),
		"tier_c": _tier_for(tiers, "Regular"),
	}


# By value and potential, from the worst to the best of each (the tiers of the core's default cells).
_CELLS = {
	("High", "High"): "Strategic",
	("High", "Medium"): "Key",
	("High", "Low"): "Key",
	("Medium", "High"): "Key",
}


def _suggested_cells(tiers: Sequence[str]) -> dict[str, Any]:
	return {
		"cells": [
			{
				"value_level": value,
				"potential_level": potential,
				"tier": _tier_for(tiers, _CELLS.get((value, potential), "Regular")),
			}
			for value in reversed(LEVELS)
			for potential in reversed(LEVELS)
		]
	}


_SUGGESTED: dict[Method, Callable[[Sequence[str]], dict[str, Any]]] = {
	Method.WEIGHTED: _suggested_bands,
	Method.RFM: _suggested_segments,
	Method.ABC: _suggested_classes,
	Method.MATRIX: _suggested_cells,
}


def segments_never_reached(definition: Definition) -> list[str]:
	"""Rows of the segment table that no customer can fall in, because earlier rows hold all of theirs."""
	return never_reached(definition.rfm.segments) if definition.rfm else []
