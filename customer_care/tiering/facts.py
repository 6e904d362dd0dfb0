"""What a policy measures its customers by, read from sales documents: for a run, a trial and the preview."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from partner_relations.common.facts.dialects import Dialect
from partner_relations.common.facts.query import Scope, totals
from partner_relations.customer_care.metrics import MEASURES, MetricSettings
from partner_relations.customer_care.tiering.definition import Definition
from partner_relations.customer_care.tiering.metrics import Totals, with_lapsed
from partner_relations.supplier_quality.rating.numbers import decimal, stored

RunQuery = Callable[[str, Mapping[str, Any]], Iterable[Sequence[Any]]]


def metrics_read(definition: Definition) -> list[str]:
	"""The metrics that are read for a policy: its own, and recency, which tells who ever bought."""
	return list(dict.fromkeys((*(row.metric for row in definition.metrics), "recency")))


def read_facts(
	definition: Definition, settings: MetricSettings, scope: Scope, dialect: Dialect, run_query: RunQuery
) -> dict[str, dict[str, Totals]]:
	"""Totals by customer and metric: one grouped query for each metric, whatever the number of customers.

	`run_query` takes SQL and its values, and gives rows of party, numerator, denominator and sample size.
	"""
	wanted = [row.metric for row in definition.metrics]
	found: dict[str, dict[str, Totals]] = {}
	bought_ever: list[str] = []
	for name in metrics_read(definition):
		query = totals(MEASURES[name], scope, settings, dialect)
		rows = run_query(query.sql, query.values)
		if name == "recency":
			rows = list(rows)
			bought_ever = [customer for customer, *_sums in rows]
		if name not in wanted:
			continue
		for customer, numerator, denominator, sample_size in rows:
			found.setdefault(customer, {})[name] = Totals(
				stored(decimal(numerator)), stored(decimal(denominator)), int(sample_size)
			)
	return with_lapsed(found, bought_ever, wanted)
