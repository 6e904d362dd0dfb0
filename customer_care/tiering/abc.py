"""ABC: classes by the share that the customers before one already make up."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from partner_relations.supplier_quality.rating.numbers import EXACT, stored

HUNDRED = Decimal(100)
ZERO = Decimal(0)


@dataclass(frozen=True)
class AbcClass:
	"""Customers whose previous cumulative share is below `below` percent and not below the class before's."""

	name: str
	tier: str
	below: Decimal = HUNDRED


@dataclass(frozen=True)
class AbcRule:
	"""Classes from the best to the last, whose `below` is 100. Shares are of the totals of `metric`."""

	classes: tuple[AbcClass, ...]
	metric: str = "revenue"

	def class_of(self, previous_share: Decimal) -> AbcClass:
		"""The class at a previous cumulative share; 100 (customers without value) is in the last."""
		return next((row for row in self.classes if previous_share < row.below), self.classes[-1])


DEFAULT_CLASSES = (
	AbcClass("A", "Strategic", Decimal(80)),
	AbcClass("B", "Key", Decimal(95)),
	AbcClass("C", "Regular"),
)


def previous_shares(totals: Mapping[str, Decimal]) -> dict[str, Decimal]:
	"""For each customer the percentage of the whole that customers with a greater total make up.

	Taking the share *before* a customer puts the one that crosses a border in the better class, so that the
	largest customer is always in the first class however large it is. Customers with equal totals have the
	same customers before them and therefore share a class; an order among them would be arbitrary. The whole
	is the sum of the positive totals; customers with nothing or less than nothing have 100 before them.
	"""
	ordered = sorted(totals, key=totals.__getitem__, reverse=True)
	whole = ZERO
	for customer in ordered:
		if totals[customer] <= 0:
			break
		whole = EXACT.add(whole, totals[customer])
	shares = {}
	before = ZERO
	for total, customers in groupby(ordered, key=totals.__getitem__):
		share = stored(EXACT.divide(EXACT.multiply(HUNDRED, before), whole)) if total > 0 else HUNDRED
		for customer in customers:
			shares[customer] = share
			before = EXACT.add(before, total)
	return shares
