"""Install, migrate and uninstall on a second site: what an admin changed stays, and nothing is left behind.

Takes about a minute (DESIGN §6). The steps build on each other, so they are one test with its parts.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from frappe.database import get_db

# What any use of a site writes: logs, caches, and what Frappe keeps of deleted records to restore them.
NOISE = {
	"tabActivity Log",
	"tabAccess Log",
	"tabDeleted Document",
	"tabError Log",
	"tabRoute History",
	"tabScheduled Job Log",
	"tabSessions",
	"__Auth",
	"__UserSettings",
}
SORTED_BY = ("indexes", ("creation", "creation", 1, 1))
"""Frappe gives it to a child table of ERPNext at any sync of its schema, whoever changed something in it."""
TIMES = {"creation", "modified", "modified_by", "last_execution"}
OURS = ("Supplier ", "Customer Complaint", "Customer Tier", "Customer Care", "Complaint ", "Service Calendar")


class Site:
	"""A site with ERPNext and a company, on which the app is not installed yet."""

	def __init__(self, checkout: Path):
		sys.path.insert(0, str(checkout / "scripts"))
		from disposable_site import DisposableSite

		self.checkout = checkout
		self.made = DisposableSite(Path(sys.executable).parent.parent.parent)

	def prepare(self) -> None:
		"""Make it."""
		self.made.make_bench()
		self.made.services.mariadb(self.made.config)
		self.made.root_login, self.made.root_password = self.made.database_root()
		self.made.make_site()

	def frappe(self, *arguments: str) -> None:
		"""A command such as `install-app`, as bench runs it."""
		self.made.frappe(*arguments)

	def python(self, code: str) -> Any:
		"""Run code on the site as Administrator, in a process of its own; what it sets `answer` to."""
		connect = f"""
			import json, os, sys
			sys.path.insert(0, {str(self.checkout / "tests/site")!r})
			import frappe
			frappe.init(site=os.environ["PR_SITE"], sites_path=os.environ["PR_SITES_PATH"])
			frappe.connect()
			frappe.set_user("Administrator")
			answer = None
		"""
		out = self.made.root / "answer.json"
		end = f"\nfrappe.db.commit()\njson.dump(answer, open({str(out)!r}, 'w'), default=str)\n"
		self.made.run([self.made.python, "-c", dedent(connect) + dedent(code) + end], quiet=True)
		return json.loads(out.read_text())

	def everything(self) -> dict[str, dict[str, Any]]:
		"""Every table's columns, indexes and rows."""
		config = json.loads((self.made.sites / self.made.name / "site_config.json").read_text())
		common = self.made.config
		database = get_db(
			host=common.get("db_host"),
			port=common.get("db_port"),
			socket=common.get("db_socket"),
			user=config["db_name"],
			password=config["db_password"],
			cur_db_name=config["db_name"],
		)
		schema = config["db_name"]
		found: dict[str, dict[str, Any]] = {}
		for (table,) in database.sql(
			"SELECT table_name FROM information_schema.tables WHERE table_schema = %s", schema
		):
			if table not in NOISE:
				found[table] = {"columns": set(), "indexes": set(), "rows": []}
		for table, *column in database.sql(
			"""SELECT table_name, column_name, column_type, is_nullable, column_default
			FROM information_schema.columns WHERE table_schema = %s""",
			schema,
		):
			if table in found:
				found[table]["columns"].add(tuple(column))
		for table, *index in database.sql(
			"""SELECT table_name, index_name, column_name, seq_in_index, non_unique
			FROM information_schema.statistics WHERE table_schema = %s""",
			schema,
		):
			if table in found:
				found[table]["indexes"].add(tuple(index))
		for table, content in found.items():
			names = sorted(column[0] for column in content["columns"] if column[0] not in TIMES)
			chosen = ", ".join(f"`{name}`" for name in names)
			rows = database.sql(f"SELECT {chosen} FROM `{table}`")  # names from the schema itself
			content["rows"] = [_comparable(table, dict(zip(names, row, strict=True))) for row in rows]
		database.close()
		return found


