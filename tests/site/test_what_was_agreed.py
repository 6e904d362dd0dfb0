"""What both sides agreed on stays as it was confirmed, whatever is sent to the API afterwards."""

from collections.abc import Callable
from typing import Any

import frappe
import pytest
from clause_factories import make_approved
from compliance_factories import deliverable, promising
from contract_factories import END, acting_as, amend, attach, buyer, contract_in_force, make_contract
from factories import make_supplier
from frappe.utils import add_days, today

from partner_relations.supplier_quality import amendments, compliance
from partner_relations.supplier_quality.contract_steps import take_step


def certificate(**values: Any) -> dict:
	"""A deliverable that an amendment adds."""
	return {
		"subject": "Obligation",
		"action": "Add",
		"kind": "Dated deliverable",
		"owed_by": "Partner",
		"title": "Certificate",
		"due_date": END,
		**values,
	}


@pytest.fixture
def amendment():
	return amend(contract_in_force(), certificate(), effective=today())


@pytest.mark.parametrize(
	"change",
	[
		lambda amendment: amendment.append("changes", certificate(title="One more")),
		lambda amendment: amendment.set("changes", []),
		lambda amendment: amendment.changes[0].update({"title": "Something else"}),
		lambda amendment: amendment.changes[0].update({"entry_key": "forged"}),
		lambda amendment: amendment.changes[0].update({"delivered_on": add_days(today(), 1)}),
	],
)
def test_a_confirmed_amendment_no_longer_changes(amendment, change: Callable):
	before = [(row.title, row.entry_key, row.definition) for row in amendment.reload().changes]
	change(amendment)
	with acting_as(buyer()), pytest.raises(frappe.ValidationError):
		amendment.save()
	assert [(row.title, row.entry_key, row.definition) for row in amendment.reload().changes] == before


def test_what_services_write_is_not_the_browsers_to_send(amendment):
	definition = amendment.reload().changes[0].definition
	amendment.status = "Cancelled"
	amendment.changes[0].definition = "{}"
	with acting_as(buyer()):
		amendment.save()
	assert amendment.reload().status == "Confirmed"
	assert amendment.changes[0].definition == definition


def test_of_a_confirmed_amendment_the_delivery_is_noted(amendment):
	amendment.reload().changes[0].delivered_on = today()
	with acting_as(buyer()):
		amendment.save()
	(obligation,) = amendments.obligations_as_of(amendment.contract, today())
	assert str(obligation["delivered_on"]) == today()


@pytest.mark.parametrize(
	("field", "value"),
	[("library_text", "<p>Forged</p>"), ("version", 9), ("departs", 1), ("entry_key", "x")],
)
def test_what_a_clause_came_from_is_not_forged_from_the_review_on(field, value):
	contract = make_contract(clauses=[{"clause": make_approved().name}])
	with acting_as(contract.owner):
		take_step(contract.name, "request_review")
	before = contract.reload().clauses[0].get(field)
	contract.clauses[0].set(field, value)
	with acting_as(contract.owner):
		contract.save()
	assert contract.reload().clauses[0].get(field) == before


def test_what_shows_a_delivery_is_a_file():
	contract = promising(make_supplier(), deliverable(add_days(today(), -5)))
	key = contract.obligations[0].obligation_key
	with pytest.raises(frappe.ValidationError, match="no file"):
		compliance.record_delivery(contract.name, key, today(), "javascript:alert(1)")
	file = attach(contract)
	compliance.record_delivery(contract.name, key, today(), file)
	assert contract.reload().obligations[0].evidence == file
