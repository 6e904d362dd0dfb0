"""Puts the real deliveries into a site as suppliers, items, orders and receipts, through ERPNext's own API.

Run by the bench's Python, from this checkout:

	python -m tests.real_data.to_site SITE [FILE] [--sample N | --all]

An order of the file is a Purchase Order (its number in `order_confirmation_no`), a delivery is a Purchase
Receipt (its number in `supplier_delivery_note`), each row of the file is a line of its own in both. Documents
are made in the order of their dates, as they would have been, and committed as it goes: a run that was
stopped goes on where it was.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import frappe

from partner_relations.demo.site import forget_fiscal_years, set_up_erpnext
from tests.real_data.lines import BadFile, Line, data_file, order_date, orders, read, sample

COMPANY = "Supply Chain Management System"
ABBREVIATION = "SCMS"
SUPPLIER_GROUP = "Health Commodities"
UOM = "Nos"
_COMMIT_EVERY = 25

Report = Callable[[str], None]


def load(lines: list[Line], company: str, report: Report = print, commit: bool = True) -> int:
	"""Make all that the lines tell of and that isn't there yet, in `company`; returns how many documents.

	Args:
		commit: keep what is made as it goes; without, it is left to the caller (tests roll back).
	"""
	started = time.monotonic()
	prepare_settings()
	make_fiscal_years(lines, company)
	suppliers = make_suppliers(lines)
	items = make_items(lines)
	if commit:
		frappe.db.commit()
	report(f"{len(suppliers)} suppliers, {len(items)} items.")
	documents = _Documents(company, suppliers, items)
	events = _events(lines)
	made = 0
	for number, (day, make, group) in enumerate(events, start=1):
		documents.next(day)
		made += make(documents, group, day)
		if commit and number % _COMMIT_EVERY == 0:
			frappe.db.commit()
		if number % 500 == 0 or number == len(events):
			seconds = time.monotonic() - started
			report(f"{number:,} of {len(events):,} documents ({day}), {made:,} made in {seconds:,.0f} s.")
	if commit:
		frappe.db.commit()
	return made


def prepare_settings() -> None:
	"""Let an order name an item twice (759 orders do), and prices be as they were."""
	frappe.db.set_single_value("Buying Settings", "allow_multiple_items", 1)
	frappe.db.set_single_value("Buying Settings", "maintain_same_rate", 0)


def make_company(name: str = COMPANY) -> str:
	"""The company that bought; its stock isn't kept in the ledger, for only deliveries are asked here."""
	if not frappe.db.exists("Company", name):
		frappe.get_doc(
			doctype="Company",
			company_name=name,
			abbr=ABBREVIATION if name == COMPANY else None,
			default_currency="USD",
			country="United States",
			enable_perpetual_inventory=0,
		).insert()
	return name


def make_fiscal_years(lines: Iterable[Line], company: str) -> None:
	"""Calendar years for every year of the file that has none."""
	from erpnext.accounts.utils import FiscalYearError, get_fiscal_year

	forget_fiscal_years()
	for year in sorted({day.year for line in lines for day in (line.due, line.delivered)}):
		try:
			get_fiscal_year(date(year, 7, 1), company=company)
		except FiscalYearError:
			frappe.get_doc(
				doctype="Fiscal Year",
				year=str(year),
				year_start_date=date(year, 1, 1),
				year_end_date=date(year, 12, 31),
			).insert()
	forget_fiscal_years()


def make_suppliers(lines: Iterable[Line]) -> dict[str, str]:
	"""Make the vendors that are not there; return the Supplier of each."""
	if not frappe.db.exists("Supplier Group", SUPPLIER_GROUP):
		frappe.get_doc(
			doctype="Supplier Group",
			supplier_group_name=SUPPLIER_GROUP,
			parent_supplier_group=_root("Supplier Group"),
		).insert()
	known = dict(frappe.get_all("Supplier", fields=["supplier_name", "name"], as_list=True))
	for vendor in {line.vendor: None for line in lines}:
		if vendor not in known:
			supplier = frappe.get_doc(
				doctype="Supplier",
				supplier_name=vendor,
				supplier_group=SUPPLIER_GROUP,
				country="United States",
			)
			known[vendor] = supplier.insert().name
	return {line.vendor: known[line.vendor] for line in lines}


