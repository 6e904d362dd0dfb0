"""The quarters of the demo, counted back from today."""

from dataclasses import dataclass
from datetime import date, timedelta

from partner_relations.supplier_quality.rating import Period

QUARTERS_PUBLISHED = 8


@dataclass(frozen=True)
class Calendar:
	"""`quarters` are the closed ones, oldest first; the last awaits publishing. Orders go on to `today`."""

	quarters: tuple[Period, ...]
	today: date

	@property
	def first_day(self) -> date:
		return self.quarters[0].from_date

	def progress(self, day: date) -> float:
		"""Where a day lies between the first one (0) and today (1)."""
		return min(1.0, max(0.0, (day - self.first_day).days / (self.today - self.first_day).days))


def workday(day: date) -> date:
	"""The day itself, or the Monday after a weekend."""
	return day + timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)
