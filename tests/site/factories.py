"""Small builders for the site tests: each makes one real, valid document through ERPNext's own API.

They give only what a test doesn't care about; what it asserts on, it passes. Nothing is committed. Dates lie
in the first quarter of last year unless given: closed long ago, and inside the site's fiscal years.

    supplier = make_supplier()
    make_receipt(supplier, accepted=90, rejected=10)            # 90 % accepted, without an order
    order = make_order(supplier, quantity=100, due=day(2, 1))
    receive(order, on=day(2, 3), accepted=60)                   # two days late, in part
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import frappe
from erpnext.buying.doctype.purchase_order.purchase_order import (
	make_purchase_invoice,
	make_purchase_receipt,
	make_subcontracting_order,
)
from erpnext.buying.doctype.request_for_quotation.request_for_quotation import (
	make_supplier_quotation_from_rfq,
)
from erpnext.controllers.sales_and_purchase_return import make_return_doc
from erpnext.subcontracting.doctype.subcontracting_order.subcontracting_order import (
	make_subcontracting_receipt,
)
from frappe.model.document import Document
from frappe.utils import getdate

from partner_relations.supplier_quality import publishing, runs

COMPANY = "Test Co"
LAST_YEAR = date.today().year - 1

SCALE = "Test A to D"
ACCEPTED = "Test Accepted Quantity"
"""A KPI that rates the accepted quantity in percent by the same number: 87 % accepted are 87 points."""


def day(month: int, day_of_month: int, year: int = LAST_YEAR) -> date:
	"""A day of last year."""
	return date(year, month, day_of_month)


FROM_DATE, TO_DATE = day(1, 1), day(3, 31)


def unique(words: str) -> str:
	"""A name that no other document has."""
	return f"{words} {frappe.generate_hash(length=8)}"


# Masters


def make_supplier(name: str | None = None, **values: Any) -> str:
	"""A supplier of the top supplier group."""
	values.setdefault("supplier_group", _root("Supplier Group"))
	supplier = frappe.get_doc(doctype="Supplier", supplier_name=name or unique("Supplier"), **values)
	return supplier.insert().name


def make_supplier_group(parent: str | None = None, is_group: int = 1) -> str:
	"""A supplier group below `parent` (default: the top)."""
	group = frappe.get_doc(
		doctype="Supplier Group",
		supplier_group_name=unique("Group"),
		parent_supplier_group=parent or _root("Supplier Group"),
		is_group=is_group,
	)
	return group.insert().name


def make_item(**values: Any) -> str:
	"""A stock item in pieces."""
	values = {"item_group": _root("Item Group"), "stock_uom": "Nos", "is_stock_item": 1, **values}
	return frappe.get_doc(doctype="Item", item_code=unique("Item"), **values).insert().name


def make_service() -> str:
	"""An item without stock: its receipts count and are made in half the time. One for all of a test."""
	name = "Test Service"
	if not frappe.db.exists("Item", name):
		item = frappe.get_doc(doctype="Item", item_code=name, stock_uom="Nos", is_stock_item=0)
		item.item_group = _root("Item Group")
		item.insert()
	return name


def make_item_group(parent: str | None = None) -> str:
	"""An item group below `parent` (default: the top)."""
	group = frappe.get_doc(
		doctype="Item Group",
		item_group_name=unique("Items"),
		parent_item_group=parent or _root("Item Group"),
		is_group=1,
	)
	return group.insert().name


def make_company(currency: str = "USD", name: str | None = None, **values: Any) -> str:
	"""A company that buys: without perpetual inventory, chart of accounts and fiscal years of its own."""
	name = name or unique("Company")
	company = frappe.get_doc(
		doctype="Company",
		company_name=name,
		abbr=frappe.generate_hash(length=5).upper(),
		default_currency=currency,
		country="United States",
		enable_perpetual_inventory=0,
		**values,
	)
	frappe.local.flags.ignore_chart_of_accounts = True  # which takes most of the time
	try:
		company.insert()
	finally:
		frappe.local.flags.ignore_chart_of_accounts = False
	for place in ("Stores", "Work In Progress"):
		frappe.get_doc(doctype="Warehouse", warehouse_name=place, company=name).insert()
	return name


def make_user(*roles: str, email: str | None = None) -> str:
	"""An enabled user with these roles and no password; for `frappe.set_user`."""
	email = email or f"{frappe.generate_hash(length=8)}@users.example"
	user = frappe.new_doc("User", email=email, first_name=email.split("@")[0], send_welcome_email=0)
	for role in roles:
		user.append("roles", {"role": role})
	return user.insert(ignore_permissions=True).name


def warehouse(company: str = COMPANY, name: str = "Stores") -> str:
	"""A warehouse that ERPNext made with the company: Stores, Finished Goods, Work In Progress."""
	return frappe.db.get_value("Warehouse", {"company": company, "warehouse_name": name, "is_group": 0})


# Purchasing


def make_order(
	supplier: str,
	*,
	quantity: float = 10,
	rate: float = 10,
	due: date | None = None,
	item: str | None = None,
	ordered_on: date | None = None,
	company: str = COMPANY,
	lines: Iterable[Mapping[str, Any]] | None = None,
	submit: bool = True,
	**values: Any,
) -> Document:
	"""A purchase order, of one line unless `lines` gives them (keys as in Purchase Order Item)."""
	due = due or day(2, 15)
	item = item or (make_item() if lines is None else None)
	order = frappe.get_doc(
		doctype="Purchase Order",
		supplier=supplier,
		company=company,
		transaction_date=ordered_on or day(1, 2),
		schedule_date=due,
		currency=values.pop("currency", frappe.get_cached_value("Company", company, "default_currency")),
		conversion_rate=values.pop("conversion_rate", 1),
		ignore_pricing_rule=1,
		items=[
			{
				"item_code": item,
				"qty": quantity,
				"rate": rate,
				"schedule_date": due,
				"warehouse": warehouse(company),
				**line,
			}
			for line in (lines if lines is not None else [{}])
		],
		**values,
	)
	order.insert()
	return order.submit() if submit else order


def receive(
	order: Document,
	*,
	on: date | None = None,
	accepted: float | None = None,
	rejected: float = 0,
	submit: bool = True,
) -> Document:
	"""A purchase receipt against an order; `accepted` and `rejected` hold for each line (default: all)."""
	receipt = make_purchase_receipt(order.name)
	_post(receipt, on)
	for line in receipt.items:
		if accepted is not None:
			line.qty = accepted
		line.rejected_qty = rejected
		line.received_qty = line.qty + rejected
		line.rejected_warehouse = warehouse(order.company, "Work In Progress") if rejected else None
	receipt.insert()
	return receipt.submit() if submit else receipt


def make_receipt(
	supplier: str,
	*,
	accepted: float = 100,
	rejected: float = 0,
	rate: float = 1,
	on: date | None = None,
	item: str | None = None,
	company: str = COMPANY,
	submit: bool = True,
	**line: Any,
) -> Document:
	"""A purchase receipt without an order, of a service unless an item is given."""
	receipt = frappe.get_doc(
		doctype="Purchase Receipt",
		supplier=supplier,
		company=company,
		currency=frappe.get_cached_value("Company", company, "default_currency"),
		conversion_rate=1,
		ignore_pricing_rule=1,
		items=[
			{
				"item_code": item or make_service(),
				"qty": accepted,
				"rejected_qty": rejected,
				"received_qty": accepted + rejected,
				"rate": rate,
				"warehouse": warehouse(company),
				"rejected_warehouse": warehouse(company, "Work In Progress") if rejected else None,
				**line,
			}
		],
	)
	_post(receipt, on)
	receipt.insert()
	return receipt.submit() if submit else receipt


def return_goods(receipt: Document, *, quantity: float, on: date | None = None) -> Document:
	"""A purchase return of so many of the receipt's first line."""
	document = make_return_doc("Purchase Receipt", receipt.name)
	_post(document, on or receipt.posting_date)
	document.items = document.items[:1]
	document.items[0].qty = -quantity
	document.items[0].received_qty = -quantity
	document.items[0].rejected_qty = 0
	return document.insert().submit()


