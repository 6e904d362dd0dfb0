"""on_time_delivery, otif, fill_rate, days_late: one example for each rule of DESIGN §3."""

import pytest

from tests.reference.documents import Books
from tests.reference.three_ways import ask, ask_about_one

DELIVERIES = ("on_time_delivery", "days_late")
PROMISES = ("otif", "fill_rate")
DUE = "2025-06-10"


@pytest.fixture
def books() -> Books:
	books = Books()
	books.item("Item", "Goods")
	books.item("Service", "Services", stock=False)
	return books


# Which documents count


@pytest.mark.parametrize("docstatus", [0, 2])
@pytest.mark.parametrize("measure", DELIVERIES)
def test_only_submitted_receipts_count(books, measure, docstatus):
	receipt = books.receipt(DUE, docstatus=docstatus)
	books.receipt_line(receipt, books.order_line(due=DUE))
	assert ask_about_one(books, measure) is None


@pytest.mark.parametrize("docstatus", [0, 2])
@pytest.mark.parametrize("measure", DELIVERIES + PROMISES)
def test_only_submitted_orders_count(books, measure, docstatus):
	books.received(DUE, books.order_line(books.order(docstatus=docstatus), DUE))
	assert ask_about_one(books, measure) is None


def test_what_a_sister_company_received_keeps_no_promise_to_us(books):
	books.receipt_line(books.receipt(DUE, company="Sister"), books.order_line(due=DUE))
	assert ask_about_one(books, "otif") == (0, 1, 1)


def test_an_unsubmitted_receipt_does_not_keep_a_promise(books):
	books.receipt_line(books.receipt(DUE, docstatus=0), books.order_line(due=DUE))
	assert ask_about_one(books, "otif") == (0, 1, 1)


@pytest.mark.parametrize("measure", DELIVERIES + PROMISES)
def test_other_companies_do_not_count(books, measure):
	line = books.order_line(books.order(company="Sister"), DUE)
	books.receipt_line(books.receipt(DUE, company="Sister"), line)
	assert ask_about_one(books, measure) is None
	assert ask_about_one(books, measure, company="Sister") is not None


@pytest.mark.parametrize("doctype", ["Purchase Receipt", "Purchase Invoice", "Subcontracting Receipt"])
def test_goods_arrive_by_three_kinds_of_document(books, doctype):
	books.received(DUE, books.order_line(due=DUE), doctype=doctype)
	assert ask_about_one(books, "on_time_delivery") == (1, 1, 1)
	assert ask_about_one(books, "otif") == (1, 1, 1)
	assert ask_about_one(books, "fill_rate") == (10, 10, 1)
	assert ask_about_one(books, "days_late") == (0, 1, 1)


def test_an_invoice_that_does_not_update_stock_is_no_receipt(books):
	line = books.order_line(due=DUE)
	books.invoice_line(books.invoice(DUE), po_detail=line["name"])
	assert ask_about_one(books, "on_time_delivery") is None
	assert ask_about_one(books, "otif") == (0, 1, 1)


def test_returns_are_no_receipts_and_take_nothing_back(books):
	line = books.order_line(due=DUE)
	books.received(DUE, line)
	books.receipt_line(books.receipt(DUE, is_return=1), line, -10)
	assert ask_about_one(books, "on_time_delivery") == (1, 1, 1)
	assert ask_about_one(books, "otif") == (1, 1, 1)
	assert ask_about_one(books, "fill_rate") == (10, 10, 1)


# Which order lines count


@pytest.mark.parametrize("measure", DELIVERIES + PROMISES)
def test_lines_delivered_by_the_supplier_to_the_customer_do_not_count(books, measure):
	books.received(DUE, books.order_line(due=DUE, delivered_by_supplier=1))
	assert ask_about_one(books, measure) is None


@pytest.mark.parametrize("measure", DELIVERIES + PROMISES)
@pytest.mark.parametrize("columns", [{"is_internal_supplier": 1}, {"status": "On Hold"}], ids=str)
def test_internal_suppliers_and_orders_on_hold_do_not_count(books, measure, columns):
	books.received(DUE, books.order_line(books.order(**columns), DUE))
	assert ask_about_one(books, measure) is None


@pytest.mark.parametrize("measure", PROMISES)
def test_a_service_that_is_never_received_is_no_promise(books, measure):
	books.order_line(due=DUE, item_code="Service")
	assert ask_about_one(books, measure) is None


