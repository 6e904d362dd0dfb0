"""Approved resolutions as ERPNext's own documents, in draft: each row is made once.

| kind | document |
|---|---|
| Credit Note | Sales Invoice, return against the invoice, of the lines and quantities complained |
| Return | Delivery Note, return against the delivery, with the batch and serial numbers complained |
| Replacement Delivery | Delivery Note at no price, from the warehouse that delivered before (1) |
| Repair | Warranty Claim |
| Price Allowance | Sales Invoice, return against the invoice, on the allowance account, without stock |
| Apology | a letter in the complaint's timeline, mailed if there is an address; it is done at once |

(1) Where the Selling Settings demand an order for each delivery, a Sales Order at no price. Elsewhere not:
such an order waits for its bill for ever.

Returns are ERPNext's own (`make_return_doc`), cut down to what is complained. Whoever makes a document needs
ERPNext's right to create it, and reads the complaint.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import frappe
from erpnext.controllers.sales_and_purchase_return import make_return_doc
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, escape_html, flt, get_link_to_form, get_time, strip_html, today

from partner_relations.common import mails
from partner_relations.common.refusals import nothing_half_done
from partner_relations.customer_care.complaint_steps import COMPLAINT, FINISHED, SETTINGS
from partner_relations.customer_care.resolution_lines import DELIVERY, INVOICE, ORDER, OWN_ACCOUNTS
from partner_relations.customer_care.resolutions import (
	ALLOWANCE,
	APOLOGY,
	APPROVED,
	CREDIT_NOTE,
	DONE,
	MADE,
	REPAIR,
	REPLACEMENT,
	RESOLUTION,
	RETURN,
	decimal,
	find,
	money,
	write,
)

CLAIM = "Warranty Claim"
LETTER = "Communication"
FIELD = "customer_complaint"
"""Custom field of ERPNext's documents: which complaint they were made for."""

DOCTYPES = {
	CREDIT_NOTE: INVOICE,
	RETURN: DELIVERY,
	REPLACEMENT: DELIVERY,
	REPAIR: CLAIM,
	ALLOWANCE: INVOICE,
	APOLOGY: LETTER,
}
"""As what each kind of resolution is made."""

AS_BEFORE = (
	*("currency", "conversion_rate", "selling_price_list", "price_list_currency", "plc_conversion_rate"),
	*("customer_address", "shipping_address_name", "contact_person", "project", "cost_center"),
)
"""What a replacement takes over from the delivery that it replaces."""


def make(complaint: str, row: str) -> tuple[str, str]:
	"""Make the document of an approved row; returns its document type and name.

	Raises frappe.ValidationError with a sentence where there is one already, nothing is left to make it of,
	or ERPNext refuses; frappe.PermissionError without the right to create such a document.
	"""
	document, entry = find(complaint, row)
	document.check_permission("read")
	_check_ready(document, entry)
	doctype = doctype_for(entry.kind)
	if entry.kind == APOLOGY:
		document.check_permission("write")
		made = _apologise(document, entry)
		write(document, entry, status=DONE, document_type=doctype, document_name=made)
		return doctype, made
	_check_right(doctype)
	failed = _("No document was made for resolution {0} ({1}).").format(
		entry.idx, _(entry.kind, context=RESOLUTION)
	)
	with nothing_half_done(failed, doctype, title=_("Not Made")):
		new = MAKERS[entry.kind](document, entry)
		new.set(FIELD, document.name)
		new.flags.by_complaint = True
		if new.meta.has_field("set_posting_time"):
			new.set_posting_time = 0  # it is posted when it is submitted, whatever the original was
		new.insert()
		check_worth(document, entry, new)
		_without_seconds(new)
	write(document, entry, status=MADE, document_type=doctype, document_name=new.name)
	document.add_comment(
		"Info",
		_("made {1} as a draft ({0}).").format(
			_(entry.kind, context=RESOLUTION), get_link_to_form(doctype, new.name)
		),
	)
	return doctype, new.name


def _without_seconds(document: Document) -> None:
	"""The Desk's field for times drops seconds, and takes the form it opens for changed."""
	if document.get("posting_time"):
		minutes = get_time(document.posting_time).replace(second=0, microsecond=0)
		document.db_set("posting_time", str(minutes), update_modified=False)


def doctype_for(kind: str) -> str:
	"""As what a kind of resolution is made on this site."""
	return ORDER if kind == REPLACEMENT and _order_demanded() else DOCTYPES[kind]


def _order_demanded() -> bool:
	return frappe.db.get_single_value("Selling Settings", "so_required") == "Yes"


