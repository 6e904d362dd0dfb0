"""The preview's command line."""

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from partner_relations.preview import output, page, tier_page
from partner_relations.preview.columns import FILES, SALES_LINES, SUPPLIER_FILES, BadCell, read_date
from partner_relations.preview.load import load
from partner_relations.preview.policy import DEFAULT, read_policy
from partner_relations.preview.reading import InputError
from partner_relations.preview.report import make_report, on_time_trend, to_dict
from partner_relations.preview.template import default_definition, read_definition
from partner_relations.preview.tiers import Evidence, evidence, make_tier_report
from partner_relations.preview.tiers import to_dict as tiers_to_dict

SAMPLE = Path(__file__).resolve().parent / "sample"
PAGE = Path("preview.html")
BAD_INPUT = 2


def main(arguments: list[str] | None = None) -> int:
	"""Run the preview. Returns 0, or 2 after one line on stderr where the input can't be used."""
	for stream in (sys.stdout, sys.stderr):
		if hasattr(stream, "reconfigure"):
			stream.reconfigure(errors="replace")  # a terminal that can't show a name must not end the run
	options = _parser().parse_args(arguments)
	try:
		return _run(options)
	except InputError as error:
		print(error, file=sys.stderr)
		return BAD_INPUT
	except BrokenPipeError:
		# The reader of our output (`| head`) has left. Python would complain again at exit.
		os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
		return 0


def _run(options: argparse.Namespace) -> int:
	definition = default_definition() if options.template is None else read_definition(options.template)
	policy = read_policy(options.policy)
	loaded = load(options.directory)
	report = tiers = trend = None
	behind: Mapping[tuple[str, str], Evidence] = {}
	if any(file.name in loaded.files for file in SUPPLIER_FILES):
		report = make_report(loaded, definition, options.from_date, options.to_date)
		trend = on_time_trend(loaded, report, page.shown_suppliers(report))
	if SALES_LINES.name in loaded.files:
		tiers = make_tier_report(loaded, policy, options.from_date, options.to_date)
		behind = evidence(loaded, tiers, tier_page.shown_customers(tiers), tier_page.LINES_SHOWN)
	sections = [page.section(report, trend)] if report else []
	sections += [tier_page.section(tiers, behind, loaded.notes if report is None else ())] if tiers else []
	_write(options.html, page.render(loaded.company, sections))
	if options.json is not None:
		data = to_dict(report) if report else {"company": loaded.company, "notes": list(loaded.notes)}
		if tiers:
			data["tiering"] = tiers_to_dict(tiers)
		_write(options.json, output.to_json(data) + "\n")
	if options.directory == SAMPLE:
		print("The sample that comes with the app (name a folder of CSV files to see your own).")
	if report:
		_print(output.heading(report), output.table(report), output.remarks(report))
	if tiers:
		_print(output.tier_heading(tiers), output.tier_table(tiers), output.tier_remarks(tiers))
	if options.json is not None:
		print(f"JSON: {options.json.resolve()}")
	print(f"Page: {options.html.resolve()}")
	sys.stdout.flush()
	return 0


def _print(*parts: Iterable[str]) -> None:
	for part in parts:
		print(*part, sep="\n", end="\n\n")


def _write(path: Path, text: str) -> None:
	try:
		path.write_text(text, encoding="utf-8", newline="\n")
	except OSError as error:
		raise InputError(f"{path}: can't be written ({error.strerror})") from error


def _day(text: str) -> date:
	try:
		return date.fromisoformat(read_date(text))
	except BadCell as error:
		raise argparse.ArgumentTypeError(str(error)) from None


def _parser() -> argparse.ArgumentParser:
	parser = argparse.ArgumentParser(
		prog="python -m partner_relations.preview",
		description="Evaluates suppliers and tiers customers from CSV files, without an ERP: prints tables, "
		"writes a page.",
		epilog=f"The folder holds any of {', '.join(file.name for file in FILES)}. "
		"Their columns, and the formats of a template and a policy, are described in docs/preview.md.",
	)
	parser.add_argument(
		"directory", metavar="DIR", nargs="?", type=Path, default=SAMPLE,
		help="folder of the CSV files (default: the sample that comes with the app)",
	)  # fmt: skip
	parser.add_argument("--template", metavar="FILE", type=Path, help="JSON file with criteria and grades")
	parser.add_argument(
		"--policy", metavar="NAME|FILE",
		help=f"policy to tier customers by: one that comes with the app, or a JSON file (default: {DEFAULT})",
	)  # fmt: skip
	parser.add_argument("--from", dest="from_date", metavar="DATE", type=_day, help="first day (YYYY-MM-DD)")
	parser.add_argument("--to", dest="to_date", metavar="DATE", type=_day, help="last day (YYYY-MM-DD)")
	parser.add_argument("--json", metavar="FILE", type=Path, help="write all figures here")
	parser.add_argument(
		"--html", metavar="FILE", type=Path, default=PAGE,
		help="write the page here (default: preview.html in the current folder)",
	)  # fmt: skip
	return parser
