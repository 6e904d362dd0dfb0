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
from datetime import timedelta
from pathlib import Path

import frappe

from partner_relations.supplier_quality.rating.periods import Period
from tests.benchmarks import app, floor, generate, saving, scorecard
from tests.benchmarks.generate import Size
from tests.benchmarks.meter import Cost, Meter

INTRODUCTION = """# Benchmarks

Written by `tests/benchmarks/run.py`; `make benchmark ARGS="--markdown docs/benchmarks.md"` writes it anew, on
a site that is made for it and dropped afterwards. On a site of your own that may lose its purchases,
from this checkout:

    FRAPPE_BENCH_ROOT=~/frappe-bench ~/frappe-bench/env/bin/python -m tests.benchmarks.run --site SITE

All are measured in turns in one run, so that what else the machine does falls on all of them: read the
ratios, not the seconds. *Plain SQL* is written by hand for exactly these rows: one grouped SELECT for each
measure, without tolerances, other kinds of receipt or item groups, and the stored rows inserted once more.
*ERPNext's Supplier Scorecard* has seven criteria too, as near to the app's as its variables allow, for some
of the suppliers, by its own documents and its own daily job.

The data: orders of four lines, 8 % of them delivered in two parts, returns, inspections, an invoice for each
receipt, requests for quotation. The default template, seven criteria.
"""
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
		options.markdown.write_text("\n".join([INTRODUCTION, *report.lines, ""]), encoding="utf-8")
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
	"""Every month by the app, by plain SQL, and for some suppliers by ERPNext, in turns."""
	costs: dict[str, Cost] = defaultdict(Cost)
	evaluated = 0
	monthly, at_once = _scorecards(size, scorecards)
	for number, period in enumerate(size.periods):
		run = app.create_run(company, period)
		if number % 2:  # neither always finds the pages that the other has just read
			costs["evaluate"] += app.evaluate(run)
		with Meter() as meter:
			floor.read(company, period)
		costs["read"] += meter.cost
		if not number % 2:
			costs["evaluate"] += app.evaluate(run)
		results = floor.results_of(run)
		with Meter() as meter:
			floor.insert(results)
		costs["insert"] += meter.cost
		costs["publish"] += app.publish(run)
		evaluated += app.evaluations(run)
		with Meter() as meter:
			for supplier in monthly:
				scorecard.refresh(supplier, period.to_date + timedelta(days=1))
		costs["monthly"] += meter.cost
		print(f"  {period.from_date:%Y-%m}: {evaluated:,} evaluations", file=sys.stderr, flush=True)
	with Meter() as meter:
		for supplier in at_once:
			scorecard.refresh(supplier, size.periods[-1].to_date + timedelta(days=1))
	costs["at once"] = meter.cost
	scored = {
		"monthly": sum(map(scorecard.months, monthly)),
		"at once": sum(map(scorecard.months, at_once)),
	}
	_show_costs(costs, evaluated, scored, report)
	_compare(costs, evaluated, scored, report)


def _scorecards(size: Size, count: int) -> tuple[list[str], list[str]]:
	"""Scorecards for suppliers large and small: some to be scored every month, some at the end."""
	names = [generate.supplier(size.suppliers * (2 * n + 1) // (4 * count)) for n in range(2 * count)]
	scorecard.remove(names)
	for name in names:
		scorecard.make(name, size.periods[0].from_date)
	return names[::2], names[1::2]


def _show_costs(costs: dict[str, Cost], evaluated: int, scored: dict[str, int], report: Report) -> None:
	report.say("| | supplier-months | seconds | ms each | statements | each |")
	report.say("|---|---|---|---|---|---|")
	for what, name in (
		("The app: evaluate", "evaluate"),
		("The app: publish", "publish"),
		("Plain SQL: grouped SELECTs", "read"),
		("Plain SQL: insert the results", "insert"),
		("ERPNext's Supplier Scorecard, every month", "monthly"),
		("ERPNext's Supplier Scorecard, all months at once", "at once"),
	):
		cost, count = costs[name], scored.get(name, evaluated)
		report.say(
			f"| {what} | {count:,} | {cost.seconds:,.1f} | {1000 * cost.seconds / count:,.2f}"
			f" | {cost.statements:,} | {cost.statements / count:,.3f} |"
		)
	report.say()


def _compare(costs: dict[str, Cost], evaluated: int, scored: dict[str, int], report: Report) -> None:
	report.say("| budget | measured | limit | kept |")
	report.say("|---|---|---|---|")
	ours = (costs["evaluate"] + costs["publish"]).seconds / evaluated
	plain = (costs["read"] + costs["insert"]).seconds / evaluated
	monthly, at_once = (costs[name].seconds / scored[name] for name in ("monthly", "at once"))
	report.budget(
		"Evaluate and publish every month, against ERPNext's scorecard every month (all months at once)",
		f"1/{monthly / ours:.0f} (1/{at_once / ours:.0f}; plain SQL 1/{monthly / plain:.0f})",
		f"1/{ERPNEXT_TIMES_FASTER}",
		monthly / ours >= ERPNEXT_TIMES_FASTER,
	)
	report.budget(
		"Evaluate and publish, against plain grouped SQL and the bulk insert of the results",
		f"{ours / plain:.2f} times",
		f"{TIMES_THE_FLOOR} times",
		ours / plain <= TIMES_THE_FLOOR,
	)


def _statements(company: str, size: Size, report: Report) -> None:
	"""Statements for 100 and for all suppliers: what grows is the number of batches alone."""
	counted = []
	# Periods that end with the last month: what is published comes in force. The first run warms caches.
	for months, group in ((2, generate.FIRST_GROUP), (3, generate.FIRST_GROUP), (4, None)):
		period = Period(size.periods[-months].from_date, size.periods[-1].to_date)
		run = app.create_run(company, period, group)
		made, published = app.evaluate(run), app.publish(run)
		count = app.evaluations(run)
		counted.append((count, app.batches(count), made.statements, published.statements))
	(few, few_batches, few_made, few_published), (count, batches, made, published) = counted[1:]
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
			f"{work.title()} {app.evaluations(run):,} suppliers, one quarter of {lines:,} receipt lines",
			f"{cost['seconds']:.1f} s, {cost['peak_mib']:.0f} MiB, {cost['statements']} statements",
			f"{LARGE_SECONDS} s, {LARGE_MIB} MiB",
			cost["seconds"] < LARGE_SECONDS and cost["peak_mib"] < LARGE_MIB,
		)


if __name__ == "__main__":
	sys.exit(main())
