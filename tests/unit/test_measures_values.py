"""Order value, invoice value and late lines: each example three ways (see three_ways.py)."""

import pytest

from partner_relations.supplier_quality.kpis.values import LATE_DELIVERIES, LATE_LINES, late_lines_behind
from tests.reference.documents import Books
from tests.reference.three_ways import ask_about_one


@pytest.fixture
def books():
	books = Books()
	books.item("Item")
	return books


def late_line(books, due="2025-06-10", qty=10, rate=20, **order):
	"""A line of 10 at 20 each: 200."""
	return books.order_line(books.order(**order), due, qty, rate=rate)


def test_order_value_is_that_of_the_orders_dated_in_the_period(books):
	for day in ("2025-05-31", "2025-06-01", "2025-06-30", "2025-07-01"):
		late_line(books, transaction_date=day)
	assert ask_about_one(books, "order_value") == (400, 2, 2)


@pytest.mark.parametrize(
	"order", [{"docstatus": 0}, {"docstatus": 2}, {"is_internal_supplier": 1}, {"company": "Another Company"}]
)
def test_orders_that_have_no_value(books, order):
	late_line(books, transaction_date="2025-06-10", **order)
	assert ask_about_one(books, "order_value") is None


def test_invoice_value_is_net_of_returns_and_unmoved_by_penalties(books):
	books.invoice_line(books.invoice("2025-06-05"), qty=10, rate=20)
	books.invoice_line(books.invoice("2025-06-20", is_return=1), qty=-2, rate=20)
	penalty = books.invoice("2025-06-25", is_return=1, supplier_reward_penalty="SRP-0001")
	books.invoice_line(penalty, qty=-1, rate=50)
	books.invoice_line(books.invoice("2025-07-01"), qty=10, rate=20)
	assert ask_about_one(books, "invoice_value") == (160, 2, 2)


def test_a_line_five_days_late(books):
	books.received("2025-06-15", late_line(books))
	assert ask_about_one(books, "late_lines") == (200, 5, 1)
	assert ask_about_one(books, "late_deliveries") == (200, 5, 1)


def test_only_what_came_late_counts_each_part_with_its_own_days(books):
	line = late_line(books)
	books.received("2025-06-10", line, accepted=4)
	books.received("2025-06-12", line, accepted=1)
	books.received("2025-06-20", line, accepted=5)
	assert ask_about_one(books, "late_lines") == (120, 12, 2)


def test_a_late_delivery_belongs_to_the_period_of_its_receipt_a_late_line_to_that_of_its_due_date(books):
	books.received("2025-07-02", late_line(books, "2025-06-30"))
	books.received("2025-06-02", late_line(books, "2025-05-31"))
	assert ask_about_one(books, "late_deliveries") == (200, 2, 1)
	assert ask_about_one(books, "late_lines") == (200, 2, 1)
	may = {"from_date": "2025-05-01", "to_date": "2025-05-31"}
	assert ask_about_one(books, "late_lines", **may) == (200, 2, 1)
	assert ask_about_one(books, "late_deliveries", **may) is None


def test_what_has_not_come_is_late_until_today(books):
	line = late_line(books)
	assert ask_about_one(books, "late_lines", as_of="2025-06-10") is None
	assert ask_about_one(books, "late_lines", as_of="2025-06-13") == (200, 3, 1)
	books.received("2025-06-10", line, accepted=4)
	assert ask_about_one(books, "late_lines", as_of="2025-06-13") == (120, 3, 1)


def test_rejected_goods_have_not_come(books):
	books.received("2025-06-10", late_line(books), accepted=7, rejected=3)
	assert ask_about_one(books, "late_lines", as_of="2025-06-14") == (60, 4, 1)


def test_inside_the_tolerance_nothing_is_late_beyond_it_all_days_count(books):
	books.received("2025-06-12", late_line(books))
	books.received("2025-06-13", late_line(books))
	assert ask_about_one(books, "late_lines", late_days=2) == (200, 3, 1)


def test_more_than_ordered_is_worth_no_more_than_the_line(books):
	books.received("2025-06-15", late_line(books), accepted=15)
	assert ask_about_one(books, "late_lines") == (200, 5, 1)


def test_a_closed_order_owes_nothing_unless_the_kpi_blames_the_supplier(books):
	line = late_line(books, status="Closed")
	books.received("2025-06-10", line, accepted=4)
	assert ask_about_one(books, "late_lines", as_of="2025-06-13") is None
	blamed = ask_about_one(books, "late_lines", as_of="2025-06-13", blame_closed_orders=True)
	assert blamed == (120, 3, 1)


def test_promises_about_receipts_look_at_late_receipts():
	assert late_lines_behind("on_time_delivery") is LATE_DELIVERIES
	assert late_lines_behind("days_late") is LATE_DELIVERIES
	assert late_lines_behind("otif") is LATE_LINES
	assert late_lines_behind("accepted_quantity") is LATE_LINES
