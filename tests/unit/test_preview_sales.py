"""The preview of customers: sales_lines.csv in, tiers out, by the core's queries and the core's tiering."""

import contextlib
import csv
import io
import json
import re
import tempfile
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partner_relations.customer_care.metrics import METRICS
from partner_relations.customer_care.tiering import Code, Method, rfm_cuts
from partner_relations.customer_care.tiering.facts import metrics_read
from partner_relations.preview.cli import BAD_INPUT, SAMPLE, main
from partner_relations.preview.columns import COLUMNS_OF_METRIC, METRICS_OF_THE_ERP
from partner_relations.preview.load import load
from partner_relations.preview.policy import TierPolicy, _fields, parse_policy, read_policy
from partner_relations.preview.reading import InputError
from partner_relations.preview.template import shipped
from partner_relations.preview.tiers import _REASONS, TierReport, evidence, make_tier_report

AS_OF = date(2026, 6, 30)
DOCUMENTATION = Path(__file__).resolve().parents[2] / "docs" / "preview.md"
YEAR = {"from_date": date(2026, 1, 1), "to_date": date(2026, 12, 31)}
POLICIES = ("Customer Value", "RFM Segments", "ABC by Revenue", "Value and Potential")

SALES = """\
sale,date,customer,amount,item,quantity,cost,is_return,return_of,order,order_date,due_date,paid_on,stock_item
SI-0,2025-03-01,Acme,100.00,BOLT,10,60.00,,,,,2025-04-01,2025-04-01,
SI-1,2026-01-10,Acme,200.00,BOLT,20,120.00,,,SO-1,2026-01-02,2026-02-10,2026-02-10,
SI-1,2026-01-10,Acme,50.00,TRAINING,1,,,,SO-1,2026-01-02,2026-02-10,2026-02-10,no
SI-2,2026-02-01,Acme,100.00,BOLT,10,70.00,,,SO-1,2026-01-02,2026-03-01,2026-03-09,
SI-3,2026-03-05,Acme,30.00,NUT,6,,,,,,2026-04-05,,
CN-1,2026-03-20,Acme,40.00,BOLT,4,24.00,yes,SI-2,,,,,
SI-4,2026-02-02,Bolts & Co,80.00,BOLT,8,40.00,,,,,2026-03-02,2026-03-01,
"""


def policy_of(**values) -> dict:
	"""A weighted policy of every metric that the file can tell."""
	names = [measure.label for name, measure in METRICS.items() if name not in METRICS_OF_THE_ERP]
	weight, rest = divmod(100, len(names))
	rows = [
		{"metric": name, "weight": weight + (rest if not place else 0), "worst": 0, "best": 100}
		for place, name in enumerate(names)
	]
	bands = [{"tier": "Strategic", "from_score": 80}, {"tier": "Key", "from_score": 50}]
	return {"metrics": rows, "bands": [*bands, {"tier": "Regular", "from_score": 0}], **values}


def write(folder: Path, text: str = SALES) -> Path:
	(folder / "sales_lines.csv").write_text(text, encoding="utf-8")
	return folder


def read(folder: Path, policy: TierPolicy | None = None, **period: date) -> TierReport:
	return make_tier_report(load(folder), policy or parse_policy(policy_of()), as_of=AS_OF, **period)


def figures(report: TierReport, customer: str) -> dict[str, tuple[float, float] | None]:
	result = next(result for result in report.results if result.customer == customer)
	return {
		row.criterion: (float(row.fact.numerator), float(row.fact.denominator)) if row.fact else None
		for row in result.outcome.metrics
	}


def run(*arguments: str) -> tuple[int, str, str]:
	out, err = io.StringIO(), io.StringIO()
	with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
		code = main(list(arguments))
	return code, out.getvalue(), err.getvalue()


def refusal(folder: Path, *arguments: str) -> str:
	"""The one line that the command prints when it refuses."""
	code, out, err = run(str(folder), "--html", str(folder / "page.html"), *arguments)
	assert (code, out, err.count("\n")) == (BAD_INPUT, "", 1)
	assert not (folder / "page.html").exists()
	return err.rstrip("\n")


