"""The preview's input: what a good file may look like, and the one line that a broken one gets."""

import contextlib
import io
import json
import re
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partner_relations.preview.cli import BAD_INPUT, main
from partner_relations.preview.columns import FILES, FILES_OF_MEASURE, markdown
from partner_relations.preview.load import Loaded, load
from partner_relations.preview.report import Report, make_report
from partner_relations.preview.template import default_definition, parse_definition
from partner_relations.supplier_quality.kpis import MEASURES

AS_OF = date(2026, 6, 30)
DOCUMENTATION = Path(__file__).resolve().parents[2] / "docs" / "preview.md"

ORDERS = """\
order,line,supplier,item,quantity,due_date,rate
PO-1,1,Acme,BOLT,100,2026-01-10,2.00
PO-1,2,Acme,NUT,50,2026-01-10,1.00
PO-2,1,Bolts & Co,BOLT,10,2026-02-01,2.20
"""
RECEIPTS = """\
receipt,line,date,supplier,item,accepted,rejected,order,order_line,amount
PR-1,1,2026-01-09,Acme,BOLT,100,0,PO-1,1,200.00
PR-2,1,2026-01-12,Acme,NUT,40,10,PO-1,2,40.00
PR-3,1,2026-02-01,Bolts & Co,BOLT,10,0,PO-2,1,22.00
"""
INSPECTIONS = """\
inspection,date,result,receipt
QI-1,2026-01-09,Accepted,PR-1
QI-2,2026-01-12,Rejected,PR-2
"""
INVOICES = """\
invoice,date,supplier,item,quantity,rate,order,order_line,receipt,receipt_line
PI-1,2026-01-20,Acme,BOLT,100,2.00,PO-1,1,PR-1,1
PI-1,2026-01-20,Acme,NUT,50,1.05,PO-1,2,PR-2,1
PI-2,2026-02-03,Bolts & Co,BOLT,11,2.20,PO-2,1,,
"""
QUOTATIONS = """\
rfq,rfq_date,supplier,item,quantity,quotation,quotation_date,rate
RFQ-1,2026-01-02,Acme,BOLT,1000,SQ-1,2026-01-04,2.00
RFQ-1,2026-01-02,Bolts & Co,BOLT,1000,SQ-2,2026-01-06,2.50
RFQ-2,2026-01-03,Acme,NUT,10,,,
"""
GOOD = {
	"order_lines.csv": ORDERS,
	"receipt_lines.csv": RECEIPTS,
	"inspections.csv": INSPECTIONS,
	"invoice_lines.csv": INVOICES,
	"quotation_lines.csv": QUOTATIONS,
}