def inspect(receipt: Document, *, status: str = "Accepted", on: date | None = None) -> Document:
	"""A submitted incoming inspection of the receipt's first line, made after the receipt was submitted."""
	frappe.db.set_value("Item", receipt.items[0].item_code, "inspection_required_before_purchase", 1)
	inspection = frappe.get_doc(
		doctype="Quality Inspection",
		inspection_type="Incoming",
		reference_type=receipt.doctype,
		reference_name=receipt.name,
		item_code=receipt.items[0].item_code,
		sample_size=1,
		inspected_by="Administrator",
		status=status,
		manual_inspection=1,
		report_date=on or receipt.posting_date,
	)
	return inspection.insert().submit()


def invoice(
	order: Document,
	*,
	on: date | None = None,
	quantity: float | None = None,
	rate: float | None = None,
	**values: Any,
) -> Document:
	"""A submitted purchase invoice against an order; `quantity` and `rate` hold for each line."""
	document = make_purchase_invoice(order.name)
	_post(document, on)
	document.update(values)
	document.bill_no = unique("Bill")
	document.bill_date = document.posting_date
	for line in document.items:
		line.qty = line.qty if quantity is None else quantity
		line.rate = line.rate if rate is None else rate
	return document.insert().submit()


def subcontract(
	supplier: str,
	*,
	quantity: float = 10,
	service: float | None = None,
	rejected: float = 0,
	on: date | None = None,
) -> list[Document]:
	"""A subcontracted order and what belongs to it, submitted: order, subcontracting order and receipt.

	`quantity` of the product are ordered for `service` units of work (default: as many) and all arrive,
	`rejected` of them to be rejected.
	"""
	material = make_item()
	product = make_item(is_sub_contracted_item=1)
	frappe.get_doc(
		doctype="BOM",
		item=product,
		company=COMPANY,
		currency="USD",
		items=[{"item_code": material, "qty": 1}],
	).insert().submit()
	at_supplier = warehouse(name="Work In Progress")
	given = frappe.get_doc(
		doctype="Stock Entry",
		stock_entry_type="Material Receipt",
		company=COMPANY,
		items=[{"item_code": material, "qty": quantity, "t_warehouse": at_supplier, "basic_rate": 1}],
	)
	_post(given, day(1, 3))
	given.insert().submit()
	order = make_order(
		supplier,
		is_subcontracted=1,
		supplier_warehouse=at_supplier,
		lines=[
			{
				"item_code": make_service(),
				"qty": quantity if service is None else service,
				"fg_item": product,
				"fg_item_qty": quantity,
			},
		],
	)
	job = make_subcontracting_order(order.name)
	job.supplier_warehouse = at_supplier
	job.insert().submit()
	receipt = make_subcontracting_receipt(job.name)
	_post(receipt, on)
	if rejected:
		receipt.items[0].update(
			{
				"qty": quantity - rejected,
				"rejected_qty": rejected,
				"rejected_warehouse": warehouse(name="Finished Goods"),
			}
		)
	receipt.insert().submit()
	return [order, job, receipt]


