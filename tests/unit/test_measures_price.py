"""price_index and price_competitiveness: one example for each rule of DESIGN §3."""

import pytest

from tests.reference.documents import Books
from tests.reference.three_ways import ask, ask_about_one

BEFORE, NOW = "2025-05-20", "2025-06-10"  # June is asked for; the thirty days before begin on 2 May


@pytest.fixture
def books() -> Books:
	books = Books()
	books.item("Item", "Goods")
	books.item("Spare", "Spare Parts")
	return books


def bought(books: Books, day: str, quantity, amount, doctype: str = "Purchase Receipt", **columns):
	return books.received(day, None, quantity, doctype=doctype, base_net_amount=amount, **columns)


# price_index


def test_this_periods_quantities_at_this_periods_prices_over_those_at_former_prices(books):
	bought(books, BEFORE, 10, 100)
	bought(books, NOW, 20, 220)
	assert ask_about_one(books, "price_index") == (220, 200, 1)


def test_prices_of_a_period_are_averages_over_its_quantities(books):
	bought(books, BEFORE, 10, 100)
	bought(books, "2025-05-25", 30, 500)  # 15 on average
	bought(books, NOW, 5, 100)
	bought(books, NOW, 15, 240)
	assert ask_about_one(books, "price_index") == (340, 300, 1)


def test_only_items_bought_in_both_periods_are_compared(books):
	bought(books, BEFORE, 10, 100)
	bought(books, NOW, 10, 110)
	bought(books, NOW, 10, 900, item_code="Spare")
	bought(books, BEFORE, 10, 900, item_code="Former")
	assert ask_about_one(books, "price_index") == (110, 100, 1)


def test_several_items_weigh_by_what_was_bought(books):
	for item, before, now in (("Item", 10, 12), ("Spare", 100, 90)):
		bought(books, BEFORE, 1, before, item_code=item)
		bought(books, NOW, 10, now * 10, item_code=item)
	assert ask_about_one(books, "price_index") == (1020, 1100, 2)
	assert ask_about_one(books, "price_index", item_groups=("Spare Parts",)) == (900, 1000, 1)


@pytest.mark.parametrize(
	("day", "counts"),
	[("2025-05-01", False), ("2025-05-02", True), ("2025-05-31", True), ("2025-06-01", False)],
)
def test_the_previous_period_is_as_long_and_just_before(books, day, counts):
	bought(books, day, 10, 100)
	bought(books, NOW, 10, 110)
	assert (ask_about_one(books, "price_index") is not None) is counts


def test_prices_are_per_stock_unit(books):
	bought(books, BEFORE, 12, 120)
	bought(books, NOW, 1, 132, conversion_factor=12)
	assert ask_about_one(books, "price_index") == (132, 120, 1)


def test_rejected_goods_carry_no_price(books):
	bought(books, BEFORE, 10, 100, rejected=10)
	bought(books, NOW, 10, 100, rejected=90)
	assert ask_about_one(books, "price_index") == (100, 100, 1)


def test_an_invoice_that_updates_stock_carries_a_price_a_subcontracting_receipt_does_not(books):
	bought(books, BEFORE, 10, 100, "Purchase Invoice")
	books.received(NOW, doctype="Subcontracting Receipt")
	assert ask_about_one(books, "price_index") is None
	bought(books, NOW, 10, 130, "Purchase Invoice")
	assert ask_about_one(books, "price_index") == (130, 100, 1)


def test_suppliers_are_compared_with_their_own_past(books):
	for supplier, before, now in (("One", 100, 110), ("Two", 200, 180)):
		for day, amount in ((BEFORE, before), (NOW, now)):
			receipt = books.receipt(day, supplier=supplier)
			books.receipt_line(receipt, None, 10, base_net_amount=amount)
	assert ask(books, "price_index") == {"One": (110, 100, 1), "Two": (180, 200, 1)}


@pytest.mark.parametrize("day", [BEFORE, NOW])
@pytest.mark.parametrize(
	"columns", [{"docstatus": 0}, {"docstatus": 2}, {"is_return": 1}, {"company": "Sister"}], ids=str
)
def test_only_submitted_receipts_of_the_company_carry_a_price(books, day, columns):
	bought(books, BEFORE, 10, 100)
	bought(books, NOW, 10, 110)
	books.receipt_line(books.receipt(day, **columns), None, 10, base_net_amount=999)
	assert ask_about_one(books, "price_index") == (110, 100, 1)


@pytest.mark.parametrize(("quantity", "amount"), [(0, 0), (10, 0), (0, 100)])
def test_what_had_no_price_before_is_not_compared(books, quantity, amount):
	bought(books, BEFORE, quantity, amount)
	bought(books, NOW, 10, 110)
	assert ask_about_one(books, "price_index") is None


# price_competitiveness


def quotations(books: Books, *rates: tuple[str, float], stock_qty: float = 10, **columns):
	"""One request, and a quotation for each (supplier, rate)."""
	request = books.request(NOW, tuple(dict(rates)), **columns)
	wanted = books.requested(request, stock_qty)
	for supplier, rate in rates:
		books.quoted(books.quotation(NOW, supplier), wanted, rate)
	return wanted


