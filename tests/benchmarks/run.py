"""The budgets of DESIGN §5 in one run: the app, ERPNext's Supplier Scorecard and plain SQL, side by side.

	python -m tests.benchmarks.run --site SITE [--sites-path DIR] [--markdown FILE]

Run by the bench's Python from this checkout, on a site to throw away that holds ERPNext, one company and the
app (`make benchmark` makes one). About 20 minutes on two cores. The exit code is 1 if a budget is broken.
"""

import argparse
import os
import platform
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import frappe

from partner_relations.supplier_quality.rating.periods import Period
from tests.benchmarks import app, floor, generate, saving, scorecard
from tests.benchmarks.generate import Size
from tests.benchmarks.meter import Cost, Meter

ERPNEXT_TIMES_FASTER = 200
TIMES_THE_FLOOR = 3
LARGE_SECONDS = 60
LARGE_MIB = 1024
BATCH_STATEMENTS = 12
# There need not be a restriction to lift or to make, or an unrated supplier, in every publishing.
PUBLISHING_MAY_NEED = 5
SAVE_STATEMENTS = 3
SAVE_MS = 5


@dataclass
class Report:
	"""Lines of Markdown, and whether every budget was kept."""

	lines: list[str] = field(default_factory=list)
	broken: list[str] = field(default_factory=list)

	def say(self, line: str = "") -> None:
		print(line, flush=True)
		self.lines.append(line)

	def budget(self, what: str, measured: str, limit: str, kept: bool) -> None:
		self.say(f"| {what} | {measured} | {limit} | {'yes' if kept else '**no**'} |")
		if not kept:
			self.broken.append(what)


def main(arguments: list[str] | None = None) -> int:
	options = _options(arguments)
	os.chdir(options.sites_path)
	frappe.init(site=options.site, sites_path=str(options.sites_path))
	frappe.connect()
	frappe.set_user("Administrator")
	frappe.flags.mute_emails = True
	report = Report()
	try:
		_measure(options, report)
	finally:
		frappe.db.rollback()
		floor.drop_result_tables()
		frappe.destroy()
	if options.markdown:
		options.markdown.write_text("\n".join(report.lines) + "\n", encoding="utf-8")
	for what in report.broken:
		print(f"Budget broken: {what}", file=sys.stderr)
	return 1 if report.broken else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
	bench = Path(os.environ.get("FRAPPE_BENCH_ROOT", "~/frappe-bench")).expanduser()
	sites_path = Path(os.environ.get("PR_SITES_PATH", bench / "sites"))
	parser = argparse.ArgumentParser(
		prog="python -m tests.benchmarks.run", description="Measure the app against its budgets."
	)
	parser.add_argument("--site", default=os.environ.get("PR_SITE"), required="PR_SITE" not in os.environ)
	parser.add_argument("--sites-path", type=lambda text: Path(text).resolve(), default=sites_path)
	parser.add_argument(
		"--markdown", type=lambda text: Path(text).resolve(), help="write the tables there too"
	)
	parser.add_argument("--suppliers", type=int, default=1000)
	parser.add_argument("--lines", type=int, default=360_000, help="receipt lines of these suppliers")
	parser.add_argument("--months", type=int, default=36)
	parser.add_argument(
		"--scorecards", type=int, default=3, help="suppliers that ERPNext scores for comparison"
	)
	parser.add_argument("--large-suppliers", type=int, default=10_000, help="0: leave the large part out")
	parser.add_argument("--large-lines", type=int, default=1_000_000)
	return parser.parse_args(arguments)


def _measure(options: argparse.Namespace, report: Report) -> None:
	company = frappe.get_all("Company", filters={"is_group": 0}, pluck="name", order_by="creation", limit=1)[
		0
	]
	generate.clear()
	app.make_publisher()
	scorecard.make_criteria()
	floor.make_result_tables()
	size = Size(options.suppliers, options.lines, options.months)
	made = generate.fill(company, size)
	report.say(_machine())
	report.say()
	report.say(f"{size.suppliers:,} suppliers, {made:,} receipt lines in {size.months} months.")
	report.say()
	_side_by_side(company, size, options.scorecards, report)
	_statements(company, size, report)
	_saving(company, report)
	if options.large_suppliers:
		_large(company, size, Size(options.large_suppliers, options.large_lines, options.months), report)


def _machine() -> str:
	version = frappe.db.sql("SELECT VERSION()")[0][0].split("-")[0]
	apps = ", ".join(f"{name} {frappe.get_attr(f'{name}.__version__')}" for name in ("frappe", "erpnext"))
	return f"Python {platform.python_version()}, MariaDB {version}, {apps}, {os.cpu_count()} cores."


