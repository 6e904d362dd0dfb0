"""The Contract Register: where contracts stand, days to notice, what was kept; to whom it is shown."""

import json
from types import SimpleNamespace

import frappe
import pytest
from compliance_factories import breaches_of, deliverable, promise, promising, results_of, this_year
from contract_factories import (
	acting_as,
	allow_any_clauses,
	amend,
	approve,
	buyer,
	contract_in_force,
	make_contract,
	sign,
)
from factories import COMPANY, make_company, make_receipt, make_supplier, make_user, unique
from frappe.desk import query_report
from frappe.utils import add_days, add_months, getdate, today
from support.statements import statements

from partner_relations.supplier_quality import compliance, contract_terms
from partner_relations.supplier_quality.api import contract_list
from partner_relations.supplier_quality.contract_steps import take_step
from partner_relations.supplier_quality.report.contract_register import contract_register

REGISTER = "Contract Register"


def report(**filters) -> SimpleNamespace:
	columns, rows, message, *rest = contract_register.execute(filters)
	chart, summary = rest or (None, [])
	return SimpleNamespace(
		columns={column["fieldname"]: column for column in columns},
		rows=rows,
		by_contract={row.contract: row for row in rows},
		message=message,
		chart=chart,
		summary={item["label"]: item["value"] for item in summary},
	)


def listed(**filters) -> list[str]:
	return [row.contract for row in report(**filters).rows]


def judged(supplier, *rows, **values):
	"""A contract since January whose closed windows are judged."""
	contract = promising(supplier, *rows, **values)
	compliance.judge_contract(contract.name)
	return contract


def half_kept(**values):
	"""A contract that was kept in January, broken in February, and owes us nothing else."""
	supplier = make_supplier()
	for month, rejected in ((1, 1), (2, 10)):
		make_receipt(supplier, accepted=100 - rejected, rejected=rejected, on=this_year(month, 10))
	return judged(supplier, promise(), **values)


# Numbers


def test_a_row_says_where_a_contract_stands():
	contract = half_kept(
		end_date=add_days(today(), 100),
		notice_days=40,
		auto_renew=1,
		renewal_months=12,
		contract_value=5000,
	)
	(row,) = report(party=contract.party_name).rows
	shown = ("contract", "party_type", "party", "company", "contract_owner", "life_cycle", "auto_renew")
	assert [row[field] for field in shown] == [
		contract.name,
		"Supplier",
		contract.party_name,
		COMPANY,
		contract.contract_owner,
		"In Force",
		1,
	]
	assert row.effective_end_date == getdate(add_days(today(), 100))
	assert (row.notice_by, row.days_to_notice) == (getdate(add_days(today(), 60)), 60)
	assert (row.value, row.currency, row.company_value) == (5000, "USD", 5000)
	assert (row.obligations, row.judged, row.kept, row.kept_share, row.open_breaches) == (1, 2, 1, 50, 1)


def test_the_figures_are_those_of_the_lists_that_a_click_opens():
	contract = half_kept()
	(row,) = report(party=contract.party_name).rows
	outcomes = [result.outcome for result in results_of(contract)]
	assert row.judged == outcomes.count("Kept") + outcomes.count("Breached") < len(outcomes)
	opened = {"contract": contract.name, "owed_by": "Partner", "status": ("in", ("Detected", "Notified"))}
	assert row.open_breaches == len(frappe.get_list("Contract Breach", filters=opened))


def test_what_we_owe_or_what_is_decided_is_no_open_breach_of_the_partner():
	supplier = make_supplier()
	contract = judged(
		supplier,
		deliverable(this_year(1, 20)),
		deliverable(this_year(1, 21)),
		deliverable(this_year(1, 22), owed_by="Us"),
	)
	late = [breach for breach in breaches_of(contract) if breach.owed_by == "Partner"]
	assert len(late) == 2
	assert report(party=supplier).rows[0].open_breaches == 2
	frappe.db.set_value("Contract Breach", late[0].name, "status", "Waived")
	(row,) = report(party=supplier).rows
	assert (row.open_breaches, row.judged, row.kept, row.kept_share) == (1, 3, 0, 0)


def test_what_was_not_judged_has_no_share():
	contract = promising(make_supplier(), promise())
	(row,) = report(party=contract.party_name).rows
	assert (row.obligations, row.judged, row.kept, row.kept_share) == (1, 0, 0, None)
	assert "Obligations Kept" not in report(party=contract.party_name).summary


