"""The life of a complaint: which step follows which, for whom, and whichever way it is asked for."""

from complaint_factories import WAY, bring_to, make_complaint

from partner_relations.customer_care.complaint_steps import (
	CLOSED,
	RECEIVED,
	next_steps,
)


def test_a_complaint_goes_from_receipt_to_closure():
	complaint = make_complaint()
	assert complaint.step == RECEIVED
	done = bring_to(complaint, "close")
	assert done.step == CLOSED
	assert [row.step for row in done.step_log] == ["receive", *WAY]
	assert done.acknowledged_on and done.responded_on and done.resolved_on and done.confirmed_on
	assert done.confirmed_via == "On the customer's behalf"
	assert next_steps(done)[0]["name"] == "reopen"