# From the file to the figures


def test_every_column_reaches_its_metric(tmp_path):
	report = read(write(tmp_path), **YEAR)
	assert figures(report, "Acme") == {
		"revenue": (340, 1),
		# Without the service and the line of unknown cost; the credit note takes its cost back.
		"gross_margin": (260 - (120 + 70 - 24), 260),
		# The file begins in 2025, so the year before is known.
		"growth": (340 - 100, 100),
		"recency": ((date(2026, 12, 31) - date(2026, 3, 5)).days, 1),
		"frequency": (2, 1),  # the order once, and the sale without one
		# 250 in time; of the 100 paid late 40 were credited; 30 never paid.
		"payment_punctuality": (250, 250 + 60 + 30),
		"return_rate": (4, 36),
	}
	assert figures(report, "Bolts & Co") == {
		"revenue": (80, 1),
		"gross_margin": (40, 80),
		"growth": (80, 0),
		"recency": ((date(2026, 12, 31) - date(2026, 2, 2)).days, 1),
		"frequency": (1, 1),
		"payment_punctuality": (80, 80),
		"return_rate": (0, 8),
	}


def test_the_period_is_the_policys_months_up_to_the_last_sale(tmp_path):
	report = read(write(tmp_path), parse_policy(policy_of(period_months=3)))
	assert (report.from_date, report.to_date) == (date(2025, 12, 21), date(2026, 3, 20))
	late = SALES.replace("SI-4,2026-02-02", "SI-4,2026-12-31").replace("2026-03-02,2026-03-01", ",")
	report = read(write(tmp_path, late), parse_policy(policy_of(period_months=1)))
	assert (report.from_date, report.to_date) == (date(2026, 6, 1), AS_OF)  # not after today


def sample_rows() -> list[dict[str, str]]:
	with open(SAMPLE / "sales_lines.csv", encoding="utf-8", newline="") as stream:
		return list(csv.DictReader(stream))


def plain_count(from_date: date, to_date: date) -> dict[str, dict[str, tuple[Fraction, Fraction]]]:
	"""Numerators and denominators of the sample's customers, counted without any SQL."""
	found: dict[str, dict[str, list[Fraction]]] = defaultdict(
		lambda: defaultdict(lambda: [Fraction(0), Fraction(0)])
	)
	first, last = from_date.isoformat(), to_date.isoformat()
	before = (from_date - (to_date - from_date) - timedelta(days=1)).isoformat()
	purchases: dict[str, dict[tuple, str]] = defaultdict(dict)
	owed: dict[str, Fraction] = defaultdict(Fraction)
	sales: dict[str, dict[str, str]] = {}
	for row in sample_rows():
		back = row["is_return"] == "1"
		sign = -1 if back else 1
		amount, quantity = sign * Fraction(row["amount"]), Fraction(row["quantity"])
		figures = found[row["customer"]]
		inside = first <= row["date"] <= last
		if before <= row["date"] < first:
			figures["growth"][0] -= amount
			figures["growth"][1] += amount
		if inside:
			figures["revenue"][0] += amount
			figures["revenue"][1] = Fraction(1)
			figures["growth"][0] += amount
			if row["cost"]:
				figures["gross_margin"][0] += amount - sign * Fraction(row["cost"])
				figures["gross_margin"][1] += amount
			if row["stock_item"] == "yes":
				figures["return_rate"][0] += quantity if back else 0
				figures["return_rate"][1] += 0 if back else quantity
		if not back:
			key = ("order", row["order"]) if row["order"] else ("sale", row["sale"])
			purchases[row["customer"]].setdefault(key, row["order_date"] or row["date"])
			owed[row["sale"]] += amount
			sales[row["sale"]] = row
		else:
			owed[row["return_of"]] += amount
	for customer, days in purchases.items():
		made = [day for day in days.values() if day <= last]
		if not made:
			continue
		recency = date.fromisoformat(last) - date.fromisoformat(max(made))
		found[customer]["recency"] = [Fraction(recency.days), Fraction(1)]
		count = sum(1 for day in made if day >= first)
		found[customer]["frequency"] = [Fraction(count), Fraction(1)]
		found[customer]["revenue"][1] = Fraction(1)
	for sale, row in sales.items():
		if first <= row["due_date"] <= last and owed[sale] > 0:
			punctual = found[row["customer"]]["payment_punctuality"]
			punctual[0] += owed[sale] if row["paid_on"] and row["paid_on"] <= row["due_date"] else 0
			punctual[1] += owed[sale]
	return {
		customer: {name: (parts[0], parts[1]) for name, parts in by_metric.items()}
		for customer, by_metric in found.items()
	}


