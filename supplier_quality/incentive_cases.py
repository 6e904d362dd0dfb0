"""What a remedy scheme is applied to when a rule holds: the period's purchases, what came late, the grade."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from partner_relations.common.facts.query import lines, totals
from partner_relations.supplier_quality.kpis import MARIADB, KpiSettings, Measure, Scope
from partner_relations.supplier_quality.kpis.values import INVOICE_VALUE, LATE_LINES, ORDER_VALUE
from partner_relations.supplier_quality.measures import execute
from partner_relations.supplier_quality.remedies import Case, Item, Scheme
from partner_relations.supplier_quality.remedies.scheme import BY_UNITS, Basis, Counts
from partner_relations.supplier_quality.templates import period_label

SUMS = {Basis.ORDER_VALUE: ORDER_VALUE, Basis.INVOICE_VALUE: INVOICE_VALUE, Basis.LATE_LINE_VALUE: LATE_LINES}
SETTINGS = KpiSettings()  # every day late counts: what is forgiven is the scheme's grace


@dataclass(frozen=True)
class Occasion:
	"""What an amount is asked for: one supplier and company over a period, both days inside.

	`points` are those missed, `days_late` those of a single deliverable (None: those of the deliveries of the
	period), `exempt_days` those of each delay that were accepted as force majeure, `grade` that of the
	evaluation. Facts are read as of `day`; `settings` and `late` say what is late.
	"""

	name: str
	supplier: str
	company: str
	from_date: date
	to_date: date
	day: date
	points: Decimal = Decimal(0)
	days_late: int | None = None
	grade: str | None = None
	exempt_days: Decimal = Decimal(0)
	settings: KpiSettings = SETTINGS
	late: Measure = LATE_LINES

	def delay(self, reference: str, value: Decimal, days: Decimal) -> Item:
		"""An item that is so many days late."""
		return Item(reference, value, days, min(self.exempt_days, days))


@dataclass(frozen=True)
class _LateLine:
	document: str
	item_code: str
	purchase_order: str
	order_amount: Decimal
	value: Decimal
	days: Decimal


def cases(definition: Mapping[str, Any], occasions: Sequence[Occasion]) -> dict[str, Case]:
	"""The case of each occasion by its name, for a frozen remedy scheme.

	One or two queries per company, period and idea of what is late, whatever the number of suppliers. The
	value of a percentage is that of the whole period: net, in company currency. Where days late count, each
	late line is an item by itself: its own value, or that of its order (once per order, with the days of its
	latest line), or none for a fixed amount; of an invoice value there is one item, with the days of the
	latest line.
	"""
	scheme = Scheme.from_dict(definition)
	groups: dict[tuple, list[Occasion]] = defaultdict(list)
	for row in occasions:
		groups[(row.company, row.from_date, row.to_date, row.day, row.settings, row.late.name)].append(row)
	found: dict[str, Case] = {}
	for (company, from_date, to_date, day, settings, _late), members in groups.items():
		suppliers = tuple(sorted({occasion.supplier for occasion in members}))
		scope = Scope(company, from_date, to_date, day, suppliers)
		late = _late_lines(scope, settings, members[0].late) if _counts_days(scheme, members) else {}
		values = _sums(scope, SUMS[scheme.basis]) if _needs_sum(scheme, members) else {}
		for occasion in members:
			items = _items(
				scheme, occasion, values.get(occasion.supplier, Decimal(0)), late.get(occasion.supplier, ())
			)
			found[occasion.name] = Case(items=tuple(items), grade=occasion.grade)
	return found


def _counts_days(scheme: Scheme, occasions: Sequence[Occasion]) -> bool:
	counts = scheme.method in BY_UNITS and scheme.counts == Counts.DAYS_LATE
	return counts and any(occasion.days_late is None for occasion in occasions)


def _needs_sum(scheme: Scheme, occasions: Sequence[Occasion]) -> bool:
	if scheme.basis == Basis.FIXED_AMOUNT:
		return False
	by_line = _counts_days(scheme, occasions) and scheme.basis != Basis.INVOICE_VALUE
	return not by_line or any(occasion.days_late is not None for occasion in occasions)


def _items(scheme: Scheme, occasion: Occasion, value: Decimal, late: Sequence[_LateLine]) -> list[Item]:
	label = period_label(occasion.from_date, occasion.to_date)
	if scheme.method not in BY_UNITS:
		return [Item(label, value)]
	if scheme.counts == Counts.BREACHES:
		return [Item(label, value, Decimal(1))]
	if scheme.counts == Counts.POINTS_MISSED:
		return [Item(label, value, occasion.points)]
	if occasion.days_late is not None:
		return [occasion.delay(label, value, Decimal(occasion.days_late))]
	if scheme.basis == Basis.INVOICE_VALUE:
		return [occasion.delay(label, value, max((line.days for line in late), default=Decimal(0)))]
	if scheme.basis == Basis.ORDER_VALUE:
		latest: dict[str, _LateLine] = {}
		for line in late:
			known = latest.get(line.purchase_order)
			if known is None or line.days > known.days:
				latest[line.purchase_order] = line
		return [occasion.delay(order, line.order_amount, line.days) for order, line in sorted(latest.items())]
	by_line = scheme.basis == Basis.LATE_LINE_VALUE
	return [
		occasion.delay(f"{line.document} {line.item_code}", line.value if by_line else Decimal(0), line.days)
		for line in late
	]


def _sums(scope: Scope, measure: Measure) -> dict[str, Decimal]:
	query = totals(measure, scope, SETTINGS, MARIADB)
	return {
		supplier: Decimal(str(amount))
		for supplier, amount, _lines, _facts in execute(query.sql, query.values)
	}


def _late_lines(scope: Scope, settings: KpiSettings, late: Measure) -> dict[str, list[_LateLine]]:
	query = lines(late, scope, settings, MARIADB)
	found: dict[str, list[_LateLine]] = defaultdict(list)
	for row in execute(query.sql, query.values):
		(
			_date, _type, document, _line, item_code, order, _due, _days, _quantity, order_amount,
			supplier, value, days, _sample,
		) = row  # fmt: skip
		found[supplier].append(
			_LateLine(
				document,
				item_code or "",
				order,
				Decimal(str(order_amount)),
				Decimal(str(value)),
				Decimal(str(days)),
			)
		)
	return found
