"""The preview's page in a browser, opened from the disk: complete, without a word to any network."""

import json
from pathlib import Path

import pytest

from partner_relations.preview.cli import main


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
	"""The page made from the sample that comes with the app, and the same result as data."""
	folder = tmp_path_factory.mktemp("preview")
	page, figures = folder / "preview.html", folder / "preview.json"
	assert main(["--html", str(page), "--json", str(figures)]) == 0
	return page, json.loads(figures.read_text(encoding="utf-8"))


@pytest.mark.parametrize("width, height", [(1366, 768), (390, 844)])
def test_page_opens_from_the_disk(browser, preview, width, height):
	file, figures = preview
	address, asked, complaints = file.as_uri(), [], []
	context = browser.new_context(viewport={"width": width, "height": height}, locale="en-US")
	try:
		page = context.new_page()
		page.on("request", lambda request: asked.append(request.url))
		page.on("pageerror", lambda error: complaints.append(str(error)))
		page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
		page.goto(address, wait_until="load")

		suppliers = [row["supplier"] for row in figures["suppliers"]]
		assert page.locator("table.heat:not(.customers) tbody tr th.who").count() == len(suppliers)
		rated = [row for row in figures["suppliers"] if row["score"] is not None]
		assert page.locator(".ranking .bar").count() == len(rated) > 5
		assert page.locator(".ranking .bar .name").all_inner_texts() == [row["supplier"] for row in rated]
		for chart in page.locator(".ranking .bar svg, .grades svg").all():
			box = chart.bounding_box()
			assert box["width"] > 50 and box["height"] >= 8
		customers = [row["customer"] for row in figures["tiering"]["customers"]]
		assert page.locator("table.customers > tbody > tr").count() == len(customers) > 10
		assert page.evaluate("document.documentElement.scrollWidth") <= width
		_a_number_opens_its_lines(page, customers[0])
		assert not complaints
		assert asked == [address]
	finally:
		context.close()


def _a_number_opens_its_lines(page, customer: str) -> None:
	"""One at a time; a click anywhere else closes them."""
	numbers = page.locator("table.customers > tbody > tr").first.locator("summary")
	lines = page.locator(".lines:visible")
	assert lines.count() == 0
	numbers.nth(0).click()
	assert lines.count() == 1 and customer in lines.inner_text()
	box = lines.bounding_box()
	assert box["height"] > 80 and box["x"] >= 0
	page.mouse.click(3, 3)
	assert lines.count() == 0
