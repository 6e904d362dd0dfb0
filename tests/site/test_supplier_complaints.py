"""What follows when a supplier is responsible for a complaint: its evaluation, a penalty, an 8D report."""

from email import message_from_string
from email.message import Message
from typing import Any

import frappe
import pytest
from complaint_factories import bring_to, make_complaint
from customer_side_factories import html_of, make_mailbox, subject_of
from factories import COMPANY, day, evaluate, evaluations, make_kpi, make_supplier, make_template, make_user
from frappe.model.document import Document
from frappe.utils import add_days, getdate, today
from frappe.www.printview import get_html_and_style
from sales_factories import make_batch, make_customer, make_tracked_item, sell
from trace_factories import buy

from partner_relations.customer_care import responsibility
from partner_relations.customer_care.api import investigation as api
from partner_relations.customer_care.complaint_steps import COMPLAINT, take_step
from partner_relations.supplier_quality.evidence import evidence
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY

ACTION = "Quality Action"
SCRIPT = "<script>alert(1)</script><b>Bold</b> & 3 < 5"


def blamed(supplier: str | None = None, **values: Any) -> Document:
	"""A complaint for which a supplier is responsible."""
	supplier = supplier or make_supplier(email_id="quality@supplier.example")
	return make_complaint(responsibility="Supplier", supplier=supplier, **values)


def in_days(days: int) -> str:
	return str(add_days(today(), days))


def ask(complaint: Document, problem: str = "Scratched") -> dict[str, Any]:
	"""Request an improvement, as the form does."""
	return api.request_improvement(complaint.name, in_days(14), problem)


def mail_about(action: str) -> Message:
	(text,) = frappe.get_all("Email Queue", {"reference_name": action}, pluck="message")
	return message_from_string(text)


# The supplier evaluation


def test_complaints_count_in_the_evaluation_of_the_supplier_with_evidence():
	kpi = make_kpi("Complaints of a test", "complaint_rate", ((0, 100), (500, 0)))
	template = make_template({kpi: 100}).name
	supplier, customer = make_supplier(evaluation_template=template), make_customer()
	item = make_tracked_item(batches=True)
	batches = [make_batch(item) for _ in range(4)]
	for batch in batches:
		buy(item, 5, batch=batch, supplier=supplier)
	sell(customer, item=item, quantity=2, batch=batches[0], on=day(1, 5))
	about = {
		"customer": customer,
		"items": [{"batch_no": batches[0]}],
		"received_on": f"{day(2, 1)} 10:00:00",
	}
	counted = blamed(supplier, **about)
	assert counted.items[0].supplier == supplier, "the trace says so too"
	make_complaint(**about, responsibility="Carrier")
	blamed(supplier, **{**about, "received_on": f"{day(7, 1)} 10:00:00"})
	rejected = blamed(supplier, **about)
	take_step(rejected.name, "reject", {"reason": "They were scratched by the customer."})
	evaluation = evaluations(evaluate(template))[supplier]
	(row,) = evaluation.criteria
	assert (row.numerator, row.denominator, row.value) == (1, 4, 250)
	assert row.rating == 50
	found = evidence(evaluation.name, kpi)
	assert [line["document"] for line in found["rows"] if line["document_type"] == COMPLAINT] == [
		counted.name
	]
	assert len(found["rows"]) == 5


# A penalty


def new_penalty(complaint: str) -> Document:
	"""As the form makes it."""
	return frappe.get_doc({"doctype": REWARD_PENALTY, **api.penalty_values(complaint)})


def test_a_penalty_starts_from_the_complaint_with_its_cost():
	complaint = blamed(root_cause="The mould is worn.")
	frappe.db.set_value(COMPLAINT, complaint.name, "resolution_cost", 80)
	penalty = new_penalty(complaint.name).insert()
	assert (penalty.kind, penalty.measure, penalty.amount, penalty.paid_by) == (
		*("Penalty", "Chargeback", 80, "Supplier"),
	)
	assert (penalty.supplier, penalty.company) == (complaint.supplier, COMPANY)
	assert (penalty.source_type, penalty.source_name) == (COMPLAINT, complaint.name)
	assert complaint.subject in penalty.reason and "The mould is worn." in penalty.reason
	assert complaint.customer not in penalty.reason
	assert [(row["doctype"], row["name"]) for row in api.state(complaint.name)["follow_ups"]] == [
		(REWARD_PENALTY, penalty.name)
	]