def objection_to_making(complaint: Document, row: Document, user: str | None = None) -> str | None:
	"""Why a user can't make the document of a row, as a sentence; None if nothing is in the way."""
	if row.document_name:
		return _("{0} was made for it already.").format(row.document_name)
	if row.status != APPROVED:
		return _("It is “{0}”. Only what is approved is made.").format(_(row.status, context=RESOLUTION))
	if complaint.step in FINISHED:
		return _("The complaint is finished. Reopen it first.")
	if row.kind == APOLOGY:
		return None
	return _lacking_right(doctype_for(row.kind), user)


def check_worth(complaint: Document, row: Document, document: Document) -> None:
	"""Raise frappe.ValidationError if a document gives more money or free goods than was approved."""
	if document.doctype == INVOICE:
		_check_amount(complaint, row, document)
	elif row.kind == REPLACEMENT:
		_check_goods(complaint, row, document)


def given(note: Document) -> Decimal:
	"""What a credit note takes from the company's income and expense accounts, in its currency.

	The net total, and charges such as freight. Taxes are no cost; what the total is rounded by is left out.
	"""
	own = _own_accounts(note)
	charges = (
		decimal(tax.base_tax_amount_after_discount_amount) for tax in note.taxes if tax.account_head in own
	)
	return -decimal(note.base_net_total) - sum(charges, Decimal(0))


def _own_accounts(note: Document) -> set[str]:
	"""Of the accounts of a note's taxes and charges those that make the company's result."""
	heads = [tax.account_head for tax in note.taxes]
	filters = {"name": ("in", heads), "root_type": ("in", OWN_ACCOUNTS)}
	return set(frappe.get_all("Account", filters=filters, pluck="name")) if heads else set()


def _check_amount(complaint: Document, row: Document, note: Document) -> None:
	"""What rounding in the invoice's currency adds is left out."""
	amount, approved = given(note), decimal(row.amount)
	tolerance = decimal(note.conversion_rate or 1) * Decimal("0.01") + Decimal("0.01")
	if amount > approved + tolerance:
		frappe.throw(
			_(
				"The credit note comes to {0}, but {1} is approved for the complaint {2}. Propose the"
				" difference there."
			).format(money(amount, complaint.company), money(approved, complaint.company), complaint.name),
			title=_("More Than Approved"),
		)


def _check_goods(complaint: Document, row: Document, document: Document) -> None:
	"""Of each item no more goes out for nothing than was approved, in its stock unit."""
	approved: dict[str, Decimal] = {}
	for line in frappe.parse_json(row.lines) or []:
		quantity = decimal(line["qty"]) * decimal(line["conversion_factor"])
		approved[line["item_code"]] = approved.get(line["item_code"], Decimal(0)) + quantity
	free: dict[str, Decimal] = {}
	for item in document.items:
		if not item.rate:
			free[item.item_code] = free.get(item.item_code, Decimal(0)) + decimal(item.stock_qty)
	for item, quantity in free.items():
		most = approved.get(item, Decimal(0))
		if quantity > most + Decimal("1e-6"):
			frappe.throw(
				_(
					"{0} of {1} go out at no price, but {2} are approved for the complaint {3}. Propose the"
					" difference there."
				).format(flt(quantity), frappe.bold(escape_html(item)), flt(most), complaint.name),
				title=_("More Than Approved"),
			)


def _check_ready(complaint: Document, row: Document) -> None:
	if row.document_name:
		link = get_link_to_form(row.document_type, row.document_name)
		frappe.throw(_("{0} was made for it already.").format(link), title=_("Made Already"))
	if row.status != APPROVED:
		frappe.throw(
			_("It is “{0}”. Only what is approved is made.").format(_(row.status, context=RESOLUTION)),
			title=_("Not Possible Now"),
		)
	if complaint.step in FINISHED:
		frappe.throw(_("The complaint is finished. Reopen it first."), title=_("Not Possible Now"))


def _check_right(doctype: str) -> None:
	lacking = _lacking_right(doctype)
	if lacking:
		frappe.throw(lacking, frappe.PermissionError, title=_("Somebody Else Must Do This"))


def _lacking_right(doctype: str, user: str | None = None) -> str | None:
	if frappe.has_permission(doctype, "create", user=user):
		return None
	return _("Only somebody who may create a {0} makes this. Ask a colleague who may.").format(_(doctype))


# Credit notes and returns


def _credit_note(complaint: Document, row: Document) -> Document:
	note = make_return_doc(INVOICE, row.source_name)
	_take_lines(note, row, "sales_invoice_item", with_stock=bool(note.update_stock))
	_tidy_credit_note(note, complaint, row, _share(note, INVOICE, row.source_name))
	note.run_method("calculate_taxes_and_totals")
	return note


