"""The budget of tiering: 100,000 customers and 1,000,000 sales lines in the background in under a minute.

	python -m tests.benchmarks.tiering --site SITE [--customers 100000] [--lines 1000000]

Run by the bench's Python from this checkout, on a site to throw away that holds ERPNext, one company and the
app. A run by each of three policies (the one that the app installs; weighted score of all nine metrics; RFM
by quantiles), each in a process of its own as a worker would be, and the approval of ten thousand moves. The
load of the machine is told with each: where others compute too, seconds say little. Statements are counted
for a tenth of the customers too. The exit code is 1 if a budget is broken.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import frappe

from partner_relations.customer_care import tier_assessments, tiering_runs
from partner_relations.customer_care.tier_assessments import ASSESSMENT
from partner_relations.customer_care.tiering_policies import POLICY, suggestions
from partner_relations.customer_care.tiering_runs import RUN
from tests.benchmarks import sales
from tests.benchmarks.meter import Cost, Meter

CHECKOUT = Path(__file__).resolve().parents[2]
SECONDS, MIB = 60, 1024
STATEMENTS_PER_CHUNK = 16
APPROVED_AT_ONCE = 10_000
APPROVER = "benchmark.approver@example.com"
METRICS = (
	("Revenue", 20, 0, 20_000),
	("Gross Margin", 10, 0, 40),
	("Growth", 10, -50, 50),
	("Recency", 10, 180, 14),
	("Frequency", 10, 0, 12),
	("Payment Punctuality", 10, 50, 100),
	("Return Rate", 10, 10, 0),
	("Complaint Rate", 10, 50, 0),
	("Perfect-Order Rate", 10, 50, 100),
)


def main(arguments: list[str] | None = None) -> int:
	options = _options(arguments)
	os.chdir(options.sites_path)
	frappe.init(site=options.site, sites_path=str(options.sites_path))
	frappe.connect()
	frappe.set_user("Administrator")
	frappe.flags.mute_emails = True
	try:
		if options.run:
			print(json.dumps(_run_here(options.run)))
			return 0
		return 0 if measure(options.customers, options.lines) else 1
	finally:
		frappe.destroy()


def _options(arguments: list[str] | None) -> argparse.Namespace:
	bench = Path(os.environ.get("FRAPPE_BENCH_ROOT", "~/frappe-bench")).expanduser()
	sites_path = Path(os.environ.get("PR_SITES_PATH", bench / "sites"))
	parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.tiering")
	parser.add_argument("--site", default=os.environ.get("PR_SITE"), required="PR_SITE" not in os.environ)
	parser.add_argument("--sites-path", type=lambda text: Path(text).resolve(), default=sites_path)
	parser.add_argument("--customers", type=int, default=100_000)
	parser.add_argument("--lines", type=int, default=1_000_000)
	parser.add_argument("--run", help="only this run, in this process (used by the benchmark itself)")
	return parser.parse_args(arguments)


def measure(customers: int, lines: int, say=print) -> bool:
	"""Say how long runs and approvals take, as rows of a table; whether every budget was kept."""
	company = frappe.get_all("Company", {"is_group": 0}, pluck="name", order_by="creation", limit=1)[0]
	policies = _make_policies()
	_make_approver()
	kept, statements = True, {}
	for part in (customers // 10, customers):
		sales.clear()
		made = sales.fill(company, part, lines * part // customers)
		for policy in policies:
			if part < customers:  # what Frappe caches is cached from now on
				_in_own_process(policy, company)
			run, cost = _in_own_process(policy, company)
			load = os.getloadavg()[0]
			statements[part, policy] = cost["statements"]
			count = frappe.db.count(ASSESSMENT, {"run": run})
			if part == customers:
				fine = cost["seconds"] < SECONDS and cost["peak_mib"] < MIB and count == customers
				kept &= fine
				say(
					f"| Assess {count:,} customers by “{policy}”, one year of {made:,} invoice lines"
					f" | {cost['seconds']:.1f} s ({cost['python']:.1f} s of them Python's; load {load:.0f}),"
					f" {cost['peak_mib']:.0f} MiB, {cost['statements']} statements"
					f" | {SECONDS} s, {MIB} MiB | {'yes' if fine else '**no**'} |"
				)
	chunks = (customers - customers // 10) // tiering_runs.CUSTOMERS_PER_CHUNK or 1
	for policy in policies:
		few, many = statements[customers // 10, policy], statements[customers, policy]
		each = (many - few) / chunks
		fine = each <= STATEMENTS_PER_CHUNK
		kept &= fine
		say(
			f"| Statements to assess {customers // 10:,} and {customers:,} customers by “{policy}”"
			f" | {few} and {many}: {each:.0f} for each batch of {tiering_runs.CUSTOMERS_PER_CHUNK:,}"
			f" | {STATEMENTS_PER_CHUNK} a batch | {'yes' if fine else '**no**'} |"
		)
	approved, cost = _approve(run)
	fine = cost.seconds < SECONDS
	say(
		f"| Approve {approved:,} moves at once | {cost.seconds:.1f} s, {cost.statements} statements"
		f" | {SECONDS} s | {'yes' if fine else '**no**'} |"
	)
	return kept and fine


def _make_policies() -> list[str]:
	names = ["Customer Value"]
	for method, metrics in (("Weighted Score", METRICS), ("RFM", ())):
		name = f"Benchmark {method}"
		if not frappe.db.exists(POLICY, name):
			document = frappe.get_doc(
				{
					"doctype": POLICY,
					"policy_name": name,
					"method": method,
					"period_months": 12,
					"margin": 2,
					"confirmations": 2 if metrics else 1,
					"minimum_coverage": 0,
					"metrics": [
						{"metric": metric, "weight": weight, "worst": worst, "best": best}
						for metric, weight, worst, best in metrics
					],
					**suggestions(method),
				}
			)
			document.insert()
			document.db_set("company", None)
		names.append(name)
	frappe.db.commit()
	return names


def _make_approver() -> None:
	if not frappe.db.exists("User", APPROVER):
		user = frappe.get_doc(doctype="User", email=APPROVER, first_name="Benchmark", send_welcome_email=0)
		for role in ("Customer Care Manager", "Sales User"):
			user.append("roles", {"role": role})
		user.insert()
		frappe.db.commit()


def _in_own_process(policy: str, company: str) -> tuple[str, dict[str, float]]:
	"""A new run by the policy, done by a process of its own: its name, seconds, statements, MiB."""
	run = tiering_runs.create_run(policy, company)
	frappe.db.commit()
	command = [sys.executable, "-m", "tests.benchmarks.tiering", "--site", frappe.local.site]
	command += ["--sites-path", frappe.local.sites_path, "--run", run]
	done = subprocess.run(command, check=True, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
	frappe.db.rollback()  # see what the other process wrote
	return run, json.loads(done.stdout.splitlines()[-1])


def _run_here(run: str) -> dict[str, float]:
	began = time.process_time()
	with Meter() as meter:
		tiering_runs.execute_run(run)
	status, error = frappe.db.get_value(RUN, run, ["status", "error"])
	if status != "Completed":
		raise RuntimeError(f"{run}: {status}, {error}")
	peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
	return {
		"seconds": meter.cost.seconds,
		"python": time.process_time() - began,
		"statements": meter.cost.statements,
		"peak_mib": peak_kib / 1024,
	}


def _approve(run: str) -> tuple[int, Cost]:
	frappe.set_user(APPROVER)
	names = tier_assessments.open_of_run(run)[:APPROVED_AT_ONCE]
	with Meter() as meter:
		outcome = tier_assessments.approve(names)
		frappe.db.commit()
	frappe.set_user("Administrator")
	if outcome["skipped"]:
		raise RuntimeError(f"{len(outcome['skipped'])} of {len(names)} were skipped")
	return len(outcome["decided"]), meter.cost


if __name__ == "__main__":
	sys.exit(main())