def test_a_service_that_is_received_anyway_counts(books):
	line = books.order_line(due=DUE, item_code="Service")
	books.received("2025-06-11", line, item_code="Service")
	assert ask_about_one(books, "otif") == (0, 1, 1)
	assert ask_about_one(books, "fill_rate") == (0, 10, 1)
	assert ask_about_one(books, "on_time_delivery") == (0, 1, 1)


def test_an_undelivered_stock_line_fails(books):
	books.order_line(due=DUE)
	assert ask_about_one(books, "otif") == (0, 1, 1)
	assert ask_about_one(books, "fill_rate") == (0, 10, 1)
	assert ask_about_one(books, "on_time_delivery") is None


def test_a_subcontracted_line_promises_the_finished_goods(books):
	"""5 hours of galvanizing are ordered, 20 galvanized parts shall come."""
	order = books.order(is_subcontracted=1)
	line = books.order_line(order, DUE, 5, item_code="Service", fg_item="Item", fg_item_qty=20)
	books.received(DUE, line, 15, doctype="Subcontracting Receipt")
	assert ask_about_one(books, "fill_rate") == (15, 20, 1)
	assert ask_about_one(books, "fill_rate", item_groups=("Goods",)) == (15, 20, 1)
	assert ask_about_one(books, "fill_rate", item_groups=("Services",)) is None


def test_a_subcontracted_line_counts_though_its_item_is_a_service(books):
	order = books.order(is_subcontracted=1)
	books.order_line(order, DUE, 5, item_code="Service", fg_item="Item", fg_item_qty=20)
	assert ask_about_one(books, "otif") == (0, 1, 1)


def test_the_old_subcontracting_flow_orders_the_goods_themselves(books):
	order = books.order(is_subcontracted=1, is_old_subcontracting_flow=1)
	books.received(DUE, books.order_line(order, DUE, 5, fg_item_qty=1), 5)
	assert ask_about_one(books, "fill_rate") == (5, 5, 1)


def test_the_purchase_receipt_that_a_subcontracting_receipt_makes_is_no_second_delivery(books):
	order = books.order(is_subcontracted=1)
	line = books.order_line(order, DUE, 5, item_code="Service", fg_item="Item", fg_item_qty=20)
	books.received(DUE, line, 10, doctype="Subcontracting Receipt")
	made = books.receipt(DUE, subcontracting_receipt="Subcontracting Receipt 0001")
	books.receipt_line(made, line, 10)
	assert ask_about_one(books, "on_time_delivery") == (1, 1, 1)
	assert ask_about_one(books, "fill_rate") == (10, 20, 1)


def test_scrap_keeps_no_promise(books):
	line = books.order_line(books.order(is_subcontracted=1), DUE, fg_item="Item", fg_item_qty=10)
	books.received(DUE, line, 10, doctype="Subcontracting Receipt", is_scrap_item=1)
	assert ask_about_one(books, "fill_rate") == (0, 10, 1)
	assert ask_about_one(books, "on_time_delivery") is None


def test_quantities_are_in_stock_uom(books):
	"""2 boxes of 12 are ordered, 1 box and 6 pieces arrive."""
	line = books.order_line(due=DUE, qty=2, conversion_factor=12)
	books.received(DUE, line, 1, conversion_factor=12)
	books.received(DUE, line, 6)
	assert ask_about_one(books, "fill_rate") == (18, 24, 1)


def test_item_groups_filter_the_lines(books):
	books.item("Spare", "Spare Parts")
	order = books.order()
	books.received(DUE, books.order_line(order, DUE))
	books.received("2025-06-11", books.order_line(order, DUE, item_code="Spare"), item_code="Spare")
	assert ask_about_one(books, "on_time_delivery") == (1, 2, 2)
	assert ask_about_one(books, "on_time_delivery", item_groups=("Goods",)) == (1, 1, 1)
	assert ask_about_one(books, "otif", item_groups=("Spare Parts",)) == (0, 1, 1)
	assert ask_about_one(books, "otif", item_groups=("Goods", "Spare Parts")) == (1, 2, 2)
	assert ask_about_one(books, "otif", item_groups=("Nothing",)) is None


def test_suppliers_filter_the_lines(books):
	for supplier in ("One", "Two"):
		line = books.order_line(books.order(supplier=supplier), DUE)
		books.receipt_line(books.receipt(DUE, supplier=supplier), line)
	for measure in DELIVERIES + PROMISES:
		assert set(ask(books, measure)) == {"One", "Two"}
		assert set(ask(books, measure, parties=("Two",))) == {"Two"}


