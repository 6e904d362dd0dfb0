"""accepted_quantity, defect_ppm, lot_acceptance, return_rate: one example for each rule of DESIGN §3."""

import pytest

from tests.reference.documents import Books
from tests.reference.three_ways import ask, ask_about_one

DAY = "2025-06-10"
QUANTITIES = ("accepted_quantity", "defect_ppm", "return_rate")
KINDS = ("Purchase Receipt", "Purchase Invoice", "Subcontracting Receipt")


@pytest.fixture
def books() -> Books:
	books = Books()
	books.item("Item", "Goods")
	books.item("Spare", "Spare Parts")
	return books


# Receipt lines


@pytest.mark.parametrize("doctype", KINDS)
def test_accepted_and_rejected_of_received(books, doctype):
	books.received(DAY, accepted=90, rejected=10, doctype=doctype)
	assert ask_about_one(books, "accepted_quantity") == (90, 100, 1)
	assert ask_about_one(books, "defect_ppm") == (10, 100, 1)


def test_quantities_of_all_receipts_add_up(books):
	"""1 of 1 and 0 of 9 are 10 %, not 50 %."""
	books.received(DAY, accepted=1)
	books.received(DAY, accepted=0, rejected=9)
	assert ask_about_one(books, "accepted_quantity") == (1, 10, 2)


def test_quantities_are_in_stock_uom(books):
	books.received(DAY, accepted=3, rejected=1, conversion_factor=12)
	books.received(DAY, accepted=2, rejected=2)
	assert ask_about_one(books, "accepted_quantity") == (38, 52, 2)
	assert ask_about_one(books, "defect_ppm") == (14, 52, 2)


@pytest.mark.parametrize("measure", QUANTITIES)
def test_receipts_without_an_order_count(books, measure):
	books.received(DAY, purchase_order_item="")
	assert ask_about_one(books, measure)[1:] == (10, 1)


@pytest.mark.parametrize("measure", QUANTITIES)
@pytest.mark.parametrize("doctype", KINDS)
@pytest.mark.parametrize("columns", [{"docstatus": 0}, {"docstatus": 2}, {"company": "Sister"}], ids=str)
def test_only_submitted_receipts_of_the_company_count(books, measure, doctype, columns):
	books.receipt_line(books.receipt(DAY, doctype, **columns), doctype=doctype)
	assert ask_about_one(books, measure) is None


@pytest.mark.parametrize("measure", QUANTITIES)
@pytest.mark.parametrize(
	("posted", "counts"),
	[("2025-05-31", False), ("2025-06-01", True), ("2025-06-30", True), ("2025-07-01", False)],
)
def test_both_ends_of_the_period_are_included(books, measure, posted, counts):
	books.received(posted)
	assert (ask_about_one(books, measure) is not None) is counts


@pytest.mark.parametrize("measure", QUANTITIES)
def test_an_invoice_counts_only_if_it_updates_stock(books, measure):
	books.invoice_line(books.invoice(DAY))
	assert ask_about_one(books, measure) is None


@pytest.mark.parametrize("measure", QUANTITIES)
def test_a_purchase_receipt_made_by_a_subcontracting_receipt_does_not_count(books, measure):
	books.received(DAY, doctype="Subcontracting Receipt", accepted=7)
	books.receipt_line(books.receipt(DAY, subcontracting_receipt="Subcontracting Receipt 0001"), accepted=7)
	assert ask_about_one(books, measure)[1:] == (7, 1)


@pytest.mark.parametrize("measure", QUANTITIES)
def test_scrap_does_not_count(books, measure):
	receipt = books.receipt(DAY, "Subcontracting Receipt")
	books.receipt_line(receipt, accepted=7, doctype="Subcontracting Receipt")
	books.receipt_line(receipt, accepted=2, doctype="Subcontracting Receipt", is_scrap_item=1)
	assert ask_about_one(books, measure)[1:] == (7, 1)


