"""rfq_response and rfq_response_days: one example for each rule of DESIGN §3."""

from datetime import date

import pytest

from partner_relations.supplier_quality.kpis import KpiSettings, Scope
from tests.reference.documents import COMPANY, Books
from tests.reference.on_sqlite import database, read_lines
from tests.reference.three_ways import ask, ask_about_one

ASKED = "2025-06-10"
MEASURES = ("rfq_response", "rfq_response_days")


@pytest.fixture
def books() -> Books:
	books = Books()
	books.item("Item", "Goods")
	books.item("Spare", "Spare Parts")
	return books


def answered(books: Books, request, *days: str, supplier: str = "Supplier 1", **columns):
	for day in days:
		quotation = books.quotation(day, supplier, **columns)
		books.add(
			"Supplier Quotation Item",
			parent=quotation["name"],
			item_code="Item",
			request_for_quotation=request["name"],
		)


def test_requests_answered_of_requests_sent(books):
	request = books.request(ASKED, ("One", "Two", "Three"))
	answered(books, request, "2025-06-12", supplier="One")
	answered(books, request, "2025-06-15", supplier="Three")
	assert ask(books, "rfq_response") == {"One": (1, 1, 1), "Two": (0, 1, 1), "Three": (1, 1, 1)}
	assert ask(books, "rfq_response_days", maximum_days=14) == {
		"One": (2, 1, 1),
		"Two": (14, 1, 1),
		"Three": (5, 1, 1),
	}


def test_several_requests_add_up(books):
	for day in ("2025-06-12", "2025-06-13", None):
		request = books.request(ASKED)
		if day:
			answered(books, request, day)
	assert ask_about_one(books, "rfq_response") == (2, 3, 3)
	assert ask_about_one(books, "rfq_response_days", maximum_days=10) == (2 + 3 + 10, 3, 3)


def test_the_first_answer_counts_and_only_once(books):
	request = books.request(ASKED)
	answered(books, request, "2025-06-17", "2025-06-13", "2025-06-15")
	assert ask_about_one(books, "rfq_response") == (1, 1, 1)
	assert ask_about_one(books, "rfq_response_days", maximum_days=14) == (3, 1, 1)


def test_a_quotation_of_several_lines_is_one_answer(books):
	request = books.request(ASKED)
	quotation = books.quotation("2025-06-12")
	for item in ("Item", "Spare"):
		books.quoted(quotation, books.requested(request, 1, item))
	assert ask_about_one(books, "rfq_response") == (1, 1, 1)


@pytest.mark.parametrize("docstatus", [0, 2])
def test_only_submitted_quotations_answer(books, docstatus):
	answered(books, books.request(ASKED), "2025-06-11", docstatus=docstatus)
	assert ask_about_one(books, "rfq_response") == (0, 1, 1)
	assert ask_about_one(books, "rfq_response_days", maximum_days=14) == (14, 1, 1)


def test_an_unsubmitted_portal_quotation_is_listed_as_not_counted(books):
	answered(books, books.request(ASKED), "2025-06-11", docstatus=0)
	answered(books, books.request(ASKED), "2025-06-12")
	scope = Scope(COMPANY, date(2025, 6, 1), date(2025, 6, 30), date(2025, 12, 31))
	facts = read_lines(database(books.world), "rfq_response", scope, KpiSettings())
	shown = [(row["numerator"], row["answered_on"], row["quotation"], row["not_counted"]) for row in facts]
	assert shown == [
		(0, None, None, "Supplier Quotation 0001"),
		(1, "2025-06-12", "Supplier Quotation 0002", None),
	]


def test_another_suppliers_answer_is_not_mine(books):
	answered(books, books.request(ASKED, ("One", "Two")), "2025-06-11", supplier="Two")
	assert ask(books, "rfq_response", parties=("One",)) == {"One": (0, 1, 1)}


def test_an_answer_to_another_request_does_not_count(books):
	books.request(ASKED)
	answered(books, books.request("2025-05-10"), "2025-06-11")
	assert ask_about_one(books, "rfq_response") == (0, 1, 1)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("columns", [{"docstatus": 0}, {"docstatus": 2}, {"company": "Sister"}], ids=str)
def test_only_submitted_requests_of_the_company_count(books, measure, columns):
	answered(books, books.request(ASKED, **columns), "2025-06-11", company=columns.get("company", COMPANY))
	assert ask_about_one(books, measure, maximum_days=14) is None


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
	("day", "counts"),
	[("2025-05-31", False), ("2025-06-01", True), ("2025-06-30", True), ("2025-07-01", False)],
)
def test_requests_count_by_the_day_they_were_sent(books, measure, day, counts):
	answered(books, books.request(day), "2025-07-02")
	assert (ask_about_one(books, measure, maximum_days=14) is not None) is counts


def test_an_answer_after_the_period_is_an_answer(books):
	answered(books, books.request("2025-06-30"), "2025-07-20")
	assert ask_about_one(books, "rfq_response") == (1, 1, 1)


@pytest.mark.parametrize(
	("day", "days"), [("2025-06-10", 0), ("2025-06-09", 0), ("2025-06-24", 14), ("2025-08-01", 14)]
)
def test_days_lie_between_zero_and_the_maximum(books, day, days):
	answered(books, books.request(ASKED), day)
	assert ask_about_one(books, "rfq_response_days", maximum_days=14) == (days, 1, 1)


def test_without_a_maximum_a_late_answer_takes_as_long_as_it_takes(books):
	answered(books, books.request(ASKED), "2025-08-09")
	assert ask_about_one(books, "rfq_response_days") == (60, 1, 1)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("answer", [True, False])
@pytest.mark.parametrize(("as_of", "counts"), [("2025-06-24", False), ("2025-06-25", True)])
def test_a_request_is_pending_until_the_maximum_has_passed(books, measure, answer, as_of, counts):
	request = books.request(ASKED)
	if answer:
		answered(books, request, "2025-06-11")
	assert (ask_about_one(books, measure, maximum_days=14, as_of=as_of) is not None) is counts


def test_without_a_maximum_no_request_is_pending(books):
	books.request(ASKED)
	assert ask_about_one(books, "rfq_response", as_of=ASKED) == (0, 1, 1)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_request_counts_for_an_item_group_if_it_asks_for_one_of_its_items(books, measure):
	both, one, _none = books.request(ASKED), books.request(ASKED), books.request(ASKED)
	books.requested(both, 1, "Item")
	books.requested(both, 1, "Spare")
	books.requested(one, 1, "Item")
	sizes = [
		ask_about_one(books, measure, item_groups=groups, maximum_days=14)[2]
		for groups in (("Goods",), ("Spare Parts",), ("Goods", "Spare Parts"), ())
	]
	assert sizes == [2, 1, 2, 3]
