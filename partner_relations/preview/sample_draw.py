"""What the sample is drawn with: the same on every machine, for only `Random.random` is drawn from."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

Any_ = TypeVar("Any_")
Course = Callable[[float], float]
"""A figure over the two years: takes 0 (the first day) to 1 (the last)."""


def steady(level: float) -> Course:
	return lambda _when: level


def drift(start: float, end: float) -> Course:
	return lambda when: start + (end - start) * when


class Draw:
	"""Draws from `Random.random` only."""

	def __init__(self, seed: int):
		self._random = Random(seed).random

	def chance(self, share: float) -> bool:
		return self._random() < share

	def between(self, low: int, high: int) -> int:
		"""A whole number, both ends included."""
		return low + int(self._random() * (high - low + 1))

	def among(self, values: Sequence[Any_]) -> Any_:
		return values[int(self._random() * len(values))]

	def around(self, value: float, spread: float) -> float:
		return value * (1 + (2 * self._random() - 1) * spread)
