"""The real deliveries (SCMS Delivery History): the reader's judgement, and preview = independent count."""

import csv
from datetime import date
from pathlib import Path

import pytest

from tests.real_data import figures, to_preview
from tests.real_data.count import on_time_by_vendor, on_time_by_year
from tests.real_data.findings import sentences
from tests.real_data.lines import BadFile, order_date, orders, read, sample

GOOD = {
	"ID": "1",
	"PO / SO #": "SCMS-4",
	"ASN/DN #": "ASN-8",
	"PO Sent to Vendor Date": "Date Not Captured",
	"Scheduled Delivery Date": "2-Jun-06",
	"Delivered to Client Date": "3-Jun-06",
	"Product Group": "HRDT",
	"Vendor": "RANBAXY Fine Chemicals LTD.",
	"Item Description": "HIV, Reveal G3 Rapid HIV-1 Antibody Test, 30 Tests",
	"Line Item Quantity": "19",
	"Pack Price": "29",
	"Freight Cost (USD)": "Freight Included in Commodity Cost",
}


def write_rows(path: Path, *rows: dict[str, str], encoding: str = "utf-8") -> Path:
	with path.open("w", encoding=encoding, newline="") as file:
		writer = csv.DictWriter(file, list(GOOD))
		writer.writeheader()
		writer.writerows({**GOOD, **row} for row in rows)
	return path


def test_reads_what_counts_and_leaves_words_alone(tmp_path: Path):
	(line,) = read(write_rows(tmp_path / "x.csv", {}))
	assert (line.vendor, line.quantity, line.price) == ("RANBAXY Fine Chemicals LTD.", 19, 29)
	assert (line.due, line.delivered, line.on_time) == (date(2006, 6, 2), date(2006, 6, 3), False)
	assert line.ordered_on is None


def test_reads_both_spellings_of_dates_a_byte_order_mark_and_stray_blanks(tmp_path: Path):
	row = {
		"PO Sent to Vendor Date": "11/13/06",
		"Vendor": " CIPLA LIMITED ",
		"Scheduled Delivery Date": "6/3/06",
	}
	(line,) = read(write_rows(tmp_path / "x.csv", row, encoding="utf-8-sig"))
	assert line.ordered_on == date(2006, 11, 13)
	assert line.vendor == "CIPLA LIMITED"
	assert line.due == date(2006, 6, 3) and line.on_time


@pytest.mark.parametrize(
	"column, value",
	[
		("Delivered to Client Date", "Date Not Captured"),
		("Delivered to Client Date", "31-Jun-06"),
		("Scheduled Delivery Date", ""),
		("Line Item Quantity", "0"),
		("Line Item Quantity", "-3"),
		("Line Item Quantity", "many"),
		("Pack Price", "NaN"),
		("Vendor", "  "),
	],
)
def test_a_cell_that_cannot_be_read_is_named(tmp_path: Path, column: str, value: str):
	path = write_rows(tmp_path / "x.csv", {}, {"ID": "2", column: value})
	with pytest.raises(BadFile, match=rf"x\.csv, row 3, column {column}: "):
		read(path)


def test_a_missing_column_a_missing_file_and_doubles_are_refused(tmp_path: Path):
	(tmp_path / "x.csv").write_text("ID,Vendor\n1,CIPLA\n", encoding="utf-8")
	with pytest.raises(BadFile, match="row 1: no column PO / SO #, ASN/DN #"):
		read(tmp_path / "x.csv")
	with pytest.raises(BadFile, match="No such file"):
		read(tmp_path / "none.csv")
	with pytest.raises(BadFile, match="row 3, column ID: 1 stands there twice"):
		read(write_rows(tmp_path / "y.csv", {}, {}))
	with pytest.raises(BadFile, match="row 3, column ASN/DN #: ASN-8 has another"):
		read(write_rows(tmp_path / "w.csv", {}, {"ID": "2", "Delivered to Client Date": "4-Jun-06"}))
	with pytest.raises(BadFile, match="row 3, column Vendor: order SCMS-4 is RANBAXY"):
		read(write_rows(tmp_path / "z.csv", {}, {"ID": "2", "Vendor": "CIPLA LIMITED"}))


