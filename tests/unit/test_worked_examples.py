"""The published worked examples of DESIGN §7, through the real queries and the real rating core."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from partner_relations.supplier_quality.kpis import MEASURES, SQLITE, Scope
from partner_relations.supplier_quality.rating import (
	Criterion,
	Fact,
	GradeScale,
	Policy,
	RatingCurve,
	evaluate,
)
from partner_relations.supplier_quality.rating.definition import (
	CriterionDefinition,
	Definition,
	GradeDefinition,
)
from tests.reference.documents import COMPANY, Books
from tests.reference.on_sqlite import database
from tests.reference.three_ways import ask_about_one

CENT = Decimal("0.01")
PERCENT = (("0", "0"), ("100", "100"))
JUNE = Scope(COMPANY, date(2025, 6, 1), date(2025, 6, 30), date(2025, 7, 31))

# supplier: lots accepted, lots, deliveries in time, deliveries, own price, total
PUBLISHED = {
	"A": (66, 78, 20, 21, 10_000, "93.77"),
	"B": (43, 47, 16, 16, 12_000, "93.71"),
	"C": (66, 68, 17, 19, 15_000, "85.67"),
	"D": (88, 94, 24, 26, 10_500, "93.37"),
	"E": (52, 59, 16, 18, 13_000, "85.71"),
}


def published_documents() -> Books:
	"""Inspected receipts, deliveries against orders, and one request that all five suppliers quoted."""
	books = Books()
	request = books.request("2025-06-02", tuple(PUBLISHED))
	wanted = books.requested(request, stock_qty=1)
	for supplier, (good, lots, in_time, deliveries, price, _total) in PUBLISHED.items():
		order = books.order(supplier=supplier)
		for number in range(deliveries):
			line = books.order_line(order, "2025-06-15")
			posted = "2025-06-15" if number < in_time else "2025-06-16"
			books.receipt_line(books.receipt(posted, supplier=supplier), line)
		inspected = books.receipt("2025-06-15", supplier=supplier)
		for number in range(lots):
			books.add(
				"Quality Inspection",
				inspection_type="Incoming",
				reference_type="Purchase Receipt",
				reference_name=inspected["name"],
				report_date="2025-06-15",
				item_code="Item",
				status="Accepted" if number < good else "Rejected",
			)
		books.quoted(books.quotation("2025-06-05", supplier), wanted, rate=price)
	return books


def scored(books: Books) -> dict:
	connection = database(books.world)
	definition = Definition(
		template="Published",
		criteria=(
			CriterionDefinition("Quality", "lot_acceptance", "25", PERCENT),
			CriterionDefinition("Delivery", "on_time_delivery", "50", PERCENT),
			CriterionDefinition("Price", "price_competitiveness", "25", PERCENT),
		),
		grades=(GradeDefinition("A", "90", "100"), GradeDefinition("B", "0", "90")),
	)
	scorer = definition.scorer(MEASURES)
	facts = scorer.read(JUNE, SQLITE, lambda sql, values: connection.execute(sql, values).fetchall())
	return {supplier: scorer.score(found) for supplier, found in facts.items()}


@pytest.mark.parametrize("supplier", PUBLISHED)
def test_published_scores_of_five_suppliers(supplier):
	score = scored(published_documents())[supplier]
	good, lots, in_time, deliveries, price, total = PUBLISHED[supplier]
	assert [(row.fact.numerator, row.fact.denominator, row.fact.sample_size) for row in score.criteria] == [
		(good, lots, lots),
		(in_time, deliveries, deliveries),
		(10_000, price, 1),
	]
	assert score.total.quantize(CENT) == Decimal(total)


def test_four_ratings_and_four_weights():
	ratings = {"Quality": 94, "Delivery": 90, "Price": 82, "Service": 85}
	weights = {"Quality": 30, "Delivery": 25, "Price": 25, "Service": 20}
	score = evaluate(
		[Criterion(name, Decimal(weight), RatingCurve.of(PERCENT)) for name, weight in weights.items()],
		{name: Fact(Decimal(rating), Decimal(100), 1) for name, rating in ratings.items()},
		Policy(),
		GradeScale.of([("Only", 0, 100)]),
	)
	assert score.total == Decimal("88.2")


@pytest.mark.parametrize(
	("posted", "kept"),
	[
		(date(2025, 5, 26), 0),
		*((date(2025, 5, 27) + timedelta(days=n), 1) for n in range(6)),
		(date(2025, 6, 2), 0),
	],
	ids=str,
)
def test_due_1_june_five_days_early_allowed_27_may_to_1_june_is_on_time(posted, kept):
	books = Books()
	books.received(posted, books.order_line(due="2025-06-01"))
	answer = ask_about_one(
		books, "on_time_delivery", from_date="2025-05-01", to_date="2025-06-30", early_days=5, late_days=0
	)
	assert answer == (kept, 1, 1)


def value(books: Books, measure: str) -> Decimal:
	"""The measured value as an evaluation shows it."""
	numerator, denominator, sample = ask_about_one(books, measure)
	score = evaluate(
		[Criterion(measure, Decimal(1), RatingCurve.of(PERCENT), MEASURES[measure].scale)],
		{measure: Fact(Decimal(str(numerator)), Decimal(str(denominator)), sample)},
		Policy(),
		GradeScale.of([("Only", 0, 100)]),
	)
	return score.criteria[0].value


def test_three_rejected_of_a_thousand_are_three_thousand_ppm():
	books = Books()
	books.received("2025-06-10", accepted=997, rejected=3)
	assert value(books, "defect_ppm") == 3000


def test_sixty_of_a_hundred_lines_on_time_are_sixty_percent():
	books = Books()
	order = books.order()
	for number in range(100):
		books.received("2025-06-10" if number < 60 else "2025-06-11", books.order_line(order, "2025-06-10"))
	assert value(books, "on_time_delivery") == 60


def test_188_received_of_an_order_of_200_are_ninety_four_percent():
	books = Books()
	books.received("2025-06-10", books.order_line(due="2025-06-10", qty=200), accepted=188)
	assert value(books, "fill_rate") == 94


def test_188_of_200_lines_received_in_full_are_ninety_four_percent():
	books = Books()
	order = books.order()
	for number in range(200):
		books.received(
			"2025-06-10", books.order_line(order, "2025-06-10"), accepted=10 if number < 188 else 9
		)
	assert value(books, "otif") == 94
