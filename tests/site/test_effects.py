"""What measures without money do to a supplier, and that it is left as it was found."""

import frappe
import pytest
from factories import COMPANY, make_order, make_service, make_supplier, make_user, request_quotations
from penalty_factories import acting, approved, in_days, make_bill, make_measure

from partner_relations.supplier_quality import effects, restrictions, reward_penalty
from partner_relations.supplier_quality.restrictions import RESTRICTION

MANAGER = "Supplier Quality Manager"


@pytest.fixture
def supplier() -> str:
	return make_supplier()


def suspend(supplier: str, days: int = 10, **values):
	return approved(make_measure(supplier, "Suspension", until=in_days(days), **values))


def rows_of(record) -> list:
	return frappe.get_all(
		RESTRICTION,
		{"source_name": record.name},
		["document_type", "action", "status", "until", "supplier", "company", "reason"],
		order_by="document_type",
	)


def hold(supplier: str) -> tuple:
	return frappe.db.get_value("Supplier", supplier, ["on_hold", "hold_type", "release_date"])


def pass_time(monkeypatch, days: int) -> None:
	"""The jobs and checks of effects see a later day."""
	later = str(in_days(days))
	for module in (effects, restrictions, reward_penalty):
		monkeypatch.setattr(module, "today", lambda: later)


# Suspension and disqualification


@pytest.mark.parametrize("measure", ["Suspension", "Disqualification"])
def test_a_suspension_prevents_orders_and_requests_until_its_last_day(supplier, measure, monkeypatch):
	record = approved(make_measure(supplier, measure, until=in_days(10)))
	assert record.status == "In Effect"
	assert [
		(row.document_type, row.action, row.status, row.until, row.supplier, row.company)
		for row in rows_of(record)
	] == [
		(doctype, "Prevent", "Active", in_days(10), supplier, COMPANY)
		for doctype in ("Purchase Order", "Request for Quotation")
	]
	with pytest.raises(frappe.ValidationError, match="Delivered damaged"):
		make_order(supplier, item=make_service())
	with pytest.raises(frappe.ValidationError, match="Requests for quotation"):
		request_quotations([supplier], item=make_service())

	pass_time(monkeypatch, 10)
	effects.start_and_end_due()
	assert record.reload().status == "In Effect"
	pass_time(monkeypatch, 11)
	effects.start_and_end_due()
	assert record.reload().status == "Ended"
	assert {row.status for row in rows_of(record)} == {"Expired"}
	make_order(supplier, item=make_service())


def test_a_suspension_begins_on_its_first_day(supplier, monkeypatch):
	record = suspend(supplier, from_date=in_days(3))
	assert (record.status, rows_of(record)) == ("Approved", [])
	make_order(supplier, item=make_service())
	pass_time(monkeypatch, 3)
	effects.start_and_end_due()
	assert record.reload().status == "In Effect"
	assert len(rows_of(record)) == 2
	effects.start_and_end_due()
	assert len(rows_of(record)) == 2


def test_one_whose_time_has_passed_before_it_began_ends_without_effect(supplier, monkeypatch):
	record = suspend(supplier, days=5, from_date=in_days(3))
	pass_time(monkeypatch, 6)
	effects.start_and_end_due()
	assert record.reload().status == "Ended"
	assert rows_of(record) == []


def test_a_measure_that_is_over_is_not_approved(supplier):
	record = make_measure(supplier, "Suspension", from_date=in_days(-5), until=in_days(-1))
	frappe.db.savepoint("request")
	with pytest.raises(frappe.ValidationError, match="last day of the measure has passed"):
		approved(record)
	frappe.db.rollback(save_point="request")  # as a request that failed does
	assert record.reload().docstatus == 0


@pytest.mark.parametrize("undo", ["waive", "cancel", "end"])
def test_waiving_cancelling_or_ending_lifts_the_restrictions(supplier, undo):
	record = suspend(supplier)
	if undo == "cancel":
		record.cancel()
	else:
		getattr(reward_penalty, undo)(record.name, "Solved")
	assert record.reload().status == {"waive": "Waived", "cancel": "Cancelled", "end": "Ended"}[undo]
	assert {row.status for row in rows_of(record)} <= {"Lifted", "Expired"}
	make_order(supplier, item=make_service())


def test_a_manager_may_release_the_restriction_and_it_stays_released(supplier):
	record = suspend(supplier)
	name = frappe.db.get_value(RESTRICTION, {"source_name": record.name, "document_type": "Purchase Order"})
	with acting(make_user(MANAGER)):
		restrictions.release(name, "One urgent order")
	make_order(supplier, item=make_service())
	reward_penalty.waive(record.name, "Solved")
	assert frappe.db.get_value(RESTRICTION, name, "status") == "Released"


