"""Who sells what to the demo company, and how well: plain data. All names are made up."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
	"""An item that is bought: price per stock unit in the company's currency, `lot` the usual order."""

	code: str
	name: str
	group: str
	price: float
	lot: int
	unit: str = "Nos"
	box_of: int = 0  # bought in boxes of so many
	inspected: bool = False


@dataclass(frozen=True)
class Course:
	"""A share that changes evenly from the first to the last quarter."""

	first: float
	last: float

	def at(self, progress: float) -> float:
		"""Its value at `progress` from 0 (first day) to 1 (last day)."""
		return self.first + (self.last - self.first) * progress


def steady(value: float) -> Course:
	return Course(value, value)


@dataclass(frozen=True)
class SupplierRole:
	"""A supplier of the demo and how it behaves.

	Shares are between 0 and 1: `punctual` of deliveries in time, `bad_lots` of lines with rejected units,
	`defects` the rejected part of such a line, `returns` of deliveries from which something goes back,
	`price_errors` of invoices with a wrong price, `answers` of requests answered. `quotes` is its price
	level, `drift` what prices become by the end. `service` is what evaluators think of it, 1 to 5.
	"""

	name: str
	group: str
	products: tuple[str, ...]
	orders_per_quarter: float
	punctual: Course
	bad_lots: Course
	defects: float = 0.01
	returns: float = 0.0
	price_errors: float = 0.0
	answers: float = 0.9
	quotes: float = 1.0
	drift: float = 1.03
	latest: int = 12  # days late at worst
	lead_days: int = 18
	country: str = "United States"
	currency: str = ""
	exchange_rate: Course = Course(1.0, 1.0)
	strategic: bool = False
	service: Course = Course(3.5, 3.5)
	quarters: tuple[int, ...] | None = None  # buys in these quarters only; None is all
	invoices_on_delivery: bool = False  # a purchase invoice with "update stock" in place of a receipt
	disabled: bool = False


PRODUCTS = (
	Product("PC-100", "Pump casing DN 100, cast iron", "Castings", 84.0, 60, inspected=True),
	Product("PC-150", "Pump casing DN 150, cast iron", "Castings", 131.0, 40),
	Product("IM-220", "Impeller 220 mm, bronze", "Castings", 56.0, 80, inspected=True),
	Product("RB-40", "Steel round bar 40 mm", "Bar and Sheet", 2.4, 900, unit="Kg"),
	Product("RB-65", "Steel round bar 65 mm", "Bar and Sheet", 2.3, 700, unit="Kg"),
	Product("SS-316", "Stainless sheet 316, 3 mm", "Bar and Sheet", 4.9, 600, unit="Kg"),
	Product("BR-6308", "Ball bearing 6308", "Bearings and Seals", 9.8, 300, inspected=True),
	Product("BR-3310", "Angular contact bearing 3310", "Bearings and Seals", 31.0, 120),
	Product("MS-35", "Mechanical seal 35 mm", "Bearings and Seals", 42.0, 150, inspected=True),
	Product("OR-NBR", "O-ring set, NBR", "Bearings and Seals", 1.2, 900),
	Product("MO-5", "Motor 5.5 kW, IE3", "Motors and Drives", 310.0, 24, inspected=True),
	Product("MO-11", "Motor 11 kW, IE3", "Motors and Drives", 540.0, 16),
	Product("VFD-7", "Frequency drive 7.5 kW", "Motors and Drives", 410.0, 15),
	Product("TB-12", "Terminal box, 12 poles", "Motors and Drives", 14.0, 80),
	Product("HB-M12", "Hex bolt M12 x 60, zinc", "Fasteners", 0.31, 4000, box_of=100, inspected=True),
	Product("HB-M16", "Hex bolt M16 x 80, zinc", "Fasteners", 0.62, 3000, box_of=100),
	Product("WS-M12", "Washer M12, zinc", "Fasteners", 0.04, 8000, box_of=500),
	Product("SL-25", "Shaft sleeve, chrome plated", "Surface Treatment", 27.0, 140, inspected=True),
	Product("SL-40", "Shaft sleeve 40 mm, chrome plated", "Surface Treatment", 36.0, 100),
	Product("PW-EPX", "Epoxy powder, grey", "Surface Treatment", 6.2, 250, unit="Kg"),
	Product("CR-800", "Wooden crate 800 mm", "Packaging", 19.0, 100),
	Product("FM-200", "Foam inlay 200 mm", "Packaging", 2.8, 400),
)