@pytest.mark.parametrize(("days", "soon"), [(31, False), (30, True), (0, True), (-1, False)])
def test_days_to_notice_pass_zero(days, soon):
	frappe.db.set_single_value("Supplier Quality Settings", "reminder_days", 30)
	contract = contract_in_force(end_date=add_days(today(), days + 40), notice_days=40)
	found = report(party=contract.party_name)
	assert (found.rows[0].days_to_notice, found.rows[0].notice_soon) == (days, soon)
	assert found.summary["Notice Due within 30 Days"] == int(soon)


def test_no_notice_where_none_can_be_given():
	draft = make_contract(end_date=add_days(today(), 20))
	endless = contract_in_force(end_date=None)
	ended = contract_in_force(end_date=add_days(today(), 30))
	take_step(ended.name, "terminate", {"terminated_on": add_days(today(), 20), "reason": "Sold."})
	for contract in (draft, endless, ended):
		(row,) = report(party=contract.party_name).rows
		assert row.days_to_notice is None


def test_other_currencies_are_converted_at_the_newest_rate_of_the_site():
	supplier = make_supplier()
	contract = contract_in_force(supplier, currency="EUR", contract_value=1000)
	contract_in_force(supplier, contract_value=10)
	frappe.db.delete("Currency Exchange", {"from_currency": "EUR", "to_currency": "USD"})
	found = report(party=supplier)
	row = found.by_contract[contract.name]
	assert (row.value, row.currency, row.company_value) == (1000, "EUR", None)
	assert found.summary["Value in Force (USD)"] == "$ 10.00"
	assert found.summary["Not in the Value: No Exchange Rate"] == 1
	for days, rate, buying in ((-20, 1.5, 1), (-10, 1.25, 1), (5, 9, 1), (-1, 7, 0)):
		frappe.get_doc(
			doctype="Currency Exchange",
			date=add_days(today(), days),
			from_currency="EUR",
			to_currency="USD",
			exchange_rate=rate,
			for_buying=buying,
			for_selling=1 - buying,
		).insert()
	found = report(party=supplier)
	assert found.by_contract[contract.name].company_value == 1250
	assert found.summary["Value in Force (USD)"] == "$ 1,260.00"
	assert not found.columns["company_value"]["hidden"]


def test_missing_clauses_are_named_with_who_allowed_it():
	contract = make_contract()
	assert report(party=contract.party_name).columns["missing_clauses"]["hidden"]
	frappe.db.set_value(
		"Contract",
		contract.name,
		{"missing_clauses": "Liability\nWarranty", "clause_override_by": "Administrator"},
	)
	found = report(party=contract.party_name)
	assert not found.columns["missing_clauses"]["hidden"]
	assert found.rows[0].missing_clauses == "Liability, Warranty"
	assert found.rows[0].clause_override_by == "Administrator"


# Nothing twice


def test_amendments_change_figures_and_add_no_rows():
	contract = half_kept(contract_value=5000)
	key = contract.reload().obligations[0].obligation_key
	added = {"subject": "Obligation", "action": "Add", **promise(target=50)}
	changed = {
		"subject": "Obligation",
		"action": "Replace",
		"entry_key": key,
		**promise(contract.obligations[0].kpi, target=80),
	}
	amend(contract, added, changed, effective=today(), has_new_value=1, new_value=6000)
	amend(contract, {"subject": "Obligation", "action": "Add", **promise(target=40)})
	compliance.judge_contract(contract.name)
	(row,) = report(party=contract.party_name).rows
	assert row.obligations == 2  # of the third one the day is yet to come
	assert (row.judged, row.kept, row.open_breaches) == (2, 1, 1)
	assert row.value == 6000


def test_renewals_count_once():
	contract = half_kept(
		start_date=this_year(1, 1),
		end_date=this_year(3, 31),
		auto_renew=1,
		renewal_months=3,
		contract_value=5000,
	)
	contract_terms.renew_due()
	contract.reload()
	assert contract.times_renewed > 0
	found = report(party=contract.party_name)
	(row,) = found.rows
	assert (row.life_cycle, row.effective_end_date) == ("In Force", getdate(contract.effective_end_date))
	assert (row.obligations, row.judged, row.kept) == (1, 2, 1)
	assert found.summary["Value in Force (USD)"] == "$ 5,000.00"


def test_a_contract_that_replaces_a_cancelled_one_counts_alone():
	contract = half_kept(contract_value=5000)
	with acting_as(buyer()):
		take_step(contract.name, "cancel")
		replacing = frappe.copy_doc(contract.reload())
		replacing.amended_from = contract.name
		replacing.insert()
	assert listed(party=contract.party_name) == [replacing.name]
	sign(approve(replacing))
	found = report(party=contract.party_name)
	(row,) = found.rows
	assert (row.contract, row.life_cycle) == (replacing.name, "In Force")
	assert (row.obligations, row.judged, row.kept) == (1, 2, 1)
	assert found.summary["Value in Force (USD)"] == "$ 5,000.00"
	(cancelled,) = report(party=contract.party_name, life_cycle=["Cancelled"]).rows
	assert (cancelled.contract, cancelled.judged) == (contract.name, 0)


