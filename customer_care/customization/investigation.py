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
	"Quality Action": [
		{
			"fieldname": "supplier",
			"fieldtype": "Link",
			"label": "Supplier",
			"options": "Supplier",
			"insert_after": "date",
			"read_only": 1,
			"search_index": 1,
			"in_standard_filter": 1,
			"depends_on": "supplier",
		},
		# No link: an action must not stop the deletion of a complaint.
		{
			"fieldname": "customer_complaint",
			"fieldtype": "Data",
			"label": "Customer Complaint",
			"insert_after": "supplier",
			"read_only": 1,
			"no_copy": 1,
			"search_index": 1,
			"depends_on": "customer_complaint",
		},
	],
}

PROPERTIES: tuple[tuple[str, str, str, str, str], ...] = ()

INDEXED_FIELDS: dict[str, list[str]] = {}

DEFAULTS: tuple[str, ...] = ("complaint_category", "complaint_cause", "supplier_complaint_kpi")