@pytest.mark.parametrize("measure", QUANTITIES)
def test_item_groups_and_suppliers_filter_the_lines(books, measure):
	books.received(DAY, accepted=1)
	books.received(DAY, accepted=2, item_code="Spare")
	books.receipt_line(books.receipt(DAY, supplier="Other"), accepted=4)
	assert ask(books, measure, item_groups=("Spare Parts",)).keys() == {"Supplier 1"}
	assert ask_about_one(books, measure, item_groups=("Spare Parts",))[1:] == (2, 1)
	assert ask_about_one(books, measure, item_groups=("Spare Parts", "Goods"))[1:] == (3, 2)
	assert ask(books, measure, parties=("Other",)).keys() == {"Other"}


@pytest.mark.parametrize("measure", ["accepted_quantity", "defect_ppm"])
def test_returns_do_not_change_what_was_accepted_on_arrival(books, measure):
	books.received(DAY, accepted=8, rejected=2)
	before = ask_about_one(books, measure)
	books.receipt_line(books.receipt(DAY, is_return=1), None, -8, -2)
	assert ask_about_one(books, measure) == before


# Returns


@pytest.mark.parametrize("doctype", KINDS)
def test_returned_quantity_is_absolute_and_adds_nothing_to_the_sample(books, doctype):
	books.received(DAY, accepted=100, doctype=doctype)
	books.receipt_line(books.receipt("2025-06-20", doctype, is_return=1), None, -5, doctype=doctype)
	assert ask_about_one(books, "return_rate") == (5, 100, 1)


def test_returns_are_in_stock_uom(books):
	books.received(DAY, accepted=100)
	books.receipt_line(books.receipt(DAY, is_return=1), None, -2, conversion_factor=12)
	assert ask_about_one(books, "return_rate") == (24, 100, 1)


def test_returns_count_by_their_own_date(books):
	books.received("2025-05-10", accepted=100)
	books.received(DAY, accepted=50)
	books.receipt_line(books.receipt("2025-06-30", is_return=1), None, -5)
	books.receipt_line(books.receipt("2025-07-01", is_return=1), None, -9)
	assert ask_about_one(books, "return_rate") == (5, 50, 1)


def test_returns_without_receipts_have_no_denominator(books):
	books.receipt_line(books.receipt(DAY, is_return=1), None, -5)
	assert ask_about_one(books, "return_rate") == (5, 0, 0)


def test_goods_rejected_on_arrival_are_not_returned_by_a_purchase_receipt(books):
	books.received(DAY, accepted=8, rejected=2)
	books.receipt_line(
		books.receipt(DAY, is_return=1), None, -2, warehouse="Rejects", return_qty_from_rejected_warehouse=1
	)
	assert ask_about_one(books, "return_rate") == (0, 10, 1)


def test_goods_rejected_on_arrival_are_not_returned_by_a_subcontracting_receipt(books):
	"""Its lines have no mark: they leave from the rejected warehouse of the line that they return."""
	kind = "Subcontracting Receipt"
	arrived = books.received(DAY, None, 8, 2, doctype=kind, warehouse="Stores", rejected_warehouse="Rejects")
	document = books.receipt(DAY, kind, is_return=1)
	link = {"subcontracting_receipt_item": arrived["name"]}
	books.receipt_line(document, None, -2, 0, kind, warehouse="Rejects", **link)
	assert ask_about_one(books, "return_rate") == (0, 10, 1)
	books.receipt_line(document, None, -3, 0, kind, warehouse="Stores", **link)
	assert ask_about_one(books, "return_rate") == (3, 10, 1)


@pytest.mark.parametrize("rejects", [None, ""])
@pytest.mark.parametrize("warehouse", [None, "", "Stores"])
def test_a_subcontracting_return_of_goods_without_rejects_counts(books, rejects, warehouse):
	kind = "Subcontracting Receipt"
	arrived = books.received(DAY, None, 8, doctype=kind, warehouse="Stores", rejected_warehouse=rejects)
	document = books.receipt(DAY, kind, is_return=1)
	books.receipt_line(
		document, None, -3, 0, kind, warehouse=warehouse, subcontracting_receipt_item=arrived["name"]
	)
	assert ask_about_one(books, "return_rate") == (3, 8, 1)


