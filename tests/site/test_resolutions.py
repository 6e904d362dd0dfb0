"""What a customer gets for a complaint: proposed within the tier's limit, or approved by somebody else."""

import frappe
import pytest
from complaint_factories import bring_to
from factories import make_user
from penalty_factories import acting
from resolution_factories import (
	agent,
	complaint_about,
	grant,
	made,
	manager,
	now,
	row_of,
	set_limit,
	status,
)
from sales_factories import make_customer, make_tracked_item, put_in_stock, sell

from partner_relations.customer_care import resolution_overview, resolutions
from partner_relations.customer_care.api import resolutions as api
from partner_relations.customer_care.complaint_steps import AGENT, CLOSED, MANAGER, REJECTED, take_step


def a_complaint(limit: float = 100, quantity: float = 8, **values):
	"""About 8 of 10 pieces sold for 20 each."""
	complaint = complaint_about(
		sell(make_customer(), quantity=10, rate=20).invoice, quantity=quantity, **values
	)
	set_limit(complaint, limit)
	return complaint


def lines(complaint, *quantities: float) -> list[dict]:
	return [
		{"row": row.name, "qty": quantity} for row, quantity in zip(complaint.items, quantities, strict=True)
	]


def propose(complaint, quantity: float, kind: str = "Credit Note") -> str:
	(row,) = resolutions.propose(complaint.name, kind, lines=lines(complaint, quantity))
	return row


# The limit


def test_within_the_limit_an_agent_grants_it_and_who_and_why_is_kept():
	complaint = a_complaint(limit=100)
	ann = agent()
	with acting(ann):
		row = row_of(complaint, propose(complaint, 5))
	assert (row.status, row.amount, row.proposed_by, row.approved_by) == ("Approved", 100, ann, ann)
	assert "tier allows without approval" in row.decision_reason
	assert row.approved_on


def test_the_limit_is_for_all_resolutions_of_a_complaint_together():
	complaint = a_complaint(limit=100)
	with acting(agent()):
		assert status(complaint, propose(complaint, 4)) == "Approved"
		assert status(complaint, propose(complaint, 2)) == "Awaiting Approval"
		# What awaits approval takes nothing of the limit.
		assert status(complaint, propose(complaint, 1)) == "Approved"


def test_what_is_withdrawn_or_cancelled_is_free_again():
	complaint = a_complaint(limit=100)
	with acting(agent()):
		first = propose(complaint, 5)
		resolutions.withdraw(complaint.name, first, "Entered twice")
	second = propose(complaint, 5)
	assert status(complaint, second) == "Approved"
	note = made(complaint, second).submit()
	assert status(complaint, propose(complaint, 1)) == "Awaiting Approval"
	note.cancel()
	assert status(complaint, propose(complaint, 5)) == "Approved"


def test_a_limit_in_another_currency_is_converted_on_the_day_of_receipt():
	complaint = a_complaint()
	set_limit(complaint, 50, currency="EUR")
	received = frappe.utils.getdate(complaint.received_on)
	for on, rate in ((received, 2), (frappe.utils.add_days(received, 1), 9)):
		frappe.get_doc(
			doctype="Currency Exchange",
			date=on,
			from_currency="EUR",
			to_currency="USD",
			exchange_rate=rate,
			for_buying=1,
			for_selling=1,
		).insert()
	assert resolutions.limit(now(complaint)) == 100
	with acting(agent()):
		assert status(complaint, propose(complaint, 5)) == "Approved"
		assert status(complaint, propose(complaint, 1)) == "Awaiting Approval"


def test_without_a_limit_only_what_costs_nothing_goes_without_approval():
	complaint = a_complaint(limit=0)
	with acting(agent()):
		assert status(complaint, propose(complaint, 1)) == "Awaiting Approval"
		(letter,) = resolutions.propose(complaint.name, "Apology", note="We are sorry.")
	assert (status(complaint, letter), row_of(complaint, letter).decision_reason) == (
		"Approved",
		"It costs nothing.",
	)


