"""The job of complaints' deadlines over 50,000 open complaints: under 10 seconds, in few statements.

	python -m tests.benchmarks.complaint_deadlines --site SITE [--sites-path DIR]

Run by the bench's Python from this checkout, on a site to throw away that holds the app and a company. The
complaints are inserted by SQL with the deadlines that saving one gives them, and removed at the end. Measured
are the worst case (each of them has just become overdue, and a rule tells the managers), a run in which one
in a hundred has, and one in which nothing has. The exit code is 1 if a budget is broken.
"""

import argparse
import json
import os
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import frappe
from frappe.utils import add_days, now_datetime

from partner_relations.common.bulk import insert_rows
from partner_relations.customer_care import complaint_deadlines, complaints
from partner_relations.customer_care.complaint_steps import COMPLAINT
from tests.benchmarks.meter import Cost, Meter

OPEN_COMPLAINTS = 50_000
SECONDS = 10
PREFIX = "CUC-BENCH-"
STATEMENTS_PER_CHUNK = 120
TIER = "Benchmark Tier"


def main(arguments: list[str] | None = None) -> int:
	options = _options(arguments)
	os.chdir(options.sites_path)
	frappe.init(site=options.site, sites_path=str(options.sites_path))
	frappe.connect()
	frappe.set_user("Administrator")
	frappe.flags.mute_emails = True
	broken = False
	try:
		template = _template()
		for what, share in (("nothing is due", 0), ("1 in 100 is due", 0.01), ("all are due", 1)):
			_fill(template, share)
			looked_at, cost, cpu = _run()
			chunks = -(-looked_at // complaint_deadlines.ROWS_PER_CHUNK)
			allowed = 10 + STATEMENTS_PER_CHUNK * chunks
			kept = cost.seconds < SECONDS and cost.statements <= allowed
			broken = broken or not kept
			print(
				f"{OPEN_COMPLAINTS:,} open complaints, {what}: looked at {looked_at:,} in "
				f"{cost.seconds:.2f} s ({cpu:.2f} s of them Python's), {cost.statements} statements"
				f"{'' if kept else ' -- TOO MUCH'}",
				flush=True,
			)
	finally:
		_clean()
	return int(broken)


def _template() -> dict[str, Any]:
	"""What saving a complaint writes: one that is answered, and has an hour until it must be resolved."""
	if not frappe.db.exists("Customer Tier", TIER):
		frappe.get_doc(
			doctype="Customer Tier",
			tier_name=TIER,
			rank=(frappe.db.sql("SELECT MAX(`rank`) FROM `tabCustomer Tier`")[0][0] or 0) + 1,
			currency="USD",
			service_times=[
				{
					"severity": "Medium",
					"acknowledge_within": 1800,
					"respond_within": 3600,
					"resolve_within": 28800,
				}
			],
		).insert()
	complaint = complaints.create(
		{
			"subject": "Measured",
			"severity": "Medium",
			"company": frappe.get_all("Company", pluck="name")[0],
			"received_on": add_days(now_datetime(), -1),
		},
		"Phone",
	)
	terms = frappe.parse_json(complaint_deadlines._promised(TIER)["service_terms"])
	frappe.db.delete(COMPLAINT, {"name": complaint.name})
	return {**{field: complaint.get(field) for field in complaint_deadlines.READ}, "terms": terms}


def _fill(template: dict[str, Any], share: float) -> None:
	"""50,000 open complaints, of which a share has just become due and the others are in a week."""
	_remove()
	moment = now_datetime()
	columns = (
		*("name", "owner", "modified_by", "creation", "modified", "docstatus", "subject", "step"),
		*("severity", "handler", "received_on", "acknowledged_on", "responded_on", "acknowledge_by"),
		*("respond_by", "resolve_by", "next_deadline", "next_due", "deadline_status", "next_check"),
		*("service_terms", "warned_for"),
	)

	def row(number: int) -> tuple:
		is_due = number < share * OPEN_COMPLAINTS
		by = moment + timedelta(minutes=-1) if is_due else moment + timedelta(days=7)
		warn = by - timedelta(hours=2)
		terms = {**template["terms"], "warn": {"resolve": warn.isoformat(" ")}}
		return (
			*(f"{PREFIX}{number:06d}", "Administrator", "Administrator", moment, moment, 0),
			*("Pump housing scratched", "Under Investigation", "Medium", "Administrator"),
			*(moment - timedelta(days=2), moment - timedelta(days=2), moment - timedelta(days=2)),
			*(moment, moment, by, "Resolve", by, "On Time", by if is_due else warn),
			*(json.dumps(terms), "res:W:28800" if is_due else None),
		)

	insert_rows(COMPLAINT, columns, (row(number) for number in range(OPEN_COMPLAINTS)))
	frappe.db.commit()
	frappe.db.sql(f"ANALYZE TABLE `tab{COMPLAINT}`")


def _run() -> tuple[int, Cost, float]:
	"""How many complaints were looked at, what it cost, and the seconds in which this process computed."""
	began = time.process_time()
	with Meter() as meter:
		looked_at = complaint_deadlines.check_due()
	return looked_at, meter.cost, time.process_time() - began


def _remove() -> None:
	for doctype, field in (
		(COMPLAINT, "name"),
		("Comment", "reference_name"),
		("Notification Log", "document_name"),
	):
		table = frappe.qb.DocType(doctype)
		frappe.qb.from_(table).delete().where(table[field].like(f"{PREFIX}%")).run()
	frappe.db.commit()


def _clean() -> None:
	frappe.db.rollback()
	_remove()
	frappe.db.delete("Customer Tier", {"name": TIER})
	frappe.db.delete("Customer Tier Service Time", {"parent": TIER})
	frappe.db.commit()
	frappe.destroy()


def _options(arguments: list[str] | None) -> argparse.Namespace:
	parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
	parser.add_argument("--site", required=True)
	parser.add_argument(
		"--sites-path",
		type=Path,
		default=Path(os.environ.get("FRAPPE_BENCH_ROOT", Path.home() / "frappe-bench")) / "sites",
	)
	return parser.parse_args(arguments)


if __name__ == "__main__":
	sys.exit(main())
