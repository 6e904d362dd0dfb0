"""The app's own queries over a world of documents, in an in-process SQLite."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pypika.functions import Max, Min, Sum

from partner_relations.common.facts.query import Sql
from partner_relations.preview.shapes import create_indexes, create_tables, insert
from partner_relations.supplier_quality.kpis import (
	MEASURES,
	SQLITE,
	BoundQuery,
	Measure,
	Scope,
	lines,
	totals,
)
from partner_relations.supplier_quality.kpis.values import VALUES
from tests.reference.documents import Row, World


def database(world: World) -> sqlite3.Connection:
	"""The documents in tables of the ERP's shape."""
	connection = sqlite3.connect(":memory:")
	create_tables(connection)
	for doctype, rows in world.items():
		insert(connection, doctype, rows)
	create_indexes(connection)
	return connection


def read_totals(
	connection: sqlite3.Connection, measure: str | Measure, scope: Scope, settings: Any
) -> dict[str, tuple[float, float, int]]:
	"""Numerator, denominator and sample size by supplier, from the grouped query."""
	_names, rows = _run(connection, _totals(_measure(measure), scope, settings, SQLITE))
	found = {supplier: (numerator, denominator, sample) for supplier, numerator, denominator, sample in rows}
	assert len(found) == len(rows), "a supplier has one row"
	return found


def read_lines(
	connection: sqlite3.Connection,
	measure: str | Measure,
	scope: Scope,
	settings: Any,
	limit: int | None = None,
) -> list[Row]:
	"""The facts themselves, from the ungrouped query."""
	names, rows = _run(connection, _lines(_measure(measure), scope, settings, SQLITE, limit))
	return [dict(zip(names, row, strict=True)) for row in rows]


def sums(facts: Sequence[Mapping[str, Any]]) -> dict[str, tuple[float, float, int]]:
	"""The lines added up by supplier: what `read_totals` must give too."""
	added: dict[str, tuple[float, float, int]] = {}
	for fact in facts:
		numerator, denominator, sample = added.get(fact["party"], (0, 0, 0))
		added[fact["party"]] = (
			numerator + fact["numerator"],
			denominator + fact["denominator"],
			sample + fact["sample"],
		)
	return added


def combined(
	measure: Measure, facts: Sequence[Mapping[str, Any]], scope: Scope, settings: Any
) -> dict[str, tuple[float, float, int]]:
	"""The lines as the measure makes a party's figure of them: what `read_totals` must give too."""
	rules = measure.facts(Sql(SQLITE, scope, settings))
	make = {Sum: sum, Max: max, Min: min}
	of_party: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
	for fact in facts:
		of_party[fact["party"]].append(fact)
	return {
		party: (
			make[rules.numerators](row["numerator"] for row in rows),
			make[rules.denominators](row["denominator"] for row in rows),
			sum(row["sample"] for row in rows),
		)
		for party, rows in of_party.items()
	}


# Writing the SQL takes longer than running it on a few documents, and many tests ask the same of many worlds.
_totals = lru_cache(maxsize=512)(totals)
_lines = lru_cache(maxsize=512)(lines)


def _measure(measure: str | Measure) -> Measure:
	return {**MEASURES, **VALUES}[measure] if isinstance(measure, str) else measure


def _run(connection: sqlite3.Connection, query: BoundQuery) -> tuple[list[str], list[tuple]]:
	cursor = connection.execute(query.sql, query.values)
	return [column[0] for column in cursor.description], cursor.fetchall()