# Closed orders


@pytest.mark.parametrize(
	("measure", "forgiven", "blamed"), [("otif", (1, 1, 1), (0, 1, 1)), ("fill_rate", (6, 6, 1), (6, 10, 1))]
)
def test_a_closed_order_ordered_what_was_received_unless_the_supplier_is_blamed(
	books, measure, forgiven, blamed
):
	books.received(DUE, books.order_line(books.order(status="Closed"), DUE), 6)
	assert ask_about_one(books, measure) == forgiven
	assert ask_about_one(books, measure, blame_closed_orders=True) == blamed


@pytest.mark.parametrize("measure", PROMISES)
def test_a_closed_order_without_receipts_is_no_promise(books, measure):
	books.order_line(books.order(status="Closed"), DUE)
	assert ask_about_one(books, measure) is None
	assert ask_about_one(books, measure, blame_closed_orders=True)[0] == 0


def test_what_a_closed_order_received_includes_late_and_rejected_goods(books):
	line = books.order_line(books.order(status="Closed"), DUE)
	books.received(DUE, line, 3, 1)
	books.received("2025-08-01", line, 2)
	assert ask_about_one(books, "fill_rate") == (3, 6, 1)


def test_closing_an_order_does_not_raise_what_was_ordered(books):
	books.received(DUE, books.order_line(books.order(status="Closed"), DUE), 15)
	assert ask_about_one(books, "fill_rate") == (10, 10, 1)


@pytest.mark.parametrize("status", ["To Receive and Bill", "Completed", "To Bill", "Delivered"])
def test_orders_that_are_not_closed_owe_everything(books, status):
	books.received(DUE, books.order_line(books.order(status=status), DUE), 6)
	assert ask_about_one(books, "fill_rate") == (6, 10, 1)


# Due dates


def test_the_expected_delivery_date_comes_before_the_required_by_date(books):
	books.received("2025-06-12", books.order_line(due=DUE, expected_delivery_date="2025-06-12"))
	assert ask_about_one(books, "on_time_delivery") == (1, 1, 1)
	assert ask_about_one(books, "days_late") == (0, 1, 1)


def test_the_first_due_date_counts_or_the_current_one(books):
	line = books.order_line(due=DUE, expected_delivery_date="2025-06-20", first_due_date=DUE)
	books.received("2025-06-20", line)
	assert ask_about_one(books, "days_late", use_first_due_date=True) == (10, 1, 1)
	assert ask_about_one(books, "days_late", use_first_due_date=False) == (0, 1, 1)
	assert ask_about_one(books, "otif", use_first_due_date=True) == (0, 1, 1)
	assert ask_about_one(books, "otif", use_first_due_date=False) == (1, 1, 1)


def test_a_line_without_a_frozen_date_counts_by_its_current_one(books):
	books.received(DUE, books.order_line(due=DUE, first_due_date=None))
	assert ask_about_one(books, "otif", use_first_due_date=True) == (1, 1, 1)


@pytest.mark.parametrize("measure", PROMISES)
def test_the_due_date_that_counts_decides_the_period(books, measure):
	"""Moved from June to July after the order was submitted."""
	books.order_line(due="2025-07-15", first_due_date="2025-06-15")
	july = {"from_date": "2025-07-01", "to_date": "2025-07-31"}
	assert ask_about_one(books, measure, use_first_due_date=True)
	assert ask_about_one(books, measure, use_first_due_date=True, **july) is None
	assert ask_about_one(books, measure, use_first_due_date=False) is None
	assert ask_about_one(books, measure, use_first_due_date=False, **july)


@pytest.mark.parametrize("measure", DELIVERIES + PROMISES)
def test_a_line_without_any_due_date_promises_nothing(books, measure):
	books.received(DUE, books.order_line(due=None))
	assert ask_about_one(books, measure) is None


@pytest.mark.parametrize(
	("due", "counts"),
	[("2025-05-31", False), ("2025-06-01", True), ("2025-06-30", True), ("2025-07-01", False)],
)
@pytest.mark.parametrize("measure", PROMISES)
def test_promises_count_by_due_date_both_ends_included(books, measure, due, counts):
	books.received("2025-06-15", books.order_line(due=due))
	assert (ask_about_one(books, measure) is not None) is counts


