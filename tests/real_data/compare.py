"""Loads the real deliveries into a site, evaluates the suppliers there, and compares three ways.

Run by the bench's Python, from this checkout (`make real-data` does it on a site of its own):

	python -m tests.real_data.compare SITE [FILE] [--sample N | --all] [--record RESULT.json]

Supplier by supplier and KPI by KPI the site's evaluations must equal the preview's figures, and on-time
delivery an independent count from the file. Any difference is printed and makes the exit status 1.
"""

import json
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import frappe

from partner_relations.supplier_quality import runs
from partner_relations.supplier_quality.templates import TEMPLATE, freeze
from tests.real_data.count import on_time_by_vendor, on_time_by_year
from tests.real_data.figures import (
	FIRST,
	LAST,
	differences,
	differences_from_count,
	on_time,
	preview_figures,
	site_figures,
)
from tests.real_data.lines import BadFile, Line
from tests.real_data.to_site import load, make_company, read_command_line, say


def evaluate(company: str, from_date: date = FIRST, to_date: date = LAST) -> str:
	"""A run over all suppliers by the default template, done at once; returns its name, commits nothing."""
	run = runs.create_run(default_template(), company, from_date, to_date)
	runs.evaluate_now(run)
	return run


def default_template() -> str:
	return frappe.get_all(TEMPLATE, {"is_default": 1, "disabled": 0}, pluck="name")[0]


def check(lines: list[Line], file: Path, company: str) -> dict[str, Any]:
	"""Evaluate the suppliers over all years and say where site, preview and count disagree.

	Returns figures of the run, `seconds` it took, and `differences`: lines of text, none if all is well.
	"""
	started = time.monotonic()
	run = evaluate(company)
	seconds = time.monotonic() - started
	definition = freeze(frappe.get_doc(TEMPLATE, default_template()).as_dict()).to_dict()
	site = site_figures(run)
	disagreements = differences(site, preview_figures(lines, definition))
	ids = {line.id for line in lines}
	disagreements += differences_from_count(site, on_time_by_vendor(file, ids))
	kept, deliveries = _total(site)
	return {
		"suppliers_evaluated": len(site),
		"on_time": kept,
		"deliveries": deliveries,
		"grades": dict(Counter(row["grade"] or "Not Rated" for row in site.values()).most_common()),
		"seconds": round(seconds, 1),
		"differences": disagreements,
	}


def check_years(file: Path, company: str) -> dict[str, Any]:
	"""Evaluate each year on the site and compare on-time delivery in all with the count of that year."""
	started = time.monotonic()
	disagreements, evaluations = [], 0
	years = on_time_by_year(file)
	for year, counted in years.items():
		figures = site_figures(evaluate(company, date(year, 1, 1), date(year, 12, 31)))
		evaluations += len(figures)
		if _total(figures) != counted:
			disagreements.append(f"{year}: {_total(figures)}, counted {counted}")
	return {
		"years": len(years),
		"evaluations": evaluations,
		"seconds": round(time.monotonic() - started, 1),
		"differences": disagreements,
	}


def _total(figures: dict[str, Any]) -> tuple[int, int]:
	pairs = [on_time(row) for row in figures.values()]
	return int(sum(kept for kept, _all in pairs)), int(sum(deliveries for _kept, deliveries in pairs))


def main(arguments: list[str] | None = None) -> int:
	try:
		job = read_command_line("python -m tests.real_data.compare", __doc__, arguments)
	except BadFile as error:
		print(error, file=sys.stderr)
		return 2
	with job.connected():
		started = time.monotonic()
		company = make_company(job.company)
		made = load(job.lines, company, report=say)
		loading_seconds = round(time.monotonic() - started)
		ours = {"company": company, "docstatus": 1}
		result: dict[str, Any] = {
			"lines": len(job.lines),
			"vendors": len({line.vendor for line in job.lines}),
			"purchase_orders": frappe.db.count("Purchase Order", ours),
			"purchase_receipts": frappe.db.count("Purchase Receipt", ours),
			"made_now": made,
			"loading_seconds": loading_seconds,
			"all_years": check(job.lines, job.file, company),
		}
		if job.whole:
			result["each_year"] = check_years(job.file, company)
		frappe.db.commit()
	text = json.dumps(result, indent=1, ensure_ascii=False)
	say(text)
	if job.record:
		job.record.write_text(text + "\n", encoding="utf-8")
	disagreements = result["all_years"]["differences"] + result.get("each_year", {}).get("differences", [])
	say(
		f"{len(disagreements)} differences between site, preview and count."
		if disagreements
		else "Site, preview and count agree for every supplier."
	)
	return 1 if disagreements else 0


if __name__ == "__main__":
	sys.exit(main())
