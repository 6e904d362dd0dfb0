"""Real deliveries on a real site: what its evaluations say equals the preview and a count from the file.

CI loads a fixed sample; `make real-data` loads the whole file (see docs/real-data.md).
"""

from collections.abc import Iterator
from pathlib import Path

import frappe
import pytest

from partner_relations.demo.site import forget_fiscal_years
from tests.real_data import compare, to_site
from tests.real_data.figures import on_time, site_figures
from tests.real_data.lines import Line, orders, read, sample

COMPANY = "Test Co"
SAMPLE = 150


@pytest.fixture
def lines(scms_file: Path) -> list[Line]:
	return sample(read(scms_file), SAMPLE)


@pytest.fixture(autouse=True)
def fiscal_years_of_the_test() -> Iterator[None]:
	"""ERPNext's cache must not outlive the fiscal years that the test rolls back."""
	yield
	forget_fiscal_years()


def test_site_preview_and_count_agree_for_every_vendor(lines: list[Line], scms_file: Path):
	to_site.load(lines, COMPANY, report=lambda text: None, commit=False)
	result = compare.check(lines, scms_file, COMPANY)
	assert result["differences"] == []
	assert result["suppliers_evaluated"] == 73
	assert result["deliveries"] == len(lines)
	assert result["on_time"] == sum(line.on_time for line in lines)


def test_each_line_of_the_file_is_a_line_of_its_own_with_its_first_due_date(lines: list[Line]):
	lines = lines[:40]
	lines = [line for group in orders(lines).values() for line in group]
	to_site.load(lines, COMPANY, report=lambda text: None, commit=False)
	names = frappe.get_all(
		"Purchase Order",
		{"order_confirmation_no": ("in", list(orders(lines))), "company": COMPANY},
		pluck="name",
	)
	rows = frappe.get_all(
		"Purchase Order Item",
		filters={"parent": ("in", names), "docstatus": 1},
		fields=["item_code", "qty", "schedule_date", "first_due_date", "received_qty"],
	)
	assert sorted((row.item_code, row.qty, row.first_due_date) for row in rows) == sorted(
		(line.item, line.quantity, line.due) for line in lines
	)
	assert all(row.schedule_date == row.first_due_date and row.received_qty == row.qty for row in rows)


def test_a_stopped_load_goes_on_without_doubles(lines: list[Line]):
	first_orders = dict(list(orders(lines).items())[:8])
	part = [line for group in first_orders.values() for line in group]
	some = [line for line in part if line.delivery == part[0].delivery]
	made_first = to_site.load(some, COMPANY, report=lambda text: None, commit=False)
	whole = [line for line in part if line.order != some[0].order] + some
	made_then = to_site.load(whole, COMPANY, report=lambda text: None, commit=False)
	assert made_first == 2 and made_then > 0
	assert to_site.load(whole, COMPANY, report=lambda text: None, commit=False) == 0
	figures = site_figures(compare.evaluate(COMPANY))
	assert sum(on_time(row)[1] for row in figures.values()) == len(whole)