def test_the_restriction_keeps_the_approved_last_day(supplier):
	record = suspend(supplier)
	restriction = frappe.get_doc(RESTRICTION, {"source_name": record.name})
	restriction.until = in_days(100)
	with pytest.raises(frappe.ValidationError, match="approved with its source"):
		restriction.save()
	with pytest.raises(frappe.ValidationError, match="came from another document"):
		frappe.delete_doc(RESTRICTION, restriction.name)


def test_a_disputed_suspension_acts_until_it_is_decided(supplier, monkeypatch):
	record = suspend(supplier)
	reward_penalty.record_notice(record.name, in_days(), "By phone")
	assert record.reload().status == "In Effect"
	reward_penalty.record_response(record.name, "Disputed", "It was the carrier", "x@supplier.example")
	assert record.reload().status == "Disputed"
	assert {row.status for row in rows_of(record)} == {"Active"}
	reward_penalty.decide_dispute(record.name, "Uphold", "No proof")
	assert record.reload().status == "In Effect"
	pass_time(monkeypatch, 11)
	effects.start_and_end_due()
	assert record.reload().status == "Ended"


def test_a_dispute_that_is_waived_lifts_it(supplier):
	record = suspend(supplier)
	reward_penalty.record_notice(record.name, in_days(), "By phone")
	reward_penalty.record_response(record.name, "Disputed", "It was the carrier", "x@supplier.example")
	reward_penalty.decide_dispute(record.name, "Waive", "True")
	assert {row.status for row in rows_of(record)} == {"Lifted"}


def test_an_accepted_suspension_stays_in_effect(supplier):
	record = suspend(supplier)
	reward_penalty.record_notice(record.name, in_days(), "By phone")
	reward_penalty.record_response(record.name, "Accepted", None, "x@supplier.example")
	record.reload()
	assert (record.status, record.answer) == ("In Effect", "Accepted")


# The payment hold


def test_payments_are_held_and_released(supplier):
	record = suspend(supplier, hold_payments=1)
	assert hold(supplier) == (1, "Payments", in_days(10))
	payment = frappe.get_doc(
		doctype="Payment Entry",
		payment_type="Pay",
		company=COMPANY,
		party_type="Supplier",
		party=supplier,
		paid_from="Cash - TC",
		paid_to="Creditors - TC",
		paid_amount=10,
		received_amount=10,
		posting_date=in_days(),
	)
	with pytest.raises(frappe.ValidationError, match="blocked"):
		payment.insert()
	reward_penalty.end(record.name, "Solved")
	assert hold(supplier) == (0, "", None)
	payment.insert()


@pytest.mark.parametrize("measure", ["Suspension", "Warning Letter"])
def test_payments_are_held_where_wanted_only(supplier, measure):
	approved(make_measure(supplier, measure, until=in_days(10), hold_payments=int(measure != "Suspension")))
	assert hold(supplier) == (0, "", None)


def test_a_hold_by_hand_stays(supplier):
	document = frappe.get_doc("Supplier", supplier)
	document.update({"on_hold": 1, "hold_type": "All"})
	document.save()
	record = suspend(supplier, hold_payments=1)
	assert hold(supplier) == (1, "All", None)
	reward_penalty.end(record.name, "Solved")
	assert hold(supplier) == (1, "All", None)


def test_a_hold_that_was_changed_since_stays(supplier):
	record = suspend(supplier, hold_payments=1)
	frappe.db.set_value("Supplier", supplier, "release_date", in_days(99))
	reward_penalty.end(record.name, "Solved")
	assert hold(supplier) == (1, "Payments", in_days(99))
	assert frappe.get_all("Comment", {"reference_name": record.name, "content": ("like", "%left as it is%")})


def test_of_two_holds_the_longer_one_counts_and_each_ends_by_itself(supplier):
	short = suspend(supplier, 5, hold_payments=1)
	long = suspend(supplier, 20, hold_payments=1)
	assert hold(supplier) == (1, "Payments", in_days(20))
	reward_penalty.end(long.name, "Solved")
	assert hold(supplier) == (1, "Payments", in_days(5))
	reward_penalty.end(short.name, "Solved")
	assert hold(supplier) == (0, "", None)


# Preferred status


def preferred_until(supplier: str):
	return frappe.db.get_value("Supplier", supplier, "preferred_until")


