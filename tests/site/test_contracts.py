"""The life of a contract: who may take which step, what it demands, and how its term ends."""

import json
from datetime import date

import frappe
import pytest
from contract_factories import (
	END,
	START,
	acting_as,
	approve,
	attach,
	buyer,
	contract_in_force,
	make_blanket_order,
	make_contract,
	review,
	sign,
)
from factories import COMPANY, make_item, make_order, make_user
from frappe.utils import add_days, add_months, add_years, getdate, now_datetime, today

from partner_relations.supplier_quality import contract_terms
from partner_relations.supplier_quality.contract_steps import STEPS, next_steps, take_step


@pytest.fixture
def without_review():
	frappe.db.set_single_value("Supplier Quality Settings", "require_legal_review", 0)


def step(contract, name, by=None, **details):
	with acting_as(by or buyer()):
		return take_step(contract.name, name, details)


def stored(contract, *fields):
	return frappe.db.get_value("Contract", contract.name, fields or "life_cycle")


# From draft to archive


def test_a_draft_begins_in_drafting_with_what_can_be_known():
	by = buyer()
	contract = make_contract(by=by, company=None, currency=None)
	assert contract.life_cycle == "Drafting"
	assert contract.drafted_by == contract.contract_owner == by
	assert (contract.company, contract.currency) == (COMPANY, "USD")
	assert getdate(contract.effective_end_date) == END


def test_the_whole_way():
	contract = make_contract()
	lawyer, approver, archivist = buyer(), buyer(), buyer()
	assert step(contract, "request_review", by=contract.owner).life_cycle == "Legal Review"
	reviewed = step(contract, "pass_review", by=lawyer, comment="Fine.")
	assert (reviewed.life_cycle, reviewed.reviewed_by) == ("Awaiting Approval", lawyer)
	assert reviewed.review_comment == "Fine."
	approved = step(contract, "approve", by=approver)
	assert (approved.life_cycle, approved.approved_by, approved.docstatus) == ("Signing", approver, 1)
	assert approved.status == "Unsigned"
	with acting_as(archivist):
		signed = sign(approved)
	assert (signed.life_cycle, signed.archived_by) == ("In Force", archivist)
	assert (signed.is_signed, signed.status) == (1, "Active")  # ERPNext's own follow
	assert stored(contract) == "In Force"
	assert frappe.db.exists("File", {"file_url": signed.signed_file, "attached_to_name": contract.name})


def test_without_legal_review_approval_is_asked_for_at_once(without_review):
	contract = make_contract()
	assert [row["name"] for row in next_steps(contract, contract.owner)] == ["request_approval"]
	step(contract, "request_approval", by=contract.owner)
	assert approve(contract.reload()).life_cycle == "Signing"


def test_with_legal_review_it_is_not():
	contract = make_contract()
	assert [row["name"] for row in next_steps(contract, contract.owner)] == ["request_review"]
	with pytest.raises(frappe.ValidationError, match="need a legal review"):
		step(contract, "request_approval")


def test_a_review_that_becomes_necessary_before_the_approval(without_review):
	contract = make_contract()
	step(contract, "request_approval", by=contract.owner)
	frappe.db.set_single_value("Supplier Quality Settings", "require_legal_review", 1)
	with pytest.raises(frappe.ValidationError, match="need a legal review"):
		step(contract, "approve")


@pytest.mark.parametrize("field", ["company", "currency", "contract_owner", "start_date"])
def test_what_a_draft_must_say_before_its_review(field):
	contract = make_contract()
	frappe.db.set_value("Contract", contract.name, field, None)
	label = contract.meta.get_label(field)
	with pytest.raises(frappe.ValidationError, match=f"Fill in first: {label}"):
		step(contract, "request_review", by=contract.owner)


def test_returning_to_drafting_needs_a_reason_and_another_review():
	contract = review(make_contract())
	with pytest.raises(frappe.ValidationError, match="Say why"):
		step(contract, "return_to_drafting", reason=" ")
	returned = step(contract, "return_to_drafting", reason="Price <b>missing</b>")
	assert (returned.life_cycle, returned.reviewed_by) == ("Drafting", None)
	comment = frappe.get_all(
		"Comment", {"reference_name": contract.name, "comment_type": "Info"}, pluck="content"
	)
	assert any("Price &lt;b&gt;missing" in text for text in comment)
	with pytest.raises(frappe.ValidationError, match="isn't possible"):
		step(contract, "approve")