def test_what_ended_shows_the_obligations_of_its_last_day():
	contract = half_kept(end_date=this_year(3, 31))
	key = contract.reload().obligations[0].obligation_key
	removed = {"subject": "Obligation", "action": "Remove", "entry_key": key}
	added = [{"subject": "Obligation", "action": "Add", **promise(target=target)} for target in (40, 50)]
	amend(contract, removed, *added, effective=this_year(3, 31))
	contract_terms.expire_due()
	(row,) = report(party=contract.party_name).rows
	assert (row.life_cycle, row.obligations, row.judged) == ("Expired", 2, 2)


# Filters


def test_filters_on_life_cycle_owner_and_party():
	supplier = make_supplier()
	draft = make_contract(supplier)
	running = contract_in_force(supplier)
	other = contract_in_force(supplier)
	assert listed(party=supplier) == [*sorted((running.name, other.name)), draft.name]
	assert listed(party=supplier, life_cycle=["Drafting"]) == [draft.name]
	assert listed(party=supplier, life_cycle=json.dumps(["In Force", "Drafting"])) == listed(party=supplier)
	assert listed(party=supplier, contract_owner=running.contract_owner) == [running.name]
	assert listed(party=supplier, party_type="Supplier") == listed(party=supplier)
	assert listed(party=supplier, party_type="Customer") == []
	assert listed(party=supplier, company=make_company()) == []


def test_filter_on_what_ends_or_needs_notice_soon():
	supplier = make_supplier()

	def contract(end, notice=0, **values):
		return contract_in_force(supplier, end_date=add_days(today(), end), notice_days=notice, **values).name

	ends, needs_notice = contract(9), contract(200, 191)
	contract(11), contract(200, 189), contract(200, 210)
	terminated = contract(200)
	take_step(terminated, "terminate", {"terminated_on": add_days(today(), 8), "reason": "Sold."})
	make_contract(supplier, end_date=add_days(today(), 5))
	found = report(party=supplier, within_days=10)
	assert sorted(found.by_contract) == sorted((ends, needs_notice, terminated))
	assert found.summary["Notice Due within 10 Days"] == 2
	assert "within 3 days" in report(party=supplier, within_days=3).message


def test_filter_on_the_end_is_inclusive_and_leaves_out_what_has_none():
	supplier = make_supplier()
	contract = contract_in_force(supplier, end_date=add_days(today(), 50))
	contract_in_force(supplier, end_date=None)
	day = add_days(today(), 50)
	assert listed(party=supplier, from_date=day, to_date=day) == [contract.name]
	assert listed(party=supplier, from_date=add_days(day, 1)) == []
	assert listed(party=supplier, to_date=day) == [contract.name]
	assert len(listed(party=supplier)) == 2
	with pytest.raises(frappe.ValidationError, match="ends before it starts"):
		report(from_date=day, to_date=today())


def test_the_chart_counts_notices_and_ends_by_month():
	supplier = make_supplier()
	end = add_months(getdate(today()).replace(day=15), 4)
	contract_in_force(supplier, end_date=end, notice_days=61)
	contract_in_force(supplier, end_date=add_months(end, 24))
	contract_in_force(supplier, end_date=None)
	make_contract(supplier, end_date=end)
	notices, ends = report(party=supplier).chart["data"]["datasets"]
	assert (notices["values"], ends["values"]) == (
		[int(month == 2) for month in range(12)],
		[int(month == 4) for month in range(12)],
	)
	assert report(party=supplier, life_cycle=["Drafting"]).chart is None


def test_contracts_with_employees_are_left_out():
	employee = frappe.get_doc(
		doctype="Employee",
		first_name=unique("Eve"),
		company=COMPANY,
		gender=frappe.get_all("Gender", limit=1, pluck="name")[0],
		date_of_birth="1990-01-01",
		date_of_joining="2020-01-01",
	).insert()
	frappe.get_doc(
		doctype="Contract",
		party_type="Employee",
		party_name=employee.name,
		start_date="2020-01-01",
		contract_terms="Work.",
	).insert()
	assert listed(party=employee.name) == []
	assert listed(party=employee.name, party_type="Employee") == []


