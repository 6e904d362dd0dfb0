frappe.query_reports["Supplier KPI Trend"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
			reqd: 1,
		},
		{
			fieldname: "kpi",
			label: __("KPIs"),
			fieldtype: "MultiSelectList",
			options: "Supplier KPI",
			get_data: (text) => frappe.db.get_link_options("Supplier KPI", text),
		},
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: [
				{ value: "Value", label: __("Value", null, "Supplier Evaluation Criterion") },
				{ value: "Rating", label: __("Rating", null, "Supplier Evaluation Criterion") },
			],
			default: "Value",
			depends_on: "eval:doc.kpi && doc.kpi.length",
		},
		{
			fieldname: "supplier",
			label: __("Suppliers"),
			fieldtype: "MultiSelectList",
			options: "Supplier",
			get_data: (text) => frappe.db.get_link_options("Supplier", text),
		},
		{
			fieldname: "supplier_group",
			label: __("Supplier Group"),
			fieldtype: "Link",
			options: "Supplier Group",
		},
		{
			fieldname: "template",
			label: __("Template"),
			fieldtype: "Link",
			options: "Supplier Evaluation Template",
		},
		{
			fieldname: "from_date",
			label: __("Period Ends From"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -24),
		},
		{
			fieldname: "to_date",
			label: __("Period Ends Until"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
		},
	],

	formatter(value, row, column, data, default_formatter) {
		if (value == null && column.fieldtype !== "Link") return "";
		// Frappe shows plain text as HTML; what people typed must not run.
		if (column.fieldtype === "Data") value = frappe.utils.escape_html(value);
		if (data && data.is_total) {
			const text =
				column.fieldname === "supplier"
					? frappe.utils.escape_html(value)
					: default_formatter(value, row, column, data);
			return `<b>${text}</b>`;
		}
		return default_formatter(value, row, column, data);
	},
};