def test_the_samples_figures_are_those_of_a_plain_count():
	policy = parse_policy(policy_of())
	report = make_tier_report(
		load(SAMPLE), policy, date(2025, 5, 1), date(2026, 4, 30), as_of=date(2026, 11, 15)
	)
	counted = plain_count(report.from_date, report.to_date)
	assert len(report.results) == 20
	compared = 0
	for result in report.results:
		expected = counted[result.customer]
		for row in result.outcome.metrics:
			numerator, denominator = expected.get(row.criterion, (Fraction(0), Fraction(0)))
			if row.fact is None:
				assert not denominator
				continue
			assert near(row.fact.numerator, numerator) and near(row.fact.denominator, denominator), (
				result.customer,
				row,
			)
			compared += 1
	assert compared > 120


def near(number: Decimal, exact: Fraction) -> bool:
	return abs(Fraction(number) - exact) <= Fraction(1, 10**8) * max(1, abs(exact))


def test_the_sample_tells_its_stories():
	report = make_tier_report(load(SAMPLE), read_policy(), as_of=date(2026, 11, 15))
	results = {result.customer: result for result in report.results}
	assert {tier for tier, count in report.tier_counts().items() if count} == {"Strategic", "Key", "Regular"}
	assert results["Adriaport d.o.o."].outcome.proposed == "Strategic"
	assert results["Werft Sandvik AB"].outcome.change.value == "Down"
	assert results["Hydra Offshore ASA"].outcome.change.value == "Up"
	assert results["Baumarkt Zentrale Süd"].metric("return_rate").value > 15
	assert results["Kranverleih Mittelrhein KG"].metric("gross_margin").value < 10


@pytest.mark.parametrize("name", POLICIES)
def test_each_policy_that_comes_with_the_app(name):
	report = make_tier_report(load(SAMPLE), read_policy(name), as_of=date(2026, 11, 15))
	assert report.policy.name == name
	assert len(report.results) == 20 and len(report.rated) >= 15
	tiers = [result.outcome.proposed for result in report.rated]
	assert tiers == sorted(tiers, key=report.policy.definition.tiers.index)  # the best tier first
	assert len(set(tiers)) == 3


def test_lines_make_up_the_totals_they_stand_behind():
	loaded = load(SAMPLE)
	report = make_tier_report(loaded, parse_policy(policy_of()), as_of=date(2026, 11, 15))
	names = [result.customer for result in report.results]
	behind = evidence(loaded, report, names, 10_000)
	for result in report.results:
		for row in result.outcome.metrics:
			found = behind.get((result.customer, row.criterion))
			if row.fact is None or not row.fact.sample_size:
				assert found is None
				continue
			assert found.left_out == 0
			numerators, denominators = (
				[line[found.columns.index(part)] for line in found.rows]
				for part in ("numerator", "denominator")
			)
			total = min(numerators) if row.criterion == "recency" else sum(numerators)
			assert float(row.fact.numerator) == pytest.approx(total, abs=1e-6)
			if row.fact.denominator != 1:
				assert float(row.fact.denominator) == pytest.approx(sum(denominators))
	few = evidence(loaded, report, names[:1], 3)[names[0], "revenue"]
	assert len(few.rows) == 3 and few.left_out > 10
	assert [line[0] for line in few.rows] == sorted((line[0] for line in few.rows), reverse=True)


