"""Who may do what: each role on each document type and function, and nobody else (DESIGN §6)."""

import inspect

import frappe
import pytest
from factories import (
	COMPANY,
	FROM_DATE,
	TO_DATE,
	evaluate,
	evaluations,
	grade_supplier,
	make_kpi,
	make_receipt,
	make_supplier,
	make_template,
	make_user,
	rate,
)

from partner_relations.supplier_quality import api
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.restrictions import RESTRICTION
from partner_relations.supplier_quality.runs import RUN

TEMPLATE, SCALE, KPI = "Supplier Evaluation Template", "Supplier Grade Scale", "Supplier KPI"
RATING, SETTINGS = "Supplier Evaluator Rating", "Supplier Quality Settings"
ACTIONS = ("read", "write", "create", "delete", "submit", "cancel")

# r read, w write, c create, d delete, s submit, x cancel
MAY = {
	"Supplier Quality Manager": {
		EVALUATION: "rwcdsx",
		RUN: "rwcd",
		TEMPLATE: "rwcd",
		SCALE: "rwcd",
		KPI: "rwcd",
		RATING: "rwcdsx",
		RESTRICTION: "rwcd",
		SETTINGS: "rwcd",
	},
	"Supplier Quality User": {
		EVALUATION: "rw",
		RUN: "rwc",
		TEMPLATE: "r",
		SCALE: "r",
		KPI: "r",
		RATING: "rwcdsx",
		RESTRICTION: "r",
		SETTINGS: "",
	},
	"Purchase Manager": {
		EVALUATION: "r",
		RUN: "",
		TEMPLATE: "r",
		SCALE: "r",
		KPI: "r",
		RATING: "",
		RESTRICTION: "r",
		SETTINGS: "",
	},
	"Purchase User": {
		EVALUATION: "r",
		RUN: "",
		TEMPLATE: "r",
		SCALE: "r",
		KPI: "r",
		RATING: "rc",  # and the rest on their own, see below
		RESTRICTION: "r",
		SETTINGS: "",
	},
	"Stock User": {},
	"Quality Manager": {},
	"Supplier": {},
	"Customer": {},
}
DOCTYPES = tuple(MAY["Supplier Quality Manager"])


@pytest.mark.parametrize("role", MAY)
def test_document_types(role):
	frappe.set_user(make_user(role))
	found = {
		doctype: "".join(
			letter
			for action, letter in zip(ACTIONS, "rwcdsx", strict=True)
			if frappe.has_permission(doctype, action)
		)
		for doctype in DOCTYPES
	}
	assert found == {doctype: MAY[role].get(doctype, "") for doctype in DOCTYPES}


def test_guest_may_nothing():
	frappe.set_user("Guest")
	assert not any(frappe.has_permission(doctype, action) for doctype in DOCTYPES for action in ACTIONS)


@pytest.fixture
def world():
	"""A supplier with a published evaluation that restricts it, and a draft of another one."""
	template = make_template().name
	blocked, other = make_supplier(), make_supplier(evaluation_template=template)
	published = grade_supplier(blocked, 50, template=template)
	make_receipt(other)
	draft = evaluations(evaluate(template, supplier=other))[other]
	return frappe._dict(
		template=template,
		document=frappe.get_doc(TEMPLATE, template).as_json(),
		supplier=blocked,
		published=published.name,
		draft=draft.name,
		run=draft.run,
		restriction=frappe.get_all(RESTRICTION, {"supplier": blocked}, pluck="name")[0],
	)


def calls(world) -> dict:
	"""Every function of the API with arguments that are right for somebody who may."""
	period = (str(FROM_DATE), str(TO_DATE))
	return {
		"measures": (),
		"supplier_overview": (world.supplier,),
		"default_period": (world.template, COMPANY),
		"template_definition": (world.template,),
		"evaluate_supplier": (world.supplier, COMPANY, *period),
		"evaluate_again": (world.published,),
		"try_template": (world.document, COMPANY, None, *period),
		"publish": ([world.draft],),
		"publish_run": (world.run,),
		"release_restriction": (world.restriction, "A reason."),
		"send_to_supplier": (world.published,),
		"start_run": (world.run,),
	}


