"""What an administrator sets on a KPI."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class KpiSettings:
	"""The tolerances that an administrator sets on a Supplier KPI. Days are calendar days."""

	early_days: int | None = None
	late_days: int = 0
	quantity_tolerance: Decimal = Decimal(0)
	price_tolerance: Decimal = Decimal(0)
	maximum_days: int | None = None
	use_first_due_date: bool = True
	blame_closed_orders: bool = False
	kpi: str = ""
	template: str = ""
