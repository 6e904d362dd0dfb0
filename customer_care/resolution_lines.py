"""From the lines of a complaint to the lines of invoices and deliveries that resolutions are made from.

A complaint names sales orders, delivery notes or invoices; a credit note needs the invoice's lines, a return
those of the delivery. Only submitted documents of the complaint's customer and company count, and of them
only what wasn't returned yet.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import frappe
from erpnext.stock.get_item_details import get_conversion_factor
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Abs, Sum
from frappe.utils import cstr, escape_html

INVOICE, DELIVERY, ORDER = "Sales Invoice", "Delivery Note", "Sales Order"

COLUMNS = {
	INVOICE: ("dn_detail", "so_detail", "base_net_rate"),
	DELIVERY: ("si_detail", "so_detail", "incoming_rate"),
	ORDER: (),
}
"""Beside those that the lines of all of them have."""

RETURNED_ROW = {INVOICE: "sales_invoice_item", DELIVERY: "dn_detail"}
"""The field by which a line of a return names the line that comes back."""

OWN_ACCOUNTS = ("Income", "Expense")
"""Kinds of accounts that make the company's result."""


class NotPossible(Exception):
	"""A resolution can't be made of these lines; the sentence says why and what to do."""


@dataclass(frozen=True)
class Line:
	"""A line of a document to be made. `asked` is the quantity in the terms of the complaint's row `row`,
	`qty` that in `uom`, the unit of the line `source_row` it is made from."""

	row: str
	item_code: str | None
	asked: str
	qty: float
	uom: str | None = None
	conversion_factor: float = 1
	source_row: str | None = None
	batch_no: str | None = None
	serial_no: str | None = None
	warehouse: str | None = None


@dataclass
class Part:
	"""What one document will be made of: its source (None: of none), its lines, what it is worth."""

	source_type: str | None = None
	source_name: str | None = None
	lines: list[Line] = field(default_factory=list)
	worth: Decimal = Decimal(0)


def parts(
	complaint: Document,
	kind: str,
	wanted: Sequence[Mapping[str, Any]] | None,
	taken: Mapping[str, Decimal],
) -> list[Part]:
	"""What the documents of a resolution are made of: one part for each.

	`wanted` are [{"row", "qty"}] or None for all lines; `taken` is by row the quantity that this kind of
	resolution has used up. Raises NotPossible.
	"""
	if kind == "Apology":
		return [Part()]
	asked = list(_asked(complaint, wanted, {} if kind in ("Repair", "Price Allowance") else taken))
	if kind == "Repair":
		return [_repair(asked)]
	if not asked:
		raise NotPossible(_nothing_asked(complaint, wanted))
	if kind == "Replacement Delivery":
		return [_replacement(complaint, asked)]
	if kind == "Return":
		return _by_document(complaint, asked, DELIVERY)
	found = _by_document(complaint, asked, INVOICE)
	if kind == "Credit Note":
		_add_charges(found)
	elif len(found) > 1:
		raise NotPossible(
			_("An allowance is for one invoice. Choose lines of one: {0}.").format(
				", ".join(part.source_name for part in found)
			)
		)
	return found


def left_over(complaint: Document, kind: str, taken: Mapping[str, Decimal]) -> dict[str, Decimal]:
	"""By row of the complaint's items the most that a resolution of a kind can be for."""
	if kind == "Apology":
		return {}
	used = {} if kind in ("Repair", "Price Allowance") else taken
	left = {row.name: complained_quantity(row) - used.get(row.name, Decimal(0)) for row in complaint.items}
	return {name: quantity for name, quantity in left.items() if quantity > 0}


def _nothing_asked(complaint: Document, wanted: Sequence[Mapping[str, Any]] | None) -> str:
	if not complaint.items:
		return _("Say in the items what the complaint is about.")
	if wanted is not None:
		return _("Choose at least one line.")
	return _("There is a resolution of this kind for everything that is complained already.")


# What is asked for


