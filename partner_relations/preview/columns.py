"""What the preview reads: its six CSV files, their columns, and how a cell becomes a value.

This is the only list of them. `docs/preview.md` shows it (a test compares); loader and sample obey it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

# What the ERP's number columns can hold: twelve digits before the point, nine after.
LARGEST_NUMBER = 1e12
SMALLEST_FACTOR = 1e-9
LARGEST_FACTOR = 1e6
FIRST_YEAR, LAST_YEAR = 1900, 2199

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?").fullmatch
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_YES_NO = {"1": 1, "yes": 1, "y": 1, "true": 1, "0": 0, "no": 0, "n": 0, "false": 0}

ORDER_STATUSES = (
	"Open",
	"To Receive and Bill",
	"To Receive",
	"To Bill",
	"Completed",
	"Delivered",
	"Closed",
	"On Hold",
	"Draft",
	"Cancelled",
)
INSPECTION_RESULTS = ("Accepted", "Rejected")
QUOTATION_STATUSES = ("Submitted", "Draft")


class BadCell(ValueError):
	"""A cell that can't be read; the message says what is wrong with it, not where it is."""


def quoted(cell: str) -> str:
	"""A cell as an error message shows it: on one line, not too long, without control characters."""
	shown = "".join(character if character.isprintable() else "?" for character in cell[:41])
	return f"'{shown[:40]}…'" if len(shown) > 40 else f"'{shown}'"


def read_text(cell: str) -> str:
	"""Any text without control characters (the loader uses one to join keys)."""
	if not cell.isprintable() and any(ord(character) < 32 for character in cell):
		raise BadCell(f"{quoted(cell)} holds a line break or another control character")
	return cell


def read_signed(cell: str) -> float:
	"""A finite number with a decimal point and no thousands separators."""
	if not _NUMBER(cell):
		raise BadCell(f"{quoted(cell)} is not a number")
	number = float(cell)
	if not isfinite(number) or abs(number) >= LARGEST_NUMBER:
		raise BadCell(f"{quoted(cell)} is too large: the ERP keeps twelve digits before the decimal point")
	return number


def read_number(cell: str) -> float:
	number = read_signed(cell)
	if number < 0:
		raise BadCell(f"{quoted(cell)} is negative")
	return number


def read_factor(cell: str) -> float:
	"""A number to multiply by: above zero, and of a size at which products stay exact."""
	number = read_signed(cell)
	if not SMALLEST_FACTOR <= number <= LARGEST_FACTOR:
		raise BadCell(f"{quoted(cell)} is no factor between 0.000000001 and 1000000")
	return number


def read_date(cell: str) -> str:
	"""An ISO date; the same text is what SQLite compares."""
	if _DATE(cell):
		try:
			year = date.fromisoformat(cell).year
		except ValueError:
			raise BadCell(f"{quoted(cell)} is not a day of the calendar") from None
		if FIRST_YEAR <= year <= LAST_YEAR:
			return cell
		raise BadCell(f"{quoted(cell)} is not between {FIRST_YEAR} and {LAST_YEAR}")
	raise BadCell(f"{quoted(cell)} is not a date (YYYY-MM-DD)")


def read_yes_no(cell: str) -> int:
	try:
		return _YES_NO[cell.lower()]
	except KeyError:
		raise BadCell(f"{quoted(cell)} is neither yes (1, yes, true) nor no (0, no, false)") from None


def one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
	known = {choice.lower(): choice for choice in choices}

	def read(cell: str) -> str:
		try:
			return known[cell.lower()]
		except KeyError:
			raise BadCell(f"{quoted(cell)} is none of {', '.join(choices)}") from None

	return read


@dataclass(frozen=True)
class Kind:
	"""How cells of a column are written. `repeats` where many have the same value, worth remembering."""

	label: str
	read: Callable[[str], Any]
	repeats: bool = False


TEXT = Kind("text", read_text)
NAME = Kind("text", read_text, repeats=True)
NUMBER = Kind("number", read_number, repeats=True)
SIGNED = Kind("number, may be negative", read_signed, repeats=True)
FACTOR = Kind("number above 0", read_factor, repeats=True)
DATE = Kind("date", read_date, repeats=True)
YES_NO = Kind("yes/no", read_yes_no, repeats=True)


def choice(*choices: str) -> Kind:
	return Kind("one of: " + ", ".join(choices), one_of(choices), repeats=True)


