"""A claim is made once, within its caps, and posted to the cent: corners that are easily overlooked."""

import frappe
import pytest
from compliance_factories import breaches_of, deliverable, promising, this_year
from factories import COMPANY, make_supplier, make_user
from frappe.utils import add_days, today
from incentive_factories import make_rule, make_scheme
from penalty_factories import (
	RECORD,
	acting,
	approved,
	in_days,
	ledger,
	make_account,
	make_bill,
	make_penalty,
	use_accounts,
)

from partner_relations.supplier_quality import compliance, incentives, posting
from partner_relations.supplier_quality.api import obligations as api


def amendment_of(old):
	amended = frappe.copy_doc(old)
	amended.amended_from = old.name
	return amended


def test_a_cancelled_record_is_amended_once_however_amendments_are_named():
	frappe.db.set_single_value("Document Naming Settings", "default_amend_naming", "Default Naming")
	old = approved(make_penalty(make_supplier()))
	old.cancel()
	first = amendment_of(old).insert()
	assert first.unique_key
	with pytest.raises(frappe.ValidationError, match="replaced"):
		amendment_of(old).insert()


def test_a_record_whose_claim_another_has_taken_up_is_not_amended():
	supplier = make_supplier()
	source = {"source_type": "Purchase Invoice", "source_name": make_bill(supplier, 500).name}
	old = approved(make_penalty(supplier, **source))
	old.cancel()
	approved(make_penalty(supplier, **source))
	with pytest.raises(frappe.ValidationError, match="replaced"):
		amendment_of(old.reload()).insert()


def test_an_amount_below_the_smallest_coin_of_the_invoices_currency_is_refused_as_such():
	"""0.5 USD are less than half a cent where the unit is worth 300 USD."""
	use_accounts()
	frappe.get_doc(
		doctype="Currency Exchange",
		date=in_days(-1),
		from_currency="EUR",
		to_currency="USD",
		exchange_rate=300,
		for_buying=1,
		for_selling=1,
	).insert()
	account = make_account("Dear", "Accounts Payable", account_type="Payable", account_currency="EUR")
	supplier = make_supplier(default_currency="EUR", accounts=[{"company": COMPANY, "account": account}])
	make_bill(supplier, 5, currency="EUR", rate=300)
	before = ledger(supplier)
	record = approved(make_penalty(supplier, 0.5))
	with pytest.raises(frappe.ValidationError, match="too small for the supplier's currency"):
		posting.post(record.name)
	assert ledger(supplier) == before and record.reload().status == "Approved"


def test_the_yearly_cap_is_that_of_the_year_in_which_the_penalty_is_proposed():
	"""A deliverable was found late last year and came this year, in which most of the cap is used up."""
	scheme = make_scheme(rate=100, has_yearly_cap=1, yearly_cap=120)
	supplier = make_supplier()
	make_penalty(supplier, 80, remedy_scheme=scheme)
	rule = make_rule(looks_at="Contract breach", measure="Chargeback", remedy_scheme=scheme)
	due = add_days(today(), -5)
	contract = promising(supplier, deliverable(due), start_date=this_year(1, 1))
	compliance.judge_contract(contract.name)
	(breach,) = breaches_of(contract)
	frappe.db.set_value("Contract Breach", breach.name, "detected_on", add_days(this_year(1, 1), -5))
	compliance.record_delivery(contract.name, breach.obligation_key, today())
	(record,) = frappe.get_all(RECORD, filters={"rule": rule.name}, fields=["amount", "decision_date"])
	assert (record.amount, str(record.decision_date)) == (40, today())
	assert incentives.propose_for_breaches([breach.name]) == []


def test_who_answered_fits_its_field_and_says_who_noted_it():
	contract = promising(make_supplier(), deliverable(add_days(today(), -5)))
	compliance.judge_contract(contract.name)
	(breach,) = breaches_of(contract)
	user = make_user("Supplier Quality User")
	with acting(user):
		api.record_answer(breach.name, "Accepted", by="A" * 200)
		assert len(frappe.db.get_value("Contract Breach", breach.name, "response_by")) == 140
		api.record_answer(breach.name, "Disputed", "Not so", by="Mr Smith")
	assert frappe.db.get_value("Contract Breach", breach.name, "response_by") == f"Mr Smith, noted by {user}"