SUPPLIERS = (
	SupplierRole(
		"Northgate Castings", "Raw Material", ("PC-100", "PC-150", "IM-220"), 3,
		steady(0.98), steady(0.02), defects=0.002, answers=1.0, quotes=1.03, drift=0.98,
		lead_days=24, strategic=True, service=steady(4.6),
	),
	SupplierRole(
		"Hollis Steel & Bar", "Raw Material", ("RB-40", "RB-65", "SS-316"), 3,
		steady(0.9), steady(0.05), defects=0.004, returns=0.04, drift=1.08, lead_days=12,
	),
	SupplierRole(
		"Brightwater Seals", "Hardware", ("MS-35", "OR-NBR"), 2,
		Course(0.55, 1.0), Course(0.4, 0.02), defects=0.02, price_errors=0.05, quotes=1.01,
	),
	SupplierRole(
		"Kestrel Bearings GmbH", "Hardware", ("BR-6308", "BR-3310"), 2,
		steady(0.93), steady(0.03), defects=0.003, quotes=1.05, drift=1.06, lead_days=35,
		country="Germany", currency="EUR", exchange_rate=Course(1.06, 1.12),
		strategic=True, service=steady(4.1),
	),
	SupplierRole(
		"Marlow Electric Motors", "Electrical", ("MO-5", "MO-11"), 3,
		Course(1.0, 0.45), Course(0.02, 0.3), defects=0.04, answers=0.7, drift=1.14, latest=25,
		lead_days=28, strategic=True, service=Course(4.4, 2.2),
	),
	SupplierRole(
		"Pinnacle Fasteners", "Hardware", ("HB-M12", "HB-M16", "WS-M12"), 3,
		steady(0.7), steady(0.4), defects=0.008, returns=0.15, price_errors=0.08, quotes=0.9, lead_days=10,
	),
	SupplierRole(
		"Redfern Plating Works", "Local", ("SL-25", "SL-40"), 3,
		Course(0.5, 0.3), Course(0.5, 0.6), defects=0.07, returns=0.35, price_errors=0.2, answers=0.4,
		quotes=0.95, latest=30, lead_days=14,
	),
	SupplierRole(
		"Osprey Controls", "Electrical", ("VFD-7", "TB-12"), 2,
		steady(0.95), steady(0.02), price_errors=0.4, quotes=1.0, lead_days=21,
	),
	SupplierRole(
		"Tri-County Packaging", "Local", ("CR-800", "FM-200"), 2,
		steady(0.99), steady(0.01), answers=1.0, quotes=0.97, drift=1.0, lead_days=7,
	),
	SupplierRole(
		"Lantau Precision", "Raw Material", ("PC-100", "IM-220"), 2,
		Course(0.3, 0.9), Course(0.6, 0.05), defects=0.05, returns=0.1, quotes=0.93, latest=25, lead_days=30,
	),
	SupplierRole(
		"Vega Coatings", "Local", ("PW-EPX", "SL-25"), 1,
		steady(0.85), steady(0.1), quotes=1.06, lead_days=9, quarters=(0, 1, 3, 6),
	),
	SupplierRole(
		"Summit Industrial Supply", "Distributor", ("HB-M12", "BR-6308", "OR-NBR"), 2,
		steady(0.86), steady(0.06), defects=0.006, price_errors=0.06, quotes=1.08, lead_days=5,
		invoices_on_delivery=True,
	),
	SupplierRole(
		"Delaney Tool & Die", "Local", ("IM-220",), 1,
		steady(0.6), steady(0.3), defects=0.05, quarters=(0, 1, 2), disabled=True,
	),
)  # fmt: skip

# Who is asked together when prices are compared: the items, and the suppliers.
MARKETS = (
	(("PC-100", "IM-220"), ("Northgate Castings", "Lantau Precision")),
	(("BR-6308", "OR-NBR"), ("Kestrel Bearings GmbH", "Brightwater Seals", "Summit Industrial Supply")),
	(("HB-M12", "WS-M12"), ("Pinnacle Fasteners", "Summit Industrial Supply")),
	(("MO-5", "VFD-7"), ("Marlow Electric Motors", "Osprey Controls", "Summit Industrial Supply")),
	(("SL-25", "SL-40"), ("Redfern Plating Works", "Vega Coatings", "Lantau Precision")),
	(("CR-800", "FM-200"), ("Tri-County Packaging", "Hollis Steel & Bar")),
)


@dataclass(frozen=True)
class Promise:
	"""An obligation of a contract: a KPI to reach, or something to hand over.

	Days count from the contract's start if positive, from today if negative.
	"""

	title: str
	kpi: str = ""
	at_least: float = 0
	each: str = "Quarter"
	scheme: str = ""
	due_day: int = 0
	handed_over_day: int = 0  # 0 is not at all
	owed_by: str = "Partner"


