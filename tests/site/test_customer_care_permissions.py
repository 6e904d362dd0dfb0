"""Who may do what in Customer Care: each role, each function and page, and nobody else.

The table of docs/administration.md says the same in words.
"""

import inspect
from collections.abc import Callable
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import frappe
import frappe.client
import pytest
from complaint_factories import bring_to, make_complaint
from contract_factories import acting_as
from customer_side_factories import page, portal_user
from factories import COMPANY, make_supplier, make_user
from frappe.client import get, insert
from frappe.desk.query_report import run as run_report
from frappe.utils import add_days, today
from resolution_factories import complaint_about, use_settings
from sales_factories import (
	make_batch,
	make_customer,
	make_customer_group,
	make_tracked_item,
	put_in_stock,
	sell,
	serial_numbers,
)
from support.statements import statements
from tiering_factories import assess, make_policy, make_tiering_run, policy_values

from partner_relations.customer_care import resolutions as granting
from partner_relations.customer_care import tiers as moving
from partner_relations.customer_care.api import (
	complaint_items,
	complaints,
	customer_answers,
	investigation,
	resolutions,
	tiering,
	tiers,
	traceability,
)
from partner_relations.customer_care.complaint_steps import COMPLAINT, SETTINGS, STEPS, take_step
from partner_relations.customer_care.dashboard_chart_source.complaints_by_category import (
	complaints_by_category,
)
from partner_relations.customer_care.dashboard_chart_source.complaints_by_month import complaints_by_month
from partner_relations.customer_care.dashboard_chart_source.customers_by_tier import customers_by_tier
from partner_relations.customer_care.dashboard_chart_source.deadlines_met_by_month import (
	deadlines_met_by_month,
)
from partner_relations.customer_care.number_card.customers_at_risk import customers_at_risk
from partner_relations.customer_care.number_card.customers_without_account_manager import (
	customers_without_account_manager,
)
from partner_relations.customer_care.tier_assessments import ASSESSMENT
from partner_relations.customer_care.tiering_policies import POLICY
from partner_relations.customer_care.tiering_runs import RUN
from partner_relations.customer_care.tiers import CHANGE, TIER

MODULES: tuple[ModuleType, ...] = (
	complaint_items,
	complaints,
	customer_answers,
	investigation,
	resolutions,
	tiering,
	tiers,
	traceability,
	complaints_by_category,
	complaints_by_month,
	customers_by_tier,
	deadlines_met_by_month,
	customers_at_risk,
	customers_without_account_manager,
)
FOR_GUESTS = {customer_answers.complain}

# Customers are Sales User's: whoever handles complaints or decides on tiers has that role too.
ROLES = {
	"M": ("Customer Care Manager", "Sales User"),
	"A": ("Customer Care Agent", "Sales User"),
	"G": ("Customer Care Agent",),
	"N": ("Sales Manager", "Sales User"),
	"S": ("Sales User",),
	"Q": ("Supplier Quality Manager", "Purchase User"),
	"U": ("Accounts User",),
	"P": (),  # a user of the very customer, on the website
	"O": (),  # a user of another customer
	"-": (),
	"g": (),  # a guest
}
SOMEBODY_ELSE = "Somebody Else Must Do This"
"""The title of what the table of steps and the resolutions say to who may not."""


@pytest.fixture(autouse=True)
def _many_users(monkeypatch):
	"""Frappe lets sixty be made in an hour."""
	monkeypatch.setitem(frappe.conf, "throttle_user_limit", 1000)


