"""Tiers of all customers of the loaded sales: the same queries and the same tiering core as in the ERP."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from partner_relations.customer_care.metrics import MEASURES, SQLITE, Measure, Scope, lines
from partner_relations.customer_care.tiering import (
	Change,
	Code,
	CustomerFacts,
	Method,
	MetricScore,
	Outcome,
	Totals,
	assess,
)
from partner_relations.customer_care.tiering.facts import read_facts
from partner_relations.preview.columns import COLUMNS_OF_METRIC, METRICS_OF_THE_ERP, SALES_LINES
from partner_relations.preview.load import Loaded
from partner_relations.preview.policy import TierPolicy
from partner_relations.preview.reading import COMPANY, InputError
from partner_relations.preview.report import listed, shown
from partner_relations.supplier_quality.rating.periods import add_months

NOT_SHOWN = ("party", "sample", "document_type", "line")
"""Columns of evidence that say nothing here: the file has one kind of document."""


@dataclass(frozen=True)
class CustomerResult:
	"""One customer's outcome, and the tier that the file says it has."""

	customer: str
	current: str | None
	outcome: Outcome

	def metric(self, name: str) -> MetricScore | None:
		return next((row for row in self.outcome.metrics if row.criterion == name), None)


@dataclass(frozen=True)
class TierReport:
	"""Everything that the table, the JSON file and the page show of customers, the best tier first."""

	policy: TierPolicy
	company: str
	from_date: date
	to_date: date
	as_of: date
	rows: int
	notes: tuple[str, ...]
	results: tuple[CustomerResult, ...]
	has_tiers: bool

	@property
	def metrics(self) -> list[Measure]:
		"""What the policy looks at, in its order."""
		return [MEASURES[row.metric] for row in self.policy.definition.metrics]

	@property
	def rated(self) -> list[CustomerResult]:
		return [result for result in self.results if result.outcome.not_rated is None]

	def tier_counts(self) -> dict[str | None, int]:
		"""Customers by proposed tier, the best first; None for those without one, if there are any."""
		counts: dict[str | None, int] = dict.fromkeys(self.policy.definition.tiers, 0)
		for result in self.results:
			counts[result.outcome.proposed] = counts.get(result.outcome.proposed, 0) + 1
		return counts


@dataclass(frozen=True)
class Evidence:
	"""The latest lines behind a metric of a customer. `left_out` counts the earlier ones."""

	columns: tuple[str, ...]
	rows: tuple[tuple[Any, ...], ...]
	left_out: int


def make_tier_report(
	loaded: Loaded,
	policy: TierPolicy,
	from_date: date | None = None,
	to_date: date | None = None,
	as_of: date | None = None,
) -> TierReport:
	"""Tier every customer of the sales that belongs to the policy's groups.

	Without `to_date` the period ends with the last sale, but not after `as_of` (today); without `from_date`
	it has the policy's months. Raises InputError for a period that ends before it starts.
	"""
	scope = _scope(loaded, policy, from_date, to_date, as_of or date.today())
	missing = _without_data(policy, loaded)
	groups = policy.customer_groups
	try:
		facts = read_facts(
			policy.definition,
			policy.settings,
			scope,
			SQLITE,
			lambda queries: (loaded.connection.execute(query.sql, query.values) for query in queries),
		)
		customers = {
			name: CustomerFacts(
				metrics=_measured(facts.get(name, {}), missing),
				potential=None if said.potential is None else Decimal(str(said.potential)),
				current=said.tier,
				customer_group=said.customer_group,
			)
			for name, said in sorted(loaded.customers.items())
			if not groups or said.customer_group in groups
		}
		outcomes = assess(policy.definition, customers)
	except InvalidOperation as error:
		raise InputError(
			f"{SALES_LINES.name}: the file holds numbers so large that their totals can't be computed exactly"
		) from error
	results = [CustomerResult(name, customers[name].current, outcome) for name, outcome in outcomes.items()]
	return TierReport(
		policy=policy,
		company=loaded.company,
		from_date=scope.from_date,
		to_date=scope.to_date,
		as_of=scope.as_of,
		rows=loaded.files[SALES_LINES.name],
		notes=tuple(_notes(policy, loaded, missing, results)),
		results=tuple(sorted(results, key=lambda result: _worth(policy, result))),
		has_tiers=any(said.tier for said in loaded.customers.values()),
	)


def _scope(
	loaded: Loaded, policy: TierPolicy, from_date: date | None, to_date: date | None, as_of: date
) -> Scope:
	last = to_date or (min(date.fromisoformat(loaded.last_sale), as_of) if loaded.last_sale else as_of)
	first = from_date or add_months(last + timedelta(days=1), -policy.months)
	if last < first:
		raise InputError(f"the period ends ({last}) before it starts ({first})")
	return Scope(COMPANY, first, last, as_of)