@dataclass(frozen=True)
class ContractRole:
	"""A contract of the demo: when it runs, what is promised, and the last step that was taken with it.

	`quarters_back` says in which quarter it begins, counted back from the one that awaits publishing;
	`ends_in_days` counts from today. With `agreed_prices` a Blanket Order holds those of the products.
	"""

	supplier: str
	quarters_back: int
	ends_in_days: int
	value: float
	promises: tuple[Promise, ...] = ()
	last_step: str = "archive"  # as `contract_steps` names them; earlier ones are taken too
	notice_days: int = 90
	renewal_months: int = 0
	signee: str = ""
	agreed_prices: bool = False


CONTRACTS = (
	ContractRole(
		"Northgate Castings", 8, 100, 180000, signee="Ruth Castle", renewal_months=12, agreed_prices=True,
		promises=(
			Promise("Deliveries on time", kpi="On-Time Delivery", at_least=90),
			Promise("Castings without fault", kpi="Accepted Quantity", at_least=98),
			Promise("Material certificates of the year", due_day=90, handed_over_day=84),
		),
	),
	ContractRole(
		"Marlow Electric Motors", 8, 420, 240000, signee="Ian Marlow", agreed_prices=True,
		promises=(
			Promise(
				"Deliveries on time", kpi="On-Time Delivery", at_least=85,
				scheme="Late Delivery, Percent per Day",
			),
			Promise("ISO 9001 certificate", due_day=60, handed_over_day=49),
			Promise("Yearly forecast of what we need", due_day=30, handed_over_day=27, owed_by="Us"),
			Promise("Plan against late deliveries", due_day=-21),
		),
	),
	ContractRole(
		"Redfern Plating Works", 4, 200, 60000, signee="Joan Redfern",
		promises=(
			Promise(
				"Deliveries on time", kpi="On-Time Delivery", at_least=75, each="Half-Year",
				scheme="Late Delivery, Steps",
			),
			Promise("Sleeves without fault", kpi="Accepted Quantity", at_least=97),
		),
	),
	ContractRole("Kestrel Bearings GmbH", 8, -40, 90000, signee="Uwe Falk"),
	ContractRole("Pinnacle Fasteners", 0, 365, 50000, last_step="approve"),
	ContractRole("Osprey Controls", 0, 365, 75000, last_step="request_review"),
)  # fmt: skip


@dataclass(frozen=True)
class AmendmentRole:
	"""An amendment of a supplier's contract: a sentence more in a clause, another target, another value.

	It holds from the first day of the quarter that awaits publishing, or from `in_days` after today. One that
	isn't `confirmed` by both sides stays a draft.
	"""

	supplier: str
	title: str
	reason: str
	clause_type: str
	sentence: str
	promise: str = ""  # the title of the obligation
	at_least: float = 0
	value: float = 0
	in_days: int = 0
	confirmed: bool = True


AMENDMENTS = (
	AmendmentRole(
		"Northgate Castings",
		"More castings, delivered more punctually",
		"We buy a third more than agreed, and our assembly line needs each delivery on its day.",
		clause_type="Delivery",
		sentence="The Supplier announces each delivery two working days before it is shipped.",
		promise="Deliveries on time",
		at_least=92,
		value=240000,
	),
	AmendmentRole(
		"Northgate Castings",
		"Deliveries announced by electronic message",
		"Both sides exchange shipping notices electronically from then on.",
		clause_type="Delivery",
		sentence="The Supplier announces each delivery by an electronic shipping notice.",
		in_days=45,
		confirmed=False,
	),
)

# Users: who evaluates, who rates beside them, who publishes. Who proposes must not approve.
BUYER = (
	"demo.buyer@example.com",
	"Demo Buyer",
	("Purchase User", "Purchase Manager", "Supplier Quality User"),
)
ENGINEER = (
	"demo.engineer@example.com",
	"Demo Quality Engineer",
	("Quality Manager", "Purchase User", "Supplier Quality User"),
)
MANAGER = (
	"demo.quality@example.com",
	"Demo Quality Manager",
	("Quality Manager", "Purchase User", "Purchase Manager", "Supplier Quality Manager"),
)
COUNSEL = (
	"demo.counsel@example.com",
	"Demo Counsel",
	("Purchase User", "Purchase Manager", "Supplier Quality User"),
)
HEAD = (
	"demo.head@example.com",
	"Demo Head of Purchasing",
	("Purchase User", "Purchase Manager", "Supplier Quality Manager"),
)
ACCOUNTANT = (
	"demo.accountant@example.com",
	"Demo Accountant",
	("Accounts Manager", "Accounts User"),
)
