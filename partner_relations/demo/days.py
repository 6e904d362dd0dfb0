"""The days of the demo, played in their order, and events that are spread evenly over them."""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from partner_relations.demo.quarters import workday


class Chances:
	"""Spreads events evenly: one of share 0.25 happens every fourth time, not by luck three times in a row.

	A supplier has few deliveries in a quarter; plain chance would make the good ones look bad at times.
	"""

	def __init__(self, seeded: random.Random):
		self._random = seeded
		self._credit: dict[str, float] = {}

	def happens(self, event: str, share: float) -> bool:
		"""Whether the event, which happens with this share, happens now."""
		credit = self._credit.setdefault(event, self._random.random()) + share
		self._credit[event] = credit % 1
		return credit >= 1


class Days:
	"""What is to happen when; things of one day in the order in which they were planned."""

	def __init__(self, today: date):
		self.today = today
		self._clock: Counter[date] = Counter()
		self._planned: list[tuple[date, int, Callable[[date], None]]] = []
		self._number = 0

	def on(self, day: date, happening: Callable[[date], None]) -> None:
		"""Plan something; on a weekend it happens on Monday, and what lies in the future doesn't happen."""
		day = workday(day)
		if day <= self.today:
			self._number += 1
			heapq.heappush(self._planned, (day, self._number, happening))

	def play(self) -> Iterator[date]:
		while self._planned:
			day, _number, happening = heapq.heappop(self._planned)
			yield day
			happening(day)

	def time(self, day: date) -> str:
		"""A time of the day, later at each call: what moves stock later must be posted later."""
		self._clock[day] += 1
		return f"{8 + self._clock[day] // 12:02}:{self._clock[day] % 12 * 5:02}:00"
