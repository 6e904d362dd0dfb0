"""Two years of sales to made-up customers, for the sample that comes with the preview."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from partner_relations.preview.sample_draw import Course, Draw, drift, steady

SEED = 20241102
TERMS = 30


@dataclass(frozen=True)
class Product:
	code: str
	group: str
	price: float
	cost: float


@dataclass(frozen=True)
class Customer:
	"""A customer's story. Shares are between 0 and 1; `late` payers are up to `late_by` days behind."""

	name: str
	group: str
	tier: str
	potential: int | None
	orders_per_month: Course
	lines: int = 2
	quantity: int = 3
	discount: Course = field(default=steady(0.04))
	late: float = 0.1
	late_by: int = 12
	returned: float = 0.01


PRODUCTS = (
	Product("HOIST-500", "Hoists", 1850.0, 1180.0),
	Product("HOIST-1000", "Hoists", 2690.0, 1770.0),
	Product("TROLLEY-2T", "Hoists", 940.0, 610.0),
	Product("GEAR-HD40", "Drives", 1320.0, 905.0),
	Product("BRAKE-DC", "Drives", 410.0, 236.0),
	Product("CTRL-PANEL", "Controls", 780.0, 455.0),
	Product("PENDANT-6", "Controls", 165.0, 88.0),
	Product("ROPE-12", "Spare parts", 96.0, 41.0),
	Product("HOOK-5T", "Spare parts", 138.0, 62.0),
	Product("WHEEL-160", "Spare parts", 74.0, 33.0),
)
SERVICE = "INSPECTION-YEARLY"

CUSTOMERS = (
	# The few that the business rests on.
	Customer("Nordhafen Terminal AG", "Ports", "Strategic", 90, steady(3.4), 3, 5, steady(0.08)),
	Customer("Adriaport d.o.o.", "Ports", "Key", 85, drift(1.0, 3.6), 3, 4, steady(0.05)),
	Customer("Stahlwerk Brenner GmbH", "Steel", "Strategic", 60, steady(2.4), 3, 4, late=0.05),
	# Was large, buys less and less, and pays later and later.
	Customer("Werft Sandvik AB", "Shipyards", "Strategic", 40, drift(3.0, 0.25), 3, 4, late=0.55, late_by=40),
	Customer("Ostsee Werften GmbH", "Shipyards", "Key", 55, steady(1.8), 2, 4),
	Customer("Acerías del Norte S.A.", "Steel", "Key", 50, steady(1.5), 3, 3, late=0.35, late_by=25),
	# Large sales that hardly earn anything.
	Customer("Kranverleih Mittelrhein KG", "Rental", "Key", 45, steady(2.1), 3, 4, steady(0.31)),
	# New, and growing.
	Customer("Hydra Offshore ASA", "Ports", "Regular", 95, drift(-1.5, 2.6), 3, 3, steady(0.03)),
	Customer("Papierfabrik Ostermann", "Paper", "Regular", 35, steady(1.0)),
	# Sends back much of what it buys.
	Customer("Baumarkt Zentrale Süd", "Trade", "Key", 30, steady(2.0), 3, 3, returned=0.22, late=0.2),
	Customer("Montage Keller", "Trade", "Regular", 20, steady(1.3), 1, 2),
	Customer("Ferronor Sp. z o.o.", "Steel", "Regular", 65, steady(1.2), 2, 3),
	Customer("Lagertechnik Vogt", "Trade", "Regular", 25, steady(0.9), 1, 2, late=0.3),
	Customer("Ateliers Meunier", "Trade", "Regular", None, steady(0.5), 2, 2),
	Customer("Gruppo Bassani S.r.l.", "Rental", "Regular", 40, steady(0.8), 2, 2),
	Customer("Holzwerke Tanner", "Paper", "Regular", 15, steady(0.4), 1, 2),
	Customer("Rederi Lund A/S", "Shipyards", "Regular", 30, drift(1.4, -0.4), 2, 2),
	Customer("Stadtwerke Elbmark", "Public", "Regular", 50, steady(0.6), 2, 2, late=0.02),
	Customer("Technische Schule Wismar", "Public", "", None, steady(0.15), 1, 1),
	Customer("Minera Andina Ltda", "Steel", "", 70, drift(-2.5, 1.2), 3, 4),
)


def sales_rows(
	first_month: tuple[int, int], months: int, last_day: date, company: str
) -> list[dict[str, Any]]:
	"""Rows of `sales_lines.csv`, by date: invoices for orders, spare parts over the counter, credit notes."""
	draw, numbers = Draw(SEED), {"SO": 0, "SI": 0}
	rows: list[dict[str, Any]] = []
	for month in range(months):
		year, index = divmod(first_month[0] * 12 + first_month[1] - 1 + month, 12)
		for customer in CUSTOMERS:
			whole, part = divmod(max(0.0, customer.orders_per_month(month / (months - 1))), 1)
			for _order in range(int(whole) + draw.chance(part)):
				when = month / (months - 1)
				rows += _sale(draw, numbers, customer, date(year, index + 1, 1), when)
	kept = [row for row in rows if row["date"] <= last_day]
	for row in kept:
		row["company"] = company
		if row["paid_on"] and row["paid_on"] > last_day:
			row["paid_on"] = ""
	return sorted(kept, key=lambda row: (row["date"], row["sale"]))


def _sale(
	draw: Draw, numbers: dict[str, int], customer: Customer, first: date, when: float
) -> Iterator[dict[str, Any]]:
	numbers["SO"] += 1
	ordered = first + timedelta(days=draw.between(0, 27))
	counter = draw.chance(0.15)  # spare parts over the counter have no order
	day = ordered if counter else ordered + timedelta(days=draw.between(3, 21))
	due = day + timedelta(days=TERMS)
	paid = due + timedelta(
		days=draw.between(1, customer.late_by) if draw.chance(customer.late) else -draw.between(0, 15)
	)
	sale = _number(numbers, "SI")
	about = {
		"customer": customer.name,
		"customer_group": customer.group,
		"tier": customer.tier,
		"potential": "" if customer.potential is None else customer.potential,
	}
	for _line in range(1 if counter else draw.between(1, customer.lines)):
		product = draw.among(PRODUCTS[-3:] if counter else PRODUCTS)
		quantity = draw.between(1, customer.quantity)
		price = draw.around(product.price * (1 - customer.discount(when)), 0.03)
		row = {
			"sale": sale,
			"date": day,
			"item": product.code,
			"item_group": product.group,
			"quantity": quantity,
			"amount": f"{quantity * price:.2f}",
			"cost": f"{quantity * draw.around(product.cost, 0.04):.2f}",
			"is_return": 0,
			"return_of": "",
			"order": "" if counter else f"SO-{numbers['SO']:05}",
			"order_date": "" if counter else ordered,
			"due_date": due,
			"paid_on": paid,
			"stock_item": "yes",
			**about,
		}
		yield row
		if draw.chance(customer.returned):
			back = day + timedelta(days=draw.between(6, 40))
			returned = {"sale": _number(numbers, "SI"), "date": back, "is_return": 1, "return_of": sale}
			yield {**row, **returned, "order": "", "order_date": "", "due_date": "", "paid_on": ""}
	if draw.chance(0.12):
		service = {"item": SERVICE, "item_group": "Services", "stock_item": "no", "cost": ""}
		amount = f"{draw.around(320, 0.1):.2f}"
		yield {**row, **service, "quantity": 1, "amount": amount}


def _number(numbers: dict[str, int], series: str) -> str:
	numbers[series] += 1
	return f"{series}-{numbers[series]:05}"
