"""What a site gets at install: roles, custom fields, indexes, default records."""

import json
from collections.abc import Iterable
from pathlib import Path

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields
from frappe.custom.doctype.property_setter.property_setter import make_property_setter

from partner_relations.customization import CUSTOM_FIELDS, DEFAULTS, INDEXED_FIELDS, PROPERTIES
from partner_relations.supplier_quality.contract_terms import backfill
from partner_relations.supplier_quality.due_dates import freeze_existing


def after_install() -> None:
	"""Called once by Frappe. Defaults are inserted here, never again: what an admin deletes stays deleted."""
	create_custom_fields(CUSTOM_FIELDS)
	set_properties()
	add_indexes()
	insert_defaults(DEFAULTS)
	freeze_existing()
	backfill()


def set_properties() -> None:
	"""Property setters for fields of ERPNext's own documents."""
	for doctype, field, name, value, kind in PROPERTIES:
		make_property_setter(
			doctype, field, name, value, kind, for_doctype=False, validate_fields_for_doctype=False
		)


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


def default_new_settings(doctype: str) -> None:
	"""Give fields that a Single has got since it was last saved their defaults.

	Frappe reads them as empty otherwise: defaults are for Singles that nobody ever saved. A field that has a
	value, be it 0 or nothing, keeps it. Where there is no row at all Frappe takes the defaults by itself.
	"""
	saved = frappe.db.get_singles_dict(doctype)
	new = {
		field.fieldname: field.default
		for field in frappe.get_meta(doctype).fields
		if field.default is not None and field.fieldname not in saved
	}
	if saved and new:
		frappe.db.set_single_value(doctype, new, update_modified=False)


def insert_defaults(names: Iterable[str]) -> None:
	"""Insert the records of files in `fixtures/defaults/`; one that is there already stays as it is.

	What a record leaves empty stays empty: a rule without a company is for all of them, and Frappe would make
	it one for the default company of the site.
	"""
	folder = Path(frappe.get_app_path("partner_relations", "fixtures", "defaults"))
	for name in names:
		for record in json.loads((folder / f"{name}.json").read_text(encoding="utf-8")):
			document = frappe.get_doc(record)
			document.dont_update_if_missing = [
				field.fieldname for field in document.meta.get_link_fields() if not field.default
			]
			if not frappe.db.exists(document.doctype, _identity(document)):
				document.insert(ignore_permissions=True)


def _identity(document) -> dict[str, str]:
	"""What a person knows a default record by: the field it is named by, else what its list shows."""
	autoname = document.meta.autoname or ""
	if autoname.startswith("field:"):
		fields = [autoname.removeprefix("field:")]
	else:
		fields = [field.fieldname for field in document.meta.fields if field.reqd and field.in_list_view]
	return {field: document.get(field) for field in fields}
