"""The metrics that a tiering policy can weigh, as measures of customers."""

from partner_relations.common.facts.query import Measure
from partner_relations.customer_care.metrics import payments, purchases, sales, service
from partner_relations.customer_care.metrics.documents import COMPLAINT, DELIVERY_DOCTYPES
from partner_relations.customer_care.tiering.metrics import METRICS as MEANINGS

_WINDOW = ("early_days", "late_days", "quantity_tolerance")
_PURCHASES = ("Sales Order", "Sales Invoice")


def _measure(name: str, label: str, *parts: object) -> Measure:
	"""A measure with the unit and the scale that tiering knows the metric by."""
	return Measure(name, label, MEANINGS[name].unit, MEANINGS[name].scale, *parts)


_BUILT_IN = (
	_measure(
		"revenue",
		"Revenue",
		("Sales Invoice",),
		sales.revenue,
		(),
		"Net invoiced amounts of the period, credit notes deducted.",
	),
	_measure(
		"gross_margin",
		"Gross Margin",
		("Sales Invoice", "Delivery Note"),
		sales.gross_margin,
		(),
		"Revenue less the cost of the goods, of revenue. Lines whose cost is unknown are left out.",
	),
	_measure(
		"growth",
		"Growth",
		("Sales Invoice",),
		sales.growth,
		(),
		"What revenue has grown by since the period of equal length before.",
	),
	_measure(
		"recency",
		"Recency",
		_PURCHASES,
		purchases.recency,
		(),
		"Days from the last order, or sale without an order, to the end of the period.",
	),
	_measure(
		"frequency",
		"Frequency",
		_PURCHASES,
		purchases.frequency,
		(),
		"Orders of the period, and sales without an order.",
	),
	_measure(
		"payment_punctuality",
		"Payment Punctuality",
		("Sales Invoice", "Payment Ledger Entry", "Journal Entry"),
		payments.payment_punctuality,
		("payment_days",),
		"Amounts paid in time, of the amounts due in the period.",
	),
	_measure(
		"return_rate",
		"Return Rate",
		DELIVERY_DOCTYPES,
		service.return_rate,
		(),
		"Quantity sent back, of the quantity delivered.",
	),
	_measure(
		"complaint_rate",
		"Complaint Rate",
		(COMPLAINT, *DELIVERY_DOCTYPES),
		service.complaint_rate,
		(),
		"Complaints per 1,000 delivery lines. Rejected ones don't count.",
	),
	_measure(
		"perfect_order_rate",
		"Perfect-Order Rate",
		("Sales Order", *DELIVERY_DOCTYPES, COMPLAINT),
		service.perfect_order_rate,
		_WINDOW,
		"Orders delivered complete and on time, without return or complaint, of those due in the period.",
	),
)

METRICS: dict[str, Measure] = {measure.name: measure for measure in _BUILT_IN}
"""The metrics by name."""

NAMES: dict[str, str] = {measure.label: measure.name for measure in _BUILT_IN}
"""Names by label: the labels are what people choose from in a policy."""

GROSS_MARGIN_AMOUNT = Measure(
	"gross_margin_amount",
	"Gross Margin Amount",
	"company currency",
	1,
	("Sales Invoice", "Delivery Note"),
	sales.gross_margin_amount,
	(),
	"Revenue less the cost of the goods. Lines whose cost is unknown are left out.",
)
"""The margin in money, for classes by share."""

MEASURES: dict[str, Measure] = {**METRICS, GROSS_MARGIN_AMOUNT.name: GROSS_MARGIN_AMOUNT}
"""Everything that a policy can measure, by name."""

INDEXED_FIELDS: dict[str, list[str]] = {
	"Payment Schedule": ["due_date"],
	"Sales Order": ["delivery_date"],
	COMPLAINT: ["received_on"],
}
"""What the metrics filter by and ERPNext doesn't index."""
