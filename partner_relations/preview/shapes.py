"""ERPNext's tables in SQLite: the columns that the measures read, in the ERP's names and types."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

TEXT, DATE, NUMBER, WHOLE = "TEXT", "TEXT", "REAL", "INTEGER"

_RECEIPT = {
	"name": TEXT,
	"docstatus": WHOLE,
	"supplier": TEXT,
	"company": TEXT,
	"posting_date": DATE,
	"is_return": WHOLE,
}
_RECEIPT_LINE = {
	"name": TEXT,
	"parent": TEXT,
	"idx": WHOLE,
	"item_code": TEXT,
	"qty": NUMBER,
	"rejected_qty": NUMBER,
	"conversion_factor": NUMBER,
	"warehouse": TEXT,
	"rejected_warehouse": TEXT,
}

_SALE = {
	"name": TEXT,
	"docstatus": WHOLE,
	"customer": TEXT,
	"company": TEXT,
	"is_internal_customer": WHOLE,
	"base_net_total": NUMBER,
}
_SALES_LINE = {
	"name": TEXT,
	"parent": TEXT,
	"idx": WHOLE,
	"item_code": TEXT,
	"stock_qty": NUMBER,
	"base_net_amount": NUMBER,
}

ITEMS: dict[str, dict[str, str]] = {
	"Item": {"name": TEXT, "item_group": TEXT, "is_stock_item": WHOLE},
}

PURCHASES: dict[str, dict[str, str]] = {
	**ITEMS,
	"Purchase Order": {
		"name": TEXT,
		"docstatus": WHOLE,
		"supplier": TEXT,
		"company": TEXT,
		"status": TEXT,
		"transaction_date": DATE,
		"currency": TEXT,
		"conversion_rate": NUMBER,
		"is_internal_supplier": WHOLE,
		"is_subcontracted": WHOLE,
		"is_old_subcontracting_flow": WHOLE,
		"base_net_total": NUMBER,
	},
	"Purchase Order Item": {
		"name": TEXT,
		"parent": TEXT,
		"idx": WHOLE,
		"item_code": TEXT,
		"qty": NUMBER,
		"stock_qty": NUMBER,
		"conversion_factor": NUMBER,
		"rate": NUMBER,
		"base_net_amount": NUMBER,
		"schedule_date": DATE,
		"expected_delivery_date": DATE,
		"first_due_date": DATE,
		"delivered_by_supplier": WHOLE,
		"fg_item": TEXT,
		"fg_item_qty": NUMBER,
	},
	"Purchase Receipt": {**_RECEIPT, "subcontracting_receipt": TEXT},
	"Purchase Receipt Item": {
		**_RECEIPT_LINE,
		"purchase_order_item": TEXT,
		"base_net_amount": NUMBER,
		"return_qty_from_rejected_warehouse": WHOLE,
	},
	"Purchase Invoice": {
		**_RECEIPT,
		"update_stock": WHOLE,
		"currency": TEXT,
		"conversion_rate": NUMBER,
		"creation": TEXT,
		"is_internal_supplier": WHOLE,
		"supplier_reward_penalty": TEXT,
	},
	"Purchase Invoice Item": {
		**_RECEIPT_LINE,
		"po_detail": TEXT,
		"pr_detail": TEXT,
		"rate": NUMBER,
		"base_rate": NUMBER,
		"base_net_amount": NUMBER,
	},
	"Subcontracting Receipt": _RECEIPT,
	"Subcontracting Receipt Item": {
		**_RECEIPT_LINE,
		"purchase_order_item": TEXT,
		"subcontracting_receipt_item": TEXT,
		"is_scrap_item": WHOLE,
	},
	"Quality Inspection": {
		"name": TEXT,
		"docstatus": WHOLE,
		"inspection_type": TEXT,
		"reference_type": TEXT,
		"reference_name": TEXT,
		"report_date": DATE,
		"item_code": TEXT,
		"status": TEXT,
	},
	"Request for Quotation": {
		"name": TEXT,
		"docstatus": WHOLE,
		"company": TEXT,
		"transaction_date": DATE,
	},
	"Request for Quotation Supplier": {"name": TEXT, "parent": TEXT, "supplier": TEXT},
	"Request for Quotation Item": {"name": TEXT, "parent": TEXT, "item_code": TEXT, "stock_qty": NUMBER},
	"Supplier Quotation": {
		"name": TEXT,
		"docstatus": WHOLE,
		"supplier": TEXT,
		"company": TEXT,
		"transaction_date": DATE,
		"creation": TEXT,
	},
	"Supplier Quotation Item": {
		"name": TEXT,
		"parent": TEXT,
		"item_code": TEXT,
		"base_net_rate": NUMBER,
		"conversion_factor": NUMBER,
		"request_for_quotation": TEXT,
		"request_for_quotation_item": TEXT,
	},
	"Supplier Evaluator Rating": {
		"name": TEXT,
		"docstatus": WHOLE,
		"supplier": TEXT,
		"company": TEXT,
		"template": TEXT,
		"from_date": DATE,
		"to_date": DATE,
		"rated_on": DATE,
		"evaluator": TEXT,
		"evaluator_role": TEXT,
	},
	"Supplier Evaluator Mark": {
		"name": TEXT,
		"parent": TEXT,
		"kpi": TEXT,
		"mark": NUMBER,
		"not_applicable": WHOLE,
		"comment": TEXT,
	},
	"Supplier Evaluation Template Evaluator": {
		"name": TEXT,
		"parent": TEXT,
		"role": TEXT,
		"weight": NUMBER,
	},
}

SALES: dict[str, dict[str, str]] = {
	**ITEMS,
	"Sales Order": {
		**_SALE,
		"status": TEXT,
		"transaction_date": DATE,
		"delivery_date": DATE,
		"skip_delivery_note": WHOLE,
		"per_delivered": NUMBER,
		"per_billed": NUMBER,
	},
	"Sales Order Item": {**_SALES_LINE, "delivery_date": DATE, "delivered_by_supplier": WHOLE},
	"Delivery Note": {**_SALE, "posting_date": DATE, "is_return": WHOLE},
	"Delivery Note Item": {
		**_SALES_LINE,
		"against_sales_order": TEXT,
		"so_detail": TEXT,
		"si_detail": TEXT,
		"incoming_rate": NUMBER,
	},
	"Sales Invoice": {
		**_SALE,
		"posting_date": DATE,
		"is_return": WHOLE,
		"return_against": TEXT,
		"is_debit_note": WHOLE,
		"is_opening": TEXT,
		"is_pos": WHOLE,
		"update_stock": WHOLE,
		"currency": TEXT,
		"party_account_currency": TEXT,
		"grand_total": NUMBER,
		"rounded_total": NUMBER,
		"rounding_adjustment": NUMBER,
		"base_grand_total": NUMBER,
		"base_rounded_total": NUMBER,
		"base_rounding_adjustment": NUMBER,
	},
	"Sales Invoice Item": {
		**_SALES_LINE,
		"sales_order": TEXT,
		"so_detail": TEXT,
		"dn_detail": TEXT,
		"sales_invoice_item": TEXT,
		"incoming_rate": NUMBER,
		"delivered_by_supplier": WHOLE,
	},
	"Packed Item": {
		"name": TEXT,
		"parent": TEXT,
		"parent_detail_docname": TEXT,
		"item_code": TEXT,
		"qty": NUMBER,
		"incoming_rate": NUMBER,
	},
	"Payment Schedule": {
		"name": TEXT,
		"parent": TEXT,
		"parenttype": TEXT,
		"idx": WHOLE,
		"due_date": DATE,
		"base_payment_amount": NUMBER,
	},
	"Payment Ledger Entry": {
		"name": TEXT,
		"company": TEXT,
		"posting_date": DATE,
		"voucher_type": TEXT,
		"voucher_no": TEXT,
		"against_voucher_type": TEXT,
		"against_voucher_no": TEXT,
		"amount_in_account_currency": NUMBER,
		"delinked": WHOLE,
	},
	"Journal Entry": {"name": TEXT, "docstatus": WHOLE, "voucher_type": TEXT},
	"Customer Complaint": {
		"name": TEXT,
		"customer": TEXT,
		"company": TEXT,
		"received_on": TEXT,
		"step": TEXT,
		"responsibility": TEXT,
		"supplier": TEXT,
	},
	"Customer Complaint Item": {
		"name": TEXT,
		"parent": TEXT,
		"idx": WHOLE,
		"document_type": TEXT,
		"document_name": TEXT,
		"item_code": TEXT,
	},
}

SHAPES = {**PURCHASES, **SALES}

# ERPNext's own indexes on these columns (its `search_index`), and ours.
INDEXES = (
	("Purchase Order Item", "parent"),
	("Purchase Order Item", "first_due_date"),
	("Purchase Receipt", "posting_date"),
	("Purchase Receipt Item", "parent"),
	("Purchase Receipt Item", "purchase_order_item"),
	("Purchase Invoice", "posting_date"),
	("Purchase Invoice Item", "parent"),
	("Purchase Invoice Item", "po_detail"),
	("Purchase Invoice Item", "pr_detail"),
	("Subcontracting Receipt Item", "purchase_order_item"),
	("Supplier Quotation Item", "request_for_quotation"),
	("Supplier Quotation Item", "request_for_quotation_item"),
	("Sales Order", "transaction_date"),
	("Sales Order", "delivery_date"),
	("Sales Order Item", "parent"),
	("Delivery Note", "posting_date"),
	("Delivery Note Item", "parent"),
	("Delivery Note Item", "so_detail"),
	("Delivery Note Item", "si_detail"),
	("Sales Invoice", "posting_date"),
	("Sales Invoice", "return_against"),
	("Sales Invoice Item", "parent"),
	("Sales Invoice Item", "so_detail"),
	("Packed Item", "parent_detail_docname"),
	("Payment Schedule", "parent"),
	("Payment Schedule", "due_date"),
	("Payment Ledger Entry", "against_voucher_no"),
	("Customer Complaint", "received_on"),
	("Customer Complaint Item", "parent"),
)

# What the ERP fills in where a row doesn't say: texts and dates are NULL, numbers 0, except these.
_DEFAULTS = {"docstatus": 1, "conversion_factor": 1, "conversion_rate": 1, "is_stock_item": 1}


def create_tables(connection: sqlite3.Connection) -> None:
	"""Make every table of `SHAPES`, empty, its `name` column the primary key."""
	for doctype, columns in SHAPES.items():
		definitions = ", ".join(_definition(name, type_) for name, type_ in columns.items())
		connection.execute(f'CREATE TABLE "tab{doctype}" ({definitions})')


def create_indexes(connection: sqlite3.Connection) -> None:
	"""Index what the measures join and filter by; after loading, which is faster than before."""
	for doctype, column in INDEXES:
		connection.execute(f'CREATE INDEX "{doctype} {column}" ON "tab{doctype}" ("{column}")')
	connection.execute("ANALYZE")


def insert(connection: sqlite3.Connection, doctype: str, rows: Iterable[Mapping[str, Any]]) -> None:
	"""Insert rows of one document type; columns that a row leaves out get the ERP's default."""
	columns = SHAPES[doctype]
	marks = ", ".join("?" for _column in columns)
	defaults = {name: default(name, type_) for name, type_ in columns.items()}
	connection.executemany(
		f'INSERT INTO "tab{doctype}" VALUES ({marks})',
		([row.get(name, defaults[name]) for name in columns] for row in rows),
	)


def insert_tuples(
	connection: sqlite3.Connection, doctype: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
	"""Insert many rows given as tuples of the named columns; all other columns get the ERP's default.

	Several times faster than `insert`, for files with a million lines.
	"""
	defaults = {name: default(name, type_) for name, type_ in SHAPES[doctype].items() if name not in columns}
	names = ", ".join(f'"{name}"' for name in (*columns, *defaults))
	# The defaults are the numbers and NULLs of this module, never input.
	values = ", ".join(
		["?"] * len(columns) + ["NULL" if value is None else str(value) for value in defaults.values()]
	)
	connection.executemany(f'INSERT INTO "tab{doctype}" ({names}) VALUES ({values})', rows)


def default(column: str, type_: str) -> Any:
	"""What the ERP stores in a column of a row that doesn't mention it."""
	if column in _DEFAULTS:
		return _DEFAULTS[column]
	return None if type_ == TEXT else 0


def _definition(name: str, type_: str) -> str:
	return f'"{name}" {type_} PRIMARY KEY' if name == "name" else f'"{name}" {type_}'