# Who may call what; the rest is refused. "start_run" of a finished run says so to those who may.
READ = {"measures", "supplier_overview", "default_period", "template_definition"}
PROPOSE = {"evaluate_supplier", "evaluate_again", "start_run"}
DECIDE = {"try_template", "publish", "publish_run", "release_restriction", "send_to_supplier"}
FUNCTIONS = {
	("Supplier Quality Manager", "Purchase User"): READ | PROPOSE | DECIDE,
	("Supplier Quality User", "Purchase User"): READ | PROPOSE,
	("Purchase Manager", "Purchase User"): READ,
	("Purchase User",): READ,
	("Stock User",): {"supplier_overview"},  # of a supplier they may read: an empty one
	("Supplier",): set(),
	("Customer",): set(),
	(): set(),
}


@pytest.mark.parametrize("roles", FUNCTIONS, ids=lambda roles: " + ".join(roles) or "no role")
def test_functions(world, roles):
	frappe.set_user(make_user(*roles))
	allowed = set()
	for name, arguments in calls(world).items():
		frappe.db.savepoint("one_call")
		try:
			getattr(api, name)(*arguments)
			allowed.add(name)
		except frappe.PermissionError:
			pass
		except frappe.ValidationError as error:
			assert name == "start_run" and "has finished" in str(error), (name, error)
			allowed.add(name)
		frappe.db.rollback(save_point="one_call")
	assert allowed == FUNCTIONS[roles]


def test_guest_may_call_nothing(world):
	frappe.set_user("Guest")
	for name, arguments in calls(world).items():
		function = getattr(api, name)
		assert function not in frappe.guest_methods
		with pytest.raises((frappe.PermissionError, frappe.ValidationError)) as refused:
			function(*arguments)
		assert isinstance(refused.value, frappe.PermissionError), name


def test_every_function_is_named_typed_and_posts_what_it_changes(world):
	functions = {
		name: function
		for name, function in inspect.getmembers(api, inspect.isfunction)
		if function in frappe.whitelisted and function.__module__ == api.__name__
	}
	assert set(functions) == set(calls(world))
	changing = {
		*("evaluate_supplier", "evaluate_again", "publish", "publish_run", "start_run"),
		*("release_restriction", "send_to_supplier"),
	}
	for name, function in functions.items():
		methods = frappe.allowed_http_methods_for_whitelisted_func[function]
		assert (methods == ["POST"]) == (name in changing), name
		for parameter in inspect.signature(function).parameters.values():
			assert parameter.annotation is not inspect.Parameter.empty, (name, parameter)


def test_stock_user_sees_no_figures_in_the_overview(world):
	frappe.set_user(make_user("Stock User"))
	assert api.supplier_overview(world.supplier) == {
		"companies": [],
		"history": [],
		"restrictions": [],
		"template": None,
		"pending": [],
		"contracts": [],
		"breaches": [],
		"ours": [],
		"sums": [],
		"waiting": [],
		"preferred_until": None,
	}


def test_purchase_user_rates_and_sees_the_own_marks_alone():
	kpi = make_kpi("Test Mark", None, ((1, 0), (5, 100)), lowest_mark=1, highest_mark=5)
	template = make_template({kpi: 100}).name
	supplier = make_supplier()
	buyer, colleague = make_user("Purchase User"), make_user("Purchase User")
	frappe.set_user(colleague)
	theirs = rate(supplier, template, {kpi: 2}, role="Purchase User")
	frappe.set_user(buyer)
	own = rate(supplier, template, {kpi: 4}, role="Purchase User")
	assert frappe.get_list(RATING, pluck="name") == [own.name]
	with pytest.raises(frappe.PermissionError):
		frappe.get_doc(RATING, theirs.name).cancel()
	own.cancel()


def test_supplier_with_user_permission_is_all_that_is_seen(world):
	other = make_supplier()
	hidden = grade_supplier(other, 70)
	user = make_user("Supplier Quality Manager", "Purchase User")
	frappe.get_doc(doctype="User Permission", user=user, allow="Supplier", for_value=world.supplier).insert()
	frappe.set_user(user)
	assert frappe.get_list(EVALUATION, pluck="supplier", distinct=True) == [world.supplier]
	assert set(frappe.get_list(RESTRICTION, pluck="supplier")) == {world.supplier}
	with pytest.raises(frappe.PermissionError):
		api.supplier_overview(other)
	with pytest.raises(frappe.PermissionError):
		api.evaluate_again(hidden.name)
	frappe.db.set_value("Supplier", other, "evaluation_template", world.template)
	answer = api.try_template(world.document, COMPANY, None, str(FROM_DATE), str(TO_DATE))
	assert [row["supplier"] for row in answer["rows"]] == [world.supplier]