def _comparable(table: str, row: dict[str, Any]) -> str:
	"""A row as text, without what is another one each time it is written: times, and names by chance."""
	if table == "tabSingles" and row["field"] in TIMES:
		return ""
	if table == "tabVersion" and not row["ref_doctype"].startswith(OURS):
		return ""  # the history of what stays
	if re.fullmatch("[0-9a-z]{10}", str(row.get("name"))):
		del row["name"]
	return repr(row)


@pytest.fixture(scope="module")
def second_site(site: str, checkout: Path) -> Iterator[Site]:
	made = Site(checkout)
	try:
		made.prepare()
		yield made
	finally:
		made.made.remove()


def differences(before: dict, after: dict) -> list[str]:
	"""What is there now and wasn't, and the other way round."""
	found = [f"table {name} is new" for name in after.keys() - before.keys()]
	found += [f"table {name} is gone" for name in before.keys() - after.keys()]
	for table in sorted(before.keys() & after.keys()):
		for kind in ("columns", "indexes"):
			new = {row for row in after[table][kind] - before[table][kind] if (kind, row) != SORTED_BY}
			found += [f"{table}: new in {kind}: {row}" for row in new]
			found += [f"{table}: gone from {kind}: {row}" for row in before[table][kind] - after[table][kind]]
		old, new = set(before[table]["rows"]), set(after[table]["rows"])
		found += [f"{table}: new row {row[:300]}" for row in new - old]
		found += [f"{table}: row gone {row[:300]}" for row in old - new]
	return found


PURCHASES = """
	from factories import make_order, make_receipt, make_supplier, make_user, receive, day
	supplier = make_supplier("Existing Supplier")
	make_receipt(supplier, accepted=50, rejected=50)
	receive(make_order(supplier, due=day(2, 15), lines=[
		{"item_code": frappe.get_all("Item", pluck="name")[0], "expected_delivery_date": day(2, 10)}
	]))
	make_user("Purchase User", email="buyer@users.example")
	make_user("Purchase Manager", email="approver@users.example")
	frappe.get_doc(doctype="Tag", name="To discuss").insert()
"""

SALES = """
	from datetime import timedelta
	from factories import make_user
	from sales_factories import make_contact, make_customer, make_customer_group, sell
	group = make_customer_group(is_group=0)
	customer = make_customer("Existing Customer", customer_group=group)
	make_contact(customer, "buyer@customer.example", is_primary_contact=1)
	today = frappe.utils.getdate()
	# In the year before today, as a tiering run of today counts.
	sell(customer, quantity=5, rate=20, on=today - timedelta(days=40), due=today - timedelta(days=30))
	make_user("Sales User", email="seller@users.example")
	make_user("Sales Manager", email="head@users.example")
	frappe.set_value("Customer", customer, "account_manager", "seller@users.example")
	# With its own series: planned visits use it too.
	frappe.get_doc(doctype="Event", subject="Fair", starts_on=frappe.utils.now()).insert()
"""

