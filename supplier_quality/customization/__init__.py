"""What the module adds to ERPNext's documents: data that install, patches and uninstall share."""

from partner_relations.supplier_quality.customization import contracts, evaluation, remedies

ROLES = ("Supplier Quality User", "Supplier Quality Manager")

CUSTOM_FIELDS: dict[str, list[dict]] = {}
"""By document type of ERPNext, in the order in which they are inserted."""
for part in (evaluation, contracts, remedies):
	for doctype, fields in part.CUSTOM_FIELDS.items():
		CUSTOM_FIELDS.setdefault(doctype, []).extend(fields)

PROPERTIES: tuple[tuple[str, str, str, str, str], ...] = contracts.PROPERTIES
"""Property setters: document type, field, property, value, type of the property."""

INDEXED_FIELDS: dict[str, list[str]] = {**evaluation.INDEXED_FIELDS, **contracts.INDEXED_FIELDS}

# Documents in `fixtures/defaults/` by file, in the order in which they need each other.
EVALUATION_DEFAULTS = ("supplier_kpi", "supplier_grade_scale", "supplier_evaluation_template")
CONTRACT_DEFAULTS = ("contract_clause", "contract_clause_rule", "remedy_scheme", "supplier_incentive_rule")
DEFAULTS = (*EVALUATION_DEFAULTS, *CONTRACT_DEFAULTS)