# Who decides


def test_above_the_limit_another_manager_approves_and_it_is_made_then():
	complaint = a_complaint(limit=10)
	ann = agent()
	with acting(ann):
		row = propose(complaint, 5)
	with pytest.raises(frappe.ValidationError, match="Only what is approved is made"):
		made(complaint, row)
	bob = manager()
	with acting(bob):
		resolutions.approve(complaint.name, row, "An old customer")
	entry = row_of(complaint, row)
	assert (entry.status, entry.proposed_by, entry.approved_by) == ("Approved", ann, bob)
	assert entry.decision_reason == "An old customer"
	assert made(complaint, row).net_total == -100


@pytest.mark.parametrize("decide", [resolutions.approve, resolutions.reject])
@pytest.mark.parametrize(
	"roles", [(AGENT, MANAGER), ("System Manager", MANAGER)], ids=["manager", "administrator"]
)
def test_nobody_decides_on_what_they_proposed(decide, roles):
	complaint = a_complaint(limit=10)
	user = "Administrator" if "System Manager" in roles else make_user(*roles)
	with acting(user):
		row = propose(complaint, 5)
		with pytest.raises(frappe.ValidationError, match="You proposed it"):
			decide(complaint.name, row, "Fine")
	assert status(complaint, row) == "Awaiting Approval"


@pytest.mark.parametrize("decide", [resolutions.approve, resolutions.reject])
def test_an_agent_decides_on_nothing(decide):
	complaint = a_complaint(limit=10)
	row = propose(complaint, 5)
	with acting(agent()), pytest.raises(frappe.ValidationError, match="takes the role Customer Care Manager"):
		decide(complaint.name, row, "Fine")


def test_what_is_decided_is_decided():
	complaint = a_complaint(limit=10)
	row = propose(complaint, 5)
	with acting(manager()):
		with pytest.raises(frappe.ValidationError, match="Say why"):
			resolutions.reject(complaint.name, row, "  ")
		resolutions.reject(complaint.name, row, "Not our fault")
		with pytest.raises(frappe.ValidationError, match="awaits no approval"):
			resolutions.approve(complaint.name, row)
	entry = row_of(complaint, row)
	assert (entry.status, entry.decision_reason) == ("Rejected", "Not our fault")
	with pytest.raises(frappe.ValidationError, match="Only what awaits approval"):
		resolutions.withdraw(complaint.name, row, "Never mind")


def test_who_proposed_withdraws_and_so_does_a_manager_and_nobody_else():
	complaint = a_complaint(limit=1000)
	ann = agent()
	with acting(ann):
		first, second = propose(complaint, 1), propose(complaint, 1)
	with acting(agent()), pytest.raises(frappe.PermissionError, match="Customer Care Manager"):
		resolutions.withdraw(complaint.name, first, "Not mine")
	with acting(ann):
		resolutions.withdraw(complaint.name, first, "Entered twice")
	with acting(manager()):
		resolutions.withdraw(complaint.name, second, "Too much")
	assert [row.status for row in now(complaint).resolutions] == ["Cancelled", "Cancelled"]
	# Who approved it stays.
	assert row_of(complaint, second).approved_by == ann
	third = propose(complaint, 1)
	made(complaint, third)
	with pytest.raises(frappe.ValidationError, match="It is “Made”"):
		resolutions.withdraw(complaint.name, third, "Too late")


# Who may


@pytest.mark.parametrize("role", ["Sales User", "Accounts User", "Supplier Quality Manager"])
def test_who_only_reads_complaints_proposes_nothing(role):
	complaint = a_complaint()
	with acting(make_user(role)):
		assert api.overview(complaint.name)["may_propose"] is False
		for call in (
			lambda: api.offers(complaint.name),
			lambda: api.worth(complaint.name, "Credit Note"),
			lambda: api.propose(complaint.name, "Credit Note"),
		):
			with pytest.raises(frappe.PermissionError):
				call()