def world() -> frappe._dict:
	"""One of everything, each in the state in which somebody who may can do something with it."""
	use_settings()
	group = make_customer_group(is_group=0)
	customer = make_customer(customer_group=group)
	item, supplier = make_tracked_item(batches=True), make_supplier()
	batch = make_batch(item)
	put_in_stock(item, 10, batch=batch)
	sale = sell(customer, item=item, quantity=4, batch=batch)
	numbered = make_tracked_item(serials=True)
	serials = serial_numbers(numbered, 1)
	put_in_stock(numbered, 1, serials=serials)
	sell(customer, item=numbered, quantity=1, serials=serials)
	about = complaint_about(sale.delivery, quantity=1, batch_no=batch)
	credited = complaint_about(sale.invoice, quantity=1)
	blamed = make_complaint(customer)
	blamed.update({"responsibility": "Supplier", "supplier": supplier})
	blamed.save()
	written = bring_to(make_complaint(customer), "acknowledge")
	written.proposed_resolution = "<p>We send another one.</p>"
	written.save()
	waiting = bring_to(make_complaint(customer), "acknowledge")
	take_step(waiting.name, "wait", {"reason": "For a photo."})
	overridden = make_customer(customer_group=group)
	moving.override(overridden, "Key", "A promise.", add_days(today(), 9))
	policy = make_policy(group=group)
	assessment = assess(policy)[customer]
	assessment.db_set({"status": "Proposed", "current_tier": "Regular", "proposed_tier": "Key"})
	return frappe._dict(
		customer=customer,
		overridden=overridden,
		user=portal_user(customer),
		sale=sale.delivery.name,
		item=item,
		batch=batch,
		supplier=supplier,
		received=make_complaint(customer).name,
		acknowledged=bring_to(make_complaint(customer), "acknowledge").name,
		written=written.name,
		proposed=bring_to(make_complaint(customer), "propose_resolution").name,
		resolved=bring_to(make_complaint(customer), "resolve").name,
		confirmed=bring_to(make_complaint(customer), "confirm").name,
		closed=bring_to(make_complaint(customer), "close").name,
		waiting=waiting.name,
		about=about.name,
		blamed=blamed.name,
		credited=credited.name,
		apology=granting.propose(about.name, "Apology", note="We are sorry.")[0],
		awaiting=granting.propose(about.name, "Repair", 5000)[0],
		credit=granting.propose(credited.name, "Credit Note")[0],
		policy=policy.name,
		policy_text=frappe.as_json(policy_values(customer_groups=[{"customer_group": group}])),
		run=assessment.run,
		new_run=make_tiering_run(policy, to_date="2020-03-31", from_date="2020-01-01").name,
		assessment=assessment.name,
		calendar=frappe.get_doc("Service Calendar", {"is_default": 1}).as_json(),
	)


def step(complaint: str, name: str, **details: Any) -> None:
	complaints.take_step(complaint, name, details)


def search(function: Callable, w: frappe._dict, doctype: str = "Delivery Note") -> None:
	"""One at least: a search leaves out what one may not see."""
	one_at_least(function(doctype, "", "name", 0, 20, {"customer": w.customer}))


def one_at_least(found: Any) -> None:
	"""Functions for several documents leave out those that the user may not touch."""
	if not found:
		raise frappe.PermissionError


def posted(function: Callable, **form: Any) -> None:
	"""Call a function that reads what a form of the website sends."""
	before = frappe.local.form_dict
	frappe.local.form_dict = frappe._dict(form)
	try:
		function()
	finally:
		frappe.local.form_dict = before


def chart(module: ModuleType) -> dict[str, Any]:
	return module.get(filters={"company": COMPANY})