def test_queries_do_not_grow_with_the_customers(tmp_path):
	policy = parse_policy(policy_of())
	asked = []
	for count in (3, 30):
		text = SALES + "".join(f"S-{n},2026-01-05,C{n},5,BOLT,1,1,,,,,,,\n" for n in range(count))
		loaded = load(write(tmp_path, text))
		seen: list[str] = []
		loaded.connection.set_trace_callback(seen.append)
		make_tier_report(loaded, policy, as_of=AS_OF, **YEAR)
		asked.append(len(seen))
	assert asked[0] == asked[1] == len(metrics_read(policy.definition)) == 7


def test_rfm_scores_are_taken_at_the_cuts_of_those_customers():
	loaded, policy = load(SAMPLE), read_policy("RFM Segments")
	report = make_tier_report(loaded, policy, as_of=date(2026, 11, 15))
	for place, name in enumerate(("recency", "frequency", "revenue")):
		values = sorted(result.metric(name).value for result in report.rated)
		for result in report.rated:
			above = sum(result.metric(name).value > quintile(values, share) for share in (20, 40, 60, 80))
			expected = 5 - above if name == "recency" else 1 + above
			assert result.outcome.rfm[place] == expected
	assert policy.definition.method == Method.RFM and rfm_cuts(policy.definition, {}) is None


def quintile(values: list[Decimal], percent: int) -> Fraction:
	"""Type 7, by its published formula."""
	place = Fraction((len(values) - 1) * percent, 100)
	below = int(place)
	low, high = Fraction(values[below]), Fraction(values[min(below + 1, len(values) - 1)])
	return low + (place - below) * (high - low)


# What is missing is said


def test_columns_that_are_not_there_give_no_data_instead_of_flattering_figures(tmp_path):
	text = "sale,date,customer,amount\nSI-1,2026-01-10,Acme,200\nSI-2,2026-02-10,Acme,100\n"
	report = read(write(tmp_path, text), **YEAR)
	found = figures(report, "Acme")
	assert found["revenue"] == (300, 1) and found["frequency"] == (2, 1)
	assert [name for name, figure in found.items() if figure is None] == [
		"gross_margin",
		"payment_punctuality",
		"return_rate",
	]
	assert report.notes == (
		"sales_lines.csv has no cost: Gross Margin has no data.",
		"sales_lines.csv has no due_date and paid_on: Payment Punctuality has no data.",
		"sales_lines.csv has no quantity: Return Rate has no data.",
		"sales_lines.csv has no is_return: nothing counts as credited or sent back.",
		"Growth has no data for any customer in the period. It compares with the equally long period before: "
		"name a period with sales before it.",
	)


def test_what_only_the_erp_knows_has_no_data_and_is_said(tmp_path):
	"""Counted over deliveries without a complaint, the rate would be a perfect 0."""
	rows = [{"metric": name, "weight": 50, "worst": 0, "best": 1} for name in ("Revenue", "Complaint Rate")]
	report = read(write(tmp_path), parse_policy(policy_of(metrics=rows)), **YEAR)
	assert figures(report, "Acme")["complaint_rate"] is None
	assert "Complaint Rate is measured in the ERP: no data." in report.notes


def test_every_metric_knows_its_columns():
	assert set(COLUMNS_OF_METRIC) | set(METRICS_OF_THE_ERP) == {*METRICS, "gross_margin_amount"}