@pytest.mark.parametrize("user", ["Guest", "Customer", "Supplier", "Employee"])
def test_who_has_no_business_with_complaints_learns_nothing(user):
	complaint = a_complaint()
	row = propose(complaint, 1)
	with acting(user if user == "Guest" else make_user(user)):
		for call in (
			lambda: api.overview(complaint.name),
			lambda: api.offers(complaint.name),
			lambda: api.worth(complaint.name, "Return"),
			lambda: api.propose(complaint.name, "Apology", note="Sorry"),
			lambda: api.approve(complaint.name, row),
			lambda: api.reject(complaint.name, row, "No"),
			lambda: api.withdraw(complaint.name, row, "No"),
			lambda: api.make(complaint.name, row),
		):
			with pytest.raises(frappe.PermissionError):
				call()


def test_an_accountant_makes_what_others_granted():
	complaint = a_complaint()
	row = propose(complaint, 2)
	with acting(make_user("Accounts User")):
		assert api.overview(complaint.name)["rows"][0]["refused"] is None
		answer = api.make(complaint.name, row)
	note = frappe.get_doc(answer["doctype"], answer["name"])
	assert (note.doctype, note.docstatus, note.net_total) == ("Sales Invoice", 0, -40)


@pytest.mark.parametrize("kind", ["Return", "Replacement Delivery"])
def test_deliveries_are_made_by_who_may_create_them(kind):
	customer, item = make_customer(), make_tracked_item()
	put_in_stock(item, 10)
	complaint = complaint_about(sell(customer, item=item, quantity=5).delivery, quantity=1)
	row = grant(complaint, kind)
	with acting(make_user("Accounts User")):
		assert "may create a Delivery Note" in api.overview(complaint.name)["rows"][0]["refused"]
		with pytest.raises(frappe.PermissionError, match="may create a Delivery Note"):
			api.make(complaint.name, row)
	with acting(make_user("Sales User", "Stock User")):
		assert api.make(complaint.name, row)["doctype"] == "Delivery Note"


def test_changes_are_made_by_post_alone():
	for name in ("propose", "approve", "reject", "withdraw", "make"):
		assert frappe.allowed_http_methods_for_whitelisted_func[getattr(api, name)] == ["POST"], name


def test_the_form_and_the_api_of_documents_write_no_resolution():
	complaint = a_complaint(limit=10)
	row = propose(complaint, 5)
	document = now(complaint)
	document.resolutions[0].update({"status": "Approved", "amount": 1, "approved_by": "Administrator"})
	document.append("resolutions", {"kind": "Credit Note", "status": "Approved", "amount": 1})
	document.resolution_cost = 5
	document.save()
	stored = now(complaint)
	assert [(one.name, one.status, one.amount, one.approved_by) for one in stored.resolutions] == [
		(row, "Awaiting Approval", 100, None)
	]
	assert stored.resolution_cost == 0
	document = now(complaint)
	document.resolutions = []
	document.save()
	assert len(now(complaint).resolutions) == 1


def test_a_new_complaint_brings_no_resolutions():
	bill = sell(make_customer(), quantity=1).invoice
	complaint = complaint_about(
		bill, resolutions=[{"kind": "Credit Note", "status": "Approved", "amount": 9}]
	)
	assert now(complaint).resolutions == []


# What makes sense


@pytest.mark.parametrize(
	("quantity", "sentence"),
	[
		(8.01, "8 are complained, 8 are left"),
		(0, "how many are complained"),
		(-1, "how many are complained"),
		("NaN", "is no quantity"),
		("<b>x</b>", "&lt;b&gt;x&lt;/b&gt; is no quantity"),
	],
)
def test_quantities_that_make_no_sense(quantity, sentence):
	complaint = a_complaint()
	with pytest.raises(frappe.ValidationError, match=sentence):
		propose(complaint, quantity)
	assert now(complaint).resolutions == []


