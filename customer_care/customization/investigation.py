"""What the investigation of complaints adds to ERPNext's and Frappe's documents."""

CUSTOM_FIELDS: dict[str, list[dict]] = {
	"ToDo": [
		{
			"fieldname": "complaint_action",
			"fieldtype": "Data",
			"label": "Complaint Action",
			"description": "The action of a complaint that this task is for",
			"insert_after": "reference_name",
			"hidden": 1,
			"read_only": 1,
			"no_copy": 1,
			"print_hide": 1,
			"search_index": 1,
		},
	],
}

PROPERTIES: tuple[tuple[str, str, str, str, str], ...] = ()

INDEXED_FIELDS: dict[str, list[str]] = {}

DEFAULTS: tuple[str, ...] = ("complaint_category", "complaint_cause", "supplier_complaint_kpi")
