"""A year of sales for a benchmark: customers, orders, deliveries, invoices, returns and payments.

As in `generate`, the database itself writes the rows into ERPNext's tables: submitted and linked as ERPNext
links them, with every column that a metric of customers reads.
"""

from datetime import date, timedelta

import frappe
from frappe.utils import getdate, today

from partner_relations.supplier_quality.rating.periods import add_months
from tests.benchmarks.generate import PREFIX, draw, insert, key, name_of

ITEMS = 1000
LINES_PER_ORDER = 4
CUSTOMER_GROUP = "Benchmark Customers"
FILLED = (
	*("Sales Order", "Sales Order Item", "Delivery Note", "Delivery Note Item"),
	*("Sales Invoice", "Sales Invoice Item", "Payment Schedule", "Payment Ledger Entry"),
)
MADE_BY_RUNS = (
	*("Customer Tiering Run", "Customer Tiering Run Failure"),
	*("Customer Tier Assessment", "Customer Tier Change"),
)


def period() -> tuple[date, date]:
	"""The twelve months up to the last one that has ended."""
	this_month = getdate(today()).replace(day=1)
	return add_months(this_month, -12), this_month - timedelta(days=1)


def clear() -> None:
	"""Empty the tables that `fill` and the runs write; refuse a site that holds sales of its own."""
	for doctype in ("Sales Order", "Delivery Note", "Sales Invoice"):
		table = frappe.qb.DocType(doctype)
		if frappe.qb.from_(table).where(table.name.not_like(f"{PREFIX}%")).select(table.name).limit(1).run():
			raise SystemExit(f"This site holds a {doctype} of its own. Benchmarks need a site to throw away.")
	frappe.db.commit()
	for doctype in (*FILLED, *MADE_BY_RUNS):
		frappe.db.sql_ddl(f"TRUNCATE `tab{doctype}`")
	customer = frappe.qb.DocType("Customer")
	frappe.qb.from_(customer).where(customer.name.like(f"{PREFIX}%")).delete().run()
	frappe.db.commit()