# What one does, how, and who may. Everything goes through what the browser may call.
Action = tuple[str, Callable[[frappe._dict], Any], str]
COMPLAINTS: list[Action] = [
	("read a complaint", lambda w: get(COMPLAINT, w.received), "MAGNSQU"),
	(
		"file a complaint",
		lambda w: insert(
			dict(
				doctype=COMPLAINT,
				subject="Scratched",
				customer=w.customer,
				company=COMPANY,
				channel="Phone",
				severity="Low",
				description="x",
			)
		),
		"MAGNS",
	),
	("change a complaint", lambda w: frappe.client.set_value(COMPLAINT, w.received, "subject", "X"), "MAG"),
	("delete a complaint", lambda w: frappe.client.delete(COMPLAINT, w.received), "M"),
	("see the steps of a complaint", lambda w: complaints.next_steps(w.received), "MAGNSQU"),
	("acknowledge", lambda w: step(w.received, "acknowledge"), "MAG"),
	("investigate", lambda w: step(w.acknowledged, "investigate"), "MAG"),
	("propose_resolution", lambda w: step(w.written, "propose_resolution"), "MAG"),
	("resolve", lambda w: step(w.proposed, "resolve"), "MAG"),
	("confirm", lambda w: step(w.resolved, "confirm"), "MAG"),
	("close", lambda w: step(w.confirmed, "close"), "MAG"),
	("close without an answer", lambda w: step(w.resolved, "close", reason="No word for weeks."), "M"),
	("reject", lambda w: step(w.acknowledged, "reject", reason="Not ours."), "MAG"),
	("reopen", lambda w: step(w.closed, "reopen", reason="It broke again."), "MAG"),
	("respond", lambda w: step(w.received, "respond"), "MAG"),
	("wait", lambda w: step(w.received, "wait", reason="For a photo."), "MAG"),
	("go_on", lambda w: step(w.waiting, "go_on"), "MAG"),
	("choose who handles complaints", lambda w: complaints.handlers("User", "", "name", 0, 9, {}), "MAGNSQU"),
	("choose a document", lambda w: search(complaint_items.documents, w), "MANSU"),
	("choose an item", lambda w: search(complaint_items.items, w, "Item"), "MANSU"),
	("choose a batch", lambda w: search(complaint_items.batches, w, "Batch"), "MANSU"),
	("choose a serial number", lambda w: search(complaint_items.serials, w, "Serial No"), "MANSU"),
	("see the lines of a document", lambda w: complaint_items.choices("Delivery Note", w.sale), "MANSU"),
	("trace a complaint", lambda w: traceability.trace(w.about), "MAGNSQU"),
	(
		"choose a batch to trace",
		lambda w: one_at_least(traceability.numbers("Batch", item_code=w.item)),
		"MANSQU",
	),
	("see the hours of a calendar", lambda w: complaints.open_hours(w.calendar), "MAGN"),
	("see the time zones", lambda w: complaints.time_zones(), "MAGN"),
	(
		"change the settings",
		lambda w: frappe.client.set_value(SETTINGS, SETTINGS, "auto_close_days", 9),
		"M",
	),
]
INVESTIGATIONS: list[Action] = [
	("see what the investigation lacks", lambda w: investigation.state(w.received), "MAGNSQU"),
	("begin a penalty", lambda w: investigation.penalty_values(w.blamed), "Q"),
	(
		"ask a supplier to improve",
		lambda w: investigation.request_improvement(w.blamed, add_days(today(), 9), "Scratches."),
		"MAG",
	),
]
RESOLUTIONS: list[Action] = [
	("see the resolutions", lambda w: resolutions.overview(w.about), "MAGNSQU"),
	("see what a complaint allows", lambda w: resolutions.offers(w.about), "MAG"),
	("see what one is worth", lambda w: resolutions.worth(w.about, "Return"), "MAG"),
	("propose a resolution", lambda w: resolutions.propose(w.about, "Repair", 10), "MAG"),
	("approve a resolution", lambda w: resolutions.approve(w.about, w.awaiting), "M"),
	("reject a resolution", lambda w: resolutions.reject(w.about, w.awaiting, "Too much."), "M"),
	("withdraw another's resolution", lambda w: resolutions.withdraw(w.about, w.awaiting, "Wrong."), "M"),
	("make an apology", lambda w: resolutions.make(w.about, w.apology), "MAG"),
	("make a credit note", lambda w: resolutions.make(w.credited, w.credit), "U"),
]
TIERS: list[Action] = [
	("read a tier", lambda w: get(TIER, "Key"), "MAGNS"),
	("change a tier", lambda w: frappe.client.set_value(TIER, "Key", "visit_every_days", 9), "M"),
	("read the history of a tier", lambda w: one_at_least(_changes(w)), "MAGNS"),
	("see the tier of a customer", lambda w: tiers.overview(w.customer, COMPANY), "MANSU"),
	("set a tier by hand", lambda w: tiers.override(w.customer, "Key", "Why", add_days(today(), 9)), "MN"),
	("end a tier set by hand", lambda w: tiers.end_override(w.overridden), "MN"),
	("apply the suggested credit", lambda w: tiers.apply_suggestions(w.customer, COMPANY), "MANS"),
]
TIERING: list[Action] = [
	("read a policy", lambda w: get(POLICY, w.policy), "MAGN"),
	("change a policy", lambda w: frappe.client.set_value(POLICY, w.policy, "period_months", 6), "M"),
	("see what a policy may begin with", lambda w: tiering.suggestions("RFM"), "M"),
	("see the metrics", lambda w: tiering.metric_units(), "MAGN"),
	("see the last period", lambda w: tiering.default_period(w.policy), "MAGN"),
	("take a policy to the preview", lambda w: tiering.policy_for_preview(w.policy), "MAGN"),
	("try a policy", lambda w: tiering.try_policy(w.policy_text, COMPANY), "M"),
	(
		"make a run",
		lambda w: insert(
			dict(doctype=RUN, policy=w.policy, company=COMPANY, from_date="2019-01-01", to_date="2019-03-31")
		),
		"MN",
	),
	("start a run", lambda w: tiering.start_run(w.new_run), "MN"),
	("see what a run proposes", lambda w: tiering.moves_of_run(w.run), "MAGN"),
	("read an assessment", lambda w: get(ASSESSMENT, w.assessment), "MAGNS"),
	("see why", lambda w: tiering.assessment_overview(w.assessment), "MAGNS"),
	("see the evidence", lambda w: tiering.evidence(w.assessment, "revenue"), "MAGNS"),
	("approve an assessment", lambda w: one_at_least(tiering.approve([w.assessment])["decided"]), "MN"),
	(
		"reject an assessment",
		lambda w: one_at_least(tiering.reject([w.assessment], "No.")["decided"]),
		"MN",
	),
	("approve a run", lambda w: one_at_least(tiering.approve_moves(w.run)["decided"]), "MN"),
	("reject a run", lambda w: one_at_least(tiering.reject_moves(w.run, "No.")["decided"]), "MN"),
]
REPORTS: list[Action] = [
	("Batch and Serial Trace", lambda w: report("Batch and Serial Trace", batch_no=w.batch), "MAGNQ"),
	("Complaint Pareto", lambda w: report("Complaint Pareto"), "MAGNSQ"),
	("Complaints per 1000 Deliveries", lambda w: report("Complaints per 1000 Deliveries"), "MAGNSQ"),
	("Cost of Complaints", lambda w: report("Cost of Complaints"), "MAGNU"),
	("Customer Value", lambda w: report("Customer Value"), "MANS"),
	("Customers at Risk", lambda w: report("Customers at Risk"), "MANS"),
	("Deadline Compliance", lambda w: report("Deadline Compliance"), "MAGN"),
	("Tier Distribution and Migration", lambda w: report("Tier Distribution and Migration"), "MANS"),
	("chart of categories", lambda w: chart(complaints_by_category), "MAGNSQU"),
	("chart of months", lambda w: chart(complaints_by_month), "MAGNSQU"),
	("chart of deadlines", lambda w: chart(deadlines_met_by_month), "MAGNSQU"),
	("chart of tiers", lambda w: one_at_least(chart(customers_by_tier)), "MANSU"),
	("number at risk", lambda w: chart(customers_at_risk), "MANSU"),
	("number without manager", lambda w: chart(customers_without_account_manager), "MANSU"),
]
WEBSITE: list[Action] = [
	("file as a customer", lambda w: posted(customer_answers.file, subject="X", description="y"), "PO"),
	("say something", lambda w: customer_answers.say(w.received, "One more thing."), "P"),
	("confirm as the customer", lambda w: customer_answers.confirm(w.resolved), "P"),
	("reopen as the customer", lambda w: customer_answers.reopen(w.resolved, "Still broken."), "P"),
	("rate as the customer", lambda w: customer_answers.rate(w.confirmed, "5"), "P"),
	("get a file", lambda w: customer_answers.download(w.received, "no-such-file"), ""),
	(
		"complain as a guest",
		lambda w: posted(
			inspect.unwrap(customer_answers.complain),
			name="Ann",
			email="ann@elsewhere.example",
			subject="X",
			description="y",
		),
		"MAGNSQUPO-g",
	),
]
ACTIONS = [*COMPLAINTS, *INVESTIGATIONS, *RESOLUTIONS, *TIERS, *TIERING, *REPORTS, *WEBSITE]