@pytest.mark.parametrize(
	("posted", "counts"),
	[("2025-05-31", False), ("2025-06-01", True), ("2025-06-30", True), ("2025-07-01", False)],
)
@pytest.mark.parametrize("measure", DELIVERIES)
def test_deliveries_count_by_posting_date_both_ends_included(books, measure, posted, counts):
	books.received(posted, books.order_line(due="2025-06-15"))
	assert (ask_about_one(books, measure) is not None) is counts


# Pending


@pytest.mark.parametrize("measure", PROMISES)
@pytest.mark.parametrize(
	("as_of", "late_days", "settled"),
	[
		("2025-06-09", 0, False),
		("2025-06-10", 0, False),
		("2025-06-11", 0, True),
		("2025-06-13", 3, False),
		("2025-06-14", 3, True),
	],
)
def test_a_line_is_pending_until_its_window_has_closed(books, measure, as_of, late_days, settled):
	books.order_line(due=DUE)
	assert (ask_about_one(books, measure, as_of=as_of, late_days=late_days) is not None) is settled


@pytest.mark.parametrize("measure", PROMISES)
def test_a_pending_line_counts_neither_way_though_its_goods_are_here(books, measure):
	books.received("2025-06-08", books.order_line(due=DUE))
	assert ask_about_one(books, measure, as_of="2025-06-09") is None


# on_time_delivery


@pytest.mark.parametrize(
	("posted", "early", "late", "kept"),
	[
		("2025-06-10", None, 0, 1),
		("2025-06-11", None, 0, 0),
		("2025-06-11", None, 1, 1),
		("2025-06-12", None, 1, 0),
		("2025-06-01", None, 0, 1),
		("2025-06-09", 0, 0, 0),
		("2025-06-10", 0, 0, 1),
		("2025-06-08", 2, 0, 1),
		("2025-06-07", 2, 0, 0),
		("2025-06-13", 2, 3, 1),
	],
)
def test_on_time_is_posted_inside_the_window(books, posted, early, late, kept):
	books.received(posted, books.order_line(due=DUE))
	assert ask_about_one(books, "on_time_delivery", early_days=early, late_days=late) == (kept, 1, 1)


@pytest.mark.parametrize(("accepted", "rejected", "kept"), [(10, 0, 1), (1, 9, 1), (0, 10, 0)])
def test_a_wholly_rejected_delivery_is_not_on_time(books, accepted, rejected, kept):
	books.received(DUE, books.order_line(due=DUE), accepted, rejected)
	assert ask_about_one(books, "on_time_delivery") == (kept, 1, 1)


def test_several_rows_of_a_receipt_for_one_order_line_are_one_delivery(books):
	"""Two batches; one of them was rejected."""
	line = books.order_line(due=DUE)
	receipt = books.receipt("2025-06-12")
	books.receipt_line(receipt, line, 4)
	books.receipt_line(receipt, line, 0, 6)
	assert ask_about_one(books, "on_time_delivery", late_days=2) == (1, 1, 1)
	assert ask_about_one(books, "days_late") == (2, 1, 1)


def test_several_receipts_of_one_order_line_are_several_deliveries(books):
	line = books.order_line(due=DUE)
	for posted in ("2025-06-09", "2025-06-10", "2025-06-14"):
		books.received(posted, line, 3)
	assert ask_about_one(books, "on_time_delivery") == (2, 3, 3)
	assert ask_about_one(books, "days_late") == (4, 3, 3)


def test_several_order_lines_in_one_receipt_are_several_deliveries(books):
	order, receipt = books.order(), books.receipt("2025-06-12")
	for due in (DUE, "2025-06-12", "2025-06-20"):
		books.receipt_line(receipt, books.order_line(order, due))
	assert ask_about_one(books, "on_time_delivery") == (2, 3, 3)
	assert ask_about_one(books, "days_late") == (2, 3, 3)


@pytest.mark.parametrize("link", [None, "", "no such line"])
@pytest.mark.parametrize("measure", DELIVERIES)
def test_receipts_without_an_order_have_no_due_date(books, measure, link):
	books.received(DUE, purchase_order_item=link)
	assert ask_about_one(books, measure) is None


def test_deliveries_of_former_orders_count_in_the_period_of_their_receipt(books):
	books.received("2025-06-10", books.order_line(due="2025-05-11"))
	assert ask_about_one(books, "days_late") == (30, 1, 1)
	assert ask_about_one(books, "otif") is None


# days_late