def make_items(lines: Iterable[Line]) -> dict[str, str]:
	"""Make the commodities that are not there; return the Item of each."""
	known = dict(frappe.get_all("Item", fields=["item_code", "name"], as_list=True))
	for line in {line.item: line for line in lines}.values():
		if not frappe.db.exists("Item Group", line.item_group):
			frappe.get_doc(
				doctype="Item Group", item_group_name=line.item_group, parent_item_group=_root("Item Group")
			).insert()
		if line.item not in known:
			item = frappe.get_doc(
				doctype="Item",
				item_code=line.item,
				item_name=line.item[:140],
				item_group=line.item_group,
				stock_uom=UOM,
				is_stock_item=1,
			)
			known[line.item] = item.insert().name
	return {line.item: known[line.item] for line in lines}


class _Documents:
	"""Makes orders and receipts, and knows which ones are there already."""

	def __init__(self, company: str, suppliers: dict[str, str], items: dict[str, str]):
		self.company = company
		self.suppliers = suppliers
		self.items = items
		self.warehouse = _warehouse(company)
		self.orders = dict(
			frappe.get_all(
				"Purchase Order",
				filters={"company": company, "docstatus": 1, "order_confirmation_no": ("is", "set")},
				fields=["order_confirmation_no", "name"],
				as_list=True,
			)
		)
		self.receipts = set(
			frappe.get_all(
				"Purchase Receipt",
				filters={"company": company, "docstatus": 1, "supplier_delivery_note": ("is", "set")},
				fields=["supplier", "supplier_delivery_note"],
				as_list=True,
			)
		)
		self.order_lines: dict[str, str] = {}  # row id of the file -> Purchase Order Item
		self._today: date | None = None
		self._number = 0

	def next(self, day: date) -> None:
		"""Go on to the next document; days come in their order."""
		self._number = self._number + 1 if day == self._today else 0
		self._today = day

	@property
	def time(self) -> str:
		"""A later time for each document of a day: what is posted at the same time ERPNext revalues again."""
		minutes, seconds = divmod(self._number * 20, 60)
		return f"{8 + minutes // 60:02}:{minutes % 60:02}:{seconds:02}"

	def make_order(self, lines: list[Line], day: date) -> bool:
		"""Returns whether it was made now."""
		number = lines[0].order
		if name := self.orders.get(number):
			rows = frappe.get_all("Purchase Order Item", {"parent": name}, order_by="idx", pluck="name")
			self.order_lines.update(zip((line.id for line in lines), rows, strict=True))
			return False
		order = frappe.get_doc(
			doctype="Purchase Order",
			company=self.company,
			supplier=self.suppliers[lines[0].vendor],
			transaction_date=day,
			order_confirmation_no=number,
			currency="USD",
			conversion_rate=1,
			ignore_pricing_rule=1,
			items=[
				dict(
					item_code=self.items[line.item],
					qty=line.quantity,
					uom=UOM,
					conversion_factor=1,
					rate=line.price,
					schedule_date=line.due,
					warehouse=self.warehouse,
				)
				for line in lines
			],
		)
		order.submit()
		self.order_lines.update(
			zip((line.id for line in lines), (row.name for row in order.items), strict=True)
		)
		self.orders[number] = order.name
		return True

	def make_receipt(self, lines: list[Line], day: date) -> bool:
		"""Returns whether it was made now."""
		supplier, delivery = self.suppliers[lines[0].vendor], lines[0].delivery
		if (supplier, delivery) in self.receipts:
			return False
		receipt = frappe.get_doc(
			doctype="Purchase Receipt",
			company=self.company,
			supplier=supplier,
			set_posting_time=1,
			posting_date=day,
			posting_time=self.time,
			supplier_delivery_note=delivery,
			currency="USD",
			conversion_rate=1,
			ignore_pricing_rule=1,
			items=[
				dict(
					item_code=self.items[line.item],
					qty=line.quantity,
					received_qty=line.quantity,
					uom=UOM,
					conversion_factor=1,
					rate=line.price,
					warehouse=self.warehouse,
					purchase_order=self.orders[line.order],
					purchase_order_item=self.order_lines[line.id],
					allow_zero_valuation_rate=1,
				)
				for line in lines
			],
		)
		receipt.submit()
		self.receipts.add((supplier, delivery))
		return True