@pytest.mark.parametrize("amount", [None, 0, -5, "NaN", "Infinity", "1e30"])
def test_allowances_that_make_no_sense(amount):
	complaint = a_complaint()
	with pytest.raises(frappe.ValidationError, match="Say how much the allowance is"):
		resolutions.propose(complaint.name, "Price Allowance", amount)


def test_other_requests_that_make_no_sense():
	complaint = a_complaint()
	with pytest.raises(frappe.ValidationError, match="Choose what the customer gets"):
		resolutions.propose(complaint.name, "A new car")
	with pytest.raises(frappe.ValidationError, match="Write the apology"):
		resolutions.propose(complaint.name, "Apology", note=" ")
	with pytest.raises(frappe.ValidationError, match="Choose at least one line"):
		resolutions.propose(complaint.name, "Credit Note", lines=[])
	with pytest.raises(frappe.ValidationError, match="A line that was chosen is gone"):
		resolutions.propose(complaint.name, "Credit Note", lines=[{"row": "x", "qty": 1}])
	with pytest.raises(frappe.ValidationError, match="Choose the lines again"):
		api.propose(complaint.name, "Credit Note", lines='{"row": 1}')
	with pytest.raises(frappe.DoesNotExistError, match="This resolution is gone"):
		resolutions.approve(complaint.name, "x")


def test_one_thing_is_granted_once():
	complaint = a_complaint(limit=1000)
	propose(complaint, 5)
	with pytest.raises(frappe.ValidationError, match="8 are complained, 3 are left"):
		propose(complaint, 4)
	propose(complaint, 3)
	with pytest.raises(frappe.ValidationError, match="for everything that is complained already"):
		resolutions.propose(complaint.name, "Credit Note")
	# A resolution of another kind is another thing.
	(repair,) = resolutions.propose(complaint.name, "Repair", 0)
	assert status(complaint, repair) == "Approved"


def test_what_may_be_chosen_is_what_is_left():
	complaint = a_complaint()
	propose(complaint, 5)
	offers = {offer["kind"]: offer for offer in api.offers(complaint.name)}
	row = complaint.items[0].name
	assert offers["Credit Note"] == {
		"kind": "Credit Note",
		"amount": 60,
		"refused": None,
		"lines": [{"row": row, "qty": 3}],
	}
	assert offers["Repair"]["lines"] == [{"row": row, "qty": 8}]
	assert offers["Apology"]["lines"] == []
	assert api.worth(complaint.name, "Credit Note", f'[{{"row": "{row}", "qty": 2}}]')["amount"] == 40
	assert api.worth(complaint.name, "Credit Note", "[]")["refused"] == "Choose at least one line."


def test_one_of_several_lines_is_repaired():
	complaint = a_complaint()
	complaint.append("items", {**complaint.items[0].as_dict(no_default_fields=True), "name": None})
	complaint.save()
	offer = resolutions.offer(complaint, "Repair")
	assert offer["refused"] == "A repair is for one line. Choose which."
	assert [line["row"] for line in offer["lines"]] == [row.name for row in complaint.items]
	(row,) = resolutions.propose(
		complaint.name, "Repair", 10, lines=[{"row": complaint.items[1].name, "qty": 1}]
	)
	assert status(complaint, row) == "Approved"


def test_units_of_the_complaint_may_be_others_than_those_of_the_invoice():
	item = make_tracked_item(uoms=[{"uom": "Box", "conversion_factor": 12}])
	put_in_stock(item, 48)
	bill = sell(make_customer(), item=item, quantity=24, rate=5).invoice
	complaint = complaint_about(bill)
	complaint.items[0].update({"uom": "Box", "qty": 1})
	complaint.save()
	row = grant(complaint, "Credit Note")
	assert row_of(complaint, row).amount == 60
	note = made(complaint, row)
	assert (note.items[0].uom, note.items[0].qty, note.net_total) == ("Nos", -12, -60)


