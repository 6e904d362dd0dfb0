"""invoice_accuracy: one example for each rule of DESIGN §3."""

import pytest

from tests.reference.documents import Books
from tests.reference.three_ways import ask, ask_about_one

DAY = "2025-06-10"
RIGHT, WRONG = (1, 1, 1), (0, 1, 1)


@pytest.fixture
def books() -> Books:
	books = Books()
	books.item("Item", "Goods")
	books.item("Service", "Services", stock=False)
	return books


def accuracy(books: Books, **question):
	return ask_about_one(books, "invoice_accuracy", **question)


def ordered(books: Books, qty=10, rate=10, currency: str = "USD", conversion_rate=1, **columns):
	"""An order line at 10 a piece, without receipts yet."""
	order = books.order(currency=currency, conversion_rate=conversion_rate)
	return books.order_line(order, "2025-06-01", qty, rate=rate, **columns)


def ordered_and_received(books: Books, accepted=10, rejected=0, **columns):
	"""(order line, receipt line)"""
	line = ordered(books, accepted + rejected, **columns)
	return line, books.received("2025-06-02", line, accepted, rejected)


# The price


@pytest.mark.parametrize(
	("rate", "tolerance", "expected"),
	[
		(10, 0, RIGHT),
		(10.01, 0, WRONG),
		(9.99, 0, WRONG),
		(10.2, 2, RIGHT),
		(9.8, 2, RIGHT),
		(10.21, 2, WRONG),
		(9.79, 2, WRONG),
		(10.05, "0.5", RIGHT),
		(10.06, "0.5", WRONG),
		(0, 0, WRONG),
	],
)
def test_the_rate_equals_the_orders_within_tolerance(books, rate, tolerance, expected):
	line, receipt = ordered_and_received(books)
	books.invoice_line(books.invoice(DAY), 10, rate, pr_detail=receipt["name"], po_detail=line["name"])
	assert accuracy(books, price_tolerance=tolerance) == expected


def test_rates_are_per_stock_unit(books):
	"""Ordered by the box of 12 for 120, invoiced by the piece."""
	line = ordered(books, 1, 120, conversion_factor=12)
	receipt = books.received("2025-06-02", line, 1, conversion_factor=12)
	links = {"pr_detail": receipt["name"], "po_detail": line["name"]}
	books.invoice_line(books.invoice(DAY), 6, 10, **links)
	books.invoice_line(books.invoice(DAY), 3, 10.5, **links)
	assert accuracy(books) == (1, 2, 2)


def test_a_third_of_a_box_is_the_same_price(books):
	"""100 for a box of 12 is 8.333333333 a piece, as the ERP stores it."""
	line = ordered(books, 1, 100, conversion_factor=12)
	receipt = books.received("2025-06-02", line, 1, conversion_factor=12)
	books.invoice_line(books.invoice(DAY), 12, 8.333333333, pr_detail=receipt["name"])
	assert accuracy(books) == RIGHT


def test_in_the_orders_currency_the_exchange_rate_does_not_matter(books):
	line, receipt = ordered_and_received(books, currency="EUR", conversion_rate=1.1)
	invoice = books.invoice(DAY, currency="EUR", conversion_rate=1.3)
	books.invoice_line(invoice, 10, 10, base_rate=13, pr_detail=receipt["name"], po_detail=line["name"])
	assert accuracy(books) == RIGHT


@pytest.mark.parametrize(("rate", "expected"), [(12.5, RIGHT), (12.6, WRONG), (10, WRONG)])
def test_in_another_currency_the_rate_is_converted_to_the_orders(books, rate, expected):
	"""Ordered at 10 EUR of 1.25 USD, invoiced in USD."""
	line, receipt = ordered_and_received(books, currency="EUR", conversion_rate=1.25)
	invoice = books.invoice(DAY, currency="USD")
	books.invoice_line(invoice, 10, rate, pr_detail=receipt["name"], po_detail=line["name"])
	assert accuracy(books) == expected


# The quantity


@pytest.mark.parametrize(("qty", "expected"), [(9, RIGHT), (10, RIGHT), (10.01, WRONG)])
@pytest.mark.parametrize("link", ["pr_detail", "po_detail"])
def test_no_more_is_invoiced_than_was_received(books, link, qty, expected):
	line, receipt = ordered_and_received(books)
	name = {"pr_detail": receipt, "po_detail": line}[link]["name"]
	books.invoice_line(books.invoice(DAY), qty, **{link: name})
	assert accuracy(books) == expected


def test_what_was_received_is_what_counts_not_what_was_ordered(books):
	line = ordered(books, 10)
	books.received("2025-06-02", line, 6)
	books.invoice_line(books.invoice(DAY), 10, po_detail=line["name"])
	assert accuracy(books) == WRONG