def _return(complaint: Document, row: Document) -> Document:
	note = make_return_doc(DELIVERY, row.source_name)
	_take_lines(note, row, "dn_detail", with_stock=True)
	_scale(note, _share(note, DELIVERY, row.source_name))
	note.instructions = _remark(complaint, row)
	note.run_method("calculate_taxes_and_totals")
	return note


def _take_lines(note: Document, row: Document, link: str, with_stock: bool) -> None:
	"""Leave of a return the lines and quantities of a resolution, with their batches and serial numbers."""
	sources = {item.get(link): item for item in note.items}
	taken: dict[tuple[str, str | None], Document] = {}
	for line in frappe.parse_json(row.lines):
		source = sources.get(line["source_row"])
		if source is None:
			frappe.throw(_("{0} was returned as a whole in the meantime.").format(line["item_code"]))
		key = (line["source_row"], line["batch_no"])
		item = taken.get(key)
		if item is None:
			item = taken[key] = frappe.copy_doc(source)
			item.update({"qty": 0, "serial_no": source.serial_no, "batch_no": source.batch_no})
			item.flags.serials = []
		item.qty = flt(item.qty - line["qty"], item.precision("qty"))
		if line["serial_no"]:
			item.flags.serials.append(line["serial_no"])
	for (name, batch), item in taken.items():
		left = -decimal(sources[name].qty)
		wanted = -sum(decimal(one.qty) for key, one in taken.items() if key[0] == name)
		if wanted > left + Decimal("1e-9"):
			frappe.throw(
				_("Of {0} only {1} are left to return; the resolution is for {2}. Withdraw it.").format(
					item.item_code, flt(left), flt(wanted)
				)
			)
		item.stock_qty = item.qty * flt(item.conversion_factor or 1)
		if with_stock and (batch or item.flags.serials):
			item.update(
				{
					"use_serial_batch_fields": 1,
					"serial_and_batch_bundle": None,
					"batch_no": batch or item.batch_no,
					"serial_no": "\n".join(item.flags.serials),
				}
			)
	note.items = []
	for item in taken.values():
		note.append("items", item)
	if with_stock and note.get("packed_items"):
		note.packed_items = []  # ERPNext packs what is left of the bundles anew


def _tidy_credit_note(note: Document, complaint: Document, row: Document, share: Decimal) -> None:
	"""What a return of a part doesn't take from the whole: payments, their plan, charges of the whole."""
	_scale(note, share)
	note.update(
		{
			"is_pos": 0,
			"payments": [],
			"paid_amount": 0,
			"base_paid_amount": 0,
			"payment_terms_template": None,
			"payment_schedule": [],
			"due_date": today(),
			"advances": [],
			"write_off_amount": 0,
			"redeem_loyalty_points": 0,
			"timesheets": [],
			# The invoice owes less; ERPNext leaves it open on the note where the invoice is paid.
			"update_outstanding_for_self": 0,
			"remarks": _remark(complaint, row),
		}
	)


def _share(note: Document, doctype: str, original: str) -> Decimal:
	"""Which share of the original a return is, by net amounts."""
	net_total = decimal(frappe.db.get_value(doctype, original, "net_total"))
	if not net_total:
		return Decimal(0)
	return sum((-decimal(item.qty) * decimal(item.net_rate) for item in note.items), Decimal(0)) / net_total


def _scale(note: Document, share: Decimal) -> None:
	"""Amounts that the original has as a whole (charges, a discount) come back by share."""
	for tax in note.get("taxes"):
		if tax.charge_type == "Actual":
			tax.tax_amount = flt(decimal(tax.tax_amount) * share, tax.precision("tax_amount"))
	if note.get("discount_amount") and not note.additional_discount_percentage:
		note.discount_amount = flt(decimal(note.discount_amount) * share, note.precision("discount_amount"))
	note.shipping_rule = None  # it would be charged anew


# Price allowance


