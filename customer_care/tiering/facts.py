"""What a policy measures its customers by, read from sales documents: for a run, a trial and the preview."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from partner_relations.common.facts.dialects import Dialect
from partner_relations.common.facts.query import BoundQuery, Scope, totals
from partner_relations.customer_care.metrics import MEASURES, MetricSettings
from partner_relations.customer_care.tiering.definition import Definition
from partner_relations.customer_care.tiering.metrics import Totals, with_lapsed
from partner_relations.supplier_quality.rating.numbers import decimal, stored

RunAll = Callable[[Sequence[BoundQuery]], Iterable[Iterable[Sequence[Any]]]]


def metrics_read(definition: Definition) -> list[str]:
	"""The metrics that are read for a policy: its own, and recency, which tells who ever bought.

	Those that read the most kinds of documents come first: where several are read at once, the longest must
	not be left for the end.
	"""
	names = dict.fromkeys((*(row.metric for row in definition.metrics), "recency"))
	return sorted(names, key=lambda name: -len(MEASURES[name].reads))


def read_facts(
	definition: Definition, settings: MetricSettings, scope: Scope, dialect: Dialect, run_all: RunAll
) -> dict[str, dict[str, Totals]]:
	"""Totals by customer and metric: one grouped query for each metric, whatever the number of customers.

	`run_all` gives for each query, in their order, rows of party, numerator, denominator and sample size.
	"""
	wanted = [row.metric for row in definition.metrics]
	names = metrics_read(definition)
	queries = [totals(MEASURES[name], scope, settings, dialect) for name in names]
	found: dict[str, dict[str, Totals]] = {}
	bought_ever: list[str] = []
	for name, rows in zip(names, run_all(queries), strict=True):
		for customer, numerator, denominator, sample_size in rows:
			if name == "recency":
				bought_ever.append(customer)
			if name in wanted:
				found.setdefault(customer, {})[name] = Totals(
					stored(decimal(numerator)), stored(decimal(denominator)), int(sample_size)
				)
	return with_lapsed(found, bought_ever, wanted)