@dataclass(frozen=True)
class _Asked:
	row: Document
	quantity: Decimal


def _asked(
	complaint: Document, wanted: Sequence[Mapping[str, Any]] | None, taken: Mapping[str, Decimal]
) -> Iterator[_Asked]:
	"""The complaint's lines with the quantity wanted of each, none of it used up before."""
	rows = {row.name: row for row in complaint.items}
	chosen = dict.fromkeys(rows) if wanted is None else {line.get("row"): line.get("qty") for line in wanted}
	for name, quantity in chosen.items():
		row = rows.get(name)
		if row is None:
			raise NotPossible(_("A line that was chosen is gone. Load the complaint again."))
		complained = complained_quantity(row)
		left = complained - taken.get(name, Decimal(0))
		if quantity is None:
			quantity = left
			if quantity <= 0 and complained:
				continue
		quantity = _number(quantity)
		if not row.item_code or quantity <= 0:
			raise NotPossible(
				_("Row {0} of the items: say which item it is, and how many are complained.").format(row.idx)
			)
		if quantity > left:
			raise NotPossible(
				_("Row {0} of the items: {1} are complained, {2} are left for this resolution.").format(
					row.idx, _plain(complained), _plain(left)
				)
			)
		yield _Asked(row, quantity)


def complained_quantity(row: Document) -> Decimal:
	"""How many of a line are complained; a serial number is one."""
	return _number(row.qty) or Decimal(1 if row.serial_no else 0)


def _number(value: Any) -> Decimal:
	try:
		number = Decimal(cstr(value or 0))
	except ArithmeticError:
		number = Decimal("NaN")
	if not number.is_finite():
		raise NotPossible(_("{0} is no quantity.").format(escape_html(cstr(value))))
	return number


def _plain(number: Decimal) -> str:
	return f"{number.normalize():f}"


# Repairs and replacements


def _repair(asked: Sequence[_Asked]) -> Part:
	"""ERPNext's Warranty Claim is about one item."""
	if len(asked) > 1:
		raise NotPossible(_("A repair is for one line. Choose which."))
	return Part(lines=[_line(one.row, one.quantity) for one in asked])


def _replacement(complaint: Document, asked: Sequence[_Asked]) -> Part:
	"""The same goods again, from where they came; worth what they are in stock there."""
	part = Part()
	for one in asked:
		source = next(iter(_source_rows(complaint, one.row, DELIVERY)), None)
		if source and not part.source_name:
			part.source_type, part.source_name = DELIVERY, source.parent
		bill = None if source else next(iter(_source_rows(complaint, one.row, INVOICE)), None)
		warehouse = (source or bill or {}).get("warehouse") or _usual_warehouse(complaint, one.row.item_code)
		uom = one.row.uom or (source or bill or {}).get("uom") or _stock_uom(one.row.item_code)
		factor = _factor(one.row.item_code, uom)
		part.lines.append(
			_line(
				one.row,
				one.quantity,
				uom=uom,
				conversion_factor=float(factor),
				source_row=source and source.name,
				warehouse=warehouse,
				# The goods are other ones.
				batch_no=None,
				serial_no=None,
			)
		)
		rate = _valuation_rate(one.row.item_code, warehouse) or _number(source and source.incoming_rate)
		part.worth += one.quantity * factor * rate
	return part


def _usual_warehouse(complaint: Document, item: str) -> str | None:
	return frappe.db.get_value(
		"Item Default", {"parent": item, "company": complaint.company}, "default_warehouse"
	) or frappe.db.get_single_value("Stock Settings", "default_warehouse")


def _valuation_rate(item: str, warehouse: str | None) -> Decimal:
	rate = warehouse and frappe.db.get_value(
		"Bin", {"item_code": item, "warehouse": warehouse}, "valuation_rate"
	)
	return _number(rate or frappe.get_cached_value("Item", item, "valuation_rate"))


def _stock_uom(item: str) -> str:
	return frappe.get_cached_value("Item", item, "stock_uom")


