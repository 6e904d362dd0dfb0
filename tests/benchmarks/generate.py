"""Years of purchasing for a benchmark: orders, receipts, returns, inspections, invoices, quotations.

The database itself writes the rows into ERPNext's tables (INSERT ... SELECT from numbered rows and a fixed
hash, so the same arguments give the same data), submitted and linked as ERPNext links them, with every column
that a measure or ERPNext's Supplier Scorecard reads. Making them through ERPNext would take days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import frappe
from frappe.utils import getdate, today

from partner_relations.supplier_quality.rating.periods import Period, add_months, periods_between

PREFIX = "BM-"
ITEMS = 2000
LINES_PER_ORDER = 4
RECEIPT_LINES_PER_ORDER_LINE = 1.06
"""8 % of the order lines arrive in two parts, 2 % not at all."""
SUPPLIER_GROUP = "Benchmark"
FIRST_GROUP = "Benchmark First Hundred"
SIZE_OF_FIRST_GROUP = 100

FILLED = (
	*("Purchase Order", "Purchase Order Item", "Purchase Receipt", "Purchase Receipt Item"),
	*("Purchase Invoice", "Purchase Invoice Item", "Quality Inspection"),
	*("Request for Quotation", "Request for Quotation Item", "Request for Quotation Supplier"),
	*("Supplier Quotation", "Supplier Quotation Item"),
)
MADE_BY_RUNS = (
	*("Supplier Evaluation Run", "Supplier Evaluation Run Failure", "Supplier Evaluation"),
	*("Supplier Evaluation Criterion", "Supplier Restriction"),
)


@dataclass(frozen=True)
class Size:
	"""How much there is to be: suppliers, receipt lines (about), whole months up to the last one."""

	suppliers: int
	lines: int
	months: int

	@property
	def periods(self) -> list[Period]:
		"""The months, oldest first."""
		last = getdate(today()).replace(day=1) - timedelta(days=1)
		first = add_months(last.replace(day=1), 1 - self.months)
		return list(periods_between(first, last, "Month", date(first.year, 1, 1)))


def supplier(number: int) -> str:
	"""The name of a supplier, counted from 1."""
	return f"{PREFIX}S-{number:07}"


def clear() -> None:
	"""Empty the tables that `fill` and the evaluations write; refuse a site that holds other documents."""
	for doctype in FILLED:
		if frappe.get_meta(doctype).istable:
			continue
		table = frappe.qb.DocType(doctype)
		if frappe.qb.from_(table).where(table.name.not_like(f"{PREFIX}%")).select(table.name).limit(1).run():
			raise SystemExit(f"This site holds a {doctype} of its own. Benchmarks need a site to throw away.")
	frappe.db.commit()
	for doctype in (*FILLED, *MADE_BY_RUNS):
		frappe.db.sql_ddl(f"TRUNCATE `tab{doctype}`")
	for doctype in ("Supplier", "Item"):
		table = frappe.qb.DocType(doctype)
		frappe.qb.from_(table).where(table.name.like(f"{PREFIX}%")).delete().run()
	frappe.db.commit()


def fill(company: str, size: Size, after: Size | None = None) -> int:
	"""Write purchasing of `size`, less what a call wrote for `after`; returns the receipt lines made."""
	first_supplier, first_order = (after.suppliers, _orders(after)) if after else (0, 0)
	_make_parties(size, first_supplier)
	values = {
		"company": company,
		"currency": frappe.get_cached_value("Company", company, "default_currency"),
		"first_day": size.periods[0].from_date - timedelta(days=30),
		"days": (size.periods[-1].to_date - size.periods[0].from_date).days + 30,
		"as_of": getdate(today()),
		"first_supplier": first_supplier,
		"suppliers": size.suppliers - first_supplier,
		"items": ITEMS,
		"prefix": PREFIX,
	}
	frappe.db.sql("SET SESSION unique_checks = 0")
	_plan(values, first_order, _orders(size))
	_orders_and_lines(values)
	_receipts(values)
	_returns(values)
	_inspections(values)
	_invoices(values)
	_requests(values, first_order, _orders(size))
	made = frappe.db.sql("SELECT COUNT(*) FROM bm_receipt_line")[0][0]
	frappe.db.commit()
	frappe.db.sql("SET SESSION unique_checks = 1")
	for table in ("bm_order", "bm_order_line", "bm_receipt_line"):
		frappe.db.sql_ddl(f"DROP TABLE {table}")
	for doctype in (*FILLED, "Supplier"):
		frappe.db.sql_ddl(f"ANALYZE TABLE `tab{doctype}`")
	return made


def _orders(size: Size) -> int:
	return round(size.lines / RECEIPT_LINES_PER_ORDER_LINE / LINES_PER_ORDER)


def _make_parties(size: Size, first: int) -> None:
	"""Suppliers, the first hundred in a group of their own, created on the first day; and the items once."""
	for group in (SUPPLIER_GROUP, FIRST_GROUP):
		if not frappe.db.exists("Supplier Group", group):
			frappe.get_doc(doctype="Supplier Group", supplier_group_name=group).insert()
	values = {
		"created": size.periods[0].from_date,
		"first_group": FIRST_GROUP,
		"group": SUPPLIER_GROUP,
		"first_group_size": SIZE_OF_FIRST_GROUP,
		"prefix": PREFIX,
	}
	name = name_of("S", "seq")
	insert(
		"Supplier",
		{
			"name": name,
			"supplier_name": name,
			"supplier_group": "IF(seq <= %(first_group_size)s, %(first_group)s, %(group)s)",
		},
		f"seq_{first + 1}_to_{size.suppliers}",
		values,
		creation="%(created)s",
		docstatus="0",
	)
	if not first:
		item = name_of("I", "seq")
		columns = {
			"name": item,
			"item_code": item,
			"item_name": item,
			"stock_uom": "'Nos'",
			"is_stock_item": "1",
		}
		insert("Item", columns, f"seq_1_to_{ITEMS}", values, creation="%(created)s", docstatus="0")


def _plan(values: Mapping, first_order: int, last_order: int) -> None:
	"""Draw the orders, their lines and their deliveries: what the documents are made from."""
	frappe.db.commit()
	frappe.db.sql_ddl(
		"CREATE TEMPORARY TABLE bm_order (doc INT PRIMARY KEY, supplier VARCHAR(40), ordered_on DATE,"
		" due DATE, posted DATE, foreign_currency INT)"
	)
	# Every supplier has its own reliability; a few get more orders than most.
	frappe.db.sql(
		f"""INSERT INTO bm_order
		SELECT doc, {name_of("S", "supplier")}, ordered_on, due,
			DATE_ADD(due, INTERVAL
				IF({draw("doc", "kept")} < 0.6 + 0.39 * {draw("supplier", "reliability")},
					-FLOOR(6 * {draw("doc", "early")}), 1 + FLOOR(25 * POW({draw("doc", "late")}, 2))) DAY),
			{draw("supplier", "currency")} < 0.1
		FROM (
			SELECT doc, supplier, ordered_on,
				DATE_ADD(ordered_on, INTERVAL 7 + FLOOR(28 * {draw("doc", "lead")}) DAY) AS due
			FROM (
				SELECT seq AS doc,
					1 + %(first_supplier)s + FLOOR(%(suppliers)s * POW({draw("seq", "supplier")}, 1.3))
						AS supplier,
					DATE_ADD(%(first_day)s, INTERVAL FLOOR(%(days)s * {draw("seq", "day")}) DAY)
						AS ordered_on
				FROM seq_{first_order + 1}_to_{last_order}
			) AS ordered
		) AS dated""",
		values,
	)
	frappe.db.sql_ddl(
		"CREATE TEMPORARY TABLE bm_order_line (line INT PRIMARY KEY, doc INT, idx INT, name VARCHAR(20),"
		" item VARCHAR(40), factor INT, qty INT, rate DECIMAL(21,9), parts INT, KEY (doc))"
	)
	frappe.db.sql(
		f"""INSERT INTO bm_order_line
		SELECT seq, (seq - 1) DIV {LINES_PER_ORDER} + 1, MOD(seq - 1, {LINES_PER_ORDER}) + 1,
			{key("POI", "seq")},
			{name_of("I", f"1 + FLOOR(%(items)s * {draw('seq', 'item')})")},
			IF({draw("seq", "factor")} < 0.1, 12, 1), 2 * (1 + FLOOR(100 * {draw("seq", "qty")})),
			ROUND(1 + 90 * {draw("seq", "rate")}, 2),
			CASE
				WHEN {draw("seq", "parts")} < 0.02 THEN 0 WHEN {draw("seq", "parts")} < 0.1 THEN 2 ELSE 1
			END
		FROM seq_{first_order * LINES_PER_ORDER + 1}_to_{last_order * LINES_PER_ORDER}""",
		values,
	)
	frappe.db.sql_ddl(
		"CREATE TEMPORARY TABLE bm_receipt_line (name VARCHAR(20) PRIMARY KEY, receipt VARCHAR(40), doc INT,"
		" line INT, part INT, posted DATE, idx INT, qty INT, rejected INT, KEY (doc), KEY (receipt))"
	)
	frappe.db.sql(
		f"""INSERT INTO bm_receipt_line
		SELECT {key("PRI", "key_")}, CONCAT({name_of("PR", "doc")}, '-', part), doc, line, part, posted, idx,
			received - rejected, rejected
		FROM (
			SELECT *,
				IF({draw("key_", "rejects")} < 0.05, CEIL(received * 0.2 * {draw("key_", "rejected")}), 0)
					AS rejected
			FROM (
				SELECT CONCAT(ordered.line, '-', part.seq) AS key_,
					plan.doc, ordered.line, part.seq AS part, ordered.idx,
					DATE_ADD(plan.posted, INTERVAL 7 * (part.seq - 1) DAY) AS posted,
					ordered.qty DIV ordered.parts AS received
				FROM bm_order AS plan
				JOIN bm_order_line AS ordered ON ordered.doc = plan.doc
				JOIN seq_1_to_2 AS part ON part.seq <= ordered.parts
			) AS parted
			WHERE posted <= %(as_of)s
		) AS arrived""",
		values,
	)


def _orders_and_lines(values: Mapping) -> None:
	insert(
		"Purchase Order",
		{
			"name": name_of("PO", "plan.doc"),
			"supplier": "plan.supplier",
			"company": "%(company)s",
			"transaction_date": "plan.ordered_on",
			"schedule_date": "plan.due",
			"status": "'To Receive and Bill'",
			"currency": "IF(plan.foreign_currency, 'EUR', %(currency)s)",
			"conversion_rate": "IF(plan.foreign_currency, 1.1, 1)",
			"total_qty": "SUM(ordered.qty)",
		},
		"bm_order AS plan JOIN bm_order_line AS ordered ON ordered.doc = plan.doc GROUP BY plan.doc",
		values,
		creation="plan.ordered_on",
	)
	rate = "ordered.rate * IF(plan.foreign_currency, 1.1, 1)"
	insert(
		"Purchase Order Item",
		{
			"name": "ordered.name",
			"parent": name_of("PO", "plan.doc"),
			"parenttype": "'Purchase Order'",
			"parentfield": "'items'",
			"idx": "ordered.idx",
			"item_code": "ordered.item",
			"item_name": "ordered.item",
			"qty": "ordered.qty",
			"conversion_factor": "ordered.factor",
			"stock_qty": "ordered.qty * ordered.factor",
			"received_qty": "ordered.qty * (ordered.parts > 0)",
			"rate": "ordered.rate",
			"amount": "ordered.rate * ordered.qty",
			"base_rate": rate,
			"base_amount": f"{rate} * ordered.qty",
			"schedule_date": "plan.due",
			"first_due_date": "plan.due",
		},
		"bm_order AS plan JOIN bm_order_line AS ordered ON ordered.doc = plan.doc ORDER BY ordered.name",
		values,
		creation="plan.ordered_on",
	)


def _receipts(values: Mapping) -> None:
	insert(
		"Purchase Receipt",
		{
			"name": "arrived.receipt",
			"supplier": "plan.supplier",
			"company": "%(company)s",
			"posting_date": "arrived.posted",
			"status": "'Completed'",
			"currency": "IF(plan.foreign_currency, 'EUR', %(currency)s)",
			"conversion_rate": "IF(plan.foreign_currency, 1.1, 1)",
		},
		"bm_receipt_line AS arrived JOIN bm_order AS plan ON plan.doc = arrived.doc GROUP BY arrived.receipt",
		values,
		creation="arrived.posted",
	)
	insert(
		"Purchase Receipt Item",
		{
			"name": "arrived.name",
			"parent": "arrived.receipt",
			"parenttype": "'Purchase Receipt'",
			"parentfield": "'items'",
			"idx": "arrived.idx",
			"item_code": "ordered.item",
			"item_name": "ordered.item",
			"qty": "arrived.qty",
			"rejected_qty": "arrived.rejected",
			"received_qty": "arrived.qty + arrived.rejected",
			"conversion_factor": "ordered.factor",
			"stock_qty": "arrived.qty * ordered.factor",
			"purchase_order": name_of("PO", "arrived.doc"),
			"purchase_order_item": "ordered.name",
			**_amounts("arrived.qty"),
		},
		_ARRIVED + " ORDER BY arrived.name",
		values,
		creation="arrived.posted",
	)


_ARRIVED = (
	"bm_receipt_line AS arrived JOIN bm_order_line AS ordered ON ordered.line = arrived.line"
	" JOIN bm_order AS plan ON plan.doc = arrived.doc"
)


def _amounts(qty: str, rate: str = "ordered.rate") -> dict[str, str]:
	"""Rates and amounts of a line, in the order's currency and the company's."""
	base_rate = f"{rate} * IF(plan.foreign_currency, 1.1, 1)"
	return {
		"rate": rate,
		"amount": f"{rate} * {qty}",
		"base_rate": base_rate,
		"base_amount": f"{base_rate} * {qty}",
		"base_net_rate": base_rate,
		"base_net_amount": f"{base_rate} * {qty}",
	}


def _returns(values: Mapping) -> None:
	"""One in a hundred receipt lines goes back, one unit, ten days later."""
	day = "DATE_ADD(arrived.posted, INTERVAL 10 DAY)"
	returned = f"{_ARRIVED} WHERE {draw('arrived.name', 'returned')} < 0.01 AND {day} <= %(as_of)s"
	name = "CONCAT(%(prefix)s, 'RT-', arrived.name)"
	insert(
		"Purchase Receipt",
		{
			"name": name,
			"supplier": "plan.supplier",
			"company": "%(company)s",
			"posting_date": day,
			"status": "'Return'",
			"is_return": "1",
			"return_against": "arrived.receipt",
		},
		returned,
		values,
		creation=day,
	)
	insert(
		"Purchase Receipt Item",
		{
			"name": key("RTI", "arrived.name"),
			"parent": name,
			"parenttype": "'Purchase Receipt'",
			"parentfield": "'items'",
			"idx": "1",
			"item_code": "ordered.item",
			"item_name": "ordered.item",
			"qty": "-1",
			"received_qty": "-1",
			"conversion_factor": "ordered.factor",
			"stock_qty": "-ordered.factor",
			"purchase_order": name_of("PO", "arrived.doc"),
			"purchase_order_item": "ordered.name",
			"purchase_receipt_item": "arrived.name",
			**_amounts("-1"),
		},
		returned,
		values,
		creation=day,
	)


def _inspections(values: Mapping) -> None:
	"""One in ten receipt lines is inspected; what was rejected there is a rejected lot."""
	insert(
		"Quality Inspection",
		{
			"name": "CONCAT(%(prefix)s, 'QI-', arrived.name)",
			"inspection_type": "'Incoming'",
			"reference_type": "'Purchase Receipt'",
			"reference_name": "arrived.receipt",
			"item_code": "ordered.item",
			"report_date": "arrived.posted",
			"status": "IF(arrived.rejected > 0, 'Rejected', 'Accepted')",
		},
		f"{_ARRIVED} WHERE {draw('arrived.name', 'inspected')} < 0.1",
		values,
		creation="arrived.posted",
	)


def _invoices(values: Mapping) -> None:
	"""Each receipt is invoiced five days later; 3 % of the lines at another price, 1 % for too many units."""
	invoice = "REPLACE(arrived.receipt, 'PR-', 'PI-')"
	due = "DATE_ADD(arrived.posted, INTERVAL 5 DAY)"
	insert(
		"Purchase Invoice",
		{
			"name": invoice,
			"supplier": "plan.supplier",
			"company": "%(company)s",
			"posting_date": due,
			"status": "'Unpaid'",
			"currency": "IF(plan.foreign_currency, 'EUR', %(currency)s)",
			"conversion_rate": "IF(plan.foreign_currency, 1.1, 1)",
		},
		"bm_receipt_line AS arrived JOIN bm_order AS plan ON plan.doc = arrived.doc"
		f" WHERE {due} <= %(as_of)s GROUP BY arrived.receipt",
		values,
		creation=due,
	)
	rate = f"ordered.rate * IF({draw('arrived.name', 'price')} < 0.03, 1.05, 1)"
	qty = f"(arrived.qty + ({draw('arrived.name', 'charged')} < 0.01) * (arrived.rejected + 1))"
	insert(
		"Purchase Invoice Item",
		{
			"name": key("PII", "arrived.name"),
			"parent": invoice,
			"parenttype": "'Purchase Invoice'",
			"parentfield": "'items'",
			"idx": "arrived.idx",
			"item_code": "ordered.item",
			"item_name": "ordered.item",
			"qty": qty,
			"conversion_factor": "ordered.factor",
			"stock_qty": f"{qty} * ordered.factor",
			"purchase_order": name_of("PO", "arrived.doc"),
			"po_detail": "ordered.name",
			"purchase_receipt": "arrived.receipt",
			"pr_detail": "arrived.name",
			**_amounts(qty, rate),
		},
		f"{_ARRIVED} WHERE {due} <= %(as_of)s ORDER BY {key('PII', 'arrived.name')}",
		values,
		creation=due,
	)


def _requests(values: Mapping, first_order: int, last_order: int) -> None:
	"""A request for every twenty orders: two items, three suppliers asked, four of five answer in days."""
	orders_per_request = 20
	numbers = f"seq_{first_order // orders_per_request + 1}_to_{last_order // orders_per_request}"

	def day(number: str) -> str:
		return f"DATE_ADD(%(first_day)s, INTERVAL FLOOR(%(days)s * {draw(number, 'request')}) DAY)"

	insert(
		"Request for Quotation",
		{
			"name": name_of("RFQ", "seq"),
			"company": "%(company)s",
			"transaction_date": day("seq"),
			"status": "'Submitted'",
		},
		numbers,
		values,
		creation=day("seq"),
	)
	item_key = "CONCAT(request.seq, '-', item.seq)"
	item = name_of("I", f"1 + FLOOR(%(items)s * {draw(item_key, 'asked item')})")
	stock_qty = f"10 * (1 + FLOOR(50 * {draw(item_key, 'asked quantity')}))"
	insert(
		"Request for Quotation Item",
		{
			"name": key("RFQI", item_key),
			"parent": name_of("RFQ", "request.seq"),
			"parenttype": "'Request for Quotation'",
			"parentfield": "'items'",
			"idx": "item.seq",
			"item_code": item,
			"qty": stock_qty,
			"conversion_factor": "1",
			"stock_qty": stock_qty,
		},
		f"{numbers} AS request JOIN seq_1_to_2 AS item",
		values,
		creation=day("request.seq"),
	)
	first_asked = f"FLOOR(%(suppliers)s * {draw('request.seq', 'asked')})"
	asked = name_of("S", f"%(first_supplier)s + 1 + MOD({first_asked} + 37 * asked.seq, %(suppliers)s)")
	asked_key = "CONCAT(request.seq, '-', asked.seq)"
	insert(
		"Request for Quotation Supplier",
		{
			"name": key("RFQS", asked_key),
			"parent": name_of("RFQ", "request.seq"),
			"parenttype": "'Request for Quotation'",
			"parentfield": "'suppliers'",
			"idx": "asked.seq",
			"supplier": asked,
		},
		f"{numbers} AS request JOIN seq_1_to_3 AS asked",
		values,
		creation=day("request.seq"),
	)
	answers = f"{draw(asked_key, 'answers')} < 0.8"
	answered = f"DATE_ADD({day('request.seq')}, INTERVAL FLOOR(9 * {draw(asked_key, 'answered')}) DAY)"
	insert(
		"Supplier Quotation",
		{
			"name": f"CONCAT(%(prefix)s, 'SQ-', {asked_key})",
			"supplier": asked,
			"company": "%(company)s",
			"transaction_date": answered,
			"status": "'Submitted'",
			"currency": "%(currency)s",
			"conversion_rate": "1",
		},
		f"{numbers} AS request JOIN seq_1_to_3 AS asked WHERE {answers}",
		values,
		creation=answered,
	)
	quoted_key = "CONCAT(request.seq, '-', asked.seq, '-', item.seq)"
	rate = f"ROUND(20 + 10 * {draw(item_key, 'market')} + 8 * {draw(quoted_key, 'quoted')}, 2)"
	insert(
		"Supplier Quotation Item",
		{
			"name": key("SQI", quoted_key),
			"parent": f"CONCAT(%(prefix)s, 'SQ-', {asked_key})",
			"parenttype": "'Supplier Quotation'",
			"parentfield": "'items'",
			"idx": "item.seq",
			"item_code": item,
			"qty": stock_qty,
			"conversion_factor": "1",
			"stock_qty": stock_qty,
			"base_rate": rate,
			"base_net_rate": rate,
			"request_for_quotation": name_of("RFQ", "request.seq"),
			"request_for_quotation_item": key("RFQI", item_key),
		},
		f"{numbers} AS request JOIN seq_1_to_3 AS asked JOIN seq_1_to_2 AS item WHERE {answers}",
		values,
		creation=answered,
	)


def insert(
	doctype: str,
	columns: Mapping[str, str],
	source: str,
	values: Mapping,
	*,
	creation: str,
	docstatus: str = "1",
) -> None:
	"""INSERT ... SELECT of expressions by column; every row gets what all documents have."""
	columns = {
		"creation": creation,
		"modified": creation,
		"owner": "'Administrator'",
		"modified_by": "'Administrator'",
		"docstatus": docstatus,
		**columns,
	}
	names = ", ".join(f"`{name}`" for name in columns)
	frappe.db.sql(
		f"INSERT INTO `tab{doctype}` ({names}) SELECT {', '.join(columns.values())} FROM {source}", values
	)
	frappe.db.commit()


def name_of(kind: str, number: str) -> str:
	"""A document's name, by number."""
	return f"CONCAT(%(prefix)s, '{kind}-', LPAD({number}, 7, '0'))"


def key(kind: str, number: str) -> str:
	"""A line's name: as random as Frappe's, which spreads over the index."""
	return f"LEFT(MD5(CONCAT('{kind}', {number})), 14)"


def draw(number: str, what: str) -> str:
	"""A number from 0 up to 1, always the same for the same arguments."""
	return f"(CONV(LEFT(MD5(CONCAT('{what}', {number})), 8), 16, 10) / 4294967296)"