def test_lowest_over_own_amount(books):
	quotations(books, ("One", 10), ("Two", 12.5))
	assert ask(books, "price_competitiveness") == {"One": (100, 100, 1), "Two": (100, 125, 1)}


def test_one_quotation_alone_is_not_compared(books):
	quotations(books, ("One", 10))
	assert ask(books, "price_competitiveness") == {}


def test_two_quotations_of_one_supplier_are_not_compared(books):
	wanted = quotations(books, ("One", 10))
	books.quoted(books.quotation("2025-06-11", "One"), wanted, 9)
	assert ask(books, "price_competitiveness") == {}


def test_the_latest_quotation_of_a_supplier_counts(books):
	wanted = quotations(books, ("One", 10), ("Two", 8))
	books.quoted(books.quotation("2025-06-12", "Two"), wanted, 20)
	books.quoted(books.quotation("2025-06-01", "Two"), wanted, 1)
	assert ask(books, "price_competitiveness") == {"One": (100, 100, 1), "Two": (100, 200, 1)}


def test_of_one_day_the_quotation_entered_last_counts(books):
	wanted = quotations(books, ("One", 10), ("Two", 8))
	books.quoted(books.quotation(NOW, "Two", creation=f"{NOW} 12:00:01"), wanted, 20)
	books.quoted(books.quotation(NOW, "Two", creation=f"{NOW} 11:59:59"), wanted, 5)
	assert ask(books, "price_competitiveness")["Two"] == (100, 200, 1)


@pytest.mark.parametrize("columns", [{"docstatus": 0}, {"docstatus": 2}, {"company": "Sister"}], ids=str)
def test_only_submitted_quotations_of_the_company_count(books, columns):
	wanted = quotations(books, ("One", 10), ("Two", 8))
	books.quoted(books.quotation("2025-06-12", "Two", **columns), wanted, 1)
	books.quoted(books.quotation("2025-06-12", "Three", **columns), wanted, 1)
	assert ask(books, "price_competitiveness") == {"One": (80, 100, 1), "Two": (80, 80, 1)}


@pytest.mark.parametrize("columns", [{"docstatus": 0}, {"docstatus": 2}, {"company": "Sister"}], ids=str)
def test_only_submitted_requests_of_the_company_count(books, columns):
	quotations(books, ("One", 10), ("Two", 8), **columns)
	assert ask(books, "price_competitiveness") == {}


@pytest.mark.parametrize(
	("asked", "counts"),
	[("2025-05-31", False), ("2025-06-01", True), ("2025-06-30", True), ("2025-07-01", False)],
)
def test_requests_count_by_their_own_date(books, asked, counts):
	wanted = books.requested(books.request(asked, ("One", "Two")))
	for supplier in ("One", "Two"):
		books.quoted(books.quotation("2025-07-20", supplier), wanted)
	assert bool(ask(books, "price_competitiveness")) is counts


def test_competitors_outside_the_question_still_set_the_lowest_price(books):
	quotations(books, ("One", 10), ("Two", 8))
	assert ask(books, "price_competitiveness", parties=("One",)) == {"One": (80, 100, 1)}


def test_amounts_are_for_the_requested_quantity_per_stock_unit(books):
	"""A box of 12 for 96 is a piece for 8."""
	wanted = quotations(books, ("One", 10), stock_qty=30)
	books.quoted(books.quotation(NOW, "Two"), wanted, 96, conversion_factor=12)
	assert ask(books, "price_competitiveness") == {"One": (240, 300, 1), "Two": (240, 240, 1)}


def test_items_are_compared_one_by_one(books):
	request = books.request(NOW, ("One", "Two"))
	for item, one, two in (("Item", 10, 20), ("Spare", 30, 20)):
		wanted = books.requested(request, 1, item)
		books.quoted(books.quotation(NOW, "One"), wanted, one)
		books.quoted(books.quotation(NOW, "Two"), wanted, two)
	assert ask(books, "price_competitiveness") == {"One": (30, 40, 2), "Two": (30, 40, 2)}
	assert ask(books, "price_competitiveness", item_groups=("Spare Parts",))["One"] == (20, 30, 1)


def test_equal_prices_are_both_the_lowest(books):
	quotations(books, ("One", 10), ("Two", 10), ("Three", 20))
	answer = ask(books, "price_competitiveness")
	assert answer["One"] == answer["Two"] == (100, 100, 1)
	assert answer["Three"] == (100, 200, 1)


def test_an_offer_without_a_price_is_no_offer(books):
	"""A supplier that doesn't sell the item leaves the rate at zero."""
	quotations(books, ("One", 10), ("Two", 0))
	assert ask(books, "price_competitiveness") == {}


def test_a_quotation_without_a_request_is_not_compared(books):
	wanted = quotations(books, ("One", 10), ("Two", 8))
	books.quoted(books.quotation(NOW, "Three"), wanted, 1, request_for_quotation_item=None)
	assert ask(books, "price_competitiveness").keys() == {"One", "Two"}