def test_groups_tiers_and_potential_of_customers(tmp_path):
	text = (
		"sale,date,customer,amount,customer_group,tier,potential\n"
		"SI-1,2026-01-10,Acme,900,Ports,Key,80\nSI-2,2026-01-11,Acme,100,Ports,Key,80\n"
		"SI-3,2026-01-12,Bolts,10,Ports,Platinum,\nSI-4,2026-01-12,Cars,5000,Trade,,90\n"
	)
	shape = next(row for row in shipped("customer_tiering_policy") if row["method"].startswith("Value-P"))
	metrics = [{"metric": "Revenue", "weight": 100, "worst": 0, "best": 1000}]
	data = {**shape, "metrics": metrics, "customer_groups": [{"customer_group": "Ports"}]}
	limit = {"kind": "At Most", "tier": "Key", "metric": "Frequency", "comparison": "At most", "value": 5}
	report = read(write(tmp_path, text), parse_policy({**data, "limits": [limit]}), **YEAR)
	by_name = {result.customer: result for result in report.results}
	assert set(by_name) == {"Acme", "Bolts"}
	acme, bolts = by_name["Acme"].outcome, by_name["Bolts"].outcome
	assert (acme.cell, acme.potential, acme.proposed, acme.change.value) == ("High/High", 80, "Key", "Same")
	assert (bolts.not_rated, bolts.proposed) == ("no potential", "Platinum")
	assert "1 customer(s) belong to none of the policy's customer groups." in report.notes
	assert "The policy doesn't give the tier(s) Platinum: their customers count as new." in report.notes
	_code, out, _err = run(
		*(str(tmp_path), "--policy", policy_file(tmp_path, {**data, "limits": [limit]})),
		*("--html", str(tmp_path / "p.html"), "--from", "2026-01-01", "--to", "2026-12-31"),
	)
	assert "Not rated: Bolts: no mark for the potential" in out
	assert re.search(r"Acme +Key +stays +100\.0 High/High", out)


def policy_file(folder: Path, data: object) -> str:
	path = folder / "policy.json"
	path.write_text(json.dumps(data), encoding="utf-8")
	return str(path)


def test_every_reason_of_the_core_has_its_words():
	assert set(_REASONS) == set(Code)


# Broken files

BROKEN = [
	(
		("customer,", "client,"),
		"row 1, column customer: this required column is missing",
	),
	(("200.00", "=1+1"), "row 3, column amount: '=1+1' is not a number"),
	(("200.00", ""), "row 3, column amount: the cell is empty"),
	(
		("2026-01-10,Acme,200", "10.01.2026,Acme,200"),
		"row 3, column date: '10.01.2026' is not a date (YYYY-MM-DD)",
	),
	(
		("SI-1,2026-01-10,Acme,50", "SI-1,2026-01-10,Bolts,50"),
		"row 4, column customer: 'Bolts' is not what row 3 says of the same sale 'SI-1': 'Acme'",
	),
	(("BOLT,20,", "BOLT,-20,"), "row 3, column quantity: '-20' is negative, but is_return does not say yes"),
	(("20,120.00", "20,-120.00"), "row 3, column cost: '-120' is negative, but is_return does not say yes"),
	(("20,120.00", "0,120.00"), "row 3, column cost: is '120', but quantity is 0"),
	(
		("Acme,30.00", "Acme,-30.00"),
		"row 6, column amount: the lines of sale 'SI-3' add up to -30, but is_return does not say yes",
	),
	(
		("yes,SI-2", "yes,SI-9"),
		"row 7, column return_of: there is no sale 'SI-9' (of an older one leave the cell empty)",
	),
	(("yes,SI-2", "yes,SI-4"), "row 7, column customer: sale 'SI-4' is of 'Bolts & Co', not 'Acme'"),
	(("yes,SI-2", "no,SI-2"), "row 7, column return_of: is 'SI-2', but is_return does not say yes"),
	(
		("2026-04-05", "2026-03-01"),
		"row 6, column due_date: '2026-03-01' is before the day of the sale, 2026-03-05",
	),
	(
		("SO-1,2026-01-02,2026-03-01", "SO-1,2026-01-03,2026-03-01"),
		"row 5, column order_date: '2026-01-03' is not what row 3 says of the same order 'SO-1': "
		"'2026-01-02'",
	),
	(("due_date,paid_on,", "due_date,potential,"), "row 2, column potential: '2025-04-01' is not a number"),
]