def _side_by_side(company: str, size: Size, scorecards: int, report: Report) -> None:
	"""Every month by the app and by plain SQL, in turns; between them some suppliers by ERPNext."""
	costs: dict[str, Cost] = defaultdict(Cost)
	evaluated = scored = 0
	step = max(1, size.months // scorecards)
	names = [generate.supplier(size.suppliers * (2 * n + 1) // (2 * scorecards)) for n in range(scorecards)]
	scorecard.remove(names)
	for number, period in enumerate(size.periods):
		run = app.create_run(company, period)
		if number % 2:  # neither always finds the pages that the other has just read
			costs["evaluate"] += app.evaluate(run)
		with Meter() as reading:
			floor.read(company, period)
		if not number % 2:
			costs["evaluate"] += app.evaluate(run)
		results = floor.results_of(run)
		with Meter() as inserting:
			floor.insert(results)
		costs["publish"] += app.publish(run)
		costs["read"] += reading.cost
		costs["insert"] += inserting.cost
		evaluated += app.evaluations(run)
		if number % step == step - 1 and names:
			with Meter() as scoring:
				scored += scorecard.evaluate(names.pop())
			costs["scorecard"] += scoring.cost
		print(f"  {period.from_date:%Y-%m}: {evaluated:,} evaluations", file=sys.stderr, flush=True)
	ours, plain = costs["evaluate"] + costs["publish"], costs["read"] + costs["insert"]
	report.say("| | supplier-months | seconds | ms each | statements | each |")
	report.say("|---|---|---|---|---|---|")
	for what, cost, count in (
		("The app: evaluate", costs["evaluate"], evaluated),
		("The app: publish", costs["publish"], evaluated),
		("Plain SQL: grouped SELECTs", costs["read"], evaluated),
		("Plain SQL: insert the results", costs["insert"], evaluated),
		("ERPNext: Supplier Scorecard", costs["scorecard"], scored),
	):
		report.say(
			f"| {what} | {count:,} | {cost.seconds:,.1f} | {1000 * cost.seconds / count:,.3f}"
			f" | {cost.statements:,} | {cost.statements / count:,.3f} |"
		)
	report.say()
	report.say("| budget | measured | limit | kept |")
	report.say("|---|---|---|---|")
	faster = (costs["scorecard"].seconds / scored) / (ours.seconds / evaluated)
	report.budget(
		"Evaluating and publishing, against ERPNext's Supplier Scorecard, per supplier-month",
		f"1/{faster:,.0f}",
		f"1/{ERPNEXT_TIMES_FASTER}",
		faster >= ERPNEXT_TIMES_FASTER,
	)
	times = ours.seconds / plain.seconds
	report.budget(
		"Evaluating and publishing, against plain grouped SQL and the bulk insert of the results",
		f"{times:.2f} times",
		f"{TIMES_THE_FLOOR} times",
		times <= TIMES_THE_FLOOR,
	)


def _statements(company: str, size: Size, report: Report) -> None:
	"""Statements for 100 and for all suppliers: what grows is the number of batches alone."""
	counted = []
	# Each period ends with the last month, so that what is published comes in force. The first run warms caches.
	for months, group in ((2, generate.FIRST_GROUP), (3, generate.FIRST_GROUP), (4, None)):
		period = Period(size.periods[-months].from_date, size.periods[-1].to_date)
		run = app.create_run(company, period, group)
		made, published = app.evaluate(run), app.publish(run)
		count = app.evaluations(run)
		counted.append((count, app.batches(count), made.statements, published.statements))
	_warm, (few, few_batches, few_made, few_published), (count, batches, made, published) = counted
	each = (made - few_made) / max(1, batches - few_batches)
	report.budget(
		f"Statements to evaluate {few:,} and {count:,} suppliers",
		f"{few_made} and {made}: {each:.0f} for each further batch of {app.BATCH} suppliers",
		f"{BATCH_STATEMENTS} a batch",
		each <= BATCH_STATEMENTS,
	)
	report.budget(
		f"Statements to publish {few:,} and {count:,} evaluations",
		f"{few_published} and {published}",
		"no growth",
		published <= few_published + PUBLISHING_MAY_NEED,
	)


def _saving(company: str, report: Report) -> None:
	for lines in (5, 200):
		added = saving.purchase_order(generate.supplier(1), company, lines)
		report.budget(
			f"Added to saving a purchase order of {lines} lines (ERPNext: {added.save_ms:,.0f} ms)",
			f"{added.milliseconds:.1f} ms, {added.statements} statements",
			f"{SAVE_MS} ms, {SAVE_STATEMENTS} statements",
			added.milliseconds <= SAVE_MS and added.statements <= SAVE_STATEMENTS,
		)


def _large(company: str, before: Size, size: Size, report: Report) -> None:
	"""One quarter of a large company, each step in a worker process of its own."""
	generate.fill(company, size, after=before)
	lines = frappe.db.count("Purchase Receipt Item")
	run = app.create_run(company, app.quarters(size)[-1])
	for work in ("evaluate", "publish"):
		cost = app.in_own_process(work, run)
		frappe.db.rollback()  # see what the other process wrote
		report.budget(
			f"{work.title()} {app.evaluations(run):,} suppliers, a quarter, {lines:,} receipt lines on the site",
			f"{cost['seconds']:.1f} s, {cost['peak_mib']:.0f} MiB, {cost['statements']} statements",
			f"{LARGE_SECONDS} s, {LARGE_MIB} MiB",
			cost["seconds"] < LARGE_SECONDS and cost["peak_mib"] < LARGE_MIB,
		)


if __name__ == "__main__":
	sys.exit(main())