@dataclass(frozen=True)
class Column:
	"""A column of an input file.

	A `required` one must be there and filled in. An optional one that is absent, or an empty cell of it,
	counts as `default`; `fill` refuses the empty cell where the column is there. `otherwise` says in words
	what the default means.
	"""

	name: str
	kind: Kind
	meaning: str
	required: bool = False
	default: Any = None
	fill: bool = False
	otherwise: str = ""


@dataclass(frozen=True)
class InputFile:
	"""One of the CSV files: what a row is, and its columns."""

	name: str
	row: str
	columns: tuple[Column, ...]


def _company(which: str = "buying") -> Column:
	return Column(
		"company",
		NAME,
		f"The {which} company. The preview evaluates one company: all rows of all files must agree.",
		otherwise="the one company",
	)


def _item_group() -> Column:
	return Column(
		"item_group",
		NAME,
		"The item's group, for templates that count certain groups only.",
		otherwise="no group",
	)


_SERVICES = (
	"Other items (services) are judged by price on invoices, and by delivery once something was received."
)


def _stock_item(others: str = _SERVICES) -> Column:
	return Column(
		"stock_item",
		YES_NO,
		f"Whether stock is kept of the item. {others}",
		otherwise="yes",
	)


def _conversion(of: str) -> Column:
	return Column(
		"conversion_factor",
		FACTOR,
		f"Stock units in one unit of {of}.",
		default=1.0,
		otherwise="1",
	)


def _currency(document: str) -> tuple[Column, Column]:
	return (
		Column("currency", NAME, f"Currency of the {document}.", default="", otherwise="the company's"),
		Column(
			"exchange_rate",
			FACTOR,
			"Units of company currency for one unit of that currency.",
			default=1.0,
			otherwise="1",
		),
	)


ORDER_LINES = InputFile(
	"order_lines.csv",
	"a line of a purchase order",
	(
		Column("order", TEXT, "The purchase order.", required=True),
		Column("line", TEXT, "The line's number or id, unique within its order.", required=True),
		Column("supplier", NAME, "Who delivers; the same on all lines of an order.", required=True),
		Column("item", NAME, "The item; on a subcontracted line the finished good.", required=True),
		Column("quantity", NUMBER, "What was ordered, in the unit of the order.", required=True),
		Column("due_date", DATE, "The day the line is due, as it stands now.", required=True),
		Column(
			"first_due_date",
			DATE,
			"The day as first promised; KPIs count by it unless they say otherwise.",
			otherwise="`due_date`",
		),
		Column("order_date", DATE, "The day of the order.", otherwise="unknown"),
		_conversion("the order"),
		Column(
			"rate",
			NUMBER,
			"Price per unit of the order, in its currency. Needed by invoices for the line.",
			otherwise="unknown",
		),
		*_currency("order"),
		Column(
			"status",
			choice(*ORDER_STATUSES),
			"The order's status. Lines of orders that are On Hold, Draft or Cancelled don't count. "
			"What a Closed order still lacked is not held against the supplier, unless the KPI says so.",
			default="Open",
			otherwise="Open",
		),
		_item_group(),
		_stock_item(),
		_company(),
	),
)

RECEIPT_LINES = InputFile(
	"receipt_lines.csv",
	"a line of a receipt (or of a purchase invoice that updates stock, or of a subcontracting receipt)",
	(
		Column("receipt", TEXT, "The receipt.", required=True),
		Column("date", DATE, "The day it was posted; the same on all its lines.", required=True),
		Column("supplier", NAME, "Who delivered; the same on all lines of a receipt.", required=True),
		Column("item", NAME, "The item.", required=True),
		Column(
			"accepted",
			SIGNED,
			"Quantity accepted, in the unit of the receipt. On a return: the quantity sent back, with or "
			"without a minus sign.",
			required=True,
		),
		Column("rejected", SIGNED, "Quantity rejected on arrival.", default=0.0, otherwise="0"),
		Column(
			"line",
			TEXT,
			"The line's number or id, unique within its receipt; invoices refer to it.",
			otherwise="nothing refers to the line",
		),
		Column("order", TEXT, "The order that is delivered.", otherwise="no order"),
		Column("order_line", TEXT, "The line of that order.", otherwise="no order"),
		_conversion("the receipt"),
		Column(
			"amount",
			SIGNED,
			"Net amount of the accepted goods in company currency.",
			default=0.0,
			fill=True,
			otherwise="no prices are known (Price Index)",
		),
		Column("is_return", YES_NO, "Whether goods were sent back.", default=0, otherwise="no"),
		Column(
			"from_rejected",
			YES_NO,
			"On a return: whether the goods had been rejected on arrival (then it isn't counted again).",
			default=0,
			otherwise="no",
		),
		_item_group(),
		_stock_item(),
		_company(),
	),
)