def _events(lines: list[Line]) -> list[tuple[date, Callable[..., bool], list[Line]]]:
	"""Orders and receipts by date, an order before the receipts of its day."""
	placed, received = [], []
	for group in orders(lines).values():
		placed.append((order_date(group), _Documents.make_order, group))
		by_delivery: dict[str, list[Line]] = {}
		for line in group:
			by_delivery.setdefault(line.delivery, []).append(line)
		received += [(part[0].delivered, _Documents.make_receipt, part) for part in by_delivery.values()]
	# Sorting is stable: on one day orders stay before receipts.
	return sorted(placed + received, key=lambda event: event[0])


def _root(doctype: str) -> str:
	return frappe.get_all(doctype, filters={"is_group": 1}, order_by="lft", limit=1, pluck="name")[0]


def _warehouse(company: str) -> str:
	return frappe.get_all(
		"Warehouse",
		filters={"company": company, "is_group": 0, "disabled": 0},
		order_by="warehouse_type is not null, lft",
		limit=1,
		pluck="name",
	)[0]


@dataclass(frozen=True)
class Job:
	"""What the command line asks for, the file read."""

	site: str
	file: Path
	lines: list[Line]
	whole: bool
	bench: Path
	company: str
	record: Path | None

	@contextmanager
	def connected(self) -> Iterator[None]:
		"""The site, as Administrator and mute; Frappe finds logs and locks from the `sites` folder."""
		os.chdir(self.bench / "sites")
		frappe.init(site=self.site)
		frappe.connect()
		try:
			frappe.set_user("Administrator")
			frappe.flags.mute_emails = True
			if not frappe.db.a_row_exists("Company"):
				set_up_erpnext(self.company, ABBREVIATION)
			yield
		finally:
			frappe.destroy()


def read_command_line(program: str, description: str | None, arguments: list[str] | None) -> Job:
	"""Arguments of this command and of `compare`. Raises `BadFile`."""
	parser = argparse.ArgumentParser(
		prog=program, description=description, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("site", metavar="SITE")
	parser.add_argument("file", metavar="FILE", nargs="?", type=Path, default=data_file())
	parser.add_argument(
		"--bench",
		type=Path,
		default=Path(os.environ.get("FRAPPE_BENCH_ROOT") or "~/frappe-bench"),
		help="the bench of the site (default: FRAPPE_BENCH_ROOT, else ~/frappe-bench)",
	)
	parser.add_argument("--company", default=COMPANY, help=f"who buys, made if need be (default: {COMPANY})")
	which = parser.add_mutually_exclusive_group()
	which.add_argument("--sample", type=int, metavar="N", help="about N lines (150 unless given otherwise)")
	which.add_argument("--all", action="store_true", help="the whole file, about half an hour")
	parser.add_argument("--record", type=Path, metavar="RESULT", help="write the result here, as JSON")
	options = parser.parse_args(arguments)
	file = options.file.resolve()
	lines = read(file)
	return Job(
		site=options.site,
		file=file,
		lines=lines if options.all else sample(lines, options.sample or 150),
		whole=options.all,
		bench=options.bench.expanduser().resolve(),
		company=options.company,
		record=options.record.resolve() if options.record else None,
	)


def main(arguments: list[str] | None = None) -> int:
	try:
		job = read_command_line("python -m tests.real_data.to_site", __doc__, arguments)
	except BadFile as error:
		print(error, file=sys.stderr)
		return 2
	with job.connected():
		load(job.lines, make_company(job.company), report=say)
	return 0


def say(text: str) -> None:
	print(text, flush=True)


if __name__ == "__main__":
	sys.exit(main())