def _without_data(policy: TierPolicy, loaded: Loaded) -> dict[str, list[str]]:
	"""Metrics that the file can't tell, with the columns that it lacks; none for those of the ERP."""
	there = loaded.columns[SALES_LINES.name]
	missing: dict[str, list[str]] = {}
	for row in policy.definition.metrics:
		if row.metric in METRICS_OF_THE_ERP:
			missing[row.metric] = []
		elif lacking := [name for name in COLUMNS_OF_METRIC[row.metric] if name not in there]:
			missing[row.metric] = lacking
	return missing


def _measured(totals: Mapping[str, Totals], missing: Mapping[str, Any]) -> dict[str, Totals]:
	return {name: fact for name, fact in totals.items() if name not in missing}


def _notes(
	policy: TierPolicy,
	loaded: Loaded,
	missing: Mapping[str, Sequence[str]],
	results: Sequence[CustomerResult],
) -> Iterator[str]:
	file, there = SALES_LINES.name, loaded.columns[SALES_LINES.name]
	for name, columns in missing.items():
		if columns:
			yield f"{file} has no {listed(columns)}: {MEASURES[name].label} has no data."
	of_the_erp = [MEASURES[name].label for name, columns in missing.items() if not columns]
	if of_the_erp:
		verb = "is" if len(of_the_erp) == 1 else "are"
		yield f"{listed(of_the_erp)} {verb} measured in the ERP: no data."
	if "is_return" not in there:
		yield f"{file} has no is_return: nothing counts as credited or sent back."
	for row in policy.definition.metrics:
		label = MEASURES[row.metric].label
		if row.metric in missing or any(_has_value(result, row.metric) for result in results):
			continue
		why = ""
		if row.metric == "growth":
			why = " It compares with the equally long period before: name a period with sales before it."
		yield f"{label} has no data for any customer in the period.{why}"
	if policy.definition.method == Method.MATRIX and "potential" not in there:
		yield f"{file} has no potential, which the policy needs: no customer can be rated."
	left_out = len(loaded.customers) - len(results)
	if left_out:
		yield f"{left_out:,} customer(s) belong to none of the policy's customer groups."
	unknown = {said.tier for said in loaded.customers.values() if said.tier} - set(policy.definition.tiers)
	if unknown:
		yield f"The policy doesn't give the tier(s) {listed(sorted(unknown))}: their customers count as new."


def _has_value(result: CustomerResult, metric: str) -> bool:
	row = result.metric(metric)
	return row is not None and row.value is not None


def _worth(policy: TierPolicy, result: CustomerResult) -> tuple:
	"""Sorts the best tier first, in it the best result and then the highest revenue; the unrated last."""
	outcome, tiers = result.outcome, policy.definition.tiers
	rank = tiers.index(outcome.proposed) if outcome.proposed in tiers else len(tiers)
	revenue = result.metric("revenue")
	return (
		outcome.not_rated is not None,
		rank,
		-(outcome.score or 0),
		outcome.share or 0,
		-sum(outcome.rfm or ()),
		-((revenue.value if revenue else None) or 0),
		result.customer,
	)


def evidence(
	loaded: Loaded, report: TierReport, customers: Sequence[str], most: int
) -> dict[tuple[str, str], Evidence]:
	"""The latest lines, at most so many, behind each metric of some customers: one query for a metric.

	They are the facts that its totals are made of, by (customer, metric).
	"""
	found: dict[tuple[str, str], Evidence] = {}
	measured = {row.criterion for result in report.results for row in result.outcome.metrics if row.fact}
	for measure in report.metrics if customers else ():
		if measure.name not in measured:
			continue
		scope = Scope(COMPANY, report.from_date, report.to_date, report.as_of, tuple(customers))
		query = lines(measure, scope, report.policy.settings, SQLITE)
		cursor = loaded.connection.execute(query.sql, query.values)
		names = [column[0] for column in cursor.description]
		shown_at = [place for place, name in enumerate(names) if name not in NOT_SHOWN]
		party, latest, counts = names.index("party"), {}, {}
		for row in cursor:
			customer = row[party]
			counts[customer] = counts.get(customer, 0) + 1
			rows = latest.setdefault(customer, deque(maxlen=most))
			rows.append(tuple(row[place] for place in shown_at))
		columns = tuple(names[place] for place in shown_at)
		for customer, rows in latest.items():
			kept = tuple(reversed(rows))
			found[customer, measure.name] = Evidence(columns, kept, counts[customer] - len(kept))
	return found


# In words


def result_text(result: CustomerResult) -> str:
	"""What the method found, short enough for a table cell."""
	outcome = result.outcome
	if outcome.not_rated is not None:
		return "–"
	if outcome.rfm is not None:
		return f"{''.join(map(str, outcome.rfm))} {outcome.segment}"
	if outcome.share is not None:
		return f"{outcome.abc_class} ({shown(outcome.share, 1)}%)"
	text = shown(outcome.score, 1)
	return f"{text} {outcome.cell}" if outcome.cell else text


