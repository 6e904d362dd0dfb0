"""Restrictions: what refuses RFQs and POs, who ends that, and what is never blocked (DESIGN §4.1)."""

from typing import Any

import frappe
import pytest
from factories import (
	day,
	evaluate,
	evaluations,
	grade_supplier,
	inspect,
	invoice,
	make_company,
	make_item,
	make_kpi,
	make_order,
	make_supplier,
	make_template,
	make_user,
	publish,
	quote,
	rate,
	receive,
	request_quotations,
	return_goods,
	subcontract,
)
from frappe.utils import add_days, format_date, getdate, today
from frappe.utils.data import strip_html

from partner_relations.supplier_quality import api, publishing, restrictions
from partner_relations.supplier_quality.restrictions import RESTRICTION

SECOND_QUARTER = {"from_date": day(4, 1), "to_date": day(6, 30)}


def restrict(supplier: str, action: str = "Prevent", document_type: str = "Purchase Order", **values):
	"""A restriction made by hand."""
	return frappe.get_doc(
		{
			"doctype": RESTRICTION,
			"supplier": supplier,
			"document_type": document_type,
			"action": action,
			"from_date": today(),
			"reason": "Bankrupt.",
			**values,
		}
	).insert()


def refusal(make, *args, **kwargs) -> str | None:
	"""Why a document is refused, without markup; None where it is not."""
	frappe.clear_messages()
	try:
		make(*args, **kwargs)
	except frappe.ValidationError as error:
		return strip_html(str(error))
	return None


def warnings() -> list[str]:
	"""What the user was told of restrictions, without markup."""
	return [
		strip_html(message["message"])
		for message in frappe.get_message_log()
		if message.get("title") == "Supplier Restricted"
	]


def order_refused(supplier: str, **values) -> str | None:
	return refusal(make_order, supplier, submit=False, **values)


def rows_of(supplier: str, **filters) -> list:
	return frappe.get_all(
		RESTRICTION,
		{"supplier": supplier, **filters},
		["name", "status", "action", "document_type", "source_name", "released_by"],
		order_by="creation, name",
	)


# Enforcement


def test_d_supplier_gets_no_order_and_no_request():
	supplier, fine = make_supplier(), make_supplier()
	draft = make_order(supplier, submit=False)
	request = request_quotations([fine, supplier], item=make_item(), submit=False)
	evaluation = grade_supplier(supplier, 55)
	reason = f"Grade D (score 55) in the evaluation of {evaluation.period_label}."
	for make, words in ((draft.submit, "Purchase orders"), (request.submit, "Requests for quotation")):
		sentence = refusal(make)
		assert sentence.startswith(f"{words} to {supplier} are not allowed. {reason}")
		assert "A Supplier Quality Manager can release the restriction" in sentence
	assert order_refused(supplier)
	assert refusal(request_quotations, [supplier], item=make_item())
	assert order_refused(fine) is None
	assert frappe.db.get_value("Purchase Order", draft.name, "docstatus") == 0


def test_c_supplier_is_warned_of():
	supplier = make_supplier()
	evaluation = grade_supplier(supplier, 65)
	frappe.clear_messages()
	order = make_order(supplier, submit=False)
	assert order.docstatus == 0
	assert warnings() == [
		f"Purchase orders to {supplier} should be avoided."
		f" Grade C (score 65) in the evaluation of {evaluation.period_label}."
	]
	frappe.clear_messages()
	request_quotations([supplier], item=make_item(), submit=False)
	assert warnings()[0].startswith(f"Requests for quotation to {supplier} should be avoided. Grade C")


def test_the_strictest_active_one_wins():
	supplier = make_supplier()
	grade_supplier(supplier, 65)  # warns
	manual = restrict(supplier, "Prevent", reason="Bankrupt.", until=add_days(today(), 5))
	sentence = order_refused(supplier)
	assert sentence.startswith(
		f"Purchase orders to {supplier} are not allowed. Bankrupt."
		f" This holds until {format_date(add_days(today(), 5))}."
	)
	assert manual.name in sentence
	# Of two that prevent, the one that holds longer speaks.
	restrict(supplier, "Prevent", reason="For good.")
	assert "For good." in order_refused(supplier)
	# Requests are not orders.
	assert refusal(request_quotations, [supplier], item=make_item(), submit=False) is None


