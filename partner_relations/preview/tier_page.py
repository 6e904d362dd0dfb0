"""The customers' part of the preview's page: tiers, largest customers or RFM map, and the table behind them.

As on the rest of the page whatever comes from the input goes through `escape`, and there is no script: a
number opens its lines by the browser's own `<details>`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import escape
from typing import Any

from partner_relations.customer_care.metrics import Measure
from partner_relations.customer_care.tiering import Change, MetricScore
from partner_relations.preview.columns import SALES_LINES
from partner_relations.preview.page import COLORS, MOST_BARS, grade_columns, middle_out, plain_number
from partner_relations.preview.report import shown
from partner_relations.preview.tiers import (
	CustomerResult,
	Evidence,
	TierReport,
	change_text,
	result_text,
	shown_metric,
	why,
)

MOST_CUSTOMERS = 200
LINES_SHOWN = 10
ARROWS = {Change.UP: "▲", Change.DOWN: "▼", Change.NEW: "＋", Change.SAME: ""}
# A tier's own colour may be any that the form offers; those that the page doesn't have are gray.
WITHOUT_TIER = "gray"
LINE_LABELS = {
	"date": "Date",
	"document": "Sale or order",
	"item_code": "Item",
	"amount": "Amount",
	"cost": "Cost",
	"quantity": "Quantity",
	"due": "Due",
	"paid_in_time": "Paid in time",
	"numerator": "Numerator",
	"denominator": "Denominator",
}


def section(report: TierReport, behind: Mapping[tuple[str, str], Evidence], notes: Sequence[str] = ()) -> str:
	"""The section's HTML; `notes` are those of the files that no other section has said."""
	return "\n".join(
		(
			_header(report, (*report.notes, *notes)),
			_summary(report),
			'<div class="charts">',
			_map(report) if report.policy.definition.rfm else _largest(report),
			_distribution(report),
			"</div>",
			_table(report, behind),
			_footer(report),
		)
	)


def shown_customers(report: TierReport) -> list[str]:
	"""The customers in the table: all of them, or the first and the last of very many."""
	return [result.customer for result in middle_out(report.results, MOST_CUSTOMERS)]


def _header(report: TierReport, notes: Sequence[str]) -> str:
	listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
	return (
		f"<header class=tiers><p class=over>Customer tiers, preview</p><h1>{escape(report.company)}</h1>"
		f"<p class=sub>Policy <b>{escape(report.policy.name)}</b> "
		f"({report.policy.definition.method.value}) · "
		f"{report.from_date} to {report.to_date} · as of {report.as_of}</p></header>"
		+ (f"<ul class=notes>{listed}</ul>" if listed else "")
	)


def _revenue(result: CustomerResult) -> Decimal | None:
	row = result.metric("revenue")
	return row.value if row else None


def _summary(report: TierReport) -> str:
	results, counts = report.results, report.tier_counts()
	revenues = [value for result in results if (value := _revenue(result)) is not None]
	cards = [
		(
			"Customers",
			f"{len(results):,}",
			f"{len(report.rated):,} rated, {len(results) - len(report.rated):,} not",
		)
	]
	cards += [
		(escape(tier), f"{counts[tier]:,}", _of_all(counts[tier], len(results)))
		for tier in report.policy.definition.tiers[:3]
	]
	if report.has_tiers:
		moves = sum(1 for result in results if result.outcome.change != Change.SAME)
		cards.append(("Would move", f"{moves:,}", "from the tier they have"))
	elif revenues:
		cards.append(("Revenue", shown(sum(revenues), 0), "of all customers, in the period"))
	return (
		"<section class=cards>"
		+ "".join(
			f"<div class=card><span>{label}</span><strong>{value}</strong><small>{note}</small></div>"
			for label, value, note in cards
		)
		+ "</section>"
	)


def _of_all(count: int, every: int) -> str:
	return f"{count / every:.0%} of all customers" if every else ""


def _color(report: TierReport, tier: str | None) -> str:
	name = report.policy.colors.get(tier or "", "").lower()
	return f"var(--{name if name in COLORS else WITHOUT_TIER})"


def _badge(report: TierReport, tier: str | None) -> str:
	if tier is None:
		return '<span class="badge none">–</span>'
	return f"<span class=badge style='background:{_color(report, tier)}'>{escape(tier)}</span>"