def _allowance(complaint: Document, row: Document) -> Document:
	"""A credit note of the allowance alone, with the taxes of the lines that it is for."""
	source = frappe.get_doc(INVOICE, row.source_name)
	note = make_return_doc(INVOICE, source.name)
	amount = _in_currency(decimal(row.amount), source)
	setting = company_setting(complaint.company)
	account = _allowance_account(complaint.company, setting)
	wanted = {line["source_row"]: decimal(line["qty"]) for line in frappe.parse_json(row.lines)}
	note.items = []
	for line, part in _by_tax([line for line in source.items if line.name in wanted], wanted, amount):
		note.append("items", _allowance_line(row, setting, account, line, part))
	note.update(
		{
			"update_stock": 0,
			"packed_items": [],
			"additional_discount_percentage": 0,
			"discount_amount": 0,
			"update_billed_amount_in_delivery_note": 0,
			"update_billed_amount_in_sales_order": 0,
		}
	)
	own = _own_accounts(note)
	for tax in note.taxes:
		tax.included_in_print_rate = 0  # the allowance is net
		if tax.charge_type == "On Item Quantity" or tax.account_head in own:
			# Neither goods nor freight come back.
			tax.update({"charge_type": "Actual", "row_id": None, "rate": 0, "tax_amount": 0})
	_tidy_credit_note(note, complaint, row, amount / decimal(source.net_total))
	note.run_method("calculate_taxes_and_totals")
	return note


def _by_tax(
	lines: Sequence[Document], wanted: Mapping[str, Decimal], amount: Decimal
) -> list[tuple[Document, Decimal]]:
	"""Divide an amount among lines that are taxed differently, by what was paid for them.

	One line stands for all that are taxed as it is; the parts add up to the amount.
	"""
	groups: dict[tuple[str, str], tuple[Document, Decimal]] = {}
	for line in lines:
		key = (cstr(line.item_tax_template), cstr(line.item_tax_rate))
		first, value = groups.get(key, (line, Decimal(0)))
		groups[key] = (first, value + wanted[line.name] * decimal(line.net_rate))
	total = sum(value for _line, value in groups.values())
	divided, rest = [], amount
	for first, value in list(groups.values())[1:]:
		part = _to_places(amount * value / total, first.precision("rate"))
		rest -= part
		divided.append((first, part))
	return [(next(iter(groups.values()))[0], rest), *divided]


def _allowance_line(
	row: Document, setting: Document | None, account: str, line: Document, amount: Decimal
) -> dict[str, Any]:
	item = setting.allowance_item if setting else None
	name = (item and frappe.get_cached_value("Item", item, "item_name")) or _("Price Allowance")
	return {
		"item_code": item,
		"item_name": name,
		"description": escape_html(row.note or f"{name}: {line.item_name}"),
		"qty": -1,
		"uom": (item and frappe.get_cached_value("Item", item, "stock_uom")) or _unit(),
		"conversion_factor": 1,
		"price_list_rate": 0,
		"rate": float(amount),
		"income_account": account,
		"cost_center": (setting and setting.cost_center) or line.cost_center,
		"project": line.project,
		"item_tax_template": line.item_tax_template,
		"item_tax_rate": line.item_tax_rate,
	}


def _unit() -> str:
	return frappe.db.get_single_value("Stock Settings", "stock_uom") or "Nos"


def company_setting(company: str) -> Document | None:
	"""The row of the settings for a company, or None."""
	for row in frappe.get_cached_doc(SETTINGS).companies:
		if row.company == company:
			return row
	return None


def _allowance_account(company: str, setting: Document | None) -> str:
	"""The account of allowances, else the income account of the allowance item; says where to set them."""
	account = setting and (
		setting.allowance_account
		or (
			setting.allowance_item
			and frappe.db.get_value(
				"Item Default", {"parent": setting.allowance_item, "company": company}, "income_account"
			)
		)
	)
	if not account:
		frappe.throw(
			_("No account for price allowances is set for {0}. Set it in the {1}.").format(
				frappe.bold(escape_html(company)), get_link_to_form(SETTINGS, SETTINGS, _(SETTINGS))
			)
		)
	return account


def _in_currency(amount: Decimal, invoice: Document) -> Decimal:
	"""An amount of the company's currency in that of an invoice, at the invoice's rate."""
	places = invoice.precision("net_total")
	return _to_places(amount / decimal(invoice.conversion_rate or 1), places)


def _to_places(amount: Decimal, places: int) -> Decimal:
	return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


# Replacements