@pytest.mark.parametrize("link", [None, "", "no such line"])
def test_a_subcontracting_return_of_unknown_goods_counts(books, link):
	kind = "Subcontracting Receipt"
	books.received(DAY, None, 8, doctype=kind)
	document = books.receipt(DAY, kind, is_return=1)
	books.receipt_line(document, None, -3, 0, kind, warehouse="Stores", subcontracting_receipt_item=link)
	assert ask_about_one(books, "return_rate") == (3, 8, 1)


@pytest.mark.parametrize("doctype", KINDS)
def test_the_rejected_part_of_a_whole_return_does_not_count(books, doctype):
	"""A return of everything carries the accepted part in `qty` and the rejected one in `rejected_qty`."""
	books.received(DAY, accepted=8, rejected=2, doctype=doctype)
	document = books.receipt(DAY, doctype, is_return=1)
	books.receipt_line(document, None, -8, -2, doctype)
	assert ask_about_one(books, "return_rate") == (8, 10, 1)


def test_a_debit_note_that_does_not_move_stock_returns_nothing(books):
	books.received(DAY, accepted=10)
	books.invoice_line(books.invoice(DAY, is_return=1), -5)
	assert ask_about_one(books, "return_rate") == (0, 10, 1)


# Inspections


def inspect(books: Books, receipt, status: str = "Accepted", **columns):
	return books.add(
		"Quality Inspection",
		**{
			"inspection_type": "Incoming",
			"reference_type": "Purchase Receipt",
			"reference_name": receipt["name"],
			"report_date": DAY,
			"item_code": "Item",
			"status": status,
			**columns,
		},
	)


def test_inspections_accepted_of_submitted(books):
	receipt = books.receipt(DAY)
	for status in ("Accepted", "Rejected", "Accepted", ""):
		inspect(books, receipt, status)
	assert ask_about_one(books, "lot_acceptance") == (2, 4, 4)


@pytest.mark.parametrize("doctype", KINDS)
def test_the_supplier_is_that_of_the_reference_document(books, doctype):
	inspect(books, books.receipt(DAY, doctype, supplier="Inspected"), reference_type=doctype)
	assert ask(books, "lot_acceptance") == {"Inspected": (1, 1, 1)}


@pytest.mark.parametrize(
	"columns",
	[
		{"docstatus": 0},
		{"docstatus": 2},
		{"inspection_type": "Outgoing"},
		{"inspection_type": "In Process"},
		{"reference_type": "Purchase Invoice"},
		{"reference_type": "Stock Entry"},
		{"reference_name": "no such document"},
		{"reference_name": None},
		{"report_date": None},
	],
	ids=str,
)
def test_only_submitted_incoming_inspections_of_receipts_count(books, columns):
	inspect(books, books.receipt(DAY), **columns)
	assert ask_about_one(books, "lot_acceptance") is None


@pytest.mark.parametrize("columns", [{"docstatus": 0}, {"docstatus": 2}, {"company": "Sister"}], ids=str)
def test_the_reference_document_is_submitted_and_the_companys(books, columns):
	inspect(books, books.receipt(DAY, **columns))
	assert ask_about_one(books, "lot_acceptance") is None


@pytest.mark.parametrize(
	("day", "counts"),
	[("2025-05-31", False), ("2025-06-01", True), ("2025-06-30", True), ("2025-07-01", False)],
)
def test_inspections_count_by_report_date(books, day, counts):
	inspect(books, books.receipt("2025-05-15"), report_date=day)
	assert (ask_about_one(books, "lot_acceptance") is not None) is counts


def test_item_groups_and_suppliers_filter_the_inspections(books):
	inspect(books, books.receipt(DAY))
	inspect(books, books.receipt(DAY), "Rejected", item_code="Spare")
	inspect(books, books.receipt(DAY, supplier="Other"))
	assert ask_about_one(books, "lot_acceptance", item_groups=("Spare Parts",)) == (0, 1, 1)
	assert ask(books, "lot_acceptance", parties=("Other",)) == {"Other": (1, 1, 1)}
