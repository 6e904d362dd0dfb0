"""What shows a delivery is a file of this site, whichever form or import it comes by."""

import frappe
import pytest
from compliance_factories import deliverable, promising
from contract_factories import acting_as, amend, attach, buyer, make_amendment, make_contract
from factories import make_supplier
from frappe.utils import add_days, today

NO_FILE = "There is no file"
FORGED = "javascript:alert(1)"


def test_a_draft_takes_no_address_for_a_file():
	row = deliverable(add_days(today(), 5), evidence=FORGED)
	with pytest.raises(frappe.ValidationError, match=NO_FILE):
		make_contract(obligations=[row])


def test_a_contract_in_force_takes_no_address_for_a_file():
	contract = promising(make_supplier(), deliverable(add_days(today(), -5)))
	with acting_as(buyer()):
		contract.reload().obligations[0].evidence = FORGED
		with pytest.raises(frappe.ValidationError, match=NO_FILE):
			contract.save()
		file = attach(contract.reload())
		contract.obligations[0].evidence = file
		contract.save()
	assert contract.reload().obligations[0].evidence == file


def added(**values) -> dict:
	row = {"subject": "Obligation", "action": "Add", "title": "Test report", "kind": "Dated deliverable"}
	return {**row, "owed_by": "Partner", "due_date": add_days(today(), 5), **values}


def test_an_amendment_takes_no_address_for_a_file():
	contract = promising(make_supplier(), deliverable(add_days(today(), -5)))
	with pytest.raises(frappe.ValidationError, match=NO_FILE):
		make_amendment(contract, added(evidence=FORGED))


def test_a_confirmed_amendment_takes_no_address_for_a_file():
	contract = promising(make_supplier(), deliverable(add_days(today(), -5)))
	amendment = amend(contract, added())
	with acting_as(buyer()):
		amendment.reload().changes[0].evidence = FORGED
		with pytest.raises(frappe.ValidationError, match=NO_FILE):
			amendment.save()
		file = attach(amendment.reload())
		amendment.changes[0].evidence = file
		amendment.save()
	assert amendment.reload().changes[0].evidence == file