def test_steps_out_of_turn_are_refused():
	contract = make_contract()
	for name in ("approve", "pass_review", "return_to_drafting", "archive", "terminate", "cancel"):
		with pytest.raises(frappe.ValidationError):
			step(contract, name, reason="x", terminated_on=today())
	for name in ("expire", "resume", "end_after_notice", "unknown"):
		with pytest.raises(frappe.ValidationError, match="no such step"):
			step(contract, name)
	assert stored(contract) == "Drafting"


# Who may


def test_neither_drafter_nor_last_editor_nor_owner_approves():
	contract = make_contract()
	editor = buyer()
	with acting_as(editor):
		contract.reload().update({"contract_terms": "Changed."})
		contract.save()
	assert contract.drafted_by == editor
	review(contract)
	for user in (editor, contract.owner):
		with pytest.raises(frappe.ValidationError, match="somebody else"):
			step(contract, "approve", by=user)
	assert step(contract, "approve").life_cycle == "Signing"


def test_administrator_is_no_exception():
	contract = make_contract(by="Administrator")
	step(contract, "request_review", by="Administrator")
	with pytest.raises(frappe.ValidationError, match="somebody else"):
		step(contract, "pass_review", by="Administrator")
	step(contract, "pass_review")
	with pytest.raises(frappe.ValidationError, match="somebody else"):
		step(contract, "approve", by="Administrator")


def test_a_drafter_does_not_review_and_a_reviewer_may_approve():
	contract = make_contract()
	step(contract, "request_review", by=contract.owner)
	with pytest.raises(frappe.ValidationError, match="somebody else"):
		step(contract, "pass_review", by=contract.owner)
	lawyer = buyer()
	step(contract, "pass_review", by=lawyer)
	assert step(contract, "approve", by=lawyer).life_cycle == "Signing"


def test_submitting_in_erpnext_is_the_same_approval():
	contract = make_contract()
	with pytest.raises(frappe.ValidationError, match="Drafting"):
		with acting_as(buyer()):
			contract.reload().submit()
	review(contract)
	with acting_as(contract.owner), pytest.raises(frappe.ValidationError, match="somebody else"):
		contract.reload().submit()
	with acting_as(buyer()):
		assert contract.reload().submit().life_cycle == "Signing"


def test_a_contract_is_not_inserted_as_submitted():
	allowed = make_contract()
	copy = frappe.copy_doc(allowed)
	copy.docstatus = 1
	with acting_as(buyer()), pytest.raises(frappe.ValidationError):
		copy.insert()


@pytest.mark.parametrize("roles", [("Purchase User",), ("Supplier Quality User",), ("Supplier",), ()])
def test_roles_without_rights_on_contracts_take_no_step(roles):
	contract = make_contract()
	user = make_user(*roles)
	assert next_steps(contract, user) == []
	with pytest.raises(frappe.PermissionError):
		step(contract, "request_review", by=user)


def test_sales_managers_and_purchase_managers_may():
	for role in ("Sales Manager", "Purchase Manager"):
		contract = make_contract()
		assert step(contract, "request_review", by=make_user(role)).life_cycle == "Legal Review"


# What is reviewed stays


def test_a_text_under_review_does_not_change():
	contract = review(make_contract())
	contract.contract_terms = "Something else."
	with acting_as(buyer()), pytest.raises(frappe.ValidationError, match="must not change"):
		contract.save()
	contract.reload().save()  # without a change it may be saved, by the approver too
	assert stored(contract, "drafted_by") == contract.owner


def test_an_approver_does_not_change_the_text_while_approving():
	contract = review(make_contract())
	contract.contract_value = 5
	with acting_as(buyer()), pytest.raises(frappe.ValidationError, match="must not change"):
		contract.submit()


@pytest.mark.parametrize("life_cycle", ["In Force", "Legal Review", "Cancelled", ""])
def test_the_life_cycle_is_not_set_by_hand(life_cycle):
	contract = make_contract()
	contract.life_cycle = life_cycle
	with pytest.raises(frappe.ValidationError, match="isn't set by hand"):
		contract.save()
	assert make_contract(life_cycle=life_cycle).life_cycle == "Drafting"


def test_nor_after_submission():
	contract = contract_in_force()
	contract.life_cycle = "Terminated"
	with pytest.raises(frappe.ValidationError, match="isn't set by hand"):
		contract.save()


def test_what_services_write_is_not_written_through_the_api():
	contract = make_contract()
	contract.update(
		{"approved_by": contract.owner, "effective_end_date": "2099-01-01", "drafted_by": "Guest"}
	)
	contract.save()
	assert stored(contract, "approved_by", "drafted_by") == (None, contract.owner)
	assert getdate(stored(contract, "effective_end_date")) == END