def write_files(folder: Path, files: dict[str, str | bytes]) -> Path:
	for name, content in files.items():
		(folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
	return folder


def every_measure() -> dict:
	"""A template that has each measure that files can feed, equally weighted."""
	names = [name for name in FILES_OF_MEASURE if name != "evaluator_mark"]
	weight, rest = divmod(100, len(names))
	return {
		"template": "Every measure",
		"criteria": [
			{
				"kpi": name,
				"measure": name,
				"weight": weight + (rest if position == 0 else 0),
				"curve": [[0, 0], [100, 100]],
				"settings": {"maximum_days": 14} if name.startswith("rfq") else {},
			}
			for position, name in enumerate(names)
		],
		"grades": [{"grade": "A", "lower": 0, "upper": 100}],
	}


def read(folder: Path, template: dict | None = None, **period: date) -> tuple[Loaded, Report]:
	loaded = load(folder)
	definition = default_definition() if template is None else parse_definition(template)
	return loaded, make_report(loaded, definition, as_of=AS_OF, **period)


def facts(report: Report, supplier: str) -> dict[str, tuple[float, float] | None]:
	result = next(result for result in report.results if result.supplier == supplier)
	return {
		row.criterion: (float(row.fact.numerator), float(row.fact.denominator)) if row.fact else None
		for row in result.score.criteria
	}


def run(*arguments: str) -> tuple[int, str, str]:
	"""Exit code, stdout and stderr of the command, in this process."""
	out, err = io.StringIO(), io.StringIO()
	with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
		code = main(list(arguments))
	return code, out.getvalue(), err.getvalue()


def refusal(folder: Path, *arguments: str) -> str:
	"""The one line that the command prints when it refuses the folder's files."""
	code, out, err = run(str(folder), "--html", str(folder / "page.html"), *arguments)
	assert (code, out) == (BAD_INPUT, "")
	assert err.endswith("\n") and err.count("\n") == 1
	assert not (folder / "page.html").exists()
	return err.rstrip("\n")


def test_every_column_of_every_file_reaches_its_measure(tmp_path):
	"""The hand-counted figures of a folder with all five files."""
	_loaded, report = read(write_files(tmp_path, GOOD), every_measure())
	acme, bolts = facts(report, "Acme"), facts(report, "Bolts & Co")
	assert acme == {
		"on_time_delivery": (1, 2),
		"otif": (1, 2),
		"fill_rate": (100, 150),
		"days_late": (2, 2),
		"accepted_quantity": (140, 150),
		"defect_ppm": (10, 150),
		"lot_acceptance": (1, 2),
		"return_rate": (0, 150),
		"price_index": None,
		"price_competitiveness": (2000, 2000),
		"rfq_response": (1, 2),
		"rfq_response_days": (2 + 14, 2),
		"invoice_accuracy": (1, 2),
	}
	assert bolts == {
		"on_time_delivery": (1, 1),
		"otif": (1, 1),
		"fill_rate": (10, 10),
		"days_late": (0, 1),
		"accepted_quantity": (10, 10),
		"defect_ppm": (0, 10),
		"lot_acceptance": None,
		"return_rate": (0, 10),
		"price_index": None,
		"price_competitiveness": (2000, 2500),
		"rfq_response": (1, 1),
		"rfq_response_days": (4, 1),
		"invoice_accuracy": (0, 1),
	}


def test_optional_columns_change_what_is_counted(tmp_path):
	"""First due date, statuses, conversion, currencies, returns, drafts, and the period before for prices."""
	write_files(
		tmp_path,
		{
			"order_lines.csv": (
				"order,line,supplier,item,quantity,due_date,first_due_date,conversion_factor,rate,currency,"
				"exchange_rate,status,stock_item\n"
				"PO-1,1,Acme,BOLT,10,2026-05-20,2026-05-01,12,24.00,USD,0.5,Completed,yes\n"
				"PO-2,1,Acme,BOLT,5,2026-05-01,,1,2.00,,,Closed,1\n"
				"PO-3,1,Acme,BOLT,5,2026-05-01,,1,2.00,,,On Hold,\n"
				"PO-4,1,Acme,BOLT,5,2026-05-01,,1,2.00,,,draft,\n"
				"PO-5,1,Acme,BOLT,5,2026-08-01,,1,2.00,,,To Receive,\n"
				"PO-6,1,Acme,SERVICE,1,2026-05-01,,1,99,,,Open,no\n"
			),
			"receipt_lines.csv": (
				"receipt,line,date,supplier,item,accepted,rejected,order,order_line,conversion_factor,amount,"
				"is_return,from_rejected\n"
				"PR-0,1,2026-04-02,Acme,BOLT,100,,,,1,100,,\n"
				"PR-1,1,2026-05-10,Acme,BOLT,8,2,PO-1,1,12,105.60,no,\n"
				"PR-2,1,2026-05-01,Acme,BOLT,3,0,PO-2,1,1,3.30,,\n"
				"PRR-1,1,2026-05-15,Acme,BOLT,1,0,PO-1,1,12,-13.2,yes,no\n"
				"PRR-2,1,2026-05-16,Acme,BOLT,-2,0,PO-1,1,12,-26.4,yes,yes\n"
			),
			"invoice_lines.csv": (
				"invoice,date,supplier,item,quantity,rate,receipt,receipt_line,order,order_line,conversion_factor,"
				"currency,exchange_rate,is_return\n"
				"PI-1,2026-05-20,Acme,BOLT,120,0.80,PR-1,1,,,1,GBP,1.25,\n"
				"PI-2,2026-05-21,Acme,BOLT,10,1.00,PR-1,1,,,1,EUR,1,yes\n"
				"PI-3,2026-05-22,Acme,BOLT,10,2.00,PR-1,1,,,1,USD,0.5,no\n"
				"PI-4,2026-05-22,Acme,BOLT,1,2.00,PR-1,1,,,1,USD,0.5,no\n"
			),
		},
	)
	_loaded, report = read(tmp_path, every_measure(), from_date=date(2026, 5, 1), to_date=date(2026, 5, 31))
	acme = facts(report, "Acme")
	assert acme["on_time_delivery"] == (1, 2)  # PO-1 is judged by 1 May, as first promised
	assert acme["otif"] == (1, 2)  # the closed PO-2 owes the three that came; PO-3, 4 and 5 don't count
	assert acme["fill_rate"] == (3, 123)
	assert acme["defect_ppm"] == (24, 123)
	assert acme["return_rate"] == (12, 123)  # what had been rejected on arrival isn't sent back twice
	assert acme["price_index"] == pytest.approx((108.9, 99.0))
	# 24 USD per dozen is 1 EUR or 0.80 GBP each. 120 of 120; 110 + 10 after the debit note; one is too much.
	assert acme["invoice_accuracy"] == (2, 3)


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_a_missing_file_is_no_data_for_its_measures_and_said_so(tmp_path, missing):
	files = {name: text for name, text in GOOD.items() if name != missing}
	if missing == "receipt_lines.csv":
		files["inspections.csv"] = (
			"inspection,date,result,receipt,supplier\nQI-1,2026-01-09,Accepted,PR-1,Acme\n"
		)
	_loaded, report = read(write_files(tmp_path, files), every_measure())
	without = {name for name, needed in FILES_OF_MEASURE.items() if missing in [file.name for file in needed]}
	for supplier in ("Acme", "Bolts & Co"):
		for name, fact in facts(report, supplier).items():
			if name in without:
				assert fact is None
	assert facts(report, "Acme")["lot_acceptance"] == (
		None if missing == "inspections.csv" else (1, 1) if missing == "receipt_lines.csv" else (1, 2)
	)
	note = next(note for note in report.notes if note.startswith(f"{missing} is missing: "))
	assert all(name in note for name in without)


def test_the_note_on_a_missing_file_names_the_kpi(tmp_path):
	files = {name: text for name, text in GOOD.items() if name != "invoice_lines.csv"}
	code, out, _err = run(str(write_files(tmp_path, files)), "--html", str(tmp_path / "page.html"))
	assert code == 0
	assert "invoice_lines.csv is missing: Invoice Accuracy has no data." in out
	assert (
		"invoice_lines.csv is missing: Invoice Accuracy has no data." in (tmp_path / "page.html").read_text()
	)


def test_a_missing_column_that_flatters_is_said(tmp_path):
	header, *rows = RECEIPTS.splitlines()
	short = "\n".join(",".join(line.split(",")[:6] + line.split(",")[7:]) for line in [header, *rows])
	notes = read(write_files(tmp_path, {**GOOD, "receipt_lines.csv": short}))[1].notes
	assert set(notes) == {
		"receipt_lines.csv has no column rejected: for Defects per Million, all receipts count as accepted.",
		"receipt_lines.csv has no column is_return: for Return Rate, nothing counts as sent back.",
	}
	full = RECEIPTS.replace("amount", "amount,is_return").replace(".00\n", ".00,0\n")
	assert read(write_files(tmp_path, {"receipt_lines.csv": full}))[1].notes == ()


def test_every_measure_knows_its_files():
	assert set(FILES_OF_MEASURE) == set(MEASURES)


def test_byte_order_mark_spaces_headings_extra_columns_and_empty_rows_are_fine(tmp_path):
	plain = read(write_files(tmp_path, GOOD), every_measure())[1]
	other = tmp_path / "other"
	other.mkdir()
	dressed = {}
	for name, text in GOOD.items():
		header, *rows = text.splitlines()
		header = ",".join(column.replace("_", " ").title() for column in header.split(",")) + ",Remarks"
		rows = [",".join(f" {cell} " for cell in row.split(",")) + ',"a, ""b""\nand c"' for row in rows]
		empty = "," * header.count(",")
		dressed[name] = b"\xef\xbb\xbf" + "\r\n".join([header, "", empty, *rows, empty, ""]).encode()
	same = read(write_files(other, dressed), every_measure())[1]
	assert same.results == plain.results
	assert same.files == plain.files


def test_the_default_period_is_that_of_the_data_up_to_today(tmp_path):
	write_files(tmp_path, GOOD)
	_loaded, report = read(tmp_path)
	assert (report.from_date, report.to_date, report.as_of) == (date(2026, 1, 2), date(2026, 2, 3), AS_OF)
	write_files(tmp_path, {"order_lines.csv": ORDERS + "PO-9,1,Acme,BOLT,1,2027-01-01,1\n"})
	assert read(tmp_path)[1].to_date == AS_OF
	assert read(tmp_path, from_date=date(2026, 2, 1))[1].from_date == date(2026, 2, 1)
	assert read(tmp_path, to_date=date(2026, 1, 31))[1].to_date == date(2026, 1, 31)


def test_a_supplier_with_nothing_but_an_open_order_is_listed_as_not_rated(tmp_path):
	files = {**GOOD, "order_lines.csv": ORDERS + "PO-9,1,Newcomer,BOLT,1,2126-12-31,1\n"}
	code, out, _err = run(str(write_files(tmp_path, files)), "--html", str(tmp_path / "page.html"))
	assert code == 0
	assert "Not rated: Newcomer: no data in the period." in out


def changed(file: str, old: str, new: str) -> tuple[str, str]:
	assert old in GOOD[file]
	return file, GOOD[file].replace(old, new, 1)


BROKEN = [
	(
		changed("order_lines.csv", "BOLT,100,", "BOLT,abc,"),
		"order_lines.csv, row 2, column quantity: 'abc' is not a number",
	),
	(
		changed("order_lines.csv", "NUT,50,", 'NUT,"1,050",'),
		"order_lines.csv, row 3, column quantity: '1,050' is not a number",
	),
	(
		changed("order_lines.csv", "NUT,50,", "NUT,1_050,"),
		"order_lines.csv, row 3, column quantity: '1_050' is not a number",
	),
	(
		changed("order_lines.csv", "NUT,50,", "NUT,nan,"),
		"order_lines.csv, row 3, column quantity: 'nan' is not a number",
	),
	(
		changed("order_lines.csv", "NUT,50,", "NUT,1e400,"),
		"order_lines.csv, row 3, column quantity: '1e400' is too large: the ERP keeps twelve digits before "
		"the decimal point",
	),
	(
		changed("order_lines.csv", "NUT,50,", "NUT,-5,"),
		"order_lines.csv, row 3, column quantity: '-5' is negative",
	),
	(
		changed("order_lines.csv", "NUT,50,", "NUT,,"),
		"order_lines.csv, row 3, column quantity: the cell is empty",
	),
	(
		changed("order_lines.csv", "2026-02-01", "01.02.2026"),
		"order_lines.csv, row 4, column due_date: '01.02.2026' is not a date (YYYY-MM-DD)",
	),
	(
		changed("order_lines.csv", "2026-02-01", "2026-02-30"),
		"order_lines.csv, row 4, column due_date: '2026-02-30' is not a day of the calendar",
	),
	(
		changed("order_lines.csv", "2026-02-01", "0026-02-01"),
		"order_lines.csv, row 4, column due_date: '0026-02-01' is not between 1900 and 2199",
	),
	(
		changed("order_lines.csv", "due_date", "promised"),
		"order_lines.csv, row 1, column due_date: this required column is missing",
	),
	(
		("order_lines.csv", ORDERS.replace(",", ";")),
		"order_lines.csv, row 1, column order: this required column is missing (the header is one cell, "
		"'order;line;supplier;item;quantity;due_da…': separate cells by commas)",
	),
	(
		changed("order_lines.csv", "quantity,due_date", "quantity,Due Date,due_date"),
		"order_lines.csv, row 1, column due_date: appears twice",
	),
	(("order_lines.csv", ""), "order_lines.csv: is empty: it has no row of column names"),
	(
		changed("order_lines.csv", ",2026-02-01,2.20", ",2026-02-01"),
		"order_lines.csv, row 4, column rate: the row has 6 cells, the header has 7",
	),
	(
		changed("order_lines.csv", ",2026-02-01,2.20", ",2026-02-01,2.20,x"),
		"order_lines.csv, row 4, column 8: the row has 8 cells, the header has 7",
	),
	(
		changed("order_lines.csv", "PO-1,2", "PO-1,1"),
		"order_lines.csv, row 3, column line: '1' of order 'PO-1' is already in row 2",
	),
	(
		changed("order_lines.csv", "PO-1,2,Acme", "PO-1,2,Other"),
		"order_lines.csv, row 3, column supplier: 'Other' is not what row 2 says of the same order "
		"'PO-1': 'Acme'",
	),
	(
		changed("order_lines.csv", "PO-2,1,Bolts & Co", 'PO-2,1,"Bolts & Co'),
		"order_lines.csv, row 4: is no valid CSV: a quotation mark is opened and not closed",
	),
	(
		changed("order_lines.csv", "PO-2,1,Bolts & Co", 'PO-2,1,"Bolts" & Co'),
		"order_lines.csv, row 4: is no valid CSV: text follows a closing quotation mark (inside a cell, "
		"write it twice)",
	),
	(
		changed("order_lines.csv", "Acme,NUT", '"A\nB",NUT'),
		"order_lines.csv, row 3, column supplier: 'A?B' holds a line break or another control character",
	),
	(
		("order_lines.csv", ORDERS.replace("Bolts & Co", "Böltä").encode("latin-1")),
		"order_lines.csv, row 4, column supplier: is not UTF-8 (0xf6; save it as CSV UTF-8)",
	),
	(
		("order_lines.csv", ORDERS.encode("utf-16")),
		"order_lines.csv, row 1, column 1: is UTF-16, not UTF-8 (save it as CSV UTF-8)",
	),
	(
		changed("receipt_lines.csv", "PO-2,1,22.00", "PO-7,1,22.00"),
		"receipt_lines.csv, row 4, column order: order_lines.csv has no order 'PO-7'",
	),
	(
		changed("receipt_lines.csv", "PO-2,1,22.00", "PO-2,7,22.00"),
		"receipt_lines.csv, row 4, column order_line: order_lines.csv has no line '7' of order 'PO-2'",
	),
	(
		changed("receipt_lines.csv", "PO-2,1,22.00", "PO-2,,22.00"),
		"receipt_lines.csv, row 4, column order_line: the cell is empty, but order is 'PO-2'",
	),
	(
		changed("receipt_lines.csv", "PO-2,1,22.00", ",1,22.00"),
		"receipt_lines.csv, row 4, column order: the cell is empty, but order_line is '1'",
	),
	(
		changed("receipt_lines.csv", "PO-2,1,22.00", "PO-1,1,22.00"),
		"receipt_lines.csv, row 4, column supplier: order 'PO-1' is of 'Acme', not 'Bolts & Co'",
	),
	(
		changed("receipt_lines.csv", "PO-2,1,22.00", "PO-2,1,"),
		"receipt_lines.csv, row 4, column amount: the cell is empty",
	),
	(
		changed("receipt_lines.csv", "BOLT,10,0", "BOLT,10,-1"),
		"receipt_lines.csv, row 4, column rejected: '-1' is negative, but is_return does not say yes",
	),
	(
		changed("receipt_lines.csv", "PR-2,1,2026-01-12", "PR-1,1,2026-01-09"),
		"receipt_lines.csv, row 3, column line: '1' of receipt 'PR-1' is already in row 2",
	),
	(
		changed("receipt_lines.csv", "PR-2,1,2026-01-12", "PR-1,2,2026-01-12"),
		"receipt_lines.csv, row 3, column date: '2026-01-12' is not what row 2 says of the same "
		"receipt 'PR-1': '2026-01-09'",
	),
	(
		changed("inspections.csv", "Rejected", "Failed"),
		"inspections.csv, row 3, column result: 'Failed' is none of Accepted, Rejected",
	),
	(
		changed("inspections.csv", "PR-2", "PR-9"),
		"inspections.csv, row 3, column receipt: receipt_lines.csv has no receipt 'PR-9'",
	),
	(
		changed("inspections.csv", "PR-2", ""),
		"inspections.csv, row 3, column supplier: the cell is empty, and the row names no receipt either",
	),
	(
		changed("inspections.csv", "QI-2", "QI-1"),
		"inspections.csv, row 3, column inspection: 'QI-1' is already in row 2",
	),
	(
		changed("invoice_lines.csv", "PO-2,1,,", "PO-9,1,,"),
		"invoice_lines.csv, row 4, column order: order_lines.csv has no order 'PO-9'",
	),
	(
		changed("invoice_lines.csv", "PR-2,1", "PR-2,9"),
		"invoice_lines.csv, row 3, column receipt_line: receipt_lines.csv has no line '9' of receipt 'PR-2'",
	),
	(
		changed("invoice_lines.csv", "BOLT,11,", "BOLT,-11,"),
		"invoice_lines.csv, row 4, column quantity: '-11' is negative, but is_return does not say yes",
	),
	(
		changed("order_lines.csv", "2026-02-01,2.20", "2026-02-01,"),
		"invoice_lines.csv, row 4, column rate: line '1' of order 'PO-2' has no rate in order_lines.csv",
	),
	(
		changed("quotation_lines.csv", "SQ-2,2026-01-06,2.50", "SQ-2,2026-01-06,"),
		"quotation_lines.csv, row 3, column rate: the cell is empty, but quotation is 'SQ-2'",
	),
	(
		changed("quotation_lines.csv", "NUT,10,,,", "NUT,10,,,5"),
		"quotation_lines.csv, row 4, column quotation: the cell is empty, but the row has a rate",
	),
	(
		changed("quotation_lines.csv", "RFQ-1,2026-01-02,Bolts & Co", "RFQ-1,2026-01-03,Bolts & Co"),
		"quotation_lines.csv, row 3, column rfq_date: '2026-01-03' is not what row 2 says of the same rfq "
		"'RFQ-1': '2026-01-02'",
	),
	(
		changed("quotation_lines.csv", "Bolts & Co,BOLT,1000", "Bolts & Co,BOLT,900"),
		"quotation_lines.csv, row 3, column quantity: '900' is not what row 2 says of the same line "
		"'BOLT' of 'RFQ-1': '1000'",
	),
	(
		("quotation_lines.csv", QUOTATIONS + "RFQ-1,2026-01-02,Acme,BOLT,1000,SQ-1,2026-01-04,2.00\n"),
		"quotation_lines.csv, row 5, column quotation: the same request, line, supplier and quotation are "
		"already in row 2",
	),
]


@pytest.mark.parametrize(("broken", "line"), BROKEN, ids=[line[:70] for _broken, line in BROKEN])
def test_a_broken_file_gets_one_line(tmp_path, broken, line):
	name, content = broken
	assert refusal(write_files(tmp_path, {**GOOD, name: content})) == line


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path):
	"""An empty row counts, a line break inside a cell doesn't."""
	text = (
		"order,line,supplier,item,quantity,due_date,remarks\n"
		"\n"
		'PO-1,1,Acme,BOLT,1,2026-01-01,"two\nlines"\n'
		",,,,,,\n"
		"PO-2,1,Acme,BOLT,many,2026-01-01,\n"
	)
	line = refusal(write_files(tmp_path, {"order_lines.csv": text}))
	assert line == "order_lines.csv, row 5, column quantity: 'many' is not a number"