USE = """
	from factories import *
	EVALUATION, TEMPLATE = "Supplier Evaluation", "Supplier Evaluation Template"
	buyer, approver = "buyer@users.example", "approver@users.example"
	for email in (buyer, approver):
		frappe.get_doc("User", email).add_roles("Supplier Quality Manager", "Supplier Quality User")
	kpi = make_kpi("Mark", None, ((1, 0), (5, 100)), lowest_mark=1, highest_mark=5)
	template = make_template({make_kpi(): 60, kpi: 40}, supplier_groups=[
		{"supplier_group": frappe.get_value("Supplier", "Existing Supplier", "supplier_group")}
	]).name
	frappe.get_doc("Supplier", "Existing Supplier").update({"evaluation_template": template}).save()
	rate("Existing Supplier", template, {kpi: 2})
	evaluation = evaluations(evaluate(template))["Existing Supplier"]
	frappe.set_user(approver)
	evaluation.reload().submit()
	evaluation.add_comment("Comment", "Seen.")
	evaluation.add_tag("To discuss")
	frappe.set_user("Administrator")
	row = frappe.get_all("Supplier Restriction", {"status": "Active"}, pluck="name")[0]
	frappe.get_attr("partner_relations.supplier_quality.api.release_restriction")(row, "To see.")

	# What people make around documents.
	new = lambda doctype, **values: frappe.get_doc(doctype=doctype, **values).insert()
	for doctype, name in ((EVALUATION, evaluation.name), (TEMPLATE, template)):
		new("ToDo", description="Look", reference_type=doctype, reference_name=name, allocated_to=buyer)
		new("File", file_name="note.txt", content="note", attached_to_doctype=doctype, attached_to_name=name)
	frappe.share.add(EVALUATION, evaluation.name, buyer, notify=0)
	new("User Permission", user=buyer, allow=TEMPLATE, for_value=template)
	new("User Permission", user=buyer, allow="Company", for_value="Test Co", apply_to_all_doctypes=0,
		applicable_for=EVALUATION)
	new("Custom Field", dt=EVALUATION, fieldname="my_field", label="Mine", fieldtype="Data")
	new("Property Setter", doctype_or_field="DocField", doc_type=EVALUATION, field_name="conclusion",
		property="label", property_type="Data", value="Verdict")
	from frappe.permissions import add_permission
	add_permission(EVALUATION, "Accounts Manager")
	new("Notification", name="Evaluation published", subject="Published", document_type=EVALUATION,
		event="Submit", channel="System Notification", message="Look",
		recipients=[{"receiver_by_role": "Supplier Quality Manager"}])
	new("List Filter", filter_name="Mine", reference_doctype=EVALUATION, filters="[]")
	new("Auto Email Report", report="Supplier Ranking", user="Administrator", email_to="a@users.example",
		format="CSV", frequency="Daily", data_modified_till=0)
	answer = frappe.get_all("File", {"attached_to_doctype": EVALUATION}, pluck="file_url")
"""


CARE = """
	from partner_relations.customer_care.customization import CUSTOM_FIELDS, INDEXED_FIELDS
	names = lambda doctype, **filters: sorted(frappe.get_all(doctype, filters, pluck="name"))
	answer = {
		"roles": names("Role", name=("like", "Customer Care%")),
		"tiers": names("Customer Tier"),
		"default": names("Customer Tier", is_default=1),
		"calendars": names("Service Calendar"),
		"policies": names("Customer Tiering Policy"),
		"categories": names("Complaint Category"),
		"causes": names("Complaint Cause"),
		"rules": names("Complaint Escalation Rule"),
		"kpis": names("Supplier KPI", measure="complaint_rate"),
		"boards": names("Kanban Board", reference_doctype="Customer Complaint"),
		"fields": sorted(
			[doctype, field["fieldname"], frappe.get_meta(doctype).has_field(field["fieldname"])]
			for doctype, fields in CUSTOM_FIELDS.items() for field in fields
		),
		"indexes": sorted(
			[doctype, field, bool(frappe.db.get_column_index(f"tab{doctype}", field, unique=False))]
			for doctype, fields in INDEXED_FIELDS.items() for field in fields
		),
	}
"""