def test_request_names_each_restricted_supplier():
	warned, refused, fine = make_supplier(), make_supplier(), make_supplier()
	restrict(warned, "Warn", "Request for Quotation", reason="Slow.")
	item = make_item()
	assert refusal(request_quotations, [warned, fine], item=item, submit=False) is None
	assert warnings() == [f"Requests for quotation to {warned} should be avoided. Slow."]
	restrict(refused, "Prevent", "Request for Quotation")
	assert refused in refusal(request_quotations, [warned, refused, fine], item=item, submit=False)


def test_restriction_holds_from_its_first_to_its_last_day():
	supplier = make_supplier()
	later = restrict(supplier, from_date=add_days(today(), 1))
	assert order_refused(supplier) is None
	frappe.db.set_value(RESTRICTION, later.name, {"from_date": today(), "until": today()})
	assert order_refused(supplier)
	frappe.db.set_value(
		RESTRICTION, later.name, {"from_date": add_days(today(), -9), "until": add_days(today(), -1)}
	)
	assert order_refused(supplier) is None  # before the daily job comes by
	open_end = restrict(supplier, "Warn")
	restrictions.expire()
	assert frappe.db.get_value(RESTRICTION, later.name, "status") == "Expired"
	assert frappe.db.get_value(RESTRICTION, open_end.name, "status") == "Active"


def test_restriction_of_one_company_does_not_bind_another():
	company, supplier = make_company("EUR"), make_supplier()
	grade_supplier(supplier, 50, company=company)
	assert order_refused(supplier) is None
	assert order_refused(supplier, company=company)
	restrict(supplier)  # of no company: of all
	assert "Bankrupt." in order_refused(supplier)


# Following the evaluations


def test_better_grade_lifts_and_another_bad_one_supersedes():
	supplier, template = make_supplier(), make_template().name
	first = grade_supplier(supplier, 50, template=template)
	assert [(row.status, row.action, row.source_name) for row in rows_of(supplier)] == [
		("Active", "Prevent", first.name)
	] * 2
	second = grade_supplier(supplier, 65, template=template, **SECOND_QUARTER)
	assert {(row.status, row.action, row.source_name) for row in rows_of(supplier)} == {
		("Superseded", "Prevent", first.name),
		("Active", "Warn", second.name),
	}
	assert order_refused(supplier) is None
	grade_supplier(supplier, 95, template=template, from_date=day(7, 1), to_date=day(9, 30))
	assert {(row.status, row.source_name) for row in rows_of(supplier)} == {
		("Superseded", first.name),
		("Lifted", second.name),
	}
	frappe.clear_messages()
	assert order_refused(supplier) is None and warnings() == []


def test_not_rated_changes_nothing():
	supplier = make_supplier()
	bad = grade_supplier(supplier, 50)
	strict = make_template(minimum_sample=5).name
	unrated = grade_supplier(supplier, 100, template=strict, **SECOND_QUARTER)
	assert (unrated.has_score, unrated.is_current) == (0, 1)
	assert [(row.status, row.source_name) for row in rows_of(supplier)] == [("Active", bad.name)] * 2
	assert order_refused(supplier)


def test_rows_made_by_hand_are_left_alone():
	supplier = make_supplier()
	manual = restrict(supplier)
	template = make_template().name
	grade_supplier(supplier, 50, template=template)
	grade_supplier(supplier, 95, template=template, **SECOND_QUARTER)
	assert frappe.db.get_value(RESTRICTION, manual.name, "status") == "Active"
	assert "Bankrupt." in order_refused(supplier)


# Release


def test_release_keeps_who_when_and_why():
	supplier, user = make_supplier(), make_user("Supplier Quality Manager", "Purchase User")
	evaluation = grade_supplier(supplier, 50)
	order_row = rows_of(supplier, document_type="Purchase Order")[0]
	frappe.set_user(user)
	for reason in ("", "   "):
		with pytest.raises(frappe.ValidationError, match="Say why the restriction is released"):
			api.release_restriction(order_row.name, reason)
	api.release_restriction(order_row.name, " No other source for the valve. ")
	frappe.set_user("Administrator")
	released = frappe.get_doc(RESTRICTION, order_row.name)
	assert (released.status, released.released_by) == ("Released", user)
	assert released.release_reason == "No other source for the valve."
	assert getdate(released.released_on) == getdate()
	assert (released.action, released.source_name) == ("Prevent", evaluation.name)
	assert order_refused(supplier) is None
	assert refusal(request_quotations, [supplier], item=make_item(), submit=False)
	with pytest.raises(frappe.ValidationError, match="no longer active"):
		api.release_restriction(order_row.name, "Again.")