def test_without_cost_it_is_a_warning():
	penalty = new_penalty(blamed().name).insert()
	assert (penalty.measure, penalty.amount) == ("Warning Letter", 0)


def test_the_same_penalty_is_not_started_twice():
	complaint = blamed()
	new_penalty(complaint.name).insert()
	with pytest.raises(frappe.ValidationError, match="has this measure for"):
		new_penalty(complaint.name).insert()


def test_a_penalty_of_another_supplier_than_the_one_responsible_is_refused():
	penalty = new_penalty(blamed().name)
	penalty.supplier = make_supplier()
	with pytest.raises(frappe.ValidationError, match="same supplier"):
		penalty.insert()
	nobody = make_complaint()
	penalty.update({"source_name": nobody.name})
	with pytest.raises(frappe.ValidationError, match="same supplier"):
		penalty.insert()


def test_nothing_follows_while_no_supplier_is_responsible():
	complaint = make_complaint(responsibility="Own")
	with pytest.raises(frappe.ValidationError, match="supplier is responsible"):
		api.penalty_values(complaint.name)
	with pytest.raises(frappe.ValidationError, match="supplier is responsible"):
		ask(complaint)


def test_who_may_not_penalise_gets_no_values():
	complaint = blamed()
	agent = make_user("Customer Care Agent")
	frappe.set_user(agent)
	try:
		assert api.state(complaint.name)["may_penalise"] is False
		with pytest.raises(frappe.PermissionError):
			api.penalty_values(complaint.name)
	finally:
		frappe.set_user("Administrator")


def test_a_penalty_does_not_keep_the_complaint_from_anything():
	complaint = blamed()
	new_penalty(complaint.name).insert()
	ask(complaint)
	frappe.delete_doc(COMPLAINT, complaint.name)
	assert not frappe.db.exists(COMPLAINT, complaint.name)


# A request to improve


def test_an_improvement_is_requested_by_mail_as_an_8d_report():
	make_mailbox(default_outgoing=1)
	complaint = blamed()
	agent = make_user("Customer Care Agent")
	frappe.set_user(agent)
	try:
		answer = ask(complaint, f"Scratched housings\n{SCRIPT}")
	finally:
		frappe.set_user("Administrator")
	assert answer["not_sent"] is None
	action = frappe.get_doc(ACTION, answer["action"])
	assert (action.supplier, action.customer_complaint, action.status) == (
		*(complaint.supplier, complaint.name, "Open"),
	)
	(row,) = action.resolutions
	assert row.completion_by == getdate(in_days(14))
	assert "Scratched housings" in row.problem and "<script" not in row.problem
	(name,) = frappe.get_all("Email Queue", {"reference_name": action.name}, pluck="name")
	mail = frappe.get_doc("Email Queue", name)
	assert [row.recipient for row in mail.recipients] == ["quality@supplier.example"]
	html = html_of(mail_about(action.name))
	assert action.name in html and "Scratched housings" in html
	assert all(f"D{number}:" in html for number in range(1, 9))
	assert "<script" not in html and "<b>Bold" not in html
	assert complaint.customer not in html and complaint.name not in html


def test_the_supplier_reads_its_own_language():
	make_mailbox(default_outgoing=1)
	supplier = make_supplier(email_id="quality@supplier.example", language="zh")
	complaint = blamed(supplier)
	assert "8D 报告" in subject_of(mail_about(ask(complaint)["action"]))
	assert frappe.local.lang == "en"


def test_a_request_without_an_address_is_made_and_says_what_is_missing():
	answer = ask(blamed(make_supplier()))
	assert "no e-mail address" in answer["not_sent"]
	assert frappe.db.exists(ACTION, answer["action"])
	comments = frappe.get_all("Comment", {"reference_name": answer["action"]}, pluck="content")
	assert any("no e-mail address" in text for text in comments)


def test_a_second_request_is_refused_while_the_first_is_open():
	complaint = blamed()
	first = ask(complaint)["action"]
	with pytest.raises(frappe.ValidationError, match="has been asked already"):
		ask(complaint)
	assert frappe.db.count(ACTION, {"customer_complaint": complaint.name}) == 1
	action = frappe.get_doc(ACTION, first)
	action.resolutions[0].status = "Completed"
	action.save()
	second = ask(complaint, "Scratched again")["action"]
	assert [row["name"] for row in responsibility.follow_ups(complaint.name)] == [first, second]


