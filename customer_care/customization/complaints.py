"""What complaints add to ERPNext's documents."""

# The complaint that a document was made for. No link: a submitted document must not stop a deletion.
_COMPLAINT = {
	"fieldname": "customer_complaint",
	"fieldtype": "Data",
	"label": "Customer Complaint",
	"insert_after": "company",
	"read_only": 1,
	"no_copy": 1,
	"print_hide": 1,
	"search_index": 1,
	"depends_on": "customer_complaint",
}

CUSTOM_FIELDS: dict[str, list[dict]] = {
	"Sales Order": [_COMPLAINT],
	"Delivery Note": [_COMPLAINT],
	"Sales Invoice": [_COMPLAINT],
	"Warranty Claim": [_COMPLAINT],
}

PROPERTIES: tuple[tuple[str, str, str, str, str], ...] = ()

INDEXED_FIELDS: dict[str, list[str]] = {}

DEFAULTS = ("complaint_escalation_rule", "kanban_board")
