"""Leaves the site as it was: what Frappe doesn't remove with the app's modules."""

import frappe

from partner_relations.customization import CUSTOM_FIELDS, INDEXED_FIELDS, PROPERTIES, ROLES

MODULES = ("Supplier Quality", "Customer Care")
KEPT = ("Email Account", "IMAP Folder", "User Type")
SERIES = (
	*("SEV-", "SER-", "SRT-", "SRS-", "CCL-", "CCR-", "CAM-", "COR-", "CBR-", "SRP-"),
	*("CTC-", "CTR-", "CTA-", "CUC-"),
)


def before_uninstall() -> None:
	"""Called by Frappe while the app's documents still exist."""
	remove_plans()
	remove_custom_fields()
	remove_properties()
	remove_indexes()
	remove_roles()
	remove_traces()


def remove_plans() -> None:
	"""Visits and calls to come that tiers put into calendars; those of the past are the company's history."""
	filters = {"planned_by_tier": 1, "status": "Open", "starts_on": (">", frappe.utils.now())}
	for name in frappe.get_all("Event", filters=filters, pluck="name"):
		frappe.delete_doc("Event", name, force=True, ignore_permissions=True)


def remove_custom_fields() -> None:
	"""Custom fields with their columns."""
	for doctype, fields in CUSTOM_FIELDS.items():
		names = [field["fieldname"] for field in fields]
		frappe.db.delete("Custom Field", {"dt": doctype, "fieldname": ("in", names)})
		frappe.db.delete("Property Setter", {"doc_type": doctype, "field_name": ("in", names)})
		frappe.clear_cache(doctype=doctype)
		columns = set(frappe.db.get_table_columns(doctype))
		for name in names:
			if name in columns:
				frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP COLUMN `{name}`")  # names of ours


def remove_properties() -> None:
	for doctype, field, name, _value, _kind in PROPERTIES:
		frappe.db.delete("Property Setter", {"doc_type": doctype, "field_name": field, "property": name})
		frappe.clear_cache(doctype=doctype)


def remove_indexes() -> None:
	for doctype, fields in INDEXED_FIELDS.items():
		frappe.db.delete(
			"Property Setter", {"doc_type": doctype, "field_name": ("in", fields), "property": "search_index"}
		)
		frappe.clear_cache(doctype=doctype)
		frappe.db.updatedb(doctype)


def remove_roles() -> None:
	"""Roles, and the permissions, users' roles and recipients that name them."""
	for doctype, field, is_table in _links_to("Role"):
		if is_table or doctype == "Custom DocPerm":
			frappe.db.delete(doctype, {field: ("in", ROLES)})
	for role in ROLES:
		frappe.delete_doc("Role", role, ignore_missing=True, force=True, ignore_permissions=True)


def remove_traces() -> None:
	"""Naming series, jobs, patches, and what is about our documents, reports and charts, whoever made it."""
	for doctype, field, prefixes in (
		("Series", "name", SERIES),
		("Scheduled Job Type", "method", ("partner_relations.",)),
		("Patch Log", "patch", ("partner_relations.",)),
	):
		table = frappe.qb.DocType(doctype)
		for prefix in prefixes:
			frappe.qb.from_(table).delete().where(table[field].like(f"{prefix}%")).run()
	ours = {
		target: frappe.get_all(target, filters={"module": ("in", MODULES)}, pluck="name")
		for target in ("Report", "Dashboard Chart", "Number Card", "DocType")
	}
	for target, names in ours.items():
		# Files first: that they go is noted in a comment, which then goes as well.
		for doctype, field, is_table in sorted(_links_to(target), key=lambda link: link[0] != "File"):
			if names and doctype != target:
				_remove_rows(doctype, field, names, is_table)
	frappe.db.delete("Custom DocPerm", {"parent": ("in", ours["DocType"])})


def _links_to(target: str) -> list[tuple[str, str, bool]]:
	"""Document type, field, and whether it is a child table: each link to `target` in Frappe's own tables.

	Those of ERPNext are left alone: a ledger entry stays, whatever it names.
	"""
	frappes = frappe.get_all("Module Def", filters={"app_name": "frappe"}, pluck="name")
	field, doctype = frappe.qb.DocType("DocField"), frappe.qb.DocType("DocType")
	rows = (
		frappe.qb.from_(field)
		.join(doctype)
		.on(doctype.name == field.parent)
		.where(
			(field.fieldtype == "Link")
			& (field.options == target)
			& (doctype.issingle == 0)
			& (doctype.is_virtual == 0)
			& doctype.module.isin(frappes)
		)
		.select(doctype.name, field.fieldname, doctype.istable)
	).run()
	return [(name, fieldname, bool(is_table)) for name, fieldname, is_table in rows]


def _remove_rows(doctype: str, field: str, values: list[str], is_table: bool) -> None:
	"""Remove the rows that name one of the values; what is more than about it only forgets the name."""
	if doctype in KEPT:
		frappe.db.set_value(doctype, {field: ("in", values)}, field, None, update_modified=False)
		return
	if is_table:
		frappe.db.delete(doctype, {field: ("in", values)})
		return
	names = frappe.get_all(doctype, filters={field: ("in", values)}, pluck="name")
	if not names:
		return
	if doctype == "File":  # with the file itself
		for name in names:
			frappe.delete_doc(doctype, name, force=True, ignore_permissions=True, delete_permanently=True)
		return
	for table in frappe.get_meta(doctype).get_table_fields():
		frappe.db.delete(table.options, {"parenttype": doctype, "parent": ("in", names)})
	frappe.db.delete(doctype, {"name": ("in", names)})