@pytest.mark.parametrize(
	("answer_by", "problem", "sentence"),
	[(-1, "Scratched", "passed already"), (14, " ", "what the problem is")],
)
def test_a_request_that_makes_no_sense_is_refused(answer_by: int, problem: str, sentence: str):
	with pytest.raises(frappe.ValidationError, match=sentence):
		api.request_improvement(blamed().name, in_days(answer_by), problem)


def test_who_may_not_write_the_complaint_requests_nothing():
	complaint = blamed()
	reader = make_user("Sales User")
	frappe.set_user(reader)
	try:
		assert api.state(complaint.name)["may_request"] is False
		with pytest.raises(frappe.PermissionError):
			ask(complaint)
	finally:
		frappe.set_user("Administrator")
	assert not frappe.db.exists(ACTION, {"customer_complaint": complaint.name})


# The 8D report


def printed(complaint: str, language: str = "en") -> str:
	before = frappe.local.lang
	frappe.local.lang = language
	try:
		return get_html_and_style(COMPLAINT, complaint, "8D Report")["html"]
	finally:
		frappe.local.lang = before


def full_complaint() -> Document:
	owner = make_user()
	done = {"kind": "Corrective", "action": "Foam", "action_owner": owner, "due_on": today()}
	complaint = blamed(
		severity="Critical",
		subject="Scratched housings",
		description="<p>All of <b>them</b>.</p>",
		containment="Stock was blocked.",
		whys=[{"why": "Why scratched?", "because": "No lining."}],
		root_cause="No lining is asked for.",
		escape_point="The check is before packing.",
		actions=[
			{
				**done,
				"done_on": today(),
				"effective": "Yes",
				"check_note": "None came back.",
				"result": "Done.",
			},
			{**done, "kind": "Preventive", "action": "Ask for linings everywhere"},
		],
	)
	return bring_to(complaint, "investigate")


def test_the_8d_report_has_eight_disciplines():
	complaint = full_complaint()
	html = printed(complaint.name)
	places = [html.index(f'class="ed-code">D{number}<') for number in range(1, 9)]
	assert places == sorted(places)
	for text in (
		*(complaint.name, "Scratched housings", "All of <b>them</b>", "Stock was blocked.", "Why scratched?"),
		*("No lining.", "The check is before packing.", "None came back.", "Ask for linings everywhere"),
	):
		assert text in html
	assert f"Supplier: {complaint.supplier}" in html


def test_the_8d_report_runs_nothing_that_somebody_wrote():
	"""Frappe takes scripts out when a document is saved; here they got around it."""
	complaint = full_complaint()
	texts = ("subject", "containment", "root_cause", "escape_point")
	complaint.db_set({**dict.fromkeys(texts, SCRIPT), "description": f"<p>Kept {SCRIPT}</p>"})
	complaint.whys[0].db_set({"why": SCRIPT, "because": SCRIPT})
	for row in complaint.actions:
		row.db_set({"action": SCRIPT, "result": SCRIPT, "check_note": SCRIPT})
	html = printed(complaint.name)
	assert "<script" not in html
	# The chosen action stands in two places with result and check, the other one in one, the description too.
	assert html.count("&lt;script&gt;alert(1)") == len(texts) + 2 + 5 + 1
	assert "<b>Bold</b>" in html, "of the description only what is harmless"


def test_what_is_not_known_yet_is_said():
	html = printed(make_complaint().name)
	assert html.count("Nothing is recorded yet.") == 7, "all but the problem"


def test_the_8d_report_is_in_the_language_of_the_print():
	html = printed(full_complaint().name, "zh")
	for text in ("8D 报告", "遏制措施", "根本原因"):
		assert text in html
	assert "Root Cause" not in html


def test_who_may_not_read_the_complaint_prints_nothing():
	complaint = full_complaint()
	frappe.set_user(make_user("Stock User"))
	try:
		with pytest.raises(frappe.PermissionError):
			printed(complaint.name)
	finally:
		frappe.set_user("Administrator")