def _factor(item: str, uom: str) -> Decimal:
	"""How many of the item's stock unit a unit is."""
	return _number(get_conversion_factor(item, uom).get("conversion_factor")) or Decimal(1)


def _line(row: Document, quantity: Decimal, **values: Any) -> Line:
	return Line(
		**{
			"row": row.name,
			"item_code": row.item_code,
			"asked": _plain(quantity),
			"qty": float(quantity),
			"uom": row.uom,
			"batch_no": row.batch_no,
			"serial_no": row.serial_no,
			**values,
		}
	)


# Credit notes, allowances and returns


def _by_document(complaint: Document, asked: Sequence[_Asked], doctype: str) -> list[Part]:
	"""The lines of invoices or deliveries that hold what is asked for, and of which so much is left."""
	found: dict[str, Part] = {}
	used: dict[str, Decimal] = {}
	for one in asked:
		rows = _source_rows(complaint, one.row, doctype)
		if not rows:
			raise NotPossible(_nothing_found(one.row, doctype))
		returned = _returned(doctype, [row.name for row in rows])
		need = one.quantity
		for source in rows:
			per_unit = _per_source_unit(one.row, source)
			left = _number(source.qty) - returned.get(source.name, Decimal(0)) - used.get(source.name, 0)
			take = min(need * per_unit, left)
			if take <= 0:
				continue
			used[source.name] = used.get(source.name, Decimal(0)) + take
			need -= take / per_unit
			part = found.setdefault(source.parent, Part(doctype, source.parent))
			part.worth += take * _number(source.get("base_net_rate"))
			part.lines.append(
				_line(
					one.row,
					take / per_unit,
					qty=float(take),
					uom=source.uom,
					conversion_factor=float(source.conversion_factor or 1),
					source_row=source.name,
					warehouse=source.warehouse,
				)
			)
		if need > Decimal("1e-9"):
			raise NotPossible(_too_few(one, need, doctype))
	return list(found.values())


def _add_charges(parts: Sequence[Part]) -> None:
	"""What the invoice charges on accounts of income or expense, such as freight, comes back with the goods.

	Taxes are no cost: the company gets them back.
	"""
	invoice, tax = frappe.qb.DocType(INVOICE), frappe.qb.DocType("Sales Taxes and Charges")
	account = frappe.qb.DocType("Account")
	rows = (
		frappe.qb.from_(tax)
		.join(invoice)
		.on((invoice.name == tax.parent) & (tax.parenttype == INVOICE))
		.join(account)
		.on(account.name == tax.account_head)
		.where(tax.parent.isin([part.source_name for part in parts]) & account.root_type.isin(OWN_ACCOUNTS))
		.select(
			tax.parent,
			tax.charge_type,
			tax.rate,
			tax.base_tax_amount_after_discount_amount.as_("amount"),
			invoice.base_net_total,
			invoice.conversion_rate,
		)
	).run(as_dict=True)
	for part in parts:
		goods = part.worth
		for row in rows:
			if row.parent != part.source_name or not row.base_net_total:
				continue
			if row.charge_type == "On Item Quantity":
				quantity = sum((_number(line.qty) for line in part.lines), Decimal(0))
				part.worth += quantity * _number(row.rate) * _number(row.conversion_rate)
			else:
				part.worth += goods * _number(row.amount) / _number(row.base_net_total)


def _nothing_found(row: Document, doctype: str) -> str:
	sentence = (
		_("Row {0} of the items: there is no submitted invoice for it. Name the invoice or the delivery.")
		if doctype == INVOICE
		else _("Row {0} of the items: there is no delivery note for it, so nothing can come back by one.")
	)
	return sentence.format(row.idx)


def _too_few(one: _Asked, missing: Decimal, doctype: str) -> str:
	sentence = (
		_("Row {0} of the items: only {1} of {2} are left on the invoice; the rest is credited already.")
		if doctype == INVOICE
		else _("Row {0} of the items: only {1} of {2} are left on the delivery; the rest came back already.")
	)
	return sentence.format(one.row.idx, _plain(one.quantity - missing), _plain(one.quantity))


