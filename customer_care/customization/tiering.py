"""What tiering adds to ERPNext's documents: indexes of what its metrics filter by, and the first policies."""

from partner_relations.customer_care.metrics import INDEXED_FIELDS as FILTERED_BY

OWN = ("Customer Complaint",)

CUSTOM_FIELDS: dict[str, list[dict]] = {}

PROPERTIES: tuple[tuple[str, str, str, str, str], ...] = ()

INDEXED_FIELDS: dict[str, list[str]] = {
	doctype: list(fields) for doctype, fields in FILTERED_BY.items() if doctype not in OWN
}

DEFAULTS: tuple[str, ...] = ("customer_tiering_policy",)
