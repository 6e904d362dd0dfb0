"""Two years of sales by ERPNext's own API: goods in batches, orders, deliveries, invoices, payments, returns.

As the purchases: the days are played in their order, and chance is seeded.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.controllers.sales_and_purchase_return import make_return_doc
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice

from partner_relations.demo.agreements import acting_as
from partner_relations.demo.customers import (
	ACCOUNT_MANAGER,
	AGENT,
	ASSEMBLED,
	BEARING,
	BOUGHT,
	CARE_MANAGER,
	COMPLAINTS,
	CUSTOMERS,
	PORTAL_USER,
	PORTAL_USER_OF,
	SALES_PRICE,
	SEAL,
	SUPPLIER_OF,
	CustomerRole,
)
from partner_relations.demo.days import Chances, Days
from partner_relations.demo.site import (
	INSPECTION_TEMPLATE,
	forget_fiscal_years,
	make_fiscal_years,
	make_inspection_template,
	make_item,
	make_user,
	make_warehouse,
	root_of,
)

SEED = 30
MONTHS = 24
"""A year whose customers are assessed, and one before it, for their growth."""
BATCH_EVERY = 60
LAST_BATCH = 70
"""Days between batches, and before today of the last but one: the one that is faulty."""
BEFORE_COMPLAINT = 19
"""Days between an order and the complaint about its seals: long enough to deliver them, and to use them."""


@dataclass(frozen=True)
class SalesContext:
	"""The company that sells, where its goods are, the names of its customers, and its days."""

	company: str
	currency: str
	warehouse: str
	customers: dict[str, str]
	first_day: date
	today: date

	def progress(self, day: date) -> float:
		"""Where a day lies between the first one (0) and today (1)."""
		return (day - self.first_day).days / max((self.today - self.first_day).days, 1)


def exist(company: str) -> bool:
	"""Whether the demo's sales have been made in this company."""
	names = [customer.name for customer in CUSTOMERS]
	return bool(frappe.db.exists("Sales Order", {"company": company, "customer_name": ("in", names)}))


def prepare(company: str, today: date, months: int = MONTHS) -> SalesContext:
	"""Make the masters that are missing: users, items, suppliers of the parts, customers."""
	first_day = today - timedelta(days=30 * months)
	make_fiscal_years(company, first_day, today)
	forget_fiscal_years()
	for email, name, roles in (AGENT, CARE_MANAGER, ACCOUNT_MANAGER):
		make_user(email, name, roles)
	make_inspection_template()
	for product in (*BOUGHT, *ASSEMBLED):
		make_item(product, has_batch_no=1)
	for name in SUPPLIER_OF.values():
		_make_supplier(name)
	for role in CUSTOMERS:
		_make_customer(role)
	_make_portal_user()
	names = [role.name for role in CUSTOMERS]
	return SalesContext(
		company=company,
		currency=frappe.get_cached_value("Company", company, "default_currency"),
		warehouse=make_warehouse(company, "Dispatch"),
		customers=dict(
			frappe.get_all(
				"Customer",
				filters={"customer_name": ("in", names)},
				fields=["customer_name", "name"],
				as_list=True,
			)
		),
		first_day=first_day,
		today=today,
	)


def make(context: SalesContext, say: Callable[[str], None]) -> dict[str, int]:
	"""Make all documents, without committing; returns how many of each type."""
	days = Days(context.today)
	counts: Counter[str] = Counter()
	goods = _Goods(context, days, counts)
	goods.plan()
	for role in CUSTOMERS:
		_Business(role, context, goods, days, counts).plan()
	said = 0
	for day in days.play():
		if context.progress(day) >= (said + 1) / 4:
			said += 1
			say(f"Sales until {day}: {sum(counts.values())} documents so far")
	say("Sales: " + ", ".join(f"{number} {doctype}" for doctype, number in counts.items()))
	return dict(counts)


def _make_supplier(name: str) -> None:
	if not frappe.db.exists("Supplier", {"supplier_name": name}):
		group = frappe.get_all("Supplier Group", filters={"is_group": 0}, pluck="name", limit=1)[0]
		frappe.get_doc(doctype="Supplier", supplier_name=name, supplier_group=group).insert()


def _make_customer(role: CustomerRole) -> None:
	"""With a contact whose address is one for examples: a mail can be tried and reaches nobody."""
	if frappe.db.exists("Customer", {"customer_name": role.name}):
		return
	if not frappe.db.exists("Customer Group", role.group):
		frappe.get_doc(
			doctype="Customer Group",
			customer_group_name=role.group,
			parent_customer_group=root_of("Customer Group"),
		).insert()
	manager = ACCOUNT_MANAGER if role.managed else None
	with acting_as(ACCOUNT_MANAGER):
		customer = frappe.get_doc(
			doctype="Customer",
			customer_name=role.name,
			customer_type="Company",
			customer_group=role.group,
			territory=root_of("Territory"),
			account_manager=manager and manager[0],
			has_customer_potential=int(bool(role.potential)),
			customer_potential=role.potential,
		).insert()
	domain = "-".join("".join(c if c.isalnum() else " " for c in role.name.lower()).split())
	frappe.get_doc(
		doctype="Contact",
		first_name="Purchasing",
		last_name=role.name,
		is_primary_contact=1,
		email_ids=[{"email_id": f"purchasing@{domain}.example", "is_primary": 1}],
		links=[{"link_doctype": "Customer", "link_name": customer.name}],
	).insert()