def test_rejected_goods_were_received(books):
	_line, receipt = ordered_and_received(books, 6, 4)
	books.invoice_line(books.invoice(DAY), 10, pr_detail=receipt["name"])
	assert accuracy(books) == RIGHT


def test_goods_may_come_after_the_invoice(books):
	line = ordered(books)
	books.invoice_line(books.invoice(DAY), 10, po_detail=line["name"])
	assert accuracy(books) == WRONG
	books.received("2025-08-01", line)
	assert accuracy(books) == RIGHT


@pytest.mark.parametrize("link", ["pr_detail", "po_detail"])
def test_invoices_add_up_and_the_one_that_goes_beyond_is_wrong(books, link):
	line, receipt = ordered_and_received(books)
	name = {"pr_detail": receipt, "po_detail": line}[link]["name"]
	for day, qty in (("2025-06-05", 6), ("2025-06-10", 4), ("2025-06-15", 1)):
		books.invoice_line(books.invoice(day), qty, **{link: name})
	assert accuracy(books) == (2, 3, 3)


def test_invoices_before_the_period_are_added_but_not_judged(books):
	_line, receipt = ordered_and_received(books)
	books.invoice_line(books.invoice("2025-05-20"), 8, pr_detail=receipt["name"])
	books.invoice_line(books.invoice(DAY), 3, pr_detail=receipt["name"])
	assert accuracy(books) == WRONG


def test_invoices_after_the_period_change_nothing(books):
	_line, receipt = ordered_and_received(books)
	books.invoice_line(books.invoice(DAY), 8, pr_detail=receipt["name"])
	books.invoice_line(books.invoice("2025-07-01"), 8, pr_detail=receipt["name"])
	assert accuracy(books) == RIGHT


def test_lines_of_one_invoice_add_up_in_their_order(books):
	_line, receipt = ordered_and_received(books)
	invoice = books.invoice(DAY)
	for qty in (7, 3, 1):
		books.invoice_line(invoice, qty, pr_detail=receipt["name"])
	assert accuracy(books) == (2, 3, 3)


def test_invoices_of_one_day_add_up_in_the_order_of_their_entry(books):
	_line, receipt = ordered_and_received(books)
	late = books.invoice(DAY, creation=f"{DAY} 15:00:00")
	early = books.invoice(DAY, creation=f"{DAY} 09:00:00")
	books.invoice_line(late, 10, pr_detail=receipt["name"])
	books.invoice_line(early, 1, 99, pr_detail=receipt["name"])
	assert accuracy(books) == (0, 2, 2)


def test_a_debit_note_takes_back_what_was_invoiced(books):
	_line, receipt = ordered_and_received(books)
	for day, qty in (("2025-06-05", 10), ("2025-06-06", -4), ("2025-06-07", 4), ("2025-06-08", 1)):
		invoice = books.invoice(day, is_return=int(qty < 0))
		books.invoice_line(invoice, qty, pr_detail=receipt["name"])
	assert accuracy(books) == (2, 3, 3)


def test_a_receipt_lines_invoices_are_compared_with_that_receipt_line(books):
	line = ordered(books)
	one, other = books.received("2025-06-02", line, 4), books.received("2025-06-03", line, 6)
	books.invoice_line(books.invoice(DAY), 6, pr_detail=other["name"], po_detail=line["name"])
	books.invoice_line(books.invoice(DAY), 5, pr_detail=one["name"], po_detail=line["name"])
	assert accuracy(books) == (1, 2, 2)


def test_invoices_by_receipt_line_and_by_order_line_are_added_apart(books):
	line, receipt = ordered_and_received(books)
	links = {"pr_detail": receipt["name"], "po_detail": line["name"]}
	books.invoice_line(books.invoice("2025-06-05"), 10, **links)
	books.invoice_line(books.invoice("2025-06-06"), 10, po_detail=line["name"])
	books.invoice_line(books.invoice("2025-06-07"), 1, po_detail=line["name"])
	assert accuracy(books) == (2, 3, 3)


@pytest.mark.parametrize("columns", [{"is_return": 1}, {"docstatus": 0}, {"docstatus": 2}], ids=str)
@pytest.mark.parametrize("quantity", [-4, 4])
def test_only_submitted_receipts_that_are_no_returns_were_received(books, columns, quantity):
	"""What was sent back had been received, so it may be charged until a debit note comes."""
	line, _receipt = ordered_and_received(books)
	books.receipt_line(books.receipt(DAY, **columns), line, quantity)
	books.invoice_line(books.invoice(DAY), 10, po_detail=line["name"])
	books.invoice_line(books.invoice("2025-06-11"), 1, po_detail=line["name"])
	assert accuracy(books) == (1, 2, 2)


