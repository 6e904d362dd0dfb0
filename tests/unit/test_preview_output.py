"""The preview's sample and outputs: the sample is the generator's, its figures those of a plain count."""

import csv
import json
import re
import subprocess
import sys
from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from partner_relations.preview import output, page, sample
from partner_relations.preview.cli import SAMPLE, main
from partner_relations.preview.columns import FILES
from partner_relations.preview.load import load
from partner_relations.preview.report import Report, make_report, on_time_trend, to_dict
from partner_relations.preview.template import default_definition, read_definition

FROM, TO = date(2025, 5, 1), date(2026, 4, 30)
TOLERANCE = Decimal("1e-9")


@pytest.fixture(scope="module")
def report() -> Report:
	return make_report(load(SAMPLE), default_definition(), FROM, TO)


def rows(name: str) -> list[dict[str, str]]:
	with open(SAMPLE / name, encoding="utf-8", newline="") as stream:
		return list(csv.DictReader(stream))


def inside(day: str) -> bool:
	return FROM.isoformat() <= day <= TO.isoformat()


def test_the_sample_is_what_the_generator_makes(tmp_path):
	sample.write(tmp_path)
	for file in FILES:
		assert (tmp_path / file.name).read_bytes() == (SAMPLE / file.name).read_bytes()
	assert sorted(path.name for path in SAMPLE.iterdir()) == sorted(file.name for file in FILES)


def test_the_sample_tells_its_stories():
	report = make_report(load(SAMPLE), default_definition())
	results = {result.supplier: result for result in report.results}
	assert len(results) == 15
	assert {result.score.grade for result in report.results} == {"A", "B", "C", "D", None}
	assert report.results[0].supplier == "Alpen Präzision AG"
	assert results["Eastgate Electronics Co."].score.grade == "D"
	assert results["Nova Prototypes B.V."].score.reason == "coverage"
	assert results["Orion Metals"].score.reason == "no data"
	for supplier, better in (("Ferrum Gusswerk GmbH", True), ("Meridian Components s.r.o.", False)):
		first, last = (
			next(
				result.score.total
				for result in make_report(load(SAMPLE), default_definition(), *period).results
				if result.supplier == supplier
			)
			for period in (
				(date(2024, 11, 1), date(2025, 4, 30)),
				(date(2026, 5, 1), date(2026, 10, 31)),
			)
		)
		assert (last > first + 15) if better else (last < first - 15)


def plain_count() -> dict[str, dict[str, tuple[Fraction, Fraction]]]:
	"""Numerators and denominators of the default template's KPIs over the sample, counted without any SQL."""
	orders = {(row["order"], row["line"]): row for row in rows("order_lines.csv")}
	received = rows("receipt_lines.csv")
	counted: dict[str, dict[str, list[Fraction]]] = defaultdict(
		lambda: defaultdict(lambda: [Fraction(0), Fraction(0)])
	)

	def add(kpi: str, supplier: str, numerator, denominator) -> None:
		counted[supplier][kpi][0] += Fraction(numerator)
		counted[supplier][kpi][1] += Fraction(denominator)

	arrivals = defaultdict(list)
	delivered = set()
	quantity_of_receipt_line = {}
	for row in received:
		factor = Fraction(row["conversion_factor"])
		accepted, rejected = Fraction(row["accepted"]) * factor, Fraction(row["rejected"]) * factor
		if row["is_return"] == "1":
			if inside(row["date"]):
				add("Return Rate", row["supplier"], -accepted, 0)
			continue
		key = row["order"], row["order_line"]
		arrivals[key].append((row["date"], accepted, accepted + rejected))
		quantity_of_receipt_line[row["receipt"], row["line"]] = accepted + rejected
		if inside(row["date"]):
			add("Defects per Million", row["supplier"], rejected, accepted + rejected)
			add("Return Rate", row["supplier"], 0, accepted + rejected)
			assert (row["receipt"], *key) not in delivered  # a receipt has an order line once
			delivered.add((row["receipt"], *key))
			on_time = row["date"] <= orders[key]["first_due_date"] and accepted > 0
			add("On-Time Delivery", row["supplier"], on_time, 1)
	for key, row in orders.items():
		if not inside(row["first_due_date"]):
			continue
		ordered = Fraction(row["quantity"]) * Fraction(row["conversion_factor"])
		if row["status"] == "Closed":
			ordered = min(ordered, sum(every for _day, _accepted, every in arrivals[key]))
		in_time = sum(accepted for day, accepted, _every in arrivals[key] if day <= row["first_due_date"])
		if ordered:
			add("On Time in Full", row["supplier"], in_time >= ordered, 1)
	supplier_of = {row["receipt"]: row["supplier"] for row in received}
	for row in rows("inspections.csv"):
		if inside(row["date"]):
			add("Lot Acceptance", supplier_of[row["receipt"]], row["result"] == "Accepted", 1)
	offers = defaultdict(dict)
	for row in rows("quotation_lines.csv"):
		if inside(row["rfq_date"]) and row["quotation"]:
			price = (
				Fraction(row["rate"]) * Fraction(row["exchange_rate"]) / Fraction(row["conversion_factor"])
			)
			offers[row["rfq"], row["rfq_line"]][row["supplier"]] = price * Fraction(row["quantity"])
	for amounts in offers.values():
		if len(amounts) > 1:
			for supplier, amount in amounts.items():
				add("Price Competitiveness", supplier, min(amounts.values()), amount)
	for row in rows("invoice_lines.csv"):  # each receipt line is invoiced once, in the order's currency
		if inside(row["date"]):
			right = row["rate"] == orders[row["order"], row["order_line"]]["rate"]
			charged = Fraction(row["quantity"]) * Fraction(row["conversion_factor"])
			fits = charged <= quantity_of_receipt_line[row["receipt"], row["receipt_line"]]
			add("Invoice Accuracy", row["supplier"], right and fits, 1)
	return {
		supplier: {kpi: (parts[0], parts[1]) for kpi, parts in by_kpi.items()}
		for supplier, by_kpi in counted.items()
	}


