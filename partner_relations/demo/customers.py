"""Who buys from the demo company, how, and what they complain about: plain data. All names are made up."""

from dataclasses import dataclass

from partner_relations.demo.cast import Course, Product, steady

# What is sold. Seals and bearings are bought in batches and sold as spare parts; the pumps are assembled of
# them, in batches too, so that a complaint can be traced from a pump back to who supplied its seal. The
# prices here are what they cost us; `lot` is how many come at a time.
SEAL, BEARING, SMALL_PUMP, LARGE_PUMP = "SK-35", "BK-08", "CP-40", "CP-65"
BOUGHT = (
	Product(SEAL, "Seal kit 35 mm", "Spare Parts", 31.0, 340, inspected=True),
	Product(BEARING, "Bearing kit 6308", "Spare Parts", 22.0, 260),
)
ASSEMBLED = (
	Product(SMALL_PUMP, "Circulation pump 40", "Pumps", 410.0, 90),
	Product(LARGE_PUMP, "Circulation pump 65", "Pumps", 650.0, 80),
)
SALES_PRICE = {SEAL: 58.0, BEARING: 44.0, SMALL_PUMP: 640.0, LARGE_PUMP: 980.0}
SUPPLIER_OF = {SEAL: "Alder Seals", BEARING: "Corran Bearings"}
BAD_BATCH_OF = SEAL
"""The item of which a batch in the last months is faulty: two customers complain of it."""


STEADY = steady(1.0)


@dataclass(frozen=True)
class CustomerRole:
	"""A customer of the demo and how it buys.

	`lot` is what it usually orders of each item; `growth` what becomes of that. Shares are between 0 and 1:
	`punctual` of invoices paid when due, `late` of deliveries that leave too late, `returns` of deliveries
	from which something comes back. `potential` (percent) is what its account manager thinks of it.
	"""

	name: str
	group: str
	items: tuple[str, ...]
	orders_per_month: float
	lot: int
	growth: Course = STEADY
	punctual: float = 0.9
	late: float = 0.1
	returns: float = 0.0
	potential: float = 0.0
	managed: bool = False
	new_since: int = 0  # days before today of the first order; 0 is always
	gone_since: int = 0  # days before today of the last order; 0 is still a customer


CUSTOMERS = (
	CustomerRole(
		"Harrow Water Authority", "Utilities", (LARGE_PUMP, SEAL), 1.4, 9,
		punctual=0.97, late=0.05, potential=85, managed=True,
	),
	CustomerRole(
		"Castlegate Process Plants", "Plant Builders", (LARGE_PUMP, SMALL_PUMP), 1.2, 5,
		growth=Course(0.7, 1.5), punctual=0.95, potential=90, managed=True,
	),
	CustomerRole("Dunmore Brewing", "Industry", (SMALL_PUMP, SEAL), 0.8, 6, punctual=0.92, managed=True),
	CustomerRole(
		"Bexley Chillers", "Plant Builders", (SMALL_PUMP,), 0.7, 8,
		growth=Course(1.5, 0.5), late=0.2, potential=40, managed=True,
	),
	CustomerRole("Whitcombe Dairy", "Industry", (SMALL_PUMP, BEARING), 0.6, 5, punctual=0.6),
	CustomerRole("Oakridge Farm Supply", "Dealers", (SEAL, BEARING), 0.5, 14, potential=60),
	CustomerRole("Ashford Paper Mill", "Industry", (LARGE_PUMP,), 0.6, 4, gone_since=130, managed=True),
	CustomerRole("Colby Heating Services", "Dealers", (SEAL, BEARING), 0.4, 9, returns=0.3, late=0.3),
	CustomerRole("Pemberton Pools", "Industry", (SMALL_PUMP,), 0.3, 2),
	CustomerRole("Silverlake Marina", "Industry", (BEARING, SEAL), 0.3, 6, punctual=0.3, late=0.3),
	CustomerRole("Trent Valley Nurseries", "Industry", (SMALL_PUMP,), 0.35, 2, gone_since=210),
	CustomerRole("Marchfield Hospital", "Utilities", (LARGE_PUMP,), 0.25, 2, potential=70),
	CustomerRole("Rosewood Hotels", "Industry", (SMALL_PUMP, SEAL), 0.6, 4, new_since=150, potential=80),
)  # fmt: skip

RAISED_BY_HAND = "Rosewood Hotels"
"""A customer whose tier the manager sets by hand."""