@pytest.mark.parametrize(("change", "line"), BROKEN, ids=[line[:70] for _change, line in BROKEN])
def test_a_broken_file_gets_one_line(tmp_path, change, line):
	old, new = change
	assert old in SALES
	assert refusal(write(tmp_path, SALES.replace(old, new, 1))) == f"sales_lines.csv, {line}"


def test_a_potential_beyond_its_scale_and_customers_who_disagree(tmp_path):
	head = "sale,date,customer,amount,potential\nSI-1,2026-01-10,Acme,1,50\n"
	assert refusal(write(tmp_path, head + "SI-2,2026-01-10,Bolts,1,101\n")) == (
		"sales_lines.csv, row 3, column potential: '101' is not between 0 and 100"
	)
	assert refusal(write(tmp_path, head + "SI-2,2026-01-10,Acme,1,60\n")) == (
		"sales_lines.csv, row 3, column potential: '60' is not what row 2 says of the same customer 'Acme': "
		"'50'"
	)


HOSTILE = (
	"=HYPERLINK(\"http://evil\")", "@SUM(A1)", "+1", "<script>alert(1)</script>", "' onclick='x",
	"</details><svg onload=x>", "\u202eevil",
)  # fmt: skip


def test_formulas_and_scripts_stay_text(tmp_path):
	"""In every text column, in the policy's name and its tiers."""
	columns = ("sale", "customer", "item", "order", "customer_group", "tier", "item_group")
	stream = io.StringIO()
	writer = csv.writer(stream)
	writer.writerow([*columns, "date", "amount", "quantity", "cost", "company"])
	for number, text in enumerate(HOSTILE):
		row = [text if name in ("customer", "tier") else f"{text}{number}" for name in columns]
		writer.writerow([*row, "2026-01-05", "5", "1", "2", HOSTILE[3]])
	write(tmp_path, stream.getvalue())
	data = policy_of(policy_name=HOSTILE[3], tiers=[HOSTILE[3], HOSTILE[4], HOSTILE[5]])
	for row, tier in zip(data["bands"], data["tiers"], strict=True):
		row["tier"] = tier
	target = tmp_path / "page.html"
	code, out, err = run(str(tmp_path), "--policy", policy_file(tmp_path, data), "--html", str(target))
	assert (code, err) == (0, "")
	assert all(sign.isprintable() or sign == "\n" for sign in out)
	seen = Page(target.read_text(encoding="utf-8"))
	assert not {"script", "a"} & set(seen.tags)
	assert not [name for name, _value in seen.attributes if name.startswith("on")]
	words = " ".join(seen.words)
	for text in HOSTILE:
		assert text in words


class Page(HTMLParser):
	"""What a browser would see."""

	def __init__(self, text: str):
		super().__init__()
		self.tags: list[str] = []
		self.attributes: list[tuple[str, str | None]] = []
		self.words: list[str] = []
		self.feed(text)
		self.close()

	def handle_starttag(self, tag, attrs):
		self.tags.append(tag)
		self.attributes += attrs

	def handle_data(self, data):
		self.words.append(data)