def _largest(report: TierReport) -> str:
	"""The customers with the highest revenue as bars, in the colours of their tiers."""
	bought = [(value, result) for result in report.results if (value := _revenue(result)) and value > 0]
	bought.sort(key=lambda entry: (-entry[0], entry[1].customer))
	whole = sum((value for value, _result in bought), Decimal(0))
	rows, before = [], Decimal(0)
	for value, result in bought[:MOST_BARS]:
		before += value
		name = escape(result.customer)
		rows.append(
			f"<div class='bar customer'><span class=name title='{name}'>{name}</span>"
			f"<svg role=img aria-label='{shown(value, 0)}' height=18 width='100%'>"
			f"<rect width='100%' height=18 rx=3 class=track />"
			f"<rect width='{100 * value / bought[0][0]:.3f}%' height=18 rx=3 "
			f"style='fill:{_color(report, result.outcome.proposed)}' /></svg>"
			f"<b>{shown(value, 0)}</b><small>{100 * before / whole:.0f} %</small></div>"
		)
	if len(bought) > MOST_BARS:
		rows.append(f"<p class=gap>… {len(bought) - MOST_BARS:,} smaller customers …</p>")
	empty = "<p class=gap>No customer has revenue in the period, or the policy doesn't look at it.</p>"
	hint = "<p class=hint>Revenue in the period; behind it the share that customers up to here make up.</p>"
	return (
		f"<section class='panel largest'><h2>Largest customers</h2>{hint if rows else ''}"
		f"{''.join(rows) or empty}</section>"
	)


def _map(report: TierReport) -> str:
	"""How many customers have which scores: recency to the right, frequency upwards."""
	counts: dict[tuple[int, int], int] = {}
	for result in report.rated:
		place = result.outcome.rfm.recency, result.outcome.rfm.frequency
		counts[place] = counts.get(place, 0) + 1
	most = max(counts.values(), default=1)
	size, gap = 64, 40
	cells = []
	for (recency, frequency), count in sorted(counts.items()):
		x, y = gap + (recency - 1) * size, (5 - frequency) * size
		cells.append(
			f"<rect x={x + 2} y={y + 2} width={size - 4} height={size - 4} rx=6 class=cell "
			f"style='fill-opacity:{0.2 + 0.8 * count / most:.2f}'>"
			f"<title>Recency {recency}, frequency {frequency}: {count:,}</title></rect>"
			f"<text x={x + size / 2} y={y + size / 2 + 5} class=count>{count:,}</text>"
		)
	axes = "".join(
		f"<text x={gap + (number - 0.5) * size} y={5 * size + 18} class=axis>{number}</text>"
		f"<text x={gap - 12} y={(5.5 - number) * size + 5} class=axis>{number}</text>"
		for number in range(1, 6)
	)
	width, height = gap + 5 * size, 5 * size + 42
	return (
		"<section class='panel largest'><h2>RFM map</h2>"
		f"<svg viewBox='0 0 {width} {height}' role=img aria-label='Customers by recency and frequency' "
		f"class='columns map'>{''.join(cells)}{axes}"
		f"<text x={gap + 2.5 * size} y={height - 6} class=axis>Recency (5: just bought)</text>"
		f"<text x=12 y={2.5 * size} class=axis transform='rotate(-90 12 {2.5 * size})'>Frequency</text>"
		"</svg></section>"
	)


def _distribution(report: TierReport) -> str:
	counts = report.tier_counts()
	without = len(report.results) - len(report.rated)
	columns = grade_columns(
		[(tier or "No tier", _color(report, tier), count) for tier, count in counts.items()],
		"Customers by tier",
	)
	whole = sum((_revenue(result) or 0 for result in report.results), Decimal(0))
	rows = "".join(
		f"<tr><td>{_badge(report, tier)}<td>{count:,}<td>{_share(report, tier, whole)}"
		for tier, count in counts.items()
	)
	note = f"<p class=hint>{without:,} of them could not be rated.</p>" if without else ""
	return (
		f"<section class='panel grades'><h2>Tiers</h2>{columns}"
		f"<table class=bands><tr><th>Tier<th>Customers<th>Of the revenue{rows}</table>{note}</section>"
	)


def _share(report: TierReport, tier: str | None, whole: Decimal) -> str:
	if whole <= 0:
		return "–"
	own = sum(
		(_revenue(result) or 0 for result in report.results if result.outcome.proposed == tier), Decimal(0)
	)
	return f"{100 * own / whole:.1f} %"


