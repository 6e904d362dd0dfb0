"""complaint_rate of suppliers: customers' complaints per 1,000 receipt lines, against plain Python."""

from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest

from partner_relations.customer_care.metrics.suppliers import SUPPLIER_COMPLAINT_RATE
from partner_relations.preview.shapes import SHAPES
from partner_relations.supplier_quality.kpis import KpiSettings, Scope
from tests.reference.documents import COMPANY, SUPPLIER, Books
from tests.reference.measures import disagreements
from tests.reference.on_sqlite import database, read_lines, read_totals, sums

JUNE = Scope(COMPANY, date(2025, 6, 1), date(2025, 6, 30), date(2025, 12, 31))
DAY = "2025-06-10"


class BooksWithComplaints(Books):
	"""Purchasing documents, and complaints of customers."""

	shapes = SHAPES


@pytest.fixture
def books() -> Books:
	return new_books()


def new_books() -> Books:
	books = BooksWithComplaints()
	books.item("Item", "Goods")
	books.item("Spare", "Spare Parts")
	return books


def complain(books: Books, received_on: str = f"{DAY} 10:00:00", item: str = "Item", **columns) -> None:
	values = {"company": COMPANY, "step": "Received", "responsibility": "Supplier", "supplier": SUPPLIER}
	complaint = books.add("Customer Complaint", received_on=received_on, **{**values, **columns})
	books.add("Customer Complaint Item", parent=complaint["name"], idx=1, item_code=item)


def ask(books: Books, scope: Scope = JUNE) -> dict:
	"""Numerator, denominator and sample size by supplier: query, its lines and the reference agree."""
	connection = database(books.world)
	try:
		found = read_totals(connection, SUPPLIER_COMPLAINT_RATE, scope, KpiSettings())
		facts = read_lines(connection, SUPPLIER_COMPLAINT_RATE, scope, KpiSettings())
	finally:
		connection.close()
	wanted = expected(books, scope)
	assert not disagreements(found, wanted)
	assert not disagreements(sums(facts), wanted)
	return found


def expected(books: Books, scope: Scope) -> dict:
	"""The reference: loops over documents, written from the measure's description."""
	world = books.world
	groups = {row["name"]: row["item_group"] for row in world["Item"]}
	counted: dict[str, list[int]] = {}

	def wanted_item(item: str) -> bool:
		return not scope.item_groups or groups[item] in scope.item_groups

	def in_period(text: str) -> bool:
		return scope.from_date <= date.fromisoformat(text[:10]) <= scope.to_date

	def add(supplier: str, complaints: int, lines: int) -> None:
		if not scope.parties or supplier in scope.parties:
			totals = counted.setdefault(supplier, [0, 0])
			totals[0] += complaints
			totals[1] += lines

	for receipt in world["Purchase Receipt"]:
		if receipt["docstatus"] != 1 or receipt["company"] != scope.company or receipt.get("is_return"):
			continue
		for line in world["Purchase Receipt Item"]:
			if (
				line["parent"] == receipt["name"]
				and in_period(receipt["posting_date"])
				and wanted_item(line["item_code"])
			):
				add(receipt["supplier"], 0, 1)
	for complaint in world["Customer Complaint"]:
		about = [
			row["item_code"] for row in world["Customer Complaint Item"] if row["parent"] == complaint["name"]
		]
		if (
			complaint["responsibility"] == "Supplier"
			and complaint["supplier"]
			and complaint["step"] != "Rejected"
			and complaint["company"] == scope.company
			and in_period(complaint["received_on"])
			and (not scope.item_groups or any(wanted_item(item) for item in about))
		):
			add(complaint["supplier"], 1, 0)
	return {name: (Fraction(one), Fraction(lines), lines) for name, (one, lines) in counted.items()}


def test_complaints_per_thousand_receipt_lines(books):
	for _ in range(4):
		books.received(DAY)
	complain(books)
	assert ask(books) == {SUPPLIER: (1, 4, 4)}
	assert SUPPLIER_COMPLAINT_RATE.scale == 1000


@pytest.mark.parametrize(
	"columns",
	[
		{"step": "Rejected"},
		{"responsibility": "Own"},
		{"responsibility": "Carrier"},
		{"responsibility": None},
		{"supplier": None},
		{"company": "Sister"},
		{"received_on": "2025-05-31 23:59:59"},
		{"received_on": "2025-07-01 00:00:00"},
	],
	ids=str,
)
def test_these_complaints_do_not_count(books, columns):
	books.received(DAY)
	complain(books, **columns)
	assert ask(books) == {SUPPLIER: (0, 1, 1)}


@pytest.mark.parametrize("step", ["Received", "Under Investigation", "Resolved", "Closed"])
def test_a_complaint_counts_from_receipt_to_closure(books, step):
	books.received(DAY)
	complain(books, step=step)
	assert ask(books) == {SUPPLIER: (1, 1, 1)}


@pytest.mark.parametrize("moment", ["2025-06-01 00:00:00", "2025-06-30 23:59:59"])
def test_both_ends_of_the_period_count(books, moment):
	books.received(DAY)
	complain(books, moment)
	assert ask(books) == {SUPPLIER: (1, 1, 1)}


def test_complaints_without_receipts_are_no_rate(books):
	complain(books)
	assert ask(books) == {SUPPLIER: (1, 0, 0)}


def test_item_groups_choose_lines_and_complaints(books):
	books.received(DAY)
	books.received(DAY, item_code="Spare")
	complain(books)
	complain(books, item="Spare")
	scope = Scope(COMPANY, JUNE.from_date, JUNE.to_date, JUNE.as_of, item_groups=("Goods",))
	assert ask(books, scope) == {SUPPLIER: (1, 1, 1)}


@pytest.mark.parametrize("seed", range(40))
def test_random_documents(seed: int):
	random = Random(seed)
	books = new_books()
	suppliers = ["One", "Two", "Three"]

	def some_day() -> date:
		return date(2025, 5, 20) + timedelta(days=random.randrange(60))

	for _ in range(random.randrange(12)):
		receipt = books.receipt(
			some_day().isoformat(),
			supplier=random.choice(suppliers),
			docstatus=random.choice([0, 1, 1, 1, 2]),
			company=random.choice([COMPANY, COMPANY, "Sister"]),
		)
		for _ in range(random.randrange(1, 4)):
			books.receipt_line(receipt, item_code=random.choice(["Item", "Spare"]))
	for _ in range(random.randrange(12)):
		complain(
			books,
			f"{some_day()} {random.randrange(24):02d}:{random.randrange(60):02d}:00",
			item=random.choice(["Item", "Spare"]),
			supplier=random.choice([*suppliers, None]),
			responsibility=random.choice(["Supplier", "Supplier", "Own", "Carrier", None]),
			step=random.choice(["Received", "Closed", "Rejected"]),
			company=random.choice([COMPANY, COMPANY, "Sister"]),
		)
	ask(books)
	ask(books, Scope(COMPANY, JUNE.from_date, JUNE.to_date, JUNE.as_of, ("One", "Two"), ("Spare Parts",)))