def test_contracts_with_customers_are_in_it():
	customer = frappe.get_doc(
		doctype="Customer",
		customer_name=unique("Buys"),
		customer_group=frappe.get_all("Customer Group", {"is_group": 0}, pluck="name")[0],
		territory=frappe.get_all("Territory", {"is_group": 0}, pluck="name")[0],
	).insert()
	contract = make_contract(customer.name, party_type="Customer")
	assert listed(party=customer.name, party_type="Customer") == [contract.name]


# Who sees what


def run(user, **filters):
	"""As the Desk runs it; `result` holds the rows that are contracts."""
	with acting_as(user):
		return query_report.run(REGISTER, filters=filters, ignore_prepared_report=True)


def permit(user, doctype, name, **values):
	frappe.get_doc(doctype="User Permission", user=user, allow=doctype, for_value=name, **values).insert()


@pytest.mark.parametrize("applicable_for", [None, "Contract"])
def test_a_user_permission_on_a_supplier_hides_the_others(applicable_for):
	own, other = half_kept(), half_kept()
	user = make_user("Purchase Manager")
	permit(
		user,
		"Supplier",
		own.party_name,
		apply_to_all_doctypes=int(not applicable_for),
		applicable_for=applicable_for,
	)
	answer = run(user)
	assert [row["contract"] for row in answer["result"]] == [own.name]
	assert run(user, party=other.party_name)["result"] == []


def test_a_user_permission_on_a_company_hides_the_others():
	abroad = make_company("EUR")
	supplier = make_supplier()
	here = contract_in_force(supplier, contract_value=1)
	there = contract_in_force(supplier, company=abroad, currency="EUR", contract_value=2)
	user = make_user("Purchase Manager")
	assert sorted(row["contract"] for row in run(user, party=supplier)["result"]) == [here.name, there.name]
	permit(user, "Company", abroad)
	answer = run(user, party=supplier)
	assert [row["contract"] for row in answer["result"]] == [there.name]
	values = {item["label"]: item["value"] for item in answer["report_summary"]}
	assert "Value in Force (USD)" not in values and "2.00" in values["Value in Force (EUR)"]


def test_who_may_not_read_results_and_breaches_has_no_such_columns():
	contract = half_kept()
	with acting_as(make_user("Sales Manager")):
		found = report(party=contract.party_name)
	(row,) = found.rows
	assert (row.obligations, row.judged, row.kept, row.kept_share, row.open_breaches) == (1, *[None] * 4)
	assert not {"judged", "kept", "kept_share", "open_breaches"} & set(found.columns)
	assert not {"Obligations Kept", "Open Breaches"} & set(found.summary)


@pytest.mark.parametrize("roles", [("Purchase User",), ("Supplier Quality User",), ("Supplier",)])
def test_who_may_not_read_contracts_may_not_run_it(roles):
	with pytest.raises(frappe.PermissionError):
		run(make_user(*roles))


def test_the_days_of_the_reminder_are_told_to_readers_of_contracts():
	frappe.db.set_single_value("Supplier Quality Settings", "reminder_days", 21)
	with acting_as(make_user("Purchase Manager")):
		assert contract_list.reminder_days() == 21
	with acting_as(make_user("Purchase User")), pytest.raises(frappe.PermissionError):
		contract_list.reminder_days()


# Cost


def test_as_many_statements_for_many_contracts_as_for_one():
	def counted(number):
		suppliers = [make_supplier() for _number in range(number)]
		for supplier in suppliers:
			make_receipt(supplier, accepted=90, rejected=10, on=this_year(1, 10))
			contract = judged(supplier, promise(), currency="EUR", contract_value=1)
			amend(contract, {"subject": "Obligation", "action": "Add", **promise(target=50)})
		owner = buyer()
		frappe.db.set_value("Contract", {"party_name": ("in", suppliers)}, "contract_owner", owner)
		report(contract_owner=owner)  # what is read into caches, once
		with statements() as seen:
			assert len(report(contract_owner=owner).rows) == number
		return len(seen)

	few, many = counted(1), counted(4)
	assert many == few <= 15


def test_exports_hold_plain_numbers():
	contract = half_kept(contract_value=5000)
	allow_any_clauses()
	answer = run("Administrator", party=contract.party_name)
	(row,) = answer["result"]
	kinds = {
		"Int": int,
		"Percent": (int, float),
		"Currency": (int, float),
		"Check": int,
	}
	for column in answer["columns"]:
		value = row[column["fieldname"]]
		assert value is None or "<" not in str(value)
		if column["fieldtype"] in kinds and value is not None:
			assert isinstance(value, kinds[column["fieldtype"]]), column["fieldname"]
