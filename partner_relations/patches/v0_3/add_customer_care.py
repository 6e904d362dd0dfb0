"""Sites that had version 0.2: fields, indexes and default records of customer care."""

from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from partner_relations.customer_care import customization
from partner_relations.install import add_indexes, insert_defaults, set_properties


def execute() -> None:
	create_custom_fields(customization.CUSTOM_FIELDS)
	set_properties()
	add_indexes()
	insert_defaults(customization.DEFAULTS)
