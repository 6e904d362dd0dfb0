"""The app's side: a run and its publishing, by the services that the Desk calls."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import frappe

from partner_relations.supplier_quality import publishing, runs
from partner_relations.supplier_quality.rating.periods import Period, periods_between
from tests.benchmarks.generate import Size
from tests.benchmarks.meter import Cost, Meter

PUBLISHER = "benchmark.publisher@example.com"
CHECKOUT = Path(__file__).resolve().parents[2]


BATCH = runs.SUPPLIERS_PER_CHUNK


def batches(evaluations: int) -> int:
	return -(-evaluations // BATCH)


def quarters(size: Size) -> list[Period]:
	"""The calendar quarters that lie in the months of `size`."""
	months = size.periods
	anchor = date(months[0].from_date.year, 1, 1)
	every = periods_between(months[0].from_date, months[-1].to_date, "Quarter", anchor)
	return [
		period
		for period in every
		if period.from_date >= months[0].from_date and period.to_date <= months[-1].to_date
	]


def default_template() -> str:
	return frappe.db.get_value("Supplier Evaluation Template", {"is_default": 1})


def make_publisher() -> None:
	"""A user who may publish what Administrator requests."""
	if not frappe.db.exists("User", PUBLISHER):
		user = frappe.get_doc(doctype="User", email=PUBLISHER, first_name="Benchmark", send_welcome_email=0)
		user.append("roles", {"role": "Supplier Quality Manager"})
		user.insert()
		frappe.db.commit()


def create_run(company: str, period: Period, supplier_group: str | None = None) -> str:
	"""A run of the default template, not started."""
	run = runs.create_run(default_template(), company, period.from_date, period.to_date)
	if supplier_group:
		frappe.db.set_value(runs.RUN, run, "supplier_group", supplier_group)
	frappe.db.commit()
	return run


def evaluate(run: str) -> Cost:
	"""Execute a run in this process, as its worker would."""
	with Meter() as meter:
		runs.execute_run(run)
	status, error = frappe.db.get_value(runs.RUN, run, ["status", "error"])
	if status != "Completed":
		raise RuntimeError(f"{run}: {status}, {error}")
	return meter.cost


def evaluations(run: str) -> int:
	return frappe.db.count("Supplier Evaluation", {"run": run})


def publish(run: str) -> Cost:
	"""Publish all of a run as another user; fails if one was skipped."""
	frappe.set_user(PUBLISHER)
	try:
		with Meter() as meter:
			outcome = publishing.publish(publishing.drafts_of_run(run))
			frappe.db.commit()
	finally:
		frappe.set_user("Administrator")
	if outcome["skipped"] or len(outcome["published"]) != evaluations(run):
		raise RuntimeError(f"{run}: {len(outcome['published'])} published, {len(outcome['skipped'])} skipped")
	return meter.cost


def in_own_process(work: str, run: str) -> dict[str, float]:
	"""Do "evaluate" or "publish" in a process of its own; its `seconds`, `statements` and `peak_mib`."""
	done = subprocess.run(
		[
			sys.executable,
			"-m",
			"tests.benchmarks.worker",
			frappe.local.site,
			frappe.local.sites_path,
			work,
			run,
		],
		check=True,
		cwd=CHECKOUT,
		stdout=subprocess.PIPE,
		text=True,
	)
	return json.loads(done.stdout.splitlines()[-1])
