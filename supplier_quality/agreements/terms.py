"""How long a contract lasts: its end after amendments, renewals and termination, and its notice date."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from partner_relations.supplier_quality.agreements.amendments import Amendment, in_order

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Renewal:
	"""A renewal that happened: the contract would have ended on `ended_on` and went on for so many months."""

	ended_on: date
	months: int


@dataclass(frozen=True)
class Term:
	"""The last day of a contract (None: it has no end) and the renewals that led there."""

	end: date | None
	renewals: int = 0


def after_months(end: date, months: int) -> date:
	"""The last day of a term that follows `end` and lasts `months`.

	The term begins on the next day and ends before the day of that number so many months later; where that
	month has no such day, with the month (the rule of § 188 BGB). So 30 September and three months give 31
	December, and 31 January and one month give the last day of February.
	"""
	begins = end + DAY
	years, month = divmod(begins.month - 1 + months, 12)
	year, month = begins.year + years, month + 1
	last = monthrange(year, month)[1]
	if begins.day > last:
		return date(year, month, last)
	return date(year, month, begins.day) - DAY


def term(
	end_date: date | None,
	amendments: Iterable[Amendment] = (),
	renewals: Iterable[Renewal] = (),
	terminated_on: date | None = None,
) -> Term:
	"""The term of a contract as far as it is known: amendments that take effect later count too.

	A renewal stands as long as the contract did end on its day: if an amendment with another end is confirmed
	afterwards and took effect before, the renewal is void; if that amendment is taken out, it stands again.
	Several renewals are counted in months from the end that was agreed, so that month ends stay month ends.
	"""
	pending = sorted(renewals, key=lambda renewal: renewal.ended_on)
	agreed, end, months, renewed = end_date, end_date, 0, 0

	def renew(before: date) -> None:
		nonlocal end, months, renewed
		while pending and pending[0].ended_on + DAY < before:
			renewal = pending.pop(0)
			if renewal.ended_on == end:
				months += renewal.months
				end = after_months(agreed, months)
				renewed += 1

	for amendment in in_order(amendments):
		if amendment.end_date is not None:
			renew(amendment.effective_from)
			agreed = end = amendment.end_date
			months = renewed = 0
	renew(date.max)
	if terminated_on is not None and (end is None or terminated_on < end):
		end = terminated_on
	return Term(end, renewed)


def due_renewals(
	end_date: date | None,
	amendments: Sequence[Amendment],
	renewals: Sequence[Renewal],
	months: int,
	today: date,
) -> list[Renewal]:
	"""The renewals by so many months that a contract still needs to hold `today`, the first one first.

	As many as were missed while nobody looked; none where it still runs, has no end, or isn't renewed.
	"""
	found: list[Renewal] = []
	if months <= 0:
		return found
	current = term(end_date, amendments, renewals).end
	while current is not None and current < today:
		found.append(Renewal(current, months))
		current = term(end_date, amendments, [*renewals, *found]).end
	return found


def notice_by(end: date | None, notice_days: int) -> date | None:
	"""The last day on which notice may be given so that the contract ends with its term."""
	return end - timedelta(days=notice_days) if end else None