def test_an_error_deep_in_a_large_file_is_found_at_its_row(tmp_path):
	"""Rows are read in batches; the message names the row all the same."""
	rows = [f"PO-{number},1,Acme,BOLT,1,2026-01-01" for number in range(10_000)]
	rows[8_999] = "PO-8999,1,Acme,BOLT,one,2026-01-01"
	header = "order,line,supplier,item,quantity,due_date"
	line = refusal(write_files(tmp_path, {"order_lines.csv": "\n".join([header, *rows])}))
	assert line == "order_lines.csv, row 9001, column quantity: 'one' is not a number"


def test_two_companies_are_refused(tmp_path):
	orders = ORDERS.splitlines()
	text = "\n".join([orders[0] + ",company", orders[1] + ",One", orders[2] + ",One", orders[3] + ",Two"])
	line = refusal(write_files(tmp_path, {**GOOD, "order_lines.csv": text}))
	assert line.startswith(
		"order_lines.csv, row 4, column company: 'Two' is another company than 'One' (order_lines.csv, row 2)"
	)


def test_folders_that_hold_nothing_to_read_are_refused(tmp_path):
	assert refusal(tmp_path).startswith(f"{tmp_path}: the folder holds none of order_lines.csv, ")
	assert run(str(tmp_path / "nowhere"))[::2] == (
		BAD_INPUT,
		f"{tmp_path / 'nowhere'}: there is no such folder\n",
	)
	(tmp_path / "order_lines.csv").mkdir()
	assert refusal(tmp_path) == "order_lines.csv: can't be read (Is a directory)"