def report(name: str, **filters: Any) -> dict[str, Any]:
	filters |= {"company": COMPANY, "from_date": add_days(today(), -60), "to_date": today()}
	return run_report(name, filters)


def _changes(w: frappe._dict) -> list[str]:
	return frappe.client.get_list(CHANGE, filters={"customer": w.customer})


def users_of(w: frappe._dict) -> dict[str, str]:
	found = {letter: make_user(*roles) for letter, roles in ROLES.items()}
	return found | {"P": w.user, "O": portal_user(make_customer()), "g": "Guest"}


def who_may(w: frappe._dict) -> dict[str, str]:
	"""By action the letters of the roles that it lets through."""
	users = users_of(w)
	return {
		name: "".join(letter for letter, user in users.items() if lets_through(user, act, w))
		for name, act, _letters in ACTIONS
	}


def lets_through(user: str, act: Callable[[frappe._dict], Any], w: frappe._dict) -> bool:
	frappe.db.savepoint("one_action")
	frappe.clear_messages()
	try:
		with acting_as(user):
			act(w)
		return True
	except frappe.PermissionError:
		return False
	except frappe.ValidationError:
		if any(message.get("title") == SOMEBODY_ELSE for message in frappe.message_log):
			return False
		raise
	finally:
		frappe.db.rollback(save_point="one_action")
		frappe.cache.delete_keys("document_cache::")
		frappe.db.value_cache.clear()
		frappe.clear_messages()


