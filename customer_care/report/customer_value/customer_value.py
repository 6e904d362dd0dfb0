"""Customer Value: the latest assessment of each customer, best first, with the RFM map."""

from collections import Counter
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, escape_html, flt

from partner_relations.customer_care.metrics import METRICS, Measure
from partner_relations.customer_care.report.customer_value.rfm_map import rfm_map
from partner_relations.customer_care.report.display import customer_columns, tier_colors, visible_customers
from partner_relations.customer_care.tier_assessments import COMPANY_CURRENCY

ASSESSMENT = "Customer Tier Assessment"
SEGMENT = "Customer Tiering Segment"
SHOWN = 1000
"""More rows make the browser slow; map, chart and summary count all."""

UP = {"Frequency": "f", "Monetary Value": "m"}


def execute(filters: dict[str, Any] | None = None):
	"""Filters: policy, company, segment; customer_group, territory, account_manager, customer_tier; map
	("Frequency" or "Monetary Value") with recency and upwards, the scores of a cell of it.

	Returns columns, rows, message (with the map), chart, summary. Six statements at most.
	"""
	filters = frappe._dict(filters or {})
	customers = visible_customers(filters)
	rows = latest_assessments(filters, customers)
	up = UP.get(filters.map, "f")
	codes = [row.rfm for row in rows if _has_scores(row.rfm)]
	chosen = {"r": cint(filters.recency) or None, "up": cint(filters.upwards) or None}
	picture = _beside(rfm_map(codes, up, chosen), segments(rows, filters.segment)) if codes else ""
	rows = [row for row in rows if in_cell(row.rfm, up, chosen)]
	if filters.segment:
		rows = [row for row in rows if row.segment == filters.segment]
	rows.sort(key=_worth)
	shown = rows[:SHOWN]
	metrics = add_figures(shown)
	if not rows:
		return columns([], [], False), [], picture + empty_message(filters)
	message = picture
	if len(rows) > SHOWN:
		message += f"<p>{_('The first {0} of {1} customers are listed.').format(SHOWN, len(rows))}</p>"
	bars = None if codes else chart(rows)  # the map is picture enough
	return columns(shown, metrics, bool(codes), filters.company), shown, message or None, bars, summary(rows)


def _beside(*parts: str) -> str:
	return f'<div class="pr-beside">{"".join(parts)}</div>'


def segments(rows: list[Any], chosen: str | None) -> str:
	"""How many customers each segment has, as HTML; a click filters by it."""
	counts = Counter(row.segment for row in rows if row.segment)
	lines = "".join(
		f'<tr class="pr-segment{" pr-segment-chosen" if segment == chosen else ""}" '
		f'data-segment="{escape_html(segment)}" tabindex="0" role="button">'
		f'<td>{escape_html(_(segment, context=SEGMENT))}</td><td class="pr-figure">{count}</td></tr>'
		for segment, count in counts.most_common()
	)
	heads = (
		f'<th>{_("Segment")}</th><th class="pr-figure">{_("Customers", context="Customer Tiering Run")}</th>'
	)
	return f'<table class="table pr-table pr-segments"><thead><tr>{heads}</tr></thead>{lines}</table>'


def latest_assessments(filters: frappe._dict, customers: dict[str, Any]) -> list[Any]:
	"""The last assessment of each customer that the user may see, whatever was decided on it."""
	conditions: dict[str, Any] = {"status": ("!=", "Superseded")}
	for name in ("policy", "company"):
		if filters.get(name):
			conditions[name] = filters[name]
	rows = frappe.get_list(
		ASSESSMENT,
		filters=conditions,
		fields=[
			*("name as assessment", "customer", "policy", "company", "to_date", "status", "proposed_tier"),
			*("has_score", "score", "rfm", "segment"),
		],
		order_by="to_date desc, creation desc, name desc",
		limit_page_length=0,
	)
	latest: dict[str, Any] = {}
	for row in rows:
		customer = customers.get(row.customer)
		if customer and row.customer not in latest:
			row.update({key: customer[key] for key in ("customer_name", "customer_tier", "account_manager")})
			latest[row.customer] = row
	return list(latest.values())


def _has_scores(code: str | None) -> bool:
	return bool(code and len(code) == 3 and all(score in "12345" for score in code))


def in_cell(code: str | None, up: str, chosen: dict[str, int | None]) -> bool:
	"""Whether an RFM code lies in the chosen cell of the map, row or column; everything does if none is."""
	if not (chosen["r"] or chosen["up"]):
		return True
	if not _has_scores(code):
		return False
	wanted = {0: chosen["r"], "rfm".index(up): chosen["up"]}
	return all(score is None or int(code[place]) == score for place, score in wanted.items())