CURVES = {
	"Defects per Million": [(0, 100), (1000, 80), (10000, 40), (50000, 0)],
	"Return Rate": [(0, 100), (10, 0)],
}
CURVES |= {"Invoice Accuracy": [(80, 0), (100, 100)]}
WEIGHTS = {
	"On-Time Delivery": 25,
	"On Time in Full": 15,
	"Defects per Million": 20,
	"Lot Acceptance": 10,
	"Return Rate": 10,
	"Price Competitiveness": 10,
	"Invoice Accuracy": 10,
}


def plain_rating(kpi: str, value: Fraction) -> Fraction:
	points = CURVES.get(kpi, [(0, 0), (100, 100)])
	if value <= points[0][0]:
		return Fraction(points[0][1])
	for (x0, y0), (x1, y1) in pairwise(points):
		if value <= x1:
			return y0 + (y1 - y0) * (value - x0) / (x1 - x0)
	return Fraction(points[-1][1])


def test_the_json_numbers_are_those_of_a_plain_count(tmp_path):
	"""Numerator, denominator, value, rating, score and coverage of every supplier, to nine decimals."""
	target = tmp_path / "out.json"
	period = ["--from", FROM.isoformat(), "--to", TO.isoformat()]
	assert main([*period, "--json", str(target), "--html", str(tmp_path / "page.html")]) == 0
	data = json.loads(target.read_text(encoding="utf-8"), parse_float=Decimal)
	counted = plain_count()
	assert len(data["suppliers"]) == 15
	for supplier in data["suppliers"]:
		expected = counted.get(supplier["supplier"], {})
		total = measured = Fraction(0)
		for criterion in supplier["criteria"]:
			kpi = criterion["kpi"]
			assert criterion["weight"] == WEIGHTS[kpi]
			numerator, denominator = expected.get(kpi, (Fraction(0), Fraction(0)))
			if not denominator:
				assert criterion["value"] is None and criterion["rating"] is None
				continue
			scale = 1_000_000 if kpi == "Defects per Million" else 100
			value = scale * numerator / denominator
			assert near(criterion["numerator"], numerator)
			assert near(criterion["denominator"], denominator)
			assert near(criterion["value"], value)
			assert near(criterion["rating"], plain_rating(kpi, value))
			total += WEIGHTS[kpi] * plain_rating(kpi, value)
			measured += WEIGHTS[kpi]
		assert supplier["coverage"] == measured
		if measured >= 50:
			assert near(supplier["score"], total / measured)
		else:
			assert supplier["score"] is None


def near(number: Decimal | int, exact: Fraction) -> bool:
	"""Equal to nine decimals, or to nine digits beyond the point of a large amount."""
	return abs(Fraction(number) - exact) <= Fraction(TOLERANCE) * max(1, abs(exact))