def request_quotations(
	suppliers: Sequence[str], *, item: str, quantity: float = 10, on: date | None = None, submit: bool = True
) -> Document:
	"""A request for quotation of one line to several suppliers."""
	request = frappe.get_doc(
		doctype="Request for Quotation",
		company=COMPANY,
		transaction_date=on or day(1, 10),
		schedule_date=day(2, 15),
		message_for_supplier="Please quote.",
		suppliers=[{"supplier": name, "send_email": 0} for name in suppliers],
		items=[
			{
				"item_code": item,
				"qty": quantity,
				"uom": "Nos",
				"conversion_factor": 1,
				"schedule_date": day(2, 15),
				"warehouse": warehouse(),
			}
		],
	)
	request.insert()
	return request.submit() if submit else request


def quote(
	request: Document, supplier: str, *, rate: float, on: date | None = None, submit: bool = True
) -> Document:
	"""A supplier's quotation in answer to a request."""
	quotation = make_supplier_quotation_from_rfq(request.name, for_supplier=supplier)
	quotation.transaction_date = on or day(1, 15)
	quotation.valid_till = None
	for line in quotation.items:
		line.rate = rate
	quotation.insert()
	return quotation.submit() if submit else quotation


def _post(document: Document, on: date | None) -> None:
	document.set_posting_time = 1
	document.posting_date = on or day(2, 1)
	document.posting_time = "12:00:00"


# Supplier quality


def make_scale(name: str = SCALE) -> str:
	"""A from 90, B from 75, C from 60 (warns), D below (prevents); made once per transaction."""
	if not frappe.db.exists("Supplier Grade Scale", name):
		bands = (
			("A", 90, 100, "Allow"),
			("B", 75, 90, "Allow"),
			("C", 60, 75, "Warn"),
			("D", 0, 60, "Prevent"),
		)
		frappe.get_doc(
			doctype="Supplier Grade Scale",
			scale_name=name,
			grades=[
				{"grade": grade, "lower": lower, "upper": upper, "rfq_action": action, "po_action": action}
				for grade, lower, upper, action in bands
			],
		).insert()
	return name


