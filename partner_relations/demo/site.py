"""What purchases need before the first order: company, fiscal years, users, warehouses, items, suppliers."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe.utils import getdate

from partner_relations.demo.cast import (
	ACCOUNTANT,
	BUYER,
	COUNSEL,
	ENGINEER,
	HEAD,
	MANAGER,
	PRODUCTS,
	SUPPLIERS,
	Product,
	SupplierRole,
)
from partner_relations.demo.quarters import Calendar
from partner_relations.supplier_quality.rating.periods import add_months

COMPANY = "Larkspur Pumps"
ABBREVIATION = "LP"
STRATEGIC = "Strategic Supplier"
INSPECTION_TEMPLATE = "Incoming Goods"
HIGHEST_OVERCHARGE = 15  # percent


@dataclass(frozen=True)
class Context:
	"""The company that buys, where goods go, and the records of the cast's suppliers and items."""

	company: str
	currency: str
	warehouse: str
	rejected_warehouse: str
	suppliers: dict[str, str]
	items: dict[str, str]


def set_up_erpnext(company: str = COMPANY, abbreviation: str = ABBREVIATION) -> None:
	"""Do what the setup wizard does on the first login, for a small US manufacturer. Commits."""
	from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

	year = getdate().year
	answer = setup_complete(
		{
			"currency": "USD",
			"country": "United States",
			"timezone": "America/New_York",
			"language": "English",
			"company_name": company,
			"company_abbr": abbreviation,
			"chart_of_accounts": "Standard",
			"domain": "Manufacturing",
			"fy_start_date": f"{year}-01-01",
			"fy_end_date": f"{year}-12-31",
			"enable_telemetry": 0,
			"setup_demo": 0,
		}
	)
	if not frappe.db.exists("Company", company):
		raise RuntimeError(f"ERPNext's setup wizard did not make the company: {answer}")
	settings = frappe.get_single("System Settings")
	settings.enable_telemetry = 0
	settings.enable_onboarding = 0
	settings.save()
	frappe.db.commit()  # nosemgrep: the wizard has committed its part


def prepare_site(company: str, calendar: Calendar) -> Context:
	"""Make the masters that are missing; returns them."""
	allow_what_is_measured()
	make_fiscal_years(company, calendar.first_day, calendar.today)
	for email, name, roles in (BUYER, ENGINEER, MANAGER, COUNSEL, HEAD, ACCOUNTANT):
		make_user(email, name, roles)
	make_inspection_template()
	for product in PRODUCTS:
		make_item(product)
	for supplier in SUPPLIERS:
		make_supplier(supplier, company)
	names = [supplier.name for supplier in SUPPLIERS]
	return Context(
		company=company,
		currency=frappe.get_cached_value("Company", company, "default_currency"),
		warehouse=make_warehouse(company, "Incoming Goods"),
		rejected_warehouse=make_warehouse(company, "Rejected Goods", is_rejected_warehouse=1),
		suppliers=dict(
			frappe.get_all(
				"Supplier",
				filters={"supplier_name": ("in", names)},
				fields=["supplier_name", "name"],
				as_list=True,
			)
		),
		items={product.code: product.code for product in PRODUCTS},
	)


def allow_what_is_measured() -> None:
	"""ERPNext by default refuses rejected lots and invoices above the order; here they are recorded."""
	frappe.db.set_single_value(
		"Stock Settings", "allow_to_make_quality_inspection_after_purchase_or_delivery", 1
	)
	frappe.db.set_single_value("Buying Settings", "maintain_same_rate", 0)
	allowance = frappe.db.get_single_value("Accounts Settings", "over_billing_allowance")
	if (allowance or 0) < HIGHEST_OVERCHARGE:
		frappe.db.set_single_value("Accounts Settings", "over_billing_allowance", HIGHEST_OVERCHARGE)


def make_fiscal_years(company: str, first: date, last: date) -> None:
	"""Fiscal years from before `first` to after `last`, twelve months each, continuing those that exist."""
	from erpnext.accounts.utils import FiscalYearError, get_fiscal_year

	forget_fiscal_years()
	months = {add_months(first.replace(day=1), -3 + 12 * n) for n in range(20)}
	for day in sorted(day for day in months if day <= add_months(last, 12)):
		try:
			get_fiscal_year(day, company=company)
		except FiscalYearError:
			known = frappe.get_all("Fiscal Year", pluck="year_start_date", limit=1)
			start = known[0].replace(year=day.year) if known else date(day.year, 1, 1)
			if start > day:
				start = add_months(start, -12)
			end = date.fromordinal(add_months(start, 12).toordinal() - 1)
			frappe.get_doc(
				doctype="Fiscal Year",
				year=str(start.year) if end.year == start.year else f"{start.year}-{end.year}",
				year_start_date=start,
				year_end_date=end,
			).insert()
			forget_fiscal_years()


def forget_fiscal_years() -> None:
	"""ERPNext keeps them in its cache and doesn't notice new ones."""
	frappe.cache.delete_value("fiscal_years")


