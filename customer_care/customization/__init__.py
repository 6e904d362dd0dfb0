"""What the module adds to ERPNext's documents: data that install, patches and uninstall share."""

from partner_relations.customer_care.customization import complaints, investigation, tiering, tiers

ROLES = ("Customer Care Agent", "Customer Care Manager")

PARTS = (tiers, tiering, complaints, investigation)

CUSTOM_FIELDS: dict[str, list[dict]] = {}
"""By document type of ERPNext, in the order in which they are inserted."""

INDEXED_FIELDS: dict[str, list[str]] = {}

for part in PARTS:
	for doctype, fields in part.CUSTOM_FIELDS.items():
		CUSTOM_FIELDS.setdefault(doctype, []).extend(fields)
	for doctype, names in part.INDEXED_FIELDS.items():
		INDEXED_FIELDS.setdefault(doctype, []).extend(names)

PROPERTIES: tuple[tuple[str, str, str, str, str], ...] = tuple(
	row for part in PARTS for row in part.PROPERTIES
)
"""Property setters: document type, field, property, value, type of the property."""

DEFAULTS: tuple[str, ...] = tuple(name for part in PARTS for name in part.DEFAULTS)
"""Documents in `fixtures/defaults/` by file, in the order in which they need each other."""