def test_each_role_and_each_action():
	found = who_may(world())
	assert found == {name: letters for name, _act, letters in ACTIONS}


# What the functions themselves are like


def whitelisted() -> list[tuple[str, Callable]]:
	"""The functions that the browser may call, with the name of their module."""
	return [
		(f"{module.__name__.rsplit('.', 1)[-1]}.{name}", function)
		for module in MODULES
		for name, function in inspect.getmembers(module, inspect.isfunction)
		if function in frappe.whitelisted and inspect.unwrap(function).__module__ == module.__name__
	]


def test_every_module_with_whitelisted_functions_is_looked_at():
	"""The folders hold no other one."""
	root = Path(frappe.get_app_path("partner_relations", "customer_care"))
	found = {
		path.stem for path in root.rglob("*.py") if "@frappe.whitelist" in path.read_text(encoding="utf-8")
	}
	assert found == {module.__name__.rsplit(".", 1)[-1] for module in MODULES}


def test_every_step_of_a_complaint_is_in_the_table():
	assert set(STEPS) <= {name for name, _act, _letters in COMPLAINTS}


def test_every_function_is_in_the_table_and_typed():
	used = [names_in(act) for _name, act, _letters in ACTIONS]
	helped = names_in(step) | names_in(chart)
	for name, function in whitelisted():
		module, own = name.rsplit(".", 1)
		assert any({module, own} <= names or {module, own} <= names | helped for names in used), name
		for parameter in inspect.signature(inspect.unwrap(function)).parameters.values():
			assert parameter.annotation is not inspect.Parameter.empty, (name, parameter)


def test_only_the_guests_form_is_for_guests():
	assert {function for _name, function in whitelisted() if function in frappe.guest_methods} == FOR_GUESTS


def test_what_a_link_can_call_writes_nothing():
	"""A GET needs no token: another site's page could call it in the user's name."""
	w = world()
	users = users_of(w)
	by_link = {
		name
		for name, function in whitelisted()
		if "GET" in frappe.allowed_http_methods_for_whitelisted_func[function]
	}
	for name, act, letters in ACTIONS:
		called = {one for one in by_link if set(one.rsplit(".", 1)) <= names_in(act)}
		if not called or not letters:
			continue
		with acting_as(users[letters[0]]), statements() as sent:
			act(w)
		assert sent.writes == [], (name, called)


def names_in(function: Callable) -> set[str]:
	return {name for code in codes(function.__code__) for name in code.co_names}


def codes(code: CodeType):
	"""The code of a function and of those inside of it."""
	yield code
	for constant in code.co_consts:
		if inspect.iscode(constant):
			yield from codes(constant)


# User Permissions

CUSTOMER_FIELDS = {COMPLAINT: "customer", ASSESSMENT: "customer", CHANGE: "customer", "Customer": "name"}


