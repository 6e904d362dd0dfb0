"""Reads `sales_lines.csv` into the tables of ERPNext's sales documents, where the metrics look for them."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from partner_relations.preview import shapes
from partner_relations.preview.columns import InputFile, quoted
from partner_relations.preview.reading import COMPANY, SEPARATOR, Documents, Reader, input_error

INVOICE = "Sales Invoice"


class Sale(NamedTuple):
	"""What a sale says on each of its lines."""

	date: str
	customer: str
	is_return: int
	return_of: str | None
	due_date: str | None
	paid_on: str | None


class Customer(NamedTuple):
	"""What is said of a customer on each line: the group, the tier it has, the mark for its potential."""

	customer_group: str | None
	tier: str | None
	potential: float | None


class SalesLines:
	"""The sales of the file, once `read` has been called.

	`note_item` is told item, group and whether stock is kept of it; `check_company` the reader and a name.
	"""

	def __init__(
		self,
		connection: sqlite3.Connection,
		note_item: Callable[[str, str | None, int | None], None],
		check_company: Callable[[Reader, str], None],
	):
		self.connection = connection
		self.note_item = note_item
		self.check_company = check_company
		self.sales = Documents("sale", Sale._fields)
		self.orders = Documents("order", ("customer", "order_date"))
		self.customers = Documents("customer", Customer._fields)
		self.totals: dict[str, float] = {}
		self.ordered: dict[str, tuple[str, float]] = {}  # the first day and the amount of an order's sales

	def read(self, reader: Reader) -> None:
		"""Insert what the file says. Raises InputError."""
		columns = ("idx", "item_code", "stock_qty", "base_net_amount", "sales_order", "incoming_rate")
		shapes.insert_tuples(
			self.connection, f"{INVOICE} Item", ("name", "parent", *columns), self._lines(reader)
		)
		self._check(reader.file)
		self._insert_sales()
		self._insert_orders()
		self._insert_payments()

	def known_customers(self) -> dict[str, Customer]:
		return {name: said for name, (said, _row) in self.customers.rows.items()}

	def last_day(self) -> str | None:
		return max((sale.date for sale, _row in self.sales.rows.values()), default=None)

	def _lines(self, reader: Reader) -> Iterator[tuple]:
		for (
			name, date, customer, amount, item, quantity, cost, is_return, return_of, order, order_date,
			due_date, paid_on, customer_group, tier, potential, item_group, stock_item, company,
		) in reader:  # fmt: skip
			_agree(reader, self.sales, name, Sale(date, customer, is_return, return_of, due_date, paid_on))
			_agree(reader, self.customers, customer, Customer(customer_group, tier, potential))
			self.note_item(item, item_group, stock_item)
			if company is not None:
				self.check_company(reader, company)
			if due_date is not None and due_date < date:
				raise reader.error("due_date", f"{quoted(due_date)} is before the day of the sale, {date}")
			if potential is not None and potential > 100:
				raise reader.error("potential", f"'{potential:g}' is not between 0 and 100")
			if return_of is not None and not is_return:
				raise reader.error("return_of", f"is {quoted(return_of)}, but is_return does not say yes")
			if quantity is None:
				quantity = 1.0
			if is_return:
				amount, quantity = -abs(amount), -abs(quantity)
			else:
				for column, number in (("quantity", quantity), ("cost", cost or 0.0)):
					if number < 0:
						reason = f"'{number:g}' is negative, but is_return does not say yes"
						raise reader.error(column, reason)
			if cost and not quantity:
				raise reader.error("cost", f"is '{cost:g}', but quantity is 0")
			self.totals[name] = self.totals.get(name, 0.0) + amount
			if order is not None and not is_return:
				_agree(reader, self.orders, order, (customer, order_date))
				first, ordered = self.ordered.get(order, (date, 0.0))
				self.ordered[order] = min(first, date), ordered + amount
			# The cost as the ERP keeps it: per unit. NULL where it isn't known, which leaves the line out.
			rate = None if cost is None else abs(cost / quantity) if quantity else 0.0
			line = f"{name}{SEPARATOR}{reader.number}"
			yield line, name, reader.number, item, quantity, amount, order, rate

	def _check(self, file: InputFile) -> None:
		"""What can be said only of all lines of a sale, or when all sales are known."""
		for name, (sale, row) in self.sales.rows.items():
			if self.totals[name] < 0 and not sale.is_return:
				total = f"the lines of sale {quoted(name)} add up to {self.totals[name]:g}"
				raise input_error(file.name, f"{total}, but is_return does not say yes", row, "amount")
			if sale.return_of is None:
				continue
			known = self.sales.rows.get(sale.return_of)
			if known is None or known[0].is_return:
				reason = f"there is no sale {quoted(sale.return_of)} (of an older one leave the cell empty)"
				raise input_error(file.name, reason, row, "return_of")
			if known[0].customer != sale.customer:
				owner = quoted(known[0].customer)
				reason = f"sale {quoted(sale.return_of)} is of {owner}, not {quoted(sale.customer)}"
				raise input_error(file.name, reason, row, "customer")

	def _insert_sales(self) -> None:
		"""Invoices that update stock, and so are deliveries too: the file says nothing of others."""
		columns = ("name", "posting_date", "customer", "is_return", "return_against", "update_stock")
		self._insert_documents(
			INVOICE,
			(*columns, "base_net_total", "base_grand_total"),
			(
				(name, *sale[:4], 1, self.totals[name], self.totals[name])
				for name, (sale, _row) in self.sales.rows.items()
			),
		)

	def _insert_orders(self) -> None:
		columns = ("name", "customer", "transaction_date", "base_net_total")
		self._insert_documents(
			"Sales Order",
			(*columns, "status", "per_delivered", "per_billed"),
			(
				(name, customer, day or self.ordered[name][0], self.ordered[name][1], "Completed", 100, 100)
				for name, ((customer, day), _row) in self.orders.rows.items()
			),
		)

	def _insert_payments(self) -> None:
		"""A payment term for each sale that is to be paid by a day, and its entries in the payment ledger."""
		owed = [
			(name, sale, self.totals[name])
			for name, (sale, _row) in self.sales.rows.items()
			if sale.due_date is not None and not sale.is_return
		]
		shapes.insert_tuples(
			self.connection,
			"Payment Schedule",
			("name", "parent", "parenttype", "due_date", "base_payment_amount"),
			((name, name, INVOICE, sale.due_date, total) for name, sale, total in owed),
		)
		against = ("against_voucher_type", "against_voucher_no", "amount_in_account_currency")
		self._insert_documents(
			"Payment Ledger Entry",
			("name", "posting_date", "voucher_type", "voucher_no", *against),
			(entry for name, sale, total in owed for entry in _entries(name, sale, total)),
		)

	def _insert_documents(self, doctype: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
		shapes.insert_tuples(
			self.connection, doctype, ("company", *columns), ((COMPANY, *row) for row in rows)
		)


def _entries(name: str, sale: Sale, total: float) -> Iterator[tuple]:
	yield name, sale.date, INVOICE, name, INVOICE, name, total
	if sale.paid_on is not None:
		payment = name + SEPARATOR
		yield payment, sale.paid_on, "Payment Entry", payment, INVOICE, name, -total


def _agree(reader: Reader, documents: Documents, name: str, said: tuple) -> None:
	known = documents.rows.get(name)
	if known is None:
		documents.rows[name] = (said, reader.number)
	elif known[0] != said:
		raise documents.differs(reader, name, said)