def _replacement(complaint: Document, row: Document) -> Document:
	"""The same goods at no price; which batches and serial numbers go the warehouse says."""
	note = frappe.new_doc(doctype_for(REPLACEMENT))
	note.update({"customer": complaint.customer, "company": complaint.company, "ignore_pricing_rule": 1})
	if note.doctype == ORDER:
		note.delivery_date = today()
	if row.source_name:
		before = frappe.db.get_value(DELIVERY, row.source_name, AS_BEFORE, as_dict=True)
		note.update({field: value for field, value in before.items() if value})
	else:
		currency = frappe.get_cached_value("Company", complaint.company, "default_currency")
		note.update({"currency": currency, "conversion_rate": 1})
	for line in frappe.parse_json(row.lines):
		note.append(
			"items",
			{
				"item_code": line["item_code"],
				"qty": line["qty"],
				"uom": line["uom"],
				"conversion_factor": line["conversion_factor"],
				"warehouse": line["warehouse"],
				"is_free_item": 1,
				"rate": 0,
				"price_list_rate": 0,
			},
		)
	if note.doctype == DELIVERY:
		note.instructions = _remark(complaint, row)
	note.run_method("set_missing_values")
	note.update({"taxes_and_charges": None, "taxes": [], "shipping_rule": None})
	for item in note.items:
		item.update({"rate": 0, "price_list_rate": 0, "discount_percentage": 0, "margin_rate_or_amount": 0})
	note.run_method("calculate_taxes_and_totals")
	return note


# Repairs


def _claim(complaint: Document, row: Document) -> Document:
	line = next(iter(frappe.parse_json(row.lines) or []), None)
	claim = frappe.new_doc(CLAIM)
	claim.update(
		{
			"status": "Open",
			"customer": complaint.customer,
			"customer_name": complaint.customer_name,
			"company": complaint.company,
			"complaint_date": today(),
			"contact_person": complaint.contact,
			"contact_email": complaint.contact_email,
			"contact_mobile": complaint.contact_phone,
			"complaint_raised_by": complaint.contact_name,
			"complaint": f"<p>{escape_html(complaint.subject)}</p>{complaint.description or ''}"
			+ (f"<p>{escape_html(row.note)}</p>" if row.note else ""),
		}
	)
	claim.update(
		frappe.get_cached_value("Customer", complaint.customer, ["customer_group", "territory"], as_dict=True)
	)
	if line:
		claim.update({"item_code": line["item_code"], "serial_no": line["serial_no"]})
		claim.update(
			frappe.get_cached_value("Item", line["item_code"], ["item_name", "description"], as_dict=True)
		)
		if line["serial_no"]:
			warranty = ["maintenance_status", "warranty_expiry_date", "amc_expiry_date"]
			serial = frappe.db.get_value("Serial No", line["serial_no"], warranty, as_dict=True)
			claim.update(
				{
					"warranty_amc_status": serial.maintenance_status,
					"warranty_expiry_date": serial.warranty_expiry_date,
					"amc_expiry_date": serial.amc_expiry_date,
				}
			)
	return claim


# Apologies


def _apologise(complaint: Document, row: Document) -> str:
	"""The letter, in the complaint's timeline; mailed where the customer has an address, else to print."""
	addresses = [complaint.contact_email] if complaint.contact_email else []
	addresses = addresses or mails.partner_addresses("Customer", complaint.customer)
	by_mail = not mails.what_is_missing("Customer", addresses)
	with mails.in_language(complaint.language):
		subject = _("Your complaint {0}").format(complaint.name)
		letter = apology_letter(complaint, row.note)
	message = frappe.get_doc(
		doctype=LETTER,
		communication_type="Communication",
		communication_medium="Email" if by_mail else "Other",
		sent_or_received="Sent",
		subject=subject,
		content=letter,
		recipients=", ".join(addresses),
		reference_doctype=COMPLAINT,
		reference_name=complaint.name,
		status="Linked",
	)
	message.insert(ignore_permissions=True)
	if by_mail:
		mails.queue_mail(complaint, addresses, subject, letter, communication=message.name)
	else:
		frappe.msgprint(
			_("The letter was not mailed: an address or an outgoing account is missing. Print it instead."),
			indicator="orange",
			title=_("Not Sent"),
		)
	return message.name


def apology_letter(complaint: Document, text: str | None) -> str:
	"""The letter as HTML, in the language that is set."""
	greeting = (
		_("Dear {0},").format(escape_html(complaint.contact_name or complaint.customer_name))
		if complaint.contact_name or complaint.customer_name
		else _("Dear Sir or Madam,")
	)
	paragraphs = [
		greeting,
		_("you wrote to us about “{0}”.").format(escape_html(strip_html(complaint.subject))),
		(text or "").replace("\n", "<br>"),
		_("Kind regards"),
		escape_html(complaint.company),
	]
	return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


# Small help


def _remark(complaint: Document, row: Document) -> str:
	return ": ".join(filter(None, (f"{_(COMPLAINT)} {complaint.name}", row.note or complaint.subject)))


MAKERS: dict[str, Callable[[Document, Document], Document]] = {
	CREDIT_NOTE: _credit_note,
	RETURN: _return,
	REPLACEMENT: _replacement,
	REPAIR: _claim,
	ALLOWANCE: _allowance,
}
