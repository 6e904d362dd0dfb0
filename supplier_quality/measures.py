"""All measures on this site: the app's own and those that other apps add."""

import frappe

from partner_relations.supplier_quality.kpis import MEASURES, Measure


def all_measures() -> dict[str, Measure]:
	"""Measures by name: the built-in ones, then those of the hook `supplier_kpi_measures`.

	The hook names `Measure` objects by dotted path. A measure can't take the name of another one.
	"""
	measures = dict(MEASURES)
	for path in frappe.get_hooks("supplier_kpi_measures"):
		measure = frappe.get_attr(path)
		if not isinstance(measure, Measure):
			raise TypeError(f"{path} (hook supplier_kpi_measures) is not a Measure")
		if measure.name in measures:
			raise ValueError(
				f"{path} (hook supplier_kpi_measures): there is a measure {measure.name} already"
			)
		measures[measure.name] = measure
	return measures


def execute(sql: str, values) -> list[tuple]:
	"""Runs a bound query of the core on the site's database."""
	return frappe.db.sql(sql, values)
