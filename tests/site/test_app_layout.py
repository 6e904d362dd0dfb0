"""The app as Frappe finds it: DESIGN §1's links hold on a real bench."""

from pathlib import Path

import frappe
from frappe.modules import get_module_path

import partner_relations


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
