"""The floor: what the same figures cost as plain SQL, written by hand for this site's data and nothing else.

The measures of the default template, each as one grouped SELECT over what the generator makes: no tolerances,
no other kinds of receipt, no item groups, no running quantities. Then the rows that our run has just stored,
inserted once more into empty tables of the same shape.
"""

import frappe

from partner_relations.supplier_quality.rating.periods import Period

RESULTS = {"Supplier Evaluation": "bm_evaluation", "Supplier Evaluation Criterion": "bm_criterion"}

_RECEIVED = """
	FROM `tabPurchase Receipt` AS receipt
	JOIN `tabPurchase Receipt Item` AS line ON line.parent = receipt.name
"""
_POSTED = """
	WHERE receipt.docstatus = 1 AND receipt.company = %(company)s
		AND receipt.posting_date BETWEEN %(from_date)s AND %(to_date)s
"""

SELECTS = {
	"on_time_delivery": f"""
		SELECT receipt.supplier,
			SUM(receipt.posting_date <= ordered.first_due_date AND line.qty > 0), COUNT(*)
		{_RECEIVED} JOIN `tabPurchase Order Item` AS ordered ON ordered.name = line.purchase_order_item
		{_POSTED} AND receipt.is_return = 0
		GROUP BY receipt.supplier""",
	"otif": """
		SELECT supplier, SUM(arrived >= ordered), COUNT(*)
		FROM (
			SELECT purchase.supplier, ordered.stock_qty AS ordered,
				SUM(
					IF(receipt.posting_date <= ordered.first_due_date, line.qty * line.conversion_factor, 0)
				) AS arrived
			FROM `tabPurchase Order Item` AS ordered
			JOIN `tabPurchase Order` AS purchase ON purchase.name = ordered.parent
			LEFT JOIN `tabPurchase Receipt Item` AS line ON line.purchase_order_item = ordered.name
			LEFT JOIN `tabPurchase Receipt` AS receipt
				ON receipt.name = line.parent AND receipt.docstatus = 1 AND receipt.is_return = 0
			WHERE ordered.first_due_date BETWEEN %(from_date)s AND %(to_date)s
				AND purchase.docstatus = 1 AND purchase.company = %(company)s
			GROUP BY ordered.name
		) AS promise
		GROUP BY supplier""",
	"defect_ppm": f"""
		SELECT receipt.supplier, SUM(line.rejected_qty * line.conversion_factor),
			SUM((line.qty + line.rejected_qty) * line.conversion_factor), COUNT(*)
		{_RECEIVED} {_POSTED} AND receipt.is_return = 0
		GROUP BY receipt.supplier""",
	"lot_acceptance": """
		SELECT receipt.supplier, SUM(inspection.status = 'Accepted'), COUNT(*)
		FROM `tabQuality Inspection` AS inspection
		JOIN `tabPurchase Receipt` AS receipt ON receipt.name = inspection.reference_name
		WHERE inspection.docstatus = 1 AND inspection.report_date BETWEEN %(from_date)s AND %(to_date)s
			AND receipt.company = %(company)s
		GROUP BY receipt.supplier""",
	"return_rate": f"""
		SELECT receipt.supplier, SUM(IF(receipt.is_return, -line.qty, 0) * line.conversion_factor),
			SUM(IF(receipt.is_return, 0, line.qty + line.rejected_qty) * line.conversion_factor), COUNT(*)
		{_RECEIVED} {_POSTED}
		GROUP BY receipt.supplier""",
	"price_competitiveness": """
		SELECT quotation.supplier,
			SUM(lowest.rate * wanted.stock_qty), SUM(quoted.base_net_rate * wanted.stock_qty)
		FROM `tabRequest for Quotation` AS request
		JOIN `tabRequest for Quotation Item` AS wanted ON wanted.parent = request.name
		JOIN `tabSupplier Quotation Item` AS quoted ON quoted.request_for_quotation_item = wanted.name
		JOIN `tabSupplier Quotation` AS quotation ON quotation.name = quoted.parent
		JOIN (
			SELECT quoted.request_for_quotation_item AS wanted,
				MIN(quoted.base_net_rate) AS rate, COUNT(*) AS offers
			FROM `tabRequest for Quotation` AS request
			JOIN `tabSupplier Quotation Item` AS quoted ON quoted.request_for_quotation = request.name
			WHERE request.transaction_date BETWEEN %(from_date)s AND %(to_date)s AND quoted.docstatus = 1
			GROUP BY quoted.request_for_quotation_item
		) AS lowest ON lowest.wanted = wanted.name
		WHERE request.docstatus = 1 AND request.company = %(company)s
			AND quotation.docstatus = 1 AND lowest.offers > 1
			AND request.transaction_date BETWEEN %(from_date)s AND %(to_date)s
		GROUP BY quotation.supplier""",
	"invoice_accuracy": """
		SELECT invoice.supplier,
			SUM(line.rate = ordered.rate AND line.qty <= received.qty + received.rejected_qty), COUNT(*)
		FROM `tabPurchase Invoice` AS invoice
		JOIN `tabPurchase Invoice Item` AS line ON line.parent = invoice.name
		JOIN `tabPurchase Order Item` AS ordered ON ordered.name = line.po_detail
		JOIN `tabPurchase Receipt Item` AS received ON received.name = line.pr_detail
		WHERE invoice.docstatus = 1 AND invoice.is_return = 0 AND invoice.company = %(company)s
			AND invoice.posting_date BETWEEN %(from_date)s AND %(to_date)s
		GROUP BY invoice.supplier""",
}


def read(company: str, period: Period) -> None:
	"""Read all the figures of a period."""
	for select in SELECTS.values():
		frappe.db.sql(select, {"company": company, "from_date": period.from_date, "to_date": period.to_date})


def make_result_tables() -> None:
	"""Empty tables of the same shape as those of the evaluations."""
	frappe.db.commit()
	drop_result_tables()
	for doctype, copy in RESULTS.items():
		frappe.db.sql_ddl(f"CREATE TABLE `{copy}` LIKE `tab{doctype}`")


def drop_result_tables() -> None:
	for copy in RESULTS.values():
		frappe.db.sql_ddl(f"DROP TABLE IF EXISTS `{copy}`")


def results_of(run: str) -> dict[str, tuple[tuple[str, ...], list[tuple]]]:
	"""The rows that a run stored: columns and rows, by table."""
	names = "(SELECT name FROM `tabSupplier Evaluation` WHERE run = %s)"
	parents = _rows("SELECT * FROM `tabSupplier Evaluation` WHERE run = %s", run)
	children = _rows(f"SELECT * FROM `tabSupplier Evaluation Criterion` WHERE parent IN {names}", run)
	return dict(zip(RESULTS.values(), (parents, children), strict=True))


def _rows(select: str, run: str) -> tuple[tuple[str, ...], list[tuple]]:
	rows = list(frappe.db.sql(select, run))
	return tuple(column[0] for column in frappe.db._cursor.description), rows


def insert(results: dict[str, tuple[tuple[str, ...], list[tuple]]]) -> None:
	"""Insert the rows by the driver's own bulk insert, in one transaction."""
	cursor = frappe.db._cursor
	for table, (columns, rows) in results.items():
		names, marks = ", ".join(f"`{name}`" for name in columns), ", ".join(["%s"] * len(columns))
		cursor.executemany(f"INSERT INTO `{table}` ({names}) VALUES ({marks})", rows)
	frappe.db.commit()