def test_early_deliveries_are_no_days_late(books):
	order = books.order()
	books.received("2025-06-01", books.order_line(order, DUE))
	books.received("2025-06-14", books.order_line(order, DUE))
	assert ask_about_one(books, "days_late") == (4, 2, 2)


def test_days_late_knows_no_tolerance(books):
	books.received("2025-06-12", books.order_line(due=DUE))
	assert ask_about_one(books, "days_late", late_days=5, early_days=5) == (2, 1, 1)


def test_days_late_are_calendar_days_across_months_and_leap_years(books):
	books.received("2024-03-01", books.order_line(due="2024-02-28"))
	assert ask_about_one(books, "days_late", from_date="2024-03-01", to_date="2024-03-31") == (2, 1, 1)


# otif


def test_parts_inside_the_window_add_up(books):
	line = books.order_line(due=DUE)
	books.received("2025-06-08", line, 4)
	books.received("2025-06-10", line, 6)
	assert ask_about_one(books, "otif") == (1, 1, 1)
	assert ask_about_one(books, "otif", early_days=1) == (0, 1, 1)


def test_ten_tenths_are_a_whole(books):
	"""0.1 ten times is less than 1 in binary fractions."""
	line = books.order_line(due=DUE, qty=1)
	for _ in range(10):
		books.received(DUE, line, 0.1)
	assert ask_about_one(books, "otif") == (1, 1, 1)


def test_a_rounded_stock_quantity_is_reached_by_the_same_quantity_in_the_same_uom(books):
	"""The ERP rounds the ordered stock quantity to nine decimals: 1.5 x 0.333333333 is stored as 0.5."""
	line = books.order_line(due=DUE, qty=1.5, conversion_factor=0.333333333, stock_qty=0.5)
	books.received(DUE, line, 1.5, conversion_factor=0.333333333)
	assert ask_about_one(books, "otif") == (1, 1, 1)


@pytest.mark.parametrize(
	("accepted", "tolerance", "in_full"),
	[
		(10, 0, 1),
		(9.99, 0, 0),
		(9.5, 5, 1),
		(9.49, 5, 0),
		(0, 100, 1),
		(12, 0, 1),
		(6.65, "33.5", 1),
		(6.6, "33.5", 0),
	],
)
def test_in_full_is_ordered_less_the_quantity_tolerance(books, accepted, tolerance, in_full):
	books.received(DUE, books.order_line(due=DUE), accepted)
	assert ask_about_one(books, "otif", quantity_tolerance=tolerance) == (in_full, 1, 1)


def test_rejected_goods_do_not_make_an_order_full(books):
	books.received(DUE, books.order_line(due=DUE), 9, 1)
	assert ask_about_one(books, "otif") == (0, 1, 1)


def test_goods_after_the_window_do_not_make_an_order_full(books):
	line = books.order_line(due=DUE)
	books.received(DUE, line, 5)
	books.received("2025-06-11", line, 5)
	assert ask_about_one(books, "otif") == (0, 1, 1)
	assert ask_about_one(books, "otif", late_days=1) == (1, 1, 1)


def test_goods_that_came_in_another_period_keep_the_promise_of_this_one(books):
	books.received("2025-05-20", books.order_line(due="2025-06-01"))
	assert ask_about_one(books, "otif") == (1, 1, 1)


# fill_rate


def test_fill_rate_is_capped_line_by_line(books):
	order = books.order()
	books.received(DUE, books.order_line(order, DUE), 15)
	books.received(DUE, books.order_line(order, DUE), 5)
	assert ask_about_one(books, "fill_rate") == (15, 20, 2)


def test_fill_rate_counts_by_the_due_date_and_the_late_tolerance(books):
	line = books.order_line(due=DUE)
	for posted, quantity in (("2025-06-01", 2), ("2025-06-10", 3), ("2025-06-11", 4)):
		books.received(posted, line, quantity)
	assert ask_about_one(books, "fill_rate") == (5, 10, 1)
	assert ask_about_one(books, "fill_rate", late_days=1) == (9, 10, 1)


def test_goods_may_come_as_early_as_they_like_for_the_fill_rate(books):
	books.received("2025-01-10", books.order_line(due=DUE))
	assert ask_about_one(books, "fill_rate", early_days=0) == (10, 10, 1)


def test_a_line_that_orders_nothing_is_no_promise(books):
	books.order_line(due=DUE, qty=0)
	for measure in PROMISES:
		assert ask_about_one(books, measure) is None