def test_quantities_are_in_stock_uom(books):
	line = ordered(books, 1, 120, conversion_factor=12)
	books.received("2025-06-02", line, 1, conversion_factor=12)
	books.invoice_line(books.invoice(DAY), 12, 10, po_detail=line["name"])
	books.invoice_line(books.invoice("2025-06-11"), 1, 10, po_detail=line["name"])
	assert accuracy(books) == (1, 2, 2)


def test_an_invoice_that_updates_stock_is_its_own_receipt(books):
	line = ordered(books)
	books.received(DAY, line, 10, doctype="Purchase Invoice", rate=10, base_rate=10)
	assert accuracy(books) == RIGHT


@pytest.mark.parametrize(("rate", "expected"), [(10, RIGHT), (11, WRONG)])
def test_services_are_judged_by_their_rate_only(books, rate, expected):
	line = ordered(books, item_code="Service")
	books.invoice_line(books.invoice(DAY), 99, rate, item_code="Service", po_detail=line["name"])
	assert accuracy(books) == expected


# Which lines count


@pytest.mark.parametrize(("rate", "expected"), [(10, RIGHT), (11, WRONG)])
def test_goods_that_the_supplier_delivers_are_judged_by_their_rate_only(books, rate, expected):
	line = ordered(books, delivered_by_supplier=1)
	books.invoice_line(books.invoice(DAY), 10, rate, po_detail=line["name"])
	assert accuracy(books) == expected


@pytest.mark.parametrize("empty", [None, ""])
def test_lines_that_belong_to_no_order_do_not_count(books, empty):
	books.invoice_line(books.invoice(DAY), pr_detail=empty, po_detail=empty)
	receipt = books.received("2025-06-02")
	books.invoice_line(books.invoice(DAY), pr_detail=receipt["name"], po_detail=empty)
	assert accuracy(books) is None


@pytest.mark.parametrize("empty", [None, ""])
def test_the_order_is_found_through_the_receipt(books, empty):
	_line, receipt = ordered_and_received(books)
	books.invoice_line(books.invoice(DAY), 10, 10, pr_detail=receipt["name"], po_detail=empty)
	books.invoice_line(books.invoice(DAY, is_return=1), -10, 10, pr_detail=receipt["name"], po_detail=empty)
	books.invoice_line(books.invoice("2025-06-11"), 10, 12, pr_detail=receipt["name"], po_detail=empty)
	assert accuracy(books) == (1, 2, 2)


@pytest.mark.parametrize("docstatus", [0, 2])
def test_only_submitted_orders_are_a_measure(books, docstatus):
	line = books.order_line(books.order(docstatus=docstatus), "2025-06-01")
	books.received("2025-06-02", line)
	books.invoice_line(books.invoice(DAY), po_detail=line["name"])
	assert accuracy(books) is None


@pytest.mark.parametrize(
	"columns", [{"docstatus": 0}, {"docstatus": 2}, {"is_return": 1}, {"company": "Sister"}], ids=str
)
def test_only_submitted_invoices_of_the_company_that_are_no_returns_count(books, columns):
	line, _receipt = ordered_and_received(books)
	books.invoice_line(books.invoice(DAY, **columns), po_detail=line["name"])
	assert accuracy(books) is None


@pytest.mark.parametrize("docstatus", [0, 2])
def test_drafts_and_cancelled_invoices_do_not_add_up(books, docstatus):
	_line, receipt = ordered_and_received(books)
	books.invoice_line(books.invoice("2025-06-05", docstatus=docstatus), 10, pr_detail=receipt["name"])
	books.invoice_line(books.invoice(DAY), 10, pr_detail=receipt["name"])
	assert accuracy(books) == RIGHT


@pytest.mark.parametrize(
	("day", "counts"),
	[("2025-05-31", False), ("2025-06-01", True), ("2025-06-30", True), ("2025-07-01", False)],
)
def test_invoices_count_by_posting_date(books, day, counts):
	line, _receipt = ordered_and_received(books)
	books.invoice_line(books.invoice(day), po_detail=line["name"])
	assert (accuracy(books) is not None) is counts


def test_item_groups_and_suppliers_filter_the_lines(books):
	line, _receipt = ordered_and_received(books)
	service = ordered(books, item_code="Service")
	invoice = books.invoice(DAY)
	books.invoice_line(invoice, po_detail=line["name"])
	books.invoice_line(invoice, 1, 99, item_code="Service", po_detail=service["name"])
	others = books.order_line(books.order(supplier="Other"), "2025-06-01")
	books.invoice_line(books.invoice(DAY, supplier="Other"), 1, po_detail=others["name"])
	assert accuracy(books) == (1, 2, 2)
	assert accuracy(books, item_groups=("Services",)) == WRONG
	assert ask(books, "invoice_accuracy", parties=("Other",)).keys() == {"Other"}