# Archiving


def test_archiving_demands_file_signee_and_date():
	contract = approve(make_contract())
	complete = {"signed_file": attach(), "signee": "Ann", "signed_on": now_datetime()}
	for field, sentence in (
		("signed_file", "Attach the signed contract"),
		("signee", "who signed"),
		("signed_on", "date of the signature"),
	):
		with pytest.raises(frappe.ValidationError, match=sentence):
			step(contract, "archive", **{**complete, field: None})
	with pytest.raises(frappe.ValidationError, match="no file"):
		step(contract, "archive", **{**complete, "signed_file": "/private/files/none.pdf"})
	with pytest.raises(frappe.ValidationError, match="future"):
		step(contract, "archive", **{**complete, "signed_on": add_days(now_datetime(), 2)})
	assert stored(contract) == "Signing"


def test_signed_is_not_ticked_by_hand_nor_taken_back():
	contract = approve(make_contract())
	contract.is_signed = 1
	with pytest.raises(frappe.ValidationError, match="Archive the signed contract"):
		contract.save()
	signed = sign(contract.reload())
	signed.is_signed = 0
	with pytest.raises(frappe.ValidationError, match="stays signed"):
		signed.save()


# Termination


def test_termination_at_once():
	contract = contract_in_force()
	with pytest.raises(frappe.ValidationError, match="Say why"):
		step(contract, "terminate", terminated_on=today())
	with pytest.raises(frappe.ValidationError, match="last day"):
		step(contract, "terminate", reason="Late again.")
	ended = step(contract, "terminate", terminated_on=today(), reason="Late again.")
	assert ended.life_cycle == "Terminated"
	assert getdate(ended.effective_end_date) == getdate(today())


def test_termination_with_notice_lets_it_run_until_its_last_day():
	contract = contract_in_force(end_date=add_years(END, 1))
	last = add_months(today(), 2)
	ended = step(contract, "terminate", terminated_on=last, reason="Late again.")
	assert (ended.life_cycle, str(ended.effective_end_date)) == ("In Force", str(last))
	names = [row["name"] for row in next_steps(ended, buyer())]
	assert "withdraw_termination" in names and "terminate" not in names
	back = step(contract, "withdraw_termination", reason="They paid.")
	assert getdate(back.effective_end_date) == getdate(add_years(END, 1))
	step(contract, "terminate", terminated_on=last, reason="Again.")
	frappe.db.set_value("Contract", contract.name, "effective_end_date", add_days(today(), -1))
	contract_terms.expire_due()
	assert stored(contract) == "Terminated"


def test_termination_lies_inside_the_contract():
	contract = contract_in_force()
	for day in (add_days(START, -1), add_days(END, 1)):
		with pytest.raises(frappe.ValidationError):
			step(contract, "terminate", terminated_on=day, reason="x")


# Cancelling and amending in ERPNext


def test_cancelling_is_never_stopped_by_what_names_the_contract():
	contract = contract_in_force(start_date="2020-01-01")
	item = make_item()
	blanket = make_blanket_order(contract, {item: 10})
	order = make_order(contract.party_name, item=item)
	frappe.db.set_value("Purchase Order", order.name, "contract", contract.name)
	contract.reload().cancel()
	assert stored(contract) == "Cancelled"
	assert blanket.reload().contract is None and order.reload().contract is None
	order.save()  # and what named it can still be updated
	order.cancel()
	blanket.cancel()


def test_cancelling_the_orders_is_not_stopped_by_the_contract():
	contract = contract_in_force(start_date="2020-01-01")
	item = make_item()
	blanket = make_blanket_order(contract, {item: 10})
	order = make_order(contract.party_name, item=item)
	order.cancel()
	blanket.cancel()
	assert (order.docstatus, blanket.docstatus) == (2, 2)
	assert stored(contract) == "In Force"


