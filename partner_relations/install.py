"""What a site gets at install: roles, custom fields, indexes, default records."""

import json
from pathlib import Path

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields
from frappe.custom.doctype.property_setter.property_setter import make_property_setter

from partner_relations.supplier_quality.customization import CUSTOM_FIELDS, DEFAULTS, INDEXED_FIELDS
from partner_relations.supplier_quality.due_dates import freeze_existing


def after_install() -> None:
	"""Called once by Frappe. Defaults are inserted here, never again: what an admin deletes stays deleted."""
	create_custom_fields(CUSTOM_FIELDS)
	add_indexes()
	insert_defaults()
	freeze_existing()


def add_indexes() -> None:
	"""Indexes as property setters, which a schema sync respects and uninstall removes."""
	for doctype, fields in INDEXED_FIELDS.items():
		for field in fields:
			make_property_setter(
				doctype,
				field,
				"search_index",
				"1",
				"Check",
				for_doctype=False,
				validate_fields_for_doctype=False,
			)
		frappe.db.updatedb(doctype)


def insert_defaults() -> None:
	"""Insert the records of `fixtures/defaults/`."""
	folder = Path(frappe.get_app_path("partner_relations", "fixtures", "defaults"))
	for name in DEFAULTS:
		for record in json.loads((folder / f"{name}.json").read_text(encoding="utf-8")):
			document = frappe.get_doc(record)
			key = document.meta.autoname.removeprefix("field:")
			if not frappe.db.exists(document.doctype, document.get(key)):
				document.insert(ignore_permissions=True)