def test_release_is_the_managers():
	supplier = make_supplier()
	grade_supplier(supplier, 50)
	name = rows_of(supplier)[0].name
	for roles in (("Supplier Quality User", "Purchase User"), ("Purchase Manager",)):
		frappe.set_user(make_user(*roles))
		with pytest.raises(frappe.PermissionError):
			api.release_restriction(name, "Please.")
		with pytest.raises(frappe.PermissionError):
			restrictions.release(name, "Please.")


def test_released_stays_released_until_a_later_evaluation():
	supplier, template = make_supplier(), make_template().name
	grade_supplier(supplier, 50, template=template)
	for row in rows_of(supplier):
		api.release_restriction(row.name, "For now.")
	publishing.refresh_standing([supplier])
	assert {row.status for row in rows_of(supplier)} == {"Released"}
	# An older period that is published late is no later evaluation.
	grade_supplier(
		supplier,
		40,
		template=template,
		from_date=day(1, 1, day(1, 1).year - 1),
		to_date=day(3, 31, day(1, 1).year - 1),
	)
	assert {row.status for row in rows_of(supplier)} == {"Released"}
	assert order_refused(supplier) is None
	later = grade_supplier(supplier, 45, template=template, **SECOND_QUARTER)
	assert {row.source_name for row in rows_of(supplier, status="Active")} == {later.name}
	assert order_refused(supplier)
	assert {row.status for row in rows_of(supplier, source_name=("!=", later.name))} == {"Released"}


# The record


def test_record_cannot_be_rewritten():
	supplier = make_supplier()
	grade_supplier(supplier, 50)
	row = frappe.get_doc(RESTRICTION, rows_of(supplier)[0].name)
	was = row.as_dict()
	row.update(
		{
			"status": "Lifted",
			"source_name": None,
			"grade": "A",
			"released_by": "Guest",
			"from_date": add_days(today(), 900),
			"reason": "None at all.",
			"action": "Warn",
			"company": None,
		}
	)
	row.save()
	row = frappe.get_doc(RESTRICTION, row.name)
	for field in (
		"status",
		"source_name",
		"grade",
		"released_by",
		"from_date",
		"reason",
		"action",
		"company",
	):
		assert row.get(field) == was[field], field
	with pytest.raises(frappe.ValidationError, match="stays on record"):
		frappe.delete_doc(RESTRICTION, row.name)


def test_end_date_is_a_promise_not_a_release():
	supplier = make_supplier()
	row = restrict(supplier, from_date=add_days(today(), -10))
	row.until = add_days(today(), 3)
	row.save()
	row.until = add_days(today(), -1)
	with pytest.raises(frappe.ValidationError, match="use Release and say why"):
		row.save()
	with pytest.raises(frappe.ValidationError, match="ends before it starts"):
		restrict(supplier, from_date=add_days(today(), 5), until=add_days(today(), 4))


def test_forged_origin_is_dropped():
	row = restrict(
		make_supplier(), source_type="Supplier Evaluation", source_name="SEV-1", grade="D", status="Released"
	)
	assert (row.source_type, row.source_name, row.grade, row.status) == (None, None, None, "Active")


# What is never blocked


