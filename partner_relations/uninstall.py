"""Leaves the site as it was: what Frappe doesn't remove with the app's modules."""

import frappe

from partner_relations.supplier_quality.customization import CUSTOM_FIELDS, INDEXED_FIELDS, ROLES

SERIES = ("SEV-", "SER-", "SRT-", "SRS-")


def before_uninstall() -> None:
	"""Called by Frappe while the app's documents still exist."""
	remove_custom_fields()
	remove_indexes()
	remove_roles()
	remove_traces()


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


def remove_indexes() -> None:
	for doctype, fields in INDEXED_FIELDS.items():
		frappe.db.delete(
			"Property Setter", {"doc_type": doctype, "field_name": ("in", fields), "property": "search_index"}
		)
		frappe.clear_cache(doctype=doctype)
		frappe.db.updatedb(doctype)


def remove_roles() -> None:
	"""Roles, and the permissions and users' roles that name them."""
	for child in ("Has Role", "Custom DocPerm", "DocPerm"):
		frappe.db.delete(child, {"role": ("in", ROLES)})
	for role in ROLES:
		frappe.delete_doc("Role", role, ignore_missing=True, force=True, ignore_permissions=True)


def remove_traces() -> None:
	"""Naming series, and what Frappe keeps by document type without a link to the module."""
	series = frappe.qb.DocType("Series")
	for prefix in SERIES:
		frappe.qb.from_(series).delete().where(series.name.like(f"{prefix}%")).run()
	doctypes = frappe.get_all(
		"DocType", filters={"module": ("in", ("Supplier Quality", "Customer Care"))}, pluck="name"
	)
	for doctype, field in (
		("Version", "ref_doctype"),
		("Comment", "reference_doctype"),
		("Communication", "reference_doctype"),
		("View Log", "reference_doctype"),
		("Custom Field", "dt"),
		("Property Setter", "doc_type"),
		("User Permission", "applicable_for"),
		("Custom DocPerm", "parent"),
		("Notification Log", "document_type"),
		("ToDo", "reference_type"),
		("DocShare", "share_doctype"),
		("Document Follow", "ref_doctype"),
		("Tag Link", "document_type"),
		("File", "attached_to_doctype"),
	):
		if doctypes and frappe.db.table_exists(doctype):
			frappe.db.delete(doctype, {field: ("in", doctypes)})
