"""The few places where MariaDB and SQLite differ."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from pypika import MySQLQuery, Query, SQLLiteQuery
from pypika.dialects import SQLLiteQueryBuilder
from pypika.queries import QueryBuilder
from pypika.terms import Function, NamedParameter, Parameter, PyformatParameter, Term


@dataclass(frozen=True)
class Dialect:
	"""One SQL dialect: query class, how a bound value is written, days between dates, exact numbers.

	`in_order` has the database join a query's tables in the order in which they are written.
	"""

	name: str
	query: type[Query]
	parameter: Callable[[str], Parameter]
	days_between: Callable[[Term, Term], Term]
	number: Callable[[Decimal], Decimal | float]
	in_order: Callable[[QueryBuilder], QueryBuilder]


class _SQLiteQuery(SQLLiteQuery):
	"""SQLite takes no parentheses around the parts of a UNION."""

	@classmethod
	def _builder(cls, **options) -> SQLLiteQueryBuilder:
		return SQLLiteQueryBuilder(wrap_set_operation_queries=False, **options)


def _julian_days(later: Term, earlier: Term) -> Term:
	return Function("julianday", later) - Function("julianday", earlier)


MARIADB = Dialect(
	name="mariadb",
	query=MySQLQuery,
	parameter=PyformatParameter,
	days_between=lambda later, earlier: Function("DATEDIFF", later, earlier),
	number=lambda value: value,
	in_order=lambda query: query.modifier("STRAIGHT_JOIN"),
)
SQLITE = Dialect(
	name="sqlite",
	query=_SQLiteQuery,
	parameter=NamedParameter,
	days_between=_julian_days,
	number=float,
	in_order=lambda query: query,  # its tables are in memory: the order matters little
)