def _make_portal_user() -> None:
	email, name, roles = PORTAL_USER
	make_user(email, name, roles)
	customer = frappe.get_doc("Customer", {"customer_name": PORTAL_USER_OF})
	if not any(row.user == email for row in customer.portal_users):
		customer.append("portal_users", {"user": email})
		customer.save()


class _Goods:
	"""Batches that are bought or assembled, and what is left of them."""

	def __init__(self, context: SalesContext, days: Days, counts: Counter[str]):
		self.context = context
		self.days = days
		self.counts = counts
		self.left: defaultdict[str, dict[str, float]] = defaultdict(dict)

	def plan(self) -> None:
		"""New batches every two months, the first of them before anything is ordered."""
		start = self.context.today - timedelta(days=LAST_BATCH)
		while start > self.context.first_day:
			start -= timedelta(days=BATCH_EVERY)
		for number in range((self.context.today - start).days // BATCH_EVERY + 1):
			self.days.on(start + timedelta(days=number * BATCH_EVERY), self.stock_up)

	def stock_up(self, day: date) -> None:
		for product in BOUGHT:
			self._buy(product, day)
		for product in ASSEMBLED:
			self._assemble(product, day)

	def take(self, item: str, quantity: float) -> str:
		"""The newest batch that has so many left; they are taken out of it."""
		for batch, left in reversed(self.left[item].items()):
			if left >= quantity:
				self.left[item][batch] -= quantity
				return batch
		raise frappe.ValidationError(f"The demo has run out of {item}.")

	def _buy(self, product: Any, day: date) -> None:
		receipt = self._post(
			"Purchase Receipt",
			day,
			supplier=frappe.db.get_value("Supplier", {"supplier_name": SUPPLIER_OF[product.code]}),
			currency=self.context.currency,
			conversion_rate=1,
			items=[
				{
					"item_code": product.code,
					"qty": product.lot,
					"rate": product.price,
					"warehouse": self.context.warehouse,
					"use_serial_batch_fields": 1,
					"batch_no": self._new_batch(product, day),
				}
			],
		)
		if product.inspected:
			self._inspect(receipt, day)

	def _inspect(self, receipt: Any, day: date) -> None:
		"""Dimensions and surface are well, which is all that is looked at: the faulty batch passes."""
		frappe.get_doc(
			doctype="Quality Inspection",
			inspection_type="Incoming",
			reference_type=receipt.doctype,
			reference_name=receipt.name,
			item_code=receipt.items[0].item_code,
			child_row_reference=receipt.items[0].name,
			report_date=day,
			sample_size=5,
			inspected_by="Administrator",
			quality_inspection_template=INSPECTION_TEMPLATE,
			status="Accepted",
			manual_inspection=1,
			readings=[
				{
					"specification": "Dimension",
					"numeric": 1,
					"min_value": -0.1,
					"max_value": 0.1,
					"reading_1": "0.02",
				},
				{
					"specification": "Surface",
					"numeric": 0,
					"value": "Clean",
					"reading_value": "Clean",
					"manual_inspection": 1,
				},
			],
		).submit()
		self.counts["Quality Inspection"] += 1

	def _assemble(self, product: Any, day: date) -> None:
		"""A pump takes a seal and a bearing; the rest of it costs what it costs."""
		parts = [
			{
				"item_code": part,
				"qty": product.lot,
				"s_warehouse": self.context.warehouse,
				"use_serial_batch_fields": 1,
				"batch_no": self.take(part, product.lot),
			}
			for part in (SEAL, BEARING)
		]
		self._post(
			"Stock Entry",
			day,
			stock_entry_type="Repack",
			items=[
				*parts,
				{
					"item_code": product.code,
					"qty": product.lot,
					"t_warehouse": self.context.warehouse,
					"is_finished_item": 1,
					"set_basic_rate_manually": 1,
					"basic_rate": product.price,
					"use_serial_batch_fields": 1,
					"batch_no": self._new_batch(product, day),
				},
			],
		)

	def _new_batch(self, product: Any, day: date) -> str:
		batch = frappe.get_doc(doctype="Batch", batch_id=f"{product.code}-{day:%y%m%d}", item=product.code)
		if not frappe.db.exists("Batch", batch.batch_id):
			batch.insert()
		self.left[product.code][batch.batch_id] = product.lot
		return batch.batch_id

	def _post(self, doctype: str, day: date, **values: Any) -> Any:
		document = frappe.get_doc(
			doctype=doctype,
			company=self.context.company,
			set_posting_time=1,
			posting_date=day,
			posting_time=self.days.time(day),
			**values,
		)
		document.submit()
		self.counts[doctype] += 1
		return document


class _Business:
	"""What we do with one customer."""

	def __init__(
		self, role: CustomerRole, context: SalesContext, goods: _Goods, days: Days, counts: Counter[str]
	):
		self.role = role
		self.context = context
		self.goods = goods
		self.days = days
		self.counts = counts
		self.random = random.Random(f"{SEED} {role.name}")
		self.chances = Chances(self.random)

	def plan(self) -> None:
		first, last = self.context.first_day + timedelta(days=10), self.context.today
		if self.role.new_since:
			first = max(first, last - timedelta(days=self.role.new_since))
		if self.role.gone_since:
			last -= timedelta(days=self.role.gone_since)
		between = 30 / self.role.orders_per_month
		day = first + timedelta(days=round(between * self.random.random()))
		while day <= last:
			self.days.on(day, self._order_of(None))
			day += timedelta(days=round(between * self.random.uniform(0.8, 1.2)))
		for complaint in COMPLAINTS:
			if complaint.customer == self.role.name and complaint.bad_batch:
				day = self.context.today - timedelta(days=complaint.days_back + BEFORE_COMPLAINT)
				self.days.on(day, self._order_of(complaint.item))

	def _order_of(self, item: str | None) -> Callable[[date], None]:
		return lambda day: self.order(day, item)

	def order(self, day: date, item: str | None) -> None:
		"""An order for what the customer usually buys, or for one item in time; its delivery is planned."""
		due = day + timedelta(days=14)
		order = frappe.get_doc(
			doctype="Sales Order",
			customer=self.context.customers[self.role.name],
			company=self.context.company,
			transaction_date=day,
			delivery_date=due,
			currency=self.context.currency,
			conversion_rate=1,
			ignore_pricing_rule=1,
			items=list(self._lines(day, due, item)),
		)
		order.submit()
		self.counts["Sales Order"] += 1
		late = not item and self.chances.happens("late", self.role.late)
		wait = 14 + self.random.randint(3, 10) if late else self.random.randint(7, 13)
		self.days.on(day + timedelta(days=wait), lambda then: self.deliver(then, order))

	def _lines(self, day: date, due: date, item: str | None) -> Iterator[dict[str, Any]]:
		lot = self.role.lot * self.role.growth.at(self.context.progress(day))
		for code in (item,) if item else self.role.items:
			yield {
				"item_code": code,
				"qty": max(1, round(lot * self.random.uniform(0.8, 1.2))),
				"rate": SALES_PRICE[code],
				"delivery_date": due,
				"warehouse": self.context.warehouse,
			}

	def deliver(self, day: date, order: Any) -> None:
		note = make_delivery_note(order.name)
		self._post(
			note, day, batches={row.name: self.goods.take(row.item_code, row.qty) for row in order.items}
		)
		if self.chances.happens("return", self.role.returns):
			self.days.on(day + timedelta(days=12), lambda then: self.take_back(then, note))
		invoice = make_sales_invoice(note.name)
		invoice.update({"payment_terms_template": None, "payment_schedule": []})
		invoice.due_date = day + timedelta(days=30)
		self._post(invoice, day)
		punctual = self.chances.happens("punctual", self.role.punctual)
		wait = 30 + (self.random.randint(9, 40) if not punctual else -self.random.randint(0, 6))
		self.days.on(day + timedelta(days=wait), lambda then: self.be_paid(then, invoice))

	def take_back(self, day: date, note: Any) -> None:
		"""One unit of the first line comes back."""
		back = make_return_doc(note.doctype, note.name)
		back.items = back.items[:1]
		back.items[0].qty = -1
		self._post(back, day, batches={note.items[0].so_detail: note.items[0].batch_no})

	def be_paid(self, day: date, invoice: Any) -> None:
		if not frappe.db.get_value(invoice.doctype, invoice.name, "outstanding_amount"):
			return
		payment = get_payment_entry(invoice.doctype, invoice.name)
		while day.weekday() > 4:
			day -= timedelta(days=1)
		payment.update(
			{"posting_date": day, "reference_no": f"Transfer {invoice.name}", "reference_date": day}
		)
		payment.submit()
		self.counts["Payment Entry"] += 1

	def _post(self, document: Any, day: date, batches: dict[str, str] | None = None) -> None:
		document.update({"set_posting_time": 1, "posting_date": day, "posting_time": self.days.time(day)})
		for row in document.items:
			if batches:
				row.update(
					{
						"use_serial_batch_fields": 1,
						"batch_no": batches[row.so_detail],
						"serial_and_batch_bundle": None,
					}
				)
		document.submit()
		self.counts[document.doctype] += 1