def make_kpi(
	name: str = ACCEPTED,
	measure: str | None = "accepted_quantity",
	curve: Sequence[tuple[float, float]] = ((0, 0), (100, 100)),
	**values: Any,
) -> str:
	"""A KPI; one without a measure is rated by evaluators. Made once per transaction and name."""
	if not frappe.db.exists("Supplier KPI", name):
		frappe.get_doc(
			doctype="Supplier KPI",
			kpi_name=name,
			kind="Measured from documents" if measure else "Rated by evaluators",
			measure=measure,
			curve=[{"value": value, "rating": rating} for value, rating in curve],
			**values,
		).insert()
	return name


def make_template(
	weights: Mapping[str, float] | None = None,
	*,
	name: str | None = None,
	criteria: Sequence[Mapping[str, Any]] | None = None,
	save: bool = True,
	**values: Any,
) -> Document:
	"""A template over KPIs with their weights (default: `ACCEPTED` alone), of calendar quarters."""
	if criteria is None:
		criteria = [{"kpi": kpi, "weight": weight} for kpi, weight in (weights or {make_kpi(): 100}).items()]
	template = frappe.get_doc(
		{
			"doctype": "Supplier Evaluation Template",
			"template_name": name or unique("Template"),
			"grade_scale": make_scale(),
			"period": "Quarter",
			"period_basis": "Calendar",
			"criteria": list(criteria),
			**values,
		}
	)
	return template.insert() if save else template


def make_run(template: str, company: str = COMPANY, **values: Any) -> Document:
	"""A run over all suppliers of a template for the first quarter of last year, not started."""
	return frappe.get_doc(
		{
			"doctype": runs.RUN,
			"template": template,
			"company": company,
			"from_date": FROM_DATE,
			"to_date": TO_DATE,
			**values,
		}
	).insert()


def evaluate(template: str, company: str = COMPANY, **values: Any) -> Document:
	"""A finished run, worked off here and now without committing."""
	run = make_run(template, company, **values)
	runs.evaluate_now(run.name)
	return run.reload()


def evaluations(run: Document | str) -> dict[str, Document]:
	"""The evaluations of a run by supplier."""
	run = run if isinstance(run, str) else run.name
	names = frappe.get_all("Supplier Evaluation", {"run": run}, pluck="name", order_by="name")
	documents = [frappe.get_doc("Supplier Evaluation", name) for name in names]
	return {document.supplier: document for document in documents}


def rate(
	supplier: str, template: str, marks: Mapping[str, float | None], *, role: str | None = None, **values: Any
) -> Document:
	"""A submitted evaluator rating by the current user; None is N/A."""
	rating = frappe.get_doc(
		{
			"doctype": "Supplier Evaluator Rating",
			"supplier": supplier,
			"company": COMPANY,
			"template": template,
			"from_date": FROM_DATE,
			"to_date": TO_DATE,
			"evaluator_role": role,
			"marks": [
				{"kpi": kpi, "mark": mark or 0, "not_applicable": int(mark is None)}
				for kpi, mark in marks.items()
			],
			**values,
		}
	)
	return rating.insert().submit()


def publish(*names: str, by: str | None = None) -> dict[str, list]:
	"""Publish as another user than the one who evaluated (default: a new Supplier Quality Manager)."""
	before = frappe.session.user
	frappe.set_user(by or make_user("Supplier Quality Manager"))
	try:
		return publishing.publish(names)
	finally:
		frappe.set_user(before)


def grade_supplier(supplier: str, score: float, *, template: str | None = None, **values: Any) -> Document:
	"""Make the receipts for a score, evaluate and publish: the published evaluation of one supplier.

	`score` is the accepted percentage; the other arguments are those of a run.
	"""
	company = values.get("company", COMPANY)
	template = template or make_template().name
	frappe.db.set_value("Supplier", supplier, "evaluation_template", template)
	make_receipt(
		supplier,
		accepted=score,
		rejected=100 - score,
		company=company,
		on=getdate(values.get("from_date", FROM_DATE)),
	)
	run = evaluate(template, supplier=supplier, **values)
	evaluation = evaluations(run)[supplier]
	publish(evaluation.name)
	return evaluation.reload()


def _root(doctype: str) -> str:
	return frappe.get_all(doctype, filters={"is_group": 1}, order_by="lft", limit=1, pluck="name")[0]
