"""One question asked three ways: the grouped query, the sum of its lines, the plain-Python reference."""

from datetime import date
from decimal import Decimal
from typing import Any

from partner_relations.supplier_quality.kpis import KpiSettings, Scope
from tests.reference.documents import COMPANY, SUPPLIER, Books
from tests.reference.measures import disagreements, expected
from tests.reference.on_sqlite import database, read_lines, read_totals, sums

_SCOPE = {"company", "from_date", "to_date", "as_of", "parties", "item_groups"}
Triple = tuple[float, float, int]


def ask(books: Books, measure: str, **question: Any) -> dict[str, Triple]:
	"""Numerator, denominator and sample size by supplier, on which all three ways agree.

	`question` holds fields of Scope and KpiSettings; the period is June 2025, read long afterwards, unless it
	says otherwise. Dates may be texts.
	"""
	scope = {
		"company": COMPANY,
		"from_date": "2025-06-01",
		"to_date": "2025-06-30",
		"as_of": "2025-12-31",
		**{name: value for name, value in question.items() if name in _SCOPE},
	}
	for name in ("from_date", "to_date", "as_of"):
		scope[name] = date.fromisoformat(str(scope[name]))
	settings = KpiSettings(
		**{
			name: Decimal(value) if name.endswith("_tolerance") else value
			for name, value in question.items()
			if name not in _SCOPE
		}
	)
	asked = Scope(**scope)
	connection = database(books.world)
	try:
		found = read_totals(connection, measure, asked, settings)
		wanted = expected(measure, books.world, asked, settings)
		assert not disagreements(found, wanted)
		assert not disagreements(sums(read_lines(connection, measure, asked, settings)), wanted)
	finally:
		connection.close()
	return {
		supplier: (round(numerator, 6), round(denominator, 6), sample)
		for supplier, (numerator, denominator, sample) in found.items()
	}


def ask_about_one(books: Books, measure: str, **question: Any) -> Triple | None:
	"""The answer for the only supplier of most examples; None where it has no fact."""
	return ask(books, measure, **question).get(SUPPLIER)