def make_user(email: str, full_name: str, roles: tuple[str, ...]) -> None:
	"""A user without a password: an administrator may set one to log in as them."""
	if not frappe.db.exists("User", email):
		first, last = full_name.split(" ", 1)
		user = frappe.get_doc(
			doctype="User", email=email, first_name=first, last_name=last, send_welcome_email=0, enabled=1
		)
		user.insert(ignore_permissions=True)
		user.add_roles(*roles)


def make_inspection_template() -> None:
	for parameter in ("Dimension", "Surface"):
		if not frappe.db.exists("Quality Inspection Parameter", parameter):
			frappe.get_doc(doctype="Quality Inspection Parameter", parameter=parameter).insert()
	if not frappe.db.exists("Quality Inspection Template", INSPECTION_TEMPLATE):
		frappe.get_doc(
			doctype="Quality Inspection Template",
			quality_inspection_template_name=INSPECTION_TEMPLATE,
			item_quality_inspection_parameter=[
				{"specification": "Dimension", "numeric": 1, "min_value": -0.1, "max_value": 0.1},
				{"specification": "Surface", "numeric": 0, "value": "Clean"},
			],
		).insert()


def make_item(product: Product, **values: Any) -> None:
	"""An item in stock with its unit and group; `values` are further fields."""
	for unit in {product.unit, "Box" if product.box_of else product.unit}:
		if not frappe.db.exists("UOM", unit):
			frappe.get_doc(doctype="UOM", uom_name=unit).insert()
	if not frappe.db.exists("Item Group", product.group):
		frappe.get_doc(
			doctype="Item Group", item_group_name=product.group, parent_item_group=root_of("Item Group")
		).insert()
	if not frappe.db.exists("Item", product.code):
		item = frappe.get_doc(
			doctype="Item",
			item_code=product.code,
			item_name=product.name,
			item_group=product.group,
			stock_uom=product.unit,
			is_stock_item=1,
			quality_inspection_template=INSPECTION_TEMPLATE if product.inspected else None,
			**values,
		)
		if product.box_of:
			item.append("uoms", {"uom": "Box", "conversion_factor": product.box_of})
		item.insert()


def make_supplier(role: SupplierRole, company: str) -> None:
	"""With a contact whose address is one for examples: a notice can be tried and reaches nobody."""
	if name := frappe.db.exists("Supplier", {"supplier_name": role.name}):
		_set_payable_account(frappe.get_doc("Supplier", name), company)
		return
	if not frappe.db.exists("Supplier Group", role.group):
		frappe.get_doc(
			doctype="Supplier Group",
			supplier_group_name=role.group,
			parent_supplier_group=root_of("Supplier Group"),
		).insert()
	if role.currency and not frappe.db.get_value("Currency", role.currency, "enabled"):
		frappe.db.set_value("Currency", role.currency, "enabled", 1)
	template = (
		STRATEGIC if role.strategic and frappe.db.exists("Supplier Evaluation Template", STRATEGIC) else None
	)
	supplier = frappe.get_doc(
		doctype="Supplier",
		supplier_name=role.name,
		supplier_group=role.group,
		country=role.country,
		default_currency=role.currency or None,
		evaluation_template=template,
	)
	supplier.insert()
	_set_payable_account(supplier, company)
	domain = "-".join("".join(c if c.isalnum() else " " for c in role.name.lower()).split())
	frappe.get_doc(
		doctype="Contact",
		first_name="Quality",
		last_name=role.name,
		is_primary_contact=1,
		email_ids=[{"email_id": f"quality@{domain}.example", "is_primary": 1}],
		links=[{"link_doctype": "Supplier", "link_name": supplier.name}],
	).insert()


def _set_payable_account(supplier: Any, company: str) -> None:
	"""Who bills in a foreign currency needs a payable account in it."""
	currency = supplier.default_currency
	own = frappe.get_cached_value(
		"Company", company, ["default_currency", "default_payable_account"], as_dict=True
	)
	if not currency or currency == own.default_currency:
		return
	if any(row.company == company for row in supplier.accounts):
		return
	account_name = f"Creditors {currency}"
	account = frappe.db.get_value("Account", {"account_name": account_name, "company": company})
	if not account:
		account = frappe.get_doc(
			doctype="Account",
			account_name=account_name,
			company=company,
			parent_account=frappe.db.get_value("Account", own.default_payable_account, "parent_account"),
			account_type="Payable",
			account_currency=currency,
		)
		account = account.insert().name
	supplier.append("accounts", {"company": company, "account": account})
	supplier.save()


def make_warehouse(company: str, warehouse_name: str, **values) -> str:
	found = frappe.db.get_value("Warehouse", {"company": company, "warehouse_name": warehouse_name})
	if found:
		return found
	parent = frappe.get_all(
		"Warehouse", filters={"company": company, "is_group": 1}, order_by="lft", limit=1, pluck="name"
	)
	warehouse = frappe.get_doc(
		doctype="Warehouse",
		warehouse_name=warehouse_name,
		company=company,
		parent_warehouse=parent[0] if parent else None,
		**values,
	)
	warehouse.insert()
	# ERPNext keeps the warehouses' accounts for as long as the process lives, and wouldn't know this one's.
	frappe.flags.pop("warehouse_account_map", None)
	return warehouse.name


def root_of(doctype: str) -> str:
	return frappe.get_all(doctype, filters={"is_group": 1}, order_by="lft", limit=1, pluck="name")[0]
