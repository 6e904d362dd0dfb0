"""The preview's page: one HTML file with inline SVG charts, which needs no network, script or other file.

Whatever comes from the input goes through `escape`; colours come from a fixed list.
"""

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import TypeVar

from partner_relations.preview.columns import SALES_LINES
from partner_relations.preview.report import (
	Report,
	SupplierResult,
	Trend,
	reason_text,
	shown,
	shown_value,
)
from partner_relations.supplier_quality.rating import CriterionScore

Any_ = TypeVar("Any_")
MOST_SUPPLIERS = 200
MOST_BARS = 30

# The colours that a grade can have in the ERP, for light and for dark screens.
COLORS = {
	"green": ("#1f9d61", "#3ecf8e"),
	"blue": ("#2f6fde", "#6aa5ff"),
	"cyan": ("#0e8fa8", "#4cc9df"),
	"light-blue": ("#3a93d6", "#7cc0f5"),
	"yellow": ("#c79a00", "#f0cd4e"),
	"orange": ("#dd7a17", "#ffad5c"),
	"pink": ("#cf4a90", "#f48fc0"),
	"purple": ("#7a54c7", "#b494f5"),
	"red": ("#d03d3d", "#ff7d7d"),
	"gray": ("#7c8794", "#a3adb8"),
}
SPARK_WIDTH, SPARK_HEIGHT = 120, 30


def render(company: str, sections: Sequence[str]) -> str:
	"""The page's HTML, of the sections (HTML) that there is data for."""
	title = f"Preview: {company}"
	body = "\n".join(sections)
	return (
		"<!doctype html>\n"
		'<html lang="en">\n<head>\n<meta charset="utf-8">\n'
		'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
		'<meta name="color-scheme" content="light dark">\n'
		f"<title>{escape(title)}</title>\n<style>\n{_style()}\n</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
		"</body>\n</html>\n"
	)


def section(report: Report, trend: Trend | None) -> str:
	"""The evaluation of suppliers, as HTML."""
	return "\n".join(
		(
			_header(report),
			_summary(report),
			'<div class="charts">',
			_ranking(report),
			_distribution(report),
			"</div>",
			_table(report, trend),
			_footer(report),
		)
	)


def shown_suppliers(report: Report) -> list[str]:
	"""The suppliers in the page's table: all of them, or the best and the worst of very many."""
	return [result.supplier for result in middle_out(report.results, MOST_SUPPLIERS)]