def test_other_csv_files_are_named_as_not_read(tmp_path):
	_loaded, report = read(write_files(tmp_path, {**GOOD, "orders.csv": "a,b\n"}))
	assert any(note.startswith("orders.csv was not read: ") for note in report.notes)


def test_a_period_that_ends_before_it_starts_is_refused(tmp_path):
	write_files(tmp_path, GOOD)
	line = refusal(tmp_path, "--from", "2026-02-01", "--to", "2026-01-01")
	assert line == "the period ends (2026-01-01) before it starts (2026-02-01)"


@pytest.mark.parametrize("day", ["2026-13-01", "1.2.2026", "20260101", ""])
def test_a_period_that_is_no_date_is_refused(day, capsys):
	with pytest.raises(SystemExit) as exit_:
		main(["--from", day])
	assert exit_.value.code == BAD_INPUT
	assert "--from" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_said(tmp_path):
	write_files(tmp_path, GOOD)
	code, _out, err = run(str(tmp_path), "--html", str(tmp_path / "no" / "page.html"))
	assert code == BAD_INPUT
	assert err == f"{tmp_path / 'no' / 'page.html'}: can't be written (No such file or directory)\n"


# One place is spoiled in otherwise good files: the command says where, or copes; it never breaks.
_SPOILS = st.one_of(
	st.text(max_size=12),
	st.sampled_from(
		[
			"",
			" ",
			'"',
			'""',
			",",
			"\n",
			"\r",
			"\0",
			"\x1f",
			"nan",
			"inf",
			"-1",
			"1e309",
			"1e-30",
			"9" * 400,
			"0",
			"999999999999",
			"2026-02-29",
			"0000-00-00",
			"2199-12-31",
			"1900-01-01",
			"Acme",
			"PO-1",
			"PR-2",
			"\ufeff",
		]
	),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), name=st.sampled_from(sorted(GOOD)), spoil=_SPOILS)