def _table(report: TierReport, behind: Mapping[tuple[str, str], Evidence]) -> str:
	weights = {row.metric: row.weight for row in report.policy.definition.metrics}
	heads = "".join(
		f"<th class=criterion><span>{escape(measure.label)}</span>"
		f"<small>{f'{weights[measure.name]} %' if weights[measure.name] else ''}</small>"
		for measure in report.metrics
	)
	chosen = middle_out(report.results, MOST_CUSTOMERS)
	rows = []
	for position, result in enumerate(chosen):
		if position == MOST_CUSTOMERS // 2 and len(report.results) > MOST_CUSTOMERS:
			left = len(report.results) - len(chosen)
			rows.append(
				f"<tr><td colspan={4 + len(report.metrics)} class=gap>… {left:,} customers between: "
				"see the JSON output …"
			)
		rows.append(_table_row(report, result, behind))
	return (
		"<section class=panel><h2>Customers</h2>"
		"<p class=hint>Measured values, coloured by their rating from 0 (red) to 100 (green) where the "
		"policy weighs them. Open a number to see the lines behind it.</p>"
		"<div class=scroll><table class='heat customers'><thead><tr><th class=who>Customer<th>Tier<th>Change"
		f"<th>Result{heads}</thead><tbody>{''.join(rows)}</tbody></table></div></section>"
	)


def _table_row(report: TierReport, result: CustomerResult, behind: Mapping[tuple[str, str], Evidence]) -> str:
	outcome = result.outcome
	change = f"{ARROWS[outcome.change]} {change_text(result)}"
	if result.current and outcome.change != Change.SAME:
		change += f"<small>was {escape(result.current)}</small>"
	cells = "".join(
		_cell(result, result.metric(measure.name), measure, behind.get((result.customer, measure.name)))
		for measure in report.metrics
	)
	return (
		f"<tr><th scope=row class=who>{escape(result.customer)}<small>{escape(why(result))}</small>"
		f"<td>{_badge(report, outcome.proposed)}<td class=change>{change}"
		f"<td><b>{escape(result_text(result))}</b>{cells}"
	)


def _cell(
	result: CustomerResult, row: MetricScore | None, measure: Measure, evidence: Evidence | None
) -> str:
	if row is None or row.value is None or row.fact is None:
		return "<td class=nodata title='no data'>–"
	colour = "" if row.rating is None else f" style='--h:{round(float(row.rating) * 1.3)}'"
	value = escape(shown_metric(row, measure))
	if evidence is None:
		return f"<td{colour}>{value}"
	sums = f"{plain_number(row.fact.numerator)} of {plain_number(row.fact.denominator)}"
	if row.fact.denominator == 1:
		sums = plain_number(row.fact.numerator)
	rated = (
		f"; rating {shown(row.rating, 2)}, {shown(row.points, 2)} points" if row.rating is not None else ""
	)
	return (
		f"<td{colour}><details name=lines><summary>{value}</summary><div class=lines>"
		f"<h3>{escape(result.customer)}: {escape(measure.label)} {value}</h3>"
		f"<p>{sums} ({escape(measure.unit)}), {row.fact.sample_size:,} facts{rated}. "
		f"{escape(measure.description)}</p>"
		f"{_lines(evidence)}</div></details>"
	)


def _lines(evidence: Evidence) -> str:
	heads = "".join(f"<th>{escape(LINE_LABELS.get(name, name))}" for name in evidence.columns)
	rows = "".join("<tr>" + "".join(f"<td>{_plain(value)}" for value in row) for row in evidence.rows)
	more = f"<p>… and {evidence.left_out:,} earlier.</p>" if evidence.left_out else ""
	return f"<table><tr>{heads}{rows}</table>{more}"


def _plain(value: Any) -> str:
	if value is None:
		return "–"
	if isinstance(value, float | int):
		return f"{value:,.2f}".rstrip("0").rstrip(".")
	return escape(str(value))


def _footer(report: TierReport) -> str:
	return (
		f"<footer><p>Read: {SALES_LINES.name} ({report.rows:,} rows).</p><p>A rate is computed from the "
		"totals of its lines, never as the mean of rates. RFM scores are taken at the quintiles of all "
		"customers, ABC classes by the share that larger customers make up. No data is neither 0 nor 100."
		"</p></footer>"
	)