def middle_out(results: Sequence[Any_], most: int) -> list[Any_]:
	"""All results, or the first and the last of very many."""
	if len(results) <= most:
		return list(results)
	return [*results[: most // 2], *results[len(results) - most // 2 :]]


def _header(report: Report) -> str:
	whole = " (all days of the data)" if report.period_is_whole_range else ""
	notes = "".join(f"<li>{escape(note)}</li>" for note in report.notes)
	return (
		f"<header><p class=over>Supplier evaluation, preview</p><h1>{escape(report.company)}</h1>"
		f"<p class=sub>Template <b>{escape(report.definition.template)}</b> · "
		f"{report.from_date} to {report.to_date}{whole} · as of {report.as_of}</p></header>"
		+ (f"<ul class=notes>{notes}</ul>" if notes else "")
	)


def _summary(report: Report) -> str:
	rated = report.rated
	totals = [result.score.total for result in rated]
	mean = sum(totals, Decimal(0)) / len(totals) if totals else None
	actions = {
		grade.grade for grade in report.definition.grades if "Prevent" in (grade.rfq_action, grade.po_action)
	}
	blocked = sum(1 for result in rated if result.score.grade in actions)
	cards = [
		(
			"Suppliers",
			f"{len(report.results):,}",
			f"{len(rated):,} rated, {len(report.results) - len(rated):,} not",
		),
		("Mean score", shown(mean, 1), "of 100, rated suppliers"),
		(
			"Best",
			shown(totals[0], 1) if totals else "–",
			escape(rated[0].supplier) if rated else "nobody is rated",
		),
		(
			"Weakest",
			shown(totals[-1], 1) if totals else "–",
			escape(rated[-1].supplier) if rated else "nobody is rated",
		),
		("Would be blocked", f"{blocked:,}", "their grade prevents orders"),
	]
	return (
		"<section class=cards>"
		+ "".join(
			f"<div class=card><span>{label}</span><strong>{value}</strong><small>{note}</small></div>"
			for label, value, note in cards
		)
		+ "</section>"
	)


def _color(report: Report, grade: str | None) -> str:
	"""A CSS colour for a grade; gray for none and for colours that we don't know."""
	definition = report.definition.grade_definition(grade)
	name = definition.color.lower() if definition else "gray"
	return f"var(--{name if name in COLORS else 'gray'})"


def _badge(report: Report, result: SupplierResult) -> str:
	grade = result.score.grade
	if grade is None:
		return '<span class="badge none">–</span>'
	capped = " title='lowered by a knock-out criterion'" if result.score.capped else ""
	mark = "*" if result.score.capped else ""
	return (
		f"<span class=badge style='background:{_color(report, grade)}'{capped}>{escape(grade)}{mark}</span>"
	)


def _ranking(report: Report) -> str:
	rated = report.rated
	bars = middle_out(rated, MOST_BARS)
	limits = "".join(
		f"<line x1='{band.lower}%' x2='{band.lower}%' y1=0 y2=100% class=limit />"
		for band in report.definition.scale.bands[1:]
	)
	rows = []
	for position, result in enumerate(bars):
		if position == MOST_BARS // 2 and len(rated) > MOST_BARS:
			rows.append(f"<p class=gap>… {len(rated) - MOST_BARS:,} suppliers between …</p>")
		total = result.score.total
		rows.append(
			f"<div class=bar><span class=rank>{result.rank}</span>"
			f"<span class=name title='{escape(result.supplier)}'>{escape(result.supplier)}</span>"
			f"<svg role=img aria-label='{shown(total, 1)} of 100' height=18 width='100%'>"
			f"<rect width='100%' height=18 rx=3 class=track />"
			f"<rect width='{total:.3f}%' height=18 rx=3 style='fill:{_color(report, result.score.grade)}' />"
			f"{limits}</svg>"
			f"<b>{shown(total, 1)}</b>{_badge(report, result)}</div>"
		)
	empty = "<p class=gap>No supplier could be rated: see the table for the reasons.</p>"
	return f"<section class='panel ranking'><h2>Ranking</h2>{''.join(rows) or empty}</section>"


def _distribution(report: Report) -> str:
	"""How many suppliers have each grade, as a column chart."""
	grades = [(grade.grade, _color(report, grade.grade)) for grade in report.definition.grades]
	counts = [
		(grade, color, sum(1 for result in report.results if result.score.grade == grade))
		for grade, color in grades
	]
	unrated = len(report.results) - len(report.rated)
	counts.append(("Not rated", "var(--gray)", unrated))
	bands = "".join(
		f"<tr><td><span class=badge style='background:{_color(report, grade.grade)}'>"
		f"{escape(grade.grade)}</span><td>{escape(grade.lower)} to {escape(grade.upper)}"
		f"<td>{_consequence(grade.rfq_action, grade.po_action)}"
		for grade in report.definition.grades
	)
	return (
		f"<section class='panel grades'><h2>Grades</h2>{grade_columns(counts, 'Suppliers by grade')}"
		f"<table class=bands><tr><th>Grade<th>Score<th>RFQs and orders{bands}</table></section>"
	)


def grade_columns(counts: Sequence[tuple[str, str, int]], label: str) -> str:
	"""A column chart of (name, CSS colour, count), as SVG."""
	most = max((count for _grade, _color, count in counts), default=0) or 1
	step, height = 72, 170
	parts = []
	for column, (grade, color, count) in enumerate(counts):
		tall = round(count / most * height, 1)
		x = column * step + 12
		short = grade if len(grade) <= 10 else grade[:9] + "…"
		parts.append(
			f"<rect x={x} y={24 + height - tall} width={step - 24} height={tall} rx=4 style='fill:{color}'>"
			f"<title>{escape(grade)}: {count}</title></rect>"
			f"<text x={x + step / 2 - 12} y={16 + height - tall} class=count>{count}</text>"
			f"<text x={x + step / 2 - 12} y={height + 44} class=axis>{escape(short)}</text>"
		)
	width = len(counts) * step
	return (
		f"<svg viewBox='0 0 {width} {height + 54}' role=img aria-label='{label}' class=columns>"
		f"<line x1=0 x2={width} y1={height + 24.5} y2={height + 24.5} class=limit />{''.join(parts)}</svg>"
	)


def _consequence(rfq: str, po: str) -> str:
	words = {"Allow": "allowed", "Warn": "warned about", "Prevent": "prevented"}
	if rfq == po:
		return words.get(rfq, rfq)
	return f"RFQs {words.get(rfq, rfq)}, orders {words.get(po, po)}"


def _table(report: Report, trend: Trend | None) -> str:
	criteria = report.definition.criteria
	heads = "".join(
		f"<th class=criterion><span>{escape(row.kpi)}</span><small>{escape(row.weight)} %</small>"
		for row in criteria
	)
	trend_head = "<th class=trend><span>On time by month</span><small>0 to 100 %</small>" if trend else ""
	chosen = middle_out(report.results, MOST_SUPPLIERS)
	rows = []
	for position, result in enumerate(chosen):
		if position == MOST_SUPPLIERS // 2 and len(report.results) > MOST_SUPPLIERS:
			left = len(report.results) - len(chosen)
			columns = 5 + len(criteria) + bool(trend)
			rows.append(
				f"<tr><td colspan={columns} class=gap>… {left:,} suppliers between: see the JSON output …"
			)
		rows.append(_table_row(report, result, trend))
	return (
		"<section class=panel><h2>Criteria</h2>"
		"<p class=hint>Measured values, coloured by their rating from 0 (red) to 100 (green). "
		"Point at a cell for numbers behind it.</p>"
		"<div class=scroll><table class=heat><thead><tr><th>#<th class=who>Supplier<th>Score<th>Grade"
		"<th>Coverage"
		f"{heads}{trend_head}</thead><tbody>{''.join(rows)}</tbody></table></div></section>"
	)


def _table_row(report: Report, result: SupplierResult, trend: Trend | None) -> str:
	score = result.score
	reason = reason_text(score, report.definition)
	why = f"<small>Not rated: {escape(reason)}</small>" if reason else ""
	cells = "".join(_heat_cell(report, row) for row in score.criteria)
	if trend is not None:
		cells += f"<td class=trend>{_spark(trend, result.supplier)}"
	return (
		f"<tr><td>{result.rank or '–'}<th scope=row class=who>{escape(result.supplier)}{why}"
		f"<td><b>{shown(score.total, 2)}</b><td>{_badge(report, result)}"
		f"<td>{shown(score.coverage, 0)} %{cells}"
	)


def _heat_cell(report: Report, row: CriterionScore) -> str:
	measure = report.measure(row.criterion)
	value = escape(shown_value(row, measure))
	if row.rating is None:
		return "<td class=nodata title='no data'>–"
	hue = round(float(row.rating) * 1.3)
	knocked = " class=knocked" if row.knocked_out else ""
	details = f"rating {shown(row.rating, 2)}, {shown(row.points, 2)} points"
	if row.fact is not None and row.value is not None:
		parts = f"{plain_number(row.fact.numerator)} of {plain_number(row.fact.denominator)}"
		details = f"{parts}, {row.fact.sample_size:,} facts; {details}"
	if row.knocked_out:
		details += "; below the knock-out limit"
	return f"<td{knocked} style='--h:{hue}' title='{escape(details)}'>{value}"


def plain_number(number: Decimal) -> str:
	"""With thousands separators and at most three decimals."""
	text = f"{number:,.3f}"
	return text.rstrip("0").rstrip(".")


def _spark(trend: Trend, supplier: str) -> str:
	"""On-time delivery by month as a line; months without deliveries are bridged."""
	months = trend.by_supplier.get(supplier)
	if not months:
		return "–"
	last = max(len(trend.months) - 1, 1)
	points = []
	for position, month in enumerate(trend.months):
		if month in months:
			kept, every = months[month]
			x = 3 + position / last * (SPARK_WIDTH - 6)
			y = 3 + (1 - kept / every) * (SPARK_HEIGHT - 6)
			points.append((f"{x:.1f}", f"{y:.1f}", f"{month}: {kept:g} of {every:g} on time"))
	line = " ".join(f"{x},{y}" for x, y, _label in points)
	x, y, _label = points[-1]
	labels = "\n".join(label for _x, _y, label in points)
	return (
		f"<svg width={SPARK_WIDTH} height={SPARK_HEIGHT} role=img aria-label='On time by month'>"
		f"<title>{escape(labels)}</title><rect width={SPARK_WIDTH} height={SPARK_HEIGHT} class=hover />"
		f"<line x1=0 x2={SPARK_WIDTH} y1=3 y2=3 class=limit /><polyline points='{line}' class=spark />"
		f"<circle cx={x} cy={y} r=2.5 class=dot /></svg>"
	)


def _footer(report: Report) -> str:
	files = ", ".join(
		f"{escape(name)} ({count:,} rows)" for name, count in report.files.items() if name != SALES_LINES.name
	)
	return (
		f"<footer><p>Read: {files}.</p><p>A criterion's value becomes a rating by its curve; the score is "
		"the mean of the ratings, weighted, over the criteria that could be measured; coverage is their "
		"share of the weight. "
		"No data is neither 0 nor 100. Order lines whose window is still open are not counted.</p></footer>"
	)


def _style() -> str:
	light, dark = (
		"".join(f"--{name}:{shades[index]};" for name, shades in COLORS.items()) for index in (0, 1)
	)
	return _CSS.replace("/*light*/", light).replace("/*dark*/", dark).strip()


_CSS = """
:root {
	--ink:#1b2430; --soft:#637083; --line:#dfe4ea; --page:#f4f6f8; --panel:#fff;
	--heat:68% 80%; --text:#1b2430; --on-badge:#fff; /*light*/
}
@media (prefers-color-scheme:dark) {
	:root {
		--ink:#e8edf2; --soft:#98a5b3; --line:#303a45; --page:#12171d; --panel:#1b222a;
		--heat:48% 26%; --text:#f2f5f8; --on-badge:#12171d; /*dark*/
	}
}
* { box-sizing:border-box }
html { -webkit-text-size-adjust:100% }
body {
	margin:0; background:var(--page); color:var(--ink);
	font:15px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;
}
main { max-width:1320px; margin:0 auto; padding:20px 24px 40px }
h1 { margin:0; font-size:26px; line-height:1.2; overflow-wrap:anywhere }
h2 { margin:0 0 12px; font-size:16px }
.over { margin:0; color:var(--soft); font-size:13px }
.sub { margin:4px 0 0; color:var(--soft); overflow-wrap:anywhere }
.notes {
	margin:14px 0 0; padding:10px 14px 10px 30px; border-radius:8px; overflow-wrap:anywhere;
	background:color-mix(in srgb,var(--orange) 14%,var(--panel));
}
.cards { display:grid; grid-template-columns:repeat(5,1fr); gap:12px; margin:18px 0 12px }
.card, .panel {
	background:var(--panel); border:1px solid var(--line); border-radius:10px; padding:14px 16px; min-width:0;
}
.card span { display:block; color:var(--soft); font-size:13px }
.card strong { font-size:26px; line-height:1.25 }
.card small {
	display:block; color:var(--soft); font-size:12.5px;
	overflow:hidden; text-overflow:ellipsis; white-space:nowrap;
}
.charts { display:grid; grid-template-columns:minmax(0,1fr) 380px; gap:12px; margin-bottom:12px }
.bar {
	display:grid; grid-template-columns:26px minmax(90px,220px) minmax(0,1fr) 44px 38px; gap:8px;
	align-items:center; min-height:26px;
}
.bar .rank { color:var(--soft); text-align:right }
.bar svg { display:block }
.bar b { text-align:right }
.bar .name { overflow:hidden; text-overflow:ellipsis; white-space:nowrap }
.track { fill:var(--line); opacity:.55 }
.limit { stroke:var(--soft); stroke-opacity:.45; stroke-dasharray:2 3 }
.gap { color:var(--soft); text-align:center }
.badge {
	display:inline-block; min-width:26px; max-width:120px; padding:1px 7px; border-radius:6px;
	color:var(--on-badge); font-weight:600; font-size:13px; text-align:center; vertical-align:middle;
	overflow:hidden; text-overflow:ellipsis; white-space:nowrap;
}
.badge.none { background:none; color:var(--soft) }
.columns { display:block; width:100%; max-height:260px }
svg text { fill:var(--ink); text-anchor:middle; font-size:13px }
svg .count { font-weight:600 }
svg .axis { fill:var(--soft) }
.bands { width:100%; border-collapse:collapse; margin-top:8px; font-size:13.5px }
.bands td, .bands th { padding:3px 6px 3px 0; text-align:left }
.bands th, .heat thead th { color:var(--soft); font-weight:500; font-size:12.5px }
.hint { margin:-6px 0 10px; color:var(--soft); font-size:13.5px }
.scroll { overflow-x:auto; margin:0 -16px -14px; padding:0 16px 14px }
.heat { border-collapse:separate; border-spacing:2px; width:100%; font-variant-numeric:tabular-nums }
.heat td { padding:5px 8px; text-align:right; white-space:nowrap; border-radius:4px }
.heat thead th { padding:4px 8px; text-align:right; vertical-align:bottom; line-height:1.25 }
.heat thead small { display:block; font-weight:400; opacity:.85 }
.heat .who {
	position:sticky; left:0; background:var(--panel); text-align:left; font-weight:500;
	min-width:150px; max-width:260px; overflow-wrap:anywhere;
}
.heat .who small { display:block; color:var(--soft); font-weight:400; font-size:12.5px }
.heat td[style] { background:hsl(var(--h) var(--heat)); color:var(--text) }
.heat .knocked { outline:2px solid var(--red); outline-offset:-2px }
.heat .nodata { color:var(--soft); text-align:center }
.heat .trend { text-align:center }
.heat td.trend { padding:0 4px }
.heat svg { display:block; margin:auto }
.heat td.gap { text-align:center }
.spark { fill:none; stroke:var(--blue); stroke-width:1.6; stroke-linejoin:round }
.dot { fill:var(--blue) }
.hover { fill:transparent }
.bar.customer { grid-template-columns:minmax(90px,220px) minmax(0,1fr) 92px 44px }
.bar.customer small { color:var(--soft); text-align:right }
.map { max-height:340px }
.cell { fill:var(--blue) }
.customers :is(td,thead th):is(:nth-child(2),:nth-child(3)) { text-align:left }
.heat .change small { display:block; color:var(--soft); font-size:12.5px }
.customers .badge { min-width:74px }
summary { cursor:pointer; list-style:none; text-decoration:underline dotted; text-underline-offset:3px }
summary::-webkit-details-marker { display:none }
/* A click anywhere else closes what is open: it falls on this. */
[open] > summary::before { content:''; position:fixed; inset:0; z-index:1; cursor:default }
.lines {
	position:fixed; right:16px; bottom:16px; z-index:2; width:min(720px,calc(100vw - 32px)); max-height:60vh;
	overflow:auto; padding:14px 16px; border:1px solid var(--line); border-radius:10px;
	background:var(--panel); color:var(--ink); text-align:left; white-space:normal;
	box-shadow:0 8px 30px rgb(0 0 0 / 25%);
}
.lines h3 { margin:0; font-size:15px }
.lines p { margin:4px 0 8px; color:var(--soft); font-size:13px }
.lines table { width:100%; border-collapse:collapse; font-size:13px }
.lines th { color:var(--soft); font-weight:500; text-align:left; padding:3px 8px 3px 0 }
.heat .lines td { padding:3px 8px 3px 0; text-align:left; border-top:1px solid var(--line); border-radius:0 }
header.tiers:not(:first-child) { margin-top:44px; padding-top:20px; border-top:1px solid var(--line) }
footer { margin-top:16px; color:var(--soft); font-size:13px; overflow-wrap:anywhere }
footer p { margin:4px 0 }
@media (max-width:1000px) {
	.charts { grid-template-columns:minmax(0,1fr) }
	.cards { grid-template-columns:repeat(3,1fr) }
}
@media (max-width:560px) {
	main { padding:14px 12px 30px }
	h1 { font-size:21px }
	.cards { grid-template-columns:repeat(2,1fr); gap:8px }
	.card:last-child { grid-column:1/-1 }
	.card strong { font-size:22px }
	.bar {
		grid-template:'rank name score grade' auto '. bar bar bar' 8px / 24px minmax(0,1fr) 40px 38px;
		gap:4px 6px; margin-bottom:10px;
	}
	.bar.customer {
		grid-template:'name score share' auto 'bar bar bar' 8px / minmax(0,1fr) auto 44px;
	}
	.bar.customer small { grid-area:share }
	.bar .rank { grid-area:rank }
	.bar .name { grid-area:name }
	.bar b { grid-area:score }
	.bar .badge { grid-area:grade }
	.bar svg { grid-area:bar; height:8px; border-radius:3px }
	.heat .who { min-width:112px; max-width:130px; font-size:13.5px }
	.heat:not(.customers) tr > :is(:nth-child(1),:nth-child(3),:nth-child(5)):not(.gap) { display:none }
}
@media print {
	body { background:#fff }
	.panel, .card { break-inside:avoid }
}
"""
