"""Small SQL terms that the measures of both modules are written with."""

from pypika.terms import Case, Criterion, Term, ValueWrapper

from partner_relations.common.facts.query import Sql

# Rates carry nine decimals and quantities are products of two such numbers: closer than this is equal.
EQUAL_WITHIN = 0.000001


def on_time(sql: Sql, posting_date: Term, due: Term) -> Criterion:
	"""Posted inside [due - early tolerance, due + late tolerance]; no early limit unless one is set."""
	late_by = sql.days_between(posting_date, due)
	window = late_by <= sql.value(sql.settings.late_days)
	if sql.settings.early_days is not None:
		window &= late_by >= sql.value(-sql.settings.early_days)
	return window


def flag(criterion: Criterion) -> Term:
	"""1 where it holds, 0 where it doesn't (or isn't known)."""
	return Case().when(criterion, 1).else_(0)


def smaller(left: Term, right: Term) -> Term:
	"""LEAST(left, right), which SQLite calls MIN."""
	return Case().when(left < right, left).else_(right)


def larger(left: Term, right: Term) -> Term:
	return Case().when(left > right, left).else_(right)


def text(value: str) -> Term:
	"""A constant column, e.g. the document type of a branch."""
	return ValueWrapper(value)