def test_the_command_writes_two_files_that_the_preview_reads(tmp_path: Path, capsys: pytest.CaptureFixture):
	path = write_rows(
		tmp_path / "x.csv", {}, {"ID": "2", "ASN/DN #": "ASN-9", "Delivered to Client Date": "2-Jun-06"}
	)
	assert to_preview.main([str(path), str(tmp_path / "out")]) == 0
	assert sorted(entry.name for entry in (tmp_path / "out").iterdir()) == [
		"order_lines.csv",
		"receipt_lines.csv",
	]
	assert "2 order and receipt lines of 1 vendors" in capsys.readouterr().out
	found = figures.preview_figures(read(path))
	assert figures.on_time(found[GOOD["Vendor"]]) == (1, 2)


def test_the_command_says_in_one_line_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture):
	path = write_rows(tmp_path / "x.csv", {"Pack Price": "cheap"})
	assert to_preview.main([str(path), str(tmp_path / "out")]) == 2
	assert capsys.readouterr().err == f"{path}, row 2, column Pack Price: can't read 'cheap'.\n"
	assert not (tmp_path / "out").exists()


def test_differences_are_found():
	one = {"V": {"score": 90.0, "grade": "A", "coverage": 70, "criteria": {"K": _criterion(9, 10)}}}
	other = {"V": {"score": 90.1, "grade": "A", "coverage": 70, "criteria": {"K": _criterion(8, 10)}}}
	assert figures.differences(one, one) == []
	assert figures.differences(one, other) == [
		"V: score 90.0 and 90.1",
		"V, K: numerator 9 and 8",
		"V, K: value 90.0 and 80.0",
	]
	assert figures.differences(one, {}) == ["V: only on one side"]
	assert figures.differences_from_count(one, {"V": (9, 10)}) == []
	assert figures.differences_from_count(one, {"V": (8, 10), "W": (1, 1)}) == [
		"W: only on one side",
		"V: (9, 10), counted (8, 10)",
	]


def _criterion(numerator: int, denominator: int) -> dict:
	return {
		"measure": figures.ON_TIME,
		"numerator": numerator,
		"denominator": denominator,
		"value": 100.0 * numerator / denominator,
		"sample_size": denominator,
		"rating": 50.0,
		"weight": 25.0,
	}


def test_the_whole_file_preview_equals_the_count_for_every_vendor(scms_file: Path):
	count = on_time_by_vendor(scms_file)
	lines = read(scms_file)
	assert len(lines) == 10_324 and len(count) == 73
	found = figures.preview_figures(lines)
	assert figures.differences_from_count(found, count) == []
	pairs = [figures.on_time(row) for row in found.values()]
	assert (sum(kept for kept, _all in pairs), sum(all_ for _kept, all_ in pairs)) == (9_138, 10_324)


def test_a_single_year_preview_equals_the_count_of_that_year(scms_file: Path):
	years = on_time_by_year(scms_file)
	lines = read(scms_file)
	found = figures.preview_figures(lines, from_date=date(2011, 1, 1), to_date=date(2011, 12, 31))
	pairs = [figures.on_time(row) for row in found.values()]
	assert (sum(kept for kept, _all in pairs), sum(all_ for _kept, all_ in pairs)) == years[2011]


def test_no_order_is_dated_after_its_goods(scms_file: Path):
	for group in orders(read(scms_file)).values():
		day = order_date(group)
		assert all(day <= line.due and day <= line.delivered for line in group)


def test_the_sample_is_the_same_each_time_and_holds_every_vendor_and_oddity(scms_file: Path):
	lines = read(scms_file)
	chosen = sample(lines, 150)
	assert chosen == sample(lines, 150)
	assert {line.vendor for line in chosen} == {line.vendor for line in lines}
	assert 150 <= len(chosen) <= 160
	whole = orders(lines)
	assert all(group == whole[number] for number, group in orders(chosen).items()), "orders are taken whole"
	assert any(len({line.delivery for line in group}) > 1 for group in orders(chosen).values())
	assert any(line.price == 0 for line in chosen)
	assert any(line.ordered_on and line.ordered_on > line.delivered for line in chosen)
	late = sum(not line.on_time for line in chosen)
	assert 15 <= late <= 75, "both late and punctual deliveries, in numbers"


def test_the_documentation_says_what_the_file_says(scms_file: Path, checkout: Path):
	text = " ".join((checkout / "docs" / "real-data.md").read_text(encoding="utf-8").split())
	for sentence in sentences(scms_file):
		assert sentence in text
