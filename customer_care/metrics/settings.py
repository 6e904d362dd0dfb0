"""What an administrator may allow before a promise counts as broken."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class MetricSettings:
	"""Tolerances of the customer metrics, in calendar days and percent.

	`payment_days` after the due date a payment is still punctual. `early_days` (None: as early as you like),
	`late_days` and `quantity_tolerance` say when a delivery kept what the order promised.
	"""

	payment_days: int = 0
	early_days: int | None = None
	late_days: int = 0
	quantity_tolerance: Decimal = Decimal(0)