@dataclass(frozen=True)
class Found:
	"""What an investigation found. `actions` are (kind, action, days until due, done)."""

	responsibility: str
	cause: str
	root_cause: str
	containment: str = ""
	escape_point: str = ""
	whys: tuple[tuple[str, str], ...] = ()
	actions: tuple[tuple[str, str, int, bool], ...] = ()


@dataclass(frozen=True)
class ComplaintRole:
	"""A complaint of the demo: `days_back` from today, about the customer's delivery before that.

	It is taken to `step`, as `complaint_steps` names them. `hours` are the hours of business after which it
	was acknowledged, answered and resolved. `remedy` is a kind of resolution, for `quantity` of the item or
	an `amount`; one above what an agent may grant awaits approval where the story ends with the proposal.
	"""

	customer: str
	item: str
	days_back: int
	category: str
	subject: str
	text: str
	step: str = "close"
	channel: str = "Email"
	severity: str = ""
	hours: tuple[float, float, float] = (2, 6, 20)
	quantity: float = 1
	found: Found | None = None
	remedy: str = ""
	amount: float = 0
	proposal: str = ""
	reason: str = ""
	mark: int = 0
	comment: str = ""
	bad_batch: bool = False


LATE = Found("Own", "Planning or Capacity", "The delivery date was promised without asking the workshop.")
CARRIER = Found("Carrier", "Transport", "The pallet was dropped while it was moved to another lorry.")
SEAL_FOUND = Found(
	"Supplier",
	"Process of the Supplier",
	"The seal faces were hardened at too low a temperature after the supplier had moved its oven.",
	containment="The rest of the batch is blocked in stock; customers who got it are called.",
	escape_point="The incoming inspection measures the seals, but doesn't test their hardness.",
	whys=(
		("Why do the pumps leak?", "The seal faces are worn after two weeks."),
		("Why are they worn so early?", "They are softer than the drawing demands."),
		("Why are they too soft?", "The supplier's oven ran 40 degrees too cold after it was moved."),
	),
	actions=(
		("Containment", "Block the batch in stock and call all customers who received it.", 1, True),
		("Corrective", "Supplier checks its oven with a second thermometer in each shift.", 10, True),
		("Preventive", "Add hardness to the incoming inspection of seal kits.", 14, True),
	),
)

