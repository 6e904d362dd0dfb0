"""Writes the real deliveries as the preview's CSV files.

	python -m tests.real_data.to_preview [FILE] OUTDIR
	python -m partner_relations.preview OUTDIR --from 2006-01-01 --to 2015-12-31

Each row of the file is an order line and the receipt line that delivered it; the file knows nothing of
inspections, invoices and quotations, so those files are not written.
"""

import argparse
import csv
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.real_data.lines import BadFile, Line, data_file, order_date, orders, read

COMPANY = "Supply Chain Management System"


def write(lines: list[Line], folder: Path) -> None:
	"""Write `order_lines.csv` and `receipt_lines.csv` to the folder, which is made if need be."""
	folder.mkdir(parents=True, exist_ok=True)
	placed = {number: order_date(group) for number, group in orders(lines).items()}
	_write(
		folder / "order_lines.csv",
		(
			{
				"order": line.order,
				"line": line.id,
				"supplier": line.vendor,
				"item": line.item,
				"quantity": line.quantity,
				"due_date": line.due,
				"order_date": placed[line.order],
				"rate": line.price,
				"currency": "USD",
				"item_group": line.item_group,
				"company": COMPANY,
			}
			for line in lines
		),
	)
	_write(
		folder / "receipt_lines.csv",
		(
			{
				"receipt": line.delivery,
				"line": line.id,
				"date": line.delivered,
				"supplier": line.vendor,
				"item": line.item,
				"accepted": line.quantity,
				"order": line.order,
				"order_line": line.id,
				"amount": line.quantity * line.price,
				"item_group": line.item_group,
				"company": COMPANY,
			}
			for line in lines
		),
	)


def _write(path: Path, rows: Iterable[dict[str, object]]) -> None:
	rows = list(rows)
	with path.open("w", encoding="utf-8", newline="") as file:
		writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
		writer.writeheader()
		writer.writerows(rows)


def main(arguments: list[str] | None = None) -> int:
	parser = argparse.ArgumentParser(prog="python -m tests.real_data.to_preview", description=__doc__)
	parser.add_argument("file", nargs="?", type=Path, default=data_file())
	parser.add_argument("folder", metavar="OUTDIR", type=Path)
	options = parser.parse_args(arguments)
	try:
		lines = read(options.file)
	except BadFile as error:
		print(error, file=sys.stderr)
		return 2
	write(lines, options.folder)
	print(
		f"{len(lines):,} order and receipt lines of {len({line.vendor for line in lines})} vendors:",
		options.folder,
	)
	return 0


if __name__ == "__main__":
	sys.exit(main())