_SPOILS = st.one_of(
	st.text(max_size=10),
	st.sampled_from(
		[
			"",
			" ",
			'"',
			",",
			"\n",
			"\0",
			"\x1f",
			"nan",
			"-1",
			"0",
			"1e309",
			"1e-30",
			"999999999999",
			"yes",
			"no",
			"2026-02-29",
			"2199-12-31",
			"1900-01-01",
			"Acme",
			"SI-1",
			"SI-2",
			"SO-1",
			"101",
			"=1",
		]
	),
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), spoil=_SPOILS, policy=st.sampled_from(POLICIES))
def test_no_spoiled_cell_breaks_the_command(data, spoil, policy):
	rows = [line.split(",") for line in SALES.splitlines()]
	row = data.draw(st.integers(0, len(rows) - 1))
	rows[row][data.draw(st.integers(0, len(rows[row]) - 1))] = spoil
	text = "\n".join(",".join(cells) for cells in rows)
	with tempfile.TemporaryDirectory() as name:
		folder = Path(name)
		(folder / "sales_lines.csv").write_bytes(text.encode("utf-8", "surrogatepass"))
		code, _out, err = run(
			*(str(folder), "--policy", policy, "--html", str(folder / "p.html")),
			*("--json", str(folder / "o.json")),
		)
		if code == 0:
			assert err == ""
			tiering = json.loads((folder / "o.json").read_text(encoding="utf-8"))["tiering"]
			assert len(tiering["customers"]) == len({row["customer"] for row in tiering["customers"]})
		else:
			assert code == BAD_INPUT
			assert re.fullmatch(r"sales_lines\.csv(, row \d+)?(, column [^\n]*)?: [^\n]+\n", err), err


# Policies


def test_the_default_policy_is_the_one_that_comes_in_use():
	assert read_policy() == read_policy("Customer Value")
	assert [row["policy_name"] for row in shipped("customer_tiering_policy") if not row.get("disabled")] == [
		"Customer Value"
	]


def test_what_a_policy_leaves_out_has_the_defaults_of_its_form(tmp_path):
	policy = read_policy(policy_file(tmp_path, policy_of(doctype="Customer Tiering Policy", idx=0)))
	assert (policy.months, policy.definition.hysteresis.margin) == (12, 2)
	assert policy.definition.minimum_coverage == 50
	assert policy.definition.tiers == ("Strategic", "Key", "Regular")
	assert policy.name == "policy.json"


def test_the_documented_example_works(tmp_path):
	text = DOCUMENTATION.read_text(encoding="utf-8").split("## The policy")[1]
	example = re.search(r"```json\n(.*?)```", text, re.S)[1]
	policy = parse_policy(json.loads(example))
	assert policy.name == "Wholesale" and len(policy.definition.metrics) == 2
	documented = set(re.findall(r"`([a-z_]+)`", text.split("## ")[0]))
	assert documented >= set(_fields("customer_tiering_policy")) - {"company", "disabled", "description"}


WRONG = [
	([], ": [] is not an object in braces"),
	({"metric": []}, ': "metric" is unknown here; known are policy_name, company, method'),
	(policy_of(metrics=[]), ", metrics: there must be at least one"),
	(policy_of(metrics="x"), ", metrics: must be a list of rows"),
	(
		policy_of(metrics=[{"metric": "Revenue", "weight": 90, "best": 1}]),
		", metrics: they add up to 90, not to 100",
	),
	(
		policy_of(metrics=[{"metric": "Revenue", "weight": 100}]),
		", metrics, row 1, curve: worst and best are the same number",
	),
	(
		policy_of(metrics=[{"metric": "Revenue", "weight": "a"}]),
		', metrics, row 1, weight: "a" is not a number',
	),
	(
		policy_of(bands=[{"tier": "Gold", "from_score": 0}]),
		', bands, row 1, tier: "Gold" is no tier; name one of `tiers`',
	),
	(
		policy_of(bands=[{"tier": "Key", "from_score": "x"}]),
		', bands, row 1, from_score: "x" is not a number',
	),
	(policy_of(period_months=0), ", period_months: 0 is not between 1 and 120"),
	(policy_of(period_months=1.5), ', period_months: "1.5" is not a whole number'),
	(policy_of(tiers=[1]), ", tiers: must be a list of names, best first"),
	({"method": "Guess"}, ', method: "Guess" is none of the values that the form offers'),
	(
		{"method": "ABC", "tier_a": "Key", "tier_b": "Strategic", "tier_c": "Regular"},
		', classes: "Key" asks for a better result than "Strategic", but is the lower tier',
	),
	(
		{"method": "ABC", "tier_a": "Key", "tier_b": "Key", "tier_c": "Key", "cut_b": 70},
		", classes, class B, below: the numbers must rise",
	),
	(
		{"method": "RFM", "segments": [{"segment": "A", "tier": "Key", "r_to": 4}]},
		", segments: 25 combinations of scores have no segment, such as 511, 512, 513, 514, 515, 521, 522, "
		"523",
	),
]