INSPECTIONS = InputFile(
	"inspections.csv",
	"an incoming quality inspection",
	(
		Column("inspection", TEXT, "The inspection.", required=True),
		Column("date", DATE, "The day of its report.", required=True),
		Column("result", choice(*INSPECTION_RESULTS), "What it found.", required=True),
		Column("receipt", TEXT, "The inspected receipt.", otherwise="`supplier` is needed"),
		Column(
			"supplier",
			NAME,
			"Whose goods were inspected.",
			otherwise="the receipt's",
		),
		Column("item", NAME, "The inspected item.", otherwise="unknown"),
		_item_group(),
		_company(),
	),
)

INVOICE_LINES = InputFile(
	"invoice_lines.csv",
	"a line of a purchase invoice; lines without order and receipt have nothing to be compared with",
	(
		Column("invoice", TEXT, "The invoice.", required=True),
		Column("date", DATE, "The day it was posted; the same on all its lines.", required=True),
		Column("supplier", NAME, "Who sent it; the same on all lines of an invoice.", required=True),
		Column("item", NAME, "The item.", required=True),
		Column(
			"quantity",
			SIGNED,
			"Quantity charged, in the unit of the invoice. On a debit note: the quantity taken back, with or "
			"without a minus sign.",
			required=True,
		),
		Column("rate", NUMBER, "Price per unit, in the invoice's currency.", required=True),
		Column("order", TEXT, "The order that is charged.", otherwise="the receipt line's"),
		Column("order_line", TEXT, "The line of that order.", otherwise="the receipt line's"),
		Column("receipt", TEXT, "The receipt that is charged.", otherwise="all receipts of the order line"),
		Column("receipt_line", TEXT, "The line of that receipt.", otherwise="all receipts of the order line"),
		_conversion("the invoice"),
		*_currency("invoice"),
		Column("is_return", YES_NO, "Whether it is a debit note.", default=0, otherwise="no"),
		_item_group(),
		_stock_item(),
		_company(),
	),
)

QUOTATION_LINES = InputFile(
	"quotation_lines.csv",
	"a line of a request for quotation and a supplier who was asked, with the answer if there is one",
	(
		Column("rfq", TEXT, "The request for quotation.", required=True),
		Column("rfq_date", DATE, "The day it was sent; the same on all its lines.", required=True),
		Column("supplier", NAME, "Who was asked.", required=True),
		Column("item", NAME, "The requested item. May be empty where nobody quoted.", otherwise="no answer"),
		Column(
			"quantity",
			NUMBER,
			"Requested quantity in stock units. May be empty where nobody quoted.",
			otherwise="no answer",
		),
		Column(
			"rfq_line",
			TEXT,
			"The line's number or id, unique within its request; the same for all suppliers.",
			otherwise="the item",
		),
		Column(
			"quotation",
			TEXT,
			"The supplier's quotation. Empty: no answer. Several quotations for a line are several rows; "
			"the latest counts.",
			otherwise="no answer",
		),
		Column("quotation_date", DATE, "The day of the quotation.", otherwise="no answer"),
		Column(
			"rate", NUMBER, "Net price per quoted unit, in the quotation's currency.", otherwise="no answer"
		),
		_conversion("the quotation"),
		Column(
			"exchange_rate",
			FACTOR,
			"Units of company currency for one unit of the quotation's.",
			default=1.0,
			otherwise="1",
		),
		Column(
			"status",
			choice(*QUOTATION_STATUSES),
			"A draft (an unsubmitted portal quotation) is no answer.",
			default="Submitted",
			otherwise="Submitted",
		),
		_item_group(),
		_company(),
	),
)

