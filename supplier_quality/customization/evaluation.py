"""Supplier evaluation: what it adds to ERPNext's documents."""

CUSTOM_FIELDS: dict[str, list[dict]] = {
	"Supplier": [
		{
			"fieldname": "supplier_quality_tab",
			"fieldtype": "Tab Break",
			"label": "Supplier Quality",
			"insert_after": "portal_users",
		},
		{
			"fieldname": "evaluation_overview",
			"fieldtype": "HTML",
			"label": "Evaluation Overview",
			"insert_after": "supplier_quality_tab",
		},
		{
			"fieldname": "supplier_quality_section",
			"fieldtype": "Section Break",
			"label": "Standing",
			"insert_after": "evaluation_overview",
		},
		{
			"fieldname": "evaluation_template",
			"fieldtype": "Link",
			"label": "Evaluation Template",
			"options": "Supplier Evaluation Template",
			"description": "Empty: the template of the supplier group, else the default one",
			"insert_after": "supplier_quality_section",
		},
		{
			"fieldname": "evaluation_has_score",
			"fieldtype": "Check",
			"label": "Rated",
			"read_only": 1,
			"no_copy": 1,
			"hidden": 1,
			"insert_after": "evaluation_template",
		},
		{
			"fieldname": "evaluated_on",
			"fieldtype": "Date",
			"label": "Evaluated On",
			"read_only": 1,
			"no_copy": 1,
			"insert_after": "evaluation_has_score",
		},
		{
			"fieldname": "supplier_quality_column",
			"fieldtype": "Column Break",
			"insert_after": "evaluated_on",
		},
		{
			"fieldname": "evaluation_score",
			"fieldtype": "Float",
			"label": "Evaluation Score",
			"read_only": 1,
			"no_copy": 1,
			"depends_on": "evaluation_has_score",
			"insert_after": "supplier_quality_column",
		},
		{
			"fieldname": "evaluation_grade",
			"fieldtype": "Data",
			"label": "Evaluation Grade",
			"read_only": 1,
			"no_copy": 1,
			"in_standard_filter": 1,
			"description": "Of the company that thinks worst of the supplier",
			"insert_after": "evaluation_score",
		},
		{
			"fieldname": "evaluation_grade_color",
			"fieldtype": "Data",
			"label": "Evaluation Grade Colour",
			"read_only": 1,
			"no_copy": 1,
			"hidden": 1,
			"insert_after": "evaluation_grade",
		},
		{
			"fieldname": "evaluation_trend",
			"fieldtype": "Data",
			"label": "Evaluation Trend",
			"read_only": 1,
			"no_copy": 1,
			"insert_after": "evaluation_grade_color",
		},
	],
	"Purchase Order Item": [
		{
			"fieldname": "first_due_date",
			"fieldtype": "Date",
			"label": "First Due Date",
			"read_only": 1,
			"no_copy": 1,
			"allow_on_submit": 1,
			"print_hide": 1,
			"search_index": 1,
			"description": "The date promised when the order was submitted; later changes don't move it",
			"insert_after": "expected_delivery_date",
		},
	],
}

# Columns that the measures filter or join by and that ERPNext doesn't index.
INDEXED_FIELDS: dict[str, list[str]] = {
	"Purchase Order Item": ["schedule_date"],
	"Purchase Invoice": ["update_stock"],  # most invoices receive nothing: they needn't be looked at
	"Supplier Quotation Item": ["request_for_quotation", "request_for_quotation_item"],
}