USE_CUSTOMER_CARE = """
	from factories import *
	from partner_relations.customer_care import tier_assessments, tiering_runs, tiers, visits
	from partner_relations.customer_care.tier_assessments import ASSESSMENT
	from complaint_factories import bring_to, make_complaint
	from tiering_factories import make_policy
	seller, head = "seller@users.example", "head@users.example"
	for email in (seller, head):
		frappe.get_doc("User", email).add_roles("Customer Care Manager", "Customer Care Agent")
	customer = "Existing Customer"
	policy = make_policy(
		group=frappe.get_value("Customer", customer, "customer_group"),
		metrics=[("Revenue", 100, 0, 100)],
	)
	run = tiering_runs.create_run(policy.name, "Test Co")
	tiering_runs.assess_now(run)
	(assessment,) = frappe.get_all(ASSESSMENT, {"run": run}, pluck="name")
	frappe.set_user(head)
	assert tier_assessments.approve([assessment])["decided"] == [assessment]
	frappe.set_user("Administrator")
	assert frappe.get_value("Customer", customer, "customer_tier") == "Strategic"
	tiers.override(customer, "Key", "To see.", frappe.utils.add_days(frappe.utils.today(), 30))
	frappe.db.set_value("Customer Tier", "Key", "call_every_days", 1)
	frappe.clear_document_cache("Customer Tier", "Key")
	assert visits.plan_due() > 0

	complaint = make_complaint(customer, handler=seller, severity="High", category="Does Not Work")
	complaint.update({
		"containment": "Stopped.", "root_cause": "Worn tool.", "responsibility": "Own",
		"escape_point": "Final inspection.", "cause": frappe.get_all("Complaint Cause", pluck="name")[0],
	})
	complaint.append("whys", {"why": "Why is it scratched?", "because": "The tool is worn."})
	complaint.append("actions", {
		"kind": "Corrective", "action": "Change the tool.", "action_owner": seller,
		"due_on": frappe.utils.add_days(frappe.utils.today(), 5),
	})
	complaint.save()
	bring_to(complaint, "investigate")
	complaint.reload()
	complaint.add_comment("Comment", "Seen.")
	complaint.add_tag("To discuss")
	new = lambda doctype, **values: frappe.get_doc(doctype=doctype, **values).insert()
	COMPLAINT = "Customer Complaint"
	new("File", file_name="photo.txt", content="x", attached_to_doctype=COMPLAINT,
		attached_to_name=complaint.name)
	frappe.share.add(COMPLAINT, complaint.name, head, notify=0)
	new("User Permission", user=seller, allow="Customer Tier", for_value="Key")
	new("Kanban Board", kanban_board_name="Mine", reference_doctype=COMPLAINT, field_name="severity")
	new("Custom Field", dt=COMPLAINT, fieldname="my_field", label="Mine", fieldtype="Data")
"""


def test_install_migrate_uninstall(second_site: Site):
	second_site.python(PURCHASES)
	second_site.python(SALES)
	before = second_site.everything()
	assert len(before) > 500 and before["tabSupplier"]["rows"]

	second_site.frappe("install-app", "partner_relations")
	_installed(second_site, before)
	care = second_site.python(CARE)
	_has_customer_care(care)
	_as_if_installed_with_0_1(second_site)
	_as_if_installed_with_0_2(second_site)
	_migrate_keeps_what_an_admin_changed(second_site)
	_upgraded_from_0_1(second_site)
	assert second_site.python(CARE) == care, "what a new site gets an upgraded one gets too"
	second_site.python(USE)
	second_site.python(USE_CUSTOMER_CARE)
	second_site.frappe("uninstall-app", "partner_relations", "--yes", "--no-backup")

	left = differences(before, second_site.everything())
	assert not left, "\n".join(left)