def test_no_spoiled_cell_breaks_the_command(data, name, spoil):
	rows = [line.split(",") for line in GOOD[name].splitlines()]
	row = data.draw(st.integers(0, len(rows) - 1))
	column = data.draw(st.integers(0, len(rows[row]) - 1))
	rows[row][column] = spoil
	text = "\n".join(",".join(cells) for cells in rows)
	_check_outcome({**GOOD, name: text.encode("utf-8", "surrogatepass")})


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), name=st.sampled_from(sorted(GOOD)), junk=st.binary(min_size=1, max_size=6))
def test_no_spoiled_bytes_break_the_command(data, name, junk):
	content = GOOD[name].encode()
	start = data.draw(st.integers(0, len(content)))
	length = data.draw(st.integers(0, 30))
	_check_outcome({**GOOD, name: content[:start] + junk + content[start + length :]})


def _check_outcome(files: dict[str, str | bytes]) -> None:
	with tempfile.TemporaryDirectory() as name:
		folder = write_files(Path(name), files)
		code, _out, err = run(
			str(folder), "--html", str(folder / "page.html"), "--json", str(folder / "out.json")
		)
		if code == 0:
			assert err == ""
			data = json.loads((folder / "out.json").read_text(encoding="utf-8"))
			for supplier in data["suppliers"]:
				assert supplier["score"] is None or 0 <= supplier["score"] <= 100
		else:
			assert code == BAD_INPUT
			assert re.fullmatch(
				r"\w+\.csv(, row \d+)?(, column [^\n]*)?: [^\n]+\n|the files hold [^\n]+\n", err
			), err


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_documentation_has_the_columns(file):
	assert markdown(file) in DOCUMENTATION.read_text(encoding="utf-8")