def change_text(result: CustomerResult) -> str:
	"""Where the customer goes from the tier it has."""
	change = result.outcome.change
	if change == Change.SAME:
		return "stays"
	return {Change.UP: "up", Change.DOWN: "down", Change.NEW: "new"}[change]


def why(result: CustomerResult) -> str:
	"""The reasons of the tier, in the order in which they decided, as one short text."""
	return "; ".join(_REASONS[reason.code](reason.values) for reason in result.outcome.reasons)


def _because(values: Mapping[str, Any]) -> str:
	parts = [f"in the group {values['customer_group']}"] if values["customer_group"] else []
	parts += [
		f"{MEASURES[row['metric']].label} {shown(row['value'], 2)} {row['comparison']}"
		f" {shown(row['number'], 2)}"
		for row in values["conditions"]
	]
	return f"{', '.join(parts)} (limit {values['row']})"


def _not_rated(values: Mapping[str, Any]) -> str:
	if values["cause"] == "coverage":
		return (
			f"only {shown(values['coverage'], 0)} % of the weight could be measured, "
			f"{shown(values['minimum'], 0)} % are needed"
		)
	if values["cause"] == "sample":
		return f"fewer than {values['minimum']} facts in every metric"
	return {"no potential": "no mark for the potential", "no data": "no data in the period"}[values["cause"]]


_REASONS = {
	Code.BAND: lambda said: (
		f"score {shown(said['score'], 2)}, {shown(said['coverage'], 0)} % of the weight measured"
	),
	Code.SEGMENT: lambda said: (
		f"recency {said['recency']}, frequency {said['frequency']}, monetary {said['monetary']}:"
		f" {said['segment']}"
	),
	Code.CLASS: lambda said: (
		f"larger customers make up {shown(said['share'], 1)} %: class {said['abc_class']}"
	),
	Code.CELL: lambda said: (
		f"value {shown(said['score'], 1)}, potential {shown(said['potential'], 0)}: {said['cell']}"
	),
	Code.NOT_RATED: _not_rated,
	Code.KEEPS_TIER: lambda said: f"keeps {said['tier']}",
	Code.DEFAULT_TIER: lambda said: f"{said['tier']} for those who can't be rated",
	Code.WITHIN_MARGIN: lambda said: (
		f"{said['instead_of']} lies within {shown(said['margin'], 1)} points of the border: {said['tier']}"
	),
	Code.UNCONFIRMED: lambda said: (
		f"{said['times']} of {said['needed']} assessments in a row ask for {said['instead_of']}:"
		f" {said['tier']}"
	),
	Code.FLOOR: lambda said: f"at least {said['tier']}: {_because(said)}",
	Code.CEILING: lambda said: f"at most {said['tier']}: {_because(said)}",
	Code.UNKNOWN_TIER: lambda said: f"the policy doesn't give {said['tier']}",
}


def shown_metric(row: MetricScore | None, measure: Measure) -> str:
	"""A value with its unit, short enough for a table cell."""
	if row is None or row.value is None:
		return "–"
	if measure.scale == 100:
		return f"{shown(row.value, 1)}%"
	return shown(row.value, 0)


# As data


def to_dict(report: TierReport) -> dict[str, Any]:
	"""The report for the JSON file; numbers are Decimals of full stored precision."""
	return {
		"policy": report.policy.name,
		"method": report.policy.definition.method.value,
		"company": report.company,
		"from_date": report.from_date.isoformat(),
		"to_date": report.to_date.isoformat(),
		"as_of": report.as_of.isoformat(),
		"rows": report.rows,
		"notes": list(report.notes),
		"customers": [_customer_dict(result) for result in report.results],
	}


def _customer_dict(result: CustomerResult) -> dict[str, Any]:
	outcome = result.outcome
	return {
		"customer": result.customer,
		"tier": outcome.proposed,
		"current": result.current,
		"change": outcome.change.value,
		"rated": outcome.not_rated is None,
		"score": outcome.score,
		"coverage": outcome.coverage,
		"rfm": list(outcome.rfm) if outcome.rfm else None,
		"segment": outcome.segment,
		"share": outcome.share,
		"abc_class": outcome.abc_class,
		"potential": outcome.potential,
		"cell": outcome.cell,
		"reasons": [reason.to_dict() for reason in outcome.reasons],
		"metrics": [
			{
				"metric": row.criterion,
				"numerator": row.fact.numerator if row.fact else None,
				"denominator": row.fact.denominator if row.fact else None,
				"value": row.value,
				"sample_size": row.fact.sample_size if row.fact else 0,
				"rating": row.rating,
				"weight": row.weight,
				"points": row.points,
			}
			for row in outcome.metrics
		],
	}