def _installed(site: Site, before: dict) -> None:
	after = site.everything()
	assert {row for row in differences(before, after) if "is gone" in row or "gone from" in row} == set()
	new = set(after) - set(before)
	assert {"tabSupplier Evaluation", "tabSupplier Restriction", "tabSupplier KPI"} <= new
	answer = site.python("""
		answer = {
			"kpis": frappe.get_all("Supplier KPI", fields=["name", "kind", "measure"]),
			"templates": frappe.get_all("Supplier Evaluation Template", pluck="name"),
			"actions": frappe.get_all("Supplier Grade", ["grade", "rfq_action", "po_action"], order_by="idx"),
			"due": frappe.get_all("Purchase Order Item", {"docstatus": 1},
				["first_due_date", "expected_delivery_date"]),
			"roles": frappe.get_all("Role", {"name": ("like", "Supplier Quality%")}, pluck="name"),
			"indexes": [frappe.db.get_column_index("tabPurchase Order Item", "schedule_date", unique=False)],
			"defaults": frappe.get_all("Supplier Evaluation Template", {"is_default": 1}, pluck="name"),
		}
	""")
	measures = {row["measure"] for row in answer["kpis"] if row["measure"]}
	assert {
		*("on_time_delivery", "otif", "fill_rate", "days_late", "accepted_quantity", "defect_ppm"),
		*("lot_acceptance", "return_rate", "price_index", "price_competitiveness"),
		*("rfq_response", "rfq_response_days", "invoice_accuracy", "complaint_rate"),
	} == measures
	rated = {row["name"] for row in answer["kpis"] if row["kind"] == "Rated by evaluators"}
	assert {"Service", "Cooperation", "Technical Ability", "After-Sales"} <= rated
	assert len(answer["templates"]) >= 2 and len(answer["defaults"]) == 1
	assert [(row["grade"], row["rfq_action"], row["po_action"]) for row in answer["actions"]] == [
		("A", "Allow", "Allow"),
		("B", "Allow", "Allow"),
		("C", "Warn", "Warn"),
		("D", "Prevent", "Prevent"),
	]
	# Orders that were there before: what is promised today is the best known first promise.
	assert [row["first_due_date"] for row in answer["due"]] == [
		row["expected_delivery_date"] for row in answer["due"]
	]
	assert answer["due"] and answer["due"][0]["first_due_date"]
	assert sorted(answer["roles"]) == ["Supplier Quality Manager", "Supplier Quality User"]
	assert answer["indexes"][0]


def _has_customer_care(care: dict) -> None:
	assert care["roles"] == ["Customer Care Agent", "Customer Care Manager"]
	assert {"Strategic", "Key", "Regular"} <= set(care["tiers"])
	assert len(care["default"]) == len(care["boards"]) == 1
	assert care["calendars"] and care["policies"] and care["causes"] and care["rules"]
	assert {"Product", "Delivery"} <= set(care["categories"])
	assert all(there for _doctype, _field, there in [*care["fields"], *care["indexes"]])


def _as_if_installed_with_0_1(site: Site) -> None:
	"""Settings that an admin saved before there were contracts, and a patch that didn't run yet."""
	site.python("""
		name = "Supplier Quality Settings"
		frappe.db.delete("Singles", {"doctype": name})
		frappe.db.set_single_value(name, {"recheck_months": 6, "notice_subject": "Ours"})
		frappe.db.delete("Patch Log", {"patch": ("like", "partner_relations.patches.v0_2.%")})
	""")


def _as_if_installed_with_0_2(site: Site) -> None:
	"""No field, index or default record of customer care, and a patch that didn't run yet."""
	site.python("""
		from partner_relations.customer_care.customization import CUSTOM_FIELDS, INDEXED_FIELDS
		for doctype, fields in CUSTOM_FIELDS.items():
			names = [field["fieldname"] for field in fields]
			frappe.db.delete("Custom Field", {"dt": doctype, "fieldname": ("in", names)})
			frappe.clear_cache(doctype=doctype)
			for name in set(frappe.db.get_table_columns(doctype)) & set(names):
				frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP COLUMN `{name}`")
		for doctype, fields in INDEXED_FIELDS.items():
			frappe.db.delete("Property Setter", {"doc_type": doctype, "property": "search_index",
				"field_name": ("in", fields)})
		for doctype in ("Customer Tier", "Service Calendar", "Customer Tiering Policy", "Complaint Category",
				"Complaint Cause", "Complaint Escalation Rule"):
			for child in frappe.get_meta(doctype).get_table_fields():
				frappe.db.delete(child.options, {"parenttype": doctype})
			frappe.db.delete(doctype)
		frappe.db.delete("Kanban Board", {"reference_doctype": "Customer Complaint"})
		kpi = {"parenttype": "Supplier KPI",
			"parent": frappe.get_all("Supplier KPI", {"measure": "complaint_rate"}, pluck="name")[0]}
		for child in frappe.get_meta("Supplier KPI").get_table_fields():
			frappe.db.delete(child.options, kpi)
		frappe.db.delete("Supplier KPI", kpi["parent"])
		frappe.db.delete("Patch Log", {"patch": ("like", "partner_relations.patches.v0_3.%")})
	""")


