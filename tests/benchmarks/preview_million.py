"""How long the preview takes for a million receipt lines: makes files, runs the command, prints the cost.

`python tests/benchmarks/preview_million.py [LINES]`, in an environment with the preview's requirements. The
order lines are as many as the receipt lines; `--all` adds an invoice line for each, and inspections and
quotations in proportion. Everything goes to a temporary folder.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

REPOSITORY = Path(__file__).resolve().parents[2]
SUPPLIERS = 10_000
ITEMS = 5_000
FIRST_DAY = date(2023, 11, 1)
DAYS = 36 * 30
LINES_PER_DOCUMENT = 4
LIMIT_SECONDS = 60


def _documents(lines: int) -> Iterator[tuple[int, int, int]]:
	"""(document, line, supplier) for every line."""
	for number in range(lines):
		document, line = divmod(number, LINES_PER_DOCUMENT)
		yield document, line + 1, document * 7919 % SUPPLIERS


def make_files(folder: Path, lines: int, everything: bool) -> None:
	"""Write the CSV files; the same ones for the same number of lines."""
	draw = Random(20260101).random
	days = [(FIRST_DAY + timedelta(days=day)).isoformat() for day in range(DAYS + 60)]
	orders = open(folder / "order_lines.csv", "w", encoding="utf-8")
	receipts = open(folder / "receipt_lines.csv", "w", encoding="utf-8")
	invoices = open(folder / "invoice_lines.csv", "w", encoding="utf-8") if everything else None
	inspections = open(folder / "inspections.csv", "w", encoding="utf-8") if everything else None
	with orders, receipts:
		orders.write("order,line,supplier,item,quantity,due_date,order_date,rate,conversion_factor,status\n")
		receipts.write(
			"receipt,line,date,supplier,item,accepted,rejected,order,order_line,conversion_factor,amount\n"
		)
		if invoices:
			invoices.write("invoice,date,supplier,item,quantity,rate,receipt,receipt_line\n")
			inspections.write("inspection,date,result,receipt\n")
		due, late = 0, 0
		for document, line, supplier in _documents(lines):
			if line == 1:
				due = int(draw() * DAYS) + 10
				late = int(draw() * 12) - 8
			item, quantity, rate = int(draw() * ITEMS), 1 + int(draw() * 200), round(1 + draw() * 90, 2)
			rejected = int(draw() * quantity * 0.1) if draw() < 0.05 else 0
			name = f"Supplier {supplier:05}"
			orders.write(
				f"PO-{document:07},{line},{name},ITEM-{item:05},{quantity},{days[due]},"
				f"{days[due - 10]},{rate},1,Completed\n"
			)
			receipts.write(
				f"PR-{document:07},{line},{days[due + late]},{name},ITEM-{item:05},{quantity - rejected},"
				f"{rejected},PO-{document:07},{line},1,{(quantity - rejected) * rate:.2f}\n"
			)
			if invoices:
				invoices.write(
					f"PI-{document:07},{days[due + late + 3]},{name},ITEM-{item:05},{quantity},{rate},"
					f"PR-{document:07},{line}\n"
				)
				if line == 1:
					result = "Rejected" if rejected else "Accepted"
					inspections.write(f"QI-{document:07},{days[due + late]},{result},PR-{document:07}\n")
	if invoices:
		invoices.close()
		inspections.close()
		_make_quotations(folder, lines // 20, days)


def _make_quotations(folder: Path, requests: int, days: list[str]) -> None:
	draw = Random(20260102).random
	with open(folder / "quotation_lines.csv", "w", encoding="utf-8") as stream:
		stream.write("rfq,rfq_date,supplier,item,quantity,quotation,quotation_date,rate\n")
		for request in range(requests):
			day, item = int(draw() * DAYS), int(draw() * ITEMS)
			for asked in range(3):
				supplier = (request * 31 + asked * 101) % SUPPLIERS
				answer = (
					f"SQ-{request:06}-{asked},{days[day + 4]},{10 + draw():.2f}" if draw() < 0.8 else ",,"
				)
				stream.write(
					f"RFQ-{request:06},{days[day]},Supplier {supplier:05},ITEM-{item:05},100,{answer}\n"
				)


def run(folder: Path) -> tuple[float, float, float]:
	"""Seconds by the clock, seconds of CPU and peak MiB of the preview's own process, from start to end."""
	environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
	started = time.perf_counter()
	subprocess.run(
		[
			*(sys.executable, "-m", "partner_relations.preview", str(folder)),
			*("--json", str(folder / "out.json"), "--html", str(folder / "out.html")),
		],
		check=True,
		env=environment,
		stdout=subprocess.DEVNULL,
	)
	seconds = time.perf_counter() - started
	used = resource.getrusage(resource.RUSAGE_CHILDREN)
	return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument(
		"lines", nargs="?", type=int, default=1_000_000, help="receipt lines (default: 1000000)"
	)
	parser.add_argument("--all", action="store_true", help="all five files, not only orders and receipts")
	options = parser.parse_args()
	with tempfile.TemporaryDirectory() as name:
		folder = Path(name)
		make_files(folder, options.lines, options.all)
		size = sum(path.stat().st_size for path in folder.iterdir()) / 1_000_000
		seconds, cpu, memory = run(folder)
		page = (folder / "out.html").stat().st_size / 1000
	files = "all five files" if options.all else "orders and receipts"
	print(f"{options.lines:,} receipt lines of {SUPPLIERS:,} suppliers, {files} ({size:,.0f} MB of CSV)")
	print(f"{seconds:.1f} s by the clock, {cpu:.1f} s of CPU, {memory:,.0f} MiB; page of {page:,.0f} kB")
	return 0 if seconds < LIMIT_SECONDS else 1


if __name__ == "__main__":
	sys.exit(main())
