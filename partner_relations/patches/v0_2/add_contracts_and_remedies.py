"""Sites that had version 0.1: fields, properties, settings and default records of contracts and remedies."""

from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from partner_relations.install import add_indexes, default_new_settings, insert_defaults, set_properties
from partner_relations.supplier_quality.contract_terms import backfill
from partner_relations.supplier_quality.customization import CONTRACT_DEFAULTS, contracts, remedies
from partner_relations.supplier_quality.reward_penalty import SETTINGS


def execute() -> None:
	for part in (contracts, remedies):
		create_custom_fields(part.CUSTOM_FIELDS)
	set_properties()
	add_indexes()
	default_new_settings(SETTINGS)
	insert_defaults(CONTRACT_DEFAULTS)
	backfill()
