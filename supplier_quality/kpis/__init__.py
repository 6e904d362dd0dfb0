"""What is measured of suppliers: every measure as one query over ERPNext's tables.

A measure is defined once, as `Facts`: one row per fact, with its share of the numerator and of the
denominator. `totals` groups those rows by supplier, `lines` shows the rows themselves; both run on MariaDB
(the ERP) and on SQLite (preview, unit tests). Nothing here imports frappe.
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
from partner_relations.supplier_quality.kpis.measures import MEASURES
from partner_relations.supplier_quality.kpis.settings import KpiSettings

__all__ = [
	"MARIADB",
	"MEASURES",
	"SQLITE",
	"BoundQuery",
	"Branch",
	"Dialect",
	"Facts",
	"KpiSettings",
	"Measure",
	"Scope",
	"Sql",
	"lines",
	"totals",
]