def test_amending_begins_a_new_life_and_takes_over_what_named_it():
	contract = contract_in_force(
		start_date="2020-01-01",
		obligations=[{"kind": "Dated deliverable", "title": "Certificate", "due_date": END}],
		clauses=[{"clause_type": "Price", "title": "Price", "text": "Fixed."}],
	)
	item = make_item()
	blanket = make_blanket_order(contract, {item: 10})
	contract.reload().cancel()
	again = frappe.copy_doc(contract, ignore_no_copy=False)
	again.amended_from = contract.name
	for table in ("obligations", "clauses"):  # as the form does
		for row, old in zip(again.get(table), contract.get(table), strict=True):
			row.update({"obligation_key": old.get("obligation_key"), "entry_key": old.get("entry_key")})
	again.update({"life_cycle": "Cancelled", "is_signed": 1, "approved_by": "Administrator"})
	with acting_as(buyer()):
		again.insert()
	assert (again.life_cycle, again.is_signed, again.approved_by) == ("Drafting", 0, None)
	assert again.obligations[0].obligation_key == contract.obligations[0].obligation_key
	assert again.clauses[0].entry_key == contract.clauses[0].entry_key
	approve(again)
	assert blanket.reload().contract == again.name


def test_a_copy_has_keys_and_a_life_of_its_own():
	contract = contract_in_force(
		obligations=[{"kind": "Dated deliverable", "title": "Certificate", "due_date": END}]
	)
	with acting_as(buyer()):
		copy = frappe.copy_doc(contract).insert()
	assert copy.life_cycle == "Drafting"
	assert copy.obligations[0].obligation_key not in (None, contract.obligations[0].obligation_key)


def test_obligations_change_by_amendment_only_except_what_was_delivered():
	contract = contract_in_force(
		obligations=[{"kind": "Dated deliverable", "title": "Certificate", "due_date": END}]
	)
	contract.obligations[0].delivered_on = today()
	contract.save()
	for change in (
		lambda: contract.obligations[0].update({"due_date": add_days(END, -3)}),
		lambda: contract.obligations[0].update({"title": "Else"}),
		lambda: contract.obligations[0].update({"obligation_key": "forged"}),
		lambda: contract.obligations[0].update({"definition": "{}"}),
		lambda: contract.append(
			"obligations", {"kind": "Dated deliverable", "title": "More", "due_date": END}
		),
		lambda: contract.set("obligations", []),
	):
		contract.reload()
		change()
		with pytest.raises(frappe.ValidationError):
			contract.save()


# Employees


def test_contracts_with_employees_stay_as_erpnext_has_them():
	employee = frappe.get_doc(
		doctype="Employee",
		first_name="Eve",
		company=COMPANY,
		gender=frappe.get_all("Gender", limit=1, pluck="name")[0],
		date_of_birth="1990-01-01",
		date_of_joining="2020-01-01",
	).insert()
	with acting_as(make_user("HR Manager")):
		contract = frappe.get_doc(
			doctype="Contract",
			party_type="Employee",
			party_name=employee.name,
			start_date="2020-01-01",
			end_date=add_days(today(), -1),
			contract_terms="Work.",
			life_cycle="In Force",
			is_signed=1,
		).insert()
		contract.submit()
	fields = ("life_cycle", "drafted_by", "approved_by", "effective_end_date", "notice_by", "company")
	assert [contract.get(field) or None for field in fields] == [None] * len(fields)
	assert next_steps(contract, "Administrator") == []
	with pytest.raises(frappe.ValidationError, match="employees"):
		take_step(contract.name, "archive")
	contract.reload().update({"is_signed": 0})
	contract.save()
	contract_terms.check_terms_daily()
	contract_terms.backfill()
	assert not stored(contract)
	contract.reload().cancel()
	assert not stored(contract)


# The daily job


def in_force_until(end: date | str, **values):
	return contract_in_force(start_date="2020-01-01", end_date=end, **values)


def test_expiry():
	over, running, last_day = (in_force_until(add_days(today(), days)) for days in (-1, 30, 0))
	contract_terms.expire_due()
	assert [stored(contract) for contract in (over, running, last_day)] == ["Expired", "In Force", "In Force"]


def test_missed_renewals_are_caught_up_and_recorded():
	contract = in_force_until("2020-09-30", auto_renew=1, renewal_months=3, notice_days=30)
	contract_terms.check_terms_daily()
	contract.reload()
	assert contract.life_cycle == "In Force"
	end = getdate(contract.effective_end_date)
	assert getdate(today()) <= end <= getdate(add_months(today(), 3))
	assert add_days(end, 1).day == 1  # a month's end, as the first one was
	assert getdate(contract.notice_by) == add_days(end, -30)
	assert contract.times_renewed == len(json.loads(contract.renewals))
	comments = frappe.db.count("Comment", {"reference_name": contract.name, "content": ("like", "Renewed%")})
	assert comments == contract.times_renewed
	contract_terms.check_terms_daily()
	assert stored(contract, "times_renewed") == contract.times_renewed
	contract.reload().update({"auto_renew": 0})
	contract.save()  # switched off: what was renewed stays renewed
	assert getdate(contract.effective_end_date) == end