def fill(company: str, customers: int, lines: int) -> int:
	"""Write customers and about so many invoice lines of fifteen months; returns how many there are."""
	_, to_date = period()
	tiers = frappe.get_all("Customer Tier", filters={"disabled": 0}, pluck="name", order_by="`rank` desc")
	values = {
		"company": company,
		"currency": frappe.get_cached_value("Company", company, "default_currency"),
		"first_day": add_months(to_date.replace(day=1), -14),
		"days": 425,
		"to_date": to_date,
		"customers": customers,
		"items": ITEMS,
		"prefix": PREFIX,
		"group": CUSTOMER_GROUP,
		"tier": tiers[0],
	}
	frappe.db.sql("SET SESSION unique_checks = 0")
	_make_masters(values)
	_plan(values, lines // LINES_PER_ORDER)
	_orders(values)
	_deliveries(values)
	_invoices(values)
	_payments(values)
	frappe.db.sql("SET SESSION unique_checks = 1")
	for table in ("bm_sale", "bm_sold", "bm_total"):
		frappe.db.sql_ddl(f"DROP TABLE {table}")
	for doctype in (*FILLED, "Customer"):
		frappe.db.sql_ddl(f"ANALYZE TABLE `tab{doctype}`")
	return frappe.db.count("Sales Invoice Item")


def _make_masters(values: dict) -> None:
	if not frappe.db.exists("Customer Group", CUSTOMER_GROUP):
		frappe.get_doc(doctype="Customer Group", customer_group_name=CUSTOMER_GROUP).insert()
	customer = name_of("C", "seq")
	columns = {"name": customer, "customer_name": customer, "customer_group": "%(group)s"}
	columns |= {"customer_tier": "%(tier)s", "assessed_tier": "%(tier)s"}
	columns |= {"has_customer_potential": "1", "customer_potential": f"FLOOR(100 * {draw('seq', 'pot')})"}
	insert(
		"Customer",
		columns,
		f"seq_1_to_{values['customers']}",
		values,
		creation="%(first_day)s",
		docstatus="0",
	)
	if not frappe.db.exists("Item", f"{PREFIX}SI-{1:07}"):
		item = name_of("SI", "seq")
		columns = {"name": item, "item_code": item, "item_name": item, "stock_uom": "'Nos'"}
		insert(
			"Item",
			{**columns, "is_stock_item": "1"},
			f"seq_1_to_{ITEMS}",
			values,
			creation="%(first_day)s",
			docstatus="0",
		)


def _plan(values: dict, orders: int) -> None:
	"""Draw the orders and their lines: a tenth of the customers buys as much as all others."""
	frappe.db.commit()
	frappe.db.sql_ddl(
		"CREATE TEMPORARY TABLE bm_sale (doc INT PRIMARY KEY, customer VARCHAR(40), ordered_on DATE, due"
		" DATE, delivered_on DATE, paid_on DATE)"
	)
	frappe.db.sql(
		f"""INSERT INTO bm_sale
		SELECT doc, customer, ordered_on, due,
			DATE_ADD(due, INTERVAL IF({draw("doc", "late")} < 0.85, -2, 4) DAY),
			DATE_ADD(due, INTERVAL IF({draw("doc", "pays")} < 0.8, 25, 60) DAY)
		FROM (
			SELECT doc, customer, ordered_on, DATE_ADD(ordered_on, INTERVAL 7 DAY) AS due
			FROM (
				SELECT seq AS doc,
					{name_of("C", f"1 + FLOOR(%(customers)s * POW({draw('seq', 'customer')}, 2))")}
						AS customer,
					DATE_ADD(%(first_day)s, INTERVAL FLOOR(%(days)s * {draw("seq", "day")}) DAY) AS ordered_on
				FROM seq_1_to_{orders}
			) AS ordered
		) AS dated""",
		values,
	)
	frappe.db.sql_ddl(
		"CREATE TEMPORARY TABLE bm_sold (line INT PRIMARY KEY, doc INT, idx INT, item VARCHAR(40), qty INT,"
		" rate DECIMAL(21,9), cost DECIMAL(21,9), KEY (doc))"
	)
	frappe.db.sql(
		f"""INSERT INTO bm_sold
		SELECT seq, (seq - 1) DIV {LINES_PER_ORDER} + 1, MOD(seq - 1, {LINES_PER_ORDER}) + 1,
			{name_of("SI", f"1 + FLOOR(%(items)s * {draw('seq', 'item')})")},
			1 + FLOOR(20 * {draw("seq", "qty")}), ROUND(1 + 90 * {draw("seq", "rate")}, 2),
			ROUND((1 + 90 * {draw("seq", "rate")}) * (0.5 + 0.4 * {draw("seq", "cost")}), 2)
		FROM seq_1_to_{orders * LINES_PER_ORDER}""",
		values,
	)
	frappe.db.sql_ddl("CREATE TEMPORARY TABLE bm_total (doc INT PRIMARY KEY, total DECIMAL(21,9))")
	frappe.db.sql("INSERT INTO bm_total SELECT doc, SUM(rate * qty) FROM bm_sold GROUP BY doc")


_LINES = "bm_sold AS sold JOIN bm_sale AS sale ON sale.doc = sold.doc"


def _parent(doctype: str, kind: str, day: str, values: dict, **columns: str) -> None:
	insert(
		doctype,
		{
			"name": name_of(kind, "sale.doc"),
			"customer": "sale.customer",
			"company": "%(company)s",
			"currency": "%(currency)s",
			"conversion_rate": "1",
			**columns,
		},
		"bm_sale AS sale",
		values,
		creation=day,
	)


def _line(doctype: str, kind: str, parent: str, day: str, values: dict, **columns: str) -> None:
	insert(
		f"{doctype} Item",
		{
			"name": key(kind, "sold.line"),
			"parent": name_of(parent, "sold.doc"),
			"parenttype": f"'{doctype}'",
			"parentfield": "'items'",
			"idx": "sold.idx",
			"item_code": "sold.item",
			"item_name": "sold.item",
			"qty": "sold.qty",
			"conversion_factor": "1",
			"stock_qty": "sold.qty",
			"rate": "sold.rate",
			"base_net_amount": "sold.rate * sold.qty",
			**columns,
		},
		f"{_LINES} ORDER BY {key(kind, 'sold.line')}",
		values,
		creation=day,
	)


def _orders(values: dict) -> None:
	_parent(
		"Sales Order",
		"SO",
		"sale.ordered_on",
		values,
		transaction_date="sale.ordered_on",
		delivery_date="sale.due",
		status="'Completed'",
		per_delivered="100",
		per_billed="100",
		base_net_total="(SELECT total FROM bm_total WHERE bm_total.doc = sale.doc)",
	)
	_line("Sales Order", "SOI", "SO", "sale.ordered_on", values, delivery_date="sale.due")


def _deliveries(values: dict) -> None:
	day = "sale.delivered_on"
	_parent("Delivery Note", "DN", day, values, posting_date=day, status="'Completed'")
	_line(
		"Delivery Note",
		"DNI",
		"DN",
		day,
		values,
		against_sales_order=name_of("SO", "sold.doc"),
		so_detail=key("SOI", "sold.line"),
		incoming_rate="sold.cost",
	)


def _invoices(values: dict) -> None:
	day = "sale.delivered_on"
	_line(
		"Sales Invoice",
		"SII",
		"SV",
		day,
		values,
		sales_order=name_of("SO", "sold.doc"),
		so_detail=key("SOI", "sold.line"),
		delivery_note=name_of("DN", "sold.doc"),
		dn_detail=key("DNI", "sold.line"),
	)
	insert(
		"Sales Invoice",
		{
			"name": name_of("SV", "sale.doc"),
			"customer": "sale.customer",
			"company": "%(company)s",
			"currency": "%(currency)s",
			"party_account_currency": "%(currency)s",
			"conversion_rate": "1",
			"posting_date": day,
			"due_date": "DATE_ADD(sale.due, INTERVAL 30 DAY)",
			"status": "'Paid'",
			"is_opening": "'No'",
			"base_net_total": "owed.total",
			"grand_total": "owed.total",
			"base_grand_total": "owed.total",
		},
		"bm_sale AS sale JOIN bm_total AS owed ON owed.doc = sale.doc",
		values,
		creation=day,
	)


def _payments(values: dict) -> None:
	"""One term for each invoice, its entry in the payment ledger, and that of its payment."""
	source = "bm_sale AS sale JOIN bm_total AS owed ON owed.doc = sale.doc"
	insert(
		"Payment Schedule",
		{
			"name": key("PS", "sale.doc"),
			"parent": name_of("SV", "sale.doc"),
			"parenttype": "'Sales Invoice'",
			"parentfield": "'payment_schedule'",
			"idx": "1",
			"due_date": "DATE_ADD(sale.due, INTERVAL 30 DAY)",
			"payment_amount": "owed.total",
			"base_payment_amount": "owed.total",
		},
		f"{source} ORDER BY {key('PS', 'sale.doc')}",
		values,
		creation="sale.delivered_on",
	)
	for kind, voucher_type, voucher, day, sign in (
		("PLI", "Sales Invoice", "SV", "sale.delivered_on", "1"),
		("PLP", "Payment Entry", "PE", "sale.paid_on", "-1"),
	):
		insert(
			"Payment Ledger Entry",
			{
				"name": key(kind, "sale.doc"),
				"posting_date": day,
				"company": "%(company)s",
				"account_type": "'Receivable'",
				"party_type": "'Customer'",
				"party": "sale.customer",
				"voucher_type": f"'{voucher_type}'",
				"voucher_no": name_of(voucher, "sale.doc"),
				"against_voucher_type": "'Sales Invoice'",
				"against_voucher_no": name_of("SV", "sale.doc"),
				"amount": f"{sign} * owed.total",
				"amount_in_account_currency": f"{sign} * owed.total",
			},
			f"{source} ORDER BY {key(kind, 'sale.doc')}",
			values,
			creation=day,
		)