def test_scripts_in_notes_and_reasons_stay_text():
	complaint = a_complaint(limit=0)
	(row,) = resolutions.propose(
		complaint.name, "Credit Note", note="<script>alert(1)</script>Scratched <img src=x onerror=alert(2)>"
	)
	with acting(manager()):
		resolutions.reject(complaint.name, row, "<svg onload=alert(3)>No")
	entry = row_of(complaint, row)
	comments = frappe.get_all(
		"Comment", filters={"reference_name": complaint.name, "comment_type": "Info"}, pluck="content"
	)
	for text in (entry.note, entry.decision_reason, *comments):
		assert not any(word in text for word in ("<script", "onerror", "onload")), text


# With the steps of the complaint


def test_no_step_that_ends_a_complaint_leaves_a_resolution_open():
	complaint = a_complaint(limit=10)
	row = propose(complaint, 5)
	bring_to(complaint, "propose_resolution")
	for step, details in (("resolve", {}), ("reject", {"reason": "No fault found"})):
		with pytest.raises(frappe.ValidationError, match="awaits its approval"):
			take_step(complaint.name, step, details)
	with acting(manager()):
		resolutions.approve(complaint.name, row)
	with pytest.raises(frappe.ValidationError, match="nothing was made of it yet"):
		take_step(complaint.name, "resolve")
	note = made(complaint, row)
	for step, details in (("resolve", {}), ("reject", {"reason": "No fault found"})):
		with pytest.raises(frappe.ValidationError, match="is a draft in ERPNext"):
			take_step(complaint.name, step, details)
	note.submit()
	take_step(complaint.name, "resolve")
	# Something is added before the complaint is closed.
	(letter,) = resolutions.propose(complaint.name, "Apology", note="We are sorry.")
	bring_to(complaint, "confirm")
	with pytest.raises(frappe.ValidationError, match="nothing was made of it yet"):
		take_step(complaint.name, "close")
	resolutions.withdraw(complaint.name, letter, "Said on the phone")
	assert take_step(complaint.name, "close").step == CLOSED


def test_nothing_is_granted_or_made_once_the_complaint_is_finished():
	complaint = a_complaint(limit=10)
	row = propose(complaint, 5)
	resolutions.withdraw(complaint.name, row, "No fault found")
	assert take_step(complaint.name, "reject", {"reason": "No fault found"}).step == REJECTED
	with pytest.raises(frappe.ValidationError, match="Reopen it first"):
		propose(complaint, 1)
	# As an old version left it.
	frappe.db.set_value("Customer Complaint Resolution", row, "status", "Awaiting Approval")
	with acting(manager()), pytest.raises(frappe.ValidationError, match="Reopen it first"):
		resolutions.approve(complaint.name, row)
	frappe.db.set_value("Customer Complaint Resolution", row, "status", "Approved")
	with pytest.raises(frappe.ValidationError, match="Reopen it first"):
		made(complaint, row)


# The form


def test_the_form_shows_what_was_granted_and_what_each_user_may_do_next():
	complaint = a_complaint(limit=50)
	ann = agent()
	with acting(ann):
		done, waiting = propose(complaint, 2), propose(complaint, 3)
		seen = api.overview(complaint.name)
	assert (seen["currency"], seen["limit"], seen["granted"], seen["cost"]) == ("USD", 50, 40, 0)
	assert seen["may_propose"] is True
	by_name = {row["name"]: row for row in seen["rows"]}
	assert "may create a Sales Invoice" in by_name[done]["refused"]
	assert (by_name[waiting]["may_decide"], by_name[waiting]["may_withdraw"]) == (False, True)
	with acting(manager()):
		rows = {row["name"]: row for row in api.overview(complaint.name)["rows"]}
	assert (rows[waiting]["may_decide"], rows[waiting]["may_withdraw"]) == (True, True)

	note = made(complaint, done)
	row = next(row for row in resolution_overview.overview(now(complaint))["rows"] if row["name"] == done)
	assert row["document"] == {
		"doctype": "Sales Invoice",
		"name": note.name,
		"docstatus": 0,
		"status": "Draft",
		"amount": -40,
		"currency": "USD",
	}
	assert (row["may_withdraw"], row["refused"]) == (False, None)