def test_the_json_has_the_documented_shape(report):
	data = json.loads(output.to_json(to_dict(report)))
	assert set(data) == {
		"template",
		"company",
		"from_date",
		"to_date",
		"as_of",
		"files",
		"notes",
		"suppliers",
	}
	ranks = [supplier["rank"] for supplier in data["suppliers"]]
	assert ranks[-2:] == [None, None] and ranks[:-2] == sorted(ranks[:-2])
	for supplier in data["suppliers"]:
		assert set(supplier) == {
			*("rank", "supplier", "rated", "score", "grade", "coverage", "capped", "reason", "criteria")
		}
		assert supplier["rated"] == (supplier["score"] is not None) == (supplier["reason"] is None)
		for criterion in supplier["criteria"]:
			assert set(criterion) == {
				*("kpi", "measure", "numerator", "denominator", "value", "sample_size", "rating", "weight"),
				*("points", "basis", "knocked_out"),
			}
			for name in ("numerator", "denominator", "value", "rating", "points"):
				assert criterion[name] is None or isinstance(criterion[name], int | float)
			assert isinstance(criterion["sample_size"], int)


def test_json_keeps_every_digit():
	number = Decimal("123456789012.123456789")
	assert json.loads(output.to_json({"a": [number]}), parse_float=Decimal) == {"a": [number]}
	assert output.to_json(
		[Decimal("100.000000000"), Decimal("-0.000000000"), Decimal(7), None, True, "é"]
	) == ('[\n  100,\n  0,\n  7,\n  null,\n  true,\n  "é"\n]')


def test_the_table_ranks_and_fits(report):
	lines = list(output.table(report))
	suppliers = [result.supplier for result in report.results]
	body = lines[-len(suppliers) :]
	assert all(supplier[:30] in line for supplier, line in zip(suppliers, body, strict=True))
	assert body[0].split()[0] == "1" and body[-1].split()[0] == "–"
	assert max(len(line) for line in lines) <= 140


def test_equal_scores_share_a_rank(tmp_path):
	header = "receipt,date,supplier,item,accepted,rejected\n"
	text = "PR-1,2026-01-01,B,X,1,0\nPR-2,2026-01-01,A,X,5,0\nPR-3,2026-01-01,C,X,9,1\n"
	(tmp_path / "receipt_lines.csv").write_text(header + text, encoding="utf-8")
	definition = default_definition()
	report = make_report(load(tmp_path), definition)
	assert [result.rank for result in report.results] == [None] * 3  # 30 % of the weight is not enough
	(tmp_path / "t.json").write_text(
		json.dumps(definition.to_dict() | {"minimum_coverage": "0"}), encoding="utf-8"
	)
	code = main(
		[*(str(tmp_path), "--template", str(tmp_path / "t.json")), "--html", str(tmp_path / "p.html")]
	)
	assert code == 0
	report = make_report(load(tmp_path), read_definition(tmp_path / "t.json"))
	assert [(result.rank, result.supplier) for result in report.results] == [(1, "A"), (1, "B"), (3, "C")]


class _Page(HTMLParser):
	"""What a browser would see: tags, attributes and text."""

	def __init__(self):
		super().__init__()
		self.tags: list[str] = []
		self.attributes: list[tuple[str, str | None]] = []
		self.words: list[str] = []

	def handle_starttag(self, tag, attrs):
		self.tags.append(tag)
		self.attributes += attrs

	def handle_data(self, data):
		self.words.append(data)


def parsed(text: str) -> _Page:
	seen = _Page()
	seen.feed(text)
	seen.close()
	return seen


def test_the_page_has_charts_and_every_supplier_and_needs_nothing_else(report):
	loaded = load(SAMPLE)
	text = page.render(
		"C", [page.section(report, on_time_trend(loaded, report, page.shown_suppliers(report)))]
	)
	seen = parsed(text)
	assert not {"script", "link", "img", "iframe"} & set(seen.tags)
	assert not re.search(r"https?:|//[a-z]|@import|url\(", text)
	words = " ".join(seen.words)
	for result in report.results:
		assert result.supplier in words
	assert (
		seen.tags.count("svg") == len(report.rated) + 1 + 13
	)  # bars, grades, a line per supplier that delivered
	assert "polyline" in seen.tags


HOSTILE = "<script>alert(1)</script>' onmouseover='x' \"&amp; </title><svg onload=1>"


