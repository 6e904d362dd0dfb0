"""Small builders for what customers get for complaints: of real sales, settings, rows. Nothing is committed.

sale = sell(customer, item=item, quantity=10, rate=20)
complaint = complaint_about(sale.invoice, quantity=3)
row = grant(complaint, "Credit Note")            # proposed and approved
note = made(complaint, row)                      # the draft in ERPNext
"""

from typing import Any

import frappe
from complaint_factories import make_complaint
from factories import COMPANY, make_service, make_user
from frappe.model.document import Document
from penalty_factories import acting, make_account

from partner_relations.customer_care import resolution_documents, resolutions
from partner_relations.customer_care.complaint_steps import AGENT, COMPLAINT, MANAGER, SETTINGS


def complaint_about(document: Document, quantity: float = 1, line: int = 0, **values: Any) -> Document:
	"""A complaint about a line of a sales order, delivery note or invoice; `batch_no` and `serial_no` go to
	the complaint's line, other values to the complaint."""
	tracked = {key: values.pop(key) for key in ("batch_no", "serial_no") if key in values}
	item = document.items[line]
	return make_complaint(
		document.customer,
		company=document.company,
		items=[
			{
				"document_type": document.doctype,
				"document_name": document.name,
				"document_row": item.name,
				"item_code": item.item_code,
				"qty": quantity,
				"uom": item.uom,
				**tracked,
			}
		],
		**values,
	)


def use_settings(company: str = COMPANY, **values: Any) -> Document:
	"""An allowance account for a company in the settings; returns the row."""
	settings = frappe.get_doc(SETTINGS)
	settings.set("companies", [row for row in settings.companies if row.company != company])
	values.setdefault("allowance_account", make_account("Allowances", "Direct Income", company))
	row = settings.append("companies", {"company": company, **values})
	settings.save()
	return row


def make_allowance_item() -> str:
	"""A non-stock item for allowances."""
	return make_service()


def set_limit(complaint: Document, limit: float, currency: str = "USD") -> None:
	"""What an agent may grant for this complaint."""
	tier = frappe.get_doc("Customer Tier", complaint.customer_tier)
	tier.update({"compensation_limit": limit, "currency": currency})
	tier.save()


def agent() -> str:
	return make_user(AGENT)


def manager() -> str:
	return make_user(AGENT, MANAGER)


def grant(complaint: Document, kind: str, amount: float | None = None, **values: Any) -> str:
	"""Propose a resolution and have a manager approve it, if need be; returns the row's name."""
	(row,) = resolutions.propose(complaint.name, kind, amount, **values)
	if status(complaint, row) == resolutions.AWAITING:
		with acting(manager()):
			resolutions.approve(complaint.name, row)
	return row


def made(complaint: Document, row: str) -> Document:
	"""Make the document of a row; returns it."""
	doctype, name = resolution_documents.make(complaint.name, row)
	return frappe.get_doc(doctype, name)


def row_of(complaint: Document, row: str) -> Document:
	return next(one for one in now(complaint).resolutions if one.name == row)


def status(complaint: Document, row: str) -> str:
	return row_of(complaint, row).status


def now(complaint: Document) -> Document:
	"""The complaint as the database has it."""
	return frappe.get_doc(COMPLAINT, complaint.name)
