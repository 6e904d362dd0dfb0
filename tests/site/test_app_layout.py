"""The app as Frappe finds it: DESIGN §1's links hold on a real bench."""

from pathlib import Path

import frappe
import pytest
from factories import make_user
from frappe.desk.doctype.number_card.number_card import get_result
from frappe.modules import get_module_path

import partner_relations
from partner_relations.common.apps_screen import has_permission


def test_paths_of_app_and_modules(checkout: Path):
	package = checkout / "partner_relations"
	assert Path(frappe.get_app_path("partner_relations")).resolve() == package
	assert Path(frappe.get_app_source_path("partner_relations")).resolve() == checkout
	assert Path(get_module_path("Supplier Quality")) == Path(
		frappe.get_app_path("partner_relations", "supplier_quality")
	)
	assert Path(get_module_path("Supplier Quality")).resolve() == checkout / "supplier_quality"
	assert Path(get_module_path("Customer Care")).resolve() == checkout / "customer_care"
	assert Path(frappe.get_app_path("partner_relations", "fixtures")).resolve() == checkout / "fixtures"
	assert (checkout / "hooks.py").resolve() == package / "hooks.py"


def test_version_and_hooks_are_the_apps_own():
	from frappe.utils.change_log import get_versions

	assert get_versions()["partner_relations"]["version"] == partner_relations.__version__
	assert frappe.get_hooks("app_license", app_name="partner_relations") == ["GPL-3.0"]
	assert "partner_relations" in frappe.get_installed_apps()


def test_modules_belong_to_the_app():
	assert frappe.get_all("Module Def", {"app_name": "partner_relations"}, pluck="name", order_by="name") == [
		"Customer Care",
		"Supplier Quality",
	]


@pytest.mark.parametrize("name", ["Supplier Quality", "Customer Care"])
def test_every_door_of_a_workspace_leads_somewhere(name: str):
	"""Cards, charts, shortcuts and links name what exists, and each is placed on the page."""
	workspace = frappe.get_doc("Workspace", name)
	wanted = [("Number Card", row.number_card_name) for row in workspace.number_cards]
	wanted += [("Dashboard Chart", row.chart_name) for row in workspace.charts]
	wanted += [(row.type, row.link_to) for row in workspace.shortcuts]
	wanted += [("Kanban Board", row.kanban_board) for row in workspace.shortcuts if row.kanban_board]
	wanted += [(row.link_type, row.link_to) for row in workspace.links if row.type == "Link"]
	assert len(wanted) > 20
	assert [(doctype, title) for doctype, title in wanted if not frappe.db.exists(doctype, title)] == []

	placed = {
		(block["type"], value)
		for block in frappe.parse_json(workspace.content)
		for key, value in block["data"].items()
		if key.endswith("_name")
	}
	assert placed == {
		*(("number_card", row.label) for row in workspace.number_cards),
		*(("chart", row.label) for row in workspace.charts),
		*(("shortcut", row.label) for row in workspace.shortcuts),
		*(("card", row.label) for row in workspace.links if row.type == "Card Break"),
	}


def test_numbers_and_charts_of_the_workspaces_answer_those_who_see_them():
	"""A card or chart that fails for a role shows a red message to everyone who has it."""
	for roles in (("Customer Care Agent",), ("Customer Care Manager", "Sales User")):
		frappe.set_user(make_user(*roles))
		for name in frappe.get_all("Number Card", {"module": "Customer Care"}, pluck="name"):
			card = frappe.get_doc("Number Card", name)
			if card.has_permission("read"):
				assert count_of(card) is not None, name
		for source in frappe.get_all("Dashboard Chart Source", {"module": "Customer Care"}, pluck="name"):
			path = f"partner_relations.customer_care.dashboard_chart_source.{frappe.scrub(source)}"
			assert isinstance(frappe.get_attr(f"{path}.{frappe.scrub(source)}.get")(filters="{}"), dict)


def count_of(card):
	if card.type == "Custom":
		return frappe.get_attr(card.method)(filters="[]")["value"]
	return get_result(card, card.filters_json)


def test_who_works_with_either_side_finds_the_app():
	for role in ("Supplier Quality User", "Customer Care Agent"):
		frappe.set_user(make_user(role))
		assert has_permission(), role
	frappe.set_user(make_user("Employee"))
	assert not has_permission()
