"""The independent count: on-time deliveries by vendor, straight from the file.

Shares no code with the loaders, the KPI queries or the rating, so that agreeing with it proves something.
"""

import csv
import time
from collections import Counter
from pathlib import Path

_FORM = "%d-%b-%y"


def on_time_by_vendor(path: Path, ids: set[str] | None = None) -> dict[str, tuple[int, int]]:
	"""(delivered no later than scheduled, lines) by vendor; of the rows with these ids only, if given."""
	kept: Counter[str] = Counter()
	lines: Counter[str] = Counter()
	with path.open(encoding="utf-8", newline="") as file:
		for row in csv.DictReader(file):
			if ids is not None and row["ID"] not in ids:
				continue
			lines[row["Vendor"]] += 1
			scheduled = time.strptime(row["Scheduled Delivery Date"], _FORM)
			if time.strptime(row["Delivered to Client Date"], _FORM) <= scheduled:
				kept[row["Vendor"]] += 1
	return {vendor: (kept[vendor], lines[vendor]) for vendor in lines}


def on_time_by_year(path: Path) -> dict[int, tuple[int, int]]:
	"""(delivered no later than scheduled, lines) of each year of delivery."""
	kept: Counter[int] = Counter()
	lines: Counter[int] = Counter()
	with path.open(encoding="utf-8", newline="") as file:
		for row in csv.DictReader(file):
			delivered = time.strptime(row["Delivered to Client Date"], _FORM)
			lines[delivered.tm_year] += 1
			kept[delivered.tm_year] += delivered <= time.strptime(row["Scheduled Delivery Date"], _FORM)
	return {year: (kept[year], lines[year]) for year in sorted(lines)}
