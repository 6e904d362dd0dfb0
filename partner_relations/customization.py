"""What both modules add to ERPNext's documents: what install and uninstall go through."""

from partner_relations.customer_care import customization as customer_care
from partner_relations.supplier_quality import customization as supplier_quality

MODULES = (supplier_quality, customer_care)

ROLES = tuple(role for module in MODULES for role in module.ROLES)

CUSTOM_FIELDS: dict[str, list[dict]] = {}
"""By document type of ERPNext, in the order in which they are inserted."""

INDEXED_FIELDS: dict[str, list[str]] = {}

for module in MODULES:
	for doctype, fields in module.CUSTOM_FIELDS.items():
		CUSTOM_FIELDS.setdefault(doctype, []).extend(fields)
	for doctype, names in module.INDEXED_FIELDS.items():
		INDEXED_FIELDS.setdefault(doctype, []).extend(names)

PROPERTIES = tuple(row for module in MODULES for row in module.PROPERTIES)

DEFAULTS = tuple(name for module in MODULES for name in module.DEFAULTS)
