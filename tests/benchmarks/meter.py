"""What a piece of work costs: seconds, and the statements that reach the database."""

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass

import frappe


@dataclass
class Cost:
	"""Seconds and statements, of one or more pieces of work."""

	seconds: float = 0.0
	statements: int = 0

	def __add__(self, other: "Cost") -> "Cost":
		return Cost(self.seconds + other.seconds, self.statements + other.statements)


class Meter(AbstractContextManager):
	"""`with Meter() as meter: ...`, then `meter.cost`; the statements are counted by the server itself."""

	def __enter__(self) -> "Meter":
		self.cost = Cost()
		self._statements = _statements()
		self._started = time.perf_counter()
		return self

	def __exit__(self, *_error) -> None:
		self.cost.seconds = time.perf_counter() - self._started
		self.cost.statements = _statements() - self._statements - 1  # the first look itself


def _statements() -> int:
	return int(frappe.db.sql("SHOW SESSION STATUS LIKE 'Questions'")[0][1])