def _upgraded_from_0_1(site: Site) -> None:
	answer = site.python("""
		settings = frappe.get_doc("Supplier Quality Settings")
		answer = [settings.recheck_months, settings.notice_subject, settings.require_legal_review,
			settings.reminder_days, settings.answer_days, settings.obligation_close_days,
			settings.po_without_contract, settings.price_departure, settings.wait_for_answer]
		settings.update({"answer_days": 0, "po_without_contract": "Ignore", "require_legal_review": 0})
		settings.save()
	""")
	assert answer == [6, "Ours", 1, 30, 14, 5, "Warn", "Warn", 1]
	site.python("""
		from partner_relations.patches.v0_2 import add_contracts_and_remedies
		add_contracts_and_remedies.execute()
	""")
	answer = site.python("""
		settings = frappe.get_doc("Supplier Quality Settings")
		answer = [settings.answer_days, settings.po_without_contract, settings.require_legal_review]
	""")
	assert answer == [0, "Ignore", 0]


def _migrate_keeps_what_an_admin_changed(site: Site) -> None:
	site.python("""
		kpi = frappe.get_doc("Supplier KPI", "On-Time Delivery")
		kpi.late_tolerance_days = 3
		kpi.curve[0].rating = 7
		kpi.description = "Ours."
		kpi.save()
		frappe.delete_doc("Supplier Evaluation Template", "Strategic Supplier")
		frappe.delete_doc("Supplier KPI", "After-Sales")
		template = frappe.get_doc("Supplier Evaluation Template", "General Supplier")
		template.criteria[0].weight, template.criteria[1].weight = 30, 10
		template.save()
		scale = frappe.get_doc("Supplier Grade Scale", "A to D")
		scale.grades[2].po_action = "Allow"
		scale.save()
		frappe.rename_doc("Supplier KPI", "Lot Acceptance", "Accepted Lots")
		frappe.get_doc(doctype="Property Setter", doctype_or_field="DocField", doc_type="Supplier",
			field_name="evaluation_grade", property="label", property_type="Data", value="Class").insert()
	""")
	site.frappe("migrate")
	answer = site.python("""
		kpi = frappe.get_doc("Supplier KPI", "On-Time Delivery")
		answer = {
			"kpi": [kpi.late_tolerance_days, kpi.curve[0].rating, kpi.description],
			"templates": frappe.get_all("Supplier Evaluation Template", pluck="name"),
			"weights": [row.weight for row in
				frappe.get_doc("Supplier Evaluation Template", "General Supplier").criteria][:2],
			"scale": frappe.get_doc("Supplier Grade Scale", "A to D").grades[2].po_action,
			"kpis": frappe.get_all("Supplier KPI", pluck="name"),
			"label": frappe.get_meta("Supplier").get_label("evaluation_grade"),
		}
	""")
	assert answer["kpi"] == [3, 7, "Ours."]
	assert answer["templates"] == ["General Supplier"]
	assert answer["weights"] == [30, 10]
	assert answer["scale"] == "Allow"
	assert "After-Sales" not in answer["kpis"] and "Lot Acceptance" not in answer["kpis"]
	assert "Accepted Lots" in answer["kpis"]
	assert answer["label"] == "Class"
