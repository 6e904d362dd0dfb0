"""How a measure becomes SQL: bound values, facts, and the two queries made from them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

from pypika import Order, Table
from pypika.functions import Sum
from pypika.queries import QueryBuilder
from pypika.terms import AggregateFunction, Criterion, Parameter, Term, ValueWrapper

from partner_relations.common.facts.dialects import Dialect

# Not pypika's EmptyCriterion: that one can stand only on the left of an `&`.
ANYTHING: Criterion = ValueWrapper(1) == ValueWrapper(1)


@dataclass(frozen=True)
class Scope:
	"""Whose facts are read, and of when.

	`from_date` and `to_date` are inclusive. `as_of` is the day of reading: a promise whose window is still
	open on that day is pending and counts neither way. `parties` are
	suppliers or customers, as the measure has it. Empty `parties` or `item_groups` mean all of them;
	`item_groups` must already hold the descendants.
	"""

	company: str
	from_date: date
	to_date: date
	as_of: date
	parties: tuple[str, ...] = ()
	item_groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class BoundQuery:
	"""SQL text in one dialect, and the values bound to its named parameters."""

	sql: str
	values: dict[str, Any]


class Sql:
	"""Builds the SQL of one measure: knows the dialect, the scope and the settings, and binds values."""

	def __init__(self, dialect: Dialect, scope: Scope, settings: Any):
		self.dialect = dialect
		self.scope = scope
		self.settings = settings
		self.values: dict[str, Any] = {}
		self._names: dict[tuple[type, Any], str] = {}

	def value(self, value: Any) -> Parameter:
		"""Bind a value; equal values share a parameter."""
		if isinstance(value, date):
			value = value.isoformat()
		elif isinstance(value, Decimal):
			value = self.dialect.number(value)
		name = self._names.setdefault((type(value), value), f"p{len(self._names)}")
		self.values[name] = value
		return self.dialect.parameter(name)

	def table(self, doctype: str, alias: str | None = None) -> Table:
		"""The table of a document type, e.g. `tabPurchase Order`."""
		return Table(f"tab{doctype}", alias=alias)

	def from_(self, source: Any) -> QueryBuilder:
		return self.dialect.query.from_(source)

	def from_dated(self, table: Table) -> QueryBuilder:
		"""FROM a table of which an indexed date limits what is read; the joins follow in the order written.

		Left to itself MariaDB reads all orders of all years with their lines, once the period holds a few per
		cent of them. For named parties it may choose: their index limits more than the date does.
		"""
		query = self.from_(table)
		return query if self.scope.parties else self.dialect.in_order(query)

	def days_between(self, later: Term, earlier: Term) -> Term:
		"""Whole days from `earlier` to `later`, negative when it comes before."""
		return self.dialect.days_between(later, earlier)

	def in_period(self, term: Term) -> Criterion:
		return (term >= self.value(self.scope.from_date)) & (term <= self.value(self.scope.to_date))

	def of_company(self, table: Table) -> Criterion:
		return table.company == self.value(self.scope.company)

	def of_parties(self, party: Term) -> Criterion:
		if not self.scope.parties:
			return ANYTHING
		return party.isin([self.value(name) for name in self.scope.parties])

	def of_item_groups(self, item_code: Term) -> Criterion:
		"""Only lines whose item belongs, today, to one of the scope's item groups."""
		if not self.scope.item_groups:
			return ANYTHING
		item = self.table("Item", "scope_item")
		wanted = [self.value(name) for name in self.scope.item_groups]
		return item_code.isin(self.from_(item).select(item.name).where(item.item_group.isin(wanted)))


@dataclass(frozen=True)
class Branch:
	"""Facts of one kind of document: a FROM with its WHERE, and what each row contributes.

	`sample` is 1 for a row that is one of the things counted, 0 for a row that only adds to the numerator.
	`evidence` names the columns that show a person where the fact comes from; all branches of a measure
	have the same ones, in the same order.
	"""

	source: QueryBuilder
	party: Term
	numerator: Term
	denominator: Term
	evidence: Mapping[str, Term]
	sample: Term = field(default_factory=lambda: ValueWrapper(1))


@dataclass(frozen=True)
class Facts:
	"""All facts of a measure in a scope, and how those of a party become its one figure.

	`numerators` and `denominators` say how a party's are combined: added up, unless the measure has it
	otherwise. What is no rate has 1 for each fact and `Max`, so that the party's denominator is 1 however
	many facts it has; the days since the latest of several have `Min`.
	"""

	branches: Sequence[Branch]
	numerators: type[AggregateFunction] = Sum
	denominators: type[AggregateFunction] = Sum


@dataclass(frozen=True)
class Measure:
	"""A way of measuring a supplier or customer: value = scale x numerator / denominator.

	`label` and `unit` are English and translated by whoever shows them. `reads` names the document types
	whose tables are read (permissions, and the preview's word on missing files). `uses` names the
	settings it looks at (of suppliers: `KpiSettings`), so that a form offers only these.
	"""

	name: str
	label: str
	unit: str
	scale: int
	reads: tuple[str, ...]
	facts: Callable[[Sql], Facts]
	uses: tuple[str, ...] = ()
	description: str = ""


def totals(measure: Measure, scope: Scope, settings: Any, dialect: Dialect) -> BoundQuery:
	"""The grouped query: one row per party with `party`, `numerator`, `denominator`, `sample_size`."""
	sql = Sql(dialect, scope, settings)
	facts = measure.facts(sql)
	combined = {"numerator": facts.numerators, "denominator": facts.denominators, "sample_size": Sum}
	grouped = [
		branch.source.select(
			branch.party.as_("party"),
			facts.numerators(branch.numerator).as_("numerator"),
			facts.denominators(branch.denominator).as_("denominator"),
			Sum(branch.sample).as_("sample_size"),
		).groupby(branch.party)
		for branch in facts.branches
	]
	if len(grouped) == 1:
		return BoundQuery(grouped[0].get_sql(), sql.values)
	every = union_all(grouped).as_("every_branch")
	party = Table("every_branch").party
	query = (
		sql.from_(every)
		.select(
			party,
			*(combine(Table("every_branch")[name]).as_(name) for name, combine in combined.items()),
		)
		.groupby(party)
	)
	return BoundQuery(query.get_sql(), sql.values)


def lines(
	measure: Measure, scope: Scope, settings: Any, dialect: Dialect, limit: int | None = None
) -> BoundQuery:
	"""The same facts ungrouped: the measure's evidence columns, `party` and what each contributes.

	Rows come in order of date and document; `numerator`, `denominator` and `sample` make up the `totals`, as
	the measure's `Facts` combine them.
	"""
	sql = Sql(dialect, scope, settings)
	branches = measure.facts(sql).branches
	selects = [
		branch.source.select(
			*(term.as_(name) for name, term in branch.evidence.items()),
			branch.party.as_("party"),
			branch.numerator.as_("numerator"),
			branch.denominator.as_("denominator"),
			branch.sample.as_("sample"),
		)
		for branch in branches
	]
	every = Table("every_line")
	query = sql.from_(union_all(selects).as_("every_line")).select(every.star)
	for column in ("date", "document", "line"):
		if column in branches[0].evidence:
			query = query.orderby(every[column], order=Order.asc)
	if limit is not None:
		query = query.limit(limit)
	return BoundQuery(query.get_sql(), sql.values)


def union_all(queries: Sequence[QueryBuilder]) -> Any:
	"""The rows of all queries, one after the other."""
	return reduce(lambda left, right: left.union_all(right), queries)
