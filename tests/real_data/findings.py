"""What the real deliveries show, in sentences: computed from the file, for the README and docs/real-data.md.

python -m tests.real_data.findings [FILE]
"""

import sys
from pathlib import Path

from tests.real_data.count import on_time_by_vendor, on_time_by_year
from tests.real_data.lines import data_file

LARGE = 50


def sentences(path: Path) -> list[str]:
	"""Three sentences: how it stands in all, between large vendors, over the years."""
	vendors, years = on_time_by_vendor(path), on_time_by_year(path)
	kept, lines = _total(vendors.values())
	large = {name: pair for name, pair in vendors.items() if pair[1] >= LARGE}
	ranked = sorted(large, key=lambda name: (_rate(large[name]), large[name][1]))
	worst, best = ranked[0], ranked[-1]
	low = min(years, key=lambda year: _rate(years[year]))
	high = max(years, key=lambda year: (_rate(years[year]), years[year][1]))
	late_of_worst, late = large[worst][1] - large[worst][0], lines - kept
	whole = sum(pair[0] == pair[1] for pair in vendors.values())
	last = max(years)
	return [
		f"{kept:,} of {lines:,} deliveries ({_percent((kept, lines))}) came no later than scheduled; "
		f"{whole} of {len(vendors)} vendors were never late, most of them with a handful of lines.",
		f"Of the {len(large)} vendors with at least {LARGE} lines, {best} did best "
		f"({_share(large[best])}) and {worst} worst ({_share(large[worst])}); "
		f"{late_of_worst:,} of the {late:,} late deliveries are its own.",
		f"Punctuality fell from {_percent(years[high])} in {high} to {_percent(years[low])} in {low} "
		f"and stood at {_percent(years[last])} in {last}.",
	]


def vendor_table(path: Path) -> str:
	"""Vendors with at least `LARGE` lines, the most punctual first, as Markdown."""
	vendors = {name: pair for name, pair in on_time_by_vendor(path).items() if pair[1] >= LARGE}
	ranked = sorted(vendors, key=lambda name: (-_rate(vendors[name]), name))
	rows = ["| vendor | lines | on time | share |", "|---|---:|---:|---:|"]
	for name in ranked:
		kept, lines = vendors[name]
		rows.append(f"| {name} | {lines:,} | {kept:,} | {_percent(vendors[name])} |")
	return "\n".join(rows)


def year_table(path: Path) -> str:
	"""Years of delivery, as Markdown."""
	rows = ["| delivered in | lines | on time | share |", "|---|---:|---:|---:|"]
	for year, (kept, lines) in on_time_by_year(path).items():
		rows.append(f"| {year} | {lines:,} | {kept:,} | {_percent((kept, lines))} |")
	return "\n".join(rows)


def _total(pairs) -> tuple[int, int]:
	pairs = list(pairs)
	return sum(kept for kept, _lines in pairs), sum(lines for _kept, lines in pairs)


def _rate(pair: tuple[int, int]) -> float:
	return pair[0] / pair[1]


def _percent(pair: tuple[int, int]) -> str:
	return f"{100 * _rate(pair):.1f} %"


def _share(pair: tuple[int, int]) -> str:
	return f"{pair[0]:,} of {pair[1]:,}, {_percent(pair)}"


if __name__ == "__main__":
	file = Path(sys.argv[1]) if len(sys.argv) > 1 else data_file()
	print(*sentences(file), vendor_table(file), year_table(file), sep="\n\n")