OF_NO_CUSTOMER = {
	"choose who handles complaints",
	"choose a batch to trace",
	"see the hours of a calendar",
	"see the time zones",
	"change the settings",
	"read a tier",
	"change a tier",
	"read a policy",
	"change a policy",
	"see what a policy may begin with",
	"see the metrics",
	"see the last period",
	"take a policy to the preview",
	"try a policy",
	"make a run",
	"start a run",
	"see what a run proposes",
	"complain as a guest",
	*(name for name, _act, _letters in REPORTS),
}


def test_who_is_limited_to_a_customer():
	"""Somebody with every role: nothing of another's can be done, and nothing of it is shown."""
	own, other = world(), world()
	user = make_user(*{role for roles in ROLES.values() for role in roles} - {"Supplier Quality Manager"})
	for customer in (own.customer, own.overridden):
		frappe.get_doc(doctype="User Permission", user=user, allow="Customer", for_value=customer).insert()
	may = {name for name, act, _letters in ACTIONS if lets_through(user, act, other)}
	assert may == OF_NO_CUSTOMER
	may = {name for name, act, _letters in ACTIONS if lets_through(user, act, own)}
	assert may == {name for name, _act, letters in ACTIONS if set("MAGNSU") & set(letters)}
	# A batch that the other customer got, too: one learns that there are others, not who.
	frappe.db.set_value("Customer Complaint Item", {"parent": other.about}, "batch_no", own.batch)
	with acting_as(user):
		check_lists_and_reports(own, other)


def check_lists_and_reports(own: frappe._dict, other: frappe._dict) -> None:
	"""The session's user sees the own customers alone."""
	mine = {own.customer, own.overridden}
	for doctype, field in CUSTOMER_FIELDS.items():
		assert set(frappe.get_list(doctype, pluck=field, limit_page_length=0)) <= mine, doctype
		assert frappe.get_list(doctype, {field: own.customer}), doctype
	for name in (name for name, _act, _letters in REPORTS if frappe.db.exists("Report", name)):
		shown = frappe.as_json(report(name, batch_no=other.batch))
		assert other.customer not in shown and other.overridden not in shown, name
	assert tiering.moves_of_run(other.run) == []
	tried = tiering.try_policy(other.policy_text, COMPANY)
	assert tried["customers"] == 0 and tried["moves"] == []
	shown = traceability.trace(own.about)
	assert {row["customer"] for row in shown["others"]} <= {own.customer}
	assert shown["others_hidden"] == 1 and other.customer not in frappe.as_json(shown)


# The website

PAGES = {
	"complaints": "MAGNSQUPO-",
	"complaints/new": "PO",
	"complaint": "MAGNSQUPO-g",
	"complaint-answer": "MAGNSQUPO-g",
}
"""By page who sees it; g is a guest, who is sent to the login elsewhere."""
LIST = "complaints"
"""The page that names complaints: the own ones."""


def test_the_website():
	w, other = world(), make_complaint()
	users = users_of(w)
	one = f"complaints/{w.received}"
	for path, letters in {**PAGES, one: "P"}.items():
		answers = {letter: page(user, path) for letter, user in users.items()}
		found = {letter: answer.status_code for letter, answer in answers.items()}
		assert "".join(letter for letter, code in found.items() if code == 200) == letters, path
		assert {code for letter, code in found.items() if letter not in letters} <= {301, 302, 404}, path
		for letter in letters:
			text = answers[letter].get_data(as_text=True)
			assert (w.received in text) == (letter == "P" and path in (LIST, one))
			assert other.name not in text, path
	with acting_as(w.user):
		check_closed(w)


def check_closed(w: frappe._dict) -> None:
	"""Portal users have pages: the lists and documents of the Desk's API stay closed to them."""
	for doctype, name in (
		(COMPLAINT, w.received),
		(TIER, "Key"),
		(ASSESSMENT, w.assessment),
		(POLICY, w.policy),
		(RUN, w.run),
	):
		with pytest.raises(frappe.PermissionError):
			get(doctype, name)
		with pytest.raises(frappe.PermissionError):
			frappe.client.get_list(doctype)