def test_hostile_names_stay_text(tmp_path):
	"""In every place that the page shows: company, supplier, file notes, template, KPI and grade."""
	quoted = '"' + HOSTILE.replace('"', '""') + '"'
	orders = (
		"order,line,supplier,item,quantity,due_date,company\n"
		f"{HOSTILE[:3]},1,{quoted},X,1,2026-01-05,{quoted}\n"
	)
	receipts = (
		"receipt,date,supplier,item,accepted,order,order_line,item_group\n"
		f"R,2026-01-05,{quoted},X,1,{HOSTILE[:3]},1,{quoted}\n"
	)
	(tmp_path / "order_lines.csv").write_text(orders, encoding="utf-8")
	(tmp_path / "receipt_lines.csv").write_text(receipts, encoding="utf-8")
	(tmp_path / "<b>.csv").write_text("a", encoding="utf-8")
	template = {
		"template": HOSTILE,
		"criteria": [
			{"kpi": HOSTILE, "measure": "on_time_delivery", "weight": 50, "curve": [[0, 0], [100, 100]]}
		],
		"grades": [{"grade": HOSTILE, "lower": 0, "upper": 100, "color": HOSTILE}],
	}
	template["criteria"].append({**template["criteria"][0], "kpi": "<i>", "measure": "invoice_accuracy"})
	(tmp_path / "t.json").write_text(json.dumps(template), encoding="utf-8")
	target = tmp_path / "page.html"
	assert main([str(tmp_path), "--template", str(tmp_path / "t.json"), "--html", str(target)]) == 0
	seen = parsed(target.read_text(encoding="utf-8"))
	assert not {"script", "b2", "i"} & set(seen.tags)
	assert not [name for name, _value in seen.attributes if name.startswith("on")]
	assert sum(HOSTILE in word for word in seen.words) >= 5
	assert any(value and HOSTILE in value for name, value in seen.attributes if name == "title")
	assert all(HOSTILE not in (value or "") for name, value in seen.attributes if name == "style")


def test_control_characters_do_not_reach_the_terminal(tmp_path, capsys):
	text = "receipt,date,supplier,item,accepted\nR,2026-01-05,\u202eevil\u200b,X,1\n"
	(tmp_path / "receipt_lines.csv").write_text(text, encoding="utf-8")
	assert main([str(tmp_path), "--html", str(tmp_path / "page.html")]) == 0
	out = capsys.readouterr().out
	assert "?evil?" in out
	assert all(sign.isprintable() or sign == "\n" for sign in out)


def test_the_command_says_where_the_page_is(tmp_path, monkeypatch, capsys):
	monkeypatch.chdir(tmp_path)
	assert main(["--json", "out.json"]) == 0
	out = capsys.readouterr().out
	assert out.splitlines()[-2:] == [f"JSON: {tmp_path / 'out.json'}", f"Page: {tmp_path / 'preview.html'}"]
	assert "General Supplier" in out and "all days of the data" in out
	assert (tmp_path / "preview.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_very_many_suppliers_fit_on_a_page(tmp_path):
	lines = [f"R-{number},2026-01-05,Supplier {number:04},X,{number + 1},1" for number in range(1000)]
	text = "receipt,date,supplier,item,accepted,rejected\n" + "\n".join(lines)
	(tmp_path / "receipt_lines.csv").write_text(text, encoding="utf-8")
	template = default_definition().to_dict() | {"minimum_coverage": "0"}
	(tmp_path / "t.json").write_text(json.dumps(template), encoding="utf-8")
	target, data = tmp_path / "page.html", tmp_path / "out.json"
	assert (
		main(
			[
				*(str(tmp_path), "--template", str(tmp_path / "t.json")),
				"--html",
				str(target),
				"--json",
				str(data),
			]
		)
		== 0
	)
	words = " ".join(parsed(target.read_text(encoding="utf-8")).words)
	assert "… 800 suppliers between: see the JSON output …" in words
	assert "… 970 suppliers between …" in words
	assert len(json.loads(data.read_text(encoding="utf-8"))["suppliers"]) == 1000


def test_the_module_runs_as_a_command(tmp_path):
	root = Path(__file__).resolve().parents[2]
	done = subprocess.run(
		[sys.executable, "-m", "partner_relations.preview", "--html", str(tmp_path / "page.html")],
		cwd=root,
		capture_output=True,
		env={"PYTHONIOENCODING": "ascii", "PATH": ""},  # a terminal that can't show every name
		check=False,
	)
	assert (done.returncode, done.stderr) == (0, b"")
	assert b"Alpen Pr?zision AG" in done.stdout