def test_counted_documents_are_cancelled_and_amended_after_publishing():
	"""ERPNext refuses to cancel what a submitted document links to; evaluations link to no evidence."""
	supplier, rival, item = make_supplier(), make_supplier(), make_item()
	request = request_quotations([supplier, rival], item=item)
	quotation = quote(request, supplier, rate=9)
	order = make_order(supplier, item=item, quantity=10)
	receipt = receive(order, accepted=8, rejected=2)
	inspection = inspect(receipt, status="Rejected")
	returned = return_goods(receipt, quantity=1)
	bill = invoice(order, quantity=8)
	direct_order = make_order(supplier)
	stock_invoice = invoice(direct_order, update_stock=1)
	service_order, job, subcontracted = subcontract(supplier)
	mark = make_kpi("Test Mark", None, ((1, 0), (5, 100)), lowest_mark=1, highest_mark=5)
	template = make_template({make_kpi(): 50, mark: 50}).name
	rating = rate(supplier, template, {mark: 1})
	documents = [
		rating,
		*(bill, stock_invoice, returned, inspection, receipt),
		*(subcontracted, job, service_order, direct_order, order),
		*(quotation, request),
	]
	frappe.db.set_value("Supplier", supplier, "evaluation_template", template)
	evaluation = evaluations(evaluate(template, supplier=supplier))[supplier]
	publish(evaluation.name)
	assert evaluation.reload().grade == "D" and order_refused(supplier)

	for document in documents:
		document.reload().cancel()
		assert document.docstatus == 2, document

	assert evaluation.reload().status == "Published"
	for row in rows_of(supplier):
		api.release_restriction(row.name, "To amend.")
	amended: dict[str, Any] = {}
	for document in reversed(documents):
		if document is receipt:  # else ERPNext wants the inspection first, which the factory makes afterwards
			frappe.db.set_value("Item", item, "inspection_required_before_purchase", 0)
		elif document is inspection:
			frappe.db.set_value("Item", item, "inspection_required_before_purchase", 1)
		copy = frappe.copy_doc(document)
		copy.amended_from = document.name
		_point_to_the_amended(copy, amended)
		copy.insert().submit()
		amended[document.name] = copy
		assert copy.docstatus == 1 and copy.name == f"{document.name}-1"


def _point_to_the_amended(copy, amended: dict) -> None:
	"""Links of an amended document name the cancelled ones; point them to what these were amended to."""
	names = {old: new.name for old, new in amended.items()}
	for old, new in amended.items():
		before = frappe.get_doc(new.doctype, old)
		for table in new.meta.get_table_fields():
			rows = zip(before.get(table.fieldname), new.get(table.fieldname), strict=False)
			names.update({row.name: copied.name for row, copied in rows})
	for row in (copy, *copy.get_all_children()):
		for field in row.meta.fields:
			value = row.get(field.fieldname)
			if field.fieldname != "amended_from" and isinstance(value, str) and value in names:
				row.set(field.fieldname, names[value])


def test_first_due_date_is_frozen_at_submit():
	supplier = make_supplier()
	order = make_order(supplier, due=day(2, 15), submit=False)
	order.items[0].first_due_date = day(12, 1)
	order.submit()
	assert order.items[0].first_due_date == day(2, 15)
	order.items[0].schedule_date = day(3, 15)
	order.items[0].first_due_date = day(3, 15)
	order.schedule_date = day(3, 15)
	order.save()
	order = frappe.get_doc("Purchase Order", order.name)
	assert (order.items[0].schedule_date, order.items[0].first_due_date) == (day(3, 15), day(2, 15))


def test_expected_delivery_date_is_the_promise_where_it_is_set():
	order = make_order(
		make_supplier(), lines=[{"item_code": make_item(), "expected_delivery_date": day(2, 20)}]
	)
	assert order.items[0].first_due_date == day(2, 20)


def test_line_added_by_update_items_has_its_own_first_due_date():
	from erpnext.controllers.accounts_controller import update_child_qty_rate

	order = make_order(make_supplier(), due=day(2, 15))
	old, item = order.items[0], make_item()
	update_child_qty_rate(
		"Purchase Order",
		frappe.as_json(
			[
				{
					"docname": old.name,
					"item_code": old.item_code,
					"qty": 10,
					"rate": 10,
					"schedule_date": str(day(3, 1)),
					"uom": "Nos",
					"conversion_factor": 1,
				},
				{
					"item_code": item,
					"qty": 5,
					"rate": 10,
					"schedule_date": str(day(3, 20)),
					"uom": "Nos",
					"conversion_factor": 1,
				},
			]
		),
		order.name,
	)
	rows = frappe.get_doc("Purchase Order", order.name).items
	assert {row.item_code: (row.schedule_date, row.first_due_date) for row in rows} == {
		old.item_code: (day(3, 1), day(2, 15)),
		item: (day(3, 20), day(3, 20)),
	}