COMPLAINTS = (
	ComplaintRole(
		"Harrow Water Authority",
		LARGE_PUMP,
		352,
		"Delivered Late",
		"Pumps came a week after the date",
		"Our fitters waited for nothing. When does the rest come?",
		hours=(1, 3, 30),
		found=LATE,
		remedy="Apology",
		proposal="The rest leaves today. We are sorry for the wait.",
		mark=4,
	),
	ComplaintRole(
		"Castlegate Process Plants",
		SMALL_PUMP,
		318,
		"Damaged in Transport",
		"Housing of a pump is cracked",
		"The crate was broken on arrival, see the picture.",
		channel="Portal",
		hours=(2, 7, 34),
		found=CARRIER,
		remedy="Credit Note",
		proposal="We credit the pump that was damaged.",
		mark=5,
		comment="Quick and fair.",
	),
	ComplaintRole(
		"Colby Heating Services",
		BEARING,
		285,
		"Wrong Quantity Delivered",
		"One kit is missing",
		"The delivery note says more than was in the box.",
		channel="Phone",
		hours=(9, 30, 60),
		found=Found("Own", "Process Not Followed", "The box was closed before it was counted."),
		remedy="Credit Note",
		proposal="We credit the missing kit.",
		mark=3,
	),
	ComplaintRole(
		"Bexley Chillers",
		SMALL_PUMP,
		251,
		"Wrong Price",
		"Project price was not applied",
		"We agreed on a lower price for this project.",
		hours=(3, 12, 40),
		found=Found("Own", "Order Entry or Master Data", "The project price wasn't entered in the order."),
		remedy="Price Allowance",
		amount=180,
		proposal="We grant the difference to the project price.",
		mark=4,
	),
	ComplaintRole(
		"Whitcombe Dairy",
		SMALL_PUMP,
		222,
		"Certificate Missing",
		"No certificate for contact with food",
		"Our auditor asks for the certificate of the seals.",
		hours=(4, 10, 25),
		found=Found("Own", "Information Not Passed On", "The certificate is on file but wasn't sent along."),
		remedy="Apology",
		proposal="The certificate is attached. We are sorry that it wasn't sent along.",
		mark=5,
	),
	ComplaintRole(
		"Pemberton Pools",
		SMALL_PUMP,
		196,
		"Damaged or Scratched",
		"Paint is scratched",
		"Three deep scratches.",
		channel="Web Form",
		hours=(20, 50, 90),
		found=CARRIER,
		remedy="Price Allowance",
		amount=60,
		proposal="We grant 60 for the scratches.",
		mark=2,
		comment="It took you two weeks to answer.",
	),
	ComplaintRole(
		"Dunmore Brewing",
		SMALL_PUMP,
		171,
		"Delivered Late",
		"Late for the second time",
		"Please keep the date that you confirm.",
		hours=(2, 9, 70),
		found=LATE,
		remedy="Price Allowance",
		amount=250,
		proposal="We grant 250 for your extra costs.",
		mark=3,
	),
	ComplaintRole(
		"Ashford Paper Mill",
		LARGE_PUMP,
		158,
		"Does Not Work",
		"Pump doesn't reach its pressure",
		"One of the pumps stays far below the curve in the data sheet.",
		hours=(6, 30, 110),
		found=Found(
			"Own",
			"Process Not Followed",
			"The impeller was mounted the wrong way round.",
			containment="All pumps of that week in stock were run on the test bench again.",
			escape_point="The final test was skipped as the bench was under repair.",
			whys=(
				("Why is the pressure too low?", "The impeller was mounted the wrong way round."),
				("Why wasn't that seen?", "The final test was skipped."),
			),
			actions=(("Corrective", "No pump leaves without the record of its test run.", 14, True),),
		),
		remedy="Credit Note",
		proposal="We credit the pump.",
		mark=1,
		comment="We have found another supplier.",
	),
	ComplaintRole(
		"Harrow Water Authority",
		SEAL,
		127,
		"Wrong Delivery Papers",
		"Delivery note of somebody else",
		"The box holds the papers of another customer.",
		hours=(1, 4, 12),
		found=Found("Own", "Process Not Followed", "Two boxes were packed at one table."),
		remedy="Apology",
		proposal="The right papers are attached. We are sorry for the mistake.",
		mark=5,
	),
	ComplaintRole(
		"Silverlake Marina",
		BEARING,
		98,
		"Worn Out Too Early",
		"Bearings are noisy after a year",
		"We ask for new ones under warranty.",
		step="reject",
		channel="Phone",
		hours=(5, 20, 20),
		reason="The bearings ran in sea water, for which they aren't made. The warranty doesn't cover that.",
	),
	ComplaintRole(
		"Castlegate Process Plants",
		LARGE_PUMP,
		77,
		"Wrong Dimensions",
		"Flange doesn't fit",
		"The holes of the flange are of the old standard.",
		channel="Portal",
		hours=(1, 5, 60),
		found=Found("Own", "Design or Specification", "The drawing in the order was an old one."),
		remedy="Credit Note",
		proposal="We credit the pump and order the right flange for you.",
		mark=4,
	),
	ComplaintRole(
		"Colby Heating Services",
		SEAL,
		62,
		"Delivered Late",
		"Seals were promised for Monday",
		"They came on Thursday.",
		hours=(3, 8, 30),
		found=LATE,
		remedy="Apology",
		proposal="We are sorry. The next order goes out on the day you name.",
		mark=3,
	),
	ComplaintRole(
		"Rosewood Hotels",
		SMALL_PUMP,
		47,
		"Discount Missing",
		"Discount for the first order is missing",
		"Your offer says 5 %.",
		hours=(2, 6, 14),
		found=Found(
			"Own", "Order Entry or Master Data", "The discount in the offer wasn't taken into the order."
		),
		remedy="Price Allowance",
		amount=90,
		proposal="We grant the discount as a credit.",
		mark=5,
	),
	ComplaintRole(
		"Dunmore Brewing",
		SEAL,
		36,
		"Worn Out Too Early",
		"Seals leak after two weeks",
		"Four pumps leak since we changed the seals.",
		severity="High",
		quantity=4,
		hours=(1, 6, 40),
		found=SEAL_FOUND,
		remedy="Credit Note",
		proposal="We credit the seals, and send new ones today.",
		mark=4,
		comment="Good to hear what the cause was.",
		bad_batch=True,
	),
	ComplaintRole(
		"Bexley Chillers",
		SMALL_PUMP,
		19,
		"Parts Missing",
		"Coupling guards are missing",
		"Two pumps came without the guard.",
		step="resolve",
		hours=(3, 14, 30),
		quantity=2,
		found=Found("Own", "Process Not Followed", "The guards lay on another pallet."),
		remedy="Price Allowance",
		amount=120,
		proposal="The guards are under way, and we grant 120.",
	),
	ComplaintRole(
		"Whitcombe Dairy",
		BEARING,
		16,
		"Invoiced Twice",
		"Same delivery on two invoices",
		"Please cancel one of them.",
		step="reopen",
		channel="Phone",
		hours=(4, 10, 16),
		remedy="Apology",
		proposal="One of the invoices is withdrawn. We are sorry for the trouble.",
		reason="We still get reminders for the invoice that you withdrew.",
	),
	ComplaintRole(
		"Oakridge Farm Supply",
		SEAL,
		12,
		"Worn Out Too Early",
		"Customers bring seals back",
		"Five of our customers brought leaking seals back.",
		step="investigate",
		severity="High",
		quantity=5,
		hours=(2, 8, 40),
		bad_batch=True,
		found=Found(
			"Supplier",
			"Process of the Supplier",
			"",
			containment="The rest of the batch is blocked in stock.",
			whys=(("Why do they leak?", "The seal faces are worn, as at Dunmore Brewing."),),
			actions=(("Corrective", "Agree with the supplier who pays for the exchange.", 9, False),),
		),
	),
	ComplaintRole(
		"Silverlake Marina",
		SEAL,
		9,
		"Damaged or Scratched",
		"Boxes were wet",
		"All boxes were soaked.",
		step="acknowledge",
		channel="Email",
		hours=(20, 60, 80),
	),
	ComplaintRole(
		"Pemberton Pools",
		SMALL_PUMP,
		8,
		"Does Not Work",
		"Pump stops after an hour",
		"It gets hot and stops.",
		step="wait",
		channel="Web Form",
		severity="Medium",
		hours=(5, 16, 40),
		reason="The customer sends the serial number and a picture of the wiring.",
	),
	ComplaintRole(
		"Castlegate Process Plants",
		LARGE_PUMP,
		5,
		"Damaged in Transport",
		"Two pumps fell off the lorry",
		"Both housings are broken. We need new ones this month.",
		step="propose_resolution",
		channel="Portal",
		quantity=2,
		hours=(1, 6, 40),
		found=CARRIER,
		remedy="Credit Note",
		proposal="We credit both pumps; new ones can leave next week.",
	),
	ComplaintRole(
		"Harrow Water Authority",
		LARGE_PUMP,
		2,
		"Safety Risk",
		"Terminal box is live",
		"An electrician got a shock at the housing. All pumps are switched off.",
		step="investigate",
		channel="Phone",
		hours=(0.25, 1.5, 8),
		found=Found(
			"Own",
			"",
			"",
			containment="The customer switched off all pumps; the batch is blocked in stock.",
			actions=(("Containment", "Check the wiring of all pumps of this batch on site.", 2, False),),
		),
	),
	ComplaintRole(
		"Rosewood Hotels",
		SEAL,
		1,
		"Delivered Late",
		"Where are our seals?",
		"They were due last week.",
		step="acknowledge",
		hours=(2, 8, 20),
	),
	ComplaintRole(
		"Colby Heating Services",
		BEARING,
		0,
		"Wrong Quantity Invoiced",
		"Invoice says ten, we got nine",
		"Please correct it.",
		step="receive",
	),
)

# Users: who handles complaints, who decides, who looks after customers, and a customer's own user.
AGENT = (
	"demo.care@example.com",
	"Demo Complaint Handler",
	("Customer Care Agent", "Sales User", "Stock User", "Accounts User"),
)
CARE_MANAGER = (
	"demo.care.manager@example.com",
	"Demo Care Manager",
	("Customer Care Manager", "Customer Care Agent", "Sales User", "Sales Manager", "Stock User"),
)
ACCOUNT_MANAGER = (
	"demo.sales@example.com",
	"Demo Account Manager",
	("Sales User", "Sales Manager"),
)
PORTAL_USER = ("demo.customer@example.com", "Demo Customer", ("Customer",))
PORTAL_USER_OF = "Castlegate Process Plants"
