"""A background worker's share of a benchmark: one job in a process of its own, and the memory it took.

`python -m tests.benchmarks.worker SITE SITES_PATH evaluate|publish RUN` prints one line of JSON.
"""

import json
import os
import resource
import sys
from dataclasses import asdict

import frappe


def main(site: str, sites_path: str, work: str, run: str) -> None:
	os.chdir(sites_path)
	frappe.init(site=site, sites_path=sites_path)
	frappe.connect()
	frappe.set_user("Administrator")
	from tests.benchmarks import app

	try:
		cost = {"evaluate": app.evaluate, "publish": app.publish}[work](run)
	finally:
		frappe.destroy()
	peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
	print(json.dumps({**asdict(cost), "peak_mib": peak_kib / 1024}))


if __name__ == "__main__":
	main(*sys.argv[1:])