SALES_LINES = InputFile(
	"sales_lines.csv",
	"a line of a sale: of a sales invoice or credit note (or of an order, where there are no invoices)",
	(
		Column("sale", TEXT, "The invoice.", required=True),
		Column("date", DATE, "The day it was posted; the same on all its lines.", required=True),
		Column("customer", NAME, "Who bought; the same on all lines of a sale.", required=True),
		Column(
			"amount",
			SIGNED,
			"Net amount of the line in company currency. On a return: what was credited, with or without a "
			"minus sign.",
			required=True,
		),
		Column("item", NAME, "The item.", default="", otherwise="goods without a name"),
		Column(
			"quantity",
			SIGNED,
			"Quantity in stock units. On a return: what came back, with or without a minus sign.",
			otherwise="1 (without the column: no Return Rate)",
		),
		Column(
			"cost",
			SIGNED,
			"What the goods of the line cost the company, in company currency. Services have no known cost.",
			otherwise="unknown: the line is left out of the Gross Margin",
		),
		Column("is_return", YES_NO, "Whether it is a credit note.", default=0, otherwise="no"),
		Column(
			"return_of",
			TEXT,
			"On a return: the sale that it takes back, whose customer then owes less.",
			otherwise="no sale of the file",
		),
		Column(
			"order", TEXT, "The sales order that is billed.", otherwise="no order: the sale is a purchase"
		),
		Column(
			"order_date",
			DATE,
			"The day of that order; the same on all its lines.",
			otherwise="the day of its first sale",
		),
		Column(
			"due_date",
			DATE,
			"The day on which the sale is to be paid; the same on all its lines.",
			otherwise="no Payment Punctuality",
		),
		Column("paid_on", DATE, "The day on which it was paid in full.", otherwise="not paid yet"),
		Column(
			"customer_group",
			NAME,
			"The customer's group, for policies that look at groups; the same on all lines of a customer.",
			otherwise="no group",
		),
		Column(
			"tier",
			NAME,
			"The tier that the customer has now; the same on all its lines.",
			otherwise="none yet",
		),
		Column(
			"potential",
			NUMBER,
			"The account manager's mark for the customer's potential, 0 to 100; the same on all its lines.",
			otherwise="no mark",
		),
		_item_group(),
		_stock_item("Other items (services) are neither delivered nor sent back."),
		_company("selling"),
	),
)

SUPPLIER_FILES = (ORDER_LINES, RECEIPT_LINES, INSPECTIONS, INVOICE_LINES, QUOTATION_LINES)
FILES = (*SUPPLIER_FILES, SALES_LINES)

# The files without which a measure has no data. Inspections can stand alone: they may name the supplier.
FILES_OF_MEASURE: dict[str, tuple[InputFile, ...]] = {
	"on_time_delivery": (ORDER_LINES, RECEIPT_LINES),
	"otif": (ORDER_LINES, RECEIPT_LINES),
	"fill_rate": (ORDER_LINES, RECEIPT_LINES),
	"days_late": (ORDER_LINES, RECEIPT_LINES),
	"accepted_quantity": (RECEIPT_LINES,),
	"defect_ppm": (RECEIPT_LINES,),
	"lot_acceptance": (INSPECTIONS,),
	"return_rate": (RECEIPT_LINES,),
	"price_index": (RECEIPT_LINES,),
	"price_competitiveness": (QUOTATION_LINES,),
	"rfq_response": (QUOTATION_LINES,),
	"rfq_response_days": (QUOTATION_LINES,),
	"invoice_accuracy": (INVOICE_LINES, ORDER_LINES, RECEIPT_LINES),
	"evaluator_mark": (),
}

# Columns without which a measure has figures, but flattering ones: as in an ERP where nobody records them.
ASSUMED: tuple[tuple[InputFile, str, tuple[str, ...], str], ...] = (
	(RECEIPT_LINES, "rejected", ("accepted_quantity", "defect_ppm"), "all receipts count as accepted"),
	(RECEIPT_LINES, "is_return", ("return_rate",), "nothing counts as sent back"),
)

# The columns of sales_lines.csv without which a metric of customers has no data.
COLUMNS_OF_METRIC: dict[str, tuple[str, ...]] = {
	"revenue": (),
	"gross_margin": ("cost",),
	"gross_margin_amount": ("cost",),
	"growth": (),
	"recency": (),
	"frequency": (),
	"payment_punctuality": ("due_date", "paid_on"),
	"return_rate": ("quantity",),
}
METRICS_OF_THE_ERP = ("complaint_rate", "perfect_order_rate")
"""Metrics of what no file tells."""


def markdown(file: InputFile) -> str:
	"""The file's columns as the table in `docs/preview.md`."""
	rows = ["| column | | written as | meaning | where absent or empty |", "|---|---|---|---|---|"]
	for column in file.columns:
		need = "required" if column.required else "optional"
		otherwise = "refused" if column.required else column.otherwise
		if column.fill:
			otherwise += "; an empty cell is refused"
		rows.append(f"| `{column.name}` | {need} | {column.kind.label} | {column.meaning} | {otherwise} |")
	return "\n".join(rows)