def test_a_contract_given_notice_of_does_not_renew():
	contract = in_force_until(add_days(today(), 10), auto_renew=1, renewal_months=12)
	step(contract, "terminate", terminated_on=add_days(today(), 5), reason="x")
	frappe.db.set_value("Contract", contract.name, "effective_end_date", add_days(today(), -1))
	assert contract.name not in contract_terms.renew_due()
	contract_terms.expire_due()
	assert stored(contract) == "Terminated"


def test_renewal_needs_months_and_an_end():
	with pytest.raises(frappe.ValidationError, match="how many months"):
		make_contract(auto_renew=1)
	with pytest.raises(frappe.ValidationError, match="without an end"):
		make_contract(auto_renew=1, renewal_months=12, end_date=None)


def todos(contract):
	return frappe.get_all(
		"ToDo", {"reference_name": contract.name}, ["allocated_to", "description", "date", "status"]
	)


def test_the_owner_is_reminded_once_per_notice_date():
	frappe.db.set_single_value("Supplier Quality Settings", "reminder_days", 30)
	contract = in_force_until(add_days(today(), 60), notice_days=40)
	later = in_force_until(add_days(today(), 100), notice_days=40)
	contract_terms.remind_owners()
	contract_terms.remind_owners()
	(todo,) = todos(contract)
	assert todo.allocated_to == contract.contract_owner
	assert getdate(todo.date) == getdate(add_days(today(), 20))
	assert contract.name in todo.description
	assert todos(later) == []
	frappe.db.set_value("Contract", contract.name, "notice_by", add_days(today(), 25))
	contract_terms.remind_owners()  # another date, while the first to-do is still open
	assert len(todos(contract)) == 2


def test_a_reminder_that_the_scheduler_missed_comes_late():
	contract = in_force_until(add_days(today(), 10), notice_days=40)
	contract_terms.remind_owners()
	assert "ended on" in todos(contract)[0].description


def test_a_contract_that_was_given_notice_of_reminds_nobody():
	contract = in_force_until(add_days(today(), 30))
	step(contract, "terminate", terminated_on=add_days(today(), 20), reason="x")
	contract_terms.remind_owners()
	assert todos(contract) == []


def test_one_reminder_that_fails_does_not_stop_the_others(monkeypatch):
	first, second = (in_force_until(add_days(today(), days)) for days in (5, 6))
	real = contract_terms.assign_to.add

	def refused(args, **options):
		if args["name"] == first.name:
			raise frappe.OutgoingEmailError("no mail server")
		return real(args, **options)

	monkeypatch.setattr(contract_terms.assign_to, "add", refused)
	contract_terms.remind_owners()
	assert todos(first) == [] and len(todos(second)) == 1
	assert stored(first, "reminded_for") is None  # tried again tomorrow
	monkeypatch.undo()
	contract_terms.remind_owners()
	assert len(todos(first)) == 1


# Contracts from before


@pytest.mark.parametrize(
	("values", "life_cycle"),
	[
		({"docstatus": 0}, "Drafting"),
		({"docstatus": 2}, "Cancelled"),
		({"docstatus": 1, "is_signed": 0}, "Signing"),
		({"docstatus": 1, "is_signed": 1, "end_date": END}, "In Force"),
		({"docstatus": 1, "is_signed": 1, "end_date": None}, "In Force"),
		({"docstatus": 1, "is_signed": 1, "end_date": "2020-12-31"}, "Expired"),
	],
)
def test_contracts_made_before_the_app_get_their_place(values, life_cycle):
	contract = make_contract()
	frappe.db.set_value("Contract", contract.name, {"life_cycle": None, "effective_end_date": None, **values})
	contract_terms.backfill()
	end = values.get("end_date", contract.end_date)
	assert stored(contract, "life_cycle", "effective_end_date") == (life_cycle, end and getdate(end))


def test_the_table_leads_everywhere_and_nowhere_else():
	"""Every step of a contract can be reached, and its last ones lead on to nothing but cancelling."""
	reached, new = set(), {"Drafting"}
	while new - reached:
		reached |= new
		new = {one.target for one in STEPS.values() if set(one.origins) & reached}
	options = frappe.get_meta("Contract").get_field("life_cycle").options.split("\n")
	assert reached == {option for option in options if option}
	assert not [one for one in STEPS.values() if "Cancelled" in one.origins]