@pytest.mark.parametrize(("data", "line"), WRONG, ids=[line[2:70] for _data, line in WRONG])
def test_a_wrong_policy_gets_one_line(tmp_path, data, line):
	assert refusal(write(tmp_path), "--policy", policy_file(tmp_path, data)).startswith(f"policy.json{line}")


def test_a_policy_that_is_nowhere(tmp_path):
	assert refusal(write(tmp_path), "--policy", "Nobody's").startswith(
		"Nobody's: is neither a file nor a policy that comes with the app (Customer Value, "
	)


@settings(max_examples=200, deadline=None)
@given(
	place=st.sampled_from(
		["method", "metrics", "bands", "limits", "tiers", "margin", "late_days", "default_tier"]
	),
	value=st.recursive(
		st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
		lambda inner: (
			st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["metric", "tier", "x"]), inner)
		),
		max_leaves=4,
	),
)
def test_nothing_in_a_policy_breaks_the_reading(place, value):
	with contextlib.suppress(InputError):
		parse_policy({**policy_of(), place: value})


# The page and the data


def test_the_page_opens_each_number_without_a_script(tmp_path):
	assert run(str(write(tmp_path)), "--html", str(tmp_path / "p.html"))[0] == 0
	text = (tmp_path / "p.html").read_text(encoding="utf-8")
	seen = Page(text)
	assert not {"script", "link", "img", "iframe"} & set(seen.tags)
	assert not re.search(r"https?:|//[a-z]|@import|url\(", text)
	words = " ".join(seen.words)
	assert "Acme: Revenue" in words and "SI-3" in words
	assert "Supplier evaluation" not in words and "nobody is rated" not in words
	assert seen.tags.count("details") == seen.tags.count("summary") > 5


def test_suppliers_and_customers_share_a_page(tmp_path):
	target, data = tmp_path / "p.html", tmp_path / "o.json"
	code, out, _err = run("--html", str(target), "--json", str(data), "--policy", "RFM Segments")
	assert code == 0
	assert "suppliers by the template General Supplier" in out
	assert "customers by the policy RFM Segments (RFM)" in out
	words = " ".join(Page(target.read_text(encoding="utf-8")).words)
	assert "Alpen Präzision AG" in words and "Nordhafen Terminal AG" in words and "RFM map" in words
	figures = json.loads(data.read_text(encoding="utf-8"), parse_float=Decimal)
	assert len(figures["suppliers"]) == 15
	assert figures["tiering"]["method"] == "RFM"
	customer = figures["tiering"]["customers"][0]
	assert set(customer) == {
		*("customer", "tier", "current", "change", "rated", "score", "coverage", "rfm", "segment", "share"),
		*("abc_class", "potential", "cell", "reasons", "metrics"),
	}
	assert set(customer["metrics"][0]) == {
		*("metric", "numerator", "denominator", "value", "sample_size", "rating", "weight", "points"),
	}


def test_very_many_customers_fit_on_a_page(tmp_path):
	lines = "".join(f"S-{n},2026-01-05,Customer {n:04},{n + 1}\n" for n in range(1000))
	write(tmp_path, "sale,date,customer,amount\n" + lines)
	code, _out, _err = run(str(tmp_path), "--policy", "ABC by Revenue", "--html", str(tmp_path / "p.html"))
	text = (tmp_path / "p.html").read_text(encoding="utf-8")
	words = " ".join(Page(text).words)
	assert code == 0 and len(text) < 1_000_000
	assert "… 800 customers between: see the JSON output …" in words
	assert "… 970 smaller customers …" in words
