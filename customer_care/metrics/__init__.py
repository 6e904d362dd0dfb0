"""What is measured of customers: every metric as one query over ERPNext's tables.

The customer's side of `partner_relations.common.facts`: `Scope.parties` are customers. `totals` gives one row
per customer with one grouped query, `lines` the facts behind it. Nothing here imports frappe.
"""

from partner_relations.common.facts.dialects import MARIADB, SQLITE, Dialect
from partner_relations.common.facts.query import (
	BoundQuery,
	Branch,
	Facts,
	Measure,
	Scope,
	Sql,
	lines,
	totals,
)
from partner_relations.customer_care.metrics.measures import (
	GROSS_MARGIN_AMOUNT,
	INDEXED_FIELDS,
	MEASURES,
	METRICS,
	NAMES,
)
from partner_relations.customer_care.metrics.settings import MetricSettings

__all__ = [
	"GROSS_MARGIN_AMOUNT",
	"INDEXED_FIELDS",
	"MARIADB",
	"MEASURES",
	"METRICS",
	"NAMES",
	"SQLITE",
	"BoundQuery",
	"Branch",
	"Dialect",
	"Facts",
	"Measure",
	"MetricSettings",
	"Scope",
	"Sql",
	"lines",
	"totals",
]