def _worth(row: Any) -> tuple:
	scores = sum(map(int, row.rfm)) if _has_scores(row.rfm) else 0
	return (not row.has_score, -flt(row.score), -scores, row.rfm or "", row.customer)


def add_figures(rows: list[Any]) -> list[str]:
	"""Add `metric_<name>` to the rows from their figures; returns the metrics that any of them has."""
	if not rows:
		return []
	texts = dict(
		frappe.get_list(
			ASSESSMENT,
			filters={"name": ("in", [row.assessment for row in rows])},
			fields=["name", "figures"],
			as_list=True,
			limit_page_length=0,
		)
	)
	found: dict[str, None] = {}
	for row in rows:
		row.score = flt(row.score) if row.has_score else None
		for metric, figure in (
			frappe.parse_json(texts.get(row.assessment) or "{}").get("metrics") or {}
		).items():
			found.setdefault(metric)
			value = figure.get("value")
			row[f"metric_{metric}"] = None if value is None else flt(value)
	return [name for name in METRICS if name in found] + [name for name in found if name not in METRICS]


def columns(
	rows: list[Any], metrics: list[str], with_rfm: bool, company: str | None = None
) -> list[dict[str, Any]]:
	return [
		*customer_columns(rows),
		{"fieldname": "score", "label": _("Score", context="Customer Tier Assessment"), "fieldtype": "Float"}
		| {"precision": 1, "width": 80},
		{
			"fieldname": "rfm",
			"label": _("RFM"),
			"fieldtype": "Data",
			"width": 70,
			"hidden": int(not with_rfm),
		},
		{"fieldname": "segment", "label": _("Segment"), "fieldtype": "Data", "width": 130},
		*(_metric_column(name, company) for name in metrics),
		{"fieldname": "proposed_tier", "label": _("Proposed Tier"), "fieldtype": "Data", "width": 110},
		{
			"fieldname": "status",
			"label": _("Status", context="Customer Tier Assessment"),
			"fieldtype": "Data",
			"width": 100,
		},
		{
			"fieldname": "to_date",
			"label": _("Until", context="Customer Tier Assessment"),
			"fieldtype": "Date",
			"width": 100,
		},
		{
			"fieldname": "assessment",
			"label": _("Assessment", context="Customer Tier Change"),
			"fieldtype": "Link",
			"options": ASSESSMENT,
			"width": 165,
		},
	]


def _metric_column(name: str, company: str | None) -> dict[str, Any]:
	measure = METRICS.get(name)
	label = (
		f"{_(measure.label, context='Customer Tiering Metric')} ({_unit(measure, company)})"
		if measure
		else name
	)
	return {
		"fieldname": f"metric_{name}",
		"label": label,
		"fieldtype": "Float",
		"precision": 2,
		"width": 150,
		"is_metric": 1,
	}


def _unit(measure: Measure, company: str | None) -> str:
	"""The unit of a metric; for money of one company its currency."""
	if measure.unit == COMPANY_CURRENCY and company:
		return frappe.get_cached_value("Company", company, "default_currency")
	return _(measure.unit)


def chart(rows: list[Any]) -> dict[str, Any]:
	"""How many customers each tier has, by what is proposed."""
	tiers = tier_colors()
	counts = Counter(row.proposed_tier or row.customer_tier for row in rows)
	names = [tier for tier in tiers if counts[tier]] or list(tiers)
	return {
		"data": {
			"labels": names,
			"datasets": [
				{
					"name": _("Customers", context="Customer Tiering Run"),
					"values": [counts[tier] for tier in names],
				}
			],
		},
		"type": "percentage",
		"colors": [tiers[tier] for tier in names],
		"title": _("Customers by proposed tier"),
		"height": 120,
	}


def summary(rows: list[Any]) -> list[dict[str, Any]]:
	waiting = sum(row.status == "Proposed" for row in rows)
	segments = Counter(row.segment for row in rows if row.segment)
	items = [
		{"label": _("Customers Assessed"), "value": len(rows), "datatype": "Int"},
		{
			"label": _("Awaiting a Decision"),
			"value": waiting,
			"datatype": "Int",
			"indicator": "Orange" if waiting else "Green",
		},
	]
	for segment, count in segments.most_common(3):
		items.append({"label": _(segment, context=SEGMENT), "value": count, "datatype": "Int"})
	return items


def empty_message(filters: frappe._dict) -> str:
	return _("No assessment matches these filters. Start a Customer Tiering Run, or widen the filters.")