def test_preferred_until_the_last_of_all(supplier, monkeypatch):
	first = approved(make_measure(supplier, "Preferred Status", until=in_days(30)))
	second = approved(make_measure(supplier, "Preferred Status", until=in_days(60)))
	assert preferred_until(supplier) == in_days(60)
	reward_penalty.waive(second.name, "Mistaken")
	assert preferred_until(supplier) == in_days(30)
	pass_time(monkeypatch, 31)
	effects.start_and_end_due()
	assert first.reload().status == "Ended"
	assert preferred_until(supplier) is None


def test_a_form_that_was_open_does_not_take_the_preferred_status_away(supplier):
	form = frappe.get_doc("Supplier", supplier)
	approved(make_measure(supplier, "Preferred Status", until=in_days(30)))
	form.preferred_until = in_days(300)
	form.save()
	assert preferred_until(supplier) == in_days(30)


def test_merging_suppliers_keeps_the_preferred_status_and_the_restrictions(supplier):
	other = make_supplier()
	approved(make_measure(other, "Preferred Status", until=in_days(30)))
	record = suspend(other)
	frappe.rename_doc("Supplier", other, supplier, merge=True)
	assert preferred_until(supplier) == in_days(30)
	with pytest.raises(frappe.ValidationError, match="Delivered damaged"):
		make_order(supplier, item=make_service())
	reward_penalty.end(record.name, "Solved")
	make_order(supplier, item=make_service())


# Payment terms


def make_terms(days: int) -> str:
	name = f"Net {days} {frappe.generate_hash(length=6)}"
	return (
		frappe.get_doc(
			doctype="Payment Terms Template",
			template_name=name,
			terms=[
				{
					"invoice_portion": 100,
					"due_date_based_on": "Day(s) after invoice date",
					"credit_days": days,
				}
			],
		)
		.insert()
		.name
	)


def terms_of(supplier: str) -> str | None:
	return frappe.db.get_value("Supplier", supplier, "payment_terms")


def give_terms(supplier: str, terms: str, **values):
	return approved(
		make_measure(supplier, "Payment Terms", payment_terms_template=terms, from_date=in_days(), **values)
	)


def test_payment_terms_change_and_come_back(supplier, monkeypatch):
	before, given = make_terms(30), make_terms(60)
	frappe.db.set_value("Supplier", supplier, "payment_terms", before)
	record = give_terms(supplier, given, until=in_days(10))
	assert (terms_of(supplier), record.previous_payment_terms) == (given, before)
	assert make_bill(supplier, 10).name
	pass_time(monkeypatch, 11)
	effects.start_and_end_due()
	assert terms_of(supplier) == before


def test_payment_terms_that_were_changed_since_stay(supplier):
	given, other = make_terms(60), make_terms(90)
	record = give_terms(supplier, given)
	frappe.db.set_value("Supplier", supplier, "payment_terms", other)
	record.cancel()
	assert terms_of(supplier) == other


def test_of_two_terms_the_first_to_end_leaves_what_there_was_before(supplier):
	before, one, two = make_terms(30), make_terms(60), make_terms(90)
	frappe.db.set_value("Supplier", supplier, "payment_terms", before)
	first, second = give_terms(supplier, one), give_terms(supplier, two)
	reward_penalty.end(first.name, "Solved")
	assert terms_of(supplier) == two
	reward_penalty.end(second.name, "Solved")
	assert terms_of(supplier) == before


# What is recorded and shown only


def test_order_share_and_warning_are_recorded_and_described(supplier):
	share = approved(make_measure(supplier, "Larger Order Share", order_share=60))
	letter = approved(make_measure(supplier, "Warning Letter"))
	assert (share.status, letter.status) == ("In Effect", "In Effect")
	assert "60" in effects.describe(share)
	assert effects.describe(letter) is None
	assert terms_of(supplier) is None
	assert frappe.get_all(RESTRICTION, {"supplier": supplier}) == []


def test_one_that_can_not_end_does_not_keep_the_others_from_it(supplier, monkeypatch):
	broken, sound = suspend(supplier), suspend(make_supplier())
	real = effects.lift

	def lift(document):
		if document.name == broken.name:
			frappe.throw("Not today")
		real(document)

	monkeypatch.setattr(effects, "lift", lift)
	pass_time(monkeypatch, 11)
	effects.start_and_end_due()
	assert (broken.reload().status, sound.reload().status) == ("In Effect", "Ended")
	monkeypatch.setattr(effects, "lift", real)
	effects.start_and_end_due()
	assert broken.reload().status == "Ended"