def _per_source_unit(row: Document, source: Any) -> Decimal:
	"""How many of the source line's unit one of the complaint's unit is."""
	if not row.uom or row.uom == source.uom:
		return Decimal(1)
	return _factor(row.item_code, row.uom) / (_number(source.conversion_factor) or Decimal(1))


def _source_rows(complaint: Document, row: Document, doctype: str) -> list[Any]:
	"""The lines of invoices or deliveries for a line of a complaint, by the links between ERPNext's lines."""
	if not row.document_name or row.document_type not in COLUMNS:
		return []
	own = _rows(complaint, row.document_type, row.item_code, "parent", [row.document_name])
	own = [one for one in own if one.name == row.document_row] or own
	if row.document_type == doctype:
		return _holding(row, own)
	names = [one.name for one in own]
	orders = names if row.document_type == ORDER else [one.so_detail for one in own if one.so_detail]
	if doctype == INVOICE:
		ways = (
			("dn_detail", names if row.document_type == DELIVERY else ()),
			("name", [one.get("si_detail") for one in own if one.get("si_detail")]),
			("so_detail", orders),
		)
	else:
		ways = (
			("si_detail", names if row.document_type == INVOICE else ()),
			("name", [one.get("dn_detail") for one in own if one.get("dn_detail")]),
			("so_detail", orders),
		)
	for column, values in ways:
		rows = _rows(complaint, doctype, row.item_code, column, values) if values else []
		if rows:
			return _holding(row, rows)
	return []


def _rows(complaint: Document, doctype: str, item: str, column: str, values: Iterable[str]) -> list[Any]:
	"""Lines of submitted documents of the complaint's customer and company that sell the item."""
	parent, child = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
	query = (
		frappe.qb.from_(child)
		.join(parent)
		.on(parent.name == child.parent)
		.where(
			(parent.docstatus == 1)
			& (parent.customer == complaint.customer)
			& (parent.company == complaint.company)
			& (child.item_code == item)
			& child[column].isin(list(values))
		)
		.select(
			*(child[name] for name in ("name", "parent", "idx", "item_code", "qty", "uom")),
			child.conversion_factor,
			child.warehouse,
			*(child[name] for name in COLUMNS[doctype]),
		)
		.orderby(parent.creation)
		.orderby(child.idx)
	)
	if doctype != ORDER:
		query = query.where(parent.is_return == 0).select(
			child.serial_and_batch_bundle, child.batch_no, child.serial_no
		)
	return query.run(as_dict=True)


def _holding(row: Document, rows: list[Any]) -> list[Any]:
	"""Of several lines those with the batch or serial number complained; all where none says so."""
	if len(rows) < 2 or not (row.batch_no or row.serial_no):
		return rows
	column, value = ("serial_no", row.serial_no) if row.serial_no else ("batch_no", row.batch_no)
	bundles = [one.serial_and_batch_bundle for one in rows if one.serial_and_batch_bundle]
	holding = set(
		frappe.get_all(
			"Serial and Batch Entry", filters={"parent": ("in", bundles), column: value}, pluck="parent"
		)
		if bundles
		else ()
	)
	return [
		one
		for one in rows
		if one.serial_and_batch_bundle in holding or value in cstr(one.get(column)).split("\n")
	] or rows


def _returned(doctype: str, names: Sequence[str]) -> dict[str, Decimal]:
	"""By line what came back of it through submitted returns."""
	parent, child = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
	source = child[RETURNED_ROW[doctype]]
	rows = (
		frappe.qb.from_(child)
		.join(parent)
		.on(parent.name == child.parent)
		.where((parent.docstatus == 1) & (parent.is_return == 1) & source.isin(list(names)))
		.groupby(source)
		.select(source, Sum(Abs(child.qty)))
	).run()
	return {name: _number(quantity) for name, quantity in rows}
